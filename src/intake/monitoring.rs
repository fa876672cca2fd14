//! Extracts of the loggers that travel with the transfer standards: one file for each transport, one row for each reading.

use std::collections::BTreeMap;

use jiff::civil::DateTime;

use super::Cell;
use super::date::moment;
use super::finding::{Finding, Findings, Place, codes, shown};
use super::form::line;
use super::ledger::{self, Columns, Ledger};
use super::number::number;
use crate::plan::{Leg, Plan, Range, Stop};
use crate::schema::table::table as language;
use crate::text::{Lang, Text};
use crate::values::rounding::shortest;

/// A column of an extract.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Column {
    Time,
    Quantity,
    Value,
    Unit,
    Remark,
}

const COLUMNS: Columns<Column> = Columns {
    all: &[
        (Column::Time, "时间", "time"),
        (Column::Quantity, "监测量", "quantity"),
        (Column::Value, "读数", "reading"),
        (Column::Unit, "单位", "unit"),
        (Column::Remark, "备注", "remark"),
    ],
    needed: &[Column::Time, Column::Quantity, Column::Value, Column::Unit],
};

/// What the loggers recorded on one transport, and before and after it at either end.
#[derive(Debug, Clone)]
pub struct Extract {
    pub from: Stop,
    pub to: Stop,
    pub readings: Vec<Logged>,
    /// The file as a whole.
    pub place: Place,
}

/// One reading of a logger.
#[derive(Debug, Clone)]
pub struct Logged {
    /// Local time.
    pub time: DateTime,
    /// What was recorded, as the protocol calls it: `shock`, `temperature` …
    pub quantity: String,
    pub value: f64,
    /// The unit as written.
    pub unit: Cell,
}

/// Reads the extract of a transport of `plan`; none when an error was found, and every finding at once.
///
/// UTF-8, headings in Chinese or English; the lines `# from: …`, `# to: …` say which transport it is. Rows may stand in any order.
pub fn read_extract(bytes: &[u8], file: &str, plan: &Plan) -> (Option<Extract>, Vec<Finding>) {
    ledger::read(bytes, file, |whole| Reader {
        plan,
        whole,
        told: BTreeMap::new(),
        readings: Vec::new(),
    })
}

struct Reader<'a> {
    plan: &'a Plan,
    whole: Place,
    /// What the head says of the transport.
    told: BTreeMap<String, Cell>,
    readings: Vec<Logged>,
}

impl Ledger for Reader<'_> {
    type Column = Column;
    type Read = Extract;

    const COLUMNS: Columns<Column> = COLUMNS;

    fn without_heading() -> (Text, Text) {
        (
            Text::new(
                "没有找到监测记录的表头",
                "there is no heading of a record of readings",
            ),
            Text::new(
                "请使用 `bidui plan` 生成的 monitoring 文件夹中的表",
                "use a form of the folder `monitoring` that `bidui plan` writes",
            ),
        )
    }

    fn field(&mut self, key: &str, cell: Cell, findings: &mut Findings) {
        match key {
            "plan" => ledger::check_plan(&cell, self.plan.issued_digest(), findings),
            key => {
                self.told.insert(key.to_owned(), cell);
            }
        }
    }

    fn row(&mut self, row: u32, cells: BTreeMap<Column, Cell>, findings: &mut Findings) {
        let place = self.whole.at(row, 0);
        let empty = || Cell {
            text: String::new(),
            place: place.clone(),
        };
        let cell = |column| cells.get(&column).cloned().unwrap_or_else(empty);
        let time = moment(&cell(Column::Time), findings);
        let quantity = self.quantity(&cell(Column::Quantity), findings);
        let value = match number(&cell(Column::Value)) {
            Ok(text) => text.parse::<f64>().ok(),
            Err(finding) => {
                findings.push(*finding);
                None
            }
        };
        if let (Some(time), Some(quantity), Some(value)) = (time, quantity, value) {
            self.readings.push(Logged {
                time,
                quantity,
                value,
                unit: cell(Column::Unit),
            });
        }
    }

    fn finish(self, findings: &mut Findings) -> Option<Extract> {
        let legs = &self.plan.content.circulation.legs;
        let told = |key: &str| self.told.get(key).map_or("", |it| it.text.as_str());
        let ordinal = told("visit").parse().unwrap_or(1);
        let leg = legs.iter().find(|it| {
            specimen(&it.to) == told("artefact")
                && it.from.laboratory == told("from")
                && it.to.laboratory == told("to")
                && it.to.ordinal == ordinal
        });
        match leg {
            Some(leg) => Some(Extract {
                from: leg.from.clone(),
                to: leg.to.clone(),
                readings: self.readings,
                place: self.whole,
            }),
            None => {
                let ways: Vec<String> = legs.iter().map(way).take(12).collect();
                let place = self.told.get("from").map_or(&self.whole, |it| &it.place);
                findings.error(
                    codes::VISIT_UNKNOWN,
                    place,
                    Text::new(
                        format!(
                            "方案的路线中没有“{}”由“{}”至“{}”第 {ordinal} 次到访的这一段",
                            shown(told("artefact")),
                            shown(told("from")),
                            shown(told("to"))
                        ),
                        format!(
                            "the route of the plan has no transport of `{}` from `{}` to `{}`, visit {ordinal}",
                            shown(told("artefact")),
                            shown(told("from")),
                            shown(told("to"))
                        ),
                    ),
                    Text::new(
                        format!("路线中有 {} 等", ways.join("、")),
                        format!("the route has {} …", ways.join(", ")),
                    ),
                );
                None
            }
        }
    }
}

impl Reader<'_> {
    /// The quantity that a cell names; one for which the protocol has no limit is passed over with a note.
    fn quantity(&self, cell: &Cell, findings: &mut Findings) -> Option<String> {
        let limits = self.plan.limits_on_the_way();
        let known = language().choice("monitored");
        let meant =
            (known.iter()).find(|it| it.zh == cell.text || it.en == cell.text.to_lowercase());
        let listed = |lang: Lang| {
            let names = (known.iter()).filter(|it| limits.contains_key(&it.en));
            crate::text::listed(names.map(|it| it.get(lang)), lang)
        };
        match meant {
            Some(term) if limits.contains_key(&term.en) => return Some(term.en.clone()),
            Some(term) => findings.push(
                Finding::error(
                    codes::MONITORED,
                    &cell.place,
                    Text::new(
                        format!("方案没有规定“{}”的限值，该读数不作判断", term.zh),
                        format!(
                            "the protocol has no limit for `{}`; the reading is not judged",
                            term.en
                        ),
                    ),
                    Text::new(
                        "需要判断的，在方案 `监测` 中写明限值",
                        "state a limit in `monitor` of the protocol if it is to be judged",
                    ),
                )
                .as_severity(super::Severity::Note),
            ),
            None => findings.error(
                codes::MONITORED,
                &cell.place,
                Text::new(
                    format!("监测量“{}”不认识", shown(&cell.text)),
                    format!("`{}` is no quantity that is monitored", shown(&cell.text)),
                ),
                Text::new(
                    format!("方案规定了限值的有 {}", listed(Lang::Zh)),
                    format!("the protocol has limits for {}", listed(Lang::En)),
                ),
            ),
        }
        None
    }
}

/// How a stop's transfer standard is called: `W1`, or `W1#2` where there are several specimens.
fn specimen(stop: &Stop) -> String {
    match stop.specimen {
        Some(number) => format!("{}#{number}", stop.artefact),
        None => stop.artefact.clone(),
    }
}

fn way(leg: &Leg) -> String {
    let (from, to) = (&leg.from.laboratory, &leg.to.laboratory);
    format!("{} {from}→{to}", specimen(&leg.to))
}

/// The forms for the readings of the loggers by their names, in both languages, one for each transport; none where the protocol has no limits
/// for them.
pub fn monitoring_forms(plan: &Plan) -> BTreeMap<String, String> {
    let limits = plan.limits_on_the_way();
    let mut forms = BTreeMap::new();
    let mut counts: BTreeMap<String, u32> = BTreeMap::new();
    if limits.is_empty() {
        return forms;
    }
    for leg in &plan.content.circulation.legs {
        let name = specimen(&leg.to);
        let count = counts.entry(name.clone()).or_default();
        *count += 1;
        let (from, to) = (&leg.from.laboratory, &leg.to.laboratory);
        let file = format!("{name}.{count:02}.{from}-{to}.csv");
        forms.insert(file, form(plan, leg, limits));
    }
    forms
}

fn form(plan: &Plan, leg: &Leg, limits: &BTreeMap<String, Range>) -> String {
    let mut out = String::from("\u{FEFF}");
    let mut header = |zh: &str, en: &str, value: &str| {
        line(&mut out, &[&format!("# {zh} / {en}: {value}")]);
    };
    header("计划摘要", "plan", plan.issued_digest());
    header("传递标准", "artefact", &specimen(&leg.to));
    header("自", "from", &leg.from.laboratory);
    header("至", "to", &leg.to.laboratory);
    header("到访次序", "visit", &leg.to.ordinal.to_string());
    header("计划发出", "planned_departure", &leg.dispatch.to_string());
    header("计划到达", "planned_arrival", &leg.arrival.to_string());
    for (quantity, limit) in limits {
        let name = language().title("monitored", quantity);
        let told = format!("# 限值 / limit {} / {} {}", name.zh, name.en, plain(limit));
        line(&mut out, &[&told]);
    }
    let told = [
        "# 每个读数一行，时间为当地时间，写作 2026-01-31 08:30；到达后由接收方填写并交主导实验室",
        "# one row for each reading, local time as 2026-01-31 08:30; the receiver fills it in on arrival and sends it to the pilot",
    ];
    for text in told {
        line(&mut out, &[text]);
    }
    let titles = COLUMNS.bilingual();
    let titles: Vec<&str> = titles.iter().map(String::as_str).collect();
    line(&mut out, &titles);
    out
}

/// A limit as plain text.
fn plain(limit: &Range) -> String {
    let amount = |it: &crate::plan::Quantity| format!("{} {}", shortest(it.value), it.unit);
    match limit {
        Range::Value(most) => format!("<= {}", amount(most)),
        Range::Between(low, high) => format!("{} .. {}", amount(low), amount(high)),
        Range::Around(centre, half) => format!("{} ± {}", amount(centre), amount(half)),
        Range::Word(text) => text.zh.clone(),
    }
}
