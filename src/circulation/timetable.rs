//! The timetable of a circulation: dates of all visits and legs, what binds them, and the spare time.

use jiff::civil::Date;
use serde::Serialize;

use super::graph::{LegKind, VisitId};

/// Dates of a circulation. All are civil dates; both ends of a measuring window are measuring days.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Timetable {
    /// First measuring day of the pilot.
    pub start: Date,
    /// Last measuring day of the last visit, and after it the reserve at the end.
    pub finish: Date,
    /// Days from `start` to `finish`, both included.
    pub duration_days: i32,
    /// Last day within the limit.
    pub limit: Option<Date>,
    /// Days between `finish` and `limit`; negative when the limit is exceeded.
    pub margin_days: Option<i32>,
    /// By visit; visits that do not take place have no entry.
    pub entries: Vec<Entry>,
    pub legs: Vec<LegDates>,
    /// The chain of visits that ends last, each bound by the one before; where several chains end on that day, one behind the other, a
    /// visit that they share once. A chain begins with the start of the circulation, or with a visit that a wish, an absence or the past
    /// binds.
    pub critical_path: Vec<VisitId>,
    /// All intervals between two pilot measurements of one specimen.
    pub pilot_intervals: Vec<PilotInterval>,
}

impl Timetable {
    /// The dates of a visit, if it takes place.
    pub fn entry(&self, visit: VisitId) -> Option<&Entry> {
        let index = self.entries.binary_search_by_key(&visit, |it| it.visit);
        self.entries.get(index.ok()?)
    }

    /// The longest interval between two pilot measurements, of one artefact or of all; the earliest of equals.
    pub fn longest_interval(&self, artefact: Option<usize>) -> Option<&PilotInterval> {
        (self.pilot_intervals.iter())
            .filter(|it| artefact.is_none_or(|wanted| wanted == it.artefact))
            .max_by_key(|it| (it.days, std::cmp::Reverse(it.from)))
    }
}

/// The days of one visit.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Entry {
    pub visit: VisitId,
    pub arrival: Date,
    /// First measuring day; later than the arrival when the artefact waits for a working day or for the laboratory.
    pub start: Date,
    /// Last measuring day.
    pub end: Date,
    /// First day on which the artefact may leave.
    pub released: Date,
    /// Day on which it leaves (with the last parcel, if several leave); `None` when it stays for good.
    pub departure: Option<Date>,
    /// Days by which the arrival may be delayed without delaying the end of the whole circulation.
    pub total_slack: i32,
    /// Days by which the arrival may be delayed without any other visit noticing.
    pub free_slack: i32,
    pub bound_by: Bond,
}

/// What makes a visit begin when it does, and not earlier.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Bond {
    /// The start of the whole circulation.
    Start,
    /// The visit from which the artefact comes, or on which this one has to wait.
    After(VisitId),
    /// The visit that occupies the laboratory.
    Occupied(VisitId),
    /// An absence of a laboratory; what came before may be later without harm.
    Away { laboratory: usize, absence: usize },
    /// A wish for the visit (index of the visit rule).
    Rule(usize),
    /// It has already taken place (index of the event, if one tells).
    Past(Option<usize>),
}

/// The days of one leg.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct LegDates {
    pub from: VisitId,
    pub to: VisitId,
    pub kind: LegKind,
    pub dispatch: Date,
    pub arrival: Date,
}

/// Time between two pilot measurements of one specimen that follow one another.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct PilotInterval {
    pub artefact: usize,
    pub specimen: usize,
    pub from: VisitId,
    pub to: VisitId,
    /// Days from the last measuring day of one to the first of the next.
    pub days: i32,
}
