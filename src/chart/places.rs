//! Labels beside marks that may lie close to one another.

use crate::picture::geometry::{Box, Point, point};
use crate::picture::svg::{Anchor, Svg, text_width};

/// A mark that is drawn already, and what is to stand beside it.
pub(super) struct Mark {
    pub at: Point,
    pub label: String,
    /// Marks with the larger number find their place first.
    pub first: f64,
}

const LETTERS: f64 = 10.0;
/// Half the side of the square that a mark keeps free of labels.
const CLEAR: f64 = 4.5;
/// Beyond this distance a line leads from the mark to its label.
const NEAR: f64 = 16.0;

/// Writes every label at the nearest place that no mark, no other label and no edge of `inside` takes; one that finds no place within
/// the whole of it is written where its mark is.
pub(super) fn label_all(svg: &mut Svg, marks: &[Mark], inside: &Box) {
    let mut taken: Vec<Box> = marks
        .iter()
        .map(|mark| Box::around(mark.at, 2.0 * CLEAR, 2.0 * CLEAR))
        .collect();
    let mut order: Vec<&Mark> = marks.iter().collect();
    order.sort_by(|a, b| {
        b.first
            .total_cmp(&a.first)
            .then_with(|| a.label.cmp(&b.label))
    });
    for mark in order {
        let place = place(mark, &taken, inside);
        let centre = place.centre();
        if (centre.x - mark.at.x).hypot(centre.y - mark.at.y) > NEAR + 0.5 * place.width() {
            let edge = place.edge_towards(mark.at);
            svg.line("slack", edge, mark.at, " stroke-width=\"0.6\"");
        }
        let base = point(centre.x, centre.y + 0.36 * LETTERS);
        svg.text("ink halo", base, LETTERS, Anchor::Middle, &mark.label);
        taken.push(place);
    }
}

fn place(mark: &Mark, taken: &[Box], inside: &Box) -> Box {
    let (width, height) = (text_width(&mark.label, LETTERS) + 3.0, LETTERS + 3.0);
    let largest = inside.width().hypot(inside.height());
    let mut gap = CLEAR + 1.0;
    while gap < largest {
        for step in 0..16 {
            let (sin, cos) = (f64::from(step) * std::f64::consts::TAU / 16.0).sin_cos();
            // The label touches the circle of this radius with its nearest side.
            let centre = point(
                mark.at.x + cos * (gap + 0.5 * width),
                mark.at.y - sin * (gap + 0.5 * height),
            );
            let place = Box::around(centre, width, height);
            let fits = place.left >= inside.left
                && place.right <= inside.right
                && place.top >= inside.top
                && place.bottom <= inside.bottom;
            if fits && !taken.iter().any(|other| other.overlaps(&place)) {
                return place;
            }
        }
        gap += 6.0;
    }
    Box::around(mark.at, width, height)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn labels_of_sixty_marks_at_one_point_do_not_cover_each_other() {
        let inside = Box::new(0.0, 0.0, 640.0, 640.0);
        let mut taken = Vec::new();
        for index in 0..60 {
            let mark = Mark {
                at: point(300.0 + f64::from(index % 5), 300.0),
                label: format!("L{index}"),
                first: 0.0,
            };
            let place = place(&mark, &taken, &inside);
            assert!(
                !taken.iter().any(|other: &Box| other.overlaps(&place)),
                "{index}"
            );
            taken.push(place);
        }
    }
}
