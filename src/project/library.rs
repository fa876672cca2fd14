//! The items of modules by their full names.

use std::collections::BTreeMap;

use super::catalogue::{self, Loaded, MANIFEST};
use super::host::{Host, Setting};
use super::lock::{self, LOCK, Lock, Used};
use super::names::Names;
use super::reuse::Reuse;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::{self, Document, Entry};
use crate::source::{FileId, SourceFile, Sources};
use crate::syntax::{self, Tree};
use crate::text::Text;

/// The items of a set of modules by their full names, with the texts they come from and the short names of each file.
#[derive(Debug, Clone, Default)]
pub struct Library {
    /// The library on which this one builds.
    base: Option<&'static Library>,
    sources: Sources,
    /// By full name and keyword.
    items: BTreeMap<(String, String), Entry>,
    names: Names,
    /// What is wrong with the modules themselves; for the standard library a test keeps this empty.
    pub findings: Vec<Diagnostic>,
}

/// What a file gets from the catalogue it stands in.
#[derive(Debug, Clone, Default)]
pub struct Project {
    loaded: Vec<Loaded>,
    lock: Option<Lock>,
    pub findings: Vec<Diagnostic>,
}

impl Project {
    /// The modules on which the document rests, and what differs between them and those locked.
    pub fn modules<'r>(
        &self,
        library: &Library,
        document: &Document,
        reused: impl Iterator<Item = &'r Reuse>,
    ) -> (Vec<Used>, Vec<Diagnostic>) {
        let used = lock::used(library, document, &self.loaded, reused);
        let differences = self.lock.as_ref().map(|lock| lock.differences(&used));
        (used, differences.unwrap_or_default())
    }
}

impl Library {
    /// A library to which a file's own items can be added.
    pub fn over(base: &'static Library) -> Library {
        Library {
            base: Some(base),
            sources: base.sources.clone(),
            ..Library::default()
        }
    }

    /// Reads a file and adds its items; its findings go to those of the library.
    pub fn add(&mut self, name: &str, text: &str) -> (FileId, Tree, Document) {
        let source = SourceFile::new(name, text);
        let file = self.sources.add(source.clone());
        let (tree, findings) = syntax::parse(file, &source);
        self.findings.extend(findings);
        let (document, findings) = schema::read(&tree);
        self.findings.extend(findings);
        for entry in &document.entries {
            if self.takes(entry) {
                self.enter(entry);
            }
        }
        (file, tree, document)
    }

    /// Whether a statement of the top level is one that others may name. Methods and calendars are read with the program; only its
    /// own library has them.
    fn takes(&self, entry: &Entry) -> bool {
        match self.base {
            Some(_) => ["policy", "define", "regulation"].contains(&entry.word()),
            None => entry.one("path").is_some(),
        }
    }

    fn enter(&mut self, entry: &Entry) {
        let Some(path) = entry.name("path").map(str::to_owned) else {
            return;
        };
        if let Some(first) = self.item(entry.word(), &path) {
            let (first, at) = (first.head, entry.one("path").map_or(entry.head, |a| a.span));
            self.findings.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    at,
                    Text::new(
                        format!("名称 `{path}` 已用于另一个 `{}`", entry.statement.word.zh),
                        format!("`{path}` is already the name of another `{}`", entry.word()),
                    ),
                )
                .with_label(
                    first,
                    Text::new("第一次写在这里", "it is declared here already"),
                )
                .with_help(Text::new("另取名称", "give it another name")),
            );
            return;
        }
        let key = (path, entry.word().to_owned());
        self.items.insert(key, entry.clone());
    }

    /// Reads the short names that a file gives to modules, and says which modules are not there.
    pub fn name_modules(&mut self, document: &Document) -> Vec<Diagnostic> {
        let mut diagnostics = Vec::new();
        let mut names = std::mem::take(&mut self.names);
        names.read(document, self, &mut diagnostics);
        self.names = names;
        diagnostics
    }

    /// Puts what the policies take over from definitions into their places.
    pub fn settle(&mut self) {
        let policies: Vec<(String, String)> = (self.items.iter())
            .filter(|((_, word), entry)| {
                word == "policy" && entry.body.iter().any(Entry::takes_over)
            })
            .map(|(key, _)| key.clone())
            .collect();
        for key in policies {
            let Some(mut policy) = self.items.get(&key).cloned() else {
                continue;
            };
            let mut findings = Vec::new();
            self.take_over(&mut policy, &mut findings);
            self.findings.extend(findings);
            self.items.insert(key, policy);
        }
    }

    /// The document with every section that its protocols take over completed from the definition, and what each protocol took over.
    pub fn complete(
        &self,
        document: &Document,
    ) -> (Document, BTreeMap<String, Vec<Reuse>>, Vec<Diagnostic>) {
        let mut document = document.clone();
        let (mut reused, mut findings) = (BTreeMap::new(), Vec::new());
        for entry in document
            .entries
            .iter_mut()
            .filter(|e| e.word() == "protocol")
        {
            let taken = self.take_over(entry, &mut findings);
            if let Some(path) = entry.name("path").filter(|_| !taken.is_empty()) {
                reused.insert(path.to_owned(), taken);
            }
        }
        (document, reused, findings)
    }

    /// The text of one of its files.
    pub(super) fn source(&self, file: FileId) -> Option<&SourceFile> {
        self.sources.get(file)
    }

    /// The text of a file of the standard library; none for a file of the project.
    pub(super) fn standard_source(&self, file: FileId) -> Option<&SourceFile> {
        match self.base {
            Some(base) => base.sources.get(file),
            None => self.sources.get(file),
        }
    }

    /// Reads what the document brings in from the catalogue it stands in; gives the modules it read and whether they are those locked.
    pub fn bring_in(&mut self, document: &Document, setting: Setting<'_>) -> Project {
        let mut project = Project::default();
        let manifest = self.file_of(MANIFEST, setting.host, &mut project.findings);
        if let Some((file, source)) = manifest {
            match catalogue::read(file, &source) {
                Ok(catalogue) => {
                    let (loaded, found) = catalogue::load(self, document, &catalogue, setting);
                    project.loaded = loaded;
                    project.findings.extend(found);
                }
                Err(unusable) => project.findings.push(*unusable),
            }
        }
        if let Some((file, source)) = self.file_of(LOCK, setting.host, &mut project.findings) {
            match Lock::read(file, &source) {
                Ok(lock) => project.lock = Some(lock),
                Err(unusable) => project.findings.push(*unusable),
            }
        }
        project
    }

    /// A file of the catalogue that need not be there.
    fn file_of(
        &mut self,
        path: &str,
        host: &dyn Host,
        findings: &mut Vec<Diagnostic>,
    ) -> Option<(FileId, SourceFile)> {
        match host.read(path) {
            Ok(text) => {
                let source = SourceFile::new(host.cite(path), text?);
                Some((self.sources.add(source.clone()), source))
            }
            Err(reason) => {
                findings.push(Diagnostic::general(Code::CannotRead, reason));
                None
            }
        }
    }

    /// The texts of the modules, to which a run adds its own files.
    pub fn sources(&self) -> Sources {
        self.sources.clone()
    }

    /// The item of that full name and keyword.
    pub fn item(&self, keyword: &str, path: &str) -> Option<&Entry> {
        let key = (path.to_owned(), keyword.to_owned());
        (self.items.get(&key)).or_else(|| self.base?.item(keyword, path))
    }

    /// All items of a keyword: those of the standard library, then those of the file and its modules, each by name.
    pub fn items<'a>(
        &'a self,
        keyword: &'a str,
    ) -> Box<dyn Iterator<Item = (&'a str, &'a Entry)> + 'a> {
        let own = (self.items.iter())
            .filter(move |((_, word), _)| word == keyword)
            .map(|((path, _), entry)| (path.as_str(), entry));
        match self.base {
            Some(base) => Box::new(base.items(keyword).chain(own)),
            None => Box::new(own),
        }
    }

    /// The full names of all items.
    pub(super) fn paths(&self) -> Box<dyn Iterator<Item = &str> + '_> {
        let own = self.items.keys().map(|(path, _)| path.as_str());
        match self.base {
            Some(base) => Box::new(base.paths().chain(own)),
            None => Box::new(own),
        }
    }

    /// Whether a module of that name exists: an item, or a prefix of the names of items.
    pub fn has_module(&self, path: &str) -> bool {
        let prefix = format!("{path}.");
        let begins = |start: &str, wanted: &dyn Fn(&str) -> bool| {
            let from = (start.to_owned(), String::new());
            let next = self.items.range(from..).next();
            next.is_some_and(|((name, _), _)| wanted(name))
        };
        begins(path, &|name| name == path)
            || begins(&prefix, &|name| name.starts_with(&prefix))
            || self.base.is_some_and(|base| base.has_module(path))
    }

    /// The full name of what is called `path` in a file.
    pub fn full(&self, path: &str, file: FileId) -> String {
        match (self.names.full(path, file), self.base) {
            (Some(full), _) => full,
            (None, Some(base)) => base.full(path, file),
            (None, None) => path.to_owned(),
        }
    }

    /// Whether the module behind the first part of `path` was found; what comes from a module that is not there is not reported again.
    pub fn is_known(&self, path: &str, file: FileId) -> bool {
        (self.names.module(path, file)).is_none_or(|module| self.has_module(module))
    }
}
