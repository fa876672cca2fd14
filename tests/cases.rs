//! Reference cases: published comparisons and closed forms, one TOML file each, computed by the method that belongs to them.
//!
//! A case holds input tables (`[input.labs]` …) and expectations (`[[expect]]` with `quantity`, `value`, `abs_tol`, and `keys`, the
//! labels of an array). Cases are read from `tests/data` and, where it exists, from `../shared/cases` beside the package. Which
//! method computes a case is told by the tables of the families, `tests/cases/FAMILY.rs`, by the longest matching prefix of the case's
//! name; a case without one is an error.
//!
//! How an expected quantity is found among the computed ones:
//! - under its own name;
//! - without `published.` in front or `_exact` behind; `kcrv.X` is `reference.X`;
//! - `NAME[LAB]` is the entry of laboratory LAB;
//! - an expected array with `keys` is gathered from the entries `NAME.KEY`, where NAME itself was not computed or is longer;
//! - by the family's renames, where a case puts several quantities under one name without keys;
//! - an expected array with `keys` may name some of the laboratories only.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};

use bidui::evaluate::method::{Data, Field, Quantities};
use bidui::evaluate::register::methods;
use bidui::evaluate::table::{from_toml, parameter};

#[path = "cases/bayes.rs"]
mod bayes;
#[path = "cases/proficiency.rs"]
mod proficiency;
#[path = "cases/reference.rs"]
mod reference;
#[path = "cases/travelling.rs"]
mod travelling;

/// Which method computes the cases whose names begin with `prefix`.
struct Mapping {
    prefix: &'static str,
    method: &'static str,
    /// Parameters, each `NAME=VALUE`.
    set: &'static [&'static str],
    /// Expected quantities that gather several computed scalars.
    renames: &'static [(&'static str, &'static [&'static str])],
}

/// The tables of the families.
const FAMILIES: &[&[Mapping]] = &[
    reference::MAPPINGS,
    bayes::MAPPINGS,
    proficiency::MAPPINGS,
    travelling::MAPPINGS,
];

fn mapping(case: &str) -> Option<&'static Mapping> {
    FAMILIES
        .iter()
        .flat_map(|family| family.iter())
        .filter(|m| case.starts_with(m.prefix))
        .max_by_key(|m| m.prefix.len())
}

fn case_files() -> Vec<PathBuf> {
    let package = Path::new(env!("CARGO_MANIFEST_DIR"));
    let mut files = Vec::new();
    for folder in [package.join("tests/data"), package.join("../shared/cases")] {
        match std::fs::read_dir(&folder) {
            Ok(entries) => {
                files.extend(entries.map(|entry| entry.expect("a folder entry can be read").path()))
            }
            Err(_) => println!("no cases at {}: skipped", folder.display()),
        }
    }
    files.retain(|file| {
        file.extension()
            .is_some_and(|extension| extension == "toml")
    });
    files.sort();
    files
}

#[test]
fn every_reference_case_is_reproduced_within_its_tolerance() {
    let mut failures = Vec::new();
    let (mut cases, mut quantities) = (0, 0);
    for file in case_files() {
        let name = file
            .file_stem()
            .map(|stem| stem.to_string_lossy().into_owned())
            .unwrap_or_default();
        let Some(mapping) = mapping(&name) else {
            failures.push(format!("{name}: no method belongs to it"));
            continue;
        };
        let text = std::fs::read_to_string(&file).expect("a case file can be read");
        let (checked, wrong) = check(&text, mapping);
        cases += 1;
        quantities += checked;
        failures.extend(wrong.into_iter().map(|what| format!("{name}: {what}")));
    }
    println!("{cases} cases, {quantities} expected quantities");
    assert!(cases > 0, "tests/data holds cases of its own");
    assert!(
        failures.is_empty(),
        "{} failures\n{}",
        failures.len(),
        failures.join("\n")
    );
}

#[test]
fn the_library_declares_every_column_and_parameter_that_the_cases_use() {
    let mut undeclared = Vec::new();
    for file in case_files() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let mapping = mapping(&name).unwrap();
        let declared = bidui::library::find(mapping.method).unwrap();
        let data = from_toml(&std::fs::read_to_string(&file).unwrap()).unwrap();
        // Words in a table `model` describe to the reader what the case has computed.
        let unread = declared.unread(&data);
        for column in unread.iter().filter(|c| !c.starts_with("model.")) {
            undeclared.push(format!(
                "{name}: {} does not declare {column}",
                mapping.method
            ));
        }
        for argument in mapping.set {
            let (parameter, _) = parameter(argument).unwrap();
            if !declared.parameters().contains(&parameter.as_str()) {
                undeclared.push(format!(
                    "{name}: {} does not declare --set {parameter}",
                    mapping.method
                ));
            }
        }
    }
    assert!(undeclared.is_empty(), "{}", undeclared.join("\n"));
}

/// A computed name as it is declared: what depends on the data (a number, laboratories) is written n, I and J.
fn declared_name(name: &str) -> String {
    if name.starts_with("lcs.members_of_all_") {
        return "lcs.members_of_all_n".to_owned();
    }
    for (mark, end, shown) in [(".bilateral_", '.', "I_J"), ("bilateral.u_D_", '_', "IJ")] {
        if let Some(((before, rest), after)) = name
            .split_once(mark)
            .and_then(|parts| Some((parts, parts.1.rsplit_once(end)?.1)))
        {
            assert!(!rest.is_empty());
            return format!("{before}{mark}{shown}{end}{after}");
        }
    }
    name.to_owned()
}

#[test]
fn the_library_declares_every_quantity_that_the_cases_compute() {
    let mut undeclared = BTreeSet::new();
    for file in case_files() {
        let name = file.file_stem().unwrap().to_string_lossy().into_owned();
        let mapping = mapping(&name).unwrap();
        let declared = bidui::library::find(mapping.method).unwrap();
        let data = input(&std::fs::read_to_string(&file).unwrap(), mapping);
        let computed = (declared.method.compute)(&data).unwrap();
        let gives = declared.gives();
        for (quantity, _) in &computed.entries {
            if !gives.contains(&declared_name(quantity).as_str()) {
                undeclared.insert(format!("{} does not declare {quantity}", mapping.method));
            }
        }
    }
    let undeclared: Vec<String> = undeclared.into_iter().collect();
    assert!(undeclared.is_empty(), "{}", undeclared.join("\n"));
}

/// The tables of a case with the parameters of its family.
fn input(text: &str, mapping: &Mapping) -> Data {
    let mut data = from_toml(text).expect("a case is valid TOML");
    for argument in mapping.set {
        let (name, value) = parameter(argument).expect("a mapping sets NAME=VALUE");
        data.parameters.insert(name, value);
    }
    data
}

/// Computes one case; how many quantities were compared and what is wrong.
fn check(text: &str, mapping: &Mapping) -> (usize, Vec<String>) {
    let data = input(text, mapping);
    let Some(method) = methods()
        .into_iter()
        .find(|method| method.id == mapping.method)
    else {
        return (0, vec![format!("there is no method {}", mapping.method)]);
    };
    let computed = match (method.compute)(&data) {
        Ok(computed) => computed,
        Err(refused) => return (0, vec![format!("{}: {}", refused.kind, refused.reason.en)]),
    };
    let labels = match data.table("labs").and_then(|table| table.get("lab")) {
        Some(Field::Words(labels)) => labels.clone(),
        _ => Vec::new(),
    };
    let root: toml::Table = text.parse().expect("a case is valid TOML");
    let expected = root
        .get("expect")
        .and_then(toml::Value::as_array)
        .cloned()
        .unwrap_or_default();
    let wrong = expected
        .iter()
        .filter_map(|expect| compare(expect, &computed, &labels, mapping).err())
        .collect();
    (expected.len(), wrong)
}

fn compare(
    expect: &toml::Value,
    computed: &Quantities,
    labels: &[String],
    mapping: &Mapping,
) -> Result<(), String> {
    let name = expect["quantity"].as_str().expect("a quantity has a name");
    let tolerance = expect["abs_tol"]
        .as_float()
        .or(expect["abs_tol"].as_integer().map(|v| v as f64))
        .expect("a tolerance is a number");
    let keys: Vec<&str> = match expect.get("keys").and_then(toml::Value::as_array) {
        Some(keys) => keys.iter().filter_map(toml::Value::as_str).collect(),
        None => Vec::new(),
    };
    let expected = &expect["value"];
    let found = gathered(name, &keys, computed)
        .or_else(|| find(name, computed, labels, mapping))
        .ok_or_else(|| format!("{name} was not computed"))?;
    let found = pick(found, expected, &keys, labels);
    if agree(expected, &found, tolerance) {
        Ok(())
    } else {
        Err(format!(
            "{name}: expected {expected} ± {tolerance:e}, computed {found:?}"
        ))
    }
}

/// The name without what marks where an expected value comes from.
fn plain(name: &str) -> &str {
    let name = name.strip_prefix("published.").unwrap_or(name);
    name.strip_suffix("_exact").unwrap_or(name)
}

/// The entries `NAME.KEY` in the order of the keys, if all of them were computed.
fn gathered(name: &str, keys: &[&str], computed: &Quantities) -> Option<Field> {
    let entry = |key: &&str| match computed.get(&format!("{}.{key}", plain(name))) {
        Some(Field::Number(v)) => Some(*v),
        _ => None,
    };
    let values: Option<Vec<f64>> = keys.iter().map(entry).collect();
    values
        .filter(|values| !values.is_empty())
        .map(Field::Numbers)
}

/// The computed field that an expected name means.
fn find(name: &str, computed: &Quantities, labels: &[String], mapping: &Mapping) -> Option<Field> {
    if let Some((_, parts)) = mapping.renames.iter().find(|(renamed, _)| *renamed == name) {
        let number = |part: &&str| match computed.get(part) {
            Some(Field::Number(v)) => Some(*v),
            _ => None,
        };
        return parts
            .iter()
            .map(number)
            .collect::<Option<Vec<f64>>>()
            .map(Field::Numbers);
    }
    if let Some((column, lab)) = name.strip_suffix(']').and_then(|name| name.split_once('[')) {
        let row = labels.iter().position(|label| label == lab)?;
        return match find(column, computed, labels, mapping)? {
            Field::Numbers(values) => values.get(row).map(|v| Field::Number(*v)),
            _ => None,
        };
    }
    let plain = plain(name);
    let reference = plain
        .strip_prefix("kcrv.")
        .map(|rest| format!("reference.{rest}"));
    [Some(name.to_owned()), Some(plain.to_owned()), reference]
        .into_iter()
        .flatten()
        .find_map(|name| computed.get(&name).cloned())
}

/// The entries named by `keys` where the computed column holds more laboratories than are expected.
fn pick(found: Field, expected: &toml::Value, keys: &[&str], labels: &[String]) -> Field {
    let rows: BTreeMap<&str, usize> = labels
        .iter()
        .enumerate()
        .map(|(row, label)| (label.as_str(), row))
        .collect();
    match found {
        Field::Numbers(values)
            if expected.as_array().is_some_and(|e| e.len() != values.len())
                && values.len() == labels.len() =>
        {
            Field::Numbers(
                keys.iter()
                    .filter_map(|key| rows.get(key).map(|row| values[*row]))
                    .collect(),
            )
        }
        other => other,
    }
}

fn agree(expected: &toml::Value, found: &Field, tolerance: f64) -> bool {
    let number = |v: &toml::Value| v.as_float().or(v.as_integer().map(|v| v as f64));
    let near =
        |e: &toml::Value, f: f64| number(e).is_some_and(|e| e == f || (e - f).abs() <= tolerance);
    let list = |e: &toml::Value, f: &[f64]| {
        e.as_array()
            .is_some_and(|e| e.len() == f.len() && e.iter().zip(f).all(|(e, f)| near(e, *f)))
    };
    match found {
        Field::Number(f) => near(expected, *f),
        Field::Flag(f) => expected.as_bool() == Some(*f),
        Field::Word(f) => expected.as_str() == Some(f),
        Field::Numbers(f) => list(expected, f),
        Field::Flags(f) => expected.as_array().is_some_and(|e| {
            e.len() == f.len() && e.iter().zip(f).all(|(e, f)| e.as_bool() == Some(*f))
        }),
        Field::Words(f) => expected.as_array().is_some_and(|e| {
            e.len() == f.len() && e.iter().zip(f).all(|(e, f)| e.as_str() == Some(f))
        }),
        Field::Matrix(f) => expected
            .as_array()
            .is_some_and(|e| e.len() == f.len() && e.iter().zip(f).all(|(e, f)| list(e, f))),
    }
}
