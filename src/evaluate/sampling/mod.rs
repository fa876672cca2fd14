//! Evaluations that rest on the distribution of the results, by draws or, where it is known, by quadrature: the median of drawn
//! results, the bootstrap of the DerSimonian–Laird mean, the weighted median.

mod bootstrap;
mod draws;
mod exact;
mod median;
mod network;
mod order;
pub mod propagation;
mod summary;
mod tally;
mod weighted_median;

pub use bootstrap::{BootstrapMean, dersimonian_laird_bootstrap};
pub use draws::{Joint, Plan, Sampled, SampledMedian, sampled_median};
pub use median::{MedianDistribution, median_distribution};
pub use weighted_median::{WeightedMedian, weighted_median};

use crate::evaluate::method::{Data, Inapplicable, Method};

pub const METHODS: &[Method] = &[
    Method {
        id: "monte-carlo-median",
        compute: median::compute,
    },
    Method {
        id: "dersimonian-laird-bootstrap",
        compute: bootstrap::compute,
    },
    Method {
        id: "weighted-median",
        compute: weighted_median::compute,
    },
];

/// The seed of the draws, parameter `seed`, 1 when not given.
pub(crate) fn seed(data: &Data) -> Result<u64, Inapplicable> {
    let seed = data.number_or("seed", 1.0)?;
    // Above 2^53 neighbouring whole numbers are the same double, and two seeds would be one.
    if (0.0..=9_007_199_254_740_992.0).contains(&seed) && seed.fract() == 0.0 {
        return Ok(seed as u64);
    }
    Err(Inapplicable::new(
        "seed",
        format!("随机种子 seed 为 {seed}；须为不超过 2^53 的非负整数"),
        format!("seed is {seed}; it must be a whole number from 0 to 2^53"),
    ))
}

/// The number of draws, parameter `draws`.
pub(crate) fn draws(data: &Data, default: usize) -> Result<usize, Inapplicable> {
    let draws = data.number_or("draws", default as f64)?;
    if (1000.0..=1e8).contains(&draws) {
        return Ok(draws as usize);
    }
    Err(Inapplicable::new(
        "draws",
        format!("抽样次数 draws 为 {draws}；须在 1000 与 1e8 之间"),
        format!("draws is {draws}; it must be between 1000 and 1e8"),
    ))
}

/// Refusal for fewer laboratories in the reference value than `needed`.
pub(crate) fn too_few(members: usize, needed: usize) -> Inapplicable {
    Inapplicable::new(
        "too-few-laboratories",
        format!(
            "参考值中只有 {members} 个实验室，本方法至少需要 {needed} 个；请增加参加参考值的实验室或改用其他方法"
        ),
        format!(
            "results in the reference value: {members}; the method needs at least {needed}: let more take part or use another method"
        ),
    )
}

/// Published results that the tests of several families use.
#[cfg(test)]
pub(crate) mod published {
    use crate::evaluate::laboratories::Laboratories;

    /// PCB 28 in sediment (CCQM-K25), NIST Consensus Builder User's Manual (2020), Exhibit 6.
    pub fn pcb28() -> Laboratories {
        Laboratories {
            lab: ["IRMM", "KRISS", "NARL", "NIST", "NMIJ", "NRC"]
                .map(String::from)
                .to_vec(),
            value: vec![34.3, 32.9, 34.53, 32.42, 31.9, 35.8],
            u: vec![1.03, 0.69, 0.83, 0.29, 0.4, 0.38],
            dof: vec![60.0, 4.0, 18.0, 2.0, 13.0, 60.0],
            in_reference: vec![true; 6],
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use crate::evaluate::table::from_csv;
    use crate::evaluate::{bayes, decision_tree, pool, sampling};

    #[test]
    fn no_input_brings_a_method_down() {
        let tables = [
            "value,u\n",
            "value,u\n1,1\n",
            "value,u\n1,1\n2,1\n",
            "value,u\n1,1\n1,1\n1,1\n",
            "value,u\nnan,1\n1,1\n2,2\n",
            "value,u\ninf,1\n1,1\n2,2\n",
            "value,u\n1,0\n1,1\n2,-1\n",
            "value,u\n1e300,1\n-1e300,1\n2,1\n",
            "value,u\n1e-300,1e-300\n2e-300,1e-300\n4e-300,1e-300\n",
            "value,u\n1,1e-9\n2,1e9\n3,1\n",
            "value,u,dof\n1,1,0.5\n2,1,1\n3,1,1e9\n",
            "value,u,dof\n1,1,-1\n2,1,1\n3,1,2\n",
            "value,u,in_reference\n1,1,false\n2,1,false\n3,1,false\n",
        ];
        let families = [
            sampling::METHODS,
            pool::METHODS,
            bayes::METHODS,
            decision_tree::METHODS,
        ];
        for table in tables {
            let mut data = from_csv(table).unwrap_or_default();
            data.parameters.insert(
                "draws".to_owned(),
                crate::evaluate::method::Field::Number(1e4),
            );
            for method in families.iter().copied().flatten() {
                if let Err(refused) = (method.compute)(&data) {
                    assert!(!refused.reason.zh.is_empty() && !refused.reason.en.is_empty());
                }
            }
        }
    }
}
