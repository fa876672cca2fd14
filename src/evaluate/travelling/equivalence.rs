//! Degrees of equivalence with their full covariance, unilateral and bilateral.

use nalgebra::DMatrix;

use crate::evaluate::columns;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Inapplicable, Quantities};
use crate::evaluate::travelling::pilot::Reference;
use crate::numeric::distribution::chi_squared_sf;
use crate::numeric::least_squares::{rows, standard_uncertainties};

/// Laboratory results measured on a travelling standard.
#[derive(Debug, Clone)]
pub struct Visits {
    pub results: Laboratories,
    /// Time of each measurement; empty when the design does not need it.
    pub t: Vec<f64>,
    /// Standard uncertainty by transport of the standard to each laboratory, independent between laboratories.
    pub u_transport: Vec<f64>,
}

impl Visits {
    /// Reads table `labs`: the result columns, `t` if `timed`, and `u_transport` (scalar or column, 0 when absent).
    pub fn read(data: &Data, timed: bool) -> Result<Visits, Inapplicable> {
        let results = Laboratories::read_measurements(data, "labs")?;
        let n = results.len();
        let t = if timed {
            columns::column(data, "labs", &["t", "time"], n)?
        } else {
            Vec::new()
        };
        let u_transport = columns::optional_column(data, "labs", &["u_transport", "u_tr"], n)?
            .unwrap_or_else(|| vec![0.0; n]);
        columns::not_negative(&u_transport, "labs", "u_transport")?;
        Ok(Visits {
            results,
            t,
            u_transport,
        })
    }

    /// u² + u_transport² of laboratory `i`.
    pub fn variance(&self, i: usize) -> f64 {
        self.results.u[i] * self.results.u[i] + self.u_transport[i] * self.u_transport[i]
    }
}

/// Differences of laboratories from their reference values and the covariance between them.
#[derive(Debug, Clone)]
pub struct Equivalence {
    /// D_i = x_i − reference_i.
    pub d: Vec<f64>,
    /// cov(D_i, D_j), n × n.
    pub covariance: DMatrix<f64>,
}

impl Equivalence {
    /// Laboratories that have no part in the reference: cov(D) = diag(u² + u_transport²) + cov(reference).
    pub fn outside(visits: &Visits, reference: &Reference) -> Equivalence {
        let mut covariance = reference.covariance.clone();
        (0..visits.results.len()).for_each(|i| covariance[(i, i)] += visits.variance(i));
        Equivalence {
            d: visits
                .results
                .value
                .iter()
                .zip(&reference.value)
                .map(|(x, r)| x - r)
                .collect(),
            covariance,
        }
    }

    /// Standard uncertainties of the differences.
    pub fn u(&self) -> Vec<f64> {
        standard_uncertainties(&self.covariance)
    }

    /// D_i/(k u(D_i)).
    pub fn normalised(&self, k: f64) -> Vec<f64> {
        self.d
            .iter()
            .zip(self.u())
            .map(|(d, u)| d / (k * u))
            .collect()
    }

    /// D_i − D_j, n × n.
    pub fn bilateral(&self) -> Vec<Vec<f64>> {
        self.d
            .iter()
            .map(|a| self.d.iter().map(|b| a - b).collect())
            .collect()
    }

    /// u(D_i − D_j) = (V_ii + V_jj − 2 V_ij)^½, n × n; what the two laboratories share cancels.
    pub fn bilateral_u(&self) -> Vec<Vec<f64>> {
        let v = &self.covariance;
        let n = self.d.len();
        (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| {
                        if i == j {
                            0.0
                        } else {
                            (v[(i, i)] + v[(j, j)] - 2.0 * v[(i, j)]).max(0.0).sqrt()
                        }
                    })
                    .collect()
            })
            .collect()
    }

    /// Writes `doe.D`, `doe.u`, `doe.covariance`, `doe.En_k…`, `doe.bilateral.D` and `doe.bilateral.u`.
    pub fn record(&self, k: f64, out: &mut Quantities) {
        out.numbers("doe.D", self.d.clone());
        out.numbers("doe.u", self.u());
        out.matrix("doe.covariance", rows(&self.covariance));
        out.numbers(&format!("doe.En_k{k}"), self.normalised(k));
        out.matrix("doe.bilateral.D", self.bilateral());
        out.matrix("doe.bilateral.u", self.bilateral_u());
    }
}

/// Writes `chi2.value`, `chi2.dof` and, when there are degrees of freedom, `chi2.p_right`.
pub(super) fn record_chi_squared(observed: f64, dof: usize, out: &mut Quantities) {
    out.number("chi2.value", observed);
    out.number("chi2.dof", dof as f64);
    if dof > 0 {
        out.number("chi2.p_right", chi_squared_sf(observed, dof as f64));
    }
}
