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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::evaluate::case_check::check;

    #[test]
    fn a_ring_agrees_with_its_reference_case() {
        check("circ-ring-two-pilot", &ring::RING);
    }

    #[test]
    fn a_star_with_linear_drift_agrees_with_its_reference_case() {
        check("circ-star-linear-drift", &star::LINEAR);
    }

    #[test]
    fn petals_agree_with_their_reference_case() {
        check("circ-petal", &petal::PETAL);
    }
}
