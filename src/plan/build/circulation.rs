//! The journey with its dates.

use std::collections::{BTreeMap, BTreeSet};

use super::super::{Circulation, Leg, Stop, Visit};
use super::Builder;
use crate::circulation::{self, LegKind, LegTimes};
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
        let stops = Stops::new(written, journey);
        let mut visits: Vec<Visit> = (timetable.entries.iter())
            .map(|entry| {
                let visit = journey.circulation.visit(entry.visit);
                let Stop {
                    artefact,
                    specimen,
                    laboratory,
                    ordinal,
                } = stops.of(visit);
                Visit {
                    artefact,
                    specimen,
                    laboratory,
                    ordinal,
                    measures: visit.measures,
                    arrival: entry.arrival,
                    from: entry.start,
                    to: entry.end,
                    departure: entry.departure.unwrap_or(entry.released),
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
            legs: stops.legs(),
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

/// The stops of a journey by their names.
struct Stops<'a> {
    written: &'a WrittenJourney,
    journey: &'a circulation::Plan,
    /// The artefacts of which there are several specimens.
    several: BTreeSet<usize>,
}

impl<'a> Stops<'a> {
    fn new(written: &'a WrittenJourney, journey: &'a circulation::Plan) -> Stops<'a> {
        let visits = journey.circulation.visits();
        let several = visits
            .filter(|(_, it)| it.specimen > 0)
            .map(|(_, it)| it.artefact);
        Stops {
            written,
            journey,
            several: several.collect(),
        }
    }

    fn of(&self, visit: &circulation::Visit) -> Stop {
        let journey = &self.written.journey;
        let several = self.several.contains(&visit.artefact);
        Stop {
            artefact: journey.artefacts[visit.artefact].id.clone(),
            specimen: several.then_some(visit.specimen + 1),
            laboratory: journey.laboratories[visit.laboratory].id.clone(),
            ordinal: visit.ordinal,
        }
    }

    /// The transports by the day of their dispatch.
    fn legs(&self) -> Vec<Leg> {
        let (written, circulation) = (&self.written.journey, &self.journey.circulation);
        let dated = self.journey.timetable.iter().flat_map(|it| &it.legs);
        let dates: BTreeMap<_, _> = dated
            .map(|it| ((it.from, it.to), (it.dispatch, it.arrival)))
            .collect();
        let mut legs: Vec<Leg> = (circulation.legs())
            .filter(|(_, _, leg)| leg.kind == LegKind::Transport)
            .filter_map(|(from, to, leg)| {
                let (dispatch, arrival) = *dates.get(&(from, to))?;
                let times = LegTimes::new(written, circulation, to, leg);
                // Of several rules for one leg the later wins, part by part.
                let rules = || {
                    let all = leg.rules.iter().rev();
                    all.filter_map(|number| written.leg_rules.get(*number))
                };
                Some(Leg {
                    from: self.of(circulation.visit(from)),
                    to: self.of(circulation.visit(to)),
                    dispatch,
                    arrival,
                    carrier: rules().find_map(|rule| rule.carrier.clone()),
                    carnet: rules().find_map(|rule| rule.carnet.clone()),
                    hand_over: times.hand_over,
                    transit: times.transit,
                    customs: times.customs,
                    reserve: times.reserve,
                    reserve_at_return: times.reserve_at_return,
                })
            })
            .collect();
        legs.sort_by(|a, b| (a.dispatch, &a.from, &a.to).cmp(&(b.dispatch, &b.from, &b.to)));
        legs
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
        Some(Way::OnSite { .. }) => "on-site".to_owned(),
        Some(Way::Remote { .. }) => "remote".to_owned(),
        Some(Way::Route(_)) => "route".to_owned(),
        Some(Way::Ring) | None => "ring".to_owned(),
    }
}
