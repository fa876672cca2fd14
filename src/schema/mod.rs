//! The language, described once, and the reading of trees by that description.
//!
//! [`table`] holds the statements (`statements.toml`): keywords in both languages, arguments, blocks, cardinalities, documentation.
//! [`read`] turns the lines of a [`Tree`](crate::syntax::Tree) into [`Entry`]s by it and reports what does not fit; nothing is dropped in
//! silence. What an entry means is the model's business.

mod amounts;
mod arguments;
mod condition;
mod cursor;
mod entry;
pub mod expression;
mod instead;
mod messages;
mod read;
pub mod table;
mod usage;
mod written;

pub use entry::{Amount, Entry, Keyword, MethodCall, Step, Value};
pub use messages::missing_statement;
pub use read::{Document, lacking, read};
pub use usage::{Element, Slot};
pub use written::{describe, usage as written_usage};
