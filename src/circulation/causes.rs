//! Why the dates of a visit have moved in a plan made anew: back along what binds it to what happened.

use std::collections::BTreeSet;

use petgraph::Direction;

use super::graph::VisitId;
use super::journey::Journey;
use super::replan::{Replanned, What};
use super::timetable::Bond;

/// The events of the log, by index, that moved the dates of a visit: those that went otherwise than planned (`deviates`) at the visit itself or
/// at one that it follows, waits for, or that occupies its laboratory, of whatever transfer standard.
pub fn causes(
    journey: &Journey,
    replanned: &Replanned,
    visit: VisitId,
    deviates: &dyn Fn(usize) -> bool,
) -> BTreeSet<usize> {
    let found = before(journey, replanned, visit, deviates);
    if !found.is_empty() {
        return found;
    }
    // What leaves later than planned, and did not come later, waits for the stop to which it goes.
    let graph = &replanned.after.circulation.graph;
    let onward = graph.neighbors_directed(visit.node(), Direction::Outgoing);
    onward
        .map(|it| VisitId(it.index()))
        .filter(|it| has_changed(replanned, *it))
        .flat_map(|it| before(journey, replanned, it, deviates))
        .collect()
}

/// The events at a visit and at what binds it, as far back as anything went otherwise than planned.
fn before(
    journey: &Journey,
    replanned: &Replanned,
    visit: VisitId,
    deviates: &dyn Fn(usize) -> bool,
) -> BTreeSet<usize> {
    let mut found = BTreeSet::new();
    let mut seen = BTreeSet::from([visit]);
    let mut open = vec![visit];
    while let Some(current) = open.pop() {
        let own = events_at(journey, replanned, current);
        let own: Vec<usize> = own.into_iter().filter(|it| deviates(*it)).collect();
        found.extend(&own);
        let entry = |plan: &super::plan::Plan| plan.timetable.as_ref()?.entry(current).cloned();
        let bond = entry(&replanned.after).map(|it| it.bound_by);
        // What went otherwise at a visit that is past is where the chain begins.
        if matches!(bond, Some(Bond::Past(_))) && !own.is_empty() {
            continue;
        }
        let graph = &replanned.after.circulation.graph;
        let before = graph.neighbors_directed(current.node(), Direction::Incoming);
        let mut before: Vec<VisitId> = before.map(|it| VisitId(it.index())).collect();
        if let Some(Bond::After(it) | Bond::Occupied(it)) = bond {
            before = vec![it];
        }
        for next in before {
            let changed =
                has_changed(replanned, next) || !events_at(journey, replanned, next).is_empty();
            if changed && seen.insert(next) {
                open.push(next);
            }
        }
    }
    found
}

/// The events that tell of a visit.
fn events_at(journey: &Journey, replanned: &Replanned, visit: VisitId) -> Vec<usize> {
    let it = replanned.before.circulation.visit(visit);
    (replanned.events.iter().enumerate())
        .filter(|(_, event)| {
            event.artefact == journey.artefacts[it.artefact].id
                && event.specimen == it.specimen
                && event.laboratory == journey.laboratories[it.laboratory].id
                && event.ordinal.is_none_or(|wanted| wanted == it.ordinal)
        })
        .map(|(index, _)| index)
        .collect()
}

/// Whether a visit has other dates than before, past or not, or does not take place.
fn has_changed(replanned: &Replanned, visit: VisitId) -> bool {
    let dates = |plan: &super::plan::Plan| {
        let entry = plan.timetable.as_ref()?.entry(visit)?;
        Some((entry.arrival, entry.start, entry.end, entry.departure))
    };
    let cancelled = (replanned.tell.values().flatten())
        .any(|it| it.visit == visit && it.what == What::Cancelled);
    cancelled || dates(&replanned.before) != dates(&replanned.after)
}
