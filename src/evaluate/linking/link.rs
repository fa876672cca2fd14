//! The link as one linear map of the results of both comparisons.

use nalgebra::{DMatrix, DVector};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evaluate::columns;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::numeric::least_squares::{Fit, fit, propagate, rows, standard_uncertainties};
use crate::numeric::sum::{dot, sum};

/// How the linking laboratories are weighted.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum LinkWeights {
    /// All the same.
    Equal,
    /// 1/(variances of the laboratory in both comparisons that are not common to both).
    Transfer,
    /// Smallest variance of the link, with the full covariance of (y_L − D_L).
    MinimumVariance,
}

/// One laboratory that took part in both comparisons.
#[derive(Debug, Clone, PartialEq)]
pub struct Linking {
    /// Row of the laboratory in the key comparison, and in the comparison to be linked.
    pub key: usize,
    pub regional: usize,
    /// Standard uncertainty common to its two results, less than either of them.
    pub s_common: f64,
}

/// Both comparisons and what joins them. The reference value of the key comparison is Σ w x and is not changed by the link.
#[derive(Debug, Clone)]
pub struct Comparisons {
    pub key: Laboratories,
    pub regional: Laboratories,
    pub linking: Vec<Linking>,
    /// Weights w of the key comparison reference value, one per laboratory, Σ w = 1.
    pub key_weights: Vec<f64>,
    /// Covariance of (x of the key comparison, y of the regional one).
    covariance: DMatrix<f64>,
}

/// A value and its standard uncertainty.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Estimate {
    pub value: f64,
    pub u: f64,
}

/// The linked comparison.
#[derive(Debug, Clone)]
pub struct Linked {
    /// Weights of the linking laboratories, Σ = 1.
    pub weights: Vec<f64>,
    /// Value of the regional artefact on the scale of the key comparison reference value, R = Σ ω (y_L − D_L).
    pub reference: Estimate,
    /// Rows of the regional table that are not linking laboratories.
    pub rows: Vec<usize>,
    /// Their degrees of equivalence y − R.
    pub d: Vec<f64>,
    pub u_d: Vec<f64>,
    /// Coefficients of those degrees of equivalence in all results (x, y).
    gain: DMatrix<f64>,
}

impl Comparisons {
    /// Joins two comparisons. The reference value takes `key_weights`, or weights 1/u², over the laboratories with `in_reference`.
    ///
    /// Errors: no linking laboratory; a common part not smaller than the uncertainties it is part of; weights that sum to nothing.
    pub fn new(
        key: Laboratories,
        regional: Laboratories,
        linking: Vec<Linking>,
        key_weights: Option<Vec<f64>>,
    ) -> Result<Comparisons, Inapplicable> {
        columns::at_least(
            linking.len(),
            1,
            "no-linking-laboratory",
            "连接实验室",
            "linking laboratories",
        )?;
        columns::at_least(
            key.members(),
            1,
            "too-few-laboratories",
            "参与参考值的关键比对实验室",
            "laboratories in the reference value of the key comparison",
        )?;
        for link in &linking {
            let least = key.u[link.key].min(regional.u[link.regional]);
            if link.s_common.is_nan() || link.s_common < 0.0 || link.s_common >= least {
                return Err(common_part_too_large(
                    &key.lab[link.key],
                    link.s_common,
                    least,
                ));
            }
        }
        let given = key_weights.unwrap_or_else(|| key.u.iter().map(|u| (u * u).recip()).collect());
        let raw: Vec<f64> = given
            .iter()
            .zip(&key.in_reference)
            .map(|(w, inside)| if *inside { *w } else { 0.0 })
            .collect();
        let total = sum(raw.iter().copied());
        let (n, m) = (key.len(), regional.len());
        let mut covariance = DMatrix::from_diagonal(&DVector::from_iterator(
            n + m,
            key.u.iter().chain(&regional.u).map(|u| u * u),
        ));
        for link in &linking {
            let shared = link.s_common * link.s_common;
            covariance[(link.key, n + link.regional)] = shared;
            covariance[(n + link.regional, link.key)] = shared;
        }
        if !total.is_normal() || covariance.iter().any(|v| !v.is_finite()) {
            return Err(columns::unsolvable(
                &crate::numeric::least_squares::Unsolvable::Malformed,
                "两个比对的结果",
                "the results of the two comparisons",
            ));
        }
        Ok(Comparisons {
            key_weights: raw.iter().map(|w| w / total).collect(),
            key,
            regional,
            linking,
            covariance,
        })
    }

    /// Takes the covariance `v` (row by row) of the regional results in the place of independent ones.
    pub(super) fn correlate_regional(&mut self, v: &[Vec<f64>]) {
        let n = self.key.len();
        for (i, row) in v.iter().enumerate() {
            for (j, covariance) in row.iter().enumerate() {
                self.covariance[(n + i, n + j)] = *covariance;
            }
        }
    }

    /// The key comparison reference value.
    pub fn reference(&self) -> Estimate {
        let row = DMatrix::from_fn(1, self.size(), |_, j| {
            if j < self.key.len() {
                self.key_weights[j]
            } else {
                0.0
            }
        });
        let offset = self.key.value[0];
        let centred: Vec<f64> = self.key.value.iter().map(|v| v - offset).collect();
        Estimate {
            value: offset + dot(&self.key_weights, &centred),
            u: propagate(&row, &self.covariance)[(0, 0)].sqrt(),
        }
    }

    /// Degrees of equivalence of the key comparison and their standard uncertainties.
    pub fn key_equivalence(&self) -> (Vec<f64>, Vec<f64>) {
        let reference = self.reference().value;
        let gain = DMatrix::from_fn(self.key.len(), self.size(), |i, j| {
            self.key_coefficient(i, j)
        });
        (
            self.key.value.iter().map(|x| x - reference).collect(),
            standard_uncertainties(&propagate(&gain, &self.covariance)),
        )
    }

    /// Covariance of (y_L − D_L) between the linking laboratories.
    pub fn link_covariance(&self) -> DMatrix<f64> {
        propagate(&self.link_gain(), &self.covariance)
    }

    /// The link under `weights`.
    pub fn link(&self, weights: &LinkWeights) -> Result<Linked, Inapplicable> {
        let weights = self.weights(weights)?;
        let steps = self.steps();
        let offset = steps[0];
        let reference = offset + sum(weights.iter().zip(&steps).map(|(w, s)| w * (s - offset)));
        let to_reference = DMatrix::from_row_slice(1, weights.len(), &weights) * self.link_gain();
        let rows: Vec<usize> = (0..self.regional.len())
            .filter(|i| self.linking.iter().all(|l| l.regional != *i))
            .collect();
        let n = self.key.len();
        let gain = DMatrix::from_fn(rows.len(), self.size(), |i, j| {
            (if j == n + rows[i] { 1.0 } else { 0.0 }) - to_reference[(0, j)]
        });
        Ok(Linked {
            reference: Estimate {
                value: reference,
                u: propagate(&to_reference, &self.covariance)[(0, 0)].sqrt(),
            },
            d: rows
                .iter()
                .map(|i| self.regional.value[*i] - reference)
                .collect(),
            u_d: standard_uncertainties(&propagate(&gain, &self.covariance)),
            weights,
            rows,
            gain,
        })
    }

    /// D_i − D_j between row `i` of the linked laboratories and laboratory `j` of the key comparison; their common parts cancel.
    pub fn bilateral(&self, linked: &Linked, i: usize, j: usize) -> Estimate {
        let gain = DMatrix::from_fn(1, self.size(), |_, c| {
            linked.gain[(i, c)] - self.key_coefficient(j, c)
        });
        Estimate {
            value: linked.d[i] - (self.key.value[j] - self.reference().value),
            u: propagate(&gain, &self.covariance)[(0, 0)].max(0.0).sqrt(),
        }
    }

    /// Covariance of the degrees of equivalence of all regional laboratories: y − R, or that of the key comparison for those that link.
    pub(super) fn covariance_on_scale(&self, linked: &Linked) -> Vec<Vec<f64>> {
        let gain = DMatrix::from_fn(self.regional.len(), self.size(), |i, c| {
            match self.linking.iter().find(|l| l.regional == i) {
                Some(link) => self.key_coefficient(link.key, c),
                None => (linked.rows.iter())
                    .position(|row| *row == i)
                    .map_or(0.0, |row| linked.gain[(row, c)]),
            }
        });
        rows(&propagate(&gain, &self.covariance))
    }

    /// χ² of the differences y_L − D_L about their mean of least variance, and its degrees of freedom; none with one linking laboratory.
    pub(super) fn consistency(&self) -> Result<Option<(f64, f64)>, Inapplicable> {
        if self.linking.len() < 2 {
            return Ok(None);
        }
        let fit = self.mean_difference()?;
        Ok(Some((fit.chi_squared, fit.dof as f64)))
    }

    /// y_L − D_L of every linking laboratory.
    fn steps(&self) -> Vec<f64> {
        let (d_key, _) = self.key_equivalence();
        (self.linking.iter())
            .map(|l| self.regional.value[l.regional] - d_key[l.key])
            .collect()
    }

    /// The differences y_L − D_L, less the first one, brought to one value by generalised least squares.
    fn mean_difference(&self) -> Result<Fit, Inapplicable> {
        let steps = self.steps();
        let m = steps.len();
        let centred = DVector::from_iterator(m, steps.iter().map(|s| s - steps[0]));
        fit(
            &DMatrix::from_element(m, 1, 1.0),
            &centred,
            &self.link_covariance(),
        )
        .map_err(|e| columns::unsolvable(&e, "连接实验室差值", "the link differences"))
    }

    /// u(R) if y_L and D_L were independent and the D_L of different laboratories too: the mistake that the covariances avoid.
    pub fn naive_u(&self, linked: &Linked) -> f64 {
        let (_, u_d) = self.key_equivalence();
        let terms = linked
            .weights
            .iter()
            .zip(&self.linking)
            .map(|(w, l)| w * w * (self.regional.u[l.regional].powi(2) + u_d[l.key].powi(2)));
        sum(terms).sqrt()
    }

    fn size(&self) -> usize {
        self.key.len() + self.regional.len()
    }

    /// Coefficient of result `j` (x, then y) in D of laboratory `i` of the key comparison.
    fn key_coefficient(&self, i: usize, j: usize) -> f64 {
        let own = if i == j { 1.0 } else { 0.0 };
        if j < self.key.len() {
            own - self.key_weights[j]
        } else {
            0.0
        }
    }

    /// Coefficients of y_L − D_L in all results.
    fn link_gain(&self) -> DMatrix<f64> {
        let n = self.key.len();
        DMatrix::from_fn(self.linking.len(), self.size(), |i, j| {
            let link = &self.linking[i];
            (if j == n + link.regional { 1.0 } else { 0.0 }) - self.key_coefficient(link.key, j)
        })
    }

    fn weights(&self, kind: &LinkWeights) -> Result<Vec<f64>, Inapplicable> {
        let raw: Vec<f64> = match kind {
            LinkWeights::Equal => vec![1.0; self.linking.len()],
            LinkWeights::Transfer => self
                .linking
                .iter()
                .map(|l| {
                    let shared = l.s_common * l.s_common;
                    ((self.regional.u[l.regional].powi(2) - shared)
                        + (self.key.u[l.key].powi(2) - shared))
                        .recip()
                })
                .collect(),
            LinkWeights::MinimumVariance => self.mean_difference()?.gain.iter().copied().collect(),
        };
        let total = sum(raw.iter().copied());
        Ok(raw.iter().map(|w| w / total).collect())
    }
}

pub(super) fn common_part_too_large(lab: &str, found: f64, least: f64) -> Inapplicable {
    Inapplicable::new(
        "common-part-too-large",
        format!(
            "连接实验室 `{lab}` 两次结果的公共标准不确定度为 {found}，须不小于 0 且小于两次标准不确定度中较小者 {least}；请核对公共分量"
        ),
        format!(
            "linking laboratory `{lab}` states {found} as the standard uncertainty common to its two results; it must be at least 0 and less than the smaller of their standard uncertainties, {least}: check the common part"
        ),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn comparisons(s_common: f64) -> Comparisons {
        let key = Laboratories::new(&[1.0, 1.2, 0.9], &[0.1, 0.1, 0.1]).unwrap();
        let regional = Laboratories::new(&[5.0, 5.3], &[0.12, 0.2]).unwrap();
        Comparisons::new(
            key,
            regional,
            vec![Linking {
                key: 0,
                regional: 0,
                s_common,
            }],
            None,
        )
        .unwrap()
    }

    #[test]
    fn one_linking_laboratory_transfers_its_degree_of_equivalence() {
        let all = comparisons(0.05);
        for weights in [
            LinkWeights::Equal,
            LinkWeights::Transfer,
            LinkWeights::MinimumVariance,
        ] {
            let linked = all.link(&weights).unwrap();
            assert_eq!(linked.weights, [1.0]);
            let d_a = 1.0 - 3.1 / 3.0;
            assert!((linked.d[0] - (5.3 - (5.0 - d_a))).abs() < 1e-13);
            // u²(R) = u²(y) + u²(x)(1 − 1/3) − 2 s²(1 − 1/3).
            let u2 = 0.0144 + 0.02 / 3.0 - 2.0 * 0.0025 * 2.0 / 3.0;
            assert!((linked.reference.u.powi(2) - u2).abs() < 1e-15);
            assert!((linked.u_d[0].powi(2) - (u2 + 0.04)).abs() < 1e-15);
        }
    }

    #[test]
    fn a_bilateral_difference_through_the_link_does_not_hold_the_reference_value() {
        let all = comparisons(0.0);
        let linked = all.link(&LinkWeights::Equal).unwrap();
        // D_P − D_A = (y_P − y_A) because the reference value cancels: R = y_A − D_A.
        let pair = all.bilateral(&linked, 0, 0);
        assert!((pair.value - 0.3).abs() < 1e-13);
        assert!((pair.u.powi(2) - (0.0144 + 0.04)).abs() < 1e-15);
    }

    #[test]
    fn a_common_part_larger_than_the_whole_is_refused() {
        let key = Laboratories::new(&[1.0, 1.2], &[0.1, 0.1]).unwrap();
        let linking = vec![Linking {
            key: 0,
            regional: 0,
            s_common: 0.1,
        }];
        assert_eq!(
            Comparisons::new(key.clone(), key, linking, None)
                .unwrap_err()
                .kind,
            "common-part-too-large"
        );
    }

    #[test]
    fn minimum_variance_is_not_above_any_other_weighting() {
        let key = Laboratories::new(&[1.0, 1.2, 0.9], &[0.1, 0.3, 0.1]).unwrap();
        let regional = Laboratories::new(&[5.0, 5.3, 5.1], &[0.12, 0.4, 0.2]).unwrap();
        let linking = vec![
            Linking {
                key: 0,
                regional: 0,
                s_common: 0.09,
            },
            Linking {
                key: 1,
                regional: 1,
                s_common: 0.1,
            },
        ];
        let all = Comparisons::new(key, regional, linking, None).unwrap();
        let least = all.link(&LinkWeights::MinimumVariance).unwrap().reference.u;
        assert!(least <= all.link(&LinkWeights::Equal).unwrap().reference.u);
        assert!(least <= all.link(&LinkWeights::Transfer).unwrap().reference.u);
    }
}
