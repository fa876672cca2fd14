//! One line a finding: `file:line:column: severity CODE slug: message`.

use std::fmt::Write;

use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use crate::text::Lang;

/// One line for each finding, in the order given.
pub fn short(diagnostics: &[Diagnostic], sources: &Sources, lang: Lang) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let place = place(diagnostic, sources);
        let severity = diagnostic.severity.word(lang);
        let code = diagnostic.code;
        let _ = writeln!(
            out,
            "{place}: {severity} {} {}: {}",
            code.id(),
            code.slug(),
            diagnostic.message.get(lang)
        );
    }
    out
}

/// `file:line:column`, or `file:row:column` of a data file, or `-` without a place.
fn place(diagnostic: &Diagnostic, sources: &Sources) -> String {
    if let Some(place) = &diagnostic.place {
        let sheet = place
            .sheet
            .as_ref()
            .map(|s| format!("[{s}]"))
            .unwrap_or_default();
        return format!("{}{sheet}:{}:{}", place.file, place.row, place.column);
    }
    match diagnostic
        .span()
        .and_then(|span| sources.get(span.file).map(|file| (span, file)))
    {
        Some((span, file)) => {
            let at = file.line_column(span.start);
            format!("{}:{}:{}", file.name, at.line, at.column)
        }
        None => "-".to_owned(),
    }
}
