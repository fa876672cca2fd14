//! From table entries to units: what the properties of `unit` and `dimension` entries mean.

use super::error::UnitError;
use super::factor::Factor;
use super::library::{Definition, DimensionEntry, Library, UnitEntry};
use super::prefix::Prefixes;
use crate::values::decimal::Decimal;
use crate::values::entries::{self, Entry, EntryError, Property};

/// The tables of the standard library, embedded.
const TABLES: [(&str, &str); 5] = [
    ("si.bidui", include_str!("../../../stdlib/units/si.bidui")),
    (
        "accepted.bidui",
        include_str!("../../../stdlib/units/accepted.bidui"),
    ),
    (
        "ratios.bidui",
        include_str!("../../../stdlib/units/ratios.bidui"),
    ),
    (
        "fields.bidui",
        include_str!("../../../stdlib/units/fields.bidui"),
    ),
    (
        "dimensions.bidui",
        include_str!("../../../stdlib/units/dimensions.bidui"),
    ),
];

/// The standard library, read from the embedded tables.
pub(super) fn standard() -> Result<Library, UnitError> {
    let (mut units, mut dimensions) = (Vec::new(), Vec::new());
    for (name, source) in TABLES {
        let mut read_all = || {
            for entry in entries::read(source)? {
                match entry.kind.as_str() {
                    "unit" => units.push(read_unit(&entry)?),
                    "dimension" => dimensions.push(read_dimension(&entry)?),
                    other => {
                        let (zh, en) = (
                            format!("单位表中不能有“{other}”条目"),
                            format!("a table of units holds no “{other}”"),
                        );
                        return Err(EntryError::new(entry.line, zh, en));
                    }
                }
            }
            Ok(())
        };
        read_all().map_err(|error: EntryError| {
            let mut text = error.message();
            text.zh = format!("{name}：{}", text.zh);
            text.en = format!("{name}: {}", text.en);
            UnitError::Table(text)
        })?;
    }
    Library::from_entries(units, dimensions)
}

/// The unit that an entry `unit name { … }` declares.
///
/// # Errors
/// An unknown property, a malformed one, or no definition.
pub fn read_unit(entry: &Entry) -> Result<UnitEntry, EntryError> {
    let mut unit = UnitEntry {
        name: entry.name.clone(),
        title: crate::text::Text::default(),
        symbols: Vec::new(),
        aliases: Vec::new(),
        definition: Definition::Calendar,
        prefixes: Prefixes::None,
        ucum: None,
        dsi: Vec::new(),
        only_expected: false,
    };
    let mut definition = None;
    for property in &entry.properties {
        let texts = || {
            property
                .texts()
                .iter()
                .map(|t| (*t).to_string())
                .collect::<Vec<_>>()
        };
        match property.keyword.as_str() {
            "title" => unit.title = property.bilingual(),
            "symbol" => unit.symbols.extend(texts()),
            "alias" => unit.aliases.extend(texts()),
            "ucum" => unit.ucum = texts().into_iter().next(),
            "dsi" => unit.dsi.extend(texts()),
            "prefixes" => unit.prefixes = prefixes(property)?,
            "only-expected" => unit.only_expected = yes(property)?,
            "base" | "equals" | "logarithmic" | "calendar" => {
                definition = Some(definition_of(property)?)
            }
            _ => return Err(unknown_property(property)),
        }
    }
    unit.definition = definition.ok_or_else(|| {
        EntryError::new(
            entry.line,
            format!(
                "单位“{}”没有定义（base、equals、logarithmic 或 calendar）",
                entry.name
            ),
            format!(
                "the unit “{}” has no definition (base, equals, logarithmic or calendar)",
                entry.name
            ),
        )
    })?;
    Ok(unit)
}

/// The dimension that an entry `dimension name { … }` names.
///
/// # Errors
/// An unknown property or no unit.
pub fn read_dimension(entry: &Entry) -> Result<DimensionEntry, EntryError> {
    let mut dimension = DimensionEntry {
        name: entry.name.clone(),
        title: crate::text::Text::default(),
        unit: String::new(),
    };
    for property in &entry.properties {
        match (property.keyword.as_str(), property.texts().as_slice()) {
            ("title", _) => dimension.title = property.bilingual(),
            ("unit", [unit]) => dimension.unit = (*unit).to_string(),
            _ => return Err(unknown_property(property)),
        }
    }
    Ok(dimension)
}

fn definition_of(property: &Property) -> Result<Definition, EntryError> {
    let texts = property.texts();
    match (
        property.keyword.as_str(),
        property.words().as_slice(),
        texts.as_slice(),
    ) {
        ("base", [name], []) => Ok(Definition::Base((*name).to_string())),
        ("logarithmic", [], [formula]) => Ok(Definition::Logarithmic((*formula).to_string())),
        ("calendar", ["yes"], []) => Ok(Definition::Calendar),
        ("equals", words, [unit]) => {
            let (number, offset) = match words {
                [] => ("1", None),
                [number] => (*number, None),
                [number, "offset", offset] => (
                    *number,
                    Some(Decimal::parse(offset).map_err(|_| property.malformed(EQUALS))?),
                ),
                _ => return Err(property.malformed(EQUALS)),
            };
            let factor = factor(number).ok_or_else(|| property.malformed(EQUALS))?;
            Ok(Definition::Equals {
                factor,
                unit: (*unit).to_string(),
                offset,
            })
        }
        ("base", ..) => Err(property.malformed("base mass")),
        ("logarithmic", ..) => Err(property.malformed("logarithmic \"10 lg(P/P₀)\"")),
        _ => Err(property.malformed("calendar yes")),
    }
}

const EQUALS: &str = "equals 1852 \"m\" / equals 5/9 \"K\" offset 459.67 / equals pi/180 \"rad\"";

/// `60`, `1/3600`, `pi/180`.
fn factor(text: &str) -> Option<Factor> {
    let part = |word: &str| {
        if word == "pi" {
            Some(Factor::PI)
        } else {
            Factor::from_decimal(&Decimal::parse(word).ok()?)
        }
    };
    match text.split_once('/') {
        None => part(text),
        Some((above, below)) => part(above)?.times(part(below)?.inverse()?),
    }
}

fn prefixes(property: &Property) -> Result<Prefixes, EntryError> {
    match (property.words().as_slice(), property.texts().as_slice()) {
        (["none"], []) => Ok(Prefixes::None),
        (["si"], []) => Ok(Prefixes::Si),
        (["binary"], []) => Ok(Prefixes::Binary),
        (["listed"], symbols) if !symbols.is_empty() => Ok(Prefixes::Listed(
            symbols.iter().map(|s| (*s).to_string()).collect(),
        )),
        _ => Err(property.malformed("prefixes si | none | binary | listed \"k\", \"m\"")),
    }
}

fn yes(property: &Property) -> Result<bool, EntryError> {
    match property.words().as_slice() {
        ["yes"] => Ok(true),
        ["no"] => Ok(false),
        _ => Err(property.malformed("yes | no")),
    }
}

fn unknown_property(property: &Property) -> EntryError {
    EntryError::new(
        property.line,
        format!("此处没有属性“{}”，或其写法不对", property.keyword),
        format!(
            "there is no property “{}” here, or it is not written so",
            property.keyword
        ),
    )
}
