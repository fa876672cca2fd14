//! `bidui.lock`: the modules that protocols were approved with, each by the digest of what it says.
//!
//! The digest covers the statements, not layout, comments, line ends or keyword language, so that laying a module out anew is no change.

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::catalogue::Loaded;
use super::library::Library;
use super::reuse::Reuse;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{self, Document, Entry};
use crate::source::{FileId, SourceFile, Span};
use crate::syntax::{self, Kind, Line, Tree};
use crate::text::Text;

/// Where the digests are kept.
pub const LOCK: &str = "bidui.lock";

/// Version of the shape of the file.
const FORMAT_VERSION: u32 = 1;

/// The digests of the modules.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Lock {
    pub format_version: u32,
    #[serde(default)]
    pub module: Vec<Locked>,
}

/// One module by its file and the digest of what it says.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Locked {
    /// Relative to the catalogue's folder; `std/…` for the standard library.
    pub file: String,
    pub digest: String,
}

/// A module that a file rests on, with the place that asks for it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Used {
    pub module: Locked,
    pub at: Span,
}

impl Lock {
    /// The digests of these modules.
    pub fn of(modules: impl IntoIterator<Item = Locked>) -> Lock {
        let sorted: BTreeSet<Locked> = modules.into_iter().collect();
        Lock {
            format_version: FORMAT_VERSION,
            module: sorted.into_iter().collect(),
        }
    }

    /// The text of the file, with a line end.
    pub fn text(&self) -> String {
        let body = toml::to_string(self).unwrap_or_default();
        format!(
            "# `bidui lock` writes this file; `bidui check` holds the modules against it.\n{body}"
        )
    }

    /// Reads the file.
    ///
    /// # Errors
    /// Text that is no lock, or one of another shape.
    pub fn read(file: FileId, source: &SourceFile) -> Result<Lock, Box<Diagnostic>> {
        let unusable =
            |span: Option<std::ops::Range<usize>>, what: &str| {
                let (start, end) = span.map_or((0, 0), |r| (r.start as u32, r.end as u32));
                Box::new(Diagnostic::new(
                Code::CatalogueUnusable,
                Span { file, start, end },
                Text::new(
                    format!("`{LOCK}` 无法使用：{what}"),
                    format!("`{LOCK}` cannot be used: {what}"),
                ),
            )
            .with_help(Text::new(
                "取回上一次的文件；或核对各模块后用 `bidui lock` 重新生成",
                "restore the file, or look at the modules and write it anew with `bidui lock`",
            )))
            };
        let lock: Lock =
            toml::from_str(&source.text).map_err(|e| unusable(e.span(), e.message()))?;
        if lock.format_version != FORMAT_VERSION {
            return Err(unusable(
                None,
                &format!("format_version {}", lock.format_version),
            ));
        }
        Ok(lock)
    }

    fn digest(&self, file: &str) -> Option<&str> {
        let found = self.module.iter().find(|m| m.file == file)?;
        Some(&found.digest)
    }

    /// What differs between the modules used and those locked.
    pub(super) fn differences(&self, used: &[Used]) -> Vec<Diagnostic> {
        used.iter()
            .filter_map(|used| {
                let Locked { file, digest } = &used.module;
                match self.digest(file) {
                    Some(locked) if locked == digest => None,
                    Some(locked) => Some(changed(used, locked)),
                    None => Some(not_locked(used)),
                }
            })
            .collect()
    }
}

fn changed(used: &Used, locked: &str) -> Diagnostic {
    let Locked { file, digest } = &used.module;
    Diagnostic::new(
        Code::ModuleChanged,
        used.at,
        Text::new(
            format!("模块 `{file}` 与 `{LOCK}` 中锁定的不同"),
            format!("module `{file}` is not the one in `{LOCK}`"),
        ),
    )
    .with_reason(Text::new(
        format!("锁定的是 {locked}，现为 {digest}"),
        format!("locked: {locked}; found: {digest}"),
    ))
    .with_help(Text::new(
        "核对改动；认可后用 `bidui lock` 更新，否则取回原来的模块",
        "look at what changed; accept it with `bidui lock`, or restore the module",
    ))
}

fn not_locked(used: &Used) -> Diagnostic {
    let file = &used.module.file;
    Diagnostic::new(
        Code::ModuleNotLocked,
        used.at,
        Text::new(
            format!("模块 `{file}` 未列入 `{LOCK}`"),
            format!("module `{file}` is not in `{LOCK}`"),
        ),
    )
    .with_help(Text::new(
        "用 `bidui lock` 列入",
        "write it there with `bidui lock`",
    ))
}

/// The modules that a document rests on: those of the catalogue, and those of the standard library whose policies and definitions it takes.
pub(super) fn used<'r>(
    library: &Library,
    document: &Document,
    loaded: &[Loaded],
    reused: impl Iterator<Item = &'r Reuse>,
) -> Vec<Used> {
    let mut used: Vec<Used> = (loaded.iter())
        .filter_map(|module| {
            Some(Used {
                module: Locked {
                    file: module.key.clone(),
                    digest: digest(&library.source(module.file)?.text),
                },
                at: module.at,
            })
        })
        .collect();
    let mut asked: Vec<(&str, String, Span)> = (reused)
        .map(|reuse| ("define", reuse.name.clone(), reuse.at))
        .collect();
    let policies = (document.entries.iter())
        .filter(|e| e.word() == "protocol")
        .flat_map(|e| e.children("policy"))
        .filter_map(|e| e.one("policy").zip(e.name("policy")));
    asked.extend(policies.map(|(argument, name)| {
        let full = library.full(name, argument.span.file);
        ("policy", full, argument.span)
    }));
    let mut seen = BTreeSet::new();
    while let Some((keyword, name, at)) = asked.pop() {
        let Some(item) = library.item(keyword, &name) else {
            continue;
        };
        if !seen.insert((keyword, name)) {
            continue;
        }
        asked.extend(needed(library, keyword, item).map(|name| (keyword, name, at)));
        if let Some(source) = library.standard_source(item.head.file)
            && !used.iter().any(|u| u.module.file == source.name)
        {
            used.push(Used {
                module: Locked {
                    file: source.name.clone(),
                    digest: digest(&source.text),
                },
                at,
            });
        }
    }
    used.sort_by(|a, b| a.module.cmp(&b.module));
    used
}

/// What a policy extends, or from what a definition is taken; full names.
fn needed<'e>(
    library: &'e Library,
    keyword: &str,
    item: &'e Entry,
) -> impl Iterator<Item = String> + 'e {
    let (holder, slot) = match keyword {
        "policy" => (item.child("extends"), "policies"),
        _ => (Some(item), "from"),
    };
    holder
        .into_iter()
        .flat_map(move |entry| entry.all(slot))
        .filter_map(|argument| match &argument.value {
            schema::Value::Name(name) => Some(library.full(name, argument.span.file)),
            _ => None,
        })
}

/// `sha256:` and the digest of what a module says.
fn digest(text: &str) -> String {
    let source = SourceFile::new("", text);
    let (tree, _) = syntax::parse(FileId::default(), &source);
    let (document, _) = schema::read(&tree);
    let mut said = Said {
        tree: &tree,
        document: &document,
        begins: BTreeSet::new(),
        out: String::new(),
    };
    said.statements(&document.entries);
    said.lines(&tree.lines);
    let hash = Sha256::digest(said.out.as_bytes());
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// A module as one text, independent of layout and keyword language: a statement a line, tokens apart by tabs.
struct Said<'t> {
    tree: &'t Tree,
    document: &'t Document,
    /// Offsets at which statements begin: several may stand on one line.
    begins: BTreeSet<u32>,
    out: String,
}

impl Said<'_> {
    fn statements(&mut self, entries: &[Entry]) {
        for entry in entries {
            self.begins.insert(entry.head.start);
            self.statements(&entry.body);
        }
    }

    fn lines(&mut self, lines: &[Line]) {
        for line in lines {
            self.out.push('\n');
            for (number, index) in line.arguments.iter().enumerate() {
                let begins = self.begins.contains(&self.tree.token(*index).start);
                self.out
                    .push(if begins && number > 0 { '\n' } else { '\t' });
                self.token(*index);
            }
            if let Some(block) = &line.block {
                self.out.push_str("\t{");
                self.lines(&block.lines);
                self.out.push_str("\n\t}");
            }
        }
    }

    fn token(&mut self, index: u32) {
        let keywords = &self.document.keywords;
        let keyword = keywords.binary_search_by_key(&index, |k| k.token).ok();
        if let Some(keyword) = keyword.and_then(|at| keywords.get(at)) {
            self.out.push_str(&keyword.en);
            return;
        }
        let written = self.tree.slice(index);
        match self.tree.token(index).kind {
            Kind::Symbol(symbol) => self.out.push_str(symbol.canonical()),
            Kind::Text => {
                let inside = written.trim_matches(['"', '\u{201C}', '\u{201D}']);
                self.out.push_str(&format!("{inside:?}"));
            }
            Kind::LongText => {
                let lines: Vec<&str> = written.lines().map(str::trim).collect();
                self.out.push_str(&format!("{lines:?}"));
            }
            _ => self.out.push_str(written),
        }
    }
}
