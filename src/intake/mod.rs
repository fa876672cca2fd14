//! Intake of submitted results: CSV, XLSX and digital calibration certificates, with one common outcome.
//!
//! Everything that comes from outside is taken as hostile: sizes are limited before anything is unpacked, no reader stops at the first
//! problem, and every problem is told with file, row, column and what to do about it. A reader never corrects a number on its own.
//!
//! The readers check what a file can show by itself (spelling, completeness, signs, agreement of U, k and u). Whether a unit fits the
//! measurand, or a point belongs to the plan, is for the caller, who gets every cell with its place.

pub mod dcc;

mod archive;
mod columns;
mod csv;
mod date;
mod encoding;
mod finding;
mod form;
mod header;
mod ledger;
mod log;
mod monitoring;
mod number;
mod table;
mod workbook;
mod workbook_form;
mod xml;

use std::collections::BTreeMap;

pub use csv::read_csv;
pub use finding::{Cell, FINDINGS_KEPT, Finding, Place, Severity, codes};
pub use form::{Asks, FORM_VERSION, FormField, FormPair, FormRow, FormSpec, write_csv_form};
pub use log::{JourneyLog, read_log, write_log};
pub use monitoring::{Extract, Logged, monitoring_forms, read_extract};
pub use number::{degrees_of_freedom, number, positive};
pub use workbook::read_xlsx;
pub use workbook_form::write_form;

use crate::text::Text;

/// Largest file accepted, in bytes (10 MiB).
pub const LARGEST_FILE: usize = 10 * 1024 * 1024;
/// Most rows accepted in one table.
pub const MOST_ROWS: usize = 100_000;
/// Most columns accepted in one table.
pub const MOST_COLUMNS: usize = 200;

/// What one laboratory submitted in one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Submission {
    /// Identifier of the laboratory as written; empty when the file does not tell.
    pub laboratory: String,
    /// Digest of the plan that the form was made for, `sha256:` and 64 hexadecimal digits.
    pub plan_digest: Option<String>,
    /// Name of the file, without its folder.
    pub file: String,
    /// The results, in the order of the file.
    pub rows: Vec<Row>,
    /// Header fields (date of measurement, conditions, signer, …) by their identifier.
    pub fields: BTreeMap<String, Cell>,
    /// The uncertainty budget.
    pub budget: Vec<BudgetLine>,
    /// Correlation coefficients of the results at two points.
    pub correlations: Vec<CorrelationLine>,
    /// Whether the file is signed. No signature is verified here.
    pub signature: Signature,
    /// The format of the file.
    pub kind: Kind,
}

/// One result: a value of a measurand at a point with its uncertainty.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Row {
    /// The measurand.
    pub measurand: Cell,
    /// The measurement point.
    pub point: Cell,
    /// Which single measurement of a test before dispatch it is; such a row needs no uncertainty.
    pub item: Option<Cell>,
    /// The measured value.
    pub value: Cell,
    /// The unit of value and uncertainty, as written.
    pub unit: Cell,
    /// The uncertainty as stated.
    pub uncertainty: Uncertainty,
    /// Degrees of freedom, if stated.
    pub dof: Option<Cell>,
    /// Date of measurement, if stated; `2026-11-23` whenever it was understood.
    pub date: Option<Cell>,
    /// Remark, if any.
    pub remark: Option<Cell>,
    /// Single readings, if asked for.
    pub repeats: Vec<Cell>,
}

/// An uncertainty as stated: U with k, or u, or both; in the unit of the value.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Uncertainty {
    /// Expanded uncertainty U.
    pub expanded: Option<Cell>,
    /// Coverage factor k.
    pub factor: Option<Cell>,
    /// Standard uncertainty u.
    pub standard: Option<Cell>,
}

/// One component of an uncertainty budget.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BudgetLine {
    /// The measurand, when the budget tells.
    pub measurand: Option<Cell>,
    /// The point, when the budget tells.
    pub point: Option<Cell>,
    /// Name of the component.
    pub component: Cell,
    /// Type of evaluation, A or B.
    pub evaluation: Option<Cell>,
    /// Assumed distribution.
    pub distribution: Option<Cell>,
    /// Standard uncertainty of the input quantity.
    pub standard: Cell,
    /// Unit of the standard uncertainty.
    pub unit: Option<Cell>,
    /// Sensitivity coefficient.
    pub sensitivity: Option<Cell>,
    /// Degrees of freedom.
    pub dof: Option<Cell>,
    /// Remark, if any.
    pub remark: Option<Cell>,
}

/// The correlation coefficient of a laboratory's results at two points.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct CorrelationLine {
    /// The measurand, when the line tells.
    pub measurand: Option<Cell>,
    pub point: Cell,
    pub other: Cell,
    pub r: Cell,
}

/// Whether a file carries an electronic signature.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Signature {
    /// There is none.
    Absent,
    /// There is one; nobody has checked it.
    PresentNotVerified,
}

/// The format of a submitted file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Separated text.
    Csv,
    /// Office Open XML workbook.
    Xlsx,
    /// Digital calibration certificate in XML.
    Dcc,
}

/// The outcome of reading one file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reading {
    /// What could be read; `None` when the file as a whole was refused.
    pub submission: Option<Submission>,
    /// Everything that was found, by place.
    pub findings: Vec<Finding>,
}

impl Reading {
    /// Whether the submission can be used: it was read, and nothing graver than a warning was found.
    pub fn is_acceptable(&self) -> bool {
        self.submission.is_some() && self.findings.iter().all(|f| f.severity < Severity::Error)
    }
}

/// Reads a submitted file of any accepted format. The format is told from the content, never from the name.
///
/// `mapping` says which quantities of a digital calibration certificate are the results; other formats do not need it. Where
/// `uncertainties` is false a result may be without one (a certificate never is).
pub fn read(bytes: &[u8], file: &str, mapping: &dcc::DccMapping, uncertainties: bool) -> Reading {
    if bytes.starts_with(b"PK") || bytes.starts_with(&archive::COMPOUND_FILE) {
        return workbook::read(bytes, file, uncertainties);
    }
    let text = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    if text.trim_ascii_start().starts_with(b"<") {
        dcc::read_submission(bytes, file, mapping)
    } else {
        csv::read(bytes, file, uncertainties)
    }
}

/// Compares the digest a submission carries with that of the plan (`sha256:…`). A submission of another plan is an error; one without
/// a digest is a warning, since nothing then shows which plan its laboratory had before it.
pub fn check_plan(submission: &Submission, plan_digest: &str) -> Option<Finding> {
    let place = Place::file(&submission.file);
    match submission.plan_digest.as_deref() {
        Some(digest) if digest.eq_ignore_ascii_case(plan_digest) => None,
        Some(digest) => Some(Finding::error(
            codes::PLAN_DIGEST,
            &place,
            Text::new(format!("该表格属于另一份计划（{}），本计划是 {}", finding::shown(digest), finding::shown(plan_digest)), format!("the form belongs to another plan ({}); this plan is {}", finding::shown(digest), finding::shown(plan_digest))),
            Text::new("请使用本次比对现行计划发出的结果表重新填写", "fill in the form issued with the plan in force"),
        )),
        None => Some(
            Finding::error(
                codes::PLAN_DIGEST,
                &place,
                Text::new("文件中没有计划摘要，无法确认依据的是哪一版计划", "the file carries no plan digest: which plan it answers cannot be shown"),
                Text::new("请使用本次比对发出的结果表，或由主导实验室确认计划版本", "use the form issued with the plan, or let the pilot laboratory confirm the version"),
            )
            .as_severity(Severity::Warning),
        ),
    }
}
