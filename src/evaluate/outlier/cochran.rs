//! Cochran's test of variances, both tails.

use crate::evaluate::consistency::check_significance;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::sample::{check_count, check_not_negative, check_positive, no_spread};
use crate::numeric::distribution::{fisher_critical, fisher_quantile};
use crate::numeric::sum::sum;

/// Cochran's test of variances with equal degrees of freedom.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cochran {
    /// Largest variance over the sum of all.
    pub statistic: f64,
    /// Position of the largest variance.
    pub index: usize,
    pub critical: f64,
    /// The largest variance is too large.
    pub outlying: bool,
    /// Smallest variance over the sum of all, its position, its critical value and whether it is too small to be believed.
    pub lowest: f64,
    pub lowest_index: usize,
    pub lowest_critical: f64,
    pub too_small: bool,
}

/// Critical value of the largest of `p` ≥ 2 variances over their sum: 1/(1 + (p−1)/F), F the upper α/p quantile with (ν, (p−1)ν)
/// degrees of freedom. Source: ISO 5725-2:1994, 7.3.3; R. 't Lam, Anal. Chim. Acta 659 (2010) 68–84.
pub fn cochran_critical(p: usize, dof: f64, alpha: f64) -> f64 {
    let p = p as f64;
    1.0 / (1.0 + (p - 1.0) / fisher_critical(alpha / p, dof, (p - 1.0) * dof))
}

/// Critical value of the smallest of `p` variances over their sum (lower limit C_LL of 't Lam).
pub fn cochran_lower_critical(p: usize, dof: f64, alpha: f64) -> f64 {
    let p = p as f64;
    1.0 / (1.0 + (p - 1.0) / fisher_quantile(alpha / p, dof, (p - 1.0) * dof))
}

/// Tests the largest and the smallest of `variances`, each with `dof` degrees of freedom, at the level `alpha` each.
pub fn cochran(variances: &[f64], dof: f64, alpha: f64) -> Result<Cochran, Inapplicable> {
    check_count(variances.len(), 2)?;
    check_significance(alpha)?;
    check_positive("自由度", "number of degrees of freedom", dof)?;
    let (mut index, mut lowest_index) = (0, 0);
    for (i, v) in variances.iter().enumerate() {
        check_not_negative("方差", "variance", *v)?;
        if *v > variances[index] {
            index = i;
        }
        if *v < variances[lowest_index] {
            lowest_index = i;
        }
    }
    let largest = variances[index];
    if largest == 0.0 {
        return Err(no_spread());
    }
    // In units of the largest, so that the sum can neither overflow nor vanish.
    let total = sum(variances.iter().map(|v| v / largest));
    let statistic = 1.0 / total;
    let lowest = variances[lowest_index] / largest / total;
    let critical = cochran_critical(variances.len(), dof, alpha);
    let lowest_critical = cochran_lower_critical(variances.len(), dof, alpha);
    Ok(Cochran {
        statistic,
        index,
        critical,
        outlying: statistic > critical,
        lowest,
        lowest_index,
        lowest_critical,
        too_small: lowest < lowest_critical,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn critical_values_agree_with_iso_5725_2_table_4() {
        // p laboratories, n results each: 5 % and 1 %.
        for (p, n, five, one) in [
            (5, 2, 0.841, 0.928),
            (10, 2, 0.602, 0.718),
            (10, 3, 0.445, 0.536),
            (20, 4, 0.220, 0.265),
        ] {
            assert!(
                (cochran_critical(p, f64::from(n - 1), 0.05) - five).abs() < 1.1e-3,
                "{p} {n}"
            );
            assert!(
                (cochran_critical(p, f64::from(n - 1), 0.01) - one).abs() < 1.1e-3,
                "{p} {n}"
            );
        }
    }

    #[test]
    fn two_variances_are_an_f_test_in_both_tails() {
        // For p = 2 both limits come from the same F distribution: C_UL + C_LL = 1.
        let (upper, lower) = (
            cochran_critical(2, 7.0, 0.05),
            cochran_lower_critical(2, 7.0, 0.05),
        );
        assert!((upper + lower - 1.0).abs() < 1e-14);
        let f = fisher_critical(0.025, 7.0, 7.0);
        assert!((upper - f / (1.0 + f)).abs() < 1e-14);
    }

    #[test]
    fn a_variance_that_is_too_small_is_found() {
        let test = cochran(&[1.0, 1.2, 1e-9, 0.8, 1.1], 3.0, 0.05).unwrap();
        assert!(test.too_small && test.lowest_index == 2 && !test.outlying);
        assert_eq!(
            cochran(&[0.0, 0.0], 1.0, 0.05).unwrap_err().kind,
            "no-spread"
        );
        assert_eq!(
            cochran(&[1.0, -1.0], 1.0, 0.05).unwrap_err().kind,
            "negative"
        );
    }
}
