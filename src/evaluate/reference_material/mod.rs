//! Reference materials: homogeneity between units, stability, characterisation and the combined uncertainty of the certified
//! value (ISO Guide 35:2017, ISO 33405).

mod compute;

pub use compute::METHODS;

use crate::evaluate::method::Inapplicable;
use crate::evaluate::sample::{
    Frame, check_count, check_finite, check_lengths, no_spread, root_sum_of_squares,
};
use crate::numeric::distribution::{fisher_sf, student_sf};
use crate::numeric::sum::{dot, mean, standard_deviation, sum};

/// One-way analysis of variance of units (bottles, items) with replicates.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Anova {
    pub units: usize,
    pub results: usize,
    pub mean: f64,
    /// Mean squares between and within units.
    pub ms_between: f64,
    pub ms_within: f64,
    pub dof_between: f64,
    pub dof_within: f64,
    /// Effective number of replicates, the number itself when it is the same for all units.
    pub n0: f64,
    /// MS_between/MS_within and the probability of a larger ratio among equal units; NaN when MS_within is 0.
    pub f: f64,
    pub p_value: f64,
}

/// Analyses at least two units of at least one result each, at least one of them with replicates.
pub fn anova(units: &[Vec<f64>]) -> Result<Anova, Inapplicable> {
    check_count(units.len(), 2)?;
    for unit in units {
        check_count(unit.len(), 1)?;
        check_finite(unit)?;
    }
    let all = units.concat();
    if all.len() == units.len() {
        return Err(Inapplicable::new(
            "no-replicates",
            "每个单元只有一个结果，无法区分瓶间差异与重复性；请提供重复测量结果",
            "every unit has one result only, so differences between units cannot be told from repeatability; give replicates",
        ));
    }
    let (frame, scaled) = Frame::of(&all);
    let total = all.len() as f64;
    let grand = mean(&scaled);
    let mut rest = scaled.as_slice();
    let (mut between, mut within, mut squares) = (Vec::new(), Vec::new(), 0.0);
    for unit in units {
        let (own, others) = rest.split_at(unit.len());
        rest = others;
        let average = mean(own);
        between.push(unit.len() as f64 * (average - grand) * (average - grand));
        within.extend(own.iter().map(|v| (v - average) * (v - average)));
        squares += (unit.len() * unit.len()) as f64;
    }
    let dof_between = units.len() as f64 - 1.0;
    let dof_within = total - units.len() as f64;
    let (ms_between, ms_within) = (sum(between) / dof_between, sum(within) / dof_within);
    let f = if ms_within > 0.0 {
        ms_between / ms_within
    } else {
        f64::NAN
    };
    Ok(Anova {
        units: units.len(),
        results: all.len(),
        mean: frame.position(grand),
        ms_between: frame.unit * frame.unit * ms_between,
        ms_within: frame.unit * frame.unit * ms_within,
        dof_between,
        dof_within,
        n0: (total - squares / total) / dof_between,
        f,
        p_value: fisher_sf(f, dof_between, dof_within),
    })
}

/// Uncertainty from differences between units.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct BetweenUnits {
    /// √((MS_between − MS_within)/n₀); 0 when MS_between < MS_within, where the study says nothing but that repeatability hides
    /// the differences.
    pub s_bb: f64,
    /// What the repeatability of the study can hide: √(MS_within/n₀) · (2/ν_within)^¼.
    pub u_star: f64,
    /// The standard uncertainty to be used: the larger of the two.
    pub u_bb: f64,
}

/// u_bb from an analysis of variance. Source: ISO Guide 35:2017, 7.7; T. P. J. Linsinger et al., Accred. Qual. Assur. 6 (2001) 20–25.
pub fn between_units(anova: &Anova) -> BetweenUnits {
    let s_bb = ((anova.ms_between - anova.ms_within).max(0.0) / anova.n0).sqrt();
    let u_star = (anova.ms_within / anova.n0).sqrt() * (2.0 / anova.dof_within).powf(0.25);
    BetweenUnits {
        s_bb,
        u_star,
        u_bb: s_bb.max(u_star),
    }
}

/// Straight line through the results of a stability study.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Trend {
    pub intercept: f64,
    /// Change in unit time.
    pub slope: f64,
    pub s_slope: f64,
    pub dof: f64,
    /// |slope|/s(slope) and the two-sided probability of a larger ratio without trend.
    pub t: f64,
    pub p_value: f64,
}

/// Least-squares line of results `y` at times `t`, at least three at not all the same time (ISO Guide 35:2017, 8.7).
pub fn trend(t: &[f64], y: &[f64]) -> Result<Trend, Inapplicable> {
    check_lengths(("t", t.len()), ("y", y.len()))?;
    check_finite(t)?;
    check_finite(y)?;
    check_count(t.len(), 3)?;
    let (frame_t, zt) = Frame::of(t);
    let (frame_y, zy) = Frame::of(y);
    if frame_t.unit <= 0.0 {
        return Err(no_spread());
    }
    let (mean_t, mean_y) = (mean(&zt), mean(&zy));
    let dt: Vec<f64> = zt.iter().map(|v| v - mean_t).collect();
    let dy: Vec<f64> = zy.iter().map(|v| v - mean_y).collect();
    let tt = dot(&dt, &dt);
    let slope = dot(&dt, &dy) / tt;
    let dof = t.len() as f64 - 2.0;
    let variance = sum(dt
        .iter()
        .zip(&dy)
        .map(|(t, y)| (y - slope * t) * (y - slope * t)))
        / dof;
    let s_slope = (variance / tt).sqrt();
    let ratio = if slope == 0.0 {
        0.0
    } else {
        slope.abs() / s_slope
    };
    let unit = frame_y.unit / frame_t.unit;
    let centre = frame_y.position(mean_y) - slope * unit * frame_t.position(mean_t);
    Ok(Trend {
        intercept: centre,
        slope: slope * unit,
        s_slope: s_slope * unit,
        dof,
        t: ratio,
        p_value: 2.0 * student_sf(ratio, dof),
    })
}

/// Value and standard uncertainty s/√p from the means of `p` ≥ 2 laboratories or methods taken as equally good.
pub fn characterisation(means: &[f64]) -> Result<(f64, f64), Inapplicable> {
    check_finite(means)?;
    check_count(means.len(), 2)?;
    let (frame, scaled) = Frame::of(means);
    let u = standard_deviation(&scaled) / (means.len() as f64).sqrt();
    Ok((frame.position(mean(&scaled)), frame.unit * u))
}

/// Standard uncertainty of a certified value: √(u_char² + u_bb² + u_lts² + u_sts²) (ISO Guide 35:2017).
pub fn certified_uncertainty(
    u_char: f64,
    u_bb: f64,
    u_lts: f64,
    u_sts: f64,
) -> Result<f64, Inapplicable> {
    root_sum_of_squares(&[
        (
            "定值不确定度 u_char",
            "uncertainty of characterisation u_char",
            u_char,
        ),
        ("瓶间不确定度 u_bb", "uncertainty between units u_bb", u_bb),
        (
            "长期稳定性不确定度 u_lts",
            "uncertainty of long-term stability u_lts",
            u_lts,
        ),
        (
            "短期稳定性不确定度 u_sts",
            "uncertainty of short-term stability u_sts",
            u_sts,
        ),
    ])
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn duplicates_agree_with_the_proficiency_form_of_the_same_statistics() {
        let units = [
            [0.185, 0.194],
            [0.187, 0.189],
            [0.182, 0.186],
            [0.188, 0.196],
            [0.191, 0.181],
        ]
        .map(|u| u.to_vec());
        let study = anova(&units).unwrap();
        let items = crate::evaluate::proficiency::homogeneity(&units).unwrap();
        assert!((study.f / items.f - 1.0).abs() < 1e-12);
        assert!((study.ms_within.sqrt() / items.s_w - 1.0).abs() < 1e-12);
        assert!((between_units(&study).s_bb - items.s_s).abs() < 1e-12 * items.s_x);
        assert_eq!(study.n0, 2.0);
    }

    #[test]
    fn unequal_replicates_follow_the_textbook() {
        // Units (1, 3), (4, 6, 8), (10): SS within 2 + 8, between Σnᵢ(mean − 32/6)²; n₀ = (6 − 14/6)/2.
        let study = anova(&[vec![1.0, 3.0], vec![4.0, 6.0, 8.0], vec![10.0]]).unwrap();
        let grand = 32.0 / 6.0;
        let between = 2.0 * f64::powi(2.0 - grand, 2)
            + 3.0 * f64::powi(6.0 - grand, 2)
            + f64::powi(10.0 - grand, 2);
        assert!((study.ms_between - between / 2.0).abs() < 1e-12);
        assert!((study.ms_within - 10.0 / 3.0).abs() < 1e-13);
        assert!((study.n0 - (6.0 - 14.0 / 6.0) / 2.0).abs() < 1e-15);
        assert!((study.f - study.ms_between / study.ms_within).abs() < 1e-13);
    }

    #[test]
    fn repeatability_that_hides_the_units_leaves_its_own_limit() {
        let study = anova(&[vec![1.0, 3.0], vec![3.0, 1.0], vec![2.0, 2.2]]).unwrap();
        let between = between_units(&study);
        assert!(study.ms_between < study.ms_within && between.s_bb == 0.0);
        assert!(
            (between.u_bb - (study.ms_within / 2.0).sqrt() * (2.0_f64 / 3.0).powf(0.25)).abs()
                < 1e-15
        );
    }

    #[test]
    fn the_trend_has_the_slope_and_standard_error_of_the_textbook() {
        // y = 1, 2, 4 at 0, 1, 2: slope 1.5, residuals 1/6, −1/3, 1/6.
        let line = trend(&[0.0, 1.0, 2.0], &[1.0, 2.0, 4.0]).unwrap();
        assert!((line.slope - 1.5).abs() < 1e-15 && (line.intercept - 5.0 / 6.0).abs() < 1e-15);
        assert!((line.s_slope - (1.0_f64 / 12.0).sqrt()).abs() < 1e-15);
        // One degree of freedom: P(|T| > t) = 1 − (2/π) atan t.
        assert!((line.p_value - (1.0 - line.t.atan() * std::f64::consts::FRAC_2_PI)).abs() < 1e-14);
        assert_eq!(
            trend(&[1.0; 3], &[1.0, 2.0, 3.0]).unwrap_err().kind,
            "no-spread"
        );
    }

    #[test]
    fn characterisation_and_combination_are_checked() {
        let (value, u) = characterisation(&[9.0, 10.0, 11.0, 10.0]).unwrap();
        assert_eq!(value, 10.0);
        assert!((u - (2.0_f64 / 3.0).sqrt() / 2.0).abs() < 1e-15);
        assert_eq!(certified_uncertainty(2.0, 3.0, 6.0, 0.0).unwrap(), 7.0);
        assert_eq!(
            certified_uncertainty(2.0, 3.0, f64::NAN, 0.0)
                .unwrap_err()
                .kind,
            "negative"
        );
        assert_eq!(
            anova(&[vec![1.0], vec![2.0]]).unwrap_err().kind,
            "no-replicates"
        );
    }
}
