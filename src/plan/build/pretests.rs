//! The tests that the transfer standard has to pass before it is dispatched: what stability, transport and homogeneity of the protocol ask
//! for, spelt out for each artefact and point.

use super::super::{Pretest, PretestKind, Recorded};
use super::{Builder, action, method};
use crate::model::{Action, Condition, Done, Measurand, Method, Way, bound_at};

/// One section of the protocol as a test.
struct Order<'a> {
    kind: PretestKind,
    test: Option<&'a Method>,
    limit: Option<&'a Condition>,
    otherwise: Option<&'a Action>,
    done: Option<&'a Done>,
    clause: &'static str,
}

/// Where a test is made.
struct Place<'a> {
    artefact: &'a str,
    specimen: Option<usize>,
    measurand: &'a Measurand,
    point: &'a str,
}

impl Builder<'_> {
    pub(super) fn pretests(&mut self) -> Vec<Pretest> {
        let mut tests = Vec::new();
        for order in self.orders() {
            for place in self.places(&order.kind) {
                tests.extend(self.pretest(&order, &place));
            }
        }
        tests
    }

    fn orders(&self) -> Vec<Order<'_>> {
        let mut orders = Vec::new();
        if let Some(s) = &self.protocol.stability
            && let Some((measurements, over)) = &s.before
        {
            let over = over.duration;
            let measurements = *measurements;
            let stability = Order {
                kind: PretestKind::Stability { measurements, over },
                test: s.test.as_ref(),
                limit: s.limit.as_ref(),
                otherwise: s.otherwise.as_ref(),
                done: s.done.as_ref(),
                clause: "stability",
            };
            orders.push(Order {
                kind: PretestKind::Repeatability,
                test: None,
                limit: None,
                otherwise: None,
                ..stability
            });
            orders.push(stability);
        }
        if let Some(t) = &self.protocol.transport
            && (t.test.is_some() || t.limit.is_some())
        {
            orders.push(Order {
                kind: PretestKind::Transport,
                test: t.test.as_ref(),
                limit: t.limit.as_ref(),
                otherwise: t.otherwise.as_ref(),
                done: t.done.as_ref(),
                clause: "transport",
            });
        }
        if let Some(h) = &self.protocol.homogeneity
            && let Some((units, replicates)) = h.units
        {
            orders.push(Order {
                kind: PretestKind::Homogeneity { units, replicates },
                test: h.test.as_ref(),
                limit: h.limit.as_ref(),
                otherwise: h.otherwise.as_ref(),
                done: h.done.as_ref(),
                clause: "homogeneity",
            });
        }
        orders
    }

    /// Every specimen that travels is tested, at each of its points. Samples of a batch are alike by their homogeneity, and one test speaks
    /// for all of them.
    fn places(&self, kind: &PretestKind) -> Vec<Place<'_>> {
        let mut places = Vec::new();
        for artefact in &self.protocol.artefacts {
            let one = matches!(kind, PretestKind::Homogeneity { .. })
                || artefact.specimens < 2
                || self.is_batch(&artefact.id);
            let specimens: Vec<Option<usize>> = if one {
                vec![None]
            } else {
                (1..=artefact.specimens).map(Some).collect()
            };
            for measurand in super::sorted_measurands(self.protocol) {
                let measured = |point: &str| {
                    artefact.measures.iter().any(|(id, points)| {
                        *id == measurand.id
                            && (points.is_empty() || points.iter().any(|p| p == point))
                    })
                };
                for point in measurand.points.iter().filter(|p| measured(&p.id)) {
                    places.extend(specimens.iter().map(|specimen| Place {
                        artefact: &artefact.id,
                        specimen: *specimen,
                        measurand,
                        point: &point.id,
                    }));
                }
            }
        }
        places.sort_by(|a, b| {
            (a.artefact, a.specimen, &a.measurand.id, a.point).cmp(&(
                b.artefact,
                b.specimen,
                &b.measurand.id,
                b.point,
            ))
        });
        places
    }

    fn is_batch(&self, artefact: &str) -> bool {
        let of_it = |name: Option<&str>| name.is_none_or(|name| name == artefact);
        (self.protocol.circulation.patterns.iter()).any(|way| {
            way.kind == Way::Parallel && of_it(way.artefact.as_ref().map(|n| n.value.as_str()))
        })
    }

    fn pretest(&self, order: &Order<'_>, place: &Place<'_>) -> Option<Pretest> {
        let unit = &place.measurand.unit;
        let stability = self.protocol.stability.as_ref();
        let repeatability = stability.and_then(|s| bound_at(&s.repeatability, place.point, unit));
        if order.kind == PretestKind::Repeatability && repeatability.is_none() {
            return None;
        }
        let evaluation = &self.protocol.evaluation;
        let sigma =
            (evaluation.sigma_pt.iter()).find(|s| s.holds_at(&place.measurand.id, place.point));
        let specimen = place.specimen.map(|n| format!("#{n}")).unwrap_or_default();
        Some(Pretest {
            id: format!(
                "{}.{}{specimen}.{}",
                order.kind.word(),
                place.artefact,
                place.point
            ),
            artefact: place.artefact.to_owned(),
            specimen: place.specimen,
            measurand: place.measurand.id.clone(),
            point: place.point.to_owned(),
            kind: order.kind.clone(),
            method: order.test.map(method),
            limit: order.limit.map(|c| c.term.clone()),
            otherwise: order.otherwise.map(action),
            repeatability,
            expected: evaluation.expected.at(place.point, unit),
            sigma: sigma.and_then(|s| super::scores::sigma_pt(s, unit)),
            recorded: order.done.and_then(|done| {
                Some(Recorded {
                    on: done.on.value,
                    record: done.record.clone()?,
                })
            }),
            clause: order.clause.to_owned(),
        })
    }
}
