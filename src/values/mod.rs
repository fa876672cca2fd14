//! Physical values as a protocol writes them: decimal numbers, units, quantities, uncertainties, dates and working days.
//!
//! Nothing here knows the grammar of the language; every function takes text or numbers and answers with a value or with a
//! small error that can say itself in both languages.

/// Makes an error that has a `message()` in both languages an ordinary Rust error, which speaks English.
macro_rules! spoken {
    ($error:ty) => {
        impl std::fmt::Display for $error {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(&self.message().en)
            }
        }

        impl std::error::Error for $error {}
    };
}
use spoken;

pub mod calendar;
pub mod date;
pub mod decimal;
pub mod entries;
pub mod quantity;
pub mod rounding;
pub mod uncertainty;
pub mod unit;
