//! The estimators as computable methods: tables in, named quantities out.

mod means;
mod models;

use super::random_effects::Estimator;
use crate::evaluate::columns::option_probability;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};

const fn entry(id: &'static str, compute: fn(&Data) -> Result<Quantities, Inapplicable>) -> Method {
    Method { id, compute }
}

/// The methods of this family.
pub const METHODS: &[Method] = &[
    entry("weighted-mean", means::compute_weighted_mean),
    entry("birge-mean", means::compute_birge_mean),
    entry("arithmetic-mean", means::compute_arithmetic_mean),
    entry("mean-after-mad-rule", means::compute_mean_after_mad_rule),
    entry("median", means::compute_median),
    entry("external-value", means::compute_external_value),
    entry("generalised-least-squares-mean", means::compute_gls_mean),
    entry("cut-off-mean", means::compute_cut_off_mean),
    entry("random-effects", models::compute_random_effects),
    entry("dersimonian-laird", |data| {
        models::compute_one_random_effects(data, Estimator::DerSimonianLaird)
    }),
    entry("mandel-paule", |data| {
        models::compute_one_random_effects(data, Estimator::MandelPaule)
    }),
    entry("restricted-maximum-likelihood", |data| {
        models::compute_one_random_effects(data, Estimator::Reml)
    }),
    entry("maximum-likelihood", |data| {
        models::compute_one_random_effects(data, Estimator::MaximumLikelihood)
    }),
    entry("vangel-rukhin", models::compute_vangel_rukhin),
    entry("power-moderated-mean", models::compute_power_moderated_mean),
    entry(
        "largest-consistent-subset",
        models::compute_largest_consistent_subset,
    ),
    entry("leave-one-out", means::compute_leave_one_out),
];

fn significance(data: &Data) -> Result<f64, Inapplicable> {
    option_probability(data, "significance", 0.05)
}

/// Coverage factor of the degrees of equivalence, 2 unless set.
fn coverage_k(data: &Data) -> Result<f64, Inapplicable> {
    let k = data.number_or("coverage", 2.0)?;
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
    let word = data.word_or(name, words.first().copied().unwrap_or(""))?;
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
