//! Standard deviation for proficiency assessment σ_pt (ISO 13528:2022, clause 8).

use crate::evaluate::method::Inapplicable;
use crate::evaluate::sample::{
    check_count, check_finite, check_lengths, check_not_negative, no_spread,
};
use crate::numeric::sum::{dot, mean, sum};

/// Horwitz's model as modified by Thompson (8.4, formula (8)): standard deviation of a mass fraction `c` (1 = 100 %), both as
/// fractions. Source: M. Thompson, Analyst 125 (2000) 385–386.
pub fn horwitz(c: f64) -> Result<f64, Inapplicable> {
    if !(0.0..=1.0).contains(&c) {
        return Err(Inapplicable::new(
            "mass-fraction",
            format!("Horwitz 模型的含量为 {c}；应为 0 到 1 之间的质量分数（1 mg/kg 写作 1e-6）"),
            format!(
                "the content given to the Horwitz model is {c}; it should be a mass fraction between 0 and 1 (1 mg/kg is 1e-6)"
            ),
        ));
    }
    Ok(if c < 1.2e-7 {
        0.22 * c
    } else if c <= 0.138 {
        0.02 * c.powf(0.8495)
    } else {
        0.01 * c.sqrt()
    })
}

/// σ_pt from a precision experiment for results that are means of `m` ≥ 1 replicates: √(σ_R² − σ_r² (1 − 1/m)) (8.5.1, formula (9)).
pub fn from_precision(
    sigma_reproducibility: f64,
    sigma_repeatability: f64,
    m: u64,
) -> Result<f64, Inapplicable> {
    check_not_negative(
        "再现性标准偏差",
        "reproducibility standard deviation",
        sigma_reproducibility,
    )?;
    check_not_negative(
        "重复性标准偏差",
        "repeatability standard deviation",
        sigma_repeatability,
    )?;
    let ratio = sigma_repeatability / sigma_reproducibility;
    let rest = 1.0 - ratio * ratio * (1.0 - 1.0 / m.max(1) as f64);
    if rest.is_nan() || rest < 0.0 {
        return Err(Inapplicable::new(
            "negative-variance",
            format!(
                "重复性标准偏差 {sigma_repeatability} 与再现性标准偏差 {sigma_reproducibility} 矛盾（前者不应大于后者）；请核对"
            ),
            format!(
                "the repeatability standard deviation {sigma_repeatability} contradicts the reproducibility standard deviation {sigma_reproducibility}; it should not be the larger one"
            ),
        ));
    }
    Ok(sigma_reproducibility * rest.sqrt())
}

/// A straight line s = intercept + slope · x.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Line {
    pub intercept: f64,
    pub slope: f64,
    /// Coefficient of determination.
    pub r_squared: f64,
}

/// Least-squares line of the (robust) standard deviations of at least three earlier rounds on their assigned values (8.3.2).
pub fn from_previous_rounds(assigned: &[f64], deviations: &[f64]) -> Result<Line, Inapplicable> {
    check_finite(assigned)?;
    check_finite(deviations)?;
    check_lengths(("assigned", assigned.len()), ("s", deviations.len()))?;
    check_count(assigned.len(), 3)?;
    let (x0, y0) = (mean(assigned), mean(deviations));
    let x: Vec<f64> = assigned.iter().map(|v| v - x0).collect();
    let y: Vec<f64> = deviations.iter().map(|v| v - y0).collect();
    let (xx, yy) = (dot(&x, &x), dot(&y, &y));
    if xx == 0.0 {
        return Err(no_spread());
    }
    let slope = dot(&x, &y) / xx;
    let residual = sum(x
        .iter()
        .zip(&y)
        .map(|(x, y)| (y - slope * x) * (y - slope * x)));
    Ok(Line {
        intercept: y0 - slope * x0,
        slope,
        r_squared: if yy > 0.0 { 1.0 - residual / yy } else { 1.0 },
    })
}

/// σ_pt kept between a floor and a ceiling (8.6.2).
pub fn between_limits(
    sigma: f64,
    floor: Option<f64>,
    ceiling: Option<f64>,
) -> Result<f64, Inapplicable> {
    let (low, high) = (floor.unwrap_or(0.0), ceiling.unwrap_or(f64::INFINITY));
    if low.is_nan() || high.is_nan() || low > high {
        return Err(Inapplicable::new(
            "limits-reversed",
            format!("σ_pt 的下限 {low} 大于上限 {high}；请对调或更正"),
            format!(
                "the floor {low} of σ_pt lies above its ceiling {high}; exchange or correct them"
            ),
        ));
    }
    Ok(sigma.clamp(low, high))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn horwitz_and_precision_reproduce_annex_e() {
        // ISO 13528:2022, E.9 (mg/kg) and E.10.
        assert!((horwitz(1.195e-6).unwrap() * 1e6 - 0.186).abs() < 5e-4);
        assert!((horwitz(2.565e-6).unwrap() * 1e6 - 0.356).abs() < 5e-4);
        assert!((from_precision(23.2, 14.3, 2).unwrap() - 20.9).abs() < 0.05);
        assert_eq!(horwitz(2.0).unwrap_err().kind, "mass-fraction");
        assert_eq!(
            from_precision(1.0, 2.0, 4).unwrap_err().kind,
            "negative-variance"
        );
    }

    #[test]
    fn previous_rounds_reproduce_table_e9() {
        let x = [
            3.96, 4.56, 5.99, 6.08, 6.20, 6.72, 8.10, 8.73, 9.57, 12.1, 12.5, 13.1, 15.6, 15.9,
            16.3, 16.3, 17.0, 17.4, 17.4, 19.0,
        ];
        let s = [
            0.639, 0.638, 0.995, 1.48, 0.97, 1.43, 2.23, 1.80, 1.45, 1.44, 2.25, 2.41, 3.57, 2.44,
            3.60, 3.09, 2.63, 2.85, 3.36, 3.20,
        ];
        // The standard prints r² = 0.82, the adjusted coefficient; the plain one is 0.8264.
        assert!((from_previous_rounds(&x, &s).unwrap().r_squared - 0.8264).abs() < 5e-5);
        assert_eq!(
            from_previous_rounds(&[1.0; 3], &[1.0; 3]).unwrap_err().kind,
            "no-spread"
        );
    }

    #[test]
    fn a_floor_above_the_ceiling_is_refused() {
        assert_eq!(between_limits(0.5, Some(1.0), Some(2.0)).unwrap(), 1.0);
        assert_eq!(between_limits(0.5, None, Some(0.2)).unwrap(), 0.2);
        assert_eq!(
            between_limits(0.5, Some(3.0), Some(2.0)).unwrap_err().kind,
            "limits-reversed"
        );
    }
}
