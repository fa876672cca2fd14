//! What no order can undercut.

use super::Goal;
use super::weights::Weights;

/// A lower bound of the figure that `goal` makes small, for loops of at most `by` laboratories, as few as can be.
pub(super) fn lower(weights: &Weights, by: usize, goal: Goal) -> f64 {
    let loops = weights.len().div_ceil(by);
    let reach = reach(weights);
    let mut total = degrees(weights, loops)
        .max(spanning(weights, loops))
        .max(radial(&reach, by));
    if loops == 1 {
        total = total.max(one_tree(weights));
    }
    match goal {
        Goal::TotalTransit => total,
        Goal::LongestInterval => {
            let stays: f64 = (1..=weights.len()).map(|it| weights.stay(it)).sum();
            // The longest loop is at least the mean one.
            let mean = (total + stays) / loops as f64;
            (1..=weights.len())
                .map(|it| 2.0 * reach[it - 1] + weights.stay(it))
                .fold(mean, f64::max)
        }
    }
}

fn pilot_legs(weights: &Weights, loops: usize) -> f64 {
    let mut legs: Vec<f64> = (1..=weights.len())
        .map(|it| weights.between(0, it))
        .collect();
    legs.sort_by(f64::total_cmp);
    legs.iter().take(loops).sum()
}

/// The shortest way from the pilot to each laboratory, perhaps through others (Dijkstra, 1959); stated distances need not obey
/// the triangle inequality.
fn reach(weights: &Weights) -> Vec<f64> {
    let mut best: Vec<f64> = (1..=weights.len())
        .map(|it| weights.between(0, it))
        .collect();
    let mut open: Vec<usize> = (0..best.len()).collect();
    while let Some(index) = (0..open.len()).min_by(|a, b| best[open[*a]].total_cmp(&best[open[*b]]))
    {
        let near = open.swap_remove(index);
        for far in &open {
            best[*far] = best[*far].min(best[near] + weights.between(near + 1, far + 1));
        }
    }
    best
}

/// A loop goes at least to its farthest laboratory and back; the farthest ones share loops as far as there is room.
fn radial(reach: &[f64], by: usize) -> f64 {
    let mut farthest = reach.to_vec();
    farthest.sort_by(|a, b| b.total_cmp(a));
    farthest.iter().step_by(by).map(|it| 2.0 * it).sum()
}

/// Each laboratory is entered and left, the pilot as often as there are loops; each leg has two ends.
fn degrees(weights: &Weights, loops: usize) -> f64 {
    let mut ends = 2.0 * pilot_legs(weights, loops);
    for node in 1..=weights.len() {
        let mut legs: Vec<f64> = (0..=weights.len())
            .filter(|it| *it != node)
            .map(|it| weights.between(node, it))
            // A loop with a single laboratory takes the leg to the pilot twice.
            .chain([weights.between(node, 0)])
            .collect();
        legs.sort_by(f64::total_cmp);
        ends += legs.iter().take(2).sum::<f64>();
    }
    ends / 2.0
}

/// Without one pilot leg of each loop, to as many different laboratories, the loops are a spanning tree.
fn spanning(weights: &Weights, loops: usize) -> f64 {
    let nodes: Vec<usize> = (0..=weights.len()).collect();
    let no_penalty = vec![0.0; nodes.len()];
    tree(weights, &nodes, &no_penalty).0 + pilot_legs(weights, loops)
}

/// Prim's minimum spanning tree of `nodes` under weights with node penalties: its weight and the degrees of all nodes.
fn tree(weights: &Weights, nodes: &[usize], penalty: &[f64]) -> (f64, Vec<i32>) {
    let mut degree = vec![0; penalty.len()];
    let mut open: Vec<(f64, usize, usize)> = Vec::new();
    let Some((&root, rest)) = nodes.split_first() else {
        return (0.0, degree);
    };
    let cost = |a: usize, b: usize| weights.between(a, b) + penalty[a] + penalty[b];
    open.extend(rest.iter().map(|it| (cost(root, *it), *it, root)));
    let mut weight = 0.0;
    while let Some(index) = (0..open.len()).min_by(|a, b| open[*a].0.total_cmp(&open[*b].0)) {
        let (leg, node, parent) = open.swap_remove(index);
        weight += leg;
        degree[node] += 1;
        degree[parent] += 1;
        for entry in &mut open {
            let leg = cost(node, entry.1);
            if leg < entry.0 {
                *entry = (leg, entry.1, node);
            }
        }
    }
    (weight, degree)
}

/// Held and Karp's one-tree bound (1970) for a single loop, with penalties improved by subgradient steps.
fn one_tree(weights: &Weights) -> f64 {
    let count = weights.len();
    if count < 3 {
        return 0.0;
    }
    let nodes: Vec<usize> = (1..=count).collect();
    let mut penalty = vec![0.0; count + 1];
    let mut best: f64 = 0.0;
    let mut step =
        tree(weights, &nodes, &penalty).0 / f64::from(u32::try_from(count).unwrap_or(u32::MAX));
    let rounds = if count > 300 { 20 } else { 100 };
    for _ in 0..rounds {
        let (mut weight, mut degree) = tree(weights, &nodes, &penalty);
        let mut legs: Vec<(f64, usize)> = (nodes.iter())
            .map(|it| (weights.between(0, *it) + penalty[0] + penalty[*it], *it))
            .collect();
        legs.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
        for (leg, node) in legs.iter().take(2) {
            weight += leg;
            degree[*node] += 1;
        }
        degree[0] = 2;
        best = best.max(weight - 2.0 * penalty.iter().sum::<f64>());
        for (penalty, degree) in penalty.iter_mut().zip(&degree) {
            *penalty += step * f64::from(degree - 2);
        }
        step *= 0.95;
    }
    best
}
