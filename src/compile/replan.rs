//! Plans a protocol's journey anew from the log of what happened.

use super::Compiled;
use crate::check::{self, Checked};
use crate::circulation;
use crate::diagnostic::{self, Code, DataPlace, Diagnostic};
use crate::intake::JourneyLog;
use crate::plan::{self, Plan};
use crate::run::results;

/// A journey planned anew.
#[derive(Debug, Clone)]
pub struct Anew {
    /// The protocol with the dates planned anew.
    pub checked: Checked,
    /// Its plan; none when the log contradicts itself, so that no dates follow from it.
    pub plan: Option<Plan>,
    /// What is wrong with the log and with the new dates.
    pub diagnostics: Vec<Diagnostic>,
}

impl Compiled {
    /// Plans the journey of the first protocol anew; `issued` is its plan. None when the file has no protocol.
    pub fn replanned(&self, issued: &Plan, log: &JourneyLog) -> Option<Anew> {
        let checked = self.protocols.first()?;
        let (protocol, written) = (&checked.protocol, &checked.written);
        let replanned = circulation::replan(&written.journey, &written.calendars, &log.log);
        let places: Vec<DataPlace> = (log.told.iter()).map(|it| results::place(&it.0)).collect();
        let mut diagnostics = check::replanned(protocol, written, &replanned, &places);
        diagnostic::sort(&mut diagnostics);
        let broken =
            |it: &Diagnostic| matches!(it.code, Code::LogContradiction | Code::VisitUnknown);
        let plan = if diagnostics.iter().any(broken) {
            // What would follow from dates that cannot be is no finding of its own.
            diagnostics.retain(broken);
            None
        } else {
            let reused = self.reused.get(&protocol.path.value);
            plan::build(
                protocol,
                written,
                &replanned.after,
                &self.sources,
                reused.map_or(&[], Vec::as_slice),
            )
        };
        let remarks = log.told.iter().map(|it| it.1.as_str());
        let plan = plan.map(|mut plan| {
            let happened = log.log.events.iter().zip(remarks);
            plan::revise(
                &mut plan,
                issued,
                written,
                &replanned,
                happened,
                log.revision,
            );
            plan
        });
        Some(Anew {
            checked: Checked {
                protocol: protocol.clone(),
                written: written.clone(),
                journey: replanned.after,
            },
            plan,
            diagnostics,
        })
    }
}
