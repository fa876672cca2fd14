//! Proficiency testing after ISO 13528:2022 with Amendment 1:2026: assigned values, σ_pt, robust estimators, scores, homogeneity
//! and stability of the items.

mod assigned;
mod compute;
mod consensus;
mod homogeneity;
mod items;
pub mod robust;
mod scores;
mod sigma;
#[cfg(test)]
mod tests;

pub use assigned::{
    Agreement, Assigned, Bootstrap, Mode, NEGLIGIBLE, agreement, bootstrap, combined_uncertainty,
    from_reference_material, kernel_mode, kernel_modes, negligible, negligible_beside_limit,
    robust_uncertainty,
};
pub use compute::METHODS;
pub use consensus::{NAMES, OfResults, results_alone};
pub use homogeneity::{Homogeneity, Stability, expanded_factors, homogeneity, stability};
pub(crate) use items::replicates;
pub use scores::{
    Target, Verdict, deviations, ez_scores, percent_deviations, scaled_deviations,
    uncertainty_scores, words,
};
pub use sigma::{Line, between_limits, from_precision, from_previous_rounds, horwitz};
