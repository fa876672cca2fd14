//! Working days: a weekend rule, days off and make-up working days.

pub mod read;

use jiff::civil::{Date, Weekday};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

use crate::text::Text;

/// An answer, and whether it rests on years whose days off are not (finally) published.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Answer<T> {
    pub value: T,
    pub provisional: bool,
}

/// What a calendar is made from.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct CalendarEntry {
    /// The path in the library: `std.calendar.cn-2026`.
    pub path: String,
    pub title: Text,
    /// The notice or law that fixes the days.
    pub source: Text,
    /// The years covered.
    pub years: BTreeSet<i16>,
    /// Why the days may still change; empty when they are final.
    pub provisional: Text,
    pub weekend: Vec<Weekday>,
    /// Days off outside the weekend rule (or named ones within it).
    pub off: BTreeMap<Date, Text>,
    /// Days of a weekend that are worked.
    pub work: BTreeMap<Date, Text>,
}

/// Why entries do not make a calendar.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum CalendarError {
    /// No day of the week is worked.
    NoWorkingDays(String),
    /// A day both off and worked.
    Contradiction(Date),
    /// A day outside the years that the calendar covers.
    OutsideYears(Date),
    /// Two calendars with different weekends.
    Weekends(String, String),
}

impl CalendarError {
    /// The message for a person.
    pub fn message(&self) -> Text {
        match self {
            CalendarError::NoWorkingDays(path) => Text::new(
                format!("日历`{path}`把一周七天都列为周末，没有工作日"),
                format!(
                    "the calendar `{path}` makes all seven days weekend; no working day is left"
                ),
            ),
            CalendarError::Contradiction(date) => Text::new(
                format!("{date} 既列为放假又列为上班，请删去其一"),
                format!(
                    "{date} is listed both as a day off and as a working day; drop one of the two"
                ),
            ),
            CalendarError::OutsideYears(date) => Text::new(
                format!("{date} 不在日历声明的年份之内，请补上 year 或改正日期"),
                format!(
                    "{date} lies outside the years the calendar declares; add the year or mend the date"
                ),
            ),
            CalendarError::Weekends(one, other) => Text::new(
                format!("日历`{one}`与`{other}`的周末不同，不能合并"),
                format!(
                    "the calendars `{one}` and `{other}` have different weekends and cannot be merged"
                ),
            ),
        }
    }
}

crate::values::spoken!(CalendarError);

/// A calendar of working days. Questions about years it does not cover are answered by the weekend rule and marked provisional.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Calendar {
    entry: CalendarEntry,
    final_years: BTreeSet<i16>,
    weekend: [bool; 7],
    /// Working days among the first 0 … 7 days of a week that begins on Monday.
    in_week: [i64; 8],
    /// Day numbers at which the weekend rule fails, with the running sum of the corrections up to and including the day.
    corrections: Vec<(i64, i64)>,
}

impl Calendar {
    /// A calendar from one entry.
    ///
    /// # Errors
    /// See [`CalendarError`].
    pub fn from_entry(entry: CalendarEntry) -> Result<Calendar, CalendarError> {
        let final_years = if entry.provisional.is_empty() {
            entry.years.clone()
        } else {
            BTreeSet::new()
        };
        Calendar::build(entry, final_years)
    }

    /// Saturdays and Sundays off and nothing else; every answer is provisional.
    pub fn weekends_only() -> Calendar {
        let mut weekend = [false; 7];
        for day in [Weekday::Saturday, Weekday::Sunday] {
            weekend[place(day)] = true;
        }
        let entry = CalendarEntry {
            weekend: vec![Weekday::Saturday, Weekday::Sunday],
            ..CalendarEntry::default()
        };
        Calendar {
            entry,
            final_years: BTreeSet::new(),
            weekend,
            in_week: [0, 1, 2, 3, 4, 5, 5, 5],
            corrections: Vec::new(),
        }
    }

    fn build(entry: CalendarEntry, final_years: BTreeSet<i16>) -> Result<Calendar, CalendarError> {
        let mut weekend = [false; 7];
        for day in &entry.weekend {
            weekend[place(*day)] = true;
        }
        if weekend.iter().all(|off| *off) {
            return Err(CalendarError::NoWorkingDays(entry.path));
        }
        if let Some(date) = entry.off.keys().find(|date| entry.work.contains_key(date)) {
            return Err(CalendarError::Contradiction(*date));
        }
        if let Some(date) = entry
            .off
            .keys()
            .chain(entry.work.keys())
            .find(|date| !entry.years.contains(&date.year()))
        {
            return Err(CalendarError::OutsideYears(*date));
        }
        let mut in_week = [0; 8];
        for (i, off) in weekend.iter().enumerate() {
            in_week[i + 1] = in_week[i] + i64::from(!off);
        }
        let off = entry
            .off
            .keys()
            .filter(|d| !weekend[place(d.weekday())])
            .map(|d| (number(*d), -1));
        let work = entry
            .work
            .keys()
            .filter(|d| weekend[place(d.weekday())])
            .map(|d| (number(*d), 1));
        let mut corrections: Vec<(i64, i64)> = off.chain(work).collect();
        corrections.sort_unstable();
        let mut sum = 0;
        for (_, correction) in &mut corrections {
            sum += *correction;
            *correction = sum;
        }
        Ok(Calendar {
            entry,
            final_years,
            weekend,
            in_week,
            corrections,
        })
    }

    /// One calendar of both; where they cover the same year, `other` holds.
    ///
    /// # Errors
    /// Different weekends.
    pub fn merge(&self, other: &Calendar) -> Result<Calendar, CalendarError> {
        if self.weekend != other.weekend {
            return Err(CalendarError::Weekends(
                self.entry.path.clone(),
                other.entry.path.clone(),
            ));
        }
        let (mine, theirs) = (&self.entry, &other.entry);
        let kept = |days: &BTreeMap<Date, Text>| -> BTreeMap<Date, Text> {
            days.iter()
                .filter(|(date, _)| !theirs.years.contains(&date.year()))
                .map(|(d, t)| (*d, t.clone()))
                .collect()
        };
        let union = |mine: &BTreeMap<Date, Text>, theirs: &BTreeMap<Date, Text>| {
            let mut days = kept(mine);
            days.extend(theirs.iter().map(|(d, t)| (*d, t.clone())));
            days
        };
        let entry = CalendarEntry {
            path: joined(&mine.path, &theirs.path, " + "),
            title: joined_text(&mine.title, &theirs.title),
            source: joined_text(&mine.source, &theirs.source),
            years: mine.years.union(&theirs.years).copied().collect(),
            provisional: joined_text(&mine.provisional, &theirs.provisional),
            weekend: mine.weekend.clone(),
            off: union(&mine.off, &theirs.off),
            work: union(&mine.work, &theirs.work),
        };
        let mine_final = self
            .final_years
            .iter()
            .filter(|year| !theirs.years.contains(year));
        let final_years = mine_final.chain(&other.final_years).copied().collect();
        Calendar::build(entry, final_years)
    }

    /// What the calendar was made from.
    pub fn entry(&self) -> &CalendarEntry {
        &self.entry
    }

    /// Whether the days off of `year` are finally published in this calendar.
    pub fn is_final(&self, year: i16) -> bool {
        self.final_years.contains(&year)
    }

    /// Why the day is off or worked against the weekend rule, if the calendar names it.
    pub fn name_of(&self, date: Date) -> Option<&Text> {
        self.entry
            .off
            .get(&date)
            .or_else(|| self.entry.work.get(&date))
    }

    /// Whether people work on `date`.
    pub fn is_working_day(&self, date: Date) -> Answer<bool> {
        let off = self.entry.off.contains_key(&date);
        let value =
            !off && (self.entry.work.contains_key(&date) || !self.weekend[place(date.weekday())]);
        Answer {
            value,
            provisional: !self.is_final(date.year()),
        }
    }

    /// The public holidays from `first` to `last`, both included: days off on which people work in other weeks.
    pub fn holidays(&self, first: Date, last: Date) -> impl Iterator<Item = (Date, &Text)> {
        // A range that begins after it ends has no days.
        (self.entry.off.range(first..=last.max(first)))
            .filter(|(day, _)| !self.weekend[place(day.weekday())])
            .map(|(day, name)| (*day, name))
    }

    /// The first working day on or after `date` (Civil Code of China, article 203: a period that ends on a holiday ends on the
    /// day after it). `None` beyond the year 9999.
    pub fn next_working_day(&self, date: Date) -> Option<Answer<Date>> {
        let day = number(date);
        self.find(date, self.worked_before(day) + 1, day)
    }

    /// The working day `count` working days after `date` (before it for a negative count); `date` itself is not counted, and a
    /// count of zero gives `date`. `None` outside the years −9999 … 9999.
    pub fn add_working_days(&self, date: Date, count: i64) -> Option<Answer<Date>> {
        let day = number(date);
        match count {
            0 => Some(Answer {
                value: date,
                provisional: !self.is_final(date.year()),
            }),
            1.. => self.find(date, self.worked_before(day + 1).checked_add(count)?, day),
            _ => self.find(
                date,
                self.worked_before(day).checked_add(count)?.checked_add(1)?,
                day,
            ),
        }
    }

    /// How many working days lie after `from`, up to and including `to`; negative when `to` comes first.
    pub fn working_days_between(&self, from: Date, to: Date) -> Answer<i64> {
        let value = self.worked_before(number(to) + 1) - self.worked_before(number(from) + 1);
        Answer {
            value,
            provisional: self.provisional_between(from, to),
        }
    }

    /// Working days before day `day`, counted from an origin long ago.
    fn worked_before(&self, day: i64) -> i64 {
        let (weeks, rest) = (day.div_euclid(7), day.rem_euclid(7));
        // Day 0 is a Thursday; the count begins with the Monday before it.
        let shifted = rest + 3;
        let by_rule = weeks * self.in_week[7]
            + (shifted / 7) * self.in_week[7]
            + self.in_week[(shifted % 7) as usize];
        let known = self
            .corrections
            .partition_point(|(corrected, _)| *corrected < day);
        by_rule
            + known
                .checked_sub(1)
                .and_then(|last| self.corrections.get(last))
                .map_or(0, |(_, sum)| *sum)
    }

    /// The working day with the running number `wanted`, found by bisection from `near`.
    fn find(&self, from: Date, wanted: i64, near: i64) -> Option<Answer<Date>> {
        let (mut low, mut high) = (number(Date::MIN), number(Date::MAX) + 1);
        // A window that grows from the starting day keeps the bisection short; most periods end within weeks.
        let mut width = 16_i64;
        while width < high - low {
            let (left, right) = ((near - width).max(low), (near + width).min(high));
            if self.worked_before(left) < wanted && self.worked_before(right) >= wanted {
                (low, high) = (left, right);
                break;
            }
            width *= 4;
        }
        if self.worked_before(low) >= wanted || self.worked_before(high) < wanted {
            return None;
        }
        while high - low > 1 {
            let middle = low + (high - low) / 2;
            if self.worked_before(middle) < wanted {
                low = middle
            } else {
                high = middle
            }
        }
        let value = date_of(low)?;
        Some(Answer {
            value,
            provisional: self.provisional_between(from, value),
        })
    }

    fn provisional_between(&self, one: Date, other: Date) -> bool {
        let (first, last) = (one.year().min(other.year()), one.year().max(other.year()));
        (first..=last).any(|year| !self.is_final(year))
    }
}

/// Days since 1970-01-01, a Thursday.
fn number(date: Date) -> i64 {
    let origin = Date::constant(1970, 1, 1);
    date.duration_since(origin).as_hours() / 24
}

fn date_of(number: i64) -> Option<Date> {
    Date::constant(1970, 1, 1)
        .checked_add(jiff::Span::new().try_days(number).ok()?)
        .ok()
}

fn place(day: Weekday) -> usize {
    usize::from(day.to_monday_zero_offset().unsigned_abs())
}

fn joined(one: &str, other: &str, by: &str) -> String {
    match (one.is_empty(), other.is_empty()) {
        (true, _) => other.to_string(),
        (_, true) => one.to_string(),
        _ if one == other => one.to_string(),
        _ => format!("{one}{by}{other}"),
    }
}

fn joined_text(one: &Text, other: &Text) -> Text {
    Text::new(
        joined(&one.zh, &other.zh, "；"),
        joined(&one.en, &other.en, "; "),
    )
}

#[cfg(test)]
mod tests;
