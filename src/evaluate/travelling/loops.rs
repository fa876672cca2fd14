//! Several artefacts or loops in one comparison: values of the artefacts and biases of the laboratories in one adjustment.

use std::collections::BTreeSet;

use nalgebra::{DMatrix, DVector};

use crate::evaluate::columns;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::evaluate::travelling::equivalence::{Equivalence, record_chi_squared};
use crate::numeric::least_squares::{fit, propagate, standard_uncertainties};
use crate::numeric::sum::sum;

pub const LOOPS: Method = Method {
    id: "artefacts-and-loops",
    compute: loops,
};

/// One measurement of one artefact by one laboratory.
#[derive(Debug, Clone, PartialEq)]
pub struct Measurement {
    /// Index of the artefact (or of the loop, when each loop has its own artefact).
    pub artefact: usize,
    /// Index of the laboratory.
    pub lab: usize,
    pub value: f64,
    /// Standard uncertainty independent between measurements, > 0.
    pub u: f64,
}

/// Values of the artefacts, biases of the laboratories.
#[derive(Debug, Clone)]
pub struct Adjusted {
    /// m_a, one per artefact, and their standard uncertainties.
    pub artefact: Vec<f64>,
    pub u_artefact: Vec<f64>,
    /// B_lab with Σ w B = 0, and their covariance.
    pub laboratories: Equivalence,
    /// r' V⁻¹ r.
    pub chi_squared: f64,
    pub dof: usize,
}

/// Adjusts y = m_a + B_lab + e by generalised least squares under Σ w_lab B_lab = 0.
///
/// `u_common[lab]` is the standard uncertainty that all measurements of a laboratory share (0 if none); `weight[lab]` ≥ 0, not all 0
/// (a laboratory of weight 0 has no part in the definition of the reference, but has its bias). The unconstrained model is fitted
/// with one bias at zero and then moved along its only free direction, so no weight is ever divided by but their sum.
/// Errors: loops that no laboratory joins; covariance not positive definite.
/// Source: generalised least squares with a linear constraint; Sutton 2004 for linked loops.
pub fn adjust(
    measurements: &[Measurement],
    artefacts: usize,
    u_common: &[f64],
    weight: &[f64],
) -> Result<Adjusted, Inapplicable> {
    let labs = u_common.len();
    let total = sum(weight.iter().copied());
    if !total.is_normal() || weight.iter().any(|w| *w < 0.0) {
        return Err(columns::bad_option("weight", &total.to_string()));
    }
    connected(measurements, artefacts)?;
    let n = measurements.len();
    // Columns: the artefacts, then the laboratories but the first.
    let design = DMatrix::from_fn(n, artefacts + labs - 1, |i, j| {
        let m = &measurements[i];
        if j == m.artefact || (m.lab > 0 && j == artefacts + m.lab - 1) {
            1.0
        } else {
            0.0
        }
    });
    let offset: Vec<f64> = (0..artefacts)
        .map(|a| {
            measurements
                .iter()
                .find(|m| m.artefact == a)
                .map_or(0.0, |m| m.value)
        })
        .collect();
    let observed =
        DVector::from_iterator(n, measurements.iter().map(|m| m.value - offset[m.artefact]));
    let covariance = DMatrix::from_fn(n, n, |i, j| {
        let (a, b) = (&measurements[i], &measurements[j]);
        let own = if i == j { a.u * a.u } else { 0.0 };
        if a.lab == b.lab {
            own + u_common[a.lab] * u_common[a.lab]
        } else {
            own
        }
    });
    let fitted = fit(&design, &observed, &covariance).map_err(|e| {
        columns::unsolvable(
            &e,
            "传递标准与实验室偏差的平差",
            "the adjustment of artefacts and laboratory biases",
        )
    })?;
    let to_constrained = DMatrix::from_fn(artefacts + labs, artefacts + labs - 1, |row, column| {
        constraint_entry(row, column, artefacts, weight, total)
    });
    let estimate = &to_constrained * &fitted.coefficients;
    let spread = propagate(&to_constrained, &fitted.covariance);
    Ok(Adjusted {
        artefact: (0..artefacts).map(|a| offset[a] + estimate[a]).collect(),
        u_artefact: standard_uncertainties(&spread)
            .into_iter()
            .take(artefacts)
            .collect(),
        laboratories: Equivalence {
            d: estimate.iter().skip(artefacts).copied().collect(),
            covariance: spread
                .view((artefacts, artefacts), (labs, labs))
                .into_owned(),
        },
        chi_squared: fitted.chi_squared,
        dof: fitted.dof,
    })
}

/// Entry of the map from (m, B without the first) to (m + B̄, B − B̄), B̄ the weighted mean bias.
fn constraint_entry(
    row: usize,
    column: usize,
    artefacts: usize,
    weight: &[f64],
    total: f64,
) -> f64 {
    let same = if row < artefacts {
        row == column
    } else {
        column >= artefacts && row == column + 1
    };
    let own = if same { 1.0 } else { 0.0 };
    if column < artefacts {
        return own;
    }
    let mean = weight[column - artefacts + 1] / total;
    if row < artefacts {
        own + mean
    } else {
        own - mean
    }
}

/// Refuses measurements that fall apart into groups without a common laboratory or artefact.
fn connected(measurements: &[Measurement], artefacts: usize) -> Result<(), Inapplicable> {
    let mut reached: BTreeSet<usize> = BTreeSet::from([0]);
    let mut labs: BTreeSet<usize> = BTreeSet::new();
    loop {
        labs.extend(
            measurements
                .iter()
                .filter(|m| reached.contains(&m.artefact))
                .map(|m| m.lab),
        );
        let more: BTreeSet<usize> = measurements
            .iter()
            .filter(|m| labs.contains(&m.lab))
            .map(|m| m.artefact)
            .collect();
        if more == reached {
            break;
        }
        reached.extend(more);
    }
    if reached.len() == artefacts {
        return Ok(());
    }
    Err(Inapplicable::new(
        "loops-not-joined",
        format!(
            "{artefacts} 个传递标准（环路）中只有 {} 个经共同实验室相互连接；请让至少一个实验室（通常是主导实验室）测量各环路的传递标准，或分别评定",
            reached.len()
        ),
        format!(
            "only {} of {artefacts} artefacts (loops) are joined by common laboratories; let at least one laboratory (usually the pilot) measure an artefact of each loop, or evaluate them apart",
            reached.len()
        ),
    ))
}

fn loops(data: &Data) -> Result<Quantities, Inapplicable> {
    let table = ["measurements", "labs"]
        .into_iter()
        .find(|t| data.tables.contains_key(*t))
        .unwrap_or("measurements");
    let results = Laboratories::read_measurements(data, table)?;
    let n = results.len();
    let artefact_column = ["artefact", "standard", "loop"]
        .into_iter()
        .find(|c| data.table(table).is_some_and(|t| t.contains_key(*c)));
    let artefact = columns::labels(data, table, artefact_column.unwrap_or("artefact"), Some(n))?;
    let lab = &results.lab;
    let artefact_names = columns::in_order(&artefact);
    let lab_names = columns::in_order(lab);
    let u_common_rows = columns::optional_column(data, table, &["u_common", "u_sys"], n)?
        .unwrap_or_else(|| vec![0.0; n]);
    columns::not_negative(&u_common_rows, table, "u_common")?;
    let u_common: Vec<f64> = lab_names
        .iter()
        .map(|name| {
            lab.iter()
                .position(|l| l == name)
                .map_or(0.0, |i| u_common_rows[i])
        })
        .collect();
    let place =
        |names: &[String], name: &String| names.iter().position(|n| n == name).unwrap_or_default();
    let measurements: Vec<Measurement> = (0..n)
        .map(|i| Measurement {
            artefact: place(&artefact_names, &artefact[i]),
            lab: place(&lab_names, &lab[i]),
            value: results.value[i],
            u: results.u[i],
        })
        .collect();
    let weight = weights(data, &lab_names, &measurements, &u_common)?;
    let result = adjust(&measurements, artefact_names.len(), &u_common, &weight)?;
    let mut out = Quantities::default();
    out.words("artefact", artefact_names);
    out.numbers("artefact.value", result.artefact);
    out.numbers("artefact.u", result.u_artefact);
    out.words("lab", lab_names);
    result
        .laboratories
        .record(columns::coverage_factor(data)?, &mut out);
    record_chi_squared(result.chi_squared, result.dof, &mut out);
    columns::in_range(out)
}

/// Weights of the laboratories in Σ w B = 0: table `weights` (`lab`, `w`), or by option `weights` equal or inverse-variance.
fn weights(
    data: &Data,
    labs: &[String],
    measurements: &[Measurement],
    u_common: &[f64],
) -> Result<Vec<f64>, Inapplicable> {
    if data.tables.contains_key("weights") {
        let names = columns::labels(data, "weights", "lab", None)?;
        let w = columns::column(data, "weights", &["w", "weight"], names.len())?;
        columns::not_negative(&w, "weights", "w")?;
        return Ok(labs
            .iter()
            .map(|lab| {
                names
                    .iter()
                    .position(|name| name == lab)
                    .map_or(0.0, |i| w[i])
            })
            .collect());
    }
    match data.word_or("weights", "equal")?.as_str() {
        "equal" => Ok(vec![1.0; labs.len()]),
        "inverse-variance" => Ok((0..labs.len())
            .map(|lab| {
                let information = sum(measurements
                    .iter()
                    .filter(|m| m.lab == lab)
                    .map(|m| (m.u * m.u).recip()));
                (information.recip() + u_common[lab] * u_common[lab]).recip()
            })
            .collect()),
        other => Err(columns::bad_option("weights", other)),
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn measurement(artefact: usize, lab: usize, value: f64, u: f64) -> Measurement {
        Measurement {
            artefact,
            lab,
            value,
            u,
        }
    }

    #[test]
    fn one_artefact_with_inverse_variance_weights_is_the_weighted_mean() {
        let (x, u) = ([10.0, 10.3, 9.8], [0.1, 0.2, 0.15]);
        let rows: Vec<_> = (0..3).map(|i| measurement(0, i, x[i], u[i])).collect();
        let w: Vec<f64> = u.iter().map(|u| 1.0 / (u * u)).collect();
        let result = adjust(&rows, 1, &[0.0; 3], &w).unwrap();
        let total: f64 = w.iter().sum();
        let mean: f64 = w.iter().zip(&x).map(|(w, x)| w * x).sum::<f64>() / total;
        assert!((result.artefact[0] - mean).abs() < 1e-13);
        assert!((result.u_artefact[0] - total.sqrt().recip()).abs() < 1e-15);
        assert!((result.laboratories.u()[1].powi(2) - (0.04 - 1.0 / total)).abs() < 1e-15);
    }

    #[test]
    fn two_loops_joined_by_the_pilot_give_differences_through_the_pilot() {
        // Pilot 0 measures both artefacts; laboratory 1 the first, laboratory 2 the second.
        let rows = [
            measurement(0, 0, 5.0, 0.1),
            measurement(0, 1, 5.2, 0.2),
            measurement(1, 0, 7.0, 0.1),
            measurement(1, 2, 6.9, 0.3),
        ];
        let result = adjust(&rows, 2, &[0.4, 0.0, 0.0], &[1.0; 3]).unwrap();
        let b = &result.laboratories;
        assert!((b.bilateral()[1][2] - ((5.2 - 5.0) - (6.9 - 7.0))).abs() < 1e-13);
        // The part common to the pilot's measurements cancels between the laboratories, not against the pilot.
        assert!((b.bilateral_u()[1][2].powi(2) - (0.01 + 0.04 + 0.01 + 0.09)).abs() < 1e-13);
        assert!((b.bilateral_u()[0][1].powi(2) - (0.16 + 0.01 + 0.04)).abs() < 1e-13);
        assert!(b.d.iter().sum::<f64>().abs() < 1e-14);
    }

    #[test]
    fn loops_without_a_common_laboratory_are_refused() {
        let rows = [measurement(0, 0, 5.0, 0.1), measurement(1, 1, 5.2, 0.2)];
        assert_eq!(
            adjust(&rows, 2, &[0.0; 2], &[1.0; 2]).unwrap_err().kind,
            "loops-not-joined"
        );
    }
}
