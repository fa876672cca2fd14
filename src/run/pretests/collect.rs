//! The pilot's measurements, put to the tests that they belong to.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::super::results::Collector;
use crate::diagnostic::{Code, Diagnostic};
use crate::intake::{Row, Submission};
use crate::plan::{Plan, Pretest, PretestKind, Role};
use crate::text::Text;
use crate::values::date::parse_date;

/// Which of a test's measurements one is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Part {
    /// One of a series.
    Nth,
    Before,
    After,
    /// A replicate on the unit of that number.
    Unit(u64),
}

/// One measurement, in the measurand's unit.
#[derive(Debug, Clone)]
pub(super) struct Measurement {
    pub part: Part,
    pub value: f64,
    pub date: Option<Date>,
    /// Expanded uncertainty at k = 2, where it is stated.
    pub expanded: Option<f64>,
}

/// The measurements by the name of their test, in the order of their dates.
pub(super) type Measurements = BTreeMap<String, Vec<Measurement>>;

/// Puts every row to its test and reports what does not fit.
pub(super) fn collect(plan: &Plan, submissions: &[Submission]) -> (Measurements, Vec<Diagnostic>) {
    let mut collector = Collector::new(plan);
    let mut found = Measurements::new();
    for submission in submissions {
        let Some(laboratory) = collector.admitted(submission) else {
            continue;
        };
        if laboratory.role != Role::Pilot {
            collector.report(not_the_pilot(submission, &laboratory.id));
            continue;
        }
        for row in &submission.rows {
            if let Some((test, measurement)) = measurement(plan, &mut collector, row) {
                found.entry(test.id.clone()).or_default().push(measurement);
            }
        }
    }
    for list in found.values_mut() {
        list.sort_by_key(|m| (m.date, m.part));
    }
    (found, collector.into_findings())
}

fn measurement<'p>(
    plan: &'p Plan,
    collector: &mut Collector<'p>,
    row: &Row,
) -> Option<(&'p Pretest, Measurement)> {
    let (measurand, point) = collector.point(row)?;
    let Some((test, part)) = named(plan, row, &point) else {
        collector.report(unknown_item(plan, row, &point));
        return None;
    };
    let unit = collector.unit(&row.unit, measurand)?;
    let value = collector.value(row, &unit, measurand)?;
    let stated = collector.uncertainty(row, &unit, measurand);
    let date = (row.date.as_ref()).and_then(|cell| parse_date(&cell.text).ok());
    let measurement = Measurement {
        part,
        value,
        date,
        expanded: stated.map(|(u, _)| 2.0 * u),
    };
    Some((test, measurement))
}

/// The test and part that the item of a row names: `stability W1 3`, `运输特性 W1 before 2`, `homogeneity R 7.2`; the words of both languages
/// may stand side by side.
fn named<'p>(plan: &'p Plan, row: &Row, point: &str) -> Option<(&'p Pretest, Part)> {
    let item = &row.item.as_ref()?.text;
    let mut words: Vec<&str> = item.split_whitespace().collect();
    let at_point = plan.content.pretests.iter().filter(|t| t.point == point);
    for test in at_point {
        // The scatter of the stability test is the repeatability; nothing is measured for it alone.
        if test.kind == PretestKind::Repeatability {
            continue;
        }
        let title = test.kind.title();
        let own = [title.zh.as_str(), title.en.as_str()];
        let kinds = words.iter().take_while(|w| own.contains(w)).count();
        let place = test.place();
        if kinds == 0 || words.get(kinds) != Some(&place.as_str()) {
            continue;
        }
        let rest = words.split_off(kinds + 1);
        return Some((test, part(&test.kind, &rest)?));
    }
    None
}

fn part(kind: &PretestKind, words: &[&str]) -> Option<Part> {
    let has = |en: &str, zh: &str| words.iter().any(|w| *w == en || *w == zh);
    match kind {
        PretestKind::Repeatability | PretestKind::Stability { .. } => Some(Part::Nth),
        PretestKind::Transport => match (has("before", "运输前"), has("after", "运输后")) {
            (true, false) => Some(Part::Before),
            (false, true) => Some(Part::After),
            _ => None,
        },
        PretestKind::Homogeneity { .. } => {
            let number = words.first()?;
            let unit = number.split_once('.').map_or(*number, |(unit, _)| unit);
            unit.parse().ok().map(Part::Unit)
        }
    }
}

fn not_the_pilot(submission: &Submission, laboratory: &str) -> Diagnostic {
    Diagnostic::in_data(
        Code::PretestItem,
        crate::diagnostic::DataPlace {
            file: submission.file.clone(),
            ..Default::default()
        },
        Text::new(
            format!("发出前试验由主导实验室承担，`{laboratory}` 的文件未采用"),
            format!(
                "the tests before dispatch are the pilot's; the file of `{laboratory}` is not used"
            ),
        ),
    )
    .with_help(Text::new(
        "文件开头应写主导实验室的简称",
        "the head of the file must name the pilot",
    ))
}

fn unknown_item(plan: &Plan, row: &Row, point: &str) -> Diagnostic {
    let cell = row.item.as_ref().unwrap_or(&row.point);
    let mut known: Vec<String> = Vec::new();
    for test in plan.content.pretests.iter().filter(|t| t.point == point) {
        let example = match test.kind {
            PretestKind::Repeatability => continue,
            PretestKind::Stability { .. } => "1",
            PretestKind::Transport => "before 1",
            PretestKind::Homogeneity { .. } => "1.1",
        };
        known.push(format!("`{} {} {example}`", test.kind.word(), test.place()));
    }
    Diagnostic::in_data(
        Code::PretestItem,
        super::super::results::place(&cell.place),
        Text::new(
            format!(
                "`{}` 不是测量点 `{point}` 的任何发出前试验，此行未采用",
                cell.text
            ),
            format!(
                "`{}` names no test before dispatch at point `{point}`; the row is not used",
                cell.text
            ),
        ),
    )
    .with_help(Text::new(
        format!("写成如 {}", known.join("、")),
        format!("write it like {}", known.join(", ")),
    ))
}
