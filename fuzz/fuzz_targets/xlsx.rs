//! Workbooks: the input as the file itself, and as one part of an otherwise sound workbook, since few inputs are archives.
#![no_main]

use std::io::{Cursor, Write};

use libfuzzer_sys::fuzz_target;
use zip::write::SimpleFileOptions;

const BOOK: &str = r#"<workbook xmlns:r="r"><sheets><sheet name="a" r:id="1"/><sheet name="b" r:id="2"/></sheets></workbook>"#;
const RELATIONS: &str = r#"<Relationships><Relationship Id="1" Target="a.xml"/><Relationship Id="2" Target="b.xml"/></Relationships>"#;
const FORM: &str = r#"<worksheet><sheetData><row><c t="str"><v>bidui:form</v></c><c><v>1</v></c></row></sheetData></worksheet>"#;
const STRINGS: &str =
    "<sst><si><t>bidui:results</t></si><si><t>value</t></si><si><t>field:date</t></si></sst>";

fn archive(parts: &[(&str, &[u8])]) -> Option<Vec<u8>> {
    let mut writer = zip::ZipWriter::new(Cursor::new(Vec::new()));
    for (name, content) in parts {
        writer
            .start_file(*name, SimpleFileOptions::default())
            .ok()?;
        writer.write_all(content).ok()?;
    }
    Some(writer.finish().ok()?.into_inner())
}

fuzz_target!(|data: &[u8]| {
    let check = |bytes: &[u8]| {
        let reading = bidui::intake::read_xlsx(bytes, "f.xlsx");
        assert!(reading.submission.is_some() || !reading.findings.is_empty());
    };
    check(data);
    let sound: [(&str, &[u8]); 5] = [
        ("xl/workbook.xml", BOOK.as_bytes()),
        ("xl/_rels/workbook.xml.rels", RELATIONS.as_bytes()),
        ("xl/a.xml", FORM.as_bytes()),
        ("xl/sharedStrings.xml", STRINGS.as_bytes()),
        ("xl/b.xml", b"<worksheet/>"),
    ];
    let Some((choice, content)) = data.split_first() else {
        return;
    };
    let mut parts = sound;
    let part = usize::from(*choice) % parts.len();
    parts[part].1 = content;
    if let Some(bytes) = archive(&parts) {
        check(&bytes);
    }
});
