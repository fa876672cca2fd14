//! Conditions and other expressions as written.

use super::entry::Amount;
use crate::source::Span;

/// An expression and where it stands.
#[derive(Debug, Clone, PartialEq)]
pub struct Expression {
    pub kind: ExpressionKind,
    pub span: Span,
}

/// Operators of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Operator {
    Or,
    And,
    Less,
    AtMost,
    Greater,
    AtLeast,
    Equal,
    NotEqual,
    Plus,
    Minus,
    Times,
    Over,
    Power,
}

/// Over what a quantifier runs.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Domain {
    Points,
    Artefacts,
}

/// Quantifiers over the verdicts of points or artefacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quantifier {
    All,
    Any,
    /// How many.
    Count,
    /// Which share, from 0 to 1.
    Share,
}

#[derive(Debug, Clone, PartialEq)]
pub enum ExpressionKind {
    Amount(Amount),
    Name(String),
    Absolute(Box<Expression>),
    Negative(Box<Expression>),
    Not(Box<Expression>),
    Binary(Operator, Box<Expression>, Box<Expression>),
    Call(String, Vec<Expression>),
    Quantified(Quantifier, Domain, String),
}

impl Operator {
    /// The sign as written.
    pub fn sign(self) -> &'static str {
        match self {
            Operator::Or => "or",
            Operator::And => "and",
            Operator::Less => "<",
            Operator::AtMost => "<=",
            Operator::Greater => ">",
            Operator::AtLeast => ">=",
            Operator::Equal => "=",
            Operator::NotEqual => "!=",
            Operator::Plus => "+",
            Operator::Minus => "-",
            Operator::Times => "*",
            Operator::Over => "/",
            Operator::Power => "^",
        }
    }

    /// How tightly it binds; a higher number binds tighter.
    pub fn precedence(self) -> u8 {
        match self {
            Operator::Or => 1,
            Operator::And => 2,
            Operator::Less
            | Operator::AtMost
            | Operator::Greater
            | Operator::AtLeast
            | Operator::Equal
            | Operator::NotEqual => 4,
            Operator::Plus | Operator::Minus => 5,
            Operator::Times | Operator::Over => 6,
            Operator::Power => 8,
        }
    }

    pub fn compares(self) -> bool {
        self.precedence() == 4
    }
}
