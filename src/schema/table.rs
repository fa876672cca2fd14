//! The table of statements, read once from `statements.toml`.

use std::collections::BTreeMap;
use std::sync::LazyLock;

use serde::Deserialize;

use super::usage::{self, Element};
use crate::text::{Lang, Text};

/// How often a statement may stand in its block.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Times {
    Once,
    AtMostOnce,
    AtLeastOnce,
    Any,
}

/// Whether a statement has a block.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum BlockRule {
    None,
    Optional(String),
    Required(String),
    /// The block of the section that this slot names.
    OfSection(String),
}

/// A word in both languages.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Term {
    pub en: String,
    pub zh: String,
}

impl Term {
    /// The word in a language.
    pub fn get(&self, lang: Lang) -> &str {
        lang.pick(&self.zh, &self.en)
    }
}

/// One statement of the language.
#[derive(Debug, Clone)]
pub struct Statement {
    /// Its keyword, or for a statement that begins with a name the word for what that name is.
    pub word: Term,
    /// Whether it begins with its first argument instead of a keyword.
    pub headless: bool,
    pub contexts: Vec<String>,
    pub usage: Vec<Element>,
    /// The usage as the table writes it, for the manual.
    pub pattern: String,
    pub block: BlockRule,
    pub times: Times,
    /// The slots that tell it from others of its keyword.
    pub key: Vec<String>,
    /// The kin whose statements stand in for one another.
    pub kin: Option<String>,
    /// Whether its block is merged with that of the statement it overrides.
    pub merges: bool,
    pub doc: Text,
}

/// The whole language.
#[derive(Debug)]
pub struct Table {
    pub statements: Vec<Statement>,
    /// Closed sets of words, by name.
    pub choices: BTreeMap<String, Vec<Term>>,
    /// Statements by block, in the order of the table.
    by_context: BTreeMap<String, Vec<usize>>,
}

#[derive(Deserialize)]
struct File {
    choice: BTreeMap<String, toml::Table>,
    statement: Vec<Row>,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Row {
    #[serde(default)]
    word: String,
    #[serde(default)]
    zh: String,
    #[serde(default)]
    head: String,
    #[serde(rename = "in")]
    contexts: Vec<String>,
    #[serde(default)]
    usage: String,
    #[serde(default)]
    block: String,
    #[serde(default)]
    times: String,
    #[serde(default)]
    key: String,
    kin: Option<String>,
    #[serde(default)]
    merges: bool,
    doc: Text,
}

/// Words that are not keywords of a statement but have both spellings all the same: verdicts and events, parameters of methods, words of
/// expressions, the marks of a text's language, yes and no.
pub const VERDICTS: [(&str, &str); 14] = [
    ("satisfactory", "满意"),
    ("questionable", "有问题"),
    ("unsatisfactory", "不满意"),
    ("acceptable", "可接受"),
    ("unacceptable", "不可接受"),
    ("conforming", "符合"),
    ("nonconforming", "不符合"),
    ("inconclusive", "无法判定"),
    ("absent", "缺席"),
    ("late", "迟报"),
    ("damaged", "损坏"),
    ("collusion", "串通"),
    ("false-data", "虚假数据"),
    ("withdrawn", "退出"),
];
pub const PARAMETERS: [(&str, &str); 9] = [
    ("alpha", "显著性水平"),
    ("significance", "检验水平"),
    ("confidence", "置信水平"),
    ("p", "概率"),
    ("k", "k"),
    ("power", "幂"),
    ("draws", "抽样次数"),
    ("seed", "种子"),
    ("laboratory", "实验室"),
];
pub const SIDES: [(&str, &str); 4] = [
    ("one-sided", "单侧"),
    ("two-sided", "双侧"),
    ("from-stated", "由不确定度"),
    ("from-dispersion", "由离散度"),
];
pub const EXPRESSION_WORDS: [(&str, &str); 10] = [
    ("and", "且"),
    ("or", "或"),
    ("not", "非"),
    ("all", "全部"),
    ("any", "任一"),
    ("count", "个数"),
    ("share", "比例"),
    ("points", "测量点"),
    ("artefacts", "传递标准"),
    ("has", "有"),
];
pub const LANGUAGES: [(&str, &str); 2] = [("zh", "中文"), ("en", "英文")];
pub const FLAGS: [(&str, &str); 2] = [("yes", "是"), ("no", "否")];

/// The English spelling of `written` among `words`, with the language it was written in.
pub fn spelled<'a>(words: &'a [(&'a str, &'a str)], written: &str) -> Option<(&'a str, &'a str)> {
    words
        .iter()
        .copied()
        .find(|(en, zh)| *en == written || *zh == written)
}

/// The table of the language.
pub fn table() -> &'static Table {
    static TABLE: LazyLock<Table> = LazyLock::new(|| {
        Table::from_toml(include_str!("statements.toml")).unwrap_or_else(|_| Table::empty())
    });
    &TABLE
}

impl Table {
    fn empty() -> Table {
        Table {
            statements: Vec::new(),
            choices: BTreeMap::new(),
            by_context: BTreeMap::new(),
        }
    }

    /// Reads the table; the error is for its authors, and a test keeps it from ever reaching a user.
    fn from_toml(text: &str) -> Result<Table, String> {
        let file: File = toml::from_str(text).map_err(|error| error.to_string())?;
        let choices = file
            .choice
            .into_iter()
            .map(|(name, words)| {
                let terms = words
                    .into_iter()
                    .map(|(en, zh)| Term {
                        en,
                        zh: zh.as_str().unwrap_or_default().to_owned(),
                    })
                    .collect();
                (name, terms)
            })
            .collect();
        let mut statements = Vec::new();
        for row in file.statement {
            statements.push(row.statement()?);
        }
        let mut by_context: BTreeMap<String, Vec<usize>> = BTreeMap::new();
        for (index, statement) in statements.iter().enumerate() {
            for context in &statement.contexts {
                by_context.entry(context.clone()).or_default().push(index);
            }
        }
        Ok(Table {
            statements,
            choices,
            by_context,
        })
    }

    /// The statements that may stand in a block.
    pub fn within(&self, context: &str) -> impl Iterator<Item = &Statement> {
        self.by_context
            .get(context)
            .into_iter()
            .flatten()
            .filter_map(|index| self.statements.get(*index))
    }

    /// The statement of a block that begins with this keyword, in either language.
    pub fn keyword(&self, context: &str, word: &str) -> Option<&Statement> {
        self.within(context)
            .find(|s| !s.headless && (s.word.en == word || s.word.zh == word))
    }

    /// The statement of a block that begins with a name.
    pub fn headless(&self, context: &str) -> Option<&Statement> {
        self.within(context).find(|s| s.headless)
    }

    /// The statement that takes over definitions of a section.
    pub fn section(&self, word: &str) -> Option<&Statement> {
        (self.statements.iter()).find(|s| s.word.en == word && s.takes_over())
    }

    /// The words of both languages for one of a closed set.
    pub fn title(&self, set: &str, id: &str) -> Text {
        let found = self.choice(set).iter().find(|term| term.en == id);
        let en = id.replace('-', " ");
        Text::new(found.map_or(en.clone(), |term| term.zh.clone()), en)
    }

    /// The words of a choice.
    pub fn choice(&self, name: &str) -> &[Term] {
        self.choices.get(name).map_or(&[], Vec::as_slice)
    }
}

impl Statement {
    /// Whether it may take a definition over; then it needs no block of its own.
    pub fn takes_over(&self) -> bool {
        (self.usage.iter().flat_map(Element::slots)).any(|slot| slot.kind == "section")
    }

    /// Whether it may stand several times in its block.
    pub fn repeats(&self) -> bool {
        matches!(self.times, Times::AtLeastOnce | Times::Any)
    }
}

impl Row {
    fn statement(self) -> Result<Statement, String> {
        let headless = self.word.is_empty();
        let word = if headless {
            Term {
                en: self.head.clone(),
                zh: self.head,
            }
        } else {
            Term {
                en: self.word,
                zh: self.zh,
            }
        };
        let block = match self.block.strip_prefix('?') {
            Some(name) => BlockRule::Optional(name.to_owned()),
            None if self.block.starts_with('=') => {
                BlockRule::OfSection(self.block.trim_start_matches('=').to_owned())
            }
            None if self.block.is_empty() => BlockRule::None,
            None => BlockRule::Required(self.block),
        };
        let times = match self.times.as_str() {
            "1" => Times::Once,
            "?" => Times::AtMostOnce,
            "+" => Times::AtLeastOnce,
            "" | "*" => Times::Any,
            other => return Err(format!("{}: times = \"{other}\"", word.en)),
        };
        let usage = usage::parse(&self.usage).map_err(|error| format!("{}: {error}", word.en))?;
        let names = self.key.split(',').filter(|slot| !slot.is_empty());
        Ok(Statement {
            key: names.map(str::to_owned).collect(),
            kin: self.kin,
            merges: self.merges,
            word,
            headless,
            contexts: self.contexts,
            usage,
            pattern: self.usage,
            block,
            times,
            doc: self.doc,
        })
    }
}

/// The kind of quantity that a monitored one is (`shock` is an acceleration), by its name among the dimensions.
pub fn monitored_kind(name: &str) -> &'static str {
    match name {
        "shock" => "acceleration",
        "temperature" => "temperature",
        "pressure" => "pressure",
        "tilt" => "plane-angle",
        _ => "number",
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

    use std::collections::BTreeSet;

    use super::*;

    #[test]
    fn the_table_of_the_language_reads_without_error() {
        let table = Table::from_toml(include_str!("statements.toml")).unwrap();
        assert!(table.statements.len() > 90);
    }

    #[test]
    fn within_a_block_no_two_statements_share_a_keyword() {
        for context in table().by_context.keys() {
            let mut seen = BTreeSet::new();
            for statement in table().within(context).filter(|s| !s.headless) {
                assert!(
                    seen.insert(statement.word.en.clone()),
                    "{context}: {}",
                    statement.word.en
                );
                assert!(
                    seen.insert(statement.word.zh.clone()),
                    "{context}: {}",
                    statement.word.zh
                );
            }
        }
    }

    #[test]
    fn the_keywords_that_end_open_blocks_are_those_of_the_top_level() {
        let words: BTreeSet<&str> = table()
            .within("file")
            .flat_map(|s| [s.word.en.as_str(), s.word.zh.as_str()])
            .collect();
        let known: BTreeSet<&str> = crate::syntax::TOP_LEVEL.into_iter().collect();
        assert_eq!(known, words);
    }

    #[test]
    fn a_block_has_at_most_one_statement_without_keyword() {
        for context in table().by_context.keys() {
            assert!(
                table().within(context).filter(|s| s.headless).count() <= 1,
                "{context}"
            );
        }
    }

    #[test]
    fn every_block_that_a_statement_opens_has_statements_of_its_own() {
        for statement in &table().statements {
            if let BlockRule::Optional(block) | BlockRule::Required(block) = &statement.block {
                assert!(table().within(block).next().is_some(), "{block}");
            }
        }
    }

    #[test]
    fn every_section_that_may_be_defined_is_a_statement_that_takes_definitions_over() {
        for term in table().choice("section") {
            let statement = table().section(&term.en).unwrap();
            assert_eq!(&statement.word, term);
        }
        let takers: BTreeSet<&str> = (table().statements.iter())
            .filter(|s| s.takes_over() && s.word.en != "define")
            .map(|s| s.word.en.as_str())
            .collect();
        let sections: BTreeSet<&str> = (table().choice("section").iter())
            .map(|t| t.en.as_str())
            .collect();
        assert_eq!(takers, sections);
    }

    #[test]
    fn every_key_is_a_slot_of_its_statement() {
        for statement in &table().statements {
            for key in &statement.key {
                let slots = statement.usage.iter().flat_map(Element::slots);
                assert!(
                    slots.into_iter().any(|s| s.name == *key),
                    "{}: {key}",
                    statement.word.en
                );
            }
        }
    }

    #[test]
    fn every_statement_is_documented_in_both_languages() {
        for statement in &table().statements {
            assert!(
                !statement.doc.zh.is_empty() && !statement.doc.en.is_empty(),
                "{}",
                statement.word.en
            );
        }
    }

    #[test]
    fn every_choice_that_a_usage_names_exists_and_tells_its_words_apart() {
        for statement in &table().statements {
            for kind in statement
                .usage
                .iter()
                .flat_map(Element::slots)
                .map(|slot| slot.kind.as_str())
            {
                if let Some(choice) = kind.strip_prefix("choice.") {
                    let terms = table().choice(choice);
                    assert!(!terms.is_empty(), "{choice}");
                    let zh: BTreeSet<_> = terms.iter().map(|t| &t.zh).collect();
                    assert_eq!(zh.len(), terms.len(), "{choice}");
                }
            }
        }
    }
}
