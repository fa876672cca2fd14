//! Bidui (比对): comparison protocols as code.

pub mod circulation;
pub mod evaluate;
pub mod numeric;
pub mod text;
pub mod values;
