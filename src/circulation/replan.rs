//! Plans anew while the comparison is under way: what has happened stays, the rest is computed again.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use petgraph::Direction;
use serde::{Deserialize, Serialize};

use super::cause::Cause;
use super::finding::{Finding, FindingKind};
use super::graph::{Circulation, LegKind, VisitId};
use super::journey::{Calendars, Journey};
use super::plan::{Plan, Prepared, plan};
use super::schedule::Past;
use super::timetable::{Entry, Timetable};

/// What has happened so far.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Log {
    /// The day up to which the log reaches; the day of its last event when absent.
    ///
    /// Of what was planned up to that day and is not logged, it is assumed (and said) that it went as planned.
    #[serde(default)]
    pub as_of: Option<Date>,
    pub events: Vec<Event>,
}

/// Something that happened to a specimen of an artefact on the way to a laboratory or there.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Event {
    pub date: Date,
    pub artefact: String,
    #[serde(default)]
    pub specimen: usize,
    pub laboratory: String,
    /// Which visit of the laboratory, from 1; the first one to which the event can belong when absent.
    #[serde(default)]
    pub ordinal: Option<u32>,
    pub kind: EventKind,
}

/// What happened.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum EventKind {
    Arrived,
    Departed,
    /// Held on the way to the laboratory (customs, carrier): it arrives on this day at the earliest.
    HeldOnTheWay {
        until: Date,
    },
    /// Held at the laboratory: it leaves on this day at the earliest.
    HeldThere {
        until: Date,
    },
    /// Found damaged on the way to the laboratory or there: the artefact goes no further.
    Damaged,
    Lost,
}

/// A plan made anew.
#[derive(Debug, Clone)]
pub struct Replanned {
    /// The plan as it was before anything happened.
    pub before: Plan,
    /// The plan that follows from the log; its findings include those about the log.
    pub after: Plan,
    /// The day up to which the log reaches.
    pub as_of: Option<Date>,
    /// What the log tells.
    pub events: Vec<Event>,
    /// Visits during which an artefact was damaged or lost.
    pub interrupted: Vec<VisitId>,
    /// Visits that do not take place.
    pub stopped: Vec<VisitId>,
    /// What each laboratory must be told, by its index, in the order of its visits.
    pub tell: BTreeMap<usize, Vec<Change>>,
}

/// A date that changes for a laboratory and is not past.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Change {
    pub visit: VisitId,
    pub what: What,
    pub old: Option<Date>,
    pub new: Option<Date>,
}

/// Which date changes.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum What {
    Arrival,
    /// First measuring day.
    Start,
    /// Last measuring day.
    End,
    Departure,
    /// The visit does not take place; `old` is the arrival once planned.
    Cancelled,
}

/// Plans the rest of a journey of which `log` tells the beginning.
pub fn replan(journey: &Journey, calendars: &Calendars, log: &Log) -> Replanned {
    let before = plan(journey, calendars);
    let as_of = log.as_of.or(log.events.iter().map(|it| it.date).max());
    let mut history = History::new(journey, &before, as_of);
    history.read(log);
    history.fill(log);
    let mut after = Prepared::new(journey, calendars).finish(journey, calendars, &history.past);
    after.findings.extend(history.findings);
    if let (Some(timetable), Some(as_of)) = (&after.timetable, as_of) {
        let notes = assumed(&after.circulation, timetable, &history.past, as_of);
        after.findings.extend(notes);
    }
    let tell = changes(&before, &after, as_of);
    Replanned {
        tell,
        as_of,
        events: log.events.clone(),
        interrupted: history.interrupted.into_iter().collect(),
        stopped: (history.past.iter().enumerate())
            .filter(|(_, it)| it.stopped)
            .map(|(index, _)| VisitId(index))
            .collect(),
        before,
        after,
    }
}

struct History<'a> {
    journey: &'a Journey,
    plan: &'a Plan,
    as_of: Option<Date>,
    past: Vec<Past>,
    /// The event that tells of a departure.
    departures: BTreeMap<VisitId, usize>,
    interrupted: BTreeSet<VisitId>,
    findings: Vec<Finding>,
}

impl<'a> History<'a> {
    fn new(journey: &'a Journey, plan: &'a Plan, as_of: Option<Date>) -> History<'a> {
        History {
            journey,
            plan,
            as_of,
            past: vec![Past::default(); plan.circulation.len()],
            departures: BTreeMap::new(),
            interrupted: BTreeSet::new(),
            findings: Vec::new(),
        }
    }

    fn entry(&self, visit: VisitId) -> Option<&'a Entry> {
        self.plan.timetable.as_ref()?.entry(visit)
    }

    /// Enters the events in the order of their days.
    fn read(&mut self, log: &Log) {
        let mut order: Vec<usize> = (0..log.events.len()).collect();
        order.sort_by_key(|it| (log.events[*it].date, *it));
        for index in order {
            let event = &log.events[index];
            match self.meant(event) {
                Some(visit) => self.enter(index, event, visit),
                None => {
                    let laboratory = (self.journey.laboratories.iter())
                        .position(|it| it.id == event.laboratory)
                        .map(Cause::Laboratory);
                    let at: Vec<Cause> = [Cause::Event(index)]
                        .into_iter()
                        .chain(laboratory)
                        .collect();
                    self.findings
                        .push(Finding::new(FindingKind::EventWithoutVisit, at));
                }
            }
        }
    }

    /// The visit of which an event speaks: the first with that name to which nothing of the kind has happened yet.
    fn meant(&self, event: &Event) -> Option<VisitId> {
        let fits = |visit: VisitId| {
            let past = &self.past[visit.0];
            match event.kind {
                EventKind::Arrived => past.arrived.is_none() && past.departed.is_none(),
                _ => past.departed.is_none(),
            }
        };
        let named: Vec<VisitId> = (self.plan.circulation.visits())
            .filter(|(_, it)| {
                self.journey.artefacts[it.artefact].id == event.artefact
                    && it.specimen == event.specimen
                    && self.journey.laboratories[it.laboratory].id == event.laboratory
                    && event.ordinal.is_none_or(|wanted| wanted == it.ordinal)
            })
            .map(|(visit, _)| visit)
            .collect();
        let last = named.last().copied();
        named.into_iter().find(|it| fits(*it)).or(last)
    }

    fn enter(&mut self, index: usize, event: &Event, visit: VisitId) {
        let planned = self.entry(visit).map(|it| it.arrival);
        let past = &mut self.past[visit.0];
        match event.kind {
            EventKind::Arrived => past.arrived = Some((event.date, Some(index))),
            EventKind::Departed => {
                past.departed = Some(event.date);
                self.departures.insert(visit, index);
            }
            EventKind::HeldOnTheWay { until } => past.arrives_from = Some(until),
            EventKind::HeldThere { until } => past.leaves_from = Some(until),
            EventKind::Damaged => {
                let there = past.arrived.is_some() || planned.is_some_and(|it| it <= event.date);
                self.stop(index, event.date, visit, there);
            }
            // What was never told to have arrived got lost before it did.
            EventKind::Lost => {
                let there = past.arrived.is_some();
                self.stop(index, event.date, visit, there);
            }
        }
    }

    /// The artefact goes no further than `visit`, or does not even reach it.
    fn stop(&mut self, index: usize, day: Date, visit: VisitId, there: bool) {
        if there {
            self.interrupted.insert(visit);
            self.past[visit.0].interrupted = Some(day);
        }
        let graph = &self.plan.circulation.graph;
        let mut affected = if there { Vec::new() } else { vec![visit] };
        let mut open = vec![visit];
        while let Some(current) = open.pop() {
            for next in graph.neighbors_directed(current.node(), Direction::Outgoing) {
                let travels = (graph.edges_connecting(current.node(), next))
                    .any(|it| !matches!(it.weight().kind, LegKind::Precedence(_)));
                let next = VisitId(next.index());
                if travels && !affected.contains(&next) {
                    affected.push(next);
                    open.push(next);
                }
            }
        }
        affected.sort_unstable();
        for visit in affected {
            self.past[visit.0].stopped = true;
            let origin = self.plan.circulation.visit(visit).origin.clone();
            let kind = FindingKind::Stopped { visit };
            self.findings
                .push(Finding::new(kind, [Cause::Event(index), origin]));
        }
    }

    /// Fixes what must have happened before the last thing logged of each way, and, where nothing is logged, what was planned up to
    /// the day of the log.
    fn fill(&mut self, log: &Log) {
        for way in &self.plan.ways {
            let logged = |it: &VisitId| {
                self.past[it.0].arrived.is_some() || self.past[it.0].departed.is_some()
            };
            match way.iter().rposition(logged) {
                Some(last) => self.fill_before(&way[..=last], log),
                None => self.fill_unlogged(way),
            }
        }
    }

    fn fill_unlogged(&mut self, way: &[VisitId]) {
        let Some(as_of) = self.as_of else {
            return;
        };
        for visit in way {
            let Some(entry) = self.entry(*visit) else {
                continue;
            };
            let past = &mut self.past[visit.0];
            if past.arrives_from.is_some() || past.stopped {
                return;
            }
            if entry.arrival <= as_of {
                past.arrived = Some((entry.arrival, None));
            }
        }
    }

    fn fill_before(&mut self, way: &[VisitId], log: &Log) {
        let mut bound: Option<(Date, Option<usize>)> = None;
        for (position, visit) in way.iter().enumerate().rev() {
            let Some(entry) = self.entry(*visit) else {
                continue;
            };
            let past = &self.past[visit.0];
            let passed = position + 1 < way.len();
            let event = self.departures.get(visit).copied();
            let planned = entry.departure.filter(|_| passed);
            let departed = settle(past.departed, planned, bound);
            if let (Some(day), true) = (past.departed, event.is_some()) {
                self.contradiction(*visit, day, event, bound, log);
            }
            bound = departed.map(|day| (day, event)).or(bound);
            let past = &self.past[visit.0];
            let told = past.arrived;
            if let Some((day, index)) = told {
                self.contradiction(*visit, day, index, bound, log);
            }
            let arrived = settle(told.map(|it| it.0), Some(entry.arrival), bound);
            let index = told.and_then(|it| it.1);
            bound = arrived.map(|day| (day, index)).or(bound);
            let past = &mut self.past[visit.0];
            past.departed = departed;
            past.arrived = arrived.map(|day| (day, index));
        }
    }

    fn contradiction(
        &mut self,
        visit: VisitId,
        day: Date,
        index: Option<usize>,
        bound: Option<(Date, Option<usize>)>,
        log: &Log,
    ) {
        let Some((later, other)) = bound.filter(|(later, _)| day > *later) else {
            return;
        };
        let other = other.or(log.events.iter().position(|it| it.date == later));
        let at: BTreeSet<Cause> = [index, other]
            .into_iter()
            .flatten()
            .map(Cause::Event)
            .collect();
        self.findings.push(Finding::new(
            FindingKind::LogContradicts { visit },
            Vec::from_iter(at),
        ));
    }
}

/// The day logged, or the day planned, but not after what is known to have come later.
fn settle(
    logged: Option<Date>,
    planned: Option<Date>,
    bound: Option<(Date, Option<usize>)>,
) -> Option<Date> {
    let day = logged.or(planned)?;
    Some(bound.map_or(day, |(later, _)| day.min(later)))
}

/// Notes on what is taken to have gone as planned, although nothing after it proves that it did.
fn assumed(
    circulation: &Circulation,
    timetable: &Timetable,
    past: &[Past],
    as_of: Date,
) -> Vec<Finding> {
    // Where a journey begins nothing arrives.
    let arrives = |visit: VisitId| {
        let graph = &circulation.graph;
        let mut before = graph.neighbors_directed(visit.node(), Direction::Incoming);
        before.next().is_some()
    };
    (timetable.entries.iter())
        .filter(|it| it.arrival <= as_of && arrives(it.visit))
        .filter(|it| {
            let past = &past[it.visit.0];
            let told = past.arrived.is_some_and(|(_, event)| event.is_some());
            !told && past.departed.is_none() && past.interrupted.is_none()
        })
        .map(|it| {
            let kind = FindingKind::TakenAsPlanned {
                visit: it.visit,
                planned: it.arrival,
            };
            Finding::new(kind, [circulation.visit(it.visit).origin.clone()])
        })
        .collect()
}

fn changes(before: &Plan, after: &Plan, as_of: Option<Date>) -> BTreeMap<usize, Vec<Change>> {
    let mut tell: BTreeMap<usize, Vec<Change>> = BTreeMap::new();
    let (Some(old), Some(new)) = (&before.timetable, &after.timetable) else {
        return tell;
    };
    let past = |day: Option<Date>| day.is_none() || as_of.is_some_and(|it| day <= Some(it));
    for was in &old.entries {
        let list = match new.entry(was.visit) {
            Some(is) => compare(was, is),
            None => vec![Change {
                visit: was.visit,
                what: What::Cancelled,
                old: Some(was.arrival),
                new: None,
            }],
        };
        let list = (list.into_iter())
            .filter(|it| it.what == What::Cancelled || !(past(it.old) && past(it.new)));
        let laboratory = before.circulation.visit(was.visit).laboratory;
        for change in list {
            tell.entry(laboratory).or_default().push(change);
        }
    }
    tell
}

fn compare(was: &Entry, is: &Entry) -> Vec<Change> {
    let pairs = [
        (What::Arrival, Some(was.arrival), Some(is.arrival)),
        (What::Start, Some(was.start), Some(is.start)),
        (What::End, Some(was.end), Some(is.end)),
        (What::Departure, was.departure, is.departure),
    ];
    (pairs.into_iter())
        .filter(|(_, old, new)| old != new)
        .map(|(what, old, new)| Change {
            visit: was.visit,
            what,
            old,
            new,
        })
        .collect()
}

#[cfg(test)]
mod tests;
