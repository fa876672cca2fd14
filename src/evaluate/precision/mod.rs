//! Precision of a measurement method from an interlaboratory experiment (ISO 5725-2), and Youden pairs.

mod cells;
mod compute;
mod levels;
mod youden;

pub use cells::Cell;
pub use compute::{METHODS, at_one_level};
pub use levels::{Consistency, Experiment, Level, Statistic, experiment};
pub use youden::{NamedPairs, Youden, pairs, youden};

use crate::evaluate::method::Inapplicable;
use crate::evaluate::sample::{Frame, check_count, no_spread};
use crate::numeric::distribution::{fisher_critical, student_critical};
use crate::numeric::sum::{mean, standard_deviation, sum};

/// Repeatability and reproducibility at one level, in the unit of the results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Precision {
    /// General average, each laboratory weighted by its number of replicates.
    pub mean: f64,
    /// Repeatability standard deviation.
    pub s_r: f64,
    /// Between-laboratory standard deviation; 0 when its estimated variance is negative.
    pub s_l: f64,
    /// Reproducibility standard deviation √(s_r² + s_L²).
    pub s_reproducibility: f64,
    /// The estimate of s_L² was negative and has been set to 0.
    pub negative_between: bool,
}

/// Repeatability, between-laboratory and reproducibility standard deviations of at least two cells, at least one of them with
/// replicates. Source: ISO 5725-2:1994, 7.4 (s_r pooled by degrees of freedom, effective number of replicates n̿).
pub fn precision(cells: &[Cell]) -> Result<Precision, Inapplicable> {
    let p = cells.len();
    check_count(p, 2)?;
    let dof: usize = cells.iter().map(|c| c.n - 1).sum();
    if dof == 0 {
        return Err(Inapplicable::new(
            "no-replicates",
            "各实验室都只有一个结果，无法得到重复性；请提供重复测量结果",
            "every laboratory has one result only, so there is no repeatability; give replicates",
        ));
    }
    let (frame, means) = Frame::of(&cells.iter().map(|c| c.mean).collect::<Vec<_>>());
    // The unit is that of the means, or of the replicates when all means are equal.
    let unit = if frame.unit > 0.0 { frame.unit } else { 1.0 };
    let inside = cells
        .iter()
        .filter(|c| c.n > 1)
        .map(|c| (c.n as f64 - 1.0) * (c.s / unit) * (c.s / unit));
    let within = sum(inside) / dof as f64;
    let total: f64 = cells.iter().map(|c| c.n as f64).sum();
    let average = sum(cells.iter().zip(&means).map(|(c, m)| c.n as f64 * m)) / total;
    let between = sum(cells
        .iter()
        .zip(&means)
        .map(|(c, m)| c.n as f64 * (m - average) * (m - average)))
        / (p as f64 - 1.0);
    let squares: f64 = cells.iter().map(|c| (c.n as f64) * (c.n as f64)).sum();
    let effective = (total - squares / total) / (p as f64 - 1.0);
    let variance = (between - within) / effective;
    Ok(Precision {
        mean: frame.position(average),
        s_r: unit * within.sqrt(),
        s_l: unit * variance.max(0.0).sqrt(),
        s_reproducibility: unit * (within + variance.max(0.0)).sqrt(),
        negative_between: variance < 0.0,
    })
}

/// Mandel's h of each laboratory: deviation of its mean from the mean of all, over the standard deviation of the means. At least
/// three laboratories, not all equal. Source: ISO 5725-2:1994, 7.3.1.
pub fn mandel_h(cells: &[Cell]) -> Result<Vec<f64>, Inapplicable> {
    check_count(cells.len(), 3)?;
    let (frame, means) = Frame::of(&cells.iter().map(|c| c.mean).collect::<Vec<_>>());
    if frame.unit <= 0.0 {
        return Err(no_spread());
    }
    let (average, s) = (mean(&means), standard_deviation(&means));
    Ok(means.iter().map(|m| (m - average) / s).collect())
}

/// Mandel's k of each laboratory: its standard deviation over the root mean square of all of them (those with replicates; NaN for
/// the others). Source: ISO 5725-2:1994, 7.3.1.
pub fn mandel_k(cells: &[Cell]) -> Result<Vec<f64>, Inapplicable> {
    let replicated: Vec<f64> = cells.iter().filter(|c| c.n > 1).map(|c| c.s).collect();
    check_count(replicated.len(), 2)?;
    let largest = replicated.iter().fold(0.0_f64, |most, s| most.max(*s));
    if largest == 0.0 {
        return Err(no_spread());
    }
    let squares = sum(replicated.iter().map(|s| (s / largest) * (s / largest)));
    let root = (squares / replicated.len() as f64).sqrt();
    Ok(cells
        .iter()
        .map(|c| {
            if c.n > 1 {
                c.s / largest / root
            } else {
                f64::NAN
            }
        })
        .collect())
}

/// Two-sided critical value of h for `p` ≥ 3 laboratories: (p−1) t/√(p (t² + p − 2)), t the upper alpha/2 quantile of Student's t
/// with p − 2 degrees of freedom (ISO 5725-2:1994, Table 6).
pub fn mandel_h_critical(p: usize, alpha: f64) -> f64 {
    let p = p as f64;
    let t = student_critical(0.5 * alpha, p - 2.0);
    (p - 1.0) * t / (p * (t * t + p - 2.0)).sqrt()
}

/// Critical value of k for `p` ≥ 2 laboratories with `n` ≥ 2 replicates each: √(p/(1 + (p−1)/F)), F the upper alpha quantile with
/// (n−1, (p−1)(n−1)) degrees of freedom (ISO 5725-2:1994, Table 7).
pub fn mandel_k_critical(p: usize, n: usize, alpha: f64) -> f64 {
    let (p, nu) = (p as f64, n as f64 - 1.0);
    (p / (1.0 + (p - 1.0) / fisher_critical(alpha, nu, (p - 1.0) * nu))).sqrt()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn critical_values_of_h_and_k_agree_with_tables_6_and_7() {
        // ISO 5725-2:1994: h for p = 5, 10 (5 %, 1 %); k for n = 2, p = 10 and n = 4, p = 5 (5 %, 1 %).
        assert!(
            (mandel_h_critical(5, 0.05) - 1.57).abs() < 6e-3
                && (mandel_h_critical(5, 0.01) - 1.72).abs() < 6e-3
        );
        assert!(
            (mandel_h_critical(10, 0.05) - 1.80).abs() < 6e-3
                && (mandel_h_critical(10, 0.01) - 2.18).abs() < 6e-3
        );
        assert!(
            (mandel_k_critical(10, 2, 0.05) - 1.90).abs() < 6e-3
                && (mandel_k_critical(10, 2, 0.01) - 2.32).abs() < 6e-3
        );
    }

    #[test]
    fn a_balanced_experiment_is_the_classical_analysis_of_variance() {
        let cells: Vec<Cell> = [[1.0, 3.0], [5.0, 9.0], [4.0, 4.0]]
            .iter()
            .map(|r| Cell::of(r))
            .collect();
        let result = precision(&cells).unwrap();
        // MS within (2 + 8 + 0)/3, MS between 2·Σ(2, 7, 4 about 13/3)²/2.
        let (within, between) = (10.0 / 3.0, 38.0 / 3.0);
        assert!((result.s_r - f64::sqrt(within)).abs() < 1e-14);
        assert!((result.s_l - f64::sqrt((between - within) / 2.0)).abs() < 1e-14);
        assert!((result.mean - 13.0 / 3.0).abs() < 1e-15);
    }

    #[test]
    fn laboratories_closer_than_their_repeatability_have_no_variance_between() {
        let cells: Vec<Cell> = [[1.0, 3.0], [3.0, 1.0], [2.0, 2.5]]
            .iter()
            .map(|r| Cell::of(r))
            .collect();
        let result = precision(&cells).unwrap();
        assert!(
            result.negative_between && result.s_l == 0.0 && result.s_reproducibility == result.s_r
        );
    }

    #[test]
    fn single_results_and_equal_cells_are_refused() {
        let single = [Cell::of(&[1.0]); 3];
        assert_eq!(precision(&single).unwrap_err().kind, "no-replicates");
        assert_eq!(mandel_k(&single).unwrap_err().kind, "too-few-results");
        assert_eq!(
            mandel_h(&[Cell::of(&[1.0, 2.0]); 3]).unwrap_err().kind,
            "no-spread"
        );
        assert_eq!(
            mandel_k(&[Cell::of(&[1.0, 1.0]); 3]).unwrap_err().kind,
            "no-spread"
        );
    }
}
