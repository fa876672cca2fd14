//! The link to a key comparison, in words.

use minijinja::Value;

use super::{View, object, optional};
use crate::evaluate::linking::link::LinkWeights;
use crate::evaluate::linking::published::Common;
use crate::plan::link::{Link, Linking};
use crate::plan::{Method, Task};
use crate::report::words::{Words, escape, safe};

impl View<'_> {
    /// The comparison linked to, the method, and the figures that it published, point by point.
    pub(super) fn link(&self) -> Value {
        let steps = (self.plan.content.steps.iter()).filter_map(|step| match &step.task {
            Task::Link(link) => Some((step, link)),
            _ => None,
        });
        let mut points = Vec::new();
        let mut first: Option<&Link> = None;
        for (step, link) in steps {
            first.get_or_insert(link);
            let measurand = step
                .measurand
                .as_deref()
                .and_then(|id| self.plan.measurand(id));
            let unit = measurand.map_or("", |m| &m.unit);
            let reference = link.u_reference.map(|u| safe(self.words.amount(u, unit)));
            points.push(object([
                ("id", optional(step.point.clone())),
                ("u_reference", optional(reference)),
                (
                    "laboratories",
                    (link.laboratories.iter())
                        .map(|l| self.linking(l, unit))
                        .collect(),
                ),
            ]));
        }
        let Some(link) = first else {
            return optional(None::<Value>);
        };
        let method = Method {
            path: link.key.method.clone(),
            ..Method::default()
        };
        object([
            ("comparison", Value::from(comparison(link, self.words))),
            ("source", self.maybe(link.key.source.as_ref())),
            ("method", self.method(&method)),
            (
                "weights",
                Value::from(weights(&link.key.weights, self.words)),
            ),
            ("points", points.into_iter().collect()),
        ])
    }

    fn linking(&self, linking: &Linking, unit: &str) -> Value {
        let published = &linking.published;
        let common = match published.common {
            Common::Nothing => None,
            Common::Uncertainty(s) => Some(self.words.amount(s, unit)),
            Common::Correlation(r) => Some(format!("*r* = {}", crate::report::words::number(r))),
        };
        object([
            ("name", Value::from(published.laboratory.clone())),
            ("d", safe(self.words.amount(published.d, unit))),
            ("u", safe(self.words.amount(published.u, unit))),
            ("common", optional(common.map(safe))),
            (
                "weight",
                optional(
                    published
                        .weight
                        .map(|w| safe(crate::report::words::number(w))),
                ),
            ),
        ])
    }
}

fn comparison(link: &Link, words: Words) -> String {
    let id = escape(&link.key.comparison);
    match &link.key.title {
        Some(title) => {
            let title = escape(title.get(words.lang));
            words
                .pick(&format!("{id}（{title}）"), &format!("{id} ({title})"))
                .to_owned()
        }
        None => id,
    }
}

/// How the linking laboratories are weighted.
pub(in crate::report) fn weights(weights: &LinkWeights, words: Words) -> String {
    let choice = match weights {
        LinkWeights::Equal => "equal",
        LinkWeights::Transfer => "transfer",
        LinkWeights::MinimumVariance => "minimum-variance",
    };
    match (weights, words.lang) {
        (LinkWeights::Transfer, crate::text::Lang::En) => {
            "reciprocal variances not common to both comparisons".to_owned()
        }
        (LinkWeights::Equal, crate::text::Lang::En) => "equal weights".to_owned(),
        _ => words.choice("link-weights", choice),
    }
}
