//! What the loggers recorded on the way, held against the limits of the protocol.
//!
//! A logger knows the value at the times of its readings alone: an excess is told from its first reading to its last, and may have lasted
//! up to the readings next to them.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::{Date, DateTime};

use super::results::place;
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::intake::{Cell, Extract, Logged};
use crate::plan::{Excess, Leg, Plan, Quantity, Range, Stop};
use crate::schema::table::monitored_kind;
use crate::text::{Lang, Text};
use crate::values::rounding::shortest;
use crate::values::unit::{Library, Unit, parse_unit};
use crate::words::choice;

/// The excesses of all extracts, in the order of their transports and times, and what is wrong with the extracts.
///
/// `plan` has the dates that are known by now, `issued` every transport that was planned. A transport whose transfer standard has arrived
/// and of which there are no readings is a finding.
pub fn excesses(
    plan: &Plan,
    issued: &Plan,
    extracts: &[Extract],
) -> (Vec<Excess>, Vec<Diagnostic>) {
    let mut judge = Judge {
        plan,
        found: Vec::new(),
        diagnostics: Vec::new(),
    };
    let mut seen: BTreeMap<(&Stop, &Stop), &Extract> = BTreeMap::new();
    for extract in extracts {
        if let Some(first) = seen.insert((&extract.from, &extract.to), extract) {
            judge.twice(extract, first);
            continue;
        }
        let same = |it: &&Leg| it.from == extract.from && it.to == extract.to;
        let legs = plan.content.circulation.legs.iter();
        let planned = issued.content.circulation.legs.iter();
        if let Some(leg) = legs.clone().find(same).or(planned.clone().find(same)) {
            judge.extract(leg, extract);
        }
    }
    judge.unread(&seen);
    (judge.found, judge.diagnostics)
}

struct Judge<'a> {
    plan: &'a Plan,
    found: Vec<Excess>,
    diagnostics: Vec<Diagnostic>,
}

/// A reading in the unit of its limit.
struct Measured<'a> {
    logged: &'a Logged,
    value: f64,
    /// How far it is beyond the limit; zero within it.
    beyond: f64,
}

impl Judge<'_> {
    fn extract(&mut self, leg: &Leg, extract: &Extract) {
        let mut refused: BTreeSet<(&str, &str)> = BTreeSet::new();
        // By where the transfer standard was: at the sender, on the way, at the receiver; and by quantity.
        let mut series: BTreeMap<(u8, &str), Vec<Measured<'_>>> = BTreeMap::new();
        for logged in &extract.readings {
            let day = logged.time.date();
            let Some(whereabouts) = self.whereabouts(leg, day, logged) else {
                continue;
            };
            let Some(limit) = self.plan.limits_on_the_way().get(&logged.quantity) else {
                continue;
            };
            match measured(logged, limit) {
                Ok((value, beyond)) => {
                    let of = (whereabouts, logged.quantity.as_str());
                    let reading = Measured {
                        logged,
                        value,
                        beyond,
                    };
                    series.entry(of).or_default().push(reading);
                }
                Err(finding) => {
                    // A wrong unit stands in every row; it is told once.
                    if refused.insert((&logged.quantity, &logged.unit.text)) {
                        self.diagnostics.push(*finding);
                    }
                }
            }
        }
        self.gaps(leg, extract);
        for ((whereabouts, quantity), mut readings) in series {
            readings.sort_by_key(|it| it.logged.time);
            let (from, stop) = match whereabouts {
                0 => (None, &leg.from),
                1 => (Some(&leg.from), &leg.to),
                _ => (None, &leg.to),
            };
            for run in readings.chunk_by(|a, b| (a.beyond > 0.0) == (b.beyond > 0.0)) {
                if run.iter().all(|it| it.beyond > 0.0) {
                    self.exceeded(from, stop, quantity, run);
                }
            }
        }
    }

    /// Where the transfer standard was on a day: 0 at the sender, 1 on the way, 2 at the receiver; none, with a finding, at neither.
    fn whereabouts(&mut self, leg: &Leg, day: Date, logged: &Logged) -> Option<u8> {
        if (leg.dispatch..=leg.arrival).contains(&day) {
            return Some(1);
        }
        let visits = || self.plan.content.circulation.visits.iter();
        let sender = visits().find(|it| leg.from.is(it));
        let receiver = visits().find(|it| leg.to.is(it));
        if sender.is_some_and(|it| (it.arrival..leg.dispatch).contains(&day)) {
            return Some(0);
        }
        if receiver.is_some_and(|it| day > leg.arrival && day <= it.departure.max(it.to)) {
            return Some(2);
        }
        let told = self.diagnostics.iter().any(|it| {
            it.code == Code::MonitoredElsewhere
                && it.place.as_ref().map(|at| &at.file) == Some(&logged.unit.place.file.to_string())
        });
        if !told {
            self.diagnostics.push(elsewhere(leg, logged));
        }
        None
    }

    fn exceeded(&mut self, from: Option<&Stop>, stop: &Stop, quantity: &str, run: &[Measured<'_>]) {
        let worst = run.iter().max_by(|a, b| a.beyond.total_cmp(&b.beyond));
        let limit = self.plan.limits_on_the_way().get(quantity);
        let (Some(first), Some(last), Some(worst), Some(limit)) =
            (run.first(), run.last(), worst, limit)
        else {
            return;
        };
        let excess = Excess {
            from: from.cloned(),
            stop: stop.clone(),
            quantity: quantity.to_owned(),
            limit: limit.clone(),
            extreme: Quantity {
                value: worst.value,
                unit: unit_of(limit).to_owned(),
            },
            since: first.logged.time,
            until: last.logged.time,
            readings: run.len() as u64,
        };
        let at = place(&first.logged.unit.place);
        self.diagnostics.push(told(self.plan, &excess, at));
        self.found.push(excess);
    }

    /// Quantities of which there is no reading, and readings that begin late or end early.
    fn gaps(&mut self, leg: &Leg, extract: &Extract) {
        if extract.readings.is_empty() {
            return;
        }
        for quantity in self.plan.limits_on_the_way().keys() {
            let times = extract
                .readings
                .iter()
                .filter(|it| it.quantity == *quantity);
            let days = times.map(|it| it.time.date());
            let (first, last) = (days.clone().min(), days.max());
            let name = |lang| choice("monitored", quantity, lang);
            let (zh, en) = (name(Lang::Zh), name(Lang::En));
            let message = match (first, last) {
                // Shocks and tilts are recorded when they happen; without any there is nothing to record.
                _ if matches!(quantity.as_str(), "shock" | "tilt") => continue,
                (Some(first), Some(last)) if first > leg.dispatch || last < leg.arrival => {
                    Text::new(
                        format!(
                            "“{zh}”的读数自 {first} 至 {last}，运输自 {} 至 {}",
                            leg.dispatch, leg.arrival
                        ),
                        format!(
                            "the readings of `{en}` run from {first} to {last}, the transport from {} to {}",
                            leg.dispatch, leg.arrival
                        ),
                    )
                }
                (Some(_), Some(_)) => continue,
                _ => Text::new(
                    format!("没有“{zh}”的读数"),
                    format!("there is no reading of `{en}`"),
                ),
            };
            self.diagnostics.push(gap(place(&extract.place), message));
        }
    }

    /// Transports whose transfer standard has arrived and of which nothing was handed in.
    fn unread(&mut self, seen: &BTreeMap<(&Stop, &Stop), &Extract>) {
        let circulation = &self.plan.content.circulation;
        let Some(revision) = &circulation.revision else {
            return;
        };
        for leg in circulation
            .legs
            .iter()
            .filter(|it| it.arrival <= revision.as_of)
        {
            let extract = seen.get(&(&leg.from, &leg.to));
            if extract.is_some_and(|it| !it.readings.is_empty()) {
                continue;
            }
            let (artefact, from, to) = (&leg.to.artefact, &leg.from.laboratory, &leg.to.laboratory);
            let at = extract.map_or(DataPlace::default(), |it| place(&it.place));
            let message = Text::new(
                format!(
                    "{artefact} 由 {from} 运至 {to}（{} 到达），没有监测读数",
                    leg.arrival
                ),
                format!(
                    "there are no readings of the transport of {artefact} from {from} to {to}, which arrived on {}",
                    leg.arrival
                ),
            );
            self.diagnostics.push(gap(at, message));
        }
    }

    fn twice(&mut self, extract: &Extract, first: &Extract) {
        let other = &first.place.file;
        self.diagnostics.push(
            Diagnostic::in_data(
                Code::VisitTwice,
                place(&extract.place),
                Text::new(
                    format!("这段运输的读数在 {other} 中已有"),
                    format!("the readings of this transport are in {other} already"),
                ),
            )
            .with_help(Text::new("请合并成一个文件", "put both into one file")),
        );
    }
}

fn gap(at: DataPlace, message: Text) -> Diagnostic {
    Diagnostic::in_data(Code::MonitoringGap, at, message).with_help(Text::new(
        "向接收方索取记录仪的数据；确实没有的，在传递记录的备注中写明",
        "ask the receiver for the data of the logger; if there are none, say so in the remarks of the log",
    ))
}

fn elsewhere(leg: &Leg, logged: &Logged) -> Diagnostic {
    let (from, to) = (&leg.from.laboratory, &leg.to.laboratory);
    Diagnostic::in_data(
        Code::MonitoredElsewhere,
        place(&logged.unit.place),
        Text::new(
            format!(
                "{} 的读数既不在由 {from} 至 {to} 的运输（{} 至 {}）中，也不在其前后两站停留期间",
                logged.time.date(),
                leg.dispatch,
                leg.arrival
            ),
            format!(
                "the reading of {} belongs neither to the transport from {from} to {to} ({} to {}) nor to the stays before and after it",
                logged.time.date(),
                leg.dispatch,
                leg.arrival
            ),
        ),
    )
    .with_help(Text::new(
        "核对记录仪的时钟、文件所写的路段，以及传递记录中的实际发出和到达日期",
        "check the clock of the logger, the transport that the file names, and the dates of dispatch and arrival in the log",
    ))
}

/// The value of a reading in the unit of the limit, and how far it is beyond it.
fn measured(logged: &Logged, limit: &Range) -> Result<(f64, f64), Box<Diagnostic>> {
    let Cell { text, place: at } = &logged.unit;
    let kind = monitored_kind(&logged.quantity);
    let expected = (Library::standard().ok()).and_then(|it| it.dimension_named(kind));
    // Relative humidity is written %RH on most loggers.
    let written = match logged.quantity.as_str() {
        "humidity" => text.trim_end_matches("RH").trim_end_matches("rh").trim(),
        _ => text.as_str(),
    };
    let wrong = |code, message| {
        let unit = unit_of(limit);
        let wrong = Diagnostic::in_data(code, place(at), message).with_help(Text::new(
            format!("用 `{unit}` 或可换算为它的单位"),
            format!("use `{unit}` or a unit that converts to it"),
        ));
        Box::new(wrong)
    };
    let unit = parse_unit(written, expected.as_ref())
        .map_err(|error| wrong(Code::DataUnitUnknown, error.message()))?;
    let to = |it: &Quantity| -> Result<(f64, Unit), Box<Diagnostic>> {
        let target = parse_unit(&it.unit, expected.as_ref());
        let target = target.map_err(|error| wrong(Code::DataUnitUnknown, error.message()))?;
        let value = unit.convert(logged.value, &target);
        let value = value.map_err(|error| wrong(Code::DataUnitMismatch, error.message()))?;
        Ok((value, target))
    };
    Ok(match limit {
        // A shock or a tilt is limited whatever its direction.
        Range::Value(most) => {
            let (value, _) = to(most)?;
            let size = match logged.quantity.as_str() {
                "shock" | "tilt" => value.abs(),
                _ => value,
            };
            (value, over(size, most.value))
        }
        Range::Between(low, high) => {
            let (value, _) = to(high)?;
            let below = over(low.value, to(low)?.0);
            (value, over(value, high.value).max(below))
        }
        Range::Around(centre, half) => {
            let (value, target) = to(centre)?;
            let half_unit = parse_unit(&half.unit, expected.as_ref());
            let width = half_unit.and_then(|it| it.convert_interval(half.value, &target));
            let width = width.map_err(|error| wrong(Code::DataUnitMismatch, error.message()))?;
            (value, over((value - centre.value).abs(), width))
        }
        Range::Word(_) => (logged.value, 0.0),
    })
}

/// By how much `value` is above `limit`; a difference that a conversion of units can leave is none.
fn over(value: f64, limit: f64) -> f64 {
    let rounding = 1e-9 * value.abs().max(limit.abs()).max(1.0);
    if value > limit + rounding {
        value - limit
    } else {
        0.0
    }
}

/// The unit in which an excess is told.
fn unit_of(limit: &Range) -> &str {
    match limit {
        Range::Value(it) | Range::Between(_, it) | Range::Around(it, _) => &it.unit,
        Range::Word(_) => "",
    }
}

/// An excess as a finding: where, what, how long, and what the protocol orders.
fn told(plan: &Plan, excess: &Excess, at: DataPlace) -> Diagnostic {
    Diagnostic::in_data(Code::LimitExceeded, at, sentence(excess)).with_help(ordered(plan))
}

/// What the protocol orders when a limit was exceeded.
pub fn ordered(plan: &Plan) -> Text {
    let contingency = plan.content.contingency.as_ref();
    contingency.and_then(|it| it.excess.clone()).unwrap_or_else(|| {
        Text::new(
            "方案没有规定超限时的处理（`意外情况 { 超限 \"…\" }`）：由主导实验室检查传递标准后决定是否继续",
            "the protocol orders nothing (`contingency { excess \"…\" }`): the pilot looks at the transfer standard and decides whether it goes on",
        )
    })
}

/// An excess as a sentence without its full stop.
pub fn sentence(excess: &Excess) -> Text {
    let say = |lang: Lang| {
        let name = choice("monitored", &excess.quantity, lang);
        let artefact = match excess.stop.specimen {
            Some(number) => format!("{}#{number}", excess.stop.artefact),
            None => excess.stop.artefact.clone(),
        };
        let stop = &excess.stop.laboratory;
        let amount = |it: &Quantity| format!("{} {}", shortest(it.value), it.unit);
        let limit = match &excess.limit {
            Range::Value(most) => amount(most),
            Range::Between(low, high) => format!("{} .. {}", amount(low), amount(high)),
            Range::Around(centre, half) => format!("{} ± {}", amount(centre), amount(half)),
            Range::Word(text) => text.get(lang).to_owned(),
        };
        // Four digits tell how far it went.
        let digits = format!("{:.3e}", excess.extreme.value);
        let extreme = amount(&Quantity {
            value: digits.parse().unwrap_or(excess.extreme.value),
            unit: excess.extreme.unit.clone(),
        });
        let when = duration(excess, lang);
        match (lang, &excess.from) {
            (Lang::Zh, Some(from)) => {
                let from = &from.laboratory;
                format!(
                    "{artefact} 由 {from} 运往 {stop} 途中，{name}达 {extreme}，超出限值 {limit}：{when}"
                )
            }
            (Lang::Zh, None) => {
                format!(
                    "{artefact} 在 {stop} 停留期间，{name}达 {extreme}，超出限值 {limit}：{when}"
                )
            }
            (Lang::En, Some(from)) => {
                let from = &from.laboratory;
                format!(
                    "on the way of {artefact} from {from} to {stop} the {name} reached {extreme}, beyond the limit {limit}: {when}"
                )
            }
            (Lang::En, None) => {
                format!(
                    "while {artefact} was at {stop} the {name} reached {extreme}, beyond the limit {limit}: {when}"
                )
            }
        }
    };
    Text::new(say(Lang::Zh), say(Lang::En))
}

/// When, for how long at least, and how many readings.
fn duration(excess: &Excess, lang: Lang) -> String {
    let short = |it: DateTime| it.strftime("%Y-%m-%d %H:%M").to_string();
    let (since, until) = (short(excess.since), short(excess.until));
    let span = excess.since.duration_until(excess.until);
    let (hours, minutes) = (span.as_hours(), span.as_mins() % 60);
    let time = match hours {
        0 => format!("{minutes} min"),
        _ => format!("{hours} h {minutes} min"),
    };
    match (lang, excess.readings) {
        (Lang::Zh, 1) => format!("{since}，1 个读数"),
        (Lang::Zh, n) => format!("{since} 至 {until}，历时至少 {time}，{n} 个读数"),
        (Lang::En, 1) => format!("{since}, one reading"),
        (Lang::En, n) => format!("{since} to {until}, at least {time}, {n} readings"),
    }
}
