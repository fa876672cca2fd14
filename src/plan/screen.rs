//! Steps of integrity screening.

use std::collections::BTreeMap;

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Method;

/// A screening test over all results; what it finds is evidence for people and enters no verdict.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Screen {
    pub method: Method,
    /// Calibration and measurement capabilities by laboratory and point: expanded uncertainties at k = 2 in the measurand's unit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub cmc: BTreeMap<String, BTreeMap<String, f64>>,
}
