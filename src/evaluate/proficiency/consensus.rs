//! Assigned values that are formed of the participants' results alone, with the standard deviation of those results.

use crate::evaluate::laboratories::Laboratories;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::proficiency::robust::{Factors, Robust, Stop, algorithm_a, q_hampel};
use crate::evaluate::proficiency::robust_uncertainty;
use crate::evaluate::reference::{Basis, Consensus};
use crate::evaluate::sample::{Frame, check_count, check_finite};
use crate::numeric::sum::{mean, median, standard_deviation, sum};

/// Names of the methods that [`results_alone`] carries out: the last part of their paths.
pub const NAMES: [&str; 4] = [
    "algorithm-a",
    "few-participants",
    "mean-and-deviation",
    "q-hampel",
];

/// A reference value with the standard deviation of the results it was formed of.
#[derive(Debug, Clone, PartialEq)]
pub struct OfResults {
    pub consensus: Consensus,
    /// Standard deviation of the results, robust where the method is.
    pub s: f64,
}

/// The assigned value of the members of `labs` by the method called `name`; none for an unknown name. Stated uncertainties have no part in it.
///
/// u(x_pt) is 1.25 s*/√p for the robust methods (ISO 13528:2022, 7.7.3) and s/√p for the arithmetic mean.
pub fn results_alone(name: &str, labs: &Laboratories) -> Option<Result<OfResults, Inapplicable>> {
    let rows: Vec<usize> = (0..labs.len()).filter(|i| labs.in_reference[*i]).collect();
    let values: Vec<f64> = rows.iter().map(|row| labs.value[*row]).collect();
    let p = values.len();
    let found = location_and_deviation(name, &values)?;
    Some(found.and_then(|Robust { x, s, .. }| {
        let classical = name == "mean-and-deviation";
        let u = if classical {
            s / (p as f64).sqrt()
        } else {
            robust_uncertainty(s, p)
        };
        let mut consensus = Consensus::given(x, u, p as f64 - 1.0, labs.len())?;
        consensus.basis = Basis::Dispersion;
        if classical {
            for row in rows {
                consensus.weights[row] = 1.0 / p as f64;
            }
        }
        Ok(OfResults { consensus, s })
    }))
}

/// Location and standard deviation of `values` by the method called `name`; none for an unknown name.
pub(super) fn location_and_deviation(
    name: &str,
    values: &[f64],
) -> Option<Result<Robust, Inapplicable>> {
    Some(match name {
        "algorithm-a" => algorithm_a(values, Stop::Converged, Factors::Printed),
        "few-participants" => few(values),
        "mean-and-deviation" => classical(values),
        "q-hampel" => {
            let singles: Vec<Vec<f64>> = values.iter().map(|v| vec![*v]).collect();
            q_hampel(&singles)
        }
        _ => return None,
    })
}

/// Median, and |x₁ − x₂|/√2 of two or Σ|x_i − med x|/(0.798 p) of more (ISO 13528:2022, D.1.4.2); 0.798 is √(2/π).
pub(super) fn few(values: &[f64]) -> Result<Robust, Inapplicable> {
    check_count(values.len(), 2)?;
    check_finite(values)?;
    let centre = median(values);
    let s = match values {
        [one, other] => (one - other).abs() / std::f64::consts::SQRT_2,
        _ => sum(values.iter().map(|v| (v - centre).abs())) / (0.798 * values.len() as f64),
    };
    Ok(Robust {
        x: centre,
        s,
        iterations: 0,
    })
}

/// Arithmetic mean and standard deviation.
pub(super) fn classical(values: &[f64]) -> Result<Robust, Inapplicable> {
    check_count(values.len(), 2)?;
    check_finite(values)?;
    let (frame, scaled) = Frame::of(values);
    Ok(Robust {
        x: frame.position(mean(&scaled)),
        s: frame.unit * standard_deviation(&scaled),
        iterations: 0,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used)]
    use super::*;

    /// ISO 13528:2022, Tables E.4 and E.5: atrazine, 34 participants.
    const ATRAZINE: [f64; 34] = [
        0.04, 0.055, 0.178, 0.202, 0.206, 0.227, 0.228, 0.23, 0.23, 0.235, 0.236, 0.237, 0.243,
        0.244, 0.245, 0.2555, 0.26, 0.264, 0.267, 0.27, 0.273, 0.274, 0.274, 0.278, 0.2811, 0.287,
        0.287, 0.288, 0.289, 0.295, 0.296, 0.311, 0.331, 0.4246,
    ];

    fn of(values: &[f64], name: &str) -> OfResults {
        let labs = Laboratories {
            lab: values.iter().map(f64::to_string).collect(),
            value: values.to_vec(),
            u: vec![f64::NAN; values.len()],
            dof: vec![f64::INFINITY; values.len()],
            in_reference: vec![true; values.len()],
        };
        results_alone(name, &labs).unwrap().unwrap()
    }

    #[test]
    fn results_without_uncertainties_give_the_printed_value_deviation_and_uncertainty() {
        for (name, x, s, u) in [
            ("algorithm-a", 0.257, 0.0395, 0.0085),
            ("q-hampel", 0.260, 0.0426, 0.0091),
            ("mean-and-deviation", 0.2512, 0.0672, 0.0115),
        ] {
            let found = of(&ATRAZINE, name);
            assert!((found.consensus.value - x).abs() < 6e-5, "{name}");
            assert!((found.s - s).abs() < 5e-5, "{name}");
            assert!((found.consensus.u - u).abs() < 5e-5, "{name}");
        }
    }

    #[test]
    fn every_method_follows_the_unit_and_the_origin() {
        for name in NAMES {
            let plain = of(&ATRAZINE[4..12], name);
            let moved: Vec<f64> = ATRAZINE[4..12].iter().map(|v| 1e3 * v + 5e6).collect();
            let other = of(&moved, name);
            assert!((other.consensus.value - (1e3 * plain.consensus.value + 5e6)).abs() < 1e-7);
            assert!((other.s / plain.s - 1e3).abs() < 1e-4, "{name}");
        }
    }
}
