//! The ladders as state diagrams: SVG for documents, Mermaid for wikis.

use super::machine::{Ladder, Move, State, StateKind};
use super::words::Words;
use crate::model::rules::Consequence;
use crate::picture::geometry::{Box, Point, point};
use crate::picture::svg::{Anchor, Svg, text_width};
use crate::text::{Lang, Text};

const TITLE: f64 = 14.0;
const DETAIL: f64 = 11.0;
const HEIGHT: f64 = 44.0;
/// From one branch to the next below, and from one ladder to the next.
const BRANCH: f64 = 58.0;
const BETWEEN: f64 = 22.0;
/// The least distance between two columns.
const GAP: f64 = 34.0;

/// The ladders one below the other, each from left to right: from the event over the measures to the ends.
pub fn svg(consequences: &[Consequence], words: &Words, lang: Lang) -> String {
    let ladders = consequences.iter().map(|it| Ladder::of(it, words));
    let ladders: Vec<Ladder> = ladders.collect();
    let columns = Columns::of(&ladders, lang);
    let mut svg = Svg::default();
    let mut view = Box::new(0.0, 0.0, 1.0, 1.0);
    let mut top = 0.0;
    for ladder in &ladders {
        let mut placed = Placed {
            columns: &columns,
            places: vec![point(0.0, 0.0); ladder.states.len()],
            next_leaf: top,
        };
        placed.place(ladder, 0, 0);
        for it in &ladder.moves {
            draw_move(&mut svg, ladder, &placed, it, lang);
        }
        for (index, state) in ladder.states.iter().enumerate() {
            let area = placed.area(index, state, lang);
            view = view.united(&area);
            draw_state(&mut svg, state, area, lang);
        }
        top = placed.next_leaf + BETWEEN;
    }
    let title = Text::new("处理措施", "Consequences");
    let title = title.get(lang);
    let view = Box {
        top: view.top - 36.0,
        ..view
    };
    let heading = point(view.left, view.top + 14.0);
    svg.text("ink", heading, 16.0, Anchor::Start, title);
    svg.finish(view.grown(20.0), title)
}

/// Width of every column and the gap before it.
struct Columns {
    widths: Vec<f64>,
    gaps: Vec<f64>,
}

impl Columns {
    fn of(ladders: &[Ladder], lang: Lang) -> Columns {
        let mut columns = Columns {
            widths: Vec::new(),
            gaps: Vec::new(),
        };
        for ladder in ladders {
            columns.measure(ladder, 0, 0, lang);
        }
        columns
    }

    fn measure(&mut self, ladder: &Ladder, index: usize, column: usize, lang: Lang) {
        let Some(state) = ladder.states.get(index) else {
            return;
        };
        while self.widths.len() <= column {
            self.widths.push(0.0);
            self.gaps.push(GAP);
        }
        self.widths[column] = self.widths[column].max(width(state, lang));
        for it in ladder.next(index) {
            self.measure(ladder, it.to, column + 1, lang);
            let label = it
                .under
                .as_ref()
                .map_or(0.0, |t| text_width(t.get(lang), DETAIL) + 44.0);
            self.gaps[column + 1] = self.gaps[column + 1].max(label);
        }
    }

    fn left(&self, column: usize) -> f64 {
        (1..=column)
            .map(|it| self.widths[it - 1] + self.gaps[it])
            .sum()
    }
}

fn width(state: &State, lang: Lang) -> f64 {
    if state.kind == StateKind::End {
        return 16.0;
    }
    let detail = state
        .detail
        .as_ref()
        .map_or(0.0, |t| text_width(t.get(lang), DETAIL));
    text_width(state.title.get(lang), TITLE).max(detail) + 24.0
}

/// Left edge and middle height of every state.
struct Placed<'a> {
    columns: &'a Columns,
    places: Vec<Point>,
    next_leaf: f64,
}

impl Placed<'_> {
    /// A state stands in the middle of its branches.
    fn place(&mut self, ladder: &Ladder, index: usize, column: usize) -> f64 {
        let heights: Vec<f64> = (ladder.next(index))
            .map(|it| self.place(ladder, it.to, column + 1))
            .collect();
        let y = match (heights.first(), heights.last()) {
            (Some(first), Some(last)) => (first + last) / 2.0,
            _ => {
                self.next_leaf += BRANCH;
                self.next_leaf - BRANCH
            }
        };
        self.places[index] = point(self.columns.left(column), y);
        y
    }

    fn area(&self, index: usize, state: &State, lang: Lang) -> Box {
        let place = self.places[index];
        let height = if state.kind == StateKind::End {
            16.0
        } else {
            HEIGHT
        };
        Box::new(place.x, place.y - height / 2.0, width(state, lang), height)
    }
}

fn draw_move(svg: &mut Svg, ladder: &Ladder, placed: &Placed<'_>, it: &Move, lang: Lang) {
    let (Some(from), Some(to)) = (ladder.states.get(it.from), ladder.states.get(it.to)) else {
        return;
    };
    let (left, right) = (
        placed.area(it.from, from, lang),
        placed.area(it.to, to, lang),
    );
    let (start, end) = (
        point(left.right, left.centre().y),
        point(right.left - 2.0, right.centre().y),
    );
    svg.line("leg", start, end, " marker-end=\"url(#tip)\"");
    if let Some(under) = &it.under {
        // Above an arrow that rises and below one that falls, so that the arrow does not cross its label.
        let aside = if end.y > start.y { 15.0 } else { -7.0 };
        let at = point((start.x + end.x) / 2.0, (start.y + end.y) / 2.0 + aside);
        svg.text("ink halo", at, DETAIL, Anchor::Middle, under.get(lang));
    }
}

fn draw_state(svg: &mut Svg, state: &State, area: Box, lang: Lang) {
    let middle = area.centre();
    let (class, ink, radius) = match state.kind {
        StateKind::End => {
            svg.circle("node", middle, 8.0);
            svg.circle("window", middle, 4.0);
            return;
        }
        StateKind::Event => ("pilot", "onpilot", HEIGHT / 2.0),
        StateKind::Measure | StateKind::Retest => ("node", "ink", 6.0),
    };
    svg.rect(class, area, radius);
    let drop = if state.detail.is_some() { -2.0 } else { 5.0 };
    let at = point(middle.x, middle.y + drop);
    svg.text(ink, at, TITLE, Anchor::Middle, state.title.get(lang));
    if let Some(detail) = &state.detail {
        let at = point(middle.x, middle.y + 14.0);
        svg.text("faint", at, DETAIL, Anchor::Middle, detail.get(lang));
    }
}

/// The ladders as one Mermaid `stateDiagram-v2`.
pub fn mermaid(consequences: &[Consequence], words: &Words, lang: Lang) -> String {
    let mut out = String::from("stateDiagram-v2\n    direction LR\n");
    for (number, consequence) in consequences.iter().enumerate() {
        let ladder = Ladder::of(consequence, words);
        let name = |index: usize| match ladder.states.get(index).map(|state| state.kind) {
            Some(StateKind::End) | None => "[*]".to_owned(),
            Some(_) => format!("s{}_{index}", number + 1),
        };
        for (index, state) in ladder.states.iter().enumerate() {
            if state.kind == StateKind::End {
                continue;
            }
            let detail = state
                .detail
                .as_ref()
                .map(|t| format!("<br>{}", quoted(t.get(lang))));
            out.push_str(&format!(
                "    state \"{}{}\" as {}\n",
                quoted(state.title.get(lang)),
                detail.unwrap_or_default(),
                name(index)
            ));
        }
        out.push_str(&format!("    [*] --> {}\n", name(0)));
        for it in &ladder.moves {
            let under = it
                .under
                .as_ref()
                .map(|t| format!(" : {}", quoted(t.get(lang))));
            let (from, to) = (name(it.from), name(it.to));
            out.push_str(&format!(
                "    {from} --> {to}{}\n",
                under.unwrap_or_default()
            ));
        }
    }
    out
}

/// Signs that mean something to Mermaid as its own entities.
fn quoted(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for sign in text.chars() {
        match sign {
            '#' => out.push_str("#35;"),
            '"' => out.push_str("#quot;"),
            ';' => out.push_str("#59;"),
            _ => out.push(sign),
        }
    }
    out
}
