//! Names of points across measurands. Forms, results and tests name a point alone, so a name that several measurands use is known there as
//! `measurand.point`; a name of its own stays as it was written.

use std::collections::{BTreeMap, BTreeSet};

use super::{Resolver, nouns};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Measurand, Point, Protocol};
use crate::source::Spanned;
use crate::text::Text;

/// The name by which a point is known beside one of the same name.
fn qualified(measurand: &str, point: &str) -> String {
    format!("{measurand}.{point}")
}

/// Gives points whose names several measurands use the names by which they are told apart.
pub(super) fn tell_apart(protocol: &mut Protocol) {
    let mut users: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    for measurand in &protocol.measurands {
        for point in &measurand.points {
            let of_name = users.entry(point.id.clone()).or_default();
            of_name.insert(measurand.id.clone());
        }
    }
    users.retain(|_, measurands| measurands.len() > 1);
    if users.is_empty() {
        return;
    }
    let rename = |measurand: &str, point: &mut String| {
        if users.contains_key(point.as_str()) {
            *point = qualified(measurand, point);
        }
    };
    for measurand in &mut protocol.measurands {
        let id = measurand.id.as_str();
        (measurand.points.iter_mut()).for_each(|point| rename(id, &mut point.id));
        let largest = measurand
            .largest
            .iter_mut()
            .flat_map(|(_, points, _)| points);
        largest.for_each(|point| rename(id, point));
        let certificates = measurand
            .certificates
            .iter_mut()
            .flat_map(|c| &mut c.points);
        certificates.for_each(|point| rename(id, point));
    }
    for (measurand, points) in protocol.artefacts.iter_mut().flat_map(|a| &mut a.measures) {
        points.iter_mut().for_each(|point| rename(measurand, point));
    }
    for value in &mut protocol.evaluation.reference.certified {
        rename(&value.measurand, &mut value.point);
    }
    let sigma_pt = protocol.evaluation.sigma_pt.iter_mut();
    for (measurand, point) in sigma_pt.flat_map(|sigma| &mut sigma.points) {
        rename(measurand, point);
    }
    let correlations = (protocol.evaluation.joint.iter_mut()).flat_map(|j| &mut j.correlations);
    for (first, second, _, _) in correlations {
        rename(&first.measurand, &mut first.point);
        rename(&second.measurand, &mut second.point);
    }
    if let Some(link) = &mut protocol.evaluation.link {
        for place in (link.published.iter_mut().map(|p| &mut p.place))
            .chain(link.references.iter_mut().map(|r| &mut r.place))
        {
            rename(&place.measurand, &mut place.point);
        }
    }
    let capabilities = protocol
        .integrity
        .iter_mut()
        .flat_map(|i| &mut i.capabilities);
    for (measurand, point) in capabilities.flat_map(|capability| &mut capability.points) {
        rename(measurand, point);
    }
    // A bound names no measurand: it holds at the points of that name in all of them.
    for (_, points) in protocol.bounds_mut() {
        let each = points.iter().flat_map(|point| match users.get(point) {
            Some(measurands) => measurands.iter().map(|m| qualified(m, point)).collect(),
            None => vec![point.clone()],
        });
        *points = each.collect();
    }
}

impl Resolver<'_> {
    /// The point of that name, or of `measurand.point`; reports a name that none has or several have.
    pub(super) fn point_named<'m>(
        &mut self,
        name: &Spanned<String>,
        measurands: &'m [Measurand],
    ) -> Option<(&'m Measurand, &'m Point)> {
        let all = || {
            measurands
                .iter()
                .flat_map(|m| m.points.iter().map(move |p| (m, p)))
        };
        let meant: Vec<_> = all()
            .filter(|(m, p)| p.id == name.value || qualified(&m.id, &p.id) == name.value)
            .collect();
        match meant.as_slice() {
            [only] => Some(*only),
            [] => {
                let known: Vec<&str> = all().map(|(_, p)| p.id.as_str()).collect();
                self.unknown(&nouns::point(), &name.value, name.span, &known);
                None
            }
            several => {
                let names = several
                    .iter()
                    .map(|(m, p)| format!("`{}`", qualified(&m.id, &p.id)));
                let names: Vec<String> = names.collect();
                self.report(
                    Diagnostic::new(
                        Code::UnknownName,
                        name.span,
                        Text::new(
                            format!("几个被测量都有测量点 `{}`", name.value),
                            format!("several measurands have a point `{}`", name.value),
                        ),
                    )
                    .with_help(Text::new(
                        format!("写明是哪一个：{}", names.join("、")),
                        format!("say which: {}", names.join(", ")),
                    )),
                );
                None
            }
        }
    }
}
