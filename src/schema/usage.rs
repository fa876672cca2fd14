//! The notation in which the table writes the arguments of a statement; `statements.toml` explains it.

use super::table::Term;

/// One argument: its name for the model and the kind of value it takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Slot {
    pub name: String,
    pub kind: String,
    pub optional: bool,
    pub list: bool,
}

/// A part of a usage: a bare argument, or a phrase of words and their arguments.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Element {
    Slot(Slot),
    Phrase {
        word: Term,
        slots: Vec<Slot>,
        required: bool,
    },
}

impl Element {
    /// The arguments in this part.
    pub fn slots(&self) -> &[Slot] {
        match self {
            Element::Slot(slot) => std::slice::from_ref(slot),
            Element::Phrase { slots, .. } => slots,
        }
    }
}

/// Parses a usage such as `<id:name> <title:text>? [certificate|证书 <certificate:text>]`.
pub(super) fn parse(pattern: &str) -> Result<Vec<Element>, String> {
    let mut elements = Vec::new();
    let mut rest = pattern.trim_start();
    while let Some(first) = rest.chars().next() {
        let (element, behind) = match first {
            '<' => {
                let (slot, behind) = slot(rest)?;
                (Element::Slot(slot), behind)
            }
            '(' => phrase(rest, ')', true)?,
            '[' => phrase(rest, ']', false)?,
            _ => return Err(format!("unexpected `{rest}`")),
        };
        elements.push(element);
        rest = behind.trim_start();
    }
    Ok(elements)
}

fn slot(text: &str) -> Result<(Slot, &str), String> {
    let (inside, mut behind) = text
        .strip_prefix('<')
        .and_then(|t| t.split_once('>'))
        .ok_or_else(|| format!("no `>` in `{text}`"))?;
    let (name, kind) = inside
        .split_once(':')
        .ok_or_else(|| format!("no `:` in `{inside}`"))?;
    let mut slot = Slot {
        name: name.to_owned(),
        kind: kind.to_owned(),
        optional: false,
        list: false,
    };
    if let Some(list) = kind.strip_suffix(',') {
        (slot.kind, slot.list) = (list.to_owned(), true);
    }
    if let Some(optional) = behind.strip_prefix('?') {
        (slot.optional, behind) = (true, optional);
    }
    Ok((slot, behind))
}

fn phrase(text: &str, close: char, required: bool) -> Result<(Element, &str), String> {
    let body = text.get(1..).unwrap_or_default();
    let (word, mut rest) = body
        .split_once([' ', close])
        .ok_or_else(|| format!("`{text}` is not closed"))?;
    let at_end = body.get(word.len()..).is_some_and(|r| r.starts_with(close));
    let (en, zh) = word
        .split_once('|')
        .ok_or_else(|| format!("`{word}` has no Chinese spelling"))?;
    let word = Term {
        en: en.replace('_', " "),
        zh: zh.replace('_', " "),
    };
    let mut slots = Vec::new();
    if !at_end {
        rest = rest.trim_start();
        while rest.starts_with('<') {
            let (one, behind) = slot(rest)?;
            slots.push(one);
            rest = behind.trim_start();
        }
        rest = rest
            .strip_prefix(close)
            .ok_or_else(|| format!("`{text}` is not closed"))?;
    }
    Ok((
        Element::Phrase {
            word,
            slots,
            required,
        },
        rest,
    ))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::panic)]

    use super::*;

    #[test]
    fn a_usage_is_read_into_its_parts() {
        let elements =
            parse("<id:name> <points:name,>? (over|历时 <span:duration>) [each_visit|每次]")
                .unwrap();
        assert_eq!(elements.len(), 4);
        let Element::Slot(points) = &elements[1] else {
            panic!("a slot")
        };
        assert!(points.list && points.optional);
        let Element::Phrase {
            word,
            slots,
            required,
        } = &elements[3]
        else {
            panic!("a phrase")
        };
        assert_eq!(
            (word.en.as_str(), word.zh.as_str(), slots.len(), *required),
            ("each visit", "每次", 0, false)
        );
    }

    #[test]
    fn a_usage_that_is_not_closed_is_refused() {
        assert!(parse("<id:name").is_err());
        assert!(parse("(over|历时 <a:b>").is_err());
        assert!(parse("(over <a:b>)").is_err());
    }
}
