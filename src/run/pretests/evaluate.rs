//! Each test before dispatch: figures, criterion, standing.

use jiff::civil::Date;

use super::super::execute::scores::given_sigma;
use super::collect::{Measurement, Measurements, Part, collect};
use super::facts::Known;
use super::{Criterion, FORMAT_VERSION, Figure, Pretests, Standing, Tested};
use crate::condition::Term;
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::method::Inapplicable;
use crate::evaluate::proficiency::between_limits;
use crate::evaluate::reference_material::{anova, between_units, trend};
use crate::intake::Submission;
use crate::numeric::distribution::{chi_squared_critical, fisher_critical, student_critical};
use crate::numeric::sum::{mean, standard_deviation, sum};
use crate::plan::{Plan, Pretest, PretestKind};
use crate::text::Text;
use crate::values::calendar::Calendar;
use crate::values::date::Duration;
use crate::values::unit::parse_unit;

/// Probability of rejecting what is sound, where a method does not state another.
const SIGNIFICANCE: f64 = 0.05;

/// Evaluates the tests that the plan asks for on what the pilot submitted.
pub fn evaluate(plan: &Plan, submissions: &[Submission]) -> (Pretests, Vec<Diagnostic>) {
    let (measurements, mut findings) = collect(plan, submissions);
    let tests: Vec<Tested> = (plan.content.pretests.iter())
        .map(|test| tested(plan, test, &measurements))
        .collect();
    findings.extend(tests.iter().filter_map(finding));
    let outcome = Pretests {
        format_version: FORMAT_VERSION,
        plan: plan.issued_digest().to_owned(),
        protocol: plan.content.protocol.path.clone(),
        version: plan.content.protocol.version.clone(),
        title: plan.content.protocol.title.clone(),
        tests,
        clauses: plan.clauses.clone(),
    };
    (outcome, findings)
}

/// The finding about a test that does not release the transfer standard.
fn finding(test: &Tested) -> Option<Diagnostic> {
    let code = match test.standing {
        Standing::Failed => Code::PretestFailed,
        Standing::Incomplete => Code::PretestIncomplete,
        _ => return None,
    };
    let reason = test.reason.clone().unwrap_or_default();
    let help = match test.standing {
        Standing::Failed => Text::new(
            "传递标准不得发出；查明原因后重做试验，或修改方案中的判据或处理",
            "the transfer standard must not be dispatched; find the cause and repeat the test, or change criterion or treatment in the protocol",
        ),
        _ => Text::new(
            "在发出前试验表中补齐测量后重新评定",
            "complete the measurements on the form of the tests and evaluate again",
        ),
    };
    let message = Text::new(
        format!("{}：{}", test.id, reason.zh),
        format!("{}: {}", test.id, reason.en),
    );
    Some(Diagnostic::general(code, message).with_help(help))
}

/// What a test found; why it is not complete, else.
struct Found {
    figures: Vec<Figure>,
    known: Known,
    u: Option<f64>,
    criterion: Criterion,
    /// Whether the method's own test is passed, where it is the criterion.
    sound: bool,
}

fn tested(plan: &Plan, test: &Pretest, measurements: &Measurements) -> Tested {
    // The scatter of the stability test is the repeatability.
    let own = test.id.replacen("repeatability.", "stability.", 1);
    let list = measurements.get(&own).map_or(&[][..], Vec::as_slice);
    let unit = plan
        .measurand(&test.measurand)
        .map(|m| m.unit.clone())
        .unwrap_or_default();
    let dates = || list.iter().filter_map(|m| m.date);
    let mut tested = Tested {
        id: test.id.clone(),
        kind: test.kind.word().to_owned(),
        artefact: test.artefact.clone(),
        specimen: test.specimen,
        measurand: test.measurand.clone(),
        point: test.point.clone(),
        measurements: list.len(),
        first: dates().min(),
        last: dates().max(),
        method: test.method.clone(),
        criterion: Criterion::Complete,
        figures: Vec::new(),
        u: None,
        standing: Standing::Incomplete,
        reason: None,
        clause: test.clause.clone(),
        unit,
    };
    if let Some(recorded) = test.recorded.as_ref().filter(|_| list.is_empty()) {
        tested.standing = Standing::Recorded {
            on: recorded.on,
            record: recorded.record.clone(),
        };
        return tested;
    }
    match figures(plan, test, &tested.unit, list) {
        Err(reason) => tested.reason = Some(reason),
        Ok(found) => {
            let (standing, reason) = judge(test, &found);
            tested.standing = standing;
            tested.reason = reason.or_else(|| too_late(plan, tested.last));
            if tested
                .last
                .is_some_and(|last| last >= plan.content.circulation.start)
            {
                tested.standing = Standing::Incomplete;
            }
            tested.figures = found.figures;
            tested.figures.retain(|figure| figure.value.is_finite());
            tested.u = found.u;
            tested.criterion = found.criterion;
        }
    }
    tested
}

/// A test before dispatch is made before it.
fn too_late(plan: &Plan, last: Option<Date>) -> Option<Text> {
    let start = plan.content.circulation.start;
    let last = last.filter(|last| *last >= start)?;
    Some(Text::new(
        format!("测量到 {last} 才完成，不早于启动日期 {start}"),
        format!("it was measured until {last}, which is not before the start on {start}"),
    ))
}

fn judge(test: &Pretest, found: &Found) -> (Standing, Option<Text>) {
    let met = match &found.criterion {
        Criterion::Protocol { limit } => match limit.holds(&found.known) {
            Some(met) => met,
            None => return (Standing::Incomplete, Some(unknown(limit, &found.known))),
        },
        Criterion::Method { .. } => found.sound,
        Criterion::Complete => true,
    };
    if met {
        return (Standing::Passed, None);
    }
    let reason = match &found.criterion {
        Criterion::Protocol { limit } => Text::new(
            format!("判据 `{limit}` 不成立"),
            format!("the criterion `{limit}` does not hold"),
        ),
        _ => Text::new("检验结果显著", "the test is significant"),
    };
    match &test.otherwise {
        Some(action) if matches!(action.action.as_str(), "correct" | "add-uncertainty") => {
            (Standing::Treated { by: action.clone() }, Some(reason))
        }
        _ => (Standing::Failed, Some(reason)),
    }
}

fn unknown(limit: &Term, known: &Known) -> Text {
    let name = known.missing(limit).unwrap_or_default();
    let (zh, en) = match name.as_str() {
        "U_ref" | "u_ref" => (
            "在 `数据处理` 中写 `预期 U_ref …`，或在表中填写主导实验室的 U 和 k",
            "write `expected U_ref …` in `evaluation`, or give the pilot's U and k on the form",
        ),
        "U_rep" | "u_rep" => (
            "在 `稳定性` 中写 `重复性 …`，或每次至少测量两遍",
            "write `repeatability …` in `stability`, or measure at least twice each time",
        ),
        "sigma" => (
            "在 `数据处理` 中写 `能力评定标准差 …`",
            "write `sigma-pt …` in `evaluation`",
        ),
        _ => ("", ""),
    };
    Text::new(
        format!("判据 `{limit}` 中的 {name} 未知；{zh}"),
        format!("nothing is known of {name} in the criterion `{limit}`; {en}"),
    )
}

fn figures(plan: &Plan, test: &Pretest, unit: &str, list: &[Measurement]) -> Result<Found, Text> {
    let factor = parse_unit(unit, None).map_or(1.0, |u| u.factor().to_f64());
    let mut known = Known::new(factor);
    let stated = list.iter().filter_map(|m| m.expanded).fold(None, most);
    let u_ref = test.expected.or(stated).map(|expanded| expanded / 2.0);
    known.both("u_ref", "U_ref", u_ref);
    let work = Work {
        test,
        unit,
        list,
        known,
    };
    let found = match &test.kind {
        PretestKind::Repeatability => work.repeatability(),
        PretestKind::Stability { measurements, over } => work.stability(plan, *measurements, *over),
        PretestKind::Transport => work.transport(),
        PretestKind::Homogeneity { units, replicates } => work.homogeneity(*units, *replicates),
    };
    let mut found = found?;
    if let Some(u_ref) = u_ref {
        let used = match &test.limit {
            Some(limit) => {
                let mut names = std::collections::BTreeSet::new();
                limit.variables(&mut names);
                names.contains("U_ref") || names.contains("u_ref")
            }
            None => false,
        };
        if used {
            found.figures.push(figure("u_ref", u_ref, unit));
        }
    }
    Ok(found)
}

fn most(so_far: Option<f64>, next: f64) -> Option<f64> {
    Some(so_far.map_or(next, |far| far.max(next)))
}

fn figure(name: &str, value: f64, unit: &str) -> Figure {
    Figure {
        name: name.to_owned(),
        value,
        unit: unit.to_owned(),
    }
}

/// A test under evaluation.
struct Work<'a> {
    test: &'a Pretest,
    unit: &'a str,
    list: &'a [Measurement],
    known: Known,
}

impl Work<'_> {
    fn found(self, figures: Vec<Figure>, u: Option<f64>, own: Option<(f64, bool)>) -> Found {
        let (criterion, sound) = match (&self.test.limit, own) {
            (Some(limit), _) => (
                Criterion::Protocol {
                    limit: limit.clone(),
                },
                true,
            ),
            (None, Some((significance, sound))) => (Criterion::Method { significance }, sound),
            (None, None) => (Criterion::Complete, true),
        };
        Found {
            figures,
            known: self.known,
            u,
            criterion,
            sound,
        }
    }

    fn parameter(&self, name: &str) -> Option<f64> {
        let method = self.test.method.as_ref()?;
        method.parameters.get(name).copied()
    }

    /// σ_pt within its limits. Where it depends on the assigned value, the mean of the units stands for that; none when it comes from results.
    fn sigma(&self, mean: f64) -> Result<Option<f64>, Text> {
        let Some(order) = &self.test.sigma else {
            return Ok(None);
        };
        let found = given_sigma(&order.origin, mean).map_err(told)?;
        let within = |sigma| between_limits(sigma, order.floor, order.ceiling).map_err(told);
        found.map(within).transpose()
    }

    /// Days since the first measurement, and the values.
    fn series(&self) -> Result<(Vec<f64>, Vec<f64>), Text> {
        let Some(first) = self.list.iter().filter_map(|m| m.date).min() else {
            return Err(Text::new("尚无测量", "nothing has been measured yet"));
        };
        if self.list.iter().any(|m| m.date.is_none()) {
            return Err(Text::new("有测量未填日期", "a measurement carries no date"));
        }
        let t = self.list.iter().filter_map(|m| m.date);
        let t = t.map(|date| f64::from((date - first).get_days())).collect();
        Ok((t, self.list.iter().map(|m| m.value).collect()))
    }

    /// The scatter s about the line of the stability test against the standard deviation σ that the protocol states: the values are no worse
    /// repeatable than stated unless ν s²/σ² exceeds the upper 5 % point of χ² (test of one variance, ISO 2854).
    fn repeatability(self) -> Result<Found, Text> {
        let (t, y) = self.series()?;
        let line = trend(&t, &y).map_err(told)?;
        let s = residual(&t, &y, line.slope, line.intercept, line.dof);
        let stated = self.test.repeatability.unwrap_or(f64::NAN);
        let observed = line.dof * (s / stated) * (s / stated);
        let critical = chi_squared_critical(SIGNIFICANCE, line.dof);
        let figures = vec![
            figure("s_r", s, self.unit),
            figure("stated", stated, self.unit),
            figure("dof", line.dof, "1"),
            figure("chi2", observed, "1"),
            figure("chi2_critical", critical, "1"),
        ];
        Ok(self.found(figures, None, Some((SIGNIFICANCE, observed <= critical))))
    }

    /// The straight line through the pilot's values. The standard uncertainty by instability is that of the slope over the time of the
    /// circulation (ISO Guide 35, 8.7); a slope that is significant adds the change it makes, as a rectangular distribution.
    fn stability(mut self, plan: &Plan, wanted: u64, over: Duration) -> Result<Found, Text> {
        let (t, y) = self.series()?;
        enough(self.list.len(), wanted)?;
        self.long_enough(over)?;
        let line = trend(&t, &y).map_err(told)?;
        let s = residual(&t, &y, line.slope, line.intercept, line.dof);
        let circulation = &plan.content.circulation;
        let days = f64::from((circulation.finish - circulation.start).get_days());
        let significance = self
            .parameter("confidence")
            .map_or(SIGNIFICANCE, |p| 1.0 - p);
        let critical = student_critical(significance / 2.0, line.dof);
        let sound = line.t <= critical;
        let (drift, u_drift) = (line.slope * days, line.s_slope * days);
        let shift = if sound { 0.0 } else { drift / 12.0_f64.sqrt() };
        let u = shift.hypot(u_drift);
        let change = y.last().copied().unwrap_or(f64::NAN) - y.first().copied().unwrap_or(f64::NAN);
        let signed = line.t.copysign(line.slope);
        self.known.length("drift", Some(drift));
        self.known.length("u_drift", Some(u_drift));
        self.known.length("change", Some(change));
        self.known.pure("t", signed);
        let middle = y.iter().sum::<f64>() / y.len() as f64;
        let sigma = self.sigma(middle)?;
        self.known.length("sigma", sigma);
        let repeatability = self.test.repeatability.or(Some(s));
        self.known.both("u_rep", "U_rep", repeatability);
        let per_day = format!("{}/d", self.unit);
        let mut figures = vec![
            figure("slope", line.slope, &per_day),
            figure("s_slope", line.s_slope, &per_day),
            figure("t", signed, "1"),
            figure("t_critical", critical, "1"),
            figure("days", days, "d"),
            figure("drift", drift, self.unit),
            figure("u_drift", u_drift, self.unit),
            figure("change", change, self.unit),
            figure("s_r", s, self.unit),
        ];
        figures.extend(sigma.map(|it| figure("sigma", it, self.unit)));
        let own = self.test.method.is_some().then_some((significance, sound));
        Ok(self.found(figures, Some(u), own))
    }

    /// Whether the measurements cover the time that the protocol asks for, first and last day included.
    fn long_enough(&self, over: Duration) -> Result<(), Text> {
        let dates = || self.list.iter().filter_map(|m| m.date);
        let (Some(first), Some(last)) = (dates().min(), dates().max()) else {
            return Ok(());
        };
        let end = over.end_from(first, &Calendar::weekends_only());
        let covered = end.is_ok_and(|end| last.tomorrow().is_ok_and(|after| after >= end.value));
        if covered {
            return Ok(());
        }
        Err(Text::new(
            format!("测量自 {first} 至 {last}，未达到规定的历时 {over}"),
            format!("measured from {first} to {last}, which is less than the {over} ordered"),
        ))
    }

    /// Means before and after a trial transport. The change is taken as a rectangular distribution of that width, |Δ|/√12, like any change
    /// of the transfer standard that is not corrected (JCGM 100, 4.3.7).
    fn transport(mut self) -> Result<Found, Text> {
        let of = |part: Part| -> Vec<f64> {
            let own = self.list.iter().filter(|m| m.part == part);
            own.map(|m| m.value).collect()
        };
        let (before, after) = (of(Part::Before), of(Part::After));
        if before.is_empty() || after.is_empty() {
            return Err(Text::new(
                format!(
                    "运输前测量 {} 次，运输后 {} 次；各至少一次",
                    before.len(),
                    after.len()
                ),
                format!(
                    "{} measurements before the transport and {} after; at least one of each is needed",
                    before.len(),
                    after.len()
                ),
            ));
        }
        let day = |part: Part| {
            self.list
                .iter()
                .filter(move |m| m.part == part)
                .filter_map(|m| m.date)
        };
        if let (Some(left), Some(back)) = (day(Part::Before).max(), day(Part::After).min())
            && back < left
        {
            return Err(Text::new(
                format!("运输后的测量（{back}）早于运输前的测量（{left}）"),
                format!(
                    "a measurement after the transport ({back}) is earlier than one before it ({left})"
                ),
            ));
        }
        let change = mean(&after) - mean(&before);
        let u = change.abs() / 12.0_f64.sqrt();
        let scatter = pooled(&before, &after);
        self.known.length("change", Some(change));
        let repeatability = self.test.repeatability.or(scatter);
        self.known.both("u_rep", "U_rep", repeatability);
        let mut figures = vec![
            figure("before", mean(&before), self.unit),
            figure("after", mean(&after), self.unit),
            figure("change", change, self.unit),
        ];
        figures.extend(repeatability.map(|s| figure("u_rep", s, self.unit)));
        Ok(self.found(figures, Some(u), None))
    }

    /// One-way analysis of variance; u_bb is the larger of the spread between units and what the repeatability can hide (ISO Guide 35).
    fn homogeneity(mut self, units: u64, replicates: u64) -> Result<Found, Text> {
        let mut rows: std::collections::BTreeMap<u64, Vec<f64>> = Default::default();
        for measurement in self.list {
            if let Part::Unit(number) = measurement.part {
                rows.entry(number).or_default().push(measurement.value);
            }
        }
        let full = rows
            .values()
            .filter(|r| r.len() as u64 >= replicates)
            .count();
        if (full as u64) < units {
            return Err(Text::new(
                format!("方案规定 {units} 个单元各重复 {replicates} 次，已完成 {full} 个"),
                format!(
                    "the protocol asks for {units} units with {replicates} replicates; {full} are complete"
                ),
            ));
        }
        let table: Vec<Vec<f64>> = rows.into_values().collect();
        let study = anova(&table).map_err(told)?;
        let between = between_units(&study);
        let s_r = study.ms_within.sqrt();
        let alpha = self.parameter("alpha").unwrap_or(SIGNIFICANCE);
        let critical = fisher_critical(alpha, study.dof_between, study.dof_within);
        self.known.length("s_bb", Some(between.s_bb));
        self.known.length("u_bb", Some(between.u_bb));
        self.known.length("s_r", Some(s_r));
        self.known.length("mean", Some(study.mean));
        let sigma = self.sigma(study.mean)?;
        self.known.length("sigma", sigma);
        self.known.pure("F", study.f);
        self.known.pure("F_critical", critical);
        let mut figures = vec![
            figure("mean", study.mean, self.unit),
            figure("s_r", s_r, self.unit),
            figure("s_bb", between.s_bb, self.unit),
            figure("u_bb", between.u_bb, self.unit),
            figure("F", study.f, "1"),
            figure("F_critical", critical, "1"),
        ];
        figures.extend(sigma.map(|s| figure("sigma", s, self.unit)));
        // ISO 13528:2022, B.2.2, when it is the method ordered: s_s ≤ 0.3 σ_pt; the method of the reference materials tests F.
        let by_sigma =
            (self.test.method.as_ref()).is_some_and(|m| m.path.ends_with("homogeneity-stability"));
        let own = match (&self.test.method, by_sigma, sigma) {
            (None, ..) => None,
            (Some(_), true, Some(sigma)) => Some((alpha, between.s_bb <= 0.3 * sigma)),
            (Some(_), true, None) => {
                return Err(Text::new(
                    "方法需要能力评定标准差；在 `数据处理` 中写 `能力评定标准差 …`，或在 `均匀性` 中写 `判据 …`",
                    "the method needs the standard deviation for proficiency assessment; write `sigma-pt …` in `evaluation`, or `limit …` in `homogeneity`",
                ));
            }
            (Some(_), false, _) => Some((
                alpha,
                study.f <= critical || study.ms_within == 0.0 && study.ms_between == 0.0,
            )),
        };
        Ok(self.found(figures, Some(between.u_bb), own))
    }
}

fn enough(made: usize, wanted: u64) -> Result<(), Text> {
    if made as u64 >= wanted {
        return Ok(());
    }
    Err(Text::new(
        format!("方案规定测量 {wanted} 次，已完成 {made} 次"),
        format!("the protocol asks for {wanted} measurements; {made} are made"),
    ))
}

fn told(reason: Inapplicable) -> Text {
    reason.reason
}

/// Standard deviation about a line.
fn residual(t: &[f64], y: &[f64], slope: f64, intercept: f64, dof: f64) -> f64 {
    // About the first value, so that a large offset costs no digits.
    let origin = y.first().copied().unwrap_or(0.0);
    let squares = t.iter().zip(y).map(|(t, y)| {
        let off = (y - origin) - (intercept - origin) - slope * t;
        off * off
    });
    (sum(squares) / dof).sqrt()
}

/// Standard deviation within two groups; none when neither has two values.
fn pooled(before: &[f64], after: &[f64]) -> Option<f64> {
    let groups = [before, after].into_iter().filter(|g| g.len() > 1);
    let (squares, dof) = groups.fold((0.0, 0.0), |(squares, dof), group| {
        let own = group.len() as f64 - 1.0;
        (squares + own * standard_deviation(group).powi(2), dof + own)
    });
    (dof > 0.0).then(|| (squares / dof).sqrt())
}
