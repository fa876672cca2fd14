//! Propagation of distributions through a reference value and its differences: the independent check of JCGM 101:2008, clause 8.
//!
//! The measurement model is y = Σ w x with the weights that the evaluation found, or a value given from outside; D_i = x_i − y. Results
//! with finite degrees of freedom are drawn from scaled and shifted t distributions (6.4.9), correlated ones from a joint normal one.

use serde::{Deserialize, Serialize};

use super::draws::factorise;
use super::tally::Tally;
use crate::evaluate::effective_dof::{coverage_factor, welch_satterthwaite};
use crate::evaluate::method::Inapplicable;
use crate::numeric::distribution::normal_cdf;
use crate::numeric::stream::{self, BLOCK, Stream};
use crate::numeric::sum::sum;

/// Blocks that are held in memory at a time.
const ROUND: usize = 50;

/// What is propagated; every list has one entry per laboratory.
#[derive(Debug, Clone, PartialEq)]
pub struct Model {
    pub u: Vec<f64>,
    pub dof: Vec<f64>,
    /// Covariance of the results, row by row, where they are correlated; degrees of freedom do not count then.
    pub covariance: Option<Vec<Vec<f64>>>,
    /// Weights of the reference value; all zero for one given from outside.
    pub weights: Vec<f64>,
    /// Standard uncertainty of a reference value given from outside, else zero.
    pub u_given: f64,
    /// Dark uncertainty that acts on the reference value, and whether it is part of the differences too.
    pub tau: f64,
    pub dark_differences: bool,
    /// Standard uncertainty that the transfer standard adds to every difference, and the part of it that the reference value has too.
    pub u_standard: f64,
    pub u_standard_reference: f64,
}

/// The drawn distribution of a deviation from its estimate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Drawn {
    pub mean: f64,
    /// Standard deviation; none where a t distribution with two degrees of freedom or fewer has none.
    pub sd: Option<f64>,
    /// Ends of the interval that leaves equal probabilities outside.
    pub low: f64,
    pub high: f64,
    /// The factor by which the GUM expands the standard uncertainty to that interval: Student's t at the effective degrees of freedom.
    pub k: f64,
}

/// The drawn distributions of y and of the D.
#[derive(Debug, Clone, PartialEq)]
pub struct Propagated {
    /// Draws made: the number asked for, rounded up to whole blocks.
    pub draws: usize,
    pub reference: Drawn,
    pub differences: Vec<Drawn>,
}

/// Draws `draws` times and gives the intervals with the probability of ±k standard deviations of a normal distribution.
///
/// Errors: a covariance that is not positive definite.
pub fn propagate(
    model: &Model,
    k: f64,
    seed: u64,
    draws: usize,
) -> Result<Propagated, Inapplicable> {
    let factor = model.covariance.as_deref().map(factorise).transpose()?;
    let n = model.u.len();
    let scale = model.scales();
    let block = |stream: &mut Stream| {
        let mut tally = Tally::new(n + 1);
        let (mut noise, mut drawn) = (vec![0.0; n], vec![0.0; n + 1]);
        let mut columns = vec![Vec::with_capacity(BLOCK); n + 1];
        for _ in 0..BLOCK {
            model.draw(factor.as_deref(), stream, &mut noise, &mut drawn);
            for (column, value) in columns.iter_mut().zip(&drawn) {
                column.push(*value);
            }
        }
        for (quantity, column) in columns.iter().enumerate() {
            tally.add(quantity, column, 0.0, scale[quantity].recip());
        }
        tally
    };
    let mut all = Tally::new(n + 1);
    let wanted = stream::blocks_for(draws);
    for first in (0..wanted).step_by(ROUND) {
        let parts = stream::blocks(seed, first, ROUND.min(wanted - first), block);
        parts.iter().for_each(|part| all.merge(part));
    }
    let tail = normal_cdf(-k);
    let factors = model.effective_dof().map_or_else(
        || vec![k; n + 1],
        |dof| {
            let factor = |dof: &f64| match dof.is_finite() {
                true => coverage_factor(1.0 - 2.0 * tail, *dof),
                false => k,
            };
            dof.iter().map(factor).collect()
        },
    );
    let has_sd = factor.is_some() || model.dof.iter().all(|dof| *dof > 2.0);
    let drawn = |quantity: usize| {
        let (mean, sd) = all.mean_and_sd(quantity);
        let scale = scale[quantity];
        Drawn {
            mean: scale * mean,
            sd: has_sd.then_some(scale * sd),
            low: scale * all.quantile(quantity, tail),
            high: scale * all.quantile(quantity, 1.0 - tail),
            k: factors[quantity],
        }
    };
    Ok(Propagated {
        draws: all.count(),
        reference: drawn(0),
        differences: (1..=n).map(drawn).collect(),
    })
}

impl Model {
    /// One draw: the deviation of y, then those of the D.
    fn draw(
        &self,
        factor: Option<&[Vec<f64>]>,
        stream: &mut Stream,
        noise: &mut [f64],
        drawn: &mut [f64],
    ) {
        let n = self.u.len();
        noise.iter_mut().for_each(|z| *z = stream.normal());
        let (mut y, mut y_stated) = (self.u_given * stream.normal(), 0.0);
        for i in 0..n {
            let stated = match factor {
                Some(rows) => rows[i].iter().zip(noise.iter()).map(|(l, z)| l * z).sum(),
                None => self.u[i] * noise[i] / stream.reduced_chi_squared(self.dof[i]).sqrt(),
            };
            let dark = if self.tau > 0.0 {
                self.tau * stream.normal()
            } else {
                0.0
            };
            y += self.weights[i] * (stated + dark);
            y_stated += self.weights[i] * stated;
            drawn[i + 1] = stated + if self.dark_differences { dark } else { 0.0 };
        }
        let standard = self.u_standard * stream.normal();
        let in_differences = if self.dark_differences || self.tau == 0.0 {
            y
        } else {
            y_stated
        };
        for difference in drawn.iter_mut().skip(1) {
            *difference += standard - in_differences;
        }
        drawn[0] = y + self.u_standard_reference * stream.normal();
    }

    /// Effective degrees of freedom (Welch–Satterthwaite) of y and of every D, in the order in which they are drawn; none of correlated
    /// results, to which the formula does not apply.
    fn effective_dof(&self) -> Option<Vec<f64>> {
        if self.covariance.is_some() {
            return None;
        }
        let of = |quantity: usize| {
            let standard = match quantity {
                0 => self.u_standard_reference,
                _ => self.u_standard,
            };
            let dark = if quantity == 0 || self.dark_differences {
                self.tau
            } else {
                0.0
            };
            let coefficients = self.coefficients(quantity);
            let parts = coefficients.iter().zip(&self.u).map(|(c, u)| c * u);
            let darks = coefficients.iter().map(|c| c * dark);
            let (mut parts, mut dof) = (parts.collect::<Vec<f64>>(), self.dof.clone());
            parts.extend(darks.chain([self.u_given, standard]));
            dof.resize(parts.len(), f64::INFINITY);
            welch_satterthwaite(&parts, &dof)
        };
        Some((0..=self.u.len()).map(of).collect())
    }

    /// Coefficients of the results in y (0) or in the D of a laboratory (from 1).
    fn coefficients(&self, quantity: usize) -> Vec<f64> {
        let sign = if quantity == 0 { 1.0 } else { -1.0 };
        let own = |i: usize| if i + 1 == quantity { 1.0 } else { 0.0 };
        (self.weights.iter().enumerate())
            .map(|(i, w)| own(i) + sign * w)
            .collect()
    }

    /// Room for every quantity: its standard deviation, widened for the longest tail.
    fn scales(&self) -> Vec<f64> {
        let least = self.dof.iter().copied().fold(f64::INFINITY, f64::min);
        let tail = (coverage_factor(0.95, least) / coverage_factor(0.95, f64::INFINITY)).min(1e6);
        let n = self.u.len();
        (0..=n)
            .map(|quantity| {
                let results = self.variance(&self.coefficients(quantity)).sqrt();
                let rest = self.u_given.hypot(self.u_standard).hypot(self.tau);
                (results.hypot(rest) * tail).max(f64::MIN_POSITIVE)
            })
            .collect()
    }

    /// Variance of Σ c x of the stated results.
    fn variance(&self, c: &[f64]) -> f64 {
        let term = |i: usize, j: usize| match &self.covariance {
            Some(v) => c[i] * c[j] * v[i][j],
            None if i == j => (c[i] * self.u[i]).powi(2),
            None => 0.0,
        };
        let n = c.len();
        sum((0..n)
            .flat_map(|i| (0..n).map(move |j| (i, j)))
            .map(|(i, j)| term(i, j)))
        .max(0.0)
    }
}

/// Whether the interval y ± k·u and the drawn one agree to the numerical tolerance (JCGM 101, 8.1.3).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Comparison {
    /// |(y − k·u) − low| and |(y + k·u) − high|.
    pub d_low: f64,
    pub d_high: f64,
    /// δ: half a unit of the second significant digit of u.
    pub tolerance: f64,
    /// Standard error of a drawn end of the interval, for a normal distribution.
    pub standard_error: f64,
    pub agreement: Agreement,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Agreement {
    Agrees,
    Differs,
    /// A difference beyond δ that the draws are too few to tell from none.
    TooFewDraws,
}

/// Compares a drawn distribution with the interval that the GUM gives by the standard uncertainty `u`.
///
/// The factor is Student's t at the effective degrees of freedom, for the probability with which was drawn (GUM, G.4; JCGM 101, 8.1.2). A fixed
/// factor such as k = 2 gives an interval of another probability where degrees of freedom are few, which is no fault of the propagation.
pub fn compare(drawn: &Drawn, u: f64, draws: usize) -> Comparison {
    let k = drawn.k;
    let (d_low, d_high) = ((drawn.low + k * u).abs(), (drawn.high - k * u).abs());
    let tolerance = 0.5 * 10f64.powf(u.log10().floor() - 1.0);
    let tail = normal_cdf(-k);
    let density = (-0.5 * k * k).exp() / (2.0 * std::f64::consts::PI).sqrt();
    let standard_error = u * (tail * (1.0 - tail) / draws as f64).sqrt() / density;
    let largest = d_low.max(d_high);
    let agreement = if largest <= tolerance {
        Agreement::Agrees
    } else if largest <= tolerance + 2.0 * standard_error {
        Agreement::TooFewDraws
    } else {
        Agreement::Differs
    };
    Comparison {
        d_low,
        d_high,
        tolerance,
        standard_error,
        agreement,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn weighted(u: &[f64]) -> Model {
        let total: f64 = u.iter().map(|u| 1.0 / (u * u)).sum();
        Model {
            u: u.to_vec(),
            dof: vec![f64::INFINITY; u.len()],
            covariance: None,
            weights: u.iter().map(|u| 1.0 / (u * u) / total).collect(),
            u_given: 0.0,
            tau: 0.0,
            dark_differences: false,
            u_standard: 0.0,
            u_standard_reference: 0.0,
        }
    }

    fn agrees(drawn: &Drawn, u: f64, draws: usize) -> bool {
        compare(drawn, u, draws).agreement == Agreement::Agrees
    }

    #[test]
    fn a_weighted_mean_agrees_with_its_closed_form_and_with_no_other() {
        let model = weighted(&[1.0, 2.0, 3.0]);
        let found = propagate(&model, 2.0, 7, 1_000_000).unwrap();
        let u_y = (1.0f64 + 0.25 + 1.0 / 9.0).recip().sqrt();
        assert!(agrees(&found.reference, u_y, found.draws));
        for (drawn, u) in found.differences.iter().zip(&model.u) {
            let u_d = (u * u - u_y * u_y).sqrt();
            assert!(agrees(drawn, u_d, found.draws), "{drawn:?} {u_d}");
            // The plus sign belongs to results outside the reference value.
            let wrong = compare(drawn, u.hypot(u_y), found.draws);
            assert_eq!(wrong.agreement, Agreement::Differs);
        }
    }

    #[test]
    fn a_value_given_from_outside_adds_to_every_difference() {
        let model = Model {
            weights: vec![0.0; 2],
            u_given: 1.5,
            u_standard: 0.8,
            u_standard_reference: 0.6,
            ..weighted(&[1.0, 2.0])
        };
        let found = propagate(&model, 2.0, 1, 1_000_000).unwrap();
        assert!(agrees(&found.reference, 1.5f64.hypot(0.6), found.draws));
        let u = 2.0f64.hypot(1.5).hypot(0.8);
        assert!(agrees(&found.differences[1], u, found.draws));
    }

    #[test]
    fn dark_uncertainty_counts_where_the_evaluation_counts_it() {
        let mut model = Model {
            tau: 2.0,
            weights: vec![0.5, 0.5],
            ..weighted(&[1.0, 1.0])
        };
        let u_y = (5.0f64 / 2.0).sqrt();
        let of_claims = propagate(&model, 2.0, 3, 1_000_000).unwrap();
        assert!(agrees(&of_claims.reference, u_y, of_claims.draws));
        assert!(agrees(
            &of_claims.differences[0],
            0.5f64.sqrt(),
            of_claims.draws
        ));
        model.dark_differences = true;
        let of_community = propagate(&model, 2.0, 3, 1_000_000).unwrap();
        assert!(agrees(
            &of_community.differences[0],
            u_y,
            of_community.draws
        ));
    }

    #[test]
    fn correlated_results_are_drawn_together() {
        let model = Model {
            covariance: Some(vec![vec![1.0, 0.6], vec![0.6, 1.0]]),
            weights: vec![0.5, 0.5],
            ..weighted(&[1.0, 1.0])
        };
        let found = propagate(&model, 2.0, 5, 1_000_000).unwrap();
        assert!(agrees(&found.reference, 0.8f64.sqrt(), found.draws));
        assert!(agrees(&found.differences[0], 0.2f64.sqrt(), found.draws));
    }

    #[test]
    fn few_degrees_of_freedom_lengthen_the_interval_as_the_t_distribution_does() {
        let mut model = weighted(&[1.0]);
        (model.weights, model.u_given) = (vec![0.0], 1e-9);
        model.dof = vec![4.0];
        let found = propagate(&model, 2.0, 11, 2_000_000).unwrap();
        let t = crate::numeric::distribution::student_quantile(normal_cdf(2.0), 4.0);
        assert!((found.differences[0].high - t).abs() < 0.02, "{t}");
        // The GUM interval at the effective degrees of freedom agrees; the one by k = 2 is too short.
        assert!((found.differences[0].k - t).abs() < 1e-9);
        let of = |k| {
            let drawn = Drawn {
                k,
                ..found.differences[0]
            };
            compare(&drawn, 1.0, found.draws).agreement
        };
        assert_eq!(of(found.differences[0].k), Agreement::Agrees);
        assert_eq!(of(2.0), Agreement::Differs);
        model.dof = vec![2.0];
        assert_eq!(
            propagate(&model, 2.0, 11, 10_000).unwrap().differences[0].sd,
            None
        );
    }

    #[test]
    fn threads_do_not_change_what_is_drawn() {
        let model = weighted(&[1.0, 2.0, 3.0]);
        let of = |threads| {
            rayon::ThreadPoolBuilder::new()
                .num_threads(threads)
                .build()
                .unwrap()
                .install(|| propagate(&model, 2.0, 9, 50_000).unwrap())
        };
        assert_eq!(of(1), of(3));
    }

    #[test]
    fn the_tolerance_is_half_a_unit_of_the_second_digit() {
        let drawn = Drawn {
            mean: 0.0,
            sd: Some(1.0),
            low: -0.4,
            high: 0.41,
            k: 2.0,
        };
        let found = compare(&drawn, 0.2, 1_000_000);
        assert!((found.tolerance - 0.005).abs() < 1e-12);
        assert_eq!(found.agreement, Agreement::Differs);
        assert_eq!(compare(&drawn, 0.2, 1000).agreement, Agreement::TooFewDraws);
    }
}
