//! Dates of measurement.

use jiff::civil::{Date, DateTime, Time};

use super::Cell;
use super::finding::{Findings, codes, shown};
use crate::text::Text;

/// The date in `cell` as `2026-11-23`.
///
/// Year, month and day in this order with other separators (`2026/11/3`, `2026年11月3日`) mean one date only and are taken with a warning:
/// spreadsheet programs set to Chinese write them whatever was typed. The time and zone of an XML date are dropped. Anything else is an
/// error, and the text stays as written.
pub(super) fn dated(cell: Cell, findings: &mut Findings) -> Cell {
    let day = without_zone(cell.text.split('T').next().unwrap_or(""));
    if is_date(day) {
        return Cell {
            text: day.to_string(),
            ..cell
        };
    }
    let quoted = shown(&cell.text);
    let Some(date) = year_first(&cell.text) else {
        findings.error(
            codes::DATE,
            &cell.place,
            Text::new(
                format!("日期“{quoted}”的写法无法识别"),
                format!("the date `{quoted}` is not understood"),
            ),
            Text::new(
                "请按年-月-日写，例如 2026-11-23",
                "write year-month-day, for example 2026-11-23",
            ),
        );
        return cell;
    };
    findings.warning(
        codes::DATE,
        &cell.place,
        Text::new(
            format!("日期“{quoted}”按 {date} 读取"),
            format!("the date `{quoted}` is read as {date}"),
        ),
        Text::new(
            format!("请核对；标准写法是 {date}"),
            format!("check it; the standard form is {date}"),
        ),
    );
    Cell { text: date, ..cell }
}

/// The date and time of day in `cell`: `2026-09-12 08:30`, seconds if there are any, `T` between them, or the date with other separators.
/// A time zone is refused: the time is that of the place.
pub(super) fn moment(cell: &Cell, findings: &mut Findings) -> Option<DateTime> {
    let (day, time) = cell.text.split_once([' ', 'T']).unwrap_or((&cell.text, ""));
    let day = match is_date(day) {
        true => Some(day.to_string()),
        false => year_first(day),
    };
    let day: Option<Date> = day.and_then(|it| it.parse().ok());
    // An hour of one digit is what spreadsheet programs write.
    let time = time.trim();
    let time = match time.split_once(':') {
        Some((hour, rest)) if hour.len() == 1 => format!("0{hour}:{rest}"),
        _ => time.to_string(),
    };
    let time: Option<Time> = time.parse().ok();
    let found = day.zip(time).map(|(day, time)| day.to_datetime(time));
    if found.is_none() {
        findings.error(
            codes::DATE,
            &cell.place,
            Text::new(
                format!("时间“{}”的写法无法识别", shown(&cell.text)),
                format!("the time `{}` is not understood", shown(&cell.text)),
            ),
            Text::new(
                "写作 2026-09-12 08:30（当地时间，24 小时制，不带时区）",
                "write 2026-09-12 08:30: local time, 24 hours, no time zone",
            ),
        );
    }
    found
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && text.parse::<jiff::civil::Date>().is_ok()
}

/// An XML date without its time zone (`Z`, `+08:00`).
fn without_zone(text: &str) -> &str {
    match text.split_at_checked(10) {
        Some((day, "Z")) => day,
        Some((day, zone))
            if zone.len() == 6 && zone.starts_with(['+', '-']) && zone.ends_with(":00") =>
        {
            day
        }
        _ => text,
    }
}

/// A date with year, month and day in this order, whatever the separators.
pub(super) fn year_first(text: &str) -> Option<String> {
    let plain = text.strip_suffix('日').unwrap_or(text);
    let parts: Vec<&str> = plain
        .split(['-', '/', '.', '年', '月'])
        .map(str::trim)
        .collect();
    let [year, month, day] = parts.as_slice() else {
        return None;
    };
    let date = format!("{year}-{month:0>2}-{day:0>2}");
    is_date(&date).then_some(date)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::intake::{Place, Severity};

    fn read(written: &str) -> (String, Vec<Severity>) {
        let mut findings = Findings::new("f");
        let cell = dated(
            Cell {
                text: written.to_string(),
                place: Place::file("f"),
            },
            &mut findings,
        );
        (
            cell.text,
            findings.finish().iter().map(|f| f.severity).collect(),
        )
    }

    #[test]
    fn year_first_dates_are_taken_with_a_warning() {
        for written in ["2026/11/3", "2026.11.03", "2026年11月3日", "2026-11-3"] {
            assert_eq!(
                read(written),
                ("2026-11-03".to_string(), vec![Severity::Warning]),
                "{written}"
            );
        }
        for written in [
            "2026-11-03",
            "2026-11-03T08:30:00+08:00",
            "2026-11-03Z",
            "2026-11-03+08:00",
        ] {
            assert_eq!(
                read(written),
                ("2026-11-03".to_string(), Vec::new()),
                "{written}"
            );
        }
    }

    #[test]
    fn other_dates_are_refused_as_written() {
        for written in [
            "3/11/2026",
            "2026-02-30",
            "11月3日",
            "26-11-03",
            "46349",
            "2026/11",
            "--",
        ] {
            assert_eq!(
                read(written),
                (written.to_string(), vec![Severity::Error]),
                "{written}"
            );
        }
    }
}
