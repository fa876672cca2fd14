//! What follows from verdicts and events, in sentences.

use minijinja::Value;

use super::{Data, View, object, optional};
use crate::plan::{Measure, Order};

/// What can befall a laboratory whatever the rules of verdict are.
const EVENTS: [&str; 6] = [
    "absent",
    "collusion",
    "damaged",
    "false-data",
    "late",
    "withdrawn",
];

/// One line of the table of consequences.
#[derive(PartialEq, Eq)]
struct Line {
    what: String,
    basis: Option<String>,
    from_policy: bool,
    retest: bool,
}

impl View<'_> {
    /// Consequences by verdict or event: those with the same consequences stand together, verdicts first; a verdict that the rules cannot give
    /// and for which only the policy provides is left out.
    pub(super) fn consequences(&self) -> Data {
        let rules = &self.plan.content.rules;
        let given = |event: &str| {
            rules
                .point
                .iter()
                .chain(&rules.laboratory)
                .any(|rule| rule.verdict == event)
        };
        let mut groups: Vec<(bool, Vec<String>, Vec<Line>)> = Vec::new();
        for (event, measures) in &self.plan.content.consequences {
            let verdict = given(event);
            let own = measures.iter().any(|m| !m.from_policy);
            if !(verdict || own || EVENTS.contains(&event.as_str())) {
                continue;
            }
            let lines: Vec<Line> = measures.iter().map(|m| self.line(m)).collect();
            let title = self.words.verdict(event);
            match groups
                .iter_mut()
                .find(|(v, _, known)| *v == verdict && *known == lines)
            {
                Some((_, titles, _)) => titles.push(title),
                None => groups.push((verdict, vec![title], lines)),
            }
        }
        groups.sort_by_key(|(verdict, _, _)| !verdict);
        let value = groups
            .into_iter()
            .map(|(_, titles, lines)| {
                object([
                    ("events", Value::from(self.words.list(&titles))),
                    (
                        "measures",
                        lines
                            .into_iter()
                            .map(|line| {
                                object([
                                    ("what", Value::from(line.what)),
                                    ("basis", optional(line.basis)),
                                    ("from_policy", Value::from(line.from_policy)),
                                    ("retest", Value::from(line.retest)),
                                ])
                            })
                            .collect(),
                    ),
                ])
            })
            .collect();
        Data::from([("consequences", value)])
    }

    fn line(&self, measure: &Measure) -> Line {
        let basis = measure.basis.as_ref().filter(|b| !b.is_empty());
        Line {
            what: crate::words::order(
                &measure.order,
                self.words.lang,
                self.words.wording,
                self.object().as_deref(),
            ),
            basis: basis.map(|b| b.get(self.words.lang).to_owned()),
            from_policy: measure.from_policy,
            retest: matches!(measure.order, Order::Retest { .. }),
        }
    }

    /// What a suspension concerns: the dissemination of values names its object.
    fn object(&self) -> Option<String> {
        let object = self.plan.content.protocol.object.as_ref()?;
        Some(match object.title.is_empty() {
            true => self.words.choice("object", &object.kind),
            false => object.title.get(self.words.lang).to_owned(),
        })
    }
}
