//! Degrees of equivalence and the scores formed of them.

use super::super::outcome::{Bilateral, Equivalence};
use super::reference::Formed;
use super::{PointRun, last};
use crate::evaluate::equivalence;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::{Basis, named};
use crate::plan::Step;

impl PointRun {
    pub(super) fn equivalence(
        &mut self,
        step: &Step,
        kinds: &[String],
        k: f64,
        denominator: &str,
    ) -> Result<(), Inapplicable> {
        let Some(Formed { consensus, method }) = &self.formed else {
            return Ok(());
        };
        if !self.labs.has_uncertainties() {
            let d = self.labs.value.iter().map(|x| consensus.difference(*x));
            for (result, d) in self.outcome.results.iter_mut().zip(d) {
                result.deviation = Some(d);
            }
            return Ok(());
        }
        let rule = named::rule(last(&method.path));
        let lone = self.pilot.filter(|_| last(&method.path) == "pilot-value");
        let v = self.covariance.as_deref();
        let ruled = equivalence::unilateral_under(&self.labs, consensus, rule, v)?;
        for row in 0..self.labs.len() {
            // The value that everyone is compared with has no deviation of its own.
            if Some(row) == lone {
                continue;
            }
            let u = self.by_form(row, denominator, ruled.u[row], consensus.u);
            self.outcome.results[row].equivalence = Some(self.deviation(step, ruled.d[row], u, k));
        }
        self.u_ruled = ruled.u;
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
            self.outcome.bilateral = Some(Bilateral {
                step,
                laboratories: self.labs.lab.clone(),
                d: pairs.d,
                u: pairs.u,
            });
        }
        Ok(())
    }

    /// Standard uncertainty of a deviation in the form that a score names, what the transfer standard adds included.
    pub(super) fn u_of_deviation(&self, row: usize, form: &str) -> f64 {
        if let Some(linked) = &self.outcome.results[row].linked {
            return linked.u;
        }
        let u_ref = self.formed.as_ref().map_or(f64::NAN, |f| f.consensus.u);
        let ruled = self.u_ruled.get(row).copied().unwrap_or(f64::NAN);
        self.by_form(row, form, ruled, u_ref).hypot(self.u_standard)
    }

    /// u(D) as the reference value implies it, or as if result and reference value were independent.
    fn by_form(&self, row: usize, form: &str, ruled: f64, u_ref: f64) -> f64 {
        match form {
            "independent" | "as-reported" => self.u(row).hypot(u_ref),
            _ => ruled,
        }
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
