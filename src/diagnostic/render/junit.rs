//! Findings as JUnit XML: one suite for each file, one case for each finding; a file without errors is one passed case.

use std::collections::BTreeMap;

use quick_junit::{NonSuccessKind, Report, TestCase, TestCaseStatus, TestSuite};

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
    let mut suites: BTreeMap<&str, Vec<TestCase>> = files
        .iter()
        .map(|name| (name.as_str(), Vec::new()))
        .collect();
    for diagnostic in diagnostics {
        suites
            .entry(file(diagnostic, sources))
            .or_default()
            .push(case(diagnostic, sources, lang));
    }
    document(suites.into_iter().map(|(name, mut cases)| {
        if cases.is_empty() {
            cases.push(TestCase::new("check", TestCaseStatus::success()));
        }
        (name, cases)
    }))
}

/// The document of these suites, each a name and its cases.
pub fn document<'a>(suites: impl IntoIterator<Item = (&'a str, Vec<TestCase>)>) -> String {
    let mut report = Report::new("bidui");
    for (name, mut cases) in suites {
        let mut suite = TestSuite::new(name);
        for case in &mut cases {
            if case.classname.is_none() {
                case.set_classname(name);
            }
        }
        suite.add_test_cases(cases);
        report.add_test_suite(suite);
    }
    // Writing to memory fails only where a text cannot be XML, and what XML cannot hold is left out before.
    report.to_string().unwrap_or_default()
}

/// How a case with these findings failed, the findings drawn below it.
pub fn failure(diagnostics: &[Diagnostic], sources: &Sources, lang: Lang) -> TestCaseStatus {
    let messages: Vec<&str> = diagnostics.iter().map(|d| d.message.get(lang)).collect();
    let mut status = TestCaseStatus::non_success(NonSuccessKind::Failure);
    status
        .set_type(diagnostics.first().map_or("", |d| d.code.slug()))
        .set_message(messages.join("; "))
        .set_description(super::human(diagnostics, sources, lang));
    status
}

fn file<'a>(diagnostic: &'a Diagnostic, sources: &'a Sources) -> &'a str {
    match (&diagnostic.place, diagnostic.span()) {
        (Some(place), _) => &place.file,
        (None, Some(span)) => sources.get(span.file).map_or("bidui", |file| &file.name),
        (None, None) => "bidui",
    }
}

fn case(diagnostic: &Diagnostic, sources: &Sources, lang: Lang) -> TestCase {
    let name = format!(
        "{} {}: {}",
        diagnostic.code.id(),
        diagnostic.code.slug(),
        diagnostic.message.get(lang)
    );
    let alone = std::slice::from_ref(diagnostic);
    if diagnostic.is_error() {
        return TestCase::new(name, failure(alone, sources, lang));
    }
    let mut case = TestCase::new(name, TestCaseStatus::success());
    case.set_system_out(super::human(alone, sources, lang));
    case
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
        assert_eq!(failure.attribute("message"), Some("a < \"b\" & "));
        assert_eq!(document.root_element().attribute("tests"), Some("3"));
    }
}
