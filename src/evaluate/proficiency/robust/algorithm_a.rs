//! Algorithms A and S of ISO 13528 and ISO 5725-5.

use crate::evaluate::method::Inapplicable;
use crate::evaluate::proficiency::robust::made;
use crate::evaluate::sample::{
    Frame, check_count, check_finite, check_not_negative, check_positive,
};
use crate::numeric::distribution::{chi_squared_cdf, chi_squared_quantile, normal_cdf, normal_pdf};
use crate::numeric::sum::{mean, median, standard_deviation, sum};

/// When an iteration ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Stop {
    /// The estimates no longer change (1e-13 of the standard deviation).
    Converged,
    /// The third significant figures of both estimates no longer change from one iteration to the next (ISO 13528:2022, C.3.1).
    /// The starting values are not an iteration. The result depends on the unit and the origin of the values.
    ThreeFigures,
}

/// Which factors restore the standard deviation of normal results.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Factors {
    /// Three decimals, as printed in the standards (Algorithm A: 1.134; Algorithm S: Table C.1).
    Printed,
    /// Exact (Algorithm A: 1.13339…).
    Exact,
}

/// Robust location and standard deviation.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Robust {
    pub x: f64,
    /// 0 when most results are equal; no standard deviation can then be derived from them.
    pub s: f64,
    pub iterations: usize,
}

const CLIP: f64 = 1.5;
const MOST_ITERATIONS: usize = 100_000;
/// A standard deviation that falls below this part of its start is on its way to zero.
const COLLAPSED: f64 = 1e-9;
const TOLERANCE: f64 = 1e-13;

/// The factor that makes the standard deviation of normal results clipped at ±c that of the unclipped ones.
fn clipping_factor(c: f64) -> f64 {
    let outside = 2.0 * normal_cdf(-c);
    (1.0 - outside - 2.0 * c * normal_pdf(c) + c * c * outside)
        .sqrt()
        .recip()
}

/// Rounded to three significant figures.
fn three_figures(v: f64) -> String {
    format!("{v:.2e}")
}

/// Algorithm A: robust mean and standard deviation of at least two results by iterated clipping at x* ± 1.5 s*.
///
/// Start: median and 1.483 MAD (or the standard deviation when MAD is 0). Source: ISO 13528:2022, C.3.1.
pub fn algorithm_a(values: &[f64], stop: Stop, factors: Factors) -> Result<Robust, Inapplicable> {
    check_finite(values)?;
    check_count(values.len(), 2)?;
    let (frame, scaled) = Frame::of(values);
    let mut s = made(&scaled);
    if s == 0.0 {
        s = standard_deviation(&scaled);
    }
    let start = s;
    let factor = match factors {
        Factors::Printed => 1.134,
        Factors::Exact => clipping_factor(CLIP),
    };
    let mut x = 0.0;
    let mut clipped = scaled.clone();
    for iterations in 1..=MOST_ITERATIONS {
        for (w, v) in clipped.iter_mut().zip(&scaled) {
            *w = v.clamp(x - CLIP * s, x + CLIP * s);
        }
        let (next_x, next_s) = (mean(&clipped), factor * standard_deviation(&clipped));
        if next_s <= COLLAPSED * start {
            return Ok(Robust {
                x: frame.position(next_x),
                s: 0.0,
                iterations,
            });
        }
        let done = match stop {
            Stop::Converged => (next_x - x).abs().max((next_s - s).abs()) <= TOLERANCE * next_s,
            Stop::ThreeFigures => {
                iterations > 1
                    && three_figures(frame.position(next_x)) == three_figures(frame.position(x))
                    && three_figures(frame.unit * next_s) == three_figures(frame.unit * s)
            }
        };
        (x, s) = (next_x, next_s);
        if done {
            return Ok(Robust {
                x: frame.position(x),
                s: frame.unit * s,
                iterations,
            });
        }
    }
    Err(not_converged("A"))
}

fn not_converged(name: &str) -> Inapplicable {
    Inapplicable::new(
        "not-converged",
        format!(
            "算法{name}迭代 {MOST_ITERATIONS} 次仍未收敛（多数结果几乎相同）；请改用中位值与 MADe 或 Q 法"
        ),
        format!(
            "Algorithm {name} has not converged after {MOST_ITERATIONS} iterations (most results are almost equal); use the median with MADe or the Q method"
        ),
    )
}

/// Table C.1 of ISO 13528:2022: limit factor η and adjustment factor ξ for 1 … 10 degrees of freedom.
const TABLE_C1: [(f64, f64); 10] = [
    (1.645, 1.097),
    (1.517, 1.054),
    (1.444, 1.039),
    (1.395, 1.032),
    (1.359, 1.027),
    (1.332, 1.024),
    (1.310, 1.021),
    (1.292, 1.019),
    (1.277, 1.018),
    (1.264, 1.017),
];

/// η and ξ for `dof` degrees of freedom: η² is the 90 % quantile of χ²/ν, ξ restores the mean square of the clipped values. The
/// printed table ends at 10 degrees of freedom; beyond it the exact factors serve.
fn factors_s(dof: usize, factors: Factors) -> (f64, f64) {
    if let (Factors::Printed, Some(pair)) = (factors, TABLE_C1.get(dof - 1)) {
        return *pair;
    }
    let nu = dof as f64;
    let limit = chi_squared_quantile(0.9, nu);
    let mean_square = chi_squared_cdf(limit, nu + 2.0) + 0.1 * limit / nu;
    ((limit / nu).sqrt(), mean_square.sqrt().recip())
}

/// Algorithm S: robust pooled standard deviation of `w`, standard deviations with `dof` ≥ 1 degrees of freedom each (ranges of
/// duplicates: 1, and the result is then a pooled range, √2 times the standard deviation).
///
/// Source: ISO 13528:2022, C.4; ISO 5725-5. The location `x` of the result repeats `s`.
pub fn algorithm_s(
    w: &[f64],
    dof: usize,
    stop: Stop,
    factors: Factors,
) -> Result<Robust, Inapplicable> {
    check_count(w.len(), 1)?;
    check_positive("自由度", "number of degrees of freedom", dof as f64)?;
    for v in w {
        check_not_negative("标准偏差或极差", "standard deviation or range", *v)?;
    }
    let unit = w.iter().fold(0.0_f64, |most, v| most.max(*v));
    if unit == 0.0 {
        return Ok(Robust {
            x: 0.0,
            s: 0.0,
            iterations: 0,
        });
    }
    let scaled: Vec<f64> = w.iter().map(|v| v / unit).collect();
    let n = scaled.len() as f64;
    let mut s = median(&scaled);
    if s == 0.0 {
        s = (sum(scaled.iter().map(|v| v * v)) / n).sqrt();
    }
    let start = s;
    let (eta, xi) = factors_s(dof, factors);
    for iterations in 1..=MOST_ITERATIONS {
        let limit = eta * s;
        let next = xi * (sum(scaled.iter().map(|v| v.min(limit) * v.min(limit))) / n).sqrt();
        if next <= COLLAPSED * start {
            return Ok(Robust {
                x: 0.0,
                s: 0.0,
                iterations,
            });
        }
        let done = match stop {
            Stop::Converged => (next - s).abs() <= TOLERANCE * next,
            Stop::ThreeFigures => {
                iterations > 1 && three_figures(unit * next) == three_figures(unit * s)
            }
        };
        s = next;
        if done {
            return Ok(Robust {
                x: unit * s,
                s: unit * s,
                iterations,
            });
        }
    }
    Err(not_converged("S"))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_exact_factors_round_to_the_printed_ones() {
        assert!((clipping_factor(1.5) - 1.13339).abs() < 5e-6);
        for dof in 1..=10 {
            let (printed, exact) = (
                factors_s(dof, Factors::Printed),
                factors_s(dof, Factors::Exact),
            );
            assert!(
                (printed.0 - exact.0).abs() < 7e-4 && (printed.1 - exact.1).abs() < 7e-4,
                "{dof} {exact:?}"
            );
        }
        assert!(factors_s(11, Factors::Printed).0 < 1.264);
    }

    #[test]
    fn results_far_from_zero_and_in_small_units_converge_to_the_same() {
        let values = [1.2, 3.4, 2.2, 2.9, 9.7, 2.5, 2.6];
        let plain = algorithm_a(&values, Stop::Converged, Factors::Printed).unwrap();
        let moved: Vec<f64> = values
            .iter()
            .map(|v| (v + 1024.0) * 2_f64.powi(-90))
            .collect();
        let far = algorithm_a(&moved, Stop::Converged, Factors::Printed).unwrap();
        assert!((far.s * 2_f64.powi(90) / plain.s - 1.0).abs() < 1e-11);
        assert!((far.x * 2_f64.powi(90) - 1024.0 - plain.x).abs() < 1e-11);
    }

    #[test]
    fn a_majority_of_equal_results_has_no_standard_deviation() {
        for values in [vec![5.0; 4], vec![5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 5.0, 9.0]] {
            let robust = algorithm_a(&values, Stop::Converged, Factors::Printed).unwrap();
            assert_eq!(robust.s, 0.0);
            assert!((robust.x - 5.0).abs() < 1e-8, "{robust:?}");
        }
        assert_eq!(
            algorithm_s(
                &[0.0, 0.0, 0.0, 0.0, 0.0, 1.0],
                1,
                Stop::Converged,
                Factors::Printed
            )
            .unwrap()
            .s,
            0.0
        );
    }

    #[test]
    fn bad_input_is_refused_by_kind() {
        let kind = |values: &[f64]| {
            algorithm_a(values, Stop::Converged, Factors::Printed)
                .unwrap_err()
                .kind
        };
        assert_eq!(kind(&[]), "too-few-results");
        assert_eq!(kind(&[1.0, f64::INFINITY]), "non-finite-value");
        assert_eq!(
            algorithm_s(&[-1.0], 1, Stop::Converged, Factors::Exact)
                .unwrap_err()
                .kind,
            "negative"
        );
        assert_eq!(
            algorithm_s(&[1.0], 0, Stop::Converged, Factors::Exact)
                .unwrap_err()
                .kind,
            "not-positive"
        );
    }
}
