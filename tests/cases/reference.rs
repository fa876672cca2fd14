//! Cases of the reference values and degrees of equivalence.

use super::Mapping;

pub const fn plain(prefix: &'static str, method: &'static str) -> Mapping {
    Mapping {
        prefix,
        method,
        set: &[],
        renames: &[],
    }
}

/// The comparison of the peer's default with the converged Mandel–Paule solution has two numbers under one name.
const PEER: &[(&str, &[&str])] = &[("peer.metRology_mpaule_default", &["MP.mu", "MP.u"])];

pub const MAPPINGS: &[Mapping] = &[
    plain("kc-weighted-mean-", "weighted-mean"),
    plain("kc-effective-dof", "weighted-mean"),
    plain("kc-correlated-gls", "generalised-least-squares-mean"),
    plain("kc-lcs-", "largest-consistent-subset"),
    plain("kc-cutoff-", "cut-off-mean"),
    Mapping {
        prefix: "kc-mandel-paule-",
        method: "random-effects",
        set: &[],
        renames: PEER,
    },
    Mapping {
        prefix: "kc-random-effects-",
        method: "random-effects",
        set: &[],
        renames: PEER,
    },
    plain("kc-mean-", "arithmetic-mean"),
    plain("kc-mean-outlier-", "mean-after-mad-rule"),
    plain("kc-ccqm-k88-", "median"),
    plain("kc-pmm-", "power-moderated-mean"),
    plain("kc-vangel-rukhin-", "vangel-rukhin"),
    plain("kc-median-", "median"),
    plain("kc-external-", "external-value"),
    plain("kc-birge-", "birge-mean"),
    plain("kc-leave-one-out-", "leave-one-out"),
];
