//! A standard uncertainty stated beside an expanded one and its coverage factor: they must say the same.

use super::{Place, Unreadable};
use crate::text::Text;
use crate::values::decimal::Decimal;

/// The uncertainties of one row, with their digits as written.
pub(super) struct Stated {
    /// Where `u` stands.
    pub place: Place,
    pub u: Decimal,
    pub expanded: Decimal,
    pub k: Decimal,
}

impl Stated {
    /// The contradiction in this row, if no U/k that rounds to what is written agrees with any u that does. Uncertainties may have been
    /// rounded up; a whole k is exact.
    pub fn contradiction(&self) -> Option<Unreadable> {
        let last = |number: &Decimal| 10.0_f64.powi(number.exponent());
        let rounded = |number: &Decimal| {
            let (value, unit) = (number.to_f64(), last(number));
            (value - unit, value + 0.5 * unit)
        };
        let (u, expanded) = (rounded(&self.u), rounded(&self.expanded));
        let k = self.k.to_f64();
        let half = if self.k.exponent() < 0 {
            0.5 * last(&self.k)
        } else {
            0.0
        };
        // What is not positive is refused where uncertainties are used.
        if k <= half || (expanded.0 / (k + half) <= u.1 && expanded.1 / (k - half) >= u.0) {
            return None;
        }
        let (u, expanded, k) = (
            self.u.plain(None),
            self.expanded.plain(None),
            self.k.plain(None),
        );
        let quotient = crate::values::rounding::digits(self.expanded.to_f64() / self.k.to_f64(), 3);
        Some(Unreadable {
            place: self.place.clone(),
            reason: Text::new(
                format!(
                    "u = {u}，而 U/k = {expanded}/{k} = {quotient}，两者矛盾；请核对，只保留正确的一种"
                ),
                format!(
                    "u = {u}, but U/k = {expanded}/{k} = {quotient}; they contradict each other: keep the right one alone"
                ),
            ),
        })
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn contradicts(u: &str, expanded: &str, k: &str) -> bool {
        let decimal = |text: &str| Decimal::parse(text).unwrap();
        let stated = Stated {
            place: Place::Key("labs.u".to_owned()),
            u: decimal(u),
            expanded: decimal(expanded),
            k: decimal(k),
        };
        stated.contradiction().is_some()
    }

    #[test]
    fn what_agrees_within_the_digits_written_is_no_contradiction() {
        assert!(!contradicts("0.10", "0.20", "2"));
        assert!(!contradicts("0.12", "0.25", "2"));
        assert!(!contradicts("0.13", "0.25", "2"));
        // k = 1.96 written 2.0, u rounded up.
        assert!(!contradicts("1.1", "2.0", "1.96"));
    }

    #[test]
    fn what_differs_beyond_them_is_one() {
        assert!(contradicts("0.10", "0.28", "2"));
        assert!(contradicts("0.20", "0.20", "2.00"));
        assert!(contradicts("2", "1", "2"));
    }
}
