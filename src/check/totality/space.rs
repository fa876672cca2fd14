//! The variables of a set of rules: what they range over, and how they are told to people.

use std::collections::{BTreeMap, BTreeSet};

use num_traits::{One, Zero};

use super::exact::{Exact, meant, nearest, shown};
use super::formula::Formula;
use super::linear::{Atom, Linear, Model, Relation, Variable};
use crate::condition::Term;

/// Uncertainties: always positive.
const POSITIVE: [&str; 5] = ["U", "u", "U_ref", "u_ref", "U_D"];
/// Quantities in the measurand's unit; everything else a rule may name is a number.
const DIMENSIONAL: [&str; 6] = ["D", "U", "u", "U_ref", "u_ref", "U_D"];
/// The difference and its multiples by positive numbers: they are zero together and have one sign.
const SIGNED: [&str; 5] = ["D", "En", "z", "zeta", "z-prime"];

/// The unit in which quantities are shown, and its size in the coherent SI unit.
#[derive(Debug, Clone)]
pub(super) struct ShownUnit {
    pub symbol: String,
    pub size: Exact,
}

impl ShownUnit {
    pub fn one() -> ShownUnit {
        ShownUnit {
            symbol: String::new(),
            size: Exact::one(),
        }
    }
}

/// What a variable stands for.
#[derive(Debug, Clone, PartialEq)]
enum Kind {
    /// A name of the language.
    Named(String),
    /// The absolute value of a name that the rules use in no other way.
    Absolute(String),
    /// A part that is beyond linear arithmetic: any number, or none below zero.
    Opaque { text: String, nonnegative: bool },
}

/// The variables of a set of rules.
#[derive(Debug)]
pub(super) struct Space {
    kinds: Vec<Kind>,
    /// Names that stand outside of an absolute value somewhere.
    bare: BTreeSet<String>,
    unit: ShownUnit,
    /// Whether a part speaks of the verdicts of points, whose values the names do not determine.
    judging: bool,
}

impl Space {
    /// The space of these conditions.
    pub fn of(terms: &[&Term], unit: ShownUnit) -> Space {
        let mut bare = BTreeSet::new();
        terms.iter().for_each(|term| bare_names(term, &mut bare));
        Space {
            kinds: Vec::new(),
            bare,
            unit,
            judging: false,
        }
    }

    /// A name as a form.
    pub fn name(&mut self, name: &str) -> Linear {
        let variable = self.index(Kind::Named(name.to_owned()));
        Linear::variable(variable, self.size(name))
    }

    /// The absolute value of a name as a form, if the name cannot be negative or is used in no other way.
    pub fn absolute(&mut self, name: &str) -> Option<Linear> {
        if POSITIVE.contains(&name) {
            return Some(self.name(name));
        }
        if self.bare.contains(name) {
            return None;
        }
        let variable = self.index(Kind::Absolute(name.to_owned()));
        Some(Linear::variable(variable, self.size(name)))
    }

    /// Any number at all (or none below zero) in the place of a part that is not linear; the same part is the same number.
    pub fn opaque(&mut self, term: &Term, nonnegative: bool) -> Linear {
        self.judging |= matches!(term, Term::Quantified(..));
        let text = term.to_string();
        let variable = self.index(Kind::Opaque { text, nonnegative });
        Linear::variable(variable, Exact::one())
    }

    fn index(&mut self, kind: Kind) -> Variable {
        match self.kinds.iter().position(|known| *known == kind) {
            Some(index) => index,
            None => {
                self.kinds.push(kind);
                self.kinds.len() - 1
            }
        }
    }

    fn size(&self, name: &str) -> Exact {
        if DIMENSIONAL.contains(&name) {
            self.unit.size.clone()
        } else {
            Exact::one()
        }
    }

    /// Whether a form is above zero wherever its variables are.
    pub fn is_positive(&self, form: &Linear) -> bool {
        let positive = |variable: &Variable| matches!(self.kinds.get(*variable), Some(Kind::Named(name)) if POSITIVE.contains(&name.as_str()));
        let zero = Exact::zero();
        let weights = form.weights();
        (form.offset() > &zero || form.offset() == &zero && !weights.is_empty())
            && weights.iter().all(|(v, w)| *w > zero && positive(v))
    }

    /// The only variable, if there is but one.
    pub fn single(&self) -> Option<Variable> {
        (self.kinds.len() == 1).then_some(0)
    }

    /// The parts that are beyond linear arithmetic, without those that are parts of another.
    pub fn opaque_parts(&self) -> Vec<String> {
        let all: Vec<&String> = (self.kinds.iter())
            .filter_map(|kind| match kind {
                Kind::Opaque { text, .. } => Some(text),
                _ => None,
            })
            .collect();
        (all.iter())
            .filter(|part| {
                !all.iter()
                    .any(|other| other != *part && other.contains(part.as_str()))
            })
            .map(|part| (*part).clone())
            .collect()
    }

    /// Whether the values of the names decide every condition.
    pub fn is_determined(&self) -> bool {
        !self.judging
    }

    /// What holds of the variables whatever the rules are.
    pub fn domain(&self) -> Formula {
        let mut parts = Vec::new();
        for (variable, kind) in self.kinds.iter().enumerate() {
            let below = Linear::variable(variable, -Exact::one());
            let relation = match kind {
                Kind::Named(name) if POSITIVE.contains(&name.as_str()) => Relation::Less,
                Kind::Absolute(_)
                | Kind::Opaque {
                    nonnegative: true, ..
                } => Relation::AtMost,
                _ => continue,
            };
            parts.push(Formula::Atom(Atom::new(below, relation)));
        }
        let signed: Vec<(Variable, bool)> = (self.kinds.iter().enumerate())
            .filter_map(|(variable, kind)| match kind {
                Kind::Named(name) if SIGNED.contains(&name.as_str()) => Some((variable, false)),
                Kind::Absolute(_) => Some((variable, true)),
                _ => None,
            })
            .collect();
        if signed.len() > 1 {
            parts.push(one_sign(&signed));
        }
        Formula::All(parts)
    }

    /// The values of the names in SI, for working the conditions out.
    pub fn facts(&self, model: &Model) -> BTreeMap<String, f64> {
        let mut values = BTreeMap::new();
        for (variable, kind) in self.kinds.iter().enumerate() {
            if let Kind::Named(name) | Kind::Absolute(name) = kind {
                let value = model.get(&variable).cloned().unwrap_or_else(Exact::zero);
                values.insert(name.clone(), nearest(&(value * self.size(name))));
            }
        }
        values
    }

    /// The values of the names as people read them: `|En| = 1`, `U = 0.5 mg`.
    pub fn told(&self, model: &Model) -> Vec<String> {
        let mut told = Vec::new();
        for variable in 0..self.kinds.len() {
            if let Some(label) = self.label(variable) {
                let value = model.get(&variable).cloned().unwrap_or_else(Exact::zero);
                told.push(format!("{label} = {}", self.amount(variable, &value)));
            }
        }
        told
    }

    /// The name of a variable; none for a part beyond linear arithmetic.
    pub fn label(&self, variable: Variable) -> Option<String> {
        match self.kinds.get(variable)? {
            Kind::Named(name) => Some(name.clone()),
            Kind::Absolute(name) => Some(format!("|{name}|")),
            Kind::Opaque { .. } => None,
        }
    }

    /// A value of a variable with its unit.
    pub fn amount(&self, variable: Variable, value: &Exact) -> String {
        let number = shown(value);
        match self.kinds.get(variable) {
            Some(Kind::Named(name) | Kind::Absolute(name))
                if DIMENSIONAL.contains(&name.as_str()) && !self.unit.symbol.is_empty() =>
            {
                format!("{number} {}", self.unit.symbol)
            }
            _ => number,
        }
    }

    /// Round values of all names (those in `model` first) that may be tried where the proof gives no answer.
    pub fn trials(&self, model: &Model) -> Vec<Model> {
        const MOST: usize = 4;
        let named: Vec<Variable> = (0..self.kinds.len())
            .filter(|variable| self.label(*variable).is_some())
            .collect();
        let mut trials = vec![model.clone()];
        if named.len() > MOST {
            return trials;
        }
        let sizes: Vec<Exact> = [1.0, 0.5, 1.2, 2.0, 3.0, 10.0, 0.1, -1.0, -3.0]
            .into_iter()
            .filter_map(meant)
            .collect();
        let mut grid = vec![Model::new()];
        for variable in named {
            let negative = matches!(&self.kinds[variable], Kind::Named(name) if !POSITIVE.contains(&name.as_str()));
            grid = (grid.iter())
                .flat_map(|partial| {
                    sizes
                        .iter()
                        .filter(move |size| negative || **size > Exact::zero())
                        .map(move |size| {
                            let mut next = partial.clone();
                            next.insert(variable, size.clone());
                            next
                        })
                })
                .collect();
        }
        // Scores and the difference have one sign; the trials must not contradict that.
        let domain = self.domain();
        trials.extend(grid.into_iter().filter(|trial| domain.holds(trial)));
        trials
    }
}

/// All zero, all positive or (where none is an absolute value) all negative.
fn one_sign(signed: &[(Variable, bool)]) -> Formula {
    let all = |sign: i8| {
        Formula::All(
            (signed.iter())
                .map(|(variable, absolute)| {
                    let (weight, relation) = match (sign, absolute) {
                        (0, _) => (Exact::one(), Relation::Equal),
                        (-1, false) => (Exact::one(), Relation::Less),
                        _ => (-Exact::one(), Relation::Less),
                    };
                    Formula::Atom(Atom::new(Linear::variable(*variable, weight), relation))
                })
                .collect(),
        )
    };
    Formula::Any(vec![all(1), all(0), all(-1)])
}

/// Names that stand outside of `|name|` somewhere.
fn bare_names(term: &Term, found: &mut BTreeSet<String>) {
    match term {
        Term::Variable(name) => {
            found.insert(name.clone());
        }
        Term::Absolute(inner) if matches!(**inner, Term::Variable(_)) => {}
        Term::Absolute(inner) | Term::Negative(inner) | Term::Not(inner) => {
            bare_names(inner, found);
        }
        Term::Binary(_, left, right) => {
            bare_names(left, found);
            bare_names(right, found);
        }
        Term::Call(_, arguments) => arguments.iter().for_each(|a| bare_names(a, found)),
        // Facts of a protocol stand in policies only; no verdict rests on them.
        Term::Number(..)
        | Term::Quantified(..)
        | Term::Holds(_)
        | Term::Has(_)
        | Term::Is(..)
        | Term::Lasts(..) => {}
    }
}
