//! What changes between two versions of a protocol, which step of the version that needs, and whether the new version takes it.
//!
//! Two plans are compared part by part ([`walk`]); `areas.toml` says what a change of a part means. Verdict rules are compared by what
//! they decide ([`judgement`]): rules written otherwise that judge every outcome alike are no change, and rules that do not are shown with
//! an outcome that gets another verdict. The step is that of Semantic Versioning 2.0.0.

mod areas;
mod judgement;
mod text;
mod version;
mod walk;

use serde::Serialize;

use crate::plan::Plan;
use crate::text::Text;

pub use version::{Step, next};

/// Version of the shape of a comparison.
pub const FORMAT_VERSION: u32 = 1;

/// Everything that differs between two versions of a protocol.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Comparison {
    pub format_version: u32,
    pub protocol: String,
    pub old: String,
    pub new: String,
    /// The step that the changes need.
    pub needed: Step,
    /// The step that the version takes; none when it goes back or cannot be read.
    pub taken: Option<Step>,
    /// Whether the version takes at least the step that the changes need.
    pub fits: bool,
    /// The lowest version that would do.
    pub lowest: String,
    /// Grave changes first.
    pub changes: Vec<Change>,
}

/// One difference.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Change {
    pub step: Step,
    /// What the change is about.
    pub area: Text,
    /// The place in the plan; the points or steps at which the same change is made.
    pub places: Vec<String>,
    pub old: Option<Text>,
    pub new: Option<Text>,
    /// Outcomes that are judged otherwise.
    pub shifts: Vec<Shift>,
}

/// An outcome that gets another verdict.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Shift {
    pub from: String,
    pub to: String,
    /// The outcome; none where it cannot be told whether there is one.
    pub outcome: Option<Text>,
}

/// Comparisons as a JSON list with a line end.
pub fn json(comparisons: &[Comparison]) -> String {
    let mut text = serde_json::to_string_pretty(comparisons).unwrap_or_default();
    text.push('\n');
    text
}

/// Compares two versions of one protocol.
///
/// # Errors
/// Plans of two different protocols.
pub fn compare(old: &Plan, new: &Plan) -> Result<Comparison, Text> {
    let (before, after) = (&old.content.protocol, &new.content.protocol);
    if before.path != after.path {
        return Err(Text::new(
            format!(
                "`{}` 与 `{}` 是两份不同的方案，无法比较版本",
                before.path, after.path
            ),
            format!(
                "`{}` and `{}` are two protocols, not two versions of one",
                before.path, after.path
            ),
        ));
    }
    let mut changes = walk::changes(&old.content, &new.content);
    changes.extend(judgement::changes(&old.content, &new.content));
    changes.sort_by(|a, b| {
        let key = |c: &Change| (std::cmp::Reverse(c.step), c.area.clone(), c.places.clone());
        key(a).cmp(&key(b))
    });
    let needed = changes.iter().map(|c| c.step).max().unwrap_or(Step::None);
    let taken = version::taken(&before.version, &after.version);
    let lowest = next(&before.version, needed).unwrap_or_else(|| after.version.clone());
    Ok(Comparison {
        format_version: FORMAT_VERSION,
        protocol: after.path.clone(),
        old: before.version.clone(),
        new: after.version.clone(),
        needed,
        taken,
        fits: taken.is_some_and(|taken| taken >= needed),
        lowest,
        changes,
    })
}
