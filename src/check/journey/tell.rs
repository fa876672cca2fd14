//! What each finding of the circulation says.

use crate::circulation::{self, Cause, Finding, FindingKind, Severity as Gravity, VisitId};
use crate::diagnostic::{Code, Diagnostic, Severity};
use crate::model::WrittenJourney;
use crate::text::Text;

/// The name of a holiday, or what to say of one without a name.
fn holiday<'a>(name: &'a str, unnamed: &'a str) -> &'a str {
    if name.is_empty() { unnamed } else { name }
}

/// Puts findings of a planned journey into words.
pub(super) struct Teller<'a> {
    pub written: &'a WrittenJourney,
    pub journey: &'a circulation::Plan,
}

impl Teller<'_> {
    /// A finding with its places in the source; none for names, which the model has reported already.
    pub fn diagnostic(&self, finding: &Finding) -> Option<Diagnostic> {
        let (code, message, help) = self.tell(&finding.kind)?;
        let mut places = (finding.at.iter())
            .filter(|cause| !matches!(cause, Cause::Event(_)))
            .map(|cause| self.written.place(cause));
        let mut diagnostic = match places.next() {
            Some(first) => Diagnostic::new(code, first, message),
            None => Diagnostic::general(code, message),
        }
        .with_help(help);
        diagnostic.severity = match finding.severity() {
            Gravity::Note => Severity::Note,
            Gravity::Warning => Severity::Warning,
            Gravity::Error => Severity::Error,
        };
        let first = diagnostic.span();
        for place in places.filter(|place| Some(*place) != first) {
            diagnostic =
                diagnostic.with_label(place, Text::new("与此处有关", "this has to do with it"));
        }
        Some(diagnostic)
    }

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
                "增加主导实验室的中间测量（改用花瓣式，或减少每瓣的实验室数），或延长事前稳定性试验",
                "let the pilot measure in between (petals, or fewer laboratories in each), or test the stability over a longer time",
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
            FindingKind::EventWithoutVisit => told(
                Code::VisitUnknown,
                "传递记录中的这件事不属于路线中的任何一站".to_owned(),
                "what the log tells here belongs to no stop of the route".to_owned(),
                "核对传递标准、实验室和到访次序",
                "check transfer standard, laboratory and number of the visit",
            ),
            FindingKind::LogContradicts { visit } => told(
                Code::LogContradiction,
                format!(
                    "{} 的日期与传递记录中的其他日期矛盾：不可能先离开后到达",
                    self.visit(*visit)
                ),
                format!(
                    "the dates of {} contradict others of the log: nothing leaves before it arrives",
                    self.visit(*visit)
                ),
                "对照交接单核对这几个日期",
                "check these dates against the hand-over records",
            ),
            FindingKind::TakenAsPlanned { visit, planned } => told(
                Code::TakenAsPlanned,
                format!(
                    "传递记录没有写 {} 的到达，按计划的 {planned} 处理",
                    self.visit(*visit)
                ),
                format!(
                    "the log does not tell of the arrival at {}; it is taken to have been on {planned} as planned",
                    self.visit(*visit)
                ),
                "填写实际到达日期，或在“预计到达”列写明预计日期",
                "fill in the arrival, or under `expected_arrival` what is expected",
            ),
            FindingKind::Stopped { visit } => told(
                Code::VisitCancelled,
                format!("传递标准损坏或丢失，{} 不再进行", self.visit(*visit)),
                format!(
                    "{} does not take place: the transfer standard is damaged or lost",
                    self.visit(*visit)
                ),
                "按方案的意外情况一节处理；另行安排时修改路线后重新生成计划",
                "act as the protocol's contingency says; for another way change the route and plan again",
            ),
            FindingKind::ArrivedAgainstWish {
                visit,
                wished,
                arrived,
            } => told(
                Code::DateImpossible,
                format!(
                    "{} 于 {arrived} 到达，不合方案所要求的日期 {wished}",
                    self.visit(*visit)
                ),
                format!(
                    "{} was reached on {arrived}, against the date of the protocol, {wished}",
                    self.visit(*visit)
                ),
                "与该实验室商定能否照常测量，并记录在案",
                "agree with the laboratory whether it can measure all the same, and put it on record",
            ),
            FindingKind::AwayDuringVisit { visit, from, to } => told(
                Code::DateImpossible,
                format!(
                    "{} 测量完成之前，该实验室于 {from} 至 {to} 不可用",
                    self.visit(*visit)
                ),
                format!(
                    "the laboratory of {} is unavailable from {from} to {to}, before it can have finished",
                    self.visit(*visit)
                ),
                "与该实验室商定：不可用期间之后继续测量的，在“预计发出”列写明日期",
                "agree with the laboratory; if it goes on afterwards, fill in `expected_departure`",
            ),
        }
    }
}
