//! Names that are declared and never used, and sections that belong together.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::Protocol;
use crate::text::Text;

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    points_in_two_measurands(protocol, diagnostics);
    measured_on_nothing(protocol, diagnostics);
}

/// Result forms name points alone, so a point's name is its own throughout the protocol.
fn points_in_two_measurands(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let mut seen = std::collections::BTreeMap::new();
    for measurand in &protocol.measurands {
        for point in &measurand.points {
            let Some((first, at)) =
                seen.insert(point.id.as_str(), (measurand.id.as_str(), point.at))
            else {
                continue;
            };
            if first == measurand.id {
                // Within one measurand the repetition has been reported already.
                continue;
            }
            diagnostics.push(
                Diagnostic::new(
                    Code::DuplicateName,
                    point.at,
                    Text::new(
                        format!("测量点 `{}` 已用于被测量 `{first}`", point.id),
                        format!(
                            "point `{}` is already a point of measurand `{first}`",
                            point.id
                        ),
                    ),
                )
                .with_label(
                    at,
                    Text::new("第一次写在这里", "it is declared here already"),
                )
                .with_help(Text::new(
                    "给测量点取不同的名称",
                    "give the points different names",
                )),
            );
        }
    }
}

/// Every point must be measured on some artefact.
fn measured_on_nothing(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    for measurand in &protocol.measurands {
        for point in &measurand.points {
            let covered =
                protocol
                    .artefacts
                    .iter()
                    .flat_map(|a| &a.measures)
                    .any(|(id, points)| {
                        *id == measurand.id && (points.is_empty() || points.contains(&point.id))
                    });
            if !covered {
                diagnostics.push(
                    Diagnostic::new(
                        Code::MeasuredOnNothing,
                        point.at,
                        Text::new(
                            format!("没有传递标准用于测量点 `{}`", point.id),
                            format!("point `{}` is measured on no transfer standard", point.id),
                        ),
                    )
                    .with_help(Text::new(
                        format!("在传递标准中写 `用于测量 {} 于 {}`", measurand.id, point.id),
                        format!(
                            "write `measures {} at {}` in a transfer standard",
                            measurand.id, point.id
                        ),
                    )),
                );
            }
        }
    }
}
