//! How results are evaluated and judged, in words.

use minijinja::Value;

use super::{Data, Reader, View, in_order, object, optional};
use crate::condition::Term;
use crate::plan::joint::Procedure;
use crate::plan::{Members, Method, Task};
use crate::report::formula::formula as written;
use crate::report::words::{escape, safe};

impl View<'_> {
    pub(super) fn evaluation(&self, reader: Reader<'_>) -> Data {
        let rules = &self.plan.content.rules;
        Data::from([
            ("outliers", self.outliers()),
            ("precision", self.precision()),
            ("drift", self.drift()),
            ("reference", self.reference(reader)),
            ("equivalence", self.equivalence()),
            ("link", self.link()),
            ("monte_carlo", self.monte_carlo()),
            ("jointly", self.jointly()),
            ("scores", self.scores()),
            ("point_rules", self.words.verdict_rules(&rules.point)),
            (
                "laboratory_rules",
                self.words.verdict_rules(&rules.laboratory),
            ),
            ("rules_legend", self.words.rules_legend(rules)),
        ])
    }

    pub(super) fn method(&self, method: &Method) -> Value {
        let (formula, source) = self.words.method_source(method);
        let parameters = self.words.parameters(method);
        object([
            ("title", Value::from(self.words.method_title(method))),
            (
                "parameters",
                optional((!parameters.is_empty()).then(|| safe(parameters))),
            ),
            ("formula", optional(formula.map(|f| safe(written(&f))))),
            ("source", optional(source)),
        ])
    }

    pub(super) fn legend(&self, term: Option<&Term>) -> Value {
        let lines = term.map(|t| self.words.legend(t)).unwrap_or_default();
        optional((!lines.is_empty()).then(|| safe(lines.join(self.words.pick("；", "; ")))))
    }

    fn tasks(&self) -> impl Iterator<Item = &Task> {
        self.plan.content.steps.iter().map(|step| &step.task)
    }

    fn outliers(&self) -> Value {
        let found = self.tasks().find_map(|task| match task {
            Task::Outliers { method } => Some(self.method(method)),
            _ => None,
        });
        optional(found)
    }

    fn precision(&self) -> Value {
        let found = self.tasks().find_map(|task| match task {
            Task::Precision { method } => Some(self.method(method)),
            _ => None,
        });
        optional(found)
    }

    fn drift(&self) -> Value {
        let found = self.tasks().find_map(|task| match task {
            Task::Drift { limit, action, .. } => Some(object([
                (
                    "limit",
                    optional(limit.as_ref().map(|l| safe(self.words.rule(l)))),
                ),
                ("action", Value::from(self.action(action))),
            ])),
            _ => None,
        });
        optional(found)
    }

    fn reference(&self, reader: Reader<'_>) -> Value {
        let found = self.tasks().find_map(|task| match task {
            Task::Reference {
                method,
                consistency,
                otherwise,
                members,
                include,
                correlations,
                ..
            } => {
                let include: Vec<String> = include
                    .iter()
                    .map(|i| self.words.choice("contribution", i))
                    .collect();
                let other = |m: Option<&Method>| optional(m.map(|m| self.method(m)));
                Some(object([
                    ("method", self.method(method)),
                    ("consistency", other(consistency.as_ref())),
                    ("otherwise", other(otherwise.as_deref())),
                    (
                        "include",
                        optional((!include.is_empty()).then(|| self.words.list(&include))),
                    ),
                    ("members", self.members(members, reader)),
                    (
                        "correlated",
                        Value::from(reader == Reader::Pilot && !correlations.is_empty()),
                    ),
                    ("certified", self.certified(reader)),
                ]))
            }
            _ => None,
        });
        optional(found)
    }

    /// Who forms the reference value. A participant learns of itself alone.
    fn members(&self, members: &Members, reader: Reader<'_>) -> Value {
        let reason = |text: Option<&crate::text::Text>| self.maybe(text);
        let named = |id: &str| {
            self.plan
                .laboratory(id)
                .map_or_else(|| Value::from(id), |l| self.body(&l.id, &l.title))
        };
        match reader {
            Reader::Pilot => object([
                ("only", members.only.iter().map(|id| named(id)).collect()),
                ("only_because", reason(members.only_because.as_ref())),
                (
                    "without",
                    members
                        .without
                        .iter()
                        .map(|(id, why)| {
                            object([("name", named(id)), ("reason", reason(Some(why)))])
                        })
                        .collect(),
                ),
            ]),
            Reader::Laboratory(id) => {
                let listed = members.only.is_empty() || members.only.iter().any(|m| m == id);
                let excluded = members.without.get(id);
                let why = excluded.or(members.only_because.as_ref().filter(|_| !listed));
                object([
                    ("takes_part", Value::from(listed && excluded.is_none())),
                    ("reason", reason(why)),
                ])
            }
        }
    }

    /// Reference values taken from certificates: the values for the pilot, and only that there are some for a participant.
    fn certified(&self, reader: Reader<'_>) -> Value {
        let steps = self
            .plan
            .content
            .steps
            .iter()
            .filter_map(|step| match &step.task {
                Task::Reference {
                    certified: Some(c), ..
                } => Some((step, c)),
                _ => None,
            });
        if reader != Reader::Pilot {
            return Value::from(steps.count() > 0);
        }
        steps
            .map(|(step, certified)| {
                let unit = step
                    .measurand
                    .as_deref()
                    .and_then(|id| self.plan.measurand(id))
                    .map_or("", |m| &m.unit);
                object([
                    ("point", optional(step.point.clone())),
                    ("value", safe(self.words.amount(certified.value, unit))),
                    ("u", safe(self.words.amount(certified.u, unit))),
                ])
            })
            .collect()
    }

    fn jointly(&self) -> Value {
        let found = self.tasks().find_map(|task| match task {
            Task::Joint(joint) => {
                let correlations: Vec<String> = (joint.correlations.iter())
                    .map(|(a, b, r)| {
                        let (a, b) = (escape(a), escape(b));
                        format!("*r*({a}, {b}) = {}", crate::report::words::number(*r))
                    })
                    .collect();
                let procedure = match joint.procedure {
                    Procedure::Bonferroni => "bonferroni",
                    Procedure::Sidak => "sidak",
                    Procedure::Holm => "holm",
                    Procedure::ChiSquared => "chi-squared",
                };
                Some(object([
                    (
                        "procedure",
                        Value::from(self.words.choice("family", procedure)),
                    ),
                    ("level", safe(crate::report::words::number(joint.level))),
                    (
                        "correlations",
                        optional(
                            (!correlations.is_empty())
                                .then(|| safe(self.words.list(&correlations))),
                        ),
                    ),
                ]))
            }
            _ => None,
        });
        optional(found)
    }

    fn monte_carlo(&self) -> Value {
        let found = self.tasks().find_map(|task| match task {
            Task::MonteCarlo { draws, seed } => Some(object([
                ("draws", Value::from(*draws)),
                ("seed", Value::from(*seed)),
            ])),
            _ => None,
        });
        optional(found)
    }

    fn equivalence(&self) -> Value {
        let found = self.tasks().find_map(|task| match task {
            Task::Equivalence { kinds, k, .. } => {
                let kinds: Vec<String> = in_order(kinds, &["unilateral", "bilateral"])
                    .map(|kind| self.words.choice("equivalence", kind))
                    .collect();
                Some(object([
                    ("kinds", Value::from(self.words.list(&kinds))),
                    ("k", safe(crate::report::words::number(*k))),
                ]))
            }
            _ => None,
        });
        optional(found)
    }
}
