//! Checks reference value and degrees of equivalence by propagation of distributions; no verdict depends on it.

use super::super::outcome::{Equivalence, MonteCarlo, Propagated};
use super::PointRun;
use super::reference::Formed;
use crate::evaluate::equivalence::Dependence;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::Basis;
use crate::evaluate::sampling::propagation::{Drawn, Model, compare, propagate};
use crate::plan::Step;
use crate::text::Text;

/// Coverage factor of the reference value's interval.
const K: f64 = 2.0;

impl PointRun {
    pub(super) fn monte_carlo(
        &mut self,
        step: &Step,
        draws: u64,
        seed: u64,
    ) -> Result<(), Inapplicable> {
        let Some(formed) = &self.formed else {
            return Ok(());
        };
        let mut check = MonteCarlo {
            step: step.id.clone(),
            draws: 0,
            seed,
            notes: Vec::new(),
            reference: None,
            laboratories: Default::default(),
            clause: step.clause.clone(),
        };
        if let Some(reason) = not_propagated(formed, &self.labs.u) {
            check.notes.push(reason);
            self.outcome.monte_carlo = Some(check);
            return Ok(());
        }
        let equivalences: Vec<Option<&Equivalence>> = (self.outcome.results.iter())
            .map(|r| r.equivalence.as_ref())
            .collect();
        let k = equivalences.iter().flatten().next().map_or(K, |e| e.k);
        let model = self.model(formed);
        let found = propagate(&model, k, seed, draws as usize)?;
        check.draws = found.draws;
        check.notes = self.notes(formed, &model);
        let beside = |drawn: &Drawn, value: f64, u: f64| {
            let compared = compare(drawn, u, found.draws);
            Propagated {
                mean: value + drawn.mean,
                sd: drawn.sd,
                low: value + drawn.low,
                high: value + drawn.high,
                k: drawn.k,
                d_low: compared.d_low,
                d_high: compared.d_high,
                tolerance: compared.tolerance,
                standard_error: compared.standard_error,
                agreement: compared.agreement,
            }
        };
        let of_scatter = formed.consensus.basis == Basis::Dispersion;
        check.reference = (self.outcome.reference.as_ref())
            .filter(|r| !of_scatter && r.u > 0.0)
            .map(|r| beside(&found.reference, r.value, r.u));
        for (row, equivalence) in equivalences.into_iter().enumerate() {
            if let Some(e) = equivalence.filter(|e| e.u > 0.0) {
                let drawn = beside(&found.differences[row], e.d, e.u);
                check.laboratories.insert(self.labs.lab[row].clone(), drawn);
            }
        }
        self.outcome.monte_carlo = Some(check);
        Ok(())
    }

    fn model(&self, formed: &Formed) -> Model {
        let consensus = &formed.consensus;
        let given = consensus.basis == Basis::Given && !consensus.is_linear();
        Model {
            u: self.labs.u.clone(),
            dof: self.labs.dof.clone(),
            covariance: self.covariance.clone(),
            weights: consensus.weights.clone(),
            u_given: if given { consensus.u } else { 0.0 },
            tau: consensus.tau,
            dark_differences: formed.method.dependence == Some(Dependence::DarkUncertainty),
            u_standard: self.u_standard,
            u_standard_reference: self.u_in_reference(),
        }
    }

    /// What the draws leave as it is.
    fn notes(&self, formed: &Formed, model: &Model) -> Vec<Text> {
        let mut notes = Vec::new();
        let mut note = |holds: bool, zh: &str, en: &str| {
            if holds {
                notes.push(Text::new(zh, en));
            }
        };
        let excluded = self.outcome.results.iter().any(|r| r.left_out.is_some());
        note(
            excluded,
            "剔除的结果和一致子集保持不变，未随抽样重新选取",
            "excluded results and the consistent subset are held and not chosen anew on every draw",
        );
        note(
            model.tau > 0.0,
            "暗不确定度及由它得出的权保持不变",
            "dark uncertainty, and the weights that follow from it, are held",
        );
        note(
            formed.consensus.basis == Basis::Dispersion,
            "参考值的不确定度由结果的离散度得出，不能由各结果的不确定度传播得到，未作比较",
            "the uncertainty of the reference value is taken from the scatter of the results, does not follow from their uncertainties, and is not compared",
        );
        note(
            model.covariance.is_none() && model.dof.iter().any(|dof| dof.is_finite()),
            "自由度有限的结果按 t 分布抽样；与之比较的区间取有效自由度下的 t 因子（GUM G.4），不取方案的包含因子：自由度少时固定的包含因子对应的包含概率较低，这不是传播的差错",
            "results with finite degrees of freedom are drawn from t distributions; the interval beside them takes Student's t at the effective degrees of freedom (GUM, G.4) and not the coverage factor of the protocol: with few degrees of freedom a fixed factor has a lower probability, which is no fault of the propagation",
        );
        note(
            model.covariance.is_some() && model.dof.iter().any(|dof| dof.is_finite()),
            "结果相关，按联合正态分布抽样，未计自由度",
            "the results are correlated and drawn from a joint normal distribution; degrees of freedom are not counted",
        );
        notes
    }
}

/// Why nothing can be propagated, if nothing can.
fn not_propagated(formed: &Formed, u: &[f64]) -> Option<Text> {
    let consensus = &formed.consensus;
    if u.iter().any(|u| !u.is_finite()) {
        return Some(Text::new(
            "有的结果没有不确定度，未作核验",
            "not checked: there are results without uncertainty",
        ));
    }
    if formed.variances.is_some() {
        return Some(Text::new(
            "各测量点的参考值一并确定，不是本点结果的加权和，未作核验",
            "not checked: the reference values of all points were determined together and are no weighted sums of the results of their own point",
        ));
    }
    let own = formed.method.dependence == Some(Dependence::OwnUncertainty);
    let linear = consensus.is_linear() || consensus.basis == Basis::Given;
    (!linear || own).then(|| {
        let path = &formed.method.path;
        Text::new(
            format!("`{path}` 的参考值不是各结果以其不确定度加权的和，或自带不确定度，不能由各结果的不确定度传播得到，未作核验"),
            format!("not checked: the reference value of `{path}` is no weighted sum of the results, or brings an uncertainty of its own, which does not follow from theirs"),
        )
    })
}
