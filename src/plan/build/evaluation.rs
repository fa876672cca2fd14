//! The steps of the evaluation, in an order in which they can be carried out.

use super::super::vector::VectorReference;
use super::super::{Certified, Members, Point, Step, Task};
use super::{Builder, action, method, points, sorted, sorted_measurands};
use crate::evaluate::reference::named;
use crate::model::{self, Protocol};
use crate::source::Span;

/// Draws and seed of a Monte Carlo check that states none.
const DRAWS: u64 = 1_000_000;
const SEED: u64 = 1;

impl Builder<'_> {
    pub(super) fn steps(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut verdicts = Vec::new();
        for measurand in sorted_measurands(self.protocol) {
            let points = points(measurand);
            let together = self.all_points_together();
            let mut gathered = Vec::new();
            // Where reference values are determined together, what goes into them comes before all that rests on them.
            for point in &points {
                gathered.push(self.gather(measurand, point, &mut steps));
                if !together && let Some(gathered) = gathered.pop() {
                    self.rest(measurand, point, gathered, &mut steps);
                }
            }
            if let Some(step) = self.vector_reference(measurand, &points, &gathered) {
                let id = step.id.clone();
                steps.push(step);
                for (point, mut gathered) in points.iter().zip(gathered) {
                    gathered.reference.clone_from(&id);
                    self.rest(measurand, point, gathered, &mut steps);
                }
            }
            verdicts.extend(points.iter().map(|point| format!("{}.verdict", point.id)));
        }
        self.judge_jointly(&mut steps);
        let acceptance = &self.protocol.acceptance;
        let clause = self.clause(
            "acceptance.laboratory",
            acceptance.laboratory_at.unwrap_or(acceptance.at),
        );
        let judged = "laboratory.verdict".to_owned();
        steps.push(Step {
            id: judged.clone(),
            measurand: None,
            point: None,
            task: Task::JudgeLaboratory,
            inputs: verdicts,
            clause,
        });
        let at = self
            .protocol
            .sanctions
            .first()
            .map_or(acceptance.at, |c| c.at);
        let clause = self.clause("sanctions", at);
        let id = "laboratory.consequences".to_owned();
        steps.push(Step {
            id,
            measurand: None,
            point: None,
            task: Task::Consequences,
            inputs: vec![judged],
            clause,
        });
        self.screens(&mut steps);
        steps
    }

    /// Whether the reference values of all points of a measurand are determined together.
    fn all_points_together(&self) -> bool {
        let path = &self.protocol.evaluation.reference.method.path;
        path.rsplit('.').next() == Some(named::OF_ALL_POINTS)
    }

    /// The step that determines the reference values of all points together.
    fn vector_reference(
        &mut self,
        measurand: &model::Measurand,
        points: &[Point],
        gathered: &[Gathered],
    ) -> Option<Step> {
        if gathered.is_empty() {
            return None;
        }
        let reference = &self.protocol.evaluation.reference;
        let own = |id: &String| points.iter().any(|p| p.id == *id);
        let mut correlations: Vec<(String, String, f64)> = (reference.correlations.iter())
            .map(|(first, second, r, _)| {
                let (a, b) = (first.point.clone(), second.point.clone());
                if a <= b { (a, b, *r) } else { (b, a, *r) }
            })
            .filter(|(a, b, _)| own(a) && own(b))
            .collect();
        correlations.sort_by(|x, y| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
        let clause = self.clause("evaluation.reference", reference.at);
        Some(Step {
            id: format!("{}.vector-reference", measurand.id),
            measurand: Some(measurand.id.clone()),
            point: None,
            task: Task::VectorReference(VectorReference {
                method: method(&reference.method),
                points: points.iter().map(|p| p.id.clone()).collect(),
                correlations,
            }),
            inputs: gathered.iter().map(|g| g.reference.clone()).collect(),
            clause,
        })
    }

    /// The steps of a point up to the one of the reference value.
    fn gather(
        &mut self,
        measurand: &model::Measurand,
        point: &Point,
        steps: &mut Vec<Step>,
    ) -> Gathered {
        let protocol = self.protocol;
        let evaluation = &protocol.evaluation;
        let mut add = |name: &str, task: Task, inputs: Vec<String>, clause: String| -> String {
            add_step(steps, measurand, point, (name, task), inputs, clause)
        };
        let artefact = protocol.artefacts.iter().find(|a| {
            a.measures.iter().any(|(id, points)| {
                *id == measurand.id && (points.is_empty() || points.contains(&point.id))
            })
        });
        let clause = self.clause(
            format!("point.{}", point.id),
            place_of(measurand, &point.id),
        );
        let results = add(
            "results",
            Task::Collect {
                artefact: artefact.map(|a| a.id.clone()),
            },
            Vec::new(),
            clause,
        );
        if let Some(precision) = &evaluation.precision {
            let clause = self.clause("evaluation.precision", precision.at);
            let method = method(precision);
            add(
                "precision",
                Task::Precision { method },
                vec![results.clone()],
                clause,
            );
        }
        let mut inputs = vec![results.clone()];
        if let Some((task, at)) = drift(protocol, &point.id) {
            let clause = self.clause("drift", at);
            inputs.push(add("drift", task, vec![results.clone()], clause));
        }
        if let Some(outliers) = &evaluation.outliers {
            let clause = self.clause("evaluation.outliers", outliers.at);
            inputs.push(add(
                "outliers",
                Task::Outliers {
                    method: method(outliers),
                },
                inputs.clone(),
                clause,
            ));
        }
        let reference = &evaluation.reference;
        let clause = self.clause("evaluation.reference", reference.at);
        let task = Task::Reference {
            method: method(&reference.method),
            consistency: reference.consistency.as_ref().map(method),
            otherwise: (reference.otherwise.as_ref()).map(|other| Box::new(method(other))),
            members: members(reference, point),
            certified: reference
                .certified
                .iter()
                .find(|c| c.measurand == measurand.id && c.point == point.id)
                .map(|c| Certified {
                    value: c.value,
                    u: c.u,
                }),
            include: sorted(
                evaluation
                    .include
                    .iter()
                    .map(|(name, _)| name.clone())
                    .collect(),
            ),
            correlations: correlations(evaluation),
        };
        let reference = add("reference", task, inputs.clone(), clause);
        Gathered {
            results,
            inputs,
            reference,
        }
    }

    /// The steps of a point that rest on its reference value.
    fn rest(
        &mut self,
        measurand: &model::Measurand,
        point: &Point,
        gathered: Gathered,
        steps: &mut Vec<Step>,
    ) {
        let protocol = self.protocol;
        let evaluation = &protocol.evaluation;
        let link = self.link(measurand, point);
        let Gathered {
            results,
            inputs,
            reference,
        } = gathered;
        let mut add = |name: &str, task: Task, inputs: Vec<String>, clause: String| -> String {
            add_step(steps, measurand, point, (name, task), inputs, clause)
        };
        let kinds = if evaluation.equivalence.is_empty() {
            vec!["unilateral".to_owned()]
        } else {
            sorted(
                evaluation
                    .equivalence
                    .iter()
                    .map(|(kind, _)| kind.clone())
                    .collect(),
            )
        };
        let score_at = evaluation.scores.first().map_or(evaluation.at, |s| s.at);
        let clause = self.clause(
            "evaluation.equivalence",
            evaluation
                .equivalence
                .first()
                .map_or(score_at, |(_, at)| *at),
        );
        let divides = |s: &&model::Score| matches!(s.name.as_str(), "En" | "zeta");
        let scores = &evaluation.scores;
        let first = scores.iter().find(divides).or(scores.first());
        let k = first.map_or(2.0, |s| s.k);
        let denominator = first
            .map_or("with-covariance", |s| s.denominator.as_str())
            .to_owned();
        let task = Task::Equivalence {
            kinds,
            k,
            denominator,
        };
        let formed = vec![results, reference.clone()];
        let included = reference.clone();
        let mut equivalence = add("equivalence", task, formed, clause);
        if let Some((method, draws, seed)) = &evaluation.check {
            let (draws, seed) = (draws.unwrap_or(DRAWS), seed.unwrap_or(SEED));
            let clause = self.clause("evaluation.check", method.at);
            let inputs = vec![reference, equivalence.clone()];
            add(
                "monte-carlo",
                Task::MonteCarlo { draws, seed },
                inputs,
                clause,
            );
        }
        if let Some((link, at)) = link {
            let clause = self.clause("evaluation.link", at);
            // The link needs no reference value of this comparison's own, but what is included there counts here too.
            let mut inputs = inputs;
            if !evaluation.include.is_empty() {
                inputs.push(included);
            }
            equivalence = add("link", Task::Link(link), inputs, clause);
        }
        let mut judged = Vec::new();
        let mut inputs = vec![equivalence.clone()];
        for step in self.scoring(measurand, point) {
            let clause = self.clause(step.clause.0, step.clause.1);
            let is_score = matches!(step.task, Task::Score { .. });
            let id = add(&step.name, step.task, inputs.clone(), clause);
            if is_score {
                judged.push(id);
            } else {
                inputs.push(id);
            }
        }
        let acceptance = &protocol.acceptance;
        let clause = self.clause(
            "acceptance.point",
            acceptance.point_at.unwrap_or(acceptance.at),
        );
        if judged.is_empty() {
            judged.push(equivalence);
        }
        add("verdict", Task::JudgePoint, judged, clause);
    }
}

/// What the steps of a point give to those that rest on its reference value, by their names.
struct Gathered {
    results: String,
    /// What the reference value is determined of.
    inputs: Vec<String>,
    reference: String,
}

fn add_step(
    steps: &mut Vec<Step>,
    measurand: &model::Measurand,
    point: &Point,
    (name, task): (&str, Task),
    inputs: Vec<String>,
    clause: String,
) -> String {
    let id = format!("{}.{name}", point.id);
    steps.push(Step {
        id: id.clone(),
        measurand: Some(measurand.id.clone()),
        point: Some(point.id.clone()),
        task,
        inputs,
        clause,
    });
    id
}

fn place_of(measurand: &model::Measurand, point: &str) -> Span {
    measurand
        .points
        .iter()
        .find(|p| p.id == point)
        .map_or(measurand.at, |p| p.at)
}

/// The step that follows the transfer standard at a point, and the place that asks for it.
fn drift(protocol: &Protocol, point: &str) -> Option<(Task, Span)> {
    let stability = protocol.stability.as_ref();
    let measured = |m: &&model::Measurand| m.points.iter().any(|p| p.id == point);
    let unit = protocol.measurands.iter().find(measured).map(|m| &m.unit);
    let repeatability = stability
        .zip(unit)
        .and_then(|(s, unit)| model::bound_at(&s.repeatability, point, unit));
    if let Some(ordered) = &protocol.evaluation.drift {
        return Some((
            Task::Drift {
                limit: None,
                action: action(ordered),
                repeatability,
            },
            ordered.at,
        ));
    }
    let stability = stability?;
    let otherwise = stability.otherwise.as_ref()?;
    let limit = stability.limit.as_ref();
    let task = Task::Drift {
        limit: limit.map(|c| c.term.clone()),
        action: action(otherwise),
        repeatability,
    };
    Some((task, limit.map_or(otherwise.at, |c| c.at)))
}

fn members(reference: &model::Reference, point: &Point) -> Members {
    let (only, only_because) = reference.only.clone().unwrap_or_default();
    Members {
        only: sorted(only.into_iter().map(|l| l.value).collect()),
        only_because,
        without: reference
            .without
            .iter()
            .flat_map(|(labs, reason)| labs.iter().map(move |l| (l.value.clone(), reason.clone())))
            .collect(),
        largest_expanded: point.largest_expanded,
    }
}

fn correlations(evaluation: &model::Evaluation) -> Vec<(String, String, f64)> {
    let pair = |a: &String, b: &String| {
        if a <= b {
            (a.clone(), b.clone())
        } else {
            (b.clone(), a.clone())
        }
    };
    let mut list: Vec<(String, String, f64)> = evaluation
        .correlations
        .iter()
        .map(|(a, b, r, _)| {
            let (a, b) = pair(a, b);
            (a, b, *r)
        })
        .collect();
    list.sort_by(|x, y| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
    list
}
