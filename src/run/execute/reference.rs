//! The reference value of a point, its consistency test, and the covariance of the results that go into it.

use super::super::outcome::{Consistency, Reference};
use super::{PointRun, last};
use crate::evaluate::consistency::{chi_squared, chi_squared_correlated};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::{Basis, Consensus, named};
use crate::plan::{Certified, Method, Step};
use crate::text::Text;

/// What a step of kind `reference` orders.
pub(super) struct Order<'a> {
    pub(super) method: &'a Method,
    pub(super) consistency: Option<&'a Method>,
    pub(super) otherwise: Option<&'a Method>,
    pub(super) certified: Option<&'a Certified>,
}

/// The reference value with the method that gave it.
pub(super) struct Formed {
    pub consensus: Consensus,
    pub method: Method,
    /// u²(D) of every row where reference values of several points were determined together: it does not follow from the weights here alone.
    pub variances: Option<Vec<f64>>,
}

/// A reference value and how it was come by.
pub(super) struct Determined<'a> {
    pub(super) method: &'a Method,
    pub(super) estimate: named::Estimate,
    pub(super) consistency: Option<Consistency>,
    pub(super) took_over: bool,
    /// As in [`Formed`].
    pub(super) variances: Option<Vec<f64>>,
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
        let mut method = order.method;
        let mut estimate = self.by_method(method, order)?;
        let mut consistency = None;
        let mut took_over = false;
        if let Some(test) = order.consistency.filter(|_| !is_given(method)) {
            let significance = test.parameters.get("significance").copied().unwrap_or(0.05);
            let y = &estimate.consensus;
            let result = match &self.covariance {
                Some(v) => chi_squared_correlated(&self.labs, y, v, significance)?,
                None => chi_squared(&self.labs, y, significance)?,
            };
            consistency = Some(Consistency {
                observed: result.observed,
                dof: result.dof,
                p_right: result.p_right,
                significance,
                consistent: result.consistent,
            });
            if let Some(otherwise) = order.otherwise.filter(|_| !result.consistent) {
                estimate = self.by_method(otherwise, order)?;
                (method, took_over) = (otherwise, true);
            }
        }
        self.give(
            step,
            Determined {
                method,
                estimate,
                consistency,
                took_over,
                variances: None,
            },
        );
        Ok(())
    }

    /// Puts a reference value to the point, with the part that each result has in it.
    pub(super) fn give(&mut self, step: &Step, determined: Determined) {
        let Determined {
            method,
            estimate,
            consistency,
            took_over,
            variances,
        } = determined;
        let given = is_given(method);
        let named::Estimate { consensus, ties, s } = estimate;
        let u_results = consensus.u;
        let u_standard = self.u_in_reference();
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
            contributions: self.contributions.clone(),
            method: method.path.clone(),
            from_scatter: consensus.basis == Basis::Dispersion,
            consistency,
            took_over,
            ties,
            s,
            clause: step.clause.clone(),
        });
        self.formed = Some(Formed {
            consensus,
            method: method.clone(),
            variances,
        });
    }

    /// The reference value by a method: from outside, from the pilot, or from the members.
    fn by_method(&self, method: &Method, order: &Order) -> Result<named::Estimate, Inapplicable> {
        match last(&method.path) {
            "certified-value" => self.certified(order.certified).map(Into::into),
            "pilot-value" => self.pilot_value().map(Into::into),
            _ => self.estimate(method, &self.labs),
        }
    }

    /// The reference value of the members by a method of the library, correlations included where there are any.
    pub(super) fn estimate(
        &self,
        method: &Method,
        labs: &Laboratories,
    ) -> Result<named::Estimate, Inapplicable> {
        named::estimate(
            last(&method.path),
            &method.parameters,
            &method.flags,
            labs,
            self.covariance.as_deref(),
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
                "方案没有给出该点的证书值",
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

/// Whether a method takes the reference value from one source instead of the results together.
fn is_given(method: &Method) -> bool {
    matches!(last(&method.path), "certified-value" | "pilot-value")
}
