//! What the planner finds, with every input item that is responsible.

use jiff::civil::Date;
use serde::Serialize;

use super::cause::Cause;
use super::graph::VisitId;
use crate::text::Text;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Severity {
    /// Worth knowing; the plan has taken it into account.
    Note,
    /// The plan can be carried out, but someone should look.
    Warning,
    /// The plan cannot be carried out as written.
    Error,
}

/// One finding: what, and the input items between which it arises.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Finding {
    pub kind: FindingKind,
    pub at: Vec<Cause>,
}

/// What was found. Laboratories and artefacts are indices into the journey.
#[derive(Debug, Clone, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case", tag = "finding")]
pub enum FindingKind {
    /// A name that no laboratory of the journey bears; `like` is the nearest one that exists.
    UnknownLaboratory {
        name: String,
        like: Option<String>,
    },
    UnknownArtefact {
        name: String,
        like: Option<String>,
    },
    UnknownCalendar {
        name: String,
    },
    /// Two laboratories or two artefacts under one name.
    SameName {
        name: String,
    },
    /// A count that must be at least one is zero (`by` of petals, specimens).
    ZeroCount {
        artefact: usize,
    },
    /// An artefact whose pattern names no laboratory.
    NobodyVisited {
        artefact: usize,
    },
    /// A participant to whom no artefact comes.
    NeverReached {
        laboratory: usize,
    },
    VisitedTwice {
        artefact: usize,
        laboratory: usize,
    },
    /// A specimen would have to leave from `there` while it is at `here`.
    AtTwoPlaces {
        artefact: usize,
        specimen: usize,
        here: usize,
        there: usize,
    },
    BeginsElsewhere {
        artefact: usize,
        laboratory: usize,
    },
    EndsElsewhere {
        artefact: usize,
        laboratory: usize,
    },
    /// The loop has no pilot measurement before it, after it, or neither.
    NotBracketed {
        artefact: usize,
        circuit: usize,
        before: bool,
        after: bool,
    },
    /// The laboratory owes a result on an artefact that does not come to it, or does not stay to be measured.
    Misses {
        artefact: usize,
        laboratory: usize,
        passes_through: bool,
    },
    /// The artefact is measured by a laboratory that owes no result on it.
    NotAwaited {
        artefact: usize,
        laboratory: usize,
    },
    /// Visits that wait for one another in a circle.
    Cycle {
        visits: Vec<VisitId>,
    },
    /// A rule or precedence that speaks of no visit or leg.
    SpeaksOfNothing,
    BeyondLimit {
        finish: Date,
        limit: Date,
        days_over: i32,
    },
    PilotInterval {
        from: VisitId,
        to: VisitId,
        days: i32,
        last_covered: Date,
    },
    /// The visit was to begin on `fixed` and can begin on `possible` at the earliest.
    FixedImpossible {
        visit: VisitId,
        fixed: Date,
        possible: Date,
    },
    LatestMissed {
        visit: VisitId,
        latest: Date,
        possible: Date,
    },
    /// The fixed day is one on which the laboratory cannot receive or hold the artefact.
    FixedOnClosedDay {
        visit: VisitId,
        fixed: Date,
    },
    /// Two wishes for one visit exclude each other (earliest after latest, fixed outside them).
    WishesExclude {
        visit: VisitId,
    },
    /// The laboratory is away, so the visit begins `days` later than the journey would allow.
    DelayedByAbsence {
        visit: VisitId,
        without: Date,
        days: i32,
    },
    /// The laboratory measures one artefact at a time, so this one waits `days` in its store.
    WaitsForLaboratory {
        visit: VisitId,
        occupied_by: VisitId,
        days: i32,
    },
    /// Two fixed visits need the laboratory at the same time.
    DoubleBooked {
        visit: VisitId,
        other: VisitId,
    },
    /// Days the calendar knows only by its weekend rule.
    ProvisionalCalendar {
        name: String,
        from: Date,
        to: Date,
    },
    /// Working days count, but no calendar is declared; Saturdays and Sundays are taken as the only days off.
    NoCalendar,
    /// Of the days of a stay counted in calendar days fewer than half of those an ordinary week offers are working days.
    FewWorkingDays {
        visit: VisitId,
        working: i64,
        days: i64,
    },
    /// A stay counted in calendar days holds public holidays, on which nobody may measure; `name` is the first of them.
    StayOverHolidays {
        visit: VisitId,
        name: Text,
        holidays: usize,
        days: i64,
    },
    /// A date beyond what can be computed with.
    OutOfRange {
        visit: Option<VisitId>,
    },
    /// An event of the log that speaks of no visit of the plan.
    EventWithoutVisit,
    /// The log says something that cannot follow what it said before.
    LogContradicts {
        visit: VisitId,
    },
    /// Something that should have happened by the day of the log and of which the log says nothing; taken to have gone as planned.
    TakenAsPlanned {
        visit: VisitId,
        planned: Date,
    },
    /// The artefact arrived on a day that had been ruled out for the visit.
    ArrivedAgainstWish {
        visit: VisitId,
        wished: Date,
        arrived: Date,
    },
    /// The artefact has arrived, and the laboratory is away from `from` to `to` before it can have finished.
    AwayDuringVisit {
        visit: VisitId,
        from: Date,
        to: Date,
    },
    /// An artefact was damaged or lost; this visit does not take place.
    Stopped {
        visit: VisitId,
    },
}

impl Finding {
    /// A finding with its causes.
    pub fn new(kind: FindingKind, at: impl Into<Vec<Cause>>) -> Finding {
        Finding {
            kind,
            at: at.into(),
        }
    }

    /// How grave the finding is.
    pub fn severity(&self) -> Severity {
        use FindingKind::*;
        match self.kind {
            DelayedByAbsence { .. } | WaitsForLaboratory { .. } | TakenAsPlanned { .. } => {
                Severity::Note
            }
            NotAwaited { .. }
            | SpeaksOfNothing
            | ProvisionalCalendar { .. }
            | NoCalendar
            | FewWorkingDays { .. }
            | StayOverHolidays { .. }
            | Stopped { .. } => Severity::Warning,
            _ => Severity::Error,
        }
    }
}
