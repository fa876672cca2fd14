//! Whether transfer standards that are not one and the same are treated as if they were.

use std::collections::BTreeSet;

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Artefact, Protocol};
use crate::text::Text;

/// A point measured on two transfer standards has one reference value, as if both had the same: nothing in the evaluation brings their
/// values together. Like specimens are one transfer standard with `specimens`, which the author answers for.
pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let measured: Vec<BTreeSet<(&str, &str)>> = (protocol.artefacts.iter())
        .map(|artefact| points(protocol, artefact))
        .collect();
    for (index, artefact) in protocol.artefacts.iter().enumerate() {
        let shared = (measured.iter().take(index))
            .map(|other| (measured[index].intersection(other)).collect::<Vec<_>>())
            .enumerate()
            .filter(|(other, _)| protocol.artefacts[*other].id != artefact.id)
            .find(|(_, points)| !points.is_empty());
        let Some((first, points)) = shared else {
            continue;
        };
        let other = &protocol.artefacts[first];
        let names = |sign: &str| {
            let names: Vec<String> = points.iter().map(|(_, it)| format!("`{it}`")).collect();
            names.join(sign)
        };
        diagnostics.push(
            Diagnostic::new(
                Code::ArtefactsPooled,
                artefact.at,
                Text::new(
                    format!(
                        "`{}` 与 `{}` 都测量 {}，两者的结果将合在一起评定，如同测的是同一个传递标准",
                        other.id,
                        artefact.id,
                        names("、")
                    ),
                    format!(
                        "{} is measured on `{}` and on `{}`, whose results are pooled as if both were one transfer standard",
                        names(", "),
                        other.id,
                        artefact.id
                    ),
                ),
            )
            .with_label(
                other.at,
                Text::new("另一个传递标准", "the other transfer standard"),
            )
            .with_help(Text::new(
                "各设测量点，各有参考值；确为相同的几套，写成一个传递标准并注明 `套数 2`",
                "give each its own points, and with them its own reference value; if they are alike, write one transfer standard with `specimens 2`",
            )),
        );
    }
}

/// Measurand and point of all that is measured on an artefact.
fn points<'p>(protocol: &'p Protocol, artefact: &'p Artefact) -> BTreeSet<(&'p str, &'p str)> {
    let mut found = BTreeSet::new();
    for (measurand, named) in &artefact.measures {
        let declared = protocol.measurands.iter().filter(|it| it.id == *measurand);
        for point in declared.flat_map(|it| &it.points) {
            if named.is_empty() || named.contains(&point.id) {
                found.insert((measurand.as_str(), point.id.as_str()));
            }
        }
    }
    found
}
