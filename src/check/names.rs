//! Names that are declared and never used, and sections that belong together.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::Protocol;
use crate::text::Text;

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    measured_on_nothing(protocol, diagnostics);
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
