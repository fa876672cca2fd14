//! What a document may say: the data that templates see, in the language of the document.
//!
//! Two audiences are kept apart. [`whole`] is for the pilot and the experts and holds everything. [`laboratory`] is for one participant and
//! simply does not hold what that participant may not know (certificates and addresses of others, certified reference values, who of the
//! others is kept out of the reference value), so that no template can disclose it.

mod consequences;
mod dates;
mod defaults;
mod evaluation;
mod homogeneity;
mod journey;
pub(super) mod link;
mod reused;
pub(super) mod revision;
mod scores;

use std::collections::BTreeMap;

use minijinja::Value;

use super::words::{Markup, Words, escape, safe};
use crate::plan::{self, Artefact, Laboratory, Measurand, Plan, Role, Traceability};
use crate::text::{Lang, Text};

/// Named data of a template.
pub type Data = BTreeMap<&'static str, Value>;

/// A plan seen in one language.
#[derive(Clone, Copy)]
pub struct View<'a> {
    pub plan: &'a Plan,
    pub words: Words<'a>,
}

/// Who reads: everything may be shown, or what one laboratory may know.
#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Reader<'a> {
    Pilot,
    Laboratory(&'a str),
}

/// A value, or none.
fn optional(value: Option<impl Into<Value>>) -> Value {
    value.map_or_else(|| Value::from(()), Into::into)
}

/// A date as documents write it.
fn day(date: jiff::civil::Date) -> Value {
    Value::from(date.to_string())
}

/// A named set of data as one value.
fn object(data: impl IntoIterator<Item = (&'static str, Value)>) -> Value {
    Value::from_pairs(data)
}

/// For the pilot and the experts: everything.
pub fn whole(plan: &Plan, lang: Lang) -> Data {
    let view = View::new(plan, lang);
    let mut data = view.common();
    data.extend(view.evaluation(Reader::Pilot));
    data.extend([
        ("participants", view.participants()),
        ("measurands", view.measurands(|_, _| true)),
        ("artefacts", view.artefacts(true, |_| true)),
        ("visits", view.visits(Reader::Pilot, |_| true)),
        (
            "pilot_visits",
            view.visits(Reader::Pilot, |v| view.is_pilot(&v.laboratory)),
        ),
        ("revision", view.revision(Reader::Pilot)),
        ("legs", view.legs()),
        ("orders", view.orders()),
        ("events", view.events()),
        ("milestones", view.milestones()),
        ("risks", view.risks()),
        ("reused", view.reused()),
    ]);
    data
}

/// For one laboratory: what it may know. `None` when the plan does not have it.
pub fn laboratory(plan: &Plan, lang: Lang, id: &str) -> Option<Data> {
    let view = View::new(plan, lang);
    let own = plan.laboratory(id)?;
    let reader = Reader::Laboratory(id);
    let visiting = |artefact: &str| {
        let mut visits = plan.content.circulation.visits.iter();
        visits.any(|v| v.laboratory == id && v.artefact == artefact)
    };
    let asked = |measurand: &str, point: &str| {
        plan.content.artefacts.iter().any(|a| {
            visiting(&a.id) && a.measures.iter().any(|(m, p)| m == measurand && p == point)
        })
    };
    let mut data = view.common();
    data.extend(view.evaluation(reader));
    data.extend([
        ("laboratory", view.party(own, true)),
        ("measurands", view.measurands(asked)),
        ("artefacts", view.artefacts(false, visiting)),
        ("visits", view.visits(reader, |v| v.laboratory == id)),
        ("others", view.others(id)),
        ("revision", view.revision(reader)),
    ]);
    Some(data)
}

impl<'a> View<'a> {
    pub fn new(plan: &'a Plan, lang: Lang) -> View<'a> {
        View {
            plan,
            words: Words {
                lang,
                wording: &plan.content.wording,
            },
        }
    }

    fn text(&self, text: &Text) -> Value {
        Value::from(text.get(self.words.lang))
    }

    fn maybe(&self, text: Option<&Text>) -> Value {
        optional(text.filter(|t| !t.is_empty()).map(|t| self.text(t)))
    }

    fn texts(&self, texts: &[Text]) -> Value {
        texts.iter().map(|t| self.text(t)).collect()
    }

    fn is_pilot(&self, id: &str) -> bool {
        self.plan.pilot().is_some_and(|l| l.id == id)
    }

    /// Whether laboratories are known to one another by code alone.
    fn coded(&self) -> bool {
        let publication = self.plan.content.publication.as_ref();
        publication.is_some_and(|p| p.naming == "coded")
    }

    /// What every document may say.
    fn common(&self) -> Data {
        let words = self.words;
        let content = &self.plan.content;
        let head = &content.protocol;
        let integrity = content.integrity.as_ref();
        let contingency = content.contingency.as_ref();
        let period = |p: &plan::Period| Value::from(words.period(p));
        let journey = &content.circulation;
        let mut data = Data::from([
            ("zh", Value::from(words.lang == Lang::Zh)),
            ("title", self.text(&head.title)),
            ("path", Value::from(head.path.as_str())),
            ("version", Value::from(head.version.as_str())),
            ("digest", Value::from(self.plan.digest.as_str())),
            ("summary", optional(some(&self.plan.summary))),
            ("purpose", self.maybe(head.purpose.as_ref())),
            ("basis", self.texts(&head.basis)),
            (
                "policy",
                optional(head.policy.as_ref().map(|p| {
                    if p.title.is_empty() {
                        Value::from(p.path.as_str())
                    } else {
                        self.text(&p.title)
                    }
                })),
            ),
            (
                "fields",
                head.fields.iter().map(|f| words.field(f)).collect(),
            ),
            (
                "object",
                optional(head.object.as_ref().map(|o| {
                    object([
                        ("kind", Value::from(words.choice("object", &o.kind))),
                        ("title", self.maybe(Some(&o.title))),
                    ])
                })),
            ),
            ("class", optional(head.class.clone())),
            ("number", optional(head.number.clone())),
            (
                "fee",
                optional(head.fee.as_ref().map(|f| words.choice("fee", f))),
            ),
            ("safety", self.maybe(head.safety.as_ref())),
            ("use_of_results", self.maybe(head.use_of_results.as_ref())),
            ("defaults", self.defaults()),
            (
                "level",
                optional(head.level.as_ref().map(|l| words.choice("level", l))),
            ),
            (
                "participation",
                optional(
                    head.participation
                        .as_ref()
                        .map(|p| words.choice("participation", p)),
                ),
            ),
            (
                "organizer",
                optional(head.organizer.as_ref().map(|o| self.body(&o.id, &o.title))),
            ),
            ("experts", self.texts(&head.experts)),
            (
                "pilot",
                optional(self.plan.pilot().map(|l| self.party(l, false))),
            ),
            ("coded", Value::from(self.coded())),
            ("start", day(journey.start)),
            ("finish", day(journey.finish)),
            ("limit", optional(journey.limit.as_ref().map(period))),
            ("calendars", self.calendars()),
            ("patterns", self.patterns()),
            ("transport", self.transport()),
            ("stability", self.stability()),
            ("homogeneity", self.homogeneity()),
            ("reporting", self.reporting()),
            ("sealed", Value::from(integrity.is_some_and(|i| i.sealed))),
            (
                "excess",
                self.maybe(contingency.and_then(|c| c.excess.as_ref())),
            ),
            (
                "damage",
                self.maybe(contingency.and_then(|c| c.damage.as_ref())),
            ),
            (
                "loss",
                self.maybe(contingency.and_then(|c| c.loss.as_ref())),
            ),
            (
                "delay",
                optional(
                    contingency
                        .and_then(|c| c.delay.as_ref())
                        .map(|(over, whom)| {
                            object([
                                ("over", period(over)),
                                ("whom", Value::from(words.choice("authority", whom))),
                            ])
                        }),
                ),
            ),
            ("publication", self.publication()),
            (
                "screens",
                integrity
                    .map(|i| i.flags.iter().map(|f| words.method_title(f)).collect())
                    .unwrap_or_else(|| Value::from(Vec::<String>::new())),
            ),
        ]);
        data.extend(self.consequences());
        data
    }

    fn body(&self, id: &str, title: &Text) -> Value {
        if title.is_empty() || title.get(self.words.lang) == id {
            Value::from(id)
        } else {
            let (open, close) = (self.words.pick("（", " ("), self.words.pick("）", ")"));
            Value::from(format!("{}{open}{id}{close}", title.get(self.words.lang)))
        }
    }

    /// A laboratory with how to reach it; its certificate only for those who may see it.
    fn party(&self, laboratory: &Laboratory, certificate: bool) -> Value {
        let certificate = laboratory.certificate.as_ref().filter(|_| certificate);
        object([
            ("id", Value::from(laboratory.id.as_str())),
            ("name", self.body(&laboratory.id, &laboratory.title)),
            ("code", optional(laboratory.code.clone())),
            ("certificate", self.maybe(certificate)),
            ("country", self.maybe(laboratory.country.as_ref())),
            ("contact", self.maybe(laboratory.contact.as_ref())),
            ("address", self.maybe(laboratory.address.as_ref())),
        ])
    }

    fn participants(&self) -> Value {
        let laboratories = self.plan.content.laboratories.iter();
        laboratories
            .filter(|l| l.role == Role::Participant)
            .map(|l| self.party(l, true))
            .collect()
    }

    /// The names of the other participants; none in a comparison where they are coded.
    fn others(&self, id: &str) -> Value {
        let laboratories = self.plan.content.laboratories.iter();
        laboratories
            .filter(|l| l.role == Role::Participant && l.id != id && !self.coded())
            .map(|l| self.body(&l.id, &l.title))
            .collect()
    }

    fn measurands(&self, asked: impl Fn(&str, &str) -> bool) -> Value {
        let measurands = self.plan.content.measurands.iter();
        measurands
            .filter(|m| m.points.iter().any(|p| asked(&m.id, &p.id)))
            .map(|m| self.measurand(m, &asked))
            .collect()
    }

    fn measurand(&self, measurand: &Measurand, asked: &impl Fn(&str, &str) -> bool) -> Value {
        let words = self.words;
        let points = measurand
            .points
            .iter()
            .filter(|p| asked(&measurand.id, &p.id));
        let points: Value = points
            .map(|p| {
                let largest = p.largest_expanded;
                object([
                    ("id", Value::from(p.id.as_str())),
                    (
                        "nominal",
                        optional(p.nominal.as_ref().map(|n| safe(words.range(n)))),
                    ),
                    (
                        "largest",
                        optional(largest.map(|u| safe(words.amount(u, &measurand.unit)))),
                    ),
                ])
            })
            .collect();
        let conditions: Value = measurand
            .conditions
            .iter()
            .map(|(name, value)| self.bound(name, value))
            .collect();
        let reported: Vec<String> = in_order(&measurand.reported, &REPORTED)
            .map(|item| self.reported_item(item))
            .collect();
        let asks = |item: &str| Value::from(measurand.reported.iter().any(|r| r == item));
        object([
            ("id", Value::from(measurand.id.as_str())),
            ("title", self.body(&measurand.id, &measurand.title)),
            (
                "quantity",
                Value::from(words.kind_of_quantity(&measurand.quantity)),
            ),
            (
                "unit",
                Value::from(if measurand.unit.is_empty() {
                    "1"
                } else {
                    &measurand.unit
                }),
            ),
            ("procedure", self.texts(&measurand.procedure)),
            ("repeat", optional(measurand.repeat)),
            ("conditions", conditions),
            ("points", points),
            (
                "limited",
                Value::from(
                    measurand
                        .points
                        .iter()
                        .any(|p| p.largest_expanded.is_some()),
                ),
            ),
            ("reported", safe(words.list(&reported))),
            (
                "wants_uncertainty",
                Value::from(measurand.asks_uncertainty()),
            ),
            ("wants_budget", asks("budget")),
            ("wants_dof", asks("dof")),
            ("wants_k", asks("k")),
            ("wants_repeats", asks("repeats")),
            (
                "resolution",
                optional(
                    measurand
                        .resolution
                        .as_ref()
                        .map(|q| safe(words.quantity(q))),
                ),
            ),
            ("components", self.texts(&measurand.components)),
        ])
    }

    /// A reported item with its symbol.
    fn reported_item(&self, item: &str) -> Markup {
        let name = escape(&match (self.words.lang, item) {
            (Lang::Zh, _) => self.words.choice("reported", item),
            (Lang::En, "value") => "measured value".to_owned(),
            (Lang::En, "U") => "expanded uncertainty".to_owned(),
            (Lang::En, "u") => "standard uncertainty".to_owned(),
            (Lang::En, "k") => "coverage factor".to_owned(),
            (Lang::En, "dof") => "degrees of freedom".to_owned(),
            (Lang::En, "budget") => "uncertainty budget".to_owned(),
            (Lang::En, "repeats") => "single readings".to_owned(),
            (Lang::En, "date") => "date of measurement".to_owned(),
            (Lang::En, other) => self.words.choice("reported", other),
        });
        match item {
            "U" | "u" | "k" => format!("{name} *{item}*"),
            "dof" => format!("{name} *ν*"),
            _ => name,
        }
    }

    /// A quantity with the range within which it is kept or recorded.
    fn bound(&self, name: &str, value: &plan::Range) -> Value {
        object([
            ("name", Value::from(self.words.kind_of_quantity(name))),
            ("value", safe(self.words.range(value))),
        ])
    }

    fn artefacts(&self, certificates: bool, wanted: impl Fn(&str) -> bool) -> Value {
        let artefacts = self.plan.content.artefacts.iter();
        artefacts
            .filter(|a| wanted(&a.id))
            .map(|a| self.artefact(a, certificates))
            .collect()
    }

    fn artefact(&self, artefact: &Artefact, certificates: bool) -> Value {
        let pattern = self.plan.content.circulation.patterns.get(&artefact.id);
        let head = &self.plan.content.protocol;
        let traceability = artefact
            .traceability
            .as_ref()
            .or(head.traceability.as_ref());
        // The certificate of a blind sample would tell where its value can be read.
        let certificate = certificates || !artefact.blind;
        object([
            ("id", Value::from(artefact.id.as_str())),
            ("title", self.body(&artefact.id, &artefact.title)),
            ("serial", self.maybe(artefact.serial.as_ref())),
            ("measures", self.measured_on(artefact)),
            (
                "traceability",
                optional(traceability.map(|t| self.traceability(t, certificate))),
            ),
            ("blind", Value::from(artefact.blind)),
            ("handling", self.maybe(artefact.handling.as_ref())),
            ("worth", self.maybe(artefact.worth.as_ref())),
            ("insurance", self.maybe(artefact.insurance.as_ref())),
            ("pattern", optional(pattern.map(|p| self.words.pattern(p)))),
        ])
    }

    /// Each measurand measured on an artefact with its points.
    fn measured_on(&self, artefact: &Artefact) -> Value {
        let measurands = self.plan.content.measurands.iter();
        measurands
            .filter_map(|m| {
                let points: Vec<String> = artefact
                    .measures
                    .iter()
                    .filter(|(id, _)| *id == m.id)
                    .map(|(_, point)| point.clone())
                    .collect();
                (!points.is_empty()).then(|| {
                    object([
                        ("measurand", self.body(&m.id, &m.title)),
                        ("points", Value::from(self.words.list(&points))),
                    ])
                })
            })
            .collect()
    }

    fn traceability(&self, traceability: &Traceability, certificate: bool) -> Value {
        let certificate = traceability.certificate.as_ref().filter(|_| certificate);
        object([
            (
                "route",
                Value::from(self.words.choice("route", &traceability.route)),
            ),
            ("standard", self.maybe(Some(&traceability.standard))),
            ("certificate", self.maybe(certificate)),
            ("reason", self.maybe(traceability.reason.as_ref())),
        ])
    }

    fn publication(&self) -> Value {
        let words = self.words;
        let Some(publication) = &self.plan.content.publication else {
            return Value::from(());
        };
        let items: Vec<String> = publication
            .items
            .iter()
            .map(|item| words.choice("publication", item))
            .collect();
        object([
            (
                "naming",
                Value::from(words.choice("naming", &publication.naming)),
            ),
            ("items", Value::from(words.list(&items))),
            (
                "after",
                optional(publication.after.as_ref().map(|d| self.not_before(d))),
            ),
        ])
    }

    fn risks(&self) -> Value {
        let mut risks: Vec<&plan::Risk> = self.plan.content.risks.iter().collect();
        risks.sort_by_key(|r| std::cmp::Reverse(r.likelihood * r.severity));
        risks
            .into_iter()
            .map(|r| {
                object([
                    ("what", self.text(&r.what)),
                    ("likelihood", Value::from(r.likelihood)),
                    ("severity", Value::from(r.severity)),
                    ("product", Value::from(r.likelihood * r.severity)),
                    ("control", self.text(&r.control)),
                ])
            })
            .collect()
    }
}

/// The order in which people name what is reported.
const REPORTED: [&str; 8] = ["value", "U", "u", "k", "dof", "budget", "repeats", "date"];

/// The items in the order of `known`; those not in it at the end.
fn in_order<'a>(items: &'a [String], known: &[&str]) -> impl Iterator<Item = &'a str> {
    let rank = |item: &str| known.iter().position(|k| *k == item).unwrap_or(known.len());
    let mut sorted: Vec<&str> = items.iter().map(String::as_str).collect();
    sorted.sort_by_key(|item| rank(item));
    sorted.into_iter()
}

/// A text that was written.
fn some(text: &str) -> Option<String> {
    (!text.trim().is_empty()).then(|| text.trim().to_owned())
}
