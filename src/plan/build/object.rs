//! What is compared and on what: measurands and artefacts.

use super::super::{Artefact, Measurand};
use super::{Builder, points, quantity, range, sorted, sorted_measurands, traceability};
use crate::model;

impl Builder<'_> {
    pub(super) fn measurands(&mut self) -> Vec<Measurand> {
        let mut measurands: Vec<&model::Measurand> = self.protocol.measurands.iter().collect();
        measurands.sort_by(|a, b| a.id.cmp(&b.id));
        measurands
            .into_iter()
            .map(|m| {
                self.clause(format!("measurand.{}", m.id), m.at);
                Measurand {
                    id: m.id.clone(),
                    title: m.title.clone(),
                    quantity: m.quantity.clone(),
                    unit: m.unit.display(),
                    points: points(m),
                    procedure: m.procedure.clone(),
                    repeat: m.repeat,
                    conditions: m
                        .conditions
                        .iter()
                        .map(|(name, value)| (name.clone(), range(value)))
                        .collect(),
                    reported: sorted(m.reported.clone()),
                    resolution: m.resolution.as_ref().map(|q| quantity(&q.value)),
                    components: m.components.clone(),
                    certificates: m.certificates.clone(),
                }
            })
            .collect()
    }

    pub(super) fn artefacts(&mut self) -> Vec<Artefact> {
        let mut artefacts: Vec<&model::Artefact> = self.protocol.artefacts.iter().collect();
        artefacts.sort_by(|a, b| a.id.cmp(&b.id));
        artefacts
            .into_iter()
            .map(|a| {
                self.clause(format!("artefact.{}", a.id), a.at);
                Artefact {
                    id: a.id.clone(),
                    title: a.title.clone(),
                    serial: a.serial.clone(),
                    measures: self.measured_on(a),
                    traceability: a.traceability.as_ref().map(traceability),
                    blind: a.blind,
                    handling: a.handling.clone(),
                    worth: a.worth.clone(),
                    insurance: a.insurance.clone(),
                }
            })
            .collect()
    }

    /// Measurand and point of everything measured on an artefact, in the order of the measurands and their points.
    fn measured_on(&self, artefact: &model::Artefact) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for measurand in sorted_measurands(self.protocol) {
            for point in points(measurand) {
                let named = |(id, points): &(String, Vec<String>)| {
                    *id == measurand.id && (points.is_empty() || points.contains(&point.id))
                };
                if artefact.measures.iter().any(named) {
                    found.push((measurand.id.clone(), point.id));
                }
            }
        }
        found
    }
}
