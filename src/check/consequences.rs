//! Every verdict and every event has its consequence, and what is suspended can be lifted again.

use std::collections::{BTreeMap, BTreeSet};

use crate::diagnostic::{Code, Diagnostic};
use crate::model::rules::{Consequence, Measure, MeasureKind};
use crate::model::{Protocol, VerdictRule};
use crate::source::Span;
use crate::text::Text;

/// Events that can happen whatever the rules are.
const EVENTS: [&str; 4] = ["absent", "late", "collusion", "false-data"];
/// Verdicts after which nothing needs to be done.
const GOOD: [&str; 3] = ["satisfactory", "acceptable", "conforming"];

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let produced: BTreeMap<&str, Span> = protocol
        .acceptance
        .laboratory
        .iter()
        .map(|rule| (rule.verdict.as_str(), rule.at))
        .collect();
    unanswered(protocol, &produced, diagnostics);
    never_produced(protocol, &produced, diagnostics);
    let possible: BTreeSet<&str> = protocol
        .acceptance
        .laboratory
        .iter()
        .chain(&protocol.acceptance.point)
        .map(|rule: &VerdictRule| rule.verdict.as_str())
        .collect();
    for consequence in protocol.sanctions.iter() {
        suspensions_end(consequence, diagnostics);
        outcomes_of_retest(consequence, &possible, diagnostics);
    }
}

fn answered<'a>(protocol: &'a Protocol) -> BTreeSet<&'a str> {
    let all = protocol.sanctions.iter().chain(&protocol.policy_sanctions);
    all.flat_map(|c: &'a Consequence| c.on.iter().map(|(event, _)| event.as_str()))
        .collect()
}

fn unanswered(
    protocol: &Protocol,
    produced: &BTreeMap<&str, Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let answered = answered(protocol);
    for (verdict, at) in produced
        .iter()
        .filter(|(v, _)| !GOOD.contains(v) && !answered.contains(*v))
    {
        diagnostics.push(
            Diagnostic::new(
                Code::NoConsequence,
                *at,
                Text::new(format!("结论 `{verdict}` 没有后续处理"), format!("nothing follows from the verdict `{verdict}`")),
            )
            .with_help(Text::new(
                format!("在 `处理措施` 中写 `对于 {verdict} {{ … }}`；不作处理则写 `无须处理`"),
                format!("write `on {verdict} {{ … }}` in `sanctions`; `nothing` says that nothing is to follow"),
            )),
        );
    }
    for event in EVENTS.iter().filter(|e| !answered.contains(*e)) {
        diagnostics.push(
            Diagnostic::new(
                Code::NoConsequence,
                protocol.sanctions.first().map_or(protocol.span, |c| c.at),
                Text::new(
                    format!("事件 `{event}` 没有后续处理"),
                    format!("nothing follows from the event `{event}`"),
                ),
            )
            .with_help(Text::new(
                format!("在 `处理措施` 中写 `对于 {event} {{ … }}`，或选用规定了它的制度"),
                format!(
                    "write `on {event} {{ … }}` in `sanctions`, or follow a policy that answers it"
                ),
            )),
        );
    }
}

fn never_produced(
    protocol: &Protocol,
    produced: &BTreeMap<&str, Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    const KNOWN: [&str; 6] = [
        "absent",
        "late",
        "damaged",
        "withdrawn",
        "collusion",
        "false-data",
    ];
    for (event, at) in protocol.sanctions.iter().flat_map(|c| &c.on) {
        if !KNOWN.contains(&event.as_str()) && !produced.contains_key(event.as_str()) {
            diagnostics.push(
                Diagnostic::new(
                    Code::ConsequenceOfNothing,
                    *at,
                    Text::new(
                        format!("没有规则会得出结论 `{event}`"),
                        format!("no rule gives a laboratory the verdict `{event}`"),
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

fn suspensions_end(consequence: &Consequence, diagnostics: &mut Vec<Diagnostic>) {
    let lifts = |measure: &Measure| matches!(&measure.kind, MeasureKind::Lift(what) if what == "suspension");
    for measure in &consequence.measures {
        let MeasureKind::Suspend { until, .. } = &measure.kind else {
            continue;
        };
        let lifted = consequence.measures.iter().any(|other| match &other.kind {
            MeasureKind::Retest { outcomes, .. } => outcomes.iter().any(|(verdict, step)| {
                lifts(step) && until.as_ref().is_none_or(|wanted| wanted == verdict)
            }),
            _ => lifts(other),
        });
        if !lifted {
            diagnostics.push(
                Diagnostic::new(
                    Code::SuspensionWithoutEnd,
                    measure.at,
                    Text::new(
                        "暂停之后没有解除的途径",
                        "the suspension can never be lifted",
                    ),
                )
                .with_help(Text::new(
                    "补上 `补测 期限 180 d { 满意 -> 解除 暂停 … }`",
                    "add `retest within 180 d { satisfactory -> lift suspension … }`",
                )),
            );
        }
    }
}

fn outcomes_of_retest(
    consequence: &Consequence,
    possible: &BTreeSet<&str>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    for measure in &consequence.measures {
        let MeasureKind::Retest { outcomes, .. } = &measure.kind else {
            continue;
        };
        let answered: BTreeSet<&str> = outcomes
            .iter()
            .map(|(verdict, _)| verdict.as_str())
            .collect();
        let missing: Vec<&str> = possible
            .iter()
            .copied()
            .filter(|v| !answered.contains(v))
            .collect();
        if !missing.is_empty() {
            let list = missing
                .iter()
                .map(|v| format!("`{v}`"))
                .collect::<Vec<_>>()
                .join(", ");
            diagnostics.push(
                Diagnostic::new(
                    Code::NoConsequence,
                    measure.at,
                    Text::new(
                        format!("补测得出 {list} 时没有后续处理"),
                        format!("nothing follows when the retest gives {list}"),
                    ),
                )
                .with_help(Text::new(
                    "为每个结论写一行 `结论 -> 措施`",
                    "write a line `verdict -> measure` for each",
                )),
            );
        }
    }
}
