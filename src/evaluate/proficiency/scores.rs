//! Performance scores (ISO 13528:2022, clause 9) and their verdicts.

use crate::evaluate::method::Inapplicable;
use crate::evaluate::sample::{check_finite, check_lengths, check_not_negative, check_positive};

/// What the participants' results are judged against, all in the unit of the results.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Target {
    pub x_pt: f64,
    /// Standard uncertainty of the assigned value.
    pub u: f64,
    /// Expanded uncertainty of the assigned value, as stated.
    pub expanded: f64,
    /// Standard deviation for proficiency assessment.
    pub sigma_pt: Option<f64>,
    /// Largest permissible deviation δ_E; 3 σ_pt when not stated.
    pub delta_e: Option<f64>,
}

impl Target {
    /// Refuses values that are not finite, negative uncertainties, and a σ_pt or δ_E that is not positive.
    pub fn check(&self) -> Result<(), Inapplicable> {
        check_finite(&[self.x_pt])?;
        check_not_negative(
            "指定值的标准不确定度",
            "standard uncertainty of the assigned value",
            self.u,
        )?;
        check_not_negative(
            "指定值的扩展不确定度",
            "expanded uncertainty of the assigned value",
            self.expanded,
        )?;
        if let Some(sigma) = self.sigma_pt {
            check_positive(
                "能力评定标准差",
                "standard deviation for proficiency assessment",
                sigma,
            )?;
        }
        self.delta_e.map_or(Ok(()), |limit| {
            check_positive(
                "最大允许偏差 δ_E",
                "largest permissible deviation δ_E",
                limit,
            )
        })
    }

    /// δ_E, or three standard deviations for proficiency assessment.
    pub fn permissible(&self) -> Option<f64> {
        self.delta_e.or(self.sigma_pt.map(|sigma| 3.0 * sigma))
    }

    /// Whether u(x_pt) is negligible (9.2.1): below 0.3 σ_pt, or below 0.1 δ_E when only that is stated.
    pub fn u_negligible(&self) -> Option<bool> {
        match (self.sigma_pt, self.delta_e) {
            (Some(sigma), _) => Some(super::negligible(self.u, sigma)),
            (None, Some(limit)) => Some(super::negligible_beside_limit(self.u, limit)),
            (None, None) => None,
        }
    }
}

/// Deviations D = x − x_pt (formula (11)).
pub fn deviations(values: &[f64], x_pt: f64) -> Vec<f64> {
    values.iter().map(|x| x - x_pt).collect()
}

/// D% = 100 D/x_pt (formula (12)); refused for x_pt = 0.
pub fn percent_deviations(values: &[f64], x_pt: f64) -> Result<Vec<f64>, Inapplicable> {
    if x_pt == 0.0 {
        return Err(Inapplicable::new(
            "zero-assigned-value",
            "指定值为零，相对偏差 D% 无意义；请用偏差 D 或 PA",
            "the assigned value is zero, so the relative deviation D% has no meaning; use D or PA",
        ));
    }
    Ok(deviations(values, x_pt)
        .iter()
        .map(|d| 100.0 * (d / x_pt))
        .collect())
}

/// Every deviation over one positive scale: z with σ_pt (formula (14)), z′ with √(σ_pt² + u²(x_pt)) (formula (15)),
/// PA/100 with δ_E (formula (13)).
pub fn scaled_deviations(values: &[f64], x_pt: f64, scale: f64) -> Result<Vec<f64>, Inapplicable> {
    check_positive("评分所用的标准差", "scale of the score", scale)?;
    Ok(deviations(values, x_pt).iter().map(|d| d / scale).collect())
}

/// Every deviation over √(u_i² + u²): ζ with standard uncertainties (formula (19)), E_n with expanded ones (formula (20)); for an
/// assigned value that is independent of the results. Refuses a laboratory whose root is zero.
pub fn uncertainty_scores(
    values: &[f64],
    u: &[f64],
    x_pt: f64,
    u_pt: f64,
) -> Result<Vec<f64>, Inapplicable> {
    check_lengths(("value", values.len()), ("u", u.len()))?;
    values
        .iter()
        .zip(u)
        .map(|(x, u)| {
            check_not_negative("实验室的不确定度", "uncertainty of the laboratory", *u)?;
            let scale = u.hypot(u_pt);
            check_positive("合成的不确定度", "combined uncertainty", scale)?;
            Ok((x - x_pt) / scale)
        })
        .collect()
}

/// E_z⁻ and E_z⁺ = (x − (x_pt ∓ U(x_pt)))/U(x) of each laboratory (ISO 13528:2005, 7.7; no longer among the scores of 2022). A
/// result passes when both lie between −1 and 1. Refuses an expanded uncertainty that is not positive.
pub fn ez_scores(
    values: &[f64],
    expanded: &[f64],
    x_pt: f64,
    expanded_pt: f64,
) -> Result<(Vec<f64>, Vec<f64>), Inapplicable> {
    check_lengths(("value", values.len()), ("U", expanded.len()))?;
    let score = |edge: f64| -> Result<Vec<f64>, Inapplicable> {
        values
            .iter()
            .zip(expanded)
            .map(|(x, u)| {
                check_positive(
                    "实验室的扩展不确定度",
                    "expanded uncertainty of the laboratory",
                    *u,
                )?;
                Ok((x - edge) / u)
            })
            .collect()
    };
    Ok((score(x_pt - expanded_pt)?, score(x_pt + expanded_pt)?))
}

/// What a score says.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    Acceptable,
    Warning,
    Action,
}

impl Verdict {
    /// |z| ≤ 2 acceptable, 2 < |z| < 3 warning, |z| ≥ 3 action (9.4.2; also for z′ and ζ). `None` for NaN.
    pub fn of_z(z: f64) -> Option<Verdict> {
        match z.abs() {
            a if a <= 2.0 => Some(Verdict::Acceptable),
            a if a < 3.0 => Some(Verdict::Warning),
            a if a >= 3.0 => Some(Verdict::Action),
            _ => None,
        }
    }

    /// |score| < 1 acceptable, |score| ≥ 1 action (9.7.2 for E_n; 9.3.2 for D/δ_E). `None` for NaN.
    pub fn of_en(en: f64) -> Option<Verdict> {
        match en.abs() {
            a if a < 1.0 => Some(Verdict::Acceptable),
            a if a >= 1.0 => Some(Verdict::Action),
            _ => None,
        }
    }

    /// Stable word: `acceptable`, `warning`, `action`.
    pub fn word(self) -> &'static str {
        match self {
            Verdict::Acceptable => "acceptable",
            Verdict::Warning => "warning",
            Verdict::Action => "action",
        }
    }
}

/// Verdict words of a column of scores.
pub fn words(scores: &[f64], verdict: fn(f64) -> Option<Verdict>) -> Vec<String> {
    scores
        .iter()
        .map(|score| {
            verdict(*score)
                .map_or("not-scored", Verdict::word)
                .to_owned()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn the_limits_belong_to_the_side_the_standard_says() {
        use Verdict::{Acceptable, Action, Warning};
        for (z, verdict) in [
            (2.0, Acceptable),
            (-2.0001, Warning),
            (2.9999, Warning),
            (-3.0, Action),
        ] {
            assert_eq!(Verdict::of_z(z), Some(verdict));
        }
        assert_eq!(Verdict::of_en(0.9999), Some(Acceptable));
        assert_eq!(Verdict::of_en(-1.0), Some(Action));
        assert_eq!(Verdict::of_z(f64::NAN), None);
    }

    #[test]
    fn a_zero_assigned_value_has_no_relative_deviation() {
        assert_eq!(
            percent_deviations(&[1.0], 0.0).unwrap_err().kind,
            "zero-assigned-value"
        );
        assert_eq!(percent_deviations(&[-1.5], -2.0).unwrap(), [-25.0]);
    }

    #[test]
    fn ez_passes_where_the_result_agrees_with_both_edges() {
        let (minus, plus) = ez_scores(&[10.0], &[4.0], 11.0, 2.0).unwrap();
        assert_eq!((minus[0], plus[0]), (0.25, -0.75));
    }

    #[test]
    fn certain_results_against_a_certain_value_are_refused() {
        assert_eq!(
            uncertainty_scores(&[1.0], &[0.0], 1.0, 0.0)
                .unwrap_err()
                .kind,
            "not-positive"
        );
        assert_eq!(
            uncertainty_scores(&[1.0], &[-1.0], 1.0, 0.0)
                .unwrap_err()
                .kind,
            "negative"
        );
        assert_eq!(
            uncertainty_scores(&[1.0], &[3.0], 6.0, 4.0).unwrap(),
            [-1.0]
        );
    }
}
