//! Amounts into quantities and periods.

use super::Resolver;
use crate::diagnostic::{Applicability, Code, Diagnostic};
use crate::model::{Period, Quantity, Range};
use crate::schema::{Amount, Entry, Value};
use crate::source::Span;
use crate::text::Text;
use crate::values::date::{Duration, PeriodKind};
use crate::values::decimal::WrittenNumber;
use crate::values::unit::{Dimension, Library as Units, Unit, UnitError, parse_unit};

impl Resolver<'_> {
    /// The number as written, without its unit; reports one that no number can hold.
    pub fn number(&mut self, amount: &Amount) -> Option<f64> {
        match WrittenNumber::parse(&amount.number) {
            Ok(written) => Some(written.value.to_f64()),
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

    /// The unit of that spelling, in the dimension expected when its symbol has several meanings.
    pub fn unit(&mut self, text: &str, at: Span, expected: Option<&Dimension>) -> Option<Unit> {
        match parse_unit(text, expected) {
            Ok(unit) => Some(unit),
            Err(error) => {
                let mut diagnostic = Diagnostic::new(Code::UnknownUnit, at, error.message());
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
        let value = self.number(amount)?;
        let unit = match &amount.unit {
            Some(text) => self.unit(text, amount.unit_span, expected)?,
            None => Unit::one(),
        };
        let written = match &amount.unit {
            Some(unit) => format!("{} {unit}", amount.number),
            None => amount.number.clone(),
        };
        let quantity = Quantity {
            value,
            unit,
            written,
            at: amount.span,
        };
        if let Some(expected) = expected
            && !quantity.unit.dimension().same_kind(expected)
        {
            self.mismatch(&quantity, expected);
            return None;
        }
        Some(quantity)
    }

    fn mismatch(&mut self, quantity: &Quantity, expected: &Dimension) {
        let wanted = dimension_title(expected);
        let found = dimension_title(&quantity.unit.dimension());
        let written = &quantity.written;
        let message = if quantity.unit.is_one() {
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
            Diagnostic::new(Code::UnitMismatch, quantity.at, message).with_help(Text::new(
                format!("改用{}的单位", wanted.zh),
                format!("state it in a unit of {}", wanted.en),
            )),
        );
    }

    /// An amount as a number in `unit`.
    pub fn in_unit(&mut self, amount: &Amount, unit: &Unit) -> Option<f64> {
        let quantity = self.quantity(amount, Some(&unit.dimension()))?;
        match quantity.unit.convert_interval(quantity.value, unit) {
            Ok(value) => Some(value),
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
        let value = self.number(&amount)?;
        let unit = amount.unit.as_deref().unwrap_or_default();
        let kind = match self.unit(unit, amount.unit_span, None)?.terms() {
            [only] if only.exponent == 1 && only.prefix.is_none() => {
                match only.atom.symbol.as_str() {
                    "h" => Some(PeriodKind::Hour),
                    "d" => Some(PeriodKind::Day),
                    "wk" => Some(PeriodKind::Week),
                    "mo" => Some(PeriodKind::Month),
                    "wd" => Some(PeriodKind::WorkingDay),
                    _ => None,
                }
            }
            _ => None,
        };
        let Some(kind) = kind else {
            self.report(
                Diagnostic::new(
                    Code::UnitMismatch,
                    amount.unit_span,
                    Text::new(format!("`{unit}` 不能用于期限"), format!("a period cannot be stated in `{unit}`")),
                )
                .with_help(Text::new(
                    "期限用 `h`（小时）、`d`（天）、`wk`（周）、`mo`（月）、`wd`（工作日）",
                    "periods are stated in `h`, `d` (days), `wk` (weeks), `mo` (months) or `wd` (working days)",
                )),
            );
            return None;
        };
        if value.fract() != 0.0 || !(0.0..=100_000.0).contains(&value) {
            self.report(
                Diagnostic::new(
                    Code::ValueOutOfRange,
                    amount.span,
                    Text::new(
                        format!("期限 `{}` 应为不带小数的非负数", amount.number),
                        format!("the period `{}` is not a whole number", amount.number),
                    ),
                )
                .with_help(Text::new("换用更小的单位", "use a smaller unit")),
            );
            return None;
        }
        Some(Period {
            duration: Duration::new(value as u32, kind),
            at: amount.span,
        })
    }

    /// A value with its tolerance or range, or a word.
    pub fn range(&mut self, value: &Value) -> Option<Range> {
        match value {
            Value::Amount(amount) => self.quantity(amount, None).map(Range::Single),
            Value::Range(from, to) => self.pair(from, to).and_then(|(from, to)| {
                if from
                    .unit
                    .convert(from.value, &to.unit)
                    .is_ok_and(|converted| converted > to.value)
                {
                    self.report(
                        Diagnostic::new(
                            Code::ValueOutOfRange,
                            from.at.to(to.at),
                            Text::new("范围的下限大于上限", "the range begins above its end"),
                        )
                        .with_help(Text::new("交换两个数值", "exchange the two values")),
                    );
                    return None;
                }
                Some(Range::Between(from, to))
            }),
            Value::Tolerance(value, deviation) => self
                .pair(value, deviation)
                .map(|(value, deviation)| Range::Around(value, deviation)),
            Value::Text(text) => Some(Range::Word(text.clone())),
            Value::Name(name) => Some(Range::Word(Text::same(name))),
            _ => None,
        }
    }

    /// Two amounts of one kind of quantity; a first one without unit takes the second's (`20 ± 2 °C`).
    fn pair(&mut self, first: &Amount, second: &Amount) -> Option<(Quantity, Quantity)> {
        let second = self.quantity(second, None)?;
        let first = if first.unit.is_none() && !second.unit.is_one() {
            let value = self.number(first)?;
            Quantity {
                value,
                unit: second.unit.clone(),
                written: first.number.clone(),
                at: first.span,
            }
        } else {
            let dimension = second.unit.dimension();
            self.quantity(first, Some(&dimension))?
        };
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
