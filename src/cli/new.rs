//! `bidui new FOLDER`

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Status, files, terminal};
use crate::diagnostic::Code;
use crate::project;
use crate::text::{Lang, Text};

#[derive(Args)]
pub(super) struct New {
    /// Folder to make; must be new or empty 新建的文件夹
    folder: PathBuf,
    /// How the transfer standard travels in the sample 示例的传递方式
    #[arg(long, value_enum, default_value = "ring")]
    sample: Sample,
}

#[derive(Clone, Copy, ValueEnum)]
enum Sample {
    /// Pilot, every participant in turn, pilot 圆环式
    Ring,
    /// Back to the pilot after each participant 星形式
    Star,
    /// Several rings through the pilot 花瓣式
    Petal,
    /// A sample for each participant 平行分发
    Parallel,
}

impl Sample {
    fn name(self) -> &'static str {
        match self {
            Sample::Ring => "ring",
            Sample::Star => "star",
            Sample::Petal => "petal",
            Sample::Parallel => "parallel",
        }
    }
}

impl New {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let lang = terminal::language(asked);
        if self.is_occupied() {
            let place = self.folder.display();
            terminal::fail(
                Code::CannotWrite,
                Text::new(
                    format!("`{place}` 已存在且不是空文件夹，未作改动"),
                    format!("`{place}` exists and is no empty folder; nothing was changed"),
                ),
                Text::new("换一个文件夹名称", "name another folder"),
                lang,
            );
            return Status::Failed;
        }
        let ending = if lang == Lang::Zh { "zh" } else { "en" };
        let sample = self.sample.name();
        let Some(protocol) = project::standard_file(&format!("samples/{sample}.{ending}.bidui"))
        else {
            terminal::fail(
                Code::TemplateFault,
                Text::new(
                    format!("标准库中没有示例 `{sample}`"),
                    format!("the library has no sample `{sample}`"),
                ),
                Text::new("重新安装本程序", "install the program again"),
                lang,
            );
            return Status::Failed;
        };
        let outputs = BTreeMap::from([
            ("protocol.bidui".to_owned(), protocol.as_bytes().to_vec()),
            ("results/README.md".to_owned(), guide(lang).into_bytes()),
        ]);
        if !files::write_all(&self.folder, &outputs, lang) {
            return Status::Failed;
        }
        terminal::print(&next_steps(
            &self.folder.join("protocol.bidui").display().to_string(),
            lang,
        ));
        Status::Fine
    }

    fn is_occupied(&self) -> bool {
        match std::fs::read_dir(&self.folder) {
            Ok(mut entries) => entries.next().is_some(),
            // A folder that is not there yet is made; anything else in its place must not be touched.
            Err(_) => self.folder.exists(),
        }
    }
}

/// What the folder of results is for.
fn guide(lang: Lang) -> String {
    match lang {
        Lang::Zh => "每个实验室在此放一个结果表，如 `LAB1.csv`、`LAB1.xlsx` 或数字校准证书 `LAB1.xml`。\n".to_owned(),
        Lang::En => "One result form for each laboratory goes here: `LAB1.csv`, `LAB1.xlsx` or the digital calibration certificate `LAB1.xml`.\n".to_owned(),
    }
}

fn next_steps(protocol: &str, lang: Lang) -> String {
    match lang {
        Lang::Zh => {
            format!("已写入 {protocol}\n下一步：bidui check {protocol}；bidui test {protocol}\n")
        }
        Lang::En => {
            format!("written: {protocol}\nnext: bidui check {protocol}; bidui test {protocol}\n")
        }
    }
}
