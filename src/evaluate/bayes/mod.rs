//! Hierarchical Bayesian evaluation by deterministic quadrature.
//!
//! x_j ~ N(ξ_j, σ_j²), ξ_j ~ Gauss, Laplace or skew-normal with mean μ and standard deviation τ, μ flat, τ half-Cauchy; σ_j = u_j for infinite
//! degrees of freedom, else ν u²/σ² ~ χ²(ν) with a half-Cauchy prior. The integral over σ_j is a trapezoidal rule in ln σ_j, that
//! over μ a sum over equidistant points or adaptive Gauss–Kronrod over tabulated likelihoods (closed form when it is
//! Gaussian), that over τ a trapezoidal rule halved until two grids agree.
//!
//! Source: A. Koepke, T. Lafarge, B. Toman, A. Possolo, NIST Consensus Builder User's Manual (2020), A.3; the same posterior that
//! the peer samples by Markov chain Monte Carlo.

mod conditional;
mod joint;
mod lattice;
mod marginal;
mod mixture;
mod model;
mod nodes;
mod normals;
mod posterior;
mod predictive;
mod skew;

pub use model::{Effects, Priors};

use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::numeric::sum;
use joint::Joint;
use model::Laboratory;
use predictive::Predictive;
use rayon::prelude::*;

pub const METHODS: &[Method] = &[
    Method {
        id: "hierarchical-gauss",
        compute: |data| compute(data, Effects::Gauss),
    },
    Method {
        id: "hierarchical-laplace",
        compute: |data| compute(data, Effects::Laplace),
    },
    Method {
        id: "hierarchical-skew-normal",
        compute: |data| compute(data, Effects::SkewNormal),
    },
];

/// Posterior of a hierarchical model, in the unit of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Hierarchical {
    pub mean: f64,
    pub sd: f64,
    /// Quantiles 0.025, 0.5 and 0.975 of μ.
    pub quantiles: [f64; 3],
    pub tau_mean: f64,
    /// Quantiles 0.025, 0.5 and 0.975 of τ.
    pub tau_quantiles: [f64; 3],
    /// One entry for every laboratory, those outside the reference value included.
    pub equivalence: Vec<Equivalence>,
    /// Posterior mean of the slant of skew-normal effects.
    pub slant: Option<f64>,
    /// Estimated relative error of the quadrature.
    pub error: f64,
}

/// Degree of equivalence of one laboratory.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalence {
    /// D = x_j − E[μ].
    pub difference: f64,
    /// Standard deviation of x_j − μ + N(0, τ² + σ_j²): dark uncertainty recognised.
    pub u_predictive: f64,
    /// Standard deviation of x_j − μ + N(0, σ_j²): dark uncertainty left out.
    pub u_without_dark: f64,
    /// Half-length of the 95 % interval, centred at D, of the predictive distribution.
    pub expanded: f64,
}

impl Priors {
    /// τ: 1.4826 times the median absolute deviation of the values; σ: the median of the uncertainties; both of the laboratories
    /// in the reference value (NICOB).
    pub fn weakly_informative(labs: &Laboratories) -> Priors {
        let of = |column: &[f64]| -> Vec<f64> {
            column
                .iter()
                .zip(&labs.in_reference)
                .filter(|(_, inside)| **inside)
                .map(|(v, _)| *v)
                .collect()
        };
        let value = of(&labs.value);
        let centre = sum::median(&value);
        let deviations: Vec<f64> = value.iter().map(|v| (v - centre).abs()).collect();
        Priors {
            tau_scale: 1.4826 * sum::median(&deviations),
            sigma_scale: sum::median(&of(&labs.u)),
        }
    }
}

/// Posterior of the reference value and degrees of equivalence. Needs at least three laboratories in the reference value: with two
/// the posterior of μ has no standard deviation.
pub fn hierarchical(
    labs: &Laboratories,
    effects: Effects,
    priors: Priors,
) -> Result<Hierarchical, Inapplicable> {
    check(labs, priors)?;
    let members: Vec<usize> = (0..labs.len()).filter(|i| labs.in_reference[*i]).collect();
    let values: Vec<f64> = members.iter().map(|i| labs.value[*i]).collect();
    let centre = sum::median(&values);
    let unit = priors.sigma_scale;
    let reach = labs
        .value
        .iter()
        .map(|v| (v - centre).abs())
        .fold(0.0, f64::max)
        / unit;
    let laboratory = |i: usize| {
        let value = (labs.value[i] - centre) / unit;
        Laboratory::new(
            [value, labs.u[i] / unit, labs.dof[i]],
            1.0,
            2.0 * reach,
            effects,
        )
    };
    let inside: Vec<Laboratory> = members.iter().map(|i| laboratory(*i)).collect();
    let scaled = Priors {
        tau_scale: priors.tau_scale / unit,
        sigma_scale: 1.0,
    };
    let posterior = Joint::new(&inside, effects, scaled);
    let (mean, sd) = posterior.mean_and_sd();
    let predictive = Predictive {
        mean,
        slices: posterior.slices(),
    };
    let tau_square = posterior.tau_mean_square();
    let equivalence = |i: usize| {
        let member = members.iter().position(|m| *m == i);
        let outside = laboratory(i);
        let sigma_square = match member {
            Some(j) => posterior.sigma_square(j),
            None if labs.dof[i] <= 1.0 => f64::INFINITY,
            None => outside.mean_square(),
        };
        let u_predictive = (sd * sd + tau_square + sigma_square).sqrt();
        let expanded = predictive.half_length(&outside, member.is_some(), u_predictive);
        Equivalence {
            difference: labs.value[i] - (centre + unit * mean),
            u_predictive: unit * u_predictive,
            u_without_dark: unit * (sd * sd + sigma_square).sqrt(),
            expanded: unit * expanded,
        }
    };
    let levels = [0.025, 0.5, 0.975];
    Ok(Hierarchical {
        mean: centre + unit * mean,
        sd: unit * sd,
        quantiles: posterior.quantiles(levels).map(|q| centre + unit * q),
        tau_mean: unit * posterior.tau_mean(),
        tau_quantiles: posterior.tau_quantiles(levels).map(|q| unit * q),
        equivalence: (0..labs.len()).into_par_iter().map(equivalence).collect(),
        slant: (effects == Effects::SkewNormal)
            .then(|| sum::sum(posterior.slants.iter().map(|(slant, p)| slant * p))),
        error: posterior.error,
    })
}

fn check(labs: &Laboratories, priors: Priors) -> Result<(), Inapplicable> {
    if labs.members() < 3 {
        return Err(Inapplicable::new(
            "too-few-laboratories",
            format!(
                "参考值中只有 {} 个实验室；分层贝叶斯模型至少需要 3 个，否则参考值的后验标准差不存在",
                labs.members()
            ),
            format!(
                "{} laboratories are in the reference value; the hierarchical model needs at least 3, with fewer the posterior of the reference value has no standard deviation",
                labs.members()
            ),
        ));
    }
    for (name, scale) in [
        ("tau_scale", priors.tau_scale),
        ("sigma_scale", priors.sigma_scale),
    ] {
        if !(scale.is_finite() && scale > 0.0) {
            return Err(Inapplicable::new(
                "prior-scale",
                format!(
                    "先验尺度 {name} 为 {scale}，须为正的有限数；若中位绝对偏差为零（多数测得值相同），请自行给定 {name}"
                ),
                format!(
                    "the prior scale {name} is {scale} and must be positive and finite; when the median absolute deviation is zero (most values equal), set {name} yourself"
                ),
            ));
        }
    }
    if let Some(i) = (0..labs.len()).find(|i| labs.dof[*i] < 0.5) {
        return Err(Inapplicable::new(
            "too-few-dof",
            format!(
                "实验室 `{}` 的自由度为 {}；分层贝叶斯模型要求不小于 0.5",
                labs.lab[i], labs.dof[i]
            ),
            format!(
                "laboratory `{}` has {} degrees of freedom; the hierarchical model needs at least 0.5",
                labs.lab[i], labs.dof[i]
            ),
        ));
    }
    Ok(())
}

fn compute(data: &Data, effects: Effects) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let default = Priors::weakly_informative(&labs);
    let priors = Priors {
        tau_scale: data.number_or("tau_scale", default.tau_scale)?,
        sigma_scale: data.number_or("sigma_scale", default.sigma_scale)?,
    };
    let effects = match data.word_or("random_effect", "")?.as_str() {
        "" => effects,
        word => effects_named(word)?,
    };
    Ok(quantities(
        &labs,
        &hierarchical(&labs, effects, priors)?,
        priors,
    ))
}

fn effects_named(word: &str) -> Result<Effects, Inapplicable> {
    match word.to_ascii_lowercase().as_str() {
        "gauss" | "gaussian" | "normal" => Ok(Effects::Gauss),
        "laplace" => Ok(Effects::Laplace),
        "skew-normal" => Ok(Effects::SkewNormal),
        _ => Err(Inapplicable::new(
            "unknown-effect",
            format!(
                "random_effect 为 `{word}`；可用 gauss（高斯）、laplace（拉普拉斯）或 skew-normal（偏态正态）"
            ),
            format!("random_effect is `{word}`; use gauss, laplace or skew-normal"),
        )),
    }
}

fn quantities(labs: &Laboratories, result: &Hierarchical, priors: Priors) -> Quantities {
    let column = |pick: fn(&Equivalence) -> f64| -> Vec<f64> {
        result.equivalence.iter().map(pick).collect()
    };
    let [low, median, high] = result.quantiles;
    let [tau_low, tau_median, tau_high] = result.tau_quantiles;
    let mut q = Quantities::default();
    q.words("lab", labs.lab.clone());
    q.number("reference.value", result.mean);
    q.number("reference.u", result.sd);
    q.number("mu.mean", result.mean);
    q.number("mu.sd", result.sd);
    q.number("mu.median", median);
    q.numbers("mu.q", [low, high]);
    q.number("tau.mean", result.tau_mean);
    q.number("tau.median", tau_median);
    q.numbers("tau.q", [tau_low, tau_high]);
    q.numbers("doe.D", column(|e| e.difference));
    q.numbers("doe.u_predictive", column(|e| e.u_predictive));
    q.numbers("doe.U95_predictive", column(|e| e.expanded));
    q.numbers("doe.u_without_dark", column(|e| e.u_without_dark));
    if let Some(slant) = result.slant {
        q.number("slant.mean", slant);
        q.number("prior.slant_scale", skew::SLANT_SCALE);
    }
    q.number("prior.tau_scale", priors.tau_scale);
    q.number("prior.sigma_scale", priors.sigma_scale);
    q.number("quadrature.error", result.error);
    // The summary under the names of published tables.
    q.number("mu", result.mean);
    q.number("u", result.sd);
    q.numbers("ci95", [low, high]);
    q.number("tau_mean", result.tau_mean);
    q
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::sampling::published::pcb28;

    fn close(found: f64, expected: f64, tolerance: f64) {
        assert!(
            (found / expected - 1.0).abs() < tolerance,
            "{found} against {expected}"
        );
    }

    /// A second quadrature of another kind: Gauss-Legendre panels in ln σ, μ and ln τ on one fixed grid (numpy 2, scipy 1).
    struct Brute {
        effects: Effects,
        mean: f64,
        sd: f64,
        quantiles: [f64; 3],
        tau_mean: f64,
        tau_quantiles: [f64; 3],
        u_predictive: [f64; 6],
        u_without_dark: [f64; 6],
    }

    const BRUTE: [Brute; 2] = [
        Brute {
            effects: Effects::Gauss,
            mean: 33.611692873563115,
            sd: 0.793574737827601,
            quantiles: [32.040960688565534, 33.606884684802445, 35.20696102526887],
            tau_mean: 1.6842601251987595,
            tau_quantiles: [0.8310911273313538, 1.53948201694191, 3.392311249979097],
            u_predictive: [
                2.239639887025819,
                2.153832973512731,
                2.163617240244522,
                2.0646708064006276,
                2.0314992736652036,
                2.0209129119862776,
            ],
            u_without_dark: [
                1.308545818273536,
                1.1555526006006074,
                1.1736885861451738,
                0.9793726940073194,
                0.907355847430535,
                0.8833993054089369,
            ],
        },
        Brute {
            effects: Effects::Laplace,
            mean: 33.4398432425352,
            sd: 0.8123154284463463,
            quantiles: [31.98171608114354, 33.39098036629349, 35.163036054526316],
            tau_mean: 1.9113641366098686,
            tau_quantiles: [0.7534338764706545, 1.694058309623698, 4.35246133444035],
            u_predictive: [
                2.5163948722456633,
                2.4386045935026543,
                2.449958920420963,
                2.3634914697517613,
                2.3330031649672227,
                2.3235915182268445,
            ],
            u_without_dark: [
                1.320457063781681,
                1.1653995313534824,
                1.1889753639066378,
                0.9987270056506994,
                0.9242659097758331,
                0.9002451042923834,
            ],
        },
    ];

    #[test]
    fn posterior_agrees_with_a_quadrature_of_another_kind() {
        for expected in BRUTE {
            let labs = pcb28();
            let priors = Priors {
                tau_scale: 1.564_142_999_999_999_4,
                sigma_scale: 0.544_999_999_999_999_9,
            };
            let found = hierarchical(&labs, expected.effects, priors).unwrap();
            close(found.mean, expected.mean, 1e-9);
            close(found.sd, expected.sd, 3e-9);
            close(found.tau_mean, expected.tau_mean, 3e-9);
            for k in 0..3 {
                close(found.quantiles[k], expected.quantiles[k], 1e-8);
                close(found.tau_quantiles[k], expected.tau_quantiles[k], 1e-8);
            }
            for (j, e) in found.equivalence.iter().enumerate() {
                close(e.u_predictive, expected.u_predictive[j], 1e-8);
                close(e.u_without_dark, expected.u_without_dark[j], 1e-8);
                // Near a normal distribution the half-length is about two standard deviations.
                assert!(e.expanded > 1.9 * e.u_predictive && e.expanded < 2.1 * e.u_predictive);
            }
        }
    }

    #[test]
    fn skew_normal_effects_agree_with_a_grid_and_a_markov_chain() {
        let labs = Laboratories::new(
            &[10.0, 10.4, 10.3, 10.9, 11.8, 10.1, 13.5, 10.6],
            &[0.2, 0.25, 0.3, 0.35, 0.4, 0.45, 0.5, 0.55],
        )
        .unwrap();
        let priors = Priors::weakly_informative(&labs);
        let found = hierarchical(&labs, Effects::SkewNormal, priors).unwrap();
        // Trapezoidal sums over 701 × 181 × 301 values of μ, ln τ and α (numpy 1.26, scipy 1.11).
        close(found.mean, 10.953_007_917, 1e-7);
        close(found.sd, 0.414_669_135, 2e-6);
        close(found.tau_mean, 1.046_389_159, 1e-7);
        close(found.slant.unwrap(), 3.156_876_12, 2e-6);
        // 4000 Markov chains of 5000 steps: mean 10.952 1(5), mean of τ 1.046 3(4), mean of the slant 3.154(4).
        assert!((found.mean - 10.952_1).abs() < 4.0 * 0.000_5);
        assert!((found.slant.unwrap() - 3.153_9).abs() < 4.0 * 0.003_7);
    }

    #[test]
    fn default_priors_are_those_of_the_consensus_builder() {
        let priors = Priors::weakly_informative(&pcb28());
        close(priors.tau_scale, 1.564_143, 1e-12);
        close(priors.sigma_scale, 0.545, 1e-12);
    }

    #[test]
    fn many_degrees_of_freedom_come_to_the_result_of_infinitely_many() {
        let mut labs = pcb28();
        labs.dof = vec![1e7; 6];
        let mut known = pcb28();
        known.dof = vec![f64::INFINITY; 6];
        for effects in [Effects::Gauss, Effects::Laplace] {
            let priors = Priors::weakly_informative(&known);
            let (a, b) = (
                hierarchical(&labs, effects, priors).unwrap(),
                hierarchical(&known, effects, priors).unwrap(),
            );
            close(a.mean, b.mean, 1e-7);
            close(a.sd, b.sd, 1e-6);
            close(a.quantiles[2], b.quantiles[2], 1e-7);
        }
    }

    #[test]
    fn unit_offset_and_order_do_not_matter() {
        let labs = pcb28();
        let base = hierarchical(&labs, Effects::Gauss, Priors::weakly_informative(&labs)).unwrap();
        let mut other = labs.clone();
        other.value = labs.value.iter().rev().map(|v| 1e-6 * v - 1.0).collect();
        other.u = labs.u.iter().rev().map(|u| 1e-6 * u).collect();
        other.dof.reverse();
        let moved =
            hierarchical(&other, Effects::Gauss, Priors::weakly_informative(&other)).unwrap();
        assert!(((moved.mean + 1.0) * 1e6 - base.mean).abs() < 1e-7);
        close(moved.sd * 1e6, base.sd, 1e-8);
        close(
            moved.equivalence[0].u_predictive * 1e6,
            base.equivalence[5].u_predictive,
            1e-8,
        );
    }

    #[test]
    fn a_laboratory_outside_the_reference_value_does_not_move_it() {
        let mut labs = pcb28();
        labs.in_reference[5] = false;
        let mut without = labs.clone();
        without.value[5] = 1e3;
        let priors = Priors::weakly_informative(&labs);
        let (a, b) = (
            hierarchical(&labs, Effects::Gauss, priors).unwrap(),
            hierarchical(&without, Effects::Gauss, priors).unwrap(),
        );
        close(a.mean, b.mean, 1e-9);
        close(a.sd, b.sd, 1e-8);
        assert!((b.equivalence[5].difference - (1e3 - b.mean)).abs() < 1e-9);
    }

    #[test]
    fn two_laboratories_and_a_vanishing_prior_scale_are_refused() {
        let labs = Laboratories::new(&[1.0, 2.0], &[0.1; 2]).unwrap();
        let priors = Priors {
            tau_scale: 1.0,
            sigma_scale: 1.0,
        };
        assert_eq!(
            hierarchical(&labs, Effects::Gauss, priors)
                .unwrap_err()
                .kind,
            "too-few-laboratories"
        );
        let equal = Laboratories::new(&[1.0; 4], &[0.1; 4]).unwrap();
        let refused =
            hierarchical(&equal, Effects::Gauss, Priors::weakly_informative(&equal)).unwrap_err();
        assert_eq!(refused.kind, "prior-scale");
    }
}
