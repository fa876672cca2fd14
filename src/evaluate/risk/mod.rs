//! Decisions and what can go wrong with them: operating characteristics, zones, conformity, families of tests.

pub mod conformity;
pub mod family;
pub mod multiplicity;
pub mod operating;
pub mod zones;

use crate::evaluate::method::Method;

/// The methods of this family.
pub const METHODS: &[Method] = &[
    operating::OPERATING,
    operating::DETECTABLE,
    zones::THREE_ZONE,
    conformity::CONFORMITY,
    family::MULTIPLE,
];
