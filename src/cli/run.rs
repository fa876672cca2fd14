//! `bidui run PLAN|PROTOCOL --results FOLDER -o OUT`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};
use jiff::civil::Date;

use super::documents::{Fault, Wanted};
use super::pretest::Tests;
use super::progress::Progress;
use super::release::Tested;
use super::{Status, files, terminal};
use crate::diagnostic::{self, Code, Diagnostic};
use crate::intake;
use crate::plan::{Plan, json};
use crate::report::organizer::organizer;
use crate::report::{Data, Origin, Templates, outcome as report};
use crate::run::sealing::{self, Known};
use crate::run::{Outcome, certificates, execute, results};
use crate::source::Sources;
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Run {
    /// plan.json, or the protocol itself 计划或方案
    plan: PathBuf,
    /// Folder with one result form for each laboratory 结果表文件夹
    #[arg(long)]
    results: PathBuf,
    /// Folder to write to (default: `outcome` or `pretest-outcome` beside the plan) 输出文件夹
    #[arg(short, long)]
    output: Option<PathBuf>,
    /// Day of the report, from which deadlines run 报告日期
    #[arg(long, value_name = "YYYY-MM-DD")]
    reported: Option<Date>,
    /// Laboratories that have declared that they will not submit 声明不提交结果的实验室
    #[arg(long, value_name = "LAB", value_delimiter = ',')]
    absent: Vec<String>,
    /// What is carried out 阶段
    #[arg(long, value_enum, default_value_t = Stage::Evaluation)]
    stage: Stage,
    #[command(flatten)]
    tested: Tested,
    #[command(flatten)]
    documents: Wanted,
}

/// A part of a comparison.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Stage {
    /// The tests before dispatch 发出前试验
    Pretest,
    /// The evaluation of the results 结果评定
    Evaluation,
}

impl Run {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        let plan = match self.plan(asked) {
            Ok(plan) => plan,
            Err(status) => return status,
        };
        let templates = match self.documents.templates(lang) {
            Ok(templates) => templates,
            Err(status) => return status,
        };
        let tested = match self.tested.outcome(&plan, lang) {
            Ok(tested) => tested,
            Err(status) => return status,
        };
        let Some((submissions, mut findings)) = submissions(&plan, &self.results, lang) else {
            return Status::Failed;
        };
        if self.stage == Stage::Pretest {
            let output = self.folder("pretest-outcome");
            return Tests {
                plan: &plan,
                submissions: &submissions,
                findings,
            }
            .carry_out(&output, &self.documents, &templates, lang);
        }
        let (collected, more) = results::collect(&plan, &submissions);
        findings.extend(more);
        let known = Known {
            absent: &self.absent,
            today: self.reported,
        };
        let mut closed = sealing::contradictions(&plan, &collected, known);
        closed.extend(sealing::sealed(&plan, &collected, known, &findings));
        if !closed.is_empty() {
            terminal::report(&closed, &Sources::default(), lang);
            return Status::Findings;
        }
        findings.extend(sealing::pilot_not_first(&plan, &submissions));
        let nothing = collected.by_point.is_empty();
        if nothing {
            findings.push(nothing_submitted(&self.results));
        }
        diagnostic::sort(&mut findings);
        terminal::report(&findings, &Sources::default(), lang);
        if nothing {
            return Status::Failed;
        }
        let progress = Progress::waiting(lang);
        let outcome = execute(&plan, &collected, self.reported, tested.as_ref());
        drop(progress);
        let failures = failures(&outcome);
        terminal::report(&failures, &Sources::default(), lang);
        let output = self.folder("outcome");
        let outputs = match outputs(&plan, &outcome, &self.documents, &templates) {
            Ok(outputs) => outputs,
            Err(fault) => return fault.report(lang),
        };
        if !files::deliver(&output, &outputs, &report::table(&outcome, lang), lang) {
            return Status::Failed;
        }
        let wrong = findings.iter().chain(&failures).any(Diagnostic::is_error);
        if wrong {
            Status::Findings
        } else {
            Status::Fine
        }
    }

    /// The folder to write to.
    fn folder(&self, usual: &str) -> PathBuf {
        let asked = self.output.clone();
        asked.unwrap_or_else(|| self.plan.with_file_name(usual))
    }

    fn plan(&self, asked: Option<Lang>) -> Result<Plan, Status> {
        let lang = terminal::language(asked);
        if self.plan.extension().is_some_and(|e| e == "bidui") {
            return super::plan::compiled(&self.plan, asked).map(|(_, plan)| plan);
        }
        let text = files::read_text(&self.plan, lang).ok_or(Status::Failed)?;
        json::read(&text).map_err(|error| {
            terminal::fail(
                Code::PlanUnusable,
                error.message(),
                Text::new(
                    "用 `bidui plan` 重新生成计划",
                    "make the plan again with `bidui plan`",
                ),
                lang,
            );
            Status::Failed
        })
    }
}

/// Every file of an outcome by its name.
fn outputs(
    plan: &Plan,
    outcome: &Outcome,
    wanted: &Wanted,
    templates: &Templates,
) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    let (archived, computed) = (json::write(plan), outcome.json());
    let data = [
        Data {
            name: "plan.json",
            description: "the plan that was carried out",
            json: archived.as_bytes(),
        },
        Data {
            name: "outcome.json",
            description: "every number of this report at full precision",
            json: computed.as_bytes(),
        },
    ];
    let origin = Origin {
        day: outcome.reported,
        data: &data,
    };
    let press = wanted.press()?;
    let mut outputs: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (lang, name) in [(Lang::Zh, "report.zh"), (Lang::En, "report.en")] {
        let document = report::report(outcome, lang, templates)?;
        let pictures = report::pictures(outcome, lang);
        for (name, svg) in &pictures {
            outputs.insert(name.clone(), svg.clone().into_bytes());
        }
        let illustrations = press.illustrations(pictures)?;
        outputs.extend(press.files(name, document, &illustrations, &origin)?);
        if let Some(document) = organizer(outcome, lang, templates)? {
            let name = name.replace("report", "organizer");
            outputs.extend(press.files(&name, document, &illustrations, &origin)?);
        }
    }
    outputs.insert("outcome.csv".to_owned(), outcome.csv().into_bytes());
    outputs.insert("outcome.json".to_owned(), computed.into_bytes());
    Ok(outputs)
}

/// Reads every form of a folder; other files are named and left alone.
fn submissions(
    plan: &Plan,
    folder: &Path,
    lang: Lang,
) -> Option<(Vec<intake::Submission>, Vec<Diagnostic>)> {
    let mut read = Vec::new();
    let mut findings = Vec::new();
    let uncertainties = plan.content.measurands.iter().all(|m| m.asks_uncertainty());
    for path in files::list(folder, lang)? {
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let known = path.extension().is_some_and(|e| {
            ["csv", "xlsx", "xml"]
                .iter()
                .any(|k| e.eq_ignore_ascii_case(k))
        });
        if !known {
            findings.push(
                Diagnostic::general(
                    Code::NotAForm,
                    Text::new(
                        format!("`{name}` 不是结果表，未读取"),
                        format!("`{name}` is no result form and was not read"),
                    ),
                )
                .with_help(Text::new(
                    "结果表为 .csv、.xlsx 或 DCC 的 .xml",
                    "result forms are .csv, .xlsx or the .xml of a DCC",
                )),
            );
            continue;
        }
        let bytes = files::read_bytes(&path, lang)?;
        let mapping = certificates::mapping(plan, &name);
        if mapping.is_none()
            && path
                .extension()
                .is_some_and(|e| e.eq_ignore_ascii_case("xml"))
        {
            findings.push(certificate_unread(&name));
            continue;
        }
        let reading = intake::read(&bytes, &name, &mapping.unwrap_or_default(), uncertainties);
        findings.extend(reading.findings.iter().map(results::diagnostic));
        read.extend(reading.submission);
    }
    Some((read, findings))
}

/// A certificate of whose contents the protocol says nothing.
fn certificate_unread(name: &str) -> Diagnostic {
    Diagnostic::general(
        Code::NotAForm,
        Text::new(
            format!("`{name}` 是数字校准证书，而方案没有说明各被测量的值取自证书何处，未读取"),
            format!("`{name}` is a digital calibration certificate, but the protocol does not say where certificates hold its measurands; it was not read"),
        ),
    )
    .with_help(Text::new(
        "在 `被测量` 中写 `数字校准证书 \"basic_measuredValue\"`，或请该实验室改用结果表",
        "write `dcc \"basic_measuredValue\"` in `measurand`, or ask the laboratory for the result form",
    ))
}

fn nothing_submitted(folder: &Path) -> Diagnostic {
    Diagnostic::general(
        Code::NothingSubmitted,
        Text::new(
            format!("`{}` 中没有可用的结果，未作评定", folder.display()),
            format!(
                "`{}` holds no usable result; nothing was evaluated",
                folder.display()
            ),
        ),
    )
    .with_help(Text::new(
        "每个实验室放一个结果表，如 `SIMT.csv`",
        "put one form for each laboratory there, such as `SIMT.csv`",
    ))
}

fn failures(outcome: &crate::run::Outcome) -> Vec<Diagnostic> {
    outcome
        .points
        .iter()
        .flat_map(|p| &p.failures)
        .map(|failure| {
            let message = Text::new(
                format!("步骤 `{}`：{}", failure.step, failure.reason.zh),
                format!("step `{}`: {}", failure.step, failure.reason.en),
            );
            Diagnostic::general(Code::MethodInapplicable, message).with_help(Text::new(
                "该点依赖其结果的步骤未执行，其余步骤和各点照常",
                "the steps at this point that need its result were not carried out; all others were",
            ))
        })
        .collect()
}
