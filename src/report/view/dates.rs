//! The dates by which the pilot works: every event of the journey, and the milestones behind it.

use jiff::ToSpan;
use jiff::civil::Date;
use minijinja::Value;

use super::{View, day, object, optional};
use crate::plan::{Deadline, Period};
use crate::values::calendar::{Calendar, read};
use crate::values::date::PeriodKind;

/// Something with a date, or with no date that the plan fixes.
struct Milestone {
    date: Option<Date>,
    what: String,
    /// How the date comes about.
    rule: Option<String>,
}

impl View<'_> {
    /// Every arrival, measurement, dispatch and result due, by date.
    pub(super) fn events(&self) -> Value {
        let words = self.words;
        let visits = &self.plan.content.circulation.visits;
        let mut events: Vec<(Date, u8, String)> = Vec::new();
        for visit in visits {
            let name = |id: &str| {
                let laboratory = self.plan.laboratory(id);
                laboratory.map_or_else(|| id.to_owned(), |l| self.body(&l.id, &l.title).to_string())
            };
            let own = name(&visit.laboratory);
            let artefact = &visit.artefact;
            let mut add = |date, rank, zh: String, en: String| {
                events.push((date, rank, words.pick(&zh, &en).to_owned()));
            };
            if self.is_pilot(&visit.laboratory) {
                let n = visit.ordinal;
                add(
                    visit.from,
                    1,
                    format!("主导实验室第 {n} 次测量 {artefact}，至 {} 结束", visit.to),
                    format!(
                        "measurement {n} of {artefact} by the pilot, until {}",
                        visit.to
                    ),
                );
            } else {
                add(
                    visit.arrival,
                    0,
                    format!("{artefact} 到达 {own}：核实到达并收回交接单"),
                    format!(
                        "{artefact} arrives at {own}: confirm the arrival and collect the hand-over record"
                    ),
                );
            }
            for leg in self.plan.content.circulation.legs_from(visit) {
                let next = name(&leg.to.laboratory);
                add(
                    leg.dispatch,
                    2,
                    format!("{artefact} 由 {own} 发往 {next}"),
                    format!("{artefact} leaves {own} for {next}"),
                );
            }
            if let Some(due) = visit
                .results_due
                .filter(|_| !self.is_pilot(&visit.laboratory))
            {
                add(
                    due,
                    3,
                    format!("{own} 提交 {artefact} 测量结果的截止日"),
                    format!("results of {own} on {artefact} are due"),
                );
            }
        }
        events.sort();
        events
            .into_iter()
            .map(|(date, _, what)| object([("date", day(date)), ("what", Value::from(what))]))
            .collect()
    }

    /// Tests before dispatch, the last result, draft, report, publication.
    pub(super) fn milestones(&self) -> Value {
        let words = self.words;
        let content = &self.plan.content;
        let reporting = &content.reporting;
        let calendar = self.calendar();
        let last = content
            .circulation
            .visits
            .iter()
            .filter(|v| !self.is_pilot(&v.laboratory))
            .filter_map(|v| v.results_due)
            .max();
        let draft = reporting
            .draft
            .as_ref()
            .and_then(|p| after(last?, p, calendar.as_ref()));
        let comments = reporting
            .comment
            .as_ref()
            .and_then(|p| after(draft?, p, calendar.as_ref()));
        let at = |of: &str| match of {
            "start" => Some(content.circulation.start),
            "end" | "arrival" | "departure" | "measurement" => Some(content.circulation.finish),
            "results" => last,
            "draft" => draft,
            _ => None,
        };
        let report = reporting
            .last
            .as_ref()
            .and_then(|d| after(at(&d.of)?, &d.within, calendar.as_ref()));
        let published = content
            .publication
            .as_ref()
            .and_then(|p| p.after.as_ref())
            .and_then(|d| {
                let from = if d.of == "report" { report } else { at(&d.of) };
                after(from?, &d.within, calendar.as_ref())
            });
        let rule = |d: Option<&Deadline>| d.map(|d| self.deadline(d).to_string());
        let mut list = Vec::new();
        let mut add = |date: Option<Date>, (zh, en): (&str, &str), rule: Option<String>| {
            list.push(Milestone {
                date,
                what: words.pick(zh, en).to_owned(),
                rule,
            });
        };
        if let Some((count, span)) = content.stability.as_ref().and_then(|s| s.before.as_ref()) {
            let period = words.period(span);
            let rule = match words.lang {
                crate::text::Lang::Zh => format!("传递前 {count} 次测量，历时 {period}"),
                crate::text::Lang::En => {
                    format!("{count} measurements over {period} before the circulation")
                }
            };
            add(
                before(content.circulation.start, span),
                (
                    "最迟开始稳定性前期实验",
                    "latest start of the stability test before dispatch",
                ),
                Some(rule),
            );
        }
        add(
            Some(content.circulation.start),
            ("主导实验室首次测量", "first measurement of the pilot"),
            None,
        );
        add(
            Some(content.circulation.finish),
            ("传递结束", "end of the circulation"),
            None,
        );
        add(
            last,
            ("最后一份结果提交截止", "last result due"),
            rule(reporting.results.as_ref()),
        );
        let (from_last, from_draft) = (self.event("results"), self.event("draft"));
        let counted = |period: &Period, event: &str| match words.lang {
            crate::text::Lang::Zh => format!("自{event}之日起 {}", words.period(period)),
            crate::text::Lang::En => format!("{} from {event}", words.period(period)),
        };
        let drafting = reporting.draft.as_ref();
        add(
            draft,
            ("报告初稿发出", "draft report"),
            drafting.map(|p| counted(p, &from_last)),
        );
        if let Some(period) = &reporting.comment {
            add(
                comments,
                ("初稿意见截止", "comments on the draft"),
                Some(counted(period, &from_draft)),
            );
        }
        add(
            report,
            ("总结报告与风险评估报告", "final report and risk report"),
            rule(reporting.last.as_ref()),
        );
        let publication = content.publication.as_ref().and_then(|p| p.after.as_ref());
        if publication.is_some() {
            add(
                published,
                ("最早公布日期", "earliest publication"),
                publication.map(|d| self.not_before(d).to_string()),
            );
        }
        list.into_iter()
            .map(|m| {
                object([
                    ("date", optional(m.date.map(day))),
                    ("what", Value::from(m.what)),
                    ("rule", optional(m.rule)),
                ])
            })
            .collect()
    }

    /// The calendar by which the plan counts working days; none when one of its calendars is not in the library.
    pub(super) fn calendar(&self) -> Option<Calendar> {
        let mut merged: Option<Calendar> = None;
        for name in &self.plan.content.circulation.calendars {
            let calendar = read::standard(name).ok()??;
            merged = Some(match merged {
                None => calendar,
                Some(known) => known.merge(&calendar).ok()?,
            });
        }
        Some(merged.unwrap_or_else(Calendar::weekends_only))
    }
}

/// The end of a period; none when it counts working days in years that the calendar does not cover.
pub(super) fn after(from: Date, period: &Period, calendar: Option<&Calendar>) -> Option<Date> {
    let weekends = Calendar::weekends_only();
    let calendar = match (period.kind, calendar) {
        (PeriodKind::WorkingDay, calendar) => calendar?,
        (_, calendar) => calendar.unwrap_or(&weekends),
    };
    let answer = period.end_from(from, calendar).ok()?;
    (!answer.provisional || period.kind != PeriodKind::WorkingDay).then_some(answer.value)
}

/// The day a period before `date`; none for a period without a greatest length in days.
fn before(date: Date, period: &Period) -> Option<Date> {
    let (_, most) = period.day_bounds();
    date.checked_sub(most?.days()).ok()
}
