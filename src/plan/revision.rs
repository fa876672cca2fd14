//! What a plan that was made anew while the comparison runs says of the one issued before it.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Excess, Plan, Visit};
use crate::circulation::What;

/// How a plan made anew differs from the plan that was issued.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Revision {
    /// 1 for the first plan made anew.
    pub number: u32,
    /// Digest of the plan that was issued; result forms keep it.
    pub of: String,
    /// The day up to which it is known what happened.
    #[schemars(with = "String")]
    pub as_of: Date,
    pub happened: Vec<Happening>,
    /// Dates that are not past and have changed, by stop.
    pub moved: Vec<Moved>,
    /// What was recorded on the way beyond the limits of the protocol.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub excesses: Vec<Excess>,
}

impl Revision {
    /// Whether a laboratory must be told: dates of its visits have moved.
    pub fn tells(&self, laboratory: &str) -> bool {
        self.moved.iter().any(|it| it.stop.laboratory == laboratory)
    }
}

/// A visit by its names.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Stop {
    pub artefact: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specimen: Option<usize>,
    pub laboratory: String,
    pub ordinal: u32,
}

impl Stop {
    /// Whether this is the stop of `visit`.
    pub fn is(&self, visit: &Visit) -> bool {
        self.artefact == visit.artefact
            && self.specimen.unwrap_or(1) == visit.specimen.unwrap_or(1)
            && self.laboratory == visit.laboratory
            && self.ordinal == visit.ordinal
    }
}

/// Something that happened, or is now expected.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Happening {
    pub stop: Stop,
    pub what: Occurrence,
    #[schemars(with = "String")]
    pub date: Date,
    /// When it was planned in the plan issued.
    #[schemars(with = "Option<String>")]
    pub planned: Option<Date>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub remark: Option<String>,
}

impl Happening {
    /// Whether it went otherwise than planned.
    pub fn deviates(&self) -> bool {
        self.planned != Some(self.date)
    }
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Occurrence {
    Arrived,
    Departed,
    ExpectedArrival,
    ExpectedDeparture,
    Damaged,
    Lost,
}

/// A date of a stop that has changed.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Moved {
    pub stop: Stop,
    pub what: Appointment,
    #[schemars(with = "Option<String>")]
    pub old: Option<Date>,
    /// None: it does not take place.
    #[schemars(with = "Option<String>")]
    pub new: Option<Date>,
    /// What made it move, by its place in `happened`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub because: Vec<usize>,
}

/// Which date of a stop has changed.
#[derive(
    Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum Appointment {
    Arrival,
    /// First measuring day.
    From,
    /// Last measuring day.
    To,
    Departure,
    ResultsDue,
    /// The stop does not take place; the old date is that of its arrival.
    Cancelled,
}

impl From<What> for Appointment {
    fn from(what: What) -> Appointment {
        match what {
            What::Arrival => Appointment::Arrival,
            What::Start => Appointment::From,
            What::End => Appointment::To,
            What::Departure => Appointment::Departure,
            What::Cancelled => Appointment::Cancelled,
        }
    }
}

impl Visit {
    /// The names of this visit.
    pub fn stop(&self) -> Stop {
        Stop {
            artefact: self.artefact.clone(),
            specimen: self.specimen,
            laboratory: self.laboratory.clone(),
            ordinal: self.ordinal,
        }
    }
}

impl Plan {
    /// The digest that result forms of this comparison carry: that of the plan issued first, however often it has been made anew.
    pub fn issued_digest(&self) -> &str {
        let revision = self.content.circulation.revision.as_ref();
        revision.map_or(&self.digest, |it| &it.of)
    }

    /// Whether a laboratory owes no result because what it was to measure no longer comes to it.
    pub fn excused(&self, laboratory: &str) -> bool {
        let circulation = &self.content.circulation;
        circulation.revision.is_some()
            && !(circulation.visits.iter()).any(|it| it.laboratory == laboratory)
    }
}
