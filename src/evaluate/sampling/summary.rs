//! Summaries of drawn values.

/// Half-length of the interval about `centre` that holds the share `coverage` of `values`, which are reordered; NaN without values.
pub fn half_length(values: &mut [f64], centre: f64, coverage: f64) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    values.iter_mut().for_each(|v| *v = (*v - centre).abs());
    quantile(values, coverage)
}

/// Sample quantile by linear interpolation (type 7 of Hyndman and Fan, Am. Stat. 50 (1996) 361–365); `values` are reordered.
pub fn quantile(values: &mut [f64], p: f64) -> f64 {
    if values.is_empty() {
        return f64::NAN;
    }
    let position = p.clamp(0.0, 1.0) * (values.len() as f64 - 1.0);
    let rank = position.floor() as usize;
    let (_, low, above) = values.select_nth_unstable_by(rank, f64::total_cmp);
    let low = *low;
    let high = above.iter().copied().fold(f64::INFINITY, f64::min);
    if high.is_finite() {
        low + (position - rank as f64) * (high - low)
    } else {
        low
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn quantiles_interpolate_between_order_statistics() {
        assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0], 0.25), 1.75);
        assert_eq!(quantile(&mut [4.0, 1.0, 3.0, 2.0], 1.0), 4.0);
        assert!(quantile(&mut [], 0.5).is_nan());
    }

    #[test]
    fn half_length_is_about_the_given_centre() {
        assert_eq!(half_length(&mut [0.0, 1.0, 2.0, 3.0, 4.0], 1.0, 1.0), 3.0);
    }
}
