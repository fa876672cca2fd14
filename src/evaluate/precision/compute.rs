//! The methods of ISO 5725-2 on tables of data.

use super::levels::{SIGNIFICANCE, Statistic, at_level, experiment, h, k, most_frequent_number};
use super::youden::pairs;
use super::{Cell, precision, youden};
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities};
use crate::evaluate::outlier::{Sides, cochran, cochran_critical, grubbs_critical, grubbs_pair};
use crate::evaluate::proficiency::robust::{Factors, Stop, algorithm_a, algorithm_s};

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

/// Critical difference of two results at 95 % over their standard deviation: 1.96 √2, rounded as ISO 5725-6:1994, 4.1.4 rounds it.
const LIMIT_FACTOR: f64 = 2.8;

/// Quantities with one number for each laboratory.
const BY_LABORATORY: [&str; 3] = ["lab", "mandel.h", "mandel.k"];

fn compute_experiment(data: &Data) -> Result<Quantities, Inapplicable> {
    let experiment = experiment(data)?;
    let mut found: Vec<(String, Quantities)> = Vec::new();
    for level in experiment.levels {
        match &level.name {
            None => return at_one_level(level.lab, &level.cells),
            Some(name) => {
                let name = name.clone();
                let quantities = at_one_level(level.lab, &level.cells)
                    .map_err(|refusal| at_level(&name, refusal))?;
                found.push((name, quantities));
            }
        }
    }
    Ok(side_by_side(&found))
}

/// The quantities of all levels: scalars as columns with a row for each level, those of the laboratories one level below the other,
/// pairs (such as critical values) as matrices with a row for each level. What a level does not give is NaN.
fn side_by_side(levels: &[(String, Quantities)]) -> Quantities {
    let mut names: Vec<&String> = Vec::new();
    for (name, _) in levels.iter().flat_map(|(_, q)| &q.entries) {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let rows = |q: &Quantities| match q.get("lab") {
        Some(Field::Words(lab)) => lab.len(),
        _ => 0,
    };
    let mut out = Quantities::default();
    out.words(
        "level",
        levels.iter().map(|(name, _)| name.clone()).collect(),
    );
    let of_rows = levels
        .iter()
        .flat_map(|(name, q)| vec![name.clone(); rows(q)]);
    out.words("cell.level", of_rows.collect());
    for name in names {
        let fields = || levels.iter().map(|(_, q)| (q, q.get(name)));
        let first = fields().find_map(|(_, field)| field);
        let field = match first {
            Some(Field::Words(_)) => Field::Words(
                fields()
                    .flat_map(|(_, field)| match field {
                        Some(Field::Words(words)) => words.clone(),
                        _ => Vec::new(),
                    })
                    .collect(),
            ),
            Some(Field::Flag(_)) => Field::Flags(
                fields()
                    .map(|(_, f)| matches!(f, Some(Field::Flag(true))))
                    .collect(),
            ),
            Some(Field::Numbers(_)) if BY_LABORATORY.contains(&name.as_str()) => Field::Numbers(
                fields()
                    .flat_map(|(q, field)| match field {
                        Some(Field::Numbers(numbers)) => numbers.clone(),
                        _ => vec![f64::NAN; rows(q)],
                    })
                    .collect(),
            ),
            Some(Field::Numbers(like)) => Field::Matrix(
                fields()
                    .map(|(_, field)| match field {
                        Some(Field::Numbers(numbers)) => numbers.clone(),
                        _ => vec![f64::NAN; like.len()],
                    })
                    .collect(),
            ),
            _ => Field::Numbers(
                fields()
                    .map(|(_, field)| match field {
                        Some(Field::Number(number)) => *number,
                        _ => f64::NAN,
                    })
                    .collect(),
            ),
        };
        let shown = if name == "lab" { "cell.lab" } else { name };
        out.entries.push((shown.to_owned(), field));
    }
    out
}

/// The quantities of the method for the cells of these laboratories at one level.
pub fn at_one_level(lab: Vec<String>, cells: &[Cell]) -> Result<Quantities, Inapplicable> {
    let mut out = Quantities::default();
    let result = precision(cells)?;
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
    if let Some(h) = h(cells)? {
        means(&mut out, cells, h)?;
    }
    if let Some(k) = k(cells)? {
        variances(&mut out, cells, k)?;
    }
    Ok(out)
}

/// Mandel's h, Grubbs' tests and Algorithm A of the cell means.
fn means(out: &mut Quantities, cells: &[Cell], h: Statistic) -> Result<(), Inapplicable> {
    let p = cells.len();
    let most = |sign: f64| {
        h.values
            .iter()
            .map(|v| sign * v)
            .fold(f64::NEG_INFINITY, f64::max)
    };
    out.number("grubbs.G_high", most(1.0));
    out.number("grubbs.G_low", most(-1.0));
    out.numbers("mandel.h", h.values);
    out.numbers("mandel.h_critical", h.critical);
    out.numbers(
        "grubbs.critical",
        SIGNIFICANCE.map(|alpha| grubbs_critical(p, alpha, Sides::Two)),
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
fn variances(out: &mut Quantities, cells: &[Cell], k: Statistic) -> Result<(), Inapplicable> {
    let replicated: Vec<&Cell> = cells.iter().filter(|c| c.n > 1).collect();
    out.numbers("mandel.k", k.values);
    let (p, n) = (replicated.len(), most_frequent_number(&replicated));
    let squares: Vec<f64> = replicated.iter().map(|c| c.s * c.s).collect();
    let nu = n as f64 - 1.0;
    let test = cochran(&squares, nu, SIGNIFICANCE[0])?;
    out.numbers("mandel.k_critical", k.critical);
    out.number("cochran.n", n as f64);
    out.number("cochran.C", test.statistic);
    out.numbers(
        "cochran.critical",
        SIGNIFICANCE.map(|alpha| cochran_critical(p, nu, alpha)),
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

fn compute_youden(data: &Data) -> Result<Quantities, Inapplicable> {
    let pairs = pairs(data)?;
    let result = youden(&pairs.a, &pairs.b, pairs.coverage)?;
    let mut out = Quantities::default();
    out.words("lab", pairs.lab);
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

    #[test]
    fn several_levels_stand_side_by_side() {
        let text = "[cells]\nlab = ['A', 'B', 'C', 'A', 'B']\nlevel = [1, 1, 1, 2, 2]\nreplicates = [[1, 2], [4, 6], [2, 3], [8, 9], [7, 7]]\n";
        let q = compute_experiment(&from_toml(text).unwrap()).unwrap();
        let one = "[cells]\nlab = ['A', 'B', 'C']\nreplicates = [[1, 2], [4, 6], [2, 3]]\n";
        let alone = compute_experiment(&from_toml(one).unwrap()).unwrap();
        let (Some(Field::Numbers(s_r)), Some(Field::Number(first))) =
            (q.get("s_r"), alone.get("s_r"))
        else {
            panic!("no s_r")
        };
        assert_eq!((s_r.len(), s_r[0]), (2, *first));
        let words = |list: [&str; 5]| Some(Field::Words(list.map(String::from).to_vec()));
        assert_eq!(q.get("cell.lab").cloned(), words(["A", "B", "C", "A", "B"]));
        assert_eq!(
            q.get("cell.level").cloned(),
            words(["1", "1", "1", "2", "2"])
        );
        let Some(Field::Matrix(critical)) = q.get("mandel.h_critical") else {
            panic!("no critical values")
        };
        // Two laboratories have no h.
        assert!(critical[0][0] > 1.1 && critical[1][0].is_nan());
    }
}
