//! What the protocol leaves open and the policy fills in: each with its value in words and what it rests on.

use minijinja::Value;

use super::{View, object, optional};
use crate::plan::PolicyDefault;
use crate::text::Text;

/// What a default stands for, by the path of its statement.
const TITLES: [(&str, &str, &str); 10] = [
    ("level", "级别", "level"),
    ("participation", "参加方式", "participation"),
    ("vocabulary", "结论用语", "wording of verdicts"),
    ("fee", "费用", "costs"),
    ("report.results", "提交结果的期限", "deadline for results"),
    (
        "report.corrections",
        "受理更正的截止时间",
        "when corrections end",
    ),
    (
        "report.draft",
        "报告初稿的期限",
        "deadline of the draft report",
    ),
    ("report.comment", "征求意见的期限", "period for comments"),
    (
        "report.final",
        "总结报告的期限",
        "deadline of the final report",
    ),
    (
        "evaluation.score.k",
        "评分所用的包含因子 k",
        "coverage factor k of the score",
    ),
];

impl View<'_> {
    /// The defaults by the paths of their statements.
    pub(super) fn defaults(&self) -> Value {
        let defaults = self.plan.content.defaults.iter();
        Value::from_pairs(defaults.map(|d| (d.path.as_str(), self.default(d))))
    }

    fn default(&self, default: &PolicyDefault) -> Value {
        let words = self.words;
        let title = TITLES.iter().find(|(path, _, _)| *path == default.path);
        let title = title.map_or(default.path.as_str(), |(_, zh, en)| words.pick(zh, en));
        object([
            ("title", Value::from(title)),
            ("value", Value::from(self.default_value(default))),
            ("policy", optional(default.policy.clone())),
            ("basis", self.maybe(Some(&default.basis))),
            (
                "certainty",
                Value::from(words.choice("certainty", &default.certainty)),
            ),
        ])
    }

    fn default_value(&self, default: &PolicyDefault) -> String {
        let words = self.words;
        let reporting = &self.plan.content.reporting;
        let periods = [
            ("report.draft", &reporting.draft),
            ("report.comment", &reporting.comment),
        ];
        let deadlines = [
            ("report.results", &reporting.results),
            ("report.final", &reporting.last),
        ];
        let period = periods.iter().find(|(path, _)| *path == default.path);
        if let Some(period) = period.and_then(|(_, period)| period.as_ref()) {
            return words.period(period);
        }
        let deadline = deadlines.iter().find(|(path, _)| *path == default.path);
        if let Some(deadline) = deadline.and_then(|(_, deadline)| deadline.as_ref()) {
            return self.deadline(deadline).to_string();
        }
        match default.path.as_str() {
            "level" | "participation" | "vocabulary" | "fee" => {
                words.choice(&default.path, &default.value)
            }
            "report.corrections" => self.corrections().unwrap_or_default(),
            _ => default.value.clone(),
        }
    }

    /// Until when corrections are accepted.
    pub(super) fn corrections(&self) -> Option<String> {
        let until = self.plan.content.reporting.corrections_until.as_deref()?;
        let text = match until {
            "draft" => Text::new("报告初稿发出之前", "until the draft report is sent out"),
            "report" => Text::new("总结报告发布之前", "until the final report is issued"),
            "never" => Text::new("不接受更正", "not accepted"),
            other => return Some(self.words.choice("until", other)),
        };
        Some(text.get(self.words.lang).to_owned())
    }
}
