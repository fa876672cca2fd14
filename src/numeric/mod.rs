//! Numerical tools that know nothing of comparisons: compensated sums, distributions with safe quantiles, roots, quadrature,
//! polynomials on pieces, reproducible random streams.

pub mod distribution;
pub mod least_squares;
pub mod piecewise;
pub mod quadrature;
pub mod root;
pub mod rule;
pub mod special;
pub mod stream;
pub mod sum;
