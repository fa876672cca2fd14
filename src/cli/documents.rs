//! Documents in the forms that were asked for, by the templates that were chosen.

use std::collections::BTreeMap;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::{Status, files, terminal};
use crate::diagnostic::Code;
#[cfg(feature = "pdf")]
use crate::report::fonts::Fonts;
use crate::report::{self, Document, Origin, Pictures, Rasters, TemplateError, Templates};
use crate::text::{Lang, Text};

/// What the command line says of documents.
#[derive(Args)]
pub(super) struct Wanted {
    /// Forms in which documents are written, besides Markdown 文件的其他格式
    #[arg(long, value_enum)]
    documents: Vec<Form>,
    /// Folder with templates in place of the library's 自备文件模板所在的文件夹
    #[arg(long, value_name = "DIR")]
    templates: Option<PathBuf>,
}

/// A form of a document besides Markdown.
#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Form {
    Html,
    Docx,
    Pdf,
}

/// Why a document could not be made: what was found, what to do.
pub(super) struct Fault {
    code: Code,
    message: Text,
    help: Text,
}

impl Fault {
    /// Reports it.
    pub fn report(self, lang: Lang) -> Status {
        terminal::fail(self.code, self.message, self.help, lang);
        Status::Failed
    }

    /// A file whose contents the program made and could not put into its form.
    pub fn of_writing(message: Text) -> Fault {
        Fault {
            code: Code::CannotWrite,
            message,
            help: Text::new(
                "核对名称中有无特殊字符",
                "look for unusual characters in names",
            ),
        }
    }
}

impl From<TemplateError> for Fault {
    fn from(error: TemplateError) -> Fault {
        Fault {
            code: Code::TemplateFault,
            message: error.message(),
            help: Text::new("改正模板", "mend the template"),
        }
    }
}

impl Wanted {
    /// The library's templates, with those of the folder in place of some; reports what stands in the way.
    pub fn templates(&self, lang: Lang) -> Result<Templates, Status> {
        let mut own = BTreeMap::new();
        let files = match &self.templates {
            Some(folder) => files::list(folder, lang).ok_or(Status::Failed)?,
            None => Vec::new(),
        };
        for path in files {
            let name = path.file_name().map(|n| n.to_string_lossy().into_owned());
            let text = files::read_text(&path, lang).ok_or(Status::Failed)?;
            own.insert(name.unwrap_or_default(), text);
        }
        Templates::load(Some(&own)).map_err(|error| Fault::from(error).report(lang))
    }

    /// What makes the forms that were asked for; reports when this program cannot.
    pub fn press(&self) -> Result<Press, Fault> {
        Press::new(&self.documents)
    }
}

/// Pictures of one language, ready for every form.
pub(super) struct Illustrations {
    pictures: Pictures,
    rasters: Rasters,
}

/// Makes the forms that were asked for.
pub(super) struct Press {
    writers: Vec<Writer>,
}

/// What writes one form.
enum Writer {
    Html,
    Docx(Draughtsman),
    #[cfg(feature = "pdf")]
    Pdf(Fonts),
}

/// What draws the pictures of Word files.
#[cfg(feature = "pdf")]
type Draughtsman = Fonts;
/// Nobody can draw them without the feature `pdf`.
#[cfg(not(feature = "pdf"))]
type Draughtsman = ();

impl Press {
    #[cfg(feature = "pdf")]
    fn new(forms: &[Form]) -> Result<Press, Fault> {
        let drawn = |form: &Form| *form != Form::Html;
        let fonts = forms.iter().any(drawn).then(Fonts::installed);
        let writer = |form: &Form| match (form, fonts.clone()) {
            (Form::Docx, Some(fonts)) => Writer::Docx(fonts),
            (Form::Pdf, Some(fonts)) => Writer::Pdf(fonts),
            _ => Writer::Html,
        };
        Ok(Press {
            writers: forms.iter().map(writer).collect(),
        })
    }

    #[cfg(not(feature = "pdf"))]
    fn new(forms: &[Form]) -> Result<Press, Fault> {
        let writer = |form: &Form| match form {
            Form::Html => Ok(Writer::Html),
            Form::Docx => Ok(Writer::Docx(())),
            Form::Pdf => Err(Fault {
                code: Code::CannotWrite,
                message: Text::new(
                    "本程序编译时没有包含 PDF 功能",
                    "this program was built without PDF",
                ),
                help: Text::new(
                    "用 `cargo build --features pdf` 重新编译，或改用 `--documents html`、`--documents docx`",
                    "build it with `cargo build --features pdf`, or use `--documents html` or `--documents docx`",
                ),
            }),
        };
        Ok(Press {
            writers: forms.iter().map(writer).collect::<Result<_, Fault>>()?,
        })
    }

    /// Makes pictures ready.
    pub fn illustrations(&self, pictures: Pictures) -> Result<Illustrations, Fault> {
        let draughtsman = self.writers.iter().find_map(|writer| match writer {
            Writer::Docx(draughtsman) => Some(draughtsman),
            _ => None,
        });
        let rasters = match draughtsman {
            Some(draughtsman) => rasters(&pictures, draughtsman)?,
            None => Rasters::new(),
        };
        Ok(Illustrations { pictures, rasters })
    }

    /// The files of a document by their names: Markdown, and the forms that were asked for.
    pub fn files(
        &self,
        name: &str,
        document: Document,
        illustrations: &Illustrations,
        origin: &Origin<'_>,
    ) -> Result<Vec<(String, Vec<u8>)>, Fault> {
        let mut made = Vec::new();
        for writer in &self.writers {
            let (ending, bytes) = writer.write(&document, illustrations, origin)?;
            made.push((format!("{name}.{ending}"), bytes));
        }
        made.push((format!("{name}.md"), document.markdown.into_bytes()));
        Ok(made)
    }
}

impl Writer {
    /// The ending of the file's name, and the file.
    #[cfg_attr(
        not(feature = "pdf"),
        expect(unused_variables, reason = "only a PDF says what it was made from")
    )]
    fn write(
        &self,
        document: &Document,
        illustrations: &Illustrations,
        origin: &Origin<'_>,
    ) -> Result<(&'static str, Vec<u8>), Fault> {
        match self {
            Writer::Html => {
                let page = report::html(document, &illustrations.pictures);
                Ok(("html", page.into_bytes()))
            }
            Writer::Docx(_) => report::docx(document, &illustrations.rasters)
                .map(|bytes| ("docx", bytes))
                .map_err(|error| Fault::of_writing(error.message())),
            #[cfg(feature = "pdf")]
            Writer::Pdf(fonts) => {
                report::pdf::write(document, &illustrations.pictures, origin, fonts)
                    .map(|bytes| ("pdf", bytes))
                    .map_err(|error| Fault {
                        code: Code::CannotWrite,
                        message: error.message(),
                        help: error.help(),
                    })
            }
        }
    }
}

#[cfg(feature = "pdf")]
fn rasters(pictures: &Pictures, fonts: &Fonts) -> Result<Rasters, Fault> {
    report::raster::rasters(pictures, fonts).map_err(|error| Fault {
        code: Code::CannotWrite,
        message: error.message(),
        help: report::fonts::NoFont::help(),
    })
}

#[cfg(not(feature = "pdf"))]
fn rasters(_: &Pictures, (): &()) -> Result<Rasters, Fault> {
    Ok(Rasters::new())
}
