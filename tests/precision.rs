//! Precision experiments in protocols: single readings of the forms become repeatability and reproducibility, and nothing else.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bidui::compile::compile;
use bidui::evaluate::method::Field;
use bidui::evaluate::table::from_csv;
use bidui::intake;
use bidui::library;
use bidui::plan::Plan;
use bidui::report::{Templates, outcome as report};
use bidui::run::outcome::Outcome;
use bidui::run::{execute, results};
use bidui::text::Lang;

const LABS: [&str; 5] = ["NIM", "AAA", "BBB", "CCC", "DDD"];
const READINGS: [[f64; 3]; 5] = [
    [10.1, 10.2, 10.3],
    [10.4, 10.4, 10.7],
    [9.9, 10.0, 10.1],
    [10.3, 10.2, 10.1],
    [11.5, 11.9, 11.1],
];

fn plan(order: &str, naming: &str) -> Plan {
    let text = format!(
        r#"edition 2026
protocol test.precision 1.0.0 {{
  title zh "砝码" en "weights"
  policy std.cn.consequences
  object measurement-standard "砝码"
  pilot NIM
  participants {{ AAA zh "甲院"; BBB zh "乙院"; CCC zh "丙院"; DDD zh "丁院" }}
  measurand dm : mass {{ unit mg; point p1 = 1 kg; point p2 = 2 kg; repeat 3; report value, U, k, repeats }}
  artefact W1 {{ measures dm; traceable to national-primary-standard certificate "M-1" }}
  circulation {{ start 2026-09-01; ring W1 {{ stay 10 d; transit 4 d }} }}
  evaluation {{
    {order}
    reference std.reference.weighted-mean
    correlation uncorrelated
    score En k 2
  }}
  acceptance {{
    each point {{ satisfactory when |En| <= 1; unsatisfactory otherwise }}
    each laboratory {{ satisfactory when all points satisfactory; unsatisfactory otherwise }}
  }}
  publish {{ participants {naming}; scores, verdicts; after 20 wd of report }}
}}
"#
    );
    let compiled = compile("precision.bidui", &text);
    let wrong: Vec<&str> = (compiled.diagnostics.iter())
        .filter(|d| d.is_error())
        .map(|d| d.message.en.as_str())
        .collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    compiled.plan().unwrap()
}

/// Forms as the laboratories send them; the last one without readings at p2, and readings in grams from one.
fn outcome(plan: &Plan) -> Outcome {
    let submissions: Vec<intake::Submission> = (LABS.iter().zip(&READINGS))
        .map(|(lab, readings)| {
            let mean = readings.iter().sum::<f64>() / 3.0;
            let (unit, factor) = if *lab == "BBB" {
                ("g", 1e-3)
            } else {
                ("mg", 1.0)
            };
            let row = |point: &str, readings: &[f64]| {
                let mut cells = vec![
                    "dm".to_owned(),
                    point.to_owned(),
                    format!("{:.6}", mean * factor),
                    unit.to_owned(),
                    format!("{}", 2.0 * factor),
                    "2".to_owned(),
                ];
                cells.extend((0..3).map(|i| {
                    readings
                        .get(i)
                        .map_or(String::new(), |r| format!("{:.6}", r * factor))
                }));
                cells.join(",")
            };
            let second: &[f64] = if *lab == "DDD" { &[] } else { readings };
            let text = format!(
                "# laboratory: {lab}\nmeasurand,point,value,unit,U,k,x1,x2,x3\n{}\n{}\n",
                row("p1", readings),
                row("p2", second)
            );
            let file = format!("{lab}.csv");
            let read = intake::read(
                text.as_bytes(),
                &file,
                &intake::dcc::DccMapping::default(),
                true,
            );
            read.submission.unwrap()
        })
        .collect();
    let (collected, findings) = results::collect(plan, &submissions);
    assert!(!findings.iter().any(|f| f.is_error()), "{findings:?}");
    execute(plan, &collected, None, None)
}

const ORDER: &str = "precision std.precision.precision-experiment";

#[test]
fn the_readings_of_the_forms_give_what_the_method_computes_from_a_table() {
    let outcome = outcome(&plan(ORDER, "named"));
    let mut table = String::from("lab,replicate_1,replicate_2,replicate_3\n");
    for (lab, [a, b, c]) in LABS.iter().zip(READINGS) {
        table.push_str(&format!("{lab},{a},{b},{c}\n"));
    }
    let method = library::find("precision-experiment").unwrap().method;
    let alone = (method.compute)(&from_csv(&table).unwrap()).unwrap();
    let found = outcome.points[0].precision.as_ref().unwrap();
    for (name, value) in [
        ("s_r", found.s_r),
        ("s_R", found.s_reproducibility),
        ("cochran.C", found.cochran.unwrap().statistic),
        ("grubbs.G_high", found.grubbs_high.unwrap().statistic),
    ] {
        let Some(Field::Number(expected)) = alone.get(name) else {
            panic!("{name}")
        };
        assert!(
            (value - expected).abs() < 1e-9,
            "{name}: {value} {expected}"
        );
    }
    // s_r² is the mean of the variances 0.01, 0.03, 0.01, 0.01 and 0.16.
    assert!((found.s_r - 0.044_f64.sqrt()).abs() < 1e-9);
    let csv = outcome.csv();
    assert!(
        csv.contains("p1.precision,,p1,precision.s_r,0.209"),
        "{csv}"
    );
    assert!(csv.contains("p1.precision,DDD,p1,mandel.k,"), "{csv}");
}

#[test]
fn a_laboratory_without_readings_is_named_and_left_out() {
    let outcome = outcome(&plan(ORDER, "named"));
    let found = outcome.points[1].precision.as_ref().unwrap();
    assert_eq!(
        (found.laboratories.len(), found.without.as_slice()),
        (4, &["DDD".to_owned()][..])
    );
    let written = report::report(&outcome, Lang::En, &Templates::load(None).unwrap()).unwrap();
    assert!(
        written
            .markdown
            .contains("Laboratories without readings: DDD."),
        "{}",
        written.markdown
    );
    assert!(written.markdown.contains("](mandel.dm.en.svg)"));
    assert!(report::pictures(&outcome, Lang::Zh).contains_key("mandel.dm.zh.svg"));
}

#[test]
fn no_reference_value_and_no_verdict_depends_on_precision() {
    let (with, without) = (outcome(&plan(ORDER, "named")), outcome(&plan("", "named")));
    assert!(without.points.iter().all(|p| p.precision.is_none()));
    let mut bare = with.clone();
    for point in &mut bare.points {
        point.precision = None;
    }
    assert_eq!(bare.points[0].reference, without.points[0].reference);
    let verdicts = |outcome: &Outcome| -> Vec<Option<String>> {
        outcome
            .laboratories
            .iter()
            .map(|l| l.verdict.clone())
            .collect()
    };
    assert_eq!(verdicts(&bare), verdicts(&without));
}

#[test]
fn a_report_by_code_names_nobody_in_its_precision() {
    let outcome = outcome(&plan(ORDER, "coded"));
    for lang in [Lang::Zh, Lang::En] {
        let written = report::report(&outcome, lang, &Templates::load(None).unwrap()).unwrap();
        let pictures: String = report::pictures(&outcome, lang).into_values().collect();
        for id in &LABS[1..] {
            assert!(
                !written.markdown.contains(id) && !pictures.contains(id),
                "{id}"
            );
        }
    }
}
