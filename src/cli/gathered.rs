//! The findings of several files over one set of sources.

use std::collections::BTreeMap;

use crate::diagnostic::{Diagnostic, Record};
use crate::project;
use crate::source::{FileId, SourceFile, Sources};

/// Findings and the texts they speak of; a file of the library is brought in when a finding points into it.
#[derive(Default)]
pub(super) struct Gathered {
    pub sources: Sources,
    pub diagnostics: Vec<Diagnostic>,
    others: BTreeMap<String, FileId>,
}

impl Gathered {
    /// Adds a file with what was found in it, and the modules to which this points.
    pub fn add(
        &mut self,
        name: &str,
        text: String,
        modules: BTreeMap<String, String>,
        records: Vec<Record>,
    ) {
        let own = self.sources.add(SourceFile::new(name, text));
        for (name, text) in modules {
            if !self.others.contains_key(&name) {
                let file = self.sources.add(SourceFile::new(name.clone(), text));
                self.others.insert(name, file);
            }
        }
        for record in records {
            let (sources, others) = (&mut self.sources, &mut self.others);
            let mut find = |name: &str| other_file(name, sources, others);
            self.diagnostics.extend(record.finding(own, &mut find));
        }
    }
}

/// A file of the library by the name under which findings cite it.
fn other_file(name: &str, sources: &mut Sources, known: &mut BTreeMap<String, FileId>) -> FileId {
    if let Some(file) = known.get(name) {
        return *file;
    }
    let path = name.strip_prefix("std/").unwrap_or(name);
    let text = project::standard_file(path).unwrap_or_default();
    let file = sources.add(SourceFile::new(name, text));
    known.insert(name.to_owned(), file);
    file
}
