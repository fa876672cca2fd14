//! Reproducible random draws.
//!
//! Draws come in blocks of [`BLOCK`]; block b of seed s is a xoshiro256++ generator whose state is the beginning of stream b of
//! ChaCha8 with seed s. ChaCha makes the blocks independent, xoshiro makes the draws cheap. Every block can be drawn on any thread
//! and in any order. Results are collected in the order of the blocks: the same bits on one thread or on many.
//!
//! Source: D. Blackman, S. Vigna, ACM Trans. Math. Softw. 47 (2021) 36 (xoshiro256++).

use rand::{Rng, RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use rand_distr::{Distribution, Exp1, Gamma, StandardNormal};
use rand_xoshiro::Xoshiro256PlusPlus;
use rayon::prelude::*;

/// Draws in one block.
pub const BLOCK: usize = 10_000;

/// The draws of one block.
pub struct Stream(Xoshiro256PlusPlus);

impl Stream {
    pub fn new(seed: u64, block: u64) -> Stream {
        let mut generator = ChaCha8Rng::seed_from_u64(seed);
        generator.set_stream(block);
        let mut state = [0; 32];
        generator.fill_bytes(&mut state);
        Stream(Xoshiro256PlusPlus::from_seed(state))
    }

    /// Uniform on [0, 1).
    pub fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// Uniform on 0 .. `bound`.
    pub fn index(&mut self, bound: usize) -> usize {
        self.0.random_range(0..bound.max(1))
    }

    /// Standard normal.
    pub fn normal(&mut self) -> f64 {
        StandardNormal.sample(&mut self.0)
    }

    /// Laplace distribution with mean 0 and scale 1 (standard deviation √2).
    pub fn laplace(&mut self) -> f64 {
        let size: f64 = Exp1.sample(&mut self.0);
        if self.0.random() { size } else { -size }
    }

    /// Gamma distribution; NaN unless `shape` and `scale` are positive and finite.
    pub fn gamma(&mut self, shape: f64, scale: f64) -> f64 {
        Gamma::new(shape, scale).map_or(f64::NAN, |g| g.sample(&mut self.0))
    }

    /// χ² divided by its degrees of freedom; exactly 1 for infinite `dof`.
    pub fn reduced_chi_squared(&mut self, dof: f64) -> f64 {
        if dof.is_infinite() {
            1.0
        } else {
            self.gamma(0.5 * dof, 2.0 / dof)
        }
    }
}

/// Runs `work` on the blocks `first` .. `first + blocks` of `seed` and gives the results in the order of the blocks.
pub fn blocks<T: Send>(
    seed: u64,
    first: usize,
    blocks: usize,
    work: impl Fn(&mut Stream) -> T + Sync,
) -> Vec<T> {
    (first..first + blocks)
        .into_par_iter()
        .map(|block| work(&mut Stream::new(seed, block as u64)))
        .collect()
}

/// Number of whole blocks that hold at least `draws`.
pub fn blocks_for(draws: usize) -> usize {
    draws.div_ceil(BLOCK).max(1)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::numeric::sum;

    #[test]
    fn threads_do_not_change_a_bit() {
        let draw = || {
            blocks(7, 0, 9, |s| {
                (0..100)
                    .map(|_| s.normal() + s.gamma(0.7, 1.0))
                    .sum::<f64>()
            })
        };
        let one = rayon::ThreadPoolBuilder::new()
            .num_threads(1)
            .build()
            .unwrap()
            .install(draw);
        let four = rayon::ThreadPoolBuilder::new()
            .num_threads(4)
            .build()
            .unwrap()
            .install(draw);
        assert_eq!(
            one.iter().map(|v| v.to_bits()).collect::<Vec<_>>(),
            four.iter().map(|v| v.to_bits()).collect::<Vec<_>>()
        );
    }

    #[test]
    fn later_blocks_do_not_depend_on_where_the_run_starts() {
        assert_eq!(
            blocks(3, 0, 6, |s| s.uniform())[4..],
            blocks(3, 4, 2, |s| s.uniform())[..]
        );
    }

    #[test]
    fn moments_of_the_distributions_are_right() {
        let n = 200_000;
        let mut s = Stream::new(1, 0);
        let normal: Vec<f64> = (0..n).map(|_| s.normal()).collect();
        let laplace: Vec<f64> = (0..n).map(|_| s.laplace()).collect();
        let chi: Vec<f64> = (0..n).map(|_| s.reduced_chi_squared(5.0)).collect();
        assert!(
            sum::mean(&normal).abs() < 0.01
                && (sum::standard_deviation(&normal) - 1.0).abs() < 0.01
        );
        assert!(
            sum::mean(&laplace).abs() < 0.015
                && (sum::standard_deviation(&laplace) - 2f64.sqrt()).abs() < 0.02
        );
        assert!(
            (sum::mean(&chi) - 1.0).abs() < 0.01
                && (sum::standard_deviation(&chi) - 0.4f64.sqrt()).abs() < 0.01
        );
        assert_eq!(s.reduced_chi_squared(f64::INFINITY), 1.0);
        assert!(s.gamma(-1.0, 1.0).is_nan());
    }
}
