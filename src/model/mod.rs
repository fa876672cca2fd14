//! The protocol, resolved and typed: what the entries mean once every name is found and every quantity has its unit.
//!
//! [`resolve`] builds it and reports what does not hold together; a part that could not be read is absent, and nothing that depends on it is
//! reported a second time. Quantities of a measurand are held in the measurand's unit.

pub mod facts;
pub mod joint;
mod journey;
pub mod link;
pub mod policy;
mod resolve;
pub mod rules;
pub mod scores;
pub mod spoken;
mod standard;

use std::collections::BTreeMap;

use jiff::civil::Date;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use crate::circulation::order::Goal;
use crate::circulation::{PilotMeasures, Position};
use crate::evaluate::equivalence::Dependence;
use crate::source::{Span, Spanned};
use crate::text::Text;
use crate::values::quantity;
use crate::values::unit::Unit;

pub use journey::WrittenJourney;
pub use link::Link;
pub use resolve::resolve;
pub(crate) use resolve::{Resolver, nouns};
pub use rules::{Consequence, Exception, Measure, VerdictRule};
pub use standard::{Bounds, Done, Expected, Homogeneity, Stability, Transport, bound_at};

/// A comparison protocol (比对实施方案).
#[derive(Debug, Clone)]
pub struct Protocol {
    pub path: Spanned<String>,
    pub version: Spanned<String>,
    pub span: Span,
    pub summary: String,
    pub title: Text,
    pub purpose: Option<Text>,
    pub basis: Vec<Text>,
    pub policy: Option<Spanned<String>>,
    /// Whether a policy is named that does not exist: what it would have ordered is not known.
    pub policy_lost: bool,
    pub fields: Vec<String>,
    pub object: Option<Object>,
    pub class: Option<Spanned<String>>,
    pub level: Option<Spanned<String>>,
    pub participation: Option<Spanned<String>>,
    /// The vocabulary in which documents and reports speak of verdicts.
    pub vocabulary: Option<Spanned<String>>,
    pub organizer: Option<Body>,
    pub experts: Vec<Text>,
    pub pilot: Laboratory,
    pub participants: Vec<Laboratory>,
    pub participants_at: Span,
    /// Whether every line of the list could be read.
    pub participants_whole: bool,
    pub measurands: Vec<Measurand>,
    pub artefacts: Vec<Artefact>,
    /// Traceability of the reference value, when it is stated for the whole protocol.
    pub traceability: Option<Traceability>,
    pub stability: Option<Stability>,
    pub transport: Option<Transport>,
    pub homogeneity: Option<Homogeneity>,
    pub circulation: Circulation,
    pub reporting: Option<Reporting>,
    pub evaluation: Evaluation,
    pub acceptance: Acceptance,
    pub sanctions: Vec<Consequence>,
    /// What the policy orders where the protocol says nothing.
    pub policy_sanctions: Vec<Consequence>,
    pub policy_title: Text,
    /// The policy as it bears on this protocol.
    pub regime: policy::Regime,
    pub record: policy::Record,
    pub publication: Option<Publication>,
    pub integrity: Option<Integrity>,
    pub risks: Vec<Risk>,
    pub contingency: Option<Contingency>,
}

/// What the comparison is about.
#[derive(Debug, Clone)]
pub struct Object {
    pub kind: String,
    pub title: Text,
    pub at: Span,
}

/// An institution that is no laboratory of the comparison.
#[derive(Debug, Clone)]
pub struct Body {
    pub id: String,
    pub title: Text,
    pub at: Span,
}

/// The pilot or a participant.
#[derive(Debug, Clone)]
pub struct Laboratory {
    pub id: String,
    pub title: Text,
    pub certificate: Option<Text>,
    pub country: Option<Text>,
    pub contact: Option<Text>,
    pub address: Option<Text>,
    pub code: Option<String>,
    pub unavailable: Vec<Unavailable>,
    pub position: Option<Position>,
    pub one_at_a_time: bool,
    /// Calendars of its own.
    pub calendars: Vec<Spanned<String>>,
    pub at: Span,
}

/// Days, the last one included, on which a laboratory can do nothing for the comparison.
#[derive(Debug, Clone)]
pub struct Unavailable {
    pub from: Date,
    pub to: Date,
    pub reason: Text,
    pub at: Span,
}

/// A quantity and where it was written.
pub type Quantity = Spanned<quantity::Quantity>;

/// What a condition or a nominal value may be.
#[derive(Debug, Clone, PartialEq)]
pub enum Range {
    Single(quantity::Quantity),
    Between(quantity::Range),
    Around(quantity::Tolerance),
    Word(Text),
}

/// A condition and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Condition {
    pub term: crate::condition::Term,
    pub at: Span,
}

/// A measurand (VIM 2.3).
#[derive(Debug, Clone)]
pub struct Measurand {
    pub id: String,
    pub title: Text,
    /// Kind of quantity.
    pub quantity: String,
    pub unit: Unit,
    pub points: Vec<Point>,
    pub procedure: Vec<Text>,
    /// How often each point is measured at each visit.
    pub repeat: Option<usize>,
    pub conditions: Vec<(String, Range)>,
    pub reported: Vec<String>,
    pub resolution: Option<Quantity>,
    pub components: Vec<Text>,
    /// The largest expanded uncertainty that may enter the reference value: in the measurand's unit, for the points named (none: for all).
    pub largest: Vec<(f64, Vec<String>, Span)>,
    /// Where digital calibration certificates hold the values.
    pub certificates: Vec<CertificateData>,
    pub at: Span,
}

/// A quantity of a digital calibration certificate; everything that is told must fit.
///
/// The plan carries it as it is.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
pub struct CertificateData {
    pub ref_type: Option<String>,
    /// A `refType` of something around it.
    pub within: Option<String>,
    pub name: Option<String>,
    pub label: Option<String>,
    /// Its XML identifier.
    pub id: Option<String>,
    /// Unit of the D-SI, where the certificate gives several.
    pub unit: Option<String>,
    /// The points, in the order of the values.
    pub points: Vec<String>,
}

/// A point of measurement.
#[derive(Debug, Clone)]
pub struct Point {
    pub id: String,
    pub nominal: Option<Range>,
    pub at: Span,
}

/// A transfer standard or sample.
#[derive(Debug, Clone)]
pub struct Artefact {
    pub id: String,
    pub title: Text,
    /// Measurand and points (none: all of them).
    pub measures: Vec<(String, Vec<String>)>,
    pub traceability: Option<Traceability>,
    pub blind: bool,
    pub handling: Option<Text>,
    pub serial: Option<Text>,
    /// What it is worth, for customs and insurance.
    pub worth: Option<Text>,
    pub insurance: Option<Text>,
    /// Number of like specimens.
    pub specimens: usize,
    /// The participants that measure it (none: all of them).
    pub measured_by: Vec<Spanned<String>>,
    pub at: Span,
}

/// To what something is traceable (VIM 2.41).
#[derive(Debug, Clone)]
pub struct Traceability {
    pub route: String,
    pub standard: Text,
    pub certificate: Option<Text>,
    pub reason: Option<Text>,
    pub at: Span,
}

/// A span of time as written.
#[derive(Debug, Clone, PartialEq)]
pub struct Period {
    pub duration: crate::values::date::Duration,
    pub at: Span,
}

/// What is done when a test fails.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Action {
    pub action: String,
    pub model: Option<String>,
    pub at: Span,
}

/// A method of the library with the parameters the protocol gives it.
#[derive(Debug, Clone, PartialEq)]
pub struct Method {
    /// Full name in the library.
    pub path: String,
    pub parameters: Vec<(String, f64)>,
    pub flags: Vec<String>,
    /// How a result depends on the reference value of the method; none of a method that gives no reference value.
    pub dependence: Option<Dependence>,
    pub at: Span,
}

/// How the transfer standard travels, as written; [`crate::circulation`] makes visits and dates of it.
#[derive(Debug, Clone)]
pub struct Circulation {
    pub calendars: Vec<Spanned<String>>,
    pub start: Date,
    pub start_at: Span,
    pub patterns: Vec<TravelPattern>,
    /// What holds for all artefacts.
    pub terms: Terms,
    pub waits: Vec<Wait>,
    pub distances: Vec<Distance>,
    pub orders: Vec<OrderWish>,
    pub reserve: Reserve,
    pub limit: Option<Period>,
    pub at: Span,
    /// Whether every way could be read: else a laboratory that seems to be left out may have been written.
    pub ways_whole: bool,
    /// Whether every time could be read: else the dates are not those meant.
    pub times_whole: bool,
}

/// Time kept in reserve.
#[derive(Debug, Clone, Default)]
pub struct Reserve {
    pub at_end: Option<Period>,
    pub each_leg: Option<Period>,
    pub each_return: Option<Period>,
}

/// One artefact's way.
#[derive(Debug, Clone)]
pub struct TravelPattern {
    pub kind: Way,
    /// The artefact; none means every artefact.
    pub artefact: Option<Spanned<String>>,
    pub terms: Terms,
    pub at: Span,
}

#[derive(Debug, Clone, PartialEq)]
pub enum Way {
    Ring,
    Star,
    Petal(u64),
    Parallel,
    OnSite { place: Option<String> },
    Remote { at_once: bool },
    Route(WrittenRoute),
}

/// A route stop by stop.
#[derive(Debug, Clone, PartialEq)]
pub struct WrittenRoute {
    pub stops: Vec<Spanned<String>>,
    /// Which specimen takes it, from 0.
    pub specimen: usize,
    /// Laboratories visited more than once on purpose.
    pub again: Vec<String>,
    /// Laboratories that do not measure on this route.
    pub through: Vec<String>,
}

/// Times, carriers and dates asked for, of the whole circulation or of one pattern.
#[derive(Debug, Clone, Default)]
pub struct Terms {
    pub times: Vec<Time>,
    pub carriers: Vec<Carrier>,
    pub dates: Vec<DateWish>,
    pub pilot_measures: Option<PilotMeasures>,
}

impl Terms {
    /// A time that holds for every stop or leg.
    pub fn general(&self, kind: TimeKind) -> Option<&Time> {
        (self.times.iter()).find(|t| t.kind == kind && t.laboratory.is_none() && t.from.is_none())
    }
}

/// A stay, or a part of the time of a leg; for one laboratory or for all.
#[derive(Debug, Clone)]
pub struct Time {
    pub kind: TimeKind,
    pub laboratory: Option<Spanned<String>>,
    /// Where the leg begins.
    pub from: Option<Spanned<String>>,
    /// Which visit of the laboratory, from 1.
    pub visit: Option<u32>,
    /// Papers that go through customs along with it.
    pub carnet: Option<Text>,
    pub period: Period,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum TimeKind {
    Stay,
    Transit,
    Customs,
    HandOver,
}

/// Who carries on some legs.
#[derive(Debug, Clone)]
pub struct Carrier {
    pub name: Text,
    pub from: Option<Spanned<String>>,
    pub to: Option<Spanned<String>>,
    pub at: Span,
}

/// A date asked for the arrival at a laboratory.
#[derive(Debug, Clone)]
pub struct DateWish {
    pub kind: DateKind,
    pub laboratory: Spanned<String>,
    pub visit: Option<u32>,
    pub date: Date,
    pub at: Span,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum DateKind {
    Earliest,
    Latest,
    Fixed,
}

/// A visit (artefact, laboratory) that begins only when another has ended.
#[derive(Debug, Clone)]
pub struct Wait {
    pub visit: (String, String),
    pub after: (String, String),
    pub at: Span,
}

/// A distance in kilometres, both ways.
#[derive(Debug, Clone)]
pub struct Distance {
    pub from: String,
    pub to: String,
    pub kilometres: f64,
    pub at: Span,
}

/// The author asks that the order of the laboratories be found.
#[derive(Debug, Clone)]
pub struct OrderWish {
    /// The artefact; none means every artefact.
    pub artefact: Option<String>,
    pub goal: Goal,
    /// Kilometres a day, when legs are to count in days.
    pub kilometres_per_day: Option<f64>,
    pub at: Span,
}

/// Deadlines of reporting.
#[derive(Debug, Clone)]
pub struct Reporting {
    /// Period and the event it runs from.
    pub results: Option<(Period, String)>,
    pub corrections: Option<(String, Span)>,
    pub draft: Option<Period>,
    pub comment: Option<Period>,
    pub last: Option<(Period, String)>,
    pub late: Option<Text>,
    pub at: Span,
}

/// How numbers become degrees of equivalence and scores.
#[derive(Debug, Clone)]
pub struct Evaluation {
    pub outliers: Option<Method>,
    /// The precision experiment on the single readings.
    pub precision: Option<Method>,
    pub reference: Reference,
    /// Whether the author states that results are uncorrelated; none when nothing is said.
    pub uncorrelated: Option<Span>,
    /// Laboratories and their correlation coefficient.
    pub correlations: Vec<(String, String, f64, Span)>,
    /// Whether the author gives coefficients at all, readable or not.
    pub covariance_written: bool,
    pub include: Vec<(String, Span)>,
    /// Uncertainty that the reference value is expected to have.
    pub expected: Expected,
    pub drift: Option<Action>,
    pub link: Option<Link>,
    pub joint: Option<joint::Joint>,
    /// Whether a link that was written could be read.
    pub link_whole: bool,
    pub equivalence: Vec<(String, Span)>,
    pub scores: Vec<Score>,
    pub sigma_pt: Vec<scores::SigmaPt>,
    pub assigned_uncertainty: Option<scores::AssignedUncertainty>,
    pub check: Option<(Method, Option<u64>, Option<u64>)>,
    pub at: Span,
}

/// How the reference value is determined.
#[derive(Debug, Clone)]
pub struct Reference {
    pub method: Method,
    pub consistency: Option<Method>,
    pub otherwise: Option<Method>,
    pub certified: Vec<Certified>,
    /// Whether every value from a certificate could be read.
    pub certified_whole: bool,
    /// The only laboratories that may take part, with the reason.
    pub only: Option<(Vec<Spanned<String>>, Option<Text>)>,
    /// Laboratories that take no part, with the reason.
    pub without: Vec<(Vec<Spanned<String>>, Text)>,
    /// Correlation coefficients between two points of one laboratory, where all points are determined together.
    pub correlations: Vec<(link::Place, link::Place, f64, Span)>,
    pub at: Span,
}

/// A value from a certificate, in the measurand's unit.
#[derive(Debug, Clone)]
pub struct Certified {
    pub measurand: String,
    pub point: String,
    pub value: f64,
    /// Standard uncertainty.
    pub u: f64,
    pub at: Span,
}

/// A score and how it is formed.
#[derive(Debug, Clone)]
pub struct Score {
    pub name: String,
    pub k: f64,
    /// Whether the protocol states it.
    pub k_stated: bool,
    /// `with-covariance`, `difference`, `propagated`, `independent` or `as-reported`.
    pub denominator: String,
    /// Whether the protocol states it.
    pub denominator_stated: bool,
    pub at: Span,
}

/// Rules that make verdicts of scores.
#[derive(Debug, Clone)]
pub struct Acceptance {
    pub point: Vec<VerdictRule>,
    pub laboratory: Vec<VerdictRule>,
    pub point_at: Option<Span>,
    pub laboratory_at: Option<Span>,
    /// Whether every rule could be read; without one of them nothing can be said of the others together.
    pub complete: bool,
    pub at: Span,
}

#[derive(Debug, Clone)]
pub struct Publication {
    pub naming: String,
    pub items: Vec<String>,
    pub after: Option<(Period, String)>,
    pub at: Span,
}

#[derive(Debug, Clone)]
pub struct Integrity {
    pub sealed: bool,
    pub flags: Vec<Method>,
    pub capabilities: Vec<Capability>,
    pub at: Span,
}

/// A calibration and measurement capability: an expanded uncertainty at k = 2.
#[derive(Debug, Clone)]
pub struct Capability {
    pub laboratory: Spanned<String>,
    pub expanded: Quantity,
    /// Measurand and point of everything it is for (none: all points).
    pub points: Vec<(String, String)>,
}

#[derive(Debug, Clone)]
pub struct Risk {
    pub what: Text,
    pub likelihood: u64,
    pub severity: u64,
    pub control: Text,
    pub at: Span,
}

#[derive(Debug, Clone)]
pub struct Contingency {
    /// When a limit was exceeded on the way.
    pub excess: Option<Text>,
    pub damage: Option<Text>,
    pub loss: Option<Text>,
    /// Longest delay and who is told.
    pub delay: Option<(Period, String)>,
    pub at: Span,
}

impl Protocol {
    /// The wording of verdicts in the vocabulary that is ordered; empty where none is.
    pub fn verdict_words(&self) -> BTreeMap<String, Text> {
        let ordered = self.vocabulary.as_ref();
        let words = ordered.and_then(|kind| self.regime.vocabularies.get(&kind.value));
        words.cloned().unwrap_or_default()
    }

    /// The pilot and the participants.
    pub fn laboratories(&self) -> impl Iterator<Item = &Laboratory> {
        std::iter::once(&self.pilot).chain(self.participants.iter())
    }

    pub fn measurand(&self, id: &str) -> Option<&Measurand> {
        self.measurands.iter().find(|m| m.id == id)
    }
}
