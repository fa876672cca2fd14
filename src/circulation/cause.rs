//! What of the journey's description a visit or a finding goes back to.

use serde::Serialize;

/// An item of the journey that is responsible for a finding; all numbers are indices into [`super::Journey`].
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Cause {
    /// The statement that names the pilot.
    Pilot,
    Start,
    Limit,
    /// The longest proven interval: of one artefact, or of the whole journey.
    Stability(Option<usize>),
    /// The calendar of a laboratory, or of the whole journey.
    Calendar(Option<usize>),
    Laboratory(usize),
    Absence {
        laboratory: usize,
        absence: usize,
    },
    Artefact(usize),
    /// An entry of the artefact's `measured_by`.
    MeasuredBy {
        artefact: usize,
        entry: usize,
    },
    /// The artefact's pattern as a whole.
    Pattern(usize),
    /// A place within the pattern: the group, loop or route, and the entry in it.
    Stop {
        artefact: usize,
        route: usize,
        stop: usize,
    },
    VisitRule(usize),
    LegRule(usize),
    Precedence(usize),
    /// An event of the log.
    Event(usize),
}
