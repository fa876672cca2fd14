//! A good order of many laboratories: one tour through all of them, improved, then split into petals.

use super::weights::Weights;
use super::{EXACT_UP_TO, Goal, exact};

/// Loops of at most `by` laboratories each.
pub(super) fn circuits(weights: &Weights, by: usize, goal: Goal) -> Vec<Vec<usize>> {
    let mut tour = nearest_neighbour(weights);
    improve(weights, &mut tour);
    let mut circuits = split(weights, &tour, by, goal);
    for circuit in &mut circuits {
        if circuit.len() <= EXACT_UP_TO {
            *circuit = exact::loop_through(weights, circuit);
        } else {
            improve(weights, circuit);
        }
    }
    circuits
}

fn nearest_neighbour(weights: &Weights) -> Vec<usize> {
    let mut open: Vec<usize> = (1..=weights.len()).collect();
    let mut tour = Vec::with_capacity(open.len());
    let mut place = 0;
    while !open.is_empty() {
        let mut nearest = 0;
        for (index, node) in open.iter().enumerate() {
            if weights.between(place, *node) < weights.between(place, open[nearest]) {
                nearest = index;
            }
        }
        place = open.remove(nearest);
        tour.push(place);
    }
    tour
}

/// Turns stretches round (2-opt) and moves short ones elsewhere (Or-opt) until neither shortens the tour.
fn improve(weights: &Weights, tour: &mut Vec<usize>) {
    while two_opt(weights, tour) || or_opt(weights, tour) {}
}

/// A gain must exceed what rounding can pretend, or the search might never end.
fn gains(old: f64, new: f64) -> bool {
    new < old - 1e-9 * old.abs()
}

fn at(tour: &[usize], position: usize) -> usize {
    tour.get(position).copied().unwrap_or(0)
}

fn before(tour: &[usize], position: usize) -> usize {
    position.checked_sub(1).map_or(0, |it| tour[it])
}

fn two_opt(weights: &Weights, tour: &mut [usize]) -> bool {
    let mut improved = false;
    for first in 0..tour.len() {
        for last in first + 1..tour.len() {
            let (a, b) = (before(tour, first), tour[first]);
            let (c, d) = (tour[last], at(tour, last + 1));
            let old = weights.between(a, b) + weights.between(c, d);
            let new = weights.between(a, c) + weights.between(b, d);
            if gains(old, new) {
                tour[first..=last].reverse();
                improved = true;
            }
        }
    }
    improved
}

fn or_opt(weights: &Weights, tour: &mut Vec<usize>) -> bool {
    let mut improved = false;
    for length in 1..=3.min(tour.len().saturating_sub(1)) {
        let mut first = 0;
        while first + length <= tour.len() {
            improved |= relocate(weights, tour, first, length);
            first += 1;
        }
    }
    improved
}

/// Moves the stretch to the best other place, either way round, if that is shorter.
fn relocate(weights: &Weights, tour: &mut Vec<usize>, first: usize, length: usize) -> bool {
    let (head, tail) = (tour[first], tour[first + length - 1]);
    let (a, d) = (before(tour, first), at(tour, first + length));
    let removed = weights.between(a, head) + weights.between(tail, d);
    let closed = weights.between(a, d);
    let mut best: Option<(f64, usize, bool)> = None;
    for position in (0..=tour.len()).filter(|it| *it < first || *it > first + length) {
        let (left, right) = (before(tour, position), at(tour, position));
        let open = weights.between(left, right);
        for turned in [false, true] {
            let (from, to) = if turned { (tail, head) } else { (head, tail) };
            let new = closed + weights.between(left, from) + weights.between(to, right);
            let old = removed + open;
            if gains(old, new) && best.is_none_or(|(gain, ..)| old - new > gain) {
                best = Some((old - new, position, turned));
            }
        }
    }
    let Some((_, position, turned)) = best else {
        return false;
    };
    let mut stretch: Vec<usize> = tour.drain(first..first + length).collect();
    if turned {
        stretch.reverse();
    }
    let position = if position > first {
        position - length
    } else {
        position
    };
    tour.splice(position..position, stretch);
    true
}

/// The best division of a tour into as few loops of at most `by` as can be, keeping its order.
fn split(weights: &Weights, tour: &[usize], by: usize, goal: Goal) -> Vec<Vec<usize>> {
    let count = tour.len();
    let loops = count.div_ceil(by);
    let none = (f64::INFINITY, f64::INFINITY);
    // best[k][i]: the first i laboratories in k loops; from[k][i]: where the last of these loops begins.
    let mut best = vec![vec![none; count + 1]; loops + 1];
    let mut from = vec![vec![0; count + 1]; loops + 1];
    best[0][0] = (0.0, 0.0);
    // Legs and stays of the tour summed up to each laboratory, so that a loop is weighed in one step.
    let mut legs = vec![0.0; count];
    let mut stays = vec![0.0; count + 1];
    for (index, node) in tour.iter().enumerate() {
        if index > 0 {
            legs[index] = legs[index - 1] + weights.between(tour[index - 1], *node);
        }
        stays[index + 1] = stays[index] + weights.stay(*node);
    }
    for used in 1..=loops {
        for end in 1..=count {
            for begin in end.saturating_sub(by)..end {
                let (figure, total) = best[used - 1][begin];
                if total.is_infinite() {
                    continue;
                }
                let way = weights.between(0, tour[begin])
                    + (legs[end - 1] - legs[begin])
                    + weights.between(tour[end - 1], 0);
                let figure = match goal {
                    Goal::TotalTransit => total + way,
                    Goal::LongestInterval => figure.max(way + stays[end] - stays[begin]),
                };
                if (figure, total + way) < best[used][end] {
                    best[used][end] = (figure, total + way);
                    from[used][end] = begin;
                }
            }
        }
    }
    let mut circuits = Vec::new();
    let mut end = count;
    for used in (1..=loops).rev() {
        let begin = from[used][end];
        circuits.push(tour[begin..end].to_vec());
        end = begin;
    }
    circuits.reverse();
    circuits
}
