//! A catalogue of protocols: `bidui.toml`, and the modules below the folders it names.
//!
//! `use acme.rules` is looked for as `acme/rules.bidui` below each of the folders, then as `acme.bidui`; what a module names begins with
//! the module's own path, so that a name tells where it is written.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::circle::{self, Hop, Telling};
use super::host::{Host, Setting};
use super::library::Library;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{Document, Entry};
use crate::source::{FileId, SourceFile, Span};
use crate::text::Text;

/// Where the catalogue is described.
pub const MANIFEST: &str = "bidui.toml";

/// The description of a catalogue.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Catalogue {
    pub name: String,
    /// Version of the catalogue as a whole.
    pub version: Option<String>,
    /// Folders in which modules are found, relative to the catalogue's own.
    #[serde(default)]
    pub modules: Vec<String>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Manifest {
    catalogue: Catalogue,
}

/// Reads the description of the catalogue.
pub(super) fn read(file: FileId, source: &SourceFile) -> Result<Catalogue, Box<Diagnostic>> {
    let unusable = |range: Option<std::ops::Range<usize>>, zh: String, en: String| {
        let (start, end) = range.map_or((0, 0), |r| (r.start as u32, r.end as u32));
        let diagnostic = Diagnostic::new(
            Code::CatalogueUnusable,
            Span { file, start, end },
            Text::new(zh, en),
        )
        .with_help(Text::new(
            "写成：\n[catalogue]\nname = \"mass\"\nversion = \"1.0.0\"\nmodules = [\"modules\"]",
            "write:\n[catalogue]\nname = \"mass\"\nversion = \"1.0.0\"\nmodules = [\"modules\"]",
        ));
        Box::new(diagnostic)
    };
    let manifest: Manifest = toml::from_str(&source.text).map_err(|error| {
        let what = error.message().to_owned();
        unusable(
            error.span(),
            format!("`{MANIFEST}` 无法使用：{what}"),
            format!("`{MANIFEST}` cannot be used: {what}"),
        )
    })?;
    let catalogue = manifest.catalogue;
    let absolute = |folder: &&String| folder.starts_with(['/', '\\']) || folder.contains(':');
    if let Some(folder) = catalogue.modules.iter().find(absolute) {
        let start = source.text.find(folder.as_str());
        return Err(unusable(
            start.map(|start| start..start + folder.len()),
            format!("模块文件夹 `{folder}` 应写相对于 `{MANIFEST}` 的路径"),
            format!("the folder `{folder}` of modules must be relative to `{MANIFEST}`"),
        ));
    }
    Ok(catalogue)
}

/// A module of the catalogue that was read.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Loaded {
    /// Path of its file, relative to the catalogue's folder.
    pub key: String,
    pub file: FileId,
    /// The first place that asks for it.
    pub at: Span,
}

/// Reads every module that a document brings in, and those that they bring in.
pub(super) fn load(
    library: &mut Library,
    document: &Document,
    catalogue: &Catalogue,
    setting: Setting<'_>,
) -> (Vec<Loaded>, Vec<Diagnostic>) {
    let mut loading = Loading {
        catalogue,
        host: setting.host,
        loaded: BTreeMap::new(),
        way: vec![Hop {
            name: module_of(setting.own, catalogue),
            at: Span::default(),
        }],
        diagnostics: Vec::new(),
    };
    if let Some(own) = as_module(setting.own, catalogue) {
        let strays = document.entries.iter().filter_map(|e| elsewhere(e, &own));
        loading.diagnostics.extend(strays);
    }
    loading.follow(library, document);
    (loading.loaded.into_values().collect(), loading.diagnostics)
}

/// What a file is called on the way: the module that it is, or else its path.
fn module_of(key: &str, catalogue: &Catalogue) -> String {
    as_module(key, catalogue).unwrap_or_else(|| dotted(key))
}

/// The module that a file is: its path below the folder of modules, with dots; none for a file elsewhere.
fn as_module(key: &str, catalogue: &Catalogue) -> Option<String> {
    (catalogue.modules.iter())
        .find_map(|folder| key.strip_prefix(&format!("{}/", tidy(folder))))
        .map(dotted)
}

fn dotted(path: &str) -> String {
    let stem = path.strip_suffix(".bidui").unwrap_or(path);
    stem.replace('/', ".")
}

fn tidy(folder: &str) -> &str {
    folder.trim_start_matches("./").trim_end_matches('/')
}

struct Loading<'l> {
    catalogue: &'l Catalogue,
    host: &'l dyn Host,
    loaded: BTreeMap<String, Loaded>,
    way: Vec<Hop>,
    diagnostics: Vec<Diagnostic>,
}

impl Loading<'_> {
    fn follow(&mut self, library: &mut Library, document: &Document) {
        for entry in document.entries.iter().filter(|e| e.word() == "use") {
            let (Some(module), Some(argument)) = (entry.name("module"), entry.one("module")) else {
                continue;
            };
            if module.starts_with("std.") {
                continue;
            }
            // A module that is nowhere is reported with all names of modules.
            if let Some((key, text)) = self.locate(module, argument.span) {
                self.bring_in(library, key, &text, argument.span);
            }
        }
    }

    fn bring_in(&mut self, library: &mut Library, key: String, text: &str, at: Span) {
        let name = module_of(&key, self.catalogue);
        let telling = Telling {
            message: Text::new("模块互相引用", "modules bring one another in, in a circle"),
            verb: Text::new("引用", "brings in"),
            help: Text::new(
                "把两者共用的内容移到第三个模块，由两者引用",
                "move what both need into a third module, and bring that in",
            ),
        };
        if let Some(circle) = circle::closed(&self.way, &name, at, &telling) {
            self.diagnostics.push(circle);
            return;
        }
        if self.loaded.contains_key(&key) {
            return;
        }
        let (file, _, document) = library.add(&self.host.cite(&key), text);
        let loaded = Loaded {
            key: key.clone(),
            file,
            at,
        };
        self.loaded.insert(key, loaded);
        let elsewhere = document.entries.iter().filter_map(|e| elsewhere(e, &name));
        self.diagnostics.extend(elsewhere);
        self.way.push(Hop { name, at });
        self.follow(library, &document);
        self.way.pop();
        let found = library.name_modules(&document);
        self.diagnostics.extend(found);
    }

    /// The file of a module: the longest part of its path that is one.
    fn locate(&mut self, module: &str, at: Span) -> Option<(String, String)> {
        let parts: Vec<&str> = module.split('.').collect();
        for length in (1..=parts.len()).rev() {
            let below = parts.get(..length).unwrap_or_default().join("/");
            let mut found = Vec::new();
            for folder in &self.catalogue.modules {
                let key = match tidy(folder) {
                    "" | "." => format!("{below}.bidui"),
                    folder => format!("{folder}/{below}.bidui"),
                };
                match self.host.read(&key) {
                    Ok(Some(text)) => found.push((key, text)),
                    Ok(None) => {}
                    Err(reason) => self.diagnostics.push(
                        Diagnostic::new(Code::CannotRead, at, reason).with_help(Text::new(
                            "核对文件编码和权限",
                            "check the encoding of the file and its permissions",
                        )),
                    ),
                }
            }
            if let [(first, _), (second, _), ..] = found.as_slice() {
                let files = format!("`{first}`, `{second}`");
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        at,
                        Text::new(
                            format!("模块 `{module}` 有两个文件：{files}"),
                            format!("module `{module}` is in two files: {files}"),
                        ),
                    )
                    .with_help(Text::new(
                        format!("移走或重新命名其中一个，或在 `{MANIFEST}` 中减少文件夹"),
                        format!(
                            "move or rename one of them, or name fewer folders in `{MANIFEST}`"
                        ),
                    )),
                );
            }
            if !found.is_empty() {
                return Some(found.swap_remove(0));
            }
        }
        None
    }
}

/// An item whose name does not begin with the path of its module.
fn elsewhere(entry: &Entry, module: &str) -> Option<Diagnostic> {
    if !["policy", "define", "regulation"].contains(&entry.word()) {
        return None;
    }
    let path = entry.name("path")?;
    let behind = path.strip_prefix(module);
    if behind.is_some_and(|rest| rest.is_empty() || rest.starts_with('.')) {
        return None;
    }
    let at = entry.one("path").map_or(entry.head, |a| a.span);
    let last = path.rsplit('.').next().unwrap_or(path);
    let fixed = format!("{module}.{last}");
    Some(
        Diagnostic::new(
            Code::ItemElsewhere,
            at,
            Text::new(
                format!("`{path}` 写在模块 `{module}` 中，名称应以 `{module}` 开头"),
                format!("`{path}` stands in the module `{module}`, so its name must begin with `{module}`"),
            ),
        )
        .suggesting(at, &fixed),
    )
}
