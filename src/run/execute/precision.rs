//! The precision experiment of a point, on the single readings as they were submitted.

use super::super::outcome::{CellOutcome, PrecisionOutcome, Tested};
use super::PointRun;
use crate::evaluate::method::{Field, Inapplicable, Quantities};
use crate::evaluate::precision::{Cell, at_one_level};
use crate::plan::Step;

impl PointRun {
    /// Forms it of the laboratories with readings; those without are named.
    pub(super) fn precision(&mut self, step: &Step) -> Result<(), Inapplicable> {
        let (with, without): (Vec<_>, Vec<_>) = (self.labs.lab.iter().zip(&self.readings))
            .partition(|(_, readings)| !readings.is_empty());
        let lab: Vec<String> = with.iter().map(|(lab, _)| (*lab).clone()).collect();
        let cells: Vec<Cell> = with
            .iter()
            .map(|(_, readings)| Cell::of(readings))
            .collect();
        let found = at_one_level(lab.clone(), &cells)?;
        let number = |name: &str| match found.get(name) {
            Some(Field::Number(number)) => Some(*number),
            _ => None,
        };
        let of_all = |name: &str| number(name).unwrap_or(f64::NAN);
        let of_laboratory = |name: &str, row: usize| match found.get(name) {
            Some(Field::Numbers(column)) => column.get(row).copied().filter(|v| v.is_finite()),
            _ => None,
        };
        let laboratories = (lab.into_iter().zip(&cells).enumerate())
            .map(|(row, (laboratory, cell))| CellOutcome {
                laboratory,
                n: cell.n,
                mean: cell.mean,
                s: Some(cell.s).filter(|s| s.is_finite()),
                h: of_laboratory("mandel.h", row),
                k: of_laboratory("mandel.k", row),
            })
            .collect();
        let tested = |statistic: &str, critical: &str| {
            Some(Tested {
                statistic: number(statistic)?,
                critical: pair(&found, critical)?,
            })
        };
        self.outcome.precision = Some(PrecisionOutcome {
            step: step.id.clone(),
            mean: of_all("mean"),
            s_r: of_all("s_r"),
            s_between: of_all("s_L"),
            s_reproducibility: of_all("s_R"),
            repeatability_limit: of_all("repeatability_limit"),
            reproducibility_limit: of_all("reproducibility_limit"),
            laboratories,
            without: without.iter().map(|(lab, _)| (*lab).clone()).collect(),
            h_critical: pair(&found, "mandel.h_critical"),
            k_critical: pair(&found, "mandel.k_critical"),
            cochran: tested("cochran.C", "cochran.critical"),
            grubbs_high: tested("grubbs.G_high", "grubbs.critical"),
            grubbs_low: tested("grubbs.G_low", "grubbs.critical"),
            clause: step.clause.clone(),
        });
        Ok(())
    }
}

/// The values at 5 % and 1 %.
fn pair(found: &Quantities, name: &str) -> Option<[f64; 2]> {
    match found.get(name) {
        Some(Field::Numbers(values)) => values.as_slice().try_into().ok(),
        _ => None,
    }
}
