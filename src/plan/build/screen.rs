//! The screening steps, behind everything that is judged: no verdict has one of them among its inputs.

use std::collections::BTreeMap;

use super::super::screen::Screen;
use super::super::{Step, Task};
use super::{Builder, method};
use crate::model;

impl Builder<'_> {
    /// One step for each method that the protocol flags with, in the order of their names.
    pub(super) fn screens(&mut self, steps: &mut Vec<Step>) {
        let protocol = self.protocol;
        let Some(integrity) = &protocol.integrity else {
            return;
        };
        let of_a_point = |step: &&Step| {
            let submitted = matches!(step.task, Task::Collect { .. } | Task::Equivalence { .. });
            submitted || matches!(step.task, Task::SigmaPt(_))
        };
        let inputs: Vec<String> = steps
            .iter()
            .filter(of_a_point)
            .map(|s| s.id.clone())
            .collect();
        let mut flags: Vec<&model::Method> = integrity.flags.iter().collect();
        flags.sort_by(|a, b| a.path.cmp(&b.path));
        for flag in flags {
            let name = flag.path.rsplit('.').next().unwrap_or(&flag.path);
            let clause = self.clause(format!("integrity.{name}"), flag.at);
            let compares = name == "below-cmc";
            steps.push(Step {
                id: format!("integrity.{name}"),
                measurand: None,
                point: None,
                task: Task::Screen(Screen {
                    method: method(flag),
                    cmc: if compares {
                        capabilities(protocol, integrity)
                    } else {
                        BTreeMap::new()
                    },
                }),
                inputs: inputs.clone(),
                clause,
            });
        }
    }
}

/// The declared capabilities at every point whose unit they fit.
fn capabilities(
    protocol: &model::Protocol,
    integrity: &model::Integrity,
) -> BTreeMap<String, BTreeMap<String, f64>> {
    let mut found: BTreeMap<String, BTreeMap<String, f64>> = BTreeMap::new();
    for capability in &integrity.capabilities {
        let own = found
            .entry(capability.laboratory.value.clone())
            .or_default();
        for measurand in &protocol.measurands {
            let converted = capability
                .expanded
                .value
                .convert_interval_to(&measurand.unit);
            let Ok(expanded) = converted else { continue };
            let meant = |id: &String| {
                let here = (measurand.id.clone(), id.clone());
                capability.points.is_empty() || capability.points.contains(&here)
            };
            let points = measurand.points.iter().map(|p| &p.id);
            own.extend(
                points
                    .filter(|id| meant(id))
                    .map(|id| (id.clone(), expanded.value())),
            );
        }
    }
    found
}
