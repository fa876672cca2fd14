//! Tests written in the language: what they demand, what they find, and what is said about wrong ones.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bidui::compile::{Compiled, compile};
use bidui::diagnostic::Code;
use bidui::examples::coverage::coverage;
use bidui::examples::{Report, run};
use bidui::text::Lang;

/// A protocol with two points, a certified-like reference through the pilot, and sanctions of the national policy.
const PROTOCOL: &str = r#"edition 2026
use std.cn.consequences as cn
protocol a.b 1.0.0 {
  title en "comparison" zh "比对"
  policy cn
  organizer ORG
  pilot PILOT
  participants { LAB1; LAB2 }
  measurand dm : mass {
    unit mg
    point p1 = 1 kg
    point p2 = 2 kg
    report value, U, k
  }
  artefact W1 { measures dm; traceable to national-primary-standard "kilogram" }
  circulation { start 2026-09-01; ring W1 { stay 5 d; transit 2 d } }
  evaluation {
    reference std.reference.weighted-mean
    correlation uncorrelated
    score En k 2
  }
  acceptance {
    each point { satisfactory when |En| <= 1; unsatisfactory otherwise }
    each laboratory { satisfactory when all points satisfactory; unsatisfactory otherwise }
  }
}
"#;

fn compiled(test: &str) -> Compiled {
    compile("protocol.bidui", &format!("{PROTOCOL}\n{test}\n"))
}

fn report(test: &str) -> Report {
    let compiled = compiled(test);
    let errors: Vec<&str> = compiled
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .map(|d| d.message.get(Lang::En))
        .collect();
    assert!(errors.is_empty(), "{errors:?}");
    let example = compiled.examples.first().unwrap();
    let plan = compiled.plan_of(example.protocol).unwrap();
    run(example, &plan, &compiled.sources)
}

fn messages(report: &Report) -> Vec<String> {
    let text = |d: &bidui::diagnostic::Diagnostic| d.message.get(Lang::En).to_owned();
    report.failures.iter().map(text).collect()
}

/// The finding that a wrong test gives, and the text it points at.
fn finding(test: &str) -> (Code, String) {
    let compiled = compiled(test);
    let errors: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .collect();
    let [one] = errors.as_slice() else {
        panic!("one finding is expected: {errors:?}")
    };
    let span = one.span().unwrap();
    (one.code, compiled.sources.text(span).to_owned())
}

#[test]
fn the_example_of_the_language_page_passes() {
    let report = report(
        r#"test "one unit of E_n away" {
  given reference 0.120 mg U 0.020 mg
  given LAB1 p1 0.140 mg U 0.060 mg
  expect LAB1 verdict satisfactory
}"#,
    );
    assert_eq!(messages(&report), Vec::<String>::new());
}

#[test]
fn a_given_reference_value_replaces_the_one_computed_from_the_results() {
    // Closed form: D = 140 - 120, U(D) = sqrt(60² + 20²), E_n = 20/63.25 = 0.3162 with independent uncertainties.
    let report = report(
        r#"test "t" {
  given reference p1 0.120 mg U 0.020 mg
  given LAB1 p1 140 µg U 60 µg
  given LAB2 p1 0.9 mg U 0.06 mg
  expect reference p1 0.120 mg
  expect LAB1 p1 D 0.020 mg U 0.0632 mg
  expect LAB1 p1 En 0.3162
}"#,
    );
    assert_eq!(messages(&report), Vec::<String>::new());
}

#[test]
fn the_uncertainty_may_be_stated_with_its_own_factor_or_as_a_standard_uncertainty() {
    let report = report(
        r#"test "t" {
  given reference p1 0 mg U 0.020 mg
  given LAB1 p1 0.02 mg u 0.030 mg
  given LAB2 p1 0.02 mg U 0.090 mg k 3
  expect LAB1 p1 U 0.0632 mg
  expect LAB2 p1 U 0.0632 mg
}"#,
    );
    assert_eq!(messages(&report), Vec::<String>::new());
}

#[test]
fn without_a_given_reference_value_the_protocols_own_method_decides() {
    // Weighted mean of (0 ± 0.1), (0.1 ± 0.1) and (0.5 ± 0.2) at one standard uncertainty: weights 4, 4 and 1.
    let report = report(
        r#"test "t" {
  given PILOT p1 0 mg u 0.1 mg
  given LAB1 p1 0.1 mg u 0.1 mg
  given LAB2 p1 0.5 mg u 0.2 mg
  expect reference p1 0.1 mg ± 1e-12 mg
}"#,
    );
    assert_eq!(messages(&report), Vec::<String>::new());
}

#[test]
fn a_wrong_expectation_fails_with_what_was_found_at_its_place() {
    let compiled = compiled(
        r#"test "t" {
  given reference 0 mg U 0.020 mg
  given LAB1 0.2 mg U 0.060 mg
  expect LAB1 verdict satisfactory
  expect LAB1 p1 verdict satisfactory
  expect LAB1 p1 En 3.1 ± 0.01
  expect LAB1 consequence nothing
  expect LAB1 verdict unsatisfactory consequence rectify, suspend, retest
}"#,
    );
    let example = compiled.examples.first().unwrap();
    let report = run(example, &compiled.plan_of(0).unwrap(), &compiled.sources);
    let found = messages(&report);
    for (message, beginning) in found.iter().zip([
        "the verdict on `LAB1`: expected `satisfactory`, found `unsatisfactory`",
        "the verdict on `LAB1` at `p1`: expected `satisfactory`, found `unsatisfactory`",
        "En of `LAB1` at `p1`: expected 3.1 ± 0.01, found 3.16227766",
        "what follows for `LAB1`: expected `nothing`, found `rectify`, `suspend`, `retest`",
    ]) {
        assert!(message.starts_with(beginning), "{message}");
    }
    assert_eq!(found.len(), 4, "{found:?}");
    let place = report.failures.first().and_then(|d| d.span()).unwrap();
    assert_eq!(
        compiled.sources.text(place),
        "expect LAB1 verdict satisfactory"
    );
}

#[test]
fn a_number_without_tolerance_is_met_within_half_a_unit_of_its_last_digit() {
    let test = |written: &str| {
        report(&format!(
            "test \"t\" {{ given reference p1 0 mg U 0.02 mg; given LAB1 p1 0.02 mg U 0.06 mg; expect LAB1 p1 En {written} }}"
        ))
        .passed()
    };
    // E_n = 0.31623
    assert!(test("0.3") && test("0.32") && test("0.316"));
    assert!(!test("0.31") && !test("0.317") && !test("0.30"));
}

#[test]
fn an_absent_laboratory_meets_its_consequence() {
    let report = report(
        "test \"t\" { given LAB2 absent; expect LAB2 verdict absent; expect LAB2 consequence refer }",
    );
    assert_eq!(messages(&report), Vec::<String>::new());
}

#[test]
fn a_laboratory_of_which_nothing_is_said_has_no_verdict() {
    let report = report("test \"t\" { given LAB2 absent; expect LAB1 verdict satisfactory }");
    assert_eq!(
        messages(&report),
        ["the verdict on `LAB1`: expected `satisfactory`, found no verdict"]
    );
}

#[test]
fn a_wrong_test_is_a_finding_of_check() {
    for (statement, code, at) in [
        ("given LAB9 p1 1 mg U 1 mg", Code::UnknownName, "LAB9"),
        ("given LAB1 p9 1 mg U 1 mg", Code::UnknownName, "p9"),
        ("given LAB1 p1 1 mm U 1 mg", Code::UnitMismatch, "1 mm"),
        ("given LAB1 p1 1 U 1 mg", Code::UnitMismatch, "1"),
        ("given LAB1 p1 1 mg U 0 mg", Code::ValueOutOfRange, "0 mg"),
        (
            "given LAB1 p1 1 mg U 1 mg k -2",
            Code::ValueOutOfRange,
            "-2",
        ),
        (
            "given LAB1 p1 1 mg",
            Code::TestIncomplete,
            "given LAB1 p1 1 mg",
        ),
        (
            "given LAB1 p1 1 mg U 1 mg u 1 mg",
            Code::TestIncomplete,
            "given LAB1 p1 1 mg U 1 mg u 1 mg",
        ),
        ("given LAB1 p1 U 1 mg", Code::TestIncomplete, ""),
        (
            "given LAB1 p1 1 mg u 1 mg k 2",
            Code::UnexpectedArgument,
            "2",
        ),
        (
            "given LAB1 p1 1 mg U 1 mg; given LAB1 p1 2 mg U 1 mg",
            Code::GivenTwice,
            "given LAB1 p1 2 mg U 1 mg",
        ),
        (
            "given LAB1 absent; given LAB1 p1 2 mg U 1 mg",
            Code::GivenTwice,
            "given LAB1 p1 2 mg U 1 mg",
        ),
        (
            "given reference 1 mg U 1 mg; given reference p1 1 mg U 1 mg",
            Code::GivenTwice,
            "given reference p1 1 mg U 1 mg",
        ),
        (
            "expect LAB9 verdict satisfactory",
            Code::UnknownName,
            "LAB9",
        ),
        (
            "expect LAB1 verdict questionable",
            Code::ExpectationImpossible,
            "questionable",
        ),
        (
            "expect LAB1 p1 verdict absent",
            Code::ExpectationImpossible,
            "absent",
        ),
        ("expect LAB1 p1 zeta 1", Code::ExpectationImpossible, "1"),
        ("expect LAB1 En 1", Code::TestIncomplete, "expect LAB1 En 1"),
        (
            "expect LAB1 consequence lift",
            Code::ExpectationImpossible,
            "lift",
        ),
        ("expect LAB1 p1", Code::TestIncomplete, "expect LAB1 p1"),
        (
            "expect reference verdict satisfactory",
            Code::ExpectationImpossible,
            "satisfactory",
        ),
        (
            "expect LAB1 p1 En 1 D 1 mg ± 1 mg",
            Code::TestIncomplete,
            "1 mg",
        ),
    ] {
        let test = format!("test \"t\" {{ {statement}; expect LAB2 verdict satisfactory }}");
        assert_eq!(finding(&test), (code, at.to_owned()), "{statement}");
    }
}

#[test]
fn a_test_says_which_protocol_it_is_about_when_there_are_several() {
    let other = PROTOCOL
        .replace("edition 2026\nuse std.cn.consequences as cn\n", "")
        .replace("a.b", "c.d");
    let test = |of: &str| {
        format!("{other}\ntest \"t\" {of} {{ expect LAB1 verdict absent; given LAB1 absent }}")
    };
    assert_eq!(finding(&test("")).0, Code::TestOfNoProtocol);
    assert_eq!(
        finding(&test("of e.f")),
        (Code::TestOfNoProtocol, "e.f".to_owned())
    );
    let both = compiled(&test("of c.d"));
    assert!(both.is_sound());
    assert_eq!(both.examples.first().unwrap().protocol, 1);
}

#[test]
fn coverage_tells_what_no_test_reached() {
    let compiled = compiled(
        r#"test "t" {
  given reference 0 mg U 0.020 mg
  given LAB1 0.01 mg U 0.060 mg
  expect LAB1 verdict satisfactory
}"#,
    );
    let plan = compiled.plan_of(0).unwrap();
    let report = run(compiled.examples.first().unwrap(), &plan, &compiled.sources);
    let found = coverage(&plan, [&report.outcome].into_iter());
    assert_eq!(
        found.text(Lang::En),
        "a.b\n  verdicts at points 1/2, not reached: unsatisfactory\n  \
         verdicts on laboratories 1/3, not reached: absent, unsatisfactory\n  \
         consequences 0/2, not reached: absent, unsatisfactory\n"
    );
}

#[test]
fn the_command_tells_pass_failure_and_what_could_not_run_apart() {
    let folder = std::env::temp_dir().join(format!("bidui-in-language-{}", std::process::id()));
    std::fs::create_dir_all(&folder).unwrap();
    let status = |name: &str, test: &str| {
        let path = folder.join(name);
        std::fs::write(&path, format!("{PROTOCOL}\n{test}\n")).unwrap();
        let out = std::process::Command::new(env!("CARGO_BIN_EXE_bidui"))
            .args(["test", "--format", "junit", "--lang", "en"])
            .arg(&path)
            .output()
            .unwrap();
        (out.status.code(), String::from_utf8(out.stdout).unwrap())
    };
    let (passed, xml) = status(
        "passes.bidui",
        "test \"a < b\" { given LAB1 absent; expect LAB1 verdict absent }",
    );
    assert_eq!(passed, Some(0));
    let read = roxmltree::Document::parse(&xml).unwrap();
    let case = read
        .descendants()
        .find(|n| n.has_tag_name("testcase"))
        .unwrap();
    assert_eq!(
        (case.attribute("name"), case.attribute("classname")),
        (Some("a < b"), Some("a.b"))
    );
    let (failed, xml) = status(
        "fails.bidui",
        "test \"t\" { given LAB1 absent; expect LAB2 verdict absent }",
    );
    assert_eq!(failed, Some(1));
    let read = roxmltree::Document::parse(&xml).unwrap();
    let failure = read
        .descendants()
        .find(|n| n.has_tag_name("failure"))
        .unwrap();
    assert_eq!(
        failure.attribute("message"),
        Some("the verdict on `LAB2`: expected `absent`, found no verdict")
    );
    let (unusable, _) = status("wrong.bidui", "test \"t\" { expect LAB9 verdict absent }");
    assert_eq!(unusable, Some(2));
    std::fs::remove_dir_all(&folder).unwrap();
}

#[test]
fn an_uncertainty_behind_a_pure_number_is_not_taken_for_a_unit() {
    let ratio = PROTOCOL
        .replace("dm : mass", "dm : number")
        .replace("unit mg", "unit %");
    let test = "test \"t\" { given reference p1 1 U 0.02; given LAB1 p1 1.02 u 0.03; expect LAB1 p1 D 0.02 U 0.0632 }";
    let compiled = compile("protocol.bidui", &format!("{ratio}\n{test}\n"));
    let found: Vec<&str> = compiled
        .diagnostics
        .iter()
        .map(|d| d.message.get(Lang::En))
        .collect();
    assert!(compiled.is_sound(), "{found:?}");
    let plan = compiled.plan_of(0).unwrap();
    let report = run(compiled.examples.first().unwrap(), &plan, &compiled.sources);
    assert_eq!(messages(&report), Vec::<String>::new());
}

#[test]
fn two_measurands_may_give_their_points_the_same_name() {
    let second = "  measurand dv : volume {
    unit mL
    point p1 = 1 L
    report value, U, k
  }
  artefact W1 { measures dm; measures dv at p1;";
    let protocol = PROTOCOL.replace("  artefact W1 { measures dm;", second);
    let test = "test \"apart\" {
  given  dm.p1 0.10 mg U 0.02 mg
}";
    // A name that is told apart is no laboratory: the test speaks of points behind a laboratory.
    assert!(!compile("p.bidui", &format!("{protocol}\n{test}\n")).is_sound());
    let test = "test \"apart\" {
  given  reference dm.p1 0.10 mg U 0.02 mg
  given  reference dv.p1 0.30 mL U 0.10 mL
  given  reference p2 0.10 mg U 0.02 mg
  given  LAB1 dm.p1 0.12 mg U 0.05 mg
  given  LAB1 dv.p1 0.90 mL U 0.20 mL
  given  LAB1 p2 0.12 mg U 0.05 mg
  expect LAB1 dm.p1 verdict satisfactory
  expect LAB1 dv.p1 verdict unsatisfactory
  expect LAB1 verdict unsatisfactory
}";
    let compiled = compile("p.bidui", &format!("{protocol}\n{test}\n"));
    let found: Vec<&str> = compiled
        .diagnostics
        .iter()
        .map(|d| d.message.en.as_str())
        .collect();
    assert!(compiled.is_sound(), "{found:?}");
    let report = run(
        &compiled.examples[0],
        &compiled.plan().unwrap(),
        &compiled.sources,
    );
    assert!(report.passed(), "{:?}", messages(&report));
}
