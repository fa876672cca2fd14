//! Findings as JUnit XML: one suite for each file, one case for each finding; a file without errors is one passed case.

use std::collections::BTreeMap;
use std::fmt::Write;

use crate::diagnostic::Diagnostic;
use crate::source::Sources;
use crate::text::Lang;

/// The findings as one XML document. `files` are the names of the files that were checked, so that one without findings shows as passed.
pub fn junit(
    diagnostics: &[Diagnostic],
    sources: &Sources,
    files: &[String],
    lang: Lang,
) -> String {
    let mut suites: BTreeMap<&str, Vec<&Diagnostic>> = files
        .iter()
        .map(|name| (name.as_str(), Vec::new()))
        .collect();
    for diagnostic in diagnostics {
        suites
            .entry(file(diagnostic, sources))
            .or_default()
            .push(diagnostic);
    }
    let failures = diagnostics.iter().filter(|d| d.is_error()).count();
    let tests: usize = suites.values().map(|found| found.len().max(1)).sum();
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let _ = writeln!(
        out,
        "<testsuites name=\"bidui\" tests=\"{tests}\" failures=\"{failures}\">"
    );
    for (name, found) in &suites {
        suite(&mut out, name, found, sources, lang);
    }
    out.push_str("</testsuites>\n");
    out
}

fn file<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> &'a str {
    match (&diagnostic.place, diagnostic.span()) {
        (Some(place), _) => &place.file,
        (None, Some(span)) => sources.get(span.file).map_or("bidui", |file| &file.name),
        (None, None) => "bidui",
    }
}

fn suite(out: &mut String, name: &str, found: &[&Diagnostic], sources: &Sources, lang: Lang) {
    let failures = found.iter().filter(|d| d.is_error()).count();
    let tests = found.len().max(1);
    let name = escaped(name);
    let _ = writeln!(
        out,
        "  <testsuite name=\"{name}\" tests=\"{tests}\" failures=\"{failures}\">"
    );
    if found.is_empty() {
        let _ = writeln!(out, "    <testcase classname=\"{name}\" name=\"check\"/>");
    }
    for diagnostic in found {
        let code = format!("{} {}", diagnostic.code.id(), diagnostic.code.slug());
        let drawn = super::human(std::slice::from_ref(*diagnostic), sources, lang);
        let (case, text) = (escaped(diagnostic.message.get(lang)), escaped(&drawn));
        let _ = writeln!(
            out,
            "    <testcase classname=\"{name}\" name=\"{code}: {case}\">"
        );
        if diagnostic.is_error() {
            let _ = writeln!(
                out,
                "      <failure type=\"{code}\" message=\"{case}\">{text}</failure>"
            );
        } else {
            let _ = writeln!(out, "      <system-out>{text}</system-out>");
        }
        out.push_str("    </testcase>\n");
    }
    out.push_str("  </testsuite>\n");
}

/// Text for an attribute or an element; characters that XML 1.0 does not allow become U+FFFD.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() || matches!(c, '\u{FFFE}' | '\u{FFFF}') => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]

    use super::*;
    use crate::diagnostic::Code;
    use crate::source::{SourceFile, Span};
    use crate::text::Text;

    #[test]
    fn errors_fail_warnings_do_not_and_a_clean_file_passes() {
        let mut sources = Sources::default();
        let file = sources.add(SourceFile::new("a.bidui", "limit <\u{1}\n"));
        let span = Span {
            file,
            start: 6,
            end: 7,
        };
        let found = [
            Diagnostic::new(Code::WrongArgument, span, Text::same("a < \"b\" & \u{1}")),
            Diagnostic::new(Code::WithoutEffect, span, Text::same("later")),
        ];
        let files = ["a.bidui".to_owned(), "b.bidui".to_owned()];
        let xml = junit(&found, &sources, &files, Lang::En);
        let document = roxmltree::Document::parse(&xml).unwrap();
        let count = |name: &str| {
            document
                .descendants()
                .filter(|n| n.has_tag_name(name))
                .count()
        };
        assert_eq!(
            (count("testsuite"), count("testcase"), count("failure")),
            (2, 3, 1)
        );
        let failure = document
            .descendants()
            .find(|n| n.has_tag_name("failure"))
            .unwrap();
        assert_eq!(failure.attribute("message"), Some("a < \"b\" & \u{FFFD}"));
        assert_eq!(document.root_element().attribute("tests"), Some("3"));
    }
}
