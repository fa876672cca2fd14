//! Whether results agree within their stated uncertainties: χ² test and Birge ratio.

use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::{Consensus, quadratic_form};
use crate::numeric::distribution::{chi_squared_cdf, chi_squared_quantile, chi_squared_sf};
use crate::numeric::sum::sum;

/// A χ² test. Source: M. G. Cox, Metrologia 39 (2002) 589–595, procedure A.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct ChiSquared {
    pub observed: f64,
    pub dof: f64,
    /// P(χ² > observed): small when the results scatter more than stated.
    pub p_right: f64,
    /// P(χ² ≤ observed): small when they scatter less than stated.
    pub p_left: f64,
    pub significance: f64,
    /// The value exceeded with probability `significance`.
    pub critical: f64,
    /// `p_right` is not below `significance`.
    pub consistent: bool,
}

/// The test of an observed χ² with `dof` degrees of freedom at the level `significance`, in (0, 1).
pub fn chi_squared_test(
    observed: f64,
    dof: f64,
    significance: f64,
) -> Result<ChiSquared, Inapplicable> {
    check_significance(significance)?;
    let p_right = chi_squared_sf(observed, dof);
    Ok(ChiSquared {
        observed,
        dof,
        p_right,
        p_left: chi_squared_cdf(observed, dof),
        significance,
        critical: chi_squared_quantile(1.0 - significance, dof),
        consistent: p_right >= significance,
    })
}

/// The test of the members of the reference value: Σ((x − y)/u)² with n − 1 degrees of freedom.
pub fn chi_squared(
    labs: &Laboratories,
    reference: &Consensus,
    significance: f64,
) -> Result<ChiSquared, Inapplicable> {
    let inside = || (0..labs.len()).filter(|i| labs.in_reference[*i]);
    let observed = sum(inside().map(|i| (reference.difference(labs.value[i]) / labs.u[i]).powi(2)));
    chi_squared_test(observed, inside().count() as f64 - 1.0, significance)
}

/// The test of members with the covariance `v` (row by row) of all results: rᵀV⁻¹r, r = x − y, with n − 1 degrees of freedom.
pub fn chi_squared_correlated(
    labs: &Laboratories,
    reference: &Consensus,
    v: &[Vec<f64>],
    significance: f64,
) -> Result<ChiSquared, Inapplicable> {
    chi_squared_test(
        quadratic_form(labs, reference, v)?,
        labs.members() as f64 - 1.0,
        significance,
    )
}

/// Birge ratio √(χ²/ν) of an observed χ² with `dof` degrees of freedom.
pub fn birge_ratio(observed: f64, dof: f64) -> f64 {
    (observed / dof).sqrt()
}

/// Limit √(1 + √(8/ν)) of the Birge ratio for k = 2, as used in comparisons of length (CCL).
pub fn birge_limit(dof: f64) -> f64 {
    (1.0 + (8.0 / dof).sqrt()).sqrt()
}

/// Refuses a level of significance outside (0, 1).
pub fn check_significance(significance: f64) -> Result<(), Inapplicable> {
    if significance > 0.0 && significance < 1.0 {
        return Ok(());
    }
    Err(Inapplicable::new(
        "invalid-significance",
        format!("显著性水平为 {significance}；须在 0 与 1 之间，常用 0.05"),
        format!(
            "the level of significance is {significance}; it must lie between 0 and 1, 0.05 is usual"
        ),
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::evaluate::reference::weighted_mean;

    #[test]
    fn two_degrees_of_freedom_give_an_exponential_tail() {
        let test = chi_squared_test(3.0, 2.0, 0.05).unwrap();
        assert!((test.p_right - (-1.5_f64).exp()).abs() < 1e-15);
        assert!((test.p_left + test.p_right - 1.0).abs() < 1e-15);
        assert!((test.critical + 2.0 * 0.05_f64.ln()).abs() < 1e-13);
        assert!(test.consistent);
        assert!(
            !chi_squared_test(-2.0 * 0.0499_f64.ln(), 2.0, 0.05)
                .unwrap()
                .consistent
        );
    }

    #[test]
    fn only_members_count_in_the_test() {
        let mut labs = Laboratories::new(&[1.0, 3.0, 500.0], &[1.0, 1.0, 1.0]).unwrap();
        labs.in_reference[2] = false;
        let test = chi_squared(&labs, &weighted_mean(&labs).unwrap(), 0.05).unwrap();
        assert!((test.observed - 2.0).abs() < 1e-14);
        assert_eq!(test.dof, 1.0);
    }

    #[test]
    fn the_birge_limit_falls_towards_one() {
        assert!((birge_limit(8.0) - 2.0_f64.sqrt()).abs() < 1e-15);
        assert!(birge_limit(800.0) < birge_limit(8.0) && birge_limit(800.0) > 1.0);
        assert_eq!(birge_ratio(18.0, 2.0), 3.0);
    }

    #[test]
    fn a_level_outside_zero_and_one_is_refused() {
        for level in [0.0, 1.0, -0.05, f64::NAN] {
            assert_eq!(
                chi_squared_test(1.0, 1.0, level).unwrap_err().kind,
                "invalid-significance"
            );
        }
    }
}
