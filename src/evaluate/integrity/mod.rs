//! Screening for results that agree too well. Every quantity here is evidence with a probability, never a verdict: a shared
//! standard or a common method makes results alike just as copying does.

pub mod digits;
pub mod evidence;
pub mod order;
pub mod replicates;
pub mod screen;

use nalgebra::DMatrix;

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities};
use crate::numeric::sum::{mean, median};
use screen::{Deviations, correlation, correlation_p};

/// The methods of this family.
pub const METHODS: &[Method] = &[
    Method {
        id: "integrity-screen",
        compute: integrity_screen,
    },
    Method {
        id: "circulation-order-effects",
        compute: circulation_order,
    },
    Method {
        id: "dispersion-ratio",
        compute: dispersion,
    },
    Method {
        id: "group-correlation",
        compute: group_correlation,
    },
    replicates::REPLICATES,
];

fn integrity_screen(data: &Data) -> Result<Quantities, Inapplicable> {
    let all = Deviations::read(data)?;
    let significance = columns::option_probability(data, "significance", 0.01)?;
    let k = columns::coverage_factor(data)?;
    let labs = 0..all.lab.len();
    let pairs = all.pairs();
    let mut out = Quantities::default();
    let lab_p: Vec<f64> = labs.clone().map(|i| all.lab_left_tail(i)).collect();
    let pair_p: Vec<f64> = pairs
        .iter()
        .map(|(i, j)| all.pair_left_tail(*i, *j))
        .collect();
    let r: Vec<f64> = pairs
        .iter()
        .map(|(i, j)| correlation(&all.scores(*i), &all.scores(*j)))
        .collect();
    let names: Vec<String> = pairs.iter().map(|pair| all.pair_name(*pair)).collect();
    out.words("lab", all.lab.clone());
    out.numbers("lab.left_tail_p", lab_p.clone());
    out.words("lab.evidence", evidence::words(&lab_p));
    out.numbers(
        "lab.rms_En",
        labs.map(|i| all.rms_normalised(i, k)).collect::<Vec<_>>(),
    );
    out.words("pair", names.clone());
    out.numbers("pair.left_tail_p", pair_p.clone());
    out.words("pair.evidence", evidence::words(&pair_p));
    if all.d.ncols() >= 2 {
        out.numbers(
            "pair.correlation_p",
            r.iter()
                .map(|r| correlation_p(*r, all.d.ncols()))
                .collect::<Vec<_>>(),
        );
        out.numbers("pair.correlation", r);
    }
    let percent = significance * 100.0;
    out.words(
        &format!("flagged_pairs_bonferroni_{percent}pct"),
        flagged(&names, &pair_p, significance),
    );
    out.words(
        &format!("flagged_labs_bonferroni_{percent}pct"),
        flagged(&all.lab, &lab_p, significance),
    );
    record_digits(data, &all, &mut out)?;
    Ok(out)
}

/// Those whose probability times the size of the family lies below `significance`.
fn flagged(names: &[String], p: &[f64], significance: f64) -> Vec<String> {
    names
        .iter()
        .zip(p)
        .filter(|(_, v)| **v * (p.len() as f64) < significance)
        .map(|(name, _)| name.clone())
        .collect()
}

/// Terminal digits and duplicates at the resolution given by option `decimals`, else at the least that serves all values.
fn record_digits(data: &Data, all: &Deviations, out: &mut Quantities) -> Result<(), Inapplicable> {
    // Row by row, as reported.
    let values: Vec<f64> = all.d.transpose().as_slice().to_vec();
    let stated = match columns::option_number(data, &["decimals"])? {
        Some(d) if d.fract() == 0.0 && (-12.0..=12.0).contains(&d) => Some(d as i32),
        Some(d) => return Err(columns::bad_option("decimals", &d.to_string())),
        None => None,
    };
    // Values that were never rounded have no terminal digit, so nothing is said about it.
    let Some(decimals) = stated.or_else(|| digits::common_decimals(&values)) else {
        return Ok(());
    };
    let terminal = digits::terminal_digits(&values, decimals);
    out.number("terminal_digit_decimals", f64::from(terminal.decimals));
    out.flag("terminal_digit_decimals_inferred", stated.is_none());
    out.numbers("terminal_digit_counts", terminal.counts.map(|c| c as f64));
    out.number("terminal_digit_chi2", terminal.chi_squared);
    out.number("terminal_digit_p_right", terminal.p_right);
    out.number("equal_last_pairs", terminal.equal_pairs as f64);
    out.number("equal_last_pairs_p_right", terminal.equal_pairs_p);
    out.flag("terminal_digit_applicable", terminal.applicable);
    let (count, p): (Vec<f64>, Vec<f64>) = all
        .pairs()
        .into_iter()
        .map(|pair| {
            let (count, p) = digits::duplicates(all, pair, decimals);
            (count as f64, p)
        })
        .unzip();
    out.numbers("pair.duplicates", count);
    out.words("pair.duplicates_evidence", evidence::words(&p));
    out.numbers("pair.duplicates_p", p);
    Ok(())
}

/// Column `position` of table `deviations` says where in the circulation each laboratory stood.
fn circulation_order(data: &Data) -> Result<Quantities, Inapplicable> {
    let all = Deviations::read(data)?;
    let position = columns::column(data, "deviations", &["position", "t"], all.lab.len())?;
    let effects = order::order_effects(&all, &position)?;
    let mut out = Quantities::default();
    out.words(
        "order.lab",
        effects.order.iter().map(|i| all.lab[*i].clone()).collect(),
    );
    out.number("order.slope", effects.slope);
    out.number("order.t", effects.t);
    out.number("order.p", effects.p);
    out.number("order.neighbour_score", effects.neighbour_score);
    out.number("order.neighbour_p", effects.neighbour_p);
    out.words(
        "order.previous_evidence",
        evidence::words(&effects.previous_left_tail),
    );
    out.numbers("order.previous_left_tail_p", effects.previous_left_tail);
    columns::in_range(out)
}

/// H = robust standard deviation of the laboratories over a model standard deviation, per item; below 0.5 the results are
/// suspiciously close together and should be scored with the model.
fn dispersion(data: &Data) -> Result<Quantities, Inapplicable> {
    let d = columns::matrix(data, "deviations", "d")?;
    columns::laboratories(d.nrows(), 4)?;
    let model = columns::column(data, "items", &["sigma_model", "sigma"], d.ncols())?;
    columns::positive(&model, "items", "sigma_model")?;
    let robust: Vec<f64> = d.column_iter().map(|c| scaled_mad(c.as_slice())).collect();
    let h: Vec<f64> = robust.iter().zip(&model).map(|(s, m)| s / m).collect();
    let mut out = Quantities::default();
    out.numbers("dispersion.robust_sd", robust);
    out.entries.push((
        "dispersion.suspicious".to_owned(),
        Field::Flags(h.iter().map(|h| *h < 0.5).collect()),
    ));
    out.numbers("dispersion.H", h);
    columns::in_range(out)
}

/// 1.483 times the median absolute deviation from the median (MADe, ISO 13528 C.2).
fn scaled_mad(values: &[f64]) -> f64 {
    let centre = median(values);
    1.483
        * median(
            &values
                .iter()
                .map(|v| (v - centre).abs())
                .collect::<Vec<_>>(),
        )
}

/// Correlation of scores after the mean of the method group was taken off each item, so that a bias of the method does not count.
fn group_correlation(data: &Data) -> Result<Quantities, Inapplicable> {
    let all = Deviations::read(data)?;
    let items = all.d.ncols();
    columns::at_least(items, 3, "too-few-items", "被测项目", "items")?;
    let group = columns::labels(data, "deviations", "group", Some(all.lab.len()))?;
    let (mut names, mut r) = (Vec::new(), Vec::new());
    for name in columns::in_order(&group) {
        let rows: Vec<usize> = (0..group.len()).filter(|i| group[*i] == name).collect();
        // Two residuals of a group of two are opposite by construction.
        if rows.len() < 3 {
            continue;
        }
        let scores = DMatrix::from_fn(rows.len(), items, |i, k| {
            all.d[(rows[i], k)] / all.u[(rows[i], k)]
        });
        let centre: Vec<f64> = scores.column_iter().map(|c| mean(c.as_slice())).collect();
        let residual = |i: usize| {
            scores
                .row(i)
                .iter()
                .zip(&centre)
                .map(|(z, c)| z - c)
                .collect::<Vec<f64>>()
        };
        for j in 1..rows.len() {
            for i in 0..j {
                names.push(all.pair_name((rows[i], rows[j])));
                r.push(correlation(&residual(i), &residual(j)));
            }
        }
    }
    let p: Vec<f64> = r.iter().map(|r| correlation_p(*r, items)).collect();
    let mut out = Quantities::default();
    out.words("group.pair", names);
    out.numbers("group.correlation", r);
    out.words("group.evidence", evidence::words(&p));
    out.numbers("group.correlation_p", p);
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::from_toml;

    #[test]
    fn laboratories_far_closer_than_the_model_are_suspicious() {
        let data = from_toml(
            "[input.deviations]\nd=[[1.0],[1.1],[0.9],[1.0]]\n[input.items]\nsigma_model=[1.0]\n",
        )
        .unwrap();
        let out = dispersion(&data).unwrap();
        assert_eq!(
            out.get("dispersion.suspicious"),
            Some(&Field::Flags(vec![true]))
        );
    }

    #[test]
    fn a_bias_of_the_method_is_not_taken_for_copying() {
        // The same strong pattern in all three, plus independent noise: plain correlation is near 1, within the group it is not.
        let data = from_toml(
            "[input.deviations]\nlab=['A','B','C']\ngroup=['m','m','m']\nd=[[10.1,-9.9,5.0,0.2],[9.8,-10.0,5.3,-0.1],[10.0,-10.2,4.9,0.1]]\nu=[[1,1,1,1],[1,1,1,1],[1,1,1,1]]\n",
        )
        .unwrap();
        let all = Deviations::read(&data).unwrap();
        assert!(correlation(&all.scores(0), &all.scores(1)) > 0.99);
        let out = group_correlation(&data).unwrap();
        let Some(Field::Numbers(r)) = out.get("group.correlation") else {
            panic!("no correlation")
        };
        assert!(r.iter().all(|r| *r < 0.9), "{r:?}");
    }
}
