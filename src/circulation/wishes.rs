//! Applies the rules of a journey to its visits and legs: what each is asked, and by which rule.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::cause::Cause;
use super::clock;
use super::finding::{Finding, FindingKind};
use super::graph::{Circulation, Leg, LegKind, VisitId};
use super::journey::{Journey, LegRule, Pattern, VisitName};
use super::names::Names;
use crate::values::date::Duration;

/// What is asked of one visit, each wish with the rule it comes from.
#[derive(Debug, Clone)]
pub(super) struct Wish {
    pub stay: Duration,
    pub earliest: Option<(Date, usize)>,
    pub latest: Option<(Date, usize)>,
    pub fixed: Option<(Date, usize)>,
}

/// The wishes of all visits by number; also enters the rules into the legs and the precedences into the graph.
pub(super) fn apply(journey: &Journey, circulation: &mut Circulation) -> (Vec<Wish>, Vec<Finding>) {
    let mut names = Names::new(journey);
    // Doubled names have been reported by the expansion.
    names.findings.clear();
    let mut wishes = declared_stays(journey, circulation);
    let visits = by_laboratory(journey, circulation);
    let mut findings = Vec::new();
    for (number, rule) in journey.visit_rules.iter().enumerate() {
        let cause = Cause::VisitRule(number);
        let Some(found) = matching(&rule.visit, &cause, &mut names, circulation, &visits) else {
            continue;
        };
        if found.is_empty() {
            findings.push(nothing(cause, &rule.visit, journey));
        }
        for visit in found {
            let wish = &mut wishes[visit.0];
            if let Some(stay) = &rule.stay {
                wish.stay = *stay;
            }
            wish.earliest = rule.earliest.map(|it| (it, number)).or(wish.earliest);
            wish.latest = rule.latest.map(|it| (it, number)).or(wish.latest);
            wish.fixed = rule.fixed.map(|it| (it, number)).or(wish.fixed);
        }
    }
    leg_rules(journey, circulation, &mut names, &mut findings);
    precedences(journey, circulation, &visits, &mut names, &mut findings);
    for (index, wish) in wishes.iter().enumerate() {
        findings.extend(exclusive(VisitId(index), wish));
        // An artefact that does not stay is not measured.
        if wish.stay.amount == 0 {
            circulation.graph[VisitId(index).node()].measures = false;
        }
    }
    names.findings.append(&mut findings);
    (wishes, names.findings)
}

fn declared_stays(journey: &Journey, circulation: &Circulation) -> Vec<Wish> {
    (circulation.visits())
        .map(|(_, visit)| {
            let artefact = &journey.artefacts[visit.artefact];
            let laboratory = &journey.laboratories[visit.laboratory];
            let pilot = (laboratory.id == journey.pilot)
                .then_some(journey.pilot_stay.as_ref())
                .flatten();
            let stay = (laboratory.stay.as_ref())
                .or(pilot)
                .or(visit.stay.as_ref())
                .or(artefact.stay.as_ref())
                .unwrap_or(&journey.stay);
            Wish {
                stay: if visit.measures {
                    *stay
                } else {
                    clock::NOTHING
                },
                earliest: None,
                latest: None,
                fixed: None,
            }
        })
        .collect()
}

fn by_laboratory(journey: &Journey, circulation: &Circulation) -> Vec<Vec<VisitId>> {
    let mut visits = vec![Vec::new(); journey.laboratories.len()];
    for (id, visit) in circulation.visits() {
        visits[visit.laboratory].push(id);
    }
    visits
}

/// The visits a name speaks of; `None` when a part of the name is unknown, which has been reported.
fn matching(
    name: &VisitName,
    cause: &Cause,
    names: &mut Names,
    circulation: &Circulation,
    visits: &[Vec<VisitId>],
) -> Option<Vec<VisitId>> {
    let laboratory = names.laboratory(&name.laboratory, cause);
    let artefact = match &name.artefact {
        Some(artefact) => Some(names.artefact(artefact, cause)?),
        None => None,
    };
    let found = visits[laboratory?].iter().copied().filter(|id| {
        let visit = circulation.visit(*id);
        artefact.is_none_or(|it| it == visit.artefact)
            && name.ordinal.is_none_or(|it| it == visit.ordinal)
    });
    Some(found.collect())
}

fn nothing(cause: Cause, name: &VisitName, journey: &Journey) -> Finding {
    let laboratory = (journey.laboratories.iter())
        .position(|it| it.id == name.laboratory)
        .map(Cause::Laboratory);
    let artefact = (name.artefact.as_ref())
        .and_then(|name| journey.artefacts.iter().position(|it| it.id == *name))
        .map(Cause::Pattern);
    let at: Vec<Cause> = [Some(cause), laboratory, artefact]
        .into_iter()
        .flatten()
        .collect();
    Finding::new(FindingKind::SpeaksOfNothing, at)
}

fn exclusive(visit: VisitId, wish: &Wish) -> Option<Finding> {
    let pairs = [
        (wish.earliest, wish.latest),
        (wish.earliest, wish.fixed),
        (wish.fixed, wish.latest),
    ];
    pairs.into_iter().find_map(|pair| {
        let ((before, first), (after, second)) = (pair.0?, pair.1?);
        (before > after).then(|| {
            let at = [Cause::VisitRule(first), Cause::VisitRule(second)];
            Finding::new(FindingKind::WishesExclude { visit }, at)
        })
    })
}

/// From, to, artefact: what a leg rule speaks of, `None` where it speaks of all.
type LegKey = (Option<usize>, Option<usize>, Option<usize>);

fn leg_rules(
    journey: &Journey,
    circulation: &mut Circulation,
    names: &mut Names,
    findings: &mut Vec<Finding>,
) {
    let mut rules: BTreeMap<LegKey, Vec<usize>> = BTreeMap::new();
    for (number, rule) in journey.leg_rules.iter().enumerate() {
        if let Some(key) = leg_key(rule, &Cause::LegRule(number), names) {
            rules.entry(key).or_default().push(number);
        }
    }
    let mut used = vec![false; journey.leg_rules.len()];
    let edges: Vec<_> = circulation.graph.edge_indices().collect();
    for edge in edges {
        let Some((from, to)) = circulation.graph.edge_endpoints(edge) else {
            continue;
        };
        let (from, to) = (&circulation.graph[from], &circulation.graph[to]);
        let mut own = Vec::new();
        for key in keys(from.place, to.place, to.artefact) {
            own.extend(rules.get(&key).into_iter().flatten().copied());
        }
        if circulation.graph[edge].kind == LegKind::Transport {
            own.sort_unstable();
            own.iter().for_each(|it| used[*it] = true);
            circulation.graph[edge].rules = own;
        }
    }
    for (key, numbers) in &rules {
        for number in numbers.iter().filter(|it| !used[**it]) {
            let ends = [key.0, key.1].into_iter().flatten().map(Cause::Laboratory);
            let at: Vec<Cause> = std::iter::once(Cause::LegRule(*number))
                .chain(ends)
                .collect();
            findings.push(Finding::new(FindingKind::SpeaksOfNothing, at));
        }
    }
}

fn leg_key(rule: &LegRule, cause: &Cause, names: &mut Names) -> Option<LegKey> {
    let known = |name: &Option<String>, find: &mut dyn FnMut(&str) -> Option<usize>| match name {
        Some(name) => find(name).map(Some),
        None => Some(None),
    };
    let from = known(&rule.from, &mut |it| names.laboratory(it, cause));
    let to = known(&rule.to, &mut |it| names.laboratory(it, cause));
    let artefact = known(&rule.artefact, &mut |it| names.artefact(it, cause));
    Some((from?, to?, artefact?))
}

/// All keys under which a rule for this leg may stand.
fn keys(from: usize, to: usize, artefact: usize) -> impl Iterator<Item = LegKey> {
    (0..8).map(move |bits| {
        (
            (bits & 1 == 0).then_some(from),
            (bits & 2 == 0).then_some(to),
            (bits & 4 == 0).then_some(artefact),
        )
    })
}

fn precedences(
    journey: &Journey,
    circulation: &mut Circulation,
    visits: &[Vec<VisitId>],
    names: &mut Names,
    findings: &mut Vec<Finding>,
) {
    for (number, precedence) in journey.precedences.iter().enumerate() {
        let cause = Cause::Precedence(number);
        let after = matching(&precedence.after, &cause, names, circulation, visits);
        let visit = matching(&precedence.visit, &cause, names, circulation, visits);
        let (Some(after), Some(visit)) = (after, visit) else {
            continue;
        };
        for (found, name) in [(&after, &precedence.after), (&visit, &precedence.visit)] {
            if found.is_empty() {
                findings.push(nothing(cause.clone(), name, journey));
            }
        }
        for (from, to) in (after.iter()).flat_map(|it| visit.iter().map(move |to| (*it, *to))) {
            let leg = Leg {
                kind: LegKind::Precedence(number),
                rules: Vec::new(),
                transit: None,
                returns: false,
            };
            circulation.graph.add_edge(from.node(), to.node(), leg);
        }
    }
}

/// The parts of the time that a transport takes, in the order in which they pass.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LegTimes {
    /// Packing, hand-over and papers.
    pub hand_over: Option<Duration>,
    pub transit: Duration,
    /// Customs clearance.
    pub customs: Option<Duration>,
    /// Spare time of every leg.
    pub reserve: Option<Duration>,
    /// Spare time of a leg that returns to the pilot.
    pub reserve_at_return: Option<Duration>,
}

impl LegTimes {
    /// The times of a transport to the visit `to`.
    pub fn new(journey: &Journey, circulation: &Circulation, to: VisitId, leg: &Leg) -> LegTimes {
        let artefact = &journey.artefacts[circulation.visit(to).artefact];
        let rule = |part: fn(&LegRule) -> Option<&Duration>| {
            (leg.rules.iter().rev()).find_map(|it| part(&journey.leg_rules[*it]))
        };
        let hand_over = rule(|it| it.hand_over.as_ref()).or(journey.hand_over.as_ref());
        let transit = rule(|it| it.transit.as_ref())
            .or(leg.transit.as_ref())
            .or(artefact.transit.as_ref())
            .unwrap_or(&journey.transit);
        LegTimes {
            hand_over: hand_over.copied(),
            transit: *transit,
            customs: rule(|it| it.customs.as_ref()).copied(),
            reserve: journey.reserve.each_leg,
            reserve_at_return: journey.reserve.each_return.filter(|_| leg.returns),
        }
    }

    fn in_order(&self) -> Vec<Duration> {
        [
            self.hand_over,
            Some(self.transit),
            self.customs,
            self.reserve,
            self.reserve_at_return,
        ]
        .into_iter()
        .flatten()
        .collect()
    }
}

/// The durations of which a leg consists, in the order in which they pass.
pub(super) fn leg_durations(
    journey: &Journey,
    circulation: &Circulation,
    to: VisitId,
    leg: &Leg,
) -> Vec<Duration> {
    let artefact = &journey.artefacts[circulation.visit(to).artefact];
    match leg.kind {
        LegKind::Precedence(_) => Vec::new(),
        LegKind::Changeover => match &artefact.pattern {
            Pattern::OnSite { changeover, .. } => changeover.iter().copied().collect(),
            _ => Vec::new(),
        },
        LegKind::Transport => LegTimes::new(journey, circulation, to, leg).in_order(),
    }
}
