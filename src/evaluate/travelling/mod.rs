//! Evaluation of comparisons with a travelling standard: circulation, stability and drift.
//!
//! The pilot's measurements give the reference value at the time of each laboratory ([`drift::reference_at`]) with the covariance
//! between laboratories; the designs (ring, star, petal, several artefacts, bilateral) differ in how that reference is formed.

pub mod bilateral;
pub mod drift;
pub mod equivalence;
pub mod loops;
pub mod petal;
pub mod pilot;
pub mod ring;
pub mod stability;
pub mod star;
pub mod walk;

use crate::evaluate::method::Method;

/// The methods of this family.
pub const METHODS: &[Method] = &[
    ring::RING,
    star::LINEAR,
    star::WALK,
    star::CONSENSUS,
    petal::PETAL,
    loops::LOOPS,
    bilateral::BILATERAL,
    stability::DRIFT_TEST,
    stability::DRIFT_ACTION,
];
