//! Hierarchical Bayesian evaluation by deterministic quadrature.
//!
//! x_j ~ N(ξ_j, σ_j²), ξ_j ~ Gauss or Laplace with mean μ and standard deviation τ, μ flat, τ half-Cauchy; σ_j = u_j for infinite
//! degrees of freedom, else ν u²/σ² ~ χ²(ν) with a half-Cauchy prior. The integral over σ_j is a trapezoidal rule in ln σ_j, that
//! over μ adaptive Gauss–Kronrod (closed form when it is Gaussian), that over τ a trapezoidal rule halved until two grids agree.
//!
//! Source: A. Koepke, T. Lafarge, B. Toman, A. Possolo, NIST Consensus Builder User's Manual (2020), A.3; the same posterior that
//! the peer samples by Markov chain Monte Carlo.

mod conditional;
mod model;
mod nodes;
mod posterior;

pub use model::{Effects, Priors};

use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities};
use crate::numeric::{root, sum};
use model::{Laboratory, Likelihood, predictive_cdf};
use posterior::Posterior;

pub const METHODS: &[Method] = &[
    Method {
        id: "hierarchical-gauss",
        compute: |data| compute(data, Effects::Gauss),
    },
    Method {
        id: "hierarchical-laplace",
        compute: |data| compute(data, Effects::Laplace),
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
        Laboratory::new(
            (labs.value[i] - centre) / unit,
            labs.u[i] / unit,
            labs.dof[i],
            1.0,
            2.0 * reach,
        )
    };
    let inside: Vec<Laboratory> = members.iter().map(|i| laboratory(*i)).collect();
    let scaled = Priors {
        tau_scale: priors.tau_scale / unit,
        sigma_scale: 1.0,
    };
    let posterior = Posterior::new(&inside, effects, scaled);
    let (mean, sd) = posterior.mean_and_sd();
    let predictive = Predictive {
        effects,
        mean,
        rows: posterior.compressed(),
    };
    let tau_square = posterior.tau_mean_square();
    let equivalence = |i: usize| {
        let member = members.iter().position(|m| *m == i);
        let outside = laboratory(i);
        let (sigma_square, expanded) = match member {
            Some(j) => (
                posterior.sigma_square(j),
                predictive.half_length(&inside[j], true, sd),
            ),
            None if labs.dof[i] <= 1.0 => {
                (f64::INFINITY, predictive.half_length(&outside, false, sd))
            }
            None => (
                outside.mean_square(),
                predictive.half_length(&outside, false, sd),
            ),
        };
        Equivalence {
            difference: labs.value[i] - (centre + unit * mean),
            u_predictive: unit * (sd * sd + tau_square + sigma_square).sqrt(),
            u_without_dark: unit * (sd * sd + sigma_square).sqrt(),
            expanded: unit * expanded,
        }
    };
    let levels = [0.025, 0.5, 0.975];
    Ok(Hierarchical {
        mean: centre + unit * mean,
        sd: unit * sd,
        quantiles: levels.map(|p| centre + unit * posterior.quantile(p)),
        tau_mean: unit * posterior.tau_mean(),
        tau_quantiles: levels.map(|p| unit * posterior.tau_quantile(p)),
        equivalence: (0..labs.len()).map(equivalence).collect(),
        error: posterior.error,
    })
}

/// The posterior as a mixture: τ, probability, nodes of μ with their weights.
struct Predictive {
    effects: Effects,
    mean: f64,
    rows: Vec<(f64, f64, Vec<(f64, f64)>)>,
}

/// One component of the predictive distribution of a laboratory.
struct Component {
    weight: f64,
    shift: f64,
    tau: f64,
    sigma: f64,
}

impl Predictive {
    /// Half-length of the 95 % interval about zero of μ − E[μ] + effect + error. The σ of a laboratory in the reference value
    /// (`inside`) has its posterior, that of another its own distribution.
    fn half_length(&self, laboratory: &Laboratory, inside: bool, sd: f64) -> f64 {
        let mut components = Vec::new();
        for (tau, probability, nodes) in &self.rows {
            let likelihood = Likelihood::new(laboratory, self.effects, *tau);
            for (mu, share) in nodes {
                let weights = if inside {
                    likelihood.sigma_weights(*mu)
                } else {
                    laboratory.weight.clone()
                };
                for (sigma, w) in laboratory.sigma.iter().zip(&weights) {
                    let weight = probability * share * w;
                    if weight > 1e-12 {
                        components.push(Component {
                            weight,
                            shift: mu - self.mean,
                            tau: *tau,
                            sigma: *sigma,
                        });
                    }
                }
            }
        }
        let total: f64 = components.iter().map(|c| c.weight).sum();
        let coverage = |half: f64| {
            components
                .iter()
                .map(|c| {
                    let cdf = |t: f64| predictive_cdf(self.effects, t, c.tau, c.sigma);
                    c.weight * (cdf(half - c.shift) - cdf(-half - c.shift))
                })
                .sum::<f64>()
                / total
                - 0.95
        };
        let mut high = 4.0 * sd;
        while coverage(high) < 0.0 && high < 1e12 * sd {
            high *= 2.0;
        }
        root::ridders(coverage, 0.0, high, 1e-9)
    }
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
        tau_scale: data.number_or("tau_scale", default.tau_scale),
        sigma_scale: data.number_or("sigma_scale", default.sigma_scale),
    };
    let effects = match data.find("random_effect") {
        Some(Field::Word(word)) => effects_named(word)?,
        _ => effects,
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
        _ => Err(Inapplicable::new(
            "unknown-effect",
            format!(
                "random_effect 为 `{word}`；可用 gauss（高斯）或 laplace（拉普拉斯），偏态分布尚未提供"
            ),
            format!(
                "random_effect is `{word}`; use gauss or laplace, skewed effects are not provided"
            ),
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

    #[test]
    fn scratch() {
        for case in ["kc-hb-gauss-pcb28", "kc-hb-laplace-pcb28"] {
            let text = std::fs::read_to_string(format!("/work/shared/cases/{case}.toml")).unwrap();
            let data = crate::evaluate::table::from_toml(&text).unwrap();
            let start = std::time::Instant::now();
            let q = compute(&data, Effects::Gauss).unwrap();
            println!("{:?}", start.elapsed());
            let value: toml::Table = text.parse().unwrap();
            for e in value["expect"].as_array().unwrap() {
                println!(
                    "{} {:?}\n      {:?}  tol {}",
                    e["quantity"],
                    e["value"].to_string(),
                    q.get(e["quantity"].as_str().unwrap()),
                    e["abs_tol"]
                );
            }
            println!("{:?}", q.get("quadrature.error"));
            println!("{:?}", q.get("doe.U95_predictive"));
        }
    }
}
