//! How artefacts and visits are called in exports and pictures.

use super::super::graph::{Circulation, Visit};
use super::super::journey::{Artefact, Journey, Pattern};
use crate::text::Lang;

/// Title of an artefact, or its identifier.
pub(crate) fn artefact_name(artefact: &Artefact, lang: Lang) -> &str {
    let title = artefact.title.get(lang);
    if title.is_empty() {
        &artefact.id
    } else {
        title
    }
}

/// Identifier of the specimen that a visit has: `W1`, or `W1#2` where there are several.
pub(crate) fn specimen_name(journey: &Journey, visit: &Visit) -> String {
    let artefact = &journey.artefacts[visit.artefact];
    let several = match &artefact.pattern {
        Pattern::Parallel { .. } => true,
        Pattern::Routes { routes } => routes.iter().any(|it| it.specimen > 0),
        _ => artefact.specimens > 1,
    };
    if several {
        format!("{}#{}", artefact.id, visit.specimen + 1)
    } else {
        artefact.id.clone()
    }
}

/// Laboratory of a visit, with the ordinal from the second on.
pub(crate) fn visit_name(journey: &Journey, visit: &Visit, lang: Lang) -> String {
    let name = journey.laboratories[visit.laboratory].name(lang);
    if visit.ordinal > 1 {
        format!("{name} ({})", visit.ordinal)
    } else {
        name.to_owned()
    }
}

/// A word for one artefact and specimen that is safe as an identifier: `a0s0`.
pub(crate) fn specimen_key(visit: &Visit) -> String {
    format!("a{}s{}", visit.artefact, visit.specimen)
}

/// The visits of each specimen, in canonical order.
pub(crate) fn by_specimen(circulation: &Circulation) -> Vec<Vec<super::super::VisitId>> {
    let mut groups: std::collections::BTreeMap<(usize, usize), Vec<_>> = Default::default();
    for (id, visit) in circulation.visits() {
        groups
            .entry((visit.artefact, visit.specimen))
            .or_default()
            .push(id);
    }
    groups.into_values().collect()
}
