//! Whether the statistics ordered can be carried out and mean something.

use crate::condition::Term;
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::outlier;
use crate::evaluate::reference::named;
use crate::model::{Method, Protocol};
use crate::text::Text;

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    correlation_stated(protocol, diagnostics);
    certified_values(protocol, diagnostics);
    enough_results(protocol, diagnostics);
    drift_can_be_followed(protocol, diagnostics);
    readings_are_asked_for(protocol, diagnostics);
}

/// A precision experiment lives on at least two readings of every laboratory at every point.
fn readings_are_asked_for(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let Some(method) = &protocol.evaluation.precision else {
        return;
    };
    for measurand in &protocol.measurands {
        let asked = measurand.reported.iter().any(|item| item == "repeats");
        let several = measurand.repeat.is_some_and(|times| times >= 2);
        if asked && several {
            continue;
        }
        let id = &measurand.id;
        diagnostics.push(
            Diagnostic::new(
                Code::ReadingsMissing,
                method.at,
                Text::new(
                    format!("精密度由重复读数得出，而被测量 `{id}` 没有要求上报两个以上的读数"),
                    format!("precision comes from repeated readings, and two or more of them are not asked for of `{id}`"),
                ),
            )
            .with_label(measurand.at, Text::new("被测量在这里", "the measurand is here"))
            .with_help(Text::new(
                format!("在 `{id}` 中写 `重复测量次数 3` 和 `上报 测得值, 重复测量值`"),
                format!("write `repeat 3` and `report value, repeats` in `{id}`"),
            )),
        );
    }
}

pub(super) fn short(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

pub(super) fn is_consensus(protocol: &Protocol) -> bool {
    named::is_of_results(short(&protocol.evaluation.reference.method.path))
}

fn correlation_stated(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    if is_consensus(protocol)
        && evaluation.uncorrelated.is_none()
        && !evaluation.covariance_written
        && !policy_asks_for_correlation(protocol)
    {
        diagnostics.push(
            Diagnostic::new(
                Code::CorrelationUnstated,
                evaluation.reference.at,
                Text::new("未说明各实验室结果是否相关", "it is not said whether the laboratories' results are correlated"),
            )
            .with_reason(Text::new(
                "共用同一标准的实验室结果相关，平均值的不确定度公式随之改变",
                "laboratories that share a standard are correlated, which changes the uncertainty of any mean",
            ))
            .with_help(Text::new("写 `相关性 互不相关`，或用 `协方差` 写出相关系数", "write `correlation uncorrelated`, or give coefficients with `covariance`")),
        );
    }
}

/// A policy that wants a word on correlation says so itself, with its basis.
fn policy_asks_for_correlation(protocol: &Protocol) -> bool {
    protocol.regime.requirements.iter().any(|requirement| {
        let mut leaves = Vec::new();
        requirement.condition.term.leaves(&mut leaves);
        leaves
            .iter()
            .any(|leaf| matches!(leaf, Term::Holds(name) if name == "correlation.stated"))
    })
}

fn certified_values(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let reference = &protocol.evaluation.reference;
    if short(&reference.method.path) != "certified-value" || !reference.certified_whole {
        return;
    }
    for measurand in &protocol.measurands {
        for point in &measurand.points {
            if !reference
                .certified
                .iter()
                .any(|c| c.measurand == measurand.id && c.point == point.id)
            {
                diagnostics.push(
                    Diagnostic::new(
                        Code::NoCertifiedValue,
                        reference.at,
                        Text::new(
                            format!("测量点 `{}` 没有证书值", point.id),
                            format!("there is no certified value for point `{}`", point.id),
                        ),
                    )
                    .with_label(point.at, Text::new("这个测量点", "this point"))
                    .with_help(Text::new(
                        "在 `参考值` 块中补一行 `证书值`",
                        "add a line `certified` to the block of `reference`",
                    )),
                );
            }
        }
    }
}

/// Laboratories that may take part in the reference value.
pub(super) fn contributors(protocol: &Protocol) -> usize {
    let reference = &protocol.evaluation.reference;
    let all = protocol.laboratories().count();
    match &reference.only {
        Some((only, _)) => only.len(),
        None => {
            let without = reference.without.iter().map(|(labs, _)| labs.len());
            all - without.sum::<usize>().min(all)
        }
    }
}

/// A mean and its test need results to compare, and so does the method that takes over.
fn enough_results(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let reference = &protocol.evaluation.reference;
    // Who stands on a list that could not be read is not known.
    if !protocol.participants_whole || protocol.participants.is_empty() {
        return;
    }
    let left = contributors(protocol);
    for method in std::iter::once(&reference.method).chain(&reference.otherwise) {
        let name = short(&method.path);
        let need = named::least_results(name);
        if !named::is_of_results(name) || left >= need {
            continue;
        }
        let path = &method.path;
        let mut diagnostic = Diagnostic::new(
            Code::TooFewResults,
            method.at,
            Text::new(
                format!("参与参考值的实验室只有 {left} 个，`{path}` 至少需要 {need} 个"),
                format!("only {left} laboratories take part in the reference value; `{path}` needs at least {need}"),
            ),
        )
        .with_help(Text::new("增加实验室，或改用主导实验室值、证书值", "add laboratories, or take the pilot's or a certified value"));
        if let Some(first) = reference.only.as_ref().and_then(|(labs, _)| labs.first()) {
            diagnostic = diagnostic.with_label(
                first.span,
                Text::new(
                    "这里限定了参与的实验室",
                    "the laboratories are restricted here",
                ),
            );
        }
        diagnostics.push(diagnostic);
    }
    let outliers = protocol.evaluation.outliers.as_ref();
    let most = |method: &&Method| outlier::named::most_results(short(&method.path)) < left;
    if let Some(method) = outliers.filter(most) {
        let most = outlier::named::most_results(short(&method.path));
        let path = &method.path;
        diagnostics.push(
            Diagnostic::new(
                Code::TooManyResults,
                method.at,
                Text::new(
                    format!("参与参考值的实验室有 {left} 个，`{path}` 的临界值只到 {most} 个结果"),
                    format!("{left} laboratories take part in the reference value; the critical values of `{path}` end at {most} results"),
                ),
            )
            .with_label(protocol.participants_at, Text::new("参比实验室列在这里", "the participants are listed here"))
            .with_help(Text::new("改用 `std.outlier.grubbs`", "use `std.outlier.grubbs`")),
        );
    }
    if let Some(method) = outliers.filter(|_| left < 3) {
        diagnostics.push(
            Diagnostic::new(
                Code::TooFewResults,
                method.at,
                Text::new(
                    format!("参与参考值的实验室只有 {left} 个，离群值检验至少需要 3 个结果"),
                    format!("only {left} laboratories take part in the reference value; a test for outliers needs at least 3 results"),
                ),
            )
            .with_help(Text::new("删除 `离群值`，或增加实验室", "remove `outliers`, or add laboratories")),
        );
    }
}

fn drift_can_be_followed(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let Some(drift) = &protocol.evaluation.drift else {
        return;
    };
    let parallel = protocol
        .circulation
        .patterns
        .iter()
        .find(|p| p.kind == crate::model::Way::Parallel);
    if let Some(way) = parallel {
        diagnostics.push(
            Diagnostic::new(
                Code::DriftNotObserved,
                drift.at,
                Text::new(
                    "平行分发的样品不返回，无从得知漂移",
                    "samples that do not return show no drift",
                ),
            )
            .with_label(
                way.at,
                Text::new("平行分发", "the samples are sent in parallel"),
            )
            .with_help(Text::new(
                "删除 `漂移`，或改用会返回主导实验室的传递方式",
                "remove `drift`, or let the transfer standard return to the pilot",
            )),
        );
    }
}
