//! Dates, slack, and the findings that need them.

use jiff::civil::date;

use super::super::*;
use super::*;
use crate::values::calendar::Calendar;

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
fn chains_that_end_on_the_same_last_day_are_all_critical() {
    let mut journey = journey(&["A"], ring());
    let mut second = journey.artefacts[0].clone();
    second.id = "V".to_owned();
    journey.artefacts.push(second);
    let table = plan(&journey, &Calendars::new()).timetable.unwrap();
    assert_eq!(table.critical_path, [0, 1, 2, 3, 4, 5].map(VisitId));
    assert!(table.entries.iter().all(|it| it.total_slack == 0));
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
