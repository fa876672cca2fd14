//! Findings as annotations of GitHub Actions: `::error file=…,line=…::message`.

use std::fmt::Write;

use crate::diagnostic::{Diagnostic, Severity};
use crate::source::Sources;
use crate::text::Lang;

/// One workflow command for each finding; lines and columns count from one.
pub fn github(diagnostics: &[Diagnostic], sources: &Sources, lang: Lang) -> String {
    let mut out = String::new();
    for diagnostic in diagnostics {
        let command = match diagnostic.severity {
            Severity::Error => "error",
            Severity::Warning => "warning",
            Severity::Note => "notice",
        };
        let title = format!("{} {}", diagnostic.code.id(), diagnostic.code.slug());
        let place = place(diagnostic, sources);
        let mut message = diagnostic.message.get(lang).to_owned();
        if let Some(help) = &diagnostic.help {
            message.push('\n');
            message.push_str(help.get(lang));
        }
        let (title, message) = (property(&title), data(&message));
        let _ = writeln!(out, "::{command} {place}title={title}::{message}");
    }
    out
}

/// `file=…,line=…,` and so on, with a comma behind the last; empty without a place.
fn place(diagnostic: &Diagnostic, sources: &Sources) -> String {
    if let Some(place) = &diagnostic.place {
        let row = if place.row > 0 {
            format!("line={},", place.row)
        } else {
            String::new()
        };
        return format!("file={},{row}", property(&place.file));
    }
    let Some((span, file)) = diagnostic
        .span()
        .and_then(|s| Some((s, sources.get(s.file)?)))
    else {
        return String::new();
    };
    let (start, end) = (file.line_column(span.start), file.line_column(span.end));
    let mut place = format!(
        "file={},line={},endLine={},",
        property(&file.name),
        start.line,
        end.line
    );
    // Columns are understood only for a place on one line.
    if start.line == end.line {
        let _ = write!(place, "col={},endColumn={},", start.column, end.column);
    }
    place
}

fn data(text: &str) -> String {
    text.replace('%', "%25")
        .replace('\r', "%0D")
        .replace('\n', "%0A")
}

fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{SourceFile, Span};
    use crate::text::Text;

    #[test]
    fn an_annotation_names_its_place_and_escapes_what_would_end_it() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a,b:c.bidui", "x\n湿度 30 %\n"));
        let span = Span {
            file,
            start: 2,
            end: 8,
        };
        let finding = Diagnostic::new(Code::UnknownUnit, span, Text::same("100 %: a, b"))
            .with_help(Text::same("one\r\ntwo"));
        assert_eq!(
            github(&[finding], &sources, Lang::En),
            "::error file=a%2Cb%3Ac.bidui,line=2,endLine=2,col=1,endColumn=3,title=E0301 unknown-unit::\
             100 %25: a, b%0Aone%0D%0Atwo\n"
        );
    }
}
