//! The calendars of the standard library.

use std::collections::BTreeMap;

use jiff::ToSpan;
use jiff::civil::{Date, Weekday};

use super::{Calendar, CalendarEntry};
use crate::text::Text;
use crate::values::date::parse_date;
use crate::values::entries::{self, Entry, EntryError, Property};

/// The embedded tables by the path under which protocols name them.
const TABLES: [(&str, &str); 3] = [
    (
        "std.calendar.cn-2025",
        include_str!("../../../stdlib/calendars/cn-2025.bidui"),
    ),
    (
        "std.calendar.cn-2026",
        include_str!("../../../stdlib/calendars/cn-2026.bidui"),
    ),
    (
        "std.calendar.cn-2027",
        include_str!("../../../stdlib/calendars/cn-2027.bidui"),
    ),
];

/// The paths of the calendars of the standard library.
pub fn standard_paths() -> impl Iterator<Item = &'static str> {
    TABLES.iter().map(|(path, _)| *path)
}

/// The calendar of the standard library with this path; `None` if there is none.
///
/// # Errors
/// A fault in the embedded table, which the tests of this crate exclude.
pub fn standard(path: &str) -> Result<Option<Calendar>, EntryError> {
    let Some((_, source)) = TABLES.iter().find(|(known, _)| *known == path) else {
        return Ok(None);
    };
    match entries::read(source)?.as_slice() {
        [entry] => calendar(entry).map(Some),
        _ => Err(EntryError::new(
            1,
            "日历表中应恰有一个 calendar 条目",
            "a calendar table holds exactly one calendar",
        )),
    }
}

fn calendar(entry: &Entry) -> Result<Calendar, EntryError> {
    Calendar::from_entry(read_calendar(entry)?).map_err(|error| EntryError {
        line: entry.line,
        text: error.message(),
    })
}

/// What an entry `calendar path { … }` says.
///
/// # Errors
/// An unknown or malformed property.
pub fn read_calendar(entry: &Entry) -> Result<CalendarEntry, EntryError> {
    if entry.kind != "calendar" {
        return Err(EntryError::new(
            entry.line,
            format!("此处应为 calendar 条目，现为“{}”", entry.kind),
            format!("expected a calendar, found “{}”", entry.kind),
        ));
    }
    let mut out = CalendarEntry {
        path: entry.name.clone(),
        ..CalendarEntry::default()
    };
    for property in &entry.properties {
        match property.keyword.as_str() {
            "title" => out.title = property.bilingual(),
            "source" => out.source = property.bilingual(),
            "provisional" => out.provisional = provisional(property)?,
            "year" => {
                let years: Option<Vec<i16>> = property
                    .words()
                    .iter()
                    .map(|word| word.parse().ok())
                    .collect();
                out.years.extend(
                    years
                        .filter(|years| !years.is_empty())
                        .ok_or_else(|| property.malformed("year 2026"))?,
                );
            }
            "weekend" => out.weekend = weekend(property)?,
            "off" => days(property, &mut out.off)?,
            "work" => days(property, &mut out.work)?,
            other => {
                let (zh, en) = (
                    format!("日历没有属性“{other}”"),
                    format!("a calendar has no property “{other}”"),
                );
                return Err(EntryError::new(property.line, zh, en));
            }
        }
    }
    Ok(out)
}

/// `provisional yes zh "…" en "…"`: the reason is what makes a calendar provisional.
fn provisional(property: &Property) -> Result<Text, EntryError> {
    match (property.words().first(), property.bilingual()) {
        (Some(&"no"), _) => Ok(Text::default()),
        (Some(&"yes"), reason) if !reason.is_empty() => Ok(reason),
        _ => Err(property.malformed("provisional yes zh \"原因\" en \"reason\"")),
    }
}

fn weekend(property: &Property) -> Result<Vec<Weekday>, EntryError> {
    let day = |word: &&str| match *word {
        "monday" => Some(Weekday::Monday),
        "tuesday" => Some(Weekday::Tuesday),
        "wednesday" => Some(Weekday::Wednesday),
        "thursday" => Some(Weekday::Thursday),
        "friday" => Some(Weekday::Friday),
        "saturday" => Some(Weekday::Saturday),
        "sunday" => Some(Weekday::Sunday),
        _ => None,
    };
    let days: Option<Vec<Weekday>> = property.words().iter().map(day).collect();
    days.ok_or_else(|| property.malformed("weekend saturday, sunday"))
}

/// `off 2026-01-01 .. 2026-01-03 zh "…" en "…"` or several single dates.
fn days(property: &Property, into: &mut BTreeMap<Date, Text>) -> Result<(), EntryError> {
    let fault = |error: crate::values::date::DateError| EntryError {
        line: property.line,
        text: error.message(),
    };
    let words: Vec<&str> = property
        .words()
        .into_iter()
        .filter(|word| !["zh", "en"].contains(word))
        .collect();
    let name = property.bilingual();
    let dates: Vec<Date> = match words.as_slice() {
        [] => {
            return Err(
                property.malformed("off 2026-01-01 .. 2026-01-03 zh \"元旦\" en \"New Year\"")
            );
        }
        [from, "..", to] => {
            let (from, to) = (
                parse_date(from).map_err(fault)?,
                parse_date(to).map_err(fault)?,
            );
            if from > to {
                return Err(property.malformed("off 2026-01-01 .. 2026-01-03"));
            }
            from.series(1.day())
                .take_while(|date| *date <= to)
                .collect()
        }
        single => single
            .iter()
            .map(|word| parse_date(word))
            .collect::<Result<_, _>>()
            .map_err(fault)?,
    };
    into.extend(dates.into_iter().map(|date| (date, name.clone())));
    Ok(())
}
