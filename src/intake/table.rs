//! From the cells of a table to results and budget lines, with the checks that every format shares.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::columns::Column;
use super::date::dated;
use super::finding::{Findings, Place, codes, hidden, shown, visible};
use super::number::{degrees_of_freedom, empty, number, positive};
use super::{BudgetLine, Cell, CorrelationLine, Row, Uncertainty};
use crate::text::Text;

/// One row of a table, by column.
pub(super) type Record = BTreeMap<Column, Cell>;

/// The headings of a table, by position.
#[derive(Debug, Clone)]
pub(super) struct Heading {
    /// The column at each position; `None` where the heading is not known.
    pub(super) columns: Vec<Option<Column>>,
    /// The headings as written.
    pub(super) names: Vec<Arc<str>>,
    /// Where the row of headings stands.
    pub(super) place: Place,
}

impl Heading {
    /// Reads the row of headings and tells of those that are not known or stand twice.
    pub(super) fn read(texts: &[String], place: &Place, findings: &mut Findings) -> Heading {
        let mut columns: Vec<Option<Column>> = Vec::new();
        for (position, text) in texts.iter().enumerate() {
            let here = Place {
                column: ordinal(position),
                column_name: Arc::from(visible(text)),
                ..place.clone()
            };
            let column = Column::named(text);
            match column {
                None if text.trim().is_empty() => {}
                None => {
                    let like = Column::nearest(text).map(Column::heading);
                    unknown_heading(text, like, &here, findings);
                }
                Some(_) if columns.contains(&column) => heading_twice(text, &here, findings),
                Some(_) => {}
            }
            columns.push(if columns.contains(&column) {
                None
            } else {
                column
            });
        }
        Heading {
            columns,
            names: texts.iter().map(|t| Arc::from(visible(t))).collect(),
            place: place.clone(),
        }
    }

    /// Whether `column` is one of the columns.
    pub(super) fn has(&self, column: Column) -> bool {
        self.columns.contains(&Some(column))
    }

    /// The place of the cell at `position` in row `row`.
    pub(super) fn cell_place(&self, row: u32, position: usize) -> Place {
        let column_name = self
            .names
            .get(position)
            .cloned()
            .unwrap_or_else(|| Arc::from(""));
        Place {
            row,
            column: ordinal(position),
            column_name,
            ..self.place.clone()
        }
    }

    /// The cells of one row by column; cells under unknown headings are left out.
    pub(super) fn record(&self, row: u32, texts: &[String], findings: &mut Findings) -> Record {
        let mut record = Record::new();
        for (position, column) in self.columns.iter().enumerate() {
            let (Some(column), Some(text)) = (column, texts.get(position)) else {
                continue;
            };
            let place = self.cell_place(row, position);
            record.insert(*column, clean(text, place, findings));
        }
        record
    }
}

/// A cell of `text`, telling of control characters in it.
pub(super) fn clean(text: &str, place: Place, findings: &mut Findings) -> Cell {
    let shown_text = visible(text);
    if text
        .trim()
        .chars()
        .any(|c| hidden(c) && !matches!(c, '\n' | '\r' | '\t'))
    {
        findings.error(
            codes::CONTROL_CHARACTER,
            &place,
            Text::new(
                format!("“{}”中含有看不见的控制字符", shown(&shown_text)),
                format!(
                    "`{}` holds characters that cannot be seen",
                    shown(&shown_text)
                ),
            ),
            Text::new(
                "请删去后重新键入该单元格",
                "clear the cell and type its content again",
            ),
        );
    }
    Cell {
        text: shown_text,
        place,
    }
}

/// The place in a row for a position from 0.
pub(super) fn ordinal(position: usize) -> u32 {
    u32::try_from(position)
        .unwrap_or(u32::MAX)
        .saturating_add(1)
}

pub(super) fn heading_twice(text: &str, place: &Place, findings: &mut Findings) {
    findings.error(
        codes::DUPLICATE_COLUMN,
        place,
        Text::new(
            format!("列“{}”出现了两次", shown(text)),
            format!("the column `{}` stands twice", shown(text)),
        ),
        Text::new("请删去其中一列", "take one of them out"),
    );
}

/// Tells of a heading that nobody knows; `like` is the one that is most like it.
pub(super) fn unknown_heading(
    text: &str,
    like: Option<Text>,
    place: &Place,
    findings: &mut Findings,
) {
    let mend = match like {
        Some(name) => Text::new(
            format!("是否指“{}”？请改用该列名", name.zh),
            format!("if `{}` is meant, write that", name.en),
        ),
        None => Text::new(
            "该列不会被读取；需要的内容请写在备注列",
            "this column is not read; put what is needed into the remarks",
        ),
    };
    findings.warning(
        codes::UNKNOWN_COLUMN,
        place,
        Text::new(
            format!("不认识列名“{}”", shown(text)),
            format!("the column `{}` is not known", shown(text)),
        ),
        mend,
    );
}

/// Tells of every column that a table of results needs and `heading` has not. The column of points may be missing: a measurand without
/// points is its own single point, and whether that is so only the plan can tell. Single measurements need no uncertainty.
pub(super) fn check_result_columns(heading: &Heading, findings: &mut Findings) {
    for column in [Column::Measurand, Column::Value, Column::Unit] {
        if !heading.has(column) {
            missing_column(&[column.heading()], &heading.place, findings);
        }
    }
    let stated = heading.has(Column::Expanded) || heading.has(Column::Factor);
    let wanted = findings.uncertainties || stated;
    if wanted && !heading.has(Column::Standard) && !heading.has(Column::Item) {
        for column in [Column::Expanded, Column::Factor] {
            if !heading.has(column) {
                let either = [column.heading(), Column::Standard.heading()];
                missing_column(&either, &heading.place, findings);
            }
        }
    }
}

/// Tells of every column that a budget needs and `heading` has not.
pub(super) fn check_budget_columns(heading: &Heading, findings: &mut Findings) {
    for column in [Column::Component, Column::Standard] {
        if !heading.has(column) {
            missing_column(&[column.heading()], &heading.place, findings);
        }
    }
}

/// Tells of every column that a table of correlation coefficients needs and `heading` has not.
pub(super) fn check_correlation_columns(heading: &Heading, findings: &mut Findings) {
    for column in [Column::Point, Column::OtherPoint, Column::Correlation] {
        if !heading.has(column) {
            missing_column(&[column.heading()], &heading.place, findings);
        }
    }
}

/// Correlation coefficients from the rows of a table, each a number between −1 and 1.
pub(super) fn correlations(
    records: impl IntoIterator<Item = Record>,
    findings: &mut Findings,
) -> Vec<CorrelationLine> {
    let mut lines = Vec::new();
    for mut record in records {
        let measurand = record.remove(&Column::Measurand).filter(|c| !c.is_empty());
        let (Some(point), Some(other), Some(r)) = (
            record.remove(&Column::Point),
            record.remove(&Column::OtherPoint),
            record.remove(&Column::Correlation),
        ) else {
            continue;
        };
        // What is missing is told by point when the plan is at hand.
        if r.is_empty() {
            continue;
        }
        let value = findings
            .keep(number(&r))
            .and_then(|text| text.parse::<f64>().ok());
        match value {
            Some(value) if value.abs() > 1.0 => findings.error(
                codes::CORRELATION,
                &r.place,
                Text::new(
                    format!("相关系数“{}”不在 −1 与 1 之间", shown(&r.text)),
                    format!(
                        "the correlation coefficient `{}` is not between −1 and 1",
                        shown(&r.text)
                    ),
                ),
                Text::new(
                    "请核对；协方差须先除以两个标准不确定度",
                    "check it; a covariance is divided by both standard uncertainties first",
                ),
            ),
            Some(_) => lines.push(CorrelationLine {
                measurand,
                point,
                other,
                r,
            }),
            None => {}
        }
    }
    lines
}

/// Tells that the row of headings at `place` has none of the columns of which one is needed.
pub(super) fn missing_column(wanted: &[Text], place: &Place, findings: &mut Findings) {
    let zh: Vec<String> = wanted.iter().map(|c| format!("“{}”", c.zh)).collect();
    let en: Vec<String> = wanted.iter().map(|c| format!("`{}`", c.en)).collect();
    let (zh, en) = (zh.join("或"), en.join(" or "));
    findings.error(
        codes::MISSING_COLUMN,
        &Place {
            column: 0,
            ..place.clone()
        },
        Text::new(
            format!("表头缺少{zh}列"),
            format!("the heading has no column {en}"),
        ),
        Text::new(
            format!("请在表头中加上{zh}，并填写每一行"),
            format!("add {en} to the heading and fill it in on every row"),
        ),
    );
}

/// Results from the rows of a table, each checked by itself, and all for points given twice.
pub(super) fn results(
    heading: &Heading,
    records: Vec<(u32, Record)>,
    findings: &mut Findings,
) -> Vec<Row> {
    // A laboratory that measures a point at several visits tells its results apart by their dates.
    // Single measurements of a test are told apart by their item.
    let mut seen: BTreeMap<(String, String, Option<String>), u32> = BTreeMap::new();
    let mut rows = Vec::with_capacity(records.len());
    for (number, record) in records {
        let not_made = |column| record.get(&column).is_none_or(Cell::is_empty);
        // A form offers more lines for single measurements than need to be made.
        if heading.has(Column::Item) && not_made(Column::Value) && not_made(Column::Date) {
            continue;
        }
        let row = result(heading, number, record, findings);
        let own = row.item.as_ref().or(row.date.as_ref());
        let own = own.map(|cell| cell.text.clone());
        let key = (row.measurand.text.clone(), row.point.text.clone(), own);
        if let Some(first) = seen.get(&key) {
            findings.error(
                codes::DUPLICATE_ROW,
                &row.point.place,
                Text::new(format!("被测量“{}”的测量点“{}”在第 {first} 行已出现过", shown(&key.0), shown(&key.1)), format!("the point `{}` of `{}` stands in row {first} already", shown(&key.1), shown(&key.0))),
                Text::new("每个测量点只报一个结果，不同日期的各次测量须注明测量日期；重复读数请写在读数列", "report one result for a point, or give the date of each measurement if there were several; single readings belong in the columns of readings"),
            );
        } else {
            seen.insert(key, number);
        }
        rows.push(row);
    }
    rows
}

/// Checks the numbers of one result and their agreement.
pub(super) fn check_row(row: &Row, findings: &mut Findings) {
    findings.keep(number(&row.value));
    for reading in &row.repeats {
        findings.keep(number(reading));
    }
    if let Some(cell) = &row.dof {
        findings.keep(degrees_of_freedom(cell));
    }
    if row.item.is_none() {
        check_uncertainty(row, findings);
    }
}

fn result(heading: &Heading, number: u32, mut record: Record, findings: &mut Findings) -> Row {
    let whole = Place {
        row: number,
        column: 0,
        column_name: Arc::from(""),
        ..heading.place.clone()
    };
    let mut required = |column: Column, record: &mut Record| match record.remove(&column) {
        Some(cell) => {
            if cell.is_empty() && column != Column::Value {
                findings.push(empty(&cell));
            }
            cell
        }
        None => Cell {
            text: String::new(),
            place: whole.clone(),
        },
    };
    let measurand = required(Column::Measurand, &mut record);
    let point = required(Column::Point, &mut record);
    let value = required(Column::Value, &mut record);
    let unit = required(Column::Unit, &mut record);
    let item = (heading.has(Column::Item)).then(|| required(Column::Item, &mut record));
    let mut optional = |column: Column| record.remove(&column).filter(|cell| !cell.is_empty());
    let uncertainty = Uncertainty {
        expanded: optional(Column::Expanded),
        factor: optional(Column::Factor),
        standard: optional(Column::Standard),
    };
    let (dof, date, remark) = (
        optional(Column::Dof),
        optional(Column::Date).map(|cell| dated(cell, findings)),
        optional(Column::Remark),
    );
    let repeats = record
        .into_iter()
        .filter(|(column, cell)| matches!(column, Column::Repeat(_)) && !cell.is_empty())
        .map(|(_, cell)| cell)
        .collect();
    let row = Row {
        measurand,
        point,
        item,
        value,
        unit,
        uncertainty,
        dof,
        date,
        remark,
        repeats,
    };
    // A column that is missing altogether has been told once, for the heading.
    if heading.has(Column::Value) {
        check_row(&row, findings);
    }
    row
}

fn check_uncertainty(row: &Row, findings: &mut Findings) {
    let stated = &row.uncertainty;
    let mut read = |cell: &Option<Cell>| cell.as_ref().map(|cell| findings.keep(positive(cell)));
    let (expanded, factor, standard) = (
        read(&stated.expanded),
        read(&stated.factor),
        read(&stated.standard),
    );
    let beside = Place {
        column: 0,
        column_name: Arc::from(""),
        ..row.value.place.clone()
    };
    match (&expanded, &factor, &standard) {
        (None, _, None) if !findings.uncertainties => {}
        (None, _, None) => findings.error(
            codes::NO_UNCERTAINTY,
            &beside,
            Text::new("该结果没有不确定度", "the result has no uncertainty"),
            Text::new(
                "请填写扩展不确定度 U 和包含因子 k，或标准不确定度 u；没有不确定度的结果视为不完整",
                "give U with k, or u; a result without an uncertainty is incomplete",
            ),
        ),
        (Some(_), None, None) => findings.error(
            codes::NO_COVERAGE_FACTOR,
            &beside,
            Text::new(
                "有扩展不确定度 U，没有包含因子 k，无法得到标准不确定度",
                "U is given without its coverage factor k: the standard uncertainty cannot be told",
            ),
            Text::new(
                "请填写 k（例如 2），或填写标准不确定度 u",
                "give k (for example 2), or the standard uncertainty u",
            ),
        ),
        (Some(Some(expanded)), Some(Some(factor)), Some(Some(standard)))
            if !agree(expanded, factor, standard) =>
        {
            findings.error(
                codes::INCONSISTENT_UNCERTAINTY,
                &beside,
                Text::new(
                    format!("U = {expanded}、k = {factor}、u = {standard} 互相矛盾：U 应等于 k·u"),
                    format!(
                        "U = {expanded}, k = {factor} and u = {standard} disagree: U must be k·u"
                    ),
                ),
                Text::new(
                    "请核对三者，或只填 U 与 k",
                    "check the three, or give U and k alone",
                ),
            )
        }
        _ => {}
    }
}

/// Whether U = k·u within the rounding of U and u as written (half a unit of the last place of each), and 2.5 % for a coverage factor
/// that was rounded (1.96 written as 2).
fn agree(expanded: &str, factor: &str, standard: &str) -> bool {
    let value = |text: &str| text.parse::<f64>().unwrap_or(f64::NAN);
    let (expanded_value, k, u) = (value(expanded), value(factor), value(standard));
    let rounding = half_last_place(expanded) + half_last_place(standard) * k;
    // An uncertainty written as `1` would otherwise agree with nearly everything.
    (expanded_value - k * u).abs() <= rounding.min(0.5 * expanded_value) + 0.025 * expanded_value
}

/// Half a unit of the last decimal place written.
fn half_last_place(decimal: &str) -> f64 {
    let (mantissa, exponent) = decimal.split_once('e').unwrap_or((decimal, "0"));
    let places = mantissa.split_once('.').map_or(0, |(_, fraction)| {
        i32::try_from(fraction.len()).unwrap_or(0)
    });
    let exponent: i32 = exponent.parse().unwrap_or(0);
    0.5 * 10f64.powi(exponent - places)
}

/// Budget lines from the rows of a table; lines without any content but the name are told and left out.
pub(super) fn budget(
    records: impl IntoIterator<Item = Record>,
    findings: &mut Findings,
) -> Vec<BudgetLine> {
    let mut lines = Vec::new();
    for mut record in records {
        let component = record.remove(&Column::Component);
        let standard = record.remove(&Column::Standard);
        let mut optional = |column: Column| record.remove(&column).filter(|cell| !cell.is_empty());
        let (Some(component), Some(standard)) = (component, standard) else {
            continue;
        };
        if component.is_empty() && standard.is_empty() {
            continue;
        }
        if standard.is_empty() {
            findings.warning(
                codes::BUDGET,
                &standard.place,
                Text::new(
                    format!("不确定度分量“{}”没有填标准不确定度", shown(&component.text)),
                    format!(
                        "the component `{}` has no standard uncertainty",
                        shown(&component.text)
                    ),
                ),
                Text::new(
                    "请填写；该分量可忽略时请填 0 并在备注中说明",
                    "fill it in; if the component is negligible write 0 and say so in the remark",
                ),
            );
            continue;
        }
        if component.is_empty() {
            findings.push(empty(&component));
        }
        check_component(&standard, findings);
        let line = BudgetLine {
            measurand: optional(Column::Measurand),
            point: optional(Column::Point),
            evaluation: optional(Column::Evaluation),
            distribution: optional(Column::Distribution),
            unit: optional(Column::Unit),
            sensitivity: optional(Column::Sensitivity),
            dof: optional(Column::Dof),
            remark: optional(Column::Remark),
            component,
            standard,
        };
        if let Some(cell) = &line.sensitivity {
            findings.keep(number(cell));
        }
        if let Some(cell) = &line.dof {
            findings.keep(degrees_of_freedom(cell));
        }
        lines.push(line);
    }
    lines
}

/// A component may be zero, never negative.
fn check_component(standard: &Cell, findings: &mut Findings) {
    if findings
        .keep(number(standard))
        .is_some_and(|decimal| decimal.starts_with('-'))
    {
        findings.error(
            codes::NOT_POSITIVE,
            &standard.place,
            Text::new(format!("标准不确定度“{}”为负", shown(&standard.text)), format!("the standard uncertainty `{}` is negative", shown(&standard.text))),
            Text::new("请填写不小于零的数；方向由灵敏系数的符号表示", "give a number that is not negative; the sign belongs to the sensitivity coefficient"),
        );
    }
}

/// Tells that a table has more rows than are read.
pub(super) fn too_many_rows(place: &Place, findings: &mut Findings) {
    let most = super::MOST_ROWS;
    findings.error(
        codes::TOO_MANY_ROWS,
        place,
        Text::new(
            format!("行数超过 {most}，其后的行没有读取"),
            format!("more than {most} rows; those after were not read"),
        ),
        Text::new(
            "请只保留本次比对要求的测量点",
            "keep the points of this comparison alone",
        ),
    );
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn expanded_uncertainty_agrees_with_k_times_u_within_rounding() {
        assert!(agree("0.25", "2", "0.125"));
        assert!(agree("0.25", "2", "0.13"));
        assert!(agree("0.13", "2.0", "0.063"));
        assert!(!agree("0.25", "2", "0.25"));
        assert!(!agree("0.25", "2", "0.00025"));
        assert!(agree("1.3e-6", "2", "6.5e-7"));
    }
}
