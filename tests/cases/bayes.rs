//! Cases of the evaluations by distributions: hierarchical Bayes, Monte Carlo median, bootstrap, linear pool, decision tree.

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
    plain("kc-hb-gauss-", "hierarchical-gauss"),
    plain("kc-hb-laplace-", "hierarchical-laplace"),
    plain("kc-mc-median-", "monte-carlo-median"),
    plain("kc-dl-bootstrap-", "dersimonian-laird-bootstrap"),
    plain("kc-linear-pool-", "linear-pool"),
    plain("kc-decision-tree-", "decision-tree"),
    plain("kc-weighted-median-", "weighted-median"),
];
