//! Conditions out of arguments, by precedence climbing over the tokens; units need the library, so a grammar alone could not tell
//! `1 mg` from `1` followed by the next statement.

use super::arguments::Misfit;
use super::cursor::Cursor;
use super::expression::{Expression, ExpressionKind};
use super::read::Reader;
use super::table::{BlockRule, Term, table};
use crate::condition::{Domain, Operator, Quantifier};
use crate::syntax::{Bracket, Kind, Symbol};
use crate::text::Text;

/// Parentheses and signs nested deeper than this are refused.
const DEEPEST: usize = 48;

impl<'t> Reader<'t> {
    /// Reads the longest expression that begins here.
    pub(super) fn condition(&mut self, cursor: &mut Cursor<'t>) -> Result<Expression, Misfit> {
        self.operation(cursor, 0, 0)
    }

    fn operation(
        &mut self,
        cursor: &mut Cursor<'t>,
        loosest: u8,
        depth: usize,
    ) -> Result<Expression, Misfit> {
        let mut left = self.operand(cursor, depth)?;
        while let Some(operator) = operator(cursor).filter(|o| o.precedence() > loosest) {
            if operator.compares()
                && matches!(&left.kind, ExpressionKind::Binary(o, ..) if o.compares())
            {
                return Err(Misfit {
                    help: Some(Text::new(
                        "比较不能连写：`0.5 < x < 1` 要写成 `0.5 < x and x < 1`",
                        "comparisons cannot be chained: write `0.5 < x and x < 1` for `0.5 < x < 1`",
                    )),
                    ..Misfit::default()
                });
            }
            match operator {
                Operator::And => {
                    self.expression_word(cursor, "and");
                }
                Operator::Or => {
                    self.expression_word(cursor, "or");
                }
                _ => cursor.advance(1),
            }
            // A power binds to the right: a ^ b ^ c is a ^ (b ^ c).
            let bound = if operator == Operator::Power {
                operator.precedence() - 1
            } else {
                operator.precedence()
            };
            let right = self.operation(cursor, bound, depth + 1)?;
            let span = left.span.to(right.span);
            left = Expression {
                kind: ExpressionKind::Binary(operator, Box::new(left), Box::new(right)),
                span,
            };
        }
        Ok(left)
    }

    fn operand(&mut self, cursor: &mut Cursor<'t>, depth: usize) -> Result<Expression, Misfit> {
        let start = cursor.span();
        if depth > DEEPEST {
            return Err(Misfit {
                help: Some(Text::new(
                    "条件嵌套过深，请拆开写",
                    "the condition is nested too deeply; split it",
                )),
                ..Misfit::default()
            });
        }
        if self.expression_word(cursor, "not") {
            let inner = self.operation(cursor, 3, depth + 1)?;
            return Ok(Expression {
                span: start.to(inner.span),
                kind: ExpressionKind::Not(Box::new(inner)),
            });
        }
        if self.expression_word(cursor, "has") {
            return self.presence(cursor, start);
        }
        if let Some(date) = self.date(cursor)? {
            return Ok(Expression {
                kind: ExpressionKind::Date(date),
                span: start.to(cursor.last_span()),
            });
        }
        for (word, quantifier) in [
            ("all", Quantifier::All),
            ("any", Quantifier::Any),
            ("count", Quantifier::Count),
            ("share", Quantifier::Share),
        ] {
            if self.expression_word(cursor, word) {
                return self.quantified(cursor, quantifier, start);
            }
        }
        match cursor.kind() {
            Some(Kind::Symbol(Symbol::Bar)) => {
                cursor.advance(1);
                let inner = self.operation(cursor, 0, depth + 1)?;
                if !cursor.take_symbol(Symbol::Bar) {
                    return Err(Misfit {
                        help: Some(Text::new(
                            "绝对值要用一对 `|` 括起",
                            "an absolute value needs a second `|`",
                        )),
                        ..Misfit::default()
                    });
                }
                Ok(Expression {
                    kind: ExpressionKind::Absolute(Box::new(inner)),
                    span: start.to(cursor.last_span()),
                })
            }
            Some(Kind::Open(Bracket::Round)) => {
                cursor.advance(1);
                let inner = self.operation(cursor, 0, depth + 1)?;
                if !cursor.is_close(Bracket::Round) {
                    return Err(Misfit::default());
                }
                cursor.advance(1);
                Ok(Expression {
                    kind: inner.kind,
                    span: start.to(cursor.last_span()),
                })
            }
            Some(Kind::Symbol(Symbol::Minus)) if cursor.kind_at(1) != Some(Kind::Number) => {
                cursor.advance(1);
                let inner = self.operation(cursor, 7, depth + 1)?;
                Ok(Expression {
                    span: start.to(inner.span),
                    kind: ExpressionKind::Negative(Box::new(inner)),
                })
            }
            Some(Kind::Word) => self.name_or_call(cursor, depth),
            _ => match self.amount(cursor) {
                Some(amount) => Ok(Expression {
                    span: amount.span,
                    kind: ExpressionKind::Amount(amount),
                }),
                None => Err(Misfit {
                    help: Some(Text::new(
                        "条件写成 `|En| <= 1` 这样的比较",
                        "write a condition as a comparison such as `|En| <= 1`",
                    )),
                    ..Misfit::default()
                }),
            },
        }
    }

    fn quantified(
        &mut self,
        cursor: &mut Cursor<'t>,
        quantifier: Quantifier,
        start: crate::source::Span,
    ) -> Result<Expression, Misfit> {
        let domain = if self.expression_word(cursor, "points") {
            Domain::Points
        } else if self.expression_word(cursor, "artefacts") {
            Domain::Artefacts
        } else {
            return Err(Misfit {
                help: Some(Text::new(
                    "写成 `全部 测量点 满意` 的形式",
                    "write it as in `all points satisfactory`",
                )),
                ..Misfit::default()
            });
        };
        let Some(verdict) = self.verdict_word(cursor) else {
            return Err(Misfit::default());
        };
        Ok(Expression {
            kind: ExpressionKind::Quantified(quantifier, domain, verdict),
            span: start.to(cursor.last_span()),
        })
    }

    fn name_or_call(
        &mut self,
        cursor: &mut Cursor<'t>,
        depth: usize,
    ) -> Result<Expression, Misfit> {
        let start = cursor.span();
        let name = cursor.slice_at(0).to_owned();
        cursor.advance(1);
        if !cursor.is_open(Bracket::Round) {
            return Ok(Expression {
                kind: ExpressionKind::Name(name),
                span: start,
            });
        }
        cursor.advance(1);
        let mut arguments = vec![self.operation(cursor, 0, depth + 1)?];
        while cursor.take_symbol(Symbol::Comma) {
            arguments.push(self.operation(cursor, 0, depth + 1)?);
        }
        if !cursor.is_close(Bracket::Round) {
            return Err(Misfit::default());
        }
        cursor.advance(1);
        Ok(Expression {
            kind: ExpressionKind::Call(name, arguments),
            span: start.to(cursor.last_span()),
        })
    }
}

/// A path of keywords, each of the block that the one before it opens, in both languages; none when one of them is no statement.
fn spelled_path(path: &str) -> Option<Term> {
    let mut context = Some("protocol");
    let (mut en, mut zh) = (Vec::new(), Vec::new());
    for word in path.split('.') {
        let statement = table().keyword(context?, word)?;
        en.push(statement.word.en.as_str());
        zh.push(statement.word.zh.as_str());
        context = match &statement.block {
            BlockRule::Optional(block) | BlockRule::Required(block) => Some(block),
            BlockRule::None | BlockRule::OfSection(_) => None,
        };
    }
    Some(Term {
        en: en.join("."),
        zh: zh.join("."),
    })
}

impl<'t> Reader<'t> {
    /// The path of keywords behind `has`.
    fn presence(
        &mut self,
        cursor: &mut Cursor<'t>,
        start: crate::source::Span,
    ) -> Result<Expression, Misfit> {
        let Some(path) = cursor.word().map(str::to_owned) else {
            return Err(Misfit {
                help: Some(Text::new(
                    "`有` 之后写语句关键词，如 `有 稳定性.事前`",
                    "write the keywords of a statement behind `has`, as in `has stability.before`",
                )),
                ..Misfit::default()
            });
        };
        let path = match spelled_path(&path) {
            Some(term) => {
                self.keyword(cursor, 0, &term);
                term.en
            }
            None => path,
        };
        cursor.advance(1);
        Ok(Expression {
            kind: ExpressionKind::Has(path),
            span: start.to(cursor.last_span()),
        })
    }
}

fn operator(cursor: &Cursor<'_>) -> Option<Operator> {
    Some(match cursor.kind()? {
        Kind::Symbol(Symbol::Less) => Operator::Less,
        Kind::Symbol(Symbol::AtMost) => Operator::AtMost,
        Kind::Symbol(Symbol::Greater) => Operator::Greater,
        Kind::Symbol(Symbol::AtLeast) => Operator::AtLeast,
        Kind::Symbol(Symbol::Equal) => Operator::Equal,
        Kind::Symbol(Symbol::NotEqual) => Operator::NotEqual,
        Kind::Symbol(Symbol::Plus) => Operator::Plus,
        Kind::Symbol(Symbol::Minus) => Operator::Minus,
        Kind::Symbol(Symbol::Times | Symbol::Dot) => Operator::Times,
        Kind::Symbol(Symbol::Over) => Operator::Over,
        Kind::Symbol(Symbol::Power) => Operator::Power,
        Kind::Word => match cursor.slice_at(0) {
            "and" | "且" => Operator::And,
            "or" | "或" => Operator::Or,
            _ => return None,
        },
        _ => return None,
    })
}
