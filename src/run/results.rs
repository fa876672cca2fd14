//! Submitted results against the plan: every row put to its laboratory and point, in the measurand's unit, at one standard uncertainty.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::diagnostic::{Code, DataPlace, Diagnostic, Severity};
use crate::intake::{self, Cell, Place, Row, Submission};
use crate::plan::{Laboratory, Measurand, Plan, Role, Step, Task};
use crate::text::Text;
use crate::values::date::parse_date;
use crate::values::decimal::Decimal;
use crate::values::quantity::Quantity;
use crate::values::unit::{Unit, parse_dsi, parse_unit};

/// One accepted result, in the measurand's unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Result {
    pub value: f64,
    /// Standard uncertainty; not a number where the protocol asks for none.
    pub u: f64,
    /// Coverage factor with which the uncertainty was stated; 1 for a standard uncertainty.
    pub k: f64,
    pub dof: f64,
    /// The single readings.
    pub readings: Vec<f64>,
    /// One unit of the last digit written, where the value was written as a decimal.
    pub last_digit: Option<f64>,
    pub date: Option<Date>,
    /// File, row and column from which the value was taken.
    pub place: DataPlace,
}

/// The results of all laboratories: by point, then by laboratory; the pilot may have several, in the order of their dates.
#[derive(Debug, Clone, Default)]
pub struct Results {
    pub by_point: BTreeMap<String, BTreeMap<String, Vec<Result>>>,
    /// By laboratory: two points, in the order of their names, and the correlation coefficient of its results there.
    pub correlations: BTreeMap<String, Vec<(String, String, f64)>>,
    /// Laboratories from which no file came.
    pub absent: Vec<String>,
}

/// Puts submissions to their places in the plan and reports what does not fit.
pub fn collect(plan: &Plan, submissions: &[Submission]) -> (Results, Vec<Diagnostic>) {
    let mut collector = Collector::new(plan);
    let mut seen: BTreeMap<String, String> = BTreeMap::new();
    for submission in submissions {
        collector.submission(submission, &mut seen);
    }
    collector.absent(&seen);
    for laboratories in collector.results.by_point.values_mut() {
        for results in laboratories.values_mut() {
            results.sort_by_key(|r| r.date);
        }
    }
    (collector.results, collector.diagnostics)
}

/// Holds rows against the plan.
pub(super) struct Collector<'a> {
    pub(super) plan: &'a Plan,
    pub(super) results: Results,
    diagnostics: Vec<Diagnostic>,
}

impl<'a> Collector<'a> {
    pub(super) fn new(plan: &'a Plan) -> Collector<'a> {
        Collector {
            plan,
            results: Results::default(),
            diagnostics: Vec::new(),
        }
    }

    pub(super) fn report(&mut self, finding: Diagnostic) {
        self.diagnostics.push(finding);
    }

    pub(super) fn into_findings(self) -> Vec<Diagnostic> {
        self.diagnostics
    }

    /// The laboratory of a submission; none (and a report) when the plan does not know it or the form belongs to another plan.
    pub(super) fn admitted(&mut self, submission: &Submission) -> Option<&'a Laboratory> {
        let id = if submission.laboratory.is_empty() {
            stem(&submission.file)
        } else {
            submission.laboratory.clone()
        };
        let file = DataPlace {
            file: submission.file.clone(),
            ..DataPlace::default()
        };
        let plan: &'a Plan = self.plan;
        let Some(laboratory) = plan.laboratory(&id) else {
            let known: Vec<String> = plan
                .content
                .laboratories
                .iter()
                .map(|l| format!("`{}`", l.id))
                .collect();
            self.diagnostics.push(
                Diagnostic::in_data(
                    Code::LaboratoryUnknown,
                    file,
                    Text::new(
                        format!("计划中没有实验室 `{id}`"),
                        format!("the plan has no laboratory `{id}`"),
                    ),
                )
                .with_help(Text::new(
                    format!(
                        "在文件开头写 `# laboratory: …`，可用的有 {}",
                        known.join("、")
                    ),
                    format!(
                        "write `# laboratory: …` at the head of the file; the plan has {}",
                        known.join(", ")
                    ),
                )),
            );
            return None;
        };
        if let Some(digest) = submission
            .plan_digest
            .as_ref()
            .filter(|d| *d != plan.issued_digest())
        {
            self.diagnostics.push(
                Diagnostic::in_data(
                    Code::OtherPlan,
                    file,
                    Text::new(
                        format!("这份结果表属于另一份计划（{}）", shortened(digest)),
                        format!("this form belongs to another plan ({})", shortened(digest)),
                    ),
                )
                .with_help(Text::new(
                    "用本计划发出的结果表重新填报",
                    "fill in the form that was issued with this plan",
                )),
            );
            return None;
        }
        Some(laboratory)
    }

    fn submission(&mut self, submission: &Submission, seen: &mut BTreeMap<String, String>) {
        let Some(laboratory) = self.admitted(submission) else {
            return;
        };
        let id = laboratory.id.clone();
        let file = DataPlace {
            file: submission.file.clone(),
            ..DataPlace::default()
        };
        if let Some(first) = seen.insert(id.clone(), submission.file.clone()) {
            self.diagnostics.push(
                Diagnostic::in_data(
                    Code::ResultTwice,
                    file,
                    Text::new(
                        format!("实验室 `{id}` 已在 `{first}` 中提交"),
                        format!("laboratory `{id}` has submitted `{first}` already"),
                    ),
                )
                .with_help(Text::new("只保留一份", "keep one of the two files")),
            );
            return;
        }
        let pilot = laboratory.role == Role::Pilot;
        for row in &submission.rows {
            self.row(&id, pilot, row);
        }
        self.missing_points(&id, submission);
        self.correlations(&id, submission);
    }

    fn row(&mut self, laboratory: &str, pilot: bool, row: &Row) {
        let Some((measurand, point)) = self.point(row) else {
            return;
        };
        let Some(unit) = self.unit(&row.unit, measurand) else {
            return;
        };
        let Some(result) = self.result(row, &unit, measurand) else {
            self.without_uncertainty(row, measurand);
            return;
        };
        let list = self
            .results
            .by_point
            .entry(point.clone())
            .or_default()
            .entry(laboratory.to_owned())
            .or_default();
        if let Some(first) = list
            .iter()
            .find(|other| !pilot || other.date == result.date)
        {
            // The reader of the file has reported rows that are alike in everything.
            if first.date != result.date {
                self.diagnostics.push(
                    Diagnostic::in_data(
                        Code::ResultTwice,
                        result.place.clone(),
                        Text::new(
                            format!("`{laboratory}` 在测量点 `{point}` 已有结果（第 {} 行），此行未采用", first.place.row),
                            format!("`{laboratory}` has a result at point `{point}` already (row {}); this row is not used", first.place.row),
                        ),
                    )
                    .with_help(Text::new("只保留一行", "keep one of the rows")),
                );
            }
            return;
        }
        list.push(result);
    }

    /// The measurand and point that a row names; the names of points in a plan are unique, so a row may leave out the measurand, and the
    /// point when the measurand has no other.
    pub(super) fn point(&mut self, row: &Row) -> Option<(&'a Measurand, String)> {
        let plan: &'a Plan = self.plan;
        if row.point.is_empty()
            && let Some(measurand) = plan.measurand(&row.measurand.text)
            && let [only] = measurand.points.as_slice()
        {
            return Some((measurand, only.id.clone()));
        }
        let wanted = if row.point.is_empty() {
            &row.measurand
        } else {
            &row.point
        };
        // A point that shares its name with one of another measurand is `measurand.point`; beside its measurand the name alone will do.
        let own = format!("{}.{}", row.measurand.text, wanted.text);
        let found = plan.content.measurands.iter().find_map(|m| {
            let named = |id: &str| id == wanted.text || (m.id == row.measurand.text && id == own);
            let point = m.points.iter().find(|p| named(&p.id))?;
            Some((m, point.id.clone()))
        });
        if let Some((measurand, point)) = found.filter(|(m, _)| {
            row.measurand.is_empty()
                || m.id == row.measurand.text
                || wanted.text == row.measurand.text
        }) {
            return Some((measurand, point));
        }
        let known: Vec<String> = plan
            .content
            .measurands
            .iter()
            .flat_map(|m| m.points.iter().map(|p| format!("`{}`", p.id)))
            .collect();
        self.diagnostics.push(
            Diagnostic::in_data(
                Code::PointUnknown,
                place(&wanted.place),
                Text::new(
                    format!("计划中没有测量点 `{}`，此行未采用", wanted.text),
                    format!(
                        "the plan has no point `{}`; the row is not used",
                        wanted.text
                    ),
                ),
            )
            .with_help(Text::new(
                format!("计划中的测量点有 {}", known.join("、")),
                format!("the plan's points are {}", known.join(", ")),
            )),
        );
        None
    }

    /// The unit of a row, of the measurand's kind.
    pub(super) fn unit(&mut self, cell: &Cell, measurand: &Measurand) -> Option<Unit> {
        let expected = parse_unit(&measurand.unit, None).ok()?;
        if cell.is_empty() {
            return Some(expected);
        }
        // Certificates write units of the D-SI: `\milli\gram`.
        let read = if cell.text.trim_start().starts_with('\\') {
            parse_dsi(&cell.text)
        } else {
            parse_unit(&cell.text, Some(&expected.dimension()))
        };
        match read {
            Ok(unit) => match unit.factor_to(&expected) {
                Ok(_) => Some(unit),
                Err(error) => {
                    self.diagnostics.push(
                        Diagnostic::in_data(
                            Code::DataUnitMismatch,
                            place(&cell.place),
                            error.message(),
                        )
                        .with_help(Text::new(
                            format!("用 `{}` 或可换算为它的单位填报", measurand.unit),
                            format!(
                                "report in `{}` or in a unit that converts to it",
                                measurand.unit
                            ),
                        )),
                    );
                    None
                }
            },
            Err(error) => {
                self.diagnostics.push(
                    Diagnostic::in_data(Code::DataUnitUnknown, place(&cell.place), error.message())
                        .with_help(Text::new(
                            format!("用 `{}` 填报", measurand.unit),
                            format!("report in `{}`", measurand.unit),
                        )),
                );
                None
            }
        }
    }

    /// The value of a row; none when the reader of the file has found fault with it.
    pub(super) fn value(&self, row: &Row, unit: &Unit, measurand: &Measurand) -> Option<f64> {
        let value = intake::number(&row.value).ok().and_then(decimal)?;
        converted(value, unit, measurand, false)
    }

    /// The standard uncertainty of a row and the coverage factor with which it was stated; none when it states none that can be read.
    pub(super) fn uncertainty(
        &self,
        row: &Row,
        unit: &Unit,
        measurand: &Measurand,
    ) -> Option<(f64, f64)> {
        let positive = |cell: &Option<Cell>| {
            cell.as_ref()
                .filter(|c| !c.is_empty())
                .map(|c| intake::positive(c).ok().and_then(decimal))
        };
        let factor = match positive(&row.uncertainty.factor) {
            Some(k) => Some(k?.to_f64()),
            None => None,
        };
        match (
            positive(&row.uncertainty.expanded),
            positive(&row.uncertainty.standard),
        ) {
            (Some(expanded), _) => {
                let k = factor?;
                Some((converted(expanded?, unit, measurand, true)? / k, k))
            }
            (None, Some(standard)) => Some((converted(standard?, unit, measurand, true)?, 1.0)),
            (None, None) => None,
        }
    }

    /// Where the plan asks for uncertainties of some measurands only, the readers of files let all pass.
    fn without_uncertainty(&mut self, row: &Row, measurand: &Measurand) {
        let stated = &row.uncertainty;
        let blank = [&stated.expanded, &stated.standard]
            .iter()
            .all(|cell| cell.as_ref().is_none_or(Cell::is_empty));
        let all = self
            .plan
            .content
            .measurands
            .iter()
            .all(Measurand::asks_uncertainty);
        if all || !blank || !measurand.asks_uncertainty() {
            return;
        }
        let id = &measurand.id;
        self.diagnostics.push(
            Diagnostic::in_data(
                Code::DataNoUncertainty,
                place(&row.value.place),
                Text::new(
                    format!("`{id}` 的结果没有不确定度"),
                    format!("the result of `{id}` has no uncertainty"),
                ),
            )
            .with_help(Text::new(
                "请填写扩展不确定度 U 和包含因子 k，或标准不确定度 u",
                "give U with k, or u",
            )),
        );
    }

    /// The numbers of a row; none when the reader of the file has found fault with one of them.
    fn result(&self, row: &Row, unit: &Unit, measurand: &Measurand) -> Option<Result> {
        let value = self.value(row, unit, measurand)?;
        let (u, k) = if measurand.asks_uncertainty() {
            self.uncertainty(row, unit, measurand)?
        } else {
            (f64::NAN, 1.0)
        };
        let dof = match row.dof.as_ref().filter(|c| !c.is_empty()) {
            Some(cell) => match intake::degrees_of_freedom(cell).ok()? {
                Some(text) => text.parse().ok()?,
                None => f64::INFINITY,
            },
            None => f64::INFINITY,
        };
        let date = row
            .date
            .as_ref()
            .filter(|c| !c.is_empty())
            .and_then(|c| parse_date(&c.text).ok());
        let reading =
            |cell| converted(decimal(intake::number(cell).ok()?)?, unit, measurand, false);
        // The reader of the file has found fault with a reading that is no number; the others alone would look more repeatable.
        let readings: Option<Vec<f64>> = row.repeats.iter().map(reading).collect();
        Some(Result {
            readings: readings.unwrap_or_default(),
            value,
            u,
            k,
            dof,
            last_digit: last_digit(row, unit, measurand),
            date,
            place: place(&row.value.place),
        })
    }

    /// Points for which a laboratory that did submit gave no result that can be used.
    fn missing_points(&mut self, id: &str, submission: &Submission) {
        for point in self.plan.content.measurands.iter().flat_map(|m| &m.points) {
            let there = self
                .results
                .by_point
                .get(&point.id)
                .is_some_and(|labs| labs.contains_key(id));
            if !there {
                self.diagnostics.push(
                    Diagnostic::in_data(
                        Code::PointMissing,
                        DataPlace { file: submission.file.clone(), ..DataPlace::default() },
                        Text::new(
                            format!("`{id}` 在测量点 `{}` 没有可用的结果，该点不予评定", point.id),
                            format!("`{id}` has no usable result at point `{}`; the point is not evaluated for it", point.id),
                        ),
                    )
                    .with_help(Text::new("补报，或改正上面指出的错误", "submit it, or mend what is reported above")),
                );
            }
        }
    }

    fn absent(&mut self, seen: &BTreeMap<String, String>) {
        let plan = self.plan;
        let laboratories = plan.content.laboratories.iter();
        for laboratory in laboratories
            .filter(|l| !seen.contains_key(&l.id) && !plan.excused(&l.id))
            .filter(|l| l.role == Role::Participant || pilot_measures(plan, &l.id))
        {
            self.diagnostics.push(
                Diagnostic::general(
                    Code::LaboratoryMissing,
                    Text::new(
                        format!("没有收到 `{}` 的结果；其余实验室照常评定", laboratory.id),
                        format!(
                            "there is no result of `{}`; the others are evaluated without it",
                            laboratory.id
                        ),
                    ),
                )
                .with_help(Text::new(
                    format!("补交 `{}.csv`，否则按缺席处理", laboratory.id),
                    format!(
                        "submit `{}.csv`; otherwise the laboratory counts as absent",
                        laboratory.id
                    ),
                )),
            );
            self.results.absent.push(laboratory.id.clone());
        }
    }
}

/// Whether the pilot is to submit: the transfer standard returns to it, or it may take part in the reference value.
fn pilot_measures(plan: &Plan, pilot: &str) -> bool {
    let returns = |pattern: &String| pattern != "parallel";
    let contributes = |step: &Step| match &step.task {
        Task::Reference { members, .. } => !members.without.contains_key(pilot),
        _ => false,
    };
    plan.content.circulation.patterns.values().any(returns)
        || plan.content.steps.iter().any(contributes)
}

fn decimal(text: String) -> Option<Decimal> {
    Decimal::parse(&text).ok()
}

/// In the measurand's unit. The factor is exact as long as it can be, so that 0.1 g in milligrams is 100 and not nearly 100.
fn converted(value: Decimal, unit: &Unit, measurand: &Measurand, interval: bool) -> Option<f64> {
    let wanted = parse_unit(&measurand.unit, None).ok()?;
    let quantity = Quantity::written(value, unit.clone());
    let quantity = if interval {
        quantity.convert_interval_to(&wanted)
    } else {
        quantity.convert_to(&wanted)
    };
    quantity.ok().map(|q| q.value())
}

/// One unit of the last digit of a value, in the measurand's unit.
fn last_digit(row: &Row, unit: &Unit, measurand: &Measurand) -> Option<f64> {
    let one = last_place(&intake::number(&row.value).ok()?);
    converted(decimal(one)?, unit, measurand, true)
}

/// One unit of the last digit of a decimal as it is written: of `10.30` it is `1e-2`.
fn last_place(text: &str) -> String {
    let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
    let places = mantissa
        .split_once('.')
        .map_or(0, |(_, digits)| digits.len());
    let exponent: i64 = exponent.parse().unwrap_or(0);
    format!("1e{}", exponent - places as i64)
}

/// A finding of a reader in the shape all findings have.
pub fn diagnostic(finding: &intake::Finding) -> Diagnostic {
    let code = Code::of(finding.code).unwrap_or(Code::NotAForm);
    let mut diagnostic = Diagnostic::in_data(code, place(&finding.place), finding.message.clone())
        .with_help(finding.mend.clone());
    diagnostic.severity = match finding.severity {
        intake::Severity::Error => Severity::Error,
        intake::Severity::Warning => Severity::Warning,
        intake::Severity::Note => Severity::Note,
    };
    diagnostic
}

/// A place of a submitted file in the shape all findings have.
pub fn place(place: &Place) -> DataPlace {
    DataPlace {
        file: place.file.to_string(),
        sheet: place.sheet.as_ref().map(|s| s.to_string()),
        row: place.row,
        column: place.column,
        column_name: place.column_name.to_string(),
    }
}

fn shortened(digest: &str) -> String {
    digest.chars().take(19).collect::<String>() + "…"
}

/// The name of a file without its ending.
fn stem(file: &str) -> String {
    file.rsplit_once('.')
        .map_or(file, |(stem, _)| stem)
        .to_owned()
}
