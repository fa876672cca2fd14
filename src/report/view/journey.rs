//! The journey, the transfer standard's tests, and the deadlines of reporting.

use minijinja::Value;

use super::{Reader, View, object, optional};
use crate::plan::{Action, Deadline, Leg, Visit};
use crate::project;
use crate::report::words::safe;
use crate::text::{Lang, Text};

impl View<'_> {
    pub(super) fn visits(&self, reader: Reader<'_>, wanted: impl Fn(&Visit) -> bool) -> Value {
        let mut visits: Vec<&Visit> = self.plan.content.circulation.visits.iter().collect();
        visits.retain(|v| wanted(v));
        visits.sort_by(|a, b| (a.arrival, &a.artefact).cmp(&(b.arrival, &b.artefact)));
        visits.into_iter().map(|v| self.visit(reader, v)).collect()
    }

    fn visit(&self, reader: Reader<'_>, visit: &Visit) -> Value {
        let artefact = self
            .plan
            .content
            .artefacts
            .iter()
            .find(|a| a.id == visit.artefact);
        let title = artefact.map_or_else(
            || Value::from(visit.artefact.as_str()),
            |a| self.body(&a.id, &a.title),
        );
        let journey = &self.plan.content.circulation;
        let brought = journey.leg_to(visit);
        let onward: Vec<&Leg> = journey.legs_from(visit).collect();
        // Where it goes to several laboratories there is no one that is the next.
        let next = match onward.as_slice() {
            [only] => Some(self.stop(reader, &only.to.laboratory)),
            _ => None,
        };
        object([
            ("artefact", title),
            (
                "serial",
                self.maybe(artefact.and_then(|a| a.serial.as_ref())),
            ),
            ("worth", self.maybe(artefact.and_then(|a| a.worth.as_ref()))),
            (
                "insurance",
                self.maybe(artefact.and_then(|a| a.insurance.as_ref())),
            ),
            ("laboratory", self.stop(reader, &visit.laboratory)),
            ("by_pilot", Value::from(self.is_pilot(&visit.laboratory))),
            ("ordinal", Value::from(visit.ordinal)),
            ("arrival", super::day(visit.arrival)),
            ("from", super::day(visit.from)),
            ("to", super::day(visit.to)),
            ("departure", super::day(visit.departure)),
            (
                "previous",
                optional(brought.map(|it| self.stop(reader, &it.from.laboratory))),
            ),
            ("next", optional(next)),
            ("brought", optional(brought.map(|it| self.leg(reader, it)))),
            (
                "onward",
                onward.into_iter().map(|it| self.leg(reader, it)).collect(),
            ),
            ("due", optional(visit.results_due.map(super::day))),
        ])
    }

    /// A transport with both its ends, its days and what of them is for what.
    pub(super) fn leg(&self, reader: Reader<'_>, leg: &Leg) -> Value {
        let words = self.words;
        let transport = self.plan.content.transport.as_ref();
        let carrier = (leg.carrier.as_ref()).or(transport.and_then(|it| it.carrier.as_ref()));
        let parts = [
            (leg.hand_over, "包装交接", "packing and hand-over"),
            (Some(leg.transit), "运输", "transit"),
            (leg.customs, "通关", "customs"),
            (leg.reserve, "预留", "reserve"),
            (leg.reserve_at_return, "返回预留", "reserve of the return"),
        ];
        let times: Vec<String> = (parts.into_iter())
            .filter_map(|(period, zh, en)| {
                let name = words.pick(zh, en);
                Some(format!("{name} {}", words.period(&period?)))
            })
            .collect();
        object([
            ("artefact", Value::from(leg.to.artefact.as_str())),
            ("from", self.stop(reader, &leg.from.laboratory)),
            ("to", self.stop(reader, &leg.to.laboratory)),
            ("dispatch", super::day(leg.dispatch)),
            ("arrival", super::day(leg.arrival)),
            ("carrier", self.maybe(carrier)),
            ("papers", self.maybe(leg.carnet.as_ref())),
            (
                "customs",
                Value::from(leg.customs.is_some() || leg.carnet.is_some()),
            ),
            ("times", Value::from(times.join(words.pick("，", ", ")))),
        ])
    }

    /// Every transport in the order of its dispatch.
    pub(super) fn legs(&self) -> Value {
        let legs = self.plan.content.circulation.legs.iter();
        legs.map(|it| {
            let way = format!("{} → {}", it.from.laboratory, it.to.laboratory);
            object([
                ("way", Value::from(way)),
                ("leg", self.leg(Reader::Pilot, it)),
            ])
        })
        .collect()
    }

    /// How the orders of laboratories were found that are not the author's.
    pub(super) fn orders(&self) -> Value {
        let orders = self.plan.content.circulation.orders.iter();
        orders
            .map(|(artefact, ordered)| {
                let text = ordered.text();
                let sign = self.words.pick("：", ": ");
                format!("{artefact}{sign}{}", text.get(self.words.lang))
            })
            .collect()
    }

    /// A laboratory as a stop of the journey: whoever may not know who another participant is sees its code alone.
    pub(super) fn stop(&self, reader: Reader<'_>, id: &str) -> Value {
        let hidden = match reader {
            Reader::Pilot => false,
            Reader::Laboratory(own) => self.coded() && own != id && !self.is_pilot(id),
        };
        let Some(laboratory) = self.plan.laboratory(id) else {
            return object([
                ("name", Value::from(id)),
                ("address", Value::from(())),
                ("contact", Value::from(())),
                ("hidden", Value::from(false)),
            ]);
        };
        let name = match (&laboratory.code, hidden) {
            (Some(code), true) => {
                Value::from(self.words.pick("参比实验室 ", "participant ").to_owned() + code)
            }
            (None, true) => Value::from(self.words.pick("另一参比实验室", "another participant")),
            (_, false) => self.body(&laboratory.id, &laboratory.title),
        };
        let open = |text: &Option<Text>| self.maybe(text.as_ref().filter(|_| !hidden));
        object([
            ("name", name),
            ("address", open(&laboratory.address)),
            ("contact", open(&laboratory.contact)),
            ("hidden", Value::from(hidden)),
        ])
    }

    pub(super) fn patterns(&self) -> Value {
        let mut names: Vec<String> = Vec::new();
        for pattern in self.plan.content.circulation.patterns.values() {
            let name = self.words.pattern(pattern);
            if !names.contains(&name) {
                names.push(name);
            }
        }
        Value::from(self.words.list(&names))
    }

    /// The titles of the calendars by which working days are counted.
    pub(super) fn calendars(&self) -> Value {
        let names: Vec<String> = self
            .plan
            .content
            .circulation
            .calendars
            .iter()
            .map(|path| {
                let entry = project::standard().item("calendar", path);
                let title = entry.and_then(|e| e.child("title")?.text("text"));
                title.map_or_else(|| path.clone(), |t| t.get(self.words.lang).to_owned())
            })
            .collect();
        optional((!names.is_empty()).then(|| self.words.list(&names)))
    }

    pub(super) fn stability(&self) -> Value {
        let Some(stability) = &self.plan.content.stability else {
            return Value::from(());
        };
        let words = self.words;
        let repeatability: Value = self
            .plan
            .content
            .measurands
            .iter()
            .flat_map(|m| m.points.iter().map(move |p| (m, p)))
            .filter_map(|(m, p)| {
                let s = stability.repeatability.get(&p.id)?;
                Some(object([
                    ("point", Value::from(p.id.as_str())),
                    ("s", safe(words.amount(*s, &m.unit))),
                ]))
            })
            .collect();
        object([
            (
                "before",
                optional(stability.before.as_ref().map(|(count, span)| {
                    object([
                        ("count", Value::from(*count)),
                        ("over", Value::from(words.period(span))),
                    ])
                })),
            ),
            ("during", Value::from(stability.during)),
            (
                "test",
                optional(stability.test.as_ref().map(|m| self.method(m))),
            ),
            (
                "limit",
                optional(stability.limit.as_ref().map(|l| safe(words.rule(l)))),
            ),
            ("legend", self.legend(stability.limit.as_ref())),
            (
                "otherwise",
                optional(stability.otherwise.as_ref().map(|a| self.action(a))),
            ),
            ("repeatability", repeatability),
        ])
    }

    pub(super) fn transport(&self) -> Value {
        let Some(transport) = &self.plan.content.transport else {
            return Value::from(());
        };
        let words = self.words;
        let monitored: Value = transport
            .monitored
            .iter()
            .map(|(name, value)| self.bound(name, value))
            .collect();
        object([
            (
                "test",
                optional(transport.test.as_ref().map(|m| self.method(m))),
            ),
            (
                "limit",
                optional(transport.limit.as_ref().map(|l| safe(words.rule(l)))),
            ),
            ("legend", self.legend(transport.limit.as_ref())),
            (
                "otherwise",
                optional(transport.otherwise.as_ref().map(|a| self.action(a))),
            ),
            ("monitored", monitored),
            ("carrier", self.maybe(transport.carrier.as_ref())),
        ])
    }

    /// What is done when a test of the transfer standard fails.
    pub(super) fn action(&self, action: &Action) -> String {
        let model = action.model.as_deref();
        let (zh, en) = match (action.action.as_str(), model) {
            ("correct", Some("linear")) => (
                "按线性漂移修正各参比实验室的结果",
                "the participants' results are corrected for a linear drift",
            ),
            ("correct", Some("mean")) => (
                "以前后主导实验室测得值的均值修正",
                "the results are referred to the mean of the pilot's measurements before and after",
            ),
            ("correct", _) => ("对结果进行修正", "the results are corrected"),
            ("add-uncertainty", _) => (
                "将变化量计入参考值的不确定度",
                "the change is added to the uncertainty of the reference value",
            ),
            ("halt", _) => (
                "中止比对，查明原因",
                "the comparison is halted and the cause sought",
            ),
            ("withdraw", _) => ("撤换传递标准", "the transfer standard is withdrawn"),
            (other, _) => return self.words.choice("action", other),
        };
        self.words.pick(zh, en).to_owned()
    }

    pub(super) fn reporting(&self) -> Value {
        let words = self.words;
        let reporting = &self.plan.content.reporting;
        let deadline = |d: &Option<Deadline>| optional(d.as_ref().map(|d| self.deadline(d)));
        let period =
            |p: &Option<crate::plan::Period>| optional(p.as_ref().map(|p| words.period(p)));
        object([
            ("results", deadline(&reporting.results)),
            ("corrections", optional(self.corrections())),
            (
                "corrections_open",
                Value::from(reporting.corrections_until.as_deref() != Some("never")),
            ),
            ("draft", period(&reporting.draft)),
            ("comment", period(&reporting.comment)),
            ("last", deadline(&reporting.last)),
            ("late", self.maybe(reporting.late.as_ref())),
        ])
    }

    /// `自传递标准发出之日起 20 个工作日内`.
    pub(super) fn deadline(&self, deadline: &Deadline) -> Value {
        let period = self.words.period(&deadline.within);
        let event = self.event(&deadline.of);
        Value::from(match self.words.lang {
            Lang::Zh => format!("自{event}之日起 {period}"),
            Lang::En => format!("{period} from {event}"),
        })
    }

    /// `总结报告发布 20 个工作日后`: when something becomes allowed.
    pub(super) fn not_before(&self, deadline: &Deadline) -> Value {
        let period = self.words.period(&deadline.within);
        let event = self.event(&deadline.of);
        Value::from(match self.words.lang {
            Lang::Zh => format!("{event} {period}后"),
            Lang::En => format!("{period} after {event}"),
        })
    }

    /// The event from which a period runs.
    pub(super) fn event(&self, id: &str) -> String {
        let (zh, en) = match id {
            "departure" => ("传递标准发出", "the dispatch of the transfer standard"),
            "arrival" => ("传递标准到达", "the arrival of the transfer standard"),
            "measurement" => ("测量结束", "the end of the measurement"),
            "results" => ("全部结果提交", "the submission of all results"),
            "draft" => ("报告初稿发出", "the sending out of the draft report"),
            "report" => ("总结报告发布", "the issue of the final report"),
            "publication" => ("结果公布", "the publication of the results"),
            "start" => ("比对启动", "the start of the comparison"),
            "end" => ("传递结束", "the end of the circulation"),
            other => return self.words.choice("event", other),
        };
        self.words.pick(zh, en).to_owned()
    }
}
