//! Ticks of an axis and the numbers beside them.

use crate::picture::geometry::{Point, point};
use crate::picture::svg::{Anchor, Svg};
use crate::values::rounding::shortest;

/// Ticks from zero to beyond `extent`, at 1, 2 or 5 times a power of ten.
pub(super) fn ticks_to(extent: f64) -> Vec<f64> {
    let step = step(extent / 4.0);
    let count = (extent / step).ceil() as usize;
    (0..=count).map(|i| i as f64 * step).collect()
}

/// Round ticks between `low` and `high`, about six of them; none where the two are too close for double precision.
pub(super) fn ticks_between(low: f64, high: f64) -> Vec<f64> {
    let step = step((high - low) / 6.0);
    let (first, last) = ((low / step).ceil(), (high / step).floor());
    if !(last - first <= 20.0 && first + 1.0 > first) {
        return Vec::new();
    }
    let count = (last - first).max(0.0) as usize;
    (0..=count).map(|i| (first + i as f64) * step).collect()
}

/// The least of 1, 2, 5 and 10 times a power of ten that is not below `raw`.
fn step(raw: f64) -> f64 {
    let power = 10.0_f64.powf(raw.log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= raw)
        .unwrap_or(raw)
}

/// The numbers of ticks, all to the place of their step, free of binary noise.
pub(super) fn labels(ticks: &[f64]) -> Vec<String> {
    let step = match ticks {
        [first, second, ..] => second - first,
        _ => return ticks.iter().map(|tick| label(*tick)).collect(),
    };
    let decimals = -(step.log10() + 1e-6).floor();
    if !(0.0..=12.0).contains(&decimals) {
        return ticks.iter().map(|tick| label(*tick)).collect();
    }
    let decimals = decimals as usize;
    let written = |tick: &f64| {
        let text = format!("{tick:.decimals$}");
        let zero = text
            .trim_start_matches('-')
            .chars()
            .all(|c| matches!(c, '0' | '.'));
        if zero {
            text.replace('-', "")
        } else {
            text.replace('-', "−")
        }
    };
    ticks.iter().map(written).collect()
}

/// A number in as many digits as it needs.
pub(super) fn label(value: f64) -> String {
    let rounded: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    shortest(rounded).replace('-', "−")
}

/// The title of a chart, and over its left axis the quantity drawn; `left` and `top` are those of the plot.
pub(super) fn headed(svg: &mut Svg, (left, top): (f64, f64), title: &str, quantity: &str) {
    svg.text("ink", point(left, 22.0), 15.0, Anchor::Start, title);
    let over = point(left - 8.0, top - 14.0);
    svg.text("faint", over, 12.0, Anchor::End, quantity);
}

/// How a limit is drawn that warns, and a middle.
pub(super) const DASHES: &str = " stroke-width=\"1.3\" stroke-dasharray=\"7 4\"";

/// A line across the plot from its left edge at `from` to `right`, with its number before it.
pub(super) fn level(
    svg: &mut Svg,
    (class, style): (&str, &str),
    from: Point,
    right: f64,
    label: &str,
) {
    svg.line(class, from, point(right, from.y), style);
    let number = point(from.x - 8.0, from.y + 4.0);
    svg.text("faint", number, 12.0, Anchor::End, label);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_reach_the_largest_value_in_round_steps() {
        assert_eq!(ticks_to(44.6), vec![0.0, 20.0, 40.0, 60.0]);
        assert_eq!(ticks_to(4.0), vec![0.0, 1.0, 2.0, 3.0, 4.0]);
        assert!(
            ticks_to(0.000_37)
                .last()
                .is_some_and(|last| *last >= 0.000_37)
        );
    }

    #[test]
    fn ticks_of_a_narrow_range_far_from_zero_keep_their_digits() {
        let ticks = ticks_between(4.83, 5.36);
        assert_eq!(labels(&ticks), ["4.9", "5.0", "5.1", "5.2", "5.3"]);
        let fine = ticks_between(999.999_97, 1_000.000_04);
        assert_eq!(labels(&fine)[0], "999.99998");
        assert!(ticks_between(1e20, 1e20 + 1.0).is_empty());
    }
}
