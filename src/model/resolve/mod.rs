//! Entries into the model: names found, units brought together, contradictions reported at both places.

mod certificates;
mod conditions;
mod evaluation;
mod facts;
mod integrity;
mod joint;
mod journey;
mod laboratory;
mod link;
mod points;
mod policy;
mod quantities;
mod scores;
mod sections;
mod standard;
mod verdicts;

use super::Protocol;
use crate::diagnostic::{Code, Diagnostic};
use crate::project::Library;
use crate::schema::{Document, Entry, Value};
use crate::source::{Span, Spanned};
use crate::text::Text;

/// The protocols of a document; one that lacks an indispensable part is left out (its findings say why).
pub fn resolve(document: &Document, library: &Library) -> (Vec<Protocol>, Vec<Diagnostic>) {
    let mut resolver = Resolver {
        library,
        diagnostics: Vec::new(),
    };
    resolver.edition(document);
    let entries: Vec<&Entry> = document
        .entries
        .iter()
        .filter(|e| e.word() == "protocol")
        .collect();
    let protocols = entries
        .into_iter()
        .filter_map(|entry| resolver.protocol(entry))
        .collect();
    (protocols, resolver.diagnostics)
}

/// The editions of the language that this compiler reads.
const EDITIONS: [u64; 1] = [2026];

pub(crate) struct Resolver<'a> {
    pub library: &'a Library,
    pub diagnostics: Vec<Diagnostic>,
}

impl Resolver<'_> {
    fn edition(&mut self, document: &Document) {
        let Some(entry) = document.entries.iter().find(|e| e.word() == "edition") else {
            return;
        };
        let Some(year) = entry.count("year").filter(|year| !EDITIONS.contains(year)) else {
            return;
        };
        self.report(
            Diagnostic::new(
                Code::UnknownEdition,
                entry.span,
                Text::new(
                    format!("没有 {year} 版语言"),
                    format!("there is no edition {year} of the language"),
                ),
            )
            .with_help(Text::new("写 `语言版本 2026`", "write `edition 2026`")),
        );
    }

    pub fn report(&mut self, diagnostic: Diagnostic) {
        self.diagnostics.push(diagnostic);
    }

    pub fn at(entry: &Entry, slot: &str) -> Span {
        entry.one(slot).map_or(entry.span, |argument| argument.span)
    }

    /// A name of the file's own with its place.
    pub fn spanned(entry: &Entry, slot: &str) -> Option<Spanned<String>> {
        entry
            .name(slot)
            .map(|name| Spanned::new(name.to_owned(), Self::at(entry, slot)))
    }

    /// All names of a list with their places.
    pub fn spanned_list(entry: &Entry, slot: &str) -> Vec<Spanned<String>> {
        entry
            .all(slot)
            .filter_map(|argument| match &argument.value {
                Value::Name(name) | Value::Choice(name) => {
                    Some(Spanned::new(name.clone(), argument.span))
                }
                _ => None,
            })
            .collect()
    }

    /// All texts of a list.
    pub fn texts(entry: &Entry, slot: &str) -> Vec<Text> {
        entry
            .all(slot)
            .filter_map(|argument| match &argument.value {
                Value::Text(text) => Some(text.clone()),
                _ => None,
            })
            .collect()
    }

    /// Reports names that were given twice among things of one kind.
    pub fn unique<'n>(&mut self, what: &Text, names: impl Iterator<Item = (&'n str, Span)>) {
        let mut seen: std::collections::BTreeMap<&str, Span> = std::collections::BTreeMap::new();
        for (name, at) in names {
            if let Some(first) = seen.get(name) {
                self.diagnostics.push(
                    Diagnostic::new(
                        Code::DuplicateName,
                        at,
                        Text::new(
                            format!("{} `{name}` 重复", what.zh),
                            format!("{} `{name}` is declared twice", what.en),
                        ),
                    )
                    .with_label(
                        *first,
                        Text::new("第一次写在这里", "it is declared here already"),
                    )
                    .with_help(Text::new(
                        "给其中一个另取名称，或删除重复的一行",
                        "rename one of them, or remove the repetition",
                    )),
                );
            } else {
                seen.insert(name, at);
            }
        }
    }

    /// Reports a name that is not among `known`.
    pub fn unknown(&mut self, what: &Text, name: &str, at: Span, known: &[&str]) {
        let known: Vec<Text> = known.iter().map(|name| Text::same(*name)).collect();
        self.unknown_word(what, &Text::same(name), at, &known);
    }

    /// Reports a word that is not among `known`, each in both languages.
    pub fn unknown_word(&mut self, what: &Text, name: &Text, at: Span, known: &[Text]) {
        let longest = |k: &str| k.chars().count().max(name.zh.chars().count());
        let near = known
            .iter()
            .flat_map(|k| [k.zh.as_str(), k.en.as_str()])
            .flat_map(|k| {
                [name.zh.as_str(), name.en.as_str()]
                    .map(|name| (strsim::damerau_levenshtein(k, name), k))
            })
            .filter(|(distance, k)| {
                *distance <= (longest(k) / 2).clamp(1, 3) && *distance < longest(k)
            })
            .min()
            .map(|(_, k)| k);
        let diagnostic = Diagnostic::new(
            Code::UnknownName,
            at,
            Text::new(
                format!("没有名为 `{}` 的{}", name.zh, what.zh),
                format!("there is no {} called `{}`", what.en, name.en),
            ),
        );
        let list = |pick: fn(&Text) -> &str, sign: &str| {
            let names = known.iter().take(8).map(|k| format!("`{}`", pick(k)));
            names.collect::<Vec<_>>().join(sign)
        };
        self.report(match near {
            Some(near) => diagnostic.suggesting(at, near),
            None if known.is_empty() => diagnostic.with_help(Text::new(
                format!("先声明该{}", what.zh),
                format!("declare the {} first", what.en),
            )),
            None => diagnostic.with_help(Text::new(
                format!("可用的有：{}", list(|k| &k.zh, "、")),
                format!("there are {}", list(|k| &k.en, ", ")),
            )),
        });
    }

    /// Whether a name is known; reports it otherwise.
    pub fn require(&mut self, what: &Text, name: &Spanned<String>, known: &[&str]) -> bool {
        let found = known.contains(&name.value.as_str());
        if !found {
            self.unknown(what, &name.value, name.span, known);
        }
        found
    }
}

/// What things are called in messages about their names.
pub(crate) mod nouns {
    use crate::text::Text;

    pub fn laboratory() -> Text {
        Text::new("实验室", "laboratory")
    }
    pub fn stop() -> Text {
        Text::new("站", "stop of this route")
    }
    pub fn measurand() -> Text {
        Text::new("被测量", "measurand")
    }
    pub fn point() -> Text {
        Text::new("测量点", "point")
    }
    pub fn artefact() -> Text {
        Text::new("传递标准", "transfer standard")
    }
    pub fn calendar() -> Text {
        Text::new("日历", "calendar")
    }
    pub fn policy() -> Text {
        Text::new("制度", "policy")
    }
    pub fn quantity() -> Text {
        Text::new("量", "kind of quantity")
    }
    pub fn variable() -> Text {
        Text::new("可用于此条件的量", "quantity for this condition")
    }
    pub fn exception() -> Text {
        Text::new("例外", "exception")
    }
    pub fn verdict() -> Text {
        Text::new("结论", "verdict")
    }
}
