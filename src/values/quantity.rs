//! Quantities, ranges and tolerances.

use std::cmp::Ordering;
use std::fmt;

use serde::{Deserialize, Serialize};

use super::decimal::Decimal;
use super::unit::{Unit, UnitError};
use crate::text::Text;

/// A number and a unit. The decimal digits are kept while they are exact, that is as long as the quantity was written and
/// every conversion since was a whole or decimal factor.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(from = "StoredQuantity")]
pub struct Quantity {
    value: f64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    decimal: Option<Decimal>,
    unit: Unit,
}

/// From `low` to `high`, both included; the two share a kind of quantity.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredRange")]
pub struct Range {
    low: Quantity,
    high: Quantity,
}

/// `centre ± half_width`; the half width is a difference (2 °C are 2 K).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredTolerance")]
pub struct Tolerance {
    centre: Quantity,
    half_width: Quantity,
}

/// A quantity as it stands in a file; the digits, when there are any, decide the value.
#[derive(Deserialize)]
struct StoredQuantity {
    value: f64,
    #[serde(default)]
    decimal: Option<Decimal>,
    unit: Unit,
}

/// A range as it stands in a file, not yet known to be in order.
#[derive(Deserialize)]
struct StoredRange {
    low: Quantity,
    high: Quantity,
}

/// A tolerance as it stands in a file, not yet checked.
#[derive(Deserialize)]
struct StoredTolerance {
    centre: Quantity,
    half_width: Quantity,
}

impl From<StoredQuantity> for Quantity {
    fn from(stored: StoredQuantity) -> Quantity {
        match stored.decimal {
            Some(decimal) => Quantity::written(decimal, stored.unit),
            None => Quantity::computed(stored.value, stored.unit),
        }
    }
}

impl TryFrom<StoredRange> for Range {
    type Error = QuantityError;
    fn try_from(stored: StoredRange) -> Result<Range, QuantityError> {
        Range::new(stored.low, stored.high)
    }
}

impl TryFrom<StoredTolerance> for Tolerance {
    type Error = QuantityError;
    fn try_from(stored: StoredTolerance) -> Result<Tolerance, QuantityError> {
        Tolerance::new(stored.centre, stored.half_width)
    }
}

/// Why quantities do not make a range, a tolerance or an uncertainty.
#[derive(Debug, Clone, PartialEq)]
pub enum QuantityError {
    /// The units do not go together.
    Unit(UnitError),
    /// The lower limit lies above the upper one.
    Reversed { low: String, high: String },
    /// A half width below zero.
    NegativeTolerance(String),
    /// An uncertainty below zero or not a number.
    NegativeUncertainty(f64),
    /// A value that is infinite or not a number.
    NotFinite(f64),
    /// A coverage factor that is not a positive number.
    CoverageFactor(f64),
    /// A relative uncertainty of a value without a natural zero (°C, dB, dates).
    RelativeWithoutZero(String),
    /// A relative uncertainty that is not a ratio.
    NotARatio(String),
}

impl QuantityError {
    /// The message for a person.
    pub fn message(&self) -> Text {
        match self {
            QuantityError::Unit(error) => error.message(),
            QuantityError::Reversed { low, high } => Text::new(
                format!("范围的下限 {low} 大于上限 {high}，请交换两端"),
                format!(
                    "the lower limit {low} lies above the upper limit {high}; exchange the two"
                ),
            ),
            QuantityError::NegativeTolerance(half) => Text::new(
                format!("允差 ± {half} 不能为负"),
                format!("the tolerance ± {half} must not be negative"),
            ),
            QuantityError::NegativeUncertainty(found) => Text::new(
                format!("不确定度应为非负的有限值，现为 {found}"),
                format!("an uncertainty must be a finite number not below zero; found {found}"),
            ),
            QuantityError::NotFinite(found) => Text::new(
                format!("量值应为有限的数，现为 {found}"),
                format!("a value must be a finite number; found {found}"),
            ),
            QuantityError::CoverageFactor(found) => Text::new(
                format!("包含因子 k 应为正数，例如 k = 2，现为 {found}"),
                format!(
                    "the coverage factor k must be a positive number, such as k = 2; found {found}"
                ),
            ),
            QuantityError::RelativeWithoutZero(value) => Text::new(
                format!("{value} 的零点不是自然零点，不能用相对不确定度；请给出带单位的不确定度"),
                format!(
                    "{value} is counted from no natural zero and has no relative uncertainty; state the uncertainty with its unit"
                ),
            ),
            QuantityError::NotARatio(unit) => Text::new(
                format!("相对不确定度应为纯数或 %、µV/V 之类的比值，不能用 {unit}"),
                format!(
                    "a relative uncertainty is a number or a ratio such as % or µV/V, not {unit}"
                ),
            ),
        }
    }
}

crate::values::spoken!(QuantityError);

impl From<UnitError> for QuantityError {
    fn from(error: UnitError) -> QuantityError {
        QuantityError::Unit(error)
    }
}

impl Quantity {
    /// A quantity as written.
    pub fn written(decimal: Decimal, unit: Unit) -> Quantity {
        Quantity {
            value: decimal.to_f64(),
            decimal: Some(decimal),
            unit,
        }
    }

    /// A quantity as computed.
    pub fn computed(value: f64, unit: Unit) -> Quantity {
        Quantity {
            value,
            decimal: None,
            unit,
        }
    }

    /// The number, in [`Quantity::unit`].
    pub fn value(&self) -> f64 {
        self.value
    }

    /// The exact decimal digits, while there are any.
    pub fn decimal(&self) -> Option<&Decimal> {
        self.decimal.as_ref()
    }

    pub fn unit(&self) -> &Unit {
        &self.unit
    }

    /// The same quantity in `unit`, as a point on the scale (20 °C become 293.15 K).
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn convert_to(&self, unit: &Unit) -> Result<Quantity, UnitError> {
        let value = self.unit.convert(self.value, unit)?;
        let exact = self
            .decimal
            .as_ref()
            .and_then(|decimal| self.unit.convert_exactly(decimal, unit));
        Ok(match exact {
            Some(decimal) => Quantity::written(decimal, unit.clone()),
            None => Quantity::computed(value, unit.clone()),
        })
    }

    /// The same difference in `unit` (2 °C become 2 K).
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn convert_interval_to(&self, unit: &Unit) -> Result<Quantity, UnitError> {
        let factor = self.unit.factor_to(unit)?;
        match self
            .decimal
            .as_ref()
            .and_then(|decimal| factor.apply_exactly(decimal))
        {
            Some(decimal) => Ok(Quantity::written(decimal, unit.clone())),
            None => Ok(Quantity::computed(factor.apply(self.value), unit.clone())),
        }
    }

    /// Order by size; exact where both sides are decimal and one converts exactly into the other's unit.
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn compare(&self, other: &Quantity) -> Result<Ordering, UnitError> {
        let there = self.convert_to(&other.unit)?;
        if let (Some(mine), Some(theirs)) = (there.decimal(), other.decimal()) {
            return Ok(mine.compare(theirs));
        }
        let here = other.convert_to(&self.unit)?;
        if let (Some(mine), Some(theirs)) = (self.decimal(), here.decimal()) {
            return Ok(mine.compare(theirs));
        }
        Ok(there.value.total_cmp(&other.value))
    }

    /// The quantity shifted by a difference, in its own unit; exact while both are decimal.
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn plus(&self, difference: &Quantity) -> Result<Quantity, UnitError> {
        let step = difference.convert_interval_to(&self.unit)?;
        let exact = self
            .decimal()
            .zip(step.decimal())
            .and_then(|(mine, step)| mine.plus(step));
        Ok(match exact {
            Some(decimal) => Quantity::written(decimal, self.unit.clone()),
            None => Quantity::computed(self.value + step.value, self.unit.clone()),
        })
    }

    /// The quantity with the other sign.
    pub fn negated(&self) -> Quantity {
        Quantity {
            value: -self.value,
            decimal: self.decimal.as_ref().map(Decimal::negated),
            unit: self.unit.clone(),
        }
    }
}

impl fmt::Display for Quantity {
    /// The digits as written (else the shortest that read back), a space, and the unit; degrees of arc stand close (SI brochure 5.4.3).
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let number = self
            .decimal
            .as_ref()
            .map_or_else(|| super::rounding::shortest(self.value), Decimal::to_string);
        let unit = self.unit.to_string();
        match unit.as_str() {
            "1" => f.write_str(&number),
            "°" | "′" | "″" => write!(f, "{number}{unit}"),
            _ => write!(f, "{number} {unit}"),
        }
    }
}

impl Range {
    /// # Errors
    /// Unlike kinds of quantity, or limits in the wrong order.
    pub fn new(low: Quantity, high: Quantity) -> Result<Range, QuantityError> {
        if low.compare(&high)? == Ordering::Greater {
            return Err(QuantityError::Reversed {
                low: low.to_string(),
                high: high.to_string(),
            });
        }
        Ok(Range { low, high })
    }

    pub fn low(&self) -> &Quantity {
        &self.low
    }

    pub fn high(&self) -> &Quantity {
        &self.high
    }

    /// Whether `value` lies in the range, limits included.
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn contains(&self, value: &Quantity) -> Result<bool, UnitError> {
        Ok(self.low.compare(value)? != Ordering::Greater
            && value.compare(&self.high)? != Ordering::Greater)
    }

    /// Whether the whole of `other` lies in the range.
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn encloses(&self, other: &Range) -> Result<bool, UnitError> {
        Ok(self.contains(&other.low)? && self.contains(&other.high)?)
    }
}

impl fmt::Display for Range {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} .. {}", self.low, self.high)
    }
}

impl Tolerance {
    /// # Errors
    /// Unlike kinds of quantity, or a negative half width.
    pub fn new(centre: Quantity, half_width: Quantity) -> Result<Tolerance, QuantityError> {
        half_width.unit().factor_to(centre.unit())?;
        if half_width.value().is_nan() || half_width.value() < 0.0 {
            return Err(QuantityError::NegativeTolerance(half_width.to_string()));
        }
        Ok(Tolerance { centre, half_width })
    }

    pub fn centre(&self) -> &Quantity {
        &self.centre
    }

    pub fn half_width(&self) -> &Quantity {
        &self.half_width
    }

    /// The range from centre minus to centre plus half width, in the unit of the centre.
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn range(&self) -> Result<Range, UnitError> {
        Ok(Range {
            low: self.centre.plus(&self.half_width.negated())?,
            high: self.centre.plus(&self.half_width)?,
        })
    }

    /// Whether `value` lies within the tolerance, limits included.
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn contains(&self, value: &Quantity) -> Result<bool, UnitError> {
        self.range()?.contains(value)
    }
}

impl fmt::Display for Tolerance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} ± {}", self.centre, self.half_width)
    }
}

#[cfg(test)]
impl Quantity {
    /// The quantity that two texts write, for tests.
    #[allow(clippy::unwrap_used)]
    pub(super) fn of(number: &str, unit: &str) -> Quantity {
        Quantity::written(
            Decimal::parse(number).unwrap(),
            super::unit::parse_unit(unit, None).unwrap(),
        )
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn written_digits_survive_a_decimal_conversion() {
        let grams = Quantity::of("0.10", "kg")
            .convert_to(Quantity::of("1", "g").unit())
            .unwrap();
        assert_eq!(
            grams
                .decimal()
                .unwrap()
                .compare(&Decimal::from_integer(100)),
            Ordering::Equal
        );
        assert_eq!(grams.value(), 100.0);
        let hours = Quantity::of("10", "min")
            .convert_to(Quantity::of("1", "h").unit())
            .unwrap();
        assert!(hours.decimal().is_none());
        assert_eq!(hours.value(), 10.0 / 60.0);
    }

    #[test]
    fn comparison_is_exact_across_units() {
        assert_eq!(
            Quantity::of("0.3", "m")
                .compare(&Quantity::of("300", "mm"))
                .unwrap(),
            Ordering::Equal
        );
        assert_eq!(
            Quantity::of("90", "min")
                .compare(&Quantity::of("1.5", "h"))
                .unwrap(),
            Ordering::Equal
        );
        assert_eq!(
            Quantity::of("20", "°C")
                .compare(&Quantity::of("293", "K"))
                .unwrap(),
            Ordering::Greater
        );
        assert!(
            Quantity::of("1", "kPa")
                .compare(&Quantity::of("1", "mm"))
                .is_err()
        );
    }

    #[test]
    fn degrees_convert_in_decimal_digits() {
        let converted = |number, from, to| {
            Quantity::of(number, from)
                .convert_to(Quantity::of("1", to).unit())
                .unwrap()
        };
        assert_eq!(converted("300", "K", "°C").to_string(), "26.85 °C");
        assert_eq!(converted("5", "m°C", "mK").to_string(), "273155 mK");
        assert_eq!(converted("212", "°F", "°C").value(), 100.0);
        assert_eq!(
            Quantity::of("20", "°C")
                .compare(&Quantity::of("293.15", "K"))
                .unwrap(),
            Ordering::Equal
        );
    }

    #[test]
    fn a_tolerance_includes_its_limits_exactly() {
        let tolerance =
            Tolerance::new(Quantity::of("0.3", "mm"), Quantity::of("100", "µm")).unwrap();
        assert!(tolerance.contains(&Quantity::of("0.4", "mm")).unwrap());
        assert!(tolerance.contains(&Quantity::of("200", "µm")).unwrap());
        assert!(!tolerance.contains(&Quantity::of("0.400001", "mm")).unwrap());
        let room = Tolerance::new(Quantity::of("20", "°C"), Quantity::of("2", "K")).unwrap();
        assert_eq!(room.range().unwrap().to_string(), "18 °C .. 22 °C");
        assert!(Tolerance::new(Quantity::of("20", "°C"), Quantity::of("-2", "°C")).is_err());
        assert!(Tolerance::new(Quantity::of("20", "°C"), Quantity::of("2", "%")).is_err());
    }

    #[test]
    fn a_range_knows_its_order_and_what_it_holds() {
        let humidity = Range::new(Quantity::of("30", "%"), Quantity::of("0.6", "1")).unwrap();
        assert!(humidity.contains(&Quantity::of("60", "%")).unwrap());
        assert!(!humidity.contains(&Quantity::of("60.01", "%")).unwrap());
        assert!(matches!(
            Range::new(Quantity::of("2", "m"), Quantity::of("1", "m")),
            Err(QuantityError::Reversed { .. })
        ));
        let inner = Range::new(Quantity::of("40", "%"), Quantity::of("60", "%")).unwrap();
        assert!(humidity.encloses(&inner).unwrap() && !inner.encloses(&humidity).unwrap());
    }

    #[test]
    fn a_quantity_is_shown_as_written() {
        assert_eq!(Quantity::of("1.50", "mg").to_string(), "1.50 mg");
        assert_eq!(Quantity::of("30", "°").to_string(), "30°");
        assert_eq!(Quantity::of("5e-6", "1").to_string(), "5e-6");
    }

    #[test]
    fn a_quantity_survives_serialisation() {
        let original = Quantity::of("1.50", "µmol/mol");
        let text = serde_json::to_string(&original).unwrap();
        assert_eq!(serde_json::from_str::<Quantity>(&text).unwrap(), original);
        let reversed = r#"{"low": {"value": 2, "unit": "m"}, "high": {"value": 1, "unit": "m"}}"#;
        assert!(serde_json::from_str::<Range>(reversed).is_err());
    }
}
