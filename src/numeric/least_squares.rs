//! Generalised least squares with a full covariance matrix, and propagation of covariance through linear maps.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use crate::numeric::sum::dot;

/// Diagonal elements of the triangular factor below this fraction of the largest one mean a rank that is not full.
const RANK_TOLERANCE: f64 = 1e-11;

/// Why a system cannot be solved.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Unsolvable {
    /// A number is NaN or infinite, or the shapes do not fit.
    Malformed,
    /// The covariance matrix has a direction without positive variance.
    NotPositiveDefinite,
    /// The design does not determine all its coefficients.
    RankDeficient,
}

/// The result of a generalised least-squares fit of `n` observations by `p` coefficients.
#[derive(Debug, Clone)]
pub struct Fit {
    /// Best linear unbiased estimate of the coefficients, length `p`.
    pub coefficients: DVector<f64>,
    /// Their covariance (X' V⁻¹ X)⁻¹, p × p.
    pub covariance: DMatrix<f64>,
    /// The linear map from observations to coefficients, p × n.
    pub gain: DMatrix<f64>,
    /// Observations minus fitted values, length `n`.
    pub residuals: DVector<f64>,
    /// r' V⁻¹ r.
    pub chi_squared: f64,
    /// n − p.
    pub dof: usize,
}

/// The lower Cholesky factor of a covariance matrix, taken after scaling to unit diagonal so that units of very different size do no harm.
pub struct Whitener {
    scale: DVector<f64>,
    factor: Cholesky<f64, Dyn>,
}

impl Whitener {
    /// Factorises `covariance` (n × n, symmetric).
    pub fn new(covariance: &DMatrix<f64>) -> Result<Whitener, Unsolvable> {
        if !covariance.is_square() || covariance.iter().any(|v| !v.is_finite()) {
            return Err(Unsolvable::Malformed);
        }
        let scale = covariance.diagonal().map(f64::sqrt);
        if scale.iter().any(|s| !s.is_normal()) {
            return Err(Unsolvable::NotPositiveDefinite);
        }
        let n = covariance.nrows();
        let correlation = DMatrix::from_fn(n, n, |i, j| {
            if i == j {
                1.0
            } else {
                0.5 * (covariance[(i, j)] + covariance[(j, i)]) / scale[i] / scale[j]
            }
        });
        // A pivot at rounding level is a singular matrix that happened to round upwards.
        let factor = Cholesky::new(correlation).ok_or(Unsolvable::NotPositiveDefinite)?;
        if factor.l_dirty().diagonal().iter().any(|d| *d < 1e-7) {
            return Err(Unsolvable::NotPositiveDefinite);
        }
        Ok(Whitener { scale, factor })
    }

    /// L⁻¹ M for the columns of `matrix` (n rows).
    pub fn whiten(&self, matrix: &DMatrix<f64>) -> Result<DMatrix<f64>, Unsolvable> {
        if matrix.nrows() != self.scale.len() {
            return Err(Unsolvable::Malformed);
        }
        let scaled = DMatrix::from_fn(matrix.nrows(), matrix.ncols(), |i, j| {
            matrix[(i, j)] / self.scale[i]
        });
        self.factor
            .l()
            .solve_lower_triangular(&scaled)
            .ok_or(Unsolvable::NotPositiveDefinite)
    }

    /// The quadratic form d' V⁻¹ d (squared Mahalanobis length).
    pub fn quadratic_form(&self, d: &DVector<f64>) -> Result<f64, Unsolvable> {
        let white = self.whiten(&DMatrix::from_column_slice(d.len(), 1, d.as_slice()))?;
        Ok(dot(white.as_slice(), white.as_slice()))
    }

    /// V⁻¹.
    pub fn inverse(&self) -> DMatrix<f64> {
        let inverse = self.factor.inverse();
        DMatrix::from_fn(inverse.nrows(), inverse.ncols(), |i, j| {
            inverse[(i, j)] / self.scale[i] / self.scale[j]
        })
    }

    /// ln det V.
    pub fn ln_determinant(&self) -> f64 {
        2.0 * crate::numeric::sum::sum(
            self.scale
                .iter()
                .zip(self.factor.l_dirty().diagonal().iter())
                .map(|(s, d)| s.ln() + d.ln()),
        )
    }
}

/// Generalised least squares: `design` is n × p, `observations` has n values, `covariance` is n × n.
///
/// The observations should be centred by the caller when they have a large common offset. The normal equations are never formed:
/// the whitened, column-scaled design is factorised by Householder reflections.
///
/// Source: C. R. Rao, Linear Statistical Inference and its Applications, 2nd ed., 4a (generalised least squares).
pub fn fit(
    design: &DMatrix<f64>,
    observations: &DVector<f64>,
    covariance: &DMatrix<f64>,
) -> Result<Fit, Unsolvable> {
    let (n, p) = design.shape();
    if observations.len() != n
        || covariance.nrows() != n
        || design
            .iter()
            .chain(observations.iter())
            .any(|v| !v.is_finite())
    {
        return Err(Unsolvable::Malformed);
    }
    if p == 0 || n < p {
        return Err(Unsolvable::RankDeficient);
    }
    let whitener = Whitener::new(covariance)?;
    let white = whitener.whiten(design)?;
    let column: Vec<f64> = white.column_iter().map(|c| c.norm()).collect();
    if column.iter().any(|c| !c.is_normal()) {
        return Err(Unsolvable::RankDeficient);
    }
    let scaled = DMatrix::from_fn(n, p, |i, j| white[(i, j)] / column[j]);
    let qr = scaled.qr();
    let r = qr.r();
    if r.diagonal().iter().any(|d| d.abs() < RANK_TOLERANCE) {
        return Err(Unsolvable::RankDeficient);
    }
    let unscaled_inverse = r
        .solve_upper_triangular(&DMatrix::identity(p, p))
        .ok_or(Unsolvable::RankDeficient)?;
    let r_inverse = DMatrix::from_fn(p, p, |i, j| unscaled_inverse[(i, j)] / column[i]);
    let covariance_out = &r_inverse * r_inverse.transpose();
    let white_map = whitener.whiten(&DMatrix::identity(n, n))?;
    let gain = &r_inverse * qr.q().transpose() * white_map;
    let white_observations =
        whitener.whiten(&DMatrix::from_column_slice(n, 1, observations.as_slice()))?;
    let first = &r_inverse * (qr.q().transpose() * white_observations).column(0);
    // One step of refinement removes what rounding left in the residuals.
    let remainder = observations - design * &first;
    let white_remainder =
        whitener.whiten(&DMatrix::from_column_slice(n, 1, remainder.as_slice()))?;
    let coefficients = &first + &r_inverse * (qr.q().transpose() * white_remainder).column(0);
    let residuals = observations - design * &coefficients;
    let chi_squared = whitener.quadratic_form(&residuals)?;
    Ok(Fit {
        coefficients,
        covariance: symmetric(&covariance_out),
        gain,
        residuals,
        chi_squared,
        dof: n - p,
    })
}

/// G V G' for a linear map `gain` (m × n), exactly symmetric.
pub fn propagate(gain: &DMatrix<f64>, covariance: &DMatrix<f64>) -> DMatrix<f64> {
    symmetric(&(gain * covariance * gain.transpose()))
}

/// The symmetric part of a square matrix.
pub fn symmetric(matrix: &DMatrix<f64>) -> DMatrix<f64> {
    0.5 * (matrix + matrix.transpose())
}

/// Square roots of the diagonal; a diagonal element that rounding left just below zero counts as zero.
pub fn standard_uncertainties(covariance: &DMatrix<f64>) -> Vec<f64> {
    covariance
        .diagonal()
        .iter()
        .map(|v| v.max(0.0).sqrt())
        .collect()
}

/// The rows of a matrix as vectors.
pub fn rows(matrix: &DMatrix<f64>) -> Vec<Vec<f64>> {
    matrix
        .row_iter()
        .map(|r| r.iter().copied().collect())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn weighted_mean_of_two_correlated_values_has_its_closed_form() {
        let v = DMatrix::from_row_slice(2, 2, &[4.0, 1.0, 1.0, 9.0]);
        let x = DMatrix::from_element(2, 1, 1.0);
        let fit = fit(&x, &DVector::from_vec(vec![10.0, 13.0]), &v).unwrap();
        // w1 = (V22 - V12) / (V11 + V22 - 2 V12) = 8 / 11.
        assert!((fit.coefficients[0] - (8.0 * 10.0 + 3.0 * 13.0) / 11.0).abs() < 1e-13);
        assert!((fit.covariance[(0, 0)] - 35.0 / 11.0).abs() < 1e-14);
        assert!((fit.gain[(0, 0)] - 8.0 / 11.0).abs() < 1e-15);
        assert!((fit.chi_squared - 9.0 / 11.0).abs() < 1e-13);
    }

    #[test]
    fn units_of_very_different_size_give_the_same_fit() {
        let small =
            DMatrix::from_row_slice(3, 3, &[1e-30, 0.0, 0.0, 0.0, 2e-30, 0.0, 0.0, 0.0, 1e10]);
        let x = DMatrix::from_row_slice(3, 2, &[1.0, 0.0, 1.0, 0.0, 0.0, 1.0]);
        let fit = fit(&x, &DVector::from_vec(vec![1e-15, 4e-15, 7e4]), &small).unwrap();
        assert!((fit.coefficients[0] / 2e-15 - 1.0).abs() < 1e-12);
        assert!((fit.coefficients[1] / 7e4 - 1.0).abs() < 1e-12);
    }

    #[test]
    fn a_singular_covariance_is_named() {
        let v = DMatrix::from_element(2, 2, 1.0);
        let x = DMatrix::from_element(2, 1, 1.0);
        assert_eq!(
            fit(&x, &DVector::from_vec(vec![1.0, 2.0]), &v).err(),
            Some(Unsolvable::NotPositiveDefinite)
        );
    }

    #[test]
    fn dependent_columns_are_named() {
        let x = DMatrix::from_row_slice(3, 2, &[1.0, 2.0, 1.0, 2.0, 1.0, 2.0]);
        let observations = DVector::from_vec(vec![1.0, 2.0, 3.0]);
        assert_eq!(
            fit(&x, &observations, &DMatrix::identity(3, 3)).err(),
            Some(Unsolvable::RankDeficient)
        );
    }
}
