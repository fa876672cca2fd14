#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use icalendar::Component;
use jiff::civil::date;

use super::super::tests::{journey, ring};
use super::super::*;
use super::{Stamp, calendar_file, csv, dot, mermaid_gantt, mermaid_graph};
use crate::text::{Lang, Text};

fn planned() -> (Journey, Plan) {
    let mut journey = journey(&["A", "B"], ring());
    journey.artefacts[0].title = Text::new(
        "1 kg、500 g 不锈钢砝码组；逗号, 分号; 反斜杠\\ 以及一个很长的名称，长到必须折行才写得下",
        "weights",
    );
    journey.laboratories[1].title = Text::same("A \"quoted\", <b> & #1; more");
    let plan = plan(&journey, &Calendars::new());
    (journey, plan)
}

fn stamp(sequence: u32) -> Stamp {
    Stamp {
        issued: date(2026, 8, 1).at(8, 30, 0, 0),
        sequence,
    }
}

#[test]
fn a_calendar_file_is_read_back_with_its_dates_and_texts() {
    let (journey, plan) = planned();
    let file = calendar_file(&journey, &plan, None, Some(1), stamp(2), Lang::Zh);
    let read: icalendar::Calendar = file.parse().unwrap();
    let events: Vec<&icalendar::Event> = read.events().collect();
    assert_eq!(events.len(), 1);
    let event = events[0];
    assert_eq!(event.get_uid(), Some("K1/W/1/A/1@bidui"));
    assert_eq!(event.property_value("DTSTAMP"), Some("20260801T083000Z"));
    assert_eq!(event.property_value("SEQUENCE"), Some("2"));
    assert_eq!(event.property_value("DTSTART"), Some("20260915"));
    // It leaves on the 25th, which is the last day of the entry; the end of an all-day entry is exclusive.
    assert_eq!(event.property_value("DTEND"), Some("20260926"));
    assert!(
        event.get_summary().unwrap().contains("分号; 反斜杠\\ 以及"),
        "{:?}",
        event.get_summary()
    );
}

#[test]
fn lines_of_a_calendar_file_have_at_most_75_octets_and_unfold_to_the_text() {
    let (journey, plan) = planned();
    let file = calendar_file(&journey, &plan, None, Some(2), stamp(0), Lang::Zh);
    let lines: Vec<&str> = file.split("\r\n").collect();
    assert_eq!(lines.last(), Some(&""));
    assert!(lines.iter().all(|it| it.len() <= 75 && !it.contains('\n')));
    assert!(file.contains("\r\n "));
    assert!(
        file.replace("\r\n ", "")
            .contains("长到必须折行才写得下 测量\r\n")
    );
}

#[test]
fn the_identifier_of_an_entry_survives_a_change_of_dates() {
    let (mut journey, plan) = planned();
    let uid = |text: &str| {
        text.lines()
            .find(|it| it.starts_with("UID:"))
            .unwrap()
            .to_owned()
    };
    let before = calendar_file(&journey, &plan, None, Some(2), stamp(0), Lang::En);
    journey.start = date(2027, 1, 1);
    let after = calendar_file(
        &journey,
        &super::super::plan(&journey, &Calendars::new()),
        None,
        Some(2),
        stamp(1),
        Lang::En,
    );
    assert_eq!(uid(&before), uid(&after));
    assert_ne!(before, after);
}

#[test]
fn the_table_is_read_back_by_a_csv_reader() {
    let (journey, plan) = planned();
    for lang in [Lang::Zh, Lang::En] {
        let text = csv(&journey, &plan, lang);
        let mut reader = ::csv::Reader::from_reader(text.as_bytes());
        assert_eq!(reader.headers().unwrap().len(), 12);
        let rows: Vec<::csv::StringRecord> = reader.records().map(Result::unwrap).collect();
        assert_eq!(rows.len(), 4);
        assert_eq!(&rows[1][2], "A \"quoted\", <b> & #1; more");
        assert_eq!(
            rows[1].iter().skip(4).take(5).collect::<Vec<_>>(),
            [
                "2026-09-15",
                "2026-09-15",
                "2026-09-24",
                "2026-09-25",
                "2026-09-25"
            ]
        );
    }
}

#[test]
fn dot_quotes_names_and_has_every_visit_and_leg() {
    let (journey, plan) = planned();
    let text = dot(&journey, &plan, Lang::En);
    assert!(text.contains("label=\"A \\\"quoted\\\", <b> & #1; more\\n2026-09-15 – 2026-09-24\""));
    assert_eq!(text.matches(" -> ").count(), 3);
    assert_eq!(text.matches("[label=").count(), 4);
    assert_eq!(text.matches('{').count(), text.matches('}').count());
}

#[test]
fn mermaid_labels_hold_no_sign_that_would_end_them() {
    let (journey, plan) = planned();
    let flow = mermaid_graph(&journey, &plan, Lang::En);
    assert!(flow.contains("A #34;quoted#34;, #60;b#62; #38; #35;1#59; more<br/>2026-09-15"));
    let chart = mermaid_gantt(&journey, &plan, Lang::En);
    let task = chart.lines().find(|it| it.contains("quoted")).unwrap();
    assert_eq!(
        task,
        "  A \"quoted\"， <b> & ＃1； more :crit, v1, 2026-09-15, 10d"
    );
}
