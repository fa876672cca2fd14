//! The examples in the documents of the codes: the failing one has the finding, the mended one has no error.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use bidui::diagnostic::{Code, Diagnostic};
use bidui::explain::explanation;

/// Codes of findings in a source that no small source shows: they need the modules of a catalogue, or an earlier version.
const WITHOUT_EXAMPLE: [&str; 4] = ["E0411", "E0412", "W0413", "E0414"];

/// Whether findings of the code are about the source of a protocol.
fn of_a_source(code: Code) -> bool {
    code.id().starts_with(['E', 'W', 'P'])
}

fn codes(diagnostics: &[Diagnostic]) -> Vec<&str> {
    diagnostics.iter().map(|d| d.code.id()).collect()
}

#[test]
fn the_failing_example_of_a_code_has_this_finding_and_no_other_error() {
    for code in Code::ALL.iter().copied().filter(|code| of_a_source(*code)) {
        let explanation = explanation(code).unwrap();
        if explanation.failing.is_empty() {
            assert!(
                WITHOUT_EXAMPLE.contains(&code.id()),
                "{} has no example",
                code.id()
            );
            continue;
        }
        let found = common::findings(&common::example(&explanation.failing).0);
        assert!(
            found.iter().any(|d| d.code == code),
            "{}: {:?}",
            code.id(),
            codes(&found)
        );
        for other in found.iter().filter(|d| d.code != code) {
            let id = other.code.id();
            let expected = !other.is_error() || explanation.also.iter().any(|also| also == id);
            assert!(expected, "{}: {:?}", code.id(), codes(&found));
        }
    }
}

#[test]
fn the_mended_example_of_a_code_has_neither_this_finding_nor_an_error() {
    for code in Code::ALL.iter().copied() {
        let mended = explanation(code).unwrap().mended;
        if !mended.is_empty() {
            let found = common::findings(&common::example(&mended).0);
            let clean = !found.iter().any(|d| d.is_error() || d.code == code);
            assert!(clean, "{}: {:?}\n{mended}", code.id(), codes(&found));
        }
    }
}
