//! Physical values as a protocol writes them: decimal numbers, units, quantities, uncertainties, dates and working days.
//!
//! Nothing here knows the grammar of the language; every function takes text or numbers and answers with a value or with a
//! small error that can say itself in both languages.

pub mod calendar;
pub mod date;
pub mod decimal;
pub mod entries;
pub mod quantity;
pub mod rounding;
pub mod uncertainty;
pub mod unit;
