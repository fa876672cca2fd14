//! A density on equidistant points: the quickest rule for a density with a single smooth hump.

use crate::numeric::special::sine_integral;
use crate::numeric::sum;
use std::f64::consts::PI;

/// The points end where the density is below exp(−DROP) of its greatest value.
const DROP: f64 = 40.0;
const MOST_POINTS: usize = 300;
/// Agreement of the sums over even and over odd points: the share of the spectrum that the points cannot carry.
const AGREEMENT: f64 = 1e-10;

/// A normalised density that the points resolve; between them it is the cardinal series.
pub struct Lattice {
    first: f64,
    step: f64,
    /// Probabilities of the points, sum 1.
    mass: Vec<f64>,
}

impl Lattice {
    /// Points `centre` + k·`step` over [`low`, `high`] and beyond until the density vanishes, with ln of the integral and what
    /// `evaluate` gives at every point beside the logarithm of the density. None when the points are too many or too coarse for
    /// the density.
    pub fn new<T>(
        mut evaluate: impl FnMut(f64) -> (f64, T),
        centre: f64,
        step: f64,
        low: f64,
        high: f64,
    ) -> Option<(Lattice, f64, Vec<T>)> {
        let needed = (high - low) / step;
        if needed.is_nan() || needed >= MOST_POINTS as f64 {
            return None;
        }
        let middle = evaluate(centre);
        let mut peak = middle.0;
        let mut walk = |direction: f64| {
            let mut points = Vec::new();
            loop {
                let x = centre + direction * step * (points.len() as f64 + 1.0);
                let (log, beside) = evaluate(x);
                peak = peak.max(log);
                points.push((log, beside));
                if points.len() > MOST_POINTS {
                    return None;
                }
                if log < peak - DROP
                    && (x > high || direction < 0.0)
                    && (x < low || direction > 0.0)
                {
                    return Some(points);
                }
            }
        };
        let (mut points, above) = (walk(-1.0)?, walk(1.0)?);
        let first = centre - step * points.len() as f64;
        points.reverse();
        points.push(middle);
        points.extend(above);
        let values: Vec<f64> = points.iter().map(|(log, _)| (log - peak).exp()).collect();
        let every_other = |from: usize| sum::sum(values.iter().skip(from).step_by(2).copied());
        let (even, odd) = (every_other(0), every_other(1));
        if (even - odd).abs() > AGREEMENT * (even + odd) {
            return None;
        }
        let total = even + odd;
        let mass = values.iter().map(|v| v / total).collect();
        let beside = points.into_iter().map(|(_, beside)| beside).collect();
        Some((
            Lattice { first, step, mass },
            (total * step).ln() + peak,
            beside,
        ))
    }

    /// Points and probabilities.
    pub fn nodes(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.mass
            .iter()
            .enumerate()
            .map(|(k, m)| (self.first + self.step * k as f64, *m))
    }

    /// Distribution function and density at `x`.
    pub fn cdf_and_density(&self, x: f64) -> (f64, f64) {
        let (mut below, mut density) = (0.0, 0.0);
        for (point, mass) in self.nodes() {
            let t = PI * (x - point) / self.step;
            below += mass * (0.5 + sine_integral(t) / PI);
            density += mass * if t == 0.0 { 1.0 } else { t.sin() / t };
        }
        (below, density / self.step)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::numeric::distribution::{normal_cdf, normal_pdf};

    #[test]
    fn a_normal_density_is_resolved_between_the_points() {
        let (lattice, log_total, beside) =
            Lattice::new(|x| (-0.5 * x * x, x), 0.1, 0.4, -1.0, 1.0).unwrap();
        for ((point, _), x) in lattice.nodes().zip(beside) {
            assert!((point - x).abs() < 1e-12);
        }
        assert!((log_total - (2.0 * PI).sqrt().ln()).abs() < 1e-12);
        let (below, density) = lattice.cdf_and_density(1.234);
        assert!(
            (below - normal_cdf(1.234)).abs() < 1e-10
                && (density - normal_pdf(1.234)).abs() < 1e-10
        );
    }

    #[test]
    fn a_kink_or_a_hump_narrower_than_the_step_is_refused() {
        assert!(Lattice::new(|x: f64| (-x.abs(), ()), 0.0, 0.4, -1.0, 1.0).is_none());
        assert!(Lattice::new(|x: f64| (-50.0 * x * x, ()), 0.0, 0.4, -1.0, 1.0).is_none());
        assert!(Lattice::new(|x: f64| (-x * x, ()), 0.0, 0.4, -1e6, 1e6).is_none());
    }
}
