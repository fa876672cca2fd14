//! The estimators that a protocol may order, by their names in the library.

use std::collections::BTreeMap;

use super::{Basis, Consensus, MedianUncertainty, Moments};
use crate::evaluate::consistency::birge_ratio;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::proficiency;
use crate::numeric::sum::sum;

/// A reference value and what its method has to say beyond it.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    pub consensus: Consensus,
    /// Other subsets that are as large and as consistent as the one chosen.
    pub ties: u64,
    /// Standard deviation of the results, of methods that take their uncertainty from it.
    pub s: Option<f64>,
}

impl From<Consensus> for Estimate {
    fn from(consensus: Consensus) -> Estimate {
        Estimate {
            consensus,
            ties: 0,
            s: None,
        }
    }
}

/// Names of the methods that [`estimate`] carries out: the last part of their paths.
pub const NAMES: [&str; 16] = [
    "algorithm-a",
    "arithmetic-mean",
    "birge-mean",
    "cut-off-mean",
    "dersimonian-laird",
    "few-participants",
    "generalised-least-squares-mean",
    "largest-consistent-subset",
    "mandel-paule",
    "maximum-likelihood",
    "mean-and-deviation",
    "median",
    "power-moderated-mean",
    "q-hampel",
    "restricted-maximum-likelihood",
    "weighted-mean",
];

/// The method that forms the reference values of all points of a measurand together; see [`crate::evaluate::vector::reference`].
pub const OF_ALL_POINTS: &str = "multi-point-consensus";

/// Whether the method called `name` forms the reference value of the results.
pub fn is_of_results(name: &str) -> bool {
    NAMES.contains(&name) || name == OF_ALL_POINTS
}

/// Whether the method called `name` weighs or tests by the uncertainties that laboratories state, so that results without one are no use to it.
pub fn needs_uncertainties(name: &str, flags: &[String]) -> bool {
    match name {
        "median" => false,
        "arithmetic-mean" => !flags.iter().any(|flag| flag == "from-dispersion"),
        other => !proficiency::NAMES.contains(&other),
    }
}

/// Whether the method called `name` holds for results with known correlations. The others weigh and test the results as independent ones.
pub fn takes_correlation(name: &str) -> bool {
    matches!(
        name,
        "arithmetic-mean"
            | "birge-mean"
            | "dersimonian-laird"
            | "generalised-least-squares-mean"
            | "largest-consistent-subset"
            | "mandel-paule"
            | "weighted-mean"
    )
}

/// Fewest results of which the method called `name` gives more than a formality.
///
/// Two results always have a mean; a median, a variance between laboratories, a subset of the largest size and a moderated power need a
/// third one to tell which of two disagreeing results stands apart.
pub fn least_results(name: &str) -> usize {
    match name {
        "arithmetic-mean"
        | "birge-mean"
        | "few-participants"
        | "generalised-least-squares-mean"
        | "mean-and-deviation"
        | OF_ALL_POINTS
        | "weighted-mean" => 2,
        _ => 3,
    }
}

/// The reference value of `labs` by the method called `name` with its parameters and flags; none for an unknown name.
///
/// With the covariance `v` of all results (row by row) the weighted mean is the generalised least-squares mean, the random effects by
/// moments lie beyond V, and u(y) is √(wᵀVw); methods that do not [take correlation](takes_correlation) weigh as ever and only their u(y) receives what is common.
pub fn estimate(
    name: &str,
    parameters: &BTreeMap<String, f64>,
    flags: &[String],
    labs: &Laboratories,
    v: Option<&[Vec<f64>]>,
) -> Option<Result<Estimate, Inapplicable>> {
    let significance = parameters.get("significance").copied().unwrap_or(0.05);
    match (name, v) {
        ("weighted-mean" | "generalised-least-squares-mean", Some(v)) => {
            Some(plain(super::gls_mean(labs, v).map(|g| g.mean)))
        }
        ("birge-mean", Some(v)) => Some(plain(super::gls_mean(labs, v).map(|gls| {
            let ratio = birge_ratio(gls.observed, labs.members() as f64 - 1.0);
            let u = gls.mean.u * ratio.max(1.0);
            gls.mean.with_u(u)
        }))),
        ("largest-consistent-subset", Some(v)) => {
            Some(super::largest_consistent_subset_correlated(labs, v, significance).map(subset))
        }
        ("mandel-paule", Some(v)) => Some(plain(super::correlated_effects_mean(
            labs,
            v,
            Moments::MandelPaule,
        ))),
        ("dersimonian-laird", Some(v)) => Some(plain(super::correlated_effects_mean(
            labs,
            v,
            Moments::DerSimonianLaird,
        ))),
        (_, Some(v)) => Some(independent(name, parameters, flags, labs)?.map(|estimate| {
            let u = with_common_parts(labs, &estimate.consensus, v);
            Estimate {
                consensus: estimate.consensus.with_u(u),
                ..estimate
            }
        })),
        (_, None) => independent(name, parameters, flags, labs),
    }
}

fn plain(result: Result<Consensus, Inapplicable>) -> Result<Estimate, Inapplicable> {
    result.map(Estimate::from)
}

fn subset(found: super::LargestConsistentSubset) -> Estimate {
    Estimate {
        ties: found.tie_count.saturating_sub(1),
        ..Estimate::from(found.mean)
    }
}

/// u(y) with what the results have in common: u(y) of independent results lacks wᵀVw − Σ w_i² u_i².
fn with_common_parts(labs: &Laboratories, consensus: &Consensus, v: &[Vec<f64>]) -> f64 {
    let w = &consensus.weights;
    let mut terms = vec![consensus.u * consensus.u];
    for (i, row) in v.iter().enumerate() {
        for (j, covariance) in row.iter().enumerate() {
            let own = if i == j { labs.u[i] * labs.u[i] } else { 0.0 };
            terms.push(w[i] * w[j] * (covariance - own));
        }
    }
    sum(terms).max(0.0).sqrt()
}

/// The methods as they are for independent results.
fn independent(
    name: &str,
    parameters: &BTreeMap<String, f64>,
    flags: &[String],
    labs: &Laboratories,
) -> Option<Result<Estimate, Inapplicable>> {
    use super::random_effects::{Estimator, random_effects_mean};
    let significance = parameters.get("significance").copied().unwrap_or(0.05);
    Some(match name {
        "weighted-mean" | "generalised-least-squares-mean" => plain(super::weighted_mean(labs)),
        "arithmetic-mean" => {
            let basis = if flags.iter().any(|f| f == "from-dispersion") {
                Basis::Dispersion
            } else {
                Basis::Stated
            };
            plain(super::arithmetic_mean(labs, basis))
        }
        "median" => plain(super::median(labs, MedianUncertainty::LargeSample)),
        "birge-mean" => plain(super::birge_mean(labs)),
        // The recipe of the method: Mandel–Paule on the adjusted uncertainties takes over when χ² fails.
        "cut-off-mean" => plain(
            super::cut_off_mean(labs, significance)
                .map(|found| found.adjusted.map_or(found.mean, |adjusted| adjusted.mean)),
        ),
        "power-moderated-mean" => plain(
            super::power_moderated_mean(labs, parameters.get("alpha").copied()).map(|p| p.mean),
        ),
        "largest-consistent-subset" => {
            super::largest_consistent_subset(labs, significance).map(subset)
        }
        "dersimonian-laird" => plain(random_effects_mean(labs, Estimator::DerSimonianLaird)),
        "mandel-paule" => plain(random_effects_mean(labs, Estimator::MandelPaule)),
        "maximum-likelihood" => plain(random_effects_mean(labs, Estimator::MaximumLikelihood)),
        "restricted-maximum-likelihood" => plain(random_effects_mean(labs, Estimator::Reml)),
        _ => proficiency::results_alone(name, labs)?.map(|found| Estimate {
            s: Some(found.s),
            ..Estimate::from(found.consensus)
        }),
    })
}
