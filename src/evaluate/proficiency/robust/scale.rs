//! Robust standard deviations that need no location: MADe, nIQR and Qn.

use crate::evaluate::method::Inapplicable;
use crate::evaluate::sample::{Frame, check_count, check_count_at_most, check_finite};
use crate::numeric::sum::{median, quantile_of_sorted};

/// Factor of MADe as printed in ISO 13528:2022, C.2.2.
const MADE_FACTOR: f64 = 1.483;
/// Factor of nIQR, C.2.3.
const NIQR_FACTOR: f64 = 0.7413;
/// Most results for which all pairwise differences are held in memory.
pub(super) const MOST_FOR_PAIRS: usize = 5_000;

/// MADe = 1.483 · median |x − median| (ISO 13528:2022, C.2.2), in the unit of the values.
pub fn made(values: &[f64]) -> f64 {
    let (frame, scaled) = Frame::of(values);
    frame.unit * MADE_FACTOR * median(&scaled.iter().map(|v| v.abs()).collect::<Vec<_>>())
}

/// nIQR = 0.7413 (Q₃ − Q₁) (ISO 13528:2022, C.2.3). The standard leaves the quartiles open; type 7 reproduces its Table E.5.
pub fn niqr(values: &[f64]) -> f64 {
    let (frame, mut sorted) = Frame::of(values);
    sorted.sort_by(f64::total_cmp);
    frame.unit
        * NIQR_FACTOR
        * (quantile_of_sorted(&sorted, 0.75) - quantile_of_sorted(&sorted, 0.25))
}

/// Constants of the Qn estimator.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum QnConstants {
    /// ISO 13528:2022 with Amendment 1:2026: factor 2.2191, corrections to four digits.
    Iso13528,
    /// The longer constants of the R package robustbase.
    Robustbase,
}

/// Corrections for 2 … 12 results: Table C.2 of ISO 13528 and its longer form in robustbase.
const SMALL_ISO: [f64; 11] = [
    0.3994, 0.9937, 0.5132, 0.8440, 0.6122, 0.8588, 0.6699, 0.8734, 0.7201, 0.8891, 0.7574,
];
const SMALL_ROBUSTBASE: [f64; 11] = [
    0.399356, 0.99365, 0.51321, 0.84401, 0.61220, 0.85877, 0.66993, 0.87344, 0.72014, 0.88906,
    0.75743,
];

/// Correction of Qn for the number of results.
fn qn_correction(n: usize, constants: QnConstants) -> f64 {
    let small = match constants {
        QnConstants::Iso13528 => &SMALL_ISO,
        QnConstants::Robustbase => &SMALL_ROBUSTBASE,
    };
    if let Some(correction) = n.checked_sub(2).and_then(|i| small.get(i)) {
        return *correction;
    }
    let p = n as f64;
    let r = match (constants, n % 2 == 1) {
        (QnConstants::Iso13528, true) => (1.6019 + (-2.128 - 5.172 / p) / p) / p,
        (QnConstants::Iso13528, false) => (3.6756 + (1.965 + (6.987 - 77.0 / p) / p) / p) / p,
        (QnConstants::Robustbase, true) => (1.601_88 + (-2.1284 - 5.172 / p) / p) / p,
        (QnConstants::Robustbase, false) => (3.675_61 + (1.9654 + (6.987 - 77.0 / p) / p) / p) / p,
    };
    1.0 / (1.0 + r)
}

/// Qn: the k-th smallest distance of all pairs, k = h(h−1)/2, h = ⌊p/2⌋ + 1, times a factor for normal results and a correction
/// for small samples (ISO 13528:2022/Amd 1:2026, C.5.2.1; C. Croux & P. J. Rousseeuw, 1992). 2 to 5000 results.
pub fn qn(values: &[f64], constants: QnConstants) -> Result<f64, Inapplicable> {
    check_finite(values)?;
    check_count(values.len(), 2)?;
    check_count_at_most(values.len(), MOST_FOR_PAIRS)?;
    let n = values.len();
    let (frame, scaled) = Frame::of(values);
    let mut distances = Vec::with_capacity(n * (n - 1) / 2);
    for (i, a) in scaled.iter().enumerate() {
        distances.extend(scaled[i + 1..].iter().map(|b| (a - b).abs()));
    }
    let h = n / 2 + 1;
    let (_, nth, _) = distances.select_nth_unstable_by(h * (h - 1) / 2 - 1, f64::total_cmp);
    let factor = match constants {
        QnConstants::Iso13528 => 2.2191,
        QnConstants::Robustbase => 2.219_14,
    };
    Ok(frame.unit * factor * *nth * qn_correction(n, constants))
}
