//! The house rules that a machine can hold: layers, codes, no traces of a machine.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn files(folder: &Path, ending: &str) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut folders = vec![folder.to_path_buf()];
    while let Some(folder) = folders.pop() {
        let Ok(entries) = fs::read_dir(&folder) else {
            continue;
        };
        for path in entries.map(|e| e.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
            } else if path.to_string_lossy().ends_with(ending) {
                found.push(path);
            }
        }
    }
    found.sort();
    found
}

/// The modules of the library in the order in which src/lib.rs lists them.
fn layers() -> Vec<String> {
    let text = fs::read_to_string(root().join("src/lib.rs")).unwrap();
    text.lines()
        .filter_map(|line| {
            line.strip_prefix("pub mod ")?
                .strip_suffix(';')
                .map(str::to_owned)
        })
        .collect()
}

#[test]
fn a_module_uses_only_modules_above_it() {
    let layers = layers();
    let rank = |name: &str| layers.iter().position(|l| l == name);
    let mut wrong = Vec::new();
    for path in files(&root().join("src"), ".rs") {
        let below = path.strip_prefix(root().join("src")).unwrap();
        let module = below
            .components()
            .next()
            .unwrap()
            .as_os_str()
            .to_string_lossy()
            .trim_end_matches(".rs")
            .to_owned();
        let Some(own) = rank(&module) else { continue };
        let text = fs::read_to_string(&path).unwrap();
        // What tests use is their own affair.
        let code = text.split("#[cfg(test)]\nmod tests {").next().unwrap();
        if path.to_string_lossy().contains("tests") {
            continue;
        }
        for (number, line) in code
            .lines()
            .enumerate()
            .filter(|(_, l)| !l.trim_start().starts_with("//"))
        {
            for rest in line.split("crate::").skip(1) {
                let used: String = rest
                    .chars()
                    .take_while(|c| c.is_alphanumeric() || *c == '_')
                    .collect();
                if rank(&used).is_some_and(|other| other > own) {
                    wrong.push(format!(
                        "{}:{}: {module} uses {used}",
                        below.display(),
                        number + 1
                    ));
                }
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn the_library_lists_every_module_it_has() {
    let listed: BTreeSet<String> = layers().into_iter().collect();
    for entry in fs::read_dir(root().join("src")).unwrap() {
        let name = entry
            .unwrap()
            .file_name()
            .to_string_lossy()
            .trim_end_matches(".rs")
            .to_owned();
        assert!(
            listed.contains(&name) || name == "lib" || name == "main",
            "src/{name} is not listed in src/lib.rs"
        );
    }
}

#[test]
fn architecture_names_every_module() {
    let text = fs::read_to_string(root().join("ARCHITECTURE.md")).unwrap();
    for module in layers() {
        assert!(
            text.contains(&format!("`{module}")),
            "ARCHITECTURE.md does not name {module}"
        );
    }
}

#[test]
fn codes_are_numbered_once_and_named_once() {
    let mut ids = BTreeSet::new();
    let mut slugs = BTreeSet::new();
    for code in bidui::diagnostic::Code::ALL {
        assert!(ids.insert(code.id()), "{} is given twice", code.id());
        assert!(
            slugs.insert(code.slug()),
            "{} is named like another code",
            code.id()
        );
    }
}

#[test]
fn no_file_carries_a_path_of_a_machine() {
    let endings = [".rs", ".md", ".toml", ".bidui", ".pest", ".csv"];
    for folder in [
        "src",
        "grammar",
        "stdlib",
        "protocols",
        "tests",
        "docs",
        "benches",
    ] {
        for path in endings.iter().flat_map(|e| files(&root().join(folder), e)) {
            let text = fs::read_to_string(&path).unwrap_or_default();
            for trace in [
                "/ho\u{6d}e/",
                "/wor\u{6b}/",
                "/ro\u{6f}t/",
                "C:\\Use\u{72}s",
            ] {
                let harmless = path.ends_with("tidy.rs")
                    || text
                        .matches(trace)
                        .all(|_| path.to_string_lossy().contains("intake"));
                assert!(
                    !text.contains(trace) || harmless,
                    "{} names {trace}",
                    path.display()
                );
            }
        }
    }
}

#[test]
fn nothing_is_left_for_later() {
    for path in files(&root().join("src"), ".rs") {
        let text = fs::read_to_string(&path).unwrap();
        for word in ["todo\u{21}(", "unimplemented\u{21}(", "#[igno\u{72}e"] {
            assert!(!text.contains(word), "{} has {word}", path.display());
        }
    }
}
