//! Conditions of a protocol in a form that does not change: the model checks them, the plan carries them, the runner works them out.
//!
//! Quantities in a condition are numbers in coherent SI units, so that nothing needs to be converted when it is worked out.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::values::calendar::Calendar;
use crate::values::date::Duration;

/// Operators of two operands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
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
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Domain {
    Points,
    Artefacts,
}

/// Quantifiers over the verdicts of points or artefacts.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Quantifier {
    All,
    Any,
    /// How many.
    Count,
    /// Which share, from 0 to 1.
    Share,
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

/// A condition or a part of one.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Term {
    /// A number, and how people write it when it has a unit.
    Number(f64, String),
    /// A name that the place offers: `En`, `drift`, `U_ref` …
    Variable(String),
    Absolute(Box<Term>),
    Negative(Box<Term>),
    Not(Box<Term>),
    Binary(Operator, Box<Term>, Box<Term>),
    Call(Function, Vec<Term>),
    Quantified(Quantifier, Domain, String),
    /// A fact that is true or false.
    Holds(String),
    /// Whether the statement at this path of keywords stands.
    Has(String),
    /// Whether a fact that is a word is this one; a fact that is not stated is no word.
    Is(String, String),
    /// A stretch of days against a period, counted by the calendar: 18 months from 1 March end with 31 August of the next year.
    Lasts(String, Operator, Duration),
}

/// Functions.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, schemars::JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Function {
    Min,
    Max,
    SquareRoot,
}

impl Function {
    pub fn of(name: &str) -> Option<Function> {
        Some(match name {
            "min" => Function::Min,
            "max" => Function::Max,
            "sqrt" => Function::SquareRoot,
            _ => return None,
        })
    }

    pub fn name(self) -> &'static str {
        match self {
            Function::Min => "min",
            Function::Max => "max",
            Function::SquareRoot => "sqrt",
        }
    }
}

/// What a condition needs to know when it is worked out.
pub trait Facts {
    /// The value of a variable, in coherent SI units where it has a dimension.
    fn variable(&self, name: &str) -> Option<f64>;
    /// The verdicts over which a quantifier runs.
    fn verdicts(&self, domain: Domain) -> Vec<&str>;
    /// Whether the fact holds; none when it cannot be known here.
    fn holds(&self, _name: &str) -> Option<bool> {
        None
    }
    /// Whether the statement stands.
    fn has(&self, _path: &str) -> Option<bool> {
        None
    }
    /// The word of a fact, or none where nothing is stated.
    fn word(&self, _name: &str) -> Option<&str> {
        None
    }
    /// First day, and the day after the last.
    fn stretch(&self, _name: &str) -> Option<(Date, Date)> {
        None
    }
}

/// Days since 1970-01-01: dates in conditions are compared as numbers.
pub fn day_number(date: Date) -> f64 {
    let epoch = jiff::civil::date(1970, 1, 1);
    f64::from(epoch.duration_until(date).as_hours() as i32 / 24)
}

/// A worked-out condition.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Outcome {
    Truth(bool),
    Number(f64),
}

impl Term {
    /// Works the condition out; none when a variable is unknown or the parts do not fit (which the compiler has excluded).
    pub fn evaluate(&self, facts: &dyn Facts) -> Option<Outcome> {
        use Outcome::{Number, Truth};
        let number = |term: &Term| match term.evaluate(facts) {
            Some(Number(value)) => Some(value),
            _ => None,
        };
        let truth = |term: &Term| match term.evaluate(facts) {
            Some(Truth(value)) => Some(value),
            _ => None,
        };
        Some(match self {
            Term::Number(value, _) => Number(*value),
            Term::Variable(name) => Number(facts.variable(name)?),
            Term::Absolute(inner) => Number(number(inner)?.abs()),
            Term::Negative(inner) => Number(-number(inner)?),
            Term::Not(inner) => Truth(!truth(inner)?),
            Term::Binary(operator, left, right) => match operator {
                Operator::And => Truth(truth(left)? && truth(right)?),
                Operator::Or => Truth(truth(left)? || truth(right)?),
                Operator::Less => Truth(number(left)? < number(right)?),
                Operator::AtMost => Truth(number(left)? <= number(right)?),
                Operator::Greater => Truth(number(left)? > number(right)?),
                Operator::AtLeast => Truth(number(left)? >= number(right)?),
                Operator::Equal => Truth(number(left)? == number(right)?),
                Operator::NotEqual => Truth(number(left)? != number(right)?),
                Operator::Plus => Number(number(left)? + number(right)?),
                Operator::Minus => Number(number(left)? - number(right)?),
                Operator::Times => Number(number(left)? * number(right)?),
                Operator::Over => Number(number(left)? / number(right)?),
                Operator::Power => Number(number(left)?.powf(number(right)?)),
            },
            Term::Call(function, arguments) => {
                let values = arguments.iter().map(number).collect::<Option<Vec<f64>>>()?;
                Number(match function {
                    Function::Min => values.into_iter().fold(f64::INFINITY, f64::min),
                    Function::Max => values.into_iter().fold(f64::NEG_INFINITY, f64::max),
                    Function::SquareRoot => values.first()?.sqrt(),
                })
            }
            Term::Holds(name) => Truth(facts.holds(name)?),
            Term::Has(path) => Truth(facts.has(path)?),
            Term::Is(name, word) => Truth(facts.word(name) == Some(word.as_str())),
            Term::Lasts(name, operator, period) => {
                Truth(lasts(facts.stretch(name)?, *operator, *period)?)
            }
            Term::Quantified(quantifier, domain, verdict) => {
                let verdicts = facts.verdicts(*domain);
                let hits = verdicts.iter().filter(|v| *v == verdict).count();
                match quantifier {
                    Quantifier::All => Truth(hits == verdicts.len()),
                    Quantifier::Any => Truth(hits > 0),
                    Quantifier::Count => Number(hits as f64),
                    Quantifier::Share => Number(if verdicts.is_empty() {
                        0.0
                    } else {
                        hits as f64 / verdicts.len() as f64
                    }),
                }
            }
        })
    }

    /// The leaves of the condition (facts and presences) in the order in which they are written.
    pub fn leaves<'t>(&'t self, found: &mut Vec<&'t Term>) {
        match self {
            Term::Absolute(inner) | Term::Negative(inner) | Term::Not(inner) => inner.leaves(found),
            Term::Binary(_, left, right) => {
                left.leaves(found);
                right.leaves(found);
            }
            Term::Call(_, arguments) => arguments.iter().for_each(|a| a.leaves(found)),
            Term::Number(..) | Term::Quantified(..) => {}
            Term::Variable(_) | Term::Holds(_) | Term::Has(_) | Term::Is(..) | Term::Lasts(..) => {
                found.push(self)
            }
        }
    }

    /// Whether the condition holds.
    pub fn holds(&self, facts: &dyn Facts) -> Option<bool> {
        match self.evaluate(facts)? {
            Outcome::Truth(value) => Some(value),
            Outcome::Number(_) => None,
        }
    }

    /// Adds to `found` the numbers with which each variable, or its absolute value, is compared.
    pub fn limits(&self, found: &mut BTreeMap<String, Vec<f64>>) {
        match self {
            Term::Not(inner) => inner.limits(found),
            Term::Binary(operator, left, right) if operator.compares() => {
                for (one, other) in [(left, right), (right, left)] {
                    if let (Some(name), Some(number)) = (one.sized(), other.number()) {
                        found.entry(name.to_owned()).or_default().push(number);
                    }
                }
            }
            Term::Binary(_, left, right) => {
                left.limits(found);
                right.limits(found);
            }
            _ => {}
        }
    }

    /// The variable that stands here by itself or between bars.
    fn sized(&self) -> Option<&str> {
        match self {
            Term::Variable(name) => Some(name),
            Term::Absolute(inner) => inner.sized(),
            _ => None,
        }
    }

    fn number(&self) -> Option<f64> {
        match self {
            Term::Number(value, _) => Some(*value),
            Term::Negative(inner) => Some(-inner.number()?),
            _ => None,
        }
    }

    /// The names of the variables it uses.
    pub fn variables(&self, found: &mut BTreeSet<String>) {
        match self {
            Term::Variable(name) => {
                found.insert(name.clone());
            }
            Term::Absolute(inner) | Term::Negative(inner) | Term::Not(inner) => {
                inner.variables(found)
            }
            Term::Binary(_, left, right) => {
                left.variables(found);
                right.variables(found);
            }
            Term::Call(_, arguments) => arguments.iter().for_each(|a| a.variables(found)),
            Term::Number(..)
            | Term::Quantified(..)
            | Term::Holds(_)
            | Term::Has(_)
            | Term::Is(..)
            | Term::Lasts(..) => {}
        }
    }
}

/// Whether a stretch of days stands so to a period; none for signs that compare nothing and dates no calendar has.
fn lasts((first, after): (Date, Date), operator: Operator, period: Duration) -> Option<bool> {
    let bound = period
        .end_from(first, &Calendar::weekends_only())
        .ok()?
        .value;
    Some(match operator {
        Operator::Less => after < bound,
        Operator::AtMost => after <= bound,
        Operator::Greater => after > bound,
        Operator::AtLeast => after >= bound,
        Operator::Equal => after == bound,
        Operator::NotEqual => after != bound,
        _ => return None,
    })
}

impl std::fmt::Display for Term {
    /// The condition in the signs and words of the language, independent of how it was typed.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.write(f, 0)
    }
}

impl Term {
    fn write(&self, f: &mut std::fmt::Formatter<'_>, outer: u8) -> std::fmt::Result {
        match self {
            Term::Number(_, written) => f.write_str(written),
            Term::Variable(name) | Term::Holds(name) => f.write_str(name),
            Term::Has(path) => write!(f, "has {path}"),
            Term::Is(name, word) => write!(f, "{name} = {word}"),
            Term::Lasts(name, operator, period) => {
                write!(f, "{name} {} {period}", operator.sign())
            }
            Term::Absolute(inner) => {
                f.write_str("|")?;
                inner.write(f, 0)?;
                f.write_str("|")
            }
            Term::Negative(inner) => {
                f.write_str("-")?;
                inner.write(f, 9)
            }
            Term::Not(inner) => {
                f.write_str("not ")?;
                inner.write(f, 3)
            }
            Term::Binary(operator, left, right) => {
                let own = operator.precedence();
                let open = own < outer;
                if open {
                    f.write_str("(")?;
                }
                left.write(f, own)?;
                write!(f, " {} ", operator.sign())?;
                // A right operand of the same rank keeps its parentheses: a - (b - c).
                right.write(f, own + 1)?;
                if open {
                    f.write_str(")")?;
                }
                Ok(())
            }
            Term::Call(function, arguments) => {
                write!(f, "{}(", function.name())?;
                for (i, argument) in arguments.iter().enumerate() {
                    if i > 0 {
                        f.write_str(", ")?;
                    }
                    argument.write(f, 0)?;
                }
                f.write_str(")")
            }
            Term::Quantified(quantifier, domain, verdict) => {
                write!(f, "{} {} {verdict}", quantifier.word(), domain.word())
            }
        }
    }
}

impl Quantifier {
    fn word(self) -> &'static str {
        match self {
            Quantifier::All => "all",
            Quantifier::Any => "any",
            Quantifier::Count => "count",
            Quantifier::Share => "share",
        }
    }
}

impl Domain {
    fn word(self) -> &'static str {
        match self {
            Domain::Points => "points",
            Domain::Artefacts => "artefacts",
        }
    }
}
