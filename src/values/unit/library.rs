//! The table of units: which there are, how they are spelled, what they are worth.

use std::collections::BTreeMap;
use std::sync::{Arc, LazyLock};

use super::dimension::Dimension;
use super::error::UnitError;
use super::factor::Factor;
use super::parse;
use super::prefix::{Prefix, Prefixes};
use super::{Atom, Scale, Unit};
use crate::text::Text;
use crate::values::decimal::Decimal;

/// A unit as the library declares it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct UnitEntry {
    /// The library name, an English word: `newton`.
    pub name: String,
    pub title: Text,
    /// How it is written; the first is the one shown.
    pub symbols: Vec<String>,
    /// Further spellings, Chinese names among them.
    pub aliases: Vec<String>,
    pub definition: Definition,
    pub prefixes: Prefixes,
    /// The UCUM code, if UCUM has the unit.
    pub ucum: Option<String>,
    /// The D-SI words with their backslash, if D-SI has the unit; the first is the one written.
    pub dsi: Vec<String>,
    /// Whether the unit is meant only where its dimension is expected (`g` for the acceleration of free fall).
    pub only_expected: bool,
}

/// What one of the unit is.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Definition {
    /// The coherent unit of a base quantity, named as in [`Dimension::base_named`].
    Base(String),
    /// `factor` times a unit expression; with an offset the zero of the scale lies `offset` of this unit below it.
    Equals {
        factor: Factor,
        unit: String,
        offset: Option<Decimal>,
    },
    /// A level on a logarithmic scale, with its defining formula.
    Logarithmic(String),
    /// A stretch of the calendar without fixed length (month, working day).
    Calendar,
}

/// A named kind of quantity, such as “pressure”, with the unit that shows its dimension.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DimensionEntry {
    pub name: String,
    pub title: Text,
    pub unit: String,
}

/// Which spelling of units a text uses.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Spelling {
    /// As people write: symbols, aliases, Chinese and English names.
    Written,
    /// UCUM, case sensitive.
    Ucum,
    /// The words of D-SI.
    Dsi,
}

/// The kind of a spelling decides which spelling of a prefix may stand before it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Script {
    Symbol,
    Chinese,
    English,
}

/// Units and named dimensions, ready for look-up.
#[derive(Debug)]
pub struct Library {
    entries: Vec<UnitEntry>,
    atoms: Vec<Option<Arc<Atom>>>,
    written: BTreeMap<String, Vec<(Script, usize)>>,
    ucum: BTreeMap<String, usize>,
    dsi: BTreeMap<String, usize>,
    dimensions: Vec<(DimensionEntry, Dimension)>,
}

/// One way to understand a unit word: a prefix and a unit.
#[derive(Debug, Clone)]
pub(super) struct Reading {
    pub prefix: Option<&'static Prefix>,
    pub atom: Arc<Atom>,
    pub only_expected: bool,
}

static STANDARD: LazyLock<Result<Library, UnitError>> = LazyLock::new(super::read::standard);

impl Library {
    /// The units of the standard library.
    ///
    /// # Errors
    /// A fault in the embedded tables, which the tests of this crate exclude.
    pub fn standard() -> Result<&'static Library, UnitError> {
        STANDARD.as_ref().map_err(Clone::clone)
    }

    /// A library from entries in any order.
    ///
    /// # Errors
    /// A spelling given to two units, a definition that cannot be resolved, or an unknown base.
    pub fn from_entries(
        entries: Vec<UnitEntry>,
        dimensions: Vec<DimensionEntry>,
    ) -> Result<Library, UnitError> {
        let mut library = Library {
            atoms: vec![None; entries.len()],
            written: BTreeMap::new(),
            ucum: BTreeMap::new(),
            dsi: BTreeMap::new(),
            dimensions: Vec::new(),
            entries,
        };
        library.index()?;
        library.resolve()?;
        for entry in dimensions {
            let dimension = library.parse(&entry.unit, None)?.dimension();
            library.dimensions.push((entry, dimension));
        }
        Ok(library)
    }

    fn index(&mut self) -> Result<(), UnitError> {
        for (id, entry) in self.entries.iter().enumerate() {
            let symbols = entry.symbols.iter().map(|word| (Script::Symbol, word));
            let aliases = entry.aliases.iter().map(|word| (script(word), word));
            for (script, word) in symbols
                .chain(aliases)
                .chain([(Script::English, &entry.name)])
            {
                let spelled = parse::fold(word)?;
                let holders = self.written.entry(spelled).or_default();
                let clash = holders.iter().any(|(_, other)| {
                    *other != id && !entry.only_expected && !self.entries[*other].only_expected
                });
                if clash {
                    return Err(UnitError::Duplicate(word.clone()));
                }
                if !holders.contains(&(script, id)) {
                    holders.push((script, id));
                }
            }
            if let Some(code) = &entry.ucum {
                claim(&mut self.ucum, code, id)?;
            }
            for word in &entry.dsi {
                claim(&mut self.dsi, word.trim_start_matches('\\'), id)?;
            }
        }
        Ok(())
    }

    /// Gives every unit its dimension and factor; a unit may be declared before those it is made of.
    fn resolve(&mut self) -> Result<(), UnitError> {
        loop {
            let mut waiting = None;
            let mut progress = false;
            for id in 0..self.entries.len() {
                if self.atoms[id].is_some() {
                    continue;
                }
                match self.atom(id) {
                    Ok(atom) => {
                        self.atoms[id] = Some(Arc::new(atom));
                        progress = true;
                    }
                    Err(UnitError::Unresolved(_)) => waiting = Some(self.entries[id].name.clone()),
                    Err(other) => return Err(other),
                }
            }
            match waiting {
                None => return Ok(()),
                Some(name) if !progress => return Err(UnitError::Unresolved(name)),
                Some(_) => {}
            }
        }
    }

    fn atom(&self, id: usize) -> Result<Atom, UnitError> {
        let entry = &self.entries[id];
        let plain = |dimension, factor, scale| Atom {
            name: entry.name.clone(),
            title: entry.title.clone(),
            symbol: entry.symbols.first().unwrap_or(&entry.name).clone(),
            ucum: entry.ucum.clone(),
            dsi: entry.dsi.first().cloned(),
            dimension,
            factor,
            scale,
        };
        match &entry.definition {
            Definition::Base(base) => {
                let dimension = Dimension::base_named(base)
                    .ok_or_else(|| UnitError::UnknownDimension(base.clone()))?;
                Ok(plain(dimension, Factor::ONE, Scale::Linear))
            }
            Definition::Logarithmic(formula) => Ok(plain(
                Dimension::ONE,
                Factor::ONE,
                Scale::Logarithmic(formula.clone()),
            )),
            Definition::Calendar => {
                let time = Dimension::base_named("time")
                    .ok_or_else(|| UnitError::UnknownDimension("time".to_string()))?;
                Ok(plain(time, Factor::ONE, Scale::Calendar))
            }
            Definition::Equals {
                factor,
                unit,
                offset,
            } => {
                let made_of = self.parse(unit, None)?;
                let factor = made_of
                    .factor()
                    .times(*factor)
                    .ok_or_else(|| UnitError::OutOfRange(entry.name.clone()))?;
                let scale = offset
                    .as_ref()
                    .map_or(Scale::Linear, |offset| Scale::Affine {
                        offset: offset.clone(),
                    });
                Ok(plain(made_of.dimension(), factor, scale))
            }
        }
    }

    /// The unit that `text` writes; where a symbol has several meanings, the one of the `expected` dimension.
    ///
    /// The dimension of the answer need not be the expected one: the caller knows best how to report that.
    ///
    /// # Errors
    /// An unknown unit (with suggestions), a look-alike character, a root, an ambiguous `a/b·c`, and the like.
    pub fn parse(&self, text: &str, expected: Option<&Dimension>) -> Result<Unit, UnitError> {
        parse::expression(self, Spelling::Written, text, expected)
            .map_err(|error| self.suggesting(error))
    }

    /// Whether `text` writes a unit. The answer costs no more for what is none, while [`Library::parse`] then looks for what was meant.
    pub fn recognises(&self, text: &str) -> bool {
        parse::expression(self, Spelling::Written, text, None).is_ok()
    }

    fn suggesting(&self, error: UnitError) -> UnitError {
        match error {
            UnitError::Unknown { word, .. } => UnitError::Unknown {
                suggestions: parse::suggestions(self, &word),
                word,
            },
            other => other,
        }
    }

    /// The unit that a UCUM expression writes.
    ///
    /// # Errors
    /// As [`Library::parse`].
    pub fn parse_ucum(&self, text: &str) -> Result<Unit, UnitError> {
        parse::expression(self, Spelling::Ucum, text, None).map_err(|error| self.suggesting(error))
    }

    /// The declared units, in order.
    pub fn entries(&self) -> &[UnitEntry] {
        &self.entries
    }

    /// The dimension with a name in either language (`mass`, `质量`, `mass-fraction`).
    pub fn dimension_named(&self, name: &str) -> Option<Dimension> {
        self.kind(name).map(|(_, dimension)| *dimension)
    }

    /// The kind of quantity of that name in either language.
    pub fn dimension_entry(&self, name: &str) -> Option<&DimensionEntry> {
        self.kind(name).map(|(entry, _)| entry)
    }

    fn kind(&self, name: &str) -> Option<&(DimensionEntry, Dimension)> {
        let named = |entry: &DimensionEntry| {
            entry.name == name || entry.title.zh == name || entry.title.en == name
        };
        self.dimensions.iter().find(|(entry, _)| named(entry))
    }

    /// The declared names of dimensions, in order.
    pub fn dimensions(&self) -> impl Iterator<Item = &DimensionEntry> {
        self.dimensions.iter().map(|(entry, _)| entry)
    }

    /// The name of a dimension for a person: a declared name, else the expansion in base units.
    pub fn dimension_title(&self, dimension: &Dimension) -> Text {
        match self.dimensions.iter().find(|(_, known)| known == dimension) {
            Some((entry, _)) => entry.title.clone(),
            None => dimension.base_name(),
        }
    }

    /// Every way to understand one unit word, the most natural first: without prefix before with, usual before special.
    pub(super) fn readings(
        &self,
        spelling: Spelling,
        word: &str,
    ) -> Result<Vec<Reading>, UnitError> {
        let mut found = Vec::new();
        let mut exact: Vec<usize> = self
            .exact(spelling, word)
            .iter()
            .map(|(_, id)| *id)
            .collect();
        exact.dedup();
        for id in exact {
            found.push(self.reading(id, None)?);
        }
        for (prefix, id) in self.prefixed(spelling, word) {
            found.push(self.reading(id, Some(prefix))?);
        }
        found.sort_by_key(|reading| reading.only_expected);
        Ok(found)
    }

    fn reading(&self, id: usize, prefix: Option<&'static Prefix>) -> Result<Reading, UnitError> {
        let entry = &self.entries[id];
        let atom = self.atoms[id]
            .clone()
            .ok_or_else(|| UnitError::Unresolved(entry.name.clone()))?;
        Ok(Reading {
            prefix,
            atom,
            only_expected: entry.only_expected,
        })
    }

    fn exact(&self, spelling: Spelling, word: &str) -> Vec<(Script, usize)> {
        let single =
            |id: Option<&usize>| id.map(|id| vec![(Script::Symbol, *id)]).unwrap_or_default();
        match spelling {
            Spelling::Written => self.written.get(word).cloned().unwrap_or_default(),
            Spelling::Ucum => single(self.ucum.get(word)),
            Spelling::Dsi => single(self.dsi.get(word)),
        }
    }

    fn prefixed(&self, spelling: Spelling, word: &str) -> Vec<(&'static Prefix, usize)> {
        let mut found = Vec::new();
        for prefix in super::prefix::every() {
            let spellings: &[(Script, &str)] = match spelling {
                Spelling::Written => &[
                    (Script::Symbol, prefix.symbol),
                    // The u of UCUM is what people type who have no µ.
                    (
                        Script::Symbol,
                        if prefix.ucum == prefix.symbol {
                            ""
                        } else {
                            prefix.ucum
                        },
                    ),
                    (Script::Chinese, prefix.zh),
                    (Script::English, prefix.dsi),
                ],
                Spelling::Ucum => &[(Script::Symbol, prefix.ucum)],
                Spelling::Dsi => &[(Script::Symbol, prefix.dsi)],
            };
            for (script, spelled) in spellings {
                // The first byte settles nearly all of the hundred spellings, without a call.
                if spelled.as_bytes().first() != word.as_bytes().first() {
                    continue;
                }
                let Some(rest) = word.strip_prefix(spelled).filter(|_| !spelled.is_empty()) else {
                    continue;
                };
                let holders = self.exact(spelling, rest);
                let fitting = holders.into_iter().filter(|(theirs, id)| {
                    theirs == script && self.entries[*id].prefixes.allows(prefix)
                });
                found.extend(fitting.map(|(_, id)| (prefix, id)));
            }
        }
        found
    }

    /// Every spelling without prefix, every symbol and English name with, for suggestions.
    pub(super) fn spellings(&self) -> Vec<String> {
        let mut out: Vec<String> = self.written.keys().cloned().collect();
        for entry in &self.entries {
            for prefix in entry.prefixes.allowed() {
                out.extend(
                    entry
                        .symbols
                        .first()
                        .map(|symbol| format!("{}{symbol}", prefix.symbol)),
                );
                out.push(format!("{}{}", prefix.dsi, entry.name));
            }
        }
        out
    }
}

fn claim(table: &mut BTreeMap<String, usize>, word: &str, id: usize) -> Result<(), UnitError> {
    match table.insert(word.to_string(), id) {
        None => Ok(()),
        Some(_) => Err(UnitError::Duplicate(word.to_string())),
    }
}

/// The script of an alias: Chinese names take Chinese prefixes, English words (liter, meter) English ones.
fn script(word: &str) -> Script {
    if word.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)) {
        Script::Chinese
    } else if word.len() > 3 && word.bytes().all(|b| b.is_ascii_lowercase()) {
        Script::English
    } else {
        Script::Symbol
    }
}
