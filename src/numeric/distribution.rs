//! Distribution functions and quantiles of the normal, t, χ² and F distributions.
//!
//! `dof` may be any positive real number, `f64::INFINITY` included. Probabilities outside (0, 1) give the ends of the support or NaN.

use statrs::function::beta::checked_beta_reg;
use statrs::function::gamma::{checked_gamma_lr, checked_gamma_ur};

/// Φ(x), the distribution function of the standard normal distribution.
pub fn normal_cdf(x: f64) -> f64 {
    0.5 * libm::erfc(-x / std::f64::consts::SQRT_2)
}

/// 1 − Φ(x), without loss in the right tail.
pub fn normal_sf(x: f64) -> f64 {
    normal_cdf(-x)
}

/// Density of the standard normal distribution.
pub fn normal_pdf(x: f64) -> f64 {
    (-0.5 * x * x).exp() / (2.0 * std::f64::consts::PI).sqrt()
}

/// Quantile of the standard normal distribution.
pub fn normal_quantile(p: f64) -> f64 {
    use statrs::distribution::{ContinuousCDF, Normal};
    if !(0.0..=1.0).contains(&p) {
        return f64::NAN;
    }
    if p == 0.0 {
        return f64::NEG_INFINITY;
    }
    if p == 1.0 {
        return f64::INFINITY;
    }
    Normal::standard().inverse_cdf(p)
}

/// P(χ² ≤ x) with `dof` degrees of freedom.
pub fn chi_squared_cdf(x: f64, dof: f64) -> f64 {
    if x <= 0.0 {
        0.0
    } else {
        checked_gamma_lr(0.5 * dof, 0.5 * x).unwrap_or(f64::NAN)
    }
}

/// P(χ² > x) with `dof` degrees of freedom.
pub fn chi_squared_sf(x: f64, dof: f64) -> f64 {
    if x <= 0.0 {
        1.0
    } else {
        checked_gamma_ur(0.5 * dof, 0.5 * x).unwrap_or(f64::NAN)
    }
}

/// P(T ≤ t) of Student's t with `dof` degrees of freedom.
pub fn student_cdf(t: f64, dof: f64) -> f64 {
    if dof.is_infinite() {
        return normal_cdf(t);
    }
    let x = dof / (dof + t * t);
    let tail = 0.5 * checked_beta_reg(0.5 * dof, 0.5, x).unwrap_or(f64::NAN);
    if t > 0.0 { 1.0 - tail } else { tail }
}
