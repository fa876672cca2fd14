//! What the journey planner is given: laboratories, artefacts, patterns, durations and wishes, as plain data.

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::order::ordered::Ordered;
use crate::text::{Lang, Text};
use crate::values::calendar::Calendar;
use crate::values::date::Duration;

/// The calendars a journey refers to, by name.
pub type Calendars = BTreeMap<String, Calendar>;

/// Everything the circulation of one comparison depends on.
///
/// Nothing in it is reordered by planning: laboratories are visited in the order written.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Journey {
    /// Identifier of the comparison; part of the identifiers of calendar entries.
    pub id: String,
    /// What people call the comparison.
    #[serde(default)]
    pub title: Text,
    /// Identifier of the pilot laboratory; it stands in `laboratories` too.
    pub pilot: String,
    pub laboratories: Vec<Laboratory>,
    pub artefacts: Vec<Artefact>,
    /// First day of the first measurement of the pilot.
    pub start: Date,
    /// Calendar of everyone who names none of their own; without it Saturdays and Sundays are off.
    #[serde(default)]
    pub calendar: Option<String>,
    /// How long the artefact stays with a laboratory when nothing else is said.
    pub stay: Duration,
    /// How long it stays with the pilot; `stay` when absent.
    #[serde(default)]
    pub pilot_stay: Option<Duration>,
    /// Time on the road of a leg when nothing else is said.
    pub transit: Duration,
    /// Time for packing, hand-over and the papers of each leg.
    #[serde(default)]
    pub hand_over: Option<Duration>,
    #[serde(default)]
    pub reserve: Reserve,
    /// Parcels leave and are received on working days only.
    #[serde(default)]
    pub working_days_only: bool,
    #[serde(default)]
    pub visit_rules: Vec<VisitRule>,
    #[serde(default)]
    pub leg_rules: Vec<LegRule>,
    #[serde(default)]
    pub precedences: Vec<Precedence>,
    /// Longest total duration, from `start` to the end of the last visit.
    #[serde(default)]
    pub limit: Option<Duration>,
    /// Longest time between two pilot measurements for which the stability of the artefacts is proven.
    #[serde(default)]
    pub stability: Option<Duration>,
    #[serde(default)]
    pub distances: Vec<Distance>,
}

impl Journey {
    /// A journey without laboratories and artefacts yet, and without any wish beyond the usual stay and transit.
    pub fn new(
        id: impl Into<String>,
        pilot: impl Into<String>,
        start: Date,
        stay: Duration,
        transit: Duration,
    ) -> Journey {
        Journey {
            id: id.into(),
            title: Text::default(),
            pilot: pilot.into(),
            laboratories: Vec::new(),
            artefacts: Vec::new(),
            start,
            calendar: None,
            stay,
            pilot_stay: None,
            transit,
            hand_over: None,
            reserve: Reserve::default(),
            working_days_only: false,
            visit_rules: Vec::new(),
            leg_rules: Vec::new(),
            precedences: Vec::new(),
            limit: None,
            stability: None,
            distances: Vec::new(),
        }
    }

    /// The title of the comparison, or its identifier.
    pub fn called(&self, lang: Lang) -> &str {
        match self.title.get(lang) {
            "" => &self.id,
            title => title,
        }
    }
}

/// A laboratory that can be visited.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Laboratory {
    pub id: String,
    #[serde(default)]
    pub title: Text,
    #[serde(default)]
    pub position: Option<Position>,
    #[serde(default)]
    pub calendar: Option<String>,
    /// Stay of every artefact with this laboratory.
    #[serde(default)]
    pub stay: Option<Duration>,
    /// Days on which the laboratory can neither hold nor measure an artefact.
    #[serde(default)]
    pub unavailable: Vec<Absence>,
    /// The laboratory measures one artefact at a time; a second one waits in its store.
    #[serde(default)]
    pub one_at_a_time: bool,
}

impl Laboratory {
    /// A laboratory of which only the identifier is known.
    pub fn new(id: impl Into<String>) -> Laboratory {
        Laboratory {
            id: id.into(),
            title: Text::default(),
            position: None,
            calendar: None,
            stay: None,
            unavailable: Vec::new(),
            one_at_a_time: false,
        }
    }

    /// The title, or the identifier of a laboratory without one.
    pub fn name(&self, lang: crate::text::Lang) -> &str {
        let title = self.title.get(lang);
        if title.is_empty() { &self.id } else { title }
    }
}

/// A place on the globe, degrees north and east.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Position {
    pub latitude: f64,
    pub longitude: f64,
}

/// Days, the last one included, on which a laboratory is closed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Absence {
    pub from: Date,
    pub to: Date,
    #[serde(default)]
    pub reason: Text,
}

/// A transfer standard, or a set of like specimens of it.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Artefact {
    pub id: String,
    #[serde(default)]
    pub title: Text,
    pub pattern: Pattern,
    /// Laboratories that owe a result on this artefact.
    pub measured_by: Vec<String>,
    /// Number of like specimens between which the loops of a star or of petals are shared in turn.
    #[serde(default = "one")]
    pub specimens: usize,
    /// When the pilot measures the artefact.
    #[serde(default)]
    pub pilot_measures: PilotMeasures,
    /// Longest time between pilot measurements for this artefact; the journey's `stability` when absent.
    #[serde(default)]
    pub stability: Option<Duration>,
    #[serde(default)]
    pub stay: Option<Duration>,
    #[serde(default)]
    pub transit: Option<Duration>,
    /// How the order of the laboratories was found, when it is not the author's.
    #[serde(default)]
    pub ordered: Option<Ordered>,
}

fn one() -> usize {
    1
}

impl Artefact {
    /// One specimen that every laboratory of `measured_by` measures, sent round by `pattern`.
    pub fn new(id: impl Into<String>, pattern: Pattern, measured_by: Vec<String>) -> Artefact {
        Artefact {
            id: id.into(),
            title: Text::default(),
            pattern,
            measured_by,
            specimens: 1,
            pilot_measures: PilotMeasures::default(),
            stability: None,
            stay: None,
            transit: None,
            ordered: None,
        }
    }
}

/// When the pilot measures an artefact that circulates.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum PilotMeasures {
    /// At the beginning, at each return, and at the end.
    #[default]
    EachReturn,
    /// At the beginning and at the end; between, the artefact only passes through.
    FirstAndLast,
}

/// How an artefact reaches the laboratories. An empty `order` means the order of `measured_by`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case", tag = "kind")]
pub enum Pattern {
    /// 圆环式: from the pilot through all laboratories back to the pilot.
    Ring {
        #[serde(default)]
        order: Vec<String>,
    },
    /// 星形式: to each laboratory and back to the pilot.
    Star {
        #[serde(default)]
        order: Vec<String>,
    },
    /// 花瓣式: several rings through the pilot, `by` laboratories in each.
    Petal {
        by: usize,
        #[serde(default)]
        order: Vec<String>,
    },
    /// 花瓣式 with its petals written out.
    Petals { groups: Vec<Vec<String>> },
    /// 平行分发: a sample to each laboratory at once, none returns.
    Parallel {
        #[serde(default)]
        order: Vec<String>,
    },
    /// 现场: the device stays at `place` (the pilot when absent) and the laboratories come to it one after another.
    OnSite {
        #[serde(default)]
        order: Vec<String>,
        #[serde(default)]
        place: Option<String>,
        /// Time between two laboratories; none when absent.
        #[serde(default)]
        changeover: Option<Duration>,
    },
    /// 远程: the laboratories measure the device at the pilot from afar, all at once or one after another.
    Remote {
        #[serde(default)]
        order: Vec<String>,
        #[serde(default)]
        at_once: bool,
    },
    /// Routes written out. Routes of one specimen follow one another; specimens travel independently.
    Routes { routes: Vec<Route> },
}

impl Pattern {
    /// Whether the laboratories are visited in the order of `measured_by`, because the pattern names none.
    pub fn follows_the_list(&self) -> bool {
        match self {
            Pattern::Ring { order }
            | Pattern::Star { order }
            | Pattern::Petal { order, .. }
            | Pattern::Parallel { order }
            | Pattern::OnSite { order, .. }
            | Pattern::Remote { order, .. } => order.is_empty(),
            Pattern::Petals { .. } | Pattern::Routes { .. } => false,
        }
    }
}

/// A route written out: `NIM -> SIMT -> GDIM -> NIM`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Route {
    /// Which specimen of the artefact takes this route, from 0.
    #[serde(default)]
    pub specimen: usize,
    pub stops: Vec<Stop>,
    /// Stay at each stop of this route; the artefact's when absent.
    #[serde(default)]
    pub stay: Option<Duration>,
    /// Time on the road of each leg of this route; the artefact's when absent.
    #[serde(default)]
    pub transit: Option<Duration>,
}

impl Route {
    /// A route of the first specimen with the usual times.
    pub fn of(stops: Vec<Stop>) -> Route {
        Route {
            specimen: 0,
            stops,
            stay: None,
            transit: None,
        }
    }
}

/// One stop of a route written out.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Stop {
    pub laboratory: String,
    /// The author says that the laboratory is visited again on purpose.
    #[serde(default)]
    pub again: bool,
    /// The laboratory measures here (otherwise the artefact only passes through).
    #[serde(default = "yes")]
    pub measures: bool,
}

fn yes() -> bool {
    true
}

impl Stop {
    /// A stop at which the laboratory measures for the first time.
    pub fn at(laboratory: impl Into<String>) -> Stop {
        Stop {
            laboratory: laboratory.into(),
            again: false,
            measures: true,
        }
    }
}

/// Names visits: all visits of a laboratory, or those of one artefact, or one of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct VisitName {
    pub laboratory: String,
    #[serde(default)]
    pub artefact: Option<String>,
    /// Which visit of the laboratory by the artefact, from 1.
    #[serde(default)]
    pub ordinal: Option<u32>,
}

impl VisitName {
    /// All visits of one laboratory.
    pub fn of(laboratory: impl Into<String>) -> VisitName {
        VisitName {
            laboratory: laboratory.into(),
            artefact: None,
            ordinal: None,
        }
    }
}

/// What is asked of some visits. Where several rules speak of one visit, the later one wins, wish by wish.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VisitRule {
    pub visit: VisitName,
    #[serde(default)]
    pub stay: Option<Duration>,
    /// Not to arrive before this day.
    #[serde(default)]
    pub earliest: Option<Date>,
    /// Not to arrive after this day.
    #[serde(default)]
    pub latest: Option<Date>,
    /// To arrive on exactly this day.
    #[serde(default)]
    pub fixed: Option<Date>,
}

impl VisitRule {
    /// A rule that asks nothing yet.
    pub fn new(visit: VisitName) -> VisitRule {
        VisitRule {
            visit,
            stay: None,
            earliest: None,
            latest: None,
            fixed: None,
        }
    }
}

/// What is known of some legs: all, those from or to a laboratory, or one. The later rule wins, part by part.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct LegRule {
    #[serde(default)]
    pub artefact: Option<String>,
    #[serde(default)]
    pub from: Option<String>,
    #[serde(default)]
    pub to: Option<String>,
    #[serde(default)]
    pub transit: Option<Duration>,
    /// Time for customs clearance (ATA carnet) on this leg.
    #[serde(default)]
    pub customs: Option<Duration>,
    #[serde(default)]
    pub hand_over: Option<Duration>,
    #[serde(default)]
    pub carrier: Option<Text>,
    /// Papers that go through customs along with the artefact.
    #[serde(default)]
    pub carnet: Option<Text>,
}

/// Spare time planned into the journey.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize)]
pub struct Reserve {
    /// Added to every leg.
    #[serde(default)]
    pub each_leg: Option<Duration>,
    /// Added to every leg that returns to the pilot.
    #[serde(default)]
    pub each_return: Option<Duration>,
    /// Added after the last visit.
    #[serde(default)]
    pub at_end: Option<Duration>,
}

/// One visit may begin only when another has ended.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Precedence {
    pub visit: VisitName,
    pub after: VisitName,
}

/// A distance that is known better than the great circle tells, both ways.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Distance {
    pub from: String,
    pub to: String,
    pub kilometres: f64,
}
