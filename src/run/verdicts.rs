//! Verdicts out of scores, and verdicts on laboratories out of verdicts at points.

use super::outcome::{LaboratoryOutcome, PointOutcome};
use super::results::Results;
use crate::condition::{Domain, Facts};
use crate::plan::{Plan, Role, Rule, Step};

/// The rule that applies: the one whose condition holds, else the one for the rest. The compiler has proved that there is one only.
pub(super) fn first<'r>(rules: &'r [Rule], facts: &dyn Facts) -> Option<&'r Rule> {
    rules
        .iter()
        .find(|rule| {
            rule.when
                .as_ref()
                .is_some_and(|when| when.holds(facts) == Some(true))
        })
        .or_else(|| rules.iter().find(|rule| rule.when.is_none()))
}

/// The verdict on every laboratory of the plan; one that submitted nothing is `absent`.
pub(super) fn laboratories(
    plan: &Plan,
    step: &Step,
    points: &[&PointOutcome],
    results: &Results,
) -> Vec<LaboratoryOutcome> {
    plan.content
        .laboratories
        .iter()
        .map(|laboratory| {
            let at: Vec<(String, String)> = points
                .iter()
                .filter_map(|p| {
                    let verdict = p
                        .results
                        .iter()
                        .find(|r| r.laboratory == laboratory.id)?
                        .verdict
                        .clone()?;
                    Some((p.point.clone(), verdict))
                })
                .collect();
            let mut outcome = LaboratoryOutcome {
                laboratory: laboratory.id.clone(),
                title: laboratory.title.clone(),
                verdict: None,
                verdict_step: step.id.clone(),
                verdict_clause: None,
                points: at,
                consequences: Vec::new(),
            };
            if results.absent.contains(&laboratory.id) {
                outcome.verdict =
                    (laboratory.role == Role::Participant).then(|| "absent".to_owned());
            } else if !outcome.points.is_empty() {
                let rule = first(
                    &plan.content.rules.laboratory,
                    &LaboratoryFacts(&outcome.points),
                );
                outcome.verdict = rule.map(|r| r.verdict.clone());
                outcome.verdict_clause = rule.map(|r| r.clause.clone());
            }
            outcome
        })
        .collect()
}

struct LaboratoryFacts<'a>(&'a [(String, String)]);

impl Facts for LaboratoryFacts<'_> {
    fn variable(&self, _name: &str) -> Option<f64> {
        None
    }

    fn verdicts(&self, _domain: Domain) -> Vec<&str> {
        self.0.iter().map(|(_, verdict)| verdict.as_str()).collect()
    }
}
