//! Formulas of the library, written there as plain text, with subscripts, superscripts and minus signs as print has them.

use super::words::{Markup, escape};

/// `u_i^(-1/2)` with its index lowered and its exponent raised.
pub fn formula(text: &str) -> Markup {
    let signs: Vec<char> = text.chars().collect();
    let mut out = Markup::new();
    let mut plain = String::new();
    let mut at = 0;
    while let Some(sign) = signs.get(at).copied() {
        let tag = match sign {
            '_' => "sub",
            '^' => "sup",
            _ => "",
        };
        let (inside, length) = attached(signs.get(at + 1..).unwrap_or_default());
        if tag.is_empty() || inside.is_empty() {
            plain.push(if is_minus(&signs, at) { '−' } else { sign });
            at += 1;
            continue;
        }
        put(&mut out, &mut plain);
        let inside = escape(&inside.replace('-', "−"));
        out.push_str(&format!("<{tag}>{inside}</{tag}>"));
        at += 1 + length;
    }
    put(&mut out, &mut plain);
    out
}

/// Adds the plain text gathered so far; blanks at its ends stay.
fn put(out: &mut Markup, plain: &mut String) {
    if plain.starts_with(' ') {
        out.push(' ');
    }
    out.push_str(&escape(plain));
    if plain.trim().len() < plain.trim_start().len() && !plain.trim().is_empty() {
        out.push(' ');
    }
    plain.clear();
}

/// What is raised or lowered, and how many signs it takes: what stands in brackets, or a word.
fn attached(signs: &[char]) -> (String, usize) {
    let close = match signs.first() {
        Some('(') => ')',
        Some('{') => '}',
        _ => {
            // A square behind an index belongs to the symbol.
            let part = |c: &&char| (c.is_alphanumeric() && !matches!(c, '²' | '³')) || **c == '.';
            let negative = signs.first().is_some_and(|c| matches!(c, '-' | '−'));
            let begun = usize::from(negative);
            let word: String = signs.iter().skip(begun).take_while(part).collect();
            let word = word.trim_end_matches('.');
            if word.is_empty() {
                return (String::new(), 0);
            }
            let word = format!("{}{word}", if negative { "−" } else { "" });
            let length = word.chars().count();
            return (word, length);
        }
    };
    match signs.iter().position(|c| *c == close) {
        Some(end) => (signs.iter().take(end).skip(1).collect(), end + 1),
        None => (String::new(), 0),
    }
}

/// Whether a hyphen stands between two terms: with blanks about it, or behind a symbol of one letter and before a digit.
fn is_minus(signs: &[char], at: usize) -> bool {
    let sign = |index: Option<usize>| index.and_then(|i| signs.get(i)).copied();
    if sign(Some(at)) != Some('-') {
        return false;
    }
    let (before, behind) = (sign(at.checked_sub(1)), sign(Some(at + 1)));
    let letter = |c: Option<char>| c.is_some_and(char::is_alphabetic);
    let symbol = letter(before) && !letter(sign(at.checked_sub(2)));
    (before == Some(' ') && behind == Some(' '))
        || (symbol && behind.is_some_and(|c| c.is_ascii_digit()))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn indices_are_lowered_and_exponents_raised() {
        assert_eq!(
            formula("u(y) = (Σu_i^-2)^(-1/2)"),
            "u(y) = (Σu<sub>i</sub><sup>−2</sup>)<sup>−1/2</sup>"
        );
        assert_eq!(
            formula("Q = Σ (x_i − y)²/u_i², t_{n-2} of x_CRM"),
            "Q = Σ (x<sub>i</sub> − y)²/u<sub>i</sub>², t<sub>n−2</sub> of x<sub>CRM</sub>"
        );
    }

    #[test]
    fn a_minus_is_no_hyphen_and_a_hyphen_no_minus() {
        assert_eq!(
            formula("s_x² - s_w²/(n-1), half-Cauchy, 3-7"),
            "s<sub>x</sub>² − s<sub>w</sub>²/(n−1), half-Cauchy, 3-7"
        );
    }
}
