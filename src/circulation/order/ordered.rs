//! How an order was found: what a journey keeps of a proposal.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::text::Text;

/// What is to become small.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Goal {
    /// The way of all legs together.
    TotalTransit,
    /// The longest loop, that is, the longest time between two pilot measurements; among equals the shorter total.
    LongestInterval,
}

/// How a proposal was found.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Method {
    /// Held and Karp (1962), over all partitions into petals: nothing is better.
    Exact,
    /// Nearest neighbour, 2-opt and Or-opt, then the best split of that tour into petals (Beasley, 1983).
    Heuristic,
}

/// How the order of an artefact's laboratories was found.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Ordered {
    pub goal: Goal,
    pub method: Method,
    /// `km` or `d`.
    pub unit: String,
    /// What was made small.
    pub value: f64,
    /// The same figure of the order as written.
    pub before: f64,
    /// No order whatever has a smaller value.
    pub lower_bound: f64,
}

impl Ordered {
    /// What a reader must know of the order, in one sentence.
    pub fn text(&self) -> Text {
        let (goal_zh, goal_en) = match self.goal {
            Goal::TotalTransit => ("总路程", "total way"),
            Goal::LongestInterval => ("最长一环", "longest loop"),
        };
        let (value, unit) = (self.value, &self.unit);
        let before = self.before;
        match self.method {
            Method::Exact => Text::new(
                format!(
                    "次序经优化：{goal_zh}由 {before:.1} {unit} 变为 {value:.1} {unit}，为精确最优解（Held–Karp 动态规划）"
                ),
                format!(
                    "order optimised: {goal_en} {before:.1} {unit} as written, now {value:.1} {unit}, proven best (Held and Karp)"
                ),
            ),
            Method::Heuristic => Text::new(
                format!(
                    "次序经优化：{goal_zh}由 {before:.1} {unit} 变为 {value:.1} {unit}，为启发式解（2-opt、Or-opt），未证明最优，下界 {:.1} {unit}",
                    self.lower_bound
                ),
                format!(
                    "order optimised: {goal_en} {before:.1} {unit} as written, now {value:.1} {unit}, by a heuristic (2-opt, Or-opt) and not proven best; no order is below {:.1} {unit}",
                    self.lower_bound
                ),
            ),
        }
    }
}
