//! Result forms: written, filled in, altered, forged.

use std::collections::BTreeMap;
use std::io::Cursor;

use bidui::intake::*;
use bidui::text::Lang;

use crate::samples::*;

#[test]
fn a_csv_form_is_read_back_with_what_was_filled_in() {
    let form = write_csv_form(&spec(vec![Lang::Zh]));
    assert!(form.starts_with("\u{FEFF}# 表格版本: 1\r\n"));
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

#[test]
fn correlation_coefficients_are_read_back_from_their_sheet() {
    let pair = |other: &str| FormPair {
        measurand: "m".to_owned(),
        point: "p1".to_owned(),
        other: other.to_owned(),
    };
    let spec = FormSpec {
        pairs: vec![pair("p2"), pair("p3")],
        ..spec(vec![Lang::Zh, Lang::En])
    };
    let mut parts = unzip(&write_form(&spec).unwrap());
    let sheet = "xl/worksheets/sheet4.xml";
    // Columns: B measurand, C point, D the other point, E the coefficient.
    fill(&mut parts, sheet, "E3", "><v>-0.25</v>");
    fill(&mut parts, sheet, "E4", "><v>1.5</v>");
    let reading = read_xlsx(&rezip(&parts), "f.xlsx");
    assert!(codes_of(&reading).contains(&"D0035"));
    let lines = reading.submission.unwrap().correlations;
    let read: Vec<(&str, &str, &str)> = (lines.iter())
        .map(|l| {
            (
                l.point.text.as_str(),
                l.other.text.as_str(),
                l.r.text.as_str(),
            )
        })
        .collect();
    assert_eq!(read, [("p1", "p2", "-0.25")]);
}
