//! Verdicts are total and exclusive: every outcome meets exactly one of the rules.
//!
//! Rules for a point are decided over the whole range of the names they use, not by sampling. Conditions are taken apart into linear
//! inequalities (absolute values, `min`, `max` and ratios with a positive denominator included); rules about one name are decided region
//! by region, rules about several by elimination. A part that is not linear (`U ^ 2`, `sqrt(…)`) may be any number: what can be proven
//! then holds, and what cannot is shown with an outcome at which the conditions themselves were worked out, or named as unproven.
//!
//! Numbers are compared as the decimal numbers that were written, rounded to 15 digits. Uncertainties are positive; scores and the
//! difference have one sign; otherwise the names are taken as independent, so that an outcome that is shown may be one which the
//! definitions of the scores exclude (E_n and z at once). Two rules for the same verdict may overlap.
//!
//! Exceptions go before the rules, which are total and exclusive without them. No two exceptions may apply together, whatever their
//! verdicts, since a report names the one that applied; that must be proven.

mod counts;
mod exact;
mod exceptions;
mod formula;
mod linear;
mod message;
mod points;
mod regions;
pub mod shift;
mod space;
#[cfg(test)]
mod tests;
mod translate;

use std::collections::BTreeSet;

use num_traits::Zero;

use crate::condition::{Domain, Term};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Protocol, VerdictRule};
use crate::source::Span;
use crate::text::Text;
use crate::values::unit::{Unit, parse_unit};
use space::ShownUnit;

/// Reports rules that are missing, gaps, overlaps, rules that are never met, and what could not be decided.
pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let acceptance = &protocol.acceptance;
    let never = match acceptance.point_at {
        None => {
            diagnostics.push(no_rules(
                acceptance.at,
                Text::new("逐个 测量点", "each point"),
            ));
            BTreeSet::new()
        }
        Some(at) => at_points(protocol, at, diagnostics),
    };
    match acceptance.laboratory_at {
        None => diagnostics.push(no_rules(
            acceptance.at,
            Text::new("逐个 实验室", "each laboratory"),
        )),
        Some(at) => {
            let (rules, exceptions) = parted(&acceptance.laboratory);
            // Without a point there is nothing to judge by; that it is missing is reported where it is missing.
            let points = protocol.measurands.iter().any(|m| !m.points.is_empty());
            if !two_without_condition(&rules, diagnostics) && acceptance.complete && points {
                let judged = judged(protocol, &never);
                let findings = counts::analyse(&rules, &judged);
                let found = findings.iter();
                diagnostics.extend(found.map(|f| message::of_laboratories(&rules, at, f)));
                diagnostics.extend(exceptions::of_laboratories(&exceptions, at, &judged));
            }
        }
    }
}

/// Checks the rules for points; gives the verdicts that none of them ever gives.
fn at_points(protocol: &Protocol, at: Span, diagnostics: &mut Vec<Diagnostic>) -> BTreeSet<String> {
    let acceptance = &protocol.acceptance;
    let (rules, exceptions) = parted(&acceptance.point);
    if two_without_condition(&rules, diagnostics) || !acceptance.complete {
        return BTreeSet::new();
    }
    let findings = points::analyse(&rules, shown_unit(protocol, &rules));
    let found = findings.iter();
    diagnostics.extend(found.map(|f| message::of_points(&rules, at, f)));
    let unit = shown_unit(protocol, &exceptions);
    let (found, idle) = exceptions::of_points(&exceptions, at, unit);
    diagnostics.extend(found);
    let never: BTreeSet<usize> = (findings.iter())
        .filter_map(|finding| match finding {
            points::Finding::Never(rule) => Some(*rule),
            _ => None,
        })
        .collect();
    let given = |rules: &[VerdictRule], never: &BTreeSet<usize>| -> Vec<String> {
        let given = rules.iter().enumerate().filter(|(i, _)| !never.contains(i));
        given.map(|(_, rule)| rule.verdict.clone()).collect()
    };
    let given = [given(&rules, &never), given(&exceptions, &idle)].concat();
    (acceptance.point.iter())
        .map(|rule| rule.verdict.clone())
        .filter(|verdict| !given.contains(verdict))
        .collect()
}

/// The general rules and the exceptions.
fn parted(rules: &[VerdictRule]) -> (Vec<VerdictRule>, Vec<VerdictRule>) {
    rules.iter().cloned().partition(|r| r.exception.is_none())
}

fn no_rules(at: Span, block: Text) -> Diagnostic {
    Diagnostic::new(
        Code::NoVerdictRules,
        at,
        Text::new(
            format!("`结果评定` 中没有 `{}` 的规则", block.zh),
            format!("`acceptance` has no rules for `{}`", block.en),
        ),
    )
    .with_help(Text::new(
        format!("补上 `{} {{ … }}`", block.zh),
        format!("add `{} {{ … }}`", block.en),
    ))
}

fn two_without_condition(rules: &[VerdictRule], diagnostics: &mut Vec<Diagnostic>) -> bool {
    let rest: Vec<&VerdictRule> = rules.iter().filter(|rule| rule.when.is_none()).collect();
    let [first, second, ..] = rest.as_slice() else {
        return false;
    };
    diagnostics.push(
        Diagnostic::new(
            Code::VerdictsOverlap,
            second.at,
            Text::new(
                "两个结论都取其余情形",
                "two verdicts both take what the other rules leave",
            ),
        )
        .with_label(first.at, Text::new("第一个在这里", "the first stands here"))
        .with_help(Text::new(
            "只留一个 `其余`，给另一个写条件",
            "keep one `otherwise` and give the other a condition",
        )),
    );
    true
}

/// What a laboratory is judged by: all points, all artefacts, and the verdicts that the rules for points can give.
fn judged(protocol: &Protocol, never: &BTreeSet<String>) -> Vec<counts::Judged> {
    let mut verdicts: Vec<String> = Vec::new();
    for rule in &protocol.acceptance.point {
        if !never.contains(&rule.verdict) && !verdicts.contains(&rule.verdict) {
            verdicts.push(rule.verdict.clone());
        }
    }
    let of = |domain, number| counts::Judged {
        domain,
        number,
        verdicts: verdicts.clone(),
    };
    vec![
        of(
            Domain::Points,
            protocol.measurands.iter().map(|m| m.points.len()).sum(),
        ),
        of(Domain::Artefacts, protocol.artefacts.len()),
    ]
}

/// The unit of the first quantity that the rules write, else the measurand's.
fn shown_unit(protocol: &Protocol, rules: &[VerdictRule]) -> ShownUnit {
    let terms: Vec<&Term> = (rules.iter())
        .filter_map(|rule| rule.when.as_ref().map(|when| &when.term))
        .collect();
    (protocol.measurands.first()).map_or_else(ShownUnit::one, |m| unit_shown(&m.unit, &terms))
}

/// The unit of the first quantity of that kind that the conditions write, else this one.
fn unit_shown(own: &Unit, terms: &[&Term]) -> ShownUnit {
    let mut written = Vec::new();
    terms.iter().for_each(|term| units(term, &mut written));
    let unit = (written.into_iter())
        .find(|unit| unit.dimension().same_kind(&own.dimension()))
        .unwrap_or_else(|| own.clone());
    match exact::meant(unit.factor().to_f64()).filter(|size| !size.is_zero()) {
        Some(size) if !unit.is_one() => ShownUnit {
            symbol: unit.to_string(),
            size,
        },
        _ => ShownUnit::one(),
    }
}

/// The units that stand in a condition.
fn units(term: &Term, found: &mut Vec<Unit>) {
    match term {
        Term::Number(_, written) => {
            let unit = written.split_once(' ').map(|(_, unit)| unit);
            found.extend(unit.and_then(|unit| parse_unit(unit, None).ok()));
        }
        Term::Absolute(inner) | Term::Negative(inner) | Term::Not(inner) => units(inner, found),
        Term::Binary(_, left, right) => {
            units(left, found);
            units(right, found);
        }
        Term::Call(_, arguments) => arguments.iter().for_each(|a| units(a, found)),
        Term::Variable(_)
        | Term::Quantified(..)
        | Term::Holds(_)
        | Term::Has(_)
        | Term::Is(..)
        | Term::Lasts(..) => {}
    }
}
