//! The hierarchical model and the likelihood of one laboratory.

use super::mixture::{Mixture, Variances};
use super::skew::Skew;
use crate::numeric::distribution::{normal_cdf, normal_pdf};
use crate::numeric::special::erfcx;
use std::f64::consts::{PI, SQRT_2};

/// Distribution of the laboratory effects ξ_j, of which the reference value is the mean and τ the standard deviation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Effects {
    Gauss,
    Laplace,
    SkewNormal,
}

/// The same with what else it depends on held fixed.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Law {
    Gauss,
    Laplace,
    SkewNormal(Skew),
}

/// Scales of the half-Cauchy priors, in the unit of the results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Priors {
    /// Scale of the prior of the between-laboratory standard deviation τ.
    pub tau_scale: f64,
    /// Scale of the prior of the true standard deviation σ_j of a laboratory with finite degrees of freedom.
    pub sigma_scale: f64,
}

/// What is known of the true standard deviation σ of one laboratory before its value is compared with the others: one node for
/// infinite degrees of freedom, else the nodes of a trapezoidal rule in ln σ.
pub struct Laboratory {
    pub value: f64,
    /// Nodes in ascending order.
    pub sigma: Vec<f64>,
    /// Weights of the nodes, sum 1.
    pub weight: Vec<f64>,
    /// The same distribution for the mixture with Laplace effects; none where a sum over the nodes is cheaper.
    variances: Option<Variances>,
    reach: f64,
}

/// The density of ln(σ/u) up to a constant: ν u²/σ² ~ χ²(ν) times the half-Cauchy prior of σ.
#[derive(Debug, Clone, Copy)]
pub struct Spread {
    pub u: f64,
    pub dof: f64,
    pub scale: f64,
}

impl Spread {
    /// Natural logarithm of the density at `z` = ln(σ/u).
    pub fn log(self, z: f64) -> f64 {
        let ratio = (-2.0 * z).exp();
        let prior = (z.exp() * self.u / self.scale).powi(2);
        (1.0 - self.dof) * z - 0.5 * self.dof * (ratio - 1.0) - prior.ln_1p()
    }
}

/// Logarithm of the smallest weight that is still a number.
const SMALLEST: f64 = -700.0;

impl Laboratory {
    /// `reach` is the greatest distance between results; a heavy-tailed σ must be able to explain it.
    ///
    /// The density of ln σ is analytic in the strip |Im ln σ| < π/4 and for large ν a Gaussian of width 1/√(2ν), so a step of
    /// min(0.18, 0.55/√ν) leaves a relative error of about 1e-10.
    pub fn new(value: f64, u: f64, dof: f64, sigma_scale: f64, reach: f64) -> Laboratory {
        if dof.is_infinite() {
            return Laboratory {
                value,
                sigma: vec![u],
                weight: vec![1.0],
                variances: None,
                reach,
            };
        }
        let spread = Spread {
            u,
            dof,
            scale: sigma_scale,
        };
        let step = (0.55 / dof.sqrt()).min(0.18);
        let peak = spread.log(0.0);
        let lower_end = |z: f64| z < 0.0 && spread.log(z) < peak - 31.0;
        // A laboratory with few degrees of freedom keeps a tail σ^-(ν+1) that second moments still feel.
        let far = (3.0 * reach / u).max(1.0).ln();
        let upper_end =
            |z: f64| spread.log(z) + z < peak - 31.0 && z > far || spread.log(z) < peak + SMALLEST;
        let mut first = 0;
        while !lower_end(f64::from(first) * step) {
            first -= 1;
        }
        let mut last = 0;
        while !upper_end(f64::from(last) * step) && last < 4000 {
            last += 1;
        }
        let nodes = (first..=last).map(|k| f64::from(k) * step);
        let sigma = nodes.clone().map(|z| u * z.exp()).collect();
        let raw: Vec<f64> = nodes.map(|z| spread.log(z).exp()).collect();
        let total: f64 = raw.iter().sum();
        let range = [first, last].map(|k| f64::from(k) * step);
        Laboratory {
            value,
            sigma,
            weight: raw.iter().map(|w| w / total).collect(),
            variances: Variances::new(spread, range, total * step),
            reach,
        }
    }

    /// E[σ²] before the comparison.
    pub fn mean_square(&self) -> f64 {
        self.sigma
            .iter()
            .zip(&self.weight)
            .map(|(s, w)| w * s * s)
            .sum()
    }

    /// A length below which the likelihood has no structure: the harmonic mean of σ².
    pub fn width(&self) -> f64 {
        self.sigma
            .iter()
            .zip(&self.weight)
            .map(|(s, w)| w / (s * s))
            .sum::<f64>()
            .sqrt()
            .recip()
    }
}

/// Likelihood of the reference value μ given τ from one laboratory, ∫ p(x | μ, τ, σ) p(σ) dσ.
pub enum Likelihood<'a> {
    Gauss {
        laboratory: &'a Laboratory,
        height: Vec<f64>,
        precision: Vec<f64>,
    },
    Laplace {
        laboratory: &'a Laboratory,
        scale: f64,
        mixture: Option<Mixture>,
    },
    /// For every node of σ 2w/(s√2π), 1/2s² and the slope of the argument of Φ.
    SkewNormal {
        laboratory: &'a Laboratory,
        shift: f64,
        nodes: Vec<[f64; 3]>,
    },
}

impl<'a> Likelihood<'a> {
    pub fn new(laboratory: &'a Laboratory, law: Law, tau: f64) -> Likelihood<'a> {
        match law {
            Law::SkewNormal(skew) => Likelihood::SkewNormal {
                laboratory,
                shift: skew.shift(tau),
                nodes: laboratory
                    .sigma
                    .iter()
                    .zip(&laboratory.weight)
                    .map(|(sigma, weight)| {
                        let (s, slope) = skew.with_error(tau, *sigma);
                        [2.0 * weight / (s * (2.0 * PI).sqrt()), 0.5 / (s * s), slope]
                    })
                    .collect(),
            },
            Law::Laplace => Likelihood::Laplace {
                laboratory,
                scale: tau / SQRT_2,
                mixture: laboratory
                    .variances
                    .as_ref()
                    .map(|v| Mixture::new(v, tau, laboratory.reach)),
            },
            Law::Gauss => {
                let variance = || laboratory.sigma.iter().map(|s| s * s + tau * tau);
                Likelihood::Gauss {
                    laboratory,
                    height: variance()
                        .zip(&laboratory.weight)
                        .map(|(v, w)| w / (2.0 * PI * v).sqrt())
                        .collect(),
                    precision: variance().map(|v| 0.5 / v).collect(),
                }
            }
        }
    }

    pub fn laboratory(&self) -> &'a Laboratory {
        match self {
            Likelihood::Gauss { laboratory, .. }
            | Likelihood::Laplace { laboratory, .. }
            | Likelihood::SkewNormal { laboratory, .. } => laboratory,
        }
    }

    /// Calls `each(k, value)` with the contributions of the nodes of σ at reference value `mu`, scaled by exp of the returned
    /// exponent. The node of greatest σ sets the exponent, so the sum does not underflow far from the value.
    fn contributions(&self, mu: f64, mut each: impl FnMut(usize, f64)) -> f64 {
        match self {
            Likelihood::Gauss {
                laboratory,
                height,
                precision,
            } => {
                let square = (mu - laboratory.value).powi(2);
                let base = precision.last().copied().unwrap_or(0.0);
                for (k, (h, p)) in height.iter().zip(precision).enumerate() {
                    each(k, h * (-square * (p - base)).exp());
                }
                -square * base
            }
            Likelihood::SkewNormal {
                laboratory,
                shift,
                nodes,
            } => {
                let y = laboratory.value - mu + shift;
                let base = nodes.last().map_or(0.0, |n| n[1]);
                for (k, [height, precision, slope]) in nodes.iter().enumerate() {
                    let bell = height * (-y * y * (precision - base)).exp();
                    each(k, bell * normal_cdf(slope * y));
                }
                -y * y * base
            }
            Likelihood::Laplace {
                laboratory, scale, ..
            } => {
                let distance = (mu - laboratory.value).abs();
                let greatest = laboratory.sigma.last().copied().unwrap_or(0.0);
                let base = laplace_exponent(distance, greatest, *scale);
                for (k, (s, w)) in laboratory.sigma.iter().zip(&laboratory.weight).enumerate() {
                    each(k, w * laplace_density(distance, *s, *scale, base));
                }
                base
            }
        }
    }

    /// Natural logarithm of the likelihood at `mu`, and E[σ² | μ, τ].
    pub fn log_and_mean_square(&self, mu: f64) -> (f64, f64) {
        if let Likelihood::Laplace {
            laboratory,
            mixture: Some(mixture),
            ..
        } = self
            && let Some([density, moment]) = mixture.at((mu - laboratory.value).abs())
        {
            return (density.ln(), moment / density);
        }
        let sigma = &self.laboratory().sigma;
        let (mut above, mut below) = (0.0, 0.0);
        let exponent = self.contributions(mu, |k, value| {
            above += value * sigma[k] * sigma[k];
            below += value;
        });
        if below == 0.0 {
            // So far on the steep side of skewed effects that a double knows no density.
            return (f64::NEG_INFINITY, 0.0);
        }
        (below.ln() + exponent, above / below)
    }

    /// Whether a call costs next to nothing: known σ, or a mixture over the variance.
    pub fn is_cheap(&self) -> bool {
        match self {
            Likelihood::Gauss { height, .. } => height.len() == 1,
            Likelihood::Laplace {
                laboratory,
                mixture,
                ..
            } => mixture.is_some() || laboratory.sigma.len() == 1,
            Likelihood::SkewNormal { nodes, .. } => nodes.len() == 1,
        }
    }

    /// The length over which the likelihood bends: a kink of Laplace effects is as wide as the measurement error alone.
    pub fn bend(&self) -> f64 {
        match self {
            Likelihood::Gauss {
                height, precision, ..
            } => {
                let total: f64 = height.iter().sum();
                let mean = height
                    .iter()
                    .zip(precision)
                    .map(|(h, p)| h * p)
                    .sum::<f64>()
                    / total;
                (0.5 / mean).sqrt()
            }
            Likelihood::Laplace { laboratory, .. } | Likelihood::SkewNormal { laboratory, .. } => {
                laboratory.width()
            }
        }
    }

    /// Weights (sum 1) of the nodes of σ given `mu` and τ.
    pub fn sigma_weights(&self, mu: f64) -> Vec<f64> {
        let mut weights = vec![0.0; self.laboratory().sigma.len()];
        self.contributions(mu, |k, value| weights[k] = value);
        let total: f64 = weights.iter().sum();
        weights.iter().map(|w| w / total).collect()
    }
}

/// Exponent of the leading term of the Laplace–Gauss convolution.
fn laplace_exponent(distance: f64, sigma: f64, scale: f64) -> f64 {
    let a = sigma / scale;
    let t = distance / sigma;
    if a >= t {
        -0.5 * t * t
    } else {
        0.5 * a * a - distance / scale
    }
}

/// Density at `distance` ≥ 0 of the sum of a Laplace variable of scale b and a normal one of standard deviation σ, times exp(−`base`):
/// exp(−d²/2σ²) [erfcx((σ/b − d/σ)/√2) + erfcx((σ/b + d/σ)/√2)] / 4b, rewritten where the first argument is negative.
fn laplace_density(distance: f64, sigma: f64, scale: f64, base: f64) -> f64 {
    let (near, far) = laplace_terms(distance, sigma, scale, base);
    (near + far) / (4.0 * scale)
}

/// exp(σ²/2b² ∓ d/b − base) erfc((σ/b ∓ d/σ)/√2) for d = `distance` ≥ 0.
fn laplace_terms(distance: f64, sigma: f64, scale: f64, base: f64) -> (f64, f64) {
    let a = sigma / scale;
    let t = distance / sigma;
    let gauss = (-0.5 * t * t - base).exp();
    let z = (a - t) / SQRT_2;
    let near = if z >= 0.0 {
        gauss * erfcx(z)
    } else {
        2.0 * (0.5 * a * a - distance / scale - base).exp() - gauss * erfcx(-z)
    };
    (near, gauss * erfcx((a + t) / SQRT_2))
}

/// Distribution function and density at `t` of effect plus measurement error, given τ and σ.
pub fn predictive(law: Law, t: f64, tau: f64, sigma: f64) -> (f64, f64) {
    match law {
        Law::SkewNormal(skew) => skew.predictive(t, tau, sigma),
        Law::Gauss => {
            let sd = (tau * tau + sigma * sigma).sqrt();
            (normal_cdf(t / sd), normal_pdf(t / sd) / sd)
        }
        Law::Laplace => {
            // F = Φ(t/σ) + b² f'(t), because f − b² f'' is the normal density.
            let scale = tau / SQRT_2;
            let (near, far) = laplace_terms(t.abs(), sigma, scale, 0.0);
            let right = normal_cdf(t.abs() / sigma) - 0.25 * (near - far);
            let below = if t >= 0.0 { right } else { 1.0 - right };
            (below, (near + far) / (4.0 * scale))
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finite_degrees_of_freedom_give_the_moments_of_their_density() {
        // mpmath 1.3 quad of the density of σ (ν = 4, u = 0.7, prior scale 0.5) times σ².
        let lab = Laboratory::new(0.0, 0.7, 4.0, 0.5, 1.0);
        assert!(
            (lab.mean_square() / SIGMA_MEAN_SQUARE - 1.0).abs() < 1e-9,
            "{}",
            lab.mean_square()
        );
    }

    #[test]
    fn laplace_likelihood_agrees_with_high_precision_integrals() {
        // mpmath 1.3: quad of the Laplace density (standard deviation τ) times the normal density.
        for (d, sigma, tau, expected) in LAPLACE_VALUES {
            let lab = Laboratory::new(0.0, sigma, f64::INFINITY, 1.0, 1.0);
            let log = Likelihood::new(&lab, Law::Laplace, tau)
                .log_and_mean_square(d)
                .0;
            assert!(
                (log - expected).abs() < 1e-12 * expected.abs().max(1.0),
                "{d} {sigma} {tau}: {log} {expected}"
            );
        }
    }

    #[test]
    fn predictive_distribution_is_the_integral_of_the_likelihood() {
        let lab = Laboratory::new(0.0, 0.4, f64::INFINITY, 1.0, 1.0);
        for law in [Law::Gauss, Law::Laplace] {
            let below = |t: f64| predictive(law, t, 1.3, 0.4).0;
            let likelihood = Likelihood::new(&lab, law, 1.3);
            let expected = likelihood.log_and_mean_square(0.9).0.exp();
            let h = 1e-4;
            let slope = (below(0.9 + h) - below(0.9 - h)) / (2.0 * h);
            assert!((slope - expected).abs() < 1e-8);
            assert!((predictive(law, 0.9, 1.3, 0.4).1 / expected - 1.0).abs() < 1e-13);
            assert!((below(-0.5) + below(0.5) - 1.0).abs() < 1e-15);
        }
    }
    /// ln of the likelihood and E[σ²] summed over the nodes of σ, each with the closed form of a known σ.
    fn by_sum_over_sigma(lab: &Laboratory, tau: f64, mu: f64) -> (f64, f64) {
        let slow = Likelihood::Laplace {
            laboratory: lab,
            scale: tau / SQRT_2,
            mixture: None,
        };
        slow.log_and_mean_square(mu)
    }

    #[test]
    fn the_mixture_over_the_variance_is_the_sum_over_sigma() {
        for dof in [0.5, 1.0, 4.0, 60.0, 300.0] {
            let lab = Laboratory::new(0.0, 0.7, dof, 1.0, 20.0);
            assert!(lab.variances.is_some());
            for tau in [1e-6, 1e-2, 0.1, 0.4, 1.0, 3.0, 50.0, 1e4] {
                let quick = Likelihood::new(&lab, Law::Laplace, tau);
                for mu in [0.0, 1e-3, 0.2, 0.9, 2.5, 7.0, 20.0] {
                    let (log, square) = quick.log_and_mean_square(mu);
                    let (expected, expected_square) = by_sum_over_sigma(&lab, tau, mu);
                    if expected < -40.0 {
                        // Neither rule follows σ to where it would explain such a distance.
                        continue;
                    }
                    assert!(
                        (log - expected).abs() < 3e-9 * expected.abs().max(1.0)
                            && (square / expected_square - 1.0).abs() < 1e-8,
                        "{dof} {tau} {mu}: {log} {expected} {square} {expected_square}"
                    );
                }
            }
        }
    }
    const LAPLACE_VALUES: [(f64, f64, f64, f64); 5] = [
        (0.0, 0.4, 1.3, -0.9245516721436943),
        (0.9, 0.4, 1.3, -1.502461790703195),
        (5.0, 0.1, 0.5, -13.75556203345098),
        (3.0, 1.0, 0.05, -5.408941979391109),
        (30.0, 1.0, 2.0, -22.00292420643634),
    ];
    const SIGMA_MEAN_SQUARE: f64 = 0.765565927005123;
}
