//! `bidui check FILE…`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Status, project, terminal};
use crate::diagnostic::{Diagnostic, Severity, render};
use crate::explain::explanation;
use crate::source::{FileId, SourceFile, Sources, Span};
use crate::text::Lang;

#[derive(Args)]
pub(super) struct Check {
    /// Protocols to check 要检查的规程
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How findings are shown 输出格式
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    Human,
    Short,
    Json,
    Sarif,
    Github,
    Junit,
}

impl Check {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let mut status = Status::Fine;
        let mut all = Gathered::default();
        let mut language = asked.or_else(terminal::locale);
        for path in &self.files {
            let Some((compiled, _)) = project::compiled(path, terminal::language(asked)) else {
                status = Status::Failed;
                continue;
            };
            // Without a locale the messages speak the file's language.
            language = language.or(Some(compiled.language()));
            if !compiled.is_sound() && status == Status::Fine {
                status = Status::Findings;
            }
            all.add(&compiled.sources, compiled.diagnostics);
        }
        let lang = language.unwrap_or(Lang::En);
        match self.format {
            Format::Human => {
                terminal::report(&all.diagnostics, &all.sources, lang);
                terminal::say(&summary(&all.diagnostics, self.files.len(), lang));
            }
            Format::Short => terminal::print(&render::short(&all.diagnostics, &all.sources, lang)),
            Format::Json => terminal::print(&render::json(&all.diagnostics, &all.sources)),
            Format::Sarif => terminal::print(&render::sarif(
                &all.diagnostics,
                &all.sources,
                lang,
                &|code| explanation(code).map(|e| e.text).unwrap_or_default(),
            )),
            Format::Github => {
                terminal::print(&render::github(&all.diagnostics, &all.sources, lang))
            }
            Format::Junit => {
                let files: Vec<String> = self
                    .files
                    .iter()
                    .map(|f| f.to_string_lossy().into_owned())
                    .collect();
                terminal::print(&render::junit(&all.diagnostics, &all.sources, &files, lang));
            }
        }
        status
    }
}

/// The findings of several files over one set of sources.
#[derive(Default)]
struct Gathered {
    sources: Sources,
    diagnostics: Vec<Diagnostic>,
}

impl Gathered {
    fn add(&mut self, sources: &Sources, diagnostics: Vec<Diagnostic>) {
        let mut numbers = Vec::new();
        for (_, file) in sources.files() {
            let known = self.sources.find(&file.name);
            numbers.push(known.unwrap_or_else(|| {
                self.sources
                    .add(SourceFile::new(file.name.clone(), file.text.clone()))
            }));
        }
        let moved = |span: Span| Span {
            file: numbers
                .get(span.file.0 as usize)
                .copied()
                .unwrap_or(FileId(0)),
            ..span
        };
        for mut diagnostic in diagnostics {
            diagnostic
                .labels
                .iter_mut()
                .for_each(|label| label.span = moved(label.span));
            diagnostic
                .fixes
                .iter_mut()
                .for_each(|fix| fix.span = moved(fix.span));
            self.diagnostics.push(diagnostic);
        }
    }
}

fn summary(diagnostics: &[Diagnostic], files: usize, lang: Lang) -> String {
    let count = |severity: Severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    match lang {
        Lang::Zh if errors + warnings == 0 => format!("{files} 个文件，没有问题\n"),
        Lang::Zh => format!("{files} 个文件：{errors} 个错误，{warnings} 个警告\n"),
        Lang::En if errors + warnings == 0 => format!("files checked: {files}, no findings\n"),
        Lang::En => format!("files checked: {files}, errors: {errors}, warnings: {warnings}\n"),
    }
}
