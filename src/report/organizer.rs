//! The report to the organizer: which laboratory stands behind which code, and what the screening tests show.

use minijinja::{Value, context};

use super::templates::{TemplateError, Templates};
use super::words::Words;
use super::{Document, blocks};
use crate::run::Outcome;
use crate::run::outcome::{Screen, Sign};
use crate::text::Lang;
use crate::values::rounding::{digits, shortest};

/// The report to the organizer; none where nothing is kept from the published report.
///
/// # Errors
/// A template that refers to what the outcome does not have.
pub fn organizer(
    outcome: &Outcome,
    lang: Lang,
    templates: &Templates,
) -> Result<Option<Document>, TemplateError> {
    if !outcome.withholds() {
        return Ok(None);
    }
    let words = Words {
        lang,
        wording: &outcome.wording,
    };
    let laboratories: Vec<Value> = (outcome.laboratories.iter())
        .map(|l| {
            let verdict = l.verdict.as_deref();
            context! {
                code => l.code.as_deref().unwrap_or("—"),
                id => &l.laboratory,
                name => l.title.get(lang),
                verdict => verdict.map_or("—".to_owned(), |v| words.verdict(v)),
            }
        })
        .collect();
    let screens: Vec<Value> = outcome.screens.iter().map(|s| screen(s, words)).collect();
    let data = context! {
        title => outcome.title.get(lang),
        protocol => &outcome.protocol,
        version => &outcome.version,
        digest => &outcome.plan,
        reported => outcome.reported.to_string(),
        coded => outcome.coded,
        laboratories, screens,
    };
    let markdown = templates.render("organizer.md", lang, data)?;
    Ok(Some(Document {
        title: blocks::title(&markdown),
        lang,
        markdown,
        open: true,
    }))
}

fn screen(screen: &Screen, words: Words<'_>) -> Value {
    let method = crate::plan::Method {
        path: screen.method.clone(),
        ..Default::default()
    };
    let flagged = screen.signs.iter().filter(|sign| sign.flagged);
    let signs: Vec<Value> = flagged.map(|s| sign(s, words.lang)).collect();
    context! {
        title => words.method_title(&method),
        limit => screen.limit.map(shortest),
        tests => screen.tests,
        not_done => screen.not_done.as_ref().map(|reason| reason.get(words.lang)),
        signs,
    }
}

fn sign(sign: &Sign, lang: Lang) -> Value {
    let number = |value: Option<f64>| value.map_or("—".to_owned(), |v| digits(v, 2));
    let or_dash = |text: String| {
        if text.is_empty() {
            "—".to_owned()
        } else {
            text
        }
    };
    context! {
        laboratories => or_dash(sign.laboratories.join(", ")),
        point => or_dash(sign.point.clone().unwrap_or_default()),
        statistic => crate::words::statistic(&sign.statistic, lang),
        value => digits(sign.value, 3),
        p => number(sign.probability),
        corrected => number(sign.corrected),
        evidence => sign.evidence.as_deref().map_or("—", |level| crate::words::evidence(level, lang)),
    }
}
