//! Circulation, linking, vector results, integrity and risk.

use super::Mapping;
use super::reference::plain;

pub const MAPPINGS: &[Mapping] = &[
    plain("circ-ring", "ring-circulation"),
    plain("circ-star-linear-drift", "star-linear-drift"),
    plain("circ-star-drift-gls", "star-drift-consensus"),
    plain("circ-star-random-walk", "star-random-walk"),
    plain("circ-petal", "petal-circulation"),
    plain("circ-two-artefacts", "artefacts-and-loops"),
    plain("circ-bilateral", "bilateral-travelling-standards"),
    plain("circ-multi-point", "multi-point-consensus"),
    plain("circ-complex", "complex-consensus"),
    plain("circ-link", "link-to-key-comparison"),
    plain("integrity-", "integrity-screen"),
    plain("integrity-order-", "circulation-order-effects"),
    plain("risk-en", "en-operating-characteristic"),
    plain("risk-three-zone", "three-zone-decision"),
    plain("risk-conformity", "conformity-risk"),
    plain("risk-multiple", "multiple-comparisons"),
];
