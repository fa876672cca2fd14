//! A density on equidistant points: the quickest rule for a density with a single smooth hump.

use crate::numeric::special::{SINE_SERIES_END, sine_integral, sine_integral_auxiliary};
use crate::numeric::sum;
use std::f64::consts::{FRAC_1_PI, PI};

/// The points end where the density is below exp(−DROP) of its greatest value.
const DROP: f64 = 34.0;
const MOST_POINTS: usize = 300;
/// Agreement of the sums over even and over odd points: the share of the spectrum that the points cannot carry.
const AGREEMENT: f64 = 1e-10;
/// Steps are powers of two to this fraction, so that the lattices of many densities coincide and add up to few.
const STEPS_PER_OCTAVE: f64 = 4.0;

/// A density that the points resolve; between them it is the cardinal series.
pub struct Lattice {
    /// The points are whole multiples of the step; this is the first.
    first: i64,
    step: f64,
    /// Probabilities of the points.
    mass: Vec<f64>,
}

impl Lattice {
    /// The density of which `logs` are the logarithms from the point `first` on, normalised, and ln of its integral; None when the
    /// points are too coarse for it.
    pub fn resolved(first: i64, step: f64, logs: &[f64]) -> Option<(Lattice, f64)> {
        let peak = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let values: Vec<f64> = logs.iter().map(|log| (log - peak).exp()).collect();
        let every_other = |from: usize| sum::sum(values.iter().skip(from).step_by(2).copied());
        let (even, odd) = (every_other(0), every_other(1));
        let total = even + odd;
        // The comparison is written so that a NaN is refused.
        let resolved = (even - odd).abs() <= AGREEMENT * total;
        resolved.then(|| {
            let mass = values.iter().map(|v| v / total).collect();
            (Lattice { first, step, mass }, (total * step).ln() + peak)
        })
    }

    /// First point and number of points for a density on the multiples of `step`, over [`low`, `high`] and beyond until it
    /// vanishes, begun at `centre`. It is called at every eighth point only. None when the points are too many.
    pub fn extent(
        log_density: impl Fn(f64) -> f64,
        centre: f64,
        step: f64,
        low: f64,
        high: f64,
    ) -> Option<(i64, usize)> {
        const STRIDE: i64 = 8;
        let needed = (high - low) / step;
        if needed.is_nan() || needed >= MOST_POINTS as f64 {
            return None;
        }
        let start = (centre / step).round() as i64;
        let mut peak = log_density(start as f64 * step);
        let mut walk = |direction: i64| {
            let strides = 1..=MOST_POINTS as i64 / STRIDE;
            strides
                .map(|k| start + direction * STRIDE * k)
                .find(|place| {
                    let x = *place as f64 * step;
                    let log = log_density(x);
                    peak = peak.max(log);
                    log < peak - DROP && (x > high || direction < 0) && (x < low || direction > 0)
                })
        };
        let (first, last) = (walk(-1)?, walk(1)?);
        Some((first, usize::try_from(last - first + 1).ok()?))
    }

    /// The greatest step not above this of which lattices are made.
    pub fn step_below(step: f64) -> f64 {
        ((step.log2() * STEPS_PER_OCTAVE).floor() / STEPS_PER_OCTAVE).exp2()
    }

    /// No density yet, on the multiples of `step`.
    pub fn empty(step: f64) -> Lattice {
        Lattice {
            first: 0,
            step,
            mass: Vec::new(),
        }
    }

    pub fn step(&self) -> f64 {
        self.step
    }

    /// Adds `share` of another density on the multiples of the same step.
    pub fn add(&mut self, share: f64, other: &Lattice) {
        for (k, mass) in other.mass.iter().enumerate() {
            self.add_point(share * mass, other.first + k as i64);
        }
    }

    /// Adds `mass` at the point `place` steps from zero.
    pub fn add_point(&mut self, mass: f64, place: i64) {
        if self.mass.is_empty() {
            self.first = place;
        }
        let missing = usize::try_from(self.first - place).unwrap_or(0);
        if missing > 0 {
            self.mass.splice(0..0, std::iter::repeat_n(0.0, missing));
            self.first = place;
        }
        let index = usize::try_from(place - self.first).unwrap_or(0);
        if index >= self.mass.len() {
            self.mass.resize(index + 1, 0.0);
        }
        self.mass[index] += mass;
    }

    /// Points and probabilities.
    pub fn nodes(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        self.mass
            .iter()
            .enumerate()
            .map(|(k, m)| ((self.first + k as i64) as f64 * self.step, *m))
    }

    /// Distribution function and density at `x`.
    ///
    /// All arguments of the sine integral differ by multiples of π, so one sine and one cosine serve all points.
    pub fn cdf_and_density(&self, x: f64) -> (f64, f64) {
        let nearest = (x / self.step).round();
        let rest = PI * (x / self.step - nearest);
        let (sine, cosine) = rest.sin_cos();
        let (mut below, mut density) = (0.0, 0.0);
        for (k, mass) in self.mass.iter().enumerate() {
            let steps = nearest as i64 - self.first - k as i64;
            let t = rest + PI * steps as f64;
            let sign = if steps % 2 == 0 { 1.0 } else { -1.0 };
            let share = if t.abs() < SINE_SERIES_END {
                0.5 + FRAC_1_PI * sine_integral(t)
            } else {
                let (f, g) = sine_integral_auxiliary(t.abs());
                let wave = FRAC_1_PI * sign * (f * cosine + g * sine * t.signum());
                if t > 0.0 { 1.0 - wave } else { wave }
            };
            below += mass * share;
            density += mass * if t == 0.0 { 1.0 } else { sign * sine / t };
        }
        (below, density / self.step)
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::numeric::distribution::{normal_cdf, normal_pdf};

    fn lattice(log_density: impl Fn(f64) -> f64, reach: f64) -> Option<(Lattice, f64)> {
        let step = Lattice::step_below(0.4);
        let (first, count) = Lattice::extent(&log_density, 0.1, step, -reach, reach)?;
        let places = (first..).take(count).map(|k| k as f64 * step);
        let logs: Vec<f64> = places.map(log_density).collect();
        Lattice::resolved(first, step, &logs)
    }

    #[test]
    fn a_normal_density_is_resolved_between_the_points() {
        let (lattice, log_integral) = lattice(|x| -0.5 * (x - 0.1).powi(2), 1.0).unwrap();
        assert!((log_integral - (2.0 * PI).sqrt().ln()).abs() < 1e-12);
        for x in [0.1, 1.234, -3.0, 5.5] {
            let (below, density) = lattice.cdf_and_density(x);
            assert!((below - normal_cdf(x - 0.1)).abs() < 1e-10);
            assert!((density - normal_pdf(x - 0.1)).abs() < 1e-10);
        }
    }

    #[test]
    fn lattices_of_one_step_add_up_to_the_mixture() {
        let of = |centre: f64| lattice(|x| -0.5 * (x - centre).powi(2), 1.0).unwrap().0;
        let mut sum = Lattice::empty(Lattice::step_below(0.4));
        sum.add(0.25, &of(3.0));
        sum.add(0.75, &of(-2.0));
        let (below, density) = sum.cdf_and_density(0.5);
        let expected = 0.25 * normal_cdf(-2.5) + 0.75 * normal_cdf(2.5);
        assert!((below - expected).abs() < 1e-10);
        let expected = 0.25 * normal_pdf(-2.5) + 0.75 * normal_pdf(2.5);
        assert!((density - expected).abs() < 1e-10);
    }

    #[test]
    fn a_kink_or_a_hump_narrower_than_the_step_is_refused() {
        assert!(lattice(|x: f64| -x.abs(), 1.0).is_none());
        assert!(lattice(|x: f64| -50.0 * x * x, 1.0).is_none());
        assert!(lattice(|x: f64| -x * x, 1e6).is_none());
    }
}
