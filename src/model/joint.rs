//! Points or components of a result that are judged together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::link::Place;
use crate::source::Span;

/// How probabilities at several points become one decision; the plan carries it as it is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Procedure {
    Bonferroni,
    Sidak,
    Holm,
    ChiSquared,
}

/// What is written of it.
#[derive(Debug, Clone)]
pub struct Joint {
    pub procedure: Procedure,
    /// Probability with which a laboratory without bias fails somewhere.
    pub level: f64,
    pub correlations: Vec<(Place, Place, f64, Span)>,
    /// Whether every line could be read.
    pub whole: bool,
    pub at: Span,
}
