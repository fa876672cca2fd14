//! The result form as a workbook.
//!
//! What the reader goes by stands in hidden cells: the first row and first column of a sheet hold the identifiers of its columns and
//! rows, and a hidden sheet holds version, plan, laboratory and what was filled in beforehand. Sheets may be renamed, rows sorted and
//! columns moved without harm. Protection keeps honest hands from slipping; it is no security, so the reader checks everything again.

use rust_xlsxwriter::{
    Color, DataValidation, DataValidationErrorStyle, DataValidationRule, DocProperties,
    ExcelDateTime, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError,
};

use unicode_width::UnicodeWidthStr;

use super::columns::Column;
use super::form::{BUDGET, CORRELATIONS, FORM_VERSION, FormSpec, budget_rows};
use crate::text::{Lang, Text};

/// Mark of the hidden sheet, in its first cell.
pub(super) const FORM_MARK: &str = "bidui:form";
/// Mark of the sheet of results, above the identifiers of its rows.
pub(super) const RESULTS_MARK: &str = "bidui:results";
/// Mark of the sheet of the budget.
pub(super) const BUDGET_MARK: &str = "bidui:budget";
/// Mark of the sheet of correlation coefficients.
pub(super) const CORRELATIONS_MARK: &str = "bidui:correlations";
/// Beginning of the identifier of a header field.
pub(super) const FIELD_MARK: &str = "field:";
/// Mark of the row of the hidden sheet that tells that there is a sheet of the budget.
pub(super) const BUDGET_FACT: &str = "budget";
/// Mark of a row of the hidden sheet that tells what was filled in beforehand.
pub(super) const ROW_MARK: &str = "row";

/// Number of the paper size A4 in workbooks.
const A4: u8 = 9;

/// Width of the column of instructions, in characters of the default font.
const COLUMN_WIDTH: f64 = 70.0;

/// How many of them fill a line of it, Chinese ones counted twice; somewhat less than its width, for words are not divided.
const LINE: usize = 62;

/// Height of a line, in points.
const LINE_HEIGHT: f64 = 15.0;

/// Rows of the budget left free for further components.
const FREE_BUDGET_ROWS: usize = 10;

/// The form as a workbook (`.xlsx`); the same bytes for the same specification.
///
/// # Errors
/// When the specification does not fit a workbook (too many rows, a text of more than 32 767 characters).
pub fn write_form(spec: &FormSpec) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    // A fixed date, since the same form must have the same bytes whenever it is made.
    let created = ExcelDateTime::from_ymd(2000, 1, 1)?;
    workbook.set_properties(
        &DocProperties::new()
            .set_title(spec.label(&spec.title))
            .set_creation_datetime(&created),
    );
    let look = Look::new();
    instructions(workbook.add_worksheet(), spec, &look)?;
    results(workbook.add_worksheet(), spec, &look)?;
    if !spec.components.is_empty() {
        budget(workbook.add_worksheet(), spec, &look)?;
    }
    if !spec.pairs.is_empty() {
        correlations(workbook.add_worksheet(), spec, &look)?;
    }
    hidden(workbook.add_worksheet(), spec)?;
    workbook.save_to_buffer()
}

struct Look {
    title: Format,
    heading: Format,
    given: Format,
    input: Format,
    date: Format,
    text: Format,
}

impl Look {
    fn new() -> Look {
        let boxed = Format::new().set_border(FormatBorder::Thin);
        let input = boxed
            .clone()
            .set_background_color(Color::RGB(0x00FF_F9DB))
            .set_unlocked();
        Look {
            title: Format::new().set_bold().set_font_size(14),
            heading: boxed
                .clone()
                .set_bold()
                .set_text_wrap()
                .set_align(FormatAlign::Center)
                .set_background_color(Color::RGB(0x00DD_E6F0)),
            given: boxed.set_background_color(Color::RGB(0x00F0_F0F0)),
            date: input.clone().set_num_format("yyyy-mm-dd"),
            input,
            text: Format::new().set_text_wrap(),
        }
    }

    /// The format of an input cell of `column`.
    fn of(&self, column: Column) -> &Format {
        if column == Column::Date {
            &self.date
        } else {
            &self.input
        }
    }
}

/// The name of a sheet in the first language of the form.
fn sheet_name(spec: &FormSpec, zh: &str, en: &str) -> String {
    Text::new(zh, en)
        .get(spec.languages.first().copied().unwrap_or(Lang::Zh))
        .to_string()
}

fn instructions(sheet: &mut Worksheet, spec: &FormSpec, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name(sheet_name(spec, "说明", "Instructions"))?;
    sheet
        .set_column_hidden(0)?
        .set_column_width(1, 36)?
        .set_column_width(2, COLUMN_WIDTH)?;
    on_one_page_wide(sheet);
    sheet.write_string_with_format(0, 1, spec.label(&spec.title), &look.title)?;
    sheet.write_string(1, 1, spec.label(&Text::new("实验室", "Laboratory")))?;
    sheet.write_string(
        1,
        2,
        format!("{} {}", spec.laboratory, spec.label(&spec.laboratory_name)).trim_end(),
    )?;
    let built_in = [
        Text::new(
            "只填写黄色单元格；小数点用 .，不要写单位。",
            "Fill in the yellow cells alone; write the decimal sign as a point and no units.",
        ),
        Text::new(
            "没有结果时请留空，并在备注中说明原因。",
            "Leave a cell empty if there is no result and give the reason in the remark.",
        ),
    ];
    let mut row = 2;
    for text in spec.instructions.iter().chain(&built_in) {
        row += 1;
        let said = spec.label(text);
        // Not every program makes a row as high as its wrapped text.
        let lines = said.width().div_ceil(LINE).max(1);
        sheet.set_row_height(row, LINE_HEIGHT * lines as f64)?;
        sheet.write_string_with_format(row, 2, said, &look.text)?;
    }
    row += 1;
    for field in &spec.fields {
        row += 1;
        sheet.write_string(row, 0, format!("{FIELD_MARK}{}", field.key))?;
        sheet.write_string_with_format(row, 1, spec.label(&field.label), &look.given)?;
        sheet.write_blank(row, 2, &look.input)?;
    }
    sheet.protect();
    Ok(())
}

/// Prints a sheet across A4 without dividing its columns between pages.
fn on_one_page_wide(sheet: &mut Worksheet) {
    sheet
        .set_paper_size(A4)
        .set_landscape()
        .set_print_fit_to_pages(1, 0);
}

/// Writes the hidden row of identifiers and the row of headings; hides the column of row identifiers.
fn head(
    sheet: &mut Worksheet,
    spec: &FormSpec,
    look: &Look,
    mark: &str,
    columns: &[Column],
) -> Result<(), XlsxError> {
    on_one_page_wide(sheet);
    sheet.write_string(0, 0, mark)?;
    for (column, position) in columns.iter().zip(1_u16..) {
        sheet.write_string(0, position, column.id())?;
        sheet.write_string_with_format(1, position, heading(spec, *column), &look.heading)?;
        sheet.set_column_width(position, if *column == Column::Remark { 30 } else { 16 })?;
    }
    sheet
        .set_row_hidden(0)?
        .set_row_height(1, 2.0 * LINE_HEIGHT)?
        .set_column_hidden(0)?
        .set_freeze_panes(2, 0)?;
    Ok(())
}

/// The heading of a column with its symbol.
fn heading(spec: &FormSpec, column: Column) -> String {
    let label = spec.label(&column.heading());
    match column {
        Column::Expanded if spec.languages == [Lang::Zh] => format!("{label} U"),
        Column::Factor if spec.languages == [Lang::Zh] => format!("{label} k"),
        Column::Standard if spec.languages == [Lang::Zh] => format!("{label} u"),
        _ => label,
    }
}

fn results(sheet: &mut Worksheet, spec: &FormSpec, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name(sheet_name(spec, "结果", "Results"))?;
    let (given, inputs) = (spec.given(), spec.inputs());
    let columns: Vec<Column> = given.iter().chain(&inputs).copied().collect();
    head(sheet, spec, look, RESULTS_MARK, &columns)?;
    for (row, number) in spec.rows.iter().zip(2_u32..) {
        sheet.write_string(number, 0, row_id(number - 1))?;
        for (column, position) in columns.iter().zip(1_u16..) {
            if given.contains(column) {
                sheet.write_string_with_format(
                    number,
                    position,
                    row.given(*column),
                    &look.given,
                )?;
            } else {
                sheet.write_blank(number, position, look.of(*column))?;
            }
        }
    }
    if let Some(last) = u32::try_from(spec.rows.len())
        .ok()
        .filter(|rows| *rows > 0)
        .map(|rows| rows + 1)
    {
        for (column, position) in columns
            .iter()
            .zip(1_u16..)
            .filter(|(column, _)| inputs.contains(column))
        {
            if let Some(rule) = validation(spec, *column)? {
                sheet.add_data_validation(2, position, last, position, &rule)?;
            }
        }
    }
    sheet.protect();
    Ok(())
}

/// The identifier of the n-th row of results.
fn row_id(n: u32) -> String {
    format!("r{n}")
}

/// What a spreadsheet program shall accept in an input cell of `column`.
fn validation(spec: &FormSpec, column: Column) -> Result<Option<DataValidation>, XlsxError> {
    let (rule, message) = match column {
        Column::Expanded | Column::Standard | Column::Dof => (
            DataValidation::new().allow_decimal_number(DataValidationRule::GreaterThan(0.0)),
            Text::new("请填写大于零的数", "a number greater than zero"),
        ),
        Column::Value | Column::Repeat(_) => (
            DataValidation::new().allow_decimal_number(DataValidationRule::Between(-1e300, 1e300)),
            Text::new("请填写数，不带单位", "a number without unit"),
        ),
        Column::Date => (
            DataValidation::new().allow_date(DataValidationRule::Between(
                ExcelDateTime::from_ymd(2000, 1, 1)?,
                ExcelDateTime::from_ymd(2099, 12, 31)?,
            )),
            Text::new(
                "请填写日期，例如 2026-11-23",
                "a date, for example 2026-11-23",
            ),
        ),
        // Usual factors to choose from; others (Student's t) may be typed, which is why this rule only informs.
        Column::Factor => (
            DataValidation::new()
                .allow_list_strings(&["2", "1.96", "2.58", "3", "1"])?
                .set_error_style(DataValidationErrorStyle::Information),
            Text::new(
                "通常为 2；也可填写其他值",
                "usually 2; other values may be typed",
            ),
        ),
        _ => return Ok(None),
    };
    Ok(Some(
        rule.set_error_message(spec.label(&message))?
            .set_input_message(spec.label(&message))?,
    ))
}

fn budget(sheet: &mut Worksheet, spec: &FormSpec, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name(sheet_name(spec, "预算", "Budget"))?;
    head(sheet, spec, look, BUDGET_MARK, BUDGET)?;
    let given = budget_rows(spec);
    let labels: Vec<(&str, String)> = given
        .iter()
        .map(|(measurand, component)| (*measurand, spec.label(component)))
        .collect();
    let free = std::iter::repeat_n(None, FREE_BUDGET_ROWS);
    let mut last = 1;
    for (row, number) in labels.iter().map(Some).chain(free).zip(2_u32..) {
        sheet.write_string(number, 0, format!("b{}", number - 1))?;
        for (column, position) in BUDGET.iter().zip(1_u16..) {
            match (row, column) {
                (Some((measurand, _)), Column::Measurand) => {
                    sheet.write_string_with_format(number, position, *measurand, &look.given)?
                }
                (Some((_, component)), Column::Component) => {
                    sheet.write_string_with_format(number, position, component, &look.given)?
                }
                _ => sheet.write_blank(number, position, look.of(*column))?,
            };
        }
        last = number;
    }
    for (column, position) in BUDGET.iter().zip(1_u16..) {
        if let Some(rule) = budget_validation(*column)? {
            sheet.add_data_validation(2, position, last, position, &rule)?;
        }
    }
    sheet.protect();
    Ok(())
}

fn correlations(sheet: &mut Worksheet, spec: &FormSpec, look: &Look) -> Result<(), XlsxError> {
    sheet.set_name(sheet_name(spec, "相关系数", "Correlations"))?;
    head(sheet, spec, look, CORRELATIONS_MARK, CORRELATIONS)?;
    let mut last = 1;
    for (pair, number) in spec.pairs.iter().zip(2_u32..) {
        sheet.write_string(number, 0, format!("c{}", number - 1))?;
        for (column, position) in CORRELATIONS.iter().zip(1_u16..) {
            match column {
                Column::Correlation => sheet.write_blank(number, position, look.of(*column))?,
                given => sheet.write_string_with_format(
                    number,
                    position,
                    pair.given(*given),
                    &look.given,
                )?,
            };
        }
        last = number;
    }
    if let Some(position) = (CORRELATIONS.iter().zip(1_u16..))
        .find_map(|(column, position)| (*column == Column::Correlation).then_some(position))
    {
        let rule = DataValidation::new()
            .allow_decimal_number(DataValidationRule::Between(-1.0, 1.0))
            .set_error_message(spec.label(&Text::new(
                "请填写 −1 与 1 之间的数",
                "a number between −1 and 1",
            )))?;
        sheet.add_data_validation(2, position, last, position, &rule)?;
    }
    sheet.protect();
    Ok(())
}

fn budget_validation(column: Column) -> Result<Option<DataValidation>, XlsxError> {
    let rule = match column {
        Column::Evaluation => DataValidation::new().allow_list_strings(&["A", "B"])?,
        Column::Standard => DataValidation::new()
            .allow_decimal_number(DataValidationRule::GreaterThanOrEqualTo(0.0)),
        Column::Distribution => DataValidation::new()
            .allow_list_strings(&[
                "正态 normal",
                "均匀 rectangular",
                "三角 triangular",
                "反正弦 U-shaped",
                "t",
            ])?
            .set_error_style(DataValidationErrorStyle::Information),
        _ => return Ok(None),
    };
    Ok(Some(rule))
}

fn hidden(sheet: &mut Worksheet, spec: &FormSpec) -> Result<(), XlsxError> {
    sheet.set_name("_bidui")?;
    let facts = [
        (FORM_MARK, FORM_VERSION),
        ("plan", spec.plan_digest.as_str()),
        ("laboratory", spec.laboratory.as_str()),
    ];
    let budget = (!spec.components.is_empty()).then_some((BUDGET_FACT, "1"));
    let mut row = 0;
    for (key, value) in facts.into_iter().chain(budget) {
        sheet.write_string(row, 0, key)?;
        sheet.write_string(row, 1, value)?;
        row += 1;
    }
    for (given, number) in spec.rows.iter().zip(1_u32..) {
        let facts = [
            ROW_MARK.to_string(),
            row_id(number),
            given.measurand.clone(),
            given.point.clone(),
            given.unit.clone(),
        ];
        for (text, position) in facts.iter().zip(0_u16..) {
            sheet.write_string(row, position, text)?;
        }
        row += 1;
    }
    sheet.set_very_hidden(true).protect();
    Ok(())
}
