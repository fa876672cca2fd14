//! Bidui (比对): comparison protocols as code.

pub mod check;
pub mod circulation;
pub mod cli;
pub mod compile;
pub mod condition;
pub mod diagnostic;
pub mod evaluate;
pub mod examples;
pub mod intake;
pub mod manual;
pub mod model;
pub mod numeric;
pub mod picture;
pub mod plan;
pub mod project;
pub mod report;
pub mod run;
pub mod schema;
pub mod source;
pub mod syntax;
pub mod text;
pub mod values;
pub mod words;
