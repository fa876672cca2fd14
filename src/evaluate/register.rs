//! The register of all methods.

use super::method::Method;

/// Every method that can be computed, in the order of the families.
pub fn methods() -> Vec<&'static Method> {
    let families: &[&[Method]] = &[
        super::reference::METHODS,
        super::outlier::METHODS,
        super::proficiency::METHODS,
        super::precision::METHODS,
        super::reference_material::METHODS,
        super::sampling::METHODS,
        super::pool::METHODS,
        super::bayes::METHODS,
        super::decision_tree::METHODS,
        super::travelling::METHODS,
        super::vector::METHODS,
        super::linking::METHODS,
        super::integrity::METHODS,
        super::risk::METHODS,
    ];
    families.iter().copied().flatten().collect()
}
