//! What the reported digits tell: terminal digits, equal last pairs, and exact duplicates.

use crate::evaluate::integrity::screen::Deviations;
use crate::numeric::distribution::{binomial_sf, chi_squared_sf, normal_pdf};
use crate::numeric::sum::sum;

/// Largest number of decimals looked for; more is the noise of binary numbers.
const MOST_DECIMALS: i32 = 12;

/// The least number of decimals with which every value can be written; `None` when no number up to 12 serves (values not rounded).
///
/// The reported text itself is better where it is kept: a trailing zero that all values share is lost in a number.
pub fn common_decimals(values: &[f64]) -> Option<i32> {
    (0..=MOST_DECIMALS).find(|decimals| {
        let step = 10f64.powi(*decimals);
        values.iter().all(|v| {
            let scaled = v * step;
            scaled.abs() < 1e15
                && (scaled - scaled.round()).abs() <= 4.0 * f64::EPSILON * scaled.abs()
        })
    })
}

/// Uniformity of the last reported digit.
#[derive(Debug, Clone, PartialEq)]
pub struct TerminalDigits {
    pub decimals: i32,
    /// Counts of 0 … 9.
    pub counts: [u64; 10],
    /// Σ (count − n/10)²/(n/10), 9 degrees of freedom.
    pub chi_squared: f64,
    pub p_right: f64,
    /// Values whose last two digits are equal (00, 11 …), of which honest data have 10 %.
    pub equal_pairs: u64,
    /// P(at least so many) in a binomial distribution of probability 0.1.
    pub equal_pairs_p: f64,
    /// Whether the values spread over a hundred steps of the last digit and are at least fifty; else the last digits need not be uniform.
    pub applicable: bool,
}

/// Terminal digits of values written with `decimals` decimals.
///
/// Source: uniformity of terminal digits as in the forensic practice of the US Office of Research Integrity.
pub fn terminal_digits(values: &[f64], decimals: i32) -> TerminalDigits {
    let whole: Vec<f64> = values
        .iter()
        .map(|v| (v * 10f64.powi(decimals)).round())
        .collect();
    let digit = |v: &f64, place: f64| ((v.abs() / place).floor() % 10.0) as usize;
    let mut counts = [0_u64; 10];
    whole.iter().for_each(|v| counts[digit(v, 1.0)] += 1);
    let expected = values.len() as f64 / 10.0;
    let chi_squared = sum(counts
        .iter()
        .map(|c| (*c as f64 - expected).powi(2) / expected));
    let equal_pairs = whole
        .iter()
        .filter(|v| digit(v, 1.0) == digit(v, 10.0))
        .count() as u64;
    let spread = whole.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        - whole.iter().copied().fold(f64::INFINITY, f64::min);
    TerminalDigits {
        decimals,
        counts,
        chi_squared,
        p_right: chi_squared_sf(chi_squared, 9.0),
        equal_pairs,
        equal_pairs_p: binomial_sf(equal_pairs, values.len() as u64, 0.1),
        applicable: spread >= 100.0 && values.len() >= 50,
    }
}

/// Probability that two independent results with a difference of standard deviation `s` around zero fall on the same step of a
/// grid of width `step` that lies anywhere: erf(a/√2) − (2/a)(φ(0) − φ(a)), a = step/s.
///
/// Both laboratories unbiased is the case in which coincidence is likeliest, so the probability is not too small.
pub fn same_step(step: f64, s: f64) -> f64 {
    let a = step / s;
    if a == 0.0 {
        return 0.0;
    }
    let drop = -normal_pdf(0.0) * (-0.5 * a * a).exp_m1();
    (libm::erf(a / std::f64::consts::SQRT_2) - 2.0 / a * drop).clamp(0.0, 1.0)
}

/// Items on which a pair reported the same number, and P(at least so many) under the rounding grid.
pub fn duplicates(all: &Deviations, pair: (usize, usize), decimals: i32) -> (u64, f64) {
    let step = 10f64.powi(-decimals);
    let items = all.d.ncols();
    let same = (0..items)
        .filter(|k| ((all.d[(pair.0, *k)] - all.d[(pair.1, *k)]) / step).round() == 0.0)
        .count();
    let chances: Vec<f64> = (0..items)
        .map(|k| same_step(step, all.u[(pair.0, k)].hypot(all.u[(pair.1, k)])))
        .collect();
    (same as u64, at_least(same, &chances))
}

/// P(at least `least` of independent events of the given probabilities), by the recursion of the Poisson-binomial distribution.
pub fn at_least(least: usize, chances: &[f64]) -> f64 {
    if least == 0 {
        return 1.0;
    }
    let mut distribution = vec![0.0; chances.len() + 1];
    distribution[0] = 1.0;
    for (seen, p) in chances.iter().enumerate() {
        for count in (0..=seen).rev() {
            let moved = distribution[count] * p;
            distribution[count + 1] += moved;
            distribution[count] *= 1.0 - p;
        }
    }
    sum(distribution.into_iter().skip(least)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;
    use nalgebra::DMatrix;

    #[test]
    fn decimals_are_those_of_the_longest_value() {
        assert_eq!(common_decimals(&[0.5, -1.25, 3.0]), Some(2));
        assert_eq!(common_decimals(&[120.0, 7.0]), Some(0));
        assert_eq!(common_decimals(&[std::f64::consts::PI]), None);
    }

    #[test]
    fn last_digits_and_equal_pairs_are_counted_at_the_common_resolution() {
        let digits = terminal_digits(&[0.11, -0.52, 1.5, 2.33], 2);
        assert_eq!(digits.counts, [1, 1, 1, 1, 0, 0, 0, 0, 0, 0]);
        assert_eq!(digits.equal_pairs, 2);
        assert!(!digits.applicable);
        // P(X ≥ 2), n = 4, p = 0.1.
        assert!(
            (digits.equal_pairs_p - (1.0 - 0.9_f64.powi(4) - 4.0 * 0.1 * 0.9_f64.powi(3))).abs()
                < 1e-13
        );
    }

    #[test]
    fn coincidence_on_a_fine_grid_is_the_density_times_the_step() {
        assert!((same_step(1e-6, 1.0) / (1e-6 * normal_pdf(0.0)) - 1.0).abs() < 1e-6);
        assert!(same_step(1e6, 1.0) > 0.999_99);
    }

    #[test]
    fn two_equal_numbers_of_three_have_the_probability_of_the_grid() {
        let d = DMatrix::from_row_slice(2, 3, &[0.10, 0.20, 0.30, 0.10, 0.20, 0.50]);
        let all = Deviations {
            lab: vec!["A".into(), "B".into()],
            d,
            u: DMatrix::from_element(2, 3, 1.0),
        };
        let (same, p) = duplicates(&all, (0, 1), 2);
        let chance = same_step(0.01, 2.0_f64.sqrt());
        assert_eq!(same, 2);
        assert!((p - (3.0 * chance * chance * (1.0 - chance) + chance.powi(3))).abs() < 1e-18);
    }
}
