//! Checks a circulation as a graph, before any date: who is reached, what is bracketed by the pilot, what waits in a circle.

use std::collections::{BTreeMap, BTreeSet};

use super::cause::Cause;
use super::expand::brackets_each_circuit;
use super::finding::{Finding, FindingKind};
use super::graph::{Circulation, LegKind, Visit, VisitId};
use super::journey::{Calendars, Journey, Pattern};

/// Checks that need no dates, in canonical order.
pub(super) fn structure(
    journey: &Journey,
    calendars: &Calendars,
    circulation: &Circulation,
    ways: &[Vec<VisitId>],
) -> Vec<Finding> {
    let mut findings = calendars_known(journey, calendars);
    findings.extend(results_come(journey, circulation));
    findings.extend(all_reached(journey, circulation));
    findings.extend(bracketed(journey, circulation, ways));
    findings.extend(cycles(circulation));
    findings
}

fn calendars_known(journey: &Journey, calendars: &Calendars) -> Vec<Finding> {
    let own = (journey.laboratories.iter().enumerate())
        .map(|(number, it)| (it.calendar.as_ref(), Cause::Calendar(Some(number))));
    std::iter::once((journey.calendar.as_ref(), Cause::Calendar(None)))
        .chain(own)
        .filter_map(|(name, cause)| {
            let name = name.filter(|it| !calendars.contains_key(*it))?.clone();
            let laboratory = match cause {
                Cause::Calendar(Some(number)) => Some(Cause::Laboratory(number)),
                _ => None,
            };
            let at: Vec<Cause> = std::iter::once(cause).chain(laboratory).collect();
            Some(Finding::new(FindingKind::UnknownCalendar { name }, at))
        })
        .collect()
}

/// Every laboratory that owes a result on an artefact measures it, and nobody else does.
fn results_come(journey: &Journey, circulation: &Circulation) -> Vec<Finding> {
    let mut measured = BTreeSet::new();
    let mut passed = BTreeSet::new();
    for (_, visit) in circulation.visits() {
        let list = if visit.measures {
            &mut measured
        } else {
            &mut passed
        };
        list.insert((visit.artefact, visit.laboratory));
    }
    let mut findings = Vec::new();
    let mut owed = BTreeSet::new();
    let numbers: BTreeMap<&str, usize> = (journey.laboratories.iter().enumerate())
        .map(|(number, it)| (it.id.as_str(), number))
        .collect();
    for (artefact, it) in journey.artefacts.iter().enumerate() {
        for (entry, id) in it.measured_by.iter().enumerate() {
            let cause = Cause::MeasuredBy { artefact, entry };
            // A name that nobody bears has been reported by the expansion.
            let Some(&laboratory) = numbers.get(id.as_str()) else {
                continue;
            };
            owed.insert((artefact, laboratory));
            if !measured.contains(&(artefact, laboratory)) {
                let passes_through = passed.contains(&(artefact, laboratory));
                let kind = FindingKind::Misses {
                    artefact,
                    laboratory,
                    passes_through,
                };
                findings.push(Finding::new(kind, [cause, Cause::Pattern(artefact)]));
            }
        }
    }
    let mut seen = BTreeSet::new();
    for (_, visit) in circulation.visits() {
        let pair = (visit.artefact, visit.laboratory);
        let pilot = journey.laboratories[visit.laboratory].id == journey.pilot;
        if visit.measures && !pilot && !owed.contains(&pair) && seen.insert(pair) {
            let (artefact, laboratory) = pair;
            let kind = FindingKind::NotAwaited {
                artefact,
                laboratory,
            };
            findings.push(Finding::new(
                kind,
                [visit.origin.clone(), Cause::Artefact(artefact)],
            ));
        }
    }
    findings
}

fn all_reached(journey: &Journey, circulation: &Circulation) -> Vec<Finding> {
    let reached: BTreeSet<usize> = circulation.visits().map(|(_, it)| it.laboratory).collect();
    (journey.laboratories.iter().enumerate())
        .filter(|(number, it)| it.id != journey.pilot && !reached.contains(number))
        .map(|(laboratory, _)| {
            let patterns = (0..journey.artefacts.len()).map(Cause::Pattern);
            let at: Vec<Cause> = std::iter::once(Cause::Laboratory(laboratory))
                .chain(patterns)
                .collect();
            Finding::new(FindingKind::NeverReached { laboratory }, at)
        })
        .collect()
}

/// A pilot measurement stands before and after each loop (of a star or petal), or before and after the whole way.
fn bracketed(journey: &Journey, circulation: &Circulation, ways: &[Vec<VisitId>]) -> Vec<Finding> {
    let mut findings = BTreeSet::new();
    for way in ways {
        let visits: Vec<&Visit> = way.iter().map(|it| circulation.visit(*it)).collect();
        let Some(first) = visits.first() else {
            continue;
        };
        let artefact = &journey.artefacts[first.artefact];
        let pilot = |it: &Visit| journey.laboratories[it.laboratory].id == journey.pilot;
        let stays = matches!(artefact.pattern, Pattern::Parallel { .. });
        let each = brackets_each_circuit(artefact);
        for (position, visit) in visits.iter().enumerate().filter(|(_, it)| !pilot(it)) {
            let near = |it: &&&Visit| pilot(it) && (each || it.measures);
            let before = visits[..position].iter().rev().find(near);
            let after = visits[position..].iter().find(near);
            let measured = |it: Option<&&Visit>| it.is_some_and(|it| it.measures);
            let (before, after) = (measured(before), measured(after) || stays);
            if !(before && after) {
                findings.insert((
                    first.artefact,
                    visit.circuit,
                    before,
                    after,
                    visit.origin.clone(),
                ));
            }
        }
    }
    let mut seen = BTreeSet::new();
    (findings.into_iter())
        .filter(|(artefact, circuit, ..)| seen.insert((*artefact, *circuit)))
        .map(|(artefact, circuit, before, after, origin)| {
            let kind = FindingKind::NotBracketed {
                artefact,
                circuit,
                before,
                after,
            };
            Finding::new(kind, [origin, Cause::Pattern(artefact)])
        })
        .collect()
}

fn cycles(circulation: &Circulation) -> Vec<Finding> {
    let graph = &circulation.graph;
    let mut found: Vec<Vec<VisitId>> = petgraph::algo::tarjan_scc(graph)
        .into_iter()
        .filter(|it| it.len() > 1 || it.iter().any(|node| graph.contains_edge(*node, *node)))
        .map(|nodes| {
            let mut visits: Vec<VisitId> = nodes.iter().map(|it| VisitId(it.index())).collect();
            visits.sort_unstable();
            visits
        })
        .collect();
    found.sort();
    (found.into_iter())
        .map(|visits| {
            let within: BTreeSet<VisitId> = visits.iter().copied().collect();
            let rules: BTreeSet<usize> = (circulation.legs())
                .filter(|(from, to, _)| within.contains(from) && within.contains(to))
                .filter_map(|(_, _, leg)| match leg.kind {
                    LegKind::Precedence(number) => Some(number),
                    LegKind::Transport | LegKind::Changeover => None,
                })
                .collect();
            let origins: BTreeSet<Cause> = (visits.iter())
                .map(|it| circulation.visit(*it).origin.clone())
                .collect();
            let at: Vec<Cause> = (rules.into_iter().map(Cause::Precedence))
                .chain(origins)
                .collect();
            Finding::new(FindingKind::Cycle { visits }, at)
        })
        .collect()
}
