//! Tests for outlying results and outlying variances.
//!
//! A result found outlying leaves the reference value or the summary statistics only; it is still evaluated.

mod cochran;
mod dixon;
mod grubbs;
pub mod named;

pub use cochran::{Cochran, cochran, cochran_critical, cochran_lower_critical};
pub use dixon::{DIXON_MOST, Dixon, dixon, dixon_critical};
pub use grubbs::{
    GrubbsPair, GrubbsStep, Sides, grubbs, grubbs_critical, grubbs_pair, grubbs_pair_critical,
    largest_standardised_deviation,
};

use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities};
use crate::evaluate::reference::{MAD_TO_SD, mad_outliers};
use crate::evaluate::sample::{Sample, alpha, table_name};
use crate::numeric::stream::blocks;
use crate::numeric::sum::{mean, median, quantile_of_sorted, standard_deviation};

pub const METHODS: &[Method] = &[
    Method {
        id: "grubbs",
        compute: compute_grubbs,
    },
    Method {
        id: "grubbs-pair",
        compute: compute_pair,
    },
    Method {
        id: "dixon",
        compute: compute_dixon,
    },
    Method {
        id: "cochran",
        compute: compute_cochran,
    },
    Method {
        id: "mad-rule",
        compute: compute_mad_rule,
    },
];

/// Seed and size of the simulation of critical values without closed form: always the same, so that a protocol gives the same
/// verdict everywhere.
const SEED: u64 = 5725;
const SAMPLES: usize = 200_000;
const SAMPLES_IN_BLOCK: usize = 2_000;

/// The quantile `p` of a statistic of `n` sorted standard normal results, which is the same for the high and the low end; it
/// gives both.
fn monte_carlo_quantile(n: usize, p: f64, statistic: impl Fn(&[f64]) -> (f64, f64) + Sync) -> f64 {
    let mut values: Vec<f64> = blocks(SEED, 0, SAMPLES / SAMPLES_IN_BLOCK, |stream| {
        let mut out = Vec::with_capacity(2 * SAMPLES_IN_BLOCK);
        let mut sample = vec![0.0; n];
        for _ in 0..SAMPLES_IN_BLOCK {
            sample.iter_mut().for_each(|x| *x = stream.normal());
            sample.sort_by(f64::total_cmp);
            let (high, low) = statistic(&sample);
            out.extend([high, low]);
        }
        out
    })
    .concat();
    values.sort_by(f64::total_cmp);
    quantile_of_sorted(&values, p)
}

/// Gives who was removed, what is left, and the flags `in_reference`.
fn report_removed(out: &mut Quantities, sample: &Sample, removed: &[bool]) {
    let labels = |flag: bool| {
        let chosen = sample.lab.iter().zip(removed).filter(|(_, r)| **r == flag);
        chosen.map(|(lab, _)| lab.clone()).collect()
    };
    let kept: Vec<f64> = sample
        .value
        .iter()
        .zip(removed)
        .filter(|(_, r)| !**r)
        .map(|(v, _)| *v)
        .collect();
    out.words("outliers", labels(true));
    out.words("kept", labels(false));
    out.entries.push((
        "in_reference".to_owned(),
        Field::Flags(removed.iter().map(|r| !r).collect()),
    ));
    out.number("kept.mean", mean(&kept));
    out.number("kept.s", standard_deviation(&kept));
}

fn compute_grubbs(data: &Data) -> Result<Quantities, Inapplicable> {
    let sample = Sample::read(data)?;
    let steps = grubbs(&sample.value, alpha(data)?, Sides::read(data)?)?;
    let mut out = Quantities::default();
    let column = |f: fn(&GrubbsStep) -> f64| steps.iter().map(f).collect::<Vec<f64>>();
    out.words(
        "steps.lab",
        steps.iter().map(|s| sample.lab[s.index].clone()).collect(),
    );
    out.numbers("steps.n", column(|s| s.n as f64));
    out.numbers("steps.value", column(|s| s.value));
    out.numbers("steps.mean", column(|s| s.mean));
    out.numbers("steps.s", column(|s| s.standard_deviation));
    out.numbers("steps.G", column(|s| s.statistic));
    out.numbers("steps.critical", column(|s| s.critical));
    let mut removed = vec![false; sample.value.len()];
    steps
        .iter()
        .filter(|s| s.removed)
        .for_each(|s| removed[s.index] = true);
    report_removed(&mut out, &sample, &removed);
    Ok(out)
}

fn compute_pair(data: &Data) -> Result<Quantities, Inapplicable> {
    let sample = Sample::read(data)?;
    let pair = grubbs_pair(&sample.value)?;
    let critical = grubbs_pair_critical(sample.value.len(), alpha(data)?, Sides::read(data)?)?;
    let mut out = Quantities::default();
    out.number("grubbs.pair_high_ratio", pair.high_ratio);
    out.number("grubbs.pair_low_ratio", pair.low_ratio);
    out.number("grubbs.pair_critical", critical);
    out.flag("high_outlying", pair.high_ratio < critical);
    out.flag("low_outlying", pair.low_ratio < critical);
    Ok(out)
}

fn compute_dixon(data: &Data) -> Result<Quantities, Inapplicable> {
    let sample = Sample::read(data)?;
    let test = dixon(&sample.value)?;
    let critical = dixon_critical(sample.value.len(), alpha(data)?, Sides::read(data)?)?;
    let mut out = Quantities::default();
    out.word("dixon.ratio", test.ratio);
    out.number("dixon.high", test.high);
    out.number("dixon.low", test.low);
    out.number("dixon.critical", critical);
    out.flag("high_outlying", test.high > critical);
    out.flag("low_outlying", test.low > critical);
    Ok(out)
}

fn compute_cochran(data: &Data) -> Result<Quantities, Inapplicable> {
    let table = table_name(data, ["variances", "cells", "labs"]);
    let variances = match data.numbers(table, "variance") {
        Ok(variances) => variances,
        Err(absent) => {
            let s = data.numbers(table, "s").map_err(|_| absent)?;
            s.iter().map(|s| s * s).collect()
        }
    };
    let dof = data.number_or("dof", data.number_or("replicates", 2.0)? - 1.0)?;
    let test = cochran(&variances, dof, alpha(data)?)?;
    let mut out = Quantities::default();
    out.number("cochran.C", test.statistic);
    out.number("cochran.critical", test.critical);
    out.number("cochran.index", test.index as f64 + 1.0);
    out.flag("cochran.outlying", test.outlying);
    out.number("cochran.C_lower", test.lowest);
    out.number("cochran.critical_lower", test.lowest_critical);
    out.number("cochran.index_lower", test.lowest_index as f64 + 1.0);
    out.flag("cochran.too_small", test.too_small);
    Ok(out)
}

fn compute_mad_rule(data: &Data) -> Result<Quantities, Inapplicable> {
    let sample = Sample::read(data)?;
    let n = sample.value.len();
    let labs = Laboratories {
        lab: sample.lab.clone(),
        value: sample.value.clone(),
        u: vec![f64::NAN; n],
        dof: vec![f64::INFINITY; n],
        in_reference: vec![true; n],
    };
    let factor = data.number_or("factor", MAD_TO_SD)?;
    let (scale, rows) = mad_outliers(&labs, data.number_or("limit", 2.5)?, factor)?;
    let mut removed = vec![false; n];
    rows.into_iter().for_each(|row| removed[row] = true);
    let mut out = Quantities::default();
    out.number("median", median(&sample.value));
    out.number("S_MAD", scale);
    report_removed(&mut out, &sample, &removed);
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::{from_csv, from_toml};

    #[test]
    fn grubbs_is_computed_from_a_csv() {
        let data = from_csv("lab,value\nA,2.49\nB,2.50\nC,2.48\nD,2.28\nE,2.47\nF,2.46\nG,2.49\n")
            .unwrap();
        let out = compute_grubbs(&data).unwrap();
        assert_eq!(
            out.get("outliers"),
            Some(&Field::Words(vec!["D".to_owned()]))
        );
        assert_eq!(
            out.get("in_reference"),
            Some(&Field::Flags(vec![
                true, true, true, false, true, true, true
            ]))
        );
    }

    #[test]
    fn the_mad_rule_finds_a_result_beyond_two_and_a_half_scaled_deviations() {
        // Median 3, MAD 1: the limit is 3 ± 3.71.
        let data = from_toml("[data]\nvalues = [1, 2, 3, 4, 6.8]\n").unwrap();
        let out = compute_mad_rule(&data).unwrap();
        assert_eq!(
            out.get("outliers"),
            Some(&Field::Words(vec!["5".to_owned()]))
        );
        let data = from_toml("[data]\nvalues = [1, 2, 3, 4, 6.7]\n").unwrap();
        assert_eq!(
            compute_mad_rule(&data).unwrap().get("outliers"),
            Some(&Field::Words(vec![]))
        );
    }

    #[test]
    fn an_unknown_side_or_table_is_refused() {
        let data = from_toml("[data]\nvalues = [1, 2, 3]\n[options]\nsided = 'three'\n").unwrap();
        assert_eq!(compute_grubbs(&data).unwrap_err().kind, "unknown-choice");
        assert_eq!(compute_cochran(&data).unwrap_err().kind, "missing-column");
    }
}
