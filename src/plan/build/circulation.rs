//! The journey with its dates.

use super::super::{Circulation, Visit};
use super::Builder;
use crate::circulation;
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
        let mut visits = Vec::new();
        for (id, visit) in journey.circulation.visits() {
            let Some(entry) = timetable.entry(id) else {
                continue;
            };
            let neighbour = |outgoing: bool| {
                let leg = timetable.legs.iter().find(|leg| {
                    if outgoing {
                        leg.from == id
                    } else {
                        leg.to == id
                    }
                })?;
                Some(name(
                    journey
                        .circulation
                        .visit(if outgoing { leg.to } else { leg.from })
                        .laboratory,
                ))
            };
            visits.push(Visit {
                artefact: written
                    .journey
                    .artefacts
                    .get(visit.artefact)
                    .map(|a| a.id.clone())
                    .unwrap_or_default(),
                laboratory: name(visit.laboratory),
                ordinal: visit.ordinal,
                arrival: entry.arrival,
                from: entry.start,
                to: entry.end,
                departure: entry.departure.unwrap_or(entry.released),
                next: neighbour(true),
                previous: neighbour(false),
                results_due: self.results_due(entry, &calendar),
            });
        }
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
            visits,
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
        Some(Way::OnSite) => "on-site".to_owned(),
        Some(Way::Route(_)) => "route".to_owned(),
        Some(Way::Ring) | None => "ring".to_owned(),
    }
}
