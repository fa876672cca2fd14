//! Reference values: means, medians, random effects, power-moderated means, the largest consistent subset.
//!
//! Every estimator takes [`Laboratories`](crate::evaluate::laboratories::Laboratories) and gives a [`Consensus`]; degrees of
//! equivalence follow in [`equivalence`](crate::evaluate::equivalence). [`METHODS`] are the same as computable methods.

mod consensus;
mod correlated_effects;
mod covariance;
mod means;
mod median;
mod methods;
pub mod named;
mod pair_difference;
mod power_moderated;
pub mod random_effects;
mod report;
mod subset;
#[cfg(test)]
mod tests;
mod vangel_rukhin;

pub use consensus::{Basis, Consensus};
pub use correlated_effects::{Moments, correlated_effects_mean};
pub use covariance::{GlsMean, gls_mean, quadratic_form, read_covariance};
pub use means::{
    AdjustedMean, CutOffMean, arithmetic_mean, birge_mean, cut_off_mean, mad_outliers,
    weighted_mean,
};
pub use median::{MAD_TO_SD, MedianUncertainty, median};
pub use methods::METHODS;
pub use pair_difference::{median_scaled_difference, pair_difference_chi_squared};
pub use power_moderated::{
    PowerModerated, Screened, power_moderated_mean, power_moderated_screened, scaled_deviations,
};
pub use subset::{
    LargestConsistentSubset, Passing, REACH, largest_consistent_subset,
    largest_consistent_subset_correlated, passing_subsets,
};
pub use vangel_rukhin::{Replicates, VangelRukhin, vangel_rukhin};
