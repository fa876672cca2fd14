//! Conditions with their names found and their units brought together.

use crate::schema::expression::{Domain, Operator, Quantifier};
use crate::source::Span;

/// A condition or a part of one. Quantities are numbers in coherent SI units; `text` keeps how it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub kind: Term,
    pub text: String,
    pub at: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Term {
    Number(f64),
    /// A name that the place offers: `En`, `drift`, `U_ref` …
    Variable(String),
    Absolute(Box<Term>),
    Negative(Box<Term>),
    Not(Box<Term>),
    Binary(Operator, Box<Term>, Box<Term>),
    Call(Function, Vec<Term>),
    Quantified(Quantifier, Domain, String),
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
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
            Term::Number(value) => Number(*value),
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
            Term::Quantified(quantifier, domain, verdict) => {
                let verdicts = facts.verdicts(*domain);
                let hits = verdicts.iter().filter(|v| *v == verdict).count();
                match quantifier {
                    Quantifier::All => Truth(hits == verdicts.len()),
                    Quantifier::Any => Truth(hits > 0),
                    Quantifier::Count => Number(hits as f64),
                    Quantifier::Share => Number(if verdicts.is_empty() { 0.0 } else { hits as f64 / verdicts.len() as f64 }),
                }
            }
        })
    }

    /// Whether the condition holds.
    pub fn holds(&self, facts: &dyn Facts) -> Option<bool> {
        match self.evaluate(facts)? {
            Outcome::Truth(value) => Some(value),
            Outcome::Number(_) => None,
        }
    }

    /// The names of the variables it uses.
    pub fn variables(&self, found: &mut std::collections::BTreeSet<String>) {
        match self {
            Term::Variable(name) => {
                found.insert(name.clone());
            }
            Term::Absolute(inner) | Term::Negative(inner) | Term::Not(inner) => inner.variables(found),
            Term::Binary(_, left, right) => {
                left.variables(found);
                right.variables(found);
            }
            Term::Call(_, arguments) => arguments.iter().for_each(|a| a.variables(found)),
            Term::Number(_) | Term::Quantified(..) => {}
        }
    }
}
