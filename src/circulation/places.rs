//! Where an artefact may be on which day: working days, absences, and the stay of a visit between them.

use jiff::civil::Date;

use super::clock::{self, Clock};
use super::journey::{Absence, Calendars, Journey};
use crate::values::date::Duration;

/// The days of one visit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Slot {
    pub arrival: Date,
    /// First and last measuring day.
    pub start: Date,
    pub end: Date,
    /// First day after the measurement.
    pub done: Date,
    /// First day on which the artefact may leave.
    pub released: Date,
    pub avoided: Option<Avoided>,
}

/// An absence that made a visit later.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Avoided {
    pub laboratory: usize,
    pub absence: usize,
    /// The arrival that would have been possible but for absences.
    pub without: Date,
}

/// An absence during a visit, and its last day.
pub(super) struct Clash {
    pub laboratory: usize,
    pub absence: usize,
    pub until: Date,
}

/// The laboratories of a journey as places with a calendar and absences.
pub(super) struct Places<'a> {
    journey: &'a Journey,
    clocks: Vec<Clock<'a>>,
    road: Clock<'a>,
    absences: Vec<Vec<(usize, &'a Absence)>>,
}

impl<'a> Places<'a> {
    pub fn new(journey: &'a Journey, calendars: &'a Calendars) -> Places<'a> {
        let common = journey.calendar.as_deref();
        let clock = |name: Option<&str>| Clock::new(name.and_then(|it| calendars.get(it)));
        let absences = (journey.laboratories.iter())
            .map(|it| {
                let mut sorted: Vec<_> = it.unavailable.iter().enumerate().collect();
                sorted.sort_by_key(|(_, absence)| (absence.from, absence.to));
                sorted
            })
            .collect();
        Places {
            journey,
            clocks: (journey.laboratories.iter())
                .map(|it| clock(it.calendar.as_deref().or(common)))
                .collect(),
            road: clock(common),
            absences,
        }
    }

    /// The calendar that counts at a place.
    pub fn clock(&self, place: usize) -> &Clock<'a> {
        &self.clocks[place]
    }

    /// The calendar of the road, which is that of the whole journey.
    pub fn road(&self) -> &Clock<'a> {
        &self.road
    }

    /// The earliest visit of `stay` that arrives on `candidate` or later, without regard to other artefacts.
    ///
    /// `visitor` measures at `place`; absences of both count. `None`: beyond the range of dates.
    pub fn slot(
        &self,
        place: usize,
        visitor: usize,
        stay: &Duration,
        candidate: Date,
    ) -> Option<Slot> {
        let clock = &self.clocks[place];
        let mut candidate = candidate;
        let mut first = None;
        let mut avoided = None;
        loop {
            let arrival = self.open_day(clock, candidate)?;
            let first = *first.get_or_insert(arrival);
            let mut slot = self.measure(place, stay, arrival, arrival)?;
            slot.avoided = avoided;
            match self.clash(place, visitor, &slot) {
                None => return Some(slot),
                Some(clash) => {
                    avoided = Some(Avoided {
                        laboratory: clash.laboratory,
                        absence: clash.absence,
                        without: first,
                    });
                    candidate = clock::next_day(clash.until)?;
                }
            }
        }
    }

    /// The days of a measurement that begins on `from` or the next day on which it can.
    pub fn measure(
        &self,
        place: usize,
        stay: &Duration,
        arrival: Date,
        from: Date,
    ) -> Option<Slot> {
        let clock = &self.clocks[place];
        let start = clock.first_counted(from, stay)?;
        let done = clock.add(start, stay)?;
        let end = clock.last_counted(start, done, stay)?;
        Some(Slot {
            arrival,
            start,
            end,
            done,
            released: self.open_day(clock, done)?,
            avoided: None,
        })
    }

    /// The first day from `day` on which parcels leave and are received.
    fn open_day(&self, clock: &Clock, day: Date) -> Option<Date> {
        if self.journey.working_days_only {
            clock.working_day_from(day)
        } else {
            Some(day)
        }
    }

    /// The absence of the place or of the visitor that touches the visit from its arrival to its release.
    pub fn clash(&self, place: usize, visitor: usize, slot: &Slot) -> Option<Clash> {
        let at = |laboratory: usize| {
            (self.absences[laboratory].iter())
                .filter(|(_, it)| it.from <= slot.released && slot.arrival <= it.to)
                .map(|(absence, it)| Clash {
                    laboratory,
                    absence: *absence,
                    until: it.to,
                })
                .max_by_key(|it| it.until)
        };
        at(visitor).or_else(|| (place != visitor).then(|| at(place)).flatten())
    }

    /// Whether a parcel can leave `place` on `day`.
    pub fn dispatches(&self, place: usize, day: Date) -> bool {
        let open = !self.journey.working_days_only || self.clocks[place].is_working(day);
        open && !self.absences[place]
            .iter()
            .any(|(_, it)| it.from <= day && day <= it.to)
    }

    /// The day on which a parcel that leaves on `day` is at its goal, whether or not the goal is open.
    pub fn travel(&self, day: Date, durations: &[Duration]) -> Option<Date> {
        durations
            .iter()
            .try_fold(day, |day, it| self.road.add(day, it))
    }
}
