//! Tests in the language: examples that the author of a protocol states, results in, verdicts and consequences out.
//!
//! [`resolve`] reads them against the protocol they belong to and reports what cannot be meant; [`run`] carries them out with the plan
//! and the runner that real results go through; [`coverage`] says which verdicts and consequences no example reached.

pub mod coverage;
mod expectation;
mod given;
pub mod junit;
mod resolve;
mod run;

use jiff::civil::Date;

use crate::source::Span;
use crate::text::Text;

pub use resolve::resolve;
pub use run::{Report, run};

/// One `test` of a file, resolved.
#[derive(Debug, Clone, PartialEq)]
pub struct Example {
    pub title: Text,
    /// Index of its protocol among the checked protocols of the file.
    pub protocol: usize,
    pub given: Vec<Given>,
    pub expected: Vec<Expectation>,
    /// The statement `test` with its title.
    pub at: Span,
}

/// What an example assumes; numbers in the measurand's unit, uncertainties as standard uncertainties.
#[derive(Debug, Clone, PartialEq)]
pub enum Given {
    Absent {
        laboratory: String,
        at: Span,
    },
    Result {
        laboratory: String,
        point: String,
        value: f64,
        u: f64,
        /// Coverage factor with which the uncertainty was stated; 1 for a standard uncertainty.
        k: f64,
        dof: f64,
        date: Option<Date>,
        at: Span,
    },
    Reference {
        point: String,
        value: f64,
        u: f64,
        at: Span,
    },
}

/// What must come out.
#[derive(Debug, Clone, PartialEq)]
pub struct Expectation {
    pub what: Expected,
    pub at: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Expected {
    /// The verdict on a laboratory over all points.
    Verdict {
        laboratory: String,
        verdict: String,
    },
    /// The verdict on a laboratory at a point.
    PointVerdict {
        laboratory: String,
        point: String,
        verdict: String,
    },
    /// Every one of these measures follows for the laboratory; `nothing` also means that none does.
    Measures {
        laboratory: String,
        measures: Vec<String>,
    },
    Number(Number),
}

/// A number that must come out within its tolerance.
#[derive(Debug, Clone, PartialEq)]
pub struct Number {
    /// The laboratory; none for the reference value.
    pub laboratory: Option<String>,
    pub point: String,
    /// `reference`, `D`, `U` or the name of a score.
    pub quantity: String,
    /// In the measurand's unit; scores are pure numbers.
    pub value: f64,
    pub tolerance: f64,
}
