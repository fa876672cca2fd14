//! Exact conversion factors: a rational number, a power of ten and a power of π.

use crate::values::decimal::Decimal;

/// The largest whole number below which every whole number has its own f64.
const EXACT: f64 = 9_007_199_254_740_992.0;

/// `numerator / denominator × 10^power × π^pi`, exactly.
///
/// The form is canonical (lowest terms, no factor ten in the numerator, no factor two or five in the denominator), so that
/// equal factors compare equal.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub struct Factor {
    numerator: i128,
    denominator: i128,
    power: i32,
    pi: i8,
}

impl Factor {
    pub const ONE: Factor = Factor {
        numerator: 1,
        denominator: 1,
        power: 0,
        pi: 0,
    };
    pub const PI: Factor = Factor {
        numerator: 1,
        denominator: 1,
        power: 0,
        pi: 1,
    };

    /// `10^power`.
    pub const fn ten_to(power: i32) -> Factor {
        Factor {
            numerator: 1,
            denominator: 1,
            power,
            pi: 0,
        }
    }

    /// `numerator / denominator × 10^power`; `None` unless both are positive.
    pub fn ratio(numerator: i128, denominator: i128, power: i32) -> Option<Factor> {
        Factor {
            numerator,
            denominator,
            power,
            pi: 0,
        }
        .canonical()
    }

    /// The factor that a decimal number writes; `None` for zero, negative numbers and more than 38 digits.
    pub fn from_decimal(value: &Decimal) -> Option<Factor> {
        if value.is_negative() {
            return None;
        }
        Factor::ratio(value.digits().parse().ok()?, 1, value.exponent())
    }

    fn canonical(self) -> Option<Factor> {
        let Factor {
            mut numerator,
            mut denominator,
            mut power,
            pi,
        } = self;
        if numerator <= 0 || denominator <= 0 {
            return None;
        }
        let shared = greatest_common_divisor(numerator, denominator);
        numerator /= shared;
        denominator /= shared;
        // A factor two in the denominator is a factor five in the numerator and one less in the power of ten.
        for (divisor, complement) in [(2, 5), (5, 2)] {
            while denominator % divisor == 0 {
                denominator /= divisor;
                numerator = numerator.checked_mul(complement)?;
                power = power.checked_sub(1)?;
            }
        }
        while numerator % 10 == 0 {
            numerator /= 10;
            power = power.checked_add(1)?;
        }
        Some(Factor {
            numerator,
            denominator,
            power,
            pi,
        })
    }

    /// The product; `None` when a part no longer fits.
    pub fn times(self, other: Factor) -> Option<Factor> {
        let across = greatest_common_divisor(self.numerator, other.denominator);
        let down = greatest_common_divisor(other.numerator, self.denominator);
        Factor {
            numerator: (self.numerator / across).checked_mul(other.numerator / down)?,
            denominator: (self.denominator / down).checked_mul(other.denominator / across)?,
            power: self.power.checked_add(other.power)?,
            pi: self.pi.checked_add(other.pi)?,
        }
        .canonical()
    }

    /// One over the factor.
    pub fn inverse(self) -> Option<Factor> {
        Factor {
            numerator: self.denominator,
            denominator: self.numerator,
            power: self.power.checked_neg()?,
            pi: self.pi.checked_neg()?,
        }
        .canonical()
    }

    /// The factor to a whole power.
    pub fn to_power(self, exponent: i8) -> Option<Factor> {
        let base = if exponent < 0 { self.inverse()? } else { self };
        let mut result = Factor::ONE;
        for _ in 0..exponent.unsigned_abs() {
            result = result.times(base)?;
        }
        Some(result)
    }

    /// The factor as a number.
    pub fn to_f64(self) -> f64 {
        self.apply(1.0)
    }

    /// `value` times the factor, with one rounding where numerator and denominator are exact, two or three otherwise.
    pub fn apply(self, value: f64) -> f64 {
        let (up, down) = if self.power >= 0 {
            (self.power, 0)
        } else {
            (0, -self.power)
        };
        let (numerator, denominator) = (
            power_of_ten_multiple(self.numerator, up),
            power_of_ten_multiple(self.denominator, down),
        );
        let scaled = if numerator < EXACT && denominator < EXACT {
            value * numerator / denominator
        } else {
            // The decimal part is rounded once by the reader of decimal numbers; only the rest is divided.
            value * power_of_ten_multiple(self.numerator, self.power) / self.denominator as f64
        };
        match self.pi {
            0 => scaled,
            pi => scaled * std::f64::consts::PI.powi(i32::from(pi)),
        }
    }

    /// `value` times the factor in decimal digits, when that is exact.
    pub fn apply_exactly(self, value: &Decimal) -> Option<Decimal> {
        if self.denominator != 1 || self.pi != 0 {
            return None;
        }
        Some(
            value
                .times(u128::try_from(self.numerator).ok()?)?
                .shifted(self.power),
        )
    }
}

fn power_of_ten_multiple(number: i128, power: i32) -> f64 {
    format!("{number}e{power}").parse().unwrap_or(f64::NAN)
}

fn greatest_common_divisor(a: i128, b: i128) -> i128 {
    if b == 0 {
        a
    } else {
        greatest_common_divisor(b, a % b)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn equal_factors_have_one_form() {
        assert_eq!(Factor::ratio(1, 8, 0), Factor::ratio(125, 1, -3));
        assert_eq!(Factor::ratio(3600, 1, 0), Factor::ratio(36, 1, 2));
        assert_eq!(Factor::ratio(1000, 3600, 0), Factor::ratio(5, 18, 0));
        assert_eq!(Factor::ratio(0, 1, 0), None);
    }

    #[test]
    fn a_factor_times_its_inverse_is_one() {
        let degree = Factor::ratio(1, 180, 0).unwrap().times(Factor::PI).unwrap();
        assert_eq!(degree.times(degree.inverse().unwrap()), Some(Factor::ONE));
        assert_eq!(
            degree
                .to_power(-2)
                .unwrap()
                .times(degree.to_power(2).unwrap()),
            Some(Factor::ONE)
        );
    }

    #[test]
    fn a_power_of_ten_divides_instead_of_multiplying_by_a_rounded_number() {
        assert_eq!(Factor::ten_to(-3).apply(3.0), 0.003);
        assert_eq!(Factor::ten_to(-6).apply(12.0), 12e-6);
        assert_eq!(Factor::ten_to(-6).to_f64(), 1e-6);
        assert_eq!(
            Factor::ratio(1_602_176_634, 1, -28).unwrap().to_f64(),
            1.602_176_634e-19
        );
    }

    #[test]
    fn an_overflow_is_told_not_wrapped() {
        let huge = Factor::ratio(i128::MAX, 1, 0).unwrap();
        assert_eq!(huge.times(huge), None);
    }
}
