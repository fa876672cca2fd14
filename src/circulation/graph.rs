//! The graph of a circulation: visits, and the legs and precedences between them.

use petgraph::graph::{DiGraph, NodeIndex};
use serde::Serialize;

use super::cause::Cause;
use crate::values::date::Duration;

/// A visit's number: its place in [`Circulation::graph`], in canonical order (artefact, specimen, way).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct VisitId(pub usize);

impl VisitId {
    /// The node of this visit.
    pub fn node(self) -> NodeIndex {
        NodeIndex::new(self.0)
    }
}

/// An artefact's stay with a laboratory. Artefact, laboratory and place are indices into the journey.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Visit {
    pub artefact: usize,
    pub specimen: usize,
    /// Who measures.
    pub laboratory: usize,
    /// Where the artefact is; differs from `laboratory` only when laboratories come to the device or measure from afar.
    pub place: usize,
    /// Which visit of this laboratory by this artefact, from 1.
    pub ordinal: u32,
    /// Loop (petal, spoke, route) of the artefact to which the visit belongs, from 0. A pilot visit belongs to the loop it ends.
    pub circuit: usize,
    /// Whether the laboratory measures, or the artefact only passes through.
    pub measures: bool,
    /// The stay that its route asks for.
    pub stay: Option<Duration>,
    /// Where the visit was asked for.
    pub origin: Cause,
}

/// What an edge of the graph means.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum LegKind {
    /// The artefact travels.
    Transport,
    /// The artefact stays where it is and the next laboratory takes over.
    Changeover,
    /// No hand-over: one visit has been asked to wait for the other (index of the precedence).
    Precedence(usize),
}

/// A leg between two visits.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Leg {
    pub kind: LegKind,
    /// The leg rules that speak of this leg, in the order written.
    pub rules: Vec<usize>,
    /// The time on the road that its route asks for.
    pub transit: Option<Duration>,
    /// The leg ends at the pilot after a loop.
    pub returns: bool,
}

/// The directed acyclic graph of visits.
#[derive(Debug, Clone, Default)]
pub struct Circulation {
    pub graph: DiGraph<Visit, Leg>,
}

impl Circulation {
    /// The visit under `id`.
    pub fn visit(&self, id: VisitId) -> &Visit {
        &self.graph[id.node()]
    }

    /// All visits in canonical order.
    pub fn visits(&self) -> impl Iterator<Item = (VisitId, &Visit)> {
        self.graph
            .node_indices()
            .map(|node| (VisitId(node.index()), &self.graph[node]))
    }

    /// Number of visits.
    pub fn len(&self) -> usize {
        self.graph.node_count()
    }

    /// Whether nothing is visited.
    pub fn is_empty(&self) -> bool {
        self.graph.node_count() == 0
    }

    /// All legs in the order of their visits: from, to, leg.
    pub fn legs(&self) -> impl Iterator<Item = (VisitId, VisitId, &Leg)> {
        self.graph.edge_indices().filter_map(|edge| {
            let (from, to) = self.graph.edge_endpoints(edge)?;
            Some((
                VisitId(from.index()),
                VisitId(to.index()),
                &self.graph[edge],
            ))
        })
    }
}
