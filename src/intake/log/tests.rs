#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jiff::civil::date;

use super::*;
use crate::compile::compile;
use crate::intake::Severity;

fn plan() -> Plan {
    let text = include_str!("../../../tests/documents/masses.bidui");
    compile("masses.bidui", text).plan().unwrap()
}

const HEAD: &str = "artefact,laboratory,visit,arrived,departed,expected_arrival,expected_departure,damaged,lost,remark\n";

fn read(rows: &str) -> (Option<JourneyLog>, Vec<Finding>) {
    read_log(format!("{HEAD}{rows}").as_bytes(), "log.csv", &plan())
}

fn codes_of(findings: &[Finding]) -> Vec<(&str, u32, u32)> {
    findings
        .iter()
        .map(|it| (it.code, it.place.row, it.place.column))
        .collect()
}

#[test]
fn the_log_that_a_plan_comes_with_is_read_back_and_tells_of_nothing() {
    let plan = plan();
    for lang in [crate::text::Lang::Zh, crate::text::Lang::En] {
        let text = write_log(&plan, &plan, lang);
        let (log, findings) = read_log(text.as_bytes(), "log.csv", &plan);
        assert_eq!(findings, Vec::new());
        let log = log.unwrap();
        assert!(log.log.events.is_empty());
        assert_eq!(log.log.as_of, Some(plan.content.circulation.start));
        assert_eq!(log.revision, 1);
    }
}

#[test]
fn dates_become_events_with_place_and_remark() {
    let (log, findings) = read("W1,SIMT,1,2026/9/18,2026-10-09,,,,,航班取消\n");
    assert_eq!(findings, Vec::new());
    let log = log.unwrap();
    let kinds: Vec<_> = log.log.events.iter().map(|it| (it.date, it.kind)).collect();
    assert_eq!(
        kinds,
        [
            (date(2026, 9, 18), EventKind::Arrived),
            (date(2026, 10, 9), EventKind::Departed)
        ]
    );
    assert_eq!((log.told[1].0.row, log.told[1].0.column), (2, 5));
    assert_eq!(log.told[1].1, "航班取消");
    assert_eq!(log.log.as_of, Some(date(2026, 10, 9)));
}

#[test]
fn headings_may_be_chinese_and_visits_are_told_apart_by_number() {
    let text = "# 截至日期：2026-11-01\n传递标准,实验室,到访次序,实际到达,预计发出\nW1,NIM,2,2026-10-27,2026-11-12\n";
    let (log, findings) = read_log(text.as_bytes(), "记录.csv", &plan());
    assert_eq!(findings, Vec::new());
    let log = log.unwrap().log;
    assert_eq!(log.as_of, Some(date(2026, 11, 1)));
    let until = date(2026, 11, 12);
    assert_eq!(log.events[1].kind, EventKind::HeldThere { until });
    assert_eq!(
        (log.events[1].date, log.events[1].ordinal),
        (date(2026, 11, 1), Some(2))
    );
}

#[test]
fn an_expectation_that_has_come_true_is_dropped() {
    let (log, _) = read("W1,SIMT,1,2026-09-20,,2026-09-18,,,,\n");
    let events = log.unwrap().log.events;
    assert_eq!(events.len(), 1);
    assert_eq!(events[0].kind, EventKind::Arrived);
}

#[test]
fn every_mistake_is_told_at_once_with_its_row_and_column() {
    let rows = "W1,SIMT,1,9月18日,,,,,,\nW9,SIMT,1,2026-09-20,,,,,,\nW1,GDIM,1,2026-10-08,,,,,,\nW1,GDIM,1,2026-10-09,,,,,,\nW1,HNIM,7,2026-10-09,,,,,,\n";
    let (log, findings) = read(rows);
    assert!(log.is_none());
    assert_eq!(
        codes_of(&findings),
        [
            ("D0032", 2, 4),
            ("D0044", 3, 0),
            ("D0045", 5, 0),
            ("D0044", 6, 0),
        ]
    );
    assert!(
        findings[1].mend.en.contains("`W1` `SIMT`"),
        "{}",
        findings[1].mend.en
    );
    assert!(
        findings
            .iter()
            .all(|it| !it.message.zh.is_empty() && !it.mend.zh.is_empty())
    );
}

#[test]
fn what_is_told_as_past_cannot_lie_behind_the_day_of_the_log() {
    let text = format!("# as_of: 2026-09-20\n{HEAD}W1,SIMT,1,2026-09-25,,,,,,\n");
    let (log, findings) = read_log(text.as_bytes(), "log.csv", &plan());
    assert!(log.is_none());
    assert_eq!(codes_of(&findings), [("D0046", 3, 4)]);
}

#[test]
fn a_column_of_nobody_is_told_with_the_one_that_is_like_it_and_a_missing_one_refused() {
    let (log, findings) = read_log(
        "artefact,arived\nW1,2026-09-20\n".as_bytes(),
        "log.csv",
        &plan(),
    );
    assert!(log.is_none());
    assert_eq!(codes_of(&findings), [("D0006", 1, 0), ("D0007", 1, 2)]);
    assert!(
        findings[1].mend.en.contains("`arrived`"),
        "{}",
        findings[1].mend.en
    );
}

#[test]
fn a_log_of_another_version_of_the_plan_is_read_with_a_warning() {
    let text = format!("# plan: sha256:0\n{HEAD}W1,SIMT,1,2026-09-20,,,,,,\n");
    let (log, findings) = read_log(text.as_bytes(), "log.csv", &plan());
    assert!(log.is_some());
    assert_eq!(findings[0].severity, Severity::Warning);
}

#[test]
fn hostile_files_are_refused_without_a_panic() {
    for bytes in [
        &b""[..],
        b"\xFF\xFE\x00",
        b"\"",
        b"# as_of: never\n",
        b"\xB4\xAB\xB5\xDD,\xCA\xB5\n",
    ] {
        let (log, findings) = read_log(bytes, "log.csv", &plan());
        assert!(log.is_none() && !findings.is_empty());
    }
    let (log, findings) = read("W1,SIMT,99999999999999999999,,,,,,,,,,,x\n");
    assert!(log.is_none());
    assert_eq!(findings.len(), 2);
}
