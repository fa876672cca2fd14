//! Resolves the names of a journey, reporting those that nothing bears.

use std::collections::BTreeMap;

use super::cause::Cause;
use super::finding::{Finding, FindingKind};
use super::journey::Journey;

/// The laboratories and artefacts of a journey by name.
pub(super) struct Names<'a> {
    laboratories: BTreeMap<&'a str, usize>,
    artefacts: BTreeMap<&'a str, usize>,
    pub findings: Vec<Finding>,
}

impl<'a> Names<'a> {
    pub fn new(journey: &'a Journey) -> Names<'a> {
        let mut findings = Vec::new();
        let laboratories = index(
            journey.laboratories.iter().map(|it| it.id.as_str()),
            Cause::Laboratory,
            &mut findings,
        );
        let artefacts = index(
            journey.artefacts.iter().map(|it| it.id.as_str()),
            Cause::Artefact,
            &mut findings,
        );
        Names {
            laboratories,
            artefacts,
            findings,
        }
    }

    /// The laboratory called `name`; when there is none, that is a finding at `cause`.
    pub fn laboratory(&mut self, name: &str, cause: &Cause) -> Option<usize> {
        let found = self.laboratories.get(name).copied();
        if found.is_none() {
            let like = nearest(name, self.laboratories.keys());
            let kind = FindingKind::UnknownLaboratory {
                name: name.to_owned(),
                like: like.map(|(like, _)| like.to_owned()),
            };
            let near = like.and_then(|(like, _)| self.laboratories.get(like));
            self.findings.push(Finding::new(
                kind,
                with_near(cause, near.map(|it| Cause::Laboratory(*it))),
            ));
        }
        found
    }

    /// The artefact called `name`; when there is none, that is a finding at `cause`.
    pub fn artefact(&mut self, name: &str, cause: &Cause) -> Option<usize> {
        let found = self.artefacts.get(name).copied();
        if found.is_none() {
            let like = nearest(name, self.artefacts.keys());
            let kind = FindingKind::UnknownArtefact {
                name: name.to_owned(),
                like: like.map(|(like, _)| like.to_owned()),
            };
            let near = like.and_then(|(like, _)| self.artefacts.get(like));
            self.findings.push(Finding::new(
                kind,
                with_near(cause, near.map(|it| Cause::Artefact(*it))),
            ));
        }
        found
    }
}

fn index<'a>(
    names: impl Iterator<Item = &'a str>,
    cause: impl Fn(usize) -> Cause,
    findings: &mut Vec<Finding>,
) -> BTreeMap<&'a str, usize> {
    let mut map = BTreeMap::new();
    for (number, name) in names.enumerate() {
        match map.get(name) {
            Some(first) => findings.push(Finding::new(
                FindingKind::SameName {
                    name: name.to_owned(),
                },
                [cause(*first), cause(number)],
            )),
            None => {
                map.insert(name, number);
            }
        }
    }
    map
}

fn with_near(cause: &Cause, near: Option<Cause>) -> Vec<Cause> {
    std::iter::once(cause.clone()).chain(near).collect()
}

/// The most similar of the known names, when it is similar enough to be a slip of the pen.
fn nearest<'a, 'b>(name: &str, known: impl Iterator<Item = &'b &'a str>) -> Option<(&'a str, usize)>
where
    'a: 'b,
{
    known
        .map(|it| (*it, strsim::osa_distance(name, it)))
        .min_by_key(|(_, distance)| *distance)
        .filter(|(it, distance)| *distance <= 1 + it.chars().count() / 4)
}
