//! `bidui explain CODE`

use clap::Args;

use super::{Status, terminal};
use crate::diagnostic::Code;
use crate::explain;
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Explain {
    /// The code or its words: E0107, decimal-comma 代码
    code: String,
}

impl Explain {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        match explain::document(&self.code, lang) {
            Some(text) => {
                terminal::print(&text);
                Status::Fine
            }
            None => {
                let code = &self.code;
                terminal::fail(
                    Code::UnknownName,
                    Text::new(
                        format!("没有代码 `{code}`"),
                        format!("there is no code `{code}`"),
                    ),
                    Text::new(
                        "代码见消息开头，如 `E0107`",
                        "codes stand at the head of a message, as in `E0107`",
                    ),
                    lang,
                );
                Status::Failed
            }
        }
    }
}
