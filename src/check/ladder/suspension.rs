//! What is suspended comes to an end: lifted where the retest goes well, put before an authority where it does not.

use std::collections::BTreeMap;

use super::words::verdict;
use super::{Applied, GOOD, all_measures};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::rules::{Measure, MeasureKind};
use crate::source::Span;
use crate::text::Text;

/// A way through the retests: the verdict of the last of them and the step it leads to.
struct Ending<'a> {
    outcome: &'a str,
    step: &'a Measure,
}

fn lifts(measure: &Measure) -> bool {
    matches!(&measure.kind, MeasureKind::Lift(what) if what == "suspension")
}

/// A measure that leaves the decision to somebody.
fn hands_over(measure: &Measure) -> bool {
    matches!(&measure.kind, MeasureKind::Refer(_))
}

/// The ends of all branches.
fn endings<'a>(measures: impl IntoIterator<Item = &'a Measure>, found: &mut Vec<Ending<'a>>) {
    for measure in measures {
        let MeasureKind::Retest { outcomes, .. } = &measure.kind else {
            continue;
        };
        for (outcome, step) in outcomes {
            if matches!(step.kind, MeasureKind::Retest { .. }) {
                endings([step.as_ref()], found);
            } else {
                found.push(Ending { outcome, step });
            }
        }
    }
}

/// Reports suspensions that stay for ever, and branches after which a suspension stays and nobody decides.
pub(super) fn check(
    ladder: &Applied<'_>,
    produced: &BTreeMap<&str, Span>,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let measures = &ladder.consequence.measures;
    let mut ends = Vec::new();
    endings(measures, &mut ends);
    // Outcomes that cannot come about have been reported, or are of no concern (a policy's).
    ends.retain(|end| produced.contains_key(end.outcome));
    if measures.iter().any(lifts) {
        return;
    }
    for measure in measures {
        let MeasureKind::Suspend { until, .. } = &measure.kind else {
            continue;
        };
        let wanted = |end: &&Ending| until.as_ref().is_none_or(|wanted| wanted == end.outcome);
        if !ends.iter().filter(wanted).any(|end| lifts(end.step)) {
            diagnostics.push(ladder.finding(
                Code::SuspensionWithoutEnd,
                measure.at,
                without_end(until.as_deref(), produced),
                Text::new(
                    "补上 `补测 期限 180 d { 满意 -> 解除 暂停 … }`",
                    "add `retest within 180 d { satisfactory -> lift suspension … }`",
                ),
            ));
            continue;
        }
        for end in ends.iter().filter(|end| !lifts(end.step)) {
            diagnostics.extend(stays(ladder, measure, end));
        }
    }
}

fn without_end(until: Option<&str>, produced: &BTreeMap<&str, Span>) -> Text {
    match until.filter(|until| !produced.contains_key(*until)) {
        Some(until) => {
            let name = verdict(until);
            Text::new(
                format!(
                    "暂停直至补测 `{}`，但没有规则会得出该结论，暂停无法解除",
                    name.zh
                ),
                format!(
                    "the suspension lasts until a retest is `{}`, a verdict that no rule gives; it can never be lifted",
                    name.en
                ),
            )
        }
        None => Text::new(
            "暂停之后没有解除的途径",
            "the suspension can never be lifted",
        ),
    }
}

/// A branch at whose end the suspension stays.
fn stays(ladder: &Applied<'_>, suspended: &Measure, end: &Ending<'_>) -> Option<Diagnostic> {
    let name = verdict(end.outcome);
    let (code, message, help) = if GOOD.contains(&end.outcome) {
        (
            Code::SuspensionWithoutEnd,
            Text::new(
                format!("补测 `{}` 之后暂停仍未解除", name.zh),
                format!("the suspension stays although the retest is `{}`", name.en),
            ),
            Text::new(
                format!("写 `{} -> 解除 暂停`", name.zh),
                format!("write `{} -> lift suspension`", name.en),
            ),
        )
    } else if !hands_over(end.step) {
        (
            Code::LadderDeadEnd,
            Text::new(
                format!("补测 `{}` 之后暂停不解除，也无人处理", name.zh),
                format!(
                    "after `{}` in the retest the suspension stays and nobody decides what is to be done",
                    name.en
                ),
            ),
            Text::new(
                format!("写 `{} -> 移送 组织者`", name.zh),
                format!("write `{} -> refer organizer`", name.en),
            ),
        )
    } else {
        return None;
    };
    let finding = ladder.finding(code, end.step.at, message, help);
    Some(finding.with_label(
        suspended.at,
        Text::new("暂停在这里", "the suspension stands here"),
    ))
}

/// Reports steps that lift what was never ordered.
pub(super) fn lift_of_nothing(ladder: &Applied<'_>, diagnostics: &mut Vec<Diagnostic>) {
    let measures = all_measures(ladder.consequence);
    let ordered = |what: &str| {
        (measures.iter()).any(|measure| match &measure.kind {
            MeasureKind::Suspend { .. } => what == "suspension",
            MeasureKind::Rectify { .. } => what == "obligation",
            _ => false,
        })
    };
    for measure in &measures {
        let MeasureKind::Lift(what) = &measure.kind else {
            continue;
        };
        if ordered(what) {
            continue;
        }
        let (zh, en) = match what.as_str() {
            "suspension" => ("暂停", "a suspension"),
            _ => ("限期整改", "a rectification"),
        };
        diagnostics.push(ladder.finding(
            Code::WithoutEffect,
            measure.at,
            Text::new(
                format!("此处解除{zh}，但前面没有{zh}"),
                format!("{en} is lifted here, but none was ordered"),
            ),
            Text::new(
                format!("先写 `{zh}`，或删去 `解除`"),
                "order it first, or remove `lift`",
            ),
        ));
    }
}
