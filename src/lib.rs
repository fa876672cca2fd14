//! Bidui (比对): comparison protocols as code.

pub mod evaluate;
pub mod intake;
pub mod numeric;
pub mod text;
