//! What `include` orders must have a number when the results are evaluated.

use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Bounds, Done, Point, Protocol, Way, bound_at};
use crate::source::Span;
use crate::text::Text;

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    for (item, at) in &protocol.evaluation.include {
        let Some((source, known)) = source(protocol, item) else {
            diagnostics.push(nothing_said(item, *at));
            continue;
        };
        if known {
            continue;
        }
        let points = protocol.measurands.iter().flat_map(|measurand| {
            let points = measurand.points.iter();
            points.map(move |point| (measurand, point))
        });
        let bare = points
            .into_iter()
            .find(|(measurand, point)| bound_at(source.u, &point.id, &measurand.unit).is_none());
        if let Some((_, point)) = bare {
            diagnostics.push(without_number(item, *at, &source, point));
        }
    }
}

/// The section that speaks of a part.
struct Source<'a> {
    u: &'a Bounds,
    done: Option<&'a Done>,
    at: Span,
}

/// The section of a part, and whether tests before dispatch or the pilot's returns give its number.
fn source<'a>(protocol: &'a Protocol, item: &str) -> Option<(Source<'a>, bool)> {
    let evaluated_here = |done: &Option<Done>| done.as_ref().is_none_or(|d| d.record.is_none());
    let returns = pilot_follows(protocol);
    Some(match item {
        "stability" => {
            let Some(s) = &protocol.stability else {
                // Drift may be ordered without a section of its own.
                return protocol.evaluation.drift.as_ref().map(|drift| {
                    let (u, done, at) = (EMPTY, None, drift.at);
                    (Source { u, done, at }, returns)
                });
            };
            let (u, done, at) = (&s.u, s.done.as_ref(), s.at);
            let tested = s.before.is_some() && evaluated_here(&s.done);
            (Source { u, done, at }, returns || tested)
        }
        "transport" => {
            let t = protocol.transport.as_ref()?;
            let (u, done, at) = (&t.u, t.done.as_ref(), t.at);
            let tested = (t.test.is_some() || t.limit.is_some()) && evaluated_here(&t.done);
            (Source { u, done, at }, returns || tested)
        }
        _ => {
            let h = protocol.homogeneity.as_ref()?;
            let (u, done, at) = (&h.u, h.done.as_ref(), h.at);
            let tested = h.units.is_some() && evaluated_here(&h.done);
            (Source { u, done, at }, tested)
        }
    })
}

const EMPTY: &Bounds = &Vec::new();

/// Whether the pilot measures again on return and the protocol orders something to be made of it.
fn pilot_follows(protocol: &Protocol) -> bool {
    let patterns = &protocol.circulation.patterns;
    let returns = patterns.is_empty() || patterns.iter().any(|way| way.kind != Way::Parallel);
    let stability = protocol.stability.as_ref();
    let ordered = protocol.evaluation.drift.is_some()
        || stability.is_some_and(|stability| stability.otherwise.is_some());
    returns && ordered
}

fn nothing_said(item: &str, at: Span) -> Diagnostic {
    let kind = crate::schema::table::table().title("contribution", item).zh;
    Diagnostic::new(
        Code::ContributionWithoutNumber,
        at,
        Text::new(
            format!("要求计入{kind}，但方案没有 `{kind}` 部分，数值无从得出"),
            format!("{item} is to be included, but the protocol has no section `{item}` that a number could come from"),
        ),
    )
    .with_reason(reason())
    .with_help(Text::new(
        format!("写 `{kind} {{ … }}`，在其中规定发出前试验，或写 `标准不确定度 …`"),
        format!("write `{item} {{ … }}` with a test before dispatch, or with `u …`"),
    ))
}

fn without_number(item: &str, at: Span, source: &Source, point: &Point) -> Diagnostic {
    let kind = crate::schema::table::table().title("contribution", item).zh;
    let mut diagnostic = Diagnostic::new(
        Code::ContributionWithoutNumber,
        at,
        Text::new(
            format!("要求计入{kind}，但测量点 `{}` 没有数值，也没有得出数值的试验", point.id),
            format!("{item} is to be included, but at point `{}` there is neither a number nor a test that gives one", point.id),
        ),
    )
    .with_label(source.at, Text::new("数值应由这里得出", "the number would come from here"))
    .with_reason(reason())
    .with_help(Text::new(
        format!("在 `{kind}` 中写 `标准不确定度 … 于 {}`，或规定发出前试验", point.id),
        format!("write `u … at {}` in `{item}`, or order a test before dispatch", point.id),
    ));
    if let Some(done) = source.done.filter(|done| done.record.is_some()) {
        diagnostic = diagnostic.with_label(
            done.on.span,
            Text::new(
                "试验已另行评定，其数值须写在方案中",
                "the tests were evaluated elsewhere; their number must be written here",
            ),
        );
    }
    diagnostic
}

fn reason() -> Text {
    Text::new(
        "没有数值的分量会按零计入，参考值和等效度的不确定度因此偏小",
        "a part without a number would count as zero and make the uncertainties too small",
    )
}
