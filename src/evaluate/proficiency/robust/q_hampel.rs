//! The Q method and Hampel's estimator.

use crate::evaluate::method::Inapplicable;
use crate::evaluate::proficiency::robust::Robust;
use crate::evaluate::proficiency::robust::scale::MOST_FOR_PAIRS;
use crate::evaluate::sample::{
    Frame, check_count, check_count_at_most, check_finite, check_not_negative,
};
use crate::numeric::distribution::normal_quantile;
use crate::numeric::sum::{mean, median, sum};

/// A discontinuity of the distribution of the differences: its place and the weight it carries.
struct Jump {
    at: f64,
    weight: f64,
}

/// Q method: robust standard deviation from the distribution of the absolute differences between laboratories.
///
/// `groups` holds the replicates of each laboratory (one number each for results without replicates); with replicates the result
/// is the reproducibility standard deviation. At least two laboratories, at most 5000 results; 0 when all differences vanish.
///
/// Differences that are equal in decimal notation differ by rounding in binary. They count as one jump: two differences closer
/// than 4ε·max|x| are merged. Source: ISO 13528:2022, C.5.2.2, formulae (C.22) to (C.25).
pub fn q_method(groups: &[Vec<f64>]) -> Result<f64, Inapplicable> {
    let p = groups.len();
    check_count(p, 2)?;
    for group in groups {
        check_count(group.len(), 1)?;
        check_finite(group)?;
    }
    check_count_at_most(groups.iter().map(Vec::len).sum(), MOST_FOR_PAIRS)?;
    let magnitude = groups
        .iter()
        .flatten()
        .fold(0.0_f64, |most, v| most.max(v.abs()));
    if magnitude == 0.0 {
        return Ok(0.0);
    }
    let jumps = merged(differences(groups, magnitude), 4.0 * f64::EPSILON);
    Ok(magnitude * standard_deviation_of(&jumps))
}

/// All differences between laboratories in units of `magnitude`, each laboratory pair with the same total weight.
fn differences(groups: &[Vec<f64>], magnitude: f64) -> Vec<Jump> {
    let p = groups.len() as f64;
    let pairs = 0.5 * p * (p - 1.0);
    let mut jumps = Vec::new();
    for (i, first) in groups.iter().enumerate() {
        for second in &groups[i + 1..] {
            let weight = 1.0 / (pairs * first.len() as f64 * second.len() as f64);
            for a in first {
                jumps.extend(second.iter().map(|b| Jump {
                    at: (a / magnitude - b / magnitude).abs(),
                    weight,
                }));
            }
        }
    }
    jumps.sort_by(|a, b| a.at.total_cmp(&b.at));
    jumps
}

/// Jumps closer than `tie` to the first of their group become one; those within `tie` of zero are at zero.
fn merged(jumps: Vec<Jump>, tie: f64) -> Vec<Jump> {
    let mut groups: Vec<Jump> = Vec::new();
    for jump in jumps {
        let at = if jump.at <= tie { 0.0 } else { jump.at };
        match groups.last_mut() {
            Some(last) if at - last.at <= tie => last.weight += jump.weight,
            _ => groups.push(Jump {
                at,
                weight: jump.weight,
            }),
        }
    }
    groups
}

/// The quantile of the smoothed distribution, divided by that of the differences of normal results (C.24, C.25).
fn standard_deviation_of(jumps: &[Jump]) -> f64 {
    let at_zero = jumps
        .first()
        .filter(|j| j.at == 0.0)
        .map_or(0.0, |j| j.weight);
    let wanted = 0.25 + 0.75 * at_zero;
    // The smoothed distribution passes half-way up every jump but one at zero, which it leaves at (0, 0).
    let (mut x, mut g) = (0.0, 0.0);
    let mut below = 0.0;
    let mut quantile = jumps.last().map_or(0.0, |j| j.at);
    for jump in jumps {
        let above = below + jump.weight;
        let middle = if jump.at == 0.0 {
            0.0
        } else {
            0.5 * (below + above)
        };
        if middle >= wanted {
            quantile = x + (jump.at - x) * (wanted - g) / (middle - g);
            break;
        }
        (x, g, below) = (jump.at, middle, above);
    }
    let normal = std::f64::consts::SQRT_2 * normal_quantile(0.625 + 0.375 * at_zero);
    if normal.is_infinite() {
        0.0
    } else {
        quantile / normal
    }
}

/// Hampel's ψ with corners 1.5, 3 and 4.5 (C.30).
fn psi(q: f64) -> f64 {
    let a = q.abs();
    let size = if a <= 1.5 {
        a
    } else if a <= 3.0 {
        1.5
    } else {
        (4.5 - a).max(0.0)
    };
    size.copysign(q)
}

/// Hampel's estimate of location with the standard deviation `s` ≥ 0: the root of Σψ((x − x*)/s) nearest the median, found exactly
/// from the corners of ψ (ISO 13528:2022, C.5.3.3). The median itself when s = 0, when there is no root, or when two roots are
/// equally near.
pub fn hampel(values: &[f64], s: f64) -> Result<f64, Inapplicable> {
    check_finite(values)?;
    check_count(values.len(), 1)?;
    check_not_negative("标准偏差", "standard deviation", s)?;
    let centre = median(values);
    if s == 0.0 {
        return Ok(centre);
    }
    let q: Vec<f64> = values.iter().map(|v| (v - centre) / s).collect();
    let mut corners: Vec<f64> = q
        .iter()
        .flat_map(|v| [-4.5, -3.0, -1.5, 1.5, 3.0, 4.5].map(|corner| v + corner))
        .collect();
    corners.sort_by(f64::total_cmp);
    let total = |x: f64| sum(q.iter().map(|v| psi(v - x)));
    let heights: Vec<f64> = corners.iter().map(|x| total(*x)).collect();
    let mut roots = Vec::new();
    for (x, h) in corners.windows(2).zip(heights.windows(2)) {
        if h[0].abs() < 1e-12 {
            roots.push(x[0]);
        }
        // Outside 4.5 s of every result the sum vanishes: an end of such a stretch is no estimate.
        if h[0].abs() >= 1e-12 && h[1].abs() >= 1e-12 && (h[0] < 0.0) != (h[1] < 0.0) {
            roots.push(x[0] + (x[1] - x[0]) * h[0] / (h[0] - h[1]));
        }
    }
    let near = |x: &f64| q.iter().any(|v| (v - x).abs() < 4.5 - 1e-9);
    roots.retain(near);
    roots.sort_by(|a, b| a.abs().total_cmp(&b.abs()));
    let root = match roots.as_slice() {
        [first, second, ..] if (first + second).abs() < 1e-9 && (first - second).abs() > 1e-9 => {
            0.0
        }
        [first, ..] => *first,
        [] => 0.0,
    };
    Ok(centre + s * root)
}

/// Q/Hampel: the standard deviation of the Q method and Hampel's location of the laboratory means (ISO 13528:2022, C.5.4).
pub fn q_hampel(groups: &[Vec<f64>]) -> Result<Robust, Inapplicable> {
    let s = q_method(groups)?;
    let means: Vec<f64> = groups.iter().map(|group| mean(group)).collect();
    // Centred before the search, so that results far from zero lose nothing.
    let (frame, scaled) = Frame::of(&means);
    if frame.unit <= 0.0 {
        return Ok(Robust {
            x: frame.centre,
            s,
            iterations: 0,
        });
    }
    Ok(Robust {
        x: frame.position(hampel(&scaled, s / frame.unit)?),
        s,
        iterations: 0,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn singles(values: &[f64]) -> Vec<Vec<f64>> {
        values.iter().map(|v| vec![*v]).collect()
    }

    #[test]
    fn differences_equal_in_decimal_notation_are_one_jump_in_any_unit() {
        // 0.3 − 0.2 and 0.2 − 0.1 differ in binary. Jumps: 0.1 (weight 2/3) and 0.2 (1/3); G(0.1) = 1/3, so Q = 0.075/(√2·Φ⁻¹(0.625)).
        let q = q_method(&singles(&[0.1, 0.2, 0.3])).unwrap();
        let expected = 0.075 / (std::f64::consts::SQRT_2 * 0.318_639_363_964_375);
        assert!((q / expected - 1.0).abs() < 1e-13);
        let integers = q_method(&singles(&[1.0, 2.0, 3.0])).unwrap();
        assert!((integers / q - 10.0).abs() < 1e-12);
    }

    #[test]
    fn replicates_count_each_laboratory_pair_once() {
        let once = q_method(&singles(&[1.0, 2.0, 4.0])).unwrap();
        let twice = q_method(&[vec![1.0, 1.0], vec![2.0], vec![4.0, 4.0, 4.0]]).unwrap();
        assert!((once - twice).abs() < 1e-14);
        assert_eq!(q_method(&singles(&[2.0, 2.0, 2.0])).unwrap(), 0.0);
    }

    #[test]
    fn hampel_gives_no_weight_to_far_results_and_is_the_mean_of_near_ones() {
        assert!((hampel(&[1.0, 2.0, 3.5], 10.0).unwrap() - 6.5 / 3.0).abs() < 1e-12);
        assert!((hampel(&[1.0, 2.0, 3.5, 1e6], 10.0).unwrap() - 6.5 / 3.0).abs() < 1e-12);
        assert_eq!(hampel(&[1.0, 2.0, 9.0], 0.0).unwrap(), 2.0);
    }

    #[test]
    fn bad_input_is_refused_by_kind() {
        assert_eq!(q_method(&[vec![1.0]]).unwrap_err().kind, "too-few-results");
        assert_eq!(
            q_method(&[vec![1.0], vec![]]).unwrap_err().kind,
            "too-few-results"
        );
        assert_eq!(hampel(&[1.0], -1.0).unwrap_err().kind, "negative");
    }
}
