//! A comparison under way: the log of what happened, the dates planned anew, who is told, and what is wrong with either.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bidui::compile::{Anew, compile};
use bidui::diagnostic::{Diagnostic, Severity};
use bidui::intake;
use bidui::plan::{Appointment, Moved, Plan};
use bidui::report::{self, Drawings, Templates};
use bidui::run::results;
use bidui::text::Lang;
use jiff::civil::date;

const PROTOCOL: &str = include_str!("documents/masses.bidui");
const HEAD: &str = "artefact,laboratory,visit,arrived,departed,expected_arrival,expected_departure,damaged,lost,remark\n";

/// The plan issued, and the one made anew from these rows of the log.
fn anew(protocol: &str, rows: &str) -> (Plan, Anew) {
    let compiled = compile("masses.bidui", protocol);
    let issued = compiled.plan().unwrap();
    let log = format!("{HEAD}{rows}");
    let (read, findings) = intake::read_log(log.as_bytes(), "log.csv", &issued);
    assert_eq!(findings, Vec::new());
    let anew = compiled.replanned(&issued, &read.unwrap()).unwrap();
    (issued, anew)
}

fn errors(anew: &Anew) -> Vec<&Diagnostic> {
    anew.diagnostics.iter().filter(|it| it.is_error()).collect()
}

fn moved<'a>(plan: &'a Plan, laboratory: &str) -> Vec<&'a Moved> {
    let revision = plan.content.circulation.revision.as_ref().unwrap();
    (revision.moved.iter())
        .filter(|it| it.stop.laboratory == laboratory)
        .collect()
}

#[test]
fn a_delay_moves_what_follows_and_leaves_the_past_and_the_forms_alone() {
    let (issued, anew) = anew(PROTOCOL, "W1,SIMT,1,2026-09-15,2026-10-12,,,,,\n");
    let plan = anew.plan.as_ref().unwrap();
    let arrival = |plan: &Plan, laboratory: &str| {
        let mut visits = plan.content.circulation.visits.iter();
        visits
            .find(|it| it.laboratory == laboratory)
            .unwrap()
            .arrival
    };
    assert_eq!(arrival(plan, "SIMT"), arrival(&issued, "SIMT"));
    assert_eq!(arrival(&issued, "GDIM"), date(2026, 10, 8));
    assert_eq!(arrival(plan, "GDIM"), date(2026, 10, 16));
    let gdim = moved(plan, "GDIM");
    assert_eq!(
        (gdim[0].what, gdim[0].old, gdim[0].new),
        (
            Appointment::Arrival,
            Some(date(2026, 10, 8)),
            Some(date(2026, 10, 16))
        )
    );
    assert_ne!(plan.digest, issued.digest);
    assert_eq!(plan.issued_digest(), issued.digest);
    let form = report::forms(plan, "GDIM").unwrap();
    assert_eq!(form.plan_digest, issued.digest);
    // A form filled in from the plan issued is taken, whatever the dates are now.
    let text = intake::write_csv_form(&report::forms(&issued, "GDIM").unwrap());
    let submission = intake::read_csv(text.as_bytes(), "GDIM.csv")
        .submission
        .unwrap();
    let (_, findings) = results::collect(plan, &[submission]);
    assert!(findings.iter().all(|it| it.code.id() != "D0108"));
}

#[test]
fn an_empty_log_changes_no_date_and_tells_nobody() {
    let (issued, anew) = anew(PROTOCOL, "");
    let plan = anew.plan.unwrap();
    let revision = plan.content.circulation.revision.as_ref().unwrap();
    assert!(revision.moved.is_empty() && revision.happened.is_empty());
    assert_eq!(
        plan.content.circulation.visits,
        issued.content.circulation.visits
    );
    assert!(anew.diagnostics.is_empty());
}

#[test]
fn only_who_has_dates_that_moved_gets_a_notice_and_it_names_cause_and_dates() {
    let (_, anew) = anew(PROTOCOL, "W1,SIMT,1,2026-09-15,2026-10-12,,,,,航班取消\n");
    let plan = anew.plan.unwrap();
    for lang in [Lang::Zh, Lang::En] {
        let templates = Templates::load(None).unwrap();
        let mut made = report::documents(&plan, lang, &templates, &Drawings::default()).unwrap();
        let out = report::dispatch_documents(&plan, None, lang, &templates, &Drawings::default());
        made.extend(out.unwrap());
        let suffix = if lang == Lang::Zh { "zh" } else { "en" };
        let notice = &made[&format!("notices/GDIM.{suffix}")].markdown;
        for said in ["2026-10-12", "2026-10-08", "2026-10-16"] {
            assert!(notice.contains(said), "{said}: {notice}");
        }
        // What the pilot remarked is for the pilot.
        assert!(!notice.contains("航班取消"));
        let changes = &made[&format!("pilot/changes.{suffix}")].markdown;
        assert!(changes.contains("航班取消") && changes.contains("HNIM"));
    }
}

#[test]
fn a_delay_of_one_standard_is_told_as_the_cause_to_who_waits_for_it_with_another() {
    let text = "
participants { SIMT; GDIM; HNIM }
artefact W1 { measures dm; measured-by SIMT, GDIM }
artefact W2 { measures dm; measured-by GDIM, HNIM }
circulation {
  start 2026-09-01
  ring W1 { stay 10 d; transit 4 d }
  ring W2 { stay 10 d; transit 4 d }
  wait W2 at GDIM until W1 leaves GDIM
}";
    let (compiled, _) = common::example(text);
    let issued = compiled.plan().unwrap();
    let log = format!("# as_of: 2026-09-20\n{HEAD}W1,SIMT,1,2026-09-15,,,2026-10-12,,,\n");
    let (read, findings) = intake::read_log(log.as_bytes(), "log.csv", &issued);
    assert_eq!(findings, Vec::new());
    let anew = compiled.replanned(&issued, &read.unwrap()).unwrap();
    let plan = anew.plan.unwrap();
    let of_other: Vec<&Moved> = (plan.content.circulation.revision.iter())
        .flat_map(|it| &it.moved)
        .filter(|it| it.stop.artefact == "W2")
        .collect();
    assert!(
        !of_other.is_empty() && of_other.iter().all(|it| !it.because.is_empty()),
        "{of_other:?}"
    );
    let templates = Templates::load(None).unwrap();
    let drawings = Drawings::default();
    let made = report::dispatch_documents(&plan, None, Lang::Zh, &templates, &drawings).unwrap();
    let notice = &made["notices/HNIM.zh"].markdown;
    assert!(
        notice.contains("W2 与 W1 先后使用同一实验室或须等待 W1"),
        "{notice}"
    );
    assert!(
        notice.contains("W1 预计 2026-10-12 由 SIMT 发出"),
        "{notice}"
    );
}

#[test]
fn only_what_made_dates_move_is_told_as_the_cause() {
    let text = "
participants { SIMT; GDIM }
artefact W1 { measures dm; measured-by SIMT }
artefact W2 { measures dm; measured-by GDIM }
circulation { start 2026-09-01; ring W1 { stay 10 d; transit 4 d }; ring W2 { stay 10 d; transit 4 d } }";
    let (compiled, _) = common::example(text);
    let issued = compiled.plan().unwrap();
    // W2 was early at its laboratory and made up for nothing; W1 was late.
    let log = format!("{HEAD}W1,SIMT,1,2026-09-20,,,,,,\nW2,GDIM,1,2026-09-18,,,,,,\n");
    let (read, _) = intake::read_log(log.as_bytes(), "log.csv", &issued);
    let plan = compiled
        .replanned(&issued, &read.unwrap())
        .unwrap()
        .plan
        .unwrap();
    let templates = Templates::load(None).unwrap();
    let drawings = Drawings::default();
    let made = report::dispatch_documents(&plan, None, Lang::En, &templates, &drawings).unwrap();
    let notice = &made["notices/SIMT.en"].markdown;
    assert!(
        notice.contains("W1 reached SIMT on 2026-09-20") && !notice.contains("W2"),
        "{notice}"
    );
}

#[test]
fn a_slip_in_the_year_is_told_and_not_planned_with() {
    let compiled = compile("masses.bidui", PROTOCOL);
    let issued = compiled.plan().unwrap();
    for day in ["2126-09-15", "2006-09-15"] {
        let log = format!("{HEAD}W1,SIMT,1,{day},,,,,,\n");
        let (read, findings) = intake::read_log(log.as_bytes(), "log.csv", &issued);
        assert!(read.is_none());
        assert_eq!(findings[0].code, "D0046");
        assert!(findings[0].mend.zh.contains("年份"));
    }
}

#[test]
fn a_notice_does_not_name_a_laboratory_that_is_known_by_code() {
    let coded = PROTOCOL
        .replace("participants named", "participants coded")
        .replace("certificate \"[2019]国量标沪证字第001号\"", "code L07");
    let (_, anew) = anew(&coded, "W1,SIMT,1,2026-09-15,2026-10-12,,,,,\n");
    let plan = anew.plan.unwrap();
    let templates = Templates::load(None).unwrap();
    let drawings = Drawings::default();
    let made = report::dispatch_documents(&plan, None, Lang::Zh, &templates, &drawings).unwrap();
    let notice = &made["notices/GDIM.zh"].markdown;
    assert!(
        notice.contains("L07") && !notice.contains("SIMT"),
        "{notice}"
    );
}

#[test]
fn a_lost_standard_ends_its_journey_and_who_cannot_measure_is_not_absent() {
    let rows = "W1,SIMT,1,2026-09-15,2026-09-28,,,,,\nW1,GDIM,1,,,,,,2026-10-09,\n";
    let (_, anew) = anew(PROTOCOL, rows);
    let plan = anew.plan.as_ref().unwrap();
    let cancelled: Vec<&str> = (plan.content.circulation.revision.iter())
        .flat_map(|it| &it.moved)
        .filter(|it| it.what == Appointment::Cancelled)
        .map(|it| it.stop.laboratory.as_str())
        .collect();
    assert_eq!(cancelled, ["GDIM", "NIM", "HNIM", "SNIM", "NIM"]);
    let stops = anew.diagnostics.iter().filter(|it| it.code.id() == "D0112");
    assert_eq!(stops.clone().count(), 5);
    assert!(stops.clone().all(|it| {
        it.place
            .as_ref()
            .is_some_and(|at| (at.row, at.column) == (3, 9))
    }));
    let (collected, findings) = results::collect(plan, &[]);
    assert!(plan.excused("HNIM") && !plan.excused("SIMT"));
    assert_eq!(collected.absent, ["NIM", "SIMT"]);
    assert!(findings.iter().all(|it| !it.message.en.contains("HNIM")));
}

#[test]
fn delays_beyond_limit_stability_and_window_are_findings_of_the_new_dates() {
    let protocol = PROTOCOL
        .replace(
            "limit       12 mo",
            "limit       4 mo\n    latest      GDIM 2026-10-12",
        )
        .replace(
            "SNIM zh \"陕西省计量科学研究院\"",
            "SNIM zh \"陕西省计量科学研究院\" { unavailable 2026-12-28 to 2027-01-08 }",
        );
    let sound = compile("masses.bidui", &protocol);
    assert!(sound.is_sound(), "{:#?}", sound.diagnostics);
    let (_, anew) = anew(&protocol, "W1,SIMT,1,2026-09-15,2026-11-12,,,,,\n");
    let found = errors(&anew);
    let codes: Vec<&str> = found.iter().map(|it| it.code.id()).collect();
    for code in ["E0511", "E0512", "E0513"] {
        assert!(codes.contains(&code), "{code}: {codes:?}");
    }
    // Each points at the line of the protocol that it breaks, and there is a plan all the same.
    assert!(
        found
            .iter()
            .all(|it| it.span().is_some() && it.help.is_some())
    );
    assert!(anew.plan.is_some());
    let away = anew
        .diagnostics
        .iter()
        .find(|it| it.code.id() == "W0514")
        .unwrap();
    assert_eq!(away.severity, Severity::Note);
}

#[test]
fn an_arrival_beyond_the_window_or_into_an_absence_is_told_at_its_cell() {
    let protocol = PROTOCOL
        .replace(
            "limit       12 mo",
            "limit       12 mo\n    latest      SIMT 2026-09-16",
        )
        .replace(
            "certificate \"[2019]国量标沪证字第001号\"",
            "{ unavailable 2026-10-09 to 2026-10-20 }",
        );
    let (_, anew) = anew(&protocol, "W1,SIMT,1,2026-09-30,,,,,,\n");
    let found: Vec<_> = errors(&anew)
        .iter()
        .map(|it| {
            (
                it.code.id(),
                it.place.as_ref().map(|at| (at.row, at.column)),
            )
        })
        .collect();
    assert_eq!(
        found
            .iter()
            .filter(|it| **it == ("E0513", Some((2, 4))))
            .count(),
        2,
        "{found:?}"
    );
}

#[test]
fn a_log_that_contradicts_itself_gives_no_plan() {
    let rows = "W1,SIMT,1,2026-09-20,2026-09-17,,,,,\nW1,GDIM,1,2026-09-10,,,,,,\n";
    let (_, anew) = anew(PROTOCOL, rows);
    assert!(anew.plan.is_none());
    let codes: Vec<&str> = errors(&anew).iter().map(|it| it.code.id()).collect();
    assert!(
        codes.iter().all(|it| *it == "D0046") && codes.len() >= 2,
        "{codes:?}"
    );
    assert!(errors(&anew).iter().all(|it| it.place.is_some()));
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("replan")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn bidui(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bidui"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--lang", "en"])
        .args(arguments)
        .output()
        .unwrap()
}

#[test]
fn the_log_goes_round_plan_fill_in_plan_anew_fill_in_again() {
    let out = folder("round");
    let at = |name: &str| out.join(name).to_string_lossy().into_owned();
    let protocol = "tests/documents/masses.bidui";
    assert!(bidui(&["plan", protocol, "-o", &at("1")]).status.success());
    let log = fs::read_to_string(out.join("1/log.csv")).unwrap();
    let row =
        "W1,SIMT,Shanghai Institute of Measurement and Testing,1,2026-09-15,2026-09-30,,,,,,,";
    assert!(log.contains(row), "{log}");
    let filled = log.replace(
        row,
        &row.replace("30,,,,,,,", "30,2026-09-15,2026-10-12,,,,,"),
    );
    fs::write(out.join("log.csv"), filled).unwrap();
    let second = bidui(&["plan", protocol, "--replan", &at("log.csv"), "-o", &at("2")]);
    let told = String::from_utf8(second.stdout).unwrap();
    assert_eq!(second.status.code(), Some(0), "{told}");
    for said in [
        "2026-10-08  2026-10-16",
        "+8",
        "to be told: NIM, SIMT, GDIM, HNIM, SNIM",
    ] {
        assert!(told.contains(said), "{said}: {told}");
    }
    assert!(out.join("2/notices/GDIM.zh.md").is_file());
    // The log written beside it holds what is known; planning from it gives the same dates and the next number.
    let third = bidui(&[
        "plan",
        protocol,
        "--replan",
        &at("2/log.csv"),
        "-o",
        &at("3"),
    ]);
    assert!(third.status.success());
    let schedule = |n: &str| fs::read(out.join(n).join("schedule.csv")).unwrap();
    assert_eq!(schedule("2"), schedule("3"));
    assert_ne!(schedule("1"), schedule("2"));
    assert!(String::from_utf8(third.stdout).unwrap().contains("No. 2"));
}

#[test]
fn a_broken_log_writes_nothing_and_ends_with_findings() {
    let out = folder("broken");
    let log = out.join("log.csv");
    fs::write(
        &log,
        format!("{HEAD}W1,SIMT,1,20.9.2026,,,,,,\nW1,NOBODY,1,2026-09-20,,,,,,\n"),
    )
    .unwrap();
    let target = out.join("plan");
    let run = bidui(&[
        "plan",
        "tests/documents/masses.bidui",
        "--replan",
        &log.to_string_lossy(),
        "-o",
        &target.to_string_lossy(),
    ]);
    let said = String::from_utf8(run.stderr).unwrap();
    assert_eq!(run.status.code(), Some(1));
    assert!(said.contains("D0032") && said.contains("D0044"), "{said}");
    assert!(!target.exists());
}
