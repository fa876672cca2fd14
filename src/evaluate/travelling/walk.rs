//! A travelling standard that walks at random between the pilot's measurements.

use nalgebra::{DMatrix, DVector};

use crate::evaluate::columns;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::travelling::pilot::{PilotSeries, Reference, predict, range};
use crate::numeric::least_squares::{Whitener, symmetric};

/// Ordinary kriging: the level is unknown, the change since the earliest time has covariance step² min(t, t').
pub(super) fn predict_walk(
    pilot: &PilotSeries,
    step: f64,
    times: &[f64],
) -> Result<Reference, Inapplicable> {
    pilot.require(1)?;
    columns::not_negative(&[step], "pilot", "s_w")?;
    let origin = pilot
        .t
        .iter()
        .chain(times)
        .copied()
        .fold(f64::INFINITY, f64::min);
    let walk = |a: f64, b: f64| step * step * (a.min(b) - origin);
    let n = pilot.value.len();
    let observed =
        DMatrix::from_fn(n, n, |i, j| walk(pilot.t[i], pilot.t[j])) + pilot.repeatability();
    let to_target = DMatrix::from_fn(n, times.len(), |i, j| walk(pilot.t[i], times[j]));
    let prior = DMatrix::from_fn(times.len(), times.len(), |i, j| walk(times[i], times[j]));
    let inverse = Whitener::new(&observed)
        .map_err(|e| columns::unsolvable(&e, "主导实验室测量", "the pilot measurements"))?
        .inverse();
    let ones = DVector::from_element(n, 1.0);
    let information = (&inverse * &ones).sum();
    let deficit = DVector::from_fn(times.len(), |j, _| {
        1.0 - to_target.column(j).dot(&(&inverse * &ones))
    });
    let level = &inverse * &ones / information;
    let gain = to_target.transpose() * &inverse + &deficit * level.transpose();
    let covariance = prior - to_target.transpose() * &inverse * &to_target
        + &deficit * deficit.transpose() / information;
    Ok(predict(pilot, &gain, symmetric(&covariance)))
}

/// Restricted log-likelihood of a random-walk step given the pilot's values, up to a constant.
fn restricted_likelihood(pilot: &PilotSeries, step: f64) -> Option<f64> {
    let n = pilot.value.len();
    let origin = pilot.t[0];
    let covariance = DMatrix::from_fn(n, n, |i, j| {
        step * step * (pilot.t[i].min(pilot.t[j]) - origin)
    }) + pilot.repeatability();
    let whitener = Whitener::new(&covariance).ok()?;
    let ones = whitener.whiten(&DMatrix::from_element(n, 1, 1.0)).ok()?;
    let values = whitener
        .whiten(&DMatrix::from_column_slice(n, 1, &pilot.centred()))
        .ok()?;
    let information = ones.column(0).norm_squared();
    let level = ones.column(0).dot(&values.column(0)) / information;
    let residual = values.column(0) - ones.column(0) * level;
    Some(-0.5 * (whitener.ln_determinant() + information.ln() + residual.norm_squared()))
}

/// Restricted maximum-likelihood estimate of the random-walk step (standard deviation per square root of time).
///
/// Needs at least three measurements; 0 when the scatter does not exceed repeatability. A grid over six decades is searched before
/// the golden section, because the likelihood may have several maxima.
/// Source: H. D. Patterson, R. Thompson, Biometrika 58 (1971) 545 (restricted likelihood).
pub fn estimate_step(pilot: &PilotSeries) -> Result<f64, Inapplicable> {
    pilot.require(3)?;
    let ordered = pilot.in_time_order();
    let duration = range(&ordered.t);
    let scale = (range(&ordered.value) + ordered.u_rep.iter().copied().fold(0.0, f64::max))
        / duration.sqrt();
    if !scale.is_normal() {
        return Err(columns::out_of_range());
    }
    let likelihood = |log_step: f64| {
        restricted_likelihood(&ordered, scale * log_step.exp()).unwrap_or(f64::NEG_INFINITY)
    };
    let at_zero = restricted_likelihood(&ordered, 0.0).unwrap_or(f64::NEG_INFINITY);
    let grid: Vec<f64> = (0..=84).map(|i| -10.0 + f64::from(i) / 6.0).collect();
    let best = grid.iter().copied().fold(-10.0, |best, x| {
        if likelihood(x) > likelihood(best) {
            x
        } else {
            best
        }
    });
    let peak = golden_section(&likelihood, best - 0.2, best + 0.2);
    if likelihood(peak) > at_zero {
        Ok(scale * peak.exp())
    } else {
        Ok(0.0)
    }
}

/// Place of the maximum of a function with one maximum in [low, high].
fn golden_section(f: &impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let ratio = 0.5 * (5.0_f64.sqrt() - 1.0);
    let (mut a, mut b) = (low, high);
    for _ in 0..60 {
        let (left, right) = (b - ratio * (b - a), a + ratio * (b - a));
        if f(left) > f(right) {
            b = right
        } else {
            a = left
        }
    }
    0.5 * (a + b)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::travelling::drift::{DriftAction, reference_at};
    use crate::evaluate::travelling::pilot::series;
    use proptest::prelude::*;

    #[test]
    fn a_walk_without_steps_is_the_weighted_mean() {
        let walk = reference_at(
            &series(),
            DriftAction::RandomWalk { step: 0.0 },
            &[45.0, 200.0],
        )
        .unwrap();
        let mean = reference_at(&series(), DriftAction::Neglect, &[45.0, 200.0]).unwrap();
        assert!((walk.value[1] - mean.value[1]).abs() < 1e-12);
        assert!((walk.covariance - mean.covariance).norm() < 1e-14);
    }

    #[test]
    fn a_walk_with_large_steps_interpolates_between_its_neighbours() {
        let step = 1e3;
        let walk = reference_at(&series(), DriftAction::RandomWalk { step }, &[45.0]).unwrap();
        let line = reference_at(&series(), DriftAction::Interpolate, &[45.0]).unwrap();
        assert!((walk.value[0] - line.value[0]).abs() < 1e-6);
        // A Brownian bridge over 90 has variance s² 45·45/90 in the middle, besides that of the two ends.
        let bridge = step * step * 22.5 + line.covariance[(0, 0)];
        assert!((walk.covariance[(0, 0)] / bridge - 1.0).abs() < 1e-8);
    }

    #[test]
    fn the_walk_does_not_depend_on_the_origin_of_time() {
        let mut later = series();
        later.t.iter_mut().for_each(|t| *t += 1000.0);
        let action = DriftAction::RandomWalk { step: 0.02 };
        let a = reference_at(&series(), action, &[30.0, 100.0]).unwrap();
        let b = reference_at(&later, action, &[1030.0, 1100.0]).unwrap();
        assert!((a.covariance - b.covariance).norm() < 1e-13);
        assert!((a.value[0] - b.value[0]).abs() < 1e-12);
    }

    #[test]
    fn the_estimated_step_of_two_increments_has_its_closed_form() {
        // With negligible repeatability the increments are N(0, s² Δt), so the estimate is the mean of increment²/Δt.
        let pilot = PilotSeries {
            t: vec![0.0, 1.0, 3.0],
            value: vec![0.0, 1.0, -1.0],
            u_rep: vec![1e-5; 3],
            u_sys: 0.0,
        };
        let step = estimate_step(&pilot).unwrap();
        assert!((step - 1.5_f64.sqrt()).abs() < 1e-6, "{step}");
    }

    #[test]
    fn a_steady_standard_has_no_walk() {
        let pilot = PilotSeries {
            t: vec![0.0, 1.0, 2.0, 3.0],
            value: vec![1.0, 1.001, 0.999, 1.0],
            u_rep: vec![0.01; 4],
            u_sys: 0.0,
        };
        assert_eq!(estimate_step(&pilot).unwrap(), 0.0);
    }

    proptest! {
        #[test]
        fn no_input_makes_the_estimate_panic(t in prop::collection::vec(any::<f64>(), 0..5), v in any::<f64>(), u in any::<f64>()) {
            let _ = estimate_step(&PilotSeries { value: vec![v; t.len()], u_rep: vec![u; t.len()], t, u_sys: u });
        }
    }
}
