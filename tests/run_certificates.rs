//! Digital calibration certificates handed in as results: the protocol says where they hold its measurands.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bidui::compile::compile;
use bidui::intake;
use bidui::run::{certificates, results};

const PROTOCOL: &str = include_str!("documents/masses.bidui");

fn with(statement: &str) -> String {
    PROTOCOL.replace(
        "    unit    mg\n",
        &format!("    unit    mg\n    {statement}\n"),
    )
}

/// A certificate that names no plan.
fn certificate() -> String {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/intake/masses.xml");
    let text = fs::read_to_string(path).unwrap();
    text.replace(
        "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef",
        "",
    )
}

#[test]
fn a_certificate_is_a_submission_of_the_laboratory_its_file_is_named_after() {
    let compiled = compile(
        "m.bidui",
        &with("dcc \"basic_measurementError\" at p500g, p1kg"),
    );
    let plan = compiled.plan().unwrap();
    let mapping = certificates::mapping(&plan, "SIMT.xml").unwrap();
    let reading = intake::read(certificate().as_bytes(), "SIMT.xml", &mapping, true);
    let (collected, found) = results::collect(&plan, &[reading.submission.unwrap()]);
    let about_it: Vec<_> = found
        .iter()
        .filter(|d| d.is_error() && d.message.en.contains("SIMT"))
        .collect();
    assert!(about_it.is_empty(), "{about_it:#?}");
    let value = |point: &str| collected.by_point[point]["SIMT"][0].value;
    assert!((value("p500g") - 0.012).abs() < 1e-15);
    assert!((value("p1kg") + 0.031).abs() < 1e-15);
}

#[test]
fn a_point_that_the_measurand_does_not_have_and_a_quantity_that_is_not_told_are_findings() {
    for (statement, code) in [
        ("dcc \"basic_measurementError\" at p2kg", "E0401"),
        ("dcc at p1kg", "E0"),
    ] {
        let compiled = compile("m.bidui", &with(statement));
        let errors: Vec<&str> = compiled
            .diagnostics
            .iter()
            .filter(|d| d.is_error())
            .map(|d| d.code.id())
            .collect();
        assert!(
            errors.len() == 1 && errors[0].starts_with(code),
            "{statement}: {errors:?}"
        );
    }
}

fn run(protocol: &str, name: &str) -> (Output, PathBuf) {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("results")).unwrap();
    // The other laboratories have no part in this; results that are sealed would wait for them.
    let open: String = protocol
        .lines()
        .filter(|line| !line.contains("sealed"))
        .map(|line| format!("{line}\n"))
        .collect();
    fs::write(folder.join("m.bidui"), open).unwrap();
    fs::write(folder.join("results/SIMT.xml"), certificate()).unwrap();
    let output = Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args([
            "run",
            "m.bidui",
            "--results",
            "results",
            "-o",
            "out",
            "--lang",
            "en",
        ])
        .current_dir(&folder)
        .output()
        .unwrap();
    (output, folder)
}

#[test]
fn a_certificate_of_which_the_protocol_says_nothing_is_named_and_not_read() {
    let (output, folder) = run(PROTOCOL, "certificate-unread");
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(
        said.contains("SIMT.xml") && said.contains("`dcc \""),
        "{said}"
    );
    assert!(!folder.join("out").exists());
}

#[test]
fn a_run_takes_a_certificate_where_the_protocol_says() {
    let (_, folder) = run(
        &with("dcc \"basic_measurementError\" at p500g, p1kg"),
        "certificate-read",
    );
    let outcome = fs::read_to_string(folder.join("out/outcome.csv")).unwrap();
    assert!(
        outcome.contains("SIMT") && outcome.contains("0.012"),
        "{outcome}"
    );
}
