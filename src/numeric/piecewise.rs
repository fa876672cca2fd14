//! Several functions of one variable as polynomials on pieces: cheap to call again and again where the functions themselves are dear.

use std::f64::consts::PI;
use std::sync::LazyLock;

/// Chebyshev nodes of one piece.
const NODES: usize = 14;
/// Functions that need more pieces have rounding noise above the tolerance, and halving would go on for ever.
const MOST: usize = 512;

/// cos(k θ_i) 2/NODES at the nodes t_i = cos θ_i, halved for k = 0: values times this are Chebyshev coefficients.
static TRANSFORM: LazyLock<[[f64; NODES]; NODES]> = LazyLock::new(|| {
    std::array::from_fn(|k| {
        std::array::from_fn(|i| {
            let share = if k == 0 { 1.0 } else { 2.0 } / NODES as f64;
            share * (k as f64 * angle(i)).cos()
        })
    })
});

fn angle(i: usize) -> f64 {
    PI * (i as f64 + 0.5) / NODES as f64
}

#[derive(Debug, Clone)]
struct Piece<const N: usize> {
    low: f64,
    high: f64,
    coefficients: [[f64; NODES]; N],
}

impl<const N: usize> Piece<N> {
    fn new(low: f64, high: f64, functions: &mut impl FnMut(f64) -> [f64; N]) -> Piece<N> {
        let (middle, half) = (0.5 * (low + high), 0.5 * (high - low));
        let values: [[f64; N]; NODES] =
            std::array::from_fn(|i| functions(middle + half * angle(i).cos()));
        let coefficient =
            |n: usize, k: usize| (0..NODES).map(|i| TRANSFORM[k][i] * values[i][n]).sum();
        Piece {
            low,
            high,
            coefficients: std::array::from_fn(|n| std::array::from_fn(|k| coefficient(n, k))),
        }
    }

    /// The last three coefficients: a bound of what the polynomial leaves out when they fall geometrically.
    fn error(&self) -> f64 {
        self.coefficients
            .iter()
            .map(|c| c.iter().rev().take(3).map(|c| c.abs()).sum())
            .fold(0.0, f64::max)
    }

    /// Clenshaw's recurrence.
    fn value(&self, n: usize, x: f64) -> f64 {
        let t = (2.0 * x - self.low - self.high) / (self.high - self.low);
        let (mut b, mut c) = (0.0, 0.0);
        for a in self.coefficients[n][1..].iter().rev() {
            (b, c) = (2.0 * t * b - c + a, b);
        }
        t * b - c + self.coefficients[n][0]
    }
}

/// `N` smooth functions on one interval.
///
/// Source: L. N. Trefethen, Approximation Theory and Approximation Practice (SIAM, 2013), chapters 3 and 8.
#[derive(Debug, Clone)]
pub struct Piecewise<const N: usize> {
    pieces: Vec<Piece<N>>,
}

impl<const N: usize> Piecewise<N> {
    /// Approximates `functions` between the first and the last of the ascending `breaks` to the absolute `tolerance`; `None` where
    /// 512 pieces are not enough.
    pub fn new(
        mut functions: impl FnMut(f64) -> [f64; N],
        breaks: &[f64],
        tolerance: f64,
    ) -> Option<Piecewise<N>> {
        let mut waiting: Vec<(f64, f64)> = breaks
            .windows(2)
            .filter(|w| w[1] > w[0])
            .map(|w| (w[0], w[1]))
            .collect();
        waiting.reverse();
        let mut pieces = Vec::new();
        while let Some((low, high)) = waiting.pop() {
            let piece = Piece::new(low, high, &mut functions);
            let middle = 0.5 * (low + high);
            let splits = middle > low && middle < high;
            // The comparison is written so that a piece of NaN stays whole.
            if splits && piece.error() > tolerance {
                waiting.extend([(middle, high), (low, middle)]);
                if pieces.len() + waiting.len() > MOST {
                    return None;
                }
            } else {
                pieces.push(piece);
            }
        }
        Some(Piecewise { pieces })
    }

    /// Function `n` at `x`; outside the interval the nearest piece is continued.
    pub fn value(&self, n: usize, x: f64) -> f64 {
        let last = self.pieces.len().saturating_sub(1);
        let i = self.pieces.partition_point(|p| p.high <= x).min(last);
        self.pieces.get(i).map_or(f64::NAN, |p| p.value(n, x))
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn a_kink_between_the_breaks_is_found_and_both_functions_are_met() {
        let functions = |x: f64| [-(x * x + 1e-4).sqrt(), x.sin()];
        let pieces = Piecewise::new(functions, &[-5.0, 1.0, 4.0], 1e-10).unwrap();
        for i in 0..=900 {
            let x = -5.0 + 0.01 * f64::from(i);
            for (n, expected) in functions(x).into_iter().enumerate() {
                assert!((pieces.value(n, x) - expected).abs() < 1e-10, "{n} {x}");
            }
        }
    }

    #[test]
    fn an_empty_interval_has_no_value() {
        let empty = Piecewise::new(|x| [x], &[1.0], 1e-9).unwrap();
        assert!(empty.value(0, 1.0).is_nan());
    }

    #[test]
    fn noise_above_the_tolerance_ends_in_none_and_not_in_pieces_without_end() {
        let noise = |x: f64| [(x * 1e9).sin()];
        assert!(Piecewise::new(noise, &[0.0, 1.0], 1e-10).is_none());
    }
}
