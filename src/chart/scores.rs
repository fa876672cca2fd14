//! The summary of a proficiency test at a point: the scores of all laboratories as bars in ascending order, with lines at ±2 and ±3
//! (ISO 13528:2022, 9.4.2 and 10.1).

use super::axis::{DASHES, headed, level};
use crate::picture::geometry::{Box, point};
use crate::picture::svg::{Anchor, Svg, text_width};
use crate::text::Lang;

/// Height of the plot and space about it, in pixels.
const HEIGHT: f64 = 280.0;
const LEFT: f64 = 56.0;
const TOP: f64 = 56.0;
/// Bars beyond this are cut off and bear their number.
const MOST: f64 = 5.0;
/// Least and most room for one laboratory.
const NARROW: f64 = 22.0;
const WIDE: f64 = 64.0;
const LETTERS: f64 = 10.0;

/// One score of all laboratories at one point.
pub struct Scores<'a> {
    pub title: String,
    pub symbol: &'a str,
    /// Laboratories with their scores.
    pub laboratories: Vec<(&'a str, f64)>,
}

/// Draws the scores, which have limits at 2 and 3.
pub fn draw(scores: &Scores, lang: Lang) -> String {
    let (symbol, heading) = (scores.symbol, &scores.title);
    let mut bars: Vec<(&str, f64)> = (scores.laboratories.iter().copied())
        .filter(|(_, value)| value.is_finite())
        .collect();
    bars.sort_by(|a, b| a.1.total_cmp(&b.1).then_with(|| a.0.cmp(b.0)));
    let widest = bars
        .iter()
        .map(|(lab, _)| text_width(lab, LETTERS))
        .fold(0.0, f64::max);
    let step = (widest + 6.0).clamp(NARROW, WIDE);
    let width = step * bars.len() as f64;
    let y = |value: f64| TOP + HEIGHT / 2.0 * (1.0 - value / MOST);
    let mut svg = Svg::default();
    headed(&mut svg, (LEFT, TOP), heading, symbol);
    for value in -5_i32..=5 {
        let (class, extra) = match value.abs() {
            0 => ("leg", ""),
            2 => ("c4", DASHES),
            3 => ("limit", " stroke-width=\"1.4\""),
            _ => ("grid", ""),
        };
        let from = point(LEFT, y(f64::from(value)));
        let label = format!("{value}").replace('-', "−");
        level(&mut svg, (class, extra), from, LEFT + width, &label);
    }
    for (index, (lab, value)) in bars.iter().enumerate() {
        let left = LEFT + step * index as f64;
        bar(&mut svg, left, step, *value, &y);
        let middle = point(left + step / 2.0, TOP + HEIGHT + 26.0);
        let size = if text_width(lab, LETTERS) > WIDE - 4.0 {
            8.0
        } else {
            LETTERS
        };
        svg.text("ink", middle, size, Anchor::Middle, lab);
    }
    legend(&mut svg, lang, symbol);
    let total = LEFT + width.max(text_width(heading, 15.0)).max(330.0) + 24.0;
    svg.finish(Box::new(0.0, 0.0, total, TOP + HEIGHT + 66.0), heading)
}

/// Class of a bar: full within 2, open between 2 and 3, full in another colour beyond.
fn class(value: f64) -> &'static str {
    match value.abs() {
        z if z <= 2.0 => "window",
        z if z < 3.0 => "paper c1",
        _ => "critical",
    }
}

fn bar(svg: &mut Svg, left: f64, step: f64, value: f64, y: &dyn Fn(f64) -> f64) {
    let end = y(value.clamp(-MOST, MOST));
    let (top, bottom) = (end.min(y(0.0)), end.max(y(0.0)));
    let (from, to) = (left + 0.18 * step, left + 0.82 * step);
    // A score of zero still is a score.
    let bottom = bottom.max(top + 1.0);
    svg.rect(
        class(value),
        Box::new(from, top, to - from, bottom - top),
        0.0,
    );
    if value.abs() > MOST {
        let label = format!("{value:.1}").replace('-', "−");
        let height = if value > 0.0 {
            top - 4.0
        } else {
            bottom + 10.0
        };
        svg.text(
            "ink",
            point(left + step / 2.0, height),
            9.0,
            Anchor::Middle,
            &label,
        );
    }
}

fn legend(svg: &mut Svg, lang: Lang, symbol: &str) {
    let base = TOP + HEIGHT + 50.0;
    let mut x = LEFT;
    for (value, text) in [
        (0.0, format!("|{symbol}| ≤ 2")),
        (2.5, format!("2 < |{symbol}| < 3")),
        (4.0, format!("|{symbol}| ≥ 3")),
    ] {
        svg.rect(class(value), Box::new(x, base - 10.0, 10.0, 10.0), 0.0);
        svg.text("faint", point(x + 15.0, base), 12.0, Anchor::Start, &text);
        x += text_width(&text, 12.0) + 34.0;
    }
    let cut = match lang {
        Lang::Zh => "超出图幅的注明数值",
        Lang::En => "numbers where a bar is cut off",
    };
    svg.text("faint", point(x, base), 12.0, Anchor::Start, cut);
}

#[cfg(test)]
mod tests {
    use super::class;

    #[test]
    fn a_bar_shows_on_which_side_of_its_limits_a_score_lies() {
        assert_eq!(class(-2.0), "window");
        assert_eq!(class(2.01), "paper c1");
        assert_eq!(class(-3.0), "critical");
    }
}
