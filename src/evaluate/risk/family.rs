//! The method of multiple comparisons as `bidui compute` calls it.

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities, missing};
use crate::evaluate::risk::multiplicity::{
    adjust, at_least_one, sidak_level, two_sided, two_sided_limit,
};

pub const MULTIPLE: Method = Method {
    id: "multiple-comparisons",
    compute: multiple,
};

/// Table `tests` or `labs` with `p`, `z` or `En` (E_n at coverage factor `k`), and/or family sizes `n`.
fn multiple(data: &Data) -> Result<Quantities, Inapplicable> {
    let k = columns::coverage_factor(data)?;
    let alpha = columns::option_probability(data, "alpha", 0.05)?;
    let sizes = sizes(data)?;
    let p = p_values(data, k)?;
    if sizes.is_none() && p.is_none() {
        return Err(missing("tests", "p"));
    }
    let mut out = Quantities::default();
    if let Some(n) = sizes {
        out.numbers(
            "family.p_any_false_alarm",
            n.iter()
                .map(|n| at_least_one(two_sided(k), *n))
                .collect::<Vec<_>>(),
        );
        record_limits(&n, alpha, k, "family.", &mut out);
    }
    if let Some(p) = p {
        let m = p.len() as f64;
        out.number("p_any_false_alarm", at_least_one(two_sided(k), m));
        record_limits(&[m], alpha, k, "", &mut out);
        let adjusted = adjust(&p);
        out.entries
            .push(("single.rejected".to_owned(), rejected(&p, alpha)));
        out.numbers("p", p);
        for (name, values) in [
            ("bonferroni", adjusted.bonferroni),
            ("sidak", adjusted.sidak),
            ("holm", adjusted.holm),
            ("bh", adjusted.benjamini_hochberg),
        ] {
            out.entries
                .push((format!("{name}.rejected"), rejected(&values, alpha)));
            out.numbers(&format!("{name}.adjusted_p"), values);
        }
    }
    columns::in_range(out)
}

fn rejected(p: &[f64], alpha: f64) -> Field {
    Field::Flags(p.iter().map(|p| *p <= alpha).collect())
}

/// Levels and limits of the single test that keep the family at `alpha`.
fn record_limits(n: &[f64], alpha: f64, k: f64, prefix: &str, out: &mut Quantities) {
    for (name, level) in [
        ("sidak", sidak_level as fn(f64, f64) -> f64),
        ("bonferroni", |alpha, n| alpha / n),
    ] {
        let levels: Vec<f64> = n.iter().map(|n| level(alpha, *n)).collect();
        let limits: Vec<f64> = levels.iter().map(|l| two_sided_limit(*l)).collect();
        let mut put = |what: &str, values: Vec<f64>| match (prefix.is_empty(), values.first()) {
            (true, Some(one)) => out.number(&format!("{name}.{what}"), *one),
            _ => out.numbers(&format!("{prefix}{name}.{what}"), values),
        };
        put("level", levels);
        put("En_limit", limits.iter().map(|z| z / k).collect());
        put("z_limit", limits);
    }
}

fn sizes(data: &Data) -> Result<Option<Vec<f64>>, Inapplicable> {
    let n = match data.find("n") {
        Some(Field::Numbers(n)) => n.clone(),
        Some(Field::Number(n)) => vec![*n],
        _ => return Ok(None),
    };
    match n.iter().find(|n| !(n.is_finite() && **n >= 1.0)) {
        Some(bad) => Err(columns::bad_option("n", &bad.to_string())),
        None => Ok(Some(n)),
    }
}

fn p_values(data: &Data, k: f64) -> Result<Option<Vec<f64>>, Inapplicable> {
    let table = ["tests", "labs"]
        .into_iter()
        .find(|t| data.tables.contains_key(*t))
        .unwrap_or("tests");
    let has = |name: &str| data.table(table).is_some_and(|t| t.contains_key(name));
    if has("p") {
        let p = columns::free_column(data, table, &["p"])?;
        return match p.iter().find(|p| !(0.0..=1.0).contains(*p)) {
            Some(bad) => Err(columns::bad_option("p", &bad.to_string())),
            None => Ok(Some(p)),
        };
    }
    for (name, factor) in [("z", 1.0), ("En", k)] {
        if has(name) {
            return Ok(Some(
                columns::free_column(data, table, &[name])?
                    .iter()
                    .map(|score| two_sided(score * factor))
                    .collect(),
            ));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::evaluate::table::from_toml;

    fn number(q: &Quantities, name: &str) -> f64 {
        match q.get(name) {
            Some(Field::Number(v)) => *v,
            other => panic!("{name}: {other:?}"),
        }
    }

    #[test]
    fn ten_laboratories_at_k2_raise_a_false_alarm_in_37_percent() {
        let q =
            multiple(&from_toml("[input.labs]\nEn=[0,0,0,0,0,0,0,0,0,1.2]\n").unwrap()).unwrap();
        assert!(
            (number(&q, "p_any_false_alarm")
                - (1.0 - (1.0 - 0.045_500_263_896_358_4_f64).powi(10)))
            .abs()
                < 1e-13
        );
        // The Šidák limit of ten two-sided normal tests at 5 % is |z| = 2.800.
        assert!((number(&q, "sidak.z_limit") - 2.800).abs() < 5e-4);
        assert!(number(&q, "sidak.En_limit") > 1.2);
    }

    #[test]
    fn family_sizes_alone_give_the_table_of_false_alarms() {
        let q = multiple(&from_toml("[input.options]\nn=[1,5]\n").unwrap()).unwrap();
        let Some(Field::Numbers(p)) = q.get("family.p_any_false_alarm") else {
            panic!("no table")
        };
        assert!((p[0] - 0.045_500_263_896_358_4).abs() < 1e-14 && p[1] > 0.2);
    }

    #[test]
    fn nothing_to_test_is_refused() {
        assert_eq!(
            multiple(&from_toml("[input.labs]\nlab=['A']\n").unwrap())
                .unwrap_err()
                .kind,
            "missing-column"
        );
    }
}
