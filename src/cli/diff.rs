//! `bidui diff OLD NEW`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Status, files, project, terminal};
use crate::changes::{self, Comparison, compare};
use crate::compile::Compiled;
use crate::diagnostic::{Code, Diagnostic};
use crate::plan::{Plan, json};
use crate::source::Sources;
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Diff {
    /// The earlier version: a protocol, plan.json, or a folder of protocols 旧版本
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
        let paired = match pairs(&old, &new) {
            Ok(paired) => paired,
            Err(reason) => {
                let help = Text::new(
                    "给出同一份方案的两个版本",
                    "name two versions of one protocol",
                );
                terminal::fail(Code::NotComparable, reason, help, lang);
                return Status::Failed;
            }
        };
        match self.format {
            Format::Human => {
                let told = paired.iter().map(|c| c.text(lang));
                terminal::print(&told.collect::<String>());
                terminal::print(&only_in_one(&old, &new, lang));
            }
            Format::Json => terminal::print(&changes::json(&paired)),
        }
        match paired.iter().all(|comparison| comparison.fits) {
            true => Status::Fine,
            false => Status::Findings,
        }
    }
}

/// Every protocol that both sides have, compared; two files with a protocol each are compared whatever their names, so that protocols of
/// different names are not passed over in silence.
fn pairs(old: &[Plan], new: &[Plan]) -> Result<Vec<Comparison>, Text> {
    if let ([old], [new]) = (old, new) {
        return Ok(vec![compare(old, new)?]);
    }
    let both = new.iter().filter_map(|new| Some((of(new, old)?, new)));
    both.map(|(old, new)| compare(old, new)).collect()
}

/// The plan of the same protocol.
fn of<'p>(plan: &Plan, among: &'p [Plan]) -> Option<&'p Plan> {
    let path = &plan.content.protocol.path;
    among.iter().find(|p| p.content.protocol.path == *path)
}

/// A line for every protocol that only one of the sides has.
fn only_in_one(old: &[Plan], new: &[Plan], lang: Lang) -> String {
    let mut out = String::new();
    for (plans, others, zh, en) in [
        (old, new, "已撤销", "no longer there"),
        (new, old, "新增", "new"),
    ] {
        let word = if lang == Lang::Zh { zh } else { en };
        for plan in plans.iter().filter(|plan| of(plan, others).is_none()) {
            let head = &plan.content.protocol;
            out.push_str(&format!("{} {}  {word}\n", head.path, head.version));
        }
    }
    out
}

/// The plans of a protocol file, of all such files of a folder, or of a plan.json; what stands in the way is reported.
pub(super) fn plans(path: &Path, asked: Option<Lang>) -> Result<Vec<Plan>, Status> {
    let lang = terminal::language(asked);
    if path.is_dir() {
        let found = files::some_protocols(path).map_err(|finding| {
            terminal::report(&[*finding], &Sources::default(), lang);
            Status::Failed
        })?;
        let each: Result<Vec<Vec<Plan>>, Status> =
            found.iter().map(|file| plans(file, asked)).collect();
        return Ok(each?.concat());
    }
    if path.extension().is_none_or(|e| e != "bidui") {
        let text = files::read_text(path, lang).ok_or(Status::Failed)?;
        return json::read(&text).map(|plan| vec![plan]).map_err(|error| {
            let help = Text::new(
                "给出方案或 `bidui plan` 生成的 plan.json",
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
            let new = compiled.plan_of(index)?;
            compare(of(&new, earlier)?, &new)
                .ok()?
                .finding(version.span)
        })
        .collect()
}
