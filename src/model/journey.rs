//! The journey that a protocol describes, and where each part of it was written.

mod rules;

use std::collections::BTreeMap;

use super::{Protocol, TimeKind, TravelPattern, Way};
use crate::circulation::order::{self, NoOrder, Request, Weigh};
use crate::circulation::{
    Absence, Artefact, Calendars, Cause, Distance, Journey, Laboratory, Pattern, Precedence,
    Reserve, Route, Stop, VisitName,
};
use crate::source::{Span, Spanned};
use crate::values::calendar::Calendar;
use crate::values::date::{Duration, PeriodKind};

/// A journey with the places in the source from which its items come.
#[derive(Debug, Clone)]
pub struct WrittenJourney {
    pub journey: Journey,
    pub calendars: Calendars,
    /// Orders that were asked for and found, each with the artefact and the place that asks.
    pub ordered: Vec<(usize, Span)>,
    /// Orders that were asked for and cannot be found: artefact, place and reason.
    pub unordered: Vec<(usize, Span, NoOrder)>,
    origins: Origins,
}

/// Where the items of a journey were written; what has no place of its own stands for the circulation as a whole.
#[derive(Debug, Clone, Default)]
struct Origins {
    circulation: Span,
    start: Span,
    limit: Option<Span>,
    stability: Option<Span>,
    calendar: Option<Span>,
    calendars: Vec<Option<Span>>,
    laboratories: Vec<Span>,
    absences: Vec<Vec<Span>>,
    artefacts: Vec<Span>,
    measured_by: BTreeMap<(usize, usize), Span>,
    patterns: Vec<Span>,
    stops: BTreeMap<(usize, usize, usize), Span>,
    visit_rules: Vec<Span>,
    leg_rules: Vec<Span>,
    precedences: Vec<Span>,
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
            Cause::Calendar(None) => origins.calendar,
            Cause::Calendar(Some(index)) => origins
                .calendars
                .get(*index)
                .copied()
                .flatten()
                .or(origins.calendar),
            Cause::Laboratory(index) => at(&origins.laboratories, *index),
            Cause::Absence {
                laboratory,
                absence,
            } => origins
                .absences
                .get(*laboratory)
                .and_then(|own| at(own, *absence)),
            Cause::Artefact(index) => at(&origins.artefacts, *index),
            Cause::MeasuredBy { artefact, entry } => self.measured_by(*artefact, *entry),
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
            Cause::Precedence(index) => at(&origins.precedences, *index),
            Cause::Event(_) => None,
        }
        .unwrap_or(origins.circulation)
    }

    /// Where it is said that a laboratory measures an artefact: in the artefact's list, or among the participants.
    fn measured_by(&self, artefact: usize, entry: usize) -> Option<Span> {
        if let Some(span) = self.origins.measured_by.get(&(artefact, entry)) {
            return Some(*span);
        }
        let name = self
            .journey
            .artefacts
            .get(artefact)?
            .measured_by
            .get(entry)?;
        let index = (self.journey.laboratories.iter()).position(|l| l.id == *name)?;
        self.origins.laboratories.get(index).copied()
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
        let mut origins = self.origins();
        let mut artefacts = Vec::new();
        for index in 0..self.artefacts.len() {
            artefacts.push(self.travelling(index, &mut origins));
        }
        let (visit_rules, leg_rules) = self.rules(&mut origins);
        let all = |kind: TimeKind| circulation.terms.general(kind).map(|t| t.period.duration);
        let after = |(artefact, laboratory): &(String, String)| VisitName {
            artefact: Some(artefact.clone()),
            ..VisitName::of(laboratory)
        };
        let journey = Journey {
            id: self.path.value.clone(),
            title: self.title.clone(),
            pilot: self.pilot.id.clone(),
            laboratories: self.laboratories().map(laboratory).collect(),
            artefacts,
            start: circulation.start,
            calendar: (!circulation.calendars.is_empty()).then(|| CALENDAR.to_owned()),
            stay: all(TimeKind::Stay).unwrap_or(UNSTATED),
            pilot_stay: None,
            transit: all(TimeKind::Transit).unwrap_or(UNSTATED),
            hand_over: all(TimeKind::HandOver),
            reserve: Reserve {
                each_leg: circulation.reserve.each_leg.as_ref().map(|r| r.duration),
                each_return: (circulation.reserve.each_return.as_ref()).map(|r| r.duration),
                at_end: circulation.reserve.at_end.as_ref().map(|r| r.duration),
            },
            working_days_only: !circulation.calendars.is_empty(),
            visit_rules,
            leg_rules,
            precedences: (circulation.waits.iter())
                .map(|wait| Precedence {
                    visit: after(&wait.visit),
                    after: after(&wait.after),
                })
                .collect(),
            limit: circulation.limit.as_ref().map(|l| l.duration),
            stability: (self.stability.as_ref())
                .and_then(|s| s.before.as_ref())
                .map(|(_, span)| span.duration),
            distances: (circulation.distances.iter())
                .map(|it| Distance {
                    from: it.from.clone(),
                    to: it.to.clone(),
                    kilometres: it.kilometres,
                })
                .collect(),
        };
        let mut written = WrittenJourney {
            journey,
            calendars: self.calendars(),
            ordered: Vec::new(),
            unordered: Vec::new(),
            origins,
        };
        self.put_in_order(&mut written);
        written
    }

    fn origins(&self) -> Origins {
        let circulation = &self.circulation;
        Origins {
            circulation: circulation.at,
            start: circulation.start_at,
            limit: circulation.limit.as_ref().map(|l| l.at),
            stability: self
                .stability
                .as_ref()
                .and_then(|s| s.before.as_ref())
                .map(|(_, span)| span.at),
            calendar: circulation.calendars.first().map(|name| name.span),
            calendars: self
                .laboratories()
                .map(|l| l.calendars.first().map(|name| name.span))
                .collect(),
            laboratories: self.laboratories().map(|l| l.at).collect(),
            absences: self
                .laboratories()
                .map(|l| l.unavailable.iter().map(|it| it.at).collect())
                .collect(),
            artefacts: self.artefacts.iter().map(|a| a.at).collect(),
            precedences: circulation.waits.iter().map(|wait| wait.at).collect(),
            ..Origins::default()
        }
    }

    /// An artefact with its pattern.
    fn travelling(&self, index: usize, origins: &mut Origins) -> Artefact {
        let artefact = &self.artefacts[index];
        let circulation = &self.circulation;
        let ways: Vec<&TravelPattern> = (circulation.patterns.iter())
            .filter(|p| {
                p.artefact
                    .as_ref()
                    .is_none_or(|name| name.value == artefact.id)
            })
            .collect();
        origins
            .patterns
            .push(ways.first().map_or(circulation.at, |way| way.at));
        for (entry, name) in artefact.measured_by.iter().enumerate() {
            origins.measured_by.insert((index, entry), name.span);
        }
        let measured_by = match artefact.measured_by.as_slice() {
            [] => self.participants.iter().map(|l| l.id.clone()).collect(),
            named => named.iter().map(|name| name.value.clone()).collect(),
        };
        let written = pattern(&ways, index, origins);
        let routes = matches!(written, Pattern::Routes { .. });
        // The times of a route written out are its own and do not hold for the other routes of the artefact.
        let general = |kind: TimeKind| {
            let mut of_all = ways.iter().filter(|_| !routes);
            of_all.find_map(|way| Some(way.terms.general(kind)?.period.duration))
        };
        let mut travelling = Artefact::new(&artefact.id, written, measured_by);
        travelling.title = artefact.title.clone();
        travelling.specimens = artefact.specimens;
        travelling.pilot_measures = (ways.iter())
            .find_map(|way| way.terms.pilot_measures)
            .or(circulation.terms.pilot_measures)
            .unwrap_or_default();
        travelling.stay = general(TimeKind::Stay);
        travelling.transit = general(TimeKind::Transit);
        travelling
    }

    /// Lets the orders be found that the author asks for, and nothing else.
    fn put_in_order(&self, written: &mut WrittenJourney) {
        for (artefact, declared) in self.artefacts.iter().enumerate() {
            let Some(wish) = (self.circulation.orders.iter().rev())
                .find(|wish| wish.artefact.as_ref().is_none_or(|id| *id == declared.id))
            else {
                continue;
            };
            let by = match &written.journey.artefacts[artefact].pattern {
                Pattern::Ring { .. } => None,
                Pattern::Petal { by, .. } => Some(*by),
                _ => {
                    // Where each laboratory has a way of its own, or the author writes every stop, there is nothing to put in order.
                    let named = wish.artefact.is_some();
                    if named {
                        written
                            .unordered
                            .push((artefact, wish.at, NoOrder::Pattern));
                    }
                    continue;
                }
            };
            let weigh = match wish.kilometres_per_day {
                Some(kilometres_per_day) => Weigh::Days { kilometres_per_day },
                None => Weigh::Kilometres,
            };
            let request = Request {
                artefact,
                by,
                goal: wish.goal,
                weigh,
            };
            match order::propose(&written.journey, &request) {
                Ok(proposal) => {
                    let pattern = proposal.pattern(&written.journey);
                    let travelling = &mut written.journey.artefacts[artefact];
                    travelling.pattern = pattern;
                    travelling.ordered = Some(proposal.ordered(&request));
                    written.ordered.push((artefact, wish.at));
                }
                Err(reason) => written.unordered.push((artefact, wish.at, reason)),
            }
        }
    }

    /// The calendars of the protocol, each set taken together, under the names by which the journey knows them.
    fn calendars(&self) -> Calendars {
        let common = merged(&self.circulation.calendars).map(|it| (CALENDAR.to_owned(), it));
        let own =
            (self.laboratories()).filter_map(|l| Some((calendar_of(l)?, merged(&l.calendars)?)));
        common.into_iter().chain(own).collect()
    }

    /// The calendar in force, or the bare weekend rule.
    pub fn calendar(&self) -> Calendar {
        self.calendars()
            .remove(CALENDAR)
            .unwrap_or_else(Calendar::weekends_only)
    }
}

/// The name under which the calendars of a protocol, taken together, stand in its journey.
const CALENDAR: &str = "calendar";

fn calendar_of(laboratory: &super::Laboratory) -> Option<String> {
    (!laboratory.calendars.is_empty()).then(|| format!("{CALENDAR} {}", laboratory.id))
}

fn merged(names: &[Spanned<String>]) -> Option<Calendar> {
    let mut merged: Option<Calendar> = None;
    for name in names {
        let Ok(Some(calendar)) = crate::values::calendar::read::standard(&name.value) else {
            continue;
        };
        merged = match merged {
            None => Some(calendar),
            Some(before) => before.merge(&calendar).ok().or(Some(before)),
        };
    }
    merged
}

fn laboratory(laboratory: &super::Laboratory) -> Laboratory {
    let unavailable = laboratory.unavailable.iter().map(|it| Absence {
        from: it.from,
        to: it.to,
        reason: it.reason.clone(),
    });
    Laboratory {
        title: laboratory.title.clone(),
        position: laboratory.position,
        calendar: calendar_of(laboratory),
        unavailable: unavailable.collect(),
        one_at_a_time: laboratory.one_at_a_time,
        ..Laboratory::new(&laboratory.id)
    }
}

fn pattern(ways: &[&TravelPattern], artefact: usize, origins: &mut Origins) -> Pattern {
    let written: Vec<_> = ways
        .iter()
        .filter_map(|way| match &way.kind {
            Way::Route(route) => Some((route, &way.terms)),
            _ => None,
        })
        .collect();
    if !written.is_empty() {
        let mut routes = Vec::new();
        for (number, (route, terms)) in written.into_iter().enumerate() {
            for (stop, name) in route.stops.iter().enumerate() {
                origins.stops.insert((artefact, number, stop), name.span);
            }
            let own = |kind: TimeKind| terms.general(kind).map(|t| t.period.duration);
            routes.push(Route {
                specimen: route.specimen,
                stops: route
                    .stops
                    .iter()
                    .map(|name| stop(route, &name.value))
                    .collect(),
                stay: own(TimeKind::Stay),
                transit: own(TimeKind::Transit),
            });
        }
        return Pattern::Routes { routes };
    }
    let changeover = || {
        let mut terms = ways.iter().map(|way| &way.terms);
        terms.find_map(|terms| Some(terms.general(TimeKind::Transit)?.period.duration))
    };
    match ways.first().map(|way| &way.kind) {
        Some(Way::Star) => Pattern::Star { order: Vec::new() },
        Some(Way::Petal(size)) => Pattern::Petal {
            by: *size as usize,
            order: Vec::new(),
        },
        Some(Way::Parallel) => Pattern::Parallel { order: Vec::new() },
        Some(Way::OnSite { place }) => Pattern::OnSite {
            order: Vec::new(),
            place: place.clone(),
            changeover: changeover(),
        },
        Some(Way::Remote { at_once }) => Pattern::Remote {
            order: Vec::new(),
            at_once: *at_once,
        },
        _ => Pattern::Ring { order: Vec::new() },
    }
}

fn stop(route: &super::WrittenRoute, laboratory: &str) -> Stop {
    let listed = |names: &[String]| names.iter().any(|it| it == laboratory);
    Stop {
        laboratory: laboratory.to_owned(),
        again: listed(&route.again),
        measures: !listed(&route.through),
    }
}
