//! `bidui compute METHOD DATA`

use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Status, files, terminal};
use crate::diagnostic::Code;
use crate::evaluate::method::{Method, methods};
use crate::evaluate::table;
use crate::project;
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Compute {
    /// Method, by the last part of its name in the library 方法
    #[arg(required_unless_present = "list")]
    method: Option<String>,
    /// Table of data: CSV or TOML 数据表
    #[arg(required_unless_present = "list")]
    data: Option<PathBuf>,
    /// A parameter of the method 参数
    #[arg(long = "set", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Shows all methods with title and source 列出全部方法
    #[arg(long)]
    list: bool,
}

#[derive(Clone, Copy, ValueEnum)]
enum Format {
    Human,
    Json,
    Csv,
}

impl Compute {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        if self.list {
            terminal::print(&listing(lang));
            return Status::Fine;
        }
        let (Some(name), Some(path)) = (self.method, self.data) else {
            return Status::Failed;
        };
        let short = name.rsplit('.').next().unwrap_or(&name);
        let Some(method) = methods().into_iter().find(|m| m.id == short) else {
            unknown(short, lang);
            return Status::Failed;
        };
        let Some(text) = files::read_text(&path, lang) else {
            return Status::Failed;
        };
        let is_csv = path
            .extension()
            .is_some_and(|e| e.eq_ignore_ascii_case("csv"));
        let read = if is_csv {
            table::from_csv(&text)
        } else {
            table::from_toml(&text)
        };
        let mut data = match read {
            Ok(data) => data,
            Err(error) => {
                let message = error.message();
                let place = path.display();
                let message = Text::new(
                    format!("`{place}`：{}", message.zh),
                    format!("`{place}`: {}", message.en),
                );
                terminal::fail(
                    Code::CannotRead,
                    message,
                    Text::new("改正后重试", "mend it and try again"),
                    lang,
                );
                return Status::Failed;
            }
        };
        for argument in &self.parameters {
            match table::parameter(argument) {
                Ok((name, value)) => {
                    data.parameters.insert(name, value);
                }
                Err(error) => {
                    terminal::fail(
                        Code::UnknownParameter,
                        error.message(),
                        Text::new("写成 `--set 名称=值`", "write `--set NAME=VALUE`"),
                        lang,
                    );
                    return Status::Failed;
                }
            }
        }
        match (method.compute)(&data) {
            Ok(quantities) => {
                terminal::print(&match self.format {
                    Format::Human => table::to_people(&quantities),
                    Format::Json => table::to_json(&quantities),
                    Format::Csv => table::to_csv(&quantities),
                });
                Status::Fine
            }
            Err(refusal) => {
                let help = Text::new(
                    format!("`bidui compute --list` 说明 `{short}` 的适用条件"),
                    format!("`bidui compute --list` says when `{short}` applies"),
                );
                terminal::fail(Code::MethodInapplicable, refusal.reason, help, lang);
                Status::Findings
            }
        }
    }
}

/// One block a method: name, title, when it applies, source.
fn listing(lang: Lang) -> String {
    let mut out = String::new();
    for method in methods() {
        let entry = entry(method);
        let field = |word: &str| {
            entry
                .and_then(|(_, e)| e.child(word))
                .and_then(|e| e.text("text"))
                .map(|t| t.get(lang).to_owned())
                .unwrap_or_default()
        };
        let path = entry.map_or(method.id, |(path, _)| path);
        out.push_str(&format!("{:<32} {}\n", method.id, field("title")));
        for (word, name) in [("formula", "="), ("applies", "?"), ("source", "§")] {
            let text = field(word);
            if !text.is_empty() {
                out.push_str(&format!("    {name} {text}\n"));
            }
        }
        out.push_str(&format!("    {path}\n"));
    }
    out
}

fn entry(method: &Method) -> Option<(&'static str, &'static crate::schema::Entry)> {
    project::standard()
        .items("method")
        .find(|(path, _)| path.rsplit('.').next() == Some(method.id))
}

fn unknown(name: &str, lang: Lang) {
    let near = methods()
        .into_iter()
        .map(|m| (strsim::damerau_levenshtein(m.id, name), m.id))
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.len() / 3)
        .map(|(_, id)| id);
    let help = match near {
        Some(id) => Text::new(
            format!("是否应为 `{id}`？"),
            format!("did you mean `{id}`?"),
        ),
        None => Text::new(
            "用 `bidui compute --list` 查看全部方法",
            "`bidui compute --list` shows all methods",
        ),
    };
    terminal::fail(
        Code::UnknownMethod,
        Text::new(
            format!("没有方法 `{name}`"),
            format!("there is no method `{name}`"),
        ),
        help,
        lang,
    );
}
