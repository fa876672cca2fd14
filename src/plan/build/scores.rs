//! The steps of scoring at a point: σ_pt, the criterion on u(x_pt), the scores.

use super::super::scores::{Criterion, SigmaOrigin, SigmaPt};
use super::super::{Point, Task};
use super::{Builder, method};
use crate::evaluate::proficiency::NEGLIGIBLE;
use crate::model::{self, scores as written};
use crate::source::Span;
use crate::values::unit::Unit;

/// A step to come: its name at the point, what it does, and the place that demands it under its key.
pub(super) struct Ordered {
    pub name: String,
    pub task: Task,
    pub clause: (String, Span),
}

impl Builder<'_> {
    /// What comes between the degrees of equivalence and the verdict at a point.
    pub(super) fn scoring(&self, measurand: &model::Measurand, point: &Point) -> Vec<Ordered> {
        let evaluation = &self.protocol.evaluation;
        let mut steps = Vec::new();
        let divides = |s: &&model::Score| matches!(s.name.as_str(), "z" | "z-prime");
        let ordered = evaluation.scores.iter().find(divides);
        let sigma = (evaluation.sigma_pt.iter()).find(|s| s.holds_at(&measurand.id, &point.id));
        if let (Some(score), Some(sigma)) = (ordered, sigma)
            && let Some(task) = sigma_pt(sigma, &measurand.unit)
        {
            steps.push(Ordered {
                name: "sigma-pt".to_owned(),
                task: Task::SigmaPt(task),
                clause: (format!("evaluation.sigma-pt.{}", point.id), sigma.at),
            });
            steps.push(criterion(evaluation, score));
        }
        let mut scores: Vec<&model::Score> = evaluation.scores.iter().collect();
        scores.sort_by(|a, b| a.name.cmp(&b.name));
        steps.extend(scores.into_iter().map(|score| Ordered {
            name: score.name.clone(),
            task: Task::Score {
                score: score.name.clone(),
                k: score.k,
                denominator: score.denominator.clone(),
            },
            clause: (format!("evaluation.score.{}", score.name), score.at),
        }));
        steps
    }
}

/// The criterion as written; without one, that of the standard is stated.
fn criterion(evaluation: &model::Evaluation, score: &model::Score) -> Ordered {
    let written = evaluation.assigned_uncertainty.as_ref();
    Ordered {
        name: "assigned-uncertainty".to_owned(),
        task: Task::AssignedUncertainty(Criterion {
            factor: written.map_or(NEGLIGIBLE, |w| w.factor),
            otherwise: written.map_or_else(|| "state".to_owned(), |w| w.otherwise.clone()),
        }),
        clause: (
            "evaluation.assigned-uncertainty".to_owned(),
            written.map_or(score.at, |w| w.at),
        ),
    }
}

/// σ_pt in the measurand's unit; none when a quantity is of another kind, which the check reports.
pub(super) fn sigma_pt(written: &written::SigmaPt, unit: &Unit) -> Option<SigmaPt> {
    let in_unit = |q: &model::Quantity| Some(q.value.convert_interval_to(unit).ok()?.value());
    let bound = |q: &Option<model::Quantity>| match q {
        Some(q) => in_unit(q).map(Some),
        None => Some(None),
    };
    let origin = match &written.origins.first()?.value {
        written::SigmaOrigin::Stated(q) => SigmaOrigin::Stated { value: in_unit(q)? },
        written::SigmaOrigin::Fraction(fraction) => SigmaOrigin::Fraction {
            fraction: *fraction,
        },
        written::SigmaOrigin::Limit(q) => SigmaOrigin::Limit { limit: in_unit(q)? },
        written::SigmaOrigin::Precision {
            reproducibility,
            repeatability,
            replicates,
        } => SigmaOrigin::Precision {
            reproducibility: in_unit(reproducibility)?,
            repeatability: in_unit(repeatability)?,
            replicates: *replicates,
        },
        written::SigmaOrigin::Method(of) => match of.path.rsplit('.').next() {
            Some("sigma-horwitz") => SigmaOrigin::Model {
                method: method(of),
                unit: unit.factor().to_f64(),
            },
            _ => SigmaOrigin::Results { method: method(of) },
        },
    };
    Some(SigmaPt {
        origin,
        floor: bound(&written.floor)?,
        ceiling: bound(&written.ceiling)?,
        basis: written.basis.clone(),
    })
}
