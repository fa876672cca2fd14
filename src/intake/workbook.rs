//! Reader of workbooks: the result form as a laboratory sends it back.
//!
//! Own reading of the few parts that matter. A general reader trusts counts and indices in the file (it reserves memory for as many
//! strings as the file claims to hold), which a file from outside must not be given.

mod cells;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::cells::{Content, Sheet, sheets};
use super::columns::Column;
use super::encoding::too_large;
use super::finding::{Findings, Place, Severity, codes, file_name, shown};
use super::form::FORM_VERSION;
use super::header::{laboratory, plan_digest, wrong_form_version};
use super::table::{self, Heading, Record};
use super::workbook_form::{
    BUDGET_FACT, BUDGET_MARK, CORRELATIONS_MARK, FIELD_MARK, FORM_MARK, RESULTS_MARK, ROW_MARK,
};
use super::{Cell, Finding, Kind, LARGEST_FILE, Reading, Signature, Submission, archive};
use crate::text::Text;

/// Reads a submission from a result form in a workbook.
///
/// Cells are found by the hidden identifiers of the form, never by position or by the name of a sheet. A formula is told; its stored
/// result is taken when there is one. A workbook with macros, links to other files or embedded objects is refused, and so is one that
/// unpacks to more than the limits allow.
pub fn read_xlsx(bytes: &[u8], file: &str) -> Reading {
    read(bytes, file, true)
}

/// As [`read_xlsx`]; results may be without uncertainties where `uncertainties` is false.
pub(super) fn read(bytes: &[u8], file: &str, uncertainties: bool) -> Reading {
    let name = file_name(file);
    let mut findings = Findings::new(&name);
    findings.uncertainties = uncertainties;
    let submission = submission(bytes, &name, &mut findings);
    Reading {
        submission,
        findings: findings.finish(),
    }
}

fn submission(bytes: &[u8], name: &str, findings: &mut Findings) -> Option<Submission> {
    let whole = Place::file(name);
    if bytes.len() > LARGEST_FILE {
        findings.push(too_large(&whole, bytes.len()));
        return None;
    }
    let parts = archive::unpack(bytes, &whole, findings)?;
    let sheets = sheets(&parts, &whole, findings)?;
    let Some(form) = Form::read(&sheets) else {
        findings.error(
            codes::NOT_OUR_FORM,
            &whole,
            Text::new("工作簿中没有结果表的标识（隐藏工作表不见了）", "the workbook has no marks of a result form (the hidden sheet is missing)"),
            Text::new("请在发出的结果表中填写，勿把内容复制到新工作簿；也可用 CSV 提交", "fill in the form as issued and do not copy it to a new workbook; a CSV file will do as well"),
        );
        return None;
    };
    if form.version.text != FORM_VERSION {
        wrong_form_version(&form.version, findings);
        return None;
    }
    let (heading, records) = marked(&sheets, RESULTS_MARK, findings);
    let Some(heading) = heading else {
        missing_sheet(&whole, findings);
        return None;
    };
    let records = form.check(records, &heading, findings);
    table::check_result_columns(&heading, findings);
    let laboratory = laboratory(form.laboratory, &records, &whole, findings);
    let rows = table::results(&heading, records, findings);
    let (budget_heading, budget) = marked(&sheets, BUDGET_MARK, findings);
    if budget_heading.is_none() && form.budget {
        findings.warning(
            codes::BUDGET,
            &whole,
            Text::new(
                "不确定度预算工作表不见了",
                "the sheet of the uncertainty budget is missing",
            ),
            Text::new("请从发出的结果表重新填写", "fill in the form as issued"),
        );
    }
    let (_, correlations) = marked(&sheets, CORRELATIONS_MARK, findings);
    Some(Submission {
        laboratory,
        plan_digest: plan_digest(form.plan, findings),
        file: name.to_string(),
        rows,
        fields: fields(&sheets, findings),
        budget: table::budget(budget.into_iter().map(|(.., record)| record), findings),
        correlations: table::correlations(
            correlations.into_iter().map(|(.., record)| record),
            findings,
        ),
        signature: Signature::Absent,
        kind: Kind::Xlsx,
    })
}

fn missing_sheet(whole: &Place, findings: &mut Findings) {
    findings.error(
        codes::NOT_OUR_FORM,
        whole,
        Text::new(
            "结果工作表中的隐藏标识不见了",
            "the hidden marks of the sheet of results are missing",
        ),
        Text::new(
            "请从发出的结果表重新填写，勿删除隐藏的行和列",
            "fill in the form as issued, and leave the hidden row and column in place",
        ),
    );
}

/// What the hidden sheet of a form tells.
struct Form {
    version: Cell,
    plan: Option<Cell>,
    laboratory: Option<Cell>,
    /// Whether it was issued with a sheet for the budget.
    budget: bool,
    /// Measurand, point and unit of every row as issued, by row identifier.
    issued: BTreeMap<String, [String; 3]>,
}

impl Form {
    fn read(sheets: &[Sheet]) -> Option<Form> {
        let sheet = sheets.iter().find(|sheet| sheet.text(0, 0) == FORM_MARK)?;
        let mut form = Form {
            version: sheet.cell(0, 1),
            plan: None,
            laboratory: None,
            budget: false,
            issued: BTreeMap::new(),
        };
        for row in sheet.rows() {
            match sheet.text(row, 0) {
                "plan" => form.plan = Some(sheet.cell(row, 1)),
                "laboratory" => form.laboratory = Some(sheet.cell(row, 1)),
                BUDGET_FACT => form.budget = true,
                ROW_MARK => {
                    let issued = [2, 3, 4].map(|column| sheet.text(row, column).to_string());
                    form.issued.insert(sheet.text(row, 1).to_string(), issued);
                }
                _ => {}
            }
        }
        Some(form)
    }

    /// Compares the rows with those issued: none changed, none missing, none added.
    fn check(
        &self,
        records: Vec<(String, u32, Record)>,
        heading: &Heading,
        findings: &mut Findings,
    ) -> Vec<(u32, Record)> {
        let mut missing: BTreeMap<&str, &[String; 3]> = self
            .issued
            .iter()
            .map(|(id, issued)| (id.as_str(), issued))
            .collect();
        for (id, row, record) in &records {
            match missing.remove(id.as_str()) {
                Some(issued) => changed(issued, record, findings),
                None => locked(
                    &heading.place.at(*row, 0),
                    Text::new(
                        "这一行不是结果表原有的行，或编号重复",
                        "this row is not one of the form, or its identifier stands twice",
                    ),
                    Text::new(
                        "请勿增加行；补充内容写在备注",
                        "do not add rows; put further content into the remarks",
                    ),
                    findings,
                ),
            }
        }
        for [measurand, point, _] in missing.into_values() {
            locked(
                &Place {
                    column: 0,
                    ..heading.place.clone()
                },
                Text::new(
                    format!("“{}”的测量点“{}”的行被删除", shown(measurand), shown(point)),
                    format!(
                        "the row of the point `{}` of `{}` was taken out",
                        shown(point),
                        shown(measurand)
                    ),
                ),
                Text::new(
                    "没有结果的测量点请留空，不要删除行",
                    "leave a point without result empty, do not delete its row",
                ),
                findings,
            );
        }
        records
            .into_iter()
            .map(|(_, row, record)| (row, record))
            .collect()
    }
}

fn changed(issued: &[String; 3], record: &Record, findings: &mut Findings) {
    for (column, issued) in [Column::Measurand, Column::Point, Column::Unit]
        .into_iter()
        .zip(issued)
    {
        if let Some(cell) = record
            .get(&column)
            .filter(|cell| cell.text != issued.trim())
        {
            locked(
                &cell.place,
                Text::new(
                    format!("预填的“{}”被改为“{}”", shown(issued), shown(&cell.text)),
                    format!("`{}` was changed to `{}`", shown(issued), shown(&cell.text)),
                ),
                Text::new(
                    "请恢复原值；如需更改测量点或单位，请联系主导实验室",
                    "put the original back; ask the pilot laboratory if a point or unit has to change",
                ),
                findings,
            );
        }
    }
}

fn locked(place: &Place, message: Text, mend: Text, findings: &mut Findings) {
    findings.error(codes::LOCKED_CELL, place, message, mend);
}

/// The heading and the rows below the mark `mark`: identifier, row number and cells.
fn marked(
    sheets: &[Sheet],
    mark: &str,
    findings: &mut Findings,
) -> (Option<Heading>, Vec<(String, u32, Record)>) {
    let found = sheets
        .iter()
        .find_map(|sheet| sheet.find(mark).map(|(row, column)| (sheet, row, column)));
    let Some((sheet, marked_row, id_column)) = found else {
        return (None, Vec::new());
    };
    let columns: Vec<(u32, Column)> = sheet
        .columns(marked_row)
        .filter_map(|column| {
            Column::named(sheet.text(marked_row, column)).map(|name| (column, name))
        })
        .collect();
    let place = Place {
        sheet: Some(sheet.name.clone()),
        ..Place::file(&sheet.file)
    }
    .at(marked_row + 2, 0);
    let heading = Heading {
        columns: columns.iter().map(|(_, column)| Some(*column)).collect(),
        names: columns
            .iter()
            .map(|(position, _)| Arc::from(sheet.text(marked_row + 1, *position)))
            .collect(),
        place,
    };
    let mut records = Vec::new();
    for row in sheet.rows().filter(|row| *row > marked_row + 1) {
        let mut record = Record::new();
        for ((position, column), label) in columns.iter().zip(&heading.names) {
            let place = Place {
                row: row.saturating_add(1),
                column: position.saturating_add(1),
                column_name: label.clone(),
                ..heading.place.clone()
            };
            record.insert(
                *column,
                input(sheet, (row, *position), *column, place, findings),
            );
        }
        let id = sheet.text(row, id_column).to_string();
        if !(id.is_empty() && record.values().all(Cell::is_empty)) {
            records.push((id, row.saturating_add(1), record));
        }
    }
    (Some(heading), records)
}

/// One cell as text, with a finding if it holds a formula or an error value; a date is turned from a day number into text.
fn input(
    sheet: &Sheet,
    at: (u32, u32),
    column: Column,
    place: Place,
    findings: &mut Findings,
) -> Cell {
    let Some(content) = sheet.content(at) else {
        return Cell {
            text: String::new(),
            place,
        };
    };
    if let Some(finding) = formula(content, &place) {
        findings.push(finding);
    }
    if content.error {
        findings.error(
            codes::ERROR_VALUE,
            &place,
            Text::new(
                format!("单元格是错误值 {}", shown(&content.text)),
                format!("the cell holds the error value {}", shown(&content.text)),
            ),
            Text::new(
                "请改正公式，粘贴为数值后提交",
                "mend the formula, paste as values, then submit",
            ),
        );
        return Cell {
            text: String::new(),
            place,
        };
    }
    let text = match content.number {
        Some(day) if column == Column::Date => {
            day_text(day, sheet.epoch_1904).unwrap_or_else(|| content.text.clone())
        }
        _ => content.text.clone(),
    };
    table::clean(&text, place, findings)
}

fn formula(content: &Content, place: &Place) -> Option<Finding> {
    let formula = content.formula.as_deref()?;
    let quoted = shown(formula);
    let cached = !content.text.is_empty();
    let (zh, en) = if cached {
        (
            format!(
                "单元格是公式 ={quoted}，取其已存的结果“{}”",
                shown(&content.text)
            ),
            format!(
                "the cell holds the formula ={quoted}; its stored result `{}` is taken",
                shown(&content.text)
            ),
        )
    } else {
        (
            format!("单元格是公式 ={quoted}，没有已存的结果"),
            format!("the cell holds the formula ={quoted} without a stored result"),
        )
    };
    let mend = Text::new(
        "请复制后“选择性粘贴—数值”，使提交的数与所见一致",
        "copy and paste as values, so that what is submitted is what you see",
    );
    let severity = if cached {
        Severity::Warning
    } else {
        Severity::Error
    };
    Some(Finding::error(codes::FORMULA, place, Text::new(zh, en), mend).as_severity(severity))
}

/// The date of a day number of a spreadsheet (ECMA-376 part 1, 18.17.4.1), from 1990 to 2100; other numbers are no dates of today.
fn day_text(day: f64, epoch_1904: bool) -> Option<String> {
    let days = day.floor() + if epoch_1904 { 1462.0 } else { 0.0 };
    if !(32_874.0..=73_415.0).contains(&days) {
        return None;
    }
    // The value is between the bounds above, so that the conversion is exact. Day 0 is 1899-12-30 for every date after February 1900.
    let span = jiff::Span::new().try_days(days as i64).ok()?;
    jiff::civil::date(1899, 12, 30)
        .checked_add(span)
        .ok()
        .map(|date| date.to_string())
}

/// The header fields: wherever an identifier of a field stands, the cell two columns to the right.
fn fields(sheets: &[Sheet], findings: &mut Findings) -> BTreeMap<String, Cell> {
    let mut fields = BTreeMap::new();
    for sheet in sheets {
        for (at, content) in sheet.all() {
            let Some(key) = content.text.strip_prefix(FIELD_MARK) else {
                continue;
            };
            let column = at.1.saturating_add(2);
            let place = Place {
                sheet: Some(sheet.name.clone()),
                row: at.0.saturating_add(1),
                column: column.saturating_add(1),
                column_name: Arc::from(key),
                ..Place::file(&sheet.file)
            };
            let kind = if key.contains("date") {
                Column::Date
            } else {
                Column::Remark
            };
            let cell = input(sheet, (at.0, column), kind, place, findings);
            fields.insert(key.to_string(), cell);
        }
    }
    fields
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn day_numbers_are_dates_in_both_epochs() {
        assert_eq!(day_text(46_349.0, false).as_deref(), Some("2026-11-23"));
        assert_eq!(
            day_text(46_349.75 - 1462.0, true).as_deref(),
            Some("2026-11-23")
        );
        assert_eq!(day_text(20_261_123.0, false), None);
        assert_eq!(day_text(f64::NAN, false), None);
    }
}
