//! What the tests of a protocol reached: verdicts at points, verdicts on laboratories, consequences.

use std::collections::BTreeSet;

use crate::plan::{Plan, Role, Rule};
use crate::run::Outcome;
use crate::text::Lang;
use crate::words;

/// One kind of thing that tests can reach.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Reach {
    pub all: BTreeSet<String>,
    pub reached: BTreeSet<String>,
}

/// What the tests of one protocol reached.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Coverage {
    pub protocol: String,
    pub point: Reach,
    pub laboratory: Reach,
    /// The verdicts and events of the sanctions. Lateness, collusion and the like are established by people, not by the rules, so no test
    /// can reach them and they are not counted.
    pub consequence: Reach,
}

impl Reach {
    fn missing(&self) -> Vec<&String> {
        self.all.difference(&self.reached).collect()
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
    let reach = |all: BTreeSet<String>| Reach {
        all,
        reached: BTreeSet::new(),
    };
    let mut found = Coverage {
        protocol: plan.content.protocol.path.clone(),
        point: reach(named(&plan.content.rules.point)),
        laboratory: reach(laboratory),
        consequence: reach(consequence),
    };
    for outcome in outcomes {
        let at_points = outcome.points.iter().flat_map(|p| &p.results);
        found
            .point
            .reached
            .extend(at_points.filter_map(|r| r.verdict.clone()));
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
        for (name_zh, name_en, reach) in [
            ("测量点结论", "verdicts at points", &self.point),
            ("实验室结论", "verdicts on laboratories", &self.laboratory),
            ("处理措施", "consequences", &self.consequence),
        ] {
            let name = if zh { name_zh } else { name_en };
            let missing: Vec<String> = reach
                .missing()
                .into_iter()
                .map(|verdict| words::verdict(verdict, lang))
                .collect();
            let share = format!("{}/{}", reach.reached.len(), reach.all.len());
            let rest = match (missing.is_empty(), zh) {
                (true, _) => String::new(),
                (false, true) => format!("，未涉及：{}", missing.join("、")),
                (false, false) => format!(", not reached: {}", missing.join(", ")),
            };
            out.push_str(&format!("  {name} {share}{rest}\n"));
        }
        out
    }
}
