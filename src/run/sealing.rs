//! Results that the protocol keeps sealed until the last one is in.
//!
//! What the program can see is the folder of forms, the day that it is told, and the dates of submission that the forms state. Who has looked
//! into a form before, it cannot know; while results are sealed it shows nobody's values, not even within a finding.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::results::Results;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::intake::Submission;
use crate::plan::{Plan, Role};
use crate::text::{Lang, Text};
use crate::values::date::parse_date;

/// What is known beside the forms.
#[derive(Debug, Clone, Copy)]
pub struct Known<'a> {
    /// Laboratories that have declared that they will not submit.
    pub absent: &'a [String],
    /// The day on which the results are opened.
    pub today: Option<Date>,
}

/// Laboratories declared absent that the plan does not know, or that have submitted.
pub fn contradictions(plan: &Plan, results: &Results, known: Known<'_>) -> Vec<Diagnostic> {
    let wrong = known.absent.iter().filter_map(|id| {
        if plan.laboratory(id).is_none() {
            return Some(Diagnostic::general(
                Code::LaboratoryUnknown,
                Text::new(
                    format!("计划中没有实验室 `{id}`"),
                    format!("the plan has no laboratory `{id}`"),
                ),
            ));
        }
        let submitted = results.by_point.values().any(|labs| labs.contains_key(id));
        submitted.then(|| {
            Diagnostic::general(
                Code::DeclaredAbsent,
                Text::new(
                    format!("`{id}` 被声明缺席，但已提交结果"),
                    format!("`{id}` is declared absent, but has submitted results"),
                ),
            )
            .with_help(Text::new(
                "从 `--absent` 中删去，或移出它的结果表",
                "take it out of `--absent`, or its form out of the folder",
            ))
        })
    });
    wrong.collect()
}

/// Why the results stay sealed: the laboratories that are still to submit. Empty when they may be opened, or the protocol does not seal them.
///
/// `found` are the findings about the forms; of those only the number and the codes are told.
pub fn sealed(
    plan: &Plan,
    results: &Results,
    known: Known<'_>,
    found: &[Diagnostic],
) -> Vec<Diagnostic> {
    if !is_ordered(plan) {
        return Vec::new();
    }
    let missing: Vec<&str> = (results.absent.iter())
        .map(String::as_str)
        .filter(|id| !known.absent.iter().any(|absent| absent == id))
        .filter(|id| !is_overdue(plan, id, known.today))
        .collect();
    if missing.is_empty() {
        return Vec::new();
    }
    let one = |id: &&str| match due_of(plan, id) {
        Some(due) => Text::new(
            format!("`{id}`（截止 {due}）"),
            format!("`{id}` (due {due})"),
        ),
        None => Text::same(format!("`{id}`")),
    };
    let listed: Vec<Text> = missing.iter().map(one).collect();
    let joined = |word: fn(&Text) -> &str, sign: &str| {
        listed.iter().map(word).collect::<Vec<_>>().join(sign)
    };
    let (zh, en) = (
        joined(|text| text.get(Lang::Zh), "、"),
        joined(|text| text.get(Lang::En), ", "),
    );
    let mut told = vec![
        Diagnostic::general(
            Code::ResultsSealed,
            Text::new(
                format!("结果封存至全部提交，尚缺 {zh}；不作评定，也不显示任何数值"),
                format!("results are sealed until all are in, and those of {en} are missing; nothing is evaluated and no value is shown"),
            ),
        )
        .with_help(Text::new(
            "等待提交；截止日期已过的，用 `--reported 日期` 写明启封日期；已声明不提交的，写 `--absent 实验室`",
            "wait for them; when the deadline has passed give the day of opening with `--reported DATE`; name a laboratory that has declared not to submit with `--absent LAB`",
        )),
    ];
    told.extend(faults(found));
    told
}

/// The pilot gives its own result first. That it did not can be told only where the forms state their dates of submission.
pub fn pilot_not_first(plan: &Plan, submissions: &[Submission]) -> Option<Diagnostic> {
    if !is_ordered(plan) {
        return None;
    }
    let dated = || {
        submissions.iter().filter_map(|submission| {
            let laboratory = plan.laboratory(&submission.laboratory)?;
            let date = parse_date(&submission.fields.get("submitted")?.text).ok()?;
            Some((laboratory, date))
        })
    };
    let (_, own) = dated().find(|(laboratory, _)| laboratory.role == Role::Pilot)?;
    let (first, date) = dated()
        .filter(|(laboratory, date)| laboratory.role != Role::Pilot && *date < own)
        .min_by_key(|(_, date)| *date)?;
    let id = &first.id;
    Some(
        Diagnostic::general(
            Code::PilotNotFirst,
            Text::new(
                format!("主导实验室于 {own} 提交，晚于 `{id}`（{date}）"),
                format!("the pilot submitted on {own}, after `{id}` ({date})"),
            ),
        )
        .with_reason(Text::new(
            "主导实验室收到他人结果之前应先提交并封存自己的结果",
            "the pilot submits and seals its own result before anyone else's comes in",
        ))
        .with_help(Text::new(
            "在总结报告中说明，并由专家组认定",
            "say so in the report, and let the experts decide what it means",
        )),
    )
}

fn is_ordered(plan: &Plan) -> bool {
    plan.content.integrity.as_ref().is_some_and(|i| i.sealed)
}

/// When the last result of a laboratory is due.
fn due_of(plan: &Plan, laboratory: &str) -> Option<Date> {
    let visits = plan.content.circulation.visits.iter();
    let own = visits.filter(|visit| visit.laboratory == laboratory);
    own.filter_map(|visit| visit.results_due).max()
}

fn is_overdue(plan: &Plan, laboratory: &str, today: Option<Date>) -> bool {
    let due = due_of(plan, laboratory);
    due.zip(today).is_some_and(|(due, today)| today > due)
}

/// Faults of the forms by file: how many and of what kind, without a word on what stands in them.
fn faults(found: &[Diagnostic]) -> Vec<Diagnostic> {
    let mut by_file: BTreeMap<&str, (usize, BTreeSet<&str>)> = BTreeMap::new();
    for finding in found.iter().filter(|finding| finding.is_error()) {
        if let Some(place) = &finding.place {
            let (count, codes) = by_file.entry(&place.file).or_default();
            *count += 1;
            codes.insert(finding.code.id());
        }
    }
    let told = by_file.into_iter().map(|(file, (count, codes))| {
        let codes = codes.into_iter().collect::<Vec<_>>().join(", ");
        let place = DataPlace {
            file: file.to_owned(),
            ..DataPlace::default()
        };
        Diagnostic::in_data(
            Code::ResultsSealed,
            place,
            Text::new(
                format!("该结果表有 {count} 处错误（{codes}），启封前不显示内容"),
                format!("the form has {count} faults ({codes}); what stands there is not shown while results are sealed"),
            ),
        )
        .with_help(Text::new(
            "请该实验室核对后重新提交",
            "ask the laboratory to check the form and submit it again",
        ))
    });
    told.collect()
}
