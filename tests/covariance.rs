//! What u(D) is made of: where results and reference value are correlated, where their covariance is not known, and what a run says then.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bidui::compile::compile;
use bidui::diagnostic::DataPlace;
use bidui::evaluate::equivalence::Dependence;
use bidui::plan::{Plan, Task};
use bidui::report::{Templates, outcome::report};
use bidui::run::execute;
use bidui::run::outcome::{LaboratoryResult, Outcome};
use bidui::run::results::{Result as Submitted, Results};
use bidui::text::Lang;
use nalgebra::{DMatrix, DVector};

const LABS: [&str; 4] = ["NIM", "AAA", "BBB", "CCC"];

/// A comparison of four laboratories at two points with that evaluation.
fn text_of(evaluation: &str) -> String {
    let rule = match evaluation.contains("jointly") {
        true => "p_joint >= 0.05",
        false => "|En| <= 1",
    };
    format!(
        r#"edition 2026
protocol test.covariance 1.0.0 {{
  title zh "砝码" en "weights"
  policy std.cn.consequences
  object measurement-standard "砝码"
  pilot NIM
  participants {{ AAA zh "甲院"; BBB zh "乙院"; CCC zh "丙院" }}
  measurand dm : mass {{ unit mg; point p1 = 1 kg; point p2 = 2 kg; report value, u }}
  artefact W1 {{ measures dm; traceable to national-primary-standard certificate "M-1" }}
  transport {{ u 0.05 mg at p1, 0.05 mg at p2 }}
  circulation {{ start 2026-09-01; ring W1 {{ stay 10 d; transit 4 d }} }}
  evaluation {{
    correlation uncorrelated
    equivalence unilateral, bilateral
    {evaluation}
  }}
  acceptance {{
    each point {{ satisfactory when {rule}; unsatisfactory otherwise }}
    each laboratory {{ satisfactory when all points satisfactory; unsatisfactory otherwise }}
  }}
}}
"#
    )
}

fn plan(evaluation: &str) -> Plan {
    planned(&text_of(evaluation))
}

fn planned(text: &str) -> Plan {
    let compiled = compile("covariance.bidui", text);
    let errors = compiled.diagnostics.iter().filter(|d| d.is_error());
    let wrong: Vec<&str> = errors.map(|d| d.message.en.as_str()).collect();
    assert!(wrong.is_empty(), "{wrong:?}");
    compiled.plan().unwrap()
}

/// One result of each laboratory named, the same at both points.
fn results(rows: &[(&str, f64, f64)]) -> Results {
    of_points(rows, rows)
}

/// One result of each laboratory named at each of the two points.
fn of_points(first: &[(&str, f64, f64)], second: &[(&str, f64, f64)]) -> Results {
    let mut results = Results::default();
    for (point, rows) in [("p1", first), ("p2", second)] {
        let at = results.by_point.entry(point.to_owned()).or_default();
        for (lab, value, u) in rows {
            let submitted = Submitted {
                value: *value,
                u: *u,
                k: 1.0,
                dof: f64::INFINITY,
                last_digit: None,
                readings: Vec::new(),
                date: None,
                place: DataPlace {
                    file: format!("{lab}.csv"),
                    ..DataPlace::default()
                },
            };
            at.insert((*lab).to_owned(), vec![submitted]);
        }
    }
    results
}

const RESULTS: [(&str, f64, f64); 4] = [
    ("NIM", 1.0, 0.1),
    ("AAA", 1.4, 0.2),
    ("BBB", 0.7, 0.3),
    ("CCC", 1.3, 0.2),
];

fn of<'a>(outcome: &'a Outcome, laboratory: &str) -> &'a LaboratoryResult {
    let mut results = outcome.points[0].results.iter();
    results.find(|r| r.laboratory == laboratory).unwrap()
}

fn text(outcome: &Outcome) -> String {
    report(outcome, Lang::En, &Templates::load(None).unwrap())
        .unwrap()
        .markdown
}

#[test]
fn propagated_uncertainties_of_a_mean_with_scatter_test_the_stated_ones() {
    let plan = plan(
        "reference std.reference.arithmetic-mean from-dispersion; score En k 2 denominator propagated",
    );
    let outcome = execute(&plan, &results(&RESULTS), None, None);
    // u²(D) = (1 − 2/n) u² + Σ u²/n², whatever the standard deviation of the mean is.
    let sum: f64 = RESULTS.iter().map(|(_, _, u)| u * u).sum();
    for (lab, _, u) in RESULTS {
        let e = of(&outcome, lab).equivalence.as_ref().unwrap();
        let expected = (0.5 * u * u + sum / 16.0_f64).sqrt();
        assert!((e.u - expected).abs() < 1e-14, "{lab}");
    }
    assert!(outcome.points[0].reference.as_ref().unwrap().from_scatter);
    assert!(text(&outcome).contains("it tests what the laboratories claim"));
}

#[test]
fn a_median_beside_stated_uncertainties_leaves_the_covariance_out_and_says_so() {
    let plan = plan("reference std.reference.median; score En k 2 denominator independent");
    let outcome = execute(&plan, &results(&RESULTS), None, None);
    let u_ref = outcome.points[0].reference.as_ref().unwrap().u;
    for (lab, _, u) in RESULTS {
        let e = of(&outcome, lab).equivalence.as_ref().unwrap();
        assert!((e.u - u.hypot(u_ref)).abs() < 1e-14, "{lab}");
    }
    assert!(text(&outcome).contains("the covariance is left out"));
}

#[test]
fn the_difference_of_variances_is_what_the_covariance_gives_in_a_weighted_mean() {
    let of_form = |form: &str| {
        let plan = plan(&format!(
            "reference std.reference.weighted-mean; score En k 2 denominator {form}"
        ));
        execute(&plan, &results(&RESULTS), None, None)
    };
    let (with_covariance, difference) = (of_form("with-covariance"), of_form("difference"));
    let u_ref = difference.points[0].reference.as_ref().unwrap().u;
    for (lab, _, u) in RESULTS {
        let e = of(&difference, lab).equivalence.as_ref().unwrap();
        assert!((e.u * e.u - (u * u - u_ref * u_ref)).abs() < 1e-14);
        assert_eq!(
            of(&with_covariance, lab).equivalence.as_ref().unwrap().u,
            e.u
        );
    }
}

#[test]
fn a_variance_that_cannot_be_is_told_and_gives_neither_a_score_nor_a_verdict() {
    let mut plan = plan(
        "reference std.reference.arithmetic-mean from-dispersion; score En k 2 denominator propagated",
    );
    // A plan that no protocol gives: (1 − 2w) u² + u²(y) with u(y) from the scatter, which of two equal results is zero.
    for step in &mut plan.content.steps {
        match &mut step.task {
            Task::Reference { method, .. } => {
                method.dependence = Some(Dependence::OwnUncertainty);
            }
            Task::Equivalence { denominator, .. } | Task::Score { denominator, .. } => {
                "with-covariance".clone_into(denominator);
            }
            _ => {}
        }
    }
    let outcome = execute(
        &plan,
        &results(&[("NIM", 1.0, 0.1), ("AAA", 1.0, 0.2)]),
        None,
        None,
    );
    let kinds: Vec<&str> = outcome.points[0]
        .failures
        .iter()
        .map(|f| f.kind.as_str())
        .collect();
    assert_eq!(kinds, ["negative-variance", "negative-variance"]);
    for lab in ["NIM", "AAA"] {
        let result = of(&outcome, lab);
        assert_eq!(result.difference(), Some(0.0));
        assert!(result.scores.is_empty() && result.verdict.is_none());
    }
    assert_eq!(LABS.len(), outcome.laboratories.len());
}

#[test]
fn correlated_laboratories_are_judged_by_chi_squared_where_points_are_not_correlated() {
    let plan = plan(
        "reference std.reference.weighted-mean; score En k 2; covariance AAA BBB r 0.4; jointly chi-squared level 0.05",
    );
    let outcome = execute(&plan, &results(&RESULTS), None, None);
    assert!(outcome.points.iter().all(|p| p.failures.is_empty()));
    for (lab, ..) in RESULTS {
        let e = of(&outcome, lab).equivalence.as_ref().unwrap();
        // The same results at both points: d'C⁻¹d = 2 (D/u)², and P(χ²₂ > q) = exp(−q/2).
        let p = (-(e.d / e.u).powi(2)).exp();
        let found = of(&outcome, lab).scores["p_joint"].value;
        assert!((found / p - 1.0).abs() < 1e-9, "{lab} {found} {p}");
    }
}

#[test]
fn what_the_transfer_standard_adds_enters_a_bilateral_degree_of_equivalence_with_each_result() {
    let with = |include: &str| {
        let plan = plan(&format!(
            "reference std.reference.weighted-mean; score En k 2; {include}"
        ));
        let outcome = execute(&plan, &results(&RESULTS), None, None);
        outcome.points[0].bilateral.clone().unwrap()
    };
    let (bare, included) = (with(""), with("include transport in u_ref"));
    let n = bare.laboratories.len();
    for (i, j) in (0..n).flat_map(|i| (0..n).map(move |j| (i, j))) {
        let added = included.u[i][j].powi(2) - bare.u[i][j].powi(2);
        let expected = if i == j { 0.0 } else { 2.0 * 0.05_f64.powi(2) };
        assert!((added - expected).abs() < 1e-15, "{i} {j} {added}");
    }
}

/// Results at the second point; one laboratory has none there.
const SECOND: [(&str, f64, f64); 3] = [("NIM", 2.1, 0.3), ("AAA", 1.7, 0.1), ("BBB", 2.4, 0.2)];

/// The same by one generalised least-squares fit to the seven results: X, V and (X'V⁻¹X)⁻¹X'V⁻¹ written out.
#[test]
fn reference_values_determined_together_are_those_of_one_fit_to_all_results() {
    let plan = plan(
        "reference std.vector.multi-point-consensus { correlation p1 p2 r 0.6 }; score En k 2; jointly chi-squared level 0.05",
    );
    let outcome = execute(&plan, &of_points(&RESULTS, &SECOND), None, None);
    assert!(outcome.points.iter().all(|p| p.failures.is_empty()));
    let rows: Vec<(&str, usize, f64, f64)> = (RESULTS.iter().map(|(l, x, u)| (*l, 0, *x, *u)))
        .chain(SECOND.iter().map(|(l, x, u)| (*l, 1, *x, *u)))
        .collect();
    let n = rows.len();
    let v = DMatrix::from_fn(n, n, |i, j| {
        let (a, b) = (rows[i], rows[j]);
        let r = if i == j { 1.0 } else { 0.6 };
        if a.0 == b.0 { r * a.3 * b.3 } else { 0.0 }
    });
    let x = DMatrix::from_fn(n, 2, |i, p| f64::from(u8::from(rows[i].1 == p)));
    let values = DVector::from_iterator(n, rows.iter().map(|row| row.2));
    let inverse = v.clone().try_inverse().unwrap();
    let covariance = (x.transpose() * &inverse * &x).try_inverse().unwrap();
    let gain = &covariance * x.transpose() * inverse;
    let y = &gain * &values;
    let residual = DMatrix::identity(n, n) - &x * gain;
    let (d, c) = (&residual * values, &residual * v * residual.transpose());
    let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
    for (p, point) in outcome.points.iter().enumerate() {
        let reference = point.reference.as_ref().unwrap();
        close(reference.value, y[p]);
        close(reference.u, covariance[(p, p)].sqrt());
        let weights: f64 = point.results.iter().map(|r| r.weight).sum();
        close(weights, 1.0);
    }
    // Not the weighted mean of the point alone.
    let weight = |u: f64| 1.0 / (u * u);
    let (mut above, mut below) = (0.0, 0.0);
    for (_, x, u) in RESULTS {
        (above, below) = (above + weight(u) * x, below + weight(u));
    }
    assert!((y[0] - above / below).abs() > 0.01);
    let vector = &outcome.vectors[0];
    assert_eq!(vector.chi_squared.dof, 5.0);
    for (lab, ..) in RESULTS {
        let own: Vec<usize> = (0..n).filter(|i| rows[*i].0 == lab).collect();
        let m = own.len();
        let cov = DMatrix::from_fn(m, m, |a, b| c[(own[a], own[b])]);
        let rest = DVector::from_iterator(m, own.iter().map(|i| d[*i]));
        let observed = (rest.transpose() * cov.try_inverse().unwrap() * &rest)[(0, 0)];
        let test = vector.differences(lab).unwrap().chi_squared;
        close(test.observed, observed);
        for i in &own {
            let point = &outcome.points[rows[*i].1];
            let result = point.results.iter().find(|r| r.laboratory == lab).unwrap();
            let e = result.equivalence.as_ref().unwrap();
            close(e.d, d[*i]);
            close(e.u, c[(*i, *i)].sqrt());
            // The joint judgement takes the same covariance.
            close(result.scores["p_joint"].value, test.p_right);
        }
    }
    let report = text(&outcome);
    assert!(report.contains("determined together"), "{report}");
    let why = bidui::run::why::why(&outcome, "AAA", Lang::En).unwrap();
    assert!(why.contains("its differences as a whole χ² ="), "{why}");
    assert!(outcome.csv().contains(",vector.chi2.p_right,"));
}

#[test]
fn points_without_correlation_determined_together_give_the_weighted_mean_of_each() {
    let of = |method: &str| {
        let plan = plan(&format!("reference {method}; score En k 2"));
        execute(&plan, &of_points(&RESULTS, &SECOND), None, None)
    };
    let (together, alone) = (
        of("std.vector.multi-point-consensus"),
        of("std.reference.weighted-mean"),
    );
    for (a, b) in together.points.iter().zip(&alone.points) {
        let (a, b) = (a.reference.as_ref().unwrap(), b.reference.as_ref().unwrap());
        assert!((a.value - b.value).abs() < 1e-14 && (a.u - b.u).abs() < 1e-14);
    }
}

#[test]
fn a_point_without_two_results_leaves_the_others_without_a_reference_value_and_says_why() {
    let plan = plan("reference std.vector.multi-point-consensus; score En k 2");
    let outcome = execute(&plan, &of_points(&RESULTS, &SECOND[..1]), None, None);
    let failures: Vec<&str> = (outcome.points.iter())
        .flat_map(|p| p.failures.iter().map(|f| f.kind.as_str()))
        .collect();
    assert_eq!(failures, ["too-few-laboratories"]);
    assert!(outcome.points.iter().all(|p| p.reference.is_none()));
}

/// A plan whose laboratories report the correlation of their results at the two points.
fn reporting(evaluation: &str) -> Plan {
    let plan = text_of(evaluation).replace("report value, u ", "report value, u, correlation ");
    planned(&plan)
}

/// The form of a laboratory, filled in with its results and the coefficient `r` (blank for none).
fn submission(plan: &Plan, lab: &str, r: &str) -> bidui::intake::Submission {
    let at = |rows: &[(&str, f64, f64)]| {
        let row = rows.iter().find(|(l, ..)| *l == lab).unwrap();
        (row.1, row.2)
    };
    let rows = [
        ("p1", at(&RESULTS)),
        (
            "p2",
            at(&[("CCC", 1.9, 0.4), SECOND[0], SECOND[1], SECOND[2]]),
        ),
    ];
    filled(plan, lab, &rows, &format!("dm,p2,p1,{r}"))
}

/// The form of a laboratory with a value and u at each point, and rows of coefficients.
fn filled(
    plan: &Plan,
    lab: &str,
    rows: &[(&str, (f64, f64))],
    coefficients: &str,
) -> bidui::intake::Submission {
    let form = bidui::report::forms(plan, lab).unwrap();
    assert_eq!(form.pairs.len(), rows.len() * (rows.len() - 1) / 2);
    let written = bidui::intake::write_csv_form(&form);
    let (results, correlations) = written.split_once("# table: correlations\r\n").unwrap();
    let (heading, _) = correlations.split_once("\r\n").unwrap();
    let header: String = (results
        .lines()
        .filter(|line| line.trim_start_matches('\u{FEFF}').starts_with('#')))
    .map(|line| format!("{line}\n"))
    .collect();
    let filled: String = (rows.iter())
        .map(|(point, (x, u))| format!("dm,{point},{x},mg,{u}\n"))
        .collect();
    let text = format!(
        "{header}measurand,point,value,unit,u\n{filled}# table: correlations\n{heading}\n{coefficients}\n# end\n"
    );
    let reading = bidui::intake::read_csv(text.as_bytes(), &format!("{lab}.csv"));
    assert!(reading.findings.is_empty(), "{:?}", reading.findings);
    reading.submission.unwrap()
}

#[test]
fn coefficients_on_the_forms_weigh_the_reference_values_determined_together() {
    let evaluation =
        "reference std.vector.multi-point-consensus; score En k 2; jointly chi-squared level 0.05";
    let plan = reporting(evaluation);
    let submissions: Vec<_> = LABS
        .iter()
        .map(|lab| submission(&plan, lab, "0.6"))
        .collect();
    let (results, findings) = bidui::run::results::collect(&plan, &submissions);
    assert!(findings.is_empty(), "{findings:?}");
    let reported = execute(&plan, &results, None, None);
    // The same coefficient declared for all laboratories.
    let mut declared = results.clone();
    declared.correlations.clear();
    let block = "std.vector.multi-point-consensus { correlation p1 p2 r 0.6 }";
    let other = self::plan(&evaluation.replace("std.vector.multi-point-consensus", block));
    let declared = execute(&other, &declared, None, None);
    assert_eq!(
        reported.vectors[0].covariance,
        declared.vectors[0].covariance
    );
    assert_eq!(
        reported.vectors[0].laboratories,
        declared.vectors[0].laboratories
    );
    // Without any, the covariance is another.
    let mut none = results;
    none.correlations.clear();
    let none = execute(&plan, &none, None, None);
    assert_ne!(reported.vectors[0].covariance, none.vectors[0].covariance);
}

#[test]
fn a_pair_without_a_coefficient_is_told_with_laboratory_and_points() {
    let plan = reporting("reference std.vector.multi-point-consensus; score En k 2");
    let submissions: Vec<_> = (LABS.iter())
        .map(|lab| submission(&plan, lab, if *lab == "BBB" { "" } else { "0.2" }))
        .collect();
    let (_, findings) = bidui::run::results::collect(&plan, &submissions);
    let told: Vec<(&str, &str)> = (findings.iter())
        .map(|f| (f.code.id(), f.message.en.as_str()))
        .collect();
    let expected =
        "laboratory `BBB` gives no correlation coefficient for 1 pairs of points: p1 - p2";
    assert_eq!(told, [("D0035", expected)]);
}

fn told(plan: &Plan, submission: bidui::intake::Submission) -> Vec<(String, u32, String)> {
    let (_, findings) = bidui::run::results::collect(plan, &[submission]);
    (findings.iter())
        .filter(|f| f.code.id() == "D0035")
        .map(|f| {
            let place = f.place.as_ref().unwrap();
            (place.file.clone(), place.row, f.message.en.clone())
        })
        .collect()
}

#[test]
fn a_coefficient_told_twice_is_told_at_the_second_place() {
    let plan = reporting("reference std.vector.multi-point-consensus; score En k 2");
    let (same, other) = ("0.2\ndm,p1,p2,0.2", "0.2\ndm,p1,p2,0.3");
    assert_eq!(told(&plan, submission(&plan, "AAA", same)), []);
    let found = told(&plan, submission(&plan, "AAA", other));
    let expected = "the correlation coefficient of `p1` and `p2` is 0.3 here and 0.2 before";
    assert_eq!(found.len(), 1);
    assert_eq!(
        (found[0].0.as_str(), found[0].2.as_str()),
        ("AAA.csv", expected)
    );
    assert!(found[0].1 > 0);
}

#[test]
fn coefficients_that_no_results_can_have_are_told_with_their_points() {
    let text = text_of("reference std.vector.multi-point-consensus; score En k 2")
        .replace("report value, u ", "report value, u, correlation ")
        .replace("point p2 = 2 kg;", "point p2 = 2 kg; point p3 = 5 kg;")
        .replace("0.05 mg at p2", "0.05 mg at p2, 0.05 mg at p3");
    let plan = planned(&text);
    let rows = ["p1", "p2", "p3"].map(|point| (point, (1.0, 0.1)));
    let of = |r: f64| {
        let pairs = format!("dm,p1,p2,0.9\ndm,p1,p3,0.9\ndm,p2,p3,{r}");
        told(&plan, filled(&plan, "BBB", &rows, &pairs))
    };
    // The determinant 1 + 2·0.9·0.9·r − 2·0.81 − r² is zero at r = 0.62 and 1.
    assert_eq!(of(0.63), []);
    let found = of(0.61);
    let expected = "the correlation coefficients of laboratory `BBB` cannot hold together: their matrix is not positive semi-definite at the points p1, p2, p3";
    assert_eq!(found, [("BBB.csv".to_owned(), 0, expected.to_owned())]);
}

#[test]
fn a_report_with_codes_names_nobody_in_joint_tests_and_monte_carlo_checks() {
    let plan = planned(
        &text_of("reference std.vector.multi-point-consensus; score En k 2").replace(
            "  acceptance {",
            "  publish { participants coded; results, scores; after 20 wd of report }\n  acceptance {",
        ),
    );
    let with_check = planned(
        &text_of("reference std.reference.weighted-mean; score En k 2; check monte-carlo 10_000").replace(
            "  acceptance {",
            "  publish { participants coded; results, scores; after 20 wd of report }\n  acceptance {",
        ),
    );
    for plan in [plan, with_check] {
        let outcome = execute(&plan, &of_points(&RESULTS, &SECOND), None, None);
        assert!(outcome.coded);
        let report = text(&outcome);
        for lab in ["AAA", "BBB", "CCC"] {
            assert!(!report.contains(lab), "{lab} in {report}");
        }
        assert!(report.contains("P01"));
    }
}
