//! The way from a text to checked protocols, in one function.

mod replan;

pub use replan::Anew;

use std::collections::BTreeMap;

use crate::check::{self, Checked};
use crate::diagnostic::{self, Code, Diagnostic};
use crate::examples::{self, Example};
use crate::model;
use crate::plan::{self, Plan};
use crate::project::{self, Library, Reuse, Setting, Used};
use crate::schema::Document;
use crate::source::{FileId, Sources, Span};
use crate::syntax::Tree;
use crate::text::{Lang, Text};

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
    /// The modules on which the file rests.
    pub modules: Vec<Used>,
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
            (self.reused.get(&checked.protocol.path.value)).map_or(&[], Vec::as_slice),
        )
    }
}

/// Compiles a text under the name by which messages cite it; it knows the standard library alone.
pub fn compile(name: &str, text: &str) -> Compiled {
    compile_in(name, text, None)
}

/// Compiles a text that stands in a catalogue: modules are found there, and held against its lock.
pub fn compile_in(name: &str, text: &str, setting: Option<Setting<'_>>) -> Compiled {
    let mut library = Library::over(project::standard());
    let (file, tree, document) = library.add(name, text);
    let around = setting.map(|setting| library.bring_in(&document, setting));
    let around = around.unwrap_or_default();
    let mut diagnostics = around.findings.clone();
    if tree.lines.is_empty() {
        diagnostics.push(nothing_written(file));
    }
    diagnostics.extend(library.name_modules(&document));
    library.settle();
    diagnostics.append(&mut library.findings);
    let (complete, reused, found) = library.complete(&document);
    diagnostics.extend(found);
    let taken = reused.values().flatten();
    let (modules, found) = around.modules(&library, &document, taken);
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
        modules,
        diagnostics,
    }
}

/// An empty file is not in order: most likely what should stand in it was not saved.
fn nothing_written(file: FileId) -> Diagnostic {
    let start = Span {
        file,
        start: 0,
        end: 0,
    };
    Diagnostic::new(
        Code::MissingStatement,
        start,
        Text::new("文件中没有任何语句", "there is no statement in the file"),
    )
    .with_help(Text::new(
        "`bidui new 文件夹 --sample petal` 写出一份可照着填写的示例",
        "`bidui new FOLDER --sample petal` writes a whole sample to fill in",
    ))
}
