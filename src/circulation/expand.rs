//! Expands the patterns of a journey (环式、星形式、花瓣式 …) into the graph of visits and legs.

use petgraph::graph::{EdgeIndex, NodeIndex};

use super::cause::Cause;
use super::finding::{Finding, FindingKind};
use super::graph::{Circulation, Leg, LegKind, Visit, VisitId};
use super::journey::{Artefact, Journey, Pattern, PilotMeasures, Route};
use super::names::Names;
use crate::values::date::Duration;

/// The graph, and what stands against it.
pub(super) struct Expanded {
    pub circulation: Circulation,
    /// The visits of each specimen of each artefact in the order of its way; branches of a fan are ways of their own.
    pub ways: Vec<Vec<VisitId>>,
    pub findings: Vec<Finding>,
}

/// A stop before it becomes a visit.
#[derive(Clone)]
struct Halt {
    laboratory: usize,
    place: usize,
    measures: bool,
    again: bool,
    circuit: usize,
    /// Stay, and time on the road to it, as its route has them.
    stay: Option<Duration>,
    transit: Option<Duration>,
    origin: Cause,
}

/// A stop named by the author, resolved.
#[derive(Clone)]
struct Named {
    laboratory: usize,
    origin: Cause,
}

/// Expands all patterns. Without a pilot that exists there is no graph.
pub(super) fn expand(journey: &Journey) -> Expanded {
    let mut names = Names::new(journey);
    let mut expansion = Expansion {
        journey,
        pilot: 0,
        graph: Circulation::default(),
        ways: Vec::new(),
        meant: Vec::new(),
        findings: Vec::new(),
    };
    if let Some(pilot) = names.laboratory(&journey.pilot, &Cause::Pilot) {
        expansion.pilot = pilot;
        for number in 0..journey.artefacts.len() {
            expansion.artefact(number, &mut names);
        }
    }
    let mut findings = names.findings;
    findings.append(&mut expansion.findings);
    Expanded {
        circulation: expansion.graph,
        ways: expansion.ways,
        findings,
    }
}

struct Expansion<'a> {
    journey: &'a Journey,
    pilot: usize,
    graph: Circulation,
    ways: Vec<Vec<VisitId>>,
    /// For each visit, whether its author says that a repetition is meant.
    meant: Vec<bool>,
    findings: Vec<Finding>,
}

impl Expansion<'_> {
    fn artefact(&mut self, number: usize, names: &mut Names) {
        let artefact = &self.journey.artefacts[number];
        if artefact.specimens == 0 {
            self.report(
                FindingKind::ZeroCount { artefact: number },
                [Cause::Artefact(number)],
            );
            return;
        }
        if !artefact.pattern.follows_the_list() {
            for (entry, id) in artefact.measured_by.iter().enumerate() {
                let artefact = number;
                names.laboratory(id, &Cause::MeasuredBy { artefact, entry });
            }
        }
        let first_visit = self.graph.len();
        match &artefact.pattern {
            Pattern::Ring { order } => {
                let stops = self.order(number, order, names);
                self.circuits(number, vec![stops]);
            }
            Pattern::Star { order } => {
                let stops = self.order(number, order, names);
                self.circuits(number, stops.into_iter().map(|it| vec![it]).collect());
            }
            Pattern::Petal { by: 0, .. } => {
                let at = [Cause::Pattern(number), Cause::Artefact(number)];
                self.report(FindingKind::ZeroCount { artefact: number }, at);
                return;
            }
            Pattern::Petal { by, order } => {
                let stops = self.order(number, order, names);
                self.circuits(number, stops.chunks(*by).map(<[Named]>::to_vec).collect());
            }
            Pattern::Petals { groups } => {
                let groups = (groups.iter().enumerate())
                    .map(|(group, ids)| self.resolve(number, group, ids, names))
                    .filter(|group| !group.is_empty())
                    .collect();
                self.circuits(number, groups);
            }
            Pattern::Parallel { order } => {
                let stops = self.order(number, order, names);
                self.fan(number, &stops, LegKind::Transport);
            }
            Pattern::OnSite { order, place, .. } => {
                let place = match place {
                    Some(place) => names.laboratory(place, &Cause::Pattern(number)),
                    None => Some(self.pilot),
                };
                let stops = self.order(number, order, names);
                if let Some(place) = place {
                    self.in_place(number, &stops, place);
                }
            }
            Pattern::Remote { order, at_once } => {
                let stops = self.order(number, order, names);
                if *at_once {
                    self.fan(number, &stops, LegKind::Changeover);
                } else {
                    self.in_place(number, &stops, self.pilot);
                }
            }
            Pattern::Routes { routes } => self.routes(number, routes, names),
        }
        let visited = (first_visit..self.graph.len())
            .any(|it| self.graph.visit(VisitId(it)).laboratory != self.pilot);
        if !visited {
            let at = [Cause::Pattern(number), Cause::Artefact(number)];
            self.report(FindingKind::NobodyVisited { artefact: number }, at);
        }
        self.visited_twice(number, first_visit);
    }

    fn report(&mut self, kind: FindingKind, at: impl Into<Vec<Cause>>) {
        self.findings.push(Finding::new(kind, at));
    }

    /// The laboratories in the order of the pattern, or of `measured_by`. The pilot at either end of the list adds nothing to a
    /// pattern that begins and ends with the pilot anyway.
    fn order(&mut self, artefact: usize, order: &[String], names: &mut Names) -> Vec<Named> {
        let owed = &self.journey.artefacts[artefact].measured_by;
        let mut stops = if order.is_empty() {
            let mut stops = Vec::new();
            for (entry, id) in owed.iter().enumerate() {
                let origin = Cause::MeasuredBy { artefact, entry };
                if let Some(laboratory) = names.laboratory(id, &origin)
                    && laboratory != self.pilot
                {
                    stops.push(Named { laboratory, origin });
                }
            }
            stops
        } else {
            self.resolve(artefact, 0, order, names)
        };
        if stops.last().is_some_and(|it| it.laboratory == self.pilot) {
            stops.pop();
        }
        if stops.first().is_some_and(|it| it.laboratory == self.pilot) {
            stops.remove(0);
        }
        stops
    }

    fn resolve(
        &mut self,
        artefact: usize,
        route: usize,
        ids: &[String],
        names: &mut Names,
    ) -> Vec<Named> {
        (ids.iter().enumerate())
            .filter_map(|(stop, id)| {
                let origin = Cause::Stop {
                    artefact,
                    route,
                    stop,
                };
                let laboratory = names.laboratory(id, &origin)?;
                Some(Named { laboratory, origin })
            })
            .collect()
    }

    fn halt(&self, named: &Named, circuit: usize) -> Halt {
        Halt {
            laboratory: named.laboratory,
            place: named.laboratory,
            measures: true,
            again: false,
            circuit,
            stay: None,
            transit: None,
            origin: named.origin.clone(),
        }
    }

    fn pilot_halt(&self, artefact: usize, circuit: usize, measures: bool) -> Halt {
        Halt {
            laboratory: self.pilot,
            place: self.pilot,
            measures,
            again: true,
            circuit,
            stay: None,
            transit: None,
            origin: Cause::Pattern(artefact),
        }
    }

    /// Loops through the pilot, shared in turn between the specimens.
    fn circuits(&mut self, number: usize, circuits: Vec<Vec<Named>>) {
        let artefact = &self.journey.artefacts[number];
        let used = artefact.specimens.min(circuits.len());
        for specimen in 0..used {
            let own: Vec<usize> = (specimen..circuits.len())
                .step_by(artefact.specimens)
                .collect();
            let mut halts = vec![self.pilot_halt(number, specimen, true)];
            for circuit in &own {
                halts.extend(circuits[*circuit].iter().map(|it| self.halt(it, *circuit)));
                let measures = artefact.pilot_measures == PilotMeasures::EachReturn
                    || own.last() == Some(circuit);
                halts.push(self.pilot_halt(number, *circuit, measures));
            }
            self.chain(number, specimen, &halts, LegKind::Transport);
        }
    }

    /// From the pilot to all at once; when nothing travels, the pilot measures once more at the end.
    fn fan(&mut self, number: usize, stops: &[Named], kind: LegKind) {
        let remote = kind == LegKind::Changeover;
        let hub = self.visit(number, 0, &self.pilot_halt(number, 0, true));
        let mut branches = Vec::with_capacity(stops.len());
        for (branch, stop) in stops.iter().enumerate() {
            let mut halt = self.halt(stop, branch);
            if remote {
                halt.place = self.pilot;
            }
            let specimen = if remote { 0 } else { branch };
            let visit = self.visit(number, specimen, &halt);
            self.leg(hub, visit, kind, false);
            branches.push(visit);
        }
        let end = (remote && !stops.is_empty()).then(|| {
            let end = self.visit(number, 0, &self.pilot_halt(number, 0, true));
            for branch in &branches {
                self.leg(*branch, end, kind, true);
            }
            end
        });
        let ways = branches
            .into_iter()
            .map(|it| [hub, it].into_iter().chain(end).collect());
        self.ways.extend(ways);
    }

    /// The device stays at `place` and is measured there by one after another, by the pilot first and last.
    fn in_place(&mut self, number: usize, stops: &[Named], place: usize) {
        let mut halts = vec![self.pilot_halt(number, 0, true)];
        halts.extend(stops.iter().map(|it| self.halt(it, 0)));
        halts.push(self.pilot_halt(number, 0, true));
        for halt in &mut halts {
            halt.place = place;
        }
        self.chain(number, 0, &halts, LegKind::Changeover);
    }

    fn routes(&mut self, number: usize, routes: &[Route], names: &mut Names) {
        let specimens = routes.iter().map(|it| it.specimen).max();
        for specimen in 0..specimens.map_or(0, |it| it + 1) {
            let mut halts: Vec<Halt> = Vec::new();
            let own = routes
                .iter()
                .enumerate()
                .filter(|(_, it)| it.specimen == specimen);
            for (index, route) in own {
                let next = self.written_out(number, index, route, names);
                self.join(number, specimen, &mut halts, next);
            }
            if self.journey.artefacts[number].pilot_measures == PilotMeasures::FirstAndLast {
                let between = halts.len().saturating_sub(2);
                (halts.iter_mut().skip(1).take(between))
                    .filter(|it| it.laboratory == self.pilot)
                    .for_each(|it| it.measures = false);
            }
            self.number_circuits(&mut halts);
            self.ends_with_pilot(number, &halts);
            self.chain(number, specimen, &halts, LegKind::Transport);
        }
    }

    fn written_out(
        &self,
        artefact: usize,
        route: usize,
        written: &Route,
        names: &mut Names,
    ) -> Vec<Halt> {
        (written.stops.iter().enumerate())
            .filter_map(|(stop, it)| {
                let origin = Cause::Stop {
                    artefact,
                    route,
                    stop,
                };
                let laboratory = names.laboratory(&it.laboratory, &origin)?;
                Some(Halt {
                    laboratory,
                    place: laboratory,
                    measures: it.measures,
                    // Passing through is no second measurement.
                    again: it.again || !it.measures || laboratory == self.pilot,
                    circuit: 0,
                    stay: written.stay,
                    transit: written.transit,
                    origin,
                })
            })
            .collect()
    }

    /// Lets a route continue where the one before it ended; the two stops where they meet are one visit.
    fn join(&mut self, artefact: usize, specimen: usize, halts: &mut Vec<Halt>, next: Vec<Halt>) {
        let (Some(end), Some(begin)) = (halts.last_mut(), next.first()) else {
            halts.extend(next);
            return;
        };
        if end.laboratory == begin.laboratory {
            end.measures |= begin.measures;
            halts.extend(next.into_iter().skip(1));
            return;
        }
        let kind = FindingKind::AtTwoPlaces {
            artefact,
            specimen,
            here: end.laboratory,
            there: begin.laboratory,
        };
        let at = [begin.origin.clone(), end.origin.clone()];
        halts.extend(next);
        self.report(kind, at);
    }

    fn number_circuits(&self, halts: &mut [Halt]) {
        let mut circuit = 0;
        for (position, halt) in halts.iter_mut().enumerate() {
            halt.circuit = circuit;
            if halt.laboratory == self.pilot && position > 0 {
                circuit += 1;
            }
        }
    }

    fn ends_with_pilot(&mut self, artefact: usize, halts: &[Halt]) {
        if let Some(first) = halts.first().filter(|it| it.laboratory != self.pilot) {
            let laboratory = first.laboratory;
            self.report(
                FindingKind::BeginsElsewhere {
                    artefact,
                    laboratory,
                },
                [first.origin.clone(), Cause::Pilot],
            );
        }
        if let Some(last) = halts.last().filter(|it| it.laboratory != self.pilot) {
            let laboratory = last.laboratory;
            self.report(
                FindingKind::EndsElsewhere {
                    artefact,
                    laboratory,
                },
                [last.origin.clone(), Cause::Pilot],
            );
        }
    }

    fn chain(&mut self, artefact: usize, specimen: usize, halts: &[Halt], kind: LegKind) {
        let way: Vec<VisitId> = halts
            .iter()
            .map(|it| self.visit(artefact, specimen, it))
            .collect();
        for (pair, halt) in way.windows(2).zip(halts.iter().skip(1)) {
            let edge = self.leg(pair[0], pair[1], kind, halt.laboratory == self.pilot);
            self.graph.graph[edge].transit = halt.transit;
        }
        if !way.is_empty() {
            self.ways.push(way);
        }
    }

    fn visit(&mut self, artefact: usize, specimen: usize, halt: &Halt) -> VisitId {
        let node = self.graph.graph.add_node(Visit {
            artefact,
            specimen,
            laboratory: halt.laboratory,
            place: halt.place,
            ordinal: 1,
            circuit: halt.circuit,
            measures: halt.measures,
            stay: halt.stay,
            origin: halt.origin.clone(),
        });
        self.meant.push(halt.again);
        VisitId(node.index())
    }

    fn leg(&mut self, from: VisitId, to: VisitId, kind: LegKind, returns: bool) -> EdgeIndex {
        let leg = Leg {
            kind,
            rules: Vec::new(),
            transit: None,
            returns,
        };
        self.graph.graph.add_edge(from.node(), to.node(), leg)
    }

    /// Numbers the visits of each laboratory, reporting those that repeat one without saying so.
    fn visited_twice(&mut self, artefact: usize, first_visit: usize) {
        let mut seen: Vec<Vec<NodeIndex>> = vec![Vec::new(); self.journey.laboratories.len()];
        for index in first_visit..self.graph.len() {
            let node = NodeIndex::new(index);
            let visit = &mut self.graph.graph[node];
            let laboratory = visit.laboratory;
            let meant = self.meant[index];
            let origin = visit.origin.clone();
            let before = seen[laboratory].first().copied();
            visit.ordinal = u32::try_from(seen[laboratory].len() + 1).unwrap_or(u32::MAX);
            seen[laboratory].push(node);
            if let Some(before) = before.filter(|_| !meant && laboratory != self.pilot) {
                let at = [origin, self.graph.graph[before].origin.clone()];
                self.report(
                    FindingKind::VisitedTwice {
                        artefact,
                        laboratory,
                    },
                    at,
                );
            }
        }
    }
}

/// Whether a pattern promises a pilot measurement before and after each of its loops.
pub(super) fn brackets_each_circuit(artefact: &Artefact) -> bool {
    matches!(
        artefact.pattern,
        Pattern::Star { .. } | Pattern::Petal { .. } | Pattern::Petals { .. }
    )
}
