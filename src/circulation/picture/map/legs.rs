//! The legs of a map: lines with numbers, and the list of their days.

use std::collections::BTreeMap;

use super::super::super::graph::LegKind;
use super::super::super::journey::Journey;
use super::super::super::plan::Plan;
use super::super::super::timetable::LegDates;
use super::DOT;
use crate::circulation::export::specimen_name;
use crate::picture::geometry::{Box, Point, point};
use crate::picture::svg::{Anchor, Svg, text_width};
use crate::text::Lang;

const BADGE: f64 = 8.5;
const LIST: f64 = 12.0;
const LINE: f64 = 19.0;

/// The transports in the order of their dispatch; the place in the list is the number, from 0.
pub(super) fn numbered<'p>(journey: &Journey, plan: &'p Plan) -> Vec<&'p LegDates> {
    let dated = plan.timetable.iter().flat_map(|it| &it.legs);
    let mut legs: Vec<&LegDates> = dated.filter(|it| it.kind == LegKind::Transport).collect();
    let specimen = |it: &LegDates| specimen_name(journey, plan.circulation.visit(it.to));
    legs.sort_by_cached_key(|it| (it.dispatch, specimen(it), it.to));
    legs
}

fn class(plan: &Plan, leg: &LegDates) -> String {
    format!("c{}", plan.circulation.visit(leg.to).artefact % 6)
}

/// A line for each leg in the colour of its artefact, moved aside so that the ways there and back do not cover one another, with its number.
///
/// Adds to `taken` what names should not cover.
pub(super) fn draw(
    svg: &mut Svg,
    plan: &Plan,
    legs: &[&LegDates],
    points: &BTreeMap<usize, Point>,
    taken: &mut Vec<Box>,
) {
    let mut lines: Vec<(usize, Point, Point)> = Vec::new();
    for (number, leg) in legs.iter().enumerate() {
        let (start, end) = (
            plan.circulation.visit(leg.from),
            plan.circulation.visit(leg.to),
        );
        let ends = (points.get(&start.place), points.get(&end.place));
        let (Some(a), Some(b)) = ends else {
            continue;
        };
        let length = (b.x - a.x).hypot(b.y - a.y);
        if length <= 3.0 * DOT {
            continue;
        }
        let (ux, uy) = ((b.x - a.x) / length, (b.y - a.y) / length);
        let side = 3.0 + 2.5 * (start.artefact % 6) as f64;
        let shifted = |it: &Point, along: f64| {
            point(it.x + along * ux - side * uy, it.y + along * uy + side * ux)
        };
        let (begin, tip) = (shifted(a, DOT), shifted(b, -DOT - 2.0));
        let class = format!("leg {}", class(plan, leg));
        svg.line(
            &class,
            begin,
            tip,
            " stroke-width=\"1.6\" marker-end=\"url(#tip)\"",
        );
        taken.push(Box::around(tip, 13.0, 13.0));
        lines.push((number, begin, tip));
    }
    for (number, begin, tip) in lines {
        let at = free_place(begin, tip, taken);
        // A number that does not stand on its leg is tied to it.
        let middle = point((begin.x + tip.x) / 2.0, (begin.y + tip.y) / 2.0);
        let length = (tip.x - begin.x).hypot(tip.y - begin.y).max(0.01);
        let away = (at.x - middle.x) * (tip.y - begin.y) - (at.y - middle.y) * (tip.x - begin.x);
        if away.abs() > BADGE * length {
            svg.line("slack", middle, at, " stroke-width=\"0.8\"");
        }
        taken.push(Box::around(at, 2.0 * BADGE, 2.0 * BADGE));
        badge(svg, &class(plan, legs[number]), at, number);
    }
}

/// A place on the line, near its middle, or beside it that covers nothing; the middle where there is none.
fn free_place(begin: Point, tip: Point, taken: &[Box]) -> Point {
    let at = |share: f64| {
        point(
            begin.x + share * (tip.x - begin.x),
            begin.y + share * (tip.y - begin.y),
        )
    };
    let length = (tip.x - begin.x).hypot(tip.y - begin.y).max(0.01);
    let (ux, uy) = ((tip.x - begin.x) / length, (tip.y - begin.y) / length);
    let beside = |away: f64| {
        let middle = at(0.5);
        point(middle.x - away * uy, middle.y + away * ux)
    };
    // A leg between near places is too short for its number, which then stands beside it.
    [0.5, 0.42, 0.58, 0.34, 0.66, 0.26, 0.74, 0.18, 0.82]
        .into_iter()
        .map(at)
        .chain([18.0, -18.0, 28.0, -28.0, 38.0, -38.0].map(beside))
        .find(|it| {
            let own = Box::around(*it, 2.0 * BADGE, 2.0 * BADGE);
            !taken.iter().any(|other| other.overlaps(&own))
        })
        .unwrap_or(at(0.5))
}

fn badge(svg: &mut Svg, class: &str, at: Point, number: usize) {
    svg.circle(&format!("paper {class}"), at, BADGE);
    let text = (number + 1).to_string();
    let size = if text.len() > 2 { 8.0 } else { 10.0 };
    svg.text("ink", point(at.x, at.y + 3.5), size, Anchor::Middle, &text);
}

/// The list of legs below the map, in as many columns as have room; `moved` says that dots were drawn apart. The area that it takes.
pub(super) fn list(
    svg: &mut Svg,
    journey: &Journey,
    plan: &Plan,
    legs: &[&LegDates],
    (top, width): (Point, f64),
    moved: bool,
    lang: Lang,
) -> Box {
    let name = |visit| {
        let visit = plan.circulation.visit(visit);
        journey.laboratories[visit.place].name(lang)
    };
    let texts: Vec<String> = (legs.iter())
        .map(|leg| {
            let specimen = specimen_name(journey, plan.circulation.visit(leg.to));
            let (from, to) = (name(leg.from), name(leg.to));
            let (dispatch, arrival) = (leg.dispatch, leg.arrival);
            match lang {
                Lang::Zh => format!("{specimen}：{from} → {to}，{dispatch} → {arrival}"),
                Lang::En => format!("{specimen}: {from} → {to}, {dispatch} → {arrival}"),
            }
        })
        .collect();
    let longest = texts
        .iter()
        .map(|it| text_width(it, LIST))
        .fold(0.0, f64::max)
        + 44.0;
    let columns = ((width / longest).floor() as usize).clamp(1, texts.len().max(1));
    let rows = texts.len().div_ceil(columns);
    for (number, text) in texts.iter().enumerate() {
        let (column, row) = (number / rows.max(1), number % rows.max(1));
        let at = point(
            top.x + BADGE + column as f64 * longest,
            top.y + row as f64 * LINE,
        );
        badge(svg, &class(plan, legs[number]), at, number);
        let beside = point(at.x + BADGE + 6.0, at.y + 4.0);
        svg.text("ink", beside, LIST, Anchor::Start, text);
    }
    let mut end = top.y + rows as f64 * LINE;
    let mut widest = longest * columns as f64;
    for note in notes(journey, plan, moved, lang) {
        svg.text("faint", point(top.x, end + 4.0), 11.0, Anchor::Start, &note);
        widest = widest.max(text_width(&note, 11.0));
        end += LINE;
    }
    Box::new(top.x, top.y - BADGE, widest, end - top.y + BADGE)
}

/// What a reader of the map must know.
fn notes(journey: &Journey, plan: &Plan, moved: bool, lang: Lang) -> Vec<String> {
    let mut nowhere: Vec<&str> = Vec::new();
    for (_, visit) in plan.circulation.visits() {
        let laboratory = &journey.laboratories[visit.place];
        if laboratory.position.is_none() && !nowhere.contains(&laboratory.id.as_str()) {
            nowhere.push(&laboratory.id);
        }
    }
    let mut notes = Vec::new();
    if moved {
        notes.push(match lang {
            Lang::Zh => "相距很近的实验室已画开，不是实际位置。".to_owned(),
            Lang::En => "Laboratories that lie close together are drawn apart.".to_owned(),
        });
    }
    if !nowhere.is_empty() {
        notes.push(match lang {
            Lang::Zh => format!("没有写明坐标、未画出的实验室：{}。", nowhere.join("、")),
            Lang::En => format!(
                "Not drawn, because no position is stated: {}.",
                nowhere.join(", ")
            ),
        });
    }
    notes
}
