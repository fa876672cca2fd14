//! Comparisons as people read them.

use serde::de::DeserializeOwned;
use serde_json::{Map, Value};

use super::{Change, Comparison, Shift};
use crate::condition::Term;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::plan::{Method, Period, Quantity, Wording};
use crate::source::Span;
use crate::text::{Lang, Text};
use crate::words;

/// Whether an object is one value (a quantity, a text, a period, a method, a condition) and not a part with parts of its own.
pub(super) fn is_whole(object: &Map<String, Value>) -> bool {
    whole(&Value::Object(object.clone())).is_some()
}

fn whole(value: &Value) -> Option<Text> {
    let object = value.as_object()?;
    let has = |names: &[&str]| names.iter().all(|name| object.contains_key(*name));
    if !object.is_empty() && object.keys().all(|k| k == "zh" || k == "en") {
        let text: Text = read(value)?;
        return Some(Text::new(text.get(Lang::Zh), text.get(Lang::En)));
    }
    if has(&["value", "unit"]) {
        let quantity: Quantity = read(value)?;
        let shown = format!("{} {}", quantity.value, quantity.unit);
        return Some(Text::same(shown.trim_end()));
    }
    if has(&["amount", "kind"]) {
        let period: Period = read(value)?;
        return Some(period.title());
    }
    if has(&["path", "parameters", "flags"]) {
        let method: Method = read(value)?;
        let parameters = (method.parameters.iter()).map(|(name, value)| format!("{name} {value}"));
        let parts: Vec<String> = std::iter::once(method.path)
            .chain(parameters)
            .chain(method.flags)
            .collect();
        return Some(Text::same(parts.join(" ")));
    }
    let term: Term = read(value)?;
    Some(Text::same(term.to_string()))
}

fn read<T: DeserializeOwned>(value: &Value) -> Option<T> {
    serde_json::from_value(value.clone()).ok()
}

/// A part of a plan on one line.
pub(super) fn shown(value: &Value) -> Text {
    if let Some(text) = whole(value) {
        return text;
    }
    let joined = |parts: Vec<Text>| {
        let side = |lang| -> Vec<&str> { parts.iter().map(|p| p.get(lang)).collect() };
        Text::new(side(Lang::Zh).join("，"), side(Lang::En).join(", "))
    };
    match value {
        Value::String(text) => Text::same(text.clone()),
        // As people write it: 2, not 2.0.
        Value::Number(number) => {
            Text::same((number.as_f64()).map_or_else(|| number.to_string(), |n| n.to_string()))
        }
        Value::Array(list) => joined(list.iter().map(shown).collect()),
        Value::Object(object) => {
            let named = object.iter().filter(|(name, value)| {
                !value.is_null() && !["clause", "id"].contains(&name.as_str())
            });
            joined(
                named
                    .map(|(name, value)| {
                        let inner = shown(value);
                        Text::new(
                            format!("{name} {}", inner.zh),
                            format!("{name} {}", inner.en),
                        )
                    })
                    .collect(),
            )
        }
        other => Text::same(other.to_string()),
    }
}

impl Comparison {
    /// A line for the version, then every change with what it means for the judgement.
    pub fn text(&self, lang: Lang) -> String {
        let zh = lang == Lang::Zh;
        let mut out = format!("{} {} → {}\n", self.protocol, self.old, self.new);
        if self.changes.is_empty() {
            out.push_str(if zh {
                "两个版本的计划相同\n"
            } else {
                "both versions have the same plan\n"
            });
        }
        for change in &self.changes {
            out.push_str(&change.text(lang));
        }
        out.push_str(self.conclusion().get(lang));
        out.push('\n');
        out
    }

    /// Which step is needed, and whether it was taken.
    pub fn conclusion(&self) -> Text {
        let (zh, en) = (self.needed.title(Lang::Zh), self.needed.title(Lang::En));
        let (new, lowest) = (&self.new, &self.lowest);
        if self.fits {
            Text::new(
                format!("改动所需：{zh}；版本 {new} 相符"),
                format!("the changes need: {en}; version {new} fits"),
            )
        } else {
            Text::new(
                format!("改动所需：{zh}；版本 {new} 不够，至少应为 {lowest}"),
                format!(
                    "the changes need: {en}; version {new} is too low, it must be at least {lowest}"
                ),
            )
        }
    }
}

impl Comparison {
    /// The finding that the version at this place does not take the step that the changes need.
    pub fn finding(&self, at: Span) -> Option<Diagnostic> {
        const MOST_SHOWN: usize = 5;
        if self.fits {
            return None;
        }
        let (old, new) = (&self.old, &self.new);
        let diagnostic = Diagnostic::new(
            Code::VersionStep,
            at,
            Text::new(
                format!(
                    "自 {old} 以来的改动要求升{}，版本 `{new}` 不够",
                    self.needed.title(Lang::Zh)
                ),
                format!(
                    "what has changed since {old} needs a {} step, and version `{new}` takes less",
                    self.needed.title(Lang::En)
                ),
            ),
        )
        .with_help(Text::new(
            format!("版本至少写 `{}`；`bidui diff` 列出全部改动", self.lowest),
            format!(
                "write at least `{}`; `bidui diff` lists all changes",
                self.lowest
            ),
        ))
        .with_fix(
            Text::same(format!("`{}`", self.lowest)),
            at,
            self.lowest.clone(),
            Applicability::Unsafe,
        );
        let grave = (self.changes.iter())
            .filter(|c| c.step == self.needed)
            .take(MOST_SHOWN);
        Some(grave.fold(diagnostic, |diagnostic, change| {
            diagnostic.with_reason(Text::new(change.line(Lang::Zh), change.line(Lang::En)))
        }))
    }
}

fn colon(lang: Lang) -> &'static str {
    match lang {
        Lang::Zh => "：",
        Lang::En => ": ",
    }
}

impl Change {
    /// The change on one line, with the first outcome that is judged otherwise.
    fn line(&self, lang: Lang) -> String {
        let area = self.area.get(lang);
        let colon = colon(lang);
        match (self.shifts.first(), self.places.first()) {
            (Some(shift), _) => format!("{area}{colon}{}", shift.text(lang)),
            (None, Some(place)) => format!("{area}{colon}{place}{}", self.sides(lang)),
            (None, None) => area.to_owned(),
        }
    }

    /// `: old → new`; nothing where neither is told.
    fn sides(&self, lang: Lang) -> String {
        let side = |value: &Option<Text>| {
            let text = value.as_ref().map(|t| t.get(lang).to_owned());
            text.unwrap_or_else(|| "—".to_owned())
        };
        match (&self.old, &self.new) {
            (None, None) => String::new(),
            (old, new) => format!("{}{} → {}", colon(lang), side(old), side(new)),
        }
    }

    fn text(&self, lang: Lang) -> String {
        let (step, area) = (self.step.title(lang), self.area.get(lang));
        let mut out = format!("  {step}  {area}{}\n", self.sides(lang));
        let shown: Vec<&str> = self.places.iter().take(3).map(String::as_str).collect();
        let more = self.places.len().saturating_sub(shown.len());
        let rest = match (more, lang) {
            (0, _) => String::new(),
            (more, Lang::Zh) => format!(" 等，另有 {more} 处"),
            (more, Lang::En) => format!(" and {more} more"),
        };
        out.push_str(&format!("      {}{rest}\n", shown.join(", ")));
        for shift in &self.shifts {
            out.push_str(&format!("      {}\n", shift.text(lang)));
        }
        out
    }
}

impl Shift {
    fn text(&self, lang: Lang) -> String {
        let (from, to) = (
            words::verdict(&self.from, lang, &Wording::PLAIN),
            words::verdict(&self.to, lang, &Wording::PLAIN),
        );
        match (&self.outcome, lang) {
            (Some(outcome), _) => {
                let outcome = outcome.get(lang).trim_end();
                format!("{outcome}{}{from} → {to}", colon(lang))
            }
            (None, Lang::Zh) => format!("无法证明没有结果由 {from} 变为 {to}"),
            (None, Lang::En) => {
                format!("it cannot be proven that nothing goes from {from} to {to}")
            }
        }
    }
}
