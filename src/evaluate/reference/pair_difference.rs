//! How far each result is from each other one, without a reference value.

use crate::evaluate::laboratories::Laboratories;
use crate::numeric::sum::{median, sum};

/// |x_i − x_j|/√(u_i² + u_j²) for every other laboratory j.
fn scaled_differences(labs: &Laboratories, i: usize) -> Vec<f64> {
    let others = (0..labs.len()).filter(|j| *j != i);
    others
        .map(|j| (labs.value[i] - labs.value[j]).abs() / labs.u[i].hypot(labs.u[j]))
        .collect()
}

/// Pair-difference χ² of every laboratory, the mean of its squared scaled differences from the others.
///
/// Source: R. J. Douglas, A. G. Steele, Metrologia 43 (2006) 89–97. Needs two or more laboratories, else NaN.
pub fn pair_difference_chi_squared(labs: &Laboratories) -> Vec<f64> {
    let n = labs.len() as f64;
    (0..labs.len())
        .map(|i| sum(scaled_differences(labs, i).iter().map(|z| z * z)) / (n - 1.0))
        .collect()
}

/// Median of the absolute scaled differences of every laboratory from the others.
///
/// Source: S. L. R. Ellison, Metrologia 55 (2018) 840. Needs two or more laboratories, else NaN.
pub fn median_scaled_difference(labs: &Laboratories) -> Vec<f64> {
    (0..labs.len())
        .map(|i| median(&scaled_differences(labs, i)))
        .collect()
}
