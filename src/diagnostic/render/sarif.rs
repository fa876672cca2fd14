//! Findings as SARIF 2.1.0 (OASIS), for code scanning services and editors.

use std::collections::BTreeMap;

use serde_json::{Value, json as object};
use sha2::{Digest, Sha256};

use crate::diagnostic::{Applicability, Code, Diagnostic, Severity};
use crate::source::{SourceFile, Sources, Span};
use crate::text::{Lang, Text};

/// The findings as one SARIF log with a line end. Columns count UTF-16 units from one; file names are relative to where the user stands.
/// `explain` says what a code means; the log carries it as the rule's help.
pub fn sarif(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    lang: Lang,
    explain: &dyn Fn(Code) -> Text,
) -> String {
    let mut codes: Vec<Code> = diagnostics.iter().map(|d| d.code).collect();
    codes.sort();
    codes.dedup();
    let mut seen = BTreeMap::new();
    let results: Vec<Value> = diagnostics
        .iter()
        .map(|diagnostic| {
            let rule = codes.binary_search(&diagnostic.code).unwrap_or_default();
            result(diagnostic, rule, sources, lang, &mut seen)
        })
        .collect();
    let log = object!({
        "$schema": "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
        "version": "2.1.0",
        "runs": [{
            "tool": { "driver": {
                "name": "bidui",
                "semanticVersion": env!("CARGO_PKG_VERSION"),
                "rules": codes.iter().map(|code| rule(*code, lang, &explain(*code))).collect::<Vec<_>>(),
            }},
            "columnKind": "utf16CodeUnits",
            "language": match lang { Lang::Zh => "zh", Lang::En => "en" },
            "results": results,
        }],
    });
    let mut text = serde_json::to_string_pretty(&log).unwrap_or_default();
    text.push('\n');
    text
}

fn level(severity: Severity) -> &'static str {
    match severity {
        Severity::Error => "error",
        Severity::Warning => "warning",
        Severity::Note => "note",
    }
}

fn rule(code: Code, lang: Lang, explained: &Text) -> Value {
    let text = match explained.get(lang) {
        "" => code.slug(),
        text => text,
    };
    object!({
        "id": code.id(),
        "name": code.slug(),
        "shortDescription": { "text": code.slug().replace('-', " ") },
        "fullDescription": { "text": text },
        "help": { "text": text, "markdown": text },
        "defaultConfiguration": { "level": level(code.severity()) },
    })
}

fn result(
    diagnostic: &Diagnostic,
    rule: usize,
    sources: &Sources,
    lang: Lang,
    seen: &mut BTreeMap<String, usize>,
) -> Value {
    let mut message = diagnostic.message.get(lang).to_owned();
    for more in diagnostic
        .help
        .iter()
        .chain(&diagnostic.reasons)
        .chain(&diagnostic.basis)
    {
        message.push('\n');
        message.push_str(more.get(lang));
    }
    let mut result = object!({
        "ruleId": diagnostic.code.id(),
        "ruleIndex": rule,
        "level": level(diagnostic.severity),
        "message": { "text": message },
        "partialFingerprints": { "biduiFinding/v1": fingerprint(diagnostic, sources, seen) },
    });
    let Value::Object(members) = &mut result else {
        return result;
    };
    let places = locations(diagnostic, sources, lang);
    if let Some((first, others)) = places.split_first() {
        members.insert("locations".to_owned(), object!([first]));
        if !others.is_empty() {
            members.insert("relatedLocations".to_owned(), object!(others));
        }
    }
    let fixes: Vec<Value> = diagnostic
        .fixes
        .iter()
        .filter(|fix| fix.applicability == Applicability::Safe)
        .filter_map(|fix| {
            let file = sources.get(fix.span.file)?;
            Some(object!({
                "description": { "text": fix.title.get(lang) },
                "artifactChanges": [{
                    "artifactLocation": { "uri": uri(&file.name) },
                    "replacements": [{
                        "deletedRegion": region(file, fix.span),
                        "insertedContent": { "text": fix.replacement },
                    }],
                }],
            }))
        })
        .collect();
    if !fixes.is_empty() {
        members.insert("fixes".to_owned(), Value::Array(fixes));
    }
    result
}

fn locations(diagnostic: &Diagnostic, sources: &Sources, lang: Lang) -> Vec<Value> {
    if let Some(place) = &diagnostic.place {
        let mut physical = object!({ "artifactLocation": { "uri": uri(&place.file) } });
        if let (Value::Object(members), true) = (&mut physical, place.row > 0) {
            members.insert("region".to_owned(), object!({ "startLine": place.row }));
        }
        return vec![object!({ "physicalLocation": physical })];
    }
    let labels = diagnostic.labels.iter().enumerate();
    labels
        .filter_map(|(number, label)| {
            let file = sources.get(label.span.file)?;
            let mut location = object!({
                "physicalLocation": {
                    "artifactLocation": { "uri": uri(&file.name) },
                    "region": region(file, label.span),
                },
            });
            if let Value::Object(members) = &mut location {
                if !label.text.is_empty() {
                    members.insert(
                        "message".to_owned(),
                        object!({ "text": label.text.get(lang) }),
                    );
                }
                if number > 0 {
                    members.insert("id".to_owned(), object!(number));
                }
            }
            Some(location)
        })
        .collect()
}

fn region(file: &SourceFile, span: Span) -> Value {
    object!({
        "startLine": file.line_column(span.start).line,
        "startColumn": file.utf16_column(span.start) + 1,
        "endLine": file.line_column(span.end).line,
        "endColumn": file.utf16_column(span.end) + 1,
    })
}

/// A path as a relative reference of RFC 3986.
fn uri(path: &str) -> String {
    let mut out = String::new();
    for byte in path.replace('\\', "/").bytes() {
        if byte.is_ascii_alphanumeric() || b"-._~/@+=".contains(&byte) {
            out.push(char::from(byte));
        } else {
            out.push_str(&format!("%{byte:02X}"));
        }
    }
    out
}

/// A digest that stays when lines are added above: of code, file and text of the line, and the number among equal ones.
fn fingerprint(
    diagnostic: &Diagnostic,
    sources: &Sources,
    seen: &mut BTreeMap<String, usize>,
) -> String {
    let source = diagnostic
        .span()
        .and_then(|s| Some((s, sources.get(s.file)?)));
    let place = match (&diagnostic.place, source) {
        (Some(place), _) => format!("{}\0{}\0{}", place.file, place.row, place.column_name),
        (None, Some((span, file))) => {
            format!(
                "{}\0{}",
                file.name,
                file.line(file.line_index(span.start)).trim()
            )
        }
        (None, None) => diagnostic.message.en.clone(),
    };
    let key = format!("{}\0{place}", diagnostic.code.id());
    let number = seen.entry(key.clone()).or_default();
    *number += 1;
    let digest = Sha256::digest(format!("{key}\0{number}"));
    digest
        .iter()
        .take(16)
        .map(|byte| format!("{byte:02x}"))
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::compile::compile;

    fn log(text: &str) -> Value {
        let compiled = compile("规程/a b.bidui", text);
        serde_json::from_str(&sarif(
            &compiled.diagnostics,
            &compiled.sources,
            Lang::En,
            &|code| crate::explain::explanation(code).unwrap().text,
        ))
        .unwrap()
    }

    #[test]
    fn columns_count_utf16_units_and_paths_are_encoded() {
        let log = log("title \"𝒙\" §\n");
        let run = &log["runs"][0];
        let results = run["results"].as_array().unwrap();
        let unknown = results.iter().find(|r| r["ruleId"] == "E0101").unwrap();
        let place = &unknown["locations"][0]["physicalLocation"];
        assert_eq!(place["region"]["startColumn"], 12);
        assert_eq!(
            place["artifactLocation"]["uri"],
            "%E8%A7%84%E7%A8%8B/a%20b.bidui"
        );
        let index = unknown["ruleIndex"].as_u64().unwrap() as usize;
        assert_eq!(run["tool"]["driver"]["rules"][index]["id"], "E0101");
    }

    #[test]
    fn a_fingerprint_survives_lines_added_above_and_tells_equal_lines_apart() {
        let prints = |text: &str| -> Vec<Value> {
            let log = log(text);
            let results = log["runs"][0]["results"].as_array().unwrap().clone();
            results
                .iter()
                .map(|r| r["partialFingerprints"]["biduiFinding/v1"].clone())
                .collect()
        };
        let before = prints("§\n§\n");
        assert_eq!(prints("// more\n\n§\n§\n"), before);
        assert_ne!(before[0], before[1]);
    }
}
