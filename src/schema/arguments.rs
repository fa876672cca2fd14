//! Arguments by kind: names, words of a closed set, texts, amounts, dates, methods, routes.

use super::amounts::{unit_of_numbers, unit_run};
use super::cursor::Cursor;
use super::entry::{MethodCall, Step, Value};
use super::instead::date_help;
use super::messages::{is_chinese, nearest};
use super::read::Reader;
use super::table::{self, Statement, Term, table};
use super::usage::{Element, Slot};
use crate::diagnostic::{Code, Diagnostic};
use crate::syntax::{Bracket, Kind, Slip, Symbol, iso_date, quoted};
use crate::text::{Lang, Text, listed};
use crate::values::unit::Library;

/// An argument that is not what its place asks for.
#[derive(Default)]
pub(super) struct Misfit {
    pub help: Option<Text>,
    pub fix: Option<String>,
    /// The message has been given already.
    pub reported: bool,
}

pub(super) type Read<T> = Result<Option<T>, Misfit>;

impl<'t> Reader<'t> {
    /// Reads one argument of the slot's kind; `Ok(None)` when an optional one is absent.
    pub(super) fn argument(
        &mut self,
        cursor: &mut Cursor<'t>,
        context: &str,
        slot: &Slot,
        statement: &'static Statement,
    ) -> Read<Value> {
        let absent = |found: Option<Value>| match found {
            Some(value) => Ok(Some(value)),
            None if slot.optional => Ok(None),
            None => Err(Misfit::default()),
        };
        if let Some(choice) = slot.kind.strip_prefix("choice.") {
            return match self.choice(cursor, choice) {
                Some(word) => Ok(Some(Value::Choice(word))),
                None if slot.optional => Ok(None),
                None => Err(self.wrong_choice(cursor, choice)),
            };
        }
        match slot.kind.as_str() {
            "name" | "path" | "given" | "section" => {
                if slot.optional && self.is_phrase(cursor, statement) {
                    return Ok(None);
                }
                let value = self.name(cursor, &slot.kind);
                absent(value)
            }
            "verdict" => {
                let verdict = self
                    .vocabulary(cursor, &table::VERDICTS)
                    .or_else(|| self.plain_word(cursor));
                absent(verdict.map(Value::Name))
            }
            "text" => {
                let text = self.text(cursor)?;
                absent(text.map(Value::Text))
            }
            "count" | "number" | "quantity" | "value" => {
                self.numeric(cursor, context, slot, statement)
            }
            "duration" => {
                let amount = self.amount(cursor);
                match amount {
                    Some(amount) if amount.unit.is_none() => Err(Misfit {
                        help: Some(Text::new(
                            "时间要写单位，如 `10 d`（天）、`6 wk`（周）、`12 mo`（月）、`20 wd`（工作日）",
                            "a duration needs its unit, as in `10 d` (days), `6 wk` (weeks), `12 mo` (months), `20 wd` (working days)",
                        )),
                        ..Misfit::default()
                    }),
                    other => absent(other.map(Value::Amount)),
                }
            }
            "date" => match self.date(cursor)? {
                Some(date) => Ok(Some(Value::Date(date))),
                None if slot.optional => Ok(None),
                None => {
                    let (help, fix) = date_help(cursor);
                    Err(Misfit {
                        help: Some(help),
                        fix,
                        reported: false,
                    })
                }
            },
            "version" => self.version(cursor, slot),
            "flag" => {
                let flag = self.vocabulary(cursor, &table::FLAGS);
                absent(flag.map(|word| Value::Flag(word == "yes")))
            }
            "unit" => {
                let unit = unit_run(cursor, usize::MAX).or_else(|| unit_of_numbers(cursor));
                match unit {
                    Some((text, count)) => {
                        cursor.advance(count);
                        Ok(Some(Value::Unit(text)))
                    }
                    None if cursor.is_open(Bracket::Round) => Err(Misfit {
                        help: Some(Text::new(
                            "单位不加括号，如 `单位 mg`",
                            "write the unit without brackets, as in `unit mg`",
                        )),
                        ..Misfit::default()
                    }),
                    None => Err(Misfit {
                        help: Some(Text::new(
                            "如 `单位 mg`、`单位 %`；纯数写 `单位 1`",
                            "as in `unit mg` or `unit %`; for a pure number write `unit 1`",
                        )),
                        ..Misfit::default()
                    }),
                }
            }
            "kind" => {
                let value = self.kind_of_quantity(cursor);
                absent(value)
            }
            "condition" => self
                .condition(cursor)
                .map(|expression| Some(Value::Condition(expression))),
            "method" => {
                let method = self.method(cursor, statement);
                absent(method.map(Value::Method))
            }
            "route" => self.route(cursor),
            "labelled" => self.labelled(cursor, context),
            "bound" => self.bound(cursor),
            "step" => {
                let step = self.statement(cursor, "step");
                match step {
                    Some(entry) => Ok(Some(Value::Step(Step(Box::new(entry))))),
                    None => Err(self.wrong_step(cursor)),
                }
            }
            _ => Err(Misfit::default()),
        }
    }

    fn is_phrase(&self, cursor: &Cursor<'t>, statement: &Statement) -> bool {
        let written = cursor.slice_at(0);
        statement.usage.iter().any(|element| match element {
            Element::Phrase { word, .. } => [&word.en, &word.zh]
                .into_iter()
                .any(|s| s.split(' ').next() == Some(written)),
            Element::Slot(_) => false,
        })
    }

    fn plain_word(&mut self, cursor: &mut Cursor<'t>) -> Option<String> {
        let word = cursor.word().map(str::to_owned)?;
        cursor.advance(1);
        Some(word)
    }

    fn name(&mut self, cursor: &mut Cursor<'t>, kind: &str) -> Option<Value> {
        if kind == "given"
            && let Some(word) = self.vocabulary(cursor, &[("reference", "参考值")])
        {
            return Some(Value::Name(word));
        }
        let name = match cursor.kind()? {
            Kind::Word => cursor.slice_at(0),
            Kind::Identifier if matches!(kind, "name" | "given") => cursor.slice_at(0),
            _ => return None,
        };
        cursor.advance(1);
        Some(Value::Name(name.to_owned()))
    }

    /// A kind of quantity by its name in either language; any other name is the model's to judge.
    fn kind_of_quantity(&mut self, cursor: &mut Cursor<'t>) -> Option<Value> {
        let written = cursor.word()?;
        let known = Library::standard().ok()?.dimension_entry(written);
        let name = match known {
            Some(entry) => {
                let term = Term {
                    en: entry.name.clone(),
                    zh: entry.title.zh.clone(),
                };
                self.optional_keyword(cursor, &term);
                term.en
            }
            None => written.to_owned(),
        };
        cursor.advance(1);
        Some(Value::Name(name))
    }

    /// A word of a closed set, in either language.
    fn choice(&mut self, cursor: &mut Cursor<'t>, choice: &str) -> Option<String> {
        let written = cursor.word()?;
        // `en` and `zh` may be spelled alike (En, U, k): then the first match serves both.
        let term = table()
            .choice(choice)
            .iter()
            .find(|t| t.en == written || t.zh == written)?;
        self.keyword(cursor, 0, term);
        cursor.advance(1);
        Some(term.en.clone())
    }

    /// A word that the language knows in both spellings; gives the English one.
    fn vocabulary(&mut self, cursor: &mut Cursor<'t>, words: &[(&str, &str)]) -> Option<String> {
        let (en, zh) = table::spelled(words, cursor.word()?)?;
        let term = Term {
            en: en.to_owned(),
            zh: zh.to_owned(),
        };
        self.keyword(cursor, 0, &term);
        cursor.advance(1);
        Some(term.en)
    }

    fn wrong_choice(&self, cursor: &Cursor<'t>, choice: &str) -> Misfit {
        let terms = table().choice(choice);
        let written = cursor.slice_at(0);
        let near = nearest(written, terms).map(|t| {
            if is_chinese(written) {
                t.zh.clone()
            } else {
                t.en.clone()
            }
        });
        let list = |lang: Lang| listed(terms.iter().map(|t| t.get(lang)), lang);
        let help = match &near {
            Some(near) => Text::new(
                format!("是否应为 `{near}`？可选：{}", list(Lang::Zh)),
                format!("did you mean `{near}`? One of {}", list(Lang::En)),
            ),
            None => Text::new(
                format!("可选：{}", list(Lang::Zh)),
                format!("write one of {}", list(Lang::En)),
            ),
        };
        Misfit {
            help: Some(help),
            fix: near,
            reported: false,
        }
    }

    fn wrong_step(&self, cursor: &Cursor<'t>) -> Misfit {
        let list = |lang: Lang| listed(table().within("step").map(|s| s.word.get(lang)), lang);
        let near = nearest(cursor.slice_at(0), table().within("step").map(|s| &s.word));
        Misfit {
            help: Some(Text::new(
                format!("可选：{}", list(Lang::Zh)),
                format!("write one of {}", list(Lang::En)),
            )),
            fix: near.map(|t| {
                if is_chinese(cursor.slice_at(0)) {
                    t.zh.clone()
                } else {
                    t.en.clone()
                }
            }),
            reported: false,
        }
    }

    /// `"…"`, or `zh "…" en "…"` in either order.
    pub(super) fn text(&mut self, cursor: &mut Cursor<'t>) -> Read<Text> {
        if let Some(text) = literal(cursor, 0) {
            cursor.advance(1);
            return Ok(Some(Text::same(text)));
        }
        let mut result = Text::default();
        while let Some((language, _)) = cursor
            .word()
            .and_then(|w| table::spelled(&table::LANGUAGES, w))
        {
            let Some(text) = literal(cursor, 1) else {
                cursor.advance(1);
                return Err(Misfit {
                    help: Some(Text::new(
                        format!("`{language}` 之后写引号内的文本"),
                        format!("write a text in quotation marks behind `{language}`"),
                    )),
                    ..Misfit::default()
                });
            };
            if language == "zh" {
                result.zh = text;
            } else {
                result.en = text;
            }
            cursor.advance(2);
        }
        Ok((!result.is_empty()).then_some(result))
    }

    pub(super) fn date(&mut self, cursor: &mut Cursor<'t>) -> Read<jiff::civil::Date> {
        let written = cursor.slice_at(0);
        let iso = match cursor.kind() {
            Some(Kind::Date) => written.to_owned(),
            Some(Kind::Slip(Slip::LooseDate)) => iso_date(written),
            Some(Kind::Slip(Slip::ForeignDate)) => {
                return Err(Misfit {
                    reported: true,
                    ..Misfit::default()
                });
            }
            _ => return Ok(None),
        };
        match iso.parse() {
            Ok(date) => {
                cursor.advance(1);
                Ok(Some(date))
            }
            Err(_) => {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::ImpossibleDate,
                        cursor.span(),
                        Text::new(
                            format!("日期 `{written}` 不存在"),
                            format!("there is no date `{written}`"),
                        ),
                    )
                    .with_help(Text::new("核对月份和日数", "check the month and the day")),
                );
                Err(Misfit {
                    reported: true,
                    ..Misfit::default()
                })
            }
        }
    }

    fn version(&mut self, cursor: &mut Cursor<'t>, slot: &Slot) -> Read<Value> {
        match cursor.kind() {
            Some(Kind::Version) => {
                let version = cursor.slice_at(0).to_owned();
                cursor.advance(1);
                Ok(Some(Value::Version(version)))
            }
            _ if slot.optional => Ok(None),
            _ => Err(Misfit {
                help: Some(Text::new(
                    "版本号写三段，如 `1.0.0`",
                    "a version has three parts, as in `1.0.0`",
                )),
                ..Misfit::default()
            }),
        }
    }

    fn method(&mut self, cursor: &mut Cursor<'t>, statement: &Statement) -> Option<MethodCall> {
        let path = cursor.word()?.to_owned();
        let mut call = MethodCall {
            path,
            span: cursor.span(),
            parameters: Vec::new(),
            flags: Vec::new(),
        };
        cursor.advance(1);
        loop {
            if let Some(span) = cursor
                .kind()
                .filter(|k| *k == Kind::Number && call.parameters.is_empty())
                .map(|_| cursor.span())
            {
                if statement
                    .usage
                    .iter()
                    .flat_map(Element::slots)
                    .any(|s| s.kind == "count")
                {
                    return Some(call);
                }
                call.parameters
                    .push(("level".to_owned(), cursor.slice_at(0).to_owned(), span));
                cursor.advance(1);
                continue;
            }
            if cursor.kind_at(1) == Some(Kind::Number) && !self.is_phrase(cursor, statement) {
                let Some(name) = self.vocabulary(cursor, &table::PARAMETERS) else {
                    return Some(call);
                };
                let mut number = cursor.slice_at(0).to_owned();
                let mut span = cursor.span();
                cursor.advance(1);
                if matches!(cursor.word(), Some("%" | "\u{FF05}")) {
                    number.push_str("e-2");
                    span = span.to(cursor.span());
                    cursor.advance(1);
                }
                call.parameters.push((name, number, span));
                continue;
            }
            let span = cursor.span();
            match self.vocabulary(cursor, &table::SIDES) {
                Some(flag) => call.flags.push((flag, span)),
                None => return Some(call),
            }
        }
    }

    /// `A -> B -> C`
    fn route(&mut self, cursor: &mut Cursor<'t>) -> Read<Value> {
        let mut stops = Vec::new();
        loop {
            let Some(word) = cursor.word() else {
                return Err(Misfit {
                    help: Some(Text::new(
                        "路线写成 `NIM -> SIMT -> NIM`",
                        "write a route as `NIM -> SIMT -> NIM`",
                    )),
                    ..Misfit::default()
                });
            };
            stops.push((word.to_owned(), cursor.span()));
            cursor.advance(1);
            if !cursor.take_symbol(Symbol::Arrow) {
                return Ok(Some(Value::Route(stops)));
            }
        }
    }

    /// `shock 10 g`, `temperature 5 °C .. 35 °C`
    fn labelled(&mut self, cursor: &mut Cursor<'t>, context: &str) -> Read<Value> {
        let Some(label) = self.choice(cursor, "monitored") else {
            return Err(self.wrong_choice(cursor, "monitored"));
        };
        let help = || Misfit {
            help: Some(Text::new(
                "写成 `冲击 20 g, 温度 5 °C .. 35 °C`；单个数值为上限，不写 `<`",
                "write `shock 20 g, temperature 5 °C .. 35 °C`; a single value is the most allowed, without `<`",
            )),
            ..Misfit::default()
        };
        match self.any_value(cursor, context) {
            Ok(Some(value)) => Ok(Some(Value::Labelled(label, Box::new(value)))),
            Err(misfit) if misfit.reported || misfit.help.is_some() => Err(misfit),
            Ok(None) | Err(_) => Err(help()),
        }
    }

    /// `0.53 mg at p1kg`; without `at` the bound holds at every point.
    fn bound(&mut self, cursor: &mut Cursor<'t>) -> Read<Value> {
        let Some(amount) = self.amount(cursor) else {
            return Err(Misfit::default());
        };
        let mut points = Vec::new();
        if self.vocabulary(cursor, &[("at", "于")]).is_some() {
            let Some(point) = cursor.word() else {
                return Err(Misfit::default());
            };
            points.push((point.to_owned(), cursor.span()));
            cursor.advance(1);
        }
        Ok(Some(Value::Bound(amount, points)))
    }

    pub(super) fn expression_word(&mut self, cursor: &mut Cursor<'t>, wanted: &str) -> bool {
        let found = cursor
            .word()
            .and_then(|w| table::spelled(&table::EXPRESSION_WORDS, w))
            .is_some_and(|(en, _)| en == wanted);
        if found {
            self.vocabulary(cursor, &table::EXPRESSION_WORDS);
        }
        found
    }

    pub(super) fn verdict_word(&mut self, cursor: &mut Cursor<'t>) -> Option<String> {
        self.vocabulary(cursor, &table::VERDICTS)
            .or_else(|| self.plain_word(cursor))
    }
}

/// The content of a text token `ahead`, quotation marks and escapes resolved.
fn literal(cursor: &Cursor<'_>, ahead: usize) -> Option<String> {
    let written = cursor.slice_at(ahead);
    match cursor.kind_at(ahead)? {
        Kind::Text => {
            // One quotation mark at each end is the text's own; others belong to what it says.
            let inside = written.strip_prefix(['"', '\u{201C}']).unwrap_or(written);
            let inside = inside.strip_suffix(['"', '\u{201D}']).unwrap_or(inside);
            Some(unescaped(inside))
        }
        Kind::LongText => Some(dedented(
            written
                .trim_start_matches("\"\"\"")
                .strip_suffix("\"\"\"")
                .unwrap_or_default(),
        )),
        Kind::Slip(Slip::StrangeText) => {
            let meant = quoted(written);
            let inside = meant.strip_prefix('"').unwrap_or(&meant);
            Some(unescaped(inside.strip_suffix('"').unwrap_or(inside)))
        }
        Kind::Slip(Slip::OpenText | Slip::OpenLongText) => Some(
            written
                .trim_start_matches(['"', '\u{201C}', '\u{201D}'])
                .trim_end()
                .to_owned(),
        ),
        _ => None,
    }
}

fn unescaped(inside: &str) -> String {
    let mut out = String::with_capacity(inside.len());
    let mut characters = inside.chars();
    while let Some(c) = characters.next() {
        match c {
            '\\' => match characters.next() {
                Some('n') => out.push('\n'),
                Some(other) => out.push(other),
                None => {}
            },
            other => out.push(other),
        }
    }
    out
}

/// A long text without the indentation that all its lines share.
fn dedented(inside: &str) -> String {
    let lines: Vec<&str> = inside.trim_matches(['\n', '\r']).lines().collect();
    let indent = lines
        .iter()
        .filter(|l| !l.trim().is_empty())
        .map(|l| l.len() - l.trim_start().len())
        .min()
        .unwrap_or(0);
    let cut: Vec<&str> = lines
        .iter()
        .map(|l| l.get(indent..).unwrap_or(l.trim_start()).trim_end())
        .collect();
    cut.join("\n").trim_end().to_owned()
}
