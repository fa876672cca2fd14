//! Reading of columns, scalars and matrices out of [`Data`], with refusals that say how to mend the table.

use std::collections::BTreeSet;

use nalgebra::DMatrix;

use crate::evaluate::method::{Data, Field, Inapplicable, Quantities, missing, not_numeric, shown};
use crate::numeric::least_squares::Unsolvable;

/// The first of `names` that `table` holds, as `n` finite numbers; a scalar is repeated for every row.
pub fn optional_column(
    data: &Data,
    table: &str,
    names: &[&str],
    n: usize,
) -> Result<Option<Vec<f64>>, Inapplicable> {
    let Some(fields) = data.table(table) else {
        return Ok(None);
    };
    let Some((name, field)) = names
        .iter()
        .find_map(|name| fields.get(*name).map(|f| (*name, f)))
    else {
        return Ok(None);
    };
    let values = match field {
        Field::Number(v) => vec![*v; n],
        Field::Numbers(v) => v.clone(),
        other => return Err(not_numeric(table, name, other)),
    };
    if values.len() != n {
        return Err(wrong_length(table, name, values.len(), n));
    }
    all_finite(&values, table, name)?;
    Ok(Some(values))
}

/// As [`optional_column`], but the column must be there.
pub fn column(
    data: &Data,
    table: &str,
    names: &[&str],
    n: usize,
) -> Result<Vec<f64>, Inapplicable> {
    optional_column(data, table, names, n)?
        .ok_or_else(|| missing(table, names.first().copied().unwrap_or_default()))
}

/// A column of whatever length it has, not empty, all finite.
pub fn free_column(data: &Data, table: &str, names: &[&str]) -> Result<Vec<f64>, Inapplicable> {
    let found = data
        .table(table)
        .and_then(|t| names.iter().find(|name| t.contains_key(**name)));
    let name = found.or(names.first()).copied().unwrap_or_default();
    let values = data.numbers(table, name)?;
    if values.is_empty() {
        return Err(Inapplicable::new(
            "empty-column",
            format!("数据表 `{table}` 的列 `{name}` 没有数据；至少需要一个数"),
            format!("column `{name}` of table `{table}` is empty; at least one number is needed"),
        ));
    }
    all_finite(&values, table, name)?;
    Ok(values)
}

/// The labels in column `name`: words, or numbers written as labels; `count` checks the length when given.
pub fn labels(
    data: &Data,
    table: &str,
    name: &str,
    count: Option<usize>,
) -> Result<Vec<String>, Inapplicable> {
    let words = match data.table(table).and_then(|t| t.get(name)) {
        Some(Field::Words(words)) => words.clone(),
        Some(Field::Word(word)) => vec![word.clone()],
        Some(Field::Numbers(numbers)) => numbers.iter().map(|v| v.to_string()).collect(),
        Some(Field::Number(number)) => vec![number.to_string()],
        _ => return Err(missing(table, name)),
    };
    match count {
        Some(n) if n != words.len() => Err(wrong_length(table, name, words.len(), n)),
        _ => Ok(words),
    }
}

/// The different labels in the order in which they first appear.
pub fn in_order(labels: &[String]) -> Vec<String> {
    let mut seen = BTreeSet::new();
    labels
        .iter()
        .filter(|label| seen.insert(label.as_str()))
        .cloned()
        .collect()
}

/// A rectangular matrix of finite numbers, not empty: one row per laboratory.
pub fn matrix(data: &Data, table: &str, name: &str) -> Result<DMatrix<f64>, Inapplicable> {
    let lines = match data.table(table).and_then(|t| t.get(name)) {
        Some(Field::Matrix(lines)) => lines.clone(),
        Some(Field::Numbers(column)) => column.iter().map(|v| vec![*v]).collect(),
        _ => return Err(missing(table, name)),
    };
    let width = lines.first().map_or(0, Vec::len);
    if width == 0 || lines.iter().any(|line| line.len() != width) {
        return Err(Inapplicable::new(
            "ragged-matrix",
            format!(
                "数据表 `{table}` 的 `{name}` 各行长度不一致或为空；每个实验室须给出相同数目的数"
            ),
            format!(
                "`{name}` of table `{table}` is empty or has rows of unequal length; every laboratory needs the same number of values"
            ),
        ));
    }
    let flat: Vec<f64> = lines.into_iter().flatten().collect();
    all_finite(&flat, table, name)?;
    Ok(DMatrix::from_row_slice(flat.len() / width, width, &flat))
}

/// A scalar option wherever it stands, finite, or `None` when nobody set it.
pub fn option_number(data: &Data, names: &[&str]) -> Result<Option<f64>, Inapplicable> {
    for name in names {
        match data.number(name)? {
            Some(v) if v.is_finite() => return Ok(Some(v)),
            Some(v) => return Err(bad_option(name, &v.to_string())),
            None => {}
        }
    }
    Ok(None)
}

/// A probability strictly between 0 and 1 from the options, or `default`.
pub fn option_probability(data: &Data, name: &str, default: f64) -> Result<f64, Inapplicable> {
    let value = option_number(data, &[name])?.unwrap_or(default);
    if value > 0.0 && value < 1.0 {
        Ok(value)
    } else {
        Err(bad_option(name, &value.to_string()))
    }
}

/// The coverage factor `k` of the options (default 2), positive.
pub fn coverage_factor(data: &Data) -> Result<f64, Inapplicable> {
    let scalar = data
        .parameters
        .get("k")
        .or_else(|| data.tables.get("options").and_then(|t| t.get("k")));
    match scalar {
        Some(Field::Number(k)) if k.is_finite() && *k > 0.0 => Ok(*k),
        Some(Field::Number(k)) => Err(bad_option("k", &k.to_string())),
        _ => Ok(2.0),
    }
}

/// The refusal for an option outside its range.
pub fn bad_option(name: &str, found: &str) -> Inapplicable {
    Inapplicable::new(
        "bad-option",
        format!("选项 `{name}` 的取值 `{found}` 不在允许范围内；请查阅该方法的参数说明"),
        format!(
            "option `{name}` has the value `{found}`, which is outside its range; see the parameters of the method"
        ),
    )
}

/// All numbers strictly positive, or a refusal that names the first row that is not.
pub fn positive(values: &[f64], table: &str, name: &str) -> Result<(), Inapplicable> {
    match values.iter().position(|v| v.is_nan() || *v <= 0.0) {
        None => Ok(()),
        Some(row) => Err(Inapplicable::new(
            "not-positive",
            format!(
                "数据表 `{table}` 第 {} 行的 `{name}` 为 {}，必须大于 0；没有不确定度的结果不是完整的结果",
                row + 1,
                values[row]
            ),
            format!(
                "row {} of table `{table}` has `{name}` = {}; it must be greater than 0 (a result without an uncertainty is not complete)",
                row + 1,
                values[row]
            ),
        )),
    }
}

/// All numbers at least zero, or a refusal that names the first row that is not.
pub fn not_negative(values: &[f64], table: &str, name: &str) -> Result<(), Inapplicable> {
    match values.iter().position(|v| v.is_nan() || *v < 0.0) {
        None => Ok(()),
        Some(row) => Err(Inapplicable::new(
            "negative-uncertainty",
            format!(
                "数据表 `{table}` 第 {} 行的 `{name}` 为 {}，不得为负",
                row + 1,
                values[row]
            ),
            format!(
                "row {} of table `{table}` has `{name}` = {}; it must not be negative",
                row + 1,
                values[row]
            ),
        )),
    }
}

/// Refuses fewer than `needed` laboratories.
pub fn laboratories(found: usize, needed: usize) -> Result<(), Inapplicable> {
    at_least(
        found,
        needed,
        "too-few-laboratories",
        "实验室",
        "laboratories",
    )
}

/// Refuses fewer than `needed` of something.
pub fn at_least(
    found: usize,
    needed: usize,
    kind: &'static str,
    zh: &str,
    en: &str,
) -> Result<(), Inapplicable> {
    if found >= needed {
        return Ok(());
    }
    Err(Inapplicable::new(
        kind,
        format!("{zh}只有 {found} 个，至少需要 {needed} 个"),
        format!("{en}: {found}; at least {needed} are needed"),
    ))
}

/// The refusal for a linear system without a solution; `zh` and `en` name the system.
pub fn unsolvable(cause: &Unsolvable, zh: &str, en: &str) -> Inapplicable {
    match cause {
        Unsolvable::Malformed => Inapplicable::new(
            "non-finite",
            format!("{zh}含有非有限数，或平方后超出双精度范围；请检查数据与单位"),
            format!(
                "{en} holds numbers that are not finite, or whose squares leave the range of double precision; check data and unit"
            ),
        ),
        Unsolvable::NotPositiveDefinite => Inapplicable::new(
            "covariance-not-positive-definite",
            format!(
                "{zh}的协方差矩阵不是正定的；请检查公共不确定度分量（相关系数绝对值必须小于 1），且每个不确定度都大于 0"
            ),
            format!(
                "the covariance matrix of {en} is not positive definite; check the common components (correlations must lie strictly between -1 and 1) and that every uncertainty is greater than 0"
            ),
        ),
        Unsolvable::RankDeficient => Inapplicable::new(
            "not-determined",
            format!(
                "{zh}的数据不足以确定全部未知量；请增加测量（例如不同时刻的主导实验室测量，或连接各环路的共同实验室）"
            ),
            format!(
                "the data do not determine all the unknowns of {en}; add measurements (pilot measurements at other times, or a laboratory common to the loops)"
            ),
        ),
    }
}

/// The refusal for a result that overflowed or cancelled to nothing.
pub fn out_of_range() -> Inapplicable {
    Inapplicable::new(
        "out-of-range",
        "计算结果超出双精度浮点数的范围；请改用更合适的单位",
        "the result leaves the range of double precision; use a more suitable unit",
    )
}

/// The quantities, unless one of them is not a number: then the input spans more than double precision can hold.
pub fn in_range(out: Quantities) -> Result<Quantities, Inapplicable> {
    let nan = |field: &Field| match field {
        Field::Number(v) => v.is_nan(),
        Field::Numbers(v) => v.iter().any(|x| x.is_nan()),
        Field::Matrix(rows) => rows.iter().flatten().any(|x| x.is_nan()),
        _ => false,
    };
    if out.entries.iter().any(|(_, field)| nan(field)) {
        Err(out_of_range())
    } else {
        Ok(out)
    }
}

fn all_finite(values: &[f64], table: &str, name: &str) -> Result<(), Inapplicable> {
    match values.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(index) => Err(Inapplicable::new(
            "non-finite",
            format!(
                "数据表 `{table}` 的 `{name}` 第 {} 个数（{}）不是有限数；请更正，或删去该行",
                index + 1,
                shown(values[index]).zh
            ),
            format!(
                "number {} of `{name}` in table `{table}` ({}) is not finite; correct it or take the row out",
                index + 1,
                shown(values[index]).en
            ),
        )),
    }
}

fn wrong_length(table: &str, name: &str, found: usize, needed: usize) -> Inapplicable {
    Inapplicable::new(
        "wrong-length",
        format!("数据表 `{table}` 的列 `{name}` 有 {found} 个值，应为 {needed} 个"),
        format!("column `{name}` of table `{table}` has {found} values; {needed} needed"),
    )
}
