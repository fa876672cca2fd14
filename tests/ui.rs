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

/// What makes a journey impossible, each with a protocol that does it.
const JOURNEYS: [(&str, &str); 13] = [
    ("laboratory-never-reached", "E0503"),
    ("laboratory-visited-twice", "E0504"),
    ("artefact-at-two-places", "E0505"),
    ("route-not-from-pilot", "E0506"),
    ("route-not-to-pilot", "E0506"),
    ("petal-without-pilot-measurement", "E0507"),
    ("artefact-misses-a-laboratory", "E0508"),
    ("laboratory-only-passed-through", "E0508"),
    ("visits-in-a-circle", "E0510"),
    ("beyond-the-limit", "E0511"),
    ("pilot-interval-beyond-stability", "E0512"),
    ("date-fixed-too-early", "E0513"),
    ("dates-exclude-one-another", "E0513"),
];

#[test]
fn a_journey_that_cannot_be_points_at_both_places_that_exclude_one_another() {
    for (name, code) in JOURNEYS {
        let path = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(format!("tests/ui/{name}.bidui"));
        let text = std::fs::read_to_string(path).unwrap();
        let (compiled, _) = common::example(&text);
        let found: Vec<&Diagnostic> = (compiled.diagnostics.iter())
            .filter(|it| it.code.id() == code)
            .collect();
        assert!(!found.is_empty(), "{name}");
        for finding in found {
            let places: Vec<_> = finding.labels.iter().map(|it| it.span).collect();
            assert!(
                places.len() >= 2 && places.windows(2).all(|it| it[0] != it[1]),
                "{name}: {}\n{}",
                finding.message.en,
                render::human(std::slice::from_ref(finding), &compiled.sources, Lang::En)
            );
            assert!(
                finding.help.as_ref().is_some_and(|it| !it.zh.is_empty()),
                "{name}"
            );
        }
    }
}
