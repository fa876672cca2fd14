//! What is wrong with a journey that was planned anew.

use super::tell::Teller;
use crate::check::policy;
use crate::circulation::{Cause, Replanned};
use crate::diagnostic::{DataPlace, Diagnostic};
use crate::model::{Protocol, WrittenJourney};

/// The findings that the new dates bring and the old ones did not have, and those about the log itself; `events` are the places of the
/// log's events.
pub fn replanned(
    protocol: &Protocol,
    written: &WrittenJourney,
    replanned: &Replanned,
    events: &[DataPlace],
) -> Vec<Diagnostic> {
    let (before, after) = (&replanned.before, &replanned.after);
    let teller = Teller {
        written,
        journey: after,
    };
    let new = (after.findings.iter()).filter(|it| !before.findings.contains(it));
    let mut diagnostics: Vec<Diagnostic> = new
        .filter_map(|finding| {
            let mut diagnostic = teller.diagnostic(finding)?;
            let event = finding.at.iter().find_map(|cause| match cause {
                Cause::Event(index) => events.get(*index),
                _ => None,
            });
            diagnostic.place = event.cloned();
            Some(diagnostic)
        })
        .collect();
    let mut known = Vec::new();
    policy::check(protocol, before, &mut known);
    let mut now = Vec::new();
    policy::check(protocol, after, &mut now);
    diagnostics.extend(now.into_iter().filter(|it| !known.contains(it)));
    diagnostics
}
