//! Points that are judged together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

pub use crate::model::joint::Procedure;

/// What a step of kind `joint` orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Joint {
    pub procedure: Procedure,
    pub level: f64,
    /// Two points and the correlation coefficient of a laboratory's results there.
    pub correlations: Vec<(String, String, f64)>,
}
