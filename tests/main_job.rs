//! The main job from the outside: check, plan, run and why as a user calls them, on sound and on broken input.

#![allow(
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bidui::compile::compile;
use bidui::format::{Options, format};
use bidui::text::Lang;

const PROTOCOL: &str = "protocols/ccl-k1/protocol.bidui";
const RESULTS: &str = "protocols/ccl-k1/results";

fn bidui(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args(arguments)
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .output()
        .unwrap()
}

fn text(bytes: &[u8]) -> String {
    String::from_utf8_lossy(bytes).into_owned()
}

/// An empty folder of this test's own below the build's temporary folder.
fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("main-job")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

/// The forms of CCL-K1 in a folder of their own, for a test to spoil.
fn forms(name: &str) -> PathBuf {
    let target = folder(name);
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(RESULTS)).unwrap() {
        let path = entry.unwrap().path();
        fs::copy(&path, target.join(path.file_name().unwrap())).unwrap();
    }
    target
}

fn run(results: &Path, output: &Path) -> Output {
    bidui(&[
        "--lang",
        "en",
        "run",
        PROTOCOL,
        "--results",
        &results.to_string_lossy(),
        "-o",
        &output.to_string_lossy(),
    ])
}

#[test]
fn the_first_command_of_the_readme_ends_with_the_verdict_table() {
    let readme = include_str!("../README.md");
    let command = readme
        .lines()
        .find(|l| l.starts_with("cargo run -- run "))
        .unwrap();
    let out = folder("readme");
    let arguments: Vec<&str> = command
        .trim_start_matches("cargo run -- ")
        .split(" -o ")
        .next()
        .unwrap()
        .split(' ')
        .collect();
    let out_name = out.to_string_lossy().into_owned();
    let mut arguments = arguments;
    arguments.extend(["-o", &out_name, "--lang", "en"]);
    let output = bidui(&arguments);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let shown = text(&output.stdout);
    for line in readme
        .lines()
        .filter(|l| l.starts_with("OFMET") || l.starts_with("CENAM"))
    {
        assert!(
            shown.contains(line),
            "README shows `{line}`, the program\n{shown}"
        );
    }
    for name in [
        "outcome.json",
        "outcome.csv",
        "report.zh.md",
        "report.en.md",
        "equivalence.tc-1mm.en.svg",
    ] {
        assert!(out.join(name).is_file(), "{name}");
    }
    // A verdict can be followed from the report alone: its criterion stands there.
    let report = fs::read_to_string(out.join("report.zh.md")).unwrap();
    let criterion = "| 满意 | \\|*E*<sub>n</sub>\\| ≤ 1 |";
    assert!(report.contains(criterion), "{report}");
    assert!(
        fs::read_dir(&out).unwrap().all(|e| !e
            .unwrap()
            .file_name()
            .to_string_lossy()
            .ends_with(".part"))
    );
}

#[test]
fn a_plan_writes_what_every_participant_needs_and_runs_alone() {
    let out = folder("plan");
    let output = bidui(&["plan", PROTOCOL, "-o", &out.to_string_lossy()]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    for name in [
        "plan.json",
        "plan.schema.json",
        "circulation.zh.svg",
        "circulation.en.svg",
        "gantt.zh.svg",
        "consequences.zh.svg",
        "schedule.csv",
        "instructions/NPL.zh.md",
        "instructions/NPL.en.md",
        "forms/NPL.csv",
        "forms/NPL.xlsx",
        "forms/OFMET.csv",
        "handover/NPL.zh.md",
        "pilot/checklist.zh.md",
        "protocol.en.md",
    ] {
        assert!(out.join(name).is_file(), "{name}");
    }
    let outcome = folder("plan-outcome");
    let plan = out.join("plan.json");
    let output = bidui(&[
        "run",
        &plan.to_string_lossy(),
        "--results",
        RESULTS,
        "-o",
        &outcome.to_string_lossy(),
    ]);
    assert!(output.status.success(), "{}", text(&output.stderr));
    let direct = folder("direct-outcome");
    run(Path::new(RESULTS), &direct);
    assert_eq!(
        fs::read(outcome.join("outcome.csv")).unwrap(),
        fs::read(direct.join("outcome.csv")).unwrap()
    );
}

#[test]
fn a_plan_that_someone_changed_is_refused() {
    let out = folder("altered");
    bidui(&["plan", PROTOCOL, "-o", &out.to_string_lossy()]);
    let plan = out.join("plan.json");
    let altered = fs::read_to_string(&plan)
        .unwrap()
        .replace("\"k\": 2.0", "\"k\": 3.0");
    fs::write(&plan, altered).unwrap();
    let outcome = out.join("outcome");
    let output = bidui(&[
        "--lang",
        "en",
        "run",
        &plan.to_string_lossy(),
        "--results",
        RESULTS,
        "-o",
        &outcome.to_string_lossy(),
    ]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("S0003"),
        "{}",
        text(&output.stderr)
    );
    assert!(!outcome.exists());
}

#[test]
fn a_form_filled_in_is_read_back_by_the_run() {
    let out = folder("forms-plan");
    bidui(&["plan", PROTOCOL, "-o", &out.to_string_lossy()]);
    let form = fs::read_to_string(out.join("forms/NPL.csv")).unwrap();
    assert!(form.contains("sha256:"), "{form}");
    assert!(form.contains("tc-1mm"), "{form}");
}

#[test]
fn why_leads_from_the_verdict_to_the_submitted_result() {
    let out = folder("why");
    run(Path::new(RESULTS), &out);
    let outcome = out.join("outcome.json");
    let chain = text(&bidui(&["--lang", "en", "why", &outcome.to_string_lossy(), "CENAM"]).stdout);
    let mut from = 0;
    for link in [
        "unsatisfactory",
        "each laboratory",
        "E_n = −1.851 (denominator with covariance)",
        "score",
        "D = −29 nm, u(D) = 7.8 nm, U(D) = 16 nm (k = 2)",
        "reference value = 20.0 nm, u = 3.5 nm",
        "consistent subset",
        "χ²",
        "submitted result -9",
        "CENAM.csv:3",
    ] {
        let at = chain[from..]
            .find(link)
            .unwrap_or_else(|| panic!("`{link}` does not follow in\n{chain}"));
        from += at;
    }
    let unknown = bidui(&["--lang", "en", "why", &outcome.to_string_lossy(), "CENAN"]);
    assert_eq!(unknown.status.code(), Some(2));
}

#[test]
fn the_exit_status_tells_fine_findings_and_failure_apart() {
    assert_eq!(bidui(&["check", PROTOCOL]).status.code(), Some(0));
    assert_eq!(
        bidui(&["check", "tests/ui/decimal-comma.bidui"])
            .status
            .code()
            .map(|c| c.min(1)),
        Some(1)
    );
    assert_eq!(
        bidui(&["check", "no-such-file.bidui"]).status.code(),
        Some(2)
    );
    assert_eq!(bidui(&["fly"]).status.code(), Some(2));
    assert_eq!(bidui(&["--version"]).status.code(), Some(0));
}

#[test]
fn messages_speak_the_language_asked_for() {
    let wrong = folder("languages").join("wrong.bidui");
    fs::write(
        &wrong,
        "edition 2026\nprotocol a.b 1.0.0 {\n  pilott X\n}\n",
    )
    .unwrap();
    let wrong = wrong.to_string_lossy().into_owned();
    let zh = text(&bidui(&["--lang", "zh", "check", &wrong]).stderr);
    let en = text(&bidui(&["--lang", "en", "check", &wrong]).stderr);
    assert!(zh.contains("中没有语句") && zh.contains("处理："), "{zh}");
    assert!(
        en.contains("there is no statement") && en.contains("help:"),
        "{en}"
    );
    let json = text(&bidui(&["check", "--format", "json", &wrong]).stdout);
    let parsed: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(parsed["format_version"], 1);
    assert_eq!(
        parsed["diagnostics"][0]["labels"][0]["at"]["start"]["line"]
            .as_u64()
            .map(|l| l > 0),
        Some(true)
    );
}

// ---------------------------------------------------------------- bad results

/// Spoils one form, runs, and expects the code at file and row; the other laboratories are evaluated all the same.
fn spoiled(name: &str, lab: &str, content: &[u8], code: &str, place: &str) {
    let results = forms(&format!("{name}-results"));
    fs::write(results.join(format!("{lab}.csv")), content).unwrap();
    let out = folder(&format!("{name}-outcome"));
    let output = run(&results, &out);
    let messages = text(&output.stderr);
    assert!(
        messages.contains(code),
        "{name}: {code} is not in\n{messages}"
    );
    assert!(
        messages.contains(place),
        "{name}: `{place}` is not in\n{messages}"
    );
    assert_eq!(output.status.code(), Some(1), "{name}\n{messages}");
    let outcome = fs::read_to_string(out.join("outcome.json")).unwrap();
    let outcome: serde_json::Value = serde_json::from_str(&outcome).unwrap();
    let judged = outcome["points"][0]["results"].as_array().unwrap().len();
    assert!(judged >= 8, "{name}: {judged} laboratories were judged");
}

fn form(row: &str) -> Vec<u8> {
    format!("# laboratory: LNE\nmeasurand,point,value,unit,u,dof\n{row}\n").into_bytes()
}

#[test]
fn every_fault_of_a_form_has_its_code_and_place_and_the_rest_is_evaluated() {
    spoiled(
        "unit",
        "LNE",
        &form("deviation,tc-1mm,30,nn,10,94"),
        "D0105",
        "LNE.csv, row 3",
    );
    spoiled(
        "kind",
        "LNE",
        &form("deviation,tc-1mm,30,mg,10,94"),
        "D0106",
        "LNE.csv, row 3",
    );
    spoiled(
        "negative",
        "LNE",
        &form("deviation,tc-1mm,30,nm,-10,94"),
        "D0025",
        "LNE.csv, row 3",
    );
    spoiled(
        "text",
        "LNE",
        &form("deviation,tc-1mm,about thirty,nm,10,94"),
        "D0023",
        "LNE.csv, row 3",
    );
    spoiled(
        "point",
        "LNE",
        &form("deviation,tc-2mm,30,nm,10,94"),
        "D0103",
        "LNE.csv, row 3",
    );
    spoiled(
        "twice",
        "LNE",
        &form("deviation,tc-1mm,30,nm,10,94\ndeviation,tc-1mm,31,nm,10,94"),
        "D0033",
        "LNE.csv, row 4",
    );
    spoiled(
        "cut",
        "LNE",
        b"# laboratory: LNE\nmeasurand,point,value,unit,u,dof\ndeviation,tc-1mm,30,n",
        "D00",
        "LNE.csv",
    );
    spoiled(
        "gbk",
        "LNE",
        b"# laboratory: LNE\n\xB2\xE2\xB5\xC3\xD6\xB5,\xB5\xA5\xCE\xBB\n30,nm\n",
        "D0002",
        "LNE.csv",
    );
    spoiled(
        "stranger",
        "LNX",
        b"# laboratory: LNX\nmeasurand,point,value,unit,u\ndeviation,tc-1mm,30,nm,10\n",
        "D0102",
        "LNX.csv",
    );
}

#[test]
fn a_missing_laboratory_is_named_and_counts_as_absent() {
    let results = forms("missing-results");
    fs::remove_file(results.join("LNE.csv")).unwrap();
    let out = folder("missing-outcome");
    let output = run(&results, &out);
    assert!(
        text(&output.stderr).contains("D0101"),
        "{}",
        text(&output.stderr)
    );
    let outcome: serde_json::Value =
        serde_json::from_str(&fs::read_to_string(out.join("outcome.json")).unwrap()).unwrap();
    let lne = outcome["laboratories"]
        .as_array()
        .unwrap()
        .iter()
        .find(|l| l["laboratory"] == "LNE")
        .unwrap();
    assert_eq!(lne["verdict"], "absent");
    assert_eq!(outcome["points"][0]["results"].as_array().unwrap().len(), 8);
}

#[test]
fn without_a_single_result_nothing_is_written() {
    let out = folder("nothing").join("outcome");
    let output = run(&folder("no-results"), &out);
    assert_eq!(output.status.code(), Some(2));
    assert!(text(&output.stderr).contains("D0109"));
    assert!(!out.exists());
}

#[test]
fn other_units_and_coverage_factors_give_the_same_outcome() {
    let results = forms("units-results");
    fs::write(results.join("LNE.csv"), "# laboratory: LNE\nmeasurand,point,value,unit,U,k,dof\ndeviation,tc-1mm,0.03,µm,0.025,2.5,94\n").unwrap();
    let (out, plain) = (folder("units-outcome"), folder("plain-outcome"));
    run(&results, &out);
    run(Path::new(RESULTS), &plain);
    let read = |folder: &Path| -> serde_json::Value {
        serde_json::from_str(&fs::read_to_string(folder.join("outcome.json")).unwrap()).unwrap()
    };
    assert_eq!(
        read(&out)["points"][0]["reference"]["value"],
        read(&plain)["points"][0]["reference"]["value"]
    );
}

#[test]
fn an_outcome_that_cannot_be_written_leaves_nothing_behind() {
    let blocked = folder("blocked").join("outcome");
    fs::write(&blocked, "a file where the folder should be").unwrap();
    let output = run(Path::new(RESULTS), &blocked);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        text(&output.stderr).contains("S0002"),
        "{}",
        text(&output.stderr)
    );
    assert_eq!(
        fs::read_to_string(&blocked).unwrap(),
        "a file where the folder should be"
    );
}

// ---------------------------------------------------------------- digest

fn digest(source: &str) -> String {
    let compiled = compile("protocol.bidui", source);
    compiled
        .plan()
        .unwrap_or_else(|| panic!("{:?}", compiled.diagnostics))
        .digest
}

/// The statements of the protocol's own block, each with its block, in reverse order.
fn reversed(source: &str) -> String {
    let start = source.find("protocol cipm").unwrap();
    let (head, body) = source.split_at(start);
    let mut lines = body.lines();
    let opening = lines.next().unwrap();
    let mut sections: Vec<Vec<&str>> = Vec::new();
    let mut depth = 0_i32;
    for line in lines.filter(|l| !l.trim().is_empty() && *l != "}") {
        if depth == 0 {
            sections.push(Vec::new());
        }
        sections.last_mut().unwrap().push(line);
        depth += line.matches('{').count() as i32 - line.matches('}').count() as i32;
    }
    sections.reverse();
    let body: Vec<&str> = sections.into_iter().flatten().collect();
    format!("{head}{opening}\n{}\n}}\n", body.join("\n"))
}

#[test]
fn the_digest_covers_the_meaning_and_nothing_else() {
    let source = include_str!("../protocols/ccl-k1/protocol.bidui");
    let original = digest(source);
    let chinese = format(
        source,
        Options {
            keywords: Some(Lang::Zh),
        },
    )
    .text;
    assert!(chinese.contains("参考值"), "{chinese}");
    let variants = BTreeMap::from([
        ("repeated", source.to_owned()),
        ("comments", source.replace("\n  ", "  // a remark\n  ")),
        ("layout", source.replace("  ", "\t ").replace("; ", "\n")),
        ("line ends", source.replace('\n', "\r\n")),
        (
            "full-width signs",
            source
                .replace("stay 4 wk;", "stay 4 wk；")
                .replace(" = ", " ＝ ")
                .replace("<=", "≤"),
        ),
        ("order", reversed(source)),
        ("Chinese keywords", chinese),
    ]);
    for (what, variant) in variants {
        assert_eq!(digest(&variant), original, "{what}");
    }
    assert_ne!(
        digest(&source.replace("score       En k 2", "score       En k 3")),
        original
    );
}

#[test]
fn results_without_points_are_taken_where_the_measurand_has_but_one() {
    let results = folder("no-points");
    for entry in fs::read_dir(Path::new(env!("CARGO_MANIFEST_DIR")).join(RESULTS)).unwrap() {
        let path = entry.unwrap().path();
        let text = fs::read_to_string(&path).unwrap();
        let text = text
            .replace("measurand,point,", "measurand,")
            .replace(",tc-1mm,", ",");
        fs::write(results.join(path.file_name().unwrap()), text).unwrap();
    }
    let (with, without) = (folder("with-points-out"), folder("no-points-out"));
    run(Path::new(RESULTS), &with);
    let output = run(&results, &without);
    assert!(output.status.success(), "{}", text(&output.stderr));
    assert!(output.stderr.is_empty(), "{}", text(&output.stderr));
    let numbers = |folder: &Path| fs::read(folder.join("outcome.csv")).unwrap();
    assert_eq!(numbers(&with), numbers(&without));
}
