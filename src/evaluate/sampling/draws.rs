//! The median by draws (Monte Carlo), for any covariance and any number of results.

use crate::evaluate::method::Inapplicable;
use crate::numeric::stream::{self, BLOCK, Stream};
use crate::numeric::sum;
use nalgebra::{Cholesky, DMatrix};

/// Bins of the histograms that give quantiles; they cover ±SPAN standard deviations.
const BINS: usize = 4096;
const SPAN: f64 = 10.0;
/// Blocks that are drawn between two looks at the tolerance.
const ROUND: usize = 50;

/// How many draws, of which seed, and up to which tolerance.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Plan {
    pub seed: u64,
    /// Draws without a tolerance, and the least number with one.
    pub draws: usize,
    /// Absolute tolerance δ of JCGM 101 7.9.2: draws go on until twice the standard error of the mean, of the standard deviation and
    /// of both ends of the 95 % interval of the median is below it.
    pub tolerance: Option<f64>,
    /// Where the draws stop although the tolerance is not met.
    pub most: usize,
}

/// A sampled quantity.
#[derive(Debug, Clone, PartialEq)]
pub struct Sampled {
    pub mean: f64,
    pub sd: f64,
    /// Quantiles 0.025, 0.5 and 0.975.
    pub quantiles: [f64; 3],
}

/// Result of the draws.
#[derive(Debug, Clone, PartialEq)]
pub struct SampledMedian {
    pub median: Sampled,
    /// X_i − median, in the order of the results.
    pub differences: Vec<Sampled>,
    pub draws: usize,
    /// Standard errors of mean, standard deviation and both ends of the interval of the median, from the scatter of the blocks.
    pub standard_errors: [f64; 4],
    /// Whether the tolerance was met; true without one.
    pub settled: bool,
}

/// Joint normal results.
pub struct Joint {
    pub mean: Vec<f64>,
    pub u: Vec<f64>,
    /// Lower triangular factor, row by row, when the results are correlated.
    factor: Option<Vec<Vec<f64>>>,
    /// Which results take part in the median.
    pub member: Vec<bool>,
}

impl Joint {
    /// Independent results, or with `covariance` (n × n) correlated ones.
    pub fn new(
        mean: &[f64],
        u: &[f64],
        member: &[bool],
        covariance: Option<&[Vec<f64>]>,
    ) -> Result<Joint, Inapplicable> {
        let factor = covariance.map(factorise).transpose()?;
        Ok(Joint {
            mean: mean.to_vec(),
            u: u.to_vec(),
            factor,
            member: member.to_vec(),
        })
    }

    fn draw(&self, stream: &mut Stream, noise: &mut [f64], x: &mut [f64]) {
        match &self.factor {
            None => x
                .iter_mut()
                .zip(self.mean.iter().zip(&self.u))
                .for_each(|(x, (m, u))| *x = m + u * stream.normal()),
            Some(rows) => {
                noise.iter_mut().for_each(|z| *z = stream.normal());
                for ((x, m), row) in x.iter_mut().zip(&self.mean).zip(rows) {
                    *x = m + row
                        .iter()
                        .zip(noise.iter())
                        .map(|(l, z)| l * z)
                        .sum::<f64>();
                }
            }
        }
    }
}

fn factorise(covariance: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, Inapplicable> {
    let n = covariance.len();
    let matrix = DMatrix::from_fn(n, n, |i, j| {
        covariance[i].get(j).copied().unwrap_or(f64::NAN)
    });
    match Cholesky::new(matrix) {
        Some(factor) => {
            let l = factor.l();
            Ok((0..n)
                .map(|i| (0..=i).map(|j| l[(i, j)]).collect())
                .collect())
        }
        None => Err(Inapplicable::new(
            "covariance",
            "协方差矩阵不是正定的；请检查各实验室之间的协方差是否过大",
            "the covariance matrix is not positive definite; check whether covariances between laboratories are too large",
        )),
    }
}

/// Median of `values`, which are reordered.
fn median_in_place(values: &mut [f64]) -> f64 {
    let n = values.len();
    let (below, upper, _) = values.select_nth_unstable_by(n / 2, f64::total_cmp);
    let upper = *upper;
    if n % 2 == 1 {
        return upper;
    }
    let lower = below.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    lower + 0.5 * (upper - lower)
}

/// Centre and scale of each quantity from a pilot block: they place the histograms and keep the sums small.
struct Frame {
    centre: Vec<f64>,
    scale: Vec<f64>,
}

/// Sums and histograms of all quantities (the median first, then the differences) over some blocks.
struct Tally {
    count: usize,
    first: Vec<f64>,
    second: Vec<f64>,
    bins: Vec<u32>,
}

impl Tally {
    fn new(quantities: usize) -> Tally {
        Tally {
            count: 0,
            first: vec![0.0; quantities],
            second: vec![0.0; quantities],
            bins: vec![0; quantities * BINS],
        }
    }

    fn add(&mut self, k: usize, z: f64) {
        self.first[k] += z;
        self.second[k] += z * z;
        let bin =
            ((z + SPAN) * (BINS as f64 / (2.0 * SPAN))).clamp(0.0, BINS as f64 - 1.0) as usize;
        self.bins[k * BINS + bin] += 1;
    }

    fn merge(&mut self, other: &Tally) {
        self.count += other.count;
        self.first
            .iter_mut()
            .zip(&other.first)
            .for_each(|(a, b)| *a += b);
        self.second
            .iter_mut()
            .zip(&other.second)
            .for_each(|(a, b)| *a += b);
        self.bins
            .iter_mut()
            .zip(&other.bins)
            .for_each(|(a, b)| *a += b);
    }

    fn sampled(&self, k: usize, frame: &Frame) -> Sampled {
        let n = self.count as f64;
        let (centre, scale) = (frame.centre[k], frame.scale[k]);
        let mean = self.first[k] / n;
        let variance = (self.second[k] - n * mean * mean) / (n - 1.0);
        Sampled {
            mean: centre + scale * mean,
            sd: scale * variance.max(0.0).sqrt(),
            quantiles: [0.025, 0.5, 0.975].map(|p| centre + scale * self.quantile(k, p)),
        }
    }

    /// Quantile by linear interpolation within a bin; a bin is 1/205 of a standard deviation.
    fn quantile(&self, k: usize, p: f64) -> f64 {
        let target = p * self.count as f64;
        let mut below = 0.0;
        for (bin, count) in self.bins[k * BINS..(k + 1) * BINS].iter().enumerate() {
            let here = f64::from(*count);
            if below + here >= target && here > 0.0 {
                return (bin as f64 + (target - below) / here) * (2.0 * SPAN / BINS as f64) - SPAN;
            }
            below += here;
        }
        SPAN
    }
}

/// What one block gives: its tally and its own estimates for the median (mean, sd, ends), in the unit of the frame.
type Block = (Tally, [f64; 4]);

fn pilot(joint: &Joint, seed: u64) -> Frame {
    let n = joint.mean.len();
    let mut columns = vec![Vec::with_capacity(BLOCK); n + 1];
    run_block(joint, &mut Stream::new(seed, u64::MAX), |k, value| {
        columns[k].push(value)
    });
    let centre = columns.iter().map(|c| sum::mean(c)).collect();
    let scale = columns
        .iter()
        .map(|c| sum::standard_deviation(c).max(f64::MIN_POSITIVE))
        .collect();
    Frame { centre, scale }
}

/// Draws one block and hands each quantity to `take` (0: the median, 1 + i: X_i − median).
fn run_block(joint: &Joint, stream: &mut Stream, mut take: impl FnMut(usize, f64)) {
    let n = joint.mean.len();
    let (mut noise, mut x) = (vec![0.0; n], vec![0.0; n]);
    let mut inside = Vec::with_capacity(n);
    for _ in 0..BLOCK {
        joint.draw(stream, &mut noise, &mut x);
        inside.clear();
        inside.extend(
            x.iter()
                .zip(&joint.member)
                .filter(|(_, m)| **m)
                .map(|(x, _)| *x),
        );
        let median = median_in_place(&mut inside);
        take(0, median);
        for (i, x) in x.iter().enumerate() {
            take(i + 1, x - median);
        }
    }
}

fn block(joint: &Joint, frame: &Frame, stream: &mut Stream) -> Block {
    let mut tally = Tally::new(joint.mean.len() + 1);
    let mut medians = Vec::with_capacity(BLOCK);
    run_block(joint, stream, |k, value| {
        let z = (value - frame.centre[k]) / frame.scale[k];
        if k == 0 {
            medians.push(z);
        }
        tally.add(k, z);
    });
    tally.count = BLOCK;
    let (mean, sd) = (sum::mean(&medians), sum::standard_deviation(&medians));
    let ends = [0.025, 0.975].map(|p| {
        let rank = (p * BLOCK as f64) as usize;
        *medians.select_nth_unstable_by(rank, f64::total_cmp).1
    });
    (tally, [mean, sd, ends[0], ends[1]])
}

/// Draws the joint results and their median. At least one result must take part in the median.
pub fn sampled_median(joint: &Joint, plan: Plan) -> SampledMedian {
    let frame = pilot(joint, plan.seed);
    let mut tally = Tally::new(joint.mean.len() + 1);
    let mut estimates: Vec<[f64; 4]> = Vec::new();
    let wanted = stream::blocks_for(plan.draws);
    let most = stream::blocks_for(plan.most).max(wanted);
    loop {
        let missing = if estimates.len() < wanted {
            wanted - estimates.len()
        } else {
            most - estimates.len()
        };
        let blocks = stream::blocks(plan.seed, estimates.len(), missing.min(ROUND), |stream| {
            block(joint, &frame, stream)
        });
        for (part, estimate) in blocks {
            tally.merge(&part);
            estimates.push(estimate);
        }
        let errors = standard_errors(&estimates).map(|e| e * frame.scale[0]);
        let met = plan
            .tolerance
            .is_none_or(|t| errors.iter().all(|e| 2.0 * e < t));
        if estimates.len() >= wanted && (met || estimates.len() >= most) {
            return SampledMedian {
                median: tally.sampled(0, &frame),
                differences: (1..=joint.mean.len())
                    .map(|k| tally.sampled(k, &frame))
                    .collect(),
                draws: tally.count,
                standard_errors: errors,
                settled: met,
            };
        }
    }
}

/// Standard errors of the four averages over the blocks (JCGM 101 7.9.4 e); infinite for a single block.
fn standard_errors(estimates: &[[f64; 4]]) -> [f64; 4] {
    if estimates.len() < 2 {
        return [f64::INFINITY; 4];
    }
    std::array::from_fn(|k| {
        let column: Vec<f64> = estimates.iter().map(|e| e[k]).collect();
        sum::standard_deviation(&column) / (column.len() as f64).sqrt()
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::exact::ExactMedian;
    use super::super::order::Normals;
    use super::*;

    const PLAN: Plan = Plan {
        seed: 1,
        draws: 200_000,
        tolerance: None,
        most: 200_000,
    };

    fn joint(mean: &[f64], u: &[f64], covariance: Option<&[Vec<f64>]>) -> Joint {
        Joint::new(mean, u, &vec![true; mean.len()], covariance).unwrap()
    }

    #[test]
    fn draws_agree_with_quadrature_for_odd_and_even_numbers() {
        let (x, u) = (
            [15.0, 15.0, 30.0, 18.0, 24.0, -9.0, 33.0],
            [9.0, 14.0, 10.0, 13.0, 9.0, 7.0, 9.0],
        );
        for n in [6, 7] {
            let drawn = sampled_median(&joint(&x[..n], &u[..n], None), PLAN);
            let exact = ExactMedian::new(Normals {
                mean: x[..n].to_vec(),
                sd: u[..n].to_vec(),
            });
            let (mean, sd) = exact.density.mean_and_sd();
            assert!((drawn.median.mean - mean).abs() < 5.0 * drawn.standard_errors[0]);
            assert!((drawn.median.sd - sd).abs() < 5.0 * drawn.standard_errors[1]);
            assert!(
                (drawn.median.quantiles[2] - exact.density.quantile(0.975)).abs()
                    < 5.0 * drawn.standard_errors[3]
            );
            for (i, u) in u[..n].iter().enumerate() {
                let expected = (u * u * (1.0 - 2.0 * exact.weight[i]) + sd * sd).sqrt();
                assert!((drawn.differences[i].sd - expected).abs() < 0.01 * expected);
                if let Some([low, high]) = exact.difference_interval(i) {
                    assert!((drawn.differences[i].quantiles[0] - low).abs() < 0.02 * expected);
                    assert!((drawn.differences[i].quantiles[2] - high).abs() < 0.02 * expected);
                }
            }
        }
    }

    #[test]
    fn a_common_error_goes_into_the_median_and_not_into_the_differences() {
        let covariance: Vec<Vec<f64>> = (0..3)
            .map(|i| {
                (0..3)
                    .map(|j| if i == j { 1.0 + 100.0 } else { 100.0 })
                    .collect()
            })
            .collect();
        let drawn = sampled_median(
            &joint(&[0.0; 3], &[101f64.sqrt(); 3], Some(&covariance)),
            PLAN,
        );
        let free = 1.0 - 3f64.sqrt() / std::f64::consts::PI;
        assert!((drawn.median.sd - (100.0 + free).sqrt()).abs() < 0.1);
        assert!(drawn.differences.iter().all(|d| d.sd < 1.0));
    }

    #[test]
    fn draws_go_on_until_the_tolerance_is_met() {
        let plan = Plan {
            seed: 1,
            draws: 10_000,
            tolerance: Some(0.005),
            most: 5_000_000,
        };
        let drawn = sampled_median(&joint(&[0.0; 3], &[1.0; 3], None), plan);
        assert!(
            drawn.settled && drawn.draws > 100_000 && drawn.draws < 5_000_000,
            "{}",
            drawn.draws
        );
        assert!(drawn.standard_errors.iter().all(|e| 2.0 * e < 0.005));
        let short = sampled_median(
            &joint(&[0.0; 3], &[1.0; 3], None),
            Plan {
                most: 20_000,
                ..plan
            },
        );
        assert!(!short.settled);
    }

    #[test]
    fn an_impossible_covariance_is_refused() {
        let covariance = vec![vec![1.0, 2.0], vec![2.0, 1.0]];
        let refused = Joint::new(&[0.0; 2], &[1.0; 2], &[true; 2], Some(&covariance));
        assert_eq!(refused.err().map(|e| e.kind), Some("covariance"));
    }
}
