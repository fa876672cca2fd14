//! The best order of few laboratories, by dynamic programming over their subsets (Held and Karp, 1962).

use super::Goal;
use super::weights::Weights;

/// The best way to each subset of laboratories, ending at each of its members. Bit `i` stands for node `i + 1`.
struct Tours {
    count: usize,
    reach: Vec<f64>,
    before: Vec<usize>,
    /// The whole loop through each subset, with its last laboratory.
    whole: Vec<(f64, usize)>,
}

impl Tours {
    fn new(weights: &Weights) -> Tours {
        let count = weights.len();
        let subsets = 1usize << count;
        let mut tours = Tours {
            count,
            reach: vec![f64::INFINITY; subsets * count],
            before: vec![usize::MAX; subsets * count],
            whole: vec![(0.0, usize::MAX); subsets],
        };
        for subset in 1..subsets {
            for last in (0..count).filter(|it| subset & (1 << it) != 0) {
                tours.enter(weights, subset, last);
            }
            tours.whole[subset] = (0..count)
                .filter(|it| subset & (1 << it) != 0)
                .map(|last| {
                    (
                        tours.reach[subset * count + last] + weights.between(last + 1, 0),
                        last,
                    )
                })
                .fold((f64::INFINITY, usize::MAX), |best, it| {
                    if it.0 < best.0 { it } else { best }
                });
        }
        tours
    }

    fn enter(&mut self, weights: &Weights, subset: usize, last: usize) {
        let rest = subset & !(1 << last);
        let cell = subset * self.count + last;
        if rest == 0 {
            self.reach[cell] = weights.between(0, last + 1);
            return;
        }
        for before in (0..self.count).filter(|it| rest & (1 << it) != 0) {
            let way =
                self.reach[rest * self.count + before] + weights.between(before + 1, last + 1);
            if way < self.reach[cell] {
                self.reach[cell] = way;
                self.before[cell] = before;
            }
        }
    }

    fn order(&self, subset: usize) -> Vec<usize> {
        let mut order = Vec::new();
        let (mut subset, mut last) = (subset, self.whole[subset].1);
        while subset != 0 {
            order.push(last + 1);
            let before = self.before[subset * self.count + last];
            subset &= !(1 << last);
            last = before;
        }
        order.reverse();
        order
    }
}

/// The best loops of at most `by` laboratories each, as few of them as can be.
pub(super) fn circuits(weights: &Weights, by: usize, goal: Goal) -> Vec<Vec<usize>> {
    let tours = Tours::new(weights);
    let count = weights.len();
    let all = (1usize << count) - 1;
    let stays: Vec<f64> = (0..=all)
        .map(|subset| {
            (0..count)
                .filter(|it| subset & (1 << it) != 0)
                .map(|it| weights.stay(it + 1))
                .sum()
        })
        .collect();
    // For each subset the best pair (figure that decides, total way), using the loops counted so far, and the loop added last.
    let mut best = vec![(f64::INFINITY, f64::INFINITY); all + 1];
    best[0] = (0.0, 0.0);
    let mut chosen: Vec<Vec<usize>> = Vec::new();
    for _ in 0..count.div_ceil(by) {
        let mut next = best.clone();
        let mut added = vec![0; all + 1];
        for subset in 1..=all {
            let lowest = subset & subset.wrapping_neg();
            let mut circuit = subset;
            while circuit != 0 {
                // Loops are taken in the order of their first laboratory, so each partition is weighed once.
                if circuit & lowest != 0 && circuit.count_ones() as usize <= by {
                    let (figure, total) = best[subset & !circuit];
                    let way = tours.whole[circuit].0;
                    let figure = match goal {
                        Goal::TotalTransit => total + way,
                        Goal::LongestInterval => figure.max(way + stays[circuit]),
                    };
                    if (figure, total + way) < next[subset] {
                        next[subset] = (figure, total + way);
                        added[subset] = circuit;
                    }
                }
                circuit = (circuit - 1) & subset;
            }
        }
        best = next;
        chosen.push(added);
    }
    let mut rest = all;
    let mut circuits = Vec::new();
    for added in chosen.iter().rev() {
        if added[rest] != 0 {
            circuits.push(tours.order(added[rest]));
            rest &= !added[rest];
        }
    }
    circuits
}

/// The best single loop through the given nodes.
pub(super) fn loop_through(weights: &Weights, nodes: &[usize]) -> Vec<usize> {
    let own = weights.only(nodes);
    let tours = Tours::new(&own);
    let order = tours.order((1usize << nodes.len()) - 1);
    order.into_iter().map(|it| nodes[it - 1]).collect()
}
