//! Random-effects means: x_i ~ N(μ, u_i² + τ²) with the variance τ² between laboratories estimated in four ways.
//!
//! The functions on slices take values centred near zero and uncertainties of order one (see [`fit`], which sees to that).

use super::consensus::{Basis, Consensus, Members};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::numeric::root::bisect;
use crate::numeric::sum::{dot, sum};

/// Estimator of the variance between laboratories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Estimator {
    DerSimonianLaird,
    MandelPaule,
    Reml,
    MaximumLikelihood,
}

/// A fitted random-effects mean; lengths follow the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Fit {
    /// Variance between laboratories.
    pub tau2: f64,
    pub mu: f64,
    /// (Σ w)^(−1/2) with w = 1/(u² + τ²): τ is taken as known.
    pub u: f64,
    /// Normalised weights.
    pub weights: Vec<f64>,
    /// Σ w(x − μ)²; Cochran's Q when `tau2` is 0.
    pub q: f64,
    /// Number of local maxima of the likelihood that were found (1 for the moment estimators).
    pub local_maxima: usize,
}

/// The mean at a known variance `tau2` between laboratories.
pub fn at(x: &[f64], u: &[f64], tau2: f64) -> Fit {
    let raw: Vec<f64> = u.iter().map(|u| 1.0 / (u * u + tau2)).collect();
    let total = sum(raw.iter().copied());
    let mu = dot(&raw, x) / total;
    let q = sum(raw.iter().zip(x).map(|(w, x)| w * (x - mu) * (x - mu)));
    Fit {
        tau2,
        mu,
        u: total.recip().sqrt(),
        weights: raw.iter().map(|w| w / total).collect(),
        q,
        local_maxima: 1,
    }
}

/// The weighted mean of fixed effects; its `q` is Cochran's Q.
pub fn fixed(x: &[f64], u: &[f64]) -> Fit {
    at(x, u, 0.0)
}

/// Moment estimate of τ² before it is cut at zero: (Q − (n − 1))/(S1 − S2/S1).
///
/// Source: R. DerSimonian, N. Laird, Controlled Clinical Trials 7 (1986) 177–188.
pub fn untruncated_moment(x: &[f64], u: &[f64]) -> f64 {
    let plain = fixed(x, u);
    // S1 − S2/S1 = S1 Σ w(1 − w): no subtraction of nearly equal sums.
    let total = 1.0 / (plain.u * plain.u);
    let c = total * sum(plain.weights.iter().map(|w| w * (1.0 - w)));
    (plain.q - (x.len() as f64 - 1.0)) / c
}

/// DerSimonian–Laird: the moment estimate, cut at zero.
pub fn dersimonian_laird(x: &[f64], u: &[f64]) -> Fit {
    at(x, u, untruncated_moment(x, u).max(0.0))
}

/// Mandel–Paule: τ² ≥ 0 with Σ w(x − μ)² = n − 1; 0 if Q ≤ n − 1. The sum falls strictly with τ², so the root is unique.
///
/// Source: R. C. Paule, J. Mandel, J. Res. NBS 87 (1982) 377–385.
pub fn mandel_paule(x: &[f64], u: &[f64]) -> Fit {
    let lack = |tau2: f64| x.len() as f64 - 1.0 - at(x, u, tau2).q;
    // At τ² = s² the sum is at most Σ(x − x̄)²/s² = n − 1.
    let tau2 = if lack(0.0) < 0.0 {
        bisect(lack, 0.0, range(x) * range(x))
    } else {
        0.0
    };
    at(x, u, tau2)
}

/// Derivative of twice the log-likelihood, profiled over μ, by τ².
fn score(x: &[f64], u: &[f64], tau2: f64, restricted: bool) -> f64 {
    let fit = at(x, u, tau2);
    let total = 1.0 / (fit.u * fit.u);
    let raw = |w: &f64| w * total;
    let fitted = sum(fit
        .weights
        .iter()
        .zip(x)
        .map(|(w, x)| (raw(w) * (x - fit.mu)).powi(2)));
    let expected = if restricted {
        sum(fit.weights.iter().map(|w| raw(w) * (1.0 - w)))
    } else {
        total
    };
    fitted - expected
}

/// Log-likelihood (restricted or not) profiled over μ, without constants.
fn log_likelihood(x: &[f64], u: &[f64], tau2: f64, restricted: bool) -> f64 {
    let fit = at(x, u, tau2);
    let spread = sum(u.iter().map(|u| (u * u + tau2).ln()));
    let extra = if restricted { -2.0 * fit.u.ln() } else { 0.0 };
    -0.5 * (spread + fit.q + extra)
}

/// Number of steps of the search for local maxima.
const GRID: usize = 240;

/// (Restricted) maximum likelihood. The likelihood may have several maxima: all sign changes of its derivative on a grid from 0 to
/// the squared range of the values, beyond which it only falls, are refined, and the highest wins (the smallest τ² on a tie).
///
/// Source for the restricted form: D. A. Harville, J. Am. Stat. Assoc. 72 (1977) 320–338.
fn likelihood(x: &[f64], u: &[f64], restricted: bool) -> Fit {
    let slope = |tau2: f64| score(x, u, tau2, restricted);
    let top = range(x) * range(x);
    let smallest = u.iter().fold(f64::INFINITY, |a, u| a.min(u * u));
    let bottom = 1e-6 * smallest.min(top);
    let mut nodes = vec![0.0];
    if top > 0.0 {
        nodes.extend((0..=GRID).map(|i| bottom * (top / bottom).powf(i as f64 / GRID as f64)));
    }
    let slopes: Vec<f64> = nodes.iter().map(|tau2| slope(*tau2)).collect();
    let mut maxima = if slopes[0] <= 0.0 {
        vec![0.0]
    } else {
        Vec::new()
    };
    for i in 1..nodes.len() {
        if slopes[i - 1] > 0.0 && slopes[i] <= 0.0 {
            maxima.push(bisect(|tau2| -slope(tau2), nodes[i - 1], nodes[i]));
        }
    }
    let mut best = (f64::NEG_INFINITY, 0.0);
    for tau2 in &maxima {
        let height = log_likelihood(x, u, *tau2, restricted);
        if height > best.0 {
            best = (height, *tau2);
        }
    }
    Fit {
        local_maxima: maxima.len(),
        ..at(x, u, best.1)
    }
}

/// Restricted maximum likelihood.
pub fn reml(x: &[f64], u: &[f64]) -> Fit {
    likelihood(x, u, true)
}

/// Maximum likelihood.
pub fn maximum_likelihood(x: &[f64], u: &[f64]) -> Fit {
    likelihood(x, u, false)
}

fn range(x: &[f64]) -> f64 {
    let (low, high) = x
        .iter()
        .fold((f64::INFINITY, f64::NEG_INFINITY), |(l, h), v| {
            (l.min(*v), h.max(*v))
        });
    if high > low { high - low } else { 0.0 }
}

/// The fit of the members of the reference value; `mu`, `u` and `tau2` of the inner fit are in scaled units, the consensus is not.
pub(crate) fn fit_members(members: &Members, estimator: Estimator) -> Fit {
    let fit = match estimator {
        Estimator::DerSimonianLaird => dersimonian_laird,
        Estimator::MandelPaule => mandel_paule,
        Estimator::Reml => reml,
        Estimator::MaximumLikelihood => maximum_likelihood,
    };
    fit(&members.x, &members.u)
}

/// Random-effects mean of two or more independent results as a consensus: `u` = (Σ 1/(u² + τ²))^(−1/2), `tau` = τ, weights to match.
/// τ is taken as known in `u`; see [`corrected_mean`] for few laboratories.
pub fn random_effects_mean(
    labs: &Laboratories,
    estimator: Estimator,
) -> Result<Consensus, Inapplicable> {
    corrected_mean(labs, estimator, Correction::None)
}

/// How the uncertainty of a random-effects mean allows for τ being estimated from few laboratories.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Correction {
    /// Not at all: τ is taken as known.
    None,
    /// Knapp–Hartung with q as it is; it can be narrower than the plain form.
    KnappHartung,
    /// Knapp–Hartung with max(1, q).
    Modified,
}

/// Random-effects mean with the Knapp–Hartung correction of `u`; then with n − 1 degrees of freedom.
pub fn corrected_mean(
    labs: &Laboratories,
    estimator: Estimator,
    correction: Correction,
) -> Result<Consensus, Inapplicable> {
    let members = Members::of(labs, 2)?;
    let fit = fit_members(&members, estimator);
    let (factor, dof) = match correction {
        Correction::None => (1.0, f64::INFINITY),
        Correction::KnappHartung => (knapp_hartung(&fit, false), members.len() as f64 - 1.0),
        Correction::Modified => (knapp_hartung(&fit, true), members.len() as f64 - 1.0),
    };
    let tau = fit.tau2.sqrt();
    Ok(members.consensus(
        fit.mu,
        fit.u * factor,
        &fit.weights,
        tau,
        dof,
        Basis::Stated,
    ))
}

/// Factor √q, q = Σ w(x − μ)²/(n − 1), by which the Knapp–Hartung uncertainty differs from (Σ w)^(−1/2); to be used with t and
/// n − 1 degrees of freedom. `modified` takes max(1, q), so that the interval is never narrower than the plain one.
///
/// Sources: G. Knapp, J. Hartung, Statist. Med. 22 (2003) 2693–2710; C. Röver, G. Knapp, T. Friede, BMC Med. Res. Methodol. 15 (2015) 99.
pub fn knapp_hartung(fit: &Fit, modified: bool) -> f64 {
    let q = fit.q / (fit.weights.len() as f64 - 1.0);
    if modified {
        q.max(1.0).sqrt()
    } else {
        q.sqrt()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn restricted_likelihood_with_two_maxima_takes_the_higher_one() {
        // Two pairs: one tight and discrepant at small scale, one wide; the derivative changes sign twice.
        let x = [0.0, 0.05, 8.0, -8.0, 0.02];
        let u = [0.01, 0.01, 0.5, 0.5, 0.01];
        let found = reml(&x, &u);
        let best = (0..200_000)
            .map(|i| 1e-6 * 1.0002_f64.powi(i / 2))
            .map(|t| log_likelihood(&x, &u, t, true))
            .fold(f64::NEG_INFINITY, f64::max);
        assert!(log_likelihood(&x, &u, found.tau2, true) >= best - 1e-9);
    }

    #[test]
    fn consistent_results_have_no_dark_uncertainty() {
        let (x, u) = ([0.1, -0.1, 0.05], [1.0, 1.0, 1.0]);
        for fit in [
            dersimonian_laird(&x, &u),
            mandel_paule(&x, &u),
            reml(&x, &u),
            maximum_likelihood(&x, &u),
        ] {
            assert_eq!(fit.tau2, 0.0);
        }
    }

    #[test]
    fn equal_uncertainties_give_the_closed_forms() {
        // With u_i = u the three unbiased estimators are s² − u², maximum likelihood (n − 1)/n s² − u².
        let (x, u) = ([-3.0, 1.0, 2.0, 4.0], [1.0; 4]);
        let s2 = 26.0 / 3.0;
        for fit in [
            dersimonian_laird(&x, &u),
            mandel_paule(&x, &u),
            reml(&x, &u),
        ] {
            assert!((fit.tau2 - (s2 - 1.0)).abs() < 1e-12, "{}", fit.tau2);
        }
        assert!((maximum_likelihood(&x, &u).tau2 - (0.75 * s2 - 1.0)).abs() < 1e-12);
    }

    proptest! {
        #[test]
        fn every_estimate_satisfies_its_own_equation(rows in prop::collection::vec((-10.0..10.0f64, 0.1..3.0f64), 2..8)) {
            let (x, u): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
            let mp = mandel_paule(&x, &u);
            let n1 = x.len() as f64 - 1.0;
            let solved = if mp.tau2 > 0.0 { (mp.q - n1).abs() < 1e-9 * n1 } else { mp.q <= n1 };
            prop_assert!(solved);
            for restricted in [false, true] {
                let best = likelihood(&x, &u, restricted);
                let height = log_likelihood(&x, &u, best.tau2, restricted);
                for i in 0..400 {
                    let other = 1e-4 * 1.05_f64.powi(i);
                    prop_assert!(log_likelihood(&x, &u, other, restricted) <= height + 1e-9);
                }
            }
        }
    }
}
