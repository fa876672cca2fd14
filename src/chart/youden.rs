//! The Youden plot: for two similar items each laboratory is a point, its result for the one against its result for the other.
//!
//! A laboratory whose errors are common to both items lies along the line at 45° through the middle, one whose errors differ lies away
//! from it. Sources: W. J. Youden, Industrial Quality Control 15 (1959) 24–28; ISO 13528:2022, 10.5. The ellipse is that of
//! [`youden`](crate::evaluate::precision::youden).

use super::axis::{DASHES, labels, level, ticks_between};
use super::places::{Mark, label_all};
use crate::evaluate::method::Inapplicable;
use crate::evaluate::precision::youden;
use crate::numeric::sum::median;
use crate::picture::geometry::{Box, Point, point};
use crate::picture::svg::{Anchor, Svg, text_width};
use crate::text::Lang;

/// Left edge and top of the frame, in pixels.
const LEFT: f64 = 92.0;
const TOP: f64 = 62.0;
const RADIUS: f64 = 3.4;
/// Robust standard deviations from the medians beyond which a laboratory is shown at the edge, so that the others stay apart.
const FARTHEST: f64 = 8.0;
/// A scale for each axis is taken where the scatter of one item is so many times that of the other; no line at 45° then.
const UNLIKE: f64 = 4.0;

/// What the plot shows, all columns of one length.
pub struct Pairs<'a> {
    pub title: String,
    pub lab: &'a [String],
    pub a: &'a [f64],
    pub b: &'a [f64],
    /// What stands along the axes, with the unit.
    pub axes: [String; 2],
    /// Probability with which the ellipse holds a further laboratory.
    pub coverage: f64,
    /// Where the lines of the middle are drawn.
    pub middle: Middle,
}

/// The middle of the plot (ISO 13528:2022, 10.5: the medians, or 0 for scores).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Middle {
    Medians,
    Zero,
}

/// The part of the plane that is shown, and how it lies in the picture.
struct Frame {
    low: Point,
    high: Point,
    inner: Box,
}

impl Frame {
    fn at(&self, a: f64, b: f64) -> Point {
        let share = |value: f64, low: f64, high: f64| (value - low) / (high - low);
        point(
            self.inner.left + self.inner.width() * share(a, self.low.x, self.high.x),
            self.inner.bottom - self.inner.height() * share(b, self.low.y, self.high.y),
        )
    }

    fn holds(&self, a: f64, b: f64) -> bool {
        (self.low.x..=self.high.x).contains(&a) && (self.low.y..=self.high.y).contains(&b)
    }
}

/// Draws the plot.
///
/// # Errors
/// What the ellipse refuses: fewer than four laboratories, no scatter, pairs on a line.
pub fn draw(pairs: &Pairs, lang: Lang) -> Result<String, Inapplicable> {
    let found = youden(pairs.a, pairs.b, pairs.coverage)?;
    let middle = match pairs.middle {
        Middle::Medians => point(median(pairs.a), median(pairs.b)),
        Middle::Zero => point(0.0, 0.0),
    };
    let ellipse = outline(found.mean, found.half_axes, found.angle);
    let (frame, like) = frame(pairs, middle, &ellipse);
    let mut svg = Svg::default();
    svg.text("ink", point(24.0, 24.0), 15.0, Anchor::Start, &pairs.title);
    axes(&mut svg, &frame, &pairs.axes);
    cross(&mut svg, &frame, middle, like);
    for part in visible(&ellipse, &frame) {
        svg.curve("c0", &part, " stroke-width=\"1.6\"");
    }
    laboratories(&mut svg, &frame, pairs, &found.distance);
    let shows = Shows {
        diagonal: like,
        ellipse: ellipse.iter().any(|(a, b)| frame.holds(*a, *b)),
        beyond: (pairs.a.iter().zip(pairs.b)).any(|(a, b)| !frame.holds(*a, *b)),
    };
    let bottom = legend(&mut svg, &frame, pairs, shows, lang);
    let wide = (frame.inner.right + 40.0).max(24.0 + text_width(&pairs.title, 15.0) + 24.0);
    Ok(svg.finish(Box::new(0.0, 0.0, wide, bottom + 18.0), &pairs.title))
}

/// Points of the ellipse about `mean`, its angle in degrees from the axis of A.
fn outline(mean: [f64; 2], half: [f64; 2], angle: f64) -> Vec<(f64, f64)> {
    let (sin, cos) = angle.to_radians().sin_cos();
    (0..=180)
        .map(|step| {
            let (s, c) = (f64::from(step) * 2.0_f64.to_radians()).sin_cos();
            (
                mean[0] + half[0] * c * cos - half[1] * s * sin,
                mean[1] + half[0] * c * sin + half[1] * s * cos,
            )
        })
        .collect()
}

/// The frame about the middle that holds every laboratory except those far away, and the ellipse unless it is much larger; and
/// whether both axes have one scale.
fn frame(pairs: &Pairs, middle: Point, ellipse: &[(f64, f64)]) -> (Frame, bool) {
    let spreads = [robust(pairs.a), robust(pairs.b)];
    let widest = spreads[0].max(spreads[1]);
    let like = spreads.iter().all(|s| s * UNLIKE > widest);
    let unit = if like && widest > 0.0 {
        [widest; 2]
    } else {
        spreads.map(|s| if s > 0.0 { s } else { 1.0 })
    };
    let measured =
        |a: f64, b: f64| ((a - middle.x).abs() / unit[0]).max((b - middle.y).abs() / unit[1]);
    let distances: Vec<f64> = (pairs.a.iter().zip(pairs.b))
        .map(|(a, b)| measured(*a, *b))
        .collect();
    let farthest = |limit: f64| {
        distances
            .iter()
            .copied()
            .filter(|d| *d <= limit)
            .fold(0.0, f64::max)
    };
    // Where results are so coarse that most are equal there is no robust scale, and nothing is cut off.
    let near = if widest > 0.0 {
        farthest(FARTHEST)
    } else {
        farthest(f64::INFINITY)
    };
    let around = ellipse
        .iter()
        .map(|(a, b)| measured(*a, *b))
        .fold(0.0, f64::max);
    // A part of an ellipse swollen by laboratories far away would only take room.
    let whole = if around <= 3.0 * near { around } else { 0.0 };
    let reach = 1.1 * near.max(whole).max(f64::MIN_POSITIVE);
    let side = if pairs.lab.len() > 25 { 640.0 } else { 460.0 };
    let inner = Box::new(LEFT, TOP, side, side);
    let frame = Frame {
        low: point(middle.x - reach * unit[0], middle.y - reach * unit[1]),
        high: point(middle.x + reach * unit[0], middle.y + reach * unit[1]),
        inner,
    };
    (frame, like)
}

/// 1.483 times the median absolute deviation.
fn robust(values: &[f64]) -> f64 {
    let middle = median(values);
    let distances: Vec<f64> = values.iter().map(|v| (v - middle).abs()).collect();
    1.483 * median(&distances)
}

fn axes(svg: &mut Svg, frame: &Frame, names: &[String; 2]) {
    let inner = frame.inner;
    for (tick, label) in with_labels(frame.low.x, frame.high.x) {
        let x = frame.at(tick, frame.low.y).x;
        svg.line("grid", point(x, inner.top), point(x, inner.bottom), "");
        svg.text(
            "faint",
            point(x, inner.bottom + 16.0),
            11.0,
            Anchor::Middle,
            &label,
        );
    }
    for (tick, label) in with_labels(frame.low.y, frame.high.y) {
        let y = frame.at(frame.low.x, tick).y;
        level(svg, ("grid", ""), point(inner.left, y), inner.right, &label);
    }
    let corners = [
        point(inner.left, inner.top),
        point(inner.right, inner.top),
        point(inner.right, inner.bottom),
        point(inner.left, inner.bottom),
        point(inner.left, inner.top),
    ];
    svg.curve("leg", &corners, "");
    let below = point(inner.centre().x, inner.bottom + 36.0);
    svg.text("ink", below, 12.0, Anchor::Middle, &names[0]);
    svg.text(
        "ink",
        point(24.0, TOP - 14.0),
        12.0,
        Anchor::Start,
        &names[1],
    );
}

fn with_labels(low: f64, high: f64) -> Vec<(f64, String)> {
    let ticks = ticks_between(low, high);
    let words = labels(&ticks);
    ticks.into_iter().zip(words).collect()
}

const DOTS: &str = " stroke-width=\"1.3\" stroke-dasharray=\"2 4\"";

/// The lines through the middle, and the one at 45° where both axes have one scale.
fn cross(svg: &mut Svg, frame: &Frame, middle: Point, like: bool) {
    let inner = frame.inner;
    let centre = frame.at(middle.x, middle.y);
    svg.line(
        "c4",
        point(centre.x, inner.top),
        point(centre.x, inner.bottom),
        DASHES,
    );
    svg.line(
        "c4",
        point(inner.left, centre.y),
        point(inner.right, centre.y),
        DASHES,
    );
    if like {
        // The middle is the centre of a square frame, so that the line is its diagonal.
        svg.line(
            "c5",
            point(inner.left, inner.bottom),
            point(inner.right, inner.top),
            DOTS,
        );
    }
}

/// The parts of the ellipse inside the frame.
fn visible(ellipse: &[(f64, f64)], frame: &Frame) -> Vec<Vec<Point>> {
    ellipse
        .split(|(a, b)| !frame.holds(*a, *b))
        .filter(|part| part.len() > 1)
        .map(|part| part.iter().map(|(a, b)| frame.at(*a, *b)).collect())
        .collect()
}

fn laboratories(svg: &mut Svg, frame: &Frame, pairs: &Pairs, distance: &[f64]) {
    let marks: Vec<Mark> = (pairs.lab.iter().zip(pairs.a.iter().zip(pairs.b)))
        .zip(distance)
        .map(|((lab, (a, b)), distance)| {
            let held = frame.holds(*a, *b);
            let edge = frame.at(
                a.clamp(frame.low.x, frame.high.x),
                b.clamp(frame.low.y, frame.high.y),
            );
            let numbers = [*a, *b].map(|v| super::axis::label(significant(v)));
            Mark {
                at: edge,
                label: if held {
                    lab.clone()
                } else {
                    format!("{lab} ({}; {})", numbers[0], numbers[1])
                },
                first: if held { *distance } else { f64::INFINITY },
            }
        })
        .collect();
    for (mark, distance) in marks.iter().zip(distance) {
        let held = mark.first.is_finite();
        if held {
            svg.circle(dot(*distance), mark.at, RADIUS);
        } else {
            diamond(svg, mark.at);
        }
    }
    label_all(svg, &marks, &frame.inner);
}

/// The mark of a laboratory at the edge.
fn diamond(svg: &mut Svg, at: Point) {
    let corners = [
        (0.0, -6.0),
        (6.0, 0.0),
        (0.0, 6.0),
        (-6.0, 0.0),
        (0.0, -6.0),
    ];
    let corners = corners.map(|(x, y)| point(at.x + x, at.y + y));
    svg.curve("c1", &corners, " stroke-width=\"2\"");
}

/// Four significant digits, for a number beside a mark.
fn significant(value: f64) -> f64 {
    format!("{value:.3e}").parse().unwrap_or(value)
}

/// Inside the ellipse or outside.
fn dot(distance: f64) -> &'static str {
    if distance > 1.0 { "critical" } else { "window" }
}

/// What of the things that the legend explains is in the frame.
#[derive(Clone, Copy)]
struct Shows {
    diagonal: bool,
    ellipse: bool,
    /// A laboratory beyond the frame.
    beyond: bool,
}

/// What the lines and marks mean, one a line; the lowest line.
fn legend(svg: &mut Svg, frame: &Frame, pairs: &Pairs, shows: Shows, lang: Lang) -> f64 {
    let middle = match pairs.middle {
        Middle::Medians => lang.pick("两个样品结果的中位值", "medians of the results"),
        Middle::Zero => lang.pick("零：指定值", "zero: the assigned values"),
    };
    let percent = super::axis::label(100.0 * pairs.coverage);
    let n = pairs.lab.len();
    let ellipse = match (lang, shows.ellipse) {
        (Lang::Zh, true) => {
            format!(
                "椭圆：以 {percent} % 概率包含另一实验室（Hotelling T²，由全部 {n} 个实验室得出）"
            )
        }
        (Lang::Zh, false) => {
            format!(
                "以 {percent} % 概率包含另一实验室的椭圆（Hotelling T²，由全部 {n} 个实验室得出）超出图幅"
            )
        }
        (Lang::En, true) => format!(
            "ellipse that holds a further laboratory with {percent} % (Hotelling T², of all {n} laboratories)"
        ),
        (Lang::En, false) => format!(
            "the ellipse that holds a further laboratory with {percent} % (Hotelling T², of all {n} laboratories) lies beyond the frame"
        ),
    };
    let mut y = frame.inner.bottom + 62.0;
    let (from, text_at) = (24.0, 66.0);
    let mut entry = |svg: &mut Svg, mark: &dyn Fn(&mut Svg, f64), text: &str| {
        mark(svg, y - 4.0);
        svg.text("faint", point(text_at, y), 12.0, Anchor::Start, text);
        y += 20.0;
    };
    let stroke = |class: &'static str, extra: &'static str| {
        move |svg: &mut Svg, y: f64| svg.line(class, point(from, y), point(from + 32.0, y), extra)
    };
    entry(svg, &stroke("c4", DASHES), middle);
    if shows.diagonal {
        let text = lang.pick(
            "45° 线：对两个样品的偏差相同",
            "line at 45°: the same deviation for both",
        );
        entry(svg, &stroke("c5", DOTS), text);
    }
    entry(svg, &stroke("c0", " stroke-width=\"1.6\""), &ellipse);
    let outside = lang.pick("椭圆外的实验室", "laboratory outside the ellipse");
    let circle =
        |svg: &mut Svg, y: f64| svg.circle("critical", point(from + 16.0, y), RADIUS + 0.6);
    entry(svg, &circle, outside);
    if shows.beyond {
        let text = lang.pick(
            "图幅之外的实验室，括号内为其两个结果",
            "laboratory beyond the frame, with its two results",
        );
        entry(svg, &|svg, y| diamond(svg, point(from + 16.0, y)), text);
    }
    y - 20.0
}
