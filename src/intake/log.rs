//! The log of a journey: what really happened to the transfer standards, as the pilot writes it down while they travel.
//!
//! One row for each stop of the route, as planned; the pilot fills in dates. Nothing is corrected on the way: a row that cannot be
//! understood is told with its place, and the log is not used.

mod columns;
mod write;

use std::collections::BTreeMap;

use jiff::civil::Date;

use self::columns::{COLUMNS, DATES, LogColumn};
use super::Cell;
use super::date::{dated, year_first};
use super::finding::{Finding, Findings, Place, codes, shown};
use super::ledger::{self, Columns, Ledger};
use crate::circulation::{Event, EventKind, Log};
use crate::plan::{Plan, Visit};
use crate::text::Text;

pub use write::write_log;

/// A log that was read.
#[derive(Debug, Clone)]
pub struct JourneyLog {
    pub log: Log,
    /// Where each event of the log stands, and the remark of its row.
    pub told: Vec<(Place, String)>,
    /// Which plan made anew follows from it; 1 for the first.
    pub revision: u32,
}

/// Reads a log of the journey that `plan` plans; none when an error was found, and every finding at once.
///
/// UTF-8, headings in Chinese or English, `,`, `;` or tab between cells. `# as_of: 2026-10-08` says up to which day the log reaches; without
/// it the last day on which something happened counts.
pub fn read_log(bytes: &[u8], file: &str, plan: &Plan) -> (Option<JourneyLog>, Vec<Finding>) {
    ledger::read(bytes, file, |whole| Reader::new(plan, whole))
}

/// A stop by what a row calls it: transfer standard, laboratory, ordinal.
type Stop = (String, String, u32);

/// How a visit's transfer standard is called in a log: `W1`, or `W1#2` where there are several specimens.
fn specimen(visit: &Visit) -> String {
    match visit.specimen {
        Some(number) => format!("{}#{number}", visit.artefact),
        None => visit.artefact.clone(),
    }
}

struct Reader<'a> {
    plan: &'a Plan,
    whole: Place,
    stops: BTreeMap<Stop, &'a Visit>,
    /// The row in which each stop was met.
    met: BTreeMap<Stop, u32>,
    as_of: Option<(Date, Place)>,
    revision: u32,
    /// What happened, with the place and the remark.
    events: Vec<(Event, Place, String)>,
}

impl Ledger for Reader<'_> {
    type Column = LogColumn;
    type Read = JourneyLog;

    const COLUMNS: Columns<LogColumn> = COLUMNS;

    fn without_heading() -> (Text, Text) {
        (
            Text::new("没有找到传递记录的表头", "there is no heading of a log"),
            Text::new(
                "请使用 `bidui plan` 生成的 log.csv",
                "use the log.csv that `bidui plan` writes",
            ),
        )
    }

    fn field(&mut self, key: &str, cell: Cell, findings: &mut Findings) {
        match key {
            "as_of" | "截至" | "截至日期" if !cell.is_empty() => {
                let place = cell.place.clone();
                self.as_of = day(cell, findings)
                    .map(|it| (it, place))
                    .or(self.as_of.take());
            }
            "revision" | "修订" | "修订次数" if !cell.is_empty() => {
                self.numbered(&cell, findings)
            }
            "plan" => ledger::check_plan(&cell, &self.plan.digest, findings),
            _ => {}
        }
    }

    fn row(&mut self, row: u32, cells: BTreeMap<LogColumn, Cell>, findings: &mut Findings) {
        if let Some(visit) = self.visit(row, &cells, findings) {
            self.happened(visit, cells, findings);
        }
    }

    fn finish(mut self, findings: &mut Findings) -> Option<JourneyLog> {
        let expected = |kind: &EventKind| {
            matches!(
                kind,
                EventKind::HeldOnTheWay { .. } | EventKind::HeldThere { .. }
            )
        };
        let past = self.events.iter().filter(|it| !expected(&it.0.kind));
        if let Some((as_of, _)) = &self.as_of {
            for (event, place, _) in past.clone().filter(|it| it.0.date > *as_of) {
                findings.error(
                    codes::LOG_CONTRADICTION,
                    place,
                    Text::new(
                        format!("{} 在记录的截至日期 {as_of} 之后，却写成已经发生", event.date),
                        format!("{} lies after {as_of}, up to which the log reaches, and is told as past", event.date),
                    ),
                    Text::new(
                        "请核对日期；预计的日期写在“预计到达”“预计发出”列",
                        "check the date; what is expected stands under `expected_arrival` or `expected_departure`",
                    ),
                );
            }
        }
        self.far_off(findings);
        let start = self.plan.content.circulation.start;
        let last = past.map(|it| it.0.date).max().unwrap_or(start);
        let as_of = self.as_of.as_ref().map_or(last, |it| it.0);
        // What is expected becomes known on the day up to which the log reaches.
        for (event, ..) in self.events.iter_mut().filter(|it| expected(&it.0.kind)) {
            event.date = as_of;
        }
        let (events, told) = (self.events.into_iter())
            .map(|(event, place, remark)| (event, (place, remark)))
            .unzip();
        Some(JourneyLog {
            log: Log {
                as_of: Some(as_of),
                events,
            },
            told,
            revision: self.revision,
        })
    }
}

impl<'a> Reader<'a> {
    fn new(plan: &'a Plan, whole: Place) -> Reader<'a> {
        let visits = plan.content.circulation.visits.iter();
        Reader {
            plan,
            whole,
            stops: visits
                .map(|it| ((specimen(it), it.laboratory.clone(), it.ordinal), it))
                .collect(),
            met: BTreeMap::new(),
            as_of: None,
            revision: 1,
            events: Vec::new(),
        }
    }

    fn numbered(&mut self, cell: &Cell, findings: &mut Findings) {
        match cell.text.parse() {
            Ok(number) if (1..=9999).contains(&number) => self.revision = number,
            _ => findings.error(
                codes::TEXT_IN_NUMBER,
                &cell.place,
                Text::new(
                    format!("修订次数“{}”不是从 1 开始的整数", shown(&cell.text)),
                    format!(
                        "the revision `{}` is no whole number from 1",
                        shown(&cell.text)
                    ),
                ),
                Text::new(
                    "首次重排写 1，此后每次加 1",
                    "write 1 for the first plan made anew, and one more each time",
                ),
            ),
        }
    }

    /// The visit of which a row speaks.
    fn visit(
        &mut self,
        row: u32,
        cells: &BTreeMap<LogColumn, Cell>,
        findings: &mut Findings,
    ) -> Option<&'a Visit> {
        let text = |column| cells.get(&column).map_or("", |it| it.text.as_str());
        let ordinal = match text(LogColumn::Ordinal) {
            "" => Some(1),
            number => number.parse().ok(),
        };
        let key = ordinal.map(|ordinal| {
            let (artefact, laboratory) = (text(LogColumn::Artefact), text(LogColumn::Laboratory));
            (artefact.to_owned(), laboratory.to_owned(), ordinal)
        });
        let known = key
            .as_ref()
            .and_then(|key| self.stops.get(key).copied().map(|it| (key, it)));
        let Some((key, visit)) = known else {
            self.unknown(row, cells, findings);
            return None;
        };
        if let Some(first) = self.met.get(key) {
            findings.error(
                codes::VISIT_TWICE,
                &self.whole.at(row, 0),
                Text::new(
                    format!("这一站在第 {first} 行已写过"),
                    format!("this stop stands in row {first} already"),
                ),
                Text::new("请合并成一行", "put both into one row"),
            );
            return None;
        }
        self.met.insert(key.clone(), row);
        Some(visit)
    }

    fn unknown(&self, row: u32, cells: &BTreeMap<LogColumn, Cell>, findings: &mut Findings) {
        let text = |column| cells.get(&column).map_or("", |it| it.text.as_str());
        let (artefact, laboratory) = (text(LogColumn::Artefact), text(LogColumn::Laboratory));
        let of = |wanted: &dyn Fn(&Stop) -> bool| -> Vec<String> {
            let mut found: Vec<String> = Vec::new();
            for stop in self.stops.keys().filter(|it| wanted(it)) {
                let name = match stop.2 {
                    1 => format!("`{}` `{}`", stop.0, stop.1),
                    n => format!("`{}` `{}` {n}", stop.0, stop.1),
                };
                found.push(name);
            }
            found
        };
        let mut known = of(&|it| it.1 == laboratory);
        if known.is_empty() {
            known = of(&|it| it.0 == artefact);
        }
        if known.is_empty() {
            known = of(&|_| true);
        }
        let ordinal = text(LogColumn::Ordinal);
        let visit = if ordinal.is_empty() { "1" } else { ordinal };
        findings.error(
            codes::VISIT_UNKNOWN,
            &self.whole.at(row, 0),
            Text::new(
                format!(
                    "方案的路线中没有“{}”第 {} 次到“{}”这一站",
                    shown(artefact),
                    shown(visit),
                    shown(laboratory)
                ),
                format!(
                    "the route of the plan has no visit {} of `{}` to `{}`",
                    shown(visit),
                    shown(artefact),
                    shown(laboratory)
                ),
            ),
            Text::new(
                format!("路线中有 {}", known.join("、")),
                format!("the route has {}", known.join(", ")),
            ),
        );
    }

    /// The events of a row.
    fn happened(
        &mut self,
        visit: &Visit,
        mut cells: BTreeMap<LogColumn, Cell>,
        findings: &mut Findings,
    ) {
        let remark = cells
            .remove(&LogColumn::Remark)
            .map_or(String::new(), |it| it.text);
        let mut days: BTreeMap<LogColumn, (Date, Place)> = BTreeMap::new();
        for column in DATES {
            let Some(cell) = cells.remove(&column).filter(|it| !it.is_empty()) else {
                continue;
            };
            let place = cell.place.clone();
            if let Some(date) = day(cell, findings) {
                days.insert(column, (date, place));
            }
        }
        // An expectation that has come true, or not, is of no more use.
        for (expected, actual) in [
            (LogColumn::ExpectedArrival, LogColumn::Arrived),
            (LogColumn::ExpectedDeparture, LogColumn::Departed),
        ] {
            if days.contains_key(&actual) {
                days.remove(&expected);
            }
        }
        for (column, (date, place)) in days {
            let kind = match column {
                LogColumn::Departed => EventKind::Departed,
                LogColumn::ExpectedArrival => EventKind::HeldOnTheWay { until: date },
                LogColumn::ExpectedDeparture => EventKind::HeldThere { until: date },
                LogColumn::Damaged => EventKind::Damaged,
                LogColumn::Lost => EventKind::Lost,
                _ => EventKind::Arrived,
            };
            let event = Event {
                date,
                artefact: visit.artefact.clone(),
                specimen: visit.specimen.map_or(0, |it| it.saturating_sub(1)),
                laboratory: visit.laboratory.clone(),
                ordinal: Some(visit.ordinal),
                kind,
            };
            self.events.push((event, place, remark.clone()));
        }
    }

    /// Days more than a year before the start or after the end that was planned, which are slips in the year.
    fn far_off(&self, findings: &mut Findings) {
        let circulation = &self.plan.content.circulation;
        let (start, finish) = (circulation.start, circulation.finish);
        for (event, place, _) in &self.events {
            let day = match event.kind {
                EventKind::HeldOnTheWay { until } | EventKind::HeldThere { until } => until,
                _ => event.date,
            };
            let apart = |from: Date, to: Date| from.until(to).map_or(0, |it| it.get_days());
            if apart(day, start) > FAR || apart(finish, day) > FAR {
                findings.error(
                    codes::LOG_CONTRADICTION,
                    place,
                    Text::new(
                        format!("{day} 与计划的传递时间（{start} 至 {finish}）相差一年以上"),
                        format!("{day} is more than a year off the circulation as planned ({start} to {finish})"),
                    ),
                    Text::new("请核对年份", "check the year"),
                );
            }
        }
    }
}

/// Days by which what happened may differ from the plan before the year is looked at.
const FAR: i32 = 366;

/// The day written in a cell; spreadsheet programs write the year first with separators of their own, which mean one day only.
fn day(cell: Cell, findings: &mut Findings) -> Option<Date> {
    let text = year_first(&cell.text).unwrap_or_else(|| dated(cell, findings).text);
    text.parse().ok()
}

#[cfg(test)]
mod tests;
