//! `bidui plan FILE -o DIR`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::{Args, ValueEnum};

use super::{Status, files, project, terminal};
use crate::check::Checked;
use crate::circulation::{export, picture};
use crate::compile::Compiled;
use crate::diagnostic::Code;
use crate::intake;
use crate::plan::{self, json};
use crate::report::{self, TemplateError, Templates};
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Plan {
    /// The protocol 规程
    file: PathBuf,
    /// Folder to write to 输出文件夹
    #[arg(short, long)]
    output: PathBuf,
    /// Forms in which the documents are written, besides Markdown 文件的其他格式
    #[arg(long, value_enum)]
    documents: Vec<Form>,
}

/// A form of a document besides Markdown.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Html,
    Docx,
}

impl Plan {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        let (compiled, plan) = match compiled(&self.file, asked) {
            Ok(found) => found,
            Err(status) => return status,
        };
        let Some(checked) = compiled.protocols.first() else {
            return Status::Findings;
        };
        let outputs = match outputs(checked, &plan, &self.documents) {
            Ok(outputs) => outputs,
            Err(Fault::Template(error)) => return template_fault(&error, lang),
            Err(Fault::Other(message)) => {
                let help = Text::new(
                    "核对名称中有无特殊字符",
                    "look for unusual characters in names",
                );
                terminal::fail(Code::CannotWrite, message, help, lang);
                return Status::Failed;
            }
        };
        if !files::write_all(&self.output, &outputs, lang) {
            return Status::Failed;
        }
        let word = if lang == Lang::Zh {
            "个文件已写入"
        } else {
            "files written to"
        };
        terminal::print(&format!(
            "{} {word} {}\n{}\n",
            outputs.len(),
            self.output.display(),
            plan.digest
        ));
        Status::Fine
    }
}

/// Compiles a file and builds its plan; findings are reported, and the status says why there is none.
pub(super) fn compiled(path: &Path, asked: Option<Lang>) -> Result<(Compiled, plan::Plan), Status> {
    let lang = terminal::language(asked);
    let (compiled, _) = project::compiled(path, lang).ok_or(Status::Failed)?;
    let lang = asked
        .or_else(terminal::locale)
        .unwrap_or(compiled.language());
    let shown: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .cloned()
        .collect();
    terminal::report(&shown, &compiled.sources, lang);
    if compiled.protocols.is_empty() && compiled.is_sound() {
        terminal::fail(
            Code::MissingStatement,
            Text::new(
                format!("`{}` 中没有规程", path.display()),
                format!("there is no protocol in `{}`", path.display()),
            ),
            Text::new(
                "写 `规程 名称 1.0.0 { … }`",
                "write `protocol NAME 1.0.0 { … }`",
            ),
            lang,
        );
        return Err(Status::Failed);
    }
    match compiled.plan() {
        Some(plan) => Ok((compiled, plan)),
        None => Err(Status::Findings),
    }
}

/// Reports a template that could not be filled in.
pub(super) fn template_fault(error: &TemplateError, lang: Lang) -> Status {
    terminal::fail(
        Code::TemplateFault,
        error.message(),
        Text::new("改正模板", "mend the template"),
        lang,
    );
    Status::Failed
}

/// Why a document could not be made.
enum Fault {
    Template(TemplateError),
    Other(Text),
}

impl From<TemplateError> for Fault {
    fn from(error: TemplateError) -> Fault {
        Fault::Template(error)
    }
}

/// Every file of a plan by its name.
fn outputs(
    checked: &Checked,
    plan: &plan::Plan,
    forms: &[Form],
) -> Result<BTreeMap<String, Vec<u8>>, Fault> {
    let (written, journey) = (&checked.written, &checked.journey);
    let mut outputs = BTreeMap::new();
    let mut add = |name: String, bytes: Vec<u8>| {
        outputs.insert(name, bytes);
    };
    add("plan.json".to_owned(), json::write(plan).into_bytes());
    add("plan.schema.json".to_owned(), json::schema().into_bytes());
    add(
        "schedule.csv".to_owned(),
        export::csv(&written.journey, journey, Lang::En).into_bytes(),
    );
    let several = written.journey.artefacts.len() > 1;
    for (index, artefact) in written.journey.artefacts.iter().enumerate() {
        let picture = picture::graph(&written.journey, journey, index, Lang::Zh);
        let name = if several {
            format!("circulation.{}.svg", artefact.id)
        } else {
            "circulation.svg".to_owned()
        };
        add(name, picture.into_bytes());
    }
    add(
        "gantt.svg".to_owned(),
        picture::gantt(&written.journey, &written.calendars, journey, Lang::Zh).into_bytes(),
    );
    add(
        "circulation.dot".to_owned(),
        export::dot(&written.journey, journey, Lang::Zh).into_bytes(),
    );
    add(
        "circulation.mmd".to_owned(),
        export::mermaid_graph(&written.journey, journey, Lang::Zh).into_bytes(),
    );
    let templates = Templates::load(None)?;
    for lang in [Lang::Zh, Lang::En] {
        for (name, document) in report::documents(plan, lang, &templates)? {
            if forms.contains(&Form::Html) {
                let page = report::html(&document, &report::Pictures::new());
                add(format!("{name}.html"), page.into_bytes());
            }
            if forms.contains(&Form::Docx) {
                match report::docx(&document) {
                    Ok(bytes) => add(format!("{name}.docx"), bytes),
                    Err(error) => return Err(Fault::Other(error.message())),
                }
            }
            add(format!("{name}.md"), document.markdown.into_bytes());
        }
    }
    for laboratory in &plan.content.laboratories {
        if let Some(form) = report::forms(plan, &laboratory.id) {
            add(
                format!("forms/{}.csv", laboratory.id),
                intake::write_csv_form(&form).into_bytes(),
            );
            match intake::write_form(&form) {
                Ok(workbook) => add(format!("forms/{}.xlsx", laboratory.id), workbook),
                Err(error) => return Err(Fault::Other(Text::same(error.to_string()))),
            }
        }
    }
    Ok(outputs)
}
