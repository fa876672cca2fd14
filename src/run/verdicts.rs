//! Verdicts out of scores, and verdicts on laboratories out of verdicts at points.

use super::outcome::{AppliedException, LaboratoryOutcome, PointOutcome};
use super::results::Results;
use crate::condition::{Domain, Facts};
use crate::plan::{Plan, Role, Rule, Step};

/// The rule that gives the verdict, and the exception it is, if it is one.
pub(super) struct Decision<'r> {
    pub rule: &'r Rule,
    pub exception: Option<AppliedException>,
}

/// Decides by the rules: the exception that holds, else the general rule whose condition holds, else the one for the rest. The compiler
/// has proved that there is one only.
///
/// # Errors
/// The exceptions that hold together, which the compiler excludes over the real numbers and rounding could still bring about.
pub(super) fn decide<'r>(
    rules: &'r [Rule],
    facts: &dyn Facts,
) -> Result<Option<Decision<'r>>, Vec<&'r Rule>> {
    let holds = |rule: &&Rule| {
        let when = rule.when.as_ref();
        when.is_some_and(|when| when.holds(facts) == Some(true))
    };
    let (exceptions, general): (Vec<&Rule>, Vec<&Rule>) =
        rules.iter().partition(|rule| rule.exception.is_some());
    // The rule for the rest is for what no condition covers, and not for what cannot be known because a score is missing.
    let known = |rule: &&Rule| {
        let when = rule.when.as_ref();
        when.is_none_or(|when| when.holds(facts).is_some())
    };
    let rest = || general.iter().copied().find(|rule| rule.when.is_none());
    let given = (general.iter().copied().find(holds))
        .or_else(|| rest().filter(|_| general.iter().all(known)));
    let applying: Vec<&Rule> = exceptions.into_iter().filter(holds).collect();
    match applying.as_slice() {
        [] => Ok(given.map(|rule| Decision {
            rule,
            exception: None,
        })),
        [rule] => Ok(Some(Decision {
            rule,
            exception: rule.exception.as_ref().map(|exception| AppliedException {
                label: exception.label.clone(),
                basis: exception.basis.clone(),
                instead_of: given.map(|g| g.verdict.clone()),
                general_clause: given.map(|g| g.clause.clone()),
            }),
        })),
        _ => Err(applying),
    }
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
                code: None,
                verdict: None,
                verdict_step: step.id.clone(),
                verdict_clause: None,
                exception: None,
                points: at,
                consequences: Vec::new(),
            };
            if results.absent.contains(&laboratory.id) {
                outcome.verdict =
                    (laboratory.role == Role::Participant).then(|| "absent".to_owned());
            } else if !outcome.points.is_empty() {
                let facts = LaboratoryFacts(&outcome.points);
                // Numbers of points are exact: what the compiler has proved of them cannot fail here.
                if let Ok(Some(decision)) = decide(&plan.content.rules.laboratory, &facts) {
                    outcome.verdict = Some(decision.rule.verdict.clone());
                    outcome.verdict_clause = Some(decision.rule.clause.clone());
                    outcome.exception = decision.exception;
                }
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
