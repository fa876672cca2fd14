//! Plans as JSON: written canonically, read with every fault named, digested.

use sha2::{Digest, Sha256};

use super::{Content, FORMAT_VERSION, Plan};
use crate::text::Text;

/// Why a file is not a plan that can be carried out.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum PlanError {
    /// Not JSON of the shape of a plan: what and where (line, column).
    Malformed {
        what: String,
        line: usize,
        column: usize,
    },
    /// Written by a compiler whose plans this one does not know.
    Version(u32),
    /// The content does not have the digest that the plan states.
    Altered { stated: String, found: String },
}

impl PlanError {
    pub fn message(&self) -> Text {
        match self {
            PlanError::Malformed { what, line, column } => Text::new(
                format!("文件不是完整的计划（第 {line} 行第 {column} 列：{what}）"),
                format!("the file is not a complete plan (line {line}, column {column}: {what})"),
            ),
            PlanError::Version(version) => Text::new(
                format!("计划的格式版本为 {version}，本程序只认识 {FORMAT_VERSION}"),
                format!(
                    "the plan has format version {version}, but only {FORMAT_VERSION} is known here"
                ),
            ),
            PlanError::Altered { stated, found } => Text::new(
                format!("计划内容与其摘要不符：写明 {stated}，实为 {found}"),
                format!(
                    "the plan's content does not match its digest: it states {stated}, but has {found}"
                ),
            ),
        }
    }
}

/// `sha256:` and the digest of the content's canonical JSON.
pub fn digest(content: &Content) -> String {
    let bytes = serde_json::to_vec(content).unwrap_or_default();
    let hash = Sha256::digest(&bytes);
    let hex: String = hash.iter().map(|byte| format!("{byte:02x}")).collect();
    format!("sha256:{hex}")
}

/// JSON Schema (2020-12) of a plan, with a line end.
pub fn schema() -> String {
    let schema = schemars::schema_for!(Plan);
    let mut text = serde_json::to_string_pretty(&schema).unwrap_or_default();
    text.push('\n');
    text
}

/// The plan as JSON text with a line end.
pub fn write(plan: &Plan) -> String {
    let mut text = serde_json::to_string_pretty(plan).unwrap_or_default();
    text.push('\n');
    text
}

/// Reads a plan and checks that nobody changed it.
///
/// # Errors
/// Text that is no plan, a plan of another format, a plan whose content was altered.
pub fn read(text: &str) -> Result<Plan, PlanError> {
    #[derive(serde::Deserialize)]
    struct Version {
        format_version: u32,
    }
    let malformed = |error: serde_json::Error| PlanError::Malformed {
        what: error.to_string(),
        line: error.line(),
        column: error.column(),
    };
    let version: Version = serde_json::from_str(text).map_err(malformed)?;
    if version.format_version != FORMAT_VERSION {
        return Err(PlanError::Version(version.format_version));
    }
    let plan: Plan = serde_json::from_str(text).map_err(malformed)?;
    let found = digest(&plan.content);
    if found != plan.digest {
        return Err(PlanError::Altered {
            stated: plan.digest,
            found,
        });
    }
    Ok(plan)
}
