#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jiff::civil::{Date, date};

use super::super::tests::{journey, names, ring};
use super::super::*;

fn event(day: Date, laboratory: &str, kind: EventKind) -> Event {
    Event {
        date: day,
        artefact: "W".to_owned(),
        specimen: 0,
        laboratory: laboratory.to_owned(),
        ordinal: None,
        kind,
    }
}

fn replanned(journey: &Journey, events: &[Event]) -> Replanned {
    replan(
        journey,
        &Calendars::new(),
        &Log {
            as_of: None,
            events: events.to_vec(),
        },
    )
}

fn arrivals(replanned: &Replanned) -> Vec<Date> {
    replanned
        .after
        .timetable
        .as_ref()
        .unwrap()
        .entries
        .iter()
        .map(|it| it.arrival)
        .collect()
}

/// Planned arrivals: NIM 1 Sep, A 15 Sep, B 29 Sep, C 13 Oct, NIM 27 Oct.
fn three() -> Journey {
    journey(&["A", "B", "C"], ring())
}

#[test]
fn an_empty_log_changes_nothing_and_nobody_is_told() {
    let found = replanned(&three(), &[]);
    assert_eq!(found.before.timetable, found.after.timetable);
    assert!(found.tell.is_empty());
}

#[test]
fn a_late_arrival_moves_everything_after_it_and_nothing_before() {
    let found = replanned(
        &three(),
        &[event(date(2026, 9, 20), "A", EventKind::Arrived)],
    );
    let moved = [
        date(2026, 9, 1),
        date(2026, 9, 20),
        date(2026, 10, 4),
        date(2026, 10, 18),
        date(2026, 11, 1),
    ];
    assert_eq!(arrivals(&found), moved);
    let told: Vec<usize> = found.tell.keys().copied().collect();
    assert_eq!(told, [0, 1, 2, 3]);
    let arrival = Change {
        visit: VisitId(2),
        what: What::Arrival,
        old: Some(date(2026, 9, 29)),
        new: Some(date(2026, 10, 4)),
    };
    assert!(found.tell[&2].contains(&arrival));
    // That it arrived late is past and needs no telling.
    assert!(found.tell[&1].iter().all(|it| it.what != What::Arrival));
}

#[test]
fn customs_hold_the_next_arrival_and_the_sender_hears_nothing() {
    let events = [
        event(date(2026, 9, 15), "A", EventKind::Arrived),
        event(date(2026, 9, 25), "A", EventKind::Departed),
        event(
            date(2026, 9, 28),
            "B",
            EventKind::HeldOnTheWay {
                until: date(2026, 10, 9),
            },
        ),
    ];
    let found = replanned(&three(), &events);
    assert_eq!(
        arrivals(&found)[2..],
        [date(2026, 10, 9), date(2026, 10, 23), date(2026, 11, 6)]
    );
    assert_eq!(found.tell.keys().copied().collect::<Vec<_>>(), [0, 2, 3]);
}

#[test]
fn a_laboratory_that_keeps_the_artefact_delays_the_next() {
    let events = [
        event(date(2026, 9, 15), "A", EventKind::Arrived),
        event(
            date(2026, 9, 24),
            "A",
            EventKind::HeldThere {
                until: date(2026, 10, 5),
            },
        ),
    ];
    let found = replanned(&three(), &events);
    let table = found.after.timetable.as_ref().unwrap();
    assert_eq!(
        table.entry(VisitId(1)).unwrap().departure,
        Some(date(2026, 10, 5))
    );
    assert_eq!(table.entry(VisitId(2)).unwrap().arrival, date(2026, 10, 9));
}

#[test]
fn damage_stops_the_artefact_and_the_visits_that_follow() {
    let events = [
        event(date(2026, 9, 15), "A", EventKind::Arrived),
        event(date(2026, 9, 18), "A", EventKind::Damaged),
    ];
    let found = replanned(&three(), &events);
    assert_eq!(found.interrupted, [VisitId(1)]);
    assert_eq!(found.stopped, [2, 3, 4].map(VisitId));
    let table = found.after.timetable.as_ref().unwrap();
    assert_eq!(table.entries.len(), 2);
    assert_eq!(table.entry(VisitId(1)).unwrap().end, date(2026, 9, 18));
    let cancelled = Change {
        visit: VisitId(3),
        what: What::Cancelled,
        old: Some(date(2026, 10, 13)),
        new: None,
    };
    assert_eq!(found.tell[&3], [cancelled]);
    let stopped = Finding::new(
        FindingKind::Stopped { visit: VisitId(2) },
        [
            Cause::Event(1),
            Cause::MeasuredBy {
                artefact: 0,
                entry: 1,
            },
        ],
    );
    assert!(found.after.findings.contains(&stopped));
}

#[test]
fn an_artefact_lost_on_the_way_never_arrives() {
    let events = [
        event(date(2026, 9, 25), "A", EventKind::Departed),
        event(date(2026, 9, 28), "B", EventKind::Lost),
    ];
    let found = replanned(&three(), &events);
    assert!(found.interrupted.is_empty());
    assert_eq!(found.stopped, [2, 3, 4].map(VisitId));
}

#[test]
fn another_artefact_goes_on_when_one_is_damaged() {
    let mut journey = three();
    journey
        .artefacts
        .push(Artefact::new("V", ring(), names(&["C", "A"])));
    let found = replanned(
        &journey,
        &[event(date(2026, 9, 18), "A", EventKind::Damaged)],
    );
    let table = found.after.timetable.as_ref().unwrap();
    let other: Vec<usize> = table
        .entries
        .iter()
        .map(|it| it.visit.0)
        .filter(|it| *it > 4)
        .collect();
    assert_eq!(other, [5, 6, 7, 8]);
}

#[test]
fn a_log_that_contradicts_itself_names_both_events() {
    let events = [
        event(date(2026, 9, 26), "A", EventKind::Departed),
        event(date(2026, 9, 22), "B", EventKind::Arrived),
    ];
    let found = replanned(&three(), &events);
    let contradiction = Finding::new(
        FindingKind::LogContradicts { visit: VisitId(1) },
        [Cause::Event(0), Cause::Event(1)],
    );
    assert!(
        found.after.findings.contains(&contradiction),
        "{:?}",
        found.after.findings
    );
    let table = found.after.timetable.as_ref().unwrap();
    assert!(
        table
            .entries
            .windows(2)
            .all(|it| it[0].released <= it[1].arrival)
    );
}

#[test]
fn an_event_of_an_unknown_visit_is_reported() {
    let found = replanned(
        &three(),
        &[event(date(2026, 9, 26), "D", EventKind::Arrived)],
    );
    let unknown = Finding::new(FindingKind::EventWithoutVisit, [Cause::Event(0)]);
    assert!(found.after.findings.contains(&unknown));
}

#[test]
fn what_no_event_proves_is_said_to_be_taken_as_planned() {
    let log = Log {
        as_of: Some(date(2026, 9, 20)),
        events: Vec::new(),
    };
    let found = replan(&three(), &Calendars::new(), &log);
    let kind = FindingKind::TakenAsPlanned {
        visit: VisitId(1),
        planned: date(2026, 9, 15),
    };
    assert!(found.after.findings.iter().any(|it| it.kind == kind));
    assert!(found.tell.is_empty());
}
