//! Linear opinion pool: the mixture of the distributions that the laboratories state.

use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities};
use crate::evaluate::sampling::too_few;
use crate::numeric::distribution::{normal_cdf, student_cdf, student_quantile, student_spread};
use crate::numeric::stream::{self, BLOCK};
use crate::numeric::{root, sum};

pub const METHODS: &[Method] = &[Method {
    id: "linear-pool",
    compute,
}];

/// Probabilities of the quantiles that are reported.
const LEVELS: [f64; 5] = [0.025, 0.25, 0.5, 0.75, 0.975];
/// Blocks of draws of the check by sampling.
const CHECK_BLOCKS: usize = 20;

/// One distribution of the pool: normal for infinite `dof`, else t scaled by `scale`.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Component {
    weight: f64,
    centre: f64,
    scale: f64,
    dof: f64,
}

impl Component {
    fn cdf(&self, x: f64) -> f64 {
        student_cdf((x - self.centre) / self.scale, self.dof)
    }

    fn quantile(&self, p: f64) -> f64 {
        self.centre + self.scale * student_quantile(p, self.dof)
    }
}

/// The pool, in the unit of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct Pool {
    /// Mean; none when the mean of some component does not exist (ν ≤ 1).
    pub mean: Option<f64>,
    /// Standard deviation; none when that of some component does not exist (ν ≤ 2).
    pub sd: Option<f64>,
    /// Quantiles 0.025, 0.25, 0.5, 0.75, 0.975.
    pub quantiles: [f64; 5],
    /// Quantiles 0.025 and 0.975 of 200 000 draws, an independent check.
    pub sampled: [f64; 2],
    /// x − mean (x − median where there is no mean) of every laboratory.
    pub difference: Vec<f64>,
    /// Standard deviation of the difference, the laboratory's own error drawn anew; NaN where it does not exist.
    pub u: Vec<f64>,
    /// Half-length of the interval about the difference that holds 95 % of it.
    pub expanded: Vec<f64>,
    /// The same against the pool of the others: difference and half-length; none outside the pool.
    pub leave_one_out: Vec<Option<[f64; 2]>>,
}

/// Pools at least two laboratories with the given non-negative `weights` (one for each, those outside the reference value not
/// counted). Quantiles are roots of the distribution function, not samples.
///
/// Source: M. Stone, Ann. Math. Stat. 32 (1961) 1339–1342; A. Koepke, T. Lafarge, B. Toman, A. Possolo, NIST Consensus Builder User's
/// Manual (2020), for t components and degrees of equivalence.
pub fn linear_pool(labs: &Laboratories, weights: &[f64], seed: u64) -> Result<Pool, Inapplicable> {
    let members: Vec<usize> = (0..labs.len()).filter(|i| labs.in_reference[*i]).collect();
    if members.len() < 2 {
        return Err(too_few(members.len(), 2));
    }
    check_weights(labs, weights)?;
    let of = |column: &[f64]| -> Vec<f64> { members.iter().map(|i| column[*i]).collect() };
    let (centre, unit) = (sum::median(&of(&labs.value)), sum::median(&of(&labs.u)));
    let own = |i: usize| Component {
        weight: weights[i],
        centre: (labs.value[i] - centre) / unit,
        scale: labs.u[i] / unit / student_spread(labs.dof[i]),
        dof: labs.dof[i],
    };
    let mixture = Mixture::new(members.iter().map(|i| own(*i)).collect());
    let others = |i: usize| {
        let rest: Vec<Component> = members
            .iter()
            .filter(|m| **m != i)
            .map(|m| own(*m))
            .collect();
        (labs.in_reference[i] && rest.iter().any(|c| c.weight > 0.0)).then(|| Mixture::new(rest))
    };
    let middle = mixture.centre();
    let sd = mixture.sd();
    let everyone = || 0..labs.len();
    Ok(Pool {
        mean: mixture.mean().map(|m| centre + unit * m),
        sd: sd.map(|s| unit * s),
        quantiles: LEVELS.map(|p| centre + unit * mixture.quantile(p)),
        sampled: mixture.sampled(seed).map(|x| centre + unit * x),
        difference: everyone()
            .map(|i| labs.value[i] - (centre + unit * middle))
            .collect(),
        u: everyone()
            .map(|i| match sd {
                Some(sd) if labs.dof[i] > 2.0 => (labs.u[i].powi(2) + (unit * sd).powi(2)).sqrt(),
                _ => f64::NAN,
            })
            .collect(),
        expanded: everyone()
            .map(|i| unit * mixture.half_length(&own(i)))
            .collect(),
        leave_one_out: everyone()
            .map(|i| {
                others(i).map(|rest| {
                    [
                        unit * (own(i).centre - rest.centre()),
                        unit * rest.half_length(&own(i)),
                    ]
                })
            })
            .collect(),
    })
}

struct Mixture {
    /// Weights add to 1.
    components: Vec<Component>,
}

impl Mixture {
    fn new(components: Vec<Component>) -> Mixture {
        let total = sum::sum(components.iter().map(|c| c.weight));
        Mixture {
            components: components
                .into_iter()
                .map(|c| Component {
                    weight: c.weight / total,
                    ..c
                })
                .collect(),
        }
    }

    /// Components that have a part.
    fn active(&self) -> impl Iterator<Item = &Component> {
        self.components.iter().filter(|c| c.weight > 0.0)
    }

    fn mean(&self) -> Option<f64> {
        self.active()
            .all(|c| c.dof > 1.0)
            .then(|| sum::sum(self.active().map(|c| c.weight * c.centre)))
    }

    fn sd(&self) -> Option<f64> {
        let mean = self.mean()?;
        let variance =
            |c: &Component| (c.scale * student_spread(c.dof)).powi(2) + (c.centre - mean).powi(2);
        self.active()
            .all(|c| c.dof > 2.0)
            .then(|| sum::sum(self.active().map(|c| c.weight * variance(c))).sqrt())
    }

    /// The mean, or the median where there is none.
    fn centre(&self) -> f64 {
        self.mean().unwrap_or_else(|| self.quantile(0.5))
    }

    fn quantile(&self, p: f64) -> f64 {
        let ends = || self.active().map(|c| c.quantile(p));
        let (low, high) = (
            ends().fold(f64::INFINITY, f64::min),
            ends().fold(f64::NEG_INFINITY, f64::max),
        );
        root::bisect(
            |x| sum::sum(self.active().map(|c| c.weight * c.cdf(x))) - p,
            low,
            high,
        )
    }

    /// Half-length of the 95 % interval about x − centre of the laboratory's own deviate minus that of the pool.
    fn half_length(&self, own: &Component) -> f64 {
        let centre = self.centre();
        let errors = normal_mixture(own);
        let mut parts = Vec::new();
        for component in self.active() {
            for (weight, sd) in normal_mixture(component) {
                for (share, error) in &errors {
                    let product = component.weight * weight * share;
                    if product > 1e-13 {
                        parts.push((product, centre - component.centre, sd.hypot(*error)));
                    }
                }
            }
        }
        let total: f64 = parts.iter().map(|p| p.0).sum();
        let coverage = |half: f64| {
            let inside = |shift: f64, sd: f64| {
                normal_cdf((half - shift) / sd) - normal_cdf((-half - shift) / sd)
            };
            parts
                .iter()
                .map(|(w, shift, sd)| w * inside(*shift, *sd))
                .sum::<f64>()
                / total
                - 0.95
        };
        let mut high = parts
            .iter()
            .map(|(w, shift, sd)| w * (shift.abs() + 2.0 * sd))
            .sum::<f64>()
            / total;
        while coverage(high) < 0.0 && high.is_finite() {
            high *= 2.0;
        }
        root::ridders(coverage, 0.0, high, 1e-10)
    }

    /// Quantiles 0.025 and 0.975 of draws.
    fn sampled(&self, seed: u64) -> [f64; 2] {
        let mut cumulative = Vec::new();
        let mut total = 0.0;
        for component in &self.components {
            total += component.weight;
            cumulative.push(total);
        }
        let parts = stream::blocks(seed, 0, CHECK_BLOCKS, |stream| {
            (0..BLOCK)
                .map(|_| {
                    let at = stream.uniform() * total;
                    let k = cumulative
                        .partition_point(|c| *c <= at)
                        .min(self.components.len() - 1);
                    let component = &self.components[k];
                    let t = stream.normal() / stream.reduced_chi_squared(component.dof).sqrt();
                    component.centre + component.scale * t
                })
                .collect::<Vec<f64>>()
        });
        let mut values = parts.concat();
        values.sort_by(f64::total_cmp);
        [0.025, 0.975].map(|p| values[(p * values.len() as f64) as usize])
    }
}

/// A t variable is normal with a variance of ν/χ²(ν); the trapezoidal rule in ln χ² gives weights and standard deviations.
fn normal_mixture(component: &Component) -> Vec<(f64, f64)> {
    let half = 0.5 * component.dof;
    if component.dof.is_infinite() {
        return vec![(1.0, component.scale)];
    }
    let step = (1.1 / component.dof.sqrt()).min(0.3);
    let log_weight = |y: f64| half * (y - y.exp() + 1.0);
    let reach = |sign: f64| {
        (0..4000)
            .map(move |k| sign * step * f64::from(k))
            .take_while(move |y| log_weight(*y) > -32.0)
    };
    let nodes = || reach(-1.0).chain(reach(1.0).skip(1));
    let total: f64 = nodes().map(|y| log_weight(y).exp()).sum();
    nodes()
        .map(|y| {
            (
                log_weight(y).exp() / total,
                component.scale * (-0.5 * y).exp(),
            )
        })
        .collect()
}

fn check_weights(labs: &Laboratories, weights: &[f64]) -> Result<(), Inapplicable> {
    let total: f64 = weights
        .iter()
        .zip(&labs.in_reference)
        .filter(|(_, inside)| **inside)
        .map(|(w, _)| w)
        .sum();
    if weights.len() == labs.len()
        && weights.iter().all(|w| w.is_finite() && *w >= 0.0)
        && total > 0.0
    {
        return Ok(());
    }
    Err(Inapplicable::new(
        "weights",
        format!(
            "权重须与实验室一一对应（{} 个），为非负有限数，且和大于零",
            labs.len()
        ),
        format!(
            "weights must be finite and not negative, one for each of the {} laboratories, with a positive sum",
            labs.len()
        ),
    ))
}

fn weights(data: &Data, n: usize) -> Vec<f64> {
    match ["weight", "weights"]
        .iter()
        .find_map(|name| data.find(name))
    {
        Some(Field::Numbers(weights)) => weights.clone(),
        _ => vec![1.0; n],
    }
}

fn compute(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let pool = linear_pool(
        &labs,
        &weights(data, labs.len()),
        crate::evaluate::sampling::seed(data)?,
    )?;
    let [low, _, median, _, high] = pool.quantiles;
    let mut q = Quantities::default();
    q.words("lab", labs.lab.clone());
    q.number("reference.value", pool.mean.unwrap_or(median));
    if let Some(sd) = pool.sd {
        q.number("reference.u", sd);
    }
    if let Some(mean) = pool.mean {
        q.number("mean", mean);
    }
    if let Some(sd) = pool.sd {
        q.number("sd", sd);
    }
    q.flag("sd_exists", pool.sd.is_some());
    q.number("median", median);
    q.numbers("quantiles_2.5_25_50_75_97.5", pool.quantiles);
    q.numbers("ci95", [low, high]);
    q.numbers("sampled.ci95", pool.sampled);
    q.numbers("doe.D", pool.difference);
    q.numbers("doe.u", pool.u);
    q.numbers("doe.U95_mra", pool.expanded);
    let of = |k: usize| -> Vec<f64> {
        pool.leave_one_out
            .iter()
            .map(|e| e.map_or(f64::NAN, |pair| pair[k]))
            .collect()
    };
    q.numbers("doe.D_loo", of(0));
    q.numbers("doe.U95_loo", of(1));
    Ok(q)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::sampling::published::pcb28;

    #[test]
    fn two_far_normals_give_a_bimodal_pool() {
        let labs = Laboratories::new(&[-10.0, 10.0], &[1.0, 1.0]).unwrap();
        let pool = linear_pool(&labs, &[1.0, 1.0], 1).unwrap();
        assert_eq!(pool.mean, Some(0.0));
        assert!((pool.sd.unwrap() - 101f64.sqrt()).abs() < 1e-12);
        // Beyond 0.975 lies 0.05 of the upper component.
        assert!((pool.quantiles[4] - 11.644_853_626_951_473).abs() < 1e-9);
        assert!((pool.sampled[1] - pool.quantiles[4]).abs() < 0.05);
    }

    #[test]
    fn weights_shift_the_pool_and_a_zero_weight_takes_a_laboratory_out() {
        let labs = Laboratories::new(&[-10.0, 10.0, 3.0], &[1.0; 3]).unwrap();
        assert!(
            (linear_pool(&labs, &[3.0, 1.0, 0.0], 1)
                .unwrap()
                .mean
                .unwrap()
                + 5.0)
                .abs()
                < 1e-12
        );
        assert_eq!(
            linear_pool(&labs, &[3.0, -1.0, 0.0], 1).unwrap_err().kind,
            "weights"
        );
        assert_eq!(
            linear_pool(&labs, &[3.0, 1.0], 1).unwrap_err().kind,
            "weights"
        );
    }

    #[test]
    fn two_degrees_of_freedom_leave_no_standard_deviation() {
        let pool = linear_pool(&pcb28(), &[1.0; 6], 1).unwrap();
        assert!(pool.sd.is_none() && pool.mean.is_some());
        assert!(pool.u.iter().all(|u| u.is_nan()));
        assert!(pool.expanded.iter().all(|u| u.is_finite()));
    }

    #[test]
    fn degrees_of_equivalence_agree_with_the_printed_example_of_the_peer() {
        // Example at the end of the peer's DoEUnilateralLinearPool.R, sampled.
        let expanded = [
            3.398_511, 2.930_887, 3.137_559, 2.640_942, 2.682_553, 2.670_544,
        ];
        let others = [
            3.466_462, 2.941_449, 3.240_230, 2.613_303, 2.464_111, 2.449_019,
        ];
        let pool = linear_pool(&pcb28(), &[1.0; 6], 1).unwrap();
        for i in 0..6 {
            assert!(
                (pool.expanded[i] / expanded[i] - 1.0).abs() < 0.02,
                "{i} {}",
                pool.expanded[i]
            );
            let [_, half] = pool.leave_one_out[i].unwrap();
            assert!((half / others[i] - 1.0).abs() < 0.02, "{i} {half}");
        }
    }

    #[test]
    fn t_variable_is_the_mixture_of_normals_it_is_made_of() {
        for dof in [1.0, 2.0, 4.5, 60.0] {
            let parts = normal_mixture(&Component {
                weight: 1.0,
                centre: 0.0,
                scale: 1.0,
                dof,
            });
            let cdf: f64 = parts.iter().map(|(w, sd)| w * normal_cdf(1.3 / sd)).sum();
            assert!((cdf - student_cdf(1.3, dof)).abs() < 1e-9, "{dof}");
        }
    }
}
