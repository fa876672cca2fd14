//! Facts about the methods that no single published example shows. The examples of ISO 13528, Annex E, are in `tests/data`.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::compute::METHODS;
use crate::evaluate::method::{Data, Field};
use crate::evaluate::table::from_toml;
use proptest::prelude::*;

fn compute(id: &str, data: &Data) -> crate::evaluate::method::Quantities {
    let methods = METHODS.iter().chain(crate::evaluate::precision::METHODS);
    let method = methods.into_iter().find(|m| m.id == id).unwrap();
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
