//! Exact numbers for the proof, and round numbers for the people who read its witnesses.

use num_bigint::BigInt;
use num_rational::BigRational;
use num_traits::{One, Pow, Signed, ToPrimitive, Zero};

use crate::values::rounding;

pub(super) type Exact = BigRational;

/// Digits in which every decimal number survives the way through an f64 and a change of unit.
const DIGITS: usize = 15;

/// The decimal number that was meant by an f64: rounded to 15 digits, so that `0.1 mg` and `100 µg` are one number again; none unless finite.
pub(super) fn meant(value: f64) -> Option<Exact> {
    if !value.is_finite() {
        return None;
    }
    let written = format!("{:.*e}", DIGITS - 1, value);
    let (digits, power) = written.split_once('e')?;
    let power = power.parse::<i32>().ok()? - (DIGITS as i32 - 1);
    let digits: BigInt = digits.replace('.', "").parse().ok()?;
    let ten = BigInt::from(10).pow(power.unsigned_abs());
    Some(if power < 0 {
        Exact::new(digits, ten)
    } else {
        Exact::from_integer(digits * ten)
    })
}

/// The nearest f64.
pub(super) fn nearest(value: &Exact) -> f64 {
    value.to_f64().unwrap_or(f64::NAN)
}

/// As people read it: a decimal number, or a fraction of small numbers.
pub(super) fn shown(value: &Exact) -> String {
    let float = nearest(value);
    let small = BigInt::from(1000);
    if meant(float).as_ref() == Some(value) || *value.denom() > small || *value.numer() > small {
        rounding::shortest(float)
    } else {
        format!("{}/{}", value.numer(), value.denom())
    }
}

/// An end of an interval and whether it belongs to it.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct End {
    pub at: Exact,
    pub closed: bool,
}

/// A non-empty interval; a missing end is infinite.
#[derive(Debug, Clone, PartialEq, Default)]
pub(super) struct Interval {
    pub low: Option<End>,
    pub high: Option<End>,
}

impl Interval {
    /// A round number inside.
    pub fn round_number(&self) -> Exact {
        match (&self.low, &self.high) {
            (None, None) => Exact::one(),
            (Some(low), None) => beyond(low),
            (None, Some(high)) => -beyond(&End {
                at: -&high.at,
                closed: high.closed,
            }),
            (Some(low), Some(high)) if low.at == high.at => low.at.clone(),
            (Some(low), Some(high)) => between(&low.at, &high.at),
        }
    }
}

/// The multiple of the largest 1-2-5 step that has one between the ends; the one nearest to zero, the positive one first.
fn between(low: &Exact, high: &Exact) -> Exact {
    let mut step = power_of_ten_at_least(&(high - low));
    loop {
        for divisor in [1, 2, 5] {
            let step = &step / Exact::from_integer(divisor.into());
            let from = if low.is_negative() && high.is_positive() {
                Exact::zero()
            } else if low.is_negative() {
                (high / &step).floor()
            } else {
                (low / &step).ceil()
            };
            let along = if low.is_negative() && !high.is_positive() {
                -Exact::one()
            } else {
                Exact::one()
            };
            let candidates = [from.clone(), from + along];
            if let Some(found) = candidates
                .into_iter()
                .map(|multiple| multiple * &step)
                .find(|it| low < it && it < high)
            {
                return found;
            }
        }
        step /= Exact::from_integer(10.into());
    }
}

/// A round number above an end: the end itself if it belongs, else the next multiple of its leading power of ten.
fn beyond(low: &End) -> Exact {
    if low.closed {
        return low.at.clone();
    }
    if low.at.is_negative() {
        return Exact::zero();
    }
    if low.at < Exact::one() {
        return Exact::one();
    }
    let ten = Exact::from_integer(10.into());
    let mut step = power_of_ten_at_least(&low.at);
    if step > low.at {
        step /= &ten;
    }
    ((&low.at / &step).floor() + Exact::one()) * step
}

/// The smallest power of ten that is not below a positive number.
fn power_of_ten_at_least(value: &Exact) -> Exact {
    let ten = Exact::from_integer(10.into());
    let mut power = Exact::one();
    while power < *value {
        power *= &ten;
    }
    while &power / &ten >= *value {
        power /= &ten;
    }
    power
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn contains(interval: &Interval, value: &Exact) -> bool {
        let above = |end: &End| *value > end.at || end.closed && *value == end.at;
        let below = |end: &End| *value < end.at || end.closed && *value == end.at;
        interval.low.as_ref().is_none_or(above) && interval.high.as_ref().is_none_or(below)
    }

    fn end(at: f64, closed: bool) -> Option<End> {
        meant(at).map(|at| End { at, closed })
    }

    fn round(low: Option<End>, high: Option<End>) -> String {
        let interval = Interval { low, high };
        let value = interval.round_number();
        assert!(contains(&interval, &value), "{value} in {interval:?}");
        shown(&value)
    }

    #[test]
    fn a_number_is_the_decimal_that_was_written() {
        assert_eq!(shown(&meant(0.1 + 0.2).unwrap()), "0.3");
        assert_eq!(meant(1e-7), meant(0.1 * 1e-6));
        assert_eq!(meant(f64::NAN), None);
        assert_eq!(shown(&meant(-2.5e8).unwrap()), "-250000000");
        assert_eq!(shown(&Exact::new(1.into(), 3.into())), "1/3");
    }

    #[test]
    fn the_number_chosen_in_an_interval_is_round() {
        assert_eq!(round(end(1.0, false), end(1.5, true)), "1.2");
        assert_eq!(round(end(1.0, false), end(2.0, false)), "1.5");
        assert_eq!(round(end(1000.0, false), end(5000.0, false)), "2000");
        assert_eq!(round(end(-3.0, false), end(-2.0, false)), "-2.5");
        assert_eq!(round(end(-3.0, true), end(2.0, false)), "0");
        assert_eq!(round(end(0.0, false), end(1.0, false)), "0.5");
        assert_eq!(round(end(3.0, false), None), "4");
        assert_eq!(round(end(3.0, true), None), "3");
        assert_eq!(round(None, end(-30.0, false)), "-40");
        assert_eq!(round(None, None), "1");
        assert_eq!(round(end(0.012, false), end(0.0121, false)), "0.01205");
    }
}
