//! Modules: the embedded standard library, those of a catalogue and their lock, what a file defines itself, and sections taken over.

mod catalogue;
mod circle;
mod host;
mod library;
mod lock;
mod names;
mod reuse;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

pub use catalogue::MANIFEST;
pub use host::{Host, Setting};
pub use library::Library;
pub use lock::{LOCK, Lock, Locked, Used};
pub use reuse::{Change, Reuse};

static STANDARD: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/stdlib");

/// The standard library, read once.
pub fn standard() -> &'static Library {
    static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
        let mut library = Library::default();
        for (name, text) in standard_files() {
            library.add(&name, text);
        }
        library.settle();
        library
    });
    &LIBRARY
}

/// A file of the standard library (a template, say) by its path below `stdlib/`.
pub fn standard_file(path: &str) -> Option<&'static str> {
    STANDARD
        .get_file(path)
        .and_then(|file| file.contents_utf8())
}

/// The text files directly in a folder of the standard library, in the order of their names.
pub fn standard_folder(path: &str) -> Vec<&'static str> {
    let mut files: Vec<_> = STANDARD
        .get_dir(path)
        .into_iter()
        .flat_map(Dir::files)
        .collect();
    files.sort_by_key(|file| file.path());
    files
        .into_iter()
        .filter_map(|file| file.contents_utf8())
        .collect()
}

/// The Bidui files of the standard library in the order of their paths.
pub fn standard_files() -> BTreeMap<String, &'static str> {
    let mut found = BTreeMap::new();
    let mut folders = vec![&STANDARD];
    while let Some(folder) = folders.pop() {
        folders.extend(folder.dirs());
        for file in folder.files() {
            let path = file.path().to_string_lossy().replace('\\', "/");
            // Units have a reader of their own, which the reading of any file already needs; samples are copied, not brought in.
            let is_module = !path.starts_with("units/") && !path.starts_with("samples/");
            if path.ends_with(".bidui") && is_module {
                found.insert(
                    format!("std/{path}"),
                    file.contents_utf8().unwrap_or_default(),
                );
            }
        }
    }
    found
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_library_has_no_findings() {
        let library = standard();
        let text = crate::diagnostic::render::short(
            &library.findings,
            &library.sources(),
            crate::text::Lang::En,
        );
        assert_eq!(text, "");
    }
}
