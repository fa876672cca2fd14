//! Plans a journey: graph, checks, dates, slack.

use super::check;
use super::check_dates;
use super::clock;
use super::expand::{self, Expanded};
use super::finding::{Finding, FindingKind, Severity};
use super::graph::{Circulation, VisitId};
use super::journey::{Calendars, Journey};
use super::schedule::{self, Forward, Past, Problem};
use super::slack::{self, Slack};
use super::timetable::{Entry, Timetable};
use super::wishes::{self, Wish};

/// A planned circulation.
#[derive(Debug, Clone)]
pub struct Plan {
    pub circulation: Circulation,
    /// The visits of each specimen in the order of its way.
    pub ways: Vec<Vec<VisitId>>,
    /// The dates; `None` when visits wait for one another in a circle, or nothing is visited.
    pub timetable: Option<Timetable>,
    /// All findings: those of the graph first, then those of the dates, each in canonical order.
    pub findings: Vec<Finding>,
}

impl Plan {
    /// Whether the journey can be carried out as written.
    pub fn is_feasible(&self) -> bool {
        self.timetable.is_some()
            && self
                .findings
                .iter()
                .all(|it| it.severity() < Severity::Error)
    }
}

/// Plans the circulation of a comparison: every visit as early as roads, calendars and laboratories allow.
pub fn plan(journey: &Journey, calendars: &Calendars) -> Plan {
    let prepared = Prepared::new(journey, calendars);
    let past = vec![Past::default(); prepared.circulation.len()];
    prepared.finish(journey, calendars, &past)
}

/// A circulation that has been checked as a graph and awaits its dates.
pub(super) struct Prepared {
    pub circulation: Circulation,
    pub ways: Vec<Vec<VisitId>>,
    wishes: Vec<Wish>,
    findings: Vec<Finding>,
}

impl Prepared {
    pub fn new(journey: &Journey, calendars: &Calendars) -> Prepared {
        let Expanded {
            mut circulation,
            ways,
            mut findings,
        } = expand::expand(journey);
        let (wishes, more) = wishes::apply(journey, &mut circulation);
        findings.extend(more);
        findings.extend(check::structure(journey, calendars, &circulation, &ways));
        Prepared {
            circulation,
            ways,
            wishes,
            findings,
        }
    }

    /// Gives every visit its dates.
    pub fn finish(mut self, journey: &Journey, calendars: &Calendars, past: &[Past]) -> Plan {
        let cyclic = (self.findings.iter()).any(|it| matches!(it.kind, FindingKind::Cycle { .. }));
        let timetable = if cyclic || self.circulation.is_empty() {
            None
        } else {
            let problem = Problem::new(journey, calendars, &self.circulation, &self.wishes, past);
            let mut forward = schedule::forward(&problem);
            self.findings.append(&mut forward.findings);
            let timetable = timetable(&problem, forward, &self.ways);
            if let Some(timetable) = &timetable {
                self.findings
                    .extend(check_dates::dates(&problem, timetable));
            }
            timetable
        };
        Plan {
            circulation: self.circulation,
            ways: self.ways,
            timetable,
            findings: self.findings,
        }
    }
}

fn timetable(problem: &Problem, forward: Forward, ways: &[Vec<VisitId>]) -> Option<Timetable> {
    let journey = problem.journey;
    let slack = slack::slack(problem, &forward);
    let last = slack::last_day(&forward)?;
    let finish = match &journey.reserve.at_end {
        Some(reserve) => problem.places.road().add(last, reserve)?,
        None => last,
    };
    let limit = (journey.limit.as_ref())
        .and_then(|it| problem.places.road().add(journey.start, it))
        .and_then(|it| clock::later(it, -1));
    let pilot = (journey.laboratories.iter()).position(|it| it.id == journey.pilot)?;
    Some(Timetable {
        start: journey.start,
        finish,
        duration_days: clock::days(journey.start, finish) + 1,
        limit,
        margin_days: limit.map(|it| clock::days(finish, it)),
        entries: entries(&forward, &slack),
        critical_path: slack::critical_path(&forward),
        pilot_intervals: slack::pilot_intervals(problem, &forward, ways, pilot),
        legs: forward.legs,
    })
}

fn entries(forward: &Forward, slack: &[Slack]) -> Vec<Entry> {
    let mut departures = vec![None; forward.planned.len()];
    for leg in &forward.legs {
        let known = &mut departures[leg.from.0];
        *known = (*known).max(Some(leg.dispatch));
    }
    (forward.planned.iter().enumerate())
        .filter_map(|(index, planned)| {
            let planned = planned.as_ref()?;
            let slot = planned.slot;
            Some(Entry {
                visit: VisitId(index),
                arrival: slot.arrival,
                start: slot.start,
                end: slot.end,
                released: slot.released,
                departure: departures[index],
                total_slack: slack[index].total,
                free_slack: slack[index].free,
                bound_by: planned.bound_by,
            })
        })
        .collect()
}
