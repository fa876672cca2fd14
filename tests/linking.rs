//! A linked comparison from its results to verdicts, with results of linking laboratories missing.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Runs the linked protocol on the results of all laboratories but those named.
fn run_without(name: &str, missing: &[&str]) -> (Output, PathBuf) {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols/rmo-mass-linked");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("linking")
        .join(name);
    let _ = std::fs::remove_dir_all(&folder);
    let results = folder.join("results");
    std::fs::create_dir_all(&results).unwrap();
    for entry in std::fs::read_dir(root.join("results")).unwrap() {
        let path = entry.unwrap().path();
        let laboratory = path.file_stem().unwrap().to_string_lossy().into_owned();
        if !missing.contains(&laboratory.as_str()) {
            std::fs::copy(&path, results.join(path.file_name().unwrap())).unwrap();
        }
    }
    let output = folder.join("out");
    let run = Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args(["--lang", "en", "run"])
        .arg(root.join("protocol.bidui"))
        .arg("--results")
        .arg(&results)
        .arg("-o")
        .arg(&output)
        .output()
        .unwrap();
    (run, output)
}

fn read(output: &Path, name: &str) -> String {
    std::fs::read_to_string(output.join(name)).unwrap()
}

/// The numbers of one quantity by laboratory.
fn of<'a>(csv: &'a str, quantity: &str) -> Vec<(&'a str, f64)> {
    csv.lines()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .filter(|row| row[3] == quantity)
        .map(|row| (row[1], row[4].parse().unwrap()))
        .collect()
}

#[test]
fn scores_are_formed_of_the_linked_degrees_of_equivalence() {
    let (run, output) = run_without("whole", &[]);
    assert!(run.status.success());
    let csv = read(&output, "outcome.csv");
    let (linked, u) = (of(&csv, "linked.D"), of(&csv, "linked.U"));
    for (index, (laboratory, score)) in of(&csv, "En").into_iter().enumerate() {
        assert_eq!(laboratory, linked[index].0);
        assert!(
            (score - linked[index].1 / u[index].1).abs() < 1e-12,
            "{laboratory}"
        );
    }
}

#[test]
fn the_report_and_the_reasons_lead_to_the_published_figures() {
    let (_, output) = run_without("reasons", &[]);
    let report = read(&output, "report.zh.md");
    assert!(report.contains("与关键比对 CCM.M-K4 连接"));
    assert!(report.contains("| NMIJ | 3.1 | 6.5 | 0.557 |"), "{report}");
    let why = Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args(["--lang", "en", "why"])
        .arg(output.join("outcome.json"))
        .arg("KRISS")
        .output()
        .unwrap();
    let why = String::from_utf8(why.stdout).unwrap();
    assert!(
        why.contains("NIM published D = -1.4 µg, u(D) = 7.7 µg"),
        "{why}"
    );
    assert!(
        why.contains(": NIM     D -1.4 µg U 15.4 µg common 5 µg"),
        "{why}"
    );
}

#[test]
fn one_linking_laboratory_links_where_the_other_has_no_result() {
    let (_, output) = run_without("one", &["NIM"]);
    let csv = read(&output, "outcome.csv");
    assert_eq!(of(&csv, "link.weight"), [("NMIJ", 1.0)]);
    // R = y − D = 733.5 − 3.1.
    assert!((of(&csv, "link.R")[0].1 - 730.4).abs() < 1e-9);
    assert!(read(&output, "report.en.md").contains("which do not link it: NIM"));
}

#[test]
fn without_any_linking_laboratory_nobody_is_judged_on_another_scale() {
    let (run, output) = run_without("none", &["NIM", "NMIJ"]);
    assert!(!run.status.success());
    let csv = read(&output, "outcome.csv");
    assert!(of(&csv, "En").is_empty() && of(&csv, "linked.D").is_empty());
    assert!(!csv.contains("satisfactory"));
}
