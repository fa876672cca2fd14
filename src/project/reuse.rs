//! Sections taken over from definitions, and what a protocol changes in them.
//!
//! What a section says itself goes first: a statement of the same keyword (and key, where it may stand several times) takes the place of
//! the definition's; everything else is added. Every change is kept with both places, so that nothing is overridden unseen.

use super::circle::{self, Hop, Telling};
use super::library::Library;
use crate::diagnostic::{Code, Diagnostic};
use crate::schema::table::{BlockRule, Statement};
use crate::schema::{self, Entry, Value};
use crate::source::Span;
use crate::text::Text;

/// A section that was taken over.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reuse {
    /// Full name of the definition.
    pub name: String,
    /// Keyword of the section, in both languages.
    pub section: Text,
    /// Where it is taken over, and where it is defined.
    pub at: Span,
    pub defined: Span,
    pub changes: Vec<Change>,
}

/// A statement that the section adds to its definition, or puts into the place of the definition's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Change {
    pub at: Span,
    /// The definition's statement; none where nothing is replaced.
    pub instead_of: Option<Span>,
}

impl Library {
    /// Completes every section below an entry from the definition it names. A section whose definition cannot be had is poisoned.
    pub(super) fn take_over(
        &self,
        entry: &mut Entry,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Vec<Reuse> {
        let mut reused = Vec::new();
        for child in &mut entry.body {
            if child.takes_over() {
                let wanted = child.statement;
                match self.definition(child, wanted, &mut Vec::new(), diagnostics) {
                    Some((definition, name)) => {
                        let mut changes = Vec::new();
                        child.body = merged(&definition.body, &child.body, &mut changes);
                        reused.push(Reuse {
                            name,
                            section: Text::new(&*wanted.word.zh, &*wanted.word.en),
                            at: child.span,
                            defined: definition.head,
                            changes,
                        });
                        diagnostics.extend(lacking(child));
                    }
                    None => child.poisoned = true,
                }
            }
            let inner = self.take_over(child, diagnostics);
            child.poisoned |= child.body.iter().any(|e| e.takes_over() && e.poisoned);
            reused.extend(inner);
        }
        reused
    }

    /// The definition that an entry names, itself completed from the one it is taken from; with its full name.
    fn definition(
        &self,
        entry: &Entry,
        wanted: &'static Statement,
        way: &mut Vec<Hop>,
        diagnostics: &mut Vec<Diagnostic>,
    ) -> Option<(Entry, String)> {
        let argument = entry.one("from")?;
        let Value::Name(written) = &argument.value else {
            return None;
        };
        let at = argument.span;
        let name = self.full(written, at.file);
        let Some(found) = self.item("define", &name) else {
            if self.is_known(written, at.file) {
                diagnostics.push(self.unknown_definition(&name, at, wanted));
            }
            return None;
        };
        if found.name("section") != Some(wanted.word.en.as_str()) {
            diagnostics.push(other_section(found, &name, at, wanted));
            return None;
        }
        let telling = Telling {
            message: Text::new(
                "定义互相取自对方",
                "definitions are taken from one another in a circle",
            ),
            verb: Text::new("取自", "is taken from"),
            help: Text::new(
                "让其中一个定义自成一体，不再取自另一个",
                "let one of the definitions stand by itself",
            ),
        };
        if let Some(circle) = circle::closed(way, &name, at, &telling) {
            diagnostics.push(circle);
            return None;
        }
        if found.poisoned {
            return None;
        }
        let mut definition = found.clone();
        if found.takes_over() {
            way.push(Hop {
                name: name.clone(),
                at,
            });
            let (base, _) = self.definition(found, wanted, way, diagnostics)?;
            definition.body = merged(&base.body, &found.body, &mut Vec::new());
        }
        Some((definition, name))
    }

    fn unknown_definition(&self, name: &str, at: Span, wanted: &Statement) -> Diagnostic {
        let known: Vec<&str> = (self.items("define"))
            .filter(|(_, entry)| entry.name("section") == Some(wanted.word.en.as_str()))
            .map(|(path, _)| path)
            .collect();
        let (zh, en) = (&wanted.word.zh, &wanted.word.en);
        let diagnostic = Diagnostic::new(
            Code::UnknownName,
            at,
            Text::new(
                format!("没有名为 `{name}` 的 `{zh}` 定义"),
                format!("there is no definition of `{en}` called `{name}`"),
            ),
        );
        let near = (known.iter())
            .map(|k| (strsim::damerau_levenshtein(k, name), *k))
            .filter(|(distance, k)| *distance <= (k.chars().count() / 2).clamp(1, 3))
            .min();
        if let Some((_, near)) = near {
            return diagnostic.suggesting(at, near);
        }
        let list = |mark: &str| {
            let quoted: Vec<String> = known.iter().take(8).map(|k| format!("`{k}`")).collect();
            quoted.join(mark)
        };
        diagnostic.with_help(if known.is_empty() {
            Text::new(
                format!("用 `定义 {zh} {name} {{ … }}` 先行定义，或引用定义它的模块"),
                format!("write `define {en} {name} {{ … }}`, or bring in the module that has it"),
            )
        } else {
            Text::new(
                format!("已定义的有：{}", list("、")),
                format!("those defined are {}", list(", ")),
            )
        })
    }
}

fn other_section(found: &Entry, name: &str, at: Span, wanted: &Statement) -> Diagnostic {
    let section = found.name("section").unwrap_or_default();
    let zh = crate::schema::table::table()
        .section(section)
        .map_or(section, |s| s.word.zh.as_str());
    Diagnostic::new(
        Code::OtherSection,
        at,
        Text::new(
            format!("`{name}` 定义的是 `{zh}`，不能用作 `{}`", wanted.word.zh),
            format!(
                "`{name}` defines `{section}` and cannot be taken for `{}`",
                wanted.word.en
            ),
        ),
    )
    .with_label(
        found.head.to(found.span),
        Text::new("定义在这里", "it is defined here"),
    )
    .with_help(Text::new(
        format!("写 `{zh} {name}`，或换用 `{}` 的定义", wanted.word.zh),
        format!(
            "write `{section} {name}`, or name a definition of `{}`",
            wanted.word.en
        ),
    ))
}

/// What a section still lacks once it is completed.
fn lacking(section: &Entry) -> Vec<Diagnostic> {
    let context = match &section.statement.block {
        BlockRule::Optional(name) | BlockRule::Required(name) => name,
        BlockRule::None | BlockRule::OfSection(_) => return Vec::new(),
    };
    let own = schema::lacking(&section.body, context)
        .map(|statement| schema::missing_statement(statement, context, section.span));
    let inner = (section.body.iter()).filter(|e| e.statement.merges && !e.poisoned);
    own.chain(inner.flat_map(lacking)).collect()
}

/// The statements of a definition with those of the section in their places or behind them.
fn merged(definition: &[Entry], section: &[Entry], changes: &mut Vec<Change>) -> Vec<Entry> {
    // What the section itself says is never overridden by what it says next.
    let mut result: Vec<(Entry, bool)> = definition.iter().map(|e| (e.clone(), true)).collect();
    for entry in section {
        let mut put = Some(entry.clone());
        let mut next = Vec::with_capacity(result.len() + 1);
        for (known, taken_over) in result {
            let overlap = match taken_over {
                true => overrides(entry, &known),
                false => Overlap::None,
            };
            if overlap != Overlap::None
                && let Some(mut put) = put.take()
            {
                if entry.statement.merges {
                    put.body = merged(&known.body, &entry.body, changes);
                }
                next.push((put, false));
            }
            if overlap != Overlap::None && !entry.statement.merges {
                changes.push(Change {
                    at: entry.span,
                    instead_of: Some(known.span),
                });
            }
            match overlap {
                Overlap::None => next.push((known, taken_over)),
                Overlap::Whole => {}
                Overlap::Part(names) => next.push((without(known, &names), true)),
            }
        }
        if let Some(added) = put {
            changes.push(Change {
                at: entry.span,
                instead_of: None,
            });
            next.push((added, false));
        }
        result = next;
    }
    result.into_iter().map(|(entry, _)| entry).collect()
}

/// How far a statement takes the place of another.
#[derive(Debug, PartialEq, Eq)]
enum Overlap {
    None,
    Whole,
    /// It answers these names of the other's list.
    Part(Vec<String>),
}

fn overrides(entry: &Entry, known: &Entry) -> Overlap {
    let (new, old) = (entry.statement, known.statement);
    if new.kin.is_some() && new.kin == old.kin {
        return Overlap::Whole;
    }
    if new.word != old.word || (new.repeats() && new.key.is_empty()) {
        return Overlap::None;
    }
    if !new.repeats() {
        return Overlap::Whole;
    }
    let same = |slot: &String| names(entry, slot) == names(known, slot);
    if new.key.iter().all(same) {
        return Overlap::Whole;
    }
    let [list] = new.key.as_slice() else {
        return Overlap::None;
    };
    let (mine, theirs) = (names(entry, list), names(known, list));
    let shared: Vec<String> = theirs
        .iter()
        .filter(|n| mine.contains(n))
        .cloned()
        .collect();
    match shared.len() {
        0 => Overlap::None,
        all if all == theirs.len() => Overlap::Whole,
        _ => Overlap::Part(shared),
    }
}

/// The values of a slot as far as they can be a key.
fn names(entry: &Entry, slot: &str) -> Vec<String> {
    (entry.all(slot))
        .filter_map(|argument| match &argument.value {
            Value::Name(name) | Value::Choice(name) => Some(name.clone()),
            Value::Text(text) => Some(format!("{}\u{0}{}", text.zh, text.en)),
            Value::Count(count) => Some(count.to_string()),
            Value::Route(stops) => {
                let stops: Vec<&str> = stops.iter().map(|(name, _)| name.as_str()).collect();
                Some(stops.join("\u{0}"))
            }
            _ => None,
        })
        .collect()
}

fn without(mut entry: Entry, names: &[String]) -> Entry {
    let key = entry.statement.key.clone();
    entry.arguments.retain(|argument| {
        let of_key = key.contains(&argument.slot);
        let named =
            matches!(&argument.value, Value::Name(n) | Value::Choice(n) if names.contains(n));
        !(of_key && named)
    });
    entry
}
