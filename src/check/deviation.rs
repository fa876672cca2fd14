//! Whether u(D), by which scores divide, can be what the protocol orders: the covariance of result and reference value decides.
//!
//! For a weighted mean with weights 1/u², cov(x_i, y) = u²(y) within and 0 outside; no other reference value has that. A u(y) from the scatter of
//! the results says nothing of their covariance with y, and (1 − 2w) u² + u²(y) can then be negative. Sources: M. G. Cox, Metrologia 39 (2002)
//! 589–595; GUM, 5.2.2. How each method stands to it is declared in the library (`deviation`).

use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::equivalence::Dependence;
use crate::model::{Method, Protocol, Score};
use crate::source::Span;
use crate::text::Text;

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    // Linked differences have covariances of their own, whatever the method here.
    if protocol.evaluation.link.is_some() {
        return;
    }
    for score in by_u_of_d(protocol) {
        for method in methods(protocol) {
            let Some(dependence) = method.dependence else {
                continue;
            };
            let found = match score.denominator.as_str() {
                "difference" => not_the_difference(score, method, dependence),
                "with-covariance" => unknown(score.at, method, dependence),
                "propagated" if dependence == Dependence::NonLinear => {
                    Some(not_propagated(score, method))
                }
                "independent" | "as-reported" if score.name == "En" => {
                    plus_within(score, method, dependence)
                }
                _ => None,
            };
            diagnostics.extend(found);
        }
        if score.denominator == "difference" {
            diagnostics.extend(somebody_outside(protocol, score));
        }
    }
    degrees_alone(protocol, diagnostics);
}

/// Scores that divide by u(D).
fn by_u_of_d(protocol: &Protocol) -> impl Iterator<Item = &Score> {
    let scores = protocol.evaluation.scores.iter();
    scores.filter(|s| matches!(s.name.as_str(), "En" | "zeta"))
}

/// The method of the reference value, and the one that takes over.
fn methods(protocol: &Protocol) -> impl Iterator<Item = &Method> {
    let reference = &protocol.evaluation.reference;
    std::iter::once(&reference.method).chain(&reference.otherwise)
}

/// A degree of equivalence ordered without a score that would say how its uncertainty is formed.
fn degrees_alone(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let ordered = (protocol.evaluation.equivalence.iter()).find(|(kind, _)| kind == "unilateral");
    let Some((_, at)) = ordered.filter(|_| by_u_of_d(protocol).next().is_none()) else {
        return;
    };
    for method in methods(protocol) {
        let found = method.dependence.and_then(|d| unknown(*at, method, d));
        diagnostics.extend(found);
    }
}

fn unknown(at: Span, method: &Method, dependence: Dependence) -> Option<Diagnostic> {
    if dependence.rule().is_some() {
        return None;
    }
    let path = &method.path;
    let help = if dependence.is_linear() {
        Text::new(
            "写 `分母 按权传播`（由各实验室声明的不确定度传播，检验其声明）；或改用有自身 u(D) 的方法，如 `std.reference.mandel-paule`；算术平均值可写 `由不确定度`",
            "write `denominator propagated` (the stated uncertainties through the weights, which tests what the laboratories claim); or take a method with a u(D) of its own, such as `std.reference.mandel-paule`; an arithmetic mean may be taken without `from-dispersion`",
        )
    } else {
        Text::new(
            "写 `评分 … 分母 独立`，取 √(u² + u²(y))，并知道它略去了协方差；或改用加权平均值、`std.reference.mandel-paule` 等协方差已知的方法",
            "write `score … denominator independent` for √(u² + u²(y)), which leaves the covariance out; or take a method whose covariance is known, such as the weighted mean or `std.reference.mandel-paule`",
        )
    };
    Some(
        Diagnostic::new(
            Code::CovarianceUnknown,
            at,
            Text::new(
                format!("`{path}` 的 u(y) 取自结果的离散度，结果与参考值的协方差无从得知，这里的 u(D) 无意义"),
                format!("u(y) of `{path}` is taken from the scatter of the results, whose covariance with the reference value does not follow from it: u(D) has no meaning here"),
            ),
        )
        .with_label(method.at, Text::new("参考值由它得出", "the reference value comes from it"))
        .with_reason(Text::new(
            "由离散度得出的 u(y) 与各实验室声明的不确定度是两回事；两者按 (1 − 2w) u² + u²(y) 合成，权大于 1/2 时方差可以为负",
            "a u(y) from the scatter and the uncertainties that laboratories state are different things; put together as (1 − 2w) u² + u²(y) the variance can be negative for a weight above 1/2",
        ))
        .with_help(help),
    )
}

fn not_propagated(score: &Score, method: &Method) -> Diagnostic {
    let path = &method.path;
    Diagnostic::new(
        Code::CovarianceUnknown,
        score.at,
        Text::new(
            format!("`{path}` 不是各结果的加权和，没有可供传播的权"),
            format!("`{path}` is no weighted sum of the results; there are no weights to propagate through"),
        ),
    )
    .with_label(method.at, Text::new("参考值由它得出", "the reference value comes from it"))
    .with_help(Text::new(
        "写 `分母 独立`，或改用平均值类的方法",
        "write `denominator independent`, or take a mean",
    ))
}

/// `difference` is √(u² − u²(y)), which holds within a mean with weights 1/u² and nowhere else.
fn not_the_difference(
    score: &Score,
    method: &Method,
    dependence: Dependence,
) -> Option<Diagnostic> {
    use Dependence::{DarkUncertainty, FixedWeights, InverseVariance, Outside, OwnUncertainty};
    let path = &method.path;
    let (zh, en) = match dependence {
        InverseVariance => return None,
        Outside => (
            "参考值与各结果独立，方差应相加；相减时方差可以为负",
            "the reference value is independent of the results; the variances add, and a difference of them can be negative",
        ),
        FixedWeights => (
            "权不都是 1/u²（不在平均值之内的实验室权为 0），u²(D) = (1 − 2w) u² + Σ w² u²，与 u² − u²(y) 不等；u 小于 u(y) 时后者为负",
            "the weights are not all 1/u² (0 for a laboratory outside the mean): u²(D) is (1 − 2w) u² + Σ w² u² and not u² − u²(y), which is negative for a u below u(y)",
        ),
        DarkUncertainty | OwnUncertainty => (
            "u(y) 含有各实验室声明以外的离散，可以大于某个实验室的 u，相减后方差为负",
            "u(y) holds scatter beyond what the laboratories state; it can exceed a laboratory's u, and the difference is then negative",
        ),
        Dependence::Scatter | Dependence::NonLinear => (
            "u(y) 取自结果的离散度，可以大于某个实验室的 u，相减后方差为负",
            "u(y) is taken from the scatter of the results; it can exceed a laboratory's u, and the difference is then negative",
        ),
    };
    let finding = wrong_sign(
        score,
        Text::new(
            format!("`{path}` 的偏差不能取 √(u² − u²(y))"),
            format!("u(D) with `{path}` is not √(u² − u²(y))"),
        ),
        method.at,
        Text::new("参考值由它得出", "the reference value comes from it"),
        Text::new(zh, en),
    );
    Some(finding)
}

/// Whoever is left out of the mean is independent of it.
fn somebody_outside(protocol: &Protocol, score: &Score) -> Option<Diagnostic> {
    let evaluation = &protocol.evaluation;
    let reference = &evaluation.reference;
    let named = (reference.only.iter().map(|(labs, _)| labs))
        .chain(reference.without.iter().map(|(labs, _)| labs))
        .find_map(|labs| labs.first().map(|l| l.span));
    let too_large = (protocol.measurands.iter()).find(|m| !m.largest.is_empty());
    let at = named
        .or(evaluation.outliers.as_ref().map(|method| method.at))
        .or(too_large.map(|m| m.at))?;
    Some(wrong_sign(
        score,
        Text::new(
            "不参与参考值的实验室不能取 √(u² − u²(y))",
            "√(u² − u²(y)) does not hold for a laboratory without a part in the reference value",
        ),
        at,
        Text::new(
            "由此有实验室不参与参考值",
            "this leaves laboratories out of the reference value",
        ),
        Text::new(
            "它与参考值独立，方差应相加；相减使分母偏小、E_n 偏大，u 小于 u(y) 时方差为负",
            "it is independent of the reference value and the variances add; the difference makes the denominator too small, and negative for a u below u(y)",
        ),
    ))
}

fn wrong_sign(score: &Score, message: Text, at: Span, label: Text, reason: Text) -> Diagnostic {
    Diagnostic::new(Code::SignOfCovariance, score.at, message)
        .with_label(at, label)
        .with_reason(reason)
        .with_help(Text::new(
            "写 `分母 计协方差`，由程序按每个实验室是否参与参考值取正负号",
            "write `denominator with-covariance`, which takes the sign that each laboratory has",
        ))
}

/// A contributor's E_n with the plus sign makes every contributor look better than it is.
fn plus_within(score: &Score, method: &Method, dependence: Dependence) -> Option<Diagnostic> {
    if !dependence.is_linear() {
        return None;
    }
    let (code, mend) = match dependence {
        Dependence::Scatter => (
            Code::ContributorWithPlus,
            Text::new("改用 `分母 按权传播`", "write `denominator propagated`"),
        ),
        _ => (
            Code::SignOfCovariance,
            Text::new(
                "改用 `分母 计协方差`",
                "write `denominator with-covariance`",
            ),
        ),
    };
    let finding = Diagnostic::new(
        code,
        score.at,
        Text::new(
            "参与参考值的实验室与参考值相关，方差相加的分母偏大，E_n 偏小",
            "results that are part of the reference value are correlated with it; a denominator with the sum of the variances is too large and E_n too small",
        ),
    )
    .with_label(
        method.at,
        Text::new(
            "参考值由各实验室的结果得出",
            "the reference value is formed from the results",
        ),
    );
    Some(finding.with_help(mend))
}
