//! Whether each method stands where it can be carried out, on results as the protocol declares them.

use nalgebra::{Cholesky, DMatrix};

use super::consistency::GIVEN;
use super::evaluation::{contributors, short};
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::outlier;
use crate::evaluate::reference::{REACH, named};
use crate::model::{Method, Protocol};
use crate::source::Span;
use crate::text::Text;

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    in_place(protocol, diagnostics);
    take_correlation(protocol, diagnostics);
    subset_within_reach(protocol, diagnostics);
    correlations_go_together(protocol, diagnostics);
    enough_draws(protocol, diagnostics);
}

/// Draws with which a coverage interval can be told, and that end in our time.
const DRAWS: std::ops::RangeInclusive<u64> = 10_000..=100_000_000;

fn enough_draws(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let Some((method, Some(draws), _)) = &protocol.evaluation.check else {
        return;
    };
    if DRAWS.contains(draws) {
        return;
    }
    let (least, most) = (DRAWS.start(), DRAWS.end());
    diagnostics.push(
        Diagnostic::new(
            Code::ValueOutOfRange,
            method.at,
            Text::new(
                format!("抽样次数为 {draws}，应在 {least} 与 {most} 之间"),
                format!("{draws} draws are ordered; there may be from {least} to {most}"),
            ),
        )
        .with_help(Text::new(
            "JCGM 101 建议一百万次：`核验 monte-carlo 1_000_000`",
            "JCGM 101 recommends a million: `check monte-carlo 1_000_000`",
        )),
    );
}

/// The methods that may form the reference value.
fn reference_methods(protocol: &Protocol) -> impl Iterator<Item = &Method> {
    let reference = &protocol.evaluation.reference;
    std::iter::once(&reference.method).chain(&reference.otherwise)
}

fn in_place(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    let of_reference: Vec<&str> = (named::NAMES.into_iter())
        .chain([named::OF_ALL_POINTS])
        .chain(GIVEN)
        .collect();
    let mut demand = |method: &Method, what: Text, allowed: &[&str]| {
        if !allowed.contains(&short(&method.path)) {
            let path = &method.path;
            let list = allowed.join(", ");
            diagnostics.push(
                Diagnostic::new(
                    Code::MethodOutOfPlace,
                    method.at,
                    Text::new(
                        format!("方法 `{path}` 不能用作{}", what.zh),
                        format!("method `{path}` cannot serve as {}", what.en),
                    ),
                )
                .with_help(Text::new(
                    format!("可用的方法：{}", list.replace(", ", "、")),
                    format!("the methods for it are {list}"),
                )),
            );
        }
    };
    for method in reference_methods(protocol) {
        let what = Text::new("参考值的确定方法", "the method of the reference value");
        demand(method, what, &of_reference);
    }
    if let Some(method) = &evaluation.reference.consistency {
        let what = Text::new("一致性检验", "a test of consistency");
        demand(method, what, &["chi-squared"]);
    }
    if let Some((method, _, _)) = &evaluation.check {
        let what = Text::new("核验方法", "a check");
        demand(method, what, &["monte-carlo"]);
    }
    if let Some(method) = &evaluation.outliers {
        let what = Text::new("离群值检验", "a test for outliers");
        demand(method, what, &outlier::named::NAMES);
    }
    if let Some(method) = &evaluation.precision {
        let what = Text::new("精密度试验", "a precision experiment");
        demand(method, what, &["precision-experiment"]);
    }
}

/// Declared correlations must reach the weights and the test, or they are only written down.
fn take_correlation(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let Some((_, _, _, declared)) = protocol.evaluation.correlations.first() else {
        return;
    };
    for method in reference_methods(protocol) {
        let name = short(&method.path);
        if !named::is_of_results(name) || named::takes_correlation(name) {
            continue;
        }
        let path = &method.path;
        diagnostics.push(
            Diagnostic::new(
                Code::MethodForIndependentResults,
                method.at,
                Text::new(
                    format!("`{path}` 只适用于互不相关的结果"),
                    format!("`{path}` holds for uncorrelated results only"),
                ),
            )
            .with_label(*declared, Text::new("此处声明了相关性", "a correlation is declared here"))
            .with_reason(Text::new(
                "权和检验会把相关的结果当作独立的证据重复计入",
                "its weights and its test would count correlated results as independent evidence",
            ))
            .with_help(Text::new(
                "改用加权平均值、广义最小二乘平均值、算术平均值、最大一致子集、Mandel-Paule 或 DerSimonian-Laird 平均值；或写 `相关性 互不相关`",
                "use the weighted, the generalised least-squares or the arithmetic mean, the largest consistent subset, Mandel-Paule or DerSimonian-Laird; or write `correlation uncorrelated`",
            )),
        );
    }
}

/// The largest consistent subset of correlated results is searched exactly, which has its limit.
fn subset_within_reach(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    let Some(method) = reference_methods(protocol)
        .find(|method| short(&method.path) == "largest-consistent-subset")
    else {
        return;
    };
    let declared = evaluation.correlations.first().map(|(_, _, _, at)| *at);
    let corrected = || {
        let stability = protocol
            .stability
            .as_ref()
            .and_then(|s| s.otherwise.as_ref());
        evaluation
            .drift
            .as_ref()
            .or(stability)
            .filter(|action| action.action == "correct")
            .map(|action| action.at)
    };
    let left = contributors(protocol);
    let Some(cause) = declared.or_else(corrected).filter(|_| left > REACH) else {
        return;
    };
    diagnostics.push(
        Diagnostic::new(
            Code::SubsetBeyondReach,
            method.at,
            Text::new(
                format!("参与参考值的实验室有 {left} 个；结果相关时最大一致子集最多对 {REACH} 个结果精确求解"),
                format!("{left} laboratories take part in the reference value; among correlated results the largest consistent subset is found exactly for up to {REACH}"),
            ),
        )
        .with_label(cause, Text::new("结果因此相关", "this makes the results correlated"))
        .with_help(Text::new(
            "用 `仅由` 先定下参与参考值的实验室，或改用广义最小二乘平均值",
            "settle who takes part with `only`, or use the generalised least-squares mean",
        )),
    );
}

/// A matrix of correlations that no set of results can have makes weights and uncertainties meaningless.
fn correlations_go_together(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let declared = &protocol.evaluation.correlations;
    let labs: Vec<&str> = protocol.laboratories().map(|l| l.id.as_str()).collect();
    let n = labs.len();
    let mut matrix = DMatrix::<f64>::identity(n, n);
    let mut seen: Vec<(usize, usize, Span)> = Vec::new();
    for (first, second, r, at) in declared {
        let row = |id: &str| labs.iter().position(|lab| *lab == id);
        let (Some(i), Some(j)) = (row(first), row(second)) else {
            return;
        };
        let (i, j) = (i.min(j), i.max(j));
        let before = seen.iter().find(|(a, b, _)| (*a, *b) == (i, j));
        if i == j || before.is_some() {
            diagnostics.push(pair_twice(*at, before.map(|(_, _, span)| *span)));
            return;
        }
        seen.push((i, j, *at));
        matrix[(i, j)] = *r;
        matrix[(j, i)] = *r;
    }
    let last = seen.last().filter(|_| Cholesky::new(matrix).is_none());
    if let Some((_, _, at)) = last {
        diagnostics.push(contradiction(*at, &seen));
    }
}

fn pair_twice(at: Span, before: Option<Span>) -> Diagnostic {
    let message = match before {
        Some(_) => Text::new(
            "这两个实验室的相关系数已经给出",
            "the correlation of these two laboratories is given already",
        ),
        None => Text::new(
            "实验室与自身的相关系数总是 1，不能另行声明",
            "the correlation of a laboratory with itself is always 1 and cannot be declared",
        ),
    };
    let diagnostic = Diagnostic::new(Code::ContradictoryCorrelations, at, message)
        .with_help(Text::new("删除这一行", "remove this line"));
    match before {
        Some(span) => diagnostic.with_label(span, Text::new("在这里", "here")),
        None => diagnostic,
    }
}

fn contradiction(at: Span, seen: &[(usize, usize, Span)]) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        Code::ContradictoryCorrelations,
        at,
        Text::new(
            "所声明的相关系数不能同时成立：相关矩阵不是正定的",
            "the correlations declared cannot hold together: their matrix is not positive definite",
        ),
    )
    .with_reason(Text::new(
        "例如甲与乙、甲与丙都强相关，则乙与丙也必然相关；相关系数为 ±1 的两个结果只算一个",
        "if A goes with B and with C, then B goes with C too; two results with a coefficient of ±1 are only one",
    ))
    .with_help(Text::new(
        "核对各相关系数，补上缺少的一对",
        "check the coefficients, and add the pair that is missing",
    ));
    for (_, _, span) in seen.iter().rev().skip(1) {
        diagnostic = diagnostic.with_label(*span, Text::new("与它一起", "together with this one"));
    }
    diagnostic
}
