//! `bidui diff OLD NEW`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Status, files, project, terminal};
use crate::changes::compare;
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{Plan, json};
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Diff {
    /// The earlier version: a protocol or plan.json 旧版本
    old: PathBuf,
    /// The later version 新版本
    new: PathBuf,
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Json,
}

impl Diff {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        let (old, new) = match (plans(&self.old, asked), plans(&self.new, asked)) {
            (Ok(old), Ok(new)) => (old, new),
            (Err(status), _) | (_, Err(status)) => return status,
        };
        let mut status = Status::Fine;
        for new in &new {
            // A file with a single protocol is compared even when the protocol was renamed, so that this is said.
            let same = |old: &&Plan| old.content.protocol.path == new.content.protocol.path;
            let Some(old) = old.iter().find(same).or(old.first()) else {
                continue;
            };
            match compare(old, new) {
                Ok(comparison) => {
                    if !comparison.fits {
                        status = status.max(Status::Findings);
                    }
                    terminal::print(&match self.format {
                        Format::Human => comparison.text(lang),
                        Format::Json => comparison.json(),
                    });
                }
                Err(reason) => {
                    let help = Text::new(
                        "给出同一份规程的两个版本",
                        "name two versions of one protocol",
                    );
                    terminal::fail(Code::NotComparable, reason, help, lang);
                    status = Status::Failed;
                }
            }
        }
        status
    }
}

/// The plans of a protocol file, or of a plan.json; what stands in the way is reported.
pub(super) fn plans(path: &Path, asked: Option<Lang>) -> Result<Vec<Plan>, Status> {
    let lang = terminal::language(asked);
    if path.extension().is_none_or(|e| e != "bidui") {
        let text = files::read_text(path, lang).ok_or(Status::Failed)?;
        return json::read(&text).map(|plan| vec![plan]).map_err(|error| {
            let help = Text::new(
                "给出规程或 `bidui plan` 生成的 plan.json",
                "name a protocol, or the plan.json that `bidui plan` wrote",
            );
            terminal::fail(Code::PlanUnusable, error.message(), help, lang);
            Status::Failed
        });
    }
    let (compiled, _) = project::compiled(path, lang).ok_or(Status::Failed)?;
    if !compiled.is_sound() {
        let errors: Vec<Diagnostic> = (compiled.diagnostics.iter())
            .filter(|d| d.is_error())
            .cloned()
            .collect();
        terminal::report(&errors, &compiled.sources, lang);
        return Err(Status::Failed);
    }
    Ok((0..compiled.protocols.len())
        .filter_map(|index| compiled.plan_of(index))
        .collect())
}

/// Versions that take a smaller step than the changes since the earlier plans need.
pub(super) fn findings(compiled: &Compiled, earlier: &[Plan]) -> Vec<Diagnostic> {
    (compiled.protocols.iter().enumerate())
        .filter_map(|(index, checked)| {
            let version = &checked.protocol.version;
            let path = &checked.protocol.path.value;
            let old = earlier.iter().find(|p| p.content.protocol.path == *path)?;
            let new = compiled.plan_of(index)?;
            compare(old, &new).ok()?.finding(version.span)
        })
        .collect()
}
