//! The table of the laboratories' results, read once for all methods.

use std::collections::BTreeMap;

use crate::evaluate::method::{Data, Field, Inapplicable, missing, not_numeric, shown};
use crate::text::Text;

/// Results of `n` laboratories, all columns of length `n`, values and standard uncertainties in the same unit.
#[derive(Debug, Clone, PartialEq)]
pub struct Laboratories {
    pub lab: Vec<String>,
    pub value: Vec<f64>,
    /// Standard uncertainties as stated (k = 1); NaN throughout when the table has none and the method does not need them.
    pub u: Vec<f64>,
    /// Degrees of freedom of `u`; infinite where not stated.
    pub dof: Vec<f64>,
    /// Whether the result takes part in the reference value. All laboratories get a degree of equivalence.
    pub in_reference: Vec<bool>,
}

impl Laboratories {
    /// Results with infinite degrees of freedom, all of them in the reference value, named by their number. `value` and `u` must
    /// have the same length.
    pub fn new(value: &[f64], u: &[f64]) -> Result<Laboratories, Inapplicable> {
        let n = value.len();
        let labs = Laboratories {
            lab: numbered(n),
            value: value.to_vec(),
            u: u.to_vec(),
            dof: vec![f64::INFINITY; n],
            in_reference: vec![true; n],
        };
        same_length("u", n, u.len())?;
        labs.check_values()?;
        labs.check_uncertainties()?;
        Ok(labs)
    }

    /// Reads `table` (columns `value`, `u` or `U` with `k`; optional `lab`, `dof`, `in_reference` or `include`) and refuses
    /// values that are not finite, uncertainties that are not positive and degrees of freedom that are not positive.
    ///
    /// A column `unit` must hold one unit throughout. Where there is no table of that name, the only table with a column of values serves.
    /// `U` is divided by the laboratory's own `k`; a scalar `k`, in the table or among the options, serves all.
    pub fn read(data: &Data, table: &str) -> Result<Laboratories, Inapplicable> {
        let labs = Laboratories::read_measurements(data, table)?;
        labs.refuse_repeated_members()?;
        Ok(labs)
    }

    /// As [`Laboratories::read`], but a laboratory may stand in several rows: it has measured several times, or several artefacts.
    pub fn read_measurements(data: &Data, table: &str) -> Result<Laboratories, Inapplicable> {
        let labs = Laboratories::read_columns(data, table)?;
        if !labs.has_uncertainties() {
            return Err(missing(table, "u"));
        }
        Ok(labs)
    }

    /// As [`Laboratories::read`], but the uncertainties may be absent; see [`Laboratories::has_uncertainties`].
    pub fn read_values(data: &Data, table: &str) -> Result<Laboratories, Inapplicable> {
        let labs = Laboratories::read_columns(data, table)?;
        labs.refuse_repeated_members()?;
        Ok(labs)
    }

    fn read_columns(data: &Data, table: &str) -> Result<Laboratories, Inapplicable> {
        let table = table_of_results(data, table);
        one_unit(data, table)?;
        let value = data.numbers(table, "value")?;
        let n = value.len();
        let labs = Laboratories {
            lab: labels(data, table, n)?,
            u: uncertainties(data, table, n)?.unwrap_or_else(|| vec![f64::NAN; n]),
            dof: degrees_of_freedom(data, table, n)?,
            in_reference: membership(data, table, n)?,
            value,
        };
        labs.check_values()?;
        if labs.has_uncertainties() {
            labs.check_uncertainties()?;
        }
        Ok(labs)
    }

    /// Number of laboratories, those outside the reference value included.
    pub fn len(&self) -> usize {
        self.value.len()
    }

    pub fn is_empty(&self) -> bool {
        self.value.is_empty()
    }

    /// Whether uncertainties were given at all.
    pub fn has_uncertainties(&self) -> bool {
        self.u.iter().any(|u| !u.is_nan())
    }

    /// Number of results in the reference value.
    pub fn members(&self) -> usize {
        self.in_reference.iter().filter(|inside| **inside).count()
    }

    /// The same laboratories with every result in the reference value.
    pub fn all_in(&self) -> Laboratories {
        Laboratories {
            in_reference: vec![true; self.len()],
            ..self.clone()
        }
    }

    /// These laboratories, followed by `others`, which stay outside the reference value (results linked from another comparison).
    pub fn with_outside(mut self, others: Laboratories) -> Laboratories {
        self.in_reference.extend(vec![false; others.len()]);
        self.lab.extend(others.lab);
        self.value.extend(others.value);
        self.u.extend(others.u);
        self.dof.extend(others.dof);
        self
    }

    /// A result outside the reference value may stand beside one inside, because it counts nowhere.
    fn refuse_repeated_members(&self) -> Result<(), Inapplicable> {
        let inside = (self.lab.iter().zip(&self.in_reference)).filter(|(_, inside)| **inside);
        refuse_repeated(inside.map(|(lab, _)| lab.as_str()))
    }

    fn check_values(&self) -> Result<(), Inapplicable> {
        refuse_named(
            self.offenders(&self.value, |v| !v.is_finite()),
            "non-finite-value",
            "测得值不是有限数；请更正，或从数据表中删去该行",
            "a measured value must be a finite number; correct it or take the row out",
        )
    }

    fn check_uncertainties(&self) -> Result<(), Inapplicable> {
        refuse_named(
            self.offenders(&self.u, |u| !(u.is_finite() && u > 0.0)),
            "non-positive-uncertainty",
            "标准不确定度须为正的有限数。没有不确定度的结果不完整，不能参加评价",
            "a standard uncertainty must be positive and finite; a result without it is not complete",
        )?;
        refuse_named(
            self.offenders(&self.dof, |dof| dof <= 0.0),
            "non-positive-dof",
            "自由度须大于零（无穷大写作 inf，未给出则留空）",
            "degrees of freedom must be positive (inf for infinite, empty if not stated)",
        )
    }

    /// The laboratories whose entry of `column` is bad, each with that entry.
    fn offenders(&self, column: &[f64], is_bad: impl Fn(f64) -> bool) -> Vec<Text> {
        self.lab
            .iter()
            .zip(column)
            .filter(|(_, v)| is_bad(**v))
            .map(|(lab, v)| {
                let shown = shown(*v);
                Text::new(
                    format!("`{lab}`（{}）", shown.zh),
                    format!("`{lab}` ({})", shown.en),
                )
            })
            .collect()
    }
}

/// Refuses a laboratory that stands in several rows of a table with one row for each: its results would count several times.
pub fn refuse_repeated<'a>(
    laboratories: impl Iterator<Item = &'a str>,
) -> Result<(), Inapplicable> {
    let mut times: BTreeMap<&str, usize> = BTreeMap::new();
    for lab in laboratories.filter(|lab| !lab.trim().is_empty()) {
        *times.entry(lab.trim()).or_default() += 1;
    }
    let repeated = times.into_iter().filter(|(_, times)| *times > 1);
    let repeated: Vec<Text> = repeated
        .map(|(lab, times)| {
            Text::new(
                format!("`{lab}`（{times} 行）"),
                format!("`{lab}` ({times} rows)"),
            )
        })
        .collect();
    refuse_named(
        repeated,
        "laboratory-twice",
        "在数据表中不止一行，会重复计入。同一实验室只留一行（几次结果先合成一个）；确为不同实验室或不同传递标准的，请用不同名称",
        "there is more than one row, so that it would count several times. Keep one row for each laboratory (its results combined); give different names to what are different laboratories or transfer standards",
    )
}

/// Refuses when there are offenders, all of them by name.
fn refuse_named(
    offenders: Vec<Text>,
    kind: &'static str,
    zh: &str,
    en: &str,
) -> Result<(), Inapplicable> {
    if offenders.is_empty() {
        return Ok(());
    }
    let join = |of: fn(&Text) -> &String, between: &str| {
        offenders
            .iter()
            .map(|o| of(o).as_str())
            .collect::<Vec<_>>()
            .join(between)
    };
    Err(Inapplicable::new(
        kind,
        format!("实验室 {}：{zh}", join(|offender| &offender.zh, "、")),
        format!("laboratory {}: {en}", join(|offender| &offender.en, ", ")),
    ))
}

/// The name `table`, or that of the only table with a column of values where there is no such table.
fn table_of_results<'a>(data: &'a Data, table: &'a str) -> &'a str {
    let has_values =
        |name: &&String| matches!(data.tables[*name].get("value"), Some(Field::Numbers(_)));
    let mut candidates = data.tables.keys().filter(has_values);
    match (
        data.tables.contains_key(table),
        candidates.next(),
        candidates.next(),
    ) {
        (false, Some(only), None) => only,
        _ => table,
    }
}

/// Refuses a column `unit` with more than one unit: the numbers of its rows cannot be compared as they stand.
fn one_unit(data: &Data, table: &str) -> Result<(), Inapplicable> {
    let Some(Field::Words(units)) = data.table(table).and_then(|t| t.get("unit")) else {
        return Ok(());
    };
    let Some(first) = units.first() else {
        return Ok(());
    };
    match units.iter().position(|unit| unit.trim() != first.trim()) {
        None => Ok(()),
        Some(row) => Err(Inapplicable::new(
            "mixed-units",
            format!(
                "数据表 `{table}` 第 1 行的单位为 `{first}`，第 {} 行为 `{}`；请先把各行换算到同一单位",
                row + 1,
                units[row]
            ),
            format!(
                "row 1 of table `{table}` is in `{first}` and row {} in `{}`; give all rows in one unit",
                row + 1,
                units[row]
            ),
        )),
    }
}

fn numbered(n: usize) -> Vec<String> {
    (1..=n).map(|i| i.to_string()).collect()
}

fn same_length(column: &str, need: usize, have: usize) -> Result<(), Inapplicable> {
    if need == have {
        return Ok(());
    }
    Err(Inapplicable::new(
        "unequal-columns",
        format!("列 `{column}` 有 {have} 项，而测得值有 {need} 项；各列的项数须相同"),
        format!(
            "column `{column}` has {have} entries and there are {need} values; all columns need the same number"
        ),
    ))
}

/// A column of `n` numbers; a scalar serves all.
fn column(
    data: &Data,
    table: &str,
    name: &str,
    n: usize,
) -> Result<Option<Vec<f64>>, Inapplicable> {
    match data.table(table).and_then(|t| t.get(name)) {
        None => Ok(None),
        Some(Field::Number(v)) => Ok(Some(vec![*v; n])),
        Some(Field::Numbers(v)) => {
            same_length(name, n, v.len())?;
            Ok(Some(v.clone()))
        }
        Some(other) => Err(not_numeric(table, name, other)),
    }
}

fn labels(data: &Data, table: &str, n: usize) -> Result<Vec<String>, Inapplicable> {
    let lab = match data.table(table).and_then(|t| t.get("lab")) {
        Some(Field::Words(words)) => words.clone(),
        Some(Field::Word(word)) => vec![word.clone()],
        Some(Field::Numbers(numbers)) => numbers.iter().map(f64::to_string).collect(),
        Some(Field::Number(number)) => vec![number.to_string()],
        _ => numbered(n),
    };
    same_length("lab", n, lab.len())?;
    Ok(lab)
}

fn uncertainties(data: &Data, table: &str, n: usize) -> Result<Option<Vec<f64>>, Inapplicable> {
    if let Some(u) = column(data, table, "u", n)? {
        return Ok(Some(u));
    }
    let Some(expanded) = column(data, table, "U", n)? else {
        return Ok(None);
    };
    let k = match column(data, table, "k", n)? {
        Some(k) => k,
        None => match data
            .parameters
            .get("k")
            .or_else(|| data.tables.get("options")?.get("k"))
        {
            Some(Field::Number(k)) => vec![*k; n],
            _ => {
                return Err(Inapplicable::new(
                    "missing-coverage-factor",
                    "给出了扩展不确定度 U 而没有包含因子 k；请补充列 `k`，或设定参数 k（如 k=2）",
                    "expanded uncertainties U are given without coverage factors; add a column `k` or set the parameter k, such as k=2",
                ));
            }
        },
    };
    if let Some(row) = k.iter().position(|k| !(k.is_finite() && *k > 0.0)) {
        let found = shown(k[row]);
        return Err(Inapplicable::new(
            "bad-coverage-factor",
            format!(
                "数据表 `{table}` 第 {} 行的包含因子 k 为 {}；须为正数，通常为 2",
                row + 1,
                found.zh
            ),
            format!(
                "the coverage factor k in row {} of table `{table}` is {}; it must be positive, 2 is usual",
                row + 1,
                found.en
            ),
        ));
    }
    Ok(Some(
        expanded
            .iter()
            .zip(&k)
            .map(|(expanded, k)| expanded / k)
            .collect(),
    ))
}

fn degrees_of_freedom(data: &Data, table: &str, n: usize) -> Result<Vec<f64>, Inapplicable> {
    let stated = column(data, table, "dof", n)?.unwrap_or_else(|| vec![f64::INFINITY; n]);
    Ok(stated
        .into_iter()
        .map(|dof| if dof.is_nan() { f64::INFINITY } else { dof })
        .collect())
}

/// A laboratory is in the reference value unless `in_reference` or `include` says no.
pub fn membership(data: &Data, table: &str, n: usize) -> Result<Vec<bool>, Inapplicable> {
    let mut inside = vec![true; n];
    for name in ["in_reference", "include"] {
        let flags = match data.table(table).and_then(|t| t.get(name)) {
            None => continue,
            Some(Field::Flags(flags)) => flags.clone(),
            Some(Field::Flag(flag)) => vec![*flag; n],
            Some(Field::Numbers(numbers)) if numbers.iter().all(|v| *v == 0.0 || *v == 1.0) => {
                numbers.iter().map(|v| *v == 1.0).collect()
            }
            Some(_) => {
                return Err(Inapplicable::new(
                    "wrong-kind",
                    format!("数据表 `{table}` 的列 `{name}` 应为 true 或 false"),
                    format!("column `{name}` of table `{table}` should be true or false"),
                ));
            }
        };
        same_length(name, n, flags.len())?;
        inside
            .iter_mut()
            .zip(flags)
            .for_each(|(inside, flag)| *inside &= flag);
    }
    Ok(inside)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::{from_csv, from_toml};

    fn read(text: &str) -> Result<Laboratories, Inapplicable> {
        Laboratories::read(&from_toml(text).unwrap(), "labs")
    }

    #[test]
    fn expanded_uncertainties_are_divided_by_each_laboratory_s_own_k() {
        let labs = read("[input.labs]\nlab = ['A', 'B']\nvalue = [1, 2]\nU = [0.2, 0.6]\nk = [2, 3]\ninclude = [true, false]\n").unwrap();
        assert_eq!(labs.u, [0.1, 0.6 / 3.0]);
        assert_eq!(labs.in_reference, [true, false]);
        assert_eq!(labs.dof, [f64::INFINITY; 2]);
    }

    #[test]
    fn a_scalar_k_may_stand_among_the_options() {
        assert_eq!(
            read("[input.labs]\nvalue = [1, 2]\nU = [0.2, 0.6]\n[input.options]\nk = 2\n")
                .unwrap()
                .u,
            [0.1, 0.3]
        );
        assert_eq!(
            read("[input.labs]\nvalue = [1, 2]\nU = [0.2, 0.6]\n")
                .unwrap_err()
                .kind,
            "missing-coverage-factor"
        );
    }

    #[test]
    fn a_missing_dof_is_infinite_and_labels_default_to_numbers() {
        let labs = Laboratories::read(&from_csv("value,u,dof\n1,0.1,4\n2,0.1,\n").unwrap(), "labs")
            .unwrap();
        assert_eq!(labs.dof, [4.0, f64::INFINITY]);
        assert_eq!(labs.lab, ["1", "2"]);
    }

    #[test]
    fn the_coverage_factor_of_another_table_is_not_borrowed() {
        let text =
            "[labs]\nvalue = [1, 2]\nU = [0.2, 0.6]\n[reference]\nvalue = 1\nU = 0.1\nk = 2\n";
        assert_eq!(read(text).unwrap_err().kind, "missing-coverage-factor");
    }

    #[test]
    fn the_only_table_of_values_serves_whatever_its_name() {
        let text = "[results]\nvalue = [1, 2]\nu = [0.2, 0.6]\n[options]\nsignificance = 0.1\n";
        assert_eq!(read(text).unwrap().u, [0.2, 0.6]);
        let two = "[a]\nvalue = [1, 2]\nu = [1, 1]\n[b]\nvalue = [1, 2]\nu = [1, 1]\n";
        assert_eq!(read(two).unwrap_err().kind, "missing-column");
    }

    #[test]
    fn bad_rows_are_refused_by_kind_and_name_the_laboratory() {
        for (text, kind) in [
            ("[labs]\nvalue = [1, nan]\nu = [1, 1]\n", "non-finite-value"),
            (
                "[labs]\nvalue = [1, 2]\nu = [1, 0]\n",
                "non-positive-uncertainty",
            ),
            (
                "[labs]\nvalue = [1, 2]\nu = [1, 1]\ndof = [0, 1]\n",
                "non-positive-dof",
            ),
            ("[labs]\nvalue = [1, 2]\nu = [1]\n", "unequal-columns"),
            ("[labs]\nvalue = [1, 2]\nu = ['a', 'b']\n", "not-numeric"),
            ("[labs]\nvalue = ['1', '<2']\nu = [1, 1]\n", "not-numeric"),
            (
                "[labs]\nvalue = [1, 2]\nU = [1, 1]\nk = [2, 0]\n",
                "bad-coverage-factor",
            ),
            (
                "[labs]\nvalue = [1, 2]\nu = [1, 1]\ninclude = ['a', 'b']\n",
                "wrong-kind",
            ),
            ("[labs]\nvalue = [1, 2]\n", "missing-column"),
            (
                "[labs]\nvalue = [1, 2]\nu = [1, 1]\nunit = ['nm', 'µm']\n",
                "mixed-units",
            ),
            (
                "[labs]\nlab = ['NIM', 'NIM ']\nvalue = [1, 2]\nu = [1, 1]\n",
                "laboratory-twice",
            ),
        ] {
            assert_eq!(read(text).unwrap_err().kind, kind, "{text}");
        }
        // A result outside the reference value counts nowhere.
        let outside =
            "[labs]\nlab = ['NIM', 'NIM']\nvalue = [1, 2]\nu = [1, 1]\ninclude = [true, false]\n";
        assert!(read(outside).is_ok());
        assert!(
            read("[labs]\nlab = ['NIM', 'PTB']\nvalue = [1, 2]\nu = [1, -3]\n")
                .unwrap_err()
                .reason
                .en
                .contains("`PTB`")
        );
    }
}
