//! Proposes an order of laboratories, from distances or coordinates, when the author asks for one.
//!
//! Nothing here touches a journey: the proposal is data, and the author takes it or leaves it.

mod bound;
mod exact;
mod heuristic;
pub(super) mod ordered;
mod weights;

use serde::Serialize;

use super::journey::{Journey, Pattern};
use crate::text::Text;

pub use ordered::{Goal, Method, Ordered};
use weights::Weights;
pub use weights::great_circle;

/// How a leg is weighed.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Weigh {
    /// By distance; stays do not count.
    Kilometres,
    /// By days on the road at this many kilometres a day; stays count towards the longest interval.
    Days { kilometres_per_day: f64 },
}

/// What is asked for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Request {
    /// Index of the artefact.
    pub artefact: usize,
    /// Most laboratories in a petal; `None` for a ring.
    pub by: Option<usize>,
    pub goal: Goal,
    pub weigh: Weigh,
}

/// A proposed order.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Proposal {
    /// The loops, as indices of laboratories.
    pub circuits: Vec<Vec<usize>>,
    /// The way of all legs, in the unit asked for.
    pub total: f64,
    /// The longest loop, in the unit asked for, with its stays when days are weighed.
    pub longest: f64,
    /// The figure that was made small: `total` or `longest`.
    pub value: f64,
    /// The same figure of the order as written.
    pub before: f64,
    /// No order whatever has a smaller `value`.
    pub lower_bound: f64,
    pub method: Method,
}

impl Proposal {
    /// What the journey and its readers keep of the proposal.
    pub fn ordered(&self, request: &Request) -> Ordered {
        Ordered {
            goal: request.goal,
            method: self.method,
            unit: match request.weigh {
                Weigh::Kilometres => "km",
                Weigh::Days { .. } => "d",
            }
            .to_owned(),
            value: self.value,
            before: self.before,
            lower_bound: self.lower_bound,
        }
    }

    /// By how much, as a share of the lower bound, the value may at most exceed the best one.
    pub fn gap(&self) -> f64 {
        if self.lower_bound > 0.0 {
            ((self.value - self.lower_bound) / self.lower_bound).max(0.0)
        } else {
            0.0
        }
    }

    /// The proposal as a pattern for the journey it was made for.
    pub fn pattern(&self, journey: &Journey) -> Pattern {
        let groups: Vec<Vec<String>> = (self.circuits.iter())
            .map(|it| {
                it.iter()
                    .map(|it| journey.laboratories[*it].id.clone())
                    .collect()
            })
            .collect();
        match <[Vec<String>; 1]>::try_from(groups) {
            Ok([order]) => Pattern::Ring { order },
            Err(groups) => Pattern::Petals { groups },
        }
    }
}

/// Why no order can be proposed.
#[derive(Debug, Clone, PartialEq)]
pub enum NoOrder {
    /// Neither coordinates nor a distance are known between two laboratories.
    Unknown { from: String, to: String },
    /// A latitude beyond ±90° or a longitude beyond ±180°.
    Position { laboratory: String },
    /// A distance that is negative or no number.
    Distance {
        from: String,
        to: String,
        kilometres: f64,
    },
    /// Kilometres a day must be positive.
    Speed { kilometres_per_day: f64 },
    /// No laboratory to put into an order, or petals of zero laboratories.
    Nothing,
    /// The pattern is neither a ring nor petals.
    Pattern,
}

impl NoOrder {
    /// The reason, for people.
    pub fn text(&self) -> Text {
        match self {
            NoOrder::Unknown { from, to } => Text::new(
                format!("{from} 与 {to} 之间的距离未知：请给出两者的坐标，或直接写明距离。"),
                format!(
                    "The distance between {from} and {to} is unknown: give the coordinates of both, or the distance itself."
                ),
            ),
            NoOrder::Position { laboratory } => Text::new(
                format!("{laboratory} 的坐标不在地球上：纬度须在 ±90° 以内，经度须在 ±180° 以内。"),
                format!(
                    "The coordinates of {laboratory} are not on the globe: latitude must be within ±90°, longitude within ±180°."
                ),
            ),
            NoOrder::Distance {
                from,
                to,
                kilometres,
            } => Text::new(
                format!("{from} 与 {to} 之间的距离写为 {kilometres} km：距离须为非负数。"),
                format!(
                    "The distance between {from} and {to} is given as {kilometres} km: it must be a number that is not negative."
                ),
            ),
            NoOrder::Speed { kilometres_per_day } => Text::new(
                format!("每日行程写为 {kilometres_per_day} km：须大于零。"),
                format!(
                    "The way of a day is given as {kilometres_per_day} km: it must be greater than zero."
                ),
            ),
            NoOrder::Pattern => Text::new(
                "只有圆环式和花瓣式可以优化次序。",
                "Only rings and petals can be put into another order.",
            ),
            NoOrder::Nothing => Text::new(
                "没有可排序的实验室：请为该传递标准写明参比实验室，每个花瓣至少一家。",
                "There is no laboratory to put into an order: name the laboratories of the artefact, at least one in each petal.",
            ),
        }
    }
}

/// Most laboratories for which all orders and partitions are weighed.
pub const EXACT_UP_TO: usize = 12;

/// Proposes an order of the laboratories that measure an artefact.
pub fn propose(journey: &Journey, request: &Request) -> Result<Proposal, NoOrder> {
    let weights = Weights::new(journey, request)?;
    let count = weights.len();
    let by = request.by.unwrap_or(count).min(count);
    if count == 0 || by == 0 {
        return Err(NoOrder::Nothing);
    }
    let (circuits, method) = if count <= EXACT_UP_TO {
        (exact::circuits(&weights, by, request.goal), Method::Exact)
    } else {
        (
            heuristic::circuits(&weights, by, request.goal),
            Method::Heuristic,
        )
    };
    let circuits: Vec<Vec<usize>> = circuits.into_iter().map(|it| weights.one_way(it)).collect();
    let (total, longest) = figures(&weights, &circuits);
    let small = |total, longest| match request.goal {
        Goal::TotalTransit => total,
        Goal::LongestInterval => longest,
    };
    let value = small(total, longest);
    let (written_total, written_longest) =
        figures(&weights, &written(journey, request, &weights, by));
    let lower_bound = match method {
        Method::Exact => value,
        Method::Heuristic => bound::lower(&weights, by, request.goal).min(value),
    };
    Ok(Proposal {
        circuits: (circuits.into_iter())
            .map(|it| it.into_iter().map(|it| weights.laboratory(it)).collect())
            .collect(),
        total,
        longest,
        value,
        before: small(written_total, written_longest),
        lower_bound,
        method,
    })
}

/// The way of all legs of these loops, and the longest loop.
fn figures(weights: &Weights, circuits: &[Vec<usize>]) -> (f64, f64) {
    let total = circuits.iter().map(|it| weights.way(it)).sum();
    let longest = circuits.iter().map(|it| weights.circuit(it));
    (total, longest.fold(0.0, f64::max))
}

/// The loops as the author wrote them.
fn written(journey: &Journey, request: &Request, weights: &Weights, by: usize) -> Vec<Vec<usize>> {
    let order: &[String] = match &journey.artefacts[request.artefact].pattern {
        Pattern::Ring { order } | Pattern::Petal { order, .. } => order,
        _ => &[],
    };
    let mut nodes: Vec<usize> = (1..=weights.len()).collect();
    let place = |node: &usize| {
        let id = &journey.laboratories[weights.laboratory(*node)].id;
        order.iter().position(|it| it == id).unwrap_or(order.len())
    };
    nodes.sort_by_key(place);
    nodes.chunks(by).map(<[usize]>::to_vec).collect()
}

#[cfg(test)]
mod tests;
