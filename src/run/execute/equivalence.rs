//! Degrees of equivalence and the scores formed of them.

use super::super::outcome::{Bilateral, Equivalence};
use super::reference::Formed;
use super::{PointRun, last};
use crate::evaluate::equivalence::{self, Dependence, Rule};
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::Basis;
use crate::plan::Step;

/// u²(D) of every result at a point, as far as each way of forming it exists.
#[derive(Default)]
pub(super) struct Variances {
    /// With the covariance of result and reference value, as the method has it.
    ruled: Option<Vec<f64>>,
    /// The stated uncertainties through the weights.
    propagated: Option<Vec<f64>>,
}

impl PointRun {
    pub(super) fn equivalence(
        &mut self,
        step: &Step,
        kinds: &[String],
        k: f64,
        denominator: &str,
    ) -> Result<(), Inapplicable> {
        let Some(Formed {
            consensus,
            method,
            variances,
        }) = &self.formed
        else {
            return Ok(());
        };
        if !self.labs.has_uncertainties() {
            let d = self.labs.value.iter().map(|x| consensus.difference(*x));
            for (result, d) in self.outcome.results.iter_mut().zip(d) {
                result.deviation = Some(d);
            }
            return Ok(());
        }
        let lone = self.pilot.filter(|_| last(&method.path) == "pilot-value");
        let v = self.covariance.as_deref();
        let d = equivalence::differences(&self.labs, consensus);
        self.variances = match variances {
            Some(joint) => Variances {
                ruled: Some(joint.clone()),
                propagated: Some(joint.clone()),
            },
            None => Variances {
                ruled: (method.dependence.and_then(Dependence::rule))
                    .map(|rule| equivalence::variances(&self.labs, consensus, rule, v)),
                propagated: (consensus.is_linear() || consensus.basis == Basis::Given)
                    .then(|| equivalence::variances(&self.labs, consensus, Rule::Stated, v)),
            },
        };
        let mut refusals = Vec::new();
        for (row, d) in d.into_iter().enumerate() {
            // The value that everyone is compared with has no deviation of its own.
            if Some(row) == lone {
                continue;
            }
            match self.u_by_form(row, denominator) {
                Ok(Some(u)) => {
                    self.outcome.results[row].equivalence = Some(self.deviation(step, d, u, k));
                }
                Ok(None) => self.outcome.results[row].deviation = Some(d),
                Err(refusal) => {
                    self.outcome.results[row].deviation = Some(d);
                    refusals.push(refusal);
                }
            }
        }
        if kinds.iter().any(|kind| kind == "leave-one-out") && consensus.basis != Basis::Given {
            let others = equivalence::leave_one_out(&self.labs, v, |labs| {
                self.estimate(method, labs).map(|found| found.consensus)
            })?;
            for row in 0..self.labs.len() {
                self.outcome.results[row].leave_one_out =
                    Some(self.deviation(step, others.d[row], others.u[row], k));
            }
        }
        if kinds.iter().any(|kind| kind == "bilateral") {
            let pairs = equivalence::bilateral(&self.labs, self.covariance.as_deref());
            let step = step.id.clone();
            let u_standard = self.u_between();
            let u = (pairs.u.into_iter().enumerate()).map(|(i, row)| {
                let own = row.into_iter().enumerate();
                own.map(|(j, u)| if i == j { u } else { u.hypot(u_standard) })
                    .collect()
            });
            self.outcome.bilateral = Some(Bilateral {
                step,
                laboratories: self.labs.lab.clone(),
                d: pairs.d,
                u: u.collect(),
            });
        }
        for refusal in refusals {
            self.fail(step, refusal);
        }
        Ok(())
    }

    /// Standard uncertainty of a deviation in the form that a score names, what the transfer standard adds included; none where it cannot be
    /// formed.
    pub(super) fn u_of_deviation(&self, row: usize, form: &str) -> Option<f64> {
        if let Some(linked) = &self.outcome.results[row].linked {
            return Some(linked.u);
        }
        let own = self.u_by_form(row, form).ok().flatten()?;
        Some(own.hypot(self.u_standard))
    }

    /// u(D) of a result by the form of a denominator; none where the covariance of results and reference value is not known.
    ///
    /// # Errors
    /// `negative-variance`: no variance can be what comes out.
    fn u_by_form(&self, row: usize, form: &str) -> Result<Option<f64>, Inapplicable> {
        let variances = match form {
            "independent" | "as-reported" => {
                let u_ref = self.formed.as_ref().map_or(f64::NAN, |f| f.consensus.u);
                return Ok(Some(self.u(row).hypot(u_ref)));
            }
            "propagated" => &self.variances.propagated,
            _ => &self.variances.ruled,
        };
        let variance = variances.as_ref().and_then(|all| all.get(row));
        variance
            .map(|variance| equivalence::root(&self.labs.lab[row], *variance))
            .transpose()
    }

    /// What the transfer standard adds to the difference of two results: each was obtained on it as it then was, so its part enters twice.
    pub(super) fn u_between(&self) -> f64 {
        std::f64::consts::SQRT_2 * self.u_standard
    }

    /// A difference with its uncertainty, that of the transfer standard included.
    pub(super) fn deviation(&self, step: &Step, d: f64, u: f64, k: f64) -> Equivalence {
        let u = u.hypot(self.u_standard);
        Equivalence {
            step: step.id.clone(),
            d,
            u,
            k,
            expanded: k * u,
            clause: step.clause.clone(),
        }
    }

    /// Standard uncertainty of a result, what the correction for drift adds included.
    fn u(&self, row: usize) -> f64 {
        match &self.covariance {
            Some(v) => v[row][row].sqrt(),
            None => self.labs.u[row],
        }
    }
}
