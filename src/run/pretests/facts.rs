//! What the criterion of a test before dispatch may speak of.

use std::collections::BTreeMap;

use crate::condition::{Domain, Facts, Term};

/// Numbers by the names of the language, lengths in the measurand's unit.
pub(super) struct Known {
    lengths: BTreeMap<&'static str, f64>,
    pure: BTreeMap<&'static str, f64>,
    /// Factor from the measurand's unit to coherent SI units, in which conditions are stated.
    factor: f64,
}

impl Known {
    pub fn new(factor: f64) -> Known {
        Known {
            lengths: BTreeMap::new(),
            pure: BTreeMap::new(),
            factor,
        }
    }

    pub fn length(&mut self, name: &'static str, value: Option<f64>) {
        self.lengths.extend(value.map(|value| (name, value)));
    }

    pub fn pure(&mut self, name: &'static str, value: f64) {
        self.pure.insert(name, value);
    }

    /// A standard uncertainty under its name and its double, the expanded one, under the other.
    pub fn both(&mut self, standard: &'static str, expanded: &'static str, u: Option<f64>) {
        self.length(standard, u);
        self.length(expanded, u.map(|u| 2.0 * u));
    }

    /// The first name of a condition that nothing is known of.
    pub fn missing(&self, condition: &Term) -> Option<String> {
        let mut names = std::collections::BTreeSet::new();
        condition.variables(&mut names);
        names.into_iter().find(|name| self.variable(name).is_none())
    }
}

impl Facts for Known {
    fn variable(&self, name: &str) -> Option<f64> {
        let length = self.lengths.get(name).map(|value| value * self.factor);
        length.or_else(|| self.pure.get(name).copied())
    }

    fn verdicts(&self, _domain: Domain) -> Vec<&str> {
        Vec::new()
    }
}
