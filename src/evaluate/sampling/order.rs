//! Distributions of order statistics of independent normal variables that are not identically distributed.
//!
//! The number of variables below t is Poisson-binomial with probabilities p_i = Φ((t − x_i)/u_i); its distribution is built up one
//! laboratory at a time.

use crate::numeric::distribution::normal_tail_and_pdf;

/// Independent normal variables.
#[derive(Debug, Clone)]
pub struct Normals {
    pub mean: Vec<f64>,
    pub sd: Vec<f64>,
}

/// A polynomial in y is multiplied by a·y + c in place; `length` coefficients are in use before.
fn multiply(poly: &mut [f64], length: usize, a: f64, c: f64) {
    for k in (1..=length.min(poly.len() - 1)).rev() {
        poly[k] = a * poly[k - 1] + c * poly[k];
    }
    poly[0] *= c;
}

/// to += factor · from.
fn add(to: &mut [f64], from: &[f64], factor: f64) {
    to.iter_mut().zip(from).for_each(|(t, f)| *t += factor * f);
}

impl Normals {
    pub fn count(&self) -> usize {
        self.mean.len()
    }

    /// Probabilities of variable `i` below and above `t`, and its density there.
    fn at(&self, i: usize, t: f64) -> [f64; 3] {
        let z = (t - self.mean[i]) / self.sd[i];
        let (tail, bell) = normal_tail_and_pdf(z.abs());
        let density = bell / self.sd[i];
        if z < 0.0 {
            [tail, 1.0 - tail, density]
        } else {
            [1.0 - tail, tail, density]
        }
    }

    /// Density at `t` of the variable that has exactly `rank` others below it, variable `skip` left out.
    pub fn rank_density(&self, t: f64, rank: usize, skip: Option<usize>) -> f64 {
        let mut count = vec![0.0; rank + 1];
        let mut slope = vec![0.0; rank + 1];
        count[0] = 1.0;
        for (length, i) in (0..self.count()).filter(|i| Some(*i) != skip).enumerate() {
            let [p, q, density] = self.at(i, t);
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
        let at: Vec<[f64; 3]> = (0..n).map(|i| self.at(i, t)).collect();
        let mut after: Vec<Vec<f64>> = vec![vec![0.0; size]; n + 1];
        after[n][0] = 1.0;
        for (i, [below, above, _]) in at.iter().enumerate().rev() {
            let mut poly = after[i + 1].clone();
            multiply(&mut poly, n - i, *below, *above);
            after[i] = poly;
        }
        let mut before = vec![0.0; size];
        before[0] = 1.0;
        at.iter()
            .enumerate()
            .map(|(i, [below, above, density])| {
                let ways: f64 = ranks
                    .iter()
                    .map(|r| {
                        (0..=*r)
                            .map(|k| before[k] * after[i + 1][r - k])
                            .sum::<f64>()
                    })
                    .sum();
                multiply(&mut before, i + 1, *below, *above);
                density * ways
            })
            .collect()
    }

    /// Joint density at `low` < `high` of the two middle values of an even number 2m of variables.
    pub fn middle_pair_density(&self, low: f64, high: f64) -> f64 {
        let rank = self.count() / 2 - 1;
        // For every number of variables below `low`: nobody at the ends, one at `low`, one at `high`, both there; all others above.
        let mut ways = vec![[0.0; 4]; rank + 1];
        ways[0][0] = 1.0;
        for i in 0..self.count() {
            let [p, _, at_low] = self.at(i, low);
            let [_, q, at_high] = self.at(i, high);
            let stay = |[none, first, second, both]: [f64; 4]| {
                [
                    q * none,
                    q * first + at_low * none,
                    q * second + at_high * none,
                    q * both + at_high * first + at_low * second,
                ]
            };
            for k in (1..=rank.min(i + 1)).rev() {
                let (below, mut here) = (ways[k - 1], stay(ways[k]));
                for (here, below) in here.iter_mut().zip(below) {
                    *here += p * below;
                }
                ways[k] = here;
            }
            ways[0] = stay(ways[0]);
        }
        ways[rank][3]
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

    /// Ascending break points from `low` to `high`, so close that no variable is much narrower than an interval near it. `images`
    /// gives, for the ends of an interval, the intervals in which the variables are looked at.
    pub fn breaks<const N: usize>(
        &self,
        low: f64,
        high: f64,
        images: impl Fn(f64, f64) -> [[f64; 2]; N],
    ) -> Vec<f64> {
        /// An interval may be so many standard deviations long.
        const LONGEST: f64 = 8.0;
        /// So many standard deviations from its mean a variable is of no account.
        const FAR: f64 = 9.0;
        let variables = || self.mean.iter().zip(&self.sd);
        let mut points = vec![low];
        let mut waiting = vec![(low, high)];
        while let Some((from, to)) = waiting.pop() {
            let images = images(from, to);
            let near = variables().filter(|(mean, sd)| {
                let meets = |[a, b]: &[f64; 2]| *mean + FAR * *sd > *a && *mean - FAR * *sd < *b;
                images.iter().any(meets)
            });
            let narrowest = near.map(|(_, sd)| *sd).fold(f64::INFINITY, f64::min);
            let middle = 0.5 * (from + to);
            if to - from > LONGEST * narrowest && from < middle && middle < to {
                waiting.extend([(middle, to), (from, middle)]);
            } else {
                points.push(to);
            }
        }
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
            |i: usize| normals.at(i, 0.3)[0],
            |i: usize| normals.at(i, 0.3)[2],
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
        let expected = normals.at(0, -0.2)[2] * normals.at(1, 0.7)[2]
            + normals.at(1, -0.2)[2] * normals.at(0, 0.7)[2];
        assert!((normals.middle_pair_density(-0.2, 0.7) - expected).abs() < 1e-15);
    }
}
