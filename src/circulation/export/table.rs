//! The timetable as CSV (RFC 4180), one row for each visit.

use super::super::journey::Journey;
use super::super::plan::Plan;
use super::label::specimen_name;
use crate::text::Lang;

const HEADER_ZH: [&str; 12] = [
    "传递标准",
    "实验室",
    "名称",
    "次序",
    "到达",
    "测量开始",
    "测量结束",
    "可发出",
    "发出",
    "总时差/天",
    "自由时差/天",
    "关键路线",
];
const HEADER_EN: [&str; 12] = [
    "artefact",
    "laboratory",
    "name",
    "ordinal",
    "arrival",
    "measuring_from",
    "measuring_to",
    "released",
    "departure",
    "total_slack_d",
    "free_slack_d",
    "critical",
];

/// The timetable as CSV; only the header if there are no dates.
pub fn csv(journey: &Journey, plan: &Plan, lang: Lang) -> String {
    let mut out = String::new();
    row(
        &mut out,
        match lang {
            Lang::Zh => &HEADER_ZH,
            Lang::En => &HEADER_EN,
        },
    );
    for entry in plan.timetable.iter().flat_map(|it| &it.entries) {
        let visit = plan.circulation.visit(entry.visit);
        let laboratory = &journey.laboratories[visit.laboratory];
        let critical =
            (plan.timetable.as_ref()).is_some_and(|it| it.critical_path.contains(&entry.visit));
        row(
            &mut out,
            &[
                &specimen_name(journey, visit),
                &laboratory.id,
                laboratory.name(lang),
                &visit.ordinal.to_string(),
                &entry.arrival.to_string(),
                &entry.start.to_string(),
                &entry.end.to_string(),
                &entry.released.to_string(),
                &entry.departure.map(|it| it.to_string()).unwrap_or_default(),
                &entry.total_slack.to_string(),
                &entry.free_slack.to_string(),
                if critical { "1" } else { "0" },
            ],
        );
    }
    out
}

fn row(out: &mut String, fields: &[&str]) {
    for (index, field) in fields.iter().enumerate() {
        if index > 0 {
            out.push(',');
        }
        if field.contains([',', '"', '\n', '\r']) {
            out.push('"');
            out.push_str(&field.replace('"', "\"\""));
            out.push('"');
        } else {
            out.push_str(field);
        }
    }
    out.push_str("\r\n");
}
