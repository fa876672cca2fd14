//! Multi-point comparison: a function measured at several points by each laboratory.

use nalgebra::DMatrix;

use crate::evaluate::columns;
use crate::evaluate::laboratories::membership;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::evaluate::risk::multiplicity::{adjust, two_sided};
use crate::evaluate::vector::consensus::{
    VectorResults, pointwise_weighted_mean, vector_consensus,
};
use crate::numeric::least_squares::rows;

pub const MULTI_POINT: Method = Method {
    id: "multi-point-consensus",
    compute: multi_point,
};

/// Table `labs`: `values` (n × p) with `u_common` and `u_random`, or with `u` alone, or with `correlation` (p × p, the same for all) besides `u`.
fn read(data: &Data) -> Result<VectorResults, Inapplicable> {
    let values = columns::matrix(data, "labs", "values")?;
    let (n, p) = values.shape();
    let has = |name: &str| data.table("labs").is_some_and(|t| t.contains_key(name));
    let random_name = if has("u_random") { "u_random" } else { "u" };
    let random = columns::matrix(data, "labs", random_name)?;
    if random.shape() != (n, p) {
        return Err(Inapplicable::new(
            "wrong-length",
            format!(
                "`values` 为 {n} 行 {p} 列，`{random_name}` 为 {} 行 {} 列；两者须一致",
                random.nrows(),
                random.ncols()
            ),
            format!(
                "`values` is {n} × {p} but `{random_name}` is {} × {}; they must have the same shape",
                random.nrows(),
                random.ncols()
            ),
        ));
    }
    columns::not_negative(random.as_slice(), "labs", random_name)?;
    let common =
        columns::optional_column(data, "labs", &["u_common"], n)?.unwrap_or_else(|| vec![0.0; n]);
    let correlation = if has("correlation") {
        columns::matrix(data, "labs", "correlation")?
    } else {
        DMatrix::identity(p, p)
    };
    if correlation.shape() != (p, p) {
        return Err(columns::bad_option(
            "correlation",
            &format!("{} × {}", correlation.nrows(), correlation.ncols()),
        ));
    }
    let covariance = (0..n)
        .map(|i| {
            DMatrix::from_fn(p, p, |a, b| {
                random[(i, a)] * correlation[(a, b)] * random[(i, b)]
            })
            .add_scalar(common[i] * common[i])
        })
        .collect();
    let in_reference = membership(data, "labs", n)?;
    Ok(VectorResults {
        values,
        covariance,
        in_reference,
    })
}

fn multi_point(data: &Data) -> Result<Quantities, Inapplicable> {
    let results = read(data)?;
    let consensus = vector_consensus(&results)?;
    let k = columns::coverage_factor(data)?;
    let mut out = Quantities::default();
    out.numbers("reference.value", consensus.reference.as_slice());
    out.matrix("reference.covariance", rows(&consensus.covariance));
    out.matrix("doe.D", rows(&consensus.d));
    let u = consensus.u_d();
    out.matrix("doe.u", u.clone());
    out.number("chi2.global", consensus.chi_squared);
    out.number("chi2.dof", consensus.dof as f64);
    out.number("chi2.p_right", consensus.p_global());
    let p_laboratories = consensus.p_laboratories();
    out.numbers("lab.mahalanobis", consensus.mahalanobis.clone());
    out.numbers("lab.mahalanobis_p_right", p_laboratories.clone());
    out.numbers("lab.mahalanobis_p_holm", adjust(&p_laboratories).holm);
    out.numbers("pointwise_weighted_mean", pointwise_weighted_mean(&results));
    let scores: Vec<Vec<f64>> = rows(&consensus.d)
        .iter()
        .zip(&u)
        .map(|(d, u)| d.iter().zip(u).map(|(d, u)| d / u).collect())
        .collect();
    out.matrix(
        &format!("point.En_k{k}"),
        scores
            .iter()
            .map(|row| row.iter().map(|z| z / k).collect())
            .collect(),
    );
    let p: Vec<f64> = scores.concat().into_iter().map(two_sided).collect();
    let adjusted = adjust(&p);
    let width = consensus.reference.len();
    let table = |flat: &[f64]| flat.chunks(width).map(<[f64]>::to_vec).collect::<Vec<_>>();
    out.matrix("point.p", table(&p));
    out.matrix("point.p_bonferroni", table(&adjusted.bonferroni));
    out.matrix("point.p_sidak", table(&adjusted.sidak));
    out.matrix("point.p_holm", table(&adjusted.holm));
    out.matrix("point.p_bh", table(&adjusted.benjamini_hochberg));
    columns::in_range(out)
}
