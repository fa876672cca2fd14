//! Judges every laboratory over all its points together: the adjusted probability `p_joint` at each of them.

use std::collections::{BTreeMap, BTreeSet};

use super::super::outcome::{Failure, Score, Vector};
use super::PointRun;
use super::vector::Between;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::risk::multiplicity::{adjust, two_sided};
use crate::evaluate::vector::joint::{AtPoint, between, chi_squared};
use crate::plan::Step;
use crate::plan::joint::{Joint, Procedure};
use crate::text::Text;

/// The name under which rules, tables and reasons know the probability.
const NAME: &str = "p_joint";

pub(super) fn carry_out(
    step: &Step,
    order: &Joint,
    points: &mut [PointRun],
    vectors: &[Vector],
    reported: &BTreeMap<String, Vec<(String, String, f64)>>,
) {
    let between_points = Between {
        reported,
        declared: &order.correlations,
    };
    let laboratories: BTreeSet<String> = (points.iter())
        .flat_map(|p| p.labs.lab.iter().cloned())
        .collect();
    // A point without differences would leave the family smaller than the level is stated for.
    let lacking = points.iter().find(|p| {
        (step.inputs.iter())
            .any(|input| p.undone.contains(input) && input.starts_with(&p.outcome.point))
    });
    if let Some(point) = lacking {
        let id = point.outcome.point.clone();
        let reason = Text::new(
            format!("测量点 `{id}` 没有等效度，不能共同评定"),
            format!(
                "there are no degrees of equivalence at point `{id}`, and so no joint judgement"
            ),
        );
        fail(step, "no-differences", reason, points);
        return;
    }
    for laboratory in laboratories {
        match probabilities(
            &laboratory,
            order.procedure,
            points,
            vectors,
            between_points,
        ) {
            Ok(found) => {
                for (point, row, value) in found {
                    let score = Score {
                        step: step.id.clone(),
                        value,
                        denominator: "joint".to_owned(),
                        instead_of: None,
                        clause: step.clause.clone(),
                    };
                    let result = &mut points[point].outcome.results[row];
                    result.scores.insert(NAME.to_owned(), score);
                }
            }
            Err(refusal) => {
                fail(step, refusal.kind, refusal.reason, points);
                return;
            }
        }
    }
}

fn fail(step: &Step, kind: &str, reason: Text, points: &mut [PointRun]) {
    for point in points.iter_mut() {
        point.undone.insert(step.id.clone());
    }
    if let Some(first) = points.first_mut() {
        first.outcome.failures.push(Failure {
            step: step.id.clone(),
            kind: kind.to_owned(),
            reason,
        });
    }
}

/// Index of the point, row of the laboratory there, and its joint probability.
fn probabilities(
    laboratory: &str,
    procedure: Procedure,
    points: &[PointRun],
    vectors: &[Vector],
    between_points: Between<'_>,
) -> Result<Vec<(usize, usize, f64)>, Inapplicable> {
    let mut places = Vec::new();
    let mut p = Vec::new();
    for (index, point) in points.iter().enumerate() {
        let row = point.labs.lab.iter().position(|lab| lab == laboratory);
        let judged = row.and_then(|row| Some((row, point.outcome.results[row].judged()?)));
        if let Some((row, e)) = judged {
            places.push((index, row));
            p.push(two_sided(e.d / e.u));
        }
    }
    if places.is_empty() {
        return Ok(Vec::new());
    }
    let adjusted = match procedure {
        Procedure::Bonferroni => adjust(&p).bonferroni,
        Procedure::Sidak => adjust(&p).sidak,
        Procedure::Holm => adjust(&p).holm,
        Procedure::ChiSquared => {
            vec![of_vector(laboratory, points, &places, vectors, between_points)?; places.len()]
        }
    };
    let joined = places.into_iter().zip(adjusted);
    Ok(joined.map(|((point, row), p)| (point, row, p)).collect())
}

fn of_vector(
    laboratory: &str,
    points: &[PointRun],
    places: &[(usize, usize)],
    vectors: &[Vector],
    between_points: Between<'_>,
) -> Result<f64, Inapplicable> {
    let mut at: Vec<AtPoint> = Vec::new();
    for (index, row) in places {
        let point = &points[*index];
        let linked = point.outcome.results[*row].linked.is_some();
        if (point.covariance.is_some() || linked) && !between_points.is_empty() {
            return Err(Inapplicable::new(
                "correlated-laboratories",
                "各实验室的结果彼此相关（例如按漂移修正过），不同实验室在不同测量点的结果之间的协方差未知，不能用卡方共同评定；改用 Holm",
                "results of different laboratories are correlated (corrected for drift, say), and their covariance between points is unknown; judge with Holm instead of chi-squared",
            ));
        }
        let (Some(formed), Some(e)) = (&point.formed, point.outcome.results[*row].judged()) else {
            continue;
        };
        at.push(AtPoint {
            labs: &point.labs.lab,
            u: &point.labs.u,
            weights: &formed.consensus.weights,
            d: e.d,
            u_d: e.u,
        });
    }
    let name = |p: usize| {
        let place = places.get(p).map(|(index, _)| *index);
        place.map_or("", |index| points[index].outcome.point.as_str())
    };
    let covariance = |p: usize, q: usize| {
        // Reference values determined together bring the covariance of the differences along.
        let known = (vectors.iter()).find_map(|v| v.covariance(laboratory, name(p), name(q)));
        known.unwrap_or_else(|| {
            between(laboratory, &at[p], &at[q], |lab| {
                between_points.r(lab, name(p), name(q))
            })
        })
    };
    Ok(chi_squared(&at, covariance)?.p_right)
}
