//! The largest consistent subset: the most results that pass the χ² test together.
//!
//! Source: M. G. Cox, Metrologia 44 (2007) 187–200. The subset is found exactly, not by taking out one result after another.
//! Its u(y) is conditional on the selection and smaller than the true uncertainty of the procedure.

mod correlated;
mod sweep;

pub use correlated::REACH;

use super::Consensus;
use super::means::weighted_mean;
use crate::evaluate::consistency::{ChiSquared, check_significance, chi_squared, chi_squared_test};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::numeric::distribution::chi_squared_quantile;

/// More subsets than this are counted but not listed.
pub const LISTED: usize = 100;

/// A largest consistent subset.
#[derive(Debug, Clone, PartialEq)]
pub struct LargestConsistentSubset {
    /// Rows of the results in the subset, ascending.
    pub rows: Vec<usize>,
    /// Rows of the candidates outside it, ascending.
    pub excluded: Vec<usize>,
    /// Mean of the subset; weights 0 outside.
    pub mean: Consensus,
    /// Test of the subset.
    pub test: ChiSquared,
    /// Subsets of the same size whose χ² is the smallest as well (to 1e-12), `rows` first, the others in the order of their rows;
    /// one entry if the subset is unique. At most [`LISTED`] of them are listed.
    pub ties: Vec<Vec<usize>>,
    /// Number of such subsets, the ones not listed included.
    pub tie_count: u64,
}

/// The subsets of one size that pass the test.
#[derive(Debug, Clone, PartialEq)]
pub struct Passing {
    pub count: u64,
    /// χ² and rows, by ascending χ²; at most [`LISTED`].
    pub subsets: Vec<(f64, Vec<usize>)>,
}

/// The largest consistent subset of the results that may take part in the reference value (`in_reference`), independent ones: of
/// the largest subsets that pass χ² at `significance` the one with the smallest χ². On a tie of that too, `rows` is the first in the
/// order of the laboratories and all are reported. Time O(n² log n).
pub fn largest_consistent_subset(
    labs: &Laboratories,
    significance: f64,
) -> Result<LargestConsistentSubset, Inapplicable> {
    check_significance(significance)?;
    let found = sweep::search(labs, &critical_values(labs.members(), significance))?;
    let inside = with_members(labs, &found.subsets[0])?;
    let mean = weighted_mean(&inside)?;
    let test = chi_squared(&inside, &mean, significance)?;
    Ok(assemble(labs, found, mean, test))
}

/// The same for results with the covariance matrix `v` of all `labs`: exact by branch and bound. Refused for more than
/// [`correlated::REACH`] results.
pub fn largest_consistent_subset_correlated(
    labs: &Laboratories,
    v: &[Vec<f64>],
    significance: f64,
) -> Result<LargestConsistentSubset, Inapplicable> {
    check_significance(significance)?;
    let found = correlated::search(labs, v, &critical_values(labs.members(), significance))?;
    let inside = with_members(labs, &found.subsets[0])?;
    let gls = super::gls_mean(&inside, v)?;
    let test = chi_squared_test(
        gls.observed,
        found.subsets[0].len() as f64 - 1.0,
        significance,
    )?;
    Ok(assemble(labs, found, gls.mean, test))
}

/// What a search finds: the tied subsets (at least one, each ascending, themselves in ascending order) and how many there are.
struct Found {
    subsets: Vec<Vec<usize>>,
    count: u64,
}

/// Critical χ² of subsets of size 0, 1, … n; a single result is always consistent with itself.
fn critical_values(n: usize, significance: f64) -> Vec<f64> {
    (0..=n)
        .map(|m| {
            if m < 2 {
                0.0
            } else {
                chi_squared_quantile(1.0 - significance, m as f64 - 1.0)
            }
        })
        .collect()
}

fn with_members(labs: &Laboratories, rows: &[usize]) -> Result<Laboratories, Inapplicable> {
    if rows.len() < 2 {
        return Err(Inapplicable::new(
            "no-consistent-subset",
            "任意两个结果都不一致，不存在由两个以上结果组成的一致子集；请复核各结果与不确定度，或改用能反映实验室间离散的方法",
            "no two results agree with each other, so there is no consistent subset of two or more; review results and uncertainties or use a method with between-laboratory variance",
        ));
    }
    let mut inside = labs.clone();
    inside.in_reference = (0..labs.len())
        .map(|i| rows.binary_search(&i).is_ok())
        .collect();
    Ok(inside)
}

fn assemble(
    labs: &Laboratories,
    found: Found,
    mean: Consensus,
    test: ChiSquared,
) -> LargestConsistentSubset {
    let rows = found.subsets[0].clone();
    let candidates = (0..labs.len()).filter(|i| labs.in_reference[*i]);
    LargestConsistentSubset {
        excluded: candidates
            .filter(|i| rows.binary_search(i).is_err())
            .collect(),
        rows,
        mean,
        test,
        ties: found.subsets,
        tie_count: found.count,
    }
}

/// All subsets of the size of `lcs` that pass its test, for independent results (`v` absent) or correlated ones. Where there is more
/// than one, each of them is a largest consistent subset and the smallest χ² is only the rule that chose. `None` for more than
/// [`correlated::REACH`] results.
pub fn passing_subsets(
    labs: &Laboratories,
    v: Option<&[Vec<f64>]>,
    lcs: &LargestConsistentSubset,
) -> Result<Option<Passing>, Inapplicable> {
    correlated::passing(labs, v, lcs.rows.len(), lcs.test.critical)
}

/// The covariance matrix of independent results.
fn diagonal(labs: &Laboratories) -> Vec<Vec<f64>> {
    let entry = |i: usize, j: usize| if i == j { labs.u[i] * labs.u[i] } else { 0.0 };
    (0..labs.len())
        .map(|i| (0..labs.len()).map(|j| entry(i, j)).collect())
        .collect()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::reference::gls_mean;
    use proptest::prelude::*;

    /// Every subset, the slow way: size, χ² and rows of the best ones.
    fn enumerate(
        labs: &Laboratories,
        v: &[Vec<f64>],
        significance: f64,
    ) -> (usize, Vec<Vec<usize>>) {
        let n = labs.len();
        let critical = critical_values(n, significance);
        let mut passing: Vec<(usize, f64, Vec<usize>)> = Vec::new();
        for mask in 1_u32..(1 << n) {
            let rows: Vec<usize> = (0..n).filter(|i| mask & (1 << i) != 0).collect();
            if rows.len() < 2 {
                continue;
            }
            let q = gls_mean(&with_members(labs, &rows).unwrap(), v)
                .unwrap()
                .observed;
            if q <= critical[rows.len()] {
                passing.push((rows.len(), q, rows));
            }
        }
        let size = passing.iter().map(|p| p.0).max().unwrap_or(0);
        let least = passing
            .iter()
            .filter(|p| p.0 == size)
            .map(|p| p.1)
            .fold(f64::INFINITY, f64::min);
        let tied =
            |p: &&(usize, f64, Vec<usize>)| p.0 == size && p.1 <= least + 1e-10 * (1.0 + least);
        let mut best: Vec<Vec<usize>> = passing.iter().filter(tied).map(|p| p.2.clone()).collect();
        best.sort();
        (size, best)
    }

    fn agree(
        labs: &Laboratories,
        v: &[Vec<f64>],
        found: Result<LargestConsistentSubset, Inapplicable>,
    ) -> Result<(), TestCaseError> {
        let (size, best) = enumerate(labs, v, 0.05);
        match found {
            Err(refused) => prop_assert_eq!((refused.kind, size), ("no-consistent-subset", 0)),
            Ok(lcs) => {
                prop_assert_eq!(&lcs.ties, &best);
                prop_assert_eq!(lcs.tie_count as usize, best.len());
                prop_assert_eq!(&lcs.rows, &best[0]);
            }
        }
        Ok(())
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(300))]
        #[test]
        fn the_sweep_finds_what_enumeration_finds(rows in prop::collection::vec((-8.0..8.0f64, 0.2..3.0f64), 2..9)) {
            let (x, u): (Vec<f64>, Vec<f64>) = rows.into_iter().unzip();
            let labs = Laboratories::new(&x, &u).unwrap();
            agree(&labs, &diagonal(&labs), largest_consistent_subset(&labs, 0.05))?;
        }

        #[test]
        fn rounded_results_with_many_ties_are_all_found(rows in prop::collection::vec((-6..6i32, 1..3i32), 2..9)) {
            let x: Vec<f64> = rows.iter().map(|r| f64::from(r.0)).collect();
            let u: Vec<f64> = rows.iter().map(|r| f64::from(r.1) * 0.5).collect();
            let labs = Laboratories::new(&x, &u).unwrap();
            agree(&labs, &diagonal(&labs), largest_consistent_subset(&labs, 0.05))?;
        }

        #[test]
        fn branch_and_bound_finds_what_enumeration_finds(rows in prop::collection::vec((-8.0..8.0f64, 0.2..3.0f64, -0.6..0.6f64), 2..8)) {
            let x: Vec<f64> = rows.iter().map(|r| r.0).collect();
            let u: Vec<f64> = rows.iter().map(|r| r.1).collect();
            let labs = Laboratories::new(&x, &u).unwrap();
            let mut v = diagonal(&labs);
            for i in 0..x.len() {
                for j in 0..i {
                    // A common factor with loadings r_i keeps the matrix positive definite.
                    v[i][j] = rows[i].2 * rows[j].2 * u[i] * u[j];
                    v[j][i] = v[i][j];
                }
            }
            agree(&labs, &v, largest_consistent_subset_correlated(&labs, &v, 0.05))?;
        }
    }

    #[test]
    fn two_clusters_of_equal_size_tie_and_both_are_reported() {
        let labs = Laboratories::new(&[0.0, 0.1, 10.0, 10.1], &[0.5; 4]).unwrap();
        let lcs = largest_consistent_subset(&labs, 0.05).unwrap();
        assert_eq!((lcs.rows.clone(), lcs.tie_count), (vec![0, 1], 2));
        assert_eq!(lcs.ties, [[0, 1], [2, 3]]);
    }

    #[test]
    fn all_subsets_of_the_largest_size_that_pass_are_told() {
        let labs = Laboratories::new(&[0.0, 1.0, 2.5, 5.0], &[1.0; 4]).unwrap();
        let lcs = largest_consistent_subset(&labs, 0.05).unwrap();
        let passing = passing_subsets(&labs, None, &lcs).unwrap().unwrap();
        assert_eq!(lcs.rows, [0, 1, 2]);
        let found: Vec<&[usize]> = passing
            .subsets
            .iter()
            .map(|(_, rows)| rows.as_slice())
            .collect();
        assert_eq!(found, [[0, 1, 2]]);
        let wide = largest_consistent_subset(&labs, 0.001).unwrap();
        let passing = passing_subsets(&labs, None, &wide).unwrap().unwrap();
        assert_eq!((wide.rows.len(), passing.count), (4, 1));
        let pair = Laboratories::new(&[0.0, 2.0, 4.1], &[1.0; 3]).unwrap();
        let lcs = largest_consistent_subset(&pair, 0.05).unwrap();
        let passing = passing_subsets(&pair, None, &lcs).unwrap().unwrap();
        assert_eq!(
            (lcs.rows.clone(), lcs.tie_count, passing.count),
            (vec![0, 1], 1, 2)
        );
        assert_eq!(passing.subsets[1].1, [1, 2]);
    }

    #[test]
    fn equal_results_on_the_border_are_tied_choices() {
        // Twenty results in agreement and three equal ones apart, of which not all fit.
        let mut x = vec![0.0; 20];
        x.extend([4.2, 4.2, 4.2]);
        let labs = Laboratories::new(&x, &[1.0; 23]).unwrap();
        let lcs = largest_consistent_subset(&labs, 0.05).unwrap();
        assert_eq!(lcs.rows.len(), 22);
        assert_eq!(lcs.tie_count, 3);
        assert_eq!(lcs.ties[1][21], 22);
    }

    #[test]
    fn too_many_correlated_results_are_refused() {
        let labs = Laboratories::new(&[0.0; 25], &[1.0; 25]).unwrap();
        assert_eq!(
            largest_consistent_subset_correlated(&labs, &diagonal(&labs), 0.05)
                .unwrap_err()
                .kind,
            "beyond-reach"
        );
    }
}
