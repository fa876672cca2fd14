//! The sections that the protocol takes over from definitions, with what it changes in them.

use minijinja::Value;

use super::{View, object, optional};
use crate::plan::Clause;

impl View<'_> {
    /// Every section taken over, in the order of the protocol.
    pub(super) fn reused(&self) -> Value {
        let place = |clause: &Clause| Value::from(format!("{}:{}", clause.file, clause.line));
        let each = self.plan.reused.iter().map(|reused| {
            let changes: Value = (reused.changes.iter())
                .map(|change| {
                    let old = change.instead_of.as_ref();
                    object([
                        ("text", Value::from(change.at.text.as_str())),
                        ("at", place(&change.at)),
                        ("old", optional(old.map(|c| c.text.as_str()))),
                        ("old_at", optional(old.map(place))),
                    ])
                })
                .collect();
            object([
                ("section", self.text(&reused.section)),
                ("name", Value::from(reused.name.as_str())),
                ("defined", place(&reused.defined)),
                ("changes", changes),
            ])
        });
        each.collect()
    }
}
