//! The methods of ISO 5725-2 on tables of data.

use super::cells::{self, Cells};
use super::{Cell, mandel_h, mandel_h_critical, mandel_k, mandel_k_critical, precision, youden};
use crate::evaluate::method::{Data, Field, Inapplicable, Method, Quantities};
use crate::evaluate::outlier::{Sides, cochran, cochran_critical, grubbs_critical, grubbs_pair};
use crate::evaluate::proficiency::robust::{Factors, Stop, algorithm_a, algorithm_s};
use crate::evaluate::sample::table_name;

pub const METHODS: &[Method] = &[
    Method {
        id: "precision-experiment",
        compute: compute_experiment,
    },
    Method {
        id: "youden-pairs",
        compute: compute_youden,
    },
];

/// The levels at which ISO 5725-2 calls a result a straggler and an outlier.
const LEVELS: [f64; 2] = [0.05, 0.01];

fn compute_experiment(data: &Data) -> Result<Quantities, Inapplicable> {
    let Cells { lab, cells } = cells::read(data)?;
    let mut out = Quantities::default();
    let result = precision(&cells)?;
    out.words("lab", lab);
    out.number("mean", result.mean);
    out.number("s_r", result.s_r);
    out.number("s_L", result.s_l);
    out.number("s_R", result.s_reproducibility);
    out.flag("s_L_negative", result.negative_between);
    if cells.len() >= 3 {
        means(&mut out, &cells)?;
    }
    variances(&mut out, &cells)?;
    Ok(out)
}

/// Mandel's h, Grubbs' tests and Algorithm A of the cell means.
fn means(out: &mut Quantities, cells: &[Cell]) -> Result<(), Inapplicable> {
    let p = cells.len();
    let h = mandel_h(cells)?;
    out.number(
        "grubbs.G_high",
        h.iter().copied().fold(f64::NEG_INFINITY, f64::max),
    );
    out.number(
        "grubbs.G_low",
        -h.iter().copied().fold(f64::INFINITY, f64::min),
    );
    out.numbers("mandel.h", h);
    out.numbers(
        "mandel.h_critical",
        LEVELS.map(|alpha| mandel_h_critical(p, alpha)),
    );
    out.numbers(
        "grubbs.critical",
        LEVELS.map(|alpha| grubbs_critical(p, alpha, Sides::Two)),
    );
    let means: Vec<f64> = cells.iter().map(|c| c.mean).collect();
    if p >= 4 {
        let pair = grubbs_pair(&means)?;
        out.number("grubbs.pair_high_ratio", pair.high_ratio);
        out.number("grubbs.pair_low_ratio", pair.low_ratio);
    }
    for (name, factors) in [
        ("algorithm_a", Factors::Printed),
        ("algorithm_a_exact_factor", Factors::Exact),
    ] {
        let robust = algorithm_a(&means, Stop::Converged, factors)?;
        out.numbers(name, [robust.x, robust.s]);
    }
    Ok(())
}

/// Mandel's k, Cochran's test and Algorithm S of the cell standard deviations; their critical values only where all cells have the
/// same number of replicates.
fn variances(out: &mut Quantities, cells: &[Cell]) -> Result<(), Inapplicable> {
    let n = cells[0].n;
    let balanced = cells.iter().all(|c| c.n == n) && n > 1;
    if cells.iter().all(|c| c.n < 2 || c.s == 0.0) || cells.iter().filter(|c| c.n > 1).count() < 2 {
        return Ok(());
    }
    out.numbers("mandel.k", mandel_k(cells)?);
    if !balanced {
        return Ok(());
    }
    let p = cells.len();
    let squares: Vec<f64> = cells.iter().map(|c| c.s * c.s).collect();
    let nu = n as f64 - 1.0;
    let test = cochran(&squares, nu, LEVELS[0])?;
    out.numbers(
        "mandel.k_critical",
        LEVELS.map(|alpha| mandel_k_critical(p, n, alpha)),
    );
    out.number("cochran.C", test.statistic);
    out.numbers(
        "cochran.critical",
        LEVELS.map(|alpha| cochran_critical(p, nu, alpha)),
    );
    out.number("cochran.C_lower", test.lowest);
    let deviations: Vec<f64> = cells.iter().map(|c| c.s).collect();
    let robust = algorithm_s(&deviations, n - 1, Stop::Converged, Factors::Exact)?.s;
    out.number("algorithm_s", robust);
    if n == 2 {
        // The standard deviation of duplicates is their range over √2, so both forms of Algorithm S agree.
        out.number("algorithm_s_ranges", robust);
    }
    Ok(())
}

fn compute_youden(data: &Data) -> Result<Quantities, Inapplicable> {
    let table = table_name(data, ["pairs", "data", "labs"]);
    let column = |names: [&str; 2]| {
        data.numbers(table, names[0])
            .or_else(|_| data.numbers(table, names[1]))
    };
    let (a, b) = (column(["a", "A"])?, column(["b", "B"])?);
    let result = youden(&a, &b, data.number_or("coverage", 0.95)?)?;
    let mut out = Quantities::default();
    out.numbers("mean", result.mean);
    out.number("s_within", result.within);
    out.number("s_total", result.total);
    out.number("s_between", result.between);
    out.number("correlation", result.correlation);
    out.numbers("ellipse.half_axes", result.half_axes);
    out.number("ellipse.angle", result.angle);
    let outside = result.distance.iter().map(|d| *d > 1.0).collect();
    out.numbers("ellipse.distance", result.distance);
    out.entries
        .push(("ellipse.outside".to_owned(), Field::Flags(outside)));
    Ok(out)
}
