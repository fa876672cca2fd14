//! The reference values of several points estimated together, by generalised least squares over points and laboratories.
//!
//! A laboratory i has results x_i at some of the points with the covariance V_i; laboratories are independent. With P_i the points of i and M_i
//! those of its results that are part of the reference, cov(y) = (Σ P_M' V_MM⁻¹ P_M)⁻¹, y = Σ K_i x_M with K_i = cov(y) P_M' V_MM⁻¹, and
//! cov(D_i) = V_i − P K_i V_M· − (P K_i V_M·)' + P cov(y) P', which is V_i − cov(y) for a member and V_i + cov(y) outside. D_i' cov(D_i)⁻¹ D_i
//! follows χ² with as many degrees of freedom as i has points. Source: generalised least squares; JCGM 102:2011, 6.5.

use nalgebra::{DMatrix, DVector};

use crate::evaluate::columns;
use crate::evaluate::method::Inapplicable;
use crate::numeric::least_squares::{Unsolvable, Whitener};
use crate::numeric::sum::sum;

/// The results of one laboratory.
#[derive(Debug, Clone)]
pub struct Results {
    /// The points of the results, from 0, each once.
    pub points: Vec<usize>,
    pub values: DVector<f64>,
    /// Covariance of the values, positive definite.
    pub covariance: DMatrix<f64>,
    /// Whether each result is part of the reference.
    pub in_reference: Vec<bool>,
}

/// The differences of one laboratory.
#[derive(Debug, Clone)]
pub struct Differences {
    pub d: DVector<f64>,
    pub covariance: DMatrix<f64>,
    /// Weight of each result in the reference value of its own point.
    pub weights: Vec<f64>,
    /// d' cov(d)⁻¹ d.
    pub observed: f64,
}

/// The reference values of all points.
#[derive(Debug, Clone)]
pub struct VectorReference {
    /// The reference value of a point is the sum of both; values are centred on the offset so that it costs no digits.
    pub offset: DVector<f64>,
    pub shift: DVector<f64>,
    pub covariance: DMatrix<f64>,
    /// In the order of the laboratories.
    pub laboratories: Vec<Differences>,
    /// Σ r' V_MM⁻¹ r over the members and its degrees of freedom.
    pub chi_squared: f64,
    pub dof: usize,
}

/// Estimates the reference values of `points` points from the results of independent laboratories.
///
/// Errors: a point with fewer than two results in the reference; a covariance that is not positive definite.
pub fn vector_reference(
    points: usize,
    laboratories: &[Results],
) -> Result<VectorReference, Inapplicable> {
    let (offset, members) = offset_and_members(points, laboratories);
    for count in members {
        columns::at_least(
            count,
            2,
            "too-few-laboratories",
            "参与参考值的实验室",
            "laboratories in the reference",
        )?;
    }
    let parts = (laboratories.iter().enumerate())
        .map(|(i, lab)| Member::new(i, lab, &offset))
        .collect::<Result<Vec<_>, _>>()?;
    let mut information = DMatrix::zeros(points, points);
    let mut right = DVector::zeros(points);
    for part in &parts {
        information += part.select.transpose() * &part.weighted;
        right += part.weighted.transpose() * &part.values;
    }
    let whitener = Whitener::new(&information)
        .map_err(|e| columns::unsolvable(&e, "矢量参考值", "the vector reference value"))?;
    let covariance = whitener.inverse();
    let shift = &covariance * right;
    let laboratories = (laboratories.iter().zip(&parts).enumerate())
        .map(|(i, (lab, part))| differences(i, lab, part, (&offset, &shift), &covariance))
        .collect::<Result<Vec<_>, _>>()?;
    let terms = (parts.iter().enumerate())
        .map(|(i, part)| {
            let rest = &part.values - &part.select * &shift;
            (part.whitener.as_ref()).map_or(Ok(0.0), |w| {
                w.quadratic_form(&rest).map_err(|e| of_results(&e, i))
            })
        })
        .collect::<Result<Vec<_>, _>>()?;
    let results: usize = parts.iter().map(|part| part.values.len()).sum();
    Ok(VectorReference {
        offset,
        shift,
        covariance,
        laboratories,
        chi_squared: sum(terms),
        dof: results - points,
    })
}

/// The first member's value at every point, and the number of members there.
fn offset_and_members(points: usize, laboratories: &[Results]) -> (DVector<f64>, Vec<usize>) {
    let (mut offset, mut members) = (DVector::zeros(points), vec![0; points]);
    for lab in laboratories {
        for (k, point) in lab.points.iter().enumerate() {
            if lab.in_reference[k] {
                if members[*point] == 0 {
                    offset[*point] = lab.values[k];
                }
                members[*point] += 1;
            }
        }
    }
    (offset, members)
}

/// The results of a laboratory that are part of the reference.
struct Member {
    /// Their places among the results of the laboratory.
    rows: Vec<usize>,
    /// P_M: one row a result, one column a point.
    select: DMatrix<f64>,
    /// V_MM⁻¹ P_M.
    weighted: DMatrix<f64>,
    /// Less the offset.
    values: DVector<f64>,
    /// None without results.
    whitener: Option<Whitener>,
}

impl Member {
    fn new(i: usize, lab: &Results, offset: &DVector<f64>) -> Result<Member, Inapplicable> {
        // The whole of the covariance has to be one, whatever part of it the reference uses.
        Whitener::new(&lab.covariance).map_err(|e| of_results(&e, i))?;
        let rows: Vec<usize> = (0..lab.points.len())
            .filter(|k| lab.in_reference[*k])
            .collect();
        let m = rows.len();
        let select = selection(&rows, lab, offset.len());
        let own = DMatrix::from_fn(m, m, |a, b| lab.covariance[(rows[a], rows[b])]);
        let values = DVector::from_iterator(
            m,
            rows.iter().map(|k| lab.values[*k] - offset[lab.points[*k]]),
        );
        let whitener = match m {
            0 => None,
            _ => Some(Whitener::new(&own).map_err(|e| of_results(&e, i))?),
        };
        let weighted = match &whitener {
            Some(whitener) => whitener.inverse() * &select,
            None => select.clone(),
        };
        Ok(Member {
            rows,
            select,
            weighted,
            values,
            whitener,
        })
    }
}

fn selection(rows: &[usize], lab: &Results, points: usize) -> DMatrix<f64> {
    DMatrix::from_fn(rows.len(), points, |k, point| {
        if lab.points[rows[k]] == point {
            1.0
        } else {
            0.0
        }
    })
}

fn differences(
    i: usize,
    lab: &Results,
    part: &Member,
    (offset, shift): (&DVector<f64>, &DVector<f64>),
    covariance: &DMatrix<f64>,
) -> Result<Differences, Inapplicable> {
    let n = lab.points.len();
    let all: Vec<usize> = (0..n).collect();
    let select = selection(&all, lab, offset.len());
    let gain = covariance * part.weighted.transpose();
    let of_members = DMatrix::from_fn(part.rows.len(), n, |a, b| lab.covariance[(part.rows[a], b)]);
    let shared = &select * &gain * of_members;
    let spread =
        &lab.covariance - &shared - shared.transpose() + &select * covariance * select.transpose();
    let centred = DVector::from_iterator(
        n,
        lab.points
            .iter()
            .zip(lab.values.iter())
            .map(|(point, value)| value - offset[*point]),
    );
    let d = centred - &select * shift;
    let mut weights = vec![0.0; n];
    for (a, row) in part.rows.iter().enumerate() {
        weights[*row] = gain[(lab.points[*row], a)];
    }
    let observed = Whitener::new(&spread)
        .and_then(|w| w.quadratic_form(&d))
        .map_err(|e| {
            columns::unsolvable(
                &e,
                &format!("第 {} 个实验室的等效度", i + 1),
                &format!("the degree of equivalence of laboratory {}", i + 1),
            )
        })?;
    Ok(Differences {
        d,
        covariance: spread,
        weights,
        observed,
    })
}

fn of_results(e: &Unsolvable, i: usize) -> Inapplicable {
    columns::unsolvable(
        e,
        &format!("第 {} 个实验室的结果", i + 1),
        &format!("the results of laboratory {}", i + 1),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::numeric::least_squares::fit;

    fn lab(points: &[usize], values: &[f64], u: &[f64], r: f64, inside: &[bool]) -> Results {
        let n = points.len();
        Results {
            points: points.to_vec(),
            values: DVector::from_row_slice(values),
            covariance: DMatrix::from_fn(
                n,
                n,
                |a, b| {
                    if a == b { u[a] * u[a] } else { r * u[a] * u[b] }
                },
            ),
            in_reference: inside.to_vec(),
        }
    }

    fn labs() -> Vec<Results> {
        vec![
            lab(
                &[0, 1, 2],
                &[1.0, 2.0, 3.0],
                &[0.1, 0.2, 0.1],
                0.6,
                &[true; 3],
            ),
            lab(
                &[0, 1, 2],
                &[1.2, 2.1, 2.9],
                &[0.2, 0.1, 0.2],
                0.3,
                &[true; 3],
            ),
            // Measured two points only.
            lab(&[0, 2], &[0.9, 3.1], &[0.1, 0.3], -0.4, &[true; 2]),
            // Out of the reference at one point, in it at the others.
            lab(
                &[0, 1, 2],
                &[1.1, 2.9, 3.0],
                &[0.1; 3],
                0.5,
                &[true, false, true],
            ),
        ]
    }

    /// The same by one fit to all results in the reference, and cov(D) by the matrix of all results at once.
    #[test]
    fn one_fit_to_all_results_gives_the_same_reference_differences_and_covariances() {
        let labs = labs();
        let found = vector_reference(3, &labs).unwrap();
        let all: Vec<(usize, usize)> = (labs.iter().enumerate())
            .flat_map(|(i, lab)| (0..lab.points.len()).map(move |k| (i, k)))
            .collect();
        let n = all.len();
        let v = DMatrix::from_fn(n, n, |a, b| {
            let ((i, k), (j, l)) = (all[a], all[b]);
            if i == j {
                labs[i].covariance[(k, l)]
            } else {
                0.0
            }
        });
        let x = DMatrix::from_fn(n, 3, |a, p| {
            let (i, k) = all[a];
            if labs[i].points[k] == p { 1.0 } else { 0.0 }
        });
        let y = DVector::from_iterator(n, all.iter().map(|(i, k)| labs[*i].values[*k]));
        let members: Vec<usize> = (0..n)
            .filter(|a| labs[all[*a].0].in_reference[all[*a].1])
            .collect();
        let m = members.len();
        let fitted = fit(
            &DMatrix::from_fn(m, 3, |a, p| x[(members[a], p)]),
            &DVector::from_iterator(m, members.iter().map(|a| y[*a])),
            &DMatrix::from_fn(m, m, |a, b| v[(members[a], members[b])]),
        )
        .unwrap();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} {b}");
        for p in 0..3 {
            close(found.offset[p] + found.shift[p], fitted.coefficients[p]);
            for q in 0..3 {
                close(found.covariance[(p, q)], fitted.covariance[(p, q)]);
            }
        }
        close(found.chi_squared, fitted.chi_squared);
        assert_eq!(found.dof, fitted.dof);
        // The gain on all results, zero for those outside; D = (I − X H) x.
        let mut gain = DMatrix::zeros(3, n);
        for (column, a) in members.iter().enumerate() {
            gain.set_column(*a, &fitted.gain.column(column));
        }
        let residual = DMatrix::identity(n, n) - &x * gain;
        let (d, c) = (&residual * y, &residual * v * residual.transpose());
        let mut first = 0;
        for lab in &found.laboratories {
            let k = lab.d.len();
            for a in 0..k {
                close(lab.d[a], d[first + a]);
                for b in 0..k {
                    close(lab.covariance[(a, b)], c[(first + a, first + b)]);
                }
            }
            let own = c.view((first, first), (k, k)).into_owned();
            let rest = d.rows(first, k).into_owned();
            let expected = (rest.transpose() * own.try_inverse().unwrap() * &rest)[(0, 0)];
            assert!((lab.observed / expected - 1.0).abs() < 1e-10);
            first += k;
        }
    }

    #[test]
    fn the_weights_at_a_point_sum_to_one() {
        let labs = labs();
        let found = vector_reference(3, &labs).unwrap();
        for point in 0..3 {
            let own = labs.iter().zip(&found.laboratories).filter_map(|(lab, f)| {
                let k = lab.points.iter().position(|p| *p == point)?;
                Some(f.weights[k])
            });
            assert!((own.sum::<f64>() - 1.0).abs() < 1e-12);
        }
    }

    #[test]
    fn a_point_with_one_result_in_the_reference_is_refused() {
        let mut labs = labs();
        labs[0].in_reference[1] = false;
        let refused = vector_reference(3, &labs).unwrap_err();
        assert_eq!(refused.kind, "too-few-laboratories");
    }
}
