//! A planned circulation as text for other programs: DOT, Mermaid, iCalendar, CSV.

mod calendar_file;
mod dot;
mod label;
mod mermaid;
mod table;

pub use calendar_file::{Stamp, calendar_file};
pub use dot::dot;
pub(super) use label::{artefact_name, specimen_name};
pub use mermaid::{mermaid_gantt, mermaid_graph};
pub use table::csv;

#[cfg(test)]
mod tests;
