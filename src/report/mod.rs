//! Documents.
pub mod outcome;
