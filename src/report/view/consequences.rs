//! What follows from verdicts and events, in sentences.

use minijinja::Value;

use super::{Data, View, object, optional};
use crate::plan::{Measure, Order};
use crate::text::Lang;

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
            what: self.sentence(&measure.order),
            basis: basis.map(|b| b.get(self.words.lang).to_owned()),
            from_policy: measure.from_policy,
            retest: matches!(measure.order, Order::Retest { .. }),
        }
    }

    fn sentence(&self, order: &Order) -> String {
        let words = self.words;
        let zh = words.lang == Lang::Zh;
        match order {
            Order::Rectify { within, evidence } => {
                let within = words.period(within);
                let evidence = evidence
                    .as_ref()
                    .filter(|e| !e.is_empty())
                    .map(|e| e.get(words.lang));
                match (zh, evidence) {
                    (true, Some(e)) => format!("限期整改：{within}内查明原因并改正，提交{e}"),
                    (true, None) => format!("限期整改：{within}内查明原因并改正"),
                    (false, Some(e)) => {
                        format!("find and remove the cause within {within}; evidence: {e}")
                    }
                    (false, None) => format!("find and remove the cause within {within}"),
                }
            }
            Order::Suspend { what, until } => {
                let what = self.suspended(what);
                match (zh, until.as_ref().map(|u| words.verdict(u))) {
                    (true, Some(state)) => format!("暂停{what}，直至补测结论为“{state}”"),
                    (true, None) => format!("暂停{what}"),
                    (false, Some(state)) => {
                        format!("{what} is suspended until the retest is “{state}”")
                    }
                    (false, None) => format!("{what} is suspended"),
                }
            }
            Order::Retest { within, outcomes } => {
                let within = words.period(within);
                let outcomes: Vec<String> = outcomes
                    .iter()
                    .map(|(verdict, step)| {
                        let verdict = words.verdict(verdict);
                        let step = self.sentence(&step.order);
                        if zh {
                            format!("结论为“{verdict}”的，{step}")
                        } else {
                            format!("if “{verdict}”, {step}")
                        }
                    })
                    .collect();
                let after = outcomes.join(words.pick("；", "; "));
                match (zh, after.is_empty()) {
                    (true, true) => format!("{within}内补测"),
                    (true, false) => format!("{within}内补测，{after}"),
                    (false, true) => format!("supplementary test within {within}"),
                    (false, false) => format!("supplementary test within {within}: {after}"),
                }
            }
            Order::Refer { to } => {
                let to = words.choice("authority", to);
                if zh {
                    format!("移送{to}处理")
                } else {
                    format!("the matter is referred to the {to}")
                }
            }
            Order::Lift { what } => {
                let obligation = what == "obligation";
                match (zh, obligation) {
                    (true, true) => "整改完成".to_owned(),
                    (true, false) => "解除暂停".to_owned(),
                    (false, true) => "the rectification is closed".to_owned(),
                    (false, false) => "the suspension is lifted".to_owned(),
                }
            }
            Order::Void { what } => {
                let what = words.choice("voided", what);
                if zh {
                    format!("{what}作废")
                } else {
                    format!("the {what} is void")
                }
            }
            Order::Record { what } => {
                let what = words.choice("recorded", what);
                if zh {
                    format!("记录：{what}")
                } else {
                    format!("entered into the record: {what}")
                }
            }
            Order::Notify { whom, within } => {
                let whom = words.choice("authority", whom);
                match (zh, within.as_ref().map(|p| words.period(p))) {
                    (true, Some(p)) => format!("{p}内通知{whom}"),
                    (true, None) => format!("通知{whom}"),
                    (false, Some(p)) => format!("the {whom} is informed within {p}"),
                    (false, None) => format!("the {whom} is informed"),
                }
            }
            Order::Nothing => words.pick("不作处理", "nothing follows").to_owned(),
        }
    }

    /// What a suspension concerns: the dissemination of values names its object.
    fn suspended(&self, what: &str) -> String {
        let object = self.plan.content.protocol.object.as_ref();
        let title = object.map(|o| match o.title.is_empty() {
            true => self.words.choice("object", &o.kind),
            false => o.title.get(self.words.lang).to_owned(),
        });
        match (self.words.lang, what, title) {
            (Lang::Zh, "dissemination", Some(title)) => format!("“{title}”的量值传递"),
            (Lang::En, "dissemination", Some(title)) => {
                format!("the dissemination of values by “{title}”")
            }
            (Lang::En, "dissemination", None) => "the dissemination of values".to_owned(),
            (Lang::En, other, _) => format!("the {}", self.words.choice("suspended", other)),
            (Lang::Zh, other, _) => self.words.choice("suspended", other),
        }
    }
}
