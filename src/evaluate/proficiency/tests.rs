//! Facts about the methods that no single published example shows. The examples of ISO 13528, Annex E, are in `tests/data`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::compute::METHODS;
use crate::evaluate::method::{Data, Field, Method, Quantities};
use crate::evaluate::table::from_toml;
use proptest::prelude::*;

fn families() -> impl Iterator<Item = &'static Method> {
    [
        METHODS,
        crate::evaluate::precision::METHODS,
        crate::evaluate::reference_material::METHODS,
        crate::evaluate::outlier::METHODS,
    ]
    .into_iter()
    .flatten()
}

fn compute(id: &str, data: &Data) -> Quantities {
    let method = families().find(|m| m.id == id).unwrap();
    (method.compute)(data).unwrap()
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
    #![proptest_config(ProptestConfig::with_cases(16))]
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
        for method in families() {
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

/// The quantities that the library says the method gives; `None` when the library does not know it.
fn documented(id: &str) -> Option<Vec<String>> {
    ["outlier", "precision", "proficiency", "reference-material"]
        .iter()
        .find_map(|family| {
            let file = format!(
                "{}/stdlib/methods/{family}.bidui",
                env!("CARGO_MANIFEST_DIR")
            );
            let text = std::fs::read_to_string(file).unwrap();
            let entry = text.split_once(&format!("method std.{family}.{id} {{"))?.1;
            let lines = entry.split("\n}").next()?.lines();
            let gives = lines.filter_map(|line| line.trim().strip_prefix("gives"));
            Some(
                gives
                    .filter_map(|rest| Some(rest.split_whitespace().next()?.to_owned()))
                    .collect(),
            )
        })
}

#[test]
fn the_library_names_every_quantity_that_is_computed() {
    let list = "lab = ['a', 'b', 'c', 'd', 'e']\nvalues = [1.0, 1.4, 1.1, 2.6, 1.3]\n";
    let samples = [
        format!("[data]\n{list}[options]\nsigma_pt = 0.2\n"),
        "[participants]\nvalue = [1, 2]\nU = [0.2, 0.3]\nk = 2\n[assigned]\nx_pt = 1.5\nu = 0.1\nsigma_pt = 0.4\n".to_owned(),
        "[homogeneity]\nreplicates = [[1, 2], [2, 4], [3, 3]]\n[stability]\nreplicates = [[1, 2], [2, 3]]\n[options]\nsigma_pt = 1\n".to_owned(),
        "[cells]\nreplicates = [[1, 2], [2, 4], [3, 3], [5, 6]]\n[options]\nsigma_pt = 1\n".to_owned(),
        "[pairs]\na = [1, 2, 3, 5]\nb = [2, 2.5, 3, 7]\n".to_owned(),
        "[variances]\ns = [1, 2, 3]\n".to_owned(),
        "[stability]\nt = [0, 1, 2, 3]\nvalue = [1, 2, 2.5, 4]\n[options]\nt_certificate = 12\nt_transport = 1\n".to_owned(),
        "[rounds]\nx_pt = [1, 2, 3]\ns = [0.1, 0.2, 0.25]\n[options]\nx = 2\n".to_owned(),
        "[data]\ndifferences = [1, 2, 4]\n[options]\nx_crm = 3\nu_crm = 1\n".to_owned(),
        "[options]\nu_char = 1\nsigma_pt = 2\nx_ref = 1\nu_ref = 1\nx_pt = 2\nu_x_pt = 1\nmass_fraction = 1e-6\nsigma_R = 2\nsigma_r = 1\nn = 4\n".to_owned(),
    ];
    for method in families() {
        let gives =
            documented(method.id).unwrap_or_else(|| panic!("{} is not in the library", method.id));
        let mut computed = 0;
        for sample in &samples {
            let Ok(out) = (method.compute)(&from_toml(sample).unwrap()) else {
                continue;
            };
            computed += 1;
            for (name, _) in &out.entries {
                assert!(
                    gives.contains(name),
                    "{}: {name} is not documented",
                    method.id
                );
            }
        }
        assert!(
            computed > 0,
            "{} is computed from none of the samples",
            method.id
        );
    }
}
