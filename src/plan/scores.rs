//! Steps of proficiency testing: the standard deviation for proficiency assessment and the criterion on the uncertainty of the assigned
//! value.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::Method;
use crate::text::Text;

/// How the standard deviation for proficiency assessment σ_pt is determined; numbers in the measurand's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct SigmaPt {
    pub origin: SigmaOrigin,
    /// σ_pt is never smaller or larger than these (ISO 13528:2022, 8.6.2).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub floor: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ceiling: Option<f64>,
    /// On what the author rests it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Text>,
}

/// Where σ_pt comes from (ISO 13528:2022, clause 8).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum SigmaOrigin {
    /// A value laid down by experts.
    Stated { value: f64 },
    /// A fraction of the assigned value.
    Fraction { fraction: f64 },
    /// A third of the largest permissible deviation δ_E.
    Limit { limit: f64 },
    /// A precision experiment.
    Precision {
        reproducibility: f64,
        repeatability: f64,
        replicates: u64,
    },
    /// A model of the assigned value; `unit` is that many mass fractions of 1.
    Model { method: Method, unit: f64 },
    /// The standard deviation of the results from which a reference value may be formed.
    Results { method: Method },
}

/// What becomes of z when u(x_pt) is not negligible beside σ_pt (ISO 13528:2022, 9.2.1).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Criterion {
    /// u(x_pt) is negligible below this fraction of σ_pt.
    pub factor: f64,
    /// `z-prime`, `state` or `halt`.
    pub otherwise: String,
}
