//! Rows of one table in several units, brought to the unit of the first row.

use crate::evaluate::method::{Data, Field, Fields};
use crate::text::Text;
use crate::values::unit::{Unit, parse_unit};

/// Columns in the unit of the row that are values: offsets of the scale are theirs.
const VALUES: [&str; 4] = ["value", "mean", "a", "b"];
/// Columns in the unit of the row that are differences.
const INTERVALS: [&str; 5] = ["u", "U", "s", "sd", "range"];
const ROWS_OF_VALUES: [&str; 2] = ["replicates", "values"];

/// Brings the rows of every table with a column `unit` to the unit of its first row; what was converted, for people.
///
/// # Errors
/// For each row whose unit cannot be read or is of another kind, what stands there.
pub fn unify(data: &mut Data) -> Result<Vec<Text>, Vec<Text>> {
    let (mut notes, mut wrong) = (Vec::new(), Vec::new());
    for (name, fields) in &mut data.tables {
        match unified(name, fields) {
            Ok(note) => notes.extend(note),
            Err(texts) => wrong.extend(texts),
        }
    }
    if wrong.is_empty() {
        Ok(notes)
    } else {
        Err(wrong)
    }
}

fn unified(table: &str, fields: &mut Fields) -> Result<Option<Text>, Vec<Text>> {
    let Some(Field::Words(units)) = fields.get("unit").cloned() else {
        return Ok(None);
    };
    let units: Vec<&str> = units.iter().map(|unit| unit.trim()).collect();
    let Some(first) = units.first().copied() else {
        return Ok(None);
    };
    if units.iter().all(|unit| *unit == first) {
        return Ok(None);
    }
    let mut wrong = Vec::new();
    let mut read = |row: usize, text: &str| {
        let unit = parse_unit(text, None);
        if let Err(error) = &unit {
            let message = error.message();
            wrong.push(at_row(table, row, &message));
        }
        unit.ok()
    };
    let parsed: Vec<Option<Unit>> = (units.iter().enumerate())
        .map(|(row, text)| read(row, text))
        .collect();
    let Some(target) = parsed.first().cloned().flatten() else {
        return Err(wrong);
    };
    for (row, unit) in parsed.iter().enumerate() {
        if let Some(unit) = unit
            && let Err(error) = unit.convert(1.0, &target)
        {
            wrong.push(at_row(table, row, &error.message()));
        }
    }
    if !wrong.is_empty() {
        return Err(wrong);
    }
    let own: Vec<&Unit> = parsed.iter().flatten().collect();
    for (column, field) in fields.iter_mut() {
        convert(column, field, &own, &target);
    }
    let first = first.to_owned();
    let rows: Vec<String> = (units.iter().enumerate())
        .filter(|(_, unit)| **unit != first)
        .map(|(row, unit)| format!("{} ({unit})", row + 1))
        .collect();
    fields.insert(
        "unit".to_owned(),
        Field::Words(vec![first.clone(); own.len()]),
    );
    let zh = format!(
        "数据表 `{table}` 已统一换算为 `{first}`：第 {} 行",
        rows.join("、")
    );
    let en = format!(
        "table `{table}` was brought to `{first}`: rows {}",
        rows.join(", ")
    );
    Ok(Some(Text::new(zh, en)))
}

fn at_row(table: &str, row: usize, what: &Text) -> Text {
    let row = row + 1;
    Text::new(
        format!("数据表 `{table}` 第 {row} 行的单位：{}", what.zh),
        format!("unit in row {row} of table `{table}`: {}", what.en),
    )
}

/// Brings a column that is in the unit of its rows to `target`; every unit is known to convert.
fn convert(column: &str, field: &mut Field, units: &[&Unit], target: &Unit) {
    let value = |number: f64, unit: &Unit| unit.convert(number, target).unwrap_or(f64::NAN);
    let interval =
        |number: f64, unit: &Unit| unit.convert_interval(number, target).unwrap_or(f64::NAN);
    let replicate = column
        .strip_prefix("replicate_")
        .is_some_and(|n| n.parse::<u32>().is_ok());
    match field {
        Field::Numbers(numbers) if VALUES.contains(&column) || replicate => {
            numbers
                .iter_mut()
                .zip(units)
                .for_each(|(n, unit)| *n = value(*n, unit));
        }
        Field::Numbers(numbers) if INTERVALS.contains(&column) => {
            numbers
                .iter_mut()
                .zip(units)
                .for_each(|(n, unit)| *n = interval(*n, unit));
        }
        Field::Matrix(rows) if ROWS_OF_VALUES.contains(&column) => {
            for (row, unit) in rows.iter_mut().zip(units) {
                row.iter_mut().for_each(|n| *n = value(*n, unit));
            }
        }
        _ => {}
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::super::from_csv;
    use super::*;

    #[test]
    fn rows_are_brought_to_the_unit_of_the_first() {
        let mut data =
            from_csv("lab,value,U,k,unit\nA,1.5,0.02,2,mg\nB,1520,30,2,µg\nC,1.4,0.02,2,mg\n")
                .unwrap();
        let notes = unify(&mut data).unwrap();
        assert_eq!(notes.len(), 1);
        assert!(notes[0].en.contains("`mg`: rows 2 (µg)"), "{}", notes[0].en);
        assert_eq!(data.numbers("labs", "value").unwrap(), [1.5, 1.52, 1.4]);
        assert_eq!(data.numbers("labs", "U").unwrap(), [0.02, 0.03, 0.02]);
        assert_eq!(data.numbers("labs", "k").unwrap(), [2.0; 3]);
        assert!(unify(&mut data).unwrap().is_empty());
    }

    #[test]
    fn a_temperature_is_shifted_and_its_uncertainty_is_not() {
        let mut data = from_csv("lab,value,u,unit\nA,20,0.1,°C\nB,293.25,0.2,K\n").unwrap();
        unify(&mut data).unwrap();
        let value = data.numbers("labs", "value").unwrap();
        assert!((value[1] - 20.1).abs() < 1e-10, "{value:?}");
        assert_eq!(data.numbers("labs", "u").unwrap(), [0.1, 0.2]);
    }

    #[test]
    fn every_unit_that_does_not_fit_is_named_with_its_row() {
        let mut data = from_csv("lab,value,unit\nA,1,mg\nB,1,nm\nC,1,parsnip\n").unwrap();
        let wrong = unify(&mut data).unwrap_err();
        let told: Vec<&str> = wrong.iter().map(|w| w.en.as_str()).collect();
        assert_eq!(told.len(), 2, "{told:?}");
        assert!(told.iter().any(|t| t.starts_with("unit in row 2")));
        assert!(told.iter().any(|t| t.starts_with("unit in row 3")));
    }
}
