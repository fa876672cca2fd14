//! Published examples and reference cases through the methods.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};

use super::compute::METHODS;
use crate::evaluate::method::{Data, Field};
use crate::evaluate::table::from_toml;
use proptest::prelude::*;

fn compute(id: &str, data: &Data) -> crate::evaluate::method::Quantities {
    let methods = METHODS.iter().chain(crate::evaluate::precision::METHODS);
    let method = methods.into_iter().find(|m| m.id == id).unwrap();
    (method.compute)(data).unwrap()
}

fn root() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).to_path_buf()
}

fn numbers(value: &toml::Value) -> Vec<f64> {
    match value {
        toml::Value::Array(items) => items.iter().flat_map(numbers).collect(),
        toml::Value::Float(v) => vec![*v],
        toml::Value::Integer(v) => vec![*v as f64],
        other => panic!("{other}"),
    }
}

/// Checks every expectation of a case file; an expected array may be the beginning of the computed one.
fn check(id: &str, path: &Path) {
    let text = std::fs::read_to_string(path).unwrap();
    let out = compute(id, &from_toml(&text).unwrap());
    let case: toml::Table = text.parse().unwrap();
    for expect in case["expect"].as_array().unwrap() {
        let name = expect["quantity"].as_str().unwrap();
        let name = name
            .trim_end_matches("_exact")
            .trim_start_matches("published.");
        let found = out
            .get(name)
            .unwrap_or_else(|| panic!("{name} is not computed"));
        let found = match found {
            Field::Flag(flag) => {
                assert_eq!(expect["value"].as_bool(), Some(*flag), "{name}");
                continue;
            }
            Field::Number(v) => vec![*v],
            Field::Numbers(v) => v.clone(),
            other => panic!("{name}: {other:?}"),
        };
        let tolerance = numbers(&expect["abs_tol"])[0];
        let wanted = numbers(&expect["value"]);
        assert!(found.len() >= wanted.len(), "{name}");
        for (found, wanted) in found.iter().zip(wanted) {
            assert!(
                (found - wanted).abs() <= tolerance,
                "{path:?} {name}: {found} against {wanted}"
            );
        }
    }
}

fn check_own(id: &str, names: &[&str]) {
    for name in names {
        check(id, &root().join("tests/data").join(format!("{name}.toml")));
    }
}

#[test]
fn algorithms_a_and_s_reproduce_annex_e() {
    check_own(
        "algorithm-a",
        &[
            "iso13528-e1-ignored",
            "iso13528-e1-deleted",
            "iso13528-e1-half",
            "iso13528-e13-averages",
        ],
    );
    check_own("algorithm-s", &["iso13528-e13-deviations"]);
}

#[test]
fn homogeneity_and_stability_reproduce_annex_e() {
    check_own("homogeneity-stability", &["iso13528-e2"]);
}

#[test]
fn robust_estimators_reproduce_annex_e() {
    check_own("robust-estimators", &["iso13528-e3"]);
    check_own("kernel-mode", &["iso13528-e6"]);
}

#[test]
fn scores_and_assigned_values_reproduce_annex_e() {
    check_own("proficiency-scores", &["iso13528-e4"]);
    check_own("crm-comparison", &["iso13528-e5"]);
}

#[test]
fn reference_cases_are_met_where_they_are_present() {
    let folder = root().join("../shared/cases");
    for (id, case) in [
        ("algorithm-a", "pt-algorithm-a-e1-ignored"),
        ("homogeneity-stability", "pt-homogeneity-stability-e2"),
        ("robust-estimators", "pt-robust-estimators-e3"),
        ("proficiency-scores", "pt-scores-e4"),
        ("precision-experiment", "pt-iso5725-creosote"),
    ] {
        let path = folder.join(format!("{case}.toml"));
        if path.exists() {
            check(id, &path);
        } else {
            println!("{case}: absent, not checked");
        }
    }
}

#[test]
fn three_participants_get_a_robust_deviation_and_the_ceiling_of_z() {
    let data = from_toml("[data]\nvalues = [10.0, 10.4, 11.6]\n").unwrap();
    let out = compute("few-participants", &data);
    // (0.4 + 0 + 1.2)/(0.798·3); (3 − 1)/√3.
    for (name, wanted) in [
        ("s_star", 0.668_337_510_442_773_6),
        ("z_ceiling", 1.154_700_538_379_251_5),
        ("median", 10.4),
    ] {
        let Some(Field::Number(found)) = out.get(name) else {
            panic!("{name}")
        };
        assert!((found - wanted).abs() < 1e-13, "{name}: {found}");
    }
    let out = compute("z-ceiling", &from_toml("[options]\nn = 5\n").unwrap());
    assert_eq!(out.get("reachable"), Some(&Field::Flag(false)));
    // (11 − 1)/√11 = 3.015 is the first above 3.
    assert_eq!(out.get("least_n"), Some(&Field::Number(11.0)));
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]
    #[test]
    fn any_list_is_computed_or_refused(values in prop::collection::vec(prop_oneof![
        any::<f64>(), Just(1.0), Just(f64::NAN), Just(1e300), Just(-1e-300)], 0..6)) {
        let mut data = Data::default();
        let mut table = crate::evaluate::method::Fields::new();
        table.insert("values".to_owned(), Field::Numbers(values.clone()));
        table.insert("value".to_owned(), Field::Numbers(values.clone()));
        table.insert("U".to_owned(), Field::Numbers(values));
        table.insert("k".to_owned(), Field::Number(2.0));
        data.tables.insert("labs".to_owned(), table);
        data.parameters.insert("replicates".to_owned(), Field::Number(100.0));
        let families = [METHODS, crate::evaluate::precision::METHODS, crate::evaluate::reference_material::METHODS,
            crate::evaluate::outlier::METHODS];
        for method in families.into_iter().flatten() {
            let _ = (method.compute)(&data);
        }
    }

    #[test]
    fn robust_estimates_follow_unit_and_order(values in prop::collection::vec(-40_i32..40, 5..15), exponent in -20_i32..20) {
        use crate::evaluate::proficiency::robust::{Factors, Stop, algorithm_a, q_hampel};
        let scale = 2_f64.powi(exponent);
        let plain: Vec<f64> = values.iter().map(|v| f64::from(*v)).collect();
        let mut moved: Vec<f64> = plain.iter().map(|v| v * scale).collect();
        moved.reverse();
        let groups = |v: &[f64]| v.iter().map(|x| vec![*x]).collect::<Vec<_>>();
        let (a, b) = (q_hampel(&groups(&plain)).unwrap(), q_hampel(&groups(&moved)).unwrap());
        prop_assert!((a.s * scale - b.s).abs() <= 1e-10 * b.s);
        prop_assert!((a.x * scale - b.x).abs() <= 1e-9 * 40.0 * scale);
        if let (Ok(a), Ok(b)) = (
            algorithm_a(&plain, Stop::Converged, Factors::Printed), algorithm_a(&moved, Stop::Converged, Factors::Printed)) {
            prop_assert!((a.s * scale - b.s).abs() <= 1e-8 * scale && (a.x * scale - b.x).abs() <= 1e-8 * scale);
        }
    }
}
