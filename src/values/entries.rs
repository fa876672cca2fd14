//! A strict reader of library entries: `kind name { keyword arguments }`, one property a line.
//!
//! The unit and calendar tables use only this corner of the language, so that they can be read before, and without, its
//! full grammar. Strings are `"…"` with `\\` and `\"`; `//` begins a comment.

use crate::text::Text;

/// One `kind name { … }`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    pub kind: String,
    pub name: String,
    pub line: usize,
    pub properties: Vec<Property>,
}

/// One line of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Property {
    pub keyword: String,
    pub line: usize,
    pub arguments: Vec<Argument>,
}

/// A bare word or a string; commas only separate.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Argument {
    Word(String),
    Text(String),
}

/// What is wrong at which line of a table.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct EntryError {
    pub line: usize,
    pub text: Text,
}

impl EntryError {
    pub fn new(line: usize, zh: impl Into<String>, en: impl Into<String>) -> EntryError {
        EntryError {
            line,
            text: Text::new(zh, en),
        }
    }

    /// The message for a person, with its line.
    pub fn message(&self) -> Text {
        Text::new(
            format!("第 {} 行：{}", self.line, self.text.zh),
            format!("Line {}: {}", self.line, self.text.en),
        )
    }
}

crate::values::spoken!(EntryError);

impl Property {
    /// An error at this line: the arguments are not of the form needed.
    pub fn malformed(&self, needed: &str) -> EntryError {
        EntryError::new(
            self.line,
            format!("“{}”的写法应为：{needed}", self.keyword),
            format!("“{}” is written: {needed}", self.keyword),
        )
    }

    /// The bare words, in order.
    pub fn words(&self) -> Vec<&str> {
        self.arguments
            .iter()
            .filter_map(|a| {
                if let Argument::Word(w) = a {
                    Some(w.as_str())
                } else {
                    None
                }
            })
            .collect()
    }

    /// The strings, in order.
    pub fn texts(&self) -> Vec<&str> {
        self.arguments
            .iter()
            .filter_map(|a| {
                if let Argument::Text(t) = a {
                    Some(t.as_str())
                } else {
                    None
                }
            })
            .collect()
    }

    /// The text of `zh "…" en "…"`, or of one string without a language; empty when there is none.
    pub fn bilingual(&self) -> Text {
        let after = |lang: &str| {
            self.arguments.windows(2).find_map(|pair| match pair {
                [Argument::Word(word), Argument::Text(text)] if word == lang => Some(text.clone()),
                _ => None,
            })
        };
        match (after("zh"), after("en"), self.texts().first()) {
            (None, None, Some(text)) => Text::same(*text),
            (zh, en, _) => Text::new(zh.unwrap_or_default(), en.unwrap_or_default()),
        }
    }
}

/// The entries of `source`, in order. An `edition` line may stand first.
///
/// # Errors
/// The first line that has not the form of an entry.
pub fn read(source: &str) -> Result<Vec<Entry>, EntryError> {
    let mut entries = Vec::new();
    let mut open: Option<Entry> = None;
    let mut last = 0;
    for (i, line) in source.lines().enumerate() {
        last = i + 1;
        let tokens = tokens(line, last)?;
        let words: Vec<&str> = tokens
            .iter()
            .map(|a| {
                if let Argument::Word(w) = a {
                    w.as_str()
                } else {
                    ""
                }
            })
            .collect();
        open = match (open, words.as_slice()) {
            (open, []) => open,
            (None, ["edition", _]) => None,
            (None, [kind, name, "{"]) if !kind.is_empty() && !name.is_empty() => Some(Entry {
                kind: (*kind).to_string(),
                name: (*name).to_string(),
                line: last,
                properties: Vec::new(),
            }),
            (Some(entry), ["}"]) => {
                entries.push(entry);
                None
            }
            (Some(mut entry), [keyword, ..])
                if !keyword.is_empty() && !words.contains(&"{") && !words.contains(&"}") =>
            {
                let arguments = tokens.iter().skip(1).cloned().collect();
                entry.properties.push(Property {
                    keyword: (*keyword).to_string(),
                    line: last,
                    arguments,
                });
                Some(entry)
            }
            _ => {
                return Err(EntryError::new(
                    last,
                    "此处应为条目（种类 名称 {）、属性行或“}”",
                    "expected an entry (kind name {), a property or “}”",
                ));
            }
        };
    }
    match open {
        None => Ok(entries),
        Some(entry) => Err(EntryError::new(
            last,
            format!("条目“{}”没有结束的“}}”", entry.name),
            format!("the entry “{}” lacks its “}}”", entry.name),
        )),
    }
}

fn tokens(line: &str, number: usize) -> Result<Vec<Argument>, EntryError> {
    let mut out = Vec::new();
    let mut chars = line.trim_start_matches('\u{feff}').chars().peekable();
    while let Some(c) = chars.next() {
        match c {
            ',' => {}
            c if c.is_whitespace() => {}
            '"' => out.push(Argument::Text(quoted(&mut chars, number)?)),
            '/' if chars.peek() == Some(&'/') => break,
            c => {
                let mut word = String::from(c);
                while let Some(next) =
                    chars.next_if(|n| !n.is_whitespace() && *n != ',' && *n != '"')
                {
                    word.push(next);
                }
                out.push(Argument::Word(word));
            }
        }
    }
    Ok(out)
}

fn quoted(chars: &mut impl Iterator<Item = char>, number: usize) -> Result<String, EntryError> {
    let mut text = String::new();
    while let Some(c) = chars.next() {
        match c {
            '"' => return Ok(text),
            '\\' => match chars.next() {
                Some(escaped @ ('\\' | '"')) => text.push(escaped),
                _ => {
                    return Err(EntryError::new(
                        number,
                        "字符串中的“\\”之后只能是“\\”或“\"”",
                        "after “\\” in a string only “\\” or “\"” may stand",
                    ));
                }
            },
            c => text.push(c),
        }
    }
    Err(EntryError::new(
        number,
        "字符串没有结束的引号",
        "the string lacks its closing quotation mark",
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn an_entry_is_read_with_its_properties() {
        let entries = read("edition 2026\n// units\nunit newton {\n  title zh \"牛顿\" en \"newton\" // N\n  dsi \"\\\\newton\"\n  off 2026-01-01 .. 2026-01-03\n}\n").unwrap();
        assert_eq!(entries.len(), 1);
        assert_eq!(
            entries[0].properties[0].bilingual(),
            Text::new("牛顿", "newton")
        );
        assert_eq!(entries[0].properties[1].texts(), ["\\newton"]);
        assert_eq!(
            entries[0].properties[2].words(),
            ["2026-01-01", "..", "2026-01-03"]
        );
    }

    #[test]
    fn a_fault_names_its_line() {
        assert_eq!(read("unit a {\n symbol \"A\n}").unwrap_err().line, 2);
        assert_eq!(read("unit a {\n symbol \"A\"\n").unwrap_err().line, 2);
        assert_eq!(read("\n\nnonsense").unwrap_err().line, 3);
        assert_eq!(read("unit a {\n unit b {\n}\n}").unwrap_err().line, 2);
    }
}
