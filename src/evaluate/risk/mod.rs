//! Decisions and what can go wrong with them: operating characteristics, zones, conformity, families of tests.

pub mod multiplicity;
