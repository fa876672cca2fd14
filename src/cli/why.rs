//! `bidui why OUT/outcome.json LAB`

use std::path::PathBuf;

use clap::Args;

use super::{Status, files, terminal};
use crate::diagnostic::Code;
use crate::run::{outcome, why};
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Why {
    /// outcome.json of a run
    outcome: PathBuf,
    /// The laboratory's short name 实验室简称
    laboratory: String,
}

impl Why {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        let Some(text) = files::read_text(&self.outcome, lang) else {
            return Status::Failed;
        };
        let outcome = match outcome::read(&text) {
            Ok(outcome) => outcome,
            Err(reason) => {
                terminal::fail(
                    Code::OutcomeUnusable,
                    reason,
                    Text::new("用 `bidui run` 重新生成", "make it again with `bidui run`"),
                    lang,
                );
                return Status::Failed;
            }
        };
        match why::why(&outcome, &self.laboratory, lang) {
            Some(chain) => {
                terminal::print(&chain);
                Status::Fine
            }
            None => {
                let known: Vec<String> = outcome
                    .laboratories
                    .iter()
                    .map(|l| format!("`{}`", l.laboratory))
                    .collect();
                let id = &self.laboratory;
                terminal::fail(
                    Code::LaboratoryUnknown,
                    Text::new(
                        format!("结果中没有实验室 `{id}`"),
                        format!("the outcome has no laboratory `{id}`"),
                    ),
                    Text::new(
                        format!("其中有 {}", known.join("、")),
                        format!("it has {}", known.join(", ")),
                    ),
                    lang,
                );
                Status::Failed
            }
        }
    }
}
