//! Decisions on a family of tests: many laboratories, many points.

use crate::numeric::distribution::{normal_critical, normal_sf};

/// P-values of one family under the usual corrections, in the order of the input.
#[derive(Debug, Clone, PartialEq)]
pub struct Adjusted {
    /// min(1, m p): family-wise error under any dependence.
    pub bonferroni: Vec<f64>,
    /// 1 − (1 − p)^m: family-wise error for independent tests.
    pub sidak: Vec<f64>,
    /// Step-down Bonferroni: family-wise error under any dependence, never less powerful than Bonferroni.
    pub holm: Vec<f64>,
    /// Step-up: false discovery rate for independent tests.
    pub benjamini_hochberg: Vec<f64>,
}

/// Adjusted p-values; `p` in [0, 1]. A test is rejected at level α when its adjusted value is at most α.
///
/// Sources: S. Holm, Scand. J. Stat. 6 (1979) 65; Z. Šidák, J. Am. Stat. Assoc. 62 (1967) 626; Y. Benjamini, Y. Hochberg,
/// J. R. Stat. Soc. B 57 (1995) 289.
pub fn adjust(p: &[f64]) -> Adjusted {
    let m = p.len() as f64;
    let mut order: Vec<usize> = (0..p.len()).collect();
    order.sort_by(|a, b| p[*a].total_cmp(&p[*b]));
    let mut holm = vec![0.0; p.len()];
    let mut largest = 0.0_f64;
    for (rank, index) in order.iter().enumerate() {
        largest = largest.max(((m - rank as f64) * p[*index]).min(1.0));
        holm[*index] = largest;
    }
    let mut benjamini_hochberg = vec![1.0; p.len()];
    let mut smallest = 1.0_f64;
    for (rank, index) in order.iter().enumerate().rev() {
        smallest = smallest.min(m / (rank as f64 + 1.0) * p[*index]);
        benjamini_hochberg[*index] = smallest;
    }
    Adjusted {
        bonferroni: p.iter().map(|p| (m * p).min(1.0)).collect(),
        sidak: p.iter().map(|p| at_least_one(*p, m)).collect(),
        holm,
        benjamini_hochberg,
    }
}

/// 1 − (1 − p)^m: probability that at least one of `m` independent tests of level `p` rejects.
pub fn at_least_one(p: f64, m: f64) -> f64 {
    -(m * (-p).ln_1p()).exp_m1()
}

/// Level of each of `m` independent tests that gives the family the level `alpha` (Šidák).
pub fn sidak_level(alpha: f64, m: f64) -> f64 {
    -((-alpha).ln_1p() / m).exp_m1()
}

/// Two-sided p-value of a standard normal score.
pub fn two_sided(z: f64) -> f64 {
    2.0 * normal_sf(z.abs())
}

/// The |z| that a standard normal score exceeds with probability `level`.
pub fn two_sided_limit(level: f64) -> f64 {
    normal_critical(0.5 * level)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn the_published_example_of_benjamini_and_hochberg_rejects_four() {
        // Benjamini, Hochberg 1995, section 4: 15 p-values, q* = 0.05: four rejected; Bonferroni three, Hochberg (and Holm) three.
        let p = [
            0.0001, 0.0004, 0.0019, 0.0095, 0.0201, 0.0278, 0.0298, 0.0344, 0.0459, 0.3240, 0.4262,
            0.5719, 0.6528, 0.7590, 1.000,
        ];
        let adjusted = adjust(&p);
        let rejected = |a: &[f64]| a.iter().filter(|p| **p <= 0.05).count();
        assert_eq!(rejected(&adjusted.benjamini_hochberg), 4);
        assert_eq!(rejected(&adjusted.bonferroni), 3);
        assert_eq!(rejected(&adjusted.holm), 3);
    }

    #[test]
    fn the_level_of_sidak_gives_the_family_its_level_back() {
        for m in [1.0, 12.0, 1e6] {
            assert!((at_least_one(sidak_level(0.05, m), m) - 0.05).abs() < 1e-15);
        }
    }

    #[test]
    fn the_false_alarm_of_one_k2_test_is_4_55_percent() {
        assert!((two_sided(2.0) - 0.045_500_263_896_358_4).abs() < 1e-12);
        assert!((two_sided_limit(0.045_500_263_896_358_4) - 2.0).abs() < 1e-9);
    }

    proptest! {
        #[test]
        fn corrections_keep_their_order_and_that_of_the_p_values(p in prop::collection::vec(0.0..=1.0_f64, 1..20)) {
            let a = adjust(&p);
            for i in 0..p.len() {
                prop_assert!(a.bonferroni[i] >= a.holm[i] && a.holm[i] >= a.benjamini_hochberg[i] && a.benjamini_hochberg[i] >= p[i] - 1e-15);
                prop_assert!(a.bonferroni[i] >= a.sidak[i] - 1e-15);
                for j in 0..p.len() {
                    prop_assert!(p[i] > p[j] || a.holm[i] <= a.holm[j]);
                }
            }
        }
    }
}
