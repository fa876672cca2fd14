//! Units of measurement: parsing, dimension, exact conversion and spelling.

pub mod dimension;
pub mod error;
pub mod factor;
pub mod library;
mod parse;
pub mod prefix;
mod read;
mod spell;

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};

pub use dimension::{Base, Dimension};
pub use error::UnitError;
pub use factor::Factor;
pub use library::{Definition, DimensionEntry, Library, UnitEntry};
pub use prefix::{Prefix, Prefixes};
pub use read::{read_dimension, read_unit};
pub use spell::per;

use crate::text::Text;
use crate::values::decimal::Decimal;

/// A unit of the library with its meaning worked out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Atom {
    pub name: String,
    pub title: Text,
    pub symbol: String,
    pub ucum: Option<String>,
    pub dsi: Option<String>,
    pub dimension: Dimension,
    /// One of this unit in coherent SI units.
    pub factor: Factor,
    pub scale: Scale,
}

/// How numbers in a unit relate to the quantity.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Scale {
    /// In proportion.
    Linear,
    /// In proportion for differences; as a point on the scale shifted by `offset` of the unit (°C, °F).
    Affine { offset: Decimal },
    /// A level; the formula says of what (dB, Np, pH).
    Logarithmic(String),
    /// A stretch of the calendar (month, working day).
    Calendar,
}

/// One factor of a unit expression.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Term {
    pub atom: Arc<Atom>,
    pub prefix: Option<&'static Prefix>,
    pub exponent: i8,
}

/// A unit: a product of library units with prefixes and whole exponents, as written.
///
/// Equality is that of the spelling (`N` and `kg·m/s²` differ); [`Unit::same_size`] compares what they are worth.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Unit {
    terms: Vec<Term>,
    dimension: Dimension,
    factor: Factor,
}

/// The unit that `text` writes, of the standard library; an ambiguous symbol is taken in the `expected` dimension.
///
/// # Errors
/// See [`Library::parse`].
pub fn parse_unit(text: &str, expected: Option<&Dimension>) -> Result<Unit, UnitError> {
    Library::standard()?.parse(text, expected)
}

/// The unit that a D-SI string writes (`\micro\mole\per\mole`, `\metre\second\tothe{-1}`).
///
/// # Errors
/// See [`Library::parse_dsi`].
pub fn parse_dsi(text: &str) -> Result<Unit, UnitError> {
    Library::standard()?.parse_dsi(text)
}

impl Unit {
    /// The unit of pure numbers.
    pub fn one() -> Unit {
        Unit {
            terms: Vec::new(),
            dimension: Dimension::ONE,
            factor: Factor::ONE,
        }
    }

    /// The product of `terms`; equal neighbours on the same side of the solidus are gathered into one power.
    ///
    /// # Errors
    /// A logarithmic or calendar unit beside others, or an exponent or factor out of range.
    pub fn from_terms(terms: Vec<Term>) -> Result<Unit, UnitError> {
        let terms = gathered(terms)?;
        if let [only] = terms.as_slice()
            && only.exponent == 1
        {
            let factor = only.factor()?;
            return Ok(Unit {
                dimension: only.atom.dimension,
                factor,
                terms,
            });
        }
        let mut dimension = marks(&terms)?;
        let mut factor = Factor::ONE;
        for term in &terms {
            match term.atom.scale {
                Scale::Logarithmic(_) => {
                    return Err(UnitError::LogarithmicProduct(term.atom.symbol.clone()));
                }
                Scale::Calendar => {
                    return Err(UnitError::CalendarProduct(term.atom.symbol.clone()));
                }
                Scale::Linear | Scale::Affine { .. } => {}
            }
            let out_of_range = || UnitError::OutOfRange(term.atom.symbol.clone());
            let part = term
                .atom
                .dimension
                .to_power(term.exponent)
                .ok_or_else(out_of_range)?;
            dimension = dimension.times(&part).ok_or_else(out_of_range)?;
            factor = factor.times(term.factor()?).ok_or_else(out_of_range)?;
        }
        Ok(Unit {
            terms,
            dimension,
            factor,
        })
    }

    pub fn terms(&self) -> &[Term] {
        &self.terms
    }

    pub fn dimension(&self) -> Dimension {
        self.dimension
    }

    /// One of this unit in coherent SI units (for affine units: a difference of one).
    pub fn factor(&self) -> Factor {
        self.factor
    }

    /// Whether it is the unit of pure numbers.
    pub fn is_one(&self) -> bool {
        self.terms.is_empty()
    }

    /// How numbers in the unit relate to the quantity; in a product every unit is linear.
    pub fn scale(&self) -> &Scale {
        match self.terms.as_slice() {
            [only] if only.exponent == 1 => &only.atom.scale,
            _ => &Scale::Linear,
        }
    }

    /// Whether points on the scale and differences convert differently (°C, °F).
    pub fn is_affine(&self) -> bool {
        matches!(self.scale(), Scale::Affine { .. })
    }

    pub fn is_logarithmic(&self) -> bool {
        matches!(self.scale(), Scale::Logarithmic(_))
    }

    /// Whether it is a stretch of the calendar without fixed length.
    pub fn is_calendar(&self) -> bool {
        matches!(self.scale(), Scale::Calendar)
    }

    /// Whether one of each is the same, whatever the spelling.
    pub fn same_size(&self, other: &Unit) -> bool {
        self.dimension == other.dimension
            && self.factor == other.factor
            && self.scale() == other.scale()
    }

    /// The product with another unit.
    ///
    /// # Errors
    /// As [`Unit::from_terms`].
    pub fn times(&self, other: &Unit) -> Result<Unit, UnitError> {
        Unit::from_terms(self.terms.iter().chain(&other.terms).cloned().collect())
    }

    /// The quotient by another unit.
    ///
    /// # Errors
    /// As [`Unit::from_terms`].
    pub fn over(&self, other: &Unit) -> Result<Unit, UnitError> {
        self.times(&other.to_power(-1)?)
    }

    /// A whole power; the zeroth is the unit one.
    ///
    /// # Errors
    /// As [`Unit::from_terms`].
    pub fn to_power(&self, power: i8) -> Result<Unit, UnitError> {
        if power == 0 {
            return Ok(Unit::one());
        }
        let mut terms = self.terms.clone();
        for term in &mut terms {
            term.exponent = term
                .exponent
                .checked_mul(power)
                .ok_or_else(|| UnitError::OutOfRange(self.to_string()))?;
        }
        Unit::from_terms(terms)
    }

    /// The factor by which a difference in this unit becomes a difference in `other`.
    ///
    /// # Errors
    /// Units of different kinds; logarithmic and calendar units, except into themselves.
    pub fn factor_to(&self, other: &Unit) -> Result<Factor, UnitError> {
        if self == other {
            return Ok(Factor::ONE);
        }
        let (from, to) = (self.to_string(), other.to_string());
        if !self.dimension.same_kind(&other.dimension) {
            let library = Library::standard()?;
            let kinds = [self, other].map(|unit| library.dimension_title(&unit.dimension));
            return Err(UnitError::Incommensurable {
                from,
                to,
                kinds: Box::new(kinds),
            });
        }
        if self.is_logarithmic() || other.is_logarithmic() {
            return Err(UnitError::LogarithmicConversion { from, to });
        }
        if self.is_calendar() || other.is_calendar() {
            return Err(UnitError::CalendarConversion { from, to });
        }
        other
            .factor
            .inverse()
            .and_then(|back| self.factor.times(back))
            .ok_or(UnitError::OutOfRange(from))
    }

    /// A difference, an uncertainty or a limit of change in this unit, expressed in `other`: 2 °C are 2 K.
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn convert_interval(&self, value: f64, other: &Unit) -> Result<f64, UnitError> {
        Ok(self.factor_to(other)?.apply(value))
    }

    /// A value in this unit expressed in `other`, as a point on the scale: 20 °C are 293.15 K.
    ///
    /// # Errors
    /// As [`Unit::factor_to`].
    pub fn convert(&self, value: f64, other: &Unit) -> Result<f64, UnitError> {
        let factor = self.factor_to(other)?;
        // The offsets are joined before the value is touched, so that the sum alone is rounded at the size of the answer.
        let offset = |unit: &Unit| unit.offset().map_or(0.0, |offset| offset.to_f64());
        let same_zero = self.zero_of_scale() == other.zero_of_scale();
        let shift = if same_zero {
            0.0
        } else {
            factor.apply(offset(self)) - offset(other)
        };
        Ok(if shift == 0.0 {
            factor.apply(value)
        } else {
            factor.apply(value) + shift
        })
    }

    /// As [`Unit::convert`] in decimal digits, where the factor is a whole or decimal number (25 °C are exactly 298.15 K).
    pub fn convert_exactly(&self, value: &Decimal, other: &Unit) -> Option<Decimal> {
        let factor = self.factor_to(other).ok()?;
        let scaled = factor.apply_exactly(value)?;
        if self.zero_of_scale() == other.zero_of_scale() {
            return Some(scaled);
        }
        let shifted = match self.offset() {
            Some(offset) => scaled.plus(&factor.apply_exactly(&offset)?)?,
            None => scaled,
        };
        match other.offset() {
            Some(offset) => shifted.plus(&offset.negated()),
            None => Some(shifted),
        }
    }

    /// The library unit whose zero the scale has, when it is not the natural zero.
    fn zero_of_scale(&self) -> Option<&str> {
        if self.is_affine() {
            self.terms.first().map(|term| term.atom.name.as_str())
        } else {
            None
        }
    }

    /// How far below the zero of an affine unit the natural zero lies, in this unit with its prefix.
    fn offset(&self) -> Option<Decimal> {
        match (self.scale(), self.terms.first()) {
            (
                Scale::Affine { offset },
                Some(Term {
                    prefix: Some(prefix),
                    ..
                }),
            ) => prefix.factor().inverse()?.apply_exactly(offset),
            (Scale::Affine { offset }, _) => Some(offset.clone()),
            _ => None,
        }
    }
}

impl Term {
    /// The factor of the whole term, prefix and exponent included.
    fn factor(&self) -> Result<Factor, UnitError> {
        let prefix = self.prefix.map_or(Factor::ONE, Prefix::factor);
        let powered = self
            .atom
            .factor
            .times(prefix)
            .and_then(|factor| factor.to_power(self.exponent));
        powered.ok_or_else(|| UnitError::OutOfRange(self.atom.symbol.clone()))
    }

    fn is_like(&self, other: &Term) -> bool {
        self.atom.name == other.atom.name
            && self.prefix == other.prefix
            && (self.exponent > 0) == (other.exponent > 0)
    }
}

fn gathered(terms: Vec<Term>) -> Result<Vec<Term>, UnitError> {
    let mut out: Vec<Term> = Vec::with_capacity(terms.len());
    for term in terms {
        match out.iter_mut().find(|known| known.is_like(&term)) {
            Some(known) => {
                let sum = known.exponent.checked_add(term.exponent);
                known.exponent =
                    sum.ok_or_else(|| UnitError::OutOfRange(term.atom.symbol.clone()))?;
            }
            None => out.push(term),
        }
    }
    Ok(out)
}

/// The marks that a quotient of two units of one kind earns: mg/kg is a mass fraction, µmol/mol an amount fraction.
///
/// Ratios of other kinds (µV/V, Hz/Hz) are plain ratios and bear no mark.
fn marks(terms: &[Term]) -> Result<Dimension, UnitError> {
    let mut dimension = Dimension::ONE;
    for (base, power, mark) in [
        (Base::Mass, 1, Base::MassFraction),
        (Base::Amount, 1, Base::AmountFraction),
        (Base::Length, 3, Base::VolumeFraction),
    ] {
        let Some(whole) = Dimension::of(base).to_power(power) else {
            continue;
        };
        let count = |sign: i8| {
            let of_kind = |term: &&Term| {
                let total = term.atom.dimension.to_power(term.exponent);
                total.is_some() && total == whole.to_power(sign)
            };
            terms.iter().filter(of_kind).count()
        };
        for _ in 0..count(1).min(count(-1)) {
            dimension = dimension
                .times(&Dimension::of(mark))
                .ok_or(UnitError::OutOfRange(String::new()))?;
        }
    }
    Ok(dimension)
}

impl TryFrom<String> for Unit {
    type Error = UnitError;
    fn try_from(text: String) -> Result<Unit, UnitError> {
        parse_unit(&text, None)
    }
}

impl From<Unit> for String {
    /// The spelling for people where it is read back as the same unit, else the English names (`picohenry`, for `pH` is acidity).
    fn from(unit: Unit) -> String {
        let shown = unit.display();
        if parse_unit(&shown, None).is_ok_and(|read| read == unit) {
            shown
        } else {
            unit.names()
        }
    }
}

impl fmt::Display for Unit {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.display())
    }
}

#[cfg(test)]
mod tests;
