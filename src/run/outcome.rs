//! What a run gives: every number at full precision, with the step that made it.

mod csv;

pub(super) use csv::quoted;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use crate::evaluate::linking::published::LinkingResult;
use crate::evaluate::sampling::propagation::Agreement;
use crate::plan::link::KeyComparison;
use crate::plan::scores::SigmaOrigin;
use crate::plan::{Clause, Measure, Rules, Wording};
use crate::text::Text;

/// Version of the shapes in this module.
pub const FORMAT_VERSION: u32 = 1;

/// The outcome of a comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Outcome {
    pub format_version: u32,
    /// Digest of the plan that was carried out.
    pub plan: String,
    pub protocol: String,
    pub version: String,
    pub title: Text,
    /// Day of the report from which deadlines run: the day given, or the day planned.
    pub reported: Date,
    pub points: Vec<PointOutcome>,
    pub laboratories: Vec<LaboratoryOutcome>,
    /// By what was judged, as the plan orders it.
    #[serde(default, skip_serializing_if = "Rules::is_empty")]
    pub rules: Rules,
    /// Whether laboratories are published by code.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub coded: bool,
    /// Reference values of several points that were determined together.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub vectors: Vec<Vector>,
    /// What the screening tests find: evidence for people, in no verdict.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub screens: Vec<Screen>,
    /// The words in which verdicts are spoken of.
    #[serde(default, skip_serializing_if = "Wording::is_plain")]
    pub wording: Wording,
    /// The numbers with which the rules compare each score.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub limits: BTreeMap<String, Vec<f64>>,
    /// The places in the protocol that the steps cite.
    pub clauses: BTreeMap<String, Clause>,
}

/// Everything about one point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PointOutcome {
    pub measurand: String,
    pub point: String,
    pub title: Text,
    /// Nominal value as written, if any.
    pub nominal: Option<String>,
    /// Unit of all values here.
    pub unit: String,
    pub drift: Option<Drift>,
    pub reference: Option<Reference>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sigma_pt: Option<SigmaPt>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub precision: Option<PrecisionOutcome>,
    pub link: Option<Link>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub monte_carlo: Option<MonteCarlo>,
    /// Every laboratory of the plan that gave a result here.
    pub results: Vec<LaboratoryResult>,
    pub bilateral: Option<Bilateral>,
    /// What could not be done at this point, and why.
    pub failures: Vec<Failure>,
}

/// Reference values of several points determined together.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Vector {
    pub step: String,
    pub measurand: String,
    pub points: Vec<String>,
    /// Covariance of the reference values, row by row, in the squared unit of the measurand.
    pub covariance: Vec<Vec<f64>>,
    pub chi_squared: JointTest,
    pub laboratories: Vec<VectorDifferences>,
    pub clause: String,
}

/// The differences of one laboratory at several points, tested as a whole.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct VectorDifferences {
    pub laboratory: String,
    pub points: Vec<String>,
    /// Covariance of its D, row by row.
    pub covariance: Vec<Vec<f64>>,
    pub chi_squared: JointTest,
}

/// A χ² with its degrees of freedom and the probability of a larger one.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct JointTest {
    pub observed: f64,
    pub dof: f64,
    pub p_right: f64,
}

/// A step that could not be carried out.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Failure {
    pub step: String,
    pub kind: String,
    pub reason: Text,
}

/// How the transfer standard moved.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Drift {
    pub step: String,
    /// `none`, `corrected` or `added` to the uncertainty.
    pub treatment: String,
    /// Change per day in the measurand's unit.
    pub slope: f64,
    pub u_slope: f64,
    /// Difference of the pilot's last and first value.
    pub change: f64,
    /// Standard uncertainty that the instability contributes.
    pub u: f64,
    /// Whether the protocol's criterion was met; none when it states none.
    pub criterion_met: Option<bool>,
    /// Number of the pilot's measurements.
    pub measurements: usize,
    pub clause: String,
}

/// The reference value.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Reference {
    pub step: String,
    pub value: f64,
    /// Standard uncertainty, contributions of the transfer standard included where the protocol says so.
    pub u: f64,
    /// The part of `u` that comes from the results.
    pub u_results: f64,
    /// The part of `u` that comes from the transfer standard.
    pub u_standard: f64,
    /// The parts of what the transfer standard adds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub contributions: Vec<Contribution>,
    /// Full name of the method that was used.
    pub method: String,
    /// Whether `u_results` is taken from the scatter of the results and not from the uncertainties stated.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub from_scatter: bool,
    pub consistency: Option<Consistency>,
    /// Whether the method for inconsistent results took over.
    pub took_over: bool,
    /// Other subsets of the same size that are as consistent.
    pub ties: u64,
    /// Standard deviation of the results it was formed of, where the method takes u from it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub s: Option<f64>,
    pub clause: String,
}

/// The standard deviation for proficiency assessment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct SigmaPt {
    pub step: String,
    pub value: f64,
    pub origin: SigmaOrigin,
    /// What the origin gives, where a floor or a ceiling took its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub unbounded: Option<f64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Text>,
    pub clause: String,
    /// How the uncertainty of the assigned value compares with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub criterion: Option<Criterion>,
}

/// Repeatability and reproducibility at a point, in the measurand's unit (ISO 5725-2).
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct PrecisionOutcome {
    pub step: String,
    pub mean: f64,
    pub s_r: f64,
    #[serde(rename = "s_L")]
    pub s_between: f64,
    #[serde(rename = "s_R")]
    pub s_reproducibility: f64,
    pub repeatability_limit: f64,
    pub reproducibility_limit: f64,
    pub laboratories: Vec<CellOutcome>,
    /// Laboratories that reported no single readings.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub without: Vec<String>,
    /// Critical values here and below at 5 % and 1 %.
    pub h_critical: Option<[f64; 2]>,
    pub k_critical: Option<[f64; 2]>,
    pub cochran: Option<Tested>,
    pub grubbs_high: Option<Tested>,
    pub grubbs_low: Option<Tested>,
    pub clause: String,
}

/// The readings of one laboratory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct CellOutcome {
    pub laboratory: String,
    pub n: usize,
    pub mean: f64,
    /// None with one reading.
    pub s: Option<f64>,
    pub h: Option<f64>,
    pub k: Option<f64>,
}

/// A statistic with its critical values at 5 % and 1 %.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Tested {
    pub statistic: f64,
    pub critical: [f64; 2],
}

/// Whether the uncertainty of the assigned value is negligible.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    pub step: String,
    /// u(x_pt)/σ_pt.
    pub ratio: f64,
    pub factor: f64,
    pub negligible: bool,
    /// What is done when it is not: `z-prime`, `state` or `halt`.
    pub otherwise: String,
    pub clause: String,
}

/// A part of the uncertainty that the transfer standard adds to every deviation.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Contribution {
    /// `stability`, `transport` or `homogeneity`.
    pub item: String,
    pub u: f64,
    pub origin: Origin,
    /// Whether it enters the reference value as well.
    pub in_reference: bool,
    pub clause: String,
}

/// Where the number of a part comes from.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "from", rename_all = "kebab-case")]
pub enum Origin {
    /// The protocol states it.
    Protocol,
    /// A test before dispatch.
    Pretest { test: String },
    /// The range of the pilot's measurements during the circulation.
    PilotReturns,
    /// These meet the criterion, and the protocol adds nothing then.
    WithinCriterion,
    /// The drift is corrected; the uncertainty of that is in the covariance of the results.
    Corrected,
    /// The pilot's measurements after the return show it together with the drift.
    WithStability,
}

/// The chi-squared test of consistency.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consistency {
    pub observed: f64,
    pub dof: f64,
    pub p_right: f64,
    pub significance: f64,
    pub consistent: bool,
}

/// One laboratory at one point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaboratoryResult {
    pub laboratory: String,
    /// As submitted, in the measurand's unit.
    pub value: f64,
    /// None where the protocol asks for no uncertainty.
    pub u: Option<f64>,
    pub k: f64,
    pub date: Option<Date>,
    /// File and row from which it was taken.
    pub from: String,
    /// What was added for the drift of the transfer standard.
    pub correction: f64,
    pub weight: f64,
    pub in_reference: bool,
    /// Why it has no part in the reference value.
    pub left_out: Option<Text>,
    pub equivalence: Option<Equivalence>,
    /// From the reference value of the key comparison, where the comparison is linked to one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub linked: Option<Equivalence>,
    /// Difference from the reference value, where no uncertainty goes with it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub deviation: Option<f64>,
    /// Against the reference value of the others, where the protocol orders it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub leave_one_out: Option<Equivalence>,
    pub scores: BTreeMap<String, Score>,
    pub verdict: Option<String>,
    /// The step that gave the verdict and the clause of the rule.
    pub verdict_step: String,
    pub verdict_clause: Option<String>,
    /// The exception that gave the verdict, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<AppliedException>,
}

/// An exception that applied.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct AppliedException {
    pub label: Text,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub basis: Option<Text>,
    /// The verdict that the general rules give, and the clause of their rule.
    pub instead_of: Option<String>,
    pub general_clause: Option<String>,
}

/// A unilateral degree of equivalence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Equivalence {
    pub step: String,
    pub d: f64,
    pub u: f64,
    pub k: f64,
    /// k·u.
    #[serde(rename = "U")]
    pub expanded: f64,
    pub clause: String,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Score {
    pub step: String,
    pub value: f64,
    /// The form of the denominator: `with-covariance`, `independent`, `as-reported`; `sigma-pt` for z, `sigma-pt-and-u-ref` for z-prime.
    pub denominator: String,
    /// The score that is ordered, where this one is formed in its place.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instead_of: Option<String>,
    pub clause: String,
}

/// The Monte Carlo check of a point.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct MonteCarlo {
    pub step: String,
    pub draws: usize,
    pub seed: u64,
    /// What was held as the evaluation found it, and what was not checked and why.
    pub notes: Vec<Text>,
    /// The reference value, where its uncertainty can be checked.
    pub reference: Option<Propagated>,
    /// D of the laboratories, by their names.
    pub laboratories: BTreeMap<String, Propagated>,
    pub clause: String,
}

/// A quantity of the evaluation beside its drawn distribution.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Propagated {
    pub mean: f64,
    pub sd: Option<f64>,
    /// The drawn coverage interval, with the probability of ±k standard deviations of a normal distribution.
    pub low: f64,
    pub high: f64,
    /// Student's t at the effective degrees of freedom for that probability; the protocol's factor where they are infinite.
    pub k: f64,
    /// Distances of its ends from those of the evaluation, value ± k·u.
    pub d_low: f64,
    pub d_high: f64,
    pub tolerance: f64,
    pub standard_error: f64,
    pub agreement: Agreement,
}

/// How a point was brought to the reference value of a key comparison.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Link {
    pub step: String,
    #[serde(flatten)]
    pub key: KeyComparison,
    /// R: the value that the transfer standard has by the reference value of the key comparison, and its standard uncertainty.
    pub value: f64,
    pub u: f64,
    pub laboratories: Vec<LinkShare>,
    /// Linking laboratories without a result here.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub absent: Vec<String>,
    /// Whether the linking laboratories agree with one another; none with one of them.
    pub consistency: Option<LinkConsistency>,
    pub bilateral: Option<Bilateral>,
    pub clause: String,
}

/// The part of a linking laboratory.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkShare {
    #[serde(flatten)]
    pub published: LinkingResult,
    /// ω, its weight in R.
    pub share: f64,
    pub clause: String,
}

/// χ² of the differences between results here and published degrees of equivalence.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LinkConsistency {
    pub observed: f64,
    pub dof: f64,
    pub p_right: f64,
}

/// Differences between laboratories, row minus column.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Bilateral {
    pub step: String,
    pub laboratories: Vec<String>,
    pub d: Vec<Vec<f64>>,
    pub u: Vec<Vec<f64>>,
}

/// What one screening test finds. A shared standard, a common method or overstated uncertainties make results alike just as copying does.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Screen {
    pub step: String,
    /// Full name of the method.
    pub method: String,
    /// The corrected probability below which a sign is flagged, where the test has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub limit: Option<f64>,
    /// How many tests were made.
    pub tests: usize,
    /// What was tested; pairs without an equal number are not listed.
    pub signs: Vec<Sign>,
    /// Why nothing was tested.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_done: Option<Text>,
    pub clause: String,
}

/// One thing tested: a pair of laboratories, a laboratory, a point, or all results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Sign {
    pub laboratories: Vec<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub point: Option<String>,
    /// `pair-distance`, `own-distance`, `equal-values`, `last-digits`, `order-slope`, `neighbours`, `laboratory-before`, `U/CMC`, `H`.
    pub statistic: String,
    pub value: f64,
    /// Of a value as extreme among independent honest results; none where chance has no part.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub probability: Option<f64>,
    /// Times the size of the family of tests (Bonferroni), at most one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub corrected: Option<f64>,
    /// `none`, `weak`, `moderate` or `strong`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub evidence: Option<String>,
    /// Whether it is shown to people.
    pub flagged: bool,
}

/// The verdict on a laboratory and what follows.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct LaboratoryOutcome {
    pub laboratory: String,
    pub title: Text,
    /// The code under which it is published, where laboratories are published by code.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<String>,
    pub verdict: Option<String>,
    pub verdict_step: String,
    pub verdict_clause: Option<String>,
    /// The exception that gave the verdict, if one did.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub exception: Option<AppliedException>,
    /// Verdict at each point, in the order of the points.
    pub points: Vec<(String, String)>,
    pub consequences: Vec<Consequence>,
}

/// A measure with the day by which it must be done.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Consequence {
    #[serde(flatten)]
    pub measure: Measure,
    /// From the day of the report; none for measures without a period, or when that day is not known.
    pub due: Option<Date>,
}

/// Why a file is no outcome.
pub fn read(text: &str) -> Result<Outcome, Text> {
    let outcome: Outcome = serde_json::from_str(text).map_err(|error| {
        Text::new(
            format!(
                "文件不是完整的结果（第 {} 行第 {} 列）",
                error.line(),
                error.column()
            ),
            format!(
                "the file is not a complete outcome (line {}, column {})",
                error.line(),
                error.column()
            ),
        )
    })?;
    if outcome.format_version != FORMAT_VERSION {
        let version = outcome.format_version;
        return Err(Text::new(
            format!("结果的格式版本为 {version}，本程序只认识 {FORMAT_VERSION}"),
            format!(
                "the outcome has format version {version}, but only {FORMAT_VERSION} is known here"
            ),
        ));
    }
    Ok(outcome)
}

impl LaboratoryResult {
    /// Difference from the reference value, with or without an uncertainty.
    pub fn difference(&self) -> Option<f64> {
        (self.judged().map(|e| e.d)).or(self.deviation)
    }

    /// The score of that name, or the one that the protocol puts in its place.
    pub fn score(&self, name: &str) -> Option<&Score> {
        let instead = |score: &&Score| score.instead_of.as_deref() == Some(name);
        (self.scores.get(name)).or_else(|| self.scores.values().find(instead))
    }

    /// The degree of equivalence of which scores and verdict are formed: the linked one where the comparison is linked.
    pub fn judged(&self) -> Option<&Equivalence> {
        self.linked.as_ref().or(self.equivalence.as_ref())
    }
}

impl Vector {
    /// Covariance of the differences of a laboratory at two points; none where it has none there.
    pub fn covariance(&self, laboratory: &str, p: &str, q: &str) -> Option<f64> {
        let own = self.differences(laboratory)?;
        let at = |point: &str| own.points.iter().position(|id| id == point);
        Some(*own.covariance.get(at(p)?)?.get(at(q)?)?)
    }

    /// The differences of a laboratory.
    pub fn differences(&self, laboratory: &str) -> Option<&VectorDifferences> {
        self.laboratories
            .iter()
            .find(|l| l.laboratory == laboratory)
    }
}

impl PointOutcome {
    /// Standard uncertainty of the value from which the differences judged are taken; NaN without one.
    pub fn u_reference(&self) -> f64 {
        let linked = self.link.as_ref().map(|link| link.u);
        linked
            .or(self.reference.as_ref().map(|r| r.u))
            .unwrap_or(f64::NAN)
    }
}

impl Outcome {
    /// The outcome as JSON text with a line end.
    pub fn json(&self) -> String {
        let mut text = serde_json::to_string_pretty(self).unwrap_or_default();
        text.push('\n');
        text
    }
}
