#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::super::tests::{days, journey, names, ring};
use super::super::*;
use super::*;

fn request(by: Option<usize>, goal: Goal) -> Request {
    Request {
        artefact: 0,
        by,
        goal,
        weigh: Weigh::Kilometres,
    }
}

/// Laboratories at the given places, the pilot first.
fn placed(places: &[(f64, f64)]) -> Journey {
    let ids: Vec<String> = (1..places.len()).map(|it| format!("L{it}")).collect();
    let ids: Vec<&str> = ids.iter().map(String::as_str).collect();
    let mut journey = journey(&ids, ring());
    for (laboratory, (latitude, longitude)) in journey.laboratories.iter_mut().zip(places) {
        laboratory.position = Some(Position {
            latitude: *latitude,
            longitude: *longitude,
        });
    }
    journey
}

fn distance(journey: &Journey, from: usize, to: usize) -> f64 {
    great_circle(
        journey.laboratories[from].position.unwrap(),
        journey.laboratories[to].position.unwrap(),
    )
}

fn way(journey: &Journey, circuit: &[usize]) -> f64 {
    let stops: Vec<usize> = [0]
        .into_iter()
        .chain(circuit.iter().copied())
        .chain([0])
        .collect();
    stops
        .windows(2)
        .map(|it| distance(journey, it[0], it[1]))
        .sum()
}

/// All ways to put `rest` into loops of at most `by`, each weighed by the figure of the goal: the plain second method.
fn brute(
    journey: &Journey,
    goal: Goal,
    by: usize,
    loops: usize,
    done: &mut Vec<Vec<usize>>,
    rest: &[usize],
) -> f64 {
    if rest.is_empty() {
        let ways = done.iter().map(|it| way(journey, it));
        return match goal {
            Goal::TotalTransit => ways.sum(),
            Goal::LongestInterval => ways.fold(0.0, f64::max),
        };
    }
    let mut best = f64::INFINITY;
    for index in 0..rest.len() {
        let mut fewer = rest.to_vec();
        let node = fewer.remove(index);
        if done.last().is_some_and(|it| it.len() < by) {
            done.last_mut().unwrap().push(node);
            best = best.min(brute(journey, goal, by, loops, done, &fewer));
            done.last_mut().unwrap().pop();
        }
        if done.len() < loops {
            done.push(vec![node]);
            best = best.min(brute(journey, goal, by, loops, done, &fewer));
            done.pop();
        }
    }
    best
}

#[test]
fn a_quarter_of_a_meridian_and_of_the_equator_have_the_length_of_a_quarter_circle() {
    let quarter = std::f64::consts::FRAC_PI_2 * 6_371.008_8;
    let at = |latitude, longitude| Position {
        latitude,
        longitude,
    };
    for (from, to) in [
        (at(0.0, 30.0), at(90.0, 0.0)),
        (at(0.0, -170.0), at(0.0, 100.0)),
    ] {
        assert!((great_circle(from, to) - quarter).abs() < 1e-9 * quarter);
    }
    // One metre apart, where the spherical law of cosines would fail.
    let metre = great_circle(
        at(40.0, 116.0),
        at(40.0 + (1e-3_f64 / 6_371.008_8).to_degrees(), 116.0),
    );
    assert!((metre - 1e-3).abs() < 1e-9);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn the_exact_order_is_the_best_of_all_orders_and_partitions(
        places in prop::collection::vec((20.0..45.0f64, 90.0..125.0f64), 2..7),
        by in 1..4usize,
        longest in any::<bool>(),
    ) {
        let journey = placed(&places);
        let goal = if longest { Goal::LongestInterval } else { Goal::TotalTransit };
        let found = propose(&journey, &request(Some(by), goal)).unwrap();
        let all: Vec<usize> = (1..places.len()).collect();
        let best = brute(&journey, goal, by, all.len().div_ceil(by), &mut Vec::new(), &all);
        prop_assert!((found.value - best).abs() <= 1e-9 * best);
        prop_assert_eq!(found.method, Method::Exact);
        prop_assert!(found.circuits.iter().all(|it| it.len() <= by));
    }

    #[test]
    fn a_heuristic_order_visits_everyone_once_and_lies_between_its_bound_and_the_order_written(
        places in prop::collection::vec((20.0..45.0f64, 90.0..125.0f64), 15..40),
        by in prop::option::of(4..9usize),
    ) {
        let journey = placed(&places);
        let found = propose(&journey, &request(by, Goal::TotalTransit)).unwrap();
        let mut visited = found.circuits.concat();
        visited.sort_unstable();
        let all: Vec<usize> = (1..places.len()).collect();
        prop_assert_eq!(&visited, &all);
        let written: f64 = all.chunks(by.unwrap_or(all.len())).map(|it| way(&journey, it)).sum();
        prop_assert!(found.lower_bound <= found.value && found.value <= written * (1.0 + 1e-9));
        prop_assert_eq!(found.method, Method::Heuristic);
    }
}

#[test]
fn the_bound_of_the_heuristic_does_not_exceed_the_exact_optimum() {
    let places: Vec<(f64, f64)> = (0..11)
        .map(|it| {
            (
                20.0 + f64::from(it * 7 % 11) * 2.0,
                90.0 + f64::from(it * it % 13) * 3.0,
            )
        })
        .collect();
    let journey = placed(&places);
    for by in [2, 4, 10] {
        let request = request(Some(by), Goal::TotalTransit);
        let exact = propose(&journey, &request).unwrap().value;
        let weights = Weights::new(&journey, &request).unwrap();
        let bound = bound::lower(&weights, by, Goal::TotalTransit);
        let heuristic: f64 = heuristic::circuits(&weights, by, Goal::TotalTransit)
            .iter()
            .map(|it| weights.way(it))
            .sum();
        assert!(
            bound <= exact * (1.0 + 1e-12) && exact <= heuristic * (1.0 + 1e-12),
            "{by}: {bound} {exact} {heuristic}"
        );
        assert!(bound > 0.6 * exact, "{by}: {bound} {exact}");
    }
}

#[test]
fn laboratories_on_a_circle_are_visited_round_it() {
    // Forty places on a small circle, numbered so that neighbours stand far apart in the list.
    let places: Vec<(f64, f64)> = (0..40)
        .map(|it| {
            let angle = f64::from(it * 17 % 40) / 40.0 * std::f64::consts::TAU;
            (angle.sin(), angle.cos())
        })
        .collect();
    let found = propose(&placed(&places), &request(None, Goal::TotalTransit)).unwrap();
    let round: f64 = 40.0
        * great_circle(
            Position {
                latitude: 0.0,
                longitude: 1.0,
            },
            Position {
                latitude: (std::f64::consts::TAU / 40.0).sin(),
                longitude: (std::f64::consts::TAU / 40.0).cos(),
            },
        );
    assert!(
        (found.value / round - 1.0).abs() < 1e-3,
        "{} {round}",
        found.value
    );
    assert!(found.gap() < 0.03, "{}", found.gap());
}

#[test]
fn days_on_the_road_and_stays_both_lengthen_the_longest_interval() {
    let mut journey = placed(&[(0.0, 0.0), (0.0, 1.0), (0.0, 2.0)]);
    journey.laboratories[2].stay = Some(days(30));
    let weigh = Weigh::Days {
        kilometres_per_day: 100.0,
    };
    let found = propose(
        &journey,
        &Request {
            artefact: 0,
            by: Some(2),
            goal: Goal::LongestInterval,
            weigh,
        },
    )
    .unwrap();
    let road =
        4.0 * great_circle(
            Position {
                latitude: 0.0,
                longitude: 0.0,
            },
            Position {
                latitude: 0.0,
                longitude: 1.0,
            },
        ) / 100.0;
    assert!(
        (found.longest - (road + 30.0 + 10.0)).abs() < 1e-9,
        "{}",
        found.longest
    );
}

#[test]
fn a_stated_distance_wins_over_the_great_circle_and_a_missing_one_is_named() {
    let mut journey = placed(&[(0.0, 0.0), (0.0, 1.0)]);
    journey.distances.push(Distance {
        from: "L1".to_owned(),
        to: "NIM".to_owned(),
        kilometres: 500.0,
    });
    let asked = request(None, Goal::TotalTransit);
    assert!((propose(&journey, &asked).unwrap().value - 1000.0).abs() < 1e-9);
    journey.distances.clear();
    journey.laboratories[1].position = None;
    let missing = propose(&journey, &asked).unwrap_err();
    assert_eq!(
        missing,
        NoOrder::Unknown {
            from: "L1".to_owned(),
            to: "NIM".to_owned()
        }
    );
    assert!(missing.text().zh.contains("L1") && missing.text().en.contains("L1"));
    journey.artefacts[0].measured_by = names(&["NIM"]);
    assert_eq!(propose(&journey, &asked).unwrap_err(), NoOrder::Nothing);
}

#[test]
fn a_proposal_becomes_a_pattern_that_can_be_planned() {
    let mut journey = placed(&[(0.0, 0.0), (0.0, 1.0), (1.0, 0.0), (0.0, 2.0), (2.0, 0.0)]);
    let found = propose(&journey, &request(Some(2), Goal::TotalTransit)).unwrap();
    journey.artefacts[0].pattern = found.pattern(&journey);
    let groups = vec![names(&["L1", "L3"]), names(&["L2", "L4"])];
    assert_eq!(journey.artefacts[0].pattern, Pattern::Petals { groups });
    assert_eq!(plan(&journey, &Calendars::new()).findings, []);
}
