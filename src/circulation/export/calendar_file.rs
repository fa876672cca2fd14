//! The visits of one laboratory, or of all, as an iCalendar file (RFC 5545).
//!
//! A calendar of a plan made anew takes the place of the one before: the identifiers of its entries are the names of the visits and stay,
//! `SEQUENCE` is the number of the plan made anew, and a visit that does not take place is there as cancelled.
//!
//! The lines are written here and not by a library because the file must be a function of its input (libraries add the clock and
//! random identifiers) and must fold at 75 octets exactly, also within Chinese text.

use std::fmt::Write;

use jiff::civil::{Date, DateTime};

use super::super::clock;
use super::super::graph::Visit;
use super::super::journey::Journey;
use super::super::plan::Plan;
use super::super::timetable::Entry;
use super::label::{artefact_name, specimen_name};
use crate::text::Lang;

/// When, and for which time, the file is issued.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Stamp {
    /// Time of issue in UTC. There is no clock here: the caller takes a day of the protocol.
    pub issued: DateTime,
    /// 0 at first, one more with each issue that changes a date.
    pub sequence: u32,
}

/// The visits of one laboratory (by index), or of all for the pilot: the time with the artefact as one entry, arrival and departure named
/// in it. `before` is the plan in which visits that do not take place any more still had their dates.
pub fn calendar_file(
    journey: &Journey,
    plan: &Plan,
    before: Option<&Plan>,
    laboratory: Option<usize>,
    stamp: Stamp,
    lang: Lang,
) -> String {
    let whole = laboratory.is_none();
    let wanted = |visit: &Visit| laboratory.is_none_or(|it| it == visit.laboratory);
    let mut file = File::default();
    file.line("BEGIN:VCALENDAR");
    file.line("VERSION:2.0");
    file.line("PRODID:-//Bidui//Circulation//EN");
    file.line("CALSCALE:GREGORIAN");
    file.line("METHOD:PUBLISH");
    for entry in plan.timetable.iter().flat_map(|it| &it.entries) {
        let visit = plan.circulation.visit(entry.visit);
        if wanted(visit) {
            file.event(journey, visit, entry, stamp, lang, whole);
            file.line("END:VEVENT");
        }
    }
    let now = plan.timetable.as_ref();
    let gone = |it: &&Entry| now.is_some_and(|now| now.entry(it.visit).is_none());
    let earlier = before.and_then(|it| it.timetable.as_ref());
    for entry in earlier.iter().flat_map(|it| &it.entries).filter(gone) {
        let visit = plan.circulation.visit(entry.visit);
        if wanted(visit) {
            file.event(journey, visit, entry, stamp, lang, whole);
            file.line("STATUS:CANCELLED");
            file.line("END:VEVENT");
        }
    }
    file.line("END:VCALENDAR");
    file.text
}

#[derive(Default)]
struct File {
    text: String,
}

impl File {
    /// An entry without its last line; in a calendar of all laboratories it says whose it is.
    fn event(
        &mut self,
        journey: &Journey,
        visit: &Visit,
        entry: &Entry,
        stamp: Stamp,
        lang: Lang,
        whole: bool,
    ) {
        let artefact = &journey.artefacts[visit.artefact];
        let laboratory = &journey.laboratories[visit.laboratory];
        let last = entry.departure.unwrap_or(entry.end).max(entry.end);
        self.line("BEGIN:VEVENT");
        self.property(
            "UID",
            &format!(
                "{}/{}/{}/{}/{}@bidui",
                journey.id,
                artefact.id,
                visit.specimen + 1,
                laboratory.id,
                visit.ordinal
            ),
        );
        self.line(&format!("DTSTAMP:{}Z", compact_time(stamp.issued)));
        self.line(&format!("SEQUENCE:{}", stamp.sequence));
        self.line(&format!("DTSTART;VALUE=DATE:{}", compact(entry.arrival)));
        // The end of an all-day entry is the day after its last day.
        let end = clock::next_day(last).unwrap_or(last);
        self.line(&format!("DTEND;VALUE=DATE:{}", compact(end)));
        let name = artefact_name(artefact, lang);
        let specimen = specimen_name(journey, visit);
        let summary = summary(journey.called(lang), &specimen, name, visit.measures, lang);
        let summary = if whole {
            format!("{summary} @ {}", laboratory.id)
        } else {
            summary
        };
        self.property("SUMMARY", &summary);
        self.property("DESCRIPTION", &description(entry, visit.measures, lang));
        self.property("LOCATION", journey.laboratories[visit.place].name(lang));
        self.line("TRANSP:TRANSPARENT");
    }

    fn property(&mut self, name: &str, text: &str) {
        let mut line = format!("{name}:");
        for sign in text.chars() {
            match sign {
                '\\' => line.push_str("\\\\"),
                ';' => line.push_str("\\;"),
                ',' => line.push_str("\\,"),
                '\n' => line.push_str("\\n"),
                _ if sign.is_control() => {}
                _ => line.push(sign),
            }
        }
        self.line(&line);
    }

    /// Writes a content line, folded at 75 octets without splitting a character.
    fn line(&mut self, line: &str) {
        const LIMIT: usize = 75;
        let mut octets = 0;
        for sign in line.chars() {
            if octets + sign.len_utf8() > LIMIT {
                self.text.push_str("\r\n ");
                octets = 1;
            }
            self.text.push(sign);
            octets += sign.len_utf8();
        }
        self.text.push_str("\r\n");
    }
}

fn summary(comparison: &str, specimen: &str, name: &str, measures: bool, lang: Lang) -> String {
    let named = if specimen == name {
        specimen.to_owned()
    } else {
        format!("{specimen} {name}")
    };
    match (lang, measures) {
        (Lang::Zh, true) => format!("比对 {comparison}：{named} 测量"),
        (Lang::Zh, false) => format!("比对 {comparison}：{named} 中转"),
        (Lang::En, true) => format!("Comparison {comparison}: measure {named}"),
        (Lang::En, false) => format!("Comparison {comparison}: {named} passes through"),
    }
}

fn description(entry: &Entry, measures: bool, lang: Lang) -> String {
    let mut text = match lang {
        Lang::Zh => format!("到达：{}", entry.arrival),
        Lang::En => format!("Arrival: {}", entry.arrival),
    };
    let window = measures.then(|| match lang {
        Lang::Zh => format!("\n测量：{} 至 {}", entry.start, entry.end),
        Lang::En => format!("\nMeasuring: {} to {}", entry.start, entry.end),
    });
    text.push_str(&window.unwrap_or_default());
    if let Some(departure) = entry.departure {
        // Writing into a string cannot fail.
        let _ = match lang {
            Lang::Zh => write!(text, "\n发出：{departure}"),
            Lang::En => write!(text, "\nDeparture: {departure}"),
        };
    }
    text
}

fn compact(day: Date) -> String {
    format!("{:04}{:02}{:02}", day.year(), day.month(), day.day())
}

fn compact_time(time: DateTime) -> String {
    format!(
        "{}T{:02}{:02}{:02}",
        compact(time.date()),
        time.hour(),
        time.minute(),
        time.second()
    )
}
