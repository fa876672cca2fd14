//! Tables from TOML.
//!
//! Two forms are read. In a case file the tables stand under `input` (`[input.labs]`, `[input.options]`) and everything else in
//! the file is ignored. In a plain file every table is a table, columns at the top level belong to `labs` and scalars at the top
//! level to `options`. A table may also be written row by row, `[[labs]]`.

use std::collections::BTreeMap;

use toml::{Table, Value};

use super::stated::Stated;
use super::{Place, Unreadable};
use crate::evaluate::method::{Data, Field, Fields};
use crate::values::decimal::Decimal;

/// The tables of a TOML text; errors name the place or the key. Rows whose uncertainties contradict each other are named all at once.
pub fn from_toml(text: &str) -> Result<Data, Vec<Unreadable>> {
    let data = tables(text).map_err(|error| vec![error])?;
    let wrong: Vec<Unreadable> = (data.tables.iter())
        .flat_map(|(name, fields)| contradictions(name, fields))
        .collect();
    if wrong.is_empty() {
        Ok(data)
    } else {
        Err(wrong)
    }
}

/// Rows of a table whose `u` is not what their `U` and `k` say. Of a number in TOML the zeros at its end are not known, so that a
/// contradiction within them is not seen.
fn contradictions(table: &str, fields: &Fields) -> Vec<Unreadable> {
    let column = |name: &str| match fields.get(name) {
        Some(Field::Numbers(numbers)) => Some(numbers.as_slice()),
        _ => None,
    };
    let (Some(u), Some(expanded), Some(k)) = (column("u"), column("U"), column("k")) else {
        return Vec::new();
    };
    (u.iter().zip(expanded).zip(k).enumerate())
        .filter_map(|(row, ((u, expanded), k))| {
            let stated = Stated {
                place: Place::Key(format!("{table}.u[{}]", row + 1)),
                u: Decimal::from_f64(*u)?,
                expanded: Decimal::from_f64(*expanded)?,
                k: Decimal::from_f64(*k)?,
            };
            stated.contradiction()
        })
        .collect()
}

fn tables(text: &str) -> Result<Data, Unreadable> {
    let root = text
        .trim_start_matches('\u{feff}')
        .parse::<Table>()
        .map_err(|error| syntax(text, &error))?;
    let (prefix, tables) = match root.get("input") {
        Some(Value::Table(input)) => ("input.", input),
        _ => ("", &root),
    };
    let mut data = Data::default();
    for (name, value) in tables {
        let key = format!("{prefix}{name}");
        match value {
            Value::Table(table) => flatten(
                &key,
                "",
                table,
                data.tables.entry(name.clone()).or_default(),
            )?,
            Value::Array(rows) if !rows.is_empty() && rows.iter().all(Value::is_table) => {
                columns(&key, rows, data.tables.entry(name.clone()).or_default())?;
            }
            Value::Array(_) => put(
                &key,
                name,
                value,
                data.tables.entry("labs".to_owned()).or_default(),
            )?,
            _ => put(
                &key,
                name,
                value,
                data.tables.entry("options".to_owned()).or_default(),
            )?,
        }
    }
    Ok(data)
}

/// A bracketed list given as the value of the parameter `name`.
pub(super) fn list(name: &str, text: &str) -> Result<Field, Unreadable> {
    let root = format!("value = {text}").parse::<Table>().map_err(|_| {
        Unreadable::at_key(
            name,
            format!("`{text}` 不是列表；请写成 `[1, 2, 3]`"),
            format!("`{text}` is not a list; write `[1, 2, 3]`"),
        )
    })?;
    root.get("value").map_or_else(
        || Ok(Field::Numbers(Vec::new())),
        |value| field(name, value),
    )
}

fn syntax(text: &str, error: &toml::de::Error) -> Unreadable {
    let start = error.span().map_or(0, |span| span.start);
    let before = text
        .char_indices()
        .take_while(|(at, _)| *at < start)
        .map(|(_, c)| c);
    let (mut line, mut column) = (1, 1);
    for c in before {
        if c == '\n' {
            line += 1;
            column = 1;
        } else {
            column += 1;
        }
    }
    let found = error.message().replace('\n', "; ");
    Unreadable::at(
        line,
        column,
        format!("不是有效的 TOML：{found}"),
        format!("this is not valid TOML: {found}"),
    )
}

/// Puts the entries of `table` into `into`; an inner table gives dotted names.
fn flatten(key: &str, path: &str, table: &Table, into: &mut Fields) -> Result<(), Unreadable> {
    for (name, value) in table {
        let (key, path) = (format!("{key}.{name}"), format!("{path}{name}"));
        match value {
            Value::Table(inner) => flatten(&key, &format!("{path}."), inner, into)?,
            _ => put(&key, &path, value, into)?,
        }
    }
    Ok(())
}

fn put(key: &str, name: &str, value: &Value, into: &mut Fields) -> Result<(), Unreadable> {
    if into.insert(name.to_owned(), field(key, value)?).is_some() {
        return Err(Unreadable::at_key(
            key,
            "同一列给出了两次；请只保留一处",
            "this column is given twice, at the top level and in a table; keep one of them",
        ));
    }
    Ok(())
}

/// Columns from a table written row by row; every row must have the same keys.
fn columns(key: &str, rows: &[Value], into: &mut Fields) -> Result<(), Unreadable> {
    let mut gathered: BTreeMap<&String, Vec<Value>> = BTreeMap::new();
    for (name, value) in rows.iter().filter_map(Value::as_table).flatten() {
        gathered.entry(name).or_default().push(value.clone());
    }
    for (name, values) in gathered {
        let key = format!("{key}.{name}");
        if values.len() != rows.len() {
            let (have, need) = (values.len(), rows.len());
            return Err(Unreadable::at_key(
                &key,
                format!("{need} 行中只有 {have} 行给出该项；请逐行补齐"),
                format!("only {have} of {need} rows have this entry; give it in every row"),
            ));
        }
        put(&key, name, &Value::Array(values), into)?;
    }
    Ok(())
}

fn field(key: &str, value: &Value) -> Result<Field, Unreadable> {
    Ok(match value {
        Value::Integer(_) | Value::Float(_) => Field::Number(number(value).unwrap_or(f64::NAN)),
        Value::Boolean(flag) => Field::Flag(*flag),
        Value::String(word) => Field::Word(word.clone()),
        Value::Datetime(date) => Field::Word(date.to_string()),
        Value::Array(items) => array(key, items)?,
        Value::Table(_) => {
            return Err(Unreadable::at_key(
                key,
                "此处不能是表；请写成数或列",
                "a table cannot stand here; write a number or a column",
            ));
        }
    })
}

fn array(key: &str, items: &[Value]) -> Result<Field, Unreadable> {
    if let Some(numbers) = items.iter().map(number).collect::<Option<Vec<f64>>>() {
        return Ok(Field::Numbers(numbers));
    }
    if let Some(flags) = items
        .iter()
        .map(Value::as_bool)
        .collect::<Option<Vec<bool>>>()
    {
        return Ok(Field::Flags(flags));
    }
    if let Some(words) = items.iter().map(word).collect::<Option<Vec<String>>>() {
        return Ok(Field::Words(words));
    }
    if let Some(words) = items
        .iter()
        .map(number_or_limit)
        .collect::<Option<Vec<String>>>()
    {
        return Ok(Field::Words(words));
    }
    let row = |item: &Value| {
        item.as_array()
            .and_then(|row| row.iter().map(number).collect::<Option<Vec<f64>>>())
    };
    items.iter().map(row).collect::<Option<Vec<_>>>().map(Field::Matrix).ok_or_else(|| {
        Unreadable::at_key(
            key,
            "该列混有不同类型的值；每列须全为数、全为文字或全为真假值（无穷大写作 inf，不加引号）",
            "this column mixes kinds of values; a column is all numbers, all text or all true/false (infinity is inf without quotes)",
        )
    })
}

fn word(value: &Value) -> Option<String> {
    match value {
        Value::String(word) => Some(word.clone()),
        Value::Datetime(date) => Some(date.to_string()),
        _ => None,
    }
}

/// A number as text, or a result below a limit, `"<10"`: together they are a column of words, as in a CSV.
fn number_or_limit(value: &Value) -> Option<String> {
    match value {
        Value::String(word) if word.trim_start().starts_with(['<', '＜']) => Some(word.clone()),
        other => number(other).map(|v| v.to_string()),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Integer(whole) => Some(*whole as f64),
        Value::Float(number) => Some(*number),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_case_file_gives_the_tables_under_input_only() {
        let data = from_toml(
            "[case]\nid = \"x\"\n[input.labs]\nlab = [\"A\", \"B\"]\nvalue = [1, 2.5]\ndof = [4, inf]\n[input.options]\nsignificance = 0.05\n",
        )
        .unwrap();
        assert_eq!(data.tables.len(), 2);
        assert_eq!(data.numbers("labs", "value").unwrap(), [1.0, 2.5]);
        assert_eq!(data.numbers("labs", "dof").unwrap(), [4.0, f64::INFINITY]);
        assert_eq!(data.number_or("significance", 0.1), Ok(0.05));
    }

    #[test]
    fn plain_columns_belong_to_labs_and_plain_scalars_to_options() {
        let data = from_toml("value = [1.0, 2.0]\nU = [0.2, 0.4]\nk = 2\n").unwrap();
        assert_eq!(data.numbers("labs", "U").unwrap(), [0.2, 0.4]);
        assert_eq!(data.tables["options"]["k"], Field::Number(2.0));
    }

    #[test]
    fn rows_and_columns_are_the_same_table() {
        let rows =
            from_toml("[[labs]]\nlab = \"A\"\nvalue = 1\n[[labs]]\nlab = \"B\"\nvalue = 2\n")
                .unwrap();
        let columns = from_toml("[labs]\nlab = [\"A\", \"B\"]\nvalue = [1, 2]\n").unwrap();
        assert_eq!(rows, columns);
    }

    #[test]
    fn a_row_without_an_entry_is_refused_with_the_key() {
        let refused = from_toml("[[labs]]\nvalue = 1\nu = 1\n[[labs]]\nvalue = 2\n").unwrap_err();
        assert_eq!(refused[0].place, Place::Key("labs.u".into()));
    }

    #[test]
    fn a_result_below_a_limit_may_stand_among_numbers() {
        let data = from_toml("[data]\nvalues = [10, \"<0.5\", 12.25]\n").unwrap();
        let words = ["10", "<0.5", "12.25"].map(String::from).to_vec();
        assert_eq!(data.tables["data"]["values"], Field::Words(words));
    }

    #[test]
    fn a_mixed_column_and_broken_syntax_name_their_place() {
        let mixed = from_toml("[labs]\nvalue = [1, \"two\"]\n").unwrap_err();
        assert_eq!(mixed[0].place, Place::Key("labs.value".into()));
        let broken = from_toml("[labs]\nvalue = [1, 2\nu = 3").unwrap_err();
        assert!(
            matches!(broken[0].place, Place::Spot { line: 2 | 3, .. }),
            "{broken:?}"
        );
    }

    #[test]
    fn a_u_that_contradicts_its_expanded_uncertainty_is_named_with_its_row() {
        let text = "[labs]\nvalue = [1, 2]\nu = [0.12, 0.2]\nU = [0.25, 0.82]\nk = [2, 2]\n";
        let refused = from_toml(text).unwrap_err();
        assert_eq!(refused.len(), 1);
        assert_eq!(refused[0].place, Place::Key("labs.u[2]".into()));
        assert!(refused[0].message().en.contains("U/k = 0.82/2"));
    }

    proptest! {
        #[test]
        fn any_text_is_read_or_refused(text in "\\PC{0,80}") {
            let _ = from_toml(&text);
        }
    }
}
