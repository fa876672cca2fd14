//! The hierarchical model and the likelihood of one laboratory.

use super::mixture::{Mixture, Variances};
use super::normals::Normals;
use super::skew::Skew;
use crate::numeric::distribution::normal_cdf_and_pdf;
use crate::numeric::root;
use crate::numeric::special::erfcx;
use std::f64::consts::{LN_2, PI, SQRT_2};

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
    /// `reach` is the greatest distance between results; a heavy-tailed σ must be able to explain it. `value`, `u` and the
    /// degrees of freedom come together.
    pub fn new(
        [value, u, dof]: [f64; 3],
        sigma_scale: f64,
        reach: f64,
        effects: Effects,
    ) -> Laboratory {
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
        let step = step(dof);
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
            variances: (effects == Effects::Laplace)
                .then(|| Variances::new(spread, range, total * step))
                .flatten(),
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

/// Step in ln σ of a trapezoidal rule that leaves a relative error of 1e-10.
///
/// With what the distance d between values adds to νu², the integrand is exp(−(ν + 1) z − c exp(−2z)). On the line Im z = y it is
/// greater by the factor (cos 2y)^(−(ν+1)/2), and what the rule leaves out is at most twice that times exp(−2πy/h), for any y.
///
/// Source: L. N. Trefethen, J. A. C. Weideman, SIAM Review 56 (2014) 385–458, theorem 5.1.
fn step(dof: f64) -> f64 {
    let power = dof + 1.0;
    let log_error = |h: f64| {
        let twice = (2.0 * PI / (h * power)).atan();
        LN_2 - PI * twice / h - 0.5 * power * twice.cos().ln()
    };
    root::bisect(|h| log_error(h) + 23.0, 0.0, 1.0)
}

/// Likelihood of the reference value μ given τ from one laboratory, ∫ p(x | μ, τ, σ) p(σ) dσ.
pub struct Likelihood<'a> {
    laboratory: &'a Laboratory,
    form: Form,
}

enum Form {
    /// Gaussian or skew-normal effects.
    Normals(Normals),
    Laplace {
        scale: f64,
        mixture: Option<Mixture>,
    },
}

/// A likelihood as `density` · exp(`exponent`), with E[σ² | μ, τ].
#[derive(Debug, Clone, Copy)]
pub struct Value {
    pub density: f64,
    pub exponent: f64,
    pub mean_square: f64,
}

impl Value {
    pub fn log(self) -> f64 {
        self.density.ln() + self.exponent
    }
}

impl<'a> Likelihood<'a> {
    pub fn new(laboratory: &'a Laboratory, law: Law, tau: f64) -> Likelihood<'a> {
        let normals = |skew| {
            Form::Normals(Normals::new(
                &laboratory.sigma,
                &laboratory.weight,
                tau,
                skew,
            ))
        };
        let variances = laboratory.variances.as_ref();
        Likelihood {
            laboratory,
            form: match law {
                Law::Gauss => normals(None),
                Law::SkewNormal(skew) => normals(Some(skew)),
                Law::Laplace => Form::Laplace {
                    scale: tau / SQRT_2,
                    mixture: variances.map(|v| Mixture::new(v, tau, laboratory.reach)),
                },
            },
        }
    }

    pub fn laboratory(&self) -> &'a Laboratory {
        self.laboratory
    }

    /// For Laplace effects and every node of σ the density at `distance` ≥ 0 times its weight, with the exponent that is left out:
    /// that of the node of greatest σ, so that the sum does not underflow far from the value.
    fn laplace_nodes(&self, scale: f64, distance: f64) -> (f64, impl Iterator<Item = f64> + '_) {
        let Laboratory { sigma, weight, .. } = self.laboratory;
        let greatest = sigma.last().copied().unwrap_or(0.0);
        let base = laplace_exponent(distance, greatest, scale);
        let nodes = sigma.iter().zip(weight);
        (
            base,
            nodes.map(move |(s, w)| w * laplace_density(distance, *s, scale, base)),
        )
    }

    /// The likelihood at `mu`.
    pub fn at(&self, mu: f64) -> Value {
        let distance = self.laboratory.value - mu;
        let ([density, moment], exponent) = match &self.form {
            Form::Normals(normals) => (normals.sums(distance), normals.exponent(distance)),
            Form::Laplace { scale, mixture } => {
                let distance = distance.abs();
                let mixed = mixture.as_ref().and_then(|mixture| mixture.at(distance));
                mixed.map_or_else(
                    || {
                        let (base, nodes) = self.laplace_nodes(*scale, distance);
                        let sums = nodes.zip(&self.laboratory.sigma);
                        let sums = sums.fold([0.0; 2], |[density, moment], (value, sigma)| {
                            [density + value, moment + value * sigma * sigma]
                        });
                        (sums, base)
                    },
                    |sums| (sums, 0.0),
                )
            }
        };
        Value {
            density,
            exponent,
            // So far on the steep side of skewed effects a double may know no density.
            mean_square: if density > 0.0 { moment / density } else { 0.0 },
        }
    }

    /// The likelihood at `count` reference values from `mu` on, a `step` apart; in a row it costs far less for Gaussian effects.
    pub fn row(&self, mu: f64, step: f64, count: usize) -> Vec<Value> {
        let place = |k: usize| mu + step * k as f64;
        let Form::Normals(normals) = &self.form else {
            return (0..count).map(|k| self.at(place(k))).collect();
        };
        if normals.is_skewed() {
            return (0..count).map(|k| self.at(place(k))).collect();
        }
        let row = normals.row(self.laboratory.value - mu, step, count);
        let values = row.into_iter().enumerate();
        values
            .map(|(k, [density, moment])| Value {
                density,
                exponent: normals.exponent(self.laboratory.value - place(k)),
                mean_square: moment / density,
            })
            .collect()
    }

    /// Whether a call costs next to nothing: known σ, or a mixture over the variance.
    pub fn is_cheap(&self) -> bool {
        let known = self.laboratory.sigma.len() == 1;
        known
            || matches!(
                &self.form,
                Form::Laplace {
                    mixture: Some(_),
                    ..
                }
            )
    }

    /// The length over which the likelihood bends: a kink of Laplace effects is as wide as the measurement error alone.
    pub fn bend(&self) -> f64 {
        match &self.form {
            Form::Normals(normals) if !normals.is_skewed() => {
                (0.5 / normals.mean_precision()).sqrt()
            }
            _ => self.laboratory.width(),
        }
    }

    /// Weights (sum 1) of the nodes of σ given `mu` and τ.
    pub fn sigma_weights(&self, mu: f64) -> Vec<f64> {
        let distance = self.laboratory.value - mu;
        let weights: Vec<f64> = match &self.form {
            Form::Normals(normals) => normals.each(distance).collect(),
            Form::Laplace { scale, .. } => self.laplace_nodes(*scale, distance.abs()).1.collect(),
        };
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

/// Distribution of effect plus measurement error given τ and σ, about the mean of the effects.
#[derive(Debug, Clone, Copy)]
pub enum Noise {
    Normal { sd: f64 },
    Laplace { scale: f64, sigma: f64 },
    SkewNormal { skew: Skew, tau: f64, sigma: f64 },
}

impl Noise {
    pub fn new(law: Law, tau: f64, sigma: f64) -> Noise {
        match law {
            Law::Gauss => Noise::Normal {
                sd: (tau * tau + sigma * sigma).sqrt(),
            },
            Law::Laplace => Noise::Laplace {
                scale: tau / SQRT_2,
                sigma,
            },
            Law::SkewNormal(skew) => Noise::SkewNormal { skew, tau, sigma },
        }
    }

    /// Distribution function and density at `t`.
    pub fn cdf_and_density(self, t: f64) -> (f64, f64) {
        match self {
            Noise::SkewNormal { skew, tau, sigma } => skew.predictive(t, tau, sigma),
            Noise::Normal { sd } => {
                let (below, bell) = normal_cdf_and_pdf(t / sd);
                (below, bell / sd)
            }
            Noise::Laplace { scale, sigma } => {
                // F = Φ(t/σ) + b² f'(t), because f − b² f'' is the normal density.
                let (near, far) = laplace_terms(t.abs(), sigma, scale, 0.0);
                let right = normal_cdf_and_pdf(t.abs() / sigma).0 - 0.25 * (near - far);
                let below = if t >= 0.0 { right } else { 1.0 - right };
                (below, (near + far) / (4.0 * scale))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finite_degrees_of_freedom_give_the_moments_of_their_density() {
        // mpmath 1.3 quad of the density of σ (ν = 4, u = 0.7, prior scale 0.5) times σ².
        let lab = Laboratory::new([0.0, 0.7, 4.0], 0.5, 1.0, Effects::Gauss);
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
            let lab = Laboratory::new([0.0, sigma, f64::INFINITY], 1.0, 1.0, Effects::Laplace);
            let log = Likelihood::new(&lab, Law::Laplace, tau).at(d).log();
            assert!(
                (log - expected).abs() < 1e-12 * expected.abs().max(1.0),
                "{d} {sigma} {tau}: {log} {expected}"
            );
        }
    }

    #[test]
    fn predictive_distribution_is_the_integral_of_the_likelihood() {
        let lab = Laboratory::new([0.0, 0.4, f64::INFINITY], 1.0, 1.0, Effects::Laplace);
        for law in [Law::Gauss, Law::Laplace] {
            let noise = Noise::new(law, 1.3, 0.4);
            let below = |t: f64| noise.cdf_and_density(t).0;
            let likelihood = Likelihood::new(&lab, law, 1.3);
            let expected = likelihood.at(0.9).log().exp();
            let h = 1e-4;
            let slope = (below(0.9 + h) - below(0.9 - h)) / (2.0 * h);
            assert!((slope - expected).abs() < 1e-8);
            assert!((noise.cdf_and_density(0.9).1 / expected - 1.0).abs() < 1e-13);
            assert!((below(-0.5) + below(0.5) - 1.0).abs() < 1e-15);
        }
    }
    /// ln of the likelihood and E[σ²] summed over the nodes of σ, each with the closed form of a known σ.
    fn by_sum_over_sigma(lab: &Laboratory, tau: f64, mu: f64) -> (f64, f64) {
        let slow = Likelihood {
            laboratory: lab,
            form: Form::Laplace {
                scale: tau / SQRT_2,
                mixture: None,
            },
        };
        let value = slow.at(mu);
        (value.log(), value.mean_square)
    }

    #[test]
    fn the_mixture_over_the_variance_is_the_sum_over_sigma() {
        for dof in [0.5, 1.0, 4.0, 60.0, 300.0] {
            let lab = Laboratory::new([0.0, 0.7, dof], 1.0, 20.0, Effects::Laplace);
            assert!(lab.variances.is_some());
            for tau in [1e-6, 1e-2, 0.1, 0.4, 1.0, 3.0, 50.0, 1e4] {
                let quick = Likelihood::new(&lab, Law::Laplace, tau);
                for mu in [0.0, 1e-3, 0.2, 0.9, 2.5, 7.0, 20.0] {
                    let (log, square) = (quick.at(mu).log(), quick.at(mu).mean_square);
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
