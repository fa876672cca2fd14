//! How a travelling standard changes between the pilot's measurements, and its reference value at any time.

use nalgebra::DMatrix;

use crate::evaluate::columns;
use crate::evaluate::method::{Inapplicable, Quantities};
use crate::evaluate::travelling::pilot::{PilotSeries, Reference, predict, range};
use crate::evaluate::travelling::walk;
use crate::numeric::distribution::{chi_squared_sf, normal_sf};
use crate::numeric::least_squares::propagate;
use crate::numeric::sum::{dot, sum};

/// What is done about the change of a travelling standard.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum DriftAction {
    /// The weighted mean of the pilot's values serves everybody; change is neglected.
    Neglect,
    /// The mean serves everybody; the observed range is added as a rectangular distribution, u = range/√12.
    Widen,
    /// The weighted straight line through the pilot's values, taken at the time of each laboratory.
    CorrectLinear,
    /// The straight line between the pilot measurements before and after each laboratory.
    Interpolate,
    /// Best linear unbiased prediction of a random walk with variance `step`² per unit of time.
    RandomWalk { step: f64 },
    /// Each laboratory is referred to the mean of the pilot measurements just before and just after it (petals).
    Split,
    /// The standard has failed; no reference value is formed.
    Invalidate,
}

impl DriftAction {
    /// The action called `word`; `step` is needed by the random walk alone.
    pub fn parse(word: &str, step: Option<f64>) -> Result<DriftAction, Inapplicable> {
        match word {
            "none" => Ok(DriftAction::Neglect),
            "widen" => Ok(DriftAction::Widen),
            "correct" => Ok(DriftAction::CorrectLinear),
            "interpolate" => Ok(DriftAction::Interpolate),
            "split" => Ok(DriftAction::Split),
            "invalidate" => Ok(DriftAction::Invalidate),
            "random-walk" => step
                .map(|step| DriftAction::RandomWalk { step })
                .ok_or_else(|| columns::bad_option("s_w", "-")),
            other => Err(columns::bad_option("action", other)),
        }
    }
}

/// The weighted straight line through the pilot's values: level + slope (t − mean time).
///
/// Weights 1/u_rep²; the part common to all pilot values does not enter the fit.
#[derive(Debug, Clone, PartialEq)]
pub struct LinearDrift {
    /// Weighted mean of the times; level and slope are uncorrelated there.
    pub mean_time: f64,
    /// Value of the line at the mean time.
    pub level: f64,
    /// Standard uncertainty of the level from repeatability alone.
    pub u_level: f64,
    /// Change per unit of time.
    pub slope: f64,
    /// Standard uncertainty of the slope from repeatability alone.
    pub u_slope: f64,
    /// Σ (residual/u_rep)².
    pub chi_squared: f64,
    /// n − 2.
    pub dof: usize,
    /// (Σ residual²/(n − 2))^½, the scatter that was observed; NaN for two measurements.
    pub residual_sd: f64,
}

impl LinearDrift {
    /// Fits at least two measurements at different times.
    pub fn fit(pilot: &PilotSeries) -> Result<LinearDrift, Inapplicable> {
        let n = pilot.value.len();
        pilot.require(2)?;
        let centred = pilot.centred();
        let weights = weights(pilot);
        let total = sum(weights.iter().copied());
        let first = pilot.t[0];
        let mean_time =
            first + sum(weights.iter().zip(&pilot.t).map(|(w, t)| w * (t - first))) / total;
        let mean_value = dot(&weights, &centred) / total;
        let lever: Vec<f64> = pilot.t.iter().map(|t| t - mean_time).collect();
        let spread = sum(weights.iter().zip(&lever).map(|(w, d)| w * d * d));
        // Every weighted lever at rounding level of the times means that the times are equal.
        if !spread.is_normal()
            || spread.sqrt()
                <= 1e-12 * total.sqrt() * pilot.t.iter().fold(0.0, |m, t| t.abs().max(m))
        {
            return Err(Inapplicable::new(
                "one-time-only",
                "主导实验室的全部测量在同一时刻，无法确定漂移；请补充不同时刻的测量，或改用不修正漂移的方法",
                "all pilot measurements are at one time, so the drift is not determined; add measurements at other times, or use a method without drift correction",
            ));
        }
        let slope = sum(weights
            .iter()
            .zip(&lever)
            .zip(&centred)
            .map(|((w, d), x)| w * d * (x - mean_value)))
            / spread;
        let residuals: Vec<f64> = centred
            .iter()
            .zip(&lever)
            .map(|(x, d)| (x - mean_value) - slope * d)
            .collect();
        let dof = n - 2;
        let drift = LinearDrift {
            mean_time,
            level: pilot.offset() + mean_value,
            u_level: total.sqrt().recip(),
            slope,
            u_slope: spread.sqrt().recip(),
            chi_squared: sum(weights.iter().zip(&residuals).map(|(w, r)| w * r * r)),
            dof,
            residual_sd: (dot(&residuals, &residuals) / dof as f64).sqrt(),
        };
        if [drift.level, drift.slope, drift.u_slope, drift.u_level]
            .iter()
            .all(|v| v.is_finite())
        {
            Ok(drift)
        } else {
            Err(columns::out_of_range())
        }
    }

    /// slope/u(slope); beyond ±1.96 the drift is significant at 5 % (normal).
    pub fn t(&self) -> f64 {
        self.slope / self.u_slope
    }

    /// P(|Z| > |t|) without drift, repeatability taken as known.
    pub fn p_no_drift(&self) -> f64 {
        2.0 * normal_sf(self.t().abs())
    }

    /// P(χ² > observed): small when the line does not describe the change. `None` without degrees of freedom.
    pub fn p_lack_of_fit(&self) -> Option<f64> {
        (self.dof > 0).then(|| chi_squared_sf(self.chi_squared, self.dof as f64))
    }

    /// Writes `drift.*` and `fit.*`.
    pub fn record(&self, out: &mut Quantities) {
        out.number("drift.slope", self.slope);
        out.number("drift.u_slope", self.u_slope);
        out.number("drift.t", self.t());
        out.number("drift.p_two_sided", self.p_no_drift());
        out.number("drift.mean_time", self.mean_time);
        out.number("drift.level_at_mean_time", self.level);
        out.number("drift.u_level", self.u_level);
        out.number("fit.chi2", self.chi_squared);
        out.number("fit.dof", self.dof as f64);
        if let Some(p) = self.p_lack_of_fit() {
            out.number("fit.p_right", p);
            out.number("fit.residual_sd", self.residual_sd);
        }
    }
}

/// Reference values of the travelling standard at `times` under `action`, with the covariance between them.
///
/// Errors: too few pilot measurements; a time outside the pilot's measurements for the actions that interpolate; a failed standard.
/// Source: linear propagation (JCGM 102:2011) through the weights of the pilot values; for the random walk, best linear unbiased
/// prediction as in Elster, Wöger and Cox 2005.
pub fn reference_at(
    pilot: &PilotSeries,
    action: DriftAction,
    times: &[f64],
) -> Result<Reference, Inapplicable> {
    let ordered = pilot.in_time_order();
    let reference = match action {
        DriftAction::Invalidate => Err(invalid_standard()),
        DriftAction::RandomWalk { step } => walk::predict_walk(&ordered, step, times),
        _ => {
            let gain = gain(&ordered, action, times)?;
            let mut covariance = propagate(&gain, &ordered.repeatability());
            if action == DriftAction::Widen {
                let extra = range(&ordered.value).powi(2) / 12.0;
                // The unknown course leaves different errors at different times, so a difference of two laboratories keeps both.
                (0..times.len()).for_each(|i| covariance[(i, i)] += extra);
            }
            Ok(predict(&ordered, &gain, covariance))
        }
    }?;
    if reference
        .value
        .iter()
        .chain(reference.covariance.iter())
        .all(|v| v.is_finite())
    {
        Ok(reference)
    } else {
        Err(columns::out_of_range())
    }
}

/// Weight of every pilot value in the reference value at every time, times × pilot; every row sums to 1.
fn gain(
    pilot: &PilotSeries,
    action: DriftAction,
    times: &[f64],
) -> Result<DMatrix<f64>, Inapplicable> {
    let n = pilot.value.len();
    let weights = weights(pilot);
    let total = sum(weights.iter().copied());
    match action {
        DriftAction::Neglect => Ok(DMatrix::from_fn(times.len(), n, |_, j| weights[j] / total)),
        DriftAction::Widen => {
            pilot.require(2)?;
            Ok(DMatrix::from_fn(times.len(), n, |_, j| weights[j] / total))
        }
        DriftAction::CorrectLinear => {
            let line = LinearDrift::fit(pilot)?;
            let spread = (line.u_slope * line.u_slope).recip();
            Ok(DMatrix::from_fn(times.len(), n, |i, j| {
                weights[j] / total
                    + (times[i] - line.mean_time) * weights[j] * (pilot.t[j] - line.mean_time)
                        / spread
            }))
        }
        DriftAction::Interpolate | DriftAction::Split => {
            let mut gain = DMatrix::zeros(times.len(), n);
            for (i, time) in times.iter().enumerate() {
                let after = neighbour_after(pilot, *time)?;
                let between = pilot.t[after] - pilot.t[after - 1];
                let share = if action == DriftAction::Split {
                    0.5
                } else {
                    (time - pilot.t[after - 1]) / between
                };
                gain[(i, after - 1)] = 1.0 - share;
                gain[(i, after)] = share;
            }
            Ok(gain)
        }
        DriftAction::RandomWalk { .. } | DriftAction::Invalidate => Err(invalid_standard()),
    }
}

/// Index of the pilot measurement after `time`; the one before it precedes. The times must differ.
fn neighbour_after(pilot: &PilotSeries, time: f64) -> Result<usize, Inapplicable> {
    let after = pilot.t.partition_point(|t| *t < time).max(1);
    let bracketed =
        after < pilot.t.len() && pilot.t[after - 1] <= time && pilot.t[after - 1] < pilot.t[after];
    if bracketed {
        return Ok(after);
    }
    Err(Inapplicable::new(
        "not-bracketed",
        format!(
            "时刻 {time} 前后没有两次不同时刻的主导实验室测量，不能内插；请补充该参比实验室之前或之后的主导实验室测量"
        ),
        format!(
            "time {time} does not lie between two pilot measurements at different times; add a pilot measurement before or after that laboratory"
        ),
    ))
}

fn weights(pilot: &PilotSeries) -> Vec<f64> {
    pilot.u_rep.iter().map(|u| (u * u).recip()).collect()
}

fn invalid_standard() -> Inapplicable {
    Inapplicable::new(
        "travelling-standard-invalid",
        "传递标准已判定失效，不给出参考值；请更换传递标准后重新循环，或把失效前的结果单独评定",
        "the travelling standard was declared invalid, so no reference value is formed; repeat the circulation with another standard, or evaluate the results before the failure apart",
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::travelling::pilot::series;
    use proptest::prelude::*;

    #[test]
    fn the_line_extrapolates_with_growing_uncertainty_but_interpolation_refuses() {
        let line = reference_at(&series(), DriftAction::CorrectLinear, &[135.0, 1000.0]).unwrap();
        assert!(line.covariance[(1, 1)] > line.covariance[(0, 0)]);
        assert_eq!(
            reference_at(&series(), DriftAction::Interpolate, &[1000.0])
                .unwrap_err()
                .kind,
            "not-bracketed"
        );
    }

    #[test]
    fn an_invalid_standard_has_no_reference() {
        let refusal = reference_at(&series(), DriftAction::Invalidate, &[10.0]).unwrap_err();
        assert_eq!(refusal.kind, "travelling-standard-invalid");
    }

    proptest! {
        #[test]
        fn order_of_rows_offset_and_unit_do_not_matter(offset in -1e6..1e6_f64, unit in 1e-6..1e6_f64) {
            let plain = reference_at(&series(), DriftAction::CorrectLinear, &[45.0, 250.0]).unwrap();
            let s = series();
            let turned = PilotSeries {
                t: s.t.iter().rev().copied().collect(),
                value: s.value.iter().rev().map(|v| (v + offset) * unit).collect(),
                u_rep: s.u_rep.iter().rev().map(|u| u * unit).collect(),
                u_sys: s.u_sys * unit,
            };
            let other = reference_at(&turned, DriftAction::CorrectLinear, &[45.0, 250.0]).unwrap();
            for i in 0..2 {
                prop_assert!((other.value[i] / unit - offset - plain.value[i]).abs() < 1e-9 * (1.0 + offset.abs()) * 1e-2);
                prop_assert!((other.covariance[(i, i)].sqrt() / unit - plain.covariance[(i, i)].sqrt()).abs() < 1e-12);
            }
        }

        #[test]
        fn no_input_makes_it_panic(t in prop::collection::vec(any::<f64>(), 0..5), v in any::<f64>(), u in any::<f64>(), step in any::<f64>()) {
            let pilot = PilotSeries { value: vec![v; t.len()], u_rep: vec![u; t.len()], t, u_sys: u };
            for action in [DriftAction::Neglect, DriftAction::Widen, DriftAction::CorrectLinear, DriftAction::Interpolate, DriftAction::Split, DriftAction::RandomWalk { step }] {
                let _ = reference_at(&pilot, action, &[0.0, v]);
            }
        }
    }
}
