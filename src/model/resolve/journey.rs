//! The circulation as written.

use super::{Resolver, nouns};
use crate::diagnostic::Diagnostic;
use crate::model::{Artefact, Circulation, Laboratory, Time, TimeKind, TravelPattern, Way};
use crate::schema::{Entry, Value};
use crate::source::Spanned;

impl Resolver<'_> {
    pub(super) fn circulation(
        &mut self,
        entry: &Entry,
        laboratories: &[&Laboratory],
        artefacts: &[Artefact],
    ) -> Option<Circulation> {
        let labs: Vec<&str> = laboratories.iter().map(|l| l.id.as_str()).collect();
        let known: Vec<&str> = artefacts.iter().map(|a| a.id.as_str()).collect();
        let start_at = entry.child("start").map_or(entry.head, |e| e.span);
        let start =
            entry
                .child("start")
                .and_then(|start| match start.one("date").map(|a| &a.value) {
                    Some(Value::Date(date)) => Some(*date),
                    _ => None,
                });
        let mut patterns = Vec::new();
        for child in &entry.body {
            let kind = match child.word() {
                "ring" => Way::Ring,
                "star" => Way::Star,
                "petal" => match child.count("size") {
                    Some(size) => Way::Petal(size),
                    None => continue,
                },
                "parallel" => Way::Parallel,
                "on-site" => Way::OnSite,
                "route" => {
                    let Some(Value::Route(stops)) = child.one("stops").map(|a| &a.value) else {
                        continue;
                    };
                    let stops: Vec<Spanned<String>> = stops
                        .iter()
                        .map(|(name, at)| Spanned::new(name.clone(), *at))
                        .collect();
                    for stop in &stops {
                        self.require(&nouns::laboratory(), stop, &labs);
                    }
                    Way::Route(stops)
                }
                _ => continue,
            };
            let artefact = Self::spanned(child, "artefact")
                .filter(|name| self.require(&nouns::artefact(), name, &known));
            let times = self.times(child, &labs);
            patterns.push(TravelPattern {
                kind,
                artefact,
                times,
                at: child.span,
            });
        }
        let calendars = entry
            .child("calendar")
            .map(|c| Self::spanned_list(c, "calendars"))
            .unwrap_or_default();
        let calendars = calendars
            .into_iter()
            .filter_map(|name| self.calendar(name))
            .collect();
        Some(Circulation {
            calendars,
            start: start?,
            start_at,
            patterns,
            times: self.times(entry, &labs),
            reserve: entry.child("reserve").and_then(|e| self.period(e, "time")),
            limit: entry.child("limit").and_then(|e| self.period(e, "time")),
            at: entry.head,
            ways_whole: true,
            times_whole: true,
        })
    }

    /// Says of a circulation what of it could not be read or found; `findings` are those of its resolving.
    pub(super) fn mark_damage(
        entry: &Entry,
        circulation: &mut Circulation,
        findings: &[Diagnostic],
    ) {
        const WAYS: [&str; 6] = ["ring", "star", "petal", "parallel", "on-site", "route"];
        let line_lost = entry.damaged && entry.body.iter().all(Entry::is_whole);
        let damaged = |way: &Entry| {
            let within = way.block.map_or(way.span, |block| way.span.to(block));
            let inside = |finding: &Diagnostic| {
                let at = finding.span();
                at.is_some_and(|at| within.start <= at.start && at.end <= within.end)
            };
            !way.is_whole() || findings.iter().any(|f| f.is_error() && inside(f))
        };
        let mut ways = entry.body.iter().filter(|e| WAYS.contains(&e.word()));
        circulation.ways_whole = !line_lost && !ways.any(damaged);
        circulation.times_whole = entry.is_whole() && !findings.iter().any(Diagnostic::is_error);
    }

    fn calendar(&mut self, name: Spanned<String>) -> Option<Spanned<String>> {
        let full = self.library.full(&name.value, name.span.file);
        if self.library.item("calendar", &full).is_some() {
            return Some(Spanned::new(full, name.span));
        }
        let known: Vec<&str> = self
            .library
            .items("calendar")
            .map(|(path, _)| path)
            .collect();
        self.unknown(&nouns::calendar(), &full, name.span, &known);
        None
    }

    fn times(&mut self, entry: &Entry, laboratories: &[&str]) -> Vec<Time> {
        let mut times = Vec::new();
        for child in &entry.body {
            let kind = match child.word() {
                "stay" => TimeKind::Stay,
                "transit" => TimeKind::Transit,
                "customs" => TimeKind::Customs,
                _ => continue,
            };
            let laboratory = Self::spanned(child, "laboratory");
            if child.poisoned {
                continue;
            }
            if let Some(name) = &laboratory
                && !self.require(&nouns::laboratory(), name, laboratories)
            {
                continue;
            }
            if let Some(period) = self.period(child, "time") {
                times.push(Time {
                    kind,
                    laboratory,
                    period,
                });
            }
        }
        times
    }
}
