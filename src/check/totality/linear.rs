//! Systems of linear inequalities over the reals, decided exactly by Fourier–Motzkin elimination (Schrijver, Theory of Linear and
//! Integer Programming, 1986, § 12.2), with a solution of round numbers when there is one.

use std::collections::BTreeMap;

use num_traits::{One, Signed, Zero};

use super::exact::{End, Exact, Interval};

/// Index of a variable.
pub(super) type Variable = usize;
/// A value for each variable.
pub(super) type Model = BTreeMap<Variable, Exact>;

/// The problem grew beyond what is worth computing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct TooLarge;

/// Inequalities beyond this number are not eliminated any further.
const MOST_INEQUALITIES: usize = 600;

/// A weighted sum of variables and a number.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Linear {
    weights: BTreeMap<Variable, Exact>,
    constant: Exact,
}

impl Linear {
    pub fn constant(constant: Exact) -> Linear {
        Linear {
            weights: BTreeMap::new(),
            constant,
        }
    }

    /// A variable times a number.
    pub fn variable(variable: Variable, weight: Exact) -> Linear {
        let mut weights = BTreeMap::new();
        if !weight.is_zero() {
            weights.insert(variable, weight);
        }
        Linear {
            weights,
            constant: Exact::zero(),
        }
    }

    pub fn plus(&self, other: &Linear) -> Linear {
        let mut sum = self.clone();
        for (variable, weight) in &other.weights {
            let entry = sum.weights.entry(*variable).or_insert_with(Exact::zero);
            *entry += weight;
            if entry.is_zero() {
                sum.weights.remove(variable);
            }
        }
        sum.constant += &other.constant;
        sum
    }

    pub fn minus(&self, other: &Linear) -> Linear {
        self.plus(&other.times(&-Exact::one()))
    }

    pub fn times(&self, factor: &Exact) -> Linear {
        if factor.is_zero() {
            return Linear::constant(Exact::zero());
        }
        Linear {
            weights: (self.weights.iter())
                .map(|(variable, weight)| (*variable, weight * factor))
                .collect(),
            constant: &self.constant * factor,
        }
    }

    /// The number, if no variable is left.
    pub fn number(&self) -> Option<&Exact> {
        self.weights.is_empty().then_some(&self.constant)
    }

    pub fn weights(&self) -> &BTreeMap<Variable, Exact> {
        &self.weights
    }

    /// The value where all variables are zero.
    pub fn offset(&self) -> &Exact {
        &self.constant
    }

    pub fn at(&self, model: &Model) -> Exact {
        let mut value = self.constant.clone();
        for (variable, weight) in &self.weights {
            if let Some(x) = model.get(variable) {
                value += weight * x;
            }
        }
        value
    }

    /// The form with `variable` replaced.
    fn with(&self, variable: Variable, by: &Linear) -> Linear {
        match self.weights.get(&variable) {
            None => self.clone(),
            Some(weight) => {
                let mut rest = self.clone();
                rest.weights.remove(&variable);
                rest.plus(&by.times(weight))
            }
        }
    }
}

/// How a form stands to zero.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Relation {
    Less,
    AtMost,
    Equal,
}

/// `form < 0`, `form <= 0` or `form = 0`.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Atom {
    pub form: Linear,
    pub relation: Relation,
}

impl Atom {
    pub fn new(form: Linear, relation: Relation) -> Atom {
        Atom { form, relation }
    }

    pub fn holds(&self, model: &Model) -> bool {
        self.relation.of(&self.form.at(model))
    }
}

impl Relation {
    fn of(self, value: &Exact) -> bool {
        match self {
            Relation::Less => value.is_negative(),
            Relation::AtMost => !value.is_positive(),
            Relation::Equal => value.is_zero(),
        }
    }
}

/// A variable that was eliminated: what it equals, or the atoms that bound it.
enum Step {
    Equals(Variable, Linear),
    Bounded(Variable, Vec<Atom>),
}

/// A solution of all atoms, none if there is none.
///
/// # Errors
/// The system grows too large.
pub(super) fn solution(atoms: &[Atom]) -> Result<Option<Model>, TooLarge> {
    let mut left: Vec<Atom> = Vec::new();
    if !add(&mut left, atoms.iter().cloned()) {
        return Ok(None);
    }
    let mut steps = Vec::new();
    while let Some(variable) = cheapest(&left) {
        if left.len() > MOST_INEQUALITIES {
            return Err(TooLarge);
        }
        let (about, others): (Vec<Atom>, Vec<Atom>) = left
            .into_iter()
            .partition(|atom| atom.form.weights.contains_key(&variable));
        left = others;
        let equation = about.iter().find(|atom| atom.relation == Relation::Equal);
        let combined = match equation {
            Some(equation) => {
                let value = solved_for(variable, &equation.form);
                let replaced: Vec<Atom> = (about.iter())
                    .map(|atom| Atom::new(atom.form.with(variable, &value), atom.relation))
                    .collect();
                steps.push(Step::Equals(variable, value));
                replaced
            }
            None => {
                let combined = combinations(variable, &about);
                steps.push(Step::Bounded(variable, about));
                combined
            }
        };
        if !add(&mut left, combined) {
            return Ok(None);
        }
    }
    Ok(Some(backwards(steps)))
}

/// Adds atoms, leaving out those that always hold and repetitions; false when one never holds.
fn add(atoms: &mut Vec<Atom>, more: impl IntoIterator<Item = Atom>) -> bool {
    for atom in more {
        match atom.form.number() {
            Some(number) if atom.relation.of(number) => {}
            Some(_) => return false,
            None if atoms.contains(&atom) => {}
            None => atoms.push(atom),
        }
    }
    true
}

/// The variable whose elimination makes the fewest inequalities: one with an equation if any.
fn cheapest(atoms: &[Atom]) -> Option<Variable> {
    let mut counts: BTreeMap<Variable, (bool, usize, usize)> = BTreeMap::new();
    for atom in atoms {
        for (variable, weight) in &atom.form.weights {
            let (equation, below, above) = counts.entry(*variable).or_default();
            *equation |= atom.relation == Relation::Equal;
            *(if weight.is_positive() { above } else { below }) += 1;
        }
    }
    counts
        .into_iter()
        .min_by_key(|(_, (equation, below, above))| if *equation { 0 } else { 1 + below * above })
        .map(|(variable, _)| variable)
}

/// What a variable equals when the form is zero.
fn solved_for(variable: Variable, form: &Linear) -> Linear {
    let weight = form
        .weights
        .get(&variable)
        .cloned()
        .unwrap_or_else(Exact::one);
    let mut rest = form.clone();
    rest.weights.remove(&variable);
    rest.times(&(-weight.recip()))
}

/// Every lower bound of the variable against every upper bound.
fn combinations(variable: Variable, about: &[Atom]) -> Vec<Atom> {
    let weight = |atom: &Atom| atom.form.weights.get(&variable).cloned();
    let (upper, lower): (Vec<_>, Vec<_>) = about
        .iter()
        .filter_map(|atom| weight(atom).map(|weight| (atom, weight)))
        .partition(|(_, weight)| weight.is_positive());
    let mut combined = Vec::new();
    for (low, of_low) in &lower {
        for (high, of_high) in &upper {
            let form = (low.form.times(of_high)).plus(&high.form.times(&-of_low));
            let strict = [low, high]
                .iter()
                .any(|atom| atom.relation == Relation::Less);
            let relation = if strict {
                Relation::Less
            } else {
                Relation::AtMost
            };
            combined.push(Atom::new(form, relation));
        }
    }
    combined
}

fn backwards(steps: Vec<Step>) -> Model {
    let mut model = Model::new();
    for step in steps.into_iter().rev() {
        match step {
            Step::Equals(variable, form) => {
                // A variable that nothing else bounds may be anything.
                for free in form.weights.keys() {
                    model.entry(*free).or_insert_with(Exact::one);
                }
                let value = form.at(&model);
                model.insert(variable, value);
            }
            Step::Bounded(variable, atoms) => {
                for atom in &atoms {
                    for free in atom.form.weights.keys().filter(|v| **v != variable) {
                        model.entry(*free).or_insert_with(Exact::one);
                    }
                }
                let value = range(variable, &atoms, &model).round_number();
                model.insert(variable, value);
            }
        }
    }
    model
}

/// Where atoms (no equations) allow a variable to lie when all others are known.
pub(super) fn range(variable: Variable, atoms: &[Atom], model: &Model) -> Interval {
    let mut interval = Interval::default();
    for atom in atoms {
        let Some(weight) = atom.form.weights.get(&variable) else {
            continue;
        };
        let end = End {
            at: solved_for(variable, &atom.form).at(model),
            closed: atom.relation == Relation::AtMost,
        };
        let tighter = |old: &End, new: &End, low: bool| {
            new.at == old.at && !new.closed || new.at != old.at && (new.at > old.at) == low
        };
        let low = weight.is_negative();
        let slot = if low {
            &mut interval.low
        } else {
            &mut interval.high
        };
        if slot.as_ref().is_none_or(|old| tighter(old, &end, low)) {
            *slot = Some(end);
        }
    }
    interval
}
