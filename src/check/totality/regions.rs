//! Rules that speak of one variable: the line falls into points and open intervals between them, on each of which every condition is
//! either met or not.

use std::collections::BTreeSet;

use num_traits::Zero;

use super::exact::{End, Exact, Interval};
use super::formula::Formula;
use super::linear::{Model, Variable};

/// A part of the line on which the same rules are met.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Region {
    pub interval: Interval,
    /// Indices of the conditions that hold there.
    pub met: BTreeSet<usize>,
}

/// The domain's part of the line as regions from left to right, neighbours with the same rules united.
pub(super) fn regions(variable: Variable, domain: &Formula, conditions: &[Formula]) -> Vec<Region> {
    let mut regions: Vec<Region> = Vec::new();
    let mut last_inside = false;
    for cell in cells(variable, domain, conditions) {
        let model = Model::from([(variable, cell.round_number())]);
        if !domain.holds(&model) {
            last_inside = false;
            continue;
        }
        let met: BTreeSet<usize> = (conditions.iter().enumerate())
            .filter(|(_, condition)| condition.holds(&model))
            .map(|(index, _)| index)
            .collect();
        match regions.last_mut() {
            Some(last) if last_inside && last.met == met => last.interval.high = cell.high,
            _ => regions.push(Region {
                interval: cell,
                met,
            }),
        }
        last_inside = true;
    }
    regions
}

/// Every critical point and every open interval between two of them, from left to right.
fn cells(variable: Variable, domain: &Formula, conditions: &[Formula]) -> Vec<Interval> {
    let mut atoms = Vec::new();
    domain.atoms(&mut atoms);
    conditions.iter().for_each(|c| c.atoms(&mut atoms));
    let points: BTreeSet<Exact> = (atoms.iter())
        .filter_map(|atom| {
            let weight = atom.form.weights().get(&variable)?;
            (!weight.is_zero()).then(|| -(atom.form.offset() / weight))
        })
        .collect();
    let end = |at: &Exact, closed| {
        Some(End {
            at: at.clone(),
            closed,
        })
    };
    let mut cells = Vec::new();
    let mut before: Option<&Exact> = None;
    for point in &points {
        cells.push(Interval {
            low: before.and_then(|at| end(at, false)),
            high: end(point, false),
        });
        cells.push(Interval {
            low: end(point, true),
            high: end(point, true),
        });
        before = Some(point);
    }
    cells.push(Interval {
        low: before.and_then(|at| end(at, false)),
        high: None,
    });
    cells
}
