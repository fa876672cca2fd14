//! Results of the typed functions under the names that reports use.

use super::Consensus;
use crate::evaluate::consistency::{ChiSquared, birge_limit, birge_ratio};
use crate::evaluate::equivalence::{Coverage, Equivalence, bilateral, covariance};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Quantities;

/// Labels of the given rows.
pub(super) fn names(labs: &Laboratories, rows: &[usize]) -> Vec<String> {
    rows.iter().map(|row| labs.lab[*row].clone()).collect()
}

/// `lab`, then `reference.value`, `.u`, `.dof_eff`, `.tau`, `.weights`.
pub(super) fn reference(q: &mut Quantities, labs: &Laboratories, reference: &Consensus) {
    q.words("lab", labs.lab.clone());
    q.number("reference.value", reference.value);
    q.number("reference.u", reference.u);
    q.number("reference.dof_eff", reference.dof);
    if reference.tau > 0.0 {
        q.number("reference.tau", reference.tau);
    }
    if reference.is_linear() {
        q.numbers("reference.weights", reference.weights.clone());
    }
}

/// A percentage as part of a name: 0.05 gives `95` for the complement.
fn percent(probability: f64) -> String {
    format!("{}", (1e8 * probability).round() / 1e6)
}

/// `chi2.*` and `birge.*` of a test.
pub(super) fn test(q: &mut Quantities, test: &ChiSquared) {
    q.number("chi2.observed", test.observed);
    q.number("chi2.dof", test.dof);
    q.number("chi2.p_right", test.p_right);
    q.number("chi2.p_left", test.p_left);
    q.number(
        &format!("chi2.critical_{}", percent(1.0 - test.significance)),
        test.critical,
    );
    q.flag("chi2.consistent", test.consistent);
    q.number("birge.ratio", birge_ratio(test.observed, test.dof));
    q.number("birge.limit_k2", birge_limit(test.dof));
}

/// `doe.D`, `doe.u`, `doe.U` = k u and `doe.En_kK`.
pub(super) fn equivalence(q: &mut Quantities, doe: &Equivalence, k: f64) {
    q.numbers("doe.D", doe.d.clone());
    q.numbers("doe.u", doe.u.clone());
    q.numbers("doe.U", doe.expanded(k));
    q.numbers(&format!("doe.En_k{k}"), doe.normalised(k));
}

/// `doe.dof_eff`, `doe.k95`, `doe.U95` and the factors at truncated degrees of freedom.
pub(super) fn coverage(q: &mut Quantities, doe: &Equivalence, coverage: &Coverage) {
    q.numbers("doe.dof_eff", coverage.dof.clone());
    q.numbers("doe.k95", coverage.k.clone());
    q.numbers(
        "doe.U95",
        doe.u
            .iter()
            .zip(&coverage.k)
            .map(|(u, k)| u * k)
            .collect::<Vec<_>>(),
    );
    q.numbers("doe.k95_truncated_dof", coverage.k_truncated.clone());
}

/// `doe.covariance`, `doe.bilateral.D`, `doe.bilateral.u`.
pub(super) fn matrices(
    q: &mut Quantities,
    labs: &Laboratories,
    weights: &[f64],
    v: Option<&[Vec<f64>]>,
) {
    let pairs = bilateral(labs, v);
    q.matrix("doe.covariance", covariance(labs, weights, v));
    q.matrix("doe.bilateral.D", pairs.d);
    q.matrix("doe.bilateral.u", pairs.u);
}
