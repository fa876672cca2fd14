//! A fixed decision tree between evaluation methods: homogeneity, then normality or symmetry and normality.
//!
//! The levels are declared before the data are seen and the tree is gone through once; trying several leaves and choosing among
//! their results is not what it is for.
//!
//! Source: D. Newton, A. Koepke, A. Possolo, M. Winchester, NIST Decision Tree User's Manual, 3rd ed. (2024).

mod shapiro_wilk;
mod symmetry;

pub use shapiro_wilk::{ShapiroWilk, shapiro_wilk};
pub use symmetry::{Symmetry, symmetry};

use crate::evaluate::bayes::{Effects, Priors, hierarchical};
use crate::evaluate::consistency::{ChiSquared, chi_squared_test};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::evaluate::reference::random_effects;
use crate::evaluate::sampling::{self, dersimonian_laird_bootstrap, too_few, weighted_median};
use crate::numeric::sum;

pub const METHODS: &[Method] = &[Method {
    id: "decision-tree",
    compute,
}];

/// Draws of a leaf that is bootstrapped.
const DRAWS: usize = 100_000;

/// Significance levels of the three tests; a hypothesis is rejected when p is below.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    pub homogeneity: f64,
    pub normality: f64,
    pub symmetry: f64,
}

impl Default for Levels {
    /// Those of the manual.
    fn default() -> Levels {
        Levels {
            homogeneity: 0.10,
            normality: 0.05,
            symmetry: 0.01,
        }
    }
}

/// Where the tree ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Leaf {
    /// DerSimonian–Laird mean with bootstrap.
    AdaptiveWeightedAverage,
    WeightedMedian,
    HierarchicalGauss,
    HierarchicalLaplace,
    HierarchicalSkewed,
}

impl Leaf {
    /// The name of the leaf in the manual.
    pub fn name(self) -> &'static str {
        match self {
            Leaf::AdaptiveWeightedAverage => "adaptive-weighted-average",
            Leaf::WeightedMedian => "weighted-median",
            Leaf::HierarchicalGauss => "hierarchical-gauss-gauss",
            Leaf::HierarchicalLaplace => "hierarchical-laplace-gauss",
            Leaf::HierarchicalSkewed => "hierarchical-skew-student-gauss",
        }
    }
}

/// The tests and the leaf they lead to.
#[derive(Debug, Clone, PartialEq)]
pub struct Decision {
    /// Cochran's Q against χ²(n − 1).
    pub homogeneity: ChiSquared,
    /// DerSimonian–Laird standard deviation between laboratories, in the unit of the results.
    pub tau: f64,
    /// Of (x − median)/u.
    pub normality: ShapiroWilk,
    /// Of x.
    pub symmetry: Symmetry,
    pub leaf: Leaf,
}

/// Goes through the tree with the results of the reference value, at least three of them.
pub fn decide(labs: &Laboratories, levels: Levels, seed: u64) -> Result<Decision, Inapplicable> {
    let of = |column: &[f64]| -> Vec<f64> {
        column
            .iter()
            .zip(&labs.in_reference)
            .filter(|(_, inside)| **inside)
            .map(|(v, _)| *v)
            .collect()
    };
    let (x, u) = (of(&labs.value), of(&labs.u));
    if x.len() < 3 {
        return Err(too_few(x.len(), 3));
    }
    let (centre, unit) = (sum::median(&x), sum::median(&u));
    let x: Vec<f64> = x.iter().map(|v| (v - centre) / unit).collect();
    let u: Vec<f64> = u.iter().map(|u| u / unit).collect();
    let fixed = random_effects::fixed(&x, &u);
    let homogeneity = chi_squared_test(fixed.q, x.len() as f64 - 1.0, levels.homogeneity)?;
    let scaled: Vec<f64> = x.iter().zip(&u).map(|(x, u)| x / u).collect();
    let (Some(normality), Some(symmetry)) = (shapiro_wilk(&scaled), symmetry(&x, seed)) else {
        return Err(untestable());
    };
    let normal = normality.p >= levels.normality;
    let leaf = match (
        homogeneity.p_right >= levels.homogeneity,
        symmetry.p >= levels.symmetry,
    ) {
        (true, _) if normal => Leaf::AdaptiveWeightedAverage,
        (true, _) => Leaf::WeightedMedian,
        (false, false) => Leaf::HierarchicalSkewed,
        (false, true) if normal => Leaf::HierarchicalGauss,
        (false, true) => Leaf::HierarchicalLaplace,
    };
    let tau = unit * random_effects::dersimonian_laird(&x, &u).tau2.sqrt();
    Ok(Decision {
        homogeneity,
        tau,
        normality,
        symmetry,
        leaf,
    })
}

fn untestable() -> Inapplicable {
    Inapplicable::new(
        "untestable",
        "各实验室结果完全相同或超过 5000 个，无法检验正态性；请直接选定评价方法",
        "all results are equal, or there are more than 5000, so normality cannot be tested; choose the method directly",
    )
}

/// Value and standard uncertainty that the method of `leaf` gives. Skewed effects are skew-normal, without the degrees of freedom
/// of the manual's skewed Student effects.
fn evaluate(labs: &Laboratories, leaf: Leaf, seed: u64) -> Result<(f64, f64), Inapplicable> {
    let bayes = |effects: Effects| {
        hierarchical(labs, effects, Priors::weakly_informative(labs))
            .map(|result| (result.mean, result.sd))
    };
    match leaf {
        Leaf::AdaptiveWeightedAverage => {
            dersimonian_laird_bootstrap(labs, seed, DRAWS).map(|result| (result.mean, result.u))
        }
        Leaf::WeightedMedian => {
            weighted_median(labs, seed, DRAWS).map(|result| (result.value, result.u))
        }
        Leaf::HierarchicalGauss => bayes(Effects::Gauss),
        Leaf::HierarchicalLaplace => bayes(Effects::Laplace),
        Leaf::HierarchicalSkewed => bayes(Effects::SkewNormal),
    }
}

fn compute(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let default = Levels::default();
    let levels = Levels {
        homogeneity: data.number_or("homogeneity_level", default.homogeneity)?,
        normality: data.number_or("normality_level", default.normality)?,
        symmetry: data.number_or("symmetry_level", default.symmetry)?,
    };
    let seed = sampling::seed(data)?;
    let decision = decide(&labs, levels, seed)?;
    let inside = |column: &[f64]| -> Vec<f64> {
        column
            .iter()
            .zip(&labs.in_reference)
            .filter(|(_, inside)| **inside)
            .map(|(v, _)| *v)
            .collect()
    };
    let mut q = Quantities::default();
    q.words("lab", labs.lab.clone());
    q.number("Q", decision.homogeneity.observed);
    q.number("Q.dof", decision.homogeneity.dof);
    q.number("Q.p_right", decision.homogeneity.p_right);
    q.number("tau_DL", decision.tau);
    q.number(
        "tau_over_median_x",
        decision.tau / sum::median(&inside(&labs.value)).abs(),
    );
    q.number(
        "tau_over_median_u",
        decision.tau / sum::median(&inside(&labs.u)),
    );
    q.number("shapiro_wilk.W", decision.normality.w);
    q.number("shapiro_wilk.p", decision.normality.p);
    q.number(
        "mgg.statistic_sqrt_n_mean_minus_median_over_J",
        decision.symmetry.statistic,
    );
    q.number("mgg.p_bootstrap", decision.symmetry.p);
    q.word("recommended", decision.leaf.name());
    let (value, u) = evaluate(&labs, decision.leaf, seed)?;
    q.number("reference.value", value);
    q.number("reference.u", u);
    q.numbers(
        "doe.D",
        labs.value.iter().map(|x| x - value).collect::<Vec<_>>(),
    );
    Ok(q)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn leaf(value: &[f64], u: f64) -> Leaf {
        decide(
            &Laboratories::new(value, &vec![u; value.len()]).unwrap(),
            Levels::default(),
            1,
        )
        .unwrap()
        .leaf
    }

    #[test]
    fn every_leaf_can_be_reached() {
        let heavy = [-9.0, -0.3, -0.2, -0.1, 0.0, 0.1, 0.2, 0.3, 9.0];
        let skewed: Vec<f64> = (0..25).map(|i| (0.35 * f64::from(i)).exp()).collect();
        assert_eq!(
            leaf(&[-1.0, -0.4, 0.0, 0.4, 1.0], 1.0),
            Leaf::AdaptiveWeightedAverage
        );
        assert_eq!(leaf(&heavy, 10.0), Leaf::WeightedMedian);
        assert_eq!(
            leaf(&[-1.0, -0.4, 0.0, 0.4, 1.0], 0.01),
            Leaf::HierarchicalGauss
        );
        assert_eq!(leaf(&heavy, 0.1), Leaf::HierarchicalLaplace);
        assert_eq!(leaf(&skewed, 0.1), Leaf::HierarchicalSkewed);
    }

    #[test]
    fn equal_results_cannot_be_tested() {
        let labs = Laboratories::new(&[1.0; 4], &[0.1; 4]).unwrap();
        assert_eq!(
            decide(&labs, Levels::default(), 1).unwrap_err().kind,
            "untestable"
        );
    }
}
