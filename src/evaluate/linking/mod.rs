//! Linking of a regional or bilateral comparison to the key comparison that defines the reference value.

pub mod link;
mod method;
pub mod published;

pub use method::METHODS;
