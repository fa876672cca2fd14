//! A table from CSV: one table, called `labs`, one laboratory a row.
//!
//! The separator is the comma, the semicolon or the tabulator, whichever the heading has most of. Column names may be the Chinese
//! ones of the result forms. An empty cell in a column of numbers is a missing number (NaN); what that means is for the reader of
//! the column to say.

use super::{Unreadable, number};
use crate::evaluate::method::{Data, Field, Fields};

/// Columns that hold numbers; text in one of them is an error and not a column of words.
const NUMBERS: [&str; 8] = ["value", "u", "U", "k", "dof", "t", "s", "n"];
/// Columns that say yes or no.
const FLAGS: [&str; 2] = ["in_reference", "include"];
/// Chinese headings and the names they stand for.
const HEADINGS: [(&str, &str); 11] = [
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
    for (index, (name, column)) in names.iter().zip(cells).enumerate() {
        match typed(name, index + 1, column) {
            Ok(field) => {
                fields.insert(name.clone(), field);
            }
            Err(wrong) => errors.extend(wrong),
        }
    }
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

/// The column as the kind its name asks for, or else as the kind that fits all its cells.
fn typed(name: &str, index: usize, cells: Vec<(u64, String)>) -> Result<Field, Vec<Unreadable>> {
    let words =
        |cells: Vec<(u64, String)>| Field::Words(cells.into_iter().map(|(_, cell)| cell).collect());
    if name == "lab" {
        return Ok(words(cells));
    }
    if FLAGS.contains(&name) {
        return each(&cells, flag, |line, cell| not_a_flag(line, index, cell)).map(Field::Flags);
    }
    if NUMBERS.contains(&name) {
        return each(&cells, number_or_empty, |line, cell| {
            not_a_number(line, index, cell)
        })
        .map(Field::Numbers);
    }
    let all = |cells: &[(u64, String)]| -> Option<Field> {
        let flags: Option<Vec<bool>> = cells.iter().map(|(_, cell)| word_flag(cell)).collect();
        flags.map(Field::Flags).or_else(|| {
            let numbers: Option<Vec<f64>> = cells
                .iter()
                .map(|(_, cell)| number_or_empty(cell))
                .collect();
            numbers.map(Field::Numbers)
        })
    };
    Ok(all(&cells).unwrap_or_else(|| words(cells)))
}

/// Every cell read by `read`, or a refusal for each that it cannot read.
fn each<T>(
    cells: &[(u64, String)],
    read: impl Fn(&str) -> Option<T>,
    refuse: impl Fn(u64, &str) -> Unreadable,
) -> Result<Vec<T>, Vec<Unreadable>> {
    let (mut values, mut wrong) = (Vec::new(), Vec::new());
    for (line, cell) in cells {
        match read(cell) {
            Some(value) => values.push(value),
            None => wrong.push(refuse(*line, cell)),
        }
    }
    if wrong.is_empty() {
        Ok(values)
    } else {
        Err(wrong)
    }
}

fn number_or_empty(cell: &str) -> Option<f64> {
    if cell.is_empty() {
        Some(f64::NAN)
    } else {
        number(cell)
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

fn not_a_flag(line: u64, column: usize, cell: &str) -> Unreadable {
    Unreadable::at(
        line,
        column,
        format!("`{cell}` 应为“是”或“否”（true/false）"),
        format!("`{cell}` should be yes or no (true/false)"),
    )
}

fn not_a_number(line: u64, column: usize, cell: &str) -> Unreadable {
    let (zh, en) = if cell.contains(',') {
        ("；小数点请用“.”", "; write the decimal sign as `.`")
    } else {
        ("", "")
    };
    Unreadable::at(
        line,
        column,
        format!("`{cell}` 不是数{zh}"),
        format!("`{cell}` is not a number{en}"),
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
        assert!(comma[0].message().en.contains("write the decimal sign"));
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
