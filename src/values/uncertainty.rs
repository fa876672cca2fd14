//! Uncertainties: standard, expanded and relative are different types, so that a U is never taken for a u.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::decimal::WrittenNumber;
use super::quantity::{Quantity, QuantityError};
use super::unit::Unit;

/// The coverage factor k, a positive number (VIM 2.38).
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd, Serialize, Deserialize)]
#[serde(try_from = "f64")]
pub struct CoverageFactor(f64);

/// A standard uncertainty u, in the unit of the value or one of its kind (VIM 2.30).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Quantity")]
pub struct StandardUncertainty(Quantity);

/// An expanded uncertainty U with its coverage factor (VIM 2.35).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "StoredExpanded")]
pub struct ExpandedUncertainty {
    interval: Quantity,
    k: CoverageFactor,
}

/// A relative uncertainty: a ratio to the absolute value of the quantity (VIM 2.32).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(try_from = "Quantity")]
pub struct RelativeUncertainty(Quantity);

/// An uncertainty in whichever form it was stated.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Uncertainty {
    /// `u 0.006 mg`, or the parentheses of `1.000 012(34) V`.
    Standard(StandardUncertainty),
    /// `0.012 mg (k = 2)`.
    Expanded(ExpandedUncertainty),
    /// A relative standard uncertainty.
    RelativeStandard(RelativeUncertainty),
    /// `5e-6 (k = 2)`: a relative expanded uncertainty.
    RelativeExpanded(RelativeUncertainty, CoverageFactor),
}

impl CoverageFactor {
    /// # Errors
    /// Anything but a positive finite number.
    pub fn new(k: f64) -> Result<CoverageFactor, QuantityError> {
        if k.is_finite() && k > 0.0 {
            Ok(CoverageFactor(k))
        } else {
            Err(QuantityError::CoverageFactor(k))
        }
    }

    pub fn value(self) -> f64 {
        self.0
    }
}

/// An expanded uncertainty as it stands in a file, not yet checked.
#[derive(Deserialize)]
struct StoredExpanded {
    interval: Quantity,
    k: CoverageFactor,
}

impl TryFrom<f64> for CoverageFactor {
    type Error = QuantityError;
    fn try_from(k: f64) -> Result<CoverageFactor, QuantityError> {
        CoverageFactor::new(k)
    }
}

impl TryFrom<Quantity> for StandardUncertainty {
    type Error = QuantityError;
    fn try_from(interval: Quantity) -> Result<StandardUncertainty, QuantityError> {
        StandardUncertainty::new(interval)
    }
}

impl TryFrom<Quantity> for RelativeUncertainty {
    type Error = QuantityError;
    fn try_from(ratio: Quantity) -> Result<RelativeUncertainty, QuantityError> {
        RelativeUncertainty::new(ratio)
    }
}

impl TryFrom<StoredExpanded> for ExpandedUncertainty {
    type Error = QuantityError;
    fn try_from(stored: StoredExpanded) -> Result<ExpandedUncertainty, QuantityError> {
        ExpandedUncertainty::new(stored.interval, stored.k)
    }
}

/// The quantity and, from the short form `1.000 012(34) V`, its standard uncertainty.
///
/// # Errors
/// None that [`WrittenNumber::parse`] lets through; the type of the uncertainty demands a number not below zero.
pub fn from_written(
    number: WrittenNumber,
    unit: &Unit,
) -> Result<(Quantity, Option<Uncertainty>), QuantityError> {
    let standard = |digits| {
        StandardUncertainty::new(Quantity::written(digits, unit.clone())).map(Uncertainty::Standard)
    };
    let uncertainty = number.uncertainty.map(standard).transpose()?;
    Ok((Quantity::written(number.value, unit.clone()), uncertainty))
}

fn not_negative(interval: Quantity) -> Result<Quantity, QuantityError> {
    let value = interval.value();
    if value.is_finite() && value >= 0.0 {
        Ok(interval)
    } else {
        Err(QuantityError::NegativeUncertainty(value))
    }
}

impl StandardUncertainty {
    /// # Errors
    /// A negative or infinite value.
    pub fn new(interval: Quantity) -> Result<StandardUncertainty, QuantityError> {
        not_negative(interval).map(StandardUncertainty)
    }

    pub fn quantity(&self) -> &Quantity {
        &self.0
    }

    /// The number in `unit`.
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn in_unit(&self, unit: &Unit) -> Result<f64, QuantityError> {
        Ok(self.0.unit().convert_interval(self.0.value(), unit)?)
    }

    /// The expanded uncertainty U = k·u.
    ///
    /// # Errors
    /// A product beyond the range of numbers.
    pub fn expanded(&self, k: CoverageFactor) -> Result<ExpandedUncertainty, QuantityError> {
        ExpandedUncertainty::new(
            Quantity::computed(self.0.value() * k.value(), self.0.unit().clone()),
            k,
        )
    }
}

impl ExpandedUncertainty {
    /// # Errors
    /// A negative or infinite value.
    pub fn new(
        interval: Quantity,
        k: CoverageFactor,
    ) -> Result<ExpandedUncertainty, QuantityError> {
        Ok(ExpandedUncertainty {
            interval: not_negative(interval)?,
            k,
        })
    }

    /// U as stated.
    pub fn quantity(&self) -> &Quantity {
        &self.interval
    }

    pub fn k(&self) -> CoverageFactor {
        self.k
    }

    /// u = U / k.
    pub fn standard(&self) -> StandardUncertainty {
        StandardUncertainty(Quantity::computed(
            self.interval.value() / self.k.value(),
            self.interval.unit().clone(),
        ))
    }
}

impl RelativeUncertainty {
    /// # Errors
    /// A unit that is no ratio, or a negative or infinite value.
    pub fn new(ratio: Quantity) -> Result<RelativeUncertainty, QuantityError> {
        if !ratio.unit().dimension().is_ratio() || ratio.unit().is_logarithmic() {
            return Err(QuantityError::NotARatio(ratio.unit().to_string()));
        }
        not_negative(ratio).map(RelativeUncertainty)
    }

    /// The ratio as a pure number: 0.0005 for 0.05 %.
    pub fn ratio(&self) -> f64 {
        self.0.unit().factor().apply(self.0.value())
    }

    /// The interval at `value`, in its unit.
    ///
    /// # Errors
    /// A value on a scale without natural zero.
    pub fn at(&self, value: &Quantity) -> Result<Quantity, QuantityError> {
        if value.unit().is_affine() || value.unit().is_logarithmic() {
            return Err(QuantityError::RelativeWithoutZero(value.to_string()));
        }
        not_negative(Quantity::computed(
            self.ratio() * value.value().abs(),
            value.unit().clone(),
        ))
    }
}

impl Uncertainty {
    /// The standard uncertainty of `value`, in the unit of `value`.
    ///
    /// # Errors
    /// Unlike kinds of quantity; a relative uncertainty of a value without natural zero.
    pub fn standard_of(&self, value: &Quantity) -> Result<StandardUncertainty, QuantityError> {
        let interval = match self {
            Uncertainty::Standard(u) => u.0.clone(),
            Uncertainty::Expanded(expanded) => expanded.standard().0,
            Uncertainty::RelativeStandard(relative) => relative.at(value)?,
            Uncertainty::RelativeExpanded(relative, k) => {
                let at_value = relative.at(value)?;
                Quantity::computed(at_value.value() / k.value(), at_value.unit().clone())
            }
        };
        StandardUncertainty::new(interval.convert_interval_to(value.unit())?)
    }

    /// The coverage factor, when the uncertainty was stated expanded.
    pub fn k(&self) -> Option<CoverageFactor> {
        match self {
            Uncertainty::Expanded(expanded) => Some(expanded.k),
            Uncertainty::RelativeExpanded(_, k) => Some(*k),
            Uncertainty::Standard(_) | Uncertainty::RelativeStandard(_) => None,
        }
    }
}

impl fmt::Display for CoverageFactor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}

impl fmt::Display for Uncertainty {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Uncertainty::Standard(u) => write!(f, "{}", u.0),
            Uncertainty::Expanded(expanded) => {
                write!(f, "{} (k = {})", expanded.interval, expanded.k)
            }
            Uncertainty::RelativeStandard(relative) => write!(f, "{}", relative.0),
            Uncertainty::RelativeExpanded(relative, k) => write!(f, "{} (k = {k})", relative.0),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn each_form_gives_its_standard_uncertainty_in_the_unit_of_the_value() {
        let k = CoverageFactor::new(2.0).unwrap();
        let value = Quantity::of("1", "kg");
        let u =
            |uncertainty: Uncertainty| uncertainty.standard_of(&value).unwrap().quantity().value();
        assert_eq!(
            u(Uncertainty::Standard(
                StandardUncertainty::new(Quantity::of("6", "µg")).unwrap()
            )),
            6e-9
        );
        assert_eq!(
            u(Uncertainty::Expanded(
                ExpandedUncertainty::new(Quantity::of("0.012", "mg"), k).unwrap()
            )),
            6e-9
        );
        assert_eq!(
            u(Uncertainty::RelativeStandard(
                RelativeUncertainty::new(Quantity::of("0.05", "%")).unwrap()
            )),
            5e-4
        );
        assert_eq!(
            u(Uncertainty::RelativeExpanded(
                RelativeUncertainty::new(Quantity::of("5e-6", "1")).unwrap(),
                k
            )),
            2.5e-6
        );
    }

    #[test]
    fn a_relative_uncertainty_of_a_negative_value_is_positive() {
        let relative = RelativeUncertainty::new(Quantity::of("1", "%")).unwrap();
        assert_eq!(relative.at(&Quantity::of("-50", "V")).unwrap().value(), 0.5);
        assert!(matches!(
            relative.at(&Quantity::of("20", "°C")),
            Err(QuantityError::RelativeWithoutZero(_))
        ));
        assert!(matches!(
            RelativeUncertainty::new(Quantity::of("1", "mV")),
            Err(QuantityError::NotARatio(_))
        ));
    }

    #[test]
    fn an_uncertainty_of_a_celsius_value_may_be_stated_in_kelvin() {
        let u = Uncertainty::Standard(StandardUncertainty::new(Quantity::of("5", "mK")).unwrap());
        assert_eq!(
            u.standard_of(&Quantity::of("20", "°C"))
                .unwrap()
                .quantity()
                .to_string(),
            "0.005 °C"
        );
    }

    #[test]
    fn the_short_form_states_a_standard_uncertainty() {
        let volt = crate::values::unit::parse_unit("V", None).unwrap();
        let (value, u) =
            from_written(WrittenNumber::parse("1.000 012(34)").unwrap(), &volt).unwrap();
        assert_eq!(value.to_string(), "1.000012 V");
        assert_eq!(
            u.unwrap().standard_of(&value).unwrap().quantity().value(),
            34e-6
        );
    }

    #[test]
    fn a_stored_uncertainty_is_checked_when_read() {
        let k = CoverageFactor::new(2.0).unwrap();
        let stated = Uncertainty::Expanded(
            ExpandedUncertainty::new(Quantity::of("0.012", "mg"), k).unwrap(),
        );
        let text = serde_json::to_string(&stated).unwrap();
        assert_eq!(serde_json::from_str::<Uncertainty>(&text).unwrap(), stated);
        assert!(serde_json::from_str::<Uncertainty>(&text.replace("2.0", "-2.0")).is_err());
    }

    #[test]
    fn senseless_uncertainties_are_refused() {
        assert!(StandardUncertainty::new(Quantity::of("-1", "mg")).is_err());
        assert!(CoverageFactor::new(0.0).is_err());
        assert!(CoverageFactor::new(f64::NAN).is_err());
        let of_length =
            Uncertainty::Standard(StandardUncertainty::new(Quantity::of("1", "mm")).unwrap());
        assert!(of_length.standard_of(&Quantity::of("1", "kg")).is_err());
    }
}
