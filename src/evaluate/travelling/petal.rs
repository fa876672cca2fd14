//! Petal circulation: the pilot measures before and after each petal of laboratories.

use nalgebra::DMatrix;

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::evaluate::travelling::equivalence::{Equivalence, Visits};
use crate::evaluate::travelling::pilot::{PilotSeries, Reference, predict};
use crate::evaluate::travelling::stability::stability_ratio;
use crate::numeric::least_squares::{propagate, standard_uncertainties};

pub const PETAL: Method = Method {
    id: "petal-circulation",
    compute: petal,
};

/// Reference values for laboratories in petals (numbered from 0): the mean of the pilot values before and after the petal.
///
/// Between laboratories: u_sys² + u_rep²/2 in the same petal, + u_rep²/4 in neighbouring petals (they share one pilot measurement).
pub fn petal_reference(pilot: &PilotSeries, petals: &[usize]) -> Reference {
    let gain = DMatrix::from_fn(petals.len(), pilot.value.len(), |i, j| {
        if j == petals[i] || j == petals[i] + 1 {
            0.5
        } else {
            0.0
        }
    });
    let covariance = propagate(&gain, &pilot.repeatability());
    predict(pilot, &gain, covariance)
}

fn petal(data: &Data) -> Result<Quantities, Inapplicable> {
    let pilot = PilotSeries::read(data, false)?;
    pilot.require(2)?;
    let visits = Visits::read(data, false)?;
    let count = pilot.value.len() - 1;
    let numbers = columns::column(data, "labs", &["petal"], visits.results.len())?;
    let petals = numbers
        .iter()
        .map(|v| petal_index(*v, count))
        .collect::<Result<Vec<_>, _>>()?;
    let own = petal_reference(&pilot, &(0..count).collect::<Vec<_>>());
    let reference = petal_reference(&pilot, &petals);
    let mut out = Quantities::default();
    out.numbers("petal.u", standard_uncertainties(&own.covariance));
    out.numbers("petal.reference", own.value);
    out.numbers(
        "petal.stability_ratio",
        (0..count)
            .map(|i| stability_ratio(&pilot, i))
            .collect::<Vec<_>>(),
    );
    out.numbers("u_reference", standard_uncertainties(&reference.covariance));
    Equivalence::outside(&visits, &reference).record(columns::coverage_factor(data)?, &mut out);
    columns::in_range(out)
}

/// Petals are numbered from 1 in the table.
fn petal_index(number: f64, count: usize) -> Result<usize, Inapplicable> {
    (0..count).find(|i| *i as f64 + 1.0 == number).ok_or_else(|| {
        Inapplicable::new(
            "unknown-petal",
            format!("花瓣编号 {number} 无效：{} 次主导实验室测量围成 {count} 个花瓣，编号为 1 至 {count}", count + 1),
            format!("petal {number} does not exist: {} pilot measurements enclose {count} petals, numbered 1 to {count}", count + 1),
        )
    })
}
