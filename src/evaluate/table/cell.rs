//! Numbers as they stand in the cells of a table that people keep.

use super::number;
use crate::text::Text;
use crate::values::decimal::{Decimal, DecimalError, WrittenNumber};

/// What a cell holds in a column of numbers.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Cell {
    /// Nothing is written there.
    Empty,
    /// A number, with its digits as written (none for an infinity).
    Number(f64, Option<Decimal>),
    /// A value with the standard uncertainty in its last digits, `1.23(4)` (GUM 7.2.2).
    Concise(WrittenNumber),
    /// A result below a limit, `<0.5`.
    Below,
}

/// Reads a cell. Groups of digits set apart by blanks, typographic minus signs and powers of ten are understood.
///
/// # Errors
/// What stands there and what to write instead: a comma, full-width signs, `±`, a text.
pub(super) fn read(text: &str) -> Result<Cell, Text> {
    let text = text.trim();
    if text.is_empty() {
        return Ok(Cell::Empty);
    }
    if text.starts_with(['<', '＜', '≤']) {
        return Ok(Cell::Below);
    }
    if let Some((value, uncertainty)) = text.split_once('±') {
        return Err(plus_minus(text, value.trim(), uncertainty.trim()));
    }
    match WrittenNumber::parse(text) {
        Ok(written) if written.uncertainty.is_some() => Ok(Cell::Concise(written)),
        Ok(written) => Ok(Cell::Number(written.value.to_f64(), Some(written.value))),
        Err(error) => match number(text) {
            Some(value) => Ok(Cell::Number(value, None)),
            None => Err(mended(text, &error)),
        },
    }
}

fn mended(text: &str, error: &DecimalError) -> Text {
    match error {
        DecimalError::Comma(_) => with_comma(text),
        DecimalError::NotANumber(_) => Text::new(
            format!("`{text}` 不是数；请只填数，没有结果时留空"),
            format!(
                "`{text}` is not a number; write the number alone, nothing where there is no result"
            ),
        ),
        _ => error.message(),
    }
}

/// What a number with commas may mean: one comma is a decimal sign or a group separator, several are group separators.
fn with_comma(text: &str) -> Text {
    let plain: String = text.replace('，', ",");
    let is_number = |text: &str| WrittenNumber::parse(text).is_ok();
    let decimal = Some(plain.replace(',', "."))
        .filter(|d| plain.matches(',').count() == 1 && !plain.contains('.') && is_number(d));
    let groups_of_three = plain.split(',').skip(1).all(|group| {
        let digits = group.chars().take_while(char::is_ascii_digit).count();
        digits == 3
    });
    let grouped = Some(plain.replace(',', "")).filter(|g| groups_of_three && is_number(g));
    match (decimal, grouped) {
        (Some(decimal), Some(grouped)) => Text::new(
            format!(
                "`{text}` 中的逗号含义不明；若是小数点，写 {decimal}；若是千位分节，写 {grouped}"
            ),
            format!(
                "the comma in `{text}` is ambiguous; write {decimal} if it is the decimal sign, {grouped} if it separates thousands"
            ),
        ),
        (Some(meant), None) | (None, Some(meant)) => Text::new(
            format!("`{text}` 中有逗号；小数点用“.”，不写千位分节，请写 {meant}"),
            format!(
                "`{text}` has a comma; write the decimal sign as `.` and no separator of thousands: {meant}"
            ),
        ),
        (None, None) => Text::new(
            format!("`{text}` 不是数；小数点用“.”，不写千位分节"),
            format!(
                "`{text}` is not a number; write the decimal sign as `.` and no separator of thousands"
            ),
        ),
    }
}

fn plus_minus(text: &str, value: &str, uncertainty: &str) -> Text {
    Text::new(
        format!(
            "`{text}` 把不确定度写在了测得值之后；这里只写 {value}，{uncertainty} 写入列 `u`（标准不确定度），或写入列 `U` 并在列 `k` 写包含因子"
        ),
        format!(
            "`{text}` has the uncertainty behind the value; write {value} here, and {uncertainty} in the column `u` if it is standard, or in `U` with its coverage factor in `k`"
        ),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn numbers_are_understood_as_people_group_and_scale_them() {
        for (text, value) in [
            ("1.50", 1.5),
            ("1 234.5", 1234.5),
            ("−0.25", -0.25),
            ("5×10⁻³", 5e-3),
            ("1e-9", 1e-9),
            (".5", 0.5),
        ] {
            assert!(
                matches!(read(text), Ok(Cell::Number(v, _)) if v == value),
                "{text}: {:?}",
                read(text)
            );
        }
        assert_eq!(read(" "), Ok(Cell::Empty));
        assert_eq!(read("inf"), Ok(Cell::Number(f64::INFINITY, None)));
        assert_eq!(read("＜0.5"), Ok(Cell::Below));
    }

    #[test]
    fn the_concise_form_has_a_value_and_a_standard_uncertainty() {
        let Ok(Cell::Concise(written)) = read("1.23(4)") else {
            panic!("not read")
        };
        assert_eq!(written.value.to_f64(), 1.23);
        assert_eq!(written.uncertainty.map(|u| u.to_f64()), Some(0.04));
    }

    #[test]
    fn what_is_refused_says_what_to_write() {
        for (text, mend) in [
            ("1,5", "1.5"),
            ("1,234.5", "1234.5"),
            ("1,234,567", "1234567"),
            ("１．５", "`1.5`"),
            ("1.23 ± 0.04", "write 1.23 here, and 0.04 in the column `u`"),
            ("n/a", "nothing where there is no result"),
        ] {
            let told = read(text).unwrap_err();
            assert!(told.en.contains(mend), "{text}: {}", told.en);
        }
        let both = read("1,234").unwrap_err();
        assert!(
            both.en.contains("1.234") && both.en.contains("1234"),
            "{}",
            both.en
        );
    }
}
