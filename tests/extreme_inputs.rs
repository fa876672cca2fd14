//! No input makes a method panic or give a number that is not one: it is computed or refused.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bidui::evaluate::method::{Data, Field, Quantities};
use bidui::evaluate::register::methods;
use bidui::evaluate::table::from_toml;
use proptest::prelude::*;

/// A sound input for each method.
const EXAMPLES: &[(&str, &str)] = &[
    (
        "ring-circulation",
        "[pilot]\nt=[0,200]\nvalue=[100.0,100.1]\nu_rep=0.1\nu_sys_common=0.2\n[labs]\nlab=['A','B']\nt=[40,160]\nvalue=[100.2,99.9]\nu=[0.1,0.2]\n",
    ),
    ("star-linear-drift", STAR),
    ("star-random-walk", STAR),
    ("star-drift-consensus", STAR),
    ("drift-test", STAR),
    ("drift-action", STAR),
    (
        "petal-circulation",
        "[pilot]\nvalue=[1.0,1.1,1.2]\nu_rep=0.1\nu_sys_common=0.2\n[labs]\nlab=['A','B']\npetal=[1,2]\nvalue=[1.2,0.9]\nu=[0.1,0.2]\nu_transport=0.01\n",
    ),
    (
        "artefacts-and-loops",
        "[measurements]\nartefact=['X','X','Y','Y']\nlab=['P','A','P','B']\nvalue=[1.0,1.1,2.0,2.1]\nu=[0.1,0.1,0.2,0.2]\nu_common=[0.1,0,0.1,0]\n[weights]\nlab=['P','A','B']\nw=[1,1,2]\n",
    ),
    (
        "bilateral-travelling-standards",
        "[labs]\nstandard=['a','a','b','b']\nt=[0,2,0,2]\nvalue=[1.0,1.1,2.0,2.1]\nu_rep=0.1\nu_sys_common=0.1\n[pilot]\nstandard=['a','b']\nt=[1,1]\nvalue=[1.1,2.1]\nu_rep=0.1\n",
    ),
    (
        "multi-point-consensus",
        "[labs]\nlab=['A','B','C']\nvalues=[[1.0,2.0],[1.1,2.1],[1.2,2.3]]\nu_common=[0.1,0.1,0.2]\nu_random=[[0.1,0.2],[0.1,0.1],[0.1,0.2]]\ninclude=[true,true,false]\n",
    ),
    (
        "complex-consensus",
        "[labs]\nlab=['A','B']\nre=[1.0,1.1]\nim=[0.0,0.1]\nu_re=[0.1,0.1]\nu_im=[0.1,0.2]\nr=[0.5,0.1]\n",
    ),
    (
        "proportion-correct",
        "[labs]\nlab=['A','B']\ncorrect=[9,7]\ntotal=[10,10]\n",
    ),
    (
        "mcnemar-exact",
        "[labs]\nlab=['A','B']\noutcomes=[[1,0,1],[0,0,1]]\n",
    ),
    (
        "log-relative-error",
        "[labs]\nlab=['A']\nvalues=[[1.001,2.0]]\n[certified]\nvalue=[1.0,2.0]\ndigits=[11,11]\n",
    ),
    ("link-to-key-comparison", LINK),
    ("link-to-key-comparison-ratio", LINK),
    ("integrity-screen", SCREEN),
    ("circulation-order-effects", SCREEN),
    ("dispersion-ratio", SCREEN),
    ("group-correlation", SCREEN),
    (
        "replicate-variance-lower-tail",
        "[labs]\nlab=['A','B']\nreplicates=[[1.0,1.1,1.2],[1.0,1.0,1.3]]\n",
    ),
    (
        "en-operating-characteristic",
        "[scenarios]\nuref=[0.3,1.0]\nratio=[2.0,1.0]\nbias=[1.0,0.0]\n",
    ),
    ("detectable-bias", "[labs]\nu=[1.0,2.0]\nu_ref=[0.5,0.5]\n"),
    (
        "three-zone-decision",
        "[labs]\nD=[1.0,2.0]\nu_lab=[0.5,0.5]\nu_ref=[0.1,0.2]\nu_ts=[0.1,0.1]\n",
    ),
    (
        "conformity-risk",
        "[labs]\nvalue=[1.0,2.0]\nu=[0.1,0.1]\n[options]\nlower=0\nupper=3\nr=0.5\ny0=1\nu0=0.5\n",
    ),
    (
        "multiple-comparisons",
        "[labs]\nEn=[0.1,1.2]\n[options]\nn=[1,5]\nalpha=0.05\n",
    ),
];

const STAR: &str = "[pilot]\nt=[0,90,180]\nvalue=[10.0,10.1,10.3]\nu_rep=[0.1,0.1,0.2]\nu_sys_common=0.2\n[labs]\nlab=['A','B']\nt=[45,135]\nvalue=[10.2,10.1]\nu=[0.1,0.2]\nu_transport=[0.01,0.02]\nin_reference=[true,false]\n";
const LINK: &str = "[kc]\nlab=['A','B','C']\nvalue=[10.0,10.1,10.2]\nu=[0.1,0.1,0.2]\n[rmo]\nlab=['A','P']\nvalue=[5.0,5.1]\nu=[0.1,0.2]\n[linking]\nlab=['A']\ns_common=[0.05]\n";
const SCREEN: &str = "[deviations]\nlab=['A','B','C','D']\nd=[[0.11,0.22,-0.3],[0.1,0.25,-0.33],[-0.4,0.1,0.2],[0.3,-0.2,0.1]]\nu=[[0.2,0.2,0.2],[0.2,0.2,0.3],[0.2,0.1,0.2],[0.2,0.2,0.2]]\nposition=[1,2,3,4]\ngroup=['m','m','m','n']\n[items]\nsigma_model=[0.3,0.3,0.3]\n";

const SPECIAL: &[f64] = &[
    f64::NAN,
    f64::INFINITY,
    f64::NEG_INFINITY,
    0.0,
    -1.0,
    1.0,
    1e308,
    -1e308,
    1e154,
    1e-308,
    5e-324,
    1e-160,
    0.5,
    2.0,
    1e9,
];

/// Changes one field of the data.
fn disturb(data: &mut Data, which: usize, how: usize, place: usize) {
    let fields: Vec<(String, String)> = data
        .tables
        .iter()
        .flat_map(|(t, f)| f.keys().map(move |c| (t.clone(), c.clone())))
        .collect();
    let (table, column) = &fields[which % fields.len()];
    let fields = data.tables.get_mut(table).unwrap();
    if how == SPECIAL.len() {
        fields.remove(column);
        return;
    }
    if how == SPECIAL.len() + 1 {
        fields.insert(column.clone(), Field::Word("x".to_owned()));
        return;
    }
    let special = SPECIAL.get(how).copied();
    match fields.get_mut(column).unwrap() {
        Field::Number(v) => *v = special.unwrap_or(3.0),
        Field::Numbers(v) => change(v, special, place),
        Field::Matrix(rows) => {
            let row = place % rows.len();
            let column = place / rows.len();
            change(&mut rows[row], special, column);
        }
        Field::Words(v) => v.truncate(place % (v.len() + 1)),
        Field::Flags(v) => v.iter_mut().for_each(|f| *f = !*f),
        Field::Flag(_) | Field::Word(_) => {}
    }
}

/// Puts `special` at one place, or everywhere, or cuts the column.
fn change(column: &mut Vec<f64>, special: Option<f64>, place: usize) {
    match special {
        Some(value) if place % 4 == 3 => column.iter_mut().for_each(|v| *v = value),
        Some(value) if !column.is_empty() => {
            let index = place % column.len();
            column[index] = value;
        }
        _ => column.truncate(place % (column.len() + 1)),
    }
}

/// The name of a number that is NaN, if any. The correlation with a laboratory whose scores are all equal is undefined, and said so by NaN.
fn not_a_number(quantities: &Quantities) -> Option<&str> {
    quantities
        .entries
        .iter()
        .filter(|(name, _)| !name.contains("correlation"))
        .find(|(_, field)| match field {
            Field::Number(v) => v.is_nan(),
            Field::Numbers(v) => v.iter().any(|x| x.is_nan()),
            Field::Matrix(rows) => rows.iter().flatten().any(|x| x.is_nan()),
            _ => false,
        })
        .map(|(name, _)| name.as_str())
}

#[test]
fn the_examples_are_sound() {
    for (id, text) in EXAMPLES {
        let method = methods()
            .into_iter()
            .find(|m| m.id == *id)
            .unwrap_or_else(|| panic!("{id}"));
        let computed = (method.compute)(&from_toml(text).unwrap())
            .unwrap_or_else(|e| panic!("{id}: {}", e.reason.en));
        assert_eq!(not_a_number(&computed), None, "{id}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(1000))]
    #[test]
    fn disturbed_inputs_are_computed_or_refused(example in 0..EXAMPLES.len(), changes in prop::collection::vec((0..20_usize, 0..SPECIAL.len() + 3, 0..12_usize), 1..4)) {
        let (id, text) = EXAMPLES[example];
        let method = methods().into_iter().find(|m| m.id == id).unwrap();
        let mut data = from_toml(text).unwrap();
        for (which, how, place) in changes {
            if data.tables.values().all(|t| t.is_empty()) {
                break;
            }
            disturb(&mut data, which, how, place);
        }
        match (method.compute)(&data) {
            Ok(computed) => {
                let nan = not_a_number(&computed);
                prop_assert!(nan.is_none(), "{id}: {nan:?} from {data:?}");
            }
            Err(refused) => prop_assert!(!refused.reason.zh.is_empty() && !refused.reason.en.is_empty()),
        }
    }
}
