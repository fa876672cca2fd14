//! A plan made anew: what it says of the one issued.

use crate::circulation::{self, Event, EventKind, Replanned};
use crate::model::WrittenJourney;
use crate::plan::{Appointment, Happening, Moved, Occurrence, Plan, Revision, Stop, Visit, json};

/// Puts into `plan`, which was built from the dates planned anew, how it differs from the plan `issued`.
///
/// `happened` are the events of the log with their remarks.
pub fn revise<'e>(
    plan: &mut Plan,
    issued: &Plan,
    written: &WrittenJourney,
    replanned: &Replanned,
    happened: impl Iterator<Item = (&'e Event, &'e str)>,
    number: u32,
) {
    let Some(as_of) = replanned.as_of else {
        return;
    };
    let old = &issued.content.circulation.visits;
    let happened: Vec<(usize, Happening)> = happened
        .enumerate()
        .filter_map(|(index, (event, remark))| Some((index, happening(old, event, remark)?)))
        .collect();
    let journey = &written.journey;
    // What made the dates of a stop move, by its place among what happened.
    let because = |stop: &Stop| -> Vec<usize> {
        let names = |it: &circulation::Visit| {
            stop.artefact == journey.artefacts[it.artefact].id
                && stop.laboratory == journey.laboratories[it.laboratory].id
                && stop.specimen.unwrap_or(1) == it.specimen + 1
                && stop.ordinal == it.ordinal
        };
        let mut visits = replanned.before.circulation.visits();
        let visit = visits.find(|(_, it)| names(it)).map(|(id, _)| id);
        let deviates = |event: usize| {
            let found = happened.iter().find(|(index, _)| *index == event);
            found.is_some_and(|(_, it)| it.deviates())
        };
        let causes = visit.map(|it| circulation::causes(journey, replanned, it, &deviates));
        let causes = causes.unwrap_or_default();
        let listed = happened.iter().enumerate();
        listed
            .filter(|(_, (index, _))| causes.contains(index))
            .map(|(place, _)| place)
            .collect()
    };
    let mut moved: Vec<Moved> = Vec::new();
    for change in replanned.tell.values().flatten() {
        let visit = replanned.before.circulation.visit(change.visit);
        let names = |it: &&Visit| {
            it.artefact == journey.artefacts[visit.artefact].id
                && it.laboratory == journey.laboratories[visit.laboratory].id
                && it.specimen.unwrap_or(1) == visit.specimen + 1
                && it.ordinal == visit.ordinal
        };
        if let Some(stop) = old.iter().find(names).map(Visit::stop) {
            let what = Appointment::from(change.what);
            let (old, new) = (change.old, change.new);
            moved.push(Moved {
                because: because(&stop),
                stop,
                what,
                old,
                new,
            });
        }
    }
    for visit in &plan.content.circulation.visits {
        let stop = visit.stop();
        let was = old
            .iter()
            .find(|it| stop.is(it))
            .and_then(|it| it.results_due);
        if was != visit.results_due {
            moved.push(Moved {
                because: because(&stop),
                stop,
                what: Appointment::ResultsDue,
                old: was,
                new: visit.results_due,
            });
        }
    }
    let place = |it: &Moved| old.iter().position(|visit| it.stop.is(visit));
    moved.sort_by_key(|it| (place(it), it.what));
    plan.content.circulation.revision = Some(Revision {
        number,
        of: issued.digest.clone(),
        as_of,
        happened: happened.into_iter().map(|(_, it)| it).collect(),
        moved,
        excesses: Vec::new(),
    });
    plan.digest = json::digest(&plan.content);
}

fn happening(visits: &[Visit], event: &Event, remark: &str) -> Option<Happening> {
    let stop = Stop {
        artefact: event.artefact.clone(),
        specimen: Some(event.specimen + 1),
        laboratory: event.laboratory.clone(),
        ordinal: event.ordinal.unwrap_or(1),
    };
    let visit = visits.iter().find(|it| stop.is(it))?;
    let (arrival, departure) = (Some(visit.arrival), Some(visit.departure));
    let (what, date, planned) = match event.kind {
        EventKind::Arrived => (Occurrence::Arrived, event.date, arrival),
        EventKind::Departed => (Occurrence::Departed, event.date, departure),
        EventKind::HeldOnTheWay { until } => (Occurrence::ExpectedArrival, until, arrival),
        EventKind::HeldThere { until } => (Occurrence::ExpectedDeparture, until, departure),
        EventKind::Damaged => (Occurrence::Damaged, event.date, None),
        EventKind::Lost => (Occurrence::Lost, event.date, None),
    };
    Some(Happening {
        stop: visit.stop(),
        what,
        date,
        planned,
        remark: (!remark.is_empty()).then(|| remark.to_owned()),
    })
}
