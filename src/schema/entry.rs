//! Statements as they were read: typed arguments with their places, not yet resolved.

use crate::source::Span;
use crate::text::Text;

use super::expression::Expression;
use super::table::Statement;

/// A keyword as written, with both its spellings; what the formatter needs to write the other language.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Keyword {
    /// Index of the token.
    pub token: u32,
    pub en: String,
    pub zh: String,
    /// Whether it may stand in the other language than the other keywords.
    pub optional: bool,
}

/// A number with the unit written behind it, if any.
#[derive(Debug, Clone, PartialEq)]
pub struct Amount {
    /// The number as written, sign included.
    pub number: String,
    pub unit: Option<String>,
    pub span: Span,
    pub unit_span: Span,
}

/// A method with the parameters given to it.
#[derive(Debug, Clone, PartialEq)]
pub struct MethodCall {
    pub path: String,
    pub span: Span,
    /// Parameters by name; a bare number behind the path is the parameter `level`.
    pub parameters: Vec<(String, String, Span)>,
    /// Words such as `one-sided`.
    pub flags: Vec<(String, Span)>,
}

/// What follows an arrow: a statement of its own.
#[derive(Debug, Clone)]
pub struct Step(pub Box<Entry>);

/// The value of an argument.
#[derive(Debug, Clone)]
pub enum Value {
    Name(String),
    /// One of a closed set of words, in its English spelling.
    Choice(String),
    Text(Text),
    Count(u64),
    Amount(Amount),
    /// `a .. b`
    Range(Amount, Amount),
    /// `a ± b`
    Tolerance(Amount, Amount),
    /// `U (k = 2)` with the expanded uncertainty and the coverage factor.
    Expanded(Amount, Amount),
    Date(jiff::civil::Date),
    DateRange(jiff::civil::Date, jiff::civil::Date),
    Version(String),
    Flag(bool),
    Unit(String),
    Condition(Expression),
    Method(MethodCall),
    Route(Vec<(String, Span)>),
    /// `shock 10 g`
    Labelled(String, Box<Value>),
    /// `0.53 mg at p1kg`
    Bound(Amount, Vec<(String, Span)>),
    Step(Step),
}

/// An argument and where it stands.
#[derive(Debug, Clone)]
pub struct Argument {
    pub slot: String,
    pub value: Value,
    pub span: Span,
}

/// A statement as read.
#[derive(Debug, Clone)]
pub struct Entry {
    pub statement: &'static Statement,
    /// Its keyword, or its first argument when it has none.
    pub head: Span,
    /// From the head to the last argument.
    pub span: Span,
    pub doc: String,
    pub arguments: Vec<Argument>,
    pub phrases: Vec<(String, Span)>,
    pub body: Vec<Entry>,
    pub block: Option<Span>,
    /// Something in it could not be read; what it lacks is not reported a second time.
    pub poisoned: bool,
    /// Something behind it, or in its block, could not be read: what seems to be missing there may have been written.
    pub damaged: bool,
}

impl Entry {
    /// Whether all of it, block and all, could be read.
    pub fn is_whole(&self) -> bool {
        !self.poisoned && !self.damaged
    }

    pub fn word(&self) -> &str {
        &self.statement.word.en
    }

    /// Whether it takes a definition over.
    pub fn takes_over(&self) -> bool {
        self.one("from").is_some() && self.statement.takes_over()
    }

    /// The first argument of that name.
    pub fn one(&self, slot: &str) -> Option<&Argument> {
        self.arguments.iter().find(|a| a.slot == slot)
    }

    /// All arguments of that name (a list).
    pub fn all<'a>(&'a self, slot: &'a str) -> impl Iterator<Item = &'a Argument> {
        self.arguments.iter().filter(move |a| a.slot == slot)
    }

    /// Whether the phrase was written.
    pub fn has(&self, phrase: &str) -> bool {
        self.phrases.iter().any(|(word, _)| word == phrase)
    }

    /// The first statement with that keyword in the block.
    pub fn child(&self, word: &str) -> Option<&Entry> {
        self.body.iter().find(|e| e.word() == word)
    }

    /// All statements with that keyword in the block.
    pub fn children<'a>(&'a self, word: &'a str) -> impl Iterator<Item = &'a Entry> {
        self.body.iter().filter(move |e| e.word() == word)
    }

    pub fn name(&self, slot: &str) -> Option<&str> {
        match self.one(slot).map(|a| &a.value) {
            Some(Value::Name(name) | Value::Choice(name) | Value::Version(name)) => Some(name),
            _ => None,
        }
    }

    pub fn text(&self, slot: &str) -> Option<&Text> {
        match self.one(slot).map(|a| &a.value) {
            Some(Value::Text(text)) => Some(text),
            _ => None,
        }
    }

    pub fn count(&self, slot: &str) -> Option<u64> {
        match self.one(slot).map(|a| &a.value) {
            Some(Value::Count(count)) => Some(*count),
            _ => None,
        }
    }

    pub fn amount(&self, slot: &str) -> Option<&Amount> {
        match self.one(slot).map(|a| &a.value) {
            Some(Value::Amount(amount)) => Some(amount),
            _ => None,
        }
    }
}
