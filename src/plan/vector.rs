//! Reference values of several points that are determined together.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Method;

/// What a step of kind `vector-reference` orders. Who takes part at each point, and what the transfer standard adds there, stands in the
/// points' own steps before it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct VectorReference {
    pub method: Method,
    pub points: Vec<String>,
    /// Two points and the correlation coefficient of a laboratory's results there.
    pub correlations: Vec<(String, String, f64)>,
}
