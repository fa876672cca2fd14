//! The circulation as written.

use super::{Resolver, nouns};
use crate::circulation::PilotMeasures;
use crate::circulation::order::Goal;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{
    Artefact, Carrier, Circulation, DateKind, DateWish, Distance, Laboratory, OrderWish, Reserve,
    Terms, Time, TimeKind, TravelPattern, Wait, Way, WrittenRoute,
};
use crate::schema::{Entry, Value};
use crate::source::Spanned;
use crate::text::Text;
use crate::values::unit::parse_unit;

/// The names that the circulation may speak of.
struct Known<'a> {
    laboratories: Vec<&'a str>,
    artefacts: Vec<&'a str>,
}

impl Resolver<'_> {
    pub(super) fn circulation(
        &mut self,
        entry: &Entry,
        laboratories: &[&Laboratory],
        artefacts: &[Artefact],
    ) -> Option<Circulation> {
        let known = Known {
            laboratories: laboratories.iter().map(|l| l.id.as_str()).collect(),
            artefacts: artefacts.iter().map(|a| a.id.as_str()).collect(),
        };
        let start_at = entry.child("start").map_or(entry.head, |e| e.span);
        let start =
            entry
                .child("start")
                .and_then(|start| match start.one("date").map(|a| &a.value) {
                    Some(Value::Date(date)) => Some(*date),
                    _ => None,
                });
        let patterns: Vec<TravelPattern> = (entry.body.iter())
            .filter_map(|child| self.travel_pattern(child, &known))
            .collect();
        let calendars = self.calendars(entry);
        Some(Circulation {
            calendars,
            start: start?,
            start_at,
            patterns,
            terms: self.terms(entry, &known),
            waits: (entry.children("wait"))
                .filter(|e| !e.poisoned)
                .filter_map(|e| self.wait(e, &known))
                .collect(),
            distances: (entry.children("distance"))
                .filter(|e| !e.poisoned)
                .filter_map(|e| self.distance(e, &known))
                .collect(),
            orders: (entry.children("order"))
                .filter(|e| !e.poisoned)
                .filter_map(|e| self.order_wish(e, &known))
                .collect(),
            reserve: self.reserve(entry),
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
        const WAYS: [&str; 7] = [
            "ring", "star", "petal", "parallel", "on-site", "remote", "route",
        ];
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

    fn travel_pattern(&mut self, entry: &Entry, known: &Known) -> Option<TravelPattern> {
        let kind = match entry.word() {
            "ring" => Way::Ring,
            "star" => Way::Star,
            "petal" => Way::Petal(entry.count("size")?),
            "parallel" => Way::Parallel,
            "on-site" => Way::OnSite {
                place: Self::spanned(entry, "place")
                    .filter(|it| self.require(&nouns::laboratory(), it, &known.laboratories))
                    .map(|it| it.value),
            },
            "remote" => Way::Remote {
                at_once: entry.has("at-once"),
            },
            "route" => Way::Route(self.route(entry, known)?),
            _ => return None,
        };
        Some(TravelPattern {
            kind,
            artefact: Self::spanned(entry, "artefact")
                .filter(|name| self.require(&nouns::artefact(), name, &known.artefacts)),
            terms: self.terms(entry, known),
            at: entry.span,
        })
    }

    fn route(&mut self, entry: &Entry, known: &Known) -> Option<WrittenRoute> {
        let stops = Self::stops(entry, "stops")?;
        for stop in &stops {
            self.require(&nouns::laboratory(), stop, &known.laboratories);
        }
        let specimen = match entry.one("specimen") {
            Some(_) => self.at_least_one(entry, "specimen")? - 1,
            None => 0,
        };
        let again = self.on_route(entry, "again", &stops);
        let through = self.on_route(entry, "through", &stops);
        Some(WrittenRoute {
            stops,
            specimen,
            again,
            through,
        })
    }

    fn stops(entry: &Entry, slot: &str) -> Option<Vec<Spanned<String>>> {
        match entry.one(slot).map(|a| &a.value) {
            Some(Value::Route(stops)) => Some(
                stops
                    .iter()
                    .map(|(name, at)| Spanned::new(name.clone(), *at))
                    .collect(),
            ),
            _ => None,
        }
    }

    /// Laboratories of a list; each must be a stop of the route.
    fn on_route(&mut self, entry: &Entry, word: &str, stops: &[Spanned<String>]) -> Vec<String> {
        let known: Vec<&str> = stops.iter().map(|stop| stop.value.as_str()).collect();
        (entry.children(word))
            .flat_map(|child| Self::spanned_list(child, "laboratories"))
            .filter(|name| self.require(&nouns::stop(), name, &known))
            .map(|name| name.value)
            .collect()
    }

    fn terms(&mut self, entry: &Entry, known: &Known) -> Terms {
        let mut terms = Terms::default();
        for child in entry.body.iter().filter(|e| !e.poisoned) {
            match child.word() {
                "stay" => terms.times.extend(self.time(child, TimeKind::Stay, known)),
                "transit" => terms
                    .times
                    .extend(self.time(child, TimeKind::Transit, known)),
                "customs" => terms
                    .times
                    .extend(self.time(child, TimeKind::Customs, known)),
                "hand-over" => terms
                    .times
                    .extend(self.time(child, TimeKind::HandOver, known)),
                "carrier" => terms.carriers.extend(self.carrier(child, known)),
                "earliest" => terms
                    .dates
                    .extend(self.date_wish(child, DateKind::Earliest, known)),
                "latest" => terms
                    .dates
                    .extend(self.date_wish(child, DateKind::Latest, known)),
                "fixed" => terms
                    .dates
                    .extend(self.date_wish(child, DateKind::Fixed, known)),
                "pilot-measures" => {
                    terms.pilot_measures = child.name("when").map(|when| match when {
                        "first-and-last" => PilotMeasures::FirstAndLast,
                        _ => PilotMeasures::EachReturn,
                    });
                }
                _ => {}
            }
        }
        terms
    }

    /// A laboratory in a slot; none when it is not named. The outer none: it is named and nobody bears the name.
    fn named(
        &mut self,
        entry: &Entry,
        slot: &str,
        known: &Known,
    ) -> Option<Option<Spanned<String>>> {
        match Self::spanned(entry, slot) {
            Some(name) => self
                .require(&nouns::laboratory(), &name, &known.laboratories)
                .then_some(Some(name)),
            None => Some(None),
        }
    }

    fn time(&mut self, entry: &Entry, kind: TimeKind, known: &Known) -> Option<Time> {
        let laboratory = self.named(entry, "laboratory", known)?;
        let from = self.named(entry, "from", known)?;
        let visit = self.visit(entry)?;
        if visit.is_some() && laboratory.is_none() {
            self.report(
                Diagnostic::new(
                    Code::MissingArgument,
                    entry.span,
                    Text::new(
                        "写了到访次序，但没有写明是哪个实验室",
                        "it is not said whose visit is meant",
                    ),
                )
                .with_help(Text::new(
                    "写成 `停留 NIM 3 d 到访次序 2`",
                    "write `stay NIM 3 d visit 2`",
                )),
            );
            return None;
        }
        Some(Time {
            kind,
            laboratory,
            from,
            visit,
            carnet: entry.text("carnet").cloned(),
            period: self.period(entry, "time")?,
        })
    }

    /// Which visit is meant, from 1. The outer none: a zero, which has been reported.
    fn visit(&mut self, entry: &Entry) -> Option<Option<u32>> {
        match entry.one("visit") {
            Some(_) => {
                let count = self.at_least_one(entry, "visit")?;
                Some(u32::try_from(count).ok())
            }
            None => Some(None),
        }
    }

    fn carrier(&mut self, entry: &Entry, known: &Known) -> Option<Carrier> {
        Some(Carrier {
            name: entry.text("text")?.clone(),
            from: self.named(entry, "from", known)?,
            to: self.named(entry, "laboratory", known)?,
            at: entry.span,
        })
    }

    fn date_wish(&mut self, entry: &Entry, kind: DateKind, known: &Known) -> Option<DateWish> {
        let Some(Value::Date(date)) = entry.one("date").map(|a| &a.value) else {
            return None;
        };
        Some(DateWish {
            kind,
            laboratory: self.named(entry, "laboratory", known)??,
            visit: self.visit(entry)?,
            date: *date,
            at: entry.span,
        })
    }

    fn wait(&mut self, entry: &Entry, known: &Known) -> Option<Wait> {
        let mut artefact = |slot: &str| {
            let name = Self::spanned(entry, slot)?;
            self.require(&nouns::artefact(), &name, &known.artefacts)
                .then_some(name.value)
        };
        let (waiting, leaving) = (artefact("artefact"), artefact("other"));
        let at = self.named(entry, "laboratory", known)??.value;
        let place = self.named(entry, "place", known)??.value;
        Some(Wait {
            visit: (waiting?, at),
            after: (leaving?, place),
            at: entry.span,
        })
    }

    fn distance(&mut self, entry: &Entry, known: &Known) -> Option<Distance> {
        let stops = Self::stops(entry, "way")?;
        let [from, to] = stops.as_slice() else {
            self.report(
                Diagnostic::new(
                    Code::WrongArgument,
                    Self::at(entry, "way"),
                    Text::new(
                        "距离只写在两个实验室之间",
                        "a distance lies between two laboratories",
                    ),
                )
                .with_help(Text::new(
                    "写成 `距离 NIM -> SIMT 1200 km`",
                    "write `distance NIM -> SIMT 1200 km`",
                )),
            );
            return None;
        };
        let kilometre = parse_unit("km", None).ok()?;
        let amount = entry.amount("length")?.clone();
        let kilometres = self.in_unit(&amount, &kilometre)?;
        let both = [from, to]
            .into_iter()
            .filter(|name| self.require(&nouns::laboratory(), name, &known.laboratories))
            .count();
        (both == 2).then(|| Distance {
            from: from.value.clone(),
            to: to.value.clone(),
            kilometres,
            at: entry.span,
        })
    }

    fn order_wish(&mut self, entry: &Entry, known: &Known) -> Option<OrderWish> {
        let artefact = Self::spanned(entry, "artefact");
        if let Some(name) = &artefact
            && !self.require(&nouns::artefact(), name, &known.artefacts)
        {
            return None;
        }
        let a_day = parse_unit("km/d", None).ok()?;
        let speed = match entry.amount("speed").cloned() {
            Some(amount) => Some(self.in_unit(&amount, &a_day)?),
            None => None,
        };
        Some(OrderWish {
            artefact: artefact.map(|name| name.value),
            goal: match entry.name("goal")? {
                "longest-interval" => Goal::LongestInterval,
                _ => Goal::TotalTransit,
            },
            kilometres_per_day: speed,
            at: entry.span,
        })
    }

    fn reserve(&mut self, entry: &Entry) -> Reserve {
        let mut reserve = Reserve::default();
        for child in entry.children("reserve").filter(|e| !e.poisoned) {
            let period = self.period(child, "time");
            let place = match child.name("where") {
                Some("each-leg") => &mut reserve.each_leg,
                Some(_) => &mut reserve.each_return,
                None => &mut reserve.at_end,
            };
            if let Some(first) = place {
                let first = first.at;
                let message = Text::new(
                    "同一种预留写了两次",
                    "the same kind of reserve is given twice",
                );
                self.report(
                    Diagnostic::new(Code::RepeatedStatement, child.span, message)
                        .with_label(
                            first,
                            Text::new("第一次在这里", "the first one stands here"),
                        )
                        .with_help(Text::new(
                            "结束前、`每段`、`每次返回` 各写一行",
                            "one line each: at the end, `each-leg`, `each-return`",
                        )),
                );
            } else {
                *place = period;
            }
        }
        reserve
    }
}
