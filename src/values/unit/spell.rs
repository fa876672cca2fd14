//! The three spellings of a unit: for people, UCUM and D-SI.

use super::dimension::superscript;
use super::{Term, Unit};

/// What follows a quantity in the heading of numbers (ISO 80000-1, 7.1.4; GB 3101): `/mg`, `/(mg/kg)`, nothing for the unit one.
pub fn per(unit: &str) -> String {
    match unit {
        "" | "1" => String::new(),
        _ if unit.contains(['/', '·', ' ']) => format!("/({unit})"),
        _ => format!("/{unit}"),
    }
}

impl Unit {
    /// As documents show it: `kg/m³`, `µmol/mol`, `W/(m²·K)`, `s⁻¹`.
    pub fn display(&self) -> String {
        self.spelled(|term| {
            format!(
                "{}{}",
                term.prefix.map_or("", |p| p.symbol),
                term.atom.symbol
            )
        })
    }

    /// In full English words, which no other unit shares: `picohenry/metre²`.
    pub fn names(&self) -> String {
        self.spelled(|term| format!("{}{}", term.prefix.map_or("", |p| p.dsi), term.atom.name))
    }

    fn spelled(&self, word: impl Fn(&Term) -> String) -> String {
        let (above, below) = self.sides();
        let product = |terms: &[&Term], sign: i8| {
            let written = |term: &&Term| match term.exponent * sign {
                1 => word(term),
                exponent => format!("{}{}", word(term), superscript(exponent)),
            };
            terms.iter().map(written).collect::<Vec<_>>().join("·")
        };
        match (above.is_empty(), below.len()) {
            (true, 0) => "1".to_string(),
            (true, _) => product(&below, 1),
            (false, 0) => product(&above, 1),
            (false, 1) => format!("{}/{}", product(&above, 1), product(&below, -1)),
            (false, _) => format!("{}/({})", product(&above, 1), product(&below, -1)),
        }
    }

    /// The UCUM code (`umol/mol`, `kg/m3`); `None` when UCUM lacks one of the units.
    pub fn ucum(&self) -> Option<String> {
        let written = |term: &Term, exponent: i8| {
            let prefix = term.prefix.map_or("", |p| p.ucum);
            let power = if exponent == 1 {
                String::new()
            } else {
                exponent.to_string()
            };
            term.atom
                .ucum
                .as_ref()
                .map(|code| format!("{prefix}{code}{power}"))
        };
        let (above, below) = self.sides();
        if above.is_empty() {
            let parts: Option<Vec<String>> = below.iter().map(|t| written(t, t.exponent)).collect();
            return parts.map(|parts| {
                if parts.is_empty() {
                    "1".to_string()
                } else {
                    parts.join(".")
                }
            });
        }
        let above: Option<Vec<String>> = above.iter().map(|t| written(t, t.exponent)).collect();
        let below: Option<Vec<String>> = below.iter().map(|t| written(t, -t.exponent)).collect();
        let joined: String = below?.iter().map(|part| format!("/{part}")).collect();
        Some(format!("{}{joined}", above?.join(".")))
    }

    /// The D-SI string (`\micro\mole\per\mole`); `None` when D-SI lacks one of the units.
    ///
    /// One unit in the denominator is written with `\per`; several with negative powers, which nobody can misread.
    pub fn dsi(&self) -> Option<String> {
        let written = |term: &Term, exponent: i8| {
            let prefix = term
                .prefix
                .map_or(String::new(), |p| format!("\\{}", p.dsi));
            let power = if exponent == 1 {
                String::new()
            } else {
                format!("\\tothe{{{exponent}}}")
            };
            term.atom
                .dsi
                .as_ref()
                .map(|word| format!("{prefix}{word}{power}"))
        };
        if self.is_one() {
            return Some("\\one".to_string());
        }
        let (above, below) = self.sides();
        let above_written: Option<String> = above.iter().map(|t| written(t, t.exponent)).collect();
        let below_written: Option<String> = match below.as_slice() {
            [only] if !above.is_empty() => {
                written(only, -only.exponent).map(|part| format!("\\per{part}"))
            }
            several => several.iter().map(|t| written(t, t.exponent)).collect(),
        };
        Some(format!("{}{}", above_written?, below_written?))
    }

    fn sides(&self) -> (Vec<&Term>, Vec<&Term>) {
        self.terms().iter().partition(|term| term.exponent > 0)
    }
}
