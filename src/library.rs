//! The methods of evaluation with what the standard library declares of them: title, formula, source, columns, parameters.
//!
//! A method is computed by [`crate::evaluate`] and described in `stdlib/methods/`; here the two meet.

use std::collections::BTreeSet;

use crate::evaluate::method::{Data, Method};
use crate::evaluate::register::methods;
use crate::project;
use crate::schema::Entry;

/// Columns that every table of results may carry: they are other spellings of declared ones (`U` with `k` for `u`, `include` for
/// `in_reference`), or say what a row is.
const ALWAYS_READ: [&str; 8] = [
    "lab",
    "u",
    "U",
    "k",
    "dof",
    "include",
    "in_reference",
    "unit",
];

/// A method and its entry in the standard library.
#[derive(Clone, Copy)]
pub struct Declared {
    /// Full name, such as `std.reference.weighted-mean`.
    pub path: &'static str,
    pub entry: &'static Entry,
    pub method: &'static Method,
}

/// Every method that can be computed, in the order of the register; a test makes sure that each has an entry.
pub fn declared() -> Vec<Declared> {
    methods()
        .into_iter()
        .filter_map(|method| {
            project::standard()
                .items("method")
                .find(|(path, _)| last(path) == method.id)
                .map(|(path, entry)| Declared {
                    path,
                    entry,
                    method,
                })
        })
        .collect()
}

/// The method of that name; the last part of the name is enough.
pub fn find(name: &str) -> Option<Declared> {
    declared().into_iter().find(|d| d.method.id == last(name))
}

/// The name that was probably meant.
pub fn nearest<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    known
        .into_iter()
        .map(|k| (strsim::damerau_levenshtein(k, name), k))
        .min()
        .filter(|(distance, _)| *distance <= 1 + name.chars().count() / 4)
        .map(|(_, k)| k)
}

impl Declared {
    /// Names of the parameters, and of the scalars that the method looks for in the table `options`.
    pub fn parameters(&self) -> Vec<&'static str> {
        let parameters = self
            .entry
            .children("parameter")
            .filter_map(|e| e.name("name"));
        let options = self
            .columns()
            .filter(|(table, _)| *table == "options")
            .map(|(_, name)| name);
        parameters.chain(options).collect()
    }

    /// Columns of the tables of `data` that the method does not read, written `table.column`.
    ///
    /// A mistyped heading (`inreference`) would otherwise change the result without a word.
    pub fn unread(&self, data: &Data) -> Vec<String> {
        let known: BTreeSet<&str> = self
            .columns()
            .map(|(_, name)| name)
            .chain(self.parameters())
            .chain(ALWAYS_READ)
            .collect();
        data.tables
            .iter()
            .flat_map(|(table, fields)| fields.keys().map(move |name| (table, name)))
            .filter(|(_, name)| !known.contains(name.as_str()))
            .map(|(table, name)| format!("{table}.{name}"))
            .collect()
    }

    fn columns(&self) -> impl Iterator<Item = (&'static str, &'static str)> {
        self.entry
            .children("column")
            .filter_map(|e| e.name("name"))
            .filter_map(|name| name.split_once('.'))
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}
