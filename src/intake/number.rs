//! Numbers as laboratories write them: the decimal text is kept, and every other spelling is refused with the spelling to use.

use super::finding::codes;
use super::finding::{Cell, Finding, shown};
use crate::text::Text;

/// Longest number accepted, in characters.
const LONGEST: usize = 64;

/// The number in `cell` as decimal text: `[-]digits[.digits][e[-]digits]`, with the digits as written (trailing zeros are kept, since
/// they tell the resolution). The value is finite, and not rounded to zero, as an `f64`.
///
/// # Errors
/// A finding that says what stands there and what to write instead: nothing, a decimal comma, full-width digits, grouped digits, a
/// written-out power of ten, a number with a unit or an uncertainty behind it, NaN or an infinity, a text.
pub fn number(cell: &Cell) -> Result<String, Box<Finding>> {
    let text = cell.text.trim();
    if text.is_empty() {
        return Err(Box::new(empty(cell)));
    }
    match plain(text) {
        Some(decimal) => in_range(cell, decimal),
        None => Err(Box::new(refusal(cell, text))),
    }
}

/// The number in `cell` as decimal text, greater than zero.
///
/// # Errors
/// As [`number`], and a finding for zero and negative numbers.
pub fn positive(cell: &Cell) -> Result<String, Box<Finding>> {
    let decimal = number(cell)?;
    if decimal.starts_with('-') || is_zero(&decimal) {
        return Err(Box::new(Finding::error(
            codes::NOT_POSITIVE,
            &cell.place,
            Text::new(
                format!("这里是“{}”，应为大于零的数", shown(&decimal)),
                format!(
                    "found `{}`; a number greater than zero is needed",
                    shown(&decimal)
                ),
            ),
            Text::new(
                "请填写大于零的数；不要用 0 或 -1 表示“未评定”，未评定时请留空并说明",
                "give a number greater than zero; do not write 0 or -1 for `not evaluated`: leave the cell empty and say so in the remark",
            ),
        )));
    }
    Ok(decimal)
}

/// Degrees of freedom: a positive number, or `None` for infinitely many (`inf`, `∞`, `无穷`, JCGM 100:2008 G.6.4).
///
/// # Errors
/// As [`positive`].
pub fn degrees_of_freedom(cell: &Cell) -> Result<Option<String>, Box<Finding>> {
    let text = cell.text.trim().to_lowercase();
    if matches!(
        text.as_str(),
        "inf" | "infinity" | "∞" | "+∞" | "无穷" | "无穷大"
    ) {
        Ok(None)
    } else {
        positive(cell).map(Some)
    }
}

/// The finding for a required cell without content.
pub(super) fn empty(cell: &Cell) -> Finding {
    Finding::error(
        codes::EMPTY_CELL,
        &cell.place,
        Text::new("这里没有填写", "nothing is written here"),
        Text::new("请填写此单元格", "fill in this cell"),
    )
}

fn in_range(cell: &Cell, decimal: String) -> Result<String, Box<Finding>> {
    let value: f64 = decimal.parse().unwrap_or(f64::NAN);
    if value.is_finite() && (value != 0.0 || is_zero(&decimal)) {
        return Ok(decimal);
    }
    Err(Box::new(Finding::error(
        codes::NOT_FINITE,
        &cell.place,
        Text::new(
            format!("“{}”超出可计算的范围", shown(&decimal)),
            format!(
                "`{}` is outside the range that can be computed with",
                shown(&decimal)
            ),
        ),
        Text::new(
            "请检查指数；可改用更合适的单位",
            "check the exponent, or choose a fitting unit",
        ),
    )))
}

/// Whether every digit before the exponent is zero.
fn is_zero(decimal: &str) -> bool {
    decimal
        .split(['e', 'E'])
        .next()
        .is_some_and(|mantissa| !mantissa.contains(|c: char| ('1'..='9').contains(&c)))
}

/// `text` as decimal text if it is a number in the accepted form.
pub(super) fn plain(text: &str) -> Option<String> {
    if text.len() > LONGEST {
        return None;
    }
    let unsigned = text.strip_prefix(['+', '-']).unwrap_or(text);
    let sign = if text.starts_with('-') { "-" } else { "" };
    let (mantissa, exponent) = match unsigned.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (unsigned, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    if !(digits(whole) && digits(fraction)) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let mut decimal = format!("{sign}{}", if whole.is_empty() { "0" } else { whole });
    if !fraction.is_empty() {
        decimal.push('.');
        decimal.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        let power = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if power.is_empty() || !digits(power) {
            return None;
        }
        decimal.push('e');
        decimal.push_str(exponent.strip_prefix('+').unwrap_or(exponent));
    }
    Some(decimal)
}

fn digits(text: &str) -> bool {
    text.bytes().all(|b| b.is_ascii_digit())
}

/// `text` with full-width characters, typographic minus signs and typographic spaces replaced by the plain ones.
fn folded(text: &str) -> String {
    text.chars()
        .map(|c| match c {
            '\u{FF01}'..='\u{FF5E}' => u32::from(c)
                .checked_sub(0xFEE0)
                .and_then(char::from_u32)
                .unwrap_or(c),
            '\u{2212}' | '\u{2012}'..='\u{2014}' => '-',
            '\u{3002}' => '.',
            '\u{3000}' | '\u{00A0}' | '\u{2000}'..='\u{200A}' | '\u{202F}' => ' ',
            _ => c,
        })
        .collect()
}

/// What a writer probably meant, with the kind of deviation; `text` is already folded.
fn meant(text: &str) -> Option<(codes::Code, String)> {
    if let Some(decimal) = plain(text) {
        return Some((codes::TEXT_IN_NUMBER, decimal));
    }
    let one_comma = text.matches(',').count() == 1 && !text.contains('.');
    if let Some(decimal) = plain(&text.replace(',', ".")).filter(|_| one_comma) {
        return Some((codes::DECIMAL_COMMA, decimal));
    }
    let ungrouped: String = text
        .chars()
        .filter(|c| !matches!(c, ' ' | ',' | '\'' | '_' | '’'))
        .collect();
    if let Some(decimal) = plain(&ungrouped) {
        return Some((codes::GROUPED_DIGITS, decimal));
    }
    let compact: String = ungrouped.chars().filter(|c| *c != '^').collect();
    let power = ["×10", "x10", "X10", "*10", "·10"]
        .iter()
        .find_map(|times| compact.split_once(times));
    power
        .and_then(|(mantissa, exponent)| plain(&format!("{mantissa}e{exponent}")))
        .map(|decimal| (codes::POWER_OF_TEN, decimal))
}

fn refusal(cell: &Cell, text: &str) -> Finding {
    let lower = text.to_lowercase();
    let bare = lower.trim_start_matches(['+', '-']);
    if matches!(bare, "nan" | "inf" | "infinity" | "∞") {
        return Finding::error(
            codes::NOT_FINITE,
            &cell.place,
            Text::new(
                format!("“{}”不是有限的数", shown(text)),
                format!("`{}` is not a finite number", shown(text)),
            ),
            Text::new(
                "没有结果时请留空，并在备注中说明原因",
                "leave the cell empty if there is no result, and give the reason in the remark",
            ),
        );
    }
    let plain_text = folded(text);
    let plain_text = plain_text.trim();
    if let Some((code, decimal)) = meant(plain_text) {
        return respelled(
            cell,
            text,
            if plain_text == text {
                code
            } else {
                codes::FULL_WIDTH
            },
            &decimal,
        );
    }
    not_a_number(cell, text, plain_text)
}

fn respelled(cell: &Cell, text: &str, code: codes::Code, decimal: &str) -> Finding {
    let quoted = shown(text);
    let (zh, en) = match code {
        codes::DECIMAL_COMMA => (
            format!("“{quoted}”用逗号作小数点"),
            format!("`{quoted}` has a decimal comma"),
        ),
        codes::FULL_WIDTH => (
            format!("“{quoted}”含有全角数字或符号"),
            format!("`{quoted}` has full-width or typographic characters"),
        ),
        codes::GROUPED_DIGITS => (
            format!("“{quoted}”含有分节符"),
            format!("the digits of `{quoted}` are grouped"),
        ),
        _ => (
            format!("“{quoted}”中 10 的幂请用 e 表示"),
            format!("the power of ten of `{quoted}` is written out"),
        ),
    };
    let ambiguous = code == codes::DECIMAL_COMMA
        && text
            .split_once(',')
            .is_some_and(|(_, after)| after.len() == 3);
    let mend = if ambiguous {
        let thousands = text.replace(',', "");
        Text::new(
            format!("若逗号是小数点，请写 {decimal}；若是千位分节，请写 {thousands}"),
            format!(
                "write {decimal} if the comma is the decimal sign, {thousands} if it separates thousands"
            ),
        )
    } else {
        Text::new(format!("请写 {decimal}"), format!("write {decimal}"))
    };
    Finding::error(code, &cell.place, Text::new(zh, en), mend)
}

fn not_a_number(cell: &Cell, text: &str, plain_text: &str) -> Finding {
    let quoted = shown(text);
    let leading: String = plain_text
        .chars()
        .take_while(|c| c.is_ascii_digit() || matches!(c, '.' | '-' | '+'))
        .collect();
    let rest = plain_text
        .strip_prefix(leading.as_str())
        .unwrap_or("")
        .trim();
    if plain(&leading).is_none() {
        return Finding::error(
            codes::TEXT_IN_NUMBER,
            &cell.place,
            Text::new(
                format!("“{quoted}”不是数"),
                format!("`{quoted}` is not a number"),
            ),
            Text::new(
                "请只写数，例如 1.25 或 1.25e-3；说明文字写在备注中",
                "write a number alone, such as 1.25 or 1.25e-3; words belong in the remark",
            ),
        );
    }
    let mend = if rest.starts_with(['±', '(']) {
        Text::new(
            format!("这里只写测得值 {leading}，不确定度写在不确定度一列"),
            format!("write the value {leading} alone here, and the uncertainty in its own column"),
        )
    } else {
        Text::new(
            format!("这里只写 {leading}，“{}”写在单位或备注一列", shown(rest)),
            format!(
                "write {leading} alone here; `{}` belongs in the column of units or of remarks",
                shown(rest)
            ),
        )
    };
    Finding::error(
        codes::EXTRA_TEXT,
        &cell.place,
        Text::new(
            format!("“{quoted}”中数后面还有别的内容"),
            format!("in `{quoted}` the number is followed by something else"),
        ),
        mend,
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::intake::Place;
    use proptest::prelude::*;

    fn cell(text: &str) -> Cell {
        Cell {
            text: text.to_string(),
            place: Place::file("f.csv").at(2, 3),
        }
    }

    fn code(text: &str) -> &'static str {
        number(&cell(text)).unwrap_err().code
    }

    #[test]
    fn decimal_text_keeps_its_digits() {
        for (written, decimal) in [
            ("1.2500", "1.2500"),
            ("+3", "3"),
            ("-0.5E+3", "-0.5e3"),
            (".5", "0.5"),
            ("-100.", "-100"),
            (" 7e-9 ", "7e-9"),
            ("0.00", "0.00"),
        ] {
            assert_eq!(number(&cell(written)).unwrap(), decimal);
        }
    }

    #[test]
    fn every_other_spelling_is_refused_with_the_spelling_to_use() {
        for (written, id, mend) in [
            ("1,5", "D0021", "write 1.5"),
            (
                "1,234",
                "D0021",
                "write 1.234 if the comma is the decimal sign, 1234 if it separates thousands",
            ),
            ("１２．５", "D0022", "write 12.5"),
            ("\u{2212}3.2", "D0022", "write -3.2"),
            ("1 234.5", "D0026", "write 1234.5"),
            ("12,345.6", "D0026", "write 12345.6"),
            ("1.5×10^-3", "D0027", "write 1.5e-3"),
            ("1.5x10-3", "D0027", "write 1.5e-3"),
        ] {
            let finding = number(&cell(written)).unwrap_err();
            assert_eq!(
                (finding.code, finding.mend.en.as_str()),
                (id, mend),
                "{written}"
            );
        }
    }

    #[test]
    fn what_is_no_number_is_refused() {
        for (written, id) in [
            ("", "D0020"),
            ("  ", "D0020"),
            ("NaN", "D0024"),
            ("-inf", "D0024"),
            ("∞", "D0024"),
            ("1e999", "D0024"),
            ("1e-999", "D0024"),
            ("abc", "D0023"),
            ("e5", "D0023"),
            (".", "D0023"),
            ("<0.5", "D0023"),
            ("0x10", "D0028"),
            ("1.5 mg", "D0028"),
            ("1.2345(67)", "D0028"),
            ("1.5±0.1", "D0028"),
            ("1..5", "D0023"),
            ("--5", "D0023"),
            ("1e", "D0028"),
            ("1e5.5", "D0028"),
        ] {
            assert_eq!(code(written), id, "{written}");
        }
    }

    #[test]
    fn an_uncertainty_of_zero_or_less_is_refused() {
        for written in ["0", "0.000", "-0.1", "0e5"] {
            assert_eq!(
                positive(&cell(written)).unwrap_err().code,
                "D0025",
                "{written}"
            );
        }
        assert_eq!(positive(&cell("0.02")).unwrap(), "0.02");
    }

    #[test]
    fn infinitely_many_degrees_of_freedom_are_a_number_of_their_own() {
        assert_eq!(degrees_of_freedom(&cell("∞")).unwrap(), None);
        assert_eq!(
            degrees_of_freedom(&cell("12.5")).unwrap(),
            Some("12.5".to_string())
        );
        assert!(degrees_of_freedom(&cell("0")).is_err());
    }

    proptest! {
        #[test]
        fn an_accepted_number_is_the_number_that_rust_reads(text in "[-+0-9.eE, ×x^]{0,14}") {
            if let Ok(decimal) = number(&cell(&text)) {
                let expected: f64 = text.trim().parse().unwrap();
                prop_assert_eq!(decimal.parse::<f64>().unwrap(), expected);
            }
        }

        #[test]
        fn the_printed_form_of_any_finite_number_is_accepted(value in proptest::num::f64::NORMAL) {
            prop_assert_eq!(number(&cell(&format!("{value:e}"))).unwrap().parse::<f64>().unwrap(), value);
        }

        #[test]
        fn any_text_gives_an_answer(text in "\\PC{0,60}") {
            let _answer = number(&cell(&text));
        }
    }
}
