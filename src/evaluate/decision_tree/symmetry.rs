//! The Miao–Gel–Gastwirth test of symmetry with a p-value by random signs.
//!
//! Source: W. Miao, Y. R. Gel, J. L. Gastwirth, in: Random Walk, Sequential Analysis and Related Topics (World Scientific, 2006)
//! 199–214, for the statistic; the sign bootstrap about the mean is that of the NIST Decision Tree (2024).

use crate::numeric::stream::{self, BLOCK};
use crate::numeric::sum;

/// Up to this number of values all 2ⁿ sign patterns are gone through and the p-value is exact.
const ENUMERATED_UP_TO: usize = 14;
/// Blocks of drawn sign patterns for more values.
const BLOCKS: usize = 10;

/// √n (mean − median)/J with J = √(π/2) · mean |x − median|, and its two-sided p-value.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Symmetry {
    pub statistic: f64,
    pub p: f64,
}

/// The statistic; 0 when all values are equal.
fn statistic(x: &[f64]) -> f64 {
    let median = sum::median(x);
    let n = x.len() as f64;
    let scale =
        (0.5 * std::f64::consts::PI).sqrt() * sum::sum(x.iter().map(|v| (v - median).abs())) / n;
    if scale == 0.0 {
        0.0
    } else {
        n.sqrt() * (sum::mean(x) - median) / scale
    }
}

/// Tests at least three values. Under the hypothesis the deviations from the mean keep their sizes and get random signs; the p-value
/// is the share of sign patterns whose statistic is at least as large. It is exact up to 14 values, then from 100 000 patterns of
/// `seed`.
pub fn symmetry(x: &[f64], seed: u64) -> Option<Symmetry> {
    if x.len() < 3 {
        return None;
    }
    let mean = sum::mean(x);
    let deviations: Vec<f64> = x.iter().map(|v| v - mean).collect();
    let observed = statistic(&deviations);
    // Patterns that differ from the observed one by rounding only count as equally large.
    let reached =
        |signed: &[f64]| statistic(signed).abs() >= observed.abs() * (1.0 - 1e-10) - 1e-14;
    let p = if x.len() <= ENUMERATED_UP_TO {
        enumerated(&deviations, reached)
    } else {
        drawn(&deviations, seed, reached)
    };
    Some(Symmetry {
        statistic: observed,
        p,
    })
}

fn enumerated(deviations: &[f64], reached: impl Fn(&[f64]) -> bool) -> f64 {
    let n = deviations.len();
    // A pattern and its mirror image have statistics of equal size, so the last sign may stay.
    let patterns = 1u32 << (n - 1);
    let count = (0..patterns)
        .filter(|pattern| {
            let signed: Vec<f64> = deviations
                .iter()
                .enumerate()
                .map(|(i, d)| {
                    if pattern >> i & 1 == 1 {
                        -d.abs()
                    } else {
                        d.abs()
                    }
                })
                .collect();
            reached(&signed)
        })
        .count();
    count as f64 / f64::from(patterns)
}

fn drawn(deviations: &[f64], seed: u64, reached: impl Fn(&[f64]) -> bool + Sync) -> f64 {
    let counts = stream::blocks(seed, 0, BLOCKS, |stream| {
        (0..BLOCK)
            .filter(|_| {
                let signed: Vec<f64> = deviations
                    .iter()
                    .map(|d| if stream.uniform() < 0.5 { -d } else { *d })
                    .collect();
                reached(&signed)
            })
            .count()
    });
    counts.iter().sum::<usize>() as f64 / (BLOCKS * BLOCK) as f64
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn pcb28_has_the_printed_p_value() {
        // NIST Decision Tree User's Manual, 3rd ed. (2024), Exhibit 5: p = 0.94; all 64 patterns give 60/64.
        let test = symmetry(&[34.3, 32.9, 34.53, 32.42, 31.9, 35.8], 1).unwrap();
        assert!((test.statistic - 0.065_938_260_715_64).abs() < 1e-12);
        assert_eq!(test.p, 0.9375);
    }

    #[test]
    fn a_long_right_tail_is_found() {
        let x: Vec<f64> = (0..30).map(|i| f64::from(i).powi(4)).collect();
        assert!(symmetry(&x, 1).unwrap().p < 0.02);
    }

    #[test]
    fn drawn_patterns_agree_with_all_patterns() {
        let x = [0.1, 0.2, 0.5, 0.9, 1.5, 3.0, 3.2, 4.9, 5.0, 9.0];
        let mean = sum::mean(&x);
        let deviations: Vec<f64> = x.iter().map(|v| v - mean).collect();
        let limit = statistic(&deviations).abs() * (1.0 - 1e-10);
        let reached = |signed: &[f64]| statistic(signed).abs() >= limit;
        assert!((enumerated(&deviations, reached) - drawn(&deviations, 1, reached)).abs() < 0.006);
    }

    #[test]
    fn equal_values_are_symmetric() {
        assert_eq!(symmetry(&[2.0; 5], 1).unwrap().p, 1.0);
        assert!(symmetry(&[2.0; 2], 1).is_none());
    }
}
