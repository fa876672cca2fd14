//! Documents as PDF/A-3: set by Typst from the same blocks as all other forms, with the data they were made from attached.
//!
//! Latin letters, digits and signs come from fonts that Typst brings along; Chinese ones from the system, because no font of that size
//! is shipped. A sign for which there is no font is an error: a document with empty boxes must not leave the house.

mod source;

use std::collections::BTreeMap;
use std::sync::Arc;

use typst::diag::{FileError, FileResult, SourceDiagnostic};
use typst::foundations::{Bytes, Datetime, Duration, Smart};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Library, LibraryExt, World};
use typst_kit::fonts::FontStore;
use typst_layout::PagedDocument;
use typst_pdf::{PdfOptions, PdfStandard, PdfStandards, pdf};

use super::blocks::{Block, blocks};
use super::fonts::{Fonts, NoFont};
use super::{Data, Document, Origin, Pictures, signs_of};
use crate::picture::svg::on_paper;
use crate::text::{Lang, Text};

/// Why a PDF could not be made.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PdfError {
    NoFont(NoFont),
    /// What the typesetter said.
    Typesetter(String),
}

impl PdfError {
    /// The message for a person.
    pub fn message(&self) -> Text {
        match self {
            PdfError::NoFont(missing) => missing.message(),
            PdfError::Typesetter(said) => Text::new(
                format!("排版程序未能生成 PDF：{said}"),
                format!("the typesetter could not make the PDF: {said}"),
            ),
        }
    }

    /// What to do.
    pub fn help(&self) -> Text {
        match self {
            PdfError::NoFont(_) => NoFont::help(),
            PdfError::Typesetter(_) => Text::new(
                "改用 `--documents html` 或 `--documents docx`",
                "use `--documents html` or `--documents docx` instead",
            ),
        }
    }
}

/// Sets a document; the same document of the same origin gives the same bytes.
///
/// # Errors
/// Signs without a font; what the typesetter refuses.
pub fn write(
    document: &Document,
    pictures: &Pictures,
    origin: &Origin<'_>,
    fonts: &Fonts,
) -> Result<Vec<u8>, PdfError> {
    let found = blocks(&document.markdown);
    fonts
        .have(&shown(document, &found, pictures))
        .map_err(PdfError::NoFont)?;
    let mut files: BTreeMap<String, Bytes> = pictures
        .iter()
        .map(|(name, svg)| {
            (
                format!("pictures/{name}"),
                Bytes::from_string(on_paper(svg)),
            )
        })
        .collect();
    for data in attached(document, origin) {
        files.insert(data.name.to_owned(), Bytes::new(data.json.to_vec()));
    }
    let text = whole(document, &found, pictures, origin, fonts);
    let page = Page::new(text, files, fonts)?;
    let laid_out: PagedDocument = typst::compile(&page)
        .output
        .map_err(|errors| said(&errors))?;
    let standards = PdfStandards::new(&[PdfStandard::A_3u])
        .map_err(|error| PdfError::Typesetter(error.message().to_string()))?;
    let options = PdfOptions {
        creator: Smart::Custom(Some(format!("Bidui {}", env!("CARGO_PKG_VERSION")))),
        standards,
        ..PdfOptions::default()
    };
    pdf(&laid_out, &options).map_err(|errors| said(&errors))
}

/// What a document carries along: nothing when its readers may not see all of it.
fn attached<'a>(document: &Document, origin: &Origin<'a>) -> &'a [Data<'a>] {
    if document.open { origin.data } else { &[] }
}

/// Every sign that will be seen.
fn shown(document: &Document, found: &[Block], pictures: &Pictures) -> String {
    let mut signs = source::signs(found);
    signs.push_str(&document.title);
    pictures
        .values()
        .for_each(|svg| signs.push_str(&signs_of(svg)));
    signs
}

/// The source of a whole document.
fn whole(
    document: &Document,
    found: &[Block],
    pictures: &Pictures,
    origin: &Origin<'_>,
    fonts: &Fonts,
) -> String {
    let day = origin.day;
    let mut text = String::from("#import \"layout.typ\": *\n");
    text.push_str(&format!(
        "#set document(title: {}, date: datetime(year: {}, month: {}, day: {}))\n",
        source::string(&document.title),
        day.year(),
        day.month(),
        day.day()
    ));
    let chinese = document.lang == Lang::Zh;
    text.push_str(&format!(
        "#show: styled.with({}, chinese: {chinese})\n",
        fonts.families(document.lang)
    ));
    for data in attached(document, origin) {
        text.push_str(&format!(
            "#pdf.attach({}, relationship: \"data\", mime-type: \"application/json\", description: {})\n",
            source::string(data.name),
            source::string(data.description)
        ));
    }
    text.push_str(&source::body(found, &|name| pictures.contains_key(name)));
    text
}

fn said(errors: &[SourceDiagnostic]) -> PdfError {
    let messages: Vec<&str> = errors.iter().map(|e| e.message.as_str()).collect();
    PdfError::Typesetter(messages.join("; "))
}

/// The little world in which Typst sets one document: its source, the layout, pictures, attachments and fonts; nothing outside.
struct Page {
    library: LazyHash<Library>,
    main: Source,
    layout: Source,
    /// By their names as the source writes them.
    files: BTreeMap<String, Bytes>,
    fonts: Arc<FontStore>,
}

impl Page {
    fn new(text: String, files: BTreeMap<String, Bytes>, fonts: &Fonts) -> Result<Page, PdfError> {
        let layout = include_str!("layout.typ").to_owned();
        Ok(Page {
            library: LazyHash::new(Library::default()),
            main: Source::new(file_id("main.typ")?, text),
            layout: Source::new(file_id("layout.typ")?, layout),
            files,
            fonts: fonts.store(),
        })
    }
}

fn file_id(name: &str) -> Result<FileId, PdfError> {
    let path = VirtualPath::new(name).map_err(|_| {
        PdfError::Typesetter(format!(
            "`{name}`: not a file name that can be carried along"
        ))
    })?;
    Ok(RootedPath::new(VirtualRoot::Project, path).intern())
}

impl World for Page {
    fn library(&self) -> &LazyHash<Library> {
        &self.library
    }

    fn book(&self) -> &LazyHash<FontBook> {
        self.fonts.book()
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        let known = [&self.main, &self.layout];
        let found = known.into_iter().find(|source| source.id() == id);
        found.cloned().ok_or(FileError::NotSource)
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let name = id.get().vpath().get_without_slash();
        let missing = || FileError::NotFound(name.into());
        self.files.get(name).cloned().ok_or_else(missing)
    }

    fn font(&self, index: usize) -> Option<Font> {
        self.fonts.font(index)
    }

    fn today(&self, _: Option<Duration>) -> Option<Datetime> {
        // There is no clock in the documents.
        None
    }
}

#[cfg(test)]
mod tests;
