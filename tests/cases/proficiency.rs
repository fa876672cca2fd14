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

pub const MAPPINGS: &[Mapping] = &[
    plain("pt-algorithm-a-", "algorithm-a"),
    plain("pt-homogeneity-", "homogeneity-stability"),
    plain("pt-iso5725-", "precision-experiment"),
    plain("pt-robust-estimators-", "robust-estimators"),
    plain("pt-scores-", "proficiency-scores"),
    plain("pt-three-participants", "few-participants"),
    plain("pt-z-ceiling", "z-ceiling"),
    plain("pt-kernel-mode-", "kernel-mode"),
    plain("pt-algorithm-s-", "algorithm-s"),
    plain("pt-crm-comparison-", "crm-comparison"),
    plain("pt-value-agreement-", "assigned-value-agreement"),
    plain("pt-q-hampel-", "q-hampel"),
    plain("pt-youden-", "youden-pairs"),
    plain("pt-grubbs-", "grubbs"),
    plain("pt-horwitz-", "sigma-horwitz"),
    plain("pt-rm-homogeneity-", "homogeneity-anova"),
    plain("pt-rm-stability-", "stability-trend"),
];
