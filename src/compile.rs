//! The way from a text to checked protocols, in one function.

use std::collections::BTreeMap;

use crate::check::{self, Checked};
use crate::diagnostic::{self, Diagnostic};
use crate::examples::{self, Example};
use crate::model;
use crate::plan::{self, Plan};
use crate::project::{self, Library, Reuse};
use crate::schema::Document;
use crate::source::{FileId, Sources};
use crate::syntax::Tree;
use crate::text::Lang;

/// A file after all stages that could be reached.
#[derive(Debug, Clone)]
pub struct Compiled {
    /// The library's files and this one.
    pub sources: Sources,
    pub file: FileId,
    pub tree: Tree,
    pub document: Document,
    /// The protocols of the file that could be resolved.
    pub protocols: Vec<Checked>,
    /// The tests of the file that could be resolved.
    pub examples: Vec<Example>,
    /// The sections that each protocol takes over from definitions, with what it changes in them.
    pub reused: BTreeMap<String, Vec<Reuse>>,
    /// All findings, by place.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// Whether nothing stands in the way of carrying the protocols out.
    pub fn is_sound(&self) -> bool {
        !self.diagnostics.iter().any(Diagnostic::is_error)
    }

    /// The language in which the file is written.
    pub fn language(&self) -> Lang {
        self.document.language
    }

    /// The plan of the first protocol; none while there are errors.
    pub fn plan(&self) -> Option<Plan> {
        self.plan_of(0)
    }

    /// The plan of the protocol at that index; none while there are errors.
    pub fn plan_of(&self, index: usize) -> Option<Plan> {
        let checked = self.protocols.get(index).filter(|_| self.is_sound())?;
        plan::build(
            &checked.protocol,
            &checked.written,
            &checked.journey,
            &self.sources,
        )
    }
}

/// Compiles a text under the name by which messages cite it.
pub fn compile(name: &str, text: &str) -> Compiled {
    let mut library = Library::over(project::standard());
    let (file, tree, document) = library.add(name, text);
    let mut diagnostics = library.name_modules(&document);
    library.settle();
    diagnostics.append(&mut library.findings);
    let (complete, reused, found) = library.complete(&document);
    diagnostics.extend(found);
    let (protocols, found) = model::resolve(&complete, &library);
    diagnostics.extend(found);
    let mut checked = Vec::new();
    for protocol in protocols {
        let (one, found) = check::check(protocol);
        diagnostics.extend(found);
        checked.push(one);
    }
    let (examples, found) = examples::resolve(&document, &checked, &library);
    diagnostics.extend(found);
    diagnostic::sort(&mut diagnostics);
    Compiled {
        sources: library.sources(),
        file,
        tree,
        document,
        protocols: checked,
        examples,
        reused,
        diagnostics,
    }
}
