//! Ring circulation: the pilot measures at the start and at the end only.

use crate::evaluate::columns;
use crate::evaluate::method::{Data, Inapplicable, Method, Quantities};
use crate::evaluate::travelling::drift::{DriftAction, reference_at};
use crate::evaluate::travelling::equivalence::{Equivalence, Visits};
use crate::evaluate::travelling::pilot::PilotSeries;
use crate::evaluate::travelling::stability::stability_ratio;
use crate::numeric::least_squares::standard_uncertainties;

pub const RING: Method = Method {
    id: "ring-circulation",
    compute: ring,
};

fn ring(data: &Data) -> Result<Quantities, Inapplicable> {
    let pilot = PilotSeries::read(data, true)?.in_time_order();
    pilot.require(2)?;
    if pilot.value.len() > 2 {
        return Err(Inapplicable::new(
            "too-many-pilot-measurements",
            format!(
                "环形循环只用首尾两次主导实验室测量，表中有 {} 次；请改用星形方法（star-linear-drift）",
                pilot.value.len()
            ),
            format!(
                "a ring has two pilot measurements, start and end; {} found: use the star method (star-linear-drift)",
                pilot.value.len()
            ),
        ));
    }
    let visits = Visits::read(data, true)?;
    let k = columns::coverage_factor(data)?;
    let mut out = Quantities::default();
    out.number("stability.ratio", stability_ratio(&pilot, 0));
    for (name, action) in [
        ("interpolated", DriftAction::Interpolate),
        ("mean", DriftAction::Widen),
    ] {
        let reference = reference_at(&pilot, action, &visits.t)?;
        let doe = Equivalence::outside(&visits, &reference);
        let u = standard_uncertainties(&reference.covariance);
        if action == DriftAction::Widen {
            out.number("mean.reference", reference.value[0]);
            out.number("mean.u", u[0]);
        } else {
            out.numbers("interpolated.reference", reference.value.clone());
            out.numbers("interpolated.u", u);
        }
        out.numbers(&format!("{name}.D"), doe.d.clone());
        out.numbers(&format!("{name}.u_D"), doe.u());
        out.numbers(&format!("{name}.En_k{k}"), doe.normalised(k));
        record_pairs(&visits.results.lab, &doe, name, &mut out);
    }
    columns::in_range(out)
}

/// Writes the uncertainty of the difference of each pair of laboratories under the names of the two.
fn record_pairs(lab: &[String], doe: &Equivalence, name: &str, out: &mut Quantities) {
    let u = doe.bilateral_u();
    for (i, first) in lab.iter().enumerate() {
        for (j, second) in lab.iter().enumerate().skip(i + 1) {
            out.number(&format!("bilateral.u_D_{first}{second}_{name}"), u[i][j]);
        }
    }
}
