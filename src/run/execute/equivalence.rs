//! Degrees of equivalence and the scores formed of them.

use super::super::outcome::{Bilateral, Equivalence, Score};
use super::{PointRun, last};
use crate::evaluate::equivalence;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::named;
use crate::plan::Step;

impl PointRun {
    pub(super) fn equivalence(
        &mut self,
        step: &Step,
        kinds: &[String],
        k: f64,
        denominator: &str,
    ) -> Result<(), Inapplicable> {
        let Some(consensus) = &self.consensus else {
            return Ok(());
        };
        let method = self
            .outcome
            .reference
            .as_ref()
            .map_or("", |r| last(&r.method));
        let plain = equivalence::unilateral(&self.labs, consensus, named::rule(method))?;
        let correlated = self.covariance.as_ref().filter(|_| consensus.is_linear());
        for row in 0..self.labs.len() {
            // The value that everyone is compared with has no deviation of its own.
            if self
                .outcome
                .reference
                .as_ref()
                .is_some_and(|r| last(&r.method) == "pilot-value")
                && Some(row) == self.pilot
            {
                continue;
            }
            let u = match (denominator, correlated) {
                ("independent", _) => self.labs.u[row].hypot(consensus.u),
                (_, Some(v)) => equivalence::covariance(&self.labs, &consensus.weights, Some(v))
                    [row][row]
                    .max(0.0)
                    .sqrt(),
                (_, None) => plain.u[row],
            };
            let u = u.hypot(self.u_standard);
            self.outcome.results[row].equivalence = Some(Equivalence {
                step: step.id.clone(),
                d: plain.d[row],
                u,
                k,
                expanded: k * u,
                clause: step.clause.clone(),
            });
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
