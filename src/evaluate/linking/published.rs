//! The link from what a key comparison published: degrees of equivalence of the linking laboratories and the uncertainty of the key
//! comparison reference value, instead of the whole table of results.
//!
//! For a reference value y = Σ w x of independent results, u²(D_L) = (1 − 2w_L) u_L² + u²(y), and w_L = u²(y)/u_L² where the weights are
//! 1/u²: the published figures give u_L and w_L back. The laboratories that do not link are put together in one that takes the rest of
//! the weights; every covariance that the link needs is then that of the whole table.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};

use super::link::{Comparisons, LinkWeights, Linked, Linking, common_part_too_large};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::numeric::sum::sum;

/// What the key comparison published of a linking laboratory, in the unit of the results.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize, JsonSchema)]
pub struct LinkingResult {
    pub laboratory: String,
    /// Degree of equivalence and its standard uncertainty.
    pub d: f64,
    pub u: f64,
    /// What the laboratory's results in the two comparisons have in common.
    pub common: Common,
    /// Weight in the key comparison reference value; that of a weighted mean with weights 1/u² where it is not stated.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub weight: Option<f64>,
}

/// What a laboratory's results in the two comparisons have in common.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "kebab-case")]
pub enum Common {
    Nothing,
    /// A part of the standard uncertainty of both.
    Uncertainty(f64),
    /// Their correlation coefficient, not negative.
    Correlation(f64),
}

/// The degrees of equivalence of all laboratories of the comparison that is linked, on the scale of the key comparison.
#[derive(Debug, Clone)]
pub struct OnScale {
    pub linked: Linked,
    /// Rows of the linking laboratories in the table of results and their published u(D), in the order of the weights.
    linking: Vec<(usize, f64)>,
    /// D of every row: y − R, and the published one of a linking laboratory, which the link does not change.
    pub d: Vec<f64>,
    /// Their covariance, row by row.
    pub covariance: Vec<Vec<f64>>,
    /// χ² of the differences y_L − D_L about their mean, and its degrees of freedom; none with one linking laboratory.
    pub consistency: Option<(f64, f64)>,
}

/// A linking laboratory as it stands in the key comparison.
struct InKey<'a> {
    published: &'a LinkingResult,
    row: usize,
    u: f64,
    weight: f64,
}

/// Links the results `regional`, with their covariance where they are correlated, by the figures `published` of a key comparison whose
/// reference value has the standard uncertainty `u_reference`. Laboratories of `published` without a result are passed over.
///
/// Errors: no linking laboratory with a result; figures that no weighted mean can have; a common part that is too large.
pub fn link(
    regional: &Laboratories,
    covariance: Option<&[Vec<f64>]>,
    u_reference: f64,
    published: &[LinkingResult],
    weights: LinkWeights,
) -> Result<OnScale, Inapplicable> {
    let linking = published
        .iter()
        .filter_map(|published| {
            let row = (regional.lab.iter()).position(|lab| *lab == published.laboratory)?;
            Some(in_key(published, row, u_reference))
        })
        .collect::<Result<Vec<_>, _>>()?;
    let mut regional = regional.clone();
    if let Some(v) = covariance {
        for (row, u) in regional.u.iter_mut().enumerate() {
            *u = v[row][row].sqrt();
        }
    }
    let (key, key_weights) = reduced(&linking, u_reference)?;
    let links = (linking.iter().enumerate())
        .map(|(key, lab)| Linking {
            key,
            regional: lab.row,
            s_common: lab.s_common(regional.u[lab.row]),
        })
        .collect();
    let mut all = Comparisons::new(key, regional, links, Some(key_weights))?;
    if let Some(v) = covariance {
        all.correlate_regional(v);
    }
    let linked = all.link(&weights)?;
    let mut d: Vec<f64> = (all.regional.value.iter())
        .map(|y| y - linked.reference.value)
        .collect();
    for lab in &linking {
        d[lab.row] = lab.published.d;
    }
    Ok(OnScale {
        covariance: all.covariance_on_scale(&linked),
        consistency: all.consistency()?,
        linking: (linking.iter())
            .map(|lab| (lab.row, lab.published.u))
            .collect(),
        linked,
        d,
    })
}

impl OnScale {
    /// Whether the laboratory of a row links.
    pub fn links(&self, row: usize) -> bool {
        self.linking.iter().any(|(linking, _)| *linking == row)
    }

    /// Standard uncertainty of D of a row.
    pub fn u(&self, row: usize) -> f64 {
        let published = self.linking.iter().find(|(linking, _)| *linking == row);
        published.map_or_else(|| self.covariance[row][row].max(0.0).sqrt(), |(_, u)| *u)
    }
}

impl InKey<'_> {
    fn s_common(&self, u_regional: f64) -> f64 {
        match self.published.common {
            Common::Nothing => 0.0,
            Common::Uncertainty(s) => s,
            Common::Correlation(r) => (r * self.u * u_regional).sqrt(),
        }
    }
}

/// The standard uncertainty and the weight of a result behind the published degree of equivalence.
///
/// Errors: a stated weight with which u(D) and the uncertainty of the reference value cannot stand together.
fn behind(published: &LinkingResult, u_reference: f64) -> Result<(f64, f64), Inapplicable> {
    let of_reference = u_reference * u_reference;
    let of_difference = published.u * published.u;
    let (variance, weight) = match published.weight {
        None => {
            let variance = of_difference + of_reference;
            (variance, of_reference / variance)
        }
        Some(w) => ((of_difference - of_reference) / (1.0 - 2.0 * w), w),
    };
    if variance.is_normal() && variance > 0.0 {
        return Ok((variance.sqrt(), weight));
    }
    let (lab, u) = (&published.laboratory, published.u);
    Err(Inapplicable::new(
        "published-figures",
        format!(
            "实验室 `{lab}` 公布的 u(D) = {u} 与关键比对参考值的标准不确定度 {u_reference} 和权 {weight} 不能同时成立：u²(D) = (1 − 2w)u² + u²(KCRV)；请核对公布值，未参与参考值的写 `权重 0`"
        ),
        format!(
            "the published u(D) = {u} of laboratory `{lab}` cannot stand beside the standard uncertainty {u_reference} of the key comparison reference value and the weight {weight}: u²(D) = (1 − 2w)u² + u²(KCRV); check the published figures, and write `weight 0` for a laboratory outside the reference value"
        ),
    ))
}

/// Whether the figures of the linking laboratories of a point can stand together; the results to be linked are not known yet.
///
/// Errors: as [`link`], but for a common part only against the result of the key comparison.
pub fn possible(published: &[LinkingResult], u_reference: f64) -> Result<(), Inapplicable> {
    let linking = (published.iter())
        .map(|published| in_key(published, 0, u_reference))
        .collect::<Result<Vec<_>, _>>()?;
    for lab in &linking {
        if let Common::Uncertainty(s) = lab.published.common
            && s >= lab.u
        {
            return Err(common_part_too_large(&lab.published.laboratory, s, lab.u));
        }
    }
    reduced(&linking, u_reference).map(|_| ())
}

fn in_key(
    published: &LinkingResult,
    row: usize,
    u_reference: f64,
) -> Result<InKey<'_>, Inapplicable> {
    let (u, weight) = behind(published, u_reference)?;
    Ok(InKey {
        published,
        row,
        u,
        weight,
    })
}

/// The key comparison as the linking laboratories and one for all others, whose reference value is zero, so that values are degrees of
/// equivalence.
fn reduced(linking: &[InKey], u_reference: f64) -> Result<(Laboratories, Vec<f64>), Inapplicable> {
    let of = |part: fn(&InKey) -> f64| linking.iter().map(part).collect::<Vec<f64>>();
    let (mut weights, mut u) = (of(|lab| lab.weight), of(|lab| lab.u));
    let mut value = of(|lab| lab.published.d);
    let rest = 1.0 - sum(weights.iter().copied());
    let variance =
        u_reference * u_reference - sum(weights.iter().zip(&u).map(|(w, u)| (w * u).powi(2)));
    // Published figures are rounded: a remainder at the level of rounding is none.
    let least = -1e-3 * u_reference * u_reference;
    if rest <= 0.0 || variance < least {
        return Err(Inapplicable::new(
            "published-weights",
            format!(
                "连接实验室在关键比对参考值中的权之和为 {}，未给其他实验室留下份额，公布的不确定度与此不符；请用 `权重` 写明各连接实验室的权",
                1.0 - rest
            ),
            format!(
                "the weights of the linking laboratories in the key comparison reference value sum to {}, which leaves the others no share that goes with the published uncertainties; state the weights with `weight`",
                1.0 - rest
            ),
        ));
    }
    value.push(-sum(weights.iter().zip(&value).map(|(w, d)| w * d)) / rest);
    u.push(variance.max(0.0).sqrt() / rest);
    weights.push(rest);
    let n = value.len();
    let names = linking.iter().map(|lab| lab.published.laboratory.clone());
    let key = Laboratories {
        lab: names.chain(std::iter::once(String::new())).collect(),
        value,
        u,
        dof: vec![f64::INFINITY; n],
        in_reference: vec![true; n],
    };
    Ok((key, weights))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::numeric::least_squares::rows;

    fn close(a: f64, b: f64, tolerance: f64) {
        assert!((a - b).abs() <= tolerance, "{a} {b}");
    }

    fn named(names: [&str; 5], value: [f64; 5], u: [f64; 5]) -> Laboratories {
        let mut labs = Laboratories::new(&value, &u).unwrap();
        labs.lab = names.map(str::to_owned).to_vec();
        labs
    }

    /// The whole table of a key comparison and a regional one, after the reference case of Cox and Shirono's link.
    fn whole() -> Comparisons {
        let key = named(
            ["A", "B", "C", "F", "G"],
            [100.02, 99.97, 100.05, 99.99, 100.01],
            [0.03, 0.025, 0.04, 0.02, 0.035],
        );
        let linking = [(0, 0.022), (1, 0.018)].map(|(row, s_common)| Linking {
            key: row,
            regional: row,
            s_common,
        });
        Comparisons::new(key, regional(), linking.to_vec(), None).unwrap()
    }

    fn regional() -> Laboratories {
        named(
            ["A", "B", "P", "Q", "R"],
            [50.06, 50.005, 50.04, 50.15, 49.985],
            [0.028, 0.024, 0.03, 0.05, 0.045],
        )
    }

    fn published(weight: impl Fn(usize) -> Option<f64>) -> Vec<LinkingResult> {
        let (d, u) = whole().key_equivalence();
        [("A", 0.022), ("B", 0.018)]
            .into_iter()
            .enumerate()
            .map(|(row, (lab, s))| LinkingResult {
                laboratory: lab.to_owned(),
                d: d[row],
                u: u[row],
                common: Common::Uncertainty(s),
                weight: weight(row),
            })
            .collect()
    }

    #[test]
    fn published_figures_link_as_the_whole_table_of_the_key_comparison_does() {
        let whole = whole();
        let u_reference = whole.reference().u;
        let stated = whole.key_weights.clone();
        for weights in [
            LinkWeights::Equal,
            LinkWeights::Transfer,
            LinkWeights::MinimumVariance,
        ] {
            let expected = whole.link(&weights).unwrap();
            for figures in [published(|_| None), published(|row| Some(stated[row]))] {
                let found =
                    link(&regional(), None, u_reference, &figures, weights.clone()).unwrap();
                close(
                    found.linked.reference.value,
                    expected.reference.value,
                    1e-12,
                );
                close(found.linked.reference.u, expected.reference.u, 1e-14);
                for (k, row) in expected.rows.iter().enumerate() {
                    close(found.d[*row], expected.d[k], 1e-12);
                    close(found.u(*row), expected.u_d[k], 1e-14);
                }
                // A linking laboratory keeps what was published.
                close(found.u(0), figures[0].u, 1e-14);
                assert_eq!(found.d[0], figures[0].d);
                // D_P − D_A, common parts cancelled, against the pair of the whole table.
                let pair = whole.bilateral(&expected, 0, 0);
                let v = &found.covariance;
                let u2 = v[2][2] + v[0][0] - 2.0 * v[2][0];
                close(u2.sqrt(), pair.u, 1e-14);
            }
        }
    }

    #[test]
    fn a_correlation_coefficient_says_the_same_as_the_common_part() {
        let u_reference = whole().reference().u;
        let by_part = published(|_| None);
        let mut by_r = by_part.clone();
        for (row, lab) in by_r.iter_mut().enumerate() {
            let (s, u) = ([0.022, 0.018][row], [0.03, 0.025][row]);
            lab.common = Common::Correlation(s * s / (u * regional().u[row]));
        }
        let of = |figures: &[LinkingResult]| {
            link(
                &regional(),
                None,
                u_reference,
                figures,
                LinkWeights::Transfer,
            )
            .unwrap()
        };
        close(
            of(&by_r).linked.reference.u,
            of(&by_part).linked.reference.u,
            1e-15,
        );
    }

    #[test]
    fn correlated_regional_results_widen_what_the_link_takes_from_them() {
        let (regional, figures) = (regional(), published(|_| None));
        let mut v = rows(&nalgebra::DMatrix::from_fn(5, 5, |i, j| {
            if i == j { regional.u[i].powi(2) } else { 0.0 }
        }));
        (v[0][1], v[1][0]) = (3e-4, 3e-4);
        let u = whole().reference().u;
        let independent = link(&regional, None, u, &figures, LinkWeights::Equal).unwrap();
        let correlated = link(&regional, Some(&v), u, &figures, LinkWeights::Equal).unwrap();
        let more = correlated.linked.reference.u.powi(2) - independent.linked.reference.u.powi(2);
        // R is the mean of two: 2 · ½ · ½ · cov(y_A, y_B).
        close(more, 1.5e-4, 1e-16);
    }

    #[test]
    fn figures_that_no_reference_value_has_are_refused() {
        let mut figures = published(|_| None);
        figures[0].weight = Some(0.2);
        let kind = |figures: &[LinkingResult], u| {
            link(&regional(), None, u, figures, LinkWeights::Equal)
                .unwrap_err()
                .kind
        };
        assert_eq!(kind(&figures, 0.5), "published-figures");
        figures[0].weight = Some(0.4);
        figures[1].weight = Some(0.45);
        figures[1].u = 0.1;
        assert_eq!(kind(&figures, 0.012), "published-weights");
        assert_eq!(kind(&[], 0.012), "no-linking-laboratory");
    }

    #[test]
    fn the_consistency_of_two_linking_laboratories_is_their_squared_difference_over_its_variance() {
        let figures = published(|_| None);
        let found = link(
            &regional(),
            None,
            whole().reference().u,
            &figures,
            LinkWeights::Equal,
        );
        let (observed, dof) = found.unwrap().consistency.unwrap();
        let v = whole().link_covariance();
        let difference = (50.06 - figures[0].d) - (50.005 - figures[1].d);
        let variance = v[(0, 0)] + v[(1, 1)] - 2.0 * v[(0, 1)];
        close(observed, difference * difference / variance, 1e-9);
        assert_eq!(dof, 1.0);
    }
}
