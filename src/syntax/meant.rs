//! What the slips of the pen were meant to be.

/// `2026/9/1`, `2026年9月1日` and `２０２６-０９-０１` as `2026-09-01`.
pub fn iso_date(written: &str) -> String {
    let half = half_width(written);
    let parts: Vec<&str> = half
        .split(|c: char| !c.is_ascii_digit())
        .filter(|part| !part.is_empty())
        .collect();
    match parts.as_slice() {
        [year, month, day] => format!("{year}-{month:0>2}-{day:0>2}"),
        _ => half,
    }
}

/// A number in a form that is none of the language's, in one that is: `0,5`, `１.５` and `1×10^-6` as `0.5`, `1.5` and `1e-6`.
pub fn plain_number(written: &str) -> String {
    let half = half_width(written).replace(',', ".");
    let Some((mantissa, exponent)) = half
        .split_once("10^")
        .map(|(mantissa, exponent)| (mantissa.to_owned(), exponent.to_owned()))
        .or_else(|| raised(&half))
    else {
        return half;
    };
    let mantissa = mantissa.trim_end_matches(['\u{00D7}', 'x', 'X']);
    let exponent = exponent.replace('\u{2212}', "-");
    format!(
        "{}e{exponent}",
        if mantissa.is_empty() { "1" } else { mantissa }
    )
}

/// `2.5×10⁻⁶` as `2.5×` and `-6`.
fn raised(number: &str) -> Option<(String, String)> {
    const RAISED: &str = "⁰¹²³⁴⁵⁶⁷⁸⁹";
    let lowered = |c: char| match c {
        '\u{207B}' => Some('-'),
        '\u{207A}' => Some('+'),
        other => {
            (RAISED.chars().position(|r| r == other)).and_then(|d| char::from_digit(d as u32, 10))
        }
    };
    let base: String = number
        .chars()
        .take_while(|c| lowered(*c).is_none())
        .collect();
    let exponent: String = number.chars().filter_map(lowered).collect();
    let mantissa = base.strip_suffix("10").filter(|_| !exponent.is_empty())?;
    Some((mantissa.to_owned(), exponent))
}

/// A text between marks of another kind, between quotation marks; the marks of a book's title belong to the title.
pub fn quoted(written: &str) -> String {
    if written.starts_with('\u{300A}') {
        return format!("\"{written}\"");
    }
    let inside: String = written.chars().skip(1).collect();
    let inside = (inside.strip_suffix(|_: char| true)).unwrap_or(&inside);
    format!("\"{}\"", inside.replace('"', "\\\""))
}

fn half_width(written: &str) -> String {
    written
        .chars()
        .map(|c| match c {
            '\u{FF10}'..='\u{FF19}' => {
                char::from_u32(c as u32 - 0xFF10 + u32::from(b'0')).unwrap_or(c)
            }
            '\u{FF0E}' => '.',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_of_papers_and_input_methods_are_read_as_they_were_meant() {
        for (written, plain) in [
            ("0,5", "0.5"),
            ("１.５", "1.5"),
            ("1×10^-6", "1e-6"),
            ("2.5x10³", "2.5e3"),
            ("10⁻⁶", "1e-6"),
            ("10^6", "1e6"),
            ("1×10^−6", "1e-6"),
        ] {
            assert_eq!(plain_number(written), plain);
        }
    }

    #[test]
    fn dates_are_read_in_whatever_form_the_order_is_clear() {
        for written in [
            "2026/5/1",
            "2026年5月1日",
            "2026 年 5 月 1 日",
            "２０２６-０５-０１",
        ] {
            assert_eq!(iso_date(written), "2026-05-01");
        }
    }

    #[test]
    fn the_marks_of_a_title_stay_and_other_marks_become_quotation_marks() {
        assert_eq!(quoted("《办法》"), "\"《办法》\"");
        assert_eq!(quoted("「甲\"乙」"), "\"甲\\\"乙\"");
    }
}
