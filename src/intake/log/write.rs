//! The log that a pilot fills in: every stop of the route as planned, with the dates that are known already.

use jiff::civil::Date;

use super::columns::{COLUMNS, LogColumn};
use super::specimen;
use crate::intake::form::line;
use crate::plan::{Happening, Occurrence, Plan, Visit};
use crate::text::Lang;

/// The log of the journey that `issued` planned, for the pilot to go on with; what has happened comes from `current` when the plan has been
/// made anew, and so do the dates planned now.
///
/// UTF-8 with byte order mark, which spreadsheet programs need; read back by [`super::read_log`].
pub fn write_log(issued: &Plan, current: &Plan, lang: Lang) -> String {
    let revision = current.content.circulation.revision.as_ref();
    let mut out = String::from("\u{FEFF}");
    let mut header = |zh: &str, en: &str, value: &str| {
        let key = match lang {
            Lang::Zh => zh,
            Lang::En => en,
        };
        line(&mut out, &[format!("# {key}: {value}").trim_end()]);
    };
    header("计划摘要", "plan", &issued.digest);
    let number = revision.map_or(1, |it| it.number + 1);
    header("修订次数", "revision", &number.to_string());
    header("截至日期", "as_of", "");
    line(&mut out, &COLUMNS.titles(lang));
    for visit in &issued.content.circulation.visits {
        let planned = match revision {
            None => Some(visit),
            Some(_) => (current.content.circulation.visits.iter()).find(|it| visit.stop().is(it)),
        };
        let departs = (current.content.circulation.legs_from(visit))
            .map(|it| it.dispatch)
            .max();
        let happened: Vec<&Happening> = revision
            .iter()
            .flat_map(|it| &it.happened)
            .filter(|it| it.stop.is(visit))
            .collect();
        let title = issued.laboratory(&visit.laboratory).map(|it| &it.title);
        let name = title.map_or("", |it| it.get(lang));
        let cells: Vec<String> = (COLUMNS.all)
            .iter()
            .map(|(column, ..)| cell(*column, visit, (planned, departs), &happened, name))
            .collect();
        let cells: Vec<&str> = cells.iter().map(String::as_str).collect();
        line(&mut out, &cells);
    }
    out
}

fn cell(
    column: LogColumn,
    visit: &Visit,
    (planned, departs): (Option<&Visit>, Option<Date>),
    happened: &[&Happening],
    name: &str,
) -> String {
    let on = |what: Occurrence| {
        let found = happened.iter().find(|it| it.what == what);
        found.map_or(String::new(), |it| it.date.to_string())
    };
    match column {
        LogColumn::Artefact => specimen(visit),
        LogColumn::Laboratory => visit.laboratory.clone(),
        LogColumn::Name => name.to_owned(),
        LogColumn::Ordinal => visit.ordinal.to_string(),
        LogColumn::PlannedArrival => planned.map_or(String::new(), |it| it.arrival.to_string()),
        LogColumn::PlannedDeparture => departs
            .filter(|_| planned.is_some())
            .map_or(String::new(), |it| it.to_string()),
        LogColumn::Arrived => on(Occurrence::Arrived),
        LogColumn::Departed => on(Occurrence::Departed),
        LogColumn::ExpectedArrival => on(Occurrence::ExpectedArrival),
        LogColumn::ExpectedDeparture => on(Occurrence::ExpectedDeparture),
        LogColumn::Damaged => on(Occurrence::Damaged),
        LogColumn::Lost => on(Occurrence::Lost),
        LogColumn::Remark => happened
            .iter()
            .find_map(|it| it.remark.clone())
            .unwrap_or_default(),
    }
}
