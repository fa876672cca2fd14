//! The distribution of the median of independent normal results, by quadrature.

use super::order::Normals;
use crate::numeric::distribution::normal_cdf;
use crate::numeric::quadrature::{self, Panels};
use crate::numeric::root;

const TOLERANCE: f64 = 1e-11;
/// The density of the mean of two middle values is itself an integral: its error must be well below the tolerance of the outer one.
const PAIR_TOLERANCE: f64 = 1e-8;
const GAP_TOLERANCE: f64 = 1e-10;

/// The median of n independent normal results and its relation to each of them.
pub struct ExactMedian {
    normals: Normals,
    /// Density of the median.
    pub density: Panels,
    /// Weight of each result in the median: the probability of being the middle value, or half that of being one of the two. By
    /// Stein's identity cov(X_i, median) = u_i² times this.
    pub weight: Vec<f64>,
}

impl ExactMedian {
    /// `normals` must hold at least two variables.
    pub fn new(normals: Normals) -> ExactMedian {
        let n = normals.count();
        let ranks: &[usize] = if n % 2 == 1 {
            &[n / 2]
        } else {
            &[n / 2 - 1, n / 2]
        };
        let (low, high) = normals.range();
        let breaks = normals.breaks(low, high, |a, b| [[a, b]]);
        let share = 1.0 / ranks.len() as f64;
        let middle = |t: f64| {
            ranks
                .iter()
                .map(|r| share * normals.rank_density(t, *r, None))
                .sum::<f64>()
                .ln()
        };
        let ranked = quadrature::adaptive(middle, &breaks, TOLERANCE);
        let mut weight = vec![0.0; n];
        let total = ranked.total();
        for panel in &ranked.panels {
            for i in 0..quadrature::NODES {
                if panel.weight(i) * panel.values[i] > 1e-17 * total {
                    let shares = normals.shares(panel.node(i), ranks);
                    weight
                        .iter_mut()
                        .zip(shares)
                        .for_each(|(w, s)| *w += panel.weight(i) * share * s);
                }
            }
        }
        let density = if n % 2 == 1 {
            ranked
        } else {
            quadrature::adaptive(|q| log_mean_of_pair(&normals, q), &breaks, PAIR_TOLERANCE)
        };
        ExactMedian {
            normals,
            density,
            weight,
        }
    }

    /// Endpoints of the probabilistically symmetric 95 % interval of X_i − median for result `i`, which has a part in the median.
    /// Known for an odd number of results only.
    ///
    /// With L ≤ U the two middle values of the other results, X_i − median = X_i − U where that is positive, X_i − L where negative,
    /// and X_i is independent of both.
    pub fn difference_interval(&self, i: usize) -> Option<[f64; 2]> {
        let n = self.normals.count();
        if n.is_multiple_of(2) || n < 3 {
            return None;
        }
        let (low, high) = self.normals.range();
        let breaks = self.normals.breaks(low, high, |a, b| [[a, b]]);
        let neighbour = |rank: usize| {
            quadrature::adaptive(
                |t| self.normals.rank_density(t, rank, Some(i)).ln(),
                &breaks,
                PAIR_TOLERANCE,
            )
        };
        let (x, u) = (self.normals.mean[i], self.normals.sd[i]);
        let (lower, upper) = (
            Difference::new(x, u, neighbour(n / 2 - 1)),
            Difference::new(x, u, neighbour(n / 2)),
        );
        let cdf = |d: f64| if d >= 0.0 { upper.cdf(d) } else { lower.cdf(d) };
        let (from, to) = (x - 10.0 * u - high, x + 10.0 * u - low);
        Some([0.025, 0.975].map(|p| quantile(&cdf, p, from, to)))
    }

    /// The same for a result (`x`, `u`) outside the median.
    pub fn outside_interval(&self, x: f64, u: f64) -> [f64; 2] {
        let (low, high) = self.normals.range();
        let difference = Difference::new(x, u, self.density.clone());
        [0.025, 0.975].map(|p| {
            quantile(
                &|d| difference.cdf(d),
                p,
                x - 10.0 * u - high,
                x + 10.0 * u - low,
            )
        })
    }
}

/// The quantile where the distribution function reaches `p`; it may jump at zero.
fn quantile(cdf: &impl Fn(f64) -> f64, p: f64, low: f64, high: f64) -> f64 {
    if cdf(0.0) >= p && cdf(-1e-300) < p {
        return 0.0;
    }
    let (low, high) = if cdf(0.0) < p {
        (0.0, high)
    } else {
        (low, 0.0)
    };
    root::ridders(|d| cdf(d) - p, low, high, 1e-10)
}

/// X − Y for normal X and independent Y of known density.
struct Difference {
    x: f64,
    u: f64,
    other: Panels,
    nodes: Vec<(f64, f64)>,
    narrow: bool,
}

impl Difference {
    fn new(x: f64, u: f64, other: Panels) -> Difference {
        let nodes = other.nodes().filter(|(_, w)| *w > 1e-14).collect();
        let narrow = u < 0.3 * other.mean_and_sd().1;
        Difference {
            x,
            u,
            other,
            nodes,
            narrow,
        }
    }

    /// P(X − Y ≤ d). Where X is narrow the nodes of Y are too coarse for Φ and the integral is done anew around its step.
    fn cdf(&self, d: f64) -> f64 {
        let step = self.x - d;
        let phi = |y: f64| normal_cdf((y - step) / self.u);
        if !self.narrow {
            return self.nodes.iter().map(|(y, w)| w * phi(*y)).sum();
        }
        let (Some(first), Some(last)) = (self.nodes.first(), self.nodes.last()) else {
            return f64::NAN;
        };
        let right = (step + 9.0 * self.u).clamp(first.0, last.0);
        let left = (step - 9.0 * self.u).clamp(first.0, last.0);
        let ramp = quadrature::adaptive(
            |y| (self.other.density(y) * phi(y)).ln(),
            &[left, step.clamp(left, right), right],
            1e-9,
        );
        1.0 - self.other.cdf(right)
            + ramp.total()
                * if ramp.log_scale.is_finite() {
                    ramp.log_scale.exp()
                } else {
                    0.0
                }
    }
}

/// ln of the density at `q` of the mean of the two middle values, 2 ∫ f(q − g, q + g) dg.
fn log_mean_of_pair(normals: &Normals, q: f64) -> f64 {
    let (low, high) = normals.range();
    let reach = (q - low).max(high - q);
    let breaks = normals.breaks(0.0, reach, |a, b| [[q - b, q - a], [q + a, q + b]]);
    let gap = quadrature::adaptive(
        |g| normals.middle_pair_density(q - g, q + g).ln(),
        &breaks,
        GAP_TOLERANCE,
    );
    std::f64::consts::LN_2 + gap.log_total()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} against {b}");
    }

    #[test]
    fn median_of_two_is_their_mean() {
        let exact = ExactMedian::new(Normals {
            mean: vec![1.0, 4.0],
            sd: vec![0.3, 2.0],
        });
        let (mean, sd) = exact.density.mean_and_sd();
        close(mean, 2.5, 1e-9);
        close(sd, 0.5 * (0.09f64 + 4.0).sqrt(), 1e-9);
        close(exact.weight[0], 0.5, 1e-10);
    }

    #[test]
    fn median_of_three_equal_normals_has_the_tabulated_variance() {
        // Variance of the median of three standard normals: 1 − √3/π (H. A. David, Order Statistics).
        let exact = ExactMedian::new(Normals {
            mean: vec![7.0; 3],
            sd: vec![0.1; 3],
        });
        let (mean, sd) = exact.density.mean_and_sd();
        close(mean, 7.0, 1e-11);
        close(
            sd * sd * 100.0,
            1.0 - 3f64.sqrt() / std::f64::consts::PI,
            1e-10,
        );
        close(exact.weight[2], 1.0 / 3.0, 1e-10);
    }

    #[test]
    fn median_of_four_equal_normals_has_the_tabulated_variance() {
        // Order statistics of four standard normals: var of the mean of the middle two is 0.298 2 (Sarhan and Greenberg, table).
        let exact = ExactMedian::new(Normals {
            mean: vec![0.0; 4],
            sd: vec![1.0; 4],
        });
        let (_, sd) = exact.density.mean_and_sd();
        close(sd * sd, 0.298_2, 5e-5);
        close(
            exact.density.total() * exact.density.log_scale.exp(),
            1.0,
            1e-8,
        );
    }

    #[test]
    fn one_very_sure_laboratory_is_the_median_with_its_own_probability() {
        let exact = ExactMedian::new(Normals {
            mean: vec![0.0, -1.0, 1.0],
            sd: vec![1e-6, 1.0, 1.0],
        });
        // The sure one is in the middle when exactly one of the others is below zero.
        let p = normal_cdf(1.0);
        close(exact.weight[0], p * p + (1.0 - p) * (1.0 - p), 1e-6);
    }
}
