//! The backward pass: how far each visit may slip, and which visits decide the end.

use std::collections::BTreeSet;

use jiff::civil::Date;
use petgraph::Direction;
use petgraph::graph::DiGraph;
use petgraph::visit::EdgeRef;

use super::clock;
use super::graph::{LegKind, VisitId};
use super::places::Slot;
use super::schedule::{Forward, Planned, Problem};
use super::timetable::{Bond, PilotInterval};

/// Total and free slack of one visit, in days.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
pub(super) struct Slack {
    pub total: i32,
    pub free: i32,
}

/// The slack of every planned visit.
///
/// A visit's consequences are monotone in its arrival, so the last arrival without harm is found by bisection over the same
/// arithmetic that the forward pass uses; an inverse of calendars and absences is not needed.
pub(super) fn slack(problem: &Problem, forward: &Forward) -> Vec<Slack> {
    let Some(finish) = last_day(forward) else {
        return vec![Slack::default(); forward.planned.len()];
    };
    let mut backward = Backward {
        problem,
        forward,
        finish,
        queue: vec![None; forward.planned.len()],
        latest: vec![None; forward.planned.len()],
        latest_start: vec![None; forward.planned.len()],
    };
    for (first, next) in forward.bookings.iter().flat_map(|it| it.neighbours()) {
        backward.queue[first.0] = Some(next);
    }
    let mut slack = vec![Slack::default(); forward.planned.len()];
    for visit in order(problem, &backward.queue).into_iter().rev() {
        let Some(planned) = &forward.planned[visit.0] else {
            continue;
        };
        let total = backward.last_arrival(visit, planned, false);
        let free = backward.last_arrival(visit, planned, true);
        backward.latest[visit.0] = Some(total);
        if problem.exclusive(visit) {
            backward.latest_start[visit.0] = Some(backward.last_start(visit, planned));
        }
        slack[visit.0] = Slack {
            total: clock::days(planned.slot.arrival, total),
            free: clock::days(planned.slot.arrival, free),
        };
    }
    slack
}

/// Last measuring day of the whole circulation.
pub(super) fn last_day(forward: &Forward) -> Option<Date> {
    (forward.planned.iter().flatten())
        .map(|it| it.slot.end)
        .max()
}

/// All visits, each after everything on which it waits.
fn order(problem: &Problem, queue: &[Option<VisitId>]) -> Vec<VisitId> {
    let mut graph: DiGraph<(), ()> = DiGraph::new();
    for _ in 0..queue.len() {
        graph.add_node(());
    }
    for (from, to, _) in problem.circulation.legs() {
        graph.add_edge(from.node(), to.node(), ());
    }
    for (first, next) in queue.iter().enumerate() {
        if let Some(next) = next {
            graph.add_edge(VisitId(first).node(), next.node(), ());
        }
    }
    match petgraph::algo::toposort(&graph, None) {
        Ok(nodes) => nodes.into_iter().map(|it| VisitId(it.index())).collect(),
        // Only days reported by a log can contradict the order of the laboratory; then nothing has slack to give.
        Err(_) => Vec::new(),
    }
}

struct Backward<'a> {
    problem: &'a Problem<'a>,
    forward: &'a Forward,
    finish: Date,
    /// The visit that has the laboratory next.
    queue: Vec<Option<VisitId>>,
    /// The last arrival that does not delay the end, of the visits dealt with so far.
    latest: Vec<Option<Date>>,
    /// The last start of the measurement that does not delay the end. An artefact that waits in the laboratory may be taken up on a
    /// day on which no parcel arrives, so this can lie after `latest`.
    latest_start: Vec<Option<Date>>,
}

impl Backward<'_> {
    fn last_arrival(&self, visit: VisitId, planned: &Planned, free: bool) -> Date {
        let arrival = planned.slot.arrival;
        if matches!(planned.bound_by, Bond::Past(_)) {
            return arrival;
        }
        self.last_harmless(arrival, |day| {
            let slot = self.problem.slot(visit, day);
            slot.is_some_and(|slot| self.harmless(visit, &slot, free))
        })
    }

    fn last_start(&self, visit: VisitId, planned: &Planned) -> Date {
        let it = self.problem.circulation.visit(visit);
        self.last_harmless(planned.slot.start, |day| {
            let slot = self.problem.begun(visit, planned.slot.arrival, day);
            let slot = slot.and_then(|slot| {
                match self.problem.places.clash(it.place, it.laboratory, &slot) {
                    None => Some(slot),
                    Some(clash) => self.problem.slot(visit, clock::next_day(clash.until)?),
                }
            });
            slot.is_some_and(|slot| self.harmless(visit, &slot, false))
        })
    }

    /// The last day from `day` on that does no harm, if harm once done does not end.
    fn last_harmless(&self, day: Date, harmless: impl Fn(Date) -> bool) -> Date {
        let harmless = |days: i32| clock::later(day, days).is_some_and(&harmless);
        let span = clock::days(day, self.finish).max(0);
        let mut good = 0;
        let mut step = 1;
        while good < span && harmless((good + step).min(span)) {
            good = (good + step).min(span);
            step *= 2;
        }
        let mut bad = (good + step).min(span + 1);
        while bad - good > 1 {
            let middle = good + (bad - good) / 2;
            if harmless(middle) {
                good = middle;
            } else {
                bad = middle;
            }
        }
        clock::later(day, good).unwrap_or(day)
    }

    fn harmless(&self, visit: VisitId, slot: &Slot, free: bool) -> bool {
        let wish = &self.problem.wishes[visit.0];
        let asked = [wish.latest, wish.fixed].into_iter().flatten();
        let late = asked.into_iter().any(|(asked, _)| slot.arrival > asked);
        !late
            && slot.end <= self.finish
            && self.laboratory_in_time(visit, slot, free)
            && self.legs_in_time(visit, slot, free)
    }

    fn laboratory_in_time(&self, visit: VisitId, slot: &Slot, free: bool) -> bool {
        let Some(next) = self.queue[visit.0] else {
            return true;
        };
        let planned = self.forward.planned[next.0].as_ref();
        match (free, planned, self.latest_start[next.0]) {
            (true, Some(planned), _) => slot.done <= planned.slot.start,
            (false, _, Some(latest)) => slot.done <= latest,
            _ => true,
        }
    }

    fn legs_in_time(&self, visit: VisitId, slot: &Slot, free: bool) -> bool {
        let graph = &self.problem.circulation.graph;
        graph
            .edges_directed(visit.node(), Direction::Outgoing)
            .all(|edge| {
                let next = VisitId(edge.target().index());
                let Some(planned) = &self.forward.planned[next.0] else {
                    return true;
                };
                let leaves = match edge.weight().kind {
                    LegKind::Transport => slot.released,
                    _ => slot.done,
                };
                let durations = &self.problem.durations[edge.id().index()];
                let bound = if free {
                    planned.slot.arrival
                } else {
                    self.latest[next.0].unwrap_or(planned.slot.arrival)
                };
                (self.problem.places.travel(leaves, durations)).is_some_and(|day| day <= bound)
            })
    }
}

/// The chain of visits that bind one another up to the one that ends last, or the chains where several end on the same last day.
pub(super) fn critical_path(forward: &Forward) -> Vec<VisitId> {
    let last = last_day(forward);
    let ends = (forward.planned.iter().enumerate())
        .filter(|(_, it)| last.is_some() && it.as_ref().map(|it| it.slot.end) == last);
    let mut path = Vec::new();
    for visit in ends.flat_map(|(index, _)| chain(forward, VisitId(index))) {
        if !path.contains(&visit) {
            path.push(visit);
        }
    }
    path
}

/// The visits that bind one another up to `last`, the first first.
fn chain(forward: &Forward, last: VisitId) -> Vec<VisitId> {
    let mut path: Vec<VisitId> = Vec::new();
    let mut current = Some(last);
    while let Some(visit) = current {
        path.push(visit);
        let planned = forward.planned[visit.0].as_ref();
        current = planned.and_then(|it| match it.bound_by {
            Bond::After(before) | Bond::Occupied(before) => Some(before),
            Bond::Start | Bond::Away { .. } | Bond::Rule(_) | Bond::Past(_) => None,
        });
    }
    path.reverse();
    path
}

/// The intervals between pilot measurements of each specimen, in canonical order.
pub(super) fn pilot_intervals(
    problem: &Problem,
    forward: &Forward,
    ways: &[Vec<VisitId>],
    pilot: usize,
) -> Vec<PilotInterval> {
    let mut pairs = BTreeSet::new();
    for way in ways {
        let mut before = None;
        for visit in way {
            let it = problem.circulation.visit(*visit);
            if it.laboratory == pilot && it.measures && forward.planned[visit.0].is_some() {
                if let Some(before) = before {
                    pairs.insert((before, *visit));
                }
                before = Some(*visit);
            }
        }
    }
    (pairs.into_iter())
        .filter_map(|(from, to)| {
            let before = forward.planned[from.0].as_ref()?;
            let after = forward.planned[to.0].as_ref()?;
            let it = problem.circulation.visit(from);
            Some(PilotInterval {
                artefact: it.artefact,
                specimen: it.specimen,
                from,
                to,
                days: clock::days(before.slot.end, after.slot.start),
            })
        })
        .collect()
}
