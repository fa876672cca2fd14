//! The prefixes of the SI (27th CGPM, 2022) and the binary prefixes (IEC 80000-13).

use super::factor::Factor;

/// One prefix in the spellings in which it may be met.
#[derive(Debug, PartialEq, Eq)]
pub struct Prefix {
    /// As written in documents.
    pub symbol: &'static str,
    /// The Chinese name.
    pub zh: &'static str,
    /// The UCUM code.
    pub ucum: &'static str,
    /// The D-SI word without the backslash.
    pub dsi: &'static str,
    base: i128,
    power: i32,
}

const fn decimal(
    symbol: &'static str,
    zh: &'static str,
    ucum: &'static str,
    dsi: &'static str,
    power: i32,
) -> Prefix {
    Prefix {
        symbol,
        zh,
        ucum,
        dsi,
        base: 10,
        power,
    }
}

const fn binary(symbol: &'static str, zh: &'static str, dsi: &'static str, power: i32) -> Prefix {
    Prefix {
        symbol,
        zh,
        ucum: symbol,
        dsi,
        base: 2,
        power,
    }
}

/// The twenty-four prefixes of the SI.
pub static SI: [Prefix; 24] = [
    decimal("Q", "昆", "Q", "quetta", 30),
    decimal("R", "容", "R", "ronna", 27),
    decimal("Y", "尧", "Y", "yotta", 24),
    decimal("Z", "泽", "Z", "zetta", 21),
    decimal("E", "艾", "E", "exa", 18),
    decimal("P", "拍", "P", "peta", 15),
    decimal("T", "太", "T", "tera", 12),
    decimal("G", "吉", "G", "giga", 9),
    decimal("M", "兆", "M", "mega", 6),
    decimal("k", "千", "k", "kilo", 3),
    decimal("h", "百", "h", "hecto", 2),
    decimal("da", "十", "da", "deca", 1),
    decimal("d", "分", "d", "deci", -1),
    decimal("c", "厘", "c", "centi", -2),
    decimal("m", "毫", "m", "milli", -3),
    decimal("µ", "微", "u", "micro", -6),
    decimal("n", "纳", "n", "nano", -9),
    decimal("p", "皮", "p", "pico", -12),
    decimal("f", "飞", "f", "femto", -15),
    decimal("a", "阿", "a", "atto", -18),
    decimal("z", "仄", "z", "zepto", -21),
    decimal("y", "幺", "y", "yocto", -24),
    decimal("r", "柔", "r", "ronto", -27),
    decimal("q", "亏", "q", "quecto", -30),
];

/// The binary prefixes up to 2⁶⁰.
pub static BINARY: [Prefix; 6] = [
    binary("Ki", "二进千", "kibi", 10),
    binary("Mi", "二进兆", "mebi", 20),
    binary("Gi", "二进吉", "gibi", 30),
    binary("Ti", "二进太", "tebi", 40),
    binary("Pi", "二进拍", "pebi", 50),
    binary("Ei", "二进艾", "exbi", 60),
];

/// Every prefix, those of the SI first.
pub fn every() -> impl Iterator<Item = &'static Prefix> {
    SI.iter().chain(BINARY.iter())
}

impl Prefix {
    /// What the prefix multiplies by.
    pub fn factor(&self) -> Factor {
        if self.base == 10 {
            Factor::ten_to(self.power)
        } else {
            Factor::ratio(1_i128 << self.power, 1, 0).unwrap_or(Factor::ONE)
        }
    }
}

/// Which prefixes a unit takes.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prefixes {
    None,
    Si,
    /// SI and binary prefixes (bit, byte).
    Binary,
    /// Only these symbols.
    Listed(Vec<String>),
}

impl Prefixes {
    /// The prefixes allowed, in the order of the tables.
    pub fn allowed(&self) -> impl Iterator<Item = &'static Prefix> + '_ {
        every().filter(|prefix| self.allows(prefix))
    }

    /// Whether the unit takes `prefix`.
    pub fn allows(&self, prefix: &Prefix) -> bool {
        match self {
            Prefixes::None => false,
            Prefixes::Si => prefix.base == 10,
            Prefixes::Binary => prefix.base == 2 || prefix.power >= 3,
            Prefixes::Listed(symbols) => symbols.iter().any(|s| s == prefix.symbol),
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn binary_prefixes_are_powers_of_1024() {
        for (i, prefix) in BINARY.iter().enumerate() {
            assert_eq!(prefix.factor().to_f64(), 1024f64.powi(i as i32 + 1));
        }
    }

    #[test]
    fn bytes_take_no_milli() {
        assert!(
            Prefixes::Binary
                .allowed()
                .all(|p| p.factor().to_f64() > 999.0)
        );
    }
}
