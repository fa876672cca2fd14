//! The Shapiro–Wilk test of normality.
//!
//! Source: P. Royston, Remark AS R94, Appl. Stat. 44 (1995) 547–551, for samples without censoring.

use crate::numeric::distribution::{normal_quantile, normal_sf};
use crate::numeric::sum;

/// W and the probability of a smaller W from a normal sample.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ShapiroWilk {
    pub w: f64,
    pub p: f64,
}

const FIRST: [f64; 6] = [0.0, 0.221157, -0.147981, -2.07119, 4.434685, -2.706056];
const SECOND: [f64; 6] = [0.0, 0.042981, -0.293762, -1.752461, 5.682633, -3.582633];
const SMALL_MEAN: [f64; 4] = [0.5440, -0.39978, 0.025054, -6.714e-4];
const SMALL_SD: [f64; 4] = [1.3822, -0.77857, 0.062767, -0.0020322];
const LARGE_MEAN: [f64; 4] = [-1.5861, -0.31082, -0.083751, 0.0038915];
const LARGE_SD: [f64; 3] = [-0.4803, -0.082676, 0.0030302];
const GAMMA: [f64; 2] = [-2.273, 0.459];

fn polynomial(coefficients: &[f64], x: f64) -> f64 {
    coefficients.iter().rev().fold(0.0, |s, c| s * x + c)
}

/// Coefficients of the n/2 pairs (greatest − least first).
fn coefficients(n: usize) -> Vec<f64> {
    if n == 3 {
        return vec![0.5f64.sqrt()];
    }
    let size = n as f64;
    let m: Vec<f64> = (1..=n / 2)
        .map(|i| -normal_quantile((i as f64 - 0.375) / (size + 0.25)))
        .collect();
    let square = 2.0 * sum::sum(m.iter().map(|m| m * m));
    let root = size.sqrt().recip();
    let first = polynomial(&FIRST, root) + m[0] / square.sqrt();
    let second = (n > 5).then(|| polynomial(&SECOND, root) + m[1] / square.sqrt());
    let (rest, norm) = match second {
        Some(second) => (
            square - 2.0 * m[0] * m[0] - 2.0 * m[1] * m[1],
            1.0 - 2.0 * first * first - 2.0 * second * second,
        ),
        None => (square - 2.0 * m[0] * m[0], 1.0 - 2.0 * first * first),
    };
    let factor = (rest / norm).sqrt();
    let mut a: Vec<f64> = m.iter().map(|m| m / factor).collect();
    a[0] = first;
    if let Some(second) = second {
        a[1] = second;
    }
    a
}

/// Tests a sample of 3 to 5000 values; none outside that size or when all values are equal.
pub fn shapiro_wilk(sample: &[f64]) -> Option<ShapiroWilk> {
    let n = sample.len();
    if !(3..=5000).contains(&n) {
        return None;
    }
    let mut x = sample.to_vec();
    x.sort_by(f64::total_cmp);
    let range = x[n - 1] - x[0];
    if !(range > 0.0 && range.is_finite()) {
        return None;
    }
    let x: Vec<f64> = x.iter().map(|v| (v - x[0]) / range).collect();
    let mean = sum::mean(&x);
    let spread = sum::sum(x.iter().map(|v| (v - mean) * (v - mean)));
    let contrast = sum::sum(
        coefficients(n)
            .iter()
            .enumerate()
            .map(|(i, a)| a * (x[n - 1 - i] - x[i])),
    );
    let w = (contrast * contrast / spread).min(1.0);
    Some(ShapiroWilk {
        w,
        p: probability(w, n),
    })
}

fn probability(w: f64, n: usize) -> f64 {
    if n == 3 {
        // Exact: P(W ≤ w) = (6/π)(asin √w − asin √(3/4)).
        return (6.0 / std::f64::consts::PI * (w.sqrt().asin() - 0.75f64.sqrt().asin()))
            .clamp(0.0, 1.0);
    }
    let size = n as f64;
    let lack = (1.0 - w).ln();
    if n <= 11 {
        let gamma = polynomial(&GAMMA, size);
        if lack >= gamma {
            return 0.0;
        }
        let y = -(gamma - lack).ln();
        return normal_sf((y - polynomial(&SMALL_MEAN, size)) / polynomial(&SMALL_SD, size).exp());
    }
    let log = size.ln();
    normal_sf((lack - polynomial(&LARGE_MEAN, log)) / polynomial(&LARGE_SD, log).exp())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn agrees_with_another_implementation_of_the_same_algorithm() {
        // scipy.stats.shapiro.
        for (sample, w, p) in SAMPLES {
            let test = shapiro_wilk(sample).unwrap();
            assert!(
                (test.w - w).abs() < 2e-6 && (test.p - p).abs() < 1e-5,
                "{sample:?} {test:?}"
            );
        }
    }

    #[test]
    fn three_equidistant_values_are_perfectly_normal() {
        let test = shapiro_wilk(&[5.0, 4.0, 6.0]).unwrap();
        assert!((test.w - 1.0).abs() < 1e-15 && (test.p - 1.0).abs() < 1e-7);
    }

    #[test]
    fn too_few_or_equal_values_have_no_test() {
        assert!(shapiro_wilk(&[1.0, 2.0]).is_none());
        assert!(shapiro_wilk(&[1.0; 5]).is_none());
        assert!(shapiro_wilk(&[1.0, f64::NAN, 2.0]).is_none());
    }
    type Sample = (&'static [f64], f64, f64);
    const SAMPLES: [Sample; 8] = [
        (
            &[
                148.0, 154.0, 158.0, 160.0, 161.0, 162.0, 166.0, 170.0, 182.0, 195.0, 236.0,
            ],
            0.7888146949,
            0.006703814062,
        ),
        (&[1.0, 2.0, 4.0], 0.9642857143, 0.636886845),
        (&[3.1, 2.9, 3.3, 5.0], 0.78210513, 0.0738102135),
        (&[1.0, 2.0, 3.0, 4.0, 20.0], 0.6875792257, 0.007068598602),
        (
            &[0.1, 0.5, 0.9, 1.4, 1.9, 9.0],
            0.6787168831,
            0.003659648212,
        ),
        (
            &[
                0.68, 1.02, 0.02, 0.0, 0.55, 1.63, 0.67, 0.76, 2.82, 6.06, 3.29, 0.0,
            ],
            0.784427201,
            0.006265910576,
        ),
        (
            &[
                -2.33, -0.22, -1.25, -0.73, -0.54, -0.32, 0.41, 1.04, -0.13, 1.37, -0.67, 0.35,
                0.9, 0.09, -0.74, -0.92, -0.46, 0.22, -1.01, -0.21, -0.16, 0.54, 0.21, 0.36, -0.65,
            ],
            0.9763756123,
            0.8052293858,
        ),
        (
            &[
                -0.17, -1.19, 1.12, 2.95, -0.22, 1.09, 3.68, 271.28, -0.51, 0.92, -0.59, 1.52,
                -0.67, -1.51, -0.16, 2.08, -42.35, 0.68, -0.34, 2.0, 19.06, 10.62, 1.68, 0.85,
                1.08, -1.72, -5.88, -3.64, -2.94, 6.41, 0.44, -2.79, -6.02, -1.23, 1.8, -0.28,
                -0.66, -1.44, 0.29, -0.53,
            ],
            0.2516790773,
            5.095922542e-13,
        ),
    ];
}
