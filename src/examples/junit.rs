//! Test results as JUnit XML, which continuous integration reads.

use crate::diagnostic::{Diagnostic, render};
use crate::source::Sources;
use crate::text::Lang;

/// The tests of one file with what became of them.
pub struct Suite<'a> {
    pub file: &'a str,
    pub sources: &'a Sources,
    pub cases: Vec<Case<'a>>,
}

pub struct Case<'a> {
    pub title: String,
    pub protocol: &'a str,
    pub failures: &'a [Diagnostic],
}

/// The document for all suites; messages in `lang`.
pub fn document(suites: &[Suite<'_>], lang: Lang) -> String {
    let mut out = String::from("<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n");
    let failed = |cases: &[Case<'_>]| cases.iter().filter(|c| !c.failures.is_empty()).count();
    let tests: usize = suites.iter().map(|s| s.cases.len()).sum();
    let failures: usize = suites.iter().map(|s| failed(&s.cases)).sum();
    out.push_str(&format!(
        "<testsuites name=\"bidui\" tests=\"{tests}\" failures=\"{failures}\">\n"
    ));
    for suite in suites {
        out.push_str(&format!(
            "  <testsuite name=\"{}\" tests=\"{}\" failures=\"{}\" errors=\"0\">\n",
            escaped(suite.file),
            suite.cases.len(),
            failed(&suite.cases)
        ));
        for case in &suite.cases {
            let head = format!(
                "    <testcase name=\"{}\" classname=\"{}\"",
                escaped(&case.title),
                escaped(case.protocol)
            );
            if case.failures.is_empty() {
                out.push_str(&format!("{head}/>\n"));
                continue;
            }
            let message: Vec<&str> = case.failures.iter().map(|f| f.message.get(lang)).collect();
            out.push_str(&format!(
                "{head}>\n      <failure type=\"{}\" message=\"{}\">{}</failure>\n    </testcase>\n",
                case.failures.first().map_or("", |f| f.code.slug()),
                escaped(&message.join("; ")),
                escaped(&render::human(case.failures, suite.sources, lang))
            ));
        }
        out.push_str("  </testsuite>\n");
    }
    out.push_str("</testsuites>\n");
    out
}

/// A text as XML can hold it; control characters, which it cannot, become the replacement character.
fn escaped(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\n' | '\t' => out.push(c),
            c if c.is_control() => out.push('\u{FFFD}'),
            c => out.push(c),
        }
    }
    out
}
