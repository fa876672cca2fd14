//! The graph of the degrees of equivalence: D with U(D) for every laboratory about the zero line, in the habit of the KCDB.

use super::axis::{headed, label, level, ticks_to};
use crate::picture::geometry::{Box, Point, point};
use crate::picture::svg::{Anchor, Svg, text_width};
use crate::text::Lang;
use crate::values::unit::per;

/// Height of the plot and space about it, in pixels.
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 78.0;
const TOP: f64 = 54.0;
/// Room for one laboratory; the lesser one where there are more laboratories than `FEW`.
const STEP: f64 = 56.0;
const NARROW: f64 = 30.0;
const FEW: usize = 24;

/// Degrees of equivalence at one point.
pub struct Degrees {
    pub title: String,
    /// None where it is not stated.
    pub unit: Option<String>,
    pub laboratories: Vec<Degree>,
}

/// D of a laboratory with U(D), in one unit.
pub struct Degree {
    pub laboratory: String,
    pub d: f64,
    pub expanded: f64,
    pub in_reference: bool,
}

/// Draws them in ascending order; none when there are none.
pub fn draw(degrees: &Degrees, lang: Lang) -> Option<String> {
    let mut results: Vec<&Degree> = degrees.laboratories.iter().collect();
    results.sort_by(|a, b| {
        a.d.total_cmp(&b.d)
            .then_with(|| a.laboratory.cmp(&b.laboratory))
    });
    let extent = results
        .iter()
        .map(|e| e.d.abs() + e.expanded)
        .fold(0.0, f64::max);
    if results.is_empty() || !(extent.is_finite() && extent > 0.0) {
        return None;
    }
    let ticks = ticks_to(extent);
    let limit = ticks.last().copied().unwrap_or(extent).max(extent);
    let step = if results.len() > FEW { NARROW } else { STEP };
    let width = step * results.len() as f64;
    let y = |value: f64| TOP + HEIGHT / 2.0 * (1.0 - value / limit);
    let mut svg = Svg::default();
    let heading = &degrees.title;
    let quantity = format!("D{}", per(degrees.unit.as_deref().unwrap_or_default()));
    headed(&mut svg, (LEFT, TOP), heading, &quantity);
    for tick in ticks
        .iter()
        .flat_map(|t| if *t == 0.0 { vec![0.0] } else { vec![*t, -*t] })
    {
        let class = if tick == 0.0 { "leg" } else { "grid" };
        let from = point(LEFT, y(tick));
        level(&mut svg, (class, ""), from, LEFT + width, &label(tick));
    }
    for (index, degree) in results.iter().enumerate() {
        let x = LEFT + step * (index as f64 + 0.5);
        laboratory(&mut svg, x, &y, degree);
        let size = if text_width(&degree.laboratory, 12.0) > step - 4.0 {
            9.0
        } else {
            12.0
        };
        svg.text(
            "ink",
            point(x, TOP + HEIGHT + 20.0),
            size,
            Anchor::Middle,
            &degree.laboratory,
        );
    }
    let legend = legend(&mut svg, lang);
    let total = (LEFT + width.max(text_width(heading, 15.0)) + 24.0).max(legend);
    Some(svg.finish(Box::new(0.0, 0.0, total, TOP + HEIGHT + 62.0), heading))
}

/// One laboratory: its interval and its mark, full inside the reference value, open outside, in another colour when U(D) does not reach zero.
fn laboratory(svg: &mut Svg, x: f64, y: &dyn Fn(f64) -> f64, e: &Degree) {
    let apart = e.d.abs() > e.expanded;
    let colour = if apart { "c1" } else { "c0" };
    let (top, bottom) = (y(e.d + e.expanded), y(e.d - e.expanded));
    let thick = " stroke-width=\"1.6\"";
    svg.line(colour, point(x, top), point(x, bottom), thick);
    for end in [top, bottom] {
        svg.line(colour, point(x - 6.0, end), point(x + 6.0, end), thick);
    }
    mark(svg, point(x, y(e.d)), e.in_reference, apart);
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

/// What the marks mean; the right end of it.
fn legend(svg: &mut Svg, lang: Lang) -> f64 {
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
    x
}
