//! Whether reference values that are determined together for all points can be: what they need, and what does not go with them.

use super::evaluation::short;
use super::joint::go_together;
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::reference::named;
use crate::model::joint::Procedure;
use crate::model::{Measurand, Method, Protocol};
use crate::source::Span;
use crate::text::Text;

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let reference = &protocol.evaluation.reference;
    reported_and_declared(protocol, diagnostics);
    if !together(&reference.method) {
        unused_correlations(protocol, diagnostics);
        if let Some(method) = reference.otherwise.as_ref().filter(|m| together(m)) {
            diagnostics.push(misplaced(
                method.at,
                Text::new(
                    "各测量点的参考值一并确定，不能在个别测量点不一致时代替逐点的方法",
                    "the reference values of all points are determined together; they cannot take over at a single point",
                ),
                reference.method.at,
                Text::new("删去 `否则`，或从一开始就采用它", "remove `otherwise`, or take this method from the start"),
            ));
        }
        return;
    }
    tests_of_points(protocol, diagnostics);
    leave_one_out(protocol, diagnostics);
    corrected(protocol, diagnostics);
    within_a_measurand(protocol, diagnostics);
    stated_twice(protocol, diagnostics);
    let message = Text::new("参考值写在这里", "the reference value stands here");
    diagnostics.extend(go_together(&reference.correlations, reference.at, message));
}

/// A measurand whose laboratories report the correlation of their results at its points.
pub(super) fn reported(protocol: &Protocol) -> Option<&Measurand> {
    let asks = |m: &&Measurand| m.reported.iter().any(|item| item == "correlation");
    protocol.measurands.iter().find(asks)
}

/// What every laboratory reports of its own results is not declared for all of them as well.
fn reported_and_declared(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    let of_joint = evaluation.joint.iter().flat_map(|j| &j.correlations);
    let declared = of_joint.chain(&evaluation.reference.correlations).next();
    let (Some(measurand), Some((_, _, _, at))) = (reported(protocol), declared) else {
        return;
    };
    diagnostics.push(
        Diagnostic::new(
            Code::JointCorrelation,
            *at,
            Text::new(
                "测量点之间的相关系数既由各实验室上报，又在方案中声明",
                "correlations between points are reported by the laboratories and declared by the protocol as well",
            ),
        )
        .with_label(measurand.at, Text::new("要求上报相关系数", "they are to be reported here"))
        .with_help(Text::new(
            "删去这一行，或从 `上报` 中删去 `相关系数`",
            "remove this line, or `correlation` from `report`",
        )),
    );
}

fn together(method: &Method) -> bool {
    short(&method.path) == named::OF_ALL_POINTS
}

fn misplaced(at: Span, message: Text, method: Span, help: Text) -> Diagnostic {
    Diagnostic::new(Code::MethodOutOfPlace, at, message)
        .with_label(
            method,
            Text::new("参考值的确定方法", "the method of the reference value"),
        )
        .with_help(help)
}

fn unused_correlations(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let reference = &protocol.evaluation.reference;
    let Some((_, _, _, at)) = reference.correlations.first() else {
        return;
    };
    diagnostics.push(
        Diagnostic::new(
            Code::JointCorrelation,
            *at,
            Text::new(
                "逐点确定的参考值用不到测量点之间的相关系数",
                "a reference value of each point alone makes no use of correlations between points",
            ),
        )
        .with_label(
            reference.method.at,
            Text::new(
                "参考值逐点确定",
                "each point has a reference value of its own",
            ),
        )
        .with_help(Text::new(
            "改用 `std.vector.multi-point-consensus`，或写在 `共同评定 卡方` 中",
            "use `std.vector.multi-point-consensus`, or write it in `jointly chi-squared`",
        )),
    );
}

/// The χ² of all points is part of the method.
fn tests_of_points(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let reference = &protocol.evaluation.reference;
    let ordered = reference
        .consistency
        .as_ref()
        .or(reference.otherwise.as_ref());
    if let Some(method) = ordered {
        diagnostics.push(misplaced(
            method.at,
            Text::new(
                "各测量点的参考值一并确定，其卡方检验由该方法自身给出，没有逐点的检验和改用的方法",
                "the reference values of all points are determined together and tested by the method itself; there is no test of a point, and no method that takes over",
            ),
            reference.method.at,
            Text::new("删去 `一致性检验` 和 `否则`", "remove `consistency` and `otherwise`"),
        ));
    }
}

fn leave_one_out(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    let kinds = &evaluation.equivalence;
    if let Some((_, at)) = kinds.iter().find(|(kind, _)| kind == "leave-one-out") {
        diagnostics.push(misplaced(
            *at,
            Text::new(
                "各测量点的参考值一并确定时不作逐一剔除",
                "reference values of all points determined together are not formed with one laboratory left out",
            ),
            evaluation.reference.method.at,
            Text::new("删去 `逐一剔除`", "remove `leave-one-out`"),
        ));
    }
}

/// A correction by the pilot's measurements correlates laboratories, and between points nothing is known of that.
fn corrected(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    let stability = protocol
        .stability
        .as_ref()
        .and_then(|s| s.otherwise.as_ref());
    let action = evaluation.drift.as_ref().or(stability);
    if let Some(action) = action.filter(|a| a.action == "correct") {
        let method = &evaluation.reference.method;
        diagnostics.push(
            Diagnostic::new(
                Code::MethodForIndependentResults,
                method.at,
                Text::new(
                    format!("`{}` 只适用于各实验室互不相关的结果", method.path),
                    format!(
                        "`{}` holds for laboratories whose results are uncorrelated",
                        method.path
                    ),
                ),
            )
            .with_label(
                action.at,
                Text::new(
                    "漂移修正使各实验室的结果相关",
                    "the correction for drift correlates the laboratories",
                ),
            )
            .with_help(Text::new(
                "漂移改为 `计入不确定度`，或逐点采用加权平均值",
                "let drift `add-uncertainty`, or take the weighted mean at each point",
            )),
        );
    }
}

/// Reference values are determined together within a measurand, whose points have one unit.
fn within_a_measurand(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let reference = &protocol.evaluation.reference;
    let across = (reference.correlations.iter()).find(|(a, b, ..)| a.measurand != b.measurand);
    if let Some((first, second, _, at)) = across {
        diagnostics.push(
            Diagnostic::new(
                Code::JointCorrelation,
                *at,
                Text::new(
                    format!("两个测量点分属被测量 `{}` 和 `{}`，其参考值不一并确定", first.measurand, second.measurand),
                    format!("the two points belong to measurands `{}` and `{}`, whose reference values are not determined together", first.measurand, second.measurand),
                ),
            )
            .with_label(reference.method.at, Text::new("逐个被测量确定", "determined measurand by measurand"))
            .with_help(Text::new(
                "把两者写成同一被测量的测量点，或删除这一行",
                "make them points of one measurand, or remove this line",
            )),
        );
    }
}

/// The joint test takes the covariance that the reference values bring along.
fn stated_twice(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    let joint = evaluation.joint.as_ref();
    let chi_squared = joint.filter(|j| j.procedure == Procedure::ChiSquared);
    let Some((_, _, _, at)) = chi_squared.and_then(|j| j.correlations.first()) else {
        return;
    };
    diagnostics.push(
        Diagnostic::new(
            Code::JointCorrelation,
            *at,
            Text::new(
                "测量点之间的相关系数应写在一并确定的参考值中，差值的协方差由它给出",
                "the correlation between points belongs to the reference values determined together, which give the covariance of the differences",
            ),
        )
        .with_label(evaluation.reference.at, Text::new("参考值写在这里", "the reference value stands here"))
        .with_help(Text::new("把这一行移到 `参考值` 的块中", "move this line into the block of `reference`")),
    );
}
