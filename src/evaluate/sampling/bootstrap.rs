//! Parametric bootstrap of the DerSimonian–Laird mean.

use super::summary::{half_length, quantile};
use super::{draws, seed, too_few};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Inapplicable, Quantities};
use crate::evaluate::reference::random_effects::{self, Fit};
use crate::numeric::distribution::{normal_quantile, student_spread};
use crate::numeric::stream::{self, BLOCK, Stream};
use crate::numeric::sum;

/// Result of the bootstrap, in the unit of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct BootstrapMean {
    /// DerSimonian–Laird mean and standard deviation between laboratories of the data as they are.
    pub mean: f64,
    pub tau: f64,
    /// Standard deviation of the bootstrapped means.
    pub u: f64,
    /// Their quantiles 0.025 and 0.975.
    pub interval: [f64; 2],
    /// Half-length of the interval about `mean` that holds 95 % of them.
    pub expanded: f64,
    /// One for every laboratory, those outside the reference value included.
    pub equivalence: Vec<Equivalence>,
    /// Number of bootstrap samples.
    pub draws: usize,
}

/// Degree of equivalence of one laboratory; the uncertainties are half-lengths of intervals of 95 %.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Equivalence {
    /// x − mean.
    pub difference: f64,
    /// Standard deviation of the bootstrapped difference.
    pub u: f64,
    /// Dark uncertainty recognised: x* from N(mean, τ*² + u²).
    pub expanded: f64,
    /// Dark uncertainty left out of x*, kept in the mean.
    pub expanded_without_dark: f64,
    /// x − mean of the others, and its uncertainty; none outside the reference value or with fewer than three others.
    pub leave_one_out: Option<[f64; 2]>,
}

/// The data of the bootstrap, centred and scaled.
struct Sampler {
    u: Vec<f64>,
    dof: Vec<f64>,
    fit: Fit,
    /// S1 − S2/S1 and n − 1 of Cochran's Q, and the gamma distribution that approximates Q.
    slope: f64,
    expected: f64,
    shape: f64,
    scale: f64,
}

impl Sampler {
    fn new(x: &[f64], u: &[f64], dof: &[f64]) -> Sampler {
        let fit = random_effects::dersimonian_laird(x, u);
        let moment = random_effects::untruncated_moment(x, u);
        let power = |r: i32| sum::sum(u.iter().map(|u| u.powi(-2 * r)));
        let (s1, s2, s3) = (power(1), power(2), power(3));
        let slope = s1 - s2 / s1;
        let expected = x.len() as f64 - 1.0;
        // Mean and variance of Q at τ², B. J. Biggerstaff and R. L. Tweedie, Stat. Med. 16 (1997) 753–768, (5) and (7).
        let mean = expected + slope * moment;
        let square = 2.0 * (s2 - 2.0 * s3 / s1 + s2 * s2 / (s1 * s1));
        let variance = 2.0 * expected + 4.0 * slope * moment + square * moment * moment;
        Sampler {
            u: u.to_vec(),
            dof: dof.to_vec(),
            fit,
            slope,
            expected,
            shape: mean * mean / variance,
            scale: variance / mean,
        }
    }

    /// A draw of τ².
    fn tau_square(&self, stream: &mut Stream) -> f64 {
        let q = stream.gamma(self.shape, self.scale);
        ((q - self.expected) / self.slope).max(0.0)
    }

    /// One bootstrap sample: the new mean, and for every laboratory x* − mean* with and without dark uncertainty.
    fn sample(&self, stream: &mut Stream, out: &mut Columns) {
        let tau2 = self.tau_square(stream);
        let mut x = Vec::with_capacity(self.u.len());
        let mut u = Vec::with_capacity(self.u.len());
        for (stated, dof) in self.u.iter().zip(&self.dof) {
            x.push(self.fit.mu + (tau2 + stated * stated).sqrt() * stream.normal());
            u.push(stated / stream.reduced_chi_squared(*dof).sqrt());
        }
        let mean = random_effects::dersimonian_laird(&x, &u).mu;
        out.mean.push(mean);
        for (i, x) in x.iter().enumerate() {
            out.with_dark[i].push(x - mean);
            out.without_dark[i].push(self.fit.mu + self.u[i] * stream.normal() - mean);
        }
    }
}

/// Bootstrap samples by column.
struct Columns {
    mean: Vec<f64>,
    with_dark: Vec<Vec<f64>>,
    without_dark: Vec<Vec<f64>>,
}

impl Columns {
    fn new(n: usize) -> Columns {
        Columns {
            mean: Vec::new(),
            with_dark: vec![Vec::new(); n],
            without_dark: vec![Vec::new(); n],
        }
    }

    fn append(&mut self, other: Columns) {
        self.mean.extend(other.mean);
        self.with_dark
            .iter_mut()
            .zip(other.with_dark)
            .for_each(|(a, b)| a.extend(b));
        self.without_dark
            .iter_mut()
            .zip(other.without_dark)
            .for_each(|(a, b)| a.extend(b));
    }
}

/// Bootstraps the DerSimonian–Laird mean of at least three laboratories with `draws` samples (rounded up to whole blocks of 10 000).
///
/// τ*² comes from the gamma approximation of the distribution of Cochran's Q, x* from N(mean, τ*² + u²), u* = u √(ν/χ²(ν)).
/// Leave-one-out uncertainties take the modified Knapp–Hartung mean of the others and a rescaled t deviate of the laboratory.
///
/// Source: A. Koepke, T. Lafarge, B. Toman, A. Possolo, NIST Consensus Builder User's Manual (2020), A.2 and A.5.1.
pub fn dersimonian_laird_bootstrap(
    labs: &Laboratories,
    seed: u64,
    draws: usize,
) -> Result<BootstrapMean, Inapplicable> {
    let members: Vec<usize> = (0..labs.len()).filter(|i| labs.in_reference[*i]).collect();
    if members.len() < 3 {
        return Err(too_few(members.len(), 3));
    }
    let column = |of: &[f64]| -> Vec<f64> { members.iter().map(|i| of[*i]).collect() };
    let (centre, unit) = (
        sum::median(&column(&labs.value)),
        sum::median(&column(&labs.u)),
    );
    let x: Vec<f64> = column(&labs.value)
        .iter()
        .map(|v| (v - centre) / unit)
        .collect();
    let u: Vec<f64> = column(&labs.u).iter().map(|u| u / unit).collect();
    let dof = column(&labs.dof);
    let sampler = Sampler::new(&x, &u, &dof);
    let mut columns = Columns::new(x.len());
    let blocks = stream::blocks_for(draws);
    for part in stream::blocks(seed, 0, blocks, |stream| {
        let mut part = Columns::new(sampler.u.len());
        (0..BLOCK).for_each(|_| sampler.sample(stream, &mut part));
        part
    }) {
        columns.append(part);
    }
    let spread = sum::standard_deviation(&columns.mean);
    let fit = &sampler.fit;
    let value = |x: f64| centre + unit * x;
    let equivalence = (0..labs.len()).map(|i| {
        let difference = labs.value[i] - value(fit.mu);
        let Some(k) = members.iter().position(|m| *m == i) else {
            return outside(difference, labs.u[i], unit * spread, unit * unit * fit.tau2);
        };
        let with_dark = &mut columns.with_dark[k];
        let (mean, u) = (sum::mean(with_dark), sum::standard_deviation(with_dark));
        let expanded = half_length(with_dark, mean, 0.95);
        let without = &mut columns.without_dark[k];
        let centre_without = sum::mean(without);
        Equivalence {
            difference,
            u: unit * u,
            expanded: unit * expanded,
            expanded_without_dark: unit * half_length(without, centre_without, 0.95),
            leave_one_out: leave_one_out(&sampler, &x, k, seed, blocks)
                .map(|pair| pair.map(|v| unit * v)),
        }
    });
    let equivalence = equivalence.collect();
    let interval = [0.025, 0.975].map(|p| value(quantile(&mut columns.mean, p)));
    Ok(BootstrapMean {
        mean: value(fit.mu),
        tau: unit * fit.tau2.sqrt(),
        u: unit * spread,
        interval,
        expanded: unit * half_length(&mut columns.mean, fit.mu, 0.95),
        equivalence,
        draws: blocks * BLOCK,
    })
}

/// A laboratory outside the reference value is independent of the mean.
fn outside(difference: f64, u: f64, spread: f64, tau2: f64) -> Equivalence {
    let k = normal_quantile(0.975);
    let plain = u * u + spread * spread;
    Equivalence {
        difference,
        u: (plain + tau2).sqrt(),
        expanded: k * (plain + tau2).sqrt(),
        expanded_without_dark: k * plain.sqrt(),
        leave_one_out: None,
    }
}

/// Difference of laboratory `k` from the mean of the others and its 95 % half-length.
fn leave_one_out(all: &Sampler, x: &[f64], k: usize, seed: u64, blocks: usize) -> Option<[f64; 2]> {
    let without = |of: &[f64]| -> Vec<f64> {
        of.iter()
            .enumerate()
            .filter(|(i, _)| *i != k)
            .map(|(_, v)| *v)
            .collect()
    };
    let others = Sampler::new(&without(x), &without(&all.u), &without(&all.dof));
    if others.u.len() < 3 {
        return None;
    }
    let fit = &others.fit;
    let mean_dof = others.expected;
    let mean_u = fit.u * random_effects::knapp_hartung(fit, true) / student_spread(mean_dof);
    let (u, dof) = (all.u[k], all.dof[k]);
    let spread = student_spread(dof);
    // Streams after those of the bootstrap itself, so that no deviate is used twice.
    let first = blocks * (k + 1);
    let parts = stream::blocks(seed, first, blocks, |stream| {
        (0..BLOCK)
            .map(|_| {
                let sigma = (others.tau_square(stream) + u * u).sqrt();
                let error =
                    sigma / spread * stream.normal() / stream.reduced_chi_squared(dof).sqrt();
                error - mean_u * stream.normal() / stream.reduced_chi_squared(mean_dof).sqrt()
            })
            .collect::<Vec<f64>>()
    });
    let mut differences = parts.concat();
    Some([x[k] - fit.mu, half_length(&mut differences, 0.0, 0.95)])
}

pub(super) fn compute(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let result = dersimonian_laird_bootstrap(&labs, seed(data)?, draws(data, 100_000)?)?;
    let column = |pick: fn(&Equivalence) -> f64| -> Vec<f64> {
        result.equivalence.iter().map(pick).collect()
    };
    let mut q = Quantities::default();
    q.words("lab", labs.lab.clone());
    q.number("reference.value", result.mean);
    q.number("reference.u", result.u);
    q.number("mu", result.mean);
    q.number("tau", result.tau);
    q.number("boot.u", result.u);
    q.numbers("boot.q", result.interval);
    q.number("boot.U95", result.expanded);
    q.number("boot.draws", result.draws as f64);
    q.numbers("doe.D", column(|e| e.difference));
    q.numbers("doe.u", column(|e| e.u));
    q.numbers("doe.U95_mra", column(|e| e.expanded));
    q.numbers("doe.U95_without_dark", column(|e| e.expanded_without_dark));
    if result.equivalence.iter().any(|e| e.leave_one_out.is_some()) {
        let of = |k: usize| -> Vec<f64> {
            result
                .equivalence
                .iter()
                .map(|e| e.leave_one_out.map_or(f64::NAN, |pair| pair[k]))
                .collect()
        };
        q.numbers("doe.D_loo", of(0));
        q.numbers("doe.U95_loo", of(1));
    }
    // The summary under the names of published tables.
    q.number("u", result.u);
    q.numbers("ci95", result.interval);
    Ok(q)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::sampling::published::pcb28;

    #[test]
    fn degrees_of_equivalence_agree_with_the_printed_example_of_the_peer() {
        // Example at the end of the peer's DoEUnilateralDL.R, 10 000 samples each.
        let mra = [
            3.764_803, 3.476_731, 3.598_871, 3.360_617, 3.289_815, 3.285_051,
        ];
        let loo = [
            4.477_546, 4.233_570, 4.427_031, 4.717_553, 4.272_962, 2.018_693,
        ];
        let loo_difference = [
            0.811_553_8,
            -0.842_659_1,
            1.096_448_3,
            -1.450_911_8,
            -2.074_389_0,
            2.900_904_1,
        ];
        let result = dersimonian_laird_bootstrap(&pcb28(), 1, 50_000).unwrap();
        for (i, e) in result.equivalence.iter().enumerate() {
            assert!(
                (e.expanded / mra[i] - 1.0).abs() < 0.04,
                "{i} {}",
                e.expanded
            );
            let [difference, expanded] = e.leave_one_out.unwrap();
            assert!(
                (difference - loo_difference[i]).abs() < 1e-6,
                "{i} {difference}"
            );
            assert!((expanded / loo[i] - 1.0).abs() < 0.06, "{i} {expanded}");
        }
    }

    #[test]
    fn homogeneous_results_have_the_uncertainty_of_the_weighted_mean_at_least() {
        let labs = Laboratories::new(&[1.0, 1.01, 0.99, 1.0, 1.005], &[0.05; 5]).unwrap();
        let result = dersimonian_laird_bootstrap(&labs, 1, 20_000).unwrap();
        assert_eq!(result.tau, 0.0);
        assert!((result.u - 0.05 / 5f64.sqrt()).abs() < 0.001);
        assert!(result.equivalence.iter().all(|e| e.u < 0.06));
    }

    #[test]
    fn same_seed_same_bits_and_a_laboratory_outside_is_independent() {
        let mut labs = pcb28();
        labs.in_reference[5] = false;
        let a = dersimonian_laird_bootstrap(&labs, 5, 10_000).unwrap();
        assert_eq!(a, dersimonian_laird_bootstrap(&labs, 5, 10_000).unwrap());
        let e = a.equivalence[5];
        assert!((e.u - (0.38f64.powi(2) + a.u * a.u + a.tau * a.tau).sqrt()).abs() < 1e-12);
        assert!(e.leave_one_out.is_none());
    }
}
