//! Cases of proficiency testing, precision experiments and reference materials.

use super::Mapping;

const fn plain(prefix: &'static str, method: &'static str) -> Mapping {
    Mapping {
        prefix,
        method,
        set: &[],
        renames: &[],
    }
}

/// The printed row of Algorithm A and of Q/Hampel has the uncertainty as its third number; the exact one has not.
const WITHOUT_UNCERTAINTY: &[(&str, &[&str])] = &[
    ("algorithm_a_exact", &["algorithm_a.x", "algorithm_a.s"]),
    ("q_hampel_exact", &["q_hampel.x", "q_hampel.s"]),
];

pub const MAPPINGS: &[Mapping] = &[
    plain("pt-algorithm-a-", "algorithm-a"),
    plain("pt-homogeneity-", "homogeneity-stability"),
    plain("pt-iso5725-", "precision-experiment"),
    Mapping {
        prefix: "pt-robust-estimators-",
        method: "robust-estimators",
        set: &[],
        renames: WITHOUT_UNCERTAINTY,
    },
    plain("pt-scores-", "proficiency-scores"),
    plain("pt-three-participants", "few-participants"),
    plain("pt-z-ceiling", "z-ceiling"),
    plain("pt-kernel-mode-", "kernel-mode"),
    plain("pt-algorithm-s-", "algorithm-s"),
    plain("pt-crm-comparison-", "crm-comparison"),
    plain("pt-value-agreement-", "assigned-value-agreement"),
];
