//! Conformance of software: how many digits of a certified value an implementation reproduces.

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities};

pub const DIGITS: Method = Method {
    id: "log-relative-error",
    compute: digits,
};

/// Correct significant digits −log10(|computed − certified|/|certified|); for a certified zero −log10 |computed|.
///
/// Never below 0 nor above `reported`, the digits of the certified value: beyond them agreement proves nothing.
/// Source: B. D. McCullough, Am. Stat. 52 (1998) 358 (log relative error).
pub fn log_relative_error(computed: f64, certified: f64, reported: f64) -> f64 {
    let error = if certified == 0.0 {
        computed.abs()
    } else {
        ((computed - certified) / certified).abs()
    };
    if error.is_nan() {
        0.0
    } else {
        (-error.log10()).clamp(0.0, reported)
    }
}

fn digits(data: &Data) -> Result<Quantities, Inapplicable> {
    let computed = columns::matrix(data, "labs", "values")?;
    let certified = columns::column(data, "certified", &["value"], computed.ncols())?;
    let reported = columns::optional_column(data, "certified", &["digits"], certified.len())?
        .unwrap_or_else(|| vec![15.0; certified.len()]);
    columns::positive(&reported, "certified", "digits")?;
    let needed = columns::option_number(data, &["needed_digits"])?;
    let table: Vec<Vec<f64>> = computed
        .row_iter()
        .map(|row| {
            row.iter()
                .zip(&certified)
                .zip(&reported)
                .map(|((x, c), d)| log_relative_error(*x, *c, *d))
                .collect()
        })
        .collect();
    let worst: Vec<f64> = table
        .iter()
        .map(|row| row.iter().copied().fold(f64::INFINITY, f64::min))
        .collect();
    let mut out = Quantities::default();
    if let Some(needed) = needed {
        out.entries.push((
            "lab.conforms".to_owned(),
            Field::Flags(worst.iter().map(|w| *w >= needed).collect()),
        ));
    }
    out.matrix("lre", table);
    out.numbers("lab.worst_lre", worst);
    columns::in_range(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn digits_in_agreement_are_counted() {
        assert!((log_relative_error(1.000_01, 1.0, 15.0) - 5.0).abs() < 1e-9);
        assert_eq!(log_relative_error(2.0, 2.0, 11.0), 11.0);
        assert!((log_relative_error(1e-9, 0.0, 15.0) - 9.0).abs() < 1e-12);
        assert_eq!(log_relative_error(-50.0, 1.0, 15.0), 0.0);
    }
}
