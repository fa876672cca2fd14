//! What the policy requires and allows.

use crate::circulation;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::facts::Case;
use crate::model::policy::{Allowance, Ground, Requirement};
use crate::model::rules::{Measure, MeasureKind};
use crate::model::spoken::spoken;
use crate::model::{Consequence, Protocol};
use crate::schema::table::table;
use crate::text::{Lang, Text};

pub(super) fn check(
    protocol: &Protocol,
    journey: &circulation::Plan,
    diagnostics: &mut Vec<Diagnostic>,
) {
    let case = Case {
        protocol,
        journey: Some(journey),
    };
    let regime = &protocol.regime;
    diagnostics.extend((regime.requirements.iter()).filter_map(|r| broken(&case, r)));
    for allowance in &regime.allowances {
        // What cannot be known (a timetable that does not exist) has been reported where it arises.
        if allowance.scope.term.holds(&case) != Some(false) {
            continue;
        }
        for measure in protocol.sanctions.iter().flat_map(measures) {
            diagnostics.extend(refused(protocol, allowance, measure));
        }
    }
}

/// The finding about a requirement that applies and is not kept.
fn broken(case: &Case<'_>, requirement: &Requirement) -> Option<Diagnostic> {
    let scope = requirement.scope.as_ref();
    let applies = scope.is_none_or(|scope| scope.term.holds(case) == Some(true));
    if !applies || requirement.condition.term.holds(case) != Some(false) {
        return None;
    }
    let code = if requirement.warning {
        Code::PolicyAdvice
    } else {
        Code::PolicyBroken
    };
    let (at, witness) = case.place(&requirement.condition.term);
    let rule = &requirement.rule;
    let found = &requirement.otherwise;
    let message = Text::new(
        format!("{rule}：{}", found.get(Lang::Zh)),
        format!("{rule}: {}", found.get(Lang::En)),
    );
    let mut diagnostic = with_ground(
        Diagnostic::new(code, at, message),
        &requirement.policy,
        &requirement.ground,
    );
    if let Some(witness) = witness {
        diagnostic = diagnostic.labelled(witness);
    }
    let help = requirement.mend.clone().unwrap_or_else(|| {
        let condition = spoken(&requirement.condition.term);
        Text::new(
            format!("须满足：{}", condition.zh),
            format!("this must hold: {}", condition.en),
        )
    });
    Some(diagnostic.with_help(help))
}

/// A measure and those that follow from its retest.
fn measures(consequence: &Consequence) -> Vec<&Measure> {
    let mut all = Vec::new();
    let mut waiting: Vec<&Measure> = consequence.measures.iter().collect();
    while let Some(measure) = waiting.pop() {
        if let MeasureKind::Retest { outcomes, .. } = &measure.kind {
            waiting.extend(outcomes.iter().map(|(_, step)| step.as_ref()));
        }
        all.push(measure);
    }
    all
}

fn refused(protocol: &Protocol, allowance: &Allowance, measure: &Measure) -> Option<Diagnostic> {
    let word = measure.kind.keyword();
    if !allowance.measures.iter().any(|m| m == word) {
        return None;
    }
    let zh = (table().choice("measure").iter())
        .find(|t| t.en == word)
        .map_or(word, |t| t.zh.as_str());
    let scope = spoken(&allowance.scope.term);
    let diagnostic = Diagnostic::new(
        Code::MeasureNotAllowed,
        measure.at,
        Text::new(
            format!("制度只在{}时允许 `{zh}`，本方案不属此情形", scope.zh),
            format!(
                "the policy allows `{word}` only where {}, which is not so here",
                scope.en
            ),
        ),
    )
    .with_help(Text::new(
        "删去这项措施，或改用制度允许的措施",
        "remove the measure, or order one that the policy allows",
    ));
    let mut diagnostic = with_ground(diagnostic, &allowance.policy, &allowance.ground);
    let stated = [&protocol.participation, &protocol.level];
    for written in stated.into_iter().flatten() {
        if written.span.file == measure.at.file {
            let text = Text::new("与此处有关", "this has to do with it");
            diagnostic = diagnostic.with_label(written.span, text);
        }
    }
    Some(diagnostic)
}

/// The article, who states the rule, and how sure the source is.
fn with_ground(diagnostic: Diagnostic, policy: &str, ground: &Ground) -> Diagnostic {
    let (zh, en) = match ground.certainty.as_str() {
        "seen" => ("已核对原文", "read in its own words"),
        "secondary" => ("据转引，未核对原文", "known at second hand"),
        _ => ("本制度自定", "the policy's own choice"),
    };
    let (basis_zh, basis_en) = (ground.basis.get(Lang::Zh), ground.basis.get(Lang::En));
    diagnostic.with_basis(Text::new(
        format!("{basis_zh}（{zh}；{policy}）"),
        format!("{basis_en} ({en}; {policy})"),
    ))
}
