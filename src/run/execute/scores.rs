//! The standard deviation for proficiency assessment, the criterion on the uncertainty of the assigned value, and the scores.

use super::super::outcome::{Criterion, LaboratoryResult, Score, SigmaPt};
use super::PointRun;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::proficiency::{between_limits, from_precision, horwitz};
use crate::plan::{Step, scores as ordered};

/// σ_pt before its limits, from the assigned value where it depends on one; none when it comes from the results.
pub(in crate::run) fn given_sigma(
    origin: &ordered::SigmaOrigin,
    x_pt: f64,
) -> Result<Option<f64>, Inapplicable> {
    use ordered::SigmaOrigin as Origin;
    Ok(Some(match origin {
        Origin::Stated { value } => *value,
        Origin::Fraction { fraction } => fraction * x_pt.abs(),
        Origin::Limit { limit } => limit / 3.0,
        Origin::Precision {
            reproducibility,
            repeatability,
            replicates,
        } => from_precision(*reproducibility, *repeatability, *replicates)?,
        Origin::Model { unit, .. } => horwitz(x_pt * unit)? / unit,
        Origin::Results { .. } => return Ok(None),
    }))
}

impl PointRun {
    pub(super) fn sigma_pt(
        &mut self,
        step: &Step,
        order: &ordered::SigmaPt,
    ) -> Result<(), Inapplicable> {
        let Some(x_pt) = self.outcome.reference.as_ref().map(|r| r.value) else {
            return Ok(());
        };
        let found = self.sigma_of(&order.origin, x_pt)?;
        let value = between_limits(found, order.floor, order.ceiling)?;
        if !(value.is_finite() && value > 0.0) {
            return Err(Inapplicable::new(
                "no-sigma",
                format!("能力评定标准差为 {value}，不能作为分母；请改用其他来源，或规定下限"),
                format!(
                    "the standard deviation for proficiency assessment comes out as {value}, which nothing can be divided by; take another origin, or set a floor"
                ),
            ));
        }
        self.outcome.sigma_pt = Some(SigmaPt {
            step: step.id.clone(),
            value,
            origin: order.origin.clone(),
            unbounded: (value != found).then_some(found),
            basis: order.basis.clone(),
            clause: step.clause.clone(),
            criterion: None,
        });
        Ok(())
    }

    fn sigma_of(&self, origin: &ordered::SigmaOrigin, x_pt: f64) -> Result<f64, Inapplicable> {
        if let Some(sigma) = given_sigma(origin, x_pt)? {
            return Ok(sigma);
        }
        let ordered::SigmaOrigin::Results { method } = origin else {
            return Ok(f64::NAN);
        };
        self.estimate(method, &self.labs)?.s.ok_or_else(|| {
            Inapplicable::new(
                "no-sigma",
                format!("方法 `{}` 不给出标准偏差", method.path),
                format!("method `{}` gives no standard deviation", method.path),
            )
        })
    }

    pub(super) fn assigned_uncertainty(&mut self, step: &Step, order: &ordered::Criterion) {
        let u = self.outcome.reference.as_ref().map_or(f64::NAN, |r| r.u);
        let Some(sigma) = &mut self.outcome.sigma_pt else {
            return;
        };
        let ratio = u / sigma.value;
        let negligible = ratio < order.factor;
        sigma.criterion = Some(Criterion {
            step: step.id.clone(),
            ratio,
            factor: order.factor,
            negligible,
            otherwise: order.otherwise.clone(),
            clause: step.clause.clone(),
        });
        if !negligible && order.otherwise == "halt" {
            self.undone.insert(step.id.clone());
        }
    }

    pub(super) fn score(
        &mut self,
        step: &Step,
        score: &str,
        k: f64,
        denominator: &str,
    ) -> Result<(), Inapplicable> {
        let sigma = self.outcome.sigma_pt.as_ref();
        let too_uncertain = sigma
            .and_then(|s| s.criterion.as_ref())
            .is_some_and(|c| !c.negligible && c.otherwise == "z-prime");
        let name = match score {
            "z" if too_uncertain => "z-prime",
            other => other,
        };
        let divides = matches!(name, "z" | "z-prime");
        if divides && sigma.is_none() {
            return Err(Inapplicable::new(
                "no-sigma",
                "没有能力评定标准差，不能计算评分；写 `能力评定标准差 …`",
                "there is no standard deviation for proficiency assessment to form the score with; write `sigma-pt …`",
            ));
        }
        let scale = Scale {
            name,
            k,
            form: denominator,
            u_ref: self.outcome.u_reference(),
            sigma: sigma.map_or(f64::NAN, |s| s.value),
        };
        let u: Vec<Option<f64>> = (0..self.labs.len())
            .map(|row| self.u_of_deviation(row, denominator))
            .collect();
        let denominator = match name {
            "z" => "sigma-pt",
            "z-prime" => "sigma-pt-and-u-ref",
            _ => denominator,
        };
        for (result, u) in self.outcome.results.iter_mut().zip(u) {
            let Some(d) = result.difference() else {
                continue;
            };
            // A score that divides by u(D) is not formed where that cannot be; why stands with the degrees of equivalence.
            let Some(value) = scale.of(result, d, u) else {
                continue;
            };
            let entry = Score {
                step: step.id.clone(),
                value,
                denominator: denominator.to_owned(),
                instead_of: (name != score).then(|| score.to_owned()),
                clause: step.clause.clone(),
            };
            result.scores.insert(name.to_owned(), entry);
        }
        Ok(())
    }
}

/// What a deviation is divided by.
struct Scale<'a> {
    name: &'a str,
    k: f64,
    form: &'a str,
    u_ref: f64,
    sigma: f64,
}

impl Scale<'_> {
    /// The score of a deviation `d` with the standard uncertainty `u`; none where it divides by `u` and there is none.
    fn of(&self, result: &LaboratoryResult, d: f64, u: Option<f64>) -> Option<f64> {
        Some(match (self.name, self.form) {
            ("En", "as-reported") => d / self.stated(result).hypot(self.k * self.u_ref),
            ("En", _) => d / (self.k * u?),
            ("zeta", _) => d / u?,
            ("z", _) => d / self.sigma,
            _ => d / self.sigma.hypot(self.u_ref),
        })
    }

    /// The expanded uncertainty that the laboratory states; one stated as a standard uncertainty is expanded by the factor of the score.
    fn stated(&self, result: &LaboratoryResult) -> f64 {
        let k = if result.k == 1.0 { self.k } else { result.k };
        k * result.u.unwrap_or(f64::NAN)
    }
}
