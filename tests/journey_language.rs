//! Journeys as the language writes them: every option reaches the timetable.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use bidui::check::Checked;
use bidui::circulation::order::{Goal, Method};
use bidui::circulation::{Entry, LegKind};
use jiff::civil::{Date, date};

/// A circulation (and what else is written) in the small sound protocol; warnings do not matter.
fn checked(text: &str) -> Checked {
    let (compiled, _) = common::example(text);
    let errors: Vec<_> = compiled
        .diagnostics
        .iter()
        .filter(|d| d.is_error())
        .collect();
    let said: Vec<_> = errors
        .iter()
        .map(|d| (d.code.id(), &d.message.en))
        .collect();
    assert!(errors.is_empty(), "{said:#?}");
    compiled.protocols.into_iter().next().unwrap()
}

/// Artefact, laboratory, arrival and last measuring day of every visit, in the order of the graph.
fn visits(checked: &Checked) -> Vec<(&str, &str, Date, Date)> {
    let journey = &checked.written.journey;
    let timetable = checked.journey.timetable.as_ref().unwrap();
    (timetable.entries.iter())
        .map(|it| {
            let visit = checked.journey.circulation.visit(it.visit);
            let artefact = journey.artefacts[visit.artefact].id.as_str();
            let laboratory = journey.laboratories[visit.laboratory].id.as_str();
            (artefact, laboratory, it.arrival, it.end)
        })
        .collect()
}

fn entry<'a>(checked: &'a Checked, artefact: &str, laboratory: &str, ordinal: u32) -> &'a Entry {
    let journey = &checked.written.journey;
    let (id, _) = (checked.journey.circulation.visits())
        .find(|(_, it)| {
            journey.artefacts[it.artefact].id == artefact
                && journey.laboratories[it.laboratory].id == laboratory
                && it.ordinal == ordinal
        })
        .unwrap();
    let timetable = checked.journey.timetable.as_ref().unwrap();
    timetable.entry(id).unwrap()
}

const TWO: &str = "
artefact W1 {
  measures dm
  traceable to national-primary-standard
}
artefact W2 {
  measures dm
  traceable to national-primary-standard
}
";

#[test]
fn dates_asked_for_move_the_visits_and_what_comes_after() {
    let found = checked(
        "circulation {
  start 2026-09-01
  ring W1 { stay 10 d; transit 4 d; latest GDIM 2026-10-20 }
  earliest SIMT 2026-09-20
  fixed NIM 2026-11-02 visit 2
}",
    );
    assert_eq!(
        visits(&found),
        [
            ("W1", "NIM", date(2026, 9, 1), date(2026, 9, 10)),
            ("W1", "SIMT", date(2026, 9, 20), date(2026, 9, 29)),
            ("W1", "GDIM", date(2026, 10, 4), date(2026, 10, 13)),
            ("W1", "NIM", date(2026, 11, 2), date(2026, 11, 11)),
        ]
    );
}

#[test]
fn a_stay_may_hold_for_one_visit_of_one_artefact_only() {
    let found = checked(&format!(
        "{TWO}circulation {{
  start 2026-09-01
  ring W1 {{ stay 10 d; transit 4 d; stay SIMT 3 d }}
  ring W2 {{ stay 10 d; transit 4 d }}
  stay NIM 2 d visit 2
  stay NIM 5 d
}}"
    ));
    let days = |artefact: &str, laboratory: &str, ordinal: u32| {
        let it = entry(&found, artefact, laboratory, ordinal);
        it.start.until(it.end).unwrap().get_days() + 1
    };
    assert_eq!(days("W1", "SIMT", 1), 3);
    assert_eq!(days("W2", "SIMT", 1), 10);
    assert_eq!(days("W1", "NIM", 1), 5);
    assert_eq!(days("W2", "NIM", 2), 2);
}

#[test]
fn a_leg_has_its_own_transit_customs_hand_over_carrier_and_papers() {
    let found = checked(
        "circulation {
  start 2026-09-01
  ring W1 {
    stay 10 d; transit 4 d
    transit GDIM 2 d from SIMT
    customs GDIM 5 d from SIMT carnet \"ATA 42\"
    carrier \"air freight\" to GDIM
  }
  hand-over 1 d
  reserve 1 d each-leg
  reserve 3 d each-return
}",
    );
    // To SIMT: hand-over 1, road 4, reserve 1; to GDIM: 1 + 2 + 5 + 1; back: 1 + 4 + 1 + 3.
    let arrivals: Vec<Date> = visits(&found).into_iter().map(|it| it.2).collect();
    assert_eq!(
        arrivals,
        [
            date(2026, 9, 1),
            date(2026, 9, 17),
            date(2026, 10, 6),
            date(2026, 10, 25)
        ]
    );
    let plan = bidui::plan::build(
        &found.protocol,
        &found.written,
        &found.journey,
        &bidui::source::Sources::default(),
        &[],
    )
    .unwrap();
    let legs = &plan.content.circulation.legs;
    assert_eq!(legs.len(), 3);
    let to = |id: &str| legs.iter().find(|leg| leg.to.laboratory == id).unwrap();
    let brought = to("GDIM");
    assert_eq!(brought.from.laboratory, "SIMT");
    assert_eq!(brought.carrier.as_ref().unwrap().en, "air freight");
    assert_eq!(brought.carnet.as_ref().unwrap().en, "ATA 42");
    assert_eq!(
        (
            brought.customs.unwrap().amount,
            brought.reserve.unwrap().amount
        ),
        (5, 1)
    );
    assert_eq!(brought.reserve_at_return, None);
    assert_eq!(to("NIM").reserve_at_return.unwrap().amount, 3);
    assert_eq!(
        (to("SIMT").carrier.as_ref(), to("SIMT").carnet.as_ref()),
        (None, None)
    );
}

#[test]
fn artefacts_travel_at_the_same_time_and_a_laboratory_takes_one_after_the_other() {
    let found = checked(&format!(
        "participants {{
  SIMT \"Shanghai\" {{ one-at-a-time }}
  GDIM \"Guangdong\"
}}
{TWO}circulation {{
  start 2026-09-01
  ring W1 {{ stay 10 d; transit 4 d }}
  ring W2 {{ stay 10 d; transit 4 d }}
}}"
    ));
    let (first, second) = (
        entry(&found, "W1", "SIMT", 1),
        entry(&found, "W2", "SIMT", 1),
    );
    assert_eq!(first.arrival, second.arrival);
    assert!(second.start > first.end);
}

#[test]
fn a_visit_waits_until_another_artefact_has_left() {
    let found = checked(&format!(
        "{TWO}circulation {{
  start 2026-09-01
  ring W1 {{ stay 10 d; transit 4 d }}
  ring W2 {{ stay 10 d; transit 4 d }}
  wait W2 at SIMT until W1 leaves GDIM
}}"
    ));
    let (before, after) = (
        entry(&found, "W1", "GDIM", 1),
        entry(&found, "W2", "SIMT", 1),
    );
    assert!(after.arrival > before.end);
}

#[test]
fn sub_groups_and_specimens_each_have_a_route_of_their_own() {
    let found = checked(
        "participants {
  A \"A\"; B \"B\"; C \"C\"; D \"D\"
}
measurand dm : mass {
  unit mg
  point p1 = 1 kg
  point p2 = 2 kg
  report value, U, k
}
artefact W1 {
  measures dm at p1
  traceable to national-primary-standard
  measured-by A, B
}
artefact W2 {
  measures dm at p2
  traceable to national-primary-standard
}
circulation {
  start 2026-09-01
  ring W1 { stay 10 d; transit 4 d }
  route W2 : NIM -> A -> B -> NIM specimen 1 { stay 10 d; transit 4 d }
  route W2 : NIM -> C -> NIM specimen 2 { stay 5 d; transit 2 d }
  route W2 : NIM -> D -> C -> NIM specimen 2 { stay 3 d; transit 1 d; through C }
}",
    );
    let found = visits(&found);
    let of = |artefact: &str| -> Vec<(&str, Date)> {
        let mut own: Vec<_> = found.iter().filter(|it| it.0 == artefact).collect();
        own.sort_by_key(|it| it.2);
        own.into_iter().map(|it| (it.1, it.2)).collect()
    };
    let w1: Vec<&str> = of("W1").into_iter().map(|it| it.0).collect();
    assert_eq!(w1, ["NIM", "A", "B", "NIM"]);
    // The second specimen: 5 days with the pilot, 2 on the road, 5 with C; its second route has stays of 3 days and roads of 1.
    let second: Vec<(&str, Date)> = (of("W2").into_iter())
        .filter(|it| it.0 == "C" || it.0 == "D")
        .collect();
    assert_eq!(
        second,
        [
            ("C", date(2026, 9, 8)),
            ("D", date(2026, 9, 21)),
            ("C", date(2026, 9, 25))
        ]
    );
}

#[test]
fn specimens_share_the_loops_of_a_star() {
    let two = checked(
        "artefact W1 {
  measures dm
  traceable to national-primary-standard
  specimens 2
}
circulation {
  start 2026-09-01
  star W1 { stay 10 d; transit 4 d }
}",
    );
    assert_eq!(
        entry(&two, "W1", "SIMT", 1).arrival,
        entry(&two, "W1", "GDIM", 1).arrival
    );
}

#[test]
fn a_route_may_pass_through_and_come_again_when_it_says_so() {
    let found = checked(
        "circulation {
  start 2026-09-01
  route W1 : NIM -> SIMT -> GDIM -> SIMT -> NIM { stay 10 d; transit 4 d; again SIMT }
}",
    );
    assert_eq!(entry(&found, "W1", "SIMT", 2).arrival, date(2026, 10, 13));
}

#[test]
fn remote_laboratories_measure_one_after_another_or_all_at_once() {
    let words = |how: &str| {
        checked(&format!(
            "circulation {{ start 2026-09-01; remote W1 {how} {{ stay 10 d }} }}"
        ))
    };
    let (in_turn, at_once) = (words(""), words("at-once"));
    assert_eq!(entry(&in_turn, "W1", "SIMT", 1).arrival, date(2026, 9, 11));
    assert_eq!(entry(&in_turn, "W1", "GDIM", 1).arrival, date(2026, 9, 21));
    assert_eq!(entry(&at_once, "W1", "GDIM", 1).arrival, date(2026, 9, 11));
    assert!(
        at_once
            .journey
            .circulation
            .legs()
            .all(|(_, _, leg)| leg.kind == LegKind::Changeover)
    );
}

#[test]
fn laboratories_may_come_to_the_device_at_another_place() {
    let found =
        checked("circulation { start 2026-09-01; on-site W1 at GDIM { stay 10 d; transit 2 d } }");
    let journey = &found.written.journey;
    let places: Vec<&str> = (found.journey.circulation.visits())
        .map(|(_, it)| journey.laboratories[it.place].id.as_str())
        .collect();
    assert_eq!(places, ["GDIM"; 4]);
    assert_eq!(entry(&found, "W1", "SIMT", 1).arrival, date(2026, 9, 13));
}

#[test]
fn the_pilot_may_measure_first_and_last_only() {
    let found = checked(
        "circulation {
  start 2026-09-01
  route W1 : NIM -> SIMT -> NIM -> GDIM -> NIM { stay 10 d; transit 4 d; pilot-measures first-and-last }
}",
    );
    let measured: Vec<bool> = (found.journey.circulation.visits())
        .map(|(_, it)| it.measures)
        .collect();
    assert_eq!(measured, [true, true, false, true, true]);
    let ring = checked(
        "artefact W1 {
  measures dm
  traceable to national-primary-standard
}
circulation {
  start 2026-09-01
  pilot-measures first-and-last
  ring W1 { stay 10 d; transit 4 d }
}",
    );
    let measured: Vec<bool> = (ring.journey.circulation.visits())
        .map(|(_, it)| it.measures)
        .collect();
    assert_eq!(measured, [true; 4]);
}

#[test]
fn a_laboratory_may_work_by_a_calendar_of_its_own() {
    let text = |own: &str| {
        format!(
            "participants {{
  SIMT \"Shanghai\" {{ {own} }}
  GDIM \"Guangdong\"
}}
circulation {{
  calendar std.calendar.cn-2026
  start 2026-09-21
  ring W1 {{ stay 5 wd; transit 3 d }}
}}"
        )
    };
    let with = checked(&text("calendar std.calendar.cn-2025"));
    let without = checked(&text(""));
    // In the calendar of 2025 the first week of October 2026 is a week like any other.
    assert!(entry(&with, "W1", "SIMT", 1).end < entry(&without, "W1", "SIMT", 1).end);
}

#[test]
fn an_absence_is_a_place_of_its_own_in_the_message() {
    let (compiled, before) = common::example(
        "participants {
  SIMT \"Shanghai\" {
    unavailable 2026-09-10 to 2026-10-20 because \"renovation\"
  }
  GDIM \"Guangdong\"
}",
    );
    let found = compiled
        .diagnostics
        .iter()
        .find(|d| d.code.id() == "W0514")
        .unwrap();
    let span = found.span().unwrap();
    let file = compiled.sources.get(span.file).unwrap();
    assert_eq!(file.line_column(span.start).line - before, 3);
}

const CITIES: &str = "
pilot NIM { position north 39.98° east 116.34° }
participants {
  GDIM \"Guangdong\" { position north 23.13° east 113.26° }
  SNIM \"Shaanxi\"   { position north 34.27° east 108.95° }
  SIMT \"Shanghai\"  { position north 31.19° east 121.43° }
  HNIM \"Henan\"     { position north 34.75° east 113.62° }
}
";

#[test]
fn an_order_is_found_only_when_it_is_asked_for() {
    let text = |order: &str| {
        format!(
            "{CITIES}circulation {{ start 2026-09-01; ring W1 {{ stay 5 d; transit 2 d }}; {order} }}"
        )
    };
    let names = |checked: &Checked| -> Vec<String> {
        visits(checked).iter().map(|it| it.1.to_owned()).collect()
    };
    let (asked, written) = (
        checked(&text("order optimise total-transit")),
        checked(&text("")),
    );
    assert_eq!(
        names(&written),
        ["NIM", "GDIM", "SNIM", "SIMT", "HNIM", "NIM"]
    );
    // The tour along the coast and back inland; every other order of the four is longer by the great circle.
    assert_eq!(
        names(&asked),
        ["NIM", "SIMT", "GDIM", "SNIM", "HNIM", "NIM"]
    );
    let ordered = asked.written.journey.artefacts[0].ordered.as_ref().unwrap();
    assert_eq!(
        (ordered.method, ordered.goal),
        (Method::Exact, Goal::TotalTransit)
    );
    assert!(written.written.journey.artefacts[0].ordered.is_none());
}

#[test]
fn the_longest_interval_counts_days_and_stays_when_a_speed_is_given() {
    let found = checked(&format!(
        "{CITIES}circulation {{
  start 2026-09-01
  petal W1 by 2 {{ stay 5 d; transit 2 d }}
  order W1 optimise longest-interval speed 500 km/d
}}"
    ));
    let ordered = found.written.journey.artefacts[0].ordered.as_ref().unwrap();
    assert_eq!(
        (ordered.goal, ordered.unit.as_str()),
        (Goal::LongestInterval, "d")
    );
    assert!(ordered.value > 10.0, "two stays of five days and the road");
}
