//! The tests before dispatch from the outside: the form, the evaluation by the protocol's criteria, and the papers that wait for them.

#![allow(
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

const MASSES: &str = "protocols/cn-mass-e2/protocol.bidui";
const MEASURED: &str = "protocols/cn-mass-e2/pretests";

fn bidui(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

fn said(output: &Output) -> String {
    let both = [&output.stdout[..], &output.stderr[..]].concat();
    String::from_utf8_lossy(&both).into_owned()
}

/// An empty folder of this test's own.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("pretests")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

/// The measurements of the weights, changed, in a folder of their own.
fn measured(name: &str, change: impl Fn(String) -> String) -> PathBuf {
    let folder = folder(name);
    let file = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(MEASURED)
        .join("NIM.csv");
    let lines = fs::read_to_string(file).unwrap();
    fs::write(folder.join("NIM.csv"), change(lines)).unwrap();
    folder
}

/// Evaluates tests before dispatch: the exit status, what was said, the table of figures, the folder.
fn evaluated(name: &str, protocol: &str, results: &Path) -> (i32, String, String, PathBuf) {
    let output = folder(&format!("{name}-outcome"));
    let run = bidui(&[
        "--lang",
        "en",
        "run",
        protocol,
        "--stage",
        "pretest",
        "--results",
        text(results),
        "-o",
        text(&output),
    ]);
    let figures = fs::read_to_string(output.join("pretest.csv")).unwrap_or_default();
    (run.status.code().unwrap(), said(&run), figures, output)
}

/// A figure of a test.
fn figure(figures: &str, test: &str, quantity: &str) -> f64 {
    let start = format!("{test},");
    let row = figures
        .lines()
        .filter(|line| line.starts_with(&start))
        .find(|line| line.split(',').nth(2) == Some(quantity))
        .unwrap_or_else(|| panic!("no {quantity} of {test} in\n{figures}"));
    row.split(',').nth(3).unwrap().parse().unwrap()
}

#[test]
fn the_papers_of_the_journey_wait_for_the_tests_and_come_with_their_outcome() {
    let out = folder("waiting");
    let waiting = bidui(&["--lang", "en", "plan", MASSES, "-o", text(&out)]);
    let told = said(&waiting);
    assert!(waiting.status.success(), "{told}");
    assert!(
        told.contains("D0123") && told.contains("stability.W1.p1kg"),
        "{told}"
    );
    assert!(out.join("pretests/NIM.csv").exists() && out.join("pretests/NIM.xlsx").exists());
    assert!(out.join("protocol.zh.md").exists() && out.join("forms/SIMT.csv").exists());
    for paper in ["instructions", "handover", "pilot/labels.zh.md"] {
        assert!(!out.join(paper).exists(), "{paper}");
    }

    let (status, told, _, tested) = evaluated("released", MASSES, Path::new(MEASURED));
    assert_eq!(status, 0, "{told}");
    let released = bidui(&[
        "--lang",
        "en",
        "plan",
        MASSES,
        "-o",
        text(&out),
        "--pretests",
        text(&tested.join("pretest.json")),
    ]);
    assert!(released.status.success() && !said(&released).contains("D0123"));
    let zh = fs::read_to_string(out.join("instructions/SIMT.zh.md")).unwrap();
    assert!(zh.contains("发出前试验——稳定性（W1）：通过。"), "{zh}");
    let en = fs::read_to_string(out.join("instructions/SIMT.en.md")).unwrap();
    assert!(en.contains("Test before dispatch: transport (W1): passed."));
    // The weights are blind: no figure of the tests may reach a participant.
    assert!(!zh.contains("0.41") && !en.contains("0.41"));
    for paper in ["handover/SIMT.zh.md", "pilot/labels.zh.md"] {
        assert!(out.join(paper).exists(), "{paper}");
    }
}

#[test]
fn a_form_filled_in_is_read_and_one_of_another_plan_is_refused() {
    let out = folder("forms");
    bidui(&["plan", MASSES, "-o", text(&out)]);
    let form = fs::read_to_string(out.join("pretests/NIM.csv")).unwrap();
    let values = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(MEASURED)
            .join("NIM.csv"),
    )
    .unwrap();
    let filled: Vec<String> = form
        .lines()
        .map(|line| {
            let cells: Vec<&str> = line.split(',').collect();
            let found = values.lines().find(|value| {
                let own: Vec<&str> = value.split(',').collect();
                let item = cells.get(2).unwrap_or(&"");
                own.len() == 6
                    && cells.len() > 6
                    && own[1] == cells[1]
                    && own[2]
                        .split(' ')
                        .all(|word| item.split(' ').any(|w| w == word))
            });
            match found {
                Some(value) => {
                    let own: Vec<&str> = value.split(',').collect();
                    format!("{},{},{}", cells[..5].join(","), own[3], own[5]) + ","
                }
                None => line.to_owned(),
            }
        })
        .collect();
    let results = folder("filled");
    fs::write(results.join("NIM.csv"), filled.join("\n")).unwrap();
    let plan = out.join("plan.json");
    let (status, told, figures, _) = evaluated("filled", text(&plan), &results);
    assert_eq!(status, 0, "{told}");
    let (_, _, plain, _) = evaluated("plain", MASSES, Path::new(MEASURED));
    assert_eq!(figures, plain);

    let other = filled.join("\n").replace("sha256:", "sha256:0");
    fs::write(results.join("NIM.csv"), other).unwrap();
    let (status, told, ..) = evaluated("other", text(&plan), &results);
    assert!(status == 1 && told.contains("D0108"), "{told}");
}

#[test]
fn a_weight_that_does_not_bear_the_transport_keeps_the_papers_back() {
    let results = measured("broken", |lines| {
        let broken = lines.lines().map(|line| {
            if line.contains("p1kg,transport W1 after") {
                let cells: Vec<&str> = line.split(',').collect();
                format!(
                    "{},{},{},0.500,{},{}",
                    cells[0], cells[1], cells[2], cells[4], cells[5]
                )
            } else {
                line.to_owned()
            }
        });
        broken.collect::<Vec<_>>().join("\n")
    });
    let (status, told, figures, tested) = evaluated("broken", MASSES, &results);
    assert_eq!(status, 1);
    assert!(
        told.contains("M0005") && told.contains("transport.W1.p1kg"),
        "{told}"
    );
    assert!(figures.contains("transport.W1.p1kg,p1kg,standing,failed,"));
    assert!(figures.contains("transport.W1.p500g,p500g,standing,passed,"));
    let out = folder("broken-plan");
    let plan = bidui(&[
        "--lang",
        "zh",
        "plan",
        MASSES,
        "-o",
        text(&out),
        "--pretests",
        text(&tested.join("pretest.json")),
    ]);
    assert_eq!(plan.status.code(), Some(1));
    assert!(said(&plan).contains("未通过") && !out.join("instructions").exists());
    let report = fs::read_to_string(tested.join("pretest.zh.md")).unwrap();
    assert!(report.contains("传递标准不得发出"), "{report}");
}

#[test]
fn a_test_with_too_few_measurements_is_incomplete() {
    let results = measured("short", |lines| {
        let kept = lines
            .lines()
            .filter(|l| !l.contains("p1kg,stability W1 10"));
        kept.collect::<Vec<_>>().join("\n")
    });
    let (status, told, figures, _) = evaluated("short", MASSES, &results);
    assert_eq!(status, 1);
    assert!(
        told.contains("D0122") && told.contains("asks for 10 measurements; 9 are made"),
        "{told}"
    );
    assert!(figures.contains("stability.W1.p1kg,p1kg,standing,incomplete,"));
}

#[test]
fn a_row_that_belongs_to_no_test_is_told() {
    let results = measured("stray", |lines| {
        lines.replace("p1kg,stability W1 3", "p1kg,humidity W1 3")
    });
    let (status, told, ..) = evaluated("stray", MASSES, &results);
    assert!(
        status == 1 && told.contains("D0121") && told.contains("`humidity W1 3`"),
        "{told}"
    );
}

#[test]
fn an_outcome_of_another_plan_releases_nothing() {
    let (_, _, _, tested) = evaluated("elsewhere", MASSES, Path::new(MEASURED));
    let out = folder("elsewhere-plan");
    let plan = bidui(&[
        "plan",
        "protocols/cn-cadmium-rice/protocol.bidui",
        "-o",
        text(&out),
        "--pretests",
        text(&tested.join("pretest.json")),
    ]);
    assert!(plan.status.code() == Some(2) && said(&plan).contains("D0108"));
    assert!(!out.join("instructions").exists());
}

#[test]
fn tests_on_record_hold_nothing_back_and_the_instructions_cite_the_record() {
    let out = folder("recorded");
    let plan = bidui(&[
        "plan",
        "protocols/cn-vibration-sensitivity/protocol.bidui",
        "-o",
        text(&out),
    ]);
    assert!(plan.status.success() && !said(&plan).contains("D0123"));
    let instructions = fs::read_dir(out.join("instructions")).unwrap();
    let english = instructions
        .map(|entry| entry.unwrap().path())
        .find(|path| path.to_string_lossy().ends_with(".en.md"))
        .unwrap();
    let en = fs::read_to_string(english).unwrap();
    assert!(
        en.contains("see the pilot's test report VIB-2026-01"),
        "{en}"
    );
}

/// Slope, standard error, pooled scatter and analysis of variance by their textbook sums, written out here.
#[test]
fn the_figures_are_those_of_the_textbook() {
    let (status, told, figures, _) = evaluated("figures", MASSES, Path::new(MEASURED));
    assert_eq!(status, 0, "{told}");
    let rows = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join(MEASURED)
            .join("NIM.csv"),
    )
    .unwrap();
    let of = |point: &str, item: &str| -> Vec<(f64, f64)> {
        rows.lines()
            .filter(|l| l.contains(&format!("{point},{item}")))
            .map(|l| {
                let cells: Vec<&str> = l.split(',').collect();
                let date: jiff::civil::Date = cells[5].parse().unwrap();
                let days = (date - jiff::civil::date(2026, 4, 6)).get_days();
                (f64::from(days), cells[3].parse().unwrap())
            })
            .collect()
    };
    let series = of("p1kg", "stability");
    let n = series.len() as f64;
    let (st, sy): (f64, f64) = series
        .iter()
        .fold((0.0, 0.0), |s, p| (s.0 + p.0, s.1 + p.1));
    let stt: f64 = series.iter().map(|p| p.0 * p.0).sum::<f64>() - st * st / n;
    let sty: f64 = series.iter().map(|p| p.0 * p.1).sum::<f64>() - st * sy / n;
    let slope = sty / stt;
    let ss: f64 = series
        .iter()
        .map(|p| (p.1 - sy / n - slope * (p.0 - st / n)).powi(2))
        .sum();
    let s = (ss / (n - 2.0)).sqrt();
    let close = |test: &str, quantity: &str, expected: f64| {
        let found = figure(&figures, test, quantity);
        assert!(
            (found - expected).abs() <= 1e-9 * expected.abs(),
            "{quantity}: {found} {expected}"
        );
    };
    let days = figure(&figures, "stability.W1.p1kg", "days");
    close("stability.W1.p1kg", "slope", slope);
    close("stability.W1.p1kg", "drift", slope * days);
    close("stability.W1.p1kg", "u_drift", s / stt.sqrt() * days);
    close("stability.W1.p1kg", "u", s / stt.sqrt() * days);
    // t(0.975; 8) and χ²(0.95; 8) of the tables.
    assert!((figure(&figures, "stability.W1.p1kg", "t_critical") - 2.306).abs() < 5e-4);
    assert!((figure(&figures, "repeatability.W1.p1kg", "chi2_critical") - 15.507).abs() < 5e-4);
    close("repeatability.W1.p1kg", "chi2", ss / (0.008 * 0.008));
    let average = |item: &str| {
        let values = of("p1kg", item);
        values.iter().map(|v| v.1).sum::<f64>() / values.len() as f64
    };
    let change = average("transport W1 after") - average("transport W1 before");
    close("transport.W1.p1kg", "change", change);
    close("transport.W1.p1kg", "u", change.abs() / 12_f64.sqrt());
}

#[test]
fn homogeneity_is_judged_by_the_analysis_of_variance_and_the_criterion_of_the_protocol() {
    let rice = "protocols/cn-cadmium-rice";
    let protocol = format!("{rice}/protocol.bidui");
    let (status, told, figures, _) =
        evaluated("rice", &protocol, Path::new(&format!("{rice}/pretests")));
    assert_eq!(status, 0, "{told}");
    let rows = fs::read_to_string(
        Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("{rice}/pretests/NIM.csv")),
    )
    .unwrap();
    let values: Vec<f64> = rows
        .lines()
        .filter(|l| l.contains(",homogeneity rice "))
        .map(|l| l.split(',').nth(3).unwrap().parse().unwrap())
        .collect();
    assert_eq!(values.len(), 30);
    let grand = values.iter().sum::<f64>() / 30.0;
    let (mut between, mut within) = (0.0, 0.0);
    for pair in values.chunks(2) {
        let mean = (pair[0] + pair[1]) / 2.0;
        between += 2.0 * (mean - grand).powi(2) / 14.0;
        within += (pair[0] - pair[1]).powi(2) / 2.0 / 15.0;
    }
    let s_bb = ((between - within).max(0.0) / 2.0).sqrt();
    let hidden = (within / 2.0).sqrt() * (2.0_f64 / 15.0).powf(0.25);
    let test = "homogeneity.rice.cadmium";
    for (quantity, expected) in [
        ("F", between / within),
        ("s_bb", s_bb),
        ("u_bb", s_bb.max(hidden)),
        ("u", s_bb.max(hidden)),
    ] {
        let found = figure(&figures, test, quantity);
        assert!(
            (found - expected).abs() <= 1e-9 * expected,
            "{quantity}: {found} {expected}"
        );
    }
    // F(0.95; 14, 15) of the tables.
    assert!((figure(&figures, test, "F_critical") - 2.424).abs() < 5e-4);
}

/// Carries a protocol out on its results: the exit status, what was said, the outcome as a table.
fn carried_out(
    name: &str,
    protocol: &Path,
    results: &str,
    tested: Option<&Path>,
) -> (i32, String, String) {
    let output = folder(&format!("{name}-run"));
    let mut arguments = vec!["--lang", "en", "run", text(protocol), "--results", results];
    arguments.extend(["-o", text(&output)]);
    if let Some(tested) = tested {
        arguments.extend(["--pretests", text(tested)]);
    }
    let run = bidui(&arguments);
    let table = fs::read_to_string(output.join("outcome.csv")).unwrap_or_default();
    (run.status.code().unwrap(), said(&run), table)
}

/// A number of an outcome.
fn number(table: &str, lab: &str, point: &str, quantity: &str) -> f64 {
    let row = table
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .find(|cells| cells.get(1..4) == Some(&[lab, point, quantity][..]))
        .unwrap_or_else(|| panic!("no {quantity} of {lab} at {point}"));
    row[4].parse().unwrap()
}

/// A protocol of the folder `protocols` with changes, in a folder of its own.
fn changed(name: &str, protocol: &str, changes: &[(&str, &str)]) -> PathBuf {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join(protocol);
    let mut source = fs::read_to_string(file).unwrap();
    for (before, after) in changes {
        assert!(source.contains(before), "{before}");
        source = source.replacen(before, after, 1);
    }
    let path = folder(name).join("protocol.bidui");
    fs::write(&path, source).unwrap();
    path
}

#[test]
fn stability_may_be_judged_by_the_standard_deviation_for_proficiency_assessment() {
    let rice = "protocols/cn-cadmium-rice";
    let by = |factor: &str| {
        let criterion = format!(
            "before 6 measurements over 90 d\n    test std.stability.slope confidence 0.95\n    limit |drift| <= {factor} * sigma"
        );
        let changes = [("before 6 measurements over 90 d", criterion.as_str())];
        let name = format!("rice-by-sigma-{factor}");
        let protocol = changed(&name, &format!("{rice}/protocol.bidui"), &changes);
        let results = PathBuf::from(format!("{rice}/pretests"));
        evaluated(&format!("{name}-evaluated"), text(&protocol), &results)
    };
    let (status, told, figures, _) = by("10");
    assert_eq!(status, 0, "{told}");
    let sigma = figure(&figures, "stability.rice.cadmium", "sigma");
    // Horwitz' model at the mean of the stability test, which hardly differs from that of the homogeneity test.
    let other = figure(&figures, "homogeneity.rice.cadmium", "sigma");
    assert!((sigma - other).abs() < 0.02 * other, "{sigma} {other}");
    let drift = figure(&figures, "stability.rice.cadmium", "drift");
    let (status, ..) = by("0.000001");
    assert_eq!(status == 0, drift.abs() <= 1e-6 * sigma);
}

#[test]
fn what_the_protocol_states_for_transport_enters_reference_and_deviations_once() {
    let results = "protocols/cn-mass-e2/results";
    let without = changed(
        "states-nothing",
        MASSES,
        &[("    include     stability, transport in U_ref\n", "")],
    );
    let stated = changed(
        "states-transport",
        MASSES,
        &[(
            "    carrier zh \"专人携带\"",
            "    u 0.02 mg at p1kg, 0.01 mg at p500g\n    carrier zh \"专人携带\"",
        )],
    );
    let (status, told, bare) = carried_out("states-nothing", &without, results, None);
    assert_eq!(status, 0, "{told}");
    let (status, told, full) = carried_out("states-transport", &stated, results, None);
    assert_eq!(status, 0, "{told}");
    for (point, u) in [("p1kg", 0.02), ("p500g", 0.01)] {
        assert_eq!(number(&full, "", point, "reference.u_transport"), u);
        let close = |found: f64, base: f64| {
            let expected = (base * base + u * u).sqrt();
            assert!((found / expected - 1.0).abs() < 1e-12, "{found} {expected}");
        };
        close(
            number(&full, "", point, "reference.u"),
            number(&bare, "", point, "reference.u"),
        );
        for lab in ["NIM", "SIMT", "SCIM"] {
            close(
                number(&full, lab, point, "doe.u"),
                number(&bare, lab, point, "doe.u"),
            );
            let d = number(&full, lab, point, "doe.D");
            let en = number(&full, lab, point, "En");
            let u = number(&full, lab, point, "doe.u");
            assert!((en - d / (2.0 * u)).abs() < 1e-12);
        }
    }
}

#[test]
fn the_difference_between_bottles_comes_from_the_test_before_dispatch_or_the_point_is_not_evaluated()
 {
    let rice = "protocols/cn-cadmium-rice/protocol.bidui";
    let results = "protocols/cn-cadmium-rice/results";
    let protocol = changed(
        "bottles",
        rice,
        &[(
            "    equivalence unilateral\n",
            "    include homogeneity in U_ref\n    equivalence unilateral\n",
        )],
    );
    let (status, told, table) = carried_out("bottles-untested", &protocol, results, None);
    assert_eq!(status, 1);
    assert!(
        told.contains("no number for it") && told.contains("homogeneity"),
        "{told}"
    );
    assert!(!table.contains("reference.value") && !table.contains("verdict"));

    let (status, told, figures, tested) = evaluated(
        "bottles",
        text(&protocol),
        Path::new("protocols/cn-cadmium-rice/pretests"),
    );
    assert_eq!(status, 0, "{told}");
    let tested = tested.join("pretest.json");
    let (status, told, table) = carried_out("bottles", &protocol, results, Some(&tested));
    assert_eq!(status, 0, "{told}");
    let u_bb = figure(&figures, "homogeneity.rice.cadmium", "u_bb");
    let (_, _, bare) = carried_out(
        "bottles-bare",
        &Path::new(env!("CARGO_MANIFEST_DIR")).join(rice),
        results,
        None,
    );
    assert_eq!(
        number(&table, "", "cadmium", "reference.u_homogeneity"),
        u_bb
    );
    let expected = |base: f64| (base * base + u_bb * u_bb).sqrt();
    let close = |found: f64, expected: f64| (found / expected - 1.0).abs() < 1e-12;
    assert!(close(
        number(&table, "", "cadmium", "reference.u"),
        expected(0.004)
    ));
    assert!(close(
        number(&table, "LAB03", "cadmium", "doe.u"),
        expected(number(&bare, "LAB03", "cadmium", "doe.u"))
    ));
    let run = folder("bottles-run-again");
    bidui(&[
        "run",
        text(&protocol),
        "--results",
        results,
        "--pretests",
        text(&tested),
        "-o",
        text(&run),
    ]);
    let why = said(&bidui(&[
        "--lang",
        "zh",
        "why",
        text(&run.join("outcome.json")),
        "LAB03",
    ]));
    assert!(
        why.contains("传递标准的不确定度 (均匀性)")
            && why.contains("发出前试验 homogeneity.rice.cadmium"),
        "{why}"
    );
    let report = fs::read_to_string(run.join("report.en.md")).unwrap();
    assert!(
        report.contains("Uncertainty of the transfer standard (homogeneity)"),
        "{report}"
    );
}
