//! The verdict of every laboratory at a point.

use super::super::outcome::{Failure, LaboratoryResult};
use super::super::verdicts;
use super::PointRun;
use crate::condition::{Domain, Facts};
use crate::plan::{Plan, Rule, Step};
use crate::text::{Lang, Text};

impl PointRun {
    pub(super) fn judge(&mut self, plan: &Plan, step: &Step) {
        let u_ref = self.outcome.u_reference();
        for result in &mut self.outcome.results {
            if result.difference().is_none() {
                continue;
            }
            let facts = PointFacts {
                result,
                u_ref,
                factor: self.factor,
            };
            match verdicts::decide(&plan.content.rules.point, &facts) {
                Ok(Some(decision)) => {
                    result.verdict = Some(decision.rule.verdict.clone());
                    result.verdict_step = step.id.clone();
                    result.verdict_clause = Some(decision.rule.clause.clone());
                    result.exception = decision.exception;
                }
                Ok(None) => {}
                Err(exceptions) => self.outcome.failures.push(Failure {
                    step: step.id.clone(),
                    kind: "exceptions".to_owned(),
                    reason: together(&result.laboratory, &exceptions),
                }),
            }
        }
    }
}

/// Why nothing was decided where several exceptions apply.
fn together(laboratory: &str, exceptions: &[&Rule]) -> Text {
    let labels = |lang: Lang, mark: &str| {
        let labels = exceptions.iter().filter_map(|r| r.exception.as_ref());
        let quoted: Vec<String> = labels.map(|e| format!("`{}`", e.label.get(lang))).collect();
        quoted.join(mark)
    };
    Text::new(
        format!(
            "实验室 {laboratory} 同时适用例外 {}，未作评定",
            labels(Lang::Zh, "、")
        ),
        format!(
            "exceptions {} both apply to laboratory {laboratory}, which was not judged",
            labels(Lang::En, " and ")
        ),
    )
}

struct PointFacts<'a> {
    result: &'a LaboratoryResult,
    u_ref: f64,
    factor: f64,
}

impl Facts for PointFacts<'_> {
    fn variable(&self, name: &str) -> Option<f64> {
        if let Some(score) = self.result.score(name) {
            return Some(score.value);
        }
        let judged = self.result.judged();
        let own = match name {
            "D" => self.result.difference()?,
            "U_D" => judged?.expanded,
            "u" => self.result.u?,
            "U" => 2.0 * self.result.u?,
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
