//! Result forms: what each laboratory is asked for, with measurands, points and units filled in.

use std::collections::BTreeMap;

use crate::intake::{Asks, FormField, FormPair, FormRow, FormSpec};
use crate::plan::{Measurand, Plan, Point, Range, Visit};
use crate::text::{Lang, Text};
use crate::values::rounding::shortest;

/// The form of a laboratory: a row for each point of each of its visits; `None` when the plan does not send it anything.
///
/// Where a point is measured at several visits (the pilot's), the column of nominal values names the visit, and the date of measurement,
/// which every row asks for, tells the results apart.
pub fn forms(plan: &Plan, laboratory: &str) -> Option<FormSpec> {
    let lab = plan.laboratory(laboratory)?;
    let mut visits: Vec<&Visit> = plan.content.circulation.visits.iter().collect();
    visits.retain(|v| v.laboratory == laboratory);
    visits.sort_by(|a, b| (a.from, &a.artefact).cmp(&(b.from, &b.artefact)));
    let asked: Vec<Asked<'_>> = visits.iter().flat_map(|v| measured(plan, v)).collect();
    if asked.is_empty() {
        return None;
    }
    let mut times: BTreeMap<(&str, &str), u32> = BTreeMap::new();
    for item in &asked {
        *times.entry(item.key()).or_default() += 1;
    }
    let repeated = |item: &Asked<'_>| times.get(&item.key()).is_some_and(|n| *n > 1);
    let rows = asked.iter().map(|item| item.row(repeated(item))).collect();
    let mut components: Vec<Text> = Vec::new();
    for component in asked.iter().flat_map(|item| &item.measurand.components) {
        if !components.contains(component) {
            components.push(component.clone());
        }
    }
    let wants_budget = |m: &Measurand| m.reported.iter().any(|item| item == "budget");
    if components.is_empty() && asked.iter().any(|item| wants_budget(item.measurand)) {
        // The protocol names no components: the table of the budget stands there with lines to be filled in, which may stay empty.
        components = vec![Text::default(); BUDGET_LINES];
    }
    let asks = asks(&asked);
    Some(FormSpec {
        plan_digest: plan.issued_digest().to_owned(),
        title: plan.content.protocol.title.clone(),
        laboratory: laboratory.to_owned(),
        laboratory_name: lab.title.clone(),
        instructions: instructions(plan, &visits, asks, !pairs(&asked).is_empty()),
        fields: fields(),
        rows,
        asks,
        components,
        pairs: pairs(&asked),
        languages: vec![Lang::Zh, Lang::En],
    })
}

/// Most single readings that have columns of their own; more are given in the raw records.
const MOST_READINGS: u32 = 100;

/// Pairs of points whose correlation coefficient is asked for, each once.
fn pairs(asked: &[Asked<'_>]) -> Vec<FormPair> {
    let wanted = |m: &Measurand| m.reported.iter().any(|item| item == "correlation");
    let mut points: Vec<(&str, &str)> = Vec::new();
    for item in asked.iter().filter(|item| wanted(item.measurand)) {
        if !points.contains(&item.key()) {
            points.push(item.key());
        }
    }
    let mut pairs = Vec::new();
    for (i, (measurand, point)) in points.iter().enumerate() {
        for (_, other) in points.iter().skip(i + 1).filter(|(m, _)| m == measurand) {
            pairs.push(FormPair {
                measurand: (*measurand).to_owned(),
                point: (*point).to_owned(),
                other: (*other).to_owned(),
            });
        }
    }
    pairs
}

/// Empty lines in a budget whose components the protocol does not name.
const BUDGET_LINES: usize = 6;

/// One result asked for.
struct Asked<'a> {
    visit: &'a Visit,
    measurand: &'a Measurand,
    point: &'a Point,
}

impl Asked<'_> {
    fn key(&self) -> (&str, &str) {
        (&self.measurand.id, &self.point.id)
    }

    fn row(&self, name_visit: bool) -> FormRow {
        let nominal = nominal(self.point);
        let visit = format!(
            "#{} {}..{}",
            self.visit.ordinal, self.visit.from, self.visit.to
        );
        FormRow {
            measurand: self.measurand.id.clone(),
            point: self.point.id.clone(),
            item: String::new(),
            nominal: match (name_visit, nominal.is_empty()) {
                (false, _) => nominal,
                (true, true) => visit,
                (true, false) => format!("{nominal} ({visit})"),
            },
            unit: unit(self.measurand),
            resolution: self
                .measurand
                .resolution
                .as_ref()
                .map(|q| plain(q.value, &q.unit))
                .unwrap_or_default(),
        }
    }
}

/// The nominal value of a point as plain text; empty when it has none.
pub(super) fn nominal(point: &Point) -> String {
    point.nominal.as_ref().map(written).unwrap_or_default()
}

/// The unit as a form writes it.
pub(super) fn unit(measurand: &Measurand) -> String {
    match measurand.unit.as_str() {
        "" => "1".to_owned(),
        unit => unit.to_owned(),
    }
}

fn measured<'a>(plan: &'a Plan, visit: &'a Visit) -> Vec<Asked<'a>> {
    let artefact = plan
        .content
        .artefacts
        .iter()
        .find(|a| a.id == visit.artefact);
    let measures = artefact.map(|a| a.measures.as_slice()).unwrap_or_default();
    measures
        .iter()
        .filter_map(|(measurand, point)| {
            let measurand = plan.measurand(measurand)?;
            let point = measurand.points.iter().find(|p| p.id == *point)?;
            Some(Asked {
                visit,
                measurand,
                point,
            })
        })
        .collect()
}

/// What is asked for with each result: whatever any of the measurands wants, and always the date.
fn asks(asked: &[Asked<'_>]) -> Asks {
    let wants = |item: &str| {
        let mut measurands = asked.iter().map(|a| a.measurand);
        measurands.any(|m| m.reported.iter().any(|r| r == item))
    };
    let nothing_said = asked.iter().any(|a| a.measurand.reported.is_empty());
    let repeats = (asked.iter())
        .filter(|a| a.measurand.reported.iter().any(|item| item == "repeats"))
        .filter_map(|a| a.measurand.repeat)
        .max();
    Asks {
        expanded: wants("U") || nothing_said,
        standard: wants("u"),
        dof: wants("dof"),
        date: true,
        repeats: repeats.map_or(0, |it| {
            u32::try_from(it)
                .unwrap_or(MOST_READINGS)
                .min(MOST_READINGS)
        }),
    }
}

fn fields() -> Vec<FormField> {
    let field = |key: &str, zh: &str, en: &str| FormField {
        key: key.to_owned(),
        label: Text::new(zh, en),
    };
    vec![
        field("date", "测量日期", "date of measurement"),
        field("conditions", "环境条件", "environmental conditions"),
        field("operator", "测量人员", "measured by"),
        field("signer", "批准人", "signed by"),
        field("submitted", "提交日期", "date of submission"),
    ]
}

fn instructions(plan: &Plan, visits: &[&Visit], asks: Asks, correlations: bool) -> Vec<Text> {
    let mut lines = vec![Text::new(
        "只填写空白单元格，不得改动测量点和单位；测量日期写作 2026-01-31",
        "fill in the empty cells only and leave points and units as they are; dates are written 2026-01-31",
    )];
    if asks.expanded || asks.standard {
        lines.push(Text::new(
            "不确定度与测得值用同一单位",
            "uncertainties are in the unit of the value",
        ));
    }
    if asks.expanded {
        lines.push(Text::new(
            "扩展不确定度须同时填写包含因子 k",
            "give the coverage factor k with every expanded uncertainty",
        ));
    }
    if correlations {
        lines.push(Text::new(
            "相关系数表中每一对测量点都须填写同一实验室两个结果之间的相关系数，互不相关时填 0",
            "give the correlation coefficient of your two results for every pair of points in the table of correlations, 0 where they are uncorrelated",
        ));
    }
    if let Some(due) = visits.iter().filter_map(|v| v.results_due).max() {
        lines.push(Text::new(
            format!("结果提交截止日期 {due}"),
            format!("results are due on {due}"),
        ));
    }
    if plan
        .pilot()
        .is_some_and(|p| visits.iter().any(|v| v.laboratory == p.id))
    {
        lines.push(Text::new(
            "每次测量各占一行，标称值栏注明次序和计划日期；请按行填写实际测量日期",
            "every measurement has a row of its own; the nominal column names its number and planned dates; give the actual date in each row",
        ));
    }
    lines
}

/// A nominal value as plain text.
fn written(range: &Range) -> String {
    match range {
        Range::Value(q) => plain(q.value, &q.unit),
        Range::Between(low, high) => {
            format!(
                "{} .. {}",
                plain(low.value, &low.unit),
                plain(high.value, &high.unit)
            )
        }
        Range::Around(centre, half) => {
            format!(
                "{} ± {}",
                plain(centre.value, &centre.unit),
                plain(half.value, &half.unit)
            )
        }
        Range::Word(text) => text.get(Lang::Zh).to_owned(),
    }
}

fn plain(value: f64, unit: &str) -> String {
    let number = shortest(value);
    match unit {
        "" | "1" => number,
        unit => format!("{number} {unit}"),
    }
}
