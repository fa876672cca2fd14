//! Findings of the circulation as messages that point at both places concerned.

use crate::circulation::{self, FindingKind, Severity as Gravity, VisitId};
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
        let Some((code, message, help)) = teller.tell(&finding.kind) else {
            continue;
        };
        let mut places = finding.at.iter().map(|cause| written.place(cause));
        let first = places.next().unwrap_or(protocol.circulation.at);
        let mut diagnostic = Diagnostic::new(code, first, message).with_help(help);
        diagnostic.severity = match finding.severity() {
            Gravity::Note => Severity::Note,
            Gravity::Warning => Severity::Warning,
            Gravity::Error => Severity::Error,
        };
        for place in places.filter(|place| *place != first) {
            diagnostic =
                diagnostic.with_label(place, Text::new("与此处有关", "this has to do with it"));
        }
        diagnostics.push(diagnostic);
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
fn stands_alone(
    finding: &circulation::Finding,
    protocol: &Protocol,
    journey: &circulation::Plan,
) -> bool {
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

/// The name of a holiday, or what to say of one without a name.
fn holiday<'a>(name: &'a str, unnamed: &'a str) -> &'a str {
    if name.is_empty() { unnamed } else { name }
}

struct Teller<'a> {
    written: &'a WrittenJourney,
    journey: &'a circulation::Plan,
}

impl Teller<'_> {
    fn laboratory(&self, index: usize) -> &str {
        self.written
            .journey
            .laboratories
            .get(index)
            .map_or("", |l| l.id.as_str())
    }

    fn artefact(&self, index: usize) -> &str {
        self.written
            .journey
            .artefacts
            .get(index)
            .map_or("", |a| a.id.as_str())
    }

    fn visit(&self, id: VisitId) -> String {
        let circulation = &self.journey.circulation;
        let visit = circulation.visit(id);
        let name = format!(
            "{}@{}",
            self.artefact(visit.artefact),
            self.laboratory(visit.laboratory)
        );
        let several = circulation.visits().any(|(other, it)| {
            other != id && (it.artefact, it.laboratory) == (visit.artefact, visit.laboratory)
        });
        if several {
            format!("{name}#{}", visit.ordinal)
        } else {
            name
        }
    }

    /// Code, message and mend of a finding; none for names, which the model has reported already.
    fn tell(&self, kind: &FindingKind) -> Option<(Code, Text, Text)> {
        let told = |code: Code, zh: String, en: String, zh_help: &str, en_help: &str| {
            Some((code, Text::new(zh, en), Text::new(zh_help, en_help)))
        };
        match kind {
            FindingKind::UnknownLaboratory { .. }
            | FindingKind::UnknownArtefact { .. }
            | FindingKind::UnknownCalendar { .. }
            | FindingKind::SameName { .. } => None,
            FindingKind::ZeroCount { artefact } => told(
                Code::PatternOfNobody,
                format!("`{}` 每瓣的实验室数不能为 0", self.artefact(*artefact)),
                format!(
                    "a petal of `{}` needs at least one laboratory",
                    self.artefact(*artefact)
                ),
                "写 1 以上的个数",
                "write a number of at least 1",
            ),
            FindingKind::NobodyVisited { artefact } => told(
                Code::PatternOfNobody,
                format!("`{}` 的路线上没有实验室", self.artefact(*artefact)),
                format!(
                    "the way of `{}` visits no laboratory",
                    self.artefact(*artefact)
                ),
                "补上参比实验室",
                "add participants",
            ),
            FindingKind::NeverReached { laboratory } => told(
                Code::NeverReached,
                format!("没有传递标准到达 `{}`", self.laboratory(*laboratory)),
                format!(
                    "no transfer standard reaches `{}`",
                    self.laboratory(*laboratory)
                ),
                "把它加入路线，或从参比实验室中删除",
                "add it to the route, or remove it from the participants",
            ),
            FindingKind::VisitedTwice {
                artefact,
                laboratory,
            } => told(
                Code::VisitedTwice,
                format!(
                    "`{}` 两次到达 `{}`",
                    self.artefact(*artefact),
                    self.laboratory(*laboratory)
                ),
                format!(
                    "`{}` comes to `{}` twice",
                    self.artefact(*artefact),
                    self.laboratory(*laboratory)
                ),
                "从路线中删去重复的一站；有意再次到访的，在路线的块中写 `再次到访 实验室`",
                "remove the second stop, or, if it is meant, write `again` and the laboratory in the block of the route",
            ),
            FindingKind::AtTwoPlaces {
                artefact,
                here,
                there,
                ..
            } => told(
                Code::AtTwoPlaces,
                format!(
                    "`{}` 在 `{}` 时又要从 `{}` 出发",
                    self.artefact(*artefact),
                    self.laboratory(*here),
                    self.laboratory(*there)
                ),
                format!(
                    "`{}` would have to leave from `{}` while it is at `{}`",
                    self.artefact(*artefact),
                    self.laboratory(*there),
                    self.laboratory(*here)
                ),
                "让后一条路线从前一条的终点开始",
                "let the second route begin where the first one ends",
            ),
            FindingKind::BeginsElsewhere {
                artefact,
                laboratory,
            } => told(
                Code::NotFromPilot,
                format!(
                    "`{}` 的路线从 `{}` 开始，而不是主导实验室",
                    self.artefact(*artefact),
                    self.laboratory(*laboratory)
                ),
                format!(
                    "the way of `{}` begins at `{}`, not with the pilot",
                    self.artefact(*artefact),
                    self.laboratory(*laboratory)
                ),
                "路线首站应为主导实验室",
                "begin the route with the pilot",
            ),
            FindingKind::EndsElsewhere {
                artefact,
                laboratory,
            } => told(
                Code::NotFromPilot,
                format!(
                    "`{}` 的路线在 `{}` 结束，而不是主导实验室",
                    self.artefact(*artefact),
                    self.laboratory(*laboratory)
                ),
                format!(
                    "the way of `{}` ends at `{}`, not with the pilot",
                    self.artefact(*artefact),
                    self.laboratory(*laboratory)
                ),
                "路线末站应为主导实验室",
                "end the route with the pilot",
            ),
            FindingKind::NotBracketed {
                artefact, circuit, ..
            } => told(
                Code::NotBracketed,
                format!(
                    "`{}` 的第 {} 环缺少主导实验室的前后测量",
                    self.artefact(*artefact),
                    circuit + 1
                ),
                format!(
                    "loop {} of `{}` has no pilot measurement before and after it",
                    circuit + 1,
                    self.artefact(*artefact)
                ),
                "每环首末都应返回主导实验室",
                "let every loop begin and end with the pilot",
            ),
            FindingKind::Misses {
                artefact,
                laboratory,
                ..
            } => told(
                Code::ArtefactMisses,
                format!(
                    "`{}` 要用 `{}` 测量，但它不到该实验室",
                    self.laboratory(*laboratory),
                    self.artefact(*artefact)
                ),
                format!(
                    "`{}` must measure `{}`, which does not come to it",
                    self.laboratory(*laboratory),
                    self.artefact(*artefact)
                ),
                "把该实验室加入路线",
                "add the laboratory to the route",
            ),
            FindingKind::NotAwaited {
                artefact,
                laboratory,
            } => told(
                Code::NotAwaited,
                format!(
                    "`{}` 到达 `{}`，但不要求其上报结果",
                    self.artefact(*artefact),
                    self.laboratory(*laboratory)
                ),
                format!(
                    "`{}` comes to `{}`, from which no result is asked",
                    self.artefact(*artefact),
                    self.laboratory(*laboratory)
                ),
                "核对路线",
                "check the route",
            ),
            FindingKind::Cycle { visits } => {
                let route = visits
                    .iter()
                    .map(|v| self.visit(*v))
                    .collect::<Vec<_>>()
                    .join(" → ");
                told(
                    Code::CircularVisits,
                    format!("各站相互等待：{route}"),
                    format!("visits wait for one another: {route}"),
                    "删去其中一条 `等待`，或改写路线",
                    "remove one `wait`, or rewrite the routes",
                )
            }
            FindingKind::SpeaksOfNothing => told(
                Code::UnusedName,
                "这一行不涉及任何一站".to_owned(),
                "this speaks of no stop of the route".to_owned(),
                "核对实验室名称",
                "check the laboratory",
            ),
            FindingKind::BeyondLimit {
                finish,
                limit,
                days_over,
            } => told(
                Code::BeyondLimit,
                format!("传递于 {finish} 结束，超过期限 {limit} 共 {days_over} 天"),
                format!(
                    "the circulation ends on {finish}, {days_over} days beyond the limit of {limit}"
                ),
                "缩短停留或运输时间，或用多套传递标准并行",
                "shorten stays or transits, or let several transfer standards travel at the same time",
            ),
            FindingKind::PilotInterval { from, to, days, .. } => told(
                Code::PilotInterval,
                format!(
                    "主导实验室两次测量（{} 与 {}）相隔 {days} 天，超出稳定性试验覆盖的时间",
                    self.visit(*from),
                    self.visit(*to)
                ),
                format!(
                    "the pilot's measurements {} and {} lie {days} days apart, longer than the stability test covers",
                    self.visit(*from),
                    self.visit(*to)
                ),
                "减少每瓣的实验室数，或延长事前稳定性试验",
                "put fewer laboratories into a petal, or test the stability over a longer time",
            ),
            FindingKind::FixedImpossible {
                visit,
                fixed,
                possible,
            } => told(
                Code::DateImpossible,
                format!(
                    "{} 定于 {fixed} 到达，最早只能在 {possible}",
                    self.visit(*visit)
                ),
                format!(
                    "{} is fixed for {fixed}, but {possible} is the earliest day possible",
                    self.visit(*visit)
                ),
                "改期，或缩短前面的停留",
                "move the date, or shorten the stays before it",
            ),
            FindingKind::LatestMissed {
                visit,
                latest,
                possible,
            } => told(
                Code::DateImpossible,
                format!(
                    "{} 须在 {latest} 前到达，最早只能在 {possible}",
                    self.visit(*visit)
                ),
                format!(
                    "{} is wanted by {latest}, but {possible} is the earliest day possible",
                    self.visit(*visit)
                ),
                "改期，或缩短前面的停留",
                "move the date, or shorten the stays before it",
            ),
            FindingKind::FixedOnClosedDay { visit, fixed } => told(
                Code::DateImpossible,
                format!("{} 定于 {fixed} 到达，该日不办公", self.visit(*visit)),
                format!(
                    "{} is fixed for {fixed}, on which the laboratory is closed",
                    self.visit(*visit)
                ),
                "改在工作日",
                "choose a working day",
            ),
            FindingKind::WishesExclude { visit } => told(
                Code::DateImpossible,
                format!("{} 的日期要求相互矛盾", self.visit(*visit)),
                format!(
                    "the dates asked for {} exclude one another",
                    self.visit(*visit)
                ),
                "删去其中一个要求",
                "remove one of them",
            ),
            FindingKind::DelayedByAbsence { visit, days, .. } => told(
                Code::DelayedByAbsence,
                format!("{} 因实验室不可用推迟 {days} 天", self.visit(*visit)),
                format!(
                    "{} begins {days} days later because the laboratory is unavailable",
                    self.visit(*visit)
                ),
                "时间表已计入；如不合适，可调整次序",
                "the timetable takes it into account; another order may avoid it",
            ),
            FindingKind::WaitsForLaboratory {
                visit,
                occupied_by,
                days,
            } => told(
                Code::DelayedByAbsence,
                format!(
                    "{} 等待 {} 完成，推迟 {days} 天",
                    self.visit(*visit),
                    self.visit(*occupied_by)
                ),
                format!(
                    "{} waits {days} days for {}",
                    self.visit(*visit),
                    self.visit(*occupied_by)
                ),
                "时间表已计入",
                "the timetable takes it into account",
            ),
            FindingKind::DoubleBooked { visit, other } => told(
                Code::DateImpossible,
                format!(
                    "{} 与 {} 同时占用同一实验室",
                    self.visit(*visit),
                    self.visit(*other)
                ),
                format!(
                    "{} and {} need the laboratory at the same time",
                    self.visit(*visit),
                    self.visit(*other)
                ),
                "错开其中一个的日期",
                "move one of the dates",
            ),
            FindingKind::ProvisionalCalendar { from, to, .. } => told(
                Code::ProvisionalCalendar,
                format!("{from} 至 {to} 的节假日尚未公布，暂按周末推算"),
                format!(
                    "the holidays from {from} to {to} are not yet published; weekends alone were counted"
                ),
                "公布后用新日历重新生成计划",
                "make the plan again when they are published",
            ),
            FindingKind::NoCalendar => told(
                Code::ProvisionalCalendar,
                "用了工作日，但没有写日历，暂按周末推算".to_owned(),
                "working days are counted, but no calendar is named; weekends alone were counted"
                    .to_owned(),
                "写 `日历 std.calendar.cn-2026`",
                "write `calendar std.calendar.cn-2026`",
            ),
            FindingKind::FewWorkingDays {
                visit,
                working,
                days,
            } => told(
                Code::FewWorkingDays,
                format!(
                    "{} 的 {days} 天停留中只有 {working} 个工作日",
                    self.visit(*visit)
                ),
                format!(
                    "of the {days} days of {} only {working} are working days",
                    self.visit(*visit)
                ),
                "延长停留，或避开长假",
                "lengthen the stay, or avoid the holidays",
            ),
            FindingKind::StayOverHolidays {
                visit,
                name,
                holidays,
                days,
            } => told(
                Code::StayOverHolidays,
                format!(
                    "{} 的 {days} 天停留正逢{}，其中 {holidays} 天放假",
                    self.visit(*visit),
                    holiday(&name.zh, "法定节假日")
                ),
                format!(
                    "of the {days} days of {} {holidays} are public holidays ({})",
                    self.visit(*visit),
                    holiday(&name.en, "by the calendar")
                ),
                "停留改用工作日（如 `8 wd`），或延长停留、避开假期",
                "count the stay in working days (`8 wd`), lengthen it, or avoid the holidays",
            ),
            FindingKind::OutOfRange { .. } => told(
                Code::DateImpossible,
                "算出的日期超出范围".to_owned(),
                "a date lies beyond what can be computed".to_owned(),
                "核对时间",
                "check the times",
            ),
            FindingKind::EventWithoutVisit
            | FindingKind::LogContradicts { .. }
            | FindingKind::TakenAsPlanned { .. }
            | FindingKind::Stopped { .. } => None,
        }
    }
}
