//! A precision experiment at one or several levels, and the statistics of its graphical consistency technique.

use super::cells::{self, Cells};
use super::{Cell, mandel_h, mandel_h_critical, mandel_k, mandel_k_critical};
use crate::evaluate::columns::in_order;
use crate::evaluate::method::{Data, Field, Fields, Inapplicable};
use crate::evaluate::sample::{check_lengths, table_name};

/// The levels at which ISO 5725-2 calls a result a straggler and an outlier.
pub(super) const SIGNIFICANCE: [f64; 2] = [0.05, 0.01];

/// The levels of an experiment, in the order of the table.
pub struct Experiment {
    pub levels: Vec<Level>,
}

/// The cells of one level.
pub struct Level {
    /// None where the table has no column of levels.
    pub name: Option<String>,
    pub lab: Vec<String>,
    pub cells: Vec<Cell>,
}

/// One statistic of all laboratories of an experiment at a level: NaN where a laboratory has none; critical values at 5 % and 1 %.
#[derive(Debug, Clone, PartialEq)]
pub struct Statistic {
    pub values: Vec<f64>,
    pub critical: [f64; 2],
}

/// Mandel's h and k at one level; none where the level has too few laboratories or replicates for it.
#[derive(Debug, Clone, PartialEq)]
pub struct Consistency {
    pub level: Option<String>,
    pub h: Option<Statistic>,
    pub k: Option<Statistic>,
}

/// Reads the experiment: the cells in the forms of [`cells::read`], with a column `level` where there are several levels.
pub fn experiment(data: &Data) -> Result<Experiment, Inapplicable> {
    let name = table_name(data, ["cells", "data", "labs"]);
    let split = data.table(name).map(by_level).transpose()?.flatten();
    let Some(parts) = split else {
        let Cells { lab, cells } = cells::read(data)?;
        let level = Level {
            name: None,
            lab,
            cells,
        };
        return Ok(Experiment {
            levels: vec![level],
        });
    };
    let levels = parts.into_iter().map(|(level, fields)| {
        let mut part = data.clone();
        part.tables.insert(name.to_owned(), fields);
        let Cells { lab, cells } =
            cells::read(&part).map_err(|refusal| at_level(&level, refusal))?;
        Ok(Level {
            name: Some(level),
            lab,
            cells,
        })
    });
    Ok(Experiment {
        levels: levels.collect::<Result<_, Inapplicable>>()?,
    })
}

/// The same refusal, with the level at which it was met.
pub(super) fn at_level(level: &str, refusal: Inapplicable) -> Inapplicable {
    Inapplicable::new(
        refusal.kind,
        format!("水平 `{level}`：{}", refusal.reason.zh),
        format!("level `{level}`: {}", refusal.reason.en),
    )
}

/// The rows of each level; none where the table has no column `level`.
fn by_level(table: &Fields) -> Result<Option<Vec<(String, Fields)>>, Inapplicable> {
    let names: Vec<String> = match table.get("level") {
        Some(Field::Words(words)) => words.clone(),
        Some(Field::Numbers(numbers)) => numbers.iter().map(f64::to_string).collect(),
        _ => return Ok(None),
    };
    for (column, field) in table {
        let length = match field {
            Field::Numbers(v) => v.len(),
            Field::Words(v) => v.len(),
            Field::Flags(v) => v.len(),
            Field::Matrix(rows) => rows.len(),
            Field::Number(_) | Field::Flag(_) | Field::Word(_) => continue,
        };
        check_lengths(("level", names.len()), (column, length))?;
    }
    let part = |level: &String| {
        let rows: Vec<usize> = (0..names.len()).filter(|i| names[*i] == *level).collect();
        let fields = table.iter().filter(|(column, _)| *column != "level");
        let chosen = fields.map(|(column, field)| (column.clone(), only(field, &rows)));
        (level.clone(), chosen.collect())
    };
    Ok(Some(in_order(&names).iter().map(part).collect()))
}

/// The rows of a column; a scalar serves all of them.
fn only(field: &Field, rows: &[usize]) -> Field {
    match field {
        Field::Numbers(v) => Field::Numbers(rows.iter().map(|i| v[*i]).collect()),
        Field::Words(v) => Field::Words(rows.iter().map(|i| v[*i].clone()).collect()),
        Field::Flags(v) => Field::Flags(rows.iter().map(|i| v[*i]).collect()),
        Field::Matrix(v) => Field::Matrix(rows.iter().map(|i| v[*i].clone()).collect()),
        scalar => scalar.clone(),
    }
}

impl Experiment {
    /// Every laboratory, in the order in which they first appear.
    pub fn laboratories(&self) -> Vec<String> {
        let named: Vec<String> = self.levels.iter().flat_map(|l| l.lab.clone()).collect();
        in_order(&named)
    }

    /// h and k at every level, in the order of `laboratories`.
    pub fn consistency(&self, laboratories: &[String]) -> Result<Vec<Consistency>, Inapplicable> {
        let of = |level: &Level| {
            let aligned = |statistic: Statistic| Statistic {
                values: laboratories
                    .iter()
                    .map(|lab| level.lab.iter().position(|known| known == lab))
                    .map(|place| place.map_or(f64::NAN, |place| statistic.values[place]))
                    .collect(),
                ..statistic
            };
            Ok(Consistency {
                level: level.name.clone(),
                h: h(&level.cells)?.map(aligned),
                k: k(&level.cells)?.map(aligned),
            })
        };
        self.levels.iter().map(of).collect()
    }
}

/// Mandel's h with its critical values, for at least three laboratories.
pub(super) fn h(cells: &[Cell]) -> Result<Option<Statistic>, Inapplicable> {
    let p = cells.len();
    if p < 3 {
        return Ok(None);
    }
    Ok(Some(Statistic {
        values: mandel_h(cells)?,
        critical: SIGNIFICANCE.map(|alpha| mandel_h_critical(p, alpha)),
    }))
}

/// Mandel's k with its critical values, where at least two cells have replicates that are not all equal.
///
/// Where the cells differ in their number of replicates, the critical values are those of the number that most cells have.
pub(super) fn k(cells: &[Cell]) -> Result<Option<Statistic>, Inapplicable> {
    let replicated: Vec<&Cell> = cells.iter().filter(|c| c.n > 1).collect();
    if replicated.len() < 2 || replicated.iter().all(|c| c.s == 0.0) {
        return Ok(None);
    }
    let (p, n) = (replicated.len(), most_frequent_number(&replicated));
    Ok(Some(Statistic {
        values: mandel_k(cells)?,
        critical: SIGNIFICANCE.map(|alpha| mandel_k_critical(p, n, alpha)),
    }))
}

/// The number of replicates that most cells have; of equally frequent ones the smallest, whose critical values are the widest.
pub(super) fn most_frequent_number(cells: &[&Cell]) -> usize {
    let frequency = |n: usize| cells.iter().filter(|c| c.n == n).count();
    cells
        .iter()
        .map(|c| c.n)
        .max_by(|a, b| frequency(*a).cmp(&frequency(*b)).then(b.cmp(a)))
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::{from_csv, from_toml};

    #[test]
    fn a_column_of_levels_gives_the_same_cells_as_a_table_for_each() {
        let text = "lab,level,replicate_1,replicate_2\nA,low,1,3\nB,low,5,9\nC,low,2,2.5\nA,high,11,13\nC,high,15,16\n";
        let found = experiment(&from_csv(text).unwrap()).unwrap();
        assert_eq!(found.laboratories(), ["A", "B", "C"]);
        let low =
            from_toml("[cells]\nlab = ['A', 'B', 'C']\nreplicates = [[1, 3], [5, 9], [2, 2.5]]\n");
        let alone = experiment(&low.unwrap()).unwrap();
        assert_eq!(alone.levels[0].cells, found.levels[0].cells);
        let both = found.consistency(&found.laboratories()).unwrap();
        let one = alone.consistency(&alone.laboratories()).unwrap();
        assert_eq!((&both[0].h, &both[0].k), (&one[0].h, &one[0].k));
        // Two laboratories at the level `high`: no h, and k where they are.
        let k = both[1].k.as_ref().unwrap();
        assert!(both[1].h.is_none() && k.values[1].is_nan() && k.values[2] < k.values[0]);
    }

    #[test]
    fn a_refusal_at_a_level_names_the_level() {
        let text = "[cells]\nlevel = [1, 2, 2]\nmean = [1, 2, 3]\ns = [1, -1, 1]\nn = 2\n";
        let refused = experiment(&from_toml(text).unwrap()).err().unwrap();
        assert!(
            refused.reason.en.starts_with("level `2`"),
            "{}",
            refused.reason.en
        );
    }
}
