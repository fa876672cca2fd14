//! Random-effects means of results with known correlations: x ~ N(μ1, V + τ²I) with τ² by moments.
//!
//! With V = QΛQᵀ the matrix V + τ²I is diagonal in the same axes for every τ², so one decomposition serves the whole search.

use nalgebra::{DMatrix, DVector, SymmetricEigen};

use super::consensus::{Basis, Consensus, Members};
use super::covariance::{check_size, factor};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::numeric::root::bisect;
use crate::numeric::sum::sum;

/// How τ² is found.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Moments {
    /// τ² = (Q − (n − 1))/(tr W − 1ᵀW²1/1ᵀW1), W = V⁻¹, cut at zero.
    DerSimonianLaird,
    /// rᵀ(V + τ²I)⁻¹r = n − 1, r = x − y with y the generalised least-squares mean at τ²; 0 if Q ≤ n − 1.
    MandelPaule,
}

/// The results along the axes of V.
struct Axes {
    variance: Vec<f64>,
    x: Vec<f64>,
    one: Vec<f64>,
    axes: DMatrix<f64>,
}

impl Axes {
    fn of(members: &Members, v: &[Vec<f64>]) -> Axes {
        let n = members.len();
        let scale2 = members.scale * members.scale;
        let matrix = DMatrix::from_fn(n, n, |i, j| v[members.index[i]][members.index[j]] / scale2);
        let eigen = SymmetricEigen::new(matrix);
        let along = |b: DVector<f64>| {
            (eigen.eigenvectors.transpose() * b)
                .iter()
                .copied()
                .collect()
        };
        Axes {
            x: along(DVector::from_column_slice(&members.x)),
            one: along(DVector::from_element(n, 1.0)),
            variance: eigen.eigenvalues.iter().copied().collect(),
            axes: eigen.eigenvectors,
        }
    }

    /// 1ᵀ(V + τ²I)⁻¹1 and the mean.
    fn mean(&self, tau2: f64) -> (f64, f64) {
        let terms = |f: fn(f64, f64) -> f64| {
            sum((0..self.x.len()).map(|i| f(self.one[i], self.x[i]) / (self.variance[i] + tau2)))
        };
        let total = terms(|one, _| one * one);
        (total, terms(|one, x| one * x) / total)
    }

    /// rᵀ(V + τ²I)⁻¹r about the mean at τ².
    fn chi_squared(&self, tau2: f64) -> f64 {
        let (_, y) = self.mean(tau2);
        sum((0..self.x.len())
            .map(|i| (self.x[i] - y * self.one[i]).powi(2) / (self.variance[i] + tau2)))
    }

    fn tau2(&self, moments: Moments) -> f64 {
        let n = self.x.len();
        let excess = self.chi_squared(0.0) - (n as f64 - 1.0);
        if excess <= 0.0 {
            return 0.0;
        }
        match moments {
            Moments::DerSimonianLaird => {
                let (total, _) = self.mean(0.0);
                let trace = sum(self.variance.iter().map(|v| v.recip()));
                let square = sum((0..n).map(|i| (self.one[i] / self.variance[i]).powi(2)));
                excess / (trace - square / total)
            }
            Moments::MandelPaule => {
                // At τ² = |x|² the form is at most |x|²/τ² = 1, which no more than two results reach.
                let top = sum(self.x.iter().map(|x| x * x));
                bisect(|tau2| n as f64 - 1.0 - self.chi_squared(tau2), 0.0, top)
            }
        }
    }
}

/// The mean of the members under the covariance `v` (row by row) of all results and the variance between laboratories beyond it,
/// u(y) = (1ᵀ(V + τ²I)⁻¹1)^(−1/2). Needs two or more results.
///
/// Sources: R. C. Paule, J. Mandel, J. Res. NBS 87 (1982) 377–385 and R. DerSimonian, N. Laird, Controlled Clinical Trials 7 (1986)
/// 177–188, with the quadratic form of generalised least squares in place of their sums.
pub fn correlated_effects_mean(
    labs: &Laboratories,
    v: &[Vec<f64>],
    moments: Moments,
) -> Result<Consensus, Inapplicable> {
    check_size(v, labs.len())?;
    let members = Members::of(labs, 2)?;
    // Refuses a matrix that is not positive definite.
    factor(&members, v)?;
    let axes = Axes::of(&members, v);
    let tau2 = axes.tau2(moments);
    let (total, y) = axes.mean(tau2);
    let n = members.len();
    let along = DVector::from_fn(n, |i, _| axes.one[i] / (axes.variance[i] + tau2) / total);
    let weights: Vec<f64> = (&axes.axes * along).iter().copied().collect();
    let dof = if members.dof.iter().all(|nu| nu.is_infinite()) {
        f64::INFINITY
    } else {
        f64::NAN
    };
    Ok(members.consensus(
        y,
        total.recip().sqrt(),
        &weights,
        tau2.sqrt(),
        dof,
        Basis::Stated,
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use crate::evaluate::reference::gls_mean;
    use crate::evaluate::reference::random_effects::{Estimator, random_effects_mean};

    fn labs() -> Laboratories {
        Laboratories::new(&[10.0, 10.9, 9.1, 10.3, 11.6], &[0.2, 0.3, 0.25, 0.4, 0.3]).unwrap()
    }

    fn matrix(labs: &Laboratories, r: f64) -> Vec<Vec<f64>> {
        let entry = |i: usize, j: usize| {
            let between = if i == j { 1.0 } else { r };
            between * labs.u[i] * labs.u[j]
        };
        (0..5)
            .map(|i| (0..5).map(|j| entry(i, j)).collect())
            .collect()
    }

    #[test]
    fn without_correlation_it_is_the_known_random_effects_mean() {
        let labs = labs();
        for (moments, estimator) in [
            (Moments::MandelPaule, Estimator::MandelPaule),
            (Moments::DerSimonianLaird, Estimator::DerSimonianLaird),
        ] {
            let known = random_effects_mean(&labs, estimator).unwrap();
            let found = correlated_effects_mean(&labs, &matrix(&labs, 0.0), moments).unwrap();
            assert!((found.value - known.value).abs() < 1e-12);
            assert!((found.tau - known.tau).abs() < 1e-9);
            assert!((found.u - known.u).abs() < 1e-12);
        }
    }

    #[test]
    fn the_quadratic_form_at_the_variance_found_is_its_expectation() {
        let labs = labs();
        let mut v = matrix(&labs, 0.4);
        let found = correlated_effects_mean(&labs, &v, Moments::MandelPaule).unwrap();
        assert!(found.tau > 0.1);
        for (i, row) in v.iter_mut().enumerate() {
            row[i] += found.tau * found.tau;
        }
        let at = gls_mean(&labs, &v).unwrap();
        assert!((at.observed - 4.0).abs() < 1e-9);
        assert!((at.mean.value - found.value).abs() < 1e-12);
        assert!((at.mean.u - found.u).abs() < 1e-12);
        for (a, b) in at.mean.weights.iter().zip(&found.weights) {
            assert!((a - b).abs() < 1e-12);
        }
    }

    #[test]
    fn results_that_agree_give_the_generalised_least_squares_mean() {
        let labs =
            Laboratories::new(&[1.0, 1.1, 0.9, 1.05, 1.0], &[0.2, 0.3, 0.25, 0.4, 0.3]).unwrap();
        let v = matrix(&labs, 0.3);
        let found = correlated_effects_mean(&labs, &v, Moments::DerSimonianLaird).unwrap();
        assert_eq!(found.tau, 0.0);
        assert!((found.value - gls_mean(&labs, &v).unwrap().mean.value).abs() < 1e-13);
    }
}
