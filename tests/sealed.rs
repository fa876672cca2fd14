//! Results that a protocol seals until all are in: what a run shows, and what it does not.

#![allow(
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const MASSES: &str = "protocols/cn-mass-e2";

/// The forms of the weights without those named, in a folder of this test's own; with what `change` makes of each.
fn forms(name: &str, without: &[&str], change: impl Fn(&str, String) -> String) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("sealed")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(folder.join("results")).unwrap();
    let given = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join(MASSES)
        .join("results");
    for entry in fs::read_dir(given).unwrap() {
        let path = entry.unwrap().path();
        let id = path.file_stem().unwrap().to_str().unwrap().to_owned();
        if !without.contains(&id.as_str()) {
            let text = change(&id, fs::read_to_string(&path).unwrap());
            fs::write(folder.join("results").join(format!("{id}.csv")), text).unwrap();
        }
    }
    folder
}

/// The exit status of a run on those forms and everything it said.
fn run(folder: &Path, more: &[&str]) -> (i32, String) {
    let output = Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args(["--lang", "en", "run"])
        .arg(format!("{MASSES}/protocol.bidui"))
        .arg("--results")
        .arg(folder.join("results"))
        .arg("-o")
        .arg(folder.join("outcome"))
        .args(more)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap();
    let said = [&output.stdout[..], &output.stderr[..]].concat();
    (
        output.status.code().unwrap(),
        String::from_utf8_lossy(&said).into_owned(),
    )
}

fn as_it_is(_: &str, text: String) -> String {
    text
}

#[test]
fn while_a_laboratory_is_missing_nothing_is_evaluated_and_no_value_is_shown() {
    // A form with a fault, which a finding would quote.
    let folder = forms("missing", &["LNIM"], |id, text| match id {
        "GDIM" => text.replacen("mg,", "mg,0,", 1),
        _ => text,
    });
    let (status, said) = run(&folder, &[]);
    assert_eq!(status, 1);
    assert!(
        said.contains("D0124") && said.contains("`LNIM` (due 20"),
        "{said}"
    );
    assert!(said.contains("GDIM.csv"), "{said}");
    assert!(!folder.join("outcome").exists());
    let results = fs::read_to_string(folder.join("results/SIMT.csv")).unwrap();
    for value in results.lines().filter_map(|line| line.split(',').nth(2)) {
        let number = value.parse::<f64>().is_ok();
        assert!(!(number && said.contains(value)), "{value} in {said}");
    }
}

#[test]
fn a_laboratory_declared_absent_or_past_its_deadline_keeps_nothing_sealed() {
    let folder = forms("absent", &["LNIM"], as_it_is);
    let (_, said) = run(&folder, &["--absent", "LNIM"]);
    assert!(!said.contains("D0124") && folder.join("outcome/outcome.json").exists());
    let folder = forms("overdue", &["LNIM"], as_it_is);
    let (_, said) = run(&folder, &["--reported", "2026-09-30"]);
    assert!(said.contains("D0124"), "{said}");
    let (_, said) = run(&folder, &["--reported", "2028-01-10"]);
    assert!(
        !said.contains("D0124") && folder.join("outcome/outcome.json").exists(),
        "{said}"
    );
}

#[test]
fn a_laboratory_that_submitted_cannot_be_declared_absent_nor_one_that_does_not_exist() {
    let folder = forms("contradiction", &[], as_it_is);
    let (status, said) = run(&folder, &["--absent", "SIMT,XXX"]);
    assert_eq!(status, 1);
    assert!(said.contains("D0126") && said.contains("D0102"), "{said}");
    assert!(!folder.join("outcome").exists());
}

#[test]
fn a_pilot_that_submits_after_a_participant_is_told_where_the_forms_say_so() {
    let dated = |own: &'static str| {
        move |id: &str, text: String| match id {
            "NIM" => format!("# submitted: {own}\n{text}"),
            "SIMT" => format!("# submitted: 2026-10-02\n{text}"),
            _ => text,
        }
    };
    let late = forms("late-pilot", &[], dated("2026-10-05"));
    let (_, said) = run(&late, &[]);
    assert!(
        said.contains("D0125") && said.contains("after `SIMT` (2026-10-02)"),
        "{said}"
    );
    let early = forms("early-pilot", &[], dated("2026-09-20"));
    assert!(!run(&early, &[]).1.contains("D0125"));
}
