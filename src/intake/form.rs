//! What a result form asks for, and the form as separated text.

use super::columns::Column;
use crate::text::{Lang, Text};

/// Version of the form that is written and read.
pub const FORM_VERSION: &str = "1";

/// What one laboratory is asked for.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormSpec {
    /// Digest of the plan, `sha256:` and 64 hexadecimal digits.
    pub plan_digest: String,
    /// Title of the comparison.
    pub title: Text,
    /// Identifier of the laboratory.
    pub laboratory: String,
    /// Name of the laboratory.
    pub laboratory_name: Text,
    /// Instructions, a line each.
    pub instructions: Vec<Text>,
    /// Header fields to fill in.
    pub fields: Vec<FormField>,
    /// The results asked for.
    pub rows: Vec<FormRow>,
    /// What is asked for with each result.
    pub asks: Asks,
    /// Names of the budget components to fill in for every measurand; further ones may be added.
    pub components: Vec<Text>,
    /// Pairs of points for whose results a correlation coefficient is asked.
    pub pairs: Vec<FormPair>,
    /// Languages of the form; with both, Chinese and English stand side by side. None means both.
    pub languages: Vec<Lang>,
}

/// A header field of a form.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormField {
    /// Identifier, one word.
    pub key: String,
    /// Label.
    pub label: Text,
}

/// One result asked for.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct FormRow {
    /// The measurand.
    pub measurand: String,
    /// The measurement point.
    pub point: String,
    /// Which measurement of a test before dispatch it is; empty for a result of the comparison.
    pub item: String,
    /// Nominal value, for the reader's orientation; may be empty.
    pub nominal: String,
    /// Unit in which value and uncertainty are to be given.
    pub unit: String,
    /// Resolution wanted; may be empty.
    pub resolution: String,
}

/// Two points for whose results a correlation coefficient is asked.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FormPair {
    pub measurand: String,
    pub point: String,
    pub other: String,
}

impl FormPair {
    /// What stands beforehand in `column`.
    pub(super) fn given(&self, column: Column) -> &str {
        match column {
            Column::Measurand => &self.measurand,
            Column::Point => &self.point,
            Column::OtherPoint => &self.other,
            _ => "",
        }
    }
}

/// What is asked for with each result, besides value and unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Asks {
    /// Expanded uncertainty U with its coverage factor k.
    pub expanded: bool,
    /// Standard uncertainty u.
    pub standard: bool,
    /// Degrees of freedom.
    pub dof: bool,
    /// Date of measurement.
    pub date: bool,
    /// Number of single readings.
    pub repeats: u32,
}

impl FormSpec {
    /// The columns that the laboratory fills in.
    pub(super) fn inputs(&self) -> Vec<Column> {
        let asks = self.asks;
        let mut columns = vec![Column::Value];
        let asked = [
            (asks.expanded, Column::Expanded),
            (asks.expanded, Column::Factor),
            (asks.standard, Column::Standard),
            (asks.dof, Column::Dof),
            (asks.date, Column::Date),
        ];
        columns.extend(
            asked
                .into_iter()
                .filter(|(wanted, _)| *wanted)
                .map(|(_, column)| column),
        );
        columns.extend((1..=asks.repeats).map(Column::Repeat));
        columns.push(Column::Remark);
        columns
    }

    /// The columns that are filled in beforehand; item, nominal value and resolution only if some row has one.
    pub(super) fn given(&self) -> Vec<Column> {
        let mut columns = vec![Column::Measurand, Column::Point];
        if self.rows.iter().any(|row| !row.item.is_empty()) {
            columns.push(Column::Item);
        }
        if self.rows.iter().any(|row| !row.nominal.is_empty()) {
            columns.push(Column::Nominal);
        }
        if self.rows.iter().any(|row| !row.resolution.is_empty()) {
            columns.push(Column::Resolution);
        }
        columns.push(Column::Unit);
        columns
    }

    /// `text` in the languages of the form.
    pub(super) fn label(&self, text: &Text) -> String {
        match self.languages.as_slice() {
            [lang] => text.get(*lang).to_string(),
            _ if text.zh.is_empty() || text.en.is_empty() || text.zh == text.en => {
                text.get(Lang::Zh).to_string()
            }
            _ => format!("{} / {}", text.zh, text.en),
        }
    }

    /// The measurands, each once, in the order of the rows.
    pub(super) fn measurands(&self) -> Vec<&str> {
        let mut names: Vec<&str> = Vec::new();
        for row in &self.rows {
            if !names.contains(&row.measurand.as_str()) {
                names.push(&row.measurand);
            }
        }
        names
    }
}

impl FormRow {
    /// What stands beforehand in `column`.
    pub(super) fn given(&self, column: Column) -> &str {
        match column {
            Column::Measurand => &self.measurand,
            Column::Point => &self.point,
            Column::Item => &self.item,
            Column::Nominal => &self.nominal,
            Column::Resolution => &self.resolution,
            Column::Unit => &self.unit,
            _ => "",
        }
    }
}

/// The columns of the budget table.
pub(super) const BUDGET: &[Column] = &[
    Column::Measurand,
    Column::Component,
    Column::Evaluation,
    Column::Distribution,
    Column::Standard,
    Column::Unit,
    Column::Sensitivity,
    Column::Dof,
    Column::Remark,
];

/// The columns of the table of correlation coefficients.
pub(super) const CORRELATIONS: &[Column] = &[
    Column::Measurand,
    Column::Point,
    Column::OtherPoint,
    Column::Correlation,
];

/// The identifier of a header field from its name in Chinese or English, or in both (`提交日期 / date of submission`); `None` if it cannot
/// be a name.
pub(super) fn header_field(name: &str) -> Option<String> {
    if let Some((one, other)) = name.split_once('/') {
        let same = |it: &String| header_field(other.trim()).as_ref() == Some(it);
        return header_field(one.trim()).filter(same);
    }
    let lower = name.to_lowercase();
    let known = match lower.as_str() {
        "plan" | "计划" | "计划摘要" | "plan digest" => "plan",
        "laboratory" | "lab" | "实验室" | "参比实验室" => "laboratory",
        "form" | "表格版本" | "form version" => "form",
        "title" | "比对名称" | "名称" => "title",
        "date" | "测量日期" | "日期" | "date of measurement" => "date",
        "conditions" | "环境条件" | "测量条件" | "environmental conditions" => "conditions",
        "submitted" | "提交日期" | "date of submission" => "submitted",
        "artefact" | "传递标准" => "artefact",
        "from" | "自" => "from",
        "to" | "至" => "to",
        "visit" | "到访次序" => "visit",
        "operator" | "测量人员" | "measured by" => "operator",
        "signer" | "批准人" | "签发人" | "signed by" => "signer",
        other => {
            let word = other.chars().count() <= 40
                && other.chars().all(|c| c.is_alphanumeric() || c == '_');
            return (word && !other.is_empty()).then(|| other.to_string());
        }
    };
    Some(known.to_string())
}

/// The form as separated text: UTF-8 with byte order mark (spreadsheet programs need it), comma between cells, one line for each
/// result asked for, then the budget; read back by [`super::read_csv`]. Headings are in the languages of the form.
pub fn write_csv_form(spec: &FormSpec) -> String {
    let mut out = String::from("\u{FEFF}");
    let mut header = |zh: &str, en: &str, value: &str| {
        let key = spec.label(&Text::new(zh, en));
        line(
            &mut out,
            &[format!("# {key}: {}", value.replace(['\n', '\r'], " ")).trim_end()],
        )
    };
    header("表格版本", "form", FORM_VERSION);
    header("计划摘要", "plan", &spec.plan_digest);
    header("实验室", "laboratory", &spec.laboratory);
    header("比对名称", "title", &spec.label(&spec.title));
    for field in &spec.fields {
        header(&field.label.zh, &field.label.en, "");
    }
    for text in &spec.instructions {
        line(
            &mut out,
            &[&format!(
                "# {}",
                spec.label(text)
                    .replace([':', '：'], "，")
                    .replace(['\n', '\r'], " ")
            )],
        );
    }
    let columns: Vec<Column> = spec.given().into_iter().chain(spec.inputs()).collect();
    heading(&mut out, &columns, spec);
    for row in &spec.rows {
        let cells: Vec<&str> = columns.iter().map(|column| row.given(*column)).collect();
        line(&mut out, &cells);
    }
    if !spec.components.is_empty() {
        line(&mut out, &["# table: budget"]);
        heading(&mut out, BUDGET, spec);
        for (measurand, component) in budget_rows(spec) {
            let component = spec.label(component);
            let cells: Vec<&str> = BUDGET
                .iter()
                .map(|column| {
                    if *column == Column::Measurand {
                        measurand
                    } else if *column == Column::Component {
                        &component
                    } else {
                        ""
                    }
                })
                .collect();
            line(&mut out, &cells);
        }
    }
    if !spec.pairs.is_empty() {
        line(&mut out, &["# table: correlations"]);
        heading(&mut out, CORRELATIONS, spec);
        for pair in &spec.pairs {
            let cells: Vec<&str> = CORRELATIONS.iter().map(|c| pair.given(*c)).collect();
            line(&mut out, &cells);
        }
    }
    line(&mut out, &["# end"]);
    out
}

/// Every measurand with every component.
pub(super) fn budget_rows(spec: &FormSpec) -> Vec<(&str, &Text)> {
    spec.measurands()
        .into_iter()
        .flat_map(|measurand| {
            spec.components
                .iter()
                .map(move |component| (measurand, component))
        })
        .collect()
}

fn heading(out: &mut String, columns: &[Column], spec: &FormSpec) {
    let names: Vec<String> = (columns.iter())
        .map(|column| spec.label(&column.heading()))
        .collect();
    let cells: Vec<&str> = names.iter().map(String::as_str).collect();
    line(out, &cells);
}

/// Writes one line, with quotation marks around cells that need them.
pub(super) fn line(out: &mut String, cells: &[&str]) {
    for (position, cell) in cells.iter().enumerate() {
        if position > 0 {
            out.push(',');
        }
        if cell.contains([',', ';', '\t', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&cell.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(cell);
        }
    }
    out.push_str("\r\n");
}
