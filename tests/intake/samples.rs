//! Samples and the means to alter them.

use std::collections::BTreeMap;
use std::io::{Cursor, Read, Write};
use std::path::{Path, PathBuf};

use bidui::intake::dcc::{DccMapping, DccResult, Points, Select};
use bidui::intake::{Asks, Finding, FormField, FormRow, FormSpec, Reading, Severity, write_form};
use bidui::text::{Lang, Text};

pub const DIGEST: &str = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef";

pub fn sample(name: &str) -> Vec<u8> {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("tests/data/intake")
        .join(name);
    std::fs::read(&path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

pub fn codes_of(reading: &Reading) -> Vec<&'static str> {
    reading.findings.iter().map(|f| f.code).collect()
}

pub fn errors_of(findings: &[Finding]) -> Vec<&'static str> {
    findings
        .iter()
        .filter(|f| f.severity == Severity::Error)
        .map(|f| f.code)
        .collect()
}

pub fn spec(languages: Vec<Lang>) -> FormSpec {
    let row = |point: &str| FormRow {
        measurand: "m".into(),
        point: point.into(),
        item: String::new(),
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
        pairs: Vec::new(),
        languages,
    }
}

pub type Parts = BTreeMap<String, String>;

pub fn unzip(bytes: &[u8]) -> Parts {
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

pub fn rezip(parts: &Parts) -> Vec<u8> {
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
pub fn fill(parts: &mut Parts, sheet: &str, cell: &str, content: &str) {
    let blank = element(&parts[sheet], &format!("<c r=\"{cell}\""), "/>");
    let filled = format!("{}{content}</c>", blank.trim_end_matches("/>"));
    swap(parts, sheet, &blank, &filled);
}

/// The text from `open` up to and with `close`.
pub fn element(part: &str, open: &str, close: &str) -> String {
    let (_, rest) = part
        .split_once(open)
        .unwrap_or_else(|| panic!("no {open} in {part}"));
    let (inner, _) = rest.split_once(close).unwrap();
    format!("{open}{inner}{close}")
}

pub const RESULTS: &str = "xl/worksheets/sheet2.xml";

/// Columns of the results: B measurand, C point, D nominal, E unit, F value, G U, H k, I dof, J date, K and L readings, M remark.
pub fn filled() -> Parts {
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

pub fn swap(parts: &mut Parts, part: &str, from: &str, to: &str) {
    let text = parts.get_mut(part).unwrap();
    assert!(text.contains(from), "{from} not in {text}");
    *text = text.replacen(from, to, 1);
}

pub fn result(measurand: &str, select: Select, points: Points) -> DccMapping {
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

pub fn by_ref_type(word: &str) -> Select {
    Select {
        ref_type: Some(word.into()),
        ..Select::default()
    }
}

/// What becomes of every outside sample: quantities and values read, and the findings graver than a note.
pub const OUTSIDE: &[(&str, usize, usize, &[&str])] = &[
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

pub fn outside() -> Option<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../shared/dcc");
    if !folder.is_dir() {
        println!("the outside samples are absent ({})", folder.display());
        return None;
    }
    Some(folder)
}
