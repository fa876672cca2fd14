//! The evaluation plan: everything a run needs, and nothing else.
//!
//! A plan is written once, before the first dispatch, and archived; the runner reads it alone. It is canonical: the same protocol gives
//! the same bytes whatever its layout, comments, order of statements and keyword language, and the digest covers all of it but the
//! places in the source. [`build`] makes it of a model and its timetable, [`json`] writes and reads it.

mod build;
pub mod joint;
pub mod json;
mod leg;
pub mod link;
mod monitoring;
mod revision;
pub mod scores;
pub mod screen;
mod standard;
pub mod vector;

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::circulation::Ordered;
use crate::condition::Term;
use crate::evaluate::equivalence::Dependence;
use crate::text::Text;

pub use crate::model::CertificateData;
pub use build::{build, revise};
pub use leg::Leg;
pub use monitoring::Excess;
pub use revision::{Appointment, Happening, Moved, Occurrence, Revision, Stop};
pub use standard::{Homogeneity, Pretest, PretestKind, Recorded, Stability, Transport};

/// Version of the shapes in this module.
pub const FORMAT_VERSION: u32 = 1;

/// A plan.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Plan {
    pub format_version: u32,
    /// `sha256:` and the digest of the content.
    pub digest: String,
    pub content: Content,
    /// Where each part of the content stands in the protocol; not part of the digest.
    pub clauses: BTreeMap<String, Clause>,
    /// The sections that the protocol takes over from definitions, with what it changes in them; not part of the digest, which covers what
    /// they say.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub reused: Vec<Reused>,
    /// Documentation comments of the protocol; not part of the digest.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub summary: String,
}

/// A place in the protocol from which a part of the plan comes.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Clause {
    pub file: String,
    pub line: u32,
    pub column: u32,
    /// The line as written.
    pub text: String,
}

/// A section taken over from a definition.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Reused {
    pub section: Text,
    /// Full name of the definition.
    pub name: String,
    pub defined: Clause,
    pub changes: Vec<ReusedChange>,
}

/// What the protocol says beside its definition, or in the place of what the definition says.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct ReusedChange {
    pub at: Clause,
    pub instead_of: Option<Clause>,
}

/// What the digest covers.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Content {
    pub protocol: Head,
    pub laboratories: Vec<Laboratory>,
    pub measurands: Vec<Measurand>,
    pub artefacts: Vec<Artefact>,
    pub stability: Option<Stability>,
    pub transport: Option<Transport>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub homogeneity: Option<Homogeneity>,
    /// What the transfer standard has to pass before it is dispatched.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub pretests: Vec<Pretest>,
    pub circulation: Circulation,
    pub reporting: Reporting,
    pub steps: Vec<Step>,
    pub rules: Rules,
    /// What follows from each verdict and event.
    pub consequences: BTreeMap<String, Vec<Measure>>,
    pub publication: Option<Publication>,
    pub integrity: Option<Integrity>,
    pub risks: Vec<Risk>,
    pub contingency: Option<Contingency>,
    /// What the protocol leaves open and its policy fills in.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub defaults: Vec<PolicyDefault>,
    #[serde(default, skip_serializing_if = "Wording::is_plain")]
    pub wording: Wording,
}

/// A value that the protocol does not state.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct PolicyDefault {
    /// The statement it stands for: `report.results`.
    pub path: String,
    /// As the language writes it: `20 wd of departure`.
    pub value: String,
    /// The policy it comes from; none for a default of the language.
    pub policy: Option<String>,
    pub basis: Text,
    /// `seen`, `secondary` or `own-choice`: how sure the basis is.
    pub certainty: String,
}

/// The words in which verdicts are spoken of.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Wording {
    /// `technical`, `proficiency` or `administrative`; empty for the words of the language.
    pub vocabulary: String,
    /// Wording by verdict; a verdict without one is called by its name in the language.
    pub verdicts: BTreeMap<String, Text>,
}

impl Wording {
    /// The words of the language itself.
    pub const PLAIN: Wording = Wording {
        vocabulary: String::new(),
        verdicts: BTreeMap::new(),
    };

    /// Whether nothing was ordered.
    pub fn is_plain(&self) -> bool {
        *self == Wording::PLAIN
    }
}

/// What the comparison is.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Head {
    pub path: String,
    pub version: String,
    pub title: Text,
    pub purpose: Option<Text>,
    pub basis: Vec<Text>,
    pub policy: Option<Policy>,
    pub fields: Vec<String>,
    pub object: Option<Object>,
    pub class: Option<String>,
    pub level: Option<String>,
    pub participation: Option<String>,
    pub organizer: Option<Body>,
    pub experts: Vec<Text>,
    pub traceability: Option<Traceability>,
    /// Number under which the organizer keeps the project.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub number: Option<String>,
    /// Who bears the cost of taking part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fee: Option<String>,
    /// Safety at work with the transfer standard.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub safety: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub use_of_results: Option<Text>,
}

/// The regime the protocol follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Policy {
    pub path: String,
    pub title: Text,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Object {
    pub kind: String,
    pub title: Text,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Body {
    pub id: String,
    pub title: Text,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Pilot,
    Participant,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Laboratory {
    pub id: String,
    pub title: Text,
    pub role: Role,
    pub certificate: Option<Text>,
    pub country: Option<Text>,
    pub contact: Option<Text>,
    pub address: Option<Text>,
    pub code: Option<String>,
}

/// A number with its unit as displayed.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Quantity {
    pub value: f64,
    pub unit: String,
}

/// A value, a range, a value with its tolerance, or a word.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "lowercase")]
pub enum Range {
    Value(Quantity),
    Between(Quantity, Quantity),
    Around(Quantity, Quantity),
    Word(Text),
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measurand {
    pub id: String,
    pub title: Text,
    /// Kind of quantity.
    pub quantity: String,
    /// Unit of all results, as displayed.
    pub unit: String,
    pub points: Vec<Point>,
    pub procedure: Vec<Text>,
    /// How often each point is measured at each visit.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub repeat: Option<usize>,
    pub conditions: BTreeMap<String, Range>,
    pub reported: Vec<String>,
    pub resolution: Option<Quantity>,
    pub components: Vec<Text>,
    /// Where digital calibration certificates hold the values.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub certificates: Vec<CertificateData>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Point {
    pub id: String,
    pub nominal: Option<Range>,
    /// Largest expanded uncertainty that may enter the reference value, in the measurand's unit.
    pub largest_expanded: Option<f64>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Artefact {
    pub id: String,
    pub title: Text,
    pub serial: Option<Text>,
    /// Measurand and point of everything measured on it.
    pub measures: Vec<(String, String)>,
    pub traceability: Option<Traceability>,
    pub blind: bool,
    pub handling: Option<Text>,
    /// What it is worth, for customs papers and insurance.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub worth: Option<Text>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub insurance: Option<Text>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Traceability {
    pub route: String,
    pub standard: Text,
    pub certificate: Option<Text>,
    pub reason: Option<Text>,
}

/// A span of time as written: `10 d`, `15 wd`.
pub type Period = crate::values::date::Duration;

#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Action {
    pub action: String,
    pub model: Option<String>,
}

/// A method of the library with its parameters.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Method {
    pub path: String,
    pub parameters: BTreeMap<String, f64>,
    pub flags: Vec<String>,
    /// How a result depends on the reference value of the method; none of a method that gives no reference value.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub dependence: Option<Dependence>,
}

/// The journey with its dates.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Circulation {
    #[schemars(with = "String")]
    pub start: Date,
    #[schemars(with = "String")]
    pub finish: Date,
    /// Pattern of each artefact.
    pub patterns: BTreeMap<String, String>,
    pub calendars: Vec<String>,
    pub limit: Option<Period>,
    /// How the order of an artefact's laboratories was found, where it is not the author's.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub orders: BTreeMap<String, Ordered>,
    pub visits: Vec<Visit>,
    /// The transports, in the order of their dispatch.
    #[serde(default)]
    pub legs: Vec<Leg>,
    /// How the dates differ from those of the plan issued, where it was made anew while the comparison runs.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub revision: Option<Revision>,
}

/// One stay of an artefact at a laboratory.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct Visit {
    pub artefact: String,
    /// Which specimen of the artefact, from one; none when there is only one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub specimen: Option<usize>,
    pub laboratory: String,
    /// Which visit of this artefact to this laboratory, from one.
    pub ordinal: u32,
    /// Whether the laboratory measures, or the artefact only passes through.
    #[serde(default = "yes", skip_serializing_if = "is_yes")]
    pub measures: bool,
    #[schemars(with = "String")]
    pub arrival: Date,
    /// First and last day of the measurement.
    #[schemars(with = "String")]
    pub from: Date,
    #[schemars(with = "String")]
    pub to: Date,
    #[schemars(with = "String")]
    pub departure: Date,
    /// When the results of this visit are due.
    #[schemars(with = "Option<String>")]
    pub results_due: Option<Date>,
}

fn yes() -> bool {
    true
}

fn is_yes(yes: &bool) -> bool {
    *yes
}

#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Reporting {
    pub results: Option<Deadline>,
    pub corrections_until: Option<String>,
    pub draft: Option<Period>,
    pub comment: Option<Period>,
    pub last: Option<Deadline>,
    pub late: Option<Text>,
}

/// A period and the event from which it runs.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Deadline {
    pub within: Period,
    pub of: String,
}

/// One step of the evaluation; steps stand in an order in which they can be carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Step {
    pub id: String,
    pub measurand: Option<String>,
    pub point: Option<String>,
    #[serde(flatten)]
    pub task: Task,
    pub inputs: Vec<String>,
    /// The key of the clause that demands it.
    pub clause: String,
}

/// What a step does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "task", rename_all = "kebab-case")]
pub enum Task {
    /// Takes the submitted results of a point into the measurand's unit at one standard uncertainty.
    Collect { artefact: Option<String> },
    /// Follows the transfer standard over the pilot's measurements and treats what changed.
    Drift {
        limit: Option<Term>,
        action: Action,
        repeatability: Option<f64>,
    },
    /// Finds results that have no part in the reference value because they lie apart.
    Outliers { method: Method },
    /// Determines the reference value.
    Reference {
        method: Method,
        consistency: Option<Method>,
        otherwise: Option<Box<Method>>,
        members: Members,
        certified: Option<Certified>,
        /// Contributions of the transfer standard that enter the uncertainty.
        include: Vec<String>,
        correlations: Vec<(String, String, f64)>,
    },
    /// Determines the reference values of several points together, where the points' own steps leave that to it.
    VectorReference(vector::VectorReference),
    /// Forms the degrees of equivalence.
    Equivalence {
        kinds: Vec<String>,
        k: f64,
        denominator: String,
    },
    /// Determines the standard deviation for proficiency assessment.
    SigmaPt(scores::SigmaPt),
    /// Compares the uncertainty of the assigned value with it.
    AssignedUncertainty(scores::Criterion),
    /// Propagates distributions to check reference value and degrees of equivalence (JCGM 101).
    MonteCarlo { draws: u64, seed: u64 },
    /// Brings the degrees of equivalence to the reference value of a key comparison.
    Link(link::Link),
    /// Forms repeatability and reproducibility of the single readings; nothing is judged by them.
    Precision { method: Method },
    /// Forms a score of every laboratory.
    Score {
        score: String,
        k: f64,
        denominator: String,
    },
    /// Judges every laboratory over all its points together.
    Joint(joint::Joint),
    /// Gives every laboratory its verdict at the point.
    JudgePoint,
    /// Gives every laboratory its verdict over all points.
    JudgeLaboratory,
    /// Derives what follows, with dates.
    Consequences,
    /// Screens all results for signs of collusion; nothing is judged by it.
    Screen(screen::Screen),
}

/// Who takes part in the reference value.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Members {
    /// The only ones; empty means everybody.
    pub only: Vec<String>,
    pub only_because: Option<Text>,
    /// Laboratory and the reason why it has no part.
    pub without: BTreeMap<String, Text>,
    /// Largest expanded uncertainty at k = 2 that may take part, in the measurand's unit.
    pub largest_expanded: Option<f64>,
}

/// A reference value from a certificate, in the measurand's unit.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Certified {
    pub value: f64,
    /// Standard uncertainty.
    pub u: f64,
}

/// By what a point and a laboratory are judged.
#[derive(Debug, Clone, Default, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rules {
    pub point: Vec<Rule>,
    pub laboratory: Vec<Rule>,
}

impl Rules {
    pub fn is_empty(&self) -> bool {
        self.point.is_empty() && self.laboratory.is_empty()
    }

    /// Every condition, those of points first.
    pub fn conditions(&self) -> impl Iterator<Item = &Term> {
        (self.point.iter().chain(&self.laboratory)).filter_map(|r| r.when.as_ref())
    }
}

/// A verdict and its condition; without one it takes what the others leave. An exception goes before the general rules.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Rule {
    pub verdict: String,
    pub when: Option<Term>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<Exception>,
    pub clause: String,
}

/// What names an exception, and on what it rests.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
pub struct Exception {
    pub label: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Text>,
}

/// One measure that follows from a verdict or an event.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Measure {
    #[serde(flatten)]
    pub order: Order,
    pub basis: Option<Text>,
    /// Whether it comes from the policy and not from the protocol.
    pub from_policy: bool,
    pub clause: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(tag = "measure", rename_all = "kebab-case")]
pub enum Order {
    Rectify {
        within: Period,
        evidence: Option<Text>,
    },
    Suspend {
        what: String,
        until: Option<String>,
    },
    Retest {
        within: Period,
        outcomes: Vec<(String, Box<Measure>)>,
    },
    Refer {
        to: String,
    },
    Lift {
        what: String,
    },
    Void {
        what: String,
    },
    Record {
        what: String,
    },
    Notify {
        whom: String,
        within: Option<Period>,
    },
    Nothing,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Publication {
    pub naming: String,
    pub items: Vec<String>,
    pub after: Option<Deadline>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Integrity {
    pub sealed: bool,
    pub flags: Vec<Method>,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Risk {
    pub what: Text,
    pub likelihood: u64,
    pub severity: u64,
    pub control: Text,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct Contingency {
    /// When a limit was exceeded on the way.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub excess: Option<Text>,
    pub damage: Option<Text>,
    pub loss: Option<Text>,
    pub delay: Option<(Period, String)>,
}

impl Measurand {
    /// Whether a result without an uncertainty is incomplete; so it is where the protocol does not list what is reported.
    pub fn asks_uncertainty(&self) -> bool {
        let uncertainty = |item: &String| matches!(item.as_str(), "U" | "u");
        self.reported.is_empty() || self.reported.iter().any(uncertainty)
    }

    /// Whether laboratories report the correlation of their results at its points.
    pub fn asks_correlation(&self) -> bool {
        self.reported.iter().any(|item| item == "correlation")
    }
}

impl Plan {
    pub fn pilot(&self) -> Option<&Laboratory> {
        self.content
            .laboratories
            .iter()
            .find(|l| l.role == Role::Pilot)
    }

    pub fn laboratory(&self, id: &str) -> Option<&Laboratory> {
        self.content.laboratories.iter().find(|l| l.id == id)
    }

    pub fn measurand(&self, id: &str) -> Option<&Measurand> {
        self.content.measurands.iter().find(|m| m.id == id)
    }
}
