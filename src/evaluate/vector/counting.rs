//! Results that are right or wrong: proportions with exact intervals, and the comparison of two implementations on the same items.

use nalgebra::DMatrix;

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::evaluate::risk::multiplicity::{adjust, two_sided_limit};
use crate::numeric::distribution::{beta_quantile, binomial_cdf};

pub const PROPORTION: Method = Method {
    id: "proportion-correct",
    compute: proportion,
};
pub const MCNEMAR: Method = Method {
    id: "mcnemar-exact",
    compute: mcnemar,
};

/// An interval for a proportion.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Interval {
    pub lower: f64,
    pub upper: f64,
}

/// Clopper-Pearson interval for `correct` of `total` at `confidence`: coverage never below it.
///
/// Source: C. J. Clopper, E. S. Pearson, Biometrika 26 (1934) 404.
pub fn clopper_pearson(correct: u64, total: u64, confidence: f64) -> Interval {
    let tail = 0.5 * (1.0 - confidence);
    let (x, n) = (correct as f64, total as f64);
    Interval {
        lower: if correct == 0 {
            0.0
        } else {
            beta_quantile(tail, x, n - x + 1.0)
        },
        upper: if correct == total {
            1.0
        } else {
            beta_quantile(1.0 - tail, x + 1.0, n - x)
        },
    }
}

/// Wilson's score interval: coverage near `confidence` on average, shorter than the exact one.
///
/// Source: E. B. Wilson, J. Am. Stat. Assoc. 22 (1927) 209.
pub fn wilson(correct: u64, total: u64, confidence: f64) -> Interval {
    let z = two_sided_limit(1.0 - confidence);
    let n = total as f64;
    let p = correct as f64 / n;
    let centre = (p + 0.5 * z * z / n) / (1.0 + z * z / n);
    let half = z * (p * (1.0 - p) / n + 0.25 * z * z / (n * n)).sqrt() / (1.0 + z * z / n);
    Interval {
        lower: (centre - half).max(0.0),
        upper: (centre + half).min(1.0),
    }
}

/// Two-sided exact p-value of McNemar's test: `b` items only the first got right, `c` only the second.
///
/// Source: Q. McNemar, Psychometrika 12 (1947) 153; exact binomial form.
pub fn mcnemar_exact(b: u64, c: u64) -> f64 {
    if b == c {
        return 1.0;
    }
    (2.0 * binomial_cdf(b.min(c), b + c, 0.5)).min(1.0)
}

/// Right (1) or wrong (0), laboratories by items.
fn outcomes(data: &Data) -> Result<DMatrix<f64>, Inapplicable> {
    let outcomes = columns::matrix(data, "labs", "outcomes")?;
    match outcomes.iter().find(|v| **v != 0.0 && **v != 1.0) {
        None => Ok(outcomes),
        Some(found) => Err(Inapplicable::new(
            "not-right-or-wrong",
            format!("`outcomes` 中有 {found}；只允许 1（正确）和 0（错误）"),
            format!("`outcomes` holds {found}; only 1 (right) and 0 (wrong) are allowed"),
        )),
    }
}

/// `correct` of `total` per laboratory, or counted from `outcomes`.
fn counts(data: &Data) -> Result<Vec<(u64, u64)>, Inapplicable> {
    if data
        .table("labs")
        .is_some_and(|t| t.contains_key("outcomes"))
    {
        let outcomes = outcomes(data)?;
        return Ok(outcomes
            .row_iter()
            .map(|row| {
                (
                    row.iter().filter(|v| **v == 1.0).count() as u64,
                    row.len() as u64,
                )
            })
            .collect());
    }
    let correct = columns::free_column(data, "labs", &["correct"])?;
    let total = columns::column(data, "labs", &["total"], correct.len())?;
    correct
        .iter()
        .zip(&total)
        .map(|(x, n)| whole(*x, *n))
        .collect()
}

/// Counts beyond 2⁵³ are not exact in double precision and are refused with the rest.
fn whole(x: f64, n: f64) -> Result<(u64, u64), Inapplicable> {
    if n >= 1.0 && (0.0..=n).contains(&x) && x.fract() == 0.0 && n.fract() == 0.0 && n < 9e15 {
        return Ok((x as u64, n as u64));
    }
    Err(Inapplicable::new(
        "not-a-count",
        format!("正确数 {x}、总数 {n} 不是有效的计数；须为整数，且 0 ≤ 正确数 ≤ 总数，总数 ≥ 1"),
        format!(
            "{x} correct of {n} is not a count; whole numbers with 0 ≤ correct ≤ total and total ≥ 1 are needed"
        ),
    ))
}

fn proportion(data: &Data) -> Result<Quantities, Inapplicable> {
    let confidence = columns::option_probability(data, "confidence", 0.95)?;
    let counts = counts(data)?;
    let mut out = Quantities::default();
    out.numbers(
        "proportion",
        counts
            .iter()
            .map(|(x, n)| *x as f64 / *n as f64)
            .collect::<Vec<_>>(),
    );
    for (name, interval) in [
        (
            "clopper_pearson",
            clopper_pearson as fn(u64, u64, f64) -> Interval,
        ),
        ("wilson", wilson),
    ] {
        let all: Vec<Interval> = counts
            .iter()
            .map(|(x, n)| interval(*x, *n, confidence))
            .collect();
        out.numbers(
            &format!("{name}.lower"),
            all.iter().map(|i| i.lower).collect::<Vec<_>>(),
        );
        out.numbers(
            &format!("{name}.upper"),
            all.iter().map(|i| i.upper).collect::<Vec<_>>(),
        );
    }
    columns::in_range(out)
}

/// All pairs of laboratories (implementations) on the same items.
fn mcnemar(data: &Data) -> Result<Quantities, Inapplicable> {
    let outcomes = outcomes(data)?;
    let n = outcomes.nrows();
    columns::at_least(
        n,
        2,
        "too-few-laboratories",
        "实验室（实现）",
        "laboratories (implementations)",
    )?;
    let lab = columns::labels(data, "labs", "lab", Some(n))?;
    let (mut names, mut first, mut second, mut p) =
        (Vec::new(), Vec::new(), Vec::new(), Vec::new());
    for i in 0..n {
        for j in i + 1..n {
            let only = |a: usize, b: usize| {
                (0..outcomes.ncols())
                    .filter(|c| outcomes[(a, *c)] == 1.0 && outcomes[(b, *c)] == 0.0)
                    .count() as u64
            };
            let (b, c) = (only(i, j), only(j, i));
            names.push(format!("{}-{}", lab[i], lab[j]));
            first.push(b as f64);
            second.push(c as f64);
            p.push(mcnemar_exact(b, c));
        }
    }
    let mut out = Quantities::default();
    out.words("pair", names);
    out.numbers("pair.only_first_correct", first);
    out.numbers("pair.only_second_correct", second);
    out.numbers("pair.p_holm", adjust(&p).holm);
    out.numbers("pair.p", p);
    columns::in_range(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn exact_interval_of_ten_right_out_of_ten_has_its_closed_form() {
        let interval = clopper_pearson(10, 10, 0.95);
        assert!((interval.lower - 0.025_f64.powf(0.1)).abs() < 1e-12);
        assert_eq!(interval.upper, 1.0);
        assert!((clopper_pearson(0, 10, 0.95).upper - (1.0 - 0.025_f64.powf(0.1))).abs() < 1e-12);
    }

    #[test]
    fn exact_interval_ends_have_the_tail_probabilities_of_the_binomial() {
        // P(X ≥ 7) at the lower end and P(X ≤ 7) at the upper end are 2.5 %, summed term by term.
        let interval = clopper_pearson(7, 20, 0.95);
        let term = |k: i32, p: f64| {
            (0..k).fold(1.0, |c, i| c * f64::from(20 - i) / f64::from(i + 1))
                * p.powi(k)
                * (1.0 - p).powi(20 - k)
        };
        assert!(((7..=20).map(|k| term(k, interval.lower)).sum::<f64>() - 0.025).abs() < 1e-12);
        assert!(((0..=7).map(|k| term(k, interval.upper)).sum::<f64>() - 0.025).abs() < 1e-12);
    }

    #[test]
    fn wilson_ends_solve_the_score_equation() {
        let interval = wilson(7, 20, 0.95);
        for p in [interval.lower, interval.upper] {
            let z = (0.35 - p) / (p * (1.0 - p) / 20.0).sqrt();
            assert!((z.abs() - 1.959_963_984_540_054).abs() < 1e-9);
        }
    }

    #[test]
    fn mcnemar_is_the_two_sided_sign_test_on_the_discordant_items() {
        // (1 + 10) / 2^10 · 2 with b = 1, c = 9.
        assert!((mcnemar_exact(1, 9) - 22.0 / 1024.0).abs() < 1e-14);
        assert_eq!(mcnemar_exact(4, 4), 1.0);
        assert_eq!(mcnemar_exact(0, 0), 1.0);
        assert!((mcnemar_exact(0, 5) - 2.0 / 32.0).abs() < 1e-14);
    }
}
