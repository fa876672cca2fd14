//! `bidui plan FILE -o DIR`

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use clap::Args;

use super::{Status, files, terminal};
use crate::check::Checked;
use crate::circulation::{export, picture};
use crate::compile::{Compiled, compile};
use crate::diagnostic::Code;
use crate::plan::{self, json};
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct Plan {
    /// The protocol 规程
    file: PathBuf,
    /// Folder to write to 输出文件夹
    #[arg(short, long)]
    output: PathBuf,
}

impl Plan {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        let (compiled, plan) = match compiled(&self.file, asked) {
            Ok(found) => found,
            Err(status) => return status,
        };
        let Some(checked) = compiled.protocols.first() else { return Status::Findings };
        let outputs = outputs(checked, &plan);
        if !files::write_all(&self.output, &outputs, lang) {
            return Status::Failed;
        }
        let word = if lang == Lang::Zh { "个文件已写入" } else { "files written to" };
        terminal::print(&format!("{} {word} {}\n{}\n", outputs.len(), self.output.display(), plan.digest));
        Status::Fine
    }
}

/// Compiles a file and builds its plan; findings are reported, and the status says why there is none.
pub(super) fn compiled(path: &Path, asked: Option<Lang>) -> Result<(Compiled, plan::Plan), Status> {
    let lang = terminal::language(asked);
    let text = files::read_text(path, lang).ok_or(Status::Failed)?;
    let compiled = compile(&path.to_string_lossy(), &text);
    let lang = asked.or_else(terminal::locale).unwrap_or(compiled.language());
    let shown: Vec<_> = compiled.diagnostics.iter().filter(|d| d.is_error()).cloned().collect();
    terminal::report(&shown, &compiled.sources, lang);
    if compiled.protocols.is_empty() && compiled.is_sound() {
        terminal::fail(
            Code::MissingStatement,
            Text::new(format!("`{}` 中没有规程", path.display()), format!("there is no protocol in `{}`", path.display())),
            Text::new("写 `规程 名称 1.0.0 { … }`", "write `protocol NAME 1.0.0 { … }`"),
            lang,
        );
        return Err(Status::Failed);
    }
    match compiled.plan() {
        Some(plan) => Ok((compiled, plan)),
        None => Err(Status::Findings),
    }
}

/// Every file of a plan by its name.
fn outputs(checked: &Checked, plan: &plan::Plan) -> BTreeMap<String, Vec<u8>> {
    let (written, journey) = (&checked.written, &checked.journey);
    let mut outputs = BTreeMap::new();
    let mut add = |name: String, text: String| {
        outputs.insert(name, text.into_bytes());
    };
    add("plan.json".to_owned(), json::write(plan));
    add("plan.schema.json".to_owned(), plan::SCHEMA.to_owned());
    add("schedule.csv".to_owned(), export::csv(&written.journey, journey, Lang::En));
    for (index, artefact) in written.journey.artefacts.iter().enumerate() {
        let picture = picture::graph(&written.journey, journey, index, Lang::Zh);
        let name = if written.journey.artefacts.len() == 1 { "circulation.svg".to_owned() } else { format!("circulation.{}.svg", artefact.id) };
        add(name, picture);
    }
    outputs
}
