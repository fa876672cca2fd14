//! `bidui compute METHOD DATA`

use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::progress::Progress;
use super::{Status, files, terminal};
use crate::chart::methods::Chart;
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::evaluate::method::Data;
use crate::evaluate::table;
use crate::library::{self, Declared};
use crate::manual;
use crate::source::Sources;
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Compute {
    /// Method, by the last part of its name in the library 方法
    #[arg(required_unless_present = "list")]
    method: Option<String>,
    /// Table of data: CSV or TOML 数据表
    #[arg(required_unless_present_any = ["list", "example"])]
    data: Option<PathBuf>,
    /// A parameter of the method 参数
    #[arg(long = "set", value_name = "NAME=VALUE")]
    parameters: Vec<String>,
    #[arg(long, value_enum, default_value = "human")]
    format: Format,
    /// Writes the chart of the results as SVG; `--list` tells which methods have one 作图
    #[arg(long, value_name = "FILE.svg", conflicts_with = "example")]
    picture: Option<PathBuf>,
    /// Shows all methods with title and source 列出全部方法
    #[arg(long)]
    list: bool,
    /// Shows the method's worked example: data and results 算例
    #[arg(long, conflicts_with = "data")]
    example: bool,
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
        let Some(name) = self.method else {
            return Status::Failed;
        };
        let Some(declared) = library::find(&name) else {
            let known: Vec<&str> = library::declared().iter().map(|d| d.method.id).collect();
            let finding = library::unknown_method(&name, None, &known);
            terminal::report(&[finding], &Sources::default(), lang);
            return Status::Failed;
        };
        if self.example {
            let Some(text) = manual::example(&declared, lang) else {
                return Status::Failed;
            };
            terminal::print(&text);
            return Status::Fine;
        }
        let Some(path) = self.data else {
            return Status::Failed;
        };
        let Some(text) = files::read_text(&path, lang) else {
            return Status::Failed;
        };
        let (data, findings) = read(&path, &text, &self.parameters, &declared);
        terminal::report(&findings, &Sources::default(), lang);
        if findings.iter().any(|f| f.severity == Severity::Error) {
            return Status::Failed;
        }
        let chart = match self.picture.as_deref().map(|file| picture(&declared, file)) {
            None => None,
            Some(Ok(chart)) => Some(chart),
            Some(Err(finding)) => {
                terminal::report(&[*finding], &Sources::default(), lang);
                return Status::Failed;
            }
        };
        let progress = Progress::waiting(lang);
        let computed = (declared.method.compute)(&data);
        drop(progress);
        let drawn = computed.and_then(|quantities| {
            let drawn = chart.map(|chart| chart.draw(&data, &quantities, lang));
            Ok((quantities, drawn.transpose()?))
        });
        match drawn {
            Ok((quantities, svg)) => {
                if let (Some(svg), Some(file)) = (svg, &self.picture)
                    && !files::write(file, svg.as_bytes(), lang)
                {
                    return Status::Failed;
                }
                terminal::print(&match self.format {
                    Format::Human => table::to_people(&quantities),
                    Format::Json => table::to_json(&quantities),
                    Format::Csv => table::to_csv(&quantities),
                });
                Status::Fine
            }
            Err(refusal) => {
                let id = declared.method.id;
                let help = Text::new(
                    format!("`bidui compute --list` 说明 `{id}` 的适用条件"),
                    format!("`bidui compute --list` says when `{id}` applies"),
                );
                let reason = placed(&path, &refusal.reason);
                terminal::fail(Code::MethodInapplicable, reason, help, lang);
                Status::Findings
            }
        }
    }
}

/// The chart of a method, to be written to `file`.
///
/// # Errors
/// A finding for a method that has none, and for a file that is not an SVG by its name.
fn picture(declared: &Declared, file: &Path) -> Result<Chart, Box<Diagnostic>> {
    let id = declared.method.id;
    let refuse = |message, help| {
        Err(Box::new(
            Diagnostic::general(Code::NoPicture, message).with_help(help),
        ))
    };
    let Some(chart) = Chart::of(declared) else {
        let having: Vec<String> = (library::declared().iter())
            .filter(|d| Chart::of(d).is_some())
            .map(|d| format!("`{}`", d.method.id))
            .collect();
        return refuse(
            Text::new(
                format!("方法 `{id}` 没有图"),
                format!("the method `{id}` has no picture"),
            ),
            Text::new(
                format!("去掉 `--picture`；有图的方法：{}", having.join("、")),
                format!(
                    "leave `--picture` out; the methods with one are {}",
                    having.join(", ")
                ),
            ),
        );
    };
    let is_svg = (file.extension()).is_some_and(|ending| ending.eq_ignore_ascii_case("svg"));
    if is_svg {
        return Ok(chart);
    }
    let shown = file.display();
    let better = file.with_extension("svg");
    refuse(
        Text::new(
            format!("图写成 SVG，而文件名是 `{shown}`"),
            format!("the picture is written as SVG, and the file is called `{shown}`"),
        ),
        Text::new(
            format!("写成 `{}`", better.display()),
            format!("write `{}`", better.display()),
        ),
    )
}

/// The data with the parameters set, and everything that is wrong with either.
fn read(
    path: &Path,
    text: &str,
    parameters: &[String],
    declared: &Declared,
) -> (Data, Vec<Diagnostic>) {
    let is_csv = path
        .extension()
        .is_some_and(|e| e.eq_ignore_ascii_case("csv"));
    let read = if is_csv {
        table::from_csv(text)
    } else {
        table::from_toml(text)
    };
    let mut findings = Vec::new();
    let mut data = read.unwrap_or_else(|errors| {
        findings.extend(errors.iter().map(|error| unreadable(path, error)));
        Data::default()
    });
    match table::unify(&mut data) {
        Ok(notes) => findings.extend(notes.iter().map(|note| converted(path, note))),
        Err(wrong) => findings.extend(wrong.iter().map(|what| unfit_unit(path, what))),
    }
    findings.extend(
        declared
            .unread(&data)
            .iter()
            .map(|column| unread(column, declared)),
    );
    let known = declared.parameters();
    for argument in parameters {
        match table::parameter(argument) {
            Ok((name, _)) if !known.contains(&name.as_str()) => {
                findings.push(library::unknown_parameter(
                    &name,
                    declared.method.id,
                    None,
                    &known,
                ));
            }
            Ok((name, value)) => {
                data.parameters.insert(name, value);
            }
            Err(error) => findings.push(
                Diagnostic::general(Code::UnknownParameter, error.message()).with_help(Text::new(
                    "写成 `--set 名称=值`",
                    "write `--set NAME=VALUE`",
                )),
            ),
        }
    }
    (data, findings)
}

/// What was found in the file at `path`.
fn placed(path: &Path, what: &Text) -> Text {
    let place = path.display();
    Text::new(
        format!("`{place}`：{}", what.zh),
        format!("`{place}`: {}", what.en),
    )
}

fn unreadable(path: &Path, error: &table::Unreadable) -> Diagnostic {
    Diagnostic::general(Code::TableUnreadable, placed(path, &error.message())).with_help(Text::new(
        "改正后重试；`bidui compute --list` 说明各方法所需的列",
        "mend it and try again; `bidui compute --list` says which columns a method takes",
    ))
}

fn converted(path: &Path, note: &Text) -> Diagnostic {
    Diagnostic::general(Code::UnitsConverted, placed(path, note)).with_help(Text::new(
        "结果的单位是第一行的单位；核对各行的单位是否写对",
        "the results are in the unit of the first row; check that each row has its own right unit",
    ))
}

fn unfit_unit(path: &Path, what: &Text) -> Diagnostic {
    Diagnostic::general(Code::TableUnreadable, placed(path, what)).with_help(Text::new(
        "改正该行的单位；同一列只能有可以互相换算的单位",
        "correct the unit of the row; one column holds units that convert into each other",
    ))
}

fn unread(column: &str, declared: &Declared) -> Diagnostic {
    let id = declared.method.id;
    Diagnostic::general(
        Code::ColumnUnread,
        Text::new(
            format!("方法 `{id}` 不使用列 `{column}`"),
            format!("method `{id}` does not use the column `{column}`"),
        ),
    )
    .with_help(Text::new(
        "核对列名是否写错；确属多余则不影响结果",
        "check the spelling of the heading; if the column is extra, the results do not depend on it",
    ))
}

/// One block a method: name, title, when it applies, source, columns and parameters.
fn listing(lang: Lang) -> String {
    let mut out = String::new();
    for declared in library::declared() {
        let Declared {
            path,
            entry,
            method,
        } = declared;
        let chart = Chart::of(&declared).map(|chart| chart.title().get(lang).to_owned());
        let field = |word: &str| {
            entry
                .child(word)
                .and_then(|e| e.text("text"))
                .map(|t| t.get(lang).to_owned())
                .unwrap_or_default()
        };
        let names = |word: &'static str| {
            let names: Vec<&str> = entry
                .children(word)
                .filter_map(|e| e.name("name"))
                .collect();
            names.join(", ")
        };
        out.push_str(&format!("{:<32} {}\n", method.id, field("title")));
        let lines = [
            ("=", field("formula")),
            ("?", field("applies")),
            ("§", field("source")),
            ("<", names("column")),
            ("--set", names("parameter")),
            ("--picture", chart.unwrap_or_default()),
        ];
        for (mark, text) in lines.iter().filter(|(_, text)| !text.is_empty()) {
            out.push_str(&format!("    {mark} {text}\n"));
        }
        out.push_str(&format!("    {path}\n"));
    }
    out
}
