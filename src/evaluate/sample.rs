//! Plain lists of results (one number for each laboratory or item, no uncertainties) and the checks that all statistics of such
//! lists share.

use crate::evaluate::consistency::check_significance;
use crate::evaluate::laboratories::refuse_repeated;
use crate::evaluate::method::{Data, Field, Fields, Inapplicable, missing, shown};

/// Results with their labels, in the order of the table.
#[derive(Debug, Clone, PartialEq)]
pub struct Sample {
    pub lab: Vec<String>,
    pub value: Vec<f64>,
}

/// The tables in which a plain list of results is looked for, and its column, in this order.
const TABLES: [&str; 4] = ["data", "participants", "labs", "results"];
const COLUMNS: [&str; 2] = ["values", "value"];

impl Sample {
    /// Reads column `values` or `value` of the table `data`, `participants`, `labs` or `results`, or of the only table, and
    /// refuses values that are not finite.
    ///
    /// Results below a limit of quantification may be written as words, `"<10"`. The parameter `censored` then says what becomes
    /// of them: `ignored` (the sign is dropped), `deleted` (the result is left out) or `half` (half the limit), the three
    /// treatments of ISO 13528:2022, E.1. There is no default.
    pub fn read(data: &Data) -> Result<Sample, Inapplicable> {
        let (table, column, field) = find(data).ok_or_else(|| missing("data", "values"))?;
        let rows = match field {
            Field::Numbers(values) => values.iter().map(|v| Some(*v)).collect(),
            Field::Number(value) => vec![Some(*value)],
            Field::Words(words) => censored(words, data)?,
            _ => return Err(not_numbers(column)),
        };
        let labels = labels(table, rows.len())?;
        if table.contains_key("lab") {
            refuse_repeated(labels.iter().map(String::as_str))?;
        }
        let (lab, value): (Vec<String>, Vec<f64>) = labels
            .into_iter()
            .zip(rows)
            .filter_map(|(lab, value)| value.map(|value| (lab, value)))
            .unzip();
        check_finite(&value)?;
        Ok(Sample { lab, value })
    }
}

fn find(data: &Data) -> Option<(&Fields, &'static str, &Field)> {
    TABLES.iter().find_map(|name| {
        let table = data.table(name)?;
        COLUMNS
            .iter()
            .find_map(|column| Some((table, *column, table.get(*column)?)))
    })
}

fn not_numbers(column: &str) -> Inapplicable {
    Inapplicable::new(
        "wrong-kind",
        format!("列 `{column}` 应为数（低于定量限的结果可写作 \"<10\"）"),
        format!(
            "column `{column}` should hold numbers (a result below the limit of quantification may be written \"<10\")"
        ),
    )
}

/// Labels in column `lab` (or `code`, `item`), by number where there are none.
pub fn labels(table: &Fields, n: usize) -> Result<Vec<String>, Inapplicable> {
    let stated = ["lab", "code", "item"]
        .iter()
        .find_map(|name| table.get(*name));
    let labels = match stated {
        Some(Field::Words(words)) => words.clone(),
        Some(Field::Numbers(numbers)) => numbers.iter().map(f64::to_string).collect(),
        _ => (1..=n).map(|i| i.to_string()).collect(),
    };
    check_lengths(("lab", labels.len()), ("value", n))?;
    Ok(labels)
}

/// Reads numbers and `<limit>` with the declared treatment; a deleted result is `None`.
fn censored(words: &[String], data: &Data) -> Result<Vec<Option<f64>>, Inapplicable> {
    let treatment = data.word_or("censored", "")?;
    words
        .iter()
        .map(|word| {
            let text = word.trim();
            let (below, digits) = match text.strip_prefix(['<', '＜']) {
                Some(digits) => (true, digits.trim()),
                None => (false, text),
            };
            let limit: f64 = digits.parse().map_err(|_| not_numbers("values"))?;
            match (below, treatment.as_str()) {
                (false, _) | (true, "ignored") => Ok(Some(limit)),
                (true, "deleted") => Ok(None),
                (true, "half") => Ok(Some(0.5 * limit)),
                (true, _) => Err(Inapplicable::new(
                    "censored-results",
                    format!("结果 `{word}` 低于定量限，而未声明如何处理；请设定参数 censored=ignored（去掉“<”）、deleted（删去）或 half（取限值的一半）"),
                    format!("result `{word}` is below the limit of quantification and its treatment is not declared; set censored=ignored (drop the sign), deleted (leave it out) or half (half the limit)"),
                )),
            }
        })
        .collect()
}

/// Refuses NaN and infinite values.
pub fn check_finite(values: &[f64]) -> Result<(), Inapplicable> {
    match values.iter().position(|v| !v.is_finite()) {
        None => Ok(()),
        Some(i) => Err(Inapplicable::new(
            "non-finite-value",
            format!(
                "第 {} 个值（{}）不是有限数；请更正或删去",
                i + 1,
                shown(values[i]).zh
            ),
            format!(
                "value {} ({}) is not a finite number; correct it or take it out",
                i + 1,
                shown(values[i]).en
            ),
        )),
    }
}

/// Refuses fewer than `need` results.
pub fn check_count(have: usize, need: usize) -> Result<(), Inapplicable> {
    if have >= need {
        return Ok(());
    }
    Err(Inapplicable::new(
        "too-few-results",
        format!("只有 {have} 个结果，该方法至少需要 {need} 个；请补充结果或改用其他方法"),
        format!(
            "results: {have}; the method needs at least {need}: add results or use another method"
        ),
    ))
}

/// Refuses more than `most` results.
pub fn check_count_at_most(have: usize, most: usize) -> Result<(), Inapplicable> {
    if have <= most {
        return Ok(());
    }
    Err(Inapplicable::new(
        "too-many-results",
        format!("有 {have} 个结果，该方法最多处理 {most} 个；请分组或改用其他方法"),
        format!(
            "there are {have} results and the method takes at most {most}; split them or use another method"
        ),
    ))
}

/// Refuses columns of different length.
pub fn check_lengths(one: (&str, usize), other: (&str, usize)) -> Result<(), Inapplicable> {
    if one.1 == other.1 {
        return Ok(());
    }
    Err(Inapplicable::new(
        "unequal-columns",
        format!(
            "`{}` 有 {} 项，`{}` 有 {} 项；两者的项数须相同",
            one.0, one.1, other.0, other.1
        ),
        format!(
            "`{}` has {} entries and `{}` has {}; both need the same number",
            one.0, one.1, other.0, other.1
        ),
    ))
}

/// Refuses a number that is not positive and finite; `zh` and `en` name it.
pub fn check_positive(zh: &str, en: &str, value: f64) -> Result<(), Inapplicable> {
    if value > 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(Inapplicable::new(
        "not-positive",
        format!("{zh}为 {value}；须为正的有限数"),
        format!("the {en} is {value}; it must be positive and finite"),
    ))
}

/// Refuses a number that is negative or not finite; `zh` and `en` name it.
pub fn check_not_negative(zh: &str, en: &str, value: f64) -> Result<(), Inapplicable> {
    if value >= 0.0 && value.is_finite() {
        return Ok(());
    }
    Err(Inapplicable::new(
        "negative",
        format!("{zh}为 {value}；须为不小于零的有限数"),
        format!("the {en} is {value}; it must be a finite number not below zero"),
    ))
}

/// Refuses results that are all the same: nothing can be standardised by their spread.
pub fn no_spread() -> Inapplicable {
    Inapplicable::new(
        "no-spread",
        "所有结果相同，标准偏差为零，无法进行检验；请核对结果的分辨力",
        "all results are equal, so their standard deviation is zero and nothing can be tested; check the resolution of the results",
    )
}

/// Sorted values in their [`Frame`]; refuses fewer than `need`, values that are not finite and values without spread.
pub fn sorted_in_frame(values: &[f64], need: usize) -> Result<Vec<f64>, Inapplicable> {
    check_finite(values)?;
    check_count(values.len(), need)?;
    let (frame, mut sorted) = Frame::of(values);
    if frame.unit <= 0.0 {
        return Err(no_spread());
    }
    sorted.sort_by(f64::total_cmp);
    Ok(sorted)
}

/// √Σu² of standard uncertainties, each with its name in Chinese and English; refuses one that is negative or not finite.
pub fn root_sum_of_squares(parts: &[(&str, &str, f64)]) -> Result<f64, Inapplicable> {
    parts.iter().try_fold(0.0_f64, |total, (zh, en, u)| {
        check_not_negative(zh, en, *u)?;
        Ok(total.hypot(*u))
    })
}

/// The first of `names` that is a table of the data; the first name when none is (a plain table answers to any name).
pub fn table_name<'a>(data: &Data, names: [&'a str; 3]) -> &'a str {
    names
        .into_iter()
        .find(|name| data.tables.contains_key(*name))
        .unwrap_or(names[0])
}

/// The level of significance, parameter `alpha`, 0.05 when not stated.
pub fn alpha(data: &Data) -> Result<f64, Inapplicable> {
    let alpha = data.number("alpha")?.unwrap_or(0.05);
    check_significance(alpha)?;
    Ok(alpha)
}

/// Replicates by item or laboratory: a matrix `replicates` (or `values`) with one row for each, or columns `replicate_1`,
/// `replicate_2` … in which an empty field is a missing replicate.
pub fn replicate_rows(table: &Fields) -> Result<Option<Vec<Vec<f64>>>, Inapplicable> {
    if let Some(Field::Matrix(rows)) = table.get("replicates").or(table.get("values")) {
        return Ok(Some(rows.clone()));
    }
    let columns = (1..).map_while(|i| match table.get(&format!("replicate_{i}")) {
        Some(Field::Numbers(column)) => Some(column),
        _ => None,
    });
    let mut rows: Option<Vec<Vec<f64>>> = None;
    for column in columns {
        let rows = rows.get_or_insert_with(|| vec![Vec::new(); column.len()]);
        check_lengths(("replicate_1", rows.len()), ("replicate", column.len()))?;
        for (row, value) in rows.iter_mut().zip(column) {
            if !value.is_nan() {
                row.push(*value);
            }
        }
    }
    Ok(rows)
}

/// A parameter that must be a whole number of at least `least`; `default` when absent.
pub fn whole_number(
    data: &Data,
    name: &str,
    default: u64,
    least: u64,
) -> Result<u64, Inapplicable> {
    let Some(value) = data.number(name)? else {
        return Ok(default);
    };
    if value >= least as f64 && value <= 1e15 && value.fract() == 0.0 {
        return Ok(value as u64);
    }
    Err(Inapplicable::new(
        "wrong-kind",
        format!("参数 `{name}` 为 {value}；应为不小于 {least} 的整数"),
        format!("parameter `{name}` is {value}; it should be a whole number of at least {least}"),
    ))
}

/// Centre and unit for a computation on values of any size: the median, and the largest distance from it.
#[derive(Debug, Clone, Copy)]
pub struct Frame {
    pub centre: f64,
    pub unit: f64,
}

impl Frame {
    /// The values in this frame: centred on their median and between −1 and 1. The unit is 0 when all values are equal.
    pub fn of(values: &[f64]) -> (Frame, Vec<f64>) {
        let centre = crate::numeric::sum::median(values);
        let unit = values
            .iter()
            .fold(0.0_f64, |most, v| most.max((v - centre).abs()));
        let scaled = values
            .iter()
            .map(|v| if unit > 0.0 { (v - centre) / unit } else { 0.0 })
            .collect();
        (Frame { centre, unit }, scaled)
    }

    /// A position of the frame in the unit of the values.
    pub fn position(&self, x: f64) -> f64 {
        self.centre + self.unit * x
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::from_toml;

    fn read(text: &str) -> Result<Sample, Inapplicable> {
        Sample::read(&from_toml(text).unwrap())
    }

    #[test]
    fn a_list_is_found_in_any_of_its_usual_places() {
        for text in [
            "[input.data]\nvalues = [1, 2]\n",
            "[input.participants]\nvalue = [1, 2]\n",
            "[input.labs]\nlab = ['1', '2']\nvalue = [1, 2]\n[input.options]\nalpha = 0.05\n",
            "[anything]\nvalue = [1, 2]\n",
        ] {
            assert_eq!(read(text).unwrap().value, [1.0, 2.0], "{text}");
        }
    }

    #[test]
    fn censored_results_need_a_declared_treatment() {
        let text = |treatment: &str| {
            format!("[data]\nlab = ['a', 'b']\nvalues = ['<10', '12.5']\n[options]\n{treatment}\n")
        };
        assert_eq!(read(&text("")).unwrap_err().kind, "censored-results");
        assert_eq!(
            read(&text("censored = 'ignored'")).unwrap().value,
            [10.0, 12.5]
        );
        assert_eq!(read(&text("censored = 'half'")).unwrap().value, [5.0, 12.5]);
        let deleted = read(&text("censored = 'deleted'")).unwrap();
        assert_eq!(
            (deleted.lab, deleted.value),
            (vec!["b".to_owned()], vec![12.5])
        );
    }

    #[test]
    fn what_is_not_a_list_of_numbers_is_refused_by_kind() {
        for (text, kind) in [
            ("[data]\nvalues = [1, nan]\n", "non-finite-value"),
            ("[data]\nvalues = ['x']\n", "wrong-kind"),
            ("[data]\nvalues = [true]\n", "wrong-kind"),
            ("[data]\nlab = ['a']\nvalues = [1, 2]\n", "unequal-columns"),
            ("[data]\nx = [1, 2]\n", "missing-column"),
            (
                "[data]\nlab = ['a', 'a']\nvalues = [1, 2]\n",
                "laboratory-twice",
            ),
        ] {
            assert_eq!(read(text).unwrap_err().kind, kind, "{text}");
        }
    }
}
