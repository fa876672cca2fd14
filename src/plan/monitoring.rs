//! What was recorded on the way beyond the limits of the protocol.

use std::collections::BTreeMap;

use jiff::civil::DateTime;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Plan, Quantity, Range, Stop, json};

/// Readings that followed one another beyond a limit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Excess {
    /// Where the transport began on which they were recorded; none for readings during the stay at `stop`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub from: Option<Stop>,
    /// The stop to which the transport went, or at which the transfer standard was.
    pub stop: Stop,
    /// `shock`, `temperature` …
    pub quantity: String,
    pub limit: Range,
    /// The reading farthest beyond the limit, in the unit of the limit.
    pub extreme: Quantity,
    /// Local time of the first of them.
    #[schemars(with = "String")]
    pub since: DateTime,
    /// Local time of the last.
    #[schemars(with = "String")]
    pub until: DateTime,
    /// How many there are.
    pub readings: u64,
}

impl Plan {
    /// The limits of what is recorded on the way, by quantity.
    pub fn limits_on_the_way(&self) -> &BTreeMap<String, Range> {
        static NONE: BTreeMap<String, Range> = BTreeMap::new();
        (self.content.transport.as_ref()).map_or(&NONE, |it| &it.monitored)
    }

    /// Puts what was recorded beyond the limits into a plan made anew.
    pub fn note_excesses(&mut self, excesses: Vec<Excess>) {
        if let Some(revision) = &mut self.content.circulation.revision {
            revision.excesses = excesses;
            self.digest = json::digest(&self.content);
        }
    }
}
