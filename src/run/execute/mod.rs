//! The steps of a plan, carried out in their order.

mod contributions;
mod drift;
mod equivalence;
mod integrity;
mod joint;
mod link;
mod members;
mod monte_carlo;
mod precision;
mod reference;
pub(super) mod scores;
mod vector;
mod verdict;

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use self::equivalence::Variances;
use self::reference::{Formed, Order};
use super::outcome::{
    Contribution, FORMAT_VERSION, Failure, LaboratoryResult, Outcome, PointOutcome, Vector,
};
use super::pretests::Pretests;
use super::results::{Result as Submitted, Results};
use super::verdicts;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::numeric::sum::mean;
use crate::plan::{Plan, Range, Role, Step, Task};
use crate::values::unit::parse_unit;

/// Carries a plan out on the results submitted; `reported` is the day of the report from which deadlines run, by default the day planned;
/// `tested` is what became of the tests before dispatch, from which the uncertainty of the transfer standard may come.
pub fn execute(
    plan: &Plan,
    results: &Results,
    reported: Option<Date>,
    tested: Option<&Pretests>,
) -> Outcome {
    let reported = reported.unwrap_or_else(|| super::consequences::planned_report(plan));
    let mut points: Vec<PointRun> = Vec::new();
    let mut laboratories = Vec::new();
    let mut screens = Vec::new();
    let mut vectors: Vec<Vector> = Vec::new();
    for step in &plan.content.steps {
        match &step.task {
            Task::Collect { .. } => points.push(PointRun::collect(plan, step, results)),
            Task::JudgeLaboratory => {
                laboratories = verdicts::laboratories(plan, step, &outcomes(&points), results)
            }
            Task::Screen(order) => screens.push(integrity::screen(plan, step, order, &points)),
            Task::Consequences => super::consequences::derive(plan, &mut laboratories, reported),
            Task::VectorReference(order) => {
                vectors.extend(vector::carry_out(
                    step,
                    order,
                    &mut points,
                    &results.correlations,
                ));
            }
            Task::Joint(order) => {
                joint::carry_out(step, order, &mut points, &vectors, &results.correlations)
            }
            _ => {
                let of_step = |p: &&mut PointRun| step.point.as_ref() == Some(&p.outcome.point);
                if let Some(point) = points.iter_mut().find(of_step) {
                    point.carry_out(plan, step, tested);
                }
            }
        }
    }
    let naming = plan.content.publication.as_ref().map(|p| p.naming.as_str());
    let coded = naming == Some("coded");
    if coded {
        super::coded::assign(plan, &mut laboratories);
    }
    Outcome {
        format_version: FORMAT_VERSION,
        plan: plan.digest.clone(),
        protocol: plan.content.protocol.path.clone(),
        version: plan.content.protocol.version.clone(),
        title: plan.content.protocol.title.clone(),
        reported,
        points: points.into_iter().map(|p| p.outcome).collect(),
        laboratories,
        rules: plan.content.rules.clone(),
        coded,
        vectors,
        screens,
        wording: plan.content.wording.clone(),
        limits: limits(plan),
        clauses: plan.clauses.clone(),
    }
}

fn outcomes(points: &[PointRun]) -> Vec<&PointOutcome> {
    points.iter().map(|p| &p.outcome).collect()
}

/// One point while its steps are carried out.
struct PointRun {
    outcome: PointOutcome,
    /// The single readings of each laboratory; of the pilot those of its first measurement.
    readings: Vec<Vec<f64>>,
    /// Row of the pilot among the results.
    pilot: Option<usize>,
    pilot_series: Vec<Submitted>,
    labs: Laboratories,
    /// One unit of the last digit that each laboratory wrote; none for means of several measurements.
    last_digit: Vec<Option<f64>>,
    formed: Option<Formed>,
    /// Standard uncertainty of each deviation as the reference value implies it.
    variances: Variances,
    /// Covariance of the results, when they are correlated.
    covariance: Option<Vec<Vec<f64>>>,
    /// Standard uncertainty that the transfer standard adds to every difference, and its parts.
    u_standard: f64,
    contributions: Vec<Contribution>,
    /// Steps that could not be carried out, and those that need what they give.
    undone: BTreeSet<String>,
    /// Factor from the measurand's unit to coherent SI units, in which conditions are stated.
    factor: f64,
}

impl PointRun {
    /// Takes the results of a point in the order of the laboratories of the plan.
    fn collect(plan: &Plan, step: &Step, results: &Results) -> PointRun {
        let point = step.point.clone().unwrap_or_default();
        let measurand = step.measurand.as_deref().and_then(|id| plan.measurand(id));
        let submitted = results.by_point.get(&point);
        let mut run = PointRun {
            outcome: PointOutcome {
                measurand: step.measurand.clone().unwrap_or_default(),
                title: measurand.map(|m| m.title.clone()).unwrap_or_default(),
                nominal: measurand
                    .and_then(|m| m.points.iter().find(|p| p.id == point))
                    .and_then(|p| p.nominal.as_ref())
                    .map(nominal),
                unit: measurand.map(|m| m.unit.clone()).unwrap_or_default(),
                point,
                drift: None,
                reference: None,
                sigma_pt: None,
                precision: None,
                link: None,
                monte_carlo: None,
                results: Vec::new(),
                bilateral: None,
                failures: Vec::new(),
            },
            readings: Vec::new(),
            pilot: None,
            pilot_series: Vec::new(),
            labs: Laboratories {
                lab: Vec::new(),
                value: Vec::new(),
                u: Vec::new(),
                dof: Vec::new(),
                in_reference: Vec::new(),
            },
            last_digit: Vec::new(),
            formed: None,
            variances: Variances::default(),
            covariance: None,
            u_standard: 0.0,
            contributions: Vec::new(),
            undone: BTreeSet::new(),
            factor: measurand
                .and_then(|m| parse_unit(&m.unit, None).ok())
                .map_or(1.0, |u| u.factor().to_f64()),
        };
        for laboratory in &plan.content.laboratories {
            let Some(list) = submitted
                .and_then(|s| s.get(&laboratory.id))
                .filter(|l| !l.is_empty())
            else {
                continue;
            };
            if laboratory.role == Role::Pilot {
                run.pilot = Some(run.labs.len());
                run.pilot_series = list.clone();
            }
            run.add(&laboratory.id, list);
        }
        run
    }

    fn add(&mut self, id: &str, list: &[Submitted]) {
        let Some(first) = list.first() else { return };
        // Repeated measurements of the pilot share their systematic part: the mean has the uncertainty of one.
        let value = mean(&list.iter().map(|r| r.value).collect::<Vec<_>>());
        let u = (list.iter().map(|r| r.u))
            .reduce(|a, b| if b > a || b.is_nan() { b } else { a })
            .unwrap_or(f64::NAN);
        self.labs.lab.push(id.to_owned());
        self.labs.value.push(value);
        self.labs.u.push(u);
        self.labs
            .dof
            .push(list.iter().map(|r| r.dof).fold(f64::INFINITY, f64::min));
        self.labs.in_reference.push(true);
        self.readings.push(first.readings.clone());
        self.last_digit
            .push(first.last_digit.filter(|_| list.len() == 1));
        self.outcome.results.push(LaboratoryResult {
            laboratory: id.to_owned(),
            value,
            u: Some(u).filter(|u| !u.is_nan()),
            k: first.k,
            date: first.date,
            from: format!("{}:{}", first.place.file, first.place.row),
            correction: 0.0,
            weight: 0.0,
            in_reference: false,
            left_out: None,
            equivalence: None,
            deviation: None,
            linked: None,
            leave_one_out: None,
            scores: BTreeMap::new(),
            verdict: None,
            verdict_step: String::new(),
            verdict_clause: None,
            exception: None,
        });
    }

    fn carry_out(&mut self, plan: &Plan, step: &Step, tested: Option<&Pretests>) {
        if step.inputs.iter().any(|input| self.undone.contains(input)) {
            self.undone.insert(step.id.clone());
            return;
        }
        let done = match &step.task {
            Task::Drift {
                limit,
                action,
                repeatability,
            } => self.drift(plan, step, limit.as_ref(), action, *repeatability),
            Task::Outliers { method } => self.outliers(method),
            Task::Reference {
                method,
                consistency,
                otherwise,
                members,
                certified,
                include,
                correlations,
            } => {
                self.leave_out(members);
                self.correlate(correlations);
                let order = Order {
                    method,
                    consistency: consistency.as_ref(),
                    otherwise: otherwise.as_deref(),
                    certified: certified.as_ref(),
                };
                let waits = vector::is_of_all_points(method);
                self.contribute(plan, tested, include)
                    .and_then(|()| match waits {
                        true => Ok(()),
                        false => self.reference(step, &order),
                    })
            }
            Task::Equivalence {
                kinds,
                k,
                denominator,
            } => self.equivalence(step, kinds, *k, denominator),
            Task::SigmaPt(sigma) => self.sigma_pt(step, sigma),
            Task::AssignedUncertainty(criterion) => {
                self.assigned_uncertainty(step, criterion);
                Ok(())
            }
            Task::Precision { .. } => self.precision(step),
            Task::MonteCarlo { draws, seed } => self.monte_carlo(step, *draws, *seed),
            Task::Link(order) => self.link(step, order),
            Task::Score {
                score,
                k,
                denominator,
            } => self.score(step, score, *k, denominator),
            Task::JudgePoint => {
                self.judge(plan, step);
                Ok(())
            }
            Task::Collect { .. }
            | Task::VectorReference(_)
            | Task::Joint(_)
            | Task::JudgeLaboratory
            | Task::Consequences
            | Task::Screen(_) => Ok(()),
        };
        if let Err(reason) = done {
            self.undone.insert(step.id.clone());
            self.fail(step, reason);
        }
    }

    /// Says what could not be carried out.
    fn fail(&mut self, step: &Step, refusal: Inapplicable) {
        self.outcome.failures.push(Failure {
            step: step.id.clone(),
            kind: refusal.kind.to_owned(),
            reason: refusal.reason,
        });
    }
}

/// The numbers with which the rules for points and laboratories compare each score, in ascending order.
fn limits(plan: &Plan) -> BTreeMap<String, Vec<f64>> {
    let rules = &plan.content.rules;
    let mut found = BTreeMap::new();
    for term in (rules.point.iter().chain(&rules.laboratory)).filter_map(|rule| rule.when.as_ref())
    {
        term.limits(&mut found);
    }
    let scores: Vec<&String> = (plan.content.steps.iter())
        .filter_map(|step| match &step.task {
            Task::Score { score, .. } => Some(score),
            _ => None,
        })
        .collect();
    // z′ takes the place of z under the limits of z.
    if let (Some(of_z), None) = (found.get("z").cloned(), found.get("z-prime")) {
        found.insert("z-prime".to_owned(), of_z);
    }
    found.retain(|name, _| {
        scores.contains(&name) || ["z-prime", "p_joint"].contains(&name.as_str())
    });
    for limits in found.values_mut() {
        limits.sort_by(f64::total_cmp);
        limits.dedup();
    }
    found
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn nominal(range: &Range) -> String {
    match range {
        Range::Value(q) => format!("{} {}", q.value, q.unit),
        Range::Between(a, b) => format!("{} {} .. {} {}", a.value, a.unit, b.value, b.unit),
        Range::Around(a, b) => format!("{} {} ± {} {}", a.value, a.unit, b.value, b.unit),
        Range::Word(text) => text.get(crate::text::Lang::En).to_owned(),
    }
}
