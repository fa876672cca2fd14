//! Dimensions: the seven of the SI, and the kinds that the SI writes as the number one but nobody may mix.

use std::fmt;

use crate::text::Text;

/// A base of the dimension vector.
///
/// The first seven are the base quantities of the ISQ. Plane angle, solid angle and information are kept apart strictly: they
/// compare only with their own kind. The last five are *marks*: they tell one pure ratio from another (a mass fraction from an
/// amount fraction, a becquerel from a hertz), but a bare number or `%`, which bears no mark, goes with each of them.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Base {
    Time,
    Length,
    Mass,
    Current,
    Temperature,
    Amount,
    LuminousIntensity,
    PlaneAngle,
    SolidAngle,
    Information,
    Count,
    Cycles,
    MassFraction,
    AmountFraction,
    VolumeFraction,
}

use Base::*;

const BASES: [(Base, &str, &str, &str); 15] = [
    (Time, "time", "s", "时间"),
    (Length, "length", "m", "长度"),
    (Mass, "mass", "kg", "质量"),
    (Current, "electric-current", "A", "电流"),
    (Temperature, "temperature", "K", "热力学温度"),
    (Amount, "amount-of-substance", "mol", "物质的量"),
    (LuminousIntensity, "luminous-intensity", "cd", "发光强度"),
    (PlaneAngle, "plane-angle", "rad", "平面角"),
    (SolidAngle, "solid-angle", "sr", "立体角"),
    (Information, "information", "bit", "信息量"),
    (Count, "count", "个", "计数"),
    (Cycles, "cycles", "r", "周数"),
    (MassFraction, "mass-fraction", "kg/kg", "质量分数"),
    (AmountFraction, "amount-fraction", "mol/mol", "物质的量分数"),
    (VolumeFraction, "volume-fraction", "m³/m³", "体积分数"),
];

/// How many of the bases must agree for two quantities to be comparable at all; the others are marks.
const STRICT: usize = 10;

/// Exponents of the bases, in the order of [`Base`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Dimension {
    exponents: [i8; 15],
}

impl Dimension {
    /// The dimension of pure numbers.
    pub const ONE: Dimension = Dimension { exponents: [0; 15] };

    /// The dimension of one base quantity.
    pub fn of(base: Base) -> Dimension {
        let mut exponents = [0; 15];
        exponents[base as usize] = 1;
        Dimension { exponents }
    }

    /// The base with the given name in the unit library (`mass`, `plane-angle` …).
    pub fn base_named(name: &str) -> Option<Dimension> {
        BASES
            .iter()
            .find(|(_, word, _, _)| *word == name)
            .map(|(base, ..)| Dimension::of(*base))
    }

    /// The exponent of `base`.
    pub fn exponent(&self, base: Base) -> i8 {
        self.exponents[base as usize]
    }

    /// Whether it is a pure number without any mark.
    pub fn is_one(&self) -> bool {
        *self == Dimension::ONE
    }

    /// Whether it is a ratio, marked or not, that a bare number or `%` may express.
    pub fn is_ratio(&self) -> bool {
        self.exponents.iter().take(STRICT).all(|e| *e == 0)
    }

    /// The dimension of a product; `None` when an exponent leaves −128 … 127.
    pub fn times(&self, other: &Dimension) -> Option<Dimension> {
        self.combine(other, i8::checked_add)
    }

    /// The dimension of a quotient.
    pub fn over(&self, other: &Dimension) -> Option<Dimension> {
        self.combine(other, i8::checked_sub)
    }

    /// The dimension of a whole power.
    pub fn to_power(&self, power: i8) -> Option<Dimension> {
        let mut exponents = self.exponents;
        for exponent in &mut exponents {
            *exponent = exponent.checked_mul(power)?;
        }
        Some(Dimension { exponents })
    }

    /// The dimension of a square root, when every exponent is even.
    pub fn square_root(&self) -> Option<Dimension> {
        let mut exponents = self.exponents;
        for exponent in &mut exponents {
            if *exponent % 2 != 0 {
                return None;
            }
            *exponent /= 2;
        }
        Some(Dimension { exponents })
    }

    fn combine(&self, other: &Dimension, with: impl Fn(i8, i8) -> Option<i8>) -> Option<Dimension> {
        let mut exponents = self.exponents;
        for (exponent, theirs) in exponents.iter_mut().zip(other.exponents) {
            *exponent = with(*exponent, theirs)?;
        }
        Some(Dimension { exponents })
    }

    /// The same dimension without marks.
    pub fn unmarked(&self) -> Dimension {
        let mut exponents = self.exponents;
        for exponent in exponents.iter_mut().skip(STRICT) {
            *exponent = 0;
        }
        Dimension { exponents }
    }

    /// Whether quantities of the two dimensions may be compared and converted.
    ///
    /// The strict bases must agree; the marks must agree unless one side bears none. The relation is symmetric but not
    /// transitive: `%` goes with `mg/kg` and with `µmol/mol`, these two not with one another.
    pub fn same_kind(&self, other: &Dimension) -> bool {
        let marks = |d: &Dimension| d.exponents.iter().skip(STRICT).copied().collect::<Vec<_>>();
        let (mine, theirs) = (marks(self), marks(other));
        let bare = |marks: &[i8]| marks.iter().all(|e| *e == 0);
        self.unmarked() == other.unmarked() && (mine == theirs || bare(&mine) || bare(&theirs))
    }

    /// The expansion in base units, `kg·m²·s⁻³`; `1` for a pure number.
    pub fn expansion(&self) -> String {
        // Mass, length, time is the order in which the SI brochure writes expansions.
        let order = [
            Mass,
            Length,
            Time,
            Current,
            Temperature,
            Amount,
            LuminousIntensity,
        ];
        let rest = BASES
            .iter()
            .map(|(base, ..)| *base)
            .filter(|base| !order.contains(base));
        let parts: Vec<String> = order
            .into_iter()
            .chain(rest)
            .filter(|base| self.exponent(*base) != 0)
            .map(|base| self.expansion_part(base))
            .collect();
        if parts.is_empty() {
            "1".to_string()
        } else {
            parts.join("·")
        }
    }

    fn expansion_part(&self, base: Base) -> String {
        let symbol = BASES[base as usize].2;
        let exponent = self.exponent(base);
        if exponent == 1 {
            symbol.to_string()
        } else if symbol.contains('/') {
            format!("({symbol}){}", superscript(exponent))
        } else {
            format!("{symbol}{}", superscript(exponent))
        }
    }

    /// The name of a single base, else the expansion; the library knows the names of derived quantities.
    pub fn base_name(&self) -> Text {
        let single = BASES
            .iter()
            .find(|(base, ..)| *self == Dimension::of(*base));
        match single {
            Some((_, en, _, zh)) => Text::new(*zh, en.replace('-', " ")),
            None if self.is_one() => Text::new("纯数", "pure number"),
            None => Text::same(self.expansion()),
        }
    }
}

impl fmt::Display for Dimension {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.expansion())
    }
}

/// An exponent as superscript digits.
pub(super) fn superscript(exponent: i8) -> String {
    exponent
        .to_string()
        .chars()
        .map(|c| match c {
            '-' => '⁻',
            '1' => '¹',
            '2' => '²',
            '3' => '³',
            '4' => '⁴',
            '5' => '⁵',
            '6' => '⁶',
            '7' => '⁷',
            '8' => '⁸',
            '9' => '⁹',
            _ => '⁰',
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn bases_stand_in_the_order_of_the_vector() {
        for (i, (base, ..)) in BASES.iter().enumerate() {
            assert_eq!(*base as usize, i);
        }
    }

    #[test]
    fn fractions_of_unlike_kind_do_not_mix_but_a_bare_number_goes_with_each() {
        let (mass, amount) = (Dimension::of(MassFraction), Dimension::of(AmountFraction));
        assert!(!mass.same_kind(&amount));
        assert!(mass.same_kind(&Dimension::ONE) && Dimension::ONE.same_kind(&amount));
        assert!(!Dimension::of(PlaneAngle).same_kind(&Dimension::ONE));
    }

    #[test]
    fn an_unnamed_dimension_is_named_by_its_expansion() {
        let speed = Dimension::of(Length).over(&Dimension::of(Time)).unwrap();
        assert_eq!(speed.base_name().zh, "m·s⁻¹");
        assert_eq!(Dimension::of(Mass).base_name(), Text::new("质量", "mass"));
    }
}
