//! Complex quantities (reflection coefficients, impedances): two correlated parts per result.

use nalgebra::{DMatrix, DVector};

use crate::evaluate::columns;
use crate::evaluate::laboratories::membership;
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities};
use crate::evaluate::vector::consensus::{VectorConsensus, VectorResults, vector_consensus};

pub const COMPLEX: Method = Method {
    id: "complex-consensus",
    compute: complex,
};

/// Squared radius of the elliptical region of two components with coverage probability `p`: χ²_2 quantile −2 ln(1 − p).
pub fn elliptical_limit(p: f64) -> f64 {
    -2.0 * (-p).ln_1p()
}

/// Covariance of the two parts of a complex result.
fn covariance(u_re: f64, u_im: f64, r: f64) -> DMatrix<f64> {
    DMatrix::from_row_slice(
        2,
        2,
        &[u_re * u_re, r * u_re * u_im, r * u_re * u_im, u_im * u_im],
    )
}

/// Standard uncertainty of the magnitude of `d` along its own direction; along the largest axis when `d` is zero.
fn u_along(d: &DVector<f64>, covariance: &DMatrix<f64>) -> f64 {
    let length = d.norm();
    if length > 0.0 {
        let direction = d / length;
        return (direction.transpose() * covariance * &direction)[0]
            .max(0.0)
            .sqrt();
    }
    let half = 0.5 * (covariance[(0, 0)] - covariance[(1, 1)]);
    (0.5 * (covariance[(0, 0)] + covariance[(1, 1)]) + half.hypot(covariance[(0, 1)]))
        .max(0.0)
        .sqrt()
}

/// Results at one point (frequency), rows of the table.
struct Point {
    rows: Vec<usize>,
    consensus: VectorConsensus,
}

/// Reads table `labs` (`re`, `im`, `u_re`, `u_im`, `r`, `point`) and forms the consensus of each point.
fn points(data: &Data) -> Result<(Vec<String>, Vec<Point>), Inapplicable> {
    let re = columns::free_column(data, "labs", &["re"])?;
    let n = re.len();
    let im = columns::column(data, "labs", &["im"], n)?;
    let u_re = columns::column(data, "labs", &["u_re", "u"], n)?;
    let u_im = columns::column(data, "labs", &["u_im", "u"], n)?;
    columns::positive(&u_re, "labs", "u_re")?;
    columns::positive(&u_im, "labs", "u_im")?;
    let r = columns::optional_column(data, "labs", &["r"], n)?.unwrap_or_else(|| vec![0.0; n]);
    let inside = membership(data, "labs", n)?;
    let has_points = data.table("labs").is_some_and(|t| t.contains_key("point"));
    let labels = if has_points {
        columns::labels(data, "labs", "point", Some(n))?
    } else {
        vec![String::new(); n]
    };
    let names = columns::in_order(&labels);
    let mut points = Vec::new();
    for name in &names {
        let rows: Vec<usize> = (0..n).filter(|i| labels[*i] == *name).collect();
        let results = VectorResults {
            values: DMatrix::from_fn(rows.len(), 2, |i, j| {
                if j == 0 { re[rows[i]] } else { im[rows[i]] }
            }),
            covariance: rows
                .iter()
                .map(|i| covariance(u_re[*i], u_im[*i], r[*i]))
                .collect(),
            in_reference: rows.iter().map(|i| inside[*i]).collect(),
        };
        points.push(Point {
            consensus: vector_consensus(&results)?,
            rows,
        });
    }
    Ok((names, points))
}

fn complex(data: &Data) -> Result<Quantities, Inapplicable> {
    let coverage = columns::option_probability(data, "coverage", 0.95)?;
    let limit = elliptical_limit(coverage);
    let (names, points) = points(data)?;
    let n = points.iter().map(|p| p.rows.len()).sum();
    // One point gives numbers, several give one entry each in the order of `point`.
    let of_points = |out: &mut Quantities, name: &str, f: &dyn Fn(&VectorConsensus) -> f64| {
        let values: Vec<f64> = points.iter().map(|p| f(&p.consensus)).collect();
        match values.as_slice() {
            [one] => out.number(name, *one),
            _ => out.numbers(name, values),
        }
    };
    // Every quantity of a laboratory goes back to its row of the table.
    let of_rows = |f: &dyn Fn(&VectorConsensus, usize) -> f64| {
        let mut column = vec![f64::NAN; n];
        points.iter().for_each(|p| {
            p.rows
                .iter()
                .enumerate()
                .for_each(|(i, row)| column[*row] = f(&p.consensus, i))
        });
        column
    };
    let mut out = Quantities::default();
    if names.len() > 1 {
        out.words("point", names);
    }
    of_points(&mut out, "reference.re", &|c| c.reference[0]);
    of_points(&mut out, "reference.im", &|c| c.reference[1]);
    of_points(&mut out, "reference.u_re", &|c| c.covariance[(0, 0)].sqrt());
    of_points(&mut out, "reference.u_im", &|c| c.covariance[(1, 1)].sqrt());
    of_points(&mut out, "reference.r", &|c| {
        c.covariance[(0, 1)] / (c.covariance[(0, 0)] * c.covariance[(1, 1)]).sqrt()
    });
    of_points(&mut out, "chi2.global", &|c| c.chi_squared);
    of_points(&mut out, "chi2.dof", &|c| c.dof as f64);
    of_points(&mut out, "chi2.p_right", &VectorConsensus::p_global);
    out.numbers("doe.D_re", of_rows(&|c, i| c.d[(i, 0)]));
    out.numbers("doe.D_im", of_rows(&|c, i| c.d[(i, 1)]));
    out.numbers(
        "doe.u_re",
        of_rows(&|c, i| c.d_covariance[i][(0, 0)].sqrt()),
    );
    out.numbers(
        "doe.u_im",
        of_rows(&|c, i| c.d_covariance[i][(1, 1)].sqrt()),
    );
    out.numbers(
        "doe.covariance_re_im",
        of_rows(&|c, i| c.d_covariance[i][(0, 1)]),
    );
    out.numbers(
        "doe.magnitude",
        of_rows(&|c, i| c.d[(i, 0)].hypot(c.d[(i, 1)])),
    );
    out.numbers(
        "doe.u_magnitude",
        of_rows(&|c, i| u_along(&c.d.row(i).transpose(), &c.d_covariance[i])),
    );
    out.numbers("lab.mahalanobis", of_rows(&|c, i| c.mahalanobis[i]));
    out.numbers(
        "lab.mahalanobis_p_right",
        of_rows(&|c, i| (-0.5 * c.mahalanobis[i]).exp()),
    );
    let ratio = of_rows(&|c, i| (c.mahalanobis[i] / limit).sqrt());
    out.entries.push((
        "doe.inside_ellipse".to_owned(),
        Field::Flags(ratio.iter().map(|r| *r <= 1.0).collect()),
    ));
    out.numbers("doe.ellipse_ratio", ratio);
    columns::in_range(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::from_toml;

    fn compute(text: &str) -> Quantities {
        complex(&from_toml(text).unwrap()).unwrap()
    }

    fn column(q: &Quantities, name: &str) -> Vec<f64> {
        match q.get(name) {
            Some(Field::Numbers(v)) => v.clone(),
            other => panic!("{name}: {other:?}"),
        }
    }

    const DATA: &str = "[input.labs]\nlab=['A','B','C']\nre=[0.1,0.12,0.11]\nim=[0.5,0.52,0.47]\nu_re=[0.01,0.02,0.01]\nu_im=[0.01,0.01,0.03]\nr=[0.5,0.0,-0.3]\n";

    #[test]
    fn the_ellipse_of_95_percent_has_the_known_radius() {
        assert!((elliptical_limit(0.95).sqrt() - 2.447_746_830_680_816).abs() < 1e-14);
    }

    #[test]
    fn one_point_alone_has_numbers_for_its_reference() {
        assert!(matches!(
            compute(DATA).get("reference.re"),
            Some(Field::Number(_))
        ));
    }

    #[test]
    fn turning_the_complex_plane_by_a_right_angle_turns_the_results_and_keeps_the_decision() {
        let straight = compute(DATA);
        // Multiplication by i: re' = −im, im' = re, the correlation changes its sign.
        let turned = compute(
            "[input.labs]\nlab=['A','B','C']\nre=[-0.5,-0.52,-0.47]\nim=[0.1,0.12,0.11]\nu_re=[0.01,0.01,0.03]\nu_im=[0.01,0.02,0.01]\nr=[-0.5,0.0,0.3]\n",
        );
        for i in 0..3 {
            assert!(
                (column(&straight, "lab.mahalanobis")[i] - column(&turned, "lab.mahalanobis")[i])
                    .abs()
                    < 1e-10
            );
            assert!(
                (column(&straight, "doe.D_re")[i] - column(&turned, "doe.D_im")[i]).abs() < 1e-14
            );
            assert!(
                (column(&straight, "doe.u_magnitude")[i] - column(&turned, "doe.u_magnitude")[i])
                    .abs()
                    < 1e-14
            );
        }
    }

    #[test]
    fn points_are_evaluated_apart_and_return_to_their_rows() {
        let two = compute(
            "[input.labs]\nlab=['A','A','B','B']\npoint=['1 GHz','2 GHz','1 GHz','2 GHz']\nre=[0.0,1.0,0.2,1.4]\nim=[0,0,0,0]\nu_re=0.1\nu_im=0.1\n",
        );
        assert_eq!(column(&two, "reference.re").len(), 2);
        let d = column(&two, "doe.D_re");
        for (got, want) in d.iter().zip([-0.1, -0.2, 0.1, 0.2]) {
            assert!((got - want).abs() < 1e-14, "{d:?}");
        }
    }
}
