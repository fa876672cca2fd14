//! `bidui check FILE…|DIR…|-`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use rayon::prelude::*;

use super::cache::{self, Cache, Findings};
use super::gathered::Gathered;
use super::progress::Progress;
use super::project::{Folder, Recorder};
use super::{Status, diff, files, terminal};
use crate::compile::compile_in;
use crate::diagnostic::{self, Diagnostic, Record, Severity, render};
use crate::explain::explanation;
use crate::plan::Plan;
use crate::project::Setting;
use crate::text::Lang;

#[derive(Args)]
pub(super) struct Check {
    /// Protocols, folders of protocols, or `-` for standard input 方案、文件夹，`-` 为标准输入
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// How findings are shown 输出格式
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Name by which messages cite standard input 标准输入在消息中的名称
    #[arg(long, value_name = "FILE", default_value = "-")]
    stdin_name: String,
    /// Checks every file anew and keeps nothing 不用缓存
    #[arg(long)]
    no_cache: bool,
    /// Folder for what was found, instead of the user's own 缓存文件夹
    #[arg(long, value_name = "DIR", conflicts_with = "no_cache")]
    cache: Option<PathBuf>,
    /// An earlier version (protocol, plan.json or a folder); the version must take the step that the changes need 与旧版本比较
    #[arg(long, value_name = "OLD")]
    against: Option<PathBuf>,
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

/// One text with what was found in it.
struct Checked {
    name: String,
    text: String,
    findings: Findings,
    /// The modules to which findings point.
    modules: BTreeMap<String, String>,
}

impl Check {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let earlier = match &self.against {
            None => Vec::new(),
            Some(old) => match diff::plans(old, asked) {
                Ok(plans) => plans,
                Err(status) => return status,
            },
        };
        // What is kept tells nothing of earlier versions.
        let cache = (!self.no_cache && earlier.is_empty())
            .then(|| Cache::open(self.cache.as_deref()))
            .flatten();
        let (paths, mut unread) = self.paths();
        // Every file is a task of its own; the order of the answers is that of the files, however many threads there are.
        let progress = Progress::parts(paths.len());
        let outcomes: Vec<Result<Checked, Box<Diagnostic>>> = paths
            .par_iter()
            .map(|path| {
                let checked = self.checked(path, cache.as_ref(), &earlier);
                progress.step();
                checked
            })
            .collect();
        drop(progress);
        let mut all = Gathered::default();
        let mut language = asked.or_else(terminal::locale);
        let mut sound = true;
        let mut names = Vec::new();
        for outcome in outcomes {
            match outcome {
                Ok(checked) => {
                    // Without a locale the messages speak the file's language.
                    language = language.or(Some(checked.findings.language));
                    sound &= checked.findings.sound;
                    let records = checked.findings.records;
                    all.add(&checked.name, checked.text, checked.modules, records);
                    names.push(checked.name);
                }
                Err(finding) => unread.push(*finding),
            }
        }
        let lang = language.unwrap_or(Lang::En);
        terminal::report(&unread, &all.sources, lang);
        self.show(&all, &names, unread.len(), lang);
        match (unread.is_empty(), sound) {
            (false, _) => Status::Failed,
            (true, false) => Status::Findings,
            (true, true) => Status::Fine,
        }
    }

    /// The files to check, folders taken apart, and what could not be read.
    fn paths(&self) -> (Vec<PathBuf>, Vec<Diagnostic>) {
        let (mut paths, mut unread) = (Vec::new(), Vec::new());
        for path in &self.files {
            if !path.is_dir() {
                paths.push(path.clone());
                continue;
            }
            match files::some_protocols(path) {
                Ok(found) => paths.extend(found),
                Err(finding) => unread.push(*finding),
            }
        }
        (paths, unread)
    }

    fn checked(
        &self,
        path: &Path,
        cache: Option<&Cache>,
        earlier: &[Plan],
    ) -> Result<Checked, Box<Diagnostic>> {
        let (name, text) = if path.as_os_str() == "-" {
            (self.stdin_name.clone(), files::standard_input()?)
        } else {
            (path.to_string_lossy().into_owned(), files::text_of(path)?)
        };
        let around = Folder::around(Path::new(&name));
        let own = around.as_ref().map_or("", |(_, own)| own.as_str());
        let recorder = || around.as_ref().map(|(folder, _)| Recorder::new(folder));
        let mut reader = recorder();
        let kept = cache.and_then(|cache| {
            let findings = cache.find(&cache::key(&text, setting(&reader, own)))?;
            findings.still_hold(reader.as_ref()).then_some(findings)
        });
        let findings = match kept {
            Some(findings) => findings,
            None => {
                reader = recorder();
                let (findings, complete) = found(&name, &text, &reader, own, earlier);
                if let Some(cache) = cache.filter(|_| complete) {
                    cache.keep(&cache::key(&text, setting(&reader, own)), &findings);
                }
                findings
            }
        };
        let mut modules = reader.map(|reader| reader.texts()).unwrap_or_default();
        modules.retain(|name, _| findings.records.iter().any(|record| record.cites(name)));
        Ok(Checked {
            name,
            text,
            findings,
            modules,
        })
    }

    fn show(&self, all: &Gathered, names: &[String], unread: usize, lang: Lang) {
        let (found, sources) = (&all.diagnostics, &all.sources);
        match self.format {
            Format::Human => {
                terminal::report(found, sources, lang);
                terminal::say(&summary(found, names.len(), unread, lang));
            }
            Format::Short => terminal::print(&render::short(found, sources, lang)),
            Format::Json => terminal::print(&render::json(found, sources)),
            Format::Sarif => terminal::print(&render::sarif(found, sources, lang, &|code| {
                explanation(code).map(|e| e.text).unwrap_or_default()
            })),
            Format::Github => terminal::print(&render::github(found, sources, lang)),
            Format::Junit => terminal::print(&render::junit(found, sources, names, lang)),
        }
    }
}

fn setting<'r>(reader: &'r Option<Recorder<'_>>, own: &'r str) -> Option<Setting<'r>> {
    reader.as_ref().map(|host| Setting { host, own })
}

/// What is found in a text that has these earlier versions, and whether it is known what all of it rests on.
fn found(
    name: &str,
    text: &str,
    reader: &Option<Recorder<'_>>,
    own: &str,
    earlier: &[Plan],
) -> (Findings, bool) {
    let mut compiled = compile_in(name, text, setting(reader, own));
    let steps = diff::findings(&compiled, earlier);
    compiled.diagnostics.extend(steps);
    diagnostic::sort(&mut compiled.diagnostics);
    let reads = match reader {
        Some(reader) => reader.reads(cache::digest_of),
        None => Some(BTreeMap::new()),
    };
    let complete = reads.is_some();
    let findings = Findings {
        language: compiled.language(),
        sound: compiled.is_sound(),
        records: (compiled.diagnostics.iter())
            .map(|finding| Record::of(finding, compiled.file, &compiled.sources))
            .collect(),
        reads: reads.unwrap_or_default(),
    };
    (findings, complete)
}

fn summary(diagnostics: &[Diagnostic], files: usize, unread: usize, lang: Lang) -> String {
    let count = |severity: Severity| {
        diagnostics
            .iter()
            .filter(|d| d.severity == severity)
            .count()
    };
    let (errors, warnings) = (count(Severity::Error), count(Severity::Warning));
    let mut parts = match lang {
        Lang::Zh => vec![format!("{files} 个文件")],
        Lang::En => vec![format!("files checked: {files}")],
    };
    if unread > 0 {
        parts.push(match lang {
            Lang::Zh => format!("另有 {unread} 处无法读取"),
            Lang::En => format!("not read: {unread}"),
        });
    }
    parts.extend(match (lang, errors + warnings) {
        // Of what was not read nobody knows whether it is in order.
        (_, 0) if unread > 0 => vec![],
        (Lang::Zh, 0) => vec!["没有问题".to_owned()],
        (Lang::En, 0) => vec!["no findings".to_owned()],
        (Lang::Zh, _) => vec![format!("{errors} 个错误"), format!("{warnings} 个警告")],
        (Lang::En, _) => vec![format!("errors: {errors}"), format!("warnings: {warnings}")],
    });
    format!(
        "{}\n",
        parts.join(if lang == Lang::Zh { "，" } else { ", " })
    )
}
