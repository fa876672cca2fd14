//! Wrong protocols and what is said of them: `//~ E0107` marks the line of a finding; several may stand behind one mark.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::path::PathBuf;

use bidui::compile::Compiled;
use bidui::diagnostic::{Diagnostic, Severity, render};
use bidui::text::Lang;

/// The findings that the marks of a text ask for, by line.
fn wanted(text: &str) -> Vec<(u32, String)> {
    let mut wanted = Vec::new();
    for (number, line) in (1..).zip(text.lines()) {
        if let Some((_, codes)) = line.split_once("//~") {
            wanted.extend(
                codes
                    .split_whitespace()
                    .map(|code| (number, code.to_owned())),
            );
        }
    }
    wanted.sort();
    wanted
}

/// The line of a finding in the file compiled; zero without a place.
fn line(compiled: &Compiled, finding: &Diagnostic) -> u32 {
    let span = finding.span();
    let place = span.and_then(|span| Some((compiled.sources.get(span.file)?, span)));
    place.map_or(0, |(file, span)| file.line_column(span.start).line)
}

#[test]
fn every_wrong_protocol_gets_exactly_the_findings_marked_in_it() {
    let folder = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("tests/ui");
    let mut paths: Vec<PathBuf> = std::fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .collect();
    paths.sort();
    assert!(paths.len() >= 200, "only {} files", paths.len());
    let mut failures = String::new();
    for path in paths {
        let text = std::fs::read_to_string(&path).unwrap();
        let (compiled, lines_before) = common::example(&text);
        let warnings_count = !text.starts_with("// warnings: ignore");
        let all = common::findings(&compiled);
        let found: Vec<(u32, String)> = all
            .iter()
            .filter(|d| warnings_count || d.severity == Severity::Error)
            .map(|d| {
                (
                    line(&compiled, d).saturating_sub(lines_before),
                    d.code.id().to_owned(),
                )
            })
            .collect();
        let mut sorted = found.clone();
        sorted.sort();
        if sorted != wanted(&text) {
            let drawn = render::short(&all, &compiled.sources, Lang::En);
            let name = path.file_name().unwrap().to_string_lossy().into_owned();
            failures.push_str(&format!(
                "{name}: {sorted:?}, marked {:?}\n{drawn}\n",
                wanted(&text)
            ));
        }
    }
    assert!(failures.is_empty(), "{failures}");
}
