//! The methods of ISO 5725-2 on tables of data.

use super::cells::{self, Cells};
use super::{Cell, mandel_h, mandel_h_critical, mandel_k, mandel_k_critical, precision, youden};
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities};
use crate::evaluate::outlier::{Sides, cochran, cochran_critical, grubbs_critical, grubbs_pair};
use crate::evaluate::proficiency::robust::{Factors, Stop, algorithm_a, algorithm_s};
use crate::evaluate::sample::table_name;

pub const METHODS: &[Method] = &[
    Method {
        id: "precision-experiment",
        compute: compute_experiment,
    },
    Method {
        id: "youden-pairs",
        compute: compute_youden,
    },
];

/// The levels at which ISO 5725-2 calls a result a straggler and an outlier.
const LEVELS: [f64; 2] = [0.05, 0.01];

/// Critical difference of two results at 95 % over their standard deviation: 1.96 √2, rounded as ISO 5725-6:1994, 4.1.4 rounds it.
const LIMIT_FACTOR: f64 = 2.8;

fn compute_experiment(data: &Data) -> Result<Quantities, Inapplicable> {
    let Cells { lab, cells } = cells::read(data)?;
    let mut out = Quantities::default();
    let result = precision(&cells)?;
    out.words("lab", lab);
    out.number("mean", result.mean);
    out.number("s_r", result.s_r);
    out.number("s_L", result.s_l);
    out.number("s_R", result.s_reproducibility);
    out.flag("s_L_negative", result.negative_between);
    out.number("repeatability_limit", LIMIT_FACTOR * result.s_r);
    out.number(
        "reproducibility_limit",
        LIMIT_FACTOR * result.s_reproducibility,
    );
    if cells.len() >= 3 {
        means(&mut out, &cells)?;
    }
    variances(&mut out, &cells)?;
    Ok(out)
}

/// Mandel's h, Grubbs' tests and Algorithm A of the cell means.
fn means(out: &mut Quantities, cells: &[Cell]) -> Result<(), Inapplicable> {
    let p = cells.len();
    let h = mandel_h(cells)?;
    out.number(
        "grubbs.G_high",
        h.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    out.number(
        "grubbs.G_low",
        -h.iter().copied().fold(f64::INFINITY, f64::min),
    );
    out.numbers("mandel.h", h);
    out.numbers(
        "mandel.h_critical",
        LEVELS.map(|alpha| mandel_h_critical(p, alpha)),
    );
    out.numbers(
        "grubbs.critical",
        LEVELS.map(|alpha| grubbs_critical(p, alpha, Sides::Two)),
    );
    let means: Vec<f64> = cells.iter().map(|c| c.mean).collect();
    if p >= 4 {
        let pair = grubbs_pair(&means)?;
        out.number("grubbs.pair_high_ratio", pair.high_ratio);
        out.number("grubbs.pair_low_ratio", pair.low_ratio);
    }
    for (name, factors) in [
        ("algorithm_a", Factors::Printed),
        ("algorithm_a_exact_factor", Factors::Exact),
    ] {
        let robust = algorithm_a(&means, Stop::Converged, factors)?;
        out.numbers(name, [robust.x, robust.s]);
    }
    Ok(())
}

/// Mandel's k, Cochran's test and Algorithm S of the standard deviations of the cells with replicates.
///
/// Where the cells differ in their number of replicates, the critical values are those of the number that most cells have
/// (`cochran.n`), as ISO 5725-2:1994, 7.3.3.2 allows; Algorithm S needs equal numbers and is left out.
fn variances(out: &mut Quantities, cells: &[Cell]) -> Result<(), Inapplicable> {
    let replicated: Vec<&Cell> = cells.iter().filter(|c| c.n > 1).collect();
    if replicated.len() < 2 || replicated.iter().all(|c| c.s == 0.0) {
        return Ok(());
    }
    out.numbers("mandel.k", mandel_k(cells)?);
    let (p, n) = (replicated.len(), most_frequent_number(&replicated));
    let squares: Vec<f64> = replicated.iter().map(|c| c.s * c.s).collect();
    let nu = n as f64 - 1.0;
    let test = cochran(&squares, nu, LEVELS[0])?;
    out.numbers(
        "mandel.k_critical",
        LEVELS.map(|alpha| mandel_k_critical(p, n, alpha)),
    );
    out.number("cochran.n", n as f64);
    out.number("cochran.C", test.statistic);
    out.numbers(
        "cochran.critical",
        LEVELS.map(|alpha| cochran_critical(p, nu, alpha)),
    );
    out.number("cochran.C_lower", test.lowest);
    if cells.iter().any(|c| c.n != n) {
        return Ok(());
    }
    let deviations: Vec<f64> = cells.iter().map(|c| c.s).collect();
    let robust = algorithm_s(&deviations, n - 1, Stop::Converged, Factors::Exact)?.s;
    out.number("algorithm_s", robust);
    if n == 2 {
        // The standard deviation of duplicates is their range over √2, so both forms of Algorithm S agree.
        out.number("algorithm_s_ranges", robust);
    }
    Ok(())
}

/// The number of replicates that most cells have; of equally frequent ones the smallest, whose critical values are the widest.
fn most_frequent_number(cells: &[&Cell]) -> usize {
    let frequency = |n: usize| cells.iter().filter(|c| c.n == n).count();
    cells
        .iter()
        .map(|c| c.n)
        .max_by(|a, b| frequency(*a).cmp(&frequency(*b)).then(b.cmp(a)))
        .unwrap_or_default()
}

fn compute_youden(data: &Data) -> Result<Quantities, Inapplicable> {
    let table = table_name(data, ["pairs", "data", "labs"]);
    let column = |names: [&str; 2]| {
        data.numbers(table, names[0])
            .or_else(|_| data.numbers(table, names[1]))
    };
    let (a, b) = (column(["a", "A"])?, column(["b", "B"])?);
    let result = youden(&a, &b, data.number_or("coverage", 0.95)?)?;
    let mut out = Quantities::default();
    out.numbers("mean", result.mean);
    out.number("s_within", result.within);
    out.number("s_total", result.total);
    out.number("s_between", result.between);
    out.number("correlation", result.correlation);
    out.numbers("ellipse.half_axes", result.half_axes);
    out.number("ellipse.angle", result.angle);
    let outside = result.distance.iter().map(|d| *d > 1.0).collect();
    out.numbers("ellipse.distance", result.distance);
    out.entries
        .push(("ellipse.outside".to_owned(), Field::Flags(outside)));
    Ok(out)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::from_toml;

    #[test]
    fn cells_of_unequal_size_are_tested_with_the_number_of_replicates_that_most_have() {
        let text = "[cells]\nreplicates = [[1, 2, 3], [4, 6, 5], [2, 9], [3]]\n";
        let q = compute_experiment(&from_toml(text).unwrap()).unwrap();
        // Variances 1, 1 and 24.5 of the cells with replicates; critical values for p = 3, n = 3 of ISO 5725-2:1994, Table 4.
        assert!(
            matches!(q.get("cochran.C"), Some(Field::Number(c)) if (c - 24.5 / 26.5).abs() < 1e-14)
        );
        assert_eq!(q.get("cochran.n"), Some(&Field::Number(3.0)));
        let Some(Field::Numbers(critical)) = q.get("cochran.critical") else {
            panic!("no critical values")
        };
        assert!((critical[0] - 0.871).abs() < 5e-4 && (critical[1] - 0.942).abs() < 5e-4);
        assert_eq!(q.get("algorithm_s"), None);
    }
}
