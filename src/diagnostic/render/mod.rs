//! Findings for people and for programs; each format is one file.

mod github;
mod human;
mod json;
pub mod junit;
mod sarif;
mod short;

pub use github::github;
pub use human::{human, human_coloured};
pub use json::json;
pub use junit::junit;
pub use sarif::sarif;
pub use short::short;
