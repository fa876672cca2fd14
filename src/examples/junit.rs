//! Test results as JUnit XML, which continuous integration reads.

use quick_junit::{TestCase, TestCaseStatus};

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
    render::junit::document(suites.iter().map(|suite| {
        let cases = suite.cases.iter().map(|case| {
            let status = if case.failures.is_empty() {
                TestCaseStatus::success()
            } else {
                render::junit::failure(case.failures, suite.sources, lang)
            };
            let mut written = TestCase::new(case.title.clone(), status);
            written.set_classname(case.protocol);
            written
        });
        (suite.file, cases.collect())
    }))
}
