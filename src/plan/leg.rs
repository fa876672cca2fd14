//! The transports of a journey with all that is said of them.

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::{Circulation, Period, Stop, Visit};
use crate::text::Text;

/// A transport from one stop to the next.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Leg {
    pub from: Stop,
    pub to: Stop,
    #[schemars(with = "String")]
    pub dispatch: Date,
    #[schemars(with = "String")]
    pub arrival: Date,
    pub carrier: Option<Text>,
    /// Papers that go through customs along with it.
    pub carnet: Option<Text>,
    /// Time for packing, hand-over and papers.
    pub hand_over: Option<Period>,
    pub transit: Period,
    /// Time for customs clearance.
    pub customs: Option<Period>,
    /// Spare time of every leg, and of one that returns to the pilot.
    pub reserve: Option<Period>,
    pub reserve_at_return: Option<Period>,
}

impl Circulation {
    /// The transport that brings the transfer standard to a visit.
    pub fn leg_to(&self, visit: &Visit) -> Option<&Leg> {
        self.legs.iter().find(|it| it.to.is(visit))
    }

    /// The transports that take it on: none where it stays, several where specimens part.
    pub fn legs_from(&self, visit: &Visit) -> impl Iterator<Item = &Leg> {
        self.legs.iter().filter(|it| it.from.is(visit))
    }
}
