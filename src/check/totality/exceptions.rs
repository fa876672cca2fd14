//! Exceptions: no two of them apply together, and each of them can apply.

use std::collections::BTreeSet;

use super::space::ShownUnit;
use super::{counts, message, points};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::VerdictRule;
use crate::source::Span;
use crate::text::{Lang, Text};

/// What is wrong with exceptions for points, and those that never apply; `at` is the head of the block.
pub(super) fn of_points(
    exceptions: &[VerdictRule],
    at: Span,
    unit: ShownUnit,
) -> (Vec<Diagnostic>, BTreeSet<usize>) {
    let (mut found, mut idle) = (Vec::new(), BTreeSet::new());
    for finding in points::analyse(&told_apart(exceptions), unit) {
        match finding {
            points::Finding::Overlap(several, witness) => {
                let together = picked(exceptions, &several);
                let values = message::values(&witness);
                found.push(with_extent(
                    applying(&together, at, &values),
                    message::extent(&witness),
                ));
            }
            points::Finding::Unproven(Some((a, b)), parts) => {
                let reason = message::too_difficult(&parts);
                found.push(doubtful(&picked(exceptions, &[a, b]), at, reason));
            }
            points::Finding::Never(exception) => {
                idle.insert(exception);
                found.extend(exceptions.get(exception).map(never));
            }
            // What no exception covers is for the general rules.
            points::Finding::Gap(_) | points::Finding::Unproven(None, _) => {}
        }
    }
    (found, idle)
}

/// What is wrong with exceptions for laboratories.
pub(super) fn of_laboratories(
    exceptions: &[VerdictRule],
    at: Span,
    judged: &[counts::Judged],
) -> Vec<Diagnostic> {
    let all: Vec<usize> = (0..exceptions.len()).collect();
    (counts::analyse(&told_apart(exceptions), judged).iter())
        .filter_map(|finding| match finding {
            counts::Finding::Overlap(a, b, way) => {
                let together = picked(exceptions, &[*a, *b]);
                Some(if way.len() > 1 {
                    doubtful(&together, at, message::apart(way))
                } else {
                    applying(&together, at, &message::fallen(way))
                })
            }
            counts::Finding::Never(exception) => exceptions.get(*exception).map(never),
            counts::Finding::Unproven if exceptions.len() > 1 => Some(doubtful(
                &picked(exceptions, &all),
                at,
                message::too_many_ways(),
            )),
            counts::Finding::Gap(_) | counts::Finding::Unproven => None,
        })
        .collect()
}

/// The exceptions as rules of different verdicts: two may not apply together even if they give the same verdict.
fn told_apart(exceptions: &[VerdictRule]) -> Vec<VerdictRule> {
    (exceptions.iter().enumerate())
        .map(|(index, exception)| VerdictRule {
            verdict: index.to_string(),
            ..exception.clone()
        })
        .collect()
}

fn picked<'e>(exceptions: &'e [VerdictRule], indices: &[usize]) -> Vec<&'e VerdictRule> {
    indices.iter().filter_map(|i| exceptions.get(*i)).collect()
}

fn label(exception: &VerdictRule, lang: Lang) -> String {
    let named = exception.exception.as_ref();
    named.map_or(String::new(), |e| format!("`{}`", e.label.get(lang)))
}

fn labels(exceptions: &[&VerdictRule]) -> Text {
    let list = |lang| -> Vec<String> { exceptions.iter().map(|e| label(e, lang)).collect() };
    Text::new(list(Lang::Zh).join("、"), list(Lang::En).join(" and "))
}

/// At the last of the exceptions, with the others shown.
fn at_all(exceptions: &[&VerdictRule], at: Span, message: Text) -> Diagnostic {
    let place = exceptions.last().map_or(at, |e| e.at);
    let diagnostic =
        Diagnostic::new(Code::ExceptionsTogether, place, message).with_help(Text::new(
            "收窄其中一个条件，使任何结果至多适用一个例外",
            "narrow one of the conditions so that at most one exception applies to any outcome",
        ));
    let earlier = exceptions
        .split_last()
        .map_or(&[][..], |(_, earlier)| earlier);
    earlier.iter().fold(diagnostic, |diagnostic, exception| {
        let (zh, en) = (label(exception, Lang::Zh), label(exception, Lang::En));
        diagnostic.with_label(
            exception.at,
            Text::new(
                format!("例外 {zh} 在此"),
                format!("exception {en} stands here"),
            ),
        )
    })
}

fn applying(exceptions: &[&VerdictRule], at: Span, witness: &Text) -> Diagnostic {
    let names = labels(exceptions);
    at_all(
        exceptions,
        at,
        Text::new(
            format!("{}时同时适用例外 {}", witness.zh, names.zh),
            format!("{} meets the exceptions {}", witness.en, names.en),
        ),
    )
}

fn with_extent(diagnostic: Diagnostic, extent: Option<Text>) -> Diagnostic {
    match extent {
        None => diagnostic,
        Some(extent) => diagnostic.with_reason(Text::new(
            format!("同时适用的范围：{}", extent.zh),
            format!("they apply together for {}", extent.en),
        )),
    }
}

fn doubtful(exceptions: &[&VerdictRule], at: Span, reason: Text) -> Diagnostic {
    let names = labels(exceptions);
    let message = Text::new(
        format!("无法证明例外 {} 不会同时适用", names.zh),
        format!(
            "it cannot be proven that the exceptions {} never apply together",
            names.en
        ),
    );
    at_all(exceptions, at, message).with_reason(reason)
}

fn never(exception: &VerdictRule) -> Diagnostic {
    Diagnostic::new(
        Code::VerdictNeverGiven,
        exception.at,
        Text::new(
            format!("例外 {} 永远不适用", label(exception, Lang::Zh)),
            format!(
                "the exception {} can never apply",
                label(exception, Lang::En)
            ),
        ),
    )
    .with_help(Text::new(
        "核对数值和比较方向，或删去这个例外",
        "check the numbers and the direction of the comparisons, or remove the exception",
    ))
}
