//! The charts of an outcome.

use std::collections::BTreeMap;

use crate::chart::equivalence::{self, Degree, Degrees};
use crate::chart::mandel::{self, Experiment};
use crate::chart::scores::{self, Scores};
use crate::chart::youden::{self, Middle, Pairs};
use crate::evaluate::columns::in_order;
use crate::evaluate::precision::{Consistency, Statistic};
use crate::run::Outcome;
use crate::run::outcome::{CellOutcome, PointOutcome, PrecisionOutcome};
use crate::text::Lang;
use crate::words::symbol;

/// The charts of one point, and of it together with the next one, by their file names; none that there is nothing to draw for.
#[derive(Debug, Clone, Default)]
pub(super) struct Charts {
    pub equivalence: Option<(String, String)>,
    pub scores: Option<(String, String)>,
    pub youden: Option<(String, String)>,
    /// Of all points of a measurand, at the first of them.
    pub mandel: Option<(String, String)>,
}

impl Charts {
    /// File names and pictures.
    pub fn into_pictures(self) -> impl Iterator<Item = (String, String)> {
        [self.equivalence, self.scores, self.youden, self.mandel]
            .into_iter()
            .flatten()
    }
}

/// The charts of every point of `outcome`, in the order of the points.
pub(super) fn charts(outcome: &Outcome, lang: Lang) -> Vec<Charts> {
    let suffix = lang.pick("zh", "en");
    let named = |what: &str, id: &str, drawn: Option<String>| {
        drawn.map(|svg| (format!("{what}.{id}.{suffix}.svg"), svg))
    };
    let of_point = |(index, point): (usize, &PointOutcome)| {
        let next = outcome
            .points
            .get(index + 1)
            .filter(|next| next.measurand == point.measurand);
        let pair = next.and_then(|next| {
            let id = format!("{}.{}", point.point, next.point);
            named("youden", &id, youden_plot(point, next, lang))
        });
        let before = outcome.points.get(..index).unwrap_or_default();
        let first = !before
            .iter()
            .any(|other| other.measurand == point.measurand);
        Charts {
            equivalence: named("equivalence", &point.point, degrees(point, lang)),
            scores: named("scores", &point.point, score_bars(point, lang)),
            youden: pair,
            mandel: first
                .then(|| {
                    named(
                        "mandel",
                        &point.measurand,
                        mandel_bars(outcome, &point.measurand, lang),
                    )
                })
                .flatten(),
        }
    };
    outcome.points.iter().enumerate().map(of_point).collect()
}

/// Mandel's h and k of all points of a measurand with a precision experiment.
fn mandel_bars(outcome: &Outcome, measurand: &str, lang: Lang) -> Option<String> {
    let points = || outcome.points.iter().filter(|p| p.measurand == measurand);
    let found: Vec<(&PointOutcome, &PrecisionOutcome)> = points()
        .filter_map(|p| Some((p, p.precision.as_ref()?)))
        .collect();
    let (first, _) = found.first()?;
    let named: Vec<String> = (found.iter())
        .flat_map(|(_, of)| of.laboratories.iter().map(|cell| cell.laboratory.clone()))
        .collect();
    let lab = in_order(&named);
    let statistic = |of: &PrecisionOutcome, value: fn(&CellOutcome) -> Option<f64>, critical| {
        let value_of = |lab: &String| {
            let cell = of.laboratories.iter().find(|cell| cell.laboratory == *lab);
            cell.and_then(value).unwrap_or(f64::NAN)
        };
        let values = lab.iter().map(value_of).collect();
        Option::map(critical, |critical| Statistic { values, critical })
    };
    let levels = (found.iter())
        .map(|(point, of)| Consistency {
            level: Some(point.point.clone()),
            h: statistic(of, |cell| cell.h, of.h_critical),
            k: statistic(of, |cell| cell.k, of.k_critical),
        })
        .collect();
    let title = first.title.get(lang);
    let title = match lang {
        Lang::Zh => format!("{title}：曼德尔 h 和 k"),
        Lang::En => format!("{title}: Mandel's h and k"),
    };
    let shown = Experiment {
        title,
        lab: &lab,
        levels,
    };
    mandel::draw(&shown, lang)
}

/// The graph of the degrees of equivalence.
fn degrees(outcome: &PointOutcome, lang: Lang) -> Option<String> {
    let judged = || {
        outcome
            .results
            .iter()
            .filter_map(|r| Some((r, r.judged()?)))
    };
    let k = judged().next()?.1.k;
    let (name, point) = (outcome.title.get(lang), &outcome.point);
    let title = match lang {
        Lang::Zh => format!("{name} {point}：等效度 D 与 U(D)（k = {k}）"),
        Lang::En => format!("{name} {point}: degrees of equivalence D with U(D) (k = {k})"),
    };
    let laboratories = judged()
        .map(|(result, e)| Degree {
            laboratory: result.laboratory.clone(),
            d: e.d,
            expanded: e.expanded,
            in_reference: result.in_reference,
        })
        .collect();
    let shown = Degrees {
        title,
        unit: Some(outcome.unit.clone()),
        laboratories,
    };
    equivalence::draw(&shown, lang)
}

/// The score that charts show, of those with limits at 2 and 3, and its symbol.
fn shown_score(outcome: &PointOutcome) -> Option<(&'static str, &'static str)> {
    ["z", "z-prime", "zeta"]
        .into_iter()
        .find(|name| outcome.results.iter().any(|r| r.scores.contains_key(*name)))
        .map(|name| (name, symbol(name)))
}

fn score_bars(outcome: &PointOutcome, lang: Lang) -> Option<String> {
    let (name, symbol) = shown_score(outcome)?;
    let (title, point) = (outcome.title.get(lang), &outcome.point);
    let title = match lang {
        Lang::Zh => format!("{title} {point}：各实验室的 {symbol} 比分数"),
        Lang::En => format!("{title} {point}: {symbol} scores of the laboratories"),
    };
    let laboratories = (outcome.results.iter())
        .filter_map(|r| Some((r.laboratory.as_str(), r.scores.get(name)?.value)))
        .collect();
    let shown = Scores {
        title,
        symbol,
        laboratories,
    };
    Some(scores::draw(&shown, lang))
}

/// The Youden plot of the scores at two points, where both have z or z′ (ISO 13528:2022, 10.5: scores take the place of the results,
/// so that points need not have the same level), of the laboratories with a score at both. ζ is left out, because its scale differs from laboratory to laboratory.
fn youden_plot(first: &PointOutcome, second: &PointOutcome, lang: Lang) -> Option<String> {
    let by_sigma = |point| shown_score(point).filter(|(name, _)| *name != "zeta");
    let (scores, symbols) = {
        let ((a, of_a), (b, of_b)) = (by_sigma(first)?, by_sigma(second)?);
        ([a, b], [of_a, of_b])
    };
    let at_second: BTreeMap<&str, f64> = (second.results.iter())
        .filter_map(|r| Some((r.laboratory.as_str(), r.scores.get(scores[1])?.value)))
        .collect();
    let mut lab = Vec::new();
    let (mut a, mut b) = (Vec::new(), Vec::new());
    for result in &first.results {
        let here = result.scores.get(scores[0]).map(|score| score.value);
        if let (Some(here), Some(there)) = (here, at_second.get(result.laboratory.as_str())) {
            lab.push(result.laboratory.clone());
            a.push(here);
            b.push(*there);
        }
    }
    let title = first.title.get(lang);
    let (one, other) = (&first.point, &second.point);
    let title = match lang {
        Lang::Zh => format!("{title}：{one} 与 {other} 的尤登图"),
        Lang::En => format!("{title}: Youden plot of {one} and {other}"),
    };
    let axis = |symbol: &str, point: &str| match lang {
        Lang::Zh => format!("{point} 的 {symbol} 比分数"),
        Lang::En => format!("{symbol} score at {point}"),
    };
    let shown = Pairs {
        title,
        lab: &lab,
        a: &a,
        b: &b,
        axes: [axis(symbols[0], one), axis(symbols[1], other)],
        coverage: 0.95,
        middle: Middle::Zero,
    };
    youden::draw(&shown, lang).ok()
}
