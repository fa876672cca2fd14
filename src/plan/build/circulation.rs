//! The journey with its dates.

use super::super::{Circulation, Passage, Visit};
use super::Builder;
use crate::circulation::{self, LegKind, VisitId};
use crate::model::{self, Protocol, WrittenJourney};
use crate::values::calendar::Calendar;

impl Builder<'_> {
    pub(super) fn circulation(
        &mut self,
        written: &WrittenJourney,
        journey: &circulation::Plan,
    ) -> Option<Circulation> {
        let timetable = journey.timetable.as_ref()?;
        self.clause("circulation", self.protocol.circulation.at);
        let calendar = self.protocol.calendar();
        let name = |index: usize| {
            written
                .journey
                .laboratories
                .get(index)
                .map(|l| l.id.clone())
                .unwrap_or_default()
        };
        let mut visits: Vec<Visit> = (timetable.entries.iter())
            .map(|entry| {
                let visit = journey.circulation.visit(entry.visit);
                let (previous, brought) = passage(written, journey, entry.visit, false);
                let (next, taken) = passage(written, journey, entry.visit, true);
                let artefact = &written.journey.artefacts[visit.artefact];
                let several = journey
                    .circulation
                    .visits()
                    .any(|(_, other)| other.artefact == visit.artefact && other.specimen > 0);
                Visit {
                    artefact: artefact.id.clone(),
                    specimen: several.then_some(visit.specimen + 1),
                    laboratory: name(visit.laboratory),
                    ordinal: visit.ordinal,
                    measures: visit.measures,
                    arrival: entry.arrival,
                    from: entry.start,
                    to: entry.end,
                    departure: entry.departure.unwrap_or(entry.released),
                    next: next.map(&name),
                    previous: previous.map(&name),
                    brought,
                    taken,
                    results_due: self.results_due(entry, &calendar),
                }
            })
            .collect();
        visits.sort_by(|a, b| {
            (&a.artefact, a.arrival, &a.laboratory, a.ordinal).cmp(&(
                &b.artefact,
                b.arrival,
                &b.laboratory,
                b.ordinal,
            ))
        });
        let patterns = self
            .protocol
            .artefacts
            .iter()
            .map(|a| (a.id.clone(), pattern_name(self.protocol, &a.id)))
            .collect();
        Some(Circulation {
            start: timetable.start,
            finish: timetable.finish,
            patterns,
            calendars: self
                .protocol
                .circulation
                .calendars
                .iter()
                .map(|c| c.value.clone())
                .collect(),
            limit: self.protocol.circulation.limit.as_ref().map(|l| l.duration),
            orders: (written.journey.artefacts.iter())
                .filter_map(|a| Some((a.id.clone(), a.ordered.clone()?)))
                .collect(),
            visits,
            revision: None,
        })
    }

    fn results_due(
        &self,
        entry: &circulation::Entry,
        calendar: &Calendar,
    ) -> Option<jiff::civil::Date> {
        let (period, of) = self.protocol.reporting.as_ref()?.results.as_ref()?;
        let from = match of.as_str() {
            "arrival" => entry.arrival,
            "measurement" => entry.end,
            _ => entry.departure.unwrap_or(entry.released),
        };
        period
            .duration
            .end_from(from, calendar)
            .ok()
            .map(|answer| answer.value)
    }
}

/// The laboratory at the other end of a visit's leg, and what is known of the leg.
fn passage(
    written: &WrittenJourney,
    journey: &circulation::Plan,
    visit: VisitId,
    outgoing: bool,
) -> (Option<usize>, Option<Passage>) {
    let found = journey.circulation.legs().find(|(from, to, leg)| {
        !matches!(leg.kind, LegKind::Precedence(_)) && visit == if outgoing { *from } else { *to }
    });
    let Some((from, to, leg)) = found else {
        return (None, None);
    };
    let other = journey.circulation.visit(if outgoing { to } else { from });
    // Of several rules for one leg the later wins, part by part.
    let rules = || {
        let all = leg.rules.iter().rev();
        all.filter_map(|number| written.journey.leg_rules.get(*number))
    };
    let known = Passage {
        carrier: rules().find_map(|rule| rule.carrier.clone()),
        carnet: rules().find_map(|rule| rule.carnet.clone()),
    };
    let said = known.carrier.is_some() || known.carnet.is_some();
    (Some(other.laboratory), said.then_some(known))
}

fn pattern_name(protocol: &Protocol, artefact: &str) -> String {
    use model::Way;
    let way = protocol.circulation.patterns.iter().find(|p| {
        p.artefact
            .as_ref()
            .is_none_or(|name| name.value == artefact)
    });
    match way.map(|w| &w.kind) {
        Some(Way::Star) => "star".to_owned(),
        Some(Way::Petal(size)) => format!("petal by {size}"),
        Some(Way::Parallel) => "parallel".to_owned(),
        Some(Way::OnSite { .. }) => "on-site".to_owned(),
        Some(Way::Remote { .. }) => "remote".to_owned(),
        Some(Way::Route(_)) => "route".to_owned(),
        Some(Way::Ring) | None => "ring".to_owned(),
    }
}
