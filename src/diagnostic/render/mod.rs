//! Findings for people and for programs; each format is one file.

mod human;
mod json;
mod short;

pub use human::{human, human_coloured};
pub use json::json;
pub use short::short;
