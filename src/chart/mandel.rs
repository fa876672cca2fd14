//! Mandel's h and k as bars, grouped by laboratory, with their critical values at 5 % and 1 % (ISO 5725-2:1994, 7.3.1: the graphical
//! consistency technique).

use super::axis::{DASHES, labels, level, ticks_between};
use crate::evaluate::precision::{Consistency, Statistic};
use crate::picture::geometry::{Box, point};
use crate::picture::svg::{Anchor, Svg, text_width};
use crate::text::Lang;

/// Height of a panel and space about it, in pixels.
const HEIGHT: f64 = 190.0;
const LEFT: f64 = 56.0;
const TOP: f64 = 64.0;
const BETWEEN: f64 = 60.0;
/// Least and most room for one laboratory.
const NARROW: f64 = 22.0;
const WIDE: f64 = 72.0;
/// Least and most width of a bar.
const THIN: f64 = 3.0;
const THICK: f64 = 18.0;
const LETTERS: f64 = 10.0;

/// h and k of every laboratory at every level.
pub struct Experiment<'a> {
    pub title: String,
    pub lab: &'a [String],
    /// From the first to the last, as the bars of a laboratory stand from left to right.
    pub levels: Vec<Consistency>,
}

/// How the bars stand: left edge and width of each laboratory's place, and of a bar in it.
#[derive(Clone, Copy)]
struct Places {
    step: f64,
    bar: f64,
    levels: usize,
}

impl Places {
    fn of(experiment: &Experiment) -> Places {
        let widths = experiment.lab.iter().map(|lab| text_width(lab, LETTERS));
        let widest = widths.fold(0.0, f64::max);
        let levels = experiment.levels.len().max(1);
        let least = (levels as f64) * THIN / 0.76;
        let step = (widest + 8.0).clamp(NARROW, WIDE).max(least);
        let bar = (0.76 * step / levels as f64).min(THICK);
        Places { step, bar, levels }
    }

    fn left(self, lab: usize, level: usize) -> f64 {
        let free = self.step - self.bar * self.levels as f64;
        LEFT + self.step * lab as f64 + 0.5 * free + self.bar * level as f64
    }
}

/// Draws both statistics, or the one that there is; none where there is neither.
pub fn draw(experiment: &Experiment, lang: Lang) -> Option<String> {
    let places = Places::of(experiment);
    let width = places.step * experiment.lab.len() as f64;
    let of = |which: fn(&Consistency) -> Option<&Statistic>| -> Vec<Option<&Statistic>> {
        experiment.levels.iter().map(which).collect()
    };
    let panels: Vec<(&str, Vec<Option<&Statistic>>)> = [
        ("h", of(|level| level.h.as_ref())),
        ("k", of(|level| level.k.as_ref())),
    ]
    .into_iter()
    .filter(|(_, levels)| levels.iter().any(Option::is_some))
    .collect();
    if panels.is_empty() {
        return None;
    }
    let mut svg = Svg::default();
    svg.text(
        "ink",
        point(24.0, 24.0),
        15.0,
        Anchor::Start,
        &experiment.title,
    );
    let mut top = TOP;
    for (symbol, levels) in &panels {
        panel(&mut svg, symbol, levels, experiment.lab, places, top);
        top += HEIGHT + BETWEEN;
    }
    let mut right = LEFT + width;
    let bottom = legend(&mut svg, experiment, top - BETWEEN + 48.0, &mut right, lang);
    let total = right.max(24.0 + text_width(&experiment.title, 15.0)) + 24.0;
    Some(svg.finish(Box::new(0.0, 0.0, total, bottom + 18.0), &experiment.title))
}

fn panel(
    svg: &mut Svg,
    symbol: &str,
    levels: &[Option<&Statistic>],
    lab: &[String],
    places: Places,
    top: f64,
) {
    let statistics: Vec<&Statistic> = levels.iter().copied().flatten().collect();
    let most = (statistics.iter())
        .flat_map(|s| s.values.iter().chain(&s.critical))
        .filter(|v| v.is_finite())
        .fold(0.0_f64, |most, v| most.max(v.abs()));
    // h has either sign, k none.
    let high = 1.08 * most;
    let low = if symbol == "h" { -high } else { 0.0 };
    let y = |value: f64| top + HEIGHT * (high - value) / (high - low);
    let right = LEFT + places.step * lab.len() as f64;
    let ticks = ticks_between(low, high);
    for (tick, label) in ticks.iter().zip(labels(&ticks)) {
        let class = if *tick == 0.0 { "leg" } else { "grid" };
        level(svg, (class, ""), point(LEFT, y(*tick)), right, &label);
    }
    let symbol_at = point(LEFT - 8.0, top - 10.0);
    svg.text("ink", symbol_at, 13.0, Anchor::End, symbol);
    for (index, statistic) in levels.iter().enumerate() {
        let Some(statistic) = statistic else { continue };
        for (place, value) in statistic.values.iter().enumerate() {
            bar(
                svg,
                places.left(place, index),
                places.bar,
                *value,
                statistic.critical,
                &y,
            );
        }
    }
    limits(svg, levels, lab.len(), places, low < 0.0, &y);
    for (place, name) in lab.iter().enumerate() {
        let middle = LEFT + places.step * (place as f64 + 0.5);
        let size = if text_width(name, LETTERS) > places.step - 2.0 {
            8.0
        } else {
            LETTERS
        };
        svg.text(
            "ink",
            point(middle, top + HEIGHT + 16.0),
            size,
            Anchor::Middle,
            name,
        );
    }
}

/// Full up to the critical value at 5 %, open between 5 % and 1 %, full in another colour beyond.
fn class(value: f64, critical: [f64; 2]) -> &'static str {
    match value.abs() {
        size if size <= critical[0] => "window",
        size if size <= critical[1] => "paper c1",
        _ => "critical",
    }
}

fn bar(
    svg: &mut Svg,
    left: f64,
    width: f64,
    value: f64,
    critical: [f64; 2],
    y: &dyn Fn(f64) -> f64,
) {
    if !value.is_finite() {
        return;
    }
    let (top, bottom) = (y(value.max(0.0)), y(value.min(0.0)));
    // A value of zero still is a value.
    let height = (bottom - top).max(1.0);
    svg.rect(
        class(value, critical),
        Box::new(left + 0.4, top, width - 0.8, height),
        0.0,
    );
}

/// Over a single bar.
const SHORT: &str = " stroke-width=\"1.3\" stroke-dasharray=\"3 2\"";
const WHOLE: &str = " stroke-width=\"1.3\"";

/// The critical values: lines across the panel where all levels share them, otherwise one above each bar, because they depend on the
/// numbers of laboratories and replicates of the level.
fn limits(
    svg: &mut Svg,
    levels: &[Option<&Statistic>],
    laboratories: usize,
    places: Places,
    both: bool,
    y: &dyn Fn(f64) -> f64,
) {
    let signs: &[f64] = if both { &[1.0, -1.0] } else { &[1.0] };
    let known: Vec<[f64; 2]> = levels.iter().flatten().map(|s| s.critical).collect();
    let shared = known.windows(2).all(|pair| pair[0] == pair[1]);
    let right = LEFT + places.step * laboratories as f64;
    for (which, (class, extra)) in [("c4", [DASHES, SHORT]), ("limit", [WHOLE; 2])]
        .into_iter()
        .enumerate()
    {
        for sign in signs {
            if shared {
                let height = known
                    .first()
                    .map_or(0.0, |critical| y(sign * critical[which]));
                svg.line(class, point(LEFT, height), point(right, height), extra[0]);
                continue;
            }
            for (index, statistic) in levels.iter().enumerate() {
                let Some(statistic) = statistic else { continue };
                let height = y(sign * statistic.critical[which]);
                for lab in 0..laboratories {
                    let left = places.left(lab, index);
                    svg.line(
                        class,
                        point(left, height),
                        point(left + places.bar, height),
                        extra[1],
                    );
                }
            }
        }
    }
}

/// What bars and lines mean, at `y` and below; the lowest line.
fn legend(svg: &mut Svg, experiment: &Experiment, y: f64, right: &mut f64, lang: Lang) -> f64 {
    let critical = [0.95, 1.5];
    let mut x = 24.0;
    let within = lang.pick("未超过 5 % 临界值", "within the critical value at 5 %");
    let between = lang.pick(
        "超过 5 %、未超过 1 %（歧离值）",
        "beyond 5 %, within 1 % (straggler)",
    );
    let beyond = lang.pick("超过 1 %（离群值）", "beyond 1 % (outlier)");
    for (value, text) in [(0.5, within), (1.2, between), (2.0, beyond)] {
        svg.rect(
            class(value, critical),
            Box::new(x, y - 10.0, 10.0, 10.0),
            0.0,
        );
        svg.text("faint", point(x + 15.0, y), 12.0, Anchor::Start, text);
        x += text_width(text, 12.0) + 34.0;
    }
    *right = right.max(x - 34.0);
    let y = y + 20.0;
    let mut x = 24.0;
    for (class, extra, text) in [
        (
            "c4",
            DASHES,
            lang.pick("5 % 临界值", "critical value at 5 %"),
        ),
        (
            "limit",
            WHOLE,
            lang.pick("1 % 临界值", "critical value at 1 %"),
        ),
    ] {
        svg.line(class, point(x, y - 4.0), point(x + 28.0, y - 4.0), extra);
        svg.text("faint", point(x + 34.0, y), 12.0, Anchor::Start, text);
        x += text_width(text, 12.0) + 56.0;
    }
    let names: Vec<&str> = experiment
        .levels
        .iter()
        .filter_map(|l| l.level.as_deref())
        .collect();
    if names.len() < 2 {
        return y;
    }
    let text = match lang {
        Lang::Zh => format!("每个实验室的条形自左至右为水平 {}", names.join("、")),
        Lang::En => format!(
            "bars of a laboratory from left to right: levels {}",
            names.join(", ")
        ),
    };
    svg.text("faint", point(24.0, y + 20.0), 12.0, Anchor::Start, &text);
    *right = right.max(24.0 + text_width(&text, 12.0));
    y + 20.0
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    fn two_levels(second: [f64; 2]) -> String {
        let level = |name: &str, critical| Consistency {
            level: Some(name.to_owned()),
            h: Some(Statistic {
                values: vec![1.0, -2.5, f64::NAN],
                critical,
            }),
            k: None,
        };
        let lab: Vec<String> = ["A", "B", "C"].map(String::from).to_vec();
        let levels = vec![level("1", [1.5, 2.0]), level("2", second)];
        draw(
            &Experiment {
                title: "h".into(),
                lab: &lab,
                levels,
            },
            Lang::En,
        )
        .unwrap()
    }

    #[test]
    fn a_bar_shows_which_critical_value_it_exceeds() {
        assert_eq!(class(-1.5, [1.5, 2.0]), "window");
        assert_eq!(class(1.51, [1.5, 2.0]), "paper c1");
        assert_eq!(class(-2.01, [1.5, 2.0]), "critical");
    }

    #[test]
    fn critical_values_that_differ_between_levels_stand_at_their_own_bars() {
        let limits = |svg: &str| svg.matches("<line class=\"limit\"").count();
        // One of each is in the legend; above and below zero; three laboratories of two levels.
        assert_eq!(limits(&two_levels([1.5, 2.0])), 1 + 2);
        assert_eq!(limits(&two_levels([1.4, 1.9])), 1 + 2 * 6);
    }
}
