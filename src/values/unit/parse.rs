//! Reading unit expressions as people, UCUM and D-SI write them.

use unicode_normalization::UnicodeNormalization;

use super::dimension::Dimension;
use super::error::UnitError;
use super::library::{Library, Reading, Spelling};
use super::{Term, Unit};
use crate::values::decimal::lowered;

/// The largest exponent; more is a slip of the pen.
const LARGEST_EXPONENT: i8 = 24;
/// How many combinations of readings of ambiguous symbols are tried.
const MOST_READINGS: usize = 64;

/// A unit word of the expression with everything it may mean.
struct Word {
    readings: Vec<Reading>,
    exponent: i8,
}

/// Reads `text`; see [`Library::parse`].
pub(super) fn expression(
    library: &Library,
    spelling: Spelling,
    text: &str,
    expected: Option<&Dimension>,
) -> Result<Unit, UnitError> {
    let folded = match spelling {
        Spelling::Written => fold(text.trim())?,
        Spelling::Ucum | Spelling::Dsi => text.trim().to_string(),
    };
    if folded.is_empty() {
        return Err(UnitError::Empty);
    }
    // A name may contain what is a sign elsewhere: 磅力每平方英寸.
    let readings = library.readings(spelling, &folded)?;
    if !readings.is_empty() {
        return choose(
            &[Word {
                readings,
                exponent: 1,
            }],
            expected,
        );
    }
    let mut parser = Parser {
        library,
        spelling,
        text,
        chars: folded.chars().collect(),
        at: 0,
        words: Vec::new(),
    };
    parser.product(1, 0)?;
    if parser.at < parser.chars.len() {
        return Err(UnitError::Parenthesis(text.to_string()));
    }
    choose(&parser.words, expected)
}

/// Among the readings of all words the first of the expected dimension, else the most natural.
fn choose(words: &[Word], expected: Option<&Dimension>) -> Result<Unit, UnitError> {
    let unit = |choice: &[usize]| {
        let picked = words
            .iter()
            .zip(choice)
            .filter_map(|(word, pick)| word.readings.get(*pick).map(|r| (r, word.exponent)));
        Unit::from_terms(
            picked
                .map(|(r, exponent)| Term {
                    atom: r.atom.clone(),
                    prefix: r.prefix,
                    exponent,
                })
                .collect(),
        )
    };
    let mut choice = vec![0; words.len()];
    let natural = unit(&choice);
    let Some(expected) = expected else {
        return natural;
    };
    let mut related = None;
    for _ in 0..MOST_READINGS {
        if let Ok(candidate) = unit(&choice) {
            if candidate.dimension() == *expected {
                return Ok(candidate);
            }
            if related.is_none() && candidate.dimension().same_kind(expected) {
                related = Some(candidate);
            }
        }
        if !advance(&mut choice, words) {
            break;
        }
    }
    related.map_or(natural, Ok)
}

/// The next combination, counting like an odometer; false after the last.
fn advance(choice: &mut [usize], words: &[Word]) -> bool {
    for (pick, word) in choice.iter_mut().zip(words) {
        *pick += 1;
        if *pick < word.readings.len() {
            return true;
        }
        *pick = 0;
    }
    false
}

/// One spelling for characters that look alike; refuses those that stand for several (㎏) or are full-width.
pub(super) fn fold(text: &str) -> Result<String, UnitError> {
    let compatibility = |c: char| matches!(c, '\u{3371}'..='\u{33df}' | '\u{ff10}'..='\u{ff19}' | '\u{ff21}'..='\u{ff3a}' | '\u{ff41}'..='\u{ff5a}');
    if text.chars().any(compatibility) {
        let meant = fold(&text.chars().nfkc().collect::<String>()).unwrap_or_default();
        return Err(UnitError::LookAlike {
            found: text.to_string(),
            meant,
        });
    }
    let mut out = String::with_capacity(text.len());
    let mut raised = false;
    for c in text.chars().nfc() {
        let (c, superscript) = lowered(c);
        if superscript && !raised {
            out.push('^');
        }
        raised = superscript;
        match c {
            'μ' => out.push('µ'),
            'º' | '˚' => out.push('°'),
            '℃' => out.push_str("°C"),
            '℉' => out.push_str("°F"),
            'ℓ' => out.push('L'),
            '％' => out.push('%'),
            '／' | '∕' | '⁄' | '÷' | '每' => out.push('/'),
            '*' | '×' | '⋅' | '∙' | '•' | '・' | '･' | '.' => out.push('·'),
            '（' => out.push('('),
            '）' => out.push(')'),
            '−' | '－' | '‐' | '‑' => out.push('-'),
            c if c.is_whitespace() => out.push(' '),
            c => out.push(c),
        }
    }
    Ok(out)
}

struct Parser<'a> {
    library: &'a Library,
    spelling: Spelling,
    text: &'a str,
    chars: Vec<char>,
    at: usize,
    words: Vec<Word>,
}

impl Parser<'_> {
    /// `factor { (· | / | blank) factor }` up to the end or the closing parenthesis; `sign` is −1 in a denominator.
    fn product(&mut self, sign: i8, depth: usize) -> Result<(), UnitError> {
        let mut divided = false;
        let mut side = sign;
        loop {
            self.blanks();
            self.factor(side, depth)?;
            self.blanks();
            match self.chars.get(self.at) {
                None | Some(')') => return Ok(()),
                Some('/') => {
                    self.at += 1;
                    side = -sign;
                    divided = true;
                }
                Some(c) => {
                    if self.is_product_sign(*c) {
                        self.at += 1;
                    }
                    // UCUM reads from left to right; people disagree about what follows the solidus.
                    if divided && self.spelling == Spelling::Written {
                        return Err(self.ambiguous());
                    }
                    side = sign;
                }
            }
        }
    }

    fn factor(&mut self, sign: i8, depth: usize) -> Result<(), UnitError> {
        match self.chars.get(self.at) {
            Some('(') if depth > 8 => Err(UnitError::Parenthesis(self.text.to_string())),
            Some('(') => {
                self.at += 1;
                let first = self.words.len();
                self.product(sign, depth + 1)?;
                if self.chars.get(self.at) != Some(&')') {
                    return Err(UnitError::Parenthesis(self.text.to_string()));
                }
                self.at += 1;
                let power = self.raised()?.unwrap_or(1);
                for word in self.words.iter_mut().skip(first) {
                    word.exponent = word
                        .exponent
                        .checked_mul(power)
                        .ok_or_else(|| UnitError::Exponent(self.text.to_string()))?;
                }
                Ok(())
            }
            Some('√') => Err(UnitError::Root(self.text.to_string())),
            _ => self.word(sign),
        }
    }

    fn word(&mut self, sign: i8) -> Result<(), UnitError> {
        let start = self.at;
        while self.chars.get(self.at).is_some_and(|c| !self.ends_word(*c)) {
            self.at += 1;
        }
        let run: String = self.chars[start..self.at].iter().collect();
        if run.is_empty() {
            return Err(UnitError::MissingOperand(self.text.to_string()));
        }
        let raised = self.raised()?;
        if run == "1" && raised.is_none() {
            return Ok(());
        }
        let (readings, exponent) = self.meaning(&run)?;
        let power = match (raised, exponent) {
            (Some(_), Some(_)) => return Err(UnitError::Exponent(self.text.to_string())),
            (one, other) => one.or(other).unwrap_or(1),
        };
        self.words.push(Word {
            readings,
            exponent: power * sign,
        });
        Ok(())
    }

    /// What a run of characters means: a unit word, a unit word with an exponent at its end, or 平方米 and 立方米.
    fn meaning(&self, run: &str) -> Result<(Vec<Reading>, Option<i8>), UnitError> {
        let whole = self.library.readings(self.spelling, run)?;
        if !whole.is_empty() {
            return Ok((whole, None));
        }
        for (words, exponent) in [("平方", 2), ("立方", 3)] {
            if self.spelling == Spelling::Written
                && let Some(rest) = run.strip_prefix(words)
            {
                let readings = self.library.readings(self.spelling, rest)?;
                if !readings.is_empty() {
                    return Ok((readings, Some(exponent)));
                }
            }
        }
        let letters = run.trim_end_matches(|c: char| c.is_ascii_digit());
        let name = letters.strip_suffix(['-', '+']).unwrap_or(letters);
        let digits: String = run.chars().skip(name.chars().count()).collect();
        let readings = if name.is_empty() || digits.is_empty() {
            Vec::new()
        } else {
            self.library.readings(self.spelling, name)?
        };
        if readings.is_empty() {
            let word = if name.is_empty() { run } else { name };
            return Err(UnitError::Unknown {
                word: word.to_string(),
                suggestions: Vec::new(),
            });
        }
        Ok((readings, Some(self.exponent(&digits)?)))
    }

    /// The exponent after `^`, if there is one: `^-3`, `^(-3)`, `^3`.
    fn raised(&mut self) -> Result<Option<i8>, UnitError> {
        if self.chars.get(self.at) != Some(&'^') {
            return Ok(None);
        }
        self.at += 1;
        let parenthesis = self.chars.get(self.at) == Some(&'(');
        self.at += usize::from(parenthesis);
        let start = self.at;
        while self
            .chars
            .get(self.at)
            .is_some_and(|c| c.is_ascii_digit() || (self.at == start && ['+', '-'].contains(c)))
        {
            self.at += 1;
        }
        let digits: String = self.chars[start..self.at].iter().collect();
        let fraction = matches!(self.chars.get(self.at), Some('·' | '.' | '/'));
        if fraction
            && (parenthesis
                || self
                    .chars
                    .get(self.at + 1)
                    .is_some_and(char::is_ascii_digit))
        {
            return Err(UnitError::Root(self.text.to_string()));
        }
        if parenthesis {
            if self.chars.get(self.at) != Some(&')') {
                return Err(UnitError::Parenthesis(self.text.to_string()));
            }
            self.at += 1;
        }
        self.exponent(&digits).map(Some)
    }

    fn exponent(&self, digits: &str) -> Result<i8, UnitError> {
        match digits.parse::<i8>() {
            Ok(exponent) if exponent != 0 && exponent.abs() <= LARGEST_EXPONENT => Ok(exponent),
            _ => Err(UnitError::Exponent(self.text.to_string())),
        }
    }

    fn blanks(&mut self) {
        while self.chars.get(self.at) == Some(&' ') {
            self.at += 1;
        }
    }

    fn is_product_sign(&self, c: char) -> bool {
        c == '·' || (self.spelling == Spelling::Ucum && c == '.')
    }

    fn ends_word(&self, c: char) -> bool {
        self.is_product_sign(c) || matches!(c, '/' | ' ' | '(' | ')' | '^' | '√')
    }

    /// `J/kg·K` with the two ways to write it clearly.
    fn ambiguous(&self) -> UnitError {
        let whole: String = self.chars.iter().collect();
        let suggestions = match whole.split_once('/') {
            Some((above, below)) if !below.contains(['/', '(']) && !above.contains('(') => {
                let (first, rest) = below.split_once(['·', ' ']).unwrap_or((below, ""));
                vec![
                    format!("{above}/({})", below.replace(' ', "·")),
                    format!("{above}·{rest}/{first}"),
                ]
            }
            _ => vec!["a/(b·c)".to_string(), "a·c/b".to_string()],
        };
        UnitError::AmbiguousSlash {
            text: self.text.to_string(),
            suggestions,
        }
    }
}

/// Known spellings close to `word`: those that differ in capitals, else those within a slip or two.
pub(super) fn suggestions(library: &Library, word: &str) -> Vec<String> {
    let lower = word.to_lowercase();
    // In a word of one or two letters a single slip would offer half of the library.
    let allowed = match word.chars().count() {
        0..=2 => 0,
        3..=4 => 1,
        _ => 2,
    };
    let distance = |known: &str| {
        if known.to_lowercase() == lower {
            0
        } else {
            strsim::osa_distance(known, word).max(1)
        }
    };
    let mut near: Vec<(usize, String)> = library
        .spellings()
        .into_iter()
        .map(|known| (distance(&known), known))
        .collect();
    near.retain(|(distance, _)| *distance <= allowed);
    near.sort();
    near.dedup();
    let nearest = near.first().map(|(distance, _)| *distance);
    near.into_iter()
        .filter(|(distance, _)| Some(*distance) == nearest)
        .take(3)
        .map(|(_, known)| known)
        .collect()
}

impl Library {
    /// The unit that a D-SI string writes: words `\kilo\metre\second\tothe{-1}`, `\per` inverts the next unit.
    ///
    /// # Errors
    /// Unknown words (also the free text that non-SI files carry), fractional powers, a prefix or `\per` without a unit.
    pub fn parse_dsi(&self, text: &str) -> Result<Unit, UnitError> {
        let trimmed = text.trim();
        if trimmed.is_empty() {
            return Err(UnitError::Empty);
        }
        let unknown = || UnitError::Unknown {
            word: trimmed.to_string(),
            suggestions: Vec::new(),
        };
        let words = trimmed.strip_prefix('\\').ok_or_else(unknown)?;
        let mut terms: Vec<Term> = Vec::new();
        let (mut prefix, mut sign, mut open) = (String::new(), 1, false);
        for word in words.split('\\').map(str::trim) {
            if let Some(power) = word
                .strip_prefix("tothe{")
                .and_then(|rest| rest.strip_suffix('}'))
            {
                let last = terms
                    .last_mut()
                    .filter(|_| open)
                    .ok_or_else(|| UnitError::MissingOperand(trimmed.to_string()))?;
                last.exponent *= dsi_power(power, trimmed)?;
                open = false;
                continue;
            }
            match (word, self.dsi_readings(&format!("{prefix}{word}"))?) {
                ("per", _) if prefix.is_empty() && sign == 1 => sign = -1,
                ("one", _) if prefix.is_empty() => open = false,
                (_, Some(reading)) => {
                    terms.push(Term {
                        atom: reading.atom,
                        prefix: reading.prefix,
                        exponent: sign,
                    });
                    (prefix, sign, open) = (String::new(), 1, true);
                }
                _ if prefix.is_empty() && super::prefix::every().any(|known| known.dsi == word) => {
                    prefix = word.to_string()
                }
                _ => {
                    return Err(UnitError::Unknown {
                        word: format!("\\{word}"),
                        suggestions: Vec::new(),
                    });
                }
            }
        }
        if !prefix.is_empty() || sign == -1 {
            return Err(UnitError::MissingOperand(trimmed.to_string()));
        }
        Unit::from_terms(terms)
    }

    fn dsi_readings(&self, word: &str) -> Result<Option<Reading>, UnitError> {
        Ok(self.readings(Spelling::Dsi, word)?.into_iter().next())
    }
}

fn dsi_power(digits: &str, text: &str) -> Result<i8, UnitError> {
    match digits.trim().parse::<i8>() {
        Ok(power) if power != 0 && power.abs() <= LARGEST_EXPONENT => Ok(power),
        Err(_) if digits.contains(['.', '/']) => Err(UnitError::Root(text.to_string())),
        _ => Err(UnitError::Exponent(text.to_string())),
    }
}
