//! Tests of the stability of a travelling standard.

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::evaluate::travelling::drift::{DriftAction, LinearDrift, reference_at};
use crate::evaluate::travelling::equivalence::{Equivalence, Visits};
use crate::evaluate::travelling::pilot::PilotSeries;
use crate::numeric::least_squares::standard_uncertainties;

pub const DRIFT_ACTION: Method = Method {
    id: "drift-action",
    compute: drift_action,
};
pub const DRIFT_TEST: Method = Method {
    id: "drift-test",
    compute: drift_test,
};

/// |P_{i+1} − P_i| / (2 (u_i² + u_{i+1}²)^½) between two neighbouring pilot measurements, > 1 for a change beyond repeatability at k = 2.
///
/// The systematic part of the pilot is the same in both and does not enter.
pub fn stability_ratio(pilot: &PilotSeries, i: usize) -> f64 {
    (pilot.value[i + 1] - pilot.value[i]).abs() / (2.0 * pilot.u_rep[i].hypot(pilot.u_rep[i + 1]))
}

/// The tests on the pilot's series alone: slope, lack of fit, and the ratio between neighbours.
fn drift_test(data: &Data) -> Result<Quantities, Inapplicable> {
    let pilot = PilotSeries::read(data, true)?.in_time_order();
    let significance = columns::option_probability(data, "significance", 0.05)?;
    let line = LinearDrift::fit(&pilot)?;
    let mut out = Quantities::default();
    line.record(&mut out);
    out.numbers(
        "stability.ratio",
        (0..pilot.value.len() - 1)
            .map(|i| stability_ratio(&pilot, i))
            .collect::<Vec<_>>(),
    );
    out.flag("drift.significant", line.p_no_drift() < significance);
    if let Some(p) = line.p_lack_of_fit() {
        out.flag("fit.adequate", p >= significance);
    }
    columns::in_range(out)
}

/// Reference values and degrees of equivalence under one declared action.
fn drift_action(data: &Data) -> Result<Quantities, Inapplicable> {
    let pilot = PilotSeries::read(data, true)?;
    let visits = Visits::read(data, true)?;
    let step = columns::option_number(data, &["s_w"])?;
    let action = DriftAction::parse(&data.word_or("action", "correct")?, step)?;
    let reference = reference_at(&pilot, action, &visits.t)?;
    let mut out = Quantities::default();
    out.numbers("reference_at_t", reference.value.clone());
    out.numbers(
        "u_reference_at_t",
        standard_uncertainties(&reference.covariance),
    );
    Equivalence::outside(&visits, &reference).record(columns::coverage_factor(data)?, &mut out);
    columns::in_range(out)
}
