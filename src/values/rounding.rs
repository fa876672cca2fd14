//! Rounding for people, on decimal digits.
//!
//! Sources: GUM 7.2.6 (an uncertainty is given with at most two significant digits, the value to the same last place; rounding
//! up may be appropriate), JJF 1059.1-2012 5.3.8 (the same, with 四舍六入五取偶 as the ordinary rule).

use super::decimal::Decimal;
use super::quantity::QuantityError;

/// How the digits beyond the last place are disposed of.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub enum RoundingRule {
    /// To the nearest; a tie to the even digit.
    #[default]
    HalfEven,
    /// Away from zero whenever anything is dropped (只进不舍); for uncertainties only, values stay half-even.
    Up,
}

/// How a result is rounded.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Presentation {
    /// Significant digits of the uncertainty, 1 or 2 by custom.
    pub digits: u8,
    pub rule: RoundingRule,
}

impl Default for Presentation {
    fn default() -> Presentation {
        Presentation {
            digits: 2,
            rule: RoundingRule::HalfEven,
        }
    }
}

/// A value and its uncertainty rounded to one last place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Rounded {
    pub value: Decimal,
    pub uncertainty: Decimal,
}

/// Significant digits that a computed number is trusted with; what lies beyond is the noise of binary arithmetic and must not
/// turn 0.12 into 0.13 when rounding up.
const TRUSTED_UNCERTAINTY: u32 = 12;
const TRUSTED_VALUE: u32 = 15;

/// `value` with its last digit at `10^exponent`; zeros are added where digits are missing.
pub fn round_at(value: &Decimal, exponent: i32, rule: RoundingRule) -> Decimal {
    let drop = i64::from(exponent) - i64::from(value.exponent());
    let negative = value.is_negative();
    let Ok(drop) = usize::try_from(drop) else {
        let zeros = "0".repeat(usize::try_from(-drop).unwrap_or(0));
        return Decimal::from_parts(negative, &format!("{}{zeros}", value.digits()), exponent);
    };
    let digits = value.digits().as_bytes();
    let kept = digits.len().saturating_sub(drop);
    let mut whole: Vec<u8> = digits[..kept].to_vec();
    // Where more digits are dropped than there are, the first of the dropped ones is a leading zero.
    let first = if drop > digits.len() {
        b'0'
    } else {
        digits.get(kept).copied().unwrap_or(b'0')
    };
    let first_is_last = digits.iter().skip(kept + 1).all(|d| *d == b'0');
    let nothing = first == b'0' && digits.iter().skip(kept).all(|d| *d == b'0');
    let odd = whole.last().is_some_and(|d| (d - b'0') % 2 == 1);
    let up = match rule {
        RoundingRule::Up => !nothing,
        RoundingRule::HalfEven => first > b'5' || (first == b'5' && (!first_is_last || odd)),
    };
    if up {
        increment(&mut whole);
    }
    Decimal::from_parts(negative, &String::from_utf8_lossy(&whole), exponent)
}

/// Adds one to a row of ASCII digits.
fn increment(digits: &mut Vec<u8>) {
    for digit in digits.iter_mut().rev() {
        if *digit < b'9' {
            *digit += 1;
            return;
        }
        *digit = b'0';
    }
    digits.insert(0, b'1');
}

/// `value` with `count` significant digits; zero stays as it is.
pub fn round_significant(value: &Decimal, count: u32, rule: RoundingRule) -> Decimal {
    if value.is_zero() || count == 0 {
        return value.clone();
    }
    let last = |leading: i32| {
        leading
            .saturating_add(1)
            .saturating_sub(i32::try_from(count).unwrap_or(i32::MAX))
    };
    let rounded = round_at(value, last(value.leading_exponent()), rule);
    // A carry (0.0996 to 0.100) has brought one digit more; the digit to drop is a zero.
    round_at(
        &rounded,
        last(rounded.leading_exponent()),
        RoundingRule::HalfEven,
    )
}

/// The uncertainty `u` rounded as `presentation` says.
///
/// # Errors
/// A negative uncertainty or one that is not a number.
pub fn round_uncertainty(u: f64, presentation: Presentation) -> Result<Decimal, QuantityError> {
    let exact = Decimal::from_f64(u)
        .filter(|d| !d.is_negative())
        .ok_or(QuantityError::NegativeUncertainty(u))?;
    let trusted = round_significant(&exact, TRUSTED_UNCERTAINTY, RoundingRule::HalfEven);
    Ok(round_significant(
        &trusted,
        u32::from(presentation.digits),
        presentation.rule,
    ))
}

/// A value with its uncertainty: the uncertainty to the digits of `presentation`, the value to the same last place.
///
/// With an uncertainty of zero the value keeps all its digits.
///
/// # Errors
/// A negative uncertainty, or a value or uncertainty that is not a number.
pub fn round_result(
    value: f64,
    u: f64,
    presentation: Presentation,
) -> Result<Rounded, QuantityError> {
    let uncertainty = round_uncertainty(u, presentation)?;
    let exact = Decimal::from_f64(value).ok_or(QuantityError::NotFinite(value))?;
    if uncertainty.is_zero() {
        return Ok(Rounded {
            value: exact,
            uncertainty,
        });
    }
    // Where the uncertainty reaches below the trusted digits, the value is rounded there only once.
    let trusted = round_significant(&exact, TRUSTED_VALUE, RoundingRule::HalfEven);
    let source = if trusted.exponent() < uncertainty.exponent() {
        &trusted
    } else {
        &exact
    };
    Ok(Rounded {
        value: round_at(source, uncertainty.exponent(), RoundingRule::HalfEven),
        uncertainty,
    })
}

impl Rounded {
    /// `1.23457 ± 0.00023`, grouped by `group` when given.
    pub fn plus_minus(&self, group: Option<char>) -> String {
        format!(
            "{} ± {}",
            shown(&self.value, group),
            shown(&self.uncertainty, group)
        )
    }

    /// The short form `1.234 57(23)` (GUM 7.2.2 b): the digits in parentheses count in the last digit shown.
    pub fn short(&self, group: Option<char>) -> String {
        let scale = self.uncertainty.exponent().max(0);
        let digits = format!(
            "{}{}",
            self.uncertainty.digits(),
            "0".repeat(usize::try_from(scale).unwrap_or(0))
        );
        format!("{}({digits})", shown(&self.value, group))
    }
}

/// A rounded number as documents print it: a value that rounds to zero has no sign.
fn shown(value: &Decimal, group: Option<char>) -> String {
    if value.is_zero() {
        value.abs().plain(group)
    } else {
        value.plain(group)
    }
}

/// A value and its uncertainty for people: two digits of the uncertainty, a true minus sign.
pub fn pair(value: f64, u: f64) -> (String, String) {
    match round_result(value, u, Presentation::default()) {
        Ok(rounded) => (signed(&rounded.value), rounded.uncertainty.plain(None)),
        Err(_) => (format!("{value}"), format!("{u}")),
    }
}

/// A number for people to so many decimals; what rounds to zero has no sign.
pub fn decimals(value: f64, count: usize) -> String {
    let text = format!("{value:.count$}");
    let zero = !text.contains(|c: char| ('1'..='9').contains(&c)) && value.is_finite();
    if zero {
        text.replace('-', "")
    } else {
        text.replace('-', "−")
    }
}

/// What `write` gives for the least number of further digits with which the number shown lies on the same side of each limit, and of its
/// negative, as the value does: 1.004 against 1 is no 1.00.
pub fn telling(value: f64, limits: &[f64], write: impl Fn(u32) -> String) -> String {
    // An f64 has 17 significant digits.
    let most = 17;
    let side = |number: f64, limit: f64| number.partial_cmp(&limit);
    let tells = |text: &str| {
        let shown: f64 = text.replace('−', "-").parse().unwrap_or(value);
        let both = limits.iter().flat_map(|limit| [*limit, -limit]);
        both.into_iter()
            .all(|limit| side(shown, limit) == side(value, limit))
    };
    let mut text = write(0);
    for more in 1..=most {
        if tells(&text) {
            break;
        }
        text = write(more);
    }
    text
}

/// A number for people to so many significant digits.
pub fn digits(value: f64, count: u32) -> String {
    let rounded =
        Decimal::from_f64(value).map(|d| round_significant(&d, count, RoundingRule::HalfEven));
    rounded.map_or_else(|| format!("{value}"), |d| signed(&d))
}

/// With a true minus sign, and none on zero.
fn signed(value: &Decimal) -> String {
    shown(value, None).replace('-', "−")
}

/// The shortest digits that read back as the same number, for files: `0.1`, `12.5`, `1e-9`, `NaN`.
pub fn shortest(value: f64) -> String {
    let size = value.abs();
    let plain = size == 0.0 || (1e-5..1e16).contains(&size) || !value.is_finite();
    if plain {
        format!("{value}")
    } else {
        format!("{value:e}")
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;
    use std::cmp::Ordering;

    const UP: Presentation = Presentation {
        digits: 2,
        rule: RoundingRule::Up,
    };

    fn at(text: &str, exponent: i32) -> String {
        round_at(
            &Decimal::parse(text).unwrap(),
            exponent,
            RoundingRule::HalfEven,
        )
        .to_string()
    }

    #[test]
    fn a_tie_goes_to_the_even_digit() {
        // As far as −0.0365 the examples of GB/T 8170-2008, 3.2.
        assert_eq!(at("12.1498", -1), "12.1");
        assert_eq!(at("1268", 2), "1.3e3");
        assert_eq!(at("10.5002", 0), "11");
        assert_eq!(at("1.050", -1), "1.0");
        assert_eq!(at("0.35", -1), "0.4");
        assert_eq!(at("2500", 3), "2e3");
        assert_eq!(at("3500", 3), "4e3");
        assert_eq!(at("-0.0365", -3), "-0.036");
        assert_eq!(at("0.5", 0), "0");
        assert_eq!(at("0.51", 0), "1");
        assert_eq!(at("0.04", 0), "0");
        assert_eq!(at("1.2", -3), "1.200");
    }

    #[test]
    fn an_uncertainty_has_two_digits_also_after_a_carry() {
        let two = |u: f64| {
            round_uncertainty(u, Presentation::default())
                .unwrap()
                .to_string()
        };
        assert_eq!(two(0.0995), "0.10");
        assert_eq!(two(0.0994), "0.099");
        assert_eq!(two(0.285), "0.28");
        assert_eq!(two(0.000_234_5), "0.00023");
        assert_eq!(two(9.96), "10");
        assert_eq!(two(0.0), "0");
        assert_eq!(round_uncertainty(10.47, UP).unwrap().to_string(), "11");
        assert_eq!(
            round_uncertainty(0.1 + 0.02, UP).unwrap().to_string(),
            "0.12"
        );
        assert_eq!(
            round_uncertainty(0.120_000_000_000_000_01, UP)
                .unwrap()
                .to_string(),
            "0.12"
        );
        assert_eq!(
            round_uncertainty(28.05e-3, UP).unwrap().to_string(),
            "0.029"
        );
        assert!(round_uncertainty(-1.0, UP).is_err() && round_uncertainty(f64::NAN, UP).is_err());
    }

    #[test]
    fn value_and_uncertainty_end_at_one_place() {
        // GUM 7.2.6: y = 10.057 62 Ω with u = 27 mΩ becomes 10.058 Ω.
        let rounded = round_result(10.057_62, 0.027, Presentation::default()).unwrap();
        assert_eq!(rounded.plus_minus(None), "10.058 ± 0.027");
        let rounded = round_result(1.234_567_8, 0.000_234, Presentation::default()).unwrap();
        assert_eq!(rounded.short(Some(' ')), "1.234 57(23)");
        let rounded = round_result(12_345.0, 678.0, Presentation::default()).unwrap();
        assert_eq!(rounded.plus_minus(None), "12340 ± 680");
        assert_eq!(rounded.short(None), "12340(680)");
        let rounded = round_result(-0.001, 0.5, Presentation::default()).unwrap();
        assert_eq!(rounded.plus_minus(None), "0.00 ± 0.50");
        assert_eq!(
            round_result(1.5, 0.0, Presentation::default())
                .unwrap()
                .value
                .to_string(),
            "1.5"
        );
    }

    #[test]
    fn a_score_near_its_limit_shows_on_which_side_it_lies() {
        let score = |value: f64, limits: &[f64]| {
            telling(value, limits, |more| decimals(value, 2 + more as usize))
        };
        assert_eq!(score(1.004, &[1.0]), "1.004");
        assert_eq!(score(-1.004, &[1.0]), "−1.004");
        assert_eq!(score(0.999_96, &[1.0]), "0.99996");
        assert_eq!(score(1.004, &[2.0, 3.0]), "1.00");
        assert_eq!(score(1.0, &[1.0]), "1.00");
        assert_eq!(score(2.999_999, &[2.0, 3.0]), "2.999999");
        assert_eq!(score(-0.001, &[1.0]), "0.00");
        assert_eq!(score(f64::INFINITY, &[1.0]), "inf");
        let p = |value: f64| telling(value, &[0.05], |more| digits(value, 2 + more));
        assert_eq!(
            (p(0.0496), p(0.0504), p(0.0534)),
            ("0.0496".into(), "0.0504".into(), "0.053".into())
        );
    }

    proptest! {
        #[test]
        fn what_is_shown_of_a_score_lies_on_the_side_where_the_score_lies(value in 0.9f64..1.1, limit in 0.95f64..1.05) {
            let shown: f64 = telling(value, &[limit], |more| decimals(value, 2 + more as usize)).parse().unwrap();
            prop_assert_eq!(shown > limit, value > limit);
        }
    }

    #[test]
    fn files_get_the_shortest_digits() {
        for (value, text) in [
            (0.1 + 0.2, "0.30000000000000004"),
            (1e22, "1e22"),
            (5e-9, "5e-9"),
            (100.0, "100"),
            (-0.0, "-0"),
        ] {
            assert_eq!(shortest(value), text);
        }
    }

    proptest! {
        #[test]
        fn a_rounded_value_lies_within_half_a_unit_of_the_last_place(value in -1e9f64..1e9, u in 1e-9f64..1e6) {
            let rounded = round_result(value, u, Presentation::default()).unwrap();
            prop_assert_eq!(rounded.uncertainty.digit_count(), 2);
            prop_assert_eq!(rounded.value.exponent(), rounded.uncertainty.exponent());
            let half = 0.5 * 10f64.powi(rounded.uncertainty.exponent());
            prop_assert!((rounded.value.to_f64() - value).abs() <= half * (1.0 + 1e-9) + value.abs() * 1e-14);
        }

        #[test]
        fn rounding_up_never_lessens(u in 1e-9f64..1e9) {
            let up = round_uncertainty(u, UP).unwrap();
            let near = round_uncertainty(u, Presentation::default()).unwrap();
            prop_assert!(up.compare(&near) != Ordering::Less);
            prop_assert!(up.to_f64() >= u * (1.0 - 1e-11));
        }

        #[test]
        fn the_shortest_digits_read_back(value in proptest::num::f64::ANY.prop_filter("a number", |v| !v.is_nan())) {
            prop_assert_eq!(shortest(value).parse::<f64>().unwrap(), value);
        }
    }
}
