//! Compensated sums.

/// Neumaier's compensated sum of `terms`; the error is of the order of one rounding whatever the cancellation.
///
/// Source: A. Neumaier, Z. Angew. Math. Mech. 54 (1974) 39–51.
pub fn sum(terms: impl IntoIterator<Item = f64>) -> f64 {
    let mut total = 0.0_f64;
    let mut lost = 0.0_f64;
    for term in terms {
        let next = total + term;
        if next.is_finite() {
            lost += if total.abs() >= term.abs() {
                (total - next) + term
            } else {
                (term - next) + total
            };
        }
        total = next;
    }
    total + lost
}

/// Compensated scalar product of two slices of equal length (the shorter one decides).
pub fn dot(a: &[f64], b: &[f64]) -> f64 {
    sum(a.iter().zip(b).map(|(x, y)| x * y))
}

/// Arithmetic mean; NaN for no values.
pub fn mean(values: &[f64]) -> f64 {
    let first = values.first().copied().unwrap_or(f64::NAN);
    first + sum(values.iter().map(|v| v - first)) / values.len() as f64
}

/// Experimental standard deviation (n − 1); NaN for fewer than two values (GUM 4.2.2).
pub fn standard_deviation(values: &[f64]) -> f64 {
    if values.len() < 2 {
        return f64::NAN;
    }
    let centre = mean(values);
    (sum(values.iter().map(|v| (v - centre) * (v - centre))) / (values.len() as f64 - 1.0)).sqrt()
}

/// Median; NaN for no values.
pub fn median(values: &[f64]) -> f64 {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let n = sorted.len();
    match (sorted.get(n.wrapping_sub(1) / 2), sorted.get(n / 2)) {
        (Some(low), Some(high)) => low + 0.5 * (high - low),
        _ => f64::NAN,
    }
}

/// Quantile of sorted values by linear interpolation between order statistics (type 7 of Hyndman and Fan);
/// `p` in [0, 1], NaN for no values.
pub fn quantile_of_sorted(sorted: &[f64], p: f64) -> f64 {
    let place = p * (sorted.len() as f64 - 1.0);
    let low = place.floor();
    let at = |i: f64| sorted.get(i as usize).copied().unwrap_or(f64::NAN);
    at(low) + (place - low) * (at(place.ceil()) - at(low))
}
