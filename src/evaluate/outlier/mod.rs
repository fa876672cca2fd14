//! Tests for outlying results and outlying variances.
//!
//! A result found outlying leaves the reference value or the summary statistics only; it is still evaluated.

mod cochran;
mod dixon;
mod grubbs;

pub use cochran::{Cochran, cochran, cochran_critical, cochran_lower_critical};
pub use dixon::{Dixon, dixon, dixon_critical};
pub use grubbs::{
    GrubbsPair, GrubbsStep, Sides, grubbs, grubbs_critical, grubbs_pair, grubbs_pair_critical,
    largest_standardised_deviation,
};

use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::evaluate::sample::{Frame, Sample, check_count, check_finite, check_positive};
use crate::numeric::stream::blocks;
use crate::numeric::sum::{mean, median, standard_deviation};

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

/// 1/Φ⁻¹(3/4), which makes the median absolute deviation estimate the standard deviation of normal results.
const MAD_FACTOR: f64 = 1.482_602_218_505_602;

/// Refuses a level of significance outside (0, 1).
pub(crate) fn check_level(alpha: f64) -> Result<(), Inapplicable> {
    if alpha > 0.0 && alpha < 1.0 {
        return Ok(());
    }
    Err(Inapplicable::new(
        "significance",
        format!("显著性水平为 {alpha}；应在 0 与 1 之间，如 0.05"),
        format!(
            "the level of significance is {alpha}; it should lie between 0 and 1, such as 0.05"
        ),
    ))
}

/// Seed and size of the simulation of critical values without closed form: always the same, so that a protocol gives the same
/// verdict everywhere.
const SEED: u64 = 5725;
const SAMPLES: usize = 200_000;
const SAMPLES_IN_BLOCK: usize = 2_000;

/// The quantile `p` of a statistic of `n` sorted standard normal results, which may give several exchangeable values.
fn monte_carlo_quantile(n: usize, p: f64, statistic: impl Fn(&[f64], &mut Vec<f64>) + Sync) -> f64 {
    let mut values: Vec<f64> = blocks(SEED, 0, SAMPLES / SAMPLES_IN_BLOCK, |stream| {
        let mut out = Vec::new();
        let mut sample = vec![0.0; n];
        for _ in 0..SAMPLES_IN_BLOCK {
            sample.iter_mut().for_each(|x| *x = stream.normal());
            sample.sort_by(f64::total_cmp);
            statistic(&sample, &mut out);
        }
        out
    })
    .concat();
    values.sort_by(f64::total_cmp);
    let place = p * (values.len() as f64 - 1.0);
    let low = place.floor();
    let at = |i: f64| values.get(i as usize).copied().unwrap_or(f64::NAN);
    at(low) + (place - low) * (at(place.ceil()) - at(low))
}

/// Which results lie farther than `limit` scaled median absolute deviations from the median; 2.5 is the rule of the CCEM for
/// radio-frequency comparisons. Source: J. Randa, document GT-RF/2005-04 of the CCEM working group on radio-frequency quantities.
///
/// Returns the median, S(MAD) = 1.4826 MAD and one flag for each result. S(MAD) is 0 when more than half of the results are equal;
/// every other result is then an outlier.
pub fn mad_rule(values: &[f64], limit: f64) -> Result<(f64, f64, Vec<bool>), Inapplicable> {
    check_finite(values)?;
    check_count(values.len(), 3)?;
    check_positive("限值", "limit", limit)?;
    let (frame, scaled) = Frame::of(values);
    let distances: Vec<f64> = scaled.iter().map(|v| v.abs()).collect();
    let scale = MAD_FACTOR * median(&distances);
    let flags = distances.iter().map(|d| *d > limit * scale).collect();
    Ok((frame.centre, frame.unit * scale, flags))
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
        crate::evaluate::method::Field::Flags(removed.iter().map(|r| !r).collect()),
    ));
    out.number("kept.mean", mean(&kept));
    out.number("kept.s", standard_deviation(&kept));
}

fn compute_grubbs(data: &Data) -> Result<Quantities, Inapplicable> {
    let sample = Sample::read(data)?;
    let steps = grubbs(
        &sample.value,
        data.number_or("alpha", 0.05),
        Sides::read(data)?,
    )?;
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
    let critical = grubbs_pair_critical(
        sample.value.len(),
        data.number_or("alpha", 0.05),
        Sides::read(data)?,
    )?;
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
    let critical = dixon_critical(
        sample.value.len(),
        data.number_or("alpha", 0.05),
        Sides::read(data)?,
    )?;
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
    let table = ["variances", "cells", "labs", "data"]
        .into_iter()
        .find(|name| data.tables.contains_key(*name));
    let table = table.unwrap_or("labs");
    let variances = match data.numbers(table, "variance") {
        Ok(variances) => variances,
        Err(absent) => {
            let s = data.numbers(table, "s").map_err(|_| absent)?;
            s.iter().map(|s| s * s).collect()
        }
    };
    let dof = data.number_or("dof", data.number_or("replicates", 2.0) - 1.0);
    let test = cochran(&variances, dof, data.number_or("alpha", 0.05))?;
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
    let (centre, scale, removed) = mad_rule(&sample.value, data.number_or("limit", 2.5))?;
    let mut out = Quantities::default();
    out.number("median", centre);
    out.number("S_MAD", scale);
    report_removed(&mut out, &sample, &removed);
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::method::Field;
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
        let (centre, scale, flags) = mad_rule(&[1.0, 2.0, 3.0, 4.0, 6.8], 2.5).unwrap();
        assert_eq!(centre, 3.0);
        assert!((scale - MAD_FACTOR).abs() < 1e-15);
        assert_eq!(flags, [false, false, false, false, true]);
    }

    #[test]
    fn an_unknown_side_or_table_is_refused() {
        let data = from_toml("[data]\nvalues = [1, 2, 3]\n[options]\nsided = 'three'\n").unwrap();
        assert_eq!(compute_grubbs(&data).unwrap_err().kind, "unknown-choice");
        assert_eq!(compute_cochran(&data).unwrap_err().kind, "missing-column");
    }
}
