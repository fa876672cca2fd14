//! Conformity with a tolerance: specific and global risks, guard bands.

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities};
use crate::evaluate::risk::zones::normal_between;
use crate::numeric::distribution::{normal_cdf, normal_sf};
use crate::numeric::quadrature::adaptive;

pub const CONFORMITY: Method = Method {
    id: "conformity-risk",
    compute: conformity,
};

/// Probabilities below this count as zero.
const FLOOR: f64 = 1e-290;

/// An interval of values, either end may be infinite.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Limits {
    pub lower: f64,
    pub upper: f64,
}

impl Limits {
    /// The tolerance shortened by the guard band `w` at each finite end (longer for a negative `w`).
    ///
    /// Source: JCGM 106:2012, 8.3 (w = r U).
    pub fn guarded(&self, w: f64) -> Limits {
        Limits {
            lower: self.lower + w,
            upper: self.upper - w,
        }
    }

    fn holds(&self, value: f64) -> bool {
        self.lower <= value && value <= self.upper
    }
}

/// Knowledge of the measurand before measurement: normal, or none.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Prior {
    pub mean: f64,
    pub sd: f64,
}

impl Prior {
    /// The limits in standard deviations from the mean.
    fn standardised(&self, limits: Limits) -> Limits {
        Limits {
            lower: (limits.lower - self.mean) / self.sd,
            upper: (limits.upper - self.mean) / self.sd,
        }
    }
}

/// Probability that the measurand conforms, given the measured value `y` with standard uncertainty `u`.
///
/// With a prior, the posterior of two normal distributions is used.
/// Source: JCGM 106:2012, 7.2 to 7.4 and 6.2.
pub fn p_conforms(y: f64, u: f64, tolerance: Limits, prior: Option<Prior>) -> f64 {
    match prior {
        None => normal_between(tolerance.lower, tolerance.upper, y, u),
        Some(prior) => {
            let share = prior.sd * prior.sd / (prior.sd * prior.sd + u * u);
            let mean = prior.mean + share * (y - prior.mean);
            normal_between(tolerance.lower, tolerance.upper, mean, u * share.sqrt())
        }
    }
}

/// Global risks of a process.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct GlobalRisk {
    /// P(item does not conform and is accepted).
    pub consumer: f64,
    /// P(item conforms and is rejected).
    pub producer: f64,
}

/// Global risks for a normal process `prior`, measurement uncertainty `u` and acceptance interval `acceptance`.
///
/// Source: JCGM 106:2012, 9.5 (formulae 17 to 20), integrated over the process numerically.
pub fn global_risk(prior: Prior, u: f64, tolerance: Limits, acceptance: Limits) -> GlobalRisk {
    let tolerance = prior.standardised(tolerance);
    let acceptance = prior.standardised(acceptance);
    let width = u / prior.sd;
    let p_accept = |z: f64| normal_between(acceptance.lower, acceptance.upper, z, width);
    let p_reject = |z: f64| {
        normal_cdf((acceptance.lower - z) / width) + normal_sf((acceptance.upper - z) / width)
    };
    let below = Limits {
        lower: f64::NEG_INFINITY,
        upper: tolerance.lower,
    };
    let above = Limits {
        lower: tolerance.upper,
        upper: f64::INFINITY,
    };
    GlobalRisk {
        consumer: integrate(below, acceptance, width, p_accept)
            + integrate(above, acceptance, width, p_accept),
        producer: integrate(tolerance, acceptance, width, p_reject),
    }
}

/// ∫ φ(z) f(z) dz over `range`, cut at 38, where the density underflows; all in standard deviations of the prior.
/// NaN when the limits or the width are beyond double precision, or the width is so small that the limits cannot be resolved.
fn integrate(range: Limits, acceptance: Limits, width: f64, f: impl Fn(f64) -> f64) -> f64 {
    let (low, high) = (range.lower.max(-38.0), range.upper.min(38.0));
    let broken = [range.lower, range.upper, acceptance.lower, acceptance.upper]
        .iter()
        .any(|v| v.is_nan());
    // Rounding of z makes f noisy near a limit by about this much; the error estimate of a panel grows with its power 3/2.
    let noise = 8e-15 / width;
    let tolerance = 1e-13 + 10.0 * (noise + (200.0 * noise).powf(1.5));
    if broken || !width.is_normal() || tolerance > 1e-3 {
        return f64::NAN;
    }
    if low >= high {
        return 0.0;
    }
    // The integrand changes within a few widths of the acceptance limits and within a few standard deviations of the process mean.
    let mut breaks: Vec<f64> = vec![low, high];
    for step in [-8.0, -3.0, -1.0, 0.0, 1.0, 3.0, 8.0] {
        breaks.push(step);
        breaks.push(acceptance.lower + step * width);
        breaks.push(acceptance.upper + step * width);
    }
    breaks.retain(|b| b.is_finite() && low <= *b && *b <= high);
    breaks.sort_by(f64::total_cmp);
    let norm = 0.5 * (2.0 * std::f64::consts::PI).ln();
    // Below the floor the digits of f are lost to underflow; a floor keeps the logarithm finite and the integral nothing.
    let log_density = |z: f64| -0.5 * z * z - norm + f(z).max(FLOOR).ln();
    let total = adaptive(log_density, &breaks, tolerance).log_total().exp();
    if total > 1e10 * FLOOR { total } else { 0.0 }
}

/// Table `labs` (or `items`): `value`, `u`; limits `lower`, `upper`; option `r` (guard band w = r U, U = k u); prior `y0`, `u0`.
fn conformity(data: &Data) -> Result<Quantities, Inapplicable> {
    let table = ["labs", "items", "item", "measurement"]
        .into_iter()
        .find(|t| data.tables.contains_key(*t))
        .unwrap_or("labs");
    let value = columns::free_column(data, table, &["value", "y"])?;
    let u = columns::column(data, table, &["u", "u_m"], value.len())?;
    columns::positive(&u, table, "u")?;
    let tolerance = tolerance(data)?;
    let k = columns::coverage_factor(data)?;
    let r = columns::option_number(data, &["r"])?.unwrap_or(0.0);
    let prior = prior(data)?;
    let acceptance: Vec<Limits> = u.iter().map(|u| tolerance.guarded(r * k * u)).collect();
    if acceptance.iter().any(|a| a.lower > a.upper) {
        return Err(columns::bad_option("r", &r.to_string()));
    }
    let mut out = Quantities::default();
    let p: Vec<f64> = value
        .iter()
        .zip(&u)
        .map(|(y, u)| p_conforms(*y, *u, tolerance, prior))
        .collect();
    let accepted: Vec<bool> = value
        .iter()
        .zip(&acceptance)
        .map(|(y, a)| a.holds(*y))
        .collect();
    // The specific risk is that of the decision taken: a false acceptance or a false rejection.
    let risk: Vec<f64> = p
        .iter()
        .zip(&accepted)
        .map(|(p, accepted)| if *accepted { 1.0 - p } else { *p })
        .collect();
    out.numbers("conformity.p", p);
    out.numbers(
        "acceptance.lower",
        acceptance.iter().map(|a| a.lower).collect::<Vec<_>>(),
    );
    out.numbers(
        "acceptance.upper",
        acceptance.iter().map(|a| a.upper).collect::<Vec<_>>(),
    );
    out.entries
        .push(("conformity.accepted".to_owned(), Field::Flags(accepted)));
    out.numbers("conformity.specific_risk", risk);
    if let Some(prior) = prior {
        let global: Vec<GlobalRisk> = u
            .iter()
            .zip(&acceptance)
            .map(|(u, a)| global_risk(prior, *u, tolerance, *a))
            .collect();
        out.numbers(
            "global.R_C",
            global.iter().map(|g| g.consumer).collect::<Vec<_>>(),
        );
        out.numbers(
            "global.R_P",
            global.iter().map(|g| g.producer).collect::<Vec<_>>(),
        );
    }
    columns::in_range(out)
}

fn tolerance(data: &Data) -> Result<Limits, Inapplicable> {
    let lower = columns::option_number(data, &["lower", "T_L", "TL"])?;
    let upper = columns::option_number(data, &["upper", "T_U", "TU"])?;
    let limits = Limits {
        lower: lower.unwrap_or(f64::NEG_INFINITY),
        upper: upper.unwrap_or(f64::INFINITY),
    };
    if (lower.is_some() || upper.is_some()) && limits.lower < limits.upper {
        return Ok(limits);
    }
    Err(Inapplicable::new(
        "bad-tolerance",
        format!(
            "允差限为 {} 至 {}；请用 `lower`、`upper` 给出至少一个限，且下限小于上限",
            limits.lower, limits.upper
        ),
        format!(
            "the tolerance is {} to {}; give at least one limit with `lower`, `upper`, the lower below the upper",
            limits.lower, limits.upper
        ),
    ))
}

fn prior(data: &Data) -> Result<Option<Prior>, Inapplicable> {
    match (
        columns::option_number(data, &["y0"])?,
        columns::option_number(data, &["u0"])?,
    ) {
        (Some(mean), Some(sd)) if sd > 0.0 => Ok(Some(Prior { mean, sd })),
        (None, None) => Ok(None),
        (_, sd) => Err(columns::bad_option(
            "y0, u0",
            &sd.map_or("-".to_owned(), |s| s.to_string()),
        )),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_sided_simple_acceptance_at_the_process_mean_has_its_closed_form() {
        // P(η > 0, y < 0) of two normals with correlation ρ is arccos(ρ)/(2π).
        let prior = Prior { mean: 5.0, sd: 2.0 };
        let limits = Limits {
            lower: f64::NEG_INFINITY,
            upper: 5.0,
        };
        let risk = global_risk(prior, 0.5, limits, limits);
        let rho = 2.0 / 4.25_f64.sqrt();
        let expected = rho.acos() / (2.0 * std::f64::consts::PI);
        assert!(
            (risk.consumer - expected).abs() < 1e-12,
            "{} {expected}",
            risk.consumer
        );
        assert!((risk.producer - expected).abs() < 1e-12);
    }

    #[test]
    fn accepted_and_rejected_conforming_items_make_all_conforming_items() {
        let prior = Prior { mean: 0.1, sd: 1.0 };
        let tolerance = Limits {
            lower: -2.0,
            upper: 2.0,
        };
        let acceptance = tolerance.guarded(0.4);
        let risk = global_risk(prior, 0.2, tolerance, acceptance);
        let accepted = normal_between(acceptance.lower, acceptance.upper, 0.1, 1.04_f64.sqrt());
        let conforming = normal_between(-2.0, 2.0, 0.1, 1.0);
        // P(accepted) − P(accepted, not conforming) = P(conforming) − P(rejected, conforming).
        assert!((accepted - risk.consumer - (conforming - risk.producer)).abs() < 1e-12);
        assert!(risk.consumer < global_risk(prior, 0.2, tolerance, tolerance).consumer);
    }

    #[test]
    fn a_vague_prior_changes_nothing() {
        let tolerance = Limits {
            lower: 9.0,
            upper: 11.0,
        };
        let prior = Prior { mean: 0.0, sd: 1e8 };
        let with = p_conforms(10.8, 0.2, tolerance, Some(prior));
        assert!((with - p_conforms(10.8, 0.2, tolerance, None)).abs() < 1e-9);
    }

    #[test]
    fn a_value_on_the_limit_conforms_with_probability_one_half_and_a_guard_of_u_with_97_7_percent()
    {
        let tolerance = Limits {
            lower: f64::NEG_INFINITY,
            upper: 1.0,
        };
        assert_eq!(p_conforms(1.0, 0.1, tolerance, None), 0.5);
        assert!(
            (p_conforms(tolerance.guarded(0.2).upper, 0.1, tolerance, None)
                - 0.977_249_868_051_820_8)
                .abs()
                < 1e-12
        );
    }
}
