//! What the terms of a circulation ask of single visits and legs, as rules of its journey.

use super::super::{Carrier, DateKind, DateWish, Protocol, Time, TimeKind, TravelPattern, Way};
use super::Origins;
use crate::circulation::{LegRule, VisitName, VisitRule};
use crate::source::{Span, Spanned};

/// Where a term stands: in the circulation as a whole, or in the block of one pattern.
#[derive(Clone, Copy)]
struct Scope<'a> {
    pattern: Option<&'a TravelPattern>,
}

impl Protocol {
    /// The rules of the journey. Of two rules for one visit or leg the later wins; so the more general come first.
    pub(super) fn rules(&self, origins: &mut Origins) -> (Vec<VisitRule>, Vec<LegRule>) {
        let circulation = &self.circulation;
        let scopes = std::iter::once((&circulation.terms, Scope { pattern: None }))
            .chain((circulation.patterns.iter()).map(|p| (&p.terms, Scope { pattern: Some(p) })));
        let mut visits: Vec<(VisitRule, Span)> = Vec::new();
        let mut legs: Vec<(LegRule, Span)> = Vec::new();
        for (terms, scope) in scopes {
            for time in &terms.times {
                match time.kind {
                    TimeKind::Stay => visits.extend(scope.stay(time)),
                    _ => legs.extend(scope.leg_time(time)),
                }
            }
            visits.extend(terms.dates.iter().map(|wish| scope.date(wish)));
            legs.extend(terms.carriers.iter().flat_map(|it| scope.carrier(it)));
        }
        visits.sort_by_key(|(rule, _)| rule.visit.ordinal.is_some());
        legs.sort_by_key(|(rule, _)| {
            [&rule.from, &rule.to]
                .iter()
                .filter(|it| it.is_some())
                .count()
        });
        let (visits, visits_at) = visits.into_iter().unzip();
        let (legs, legs_at) = legs.into_iter().unzip();
        origins.visit_rules = visits_at;
        origins.leg_rules = legs_at;
        (visits, legs)
    }
}

impl Scope<'_> {
    fn artefact(self) -> Option<String> {
        let name = self.pattern?.artefact.as_ref()?;
        Some(name.value.clone())
    }

    fn visit(self, laboratory: &Spanned<String>, ordinal: Option<u32>) -> VisitName {
        VisitName {
            laboratory: laboratory.value.clone(),
            artefact: self.artefact(),
            ordinal,
        }
    }

    /// A stay for one laboratory; one for all stops is a default of the journey, the artefact or the route.
    fn stay(self, time: &Time) -> Option<(VisitRule, Span)> {
        let visit = self.visit(time.laboratory.as_ref()?, time.visit);
        let rule = VisitRule {
            stay: Some(time.period.duration),
            ..VisitRule::new(visit)
        };
        Some((rule, time.period.at))
    }

    fn date(self, wish: &DateWish) -> (VisitRule, Span) {
        let mut rule = VisitRule::new(self.visit(&wish.laboratory, wish.visit));
        match wish.kind {
            DateKind::Earliest => rule.earliest = Some(wish.date),
            DateKind::Latest => rule.latest = Some(wish.date),
            DateKind::Fixed => rule.fixed = Some(wish.date),
        }
        (rule, wish.at)
    }

    fn leg_time(self, time: &Time) -> Vec<(LegRule, Span)> {
        let everywhere = time.laboratory.is_none() && time.from.is_none();
        let period = Some(time.period.duration);
        let rule = match time.kind {
            // Defaults of the journey, the artefact or the route.
            TimeKind::Stay => return Vec::new(),
            TimeKind::Transit if everywhere => return Vec::new(),
            TimeKind::HandOver if everywhere && self.pattern.is_none() => return Vec::new(),
            TimeKind::Transit => LegRule {
                transit: period,
                ..LegRule::default()
            },
            TimeKind::HandOver => LegRule {
                hand_over: period,
                ..LegRule::default()
            },
            TimeKind::Customs => LegRule {
                customs: period,
                carnet: time.carnet.clone(),
                ..LegRule::default()
            },
        };
        self.legs(
            rule,
            time.from.as_ref(),
            time.laboratory.as_ref(),
            time.period.at,
        )
    }

    fn carrier(self, carrier: &Carrier) -> Vec<(LegRule, Span)> {
        let rule = LegRule {
            carrier: Some(carrier.name.clone()),
            ..LegRule::default()
        };
        self.legs(rule, carrier.from.as_ref(), carrier.to.as_ref(), carrier.at)
    }

    /// The rule for the legs between `from` and `to`. What a route says of all its legs is said of each, since other routes of the same
    /// artefact have legs of their own.
    fn legs(
        self,
        rule: LegRule,
        from: Option<&Spanned<String>>,
        to: Option<&Spanned<String>>,
        at: Span,
    ) -> Vec<(LegRule, Span)> {
        let artefact = self.artefact();
        let named = |from: Option<&Spanned<String>>, to: Option<&Spanned<String>>| LegRule {
            artefact: artefact.clone(),
            from: from.map(|name| name.value.clone()),
            to: to.map(|name| name.value.clone()),
            ..rule.clone()
        };
        match self.pattern.map(|p| &p.kind) {
            Some(Way::Route(route)) if from.is_none() && to.is_none() => route
                .stops
                .windows(2)
                .map(|pair| (named(pair.first(), pair.last()), at))
                .collect(),
            _ => vec![(named(from, to), at)],
        }
    }
}
