//! Rules for a point: whether every outcome meets exactly one verdict, over the whole range of the names.

use std::collections::{BTreeMap, BTreeSet};

use super::exact::{End, Interval};
use super::formula::{Formula, satisfied};
use super::linear::{Model, Variable};
use super::regions::{Region, regions};
use super::space::{ShownUnit, Space};
use super::translate::formula;
use crate::condition::{Domain, Facts, Term};
use crate::model::VerdictRule;

/// An outcome as people read it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Witness {
    /// `|En| = 1`; empty when every outcome will do.
    pub values: Vec<String>,
    /// Everything of the kind: `1 < |En| < 2`.
    pub extent: Option<String>,
}

/// What is wrong with a set of rules; rules by their index.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Finding {
    Gap(Witness),
    /// Rules of different verdicts that are met together.
    Overlap(Vec<usize>, Witness),
    /// The rule is never met; the rule without condition is left nothing.
    Never(usize),
    /// It cannot be told whether the two rules are met together, or (none) whether something is left; the parts that are too difficult.
    Unproven(Option<(usize, usize)>, Vec<String>),
}

/// A rule with its condition in all forms.
struct Judged<'a> {
    index: usize,
    verdict: &'a str,
    term: &'a Term,
    met: Formula,
    unmet: Formula,
}

/// Everything that is wrong with the rules.
pub(super) fn analyse(rules: &[VerdictRule], unit: ShownUnit) -> Vec<Finding> {
    let terms: Vec<&Term> = (rules.iter())
        .filter_map(|rule| rule.when.as_ref().map(|when| &when.term))
        .collect();
    let mut space = Space::of(&terms, unit);
    let judged: Vec<Judged> = (rules.iter().enumerate())
        .filter_map(|(index, rule)| {
            let term = &rule.when.as_ref()?.term;
            Some(Judged {
                index,
                verdict: &rule.verdict,
                term,
                met: formula(&mut space, term, true),
                unmet: formula(&mut space, term, false),
            })
        })
        .collect();
    let proof = Proof {
        rest: rules.iter().position(|rule| rule.when.is_none()),
        domain: space.domain(),
        space,
        judged,
    };
    match proof.space.single() {
        Some(variable) if proof.space.opaque_parts().is_empty() => proof.along_line(variable),
        _ => proof.over_space(),
    }
}

/// Whether an outcome meets a condition.
pub(super) enum Met {
    Never,
    At(Witness),
    Unknown,
}

/// An outcome that meets the condition, if there is one.
pub(super) fn met(term: &Term, unit: ShownUnit) -> Met {
    let mut space = Space::of(&[term], unit);
    let wanted = formula(&mut space, term, true);
    let proof = Proof {
        rest: None,
        domain: space.domain(),
        space,
        judged: Vec::new(),
    };
    if let Some(variable) = proof.space.single()
        && proof.space.opaque_parts().is_empty()
    {
        let regions = regions(variable, &proof.domain, &[wanted]);
        let first = regions.iter().find(|region| !region.met.is_empty());
        return first.map_or(Met::Never, |region| {
            Met::At(proof.witness_on_line(variable, region))
        });
    }
    let holds = |facts: &Values| term.holds(facts) == Some(true);
    match proof.find(&[&proof.domain, &wanted], holds) {
        Answer::Impossible => Met::Never,
        Answer::Found(witness) => Met::At(witness),
        Answer::Unknown => Met::Unknown,
    }
}

struct Proof<'a> {
    rest: Option<usize>,
    domain: Formula,
    space: Space,
    judged: Vec<Judged<'a>>,
}

impl Proof<'_> {
    fn along_line(&self, variable: Variable) -> Vec<Finding> {
        let conditions: Vec<Formula> = self.judged.iter().map(|rule| rule.met.clone()).collect();
        let regions = regions(variable, &self.domain, &conditions);
        let mut findings = Vec::new();
        for region in &regions {
            let witness = || self.witness_on_line(variable, region);
            let mut verdicts: BTreeMap<&str, usize> = BTreeMap::new();
            for rule in region.met.iter().filter_map(|it| self.judged.get(*it)) {
                verdicts.entry(rule.verdict).or_insert(rule.index);
            }
            if verdicts.is_empty() && self.rest.is_none() {
                findings.push(Finding::Gap(witness()));
            } else if verdicts.len() > 1 {
                let rules: BTreeSet<usize> = verdicts.into_values().collect();
                findings.push(Finding::Overlap(rules.into_iter().collect(), witness()));
            }
        }
        let met: BTreeSet<usize> = regions.iter().flat_map(|r| r.met.iter().copied()).collect();
        let never =
            (self.judged.iter().enumerate()).filter(|(position, _)| !met.contains(position));
        findings.extend(never.map(|(_, rule)| Finding::Never(rule.index)));
        if let Some(rest) = self.rest
            && regions.iter().all(|region| !region.met.is_empty())
        {
            findings.push(Finding::Never(rest));
        }
        findings
    }

    fn witness_on_line(&self, variable: Variable, region: &Region) -> Witness {
        let model = Model::from([(variable, region.interval.round_number())]);
        Witness {
            values: self.space.told(&model),
            extent: self.extent(variable, &region.interval),
        }
    }

    /// The region as an inequality; none for a single value.
    fn extent(&self, variable: Variable, interval: &Interval) -> Option<String> {
        let label = self.space.label(variable)?;
        let sign = |end: &End| if end.closed { "<=" } else { "<" };
        let amount = |end: &End| self.space.amount(variable, &end.at);
        match (&interval.low, &interval.high) {
            (Some(low), Some(high)) if low.at == high.at => None,
            (Some(low), Some(high)) => Some(format!(
                "{} {} {label} {} {}",
                amount(low),
                sign(low),
                sign(high),
                amount(high)
            )),
            (Some(low), None) => Some(format!("{label} >{} {}", equals(low), amount(low))),
            (None, Some(high)) => Some(format!("{label} {} {}", sign(high), amount(high))),
            (None, None) => None,
        }
    }

    fn over_space(&self) -> Vec<Finding> {
        let mut findings = Vec::new();
        let (mut never, mut unmet) = (Vec::new(), vec![&self.domain]);
        unmet.extend(self.judged.iter().map(|rule| &rule.unmet));
        let none_met = |facts: &Values| {
            self.judged
                .iter()
                .all(|rule| rule.term.holds(facts) == Some(false))
        };
        match (self.find(&unmet, none_met), self.rest) {
            (Answer::Impossible, Some(rest)) => never.push(Finding::Never(rest)),
            (Answer::Found(witness), None) => findings.push(Finding::Gap(witness)),
            (Answer::Unknown, None) => findings.push(self.unproven(None)),
            _ => {}
        }
        for (position, first) in self.judged.iter().enumerate() {
            if let Answer::Impossible = self.find(&[&self.domain, &first.met], |_| true) {
                never.push(Finding::Never(first.index));
                continue;
            }
            let others = self.judged[position + 1..].iter();
            for second in others.filter(|other| other.verdict != first.verdict) {
                let both = |facts: &Values| {
                    [first, second]
                        .iter()
                        .all(|rule| rule.term.holds(facts) == Some(true))
                };
                let rules = (first.index, second.index);
                match self.find(&[&self.domain, &first.met, &second.met], both) {
                    Answer::Impossible => {}
                    Answer::Found(witness) => {
                        findings.push(Finding::Overlap(vec![rules.0, rules.1], witness));
                    }
                    Answer::Unknown => findings.push(self.unproven(Some(rules))),
                }
            }
        }
        findings.extend(never);
        findings
    }

    /// Values that make the formulas true; where a part is opaque, only values that pass the `test` on the conditions themselves count.
    fn find(&self, formulas: &[&Formula], test: impl Fn(&Values) -> bool) -> Answer {
        let model = match satisfied(formulas) {
            Ok(Some(model)) => model,
            Ok(None) => return Answer::Impossible,
            Err(_) => return Answer::Unknown,
        };
        let exact = self.space.opaque_parts().is_empty();
        let confirmed = if exact {
            Some(model)
        } else if self.space.is_determined() {
            let mut trials = self.space.trials(&model).into_iter();
            trials.find(|trial| test(&Values(self.space.facts(trial))))
        } else {
            None
        };
        match confirmed {
            Some(model) => Answer::Found(Witness {
                values: self.space.told(&model),
                extent: None,
            }),
            None => Answer::Unknown,
        }
    }

    fn unproven(&self, rules: Option<(usize, usize)>) -> Finding {
        Finding::Unproven(rules, self.space.opaque_parts())
    }
}

fn equals(end: &End) -> &'static str {
    if end.closed { "=" } else { "" }
}

enum Answer {
    Impossible,
    Found(Witness),
    Unknown,
}

/// Values of the names in SI.
struct Values(BTreeMap<String, f64>);

impl Facts for Values {
    fn variable(&self, name: &str) -> Option<f64> {
        self.0.get(name).copied()
    }

    fn verdicts(&self, _: Domain) -> Vec<&str> {
        Vec::new()
    }
}
