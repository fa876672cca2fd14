//! Numbers with their units out of arguments: amounts, ranges, tolerances, expanded uncertainties. Only the library can tell whether the word
//! behind a number is its unit or begins what comes next.

use super::arguments::{Misfit, Read};
use super::cursor::Cursor;
use super::entry::{Amount, Value};
use super::read::Reader;
use super::table::{self, Statement};
use super::usage::{Element, Slot};
use crate::syntax::{Bracket, Kind, Slip, Symbol, plain_number};
use crate::text::Text;
use crate::values::unit::Library;

impl<'t> Reader<'t> {
    /// Whether the word behind the number that comes next begins a phrase of the statement although a unit is spelled the same (`U`, the
    /// enzyme unit, or `u`, the dalton): the phrase is followed by its number, a unit is not.
    fn phrase_behind_number(&self, cursor: &Cursor<'t>, statement: &Statement) -> bool {
        let signed = matches!(
            cursor.kind(),
            Some(Kind::Symbol(Symbol::Minus | Symbol::Plus))
        );
        let word = cursor.slice_at(1 + usize::from(signed));
        let is_phrase = statement.usage.iter().any(|element| match element {
            Element::Phrase { word: term, .. } => term.en == word || term.zh == word,
            Element::Slot(_) => false,
        });
        is_phrase
            && matches!(
                cursor.kind_at(2 + usize::from(signed)),
                Some(Kind::Number | Kind::Symbol(Symbol::Minus | Symbol::Plus))
            )
    }

    pub(super) fn numeric(
        &mut self,
        cursor: &mut Cursor<'t>,
        context: &str,
        slot: &Slot,
        statement: &Statement,
    ) -> Read<Value> {
        if slot.kind == "value" {
            return match self.any_value(cursor, context)? {
                Some(value) => Ok(Some(value)),
                None if slot.optional => Ok(None),
                None => Err(Misfit::default()),
            };
        }
        let start = *cursor;
        let bare = slot.kind != "quantity" || self.phrase_behind_number(cursor, statement);
        let found = if bare {
            self.bare_number(cursor)
        } else {
            self.amount(cursor)
        };
        let Some(amount) = found else {
            return if slot.optional {
                Ok(None)
            } else {
                Err(Misfit::default())
            };
        };
        if slot.kind != "count" {
            return Ok(Some(Value::Amount(amount)));
        }
        match amount.number.replace('_', "").parse() {
            Ok(count) => Ok(Some(Value::Count(count))),
            Err(_) => {
                *cursor = start;
                Err(Misfit {
                    help: Some(Text::new(
                        "此处为不带小数的个数",
                        "a whole number is wanted here",
                    )),
                    ..Misfit::default()
                })
            }
        }
    }

    /// A number with its sign, without a unit.
    fn bare_number(&mut self, cursor: &mut Cursor<'t>) -> Option<Amount> {
        let start = cursor.span();
        let (negative, ahead) = match cursor.kind()? {
            Kind::Symbol(Symbol::Minus) => (true, 1),
            Kind::Symbol(Symbol::Plus) => (false, 1),
            _ => (false, 0),
        };
        let digits = match cursor.kind_at(ahead)? {
            Kind::Number => cursor.slice_at(ahead).to_owned(),
            // The slip has its own message; here it is read as what it was meant to be.
            Kind::Slip(Slip::CommaNumber | Slip::FullWidthNumber | Slip::PowerNumber) => {
                plain_number(cursor.slice_at(ahead))
            }
            _ => return None,
        };
        cursor.advance(ahead + 1);
        let span = start.to(cursor.last_span());
        let number = if negative {
            format!("-{digits}")
        } else {
            digits
        };
        Some(Amount {
            number,
            unit: None,
            span,
            unit_span: span.after(),
        })
    }

    /// A number and the unit behind it, if what stands there is one.
    pub(super) fn amount(&mut self, cursor: &mut Cursor<'t>) -> Option<Amount> {
        let mut amount = self.bare_number(cursor)?;
        if let Some((unit, count)) = known_unit(cursor) {
            let start = cursor.span();
            cursor.advance(count);
            amount.unit_span = start.to(cursor.last_span());
            amount.span = amount.span.to(amount.unit_span);
            amount.unit = Some(unit);
        }
        Some(amount)
    }

    /// Any value: a text, a date or their range, an amount, a range, a tolerance, an expanded uncertainty, a word.
    pub(super) fn any_value(&mut self, cursor: &mut Cursor<'t>, context: &str) -> Read<Value> {
        if let Some(text) = self.text(cursor)? {
            return Ok(Some(Value::Text(text)));
        }
        if let Some(date) = self.date(cursor)? {
            if !cursor.take_symbol(Symbol::Range) {
                return Ok(Some(Value::Date(date)));
            }
            return match self.date(cursor)? {
                Some(last) => Ok(Some(Value::DateRange(date, last))),
                None => Err(Misfit::default()),
            };
        }
        let Some(first) = self.amount(cursor) else {
            return match cursor.word() {
                Some(word) if !self.starts_statement(cursor, context) => {
                    cursor.advance(1);
                    Ok(Some(Value::Name(word.to_owned())))
                }
                _ => Ok(None),
            };
        };
        if range_in_words(cursor) {
            return Err(Misfit {
                help: Some(Text::new(
                    "范围写成 `30 % .. 60 %`",
                    "write a range as `30 % .. 60 %`",
                )),
                fix: Some("..".to_owned()),
                reported: false,
            });
        }
        let first = self.unknown_unit(cursor, first, context)?;
        for (symbol, range) in [(Symbol::Range, true), (Symbol::PlusMinus, false)] {
            if cursor.take_symbol(symbol) {
                let Some(second) = self.amount(cursor) else {
                    return Err(Misfit::default());
                };
                let second = self.unknown_unit(cursor, second, context)?;
                return Ok(Some(if range {
                    Value::Range(first, second)
                } else {
                    Value::Tolerance(first, second)
                }));
            }
        }
        if cursor.is_open(Bracket::Round) {
            let is_k =
                cursor.slice_at(1) == "k" && cursor.kind_at(2) == Some(Kind::Symbol(Symbol::Equal));
            if !is_k {
                return Err(Misfit {
                    help: Some(Text::new(
                        "扩展不确定度写成 `0.012 mg (k = 2)`",
                        "write an expanded uncertainty as `0.012 mg (k = 2)`",
                    )),
                    ..Misfit::default()
                });
            }
            cursor.advance(3);
            let Some(k) = self.bare_number(cursor) else {
                return Err(Misfit::default());
            };
            if cursor.is_close(Bracket::Round) {
                cursor.advance(1);
            }
            return Ok(Some(Value::Expanded(first, k)));
        }
        Ok(Some(Value::Amount(first)))
    }

    /// A word behind a number that is neither a unit nor the beginning of another statement was meant as a unit.
    fn unknown_unit(
        &mut self,
        cursor: &mut Cursor<'t>,
        mut amount: Amount,
        context: &str,
    ) -> Result<Amount, Misfit> {
        let is_text = cursor
            .word()
            .is_some_and(|w| table::spelled(&table::LANGUAGES, w).is_some());
        if amount.unit.is_some() || is_text || self.starts_statement(cursor, context) {
            return Ok(amount);
        }
        if let Some((text, count)) =
            unit_run(cursor, usize::MAX).filter(|(text, _)| !text.is_empty())
        {
            let start = cursor.span();
            cursor.advance(count);
            amount.unit_span = start.to(cursor.last_span());
            amount.span = amount.span.to(amount.unit_span);
            amount.unit = Some(text);
        }
        Ok(amount)
    }
}

/// Whether a dash or a word such as “to” stands between two numbers where a range is meant.
fn range_in_words(cursor: &Cursor<'_>) -> bool {
    let joins = match cursor.kind() {
        Some(Kind::Symbol(Symbol::Minus)) => true,
        Some(Kind::Word) => matches!(cursor.slice_at(0), "to" | "至" | "到"),
        _ => false,
    };
    joins && cursor.kind_at(1) == Some(Kind::Number)
}

/// The unit of pure numbers, `1`, and those that begin with it (`1/m`).
pub(super) fn unit_of_numbers(cursor: &Cursor<'_>) -> Option<(String, usize)> {
    if cursor.kind()? != Kind::Number || cursor.slice_at(0) != "1" {
        return None;
    }
    Some(touching_run(cursor, usize::MAX))
}

/// The longest run of touching tokens that can spell a unit (`kg/m³`, `µmol/mol`), at most `most` tokens.
pub(super) fn unit_run(cursor: &Cursor<'_>, most: usize) -> Option<(String, usize)> {
    (cursor.kind()? == Kind::Word).then(|| touching_run(cursor, most))
}

fn touching_run(cursor: &Cursor<'_>, most: usize) -> (String, usize) {
    let mut text = cursor.slice_at(0).to_owned();
    let mut count = 1;
    while count < most && cursor.touches(count) {
        match cursor.kind_at(count) {
            Some(
                Kind::Word
                | Kind::Number
                | Kind::Symbol(
                    Symbol::Over | Symbol::Dot | Symbol::Times | Symbol::Power | Symbol::Minus,
                ),
            ) => {
                text.push_str(cursor.slice_at(count));
                count += 1;
            }
            _ => break,
        }
    }
    (text, count)
}

/// The longest unit that the library knows at this place.
fn known_unit(cursor: &Cursor<'_>) -> Option<(String, usize)> {
    let units = Library::standard().ok()?;
    let (_, longest) = unit_run(cursor, usize::MAX)?;
    (1..=longest).rev().find_map(|most| {
        unit_run(cursor, most).filter(|(text, count)| *count == most && units.recognises(text))
    })
}
