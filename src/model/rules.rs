//! Verdict rules and consequences.

use super::Condition;
use super::Period;
use crate::source::Span;
use crate::text::Text;

/// A verdict and when it is given; without a condition it takes whatever the other general rules leave.
#[derive(Debug, Clone)]
pub struct VerdictRule {
    pub verdict: String,
    pub when: Option<Condition>,
    /// Set for an exception: it goes before the general rules.
    pub exception: Option<Exception>,
    pub at: Span,
}

/// What an exception says beside its verdict and condition.
#[derive(Debug, Clone)]
pub struct Exception {
    pub label: Text,
    pub basis: Option<Text>,
}

/// What follows from a verdict or an event.
#[derive(Debug, Clone)]
pub struct Consequence {
    /// The verdicts and events it answers.
    pub on: Vec<(String, Span)>,
    pub measures: Vec<Measure>,
    pub at: Span,
}

/// One thing that is ordered.
#[derive(Debug, Clone)]
pub struct Measure {
    pub kind: MeasureKind,
    pub basis: Option<Text>,
    pub at: Span,
}

#[derive(Debug, Clone)]
pub enum MeasureKind {
    Rectify {
        within: Period,
        evidence: Option<Text>,
    },
    /// What is suspended, and the verdict of a retest that ends it.
    Suspend {
        what: String,
        until: Option<String>,
    },
    Retest {
        within: Period,
        outcomes: Vec<(String, Box<Measure>)>,
    },
    Refer(String),
    Lift(String),
    Void(String),
    Record(String),
    Notify {
        whom: String,
        within: Option<Period>,
    },
    Nothing,
}

impl MeasureKind {
    /// Its keyword, in English.
    pub fn keyword(&self) -> &'static str {
        match self {
            MeasureKind::Rectify { .. } => "rectify",
            MeasureKind::Suspend { .. } => "suspend",
            MeasureKind::Retest { .. } => "retest",
            MeasureKind::Refer(_) => "refer",
            MeasureKind::Lift(_) => "lift",
            MeasureKind::Void(_) => "void",
            MeasureKind::Record(_) => "record",
            MeasureKind::Notify { .. } => "notify",
            MeasureKind::Nothing => "nothing",
        }
    }
}
