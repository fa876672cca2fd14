//! Whether a test of consistency can decide anything: it chooses between a method and the one that takes over.

use super::evaluation::short;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Protocol;
use crate::text::Text;

/// Reference values that are given and not formed from the results together.
pub(super) const GIVEN: [&str; 2] = ["certified-value", "pilot-value"];

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let reference = &protocol.evaluation.reference;
    let given = GIVEN.contains(&short(&reference.method.path));
    let ordered = reference
        .consistency
        .as_ref()
        .or(reference.otherwise.as_ref());
    if let Some(method) = ordered.filter(|_| given) {
        diagnostics.push(
            Diagnostic::new(
                Code::ConsistencyIdle,
                method.at,
                Text::new(
                    "参考值不是由各结果得出的，结果之间是否一致不影响它，该检验不会执行",
                    "the reference value is not formed from the results, whose consistency has no say in it; the test would never be made",
                ),
            )
            .with_label(reference.method.at, Text::new("参考值取自外部", "the reference value is given"))
            .with_help(Text::new(
                "删去 `一致性检验` 和 `否则`",
                "remove `consistency` and `otherwise`",
            )),
        );
        return;
    }
    if let (None, Some(otherwise)) = (&reference.consistency, &reference.otherwise) {
        diagnostics.push(
            Diagnostic::new(
                Code::ConsistencyIdle,
                otherwise.at,
                Text::new(
                    "没有一致性检验，改用的方法永远不会启用",
                    "without a test of consistency the other method never takes over",
                ),
            )
            .with_label(
                reference.method.at,
                Text::new(
                    "参考值总由此方法得出",
                    "this method always gives the reference value",
                ),
            )
            .with_help(Text::new(
                "补上 `一致性检验 chi-squared 0.05`，或删去 `否则`",
                "add `consistency chi-squared 0.05`, or remove `otherwise`",
            )),
        );
    }
}
