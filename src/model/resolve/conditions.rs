//! Conditions: names found, dimensions checked, quantities brought into coherent SI units.

use std::collections::BTreeMap;

use super::quantities::dimension_title;
use super::{Resolver, nouns};
use crate::condition::{Function, Operator, Term, day_number};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Condition;
use crate::schema::expression::{Expression, ExpressionKind};
use crate::schema::table;
use crate::source::Span;
use crate::text::Text;
use crate::values::unit::Dimension;

/// The names that a place offers to its conditions.
#[derive(Default)]
pub(super) struct Offered {
    names: BTreeMap<&'static str, Offer>,
    /// Whether the place may ask which statements stand.
    pub statements: bool,
}

/// What a name stands for.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Offer {
    Number(Dimension),
    Truth,
    /// A word, of the closed set of that name if there is one.
    Word(Option<&'static str>),
    /// A stretch of days.
    Stretch,
    Day,
}

impl<const N: usize> From<[(&'static str, Dimension); N]> for Offered {
    fn from(numbers: [(&'static str, Dimension); N]) -> Offered {
        let mut offered = Offered::default();
        for (name, dimension) in numbers {
            offered.insert(name, dimension);
        }
        offered
    }
}

impl Offered {
    pub fn insert(&mut self, name: &'static str, dimension: Dimension) {
        self.offer(name, Offer::Number(dimension));
    }

    pub fn offer(&mut self, name: &'static str, offer: Offer) {
        self.names.insert(name, offer);
    }

    pub fn get(&self, name: &str) -> Option<Offer> {
        self.names.get(name).copied()
    }

    pub fn known(&self) -> Vec<&'static str> {
        self.names.keys().copied().collect()
    }
}

/// What an expression is.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Kind {
    Truth,
    Number(Dimension),
    Day,
}

impl Resolver<'_> {
    /// A condition over the names offered; none (and a report) when it is not one.
    pub(super) fn condition(
        &mut self,
        expression: &Expression,
        offered: &Offered,
        verdicts: &[String],
    ) -> Option<Condition> {
        let (term, kind) = self.term(expression, offered, verdicts)?;
        if kind != Kind::Truth {
            self.report(
                Diagnostic::new(
                    Code::ExpressionType,
                    expression.span,
                    Text::new(
                        "此处应为条件，这里写的是一个数",
                        "a condition is wanted here, but this is a number",
                    ),
                )
                .with_help(Text::new(
                    "写成比较，如 `|En| <= 1`",
                    "make it a comparison, as in `|En| <= 1`",
                )),
            );
            return None;
        }
        Some(Condition {
            term,
            at: expression.span,
        })
    }

    fn term(
        &mut self,
        expression: &Expression,
        offered: &Offered,
        verdicts: &[String],
    ) -> Option<(Term, Kind)> {
        match &expression.kind {
            ExpressionKind::Amount(amount) => {
                let quantity = self.quantity(amount, None)?;
                let unit = quantity.value.unit();
                let value = unit.factor().apply(quantity.value.value());
                let dimension = unit.dimension();
                Some((
                    Term::Number(value, quantity.value.to_string()),
                    Kind::Number(dimension),
                ))
            }
            ExpressionKind::Name(name) => self.name_in_condition(name, expression.span, offered),
            ExpressionKind::Date(date) => {
                Some((Term::Number(day_number(*date), date.to_string()), Kind::Day))
            }
            ExpressionKind::Has(path) => self.presence(path, expression.span, offered),
            ExpressionKind::Absolute(inner) => {
                let (term, dimension) = self.numeric(inner, offered, verdicts)?;
                Some((Term::Absolute(Box::new(term)), Kind::Number(dimension)))
            }
            ExpressionKind::Negative(inner) => {
                let (term, dimension) = self.numeric(inner, offered, verdicts)?;
                Some((Term::Negative(Box::new(term)), Kind::Number(dimension)))
            }
            ExpressionKind::Not(inner) => Some((
                Term::Not(Box::new(self.truth(inner, offered, verdicts)?)),
                Kind::Truth,
            )),
            ExpressionKind::Binary(operator, left, right) => {
                self.binary(*operator, left, right, offered, verdicts)
            }
            ExpressionKind::Call(name, arguments) => {
                self.call(name, arguments, expression.span, offered, verdicts)
            }
            ExpressionKind::Quantified(quantifier, domain, verdict) => {
                if !verdicts.is_empty() && !verdicts.contains(verdict) {
                    let known: Vec<Text> = verdicts.iter().map(|v| verdict_title(v)).collect();
                    let name = verdict_title(verdict);
                    self.unknown_word(&nouns::verdict(), &name, expression.span, &known);
                    return None;
                }
                use crate::condition::Quantifier::{All, Any, Count, Share};
                let kind = match quantifier {
                    All | Any => Kind::Truth,
                    Count | Share => Kind::Number(Dimension::ONE),
                };
                Some((
                    Term::Quantified(*quantifier, *domain, verdict.clone()),
                    kind,
                ))
            }
        }
    }

    fn numeric(
        &mut self,
        expression: &Expression,
        offered: &Offered,
        verdicts: &[String],
    ) -> Option<(Term, Dimension)> {
        match self.term(expression, offered, verdicts)? {
            (term, Kind::Number(dimension)) => Some((term, dimension)),
            (_, Kind::Truth | Kind::Day) => {
                self.report(
                    Diagnostic::new(
                        Code::ExpressionType,
                        expression.span,
                        Text::new(
                            "此处应为数，这里写的是条件或日期",
                            "a number is wanted here, but this is a condition or a date",
                        ),
                    )
                    .with_help(Text::new(
                        "用 `且`、`或` 连接条件",
                        "join conditions with `and` or `or`",
                    )),
                );
                None
            }
        }
    }

    fn day(
        &mut self,
        expression: &Expression,
        offered: &Offered,
        verdicts: &[String],
    ) -> Option<Term> {
        match self.term(expression, offered, verdicts)? {
            (term, Kind::Day) => Some(term),
            _ => {
                self.report(
                    Diagnostic::new(
                        Code::ExpressionType,
                        expression.span,
                        Text::new("此处应为日期", "a date is wanted here"),
                    )
                    .with_help(Text::new(
                        "日期写成 `2026-09-01`",
                        "write a date as `2026-09-01`",
                    )),
                );
                None
            }
        }
    }

    fn truth(
        &mut self,
        expression: &Expression,
        offered: &Offered,
        verdicts: &[String],
    ) -> Option<Term> {
        match self.term(expression, offered, verdicts)? {
            (term, Kind::Truth) => Some(term),
            (_, Kind::Number(_) | Kind::Day) => {
                self.report(
                    Diagnostic::new(
                        Code::ExpressionType,
                        expression.span,
                        Text::new(
                            "此处应为条件，这里写的是一个数",
                            "a condition is wanted here, but this is a number",
                        ),
                    )
                    .with_help(Text::new(
                        "写成比较，如 `|En| <= 1`",
                        "make it a comparison, as in `|En| <= 1`",
                    )),
                );
                None
            }
        }
    }

    fn binary(
        &mut self,
        operator: Operator,
        left: &Expression,
        right: &Expression,
        offered: &Offered,
        verdicts: &[String],
    ) -> Option<(Term, Kind)> {
        let built = |a: Term, b: Term| Term::Binary(operator, Box::new(a), Box::new(b));
        if matches!(operator, Operator::And | Operator::Or) {
            let (a, b) = (
                self.truth(left, offered, verdicts),
                self.truth(right, offered, verdicts),
            );
            return Some((built(a?, b?), Kind::Truth));
        }
        if operator.compares()
            && let ExpressionKind::Name(name) = &left.kind
        {
            match offered.get(name) {
                Some(Offer::Word(choice)) => {
                    return self.word_is(operator, name, choice, right);
                }
                Some(Offer::Stretch) => return self.lasts(operator, name, right),
                Some(Offer::Day) => {
                    let (a, _) = self.term(left, offered, verdicts)?;
                    let b = self.day(right, offered, verdicts)?;
                    return Some((built(a, b), Kind::Truth));
                }
                _ => {}
            }
        }
        let (a, b) = (
            self.numeric(left, offered, verdicts),
            self.numeric(right, offered, verdicts),
        );
        let ((a, of_a), (b, of_b)) = (a?, b?);
        let dimension = match operator {
            Operator::Times => of_a.times(&of_b),
            Operator::Over => of_a.over(&of_b),
            Operator::Power => match (&b, of_b.is_one()) {
                (Term::Number(power, _), true) if power.fract() == 0.0 && power.abs() <= 6.0 => {
                    of_a.to_power(*power as i8)
                }
                _ if of_a.is_one() && of_b.is_one() => Some(of_a),
                _ => None,
            },
            _ => {
                if !of_a.same_kind(&of_b) {
                    self.unlike(operator, (left.span, of_a), (right.span, of_b));
                    return None;
                }
                Some(of_a)
            }
        };
        if operator.compares() {
            return Some((built(a, b), Kind::Truth));
        }
        match dimension {
            Some(dimension) => Some((built(a, b), Kind::Number(dimension))),
            None => {
                self.report(
                    Diagnostic::new(
                        Code::ExpressionType,
                        left.span.to(right.span),
                        Text::new("此运算没有可用的单位", "this operation has no unit"),
                    )
                    .with_help(Text::new(
                        "指数写整数，且不超过 6",
                        "a power must be a whole number of at most 6",
                    )),
                );
                None
            }
        }
    }

    fn unlike(&mut self, operator: Operator, left: (Span, Dimension), right: (Span, Dimension)) {
        let (l, r) = (dimension_title(&left.1), dimension_title(&right.1));
        self.report(
            Diagnostic::new(
                Code::UnitMismatch,
                left.0,
                Text::new(
                    format!(
                        "{}与{}不能用 `{}` 相比较或相加减",
                        l.zh,
                        r.zh,
                        operator.sign()
                    ),
                    format!(
                        "{} and {} cannot be put together by `{}`",
                        l.en,
                        r.en,
                        operator.sign()
                    ),
                ),
            )
            .labelled(l)
            .with_label(right.0, r)
            .with_help(if left.1.is_one() || right.1.is_one() {
                Text::new(
                    "两边应为同种量：有量纲的数要写单位，如 `0.01 mg`",
                    "both sides must be of one kind: write the unit behind the number, as in `0.01 mg`",
                )
            } else {
                Text::new(
                    "两边应为同种量；如需比值，请先相除",
                    "both sides must be of one kind; divide first if a ratio is meant",
                )
            }),
        );
    }

    fn call(
        &mut self,
        name: &str,
        arguments: &[Expression],
        at: Span,
        offered: &Offered,
        verdicts: &[String],
    ) -> Option<(Term, Kind)> {
        let Some(function) = Function::of(name) else {
            self.unknown(
                &Text::new("函数", "function"),
                name,
                at,
                &["max", "min", "sqrt"],
            );
            return None;
        };
        let terms: Vec<Option<(Term, Dimension)>> = arguments
            .iter()
            .map(|a| self.numeric(a, offered, verdicts))
            .collect();
        let terms: Vec<(Term, Dimension)> = terms.into_iter().collect::<Option<_>>()?;
        let (_, first) = terms.first()?;
        let first = *first;
        if let Some(position) = terms.iter().position(|(_, d)| !d.same_kind(&first)) {
            self.unlike(
                Operator::Less,
                (arguments[0].span, first),
                (arguments[position].span, terms[position].1),
            );
            return None;
        }
        let dimension = if function == Function::SquareRoot {
            first.square_root()
        } else {
            Some(first)
        };
        let Some(dimension) = dimension else {
            self.report(
                Diagnostic::new(
                    Code::ExpressionType,
                    at,
                    Text::new("该量不能开平方", "this quantity has no square root"),
                )
                .with_help(Text::new("先平方或先相除", "square or divide it first")),
            );
            return None;
        };
        Some((
            Term::Call(function, terms.into_iter().map(|(t, _)| t).collect()),
            Kind::Number(dimension),
        ))
    }
}

/// What a verdict is called in both languages; one of the author's own is called the same in both.
fn verdict_title(name: &str) -> Text {
    match table::spelled(&table::VERDICTS, name) {
        Some((en, zh)) => Text::new(zh, en),
        None => Text::same(name),
    }
}
