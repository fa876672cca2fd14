//! Arithmetic of days: calendar days, months and working days, without panics at the end of time.

use std::borrow::Cow;

use jiff::ToSpan;
use jiff::civil::Date;

use crate::text::Text;
use crate::values::calendar::Calendar;
use crate::values::date::{Duration, PeriodKind};

/// Days from one date to another, negative when it lies before.
pub(super) fn days(from: Date, to: Date) -> i32 {
    // All civil dates lie within 8 million days, so the count fits.
    from.until(to).map_or(0, |span| span.get_days())
}

/// The day `days` later (earlier when negative), if there is such a date.
pub(super) fn later(day: Date, days: i32) -> Option<Date> {
    day.checked_add(days.days()).ok()
}

/// The day after.
pub(super) fn next_day(day: Date) -> Option<Date> {
    day.tomorrow().ok()
}

/// Whether a duration counts working days only.
pub(super) fn counts_working_days(duration: &Duration) -> bool {
    duration.kind == PeriodKind::WorkingDay
}

/// No stay at all.
pub(super) const NOTHING: Duration = Duration {
    amount: 0,
    kind: PeriodKind::Day,
};

/// The calendar of a place; where none is declared, Saturdays and Sundays are off.
#[derive(Debug, Clone)]
pub(super) struct Clock<'a> {
    calendar: Cow<'a, Calendar>,
    declared: bool,
}

impl<'a> Clock<'a> {
    pub fn new(calendar: Option<&'a Calendar>) -> Clock<'a> {
        Clock {
            calendar: calendar.map_or_else(|| Cow::Owned(Calendar::weekends_only()), Cow::Borrowed),
            declared: calendar.is_some(),
        }
    }

    /// Whether a calendar is declared for the place.
    pub fn is_declared(&self) -> bool {
        self.declared
    }

    pub fn is_working(&self, day: Date) -> bool {
        self.calendar.is_working_day(day).value
    }

    /// Whether the days off of that year are not finally published.
    pub fn is_provisional(&self, day: Date) -> bool {
        self.calendar.is_working_day(day).provisional
    }

    /// The day itself if it is a working day, otherwise the next one.
    pub fn working_day_from(&self, day: Date) -> Option<Date> {
        Some(self.calendar.next_working_day(day)?.value)
    }

    /// The day on which a duration that begins on `day` is over.
    pub fn add(&self, day: Date, duration: &Duration) -> Option<Date> {
        let end = duration.end_from(day, &self.calendar).ok()?;
        Some(end.value)
    }

    /// The first day from `day` that counts towards `stay`.
    pub fn first_counted(&self, day: Date, stay: &Duration) -> Option<Date> {
        if counts_working_days(stay) {
            self.working_day_from(day)
        } else {
            Some(day)
        }
    }

    /// The last day before `done` that counts towards `stay`, but not before `start`.
    pub fn last_counted(&self, start: Date, done: Date, stay: &Duration) -> Option<Date> {
        let mut day = done;
        while day > start {
            day = day.yesterday().ok()?;
            if !counts_working_days(stay) || self.is_working(day) {
                break;
            }
        }
        Some(day)
    }

    /// The name of the first public holiday from `first` to `last`, and how many there are.
    pub fn holidays(&self, first: Date, last: Date) -> Option<(Text, usize)> {
        let mut days = self.calendar.holidays(first, last);
        let (_, name) = days.next()?;
        Some((name.clone(), 1 + days.count()))
    }

    /// Working days from `first` to `last`, both included.
    pub fn working_days(&self, first: Date, last: Date) -> i64 {
        let after = self.calendar.working_days_between(first, last).value;
        after + i64::from(self.is_working(first))
    }
}

/// A duration as a number of calendar days, for weighing orders: five working days are a week, a month is a twelfth of a year.
pub(super) fn nominal_days(duration: &Duration) -> f64 {
    let amount = f64::from(duration.amount);
    match duration.kind {
        PeriodKind::Minute => amount / 1440.0,
        PeriodKind::Hour => amount / 24.0,
        PeriodKind::Day => amount,
        PeriodKind::Week => amount * 7.0,
        PeriodKind::Month => amount * 365.25 / 12.0,
        PeriodKind::Year => amount * 365.25,
        PeriodKind::WorkingDay => amount * 7.0 / 5.0,
    }
}
