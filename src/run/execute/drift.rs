//! Follows the transfer standard over the pilot's measurements and treats what changed.

use jiff::civil::Date;

use super::super::outcome::Drift;
use super::super::results::Result as Submitted;
use super::PointRun;
use crate::condition::{Domain, Facts, Term};
use crate::evaluate::method::Inapplicable;
use crate::evaluate::travelling::drift::{DriftAction, LinearDrift, reference_at};
use crate::evaluate::travelling::pilot::PilotSeries;
use crate::plan::{Action, Plan, Step};

impl PointRun {
    pub(super) fn drift(
        &mut self,
        plan: &Plan,
        step: &Step,
        limit: Option<&Term>,
        action: &Action,
        repeatability: Option<f64>,
    ) -> Result<(), Inapplicable> {
        let dated: Vec<&Submitted> = self
            .pilot_series
            .iter()
            .filter(|r| r.date.is_some())
            .collect();
        let Some(start) = dated.first().and_then(|r| r.date) else {
            return Err(no_dates());
        };
        let t: Vec<f64> = dated
            .iter()
            .filter_map(|r| r.date)
            .map(|d| days(start, d))
            .collect();
        let value: Vec<f64> = dated.iter().map(|r| r.value).collect();
        let u_rep = repeatability
            .or_else(|| scatter(&t, &value))
            .ok_or_else(no_repeatability)?;
        // The common part of the pilot's uncertainty cancels in a change and is in the pilot's own result already.
        let series = PilotSeries {
            u_rep: vec![u_rep; t.len()],
            t,
            value,
            u_sys: 0.0,
        };
        let line = LinearDrift::fit(&series)?;
        let duration = series.t.last().copied().unwrap_or(0.0);
        let change = series.value.last().copied().unwrap_or(0.0)
            - series.value.first().copied().unwrap_or(0.0);
        let facts = DriftFacts {
            drift: line.slope * duration,
            u_drift: line.u_slope * duration,
            t: line.t(),
            change,
            u_rep,
            u_ref: self.provisional_u(),
            factor: self.factor,
        };
        let met = limit.map(|limit| limit.holds(&facts).unwrap_or(false));
        let mut drift = Drift {
            step: step.id.clone(),
            treatment: "none".to_owned(),
            slope: line.slope,
            u_slope: line.u_slope,
            change,
            u: 0.0,
            criterion_met: met,
            measurements: series.t.len(),
            clause: step.clause.clone(),
        };
        if met != Some(true) {
            match action.action.as_str() {
                "correct" => {
                    self.correct(plan, &series, &line, start)?;
                    drift.treatment = "corrected".to_owned();
                }
                "add-uncertainty" => {
                    // Rectangular over the observed change: |Δ|/√12.
                    let low = series.value.iter().copied().fold(f64::INFINITY, f64::min);
                    let high = series
                        .value
                        .iter()
                        .copied()
                        .fold(f64::NEG_INFINITY, f64::max);
                    drift.u = (high - low) / 12.0_f64.sqrt();
                    drift.treatment = "added".to_owned();
                }
                _ => {
                    self.outcome.drift = Some(drift);
                    return Err(halted());
                }
            }
        }
        self.outcome.drift = Some(drift);
        Ok(())
    }

    /// Brings every result to the mean time of the pilot's measurements; what the slope is uncertain by is common to all.
    fn correct(
        &mut self,
        plan: &Plan,
        series: &PilotSeries,
        line: &LinearDrift,
        start: Date,
    ) -> Result<(), Inapplicable> {
        let times: Vec<f64> = (0..self.labs.len())
            .map(|row| {
                if Some(row) == self.pilot {
                    return line.mean_time;
                }
                let submitted = self.outcome.results[row].date;
                submitted
                    .or_else(|| planned(plan, &self.labs.lab[row], &self.outcome.point))
                    .map_or(line.mean_time, |date| days(start, date))
            })
            .collect();
        let at = reference_at(series, DriftAction::CorrectLinear, &times)?;
        let mut v = self.own_variances();
        for i in 0..times.len() {
            let correction = line.level - at.value[i];
            self.outcome.results[i].correction = correction;
            self.labs.value[i] += correction;
            for (j, time) in times.iter().enumerate() {
                v[i][j] += (times[i] - line.mean_time)
                    * (time - line.mean_time)
                    * line.u_slope
                    * line.u_slope;
            }
        }
        if let Some(pilot) = self.pilot {
            self.labs.value[pilot] = line.level;
        }
        self.covariance = Some(v);
        Ok(())
    }

    /// Standard uncertainty of the reference value before anything is corrected, for criteria that speak of U_ref.
    pub(super) fn provisional_u(&self) -> f64 {
        crate::evaluate::reference::weighted_mean(&self.labs)
            .map_or_else(|_| self.pilot.map_or(f64::NAN, |p| self.labs.u[p]), |c| c.u)
    }
}

/// What a stability criterion may speak of; lengths in the measurand's unit, given out in coherent SI units.
struct DriftFacts {
    drift: f64,
    u_drift: f64,
    t: f64,
    change: f64,
    u_rep: f64,
    u_ref: f64,
    factor: f64,
}

impl Facts for DriftFacts {
    fn variable(&self, name: &str) -> Option<f64> {
        let own = match name {
            "drift" => self.drift,
            "u_drift" => self.u_drift,
            "change" => self.change,
            "u_rep" => self.u_rep,
            "U_rep" => 2.0 * self.u_rep,
            "u_ref" => self.u_ref,
            "U_ref" => 2.0 * self.u_ref,
            "t" => return Some(self.t),
            _ => return None,
        };
        Some(own * self.factor)
    }

    fn verdicts(&self, _domain: Domain) -> Vec<&str> {
        Vec::new()
    }
}

fn days(from: Date, to: Date) -> f64 {
    (to - from).get_days() as f64
}

/// The day in the middle of the laboratory's planned measurement of a point; several transfer standards may come to it at different times.
fn planned(plan: &Plan, laboratory: &str, point: &str) -> Option<Date> {
    let measured = |artefact: &str| {
        plan.content
            .artefacts
            .iter()
            .any(|a| a.id == artefact && a.measures.iter().any(|(_, p)| p == point))
    };
    let visit = plan
        .content
        .circulation
        .visits
        .iter()
        .find(|v| v.laboratory == laboratory && measured(&v.artefact))?;
    let half = (visit.to - visit.from).get_days() / 2;
    visit.from.checked_add(jiff::Span::new().days(half)).ok()
}

/// Repeatability from the scatter about the line, when there are enough measurements to tell.
fn scatter(t: &[f64], value: &[f64]) -> Option<f64> {
    if t.len() < 4 {
        return None;
    }
    let series = PilotSeries {
        t: t.to_vec(),
        value: value.to_vec(),
        u_rep: vec![1.0; t.len()],
        u_sys: 0.0,
    };
    let line = LinearDrift::fit(&series).ok()?;
    let variance = line.chi_squared / (t.len() as f64 - 2.0);
    (variance > 0.0).then(|| variance.sqrt())
}

fn no_dates() -> Inapplicable {
    Inapplicable::new(
        "no-pilot-dates",
        "主导实验室的结果没有测量日期，无法判断漂移；在结果表中填写日期",
        "the pilot's results carry no dates, so drift cannot be followed; fill in the column of dates",
    )
}

fn no_repeatability() -> Inapplicable {
    Inapplicable::new(
        "no-repeatability",
        "没有重复性标准偏差，且主导实验室的测量少于 4 次，无法由离散度得出；在 `稳定性` 中写 `重复性 …`",
        "the repeatability is not stated, and fewer than four measurements of the pilot do not show it; write `repeatability …` in `stability`",
    )
}

fn halted() -> Inapplicable {
    Inapplicable::new(
        "standard-unstable",
        "传递标准未满足稳定性判据，方案规定中止；该点不予评定",
        "the transfer standard does not meet the criterion of stability, and the protocol orders a halt; the point is not evaluated",
    )
}
