//! Whether the figures of the key comparison are all there and go together, so that every point can be linked.

use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::linking::published::{Common, LinkingResult, possible};
use crate::model::link::{Link, Place, Published};
use crate::model::{Point, Protocol};
use crate::source::Span;
use crate::text::Text;

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let Some(link) = &protocol.evaluation.link else {
        return;
    };
    stated_twice(link, diagnostics);
    other_denominator(protocol, link, diagnostics);
    if !link.whole {
        return;
    }
    let mut most = 0;
    for measurand in &protocol.measurands {
        for point in &measurand.points {
            let place = Place {
                measurand: measurand.id.clone(),
                point: point.id.clone(),
            };
            let published: Vec<&Published> = link.at_point(&place).collect();
            most = most.max(published.len());
            at_point(link, &place, point, &published, diagnostics);
            (published.iter().filter(|p| !measures(protocol, &place, p)))
                .for_each(|p| diagnostics.push(never_measures(p, point)));
        }
    }
    if most == 1 {
        diagnostics.push(single(link));
    }
}

fn at_point(
    link: &Link,
    place: &Place,
    point: &Point,
    published: &[&Published],
    diagnostics: &mut Vec<Diagnostic>,
) {
    let Some(first) = published.first() else {
        diagnostics.push(nothing_at(link, point));
        return;
    };
    let shares = published
        .iter()
        .find(|p| p.result.common != Common::Nothing);
    let reference = link.reference(place);
    if reference.is_none() && (published.len() > 1 || shares.is_some()) {
        diagnostics.push(no_key_reference(first, shares.copied(), point));
        return;
    }
    let figures: Vec<LinkingResult> = published.iter().map(|p| p.result.clone()).collect();
    if let Err(cause) = possible(&figures, reference.map_or(0.0, |r| r.u)) {
        let mut diagnostic = Diagnostic::new(Code::LinkContradicted, first.at, cause.reason)
            .with_help(Text::new(
                "对照关键比对的总结报告核对这一点的公布值",
                "check the figures of this point against the final report of the key comparison",
            ));
        if let Some(reference) = reference {
            diagnostic = diagnostic.with_label(
                reference.at,
                Text::new(
                    "关键比对参考值的不确定度",
                    "the uncertainty of the key comparison reference value",
                ),
            );
        }
        diagnostics.push(diagnostic);
    }
}

/// Whether the transfer standard on which the point is measured comes to the laboratory.
fn measures(protocol: &Protocol, place: &Place, published: &Published) -> bool {
    let laboratory = &published.result.laboratory;
    let mut carriers = protocol.artefacts.iter().filter(|artefact| {
        artefact.measures.iter().any(|(measurand, points)| {
            *measurand == place.measurand && (points.is_empty() || points.contains(&place.point))
        })
    });
    *laboratory == protocol.pilot.id
        || carriers.any(|artefact| {
            artefact.measured_by.is_empty()
                || artefact.measured_by.iter().any(|l| l.value == *laboratory)
        })
}

fn stated_twice(link: &Link, diagnostics: &mut Vec<Diagnostic>) {
    let mut twice = |what: Text, places: Vec<(&Place, &str, Span)>| {
        for (index, (place, name, at)) in places.iter().enumerate() {
            let before = places.iter().take(index);
            let Some((_, _, first)) = before.into_iter().find(|(p, n, _)| p == place && n == name)
            else {
                continue;
            };
            let message = Text::new(
                format!("测量点 `{}` 的{}写了两次", place.point, what.zh),
                format!("{} is given twice at point `{}`", what.en, place.point),
            );
            diagnostics.push(
                Diagnostic::new(Code::DuplicateName, *at, message)
                    .with_label(
                        *first,
                        Text::new("第一次写在这里", "it is given here already"),
                    )
                    .with_help(Text::new("只留一行", "keep one line")),
            );
        }
    };
    let published = link.published.iter();
    twice(
        Text::new("连接实验室", "a linking laboratory"),
        (published.map(|p| (&p.place, p.result.laboratory.as_str(), p.at))).collect(),
    );
    twice(
        Text::new("关键比对参考值", "the key comparison reference value"),
        (link.references.iter().map(|r| (&r.place, "", r.at))).collect(),
    );
}

/// The covariances are the substance of a link; a denominator without them would contradict it.
fn other_denominator(protocol: &Protocol, link: &Link, diagnostics: &mut Vec<Diagnostic>) {
    let scores = &protocol.evaluation.scores;
    for score in (scores.iter()).filter(|s| s.denominator != "with-covariance") {
        diagnostics.push(
            Diagnostic::new(
                Code::LinkContradicted,
                score.at,
                Text::new(
                    "连接后的等效度与连接实验室的结果相关，分母只能计协方差",
                    "linked degrees of equivalence are correlated with the results of the linking laboratories; their denominator is the one with covariance",
                ),
            )
            .with_label(link.at, Text::new("连接写在这里", "the link stands here"))
            .with_help(Text::new(
                "删去 `分母 …`，或写 `分母 计协方差`",
                "remove the denominator, or write `denominator with-covariance`",
            )),
        );
    }
}

fn nothing_at(link: &Link, point: &Point) -> Diagnostic {
    let id = &point.id;
    Diagnostic::new(
        Code::LinkIncomplete,
        link.at,
        Text::new(
            format!("测量点 `{id}` 没有连接实验室公布的等效度"),
            format!("no published degree of equivalence links point `{id}`"),
        ),
    )
    .with_label(point.at, Text::new("这个测量点", "this point"))
    .with_help(Text::new(
        format!("在 `连接` 块中补一行，如 `NIM {id} D … U …`"),
        format!("add a line to the block of `link`, such as `NIM {id} D … U …`"),
    ))
}

fn no_key_reference(first: &Published, shares: Option<&Published>, point: &Point) -> Diagnostic {
    let id = &point.id;
    let cause = match shares {
        Some(line) => (line, "此处写有公共分量", "a common part is stated here"),
        None => (
            first,
            "该点有几个连接实验室",
            "several laboratories link this point",
        ),
    };
    Diagnostic::new(
        Code::LinkIncomplete,
        cause.0.at,
        Text::new(
            format!("测量点 `{id}` 没有写关键比对参考值的不确定度"),
            format!("the uncertainty of the key comparison reference value is not given at point `{id}`"),
        ),
    )
    .with_reason(Text::new(
        format!("{}；各公布的等效度都含有同一参考值，缺少其不确定度就无法计算协方差", cause.1),
        format!(
            "{}; every published degree of equivalence contains the same reference value, and without its uncertainty their covariance is unknown",
            cause.2
        ),
    ))
    .with_help(Text::new(
        format!("补一行 `关键比对参考值 {id} u …`"),
        format!("add a line `kcrv {id} u …`"),
    ))
}

fn never_measures(published: &Published, point: &Point) -> Diagnostic {
    let (laboratory, id) = (&published.result.laboratory, &point.id);
    Diagnostic::new(
        Code::LinkIncomplete,
        published.at,
        Text::new(
            format!("连接实验室 `{laboratory}` 在本比对中不测量 `{id}`，不能起连接作用"),
            format!("`{laboratory}` does not measure `{id}` in this comparison and cannot link it"),
        ),
    )
    .with_label(point.at, Text::new("这个测量点", "this point"))
    .with_help(Text::new(
        "删去这一行，或把该实验室列入传递标准的参测实验室",
        "remove the line, or let the transfer standard come to the laboratory with `measured-by`",
    ))
}

fn single(link: &Link) -> Diagnostic {
    Diagnostic::new(
        Code::SingleLink,
        link.at,
        Text::new(
            "只有一个连接实验室：它在两次比对中的任何变化都原样进入全部等效度，且无从检验",
            "there is one linking laboratory only: any change of it between the comparisons enters all degrees of equivalence, and nothing can tell",
        ),
    )
    .with_help(Text::new(
        "如有其他实验室参加过该关键比对，把它也列为连接实验室",
        "if another laboratory took part in the key comparison, let it link as well",
    ))
}
