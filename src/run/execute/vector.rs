//! The reference values of several points, determined together.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, DVector};

use super::super::outcome::{JointTest, Vector, VectorDifferences};
use super::reference::Determined;
use super::{PointRun, last};
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::{Consensus, named};
use crate::evaluate::vector::reference::{Results, VectorReference, vector_reference};
use crate::numeric::distribution::chi_squared_sf;
use crate::numeric::least_squares::rows;
use crate::plan::vector::VectorReference as Order;
use crate::plan::{Method, Step};

/// Correlation coefficients of results at two points: reported by the laboratory, else declared for all.
#[derive(Clone, Copy)]
pub(super) struct Between<'a> {
    pub(super) reported: &'a BTreeMap<String, Vec<Pair>>,
    pub(super) declared: &'a [Pair],
}

/// Two points and a correlation coefficient.
type Pair = (String, String, f64);

impl Between<'_> {
    /// The coefficient of a laboratory's results at two points, zero where there is none.
    pub(super) fn r(&self, laboratory: &str, p: &str, q: &str) -> f64 {
        let same = |(a, b, _): &&Pair| (a == p && b == q) || (a == q && b == p);
        let own = self.reported.get(laboratory).map_or(&[][..], Vec::as_slice);
        let found = own
            .iter()
            .find(same)
            .or_else(|| self.declared.iter().find(same));
        found.map_or(0.0, |(_, _, r)| *r)
    }

    /// Whether no points are correlated.
    pub(super) fn is_empty(&self) -> bool {
        self.declared.is_empty() && self.reported.values().all(Vec::is_empty)
    }
}

/// Whether the reference value of a point is determined with those of the others, by a step of its own.
pub(super) fn is_of_all_points(method: &Method) -> bool {
    last(&method.path) == named::OF_ALL_POINTS
}

/// Determines the reference values of the points that wait for it; none where a test in the language gives them.
pub(super) fn carry_out(
    step: &Step,
    order: &Order,
    points: &mut [PointRun],
    reported: &BTreeMap<String, Vec<Pair>>,
) -> Option<Vector> {
    let mut waiting: Vec<usize> = (0..points.len())
        .filter(|i| order.points.contains(&points[*i].outcome.point))
        .collect();
    waiting.retain(|i| points[*i].formed.is_none());
    let lacking =
        (waiting.iter()).any(|i| (step.inputs.iter()).any(|s| points[*i].undone.contains(s)));
    if lacking || waiting.is_empty() {
        for i in waiting {
            points[i].undone.insert(step.id.clone());
        }
        return None;
    }
    match determine(step, order, points, &waiting, reported) {
        Ok(vector) => Some(vector),
        Err(refusal) => {
            for i in &waiting {
                points[*i].undone.insert(step.id.clone());
            }
            if let Some(first) = waiting.first() {
                points[*first].fail(step, refusal);
            }
            None
        }
    }
}

/// A laboratory with its rows at the points that wait, by their places among those.
type Rows = BTreeMap<String, Vec<(usize, usize)>>;

fn determine(
    step: &Step,
    order: &Order,
    points: &mut [PointRun],
    waiting: &[usize],
    reported: &BTreeMap<String, Vec<Pair>>,
) -> Result<Vector, Inapplicable> {
    if waiting.iter().any(|i| points[*i].covariance.is_some()) {
        return Err(Inapplicable::new(
            "correlated-laboratories",
            "各实验室的结果彼此相关（例如按漂移修正过），不同实验室在不同测量点的结果之间的协方差未知，不能一并确定各点参考值",
            "results of different laboratories are correlated (corrected for drift, say); their covariance between points is unknown, and the reference values cannot be determined together",
        ));
    }
    let mut laboratories = Rows::new();
    for (place, index) in waiting.iter().enumerate() {
        for (row, lab) in points[*index].labs.lab.iter().enumerate() {
            laboratories
                .entry(lab.clone())
                .or_default()
                .push((place, row));
        }
    }
    let between = Between {
        reported,
        declared: &order.correlations,
    };
    let all: Vec<Results> = (laboratories.iter())
        .map(|(lab, rows)| results(points, waiting, rows, |p, q| between.r(lab, p, q)))
        .collect();
    let found = vector_reference(waiting.len(), &all)?;
    for (place, index) in waiting.iter().enumerate() {
        put(
            step,
            order,
            &mut points[*index],
            place,
            &found,
            &laboratories,
        );
    }
    let name = |place: &usize| points[waiting[*place]].outcome.point.clone();
    let tested = |observed: f64, dof: f64| JointTest {
        observed,
        dof,
        p_right: chi_squared_sf(observed, dof),
    };
    Ok(Vector {
        step: step.id.clone(),
        measurand: step.measurand.clone().unwrap_or_default(),
        points: (0..waiting.len()).map(|place| name(&place)).collect(),
        covariance: rows(&found.covariance),
        chi_squared: tested(found.chi_squared, found.dof as f64),
        laboratories: (laboratories.iter().zip(&found.laboratories))
            .map(|((laboratory, own), differences)| VectorDifferences {
                laboratory: laboratory.clone(),
                points: own.iter().map(|(place, _)| name(place)).collect(),
                covariance: rows(&differences.covariance),
                chi_squared: tested(differences.observed, own.len() as f64),
            })
            .collect(),
        clause: step.clause.clone(),
    })
}

/// The results of one laboratory with their covariance.
fn results(
    points: &[PointRun],
    waiting: &[usize],
    lab: &[(usize, usize)],
    r: impl Fn(&str, &str) -> f64,
) -> Results {
    let n = lab.len();
    let at = |k: usize| (&points[waiting[lab[k].0]], lab[k].1);
    let point = |k: usize| at(k).0.outcome.point.as_str();
    let u = |k: usize| at(k).0.labs.u[at(k).1];
    Results {
        points: lab.iter().map(|(place, _)| *place).collect(),
        values: DVector::from_fn(n, |k, _| at(k).0.labs.value[at(k).1]),
        covariance: DMatrix::from_fn(n, n, |a, b| {
            let r = if a == b { 1.0 } else { r(point(a), point(b)) };
            r * u(a) * u(b)
        }),
        in_reference: (0..n).map(|k| at(k).0.labs.in_reference[at(k).1]).collect(),
    }
}

/// Gives a point its reference value, with u²(D) of its results and their covariances with those at other points.
fn put(
    step: &Step,
    order: &Order,
    point: &mut PointRun,
    place: usize,
    found: &VectorReference,
    laboratories: &Rows,
) {
    let n = point.labs.len();
    let (mut weights, mut variances) = (vec![0.0; n], vec![f64::NAN; n]);
    for (own, differences) in laboratories.values().zip(&found.laboratories) {
        if let Some(k) = own.iter().position(|(at, _)| *at == place) {
            let row = own[k].1;
            weights[row] = differences.weights[k];
            variances[row] = differences.covariance[(k, k)];
        }
    }
    let u = found.covariance[(place, place)].sqrt();
    let consensus = Consensus::shifted(found.offset[place], found.shift[place], u, weights);
    let determined = Determined {
        method: &order.method,
        estimate: consensus.into(),
        consistency: None,
        took_over: false,
        variances: Some(variances),
    };
    point.give(step, determined);
}
