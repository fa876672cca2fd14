#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jiff::ToSpan;
use jiff::civil::date;
use proptest::prelude::*;

use super::read::{standard, standard_paths};
use super::*;

fn china(year: i16) -> Calendar {
    standard(&format!("std.calendar.cn-{year}"))
        .unwrap()
        .unwrap()
}

fn china_all() -> Calendar {
    china(2025)
        .merge(&china(2026))
        .unwrap()
        .merge(&china(2027))
        .unwrap()
}

/// Working days of a month, as one counts them by hand from the notice.
fn worked_in(calendar: &Calendar, year: i16, month: i8) -> i64 {
    let first = date(year, month, 1);
    calendar
        .working_days_between(first.yesterday().unwrap(), first.last_of_month())
        .value
}

#[test]
fn the_standard_calendars_are_sound() {
    for path in standard_paths() {
        assert_eq!(standard(path).unwrap().unwrap().entry().path, path);
    }
    assert!(standard("std.calendar.nowhere").unwrap().is_none());
}

#[test]
fn listed_days_are_off_or_worked_as_the_notices_say() {
    let calendar = china_all();
    for off in [
        (2025, 1, 1),
        (2025, 2, 4),
        (2025, 10, 8),
        (2026, 1, 2),
        (2026, 2, 16),
        (2026, 2, 23),
        (2026, 5, 5),
        (2026, 9, 25),
        (2027, 2, 5),
    ] {
        assert!(
            !calendar.is_working_day(date(off.0, off.1, off.2)).value,
            "{off:?}"
        );
    }
    for work in [
        (2025, 1, 26),
        (2025, 2, 8),
        (2025, 4, 27),
        (2025, 9, 28),
        (2025, 10, 11),
        (2026, 1, 4),
        (2026, 2, 14),
        (2026, 2, 28),
        (2026, 5, 9),
        (2026, 9, 20),
        (2026, 10, 10),
    ] {
        let day = date(work.0, work.1, work.2);
        assert!(calendar.is_working_day(day).value, "{day}");
        assert!(
            [Weekday::Saturday, Weekday::Sunday].contains(&day.weekday()),
            "{day} makes up for nothing"
        );
    }
    assert_eq!(
        calendar.name_of(date(2026, 2, 14)).unwrap().zh,
        "春节调休上班"
    );
}

#[test]
fn the_years_have_as_many_working_days_as_the_regulation_leaves() {
    // 2025 and 2026: 365 days, 104 weekend days, 13 statutory days; every other day off is made up for.
    for year in [2025, 2026] {
        let total: i64 = (1..=12)
            .map(|month| worked_in(&china(year), year, month))
            .sum();
        assert_eq!(total, 365 - 104 - 13, "{year}");
    }
    assert_eq!(worked_in(&china(2026), 2026, 2), 16);
    assert_eq!(worked_in(&china(2026), 2026, 10), 18);
}

#[test]
fn working_days_are_added_across_holidays_and_make_up_days() {
    let calendar = china(2026);
    let add = |from: Date, count: i64| calendar.add_working_days(from, count).unwrap().value;
    // Friday 13 February: Saturday 14 is worked, then nine days off, so the second working day is Tuesday 24.
    assert_eq!(add(date(2026, 2, 13), 1), date(2026, 2, 14));
    assert_eq!(add(date(2026, 2, 13), 2), date(2026, 2, 24));
    assert_eq!(add(date(2026, 2, 24), -2), date(2026, 2, 13));
    assert_eq!(add(date(2026, 9, 30), 3), date(2026, 10, 10));
    assert_eq!(add(date(2026, 10, 3), 0), date(2026, 10, 3));
    assert_eq!(
        calendar.next_working_day(date(2026, 10, 1)).unwrap().value,
        date(2026, 10, 8)
    );
    assert_eq!(
        calendar.next_working_day(date(2026, 10, 10)).unwrap().value,
        date(2026, 10, 10)
    );
}

#[test]
fn an_answer_beyond_the_published_years_is_provisional() {
    let calendar = china(2026);
    assert!(
        !calendar
            .add_working_days(date(2026, 12, 1), 5)
            .unwrap()
            .provisional
    );
    assert!(
        calendar
            .add_working_days(date(2026, 12, 28), 10)
            .unwrap()
            .provisional
    );
    assert!(calendar.is_working_day(date(2030, 1, 1)).provisional);
    assert!(china(2027).is_working_day(date(2027, 6, 9)).provisional);
    let merged = china_all();
    assert!(merged.is_final(2026) && !merged.is_final(2027));
    assert!(
        !merged
            .working_days_between(date(2025, 1, 1), date(2026, 12, 31))
            .provisional
    );
}

#[test]
fn the_later_calendar_of_a_year_replaces_the_earlier() {
    let mut entry = china(2027).entry().clone();
    entry.provisional = Text::default();
    entry.off.remove(&date(2027, 6, 9));
    let published = Calendar::from_entry(entry).unwrap();
    let merged = china_all().merge(&published).unwrap();
    assert!(merged.is_working_day(date(2027, 6, 9)).value && merged.is_final(2027));
    assert!(!merged.is_working_day(date(2026, 6, 19)).value);
}

#[test]
fn contradictions_are_refused() {
    let entry = china(2026).entry().clone();
    let mut both = entry.clone();
    both.work.insert(date(2026, 1, 1), Text::default());
    assert_eq!(
        Calendar::from_entry(both),
        Err(CalendarError::Contradiction(date(2026, 1, 1)))
    );
    let mut outside = entry.clone();
    outside.off.insert(date(2028, 1, 1), Text::default());
    assert_eq!(
        Calendar::from_entry(outside),
        Err(CalendarError::OutsideYears(date(2028, 1, 1)))
    );
    let mut idle = entry.clone();
    idle.weekend = (0..7)
        .filter_map(|d| Weekday::from_monday_zero_offset(d).ok())
        .collect();
    assert!(matches!(
        Calendar::from_entry(idle),
        Err(CalendarError::NoWorkingDays(_))
    ));
    let mut other = entry;
    other.weekend = vec![Weekday::Friday, Weekday::Saturday];
    let other = Calendar::from_entry(other).unwrap();
    assert!(matches!(
        china(2025).merge(&other),
        Err(CalendarError::Weekends(..))
    ));
}

#[test]
fn the_ends_of_the_calendar_are_told() {
    let calendar = Calendar::weekends_only();
    assert_eq!(calendar.add_working_days(Date::MAX, 1), None);
    assert_eq!(calendar.add_working_days(date(2026, 1, 1), i64::MAX), None);
    assert_eq!(calendar.add_working_days(date(2026, 1, 1), i64::MIN), None);
    assert_eq!(
        calendar.add_working_days(Date::MIN, 1).unwrap().value,
        Date::MIN.tomorrow().unwrap()
    );
}

proptest! {
    #[test]
    fn adding_agrees_with_walking_day_by_day(offset in 0i64..1200, count in -60i64..60) {
        let calendar = china_all();
        let start = date(2024, 11, 1) + offset.days();
        let (mut day, mut left) = (start, count.abs());
        while left > 0 {
            day = if count > 0 { day.tomorrow().unwrap() } else { day.yesterday().unwrap() };
            left -= i64::from(calendar.is_working_day(day).value);
        }
        prop_assert_eq!(calendar.add_working_days(start, count).unwrap().value, day);
    }

    #[test]
    fn counting_back_gives_the_number_added(offset in 0i64..1200, count in 1i64..400) {
        let calendar = china_all();
        let start = date(2024, 11, 1) + offset.days();
        let end = calendar.add_working_days(start, count).unwrap().value;
        prop_assert_eq!(calendar.working_days_between(start, end).value, count);
        prop_assert!(calendar.is_working_day(end).value);
    }
}
