//! The outlier tests that a protocol may order, by their names in the library.

use std::collections::BTreeMap;

use super::{DIXON_MOST, Sides, dixon, dixon_critical, grubbs};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::reference::{MAD_TO_SD, mad_outliers};
use crate::numeric::sum::median;
use crate::text::Text;

/// Names of the tests that [`find`] carries out: the last part of their paths.
pub const NAMES: [&str; 3] = ["dixon", "grubbs", "mad-rule"];

/// Most results that the test called `name` can take.
pub fn most_results(name: &str) -> usize {
    match name {
        "dixon" => DIXON_MOST,
        _ => usize::MAX,
    }
}

/// A result that a test finds outlying.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Outlying {
    /// Row in the table of laboratories.
    pub row: usize,
    /// Test, statistic and limit.
    pub reason: Text,
}

/// The outlying members of the reference value by the test called `name` with its parameters and flags; none for an unknown name.
pub fn find(
    name: &str,
    parameters: &BTreeMap<String, f64>,
    flags: &[String],
    labs: &Laboratories,
) -> Option<Result<Vec<Outlying>, Inapplicable>> {
    let rows: Vec<usize> = (0..labs.len()).filter(|i| labs.in_reference[*i]).collect();
    let values: Vec<f64> = rows.iter().map(|row| labs.value[*row]).collect();
    let alpha = parameters.get("alpha").copied().unwrap_or(0.05);
    let sides = if flags.iter().any(|f| f == "two-sided") {
        Sides::Two
    } else {
        Sides::One
    };
    Some(match name {
        "grubbs" => by_grubbs(&rows, &values, alpha, sides),
        "dixon" => by_dixon(&rows, &values, alpha, sides),
        "mad-rule" => by_mad(labs, parameters.get("limit").copied().unwrap_or(2.5)),
        _ => return None,
    })
}

fn by_grubbs(
    rows: &[usize],
    values: &[f64],
    alpha: f64,
    sides: Sides,
) -> Result<Vec<Outlying>, Inapplicable> {
    let found = grubbs(values, alpha, sides)?;
    Ok(found
        .into_iter()
        .filter(|step| step.removed)
        .map(|step| Outlying {
            row: rows[step.index],
            reason: Text::new(
                format!(
                    "格拉布斯准则判为离群值：G = {:.4} > {:.4}（n = {}）",
                    step.statistic, step.critical, step.n
                ),
                format!(
                    "Grubbs' test finds it an outlier: G = {:.4} > {:.4} (n = {})",
                    step.statistic, step.critical, step.n
                ),
            ),
        })
        .collect())
}

/// One pass: the largest and the smallest result are each tested once, as the tabulated values have it.
fn by_dixon(
    rows: &[usize],
    values: &[f64],
    alpha: f64,
    sides: Sides,
) -> Result<Vec<Outlying>, Inapplicable> {
    let test = dixon(values)?;
    let critical = dixon_critical(values.len(), alpha, sides)?;
    let position = |better: fn(f64, f64) -> bool| {
        (0..values.len()).reduce(|best, i| {
            if better(values[i], values[best]) {
                i
            } else {
                best
            }
        })
    };
    let ends = [
        (test.high, position(|a, b| a > b)),
        (test.low, position(|a, b| a < b)),
    ];
    Ok(ends
        .into_iter()
        .filter(|(ratio, _)| *ratio > critical)
        .filter_map(|(ratio, end)| {
            let name = test.ratio;
            let n = values.len();
            Some(Outlying {
                row: rows[end?],
                reason: Text::new(
                    format!("狄克逊准则判为离群值：{name} = {ratio:.3} > {critical:.3}（n = {n}）"),
                    format!(
                        "Dixon's test finds it an outlier: {name} = {ratio:.3} > {critical:.3} (n = {n})"
                    ),
                ),
            })
        })
        .collect())
}

fn by_mad(labs: &Laboratories, limit: f64) -> Result<Vec<Outlying>, Inapplicable> {
    let (s_mad, rows) = mad_outliers(labs, limit, MAD_TO_SD)?;
    let inside: Vec<f64> = (0..labs.len())
        .filter(|i| labs.in_reference[*i])
        .map(|i| labs.value[i])
        .collect();
    let centre = median(&inside);
    Ok(rows
        .into_iter()
        .map(|row| {
            let distance = (labs.value[row] - centre).abs() / s_mad;
            Outlying {
                row,
                reason: Text::new(
                    format!("按绝对中位差判为离群值：与中位值相差 {distance:.2} 倍 S(MAD)，界限 {limit}"),
                    format!(
                        "outlying by the median absolute deviation: {distance:.2} S(MAD) from the median, the limit is {limit}"
                    ),
                ),
            }
        })
        .collect())
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    #[test]
    fn each_test_finds_the_result_far_from_nine_others_and_names_its_row() {
        let mut labs =
            Laboratories::new(&[10.0, 10.2, 9.9, 10.1, 30.0, 9.8, 10.05, 99.0], &[0.1; 8]).unwrap();
        // What is outside the reference value is not tested.
        labs.in_reference[7] = false;
        for name in NAMES {
            let found = find(name, &BTreeMap::new(), &[], &labs).unwrap().unwrap();
            let rows: Vec<usize> = found.iter().map(|o| o.row).collect();
            assert_eq!(rows, [4], "{name}");
        }
        assert!(find("cochran", &BTreeMap::new(), &[], &labs).is_none());
    }
}
