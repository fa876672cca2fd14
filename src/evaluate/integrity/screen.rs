//! Agreement that is too good: between two laboratories, and of one laboratory with the reference.

use nalgebra::DMatrix;

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Inapplicable};
use crate::numeric::distribution::{chi_squared_cdf, student_cdf};
use crate::numeric::sum::{dot, mean, sum};

/// Deviations from the reference, laboratories by items.
#[derive(Debug, Clone)]
pub struct Deviations {
    pub lab: Vec<String>,
    /// d, n × K.
    pub d: DMatrix<f64>,
    /// Standard uncertainties, n × K, > 0.
    pub u: DMatrix<f64>,
}

impl Deviations {
    /// Reads table `deviations`: `lab`, `d` and `u` (matrices, laboratories by items).
    pub fn read(data: &Data) -> Result<Deviations, Inapplicable> {
        let d = columns::matrix(data, "deviations", "d")?;
        let u = columns::matrix(data, "deviations", "u")?;
        columns::laboratories(d.nrows(), 2)?;
        let lab = columns::labels(data, "deviations", "lab", Some(d.nrows()))?;
        if d.shape() != u.shape() {
            return Err(Inapplicable::new(
                "wrong-length",
                format!(
                    "`d` 为 {} 行 {} 列，`u` 为 {} 行 {} 列；两者须一致",
                    d.nrows(),
                    d.ncols(),
                    u.nrows(),
                    u.ncols()
                ),
                format!(
                    "`d` is {} × {} but `u` is {} × {}; they must have the same shape",
                    d.nrows(),
                    d.ncols(),
                    u.nrows(),
                    u.ncols()
                ),
            ));
        }
        columns::positive(u.as_slice(), "deviations", "u")?;
        Ok(Deviations { lab, d, u })
    }

    /// d/u of one laboratory.
    pub fn scores(&self, i: usize) -> Vec<f64> {
        self.d
            .row(i)
            .iter()
            .zip(self.u.row(i).iter())
            .map(|(d, u)| d / u)
            .collect()
    }

    /// Σ (d_ik − d_jk)²/(u_ik² + u_jk²), χ²_K for independent laboratories with honest uncertainties.
    pub fn pair_distance(&self, i: usize, j: usize) -> f64 {
        sum((0..self.d.ncols()).map(|k| {
            let scaled = (self.d[(i, k)] - self.d[(j, k)]) / self.u[(i, k)].hypot(self.u[(j, k)]);
            scaled * scaled
        }))
    }

    /// P(χ²_K ≤ distance): small when the two agree better than their uncertainties allow.
    pub fn pair_left_tail(&self, i: usize, j: usize) -> f64 {
        chi_squared_cdf(self.pair_distance(i, j), self.d.ncols() as f64)
    }

    /// P(χ²_K ≤ Σ (d/u)²): small for overstated uncertainties or a reference that was known.
    pub fn lab_left_tail(&self, i: usize) -> f64 {
        let z = self.scores(i);
        chi_squared_cdf(dot(&z, &z), z.len() as f64)
    }

    /// (Σ (d/(k u))²/K)^½.
    pub fn rms_normalised(&self, i: usize, k: f64) -> f64 {
        let z = self.scores(i);
        (dot(&z, &z) / z.len() as f64).sqrt() / k
    }

    /// All pairs (i, j), i < j, in the order (1,2), (1,3), (2,3), (1,4) …
    pub fn pairs(&self) -> Vec<(usize, usize)> {
        (1..self.lab.len())
            .flat_map(|j| (0..j).map(move |i| (i, j)))
            .collect()
    }

    /// `A-B` for a pair.
    pub fn pair_name(&self, pair: (usize, usize)) -> String {
        format!("{}-{}", self.lab[pair.0], self.lab[pair.1])
    }
}

/// Left-tail probability of a distance Σ z² of `items` rounded differences, each wrong by rounding by at most `rounding` times its standard
/// uncertainty: P(χ²_K ≤ (√distance + √Σ rounding²)²).
///
/// A rounded distance that is no larger implies an unrounded one that is no larger than this, whatever the rounding, so the probability is
/// never too small; without rounding it is the exact one.
pub fn left_tail_of_rounded(distance: f64, rounding: &[f64]) -> f64 {
    let reach = distance.sqrt() + sum(rounding.iter().map(|r| r * r)).sqrt();
    chi_squared_cdf(reach * reach, rounding.len() as f64)
}

/// Pearson's correlation of two vectors; NaN for fewer than two items or a vector without spread.
pub fn correlation(a: &[f64], b: &[f64]) -> f64 {
    let (ma, mb) = (mean(a), mean(b));
    let da: Vec<f64> = a.iter().map(|x| x - ma).collect();
    let db: Vec<f64> = b.iter().map(|x| x - mb).collect();
    (dot(&da, &db) / (dot(&da, &da) * dot(&db, &db)).sqrt()).clamp(-1.0, 1.0)
}

/// P(correlation ≥ r) for `items` independent normal pairs (t with items − 2 degrees of freedom); NaN for fewer than three items.
pub fn correlation_p(r: f64, items: usize) -> f64 {
    if items < 3 {
        return f64::NAN;
    }
    let dof = items as f64 - 2.0;
    student_cdf(-r * (dof / ((1.0 - r) * (1.0 + r))).sqrt(), dof)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn results_copied_exactly_have_no_distance_and_no_chance() {
        let rows = [0.3, -1.0, 0.7, 0.3, -1.0, 0.7];
        let all = Deviations {
            lab: vec!["A".into(), "B".into()],
            d: DMatrix::from_row_slice(2, 3, &rows),
            u: DMatrix::from_element(2, 3, 1.0),
        };
        assert_eq!(all.pair_left_tail(0, 1), 0.0);
        assert!((correlation(&all.scores(0), &all.scores(1)) - 1.0).abs() < 1e-15);
    }

    #[test]
    fn the_left_tail_of_two_items_is_exponential() {
        let all = Deviations {
            lab: vec!["A".into(), "B".into()],
            d: DMatrix::from_row_slice(2, 2, &[0.6, 0.8, 0.0, 0.0]),
            u: DMatrix::from_element(2, 2, 1.0),
        };
        assert!((all.lab_left_tail(0) - (1.0 - (-0.5_f64).exp())).abs() < 1e-14);
        assert!((all.pair_left_tail(0, 1) - (1.0 - (-0.25_f64).exp())).abs() < 1e-14);
    }

    #[test]
    fn a_correlation_of_one_half_over_three_items_has_its_closed_form() {
        // t = r/√(1 − r²) with one degree of freedom (Cauchy): p = 1/2 − arctan(t)/π = 1/2 − arcsin(r)/π.
        assert!(
            (correlation_p(0.5, 3) - (0.5 - 0.5_f64.asin() / std::f64::consts::PI)).abs() < 1e-12
        );
    }
}
