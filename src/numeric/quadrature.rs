//! Adaptive Gauss–Kronrod quadrature of functions given by their logarithm.
//!
//! Densities of comparisons span hundreds of orders of magnitude (a laboratory far from the others, a hundred laboratories), so the
//! integrand comes as a logarithm and the result keeps a common exponent apart. The accepted panels are kept: they give moments,
//! the distribution function and quantiles without another call of the integrand.

use crate::numeric::rule::KRONROD;
use crate::numeric::{root, sum};
use std::sync::LazyLock;

/// Number of nodes of the Kronrod rule on one panel.
pub const NODES: usize = 15;

/// Weights of the embedded 7-point Gauss rule, which uses every other node.
const GAUSS_WEIGHTS: [f64; 4] = [
    0.129_484_966_168_869_7,
    0.279_705_391_489_276_64,
    0.381_830_050_505_118_9,
    0.417_959_183_673_469_4,
];

/// The panels are split at most so often below the starting ones.
const DEPTH: usize = 48;
/// After so many panels what is left is taken as it is: an integrand with noise above the tolerance never settles.
const MOST_PANELS: usize = 1000;
/// Values this far (in natural logarithm) below the greatest one cannot change any digit.
const NEGLIGIBLE: f64 = 60.0;

static BARYCENTRIC: LazyLock<[f64; NODES]> = LazyLock::new(|| {
    let nodes = KRONROD.nodes;
    let mut barycentric = [1.0; NODES];
    for i in 0..NODES {
        for j in (0..NODES).filter(|j| *j != i) {
            barycentric[i] /= nodes[i] - nodes[j];
        }
    }
    barycentric
});

/// One interval with the values of the integrand at its 15 nodes (in ascending order), in units of exp(`Panels::log_scale`).
#[derive(Debug, Clone)]
pub struct Panel {
    pub low: f64,
    pub high: f64,
    pub values: [f64; NODES],
}

impl Panel {
    /// Abscissa of node `i`.
    pub fn node(&self, i: usize) -> f64 {
        0.5 * (self.low + self.high) + 0.5 * (self.high - self.low) * KRONROD.nodes[i]
    }

    /// Weight of node `i` in the integral over the panel.
    pub fn weight(&self, i: usize) -> f64 {
        0.5 * (self.high - self.low) * KRONROD.weights[i]
    }

    fn integral(&self) -> f64 {
        (0..NODES).map(|i| self.weight(i) * self.values[i]).sum()
    }

    /// The interpolating polynomial of the nodes at `x` (barycentric form).
    fn value_at(&self, x: f64) -> f64 {
        let t = (2.0 * x - self.low - self.high) / (self.high - self.low);
        let (mut above, mut below) = (0.0, 0.0);
        for i in 0..NODES {
            let distance = t - KRONROD.nodes[i];
            if distance == 0.0 {
                return self.values[i];
            }
            let c = BARYCENTRIC[i] / distance;
            above += c * self.values[i];
            below += c;
        }
        above / below
    }

    fn integral_to(&self, x: f64) -> f64 {
        let part = Panel {
            low: self.low,
            high: x,
            values: [0.0; NODES],
        };
        (0..NODES)
            .map(|i| part.weight(i) * self.value_at(part.node(i)))
            .sum()
    }
}

/// A density (up to a constant) on adjoining panels in ascending order.
#[derive(Debug, Clone)]
pub struct Panels {
    /// The values of the panels are multiplied by exp(`log_scale`).
    pub log_scale: f64,
    pub panels: Vec<Panel>,
    /// Integral up to the start of each panel, and the whole at the end, in units of exp(`log_scale`).
    cumulative: Vec<f64>,
}

impl Panels {
    fn new(log_scale: f64, panels: Vec<Panel>) -> Panels {
        let mut cumulative = Vec::with_capacity(panels.len() + 1);
        let mut total = 0.0;
        cumulative.push(0.0);
        for panel in &panels {
            total += panel.integral();
            cumulative.push(total);
        }
        Panels {
            log_scale,
            panels,
            cumulative,
        }
    }

    /// Whole integral in units of exp(`log_scale`).
    pub fn total(&self) -> f64 {
        self.cumulative.last().copied().unwrap_or(0.0)
    }

    /// Natural logarithm of the whole integral.
    pub fn log_total(&self) -> f64 {
        self.total().ln() + self.log_scale
    }

    /// Abscissae and weights (sum 1) of the normalised density.
    pub fn nodes(&self) -> impl Iterator<Item = (f64, f64)> + '_ {
        let total = self.total();
        self.panels.iter().flat_map(move |p| {
            (0..NODES).map(move |i| (p.node(i), p.weight(i) * p.values[i] / total))
        })
    }

    /// Expectation of `g` under the normalised density.
    pub fn expectation(&self, g: impl Fn(f64) -> f64) -> f64 {
        sum::sum(self.nodes().map(|(x, w)| w * g(x)))
    }

    /// Mean and standard deviation of the normalised density.
    pub fn mean_and_sd(&self) -> (f64, f64) {
        let mean = self.expectation(|x| x);
        (
            mean,
            self.expectation(|x| (x - mean) * (x - mean))
                .max(0.0)
                .sqrt(),
        )
    }

    fn panel_of(&self, x: f64) -> Option<usize> {
        let i = self.panels.partition_point(|p| p.high <= x);
        self.panels.get(i).filter(|p| p.low <= x).map(|_| i)
    }

    /// Distribution function of the normalised density.
    pub fn cdf(&self, x: f64) -> f64 {
        match (self.panel_of(x), self.panels.first()) {
            (Some(i), _) => ((self.cumulative[i] + self.panels[i].integral_to(x)) / self.total())
                .clamp(0.0, 1.0),
            (None, Some(first)) if x < first.low => 0.0,
            _ => 1.0,
        }
    }

    /// The normalised density.
    pub fn density(&self, x: f64) -> f64 {
        self.panel_of(x).map_or(0.0, |i| {
            (self.panels[i].value_at(x) / self.total()).max(0.0)
        })
    }

    /// Quantile of the normalised density for 0 < `p` < 1; NaN when there is no panel.
    pub fn quantile(&self, p: f64) -> f64 {
        let target = p * self.total();
        let i = self
            .cumulative
            .partition_point(|c| *c < target)
            .clamp(1, self.panels.len().max(1))
            - 1;
        match self.panels.get(i) {
            None => f64::NAN,
            Some(panel) => root::monotone(
                |x| {
                    (
                        self.cumulative[i] + panel.integral_to(x) - target,
                        panel.value_at(x),
                    )
                },
                panel.low,
                panel.high,
                1e-14,
            ),
        }
    }
}

/// exp(`log` − `log_scale`); 0 for a density of zero, whatever the scale.
fn scaled(log: f64, log_scale: f64) -> f64 {
    if log == f64::NEG_INFINITY {
        0.0
    } else {
        (log - log_scale).exp()
    }
}

struct Trial {
    low: f64,
    high: f64,
    logs: [f64; NODES],
    depth: usize,
}

impl Trial {
    fn new(low: f64, high: f64, depth: usize, log_density: &mut impl FnMut(f64) -> f64) -> Trial {
        let panel = Panel {
            low,
            high,
            values: [0.0; NODES],
        };
        Trial {
            low,
            high,
            depth,
            logs: std::array::from_fn(|i| log_density(panel.node(i))),
        }
    }

    fn greatest(&self) -> f64 {
        self.logs.iter().copied().fold(f64::NEG_INFINITY, f64::max)
    }

    fn panel(&self, log_scale: f64) -> Panel {
        Panel {
            low: self.low,
            high: self.high,
            values: self.logs.map(|l| scaled(l, log_scale)),
        }
    }

    /// Integral and its error as QUADPACK estimates it, in units of exp(`log_scale`).
    fn estimate(&self, log_scale: f64) -> (f64, f64) {
        let panel = self.panel(log_scale);
        let integral = panel.integral();
        let half = 0.5 * (self.high - self.low);
        let gauss: f64 = (0..7)
            .map(|i| GAUSS_WEIGHTS[if i < 4 { i } else { 6 - i }] * panel.values[2 * i + 1])
            .sum::<f64>()
            * half;
        let centre = integral / (self.high - self.low);
        let spread: f64 = (0..NODES)
            .map(|i| panel.weight(i) * (panel.values[i] - centre).abs())
            .sum();
        let difference = (integral - gauss).abs();
        let error = if spread > 0.0 {
            spread * (200.0 * difference / spread).powf(1.5).min(1.0)
        } else {
            difference
        };
        (integral, error)
    }
}

/// Integrates exp(`log_density`) over the intervals between the ascending `breaks`, splitting until the error of every panel is
/// below `tolerance` times the whole. The function must be finite or −∞ on the intervals.
///
/// A peak is seen only if a node falls on it: put breaks on both sides of every peak that may be much narrower than its interval.
///
/// The error estimate of one panel is that of QUADPACK QK15 (|K15 − G7| to the power 3/2).
pub fn adaptive(mut log_density: impl FnMut(f64) -> f64, breaks: &[f64], tolerance: f64) -> Panels {
    let mut waiting: Vec<Trial> = breaks
        .windows(2)
        .filter(|w| w[1] > w[0])
        .map(|w| Trial::new(w[0], w[1], 0, &mut log_density))
        .collect();
    let mut log_scale = waiting
        .iter()
        .map(Trial::greatest)
        .fold(f64::NEG_INFINITY, f64::max);
    let mut accepted: Vec<Trial> = Vec::new();
    waiting.reverse();
    let mut total: f64 = waiting
        .iter()
        .map(|t| t.estimate(log_scale).0)
        .filter(|v| v.is_finite())
        .sum();
    while let Some(trial) = waiting.pop() {
        let greatest = trial.greatest();
        if greatest > log_scale {
            total *= (log_scale - greatest).exp();
            log_scale = greatest;
        }
        let (integral, error) = trial.estimate(log_scale);
        let settled = error <= tolerance * total.max(integral)
            || greatest < log_scale - NEGLIGIBLE && trial.depth > 2;
        let vanishing = greatest == f64::NEG_INFINITY;
        let middle = 0.5 * (trial.low + trial.high);
        if settled
            || vanishing
            || accepted.len() > MOST_PANELS
            || trial.depth >= DEPTH
            || middle <= trial.low
            || middle >= trial.high
        {
            accepted.push(trial);
            continue;
        }
        let left = Trial::new(trial.low, middle, trial.depth + 1, &mut log_density);
        let right = Trial::new(middle, trial.high, trial.depth + 1, &mut log_density);
        let peak = left.greatest().max(right.greatest());
        if peak > log_scale {
            total *= (log_scale - peak).exp();
            log_scale = peak;
        }
        total +=
            left.estimate(log_scale).0 + right.estimate(log_scale).0 - trial.estimate(log_scale).0;
        waiting.push(right);
        waiting.push(left);
    }
    Panels::new(
        log_scale,
        accepted.iter().map(|t| t.panel(log_scale)).collect(),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} against {b}");
    }

    #[test]
    fn normal_density_gives_its_constant_moments_and_quantiles() {
        let (centre, sd) = (1e3, 0.02);
        let panels = adaptive(
            |x| -0.5 * ((x - centre) / sd).powi(2) - 900.0,
            &[990.0, 1000.0, 1013.0],
            1e-12,
        );
        close(
            panels.log_total(),
            (sd * (2.0 * std::f64::consts::PI).sqrt()).ln() - 900.0,
            1e-11,
        );
        let (mean, s) = panels.mean_and_sd();
        close(mean, centre, 1e-11);
        close(s, sd, 1e-11);
        close(
            panels.quantile(0.975),
            centre + sd * 1.959_963_984_540_054,
            1e-10,
        );
        close(panels.cdf(centre - sd), 0.158_655_253_931_457_05, 1e-10);
        close(
            panels.density(centre),
            1.0 / (sd * (2.0 * std::f64::consts::PI).sqrt()),
            1e-6,
        );
    }

    #[test]
    fn narrow_peak_beside_a_wide_one_keeps_its_share() {
        let f = |x: f64| {
            let wide = (-0.5 * x * x).exp();
            let narrow = 1e4 * (-0.5 * ((x - 2.0) * 1e4).powi(2)).exp();
            (wide + narrow).ln()
        };
        let panels = adaptive(f, &[-40.0, 0.0, 1.999, 2.001, 40.0], 1e-12);
        close(
            panels.total() * panels.log_scale.exp(),
            2.0 * (2.0 * std::f64::consts::PI).sqrt(),
            1e-10,
        );
        close(panels.cdf(1.9), 0.5 * 0.971_283_440_183_998_2, 1e-10);
    }

    #[test]
    fn a_density_that_vanishes_everywhere_has_integral_zero() {
        let panels = adaptive(|_| f64::NEG_INFINITY, &[0.0, 1.0, 2.0], 1e-9);
        assert_eq!(panels.total(), 0.0);
        assert_eq!(panels.log_total(), f64::NEG_INFINITY);
    }

    #[test]
    fn no_interval_gives_an_empty_integral() {
        let panels = adaptive(|_| 0.0, &[1.0], 1e-9);
        assert_eq!(panels.total(), 0.0);
        assert!(panels.quantile(0.5).is_nan());
    }
}
