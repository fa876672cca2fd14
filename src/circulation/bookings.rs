//! Who occupies a laboratory that measures one artefact at a time.

use std::collections::BTreeMap;

use jiff::civil::Date;

use super::graph::VisitId;
use super::places::Slot;

/// The measurements booked at one laboratory, by first day.
#[derive(Debug, Clone, Default)]
pub(super) struct Bookings {
    booked: BTreeMap<Date, (Date, VisitId)>,
}

impl Bookings {
    /// The last booked measurement that overlaps `slot`, with the day on which it is done.
    ///
    /// Whoever begins before that day overlaps it too, so the slot may move there at once.
    pub fn overlapping(&self, slot: &Slot) -> Option<(Date, VisitId)> {
        let (_, (done, visit)) = self.booked.range(..slot.done).next_back()?;
        (*done > slot.start).then_some((*done, *visit))
    }

    /// Books the measuring days of `slot`; a measurement without duration occupies nothing.
    pub fn book(&mut self, slot: &Slot, visit: VisitId) {
        if slot.done > slot.start {
            self.booked.insert(slot.start, (slot.done, visit));
        }
    }

    /// Gives up the booking of `visit` that begins on `start`.
    pub fn release(&mut self, start: Date, visit: VisitId) {
        if self.booked.get(&start).is_some_and(|(_, it)| *it == visit) {
            self.booked.remove(&start);
        }
    }

    /// Visits that follow one another at the laboratory.
    pub fn neighbours(&self) -> impl Iterator<Item = (VisitId, VisitId)> {
        let visits = self.booked.values().map(|(_, visit)| *visit);
        visits.clone().zip(visits.skip(1))
    }
}
