#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use proptest::prelude::*;

use super::counts;
use super::exact::{Exact, meant};
use super::formula::satisfied;
use super::linear::Model;
use super::points::{Finding, analyse};
use super::space::{ShownUnit, Space};
use super::translate::formula;
use crate::check::fixture;
use crate::compile::{Compiled, compile};
use crate::condition::{Domain, Facts, Function, Operator, Quantifier, Term};
use crate::diagnostic::Diagnostic;
use crate::model::{Condition, VerdictRule};
use crate::source::Span;
use crate::text::Lang;

/// Values of names, or verdicts of points.
struct Known<'a>(BTreeMap<&'a str, f64>, Vec<&'a str>);

impl Facts for Known<'_> {
    fn variable(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }
    fn verdicts(&self, _: Domain) -> Vec<&str> {
        self.1.clone()
    }
}

fn rule(verdict: &str, when: Option<Term>) -> VerdictRule {
    VerdictRule {
        exception: None,
        verdict: verdict.to_owned(),
        when: when.map(|term| Condition {
            term,
            at: Span::default(),
        }),
        at: Span::default(),
    }
}

/// What the compiler says of a protocol with these rules.
fn compiled(point: &str, laboratory: &str) -> Compiled {
    let text = fixture::protocol(point, laboratory, "on questionable { nothing }");
    compile("t.bidui", &text)
}

/// What is found about verdict rules, in English: `E0703 |En| = 1 meets no verdict`.
fn found(point: &str, laboratory: &str) -> Vec<String> {
    let compiled = compiled(point, laboratory);
    let about = ["E0701", "E0702", "E0703", "W0707", "W0708"];
    let unwanted: Vec<&Diagnostic> = (compiled.diagnostics.iter())
        .filter(|d| d.is_error() && !d.code.id().starts_with("E070"))
        .collect();
    assert!(
        unwanted.is_empty() && !compiled.protocols.is_empty(),
        "{unwanted:?}"
    );
    (compiled.diagnostics.iter())
        .filter(|d| about.contains(&d.code.id()))
        .map(|d| format!("{} {}", d.code.id(), d.message.get(Lang::En)))
        .collect()
}

const ALL_OR_NOT: &str = "satisfactory when all points satisfactory; unsatisfactory otherwise";

#[test]
fn usual_rules_are_total_and_exclusive() {
    for point in [
        "satisfactory when |En| <= 1; unsatisfactory otherwise",
        "satisfactory when |En| <= 1; unsatisfactory when |En| > 1",
        "satisfactory when not |En| > 1; unsatisfactory when En > 1 or En < -1",
        "satisfactory when |D| <= U + U_ref; unsatisfactory when |D| > U_ref + U",
        "satisfactory when |D| / U_D <= 1; unsatisfactory when |D| > U_D",
        "satisfactory when |D| <= 0.1 mg; unsatisfactory when |D| > 100 µg",
        "satisfactory when |D| <= sqrt(U^2 + U_ref^2); unsatisfactory when |D| > sqrt(U^2 + U_ref^2)",
        "satisfactory when max(|D|, U) <= 3 mg; unsatisfactory when |D| > 3 mg or U > 3 mg",
        "satisfactory when En^2 <= 1; unsatisfactory when En^2 > 1",
    ] {
        assert_eq!(found(point, ALL_OR_NOT), [""; 0], "{point}");
    }
}

#[test]
fn a_gap_is_shown_by_a_round_number_inside_it() {
    for (point, message) in [
        (
            "satisfactory when |En| < 1; unsatisfactory when |En| > 1",
            "|En| = 1 meets no verdict",
        ),
        (
            "satisfactory when |En| <= 1; unsatisfactory when |En| > 2",
            "|En| = 1.5 meets no verdict",
        ),
        (
            "satisfactory when |En| <= 1; unsatisfactory when En > 1",
            "En = -2 meets no verdict",
        ),
        (
            "satisfactory when |D| <= 0.1 mg; unsatisfactory when |D| > 0.2 mg",
            "|D| = 0.15 mg meets no verdict",
        ),
        (
            "satisfactory when |D| <= 100 µg; unsatisfactory when |D| > 0.2 mg",
            "|D| = 150 µg meets no verdict",
        ),
        (
            "satisfactory when U < 0.5 mg; unsatisfactory when U > 0.5 mg",
            "U = 0.5 mg meets no verdict",
        ),
        (
            "satisfactory when |D| < U; unsatisfactory when |D| > U",
            "U = 1 mg, |D| = 1 mg meets no verdict",
        ),
    ] {
        let mut messages = found(point, ALL_OR_NOT);
        assert_eq!(messages.len(), 1, "{point}: {messages:?}");
        let shown = messages
            .remove(0)
            .replace("|D| = 1 mg, U = 1 mg", "U = 1 mg, |D| = 1 mg");
        assert_eq!(shown, format!("E0703 {message}"), "{point}");
    }
}

#[test]
fn an_overlap_names_the_verdicts_and_an_outcome() {
    let rules = "satisfactory when |En| <= 1; questionable when |En| > 1 and |En| < 2; unsatisfactory when |En| >= 1.5";
    assert_eq!(
        found(rules, ALL_OR_NOT),
        ["E0702 |En| = 1.6 meets both `questionable` and `unsatisfactory`"]
    );
    let rules = "satisfactory when |D| <= U + U_ref; unsatisfactory when |D| > U";
    let messages = found(rules, ALL_OR_NOT);
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(messages[0].starts_with("E0702") && messages[0].contains("meets both"));
}

#[test]
fn two_rules_of_one_verdict_may_overlap() {
    let rules =
        "unsatisfactory when |En| > 1; unsatisfactory when U > 1 mg; satisfactory otherwise";
    assert_eq!(found(rules, ALL_OR_NOT), [""; 0]);
}

#[test]
fn a_rule_that_is_never_met_is_a_warning() {
    let rules = "satisfactory when |En| <= 1; questionable when En > 3 and En < 2; unsatisfactory otherwise";
    assert_eq!(
        found(rules, ALL_OR_NOT),
        ["W0708 the condition for `questionable` can never be met"]
    );
    let rules = "satisfactory when U > 0 mg; unsatisfactory otherwise";
    assert!(
        found(rules, ALL_OR_NOT)
            .contains(&"W0708 the other verdicts leave nothing for `unsatisfactory`".to_owned())
    );
}

#[test]
fn what_is_beyond_linear_arithmetic_is_shown_where_an_outcome_is_found_and_doubted_where_not() {
    // 1 lies above the root of 0.5² + 0.5² and not above the sum.
    let gap = "satisfactory when |D| <= sqrt(U^2 + U_ref^2); unsatisfactory when |D| > U + U_ref";
    assert_eq!(
        found(gap, ALL_OR_NOT).first().map(String::as_str),
        Some("E0703 |D| = 1 mg, U = 0.5 mg, U_ref = 0.5 mg meets no verdict")
    );
    // True in fact (the root never exceeds the sum), but not provable without the root's own laws.
    let apart = "satisfactory when |D| <= sqrt(U^2 + U_ref^2); unsatisfactory when |D| > U + U_ref; questionable otherwise";
    assert_eq!(
        found(apart, ALL_OR_NOT),
        ["W0707 it cannot be proven that `satisfactory` and `unsatisfactory` exclude each other"]
    );
}

#[test]
fn scores_and_the_difference_have_one_sign() {
    let rules = "satisfactory when En >= 0 and D >= 0 mg; questionable when En < 0 and D < 0 mg";
    assert_eq!(found(rules, "satisfactory otherwise"), [""; 0]);
}

#[test]
fn a_rule_that_cannot_be_read_makes_no_gap() {
    let compiled = compiled(
        "satisfactory when |Em| <= 1; unsatisfactory when |En| > 1",
        ALL_OR_NOT,
    );
    assert!(compiled.diagnostics.iter().all(|d| d.code.id() != "E0703"));
    assert!(compiled.diagnostics.iter().any(|d| d.is_error()));
}

const THREE: &str = "satisfactory when |En| <= 1; questionable when |En| > 1 and |En| <= 2; unsatisfactory when |En| > 2";

#[test]
fn laboratory_rules_are_decided_by_numbers_of_points() {
    for (laboratory, messages) in [
        (ALL_OR_NOT, vec![]),
        (
            "satisfactory when all points satisfactory; unsatisfactory when any points unsatisfactory",
            vec!["E0703 all points `questionable` meets no verdict"],
        ),
        (
            "satisfactory when share points satisfactory >= 80 %; unsatisfactory when share points satisfactory < 0.8",
            vec![],
        ),
        (
            "satisfactory when count points satisfactory >= 4; unsatisfactory when count points satisfactory <= 3",
            vec![],
        ),
        (
            "satisfactory when count points satisfactory > 3; questionable when count points satisfactory = 3; unsatisfactory otherwise",
            vec![],
        ),
        (
            "satisfactory when count points satisfactory = points; unsatisfactory when count points satisfactory < points",
            vec![],
        ),
        (
            "satisfactory when count points questionable + count points unsatisfactory <= 1; unsatisfactory when count points satisfactory < 4",
            vec![],
        ),
        (
            "satisfactory when count points satisfactory > 5; unsatisfactory otherwise",
            vec!["W0708 the condition for `satisfactory` can never be met"],
        ),
        (
            "satisfactory when not any points unsatisfactory; unsatisfactory when count points unsatisfactory >= 2",
            vec![
                "E0703 1 of 5 points `unsatisfactory`, the others `satisfactory` meets no verdict",
            ],
        ),
    ] {
        assert_eq!(found(THREE, laboratory), messages, "{laboratory}");
    }
}

#[test]
fn an_overlap_of_laboratory_rules_is_shown_by_numbers_of_points() {
    let rules = "satisfactory when count points satisfactory >= 3; unsatisfactory when any points unsatisfactory; questionable otherwise";
    let messages = found(THREE, rules);
    assert_eq!(messages.len(), 1, "{messages:?}");
    assert!(
        messages[0].starts_with("E0702") && messages[0].contains("of 5 points"),
        "{messages:?}"
    );
}

#[test]
fn the_same_is_said_in_chinese() {
    let rules = "satisfactory when |En| < 1; unsatisfactory when |En| > 1";
    let laboratory = "satisfactory when all points satisfactory; questionable when count points unsatisfactory > 1; unsatisfactory when all points unsatisfactory";
    let compiled = compiled(rules, laboratory);
    let said: Vec<&str> = (compiled.diagnostics.iter())
        .filter(|d| ["E0702", "E0703"].contains(&d.code.id()))
        .map(|d| d.message.get(Lang::Zh))
        .collect();
    for message in [
        "|En| = 1 时得不出任何结论",
        "5 个测量点中 1 个为 `不满意`、其余为 `满意` 时得不出任何结论",
        "5 个测量点均为 `不满意` 时同时满足 `有问题`、`不满意`",
    ] {
        assert!(said.contains(&message), "{message}: {said:?}");
    }
}

// ---------------------------------------------------------------- against brute force

fn number(quarters: i32) -> Term {
    let value = f64::from(quarters) / 4.0;
    Term::Number(value, value.to_string())
}

fn binary(operator: Operator, left: Term, right: Term) -> Term {
    Term::Binary(operator, Box::new(left), Box::new(right))
}

const COMPARISONS: [Operator; 6] = [
    Operator::Less,
    Operator::AtMost,
    Operator::Greater,
    Operator::AtLeast,
    Operator::Equal,
    Operator::NotEqual,
];

/// A number that depends on one of the names: shifted, scaled, absolute, smallest or largest.
fn amount(names: &'static [&'static str]) -> impl Strategy<Value = Term> {
    let leaf = prop::sample::select(names).prop_map(|name| Term::Variable(name.to_owned()));
    leaf.prop_recursive(3, 6, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|t| Term::Absolute(Box::new(t))),
            inner.clone().prop_map(|t| Term::Negative(Box::new(t))),
            (inner.clone(), -8..8i32).prop_map(|(t, c)| binary(Operator::Plus, t, number(c))),
            (inner.clone(), prop::sample::select(&[-8, -4, 2, 4, 8][..]))
                .prop_map(|(t, c)| binary(Operator::Times, number(c), t)),
            (inner.clone(), prop::sample::select(&[-8, -4, 4, 8][..])).prop_map(|(t, c)| binary(
                Operator::Over,
                t,
                number(c)
            )),
            (inner.clone(), inner, any::<bool>()).prop_map(|(a, b, least)| {
                let function = if least { Function::Min } else { Function::Max };
                Term::Call(function, vec![a, b])
            }),
        ]
    })
}

fn condition(names: &'static [&'static str]) -> impl Strategy<Value = Term> {
    let leaf = (amount(names), 0..6usize, -12..12i32)
        .prop_map(|(t, o, c)| binary(COMPARISONS[o], t, number(c)));
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|t| Term::Not(Box::new(t))),
            (inner.clone(), inner, any::<bool>()).prop_map(|(a, b, and)| {
                binary(if and { Operator::And } else { Operator::Or }, a, b)
            }),
        ]
    })
}

/// How many random sets of rules are tried: 150, or as many as `BIDUI_RULE_SETS` says. Each set of rules about one name is held against
/// 12 001 values of the score, which makes 1.8 million values in an ordinary run.
fn rule_sets() -> u32 {
    let asked = std::env::var("BIDUI_RULE_SETS").ok();
    asked.and_then(|sets| sets.parse().ok()).unwrap_or(150)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(rule_sets()))]

    /// Every critical point of these rules is a multiple of 1/64 and at most 200, so that a grid of 1/128 meets every region.
    #[test]
    fn along_one_name_the_proof_agrees_with_brute_force(
        terms in prop::collection::vec(condition(&["En"]), 1..4),
        rest in any::<bool>(),
    ) {
        let names = ["a", "b", "c", "d"];
        let mut rules: Vec<VerdictRule> = (terms.iter().zip(names))
            .map(|(term, name)| rule(name, Some(term.clone())))
            .collect();
        if rest {
            rules.push(rule("e", None));
        }
        let (mut gap, mut overlap, mut met) = (false, false, vec![false; terms.len()]);
        for step in -6_000..=6_000 {
            // Fine where most critical points lie, wide further out.
            let x = f64::from(step) / 128.0;
            let x = if x.abs() > 30.0 { x.signum() * (30.0 + (x.abs() - 30.0) * 16.0) } else { x };
            let known = Known(BTreeMap::from([("En", x)]), vec![]);
            let mut holding = 0;
            for (term, met) in terms.iter().zip(&mut met) {
                if term.holds(&known).unwrap() {
                    *met = true;
                    holding += 1;
                }
            }
            gap |= holding == 0;
            overlap |= holding > 1;
        }
        let findings = analyse(&rules, ShownUnit::one());
        let says_gap = findings.iter().any(|f| matches!(f, Finding::Gap(_)));
        let says_overlap = findings.iter().any(|f| matches!(f, Finding::Overlap(..)));
        let never: Vec<usize> = findings.iter().filter_map(|f| match f {
            Finding::Never(rule) => Some(*rule),
            _ => None,
        }).collect();
        prop_assert!(!findings.iter().any(|f| matches!(f, Finding::Unproven(..))));
        prop_assert_eq!(says_gap, gap && !rest);
        prop_assert_eq!(says_overlap, overlap);
        let mut expected: Vec<usize> = (0..terms.len()).filter(|it| !met[*it]).collect();
        if rest && !gap {
            expected.push(terms.len());
        }
        prop_assert_eq!(never, expected);
    }

    /// The formula says what the condition says at every sample, and elimination finds a solution exactly when there is one.
    #[test]
    fn over_several_names_elimination_agrees_with_samples(term in condition(&["D", "U", "U_ref"])) {
        let mut space = Space::of(&[&term], ShownUnit::one());
        for name in ["D", "U", "U_ref"] {
            space.name(name);
        }
        let met = formula(&mut space, &term, true);
        let unmet = formula(&mut space, &term, false);
        prop_assert!(space.opaque_parts().is_empty());
        let domain = space.domain();
        let (may_be_met, may_be_unmet) = (satisfied(&[&domain, &met]), satisfied(&[&domain, &unmet]));
        for (solution, formula) in [(&may_be_met, &met), (&may_be_unmet, &unmet)] {
            if let Ok(Some(model)) = solution {
                prop_assert!(domain.holds(model) && formula.holds(model));
            }
        }
        let exact = |value: f64| meant(value).unwrap();
        for step in 0..700 {
            let d = f64::from(step % 25) * 0.75 - 9.0;
            let u = f64::from(step % 7 + 1) * 0.5;
            let u_ref = f64::from(step % 11 + 1) * 0.25;
            let known = Known(BTreeMap::from([("D", d), ("U", u), ("U_ref", u_ref)]), vec![]);
            let holds = term.holds(&known).unwrap();
            // An absolute value that is used in no other way is a variable of its own.
            let model: Model = (0..6).filter_map(|variable| {
                let value: Exact = match space.label(variable)?.as_str() {
                    "D" => exact(d),
                    "|D|" => exact(d.abs()),
                    "U" => exact(u),
                    _ => exact(u_ref),
                };
                Some((variable, value))
            }).collect();
            prop_assert_eq!(met.holds(&model), holds);
            prop_assert_eq!(unmet.holds(&model), !holds);
            let answer = if holds { &may_be_met } else { &may_be_unmet };
            prop_assert!(!matches!(answer, Ok(None)));
        }
    }

    /// Laboratory rules: the reduced ways against all 3^n ways to fall.
    #[test]
    fn laboratory_rules_agree_with_all_ways_to_fall(
        terms in prop::collection::vec(fallen(), 1..4),
        rest in any::<bool>(),
        number in 1..6usize,
    ) {
        let mut rules: Vec<VerdictRule> = (terms.iter().zip(["a", "b", "c"]))
            .map(|(term, name)| rule(name, Some(term.clone())))
            .collect();
        if rest {
            rules.push(rule("e", None));
        }
        let judged = [counts::Judged {
            domain: Domain::Points,
            number,
            verdicts: VERDICTS.map(str::to_owned).to_vec(),
        }];
        let (mut gap, mut overlap) = (false, false);
        for way in 0..3usize.pow(number as u32) {
            let verdicts = (0..number).map(|p| VERDICTS[way / 3usize.pow(p as u32) % 3]).collect();
            let known = Known(BTreeMap::new(), verdicts);
            let holding = terms.iter().filter(|t| t.holds(&known).unwrap()).count();
            gap |= holding == 0;
            overlap |= holding > 1;
        }
        let findings = counts::analyse(&rules, &judged);
        let says_gap = findings.iter().any(|f| matches!(f, counts::Finding::Gap(_)));
        let says_overlap = findings.iter().any(|f| matches!(f, counts::Finding::Overlap(..)));
        prop_assert!(!findings.contains(&counts::Finding::Unproven));
        prop_assert_eq!(says_gap, gap && !rest);
        prop_assert_eq!(says_overlap, overlap);
    }
}

const VERDICTS: [&str; 3] = ["x", "y", "z"];

/// A condition over the verdicts of points.
fn fallen() -> impl Strategy<Value = Term> {
    let quantified = |quantifier| {
        prop::sample::select(&VERDICTS[..])
            .prop_map(move |v| Term::Quantified(quantifier, Domain::Points, v.to_owned()))
    };
    let leaf = prop_oneof![
        quantified(Quantifier::All),
        quantified(Quantifier::Any),
        (quantified(Quantifier::Count), 0..6usize, -1..6i32).prop_map(|(t, o, c)| binary(
            COMPARISONS[o],
            t,
            number(4 * c)
        )),
        (quantified(Quantifier::Share), 0..6usize, 0..5i32).prop_map(|(t, o, c)| binary(
            COMPARISONS[o],
            t,
            number(c)
        )),
        (
            quantified(Quantifier::Count),
            quantified(Quantifier::Count),
            0..6usize
        )
            .prop_map(|(a, b, o)| binary(COMPARISONS[o], a, b)),
    ];
    leaf.prop_recursive(2, 4, 2, |inner| {
        prop_oneof![
            inner.clone().prop_map(|t| Term::Not(Box::new(t))),
            (inner.clone(), inner, any::<bool>()).prop_map(|(a, b, and)| {
                binary(if and { Operator::And } else { Operator::Or }, a, b)
            }),
        ]
    })
}

#[test]
fn hundreds_of_points_are_decided_without_going_through_all_ways() {
    let judged = [counts::Judged {
        domain: Domain::Points,
        number: 900,
        verdicts: VERDICTS.map(str::to_owned).to_vec(),
    }];
    let share = |operator, limit| {
        let share = Term::Quantified(Quantifier::Share, Domain::Points, "x".to_owned());
        binary(operator, share, Term::Number(limit, limit.to_string()))
    };
    let rules = [
        rule("good", Some(share(Operator::AtLeast, 0.95))),
        rule("bad", Some(share(Operator::Less, 0.9))),
    ];
    let findings = counts::analyse(&rules, &judged);
    let [counts::Finding::Gap(way)] = findings.as_slice() else {
        panic!("{findings:?}");
    };
    let of_x = way[0].2.iter().find(|(v, _)| v == "x").unwrap().1;
    assert!((810..855).contains(&of_x), "{of_x}");
}
