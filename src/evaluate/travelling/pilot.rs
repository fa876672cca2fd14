//! The series of measurements by which the pilot watches the travelling standard.

use nalgebra::{DMatrix, DVector};

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Inapplicable};

/// Measurements of one travelling standard by the pilot.
#[derive(Debug, Clone, PartialEq)]
pub struct PilotSeries {
    /// Times of measurement, in any one unit; empty when only the order is known (petals).
    pub t: Vec<f64>,
    /// Measured values.
    pub value: Vec<f64>,
    /// Standard uncertainty of each value from what is independent between the measurements (repeatability), > 0.
    pub u_rep: Vec<f64>,
    /// Standard uncertainty common to all measurements of the pilot, ≥ 0. It enters a reference value once.
    pub u_sys: f64,
}

impl PilotSeries {
    /// Reads table `pilot`, see [`PilotSeries::read_table`].
    pub fn read(data: &Data, timed: bool) -> Result<PilotSeries, Inapplicable> {
        PilotSeries::read_table(data, "pilot", timed)
    }

    /// Reads a table of repeated measurements: `value`, `u_rep` (scalar or column), `u_sys_common` (0 when absent), and `t` if `timed`.
    pub fn read_table(data: &Data, table: &str, timed: bool) -> Result<PilotSeries, Inapplicable> {
        let value = columns::free_column(data, table, &["value"])?;
        let n = value.len();
        let t = if timed {
            columns::column(data, table, &["t", "time"], n)?
        } else {
            Vec::new()
        };
        let u_rep = columns::column(data, table, &["u_rep", "u"], n)?;
        columns::positive(&u_rep, table, "u_rep")?;
        let u_sys = columns::optional_column(data, table, &["u_sys_common", "u_sys"], 1)?
            .map_or(0.0, |v| v[0]);
        columns::not_negative(&[u_sys], table, "u_sys_common")?;
        Ok(PilotSeries {
            t,
            value,
            u_rep,
            u_sys,
        })
    }

    /// Refuses fewer than `needed` measurements.
    pub fn require(&self, needed: usize) -> Result<(), Inapplicable> {
        columns::at_least(
            self.value.len(),
            needed,
            "too-few-pilot-measurements",
            "主导实验室的测量",
            "pilot measurements",
        )
    }

    /// The measurements in the order of time (a stable sort, so the order of rows does not matter for distinct times).
    pub fn in_time_order(&self) -> PilotSeries {
        let mut order: Vec<usize> = (0..self.t.len()).collect();
        order.sort_by(|a, b| self.t[*a].total_cmp(&self.t[*b]));
        let pick = |v: &[f64]| order.iter().map(|i| v[*i]).collect();
        PilotSeries {
            t: pick(&self.t),
            value: pick(&self.value),
            u_rep: pick(&self.u_rep),
            u_sys: self.u_sys,
        }
    }

    /// A value near all measurements, subtracted before sums so that a large offset costs no digits.
    pub fn offset(&self) -> f64 {
        self.value.first().copied().unwrap_or(0.0)
    }

    /// The values minus [`PilotSeries::offset`].
    pub fn centred(&self) -> Vec<f64> {
        self.value.iter().map(|v| v - self.offset()).collect()
    }

    /// diag(u_rep²), n × n: the covariance without the part common to all measurements.
    pub fn repeatability(&self) -> DMatrix<f64> {
        let n = self.value.len();
        DMatrix::from_fn(n, n, |i, j| {
            if i == j {
                self.u_rep[i] * self.u_rep[i]
            } else {
                0.0
            }
        })
    }
}

/// Reference values at the times asked for, with their full covariance.
#[derive(Debug, Clone)]
pub struct Reference {
    /// One value per time.
    pub value: Vec<f64>,
    /// Covariance between the times, the common part of the pilot (u_sys²) included once.
    pub covariance: DMatrix<f64>,
}

/// The values `gain` × pilot and the covariance with the common part of the pilot added once.
pub(super) fn predict(
    pilot: &PilotSeries,
    gain: &DMatrix<f64>,
    covariance: DMatrix<f64>,
) -> Reference {
    let values = gain * DVector::from_vec(pilot.centred());
    Reference {
        value: values.iter().map(|v| v + pilot.offset()).collect(),
        covariance: covariance.add_scalar(pilot.u_sys * pilot.u_sys),
    }
}

/// Largest minus smallest value.
pub(super) fn range(values: &[f64]) -> f64 {
    values.iter().copied().fold(f64::NEG_INFINITY, f64::max)
        - values.iter().copied().fold(f64::INFINITY, f64::min)
}

/// A series of four measurements for the tests of this family.
#[cfg(test)]
pub(super) fn series() -> PilotSeries {
    PilotSeries {
        t: vec![0.0, 90.0, 180.0, 270.0],
        value: vec![5.0, 5.2, 5.1, 5.5],
        u_rep: vec![0.1, 0.2, 0.1, 0.15],
        u_sys: 0.3,
    }
}
