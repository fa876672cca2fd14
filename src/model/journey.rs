//! The journey that a protocol describes, and where each part of it was written.

use std::collections::BTreeMap;

use super::{Protocol, Time, TimeKind, TravelPattern, Way};
use crate::circulation::{
    Absence, Artefact, Calendars, Cause, Journey, Laboratory, LegRule, Pattern, Reserve, Route,
    Stop, VisitName, VisitRule,
};
use crate::source::Span;
use crate::values::calendar::Calendar;
use crate::values::date::{Duration, PeriodKind};

/// A journey with the places in the source from which its items come.
#[derive(Debug, Clone)]
pub struct WrittenJourney {
    pub journey: Journey,
    pub calendars: Calendars,
    origins: Origins,
}

/// Where the items of a journey were written; what has no place of its own stands for the circulation as a whole.
#[derive(Debug, Clone, Default)]
struct Origins {
    circulation: Span,
    start: Span,
    limit: Option<Span>,
    stability: Option<Span>,
    laboratories: Vec<Span>,
    artefacts: Vec<Span>,
    patterns: Vec<Span>,
    stops: BTreeMap<(usize, usize, usize), Span>,
    visit_rules: Vec<Span>,
    leg_rules: Vec<Span>,
}

impl WrittenJourney {
    /// The place of a cause of a finding.
    pub fn place(&self, cause: &Cause) -> Span {
        let origins = &self.origins;
        let at = |list: &[Span], index: usize| list.get(index).copied();
        match cause {
            Cause::Pilot => at(&origins.laboratories, 0),
            Cause::Start => Some(origins.start),
            Cause::Limit => origins.limit,
            Cause::Stability(_) => origins.stability,
            Cause::Calendar(_) => None,
            Cause::Laboratory(index)
            | Cause::Absence {
                laboratory: index, ..
            } => at(&origins.laboratories, *index),
            Cause::Artefact(index) => at(&origins.artefacts, *index),
            Cause::MeasuredBy { artefact, entry } => {
                let name = self
                    .journey
                    .artefacts
                    .get(*artefact)
                    .and_then(|a| a.measured_by.get(*entry));
                let index = name
                    .and_then(|name| self.journey.laboratories.iter().position(|l| l.id == *name));
                index.and_then(|index| at(&origins.laboratories, index))
            }
            Cause::Pattern(index) => at(&origins.patterns, *index),
            Cause::Stop {
                artefact,
                route,
                stop,
            } => origins
                .stops
                .get(&(*artefact, *route, *stop))
                .copied()
                .or_else(|| at(&origins.patterns, *artefact)),
            Cause::VisitRule(index) => at(&origins.visit_rules, *index),
            Cause::LegRule(index) => at(&origins.leg_rules, *index),
            Cause::Precedence(_) | Cause::Event(_) => None,
        }
        .unwrap_or(origins.circulation)
    }
}

/// What a stay or a transit lasts when the protocol does not say: the least that can be planned with.
const UNSTATED: Duration = Duration {
    amount: 1,
    kind: PeriodKind::Day,
};

impl Protocol {
    /// The journey of this protocol with the calendars it names.
    pub fn journey(&self) -> WrittenJourney {
        let circulation = &self.circulation;
        let mut origins = Origins {
            circulation: circulation.at,
            start: circulation.start_at,
            limit: circulation.limit.as_ref().map(|l| l.at),
            stability: self
                .stability
                .as_ref()
                .and_then(|s| s.before.as_ref())
                .map(|(_, span)| span.at),
            laboratories: self.laboratories().map(|l| l.at).collect(),
            artefacts: self.artefacts.iter().map(|a| a.at).collect(),
            ..Origins::default()
        };
        let mut artefacts = Vec::new();
        for (index, artefact) in self.artefacts.iter().enumerate() {
            let ways: Vec<&TravelPattern> = circulation
                .patterns
                .iter()
                .filter(|p| {
                    p.artefact
                        .as_ref()
                        .is_none_or(|name| name.value == artefact.id)
                })
                .collect();
            origins
                .patterns
                .push(ways.first().map_or(circulation.at, |way| way.at));
            let measured_by = self.participants.iter().map(|l| l.id.clone()).collect();
            let mut travelling = Artefact::new(
                &artefact.id,
                pattern(&ways, index, &mut origins),
                measured_by,
            );
            travelling.title = artefact.title.clone();
            travelling.stay = general(&ways, TimeKind::Stay);
            travelling.transit = general(&ways, TimeKind::Transit);
            artefacts.push(travelling);
        }
        let (visit_rules, leg_rules) = self.rules(&mut origins);
        let all = |kind: TimeKind| {
            circulation
                .times
                .iter()
                .find(|t| t.kind == kind && t.laboratory.is_none())
                .map(|t| t.period.duration)
        };
        let journey = Journey {
            id: self.path.value.clone(),
            pilot: self.pilot.id.clone(),
            laboratories: self.laboratories().map(laboratory).collect(),
            artefacts,
            start: circulation.start,
            calendar: (!circulation.calendars.is_empty()).then(|| CALENDAR.to_owned()),
            stay: all(TimeKind::Stay).unwrap_or(UNSTATED),
            pilot_stay: None,
            transit: all(TimeKind::Transit).unwrap_or(UNSTATED),
            hand_over: None,
            reserve: Reserve {
                at_end: circulation.reserve.as_ref().map(|r| r.duration),
                ..Reserve::default()
            },
            working_days_only: !circulation.calendars.is_empty(),
            visit_rules,
            leg_rules,
            precedences: Vec::new(),
            limit: circulation.limit.as_ref().map(|l| l.duration),
            stability: None,
            distances: Vec::new(),
        };
        WrittenJourney {
            journey,
            calendars: self.calendars(),
            origins,
        }
    }

    /// The calendars of the protocol as one, under the name by which the journey knows it.
    fn calendars(&self) -> Calendars {
        let mut merged: Option<Calendar> = None;
        for name in &self.circulation.calendars {
            let Ok(Some(calendar)) = crate::values::calendar::read::standard(&name.value) else {
                continue;
            };
            merged = match merged {
                None => Some(calendar),
                Some(before) => before.merge(&calendar).ok().or(Some(before)),
            };
        }
        merged
            .map(|calendar| Calendars::from([(CALENDAR.to_owned(), calendar)]))
            .unwrap_or_default()
    }

    /// The calendar in force, or the bare weekend rule.
    pub fn calendar(&self) -> Calendar {
        self.calendars()
            .remove(CALENDAR)
            .unwrap_or_else(Calendar::weekends_only)
    }

    fn rules(&self, origins: &mut Origins) -> (Vec<VisitRule>, Vec<LegRule>) {
        let circulation = &self.circulation;
        let mut visits = Vec::new();
        let mut legs = Vec::new();
        let everywhere = circulation.times.iter().map(|time| (time, None));
        let by_pattern = circulation
            .patterns
            .iter()
            .flat_map(|p| p.times.iter().map(move |time| (time, p.artefact.as_ref())));
        for (time, artefact) in everywhere.chain(by_pattern) {
            let artefact = artefact.map(|name| name.value.clone());
            let laboratory = time.laboratory.as_ref().map(|name| name.value.clone());
            match (time.kind, laboratory) {
                (TimeKind::Stay, Some(laboratory)) => {
                    let visit = VisitName {
                        artefact,
                        ..VisitName::of(laboratory)
                    };
                    visits.push(VisitRule {
                        stay: Some(time.period.duration),
                        ..VisitRule::new(visit)
                    });
                    origins.visit_rules.push(time.period.at);
                }
                (TimeKind::Transit, Some(to)) => {
                    legs.push(LegRule {
                        artefact,
                        to: Some(to),
                        transit: Some(time.period.duration),
                        ..LegRule::default()
                    });
                    origins.leg_rules.push(time.period.at);
                }
                (TimeKind::Customs, to) => {
                    legs.push(LegRule {
                        artefact,
                        to,
                        customs: Some(time.period.duration),
                        ..LegRule::default()
                    });
                    origins.leg_rules.push(time.period.at);
                }
                // Times for every stop are the journey's or the artefact's own defaults.
                (TimeKind::Stay | TimeKind::Transit, None) => {}
            }
        }
        (visits, legs)
    }
}

/// The name under which the calendars of a protocol, taken together, stand in its journey.
const CALENDAR: &str = "calendar";

fn laboratory(laboratory: &super::Laboratory) -> Laboratory {
    let unavailable = laboratory.unavailable.iter().map(|(from, to)| Absence {
        from: *from,
        to: *to,
        reason: Default::default(),
    });
    Laboratory {
        title: laboratory.title.clone(),
        unavailable: unavailable.collect(),
        ..Laboratory::new(&laboratory.id)
    }
}

fn general(ways: &[&TravelPattern], kind: TimeKind) -> Option<Duration> {
    let mut times = ways.iter().flat_map(|way| &way.times);
    times
        .find(|t: &&Time| t.kind == kind && t.laboratory.is_none())
        .map(|t| t.period.duration)
}

fn pattern(ways: &[&TravelPattern], artefact: usize, origins: &mut Origins) -> Pattern {
    let written: Vec<_> = ways
        .iter()
        .filter_map(|way| match &way.kind {
            Way::Route(stops) => Some(stops),
            _ => None,
        })
        .collect();
    if !written.is_empty() {
        let mut routes = Vec::new();
        for (route, stops) in written.into_iter().enumerate() {
            for (stop, name) in stops.iter().enumerate() {
                origins.stops.insert((artefact, route, stop), name.span);
            }
            routes.push(Route {
                specimen: 0,
                stops: stops.iter().map(|name| Stop::at(&name.value)).collect(),
            });
        }
        return Pattern::Routes { routes };
    }
    match ways.first().map(|way| &way.kind) {
        Some(Way::Star) => Pattern::Star { order: Vec::new() },
        Some(Way::Petal(size)) => Pattern::Petal {
            by: *size as usize,
            order: Vec::new(),
        },
        Some(Way::Parallel) => Pattern::Parallel { order: Vec::new() },
        Some(Way::OnSite) => Pattern::OnSite {
            order: Vec::new(),
            place: None,
            changeover: general(ways, TimeKind::Transit),
        },
        _ => Pattern::Ring { order: Vec::new() },
    }
}
