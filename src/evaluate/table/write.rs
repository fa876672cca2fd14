//! Quantities written for machines and for people.

use unicode_width::UnicodeWidthStr;

use crate::evaluate::method::{Field, Quantities};

/// One JSON object: the dotted names are flat keys in the order of computation. Numbers are the shortest decimal that reads back
/// to the same value; NaN is `null`, the infinities are the strings `"inf"` and `"-inf"`.
pub fn to_json(quantities: &Quantities) -> String {
    let lines: Vec<String> = quantities
        .entries
        .iter()
        .map(|(name, field)| format!("  {}: {}", json_word(name), json_field(field)))
        .collect();
    if lines.is_empty() {
        "{}\n".to_owned()
    } else {
        format!("{{\n{}\n}}\n", lines.join(",\n"))
    }
}

fn json_field(field: &Field) -> String {
    match field {
        Field::Number(v) => json_number(*v),
        Field::Flag(v) => v.to_string(),
        Field::Word(v) => json_word(v),
        Field::Numbers(v) => json_list(v.iter().map(|x| json_number(*x))),
        Field::Flags(v) => json_list(v.iter().map(bool::to_string)),
        Field::Words(v) => json_list(v.iter().map(|x| json_word(x))),
        Field::Matrix(rows) => json_list(
            rows.iter()
                .map(|row| json_list(row.iter().map(|x| json_number(*x)))),
        ),
    }
}

fn json_list(items: impl Iterator<Item = String>) -> String {
    format!("[{}]", items.collect::<Vec<_>>().join(", "))
}

fn json_word(word: &str) -> String {
    serde_json::Value::from(word).to_string()
}

fn json_number(value: f64) -> String {
    if value.is_infinite() {
        json_word(&exact(value))
    } else {
        serde_json::Value::from(value).to_string()
    }
}

/// Shortest decimal that reads back to the same value; `nan`, `inf`, `-inf` in words.
fn exact(value: f64) -> String {
    if value.is_nan() {
        "nan".to_owned()
    } else if value.is_infinite() {
        if value > 0.0 {
            "inf".to_owned()
        } else {
            "-inf".to_owned()
        }
    } else {
        serde_json::Value::from(value).to_string()
    }
}

/// CSV with the columns `quantity,row,column,value`, one number a line; `row` and `column` count from 1 and are empty for scalars
/// and for lists respectively.
pub fn to_csv(quantities: &Quantities) -> String {
    let mut out = String::from("quantity,row,column,value\n");
    for (name, field) in &quantities.entries {
        for (row, column, value) in cells(field) {
            let place = |at: Option<usize>| at.map_or(String::new(), |at| (at + 1).to_string());
            out.push_str(&format!(
                "{},{},{},{}\n",
                csv_word(name),
                place(row),
                place(column),
                csv_word(&value)
            ));
        }
    }
    out
}

fn csv_word(word: &str) -> String {
    if word.contains([',', '"', '\n', '\r']) {
        format!("\"{}\"", word.replace('"', "\"\""))
    } else {
        word.to_owned()
    }
}

/// Every number of a field with its row and column.
fn cells(field: &Field) -> Vec<(Option<usize>, Option<usize>, String)> {
    let list = |values: Vec<String>| {
        values
            .into_iter()
            .enumerate()
            .map(|(row, v)| (Some(row), None, v))
            .collect()
    };
    match field {
        Field::Number(v) => vec![(None, None, exact(*v))],
        Field::Flag(v) => vec![(None, None, v.to_string())],
        Field::Word(v) => vec![(None, None, v.clone())],
        Field::Numbers(v) => list(v.iter().map(|x| exact(*x)).collect()),
        Field::Flags(v) => list(v.iter().map(bool::to_string).collect()),
        Field::Words(v) => list(v.clone()),
        Field::Matrix(rows) => {
            let row = |(r, row): (usize, &Vec<f64>)| {
                row.iter()
                    .enumerate()
                    .map(|(c, v)| (Some(r), Some(c), exact(*v)))
                    .collect::<Vec<_>>()
            };
            rows.iter().enumerate().flat_map(row).collect()
        }
    }
}

/// A table for people, numbers to ten significant digits: scalars first, then lists of equal length side by side, then matrices.
pub fn to_people(quantities: &Quantities) -> String {
    let mut out = String::new();
    let scalars: Vec<Vec<String>> = quantities
        .entries
        .iter()
        .filter_map(|(name, f)| Some(vec![name.clone(), scalar(f)?]))
        .collect();
    align(&mut out, &scalars);
    let lists: Vec<(&String, Vec<String>)> = quantities
        .entries
        .iter()
        .filter_map(|(name, f)| Some((name, list(f)?)))
        .collect();
    let mut lengths: Vec<usize> = Vec::new();
    for (_, values) in &lists {
        if !lengths.contains(&values.len()) {
            lengths.push(values.len());
        }
    }
    for length in lengths {
        let block: Vec<&(&String, Vec<String>)> = lists
            .iter()
            .filter(|(_, values)| values.len() == length)
            .collect();
        let heading = block.iter().map(|(name, _)| (*name).clone()).collect();
        let rows = (0..length).map(|row| {
            block
                .iter()
                .map(|(_, values)| values[row].clone())
                .collect()
        });
        out.push('\n');
        align(
            &mut out,
            &std::iter::once(heading)
                .chain(rows)
                .collect::<Vec<Vec<String>>>(),
        );
    }
    for (name, field) in &quantities.entries {
        if let Field::Matrix(rows) = field {
            out.push('\n');
            matrix(&mut out, name, rows, labels(quantities));
        }
    }
    out
}

/// The laboratories, in whose order square matrices of their number stand.
fn labels(quantities: &Quantities) -> &[String] {
    match quantities.get("lab") {
        Some(Field::Words(words)) => words,
        _ => &[],
    }
}

/// Writes a matrix with its name, to six significant digits; one of all laboratories has them at its rows and columns.
fn matrix(out: &mut String, name: &str, rows: &[Vec<f64>], labels: &[String]) {
    let square = rows.iter().all(|row| row.len() == rows.len());
    let numbers = |row: &Vec<f64>| row.iter().map(|v| rounded(*v, 6)).collect::<Vec<_>>();
    let mut lines: Vec<Vec<String>> = rows.iter().map(numbers).collect();
    if square && rows.len() > 1 && rows.len() == labels.len() {
        lines
            .iter_mut()
            .zip(labels)
            .for_each(|(line, label)| line.insert(0, label.clone()));
        let heading = std::iter::once(name).chain(labels.iter().map(String::as_str));
        lines.insert(0, heading.map(str::to_owned).collect());
    } else {
        out.push_str(name);
        out.push('\n');
    }
    align(out, &lines);
}

fn scalar(field: &Field) -> Option<String> {
    match field {
        Field::Number(v) => Some(short(*v)),
        Field::Flag(v) => Some(v.to_string()),
        Field::Word(v) => Some(v.clone()),
        _ => None,
    }
}

fn list(field: &Field) -> Option<Vec<String>> {
    match field {
        Field::Numbers(v) => Some(v.iter().map(|x| short(*x)).collect()),
        Field::Flags(v) => Some(v.iter().map(bool::to_string).collect()),
        Field::Words(v) => Some(v.clone()),
        _ => None,
    }
}

fn short(value: f64) -> String {
    rounded(value, 10)
}

/// So many significant digits without trailing zeros; a power of ten where the plain form would be long.
fn rounded(value: f64, digits: usize) -> String {
    let decimals = digits.saturating_sub(1);
    let rounded: f64 = format!("{value:.decimals$e}").parse().unwrap_or(value);
    if !rounded.is_finite() || (1e-4..1e10).contains(&rounded.abs()) || rounded == 0.0 {
        return if rounded.is_finite() {
            format!("{rounded}")
        } else {
            exact(value)
        };
    }
    format!("{rounded:e}")
}

fn align(out: &mut String, rows: &[Vec<String>]) {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| {
        rows.iter()
            .filter_map(|row| row.get(c))
            .map(|cell| cell.width())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    for row in rows {
        let cells = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell}{}", " ".repeat(width - cell.width())));
        out.push_str(cells.collect::<Vec<_>>().join("  ").trim_end());
        out.push('\n');
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn sample() -> Quantities {
        let mut q = Quantities::default();
        q.number("reference.value", 0.1 + 0.2);
        q.words("lab", vec!["中国计量院".into(), "A,B".into()]);
        q.numbers("doe.D", [1e-20, f64::INFINITY]);
        q.number("doe.p", f64::NAN);
        q.matrix("doe.covariance", vec![vec![1.0, 2.0], vec![2.0, -4.0]]);
        q
    }

    #[test]
    fn json_keeps_order_and_every_digit() {
        let expected = "{\n  \"reference.value\": 0.30000000000000004,\n  \"lab\": [\"中国计量院\", \"A,B\"],\n  \"doe.D\": [1e-20, \"inf\"],\n  \"doe.p\": null,\n  \"doe.covariance\": [[1.0, 2.0], [2.0, -4.0]]\n}\n";
        assert_eq!(to_json(&sample()), expected);
        assert_eq!(to_json(&Quantities::default()), "{}\n");
    }

    #[test]
    fn csv_has_one_number_a_line_and_quotes_commas() {
        let csv = to_csv(&sample());
        assert!(
            csv.contains("lab,2,,\"A,B\"\n")
                && csv.contains("doe.covariance,2,1,2.0\n")
                && csv.contains("doe.p,,,nan\n"),
            "{csv}"
        );
    }

    #[test]
    fn a_matrix_of_all_laboratories_has_them_at_rows_and_columns() {
        let table = to_people(&sample());
        assert!(
            table.contains("doe.covariance  中国计量院  A,B\n中国计量院      1           2\nA,B             2           -4\n"),
            "{table}"
        );
        let mut alone = Quantities::default();
        alone.matrix(
            "doe.covariance",
            vec![vec![1.0 / 3.0, 2.0], vec![2.0, -4.0]],
        );
        assert_eq!(
            to_people(&alone),
            "\ndoe.covariance\n0.333333  2\n2         -4\n"
        );
    }

    #[test]
    fn wide_characters_are_aligned_by_their_width() {
        let table = to_people(&sample());
        assert!(table.contains("reference.value  0.3\n"), "{table}");
        assert!(
            table.contains("lab         doe.D\n中国计量院  1e-20\nA,B         inf\n"),
            "{table}"
        );
    }
}
