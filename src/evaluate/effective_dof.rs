//! Effective degrees of freedom and coverage factors.
//!
//! Source: JCGM 100:2008 (GUM), G.4.1 (Welch–Satterthwaite formula) and G.4.2 (truncation to the next lower integer). The
//! formula supposes independent inputs; with correlated inputs it does not hold and nothing here applies.

use crate::numeric::distribution::student_quantile;
use crate::numeric::sum::sum;

/// Effective degrees of freedom of Σ c_i x_i for independent x_i: (Σ p_i²)² / Σ p_i⁴/ν_i with the parts p_i = c_i u_i.
///
/// `parts` and `dof` have equal length. Infinite when no part with finite degrees of freedom contributes.
pub fn welch_satterthwaite(parts: &[f64], dof: &[f64]) -> f64 {
    let largest = parts.iter().fold(0.0_f64, |a, p| a.max(p.abs()));
    if largest == 0.0 {
        return f64::INFINITY;
    }
    let squares = |p: &f64| (p / largest) * (p / largest);
    let total = sum(parts.iter().map(squares));
    let spread = sum(parts
        .iter()
        .zip(dof)
        .map(|(p, nu)| squares(p) * squares(p) / nu));
    if spread == 0.0 {
        f64::INFINITY
    } else {
        total * total / spread
    }
}

/// Factor k for which ±k u covers `probability` when u has `dof` degrees of freedom (two-sided t quantile).
pub fn coverage_factor(probability: f64, dof: f64) -> f64 {
    student_quantile(0.5 + 0.5 * probability, dof)
}

/// Degrees of freedom cut to the next lower integer, but not below 1 (GUM G.4.2).
pub fn truncated(dof: f64) -> f64 {
    dof.floor().max(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_parts_add_their_degrees_of_freedom() {
        assert!((welch_satterthwaite(&[3e-9, -3e-9, 3e-9], &[5.0, 5.0, 5.0]) - 15.0).abs() < 1e-12);
    }

    #[test]
    fn parts_known_exactly_give_infinite_degrees_of_freedom() {
        assert_eq!(
            welch_satterthwaite(&[1.0, 2.0], &[f64::INFINITY, f64::INFINITY]),
            f64::INFINITY
        );
        assert_eq!(welch_satterthwaite(&[0.0, 0.0], &[3.0, 3.0]), f64::INFINITY);
        assert_eq!(welch_satterthwaite(&[], &[]), f64::INFINITY);
    }

    #[test]
    fn the_gum_example_of_the_end_gauge_is_reproduced() {
        // GUM H.1.6: u = 32 nm from 25 (18), 9.7 (25.6), 2.9 (50), 16.6 (2) nm gives 16.7, cut to 16; the printed figure rests on
        // inputs rounded to two digits.
        let dof = welch_satterthwaite(&[25.0, 9.7, 2.9, 16.6], &[18.0, 25.6, 50.0, 2.0]);
        assert_eq!(truncated(dof), 16.0);
        assert!((coverage_factor(0.99, 16.0) - 2.92).abs() < 0.005);
    }
}
