//! A Laplace effect plus a normal error of uncertain σ as a mixture of normal distributions over one variance.
//!
//! A Laplace variable of variance τ² is normal with an exponentially distributed variance of mean τ², so effect plus error is
//! normal with variance w = σ² + v. The density q(w) of that sum, a one-sided convolution, is built up once for a τ; the likelihood
//! of any reference value is then a trapezoidal rule in ln w. The nodes are a fixed fraction of an octave apart, so exp(−d²/2w) at
//! one octave is the square of that at the octave above: a likelihood costs a few exponentials instead of one for each σ.
//!
//! Source: D. F. Andrews, C. L. Mallows, J. Roy. Stat. Soc. B 36 (1974) 99–102 (the mixture).

use super::model::Spread;
use crate::numeric::rule::LEGENDRE;
use std::f64::consts::{LN_2, PI};

/// Nodes of the Gauss–Legendre rule between two neighbouring variances.
const NODES: usize = 10;
/// Above this decay over half a panel the exponential is integrated exactly against a polynomial, below by the nodes.
const STEEP: f64 = 2.0;
/// Octaves over which exponentials are squared before they are computed anew: every squaring doubles the rounding error.
const SQUARINGS: usize = 12;
/// Nodes that are worked on side by side; their number in an octave is a multiple of this.
const LANES: usize = 4;
/// Sharper distributions of σ than this many nodes an octave can carry are summed over σ directly.
const MOST_PER_OCTAVE: usize = 16;
/// Sums below this have lost digits to underflow.
const SMALLEST: f64 = 1e-280;

/// Density of the variance between two neighbouring nodes, and the same times the variance.
struct Panel {
    /// Values at the Gauss–Legendre nodes times the weights.
    values: [[f64; NODES]; 2],
    /// Legendre coefficients.
    coefficients: [[f64; NODES]; 2],
}

/// The distribution of σ² of one laboratory before its value is compared with the others, between geometric nodes.
pub struct Variances {
    per_octave: usize,
    first: f64,
    panels: Vec<Panel>,
}

/// Legendre polynomials of degree 0 to NODES − 1 at `t`.
fn legendre(t: f64) -> [f64; NODES] {
    let mut p = [1.0; NODES];
    p[1] = t;
    for l in 1..NODES - 1 {
        let degree = l as f64;
        p[l + 1] = ((2.0 * degree + 1.0) * t * p[l] - degree * p[l - 1]) / (degree + 1.0);
    }
    p
}

impl Panel {
    fn new(low: f64, high: f64, density: impl Fn(f64) -> f64) -> Panel {
        let mut panel = Panel {
            values: [[0.0; NODES]; 2],
            coefficients: [[0.0; NODES]; 2],
        };
        for i in 0..NODES {
            let (t, weight) = (LEGENDRE.nodes[i], LEGENDRE.weights[i]);
            let s = 0.5 * (low + high) + 0.5 * (high - low) * t;
            let value = weight * density(s);
            let polynomials = legendre(t);
            for (n, value) in [value, value * s].into_iter().enumerate() {
                panel.values[n][i] = value;
                for (l, p) in polynomials.iter().enumerate() {
                    panel.coefficients[n][l] += (l as f64 + 0.5) * value * p;
                }
            }
        }
        panel
    }

    /// ∫ density(s) exp(−(high − s)/mean) ds for both densities, with `half` the half-width of the panel.
    fn decayed(&self, half: f64, mean: f64) -> [f64; 2] {
        let rate = half / mean;
        let (factors, of) = if rate < STEEP {
            let factors = std::array::from_fn(|i| (-rate * (1.0 - LEGENDRE.nodes[i])).exp());
            (factors, &self.values)
        } else {
            (steep_integrals(rate), &self.coefficients)
        };
        of.each_ref()
            .map(|column| half * column.iter().zip(&factors).map(|(c, f)| c * f).sum::<f64>())
    }
}

/// ∫ P_l(t) exp(−rate (1 − t)) dt over [−1, 1], by the recurrence of the spherical Bessel functions, upwards: its errors grow where
/// the coefficients have fallen further.
fn steep_integrals(rate: f64) -> [f64; NODES] {
    let vanished = (-2.0 * rate).exp();
    let per_rate = rate.recip();
    let mut integrals = [0.0; NODES];
    integrals[0] = (1.0 - vanished) * per_rate;
    integrals[1] = (1.0 + vanished - integrals[0]) * per_rate;
    for l in 1..NODES - 1 {
        integrals[l + 1] = integrals[l - 1] - (2.0 * l as f64 + 1.0) * per_rate * integrals[l];
    }
    integrals
}

impl Variances {
    /// `range` of ln(σ/u) outside which `spread` is negligible; `total` is the integral of exp(spread.log) over ln σ. None for a σ so
    /// sharply known that a sum over σ is cheaper.
    ///
    /// The density of ln σ² is about as wide as 2/√ν and analytic in a strip of half-width π/2; a step of a quarter of an octave,
    /// or 1.1/√ν where that is less, leaves a relative error below 1e-11.
    pub fn new(spread: Spread, range: [f64; 2], total: f64) -> Option<Variances> {
        let per_octave = (LN_2 * spread.dof.sqrt() / 1.1).ceil().max(1.0) as usize;
        let per_octave = per_octave.next_multiple_of(LANES);
        if per_octave > MOST_PER_OCTAVE {
            return None;
        }
        let first = (spread.u * range[0].exp()).powi(2);
        let octaves = 2.0 * (range[1] - range[0]) / LN_2;
        let count = (octaves * per_octave as f64).ceil() as usize;
        let step = |k: usize| first * (k as f64 / per_octave as f64).exp2();
        let density = |s: f64| spread.log(0.5 * (s / (spread.u * spread.u)).ln()).exp();
        let panels = (0..count)
            .map(|k| Panel::new(step(k), step(k + 1), |s| density(s) / (2.0 * s * total)))
            .collect();
        Some(Variances {
            per_octave,
            first,
            panels,
        })
    }
}

/// Effect plus error for one τ: weights of normal densities of variance w, and of the same times E[σ² | w].
pub struct Mixture {
    chains: Vec<Chain>,
    /// Both sums over variances so great that the distance plays no part.
    constant: [f64; 2],
    reach: f64,
}

/// Nodes that are whole octaves apart, from the greatest variance down.
struct Chain {
    /// −1/2w of the topmost nodes.
    top: [f64; LANES],
    weights: Vec<[[f64; LANES]; 2]>,
}

impl Mixture {
    /// Serves distances up to `reach` and beyond it up to 45 τ.
    pub fn new(variances: &Variances, tau: f64, reach: f64) -> Mixture {
        let m = variances.per_octave;
        let square = tau * tau;
        let reach = 2.0 * reach + 45.0 * tau;
        // The part of w at a distance d has its greatest share at d·τ/√2.
        let needed = 40.0 * square + 2.0 * reach * tau;
        let beyond = (needed / variances.first).log2().ceil().max(0.0) as usize * m;
        let count = (variances.panels.len().max(beyond) + 1).next_multiple_of(m);
        let variance: Vec<f64> = (0..count)
            .map(|k| variances.first * (k as f64 / m as f64).exp2())
            .collect();
        let weights = weights(variances, &variance, square);
        let kept = m * octaves_that_bend(&variance, &weights, m, reach);
        let constant = std::array::from_fn(|n| weights[kept..].iter().map(|w| w[n]).sum());
        let chains = (0..m / LANES).map(|chain| {
            let places = |octave: &usize| octave * m + chain * LANES;
            let lanes = |place: usize| -> [[f64; LANES]; 2] {
                std::array::from_fn(|n| std::array::from_fn(|i| weights[place + i][n]))
            };
            let octaves = (0..kept / m).rev();
            Chain {
                top: std::array::from_fn(|i| -0.5 / variance[kept - m + chain * LANES + i]),
                weights: octaves.map(|octave| lanes(places(&octave))).collect(),
            }
        });
        Mixture {
            chains: chains.collect(),
            constant,
            reach,
        }
    }

    /// Density at `distance` and the same times E[σ²]; None where the nodes do not reach or a double underflows.
    pub fn at(&self, distance: f64) -> Option<[f64; 2]> {
        if distance > self.reach {
            return None;
        }
        let square = distance * distance;
        let [mut density, mut moment] = self.constant;
        for chain in &self.chains {
            let [d, m] = chain.at(square);
            density += d;
            moment += m;
        }
        (density > SMALLEST).then_some([density, moment])
    }
}

/// Number of octaves, at least one, in which exp(−d²/2w) differs from 1 at any distance up to `reach` so that it can be seen: the
/// long tail of a σ with few degrees of freedom is the same at all distances.
fn octaves_that_bend(variance: &[f64], weights: &[[f64; 2]], m: usize, reach: f64) -> usize {
    const UNSEEN: f64 = 1e-14;
    let half = 0.5 * reach * reach;
    let at_reach: [f64; 2] = std::array::from_fn(|n| {
        let terms = variance.iter().zip(weights);
        terms.map(|(w, v)| v[n] * (-half / w).exp()).sum()
    });
    let mut kept = variance.len() / m;
    let mut change = [0.0; 2];
    while kept > 1 {
        for k in (kept - 1) * m..kept * m {
            for n in 0..2 {
                change[n] += weights[k][n] * half / variance[k];
            }
        }
        if (0..2).any(|n| change[n] > UNSEEN * at_reach[n]) {
            break;
        }
        kept -= 1;
    }
    kept
}

/// For every variance the weight of its normal density without the exponential, and the same times E[σ² | w].
fn weights(variances: &Variances, variance: &[f64], square: f64) -> Vec<[f64; 2]> {
    let per_node = LN_2 / variances.per_octave as f64 / (2.0 * PI).sqrt() / square;
    let mut sums = [0.0; 2];
    let mut before = variances.first;
    let mut out = Vec::with_capacity(variance.len());
    for (k, w) in variance.iter().enumerate() {
        if k > 0 {
            let decay = (-(w - before) / square).exp();
            let half = 0.5 * (w - before);
            let panel = variances.panels.get(k - 1);
            let here = panel.map_or([0.0; 2], |panel| panel.decayed(half, square));
            sums = std::array::from_fn(|n| sums[n] * decay + here[n]);
            before = *w;
        }
        out.push(sums.map(|sum| per_node * w.sqrt() * sum));
    }
    out
}

impl Chain {
    fn at(&self, square: f64) -> [f64; 2] {
        let (mut density, mut moment) = ([0.0; LANES], [0.0; LANES]);
        let mut scaled = square;
        for octaves in self.weights.chunks(SQUARINGS) {
            let mut e = exponentials(self.top.map(|t| t * scaled));
            if e == [0.0; LANES] {
                break;
            }
            for [d, m] in octaves {
                for i in 0..LANES {
                    density[i] += e[i] * d[i];
                }
                for i in 0..LANES {
                    moment[i] += e[i] * m[i];
                }
                e = e.map(|e| e * e);
            }
            scaled *= (SQUARINGS as f64).exp2();
        }
        [density, moment].map(|lanes| lanes.iter().sum())
    }
}

/// exp of numbers that are not positive, the smallest first.
fn exponentials(x: [f64; LANES]) -> [f64; LANES] {
    if x[0] < -0.1 {
        return x.map(f64::exp);
    }
    // Taylor's series: below 0.1 its remainder is under 1e-16.
    x.map(|x| {
        (2..=9)
            .rev()
            .fold(1.0 + x / 10.0, |s, k| 1.0 + x / f64::from(k) * s)
            * x
            + 1.0
    })
}
