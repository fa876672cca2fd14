//! Results that are vectors: several points of a function, or the two parts of a complex quantity.

use nalgebra::{DMatrix, DVector};

use super::reference::{Results, vector_reference};
use crate::evaluate::method::Inapplicable;
use crate::numeric::distribution::chi_squared_sf;
use crate::numeric::sum::sum;

/// Vector results of independent laboratories.
#[derive(Debug, Clone)]
pub struct VectorResults {
    /// n × p: one row per laboratory, one column per component.
    pub values: DMatrix<f64>,
    /// n covariance matrices p × p, positive definite.
    pub covariance: Vec<DMatrix<f64>>,
    /// Whether each laboratory is part of the reference.
    pub in_reference: Vec<bool>,
}

/// The vector reference value and the degrees of equivalence of the laboratories.
#[derive(Debug, Clone)]
pub struct VectorConsensus {
    /// Reference, length p, and its covariance (Σ V_i⁻¹)⁻¹.
    pub reference: DVector<f64>,
    pub covariance: DMatrix<f64>,
    /// D_i = x_i − reference, n × p.
    pub d: DMatrix<f64>,
    /// cov(D_i): V_i − cov(reference) inside the reference, V_i + cov(reference) outside.
    pub d_covariance: Vec<DMatrix<f64>>,
    /// Σ D_i' V_i⁻¹ D_i over the laboratories of the reference, χ² with (n − 1) p degrees of freedom.
    pub chi_squared: f64,
    pub dof: usize,
    /// D_i' cov(D_i)⁻¹ D_i, χ² with p degrees of freedom.
    pub mahalanobis: Vec<f64>,
}

impl VectorConsensus {
    /// P(χ²_p > observed) of every laboratory.
    pub fn p_laboratories(&self) -> Vec<f64> {
        self.mahalanobis
            .iter()
            .map(|q| chi_squared_sf(*q, self.reference.len() as f64))
            .collect()
    }

    /// P(χ² > observed) of the whole.
    pub fn p_global(&self) -> f64 {
        chi_squared_sf(self.chi_squared, self.dof as f64)
    }

    /// Standard uncertainties of the components of every D_i, n × p.
    pub fn u_d(&self) -> Vec<Vec<f64>> {
        self.d_covariance
            .iter()
            .map(crate::numeric::least_squares::standard_uncertainties)
            .collect()
    }
}

/// The vector weighted mean. Needs two laboratories in the reference; every covariance matrix positive definite.
///
/// Values are centred on the first laboratory, so that an offset common to all costs no digits.
/// Source: generalised least squares; JCGM 102:2011 for vector quantities.
pub fn vector_consensus(results: &VectorResults) -> Result<VectorConsensus, Inapplicable> {
    let (n, p) = results.values.shape();
    let laboratories: Vec<Results> = (0..n)
        .map(|i| Results {
            points: (0..p).collect(),
            values: results.values.row(i).transpose(),
            covariance: results.covariance[i].clone(),
            in_reference: vec![results.in_reference[i]; p],
        })
        .collect();
    let found = vector_reference(p, &laboratories)?;
    let mut d = DMatrix::zeros(n, p);
    for (i, lab) in found.laboratories.iter().enumerate() {
        d.set_row(i, &lab.d.transpose());
    }
    Ok(VectorConsensus {
        d,
        mahalanobis: found.laboratories.iter().map(|lab| lab.observed).collect(),
        d_covariance: (found.laboratories.into_iter())
            .map(|lab| lab.covariance)
            .collect(),
        reference: found.offset + found.shift,
        covariance: found.covariance,
        chi_squared: found.chi_squared,
        dof: found.dof,
    })
}

/// The weighted mean of each component alone, which is not the vector reference when the components are correlated.
pub fn pointwise_weighted_mean(results: &VectorResults) -> Vec<f64> {
    let members: Vec<usize> = (0..results.values.nrows())
        .filter(|i| results.in_reference[*i])
        .collect();
    (0..results.values.ncols())
        .map(|j| {
            let first = results.values[(members[0], j)];
            let weight = |i: &usize| results.covariance[*i][(j, j)].recip();
            first
                + sum(members
                    .iter()
                    .map(|i| weight(i) * (results.values[(*i, j)] - first)))
                    / sum(members.iter().map(weight))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn uncorrelated_components_give_the_weighted_mean_of_each() {
        let values = DMatrix::from_row_slice(3, 2, &[1.0, 10.0, 1.2, 10.5, 0.7, 9.9]);
        let covariance: Vec<_> = [0.1, 0.2, 0.3]
            .iter()
            .map(|u| DMatrix::from_diagonal(&DVector::from_vec(vec![u * u, 4.0 * u * u])))
            .collect();
        let results = VectorResults {
            values,
            covariance,
            in_reference: vec![true; 3],
        };
        let consensus = vector_consensus(&results).unwrap();
        let alone = pointwise_weighted_mean(&results);
        assert!(
            (consensus.reference[0] - alone[0]).abs() < 1e-14
                && (consensus.reference[1] - alone[1]).abs() < 1e-13
        );
        assert_eq!(consensus.dof, 4);
    }

    #[test]
    fn a_laboratory_outside_leaves_the_reference_alone_and_takes_the_plus_sign() {
        let values = DMatrix::from_row_slice(3, 1, &[1.0, 1.2, 5.0]);
        let covariance = vec![DMatrix::from_element(1, 1, 0.01); 3];
        let results = VectorResults {
            values,
            covariance,
            in_reference: vec![true, true, false],
        };
        let consensus = vector_consensus(&results).unwrap();
        assert!((consensus.reference[0] - 1.1).abs() < 1e-15);
        assert!((consensus.d_covariance[2][(0, 0)] - 0.015).abs() < 1e-16);
        assert!((consensus.d_covariance[0][(0, 0)] - 0.005).abs() < 1e-16);
    }
}
