//! Integration over the between-laboratory standard deviation τ.

use super::conditional::Conditional;
use super::marginal::Marginal;
use super::model::{Laboratory, Law, Priors};
use crate::numeric::sum;
use rayon::prelude::*;

/// Step in the transformed variable of the first grid.
const FIRST_STEP: f64 = 0.4;
const HALVINGS: usize = 6;
/// Two grids that agree to this carry all but this share of the spectrum in ln τ, which bounds the error of quantiles; the error of
/// moments is about its square.
const AGREEMENT: f64 = 1e-8;
/// The same for one slant of skew-normal effects: the integral over the slants leaves more.
const AGREEMENT_OF_SLANT: f64 = 1e-7;
/// Contribution below which a value of τ is left out, as a share of the agreement.
const NEGLIGIBLE: f64 = 1e-5;

/// One τ with its share in the posterior.
struct Row {
    z: f64,
    conditional: Conditional,
    log_mass: f64,
    /// Posterior probability of this row; the rows add to 1.
    mass: f64,
}

/// The joint posterior of μ and τ on a grid of τ.
pub struct Posterior {
    law: Law,
    rows: Vec<Row>,
    step: f64,
    scale: f64,
    /// Estimated relative error of the integrals.
    pub error: f64,
}

/// One value of τ, its law of effects, its probability and a few nodes (μ, weight) that have the moments of p(μ | τ).
pub struct Slice {
    pub law: Law,
    pub tau: f64,
    pub probability: f64,
    pub nodes: Vec<(f64, f64)>,
}

/// τ = s·exp(z − exp(−z)): towards zero the measure vanishes doubly exponentially, towards infinity it grows as exp(z).
fn tau_of(z: f64, scale: f64) -> f64 {
    scale * (z - (-z).exp()).exp()
}

struct Integrand<'a> {
    laboratories: &'a [Laboratory],
    law: Law,
    tau_scale: f64,
    scale: f64,
}

impl Integrand<'_> {
    /// To how much two grids must agree.
    fn agreement(&self) -> f64 {
        match self.law {
            Law::SkewNormal(_) => AGREEMENT_OF_SLANT,
            Law::Gauss | Law::Laplace => AGREEMENT,
        }
    }

    fn negligible(&self) -> f64 {
        NEGLIGIBLE * self.agreement()
    }

    fn row(&self, z: f64) -> Row {
        let tau = tau_of(z, self.scale);
        let conditional = Conditional::new(self.laboratories, self.law, tau);
        let prior = -(tau / self.tau_scale).powi(2).ln_1p();
        let log_mass = conditional.log_evidence + prior + tau.ln() + (-z).exp().ln_1p();
        Row {
            z,
            conditional,
            log_mass,
            mass: 0.0,
        }
    }

    fn rows(&self, nodes: Vec<f64>) -> Vec<Row> {
        nodes.into_par_iter().map(|z| self.row(z)).collect()
    }
}

/// Share of each row in the integrals of 1 and τ², whichever is greater, relative to the greatest.
fn shares(rows: &[Row]) -> Vec<f64> {
    let top = rows
        .iter()
        .map(|r| r.log_mass)
        .fold(f64::NEG_INFINITY, f64::max);
    let mass: Vec<f64> = rows.iter().map(|r| (r.log_mass - top).exp()).collect();
    let square: Vec<f64> = rows
        .iter()
        .zip(&mass)
        .map(|(r, m)| m * r.conditional.tau.powi(2))
        .collect();
    let (total, total_square): (f64, f64) = (mass.iter().sum(), square.iter().sum());
    mass.iter()
        .zip(&square)
        .map(|(m, s)| (m / total).max(s / total_square))
        .collect()
}

impl Posterior {
    /// Trapezoidal rule in z, halved until two grids agree. `laboratories` are those of the reference value.
    pub fn new(laboratories: &[Laboratory], law: Law, priors: Priors) -> Posterior {
        let narrow = laboratories
            .iter()
            .map(|l| l.width().powi(-2))
            .sum::<f64>()
            .sqrt()
            .recip();
        let scale = (0.3 * narrow).min(0.2 * priors.tau_scale);
        let integrand = Integrand {
            laboratories,
            law,
            tau_scale: priors.tau_scale,
            scale,
        };
        let mut posterior = Posterior {
            law,
            rows: first_rows(&integrand),
            step: FIRST_STEP,
            scale,
            error: f64::INFINITY,
        };
        posterior.normalise();
        for _ in 0..HALVINGS {
            let before = posterior.summary();
            posterior.halve(&integrand);
            let after = posterior.summary();
            let difference = before
                .iter()
                .zip(&after)
                .map(|(a, b)| (a - b).abs())
                .fold(0.0, f64::max);
            posterior.error = difference.max(1e-10);
            if difference < integrand.agreement() {
                break;
            }
        }
        posterior
    }

    fn halve(&mut self, integrand: &Integrand) {
        let shares = shares(&self.rows);
        let half = 0.5 * self.step;
        let count = self.rows.len();
        let nodes = (0..count)
            .filter(|i| {
                let matters = |share: &f64| *share > integrand.negligible();
                matters(&shares[*i]) || shares.get(i + 1).is_some_and(matters)
            })
            .map(|i| self.rows[i].z + half)
            .collect();
        self.rows.extend(integrand.rows(nodes));
        self.rows.sort_by(|a, b| a.z.total_cmp(&b.z));
        self.step = half;
        self.normalise();
    }

    fn normalise(&mut self) {
        let top = self
            .rows
            .iter()
            .map(|r| r.log_mass)
            .fold(f64::NEG_INFINITY, f64::max);
        let total = sum::sum(self.rows.iter().map(|r| (r.log_mass - top).exp()));
        for row in &mut self.rows {
            row.mass = (row.log_mass - top).exp() / total;
        }
    }

    /// What two grids must agree in: the evidence, the moments of μ and of τ, all made free of unit.
    fn summary(&self) -> [f64; 5] {
        let top = self
            .rows
            .iter()
            .map(|r| r.log_mass)
            .fold(f64::NEG_INFINITY, f64::max);
        let total = sum::sum(self.rows.iter().map(|r| (r.log_mass - top).exp()));
        let (mean, sd) = self.mean_and_sd();
        let tau = self.expectation(|c| c.tau);
        [
            total.ln() + top + self.step.ln(),
            mean / sd,
            sd.ln(),
            tau.ln(),
            self.expectation(|c| c.tau * c.tau).ln(),
        ]
    }

    fn expectation(&self, g: impl Fn(&Conditional) -> f64) -> f64 {
        sum::sum(
            self.rows
                .iter()
                .filter(|r| r.mass > 0.0)
                .map(|r| r.mass * g(&r.conditional)),
        )
    }

    /// Posterior mean and standard deviation of μ.
    pub fn mean_and_sd(&self) -> (f64, f64) {
        let mean = self.expectation(|c| c.mean);
        let variance = self.expectation(|c| c.variance + (c.mean - mean).powi(2));
        (mean, variance.sqrt())
    }

    /// Logarithm of the integral over μ and τ, up to a constant common to all laws of effects.
    pub fn log_evidence(&self) -> f64 {
        self.summary()[0]
    }

    /// Adds the distribution of μ, as one with `probability`.
    pub fn add_to<'a>(&'a self, marginal: &mut Marginal<'a>, probability: f64) {
        for row in self.rows.iter().filter(|r| r.mass > 1e-15) {
            row.conditional.add_to(marginal, probability * row.mass);
        }
    }

    /// Adds the distribution of z, as one with `probability`: its cardinal series is as accurate as the trapezoidal rule itself.
    pub fn add_tau_to(&self, marginal: &mut Marginal, probability: f64) {
        let mean = sum::sum(self.rows.iter().map(|r| r.mass * r.z));
        let square = sum::sum(self.rows.iter().map(|r| r.mass * (r.z - mean).powi(2)));
        marginal.hump(probability, mean, square.sqrt());
        let lattice = marginal.lattice(self.step);
        for row in &self.rows {
            lattice.add_point(probability * row.mass, (row.z / self.step).round() as i64);
        }
    }

    pub fn tau_mean(&self) -> f64 {
        self.expectation(|c| c.tau)
    }

    pub fn tau_mean_square(&self) -> f64 {
        self.expectation(|c| c.tau * c.tau)
    }

    /// The ends of the grid in z.
    pub fn ends(&self) -> Option<[f64; 2]> {
        Some([self.rows.first()?.z, self.rows.last()?.z])
    }

    /// The value of τ at `z`.
    pub fn tau_at(&self, z: f64) -> f64 {
        tau_of(z, self.scale)
    }

    /// E[σ_j²] of laboratory `j` of the reference value.
    pub fn sigma_square(&self, j: usize) -> f64 {
        self.expectation(|c| c.sigma_square[j])
    }

    /// Every second value of τ that matters: the grid before the last halving, which already agreed with it.
    pub fn slices(&self) -> Vec<Slice> {
        let coarse = || self.rows.iter().step_by(2).filter(|r| r.mass > 1e-9);
        let total: f64 = coarse().map(|r| r.mass).sum();
        coarse()
            .map(|r| Slice {
                law: self.law,
                tau: r.conditional.tau,
                probability: r.mass / total,
                nodes: r.conditional.shape.few_nodes(),
            })
            .collect()
    }
}

/// The first grid: from where τ vanishes to where neither the probability nor the mean square of τ can change.
fn first_rows(integrand: &Integrand) -> Vec<Row> {
    let values = || integrand.laboratories.iter().map(|l| l.value);
    let spread =
        values().fold(f64::NEG_INFINITY, f64::max) - values().fold(f64::INFINITY, f64::min);
    let widest = integrand
        .laboratories
        .iter()
        .map(Laboratory::width)
        .fold(0.0, f64::max);
    let sure = ((spread + widest + integrand.tau_scale) / integrand.scale).ln();
    let nodes = |from: i32, to: i32| {
        (from..to)
            .map(|k| f64::from(k) * FIRST_STEP)
            .collect::<Vec<f64>>()
    };
    let mut end = (sure / FIRST_STEP) as i32 + 2;
    let mut rows = integrand.rows(nodes(-9, end));
    loop {
        let negligible = shares(&rows)
            .last()
            .is_some_and(|s| *s < integrand.negligible());
        if negligible || end > 400 {
            return rows;
        }
        rows.extend(integrand.rows(nodes(end, end + 8)));
        end += 8;
    }
}
