//! Verdicts, events and measures in words.

use std::collections::BTreeMap;

use crate::model::rules::{Measure, MeasureKind};
use crate::schema::table::{VERDICTS, spelled, table};
use crate::text::Text;

/// A verdict or an event as either language writes it; one that the language does not know stays as it is.
pub fn verdict(name: &str) -> Text {
    spelled(&VERDICTS, name).map_or_else(|| Text::same(name), |(en, zh)| Text::new(zh, en))
}

/// The keyword of a measure in both languages.
pub fn title(kind: &MeasureKind) -> Text {
    let word = kind.keyword();
    table().keyword("consequence", word).map_or_else(
        || Text::same(word),
        |statement| Text::new(statement.word.zh.clone(), statement.word.en.clone()),
    )
}

/// How the policy calls verdicts, by their names.
pub type Words = BTreeMap<String, Text>;

/// A verdict or an event as `words` call it, otherwise as the language does.
pub fn called(name: &str, words: &Words) -> Text {
    words.get(name).cloned().unwrap_or_else(|| verdict(name))
}

/// What is ordered, and a second line with the time or the condition.
pub fn described(measure: &Measure, words: &Words) -> (Text, Option<Text>) {
    let kind = &measure.kind;
    let object = match kind {
        MeasureKind::Suspend { what, .. } => choice("suspended", what),
        MeasureKind::Refer(to) => choice("authority", to),
        MeasureKind::Notify { whom, .. } => choice("authority", whom),
        MeasureKind::Lift(what) => choice("lifted", what),
        MeasureKind::Void(what) => choice("voided", what),
        MeasureKind::Record(what) => choice("recorded", what),
        MeasureKind::Rectify { .. } | MeasureKind::Retest { .. } | MeasureKind::Nothing => {
            Text::default()
        }
    };
    let word = title(kind);
    let link = if matches!(kind, MeasureKind::Refer(_)) {
        " to"
    } else {
        ""
    };
    let what = if object.is_empty() {
        word
    } else {
        Text::new(
            format!("{}{}", word.zh, object.zh),
            format!("{}{link} {}", word.en, object.en),
        )
    };
    let period = match kind {
        MeasureKind::Rectify { within, .. } | MeasureKind::Retest { within, .. } => Some(within),
        MeasureKind::Notify { within, .. } => within.as_ref(),
        _ => None,
    };
    let detail = match kind {
        MeasureKind::Suspend {
            until: Some(until), ..
        } => {
            let until = called(until, words);
            Some(Text::new(
                format!("直至补测{}", until.zh),
                format!("until the retest is {}", until.en),
            ))
        }
        _ => period.map(|period| {
            let time = period.duration.title();
            Text::new(format!("{}内", time.zh), format!("within {}", time.en))
        }),
    };
    (what, detail)
}

fn choice(name: &str, word: &str) -> Text {
    (table().choice(name).iter())
        .find(|term| term.en == word)
        .map_or_else(
            || Text::same(word),
            |term| Text::new(term.zh.clone(), term.en.clone()),
        )
}
