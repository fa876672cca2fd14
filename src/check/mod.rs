//! What must hold of a protocol before it may be carried out; one file for each family of rules.
//!
//! Every check is a function over the model that adds findings; none depends on another, so that all findings come at once.

mod artefacts;
mod consistency;
mod contributions;
mod deviation;
mod evaluation;
#[cfg(test)]
mod fixture;
mod integrity;
mod joint;
mod journey;
pub mod ladder;
mod link;
mod methods;
mod names;
mod policy;
mod scores;
pub mod totality;
mod vector;

pub use journey::replanned;

use crate::circulation;
use crate::diagnostic::Diagnostic;
use crate::model::{Protocol, WrittenJourney};

/// A checked protocol with its journey planned.
#[derive(Debug, Clone)]
pub struct Checked {
    pub protocol: Protocol,
    pub written: WrittenJourney,
    pub journey: circulation::Plan,
}

/// Plans the journey of a protocol and checks all there is to check.
pub fn check(protocol: Protocol) -> (Checked, Vec<Diagnostic>) {
    let mut diagnostics = Vec::new();
    let written = protocol.journey();
    let journey = circulation::plan(&written.journey, &written.calendars);
    names::check(&protocol, &mut diagnostics);
    journey::check(&protocol, &written, &journey, &mut diagnostics);
    artefacts::check(&protocol, &mut diagnostics);
    evaluation::check(&protocol, &mut diagnostics);
    contributions::check(&protocol, &mut diagnostics);
    methods::check(&protocol, &mut diagnostics);
    deviation::check(&protocol, &mut diagnostics);
    consistency::check(&protocol, &mut diagnostics);
    scores::check(&protocol, &mut diagnostics);
    link::check(&protocol, &mut diagnostics);
    integrity::check(&protocol, &mut diagnostics);
    joint::check(&protocol, &mut diagnostics);
    vector::check(&protocol, &mut diagnostics);
    totality::check(&protocol, &mut diagnostics);
    ladder::check(&protocol, &mut diagnostics);
    policy::check(&protocol, &journey, &mut diagnostics);
    (
        Checked {
            protocol,
            written,
            journey,
        },
        diagnostics,
    )
}
