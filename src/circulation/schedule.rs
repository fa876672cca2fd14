//! The forward pass: the earliest dates of all visits, with laboratories that measure one artefact at a time.

use std::cmp::Reverse;
use std::collections::BinaryHeap;

use jiff::civil::Date;
use petgraph::Direction;
use petgraph::visit::EdgeRef;

use super::bookings::Bookings;
use super::cause::Cause;
use super::clock;
use super::finding::{Finding, FindingKind};
use super::graph::{Circulation, LegKind, VisitId};
use super::journey::{Calendars, Journey};
use super::places::{Avoided, Places, Slot};
use super::timetable::{Bond, LegDates};
use super::wishes::{Wish, leg_durations};
use crate::values::date::Duration;

/// What the log of a running comparison says of one visit.
#[derive(Debug, Clone, Default)]
pub(super) struct Past {
    /// Day of arrival, with the event that tells.
    pub arrived: Option<(Date, Option<usize>)>,
    /// Day of departure.
    pub departed: Option<Date>,
    /// The artefact cannot arrive before this day.
    pub arrives_from: Option<Date>,
    /// The artefact cannot leave before this day.
    pub leaves_from: Option<Date>,
    /// The day on which the artefact was damaged or lost during the visit.
    pub interrupted: Option<Date>,
    /// The visit does not take place.
    pub stopped: bool,
}

/// The dates of one visit as the forward pass finds them.
#[derive(Debug, Clone)]
pub(super) struct Planned {
    pub slot: Slot,
    pub bound_by: Bond,
}

/// What the forward and the backward pass work on.
pub(super) struct Problem<'a> {
    pub journey: &'a Journey,
    pub circulation: &'a Circulation,
    pub wishes: &'a [Wish],
    pub past: &'a [Past],
    pub places: Places<'a>,
    /// The durations of each leg, by edge.
    pub durations: Vec<Vec<Duration>>,
}

impl<'a> Problem<'a> {
    pub fn new(
        journey: &'a Journey,
        calendars: &'a Calendars,
        circulation: &'a Circulation,
        wishes: &'a [Wish],
        past: &'a [Past],
    ) -> Problem<'a> {
        let durations = (circulation.legs())
            .map(|(_, to, leg)| leg_durations(journey, circulation, to, leg))
            .collect();
        Problem {
            journey,
            circulation,
            wishes,
            past,
            places: Places::new(journey, calendars),
            durations,
        }
    }

    /// The visit's earliest slot from `candidate` on, without regard to other artefacts.
    pub fn slot(&self, visit: VisitId, candidate: Date) -> Option<Slot> {
        let it = self.circulation.visit(visit);
        let stay = &self.wishes[visit.0].stay;
        let mut slot = self.places.slot(it.place, it.laboratory, stay, candidate)?;
        self.hold(visit, &mut slot);
        Some(slot)
    }

    /// The same slot with its measurement begun on `from` or later.
    pub fn begun(&self, visit: VisitId, arrival: Date, from: Date) -> Option<Slot> {
        let it = self.circulation.visit(visit);
        let stay = &self.wishes[visit.0].stay;
        let mut slot = self.places.measure(it.place, stay, arrival, from)?;
        self.hold(visit, &mut slot);
        Some(slot)
    }

    fn hold(&self, visit: VisitId, slot: &mut Slot) {
        let past = &self.past[visit.0];
        if let Some(day) = past.leaves_from {
            slot.released = slot.released.max(day);
        }
        if let Some(day) = past.interrupted {
            slot.end = slot.end.min(day).max(slot.start);
        }
        if let Some(day) = past.departed {
            slot.released = day;
            slot.end = slot.end.min(day).max(slot.start.min(day));
            slot.start = slot.start.min(day);
            slot.done = slot.done.min(day);
        }
    }

    /// Whether the laboratory of the visit measures one artefact at a time.
    pub fn exclusive(&self, visit: VisitId) -> bool {
        let laboratory = self.circulation.visit(visit).laboratory;
        self.journey.laboratories[laboratory].one_at_a_time
    }
}

/// What the forward pass gives.
pub(super) struct Forward {
    /// By visit; `None` for visits that do not take place.
    pub planned: Vec<Option<Planned>>,
    pub legs: Vec<LegDates>,
    pub bookings: Vec<Bookings>,
    pub findings: Vec<Finding>,
}

/// Plans every visit as early as the wishes, the roads and the laboratories allow.
///
/// Visits are placed in the order of the day on which they could arrive, at the same day in canonical order; so a laboratory that
/// measures one artefact at a time takes first what comes first. Visits with a fixed day have their place reserved beforehand.
pub(super) fn forward(problem: &Problem) -> Forward {
    let circulation = problem.circulation;
    let mut pass = Pass {
        problem,
        ready: vec![None; circulation.len()],
        reserved: vec![None; circulation.len()],
        out: Forward {
            planned: vec![None; circulation.len()],
            legs: Vec::new(),
            bookings: vec![Bookings::default(); problem.journey.laboratories.len()],
            findings: Vec::new(),
        },
    };
    pass.reserve_fixed();
    pass.run();
    pass.legs();
    pass.out
}

struct Pass<'a> {
    problem: &'a Problem<'a>,
    /// For each visit the earliest day known so far, and what binds it.
    ready: Vec<Option<(Date, Bond)>>,
    /// First measuring day of the bookings made beforehand.
    reserved: Vec<Option<Date>>,
    out: Forward,
}

impl Pass<'_> {
    fn reserve_fixed(&mut self) {
        for (visit, it) in self.problem.circulation.visits() {
            let Some((fixed, rule)) = self.problem.wishes[visit.0].fixed else {
                continue;
            };
            if !self.problem.exclusive(visit) || self.problem.past[visit.0].stopped {
                continue;
            }
            let Some(slot) = self.problem.slot(visit, fixed) else {
                continue;
            };
            let bookings = &mut self.out.bookings[it.laboratory];
            if let Some((_, other)) = bookings.overlapping(&slot) {
                let theirs = self.problem.wishes[other.0]
                    .fixed
                    .map(|(_, it)| Cause::VisitRule(it));
                let at: Vec<Cause> = [Cause::VisitRule(rule)].into_iter().chain(theirs).collect();
                let kind = FindingKind::DoubleBooked { visit, other };
                self.out.findings.push(Finding::new(kind, at));
            } else {
                bookings.book(&slot, visit);
                self.reserved[visit.0] = Some(slot.start);
            }
        }
    }

    fn run(&mut self) {
        let graph = &self.problem.circulation.graph;
        let mut waiting: Vec<usize> = (graph.node_indices())
            .map(|it| graph.edges_directed(it, Direction::Incoming).count())
            .collect();
        let mut queue = BinaryHeap::new();
        for (visit, _) in self.problem.circulation.visits() {
            if waiting[visit.0] == 0 {
                self.ready[visit.0] = Some((self.problem.journey.start, Bond::Start));
                queue.push(Reverse((self.candidate(visit), visit)));
            }
        }
        while let Some(Reverse((_, visit))) = queue.pop() {
            if !self.problem.past[visit.0].stopped {
                self.place(visit);
            }
            for edge in graph.edges_directed(visit.node(), Direction::Outgoing) {
                let next = VisitId(edge.target().index());
                self.arrive(visit, next, edge.id().index());
                waiting[next.0] -= 1;
                if waiting[next.0] == 0 {
                    queue.push(Reverse((self.candidate(next), next)));
                }
            }
        }
    }

    /// Lets what leaves `from` arrive at `to`.
    fn arrive(&mut self, from: VisitId, to: VisitId, edge: usize) {
        let Some(planned) = &self.out.planned[from.0] else {
            return;
        };
        let leaves = match self
            .problem
            .circulation
            .graph
            .edge_weight(petgraph::graph::EdgeIndex::new(edge))
        {
            Some(leg) if leg.kind == LegKind::Transport => planned.slot.released,
            _ => planned.slot.done,
        };
        let Some(day) = self
            .problem
            .places
            .travel(leaves, &self.problem.durations[edge])
        else {
            return self.out_of_range(to);
        };
        let known = self.ready[to.0];
        if known.is_none_or(|(earlier, _)| day > earlier) {
            self.ready[to.0] = Some((day, Bond::After(from)));
        }
    }

    /// The earliest day on which a visit may be tried, and what binds it.
    fn wanted(&self, visit: VisitId) -> Option<(Date, Bond)> {
        let (mut day, mut bond) = self.ready[visit.0]?;
        let wish = &self.problem.wishes[visit.0];
        for (asked, rule) in [wish.earliest, wish.fixed].into_iter().flatten() {
            if asked > day {
                (day, bond) = (asked, Bond::Rule(rule));
            }
        }
        if let Some(floor) = self.problem.past[visit.0].arrives_from {
            day = day.max(floor);
        }
        Some((day, bond))
    }

    fn candidate(&self, visit: VisitId) -> Date {
        self.wanted(visit).map_or(Date::MAX, |(day, _)| day)
    }

    fn place(&mut self, visit: VisitId) {
        let problem = self.problem;
        let laboratory = problem.circulation.visit(visit).laboratory;
        if let Some((day, event)) = problem.past[visit.0].arrived {
            let slot = problem.begun(visit, day, day);
            if let Some(event) = event {
                self.report_arrival(visit, day, event, slot.as_ref());
            }
            return self.settle(visit, slot, Bond::Past(event));
        }
        let Some((wanted, bond)) = self.wanted(visit) else {
            return;
        };
        if let Some(start) = self.reserved[visit.0] {
            self.out.bookings[laboratory].release(start, visit);
        }
        let Some((slot, occupied)) = self.free_slot(visit, wanted) else {
            return self.out_of_range(visit);
        };
        self.report_delays(visit, &slot, occupied);
        self.report_wishes(visit, slot.arrival, bond);
        let bond = match (occupied, slot.avoided) {
            (Some((by, _)), _) => Bond::Occupied(by),
            (None, Some(avoided)) => Bond::Away {
                laboratory: avoided.laboratory,
                absence: avoided.absence,
            },
            (None, None) => bond,
        };
        self.settle(visit, Some(slot), bond);
    }

    fn settle(&mut self, visit: VisitId, slot: Option<Slot>, bound_by: Bond) {
        let Some(slot) = slot else {
            return self.out_of_range(visit);
        };
        if self.problem.exclusive(visit) {
            let laboratory = self.problem.circulation.visit(visit).laboratory;
            self.out.bookings[laboratory].book(&slot, visit);
        }
        self.out.planned[visit.0] = Some(Planned { slot, bound_by });
    }

    /// The earliest slot in which the laboratory is free, and who made the visit wait from which day.
    fn free_slot(&self, visit: VisitId, wanted: Date) -> Option<(Slot, Option<(VisitId, Date)>)> {
        let problem = self.problem;
        let it = problem.circulation.visit(visit);
        let mut slot = problem.slot(visit, wanted)?;
        if !problem.exclusive(visit) {
            return Some((slot, None));
        }
        let first = slot.start;
        let mut occupied = None;
        loop {
            let bookings = &self.out.bookings[it.laboratory];
            let Some((until, by)) = bookings.overlapping(&slot) else {
                return Some((slot, occupied));
            };
            occupied = Some((by, first));
            let avoided = slot.avoided;
            slot = problem.begun(visit, slot.arrival, until)?;
            slot.avoided = avoided;
            if let Some(clash) = problem.places.clash(it.place, it.laboratory, &slot) {
                let avoided = Avoided {
                    laboratory: clash.laboratory,
                    absence: clash.absence,
                    without: slot.arrival,
                };
                slot = problem.slot(visit, clock::next_day(clash.until)?)?;
                slot.avoided = Some(avoided);
            }
        }
    }

    fn report_delays(&mut self, visit: VisitId, slot: &Slot, occupied: Option<(VisitId, Date)>) {
        let circulation = self.problem.circulation;
        let it = circulation.visit(visit);
        if let Some(avoided) = slot.avoided {
            let kind = FindingKind::DelayedByAbsence {
                visit,
                without: avoided.without,
                days: clock::days(avoided.without, slot.arrival),
            };
            let at = [absence(avoided), it.origin.clone()];
            self.out.findings.push(Finding::new(kind, at));
        }
        if let Some((occupied_by, from)) = occupied {
            let kind = FindingKind::WaitsForLaboratory {
                visit,
                occupied_by,
                days: clock::days(from, slot.start),
            };
            let other = circulation.visit(occupied_by).origin.clone();
            let at = [it.origin.clone(), other, Cause::Laboratory(it.laboratory)];
            self.out.findings.push(Finding::new(kind, at));
        }
    }

    fn report_wishes(&mut self, visit: VisitId, possible: Date, bond: Bond) {
        let wish = &self.problem.wishes[visit.0];
        let from = match bond {
            Bond::After(before) => self.problem.circulation.visit(before).origin.clone(),
            Bond::Rule(rule) if wish.fixed.is_none_or(|(_, it)| it != rule) => {
                Cause::VisitRule(rule)
            }
            _ => Cause::Start,
        };
        let fixed = wish.fixed.filter(|(fixed, _)| possible > *fixed);
        if let Some((fixed, rule)) = fixed {
            let (kind, other) = if bond == Bond::Rule(rule) || self.candidate(visit) == fixed {
                self.closed(visit, fixed)
            } else {
                let kind = FindingKind::FixedImpossible {
                    visit,
                    fixed,
                    possible,
                };
                (kind, from.clone())
            };
            let at = [Cause::VisitRule(rule), other];
            self.out.findings.push(Finding::new(kind, at));
        }
        if let Some((latest, rule)) = wish.latest.filter(|(latest, _)| possible > *latest) {
            let kind = FindingKind::LatestMissed {
                visit,
                latest,
                possible,
            };
            let at = [Cause::VisitRule(rule), from];
            self.out.findings.push(Finding::new(kind, at));
        }
    }

    /// What an arrival that the log tells of does to the wishes and absences of the visit.
    fn report_arrival(&mut self, visit: VisitId, arrived: Date, event: usize, slot: Option<&Slot>) {
        let problem = self.problem;
        let wish = &problem.wishes[visit.0];
        let fixed = wish.fixed.filter(|(day, _)| arrived != *day);
        let earliest = wish.earliest.filter(|(day, _)| arrived < *day);
        let latest = wish.latest.filter(|(day, _)| arrived > *day);
        for (wished, rule) in [fixed, earliest, latest].into_iter().flatten() {
            let kind = FindingKind::ArrivedAgainstWish {
                visit,
                wished,
                arrived,
            };
            let at = [Cause::Event(event), Cause::VisitRule(rule)];
            self.out.findings.push(Finding::new(kind, at));
        }
        let it = problem.circulation.visit(visit);
        let under_way = problem.past[visit.0].departed.is_none();
        let clash = slot
            .filter(|_| under_way)
            .and_then(|slot| problem.places.clash(it.place, it.laboratory, slot));
        if let Some(clash) = clash {
            let away = &problem.journey.laboratories[clash.laboratory].unavailable[clash.absence];
            let kind = FindingKind::AwayDuringVisit {
                visit,
                from: away.from,
                to: away.to,
            };
            let absence = Cause::Absence {
                laboratory: clash.laboratory,
                absence: clash.absence,
            };
            self.out
                .findings
                .push(Finding::new(kind, [Cause::Event(event), absence]));
        }
    }

    /// The place is closed on the fixed day, by its calendar or by an absence.
    fn closed(&self, visit: VisitId, fixed: Date) -> (FindingKind, Cause) {
        let it = self.problem.circulation.visit(visit);
        let avoided = (self.problem.slot(visit, fixed)).and_then(|slot| slot.avoided);
        let cause = avoided.map_or(Cause::Calendar(Some(it.place)), absence);
        (FindingKind::FixedOnClosedDay { visit, fixed }, cause)
    }

    fn out_of_range(&mut self, visit: VisitId) {
        let at = [
            self.problem.circulation.visit(visit).origin.clone(),
            Cause::Start,
        ];
        let kind = FindingKind::OutOfRange { visit: Some(visit) };
        self.out.findings.push(Finding::new(kind, at));
    }

    /// The days of the legs: a parcel leaves as late as its arrival allows, and waits with the sender until then.
    fn legs(&mut self) {
        for (edge, (from, to, leg)) in self.problem.circulation.legs().enumerate() {
            if matches!(leg.kind, LegKind::Precedence(_)) {
                continue;
            }
            let (Some(left), Some(reached)) = (&self.out.planned[from.0], &self.out.planned[to.0])
            else {
                continue;
            };
            let arrival = reached.slot.arrival;
            let dispatch = match leg.kind {
                LegKind::Transport => self.dispatch(from, left.slot.released, arrival, edge),
                _ => left.slot.done,
            };
            self.out.legs.push(LegDates {
                from,
                to,
                kind: leg.kind,
                dispatch,
                arrival,
            });
        }
    }

    fn dispatch(&self, from: VisitId, released: Date, arrival: Date, edge: usize) -> Date {
        if self.problem.past[from.0].departed.is_some() {
            return released;
        }
        let place = self.problem.circulation.visit(from).place;
        let durations = &self.problem.durations[edge];
        let Some(reached) = self.problem.places.travel(released, durations) else {
            return released;
        };
        let spare = clock::days(reached, arrival).max(0);
        (0..=spare)
            .rev()
            .filter_map(|it| clock::later(released, it))
            .find(|day| {
                let in_time =
                    (self.problem.places.travel(*day, durations)).is_some_and(|it| it <= arrival);
                in_time && self.problem.places.dispatches(place, *day)
            })
            .unwrap_or(released)
    }
}

fn absence(avoided: Avoided) -> Cause {
    Cause::Absence {
        laboratory: avoided.laboratory,
        absence: avoided.absence,
    }
}
