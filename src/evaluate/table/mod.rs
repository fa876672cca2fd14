//! Tables of numbers in and out: [`Data`](super::method::Data) from TOML or CSV text and from `NAME=VALUE`, and
//! [`Quantities`](super::method::Quantities) as JSON, CSV or a table for people.

mod cell;
mod delimited;
mod stated;
mod tree;
mod units;
mod write;

use crate::evaluate::method::Field;
use crate::text::Text;

pub use delimited::from_csv;
pub use tree::from_toml;
pub use units::unify;
pub use write::{to_csv, to_json, to_people};

/// Where in the input the trouble is.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub enum Place {
    /// Line and column of a text file; for a CSV the column counts the fields.
    Spot { line: u64, column: usize },
    /// The dotted key of an entry in a TOML file.
    Key(String),
    /// An argument `NAME=VALUE`.
    Argument(String),
}

/// Why a table could not be read. The reason says what was found, what is needed and how to mend it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Unreadable {
    pub place: Place,
    pub reason: Text,
}

impl Unreadable {
    fn at_key(key: &str, zh: impl Into<String>, en: impl Into<String>) -> Unreadable {
        Unreadable {
            place: Place::Key(key.to_owned()),
            reason: Text::new(zh, en),
        }
    }

    fn at(line: u64, column: usize, zh: impl Into<String>, en: impl Into<String>) -> Unreadable {
        Unreadable {
            place: Place::Spot { line, column },
            reason: Text::new(zh, en),
        }
    }

    /// The whole message, place first.
    pub fn message(&self) -> Text {
        let (zh, en) = match &self.place {
            Place::Spot { line, column } => (
                format!("第 {line} 行第 {column} 列"),
                format!("line {line}, column {column}"),
            ),
            Place::Key(key) => (format!("键 `{key}`"), format!("key `{key}`")),
            Place::Argument(text) => (format!("参数 `{text}`"), format!("argument `{text}`")),
        };
        Text::new(
            format!("{zh}：{}", self.reason.zh),
            format!("{en}: {}", self.reason.en),
        )
    }
}

/// A parameter written `NAME=VALUE`; the value is a number, `true` or `false`, a list in brackets, or else a word.
pub fn parameter(argument: &str) -> Result<(String, Field), Unreadable> {
    let refuse = |zh: &str, en: &str| Unreadable {
        place: Place::Argument(argument.to_owned()),
        reason: Text::new(zh, en),
    };
    let (name, value) = argument.split_once('=').ok_or_else(|| {
        refuse(
            "缺少等号；请写成 `名称=值`",
            "there is no `=`; write `NAME=VALUE`",
        )
    })?;
    let (name, value) = (name.trim(), value.trim());
    if name.is_empty() || value.is_empty() {
        return Err(refuse(
            "名称或值为空；请写成 `名称=值`",
            "the name or the value is empty; write `NAME=VALUE`",
        ));
    }
    let field = if value.starts_with('[') {
        tree::list(name, value)?
    } else {
        scalar(value)
    };
    Ok((name.to_owned(), field))
}

/// A number, a flag, or a word (quotation marks around it are dropped).
fn scalar(text: &str) -> Field {
    match text {
        "true" => Field::Flag(true),
        "false" => Field::Flag(false),
        _ => number(text).map_or_else(
            || Field::Word(text.trim_matches('"').to_owned()),
            Field::Number,
        ),
    }
}

/// A number as written in a table: an ordinary decimal number, or `inf` (also `∞`).
fn number(text: &str) -> Option<f64> {
    match text {
        "∞" | "+∞" => Some(f64::INFINITY),
        "-∞" => Some(f64::NEG_INFINITY),
        _ => text.parse().ok(),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_parameter_is_a_number_a_flag_a_list_or_a_word() {
        assert_eq!(
            parameter("alpha = 1.5").unwrap(),
            ("alpha".into(), Field::Number(1.5))
        );
        assert_eq!(
            parameter("dof=inf").unwrap(),
            ("dof".into(), Field::Number(f64::INFINITY))
        );
        assert_eq!(parameter("strict=true").unwrap().1, Field::Flag(true));
        assert_eq!(
            parameter("levels=[0.05, 0.01]").unwrap().1,
            Field::Numbers(vec![0.05, 0.01])
        );
        assert_eq!(
            parameter("basis=stated").unwrap().1,
            Field::Word("stated".into())
        );
    }

    #[test]
    fn a_parameter_without_a_value_is_refused_by_name() {
        let refused = parameter("alpha").unwrap_err();
        assert_eq!(refused.place, Place::Argument("alpha".into()));
        assert!(refused.message().en.contains("NAME=VALUE"));
        assert!(parameter("alpha=").is_err());
        assert!(parameter("list=[1, \"a\"]").is_err());
    }
}
