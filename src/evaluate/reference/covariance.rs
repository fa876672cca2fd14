//! Results with known correlations: their covariance matrix and the generalised least-squares mean.

use nalgebra::{Cholesky, DMatrix, DVector, Dyn};

use super::consensus::{Basis, Consensus, Members};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Field, Fields, Inapplicable, missing};

/// Reads the covariance matrix (n × n, row by row) of the results of `labs` from the table `covariance`: either the full matrix
/// `matrix` (or `V`), or the full correlation matrix `correlation`, or single pairs `pairs = ["A,B"]` with `cov` or `r`; pairs not
/// named are independent. The diagonal is u_i² unless the full covariance matrix is given, which must then agree with `u`.
pub fn read_covariance(data: &Data, labs: &Laboratories) -> Result<Vec<Vec<f64>>, Inapplicable> {
    let table = data
        .tables
        .get("covariance")
        .or_else(|| data.tables.get("correlation"))
        .ok_or_else(no_covariance)?;
    let n = labs.len();
    let stated = |i: usize, j: usize| labs.u[i] * labs.u[j];
    for name in ["matrix", "V", "cov"] {
        if let Some(Field::Matrix(rows)) = table.get(name) {
            let v = checked(rows, n)?;
            return match (0..n).find(|i| (v[*i][*i] - stated(*i, *i)).abs() > 1e-6 * stated(*i, *i))
            {
                Some(i) => Err(disagrees(&labs.lab[i], v[i][i], stated(i, i))),
                None => Ok(v),
            };
        }
    }
    for name in ["correlation", "matrix_r", "r"] {
        if let Some(Field::Matrix(rows)) = table.get(name) {
            let r = checked(rows, n)?;
            return Ok((0..n)
                .map(|i| (0..n).map(|j| r[i][j] * stated(i, j)).collect())
                .collect());
        }
    }
    from_pairs(table, labs)
}

fn from_pairs(table: &Fields, labs: &Laboratories) -> Result<Vec<Vec<f64>>, Inapplicable> {
    let n = labs.len();
    let mut v: Vec<Vec<f64>> = (0..n)
        .map(|i| {
            (0..n)
                .map(|j| if i == j { labs.u[i] * labs.u[i] } else { 0.0 })
                .collect()
        })
        .collect();
    let pairs = match table.get("pairs") {
        Some(Field::Words(pairs)) => pairs.clone(),
        Some(Field::Word(pair)) => vec![pair.clone()],
        _ => return Err(missing("covariance", "pairs")),
    };
    let (values, relative) = match (
        table.get("cov"),
        table.get("r").or_else(|| table.get("correlation")),
    ) {
        (Some(Field::Numbers(c)), _) => (c.clone(), false),
        (Some(Field::Number(c)), _) => (vec![*c], false),
        (None, Some(Field::Numbers(r))) => (r.clone(), true),
        (None, Some(Field::Number(r))) => (vec![*r], true),
        _ => return Err(missing("covariance", "cov")),
    };
    if values.len() != pairs.len() {
        return Err(wrong_size(values.len(), pairs.len()));
    }
    for (pair, value) in pairs.iter().zip(values) {
        let place = |name: &str| labs.lab.iter().position(|lab| lab == name.trim());
        let ends = pair
            .split_once(',')
            .and_then(|(a, b)| Some((place(a)?, place(b)?)));
        let (i, j) = ends.filter(|(i, j)| i != j).ok_or_else(|| {
            Inapplicable::new(
                "unknown-pair",
                format!("`{pair}` 不是数据表中两个不同的实验室；请写成 `实验室甲,实验室乙`"),
                format!(
                    "`{pair}` does not name two different laboratories of the table; write `A,B`"
                ),
            )
        })?;
        let covariance = if relative {
            value * labs.u[i] * labs.u[j]
        } else {
            value
        };
        v[i][j] = covariance;
        v[j][i] = covariance;
    }
    Ok(v)
}

fn no_covariance() -> Inapplicable {
    Inapplicable::new(
        "missing-covariance",
        "未给出结果之间的相关性；请给出数据表 `covariance`：逐对 `pairs`（如 `甲,乙`）与 `cov` 或 `r`，或完整矩阵 `matrix`；结果相互独立时用 weighted-mean",
        "nothing is said about the correlations; give the table `covariance` with `pairs` (such as `A,B`) and `cov` or `r`, or the full `matrix`; for independent results use weighted-mean",
    )
}

fn wrong_size(have: usize, need: usize) -> Inapplicable {
    Inapplicable::new(
        "wrong-size",
        format!("协方差有 {have} 项（行），需要 {need} 项（行）"),
        format!("there are {have} covariances (rows) and {need} are needed"),
    )
}

fn disagrees(lab: &str, have: f64, need: f64) -> Inapplicable {
    Inapplicable::new(
        "covariance-disagrees",
        format!("实验室 `{lab}` 在协方差矩阵中的方差为 {have}，而其 u² 为 {need}；两者须一致"),
        format!(
            "the covariance matrix gives `{lab}` the variance {have}, its u² is {need}; the two must agree"
        ),
    )
}

/// Refuses a matrix that is not `n` × `n`.
pub(crate) fn check_size(v: &[Vec<f64>], n: usize) -> Result<(), Inapplicable> {
    match v
        .iter()
        .map(Vec::len)
        .chain([v.len()])
        .find(|length| *length != n)
    {
        None => Ok(()),
        Some(length) => Err(wrong_size(length, n)),
    }
}

/// A square, finite, symmetric matrix of `n` rows; the two halves may differ by rounding and are averaged.
fn checked(rows: &[Vec<f64>], n: usize) -> Result<Vec<Vec<f64>>, Inapplicable> {
    check_size(rows, n)?;
    let size = |i: usize, j: usize| (rows[i][i] * rows[j][j]).abs().sqrt();
    let symmetric =
        (0..n).all(|i| (0..i).all(|j| (rows[i][j] - rows[j][i]).abs() <= 1e-9 * size(i, j)));
    if !symmetric || rows.iter().flatten().any(|v| !v.is_finite()) {
        return Err(Inapplicable::new(
            "not-symmetric",
            "协方差矩阵不对称或含非有限数；请检查 i 行 j 列与 j 行 i 列是否相同",
            "the covariance matrix is not symmetric or not finite; entry i,j must equal entry j,i",
        ));
    }
    Ok((0..n)
        .map(|i| (0..n).map(|j| 0.5 * (rows[i][j] + rows[j][i])).collect())
        .collect())
}

/// Cholesky factor of the covariance of the members, in scaled units.
pub(crate) fn factor(
    members: &Members,
    v: &[Vec<f64>],
) -> Result<Cholesky<f64, Dyn>, Inapplicable> {
    let n = members.len();
    let scale2 = members.scale * members.scale;
    let entry = |i: usize, j: usize| v[members.index[i]][members.index[j]] / scale2;
    Cholesky::new(DMatrix::from_fn(n, n, entry)).ok_or_else(|| {
        Inapplicable::new(
            "not-positive-definite",
            "协方差矩阵不是正定的：所给的相关性相互矛盾，或有结果完全相关；请核对各相关系数",
            "the covariance matrix is not positive definite: the stated correlations contradict one another or two results are fully correlated; check them",
        )
    })
}

/// A generalised least-squares mean and its observed χ² (n − 1 degrees of freedom).
#[derive(Debug, Clone, PartialEq)]
pub struct GlsMean {
    pub mean: Consensus,
    pub observed: f64,
}

/// y = 1ᵀV⁻¹x / 1ᵀV⁻¹1, u²(y) = 1/(1ᵀV⁻¹1), χ² = rᵀV⁻¹r for the covariance `v` (n × n, row by row) of all results of `labs`.
///
/// Welch–Satterthwaite does not hold for correlated results: the degrees of freedom are infinite if all stated ones are, else NaN.
pub fn gls_mean(labs: &Laboratories, v: &[Vec<f64>]) -> Result<GlsMean, Inapplicable> {
    check_size(v, labs.len())?;
    let members = Members::of(labs, 2)?;
    let factor = factor(&members, v)?;
    let n = members.len();
    let white = |b: DVector<f64>| factor.l().solve_lower_triangular(&b).unwrap_or(b);
    let (x, ones) = (
        white(DVector::from_column_slice(&members.x)),
        white(DVector::from_element(n, 1.0)),
    );
    let total = ones.dot(&ones);
    let y = ones.dot(&x) / total;
    let residual = &x - y * &ones;
    let raw = factor.solve(&DVector::from_element(n, 1.0));
    let weights: Vec<f64> = raw.iter().map(|w| w / total).collect();
    let dof = if members.dof.iter().all(|nu| nu.is_infinite()) {
        f64::INFINITY
    } else {
        f64::NAN
    };
    let mean = members.consensus(y, total.recip().sqrt(), &weights, 0.0, dof, Basis::Stated);
    Ok(GlsMean {
        mean,
        observed: residual.dot(&residual),
    })
}

/// rᵀV⁻¹r of the members' deviations r from `reference` under the covariance `v` (n × n, row by row) of all results of `labs`.
pub fn quadratic_form(
    labs: &Laboratories,
    reference: &Consensus,
    v: &[Vec<f64>],
) -> Result<f64, Inapplicable> {
    check_size(v, labs.len())?;
    let members = Members::of(labs, 2)?;
    let factor = factor(&members, v)?;
    let deviation = |row: &usize| reference.difference(labs.value[*row]) / members.scale;
    let residual = DVector::from_iterator(members.len(), members.index.iter().map(deviation));
    let white = factor
        .l()
        .solve_lower_triangular(&residual)
        .unwrap_or(residual);
    Ok(white.dot(&white))
}
