//! Star circulation: the pilot measures between the laboratories, and the standard drifts.

use nalgebra::{DMatrix, DVector};

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::evaluate::travelling::drift::{DriftAction, LinearDrift, reference_at};
use crate::evaluate::travelling::equivalence::{Equivalence, Visits, record_chi_squared};
use crate::evaluate::travelling::pilot::PilotSeries;
use crate::evaluate::travelling::walk::estimate_step;
use crate::numeric::least_squares::{Fit, fit, propagate, standard_uncertainties};

pub const LINEAR: Method = Method {
    id: "star-linear-drift",
    compute: linear,
};
pub const WALK: Method = Method {
    id: "star-random-walk",
    compute: walk,
};
pub const CONSENSUS: Method = Method {
    id: "star-drift-consensus",
    compute: consensus,
};

fn linear(data: &Data) -> Result<Quantities, Inapplicable> {
    let pilot = PilotSeries::read(data, true)?;
    let mut out = Quantities::default();
    LinearDrift::fit(&pilot)?.record(&mut out);
    equivalence(data, &pilot, DriftAction::CorrectLinear, &mut out)?;
    columns::in_range(out)
}

fn walk(data: &Data) -> Result<Quantities, Inapplicable> {
    let pilot = PilotSeries::read(data, true)?;
    let given = given_step(data)?;
    let step = match given {
        Some(step) => step,
        None => estimate_step(&pilot)?,
    };
    let mut out = Quantities::default();
    out.number("walk.s_w", step);
    out.flag("walk.estimated", given.is_none());
    equivalence(data, &pilot, DriftAction::RandomWalk { step }, &mut out)?;
    columns::in_range(out)
}

/// The step of the walk wherever it is given (standard deviation per square root of time), or its variance `s_w2`.
fn given_step(data: &Data) -> Result<Option<f64>, Inapplicable> {
    let direct = columns::option_number(data, &["s_w", "sigma_w", "s_walk", "u_walk", "walk_sd"])?;
    let variance = columns::option_number(data, &["s_w2"])?;
    let step = direct.or(variance.map(f64::sqrt));
    if step.is_some_and(|s| s.is_nan() || s < 0.0) {
        return Err(columns::bad_option("s_w", "< 0"));
    }
    Ok(step)
}

fn equivalence(
    data: &Data,
    pilot: &PilotSeries,
    action: DriftAction,
    out: &mut Quantities,
) -> Result<(), Inapplicable> {
    let visits = Visits::read(data, true)?;
    let reference = reference_at(pilot, action, &visits.t)?;
    out.numbers("reference_at_t", reference.value.clone());
    out.numbers(
        "u_reference_at_t",
        standard_uncertainties(&reference.covariance),
    );
    Equivalence::outside(&visits, &reference).record(columns::coverage_factor(data)?, out);
    Ok(())
}

/// One adjustment for the level and the drift of the standard, from the pilot's and the laboratories' values together.
#[derive(Debug, Clone)]
pub struct StarConsensus {
    /// Time at which the level is taken.
    pub time: f64,
    /// Level of the standard at that time: the key comparison reference value.
    pub level: f64,
    pub u_level: f64,
    /// Change per unit of time.
    pub slope: f64,
    pub u_slope: f64,
    /// cov(level, slope).
    pub covariance: f64,
    /// r' V⁻¹ r of the values in the adjustment.
    pub chi_squared: f64,
    pub dof: usize,
    /// Value of the line at each laboratory's time, and its standard uncertainty.
    pub reference: Vec<f64>,
    pub u_reference: Vec<f64>,
    /// Laboratories against the line.
    pub laboratories: Equivalence,
    /// The pilot as one participant: weighted mean of its differences from the line.
    pub pilot_d: f64,
    pub pilot_u: f64,
}

/// Adjusts level and drift by generalised least squares; the values of the pilot share u_sys, so the pilot counts as one laboratory.
///
/// Laboratories outside the reference get a difference from the line, with the plus sign. cov(D) = (I − XG) V (I − XG)'.
/// `time` is where the level is taken; `None` takes the weighted mean time of the pilot.
/// Source: linear model of C. Elster, A. Link, W. Wöger type; generalised least squares, JCGM 102:2011 for the propagation.
pub fn star_consensus(
    pilot: &PilotSeries,
    visits: &Visits,
    time: Option<f64>,
) -> Result<StarConsensus, Inapplicable> {
    let line = LinearDrift::fit(pilot)?;
    let time = time.unwrap_or(line.mean_time);
    let (p, n) = (pilot.value.len(), visits.results.len());
    let offset = pilot.offset();
    let times: Vec<f64> = pilot.t.iter().chain(&visits.t).map(|t| t - time).collect();
    let values = DVector::from_iterator(
        p + n,
        pilot
            .value
            .iter()
            .chain(&visits.results.value)
            .map(|v| v - offset),
    );
    let covariance = stacked_covariance(pilot, visits);
    let used: Vec<usize> = (0..p)
        .chain(
            (0..n)
                .filter(|i| visits.results.in_reference[*i])
                .map(|i| p + i),
        )
        .collect();
    let design = DMatrix::from_fn(p + n, 2, |i, j| if j == 0 { 1.0 } else { times[i] });
    let adjusted = adjust(&design, &values, &covariance, &used)?;
    let mut gain = DMatrix::zeros(2, p + n);
    for (column, row) in used.iter().enumerate() {
        gain.set_column(*row, &adjusted.gain.column(column));
    }
    let to_difference = DMatrix::identity(p + n, p + n) - &design * &gain;
    let differences = &values - &design * &adjusted.coefficients;
    let spread = propagate(&to_difference, &covariance);
    let line_covariance = propagate(&design, &adjusted.covariance);
    let mean = DMatrix::from_fn(1, p + n, |_, j| {
        if j < p {
            (line.u_level / pilot.u_rep[j]).powi(2)
        } else {
            0.0
        }
    });
    Ok(StarConsensus {
        time,
        level: offset + adjusted.coefficients[0],
        u_level: adjusted.covariance[(0, 0)].sqrt(),
        slope: adjusted.coefficients[1],
        u_slope: adjusted.covariance[(1, 1)].sqrt(),
        covariance: adjusted.covariance[(0, 1)],
        chi_squared: adjusted.chi_squared,
        dof: adjusted.dof,
        reference: (p..p + n)
            .map(|i| offset + adjusted.coefficients[0] + adjusted.coefficients[1] * times[i])
            .collect(),
        u_reference: (p..p + n)
            .map(|i| line_covariance[(i, i)].max(0.0).sqrt())
            .collect(),
        laboratories: Equivalence {
            d: differences.rows(p, n).iter().copied().collect(),
            covariance: spread.view((p, p), (n, n)).into_owned(),
        },
        pilot_d: (&mean * &differences)[0],
        pilot_u: propagate(&mean, &spread)[(0, 0)].max(0.0).sqrt(),
    })
}

/// Pilot block diag(u_rep²) + u_sys² J, laboratories u² + u_transport².
fn stacked_covariance(pilot: &PilotSeries, visits: &Visits) -> DMatrix<f64> {
    let (p, n) = (pilot.value.len(), visits.results.len());
    let mut covariance = DMatrix::zeros(p + n, p + n);
    covariance
        .view_mut((0, 0), (p, p))
        .copy_from(&pilot.repeatability().add_scalar(pilot.u_sys * pilot.u_sys));
    (0..n).for_each(|i| covariance[(p + i, p + i)] = visits.variance(i));
    covariance
}

fn adjust(
    design: &DMatrix<f64>,
    values: &DVector<f64>,
    covariance: &DMatrix<f64>,
    used: &[usize],
) -> Result<Fit, Inapplicable> {
    let m = used.len();
    let rows = DMatrix::from_fn(m, design.ncols(), |i, j| design[(used[i], j)]);
    let observed = DVector::from_fn(m, |i, _| values[used[i]]);
    let block = DMatrix::from_fn(m, m, |i, j| covariance[(used[i], used[j])]);
    fit(&rows, &observed, &block).map_err(|e| {
        columns::unsolvable(
            &e,
            "水平与漂移的联合平差",
            "the joint adjustment of level and drift",
        )
    })
}

fn consensus(data: &Data) -> Result<Quantities, Inapplicable> {
    let pilot = PilotSeries::read(data, true)?;
    let visits = Visits::read(data, true)?;
    let time = data.number("t_reference")?;
    let result = star_consensus(&pilot, &visits, time)?;
    let mut out = Quantities::default();
    out.number("kcrv.time", result.time);
    out.number("kcrv.value", result.level);
    out.number("kcrv.u", result.u_level);
    out.number("drift.slope", result.slope);
    out.number("drift.u_slope", result.u_slope);
    out.number("drift.t", result.slope / result.u_slope);
    out.number("drift.covariance", result.covariance);
    record_chi_squared(result.chi_squared, result.dof, &mut out);
    out.numbers("reference_at_t", result.reference);
    out.numbers("u_reference_at_t", result.u_reference);
    result
        .laboratories
        .record(columns::coverage_factor(data)?, &mut out);
    out.number("pilot.D", result.pilot_d);
    out.number("pilot.u_D", result.pilot_u);
    columns::in_range(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::laboratories::Laboratories;

    fn visits(in_reference: Vec<bool>) -> Visits {
        let results = Laboratories {
            lab: vec!["A".into(), "B".into(), "C".into()],
            value: vec![10.0, 10.4, 10.1],
            u: vec![0.1, 0.2, 0.15],
            dof: vec![f64::INFINITY; 3],
            in_reference,
        };
        Visits {
            results,
            t: vec![10.0, 30.0, 50.0],
            u_transport: vec![0.05; 3],
        }
    }

    fn pilot(u_sys: f64) -> PilotSeries {
        PilotSeries {
            t: vec![0.0, 20.0, 40.0, 60.0],
            value: vec![10.0, 10.1, 10.25, 10.3],
            u_rep: vec![0.02; 4],
            u_sys,
        }
    }

    #[test]
    fn without_laboratories_in_the_reference_the_adjustment_is_the_pilots_line() {
        let result = star_consensus(&pilot(0.03), &visits(vec![false; 3]), None).unwrap();
        let line = LinearDrift::fit(&pilot(0.03)).unwrap();
        let star = reference_at(
            &pilot(0.03),
            DriftAction::CorrectLinear,
            &visits(vec![false; 3]).t,
        )
        .unwrap();
        let outside = Equivalence::outside(&visits(vec![false; 3]), &star);
        assert!((result.level - line.level).abs() < 1e-12);
        assert!((result.slope - line.slope).abs() < 1e-12);
        assert!((result.laboratories.covariance - outside.covariance).norm() < 1e-14);
    }

    #[test]
    fn a_stable_standard_with_a_dominant_pilot_systematic_part_gives_the_weighted_mean_of_the_participants()
     {
        // Without drift information from the laboratories (all at the mean time) the level is the weighted mean of pilot and laboratories.
        let mut lab = visits(vec![true; 3]);
        lab.t = vec![30.0; 3];
        let result = star_consensus(&pilot(0.1), &lab, None).unwrap();
        let line = LinearDrift::fit(&pilot(0.1)).unwrap();
        let mut weights = vec![1.0 / (0.02 * 0.02 / 4.0 + 0.01)];
        let mut values = vec![line.level];
        for i in 0..3 {
            weights.push(1.0 / lab.variance(i));
            values.push(lab.results.value[i]);
        }
        let total: f64 = weights.iter().sum();
        let mean: f64 = weights.iter().zip(&values).map(|(w, x)| w * x).sum::<f64>() / total;
        assert!((result.level - mean).abs() < 1e-12);
        assert!((result.u_level - total.sqrt().recip()).abs() < 1e-14);
        // Inside the weighted mean u²(D) = u² − u²(y).
        assert!((result.pilot_u.powi(2) - (1.0 / weights[0] - 1.0 / total)).abs() < 1e-14);
        assert!(
            (result.laboratories.u()[1].powi(2) - (1.0 / weights[2] - 1.0 / total)).abs() < 1e-14
        );
    }
}
