//! Amounts into quantities and periods.

use super::Resolver;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::model::{Period, Quantity, Range};
use crate::schema::{Amount, Entry, Value};
use crate::source::{Span, Spanned};
use crate::text::Text;
use crate::values::date::Duration;
use crate::values::decimal::{Decimal, WrittenNumber};
use crate::values::quantity::{self, QuantityError, Tolerance};
use crate::values::unit::{Dimension, Library as Units, Unit, UnitError, parse_unit};

impl Resolver<'_> {
    fn decimal(&mut self, amount: &Amount) -> Option<Decimal> {
        match WrittenNumber::parse(&amount.number) {
            Ok(written) => Some(written.value),
            Err(error) => {
                self.report(Diagnostic::new(
                    Code::ValueOutOfRange,
                    amount.span,
                    error.message(),
                ));
                None
            }
        }
    }

    /// The number as written, without its unit; reports one that no number can hold.
    pub fn number(&mut self, amount: &Amount) -> Option<f64> {
        self.decimal(amount).map(|decimal| decimal.to_f64())
    }

    /// The unit of that spelling, in the dimension expected when its symbol has several meanings.
    pub fn unit(&mut self, text: &str, at: Span, expected: Option<&Dimension>) -> Option<Unit> {
        match parse_unit(text, expected) {
            Ok(unit) => Some(unit),
            Err(error) => {
                let mut diagnostic = Diagnostic::new(Code::UnknownUnit, at, error.message());
                if matches!(&error, UnitError::Unknown { suggestions, .. } if suggestions.is_empty())
                {
                    diagnostic = diagnostic.with_help(Text::new(
                        "用国际单位制符号书写，如 `mg`、`µV`、`°C`、`µmol/mol`；`u` 可代替 `µ`",
                        "write SI symbols, such as `mg`, `µV`, `°C`, `µmol/mol`; `u` will do for `µ`",
                    ));
                }
                if let UnitError::Unknown { suggestions, .. } = &error
                    && let Some(first) = suggestions.first()
                {
                    diagnostic = diagnostic.with_fix(
                        Text::same(format!("`{first}`")),
                        at,
                        first.clone(),
                        Applicability::Unsafe,
                    );
                }
                self.report(diagnostic);
                None
            }
        }
    }

    /// The quantity an amount writes, its dimension checked against `expected` when there is one.
    pub fn quantity(&mut self, amount: &Amount, expected: Option<&Dimension>) -> Option<Quantity> {
        let decimal = self.decimal(amount)?;
        let unit = match &amount.unit {
            Some(text) => self.unit(text, amount.unit_span, expected)?,
            None => Unit::one(),
        };
        let quantity = Spanned::new(quantity::Quantity::written(decimal, unit), amount.span);
        if let Some(expected) = expected
            && !quantity.value.unit().dimension().same_kind(expected)
        {
            self.mismatch(&quantity, expected);
            return None;
        }
        Some(quantity)
    }

    fn mismatch(&mut self, quantity: &Quantity, expected: &Dimension) {
        let wanted = dimension_title(expected);
        let found = dimension_title(&quantity.value.unit().dimension());
        let written = &quantity.value;
        let message = if quantity.value.unit().is_one() {
            Text::new(
                format!("`{written}` 缺少单位，此处应为{}", wanted.zh),
                format!("`{written}` has no unit; {} is wanted here", wanted.en),
            )
        } else {
            Text::new(
                format!("`{written}` 是{}，此处应为{}", found.zh, wanted.zh),
                format!(
                    "`{written}` is a quantity of {}, but {} is wanted here",
                    found.en, wanted.en
                ),
            )
        };
        self.report(
            Diagnostic::new(Code::UnitMismatch, quantity.span, message).with_help(Text::new(
                format!("改用{}的单位", wanted.zh),
                format!("state it in a unit of {}", wanted.en),
            )),
        );
    }

    /// An amount that is a difference (a bound, an uncertainty) as a number in `unit`.
    pub fn in_unit(&mut self, amount: &Amount, unit: &Unit) -> Option<f64> {
        let quantity = self.quantity(amount, Some(&unit.dimension()))?;
        match quantity.value.convert_interval_to(unit) {
            Ok(converted) => Some(converted.value()),
            Err(error) => {
                self.report(Diagnostic::new(
                    Code::UnitMismatch,
                    amount.span,
                    error.message(),
                ));
                None
            }
        }
    }

    /// A span of time with its unit of the calendar.
    pub fn period(&mut self, entry: &Entry, slot: &str) -> Option<Period> {
        let amount = entry.amount(slot)?.clone();
        let quantity = self.quantity(&amount, None)?;
        match Duration::from_quantity(&quantity.value) {
            Ok(duration) => Some(Period {
                duration,
                at: amount.span,
            }),
            Err(error) => {
                self.report(Diagnostic::new(
                    Code::UnitMismatch,
                    amount.span,
                    error.message(),
                ));
                None
            }
        }
    }

    /// A value with its tolerance or range, or a word; of the dimension expected, when there is one.
    pub fn range(&mut self, value: &Value, expected: Option<&Dimension>) -> Option<Range> {
        match value {
            Value::Amount(amount) => {
                let quantity = self.quantity(amount, expected)?;
                Some(Range::Single(quantity.value))
            }
            Value::Range(from, to) => {
                let (low, high) = self.pair(from, to, expected)?;
                let made = quantity::Range::new(low.value, high.value);
                self.made(made, low.span.to(high.span)).map(Range::Between)
            }
            Value::Tolerance(centre, half_width) => {
                let (centre, half_width) = self.pair(centre, half_width, expected)?;
                let made = Tolerance::new(centre.value, half_width.value);
                self.made(made, centre.span.to(half_width.span))
                    .map(Range::Around)
            }
            Value::Text(text) => Some(Range::Word(text.clone())),
            Value::Name(name) => Some(Range::Word(Text::same(name))),
            _ => None,
        }
    }

    fn made<T>(&mut self, made: Result<T, QuantityError>, at: Span) -> Option<T> {
        match made {
            Ok(value) => Some(value),
            Err(error) => {
                self.report(Diagnostic::new(Code::ValueOutOfRange, at, error.message()));
                None
            }
        }
    }

    /// Two amounts of one kind of quantity; a first one without unit takes the second's (`20 ± 2 °C`).
    fn pair(
        &mut self,
        first: &Amount,
        second: &Amount,
        expected: Option<&Dimension>,
    ) -> Option<(Quantity, Quantity)> {
        if first.unit.is_none() {
            let second = self.quantity(second, expected)?;
            let unit = second.value.unit().clone();
            let written = quantity::Quantity::written(self.decimal(first)?, unit);
            return Some((Spanned::new(written, first.span), second));
        }
        let first = self.quantity(first, expected)?;
        let dimension = first.value.unit().dimension();
        let second = self.quantity(second, Some(&dimension))?;
        Some((first, second))
    }
}

/// What a dimension is called.
pub(super) fn dimension_title(dimension: &Dimension) -> Text {
    Units::standard().map_or_else(
        |_| Text::same(dimension.expansion()),
        |units| units.dimension_title(dimension),
    )
}
