//! Documents: instructions, hand-over records, the pilot's papers and the protocol for review, all from the archived plan alone.
//!
//! Every document has one layout, a template that gives Markdown; HTML, Word and PDF files are made of that Markdown.

pub mod blocks;
mod charts;
mod columns;
mod docx;
#[cfg(feature = "pdf")]
pub mod fonts;
mod forms;
mod formula;
mod html;
mod monte_carlo;
mod moved;
pub mod organizer;
pub mod outcome;
#[cfg(feature = "pdf")]
pub mod pdf;
mod pretest_form;
pub mod pretests;
#[cfg(feature = "pdf")]
pub mod raster;
mod rule;
mod templates;
mod view;
mod words;

use std::collections::BTreeMap;

use jiff::civil::Date;
use minijinja::Value;

use crate::plan::{Plan, Role};
use crate::run::pretests::Pretests;
use crate::text::Lang;

pub use docx::{DocxError, docx};
pub use forms::forms;
pub use html::html;
pub use moved::moved;
pub use pretest_form::pretest_form;
pub use templates::{TemplateError, Templates};

/// A document of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub title: String,
    pub lang: Lang,
    pub markdown: String,
    /// Whether its readers may see the whole plan: the pilot and the experts may, a participant may not.
    pub open: bool,
}

/// Pictures that documents may show: file name and SVG.
pub type Pictures = BTreeMap<String, String>;

/// The pictures of a plan in one language, by their file names.
#[derive(Debug, Clone, Default)]
pub struct Drawings {
    /// How each transfer standard travels.
    pub circulation: Pictures,
    /// The ways on the globe, where positions are known.
    pub map: Pictures,
    /// The timetable as bars.
    pub timetable: Pictures,
    /// What follows from each verdict and event.
    pub consequences: Pictures,
}

impl Drawings {
    /// All of them.
    pub fn all(&self) -> Pictures {
        let drawings = [
            &self.circulation,
            &self.map,
            &self.timetable,
            &self.consequences,
        ];
        drawings
            .into_iter()
            .flatten()
            .map(|(name, svg)| (name.clone(), svg.clone()))
            .collect()
    }

    /// What templates see of them, for a document that stands `up` from the folder of the pictures.
    fn named(&self, up: &str) -> Value {
        let names = |pictures: &Pictures| -> Value {
            pictures.keys().map(|name| format!("{up}{name}")).collect()
        };
        Value::from_pairs([
            ("circulation", names(&self.circulation)),
            ("map", names(&self.map)),
            ("timetable", names(&self.timetable)),
            ("consequences", names(&self.consequences)),
        ])
    }
}

/// From what documents were made.
#[derive(Debug, Clone, Copy)]
pub struct Origin<'a> {
    /// The day that a document names as its own: of the first dispatch, or of the report. There is no clock in documents.
    pub day: Date,
    pub data: &'a [Data<'a>],
}

/// A file of data that a PDF for open readers carries along.
#[derive(Debug, Clone, Copy)]
pub struct Data<'a> {
    pub name: &'a str,
    pub description: &'a str,
    pub json: &'a [u8],
}

/// A picture as PNG; width and height are those of its SVG, in pixels.
#[derive(Debug, Clone, PartialEq)]
pub struct Raster {
    pub png: Vec<u8>,
    pub width: f64,
    pub height: f64,
}

/// Pictures as points, by file name; there are none without the feature `pdf`.
pub type Rasters = BTreeMap<String, Raster>;

/// The letters in a picture.
#[cfg(feature = "pdf")]
fn signs_of(svg: &str) -> String {
    let texts = svg.split("<text").skip(1);
    texts
        .filter_map(|text| text.split("</text>").next()?.split_once('>'))
        .map(|(_, letters)| letters)
        .collect()
}

/// The name of a picture as a document writes it, without the way to its folder.
fn file_of(name: &str) -> &str {
    name.rsplit('/').next().unwrap_or(name)
}

/// Documents by their paths without extension.
pub type Documents = BTreeMap<String, Document>;

/// The documents for the preparation of a comparison in one language: `pilot/checklist.zh`, `pilot/monitoring.zh`, `pilot/risks.zh`,
/// `protocol.zh`; of a plan made anew also `pilot/changes.zh`. The pictures lie in the folder of `protocol.zh`.
///
/// # Errors
/// A template that refers to what the plan does not have, with template and line.
pub fn documents(
    plan: &Plan,
    lang: Lang,
    templates: &Templates,
    drawings: &Drawings,
) -> Result<Documents, TemplateError> {
    let mut desk = Desk::new(lang, templates, drawings);
    let data = view::whole(plan, lang);
    for name in ["checklist", "monitoring", "risks"] {
        desk.add(format!("pilot/{name}"), &format!("{name}.md"), &data)?;
    }
    if plan.content.circulation.revision.is_some() {
        desk.add("pilot/changes".to_owned(), "changes.md", &data)?;
    }
    desk.add("protocol".to_owned(), "protocol.md", &data)?;
    Ok(desk.made)
}

/// The documents that go out with the transfer standard, in one language: `instructions/LAB.zh`, `handover/LAB.zh`, `pilot/handover.zh`,
/// `pilot/labels.zh`.
/// Of a plan made anew also `notices/LAB.zh` for each laboratory that must be told. `tested` is what became of the tests before dispatch, where they are not on record elsewhere.
///
/// # Errors
/// A template that refers to what the plan does not have, with template and line.
pub fn dispatch_documents(
    plan: &Plan,
    tested: Option<&Pretests>,
    lang: Lang,
    templates: &Templates,
    drawings: &Drawings,
) -> Result<Documents, TemplateError> {
    let mut desk = Desk::new(lang, templates, drawings);
    let laboratories = plan.content.laboratories.iter();
    for laboratory in laboratories.filter(|l| l.role == Role::Participant) {
        let Some(mut data) = view::laboratory(plan, lang, &laboratory.id) else {
            continue;
        };
        data.insert("pretests", pretests::summary(plan, tested, lang));
        let id = &laboratory.id;
        desk.add(format!("instructions/{id}"), "instructions.md", &data)?;
        desk.add(format!("handover/{id}"), "handover.md", &data)?;
        let revision = plan.content.circulation.revision.as_ref();
        if revision.is_some_and(|it| it.tells(id)) {
            desk.add(format!("notices/{id}"), "notice.md", &data)?;
        }
    }
    if let Some(data) = plan
        .pilot()
        .and_then(|it| view::laboratory(plan, lang, &it.id))
    {
        desk.add("pilot/handover".to_owned(), "handover.md", &data)?;
    }
    let data = view::whole(plan, lang);
    desk.add("pilot/labels".to_owned(), "labels.md", &data)?;
    Ok(desk.made)
}

/// Where documents of one language are made.
struct Desk<'a> {
    lang: Lang,
    templates: &'a Templates,
    drawings: &'a Drawings,
    made: Documents,
}

impl Desk<'_> {
    fn new<'a>(lang: Lang, templates: &'a Templates, drawings: &'a Drawings) -> Desk<'a> {
        Desk {
            lang,
            templates,
            drawings,
            made: BTreeMap::new(),
        }
    }

    fn add(
        &mut self,
        path: String,
        template: &str,
        data: &view::Data,
    ) -> Result<(), TemplateError> {
        let lang = self.lang;
        let suffix = match lang {
            Lang::Zh => "zh",
            Lang::En => "en",
        };
        let mut data = data.clone();
        let up = if path.contains('/') { "../" } else { "" };
        data.insert("drawings", self.drawings.named(up));
        let open = !data.contains_key("laboratory");
        let markdown = (self.templates).render(template, lang, Value::from_pairs(data))?;
        let document = Document {
            title: blocks::title(&markdown),
            lang,
            markdown,
            open,
        };
        self.made.insert(format!("{path}.{suffix}"), document);
        Ok(())
    }
}
