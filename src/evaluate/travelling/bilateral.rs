//! Bilateral comparison with one or several travelling standards, measured by a laboratory before and after the pilot.

use nalgebra::DMatrix;

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::evaluate::travelling::drift::{DriftAction, reference_at};
use crate::evaluate::travelling::pilot::PilotSeries;
use crate::numeric::least_squares::propagate;
use crate::numeric::sum::{dot, mean, sum};

pub const BILATERAL: Method = Method {
    id: "bilateral-travelling-standards",
    compute: bilateral,
};

/// The difference of laboratory minus pilot on one travelling standard, at the mean date of the pilot.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardDifference {
    /// Mean date of the pilot's measurements, weighted with 1/u_rep².
    pub date: f64,
    /// Value by the laboratory: its straight line at that date.
    pub laboratory: f64,
    /// Value by the pilot: weighted mean.
    pub pilot: f64,
    /// laboratory − pilot.
    pub difference: f64,
    /// Standard uncertainty from what is independent between measurements (type A).
    pub u_a: f64,
}

/// Combination of the differences of several standards.
#[derive(Debug, Clone, PartialEq)]
pub struct Combined {
    pub difference: f64,
    /// Expected from the type A uncertainties of the standards.
    pub u_internal: f64,
    /// Observed from the scatter of the standards; NaN for one standard.
    pub u_external: f64,
    /// The larger of the two.
    pub u_a: f64,
    /// With the systematic parts of laboratory and pilot, each once.
    pub u: f64,
}

/// Difference on one standard. The laboratory needs measurements at two times or more, normally before and after the pilot.
pub fn standard_difference(
    laboratory: &PilotSeries,
    pilot: &PilotSeries,
) -> Result<StandardDifference, Inapplicable> {
    let weights: Vec<f64> = pilot.u_rep.iter().map(|u| (u * u).recip()).collect();
    let total = sum(weights.iter().copied());
    let date = pilot.t[0]
        + sum(weights
            .iter()
            .zip(&pilot.t)
            .map(|(w, t)| w * (t - pilot.t[0])))
            / total;
    let line = reference_at(
        &PilotSeries {
            u_sys: 0.0,
            ..laboratory.clone()
        },
        DriftAction::CorrectLinear,
        &[date],
    )?;
    let own = reference_at(
        &PilotSeries {
            u_sys: 0.0,
            ..pilot.clone()
        },
        DriftAction::Neglect,
        &[date],
    )?;
    Ok(StandardDifference {
        date,
        laboratory: line.value[0],
        pilot: own.value[0],
        difference: line.value[0] - own.value[0],
        u_a: (line.covariance[(0, 0)] + own.covariance[(0, 0)]).sqrt(),
    })
}

/// Combines standards with weights (equal, or 1/u_a²); `u_systematic` holds the parts that every standard shares, each counted once.
///
/// Internal: (Σ w² u_a²)^½. External: (Σ w (d − mean)²/(n − 1))^½, with Σ w = 1. For equal weights that is s/√n.
/// Source: internal and external consistency after R. T. Birge, Phys. Rev. 40 (1932) 207; u_A is the larger of the two.
pub fn combine(standards: &[StandardDifference], weighted: bool, u_systematic: &[f64]) -> Combined {
    let n = standards.len() as f64;
    let raw: Vec<f64> = standards
        .iter()
        .map(|s| {
            if weighted {
                (s.u_a * s.u_a).recip()
            } else {
                1.0
            }
        })
        .collect();
    let total = sum(raw.iter().copied());
    let weights: Vec<f64> = raw.iter().map(|w| w / total).collect();
    let differences: Vec<f64> = standards.iter().map(|s| s.difference).collect();
    let centre = mean(&differences);
    let difference = centre
        + sum(weights
            .iter()
            .zip(&differences)
            .map(|(w, d)| w * (d - centre)));
    let gain = DMatrix::from_row_slice(1, weights.len(), &weights);
    let own = DMatrix::from_fn(weights.len(), weights.len(), |i, j| {
        if i == j {
            standards[i].u_a * standards[i].u_a
        } else {
            0.0
        }
    });
    let u_internal = propagate(&gain, &own)[(0, 0)].sqrt();
    let scatter = sum(weights
        .iter()
        .zip(&differences)
        .map(|(w, d)| w * (d - difference) * (d - difference)));
    let u_external = (scatter / (n - 1.0)).sqrt();
    let u_a = u_internal.max(u_external);
    Combined {
        difference,
        u_internal,
        u_external,
        u_a,
        u: (u_a * u_a + dot(u_systematic, u_systematic)).sqrt(),
    }
}

fn bilateral(data: &Data) -> Result<Quantities, Inapplicable> {
    let lab_table = ["lab", "labs", "laboratory"]
        .into_iter()
        .find(|t| data.tables.contains_key(*t))
        .unwrap_or("lab");
    let (lab_standard, laboratory) = series(data, lab_table)?;
    let (pilot_standard, pilot) = series(data, "pilot")?;
    let names = columns::in_order(&lab_standard);
    let mut standards = Vec::new();
    for name in &names {
        standards.push(standard_difference(
            &pick(&laboratory, &lab_standard, name, lab_table)?,
            &pick(&pilot, &pilot_standard, name, "pilot")?,
        )?);
    }
    if let Some(orphan) = pilot_standard.iter().find(|name| !names.contains(name)) {
        return Err(unmatched(orphan, lab_table));
    }
    let k = columns::coverage_factor(data)?;
    let mut out = Quantities::default();
    out.words("standard", names);
    out.numbers(
        "standard.date",
        standards.iter().map(|s| s.date).collect::<Vec<_>>(),
    );
    out.numbers(
        "standard.lab",
        standards.iter().map(|s| s.laboratory).collect::<Vec<_>>(),
    );
    out.numbers(
        "standard.pilot",
        standards.iter().map(|s| s.pilot).collect::<Vec<_>>(),
    );
    out.numbers(
        "standard.D",
        standards.iter().map(|s| s.difference).collect::<Vec<_>>(),
    );
    out.numbers(
        "standard.u_A",
        standards.iter().map(|s| s.u_a).collect::<Vec<_>>(),
    );
    for (name, weighted) in [("weighted", true), ("mean", false)] {
        let combined = combine(&standards, weighted, &[laboratory.u_sys, pilot.u_sys]);
        out.number(&format!("{name}.D"), combined.difference);
        out.number(&format!("{name}.u_internal"), combined.u_internal);
        if standards.len() > 1 {
            out.number(&format!("{name}.u_external"), combined.u_external);
        }
        out.number(&format!("{name}.u_A"), combined.u_a);
        out.number(&format!("{name}.u"), combined.u);
        out.number(&format!("{name}.U"), k * combined.u);
        out.number(
            &format!("{name}.En_k{k}"),
            combined.difference / (k * combined.u),
        );
    }
    columns::in_range(out)
}

/// The measurements of all standards by one laboratory, and the label of the standard in each row.
fn series(data: &Data, table: &str) -> Result<(Vec<String>, PilotSeries), Inapplicable> {
    let series = PilotSeries::read_table(data, table, true)?;
    let labels = columns::labels(data, table, "standard", Some(series.value.len()))?;
    Ok((labels, series))
}

fn pick(
    series: &PilotSeries,
    labels: &[String],
    name: &str,
    table: &str,
) -> Result<PilotSeries, Inapplicable> {
    let rows: Vec<usize> = (0..labels.len()).filter(|i| labels[*i] == name).collect();
    if rows.is_empty() {
        return Err(unmatched(name, table));
    }
    let column = |v: &[f64]| rows.iter().map(|i| v[*i]).collect();
    Ok(PilotSeries {
        t: column(&series.t),
        value: column(&series.value),
        u_rep: column(&series.u_rep),
        u_sys: series.u_sys,
    })
}

fn unmatched(name: &str, table: &str) -> Inapplicable {
    Inapplicable::new(
        "standard-not-measured",
        format!(
            "传递标准 `{name}` 在数据表 `{table}` 中没有测量；双方须测量相同的传递标准，请补充或删去该标准"
        ),
        format!(
            "standard `{name}` has no measurement in table `{table}`; both sides must measure the same standards: add the rows or remove the standard"
        ),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn standard(difference: f64, u_a: f64) -> StandardDifference {
        StandardDifference {
            date: 0.0,
            laboratory: difference,
            pilot: 0.0,
            difference,
            u_a,
        }
    }

    #[test]
    fn a_difference_at_the_middle_date_uses_the_mean_of_before_and_after() {
        let lab = PilotSeries {
            t: vec![0.0, 20.0],
            value: vec![1.0, 3.0],
            u_rep: vec![0.2; 2],
            u_sys: 5.0,
        };
        let pilot = PilotSeries {
            t: vec![9.0, 11.0],
            value: vec![1.4, 1.8],
            u_rep: vec![0.1; 2],
            u_sys: 5.0,
        };
        let d = standard_difference(&lab, &pilot).unwrap();
        assert!((d.difference - 0.4).abs() < 1e-14);
        assert!((d.u_a.powi(2) - (0.02 + 0.005)).abs() < 1e-15);
    }

    #[test]
    fn the_larger_of_internal_and_external_consistency_is_taken_and_systematic_parts_count_once() {
        let apart = combine(&[standard(1.0, 0.1), standard(2.0, 0.1)], true, &[0.3, 0.4]);
        assert!(
            (apart.u_external - 0.5).abs() < 1e-15
                && (apart.u_internal - 0.1 / 2.0_f64.sqrt()).abs() < 1e-15
        );
        assert!((apart.u_a - 0.5).abs() < 1e-15);
        assert!((apart.u - 0.5_f64.sqrt()).abs() < 1e-15);
        let together = combine(&[standard(1.0, 0.1), standard(1.01, 0.1)], true, &[]);
        assert_eq!(together.u_a, together.u_internal);
    }

    #[test]
    fn one_standard_alone_has_only_its_internal_uncertainty() {
        let one = combine(&[standard(1.0, 0.1)], false, &[]);
        assert_eq!(one.u_a, 0.1);
        assert_eq!(one.difference, 1.0);
    }
}
