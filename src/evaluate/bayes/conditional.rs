//! The posterior of the reference value for one value of τ.

use super::lattice::Lattice;
use super::marginal::Marginal;
use super::model::{Laboratory, Law, Likelihood, Value};
use super::nodes::{gauss_hermite, gauss_rule};
use crate::numeric::piecewise::Piecewise;
use crate::numeric::quadrature::{self, Panels};
use crate::numeric::sum;
use std::f64::consts::PI;

/// Relative error of the integral over μ.
const TOLERANCE: f64 = 1e-10;
/// Error of the tabulated logarithm of one likelihood.
const TABLE_TOLERANCE: f64 = 1e-10;
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
    pub fn new(laboratories: &[Laboratory], law: Law, tau: f64) -> Conditional {
        let all_known = laboratories.iter().all(|l| l.sigma.len() == 1);
        if all_known && law == Law::Gauss {
            return normal(laboratories, tau);
        }
        let likelihoods: Vec<Likelihood> = laboratories
            .iter()
            .map(|l| Likelihood::new(l, law, tau))
            .collect();
        let hump = Hump::new(laboratories, tau);
        let by_points = on_lattice(laboratories, law, tau, &hump, &likelihoods);
        let Integrated {
            shape,
            log_evidence,
            sigma_square,
        } = by_points.unwrap_or_else(|| on_panels(laboratories, law, tau, &hump, &likelihoods));
        let nodes = shape.nodes();
        let mean = sum::sum(nodes.iter().map(|(mu, w)| w * mu));
        Conditional {
            tau,
            log_evidence,
            mean,
            variance: sum::sum(nodes.iter().map(|(mu, w)| w * (mu - mean).powi(2))),
            sigma_square,
            shape,
        }
    }

    /// Adds p(μ | τ, data), as one with `probability`.
    pub fn add_to<'a>(&'a self, marginal: &mut Marginal<'a>, probability: f64) {
        marginal.hump(probability, self.mean, self.variance.sqrt());
        match &self.shape {
            Shape::Normal { mean, sd } => marginal.normal(probability, *mean, *sd),
            Shape::Lattice(lattice) => marginal.lattice(lattice.step()).add(probability, lattice),
            Shape::Panels(panels) => marginal.panels(probability, panels),
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

/// The integral over μ for one τ.
struct Integrated {
    shape: Shape,
    log_evidence: f64,
    sigma_square: Vec<f64>,
}

/// A product of likelihoods of which a logarithm is taken now and then only.
struct Product {
    density: f64,
    log: f64,
}

impl Default for Product {
    fn default() -> Product {
        Product {
            density: 1.0,
            log: 0.0,
        }
    }
}

impl Product {
    fn times(&mut self, value: Value) {
        const SAFE: std::ops::Range<f64> = 1e-100..1e100;
        if !SAFE.contains(&self.density) || !SAFE.contains(&value.density) {
            self.log += self.density.ln();
            self.density = 1.0;
        }
        self.density *= value.density;
        self.log += value.exponent;
    }

    fn log(&self) -> f64 {
        self.density.ln() + self.log
    }
}

/// By equidistant points, where they resolve the density.
fn on_lattice(
    laboratories: &[Laboratory],
    law: Law,
    tau: f64,
    hump: &Hump,
    likelihoods: &[Likelihood],
) -> Option<Integrated> {
    // Laplace effects leave a kink at every result, rounded by its error alone, and skewed ones a slope, which the points must
    // resolve too.
    let narrowest = || {
        laboratories
            .iter()
            .map(Laboratory::width)
            .fold(f64::INFINITY, f64::min)
    };
    let narrowest = match law {
        Law::Gauss => f64::INFINITY,
        Law::Laplace => narrowest(),
        Law::SkewNormal(skew) => narrowest().hypot(skew.steepness(tau)),
    };
    [0.45, 0.3].into_iter().find_map(|fraction| {
        let step = Lattice::step_below(fraction * hump.narrow.min(narrowest));
        let log_density = |mu: f64| log_density(likelihoods, mu);
        let (first, count) = Lattice::extent(log_density, hump.centre, step, hump.low, hump.high)?;
        let mut products: Vec<Product> = (0..count).map(|_| Product::default()).collect();
        let rows = likelihoods.iter().map(|likelihood| {
            let row = likelihood.row(first as f64 * step, step, count);
            for (product, value) in products.iter_mut().zip(&row) {
                product.times(*value);
            }
            row
        });
        let rows: Vec<Vec<Value>> = rows.collect();
        let logs: Vec<f64> = products.iter().map(Product::log).collect();
        let (lattice, log_evidence) = Lattice::resolved(first, step, &logs)?;
        let expected = |row: &Vec<Value>| {
            let nodes = lattice
                .nodes()
                .zip(row)
                .filter(|((_, mass), _)| *mass > 0.0);
            sum::sum(nodes.map(|((_, mass), value)| mass * value.mean_square))
        };
        let sigma_square = rows.iter().map(expected).collect();
        Some(Integrated {
            shape: Shape::Lattice(lattice),
            log_evidence,
            sigma_square,
        })
    })
}

fn log_density(likelihoods: &[Likelihood], mu: f64) -> f64 {
    let mut product = Product::default();
    likelihoods.iter().for_each(|l| product.times(l.at(mu)));
    product.log()
}

/// By adaptive panels over likelihoods that are tabulated first: an integral over σ for every point would cost a hundred times more.
fn on_panels(
    laboratories: &[Laboratory],
    law: Law,
    tau: f64,
    hump: &Hump,
    likelihoods: &[Likelihood],
) -> Integrated {
    let breaks = breaks(laboratories, law, tau, hump, |mu| {
        log_density(likelihoods, mu)
    });
    let tables: Vec<Tabulated> = likelihoods
        .iter()
        .map(|likelihood| Tabulated::new(likelihood, &breaks))
        .collect();
    let log_density = |mu: f64| tables.iter().map(|table| table.log(mu)).sum::<f64>();
    let panels = quadrature::adaptive(log_density, &breaks, TOLERANCE);
    let heavy: Vec<(f64, f64)> = panels.nodes().filter(|(_, w)| *w > 1e-14).collect();
    let sigma_square = tables
        .iter()
        .map(
            |table| match table.likelihood.laboratory().sigma.as_slice() {
                [known] => known * known,
                _ => sum::sum(heavy.iter().map(|(mu, w)| w * table.mean_square(*mu))),
            },
        )
        .collect();
    Integrated {
        log_evidence: panels.log_total(),
        shape: Shape::Panels(panels),
        sigma_square,
    }
}

/// ln of one likelihood and ln E[σ² | μ, τ] as polynomials on pieces of μ.
struct Tabulated<'a> {
    likelihood: &'a Likelihood<'a>,
    /// None where the likelihood is cheap, or too rough for polynomials; it is then computed each time.
    table: Option<Piecewise<2>>,
}

impl<'a> Tabulated<'a> {
    /// `range` is ascending; the table covers it from end to end.
    fn new(likelihood: &'a Likelihood<'a>, range: &[f64]) -> Tabulated<'a> {
        let functions = |mu: f64| {
            let value = likelihood.at(mu);
            [value.log(), value.mean_square.ln()]
        };
        let table = match (likelihood.is_cheap(), range.first(), range.last()) {
            (false, Some(low), Some(high)) => {
                let breaks = bends(likelihood, *low, *high);
                Piecewise::new(functions, &breaks, TABLE_TOLERANCE)
            }
            _ => None,
        };
        Tabulated { likelihood, table }
    }

    fn log(&self, mu: f64) -> f64 {
        match &self.table {
            Some(table) => table.value(0, mu),
            None => self.likelihood.at(mu).log(),
        }
    }

    fn mean_square(&self, mu: f64) -> f64 {
        match &self.table {
            Some(table) => table.value(1, mu).exp(),
            None => self.likelihood.at(mu).mean_square,
        }
    }
}

/// Ascending ends of pieces between `low` and `high`, short about the result and longer away from it.
fn bends(likelihood: &Likelihood, low: f64, high: f64) -> Vec<f64> {
    let centre = likelihood.laboratory().value;
    let mut distance = 1.5 * likelihood.bend();
    let reach = (high - centre).max(centre - low);
    let mut points = vec![low, high, centre];
    while distance < reach {
        points.extend([centre - distance, centre + distance]);
        distance *= 2.5;
    }
    points.retain(|x| *x >= low && *x <= high);
    points.sort_by(f64::total_cmp);
    points
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
    law: Law,
    tau: f64,
    hump: &Hump,
    log_density: impl Fn(f64) -> f64,
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
        .filter(|(_, x)| law != Law::Gauss || (x - centre).abs() > 3.0 * narrow)
        .collect();
    apart.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    for (width, x) in apart.iter().take(MARKED) {
        match law {
            Law::Gauss => points.extend([-8.0, -2.0, 2.0, 8.0].map(|k| x + k * width)),
            Law::Laplace => points.push(*x),
            Law::SkewNormal(skew) => points.push(*x + skew.shift(tau)),
        }
    }
    points.extend([low, high]);
    points.sort_by(f64::total_cmp);
    points.dedup_by(|b, a| *b - *a < 0.3 * narrow);
    let logs: Vec<f64> = points.iter().map(|x| log_density(*x)).collect();
    let peak = logs.iter().copied().fold(log_density(centre), f64::max);
    let end = |start: f64, direction: f64| {
        let mut distance = 3.0 * narrow;
        while log_density(start + direction * distance) > peak - DROP
            && distance < 1e6 * (high - low + narrow)
        {
            distance *= 1.6;
        }
        start + direction * distance
    };
    let matters = |i: &usize| logs[*i] > peak - DROP;
    let count = points.len();
    let first = (0..count).find(matters).unwrap_or(0);
    let last = (0..count).rev().find(matters).unwrap_or(count - 1);
    // Where the outermost point still matters the range goes on beyond it, else it ends at the next point.
    let below = match first {
        0 => end(points[0], -1.0),
        i => points[i - 1],
    };
    let above = match points.get(last + 1) {
        None => end(points[last], 1.0),
        Some(next) => *next,
    };
    let inside = points[first..=last].iter().copied();
    [below].into_iter().chain(inside).chain([above]).collect()
}
