//! The reference manuals in `docs/` are what the program writes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;

use bidui::manual;
use bidui::schema::table::table;
use bidui::text::Lang;

/// Compares a page with the committed one; with BIDUI_UPDATE_DOCS set it is written anew.
fn same_as_committed(name: &str, text: &str) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR"))
        .join("docs")
        .join(name);
    if std::env::var_os("BIDUI_UPDATE_DOCS").is_some() {
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(&path, text).unwrap();
        return;
    }
    let committed = std::fs::read_to_string(&path).unwrap_or_default();
    assert!(
        committed == text,
        "docs/{name} is not what the program writes; run the test with BIDUI_UPDATE_DOCS=1"
    );
}

#[test]
fn the_manual_of_the_language_is_up_to_date() {
    same_as_committed("language.zh.md", &manual::language(Lang::Zh));
    same_as_committed("language.en.md", &manual::language(Lang::En));
}

#[test]
fn the_manual_of_the_methods_is_up_to_date() {
    same_as_committed("methods.zh.md", &manual::methods(Lang::Zh));
    same_as_committed("methods.en.md", &manual::methods(Lang::En));
}

#[test]
fn every_statement_of_the_language_is_in_the_manual() {
    let text = manual::language(Lang::En);
    for statement in &table().statements {
        assert!(text.contains(&statement.doc.en), "{}", statement.word.en);
    }
}

#[test]
fn every_method_of_the_library_is_in_the_manual() {
    let text = manual::methods(Lang::En);
    for (path, _) in bidui::project::standard().items("method") {
        assert!(text.contains(&format!("`{path}`")), "{path}");
    }
}

#[test]
fn every_method_that_can_be_computed_has_an_example_in_the_manual() {
    // What the program writes is held against this file above; where an example cannot be computed it is not there.
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("docs/methods.en.md");
    let written = std::fs::read_to_string(path).unwrap();
    for declared in bidui::library::declared() {
        let id = declared.method.id;
        let data =
            bidui::evaluate::table::from_toml(declared.example().expect(id).table).expect(id);
        assert_eq!(declared.unread(&data), Vec::<String>::new(), "{id}");
        assert!(
            written.contains(&format!("`bidui compute {id} --example`\n\n```text\n")),
            "{id}"
        );
        assert!(
            !written.contains(&format!("`bidui compute {id} --example`\n\n```text\n\n```")),
            "{id}"
        );
    }
}
