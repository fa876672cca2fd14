//! Templates of an author's own: what they change, and how each mistake in them is told.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::PathBuf;
use std::process::{Command, Output};

const PROTOCOL: &str = "protocols/ccl-k1/protocol.bidui";

fn folder(name: &str) -> PathBuf {
    let path = PathBuf::from(env!("CARGO_TARGET_TMPDIR"))
        .join("own-templates")
        .join(name);
    let _ = fs::remove_dir_all(&path);
    fs::create_dir_all(&path).unwrap();
    path
}

fn bidui(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bidui"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(arguments)
        .args(["--lang", "en"])
        .output()
        .unwrap()
}

/// Plans with one template of the author's own; gives the folder of the output too.
fn planned(name: &str, file: &str, text: &[u8]) -> (Output, PathBuf) {
    let templates = folder(&format!("{name}-templates"));
    fs::write(templates.join(file), text).unwrap();
    let out = folder(name);
    let output = bidui(&[
        "plan",
        PROTOCOL,
        "-o",
        &out.to_string_lossy(),
        "--templates",
        &templates.to_string_lossy(),
    ]);
    (output, out)
}

/// The message of a run that must fail and write nothing.
fn refused(name: &str, file: &str, text: &[u8]) -> String {
    let (output, out) = planned(name, file, text);
    assert_eq!(output.status.code(), Some(2));
    assert_eq!(fs::read_dir(out).unwrap().count(), 0);
    String::from_utf8_lossy(&output.stderr).into_owned()
}

#[test]
fn a_template_of_ones_own_takes_the_place_of_the_librarys() {
    let text = "# {{ t('标签', 'Labels') }} of {{ title }}\n";
    let (output, out) = planned("fine", "labels.md", text.as_bytes());
    assert!(output.status.success());
    let labels = fs::read_to_string(out.join("pilot/labels.en.md")).unwrap();
    assert!(labels.starts_with("# Labels of CCL-K1"), "{labels}");
    assert!(out.join("pilot/risks.en.md").is_file());
}

#[test]
fn a_report_is_laid_out_by_ones_own_template() {
    let templates = folder("report-templates");
    fs::write(
        templates.join("evaluation.md"),
        "# {{ protocol }}: {{ points|length }}\n",
    )
    .unwrap();
    let out = folder("report");
    let output = bidui(&[
        "run",
        PROTOCOL,
        "--results",
        "protocols/ccl-k1/results",
        "-o",
        &out.to_string_lossy(),
        "--templates",
        &templates.to_string_lossy(),
    ]);
    assert!(output.status.success());
    let report = fs::read_to_string(out.join("report.en.md")).unwrap();
    assert!(report.ends_with(": 1\n"), "{report}");
}

#[test]
fn a_file_that_no_document_uses_is_named_with_those_that_are_used() {
    let said = refused("unknown", "letter.md", b"x\n");
    assert!(said.contains("S0005") && said.contains("letter.md") && said.contains("labels.md"));
}

#[test]
fn a_template_that_is_not_well_formed_is_told_with_its_line() {
    let said = refused("syntax", "labels.md", b"# a\n\n{% if x %}\n");
    assert!(
        said.contains("labels.md, line ") && said.contains("not well formed"),
        "{said}"
    );
}

#[test]
fn a_name_that_the_documents_do_not_have_is_told_with_its_line_as_written() {
    let said = refused("name", "labels.md", b"# a\n\n{{ titel }}\n");
    assert!(
        said.contains("labels.md, line 3") && said.contains("{{ titel }}"),
        "{said}"
    );
}

#[test]
fn a_filter_that_does_not_exist_is_told_with_its_line() {
    let said = refused("filter", "labels.md", b"{{ title|shout }}\n");
    assert!(
        said.contains("labels.md, line 1") && said.contains("does not exist"),
        "{said}"
    );
}

#[test]
fn a_fault_in_a_part_is_told_of_the_part() {
    let said = refused("part", "parts.md", b"{% macro party(who) %}\n");
    assert!(said.contains("parts.md, line "), "{said}");
}

#[test]
fn a_template_that_is_no_text_is_told() {
    let said = refused("gbk", "labels.md", b"# \xb1\xea\xc7\xa9\n");
    assert!(
        said.contains("S0001") && said.contains("labels.md"),
        "{said}"
    );
}

#[test]
fn a_folder_of_templates_that_is_not_there_stops_the_plan() {
    let out = folder("nowhere");
    let output = bidui(&[
        "plan",
        PROTOCOL,
        "-o",
        &out.to_string_lossy(),
        "--templates",
        "no-such-folder",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("no-such-folder"));
    assert_eq!(fs::read_dir(out).unwrap().count(), 0);
}

#[cfg(not(feature = "pdf"))]
#[test]
fn a_program_without_pdf_says_how_to_have_it() {
    let out = folder("no-pdf");
    let output = bidui(&[
        "plan",
        PROTOCOL,
        "-o",
        &out.to_string_lossy(),
        "--documents",
        "pdf",
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("--features pdf"));
    assert_eq!(fs::read_dir(out).unwrap().count(), 0);
}
