//! Weighted median with a bootstrap uncertainty.

use super::summary::{half_length, quantile};
use super::{draws, seed, too_few};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Inapplicable, Quantities};
use crate::numeric::distribution::normal_cdf;
use crate::numeric::stream::{self, BLOCK, Stream};
use crate::numeric::sum;
use std::f64::consts::SQRT_2;

/// With at least so many different values the laboratories are resampled, with fewer a Laplace distribution is drawn.
const RESAMPLED_FROM: usize = 15;

/// Weighted median, in the unit of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct WeightedMedian {
    pub value: f64,
    /// Half-length of the interval about `value` that holds 68.27 % of the bootstrap replicates.
    pub u: f64,
    /// Quantiles 0.025 and 0.975 of the replicates.
    pub interval: [f64; 2],
    /// Whether the laboratories were resampled; else a Laplace distribution about each value was drawn.
    pub resampled: bool,
    /// x − value of every laboratory.
    pub difference: Vec<f64>,
    /// Standard deviation of the drawn differences.
    pub u_difference: Vec<f64>,
    /// Half-length of the interval about the difference that holds 95 % of the drawn differences.
    pub expanded: Vec<f64>,
}

/// The value that makes Σ |x − m|/u² least; the middle of the interval where it is not unique.
pub fn median_of(results: &mut [(f64, f64)]) -> f64 {
    results.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.total_cmp(&b.1)));
    let half = 0.5 * sum::sum(results.iter().map(|(_, u)| u.powi(-2)));
    let mut below = 0.0;
    let mut lower = None;
    for (x, u) in results.iter() {
        if let Some(lower) = lower {
            return lower + 0.5 * (x - lower);
        }
        below += u.powi(-2);
        // Half the weight within rounding: every value up to the next one is a median.
        if (below - half).abs() <= 1e-12 * half {
            lower = Some(*x);
        } else if below > half {
            return *x;
        }
    }
    lower.unwrap_or(f64::NAN)
}

struct Sampler<'a> {
    labs: &'a Laboratories,
    members: Vec<usize>,
    resampled: bool,
}

impl Sampler<'_> {
    /// Scale of the Laplace distribution of one laboratory. With finite ν its estimate has m = ν + 1 terms and
    /// 2 m β̂/β ~ χ²(2m), so β = 2 m β̂/χ²(2m) with β̂ = u/√2.
    fn scale(&self, i: usize, stream: &mut Stream) -> f64 {
        self.labs.u[i] / SQRT_2 / stream.reduced_chi_squared(2.0 * (self.labs.dof[i] + 1.0))
    }

    /// One replicate of the median and of the differences of all laboratories.
    fn sample(&self, stream: &mut Stream, out: &mut [Vec<f64>]) {
        let labs = self.labs;
        let mut drawn = Vec::with_capacity(labs.len());
        for i in 0..labs.len() {
            let scale = self.scale(i, stream);
            drawn.push((labs.value[i] + scale * stream.laplace(), scale));
        }
        let mut results: Vec<(f64, f64)> = if self.resampled {
            let pick = |_| self.members[stream.index(self.members.len())];
            (0..self.members.len())
                .map(pick)
                .map(|i| (labs.value[i], labs.u[i]))
                .collect()
        } else {
            self.members.iter().map(|i| drawn[*i]).collect()
        };
        let median = median_of(&mut results);
        out[0].push(median);
        for (i, (x, _)) in drawn.iter().enumerate() {
            out[i + 1].push(x - median);
        }
    }
}

/// Weighted median of at least three laboratories with weights 1/u², bootstrapped by `draws` replicates: for fewer than 15 different
/// values x* is Laplace about each x with standard deviation u, else laboratories are resampled with replacement.
///
/// Source: D. Newton, A. Koepke, A. Possolo, M. Winchester, NIST Decision Tree User's Manual, 3rd ed. (2024).
pub fn weighted_median(
    labs: &Laboratories,
    seed: u64,
    draws: usize,
) -> Result<WeightedMedian, Inapplicable> {
    let members: Vec<usize> = (0..labs.len()).filter(|i| labs.in_reference[*i]).collect();
    if members.len() < 3 {
        return Err(too_few(members.len(), 3));
    }
    let mut results: Vec<(f64, f64)> = members
        .iter()
        .map(|i| (labs.value[*i], labs.u[*i]))
        .collect();
    let value = median_of(&mut results);
    results.dedup_by(|a, b| a.0 == b.0);
    let resampled = results.len() >= RESAMPLED_FROM;
    let sampler = Sampler {
        labs,
        members,
        resampled,
    };
    let empty = || vec![Vec::new(); labs.len() + 1];
    let mut columns = empty();
    for part in stream::blocks(seed, 0, stream::blocks_for(draws), |stream| {
        let mut part = empty();
        (0..BLOCK).for_each(|_| sampler.sample(stream, &mut part));
        part
    }) {
        columns
            .iter_mut()
            .zip(part)
            .for_each(|(all, some)| all.extend(some));
    }
    let interval = [0.025, 0.975].map(|p| quantile(&mut columns[0], p));
    let difference: Vec<f64> = labs.value.iter().map(|x| x - value).collect();
    Ok(WeightedMedian {
        value,
        u: half_length(&mut columns[0], value, normal_cdf(1.0) - normal_cdf(-1.0)),
        interval,
        resampled,
        u_difference: columns[1..]
            .iter()
            .map(|c| sum::standard_deviation(c))
            .collect(),
        expanded: columns[1..]
            .iter_mut()
            .zip(&difference)
            .map(|(c, d)| half_length(c, *d, 0.95))
            .collect(),
        difference,
    })
}

pub(super) fn compute(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let result = weighted_median(&labs, seed(data)?, draws(data, 100_000)?)?;
    let mut q = Quantities::default();
    q.words("lab", labs.lab.clone());
    q.number("reference.value", result.value);
    q.number("reference.u", result.u);
    q.numbers("boot.q", result.interval);
    q.word(
        "boot.kind",
        if result.resampled {
            "resampled"
        } else {
            "laplace"
        },
    );
    q.numbers("doe.D", result.difference);
    q.numbers("doe.u", result.u_difference);
    q.numbers("doe.U95", result.expanded);
    Ok(q)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn equal_weights_give_the_plain_median() {
        assert_eq!(median_of(&mut [(3.0, 0.1), (1.0, 0.1), (2.0, 0.1)]), 2.0);
        assert_eq!(
            median_of(&mut [(3.0, 0.1), (1.0, 0.1), (2.0, 0.1), (8.0, 0.1)]),
            2.5
        );
    }

    #[test]
    fn a_dominating_weight_decides() {
        assert_eq!(median_of(&mut [(3.0, 0.1), (1.0, 0.01), (2.0, 0.1)]), 1.0);
    }

    #[test]
    fn a_single_dominating_laboratory_passes_on_its_laplace_uncertainty() {
        let labs = Laboratories::new(&[0.0, 0.1, -0.1], &[1.0, 1e3, 1e3]).unwrap();
        let result = weighted_median(&labs, 1, 100_000).unwrap();
        // 68.27 % of a Laplace distribution of standard deviation 1 lie within −ln(1 − 0.682 689)/√2.
        assert!((result.u - 0.811_6).abs() < 0.01, "{}", result.u);
        assert!(!result.resampled);
    }

    #[test]
    fn fifteen_values_are_resampled() {
        let value: Vec<f64> = (0..15).map(f64::from).collect();
        let result =
            weighted_median(&Laboratories::new(&value, &[1.0; 15]).unwrap(), 1, 20_000).unwrap();
        assert!(result.resampled && result.value == 7.0);
        // Replicates are values of the sample, so the half-length is a whole number.
        assert_eq!(result.u.fract(), 0.0);
    }
}
