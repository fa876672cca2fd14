//! A table from CSV: one table, called `labs`, one laboratory a row.
//!
//! The separator is the comma, the semicolon or the tabulator, whichever the heading has most of. Column names may be the Chinese
//! ones of the result forms. An empty cell in a column of numbers is a missing number (NaN); what that means is for the reader of
//! the column to say. A value may carry its standard uncertainty in the concise form, `1.23(4)`.

use super::cell::{self, Cell};
use super::stated::Stated;
use super::{Place, Unreadable, number};
use crate::evaluate::method::{Data, Field, Fields};
use crate::text::Text;
use crate::values::decimal::Decimal;

/// Columns that hold numbers; text in one of them is an error and not a column of words. So are `replicate_1`, `replicate_2` …
const NUMBERS: [&str; 10] = [
    "value", "u", "U", "k", "dof", "t", "s", "n", "mean", "range",
];
/// Columns that say yes or no.
const FLAGS: [&str; 2] = ["in_reference", "include"];
/// Chinese headings and the names they stand for.
const HEADINGS: [(&str, &str); 19] = [
    ("实验室", "lab"),
    ("测得值", "value"),
    ("标准不确定度", "u"),
    ("扩展不确定度", "U"),
    ("包含因子", "k"),
    ("自由度", "dof"),
    ("参与参考值", "in_reference"),
    ("时间", "t"),
    ("标准偏差", "s"),
    ("重复次数", "n"),
    ("单位", "unit"),
    ("实验室名称", "lab"),
    ("参比实验室", "lab"),
    ("结果", "value"),
    ("测量结果", "value"),
    ("水平", "level"),
    ("平均值", "mean"),
    ("极差", "range"),
    ("样品", "item"),
];

/// The table of a CSV text; every error names line and column.
pub fn from_csv(text: &str) -> Result<Data, Vec<Unreadable>> {
    let text = text.trim_start_matches('\u{feff}');
    let mut reader = csv::ReaderBuilder::new()
        .delimiter(separator(text) as u8)
        .comment(Some(b'#'))
        .flexible(true)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let names = headings(&mut reader).map_err(|error| vec![error])?;
    let mut errors = Vec::new();
    let mut cells: Vec<Vec<(u64, String)>> = vec![Vec::new(); names.len()];
    for record in reader.records() {
        let record = match record {
            Ok(record) => record,
            Err(error) => {
                errors.push(broken(&error));
                continue;
            }
        };
        let line = record.position().map_or(0, csv::Position::line);
        if record.len() != names.len() {
            errors.push(wrong_width(line, record.len(), names.len()));
            continue;
        }
        for (column, cell) in cells.iter_mut().zip(&record) {
            column.push((line, cell.to_owned()));
        }
    }
    let mut fields = Fields::new();
    for (index, (name, column)) in names.iter().zip(&cells).enumerate() {
        match typed(name, index + 1, column, &names) {
            Ok(found) => fields.extend(found),
            Err(wrong) => errors.extend(wrong),
        }
    }
    errors.extend(contradictions(&names, &cells));
    if !errors.is_empty() {
        errors.sort_by_key(|error| error.place.clone());
        return Err(errors);
    }
    let mut data = Data::default();
    data.tables.insert("labs".to_owned(), fields);
    Ok(data)
}

/// The separator of which the heading has most; the comma where it has none.
fn separator(text: &str) -> char {
    let heading = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.starts_with('#'))
        .unwrap_or("");
    let count = |separator: char| heading.matches(separator).count();
    [',', ';', '\t']
        .into_iter()
        .max_by_key(|c| (count(*c), *c == ','))
        .unwrap_or(',')
}

fn wrong_width(line: u64, have: usize, need: usize) -> Unreadable {
    Unreadable::at(
        line,
        have.min(need) + 1,
        format!("本行有 {have} 个单元格，表头有 {need} 列；请补齐或删去多余的单元格"),
        format!("this row has {have} cells and the heading {need} columns; add or remove cells"),
    )
}

fn headings(reader: &mut csv::Reader<&[u8]>) -> Result<Vec<String>, Unreadable> {
    let record = reader.headers().map_err(|error| broken(&error))?.clone();
    let line = record.position().map_or(1, csv::Position::line);
    let mut names: Vec<String> = Vec::new();
    for (index, heading) in record.iter().enumerate() {
        let name = HEADINGS
            .iter()
            .find(|(zh, _)| *zh == heading)
            .map_or(heading, |(_, name)| *name);
        if name.is_empty() || names.iter().any(|known| known == name) {
            return Err(Unreadable::at(
                line,
                index + 1,
                format!("列名 `{heading}` 为空或重复；每列须有唯一的名称"),
                format!(
                    "the column name `{heading}` is empty or given twice; every column needs a name of its own"
                ),
            ));
        }
        names.push(name.to_owned());
    }
    Ok(names)
}

fn broken(error: &csv::Error) -> Unreadable {
    let line = error.position().map_or(0, csv::Position::line);
    Unreadable::at(
        line,
        1,
        format!("无法读取 CSV：{error}"),
        format!("the CSV cannot be read: {error}"),
    )
}

/// A column of numbers by its name.
fn is_numeric(name: &str) -> bool {
    let replicate = name.strip_prefix("replicate_");
    NUMBERS.contains(&name) || replicate.is_some_and(|n| n.parse::<u32>().is_ok())
}

/// The column as the kind its name asks for, or else as the kind that fits all its cells; a column of values in the concise form gives
/// the column `u` as well.
fn typed(
    name: &str,
    index: usize,
    cells: &[(u64, String)],
    names: &[String],
) -> Result<Vec<(String, Field)>, Vec<Unreadable>> {
    let words = || Field::Words(cells.iter().map(|(_, cell)| cell.clone()).collect());
    let own = |field: Field| vec![(name.to_owned(), field)];
    if name == "lab" {
        return Ok(own(words()));
    }
    if FLAGS.contains(&name) {
        let flags = each(cells, index, |cell| {
            flag(cell).ok_or_else(|| not_a_flag(cell))
        })?;
        return Ok(own(Field::Flags(flags)));
    }
    if name == "value" {
        return values(index, cells, names);
    }
    if is_numeric(name) {
        let numbers = each(cells, index, |cell| alone(cell::read(cell)?, cell))?;
        return Ok(own(Field::Numbers(numbers)));
    }
    let flags: Option<Vec<bool>> = cells.iter().map(|(_, cell)| word_flag(cell)).collect();
    // A column of another name may hold labels such as `1_2`, so that only plain numbers make it one of numbers.
    let plain = |cell: &String| {
        if cell.is_empty() {
            Some(f64::NAN)
        } else {
            number(cell)
        }
    };
    let numbers = || -> Option<Vec<f64>> { cells.iter().map(|(_, cell)| plain(cell)).collect() };
    Ok(own(flags
        .map(Field::Flags)
        .or_else(|| numbers().map(Field::Numbers))
        .unwrap_or_else(words)))
}

/// The column of values: numbers, numbers among results below a limit (then as words, for methods that treat such results), or numbers
/// in the concise form, whose standard uncertainties are the column `u`.
fn values(
    index: usize,
    cells: &[(u64, String)],
    names: &[String],
) -> Result<Vec<(String, Field)>, Vec<Unreadable>> {
    let stated = names.iter().any(|name| name == "u" || name == "U");
    let concise_allowed = |cell: Cell, text: &str| match cell {
        Cell::Concise(written) if stated => Err(twice(text, &written.value.plain(None))),
        other => Ok(other),
    };
    let read = each(cells, index, |cell| {
        concise_allowed(cell::read(cell)?, cell)
    })?;
    let name = || "value".to_owned();
    if read.contains(&Cell::Below) {
        let plain = each(cells, index, |text| match cell::read(text)? {
            Cell::Concise(_) => Err(not_alone(text)),
            Cell::Number(value, _) => Ok(value.to_string()),
            Cell::Below | Cell::Empty => Ok(text.to_owned()),
        })?;
        return Ok(vec![(name(), Field::Words(plain))]);
    }
    let (mut values, mut uncertainties) = (Vec::new(), Vec::new());
    let concise = read.iter().any(|cell| matches!(cell, Cell::Concise(_)));
    for cell in read {
        let (value, u) = match cell {
            Cell::Number(value, _) => (value, f64::NAN),
            Cell::Concise(written) => (
                written.value.to_f64(),
                written.uncertainty.map_or(f64::NAN, |u| u.to_f64()),
            ),
            Cell::Empty | Cell::Below => (f64::NAN, f64::NAN),
        };
        values.push(value);
        uncertainties.push(u);
    }
    let mut fields = vec![(name(), Field::Numbers(values))];
    if concise {
        fields.push(("u".to_owned(), Field::Numbers(uncertainties)));
    }
    Ok(fields)
}

/// The number of a cell that holds nothing else; NaN for an empty one.
fn alone(cell: Cell, text: &str) -> Result<f64, Text> {
    match cell {
        Cell::Number(value, _) => Ok(value),
        Cell::Empty => Ok(f64::NAN),
        Cell::Concise(_) => Err(not_alone(text)),
        Cell::Below => Err(Text::new(
            format!("`{text}` 低于限值，没有数值；这一列只能填数"),
            format!("`{text}` is below a limit and has no value; this column holds numbers alone"),
        )),
    }
}

/// Rows whose `u` is not what their `U` and `k` say.
fn contradictions(names: &[String], cells: &[Vec<(u64, String)>]) -> Vec<Unreadable> {
    let place = |wanted: &str| names.iter().position(|name| name == wanted);
    let (Some(u), Some(expanded), Some(k)) = (place("u"), place("U"), place("k")) else {
        return Vec::new();
    };
    let decimal = |column: usize, row: usize| -> Option<Decimal> {
        match cell::read(&cells[column][row].1) {
            Ok(Cell::Number(_, digits)) => digits,
            _ => None,
        }
    };
    let row = |row: usize| {
        let stated = Stated {
            place: Place::Spot {
                line: cells[u][row].0,
                column: u + 1,
            },
            u: decimal(u, row)?,
            expanded: decimal(expanded, row)?,
            k: decimal(k, row)?,
        };
        stated.contradiction()
    };
    (0..cells[u].len()).filter_map(row).collect()
}

fn twice(text: &str, value: &str) -> Text {
    Text::new(
        format!(
            "`{text}` 括号内已有标准不确定度，而表中另有不确定度列；这里只写 {value}，或删去不确定度列"
        ),
        format!(
            "`{text}` has its standard uncertainty in the parentheses, and the table has a column of uncertainties as well; write {value} here, or take that column out"
        ),
    )
}

fn not_alone(text: &str) -> Text {
    Text::new(
        format!("`{text}` 带有不确定度；这里只能写数"),
        format!("`{text}` has an uncertainty; a number alone can stand here"),
    )
}

/// Every cell of column `index` read by `read`, or what it says of each that it cannot read.
fn each<T>(
    cells: &[(u64, String)],
    index: usize,
    read: impl Fn(&str) -> Result<T, Text>,
) -> Result<Vec<T>, Vec<Unreadable>> {
    let (mut values, mut wrong) = (Vec::new(), Vec::new());
    for (line, cell) in cells {
        match read(cell) {
            Ok(value) => values.push(value),
            Err(told) => wrong.push(Unreadable::at(*line, index, told.zh, told.en)),
        }
    }
    if wrong.is_empty() {
        Ok(values)
    } else {
        Err(wrong)
    }
}

fn word_flag(cell: &str) -> Option<bool> {
    match cell.to_lowercase().as_str() {
        "true" | "yes" | "是" => Some(true),
        "false" | "no" | "否" => Some(false),
        _ => None,
    }
}

fn flag(cell: &str) -> Option<bool> {
    match cell {
        "1" => Some(true),
        "0" => Some(false),
        _ => word_flag(cell),
    }
}

fn not_a_flag(cell: &str) -> Text {
    Text::new(
        format!("`{cell}` 应为“是”或“否”（true/false）"),
        format!("`{cell}` should be yes or no (true/false)"),
    )
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::Place;
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn chinese_headings_and_separators_give_the_same_table() {
        let plain =
            from_csv("lab,value,u,dof,in_reference\nA,1.5,0.1,inf,yes\n7,2.5,0.2,,no\n").unwrap();
        let chinese = from_csv(
            "\u{feff}实验室;测得值;标准不确定度;自由度;参与参考值\nA;1.5;0.1;∞;是\n7;2.5;0.2;;0\n",
        )
        .unwrap();
        let labs = &plain.tables["labs"];
        assert_eq!(labs["lab"], Field::Words(vec!["A".into(), "7".into()]));
        assert_eq!(labs["in_reference"], Field::Flags(vec![true, false]));
        assert_eq!(format!("{plain:?}"), format!("{chinese:?}"));
    }

    #[test]
    fn text_in_a_column_of_numbers_is_refused_with_line_and_column() {
        let refused = from_csv("lab,value\n# remark\nA,1.0\nB,n/a\n").unwrap_err();
        assert_eq!(refused[0].place, Place::Spot { line: 4, column: 2 });
        let comma = from_csv("lab;value\nA;1,5\n").unwrap_err();
        assert!(
            comma[0]
                .message()
                .en
                .contains("write the decimal sign as `.`")
        );
    }

    #[test]
    fn every_wrong_cell_is_named_at_once() {
        let refused = from_csv("lab,value,in_reference\nA,x,yes\nB\nC,1,perhaps\n").unwrap_err();
        let places: Vec<Place> = refused.into_iter().map(|r| r.place).collect();
        assert_eq!(
            places,
            [(2, 2), (3, 2), (4, 3)].map(|(line, column)| Place::Spot { line, column })
        );
    }

    #[test]
    fn the_concise_form_gives_values_and_standard_uncertainties() {
        let data = from_csv("lab\tvalue\nA\t1.234(5)\nB\t1.24(12)\nC\t1.2\n").unwrap();
        assert_eq!(data.numbers("labs", "value").unwrap(), [1.234, 1.24, 1.2]);
        let u = data.numbers("labs", "u").unwrap();
        assert_eq!(u[..2], [0.005, 0.12]);
        assert!(u[2].is_nan());
        let both = from_csv("lab,value,U,k\nA,1.234(5),0.01,2\n").unwrap_err();
        assert_eq!(both[0].place, Place::Spot { line: 2, column: 2 });
        assert!(both[0].message().en.contains("write 1.234 here"));
    }

    #[test]
    fn results_below_a_limit_may_stand_among_the_values_and_nowhere_else() {
        let data = from_csv("lab,value\nA,1.50\nB,<0.5\n").unwrap();
        let words = ["1.5", "<0.5"].map(String::from).to_vec();
        assert_eq!(data.tables["labs"]["value"], Field::Words(words));
        let refused = from_csv("lab,value,u\nA,1.50,<0.1\n").unwrap_err();
        assert_eq!(refused[0].place, Place::Spot { line: 2, column: 3 });
    }

    #[test]
    fn a_slip_in_one_replicate_is_refused_and_does_not_drop_the_column() {
        let refused = from_csv("lab,replicate_1,replicate_2\nA,1,2\nB,3,4x\n").unwrap_err();
        assert_eq!(refused[0].place, Place::Spot { line: 3, column: 3 });
    }

    #[test]
    fn rows_whose_uncertainties_contradict_each_other_are_named_together() {
        let text =
            "lab,value,u,U,k\nA,1,0.10,0.20,2\nB,1,0.10,0.28,2\nC,1,,0.28,2\nD,1,0.20,0.20,2\n";
        let places: Vec<Place> = from_csv(text)
            .unwrap_err()
            .into_iter()
            .map(|r| r.place)
            .collect();
        assert_eq!(
            places,
            [(3, 3), (5, 3)].map(|(line, column)| Place::Spot { line, column })
        );
    }

    #[test]
    fn a_short_row_and_a_repeated_heading_are_refused() {
        assert_eq!(
            from_csv("lab,value,u\nA,1\n").unwrap_err()[0].place,
            Place::Spot { line: 2, column: 3 }
        );
        assert_eq!(
            from_csv("lab,value,测得值\nA,1,1\n").unwrap_err()[0].place,
            Place::Spot { line: 1, column: 3 }
        );
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "[\\PC\\n]{0,80}") {
            let _ = from_csv(&text);
        }
    }
}
