//! What a plan takes out of digital calibration certificates.

use crate::intake::dcc::{DccMapping, DccResult, Points, Select};
use crate::plan::Plan;

/// What to take out of a certificate that a laboratory hands in under the name `file`: the laboratory is the one the file is named after,
/// because certificates name it in words of their own. None when the protocol says nothing of certificates.
pub fn mapping(plan: &Plan, file: &str) -> Option<DccMapping> {
    let results: Vec<DccResult> = plan
        .content
        .measurands
        .iter()
        .flat_map(|m| {
            m.certificates
                .iter()
                .map(|data| (m.id.clone(), data.clone()))
        })
        .map(|(measurand, data)| DccResult {
            measurand,
            select: Select {
                ref_type: data.ref_type,
                within: data.within,
                name: data.name,
                label: data.label,
                id: data.id,
            },
            points: Points::Named(data.points),
            unit: data.unit,
        })
        .collect();
    let named = file.rsplit_once('.').map_or(file, |(stem, _)| stem);
    (!results.is_empty()).then(|| DccMapping {
        laboratory: Some(named.to_owned()),
        results,
    })
}
