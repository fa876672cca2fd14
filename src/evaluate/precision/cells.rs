//! Cells of a precision experiment: the replicates of each laboratory at one level.

use std::collections::BTreeMap;

use crate::evaluate::laboratories::refuse_repeated;
use crate::evaluate::method::{Data, Field, Fields, Inapplicable, missing};
use crate::evaluate::sample::{
    check_finite, check_lengths, check_not_negative, replicate_rows, table_name,
};
use crate::numeric::sum::{mean, standard_deviation};

/// Mean and standard deviation of `n` replicates of one laboratory; `s` is NaN for one replicate.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Cell {
    pub n: usize,
    pub mean: f64,
    pub s: f64,
}

impl Cell {
    /// The cell of these replicates (at least one).
    pub fn of(replicates: &[f64]) -> Cell {
        // The first replicate is subtracted so that results far from zero keep the digits of their scatter.
        let origin = replicates.first().copied().unwrap_or(f64::NAN);
        let centred: Vec<f64> = replicates.iter().map(|v| v - origin).collect();
        Cell {
            n: replicates.len(),
            mean: origin + mean(&centred),
            s: standard_deviation(&centred),
        }
    }
}

/// The laboratories and their cells, in the order of the table.
pub(super) struct Cells {
    pub lab: Vec<String>,
    pub cells: Vec<Cell>,
}

/// Reads the table `cells` (or `data`, `labs`, or the only one): a matrix `replicates` with one row for each laboratory, columns
/// `replicate_1`, `replicate_2` …, one row for each replicate (`lab` repeated, `value`), or `mean` with `s` (or `range` of
/// duplicates) and the number of replicates `replicates` or `n`.
pub(super) fn read(data: &Data) -> Result<Cells, Inapplicable> {
    let name = table_name(data, ["cells", "data", "labs"]);
    let table = data
        .table(name)
        .ok_or_else(|| missing(name, "replicates"))?;
    if let Some(rows) = replicate_rows(table)? {
        return from_rows(table, &rows);
    }
    if let Some(Field::Numbers(means)) = table.get("mean") {
        return from_means(data, table, means);
    }
    match (table.get("lab"), table.get("value")) {
        (Some(Field::Words(lab)), Some(Field::Numbers(value))) => from_long_table(lab, value),
        _ => Err(missing(name, "replicates")),
    }
}

fn labels(table: &Fields, n: usize) -> Result<Vec<String>, Inapplicable> {
    let labels = match table.get("lab") {
        Some(Field::Words(words)) => words.clone(),
        Some(Field::Numbers(numbers)) => numbers.iter().map(f64::to_string).collect(),
        _ => (1..=n).map(|i| i.to_string()).collect(),
    };
    check_lengths(("lab", labels.len()), ("replicates", n))?;
    refuse_repeated(labels.iter().map(String::as_str))?;
    Ok(labels)
}

fn from_rows(table: &Fields, rows: &[Vec<f64>]) -> Result<Cells, Inapplicable> {
    let lab = labels(table, rows.len())?;
    for (lab, row) in lab.iter().zip(rows) {
        if row.is_empty() {
            return Err(Inapplicable::new(
                "empty-cell",
                format!("实验室 `{lab}` 没有任何重复测量结果；请补充，或从数据表中删去"),
                format!(
                    "laboratory `{lab}` has no result at all; add some or take it out of the table"
                ),
            ));
        }
        check_finite(row)?;
    }
    Ok(Cells {
        lab,
        cells: rows.iter().map(|row| Cell::of(row)).collect(),
    })
}

fn from_long_table(lab: &[String], value: &[f64]) -> Result<Cells, Inapplicable> {
    check_lengths(("lab", lab.len()), ("value", value.len()))?;
    let mut order: Vec<String> = Vec::new();
    let mut rows: BTreeMap<&str, Vec<f64>> = BTreeMap::new();
    for (lab, value) in lab.iter().zip(value) {
        if !rows.contains_key(lab.as_str()) {
            order.push(lab.clone());
        }
        rows.entry(lab).or_default().push(*value);
    }
    let rows: Vec<Vec<f64>> = order
        .iter()
        .map(|lab| rows.remove(lab.as_str()).unwrap_or_default())
        .collect();
    let mut table = Fields::new();
    table.insert("lab".to_owned(), Field::Words(order));
    from_rows(&table, &rows)
}

/// A column that may also be a scalar for all laboratories.
fn column(table: &Fields, names: &[&str], n: usize) -> Result<Option<Vec<f64>>, Inapplicable> {
    match names.iter().find_map(|name| table.get(*name)) {
        Some(Field::Number(v)) => Ok(Some(vec![*v; n])),
        Some(Field::Numbers(v)) => {
            check_lengths(
                ("mean", n),
                (names.first().copied().unwrap_or("n"), v.len()),
            )?;
            Ok(Some(v.clone()))
        }
        _ => Ok(None),
    }
}

fn from_means(data: &Data, table: &Fields, means: &[f64]) -> Result<Cells, Inapplicable> {
    let lab = labels(table, means.len())?;
    check_finite(means)?;
    let stated = column(table, &["n", "replicates"], means.len())?;
    let n = match stated.or(data.number("replicates")?.map(|n| vec![n; means.len()])) {
        Some(n) => n,
        None => return Err(missing("cells", "n")),
    };
    let s = match (
        column(table, &["s", "sd"], means.len())?,
        column(table, &["range"], means.len())?,
    ) {
        (Some(s), _) => s,
        (None, Some(ranges)) if n.iter().all(|n| *n == 2.0) => ranges
            .iter()
            .map(|range| range / std::f64::consts::SQRT_2)
            .collect(),
        (None, Some(_)) => {
            return Err(Inapplicable::new(
                "range-of-several",
                "给出了极差而重复次数不是 2；请给出各单元的标准偏差 s 或各次测量结果",
                "ranges are given for cells that are not duplicates; give the standard deviations s or the single results",
            ));
        }
        (None, None) => return Err(missing("cells", "s")),
    };
    let mut cells = Vec::new();
    for ((mean, s), n) in means.iter().zip(&s).zip(&n) {
        check_not_negative("单元的标准偏差", "standard deviation of a cell", *s)?;
        if !(*n >= 2.0 && n.fract() == 0.0 && *n < 1e9) {
            return Err(Inapplicable::new(
                "replicates",
                format!("重复次数为 {n}；应为不小于 2 的整数"),
                format!(
                    "the number of replicates is {n}; it should be a whole number of at least 2"
                ),
            ));
        }
        cells.push(Cell {
            n: *n as usize,
            mean: *mean,
            s: *s,
        });
    }
    Ok(Cells { lab, cells })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::{from_csv, from_toml};

    #[test]
    fn the_same_cells_are_read_from_every_form() {
        let matrix = from_toml("[cells]\nreplicates = [[1, 3], [5, 9]]\n").unwrap();
        let ranges = from_toml("[cells]\nmean = [2, 7]\nrange = [2, 4]\nreplicates = 2\n").unwrap();
        let long = from_csv("lab,value\na,1\nb,5\na,3\nb,9\n").unwrap();
        let wide = from_csv("lab,replicate_1,replicate_2\na,1,3\nb,5,9\n").unwrap();
        for data in [matrix, ranges, long, wide] {
            let cells = read(&data).unwrap().cells;
            assert_eq!((cells[0].mean, cells[1].mean, cells[1].n), (2.0, 7.0, 2));
            assert!((cells[1].s - 8_f64.sqrt()).abs() < 1e-15);
        }
    }

    #[test]
    fn ranges_of_more_than_two_and_missing_columns_are_refused() {
        for (text, kind) in [
            (
                "[cells]\nmean = [2, 7]\nrange = [2, 4]\nn = 3\n",
                "range-of-several",
            ),
            ("[cells]\nmean = [2, 7]\nn = 2\n", "missing-column"),
            (
                "[cells]\nmean = [2, 7]\ns = [1, 1]\nn = [2, 2.5]\n",
                "replicates",
            ),
            ("[cells]\nreplicates = [[], [1]]\n", "empty-cell"),
            ("[cells]\nx = 1\n", "missing-column"),
        ] {
            assert_eq!(
                read(&from_toml(text).unwrap()).err().map(|e| e.kind),
                Some(kind),
                "{text}"
            );
        }
    }
}
