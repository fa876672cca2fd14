//! Conditions and other expressions as written.

use super::entry::Amount;
use crate::condition::{Domain, Operator, Quantifier};
use crate::source::Span;

/// An expression and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub kind: ExpressionKind,
    pub span: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    Amount(Amount),
    Name(String),
    Date(jiff::civil::Date),
    /// A statement, by the path of keywords that leads to it: `has stability.before`.
    Has(String),
    Absolute(Box<Expression>),
    Negative(Box<Expression>),
    Not(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
    Quantified(Quantifier, Domain, String),
}
