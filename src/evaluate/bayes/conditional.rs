//! The posterior of the reference value for one value of τ.

use super::lattice::Lattice;
use super::model::{Effects, Laboratory, Likelihood};
use super::nodes::{gauss_hermite, gauss_rule};
use crate::numeric::distribution::{normal_cdf, normal_pdf};
use crate::numeric::quadrature::{self, Panels};
use crate::numeric::sum;
use std::f64::consts::PI;

/// Relative error of the integral over μ.
const TOLERANCE: f64 = 1e-11;
/// The range of μ ends where the density is below exp(−DROP) of its greatest value.
const DROP: f64 = 45.0;
/// At most so many laboratories far from the weighted mean mark intervals of their own; the splitting finds the rest.
const MARKED: usize = 12;

/// p(μ | τ, data).
pub enum Shape {
    /// All σ_j known and Gaussian effects: μ is Gaussian.
    Normal {
        mean: f64,
        sd: f64,
    },
    Lattice(Lattice),
    Panels(Panels),
}

/// Everything the integration over τ needs from one τ.
pub struct Conditional {
    pub tau: f64,
    /// ln p(data | τ) up to a constant common to all τ.
    pub log_evidence: f64,
    pub mean: f64,
    pub variance: f64,
    /// E[σ_j² | τ, data] of every laboratory.
    pub sigma_square: Vec<f64>,
    pub shape: Shape,
}

impl Conditional {
    pub fn new(laboratories: &[Laboratory], effects: Effects, tau: f64) -> Conditional {
        let all_known = laboratories.iter().all(|l| l.sigma.len() == 1);
        if all_known && effects == Effects::Gauss {
            return normal(laboratories, tau);
        }
        let likelihoods: Vec<Likelihood> = laboratories
            .iter()
            .map(|l| Likelihood::new(l, effects, tau))
            .collect();
        let log_density = |mu: f64| likelihoods.iter().map(|l| l.log_at(mu)).sum::<f64>();
        let (shape, log_evidence) = shape(laboratories, effects, tau, log_density);
        let nodes = shape.nodes();
        let mean = sum::sum(nodes.iter().map(|(mu, w)| w * mu));
        Conditional {
            tau,
            log_evidence,
            mean,
            variance: sum::sum(nodes.iter().map(|(mu, w)| w * (mu - mean).powi(2))),
            sigma_square: sigma_squares(&likelihoods, &nodes),
            shape,
        }
    }

    /// P(μ ≤ x | τ, data) and the density at x.
    pub fn cdf_and_density(&self, x: f64) -> (f64, f64) {
        match &self.shape {
            Shape::Normal { mean, sd } => (
                normal_cdf((x - mean) / sd),
                normal_pdf((x - mean) / sd) / sd,
            ),
            Shape::Lattice(lattice) => lattice.cdf_and_density(x),
            Shape::Panels(panels) => (panels.cdf(x), panels.density(x)),
        }
    }
}

fn normal(laboratories: &[Laboratory], tau: f64) -> Conditional {
    let variances: Vec<f64> = laboratories
        .iter()
        .map(|l| l.sigma[0] * l.sigma[0] + tau * tau)
        .collect();
    let weight: f64 = variances.iter().map(|v| 1.0 / v).sum();
    let mean = laboratories
        .iter()
        .zip(&variances)
        .map(|(l, v)| l.value / v)
        .sum::<f64>()
        / weight;
    let q: f64 = laboratories
        .iter()
        .zip(&variances)
        .map(|(l, v)| (l.value - mean).powi(2) / v)
        .sum();
    let determinant: f64 = variances.iter().map(|v| (2.0 * PI * v).ln()).sum();
    Conditional {
        tau,
        log_evidence: -0.5 * (determinant + q + (weight / (2.0 * PI)).ln()),
        mean,
        variance: 1.0 / weight,
        sigma_square: laboratories
            .iter()
            .map(|l| l.sigma[0] * l.sigma[0])
            .collect(),
        shape: Shape::Normal {
            mean,
            sd: weight.sqrt().recip(),
        },
    }
}

fn sigma_squares(likelihoods: &[Likelihood], nodes: &[(f64, f64)]) -> Vec<f64> {
    likelihoods
        .iter()
        .map(|l| match l.laboratory().sigma.as_slice() {
            [known] => known * known,
            _ => nodes
                .iter()
                .filter(|(_, w)| *w > 1e-14)
                .map(|(mu, w)| w * l.mean_square(*mu))
                .sum(),
        })
        .collect()
}

/// Weighted mean and its standard uncertainty at τ: where and how wide the narrowest hump may be.
struct Hump {
    widths: Vec<f64>,
    centre: f64,
    narrow: f64,
    low: f64,
    high: f64,
}

impl Hump {
    fn new(laboratories: &[Laboratory], tau: f64) -> Hump {
        let widths: Vec<f64> = laboratories
            .iter()
            .map(|l| (l.width().powi(2) + tau * tau).sqrt())
            .collect();
        let weight: f64 = widths.iter().map(|w| w.powi(-2)).sum();
        Hump {
            centre: laboratories
                .iter()
                .zip(&widths)
                .map(|(l, w)| l.value * w.powi(-2))
                .sum::<f64>()
                / weight,
            narrow: weight.sqrt().recip(),
            low: laboratories
                .iter()
                .map(|l| l.value)
                .fold(f64::INFINITY, f64::min),
            high: laboratories
                .iter()
                .map(|l| l.value)
                .fold(f64::NEG_INFINITY, f64::max),
            widths,
        }
    }
}

/// Equidistant points where they do, else adaptive panels; with ln of the integral over μ.
fn shape(
    laboratories: &[Laboratory],
    effects: Effects,
    tau: f64,
    log_density: impl Fn(f64) -> f64,
) -> (Shape, f64) {
    let hump = Hump::new(laboratories, tau);
    // Laplace effects much wider than the errors leave kinks at the results, which equidistant points resolve badly.
    let narrowest = laboratories
        .iter()
        .map(Laboratory::width)
        .fold(f64::INFINITY, f64::min);
    if effects == Effects::Gauss || tau < narrowest {
        for fraction in [0.45, 0.3] {
            let step = fraction * hump.narrow;
            if let Some((lattice, log_total)) =
                Lattice::new(&log_density, hump.centre, step, hump.low, hump.high)
            {
                return (Shape::Lattice(lattice), log_total);
            }
        }
    }
    let breaks = breaks(laboratories, effects, &hump, &log_density);
    let panels = quadrature::adaptive(log_density, &breaks, TOLERANCE);
    let log_total = panels.log_total();
    (Shape::Panels(panels), log_total)
}

impl Shape {
    /// Abscissae and weights (sum 1) for expectations; few ones for the closed form.
    pub fn nodes(&self) -> Vec<(f64, f64)> {
        match self {
            Shape::Normal { mean, sd } => gauss_hermite(*mean, *sd),
            Shape::Lattice(lattice) => lattice.nodes().collect(),
            Shape::Panels(panels) => panels.nodes().collect(),
        }
    }

    /// A few nodes that keep the moments.
    pub fn few_nodes(&self) -> Vec<(f64, f64)> {
        match self {
            Shape::Normal { .. } => self.nodes(),
            _ => gauss_rule(&self.nodes()),
        }
    }
}

/// Ascending ends of the first intervals: around the weighted mean, around the laboratories far from it, out to where the density is
/// negligible.
fn breaks(
    laboratories: &[Laboratory],
    effects: Effects,
    hump: &Hump,
    log_density: &impl Fn(f64) -> f64,
) -> Vec<f64> {
    let Hump {
        widths,
        centre,
        narrow,
        low,
        high,
    } = hump;
    let (centre, narrow, low, high) = (*centre, *narrow, *low, *high);
    let mut points: Vec<f64> = [-9.0, -3.0, 3.0, 9.0]
        .iter()
        .map(|k| centre + k * narrow)
        .collect();
    let mut apart: Vec<(f64, f64)> = laboratories
        .iter()
        .zip(widths)
        .map(|(l, w)| (*w, l.value))
        .filter(|(_, x)| effects == Effects::Laplace || (x - centre).abs() > 3.0 * narrow)
        .collect();
    apart.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    for (width, x) in apart.iter().take(MARKED) {
        match effects {
            Effects::Gauss => points.extend([-8.0, -2.0, 2.0, 8.0].map(|k| x + k * width)),
            Effects::Laplace => points.push(*x),
        }
    }
    points.extend([low, high]);
    points.sort_by(f64::total_cmp);
    points.dedup_by(|b, a| *b - *a < 0.3 * narrow);
    let peak = points
        .iter()
        .map(|x| log_density(*x))
        .fold(log_density(centre), f64::max);
    let end = |start: f64, direction: f64| {
        let mut distance = 3.0 * narrow;
        while log_density(start + direction * distance) > peak - DROP
            && distance < 1e6 * (high - low + narrow)
        {
            distance *= 1.6;
        }
        start + direction * distance
    };
    let (first, last) = (points[0], points[points.len() - 1]);
    points.insert(0, end(first, -1.0));
    points.push(end(last, 1.0));
    points
}
