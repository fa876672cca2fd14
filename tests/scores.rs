//! Proficiency testing and integrity: how often screening flags honest laboratories and whether it finds a copy, what verdicts owe to it, and
//! what a report for publication keeps to itself.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use bidui::compile::compile;
use bidui::diagnostic::DataPlace;
use bidui::evaluate::sampling::propagation::Agreement;
use bidui::plan::{Plan, Task};
use bidui::report::{Templates, organizer::organizer, outcome as report};
use bidui::run::execute;
use bidui::run::outcome::{MonteCarlo, Outcome, Propagated, Score, Screen};
use bidui::run::results::{Result as Submitted, Results};
use bidui::text::{Lang, Text};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

const LABS: [&str; 8] = ["NIM", "AAA", "BBB", "CCC", "DDD", "EEE", "FFF", "GGG"];
const POINTS: [&str; 3] = ["p1", "p2", "p3"];

fn plan(flags: &str, naming: &str) -> Plan {
    let text = format!(
        r#"edition 2026
protocol test.screens 1.0.0 {{
  title zh "砝码" en "weights"
  policy std.cn.consequences
  object measurement-standard "砝码"
  pilot NIM
  participants {{ AAA zh "甲院"; BBB zh "乙院" code L31; CCC zh "丙院"; DDD zh "丁院"; EEE zh "戊院"; FFF zh "己院"; GGG zh "庚院" }}
  measurand dm : mass {{ unit mg; point p1 = 1 kg; point p2 = 2 kg; point p3 = 5 kg; report value, U, k }}
  artefact W1 {{ measures dm; traceable to national-primary-standard certificate "M-1" }}
  circulation {{ start 2026-09-01; ring W1 {{ stay 10 d; transit 4 d }} }}
  evaluation {{
    reference std.reference.weighted-mean {{ without GGG because zh "GGG 退出定值" en "GGG withdrew" }}
    correlation uncorrelated
    equivalence unilateral, bilateral, leave-one-out
    score En k 2
  }}
  integrity {{ {flags} }}
  acceptance {{
    each point {{ satisfactory when |En| <= 1; unsatisfactory otherwise }}
    each laboratory {{ satisfactory when all points satisfactory; unsatisfactory otherwise }}
  }}
  publish {{ participants {naming}; scores, verdicts; after 20 wd of report }}
}}
"#
    );
    let compiled = compile("screens.bidui", &text);
    let wrong: Vec<&str> = compiled
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .map(|d| d.message.en.as_str())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    compiled.plan().unwrap()
}

/// Honest results: independent, normal with u = 1 about 100, rounded to `digit`.
fn honest(random: &mut ChaCha8Rng, digit: f64) -> Vec<Vec<f64>> {
    let normal = |random: &mut ChaCha8Rng| {
        let (a, b): (f64, f64) = (random.random(), random.random());
        (-2.0 * (1.0 - a).ln()).sqrt() * (2.0 * std::f64::consts::PI * b).cos()
    };
    let value = |random: &mut ChaCha8Rng| ((100.0 + normal(random)) / digit).round() * digit;
    (LABS.iter())
        .map(|_| POINTS.iter().map(|_| value(random)).collect())
        .collect()
}

fn results(values: &[Vec<f64>], digit: f64) -> Results {
    let mut results = Results::default();
    for (lab, own) in LABS.iter().zip(values) {
        for (point, value) in POINTS.iter().zip(own) {
            let submitted = Submitted {
                value: *value,
                u: 1.0,
                k: 2.0,
                dof: f64::INFINITY,
                last_digit: Some(digit),
                readings: Vec::new(),
                date: None,
                place: DataPlace {
                    file: format!("{lab}.csv"),
                    ..DataPlace::default()
                },
            };
            let labs: &mut BTreeMap<String, Vec<Submitted>> =
                results.by_point.entry((*point).to_owned()).or_default();
            labs.insert((*lab).to_owned(), vec![submitted]);
        }
    }
    results
}

fn flags(screen: &Screen) -> usize {
    screen.signs.iter().filter(|s| s.flagged).count()
}

/// Share of comparisons among honest laboratories in which a screen flags anything.
fn false_alarms(flag: &str, digit: f64, rounds: u32) -> f64 {
    let plan = plan(&format!("flag {flag}"), "named");
    let mut random = ChaCha8Rng::seed_from_u64(13528);
    let flagged = (0..rounds)
        .filter(|_| {
            let values = honest(&mut random, digit);
            let outcome = execute(&plan, &results(&values, digit), None, None);
            assert!(outcome.screens[0].not_done.is_none());
            flags(&outcome.screens[0]) > 0
        })
        .count();
    flagged as f64 / f64::from(rounds)
}

#[test]
fn honest_laboratories_are_flagged_no_more_often_than_the_level_says() {
    // 3 standard deviations of 400 rounds at 5 % are 3.3 %.
    for (flag, digit) in [
        ("std.integrity.too-close p 0.05", 0.001),
        ("std.integrity.identical-results", 0.1),
        // Coarse digits make equal numbers and small distances common.
        ("std.integrity.too-close p 0.05", 1.0),
        ("std.integrity.identical-results", 1.0),
    ] {
        let share = false_alarms(flag, digit, 400);
        assert!(share < 0.083, "{flag} at {digit}: {share}");
    }
}

#[test]
fn a_copied_series_is_flagged_with_strong_evidence_and_nobody_else_is() {
    let plan = plan(
        "flag std.integrity.identical-results, std.integrity.too-close p 0.001",
        "named",
    );
    let mut values = honest(&mut ChaCha8Rng::seed_from_u64(1), 0.001);
    values[5] = values[2].clone();
    let outcome = execute(&plan, &results(&values, 0.001), None, None);
    for screen in &outcome.screens {
        let found: Vec<&Vec<String>> = screen
            .signs
            .iter()
            .filter(|s| s.flagged)
            .map(|s| &s.laboratories)
            .collect();
        assert_eq!(
            found,
            [&["BBB", "EEE"].map(str::to_owned).to_vec()],
            "{}",
            screen.method
        );
    }
    assert_eq!(
        outcome.screens[0].signs[0].evidence.as_deref(),
        Some("strong")
    );
}

#[test]
fn no_verdict_depends_on_a_screen() {
    let values = honest(&mut ChaCha8Rng::seed_from_u64(2), 0.001);
    let with = plan(
        "flag std.integrity.integrity-screen, std.integrity.circulation-order-effects",
        "named",
    );
    let without = plan("sealed until all submitted", "named");
    for step in &with.content.steps {
        let judged = matches!(
            step.task,
            Task::JudgePoint | Task::JudgeLaboratory | Task::Consequences
        );
        assert!(!judged || step.inputs.iter().all(|i| !i.starts_with("integrity.")));
    }
    let of = |plan: &Plan| execute(plan, &results(&values, 0.001), None, None).laboratories;
    let (with, without) = (of(&with), of(&without));
    for (one, other) in with.iter().zip(&without) {
        assert_eq!((&one.verdict, &one.points), (&other.verdict, &other.points));
    }
}

#[test]
fn an_uncertainty_below_the_declared_capability_is_told() {
    let plan = plan(
        "flag std.integrity.below-cmc; cmc AAA U 2.5 mg at p1; cmc BBB U 1 mg",
        "named",
    );
    let values = honest(&mut ChaCha8Rng::seed_from_u64(3), 0.001);
    let outcome = execute(&plan, &results(&values, 0.001), None, None);
    let told: Vec<(&str, f64)> = (outcome.screens[0].signs.iter())
        .filter(|s| s.flagged)
        .map(|s| (s.laboratories[0].as_str(), s.value))
        .collect();
    assert_eq!(told, [("AAA", 0.8)]);
    assert_eq!(outcome.screens[0].signs.len(), 4);
}

fn outcome(naming: &str) -> Outcome {
    let plan = plan("flag std.integrity.identical-results", naming);
    let mut values = honest(&mut ChaCha8Rng::seed_from_u64(4), 0.001);
    values[5] = values[2].clone();
    execute(&plan, &results(&values, 0.001), None, None)
}

#[test]
fn a_report_by_code_names_no_participant_and_neither_does_its_picture() {
    let outcome = outcome("coded");
    let templates = Templates::load(None).unwrap();
    for lang in [Lang::Zh, Lang::En] {
        let open = report::report(&outcome, lang, &templates).unwrap();
        let pictures: String = report::pictures(&outcome, lang).into_values().collect();
        for id in &LABS[1..] {
            assert!(!open.markdown.contains(id), "{id}\n{}", open.markdown);
            assert!(!pictures.contains(id), "{id}");
        }
        assert!(!open.markdown.contains('院'));
        // What is attached to a PDF names everybody.
        assert!(!open.open);
        assert!(open.markdown.contains("| L31 |") && pictures.contains("L31"));
        let rows: Vec<&str> = open
            .markdown
            .lines()
            .filter_map(|l| l.strip_prefix("| P0"))
            .collect();
        assert!(rows.len() >= 6);
        let organizer = organizer(&outcome, lang, &templates)
            .unwrap()
            .unwrap()
            .markdown;
        assert!(organizer.contains("| L31 | BBB | 乙院 |"), "{organizer}");
    }
    let codes: Vec<&str> = outcome
        .laboratories
        .iter()
        .filter_map(|l| l.code.as_deref())
        .collect();
    let mut sorted = codes.clone();
    sorted.sort_unstable();
    sorted.dedup();
    assert_eq!(sorted.len(), 7);
    // The numbers do not follow the list of participants.
    assert_ne!(codes[..1], ["P01"]);
}

#[test]
fn a_monte_carlo_check_stands_under_codes_too() {
    let mut outcome = outcome("coded");
    let found = Propagated {
        mean: 0.1,
        sd: Some(1.0),
        low: -1.9,
        high: 2.1,
        k: 2.0,
        d_low: 0.0,
        d_high: 0.0,
        tolerance: 0.05,
        standard_error: 0.01,
        agreement: Agreement::Agrees,
    };
    outcome.points[0].monte_carlo = Some(MonteCarlo {
        step: "p1.monte-carlo".to_owned(),
        draws: 1000,
        seed: 1,
        notes: vec![Text::new("未核验 BBB", "BBB was not checked")],
        reference: None,
        laboratories: [("BBB".to_owned(), found)].into(),
        clause: String::new(),
    });
    let written = report::report(&outcome, Lang::En, &Templates::load(None).unwrap()).unwrap();
    assert!(!written.markdown.contains("BBB"), "{}", written.markdown);
    assert!(
        written.markdown.contains("L31 was not checked"),
        "{}",
        written.markdown
    );
}

#[test]
fn suspicions_stand_in_the_organizers_report_alone() {
    let outcome = outcome("named");
    let templates = Templates::load(None).unwrap();
    let open = report::report(&outcome, Lang::En, &templates)
        .unwrap()
        .markdown;
    assert!(open.contains("EEE") && !open.contains("evidence") && !open.contains("equal numbers"));
    let own = organizer(&outcome, Lang::En, &templates)
        .unwrap()
        .unwrap()
        .markdown;
    assert!(
        own.contains("| BBB, EEE |") && own.contains("strong"),
        "{own}"
    );
    let why = bidui::run::why::why(&outcome, "EEE", Lang::En).unwrap();
    assert!(
        why.contains("no verdict: points with equal numbers (with BBB)"),
        "{why}"
    );
    let csv = outcome.csv();
    assert!(
        csv.contains("integrity.identical-results,BBB - EEE,,equal-values.evidence,strong,"),
        "{csv}"
    );
}

#[test]
fn leave_one_out_stands_in_the_report_and_in_why() {
    let outcome = outcome("named");
    let templates = Templates::load(None).unwrap();
    let open = report::report(&outcome, Lang::Zh, &templates)
        .unwrap()
        .markdown;
    assert!(open.contains("*D*\\*/*U*(*D*\\*)"), "{open}");
    let why = bidui::run::why::why(&outcome, "AAA", Lang::Zh).unwrap();
    assert!(why.contains("与其余实验室的参考值相比 D* ="), "{why}");
}

#[test]
fn scores_by_sigma_at_two_points_have_a_youden_plot_under_codes() {
    let mut outcome = outcome("coded");
    let templates = Templates::load(None).unwrap();
    let youden = |outcome: &Outcome| -> Vec<String> {
        let pictures = report::pictures(outcome, Lang::En).into_keys();
        pictures.filter(|name| name.starts_with("youden")).collect()
    };
    // E_n has a scale of its own at every laboratory.
    assert!(youden(&outcome).is_empty());
    for (point, result) in (outcome.points.iter_mut().take(2)).flat_map(|p| {
        let name = p.point.clone();
        p.results.iter_mut().map(move |r| (name.clone(), r))
    }) {
        let score = Score {
            step: format!("{point}.z"),
            value: (result.value - 100.0) / 1.5,
            denominator: "sigma-pt".to_owned(),
            instead_of: None,
            clause: String::new(),
        };
        result.scores.insert("z".to_owned(), score);
    }
    assert_eq!(youden(&outcome), ["youden.p1.p2.en.svg"]);
    let written = report::report(&outcome, Lang::En, &templates)
        .unwrap()
        .markdown;
    assert!(written.contains("](youden.p1.p2.en.svg)"), "{written}");
    let svg = &report::pictures(&outcome, Lang::En)["youden.p1.p2.en.svg"];
    assert!(svg.contains(">z score at p1<") && svg.contains(">L31<") && !svg.contains("BBB"));
}
