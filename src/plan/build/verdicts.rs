//! The rules of the verdicts and what follows from them.

use std::collections::BTreeMap;

use super::super::{Exception, Measure, Order, Rule, Rules};
use super::Builder;
use crate::model::{self, rules::MeasureKind};
use crate::text::Lang;

impl Builder<'_> {
    pub(super) fn rules(&mut self) -> Rules {
        let acceptance = &self.protocol.acceptance;
        let mut list = |name: &str, rules: &[model::VerdictRule]| -> Vec<Rule> {
            let mut made: Vec<Rule> = rules
                .iter()
                .map(|rule| Rule {
                    verdict: rule.verdict.clone(),
                    when: rule.when.as_ref().map(|c| c.term.clone()),
                    exception: rule.exception.as_ref().map(|e| Exception {
                        label: e.label.clone(),
                        basis: e.basis.clone(),
                    }),
                    clause: self.clause(clause_of(name, rule), rule.at),
                })
                .collect();
            // Rules exclude one another, and so do exceptions: their order means nothing. The rule for the rest stands last of the rules.
            made.sort_by(|a, b| {
                let key = |r: &Rule| (r.exception.clone(), r.when.is_none(), r.verdict.clone());
                key(a).cmp(&key(b))
            });
            made
        };
        Rules {
            point: list("point", &acceptance.point),
            laboratory: list("laboratory", &acceptance.laboratory),
        }
    }

    pub(super) fn consequences(&mut self) -> BTreeMap<String, Vec<Measure>> {
        let protocol = self.protocol;
        let mut found = BTreeMap::new();
        for (list, from_policy) in [
            (&protocol.sanctions, false),
            (&protocol.policy_sanctions, true),
        ] {
            for consequence in list {
                for (event, _) in &consequence.on {
                    if !found.contains_key(event) {
                        let measures = consequence.measures.iter().enumerate().map(|(i, m)| {
                            self.measure(m, from_policy, &format!("consequence.{event}.{i}"))
                        });
                        found.insert(event.clone(), measures.collect());
                    }
                }
            }
        }
        found
    }

    fn measure(&mut self, measure: &model::Measure, from_policy: bool, key: &str) -> Measure {
        let order = match &measure.kind {
            MeasureKind::Rectify { within, evidence } => Order::Rectify {
                within: within.duration,
                evidence: evidence.clone(),
            },
            MeasureKind::Suspend { what, until } => Order::Suspend {
                what: what.clone(),
                until: until.clone(),
            },
            MeasureKind::Retest { within, outcomes } => Order::Retest {
                within: within.duration,
                outcomes: outcomes
                    .iter()
                    .map(|(verdict, step)| {
                        (
                            verdict.clone(),
                            Box::new(self.measure(step, from_policy, &format!("{key}.{verdict}"))),
                        )
                    })
                    .collect(),
            },
            MeasureKind::Refer(to) => Order::Refer { to: to.clone() },
            MeasureKind::Lift(what) => Order::Lift { what: what.clone() },
            MeasureKind::Void(what) => Order::Void { what: what.clone() },
            MeasureKind::Record(what) => Order::Record { what: what.clone() },
            MeasureKind::Notify { whom, within } => Order::Notify {
                whom: whom.clone(),
                within: within.as_ref().map(|p| p.duration),
            },
            MeasureKind::Nothing => Order::Nothing,
        };
        Measure {
            order,
            basis: measure.basis.clone(),
            from_policy,
            clause: self.clause(key, measure.at),
        }
    }
}

/// The key of the clause of a rule.
fn clause_of(name: &str, rule: &model::VerdictRule) -> String {
    match &rule.exception {
        None => format!("rule.{name}.{}", rule.verdict),
        Some(exception) => format!("exception.{name}.{}", exception.label.get(Lang::En)),
    }
}
