//! Boolean combinations of linear atoms, and the search for values that make one true.

use super::linear::{Atom, Model, TooLarge, solution};

/// Branches beyond this number are not followed.
const MOST_BRANCHES: usize = 4_000;

/// A combination of atoms; negation has been driven into the atoms.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Formula {
    Atom(Atom),
    All(Vec<Formula>),
    Any(Vec<Formula>),
}

impl Formula {
    pub fn holds(&self, model: &Model) -> bool {
        match self {
            Formula::Atom(atom) => atom.holds(model),
            Formula::All(parts) => parts.iter().all(|part| part.holds(model)),
            Formula::Any(parts) => parts.iter().any(|part| part.holds(model)),
        }
    }

    /// All atoms in it.
    pub fn atoms<'a>(&'a self, found: &mut Vec<&'a Atom>) {
        match self {
            Formula::Atom(atom) => found.push(atom),
            Formula::All(parts) | Formula::Any(parts) => {
                parts.iter().for_each(|part| part.atoms(found));
            }
        }
    }
}

/// Values that make all the formulas true; none if there are none.
///
/// # Errors
/// There are too many branches to follow.
pub(super) fn satisfied(formulas: &[&Formula]) -> Result<Option<Model>, TooLarge> {
    let mut search = Search {
        branches: MOST_BRANCHES,
    };
    search.all(Vec::new(), formulas.to_vec(), Vec::new())
}

struct Search {
    branches: usize,
}

impl Search {
    /// Values for the atoms taken, the formulas still to take apart and the choices that were put off.
    fn all<'a>(
        &mut self,
        mut atoms: Vec<Atom>,
        mut formulas: Vec<&'a Formula>,
        mut choices: Vec<&'a [Formula]>,
    ) -> Result<Option<Model>, TooLarge> {
        while let Some(formula) = formulas.pop() {
            match formula {
                Formula::Atom(atom) => atoms.push(atom.clone()),
                Formula::All(parts) => formulas.extend(parts),
                Formula::Any(parts) => choices.push(parts),
            }
        }
        self.branches = self.branches.checked_sub(1).ok_or(TooLarge)?;
        let Some(model) = solution(&atoms)? else {
            return Ok(None);
        };
        // A choice that the values at hold anyway is looked at again in every branch, because other values may be found there.
        let open = |options: &&[Formula]| !options.iter().any(|option| option.holds(&model));
        let Some((shortest, _)) = (choices.iter().enumerate())
            .filter(|(_, options)| open(options))
            .min_by_key(|(_, options)| options.len())
        else {
            return Ok(Some(model));
        };
        for option in choices.remove(shortest) {
            if let Some(model) = self.all(atoms.clone(), vec![option], choices.clone())? {
                return Ok(Some(model));
            }
        }
        Ok(None)
    }
}
