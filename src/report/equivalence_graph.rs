//! The graph of the degrees of equivalence: D with U(D) for every laboratory about the zero line, in the habit of the KCDB.

use crate::picture::geometry::{Box, Point, point};
use crate::picture::svg::{Anchor, Svg, text_width};
use crate::run::outcome::{Equivalence, LaboratoryResult, PointOutcome};
use crate::text::Lang;

/// Height of the plot and space about it, in pixels.
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 78.0;
const TOP: f64 = 54.0;
/// Room for one laboratory.
const STEP: f64 = 56.0;

/// Draws a point's degrees of equivalence; none when there are none.
pub fn draw(outcome: &PointOutcome, lang: Lang) -> Option<String> {
    let mut results: Vec<(&LaboratoryResult, &Equivalence)> = outcome
        .results
        .iter()
        .filter_map(|r| Some((r, r.judged()?)))
        .collect();
    results.sort_by(|a, b| {
        a.1.d
            .total_cmp(&b.1.d)
            .then_with(|| a.0.laboratory.cmp(&b.0.laboratory))
    });
    let extent = results
        .iter()
        .map(|(_, e)| e.d.abs() + e.expanded)
        .fold(0.0, f64::max);
    if results.is_empty() || !(extent.is_finite() && extent > 0.0) {
        return None;
    }
    let ticks = ticks(extent);
    let limit = ticks.last().copied().unwrap_or(extent).max(extent);
    let width = STEP * results.len() as f64;
    let y = |value: f64| TOP + HEIGHT / 2.0 * (1.0 - value / limit);
    let mut svg = Svg::default();
    let heading = match lang {
        Lang::Zh => format!(
            "{} {}：等效度 D 与 U(D)（k = {}）",
            outcome.title.get(lang),
            outcome.point,
            results[0].1.k
        ),
        Lang::En => format!(
            "{} {}: degrees of equivalence D with U(D) (k = {})",
            outcome.title.get(lang),
            outcome.point,
            results[0].1.k
        ),
    };
    svg.text("ink", point(LEFT, 22.0), 15.0, Anchor::Start, &heading);
    svg.text(
        "faint",
        point(LEFT - 8.0, TOP - 14.0),
        12.0,
        Anchor::End,
        &format!("D / {}", outcome.unit),
    );
    for tick in ticks
        .iter()
        .flat_map(|t| if *t == 0.0 { vec![0.0] } else { vec![*t, -*t] })
    {
        svg.line(
            if tick == 0.0 { "leg" } else { "grid" },
            point(LEFT, y(tick)),
            point(LEFT + width, y(tick)),
            "",
        );
        svg.text(
            "faint",
            point(LEFT - 8.0, y(tick) + 4.0),
            12.0,
            Anchor::End,
            &label(tick),
        );
    }
    for (index, (result, equivalence)) in results.iter().enumerate() {
        let x = LEFT + STEP * (index as f64 + 0.5);
        laboratory(&mut svg, x, &y, result, equivalence);
        let size = if text_width(&result.laboratory, 12.0) > STEP - 4.0 {
            9.0
        } else {
            12.0
        };
        svg.text(
            "ink",
            point(x, TOP + HEIGHT + 20.0),
            size,
            Anchor::Middle,
            &result.laboratory,
        );
    }
    legend(&mut svg, lang);
    let total = LEFT + width.max(text_width(&heading, 15.0)) + 24.0;
    Some(svg.finish(Box::new(0.0, 0.0, total, TOP + HEIGHT + 62.0), &heading))
}

/// One laboratory: its interval and its mark, full inside the reference value, open outside, in another colour when U(D) does not reach zero.
fn laboratory(
    svg: &mut Svg,
    x: f64,
    y: &dyn Fn(f64) -> f64,
    result: &LaboratoryResult,
    e: &Equivalence,
) {
    let apart = e.d.abs() > e.expanded;
    let colour = if apart { "c1" } else { "c0" };
    let (top, bottom) = (y(e.d + e.expanded), y(e.d - e.expanded));
    let thick = " stroke-width=\"1.6\"";
    svg.line(colour, point(x, top), point(x, bottom), thick);
    for end in [top, bottom] {
        svg.line(colour, point(x - 6.0, end), point(x + 6.0, end), thick);
    }
    mark(svg, point(x, y(e.d)), result.in_reference, apart);
}

fn mark(svg: &mut Svg, at: Point, inside: bool, apart: bool) {
    match (inside, apart) {
        (true, false) => svg.circle("window", at, 5.0),
        (true, true) => svg.circle("critical", at, 5.0),
        (false, false) => svg.circle("wait", at, 5.0),
        (false, true) => {
            svg.circle("critical", at, 5.5);
            svg.circle("paper", at, 3.6);
        }
    }
}

fn legend(svg: &mut Svg, lang: Lang) {
    let zh = lang == Lang::Zh;
    let mut x = LEFT + 8.0;
    let base = TOP + HEIGHT + 46.0;
    let entries = [
        (
            true,
            false,
            if zh {
                "参与参考值"
            } else {
                "in the reference value"
            },
        ),
        (false, false, if zh { "不参与" } else { "not in it" }),
        (true, true, "|D| > U(D)"),
    ];
    for (inside, apart, text) in entries {
        mark(svg, point(x, base - 4.0), inside, apart);
        svg.text("faint", point(x + 10.0, base), 12.0, Anchor::Start, text);
        x += text_width(text, 12.0) + 36.0;
    }
}

/// Positive ticks from zero to beyond `extent`, at 1, 2 or 5 times a power of ten.
fn ticks(extent: f64) -> Vec<f64> {
    let raw = extent / 4.0;
    let power = 10.0_f64.powf(raw.log10().floor());
    let step = [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s >= raw)
        .unwrap_or(raw);
    let count = (extent / step).ceil() as usize;
    (0..=count).map(|i| i as f64 * step).collect()
}

/// A tick in as many digits as it needs, free of binary noise.
fn label(value: f64) -> String {
    let rounded: f64 = format!("{value:.6e}").parse().unwrap_or(value);
    crate::values::rounding::shortest(rounded).replace('-', "−")
}

#[cfg(test)]
mod tests {
    use super::ticks;

    #[test]
    fn ticks_reach_the_largest_value_in_round_steps() {
        assert_eq!(ticks(44.6), vec![0.0, 20.0, 40.0, 60.0]);
        assert_eq!(ticks(4.0), vec![0.0, 1.0, 2.0, 3.0, 4.0]);
        assert!(ticks(0.000_37).last().is_some_and(|last| *last >= 0.000_37));
    }
}
