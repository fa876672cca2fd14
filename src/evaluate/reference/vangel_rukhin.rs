//! Maximum likelihood when the variances within the laboratories are unknown as well.
//!
//! Source: M. G. Vangel, A. L. Rukhin, Biometrics 55 (1999) 129–136.

use super::consensus::too_few;
use crate::evaluate::method::Inapplicable;
use crate::numeric::root::bisect;
use crate::numeric::sum::{median, sum};

/// Replicate-level data: `n` results with mean `mean` and standard deviation `s` of single results; equal lengths, n ≥ 2.
#[derive(Debug, Clone, PartialEq)]
pub struct Replicates {
    pub mean: Vec<f64>,
    pub s: Vec<f64>,
    pub n: Vec<f64>,
}

/// The maximum-likelihood solution, in the unit of the data.
#[derive(Debug, Clone, PartialEq)]
pub struct VangelRukhin {
    pub mu: f64,
    /// (Σ 1/(σ² + σ_i²/n_i))^(−1/2), all variances taken as known.
    pub u: f64,
    /// Variance between laboratories.
    pub sigma2_between: f64,
    /// Variances σ_i² of single results within the laboratories.
    pub sigma2_within: Vec<f64>,
    pub weights: Vec<f64>,
    /// Number of local maxima of the profile likelihood that were found.
    pub local_maxima: usize,
}

/// The maximum over μ, the weights and the within variances at a given variance between laboratories.
struct Profile {
    mu: f64,
    within: Vec<f64>,
    raw: Vec<f64>,
    minus_log_likelihood: f64,
}

/// Fits x̄_i ~ N(μ, σ² + σ_i²/n_i), s_i² ~ σ_i² χ²/(n_i − 1) by maximising over σ² the likelihood profiled over all other parameters.
///
/// The profile can have several maxima; sign changes of its derivative on a grid of σ² are refined and the highest is taken.
pub fn vangel_rukhin(data: &Replicates) -> Result<VangelRukhin, Inapplicable> {
    check(data)?;
    let centre = median(&data.mean);
    let scale = (sum(data.mean.iter().map(|x| (x - centre).abs())) / data.mean.len() as f64)
        .max(median(&data.s));
    let scaled = Replicates {
        mean: data.mean.iter().map(|x| (x - centre) / scale).collect(),
        s: data.s.iter().map(|s| s / scale).collect(),
        n: data.n.clone(),
    };
    let slope = |sigma2: f64| slope_at(&scaled, &profile(&scaled, sigma2));
    let spread = scaled.mean.iter().fold(0.0_f64, |a, x| a.max(x.abs()));
    let top = 4.0 * spread * spread;
    let mut candidates = vec![0.0];
    if top > 0.0 {
        let nodes: Vec<f64> = (0..=120)
            .map(|i| top * 10_f64.powf(-0.1 * f64::from(120 - i)))
            .collect();
        let slopes: Vec<f64> = nodes.iter().map(|node| slope(*node)).collect();
        for i in 1..nodes.len() {
            if slopes[i - 1] > 0.0 && slopes[i] <= 0.0 {
                candidates.push(bisect(|sigma2| -slope(sigma2), nodes[i - 1], nodes[i]));
            }
        }
    }
    let local_maxima = if slope(0.0) <= 0.0 {
        candidates.len()
    } else {
        candidates.len() - 1
    };
    let mut best: Option<(f64, Profile)> = None;
    for sigma2 in candidates {
        let here = profile(&scaled, sigma2);
        if best
            .as_ref()
            .is_none_or(|(_, known)| here.minus_log_likelihood < known.minus_log_likelihood)
        {
            best = Some((sigma2, here));
        }
    }
    let (sigma2, here) = best.ok_or_else(|| too_few(0, 2))?;
    let total = sum(here.raw.iter().copied());
    Ok(VangelRukhin {
        mu: centre + scale * here.mu,
        u: scale / total.sqrt(),
        sigma2_between: sigma2 * scale * scale,
        sigma2_within: here.within.iter().map(|v| v * scale * scale).collect(),
        weights: here.raw.iter().map(|w| w / total).collect(),
        local_maxima,
    })
}

fn check(data: &Replicates) -> Result<(), Inapplicable> {
    if data.mean.len() < 2 {
        return Err(too_few(data.mean.len(), 2));
    }
    // Squares, and their reciprocals, must stay within the range of the numbers.
    let positive = |v: f64, least: f64| v >= least && v < 1e70;
    let good = |i: usize| {
        data.mean[i].abs() < 1e70 && positive(data.s[i], 1e-70) && positive(data.n[i], 2.0)
    };
    if data.s.len() == data.mean.len()
        && data.n.len() == data.mean.len()
        && (0..data.mean.len()).all(good)
    {
        return Ok(());
    }
    Err(Inapplicable::new(
        "invalid-replicates",
        "每个实验室须给出有限的平均值、大于零的单次标准偏差 s 和不少于 2 的重复次数 n，且各列项数相同",
        "every laboratory needs a finite mean, a standard deviation s > 0 of single results and n >= 2 replicates, in columns of equal length",
    ))
}

/// Derivative of twice the profiled log-likelihood by σ². By the envelope theorem only the explicit dependence counts.
fn slope_at(data: &Replicates, here: &Profile) -> f64 {
    sum(here
        .raw
        .iter()
        .zip(&data.mean)
        .map(|(w, x)| w * w * (x - here.mu) * (x - here.mu) - w))
}

/// Highest likelihood at `sigma2`: alternating maximisation over μ and the within variances from several starting values of μ.
fn profile(data: &Replicates, sigma2: f64) -> Profile {
    let starts = [
        median(&data.mean),
        sum(data.mean.iter().copied()) / data.mean.len() as f64,
        fixed_start(data),
    ];
    let mut best = climb(data, sigma2, starts[0]);
    for start in &starts[1..] {
        let other = climb(data, sigma2, *start);
        if other.minus_log_likelihood < best.minus_log_likelihood {
            best = other;
        }
    }
    best
}

/// The weighted mean with the observed variances.
fn fixed_start(data: &Replicates) -> f64 {
    let raw: Vec<f64> = data
        .s
        .iter()
        .zip(&data.n)
        .map(|(s, n)| n / (s * s))
        .collect();
    sum(raw.iter().zip(&data.mean).map(|(w, x)| w * x)) / sum(raw.iter().copied())
}

/// Every step raises the likelihood or ends; convergence is linear, so the step is extrapolated (Aitken) where that helps.
fn climb(data: &Replicates, sigma2: f64, start: f64) -> Profile {
    let mut here = step(data, sigma2, start);
    for _ in 0..500 {
        let next = step(data, sigma2, here.mu);
        let after = step(data, sigma2, next.mu);
        let (first, second) = (next.mu - here.mu, after.mu - next.mu);
        if second.abs() <= 1e-15 {
            return after;
        }
        let curvature = second - first;
        let jump = if curvature == 0.0 {
            after.mu
        } else {
            after.mu - second * second / curvature
        };
        let leap = step(data, sigma2, jump);
        here = if leap.minus_log_likelihood < after.minus_log_likelihood {
            leap
        } else {
            after
        };
    }
    here
}

/// Within variances that are best for `mu`, and the μ that is best for them. The likelihood belongs to the new μ.
fn step(data: &Replicates, sigma2: f64, mu: f64) -> Profile {
    let count = data.mean.len();
    let within: Vec<f64> = (0..count)
        .map(|i| best_within(data.mean[i] - mu, data.s[i] * data.s[i], data.n[i], sigma2))
        .collect();
    let raw: Vec<f64> = within
        .iter()
        .zip(&data.n)
        .map(|(v, n)| 1.0 / (sigma2 + v / n))
        .collect();
    let mu = sum(raw.iter().zip(&data.mean).map(|(w, x)| w * x)) / sum(raw.iter().copied());
    let term = |i: usize| {
        cost(
            data.mean[i] - mu,
            data.s[i] * data.s[i],
            data.n[i],
            sigma2,
            within[i],
        )
    };
    let minus_log_likelihood = sum((0..count).map(term));
    Profile {
        mu,
        within,
        raw,
        minus_log_likelihood,
    }
}

/// Minus twice the log-likelihood of one laboratory.
fn cost(d: f64, s2: f64, n: f64, sigma2: f64, v: f64) -> f64 {
    let total = sigma2 + v / n;
    total.ln() + d * d / total + (n - 1.0) * (v.ln() + s2 / v)
}

/// The v > 0 with the least cost. The optima are roots of a cubic in v; all of them lie between s²(n − 1)/n and
/// max(s², n d²) + s², so a fixed scan brackets them and bisection on the derivative finishes.
fn best_within(d: f64, s2: f64, n: f64, sigma2: f64) -> f64 {
    let falling = |v: f64| {
        let total = sigma2 + v / n;
        -((1.0 - d * d / total) / (n * total) + (n - 1.0) * (1.0 - s2 / v) / v)
    };
    let (low, high) = (0.5 * s2 * (n - 1.0) / n, 2.0 * (s2 + n * d * d));
    let steps = 24;
    let node = |i: i32| low * (high / low).powf(f64::from(i) / f64::from(steps));
    let mut best = (f64::INFINITY, s2);
    let mut before = falling(low);
    for i in 1..=steps {
        let now = falling(node(i));
        if before > 0.0 && now <= 0.0 {
            let root = bisect(|v| -falling(v), node(i - 1), node(i));
            let height = cost(d, s2, n, sigma2, root);
            if height < best.0 {
                best = (height, root);
            }
        }
        before = now;
    }
    best.1
}
