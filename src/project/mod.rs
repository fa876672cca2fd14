//! Modules: the embedded standard library and what a file brings in from it.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use include_dir::{Dir, include_dir};

use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{self, Document, Entry};
use crate::source::{SourceFile, Sources, Span};
use crate::syntax;
use crate::text::Text;

static STANDARD: Dir<'static> = include_dir!("$CARGO_MANIFEST_DIR/stdlib");

/// The items of a set of modules by their full names, with the texts they come from.
#[derive(Debug, Clone, Default)]
pub struct Library {
    sources: Sources,
    items: BTreeMap<String, Entry>,
    /// What is wrong with the library's own files; a test keeps this empty.
    pub findings: Vec<Diagnostic>,
}

/// The standard library, read once.
pub fn standard() -> &'static Library {
    static LIBRARY: LazyLock<Library> = LazyLock::new(|| {
        let mut library = Library::default();
        for (name, text) in standard_files() {
            library.add(&name, text);
        }
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

/// The Bidui files of the standard library in the order of their paths.
fn standard_files() -> BTreeMap<String, &'static str> {
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

impl Library {
    /// Adds the items of a file.
    pub fn add(&mut self, name: &str, text: &str) {
        let file = self.sources.add(SourceFile::new(name, text));
        let Some(source) = self.sources.get(file) else {
            return;
        };
        let (tree, mut findings) = syntax::parse(file, source);
        let (document, more) = schema::read(&tree);
        findings.extend(more);
        self.findings.extend(findings);
        for entry in document.entries {
            let path = entry.name("path").map(str::to_owned);
            if let Some(path) = path {
                self.items.insert(path, entry);
            }
        }
    }

    /// The texts of the modules, to which a run adds its own files.
    pub fn sources(&self) -> Sources {
        self.sources.clone()
    }

    /// The item of that full name and keyword.
    pub fn item(&self, keyword: &str, path: &str) -> Option<&Entry> {
        self.items.get(path).filter(|entry| entry.word() == keyword)
    }

    /// All items of a keyword, by name.
    pub fn items<'a>(&'a self, keyword: &'a str) -> impl Iterator<Item = (&'a str, &'a Entry)> {
        self.items
            .iter()
            .filter(move |(_, e)| e.word() == keyword)
            .map(|(path, e)| (path.as_str(), e))
    }

    /// Whether a module of that name exists: an item, or a prefix of the names of items.
    fn has_module(&self, path: &str) -> bool {
        let prefix = format!("{path}.");
        self.items.contains_key(path)
            || self
                .items
                .range(prefix.clone()..)
                .next()
                .is_some_and(|(name, _)| name.starts_with(&prefix))
    }
}

/// The short names a file gives to modules.
#[derive(Debug, Clone, Default)]
pub struct Names {
    aliases: BTreeMap<String, (String, Span)>,
}

impl Names {
    /// Reads the `use` statements of a file.
    pub fn of(document: &Document, library: &Library, diagnostics: &mut Vec<Diagnostic>) -> Names {
        let mut names = Names::default();
        for entry in document.entries.iter().filter(|e| e.word() == "use") {
            let Some(module) = entry.name("module") else {
                continue;
            };
            let at = entry.one("module").map_or(entry.span, |a| a.span);
            if !library.has_module(module) {
                diagnostics.push(unknown_module(module, at, library));
                // The alias is known all the same, so that its uses are not reported as well.
            }
            let alias = entry
                .name("alias")
                .unwrap_or_else(|| module.rsplit('.').next().unwrap_or(module));
            let alias_at = entry.one("alias").map_or(at, |a| a.span);
            if let Some((_, first)) = names.aliases.get(alias) {
                diagnostics.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        alias_at,
                        Text::new(
                            format!("简名 `{alias}` 重复"),
                            format!("the short name `{alias}` is used twice"),
                        ),
                    )
                    .with_label(
                        *first,
                        Text::new("第一次用在这里", "it is given here already"),
                    )
                    .with_help(Text::new(
                        "用 `记作` 另取一个简名",
                        "give another one with `as`",
                    )),
                );
                continue;
            }
            names
                .aliases
                .insert(alias.to_owned(), (module.to_owned(), alias_at));
        }
        names
    }

    /// The full name of `path`: its first part replaced when it is a short name.
    pub fn full(&self, path: &str) -> String {
        let (head, rest) = path
            .split_once('.')
            .map_or((path, None), |(head, rest)| (head, Some(rest)));
        match (self.aliases.get(head), rest) {
            (Some((module, _)), Some(rest)) => format!("{module}.{rest}"),
            (Some((module, _)), None) => module.clone(),
            (None, _) => path.to_owned(),
        }
    }

    /// Whether the module behind the first part of `path` was found; what comes from a module that is not there is not reported again.
    pub fn is_known(&self, path: &str, library: &Library) -> bool {
        let head = path.split('.').next().unwrap_or(path);
        self.aliases
            .get(head)
            .is_none_or(|(module, _)| library.has_module(module))
    }
}

fn unknown_module(module: &str, at: Span, library: &Library) -> Diagnostic {
    let near = library
        .items
        .keys()
        .map(|name| (strsim::damerau_levenshtein(name, module), name))
        .filter(|(distance, _)| *distance <= 1 + module.len() / 4)
        .min()
        .map(|(_, name)| name.clone());
    let mut diagnostic = Diagnostic::new(
        Code::UnknownModule,
        at,
        Text::new(
            format!("没有模块 `{module}`"),
            format!("there is no module `{module}`"),
        ),
    );
    if let Some(near) = near {
        diagnostic = diagnostic.suggesting(at, &near);
    } else {
        diagnostic = diagnostic.with_help(Text::new(
            "标准库模块以 `std.` 开头",
            "modules of the standard library begin with `std.`",
        ));
    }
    diagnostic
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_standard_library_has_no_findings() {
        let library = standard();
        let text = crate::diagnostic::render::short(
            &library.findings,
            &library.sources,
            crate::text::Lang::En,
        );
        assert_eq!(text, "");
    }
}
