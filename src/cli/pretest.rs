//! `bidui run PLAN --stage pretest`: the tests before dispatch.

use std::collections::BTreeMap;
use std::path::Path;

use super::documents::{Fault, Wanted};
use super::{Status, files, terminal};
use crate::diagnostic::{self, Code, Diagnostic};
use crate::intake::Submission;
use crate::plan::{Plan, json};
use crate::report::{Data, Origin, Templates, pretests as report};
use crate::run::pretests::{Pretests, evaluate};
use crate::source::Sources;
use crate::text::{Lang, Text};

/// The tests of a plan with what was submitted on them.
pub(super) struct Tests<'a> {
    pub plan: &'a Plan,
    pub submissions: &'a [Submission],
    /// What the readers of the files found.
    pub findings: Vec<Diagnostic>,
}

impl Tests<'_> {
    /// Evaluates the tests and writes outcome and report.
    pub fn carry_out(
        mut self,
        output: &Path,
        wanted: &Wanted,
        templates: &Templates,
        lang: Lang,
    ) -> Status {
        if self.plan.content.pretests.is_empty() {
            nothing_to_test(lang);
            return Status::Failed;
        }
        let (outcome, more) = evaluate(self.plan, self.submissions);
        self.findings.extend(more);
        diagnostic::sort(&mut self.findings);
        terminal::report(&self.findings, &Sources::default(), lang);
        let outputs = match outputs(self.plan, &outcome, wanted, templates) {
            Ok(outputs) => outputs,
            Err(fault) => return fault.report(lang),
        };
        if !files::deliver(output, &outputs, &report::table(&outcome, lang), lang) {
            return Status::Failed;
        }
        if self.findings.iter().any(Diagnostic::is_error) {
            Status::Findings
        } else {
            Status::Fine
        }
    }
}

fn nothing_to_test(lang: Lang) {
    terminal::fail(
        Code::NothingSubmitted,
        Text::new(
            "方案没有规定发出前的试验",
            "the protocol asks for no test before dispatch",
        ),
        Text::new(
            "在 `稳定性` 中写 `事前 10 次测量 历时 60 d`，在 `运输特性` 中写 `检验 before-after`，在 `均匀性` 中写 `抽样 10 重复 2`",
            "write `before 10 measurements over 60 d` in `stability`, `test before-after` in `transport`, `units 10 replicates 2` in `homogeneity`",
        ),
        lang,
    );
}

fn outputs(
    plan: &Plan,
    outcome: &Pretests,
    wanted: &Wanted,
    templates: &Templates,
) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    let (archived, computed) = (json::write(plan), outcome.json());
    let data = [
        Data {
            name: "plan.json",
            description: "the plan that asks for these tests",
            json: archived.as_bytes(),
        },
        Data {
            name: "pretest.json",
            description: "every number of this report at full precision",
            json: computed.as_bytes(),
        },
    ];
    let last = outcome.tests.iter().filter_map(|test| test.last).max();
    let origin = Origin {
        day: last.unwrap_or(plan.content.circulation.start),
        data: &data,
    };
    let press = wanted.press()?;
    let mut outputs: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    for (lang, name) in [(Lang::Zh, "pretest.zh"), (Lang::En, "pretest.en")] {
        let document = report::report(outcome, lang, templates)?;
        let illustrations = press.illustrations(Default::default())?;
        outputs.extend(press.files(name, document, &illustrations, &origin)?);
    }
    outputs.insert("pretest.csv".to_owned(), outcome.csv().into_bytes());
    outputs.insert("pretest.json".to_owned(), computed.into_bytes());
    Ok(outputs)
}
