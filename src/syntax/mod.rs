//! From text to a lossless tree of statements; nothing here knows what a statement means.
//!
//! [`parse`] cannot fail: every text becomes a [`Tree`] whose tokens tile the source, together with what is wrong with its form.

mod braces;
mod lexer;
mod meant;
mod slips;
mod token;
mod tree;

pub use meant::{iso_date, plain_number, quoted};
pub use token::{Bracket, Kind, Slip, Symbol, Token};
pub use tree::{Block, Line, TOP_LEVEL, Tree, parse};
