//! General rules with labelled exceptions: what is proven of them, what they decide, and what is said of the one that applied.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bidui::compile::{Compiled, compile};
use bidui::diagnostic::render;
use bidui::examples::coverage::coverage;
use bidui::examples::run;
use bidui::run::why::why;
use bidui::text::Lang;

const BASE: &str = include_str!("data/base.bidui");

/// The base protocol with these statements added to the rules for points, and tests behind it.
fn with(exceptions: &str, tests: &str) -> Compiled {
    let rule = "unsatisfactory otherwise }\n    each laboratory";
    assert!(BASE.contains(rule));
    let new = format!("unsatisfactory otherwise\n{exceptions}\n    }}\n    each laboratory");
    compile(
        "p.bidui",
        &format!("{}\n{tests}\n", BASE.replace(rule, &new)),
    )
}

const SMALL: &str = r#"      exception zh "差值很小" en "small difference" satisfactory when |D| <= 0.1 mg basis "minutes of 2026-05-04""#;

const GIVEN: &str = "
  given NIM p1 0.2 mg U 0.5 mg
  given GDIM p1 0.2 mg U 0.5 mg";

#[test]
fn an_exception_goes_before_the_general_rule_and_is_named_by_why() {
    let tests = format!(
        "test \"close but claimed too well\" {{{GIVEN}
  given reference 0 mg U 0.02 mg
  given SIMT p1 0.09 mg U 0.02 mg
  expect SIMT verdict satisfactory
}}
test \"far away\" {{{GIVEN}
  given reference 0 mg U 0.02 mg
  given SIMT p1 0.3 mg U 0.02 mg
  expect SIMT verdict unsatisfactory
}}"
    );
    let compiled = with(SMALL, &tests);
    let said = render::short(&compiled.diagnostics, &compiled.sources, Lang::En);
    let plan = compiled.plan().expect(&said);
    let reports: Vec<_> = (compiled.examples.iter())
        .map(|example| run(example, &plan, &compiled.sources))
        .collect();
    for report in &reports {
        assert!(report.passed(), "{:?}", report.failures);
    }
    let english = why(&reports[0].outcome, "SIMT", Lang::En).unwrap();
    let lines: Vec<&str> = english.lines().map(str::trim).collect();
    let named = lines
        .iter()
        .position(|l| *l == "by the exception “small difference” (basis: minutes of 2026-05-04)")
        .expect(&english);
    assert_eq!(lines[named + 1], "the general rule gives unsatisfactory");
    assert!(lines[named - 1].contains("exception zh"), "{english}");
    let chinese = why(&reports[0].outcome, "SIMT", Lang::Zh).unwrap();
    assert!(chinese.contains("按例外“差值很小”"), "{chinese}");
    assert!(
        !why(&reports[1].outcome, "SIMT", Lang::En)
            .unwrap()
            .contains("exception")
    );

    let both = coverage(&plan, reports.iter().map(|r| &r.outcome)).text(Lang::En);
    assert!(both.contains("  exceptions 1/1\n"), "{both}");
    let second = coverage(&plan, reports[1..].iter().map(|r| &r.outcome)).text(Lang::En);
    assert!(
        second.contains("  exceptions 0/1, not reached: “small difference”\n"),
        "{second}"
    );
}

#[test]
fn a_plan_without_exceptions_is_what_it_was_and_their_order_means_nothing() {
    let plain = compile("p.bidui", BASE).plan().unwrap();
    assert!(!bidui::plan::json::write(&plain).contains("exception"));
    let second = "      exception \"wide\" unsatisfactory when |D| > 0.1 mg and U > 5 mg";
    let one = with(&format!("{SMALL}\n{second}"), "").plan().unwrap();
    let other = with(&format!("{second}\n{SMALL}"), "").plan().unwrap();
    assert_eq!(one.digest, other.digest);
    assert_ne!(one.digest, plain.digest);
}

#[test]
fn two_exceptions_for_one_outcome_are_an_error_with_that_outcome_and_both_places() {
    let compiled = with(
        "      exception \"near\" satisfactory when |En| <= 1.2
      exception \"far\" satisfactory when |En| > 1.1 and |En| < 1.5",
        "",
    );
    let found = (compiled.diagnostics.iter())
        .find(|d| d.code.id() == "E0712")
        .unwrap();
    assert_eq!(
        found.message.get(Lang::En),
        "|En| = 1.15 meets the exceptions `near` and `far`"
    );
    assert_eq!(
        found.message.get(Lang::Zh),
        "|En| = 1.15 时同时适用例外 `near`、`far`"
    );
    assert_eq!(
        found.reasons[0].get(Lang::En),
        "they apply together for 1.1 < |En| <= 1.2"
    );
    let places: Vec<&str> = (found.labels.iter())
        .map(|l| compiled.sources.text(l.span).split('"').nth(1).unwrap())
        .collect();
    assert_eq!(places, ["far", "near"]);
}

#[test]
fn exceptions_whose_exclusion_cannot_be_proven_are_refused() {
    let exceptions = "      exception \"a\" satisfactory when |D| <= sqrt(U^2 + U_ref^2) / 2
      exception \"b\" unsatisfactory when |D| > U + U_ref";
    let compiled = with(exceptions, "");
    let said = render::short(&compiled.diagnostics, &compiled.sources, Lang::En);
    assert!(
        said.contains("E0712") && said.contains("cannot be proven"),
        "{said}"
    );
    assert!(compiled.plan().is_none());
}

#[test]
fn the_verdict_of_an_exception_needs_its_consequence_like_any_other() {
    let compiled = with("      exception \"doubt\" suspicious when U > 5 mg", "");
    assert!(compiled.is_sound());
    let at_laboratory = BASE.replace(
        "all points satisfactory; unsatisfactory otherwise }",
        "all points satisfactory; unsatisfactory otherwise; exception \"doubt\" suspicious when all points unsatisfactory }",
    );
    let compiled = compile("p.bidui", &at_laboratory);
    let said = render::short(&compiled.diagnostics, &compiled.sources, Lang::En);
    assert!(said.contains("E0704"), "{said}");
}

#[test]
fn a_definition_taken_over_gets_an_exception_beside_its_rules() {
    let own = with("      exception \"wide\" satisfactory when U > 5 mg", "");
    let (before, _) = BASE.split_once("  acceptance {").unwrap();
    let text = format!(
        "{before}  acceptance std.acceptance.en {{ each point {{ exception \"wide\" satisfactory when U > 5 mg }} }}\n}}\n"
    );
    let taken = compile("p.bidui", &text);
    let said = render::short(&taken.diagnostics, &taken.sources, Lang::En);
    assert_eq!(
        taken.plan().expect(&said).digest,
        own.plan().unwrap().digest
    );
}
