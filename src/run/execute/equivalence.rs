//! Degrees of equivalence and the scores formed of them.

use super::super::outcome::{Bilateral, Equivalence, Score};
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
        let rule = named::rule(last(&method.path));
        let lone = self.pilot.filter(|_| last(&method.path) == "pilot-value");
        let v = self.covariance.as_deref();
        let ruled = equivalence::unilateral_under(&self.labs, consensus, rule, v)?;
        for row in 0..self.labs.len() {
            // The value that everyone is compared with has no deviation of its own.
            if Some(row) == lone {
                continue;
            }
            let u = if denominator == "independent" {
                self.u(row).hypot(consensus.u)
            } else {
                ruled.u[row]
            };
            self.outcome.results[row].equivalence = Some(self.deviation(step, ruled.d[row], u, k));
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
            self.outcome.bilateral = Some(Bilateral {
                step,
                laboratories: self.labs.lab.clone(),
                d: pairs.d,
                u: pairs.u,
            });
        }
        Ok(())
    }

    /// A difference with its uncertainty, that of the transfer standard included.
    fn deviation(&self, step: &Step, d: f64, u: f64, k: f64) -> Equivalence {
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

    pub(super) fn score(
        &mut self,
        step: &Step,
        score: &str,
        k: f64,
        denominator: &str,
        sigma: Option<f64>,
    ) -> Result<(), Inapplicable> {
        let u_ref = self.outcome.reference.as_ref().map_or(f64::NAN, |r| r.u);
        for result in &mut self.outcome.results {
            let Some(equivalence) = &result.equivalence else {
                continue;
            };
            let (d, u) = (equivalence.d, equivalence.u);
            let sigma = || {
                sigma.ok_or_else(|| {
                    Inapplicable::new("no-sigma", "评分需要能力评定标准差；写 `标准差 …`", "the score needs the standard deviation for proficiency assessment; write `sigma …`")
                })
            };
            let value = match score {
                "En" => d / (k * u),
                "zeta" => d / u,
                "z" => d / sigma()?,
                _ => d / sigma()?.hypot(u_ref),
            };
            let entry = Score {
                step: step.id.clone(),
                value,
                denominator: denominator.to_owned(),
                clause: step.clause.clone(),
            };
            result.scores.insert(score.to_owned(), entry);
        }
        Ok(())
    }
}
