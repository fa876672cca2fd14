//! Decimal numbers exactly as written.
//!
//! A metrologist who writes `0.10` says something else than `0.1`; the digits and the place of the last one are therefore
//! kept, and nothing passes through binary unless [`Decimal::to_f64`] is asked for.

mod written;

use std::cmp::Ordering;
use std::fmt;
use std::str::FromStr;

use serde::{Deserialize, Serialize};

pub(super) use written::lowered;
pub use written::{DecimalError, WrittenNumber};

/// A decimal number `± digits × 10^exponent`, trailing zeros kept.
///
/// Equality of two `Decimal` is equality as written (`0.10 ≠ 0.1`); [`Decimal::compare`] and [`Decimal::canonical`] compare values.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Decimal {
    negative: bool,
    /// ASCII digits without leading zeros; `"0"` for zero.
    digits: String,
    exponent: i32,
}

impl Decimal {
    /// The integer `value`.
    pub fn from_integer(value: i64) -> Decimal {
        Decimal {
            negative: value < 0,
            digits: value.unsigned_abs().to_string(),
            exponent: 0,
        }
    }

    /// The shortest decimal that reads back as `value`; `None` for infinities and NaN.
    pub fn from_f64(value: f64) -> Option<Decimal> {
        if value.is_finite() {
            format!("{value:e}").parse().ok()
        } else {
            None
        }
    }

    /// The number without uncertainty that `text` writes.
    ///
    /// # Errors
    /// Anything but one number, and a short-form uncertainty.
    pub fn parse(text: &str) -> Result<Decimal, DecimalError> {
        let number = WrittenNumber::parse(text)?;
        match number.uncertainty {
            None => Ok(number.value),
            Some(_) => Err(DecimalError::NotANumber(text.to_string())),
        }
    }

    /// The nearest binary number (ties to even), whatever the number of digits.
    pub fn to_f64(&self) -> f64 {
        let sign = if self.negative { "-" } else { "" };
        format!("{sign}{}e{}", self.digits, self.exponent)
            .parse()
            .unwrap_or(f64::NAN)
    }

    /// The power of ten of the last digit written: −2 for `0.10`.
    pub fn exponent(&self) -> i32 {
        self.exponent
    }

    /// How many decimals are written: 2 for `0.10`, 0 for `5e3`.
    pub fn decimals(&self) -> u32 {
        self.exponent.min(0).unsigned_abs()
    }

    /// How many digits are written, leading zeros not counted: 2 for `0.10`.
    pub fn digit_count(&self) -> usize {
        self.digits.len()
    }

    /// The power of ten of the first digit: −1 for `0.10`, 3 for `1234`.
    pub fn leading_exponent(&self) -> i32 {
        self.exponent
            .saturating_add(i32::try_from(self.digits.len()).unwrap_or(i32::MAX) - 1)
    }

    /// Whether the value is zero, whatever its sign and decimals.
    pub fn is_zero(&self) -> bool {
        self.digits == "0"
    }

    /// Whether the value is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative && !self.is_zero()
    }

    /// The same digits without the sign.
    pub fn abs(&self) -> Decimal {
        Decimal {
            negative: false,
            ..self.clone()
        }
    }

    /// The value with the other sign.
    pub fn negated(&self) -> Decimal {
        Decimal {
            negative: !self.negative,
            ..self.clone()
        }
    }

    /// The same value without trailing zeros; equal values have equal canonical forms.
    pub fn canonical(&self) -> Decimal {
        if self.is_zero() {
            return Decimal {
                negative: false,
                digits: "0".to_string(),
                exponent: 0,
            };
        }
        let kept = self.digits.trim_end_matches('0');
        let dropped = i32::try_from(self.digits.len() - kept.len()).unwrap_or(0);
        Decimal {
            negative: self.negative,
            digits: kept.to_string(),
            exponent: self.exponent + dropped,
        }
    }

    /// Order by value: `0.10` equals `0.1`.
    pub fn compare(&self, other: &Decimal) -> Ordering {
        match (self.is_negative(), other.is_negative()) {
            (false, true) => Ordering::Greater,
            (true, false) => Ordering::Less,
            (false, false) => self.compare_magnitude(other),
            (true, true) => other.compare_magnitude(self),
        }
    }

    fn compare_magnitude(&self, other: &Decimal) -> Ordering {
        let (a, b) = (self.canonical(), other.canonical());
        match (a.is_zero(), b.is_zero()) {
            (true, true) => Ordering::Equal,
            (true, false) => Ordering::Less,
            (false, true) => Ordering::Greater,
            (false, false) => a
                .leading_exponent()
                .cmp(&b.leading_exponent())
                .then_with(|| a.digits.cmp(&b.digits)),
        }
    }

    /// The value times `10^power`, the same digits.
    pub fn shifted(&self, power: i32) -> Decimal {
        Decimal {
            exponent: self.exponent.saturating_add(power),
            ..self.clone()
        }
    }

    /// The value times a whole number, exactly; `None` if the factor is beyond 10³⁶.
    pub fn times(&self, factor: u128) -> Option<Decimal> {
        let mut carry: u128 = 0;
        let mut reversed = Vec::with_capacity(self.digits.len() + 40);
        for digit in self.digits.bytes().rev() {
            let here = u128::from(digit - b'0')
                .checked_mul(factor)?
                .checked_add(carry)?;
            reversed.push(b'0' + (here % 10) as u8);
            carry = here / 10;
        }
        while carry > 0 {
            reversed.push(b'0' + (carry % 10) as u8);
            carry /= 10;
        }
        let digits = reversed
            .iter()
            .rev()
            .map(|d| *d as char)
            .collect::<String>();
        Some(Decimal::from_parts(self.negative, &digits, self.exponent))
    }

    /// The sum, exactly; `None` when the two reach further apart than 38 digits.
    pub fn plus(&self, other: &Decimal) -> Option<Decimal> {
        let exponent = self.exponent.min(other.exponent);
        let aligned = |d: &Decimal| {
            let shift = d.exponent.checked_sub(exponent)?.unsigned_abs();
            let magnitude = d
                .digits
                .parse::<i128>()
                .ok()?
                .checked_mul(10_i128.checked_pow(shift)?)?;
            Some(if d.negative { -magnitude } else { magnitude })
        };
        let sum = aligned(self)?.checked_add(aligned(other)?)?;
        Some(Decimal::from_parts(
            sum < 0,
            &sum.unsigned_abs().to_string(),
            exponent,
        ))
    }

    pub(super) fn from_parts(negative: bool, digits: &str, exponent: i32) -> Decimal {
        let kept = digits.trim_start_matches('0');
        Decimal {
            negative,
            digits: if kept.is_empty() {
                "0".to_string()
            } else {
                kept.to_string()
            },
            exponent,
        }
    }

    pub(super) fn digits(&self) -> &str {
        &self.digits
    }

    /// The plain notation, digits in groups of three from the decimal sign when `group` is given (`1.234 57`).
    ///
    /// Groups follow the SI brochure 5.4.4: no grouping of only four digits.
    pub fn plain(&self, group: Option<char>) -> String {
        let padded = if self.exponent > 0 && !self.is_zero() {
            format!(
                "{}{}",
                self.digits,
                "0".repeat(self.exponent.unsigned_abs() as usize)
            )
        } else {
            format!(
                "{:0>width$}",
                self.digits,
                width = self.decimals() as usize + 1
            )
        };
        let whole_length = padded.len() - self.decimals() as usize;
        let whole: String = padded.chars().take(whole_length).collect();
        let fraction: String = padded.chars().skip(whole_length).collect();
        let sign = if self.negative { "-" } else { "" };
        let whole = grouped(&whole, group, true);
        if fraction.is_empty() {
            format!("{sign}{whole}")
        } else {
            format!("{sign}{whole}.{}", grouped(&fraction, group, false))
        }
    }
}

/// `digits` in threes counted from the decimal sign, which stands at the end (`from_end`) or at the start.
fn grouped(digits: &str, separator: Option<char>, from_end: bool) -> String {
    let Some(separator) = separator else {
        return digits.to_string();
    };
    let length = digits.chars().count();
    if length < 5 {
        return digits.to_string();
    }
    let mut out = String::new();
    for (i, digit) in digits.chars().enumerate() {
        let place = if from_end { length - i } else { i };
        if i > 0 && place % 3 == 0 {
            out.push(separator);
        }
        out.push(digit);
    }
    out
}

impl fmt::Display for Decimal {
    /// Plain notation where it shows just the written digits and at most five leading zeros, else `1.5e-9`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.exponent <= 0 && self.leading_exponent() >= -5 {
            return f.write_str(&self.plain(None));
        }
        let mut digits = self.digits.chars();
        let sign = if self.negative { "-" } else { "" };
        let first: String = digits.next().into_iter().collect();
        let rest: String = digits.collect();
        let point = if rest.is_empty() { "" } else { "." };
        write!(f, "{sign}{first}{point}{rest}e{}", self.leading_exponent())
    }
}

impl FromStr for Decimal {
    type Err = DecimalError;
    fn from_str(text: &str) -> Result<Decimal, DecimalError> {
        Decimal::parse(text)
    }
}

impl TryFrom<String> for Decimal {
    type Error = DecimalError;
    fn try_from(text: String) -> Result<Decimal, DecimalError> {
        Decimal::parse(&text)
    }
}

impl From<Decimal> for String {
    fn from(value: Decimal) -> String {
        value.to_string()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    fn decimal(text: &str) -> Decimal {
        Decimal::parse(text).unwrap()
    }

    #[test]
    fn trailing_zeros_are_kept() {
        assert_eq!(decimal("0.10").decimals(), 2);
        assert_eq!(decimal("0.10").to_string(), "0.10");
        assert_eq!(decimal("-0.00").to_string(), "-0.00");
        assert_ne!(decimal("0.10"), decimal("0.1"));
        assert_eq!(decimal("0.10").canonical(), decimal("0.1").canonical());
        assert_eq!(decimal("0.10").compare(&decimal("0.1")), Ordering::Equal);
    }

    #[test]
    fn every_customary_spelling_is_read() {
        for (text, value) in [
            ("1_000_000", 1e6),
            ("1\u{2009}000\u{2009}000", 1e6),
            ("5e-6", 5e-6),
            ("5E+3", 5e3),
            ("5×10⁻⁶", 5e-6),
            ("5 × 10^-6", 5e-6),
            ("1.602 176 634 × 10⁻¹⁹", 1.602_176_634e-19),
            ("5×10³", 5e3),
            ("−20.5", -20.5),
            ("+3", 3.0),
        ] {
            assert_eq!(decimal(text).to_f64(), value, "{text}");
        }
    }

    #[test]
    fn the_short_form_counts_in_the_last_digit() {
        let number = WrittenNumber::parse("1.000 012(34)").unwrap();
        assert_eq!(number.value.to_string(), "1.000012");
        assert_eq!(number.uncertainty.unwrap().to_string(), "0.000034");
        let number = WrittenNumber::parse("6.674 30(15)e-11").unwrap();
        assert_eq!(number.value.to_f64(), 6.674_30e-11);
        assert_eq!(number.uncertainty.unwrap().to_f64(), 1.5e-15);
        let number = WrittenNumber::parse("100.021 47(0.000 35)").unwrap();
        assert_eq!(number.uncertainty.unwrap().to_f64(), 0.000_35);
        let number = WrittenNumber::parse("105(12)").unwrap();
        assert_eq!(number.uncertainty.unwrap().to_f64(), 12.0);
    }

    #[test]
    fn a_text_that_is_no_number_is_refused_with_its_reason() {
        let error = |text: &str| WrittenNumber::parse(text).unwrap_err();
        assert!(matches!(error("１２．５"), DecimalError::FullWidth(_, meant) if meant == "12.5"));
        assert!(matches!(error("1,5"), DecimalError::Comma(_)));
        assert!(matches!(error("1_"), DecimalError::Separator(_)));
        assert!(matches!(error("1__0"), DecimalError::Separator(_)));
        assert!(matches!(error("1.0(3"), DecimalError::Uncertainty(_)));
        assert!(matches!(error("1.0(-3)"), DecimalError::Uncertainty(_)));
        assert!(matches!(error("1e3(2)"), DecimalError::Uncertainty(_)));
        for text in [
            "", ".", "5.", ".5", "abc", "1e", "1e1.5", "5×106", "5²", "--1", "1.2.3", "e5", "NaN",
            "inf",
        ] {
            assert!(matches!(error(text), DecimalError::NotANumber(_)), "{text}");
        }
        assert!(matches!(error("1e99999"), DecimalError::TooLong(_)));
    }

    #[test]
    fn display_shows_the_written_digits_and_no_others() {
        for text in ["5e3", "1.50e-9", "0.00012", "1000000", "-7.0e22", "0"] {
            assert_eq!(decimal(text).to_string(), text);
        }
        assert_eq!(decimal("1.23e-27").to_string(), "1.23e-27");
    }

    #[test]
    fn groups_are_counted_from_the_decimal_sign() {
        assert_eq!(
            decimal("1234567.1234567").plain(Some(' ')),
            "1 234 567.123 456 7"
        );
        assert_eq!(decimal("1234.1234").plain(Some(' ')), "1234.1234");
        assert_eq!(decimal("12e3").plain(Some(' ')), "12 000");
    }

    #[test]
    fn multiplication_is_exact() {
        assert_eq!(
            decimal("1.23456789012345678901234567890")
                .times(9)
                .unwrap()
                .to_string(),
            "11.11111101111111110111111111010"
        );
        assert_eq!(decimal("0.5").times(1852).unwrap().to_string(), "926.0");
    }

    #[test]
    fn sums_keep_the_last_place() {
        let sum = |a: &str, b: &str| decimal(a).plus(&decimal(b)).unwrap().to_string();
        assert_eq!(sum("0.3", "0.10"), "0.40");
        assert_eq!(sum("20", "-0.5"), "19.5");
        assert_eq!(decimal("1e50").plus(&decimal("1e-50")), None);
    }

    proptest! {
        #[test]
        fn a_float_survives_its_shortest_decimal(value in proptest::num::f64::NORMAL | proptest::num::f64::ZERO) {
            let there = Decimal::from_f64(value).unwrap();
            prop_assert_eq!(there.to_f64(), value);
            prop_assert_eq!(Decimal::parse(&there.to_string()).unwrap(), there);
        }

        #[test]
        fn order_is_that_of_the_values(a in -1_000_000i64..1_000_000, b in -1_000_000i64..1_000_000, zeros in 0i32..5) {
            let left = Decimal::from_integer(a).times(10u128.pow(zeros.unsigned_abs())).unwrap().shifted(-zeros);
            prop_assert_eq!(left.compare(&Decimal::from_integer(b)), a.cmp(&b));
        }
    }
}
