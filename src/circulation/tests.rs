#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use jiff::civil::{Date, date};

use super::*;
use crate::values::calendar::Calendar;
use crate::values::date::{Duration, PeriodKind};

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
        stops: stops.iter().map(|it| Stop::at(*it)).collect(),
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

#[test]
fn the_limit_is_kept_to_the_day() {
    let mut journey = journey(&["A", "B"], ring());
    journey.limit = Some(days(52));
    let plan = plan(&journey, &Calendars::new());
    assert_eq!(plan.findings, []);
    assert_eq!(plan.timetable.unwrap().margin_days, Some(0));
    journey.limit = Some(days(51));
    let kind = FindingKind::BeyondLimit {
        finish: date(2026, 10, 22),
        limit: date(2026, 10, 21),
        days_over: 1,
    };
    assert_eq!(
        findings(&journey),
        [finding(kind, &[Cause::Limit, Cause::Pattern(0)])]
    );
}

#[test]
fn an_interval_between_pilot_measurements_beyond_the_proven_one_is_reported_at_both_places() {
    let mut journey = journey(&["A", "B"], ring());
    journey.stability = Some(days(33));
    assert_eq!(findings(&journey), []);
    journey.artefacts[0].stability = Some(days(32));
    let kind = FindingKind::PilotInterval {
        from: VisitId(0),
        to: VisitId(3),
        days: 33,
        last_covered: date(2026, 10, 12),
    };
    assert_eq!(
        findings(&journey),
        [finding(
            kind,
            &[Cause::Stability(Some(0)), Cause::Pattern(0)]
        )]
    );
}

#[test]
fn a_fixed_day_that_cannot_be_reached_names_the_earliest_possible() {
    let mut journey = journey(&["A"], ring());
    journey.visit_rules.push(fixed("A", date(2026, 9, 14)));
    let kind = FindingKind::FixedImpossible {
        visit: VisitId(1),
        fixed: date(2026, 9, 14),
        possible: date(2026, 9, 15),
    };
    assert_eq!(
        findings(&journey),
        [finding(kind, &[Cause::VisitRule(0), Cause::Pattern(0)])]
    );
    journey.visit_rules[0].fixed = Some(date(2026, 9, 20));
    let plan = plan(&journey, &Calendars::new());
    assert_eq!(plan.findings, []);
    let entry = &plan.timetable.unwrap().entries[1];
    assert_eq!(
        (entry.arrival, entry.bound_by, entry.total_slack),
        (date(2026, 9, 20), Bond::Rule(0), 0)
    );
}

#[test]
fn a_day_fixed_within_an_absence_is_reported_with_the_absence() {
    let mut journey = journey(&["A"], ring());
    journey.visit_rules.push(fixed("A", date(2026, 9, 20)));
    journey.laboratories[1].unavailable.push(Absence {
        from: date(2026, 9, 18),
        to: date(2026, 9, 25),
        reason: Default::default(),
    });
    let kind = FindingKind::FixedOnClosedDay {
        visit: VisitId(1),
        fixed: date(2026, 9, 20),
    };
    let absence = Cause::Absence {
        laboratory: 1,
        absence: 0,
    };
    assert!(findings(&journey).contains(&finding(kind, &[Cause::VisitRule(0), absence])));
}

#[test]
fn wishes_that_exclude_each_other_are_reported_at_both_rules() {
    let mut journey = journey(&["A"], ring());
    let rule = || VisitRule::new(VisitName::of("A"));
    journey.visit_rules.push(VisitRule {
        earliest: Some(date(2026, 10, 1)),
        ..rule()
    });
    journey.visit_rules.push(VisitRule {
        latest: Some(date(2026, 9, 20)),
        ..rule()
    });
    let kind = FindingKind::WishesExclude { visit: VisitId(1) };
    assert!(
        findings(&journey).contains(&finding(kind, &[Cause::VisitRule(0), Cause::VisitRule(1)]))
    );
}

#[test]
fn a_rule_that_speaks_of_no_visit_or_leg_is_reported() {
    let mut journey = journey(&["A", "B"], ring());
    let ordinal = VisitName {
        ordinal: Some(3),
        ..VisitName::of("A")
    };
    journey.visit_rules.push(VisitRule::new(ordinal));
    journey.leg_rules.push(LegRule {
        from: Some("B".to_owned()),
        to: Some("A".to_owned()),
        ..LegRule::default()
    });
    let found = findings(&journey);
    assert!(found.contains(&finding(
        FindingKind::SpeaksOfNothing,
        &[Cause::VisitRule(0), Cause::Laboratory(1)]
    )));
    assert!(found.contains(&finding(
        FindingKind::SpeaksOfNothing,
        &[
            Cause::LegRule(0),
            Cause::Laboratory(2),
            Cause::Laboratory(1)
        ]
    )));
}

#[test]
fn two_artefacts_wait_for_a_laboratory_that_measures_one_at_a_time() {
    let mut journey = journey(&["A"], ring());
    let mut second = journey.artefacts[0].clone();
    second.id = "V".to_owned();
    journey.artefacts.push(second);
    journey.laboratories[1].one_at_a_time = true;
    let plan = plan(&journey, &Calendars::new());
    let kind = FindingKind::WaitsForLaboratory {
        visit: VisitId(4),
        occupied_by: VisitId(1),
        days: 10,
    };
    assert_eq!(plan.findings.len(), 1);
    assert_eq!(plan.findings[0].kind, kind);
    let table = plan.timetable.unwrap();
    assert_eq!(
        table.entry(VisitId(4)).unwrap().bound_by,
        Bond::Occupied(VisitId(1))
    );
    assert_eq!(table.critical_path, [0, 1, 4, 5].map(VisitId));
    // The first artefact decides when the second is measured, so it has no slack up to there.
    assert_eq!(table.entry(VisitId(1)).unwrap().total_slack, 0);
    assert_eq!(table.entry(VisitId(2)).unwrap().total_slack, 10);
}

#[test]
fn two_fixed_visits_at_one_time_are_a_double_booking() {
    let mut journey = journey(&["A"], ring());
    let mut second = journey.artefacts[0].clone();
    second.id = "V".to_owned();
    journey.artefacts.push(second);
    journey.laboratories[1].one_at_a_time = true;
    for artefact in ["W", "V"] {
        let visit = VisitName {
            artefact: Some(artefact.to_owned()),
            ..VisitName::of("A")
        };
        journey.visit_rules.push(VisitRule {
            fixed: Some(date(2026, 9, 20)),
            ..VisitRule::new(visit)
        });
    }
    let kind = FindingKind::DoubleBooked {
        visit: VisitId(4),
        other: VisitId(1),
    };
    assert!(
        findings(&journey).contains(&finding(kind, &[Cause::VisitRule(1), Cause::VisitRule(0)]))
    );
}

#[test]
fn visits_that_wait_for_one_another_are_a_cycle_and_have_no_dates() {
    let mut journey = journey(&["A", "B"], ring());
    journey.precedences.push(Precedence {
        visit: VisitName::of("A"),
        after: VisitName::of("B"),
    });
    let plan = plan(&journey, &Calendars::new());
    assert!(plan.timetable.is_none() && !plan.is_feasible());
    let kind = FindingKind::Cycle {
        visits: vec![VisitId(1), VisitId(2)],
    };
    let at = [
        Cause::Precedence(0),
        Cause::MeasuredBy {
            artefact: 0,
            entry: 0,
        },
        Cause::MeasuredBy {
            artefact: 0,
            entry: 1,
        },
    ];
    assert_eq!(plan.findings, [finding(kind, &at)]);
}

#[test]
fn a_precedence_makes_one_artefact_wait_for_another() {
    let mut journey = journey(
        &["A", "B"],
        Pattern::Ring {
            order: names(&["A"]),
        },
    );
    journey.artefacts[0].measured_by = names(&["A"]);
    journey
        .artefacts
        .push(Artefact::new("V", ring(), names(&["B"])));
    journey.precedences.push(Precedence {
        visit: VisitName::of("B"),
        after: VisitName::of("A"),
    });
    let table = plan(&journey, &Calendars::new()).timetable.unwrap();
    assert_eq!(table.entry(VisitId(4)).unwrap().arrival, date(2026, 9, 25));
    assert_eq!(
        table.entry(VisitId(4)).unwrap().bound_by,
        Bond::After(VisitId(1))
    );
}

#[test]
fn days_beyond_the_published_calendar_and_stays_in_the_holidays_are_warned_of() {
    let mut journey = journey(&["A"], ring());
    journey.calendar = Some("cn".to_owned());
    let calendars: Calendars = [("cn".to_owned(), Calendar::weekends_only())].into();
    let found = plan(&journey, &calendars).findings;
    let kind = FindingKind::ProvisionalCalendar {
        name: "cn".to_owned(),
        from: date(2026, 9, 1),
        to: date(2026, 10, 8),
    };
    assert_eq!(
        found,
        [finding(kind, &[Cause::Calendar(None), Cause::Pattern(0)])]
    );
    journey.stay = days(2);
    journey.start = date(2026, 9, 5);
    let few = FindingKind::FewWorkingDays {
        visit: VisitId(0),
        working: 0,
        days: 2,
    };
    assert!(
        plan(&journey, &calendars)
            .findings
            .contains(&finding(few, &[Cause::Pattern(0), Cause::Calendar(None)]))
    );
    journey.calendar = Some("de".to_owned());
    let unknown = FindingKind::UnknownCalendar {
        name: "de".to_owned(),
    };
    assert!(
        plan(&journey, &calendars)
            .findings
            .contains(&finding(unknown, &[Cause::Calendar(None)]))
    );
}

#[test]
fn reserves_lengthen_legs_returns_and_the_end() {
    let mut journey = journey(&["A"], ring());
    journey.reserve = Reserve {
        each_leg: Some(days(1)),
        each_return: Some(days(2)),
        at_end: Some(days(5)),
    };
    let table = plan(&journey, &Calendars::new()).timetable.unwrap();
    assert_eq!(table.duration_days, 3 * 10 + 2 * 4 + 2 + 2 + 5);
}

#[test]
fn a_date_beyond_the_calendar_of_mankind_is_a_finding_and_no_panic() {
    let mut journey = journey(&["A"], ring());
    journey.stay = days(u32::MAX);
    assert!(
        findings(&journey)
            .iter()
            .any(|it| matches!(it.kind, FindingKind::OutOfRange { .. }))
    );
}

#[test]
fn a_journey_survives_being_written_down_and_read_again() {
    let mut journey = journey(
        &["A", "B"],
        Pattern::Petal {
            by: 1,
            order: names(&["B", "A"]),
        },
    );
    journey.limit = Some(Duration {
        amount: 12,
        kind: PeriodKind::Month,
    });
    let text = serde_json::to_string(&journey).unwrap();
    assert_eq!(serde_json::from_str::<Journey>(&text).unwrap(), journey);
}
