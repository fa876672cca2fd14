//! Assigned values and their standard uncertainties (ISO 13528:2022, clause 7).

use crate::evaluate::method::Inapplicable;
use crate::evaluate::sample::{
    Frame, check_count, check_finite, check_not_negative, check_positive, root_sum_of_squares,
};
use crate::numeric::stream::blocks;
use crate::numeric::sum::{mean, median, standard_deviation, sum};

/// An assigned value with its standard uncertainty, in the unit of the results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Assigned {
    pub x_pt: f64,
    pub u: f64,
}

/// u(x_pt) = √(u_char² + u_hom² + u_trans² + u_stab²) (7.2.2, formula (3)); standard uncertainties in one unit.
pub fn combined_uncertainty(
    characterisation: f64,
    homogeneity: f64,
    transport: f64,
    stability: f64,
) -> Result<f64, Inapplicable> {
    root_sum_of_squares(&[
        (
            "定值不确定度",
            "uncertainty of characterisation",
            characterisation,
        ),
        (
            "不均匀性不确定度",
            "uncertainty from inhomogeneity",
            homogeneity,
        ),
        ("运输不确定度", "uncertainty from transport", transport),
        (
            "不稳定性不确定度",
            "uncertainty from instability",
            stability,
        ),
    ])
}

/// Standard uncertainty 1.25 s*/√p of a robust average of `p` results with robust standard deviation `s` (7.7.3, formula (6)).
pub fn robust_uncertainty(s: f64, p: usize) -> f64 {
    1.25 * s / (p as f64).sqrt()
}

/// Value assigned by one laboratory from its differences (proficiency item minus certified reference material, at least two):
/// x_CRM + mean difference, u² = u_CRM² + s_d²/n (7.5.2, formulae (4) and (5)).
pub fn from_reference_material(
    x_crm: f64,
    u_crm: f64,
    differences: &[f64],
) -> Result<Assigned, Inapplicable> {
    check_finite(&[x_crm])?;
    check_not_negative(
        "标准物质的不确定度",
        "uncertainty of the reference material",
        u_crm,
    )?;
    check_finite(differences)?;
    check_count(differences.len(), 2)?;
    let u_difference = standard_deviation(differences) / (differences.len() as f64).sqrt();
    Ok(Assigned {
        x_pt: x_crm + mean(differences),
        u: u_crm.hypot(u_difference),
    })
}

/// Comparison of two values of the same item, say a reference value and a consensus value (7.8).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Agreement {
    pub difference: f64,
    pub u: f64,
    /// |difference| / u.
    pub ratio: f64,
    /// |difference| ≤ 2u.
    pub agree: bool,
}

/// Compares a reference value with a consensus value by their standard uncertainties, taken as independent.
pub fn agreement(reference: Assigned, consensus: Assigned) -> Agreement {
    let difference = reference.x_pt - consensus.x_pt;
    let u = reference.u.hypot(consensus.u);
    let ratio = if difference == 0.0 {
        0.0
    } else {
        difference.abs() / u
    };
    Agreement {
        difference,
        u,
        ratio,
        agree: ratio <= 2.0,
    }
}

/// The fraction of σ_pt below which u(x_pt) may be neglected (9.2.1, formula (10)).
pub const NEGLIGIBLE: f64 = 0.3;

/// Whether u(x_pt) may be neglected beside σ_pt: u(x_pt) < 0.3 σ_pt (9.2.1, formula (10)).
pub fn negligible(u: f64, sigma_pt: f64) -> bool {
    u < NEGLIGIBLE * sigma_pt
}

/// Whether u(x_pt) may be neglected beside a limit of permissible error δ_E: u(x_pt) < 0.1 δ_E (9.2.1, formula (10)).
pub fn negligible_beside_limit(u: f64, delta_e: f64) -> bool {
    u < 0.1 * delta_e
}

/// A mode of a kernel density: its place and the density there (per unit of the results).
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Mode {
    pub x: f64,
    pub density: f64,
}

/// All modes of the Gaussian kernel density of `values` with the bandwidth `h`, from left to right (10.3).
///
/// The standard suggests h = 0.75 σ_pt, 0.25 δ_E or, for inspection, 0.9 s*/p^0.2. Every mode lies within h of a result, as the
/// density is convex elsewhere; so the neighbourhoods of the results are searched in steps of h/8 and each mode is then refined by
/// bisection of the slope.
pub fn kernel_modes(values: &[f64], h: f64) -> Result<Vec<Mode>, Inapplicable> {
    check_finite(values)?;
    check_count(values.len(), 1)?;
    check_positive("带宽", "bandwidth", h)?;
    // In units of the bandwidth, from the median.
    let centre = median(values);
    let mut z: Vec<f64> = values.iter().map(|v| (v - centre) / h).collect();
    z.sort_by(f64::total_cmp);
    let mut places: Vec<f64> = z
        .iter()
        .flat_map(|v| (-9..=9).map(move |k| v + f64::from(k) / 8.0))
        .collect();
    places.sort_by(f64::total_cmp);
    places.dedup();
    let slope = |t: f64| {
        sum(near(&z, t)
            .iter()
            .map(|v| (v - t) * (-0.5 * (v - t) * (v - t)).exp()))
    };
    let mut modes = Vec::new();
    for pair in places.windows(2) {
        if slope(pair[0]) > 0.0 && slope(pair[1]) <= 0.0 {
            let t = crate::numeric::root::bisect(|t| -slope(t), pair[0], pair[1]);
            let height = sum(near(&z, t).iter().map(|v| (-0.5 * (v - t) * (v - t)).exp()));
            let density = height / (z.len() as f64 * h * (2.0 * std::f64::consts::PI).sqrt());
            modes.push(Mode {
                x: centre + h * t,
                density,
            });
        }
    }
    Ok(modes)
}

/// The part of the sorted values whose kernels reach `t` with more than e^-800.
fn near(sorted: &[f64], t: f64) -> &[f64] {
    let from = sorted.partition_point(|v| *v < t - 40.0);
    let to = sorted.partition_point(|v| *v <= t + 40.0);
    &sorted[from..to]
}

/// The highest mode of the kernel density; of equally high ones the lowest.
pub fn kernel_mode(values: &[f64], h: f64) -> Result<f64, Inapplicable> {
    let modes = kernel_modes(values, h)?;
    let highest = modes
        .iter()
        .fold(None, |best: Option<&Mode>, mode| match best {
            Some(best) if mode.density <= best.density * (1.0 + 1e-12) => Some(best),
            _ => Some(mode),
        });
    Ok(highest.map_or(f64::NAN, |mode| mode.x))
}

/// Mean and standard deviation of a statistic over bootstrap samples.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Bootstrap {
    pub mean: f64,
    pub u: f64,
}

/// Replicates that share one stream of random numbers.
const REPLICATES_IN_BLOCK: usize = 100;

/// Non-parametric bootstrap (7.7.6): `statistic` of `replicates` samples drawn with replacement. The same seed gives the same bits
/// on any number of threads; the number of replicates is rounded up to hundreds. u has a relative Monte Carlo error of about
/// 1/√(2·replicates).
pub fn bootstrap<E: Send>(
    values: &[f64],
    replicates: usize,
    seed: u64,
    statistic: impl Fn(&[f64]) -> Result<f64, E> + Sync,
) -> Result<Bootstrap, E> {
    let drawn: Result<Vec<Vec<f64>>, E> = blocks(
        seed,
        0,
        replicates.div_ceil(REPLICATES_IN_BLOCK).max(1),
        |stream| {
            let mut sample = values.to_vec();
            (0..REPLICATES_IN_BLOCK)
                .map(|_| {
                    sample
                        .iter_mut()
                        .for_each(|x| *x = values[stream.index(values.len())]);
                    statistic(&sample)
                })
                .collect()
        },
    )
    .into_iter()
    .collect();
    let (frame, scaled) = Frame::of(&drawn?.concat());
    Ok(Bootstrap {
        mean: frame.position(mean(&scaled)),
        u: frame.unit * standard_deviation(&scaled),
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_modes_of_two_distant_clusters_are_their_centres() {
        let modes = kernel_modes(&[1.0, 1.0, 2.0, 2.0, 101.0, 102.0, 103.0], 2.0).unwrap();
        assert_eq!(modes.len(), 2);
        assert!((modes[0].x - 1.5).abs() < 1e-12 && (modes[1].x - 102.0).abs() < 1e-12);
        assert!((kernel_mode(&[7.0], 0.1).unwrap() - 7.0).abs() < 1e-15);
        // One kernel has the density 1/(h√2π) at its centre.
        assert!((kernel_modes(&[7.0], 0.1).unwrap()[0].density - 3.989_422_804).abs() < 1e-8);
    }

    #[test]
    fn the_bootstrap_of_the_mean_finds_its_standard_error() {
        let values: Vec<f64> = (0..40).map(|i| 1e6 + f64::from(i * i % 37)).collect();
        let expected = standard_deviation(&values) / 40_f64.sqrt() * (39.0_f64 / 40.0).sqrt();
        let draw = || bootstrap(&values, 4000, 7, |s| Ok::<f64, Inapplicable>(mean(s))).unwrap();
        assert!((draw().u / expected - 1.0).abs() < 0.05);
        assert_eq!(draw(), draw());
    }

    #[test]
    fn parts_of_the_uncertainty_add_in_quadrature_and_agreement_is_two_u() {
        assert_eq!(combined_uncertainty(2.0, 3.0, 6.0, 0.0).unwrap(), 7.0);
        assert_eq!(
            combined_uncertainty(2.0, -3.0, 6.0, 0.0).unwrap_err().kind,
            "negative"
        );
        let at = |x_pt, u| Assigned { x_pt, u };
        assert!(agreement(at(10.0, 3.0), at(0.0, 4.0)).agree);
        assert!(!agreement(at(10.1, 3.0), at(0.0, 4.0)).agree);
        assert!(agreement(at(1.0, 0.0), at(1.0, 0.0)).agree);
    }
}
