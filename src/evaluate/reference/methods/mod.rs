//! The estimators as computable methods: tables in, named quantities out.

mod means;
mod models;

use super::random_effects::Estimator;
use crate::evaluate::method::{Data, Inapplicable, Method};

/// The methods of this family.
pub const METHODS: &[Method] = &[
    Method {
        id: "weighted-mean",
        compute: means::compute_weighted_mean,
    },
    Method {
        id: "birge-mean",
        compute: means::compute_birge_mean,
    },
    Method {
        id: "arithmetic-mean",
        compute: means::compute_arithmetic_mean,
    },
    Method {
        id: "mean-after-mad-rule",
        compute: means::compute_mean_after_mad_rule,
    },
    Method {
        id: "median",
        compute: means::compute_median,
    },
    Method {
        id: "external-value",
        compute: means::compute_external_value,
    },
    Method {
        id: "generalised-least-squares-mean",
        compute: means::compute_gls_mean,
    },
    Method {
        id: "cut-off-mean",
        compute: means::compute_cut_off_mean,
    },
    Method {
        id: "random-effects",
        compute: models::compute_random_effects,
    },
    Method {
        id: "dersimonian-laird",
        compute: |data| models::compute_one_random_effects(data, Estimator::DerSimonianLaird),
    },
    Method {
        id: "mandel-paule",
        compute: |data| models::compute_one_random_effects(data, Estimator::MandelPaule),
    },
    Method {
        id: "restricted-maximum-likelihood",
        compute: |data| models::compute_one_random_effects(data, Estimator::Reml),
    },
    Method {
        id: "maximum-likelihood",
        compute: |data| models::compute_one_random_effects(data, Estimator::MaximumLikelihood),
    },
    Method {
        id: "vangel-rukhin",
        compute: models::compute_vangel_rukhin,
    },
    Method {
        id: "power-moderated-mean",
        compute: models::compute_power_moderated_mean,
    },
    Method {
        id: "largest-consistent-subset",
        compute: models::compute_largest_consistent_subset,
    },
    Method {
        id: "leave-one-out",
        compute: means::compute_leave_one_out,
    },
];

fn significance(data: &Data) -> f64 {
    data.number_or("significance", 0.05)
}

/// Coverage factor of the degrees of equivalence, 2 unless set.
fn coverage_k(data: &Data) -> Result<f64, Inapplicable> {
    let k = data.number_or("coverage", 2.0);
    if k.is_finite() && k > 0.0 {
        return Ok(k);
    }
    Err(Inapplicable::new(
        "invalid-coverage",
        format!("包含因子 coverage = {k}；须大于零，常用 2"),
        format!("the coverage factor is {k}; it must be positive, 2 is usual"),
    ))
}

/// A word parameter that must be one of `known`; the first is the default.
fn choice<T: Copy>(data: &Data, name: &str, known: &[(&str, T)]) -> Result<T, Inapplicable> {
    let words: Vec<&str> = known.iter().map(|(word, _)| *word).collect();
    let word = data.word_or(name, words.first().copied().unwrap_or(""));
    known
        .iter()
        .find(|(known, _)| *known == word)
        .map(|(_, value)| *value)
        .ok_or_else(|| {
            let list = words.join(", ");
            Inapplicable::new(
                "unknown-option",
                format!("参数 {name} 的取值 `{word}` 无效；可取：{list}"),
                format!("parameter {name} cannot be `{word}`; it is one of: {list}"),
            )
        })
}
