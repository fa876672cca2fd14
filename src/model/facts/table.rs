//! All facts by name, with their kinds, what they are called in both languages and how they are found.

use super::{
    Fact, FactKind, Value, before_start, citations_dated, citations_in_force, consensus, consent,
    coverage_factors, duration, exemptions, found, is_of_dates, justified, legal_units,
    number_regular, outliers_state, planned, scores, since_previous, stability_at, stability_done,
    traceability, transit_takes_time, transport_at, transport_done, truth, word,
};
use crate::model::Way;

macro_rules! facts {
    ($($name:literal $kind:expr, $zh:literal, $en:literal, |$case:ident| $find:expr;)*) => {
        /// All facts.
        pub const FACTS: &[Fact] = &[$(Fact {
            name: $name,
            kind: $kind,
            zh: $zh,
            en: $en,
            find: |$case| $find,
        }),*];
    };
}

facts! {
    "level" FactKind::Word(Some("level")), "级别", "level of the comparison", |c| word(c, c.protocol.level.as_ref());
    "participation" FactKind::Word(Some("participation")), "参加方式", "whether taking part is mandatory",
        |c| word(c, c.protocol.participation.as_ref());
    "class" FactKind::Word(None), "类别", "class of the project", |c| word(c, c.protocol.class.as_ref());
    "fee" FactKind::Word(Some("fee")), "费用由谁承担", "who bears the cost", |c| word(c, c.protocol.record.fee.as_ref());
    "object" FactKind::Word(Some("object")), "对象种类", "kind of object", |c| {
        let object = c.protocol.object.as_ref();
        found(Value::Word(object.map(|o| o.kind.as_str())), object.map_or(c.protocol.span, |o| o.at))
    };
    "naming" FactKind::Word(Some("naming")), "公布时实名还是代码", "names or codes in publication", |c| {
        let publication = c.protocol.publication.as_ref();
        found(Value::Word(publication.map(|p| p.naming.as_str())), publication.map_or(c.protocol.span, |p| p.at))
    };
    "participants" FactKind::Count, "参比实验室数，不含主导实验室", "number of participants, the pilot not counted",
        |c| found(Value::Count(c.protocol.participants.len()), c.protocol.participants_at);
    "artefacts" FactKind::Count, "传递标准数", "number of transfer standards",
        |c| found(Value::Count(c.protocol.artefacts.len()), c.protocol.span);
    "measurands" FactKind::Count, "被测量数", "number of measurands",
        |c| found(Value::Count(c.protocol.measurands.len()), c.protocol.span);
    "points" FactKind::Count, "测量点数", "number of points",
        |c| found(Value::Count(c.protocol.measurands.iter().map(|m| m.points.len()).sum()), c.protocol.span);
    "risks" FactKind::Count, "列出的风险数", "number of risks listed",
        |c| found(Value::Count(c.protocol.risks.len()), c.protocol.risks.first().map_or(c.protocol.span, |r| r.at));
    "experts" FactKind::Count, "专家人数", "number of experts",
        |c| found(Value::Count(c.protocol.experts.len()), c.protocol.span);
    "exemptions" FactKind::Count, "免予参加的单位数", "number of laboratories exempted",
        |c| found(Value::Count(c.protocol.record.exemptions.len()), c.protocol.span);
    "circulation.duration" FactKind::Stretch, "传递历时，首末日均计", "time the circulation takes, first and last day included",
        |c| duration(c);
    "since-previous" FactKind::Stretch, "距上次同类比对的时间", "time since the last comparison of the same item", |c| since_previous(c);
    "circulation.start" FactKind::Day, "启动日期", "start of the circulation",
        |c| found(Value::Day(Some(c.protocol.circulation.start)), c.protocol.circulation.start_at);
    "circulation.end" FactKind::Day, "传递结束日期", "end of the circulation", |c| {
        let finish = c.journey.and_then(|j| j.timetable.as_ref()).map(|t| t.finish);
        found(Value::Day(finish), c.protocol.circulation.at)
    };
    "traceability.complete" FactKind::Truth, "每件传递标准或参考值均写明溯源", "every transfer standard, or the reference value, has its traceability",
        |c| traceability(c);
    "traceability.justified" FactKind::Truth, "溯源到国际互认能力的均写明理由", "traceability to a recognised capability abroad is justified",
        |c| justified(c);
    "stability.done-in-time" FactKind::Truth, "稳定性试验在启动前完成", "the stability test was completed before the start",
        |c| before_start(c, stability_done(c.protocol), stability_at(c.protocol));
    "transport.done-in-time" FactKind::Truth, "运输特性试验在启动前完成", "the transport test was completed before the start",
        |c| before_start(c, transport_done(c.protocol), transport_at(c.protocol));
    "review.in-time" FactKind::Truth, "专家评审在启动前完成", "the experts reviewed the protocol before the start",
        |c| before_start(c, c.protocol.record.review.as_ref(), c.protocol.span);
    "consent.complete" FactKind::Truth, "全部参比实验室在启动前同意方案", "all participants agreed to the protocol before the start",
        |c| consent(c);
    "exemptions.consented" FactKind::Truth, "免予参加的均有书面同意", "every exemption has written consent", |c| exemptions(c);
    "number.regular" FactKind::Truth, "项目编号符合制度规定的格式", "the project number has the form the regime gives", |c| number_regular(c);
    "circulation.well-formed" FactKind::Truth, "路线完整，首末有主导实验室测量", "the route is whole, with pilot measurements before and after",
        |c| planned(c, |kind| !is_of_dates(kind));
    "circulation.travels" FactKind::Truth, "传递标准在实验室之间运输", "a transfer standard is carried between laboratories", |c| {
        let circulation = &c.protocol.circulation;
        let ways = &circulation.patterns;
        truth(ways.is_empty() || ways.iter().any(|way| !matches!(way.kind, Way::OnSite { .. } | Way::Remote { .. })), circulation.at)
    };
    "circulation.feasible" FactKind::Truth, "时间表可行，在稳定性验证的时间内", "the timetable can be kept and stays within the proven stability",
        |c| planned(c, is_of_dates);
    "transit.takes-time" FactKind::Truth, "每段运输均留有时间", "every transport is given time", |c| transit_takes_time(c);
    "risks.controlled" FactKind::Truth, "每项风险均有控制措施", "every risk has its control", |c| {
        let bare = c.protocol.risks.iter().find(|r| r.control.zh.trim().is_empty() && r.control.en.trim().is_empty());
        truth(bare.is_none(), bare.map_or(c.protocol.span, |r| r.at))
    };
    "coverage-factor.reported" FactKind::Truth, "上报 U 的均上报 k", "whatever is reported with U is reported with k", |c| coverage_factors(c);
    "denominator.stated" FactKind::Truth, "写明 E_n 的分母形式", "the denominator of E_n is stated",
        |c| scores(c, |s| s.denominator_stated);
    "denominator.with-covariance" FactKind::Truth, "E_n 的分母计及与参考值的协方差", "the denominator of E_n takes the covariance with the reference value into account",
        |c| scores(c, |s| matches!(s.denominator.as_str(), "with-covariance" | "difference" | "propagated"));
    "reference.consensus" FactKind::Truth, "参考值由各实验室结果得出", "the reference value is formed from the results", |c| consensus(c);
    "correlation.stated" FactKind::Truth, "说明各实验室结果是否相关", "it is said whether results are correlated", |c| {
        let evaluation = &c.protocol.evaluation;
        let stated = evaluation.uncorrelated.is_some() || !evaluation.correlations.is_empty();
        truth(stated, evaluation.reference.at)
    };
    "outliers.level-stated" FactKind::Truth, "离群值检验写明显著性水平", "the outlier test states its level", |c| {
        let test = c.protocol.evaluation.outliers.as_ref();
        outliers_state(c, test.is_some_and(|m| m.parameters.iter().any(|(name, _)| name == "alpha")))
    };
    "outliers.side-stated" FactKind::Truth, "离群值检验写明单侧或双侧", "the outlier test states whether it is one-sided", |c| {
        let test = c.protocol.evaluation.outliers.as_ref();
        outliers_state(c, test.is_some_and(|m| m.flags.iter().any(|f| f.ends_with("-sided"))))
    };
    "anti-collusion.named" FactKind::Truth, "写有防串通措施：盲样、封存或筛查", "a measure against collusion is named: blind, sealed or screened", |c| {
        let integrity = c.protocol.integrity.as_ref();
        let named = c.protocol.artefacts.iter().any(|a| a.blind) || integrity.is_some_and(|i| i.sealed || !i.flags.is_empty());
        truth(named, integrity.map_or(c.protocol.span, |i| i.at))
    };
    "units.legal" FactKind::Truth, "被测量均用法定计量单位", "every measurand is in legal units", |c| legal_units(c);
    "citations.in-force" FactKind::Truth, "引用的法规在启动日期有效", "the regulations cited are in force at the start", |c| citations_in_force(c);
    "citations.dated" FactKind::Truth, "引用的技术规范均注明年号", "technical specifications are cited with their year", |c| citations_dated(c);
}
