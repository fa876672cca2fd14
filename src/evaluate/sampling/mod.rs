//! Evaluations that rest on the distribution of the results, by draws or, where it is known, by quadrature: the median of drawn
//! results, the bootstrap of the DerSimonian–Laird mean, the weighted median.

mod bootstrap;
mod draws;
mod exact;
mod median;
mod order;
mod summary;
mod weighted_median;

pub use bootstrap::{BootstrapMean, dersimonian_laird_bootstrap};
pub use draws::{Joint, Plan, Sampled, SampledMedian, sampled_median};
pub use median::{MedianDistribution, median_distribution};
pub use weighted_median::{WeightedMedian, weighted_median};

use crate::evaluate::method::{Data, Inapplicable, Method};

pub const METHODS: &[Method] = &[
    Method {
        id: "monte-carlo-median",
        compute: median::compute,
    },
    Method {
        id: "dersimonian-laird-bootstrap",
        compute: bootstrap::compute,
    },
    Method {
        id: "weighted-median",
        compute: weighted_median::compute,
    },
];

/// The seed of the draws, parameter `seed`, 1 when not given.
pub(crate) fn seed(data: &Data) -> u64 {
    data.number_or("seed", 1.0).max(0.0) as u64
}

/// The number of draws, parameter `draws`.
pub(crate) fn draws(data: &Data, default: usize) -> Result<usize, Inapplicable> {
    let draws = data.number_or("draws", default as f64);
    if (1000.0..=1e8).contains(&draws) {
        return Ok(draws as usize);
    }
    Err(Inapplicable::new(
        "draws",
        format!("抽样次数 draws 为 {draws}；须在 1000 与 1e8 之间"),
        format!("draws is {draws}; it must be between 1000 and 1e8"),
    ))
}

/// Refusal for fewer laboratories in the reference value than `needed`.
pub(crate) fn too_few(members: usize, needed: usize) -> Inapplicable {
    Inapplicable::new(
        "too-few-laboratories",
        format!(
            "参考值中只有 {members} 个实验室，本方法至少需要 {needed} 个；请增加参加参考值的实验室或改用其他方法"
        ),
        format!(
            "{members} laboratories are in the reference value and the method needs at least {needed}; let more take part or use another method"
        ),
    )
}
