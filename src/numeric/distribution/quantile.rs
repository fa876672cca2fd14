//! Inversion of a distribution function on the positive half line.

/// Both tail probabilities at a point and the derivative of the lower one with respect to the logarithm of the point.
pub(super) struct Tails {
    pub lower: f64,
    pub upper: f64,
    pub slope: f64,
}

/// The x > 0 at which the lower tail is `lower` and the upper tail is `upper` (= 1 − lower, given apart so that neither loses
/// digits): Newton's method on the logarithm of the smaller tail as a function of ln x, kept inside a bracket.
///
/// `start` is any positive guess. Returns 0 or infinity when the root lies outside the range of f64; NaN when the function
/// gives NaN.
pub(super) fn invert(lower: f64, upper: f64, start: f64, tails: impl Fn(f64) -> Tails) -> f64 {
    if !(lower >= 0.0 && upper >= 0.0) {
        return f64::NAN;
    }
    if lower == 0.0 {
        return 0.0;
    }
    if upper == 0.0 {
        return f64::INFINITY;
    }
    let left_tail = lower <= upper;
    let (mut low, mut high) = (f64::MIN_POSITIVE, f64::MAX);
    let mut x = if start.is_finite() && start > 0.0 {
        start
    } else {
        1.0
    };
    for _ in 0..2000 {
        let at = tails(x);
        // Both are increasing functions of x with the same root.
        let (excess, slope) = if left_tail {
            ((at.lower / lower).ln(), at.slope / at.lower)
        } else {
            ((upper / at.upper).ln(), at.slope / at.upper)
        };
        if excess.is_nan() {
            return f64::NAN;
        }
        if excess == 0.0 {
            return x;
        }
        if excess > 0.0 {
            high = x;
        } else {
            low = x;
        }
        let mut next = x * (-excess / slope).exp();
        if !(next > low && next < high) {
            next = low.sqrt() * high.sqrt();
        }
        if (next - x).abs() <= 2.0 * f64::EPSILON * x || high - low <= f64::EPSILON * low {
            return next;
        }
        x = next;
    }
    // Only a root beyond the representable range leaves the bracket unresolved.
    if low > 1.0 { f64::INFINITY } else { 0.0 }
}
