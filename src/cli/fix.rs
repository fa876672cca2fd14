//! `bidui fix FILES`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::Args;

use super::{Status, files, project, terminal};
use crate::diagnostic::{Applicability, Fix as Edit, fix};
use crate::text::Lang;

#[derive(Args)]
pub(super) struct Fix {
    /// Protocols to mend 要改正的方案
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Applies fixes that may change the meaning as well 也采用可能改变含义的改法
    #[arg(long = "unsafe")]
    include_unsafe: bool,
}

impl Fix {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        let mut status = Status::Fine;
        for path in &self.files {
            let Some((compiled, text)) = project::compiled(path, lang) else {
                status = Status::Failed;
                continue;
            };
            let own = |edit: &&Edit| edit.span.file == compiled.file;
            let edits: Vec<Edit> = compiled
                .diagnostics
                .iter()
                .flat_map(|d| &d.fixes)
                .filter(own)
                .cloned()
                .collect();
            let mended = fix::apply(&text, &edits, self.include_unsafe);
            let applicable = edits
                .iter()
                .filter(|e| self.include_unsafe || e.applicability == Applicability::Safe)
                .count();
            let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
                continue;
            };
            if mended != text {
                let outputs =
                    BTreeMap::from([(name.to_string_lossy().into_owned(), mended.into_bytes())]);
                if !files::write_all(folder, &outputs, lang) {
                    status = Status::Failed;
                    continue;
                }
            }
            terminal::print(&match lang {
                Lang::Zh => format!("{}：{applicable} 处可自动改正\n", path.display()),
                Lang::En => format!("{}: places mended: {applicable}\n", path.display()),
            });
        }
        status
    }
}
