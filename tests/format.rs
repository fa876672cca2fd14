//! The canonical layout: what it looks like, that it settles, and that it keeps meaning, comments and both keyword languages.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use bidui::format::{Options, format};
use bidui::text::Lang;

fn laid_out(text: &str, keywords: Option<Lang>) -> String {
    let formatted = format(text, Options { keywords });
    assert_eq!(formatted.refused, None, "{text}");
    formatted.text
}

#[track_caller]
fn check(source: &str, wanted: &str) {
    assert_eq!(laid_out(source, None), wanted);
    assert_eq!(laid_out(wanted, None), wanted, "laid out twice");
}

fn files(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in std::fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files(&path, found);
        } else if path.extension().is_some_and(|e| e == "bidui") {
            found.push(path);
        }
    }
}

/// Every protocol, library file and sample of the project; units are read by a reader of their own.
fn sources() -> Vec<(PathBuf, String)> {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let mut found = Vec::new();
    for folder in ["stdlib", "protocols", "tests"] {
        files(&root.join(folder), &mut found);
    }
    found.retain(|path| !path.starts_with(root.join("stdlib/units")));
    found.sort();
    found
        .into_iter()
        .map(|path| (path.clone(), std::fs::read_to_string(path).unwrap()))
        .collect()
}

#[test]
fn every_file_of_the_project_settles_at_the_first_go() {
    let sources = sources();
    assert!(sources.len() > 60);
    for (path, text) in sources {
        let once = format(&text, Options::default()).text;
        assert_eq!(
            format(&once, Options::default()).text,
            once,
            "{}",
            path.display()
        );
    }
}

#[test]
fn the_library_and_the_protocols_stand_in_canonical_layout() {
    let root = PathBuf::from(env!("CARGO_MANIFEST_DIR"));
    let own = |path: &Path| {
        ["stdlib", "protocols"]
            .iter()
            .any(|f| path.starts_with(root.join(f)))
    };
    let changed: Vec<String> = (sources().into_iter())
        .filter(|(path, text)| own(path) && laid_out(text, None) != *text)
        .map(|(path, _)| path.display().to_string())
        .collect();
    assert_eq!(changed, [""; 0], "`bidui fmt` lays them out");
}

#[test]
fn from_chinese_to_english_and_back_nothing_changes() {
    // Broken files are left out: what could not be read has no other language.
    for (path, text) in sources()
        .into_iter()
        .filter(|(path, _)| !path.iter().any(|p| p == "ui"))
    {
        let zh = laid_out(&text, Some(Lang::Zh));
        let en = laid_out(&zh, Some(Lang::En));
        assert_eq!(laid_out(&en, Some(Lang::Zh)), zh, "{}", path.display());
        assert_eq!(
            laid_out(&laid_out(&zh, None), Some(Lang::En)),
            en,
            "{}",
            path.display()
        );
    }
}

#[test]
fn neighbours_stand_in_columns_and_wide_characters_count_twice() {
    check(
        "规程 a 1.0.0 {\n主导实验室 NIM\n名称   \"砝码\"\n\n\n组织者 SAMR\n}",
        "规程 a 1.0.0 {\n  主导实验室 NIM\n  名称       \"砝码\"\n\n  组织者 SAMR\n}\n",
    );
}

#[test]
fn names_behind_equal_keywords_form_a_second_column() {
    check(
        "protocol a 1.0.0 {\nmeasurand m : mass {\nunit mg\npoint p1 = 1 kg\npoint p100 = 100 kg\n}\n}",
        "protocol a 1.0.0 {\n  measurand m : mass {\n    unit  mg\n    point p1   = 1 kg\n    point p100 = 100 kg\n  }\n}\n",
    );
}

#[test]
fn a_block_on_one_line_stays_there_with_semicolons_until_it_grows_too_wide() {
    check(
        "sanctions { }\nprotocol a 1.0.0 {\n publish {participants named  scores, verdicts;after 20 wd of report}\n}",
        "sanctions { }\nprotocol a 1.0.0 {\n  publish { participants named; scores, verdicts; after 20 wd of report }\n}\n",
    );
    let long = "风".repeat(60);
    check(
        &std::format!("protocol a 1.0.0 {{\n contingency {{ damage \"{long}\" }}\n}}"),
        &std::format!("protocol a 1.0.0 {{\n  contingency {{\n    damage \"{long}\"\n  }}\n}}\n"),
    );
}

#[test]
fn comments_keep_their_places_and_those_behind_statements_form_a_column() {
    check(
        "// head\nprotocol a 1.0.0 { // open\n\n  /// doc\n  pilot NIM // one\n  title \"x\"//two\n  // own\n} // end\n",
        "// head\nprotocol a 1.0.0 {  // open\n  /// doc\n  pilot NIM  // one\n  title \"x\"  //two\n  // own\n}  // end\n",
    );
}

#[test]
fn a_statement_goes_on_where_its_author_broke_it() {
    check(
        "protocol a 1.0.0 {\n  circulation {\n route W1: NIM ->  // out\n SIMT ->\nNIM\n}\n}\n",
        "protocol a 1.0.0 {\n  circulation {\n    route W1 : NIM ->  // out\n        SIMT ->\n        NIM\n  }\n}\n",
    );
}

#[test]
fn full_width_signs_become_ascii_and_texts_stay_as_they_are() {
    check(
        "规程 a 1.0.0 ｛\n名称 “砝码（甲），乙”\n稳定性｛判据 ｜drift｜≤1/3×U_ref ｝\n｝\n",
        "规程 a 1.0.0 {\n  名称 \"砝码（甲），乙\"\n  稳定性 { 判据 |drift| <= 1/3 * U_ref }\n}\n",
    );
}

#[test]
fn signs_units_and_operators_are_told_apart() {
    check(
        "protocol a 1.0.0 {\nstability {\nlimit drift>=-0.5 mg and -drift<2mg and max(drift,1 mg)<=(1-0.5)*3 kg·m-3\n}\n}\n",
        "protocol a 1.0.0 {\n  stability {\n    limit drift >= -0.5 mg and -drift < 2 mg and max(drift, 1 mg) <= (1 - 0.5) * 3 kg·m-3\n  }\n}\n",
    );
}

#[test]
fn what_could_not_be_read_keeps_its_tokens() {
    check(
        "protocol a 1.0.0 {\n   nonsense   （1，2）  ≤ x }\n",
        "protocol a 1.0.0 {\n  nonsense （1，2） ≤ x\n}\n",
    );
}

#[test]
fn a_block_without_a_statement_stays_behind_the_line_that_swallowed_its_brace() {
    check("a \"b }\n{\n}\n", "a \"b }\n{ }\n");
}

#[test]
fn line_ends_of_any_system_become_one() {
    check("edition 2026\r\nuse std.x\r\n", "edition 2026\nuse std.x\n");
    check("", "");
}
