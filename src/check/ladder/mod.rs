//! The sanction ladders: every verdict and every event has its consequence, every consequence ends, and what is suspended can be lifted.

pub mod machine;
pub mod outline;
pub mod picture;
mod suspension;
#[cfg(test)]
mod tests;
pub mod words;

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::model::Protocol;
use crate::model::rules::{Consequence, Measure, MeasureKind};
use crate::source::Span;
use crate::text::Text;
use words::verdict;

/// Events that can happen whatever the rules are.
const EVENTS: [&str; 6] = [
    "absent",
    "late",
    "damaged",
    "withdrawn",
    "collusion",
    "false-data",
];
/// Verdicts after which nothing needs to be done.
const GOOD: [&str; 3] = ["satisfactory", "acceptable", "conforming"];

/// A ladder that applies, and where to point when it does not hold together.
struct Applied<'a> {
    consequence: &'a Consequence,
    /// The rule of the protocol whose verdict the policy answers; none when the protocol itself answers.
    through: Option<Span>,
}

/// Reports what is unanswered, answered twice, answered though it cannot happen, or without an end.
pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let produced: BTreeMap<&str, Span> = (protocol.acceptance.laboratory.iter())
        .map(|rule| (rule.verdict.as_str(), rule.at))
        .collect();
    if !protocol.policy_lost {
        unanswered(protocol, &produced, diagnostics);
    }
    answered_twice(protocol, diagnostics);
    let ladders = applied(protocol, &produced);
    for ladder in &ladders {
        suspension::lift_of_nothing(ladder, diagnostics);
    }
    // Rules that could not be read may give verdicts that are not known here.
    if !protocol.acceptance.complete || produced.is_empty() {
        return;
    }
    never_produced(protocol, &produced, diagnostics);
    for ladder in &ladders {
        outcomes_of_retests(ladder, &produced, diagnostics);
        suspension::check(ladder, &produced, diagnostics);
    }
}

/// The consequences that apply: the protocol's own, and the policy's for events which can happen and which the protocol does not answer.
pub fn in_effect(protocol: &Protocol) -> Vec<Consequence> {
    let own = names(&protocol.sanctions);
    let can_happen = |event: &str| {
        EVENTS.contains(&event)
            || protocol
                .acceptance
                .laboratory
                .iter()
                .any(|r| r.verdict == event)
    };
    let policy = (protocol.policy_sanctions.iter()).filter_map(|consequence| {
        let mut left = consequence.clone();
        left.on
            .retain(|(event, _)| !own.contains(event.as_str()) && can_happen(event));
        (!left.on.is_empty()).then_some(left)
    });
    protocol.sanctions.iter().cloned().chain(policy).collect()
}

fn applied<'a>(protocol: &'a Protocol, produced: &BTreeMap<&str, Span>) -> Vec<Applied<'a>> {
    let own = names(&protocol.sanctions);
    let from_policy = (protocol.policy_sanctions.iter()).filter_map(|consequence| {
        let through = (consequence.on.iter())
            .filter(|(event, _)| !own.contains(event.as_str()))
            .find_map(|(event, _)| produced.get(event.as_str()).copied())?;
        Some(Applied {
            consequence,
            through: Some(through),
        })
    });
    let of_protocol = protocol.sanctions.iter().map(|consequence| Applied {
        consequence,
        through: None,
    });
    of_protocol.chain(from_policy).collect()
}

fn names(consequences: &[Consequence]) -> BTreeSet<&str> {
    (consequences.iter())
        .flat_map(|c| c.on.iter().map(|(event, _)| event.as_str()))
        .collect()
}

impl Applied<'_> {
    /// A finding at the measure, or at the rule through which the policy's measure applies.
    fn finding(&self, code: Code, at: Span, message: Text, help: Text) -> Diagnostic {
        match self.through {
            None => Diagnostic::new(code, at, message).with_help(help),
            Some(rule) => Diagnostic::new(code, rule, message)
                .labelled(Text::new(
                    "该结论按所选制度处理",
                    "the policy answers this verdict",
                ))
                .with_label(at, Text::new("制度的规定", "what the policy orders"))
                .with_help(Text::new(
                    "在 `处理措施` 中自行规定该结论的处理",
                    "write what follows from this verdict in `sanctions` of the protocol",
                )),
        }
    }
}

fn unanswered(
    protocol: &Protocol,
    produced: &BTreeMap<&str, Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let mut answered = names(&protocol.sanctions);
    answered.extend(names(&protocol.policy_sanctions));
    let verdicts = (produced.iter()).filter(|(v, _)| !GOOD.contains(v) && !answered.contains(*v));
    for (name, at) in verdicts {
        let name = verdict(name);
        diagnostics.push(
            Diagnostic::new(
                Code::NoConsequence,
                *at,
                Text::new(
                    format!("结论 `{}` 没有后续处理", name.zh),
                    format!("nothing follows from the verdict `{}`", name.en),
                ),
            )
            .with_help(Text::new(
                format!("在 `处理措施` 中写 `对于 {} {{ … }}`；不作处理则写 `无须处理`", name.zh),
                format!("write `on {} {{ … }}` in `sanctions`; `nothing` says that nothing is to follow", name.en),
            )),
        );
    }
    for event in EVENTS.iter().filter(|e| !answered.contains(*e)) {
        let name = verdict(event);
        diagnostics.push(
            Diagnostic::new(
                Code::NoConsequence,
                protocol.sanctions.first().map_or(protocol.span, |c| c.at),
                Text::new(
                    format!("事件 `{}` 没有后续处理", name.zh),
                    format!("nothing follows from the event `{}`", name.en),
                ),
            )
            .with_help(Text::new(
                format!(
                    "在 `处理措施` 中写 `对于 {} {{ … }}`，或选用规定了它的制度",
                    name.zh
                ),
                format!(
                    "write `on {} {{ … }}` in `sanctions`, or follow a policy that answers it",
                    name.en
                ),
            )),
        );
    }
}

fn answered_twice(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let mut first: BTreeMap<&str, Span> = BTreeMap::new();
    for (event, at) in protocol.sanctions.iter().flat_map(|c| &c.on) {
        let name = verdict(event);
        match first.get(event.as_str()) {
            None => {
                first.insert(event, *at);
            }
            Some(before) => diagnostics.push(
                Diagnostic::new(
                    Code::AnsweredTwice,
                    *at,
                    Text::new(
                        format!("`{}` 的处理写了两次", name.zh),
                        format!("`{}` is answered twice", name.en),
                    ),
                )
                .with_label(
                    *before,
                    Text::new("第一次在这里", "the first answer stands here"),
                )
                .with_help(Text::new(
                    "把两处措施合并为一处",
                    "put the measures of both together",
                )),
            ),
        }
    }
}

/// The measures of a consequence and the steps of their outcomes.
fn all_measures(consequence: &Consequence) -> Vec<&Measure> {
    fn with_steps<'a>(measure: &'a Measure, found: &mut Vec<&'a Measure>) {
        found.push(measure);
        if let MeasureKind::Retest { outcomes, .. } = &measure.kind {
            (outcomes.iter()).for_each(|(_, step)| with_steps(step, found));
        }
    }
    let mut found = Vec::new();
    (consequence.measures.iter()).for_each(|measure| with_steps(measure, &mut found));
    found
}

fn never_produced(
    protocol: &Protocol,
    produced: &BTreeMap<&str, Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for (event, at) in protocol.sanctions.iter().flat_map(|c| &c.on) {
        if !EVENTS.contains(&event.as_str()) && !produced.contains_key(event.as_str()) {
            let name = verdict(event);
            diagnostics.push(
                Diagnostic::new(
                    Code::ConsequenceOfNothing,
                    *at,
                    Text::new(
                        format!("没有规则会得出结论 `{}`", name.zh),
                        format!("no rule gives a laboratory the verdict `{}`", name.en),
                    ),
                )
                .with_help(Text::new(
                    "核对结论的写法，或在 `结果评定` 中补上该结论",
                    "check the spelling, or add the verdict to `acceptance`",
                )),
            );
        }
    }
}

/// A retest answers every verdict it can give, each once, and no other.
fn outcomes_of_retests(
    ladder: &Applied<'_>,
    produced: &BTreeMap<&str, Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for measure in all_measures(ladder.consequence) {
        let MeasureKind::Retest { outcomes, .. } = &measure.kind else {
            continue;
        };
        let mut answered: BTreeSet<&str> = BTreeSet::new();
        for (outcome, step) in outcomes {
            let name = verdict(outcome);
            if !answered.insert(outcome) {
                diagnostics.push(ladder.finding(
                    Code::AnsweredTwice,
                    step.at,
                    Text::new(
                        format!("补测得出 `{}` 的处理写了两次", name.zh),
                        format!("the outcome `{}` of the retest is answered twice", name.en),
                    ),
                    Text::new("只留一行", "keep one line"),
                ));
            }
            // A policy is written for the verdicts of many protocols.
            if ladder.through.is_none() && !produced.contains_key(outcome.as_str()) {
                diagnostics.push(ladder.finding(
                    Code::ConsequenceOfNothing,
                    step.at,
                    Text::new(
                        format!("补测不会得出 `{}`：没有规则给出该结论", name.zh),
                        format!(
                            "a retest cannot give `{}`: no rule gives a laboratory that verdict",
                            name.en
                        ),
                    ),
                    Text::new(
                        "核对结论的写法，或删去这一行",
                        "check the spelling, or remove the line",
                    ),
                ));
            }
        }
        let missing: Vec<Text> = (produced.keys())
            .filter(|v| !answered.contains(*v))
            .map(|v| verdict(v))
            .collect();
        if !missing.is_empty() {
            let list = |pick: fn(&Text) -> &str, sign: &str| {
                let quoted = missing.iter().map(|name| format!("`{}`", pick(name)));
                quoted.collect::<Vec<_>>().join(sign)
            };
            diagnostics.push(ladder.finding(
                Code::NoConsequence,
                measure.at,
                Text::new(
                    format!("补测得出 {} 时没有后续处理", list(|t| &t.zh, "、")),
                    format!(
                        "nothing follows when the retest gives {}",
                        list(|t| &t.en, ", ")
                    ),
                ),
                Text::new(
                    "为每个结论写一行 `结论 -> 措施`",
                    "write a line `verdict -> measure` for each",
                ),
            ));
        }
    }
}
