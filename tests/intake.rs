//! Readers of submitted files against real and hostile samples.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use bidui::intake::dcc::{
    DccMapping, DccResult, Points, Select, read_dcc, read_dsi, read_submission,
};
use bidui::intake::*;
use bidui::text::{Lang, Text};
use proptest::prelude::*;

const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/intake")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

fn codes_of(reading: &Reading) -> Vec<&'static str> {
    reading.findings.iter().map(|f| f.code).collect()
}

fn errors_of(findings: &[Finding]) -> Vec<&'static str> {
    findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .map(|f| f.code)
        .collect()
}

// ---------------------------------------------------------------- separated text

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

// ---------------------------------------------------------------- forms

fn spec(languages: Vec<Lang>) -> FormSpec {
    let row = |point: &str| FormRow {
        measurand: "m".into(),
        point: point.into(),
        nominal: point.into(),
        unit: "mg".into(),
        resolution: String::new(),
    };
    FormSpec {
        plan_digest: DIGEST.into(),
        title: Text::new("砝码比对", "Comparison of weights"),
        laboratory: "NIM".into(),
        laboratory_name: Text::new("中国计量科学研究院", "National Institute of Metrology"),
        instructions: vec![Text::new("请在 6 周内提交", "Submit within six weeks")],
        fields: vec![
            FormField {
                key: "date".into(),
                label: Text::new("测量日期", "Date of measurement"),
            },
            FormField {
                key: "conditions".into(),
                label: Text::new("环境条件", "Conditions"),
            },
        ],
        rows: vec![row("100 g"), row("-5, \"b\" g")],
        asks: Asks {
            expanded: true,
            standard: false,
            dof: true,
            date: true,
            repeats: 2,
        },
        components: vec![
            Text::new("标准砝码", "Reference weight"),
            Text::new("空气浮力", "Air buoyancy"),
        ],
        languages,
    }
}

#[test]
fn a_csv_form_is_read_back_with_what_was_filled_in() {
    let form = write_csv_form(&spec(vec![Lang::Zh]));
    assert!(form.starts_with("\u{FEFF}# form: 1\r\n"));
    let filled = form.replacen(
        "m,100 g,100 g,mg,,,,,,,,",
        "m,100 g,100 g,mg,0.012,0.010,2,50,2026-11-20,0.01,0.014,",
        1,
    );
    let filled = filled.replacen(
        "\"\" g\",mg,,,,,,,,",
        "\"\" g\",mg,1.5,0.2,2,∞,2026-11-20,1.4,1.6,",
        1,
    );
    let filled = filled
        .replacen("m,标准砝码,,,,,,,", "m,标准砝码,B,正态,0.004,mg,1,,", 1)
        .replacen("m,空气浮力,,,,,,,", "m,空气浮力,B,均匀,0.002,mg,1,,", 1);
    let reading = read_csv(filled.as_bytes(), "f.csv");
    assert_eq!(reading.findings, Vec::new());
    let submission = reading.submission.unwrap();
    assert_eq!(submission.laboratory, "NIM");
    assert_eq!(submission.rows[1].point.text, "-5, \"b\" g");
    assert_eq!(submission.rows[1].repeats.len(), 2);
    assert_eq!(submission.budget.len(), 2);
    assert!(check_plan(&submission, DIGEST).is_none());
}

#[test]
fn a_csv_form_that_a_spreadsheet_program_has_padded_is_read_the_same() {
    let form = write_csv_form(&spec(vec![Lang::En]));
    let padded: String = form
        .lines()
        .map(|line| {
            if line.contains('#') {
                format!("{line},,,,,,,,,,\r\n")
            } else {
                format!("{line}\r\n")
            }
        })
        .collect();
    let (plain, padded) = (
        read_csv(form.as_bytes(), "f.csv"),
        read_csv(padded.as_bytes(), "f.csv"),
    );
    assert_eq!(plain.submission, padded.submission);
}

type Parts = BTreeMap<String, String>;

fn unzip(bytes: &[u8]) -> Parts {
    let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
    let mut parts = Parts::new();
    for index in 0..archive.len() {
        let mut file = archive.by_index(index).unwrap();
        let mut text = String::new();
        file.read_to_string(&mut text).unwrap();
        parts.insert(String::from_utf8_lossy(file.name_raw()).into_owned(), text);
    }
    parts
}

fn rezip(parts: &Parts) -> Vec<u8> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, text) in parts {
        writer
            .start_file(name.as_str(), zip::write::SimpleFileOptions::default())
            .unwrap();
        writer.write_all(text.as_bytes()).unwrap();
    }
    writer.finish().unwrap().into_inner()
}

/// Writes `content` into a cell that the form left blank.
fn fill(parts: &mut Parts, sheet: &str, cell: &str, content: &str) {
    let blank = element(&parts[sheet], &format!("<c r=\"{cell}\""), "/>");
    let filled = format!("{}{content}</c>", blank.trim_end_matches("/>"));
    swap(parts, sheet, &blank, &filled);
}

/// The text from `open` up to and with `close`.
fn element(part: &str, open: &str, close: &str) -> String {
    let (_, rest) = part
        .split_once(open)
        .unwrap_or_else(|| panic!("no {open} in {part}"));
    let (inner, _) = rest.split_once(close).unwrap();
    format!("{open}{inner}{close}")
}

const RESULTS: &str = "xl/worksheets/sheet2.xml";

/// Columns of the results: B measurand, C point, D nominal, E unit, F value, G U, H k, I dof, J date, K and L readings, M remark.
fn filled() -> Parts {
    let mut parts = unzip(&write_form(&spec(vec![Lang::Zh, Lang::En])).unwrap());
    for (cell, content) in [
        ("F3", "0.012"),
        ("G3", "0.01"),
        ("H3", "2"),
        ("J3", "46349"),
        ("F4", "1.1000000000000001"),
        ("G4", "0.2"),
        ("H4", "2"),
        ("K4", "1.5"),
        ("L4", "1.6"),
    ] {
        fill(&mut parts, RESULTS, cell, &format!("><v>{content}</v>"));
    }
    fill(
        &mut parts,
        RESULTS,
        "I4",
        " t=\"inlineStr\"><is><t>∞</t></is>",
    );
    let sheet = "xl/worksheets/sheet3.xml";
    for (cell, content) in [("F3", "0.004"), ("F4", "0")] {
        fill(&mut parts, sheet, cell, &format!("><v>{content}</v>"));
    }
    parts
}

#[test]
fn the_same_form_has_the_same_bytes() {
    assert_eq!(
        write_form(&spec(vec![Lang::En])).unwrap(),
        write_form(&spec(vec![Lang::En])).unwrap()
    );
}

#[test]
fn a_filled_workbook_is_read_back() {
    let reading = read_xlsx(&rezip(&filled()), "f.xlsx");
    assert_eq!(reading.findings, Vec::new());
    let submission = reading.submission.unwrap();
    assert_eq!(
        (
            submission.laboratory.as_str(),
            submission.plan_digest.as_deref()
        ),
        ("NIM", Some(DIGEST))
    );
    let row = &submission.rows[1];
    assert_eq!(
        (
            row.point.text.as_str(),
            row.value.text.as_str(),
            row.unit.text.as_str()
        ),
        ("-5, \"b\" g", "1.1", "mg")
    );
    assert_eq!(row.dof.as_ref().unwrap().text, "∞");
    assert_eq!(
        row.repeats
            .iter()
            .map(|c| c.text.as_str())
            .collect::<Vec<_>>(),
        ["1.5", "1.6"]
    );
    assert_eq!(submission.rows[0].date.as_ref().unwrap().text, "2026-11-23");
    let place = &row.value.place;
    assert_eq!(
        (
            place.sheet.as_deref(),
            place.row,
            place.column,
            &*place.column_name
        ),
        (Some("结果"), 4, 6, "测得值 / value")
    );
    assert_eq!(
        submission
            .budget
            .iter()
            .map(|b| b.standard.text.as_str())
            .collect::<Vec<_>>(),
        ["0.004", "0"]
    );
    assert_eq!(
        submission.fields.keys().collect::<Vec<_>>(),
        ["conditions", "date"]
    );
}

#[test]
fn an_independent_reader_finds_the_same_cells() {
    use calamine::{Data, Reader, Xlsx};
    let bytes = rezip(&filled());
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(bytes.clone())).unwrap();
    let range = book.worksheet_range("结果").unwrap();
    let ours = read_xlsx(&bytes, "f.xlsx").submission.unwrap();
    for row in &ours.rows {
        for cell in [&row.measurand, &row.point, &row.unit, &row.value] {
            let theirs = range
                .get_value((cell.place.row - 1, cell.place.column - 1))
                .unwrap();
            match theirs {
                Data::Float(value) => assert_eq!(cell.text.parse::<f64>().unwrap(), *value),
                other => assert_eq!(cell.text, other.to_string()),
            }
        }
    }
}

#[test]
fn a_renamed_sheet_and_sorted_rows_do_no_harm() {
    let mut parts = filled();
    let book = parts.get_mut("xl/workbook.xml").unwrap();
    *book = book.replace("\"结果\"", "\"Tabelle1\"");
    let sheet = parts.get_mut(RESULTS).unwrap();
    for (from, to) in [("3", "#"), ("4", "3"), ("#", "4")] {
        for column in "ABCDEFGHIJKLM".chars() {
            *sheet = sheet.replace(
                &format!("r=\"{column}{from}\""),
                &format!("r=\"{column}{to}\""),
            );
        }
    }
    let reading = read_xlsx(&rezip(&parts), "f.xlsx");
    assert_eq!(reading.findings, Vec::new());
    let rows = reading.submission.unwrap().rows;
    let pairs: BTreeMap<&str, &str> = rows
        .iter()
        .map(|r| (r.point.text.as_str(), r.value.text.as_str()))
        .collect();
    assert_eq!(
        pairs,
        BTreeMap::from([("100 g", "0.012"), ("-5, \"b\" g", "1.1")])
    );
}

fn altered(alter: impl FnOnce(&mut Parts)) -> Reading {
    let mut parts = filled();
    alter(&mut parts);
    read_xlsx(&rezip(&parts), "f.xlsx")
}

fn swap(parts: &mut Parts, part: &str, from: &str, to: &str) {
    let text = parts.get_mut(part).unwrap();
    assert!(text.contains(from), "{from} not in {text}");
    *text = text.replacen(from, to, 1);
}

#[test]
fn what_a_hand_can_do_to_a_form_is_told() {
    let formula = |cached: &str| {
        altered(|parts| {
            swap(
                parts,
                RESULTS,
                "<v>0.012</v>",
                &format!("<f>A1*2</f>{cached}"),
            )
        })
    };
    assert_eq!(
        (
            codes_of(&formula("<v>0.5</v>")),
            formula("<v>0.5</v>").is_acceptable()
        ),
        (vec!["D0054"], true)
    );
    assert_eq!(
        (codes_of(&formula("")), formula("").is_acceptable()),
        (vec!["D0020", "D0054"], false)
    );
    let error = altered(|parts| swap(parts, RESULTS, "><v>0.012</v>", " t=\"e\"><v>#DIV/0!</v>"));
    assert_eq!(codes_of(&error), ["D0020", "D0055"]);
    let point = altered(|parts| {
        swap(
            parts,
            "xl/sharedStrings.xml",
            "<t>100 g</t>",
            "<t>100 kg</t>",
        )
    });
    assert!(
        point.is_acceptable(),
        "one shared string serves the hidden sheet too"
    );
    let unit = altered(|parts| {
        let cell = element(&parts[RESULTS], "<c r=\"E3\"", "</c>");
        swap(
            parts,
            RESULTS,
            &cell,
            "<c r=\"E3\" t=\"inlineStr\"><is><t>kg</t></is></c>",
        );
    });
    assert_eq!(codes_of(&unit), ["D0056"]);
    let gone = altered(|parts| {
        let row = element(&parts[RESULTS], "<row r=\"4\"", "</row>");
        swap(parts, RESULTS, &row, "");
    });
    assert_eq!(codes_of(&gone), ["D0056"]);
    let budget = altered(|parts| {
        swap(parts, "xl/sharedStrings.xml", "bidui:budget", "budget");
    });
    assert_eq!(
        (codes_of(&budget), budget.is_acceptable()),
        (vec!["D0057"], true)
    );
    let version = altered(|parts| swap(parts, "xl/sharedStrings.xml", "<t>1</t>", "<t>9</t>"));
    assert_eq!(codes_of(&version), ["D0042"]);
}

#[test]
fn workbooks_that_are_not_the_form_are_refused() {
    let foreign = {
        let mut book = rust_xlsxwriter::Workbook::new();
        book.add_worksheet().write_string(0, 0, "value").unwrap();
        book.save_to_buffer().unwrap()
    };
    assert_eq!(codes_of(&read_xlsx(&foreign, "f.xlsx")), ["D0053"]);
    assert_eq!(
        codes_of(&read_xlsx(b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1", "f.xls")),
        ["D0050"]
    );
    assert_eq!(
        codes_of(&read_xlsx(b"PK\x03\x04 and no more", "f.xlsx")),
        ["D0050"]
    );
    assert_eq!(
        codes_of(&read_xlsx(&vec![0; LARGEST_FILE + 1], "f.xlsx")),
        ["D0001"]
    );
}

#[test]
fn active_content_is_refused() {
    for part in [
        "xl/vbaProject.bin",
        "xl/externalLinks/externalLink1.xml",
        "xl/embeddings/oleObject1.bin",
        "xl/connections.xml",
    ] {
        let reading = altered(|parts| {
            parts.insert(part.to_string(), "x".to_string());
        });
        assert_eq!(
            (codes_of(&reading), reading.submission.is_none()),
            (vec!["D0052"], true),
            "{part}"
        );
    }
    let linked = altered(|parts| {
        swap(
            parts,
            "xl/_rels/workbook.xml.rels",
            "Target=",
            "TargetMode=\"External\" Target=",
        )
    });
    assert_eq!(codes_of(&linked), ["D0052"]);
    let macros = altered(|parts| {
        swap(
            parts,
            "[Content_Types].xml",
            "spreadsheetml.sheet.main",
            "sheet.macroEnabled.main",
        )
    });
    assert_eq!(codes_of(&macros), ["D0052"]);
}

#[test]
fn archives_beyond_the_limits_are_not_unpacked() {
    let bomb = altered(|parts| {
        parts.insert("xl/media/bomb.xml".to_string(), " ".repeat(2 * 1024 * 1024));
    });
    assert_eq!(codes_of(&bomb), ["D0051"]);
    let many = altered(|parts| {
        parts.extend((0..200).map(|n| (format!("xl/x{n}.xml"), "<a/>".to_string())))
    });
    assert_eq!(codes_of(&many), ["D0051"]);
    let deep = altered(|parts| {
        parts.insert(RESULTS.to_string(), "<a>".repeat(10_000));
    });
    assert_eq!(codes_of(&deep), ["D0071"]);
    let declared = altered(|parts| {
        swap(
            parts,
            "xl/workbook.xml",
            "<workbook",
            "<!DOCTYPE x [<!ENTITY a 'b'>]><workbook",
        )
    });
    assert_eq!(codes_of(&declared), ["D0071"]);
}

#[test]
fn counts_and_indices_in_a_workbook_are_not_trusted() {
    let count = altered(|parts| {
        let text = parts.get_mut("xl/sharedStrings.xml").unwrap();
        *text = text.replacen("uniqueCount=\"", "uniqueCount=\"999999999999", 1);
    });
    assert_eq!(count.findings, Vec::new());
    let shared = altered(|parts| {
        swap(
            parts,
            RESULTS,
            "<v>0.012</v>",
            "<f t=\"shared\" si=\"4294967295\" ref=\"F3\">1</f><v>0.012</v>",
        )
    });
    assert_eq!(codes_of(&shared), ["D0054"]);
    let far = altered(|parts| {
        swap(
            parts,
            RESULTS,
            "<c r=\"M3\"",
            "<c r=\"ZZZZZZZZZZ99999999999\"><v>1</v></c><c r=\"XFD3\"><v>1</v></c><c r=\"M3\"",
        )
    });
    assert!(codes_of(&far).contains(&"D0004"));
    let string = altered(|parts| swap(parts, RESULTS, "><v>0.012</v>", " t=\"s\"><v>99999999</v>"));
    assert_eq!(codes_of(&string), ["D0020"]);
}

// ---------------------------------------------------------------- digital calibration certificates

fn result(measurand: &str, select: Select, points: Points) -> DccMapping {
    DccMapping {
        laboratory: Some("NIM".into()),
        results: vec![DccResult {
            measurand: measurand.into(),
            select,
            points,
            unit: None,
        }],
    }
}

fn by_ref_type(word: &str) -> Select {
    Select {
        ref_type: Some(word.into()),
        ..Select::default()
    }
}

#[test]
fn a_certificate_gives_the_results_that_the_mapping_declares() {
    let mapping = result(
        "m",
        by_ref_type("basic_measurementError"),
        Points::From(by_ref_type("basic_calibrationValue")),
    );
    let reading = read_submission(&sample("masses.xml"), "masses.xml", &mapping);
    assert_eq!(codes_of(&reading), ["D0076"]);
    let submission = reading.submission.unwrap();
    assert_eq!(
        (
            submission.laboratory.as_str(),
            submission.plan_digest.as_deref(),
            submission.signature
        ),
        ("NIM", Some(DIGEST), Signature::PresentNotVerified)
    );
    let rows: Vec<[&str; 5]> = submission
        .rows
        .iter()
        .map(|r| {
            [
                &r.point.text,
                &r.value.text,
                &r.unit.text,
                &r.uncertainty.expanded.as_ref().unwrap().text,
                &r.uncertainty.factor.as_ref().unwrap().text,
            ]
            .map(|t| t.as_str())
        })
        .collect();
    let unit = "\\milli\\gram";
    assert_eq!(
        rows,
        [
            ["100", "0.012", unit, "0.010", "2"],
            ["200", "-0.031", unit, "0.015", "2"]
        ]
    );
    assert_eq!(submission.fields["date"].text, "2026-11-20");
    assert_eq!(
        submission.fields["basic_temperature"].text,
        "293.25 \\kelvin"
    );
    assert_eq!(submission.fields["signer"].text, "王计量");
}

#[test]
fn a_mapping_that_does_not_fit_is_told() {
    let code = |mapping: &DccMapping| {
        errors_of(&read_submission(&sample("masses.xml"), "m.xml", mapping).findings)
    };
    let error = || by_ref_type("basic_measurementError");
    assert_eq!(
        code(&result(
            "m",
            by_ref_type("basic_nothing"),
            Points::Named(vec![])
        )),
        ["D0078"]
    );
    assert_eq!(
        code(&result("m", Select::default(), Points::Named(vec![]))),
        ["D0079"]
    );
    assert_eq!(
        code(&result("m", error(), Points::Named(vec!["100 g".into()]))),
        ["D0075"]
    );
    assert_eq!(code(&DccMapping::default()), ["D0078"]);
    let mut unit = result(
        "m",
        error(),
        Points::Named(vec!["100 g".into(), "200 g".into()]),
    );
    unit.results[0].unit = Some("\\kilogram".into());
    assert_eq!(code(&unit), ["D0078"]);
    unit.results[0].unit = Some("\\micro\\gram".into());
    let reading = read_submission(&sample("masses.xml"), "m.xml", &unit);
    assert_eq!(reading.submission.unwrap().rows[1].value.text, "-31");
}

#[test]
fn a_mapped_value_that_is_not_a_number_is_an_error_and_elsewhere_a_warning() {
    let text = String::from_utf8(sample("masses.xml"))
        .unwrap()
        .replace("0.012 -0.031", "NaN -0.031");
    let mapping = result(
        "m",
        by_ref_type("basic_measurementError"),
        Points::Named(vec!["100 g".into(), "200 g".into()]),
    );
    assert_eq!(
        errors_of(&read_submission(text.as_bytes(), "m.xml", &mapping).findings),
        ["D0024"]
    );
    assert!(errors_of(&read_dcc(text.as_bytes(), "m.xml").1).is_empty());
}

#[test]
fn both_namespaces_and_both_generations_of_the_d_si_are_read() {
    let text = String::from_utf8(sample("masses.xml")).unwrap();
    let nim = text.replace("https://ptb.de/si", "https://www.nim.ac.cn/si");
    assert_eq!(
        read_dcc(nim.as_bytes(), "m.xml")
            .0
            .unwrap()
            .quantities
            .len(),
        read_dcc(text.as_bytes(), "m.xml")
            .0
            .unwrap()
            .quantities
            .len()
    );
    let uncertainties = [
        "<si:expandedUnc><si:uncertainty>0.2</si:uncertainty><si:coverageFactor>2</si:coverageFactor></si:expandedUnc>",
        "<si:measurementUncertaintyUnivariate><si:expandedMU><si:valueExpandedMU>0.2</si:valueExpandedMU><si:coverageFactor>2</si:coverageFactor></si:expandedMU></si:measurementUncertaintyUnivariate>",
        "<si:measurementUncertaintyUnivaraite><si:standardMU><si:valueStandardMU>0.1</si:valueStandardMU></si:standardMU></si:measurementUncertaintyUnivaraite>",
        "<si:coverageInterval><si:standardUnc>0.1</si:standardUnc><si:intervalMin>0.8</si:intervalMin><si:intervalMax>1.3</si:intervalMax></si:coverageInterval>",
    ];
    for uncertainty in uncertainties {
        let xml = format!(
            "<si:real xmlns:si=\"https://ptb.de/si\"><si:value>1</si:value><si:unit>\\metre</si:unit>{uncertainty}</si:real>"
        );
        let (data, findings) = read_dsi(xml.as_bytes(), "a.xml");
        assert_eq!(findings, Vec::new());
        assert!(data[0].values[0].uncertainty.is_some(), "{uncertainty}");
    }
}

#[test]
fn versions_outside_3_1_to_3_3_are_told() {
    let text = String::from_utf8(sample("masses.xml")).unwrap();
    for (version, readable, code) in [
        ("2.4.0", false, "D0073"),
        ("3.0.0", false, "D0073"),
        ("x", false, "D0073"),
        ("3.4.0-rc.2", true, "D0073"),
    ] {
        let (document, findings) = read_dcc(
            text.replace(
                "schemaVersion=\"3.3.0\"",
                &format!("schemaVersion=\"{version}\""),
            )
            .as_bytes(),
            "m.xml",
        );
        assert_eq!(document.is_some(), readable, "{version}");
        assert!(findings.iter().any(|f| f.code == code), "{version}");
    }
    assert_eq!(errors_of(&read_dcc(b"<html/>", "m.xml").1), ["D0072"]);
}

/// What becomes of every outside sample: quantities and values read, and the findings graver than a note.
const OUTSIDE: &[(&str, usize, usize, &[&str])] = &[
    ("dcc-lgpl-dcclib/invalid_schema.xml", 13, 37, &["D0074"]),
    ("dcc-lgpl-dcclib/invalid_schematron.xml", 13, 37, &["D0074"]),
    ("dcc-lgpl-dcclib/invalid_signature.xml", 13, 37, &[]),
    ("dcc-lgpl-dcclib/invalid_syntax.xml", 0, 0, &["D0070"]),
    ("dcc-lgpl-dcclib/valid.xml", 13, 37, &[]),
    ("dcc-lgpl-dcclib/valid_bom.xml", 13, 37, &[]),
    ("dcc-lgpl-dcclib/valid_formula.xml", 16, 48, &[]),
    ("dcc-lgpl-dcclib/valid_signature.xml", 13, 37, &[]),
    ("dcc-lgpl-pydcc/dcc_gp_humidity_v1.0.xml", 22, 46, &[]),
    (
        "dcc-lgpl-pydcc/dcc_gp_temperatur_resistance_v12.xml",
        14,
        38,
        &[],
    ),
    (
        "dcc-lgpl-pydcc/dcc_gp_temperature_extensive_v12.xml",
        25,
        93,
        &[],
    ),
    (
        "dcc-lgpl-pydcc/dcc_gp_temperature_simplified_v12.xml",
        9,
        29,
        &[],
    ),
    (
        "dcc-lgpl-pydcc/dcc_gp_temperature_typical_adjustment_v12.xml",
        19,
        67,
        &[],
    ),
    (
        "dcc-lgpl-pydcc/dcc_gp_temperature_typical_v12.xml",
        13,
        37,
        &[],
    ),
    (
        "dcc-lgpl-pydcc/dcc_gp_temperature_typical_v12_signed.xml",
        13,
        37,
        &["D0073"],
    ),
    (
        "dcc-lgpl-pydcc/dcc_gp_temperature_typical_v12_signed_manipulated.xml",
        13,
        37,
        &["D0073"],
    ),
    (
        "dcc-lgpl-pydcc/dcc_gp_temperature_typical_v12_v3.2.0_signed.xml",
        13,
        37,
        &[],
    ),
    (
        "dcc-lgpl-pydcc/dcc_ngp_temperature_typical_v12_refType2ID.xml",
        13,
        37,
        &[],
    ),
    (
        "dsi-ccby4-ptb/2020-03-20-UM-IMPROVABLE-examples.xml",
        18,
        39,
        &[
            "D0074", "D0025", "D0034", "D0074", "D0021", "D0075", "D0074", "D0021",
        ],
    ),
    (
        "dsi-ccby4-ptb/2020-03-20-UM-SILVER-examples.xml",
        6,
        11,
        &[],
    ),
    (
        "dsi-ccby4-ptb/2021-10-26-PLATINUM-examples-xmllists.xml",
        10,
        27,
        &[],
    ),
    ("dsi-ccby4-ptb/2022-05-23-GOLD-examples.xml", 2, 3, &[]),
    (
        "dsi-ccby4-ptb/2023-03-31-PLATINUM-examples-1.xml",
        15,
        35,
        &["D0024"; 7],
    ),
    ("dsi-ccby4-ptb/PTB-BRONZE-examples.xml", 19, 23, &[]),
    ("dsi-ccby4-ptb/PTB-GOLD-examples.xml", 57, 59, &[]),
    ("dsi-ccby4-ptb/SI-Accelaration-examples.xml", 17, 20, &[]),
    ("dsi-ccby4-ptb/SmartCom_A1.2.3_examples.xml", 26, 53, &[]),
];

fn outside() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/dcc");
    if !folder.is_dir() {
        println!("the outside samples are absent ({})", folder.display());
        return None;
    }
    Some(folder)
}

#[test]
fn every_outside_sample_is_read_or_refused_with_its_reason() {
    let Some(folder) = outside() else { return };
    for (name, quantities, values, codes) in OUTSIDE {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let (elements, mut findings) = read_dsi(&bytes, name);
        assert_eq!(
            (
                elements.len(),
                elements.iter().map(|d| d.all().len()).sum::<usize>()
            ),
            (*quantities, *values),
            "{name}"
        );
        if name.starts_with("dcc") {
            let (document, dcc_findings) = read_dcc(&bytes, name);
            assert_eq!(
                document.map_or(0, |d| d.quantities.len()),
                *quantities,
                "{name}"
            );
            findings = dcc_findings;
        } else {
            assert_eq!(errors_of(&read_dcc(&bytes, name).1), ["D0072"], "{name}");
        }
        let graver: Vec<&str> = findings
            .iter()
            .filter(|f| f.severity > Severity::Note)
            .map(|f| f.code)
            .collect();
        assert_eq!(&graver, codes, "{name}");
    }
}

#[test]
fn a_good_practice_certificate_gives_its_errors_of_indication() {
    let Some(folder) = outside() else { return };
    let bytes = std::fs::read(folder.join("dcc-lgpl-dcclib/valid.xml")).unwrap();
    let mapping = result(
        "t",
        by_ref_type("basic_measurementError"),
        Points::From(by_ref_type("basic_calibrationValue")),
    );
    let reading = read_submission(&bytes, "valid.xml", &mapping);
    assert_eq!(reading.findings, Vec::new());
    let rows = reading.submission.unwrap().rows;
    let triples: Vec<[&str; 3]> = rows
        .iter()
        .map(|r| {
            [
                r.point.text.as_str(),
                r.value.text.as_str(),
                r.uncertainty.expanded.as_ref().unwrap().text.as_str(),
            ]
        })
        .collect();
    assert_eq!(
        triples,
        [
            ["306", "0.072", "0.061"],
            ["373", "0.089", "0.061"],
            ["448", "0.107", "0.061"],
            ["523", "-0.009", "0.061"],
            ["593", "-0.084", "0.061"]
        ]
    );
}

// ---------------------------------------------------------------- anything at all

fn everything(bytes: &[u8]) {
    let mapping = result(
        "m",
        by_ref_type("basic_measurementError"),
        Points::From(by_ref_type("basic_calibrationValue")),
    );
    for reading in [
        read(bytes, "f", &mapping),
        read_csv(bytes, "f"),
        read_xlsx(bytes, "f"),
        read_submission(bytes, "f", &mapping),
    ] {
        assert!(reading.findings.len() <= FINDINGS_KEPT * 2 + 2);
        assert!(reading.submission.is_some() || !reading.findings.is_empty());
    }
}

#[test]
fn no_truncation_of_a_sample_does_harm() {
    let mut samples = vec![
        sample("good_zh.csv"),
        sample("bad.csv"),
        sample("masses.xml"),
        rezip(&filled()),
    ];
    if let Some(folder) = outside() {
        samples.extend(
            OUTSIDE
                .iter()
                .map(|(name, ..)| std::fs::read(folder.join(name)).unwrap()),
        );
    }
    for sample in samples {
        let step = (sample.len() / 40).max(1);
        for length in (0..sample.len()).step_by(step) {
            everything(&sample[..length]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        everything(&bytes);
    }

    #[test]
    fn random_text_does_no_harm(text in "[a-z#,;\"\\n<>/=:被测量 0-9.]{0,400}") {
        everything(text.as_bytes());
    }

    #[test]
    fn a_sample_with_one_byte_changed_does_no_harm(which in 0..4_usize, share in 0.0..1.0_f64, byte in any::<u8>()) {
        let mut sample = match which {
            0 => sample("good_zh.csv"),
            1 => sample("bad.csv"),
            2 => sample("masses.xml"),
            _ => rezip(&filled()),
        };
        let position = ((sample.len() - 1) as f64 * share) as usize;
        sample[position] = byte;
        everything(&sample);
    }
}
