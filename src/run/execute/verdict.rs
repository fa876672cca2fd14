//! The verdict of every laboratory at a point.

use super::super::outcome::LaboratoryResult;
use super::super::verdicts;
use super::PointRun;
use crate::condition::{Domain, Facts};
use crate::plan::{Plan, Step};

impl PointRun {
    pub(super) fn judge(&mut self, plan: &Plan, step: &Step) {
        let u_ref = self.outcome.reference.as_ref().map_or(f64::NAN, |r| r.u);
        for result in &mut self.outcome.results {
            if result.equivalence.is_none() {
                continue;
            }
            let facts = PointFacts {
                result,
                u_ref,
                factor: self.factor,
            };
            let rule = verdicts::first(&plan.content.rules.point, &facts);
            if let Some(rule) = rule {
                result.verdict = Some(rule.verdict.clone());
                result.verdict_step = step.id.clone();
                result.verdict_clause = Some(rule.clause.clone());
            }
        }
    }
}

struct PointFacts<'a> {
    result: &'a LaboratoryResult,
    u_ref: f64,
    factor: f64,
}

impl Facts for PointFacts<'_> {
    fn variable(&self, name: &str) -> Option<f64> {
        if let Some(score) = self.result.scores.get(name) {
            return Some(score.value);
        }
        let equivalence = self.result.equivalence.as_ref()?;
        let own = match name {
            "D" => equivalence.d,
            "U_D" => equivalence.expanded,
            "u" => self.result.u,
            "U" => 2.0 * self.result.u,
            "u_ref" => self.u_ref,
            "U_ref" => 2.0 * self.u_ref,
            _ => return None,
        };
        Some(own * self.factor)
    }

    fn verdicts(&self, _domain: Domain) -> Vec<&str> {
        Vec::new()
    }
}
