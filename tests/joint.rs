//! Points judged together, from results to verdicts.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/outcome.rs"]
mod outcome;

use std::path::{Path, PathBuf};
use std::process::Command;

use outcome::{carried_out, csv};

const PROTOCOL: &str = r#"edition 2026
use std.cn.consequences as cn

protocol example.impedance 1.0.0 {
  title zh "阻抗比对" en "comparison of impedance"
  policy cn
  organizer SAMR
  pilot NIM
  participants {
    SIMT "Shanghai"
    GDIM "Guangdong"
  }
  measurand z : resistance {
    unit mΩ
    point re
    point im
    report value, U, k
  }
  artefact R1 { measures z; traceable to national-primary-standard certificate "R-17" }
  circulation {
    start 2026-09-01
    ring R1 { stay 10 d; transit 4 d }
  }
  evaluation {
    reference std.reference.weighted-mean
    correlation uncorrelated
    jointly PROCEDURE
    score En k 2
  }
  acceptance {
    each point { satisfactory when p_joint >= 0.05; unsatisfactory otherwise }
    each laboratory { satisfactory when all points satisfactory; unsatisfactory otherwise }
  }
}
"#;

/// Values of the two components by laboratory; u = 1 mΩ throughout.
const RESULTS: [(&str, f64, f64); 3] = [("NIM", 0.0, 0.0), ("SIMT", 2.4, -2.4), ("GDIM", 0.3, 0.3)];

fn run(name: &str, procedure: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("joint")
        .join(name);
    std::fs::create_dir_all(folder.join("results")).unwrap();
    std::fs::write(
        folder.join("protocol.bidui"),
        PROTOCOL.replace("PROCEDURE", procedure),
    )
    .unwrap();
    for (laboratory, re, im) in RESULTS {
        let form = format!(
            "# laboratory: {laboratory}\nmeasurand,point,value,unit,U,k\nz,re,{re},mΩ,2,2\nz,im,{im},mΩ,2,2\n"
        );
        std::fs::write(folder.join(format!("results/{laboratory}.csv")), form).unwrap();
    }
    carried_out(&folder, &folder.join("results"), "2")
}

fn number(csv: &str, laboratory: &str, point: &str, quantity: &str) -> f64 {
    let row = csv.lines().map(|line| line.split(',').collect::<Vec<_>>());
    let mut found = row.filter(|r| r[1] == laboratory && r[2] == point && r[3] == quantity);
    found.next().unwrap()[4].parse().unwrap()
}

fn verdict(csv: &str, laboratory: &str) -> String {
    let of_laboratory = format!("laboratory.verdict,{laboratory},,verdict,");
    let line = csv
        .lines()
        .find_map(|line| line.strip_prefix(&of_laboratory));
    line.unwrap().trim_end_matches(',').to_owned()
}

/// D of SIMT is 1.5 and −1.7 mΩ with u(D)² = 2/3 (mΩ)², the mean of three equal results taken off.
#[test]
fn chi_squared_takes_the_correlation_of_the_components_into_account() {
    let (d, u2): ([f64; 2], f64) = ([2.4 - 0.9, -2.4 + 0.7], 2.0 / 3.0);
    for (name, r) in [("independent", 0.0), ("together", 0.8), ("opposed", -0.8)] {
        let block = if r == 0.0 {
            String::new()
        } else {
            format!(" {{ correlation re im r {r} }}")
        };
        let csv = csv(&run(name, &format!("chi-squared level 0.05{block}")));
        let (a, c) = (u2, r * u2);
        let q = (a * d[0] * d[0] - 2.0 * c * d[0] * d[1] + a * d[1] * d[1]) / (a * a - c * c);
        // χ² with two degrees of freedom: P(larger) = exp(−q/2).
        let p = (-0.5 * q).exp();
        for point in ["re", "im"] {
            let found = number(&csv, "SIMT", point, "p_joint");
            assert!((found / p - 1.0).abs() < 1e-9, "{name} {found} {p}");
        }
        let expected = if p < 0.05 {
            "unsatisfactory"
        } else {
            "satisfactory"
        };
        assert_eq!(verdict(&csv, "SIMT"), expected, "{name}");
        assert!(r != 0.0 || verdict(&csv, "GDIM") == "satisfactory");
    }
}

#[test]
fn holm_multiplies_the_smaller_probability_by_the_number_of_points() {
    let output = run("holm", "holm level 0.05");
    let csv = csv(&output);
    let p = |point: &str| {
        let z = number(&csv, "SIMT", point, "doe.D") / number(&csv, "SIMT", point, "doe.u");
        bidui::evaluate::risk::multiplicity::two_sided(z)
    };
    let (re, im) = (p("re"), p("im"));
    assert!(im < re);
    assert!((number(&csv, "SIMT", "im", "p_joint") - 2.0 * im).abs() < 1e-12);
    assert!((number(&csv, "SIMT", "re", "p_joint") - re.max(2.0 * im)).abs() < 1e-12);
    let report = std::fs::read_to_string(output.join("report.en.md")).unwrap();
    assert!(report.contains("*p*<sub>joint</sub>"), "{report}");
    let why = Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args(["--lang", "en", "why"])
        .arg(output.join("outcome.json"))
        .arg("SIMT")
        .output()
        .unwrap();
    let why = String::from_utf8(why.stdout).unwrap();
    assert!(
        why.contains("(probability over all points together)"),
        "{why}"
    );
    assert!(why.contains("jointly holm level 0.05"), "{why}");
}
