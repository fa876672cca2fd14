//! Verdict rules and consequences.

use super::conditions::Offered;
use super::{Resolver, nouns};
use crate::model::Acceptance;
use crate::model::rules::{Consequence, Exception, Measure, MeasureKind, VerdictRule};
use crate::schema::{Entry, Value};
use crate::values::unit::Dimension;

impl Resolver<'_> {
    pub(super) fn acceptance(
        &mut self,
        entry: &Entry,
        scores: &[&str],
        measured: Dimension,
    ) -> Acceptance {
        let mut acceptance = Acceptance {
            point: Vec::new(),
            laboratory: Vec::new(),
            point_at: None,
            laboratory_at: None,
            complete: true,
            at: entry.head,
        };
        let offered_at_point = point_names(scores, measured);
        let of = |what: &str| {
            entry
                .children("each")
                .find(|e| e.name("judged") == Some(what))
        };
        if let Some(each) = of("point") {
            acceptance.point_at = Some(each.head);
            let (rules, complete) = self.rules(each, &offered_at_point, &[]);
            acceptance.point = rules;
            acceptance.complete &= complete;
        }
        if let Some(each) = of("laboratory") {
            // A verdict whose condition was refused is a verdict all the same.
            let rules = of("point").map_or(&[][..], |each| &each.body);
            let verdicts: Vec<String> = (rules.iter())
                .filter_map(|rule| rule.name("verdict").map(str::to_owned))
                .collect();
            let offered =
                Offered::from([("points", Dimension::ONE), ("artefacts", Dimension::ONE)]);
            acceptance.laboratory_at = Some(each.head);
            let (rules, complete) = self.rules(each, &offered, &verdicts);
            acceptance.laboratory = rules;
            acceptance.complete &= complete;
        }
        acceptance
    }

    /// The rules of a block, and whether all of them could be read.
    fn rules(
        &mut self,
        each: &Entry,
        offered: &Offered,
        verdicts: &[String],
    ) -> (Vec<VerdictRule>, bool) {
        let mut rules = Vec::new();
        let mut complete = each.is_whole();
        for rule in each.body.iter().filter(|e| !e.poisoned) {
            let Some(verdict) = rule.name("verdict") else {
                continue;
            };
            let when = match rule.one("condition").map(|a| &a.value) {
                Some(Value::Condition(expression)) => {
                    match self.condition(expression, offered, verdicts) {
                        Some(condition) => Some(condition),
                        // A rule whose condition was refused is not a rule that always holds.
                        None => {
                            complete = false;
                            continue;
                        }
                    }
                }
                _ => None,
            };
            let label = rule.text("label").cloned();
            rules.push(VerdictRule {
                verdict: verdict.to_owned(),
                when,
                exception: label.map(|label| Exception {
                    label,
                    basis: rule.text("basis").cloned(),
                }),
                at: rule.span,
            });
        }
        let labels = each.children("exception").filter_map(|e| {
            let label = e.text("label")?;
            let name = if label.en.is_empty() {
                &label.zh
            } else {
                &label.en
            };
            Some((name.as_str(), Self::at(e, "label")))
        });
        self.unique(&nouns::exception(), labels);
        (rules, complete)
    }

    pub(super) fn consequences(&mut self, entry: &Entry) -> Vec<Consequence> {
        entry
            .children("on")
            .map(|on| Consequence {
                on: Self::spanned_list(on, "events")
                    .into_iter()
                    .map(|name| (name.value, name.span))
                    .collect(),
                measures: on.body.iter().filter_map(|e| self.measure(e)).collect(),
                at: on.span,
            })
            .collect()
    }

    fn measure(&mut self, entry: &Entry) -> Option<Measure> {
        let name = |slot: &str| entry.name(slot).unwrap_or_default().to_owned();
        let kind = match entry.word() {
            "rectify" => MeasureKind::Rectify {
                within: self.period(entry, "time")?,
                evidence: entry.text("evidence").cloned(),
            },
            "suspend" => MeasureKind::Suspend {
                what: name("what"),
                until: entry.name("state").map(str::to_owned),
            },
            "retest" => {
                let within = self.period(entry, "time")?;
                let outcomes = entry
                    .body
                    .iter()
                    .filter_map(|outcome| {
                        let verdict = outcome.name("verdict")?.to_owned();
                        let Some(Value::Step(step)) = outcome.one("step").map(|a| &a.value) else {
                            return None;
                        };
                        Some((verdict, Box::new(self.measure(&step.0)?)))
                    })
                    .collect();
                MeasureKind::Retest { within, outcomes }
            }
            "refer" => MeasureKind::Refer(name("to")),
            "lift" => MeasureKind::Lift(name("what")),
            "void" => MeasureKind::Void(name("what")),
            "record" => MeasureKind::Record(name("what")),
            "notify" => MeasureKind::Notify {
                whom: name("to"),
                within: self.period(entry, "time"),
            },
            _ => MeasureKind::Nothing,
        };
        Some(Measure {
            kind,
            basis: entry.text("basis").cloned(),
            at: entry.span,
        })
    }
}

/// What a rule for a point may speak of.
fn point_names(scores: &[&str], measured: Dimension) -> Offered {
    let mut offered = Offered::from([
        ("D", measured),
        ("U", measured),
        ("u", measured),
        ("U_ref", measured),
        ("u_ref", measured),
        ("U_D", measured),
    ]);
    for score in scores {
        for name in ["En", "z", "zeta", "z-prime", "p_joint"] {
            if *score == name {
                offered.insert(name, Dimension::ONE);
            }
        }
    }
    offered
}
