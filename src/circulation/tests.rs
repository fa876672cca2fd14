#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jiff::civil::{Date, date};

use super::*;
use crate::values::date::{Duration, PeriodKind};

mod dates;

pub(super) fn days(amount: u32) -> Duration {
    Duration {
        amount,
        kind: PeriodKind::Day,
    }
}

pub(super) fn names(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|it| (*it).to_owned()).collect()
}

/// NIM and the laboratories A, B … with one artefact W that all of them owe a result on; stays of 10 d, transits of 4 d.
pub(super) fn journey(laboratories: &[&str], pattern: Pattern) -> Journey {
    let mut all = vec![Laboratory::new("NIM")];
    all.extend(laboratories.iter().map(|it| Laboratory::new(*it)));
    Journey {
        laboratories: all,
        artefacts: vec![Artefact::new("W", pattern, names(laboratories))],
        ..Journey::new("K1", "NIM", date(2026, 9, 1), days(10), days(4))
    }
}

pub(super) fn ring() -> Pattern {
    Pattern::Ring { order: Vec::new() }
}

fn star() -> Pattern {
    Pattern::Star { order: Vec::new() }
}

fn route(specimen: usize, stops: &[&str]) -> Route {
    Route {
        specimen,
        ..Route::of(stops.iter().map(|it| Stop::at(*it)).collect())
    }
}

fn findings(journey: &Journey) -> Vec<Finding> {
    plan(journey, &Calendars::new()).findings
}

fn finding(kind: FindingKind, at: &[Cause]) -> Finding {
    Finding::new(kind, at)
}

fn stop(route: usize, stop: usize) -> Cause {
    Cause::Stop {
        artefact: 0,
        route,
        stop,
    }
}

fn fixed(laboratory: &str, day: Date) -> VisitRule {
    VisitRule {
        fixed: Some(day),
        ..VisitRule::new(VisitName::of(laboratory))
    }
}

#[test]
fn a_sound_ring_has_no_findings_and_the_dates_of_the_sum_of_its_days() {
    let plan = plan(&journey(&["A", "B"], ring()), &Calendars::new());
    assert_eq!(plan.findings, []);
    let table = plan.timetable.unwrap();
    assert_eq!(table.finish, date(2026, 10, 22));
    assert_eq!(table.duration_days, 4 * 10 + 3 * 4);
    assert_eq!(table.critical_path, [0, 1, 2, 3].map(VisitId));
}

#[test]
fn petals_are_cut_in_the_order_written_and_share_the_pilot_measurements() {
    let plan = plan(
        &journey(
            &["A", "B", "C", "D", "E"],
            Pattern::Petal {
                by: 2,
                order: Vec::new(),
            },
        ),
        &Calendars::new(),
    );
    let way: Vec<usize> = plan
        .circulation
        .visits()
        .map(|(_, it)| it.laboratory)
        .collect();
    assert_eq!(way, [0, 1, 2, 0, 3, 4, 0, 5, 0]);
    let ordinals: Vec<u32> = plan
        .circulation
        .visits()
        .filter(|(_, it)| it.laboratory == 0)
        .map(|(_, it)| it.ordinal)
        .collect();
    assert_eq!(ordinals, [1, 2, 3, 4]);
}

#[test]
fn specimens_share_the_loops_in_turn_and_travel_at_once() {
    let mut journey = journey(&["A", "B", "C", "D"], star());
    journey.artefacts[0].specimens = 2;
    let plan = plan(&journey, &Calendars::new());
    assert_eq!(plan.findings, []);
    let ways: Vec<Vec<usize>> = (plan.ways.iter())
        .map(|way| {
            way.iter()
                .map(|it| plan.circulation.visit(*it).laboratory)
                .collect()
        })
        .collect();
    assert_eq!(ways, [vec![0, 1, 0, 3, 0], vec![0, 2, 0, 4, 0]]);
}

#[test]
fn parallel_samples_arrive_everywhere_on_the_same_day_and_stay() {
    let plan = plan(
        &journey(&["A", "B", "C"], Pattern::Parallel { order: Vec::new() }),
        &Calendars::new(),
    );
    assert_eq!(plan.findings, []);
    let table = plan.timetable.unwrap();
    assert!(
        table.entries[1..]
            .iter()
            .all(|it| it.arrival == date(2026, 9, 15) && it.departure.is_none())
    );
    assert!(table.pilot_intervals.is_empty());
}

#[test]
fn laboratories_that_come_to_the_device_follow_one_another_without_transport() {
    let pattern = Pattern::OnSite {
        order: Vec::new(),
        place: None,
        changeover: Some(days(1)),
    };
    let table = plan(&journey(&["A", "B"], pattern), &Calendars::new())
        .timetable
        .unwrap();
    let arrivals: Vec<Date> = table.entries.iter().map(|it| it.arrival).collect();
    assert_eq!(
        arrivals,
        [
            date(2026, 9, 1),
            date(2026, 9, 12),
            date(2026, 9, 23),
            date(2026, 10, 4)
        ]
    );
}

#[test]
fn remote_measurements_at_once_lie_between_two_of_the_pilot() {
    let plan = plan(
        &journey(
            &["A", "B"],
            Pattern::Remote {
                order: Vec::new(),
                at_once: true,
            },
        ),
        &Calendars::new(),
    );
    assert_eq!(plan.findings, []);
    let table = plan.timetable.unwrap();
    assert_eq!(table.entries[1].start, table.entries[2].start);
    assert_eq!(table.pilot_intervals.len(), 1);
    assert_eq!(table.longest_interval(Some(0)).unwrap().days, 11);
}

#[test]
fn a_laboratory_that_no_pattern_names_is_never_reached_and_misses_its_artefact() {
    let mut journey = journey(
        &["A", "B"],
        Pattern::Ring {
            order: names(&["A"]),
        },
    );
    assert_eq!(
        findings(&journey),
        [
            finding(
                FindingKind::Misses {
                    artefact: 0,
                    laboratory: 2,
                    passes_through: false
                },
                &[
                    Cause::MeasuredBy {
                        artefact: 0,
                        entry: 1
                    },
                    Cause::Pattern(0)
                ]
            ),
            finding(
                FindingKind::NeverReached { laboratory: 2 },
                &[Cause::Laboratory(2), Cause::Pattern(0)]
            ),
        ]
    );
    journey.artefacts[0].measured_by = names(&["A"]);
    journey.laboratories.pop();
    assert_eq!(findings(&journey), []);
}

#[test]
fn a_name_that_nobody_bears_is_reported_with_the_nearest_one() {
    let journey = journey(
        &["SIMT"],
        Pattern::Ring {
            order: names(&["SMIT"]),
        },
    );
    let kind = FindingKind::UnknownLaboratory {
        name: "SMIT".to_owned(),
        like: Some("SIMT".to_owned()),
    };
    assert!(findings(&journey).contains(&finding(kind, &[stop(0, 0), Cause::Laboratory(1)])));
}

#[test]
fn a_repetition_must_be_meant() {
    let mut journey = journey(
        &["A"],
        Pattern::Routes {
            routes: vec![route(0, &["NIM", "A", "A", "NIM"])],
        },
    );
    let twice = finding(
        FindingKind::VisitedTwice {
            artefact: 0,
            laboratory: 1,
        },
        &[stop(0, 2), stop(0, 1)],
    );
    assert_eq!(findings(&journey), [twice]);
    if let Pattern::Routes { routes } = &mut journey.artefacts[0].pattern {
        routes[0].stops[2].again = true;
    }
    assert_eq!(findings(&journey), []);
}

#[test]
fn a_route_that_forks_needs_the_artefact_at_two_places() {
    let fork = vec![route(0, &["NIM", "A", "NIM"]), route(0, &["A", "B", "NIM"])];
    let mut journey = journey(&["A", "B"], Pattern::Routes { routes: fork });
    let two = FindingKind::AtTwoPlaces {
        artefact: 0,
        specimen: 0,
        here: 0,
        there: 1,
    };
    assert!(findings(&journey).contains(&finding(two, &[stop(1, 0), stop(0, 2)])));
    journey.artefacts[0].pattern = Pattern::Routes {
        routes: vec![
            route(0, &["NIM", "A", "NIM"]),
            route(1, &["NIM", "B", "NIM"]),
        ],
    };
    assert_eq!(findings(&journey), []);
}

#[test]
fn a_route_begins_and_ends_with_the_pilot() {
    let journey = journey(
        &["A", "B"],
        Pattern::Routes {
            routes: vec![route(0, &["A", "NIM", "B"])],
        },
    );
    let found = findings(&journey);
    assert!(found.contains(&finding(
        FindingKind::BeginsElsewhere {
            artefact: 0,
            laboratory: 1
        },
        &[stop(0, 0), Cause::Pilot]
    )));
    assert!(found.contains(&finding(
        FindingKind::EndsElsewhere {
            artefact: 0,
            laboratory: 2
        },
        &[stop(0, 2), Cause::Pilot]
    )));
}

#[test]
fn a_spoke_without_a_pilot_measurement_at_both_ends_is_reported() {
    let mut journey = journey(&["A", "B"], star());
    journey.artefacts[0].pilot_measures = PilotMeasures::FirstAndLast;
    let open = |circuit, before, entry| {
        let kind = FindingKind::NotBracketed {
            artefact: 0,
            circuit,
            before,
            after: !before,
        };
        finding(
            kind,
            &[Cause::MeasuredBy { artefact: 0, entry }, Cause::Pattern(0)],
        )
    };
    assert_eq!(findings(&journey), [open(0, true, 0), open(1, false, 1)]);
    journey.artefacts[0].pattern = ring();
    assert_eq!(findings(&journey), []);
}

#[test]
fn a_pilot_that_has_no_time_to_measure_brackets_nothing() {
    let mut journey = journey(&["A"], ring());
    journey.pilot_stay = Some(days(0));
    let kinds: Vec<FindingKind> = findings(&journey).into_iter().map(|it| it.kind).collect();
    assert_eq!(
        kinds,
        [FindingKind::NotBracketed {
            artefact: 0,
            circuit: 0,
            before: false,
            after: false
        }]
    );
}
