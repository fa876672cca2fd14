//! The distribution of one variable over all values of the others: a mixture of the densities that the integrals leave.

use super::lattice::Lattice;
use crate::numeric::distribution::normal_cdf_and_pdf;
use crate::numeric::quadrature::Panels;
use crate::numeric::root;
use std::collections::BTreeMap;

/// Components with probabilities; those on lattices of the same step are one.
#[derive(Default)]
pub struct Marginal<'a> {
    /// By the bits of the step.
    lattices: BTreeMap<u64, Lattice>,
    /// Probability, mean, standard deviation.
    normals: Vec<[f64; 3]>,
    panels: Vec<(f64, &'a Panels)>,
    /// Probability, mean and standard deviation of all components.
    humps: Vec<[f64; 3]>,
}

impl<'a> Marginal<'a> {
    /// Says where a component is that is added besides, for the first guess of a quantile.
    pub fn hump(&mut self, probability: f64, mean: f64, sd: f64) {
        self.humps.push([probability, mean, sd]);
    }

    pub fn normal(&mut self, probability: f64, mean: f64, sd: f64) {
        self.normals.push([probability, mean, sd]);
    }

    pub fn panels(&mut self, probability: f64, panels: &'a Panels) {
        self.panels.push((probability, panels));
    }

    /// The lattice of that step, to which points or densities can be added.
    pub fn lattice(&mut self, step: f64) -> &mut Lattice {
        let empty = || Lattice::empty(step);
        self.lattices.entry(step.to_bits()).or_insert_with(empty)
    }

    /// Distribution function and density at `x`.
    fn cdf_and_density(&self, x: f64) -> (f64, f64) {
        let lattices = self.lattices.values().map(|l| l.cdf_and_density(x));
        let normals = self.normals.iter().map(|hump| of_hump(hump, x));
        let panels = self
            .panels
            .iter()
            .map(|(p, panels)| (p * panels.cdf(x), p * panels.density(x)));
        lattices
            .chain(normals)
            .chain(panels)
            .fold((0.0, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
    }

    /// Quantile between `low` and `high`.
    pub fn quantile(&self, p: f64, low: f64, high: f64) -> f64 {
        let humps = |x: f64| {
            let humps = self.humps.iter().map(|hump| of_hump(hump, x));
            humps.fold((-p, 0.0), |sum, one| (sum.0 + one.0, sum.1 + one.1))
        };
        let guess = root::monotone(humps, low, high, 1e-3);
        let function = |x: f64| {
            let (below, density) = self.cdf_and_density(x);
            (below - p, density)
        };
        root::monotone_from(function, low, high, guess, 1e-13)
    }
}

fn of_hump([probability, mean, sd]: &[f64; 3], x: f64) -> (f64, f64) {
    let (below, bell) = normal_cdf_and_pdf((x - mean) / sd);
    (probability * below, probability * bell / sd)
}
