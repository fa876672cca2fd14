//! Gaussian or skew-normal effects plus a normal error of uncertain σ: a sum over the nodes of σ.

use super::skew::Skew;
use crate::numeric::special::erfcx;
use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// Nodes that are worked on side by side.
const LANES: usize = 4;
/// The nodes left are not looked at when all together cannot add this share.
const UNSEEN: f64 = 1e-14;

/// Density of the value at a distance from the reference value, for one τ: one (skew-)normal density for every node of σ.
pub struct Normals {
    groups: Vec<Group>,
    /// Precision of the last node, of greatest σ: what is common to all exponents, so that sums do not underflow.
    base: f64,
    /// Slope of the argument of Φ at the last node.
    slope: f64,
    /// Mean less location of the effects.
    shift: f64,
    skewed: bool,
    count: usize,
}

/// Some nodes of σ, in ascending order.
struct Group {
    /// 1/2s² less that of the last node, with s² the variance of effect plus error (or the square of its scale).
    precision: [f64; LANES],
    /// Weight of the node over s√2π; 0 where there is no node.
    height: [f64; LANES],
    square: [f64; LANES],
    /// Slope of the argument of Φ of skewed effects.
    slope: [f64; LANES],
    /// The most that this and the following groups add: to the density, and to the same times σ².
    rest: [f64; 2],
}

impl Normals {
    /// Nodes of σ in ascending order, their weights, and τ; no `skew` for Gaussian effects.
    pub fn new(sigma: &[f64], weight: &[f64], tau: f64, skew: Option<Skew>) -> Normals {
        let scale_and_slope = |sigma: f64| match skew {
            None => ((tau * tau + sigma * sigma).sqrt(), 0.0),
            Some(skew) => skew.with_error(tau, sigma),
        };
        let precision = |scale: f64| 0.5 / (scale * scale);
        let base = sigma
            .last()
            .map_or(0.0, |s| precision(scale_and_slope(*s).0));
        let slope = sigma.last().map_or(0.0, |s| scale_and_slope(*s).1);
        let nodes = sigma.chunks(LANES).zip(weight.chunks(LANES));
        let mut groups: Vec<Group> = nodes
            .map(|(sigma, weight)| {
                let mut group = Group {
                    precision: [0.0; LANES],
                    height: [0.0; LANES],
                    square: [0.0; LANES],
                    // Where there is no node, nothing may overflow.
                    slope: [slope; LANES],
                    rest: [0.0; 2],
                };
                for (i, (sigma, weight)) in sigma.iter().zip(weight).enumerate() {
                    let (scale, slope) = scale_and_slope(*sigma);
                    group.precision[i] = precision(scale) - base;
                    group.height[i] = weight / (scale * (2.0 * PI).sqrt());
                    group.square[i] = sigma * sigma;
                    group.slope[i] = slope;
                }
                group
            })
            .collect();
        // A skewed density is up to twice as high as its bell.
        let most = if skew.is_some() { 2.0 } else { 1.0 };
        let mut rest = [0.0; 2];
        for group in groups.iter_mut().rev() {
            for (height, square) in group.height.iter().zip(&group.square) {
                rest[0] += most * height;
                rest[1] += most * height * square;
            }
            group.rest = rest;
        }
        Normals {
            groups,
            base,
            slope,
            shift: skew.map_or(0.0, |skew| skew.shift(tau)),
            skewed: skew.is_some(),
            count: sigma.len(),
        }
    }

    pub fn is_skewed(&self) -> bool {
        self.skewed
    }

    /// Exponent common to all nodes at `distance` = value − reference value.
    pub fn exponent(&self, distance: f64) -> f64 {
        let y = distance + self.shift;
        -y.powi(2) * self.base - self.steep_exponent(y)
    }

    /// The part of it that is the exponent of Φ of the last node, on the steep side of skewed effects.
    fn steep_exponent(&self, y: f64) -> f64 {
        (self.slope * y * FRAC_1_SQRT_2).min(0.0).powi(2)
    }

    /// Sums of the densities of the nodes and of these times σ², without the common exponent.
    pub fn sums(&self, distance: f64) -> [f64; 2] {
        let y = distance + self.shift;
        // Nodes of so small a σ give 0 there.
        let end = 750.0 + self.steep_exponent(y);
        let vanish = |group: &Group| group.precision[LANES - 1] * y * y > end;
        let first = self.groups.partition_point(vanish);
        let mut sums = [0.0; 2];
        for group in self.groups.iter().skip(first) {
            if group.is_unseen(sums) {
                break;
            }
            let values = self.values(group, y);
            for (value, square) in values.iter().zip(&group.square) {
                sums[0] += value;
                sums[1] += value * square;
            }
        }
        sums
    }

    /// The same at `count` distances, of which the first is `distance` and each is a `step` less than the one before; for Gaussian
    /// effects.
    ///
    /// Along such a row each bell is the one before times a factor, which itself has a constant factor: two multiplications
    /// instead of an exponential. Both start where the distance is least, so that they only fall.
    pub fn row(&self, distance: f64, step: f64, count: usize) -> Vec<[f64; 2]> {
        let turn = (distance / step).ceil().clamp(0.0, count as f64) as usize;
        let at = |k: usize| distance - step * k as f64;
        let mut row = vec![[0.0; 2]; count];
        let (before, after) = row.split_at_mut(turn);
        self.outwards(at(turn).abs(), step, after.iter_mut());
        if turn > 0 {
            self.outwards(at(turn - 1).abs(), step, before.iter_mut().rev());
        }
        row
    }

    /// The sums at `distance` ≥ 0 and at steps further out.
    fn outwards<'a>(
        &self,
        distance: f64,
        step: f64,
        row: impl ExactSizeIterator<Item = &'a mut [f64; 2]>,
    ) {
        let count = row.len();
        let furthest = self.sums(distance + step * count.saturating_sub(1) as f64);
        let mut sums = vec![[[0.0; LANES]; 2]; count];
        for group in self
            .groups
            .iter()
            .filter(|group| !group.is_unseen(furthest))
        {
            let (mut bell, mut factor, mut constant) = (group.height, group.height, group.height);
            for i in 0..LANES {
                let precision = group.precision[i];
                bell[i] *= (-precision * distance * distance).exp();
                factor[i] = (-precision * step * (2.0 * distance + step)).exp();
                constant[i] = (-2.0 * precision * step * step).exp();
            }
            for [density, moment] in &mut sums {
                for i in 0..LANES {
                    density[i] += bell[i];
                }
                for i in 0..LANES {
                    moment[i] += bell[i] * group.square[i];
                }
                for i in 0..LANES {
                    bell[i] *= factor[i];
                }
                for i in 0..LANES {
                    factor[i] *= constant[i];
                }
            }
        }
        for (sum, lanes) in row.zip(sums) {
            *sum = lanes.map(|lanes| lanes.iter().sum());
        }
    }

    /// The density of every node, without the common exponent.
    pub fn each(&self, distance: f64) -> impl Iterator<Item = f64> + '_ {
        let y = distance + self.shift;
        let groups = self.groups.iter();
        groups
            .flat_map(move |group| self.values(group, y))
            .take(self.count)
    }

    fn values(&self, group: &Group, y: f64) -> [f64; LANES] {
        if self.skewed {
            group.skewed(y, self.steep_exponent(y))
        } else {
            group.bells(y)
        }
    }

    /// 1/2s² of the whole mixture at its centre.
    pub fn mean_precision(&self) -> f64 {
        let nodes = |group: &'_ Group| group.height.into_iter().zip(group.precision);
        let (above, below) = self.groups.iter().flat_map(nodes).fold(
            (0.0, 0.0),
            |(above, below), (height, precision)| {
                (above + height * (precision + self.base), below + height)
            },
        );
        above / below
    }
}

impl Group {
    /// Whether this and the following groups add nothing that can be seen to these sums.
    fn is_unseen(&self, sums: [f64; 2]) -> bool {
        self.rest[0] <= UNSEEN * sums[0] && self.rest[1] <= UNSEEN * sums[1]
    }

    fn bells(&self, y: f64) -> [f64; LANES] {
        let mut values = self.height;
        for (value, precision) in values.iter_mut().zip(&self.precision) {
            *value *= (-y * y * precision).exp();
        }
        values
    }

    /// 2 φ Φ without the common exponent, with the exponents of φ and of the lower tail of Φ added before they are taken.
    fn skewed(&self, y: f64, steep_exponent: f64) -> [f64; LANES] {
        let mut values = self.height;
        for (i, value) in values.iter_mut().enumerate() {
            let exponent = steep_exponent - y * y * self.precision[i];
            let argument = self.slope[i] * y * FRAC_1_SQRT_2;
            let tail = (exponent - argument * argument).exp() * erfcx(argument.abs());
            *value *= if argument > 0.0 {
                2.0 * exponent.exp() - tail
            } else {
                tail
            };
        }
        values
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn a_row_is_the_sums_at_its_distances() {
        let sigma: Vec<f64> = (0..40).map(|k| 0.3 * (0.15 * f64::from(k)).exp()).collect();
        let weight: Vec<f64> = (0..40).map(|k| (-0.4 * f64::from(k)).exp()).collect();
        for tau in [1e-3, 0.5, 20.0] {
            let normals = Normals::new(&sigma, &weight, tau, None);
            for (first, count) in [(9.0, 200), (-0.3, 90), (40.0, 30), (0.0, 1)] {
                let row = normals.row(first, 0.1, count);
                assert_eq!(row.len(), count);
                for (k, found) in row.iter().enumerate() {
                    let expected = normals.sums(first - 0.1 * k as f64);
                    for (found, expected) in found.iter().zip(expected) {
                        assert!((found / expected - 1.0).abs() < 1e-11, "{tau} {k}");
                    }
                }
            }
        }
    }

    #[test]
    fn far_on_the_steep_side_a_density_still_has_its_logarithm() {
        let skew = Skew::new(20.0);
        let log = |sigma: &[f64], weight: &[f64], distance: f64| {
            let normals = Normals::new(sigma, weight, 1.0, Some(skew));
            normals.sums(distance)[0].ln() + normals.exponent(distance)
        };
        let one = |sigma: f64| log(&[sigma], &[1.0], -80.0);
        assert!(one(0.05).is_finite() && one(0.05) < -1e5);
        // Of two nodes the wider one is all that is left.
        let both = log(&[0.05, 0.5], &[0.5, 0.5], -80.0);
        assert!((both - one(0.5) + std::f64::consts::LN_2).abs() < 1e-9);
    }
}
