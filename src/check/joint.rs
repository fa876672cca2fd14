//! Whether points judged together are judged at the level that is stated.

use std::collections::BTreeSet;

use nalgebra::{Cholesky, DMatrix};

use crate::condition::{Operator, Term};
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::risk::multiplicity::{at_least_one, sidak_level, two_sided, two_sided_limit};
use crate::model::joint::{Joint, Procedure};
use crate::model::link::Place;
use crate::model::{Protocol, VerdictRule};
use crate::source::Span;
use crate::text::Text;

const PROBABILITY: &str = "p_joint";

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let Some(joint) = &protocol.evaluation.joint else {
        return;
    };
    level(protocol, joint, diagnostics);
    correlated_laboratories(protocol, joint, diagnostics);
    let label = Text::new("共同评定写在这里", "the joint judgement stands here");
    diagnostics.extend(go_together(&joint.correlations, joint.at, label));
}

/// The rules decide by the joint probability at the level stated, or by |E_n| with the coverage factor that belongs to it.
fn level(protocol: &Protocol, joint: &Joint, diagnostics: &mut Vec<Diagnostic>) {
    let general = || (protocol.acceptance.point.iter()).filter(|rule| rule.exception.is_none());
    let speaking: Vec<&VerdictRule> = general()
        .filter(|rule| names(rule).contains(PROBABILITY))
        .collect();
    if speaking.is_empty() {
        if let Some(finding) = by_score(protocol, joint, general().next()) {
            diagnostics.push(finding);
        }
        return;
    }
    for rule in general() {
        let Some(when) = &rule.when else { continue };
        let mut numbers = Vec::new();
        limits(&when.term, PROBABILITY, &mut numbers);
        if let Some(other) = numbers.iter().find(|n| **n != joint.level) {
            let level = joint.level;
            diagnostics.push(
                Diagnostic::new(
                    Code::FamilyLevel,
                    when.at,
                    Text::new(
                        format!("`p_joint` 与 {other} 比较，而共同评定的水平为 {level}"),
                        format!("`p_joint` is compared with {other}, but the level of the joint judgement is {level}"),
                    ),
                )
                .with_label(joint.at, Text::new("水平写在这里", "the level is stated here"))
                .with_help(Text::new(
                    format!("写成 `p_joint >= {level}`，或改变水平"),
                    format!("write `p_joint >= {level}`, or change the level"),
                )),
            );
        }
        let beside: BTreeSet<String> = names(rule)
            .into_iter()
            .filter(|n| n != PROBABILITY)
            .collect();
        if let Some(name) = beside.first() {
            diagnostics.push(
                Diagnostic::new(
                    Code::FamilyLevel,
                    when.at,
                    Text::new(
                        format!("一般规则除 `p_joint` 外还取决于 `{name}`，实际水平不再是所写的 {}", joint.level),
                        format!("the general rules depend on `{name}` beside `p_joint`; their level is no longer the {} stated", joint.level),
                    ),
                )
                .with_label(joint.at, Text::new("水平写在这里", "the level is stated here"))
                .with_help(Text::new(
                    "一般规则只用 `p_joint`；其他条件写成 `例外`",
                    "let the general rules speak of `p_joint` alone, and write other conditions as `exception`",
                )),
            );
        }
    }
}

/// |E_n| ≤ c at every point has the level of the family only for one coverage factor, and for some procedures for none.
fn by_score(protocol: &Protocol, joint: &Joint, rule: Option<&VerdictRule>) -> Option<Diagnostic> {
    let m = protocol
        .measurands
        .iter()
        .map(|m| m.points.len())
        .sum::<usize>() as f64;
    let at = protocol
        .acceptance
        .point_at
        .unwrap_or(protocol.acceptance.at);
    let rule_at = rule.map_or(at, |rule| rule.at);
    let mut numbers = Vec::new();
    for when in protocol
        .acceptance
        .point
        .iter()
        .filter_map(|r| r.when.as_ref())
    {
        limits(&when.term, "En", &mut numbers);
    }
    let score = protocol.evaluation.scores.iter().find(|s| s.name == "En");
    let stated = score
        .zip(numbers.first())
        .map(|(score, limit)| (score, score.k * limit));
    let each = match joint.procedure {
        Procedure::Bonferroni => Some(joint.level / m),
        Procedure::Sidak => Some(sidak_level(joint.level, m)),
        Procedure::Holm | Procedure::ChiSquared => None,
    };
    let needed = each.map(two_sided_limit);
    if let (Some((_, k)), Some(needed)) = (stated, needed)
        && (k - needed).abs() <= 0.005
    {
        return None;
    }
    let level = joint.level;
    let message = match stated {
        Some((_, k)) => {
            let single = 100.0 * two_sided(k);
            let family = 100.0 * at_least_one(two_sided(k), m);
            Text::new(
                format!(
                    "规则在每点以 {k} 倍标准不确定度为界，单点水平为 {single:.2} %，{m} 个点合起来（相互独立时）为 {family:.1} %，而共同评定的水平为 {level}"
                ),
                format!(
                    "the rules draw the line at {k} standard uncertainties at each point, a level of {single:.2} % for one point and of {family:.1} % for {m} of them (independent ones), but the level of the joint judgement is {level}"
                ),
            )
        }
        None => Text::new(
            format!("写有共同评定，水平 {level}，而测量点的规则没有用到它"),
            format!(
                "a joint judgement at the level {level} is ordered, but the rules for points do not use it"
            ),
        ),
    };
    let help = match needed {
        Some(k) => Text::new(
            format!("写 `满意 当 p_joint >= {level}`，或 `评分 En k {k:.2}` 与 |En| <= 1"),
            format!(
                "write `satisfactory when p_joint >= {level}`, or `score En k {k:.2}` with |En| <= 1"
            ),
        ),
        None => Text::new(
            format!("写 `满意 当 p_joint >= {level}`"),
            format!("write `satisfactory when p_joint >= {level}`"),
        ),
    };
    Some(
        Diagnostic::new(Code::FamilyLevel, rule_at, message)
            .with_label(
                joint.at,
                Text::new("水平写在这里", "the level is stated here"),
            )
            .with_help(help),
    )
}

fn names(rule: &VerdictRule) -> BTreeSet<String> {
    let mut found = BTreeSet::new();
    if let Some(when) = &rule.when {
        when.term.variables(&mut found);
    }
    found
}

/// The numbers with which a name, or its absolute value, is compared.
fn limits(term: &Term, name: &str, found: &mut Vec<f64>) {
    let is_name = |term: &Term| match term {
        Term::Variable(variable) => variable == name,
        Term::Absolute(inner) => matches!(&**inner, Term::Variable(v) if v == name),
        _ => false,
    };
    match term {
        Term::Binary(Operator::And | Operator::Or, left, right) => {
            limits(left, name, found);
            limits(right, name, found);
        }
        Term::Not(inner) => limits(inner, name, found),
        Term::Binary(operator, left, right) if operator.compares() => match (&**left, &**right) {
            (Term::Number(n, _), other) | (other, Term::Number(n, _)) if is_name(other) => {
                found.push(*n);
            }
            _ => {}
        },
        _ => {}
    }
}

/// Results of several laboratories that are correlated at a point have a covariance between points only where points are: it is declared nowhere
/// then, and the test needs it. Points taken as uncorrelated need none.
fn correlated_laboratories(protocol: &Protocol, joint: &Joint, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    let chi_squared = joint.procedure == Procedure::ChiSquared;
    let stability = protocol
        .stability
        .as_ref()
        .and_then(|s| s.otherwise.as_ref());
    let corrected = (evaluation.drift.as_ref().or(stability)).filter(|a| a.action == "correct");
    let cause = (evaluation.correlations.first().map(|(_, _, _, at)| *at))
        .or(evaluation.link.as_ref().map(|link| link.at))
        .or(corrected.map(|action| action.at));
    let reported = super::vector::reported(protocol).map(|m| m.at);
    let between = (joint.correlations.first().map(|(_, _, _, at)| *at)).or(reported);
    if let (Some(cause), Some(between), true) = (cause, between, chi_squared) {
        diagnostics.push(
            Diagnostic::new(
                Code::JointCorrelation,
                joint.at,
                Text::new(
                    "各实验室的结果彼此相关，各测量点之间又相关，不同实验室在不同测量点的结果之间的协方差未知，不能用卡方共同评定",
                    "results of different laboratories are correlated, and so are points: the covariance of different laboratories at different points is unknown, and chi-squared needs it",
                ),
            )
            .with_label(cause, Text::new("各实验室的结果因此相关", "this makes the results of laboratories correlated"))
            .with_label(between, Text::new("各测量点因此相关", "this makes points correlated"))
            .with_help(Text::new(
                "改用 `Holm` 或 `Bonferroni`，它们对任何相关性都成立；测量点确实互不相关时，删去测量点之间的相关系数",
                "judge with `holm` or `bonferroni`, which hold under any dependence; where points are in truth uncorrelated, remove the coefficients between them",
            )),
        );
    }
    let first = joint.correlations.first().filter(|_| !chi_squared);
    if let Some((_, _, _, at)) = first {
        diagnostics.push(
            Diagnostic::new(
                Code::JointCorrelation,
                *at,
                Text::new(
                    "只有卡方用到测量点之间的相关系数",
                    "only chi-squared makes use of correlations between points",
                ),
            )
            .with_label(
                joint.at,
                Text::new("共同评定写在这里", "the joint judgement stands here"),
            )
            .with_help(Text::new(
                "删去这一行，或改用 `卡方`",
                "remove the line, or judge with `chi-squared`",
            )),
        );
    }
}

/// The coefficients of one laboratory's results must be those of some distribution.
pub(super) fn go_together(
    declared: &[(Place, Place, f64, Span)],
    at: Span,
    label: Text,
) -> Option<Diagnostic> {
    let stands_at = at;
    let mut places: Vec<&Place> = Vec::new();
    for (first, second, _, _) in declared {
        for place in [first, second] {
            if !places.contains(&place) {
                places.push(place);
            }
        }
    }
    let row = |place: &Place| places.iter().position(|p| *p == place);
    let mut matrix = DMatrix::<f64>::identity(places.len(), places.len());
    let mut seen: Vec<(usize, usize, Span)> = Vec::new();
    for (first, second, r, at) in declared {
        let (Some(i), Some(j)) = (row(first), row(second)) else {
            return None;
        };
        let before = seen
            .iter()
            .find(|(a, b, _)| (*a, *b) == (i.min(j), i.max(j)));
        if i == j || before.is_some() {
            let message = Text::new(
                "这两个测量点的相关系数重复，或写的是同一个点",
                "the correlation of these two points is given already, or they are one point",
            );
            let finding = Diagnostic::new(Code::ContradictoryCorrelations, *at, message);
            return Some(finding.with_help(Text::new("删除这一行", "remove this line")));
        }
        seen.push((i.min(j), i.max(j), *at));
        matrix[(i, j)] = *r;
        matrix[(j, i)] = *r;
    }
    let (_, _, at) = seen.last().filter(|_| Cholesky::new(matrix).is_none())?;
    Some(
        Diagnostic::new(
            Code::ContradictoryCorrelations,
            *at,
            Text::new(
                "所声明的相关系数不能同时成立：相关矩阵不是正定的",
                "the correlations declared cannot hold together: their matrix is not positive definite",
            ),
        )
        .with_label(stands_at, label)
        .with_help(Text::new("核对各相关系数", "check the coefficients")),
    )
}
