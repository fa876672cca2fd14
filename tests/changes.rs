//! What changes between two versions of a protocol, and the step of the version that it needs.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bidui::changes::{Comparison, Step, compare};
use bidui::compile::compile;
use bidui::diagnostic::render;
use bidui::plan::Plan;
use bidui::text::Lang;

const BASE: &str = include_str!("data/base.bidui");

fn plan(text: &str) -> Plan {
    let compiled = compile("p.bidui", text);
    let said = render::short(&compiled.diagnostics, &compiled.sources, Lang::En);
    compiled.plan().expect(&said)
}

/// The base protocol with one thing replaced by another.
fn edited(from: &str, to: &str) -> String {
    assert!(BASE.contains(from), "{from}");
    BASE.replace(from, to)
}

fn since_base(from: &str, to: &str) -> Comparison {
    compare(&plan(BASE), &plan(&edited(from, to))).unwrap()
}

/// Area, old and new of every change, in English.
fn told(comparison: &Comparison) -> Vec<String> {
    let side = |t: &Option<bidui::text::Text>| {
        t.as_ref()
            .map_or("—".to_owned(), |t| t.get(Lang::En).to_owned())
    };
    (comparison.changes.iter())
        .map(|c| {
            format!(
                "{}: {} → {}",
                c.area.get(Lang::En),
                side(&c.old),
                side(&c.new)
            )
        })
        .collect()
}

fn shifts(comparison: &Comparison) -> Vec<String> {
    (comparison.changes.iter().flat_map(|c| &c.shifts))
        .map(|s| {
            let outcome = s.outcome.as_ref().map_or("?", |o| o.get(Lang::En));
            format!("{outcome}: {} → {}", s.from, s.to)
        })
        .collect()
}

#[test]
fn a_protocol_is_like_itself_in_any_layout() {
    let relaid = BASE.replace("; unsatisfactory", "\n  unsatisfactory");
    let same = compare(&plan(BASE), &plan(&relaid)).unwrap();
    assert_eq!((same.needed, same.changes.len()), (Step::None, 0));
    assert!(same.fits);
}

#[test]
fn each_kind_of_change_needs_its_step() {
    for (from, to, step, area) in [
        (
            "\"comparison of weights\"",
            "\"weights compared\"",
            Step::Patch,
            "titles and texts",
        ),
        (
            "SIMT \"Shanghai\"",
            "SIMT \"Shanghai Institute\"",
            Step::Patch,
            "particulars of laboratories",
        ),
        ("stay 10 d", "stay 12 d", Step::Minor, "schedule"),
        (
            "report value, U, k",
            "report value, U, k, dof",
            Step::Minor,
            "what is reported",
        ),
        (
            "GDIM \"Guangdong\"",
            "GDIM \"Guangdong\"\n    HNIM \"Henan\"",
            Step::Minor,
            "laboratories",
        ),
        ("score En k 2", "score En k 3", Step::Major, "evaluation"),
        (
            "unit mg\n    point p1 = 1 kg",
            "unit mg\n    point p1 = 2 kg",
            Step::Major,
            "measurands and points",
        ),
        (
            "std.reference.weighted-mean",
            "std.reference.mandel-paule",
            Step::Major,
            "evaluation",
        ),
        (
            "  acceptance {",
            "  sanctions { on unsatisfactory { refer organizer } }\n  acceptance {",
            Step::Major,
            "consequences",
        ),
    ] {
        let comparison = since_base(from, to);
        assert_eq!(comparison.needed, step, "{to}: {:?}", told(&comparison));
        assert!(
            told(&comparison).iter().any(|t| t.starts_with(area)),
            "{to}: {:?}",
            told(&comparison)
        );
    }
}

#[test]
fn a_change_shows_what_was_and_what_is_with_units_and_methods_as_written() {
    let deadlines = |text: &str| {
        edited(
            "  acceptance {",
            &format!("  report {{ results within {text} of departure }}\n  acceptance {{"),
        )
    };
    let comparison = compare(&plan(&deadlines("6 wk")), &plan(&deadlines("20 wd"))).unwrap();
    assert!(
        told(&comparison)
            .iter()
            .any(|t| t == "deadlines of reporting: 6 weeks → 20 working days"),
        "{:?}",
        told(&comparison)
    );
    let comparison = since_base("std.reference.weighted-mean", "std.reference.mandel-paule");
    assert!(
        told(&comparison)
            .iter()
            .any(|t| t.contains("std.reference.weighted-mean")
                && t.contains("std.reference.mandel-paule")),
        "{:?}",
        told(&comparison)
    );
}

#[test]
fn relaxed_rules_are_shown_with_an_outcome_that_passes_now() {
    let comparison = since_base("|En| <= 1;", "|En| <= 1.2;");
    assert_eq!(
        shifts(&comparison),
        ["|En| = 1.1 (1 < |En| <= 1.2): unsatisfactory → satisfactory"]
    );
    assert_eq!(comparison.needed, Step::Major);
}

#[test]
fn rules_that_judge_alike_are_a_matter_of_words() {
    for same in [
        "satisfactory when En <= 1 and En >= -1; unsatisfactory when |En| > 1 }",
        "unsatisfactory when not |En| <= 1; satisfactory otherwise }",
    ] {
        let comparison = since_base(
            "satisfactory when |En| <= 1; unsatisfactory otherwise }",
            same,
        );
        assert_eq!(
            comparison.needed,
            Step::Patch,
            "{same}: {:?}",
            shifts(&comparison)
        );
        assert_eq!(comparison.changes.len(), 1);
    }
}

#[test]
fn an_exception_shows_whom_it_lets_pass_and_one_that_lets_nobody_pass_is_words() {
    let rule = "unsatisfactory otherwise }\n    each laboratory";
    let with =
        |exception: &str| format!("unsatisfactory otherwise; {exception} }}\n    each laboratory");
    let lenient = since_base(
        rule,
        &with("exception \"small\" satisfactory when |D| <= 0.1 mg"),
    );
    assert_eq!(lenient.needed, Step::Major);
    let found = shifts(&lenient);
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(
        found[0].ends_with("unsatisfactory → satisfactory"),
        "{found:?}"
    );
    let idle = since_base(
        rule,
        &with("exception \"none\" satisfactory when |En| < 0.5"),
    );
    assert_eq!(idle.needed, Step::Patch, "{:?}", shifts(&idle));
}

#[test]
fn rules_for_laboratories_are_compared_by_the_verdicts_of_points() {
    let three = "point p1 = 1 kg\n    point p2 = 2 kg\n    point p3 = 5 kg";
    let old = edited("point p1 = 1 kg", three);
    let new = old.replace(
        "satisfactory when all points satisfactory",
        "satisfactory when count points satisfactory >= 2",
    );
    let comparison = compare(&plan(&old), &plan(&new)).unwrap();
    assert_eq!(
        shifts(&comparison),
        [
            "1 of 3 points `unsatisfactory`, the others `satisfactory`: unsatisfactory → satisfactory"
        ]
    );
    let same = old.replace(
        "satisfactory when all points satisfactory",
        "satisfactory when count points unsatisfactory = 0",
    );
    assert_eq!(
        compare(&plan(&old), &plan(&same)).unwrap().needed,
        Step::Patch
    );
}

#[test]
fn a_point_that_is_added_is_told_once_and_the_same_change_at_all_points_once() {
    let comparison = since_base("point p1 = 1 kg", "point p1 = 1 kg\n    point p2 = 2 kg");
    let points = (comparison.changes.iter())
        .filter(|c| c.places.iter().any(|p| p.contains("p2")))
        .count();
    assert_eq!(points, 2, "{:?}", told(&comparison)); // the point, and that it is measured on W1
    let two = edited("point p1 = 1 kg", "point p1 = 1 kg\n    point p2 = 2 kg");
    let other = two.replace("score En k 2", "score En k 3");
    let comparison = compare(&plan(&two), &plan(&other)).unwrap();
    assert_eq!(told(&comparison), ["evaluation: 2 → 3"]);
    let places = &comparison.changes[0].places;
    assert!(
        places.contains(&"steps.p1.En.k".to_owned())
            && places.contains(&"steps.p2.En.k".to_owned()),
        "{places:?}"
    );
}

#[test]
fn a_version_that_takes_too_small_a_step_is_a_finding_at_the_version() {
    let relaxed = BASE.replace("|En| <= 1;", "|En| <= 1.2;");
    for (version, fits) in [
        ("1.0.0", false),
        ("1.1.0", false),
        ("0.9.0", false),
        ("2.0.0", true),
    ] {
        let text = relaxed.replace("example.mass 1.0.0", &format!("example.mass {version}"));
        let compiled = compile("p.bidui", &text);
        let comparison = compare(&plan(BASE), &plan(&text)).unwrap();
        let at = compiled.protocols[0].protocol.version.span;
        let finding = comparison.finding(at);
        assert_eq!(finding.is_none(), fits, "{version}");
        if let Some(finding) = finding {
            assert_eq!(finding.code.id(), "E0414");
            assert_eq!(compiled.sources.text(at), version);
            assert_eq!(finding.fixes[0].replacement, "2.0.0");
            assert_eq!(
                finding.reasons[0].get(Lang::En),
                "verdicts at points: |En| = 1.1 (1 < |En| <= 1.2): unsatisfactory → satisfactory"
            );
        }
    }
}

#[test]
fn two_protocols_are_no_versions_of_one() {
    let other = plan(&BASE.replace("example.mass", "example.length"));
    let reason = compare(&plan(BASE), &other).unwrap_err();
    assert!(reason.get(Lang::Zh).contains("两份不同的方案"));
}
