//! `bidui test FILE…`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Status, project, terminal};
use crate::compile::Compiled;
use crate::diagnostic::Diagnostic;
use crate::examples::coverage::coverage;
use crate::examples::junit::{self, Case, Suite};
use crate::examples::{Example, Report, run};
use crate::text::Lang;

#[derive(Args)]
pub(super) struct Test {
    /// Files with protocols and their tests 方案及其用例
    #[arg(required = true)]
    files: Vec<PathBuf>,
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Says which verdicts and consequences no test reached 列出未涉及的结论和处理
    #[arg(long)]
    coverage: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Format {
    Human,
    Junit,
}

/// A file whose tests were carried out.
struct Tried {
    name: String,
    compiled: Compiled,
    reports: Vec<Report>,
}

impl Test {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let mut tried = Vec::new();
        let mut unusable = false;
        let mut lang = asked.or_else(terminal::locale);
        for path in &self.files {
            let Some((compiled, _)) = project::compiled(path, terminal::language(asked)) else {
                unusable = true;
                continue;
            };
            let speaks = *lang.get_or_insert(compiled.language());
            if !compiled.is_sound() {
                let errors: Vec<Diagnostic> = compiled
                    .diagnostics
                    .iter()
                    .filter(|d| d.is_error())
                    .cloned()
                    .collect();
                terminal::report(&errors, &compiled.sources, speaks);
                unusable = true;
                continue;
            }
            let reports = reports(&compiled);
            tried.push(Tried {
                name: path.display().to_string(),
                compiled,
                reports,
            });
        }
        let lang = lang.unwrap_or(Lang::En);
        match self.format {
            Format::Human => human(&tried, lang),
            Format::Junit => terminal::print(&document(&tried, lang)),
        }
        if self.coverage {
            let text = covered(&tried, lang);
            match self.format {
                Format::Human => terminal::print(&text),
                // Standard output belongs to the XML.
                Format::Junit => terminal::say(&text),
            }
        }
        let failed = tried
            .iter()
            .flat_map(|t| &t.reports)
            .any(|report| !report.passed());
        match (unusable, failed) {
            (true, _) => Status::Failed,
            (false, true) => Status::Findings,
            (false, false) => Status::Fine,
        }
    }
}

fn reports(compiled: &Compiled) -> Vec<Report> {
    compiled
        .examples
        .iter()
        .filter_map(|example| {
            let plan = compiled.plan_of(example.protocol)?;
            Some(run(example, &plan, &compiled.sources))
        })
        .collect()
}

impl Tried {
    fn cases(&self) -> impl Iterator<Item = (&Example, &Report)> {
        self.compiled.examples.iter().zip(&self.reports)
    }
}

fn human(tried: &[Tried], lang: Lang) {
    let zh = lang == Lang::Zh;
    for file in tried {
        terminal::print(&format!("{}\n", file.name));
        for (example, report) in file.cases() {
            let state = match (report.passed(), zh) {
                (true, true) => "通过",
                (true, false) => "pass",
                (false, true) => "失败",
                (false, false) => "FAIL",
            };
            terminal::print(&format!("  {state}  {}\n", example.title.get(lang)));
            terminal::report(&report.failures, &file.compiled.sources, lang);
        }
    }
    let all = tried.iter().flat_map(|t| &t.reports).count();
    let failed = tried
        .iter()
        .flat_map(|t| &t.reports)
        .filter(|r| !r.passed())
        .count();
    terminal::print(&match lang {
        Lang::Zh => format!("用例 {all} 个，失败 {failed} 个\n"),
        Lang::En => format!("tests: {all}, failed: {failed}\n"),
    });
}

fn document(tried: &[Tried], lang: Lang) -> String {
    let suites: Vec<Suite<'_>> = tried
        .iter()
        .map(|file| Suite {
            file: &file.name,
            sources: &file.compiled.sources,
            cases: file
                .cases()
                .map(|(example, report)| Case {
                    title: example.title.get(lang).to_owned(),
                    protocol: file
                        .compiled
                        .protocols
                        .get(example.protocol)
                        .map_or("", |p| p.protocol.path.value.as_str()),
                    failures: &report.failures,
                })
                .collect(),
        })
        .collect();
    junit::document(&suites, lang)
}

fn covered(tried: &[Tried], lang: Lang) -> String {
    let mut out = String::new();
    for file in tried {
        for index in 0..file.compiled.protocols.len() {
            let Some(plan) = file.compiled.plan_of(index) else {
                continue;
            };
            let outcomes = file
                .cases()
                .filter(|(example, _)| example.protocol == index)
                .map(|(_, report)| &report.outcome);
            out.push_str(&coverage(&plan, outcomes).text(lang));
        }
    }
    out
}
