//! A plan out of a model and its timetable.

use std::collections::BTreeMap;

use super::{
    Action, Artefact, Body, Certified, Circulation, Clause, Content, Contingency, Deadline,
    FORMAT_VERSION, Head, Integrity, Laboratory, Measurand, Measure, Members, Method, Object,
    Order, Plan, Point, Policy, Publication, Quantity, Range, Reporting, Risk, Role, Rule, Rules,
    Stability, Step, Task, Traceability, Transport, Visit, json,
};
use crate::circulation;
use crate::model::{self, Protocol, WrittenJourney, rules::MeasureKind};
use crate::source::{Sources, Span};
use crate::values::calendar::Calendar;
use crate::values::quantity;

/// The plan of a protocol whose journey has been planned; none when the journey has no dates.
pub fn build(
    protocol: &Protocol,
    written: &WrittenJourney,
    journey: &circulation::Plan,
    sources: &Sources,
) -> Option<Plan> {
    let mut builder = Builder {
        protocol,
        sources,
        clauses: BTreeMap::new(),
    };
    let circulation = builder.circulation(written, journey)?;
    let content = Content {
        protocol: builder.head(),
        laboratories: protocol
            .laboratories()
            .enumerate()
            .map(|(i, l)| laboratory(i, l))
            .collect(),
        measurands: builder.measurands(),
        artefacts: builder.artefacts(),
        stability: builder.stability(),
        transport: builder.transport(),
        circulation,
        reporting: reporting(protocol),
        steps: builder.steps(),
        rules: builder.rules(),
        consequences: builder.consequences(),
        publication: protocol.publication.as_ref().map(|p| Publication {
            naming: p.naming.clone(),
            items: sorted(p.items.clone()),
            after: p.after.as_ref().map(|(period, of)| Deadline {
                within: period.duration,
                of: of.clone(),
            }),
        }),
        integrity: protocol.integrity.as_ref().map(|i| Integrity {
            sealed: i.sealed,
            flags: i.flags.iter().map(method).collect(),
        }),
        risks: risks(protocol),
        contingency: protocol.contingency.as_ref().map(|c| Contingency {
            damage: c.damage.clone(),
            loss: c.loss.clone(),
            delay: c
                .delay
                .as_ref()
                .map(|(period, whom)| (period.duration, whom.clone())),
        }),
    };
    let digest = json::digest(&content);
    Some(Plan {
        format_version: FORMAT_VERSION,
        digest,
        content,
        clauses: builder.clauses,
        summary: protocol.summary.clone(),
    })
}

struct Builder<'a> {
    protocol: &'a Protocol,
    sources: &'a Sources,
    clauses: BTreeMap<String, Clause>,
}

impl Builder<'_> {
    /// Remembers where a part of the plan comes from, under `key`.
    fn clause(&mut self, key: impl Into<String>, at: Span) -> String {
        let key = key.into();
        if let Some(file) = self.sources.get(at.file) {
            let place = file.line_column(at.start);
            let text = file.line(place.line as usize - 1).trim().to_owned();
            self.clauses.insert(
                key.clone(),
                Clause {
                    file: file.name.clone(),
                    line: place.line,
                    column: place.column,
                    text,
                },
            );
        }
        key
    }

    fn head(&mut self) -> Head {
        let p = self.protocol;
        Head {
            path: p.path.value.clone(),
            version: p.version.value.clone(),
            title: p.title.clone(),
            purpose: p.purpose.clone(),
            basis: p.basis.clone(),
            policy: p.policy.as_ref().map(|name| Policy {
                path: name.value.clone(),
                title: p.policy_title.clone(),
            }),
            fields: sorted(p.fields.clone()),
            object: p.object.as_ref().map(|o| Object {
                kind: o.kind.clone(),
                title: o.title.clone(),
            }),
            class: p.class.as_ref().map(|c| c.value.clone()),
            level: p.level.as_ref().map(|l| l.value.clone()),
            participation: p.participation.as_ref().map(|c| c.value.clone()),
            organizer: p.organizer.as_ref().map(|o| Body {
                id: o.id.clone(),
                title: o.title.clone(),
            }),
            experts: p.experts.clone(),
            traceability: p.traceability.as_ref().map(traceability),
        }
    }

    fn measurands(&mut self) -> Vec<Measurand> {
        let mut measurands: Vec<&model::Measurand> = self.protocol.measurands.iter().collect();
        measurands.sort_by(|a, b| a.id.cmp(&b.id));
        measurands
            .into_iter()
            .map(|m| {
                self.clause(format!("measurand.{}", m.id), m.at);
                Measurand {
                    id: m.id.clone(),
                    title: m.title.clone(),
                    quantity: m.quantity.clone(),
                    unit: m.unit.display(),
                    points: points(m),
                    procedure: m.procedure.clone(),
                    conditions: m
                        .conditions
                        .iter()
                        .map(|(name, value)| (name.clone(), range(value)))
                        .collect(),
                    reported: sorted(m.reported.clone()),
                    resolution: m.resolution.as_ref().map(|q| quantity(&q.value)),
                    components: m.components.clone(),
                }
            })
            .collect()
    }

    fn artefacts(&mut self) -> Vec<Artefact> {
        let mut artefacts: Vec<&model::Artefact> = self.protocol.artefacts.iter().collect();
        artefacts.sort_by(|a, b| a.id.cmp(&b.id));
        artefacts
            .into_iter()
            .map(|a| {
                self.clause(format!("artefact.{}", a.id), a.at);
                Artefact {
                    id: a.id.clone(),
                    title: a.title.clone(),
                    serial: a.serial.clone(),
                    measures: self.measured_on(a),
                    traceability: a.traceability.as_ref().map(traceability),
                    blind: a.blind,
                    handling: a.handling.clone(),
                }
            })
            .collect()
    }

    /// Measurand and point of everything measured on an artefact, in the order of the measurands and their points.
    fn measured_on(&self, artefact: &model::Artefact) -> Vec<(String, String)> {
        let mut found = Vec::new();
        for measurand in sorted_measurands(self.protocol) {
            for point in points(measurand) {
                let named = |(id, points): &(String, Vec<String>)| {
                    *id == measurand.id && (points.is_empty() || points.contains(&point.id))
                };
                if artefact.measures.iter().any(named) {
                    found.push((measurand.id.clone(), point.id));
                }
            }
        }
        found
    }

    fn stability(&mut self) -> Option<Stability> {
        let s = self.protocol.stability.as_ref()?;
        self.clause("stability", s.at);
        let mut repeatability = BTreeMap::new();
        for measurand in sorted_measurands(self.protocol) {
            for point in &measurand.points {
                let bound = s
                    .repeatability
                    .iter()
                    .find(|(_, at)| at.is_empty() || at.contains(&point.id));
                if let Some(value) =
                    bound.and_then(|(q, _)| q.value.convert_interval_to(&measurand.unit).ok())
                {
                    repeatability.insert(point.id.clone(), value.value());
                }
            }
        }
        Some(Stability {
            before: s
                .before
                .as_ref()
                .map(|(count, span)| (*count, span.duration)),
            during: s.during,
            test: s.test.as_ref().map(method),
            limit: s.limit.as_ref().map(|c| c.term.clone()),
            otherwise: s.otherwise.as_ref().map(action),
            repeatability,
        })
    }

    fn transport(&mut self) -> Option<Transport> {
        let t = self.protocol.transport.as_ref()?;
        self.clause("transport", t.at);
        Some(Transport {
            test: t.test.as_ref().map(method),
            limit: t.limit.as_ref().map(|c| c.term.clone()),
            otherwise: t.otherwise.as_ref().map(action),
            monitored: t
                .monitored
                .iter()
                .map(|(name, value)| (name.clone(), range(value)))
                .collect(),
            carrier: t.carrier.clone(),
        })
    }

    fn circulation(
        &mut self,
        written: &WrittenJourney,
        journey: &circulation::Plan,
    ) -> Option<Circulation> {
        let timetable = journey.timetable.as_ref()?;
        self.clause("circulation", self.protocol.circulation.at);
        let calendar = self.protocol.calendar();
        let name = |index: usize| {
            written
                .journey
                .laboratories
                .get(index)
                .map(|l| l.id.clone())
                .unwrap_or_default()
        };
        let mut visits = Vec::new();
        for (id, visit) in journey.circulation.visits() {
            let Some(entry) = timetable.entry(id) else {
                continue;
            };
            let neighbour = |outgoing: bool| {
                let leg = timetable.legs.iter().find(|leg| {
                    if outgoing {
                        leg.from == id
                    } else {
                        leg.to == id
                    }
                })?;
                Some(name(
                    journey
                        .circulation
                        .visit(if outgoing { leg.to } else { leg.from })
                        .laboratory,
                ))
            };
            visits.push(Visit {
                artefact: written
                    .journey
                    .artefacts
                    .get(visit.artefact)
                    .map(|a| a.id.clone())
                    .unwrap_or_default(),
                laboratory: name(visit.laboratory),
                ordinal: visit.ordinal,
                arrival: entry.arrival,
                from: entry.start,
                to: entry.end,
                departure: entry.departure.unwrap_or(entry.released),
                next: neighbour(true),
                previous: neighbour(false),
                results_due: self.results_due(entry, &calendar),
            });
        }
        visits.sort_by(|a, b| {
            (&a.artefact, a.arrival, &a.laboratory, a.ordinal).cmp(&(
                &b.artefact,
                b.arrival,
                &b.laboratory,
                b.ordinal,
            ))
        });
        let patterns = self
            .protocol
            .artefacts
            .iter()
            .map(|a| (a.id.clone(), pattern_name(self.protocol, &a.id)))
            .collect();
        Some(Circulation {
            start: timetable.start,
            finish: timetable.finish,
            patterns,
            calendars: self
                .protocol
                .circulation
                .calendars
                .iter()
                .map(|c| c.value.clone())
                .collect(),
            limit: self.protocol.circulation.limit.as_ref().map(|l| l.duration),
            visits,
        })
    }

    fn results_due(
        &self,
        entry: &circulation::Entry,
        calendar: &Calendar,
    ) -> Option<jiff::civil::Date> {
        let (period, of) = self.protocol.reporting.as_ref()?.results.as_ref()?;
        let from = match of.as_str() {
            "arrival" => entry.arrival,
            "measurement" => entry.end,
            _ => entry.departure.unwrap_or(entry.released),
        };
        period
            .duration
            .end_from(from, calendar)
            .ok()
            .map(|answer| answer.value)
    }

    fn steps(&mut self) -> Vec<Step> {
        let mut steps = Vec::new();
        let mut verdicts = Vec::new();
        for measurand in sorted_measurands(self.protocol) {
            for point in points(measurand) {
                self.point_steps(measurand, &point, &mut steps);
                verdicts.push(format!("{}.verdict", point.id));
            }
        }
        let acceptance = &self.protocol.acceptance;
        let clause = self.clause(
            "acceptance.laboratory",
            acceptance.laboratory_at.unwrap_or(acceptance.at),
        );
        let judged = "laboratory.verdict".to_owned();
        steps.push(Step {
            id: judged.clone(),
            measurand: None,
            point: None,
            task: Task::JudgeLaboratory,
            inputs: verdicts,
            clause,
        });
        let at = self
            .protocol
            .sanctions
            .first()
            .map_or(acceptance.at, |c| c.at);
        let clause = self.clause("sanctions", at);
        let id = "laboratory.consequences".to_owned();
        steps.push(Step {
            id,
            measurand: None,
            point: None,
            task: Task::Consequences,
            inputs: vec![judged],
            clause,
        });
        steps
    }

    fn point_steps(&mut self, measurand: &model::Measurand, point: &Point, steps: &mut Vec<Step>) {
        let protocol = self.protocol;
        let evaluation = &protocol.evaluation;
        let mut add = |name: &str, task: Task, inputs: Vec<String>, clause: String| -> String {
            let id = format!("{}.{name}", point.id);
            steps.push(Step {
                id: id.clone(),
                measurand: Some(measurand.id.clone()),
                point: Some(point.id.clone()),
                task,
                inputs,
                clause,
            });
            id
        };
        let artefact = protocol.artefacts.iter().find(|a| {
            a.measures.iter().any(|(id, points)| {
                *id == measurand.id && (points.is_empty() || points.contains(&point.id))
            })
        });
        let clause = self.clause(
            format!("point.{}", point.id),
            place_of(measurand, &point.id),
        );
        let results = add(
            "results",
            Task::Collect {
                artefact: artefact.map(|a| a.id.clone()),
            },
            Vec::new(),
            clause,
        );
        let mut inputs = vec![results.clone()];
        if let Some((task, at)) = drift(protocol, &point.id) {
            let clause = self.clause("drift", at);
            inputs.push(add("drift", task, vec![results.clone()], clause));
        }
        if let Some(outliers) = &evaluation.outliers {
            let clause = self.clause("evaluation.outliers", outliers.at);
            inputs.push(add(
                "outliers",
                Task::Outliers {
                    method: method(outliers),
                },
                inputs.clone(),
                clause,
            ));
        }
        let reference = &evaluation.reference;
        let clause = self.clause("evaluation.reference", reference.at);
        let task = Task::Reference {
            method: method(&reference.method),
            consistency: reference.consistency.as_ref().map(method),
            otherwise: reference.otherwise.as_ref().map(method),
            members: members(reference, point),
            certified: reference
                .certified
                .iter()
                .find(|c| c.measurand == measurand.id && c.point == point.id)
                .map(|c| Certified {
                    value: c.value,
                    u: c.u,
                }),
            include: sorted(
                evaluation
                    .include
                    .iter()
                    .map(|(name, _)| name.clone())
                    .collect(),
            ),
            correlations: correlations(evaluation),
        };
        let reference = add("reference", task, inputs, clause);
        let kinds = if evaluation.equivalence.is_empty() {
            vec!["unilateral".to_owned()]
        } else {
            sorted(
                evaluation
                    .equivalence
                    .iter()
                    .map(|(kind, _)| kind.clone())
                    .collect(),
            )
        };
        let score_at = evaluation.scores.first().map_or(evaluation.at, |s| s.at);
        let clause = self.clause(
            "evaluation.equivalence",
            evaluation
                .equivalence
                .first()
                .map_or(score_at, |(_, at)| *at),
        );
        let first = evaluation.scores.first();
        let k = first.map_or(2.0, |s| s.k);
        let denominator = first
            .map_or("with-covariance", |s| s.denominator.as_str())
            .to_owned();
        let task = Task::Equivalence {
            kinds,
            k,
            denominator,
        };
        let equivalence = add("equivalence", task, vec![results, reference], clause);
        let mut scores: Vec<&model::Score> = evaluation.scores.iter().collect();
        scores.sort_by(|a, b| a.name.cmp(&b.name));
        let mut judged = Vec::new();
        for score in scores {
            let clause = self.clause(format!("evaluation.score.{}", score.name), score.at);
            let sigma = score
                .sigma
                .as_ref()
                .and_then(|s| s.value.convert_interval_to(&measurand.unit).ok())
                .map(|s| s.value());
            let task = Task::Score {
                score: score.name.clone(),
                k: score.k,
                denominator: score.denominator.clone(),
                sigma,
            };
            judged.push(add(&score.name, task, vec![equivalence.clone()], clause));
        }
        let acceptance = &protocol.acceptance;
        let clause = self.clause(
            "acceptance.point",
            acceptance.point_at.unwrap_or(acceptance.at),
        );
        add("verdict", Task::JudgePoint, judged, clause);
    }

    fn rules(&mut self) -> Rules {
        let acceptance = &self.protocol.acceptance;
        let mut list = |name: &str, rules: &[model::VerdictRule]| -> Vec<Rule> {
            let mut made: Vec<Rule> = rules
                .iter()
                .map(|rule| Rule {
                    verdict: rule.verdict.clone(),
                    when: rule.when.as_ref().map(|c| c.term.clone()),
                    clause: self.clause(format!("rule.{name}.{}", rule.verdict), rule.at),
                })
                .collect();
            // The rules exclude one another, so their order means nothing; the one for the rest stands last.
            made.sort_by(|a, b| {
                (a.when.is_none(), &a.verdict).cmp(&(b.when.is_none(), &b.verdict))
            });
            made
        };
        Rules {
            point: list("point", &acceptance.point),
            laboratory: list("laboratory", &acceptance.laboratory),
        }
    }

    fn consequences(&mut self) -> BTreeMap<String, Vec<Measure>> {
        let protocol = self.protocol;
        let mut found = BTreeMap::new();
        for (list, from_policy) in [
            (&protocol.sanctions, false),
            (&protocol.policy_sanctions, true),
        ] {
            for consequence in list {
                for (event, _) in &consequence.on {
                    if !found.contains_key(event) {
                        let measures = consequence.measures.iter().enumerate().map(|(i, m)| {
                            self.measure(m, from_policy, &format!("consequence.{event}.{i}"))
                        });
                        found.insert(event.clone(), measures.collect());
                    }
                }
            }
        }
        found
    }

    fn measure(&mut self, measure: &model::Measure, from_policy: bool, key: &str) -> Measure {
        let order = match &measure.kind {
            MeasureKind::Rectify { within, evidence } => Order::Rectify {
                within: within.duration,
                evidence: evidence.clone(),
            },
            MeasureKind::Suspend { what, until } => Order::Suspend {
                what: what.clone(),
                until: until.clone(),
            },
            MeasureKind::Retest { within, outcomes } => Order::Retest {
                within: within.duration,
                outcomes: outcomes
                    .iter()
                    .map(|(verdict, step)| {
                        (
                            verdict.clone(),
                            Box::new(self.measure(step, from_policy, &format!("{key}.{verdict}"))),
                        )
                    })
                    .collect(),
            },
            MeasureKind::Refer(to) => Order::Refer { to: to.clone() },
            MeasureKind::Lift(what) => Order::Lift { what: what.clone() },
            MeasureKind::Void(what) => Order::Void { what: what.clone() },
            MeasureKind::Record(what) => Order::Record { what: what.clone() },
            MeasureKind::Notify { whom, within } => Order::Notify {
                whom: whom.clone(),
                within: within.as_ref().map(|p| p.duration),
            },
            MeasureKind::Nothing => Order::Nothing,
        };
        Measure {
            order,
            basis: measure.basis.clone(),
            from_policy,
            clause: self.clause(key, measure.at),
        }
    }
}

fn sorted<T: Ord>(mut list: Vec<T>) -> Vec<T> {
    list.sort();
    list
}

fn sorted_measurands(protocol: &Protocol) -> Vec<&model::Measurand> {
    let mut measurands: Vec<&model::Measurand> = protocol.measurands.iter().collect();
    measurands.sort_by(|a, b| a.id.cmp(&b.id));
    measurands
}

/// The points in the order of their nominal values, then of their names: the order in which they were written means nothing.
fn points(measurand: &model::Measurand) -> Vec<Point> {
    let mut points: Vec<&model::Point> = measurand.points.iter().collect();
    let size = |p: &model::Point| match &p.nominal {
        Some(model::Range::Single(q)) => q.unit().factor().apply(q.value()),
        _ => f64::INFINITY,
    };
    points.sort_by(|a, b| size(a).total_cmp(&size(b)).then_with(|| a.id.cmp(&b.id)));
    points
        .into_iter()
        .map(|p| Point {
            id: p.id.clone(),
            nominal: p.nominal.as_ref().map(range),
            largest_expanded: measurand
                .largest
                .iter()
                .find(|(_, at, _)| at.is_empty() || at.contains(&p.id))
                .map(|(value, _, _)| *value),
        })
        .collect()
}

fn place_of(measurand: &model::Measurand, point: &str) -> Span {
    measurand
        .points
        .iter()
        .find(|p| p.id == point)
        .map_or(measurand.at, |p| p.at)
}

fn laboratory(index: usize, laboratory: &model::Laboratory) -> Laboratory {
    Laboratory {
        id: laboratory.id.clone(),
        title: laboratory.title.clone(),
        role: if index == 0 {
            Role::Pilot
        } else {
            Role::Participant
        },
        certificate: laboratory.certificate.clone(),
        country: laboratory.country.clone(),
        contact: laboratory.contact.clone(),
        address: laboratory.address.clone(),
        code: laboratory.code.clone(),
    }
}

fn quantity(quantity: &quantity::Quantity) -> Quantity {
    Quantity {
        value: quantity.value(),
        unit: quantity.unit().display(),
    }
}

fn range(written: &model::Range) -> Range {
    match written {
        model::Range::Single(q) => Range::Value(quantity(q)),
        model::Range::Between(r) => Range::Between(quantity(r.low()), quantity(r.high())),
        model::Range::Around(t) => Range::Around(quantity(t.centre()), quantity(t.half_width())),
        model::Range::Word(text) => Range::Word(text.clone()),
    }
}

fn method(written: &model::Method) -> Method {
    Method {
        path: written.path.clone(),
        parameters: written.parameters.iter().cloned().collect(),
        flags: sorted(written.flags.clone()),
    }
}

fn action(written: &model::Action) -> Action {
    Action {
        action: written.action.clone(),
        model: written.model.clone(),
    }
}

fn traceability(written: &model::Traceability) -> Traceability {
    Traceability {
        route: written.route.clone(),
        standard: written.standard.clone(),
        certificate: written.certificate.clone(),
        reason: written.reason.clone(),
    }
}

fn reporting(protocol: &Protocol) -> Reporting {
    let Some(r) = &protocol.reporting else {
        return Reporting::default();
    };
    let deadline = |d: &Option<(model::Period, String)>| {
        d.as_ref().map(|(period, of)| Deadline {
            within: period.duration,
            of: of.clone(),
        })
    };
    Reporting {
        results: deadline(&r.results),
        corrections_until: r.corrections.as_ref().map(|(event, _)| event.clone()),
        draft: r.draft.as_ref().map(|p| p.duration),
        comment: r.comment.as_ref().map(|p| p.duration),
        last: deadline(&r.last),
        late: r.late.clone(),
    }
}

fn risks(protocol: &Protocol) -> Vec<Risk> {
    let mut risks: Vec<Risk> = protocol
        .risks
        .iter()
        .map(|r| Risk {
            what: r.what.clone(),
            likelihood: r.likelihood,
            severity: r.severity,
            control: r.control.clone(),
        })
        .collect();
    risks.sort_by(|a, b| {
        (b.likelihood * b.severity, &a.what).cmp(&(a.likelihood * a.severity, &b.what))
    });
    risks
}

/// The step that follows the transfer standard at a point, and the place that asks for it.
fn drift(protocol: &Protocol, point: &str) -> Option<(Task, Span)> {
    let stability = protocol.stability.as_ref();
    let repeatability = stability
        .and_then(|s| {
            s.repeatability
                .iter()
                .find(|(_, at)| at.is_empty() || at.iter().any(|p| p == point))
        })
        .and_then(|(q, _)| {
            let measurand = protocol
                .measurands
                .iter()
                .find(|m| m.points.iter().any(|p| p.id == point))?;
            q.value.convert_interval_to(&measurand.unit).ok()
        })
        .map(|q| q.value());
    if let Some(ordered) = &protocol.evaluation.drift {
        return Some((
            Task::Drift {
                limit: None,
                action: action(ordered),
                repeatability,
            },
            ordered.at,
        ));
    }
    let stability = stability?;
    let otherwise = stability.otherwise.as_ref()?;
    let limit = stability.limit.as_ref();
    let task = Task::Drift {
        limit: limit.map(|c| c.term.clone()),
        action: action(otherwise),
        repeatability,
    };
    Some((task, limit.map_or(otherwise.at, |c| c.at)))
}

fn members(reference: &model::Reference, point: &Point) -> Members {
    let (only, only_because) = reference
        .only
        .clone()
        .map(|(labs, because)| (labs, because))
        .unwrap_or_default();
    Members {
        only: sorted(only.into_iter().map(|l| l.value).collect()),
        only_because,
        without: reference
            .without
            .iter()
            .flat_map(|(labs, reason)| labs.iter().map(move |l| (l.value.clone(), reason.clone())))
            .collect(),
        largest_expanded: point.largest_expanded,
    }
}

fn correlations(evaluation: &model::Evaluation) -> Vec<(String, String, f64)> {
    let pair = |a: &String, b: &String| {
        if a <= b {
            (a.clone(), b.clone())
        } else {
            (b.clone(), a.clone())
        }
    };
    let mut list: Vec<(String, String, f64)> = evaluation
        .correlations
        .iter()
        .map(|(a, b, r, _)| {
            let (a, b) = pair(a, b);
            (a, b, *r)
        })
        .collect();
    list.sort_by(|x, y| (&x.0, &x.1).cmp(&(&y.0, &y.1)));
    list
}

fn pattern_name(protocol: &Protocol, artefact: &str) -> String {
    use model::Way;
    let way = protocol.circulation.patterns.iter().find(|p| {
        p.artefact
            .as_ref()
            .is_none_or(|name| name.value == artefact)
    });
    match way.map(|w| &w.kind) {
        Some(Way::Star) => "star".to_owned(),
        Some(Way::Petal(size)) => format!("petal by {size}"),
        Some(Way::Parallel) => "parallel".to_owned(),
        Some(Way::OnSite) => "on-site".to_owned(),
        Some(Way::Route(_)) => "route".to_owned(),
        Some(Way::Ring) | None => "ring".to_owned(),
    }
}
