//! The estimators that a protocol may order, by their names in the library.

use std::collections::BTreeMap;

use super::{Basis, Consensus, MedianUncertainty};
use crate::evaluate::equivalence::Rule;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;

/// A reference value and what its method has to say beyond it.
#[derive(Debug, Clone, PartialEq)]
pub struct Estimate {
    pub consensus: Consensus,
    /// Other subsets that are as large and as consistent as the one chosen.
    pub ties: u64,
}

/// Names of the methods that [`estimate`] carries out: the last part of their paths.
pub const NAMES: [&str; 11] = [
    "arithmetic-mean",
    "birge-mean",
    "cut-off-mean",
    "dersimonian-laird",
    "largest-consistent-subset",
    "mandel-paule",
    "maximum-likelihood",
    "median",
    "power-moderated-mean",
    "restricted-maximum-likelihood",
    "weighted-mean",
];

/// How u(D) follows from the reference value of the method called `name`, as the method itself has it: the power-moderated mean and the
/// median carry an uncertainty that the stated ones do not explain, the random-effects means recognise dark uncertainty.
pub fn rule(name: &str) -> Rule {
    match name {
        "power-moderated-mean" | "median" => Rule::Reference,
        "dersimonian-laird"
        | "mandel-paule"
        | "maximum-likelihood"
        | "restricted-maximum-likelihood" => Rule::DarkRecognised,
        _ => Rule::Stated,
    }
}

/// The reference value of `labs` by the method called `name` with its parameters and flags; none for an unknown name.
pub fn estimate(
    name: &str,
    parameters: &BTreeMap<String, f64>,
    flags: &[String],
    labs: &Laboratories,
) -> Option<Result<Estimate, Inapplicable>> {
    use super::random_effects::{Estimator, random_effects_mean};
    let parameter = |key: &str, default: f64| parameters.get(key).copied().unwrap_or(default);
    let plain = |result: Result<Consensus, Inapplicable>| {
        result.map(|consensus| Estimate { consensus, ties: 0 })
    };
    Some(match name {
        "weighted-mean" => plain(super::weighted_mean(labs)),
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
        "cut-off-mean" => {
            plain(super::cut_off_mean(labs, parameter("significance", 0.05)).map(|c| c.mean))
        }
        "power-moderated-mean" => plain(
            super::power_moderated_mean(labs, parameters.get("alpha").copied()).map(|p| p.mean),
        ),
        "largest-consistent-subset" => {
            super::largest_consistent_subset(labs, parameter("significance", 0.05)).map(|found| {
                Estimate {
                    consensus: found.mean,
                    ties: found.tie_count.saturating_sub(1),
                }
            })
        }
        "dersimonian-laird" => plain(random_effects_mean(labs, Estimator::DerSimonianLaird)),
        "mandel-paule" => plain(random_effects_mean(labs, Estimator::MandelPaule)),
        "maximum-likelihood" => plain(random_effects_mean(labs, Estimator::MaximumLikelihood)),
        "restricted-maximum-likelihood" => plain(random_effects_mean(labs, Estimator::Reml)),
        _ => return None,
    })
}
