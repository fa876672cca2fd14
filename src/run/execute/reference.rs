//! The reference value of a point, its consistency test, and the covariance of the results that go into it.

use super::super::outcome::{Consistency, Reference};
use super::{PointRun, last};
use crate::evaluate::consistency::chi_squared;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::{Consensus, named};
use crate::numeric::sum::sum;
use crate::plan::{Certified, Method, Step};
use crate::text::Text;

/// What a step of kind `reference` orders.
pub(super) struct Order<'a> {
    pub(super) method: &'a Method,
    pub(super) consistency: Option<&'a Method>,
    pub(super) otherwise: Option<&'a Method>,
    pub(super) certified: Option<&'a Certified>,
    pub(super) include: &'a [String],
}

impl PointRun {
    /// Correlations that the protocol declares, as a covariance matrix.
    pub(super) fn correlate(&mut self, correlations: &[(String, String, f64)]) {
        if correlations.is_empty() {
            return;
        }
        let n = self.labs.len();
        let mut v = self
            .covariance
            .take()
            .unwrap_or_else(|| self.own_variances());
        for (first, second, r) in correlations {
            let row = |id: &str| (0..n).find(|i| self.labs.lab[*i] == id);
            if let (Some(i), Some(j)) = (row(first), row(second)) {
                let covariance = r * self.labs.u[i] * self.labs.u[j];
                v[i][j] += covariance;
                v[j][i] += covariance;
            }
        }
        self.covariance = Some(v);
    }

    pub(super) fn own_variances(&self) -> Vec<Vec<f64>> {
        let n = self.labs.len();
        (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| {
                        if i == j {
                            self.labs.u[i] * self.labs.u[i]
                        } else {
                            0.0
                        }
                    })
                    .collect()
            })
            .collect()
    }

    pub(super) fn reference(&mut self, step: &Step, order: &Order) -> Result<(), Inapplicable> {
        let name = last(&order.method.path);
        let (mut consensus, mut method, mut ties) = match name {
            "certified-value" => (self.certified(order.certified)?, order.method, 0),
            "pilot-value" => (self.pilot_value()?, order.method, 0),
            _ => {
                let estimate = self.estimate(order.method)?;
                (estimate.consensus, order.method, estimate.ties)
            }
        };
        let given = matches!(name, "certified-value" | "pilot-value");
        let mut consistency = None;
        let mut took_over = false;
        if let Some(test) = order.consistency.filter(|_| !given) {
            let significance = test.parameters.get("significance").copied().unwrap_or(0.05);
            let result = chi_squared(&self.labs, &consensus, significance)?;
            consistency = Some(Consistency {
                observed: result.observed,
                dof: result.dof,
                p_right: result.p_right,
                significance,
                consistent: result.consistent,
            });
            if let Some(otherwise) = order.otherwise.filter(|_| !result.consistent) {
                let estimate = self.estimate(otherwise)?;
                (consensus, method, ties, took_over) =
                    (estimate.consensus, otherwise, estimate.ties, true);
            }
        }
        if !given {
            consensus.u = self.correlated_u(&consensus);
        }
        let u_results = consensus.u;
        let u_standard = if order.include.is_empty() {
            0.0
        } else {
            self.u_standard
        };
        for (row, result) in self.outcome.results.iter_mut().enumerate() {
            result.weight = consensus.weights.get(row).copied().unwrap_or(0.0);
            result.in_reference = if given {
                false
            } else if consensus.is_linear() {
                result.weight != 0.0
            } else {
                self.labs.in_reference[row]
            };
            if !result.in_reference && !given && self.labs.in_reference[row] {
                result.left_out.get_or_insert_with(|| {
                    Text::new("不属于最大一致子集", "not in the largest consistent subset")
                });
            }
        }
        self.outcome.reference = Some(Reference {
            step: step.id.clone(),
            value: consensus.value,
            u: u_results.hypot(u_standard),
            u_results,
            u_standard,
            method: method.path.clone(),
            consistency,
            took_over,
            ties,
            clause: step.clause.clone(),
        });
        self.consensus = Some(consensus);
        Ok(())
    }

    /// u(y) with what the results have in common: estimators take them as independent, so wᵀVw − Σ w_i² u_i² is still missing.
    fn correlated_u(&self, consensus: &Consensus) -> f64 {
        let Some(v) = self.covariance.as_ref().filter(|_| consensus.is_linear()) else {
            return consensus.u;
        };
        let w = &consensus.weights;
        let mut terms = vec![consensus.u * consensus.u];
        for (i, row) in v.iter().enumerate() {
            for (j, covariance) in row.iter().enumerate() {
                let own = if i == j {
                    self.labs.u[i] * self.labs.u[i]
                } else {
                    0.0
                };
                terms.push(w[i] * w[j] * (covariance - own));
            }
        }
        sum(terms).max(0.0).sqrt()
    }

    fn estimate(&self, method: &Method) -> Result<named::Estimate, Inapplicable> {
        named::estimate(
            last(&method.path),
            &method.parameters,
            &method.flags,
            &self.labs,
        )
        .unwrap_or_else(|| {
            Err(Inapplicable::new(
                "no-estimator",
                format!("方法 `{}` 不能给出参考值", method.path),
                format!("method `{}` gives no reference value", method.path),
            ))
        })
    }

    fn certified(&self, certified: Option<&Certified>) -> Result<Consensus, Inapplicable> {
        let certified = certified.ok_or_else(|| {
            Inapplicable::new(
                "no-certified-value",
                "规程没有给出该点的证书值",
                "the protocol gives no certified value for this point",
            )
        })?;
        Consensus::given(certified.value, certified.u, f64::INFINITY, self.labs.len())
    }

    fn pilot_value(&self) -> Result<Consensus, Inapplicable> {
        let pilot = self.pilot.ok_or_else(|| {
            Inapplicable::new(
                "no-pilot-value",
                "主导实验室没有提交该点的结果",
                "the pilot submitted no result at this point",
            )
        })?;
        let mut given = Consensus::given(
            self.labs.value[pilot],
            self.labs.u[pilot],
            self.labs.dof[pilot],
            self.labs.len(),
        )?;
        given.weights[pilot] = 1.0;
        Ok(given)
    }
}
