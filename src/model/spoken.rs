//! Conditions about the facts of a protocol, as sentences for people.

use super::facts::{FactKind, fact};
use crate::condition::{Operator, Term};
use crate::schema::table::table;
use crate::text::Text;

/// The condition in the titles of its facts: `level = national` becomes 级别为“国家”, level is national.
pub fn spoken(condition: &Term) -> Text {
    within(condition, 0)
}

/// The same as a part of a condition whose operator binds as tightly as `outer`.
fn within(term: &Term, outer: u8) -> Text {
    match term {
        Term::Holds(name) | Term::Variable(name) => title(name),
        Term::Has(path) => {
            let words: Vec<&str> = path.split('.').map(keyword).collect();
            Text::new(
                format!("写有 `{}`", words.join(".")),
                format!("`{path}` is stated"),
            )
        }
        Term::Is(name, word) => {
            let title = title(name);
            let word = match fact(name).map(|fact| fact.kind) {
                Some(FactKind::Word(Some(set))) => table().title(set, word),
                _ => Text::new(word, word),
            };
            Text::new(
                format!("{}为“{}”", title.zh, word.zh),
                format!("{name} is {}", word.en),
            )
        }
        Term::Lasts(name, operator, period) => {
            let (title, sign, period) = (title(name), sign(*operator), period.title());
            Text::new(
                format!("{}{sign}{}", title.zh, period.zh),
                format!("{}{sign}{}", title.en, period.en),
            )
        }
        Term::Not(inner) => {
            let inner = within(inner, 0);
            Text::new(
                format!("并非（{}）", inner.zh),
                format!("not ({})", inner.en),
            )
        }
        Term::Binary(operator, left, right) => {
            let own = operator.precedence();
            let (left, right) = (within(left, own), within(right, own + 1));
            let between = match operator {
                Operator::And => Text::new("，且", " and "),
                Operator::Or => Text::new("，或", " or "),
                _ => Text::new(sign(*operator), sign(*operator)),
            };
            let whole = Text::new(
                format!("{}{}{}", left.zh, between.zh, right.zh),
                format!("{}{}{}", left.en, between.en, right.en),
            );
            if own < outer {
                Text::new(format!("（{}）", whole.zh), format!("({})", whole.en))
            } else {
                whole
            }
        }
        Term::Number(..)
        | Term::Absolute(_)
        | Term::Negative(_)
        | Term::Call(..)
        | Term::Quantified(..) => Text::new(term.to_string(), term.to_string()),
    }
}

fn title(name: &str) -> Text {
    fact(name).map_or(Text::new(name, name), |fact| Text::new(fact.zh, fact.en))
}

/// The Chinese spelling of a keyword, or of a word of a choice.
fn keyword(word: &str) -> &str {
    let statement = table().statements.iter().find(|s| s.word.en == word);
    statement.map_or(word, |s| s.word.zh.as_str())
}

fn sign(operator: Operator) -> &'static str {
    match operator {
        Operator::AtMost => " ≤ ",
        Operator::AtLeast => " ≥ ",
        Operator::NotEqual => " ≠ ",
        Operator::Less => " < ",
        Operator::Greater => " > ",
        Operator::Plus => " + ",
        Operator::Minus => " − ",
        Operator::Times => " × ",
        Operator::Over => "/",
        Operator::Power => "^",
        Operator::Equal | Operator::And | Operator::Or => " = ",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is(name: &str, word: &str) -> Box<Term> {
        Box::new(Term::Is(name.to_owned(), word.to_owned()))
    }

    #[test]
    fn a_condition_is_told_in_the_titles_of_its_facts() {
        let national = spoken(&is("level", "national"));
        assert_eq!(national.zh, "级别为“国家”");
        assert_eq!(national.en, "level is national");
        let either = Term::Binary(
            Operator::Or,
            is("level", "national"),
            Box::new(Term::Holds("consent.complete".to_owned())),
        );
        let both = Term::Binary(
            Operator::And,
            Box::new(either),
            is("participation", "mandatory"),
        );
        assert_eq!(
            spoken(&both).zh,
            "（级别为“国家”，或全部参比实验室在启动前同意方案），且参加方式为“强制”"
        );
    }

    #[test]
    fn a_statement_asked_for_has_its_chinese_keywords() {
        let has = spoken(&Term::Has("stability.before".to_owned()));
        assert_eq!(has.en, "`stability.before` is stated");
        assert!(
            has.zh.contains("稳定性") && !has.zh.contains("stability"),
            "{}",
            has.zh
        );
    }
}
