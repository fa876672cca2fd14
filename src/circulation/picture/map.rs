//! The way of the artefacts between places on the globe.

mod legs;

use std::collections::BTreeMap;

use super::super::journey::{Journey, Position};
use super::super::plan::Plan;
use crate::picture::geometry::{Box, Point, point};
use crate::picture::svg::{Anchor, Svg, shortened, text_width};
use crate::text::Lang;

const WIDTH: f64 = 860.0;
const LARGEST_HEIGHT: f64 = 1100.0;
const NAME: f64 = 13.0;
const DOT: f64 = 5.0;

/// Dots nearer than this are drawn apart, so that both can be seen.
const APART: f64 = 32.0;

/// Draws all legs on a plain cylindrical map, numbered in the order of their dispatch, with a list of their days below; `None` if fewer than
/// two visited laboratories have coordinates. A laboratory without coordinates is not on it, and the list says so.
pub fn map(journey: &Journey, plan: &Plan, lang: Lang) -> Option<String> {
    let mut places: BTreeMap<usize, Position> = BTreeMap::new();
    for (_, visit) in plan.circulation.visits() {
        if let Some(position) = journey.laboratories[visit.place].position {
            places.insert(visit.place, position);
        }
    }
    if places.len() < 2 {
        return None;
    }
    let frame = Frame::around(&places);
    let mut svg = Svg::default();
    frame.graticule(&mut svg);
    let mut points: BTreeMap<usize, Point> = places
        .iter()
        .map(|(it, at)| (*it, frame.project(*at)))
        .collect();
    let moved = draw_apart(&mut points);
    let legs = legs::numbered(journey, plan);
    let mut taken: Vec<Box> = (points.values())
        .map(|it| Box::around(*it, 2.0 * DOT + 2.0, 2.0 * DOT + 2.0))
        .collect();
    legs::draw(&mut svg, plan, &legs, &points, &mut taken);
    let view = (points.values()).fold(frame.view(), |view, it| {
        view.united(&Box::around(*it, 4.0 * DOT, 4.0 * DOT))
    });
    labels(&mut svg, journey, &points, taken, view, lang);
    let top = point(view.left, view.bottom + 40.0);
    let list = legs::list(
        &mut svg,
        journey,
        plan,
        &legs,
        (top, view.width()),
        moved,
        lang,
    );
    let title = match lang {
        Lang::Zh => "传递路线地图",
        Lang::En => "Map of the circulation",
    };
    Some(svg.finish(view.united(&list).grown(30.0), title))
}

/// Moves dots that would cover one another apart, the same way each time; whether any was moved.
fn draw_apart(points: &mut BTreeMap<usize, Point>) -> bool {
    let keys: Vec<usize> = points.keys().copied().collect();
    let mut moved = false;
    for _ in 0..40 {
        let mut quiet = true;
        for (index, a) in keys.iter().enumerate() {
            for (turn, b) in keys.iter().enumerate().skip(index + 1) {
                let (p, q) = (points[a], points[b]);
                let (dx, dy) = (q.x - p.x, q.y - p.y);
                let distance = dx.hypot(dy);
                if distance >= APART - 0.5 {
                    continue;
                }
                quiet = false;
                // Where both are in one place any direction will do, but others than for the next pair.
                let (ux, uy) = if distance > 0.01 {
                    (dx / distance, dy / distance)
                } else {
                    (turn as f64).sin_cos()
                };
                let push = (APART - distance) / 2.0;
                points.insert(*a, point(p.x - push * ux, p.y - push * uy));
                points.insert(*b, point(q.x + push * ux, q.y + push * uy));
            }
        }
        if quiet {
            break;
        }
        moved = true;
    }
    moved
}

/// The part of the globe that is shown.
struct Frame {
    west: f64,
    north: f64,
    east: f64,
    south: f64,
    per_longitude: f64,
    per_latitude: f64,
}

impl Frame {
    fn around(places: &BTreeMap<usize, Position>) -> Frame {
        let west = western_edge(places.values().map(|it| it.longitude));
        let east = places
            .values()
            .map(|it| beyond(it.longitude, west))
            .fold(west, f64::max);
        let south = places.values().map(|it| it.latitude).fold(90.0, f64::min);
        let north = places.values().map(|it| it.latitude).fold(-90.0, f64::max);
        let pad = 0.08 * (east - west).max(north - south).max(0.5);
        let (west, east) = (west - pad, east + pad);
        let (south, north) = ((south - pad).max(-90.0), (north + pad).min(90.0));
        let shrink = ((south + north) / 2.0).to_radians().cos().max(0.2);
        let per_latitude = (WIDTH / ((east - west) * shrink)).min(LARGEST_HEIGHT / (north - south));
        Frame {
            west,
            north,
            east,
            south,
            per_longitude: per_latitude * shrink,
            per_latitude,
        }
    }

    fn project(&self, at: Position) -> Point {
        let longitude = beyond(at.longitude, self.west);
        point(
            (longitude - self.west) * self.per_longitude,
            (self.north - at.latitude) * self.per_latitude,
        )
    }

    fn view(&self) -> Box {
        let width = (self.east - self.west) * self.per_longitude;
        Box::new(
            0.0,
            0.0,
            width,
            (self.north - self.south) * self.per_latitude,
        )
    }

    fn graticule(&self, svg: &mut Svg) {
        let view = self.view();
        let span = (self.east - self.west).max(self.north - self.south);
        let steps = [1.0, 2.0, 5.0, 10.0, 20.0];
        let step = (steps.into_iter().find(|it| span / it <= 8.0)).unwrap_or(45.0);
        let mut longitude = (self.west / step).ceil() * step;
        while longitude <= self.east {
            let x = (longitude - self.west) * self.per_longitude;
            svg.line("grid", point(x, 0.0), point(x, view.bottom), "");
            let label = degrees(longitude, 'E', 'W');
            svg.text(
                "faint",
                point(x, view.bottom + 14.0),
                10.0,
                Anchor::Middle,
                &label,
            );
            longitude += step;
        }
        let mut latitude = (self.south / step).ceil() * step;
        while latitude <= self.north {
            let y = (self.north - latitude) * self.per_latitude;
            svg.line("grid", point(0.0, y), point(view.right, y), "");
            svg.text(
                "faint",
                point(-3.0, y + 3.0),
                10.0,
                Anchor::End,
                &degrees(latitude, 'N', 'S'),
            );
            latitude += step;
        }
    }
}

/// The longitude east of which the places span least, so that a way across the date line stays in one piece.
fn western_edge(longitudes: impl Iterator<Item = f64>) -> f64 {
    let mut sorted: Vec<f64> = longitudes.collect();
    sorted.sort_by(f64::total_cmp);
    let mut edge = sorted.first().copied().unwrap_or(0.0);
    let mut widest = edge + 360.0 - sorted.last().copied().unwrap_or(0.0);
    for pair in sorted.windows(2) {
        if pair[1] - pair[0] > widest {
            (edge, widest) = (pair[1], pair[1] - pair[0]);
        }
    }
    edge
}

fn beyond(longitude: f64, west: f64) -> f64 {
    if longitude < west {
        longitude + 360.0
    } else {
        longitude
    }
}

fn degrees(value: f64, positive: char, negative: char) -> String {
    let value = if value > 180.0 { value - 360.0 } else { value };
    if value < 0.0 {
        format!("{}°{negative}", -value)
    } else if value > 0.0 {
        format!("{value}°{positive}")
    } else {
        "0°".to_owned()
    }
}

/// Dots, and names where they cover neither a dot nor one another.
fn labels(
    svg: &mut Svg,
    journey: &Journey,
    points: &BTreeMap<usize, Point>,
    mut taken: Vec<Box>,
    view: Box,
    lang: Lang,
) {
    for (laboratory, at) in points {
        let laboratory = &journey.laboratories[*laboratory];
        let pilot = laboratory.id == journey.pilot;
        svg.circle(
            if pilot { "pilot" } else { "node" },
            *at,
            if pilot { DOT + 2.0 } else { DOT },
        );
        let (full, short) = (
            shortened(laboratory.name(lang), NAME, 360.0),
            shortened(laboratory.name(lang), NAME, 200.0),
        );
        let place = [&full, &short, &laboratory.id]
            .into_iter()
            .find_map(|name| {
                let free = spots(*at, text_width(name, NAME))
                    .into_iter()
                    .find(|spot| {
                        let inside = view.grown(28.0).united(spot) == view.grown(28.0);
                        inside && !taken.iter().any(|it| it.overlaps(spot))
                    })?;
                Some((name, free))
            });
        // Where there is no room even for the identifier, the name stands below and a little away.
        let (name, spot) = place.unwrap_or_else(|| {
            (
                &laboratory.id,
                Box::around(
                    point(at.x, at.y + 34.0),
                    text_width(&laboratory.id, NAME),
                    16.0,
                ),
            )
        });
        leader(svg, *at, spot);
        svg.text(
            "ink halo",
            point(spot.left, spot.bottom - 4.0),
            NAME,
            Anchor::Start,
            name,
        );
        taken.push(spot);
    }
}

/// A thin line from the dot to a name that does not stand next to it.
fn leader(svg: &mut Svg, at: Point, name: Box) {
    let near = point(
        at.x.clamp(name.left, name.right),
        at.y.clamp(name.top, name.bottom),
    );
    if (near.x - at.x).hypot(near.y - at.y) > 2.0 * DOT + 6.0 {
        svg.line("slack", at, near, " stroke-width=\"0.8\"");
    }
}

/// Places for a name around its dot, nearest first.
fn spots(at: Point, width: f64) -> Vec<Box> {
    let height = 17.0;
    let mut spots = Vec::new();
    for ring in 0..4 {
        let away = DOT + 4.0 + 14.0 * f64::from(ring);
        spots.push(Box::new(at.x + away, at.y - height / 2.0, width, height));
        spots.push(Box::new(
            at.x - away - width,
            at.y - height / 2.0,
            width,
            height,
        ));
        for lift in [-height - away, away] {
            for shift in [-width / 2.0, away, -width - away] {
                spots.push(Box::new(at.x + shift, at.y + lift, width, height));
            }
        }
    }
    spots
}
