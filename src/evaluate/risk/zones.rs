//! Decisions with a third zone: pass, fail, or inconclusive because the comparison itself was not good enough.

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities, missing};
use crate::numeric::distribution::{normal_cdf, normal_pdf, normal_sf};
use crate::numeric::quadrature::{NODES, Panel};
use crate::numeric::sum::{dot, sum};

pub const THREE_ZONE: Method = Method {
    id: "three-zone-decision",
    compute: three_zone,
};

/// Outcome of a comparison for one laboratory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Zone {
    Pass,
    Inconclusive,
    Fail,
}

impl Zone {
    /// Stable word for files.
    pub fn word(self) -> &'static str {
        match self {
            Zone::Pass => "pass",
            Zone::Inconclusive => "inconclusive",
            Zone::Fail => "fail",
        }
    }
}

/// P(low ≤ X ≤ high) of a normal distribution, without loss in either tail or over a narrow interval.
pub fn normal_between(low: f64, high: f64, mean: f64, sd: f64) -> f64 {
    let (a, b) = ((low - mean) / sd, (high - mean) / sd);
    // Over a narrow interval a difference of distribution functions would cancel; there the density is integrated.
    if b - a < 0.5 {
        let panel = Panel {
            low: a,
            high: b,
            values: [0.0; NODES],
        };
        sum((0..NODES).map(|i| panel.weight(i) * normal_pdf(panel.node(i)))).max(0.0)
    } else if a > 0.0 {
        normal_sf(a) - normal_sf(b)
    } else {
        normal_cdf(b) - normal_cdf(a)
    }
}

/// Probability that the error of a laboratory lies within its own claim ± `expanded`, given the difference `d` found by a comparison
/// whose own contributions (reference, travelling standard, repeatability) have the standard uncertainty `u_comparison`.
pub fn p_within_claim(d: f64, expanded: f64, u_comparison: f64) -> f64 {
    normal_between(-expanded, expanded, d, u_comparison)
}

/// Pass when the probability is at least `confidence`, fail when at most 1 − `confidence`, else inconclusive.
pub fn by_probability(p: f64, confidence: f64) -> Zone {
    if p >= confidence {
        Zone::Pass
    } else if p <= 1.0 - confidence {
        Zone::Fail
    } else {
        Zone::Inconclusive
    }
}

/// Fail when |E_n| > 1; otherwise pass only if the comparison is good enough for the claim, u_comparison ≤ `limit` u_lab.
pub fn by_ratio(en: f64, ratio: f64, limit: f64) -> Zone {
    if en.abs() > 1.0 {
        Zone::Fail
    } else if ratio <= limit {
        Zone::Pass
    } else {
        Zone::Inconclusive
    }
}

/// Table `labs`: difference `D`; claim `u_lab` (or `U_lab` with `k`); `u_comp`, or its parts `u_ref`, `u_ts`, `u_rep`.
fn three_zone(data: &Data) -> Result<Quantities, Inapplicable> {
    let d = columns::free_column(data, "labs", &["D", "d"])?;
    let n = d.len();
    let k = columns::coverage_factor(data)?;
    let u_lab = match columns::optional_column(data, "labs", &["u_lab", "u"], n)? {
        Some(u) => u,
        None => {
            let expanded = columns::column(data, "labs", &["U_lab", "U"], n)?;
            let own =
                columns::optional_column(data, "labs", &["k"], n)?.unwrap_or_else(|| vec![k; n]);
            columns::positive(&own, "labs", "k")?;
            expanded.iter().zip(&own).map(|(e, k)| e / k).collect()
        }
    };
    columns::positive(&u_lab, "labs", "u_lab")?;
    let u_comp = comparison_uncertainty(data, n)?;
    let confidence = columns::option_probability(data, "confidence", 0.95)?;
    if confidence <= 0.5 {
        return Err(columns::bad_option("confidence", &confidence.to_string()));
    }
    let limit = columns::option_number(data, &["ratio_limit"])?.unwrap_or(1.0);
    let en: Vec<f64> = (0..n)
        .map(|i| d[i] / (k * u_lab[i].hypot(u_comp[i])))
        .collect();
    let ratio: Vec<f64> = u_comp.iter().zip(&u_lab).map(|(c, u)| c / u).collect();
    let p: Vec<f64> = (0..n)
        .map(|i| p_within_claim(d[i], k * u_lab[i], u_comp[i]))
        .collect();
    let mut out = Quantities::default();
    out.words(
        "decision.probability",
        p.iter()
            .map(|p| by_probability(*p, confidence).word().to_owned())
            .collect(),
    );
    out.words(
        "decision.ratio",
        en.iter()
            .zip(&ratio)
            .map(|(e, r)| by_ratio(*e, *r, limit).word().to_owned())
            .collect(),
    );
    out.numbers("p_within_claim", p);
    out.numbers(&format!("doe.En_k{k}"), en);
    out.numbers("u_comp", u_comp);
    out.numbers("u_comp_over_u_lab", ratio);
    columns::in_range(out)
}

fn comparison_uncertainty(data: &Data, n: usize) -> Result<Vec<f64>, Inapplicable> {
    let whole = columns::optional_column(data, "labs", &["u_comp"], n)?;
    let parts = ["u_ref", "u_ts", "u_rep"]
        .iter()
        .map(|name| columns::optional_column(data, "labs", &[name], n))
        .collect::<Result<Vec<_>, _>>()?;
    let parts: Vec<Vec<f64>> = parts.into_iter().flatten().collect();
    let u = match whole {
        Some(u) => u,
        None if parts.is_empty() => return Err(missing("labs", "u_comp")),
        None => {
            parts
                .iter()
                .try_for_each(|part| columns::not_negative(part, "labs", "u_ref, u_ts, u_rep"))?;
            (0..n)
                .map(|i| parts.iter().map(|p| p[i]).collect::<Vec<_>>())
                .map(|row| dot(&row, &row).sqrt())
                .collect()
        }
    };
    columns::positive(&u, "labs", "u_comp")?;
    Ok(u)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_poor_comparison_cannot_pass_anybody_but_can_still_fail() {
        // With u_comp = U the probability of lying within the claim is at most 2Φ(1) − 1 = 0.683.
        assert!((p_within_claim(0.0, 2.0, 2.0) - 0.682_689_492_137_085_9).abs() < 1e-12);
        assert_eq!(
            by_probability(p_within_claim(0.0, 2.0, 2.0), 0.95),
            Zone::Inconclusive
        );
        assert_eq!(
            by_probability(p_within_claim(10.0, 2.0, 2.0), 0.95),
            Zone::Fail
        );
        assert_eq!(by_ratio(0.3, 2.0, 1.0), Zone::Inconclusive);
        assert_eq!(by_ratio(1.2, 2.0, 1.0), Zone::Fail);
    }

    #[test]
    fn a_good_comparison_passes_what_lies_inside_the_claim() {
        assert_eq!(
            by_probability(p_within_claim(1.0, 2.0, 0.3), 0.95),
            Zone::Pass
        );
        assert_eq!(by_ratio(0.5, 0.15, 1.0), Zone::Pass);
        // At the edge of the claim the chance is one half.
        assert!((p_within_claim(2.0, 2.0, 0.3) - 0.5).abs() < 1e-12);
    }

    #[test]
    fn a_narrow_interval_keeps_its_digits() {
        let density = (-0.5_f64 * 9.0).exp() / (2.0 * std::f64::consts::PI).sqrt();
        assert!(
            (normal_between(3.0 - 5e-10, 3.0 + 5e-10, 0.0, 1.0) / (1e-9 * density) - 1.0).abs()
                < 1e-6
        );
        // Both ways agree where they meet.
        let (below, above) = (
            normal_between(0.2, 0.7 - 1e-12, 0.0, 1.0),
            normal_between(0.2, 0.7 + 1e-12, 0.0, 1.0),
        );
        assert!((above - below).abs() < 1e-11 && above > below);
    }

    #[test]
    fn tails_far_out_keep_their_digits() {
        // 1 − Φ(10) = 7.619853024160526e-24 (mpmath).
        assert!(
            (normal_between(10.0, f64::INFINITY, 0.0, 1.0) / 7.619_853_024_160_527e-24 - 1.0).abs()
                < 1e-12
        );
    }
}
