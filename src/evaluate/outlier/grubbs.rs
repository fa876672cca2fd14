//! Grubbs' tests for one and for two outlying results.

use crate::evaluate::consistency::check_significance;
use crate::evaluate::method::{Data, Inapplicable};
use crate::evaluate::outlier::monte_carlo_quantile;
use crate::evaluate::sample::{Frame, check_count, check_finite, no_spread, sorted_in_frame};
use crate::numeric::distribution::student_critical;
use crate::numeric::sum::{mean, standard_deviation, sum};

/// Which tails the level of significance covers.
///
/// The test always looks at the result farthest from the mean. `One` compares it with the tabulated value for a suspected
/// largest (or smallest) result, as Chinese practice does (G(0.05, 7) = 1.938); `Two` halves the level for the two directions
/// in which it may lie (ISO 5725-2: 2.020).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Sides {
    One,
    Two,
}

impl Sides {
    /// Reads the parameter `sided`: `one-sided` (default) or `two-sided`.
    pub fn read(data: &Data) -> Result<Sides, Inapplicable> {
        match data.word_or("sided", "one-sided")?.as_str() {
            "one-sided" | "one" => Ok(Sides::One),
            "two-sided" | "two" => Ok(Sides::Two),
            other => Err(Inapplicable::new(
                "unknown-choice",
                format!("参数 sided 为 `{other}`；应为 one-sided（单侧）或 two-sided（双侧）"),
                format!("parameter sided is `{other}`; it should be one-sided or two-sided"),
            )),
        }
    }

    /// The level that one direction gets.
    pub(super) fn level(self, alpha: f64) -> f64 {
        match self {
            Sides::One => alpha,
            Sides::Two => 0.5 * alpha,
        }
    }
}

/// Critical value of Grubbs' statistic for `n` ≥ 3 results; NaN for fewer.
///
/// G = (n−1)/√n · √(t²/(n−2+t²)), t the upper α/n quantile (α/2n two-sided) of Student's t with n−2 degrees of freedom; exact for
/// values above the second largest possible, as all usual levels are. Source: F. E. Grubbs, Technometrics 11 (1969) 1–21.
pub fn grubbs_critical(n: usize, alpha: f64, sides: Sides) -> f64 {
    if n < 3 {
        return f64::NAN;
    }
    let n = n as f64;
    let t = student_critical(sides.level(alpha) / n, n - 2.0);
    let ratio = if t.is_infinite() {
        1.0
    } else {
        t / (n - 2.0 + t * t).sqrt()
    };
    (n - 1.0) / n.sqrt() * ratio
}

/// Largest value that |x − mean|/s can take among `n` results, (n − 1)/√n: a limit at or above it can never be exceeded.
pub fn largest_standardised_deviation(n: usize) -> f64 {
    (n as f64 - 1.0) / (n as f64).sqrt()
}

/// One pass of Grubbs' test.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GrubbsStep {
    /// Number of results in this pass.
    pub n: usize,
    /// Position of the suspected result in the list given.
    pub index: usize,
    pub value: f64,
    /// Mean and standard deviation of the results in this pass.
    pub mean: f64,
    pub standard_deviation: f64,
    /// |value − mean| / standard deviation.
    pub statistic: f64,
    pub critical: f64,
    /// The statistic exceeds the critical value: the result is taken out and the test repeated on the others.
    pub removed: bool,
}

/// Tests the result farthest from the mean and, while it is an outlier, takes it out and tests the others again.
///
/// The last step is the one that removed nothing, or left fewer than three results or results without spread. Of several results
/// equally far from the mean the first in the list is tested. Refuses fewer than three results, results that are all equal and a
/// level outside (0, 1).
pub fn grubbs(values: &[f64], alpha: f64, sides: Sides) -> Result<Vec<GrubbsStep>, Inapplicable> {
    check_finite(values)?;
    check_count(values.len(), 3)?;
    check_significance(alpha)?;
    let mut kept: Vec<usize> = (0..values.len()).collect();
    let mut steps = Vec::new();
    while let Some(step) = pass(values, &kept, alpha, sides) {
        steps.push(step);
        if !step.removed {
            break;
        }
        kept.retain(|i| *i != step.index);
    }
    if steps.is_empty() {
        Err(no_spread())
    } else {
        Ok(steps)
    }
}

/// One pass over the results `kept`; `None` when there is nothing to test.
fn pass(values: &[f64], kept: &[usize], alpha: f64, sides: Sides) -> Option<GrubbsStep> {
    let current: Vec<f64> = kept.iter().map(|i| values[*i]).collect();
    let (frame, scaled) = Frame::of(&current);
    if kept.len() < 3 || frame.unit <= 0.0 {
        return None;
    }
    let centre = mean(&scaled);
    let s = standard_deviation(&scaled);
    // Distances that differ by rounding alone count as equal, so that the first one in the list is chosen in any unit.
    let mut suspect = 0;
    for (j, x) in scaled.iter().enumerate() {
        if (x - centre).abs() > (scaled[suspect] - centre).abs() * (1.0 + 1e-12) {
            suspect = j;
        }
    }
    let statistic = (scaled[suspect] - centre).abs() / s;
    let critical = grubbs_critical(kept.len(), alpha, sides);
    Some(GrubbsStep {
        n: kept.len(),
        index: kept[suspect],
        value: current[suspect],
        mean: frame.position(centre),
        standard_deviation: frame.unit * s,
        statistic,
        critical,
        removed: statistic > critical,
    })
}

/// Grubbs' test for two outlying results on the same side.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GrubbsPair {
    /// Sum of squares without the two largest results over the sum of squares of all.
    pub high_ratio: f64,
    /// The same without the two smallest.
    pub low_ratio: f64,
}

/// The ratios of sums of squares of at least four results; a ratio *below* the critical value marks the pair as outlying.
/// Source: F. E. Grubbs & G. Beck, Technometrics 14 (1972) 847–854; ISO 5725-2.
pub fn grubbs_pair(values: &[f64]) -> Result<GrubbsPair, Inapplicable> {
    let sorted = sorted_in_frame(values, 4)?;
    let (high_ratio, low_ratio) = pair_ratios(&sorted);
    Ok(GrubbsPair {
        high_ratio,
        low_ratio,
    })
}

/// Both ratios of sorted values.
fn pair_ratios(sorted: &[f64]) -> (f64, f64) {
    let n = sorted.len();
    let total = squares(sorted);
    (
        squares(&sorted[..n - 2]) / total,
        squares(&sorted[2..]) / total,
    )
}

fn squares(values: &[f64]) -> f64 {
    let centre = mean(values);
    sum(values.iter().map(|v| (v - centre) * (v - centre)))
}

/// Critical value of the ratio for `n` ≥ 4 normal results: the quantile `alpha` (`alpha`/2 two-sided) of the ratio of one side.
///
/// There is no closed form; it is found from 200 000 simulated samples with a fixed seed (both sides used), good to about 2 % of
/// itself at the 1 % level.
pub fn grubbs_pair_critical(n: usize, alpha: f64, sides: Sides) -> Result<f64, Inapplicable> {
    check_significance(alpha)?;
    check_count(n, 4)?;
    Ok(monte_carlo_quantile(n, sides.level(alpha), pair_ratios))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn critical_values_agree_with_the_tables() {
        // One-sided 5 % as in Chinese tables; two-sided 5 % and 1 % as in ISO 5725-2:1994, Table 5.
        for (n, one, two) in [
            (5, 1.672, 1.715),
            (6, 1.822, 1.887),
            (7, 1.938, 2.020),
            (8, 2.032, 2.126),
        ] {
            assert!(
                (grubbs_critical(n, 0.05, Sides::One) - one).abs() < 1e-3,
                "{n}"
            );
            assert!(
                (grubbs_critical(n, 0.05, Sides::Two) - two).abs() < 1e-3,
                "{n}"
            );
        }
        assert!((grubbs_critical(10, 0.01, Sides::Two) - 2.482).abs() < 1e-3);
        assert!(grubbs_critical(2, 0.05, Sides::One).is_nan());
        assert!(grubbs_critical(5, 1e-300, Sides::One) <= largest_standardised_deviation(5));
    }

    #[test]
    fn comparison_b_has_no_outlier_among_seven_results() {
        // Exam vector: U = 0.005 each; the table value for eight results would be a trap.
        let values = [0.868, 0.869, 0.872, 0.870, 0.868, 0.867, 0.866];
        let steps = grubbs(&values, 0.05, Sides::One).unwrap();
        assert_eq!(steps.len(), 1);
        assert_eq!(
            (steps[0].index, steps[0].removed, steps[0].n),
            (2, false, 7)
        );
        assert!((steps[0].statistic - 1.724_58).abs() < 5e-6);
        assert!((steps[0].mean - 0.868_571_428_6).abs() < 1e-10);
        assert!((steps[0].standard_deviation - 0.001_988_059_6).abs() < 1e-10);
    }

    #[test]
    fn one_volt_comparison_loses_its_third_laboratory_and_is_then_clean() {
        let steps = grubbs(&[1.0, 2.0, 1.0, -10.0, -1.0, 0.0, 4.0], 0.05, Sides::One).unwrap();
        assert_eq!(steps.len(), 2);
        assert_eq!((steps[0].index, steps[0].removed), (3, true));
        assert!((steps[0].statistic - 2.125_11).abs() < 5e-6);
        assert_eq!(
            (steps[1].index, steps[1].removed, steps[1].n),
            (6, false, 6)
        );
        assert!((steps[1].statistic - 1.644_99).abs() < 5e-6);
        assert!((steps[1].critical - 1.822).abs() < 1e-3);
    }

    #[test]
    fn mock_case_loses_laboratory_d() {
        let values = [2.49, 2.50, 2.48, 2.28, 2.47, 2.46, 2.49];
        let steps = grubbs(&values, 0.05, Sides::One).unwrap();
        assert_eq!((steps[0].index, steps[0].removed), (3, true));
        assert!((steps[0].statistic - 2.233_35).abs() < 5e-6);
        assert!((steps[1].mean - 2.481_666_7).abs() < 1e-7);
        assert!(!steps[1].removed);
    }

    #[test]
    fn simulated_critical_values_of_the_pair_agree_with_iso_5725() {
        // ISO 5725-2:1994, Table 5, double Grubbs, 5 %: 0.1864 for ten, 0.0708 for seven.
        let critical = grubbs_pair_critical(10, 0.05, Sides::Two).unwrap();
        assert!((critical - 0.1864).abs() < 0.003, "{critical}");
    }

    #[test]
    fn nothing_to_test_is_refused() {
        let kind = |values: &[f64]| grubbs(values, 0.05, Sides::One).unwrap_err().kind;
        assert_eq!(kind(&[1.0, 2.0]), "too-few-results");
        assert_eq!(kind(&[1.0, 1.0, 1.0]), "no-spread");
        assert_eq!(kind(&[1.0, f64::NAN, 1.0]), "non-finite-value");
        assert_eq!(
            grubbs(&[1.0, 2.0, 4.0], 1.5, Sides::One).unwrap_err().kind,
            "invalid-significance"
        );
        assert_eq!(
            grubbs_pair(&[1.0, 2.0, 3.0]).unwrap_err().kind,
            "too-few-results"
        );
    }

    proptest! {
        #[test]
        fn unit_and_offset_do_not_change_who_is_removed(
            values in prop::collection::vec(-100_i32..100, 3..12), exponent in -30_i32..30, shift in -1000_i32..1000,
        ) {
            let plain: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
            let moved: Vec<f64> = values.iter().map(|v| f64::from(*v + shift) * 2_f64.powi(exponent)).collect();
            let removed = |values: &[f64]| {
                grubbs(values, 0.05, Sides::Two).map(|steps| steps.iter().map(|s| (s.index, s.removed)).collect::<Vec<_>>())
            };
            prop_assert_eq!(removed(&plain).ok(), removed(&moved).ok());
        }
    }
}
