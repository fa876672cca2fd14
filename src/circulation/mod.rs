//! The circulation (传递) of a comparison: from patterns to a graph of visits, and from the graph to a timetable.
//!
//! # Days
//!
//! A visit *arrives*, is measured in a *window* (first and last measuring day, both included), is *released* and *departs*. A stay
//! of `n` days makes a window of `n` days; the artefact is released on the day after, and a leg of `m` days brings it to the next
//! laboratory `m` days after its departure. A stay counted in working days begins on a working day and its window holds as many
//! working days as the stay says. When parcels move on working days only, arrival and departure wait for one, by the calendar
//! of the place. A laboratory that is away neither receives, measures nor dispatches; the artefact then waits with the sender.
//!
//! The total duration runs from the first measuring day of the pilot to the last measuring day of the last visit (and the reserve
//! at the end), both included: a circulation of 12 months that begins on 1 September ends on 31 August at the latest.
//! The interval between two pilot measurements runs from the last measuring day of one to the first of the next.
//!
//! # Slack
//!
//! As in the critical-path method (Kelley and Walker, 1959): the *total* slack of a visit is the number of days by which its arrival may
//! be delayed without delaying the end of the circulation, the *free* slack without any other visit noticing. Calendars, absences
//! and the order in which a laboratory takes its artefacts are respected in both directions.

mod bookings;
mod cause;
mod causes;
mod check;
mod check_dates;
mod clock;
mod expand;
mod finding;
mod graph;
mod journey;
mod names;
mod places;
mod plan;
mod replan;
mod schedule;
mod slack;
mod timetable;
mod wishes;

pub mod export;
pub mod order;
pub mod picture;

pub use cause::Cause;
pub use causes::causes;
pub use finding::{Finding, FindingKind, Severity};
pub use graph::{Circulation, Leg, LegKind, Visit, VisitId};
pub use journey::{
    Absence, Artefact, Calendars, Distance, Journey, Laboratory, LegRule, Pattern, PilotMeasures,
    Position, Precedence, Reserve, Route, Stop, VisitName, VisitRule,
};
pub use order::Ordered;
pub use plan::{Plan, plan};
pub use replan::{Change, Event, EventKind, Log, Replanned, What, replan};
pub use timetable::{Bond, Entry, LegDates, PilotInterval, Timetable};
pub use wishes::LegTimes;

#[cfg(test)]
mod tests;
