//! Cox's procedure B: the distribution of the median when every result varies within its stated uncertainty.

use super::draws::{Joint, Plan, sampled_median};
use super::exact::ExactMedian;
use super::order::Normals;
use super::{draws, seed, too_few};
use crate::evaluate::columns::bad_option;
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Inapplicable, Quantities};
use crate::evaluate::reference::read_covariance;
use crate::numeric::quadrature::Panels;
use crate::numeric::sum;

/// With more results than this in the median its distribution is drawn: the quadrature costs the square of their number.
const EXACT_UP_TO: usize = 40;

/// The median of varying results, in the unit of the results.
#[derive(Debug, Clone, PartialEq)]
pub struct MedianDistribution {
    pub mean: f64,
    pub sd: f64,
    /// Quantiles 0.025, 0.5 and 0.975.
    pub quantiles: [f64; 3],
    /// Shortest 95 % interval; none when the distribution was drawn.
    pub shortest: Option<[f64; 2]>,
    /// Standard deviation of X_i − median for every result, members of the median or not.
    pub u: Vec<f64>,
    /// Endpoints of the probabilistically symmetric 95 % interval of X_i − median.
    pub interval: Vec<[f64; 2]>,
    /// Number of draws, when some quantity was drawn.
    pub draws: Option<usize>,
    /// Standard errors of mean, sd and both ends of the interval of the median, when these were drawn.
    pub standard_errors: Option<[f64; 4]>,
    /// Whether a declared tolerance was met.
    pub settled: bool,
}

/// Distribution of the median of at least two results that take part, each normal with its standard uncertainty, and of their
/// differences from it. Independent results (no `covariance`) are treated by quadrature, except the intervals of the differences
/// for an even number; correlated ones and more than 40 are drawn as `plan` says.
///
/// Source: M. G. Cox, Metrologia 39 (2002) 589–595, procedure B; JCGM 101:2008, 7.9 for the number of draws.
pub fn median_distribution(
    labs: &Laboratories,
    covariance: Option<&[Vec<f64>]>,
    plan: Plan,
) -> Result<MedianDistribution, Inapplicable> {
    if labs.members() < 2 {
        return Err(too_few(labs.members(), 2));
    }
    let scaled = Scaled::new(labs);
    let joint = || {
        let v = covariance.map(|v| scaled.covariance(v));
        Joint::new(&scaled.x, &scaled.u, &labs.in_reference, v.as_deref())
    };
    let plan = Plan {
        tolerance: plan.tolerance.map(|t| t / scaled.unit),
        ..plan
    };
    if covariance.is_some() || labs.members() > EXACT_UP_TO {
        let drawn = sampled_median(&joint()?, plan);
        return Ok(MedianDistribution {
            mean: scaled.value(drawn.median.mean),
            sd: scaled.unit * drawn.median.sd,
            quantiles: drawn.median.quantiles.map(|q| scaled.value(q)),
            shortest: None,
            u: drawn
                .differences
                .iter()
                .map(|d| scaled.unit * d.sd)
                .collect(),
            interval: drawn
                .differences
                .iter()
                .map(|d| [d.quantiles[0], d.quantiles[2]].map(|q| scaled.unit * q))
                .collect(),
            draws: Some(drawn.draws),
            standard_errors: Some(drawn.standard_errors.map(|e| scaled.unit * e)),
            settled: drawn.settled,
        });
    }
    let exact = Exact::new(labs, &scaled);
    let (mean, sd) = exact.median.density.mean_and_sd();
    let intervals = exact.intervals();
    let drawn = if intervals.iter().any(Option::is_none) {
        Some(sampled_median(&joint()?, plan))
    } else {
        None
    };
    let interval = intervals.into_iter().enumerate().map(|(i, known)| {
        let from_draws = drawn
            .as_ref()
            .map(|d| [d.differences[i].quantiles[0], d.differences[i].quantiles[2]]);
        known
            .or(from_draws)
            .unwrap_or([f64::NAN; 2])
            .map(|q| scaled.unit * q)
    });
    Ok(MedianDistribution {
        mean: scaled.value(mean),
        sd: scaled.unit * sd,
        quantiles: [0.025, 0.5, 0.975].map(|p| scaled.value(exact.median.density.quantile(p))),
        shortest: Some(shortest(&exact.median.density).map(|x| scaled.value(x))),
        u: exact
            .uncertainties(sd)
            .into_iter()
            .map(|u| scaled.unit * u)
            .collect(),
        interval: interval.collect(),
        draws: drawn.as_ref().map(|d| d.draws),
        standard_errors: None,
        settled: drawn.as_ref().is_none_or(|d| d.settled),
    })
}

/// Results centred at their median, in units of the median uncertainty.
struct Scaled {
    centre: f64,
    unit: f64,
    x: Vec<f64>,
    u: Vec<f64>,
}

impl Scaled {
    fn new(labs: &Laboratories) -> Scaled {
        let centre = sum::median(&labs.value);
        let unit = sum::median(&labs.u);
        Scaled {
            centre,
            unit,
            x: labs.value.iter().map(|v| (v - centre) / unit).collect(),
            u: labs.u.iter().map(|u| u / unit).collect(),
        }
    }

    fn value(&self, x: f64) -> f64 {
        self.centre + self.unit * x
    }

    fn covariance(&self, v: &[Vec<f64>]) -> Vec<Vec<f64>> {
        v.iter()
            .map(|row| row.iter().map(|c| c / self.unit / self.unit).collect())
            .collect()
    }
}

struct Exact<'a> {
    labs: &'a Laboratories,
    scaled: &'a Scaled,
    /// For every result its place among the members of the median.
    place: Vec<Option<usize>>,
    median: ExactMedian,
}

impl Exact<'_> {
    fn new<'a>(labs: &'a Laboratories, scaled: &'a Scaled) -> Exact<'a> {
        let mut next = 0..;
        let place = labs
            .in_reference
            .iter()
            .map(|inside| if *inside { next.next() } else { None })
            .collect();
        let of = |column: &[f64]| -> Vec<f64> {
            column
                .iter()
                .zip(&labs.in_reference)
                .filter(|(_, inside)| **inside)
                .map(|(v, _)| *v)
                .collect()
        };
        let median = ExactMedian::new(Normals {
            mean: of(&scaled.x),
            sd: of(&scaled.u),
        });
        Exact {
            labs,
            scaled,
            place,
            median,
        }
    }

    /// Var(X_i − median) = u_i² + var(median) − 2 cov, with the covariance u_i² w_i.
    fn uncertainties(&self, sd: f64) -> Vec<f64> {
        (0..self.labs.len())
            .map(|i| {
                let weight = self.place[i].map_or(0.0, |k| self.median.weight[k]);
                let u = self.scaled.u[i];
                (u * u * (1.0 - 2.0 * weight) + sd * sd).max(0.0).sqrt()
            })
            .collect()
    }

    fn intervals(&self) -> Vec<Option<[f64; 2]>> {
        (0..self.labs.len())
            .map(|i| match self.place[i] {
                Some(k) => self.median.difference_interval(k),
                None => Some(
                    self.median
                        .outside_interval(self.scaled.x[i], self.scaled.u[i]),
                ),
            })
            .collect()
    }
}

/// Shortest 95 % interval of a density, by golden-section search over the probability left of it.
fn shortest(density: &Panels) -> [f64; 2] {
    let ends = |p: f64| [density.quantile(p), density.quantile(p + 0.95)];
    let length = |p: f64| ends(p)[1] - ends(p)[0];
    let ratio = 0.5 * (5f64.sqrt() - 1.0);
    let (mut low, mut high) = (1e-9, 0.05 - 1e-9);
    let (mut a, mut b) = (high - ratio * (high - low), low + ratio * (high - low));
    let (mut at_a, mut at_b) = (length(a), length(b));
    for _ in 0..40 {
        if at_a <= at_b {
            (high, b, at_b) = (b, a, at_a);
            a = high - ratio * (high - low);
            at_a = length(a);
        } else {
            (low, a, at_a) = (a, b, at_b);
            b = low + ratio * (high - low);
            at_b = length(b);
        }
    }
    ends(0.5 * (low + high))
}

pub(super) fn compute(data: &Data) -> Result<Quantities, Inapplicable> {
    let labs = Laboratories::read(data, "labs")?;
    let correlated =
        data.tables.contains_key("covariance") || data.tables.contains_key("correlation");
    let covariance = if correlated {
        Some(read_covariance(data, &labs)?)
    } else {
        None
    };
    let plan = Plan {
        seed: seed(data)?,
        draws: draws(data, 1_000_000)?,
        tolerance: match data.number("tolerance")? {
            Some(tolerance) if !(tolerance > 0.0 && tolerance.is_finite()) => {
                return Err(bad_option("tolerance", &tolerance.to_string()));
            }
            tolerance => tolerance,
        },
        most: 20_000_000,
    };
    let result = median_distribution(&labs, covariance.as_deref(), plan)?;
    let [low, median, high] = result.quantiles;
    let estimate = data.word_or("estimate", "mean")?;
    let value = match estimate.as_str() {
        "mean" => result.mean,
        "median" => median,
        _ => {
            return Err(Inapplicable::new(
                "unknown-estimate",
                format!(
                    "参考值的取法 estimate 为 `{estimate}`；可取 mean（中位数分布的均值）或 median（其中位数）"
                ),
                format!("estimate is `{estimate}`; use mean or median of the drawn medians"),
            ));
        }
    };
    let members: Vec<f64> = labs
        .value
        .iter()
        .zip(&labs.in_reference)
        .filter(|(_, inside)| **inside)
        .map(|(v, _)| *v)
        .collect();
    let mut q = Quantities::default();
    q.words("lab", labs.lab.clone());
    q.number("reference.value", value);
    q.number("reference.u", result.sd);
    q.number("sample_median", sum::median(&members));
    q.number("mc.mean", result.mean);
    q.number("mc.sd", result.sd);
    q.number("mc.median", median);
    q.numbers("mc.q", [low, high]);
    if let Some(shortest) = result.shortest {
        q.numbers("mc.shortest", shortest);
    }
    // Five standard errors of the mean of a million draws: how far a sampler of that size may be off.
    q.number("mc.tolerance_1e6_draws", 5.0 * result.sd / 1e3);
    if let Some(draws) = result.draws {
        q.number("mc.draws", draws as f64);
        q.flag("mc.settled", result.settled);
    }
    if let Some(errors) = result.standard_errors {
        q.numbers("mc.standard_errors", errors);
    }
    q.numbers(
        "doe.D",
        labs.value.iter().map(|x| x - value).collect::<Vec<_>>(),
    );
    q.numbers("doe.u", result.u);
    q.matrix(
        "doe.q95",
        result.interval.iter().map(|ends| ends.to_vec()).collect(),
    );
    Ok(q)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    const PLAN: Plan = Plan {
        seed: 1,
        draws: 100_000,
        tolerance: None,
        most: 100_000,
    };

    #[test]
    fn unit_offset_and_order_do_not_matter() {
        let labs =
            Laboratories::new(&[1.0, 2.0, 4.0, 3.3, 2.5], &[0.3, 0.5, 0.2, 1.0, 0.4]).unwrap();
        let base = median_distribution(&labs, None, PLAN).unwrap();
        let moved: Vec<f64> = labs.value.iter().rev().map(|v| 1e3 * v + 5e6).collect();
        let wider: Vec<f64> = labs.u.iter().rev().map(|u| 1e3 * u).collect();
        let other =
            median_distribution(&Laboratories::new(&moved, &wider).unwrap(), None, PLAN).unwrap();
        assert!(((other.mean - 5e6) / 1e3 - base.mean).abs() < 1e-9);
        assert!((other.sd / 1e3 - base.sd).abs() < 1e-9);
        assert!((other.interval[0][1] / 1e3 - base.interval[4][1]).abs() < 1e-6);
    }

    #[test]
    fn a_laboratory_outside_the_median_is_independent_of_it() {
        let mut labs = Laboratories::new(&[1.0, 2.0, 4.0, 9.0], &[0.3, 0.5, 0.2, 1.0]).unwrap();
        labs.in_reference[3] = false;
        let result = median_distribution(&labs, None, PLAN).unwrap();
        assert!((result.u[3] - (1.0 + result.sd * result.sd).sqrt()).abs() < 1e-12);
        assert!(result.draws.is_none());
        assert!(
            result.interval[3][0] > 9.0 - result.mean - 3.0
                && result.interval[3][1] < 9.0 - result.mean + 3.0
        );
    }

    #[test]
    fn shortest_interval_of_a_symmetric_density_is_the_symmetric_one() {
        let labs = Laboratories::new(&[-1.0, 0.0, 1.0], &[0.5, 1.0, 0.5]).unwrap();
        let result = median_distribution(&labs, None, PLAN).unwrap();
        let [low, high] = result.shortest.unwrap();
        assert!(
            (low - result.quantiles[0]).abs() < 1e-4 && (high - result.quantiles[2]).abs() < 1e-4
        );
    }

    #[test]
    fn one_laboratory_is_refused() {
        let labs = Laboratories::new(&[1.0], &[0.1]).unwrap();
        assert_eq!(
            median_distribution(&labs, None, PLAN).unwrap_err().kind,
            "too-few-laboratories"
        );
    }
}
