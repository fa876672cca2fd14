//! Civil dates and the periods in which protocols count: days, weeks, months, working days.

use std::fmt;

use jiff::Span;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::calendar::{Answer, Calendar};
use super::quantity::Quantity;
use super::unit::Unit;
use crate::text::Text;

/// In what a period is counted.
#[derive(
    Debug,
    Clone,
    Copy,
    PartialEq,
    Eq,
    PartialOrd,
    Ord,
    Hash,
    Serialize,
    Deserialize,
    schemars::JsonSchema,
)]
#[serde(rename_all = "kebab-case")]
pub enum PeriodKind {
    Minute,
    Hour,
    Day,
    Week,
    Month,
    Year,
    WorkingDay,
}

/// A period such as `10 d`, `6 wk`, `18 mo` or `15 wd`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Serialize, Deserialize, schemars::JsonSchema)]
pub struct Duration {
    pub amount: u32,
    pub kind: PeriodKind,
}

/// Why a text is no date, or a quantity no period.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum DateError {
    /// Not a date; the second text is what may have been meant.
    NotADate {
        found: String,
        meant: Option<String>,
    },
    /// A period that is no whole number of its unit.
    NotWhole(String),
    /// A unit in which periods are not counted.
    NotAPeriod(String),
    /// The date leaves the years −9999 … 9999.
    OutOfRange,
}

impl DateError {
    /// The message for a person.
    pub fn message(&self) -> Text {
        match self {
            DateError::NotADate {
                found,
                meant: Some(meant),
            } => Text::new(
                format!("日期`{found}`应写作 {meant}"),
                format!("the date `{found}` is written {meant}"),
            ),
            DateError::NotADate { found, meant: None } => Text::new(
                format!("`{found}`不是日历上的日期；日期写作 2026-09-01"),
                format!("`{found}` is no date of the calendar; dates are written 2026-09-01"),
            ),
            DateError::NotWhole(found) => Text::new(
                format!("期限 {found} 应为非负整数；可换用较小的单位，例如用 36 h 代替 1.5 d"),
                format!(
                    "the period {found} must be a whole number, not negative; use a smaller unit, such as 36 h for 1.5 d"
                ),
            ),
            DateError::NotAPeriod(unit) => Text::new(
                format!(
                    "期限不能用单位 {unit}；可用 d（天）、wk（周）、mo（月）、a（年）、wd（工作日）、h、min"
                ),
                format!(
                    "a period is not counted in {unit}; use d, wk, mo, a, wd (working days), h or min"
                ),
            ),
            DateError::OutOfRange => Text::new(
                "算出的日期超出公历 9999 年",
                "the resulting date lies beyond the year 9999",
            ),
        }
    }
}

crate::values::spoken!(DateError);

/// The date that `text` writes: `2026-09-01`.
///
/// # Errors
/// Other spellings (`2026/9/1`, `2026年9月1日`), with the one to use, and days that do not exist.
pub fn parse_date(text: &str) -> Result<Date, DateError> {
    let refused = |meant| DateError::NotADate {
        found: text.to_string(),
        meant,
    };
    let parts: Vec<&str> = text
        .trim()
        .split(['-', '/', '.', '年', '月', '日', '－', '／'])
        .filter(|p| !p.is_empty())
        .collect();
    let [year, month, day] = parts.as_slice() else {
        return Err(refused(None));
    };
    let date = match (year.parse::<i16>(), month.parse::<i8>(), day.parse::<i8>()) {
        (Ok(year), Ok(month), Ok(day)) if year > 999 => Date::new(year, month, day).ok(),
        _ => None,
    };
    match date {
        Some(date) if date.to_string() == text => Ok(date),
        Some(date) => Err(refused(Some(date.to_string()))),
        None => Err(refused(None)),
    }
}

impl Duration {
    /// The period that a quantity of time says.
    ///
    /// # Errors
    /// A unit in which periods are not counted, or an amount that is not whole.
    pub fn from_quantity(quantity: &Quantity) -> Result<Duration, DateError> {
        let kind = kind_of(quantity.unit())
            .ok_or_else(|| DateError::NotAPeriod(quantity.unit().to_string()))?;
        let value = quantity.value();
        if value.fract() != 0.0 || !(0.0..=f64::from(u32::MAX)).contains(&value) {
            return Err(DateError::NotWhole(quantity.to_string()));
        }
        Ok(Duration {
            amount: value as u32,
            kind,
        })
    }

    /// The date on which a period that begins on `start` ends; the day of `start` is not counted, and a month that lacks the
    /// day ends on its last one (Civil Code of China, articles 201 and 202: 31 January + 1 mo is 28 February).
    ///
    /// Hours and minutes count as the whole days they need. The answer is provisional when working days were counted through
    /// years whose holidays are not yet published.
    ///
    /// # Errors
    /// A date beyond the year 9999.
    pub fn end_from(&self, start: Date, calendar: &Calendar) -> Result<Answer<Date>, DateError> {
        let amount = i64::from(self.amount);
        let span = match self.kind {
            PeriodKind::WorkingDay => {
                return calendar
                    .add_working_days(start, amount)
                    .ok_or(DateError::OutOfRange);
            }
            PeriodKind::Minute => Span::new().try_days(whole(amount, 24 * 60)),
            PeriodKind::Hour => Span::new().try_days(whole(amount, 24)),
            PeriodKind::Day => Span::new().try_days(amount),
            PeriodKind::Week => Span::new().try_weeks(amount),
            PeriodKind::Month => Span::new().try_months(amount),
            PeriodKind::Year => Span::new().try_years(amount),
        };
        let end = span
            .and_then(|span| start.checked_add(span))
            .map_err(|_| DateError::OutOfRange)?;
        Ok(Answer {
            value: end,
            provisional: false,
        })
    }

    /// The fewest and the most calendar days that the period can last; working days have no upper bound without a calendar.
    pub fn day_bounds(&self) -> (i64, Option<i64>) {
        let amount = i64::from(self.amount);
        let fixed = |days: i64| (days, Some(days));
        match self.kind {
            PeriodKind::Minute => fixed(whole(amount, 24 * 60)),
            PeriodKind::Hour => fixed(whole(amount, 24)),
            PeriodKind::Day => fixed(amount),
            PeriodKind::Week => fixed(7 * amount),
            PeriodKind::Month => month_bounds(amount),
            PeriodKind::Year => month_bounds(12 * amount),
            PeriodKind::WorkingDay => (amount, None),
        }
    }

    /// `10 天`, `10 days`; for messages and documents.
    pub fn title(&self) -> Text {
        let (zh, en) = match self.kind {
            PeriodKind::Minute => ("分钟", "minute"),
            PeriodKind::Hour => ("小时", "hour"),
            PeriodKind::Day => ("天", "day"),
            PeriodKind::Week => ("周", "week"),
            PeriodKind::Month => ("个月", "month"),
            PeriodKind::Year => ("年", "year"),
            PeriodKind::WorkingDay => ("个工作日", "working day"),
        };
        let plural = if self.amount == 1 { "" } else { "s" };
        Text::new(
            format!("{} {zh}", self.amount),
            format!("{} {en}{plural}", self.amount),
        )
    }
}

impl fmt::Display for Duration {
    /// As the language writes it: `15 wd`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let symbol = match self.kind {
            PeriodKind::Minute => "min",
            PeriodKind::Hour => "h",
            PeriodKind::Day => "d",
            PeriodKind::Week => "wk",
            PeriodKind::Month => "mo",
            PeriodKind::Year => "a",
            PeriodKind::WorkingDay => "wd",
        };
        write!(f, "{} {symbol}", self.amount)
    }
}

fn kind_of(unit: &Unit) -> Option<PeriodKind> {
    let [term] = unit.terms() else { return None };
    if term.prefix.is_some() || term.exponent != 1 {
        return None;
    }
    match term.atom.name.as_str() {
        "minute" => Some(PeriodKind::Minute),
        "hour" => Some(PeriodKind::Hour),
        "day" => Some(PeriodKind::Day),
        "week" => Some(PeriodKind::Week),
        "month" => Some(PeriodKind::Month),
        "year" => Some(PeriodKind::Year),
        "working-day" => Some(PeriodKind::WorkingDay),
        _ => None,
    }
}

/// The whole days that `amount` pieces of a day need.
fn whole(amount: i64, pieces_a_day: i64) -> i64 {
    (amount + pieces_a_day - 1) / pieces_a_day
}

/// The fewest and most days in `months` months that follow one another, over four hundred years.
fn month_bounds(months: i64) -> (i64, Option<i64>) {
    let first_of = |index: i64| {
        let year = i16::try_from(2000 + index.div_euclid(12)).ok()?;
        let month = i8::try_from(index.rem_euclid(12) + 1).unwrap_or(1);
        Date::new(year, month, 1).ok()
    };
    let lengths = (0..4800).filter_map(|start| {
        let (from, to) = (first_of(start)?, first_of(start + months)?);
        from.until(to).ok().map(|span| i64::from(span.get_days()))
    });
    let (mut least, mut most) = (None::<i64>, None::<i64>);
    for length in lengths {
        least = Some(least.map_or(length, |known| known.min(length)));
        most = Some(most.map_or(length, |known| known.max(length)));
    }
    (least.unwrap_or(28 * months), most)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use jiff::civil::date;

    fn period(number: &str, unit: &str) -> Result<Duration, DateError> {
        Duration::from_quantity(&Quantity::of(number, unit))
    }

    fn end(number: &str, unit: &str, start: Date) -> Date {
        period(number, unit)
            .unwrap()
            .end_from(start, &Calendar::weekends_only())
            .unwrap()
            .value
    }

    #[test]
    fn dates_are_read_in_one_spelling_and_others_are_told_it() {
        assert_eq!(parse_date("2026-09-01").unwrap(), date(2026, 9, 1));
        for text in ["2026/9/1", "2026-9-1", "2026年9月1日", "2026.09.01"] {
            assert_eq!(
                parse_date(text),
                Err(DateError::NotADate {
                    found: text.into(),
                    meant: Some("2026-09-01".into())
                })
            );
        }
        for text in ["2026-02-29", "2026-13-01", "26-01-01", "tomorrow", ""] {
            assert!(
                matches!(
                    parse_date(text),
                    Err(DateError::NotADate { meant: None, .. })
                ),
                "{text}"
            );
        }
    }

    #[test]
    fn periods_end_where_the_civil_code_says() {
        assert_eq!(end("10", "d", date(2026, 9, 1)), date(2026, 9, 11));
        assert_eq!(end("6", "wk", date(2026, 9, 1)), date(2026, 10, 13));
        assert_eq!(end("1", "mo", date(2026, 1, 31)), date(2026, 2, 28));
        assert_eq!(end("18", "个月", date(2026, 9, 1)), date(2028, 3, 1));
        assert_eq!(end("1", "a", date(2028, 2, 29)), date(2029, 2, 28));
        assert_eq!(end("36", "h", date(2026, 9, 1)), date(2026, 9, 3));
        assert_eq!(end("15", "wd", date(2026, 9, 1)), date(2026, 9, 22));
    }

    #[test]
    fn periods_that_cannot_be_counted_are_refused() {
        assert!(matches!(period("1.5", "d"), Err(DateError::NotWhole(_))));
        assert!(matches!(period("-3", "d"), Err(DateError::NotWhole(_))));
        assert!(matches!(period("3", "s"), Err(DateError::NotAPeriod(_))));
        assert!(matches!(period("3", "mg"), Err(DateError::NotAPeriod(_))));
        let endless = Duration {
            amount: u32::MAX,
            kind: PeriodKind::Month,
        };
        assert_eq!(
            endless.end_from(date(2026, 1, 1), &Calendar::weekends_only()),
            Err(DateError::OutOfRange)
        );
        let endless = Duration {
            amount: u32::MAX,
            kind: PeriodKind::WorkingDay,
        };
        assert_eq!(
            endless.end_from(date(2026, 1, 1), &Calendar::weekends_only()),
            Err(DateError::OutOfRange)
        );
        let far = Duration {
            amount: 7_900_000,
            kind: PeriodKind::Year,
        };
        assert_eq!(
            far.end_from(date(2026, 1, 1), &Calendar::weekends_only()),
            Err(DateError::OutOfRange)
        );
    }

    #[test]
    fn bounds_hold_for_every_start() {
        assert_eq!(period("1", "mo").unwrap().day_bounds(), (28, Some(31)));
        assert_eq!(period("12", "mo").unwrap().day_bounds(), (365, Some(366)));
        assert_eq!(period("18", "mo").unwrap().day_bounds(), (546, Some(550)));
        assert_eq!(period("30", "h").unwrap().day_bounds(), (2, Some(2)));
        assert_eq!(period("15", "wd").unwrap().day_bounds(), (15, None));
        assert_eq!(
            Duration {
                amount: u32::MAX,
                kind: PeriodKind::Month
            }
            .day_bounds()
            .1,
            None
        );
    }

    #[test]
    fn a_period_is_named_in_both_languages() {
        assert_eq!(
            period("15", "工作日").unwrap().title(),
            Text::new("15 个工作日", "15 working days")
        );
        assert_eq!(period("1", "d").unwrap().to_string(), "1 d");
    }
}
