//! The link of a point to a key comparison.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evaluate::linking::link::LinkWeights;
use crate::evaluate::linking::published::LinkingResult;
use crate::text::Text;

/// The key comparison linked to, and how.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct KeyComparison {
    /// Its identifier, such as `CCM.M-K4`.
    pub comparison: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub title: Option<Text>,
    /// Where its figures were published.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<Text>,
    /// Full name of the method.
    pub method: String,
    pub weights: LinkWeights,
}

/// What a step of kind `link` orders.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Link {
    #[serde(flatten)]
    pub key: KeyComparison,
    /// Standard uncertainty of the key comparison reference value at this point.
    pub u_reference: Option<f64>,
    /// In the order of their names.
    pub laboratories: Vec<Linking>,
    /// Coverage factor of the linked degrees of equivalence.
    pub k: f64,
    /// Whether those between the laboratories are formed too.
    pub bilateral: bool,
}

/// A linking laboratory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Linking {
    #[serde(flatten)]
    pub published: LinkingResult,
    /// The key of the clause that states the published figures.
    pub clause: String,
}
