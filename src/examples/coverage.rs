//! What the tests of a protocol reached: verdicts at points, verdicts on laboratories, exceptions, consequences.

use std::collections::BTreeSet;

use crate::plan::{Plan, Role, Rule, Wording};
use crate::run::Outcome;
use crate::text::{Lang, Text};
use crate::words;

/// One kind of thing that tests can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach<T> {
    pub all: BTreeSet<T>,
    pub reached: BTreeSet<T>,
}

/// What the tests of one protocol reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    pub protocol: String,
    pub point: Reach<String>,
    pub laboratory: Reach<String>,
    /// Exceptions by their labels.
    pub exception: Reach<Text>,
    /// The verdicts and events of the sanctions. Lateness, collusion and the like are established by people, not by the rules, so no test
    /// can reach them and they are not counted.
    pub consequence: Reach<String>,
}

impl<T: Ord> Reach<T> {
    fn of(all: BTreeSet<T>) -> Reach<T> {
        Reach {
            all,
            reached: BTreeSet::new(),
        }
    }

    /// How many were reached, and which were not.
    fn line(&self, name: &str, shown: impl Fn(&T) -> String, lang: Lang) -> String {
        let missing: Vec<String> = self.all.difference(&self.reached).map(shown).collect();
        let rest = match (missing.is_empty(), lang) {
            (true, _) => String::new(),
            (false, Lang::Zh) => format!("，未涉及：{}", missing.join("、")),
            (false, Lang::En) => format!(", not reached: {}", missing.join(", ")),
        };
        format!("  {name} {}/{}{rest}\n", self.reached.len(), self.all.len())
    }
}

/// The coverage of a plan by the outcomes of its tests.
pub fn coverage<'o>(plan: &Plan, outcomes: impl Iterator<Item = &'o Outcome>) -> Coverage {
    let named =
        |rules: &[Rule]| -> BTreeSet<String> { rules.iter().map(|r| r.verdict.clone()).collect() };
    let mut laboratory = named(&plan.content.rules.laboratory);
    laboratory.insert("absent".to_owned());
    let consequence = plan
        .content
        .consequences
        .keys()
        .filter(|event| laboratory.contains(*event))
        .cloned()
        .collect();
    let rules = &plan.content.rules;
    let exceptions = (rules.point.iter().chain(&rules.laboratory))
        .filter_map(|rule| rule.exception.as_ref())
        .map(|exception| exception.label.clone());
    let mut found = Coverage {
        protocol: plan.content.protocol.path.clone(),
        point: Reach::of(named(&plan.content.rules.point)),
        laboratory: Reach::of(laboratory),
        exception: Reach::of(exceptions.collect()),
        consequence: Reach::of(consequence),
    };
    for outcome in outcomes {
        let at_points = outcome.points.iter().flat_map(|p| &p.results);
        found
            .point
            .reached
            .extend(at_points.filter_map(|r| r.verdict.clone()));
        let applied = (outcome.points.iter().flat_map(|p| &p.results))
            .filter_map(|r| r.exception.as_ref())
            .chain(
                outcome
                    .laboratories
                    .iter()
                    .filter_map(|l| l.exception.as_ref()),
            );
        (found.exception.reached).extend(applied.map(|e| e.label.clone()));
        for judged in &outcome.laboratories {
            let Some(verdict) = &judged.verdict else {
                continue;
            };
            found.laboratory.reached.insert(verdict.clone());
            let is_pilot = plan
                .laboratory(&judged.laboratory)
                .is_some_and(|l| l.role == Role::Pilot);
            if !is_pilot && found.consequence.all.contains(verdict) {
                found.consequence.reached.insert(verdict.clone());
            }
        }
    }
    found
}

impl Coverage {
    /// A line for each kind: how many were reached, and which were not.
    pub fn text(&self, lang: Lang) -> String {
        let zh = lang == Lang::Zh;
        let mut out = format!("{}\n", self.protocol);
        let verdict = |name: &String| words::verdict(name, lang, &Wording::PLAIN);
        let name = |zh_name, en_name| if zh { zh_name } else { en_name };
        let points = name("测量点结论", "verdicts at points");
        out.push_str(&self.point.line(points, verdict, lang));
        let laboratories = name("实验室结论", "verdicts on laboratories");
        out.push_str(&self.laboratory.line(laboratories, verdict, lang));
        if !self.exception.all.is_empty() {
            let label = |label: &Text| format!("“{}”", label.get(lang));
            let exceptions = name("例外", "exceptions");
            out.push_str(&self.exception.line(exceptions, label, lang));
        }
        let consequences = name("处理措施", "consequences");
        out.push_str(&self.consequence.line(consequences, verdict, lang));
        out
    }
}
