//! Differences at several points, or of several components, judged together.
//!
//! Results of different laboratories are independent, those of one laboratory at two points have a correlation coefficient r_pq. With
//! fixed weights, cov(D_ip, D_iq) = r_pq Σ_j (δ_ij − w_jp)(δ_ij − w_jq) u_jp u_jq, and d' C⁻¹ d follows χ² with one degree of freedom a
//! point when the laboratory agrees with the reference values. Source: JCGM 102:2011, 6.5 (coverage regions of several quantities).

use nalgebra::{DMatrix, DVector};

use crate::evaluate::columns;
use crate::evaluate::method::Inapplicable;
use crate::numeric::distribution::chi_squared_sf;
use crate::numeric::least_squares::Whitener;

/// Results of a point, one entry a laboratory, and the difference of the laboratory judged.
#[derive(Debug, Clone)]
pub struct AtPoint<'a> {
    pub labs: &'a [String],
    /// Stated standard uncertainties.
    pub u: &'a [f64],
    /// Weights in the reference value; zero for a value given from outside.
    pub weights: &'a [f64],
    /// D of the laboratory judged and its standard uncertainty.
    pub d: f64,
    pub u_d: f64,
}

/// χ² of a laboratory over its points and P(χ² larger).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct JointChiSquared {
    pub observed: f64,
    pub dof: f64,
    pub p_right: f64,
}

/// The joint test of a laboratory over `points`, with the covariance of its differences at two of them by their places in `points`.
///
/// Errors: correlations that no results can have.
pub fn chi_squared(
    points: &[AtPoint],
    between: impl Fn(usize, usize) -> f64,
) -> Result<JointChiSquared, Inapplicable> {
    let n = points.len();
    let covariance = DMatrix::from_fn(n, n, |p, q| {
        if p == q {
            points[p].u_d.powi(2)
        } else {
            between(p, q)
        }
    });
    let d = DVector::from_iterator(n, points.iter().map(|p| p.d));
    let unsolvable = |e| columns::unsolvable(&e, "各点等效度", "the differences at the points");
    let observed = Whitener::new(&covariance)
        .and_then(|whitener| whitener.quadratic_form(&d))
        .map_err(unsolvable)?;
    let dof = n as f64;
    Ok(JointChiSquared {
        observed,
        dof,
        p_right: chi_squared_sf(observed, dof),
    })
}

/// Σ_j r_j (δ_ij − w_jp)(δ_ij − w_jq) u_jp u_jq over the laboratories that have results at both points, `r` of each by its name.
pub fn between(laboratory: &str, p: &AtPoint, q: &AtPoint, r: impl Fn(&str) -> f64) -> f64 {
    let part = |at: &AtPoint, row: usize| {
        let own = if at.labs[row] == laboratory { 1.0 } else { 0.0 };
        (own - at.weights[row]) * at.u[row]
    };
    let terms = p.labs.iter().enumerate().filter_map(|(i, lab)| {
        let j = q.labs.iter().position(|other| other == lab)?;
        Some(r(lab) * part(p, i) * part(q, j))
    });
    crate::numeric::sum::sum(terms)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn names(n: usize) -> Vec<String> {
        (0..n).map(|i| format!("L{i}")).collect()
    }

    #[test]
    fn one_point_gives_the_square_of_the_zeta_score() {
        let labs = names(2);
        let at = AtPoint {
            labs: &labs,
            u: &[1.0, 2.0],
            weights: &[0.0, 0.0],
            d: 3.0,
            u_d: 1.5,
        };
        let found = chi_squared(&[at], |_, _| 0.0).unwrap();
        assert!((found.observed - 4.0).abs() < 1e-12);
        // P(χ²₁ > 4) = 2Φ(−2).
        assert!((found.p_right - 0.045_500_263_896_358_4).abs() < 1e-12);
    }

    /// The covariance by the matrices of all results: G = I − 1wᵀ at each point, V = r ⊗ diag(u_p u_q).
    #[test]
    fn the_covariance_is_that_of_the_whole_vector_of_results() {
        let labs = names(3);
        let (u, w): ([[f64; 3]; 2], [[f64; 3]; 2]) = (
            [[1.0, 2.0, 1.5], [0.4, 0.5, 0.3]],
            [[0.5, 0.2, 0.3], [0.3, 0.2, 0.5]],
        );
        let r = 0.6;
        let v = DMatrix::from_fn(6, 6, |a, b| {
            let ((p, i), (q, j)) = ((a / 3, a % 3), (b / 3, b % 3));
            let correlation = if p == q { 1.0 } else { r };
            if i == j {
                correlation * u[p][i] * u[q][j]
            } else {
                0.0
            }
        });
        let gain = DMatrix::from_fn(6, 6, |a, b| {
            let ((p, i), (q, j)) = ((a / 3, a % 3), (b / 3, b % 3));
            let own = if i == j { 1.0 } else { 0.0 };
            if p == q { own - w[p][j] } else { 0.0 }
        });
        let all = &gain * v * gain.transpose();
        for lab in 0..3 {
            let at = |p: usize, d: f64| AtPoint {
                labs: &labs,
                u: &u[p],
                weights: &w[p],
                d,
                u_d: all[(3 * p + lab, 3 * p + lab)].sqrt(),
            };
            let d = [1.3, -0.7];
            let points = [at(0, d[0]), at(1, d[1])];
            let found = chi_squared(&points, |p, q| {
                between(&labs[lab], &points[p], &points[q], |_| r)
            })
            .unwrap();
            let (a, b, c) = (
                all[(lab, lab)],
                all[(3 + lab, 3 + lab)],
                all[(lab, 3 + lab)],
            );
            let expected =
                (b * d[0] * d[0] - 2.0 * c * d[0] * d[1] + a * d[1] * d[1]) / (a * b - c * c);
            assert!((found.observed - expected).abs() < 1e-10 * expected);
            assert_eq!(found.dof, 2.0);
        }
    }

    #[test]
    fn correlations_that_cannot_be_are_refused() {
        let labs = names(1);
        let at = |d| AtPoint {
            labs: &labs,
            u: &[1.0],
            weights: &[0.0],
            d,
            u_d: 1.0,
        };
        let refused = chi_squared(&[at(1.0), at(1.0)], |_, _| 1.0).unwrap_err();
        assert_eq!(refused.kind, "covariance-not-positive-definite");
    }
}
