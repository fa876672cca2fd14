//! What a plan made anew says: what happened, which dates have moved, who must be told.

use std::collections::BTreeSet;

use minijinja::Value;

use super::dates::after;
use super::{Reader, View, day, object, optional};
use crate::plan::{Appointment, Happening, Moved, Occurrence, Revision, Stop};
use crate::run::monitoring;
use crate::text::Lang;

impl View<'_> {
    /// The revision as a reader may see it; none for a plan that was not made anew.
    pub(super) fn revision(&self, reader: Reader<'_>) -> Value {
        let Some(revision) = &self.plan.content.circulation.revision else {
            return Value::from(());
        };
        let own = |stop: &Stop| match reader {
            Reader::Pilot => true,
            Reader::Laboratory(id) => stop.laboratory == id,
        };
        let moved: Vec<&Moved> = revision.moved.iter().filter(|it| own(&it.stop)).collect();
        let pilot = reader == Reader::Pilot;
        object([
            ("number", Value::from(revision.number)),
            ("as_of", day(revision.as_of)),
            ("issued", Value::from(revision.of.as_str())),
            (
                "happened",
                (self.reasons(revision, &moved).into_iter())
                    .map(|it| {
                        let remark = it.remark.as_deref().filter(|_| pilot);
                        object([
                            ("what", Value::from(self.happening(reader, it))),
                            ("notify", optional(self.notify(it))),
                            ("remark", optional(remark)),
                        ])
                    })
                    .collect(),
            ),
            ("passed_on", Value::from(self.passed_on(revision, &moved))),
            (
                "moved",
                moved.iter().map(|it| self.moved(reader, it)).collect(),
            ),
            ("told", self.told(revision)),
            (
                "excesses",
                (revision.excesses.iter().filter(|_| pilot))
                    .map(|it| Value::from(monitoring::sentence(it).get(self.words.lang)))
                    .collect(),
            ),
            (
                "ordered",
                Value::from(monitoring::ordered(self.plan).get(self.words.lang)),
            ),
        ])
    }

    /// What went otherwise than planned and moved these dates; where nothing is known to have, all that went otherwise.
    fn reasons<'r>(&self, revision: &'r Revision, moved: &[&Moved]) -> Vec<&'r Happening> {
        let causes: BTreeSet<usize> = (moved.iter().flat_map(|it| &it.because).copied()).collect();
        let deviating = revision.happened.iter().filter(|it| it.deviates());
        if causes.is_empty() {
            return deviating.collect();
        }
        let caused = |place: &usize| causes.contains(place);
        (revision.happened.iter().enumerate())
            .filter(|(place, _)| caused(place))
            .map(|(_, it)| it)
            .collect()
    }

    /// How what happened to one transfer standard moves the dates of another: `W1 … W2 …`, a sentence for each pair.
    fn passed_on(&self, revision: &Revision, moved: &[&Moved]) -> Vec<String> {
        let mut pairs = BTreeSet::new();
        for change in moved {
            let causes = || {
                change
                    .because
                    .iter()
                    .filter_map(|it| revision.happened.get(*it))
            };
            let other = |it: &&Happening| specimen(&it.stop) != specimen(&change.stop);
            if causes().all(|it| other(&it)) {
                pairs.extend(causes().map(|it| (specimen(&it.stop), specimen(&change.stop))));
            }
        }
        let say = |(late, moved): (String, String)| match self.words.lang {
            Lang::Zh => {
                format!("{moved} 与 {late} 先后使用同一实验室或须等待 {late}，日程随之改变")
            }
            Lang::En => format!(
                "{moved} shares a laboratory with {late} or waits for it, so that its dates move along"
            ),
        };
        pairs.into_iter().map(say).collect()
    }

    /// A happening as a sentence without its full stop.
    pub(crate) fn happening(&self, reader: Reader<'_>, it: &Happening) -> String {
        let laboratory = self.stop_name(reader, &it.stop.laboratory);
        let (artefact, date) = (specimen(&it.stop), it.date);
        let (zh, en) = match it.what {
            Occurrence::Arrived => (
                format!("{artefact} 于 {date} 到达{laboratory}"),
                format!("{artefact} reached {laboratory} on {date}"),
            ),
            Occurrence::Departed => (
                format!("{artefact} 于 {date} 由{laboratory}发出"),
                format!("{artefact} left {laboratory} on {date}"),
            ),
            Occurrence::ExpectedArrival => (
                format!("{artefact} 预计 {date} 到达{laboratory}"),
                format!("{artefact} is expected at {laboratory} on {date}"),
            ),
            Occurrence::ExpectedDeparture => (
                format!("{artefact} 预计 {date} 由{laboratory}发出"),
                format!("{artefact} is expected to leave {laboratory} on {date}"),
            ),
            Occurrence::Damaged => (
                format!("{date} 发现 {artefact} 损坏（{laboratory}一站）"),
                format!("{artefact} was found damaged on {date} (stop at {laboratory})"),
            ),
            Occurrence::Lost => (
                format!("{date} 确认 {artefact} 丢失（{laboratory}一站）"),
                format!("{artefact} was found lost on {date} (stop at {laboratory})"),
            ),
        };
        let text = self.words.pick(&zh, &en).to_owned();
        match (it.planned, self.words.lang) {
            (Some(planned), Lang::Zh) => format!("{text}（原定 {planned}）"),
            (Some(planned), Lang::En) => format!("{text} (planned: {planned})"),
            (None, _) => text,
        }
    }

    fn stop_name(&self, reader: Reader<'_>, id: &str) -> String {
        let stop = self.stop(reader, id);
        let name = stop.get_attr("name").unwrap_or_default();
        match self.words.lang {
            // Chinese sets a name off from Chinese text only when it begins with letters.
            Lang::Zh => format!(" {name} "),
            Lang::En => name.to_string(),
        }
    }

    /// Whom the protocol wants told of a delay as long as this one.
    pub(crate) fn notify(&self, it: &Happening) -> Option<String> {
        let contingency = self.plan.content.contingency.as_ref()?;
        let (over, whom) = contingency.delay.as_ref()?;
        let latest = after(it.planned?, over, self.calendar().as_ref())?;
        let (over, whom) = (
            self.words.period(over),
            self.words.choice("authority", whom),
        );
        (it.date > latest).then(|| match self.words.lang {
            Lang::Zh => format!("延误超过 {over}，按方案须通知{whom}"),
            Lang::En => format!("a delay of more than {over}: the protocol wants the {whom} told"),
        })
    }

    fn moved(&self, reader: Reader<'_>, it: &Moved) -> Value {
        object([
            (
                "laboratory",
                Value::from(self.stop_name(reader, &it.stop.laboratory).trim()),
            ),
            ("artefact", Value::from(specimen(&it.stop))),
            ("ordinal", Value::from(it.stop.ordinal)),
            ("what", Value::from(self.appointment(it.what))),
            ("cancelled", Value::from(it.what == Appointment::Cancelled)),
            ("old", optional(it.old.map(day))),
            ("new", optional(it.new.map(day))),
            ("days", optional(shift(it))),
        ])
    }

    /// What a date is the date of.
    pub(crate) fn appointment(&self, what: Appointment) -> String {
        let (zh, en) = match what {
            Appointment::Arrival => ("到达", "arrival"),
            Appointment::From => ("测量开始", "measuring from"),
            Appointment::To => ("测量结束", "measuring to"),
            Appointment::Departure => ("发出", "dispatch"),
            Appointment::ResultsDue => ("结果截止", "results due"),
            Appointment::Cancelled => ("取消", "cancelled"),
        };
        self.words.pick(zh, en).to_owned()
    }

    /// The laboratories with dates that have moved, in the order of the plan.
    fn told(&self, revision: &Revision) -> Value {
        let laboratories = self.plan.content.laboratories.iter();
        laboratories
            .filter(|it| revision.tells(&it.id) && !self.is_pilot(&it.id))
            .map(|it| self.body(&it.id, &it.title))
            .collect()
    }
}

/// How a stop's transfer standard is called.
pub(crate) fn specimen(stop: &Stop) -> String {
    match stop.specimen {
        Some(number) => format!("{}#{number}", stop.artefact),
        None => stop.artefact.clone(),
    }
}

/// By how many days a date has moved, with its sign.
pub(crate) fn shift(it: &Moved) -> Option<String> {
    let days = it.old?.until(it.new?).ok()?.get_days();
    Some(if days < 0 {
        format!("−{}", -days)
    } else {
        format!("+{days}")
    })
}
