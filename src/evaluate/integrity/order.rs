//! Effects along the circulation: later laboratories nearer to the reference, or near to the one before.

use crate::evaluate::columns;
use crate::evaluate::integrity::screen::Deviations;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::risk::multiplicity::two_sided;
use crate::numeric::distribution::student_cdf;
use crate::numeric::sum::{dot, mean, sum};

/// Tests of independence of the place in the circulation.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderEffects {
    /// Slope of the root-mean-square score on the position, per position; negative when later laboratories lie nearer.
    pub slope: f64,
    /// Slope over its standard error, t with n − 2 degrees of freedom, and its two-sided probability.
    pub t: f64,
    pub p: f64,
    /// Σ z_i z_{i−1} over neighbours, divided by the root of the number of terms: standard normal for independent honest results.
    pub neighbour_score: f64,
    pub neighbour_p: f64,
    /// Left-tail probability of the distance to the laboratory before, in the order of circulation, from the second on.
    pub previous_left_tail: Vec<f64>,
    /// Rows in the order of circulation.
    pub order: Vec<usize>,
}

/// Order effects of at least four laboratories; `position` orders them along the circulation.
pub fn order_effects(all: &Deviations, position: &[f64]) -> Result<OrderEffects, Inapplicable> {
    let n = all.lab.len();
    columns::laboratories(n, 4)?;
    let mut order: Vec<usize> = (0..n).collect();
    order.sort_by(|a, b| position[*a].total_cmp(&position[*b]));
    if order.windows(2).any(|w| position[w[0]] == position[w[1]]) {
        return Err(Inapplicable::new(
            "position-not-unique",
            "循环次序 `position` 有重复；请给出各实验室唯一的次序",
            "`position` holds equal numbers; give each laboratory its own place in the circulation",
        ));
    }
    let rms: Vec<f64> = (0..n).map(|i| all.rms_normalised(i, 1.0)).collect();
    let (mx, my) = (mean(position), mean(&rms));
    let dx: Vec<f64> = position.iter().map(|x| x - mx).collect();
    let spread = dot(&dx, &dx);
    let slope = sum(dx.iter().zip(&rms).map(|(x, y)| x * (y - my))) / spread;
    let residual = sum(dx
        .iter()
        .zip(&rms)
        .map(|(x, y)| (y - my - slope * x).powi(2)));
    let dof = n as f64 - 2.0;
    let t = slope / (residual / dof / spread).sqrt();
    let products = order
        .windows(2)
        .map(|w| dot(&all.scores(w[0]), &all.scores(w[1])));
    let neighbour_score = sum(products) / ((n - 1) as f64 * all.d.ncols() as f64).sqrt();
    Ok(OrderEffects {
        slope,
        t,
        p: 2.0 * student_cdf(-t.abs(), dof),
        neighbour_score,
        neighbour_p: two_sided(neighbour_score),
        previous_left_tail: order
            .windows(2)
            .map(|w| all.pair_left_tail(w[0], w[1]))
            .collect(),
        order,
    })
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use nalgebra::DMatrix;

    fn all(d: &[f64]) -> Deviations {
        Deviations {
            lab: (0..d.len()).map(|i| i.to_string()).collect(),
            d: DMatrix::from_column_slice(d.len(), 1, d),
            u: DMatrix::from_element(d.len(), 1, 1.0),
        }
    }

    #[test]
    fn laboratories_that_close_in_on_the_reference_have_a_negative_slope() {
        let effects = order_effects(&all(&[3.0, -2.1, 1.0, -0.1]), &[1.0, 2.0, 3.0, 4.0]).unwrap();
        assert!(effects.slope < -0.9 && effects.p < 0.01);
        assert!(effects.neighbour_score < 0.0);
    }

    #[test]
    fn the_order_of_rows_does_not_matter() {
        let straight = order_effects(&all(&[1.0, 1.1, 0.2, 0.3]), &[1.0, 2.0, 3.0, 4.0]).unwrap();
        let turned = order_effects(&all(&[0.3, 0.2, 1.1, 1.0]), &[4.0, 3.0, 2.0, 1.0]).unwrap();
        assert!((straight.t - turned.t).abs() < 1e-12);
        assert!((straight.neighbour_score - turned.neighbour_score).abs() < 1e-15);
        assert_eq!(straight.previous_left_tail, turned.previous_left_tail);
    }

    #[test]
    fn equal_places_are_refused() {
        assert_eq!(
            order_effects(&all(&[1.0, 2.0, 3.0, 4.0]), &[1.0, 1.0, 2.0, 3.0])
                .unwrap_err()
                .kind,
            "position-not-unique"
        );
    }
}
