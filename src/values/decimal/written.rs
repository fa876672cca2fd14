//! Reading numbers as people write them.

use super::Decimal;
use crate::text::Text;

/// The largest number of digits and the largest power of ten that a written number may have.
const LONGEST: usize = 400;
const LARGEST_EXPONENT: i32 = 4000;

/// A number as written, with the uncertainty of the short form `1.000 012(34)` when it has one (GUM 7.2.2).
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct WrittenNumber {
    pub value: Decimal,
    /// The standard uncertainty in the parentheses, in the unit of the value.
    pub uncertainty: Option<Decimal>,
}

/// Why a text is not a decimal number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DecimalError {
    /// No digits at all, or a character that has no place in a number.
    NotANumber(String),
    /// Full-width digits or letters; the second text is what was meant.
    FullWidth(String, String),
    /// A decimal comma or grouping comma.
    Comma(String),
    /// A group separator that does not stand between two digits.
    Separator(String),
    /// More digits or a larger exponent than any measurement has.
    TooLong(String),
    /// The uncertainty in parentheses is not a number, or is not closed.
    Uncertainty(String),
}

impl DecimalError {
    /// The message for a person.
    pub fn message(&self) -> Text {
        match self {
            DecimalError::NotANumber(found) => Text::new(
                format!("`{found}`不是数。数的写法如 12.50、1_000_000、5e-6、1.000 012(34)"),
                format!(
                    "`{found}` is not a number. Numbers are written 12.50, 1_000_000, 5e-6 or 1.000 012(34)"
                ),
            ),
            DecimalError::FullWidth(found, meant) => Text::new(
                format!("`{found}`用了全角字符，请改为半角`{meant}`"),
                format!("`{found}` is typed in full-width characters; write `{meant}`"),
            ),
            DecimalError::Comma(found) => Text::new(
                format!("`{found}`中的逗号含义不明：小数点用`.`，分节用空格或`_`，如 1_000_000"),
                format!(
                    "the comma in `{found}` is ambiguous: the decimal sign is `.`, digits are grouped by `_` or a thin space, as in 1_000_000"
                ),
            ),
            DecimalError::Separator(found) => Text::new(
                format!("`{found}`中的分节符必须夹在两个数字之间，如 1_000_000"),
                format!(
                    "in `{found}` a group separator does not stand between two digits; write it as in 1_000_000"
                ),
            ),
            DecimalError::TooLong(found) => Text::new(
                format!(
                    "`{found}`的位数或指数过大（最多 {LONGEST} 位，指数绝对值不超过 {LARGEST_EXPONENT}）"
                ),
                format!(
                    "`{found}` has too many digits or too large an exponent (at most {LONGEST} digits, exponent {LARGEST_EXPONENT})"
                ),
            ),
            DecimalError::Uncertainty(found) => Text::new(
                format!("`{found}`的括号内应为末位的标准不确定度，如 1.000 012(34)"),
                format!(
                    "the parentheses of `{found}` should hold the standard uncertainty in units of the last digits, as in 1.000 012(34)"
                ),
            ),
        }
    }
}

crate::values::spoken!(DecimalError);

impl WrittenNumber {
    /// Reads `1_000_000`, `5e-6`, `5×10⁻⁶`, `1.000 012(34)`, `1.000 012(34)e-3` and `100.021(0.035)`.
    ///
    /// Groups may be separated by `_`, a space, a no-break space or a thin space.
    ///
    /// # Errors
    /// See [`DecimalError`].
    pub fn parse(text: &str) -> Result<WrittenNumber, DecimalError> {
        let folded = fold_number(text.trim())?;
        if folded.contains([',', '，']) {
            return Err(DecimalError::Comma(text.to_string()));
        }
        let (head, uncertainty, tail) = split_parentheses(&folded)
            .ok_or_else(|| DecimalError::Uncertainty(text.to_string()))?;
        let (mantissa, exponent) = match tail {
            "" => split_exponent(head),
            tail => (head, tail.strip_prefix('e')),
        };
        if uncertainty.is_some() && mantissa.len() != head.len() {
            return Err(DecimalError::Uncertainty(text.to_string()));
        }
        if !tail.is_empty() && exponent.is_none() {
            return Err(DecimalError::Uncertainty(text.to_string()));
        }
        let power = match exponent {
            None => 0,
            Some(digits) => {
                read_exponent(digits).ok_or_else(|| DecimalError::NotANumber(text.to_string()))?
            }
        };
        let value = read_mantissa(mantissa, text)?.shifted(power);
        let uncertainty = match uncertainty {
            None => None,
            Some(inside) => Some(read_uncertainty(inside, &value, power, text)?),
        };
        if value.digits.len() > LONGEST || value.exponent.abs() > LARGEST_EXPONENT {
            return Err(DecimalError::TooLong(text.to_string()));
        }
        Ok(WrittenNumber { value, uncertainty })
    }
}

/// Folds the signs people type for minus, times-ten-to-the and groups; refuses full-width digits.
fn fold_number(text: &str) -> Result<String, DecimalError> {
    if text
        .chars()
        .any(|c| ('０'..='９').contains(&c) || ['．', 'ｅ', 'Ｅ', '（', '）'].contains(&c))
    {
        return Err(DecimalError::FullWidth(
            text.to_string(),
            text.chars().map(half_width).collect(),
        ));
    }
    let mut out = String::with_capacity(text.len());
    let mut raised = false;
    for c in text.chars() {
        let (c, superscript) = lowered(c);
        if superscript && !raised {
            out.push('^');
        }
        raised = superscript;
        out.push(match c {
            '\u{2212}' | '－' => '-',
            '\u{00a0}' | '\u{2009}' | '\u{202f}' | ' ' => '_',
            'E' => 'e',
            c => c,
        });
    }
    // "5 × 10^-6" and "5×10⁻⁶" say the same as "5e-6"; "5×106" is not read as a power, for it may be a product.
    for times in ["_×_10^", "×_10^", "_×10^", "×10^"] {
        if out.contains(times) {
            return Ok(out.replacen(times, "e", 1));
        }
    }
    Ok(out)
}

/// A superscript digit or sign as the ordinary one, and whether it was one.
pub(in crate::values) fn lowered(c: char) -> (char, bool) {
    let plain = match c {
        '⁰' => '0',
        '¹' => '1',
        '²' => '2',
        '³' => '3',
        '⁴' => '4',
        '⁵' => '5',
        '⁶' => '6',
        '⁷' => '7',
        '⁸' => '8',
        '⁹' => '9',
        '⁻' => '-',
        '⁺' => '+',
        other => return (other, false),
    };
    (plain, true)
}

fn half_width(c: char) -> char {
    match c {
        '！'..='～' => char::from_u32(c as u32 - 0xFEE0).unwrap_or(c),
        c => c,
    }
}

/// `1.0(34)e-3` → (`1.0`, `34`, `e-3`); `None` when the parentheses do not match.
fn split_parentheses(text: &str) -> Option<(&str, Option<&str>, &str)> {
    match text.split_once('(') {
        None if text.contains(')') => None,
        None => Some((text, None, "")),
        Some((head, rest)) => rest
            .split_once(')')
            .map(|(inside, tail)| (head, Some(inside), tail)),
    }
}

fn split_exponent(text: &str) -> (&str, Option<&str>) {
    match text.split_once('e') {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (text, None),
    }
}

fn read_exponent(digits: &str) -> Option<i32> {
    let unsigned = digits.strip_prefix(['+', '-']).unwrap_or(digits);
    if unsigned.is_empty() || unsigned.len() > 6 || !unsigned.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

fn read_mantissa(mantissa: &str, text: &str) -> Result<Decimal, DecimalError> {
    let (negative, unsigned) = match mantissa.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, mantissa.strip_prefix('+').unwrap_or(mantissa)),
    };
    if unsigned.starts_with('_')
        || unsigned.ends_with('_')
        || ["__", "_.", "._"].iter().any(|bad| unsigned.contains(bad))
    {
        return Err(DecimalError::Separator(text.to_string()));
    }
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits: String = whole
        .chars()
        .chain(fraction.chars())
        .filter(|c| *c != '_')
        .collect();
    let complete = !whole.is_empty() && (unsigned.contains('.') != fraction.is_empty());
    if !complete || !digits.bytes().all(|b| b.is_ascii_digit()) {
        return Err(DecimalError::NotANumber(text.to_string()));
    }
    let decimals = fraction.chars().filter(|c| *c != '_').count();
    let exponent = i32::try_from(decimals).map_err(|_| DecimalError::TooLong(text.to_string()))?;
    Ok(Decimal::from_parts(negative, &digits, -exponent))
}

/// Digits alone count in units of the last digit of the value; with a decimal sign they are the uncertainty itself (GUM 7.2.2 c).
fn read_uncertainty(
    inside: &str,
    value: &Decimal,
    power: i32,
    text: &str,
) -> Result<Decimal, DecimalError> {
    let bad = || DecimalError::Uncertainty(text.to_string());
    let number = read_mantissa(inside, text).map_err(|_| bad())?;
    if number.negative || inside.starts_with('+') {
        return Err(bad());
    }
    if inside.contains('.') {
        Ok(number.shifted(power))
    } else {
        Ok(number.shifted(value.exponent))
    }
}
