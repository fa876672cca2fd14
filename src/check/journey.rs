//! Findings of the circulation as messages that point at both places concerned.

mod replanned;
mod tell;

pub use replanned::replanned;
use tell::Teller;

use crate::circulation::{self, Finding, FindingKind};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::{Protocol, Way, WrittenJourney};
use crate::text::Text;

pub(super) fn check(
    protocol: &Protocol,
    written: &WrittenJourney,
    journey: &circulation::Plan,
    diagnostics: &mut Vec<Diagnostic>,
) {
    if protocol.circulation.ways_whole {
        no_pattern(protocol, diagnostics);
    }
    ways_beside_a_pattern(protocol, diagnostics);
    orders(written, diagnostics);
    for finding in (journey.findings.iter()).filter(|f| stands_alone(f, protocol, journey)) {
        let teller = Teller { written, journey };
        diagnostics.extend(teller.diagnostic(finding));
    }
}

/// An artefact with a way besides its pattern: only written-out routes may be several.
fn ways_beside_a_pattern(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    for artefact in &protocol.artefacts {
        let ways: Vec<_> = (protocol.circulation.patterns.iter())
            .filter(|way| (way.artefact.as_ref()).is_none_or(|name| name.value == artefact.id))
            .collect();
        let routes = ways.iter().all(|way| matches!(way.kind, Way::Route(_)));
        if let (false, [first, second, ..]) = (routes, ways.as_slice()) {
            diagnostics.push(
                Diagnostic::new(
                    Code::RepeatedStatement,
                    second.at,
                    Text::new(
                        format!("`{}` 的传递方式写了两种", artefact.id),
                        format!("two ways to travel are given for `{}`", artefact.id),
                    ),
                )
                .with_label(
                    first.at,
                    Text::new("第一种在这里", "the first one stands here"),
                )
                .with_help(Text::new(
                    "只留一种；要分几段时逐条写 `路线`",
                    "keep one; write `route` lines for a journey in several parts",
                )),
            );
        }
    }
}

/// Whether a finding is a mistake of its own, not what follows from another finding or from what could not be read.
fn stands_alone(finding: &Finding, protocol: &Protocol, journey: &circulation::Plan) -> bool {
    use FindingKind::*;
    let written = &protocol.circulation;
    let any = |follows: &dyn Fn(&FindingKind) -> bool| {
        (journey.findings.iter()).any(|other| follows(&other.kind))
    };
    let without_size =
        |artefact: usize| any(&|k| matches!(k, ZeroCount { artefact: a } if *a == artefact));
    match finding.kind {
        NobodyVisited { artefact } => {
            written.ways_whole
                && protocol.participants_whole
                && !protocol.participants.is_empty()
                && !without_size(artefact)
        }
        NeverReached { .. } => {
            // Nobody is reached by a way of nobody; that has been said of the way.
            written.ways_whole && !any(&|k| matches!(k, ZeroCount { .. } | NobodyVisited { .. }))
        }
        Misses {
            artefact,
            laboratory,
            ..
        } => {
            let nobody =
                |k: &FindingKind| matches!(k, NobodyVisited { artefact: a } if *a == artefact);
            let unreached =
                |k: &FindingKind| matches!(k, NeverReached { laboratory: l } if *l == laboratory);
            written.ways_whole && !without_size(artefact) && !any(&nobody) && !any(&unreached)
        }
        BeginsElsewhere { .. }
        | EndsElsewhere { .. }
        | AtTwoPlaces { .. }
        | VisitedTwice { .. } => written.ways_whole,
        NotBracketed { artefact, .. } => {
            let elsewhere = |k: &FindingKind| matches!(k, BeginsElsewhere { artefact: a, .. } | EndsElsewhere { artefact: a, .. } if *a == artefact);
            written.ways_whole && !any(&elsewhere)
        }
        BeyondLimit { .. } | PilotInterval { .. } | FewWorkingDays { .. } => {
            written.ways_whole && written.times_whole
        }
        _ => true,
    }
}

/// An artefact that no pattern and no route speaks of.
fn no_pattern(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let circulation = &protocol.circulation;
    for artefact in &protocol.artefacts {
        let travels = circulation.patterns.iter().any(|p| {
            p.artefact
                .as_ref()
                .is_none_or(|name| name.value == artefact.id)
        });
        if !travels {
            diagnostics.push(
                Diagnostic::new(
                    Code::ArtefactStays,
                    circulation.at,
                    Text::new(
                        format!("没有写明 `{}` 的传递方式", artefact.id),
                        format!("it is not said how `{}` travels", artefact.id),
                    ),
                )
                .with_label(
                    artefact.at,
                    Text::new("这个传递标准", "this transfer standard"),
                )
                .with_help(Text::new(
                    "写 `圆环式`、`星形式`、`花瓣式 每瓣 2`、`平行分发`、`现场` 或 `路线`",
                    "write `ring`, `star`, `petal by 2`, `parallel`, `on-site` or a `route`",
                )),
            );
        }
    }
}

/// Orders that were asked for: how each was found, or why it cannot be.
fn orders(written: &WrittenJourney, diagnostics: &mut Vec<Diagnostic>) {
    let artefacts = &written.journey.artefacts;
    for (artefact, at) in &written.ordered {
        let Some((artefact, ordered)) =
            (artefacts.get(*artefact)).and_then(|it| Some((it, it.ordered.as_ref()?)))
        else {
            continue;
        };
        let text = ordered.text();
        let message = Text::new(
            format!("`{}` {}", artefact.id, text.zh),
            format!("`{}`: {}", artefact.id, text.en),
        );
        let mut diagnostic = Diagnostic::new(Code::OrderOptimised, *at, message);
        diagnostic.severity = Severity::Note;
        diagnostics.push(diagnostic.with_help(Text::new(
            "时间表已按此次序排定；删去 `次序` 一行即恢复所写次序",
            "the timetable follows it; without `order` the order written is kept",
        )));
    }
    for (artefact, at, reason) in &written.unordered {
        let id = artefacts.get(*artefact).map_or("", |it| it.id.as_str());
        let reason = reason.text();
        let message = Text::new(
            format!(
                "无法优化 `{id}` 的次序：{}",
                reason.zh.trim_end_matches('。')
            ),
            format!("no order can be found for `{id}`: {}", lower(&reason.en)),
        );
        let pattern = written.place(&circulation::Cause::Pattern(*artefact));
        diagnostics.push(
            Diagnostic::new(Code::OrderImpossible, *at, message)
                .with_label(pattern, Text::new("要排序的传递方式", "the way to be ordered"))
                .with_help(Text::new(
                    "在实验室的块中写 `坐标 北纬 31.19° 东经 121.43°`，或写 `距离 NIM -> SIMT 1200 km`",
                    "write `position north 31.19° east 121.43°` in the block of each laboratory, or `distance NIM -> SIMT 1200 km`",
                )),
        );
    }
}

/// A sentence as part of another one.
fn lower(sentence: &str) -> String {
    let mut signs = sentence.trim_end_matches('.').chars();
    let first = signs.next().map(|sign| sign.to_ascii_lowercase());
    first.into_iter().chain(signs).collect()
}
