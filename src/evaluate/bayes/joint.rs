//! The posterior over all laws of effects: one of them, or a skew-normal law of unknown slant.

use super::marginal::Marginal;
use super::model::{Effects, Laboratory, Law, Priors};
use super::posterior::{Posterior, Slice};
use super::skew::{self, Skew};
use crate::numeric::sum;
use rayon::prelude::*;

/// Laws lighter than this are left out.
const NEGLIGIBLE: f64 = 1e-13;

/// Posteriors given a law, each with the probability of its law.
pub struct Joint {
    parts: Vec<(f64, Posterior)>,
    /// Slants of skew-normal effects with their probabilities; empty for other effects.
    pub slants: Vec<(f64, f64)>,
    /// Estimated relative error of the integrals.
    pub error: f64,
}

impl Joint {
    pub fn new(laboratories: &[Laboratory], effects: Effects, priors: Priors) -> Joint {
        let single = |law: Law| {
            let posterior = Posterior::new(laboratories, law, priors);
            Joint {
                error: posterior.error,
                parts: vec![(1.0, posterior)],
                slants: Vec::new(),
            }
        };
        match effects {
            Effects::Gauss => single(Law::Gauss),
            Effects::Laplace => single(Law::Laplace),
            Effects::SkewNormal => Joint::over_slants(laboratories, priors),
        }
    }

    fn over_slants(laboratories: &[Laboratory], priors: Priors) -> Joint {
        let slants = skew::slants();
        let posteriors: Vec<Posterior> = slants
            .par_iter()
            .map(|(slant, _)| {
                Posterior::new(laboratories, Law::SkewNormal(Skew::new(*slant)), priors)
            })
            .collect();
        let logs: Vec<f64> = slants
            .iter()
            .zip(&posteriors)
            .map(|((_, prior), posterior)| prior + posterior.log_evidence())
            .collect();
        let top = logs.iter().copied().fold(f64::NEG_INFINITY, f64::max);
        let masses: Vec<f64> = logs.iter().map(|log| (log - top).exp()).collect();
        let total = sum::sum(masses.iter().copied());
        let every_other = |from: usize| sum::sum(masses.iter().skip(from).step_by(2).copied());
        // The difference of both halves is the error of a step of twice the length; halving it squares that.
        let coarse = (every_other(0) - every_other(1)).abs() / total;
        let error = posteriors
            .iter()
            .map(|posterior| posterior.error)
            .fold(coarse * coarse, f64::max);
        let probabilities = masses.iter().map(|mass| mass / total);
        Joint {
            slants: slants
                .iter()
                .map(|(slant, _)| *slant)
                .zip(probabilities.clone())
                .collect(),
            parts: probabilities
                .zip(posteriors)
                .filter(|(probability, _)| *probability > NEGLIGIBLE)
                .collect(),
            error,
        }
    }

    fn expectation(&self, g: impl Fn(&Posterior) -> f64) -> f64 {
        sum::sum(self.parts.iter().map(|(p, posterior)| p * g(posterior)))
    }

    /// Posterior mean and standard deviation of μ.
    pub fn mean_and_sd(&self) -> (f64, f64) {
        let mean = self.expectation(|posterior| posterior.mean_and_sd().0);
        let variance = self.expectation(|posterior| {
            let (m, sd) = posterior.mean_and_sd();
            sd * sd + (m - mean).powi(2)
        });
        (mean, variance.sqrt())
    }

    /// Posterior quantiles of μ.
    pub fn quantiles<const N: usize>(&self, levels: [f64; N]) -> [f64; N] {
        let (mean, sd) = self.mean_and_sd();
        let mut marginal = Marginal::default();
        for (probability, posterior) in &self.parts {
            posterior.add_to(&mut marginal, *probability);
        }
        levels.map(|p| {
            // Chebyshev's inequality bounds the distance of a quantile from the mean.
            let reach = sd / p.min(1.0 - p).sqrt();
            marginal.quantile(p, mean - reach, mean + reach)
        })
    }

    pub fn tau_mean(&self) -> f64 {
        self.expectation(Posterior::tau_mean)
    }

    pub fn tau_mean_square(&self) -> f64 {
        self.expectation(Posterior::tau_mean_square)
    }

    /// Posterior quantiles of τ.
    pub fn tau_quantiles<const N: usize>(&self, levels: [f64; N]) -> [f64; N] {
        let ends = self.parts.iter().filter_map(|(_, part)| part.ends());
        let ends = ends.reduce(|a, b| [a[0].min(b[0]), a[1].max(b[1])]);
        let (Some([low, high]), Some((_, first))) = (ends, self.parts.first()) else {
            return [f64::NAN; N];
        };
        let mut marginal = Marginal::default();
        for (probability, posterior) in &self.parts {
            posterior.add_tau_to(&mut marginal, *probability);
        }
        // All parts have the same transformation of τ, which depends on laboratories and priors alone.
        levels.map(|p| first.tau_at(marginal.quantile(p, low, high)))
    }

    /// E[σ_j²] of laboratory `j` of the reference value.
    pub fn sigma_square(&self, j: usize) -> f64 {
        self.expectation(|posterior| posterior.sigma_square(j))
    }

    pub fn slices(&self) -> Vec<Slice> {
        self.parts
            .iter()
            .flat_map(|(probability, posterior)| {
                posterior.slices().into_iter().map(move |slice| Slice {
                    probability: probability * slice.probability,
                    ..slice
                })
            })
            .collect()
    }
}
