//! Replicates that agree too well within one laboratory.

use crate::evaluate::columns;
use crate::evaluate::integrity::evidence;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::numeric::distribution::beta_cdf;
use crate::numeric::sum::{standard_deviation, sum};

pub const REPLICATES: Method = Method {
    id: "replicate-variance-lower-tail",
    compute: replicates,
};

/// Share of every variance in their sum (Cochran's ratio), and P(share ≤ observed) for equal true variances with `dof` degrees of
/// freedom each: beta distribution with dof/2 and (p − 1) dof/2.
///
/// Source: Cochran's statistic (ISO 5725-2, 7.3.3) read at its lower tail.
pub fn lower_tail(variances: &[f64], dof: f64) -> (Vec<f64>, Vec<f64>) {
    let total = sum(variances.iter().copied());
    let share: Vec<f64> = variances.iter().map(|v| v / total).collect();
    let others = (variances.len() as f64 - 1.0) * dof;
    let p = share
        .iter()
        .map(|c| beta_cdf(*c, 0.5 * dof, 0.5 * others))
        .collect();
    (share, p)
}

/// Table `labs`: `replicates` (laboratories by replicates), or `s` with the number of replicates `n_replicates`.
fn replicates(data: &Data) -> Result<Quantities, Inapplicable> {
    let mut out = Quantities::default();
    let has_values = data
        .table("labs")
        .is_some_and(|t| t.contains_key("replicates"));
    let (s, count) = if has_values {
        let values = columns::matrix(data, "labs", "replicates")?;
        let rows: Vec<Vec<f64>> = crate::numeric::least_squares::rows(&values);
        out.numbers(
            "replicate.equal_values",
            rows.iter()
                .map(|r| equal_values(r) as f64)
                .collect::<Vec<_>>(),
        );
        (
            rows.iter().map(|r| standard_deviation(r)).collect(),
            values.ncols() as f64,
        )
    } else {
        let s = columns::free_column(data, "labs", &["s"])?;
        (s, columns::column(data, "labs", &["n_replicates"], 1)?[0])
    };
    columns::laboratories(s.len(), 2)?;
    columns::not_negative(&s, "labs", "s")?;
    if count < 2.0 {
        return Err(Inapplicable::new(
            "too-few-replicates",
            format!("每个实验室只有 {count} 次重复测量，至少需要 2 次"),
            format!("{count} replicates per laboratory found; at least 2 needed"),
        ));
    }
    let largest = s.iter().copied().fold(0.0, f64::max);
    if largest == 0.0 {
        return Err(Inapplicable::new(
            "no-spread",
            "全部实验室的重复测量方差均为零，无法比较；请核对数据的修约位数",
            "all replicate variances are zero, so they cannot be compared; check the resolution of the data",
        ));
    }
    let variances: Vec<f64> = s.iter().map(|s| (s / largest).powi(2)).collect();
    let (share, p) = lower_tail(&variances, count - 1.0);
    out.numbers("replicate.share", share);
    out.words("replicate.evidence", evidence::words(&p));
    out.numbers("replicate.left_tail_p", p);
    columns::in_range(out)
}

/// How many values equal an earlier one of the same row.
fn equal_values(row: &[f64]) -> usize {
    (0..row.len())
        .filter(|i| row.iter().take(*i).any(|v| *v == row[*i]))
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn two_laboratories_with_two_degrees_of_freedom_have_a_uniform_share() {
        let (share, p) = lower_tail(&[1.0, 3.0], 2.0);
        assert_eq!(share, [0.25, 0.75]);
        assert!((p[0] - 0.25).abs() < 1e-13 && (p[1] - 0.75).abs() < 1e-13);
    }

    #[test]
    fn a_variance_of_zero_has_no_chance_and_equal_replicates_are_counted() {
        assert_eq!(lower_tail(&[0.0, 1.0, 1.0], 2.0).1[0], 0.0);
        assert_eq!(equal_values(&[1.0, 2.0, 1.0, 1.0]), 2);
    }
}
