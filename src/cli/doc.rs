//! `bidui doc --language` and `bidui doc --methods`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Status, files, terminal};
use crate::manual;
use crate::text::Lang;

#[derive(Args)]
#[group(id = "subject", required = true, multiple = false, args = ["language", "methods"])]
pub(super) struct Doc {
    /// The language, statement by statement 语言
    #[arg(long)]
    language: bool,
    /// The methods of the library 方法
    #[arg(long)]
    methods: bool,
    /// File to write to (default: standard output) 输出文件
    #[arg(short, long)]
    output: Option<PathBuf>,
}

impl Doc {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        let text = if self.language {
            manual::language(lang)
        } else {
            manual::methods(lang)
        };
        let Some(path) = &self.output else {
            terminal::print(&text);
            return Status::Fine;
        };
        let folder = path.parent().unwrap_or(Path::new("")).to_owned();
        let name = path
            .file_name()
            .map(|n| n.to_string_lossy().into_owned())
            .unwrap_or_default();
        let written = files::write_all(&folder, &BTreeMap::from([(name, text.into_bytes())]), lang);
        if written {
            Status::Fine
        } else {
            Status::Failed
        }
    }
}
