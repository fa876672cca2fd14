//! The median by draws (Monte Carlo), for any covariance and any number of results.

use super::network::MedianNetwork;
use super::tally::Tally;
use crate::evaluate::method::Inapplicable;
use crate::numeric::stream::{self, BLOCK, Stream};
use crate::numeric::sum;
use nalgebra::{Cholesky, DMatrix};

/// Rows that are drawn and compared together; a block is a whole number of them.
const ROWS: usize = 250;
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

    /// One column of drawn results for every laboratory, each of `rows` draws, in `x`; `noise` is as long.
    fn draw(&self, stream: &mut Stream, noise: &mut [f64], x: &mut [f64], rows: usize) {
        match &self.factor {
            None => {
                for (column, (mean, u)) in x.chunks_mut(rows).zip(self.mean.iter().zip(&self.u)) {
                    for x in column {
                        *x = mean + u * stream.normal();
                    }
                }
            }
            Some(factor) => {
                noise.iter_mut().for_each(|z| *z = stream.normal());
                for (column, (mean, row)) in x.chunks_mut(rows).zip(self.mean.iter().zip(factor)) {
                    column.fill(*mean);
                    for (part, noise) in row.iter().zip(noise.chunks(rows)) {
                        for (x, z) in column.iter_mut().zip(noise) {
                            *x += part * z;
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn factorise(covariance: &[Vec<f64>]) -> Result<Vec<Vec<f64>>, Inapplicable> {
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

/// Centre and scale of each quantity from a pilot block: they place the histograms and keep the sums small.
struct Frame {
    centre: Vec<f64>,
    scale: Vec<f64>,
}

/// What one block gives: its tally and its own estimates for the median (mean, sd, ends), in the unit of the frame.
type Block = (Tally, [f64; 4]);

/// The draws of one block, some rows at a time so that all columns stay in the cache.
struct Draws<'a> {
    joint: &'a Joint,
    network: &'a MedianNetwork,
    noise: Vec<f64>,
    x: Vec<f64>,
    members: Vec<f64>,
    medians: Vec<f64>,
}

impl Draws<'_> {
    fn new<'a>(joint: &'a Joint, network: &'a MedianNetwork) -> Draws<'a> {
        let results = joint.mean.len();
        let members = joint.member.iter().filter(|m| **m).count();
        Draws {
            joint,
            network,
            noise: vec![0.0; results * ROWS],
            x: vec![0.0; results * ROWS],
            members: vec![0.0; members * ROWS],
            medians: vec![0.0; ROWS],
        }
    }

    /// Draws a block and hands columns of each quantity to `take` (0: the median, 1 + i: X_i − median).
    fn block(&mut self, stream: &mut Stream, mut take: impl FnMut(usize, &[f64])) {
        for _ in 0..BLOCK / ROWS {
            self.joint.draw(stream, &mut self.noise, &mut self.x, ROWS);
            let inside = self
                .x
                .chunks(ROWS)
                .zip(&self.joint.member)
                .filter(|(_, member)| **member);
            for (to, (from, _)) in self.members.chunks_mut(ROWS).zip(inside) {
                to.copy_from_slice(from);
            }
            self.network.medians(&mut self.members, &mut self.medians);
            take(0, &self.medians);
            for (i, column) in self.x.chunks_mut(ROWS).enumerate() {
                for (x, median) in column.iter_mut().zip(&self.medians) {
                    *x -= median;
                }
                take(i + 1, column);
            }
        }
    }
}

fn pilot(joint: &Joint, network: &MedianNetwork, seed: u64) -> Frame {
    let mut columns = vec![Vec::with_capacity(BLOCK); joint.mean.len() + 1];
    Draws::new(joint, network).block(&mut Stream::new(seed, u64::MAX), |k, values| {
        columns[k].extend_from_slice(values);
    });
    let centre = columns.iter().map(|c| sum::mean(c)).collect();
    let scale = columns
        .iter()
        .map(|c| sum::standard_deviation(c).max(f64::MIN_POSITIVE))
        .collect();
    Frame { centre, scale }
}

fn block(joint: &Joint, network: &MedianNetwork, frame: &Frame, stream: &mut Stream) -> Block {
    let mut tally = Tally::new(joint.mean.len() + 1);
    Draws::new(joint, network).block(stream, |k, values| {
        tally.add(k, values, frame.centre[k], frame.scale[k].recip());
    });
    let (mean, sd) = tally.mean_and_sd(0);
    let ends = [tally.quantile(0, 0.025), tally.quantile(0, 0.975)];
    (tally, [mean, sd, ends[0], ends[1]])
}

/// Draws the joint results and their median. At least one result must take part in the median.
pub fn sampled_median(joint: &Joint, plan: Plan) -> SampledMedian {
    let network = MedianNetwork::new(joint.member.iter().filter(|m| **m).count());
    let frame = pilot(joint, &network, plan.seed);
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
            block(joint, &network, &frame, stream)
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
                median: sampled(&tally, 0, &frame),
                differences: (1..=joint.mean.len())
                    .map(|k| sampled(&tally, k, &frame))
                    .collect(),
                draws: tally.count(),
                standard_errors: errors,
                settled: met,
            };
        }
    }
}

fn sampled(tally: &Tally, k: usize, frame: &Frame) -> Sampled {
    let (centre, scale) = (frame.centre[k], frame.scale[k]);
    let (mean, sd) = tally.mean_and_sd(k);
    Sampled {
        mean: centre + scale * mean,
        sd: scale * sd,
        quantiles: [0.025, 0.5, 0.975].map(|p| centre + scale * tally.quantile(k, p)),
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
                    assert!((drawn.differences[i].quantiles[0] - low).abs() < 0.03 * expected);
                    assert!((drawn.differences[i].quantiles[2] - high).abs() < 0.03 * expected);
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
