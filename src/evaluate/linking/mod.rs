//! Linking of a regional or bilateral comparison to the key comparison that defines the reference value.

pub mod link;
mod method;

pub use method::METHODS;
