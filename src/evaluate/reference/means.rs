//! Means: weighted, arithmetic, with Birge scaling, with a cut-off of the uncertainties; and a value given from outside.

use super::consensus::{Basis, Consensus, Members};
use super::random_effects;
use crate::evaluate::consistency::{ChiSquared, birge_ratio, chi_squared, chi_squared_test};
use crate::evaluate::effective_dof::welch_satterthwaite;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Inapplicable, missing};
use crate::numeric::sum::{dot, mean, median, standard_deviation, sum};

/// Weighted mean y = Σ w_i x_i, w_i ∝ u_i⁻², u(y) = (Σ u_i⁻²)^(−1/2). Needs two or more independent results.
///
/// Source: M. G. Cox, Metrologia 39 (2002) 589–595, procedure A. The weights are taken as constants in the degrees of freedom.
pub fn weighted_mean(labs: &Laboratories) -> Result<Consensus, Inapplicable> {
    let members = Members::of(labs, 2)?;
    let raw: Vec<f64> = members.u.iter().map(|u| 1.0 / (u * u)).collect();
    let total = sum(raw.iter().copied());
    let weights: Vec<f64> = raw.iter().map(|w| w / total).collect();
    Ok(linear(&members, &weights, total.recip().sqrt(), 0.0))
}

/// A weighted sum of the members whose uncertainty `u` (scaled) comes from the stated ones.
fn linear(members: &Members, weights: &[f64], u: f64, tau: f64) -> Consensus {
    members.consensus(
        dot(weights, &members.x),
        u,
        weights,
        tau,
        effective_dof(members, weights),
        Basis::Stated,
    )
}

fn effective_dof(members: &Members, weights: &[f64]) -> f64 {
    let parts: Vec<f64> = weights.iter().zip(&members.u).map(|(w, u)| w * u).collect();
    welch_satterthwaite(&parts, &members.dof)
}

/// √(Σ w_i² u_i²): the stated uncertainties through fixed weights.
fn propagated(weights: &[f64], u: &[f64]) -> f64 {
    sum(weights.iter().zip(u).map(|(w, u)| (w * u) * (w * u))).sqrt()
}

/// Arithmetic mean. Its uncertainty is √(Σ u_i²)/n ([`Basis::Stated`]) or s/√n with n − 1 degrees of freedom
/// ([`Basis::Dispersion`]): two different statements, so the caller must choose. The stated one needs uncertainties.
pub fn arithmetic_mean(labs: &Laboratories, basis: Basis) -> Result<Consensus, Inapplicable> {
    let members = Members::of(labs, 2)?;
    let n = members.len() as f64;
    let weights = vec![1.0 / n; members.len()];
    let (u, dof) = match basis {
        Basis::Stated if labs.has_uncertainties() => (
            propagated(&weights, &members.u),
            effective_dof(&members, &weights),
        ),
        Basis::Dispersion => (standard_deviation(&members.x) / n.sqrt(), n - 1.0),
        _ => return Err(missing("labs", "u")),
    };
    // As a mean and not as a weighted sum: exact where all values are equal.
    Ok(members.consensus(mean(&members.x), u, &weights, 0.0, dof, basis))
}

/// Weighted mean whose uncertainty is multiplied by the Birge ratio where that exceeds 1; it is never made smaller, since GUM
/// uncertainties are not sampling standard deviations. Source: R. T. Birge, Phys. Rev. 40 (1932) 207–227.
pub fn birge_mean(labs: &Laboratories) -> Result<Consensus, Inapplicable> {
    let plain = weighted_mean(labs)?;
    let test = chi_squared(labs, &plain, 0.05)?;
    let u = plain.u * birge_ratio(test.observed, test.dof).max(1.0);
    Ok(plain.with_u(u))
}

/// A weighted mean with a lower limit on the uncertainties in the weights, and what follows when χ² fails.
#[derive(Debug, Clone, PartialEq)]
pub struct CutOffMean {
    /// Mean of the uncertainties not above their median.
    pub cut_off: f64,
    /// Weights from max(u_i, cut-off), uncertainty from the stated u_i.
    pub mean: Consensus,
    /// Test with the adjusted uncertainties.
    pub test: ChiSquared,
    /// Mandel–Paule on the adjusted uncertainties; only when the test fails.
    pub adjusted: Option<AdjustedMean>,
}

/// The Mandel–Paule mean on adjusted uncertainties.
#[derive(Debug, Clone, PartialEq)]
pub struct AdjustedMean {
    /// `u` is (Σ 1/(u_adj² + s²))^(−1/2), `tau` is s.
    pub mean: Consensus,
    /// √(Σ w_i² u_i²) with the stated u_i.
    pub u_stated: f64,
}

/// Weighted mean with cut-off, followed by Mandel–Paule if the χ² test fails at `significance`: the recipe of photometric key
/// comparisons (CCPR-G2). Needs two or more independent results.
pub fn cut_off_mean(labs: &Laboratories, significance: f64) -> Result<CutOffMean, Inapplicable> {
    let members = Members::of(labs, 2)?;
    let middle = median(&members.u);
    let small: Vec<f64> = members.u.iter().copied().filter(|u| *u <= middle).collect();
    let cut_off = mean(&small);
    let adjusted: Vec<f64> = members.u.iter().map(|u| u.max(cut_off)).collect();
    let fit = random_effects::fixed(&members.x, &adjusted);
    let test = chi_squared_test(fit.q, members.len() as f64 - 1.0, significance)?;
    let follow_up = (!test.consistent).then(|| {
        let fit = random_effects::mandel_paule(&members.x, &adjusted);
        let u_stated = propagated(&fit.weights, &members.u) * members.scale;
        AdjustedMean {
            mean: linear(&members, &fit.weights, fit.u, fit.tau2.sqrt()),
            u_stated,
        }
    });
    let mean = linear(
        &members,
        &fit.weights,
        propagated(&fit.weights, &members.u),
        0.0,
    );
    Ok(CutOffMean {
        cut_off: cut_off * members.scale,
        mean,
        test,
        adjusted: follow_up,
    })
}

/// The results that lie further than `limit` robust standard deviations from the median: |x − med| > limit·S(MAD),
/// S(MAD) = `factor`·med|x − med|, `factor` 1.4826 for many results; one pass over the members. Rows of the table, in order.
///
/// Source: J. Randa, Proposal for KCRV and degree of equivalence for GTRF key comparisons (2005), limit 2.5. With more than half
/// of the results equal, S(MAD) is 0 and the rule is refused.
pub fn mad_outliers(
    labs: &Laboratories,
    limit: f64,
    factor: f64,
) -> Result<(f64, Vec<usize>), Inapplicable> {
    let members = Members::of(labs, 3)?;
    let centre = median(&members.x);
    let deviations: Vec<f64> = members.x.iter().map(|x| (x - centre).abs()).collect();
    let s_mad = factor * median(&deviations);
    if !(s_mad > 0.0 && s_mad.is_finite() && limit > 0.0) {
        return Err(Inapplicable::new(
            "no-spread",
            "半数以上结果相同（或界限不为正），绝对中位差为零，无法判别离群；请改用其他离群判别方法",
            "more than half of the results are equal (or the limit is not positive), so the median absolute deviation tells nothing; use another outlier rule",
        ));
    }
    let mut rows: Vec<usize> = members
        .index
        .iter()
        .zip(&deviations)
        .filter(|(_, d)| **d > limit * s_mad)
        .map(|(row, _)| *row)
        .collect();
    rows.sort_unstable();
    Ok((s_mad * members.scale, rows))
}
