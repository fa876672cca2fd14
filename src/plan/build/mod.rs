//! A plan out of a model and its timetable.

mod circulation;
mod evaluation;
mod joint;
mod link;
mod object;
mod pretests;
mod revision;
mod scores;
mod screen;
mod standard;
mod verdicts;

use std::collections::BTreeMap;

use super::{
    Action, Body, Clause, Content, Contingency, Deadline, FORMAT_VERSION, Head, Integrity,
    Laboratory, Method, Object, Plan, Point, Policy, PolicyDefault, Publication, Quantity, Range,
    Reporting, Reused, ReusedChange, Risk, Role, Traceability, Wording, json,
};
use crate::model::{self, Protocol, WrittenJourney};
use crate::project::Reuse;
use crate::source::{Sources, Span};
use crate::values::quantity;

pub use revision::revise;

/// The plan of a protocol whose journey has been planned; none when the journey has no dates.
pub fn build(
    protocol: &Protocol,
    written: &WrittenJourney,
    journey: &crate::circulation::Plan,
    sources: &Sources,
    reused: &[Reuse],
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
        homogeneity: builder.homogeneity(),
        pretests: builder.pretests(),
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
            excess: c.excess.clone(),
            damage: c.damage.clone(),
            loss: c.loss.clone(),
            delay: c
                .delay
                .as_ref()
                .map(|(period, whom)| (period.duration, whom.clone())),
        }),
        defaults: defaults(protocol),
        wording: wording(protocol),
    };
    let digest = json::digest(&content);
    Some(Plan {
        format_version: FORMAT_VERSION,
        digest,
        content,
        reused: reused
            .iter()
            .filter_map(|r| taken_over(r, sources))
            .collect(),
        clauses: builder.clauses,
        summary: protocol.summary.clone(),
    })
}

/// A place with its line as written.
fn clause_at(at: Span, sources: &Sources) -> Option<Clause> {
    let file = sources.get(at.file)?;
    let place = file.line_column(at.start);
    Some(Clause {
        file: file.name.clone(),
        line: place.line,
        column: place.column,
        text: file.line(place.line as usize - 1).trim().to_owned(),
    })
}

fn taken_over(reuse: &Reuse, sources: &Sources) -> Option<Reused> {
    // Several statements may stand on a line: what counts here is the statement.
    let statement = |at: Span| {
        let text = sources.text(at).lines().next().unwrap_or_default();
        Some(Clause {
            text: text.to_owned(),
            ..clause_at(at, sources)?
        })
    };
    let changes = reuse.changes.iter().filter_map(|change| {
        Some(ReusedChange {
            at: statement(change.at)?,
            instead_of: change.instead_of.and_then(statement),
        })
    });
    Some(Reused {
        section: reuse.section.clone(),
        name: reuse.name.clone(),
        defined: clause_at(reuse.defined, sources)?,
        changes: changes.collect(),
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
        if let Some(clause) = clause_at(at, self.sources) {
            self.clauses.insert(key.clone(), clause);
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
            number: p.record.number.as_ref().map(|n| n.value.clone()),
            fee: p.record.fee.as_ref().map(|f| f.value.clone()),
            safety: p.record.safety.clone(),
            use_of_results: p.record.use_of_results.clone(),
        }
    }
}

/// What the policy fills in, in the order of the statements' names.
fn defaults(protocol: &Protocol) -> Vec<PolicyDefault> {
    let regime = &protocol.regime;
    let mut defaults: Vec<PolicyDefault> = (regime.defaults.iter())
        .map(|default| PolicyDefault {
            path: default.path.clone(),
            value: default.value.clone(),
            policy: default.policy.clone(),
            basis: default.ground.basis.clone(),
            certainty: default.ground.certainty.clone(),
        })
        .collect();
    defaults.sort_by(|a, b| a.path.cmp(&b.path));
    defaults
}

/// The words of the vocabulary that is ordered.
fn wording(protocol: &Protocol) -> Wording {
    let ordered = protocol.vocabulary.as_ref();
    Wording {
        vocabulary: ordered.map(|kind| kind.value.clone()).unwrap_or_default(),
        verdicts: protocol.verdict_words(),
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
        dependence: written.dependence,
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
