//! Degrees of equivalence: deviations from the reference value, their uncertainties and covariances.
//!
//! For y = Σ w_j x_j with fixed weights and D_i = x_i − y, cov(D) = (I − 1wᵀ) V (I − 1wᵀ)ᵀ; for independent results
//! u²(D_i) = (1 − w_i)² u_i² + Σ_{j≠i} w_j² u_j² = (1 − 2w_i) u_i² + u²(y): a minus sign for 1/u² weights inside the reference
//! value, a plus sign outside. Sources: CIPM MRA, T.3; M. G. Cox, Metrologia 39 (2002) 589–595.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::evaluate::effective_dof::{coverage_factor, truncated, welch_satterthwaite};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::Consensus;
use crate::numeric::sum::sum;

/// How u(D) follows from the results and the reference value.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rule {
    /// From the stated uncertainties through the weights: the laboratory's own claim is tested, dark uncertainty is ignored.
    Stated,
    /// (1 − 2w_i) u_i² + u²(y) with the reference value's own u(y), as in CCRI(II); w_i = 0 outside and for values that are not
    /// linear in the results, or given.
    Reference,
    /// u_i² + τ² − u²(y) inside, + u²(y) outside: dark uncertainty is recognised, the community of laboratories is described.
    DarkRecognised,
}

/// How a result depends on the reference value of a method, as the library declares it of the method.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Dependence {
    /// The weights are the reciprocal variances: u²(D) = u² − u²(y) within.
    InverseVariance,
    /// Stated uncertainties through the weights.
    FixedWeights,
    /// Dark uncertainty is part of u(y) and of u(D).
    DarkUncertainty,
    /// The method has a u(D) of its own, of its u(y) and weights.
    OwnUncertainty,
    /// A weighted sum with u(y) from the scatter of the results, whose covariance with them is not known.
    Scatter,
    /// No weighted sum, u(y) from the scatter of the results.
    NonLinear,
    /// The reference value has no part in the results, or is one of them.
    Outside,
}

impl Dependence {
    /// By its name in the library.
    pub fn named(name: &str) -> Option<Dependence> {
        Some(match name {
            "inverse-variance" => Dependence::InverseVariance,
            "fixed-weights" => Dependence::FixedWeights,
            "dark-uncertainty" => Dependence::DarkUncertainty,
            "own-uncertainty" => Dependence::OwnUncertainty,
            "scatter" => Dependence::Scatter,
            "non-linear" => Dependence::NonLinear,
            "outside" => Dependence::Outside,
            _ => return None,
        })
    }

    /// The rule of u(D) with the covariance of result and reference value; none where that covariance is not known.
    pub fn rule(self) -> Option<Rule> {
        match self {
            Dependence::InverseVariance | Dependence::FixedWeights | Dependence::Outside => {
                Some(Rule::Stated)
            }
            Dependence::DarkUncertainty => Some(Rule::DarkRecognised),
            Dependence::OwnUncertainty => Some(Rule::Reference),
            Dependence::Scatter | Dependence::NonLinear => None,
        }
    }

    /// Whether the reference value is a weighted sum of the results, so that their stated uncertainties go through the weights.
    pub fn is_linear(self) -> bool {
        !matches!(self, Dependence::NonLinear | Dependence::Outside)
    }
}

/// Deviations from the reference value, one entry per laboratory.
#[derive(Debug, Clone, PartialEq)]
pub struct Equivalence {
    pub d: Vec<f64>,
    /// Standard uncertainties of `d`.
    pub u: Vec<f64>,
}

impl Equivalence {
    /// Expanded uncertainties k·u(D).
    pub fn expanded(&self, k: f64) -> Vec<f64> {
        self.u.iter().map(|u| k * u).collect()
    }

    /// E_n = D/(k u(D)) with the same, correlated, u(D).
    pub fn normalised(&self, k: f64) -> Vec<f64> {
        self.d
            .iter()
            .zip(&self.u)
            .map(|(d, u)| d / (k * u))
            .collect()
    }
}

/// The unilateral degrees of equivalence of all laboratories.
///
/// Refused (`negative-variance`) where the rule gives a variance that is not positive: a reference value's own uncertainty taken
/// from the scatter of the results is not the one its weights imply, and for w_i > 1/2 the two cannot be combined.
pub fn unilateral(
    labs: &Laboratories,
    reference: &Consensus,
    rule: Rule,
) -> Result<Equivalence, Inapplicable> {
    let u = variances(labs, reference, rule, None)
        .into_iter()
        .zip(&labs.lab)
        .map(|(variance, lab)| root(lab, variance))
        .collect::<Result<_, _>>()?;
    Ok(Equivalence {
        d: differences(labs, reference),
        u,
    })
}

/// The unilateral degrees of equivalence of correlated results with the covariance `v` (row by row) of all laboratories, for a
/// reference value that is linear in them.
pub fn unilateral_correlated(
    labs: &Laboratories,
    reference: &Consensus,
    v: &[Vec<f64>],
) -> Equivalence {
    let covariance = covariance(labs, &reference.weights, Some(v));
    Equivalence {
        d: differences(labs, reference),
        u: (0..labs.len())
            .map(|i| covariance[i][i].max(0.0).sqrt())
            .collect(),
    }
}

/// D_i = x_i − y of all laboratories.
pub fn differences(labs: &Laboratories, reference: &Consensus) -> Vec<f64> {
    let of = |x: &f64| reference.difference(*x);
    labs.value.iter().map(of).collect()
}

/// u²(D_i) of all laboratories under `rule`, of correlated results where their covariance `v` (row by row) is given; an entry that is
/// not positive is for the caller to refuse, see [`root`].
///
/// For weights that are known the covariance of D is (I − 1wᵀ)(V + τ²I)(I − 1wᵀ)ᵀ, without τ² under [`Rule::Stated`]. Where the reference
/// value brings its own u(y), that holds what the results have in common already, and u²(D_i) = V_ii − 2(Vw)_i + u²(y).
pub fn variances(
    labs: &Laboratories,
    reference: &Consensus,
    rule: Rule,
    v: Option<&[Vec<f64>]>,
) -> Vec<f64> {
    let diagonal = |v: &[Vec<f64>]| {
        let all = covariance(labs, &reference.weights, Some(v));
        (0..labs.len()).map(|i| all[i][i]).collect()
    };
    match (rule, v) {
        (Rule::Stated, None) if reference.is_linear() => stated(labs, reference),
        (Rule::Stated | Rule::Reference, None) => own(labs, reference),
        (Rule::DarkRecognised, None) => dark(labs, reference),
        (Rule::Stated, Some(v)) if reference.is_linear() => diagonal(v),
        (Rule::DarkRecognised, Some(v)) if reference.is_linear() => {
            let mut widened = v.to_vec();
            for (i, row) in widened.iter_mut().enumerate() {
                row[i] += reference.tau * reference.tau;
            }
            diagonal(&widened)
        }
        (_, Some(v)) => {
            let variance = |i: usize| {
                let shared = sum(reference.weights.iter().zip(&v[i]).map(|(w, c)| w * c));
                v[i][i] - 2.0 * shared + reference.u * reference.u
            };
            (0..labs.len()).map(variance).collect()
        }
    }
}

/// (1 − w_i)² u_i² + Σ_{j≠i} w_j² u_j². The sums without i are put together from both sides, so nothing is subtracted.
fn stated(labs: &Laboratories, reference: &Consensus) -> Vec<f64> {
    let w = &reference.weights;
    let others = sums_without(
        &w.iter()
            .zip(&labs.u)
            .map(|(w, u)| (w * u) * (w * u))
            .collect::<Vec<_>>(),
    );
    let rest = sums_without(w);
    (0..labs.len())
        .map(|i| {
            // The weights of a linear reference value sum to one, so 1 − w_i is the sum of the others.
            let own = if w[i] == 0.0 { 1.0 } else { rest[i] };
            (own * labs.u[i]) * (own * labs.u[i]) + others[i]
        })
        .collect()
}

/// For every i the sum of all terms but the i-th.
fn sums_without(terms: &[f64]) -> Vec<f64> {
    let n = terms.len();
    let mut after = vec![0.0; n + 1];
    for i in (0..n).rev() {
        after[i] = after[i + 1] + terms[i];
    }
    let mut before = 0.0;
    (0..n)
        .map(|i| {
            let without = before + after[i + 1];
            before += terms[i];
            without
        })
        .collect()
}

fn own(labs: &Laboratories, reference: &Consensus) -> Vec<f64> {
    let variance = |i: usize| {
        (1.0 - 2.0 * reference.weights[i]) * labs.u[i] * labs.u[i] + reference.u * reference.u
    };
    (0..labs.len()).map(variance).collect()
}

fn dark(labs: &Laboratories, reference: &Consensus) -> Vec<f64> {
    let total = |i: usize| labs.u[i] * labs.u[i] + reference.tau * reference.tau;
    let sign = |i: usize| {
        if labs.in_reference[i] && reference.is_linear() {
            -1.0
        } else {
            1.0
        }
    };
    (0..labs.len())
        .map(|i| total(i) + sign(i) * reference.u * reference.u)
        .collect()
}

/// The standard uncertainty of the degree of equivalence of `lab`.
///
/// # Errors
/// `negative-variance`: a variance that is not positive.
pub fn root(lab: &str, variance: f64) -> Result<f64, Inapplicable> {
    if variance > 0.0 {
        return Ok(variance.sqrt());
    }
    Err(Inapplicable::new(
        "negative-variance",
        format!(
            "实验室 `{lab}` 的等效度方差为 {variance}，不是正数：参考值的不确定度与其权重不相容（例如由离散性得出而权重大于 1/2）；请改用由各实验室声明的不确定度传播得到的 u(D)"
        ),
        format!(
            "the variance of the degree of equivalence of `{lab}` is {variance}, which is not positive: the uncertainty of the reference value does not go with its weights (taken from dispersion, say, with a weight above 1/2); propagate the stated uncertainties instead"
        ),
    ))
}

/// Effective degrees of freedom of every D and the coverage they give.
#[derive(Debug, Clone, PartialEq)]
pub struct Coverage {
    pub dof: Vec<f64>,
    /// Two-sided t factors at the degrees of freedom as they are.
    pub k: Vec<f64>,
    /// The same at the next lower whole number.
    pub k_truncated: Vec<f64>,
}

/// Welch–Satterthwaite on the coefficients of D_i = (1 − w_i) x_i − Σ_{j≠i} w_j x_j, for independent results.
pub fn coverage(labs: &Laboratories, weights: &[f64], probability: f64) -> Coverage {
    let dof: Vec<f64> = (0..labs.len())
        .map(|i| {
            let part = |j: usize| {
                (if i == j {
                    1.0 - weights[j]
                } else {
                    -weights[j]
                }) * labs.u[j]
            };
            welch_satterthwaite(&(0..labs.len()).map(part).collect::<Vec<_>>(), &labs.dof)
        })
        .collect();
    Coverage {
        k: dof
            .iter()
            .map(|nu| coverage_factor(probability, *nu))
            .collect(),
        k_truncated: dof
            .iter()
            .map(|nu| coverage_factor(probability, truncated(*nu)))
            .collect(),
        dof,
    }
}

/// Full covariance matrix of D for fixed `weights` (sum 1): (I − 1wᵀ) V (I − 1wᵀ)ᵀ. `v` is the covariance of the results, row by
/// row; `None` for independent ones.
pub fn covariance(labs: &Laboratories, weights: &[f64], v: Option<&[Vec<f64>]>) -> Vec<Vec<f64>> {
    let n = labs.len();
    let entry = |i: usize, j: usize| match v {
        Some(v) => v[i][j],
        None if i == j => labs.u[i] * labs.u[i],
        None => 0.0,
    };
    let with_reference: Vec<f64> = match v {
        Some(_) => (0..n)
            .map(|i| sum((0..n).map(|j| entry(i, j) * weights[j])))
            .collect(),
        None => (0..n).map(|i| entry(i, i) * weights[i]).collect(),
    };
    let reference = sum((0..n).map(|i| weights[i] * with_reference[i]));
    let row = |i: usize| {
        (0..n)
            .map(|j| entry(i, j) - with_reference[i] - with_reference[j] + reference)
            .collect()
    };
    (0..n).map(row).collect()
}

/// Bilateral degrees of equivalence, row minus column.
#[derive(Debug, Clone, PartialEq)]
pub struct Bilateral {
    pub d: Vec<Vec<f64>>,
    pub u: Vec<Vec<f64>>,
}

/// D_ij = x_i − x_j with u² = V_ii + V_jj − 2V_ij. The reference value cancels: adding u²(D_i) and u²(D_j) would count it twice.
pub fn bilateral(labs: &Laboratories, v: Option<&[Vec<f64>]>) -> Bilateral {
    let n = labs.len();
    let u = |i: usize, j: usize| match v {
        _ if i == j => 0.0,
        Some(v) => (v[i][i] + v[j][j] - 2.0 * v[i][j]).max(0.0).sqrt(),
        None => labs.u[i].hypot(labs.u[j]),
    };
    let square = |entry: &dyn Fn(usize, usize) -> f64| {
        (0..n)
            .map(|i| (0..n).map(|j| entry(i, j)).collect())
            .collect()
    };
    Bilateral {
        d: square(&|i, j| labs.value[i] - labs.value[j]),
        u: square(&u),
    }
}

/// Leave-one-out deviations D*_i = x_i − y_{−i}: every result against the reference value of the others, u² = u_i² + u²(y_{−i}), less
/// twice the covariance of x_i and y_{−i} where the covariance `v` of the results is given. Source: NIST Consensus Builder User's
/// Manual (2020).
pub fn leave_one_out(
    labs: &Laboratories,
    v: Option<&[Vec<f64>]>,
    estimate: impl Fn(&Laboratories) -> Result<Consensus, Inapplicable>,
) -> Result<Equivalence, Inapplicable> {
    let mut result = Equivalence {
        d: Vec::new(),
        u: Vec::new(),
    };
    for i in 0..labs.len() {
        let mut others = labs.clone();
        others.in_reference[i] = false;
        let reference = estimate(&others)?;
        result.d.push(reference.difference(labs.value[i]));
        result.u.push(match v {
            None => labs.u[i].hypot(reference.u),
            Some(v) => {
                let shared = sum(reference.weights.iter().zip(&v[i]).map(|(w, c)| w * c));
                root(
                    &labs.lab[i],
                    v[i][i] + reference.u * reference.u - 2.0 * shared,
                )?
            }
        });
    }
    Ok(result)
}
