//! Homogeneity and stability of proficiency items (ISO 13528:2022, Annex B).

use crate::evaluate::method::Inapplicable;
use crate::evaluate::sample::{Frame, check_count, check_finite, check_lengths};
use crate::numeric::distribution::{chi_squared_critical, fisher_critical};
use crate::numeric::sum::{mean, standard_deviation, sum};

/// What g items measured m times each say about the differences between items.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Homogeneity {
    /// Number of items and replicates.
    pub g: usize,
    pub m: usize,
    pub mean: f64,
    /// Standard deviation of the item means (B.7).
    pub s_x: f64,
    /// Within-item standard deviation (B.8); NaN for single measurements.
    pub s_w: f64,
    /// Between-item standard deviation √max(0, s_x² − s_w²/m) (B.10); for single measurements s_x, an upper bound (B.1.2).
    pub s_s: f64,
    /// Ratio of the mean squares between and within items; NaN for single measurements or s_w = 0.
    pub f: f64,
}

impl Homogeneity {
    /// The upper `alpha` quantile of F with (g−1, g(m−1)) degrees of freedom.
    pub fn f_critical(&self, alpha: f64) -> f64 {
        fisher_critical(alpha, self.g as f64 - 1.0, (self.g * (self.m - 1)) as f64)
    }

    /// The limit √(F₁ limit² + F₂ s_w²) of the expanded criterion (B.2.3), where `limit` is 0.3 σ_pt or 0.1 δ_E; NaN for single
    /// measurements.
    pub fn expanded_limit(&self, limit: f64) -> f64 {
        if self.m < 2 {
            return f64::NAN;
        }
        let (f1, f2) = expanded_factors(self.g, self.m);
        (f1 * limit * limit + f2 * self.s_w * self.s_w).sqrt()
    }
}

/// F₁ = χ²₀.₉₅(g−1)/(g−1) and F₂ = (F₀.₉₅(g−1, g(m−1)) − 1)/m for g ≥ 2 items and m ≥ 2 replicates; Table B.1 for duplicates.
pub fn expanded_factors(g: usize, m: usize) -> (f64, f64) {
    let dof = g as f64 - 1.0;
    let f1 = chi_squared_critical(0.05, dof) / dof;
    let f2 = (fisher_critical(0.05, dof, (g * (m - 1)) as f64) - 1.0) / m as f64;
    (f1, f2)
}

/// Evaluates `items`, one row of replicates for each of at least two items, all rows of the same length ≥ 1.
pub fn homogeneity(items: &[Vec<f64>]) -> Result<Homogeneity, Inapplicable> {
    let g = items.len();
    check_count(g, 2)?;
    let m = items[0].len();
    check_count(m, 1)?;
    for (i, item) in items.iter().enumerate() {
        check_finite(item)?;
        check_lengths(("1", m), (&(i + 1).to_string(), item.len()))?;
    }
    let (frame, scaled) = Frame::of(&items.concat());
    let means: Vec<f64> = scaled.chunks(m).map(mean).collect();
    let s_x = standard_deviation(&means);
    let (s_w, s_s, f) = if m > 1 {
        let squares = scaled
            .chunks(m)
            .map(|item| standard_deviation(item).powi(2));
        let s_w = (sum(squares) / g as f64).sqrt();
        let between = s_x * s_x - s_w * s_w / m as f64;
        let ratio = if s_w > 0.0 {
            m as f64 * (s_x / s_w) * (s_x / s_w)
        } else {
            f64::NAN
        };
        (s_w, between.max(0.0).sqrt(), ratio)
    } else {
        (f64::NAN, s_x, f64::NAN)
    };
    Ok(Homogeneity {
        g,
        m,
        mean: frame.position(mean(&means)),
        s_x: frame.unit * s_x,
        s_w: frame.unit * s_w,
        s_s: frame.unit * s_s,
        f,
    })
}

/// Change between two occasions (B.5).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Stability {
    /// Mean on the second occasion.
    pub mean: f64,
    /// |difference of the means|.
    pub difference: f64,
    /// Standard uncertainties of the two means, from the scatter of the item means (NaN for one item).
    pub u_first: f64,
    pub u_second: f64,
}

impl Stability {
    /// The limit of the expanded criterion (B.18): `limit` + 2 √(u² + u²), where `limit` is 0.3 σ_pt or 0.1 δ_E.
    pub fn expanded_limit(&self, limit: f64) -> f64 {
        limit + 2.0 * self.u_first.hypot(self.u_second)
    }
}

/// Compares the items measured on the first occasion with those measured later; one row of replicates for each item.
pub fn stability(first: &[Vec<f64>], second: &[Vec<f64>]) -> Result<Stability, Inapplicable> {
    let (a, b) = (item_means(first)?, item_means(second)?);
    let of_mean = |means: &[f64]| standard_deviation(means) / (means.len() as f64).sqrt();
    // All replicates have the same weight, also when the items have different numbers of them.
    let (mean_a, mean_b) = (mean(&first.concat()), mean(&second.concat()));
    Ok(Stability {
        mean: mean_b,
        difference: (mean_a - mean_b).abs(),
        u_first: of_mean(&a),
        u_second: of_mean(&b),
    })
}

fn item_means(items: &[Vec<f64>]) -> Result<Vec<f64>, Inapplicable> {
    check_count(items.len(), 1)?;
    items
        .iter()
        .map(|item| {
            check_finite(item)?;
            check_count(item.len(), 1)?;
            Ok(mean(item))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn factors_of_the_expanded_criterion_agree_with_table_b1() {
        let table = [
            (20, 1.59, 0.57),
            (19, 1.60, 0.59),
            (18, 1.62, 0.62),
            (17, 1.64, 0.64),
            (16, 1.67, 0.68),
            (15, 1.69, 0.71),
            (14, 1.72, 0.75),
            (13, 1.75, 0.80),
            (12, 1.79, 0.86),
            (11, 1.83, 0.93),
            (10, 1.88, 1.01),
            (9, 1.94, 1.11),
            (8, 2.01, 1.25),
            (7, 2.10, 1.43),
        ];
        for (g, f1, f2) in table {
            let (a, b) = expanded_factors(g, 2);
            assert!(
                (a - f1).abs() < 5.001e-3 && (b - f2).abs() < 5.001e-3,
                "{g}: {a} {b}"
            );
        }
    }

    #[test]
    fn items_closer_than_their_repeatability_have_no_spread_between_them() {
        let result = homogeneity(&[vec![1.0, 3.0], vec![3.0, 1.0], vec![2.0, 2.2]]).unwrap();
        assert_eq!(result.s_s, 0.0);
        assert!(result.f < 1.0);
        let single = homogeneity(&[vec![1.0], vec![2.0], vec![4.0]]).unwrap();
        assert!(
            single.s_w.is_nan() && single.s_s == single.s_x && single.expanded_limit(1.0).is_nan()
        );
    }

    #[test]
    fn bad_tables_are_refused_by_kind() {
        assert_eq!(
            homogeneity(&[vec![1.0, 2.0]]).unwrap_err().kind,
            "too-few-results"
        );
        assert_eq!(
            homogeneity(&[vec![1.0, 2.0], vec![1.0]]).unwrap_err().kind,
            "unequal-columns"
        );
        assert_eq!(
            homogeneity(&[vec![], vec![]]).unwrap_err().kind,
            "too-few-results"
        );
        assert_eq!(
            stability(&[vec![1.0]], &[]).unwrap_err().kind,
            "too-few-results"
        );
    }

    #[test]
    fn the_expanded_stability_limit_adds_two_standard_uncertainties() {
        let change = stability(&[vec![1.0], vec![3.0]], &[vec![2.0], vec![6.0]]).unwrap();
        assert_eq!((change.mean, change.difference), (4.0, 2.0));
        // Standard errors 1 and 2.
        assert!((change.expanded_limit(0.3) - (0.3 + 2.0 * 5_f64.sqrt())).abs() < 1e-14);
    }
}
