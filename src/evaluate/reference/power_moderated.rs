//! The power-moderated mean of CCRI(II).
//!
//! Source: S. Pommé, J. Keightley, Metrologia 52 (2015) S200–S212; reproduces published key comparison reference values of the
//! SIR (BIPM.RI(II)-K1).

use super::consensus::{Basis, Consensus, Members};
use super::random_effects;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::numeric::sum::{dot, standard_deviation, sum};

/// A power-moderated mean of the members and what it was computed with.
#[derive(Debug, Clone, PartialEq)]
pub struct PowerModerated {
    /// `tau` is the Mandel–Paule s.
    pub mean: Consensus,
    /// Power of the uncertainties in the weights: 0 gives the arithmetic mean, 2 the Mandel–Paule mean.
    pub alpha: f64,
    /// Characteristic uncertainty per result: S² = n·max(u²(arithmetic mean), u²(Mandel–Paule mean)).
    pub characteristic: f64,
    /// [(u_i² + s²)^(α/2) S^(2−α)]^(1/2) of every laboratory, also of those outside.
    pub moderated_u: Vec<f64>,
}

/// w_i ∝ [(u_i² + s²)^(α/2) S^(2−α)]⁻¹ and u²(y) = 1/Σ of these, with s from Mandel–Paule, u²(arithmetic mean) = s_x²/n.
///
/// `alpha` in [0, 2]; `None` takes 2 − 3/n. Needs two or more independent results.
pub fn power_moderated_mean(
    labs: &Laboratories,
    alpha: Option<f64>,
) -> Result<PowerModerated, Inapplicable> {
    let members = Members::of(labs, 2)?;
    let n = members.len() as f64;
    let alpha = alpha.unwrap_or(2.0 - 3.0 / n);
    if !(0.0..=2.0).contains(&alpha) {
        return Err(Inapplicable::new(
            "invalid-alpha",
            format!(
                "幂次 α = {alpha}；须在 0（算术平均）与 2（Mandel–Paule 平均）之间，缺省为 2 − 3/n"
            ),
            format!(
                "the power alpha is {alpha}; it lies between 0 (arithmetic mean) and 2 (Mandel-Paule mean), 2 - 3/n by default"
            ),
        ));
    }
    let fit = random_effects::mandel_paule(&members.x, &members.u);
    let u_mean = standard_deviation(&members.x) / n.sqrt();
    let characteristic = n.sqrt() * u_mean.max(fit.u);
    // With S taken out of the square, α = 0 and α = 2 need no special case.
    let moderated =
        |u: f64| characteristic * ((u * u + fit.tau2).sqrt() / characteristic).powf(0.5 * alpha);
    let raw: Vec<f64> = members.u.iter().map(|u| moderated(*u).powi(-2)).collect();
    let total = sum(raw.iter().copied());
    let weights: Vec<f64> = raw.iter().map(|w| w / total).collect();
    let y = dot(&weights, &members.x);
    let mean = members.consensus(
        y,
        total.recip().sqrt(),
        &weights,
        fit.tau2.sqrt(),
        f64::INFINITY,
        Basis::Stated,
    );
    Ok(PowerModerated {
        mean,
        alpha,
        characteristic: characteristic * members.scale,
        moderated_u: labs
            .u
            .iter()
            .map(|u| moderated(u / members.scale) * members.scale)
            .collect(),
    })
}

/// |x_i − y|/u(e_i) of every laboratory, u²(e_i) = moderated u_i² − u²(y) inside and + u²(y) outside the reference value (that is
/// u²(y)(1/w_i ∓ 1)). A result is extreme above 2.5.
pub fn scaled_deviations(labs: &Laboratories, pmm: &PowerModerated) -> Vec<f64> {
    let reference = pmm.mean.u * pmm.mean.u;
    let deviation = |i: usize| {
        let own = pmm.moderated_u[i] * pmm.moderated_u[i];
        let variance = if labs.in_reference[i] {
            own - reference
        } else {
            own + reference
        };
        pmm.mean.difference(labs.value[i]).abs() / variance.sqrt()
    };
    (0..labs.len()).map(deviation).collect()
}

/// A power-moderated mean after the outlier step.
#[derive(Debug, Clone, PartialEq)]
pub struct Screened {
    pub pmm: PowerModerated,
    /// The laboratories that remain in the reference value.
    pub labs: Laboratories,
    /// Rows taken out of the reference value, in the order in which they went.
    pub excluded: Vec<usize>,
}

/// Takes the most extreme result out of the reference value while its scaled deviation exceeds `limit` (2.5 in CCRI(II)), and
/// computes again; at least two results stay. A statistical proposal: whether a result leaves is for the comparison to decide.
pub fn power_moderated_screened(
    labs: &Laboratories,
    alpha: Option<f64>,
    limit: f64,
) -> Result<Screened, Inapplicable> {
    let mut labs = labs.clone();
    let mut excluded = Vec::new();
    loop {
        let pmm = power_moderated_mean(&labs, alpha)?;
        let deviations = scaled_deviations(&labs, &pmm);
        let inside = (0..labs.len()).filter(|i| labs.in_reference[*i]);
        let worst = inside.max_by(|a, b| deviations[*a].total_cmp(&deviations[*b]).then(b.cmp(a)));
        match worst {
            Some(row) if deviations[row] > limit && labs.members() > 2 => {
                labs.in_reference[row] = false;
                excluded.push(row);
            }
            _ => {
                return Ok(Screened {
                    pmm,
                    labs,
                    excluded,
                });
            }
        }
    }
}
