//! How the transfer standard is proven fit to travel, and the tests that it has to pass before it is dispatched.

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::scores::SigmaPt;
use super::{Action, Method, Period, Range};
use crate::condition::Term;
use crate::text::Text;

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Stability {
    pub before: Option<(u64, Period)>,
    pub during: bool,
    pub test: Option<Method>,
    pub limit: Option<Term>,
    pub otherwise: Option<Action>,
    /// Repeatability of the pilot's measurement (standard deviation) by point, in the measurand's unit.
    pub repeatability: BTreeMap<String, f64>,
    /// Standard uncertainty by instability that the protocol states, by point, in the measurand's unit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub u: BTreeMap<String, f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Transport {
    pub test: Option<Method>,
    pub limit: Option<Term>,
    pub otherwise: Option<Action>,
    pub monitored: BTreeMap<String, Range>,
    pub carrier: Option<Text>,
    /// Standard uncertainty by transport that the protocol states, by point, in the measurand's unit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub u: BTreeMap<String, f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Homogeneity {
    /// Units drawn and replicates on each.
    pub units: Option<(u64, u64)>,
    pub test: Option<Method>,
    pub limit: Option<Term>,
    pub otherwise: Option<Action>,
    /// Standard uncertainty between units that the protocol states, by point, in the measurand's unit.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub u: BTreeMap<String, f64>,
}

/// A test that the transfer standard passes at a point before it is dispatched.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Pretest {
    /// `stability.W1.p1kg`
    pub id: String,
    pub artefact: String,
    /// Which specimen of the artefact, from one; none when there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specimen: Option<usize>,
    pub measurand: String,
    pub point: String,
    #[serde(flatten)]
    pub kind: PretestKind,
    pub method: Option<Method>,
    /// The condition under which it is passed.
    pub limit: Option<Term>,
    /// What the protocol orders where the condition does not hold.
    pub otherwise: Option<Action>,
    /// Repeatability that the protocol states, in the measurand's unit.
    pub repeatability: Option<f64>,
    /// Expanded uncertainty (k = 2) that the reference value is expected to have, in the measurand's unit.
    pub expected: Option<f64>,
    /// The standard deviation for proficiency assessment.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sigma: Option<SigmaPt>,
    /// Where it is on record, when it was evaluated elsewhere.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub recorded: Option<Recorded>,
    pub clause: String,
}

/// What is tested, and the measurements it takes.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "kind", rename_all = "kebab-case")]
pub enum PretestKind {
    /// The scatter of the pilot's measurements of the stability test against the repeatability that the protocol states.
    Repeatability,
    /// Measurements by the pilot over a time.
    Stability { measurements: u64, over: Period },
    /// Measurements by the pilot before and after a trial transport.
    Transport,
    /// Replicates on several units.
    Homogeneity { units: u64, replicates: u64 },
}

impl PretestKind {
    /// The word by which forms and files call it.
    pub fn word(&self) -> &'static str {
        match self {
            PretestKind::Repeatability => "repeatability",
            PretestKind::Stability { .. } => "stability",
            PretestKind::Transport => "transport",
            PretestKind::Homogeneity { .. } => "homogeneity",
        }
    }

    /// The words by which people call it.
    pub fn title(&self) -> Text {
        let zh = match self {
            PretestKind::Repeatability => "重复性",
            PretestKind::Stability { .. } => "稳定性",
            PretestKind::Transport => "运输特性",
            PretestKind::Homogeneity { .. } => "均匀性",
        };
        Text::new(zh, self.word())
    }
}

impl Pretest {
    /// The artefact, with its specimen where it has several: `W1`, `W1#2`.
    pub fn place(&self) -> String {
        match self.specimen {
            Some(number) => format!("{}#{number}", self.artefact),
            None => self.artefact.clone(),
        }
    }
}

/// A test that was evaluated elsewhere.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Recorded {
    #[schemars(with = "String")]
    pub on: Date,
    pub record: Text,
}
