//! The way of one artefact: a ring as a circle, a star as spokes, petals as loops through the pilot, routes in layers.

use std::collections::BTreeMap;
use std::f64::consts::{FRAC_PI_2, PI, TAU};

use super::super::export::artefact_name;
use super::super::graph::{LegKind, VisitId};
use super::super::journey::{Journey, Pattern};
use super::super::plan::Plan;
use crate::picture::geometry::{Box, Point, point, spread};
use crate::picture::svg::{Anchor, Svg, shortened, text_width};
use crate::text::Lang;

const NAME: f64 = 14.0;
const DATES: f64 = 11.0;
const WIDEST: f64 = 190.0;
/// Boxes are wider than high, so circles are drawn somewhat flat.
const FLAT: f64 = 0.7;

/// A box of the picture, for one visit or for all visits of the pilot.
struct Node {
    name: String,
    dates: String,
    pilot: bool,
    dashed: bool,
    place: Point,
}

/// The picture under construction: which box stands for which visit.
struct Layout {
    nodes: Vec<Node>,
    of: BTreeMap<VisitId, usize>,
}

/// Draws the circulation of one artefact (by index).
pub fn graph(journey: &Journey, plan: &Plan, artefact: usize, lang: Lang) -> String {
    let ways: Vec<&Vec<VisitId>> = (plan.ways.iter())
        .filter(|it| {
            it.first()
                .is_some_and(|it| plan.circulation.visit(*it).artefact == artefact)
        })
        .collect();
    let Some(pattern) = journey.artefacts.get(artefact) else {
        return Svg::default().finish(Box::new(0.0, 0.0, 1.0, 1.0), "");
    };
    let drawing = Drawing {
        journey,
        plan,
        lang,
    };
    let mut circuits: BTreeMap<usize, Vec<VisitId>> = BTreeMap::new();
    for (id, visit) in plan.circulation.visits() {
        if visit.artefact == artefact && journey.laboratories[visit.laboratory].id != journey.pilot
        {
            circuits.entry(visit.circuit).or_default().push(id);
        }
    }
    let layout = match &pattern.pattern {
        Pattern::Routes { .. } => drawing.layers(&ways),
        _ if circuits.len() == 1 && ways.len() == 1 => drawing.ring(&ways[0][..]),
        _ => drawing.petals(artefact, &circuits),
    };
    let title = match lang {
        Lang::Zh => format!("传递路线：{}", artefact_name(pattern, lang)),
        Lang::En => format!("Circulation of {}", artefact_name(pattern, lang)),
    };
    drawing.draw(&layout, &title)
}

struct Drawing<'a> {
    journey: &'a Journey,
    plan: &'a Plan,
    lang: Lang,
}

impl Drawing<'_> {
    fn node(&self, id: VisitId, place: Point) -> Node {
        let visit = self.plan.circulation.visit(id);
        let laboratory = &self.journey.laboratories[visit.laboratory];
        let entry = self.plan.timetable.as_ref().and_then(|it| it.entry(id));
        Node {
            name: shortened(laboratory.name(self.lang), NAME, WIDEST),
            dates: entry
                .map(|it| format!("{} – {}", it.start, it.end))
                .unwrap_or_default(),
            pilot: laboratory.id == self.journey.pilot,
            dashed: !visit.measures,
            place,
        }
    }

    /// One box for all measurements of the pilot.
    fn hub(&self, artefact: usize) -> (Node, Vec<VisitId>) {
        let visits: Vec<VisitId> = (self.plan.circulation.visits())
            .filter(|(_, it)| {
                it.artefact == artefact
                    && self.journey.laboratories[it.laboratory].id == self.journey.pilot
            })
            .map(|(id, _)| id)
            .collect();
        let count = visits
            .iter()
            .filter(|it| self.plan.circulation.visit(**it).measures)
            .count();
        let name = (self.journey.laboratories.iter())
            .find(|it| it.id == self.journey.pilot)
            .map_or("", |it| it.name(self.lang));
        let dates = match (self.lang, count) {
            (Lang::Zh, _) => format!("测量 {count} 次"),
            (Lang::En, 1) => "measures once".to_owned(),
            (Lang::En, _) => format!("measures {count} times"),
        };
        let node = Node {
            name: shortened(name, NAME, WIDEST),
            dates,
            pilot: true,
            dashed: false,
            place: point(0.0, 0.0),
        };
        (node, visits)
    }

    /// Clockwise from the pilot at the top; its last measurement shares the box of the first.
    fn ring(&self, way: &[VisitId]) -> Layout {
        let home = |it: &VisitId| {
            self.journey.laboratories[self.plan.circulation.visit(*it).laboratory].id
                == self.journey.pilot
        };
        let closes = way.len() > 1 && way.first().is_some_and(home) && way.last().is_some_and(home);
        let stops = if closes { &way[..way.len() - 1] } else { way };
        let mut layout = Layout {
            nodes: Vec::new(),
            of: BTreeMap::new(),
        };
        for (index, id) in stops.iter().enumerate() {
            let angle = TAU * share(index, stops.len()) - FRAC_PI_2;
            layout.of.insert(*id, layout.nodes.len());
            layout
                .nodes
                .push(self.node(*id, point(angle.cos(), FLAT * angle.sin())));
        }
        if let (true, Some(last), Some(first)) = (closes, way.last(), layout.nodes.first_mut()) {
            layout.of.insert(*last, 0);
            if let Some(entry) = self.plan.timetable.as_ref().and_then(|it| it.entry(*last)) {
                let sign = self.lang.pick("；", "; ");
                first.dates = format!("{}{sign}{} – {}", first.dates, entry.start, entry.end);
            }
        }
        layout
    }

    /// The pilot in the middle, each loop a petal in its own sector.
    fn petals(&self, artefact: usize, circuits: &BTreeMap<usize, Vec<VisitId>>) -> Layout {
        let (hub, visits) = self.hub(artefact);
        let mut layout = Layout {
            nodes: vec![hub],
            of: visits.into_iter().map(|it| (it, 0)).collect(),
        };
        let sector = TAU / share(circuits.len(), 1);
        // Two petals lie side by side, more begin at the top.
        let first = if circuits.len() == 2 { PI } else { FRAC_PI_2 };
        for (petal, stops) in circuits.values().enumerate() {
            let axis = sector * share(petal, 1) - first;
            for (index, id) in stops.iter().enumerate() {
                // Along the petal from the pilot and back: farthest in the middle, spread over most of the sector.
                let way = share(index + 1, stops.len() + 1);
                let opening = sector.min(FRAC_PI_2 * 1.2)
                    * 0.86
                    * if stops.len() > 1 { way - 0.5 } else { 0.0 };
                let radius = 0.45 + 0.55 * (PI * way).sin();
                let angle = axis + opening;
                layout.of.insert(*id, layout.nodes.len());
                layout.nodes.push(self.node(
                    *id,
                    point(radius * angle.cos(), FLAT * radius * angle.sin()),
                ));
            }
        }
        layout
    }

    /// One row for each way, read from left to right; long ways continue in the row below.
    fn layers(&self, ways: &[&Vec<VisitId>]) -> Layout {
        const COLUMNS: usize = 6;
        let mut layout = Layout {
            nodes: Vec::new(),
            of: BTreeMap::new(),
        };
        let mut row = 0;
        for way in ways {
            for (index, id) in way.iter().enumerate() {
                let place = point(
                    1.35 * share(index % COLUMNS, 1),
                    0.62 * share(row + index / COLUMNS, 1),
                );
                layout.of.insert(*id, layout.nodes.len());
                layout.nodes.push(self.node(*id, place));
            }
            row += way.len().div_ceil(COLUMNS);
        }
        layout
    }

    fn draw(&self, layout: &Layout, title: &str) -> String {
        let widest = (layout.nodes.iter())
            .map(|it| text_width(&it.name, NAME).max(text_width(&it.dates, DATES)))
            .fold(60.0, f64::max);
        let places: Vec<Point> = layout.nodes.iter().map(|it| it.place).collect();
        let boxes = spread(&places, widest + 20.0, 46.0, 26.0, 120.0);
        let mut svg = Svg::default();
        self.legs(&mut svg, layout, &boxes);
        let mut view: Option<Box> = None;
        for (node, area) in layout.nodes.iter().zip(&boxes) {
            draw_node(&mut svg, node, *area);
            view = Some(view.map_or(*area, |it| it.united(area)));
        }
        let view = view.unwrap_or(Box::new(0.0, 0.0, 1.0, 1.0)).grown(24.0);
        let half = (text_width(title, 16.0) + 24.0) / 2.0;
        let middle = view.centre().x;
        let view = Box {
            top: view.top - 30.0,
            left: view.left.min(middle - half),
            right: view.right.max(middle + half),
            ..view
        };
        svg.text(
            "ink",
            point(middle, view.top + 28.0),
            16.0,
            Anchor::Middle,
            title,
        );
        svg.finish(view, title)
    }

    fn legs(&self, svg: &mut Svg, layout: &Layout, boxes: &[Box]) {
        let mut drawn: BTreeMap<(usize, usize), &str> = BTreeMap::new();
        for (from, to, leg) in self.plan.circulation.legs() {
            if let (Some(&a), Some(&b)) = (layout.of.get(&from), layout.of.get(&to))
                && a != b
            {
                let dashes = match leg.kind {
                    LegKind::Transport => "",
                    LegKind::Changeover => " stroke-dasharray=\"6 4\"",
                    LegKind::Precedence(_) => " stroke-dasharray=\"2 4\"",
                };
                drawn.insert((a, b), dashes);
            }
        }
        for ((a, b), dashes) in &drawn {
            let there_and_back = drawn.contains_key(&(*b, *a));
            if there_and_back && a > b {
                continue;
            }
            let from = boxes[*a].edge_towards(boxes[*b].centre());
            let to = boxes[*b].edge_towards(boxes[*a].centre());
            let tips = if there_and_back {
                " marker-start=\"url(#tip)\" marker-end=\"url(#tip)\""
            } else {
                " marker-end=\"url(#tip)\""
            };
            svg.line(
                "leg",
                from,
                to,
                &format!(" stroke-width=\"1.6\"{dashes}{tips}"),
            );
        }
    }
}

fn draw_node(svg: &mut Svg, node: &Node, area: Box) {
    let centre = area.centre();
    svg.rect(if node.pilot { "pilot" } else { "node" }, area, 8.0);
    if node.dashed {
        svg.rect("wait", area.grown(-3.0), 6.0);
    }
    let ink = if node.pilot && !node.dashed {
        "onpilot"
    } else {
        "ink"
    };
    let lower = if node.dates.is_empty() { 5.0 } else { -2.0 };
    svg.text(
        ink,
        point(centre.x, centre.y + lower),
        NAME,
        Anchor::Middle,
        &node.name,
    );
    if !node.dates.is_empty() {
        svg.text(
            ink,
            point(centre.x, centre.y + 15.0),
            DATES,
            Anchor::Middle,
            &node.dates,
        );
    }
}

fn share(part: usize, whole: usize) -> f64 {
    part as f64 / whole.max(1) as f64
}
