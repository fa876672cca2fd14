//! The tests before dispatch, evaluated by the protocol's own criteria.
//!
//! [`evaluate`] turns the pilot's measurements into figures and a standing for each test; the outcome is kept as a file, on which the release
//! of the participants' papers and the uncertainty of the transfer standard in the comparison rest.

mod collect;
mod evaluate;
mod facts;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::outcome::quoted;
use crate::condition::Term;
use crate::plan::{Action, Clause, Method, Plan};
use crate::text::Text;
use crate::values::rounding::shortest;

pub use evaluate::evaluate;

/// Version of the shapes in this module.
pub const FORMAT_VERSION: u32 = 1;

/// What became of the tests before dispatch.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Pretests {
    pub format_version: u32,
    /// Digest of the plan that asks for them.
    pub plan: String,
    pub protocol: String,
    pub version: String,
    pub title: Text,
    pub tests: Vec<Tested>,
    /// The places in the protocol that the tests cite.
    pub clauses: BTreeMap<String, Clause>,
}

/// One test at one point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    pub id: String,
    /// `repeatability`, `stability`, `transport` or `homogeneity`.
    pub kind: String,
    pub artefact: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specimen: Option<usize>,
    pub measurand: String,
    pub point: String,
    /// Unit of the point's figures.
    pub unit: String,
    /// Number of measurements that were used.
    pub measurements: usize,
    pub first: Option<Date>,
    pub last: Option<Date>,
    pub method: Option<Method>,
    pub criterion: Criterion,
    pub figures: Vec<Figure>,
    /// Standard uncertainty that the transfer standard has from this, in the point's unit.
    pub u: Option<f64>,
    pub standing: Standing,
    /// What is missing, or on what the standing rests.
    pub reason: Option<Text>,
    pub clause: String,
}

/// By what a test is judged.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "by", rename_all = "kebab-case")]
pub enum Criterion {
    /// The condition that the protocol states.
    Protocol { limit: Term },
    /// The method's own test, at this probability of rejecting what is sound.
    Method { significance: f64 },
    /// The protocol states none: that the measurements were made is all it asks for.
    Complete,
}

/// A number that a test gave.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Figure {
    pub name: String,
    pub value: f64,
    pub unit: String,
}

/// How a test came out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "is", rename_all = "kebab-case")]
pub enum Standing {
    Passed,
    /// The criterion does not hold, and the protocol orders a treatment with which the transfer standard may travel.
    Treated {
        by: Action,
    },
    Failed,
    /// Measurements are missing, or the criterion cannot be worked out.
    Incomplete,
    /// Evaluated elsewhere, with a record.
    Recorded {
        on: Date,
        record: Text,
    },
}

impl Standing {
    /// Whether the transfer standard may travel as far as this test is concerned.
    pub fn releases(&self) -> bool {
        !matches!(self, Standing::Failed | Standing::Incomplete)
    }

    /// The word for tables.
    pub fn word(&self) -> &'static str {
        match self {
            Standing::Passed => "passed",
            Standing::Treated { .. } => "treated",
            Standing::Failed => "failed",
            Standing::Incomplete => "incomplete",
            Standing::Recorded { .. } => "recorded",
        }
    }

    /// The word for people.
    pub fn title(&self) -> Text {
        match self {
            Standing::Passed => Text::new("通过", "passed"),
            Standing::Treated { .. } => Text::new("按规定处理", "treated as ordered"),
            Standing::Failed => Text::new("未通过", "failed"),
            Standing::Incomplete => Text::new("未完成", "incomplete"),
            Standing::Recorded { .. } => Text::new("另有记录", "on record"),
        }
    }
}

/// Why a file is no outcome of tests before dispatch.
///
/// # Errors
/// Text that is none, or of another format.
pub fn read(text: &str) -> Result<Pretests, Text> {
    let read: Pretests = serde_json::from_str(text).map_err(|error| {
        Text::new(
            format!(
                "文件不是发出前试验的结果（第 {} 行第 {} 列）",
                error.line(),
                error.column()
            ),
            format!(
                "the file is no outcome of tests before dispatch (line {}, column {})",
                error.line(),
                error.column()
            ),
        )
    })?;
    if read.format_version != FORMAT_VERSION {
        let version = read.format_version;
        return Err(Text::new(
            format!("试验结果的格式版本为 {version}，本程序只认识 {FORMAT_VERSION}"),
            format!(
                "the outcome of the tests has format version {version}, but only {FORMAT_VERSION} is known here"
            ),
        ));
    }
    Ok(read)
}

impl Pretests {
    /// Whether the transfer standard may be dispatched.
    pub fn releases(&self) -> bool {
        self.tests.iter().all(|test| test.standing.releases())
    }

    /// The tests of a kind at a point.
    pub fn at<'a>(&'a self, kind: &'a str, point: &'a str) -> impl Iterator<Item = &'a Tested> {
        (self.tests.iter()).filter(move |test| test.kind == kind && test.point == point)
    }

    /// As JSON text with a line end.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }

    /// Every number as a row `test,point,quantity,value,unit`, numbers in their shortest form that reads back the same.
    pub fn csv(&self) -> String {
        let mut out = String::from("test,point,quantity,value,unit\n");
        let mut row = |test: &Tested, quantity: &str, value: &str, unit: &str| {
            let fields = [&test.id, &test.point, quantity, value, unit].map(quoted);
            out.push_str(&fields.join(","));
            out.push('\n');
        };
        for test in &self.tests {
            for figure in &test.figures {
                row(test, &figure.name, &shortest(figure.value), &figure.unit);
            }
            if let Some(u) = test.u {
                row(test, "u", &shortest(u), &test.unit);
            }
            row(test, "standing", test.standing.word(), "");
        }
        out
    }
}

/// The tests of a plan that nobody has evaluated and no record speaks of.
pub fn outstanding(plan: &Plan) -> Vec<&crate::plan::Pretest> {
    let tests = plan.content.pretests.iter();
    tests.filter(|test| test.recorded.is_none()).collect()
}
