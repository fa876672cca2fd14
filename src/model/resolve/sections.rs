//! The sections of a protocol.

use std::collections::BTreeSet;

use super::{Resolver, nouns};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::policy::Regime;
use crate::model::{
    Action, Artefact, Body, Contingency, Laboratory, Measurand, Object, Point, Protocol,
    Publication, Range, Reporting, Risk, Traceability,
};
use crate::schema::{Entry, Value};
use crate::source::Spanned;
use crate::text::Text;
use crate::values::unit::{Dimension, Library as Units, Unit};

impl Resolver<'_> {
    pub(super) fn protocol(&mut self, entry: &Entry) -> Option<Protocol> {
        let text = |word: &str, slot: &str| entry.child(word).and_then(|e| e.text(slot)).cloned();
        let choice =
            |word: &str, slot: &str| entry.child(word).and_then(|e| Self::spanned(e, slot));

        let pilot = entry.child("pilot").and_then(|e| self.laboratory(e));
        let participants_entry = entry.child("participants");
        let mut participants: Vec<Laboratory> = participants_entry
            .map(|e| e.body.iter().filter_map(|l| self.laboratory(l)).collect())
            .unwrap_or_default();
        self.unique(
            &nouns::laboratory(),
            pilot
                .iter()
                .chain(&participants)
                .map(|l| (l.id.as_str(), l.at)),
        );
        // Once it is said that a laboratory stands twice, it stands once.
        let mut seen: BTreeSet<String> = pilot.iter().map(|l| l.id.clone()).collect();
        participants.retain(|laboratory| seen.insert(laboratory.id.clone()));
        let all: Vec<&Laboratory> = pilot.iter().chain(&participants).collect();
        if let Some(list) =
            participants_entry.filter(|e| e.is_whole() && e.body.is_empty() && e.block.is_some())
        {
            self.report(
                Diagnostic::new(
                    Code::MissingStatement,
                    list.head,
                    Text::new("没有参比实验室", "there is no participating laboratory"),
                )
                .with_help(Text::new(
                    "每行写一个实验室的简称和全称",
                    "write one laboratory a line: short name, then full name",
                )),
            );
        }

        let measurands: Vec<Measurand> = entry
            .children("measurand")
            .filter_map(|e| self.measurand(e))
            .collect();
        self.unique(
            &nouns::measurand(),
            entry
                .children("measurand")
                .filter_map(|e| e.name("id").map(|n| (n, Self::at(e, "id")))),
        );
        let complete = measurands.len() == entry.children("measurand").count();
        let artefacts: Vec<Artefact> = entry
            .children("artefact")
            .filter_map(|e| self.artefact(e, &measurands, complete, &participants))
            .collect();
        self.unique(
            &nouns::artefact(),
            artefacts.iter().map(|a| (a.id.as_str(), a.at)),
        );

        // Names that stand for a value in a measurand's unit are checked against the first measurand; the others follow at evaluation.
        let measured = measurands
            .first()
            .map(|m| m.unit.dimension())
            .or_else(|| self.kind_of_first(entry))
            .unwrap_or(Dimension::ONE);
        let stability = entry
            .child("stability")
            .map(|e| self.stability(e, measured));
        let transport = entry
            .child("transport")
            .map(|e| self.transport(e, measured));
        let homogeneity = entry
            .child("homogeneity")
            .map(|e| self.homogeneity(e, measured));
        let reported = self.diagnostics.len();
        let circulation = entry.child("circulation").and_then(|e| {
            let mut circulation = self.circulation(e, &all, &artefacts)?;
            let findings = self.diagnostics.get(reported..).unwrap_or_default();
            Self::mark_damage(e, &mut circulation, findings);
            Some(circulation)
        });
        let evaluation = entry
            .child("evaluation")
            .and_then(|e| self.evaluation(e, &measurands, &all, measured));
        // A score that is ordered may be judged, whatever else of the evaluation is wrong.
        let ordered = || entry.child("evaluation").into_iter();
        let jointly = ordered().filter_map(|e| e.child("jointly"));
        let scores: Vec<&str> = (ordered().flat_map(|e| e.children("score")))
            .filter_map(|score| score.name("score"))
            .chain(jointly.map(|_| "p_joint"))
            .collect();
        let acceptance = entry
            .child("acceptance")
            .map(|e| self.acceptance(e, &scores, measured));
        let sanctions = entry
            .child("sanctions")
            .map(|e| self.consequences(e))
            .unwrap_or_default();
        let reporting = entry.child("report").map(|e| self.reporting(e));
        let publication = entry.child("publish").map(|e| self.publication(e));
        let known: Vec<&str> = all.iter().map(|l| l.id.as_str()).collect();
        let integrity = entry
            .child("integrity")
            .map(|e| self.integrity(e, &measurands, &known));
        let risks = entry
            .children("risk")
            .filter_map(|e| self.risk(e))
            .collect();
        let contingency = entry.child("contingency").map(|e| self.contingency(e));
        let policy = choice("policy", "policy").and_then(|name| self.policy(name));
        // What a section that could not be had would have said is not known; nothing is concluded from its absence.
        if (entry.body.iter()).any(|e| e.poisoned && e.takes_over()) {
            return None;
        }
        let mut protocol = Protocol {
            path: Self::spanned(entry, "path")?,
            version: Self::spanned(entry, "version")?,
            span: entry.head,
            summary: entry.doc.clone(),
            title: text("title", "text")
                .unwrap_or_else(|| Text::same(entry.name("path").unwrap_or_default())),
            purpose: text("purpose", "text"),
            basis: entry
                .children("basis")
                .flat_map(|e| Self::texts(e, "documents"))
                .collect(),
            policy_lost: entry.child("policy").is_some() && policy.is_none(),
            policy,
            fields: entry
                .child("field")
                .map(|e| {
                    Self::spanned_list(e, "fields")
                        .into_iter()
                        .map(|f| f.value)
                        .collect()
                })
                .unwrap_or_default(),
            object: entry.child("object").and_then(|e| {
                Some(Object {
                    kind: e.name("kind")?.to_owned(),
                    title: e.text("title").cloned().unwrap_or_default(),
                    at: e.span,
                })
            }),
            class: choice("class", "class"),
            level: choice("level", "level"),
            participation: choice("participation", "participation"),
            vocabulary: choice("vocabulary", "kind"),
            organizer: entry.child("organizer").and_then(|e| {
                let id = e.name("id")?.to_owned();
                Some(Body {
                    title: e.text("title").cloned().unwrap_or_else(|| Text::same(&id)),
                    id,
                    at: e.span,
                })
            }),
            experts: entry
                .child("experts")
                .map(|e| Self::texts(e, "members"))
                .unwrap_or_default(),
            pilot: pilot?,
            participants_at: participants_entry.map_or(entry.head, |e| e.head),
            participants_whole: participants_entry.is_some_and(Entry::is_whole),
            participants,
            measurands,
            artefacts,
            traceability: entry.child("traceable").and_then(Self::traceability),
            stability,
            transport,
            homogeneity,
            circulation: circulation?,
            reporting,
            evaluation: evaluation?,
            acceptance: acceptance?,
            sanctions,
            policy_sanctions: Vec::new(),
            policy_title: Text::default(),
            regime: Regime::default(),
            record: self.record(entry),
            publication,
            integrity,
            risks,
            contingency,
        };
        super::points::tell_apart(&mut protocol);
        self.regime(entry, &mut protocol);
        Some(protocol)
    }

    /// The dimension that the first measurand names, for when its unit could not be read.
    fn kind_of_first(&self, entry: &Entry) -> Option<Dimension> {
        let quantity = entry.child("measurand")?.name("quantity")?;
        Units::standard().ok()?.dimension_named(quantity)
    }

    fn policy(&mut self, name: Spanned<String>) -> Option<Spanned<String>> {
        let full = self.library.full(&name.value, name.span.file);
        if self.library.item("policy", &full).is_some() {
            return Some(Spanned::new(full, name.span));
        }
        if self.library.is_known(&name.value, name.span.file) {
            let known: Vec<&str> = self.library.items("policy").map(|(path, _)| path).collect();
            self.unknown(&nouns::policy(), &full, name.span, &known);
        }
        None
    }

    fn measurand(&mut self, entry: &Entry) -> Option<Measurand> {
        let id = entry.name("id")?.to_owned();
        let quantity = entry.name("quantity")?.to_owned();
        let units = Units::standard().ok();
        let dimension = units.and_then(|u| u.dimension_named(&quantity));
        if dimension.is_none()
            && let Some(units) = units
        {
            let known: Vec<Text> = (units.dimensions())
                .map(|d| Text::new(&d.title.zh, &d.name))
                .collect();
            self.unknown_word(
                &nouns::quantity(),
                &Text::same(&quantity),
                Self::at(entry, "quantity"),
                &known,
            );
        }
        let mut points: Vec<Point> = Vec::new();
        for child in entry.children("point") {
            let Some(name) = child.name("id") else {
                continue;
            };
            let nominal = (child.one("nominal")).and_then(|a| self.range(&a.value, None));
            points.push(Point {
                id: name.to_owned(),
                nominal,
                at: Self::at(child, "id"),
            });
        }
        self.unique(
            &nouns::point(),
            points.iter().map(|p| (p.id.as_str(), p.at)),
        );
        if points.is_empty() && entry.child("point").is_none() {
            points.push(Point {
                id: id.clone(),
                nominal: None,
                at: Self::at(entry, "id"),
            });
        }
        let unit_entry = entry.child("unit")?;
        let Some(Value::Unit(written)) = unit_entry.one("unit").map(|a| &a.value) else {
            return None;
        };
        let unit = self.unit(written, Self::at(unit_entry, "unit"), dimension.as_ref())?;
        if let Some(dimension) = dimension
            && !unit.dimension().same_kind(&dimension)
        {
            let wanted = super::quantities::dimension_title(&dimension);
            let found = super::quantities::dimension_title(&unit.dimension());
            self.report(
                Diagnostic::new(
                    Code::UnitMismatch,
                    Self::at(unit_entry, "unit"),
                    Text::new(
                        format!(
                            "单位 `{written}` 属于{}，而被测量 `{id}` 是{}",
                            found.zh, wanted.zh
                        ),
                        format!(
                            "`{written}` is a unit of {}, but measurand `{id}` is a quantity of {}",
                            found.en, wanted.en
                        ),
                    ),
                )
                .with_label(Self::at(entry, "quantity"), wanted)
                .with_help(Text::new(
                    "改正单位或量的种类",
                    "correct the unit or the kind of quantity",
                )),
            );
        }
        let known: Vec<String> = points.iter().map(|p| p.id.clone()).collect();
        let report = entry.child("report");
        let resolution = entry
            .child("resolution")
            .or_else(|| report.and_then(|r| r.child("resolution")));
        Some(Measurand {
            title: entry
                .child("title")
                .and_then(|e| e.text("text"))
                .cloned()
                .unwrap_or_else(|| Text::same(&id)),
            quantity,
            points,
            procedure: entry
                .child("procedure")
                .map(|e| Self::texts(e, "documents"))
                .unwrap_or_default(),
            repeat: (entry.child("repeat")).and_then(|e| self.at_least_one(e, "count")),
            conditions: self.measuring_conditions(entry),
            // Of a list that could not be read nothing is concluded.
            reported: report
                .filter(|e| e.is_whole())
                .map(|e| {
                    Self::spanned_list(e, "items")
                        .into_iter()
                        .map(|s| s.value)
                        .collect()
                })
                .unwrap_or_default(),
            resolution: resolution
                .and_then(|e| e.amount("value").cloned())
                .and_then(|a| self.quantity(&a, Some(&unit.dimension()))),
            components: report
                .and_then(|r| r.child("components"))
                .map(|e| Self::texts(e, "names"))
                .unwrap_or_default(),
            largest: self.largest(entry, &unit, &known),
            certificates: self.certificates(entry, &known),
            at: Self::at(entry, "id"),
            unit,
            id,
        })
    }

    fn measuring_conditions(&mut self, entry: &Entry) -> Vec<(String, Range)> {
        let Some(block) = entry.child("conditions") else {
            return Vec::new();
        };
        block
            .body
            .iter()
            .filter_map(|condition| {
                let name = condition.name("quantity")?;
                // `temperature 20 C` would be a charge: a condition that bears the name of a kind of quantity is of that kind.
                let kind = Units::standard().ok().and_then(|u| u.dimension_named(name));
                let range = self.range(&condition.one("value")?.value, kind.as_ref())?;
                Some((name.to_owned(), range))
            })
            .collect()
    }

    fn largest(
        &mut self,
        entry: &Entry,
        unit: &Unit,
        points: &[String],
    ) -> Vec<(f64, Vec<String>, crate::source::Span)> {
        let Some(entry) = entry.child("largest") else {
            return Vec::new();
        };
        let known: Vec<&str> = points.iter().map(String::as_str).collect();
        let mut bounds = Vec::new();
        for argument in entry.all("bounds") {
            let Value::Bound(amount, at) = &argument.value else {
                continue;
            };
            for (name, span) in at {
                self.require(&nouns::point(), &Spanned::new(name.clone(), *span), &known);
            }
            if let Some(value) = self.in_unit(amount, unit) {
                bounds.push((
                    value,
                    at.iter().map(|(name, _)| name.clone()).collect(),
                    argument.span,
                ));
            }
        }
        bounds
    }

    fn artefact(
        &mut self,
        entry: &Entry,
        measurands: &[Measurand],
        complete: bool,
        participants: &[Laboratory],
    ) -> Option<Artefact> {
        let id = entry.name("id")?.to_owned();
        let known: Vec<&str> = measurands.iter().map(|m| m.id.as_str()).collect();
        let mut measures = Vec::new();
        for child in entry.children("measures") {
            let Some(measurand) = Self::spanned(child, "measurand") else {
                continue;
            };
            let Some(found) = measurands.iter().find(|m| m.id == measurand.value) else {
                // A measurand that could not be read has been reported where it stands.
                if complete {
                    self.unknown(
                        &nouns::measurand(),
                        &measurand.value,
                        measurand.span,
                        &known,
                    );
                }
                continue;
            };
            let points: Vec<&str> = found.points.iter().map(|p| p.id.as_str()).collect();
            let named = Self::spanned_list(child, "points");
            let named: Vec<String> = named
                .into_iter()
                .filter(|p| self.require(&nouns::point(), p, &points))
                .map(|p| p.value)
                .collect();
            measures.push((measurand.value, named));
        }
        Some(Artefact {
            title: entry
                .child("title")
                .and_then(|e| e.text("text"))
                .cloned()
                .unwrap_or_else(|| Text::same(&id)),
            measures,
            traceability: entry.child("traceable").and_then(Self::traceability),
            blind: entry
                .child("blind")
                .and_then(|e| e.one("yes"))
                .is_some_and(|a| matches!(a.value, Value::Flag(true))),
            handling: entry
                .child("handling")
                .and_then(|e| e.text("text"))
                .cloned(),
            serial: entry
                .child("serial")
                .and_then(|e| e.text("number"))
                .cloned(),
            worth: entry.child("worth").and_then(|e| e.text("text")).cloned(),
            insurance: (entry.child("insurance").and_then(|e| e.text("text"))).cloned(),
            specimens: self.specimens(entry),
            measured_by: self.measured_by(entry, participants),
            at: Self::at(entry, "id"),
            id,
        })
    }

    fn traceability(entry: &Entry) -> Option<Traceability> {
        Some(Traceability {
            route: entry.name("route")?.to_owned(),
            standard: entry.text("standard").cloned().unwrap_or_default(),
            certificate: entry.text("certificate").cloned(),
            reason: entry.text("reason").cloned(),
            at: entry.span,
        })
    }

    pub(super) fn action(entry: &Entry, word: &str) -> Option<Action> {
        let entry = entry.child(word)?;
        Some(Action {
            action: entry.name("action")?.to_owned(),
            model: entry.name("model").map(str::to_owned),
            at: entry.span,
        })
    }

    fn reporting(&mut self, entry: &Entry) -> Reporting {
        let with_event = |resolver: &mut Self, word: &str| {
            let child = entry.child(word)?;
            Some((
                resolver.period(child, "time")?,
                child.name("event")?.to_owned(),
            ))
        };
        let draft = entry.child("draft");
        Reporting {
            results: with_event(self, "results"),
            corrections: entry
                .child("corrections")
                .and_then(|e| Some((e.name("event")?.to_owned(), e.span))),
            draft: draft
                .filter(|e| e.one("time").is_some())
                .and_then(|e| self.period(e, "time")),
            comment: draft.and_then(|e| self.period(e, "comment")),
            last: with_event(self, "final"),
            late: entry.child("late").and_then(|e| e.text("text")).cloned(),
            at: entry.head,
        }
    }

    fn publication(&mut self, entry: &Entry) -> Publication {
        Publication {
            naming: entry
                .child("participants")
                .and_then(|e| e.name("how"))
                .unwrap_or("named")
                .to_owned(),
            items: entry
                .body
                .iter()
                .flat_map(|e| Self::spanned_list(e, "items"))
                .map(|s| s.value)
                .collect(),
            after: entry
                .child("after")
                .and_then(|e| Some((self.period(e, "time")?, e.name("event")?.to_owned()))),
            at: entry.head,
        }
    }

    fn risk(&mut self, entry: &Entry) -> Option<Risk> {
        let (likelihood, severity) = (entry.count("likelihood")?, entry.count("severity")?);
        for (slot, value) in [("likelihood", likelihood), ("severity", severity)] {
            if !(1..=5).contains(&value) {
                self.report(
                    Diagnostic::new(
                        Code::ValueOutOfRange,
                        Self::at(entry, slot),
                        Text::new(
                            format!("等级 {value} 不在 1～5 之间"),
                            format!("the grade {value} is not between 1 and 5"),
                        ),
                    )
                    .with_help(Text::new("1 最低，5 最高", "1 is lowest, 5 is highest")),
                );
            }
        }
        Some(Risk {
            what: entry.text("what")?.clone(),
            likelihood,
            severity,
            control: entry.text("control").cloned().unwrap_or_default(),
            at: entry.span,
        })
    }

    fn contingency(&mut self, entry: &Entry) -> Contingency {
        Contingency {
            excess: entry.child("excess").and_then(|e| e.text("text")).cloned(),
            damage: entry.child("damage").and_then(|e| e.text("text")).cloned(),
            loss: entry.child("loss").and_then(|e| e.text("text")).cloned(),
            delay: entry
                .child("delay")
                .and_then(|e| Some((self.period(e, "time")?, e.name("to")?.to_owned()))),
            at: entry.head,
        }
    }
}
