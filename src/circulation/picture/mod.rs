//! Pictures of a circulation as SVG: its graph, its map, its timetable.
//!
//! The pictures stand alone: names are escaped, fonts fall back to Chinese ones, colours follow the reader's light or dark scheme.

mod gantt;
mod graph;
mod map;

pub use gantt::gantt;
pub use graph::graph;
pub use map::map;

#[cfg(test)]
mod tests;
