//! A regime (制度) as it bears on one protocol: what it requires, what it fills in, what it allows, in which words it speaks.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use super::Condition;
use crate::source::{Span, Spanned};
use crate::text::Text;

/// The policy a protocol follows and those it extends, resolved for that protocol.
#[derive(Debug, Clone, Default)]
pub struct Regime {
    pub requirements: Vec<Requirement>,
    /// What was filled in where the protocol is silent.
    pub defaults: Vec<AppliedDefault>,
    pub allowances: Vec<Allowance>,
    /// Wording of verdicts: by vocabulary (`technical`, `proficiency`, `administrative`), then by verdict.
    pub vocabularies: BTreeMap<String, BTreeMap<String, Text>>,
    /// The form of project numbers.
    pub number_pattern: Option<String>,
    /// Library names of the units that may be used; empty where the regime says nothing of units.
    pub legal_units: BTreeSet<String>,
    /// Series of documents that are cited with the year of their edition.
    pub dated_series: Vec<String>,
    /// Every path of keywords of which a requirement speaks: whether it stands in the protocol, and the place concerned.
    pub present: BTreeMap<String, (bool, Span)>,
}

/// What a rule, default or allowance rests on.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ground {
    /// Article or clause, or who chose it.
    pub basis: Text,
    /// `seen` (read in its own words), `secondary` (at second hand), `own-choice`.
    pub certainty: String,
}

/// A rule that protocols under the regime must keep.
#[derive(Debug, Clone)]
pub struct Requirement {
    /// The policy that states it.
    pub policy: String,
    /// The rule's number in it: `R07`.
    pub rule: String,
    pub condition: Condition,
    /// When the rule applies; none: always.
    pub scope: Option<Condition>,
    pub otherwise: Text,
    pub mend: Option<Text>,
    pub ground: Ground,
    /// Whether a breach is a warning only.
    pub warning: bool,
    /// Its place in the policy.
    pub at: Span,
}

/// A value that the protocol does not state and the regime supplies.
#[derive(Debug, Clone)]
pub struct AppliedDefault {
    /// The statement it stands for: `report.results`.
    pub path: String,
    /// As the language writes it: `20 wd of departure`.
    pub value: String,
    /// The policy it comes from; none for a default of the language.
    pub policy: Option<String>,
    pub ground: Ground,
    /// Its place in the policy.
    pub at: Span,
}

/// Measures that may be ordered only under a condition.
#[derive(Debug, Clone)]
pub struct Allowance {
    pub policy: String,
    pub measures: Vec<String>,
    pub scope: Condition,
    pub ground: Ground,
    pub at: Span,
}

/// What the protocol records of its own making, for the authority rather than for the measurement.
#[derive(Debug, Clone, Default)]
pub struct Record {
    pub number: Option<Spanned<String>>,
    /// When the last comparison of the same item began.
    pub previous: Option<Spanned<Date>>,
    pub fee: Option<Spanned<String>>,
    pub exemptions: Vec<Exemption>,
    pub consents: Vec<Consent>,
    pub review: Option<Spanned<Date>>,
    pub safety: Option<Text>,
    pub use_of_results: Option<Text>,
    /// Documents the protocol cites, as its basis and as procedures.
    pub citations: Vec<Spanned<Text>>,
    /// Regulations known to the library.
    pub regulations: Vec<Regulation>,
}

/// A laboratory that would have to take part and does not.
#[derive(Debug, Clone)]
pub struct Exemption {
    pub laboratory: Text,
    pub reason: Text,
    /// The written consent of the authority.
    pub consent: Option<Text>,
    pub at: Span,
}

/// Participants that have agreed to the protocol.
#[derive(Debug, Clone)]
pub struct Consent {
    pub laboratories: Vec<String>,
    pub on: Option<Date>,
    pub at: Span,
}

/// A document and the days on which it is in force.
#[derive(Debug, Clone)]
pub struct Regulation {
    pub title: Text,
    /// The ways in which it is cited.
    pub designations: Vec<String>,
    pub in_force: Date,
    /// First day on which it is no longer in force, and the title of what replaced it.
    pub repealed: Option<(Date, Option<Text>)>,
}

impl Regulation {
    /// Whether it is in force on that day.
    pub fn holds_on(&self, day: Date) -> bool {
        self.in_force <= day && self.repealed.as_ref().is_none_or(|(until, _)| day < *until)
    }

    /// Whether the citation speaks of it; spaces and the shape of brackets do not matter.
    pub fn is_cited_by(&self, citation: &str) -> bool {
        let citation = plain(citation);
        self.designations
            .iter()
            .any(|d| citation.contains(&plain(d)))
    }
}

/// A designation without what writers vary: spaces, shapes of brackets and dashes, case.
pub(super) fn plain(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_whitespace())
        .map(|c| match c {
            '〔' | '［' | '（' | '(' | '【' => '[',
            '〕' | '］' | '）' | ')' | '】' => ']',
            '—' | '–' | '－' | '‑' | '−' => '-',
            other => other.to_ascii_uppercase(),
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn order_107() -> Regulation {
        Regulation {
            title: Text::same("Order 107"),
            designations: vec!["质检总局令第107号".to_owned()],
            in_force: date(2008, 8, 1),
            repealed: Some((date(2023, 6, 1), None)),
        }
    }

    #[test]
    fn a_regulation_is_in_force_from_its_first_day_to_the_day_before_its_repeal() {
        let order = order_107();
        assert!(!order.holds_on(date(2008, 7, 31)));
        assert!(order.holds_on(date(2008, 8, 1)));
        assert!(order.holds_on(date(2023, 5, 31)));
        assert!(!order.holds_on(date(2023, 6, 1)));
    }

    #[test]
    fn a_citation_is_recognised_whatever_its_spaces() {
        let order = order_107();
        assert!(order.is_cited_by("《计量比对管理办法》（质检总局令 第 107 号）"));
        assert!(!order.is_cited_by("质检总局令第10号"));
    }

    #[test]
    fn brackets_and_dashes_of_either_width_are_one() {
        assert_eq!(
            plain("国市监计量〔2020〕127号"),
            plain("国市监计量[2020] 127号")
        );
        assert_eq!(plain("jjg 99—2022"), "JJG99-2022");
    }
}
