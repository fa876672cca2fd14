//! The step that links a point to a key comparison.

use super::super::Point;
use super::super::link::{KeyComparison, Link, Linking};
use super::Builder;
use crate::model::link::Place;
use crate::model::{self, Protocol};
use crate::source::Span;

/// The method of the library that links by differences.
const METHOD: &str = "std.linking.link-to-key-comparison";

impl Builder<'_> {
    /// The link of a point and the place that orders it; none where the protocol links to nothing.
    pub(super) fn link(
        &mut self,
        measurand: &model::Measurand,
        point: &Point,
    ) -> Option<(Link, Span)> {
        let protocol: &Protocol = self.protocol;
        let link = protocol.evaluation.link.as_ref()?;
        let place = Place {
            measurand: measurand.id.clone(),
            point: point.id.clone(),
        };
        let mut laboratories: Vec<Linking> = link
            .at_point(&place)
            .map(|published| {
                let laboratory = &published.result.laboratory;
                let key = format!("evaluation.link.{}.{laboratory}", point.id);
                Linking {
                    published: published.result.clone(),
                    clause: self.clause(key, published.at),
                }
            })
            .collect();
        laboratories.sort_by(|a, b| a.published.laboratory.cmp(&b.published.laboratory));
        let evaluation = &protocol.evaluation;
        let task = Link {
            key: KeyComparison {
                comparison: link.comparison.clone(),
                title: link.title.clone(),
                source: link.source.clone(),
                method: METHOD.to_owned(),
                weights: link.weights.clone(),
            },
            u_reference: link.reference(&place).map(|r| r.u),
            laboratories,
            k: evaluation.scores.first().map_or(2.0, |s| s.k),
            bilateral: (evaluation.equivalence.iter()).any(|(kind, _)| kind == "bilateral"),
        };
        Some((task, link.at))
    }
}
