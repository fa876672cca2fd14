//! Words for people: what the plan says in identifiers and numbers, as a document of one language writes it.
//!
//! Results are Markdown. Text that an author wrote is escaped by the template when it is put in; what is built here with marks of its own
//! (symbols in italics, subscripts) comes as [`Markup`] and is put in as it stands.

use minijinja::Value;

use crate::plan::{Method, Period, Quantity, Range, Wording};
use crate::project;
use crate::schema::table::{PARAMETERS, SIDES, table};
use crate::text::{Lang, Text};
use crate::values::rounding::shortest;
use crate::values::unit::Library as Units;

/// Markdown that is complete in itself.
pub type Markup = String;

/// No-break space, between a number and its unit.
const NBSP: char = '\u{A0}';

/// The words of one language.
#[derive(Debug, Clone, Copy)]
pub struct Words<'w> {
    pub lang: Lang,
    /// How verdicts are called.
    pub wording: &'w Wording,
}

impl Words<'_> {
    /// One of the two.
    pub fn pick<'a>(self, zh: &'a str, en: &'a str) -> &'a str {
        self.lang.pick(zh, en)
    }

    /// A word of one of the closed sets of the language.
    pub fn choice(self, set: &str, id: &str) -> String {
        crate::words::choice(set, id, self.lang)
    }

    /// A verdict or an event.
    pub fn verdict(self, id: &str) -> String {
        crate::words::verdict(id, self.lang, self.wording)
    }

    /// The words for a key field, which protocols name freely; a name not known here stands as written.
    pub fn field(self, id: &str) -> String {
        const FIELDS: [(&str, &str); 11] = [
            ("public-livelihood", "民生"),
            ("trade-settlement", "贸易结算"),
            ("safety", "安全防护"),
            ("health", "医疗卫生"),
            ("bio-safety", "生物安全"),
            ("environment", "环境监测"),
            ("forensics", "司法鉴定"),
            ("enforcement", "行政执法"),
            ("mandatory-instruments", "强制管理计量器具"),
            ("hot-topics", "社会热点"),
            ("new-fields", "新领域"),
        ];
        self.spelled(&FIELDS, id)
    }

    fn spelled(self, words: &[(&str, &str)], id: &str) -> String {
        match (self.lang, words.iter().find(|(en, _)| *en == id)) {
            (Lang::Zh, Some((_, zh))) => (*zh).to_owned(),
            _ => spaced(id),
        }
    }

    /// The title of a kind of quantity: a condition of measurement, or what a measurand is.
    pub fn kind_of_quantity(self, id: &str) -> String {
        const CONDITIONS: [(&str, &str); 8] = [
            ("air-density", "空气密度"),
            ("air-temperature", "空气温度"),
            ("relative-humidity", "相对湿度"),
            ("supply-voltage", "电源电压"),
            ("supply-frequency", "电源频率"),
            ("warm-up", "预热时间"),
            ("vibration", "振动"),
            ("load", "负载"),
        ];
        if CONDITIONS.iter().any(|(en, _)| *en == id) {
            return self.spelled(&CONDITIONS, id);
        }
        let monitored = table().choice("monitored").iter().find(|t| t.en == id);
        if let Some(term) = monitored {
            return self.pick(&term.zh, &spaced(&term.en)).to_owned();
        }
        let title = Units::standard().ok().and_then(|units| {
            units
                .dimensions()
                .find(|entry| entry.name == id)
                .map(|entry| entry.title.clone())
        });
        title.map_or_else(|| spaced(id), |title| title.get(self.lang).to_owned())
    }

    /// How an artefact travels: `petal by 2` → 花瓣式（每瓣 2 个参比实验室）.
    pub fn pattern(self, id: &str) -> String {
        let mut parts = id.split(" by ");
        let name = parts.next().unwrap_or(id);
        let (zh, en) = match name {
            "ring" => ("圆环式", "ring"),
            "star" => ("星形式", "star"),
            "petal" => ("花瓣式", "petal"),
            "parallel" => ("平行分发", "parallel distribution"),
            _ => ("逐站指定路线", "route written out"),
        };
        match (self.lang, parts.next()) {
            (Lang::Zh, Some(size)) => format!("{zh}（每瓣 {size} 个参比实验室）"),
            (Lang::En, Some(size)) => format!("{en} (participants in each petal: {size})"),
            (Lang::Zh, None) => zh.to_owned(),
            (Lang::En, None) => en.to_owned(),
        }
    }

    /// A period: `20 个工作日`, `20 working days`.
    pub fn period(self, period: &Period) -> String {
        period.title().get(self.lang).to_owned()
    }

    /// A quantity with its unit.
    pub fn quantity(self, quantity: &Quantity) -> Markup {
        with_unit(&number(quantity.value), &quantity.unit)
    }

    /// A value in a unit.
    pub fn amount(self, value: f64, unit: &str) -> Markup {
        with_unit(&number(value), unit)
    }

    /// A value, a range, a tolerance or a word.
    pub fn range(self, range: &Range) -> Markup {
        match range {
            Range::Value(quantity) => self.quantity(quantity),
            Range::Between(low, high) => {
                let to = self.pick("～", " to ");
                if low.unit == high.unit {
                    let both = format!("({}{to}{})", number(low.value), number(high.value));
                    with_unit(&both, &low.unit)
                } else {
                    format!("{}{to}{}", self.quantity(low), self.quantity(high))
                }
            }
            Range::Around(centre, half) if centre.unit == half.unit => {
                let both = format!("({} ± {})", number(centre.value), number(half.value));
                with_unit(&both, &centre.unit)
            }
            Range::Around(centre, half) => {
                format!("{} ± {}", self.quantity(centre), self.quantity(half))
            }
            Range::Word(text) => escape(text.get(self.lang)),
        }
    }

    /// The title of a method of the library, or its path when the library does not know it.
    pub fn method_title(self, method: &Method) -> String {
        crate::words::method_title(&method.path, self.lang)
    }

    /// The formula and the source of a method, where the library states them.
    pub fn method_source(self, method: &Method) -> (Option<String>, Option<String>) {
        let part = |word| library_text(&method.path, word).map(|t| t.get(self.lang).to_owned());
        (part("formula"), part("source"))
    }

    /// The parameters of a method in words: `显著性水平 0.05，单侧`; empty when it has none.
    pub fn parameters(self, method: &Method) -> Markup {
        let mut parts: Vec<String> = method
            .parameters
            .iter()
            .map(|(name, value)| {
                format!(
                    "{} {}",
                    escape(&self.spelled(&PARAMETERS, name)),
                    number(*value)
                )
            })
            .collect();
        parts.extend(
            method
                .flags
                .iter()
                .map(|flag| escape(&self.spelled(&SIDES, flag))),
        );
        parts.join(self.pick("，", ", "))
    }

    /// A list in a sentence.
    pub fn list(self, items: &[String]) -> String {
        items.join(self.pick("、", ", "))
    }
}

/// A text of a method in the standard library, by the statement that gives it.
fn library_text(path: &str, word: &str) -> Option<Text> {
    let entry = project::standard().item("method", path)?;
    entry.child(word)?.text("text").cloned()
}

/// An English identifier as words.
fn spaced(id: &str) -> String {
    id.replace('-', " ")
}

/// A number for people, to twelve digits at most: a conversion of units shows no digits that nobody wrote.
pub fn number(value: f64) -> Markup {
    let rounded = format!("{value:.11e}").parse::<f64>().unwrap_or(value);
    let digits = shortest(rounded).replace('-', "−");
    match digits.split_once('e') {
        Some((mantissa, exponent)) => format!("{mantissa} × 10<sup>{exponent}</sup>"),
        None => digits,
    }
}

fn with_unit(number: &str, unit: &str) -> Markup {
    match unit {
        "" | "1" => number.to_owned(),
        "°" | "′" | "″" => format!("{number}{unit}"),
        _ => format!("{number}{NBSP}{}", escape(unit)),
    }
}

/// Markdown with marks of its own, put into a template as it stands.
pub fn safe(markup: impl Into<Markup>) -> Value {
    Value::from_safe_string(markup.into())
}

/// Text of an author as Markdown that shows it letter by letter, on one line.
pub fn escape(text: &str) -> Markup {
    let mut out = String::with_capacity(text.len());
    for c in text
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
        .chars()
    {
        if matches!(
            c,
            '\\' | '`' | '*' | '_' | '[' | ']' | '<' | '>' | '|' | '#' | '~' | '&' | '!'
        ) {
            out.push('\\');
        }
        out.push(c);
    }
    // What would begin a list, were it to stand at the beginning of a line.
    if out.starts_with(['-', '+', '=']) {
        out.insert(0, '\\');
    }
    let digits = out.chars().take_while(char::is_ascii_digit).count();
    let mut behind = out.chars().skip(digits);
    let mark = matches!(behind.next(), Some('.' | ')'));
    if digits > 0 && mark && matches!(behind.next(), None | Some(' ')) {
        out.insert(digits, '\\');
    }
    out
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::collections::BTreeMap;

    const ZH: Words = Words {
        lang: Lang::Zh,
        wording: &Wording::PLAIN,
    };
    const EN: Words = Words {
        lang: Lang::En,
        wording: &Wording::PLAIN,
    };

    fn quantity(value: f64, unit: &str) -> Quantity {
        Quantity {
            value,
            unit: unit.to_owned(),
        }
    }

    #[test]
    fn a_number_shows_no_digits_left_over_from_a_conversion() {
        assert_eq!(number(0.1 + 0.2), "0.3");
        assert_eq!(number(-12.5), "−12.5");
        assert_eq!(number(5e-6), "5 × 10<sup>−6</sup>");
    }

    #[test]
    fn a_tolerance_has_its_unit_once() {
        let range = Range::Around(quantity(20.0, "°C"), quantity(1.0, "°C"));
        assert_eq!(ZH.range(&range), "(20 ± 1)\u{A0}°C");
        let range = Range::Between(quantity(30.0, "%"), quantity(60.0, "%"));
        assert_eq!(ZH.range(&range), "(30～60)\u{A0}%");
        assert_eq!(EN.range(&range), "(30 to 60)\u{A0}%");
    }

    #[test]
    fn methods_are_called_by_the_titles_of_the_library() {
        let method = Method {
            path: "std.outlier.grubbs".to_owned(),
            parameters: BTreeMap::from([("alpha".to_owned(), 0.05)]),
            flags: vec!["one-sided".to_owned()],
            ..Method::default()
        };
        assert_eq!(ZH.method_title(&method), "格拉布斯准则");
        assert_eq!(ZH.parameters(&method), "显著性水平 0.05，单侧");
        assert_eq!(EN.parameters(&method), "alpha 0.05, one sided");
    }

    #[test]
    fn marks_in_an_authors_text_do_not_act() {
        assert_eq!(escape("a*b|c\n<d>"), "a\\*b\\|c \\<d\\>");
        assert_eq!(escape("1. first"), "1\\. first");
        assert_eq!(escape("- dash"), "\\- dash");
        assert_eq!(escape("1.0.0"), "1.0.0");
    }

    #[test]
    fn conditions_are_called_by_the_titles_of_their_quantities() {
        assert_eq!(ZH.kind_of_quantity("temperature"), "温度");
        assert_eq!(ZH.kind_of_quantity("mass"), "质量");
        assert_eq!(ZH.kind_of_quantity("air-density"), "空气密度");
        assert_eq!(EN.kind_of_quantity("air-density"), "air density");
    }
}
