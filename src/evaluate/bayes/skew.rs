//! Skew-normal effects: the law given its slant, and the quadrature over the slant.
//!
//! Source: A. Azzalini, Scand. J. Stat. 12 (1985) 171–178; D. B. Owen, Ann. Math. Stat. 27 (1956) 1075–1090 (the distribution
//! function).

use crate::numeric::distribution::{normal_cdf, normal_pdf};
use crate::numeric::rule::LEGENDRE;
use std::f64::consts::{FRAC_2_PI, PI};

/// Standard deviation of the normal prior of the slant.
pub const SLANT_SCALE: f64 = 4.0;
/// Step in the inverse hyperbolic sine of the slant; the posterior is analytic in a strip of half-width π/2 there.
const STEP: f64 = 0.3;
/// The slants end where their prior is below exp(−DROP) of its greatest value.
const DROP: f64 = 27.0;

/// A skew-normal law by its slant α, with δ = α/√(1 + α²).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Skew {
    delta: f64,
    /// 1 − δ², which cancels for great slants.
    rest: f64,
    /// Scale ω over standard deviation.
    widening: f64,
}

impl Skew {
    pub fn new(slant: f64) -> Skew {
        let rest = 1.0 / (1.0 + slant * slant);
        let delta = slant * rest.sqrt();
        Skew {
            delta,
            rest,
            widening: (1.0 - FRAC_2_PI * delta * delta).sqrt().recip(),
        }
    }

    /// Mean minus location of effects of standard deviation `tau`.
    pub fn shift(self, tau: f64) -> f64 {
        self.widening * tau * self.delta * FRAC_2_PI.sqrt()
    }

    /// Width of the steep side of effects without error.
    pub fn steepness(self, tau: f64) -> f64 {
        self.widening * tau * self.rest.sqrt()
    }

    /// Effect plus normal error of standard deviation `sigma` is skew-normal: its scale, and its slant over the scale.
    pub fn with_error(self, tau: f64, sigma: f64) -> (f64, f64) {
        let scale = (self.widening * tau).hypot(sigma);
        let slant = self.delta * self.widening * tau / self.steepness(tau).hypot(sigma);
        (scale, slant / scale)
    }

    /// Distribution function and density at `t` of effect plus error about the mean.
    pub fn predictive(self, t: f64, tau: f64, sigma: f64) -> (f64, f64) {
        let (scale, slope) = self.with_error(tau, sigma);
        let y = t + self.shift(tau);
        let z = y / scale;
        (
            normal_cdf(z) - 2.0 * owens_t(z, slope * scale),
            2.0 * normal_pdf(z) * normal_cdf(slope * y) / scale,
        )
    }
}

/// Slants with the logarithm of their weights in an integral over the prior, but for a constant; symmetric about zero.
pub fn slants() -> Vec<(f64, f64)> {
    let log_prior = |t: f64| -0.5 * (t.sinh() / SLANT_SCALE).powi(2);
    let reach = (SLANT_SCALE * (2.0 * DROP).sqrt()).asinh();
    let last = (reach / STEP) as i32;
    (-last..=last)
        .map(|k| f64::from(k) * STEP)
        .map(|t| (t.sinh(), log_prior(t) + t.cosh().ln()))
        .collect()
}

/// Owen's T(h, a) = ∫₀ᵃ exp(−h²(1 + x²)/2)/(1 + x²) dx / 2π, to 1e-12.
fn owens_t(h: f64, a: f64) -> f64 {
    let (h, size) = (h.abs(), a.abs());
    let value = if size <= 1.0 {
        owens_integral(h, size)
    } else {
        let (p, q) = (normal_cdf(-h), normal_cdf(-size * h));
        // The lower tails are used, so that nothing cancels for great h.
        0.5 * (p + q) - p * q - owens_integral(size * h, size.recip())
    };
    value * a.signum()
}

/// The integral for 0 ≤ `a` ≤ 1, by Gauss–Legendre rules.
fn owens_integral(h: f64, a: f64) -> f64 {
    let integrand = |x: f64| (-0.5 * h * h * (1.0 + x * x)).exp() / (1.0 + x * x);
    LEGENDRE.integral_on_halves(integrand, 0.0, a) / (2.0 * PI)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn owens_function_agrees_with_its_closed_forms() {
        // T(h, 1) = Φ(h)Φ(−h)/2 and T(0, a) = arctan(a)/2π.
        for h in [0.0, 0.3, 1.0, 2.5, 6.0] {
            let expected = 0.5 * normal_cdf(h) * normal_cdf(-h);
            assert!((owens_t(h, 1.0) - expected).abs() < 1e-14);
        }
        for a in [-30.0, -1.0, -0.2, 0.5, 3.0] {
            assert!((owens_t(0.0, a) - f64::atan(a) / (2.0 * PI)).abs() < 1e-14);
        }
        // scipy 1.11, special.owens_t(0.7, 2.5).
        assert!((owens_t(0.7, 2.5) - OWEN).abs() < 1e-13);
    }

    const OWEN: f64 = 0.119_178_912_384_894_46;

    #[test]
    fn a_law_has_the_mean_and_the_standard_deviation_it_is_named_by() {
        for slant in [-20.0, -1.0, 0.0, 3.0] {
            let skew = Skew::new(slant);
            let (mut mean, mut square, mut whole) = (0.0, 0.0, 0.0);
            let step = 0.005;
            for i in -4000..=4000 {
                let t = f64::from(i) * step;
                let density = skew.predictive(t, 1.2, 0.5).1 * step;
                whole += density;
                mean += density * t;
                square += density * t * t;
            }
            assert!((whole - 1.0).abs() < 1e-12 && mean.abs() < 1e-12);
            assert!((square - 1.2 * 1.2 - 0.25).abs() < 1e-11);
            let slope = (skew.predictive(0.4 + 1e-4, 1.2, 0.5).0
                - skew.predictive(0.4 - 1e-4, 1.2, 0.5).0)
                / 2e-4;
            assert!((slope - skew.predictive(0.4, 1.2, 0.5).1).abs() < 1e-8);
        }
    }
}
