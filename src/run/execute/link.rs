//! Brings the degrees of equivalence of a point to the reference value of a key comparison.

use super::super::outcome::{Bilateral, Link, LinkConsistency, LinkShare};
use super::PointRun;
use crate::evaluate::linking::published::{self, LinkingResult, OnScale};
use crate::evaluate::method::Inapplicable;
use crate::numeric::distribution::chi_squared_sf;
use crate::plan::Step;
use crate::plan::link::Link as Order;

impl PointRun {
    pub(super) fn link(&mut self, step: &Step, order: &Order) -> Result<(), Inapplicable> {
        let figures: Vec<LinkingResult> = (order.laboratories.iter())
            .map(|l| l.published.clone())
            .collect();
        let found = published::link(
            &self.labs,
            self.covariance.as_deref(),
            order.u_reference.unwrap_or(0.0),
            &figures,
            order.key.weights.clone(),
        )?;
        for row in 0..self.labs.len() {
            let (d, u) = (found.d[row], found.u(row));
            let mut linked = self.deviation(step, d, u, order.k);
            if found.links(row) {
                // What was published has nothing to do with the transfer standard of this comparison.
                (linked.u, linked.expanded) = (u, order.k * u);
            }
            self.outcome.results[row].linked = Some(linked);
        }
        let (present, absent): (Vec<_>, Vec<_>) = (order.laboratories.iter())
            .partition(|l| self.labs.lab.contains(&l.published.laboratory));
        let shares = present.into_iter().zip(&found.linked.weights);
        self.outcome.link = Some(Link {
            step: step.id.clone(),
            key: order.key.clone(),
            value: found.linked.reference.value,
            u: found.linked.reference.u,
            laboratories: shares
                .map(|(linking, share)| LinkShare {
                    published: linking.published.clone(),
                    share: *share,
                    clause: linking.clause.clone(),
                })
                .collect(),
            absent: absent
                .into_iter()
                .map(|l| l.published.laboratory.clone())
                .collect(),
            consistency: found.consistency.map(|(observed, dof)| LinkConsistency {
                observed,
                dof,
                p_right: chi_squared_sf(observed, dof),
            }),
            bilateral: order.bilateral.then(|| self.linked_pairs(step, &found)),
            clause: step.clause.clone(),
        });
        Ok(())
    }

    /// D_i − D_j on the scale of the key comparison; what both contain of the link cancels.
    fn linked_pairs(&self, step: &Step, found: &OnScale) -> Bilateral {
        let v = &found.covariance;
        let u = |i: usize, j: usize| {
            if i == j {
                return 0.0;
            }
            let variance = v[i][i] + v[j][j] - 2.0 * v[i][j];
            // A result here was obtained on the transfer standard, a published one was not.
            let u_standard = match (found.links(i), found.links(j)) {
                (true, true) => 0.0,
                (false, false) => self.u_between(),
                _ => self.u_standard,
            };
            variance.max(0.0).sqrt().hypot(u_standard)
        };
        let n = self.labs.len();
        let square = |entry: &dyn Fn(usize, usize) -> f64| {
            (0..n)
                .map(|i| (0..n).map(|j| entry(i, j)).collect())
                .collect()
        };
        Bilateral {
            step: step.id.clone(),
            laboratories: self.labs.lab.clone(),
            d: square(&|i, j| found.d[i] - found.d[j]),
            u: square(&u),
        }
    }
}
