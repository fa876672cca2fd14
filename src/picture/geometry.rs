//! Points and boxes of a picture, y downwards.

/// A point in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Point {
    pub x: f64,
    pub y: f64,
}

/// A point from its coordinates.
pub fn point(x: f64, y: f64) -> Point {
    Point { x, y }
}

/// An upright rectangle in pixels.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Box {
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

impl Box {
    pub fn new(left: f64, top: f64, width: f64, height: f64) -> Box {
        Box {
            left,
            top,
            right: left + width,
            bottom: top + height,
        }
    }

    pub fn around(centre: Point, width: f64, height: f64) -> Box {
        Box::new(
            centre.x - width / 2.0,
            centre.y - height / 2.0,
            width,
            height,
        )
    }

    pub fn width(&self) -> f64 {
        self.right - self.left
    }

    pub fn height(&self) -> f64 {
        self.bottom - self.top
    }

    pub fn centre(&self) -> Point {
        point(
            (self.left + self.right) / 2.0,
            (self.top + self.bottom) / 2.0,
        )
    }

    pub fn grown(&self, by: f64) -> Box {
        Box {
            left: self.left - by,
            top: self.top - by,
            right: self.right + by,
            bottom: self.bottom + by,
        }
    }

    pub fn overlaps(&self, other: &Box) -> bool {
        self.left < other.right
            && other.left < self.right
            && self.top < other.bottom
            && other.top < self.bottom
    }

    pub fn united(&self, other: &Box) -> Box {
        Box {
            left: self.left.min(other.left),
            top: self.top.min(other.top),
            right: self.right.max(other.right),
            bottom: self.bottom.max(other.bottom),
        }
    }

    /// Where the line from the centre towards `goal` leaves the box.
    pub fn edge_towards(&self, goal: Point) -> Point {
        let centre = self.centre();
        let (dx, dy) = (goal.x - centre.x, goal.y - centre.y);
        let across = |delta: f64, half: f64| {
            if delta == 0.0 {
                f64::INFINITY
            } else {
                half / delta.abs()
            }
        };
        let share = across(dx, self.width() / 2.0)
            .min(across(dy, self.height() / 2.0))
            .min(1.0);
        point(centre.x + dx * share, centre.y + dy * share)
    }
}

/// Boxes of one size around `places`, scaled from their origin so far that none comes nearer to another than `margin`.
pub fn spread(places: &[Point], width: f64, height: f64, margin: f64, least: f64) -> Vec<Box> {
    let mut scale = least;
    loop {
        let boxes: Vec<Box> = (places.iter())
            .map(|it| Box::around(point(it.x * scale, it.y * scale), width, height))
            .collect();
        let clash = boxes.iter().enumerate().any(|(index, it)| {
            let wide = it.grown(margin);
            boxes[..index].iter().any(|other| wide.overlaps(other))
        });
        // Two places at the same point would never part; pictures of that size are of no use either.
        if !clash || scale > 20_000.0 {
            return boxes;
        }
        scale *= 1.08;
    }
}
