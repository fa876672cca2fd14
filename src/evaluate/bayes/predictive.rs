//! The posterior as a mixture, for the expanded uncertainties of the degrees of equivalence.

use super::model::{Laboratory, Likelihood, Noise};
use super::posterior::Slice;
use crate::numeric::root;

/// Components lighter than this share of the whole are left out.
const NEGLIGIBLE: f64 = 1e-11;

/// The posterior of μ and τ, for a number of values of τ.
pub struct Predictive {
    pub mean: f64,
    pub slices: Vec<Slice>,
}

/// One component of the predictive distribution of a laboratory.
struct Component {
    weight: f64,
    shift: f64,
    noise: Noise,
}

impl Predictive {
    /// Half-length of the 95 % interval about zero of μ − E[μ] + effect + error, of which `sd` is the standard deviation (or
    /// infinite). The σ of a laboratory in the reference value (`inside`) has its posterior, that of another its own distribution.
    pub fn half_length(&self, laboratory: &Laboratory, inside: bool, sd: f64) -> f64 {
        let components = self.components(laboratory, inside);
        let total: f64 = components.iter().map(|c| c.weight).sum();
        let coverage = |half: f64| {
            let (mut within, mut slope) = (0.0, 0.0);
            for c in &components {
                let (above, at_upper) = c.noise.cdf_and_density(half - c.shift);
                let (below, at_lower) = c.noise.cdf_and_density(-half - c.shift);
                within += c.weight * (above - below);
                slope += c.weight * (at_upper + at_lower);
            }
            (within / total - 0.95, slope / total)
        };
        // Chebyshev's inequality bounds the half-length by √20 standard deviations.
        let mut high = if sd.is_finite() {
            20f64.sqrt() * sd
        } else {
            1.0
        };
        while !sd.is_finite() && coverage(high).0 < 0.0 && high < 1e15 {
            high *= 2.0;
        }
        // Of a normal distribution the half-length is 1.96 standard deviations.
        let guess = if sd.is_finite() {
            1.96 * sd
        } else {
            0.5 * high
        };
        root::monotone_from(coverage, 0.0, high, guess, 1e-14)
    }

    fn components(&self, laboratory: &Laboratory, inside: bool) -> Vec<Component> {
        let mut components = Vec::new();
        for slice in &self.slices {
            let likelihood = Likelihood::new(laboratory, slice.law, slice.tau);
            for (mu, share) in &slice.nodes {
                let weights = if inside {
                    likelihood.sigma_weights(*mu)
                } else {
                    laboratory.weight.clone()
                };
                for (sigma, w) in laboratory.sigma.iter().zip(&weights) {
                    let weight = slice.probability * share * w;
                    if weight > NEGLIGIBLE {
                        components.push(Component {
                            weight,
                            shift: mu - self.mean,
                            noise: Noise::new(slice.law, slice.tau, *sigma),
                        });
                    }
                }
            }
        }
        components
    }
}
