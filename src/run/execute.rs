//! The steps of a plan, carried out in their order.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::outcome::{
    Bilateral, Consistency, Drift, Equivalence, FORMAT_VERSION, Failure, LaboratoryResult, Outcome,
    PointOutcome, Reference, Score,
};
use super::results::{Result as Submitted, Results};
use super::verdicts;
use crate::condition::{Domain, Facts, Term};
use crate::evaluate::consistency::chi_squared;
use crate::evaluate::equivalence;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::outlier::{Sides, grubbs};
use crate::evaluate::reference::{Consensus, named};
use crate::evaluate::travelling::drift::{DriftAction, LinearDrift, reference_at};
use crate::evaluate::travelling::pilot::PilotSeries;
use crate::numeric::sum::{mean, sum};
use crate::plan::{Action, Certified, Members, Method, Plan, Range, Role, Step, Task};
use crate::text::Text;
use crate::values::unit::parse_unit;

/// Carries a plan out on the results submitted; `reported` is the day of the report from which deadlines run, by default the day planned.
pub fn execute(plan: &Plan, results: &Results, reported: Option<Date>) -> Outcome {
    let reported = reported.unwrap_or_else(|| super::consequences::planned_report(plan));
    let mut points: Vec<PointRun> = Vec::new();
    let mut laboratories = Vec::new();
    for step in &plan.content.steps {
        match &step.task {
            Task::Collect { .. } => points.push(PointRun::collect(plan, step, results)),
            Task::JudgeLaboratory => {
                laboratories = verdicts::laboratories(plan, step, &outcomes(&points), results)
            }
            Task::Consequences => super::consequences::derive(plan, &mut laboratories, reported),
            _ => {
                if let Some(point) = points.last_mut() {
                    point.carry_out(plan, step);
                }
            }
        }
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
        clauses: plan.clauses.clone(),
    }
}

fn outcomes(points: &[PointRun]) -> Vec<&PointOutcome> {
    points.iter().map(|p| &p.outcome).collect()
}

/// One point while its steps are carried out.
struct PointRun {
    outcome: PointOutcome,
    /// Row of the pilot among the results.
    pilot: Option<usize>,
    pilot_series: Vec<Submitted>,
    labs: Laboratories,
    consensus: Option<Consensus>,
    /// Covariance of the results, when they are correlated.
    covariance: Option<Vec<Vec<f64>>>,
    /// Standard uncertainty that the transfer standard adds to every difference.
    u_standard: f64,
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
                results: Vec::new(),
                bilateral: None,
                failures: Vec::new(),
            },
            pilot: None,
            pilot_series: Vec::new(),
            labs: Laboratories {
                lab: Vec::new(),
                value: Vec::new(),
                u: Vec::new(),
                dof: Vec::new(),
                in_reference: Vec::new(),
            },
            consensus: None,
            covariance: None,
            u_standard: 0.0,
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
        let u = list.iter().map(|r| r.u).fold(0.0, f64::max);
        self.labs.lab.push(id.to_owned());
        self.labs.value.push(value);
        self.labs.u.push(u);
        self.labs
            .dof
            .push(list.iter().map(|r| r.dof).fold(f64::INFINITY, f64::min));
        self.labs.in_reference.push(true);
        self.outcome.results.push(LaboratoryResult {
            laboratory: id.to_owned(),
            value,
            u,
            k: first.k,
            date: first.date,
            from: format!("{}:{}", first.place.file, first.place.row),
            correction: 0.0,
            weight: 0.0,
            in_reference: false,
            left_out: None,
            equivalence: None,
            scores: BTreeMap::new(),
            verdict: None,
            verdict_step: String::new(),
            verdict_clause: None,
        });
    }

    fn carry_out(&mut self, plan: &Plan, step: &Step) {
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
                    otherwise: otherwise.as_ref(),
                    certified: certified.as_ref(),
                    include,
                };
                self.reference(step, &order)
            }
            Task::Equivalence {
                kinds,
                k,
                denominator,
            } => self.equivalence(step, kinds, *k, denominator),
            Task::Score {
                score,
                k,
                denominator,
                sigma,
            } => self.score(step, score, *k, denominator, *sigma),
            Task::JudgePoint => {
                self.judge(plan, step);
                Ok(())
            }
            Task::Collect { .. } | Task::JudgeLaboratory | Task::Consequences => Ok(()),
        };
        if let Err(reason) = done {
            self.outcome.failures.push(Failure {
                step: step.id.clone(),
                kind: reason.kind.to_owned(),
                reason: reason.reason,
            });
        }
    }

    /// Excludes a laboratory from the reference value; it is judged all the same.
    fn exclude(&mut self, row: usize, reason: Text) {
        self.labs.in_reference[row] = false;
        self.outcome.results[row].left_out.get_or_insert(reason);
    }

    fn leave_out(&mut self, members: &Members) {
        for row in 0..self.labs.len() {
            let id = self.labs.lab[row].clone();
            if let Some(reason) = members.without.get(&id) {
                self.exclude(row, reason.clone());
            }
            if !members.only.is_empty() && !members.only.contains(&id) {
                let reason = members.only_because.clone().unwrap_or_else(|| {
                    Text::new(
                        "规程指定了参与参考值的实验室",
                        "the protocol names the laboratories that form the reference value",
                    )
                });
                self.exclude(row, reason);
            }
            let expanded = 2.0 * self.labs.u[row];
            if let Some(largest) = members
                .largest_expanded
                .filter(|largest| expanded > *largest)
            {
                let unit = &self.outcome.unit;
                let reason = Text::new(
                    format!(
                        "扩展不确定度 {expanded} {unit}（k = 2）大于规程允许的 {largest} {unit}"
                    ),
                    format!(
                        "its expanded uncertainty of {expanded} {unit} (k = 2) exceeds the {largest} {unit} that the protocol allows"
                    ),
                );
                self.exclude(row, reason);
            }
        }
    }

    fn outliers(&mut self, method: &Method) -> Result<(), Inapplicable> {
        let rows: Vec<usize> = (0..self.labs.len())
            .filter(|row| self.labs.in_reference[*row])
            .collect();
        let values: Vec<f64> = rows.iter().map(|row| self.labs.value[*row]).collect();
        let alpha = method.parameters.get("alpha").copied().unwrap_or(0.05);
        let sides = if method.flags.iter().any(|f| f == "two-sided") {
            Sides::Two
        } else {
            Sides::One
        };
        for step in grubbs(&values, alpha, sides)?
            .into_iter()
            .filter(|step| step.removed)
        {
            let reason = Text::new(
                format!(
                    "格拉布斯准则判为离群值：G = {:.4} > {:.4}（n = {}）",
                    step.statistic, step.critical, step.n
                ),
                format!(
                    "Grubbs' test finds it an outlier: G = {:.4} > {:.4} (n = {})",
                    step.statistic, step.critical, step.n
                ),
            );
            self.exclude(rows[step.index], reason);
        }
        Ok(())
    }

    /// Correlations that the protocol declares, as a covariance matrix.
    fn correlate(&mut self, correlations: &[(String, String, f64)]) {
        if correlations.is_empty() {
            return;
        }
        let n = self.labs.len();
        let mut v = self
            .covariance
            .take()
            .unwrap_or_else(|| self.own_variances());
        for (first, second, r) in correlations {
            let row = |id: &str| (0..n).find(|i| self.labs.lab[*i] == id);
            if let (Some(i), Some(j)) = (row(first), row(second)) {
                let covariance = r * self.labs.u[i] * self.labs.u[j];
                v[i][j] += covariance;
                v[j][i] += covariance;
            }
        }
        self.covariance = Some(v);
    }

    fn own_variances(&self) -> Vec<Vec<f64>> {
        let n = self.labs.len();
        (0..n)
            .map(|i| {
                (0..n)
                    .map(|j| {
                        if i == j {
                            self.labs.u[i] * self.labs.u[i]
                        } else {
                            0.0
                        }
                    })
                    .collect()
            })
            .collect()
    }

    // ------------------------------------------------------------ drift

    fn drift(
        &mut self,
        plan: &Plan,
        step: &Step,
        limit: Option<&Term>,
        action: &Action,
        repeatability: Option<f64>,
    ) -> Result<(), Inapplicable> {
        let dated: Vec<&Submitted> = self
            .pilot_series
            .iter()
            .filter(|r| r.date.is_some())
            .collect();
        let Some(start) = dated.first().and_then(|r| r.date) else {
            return Err(no_dates());
        };
        let t: Vec<f64> = dated
            .iter()
            .filter_map(|r| r.date)
            .map(|d| days(start, d))
            .collect();
        let value: Vec<f64> = dated.iter().map(|r| r.value).collect();
        let u_rep = repeatability
            .or_else(|| scatter(&t, &value))
            .ok_or_else(no_repeatability)?;
        // The common part of the pilot's uncertainty cancels in a change and is in the pilot's own result already.
        let series = PilotSeries {
            u_rep: vec![u_rep; t.len()],
            t,
            value,
            u_sys: 0.0,
        };
        let line = LinearDrift::fit(&series)?;
        let duration = series.t.last().copied().unwrap_or(0.0);
        let change = series.value.last().copied().unwrap_or(0.0)
            - series.value.first().copied().unwrap_or(0.0);
        let facts = DriftFacts {
            drift: line.slope * duration,
            u_drift: line.u_slope * duration,
            t: line.t(),
            change,
            u_rep,
            u_ref: self.provisional_u(),
            factor: self.factor,
        };
        let met = limit.map(|limit| limit.holds(&facts).unwrap_or(false));
        let mut drift = Drift {
            step: step.id.clone(),
            treatment: "none".to_owned(),
            slope: line.slope,
            u_slope: line.u_slope,
            change,
            u: 0.0,
            criterion_met: met,
            measurements: series.t.len(),
            clause: step.clause.clone(),
        };
        if met != Some(true) {
            match action.action.as_str() {
                "correct" => {
                    self.correct(plan, &series, &line, start)?;
                    drift.treatment = "corrected".to_owned();
                }
                "add-uncertainty" => {
                    // Rectangular over the observed change: |Δ|/√12.
                    let low = series.value.iter().copied().fold(f64::INFINITY, f64::min);
                    let high = series
                        .value
                        .iter()
                        .copied()
                        .fold(f64::NEG_INFINITY, f64::max);
                    drift.u = (high - low) / 12.0_f64.sqrt();
                    self.u_standard = drift.u;
                    drift.treatment = "added".to_owned();
                }
                _ => {
                    self.outcome.drift = Some(drift);
                    return Err(halted());
                }
            }
        }
        self.outcome.drift = Some(drift);
        Ok(())
    }

    /// Brings every result to the mean time of the pilot's measurements; what the slope is uncertain by is common to all.
    fn correct(
        &mut self,
        plan: &Plan,
        series: &PilotSeries,
        line: &LinearDrift,
        start: Date,
    ) -> Result<(), Inapplicable> {
        let times: Vec<f64> = (0..self.labs.len())
            .map(|row| {
                if Some(row) == self.pilot {
                    return line.mean_time;
                }
                let submitted = self.outcome.results[row].date;
                submitted
                    .or_else(|| planned(plan, &self.labs.lab[row], &self.outcome.point))
                    .map_or(line.mean_time, |date| days(start, date))
            })
            .collect();
        let at = reference_at(series, DriftAction::CorrectLinear, &times)?;
        let mut v = self.own_variances();
        for i in 0..times.len() {
            let correction = line.level - at.value[i];
            self.outcome.results[i].correction = correction;
            self.labs.value[i] += correction;
            for (j, time) in times.iter().enumerate() {
                v[i][j] += (times[i] - line.mean_time)
                    * (time - line.mean_time)
                    * line.u_slope
                    * line.u_slope;
            }
        }
        if let Some(pilot) = self.pilot {
            self.labs.value[pilot] = line.level;
        }
        self.covariance = Some(v);
        Ok(())
    }

    /// Standard uncertainty of the reference value before anything is corrected, for criteria that speak of U_ref.
    fn provisional_u(&self) -> f64 {
        crate::evaluate::reference::weighted_mean(&self.labs)
            .map_or_else(|_| self.pilot.map_or(f64::NAN, |p| self.labs.u[p]), |c| c.u)
    }

    // ------------------------------------------------------------ reference value

    fn reference(&mut self, step: &Step, order: &Order) -> Result<(), Inapplicable> {
        let name = last(&order.method.path);
        let (mut consensus, mut method, mut ties) = match name {
            "certified-value" => (self.certified(order.certified)?, order.method, 0),
            "pilot-value" => (self.pilot_value()?, order.method, 0),
            _ => {
                let estimate = self.estimate(order.method)?;
                (estimate.consensus, order.method, estimate.ties)
            }
        };
        let given = matches!(name, "certified-value" | "pilot-value");
        let mut consistency = None;
        let mut took_over = false;
        if let Some(test) = order.consistency.filter(|_| !given) {
            let significance = test.parameters.get("significance").copied().unwrap_or(0.05);
            let result = chi_squared(&self.labs, &consensus, significance)?;
            consistency = Some(Consistency {
                observed: result.observed,
                dof: result.dof,
                p_right: result.p_right,
                significance,
                consistent: result.consistent,
            });
            if let Some(otherwise) = order.otherwise.filter(|_| !result.consistent) {
                let estimate = self.estimate(otherwise)?;
                (consensus, method, ties, took_over) =
                    (estimate.consensus, otherwise, estimate.ties, true);
            }
        }
        if !given {
            consensus.u = self.correlated_u(&consensus);
        }
        let u_results = consensus.u;
        let u_standard = if order.include.is_empty() {
            0.0
        } else {
            self.u_standard
        };
        for (row, result) in self.outcome.results.iter_mut().enumerate() {
            result.weight = consensus.weights.get(row).copied().unwrap_or(0.0);
            result.in_reference = if given {
                false
            } else if consensus.is_linear() {
                result.weight != 0.0
            } else {
                self.labs.in_reference[row]
            };
            if !result.in_reference && !given && self.labs.in_reference[row] {
                result.left_out.get_or_insert_with(|| {
                    Text::new("不属于最大一致子集", "not in the largest consistent subset")
                });
            }
        }
        self.outcome.reference = Some(Reference {
            step: step.id.clone(),
            value: consensus.value,
            u: u_results.hypot(u_standard),
            u_results,
            u_standard,
            method: method.path.clone(),
            consistency,
            took_over,
            ties,
            clause: step.clause.clone(),
        });
        self.consensus = Some(consensus);
        Ok(())
    }

    /// u(y) with what the results have in common: estimators take them as independent, so wᵀVw − Σ w_i² u_i² is still missing.
    fn correlated_u(&self, consensus: &Consensus) -> f64 {
        let Some(v) = self.covariance.as_ref().filter(|_| consensus.is_linear()) else {
            return consensus.u;
        };
        let w = &consensus.weights;
        let mut terms = vec![consensus.u * consensus.u];
        for (i, row) in v.iter().enumerate() {
            for (j, covariance) in row.iter().enumerate() {
                let own = if i == j {
                    self.labs.u[i] * self.labs.u[i]
                } else {
                    0.0
                };
                terms.push(w[i] * w[j] * (covariance - own));
            }
        }
        sum(terms).max(0.0).sqrt()
    }

    fn estimate(&self, method: &Method) -> Result<named::Estimate, Inapplicable> {
        named::estimate(
            last(&method.path),
            &method.parameters,
            &method.flags,
            &self.labs,
        )
        .unwrap_or_else(|| {
            Err(Inapplicable::new(
                "no-estimator",
                format!("方法 `{}` 不能给出参考值", method.path),
                format!("method `{}` gives no reference value", method.path),
            ))
        })
    }

    fn certified(&self, certified: Option<&Certified>) -> Result<Consensus, Inapplicable> {
        let certified = certified.ok_or_else(|| {
            Inapplicable::new(
                "no-certified-value",
                "规程没有给出该点的证书值",
                "the protocol gives no certified value for this point",
            )
        })?;
        Consensus::given(certified.value, certified.u, f64::INFINITY, self.labs.len())
    }

    fn pilot_value(&self) -> Result<Consensus, Inapplicable> {
        let pilot = self.pilot.ok_or_else(|| {
            Inapplicable::new(
                "no-pilot-value",
                "主导实验室没有提交该点的结果",
                "the pilot submitted no result at this point",
            )
        })?;
        let mut given = Consensus::given(
            self.labs.value[pilot],
            self.labs.u[pilot],
            self.labs.dof[pilot],
            self.labs.len(),
        )?;
        given.weights[pilot] = 1.0;
        Ok(given)
    }

    // ------------------------------------------------------------ degrees of equivalence and scores

    fn equivalence(
        &mut self,
        step: &Step,
        kinds: &[String],
        k: f64,
        denominator: &str,
    ) -> Result<(), Inapplicable> {
        let Some(consensus) = &self.consensus else {
            return Ok(());
        };
        let method = self
            .outcome
            .reference
            .as_ref()
            .map_or("", |r| last(&r.method));
        let plain = equivalence::unilateral(&self.labs, consensus, named::rule(method))?;
        let correlated = self.covariance.as_ref().filter(|_| consensus.is_linear());
        for row in 0..self.labs.len() {
            // The value that everyone is compared with has no deviation of its own.
            if self
                .outcome
                .reference
                .as_ref()
                .is_some_and(|r| last(&r.method) == "pilot-value")
                && Some(row) == self.pilot
            {
                continue;
            }
            let u = match (denominator, correlated) {
                ("independent", _) => self.labs.u[row].hypot(consensus.u),
                (_, Some(v)) => equivalence::covariance(&self.labs, &consensus.weights, Some(v))
                    [row][row]
                    .max(0.0)
                    .sqrt(),
                (_, None) => plain.u[row],
            };
            let u = u.hypot(self.u_standard);
            self.outcome.results[row].equivalence = Some(Equivalence {
                step: step.id.clone(),
                d: plain.d[row],
                u,
                k,
                expanded: k * u,
                clause: step.clause.clone(),
            });
        }
        if kinds.iter().any(|kind| kind == "bilateral") {
            let pairs = equivalence::bilateral(&self.labs, self.covariance.as_deref());
            let step = step.id.clone();
            self.outcome.bilateral = Some(Bilateral {
                step,
                laboratories: self.labs.lab.clone(),
                d: pairs.d,
                u: pairs.u,
            });
        }
        Ok(())
    }

    fn score(
        &mut self,
        step: &Step,
        score: &str,
        k: f64,
        denominator: &str,
        sigma: Option<f64>,
    ) -> Result<(), Inapplicable> {
        let u_ref = self.outcome.reference.as_ref().map_or(f64::NAN, |r| r.u);
        for result in &mut self.outcome.results {
            let Some(equivalence) = &result.equivalence else {
                continue;
            };
            let (d, u) = (equivalence.d, equivalence.u);
            let sigma = || {
                sigma.ok_or_else(|| {
                    Inapplicable::new("no-sigma", "评分需要能力评定标准差；写 `标准差 …`", "the score needs the standard deviation for proficiency assessment; write `sigma …`")
                })
            };
            let value = match score {
                "En" => d / (k * u),
                "zeta" => d / u,
                "z" => d / sigma()?,
                _ => d / sigma()?.hypot(u_ref),
            };
            let entry = Score {
                step: step.id.clone(),
                value,
                denominator: denominator.to_owned(),
                clause: step.clause.clone(),
            };
            result.scores.insert(score.to_owned(), entry);
        }
        Ok(())
    }

    fn judge(&mut self, plan: &Plan, step: &Step) {
        let u_ref = self.outcome.reference.as_ref().map_or(f64::NAN, |r| r.u);
        for result in &mut self.outcome.results {
            if result.equivalence.is_none() {
                continue;
            }
            let facts = PointFacts {
                result,
                u_ref,
                factor: self.factor,
            };
            let rule = verdicts::first(&plan.content.rules.point, &facts);
            if let Some(rule) = rule {
                result.verdict = Some(rule.verdict.clone());
                result.verdict_step = step.id.clone();
                result.verdict_clause = Some(rule.clause.clone());
            }
        }
    }
}

/// What a step of kind `reference` orders.
struct Order<'a> {
    method: &'a Method,
    consistency: Option<&'a Method>,
    otherwise: Option<&'a Method>,
    certified: Option<&'a Certified>,
    include: &'a [String],
}

/// What a stability criterion may speak of; lengths in the measurand's unit, given out in coherent SI units.
struct DriftFacts {
    drift: f64,
    u_drift: f64,
    t: f64,
    change: f64,
    u_rep: f64,
    u_ref: f64,
    factor: f64,
}

impl Facts for DriftFacts {
    fn variable(&self, name: &str) -> Option<f64> {
        let own = match name {
            "drift" => self.drift,
            "u_drift" => self.u_drift,
            "change" => self.change,
            "u_rep" => self.u_rep,
            "U_rep" => 2.0 * self.u_rep,
            "u_ref" => self.u_ref,
            "U_ref" => 2.0 * self.u_ref,
            "t" => return Some(self.t),
            _ => return None,
        };
        Some(own * self.factor)
    }

    fn verdicts(&self, _domain: Domain) -> Vec<&str> {
        Vec::new()
    }
}

struct PointFacts<'a> {
    result: &'a LaboratoryResult,
    u_ref: f64,
    factor: f64,
}

impl Facts for PointFacts<'_> {
    fn variable(&self, name: &str) -> Option<f64> {
        if let Some(score) = self.result.scores.get(name) {
            return Some(score.value);
        }
        let equivalence = self.result.equivalence.as_ref()?;
        let own = match name {
            "D" => equivalence.d,
            "U_D" => equivalence.expanded,
            "u" => self.result.u,
            "U" => 2.0 * self.result.u,
            "u_ref" => self.u_ref,
            "U_ref" => 2.0 * self.u_ref,
            _ => return None,
        };
        Some(own * self.factor)
    }

    fn verdicts(&self, _domain: Domain) -> Vec<&str> {
        Vec::new()
    }
}

fn last(path: &str) -> &str {
    path.rsplit('.').next().unwrap_or(path)
}

fn days(from: Date, to: Date) -> f64 {
    (to - from).get_days() as f64
}

/// The day in the middle of the laboratory's planned measurement of a point; several transfer standards may come to it at different times.
fn planned(plan: &Plan, laboratory: &str, point: &str) -> Option<Date> {
    let measured = |artefact: &str| {
        plan.content
            .artefacts
            .iter()
            .any(|a| a.id == artefact && a.measures.iter().any(|(_, p)| p == point))
    };
    let visit = plan
        .content
        .circulation
        .visits
        .iter()
        .find(|v| v.laboratory == laboratory && measured(&v.artefact))?;
    let half = (visit.to - visit.from).get_days() / 2;
    visit.from.checked_add(jiff::Span::new().days(half)).ok()
}

/// Repeatability from the scatter about the line, when there are enough measurements to tell.
fn scatter(t: &[f64], value: &[f64]) -> Option<f64> {
    if t.len() < 4 {
        return None;
    }
    let series = PilotSeries {
        t: t.to_vec(),
        value: value.to_vec(),
        u_rep: vec![1.0; t.len()],
        u_sys: 0.0,
    };
    let line = LinearDrift::fit(&series).ok()?;
    let variance = line.chi_squared / (t.len() as f64 - 2.0);
    (variance > 0.0).then(|| variance.sqrt())
}

fn nominal(range: &Range) -> String {
    match range {
        Range::Value(q) => format!("{} {}", q.value, q.unit),
        Range::Between(a, b) => format!("{} {} .. {} {}", a.value, a.unit, b.value, b.unit),
        Range::Around(a, b) => format!("{} {} ± {} {}", a.value, a.unit, b.value, b.unit),
        Range::Word(text) => text.get(crate::text::Lang::En).to_owned(),
    }
}

fn no_dates() -> Inapplicable {
    Inapplicable::new(
        "no-pilot-dates",
        "主导实验室的结果没有测量日期，无法判断漂移；在结果表中填写日期",
        "the pilot's results carry no dates, so drift cannot be followed; fill in the column of dates",
    )
}

fn no_repeatability() -> Inapplicable {
    Inapplicable::new(
        "no-repeatability",
        "没有重复性标准偏差，且主导实验室的测量少于 4 次，无法由离散度得出；在 `稳定性` 中写 `重复性 …`",
        "the repeatability is not stated, and fewer than four measurements of the pilot do not show it; write `repeatability …` in `stability`",
    )
}

fn halted() -> Inapplicable {
    Inapplicable::new(
        "standard-unstable",
        "传递标准未满足稳定性判据，规程规定中止；该点不予评定",
        "the transfer standard does not meet the criterion of stability, and the protocol orders a halt; the point is not evaluated",
    )
}
