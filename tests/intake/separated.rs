//! Separated text, and what holds for the findings of every reader.

use bidui::intake::dcc::{DccMapping, read_submission};
use bidui::intake::*;

use crate::samples::*;

#[test]
fn a_good_file_in_chinese_is_read_whole() {
    let reading = read_csv(&sample("good_zh.csv"), "good_zh.csv");
    assert_eq!(reading.findings, Vec::new());
    let submission = reading.submission.unwrap();
    assert_eq!(submission.laboratory, "NIM");
    assert_eq!(submission.plan_digest.as_deref(), Some(DIGEST));
    assert_eq!(submission.fields["conditions"].text, "20.1 °C, 45 %");
    let values: Vec<(&str, &str)> = submission
        .rows
        .iter()
        .map(|r| (r.point.text.as_str(), r.value.text.as_str()))
        .collect();
    assert_eq!(values, [("100 g", "0.0120"), ("200 g", "-0.031")]);
    assert_eq!(
        submission.rows[0]
            .uncertainty
            .expanded
            .as_ref()
            .unwrap()
            .text,
        "0.010"
    );
    assert_eq!(submission.budget.len(), 2);
    assert_eq!(submission.budget[1].component.text, "空气浮力");
    assert!(check_plan(&submission, DIGEST).is_none());
    assert_eq!(
        check_plan(&submission, &DIGEST.replace('0', "1"))
            .unwrap()
            .code,
        "D0041"
    );
}

#[test]
fn every_problem_of_a_bad_file_is_told_at_once_with_its_place() {
    let reading = read_csv(&sample("bad.csv"), "bad.csv");
    let found: Vec<(u32, u32, &str)> = reading
        .findings
        .iter()
        .map(|f| (f.place.row, f.place.column, f.code))
        .collect();
    let expected = [
        (2, 8, "D0007"),
        (3, 3, "D0021"),
        (4, 3, "D0022"),
        (5, 3, "D0028"),
        (6, 5, "D0025"),
        (7, 0, "D0030"),
        (8, 0, "D0029"),
        (9, 3, "D0024"),
        (10, 2, "D0033"),
        (11, 0, "D0009"),
        (11, 0, "D0029"),
        (12, 0, "D0031"),
        (13, 10, "D0032"),
        (14, 2, "D0010"),
        (15, 3, "D0020"),
        (16, 0, "D0005"),
        (16, 0, "D0029"),
    ];
    assert_eq!(found, expected);
}

#[test]
fn every_finding_speaks_both_languages_and_has_a_known_code() {
    let readings = [
        read_csv(&sample("bad.csv"), "bad.csv"),
        read_csv(b"\xB1\xBB", "a.csv"),
        read_xlsx(b"PK", "a.xlsx"),
        read_submission(&sample("masses.xml"), "m.xml", &DccMapping::default()),
    ];
    for finding in readings.iter().flat_map(|r| &r.findings) {
        for text in [&finding.message, &finding.mend] {
            assert!(!text.zh.is_empty() && !text.en.is_empty(), "{finding:?}");
            assert!(
                text.zh
                    .chars()
                    .any(|c| ('\u{4E00}'..='\u{9FFF}').contains(&c)),
                "{}",
                text.zh
            );
        }
        assert!(codes::ALL.iter().any(|code| code.id == finding.code));
    }
}

#[test]
fn missing_columns_are_told_once_each() {
    let reading = read_csv("# lab: A\npoint,value\n1,2\n2,3\n".as_bytes(), "a.csv");
    assert_eq!(
        codes_of(&reading).iter().filter(|c| **c == "D0006").count(),
        4
    );
}

#[test]
fn a_table_without_points_is_no_mistake_of_its_own() {
    let reading = read_csv(
        "# lab: A\nmeasurand,value,unit,U,k\ndeviation,1,nm,2,2\n".as_bytes(),
        "a.csv",
    );
    assert!(!codes_of(&reading).contains(&"D0006"));
    let rows = reading.submission.unwrap().rows;
    assert!(rows[0].point.is_empty() && rows[0].measurand.text == "deviation");
}
