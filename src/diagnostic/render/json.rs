//! Findings as JSON: an object with a `format_version` and the list, every text in both languages.

use serde_json::{Value, json as object};

use crate::diagnostic::{Applicability, Diagnostic, Severity};
use crate::source::{Sources, Span};

/// Version of the shape below.
const FORMAT_VERSION: u32 = 1;

/// The findings as one JSON document with a line end.
pub fn json(diagnostics: &[Diagnostic], sources: &Sources) -> String {
    let list: Vec<Value> = diagnostics.iter().map(|d| finding(d, sources)).collect();
    let document = object!({ "format_version": FORMAT_VERSION, "diagnostics": list });
    let mut text = serde_json::to_string_pretty(&document).unwrap_or_default();
    text.push('\n');
    text
}

fn finding(diagnostic: &Diagnostic, sources: &Sources) -> Value {
    object!({
        "code": diagnostic.code.id(),
        "slug": diagnostic.code.slug(),
        "severity": match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "note",
        },
        "message": diagnostic.message,
        "labels": diagnostic.labels.iter().map(|l| object!({ "at": at(l.span, sources), "text": l.text })).collect::<Vec<_>>(),
        "data": diagnostic.place.as_ref().map(|p| object!({
            "file": p.file, "sheet": p.sheet, "row": p.row, "column": p.column, "column_name": p.column_name,
        })),
        "reasons": diagnostic.reasons,
        "help": diagnostic.help,
        "fixes": diagnostic.fixes.iter().map(|f| object!({
            "title": f.title,
            "at": at(f.span, sources),
            "replacement": f.replacement,
            "safe": f.applicability == Applicability::Safe,
        })).collect::<Vec<_>>(),
        "basis": diagnostic.basis,
    })
}

/// Lines and columns from one, columns in characters; byte offsets beside them for programs.
fn at(span: Span, sources: &Sources) -> Value {
    let Some(file) = sources.get(span.file) else {
        return Value::Null;
    };
    let (start, end) = (file.line_column(span.start), file.line_column(span.end));
    object!({
        "file": file.name,
        "start": { "line": start.line, "column": start.column, "byte": span.start },
        "end": { "line": end.line, "column": end.column, "byte": span.end },
    })
}
