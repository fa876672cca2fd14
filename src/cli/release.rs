//! Whether the papers that go out with the transfer standard may be written: they wait for the tests before dispatch.

use std::path::{Path, PathBuf};

use clap::Args;

use super::{Status, files, terminal};
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::plan::Plan;
use crate::run::pretests::{self, Pretests};
use crate::source::Sources;
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Tested {
    /// pretest.json, what `run --stage pretest` wrote 发出前试验的结果
    #[arg(long, value_name = "FILE")]
    pretests: Option<PathBuf>,
}

/// What is known of the tests before dispatch.
pub(super) struct Release {
    pub tested: Option<Pretests>,
    /// Why the papers are withheld.
    pub withheld: Vec<Diagnostic>,
}

impl Release {
    pub fn is_given(&self) -> bool {
        self.withheld.is_empty()
    }
}

impl Tested {
    /// The outcome of the tests, of this very plan; reports why it cannot be used.
    pub fn outcome(&self, plan: &Plan, lang: Lang) -> Result<Option<Pretests>, Status> {
        match &self.pretests {
            Some(path) => read(path, plan, lang).map(Some),
            None => Ok(None),
        }
    }

    /// Whether the papers may be written; reports an outcome that cannot be used. A comparison that is `under_way` has been dispatched.
    pub fn release(&self, plan: &Plan, under_way: bool, lang: Lang) -> Result<Release, Status> {
        let tested = self.outcome(plan, lang)?;
        let withheld = match &tested {
            Some(tested) => not_passed(tested),
            None if under_way => Vec::new(),
            None => outstanding(plan),
        };
        Ok(Release { tested, withheld })
    }
}

fn read(path: &Path, plan: &Plan, lang: Lang) -> Result<Pretests, Status> {
    let text = files::read_text(path, lang).ok_or(Status::Failed)?;
    let place = || DataPlace {
        file: path.display().to_string(),
        ..DataPlace::default()
    };
    let again = Text::new(
        "用 `bidui run plan.json --stage pretest --results 文件夹 -o 文件夹` 重新评定",
        "evaluate the tests again: `bidui run plan.json --stage pretest --results FOLDER -o OUT`",
    );
    let tested = pretests::read(&text).map_err(|message| {
        let finding = Diagnostic::in_data(Code::PretestsUnusable, place(), message);
        terminal::report(
            &[finding.with_help(again.clone())],
            &Sources::default(),
            lang,
        );
        Status::Failed
    })?;
    if tested.plan == plan.issued_digest() {
        return Ok(tested);
    }
    let finding = Diagnostic::in_data(
        Code::OtherPlan,
        place(),
        Text::new(
            format!("这些试验属于另一份计划（{}）", tested.plan),
            format!("these tests belong to another plan ({})", tested.plan),
        ),
    );
    terminal::report(&[finding.with_help(again)], &Sources::default(), lang);
    Err(Status::Failed)
}

/// Tests that stand in the way.
fn not_passed(tested: &Pretests) -> Vec<Diagnostic> {
    let failing = tested.tests.iter().filter(|t| !t.standing.releases());
    failing
        .map(|test| {
            let (zh, en) = match &test.reason {
                Some(reason) => (format!("（{}）", reason.zh), format!(" ({})", reason.en)),
                None => Default::default(),
            };
            let standing = test.standing.title();
            withheld(Text::new(
                format!("{} {}{zh}", test.id, standing.zh),
                format!("{} {}{en}", test.id, standing.en),
            ))
        })
        .collect()
}

fn outstanding(plan: &Plan) -> Vec<Diagnostic> {
    let tests = pretests::outstanding(plan);
    if tests.is_empty() {
        return Vec::new();
    }
    let names: Vec<&str> = tests.iter().map(|test| test.id.as_str()).collect();
    vec![withheld(Text::new(
        format!("发出前试验尚未完成：{}", names.join("、")),
        format!(
            "tests before dispatch are outstanding: {}",
            names.join(", ")
        ),
    ))]
}

fn withheld(why: Text) -> Diagnostic {
    Diagnostic::general(
        Code::PapersWithheld,
        Text::new(
            format!("作业指导书、交接单和标签暂不生成：{}", why.zh),
            format!("instructions, hand-over records and labels are withheld: {}", why.en),
        ),
    )
    .with_help(Text::new(
        "填写 `pretests/` 中的表，运行 `bidui run plan.json --stage pretest --results 文件夹 -o 文件夹`，再用 `--pretests 文件夹/pretest.json` 生成；已另行评定的，在方案中写 `完成于 日期 记录 \"…\"`",
        "fill in the form in `pretests/`, run `bidui run plan.json --stage pretest --results FOLDER -o OUT`, then plan with `--pretests OUT/pretest.json`; for tests evaluated elsewhere write `done DATE record \"…\"` in the protocol",
    ))
}
