//! Few nodes for many: Gauss rules of a density given by its moments or by a fine rule.

use nalgebra::{DMatrix, SymmetricEigen};

/// Nodes of the compressed rule; moments up to degree 2·NODES − 1 are kept.
const NODES: usize = 5;

/// Five-point Gauss–Hermite rule for N(`mean`, `sd`²).
pub fn gauss_hermite(mean: f64, sd: f64) -> Vec<(f64, f64)> {
    // The roots of He₅ are 0 and ±√(5 ∓ √10); weights 8/15 and (7 ± 2√10)/60.
    let ten = 10f64.sqrt();
    let (inner, outer) = ((5.0 - ten).sqrt(), (5.0 + ten).sqrt());
    let (near, far) = ((7.0 + 2.0 * ten) / 60.0, (7.0 - 2.0 * ten) / 60.0);
    [
        (-outer, far),
        (-inner, near),
        (0.0, 8.0 / 15.0),
        (inner, near),
        (outer, far),
    ]
    .map(|(t, w)| (mean + sd * t, w))
    .to_vec()
}

/// Gauss rule with the moments of the discrete measure `fine` (nodes, weights of sum 1), by Stieltjes' recurrence and the
/// eigenvalues of the Jacobi matrix.
///
/// Source: G. H. Golub, J. H. Welsch, Math. Comp. 23 (1969) 221–230.
pub fn gauss_rule(fine: &[(f64, f64)]) -> Vec<(f64, f64)> {
    let mut before = vec![0.0; fine.len()];
    let mut now: Vec<f64> = vec![1.0; fine.len()];
    let (mut diagonal, mut beside) = (Vec::new(), Vec::new());
    let mut last_norm = 1.0;
    for k in 0..NODES {
        let norm: f64 = fine.iter().zip(&now).map(|((_, w), p)| w * p * p).sum();
        let a = fine
            .iter()
            .zip(&now)
            .map(|((x, w), p)| w * x * p * p)
            .sum::<f64>()
            / norm;
        let b = if k == 0 { 0.0 } else { norm / last_norm };
        if k > 0 {
            beside.push(b.sqrt());
        }
        diagonal.push(a);
        let next = fine
            .iter()
            .zip(now.iter().zip(&before))
            .map(|((x, _), (p, q))| (x - a) * p - b * q)
            .collect();
        before = std::mem::replace(&mut now, next);
        last_norm = norm;
    }
    let jacobi = DMatrix::from_fn(NODES, NODES, |i, j| match i.abs_diff(j) {
        0 => diagonal[i],
        1 => beside[i.min(j)],
        _ => 0.0,
    });
    let eigen = SymmetricEigen::new(jacobi);
    (0..NODES)
        .map(|i| (eigen.eigenvalues[i], eigen.eigenvectors[(0, i)].powi(2)))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn compressed_rule_keeps_the_moments() {
        let fine: Vec<(f64, f64)> = (0..2001)
            .map(|i| {
                (
                    -10.0 + 0.01 * f64::from(i),
                    0.01 * crate::numeric::distribution::normal_pdf(-10.0 + 0.01 * f64::from(i)),
                )
            })
            .collect();
        let moment =
            |rule: &[(f64, f64)], k: i32| rule.iter().map(|(x, w)| w * x.powi(k)).sum::<f64>();
        for rule in [gauss_rule(&fine), gauss_hermite(0.0, 1.0)] {
            for (k, expected) in [
                (0, 1.0),
                (1, 0.0),
                (2, 1.0),
                (4, 3.0),
                (6, 15.0),
                (8, 105.0),
            ] {
                assert!((moment(&rule, k) - expected).abs() < 1e-9, "{k}");
            }
        }
    }
}
