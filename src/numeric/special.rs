//! Special functions that the densities of comparisons need.

use std::f64::consts::{FRAC_PI_2, PI};
use std::sync::LazyLock;

const SQRT_PI: f64 = 1.772_453_850_905_516;
/// Below this argument the scaled error function comes from a table of Taylor series, above from its asymptotic series.
const ERFCX_TABLE_END: f64 = 12.0;
const ERFCX_STEP: f64 = 0.125;
const ERFCX_TERMS: usize = 11;

static ERFCX_TABLE: LazyLock<Vec<[f64; ERFCX_TERMS]>> = LazyLock::new(|| {
    let intervals = (ERFCX_TABLE_END / ERFCX_STEP) as usize;
    (0..intervals)
        .map(|i| erfcx_series((i as f64 + 0.5) * ERFCX_STEP))
        .collect()
});

/// Taylor coefficients of erfcx at `x`, from y' = 2xy − 2/√π.
fn erfcx_series(x: f64) -> [f64; ERFCX_TERMS] {
    let mut c = [0.0; ERFCX_TERMS];
    c[0] = if x < 4.0 {
        (x * x).exp() * libm::erfc(x)
    } else {
        erfcx_continued_fraction(x)
    };
    c[1] = 2.0 * x * c[0] - 2.0 / SQRT_PI;
    for k in 1..ERFCX_TERMS - 1 {
        c[k + 1] = 2.0 * (x * c[k] + c[k - 1]) / (k as f64 + 1.0);
    }
    c
}

/// Laplace's continued fraction, which converges quickly for x ≥ 4.
fn erfcx_continued_fraction(x: f64) -> f64 {
    let tail = (1..=60)
        .rev()
        .fold(x, |below, k| x + 0.5 * f64::from(k) / below);
    1.0 / (SQRT_PI * tail)
}

/// exp(x²) erfc(x) for `x` ≥ 0, to some units of the fifteenth digit.
pub fn erfcx(x: f64) -> f64 {
    if x < ERFCX_TABLE_END {
        let i = (x / ERFCX_STEP) as usize;
        let t = x - (i as f64 + 0.5) * ERFCX_STEP;
        return ERFCX_TABLE[i].iter().rev().fold(0.0, |s, c| s * t + c);
    }
    let q = 0.5 / (x * x);
    let series = [15.0, 13.0, 11.0, 9.0, 7.0, 5.0, 3.0, 1.0]
        .iter()
        .fold(1.0, |s, k| 1.0 - k * q * s);
    series / (x * SQRT_PI)
}

/// Sine integral Si(x) = ∫₀ˣ sin t / t dt.
pub fn sine_integral(x: f64) -> f64 {
    let a = x.abs();
    let value = if a < 4.0 {
        sine_integral_series(a)
    } else if a < 40.0 {
        sine_integral_fraction(a)
    } else {
        sine_integral_asymptotic(a)
    };
    if x < 0.0 { -value } else { value }
}

fn sine_integral_series(x: f64) -> f64 {
    let mut power = x;
    let mut total = 0.0;
    for k in 0..20 {
        let odd = 2.0 * f64::from(k) + 1.0;
        total += power / odd;
        power *= -x * x / ((odd + 1.0) * (odd + 2.0));
    }
    total
}

/// Si(x) = π/2 + Im E₁(ix), with the continued fraction of E₁ (modified Lentz), for x ≥ 4.
///
/// Source: W. H. Press et al., Numerical Recipes, 3rd ed. (2007), section 6.8.
fn sine_integral_fraction(x: f64) -> f64 {
    use nalgebra::Complex;
    let mut b = Complex::new(1.0, x);
    let mut c = Complex::new(1e300, 0.0);
    let mut d = Complex::new(1.0, 0.0) / b;
    let mut h = d;
    for i in 1..200 {
        let a = -f64::from(i * i);
        b += Complex::new(2.0, 0.0);
        d = Complex::new(1.0, 0.0) / (d * a + b);
        c = b + Complex::new(a, 0.0) / c;
        let factor = c * d;
        h *= factor;
        if (factor - Complex::new(1.0, 0.0)).norm() < 1e-16 {
            break;
        }
    }
    let e1 = h * Complex::new(x.cos(), -x.sin());
    FRAC_PI_2 + e1.im
}

fn sine_integral_asymptotic(x: f64) -> f64 {
    let q = 1.0 / (x * x);
    let f = (1.0 - 2.0 * q * (1.0 - 12.0 * q * (1.0 - 30.0 * q * (1.0 - 56.0 * q)))) / x;
    let g = q * (1.0 - 6.0 * q * (1.0 - 20.0 * q * (1.0 - 42.0 * q * (1.0 - 72.0 * q))));
    0.5 * PI - f * x.cos() - g * x.sin()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn erfcx_agrees_with_high_precision_values() {
        // mpmath 1.3, 30 digits: exp(x²)·erfc(x).
        for (x, expected) in ERFCX_VALUES {
            assert!(
                (erfcx(x) / expected - 1.0).abs() < 4e-15,
                "{x}: {} against {expected}",
                erfcx(x)
            );
        }
    }

    #[test]
    fn sine_integral_agrees_with_high_precision_values() {
        // mpmath 1.3, 30 digits: si(x).
        for (x, expected) in SI_VALUES {
            assert!(
                (sine_integral(x) - expected).abs() < 4e-15,
                "{x}: {} against {expected}",
                sine_integral(x)
            );
        }
        assert_eq!(sine_integral(-7.0), -sine_integral(7.0));
    }
    const ERFCX_VALUES: [(f64, f64); 9] = [
        (0.0, 1.0),
        (0.06, 0.9357410169356484),
        (0.5, 0.6156903441929259),
        (1.3, 0.3576426690860903),
        (3.99, 0.1373240409142297),
        (4.01, 0.13667636742994915),
        (9.7, 0.057859589450813716),
        (11.999, 0.04685809919752628),
        (30.0, 0.01879588886141675),
    ];
    const SI_VALUES: [(f64, f64); 7] = [
        (0.1, 0.09994446110827696),
        (1.0, 0.946083070367183),
        (3.99, 1.7600892984314866),
        (4.01, 1.7563053683733345),
        (15.5, 1.6325809314229245),
        (39.9, 1.5850396761272794),
        (123.4, 1.5760226421527648),
    ];
}
