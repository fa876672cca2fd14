//! Screening of all results together for signs of collusion. What it finds is evidence with a probability, and enters no verdict.

use std::collections::BTreeMap;

use nalgebra::DMatrix;

use super::super::outcome::{Screen, Sign};
use super::{PointRun, last};
use crate::evaluate::integrity::digits::{at_least, same_step, terminal_digits};
use crate::evaluate::integrity::evidence::Evidence;
use crate::evaluate::integrity::order::order_effects;
use crate::evaluate::integrity::screen::{Deviations, left_tail_of_rounded};
use crate::evaluate::method::Inapplicable;
use crate::evaluate::proficiency::robust::made;
use crate::numeric::sum::sum;
use crate::plan::scores::SigmaOrigin;
use crate::plan::{Plan, Role, Step, screen as ordered};
use crate::text::Text;

/// Carries out one screening test over all points.
pub(super) fn screen(
    plan: &Plan,
    step: &Step,
    order: &ordered::Screen,
    points: &[PointRun],
) -> Screen {
    let parameter = |name: &str, default: f64| {
        let stated = order.method.parameters.get(name);
        stated.copied().unwrap_or(default)
    };
    let all = Results::of(points);
    let found = match last(&order.method.path) {
        "identical-results" => Ok((identical(&all), 0.05)),
        "too-close" => {
            let limit = parameter("p", 0.001);
            Ok((too_close(&all, limit), limit))
        }
        "below-cmc" => below_capability(&all, &order.cmc).map(|signs| (signs, 0.0)),
        "integrity-screen" => {
            let limit = parameter("significance", 0.01);
            Ok((whole_screen(&all, limit), limit))
        }
        "circulation-order-effects" => along_the_way(plan, &all).map(|signs| (signs, 0.05)),
        "dispersion-ratio" => dispersion(points).map(|signs| (signs, 0.0)),
        other => Err(Inapplicable::new(
            "no-screen",
            format!("方法 `{other}` 不能用于筛查提交的结果"),
            format!("method `{other}` does not screen submitted results"),
        )),
    };
    let pairs = all.pairs().len();
    let unequal = |signs: &[Sign]| {
        let equal = signs.iter().filter(|s| s.statistic == "equal-values");
        pairs - equal.count()
    };
    let (signs, limit, not_done) = match found {
        Ok((signs, limit)) => (signs, limit, None),
        Err(refusal) => (Vec::new(), 0.0, Some(refusal.reason)),
    };
    // Pairs without an equal number are tested and not listed.
    let compares = matches!(
        last(&order.method.path),
        "identical-results" | "integrity-screen"
    );
    Screen {
        tests: signs.len() + if compares { unequal(&signs) } else { 0 },
        step: step.id.clone(),
        method: order.method.path.clone(),
        limit: (limit > 0.0).then_some(limit),
        signs,
        not_done,
        clause: step.clause.clone(),
    }
}

/// What a laboratory submitted at a point.
#[derive(Clone, Copy)]
struct Item {
    /// As submitted, and freed of the drift of the transfer standard.
    raw: f64,
    value: f64,
    u: f64,
    /// Deviation from the reference value and its standard uncertainty.
    deviation: Option<(f64, f64)>,
    last_digit: Option<f64>,
    /// What the results of the point scatter, where there are enough of them to tell.
    scatter: Option<f64>,
    /// U for k = 2, as published capabilities are stated (CIPM MRA-G-13).
    expanded: f64,
}

impl Item {
    /// What rounding may have changed at most.
    fn rounding(&self) -> f64 {
        0.5 * self.last_digit.unwrap_or(0.0)
    }
}

/// The results of all points: laboratories in the order of their names, points in the order of the plan.
struct Results {
    laboratories: BTreeMap<String, BTreeMap<usize, Item>>,
    points: Vec<String>,
}

/// Two laboratories with the points that both measured.
type Pair<'a> = ([&'a str; 2], Vec<(Item, Item)>);

/// A laboratory on the way of the transfer standard: first day of its measurement, name, deviations with their standard uncertainties.
type Stop<'a> = (jiff::civil::Date, &'a str, Vec<(f64, f64)>);

/// Fewest results whose scatter is looked at.
const ENOUGH: usize = 4;

impl Results {
    fn of(points: &[PointRun]) -> Results {
        let mut laboratories: BTreeMap<String, BTreeMap<usize, Item>> = BTreeMap::new();
        for (number, point) in points.iter().enumerate() {
            let scatter = (point.labs.len() >= ENOUGH)
                .then(|| made(&point.labs.value))
                .filter(|s| *s > 0.0);
            for (row, result) in point.outcome.results.iter().enumerate() {
                let item = Item {
                    raw: result.value,
                    value: point.labs.value[row],
                    u: point.labs.u[row],
                    deviation: result.equivalence.as_ref().map(|e| (e.d, e.u)),
                    last_digit: point.last_digit[row],
                    scatter,
                    expanded: 2.0 * point.labs.u[row],
                };
                let own = laboratories.entry(result.laboratory.clone()).or_default();
                own.insert(number, item);
            }
        }
        Results {
            laboratories,
            points: points.iter().map(|p| p.outcome.point.clone()).collect(),
        }
    }

    /// Every pair of laboratories with the points that both measured.
    fn pairs(&self) -> Vec<Pair<'_>> {
        let labs: Vec<(&String, &BTreeMap<usize, Item>)> = self.laboratories.iter().collect();
        let mut pairs = Vec::new();
        for (i, (first, own)) in labs.iter().enumerate() {
            for (second, others) in labs.iter().skip(i + 1) {
                let both = own
                    .iter()
                    .filter_map(|(point, item)| Some((*item, *others.get(point)?)));
                pairs.push(([first.as_str(), second.as_str()], both.collect()));
            }
        }
        pairs
    }
}

/// A sign with a probability, corrected for the size of its family.
fn sign(
    laboratories: &[&str],
    statistic: &str,
    value: f64,
    probability: f64,
    family: usize,
    limit: f64,
) -> Sign {
    let corrected = (probability * family as f64).min(1.0);
    Sign {
        laboratories: laboratories.iter().map(|l| (*l).to_owned()).collect(),
        point: None,
        statistic: statistic.to_owned(),
        value,
        probability: Some(probability),
        corrected: Some(corrected),
        evidence: Some(Evidence::of(corrected).word().to_owned()),
        flagged: corrected < limit,
    }
}

/// Equal numbers at the coarser of the two resolutions. The chance is that of two unbiased results, for a scatter that is no larger than
/// the stated uncertainties allow and no larger than the results show.
fn identical(all: &Results) -> Vec<Sign> {
    let pairs = all.pairs();
    let family = pairs.len();
    let mut signs = Vec::new();
    for (labs, both) in pairs {
        let mut chances = Vec::new();
        let mut equal = 0;
        for (a, b) in &both {
            let (Some(one), Some(other)) = (a.last_digit, b.last_digit) else {
                continue;
            };
            let step = one.max(other);
            let stated = Some(a.u.hypot(b.u)).filter(|s| s.is_finite());
            let shown = a.scatter.map(|s| s * std::f64::consts::SQRT_2);
            let spread = match (stated, shown) {
                (Some(stated), Some(shown)) => stated.min(shown),
                (one, other) => match one.or(other) {
                    Some(spread) => spread,
                    None => continue,
                },
            };
            chances.push(same_step(step, spread));
            equal += usize::from((a.raw - b.raw).abs() < 1e-6 * step);
        }
        if equal > 0 {
            let p = at_least(equal, &chances);
            signs.push(sign(&labs, "equal-values", equal as f64, p, family, 0.05));
        }
    }
    signs
}

/// Distance of two laboratories over the points that both measured with a stated uncertainty, and its probability; none without such a point.
fn distance(both: &[(Item, Item)]) -> Option<(f64, f64)> {
    let known = both.iter().filter(|(a, b)| a.u > 0.0 && b.u > 0.0);
    let scaled: Vec<(f64, f64)> = known
        .map(|(a, b)| {
            let u = a.u.hypot(b.u);
            ((a.value - b.value) / u, (a.rounding() + b.rounding()) / u)
        })
        .collect();
    tail(&scaled)
}

/// Σ z² of scaled differences, each with what rounding may have done to it, and its left-tail probability.
fn tail(scaled: &[(f64, f64)]) -> Option<(f64, f64)> {
    if scaled.is_empty() {
        return None;
    }
    let distance = sum(scaled.iter().map(|(z, _)| z * z));
    let rounding: Vec<f64> = scaled.iter().map(|(_, rounding)| *rounding).collect();
    Some((distance, left_tail_of_rounded(distance, &rounding)))
}

fn too_close(all: &Results, limit: f64) -> Vec<Sign> {
    let pairs = all.pairs();
    let tested: Vec<([&str; 2], (f64, f64))> = (pairs.iter())
        .filter_map(|(labs, both)| Some((*labs, distance(both)?)))
        .collect();
    let family = tested.len();
    (tested.iter())
        .map(|(labs, (value, p))| sign(labs, "pair-distance", *value, *p, family, limit))
        .collect()
}

/// Pairs, single laboratories, equal values, and last digits where there are enough.
fn whole_screen(all: &Results, limit: f64) -> Vec<Sign> {
    let mut signs = too_close(all, limit);
    let own = |items: &BTreeMap<usize, Item>| {
        let scaled: Vec<(f64, f64)> = (items.values())
            .filter_map(|item| {
                let (d, u) = item.deviation.filter(|(_, u)| *u > 0.0)?;
                Some((d / u, item.rounding() / u))
            })
            .collect();
        tail(&scaled)
    };
    let single: Vec<(&str, (f64, f64))> = (all.laboratories.iter())
        .filter_map(|(lab, items)| Some((lab.as_str(), own(items)?)))
        .collect();
    for (lab, (value, p)) in &single {
        signs.push(sign(
            &[*lab],
            "own-distance",
            *value,
            *p,
            single.len(),
            limit,
        ));
    }
    for mut equal in identical(all) {
        equal.flagged = equal.corrected.is_some_and(|p| p < limit);
        signs.push(equal);
    }
    signs.extend(last_digits(all, limit));
    signs
}

/// Uniformity of the last digits, where they may be expected to be uniform: results that spread over a hundred steps, at least fifty.
fn last_digits(all: &Results, limit: f64) -> Option<Sign> {
    let mut steps: Vec<f64> = Vec::new();
    for number in 0..all.points.len() {
        let here: Vec<(f64, f64)> = all
            .laboratories
            .values()
            .filter_map(|items| items.get(&number))
            .filter_map(|item| Some((item.raw, item.last_digit?)))
            .collect();
        let coarsest = here.iter().map(|(_, digit)| *digit).fold(0.0, f64::max);
        let range = here
            .iter()
            .map(|(raw, _)| *raw)
            .fold(f64::NEG_INFINITY, f64::max)
            - here
                .iter()
                .map(|(raw, _)| *raw)
                .fold(f64::INFINITY, f64::min);
        if coarsest > 0.0 && range >= 100.0 * coarsest {
            // A finer result has its last digit elsewhere.
            let own = here.iter().filter(|(_, digit)| *digit == coarsest);
            steps.extend(own.map(|(raw, _)| (raw / coarsest).round()));
        }
    }
    let digits = terminal_digits(&steps, 0);
    digits.applicable.then(|| {
        sign(
            &[],
            "last-digits",
            digits.chi_squared,
            digits.p_right,
            1,
            limit,
        )
    })
}

fn below_capability(
    all: &Results,
    cmc: &BTreeMap<String, BTreeMap<String, f64>>,
) -> Result<Vec<Sign>, Inapplicable> {
    if cmc.is_empty() {
        return Err(Inapplicable::new(
            "no-cmc",
            "方案没有写明任何实验室的校准测量能力，无从比较",
            "the protocol declares the calibration and measurement capability of no laboratory, so there is nothing to compare with",
        ));
    }
    let mut signs = Vec::new();
    for (lab, own) in cmc {
        let items = all.laboratories.get(lab).into_iter().flatten();
        for (number, item) in items {
            let Some((point, capability)) =
                all.points.get(*number).and_then(|p| own.get_key_value(p))
            else {
                continue;
            };
            if !item.expanded.is_finite() {
                continue;
            }
            signs.push(fact(
                &[lab],
                point,
                "U/CMC",
                item.expanded / capability,
                item.expanded < *capability,
            ));
        }
    }
    Ok(signs)
}

/// A sign that is no matter of chance.
fn fact(laboratories: &[&str], point: &str, statistic: &str, value: f64, flagged: bool) -> Sign {
    Sign {
        laboratories: laboratories.iter().map(|l| (*l).to_owned()).collect(),
        point: Some(point.to_owned()),
        statistic: statistic.to_owned(),
        value,
        probability: None,
        corrected: None,
        evidence: None,
        flagged,
    }
}

/// Effects along the circulation, of the participants with a deviation at every point.
fn along_the_way(plan: &Plan, all: &Results) -> Result<Vec<Sign>, Inapplicable> {
    let visits = &plan.content.circulation.visits;
    let arrival = |lab: &str| {
        let own = visits.iter().filter(|v| v.laboratory == lab && v.measures);
        own.map(|v| v.from).min()
    };
    let mut rows: Vec<Stop<'_>> = Vec::new();
    for (lab, items) in &all.laboratories {
        let participant = plan
            .laboratory(lab)
            .is_some_and(|l| l.role == Role::Participant);
        let known: Vec<(f64, f64)> = items
            .values()
            .filter_map(|i| i.deviation)
            .filter(|(_, u)| *u > 0.0)
            .collect();
        if let Some(date) = arrival(lab).filter(|_| participant && known.len() == all.points.len())
        {
            rows.push((date, lab, known));
        }
    }
    rows.sort_by(|a, b| (a.0, a.1).cmp(&(b.0, b.1)));
    let (n, items) = (rows.len(), all.points.len());
    let d = Deviations {
        lab: rows.iter().map(|(_, lab, _)| (*lab).to_owned()).collect(),
        d: DMatrix::from_fn(n, items, |i, k| rows[i].2[k].0),
        u: DMatrix::from_fn(n, items, |i, k| rows[i].2[k].1),
    };
    let days = |date: jiff::civil::Date| {
        f64::from(date.since(rows[0].0).map_or(0, |span| span.get_days()))
    };
    let position: Vec<f64> = rows.iter().map(|(date, _, _)| days(*date)).collect();
    let effects = order_effects(&d, &position)?;
    let mut signs = vec![
        sign(&[], "order-slope", effects.slope, effects.p, 2, 0.05),
        sign(
            &[],
            "neighbours",
            effects.neighbour_score,
            effects.neighbour_p,
            2,
            0.05,
        ),
    ];
    let family = effects.previous_left_tail.len();
    for (pair, p) in rows.windows(2).zip(&effects.previous_left_tail) {
        let labs = [pair[0].1, pair[1].1];
        signs.push(sign(&labs, "laboratory-before", *p, *p, family, 0.05));
    }
    Ok(signs)
}

/// H = MADe/σ_pt where σ_pt does not come from the results themselves; suspicious below 0.5.
fn dispersion(points: &[PointRun]) -> Result<Vec<Sign>, Inapplicable> {
    let mut signs = Vec::new();
    for point in points {
        let sigma = point.outcome.sigma_pt.as_ref();
        let model = sigma.filter(|s| !matches!(s.origin, SigmaOrigin::Results { .. }));
        if let Some(sigma) = model.filter(|_| point.labs.len() >= ENOUGH) {
            let h = made(&point.labs.value) / sigma.value;
            signs.push(fact(&[], &point.outcome.point, "H", h, h < 0.5));
        }
    }
    if signs.is_empty() {
        let reason = Text::new(
            format!("没有哪个测量点既有至少 {ENOUGH} 个结果、又有不取自结果的 σ_pt"),
            format!(
                "no point has {ENOUGH} results or more and a σ_pt that does not come from them"
            ),
        );
        return Err(Inapplicable {
            kind: "no-model",
            reason,
        });
    }
    Ok(signs)
}
