//! Checks a timetable: total duration, intervals between pilot measurements, calendars and working days.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cause::Cause;
use super::clock;
use super::finding::{Finding, FindingKind};
use super::graph::VisitId;
use super::journey::Pattern;
use super::schedule::Problem;
use super::timetable::{Entry, Timetable};
use crate::values::date::Duration;

/// Checks that need dates, in canonical order.
pub(super) fn dates(problem: &Problem, timetable: &Timetable) -> Vec<Finding> {
    let mut findings = within_limit(problem, timetable);
    findings.extend(intervals_covered(problem, timetable));
    findings.extend(samples_covered(problem, timetable));
    findings.extend(provisional(problem, timetable));
    findings.extend(no_calendar(problem, timetable));
    for entry in &timetable.entries {
        findings.extend(few_working_days(problem, entry));
    }
    findings
}

fn within_limit(problem: &Problem, timetable: &Timetable) -> Vec<Finding> {
    let Some(limit) = timetable.limit.filter(|it| timetable.finish > *it) else {
        return Vec::new();
    };
    let last = timetable.critical_path.last();
    let pattern = last.map(|it| Cause::Pattern(problem.circulation.visit(*it).artefact));
    let at: Vec<Cause> = [Cause::Limit].into_iter().chain(pattern).collect();
    let kind = FindingKind::BeyondLimit {
        finish: timetable.finish,
        limit,
        days_over: clock::days(limit, timetable.finish),
    };
    vec![Finding::new(kind, at)]
}

/// The interval proven for an artefact, and where it is stated.
fn proven<'a>(problem: &Problem<'a>, artefact: usize) -> Option<(&'a Duration, Cause)> {
    let own = problem.journey.artefacts[artefact].stability.as_ref();
    let common = problem.journey.stability.as_ref();
    (own.map(|it| (it, Cause::Stability(Some(artefact)))))
        .or(common.map(|it| (it, Cause::Stability(None))))
}

fn intervals_covered(problem: &Problem, timetable: &Timetable) -> Vec<Finding> {
    (timetable.pilot_intervals.iter())
        .filter_map(|interval| {
            let begin = timetable.entry(interval.from)?;
            let end = timetable.entry(interval.to)?;
            uncovered(problem, begin, end, end.start)
        })
        .collect()
}

/// Samples that do not return must be stable from the pilot's measurement to the end of the laboratory's.
fn samples_covered(problem: &Problem, timetable: &Timetable) -> Vec<Finding> {
    (timetable.legs.iter())
        .filter(|leg| {
            let artefact = problem.circulation.visit(leg.to).artefact;
            matches!(
                problem.journey.artefacts[artefact].pattern,
                Pattern::Parallel { .. }
            )
        })
        .filter_map(|leg| {
            let (begin, end) = (timetable.entry(leg.from)?, timetable.entry(leg.to)?);
            uncovered(problem, begin, end, end.end)
        })
        .collect()
}

fn uncovered(problem: &Problem, begin: &Entry, end: &Entry, day: Date) -> Option<Finding> {
    let visit = problem.circulation.visit(end.visit);
    let (interval, cause) = proven(problem, visit.artefact)?;
    let last_covered = problem.places.road().add(begin.end, interval)?;
    (day > last_covered).then(|| {
        let kind = FindingKind::PilotInterval {
            from: begin.visit,
            to: end.visit,
            days: clock::days(begin.end, day),
            last_covered,
        };
        let at = [cause, Cause::Pattern(visit.artefact), visit.origin.clone()];
        let mut at = Vec::from(at);
        at.dedup();
        Finding::new(kind, at)
    })
}

/// One warning for each calendar that does not know all days used of it.
fn provisional(problem: &Problem, timetable: &Timetable) -> Vec<Finding> {
    let mut spans: BTreeMap<&str, (Date, Date, Cause, VisitId)> = BTreeMap::new();
    for entry in &timetable.entries {
        let place = problem.circulation.visit(entry.visit).place;
        let laboratory = &problem.journey.laboratories[place];
        let (name, cause) = match (&laboratory.calendar, &problem.journey.calendar) {
            (Some(own), _) => (own, Cause::Calendar(Some(place))),
            (None, Some(common)) => (common, Cause::Calendar(None)),
            (None, None) => continue,
        };
        let clock = problem.places.clock(place);
        let last = entry.departure.unwrap_or(entry.end);
        for day in [entry.arrival, entry.start, entry.end, last] {
            if clock.is_provisional(day) {
                spans
                    .entry(name)
                    .and_modify(|it| {
                        it.0 = it.0.min(day);
                        it.1 = it.1.max(day);
                    })
                    .or_insert((day, day, cause.clone(), entry.visit));
            }
        }
    }
    (spans.into_iter())
        .map(|(name, (from, to, cause, visit))| {
            let kind = FindingKind::ProvisionalCalendar {
                name: name.to_owned(),
                from,
                to,
            };
            Finding::new(
                kind,
                [cause, problem.circulation.visit(visit).origin.clone()],
            )
        })
        .collect()
}

/// Working days count somewhere and nobody has said which days are worked there.
fn no_calendar(problem: &Problem, timetable: &Timetable) -> Option<Finding> {
    let first = timetable.entries.iter().find(|it| {
        let place = problem.circulation.visit(it.visit).place;
        let counted = problem.journey.working_days_only
            || clock::counts_working_days(&problem.wishes[it.visit.0].stay);
        counted && !problem.places.clock(place).is_declared()
    })?;
    let origin = problem.circulation.visit(first.visit).origin.clone();
    let at = [Cause::Calendar(None), origin];
    Some(Finding::new(FindingKind::NoCalendar, at))
}

/// From how many public holidays on a stay is told of them; one or two are no more than a weekend.
const LONG_HOLIDAY: usize = 3;

fn few_working_days(problem: &Problem, entry: &Entry) -> Option<Finding> {
    let it = problem.circulation.visit(entry.visit);
    let clock = problem.places.clock(it.place);
    let stay = &problem.wishes[entry.visit.0].stay;
    if !clock.is_declared() || clock::counts_working_days(stay) || !it.measures {
        return None;
    }
    let days = i64::from(clock::days(entry.start, entry.end)) + 1;
    let working = clock.working_days(entry.start, entry.end);
    // An ordinary week has 5 working days of 7; fewer than half of that share is reported as such, and else the holidays are.
    let kind = if working * 14 < days * 5 {
        FindingKind::FewWorkingDays {
            visit: entry.visit,
            working,
            days,
        }
    } else {
        let (name, holidays) = clock.holidays(entry.start, entry.end)?;
        if holidays < LONG_HOLIDAY {
            return None;
        }
        FindingKind::StayOverHolidays {
            visit: entry.visit,
            name,
            holidays,
            days,
        }
    };
    let calendar = match problem.journey.laboratories[it.place].calendar {
        Some(_) => Cause::Calendar(Some(it.place)),
        None => Cause::Calendar(None),
    };
    Some(Finding::new(kind, [it.origin.clone(), calendar]))
}
