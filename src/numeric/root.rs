//! Roots of functions of one variable.

/// Root of a non-decreasing function in [`low`, `high`], by Newton steps kept inside a shrinking bracket.
///
/// `value_and_slope` gives the function and its derivative; where the derivative is no help the bracket is halved, so the result
/// is within `tolerance` (relative to the bracket) whatever the function. A function without change of sign gives the nearer end.
pub fn monotone(
    value_and_slope: impl Fn(f64) -> (f64, f64),
    low: f64,
    high: f64,
    tolerance: f64,
) -> f64 {
    monotone_from(value_and_slope, low, high, 0.5 * (low + high), tolerance)
}

/// The same from a first guess between `low` and `high`: near the root every call doubles the number of digits.
pub fn monotone_from(
    value_and_slope: impl Fn(f64) -> (f64, f64),
    low: f64,
    high: f64,
    guess: f64,
    tolerance: f64,
) -> f64 {
    let (mut low, mut high) = (low, high);
    let width = high - low;
    let mut x = guess.clamp(low, high);
    let mut before = 0.0;
    for _ in 0..200 {
        let (value, slope) = value_and_slope(x);
        if value == 0.0 {
            return x;
        }
        if value < 0.0 {
            low = x;
        } else {
            high = x;
        }
        let newton = x - value / slope;
        let inside = newton > low && newton < high;
        let next = if inside { newton } else { 0.5 * (low + high) };
        let step = (next - x).abs();
        x = next;
        // Of two Newton steps e₁ and e₂ the next is about e₂³/e₁².
        let settled = inside
            && step < 0.1 * before
            && (step / before).powi(2) * step <= 0.1 * tolerance * width;
        if settled || step <= tolerance * width || high - low <= tolerance * width {
            break;
        }
        before = if inside { step } else { 0.0 };
    }
    x
}

/// Root of a non-decreasing function by bisection of [`low`, `high`] down to neighbouring numbers.
pub fn bisect(function: impl Fn(f64) -> f64, low: f64, high: f64) -> f64 {
    let (mut low, mut high) = (low, high);
    loop {
        let middle = low + 0.5 * (high - low);
        if middle <= low || middle >= high {
            return middle;
        }
        if function(middle) < 0.0 {
            low = middle;
        } else {
            high = middle;
        }
    }
}

/// Root of an increasing function in [`low`, `high`], to `tolerance` of the interval, without a derivative: the bracket at least
/// halves with every two calls and near the root the error is squared.
///
/// Source: C. J. F. Ridders, IEEE Trans. Circuits Syst. 26 (1979) 979–980.
pub fn ridders(function: impl Fn(f64) -> f64, low: f64, high: f64, tolerance: f64) -> f64 {
    let width = high - low;
    let (mut low, mut high) = (low, high);
    let (mut below, mut above) = (function(low), function(high));
    let mut last = f64::NAN;
    for _ in 0..100 {
        let middle = 0.5 * (low + high);
        let value = function(middle);
        let root = (value * value - below * above).sqrt();
        if root == 0.0 || value == 0.0 {
            return middle;
        }
        let x = middle - (middle - low) * value / root;
        if (x - last).abs() <= tolerance * width || high - low <= tolerance * width {
            return x;
        }
        last = x;
        let at_x = function(x);
        for (point, f) in [(middle, value), (x, at_x)] {
            if f < 0.0 && point > low {
                (low, below) = (point, f);
            } else if f >= 0.0 && point < high {
                (high, above) = (point, f);
            }
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn monotone_finds_the_cube_root() {
        assert!(
            (monotone(|x| (x * x * x - 2.0, 3.0 * x * x), 0.0, 10.0, 1e-15) - 2f64.cbrt()).abs()
                < 1e-14
        );
    }

    #[test]
    fn monotone_survives_a_flat_slope() {
        let f = |x: f64| (if x < 3.25 { -1.0 } else { 1.0 }, 0.0);
        assert!((monotone(f, 0.0, 100.0, 1e-13) - 3.25).abs() < 1e-10);
    }

    #[test]
    fn ridders_finds_a_root_of_a_convex_function() {
        assert!((ridders(|x| x.exp() - 20.0, 0.0, 50.0, 1e-13) - 20f64.ln()).abs() < 1e-11);
    }

    #[test]
    fn bisection_ends_at_neighbouring_numbers() {
        let root = bisect(|x| x * x - 2.0, 0.0, 2.0);
        assert!((root - std::f64::consts::SQRT_2).abs() < 1e-15);
    }
}
