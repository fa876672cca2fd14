//! Weights of legs between the pilot and the laboratories of one artefact.

use std::collections::BTreeMap;

use super::super::clock;
use super::super::journey::{Journey, Position};
use super::{NoOrder, Request, Weigh};

/// Mean radius of the Earth R₁ in kilometres (GRS 80, IUGG).
const EARTH_RADIUS: f64 = 6_371.008_8;

/// Great-circle distance in kilometres on a sphere of the mean radius, by the haversine formula, which stays exact for near places.
pub fn great_circle(from: Position, to: Position) -> f64 {
    let (south, north) = (from.latitude.to_radians(), to.latitude.to_radians());
    let latitude = ((north - south) / 2.0).sin();
    let longitude = ((to.longitude - from.longitude).to_radians() / 2.0).sin();
    let chord = latitude * latitude + south.cos() * north.cos() * longitude * longitude;
    2.0 * EARTH_RADIUS * chord.min(1.0).sqrt().asin()
}

/// Node 0 is the pilot, nodes 1 … n the laboratories in the order of `measured_by`.
pub(super) struct Weights {
    nodes: Vec<usize>,
    between: Vec<Vec<f64>>,
    stay: Vec<f64>,
}

impl Weights {
    pub fn new(journey: &Journey, request: &Request) -> Result<Weights, NoOrder> {
        let scale = match request.weigh {
            Weigh::Kilometres => 1.0,
            Weigh::Days {
                kilometres_per_day: speed,
            } if speed > 0.0 => 1.0 / speed,
            Weigh::Days { kilometres_per_day } => {
                return Err(NoOrder::Speed { kilometres_per_day });
            }
        };
        let nodes = nodes(journey, request.artefact).ok_or(NoOrder::Nothing)?;
        let known = known_distances(journey)?;
        let mut between = vec![vec![0.0; nodes.len()]; nodes.len()];
        for from in 0..nodes.len() {
            for to in 0..from {
                let weight = scale * kilometres(journey, &known, nodes[from], nodes[to])?;
                between[from][to] = weight;
                between[to][from] = weight;
            }
        }
        let stay = (nodes.iter())
            .map(|it| match request.weigh {
                Weigh::Kilometres => 0.0,
                Weigh::Days { .. } => clock::nominal_days(
                    (journey.laboratories[*it].stay.as_ref())
                        .or(journey.artefacts[request.artefact].stay.as_ref())
                        .unwrap_or(&journey.stay),
                ),
            })
            .collect();
        Ok(Weights {
            nodes,
            between,
            stay,
        })
    }

    /// The weights between the pilot and some of the laboratories.
    pub fn only(&self, nodes: &[usize]) -> Weights {
        let kept: Vec<usize> = std::iter::once(0).chain(nodes.iter().copied()).collect();
        let row = |from: &usize| kept.iter().map(|to| self.between(*from, *to)).collect();
        Weights {
            nodes: kept.iter().map(|it| self.nodes[*it]).collect(),
            between: kept.iter().map(row).collect(),
            stay: kept.iter().map(|it| self.stay[*it]).collect(),
        }
    }

    /// Number of laboratories, without the pilot.
    pub fn len(&self) -> usize {
        self.nodes.len() - 1
    }

    pub fn laboratory(&self, node: usize) -> usize {
        self.nodes[node]
    }

    pub fn between(&self, from: usize, to: usize) -> f64 {
        self.between[from][to]
    }

    pub fn stay(&self, node: usize) -> f64 {
        self.stay[node]
    }

    /// The legs of one loop, from the pilot and back.
    pub fn way(&self, circuit: &[usize]) -> f64 {
        let mut place = 0;
        let mut way = 0.0;
        for node in circuit {
            way += self.between(place, *node);
            place = *node;
        }
        way + self.between(place, 0)
    }

    /// One loop with the stays of its laboratories.
    pub fn circuit(&self, circuit: &[usize]) -> f64 {
        self.way(circuit) + circuit.iter().map(|it| self.stay(*it)).sum::<f64>()
    }

    /// A loop is as long in both directions; the one that begins with the laboratory named first is given.
    pub fn one_way(&self, mut circuit: Vec<usize>) -> Vec<usize> {
        if circuit.first() > circuit.last() {
            circuit.reverse();
        }
        circuit
    }
}

fn nodes(journey: &Journey, artefact: usize) -> Option<Vec<usize>> {
    let numbers: BTreeMap<&str, usize> = (journey.laboratories.iter().enumerate())
        .map(|(number, it)| (it.id.as_str(), number))
        .collect();
    let pilot = *numbers.get(journey.pilot.as_str())?;
    let mut nodes = vec![pilot];
    for id in &journey.artefacts.get(artefact)?.measured_by {
        let number = *numbers.get(id.as_str())?;
        if !nodes.contains(&number) {
            nodes.push(number);
        }
    }
    Some(nodes)
}

type Known<'a> = BTreeMap<(&'a str, &'a str), f64>;

fn known_distances(journey: &Journey) -> Result<Known<'_>, NoOrder> {
    let mut known = BTreeMap::new();
    for it in &journey.distances {
        if !(it.kilometres >= 0.0 && it.kilometres.is_finite()) {
            return Err(NoOrder::Distance {
                from: it.from.clone(),
                to: it.to.clone(),
                kilometres: it.kilometres,
            });
        }
        known.insert((it.from.as_str(), it.to.as_str()), it.kilometres);
        known.insert((it.to.as_str(), it.from.as_str()), it.kilometres);
    }
    Ok(known)
}

fn kilometres(journey: &Journey, known: &Known, from: usize, to: usize) -> Result<f64, NoOrder> {
    let (from, to) = (&journey.laboratories[from], &journey.laboratories[to]);
    if let Some(distance) = known.get(&(from.id.as_str(), to.id.as_str())) {
        return Ok(*distance);
    }
    match (from.position, to.position) {
        (Some(here), Some(there)) => {
            for (position, laboratory) in [(here, from), (there, to)] {
                if !(position.latitude.abs() <= 90.0 && position.longitude.abs() <= 180.0) {
                    return Err(NoOrder::Position {
                        laboratory: laboratory.id.clone(),
                    });
                }
            }
            Ok(great_circle(here, there))
        }
        _ => Err(NoOrder::Unknown {
            from: from.id.clone(),
            to: to.id.clone(),
        }),
    }
}
