//! `bidui lock [FOLDER]`

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

use clap::Args;

use super::project::{self, Folder};
use super::{Status, files, terminal};
use crate::diagnostic::Code;
use crate::project::{Host, LOCK, Lock, Locked, MANIFEST};
use crate::source::{FileId, SourceFile};
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct LockModules {
    /// A folder of the catalogue 目录所在文件夹
    #[arg(default_value = ".")]
    folder: PathBuf,
}

impl LockModules {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        let found = fs::canonicalize(&self.folder).ok();
        let Some(folder) = found.and_then(|path| Folder::of(&path)).map(Folder::near) else {
            let place = self.folder.display();
            terminal::fail(
                Code::CannotRead,
                Text::new(
                    format!("`{place}` 及其上级文件夹中没有 `{MANIFEST}`"),
                    format!("there is no `{MANIFEST}` in `{place}` or in a folder above"),
                ),
                Text::new(
                    format!("在目录的最上层文件夹写一个 `{MANIFEST}`"),
                    format!("write a `{MANIFEST}` into the top folder of the catalogue"),
                ),
                lang,
            );
            return Status::Failed;
        };
        let Some(sources) = sources(&folder.path, lang) else {
            return Status::Failed;
        };
        let mut modules = BTreeSet::new();
        let mut unknown = Vec::new();
        for path in sources {
            let Some((compiled, _)) = project::compiled(&path, lang) else {
                return Status::Failed;
            };
            modules.extend(compiled.modules.into_iter().map(|used| used.module));
            let missing = (compiled.diagnostics.into_iter()).filter(|d| {
                [
                    Code::UnknownModule,
                    Code::CircularUse,
                    Code::CatalogueUnusable,
                ]
                .contains(&d.code)
            });
            let missing: Vec<_> = missing
                // A lock that cannot be read is what this verb mends.
                .filter(|d| !is_about_the_lock(d.span().map(|s| s.file), &compiled.sources))
                .collect();
            if !missing.is_empty() {
                terminal::report(&missing, &compiled.sources, lang);
                unknown.push(path);
            }
        }
        if !unknown.is_empty() {
            return Status::Findings;
        }
        let before = locked(&folder);
        let lock = Lock::of(modules);
        let text = lock.text();
        let outputs = BTreeMap::from([(LOCK.to_owned(), text.into_bytes())]);
        if !files::write_all(&folder.path, &outputs, lang) {
            return Status::Failed;
        }
        terminal::print(&changes(&before, &lock, lang));
        Status::Fine
    }
}

fn is_about_the_lock(file: Option<FileId>, sources: &crate::source::Sources) -> bool {
    let source = file.and_then(|file| sources.get(file));
    source.is_some_and(|s| s.name.ends_with(LOCK))
}

/// What was locked before; nothing where there was no lock or none that can be read.
fn locked(folder: &Folder) -> Lock {
    let text = folder.read(LOCK).ok().flatten().unwrap_or_default();
    let read = Lock::read(FileId::default(), &SourceFile::new(LOCK, text));
    read.unwrap_or_else(|_| Lock::of([]))
}

/// Every Bidui file below a folder; reports a folder that cannot be read.
fn sources(folder: &Path, lang: Lang) -> Option<Vec<PathBuf>> {
    let start = match folder.as_os_str().is_empty() {
        true => Path::new("."),
        false => folder,
    };
    files::told(files::protocols(start), lang)
}

/// A line for every module whose digest is new, has changed or is no longer kept.
fn changes(before: &Lock, now: &Lock, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let digest = |lock: &Lock, file: &str| -> Option<String> {
        let found = lock.module.iter().find(|m| m.file == file)?;
        Some(found.digest.clone())
    };
    let files: BTreeSet<&str> = (before.module.iter().chain(&now.module))
        .map(|Locked { file, .. }| file.as_str())
        .collect();
    let mut text = String::new();
    for file in files {
        let line = match (digest(before, file), digest(now, file)) {
            (Some(old), Some(new)) if old == new => continue,
            (Some(old), Some(new)) if zh => format!("已更新 {file}：{old} → {new}"),
            (Some(old), Some(new)) => format!("updated {file}: {old} → {new}"),
            (None, Some(new)) if zh => format!("新列入 {file}：{new}"),
            (None, Some(new)) => format!("added {file}: {new}"),
            (Some(_), None) if zh => format!("不再使用 {file}"),
            (Some(_), None) => format!("no longer used: {file}"),
            (None, None) => continue,
        };
        text.push_str(&line);
        text.push('\n');
    }
    let count = now.module.len();
    text.push_str(&if zh {
        format!("{LOCK}：{count} 个模块\n")
    } else {
        format!("{LOCK}: modules locked: {count}\n")
    });
    text
}
