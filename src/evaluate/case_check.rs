//! Comparison of a method with a reference case, for tests: every expected quantity within its tolerance.

use std::path::Path;

use crate::evaluate::method::{Field, Method};
use crate::evaluate::table::from_toml;

/// Runs `method` on the case called `id` and compares every expectation; says so when the cases are not there.
pub fn check(id: &str, method: &Method) {
    let path = Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../shared/cases/{id}.toml"));
    if !path.exists() {
        println!("reference case {id} is absent");
        return;
    }
    let text = std::fs::read_to_string(path).unwrap();
    let data = from_toml(&text).unwrap();
    let result = (method.compute)(&data).unwrap_or_else(|e| panic!("{id}: {}", e.reason.en));
    let case: toml::Value = toml::from_str(&text).unwrap();
    for expect in case["expect"].as_array().unwrap() {
        let name = expect["quantity"].as_str().unwrap();
        let tolerance = number(&expect["abs_tol"]).unwrap();
        let got = result
            .get(name)
            .unwrap_or_else(|| panic!("{id}: {name} was not computed"));
        compare(&format!("{id} {name}"), got, &expect["value"], tolerance);
    }
}

fn number(value: &toml::Value) -> Option<f64> {
    value
        .as_float()
        .or_else(|| value.as_integer().map(|i| i as f64))
}

fn flat(value: &toml::Value, out: &mut Vec<f64>) {
    match value {
        toml::Value::Array(items) => items.iter().for_each(|item| flat(item, out)),
        other => out.push(number(other).unwrap()),
    }
}

fn compare(what: &str, got: &Field, want: &toml::Value, tolerance: f64) {
    let got = match got {
        Field::Words(words) => {
            let expected: Vec<_> = want
                .as_array()
                .unwrap()
                .iter()
                .map(|w| w.as_str().unwrap().to_owned())
                .collect();
            assert_eq!(*words, expected, "{what}");
            return;
        }
        Field::Word(word) => {
            assert_eq!(Some(word.as_str()), want.as_str(), "{what}");
            return;
        }
        Field::Flag(flag) => {
            assert_eq!(Some(*flag), want.as_bool(), "{what}");
            return;
        }
        Field::Flags(flags) => {
            let expected: Vec<_> = want
                .as_array()
                .unwrap()
                .iter()
                .map(|w| w.as_bool().unwrap())
                .collect();
            assert_eq!(*flags, expected, "{what}");
            return;
        }
        Field::Number(v) => vec![*v],
        Field::Numbers(v) => v.clone(),
        Field::Matrix(rows) => rows.concat(),
    };
    let mut expected = Vec::new();
    flat(want, &mut expected);
    assert_eq!(got.len(), expected.len(), "{what}");
    for (g, w) in got.iter().zip(&expected) {
        assert!(
            (g - w).abs() <= tolerance,
            "{what}: {g} instead of {w} ± {tolerance}"
        );
    }
}
