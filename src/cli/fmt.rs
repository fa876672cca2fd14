//! `bidui fmt [--check] [--diff] [--keywords zh|en] [FILES|-]`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Language, Status, files, terminal};
use crate::diagnostic::Code;
use crate::format::{Options, format};
use crate::source::Sources;
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Fmt {
    /// Files to lay out; `-` reads standard input 文件，`-` 为标准输入
    #[arg(required = true)]
    files: Vec<PathBuf>,
    /// Changes nothing; exit status 1 when a file is not in canonical layout 只检查
    #[arg(long)]
    check: bool,
    /// Shows what would change 显示差异
    #[arg(long)]
    diff: bool,
    /// Writes all keywords in one language 统一关键词语言
    #[arg(long, value_enum)]
    keywords: Option<Language>,
}

impl Fmt {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        let options = Options {
            keywords: self.keywords.map(Language::lang),
        };
        let mut status = Status::Fine;
        for path in &self.files {
            let one = if path.as_os_str() == "-" {
                self.stream(options, lang)
            } else {
                self.file(path, options, lang)
            };
            status = status.max(one);
        }
        status
    }

    fn stream(&self, options: Options, lang: Lang) -> Status {
        let text = match files::standard_input() {
            Ok(text) => text,
            Err(finding) => {
                terminal::report(&[*finding], &Sources::default(), lang);
                return Status::Failed;
            }
        };
        let formatted = format(&text, options);
        if let Some(reason) = formatted.refused {
            refused("-", reason, lang);
            return Status::Failed;
        }
        if self.check || self.diff {
            return self.compare("-", &text, &formatted.text);
        }
        terminal::print(&formatted.text);
        Status::Fine
    }

    fn file(&self, path: &Path, options: Options, lang: Lang) -> Status {
        let Some(text) = files::read_text(path, lang) else {
            return Status::Failed;
        };
        let formatted = format(&text, options);
        if let Some(reason) = formatted.refused {
            refused(&path.to_string_lossy(), reason, lang);
            return Status::Failed;
        }
        if self.check || self.diff {
            return self.compare(&path.to_string_lossy(), &text, &formatted.text);
        }
        if formatted.text == text {
            return Status::Fine;
        }
        let (Some(folder), Some(name)) = (path.parent(), path.file_name()) else {
            return Status::Failed;
        };
        let outputs = BTreeMap::from([(
            name.to_string_lossy().into_owned(),
            formatted.text.into_bytes(),
        )]);
        if files::write_all(folder, &outputs, lang) {
            Status::Fine
        } else {
            Status::Failed
        }
    }

    fn compare(&self, name: &str, before: &str, after: &str) -> Status {
        if before == after {
            return Status::Fine;
        }
        if self.diff {
            terminal::print(&difference(name, before, after));
        } else {
            terminal::print(&format!("{name}\n"));
        }
        Status::Findings
    }
}

fn refused(name: &str, reason: Text, lang: Lang) {
    let message = Text::new(
        format!("`{name}` 未改动：{}", reason.zh),
        format!("`{name}` was left as it is: {}", reason.en),
    );
    terminal::fail(
        Code::CannotWrite,
        message,
        Text::new("先改正错误", "mend the errors first"),
        lang,
    );
}

/// The lines that differ between two texts, between what they begin and end with alike.
fn difference(name: &str, before: &str, after: &str) -> String {
    let (old, new): (Vec<&str>, Vec<&str>) = (before.lines().collect(), after.lines().collect());
    let same =
        |pairs: &mut dyn Iterator<Item = (&&str, &&str)>| pairs.take_while(|(a, b)| a == b).count();
    let head = same(&mut old.iter().zip(&new));
    let room = old.len().min(new.len()) - head;
    let tail = same(&mut old.iter().rev().zip(new.iter().rev())).min(room);
    let mut out = format!(
        "--- {name}\n+++ {name}\n@@ -{},{} +{},{} @@\n",
        head + 1,
        old.len() - tail - head,
        head + 1,
        new.len() - tail - head
    );
    for line in &old[head..old.len() - tail] {
        out.push_str(&format!("-{line}\n"));
    }
    for line in &new[head..new.len() - tail] {
        out.push_str(&format!("+{line}\n"));
    }
    out
}
