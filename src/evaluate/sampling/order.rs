//! Distributions of order statistics of independent normal variables that are not identically distributed.
//!
//! The number of variables below t is Poisson-binomial with probabilities p_i = Φ((t − x_i)/u_i); its distribution is built up one
//! laboratory at a time.

use crate::numeric::distribution::{normal_cdf, normal_pdf};

/// Independent normal variables.
#[derive(Debug, Clone)]
pub struct Normals {
    pub mean: Vec<f64>,
    pub sd: Vec<f64>,
}

/// A polynomial in y is multiplied by a·y + c in place; `length` coefficients are in use before.
fn multiply(poly: &mut [f64], length: usize, a: f64, c: f64) {
    for k in (0..=length.min(poly.len() - 1)).rev() {
        let below = if k > 0 { poly[k - 1] } else { 0.0 };
        let here = if k < length { poly[k] } else { 0.0 };
        poly[k] = a * below + c * here;
    }
}

/// to += factor · from.
fn add(to: &mut [f64], from: &[f64], factor: f64) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t += factor * f);
}

impl Normals {
    pub fn count(&self) -> usize {
        self.mean.len()
    }

    fn below(&self, i: usize, t: f64) -> f64 {
        normal_cdf((t - self.mean[i]) / self.sd[i])
    }

    fn above(&self, i: usize, t: f64) -> f64 {
        normal_cdf((self.mean[i] - t) / self.sd[i])
    }

    fn density(&self, i: usize, t: f64) -> f64 {
        normal_pdf((t - self.mean[i]) / self.sd[i]) / self.sd[i]
    }

    /// Density at `t` of the variable that has exactly `rank` others below it, variable `skip` left out.
    pub fn rank_density(&self, t: f64, rank: usize, skip: Option<usize>) -> f64 {
        let mut count = vec![0.0; rank + 1];
        let mut slope = vec![0.0; rank + 1];
        count[0] = 1.0;
        for (length, i) in (0..self.count()).filter(|i| Some(*i) != skip).enumerate() {
            let (p, q, density) = (self.below(i, t), self.above(i, t), self.density(i, t));
            multiply(&mut slope, length, p, q);
            add(&mut slope, &count, density);
            multiply(&mut count, length + 1, p, q);
        }
        slope[rank]
    }

    /// For every variable i, the density at `t` that it is there with a number of others below it that is in `ranks`.
    pub fn shares(&self, t: f64, ranks: &[usize]) -> Vec<f64> {
        let n = self.count();
        let size = ranks.iter().copied().max().unwrap_or(0) + 1;
        let mut after: Vec<Vec<f64>> = vec![vec![0.0; size]; n + 1];
        after[n][0] = 1.0;
        for i in (0..n).rev() {
            let mut poly = after[i + 1].clone();
            multiply(&mut poly, n - i, self.below(i, t), self.above(i, t));
            after[i] = poly;
        }
        let mut before = vec![0.0; size];
        before[0] = 1.0;
        (0..n)
            .map(|i| {
                let ways: f64 = ranks
                    .iter()
                    .map(|r| {
                        (0..=*r)
                            .map(|k| before[k] * after[i + 1][r - k])
                            .sum::<f64>()
                    })
                    .sum();
                multiply(&mut before, i + 1, self.below(i, t), self.above(i, t));
                self.density(i, t) * ways
            })
            .collect()
    }

    /// Joint density at `low` < `high` of the two middle values of an even number 2m of variables.
    pub fn middle_pair_density(&self, low: f64, high: f64) -> f64 {
        let rank = self.count() / 2 - 1;
        let mut none = vec![0.0; rank + 1];
        none[0] = 1.0;
        let (mut first, mut second, mut both) = (
            vec![0.0; rank + 1],
            vec![0.0; rank + 1],
            vec![0.0; rank + 1],
        );
        for i in 0..self.count() {
            let (p, q) = (self.below(i, low), self.above(i, high));
            let (at_low, at_high) = (self.density(i, low), self.density(i, high));
            multiply(&mut both, i, p, q);
            add(&mut both, &first, at_high);
            add(&mut both, &second, at_low);
            multiply(&mut first, i, p, q);
            add(&mut first, &none, at_low);
            multiply(&mut second, i, p, q);
            add(&mut second, &none, at_high);
            multiply(&mut none, i + 1, p, q);
        }
        both[rank]
    }

    /// Ends of the range outside which no variable has a probability that matters.
    pub fn range(&self) -> (f64, f64) {
        let ends = |sign: f64| {
            self.mean
                .iter()
                .zip(&self.sd)
                .map(move |(m, s)| m + sign * 10.0 * s)
        };
        (
            ends(-1.0).fold(f64::INFINITY, f64::min),
            ends(1.0).fold(f64::NEG_INFINITY, f64::max),
        )
    }

    /// Ascending break points between `low` and `high` that enclose the narrowest variables, moved by `map`.
    pub fn breaks(&self, low: f64, high: f64, map: impl Fn(f64) -> f64) -> Vec<f64> {
        const NARROWEST: usize = 10;
        let mut order: Vec<usize> = (0..self.count()).collect();
        order.sort_by(|a, b| {
            self.sd[*a]
                .total_cmp(&self.sd[*b])
                .then(self.mean[*a].total_cmp(&self.mean[*b]))
        });
        let narrowest = order.first().map_or(0.0, |i| self.sd[*i]);
        let marks = order
            .iter()
            .take(NARROWEST)
            .flat_map(|i| [-9.0, -3.0, 3.0, 9.0].map(|k| map(self.mean[*i] + k * self.sd[*i])));
        let mut points: Vec<f64> = marks
            .filter(|x| *x > low && *x < high)
            .chain([low, high])
            .collect();
        points.sort_by(f64::total_cmp);
        points.dedup_by(|b, a| *b - *a < 0.5 * narrowest && *b < high);
        points
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three() -> Normals {
        Normals {
            mean: vec![0.0, 1.0, -0.5],
            sd: vec![1.0, 0.5, 2.0],
        }
    }

    #[test]
    fn shares_add_up_to_the_rank_density() {
        let normals = three();
        let total: f64 = normals.shares(0.3, &[1]).iter().sum();
        assert!((total - normals.rank_density(0.3, 1, None)).abs() < 1e-15);
    }

    #[test]
    fn middle_of_three_has_the_density_written_out_by_hand() {
        let normals = three();
        let (p, f) = (
            |i: usize| normals.below(i, 0.3),
            |i: usize| normals.density(i, 0.3),
        );
        let expected: f64 = [(0, 1, 2), (1, 0, 2), (2, 0, 1)]
            .iter()
            .map(|(i, j, k)| f(*i) * (p(*j) * (1.0 - p(*k)) + p(*k) * (1.0 - p(*j))))
            .sum();
        assert!((normals.rank_density(0.3, 1, None) - expected).abs() < 1e-15);
    }

    #[test]
    fn pair_density_of_two_is_the_sum_of_both_orders() {
        let normals = Normals {
            mean: vec![0.0, 1.0],
            sd: vec![1.0, 0.5],
        };
        let expected = normals.density(0, -0.2) * normals.density(1, 0.7)
            + normals.density(1, -0.2) * normals.density(0, 0.7);
        assert!((normals.middle_pair_density(-0.2, 0.7) - expected).abs() < 1e-15);
    }
}
