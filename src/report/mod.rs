//! Documents: instructions, hand-over records, the pilot's papers and the protocol for review, all from the archived plan alone.
//!
//! Every document has one layout, a template that gives Markdown; HTML and Word files are made of that Markdown.

pub mod blocks;
mod docx;
mod equivalence_graph;
mod forms;
mod html;
pub mod outcome;
mod rule;
mod templates;
mod view;
mod words;

use std::collections::BTreeMap;

use minijinja::Value;

use crate::plan::{Plan, Role};
use crate::text::Lang;

pub use docx::{DocxError, docx};
pub use forms::forms;
pub use html::html;
pub use templates::{TemplateError, Templates};

/// A document of one language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    pub title: String,
    pub lang: Lang,
    pub markdown: String,
}

/// A picture that documents may show: its file name as written in the Markdown, and the SVG.
pub type Pictures = BTreeMap<String, String>;

/// All documents of a plan in one language, by their paths without extension: `instructions/LAB.zh`, `handover/LAB.zh`, `pilot/checklist.zh`,
/// `pilot/labels.zh`, `pilot/monitoring.zh`, `pilot/risks.zh`, `protocol.zh`.
///
/// # Errors
/// A template that refers to what the plan does not have, with template and line.
pub fn documents(
    plan: &Plan,
    lang: Lang,
    templates: &Templates,
) -> Result<BTreeMap<String, Document>, TemplateError> {
    let mut made = BTreeMap::new();
    let suffix = match lang {
        Lang::Zh => "zh",
        Lang::En => "en",
    };
    let mut add = |path: String, template: &str, data: Value| -> Result<(), TemplateError> {
        let markdown = templates.render(template, lang, data)?;
        let title = blocks::title(&markdown);
        made.insert(
            format!("{path}.{suffix}"),
            Document {
                title,
                lang,
                markdown,
            },
        );
        Ok(())
    };
    let laboratories = plan.content.laboratories.iter();
    for laboratory in laboratories.filter(|l| l.role == Role::Participant) {
        let Some(data) = view::laboratory(plan, lang, &laboratory.id) else {
            continue;
        };
        let data = Value::from_pairs(data);
        let id = &laboratory.id;
        add(
            format!("instructions/{id}"),
            "instructions.md",
            data.clone(),
        )?;
        add(format!("handover/{id}"), "handover.md", data)?;
    }
    let data = Value::from_pairs(view::whole(plan, lang));
    for name in ["checklist", "labels", "monitoring", "risks"] {
        add(format!("pilot/{name}"), &format!("{name}.md"), data.clone())?;
    }
    add("protocol".to_owned(), "protocol.md", data)?;
    Ok(made)
}
