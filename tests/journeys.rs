//! Whole journeys, every date of which is computed once more by a loop over single days.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeSet;

use bidui::circulation::{
    Absence, Artefact, Calendars, FindingKind, Journey, Laboratory, LegRule, Pattern, Plan,
    Timetable, VisitId, VisitName, VisitRule, plan,
};
use bidui::text::Text;
use bidui::values::calendar::{Calendar, CalendarEntry};
use bidui::values::date::{Duration, PeriodKind};
use jiff::civil::{Date, Weekday, date};
use proptest::prelude::*;

fn days(amount: u32) -> Duration {
    Duration {
        amount,
        kind: PeriodKind::Day,
    }
}

fn working(amount: u32) -> Duration {
    Duration {
        amount,
        kind: PeriodKind::WorkingDay,
    }
}

/// Days off and make-up working days around the Spring Festival of 2026, as the State Council's notice lists them.
fn festival() -> (BTreeSet<Date>, BTreeSet<Date>) {
    let mut off: BTreeSet<Date> = (15..=23).map(|it| date(2026, 2, it)).collect();
    off.extend((1..=3).map(|it| date(2026, 1, it)));
    off.extend((4..=6).map(|it| date(2026, 4, it)));
    off.extend((1..=5).map(|it| date(2026, 5, it)));
    let work = [
        date(2026, 1, 4),
        date(2026, 2, 14),
        date(2026, 2, 28),
        date(2026, 5, 9),
    ];
    (off, work.into())
}

fn calendars() -> Calendars {
    let (off, work) = festival();
    let named = |days: BTreeSet<Date>| days.into_iter().map(|it| (it, Text::default())).collect();
    let entry = CalendarEntry {
        path: "cn".to_owned(),
        years: [2026].into(),
        weekend: vec![Weekday::Saturday, Weekday::Sunday],
        off: named(off),
        work: named(work),
        ..CalendarEntry::default()
    };
    [("cn".to_owned(), Calendar::from_entry(entry).unwrap())].into()
}

/// The naive calendar: one question, one day.
fn works(day: Date) -> bool {
    let (off, work) = festival();
    let weekend = matches!(day.weekday(), Weekday::Saturday | Weekday::Sunday);
    work.contains(&day) || !(off.contains(&day) || weekend)
}

fn next_working(mut day: Date) -> Date {
    while !works(day) {
        day = day.tomorrow().unwrap();
    }
    day
}

fn after(mut day: Date, count: u32) -> Date {
    for _ in 0..count {
        day = day.tomorrow().unwrap();
    }
    day
}

/// Measures on `count` working days from `day` on, ticking them off one by one: first, last, and the day after the last.
fn tick_off(day: Date, count: u32) -> (Date, Date, Date) {
    let first = next_working(day);
    let mut last = first;
    let mut ticked = 1;
    while ticked < count {
        last = last.tomorrow().unwrap();
        ticked += u32::from(works(last));
    }
    (first, last, next_working(last.tomorrow().unwrap()))
}

fn journey(laboratories: &[&str], artefacts: Vec<Artefact>, start: Date) -> Journey {
    let mut all = vec![Laboratory::new("NIM")];
    all.extend(laboratories.iter().map(|it| Laboratory::new(*it)));
    Journey {
        laboratories: all,
        artefacts,
        ..Journey::new("test", "NIM", start, days(10), days(4))
    }
}

fn names(ids: &[&str]) -> Vec<String> {
    ids.iter().map(|it| (*it).to_owned()).collect()
}

fn artefact(id: &str, pattern: Pattern, laboratories: &[&str]) -> Artefact {
    Artefact::new(id, pattern, names(laboratories))
}

fn table(plan: &Plan) -> &Timetable {
    plan.timetable.as_ref().expect("the journey has dates")
}

#[test]
fn a_ring_across_the_spring_festival_waits_for_the_holidays_to_end() {
    let laboratories = ["SIMT", "GDIM", "HNIM", "SNIM"];
    let ring = Pattern::Ring { order: Vec::new() };
    let mut ring = journey(
        &laboratories,
        vec![artefact("W1", ring, &laboratories)],
        date(2026, 1, 12),
    );
    ring.calendar = Some("cn".to_owned());
    ring.working_days_only = true;
    ring.stay = working(10);
    ring.pilot_stay = Some(working(5));
    ring.transit = days(3);
    let planned = plan(&ring, &calendars());
    assert!(planned.is_feasible(), "{:?}", planned.findings);

    let mut day = date(2026, 1, 12);
    let stays = [5, 10, 10, 10, 10, 5];
    let mut expected = Vec::new();
    for (index, stay) in stays.into_iter().enumerate() {
        let arrival = next_working(day);
        let (first, last, leaves) = tick_off(arrival, stay);
        day = after(leaves, 3);
        // It is received on the next working day, and so may lie in the laboratory instead of with the carrier until then.
        let received = next_working(day);
        let mut latest = received;
        while after(latest, 3) > received || !works(latest) {
            latest = latest.yesterday().unwrap();
        }
        expected.push((
            arrival,
            first,
            last,
            (index < 5).then_some(latest.max(leaves)),
        ));
    }
    let found: Vec<_> = (table(&planned).entries.iter())
        .map(|it| (it.arrival, it.start, it.end, it.departure))
        .collect();
    assert_eq!(found, expected);

    // The same by hand, with a paper calendar: the second laboratory has the artefact over the festival.
    assert_eq!(
        found[0],
        (
            date(2026, 1, 12),
            date(2026, 1, 12),
            date(2026, 1, 16),
            Some(date(2026, 1, 19))
        )
    );
    assert_eq!(
        found[1],
        (
            date(2026, 1, 22),
            date(2026, 1, 22),
            date(2026, 2, 4),
            Some(date(2026, 2, 6))
        )
    );
    assert_eq!(
        found[2],
        (
            date(2026, 2, 9),
            date(2026, 2, 9),
            date(2026, 2, 27),
            Some(date(2026, 2, 28))
        )
    );
    assert_eq!(found[3].0, date(2026, 3, 3));
    assert_eq!(table(&planned).pilot_intervals.len(), 1);
}

#[test]
fn twelve_laboratories_in_four_petals_with_two_artefacts_each_take_one_at_a_time() {
    let ids: Vec<String> = (1..=12).map(|it| format!("L{it:02}")).collect();
    let laboratories: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut turned = laboratories.clone();
    turned.rotate_left(6);
    let forwards = Pattern::Petal {
        by: 3,
        order: Vec::new(),
    };
    let backwards = Pattern::Petal {
        by: 3,
        order: names(&turned),
    };
    let artefacts = vec![
        artefact("W1", forwards, &laboratories),
        artefact("W2", backwards, &laboratories),
    ];
    let mut petals = journey(&laboratories, artefacts, date(2026, 3, 2));
    petals.pilot_stay = Some(days(3));
    petals.transit = days(2);
    petals.stay = days(7);
    petals
        .laboratories
        .iter_mut()
        .skip(1)
        .for_each(|it| it.one_at_a_time = true);
    petals.stability = Some(days(40));
    let planned = plan(&petals, &Calendars::new());
    assert!(planned.is_feasible(), "{:?}", planned.findings);

    // Half a circulation apart, the two artefacts never meet; each way is a plain sum of days.
    let mut expected = Vec::new();
    for _ in 0..2 {
        let mut day = date(2026, 3, 2);
        for stop in 0..17 {
            let stay = if stop % 4 == 0 { 3 } else { 7 };
            expected.push((day, after(day, stay - 1), after(day, stay)));
            day = after(day, stay + 2);
        }
    }
    let found: Vec<_> = (table(&planned).entries.iter())
        .map(|it| (it.arrival, it.end, it.released))
        .collect();
    assert_eq!(found, expected);
    // Between two pilot measurements: four legs of 2 d and three stays of 7 d, counted from the last day of the first one.
    assert!(
        table(&planned)
            .pilot_intervals
            .iter()
            .all(|it| it.days == 4 * 2 + 3 * 7 + 1)
    );
    assert_eq!(table(&planned).pilot_intervals.len(), 8);
    assert!(table(&planned).entries.iter().all(|it| it.total_slack == 0));
}

#[test]
fn a_star_with_customs_measures_at_the_pilot_between_all_spokes() {
    let laboratories = ["NPL", "PTB", "SIMT"];
    let star = Pattern::Star { order: Vec::new() };
    let mut star = journey(
        &laboratories,
        vec![artefact("Z", star, &laboratories)],
        date(2026, 6, 1),
    );
    star.pilot_stay = Some(days(4));
    star.stay = days(6);
    star.transit = days(2);
    star.hand_over = Some(days(1));
    for abroad in ["NPL", "PTB"] {
        for (from, to) in [(Some(abroad), None), (None, Some(abroad))] {
            star.leg_rules.push(LegRule {
                from: from.map(str::to_owned),
                to: to.map(str::to_owned),
                customs: Some(days(if abroad == "NPL" { 10 } else { 5 })),
                ..LegRule::default()
            });
        }
    }
    star.laboratories[2].unavailable.push(Absence {
        from: date(2026, 7, 15),
        to: date(2026, 8, 2),
        reason: Text::default(),
    });
    star.limit = Some(Duration {
        amount: 3,
        kind: PeriodKind::Month,
    });
    let planned = plan(&star, &Calendars::new());

    let mut day = date(2026, 6, 1);
    let mut expected = vec![(day, after(day, 4))];
    day = after(day, 4);
    for customs in [10, 5, 0] {
        for stay in [6, 4] {
            day = after(day, 1 + 2 + customs);
            // PTB is away for part of July: the visit moves behind the absence as a whole.
            while stay == 6
                && customs == 5
                && day <= date(2026, 8, 2)
                && after(day, stay) >= date(2026, 7, 15)
            {
                day = after(day, 1);
            }
            expected.push((day, after(day, stay)));
            day = after(day, stay);
        }
    }
    let found: Vec<_> = table(&planned)
        .entries
        .iter()
        .map(|it| (it.arrival, it.released))
        .collect();
    assert_eq!(found, expected);
    assert_eq!(found[3].0, date(2026, 8, 3));
    // The artefact waits in Beijing for the laboratory to open again, eight days of road and customs away.
    assert_eq!(
        table(&planned).entry(VisitId(2)).unwrap().departure,
        Some(date(2026, 7, 26))
    );
    // Nothing before the absence is critical: the laboratory would be closed anyway.
    assert_eq!(table(&planned).critical_path, [3, 4, 5, 6].map(VisitId));
    let kinds: Vec<&FindingKind> = planned.findings.iter().map(|it| &it.kind).collect();
    assert!(
        kinds
            .iter()
            .any(|it| matches!(it, FindingKind::DelayedByAbsence { .. })),
        "{kinds:?}"
    );
    let late = FindingKind::BeyondLimit {
        finish: date(2026, 9, 5),
        limit: date(2026, 8, 31),
        days_over: 5,
    };
    assert!(
        kinds.contains(&&late),
        "{kinds:?} {:?}",
        table(&planned).finish
    );
}

prop_compose! {
    fn duration(at_most: u32)(amount in 1..=at_most, counted in any::<bool>()) -> Duration {
        if counted { working(amount) } else { days(amount) }
    }
}

prop_compose! {
    fn pattern()(kind in 0..4, by in 1..4usize) -> Pattern {
        let order = Vec::new();
        match kind {
            0 => Pattern::Ring { order },
            1 => Pattern::Star { order },
            2 => Pattern::Petal { by, order },
            _ => Pattern::Parallel { order },
        }
    }
}

prop_compose! {
    fn any_journey()(
        patterns in prop::collection::vec(pattern(), 1..4),
        count in 1..7usize,
        stay in duration(12),
        pilot_stay in duration(5),
        transit in 0..6u32,
        alone in prop::collection::vec(any::<bool>(), 8),
        away in prop::collection::vec((0..7usize, 0..200u32, 0..30u32), 0..4),
        working_days_only in any::<bool>(),
        start in 0..60u32,
    ) -> Journey {
        let ids: Vec<String> = (0..count).map(|it| format!("L{it}")).collect();
        let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
        let artefacts = (patterns.into_iter().enumerate())
            .map(|(index, pattern)| artefact(&format!("A{index}"), pattern, &ids))
            .collect();
        let mut journey = journey(&ids, artefacts, after(date(2026, 1, 5), start));
        journey.calendar = Some("cn".to_owned());
        journey.stay = stay;
        journey.pilot_stay = Some(pilot_stay);
        journey.transit = days(transit);
        journey.working_days_only = working_days_only;
        for (laboratory, alone) in journey.laboratories.iter_mut().zip(alone) {
            laboratory.one_at_a_time = alone;
        }
        for (laboratory, from, length) in away {
            if let Some(laboratory) = journey.laboratories.get_mut(laboratory) {
                let from = after(date(2026, 1, 5), from);
                laboratory.unavailable.push(Absence { from, to: after(from, length), reason: Text::default() });
            }
        }
        journey
    }
}

/// Finish of the plan when one visit is asked to arrive `days` later than planned.
fn finish_when_delayed(journey: &Journey, planned: &Plan, visit: VisitId, delay: i32) -> Date {
    let it = planned.circulation.visit(visit);
    let entry = table(planned).entry(visit).unwrap();
    let mut journey = journey.clone();
    journey.visit_rules.push(VisitRule {
        earliest: Some(after(entry.arrival, u32::try_from(delay).unwrap())),
        ..VisitRule::new(VisitName {
            laboratory: journey.laboratories[it.laboratory].id.clone(),
            artefact: Some(journey.artefacts[it.artefact].id.clone()),
            ordinal: Some(it.ordinal),
        })
    });
    table(&plan(&journey, &calendars())).finish
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn a_specimen_is_never_at_two_places_and_dates_never_run_backwards(journey in any_journey()) {
        let planned = plan(&journey, &calendars());
        let table = table(&planned);
        prop_assert_eq!(table.entries.len(), planned.circulation.len());
        for entry in &table.entries {
            prop_assert!(entry.arrival <= entry.start && entry.start <= entry.end && entry.end <= entry.released);
            prop_assert!(entry.departure.is_none_or(|it| it >= entry.released));
            prop_assert!(0 <= entry.free_slack && entry.free_slack <= entry.total_slack);
        }
        for leg in &table.legs {
            let (from, to) = (table.entry(leg.from).unwrap(), table.entry(leg.to).unwrap());
            prop_assert!(from.released <= leg.dispatch && leg.dispatch <= leg.arrival && leg.arrival == to.arrival);
            prop_assert!(after(leg.dispatch, journey.transit.amount) <= leg.arrival);
        }
    }

    #[test]
    fn laboratories_are_left_alone_when_away_and_measure_one_at_a_time_when_they_say_so(journey in any_journey()) {
        let planned = plan(&journey, &calendars());
        let table = table(&planned);
        for (index, entry) in table.entries.iter().enumerate() {
            let visit = planned.circulation.visit(entry.visit);
            let laboratory = &journey.laboratories[visit.laboratory];
            for absence in &laboratory.unavailable {
                prop_assert!(entry.released < absence.from || absence.to < entry.arrival);
            }
            for other in table.entries[..index].iter().filter(|_| laboratory.one_at_a_time) {
                if planned.circulation.visit(other.visit).laboratory == visit.laboratory {
                    prop_assert!(entry.end < other.start || other.end < entry.start);
                }
            }
        }
    }

    #[test]
    fn the_total_slack_can_be_used_up_and_not_exceeded(mut journey in any_journey(), pick in any::<prop::sample::Index>()) {
        journey.laboratories.iter_mut().for_each(|it| it.one_at_a_time = false);
        let planned = plan(&journey, &calendars());
        let visit = VisitId(pick.index(planned.circulation.len()));
        let finish = table(&planned).finish;
        let slack = table(&planned).entry(visit).unwrap().total_slack;
        prop_assert_eq!(finish_when_delayed(&journey, &planned, visit, slack), finish);
        prop_assert!(finish_when_delayed(&journey, &planned, visit, slack + 1) > finish);
    }

    #[test]
    fn critical_visits_lead_without_a_gap_to_the_end(journey in any_journey()) {
        let planned = plan(&journey, &calendars());
        let table = table(&planned);
        let last = table.entry(*table.critical_path.last().unwrap()).unwrap();
        prop_assert_eq!(last.end, table.finish);
        prop_assert_eq!(table.entry(table.critical_path[0]).unwrap().arrival >= journey.start, true);
        for pair in table.critical_path.windows(2) {
            let (one, next) = (table.entry(pair[0]).unwrap(), table.entry(pair[1]).unwrap());
            // Where several chains end on the last day, the next begins behind such an end.
            prop_assert!(one.end == table.finish || one.end <= next.start);
        }
    }

    #[test]
    fn without_holidays_a_later_start_moves_every_date_by_as_much(mut journey in any_journey(), shift in 1..400u32) {
        journey.calendar = None;
        journey.working_days_only = false;
        journey.stay = days(journey.stay.amount);
        journey.pilot_stay = Some(days(3));
        journey.laboratories.iter_mut().for_each(|it| it.unavailable.clear());
        let before = plan(&journey, &Calendars::new());
        journey.start = after(journey.start, shift);
        let moved = plan(&journey, &Calendars::new());
        for (old, new) in table(&before).entries.iter().zip(&table(&moved).entries) {
            prop_assert_eq!(after(old.arrival, shift), new.arrival);
            prop_assert_eq!(after(old.end, shift), new.end);
            prop_assert_eq!((old.total_slack, old.free_slack), (new.total_slack, new.free_slack));
        }
    }

    #[test]
    fn the_order_in_which_laboratories_are_declared_changes_no_date(journey in any_journey(), turn in 1..7usize) {
        let mut turned = journey.clone();
        let turn = turn % turned.laboratories.len();
        turned.laboratories.rotate_left(turn);
        let dates = |plan: &Plan| table(plan).entries.iter().map(|it| (it.visit, it.arrival, it.end)).collect::<Vec<_>>();
        prop_assert_eq!(dates(&plan(&journey, &calendars())), dates(&plan(&turned, &calendars())));
    }
}
