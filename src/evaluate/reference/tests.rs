//! Facts that hold across the estimators and the degrees of equivalence built on them.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use proptest::prelude::*;

use super::random_effects::{Estimator, random_effects_mean};
use super::*;
use crate::evaluate::consistency::{birge_ratio, chi_squared};
use crate::evaluate::equivalence::{
    Rule, bilateral, covariance, leave_one_out, unilateral, unilateral_correlated,
};
use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::{Data, Field, Fields, Inapplicable};

type Estimate = fn(&Laboratories) -> Result<Consensus, Inapplicable>;

/// Every estimator that needs nothing but the laboratories.
const ESTIMATES: [(&str, Estimate); 12] = [
    ("weighted mean", weighted_mean),
    ("Birge mean", birge_mean),
    ("mean, stated", |labs| arithmetic_mean(labs, Basis::Stated)),
    ("mean, dispersion", |labs| {
        arithmetic_mean(labs, Basis::Dispersion)
    }),
    ("median", |labs| {
        median(labs, MedianUncertainty::LargeSample)
    }),
    ("cut-off", |labs| Ok(cut_off_mean(labs, 0.05)?.mean)),
    ("DerSimonian-Laird", |labs| {
        random_effects_mean(labs, Estimator::DerSimonianLaird)
    }),
    ("Mandel-Paule", |labs| {
        random_effects_mean(labs, Estimator::MandelPaule)
    }),
    ("REML", |labs| random_effects_mean(labs, Estimator::Reml)),
    ("ML", |labs| {
        random_effects_mean(labs, Estimator::MaximumLikelihood)
    }),
    ("power-moderated", |labs| {
        Ok(power_moderated_mean(labs, None)?.mean)
    }),
    ("largest consistent subset", |labs| {
        Ok(largest_consistent_subset(labs, 0.05)?.mean)
    }),
];

fn near(a: f64, b: f64, scale: f64) -> bool {
    (a - b).abs() <= 1e-9 * scale
}

/// Values on a fine binary grid, so that adding 2^20 rounds nothing.
fn rows() -> impl Strategy<Value = Vec<(f64, f64, bool)>> {
    let value = (-8_000_000..8_000_000i32).prop_map(|v| f64::from(v) * (-20_f64).exp2());
    prop::collection::vec((value, 0.2..4.0f64, prop::bool::weighted(0.8)), 4..9)
}

fn laboratories(rows: &[(f64, f64, bool)]) -> Laboratories {
    let x: Vec<f64> = rows.iter().map(|r| r.0).collect();
    let u: Vec<f64> = rows.iter().map(|r| r.1).collect();
    let mut labs = Laboratories::new(&x, &u).unwrap();
    labs.in_reference = rows.iter().map(|r| r.2).collect();
    labs
}

proptest! {
    #[test]
    fn no_reference_value_depends_on_row_order_offset_or_unit(rows in rows()) {
        let labs = laboratories(&rows);
        let reversed = laboratories(&rows.iter().rev().copied().collect::<Vec<_>>());
        let shifted = laboratories(&rows.iter().map(|r| (r.0 + 1048576.0, r.1, r.2)).collect::<Vec<_>>());
        let milli = laboratories(&rows.iter().map(|r| (r.0 * 1e3, r.1 * 1e3, r.2)).collect::<Vec<_>>());
        for (name, estimate) in ESTIMATES {
            let Ok(plain) = estimate(&labs) else { continue };
            let other = estimate(&reversed).unwrap();
            prop_assert_eq!((plain.value, plain.u), (other.value, other.u), "{} in reverse", name);
            let other = estimate(&shifted).unwrap();
            let x = rows[0].0;
            prop_assert!(near(plain.difference(x), other.difference(x + 1048576.0), plain.u), "{name} shifted");
            prop_assert!(near(plain.u, other.u, plain.u), "{name} shifted");
            let other = estimate(&milli).unwrap();
            prop_assert!(near(1e3 * plain.value, other.value, 1e3 * (plain.u + plain.value.abs())), "{name} in another unit");
            prop_assert!(near(1e3 * plain.u, other.u, 1e3 * plain.u), "{name} in another unit");
        }
    }

    #[test]
    fn deviations_have_the_variances_of_their_covariance_matrix(rows in rows()) {
        let labs = laboratories(&rows);
        for (name, estimate) in ESTIMATES {
            let Ok(reference) = estimate(&labs) else { continue };
            if !reference.is_linear() { continue }
            let doe = unilateral(&labs, &reference, Rule::Stated).unwrap();
            let full = covariance(&labs, &reference.weights, None);
            let pairs = bilateral(&labs, None);
            for i in 0..labs.len() {
                prop_assert!(near(doe.u[i].powi(2), full[i][i], labs.u[i].powi(2) + 1.0), "{name}");
                for j in 0..labs.len() {
                    let difference = full[i][i] + full[j][j] - 2.0 * full[i][j];
                    prop_assert!(near(pairs.u[i][j].powi(2), difference, 20.0), "{name}: the reference value cancels");
                }
            }
        }
    }

    #[test]
    fn leaving_one_out_stretches_the_deviation_from_a_weighted_mean(rows in rows()) {
        // y − y₋ᵢ = w_i (x_i − y₋ᵢ), so both D and u(D) grow by 1/(1 − w_i).
        let labs = laboratories(&rows).all_in();
        let reference = weighted_mean(&labs).unwrap();
        let doe = unilateral(&labs, &reference, Rule::Stated).unwrap();
        let out = leave_one_out(&labs, None, weighted_mean).unwrap();
        for (i, w) in reference.weights.iter().enumerate() {
            prop_assert!(near(out.d[i] * (1.0 - w), doe.d[i], 10.0));
            prop_assert!(near(out.u[i] * (1.0 - w), doe.u[i], labs.u[i]));
        }
    }

    #[test]
    fn independent_results_make_least_squares_a_weighted_mean(rows in rows()) {
        let labs = laboratories(&rows);
        let Ok(plain) = weighted_mean(&labs) else { return Ok(()) };
        let v: Vec<Vec<f64>> = (0..labs.len())
            .map(|i| (0..labs.len()).map(|j| if i == j { labs.u[i] * labs.u[i] } else { 0.0 }).collect())
            .collect();
        let gls = gls_mean(&labs, &v).unwrap();
        prop_assert!(near(gls.mean.value, plain.value, 10.0) && near(gls.mean.u, plain.u, plain.u));
        let test = chi_squared(&labs, &plain, 0.05).unwrap();
        prop_assert!(near(gls.observed, test.observed, 1.0 + test.observed));
        let (a, b) = (unilateral_correlated(&labs, &gls.mean, &v), unilateral(&labs, &plain, Rule::Stated).unwrap());
        prop_assert!(a.u.iter().zip(&b.u).all(|(a, b)| near(*a, *b, 10.0)));
    }

    #[test]
    fn the_power_moderated_mean_lies_between_its_two_ends(rows in rows()) {
        let labs = laboratories(&rows);
        let Ok(full) = power_moderated_mean(&labs, Some(2.0)) else { return Ok(()) };
        let dark = random_effects_mean(&labs, Estimator::MandelPaule).unwrap();
        prop_assert!(near(full.mean.value, dark.value, 10.0) && near(full.mean.u, dark.u, dark.u));
        let none = power_moderated_mean(&labs, Some(0.0)).unwrap().mean;
        let mean = arithmetic_mean(&labs, Basis::Dispersion).unwrap();
        prop_assert!(near(none.value, mean.value, 10.0));
        prop_assert!(near(none.u, mean.u.max(dark.u), none.u));
    }

    #[test]
    fn no_table_makes_a_method_panic(
        value in prop::collection::vec(prop_oneof![6 => (-80..80i32).prop_map(|e| -(10_f64.powi(e))), 6 => -3.0..3.0f64, 1 => wild()], 0..6),
        u in prop::collection::vec(prop_oneof![6 => (-80..80i32).prop_map(|e| 10_f64.powi(e)), 6 => 0.1..3.0f64, 1 => wild()], 0..6),
        extra in prop::collection::vec(wild(), 0..6),
        inside in prop::collection::vec(any::<bool>(), 0..6),
        parameter in wild(),
    ) {
        let mut data = Data::default();
        let n = value.len();
        let mut labs = Fields::new();
        labs.insert("value".into(), Field::Numbers(value));
        labs.insert("u".into(), Field::Numbers(u.iter().cycle().take(if u.is_empty() { 0 } else { n }).copied().collect()));
        labs.insert("s".into(), Field::Numbers(u));
        labs.insert("n".into(), Field::Numbers(extra.clone()));
        if inside.len() == n {
            labs.insert("in_reference".into(), Field::Flags(inside));
        }
        data.tables.insert("labs".into(), labs);
        let covariance = Field::Matrix(vec![extra; n]);
        data.tables.insert("covariance".into(), Fields::from([("matrix".to_owned(), covariance)]));
        data.tables.insert("reference".into(), Fields::from([("value".to_owned(), Field::Number(1.0)), ("u".to_owned(), Field::Number(parameter))]));
        for method in METHODS {
            for name in ["none", "alpha", "significance", "coverage", "limit"] {
                let mut data = data.clone();
                data.parameters.insert(name.to_owned(), Field::Number(parameter));
                let _ = (method.compute)(&data);
            }
        }
    }
}

fn wild() -> impl Strategy<Value = f64> {
    prop_oneof![
        -3.0..3.0f64,
        Just(0.0),
        Just(1.0),
        Just(f64::NAN),
        Just(f64::INFINITY),
        Just(1e300),
        Just(1e-300),
        any::<f64>(),
    ]
}

#[test]
fn a_result_outside_the_reference_value_gets_the_plus_sign() {
    let mut labs = Laboratories::new(&[1.0, 2.0, 9.0], &[3.0, 4.0, 12.0]).unwrap();
    labs.in_reference[2] = false;
    let reference = weighted_mean(&labs).unwrap();
    assert!(near(reference.u, 2.4, 1.0));
    let u = unilateral(&labs, &reference, Rule::Stated).unwrap().u;
    let expected = [
        (9.0_f64 - 5.76).sqrt(),
        (16.0_f64 - 5.76).sqrt(),
        (144.0_f64 + 5.76).sqrt(),
    ];
    assert!(
        u.iter().zip(expected).all(|(u, e)| near(*u, e, 1.0)),
        "{u:?}"
    );
}

#[test]
fn a_dominating_laboratory_keeps_the_digits_of_its_small_deviation() {
    // w_1 = 1 − 1e-12 and u²(D_1) = u_1²(1 − w_1) to first order: a plain (1 − 2w)u² + u²(y) has no digit of it left.
    let labs = Laboratories::new(&[0.0, 1.0], &[1e-6, 1.0]).unwrap();
    let doe = unilateral(&labs, &weighted_mean(&labs).unwrap(), Rule::Stated).unwrap();
    assert!((doe.u[0] / 1e-12 - 1.0).abs() < 1e-9, "{:e}", doe.u[0]);
}

#[test]
fn an_uncertainty_that_does_not_go_with_the_weights_is_refused() {
    let labs = Laboratories::new(&[1.0, 1.01], &[1.0, 3.0]).unwrap();
    let reference = weighted_mean(&labs).unwrap().with_u(0.01);
    assert_eq!(
        unilateral(&labs, &reference, Rule::Reference)
            .unwrap_err()
            .kind,
        "negative-variance"
    );
}

#[test]
fn recognised_dark_uncertainty_widens_and_ignored_does_not() {
    // Equal uncertainties 1 and τ² = 3: y is the mean, u²(y) = 4/4 = 1.
    let labs = Laboratories::new(
        &[-3.0, -1.0, 1.0, 3.0].map(|x: f64| x * (0.6_f64).sqrt()),
        &[1.0; 4],
    )
    .unwrap();
    let reference = random_effects_mean(&labs, Estimator::MandelPaule).unwrap();
    assert!(near(reference.tau * reference.tau, 3.0, 1.0) && near(reference.u, 1.0, 1.0));
    let recognised = unilateral(&labs, &reference, Rule::DarkRecognised).unwrap();
    let ignored = unilateral(&labs, &reference, Rule::Stated).unwrap();
    assert!(near(recognised.u[0], 3.0_f64.sqrt(), 1.0));
    assert!(near(ignored.u[0], 0.75_f64.sqrt(), 1.0));
}

#[test]
fn the_modified_correction_is_never_narrower_than_the_plain_form() {
    use random_effects::{Correction, corrected_mean};
    // Equal uncertainties and less scatter than they say: q = 0.04 < 1.
    let labs = Laboratories::new(&[-0.2, 0.0, 0.2], &[1.0; 3]).unwrap();
    let u = |c| corrected_mean(&labs, Estimator::MandelPaule, c).unwrap().u;
    assert!(near(
        u(Correction::KnappHartung),
        0.2 * u(Correction::None),
        1.0
    ));
    assert_eq!(u(Correction::Modified), u(Correction::None));
    assert_eq!(
        corrected_mean(&labs, Estimator::Reml, Correction::Modified)
            .unwrap()
            .dof,
        2.0
    );
}

#[test]
fn a_given_value_adds_its_uncertainty_and_both_forms_of_e_n_agree() {
    let labs = Laboratories::new(&[10.3], &[0.4]).unwrap();
    let reference = Consensus::given(10.0, 0.3, f64::INFINITY, 1).unwrap();
    for rule in [Rule::Stated, Rule::Reference, Rule::DarkRecognised] {
        let doe = unilateral(&labs, &reference, rule).unwrap();
        assert!(near(doe.u[0], 0.5, 1.0) && near(doe.normalised(2.0)[0], 0.3, 1.0));
    }
    assert_eq!(
        Consensus::given(10.0, -0.3, 1.0, 1).unwrap_err().kind,
        "invalid-reference"
    );
}

#[test]
fn birge_scaling_widens_but_never_narrows() {
    let apart = Laboratories::new(&[0.0, 4.0], &[1.0, 1.0]).unwrap();
    let (plain, scaled) = (weighted_mean(&apart).unwrap(), birge_mean(&apart).unwrap());
    assert!(near(scaled.u / plain.u, birge_ratio(8.0, 1.0), 1.0));
    let close = Laboratories::new(&[0.0, 0.1], &[1.0, 1.0]).unwrap();
    assert_eq!(
        birge_mean(&close).unwrap().u,
        weighted_mean(&close).unwrap().u
    );
}

#[test]
fn the_two_uncertainties_of_a_median_follow_their_formulas() {
    // med = 3, MAD = 1, n = 5.
    let labs = Laboratories::new(&[1.0, 2.0, 3.0, 4.0, 90.0], &[1.0; 5]).unwrap();
    let large = median(&labs, MedianUncertainty::LargeSample).unwrap();
    assert!(near(large.value, 3.0, 1.0));
    assert!((large.u - 1.2533141 * 1.4826 / 5.0_f64.sqrt()).abs() < 1e-6);
    assert!(near(
        median(&labs, MedianUncertainty::Mueller).unwrap().u,
        0.929,
        1.0
    ));
    let equal = Laboratories::new(&[3.0, 3.0, 3.0, 9.0], &[1.0; 4]).unwrap();
    assert_eq!(
        median(&equal, MedianUncertainty::Mueller).unwrap_err().kind,
        "no-spread"
    );
}

#[test]
fn the_mad_rule_takes_out_what_lies_beyond_its_limit() {
    // S(MAD) = 1.4826, limit 3.7065: 4 − 0 and 10 − 4 … of 0, 3, 4, 5, 10 about the median 4.
    let labs = Laboratories::new(&[0.0, 3.0, 4.0, 5.0, 10.0], &[1.0; 5]).unwrap();
    let (s_mad, outliers) = mad_outliers(&labs, 2.5, 1.4826).unwrap();
    assert!(near(s_mad, 1.4826, 1.0));
    assert_eq!(outliers, [0, 4]);
    assert_eq!(mad_outliers(&labs, 4.0, 1.4826).unwrap().1, [4]);
}

#[test]
fn screening_removes_the_most_extreme_result_and_stops_when_none_is_left() {
    let labs = Laboratories::new(&[1.0, 1.1, 0.9, 1.05, 0.95, 1.0, 7.0], &[0.1; 7]).unwrap();
    let plain = power_moderated_mean(&labs, None).unwrap();
    let extreme = scaled_deviations(&labs, &plain);
    assert!(extreme[6] > extreme[5]);
    let screened = power_moderated_screened(&labs, None, 2.0).unwrap();
    assert_eq!(screened.excluded, [6]);
    assert!(!screened.labs.in_reference[6] && screened.pmm.mean.weights[6] == 0.0);
    assert!(
        scaled_deviations(&screened.labs, &screened.pmm)[..6]
            .iter()
            .all(|d| *d <= 2.0)
    );
}

#[test]
fn contradictory_correlations_are_refused() {
    let labs = Laboratories::new(&[1.0, 2.0, 3.0], &[1.0; 3]).unwrap();
    let v = vec![
        vec![1.0, 0.9, -0.9],
        vec![0.9, 1.0, 0.9],
        vec![-0.9, 0.9, 1.0],
    ];
    assert_eq!(
        gls_mean(&labs, &v).unwrap_err().kind,
        "not-positive-definite"
    );
}

#[test]
fn pairs_correlations_and_the_full_matrix_give_the_same_covariance() {
    let read = |covariance: &str| {
        let text = format!(
            "[labs]\nlab = ['A', 'B']\nvalue = [1, 2]\nu = [1, 2]\n[covariance]\n{covariance}\n"
        );
        let data = crate::evaluate::table::from_toml(&text).unwrap();
        read_covariance(&data, &Laboratories::read(&data, "labs").unwrap())
    };
    let expected = vec![vec![1.0, 0.5], vec![0.5, 4.0]];
    for form in [
        "pairs = ['A,B']\ncov = [0.5]",
        "pairs = ['B, A']\nr = [0.25]",
        "matrix = [[1, 0.5], [0.5, 4]]",
        "correlation = [[1, 0.25], [0.25, 1]]",
    ] {
        assert_eq!(read(form).unwrap(), expected, "{form}");
    }
    for (form, kind) in [
        ("pairs = ['A,C']\ncov = [0.5]", "unknown-pair"),
        ("pairs = ['A,B']\ncov = [0.5, 1]", "wrong-size"),
        ("matrix = [[1, 0.5], [0.4, 4]]", "not-symmetric"),
        ("matrix = [[1, 0.5], [0.5, 5]]", "covariance-disagrees"),
    ] {
        assert_eq!(read(form).unwrap_err().kind, kind, "{form}");
    }
}

#[test]
fn replicate_data_with_many_replicates_approach_known_variances() {
    let (mean, s) = (vec![-3.0, 1.0, 2.0, 4.0], vec![1.0, 2.0, 1.5, 0.5]);
    let n = vec![1e6; 4];
    let fit = vangel_rukhin(&Replicates {
        mean: mean.clone(),
        s: s.clone(),
        n,
    })
    .unwrap();
    let u: Vec<f64> = s.iter().map(|s| s / 1e3).collect();
    let known = random_effects::maximum_likelihood(&mean, &u);
    assert!((fit.mu - known.mu).abs() < 1e-6 && (fit.sigma2_between - known.tau2).abs() < 1e-5);
}

/// Results apart enough that every optional quantity is there.
const SAMPLE: &str = "
    [labs]
    lab = ['A', 'B', 'C', 'D', 'E']
    value = [10.0, 10.2, 10.1, 11.5, 10.4]
    u = [0.1, 0.2, 0.1, 0.3, 0.2]
    s = [0.1, 0.2, 0.1, 0.3, 0.2]
    n = [3, 4, 3, 5, 3]
    in_reference = [true, true, true, true, false]
    [reference]
    value = 10.1
    u = 0.05
    [covariance]
    pairs = ['A,B']
    r = [0.3]
";

/// The names after `gives` in the entry of every method in the library text.
fn documented() -> std::collections::BTreeMap<String, Vec<String>> {
    let text = include_str!("../../../stdlib/methods/reference.bidui");
    let mut entries = std::collections::BTreeMap::new();
    let mut current = String::new();
    for line in text.lines() {
        let words: Vec<&str> = line.split_whitespace().collect();
        match words.as_slice() {
            ["method", name, ..] => {
                current = name.rsplit('.').next().unwrap().to_owned();
                entries.insert(current.clone(), Vec::new());
            }
            ["gives", name, ..] => entries.get_mut(&current).unwrap().push((*name).to_owned()),
            _ => {}
        }
    }
    entries
}

#[test]
fn the_library_documents_exactly_what_the_methods_compute() {
    let documented = documented();
    let ids: Vec<&str> = METHODS.iter().map(|method| method.id).collect();
    let mut known: Vec<&str> = documented.keys().map(String::as_str).collect();
    let mut sorted = ids.clone();
    sorted.sort_unstable();
    known.sort_unstable();
    assert_eq!(known, sorted);
    let data = crate::evaluate::table::from_toml(SAMPLE).unwrap();
    for method in METHODS {
        let mut data = data.clone();
        if method.id == "power-moderated-mean" {
            data.parameters
                .insert("exclude_outliers".into(), Field::Flag(true));
        }
        if method.id != "generalised-least-squares-mean" {
            data.tables.remove("covariance");
        }
        let computed = (method.compute)(&data)
            .unwrap_or_else(|refused| panic!("{}: {}", method.id, refused.reason.en));
        let mut names: Vec<String> = computed
            .entries
            .iter()
            .map(|(name, _)| name.replace("of_all_5", "of_all_n"))
            .collect();
        let mut expected = documented[method.id].clone();
        names.sort();
        expected.sort();
        assert_eq!(names, expected, "{}", method.id);
    }
}
