//! The facts of a protocol of which a policy may speak, in one table.
//!
//! A fact has a kind, a value, the place in the protocol that settles it and, where it fails, a witness: what exactly fails. What a
//! policy only asks to *stand* needs no fact: `has stability.before` asks for any statement of the language.

mod table;

pub use table::FACTS;

use jiff::civil::Date;

use super::policy::plain;
use super::{Protocol, Traceability};
use crate::circulation::{self, FindingKind, LegKind, Severity};
use crate::condition::{Domain, Facts, Term, day_number};
use crate::source::{Span, Spanned};
use crate::text::Text;

/// What a fact is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum FactKind {
    Truth,
    Count,
    /// A word, of the closed set of that name if there is one.
    Word(Option<&'static str>),
    /// A stretch of days, compared with a period.
    Stretch,
    Day,
}

/// A fact as it stands in one protocol; what is not known is none.
#[derive(Debug, Clone, PartialEq)]
pub enum Value<'p> {
    Truth(Option<bool>),
    Count(usize),
    Word(Option<&'p str>),
    /// First day, and the day after the last.
    Stretch(Option<(Date, Date)>),
    Day(Option<Date>),
}

/// The value of a fact, its place, and what exactly fails.
pub struct Found<'p> {
    pub value: Value<'p>,
    pub at: Span,
    pub witness: Option<Text>,
}

/// A protocol under judgement; the journey is not yet planned while defaults are filled in.
pub struct Case<'p> {
    pub protocol: &'p Protocol,
    pub journey: Option<&'p circulation::Plan>,
}

/// One fact.
pub struct Fact {
    pub name: &'static str,
    pub kind: FactKind,
    pub zh: &'static str,
    pub en: &'static str,
    find: for<'a, 'p> fn(&'a Case<'p>) -> Found<'p>,
}

/// The fact of that name.
pub fn fact(name: &str) -> Option<&'static Fact> {
    FACTS.iter().find(|fact| fact.name == name)
}

impl<'p> Case<'p> {
    /// The fact of that name as it stands in this protocol.
    pub fn find(&self, name: &str) -> Option<Found<'p>> {
        fact(name).map(|fact| (fact.find)(self))
    }

    /// Place and witness of the part of a condition that decides it.
    pub fn place(&self, condition: &Term) -> (Span, Option<Text>) {
        let mut leaves = Vec::new();
        condition.leaves(&mut leaves);
        let failing = leaves
            .iter()
            .find(|leaf| leaf.holds(self) == Some(false))
            .or(leaves.first());
        match failing {
            Some(Term::Has(path)) => {
                let present = self.protocol.regime.present.get(path);
                (present.map_or(self.protocol.span, |(_, at)| *at), None)
            }
            Some(
                Term::Holds(name)
                | Term::Is(name, _)
                | Term::Lasts(name, ..)
                | Term::Variable(name),
            ) => match self.find(name) {
                Some(found) => (found.at, found.witness),
                None => (self.protocol.span, None),
            },
            _ => (self.protocol.span, None),
        }
    }
}

impl Facts for Case<'_> {
    fn variable(&self, name: &str) -> Option<f64> {
        match self.find(name)?.value {
            Value::Count(count) => Some(count as f64),
            Value::Day(day) => day.map(day_number),
            _ => None,
        }
    }

    fn verdicts(&self, _domain: Domain) -> Vec<&str> {
        Vec::new()
    }

    fn holds(&self, name: &str) -> Option<bool> {
        match self.find(name)?.value {
            Value::Truth(truth) => truth,
            _ => None,
        }
    }

    fn has(&self, path: &str) -> Option<bool> {
        let (stands, _) = self.protocol.regime.present.get(path)?;
        Some(*stands)
    }

    fn word(&self, name: &str) -> Option<&str> {
        match self.find(name)?.value {
            Value::Word(word) => word,
            _ => None,
        }
    }

    fn stretch(&self, name: &str) -> Option<(Date, Date)> {
        match self.find(name)?.value {
            Value::Stretch(stretch) => stretch,
            _ => None,
        }
    }
}

// ---------------------------------------------------------------- how facts are found

fn found(value: Value<'_>, at: Span) -> Found<'_> {
    Found {
        value,
        at,
        witness: None,
    }
}

fn word<'p>(case: &Case<'p>, written: Option<&'p Spanned<String>>) -> Found<'p> {
    found(
        Value::Word(written.map(|w| w.value.as_str())),
        written.map_or(case.protocol.span, |w| w.span),
    )
}

fn truth<'p>(holds: bool, at: Span) -> Found<'p> {
    found(Value::Truth(Some(holds)), at)
}

/// True while nothing speaks against it; the first exception is the place and the witness.
fn unless<'p>(exception: Option<(Span, Text)>, otherwise: Span) -> Found<'p> {
    let holds = exception.is_none();
    let (at, witness) = match exception {
        Some((at, witness)) => (at, Some(witness)),
        None => (otherwise, None),
    };
    Found {
        value: Value::Truth(Some(holds)),
        at,
        witness,
    }
}

/// Whether a date is stated and lies before the first dispatch.
fn before_start<'p>(case: &Case<'p>, date: Option<&Spanned<Date>>, otherwise: Span) -> Found<'p> {
    let start = case.protocol.circulation.start;
    let late = date.filter(|d| d.value >= start).map(|d| {
        let witness = Text::new(
            format!("{} 不早于启动日期 {start}", d.value),
            format!("{} is not before the start on {start}", d.value),
        );
        (d.span, witness)
    });
    match (date, late) {
        (None, _) => truth(false, otherwise),
        (_, late) => unless(late, otherwise),
    }
}

fn stability_at(protocol: &Protocol) -> Span {
    protocol.stability.as_ref().map_or(protocol.span, |s| s.at)
}

fn stability_done(protocol: &Protocol) -> Option<&Spanned<Date>> {
    let done = protocol.stability.as_ref()?.done.as_ref()?;
    Some(&done.on)
}

fn transport_done(protocol: &Protocol) -> Option<&Spanned<Date>> {
    let done = protocol.transport.as_ref()?.done.as_ref()?;
    Some(&done.on)
}

fn transport_at(protocol: &Protocol) -> Span {
    protocol.transport.as_ref().map_or(protocol.span, |t| t.at)
}

fn outliers_at(protocol: &Protocol) -> Span {
    let evaluation = &protocol.evaluation;
    evaluation.outliers.as_ref().map_or(evaluation.at, |m| m.at)
}

/// The traceability of every artefact, or of the reference value as a whole.
fn traceability<'p>(case: &Case<'p>) -> Found<'p> {
    let protocol = case.protocol;
    let untraced = (protocol.artefacts.iter())
        .find(|a| a.traceability.is_none() && protocol.traceability.is_none())
        .map(|a| {
            let witness = Text::new(
                format!("`{}` 没有写明溯源", a.id),
                format!("nothing says to what `{}` is traceable", a.id),
            );
            (a.at, witness)
        });
    unless(untraced, protocol.span)
}

fn justified<'p>(case: &Case<'p>) -> Found<'p> {
    let protocol = case.protocol;
    let all = (protocol.artefacts.iter().map(|a| &a.traceability)).chain([&protocol.traceability]);
    let bare = all
        .flatten()
        .find(|t: &&Traceability| t.route == "recognised-cmc" && t.reason.is_none());
    let witness = Text::new(
        "未说明为何不能溯源到国家计量基准、社会公用计量标准或国家标准物质",
        "it is not said why the national routes are out of reach",
    );
    unless(bare.map(|t| (t.at, witness)), protocol.span)
}

fn consent<'p>(case: &Case<'p>) -> Found<'p> {
    let protocol = case.protocol;
    let record = &protocol.record;
    let start = protocol.circulation.start;
    let agreed = |id: &str| {
        record.consents.iter().any(|c| {
            c.on.is_none_or(|on| on < start) && c.laboratories.iter().any(|name| name == id)
        })
    };
    let missing: Vec<String> = (protocol.participants.iter())
        .filter(|l| !agreed(&l.id))
        .map(|l| format!("`{}`", l.id))
        .collect();
    let at = (record.consents.first()).map_or(protocol.participants_at, |c| c.at);
    let witness = Text::new(
        format!("启动前未记录 {} 的同意", missing.join("、")),
        format!(
            "no consent before the start is recorded of {}",
            missing.join(", ")
        ),
    );
    unless((!missing.is_empty()).then_some((at, witness)), at)
}

fn exemptions<'p>(case: &Case<'p>) -> Found<'p> {
    let bare = (case.protocol.record.exemptions.iter())
        .find(|e| e.consent.is_none())
        .map(|e| {
            let witness = Text::new(
                format!("{} 免予参加，但没有书面同意", e.laboratory.zh),
                format!("{} is exempted without written consent", e.laboratory.en),
            );
            (e.at, witness)
        });
    unless(bare, case.protocol.span)
}

fn duration<'p>(case: &Case<'p>) -> Found<'p> {
    let protocol = case.protocol;
    let timetable = case.journey.and_then(|j| j.timetable.as_ref());
    let stretch = timetable.and_then(|t| Some((t.start, t.finish.tomorrow().ok()?)));
    Found {
        value: Value::Stretch(stretch),
        at: protocol.circulation.at,
        witness: timetable.map(|t| {
            Text::new(
                format!("自 {} 至 {}", t.start, t.finish),
                format!("from {} to {}", t.start, t.finish),
            )
        }),
    }
}

fn since_previous<'p>(case: &Case<'p>) -> Found<'p> {
    let protocol = case.protocol;
    let previous = protocol.record.previous.as_ref();
    found(
        Value::Stretch(previous.map(|p| (p.value, protocol.circulation.start))),
        previous.map_or(protocol.span, |p| p.span),
    )
}

/// Whether the planner has no error among the findings chosen; none while the journey is not planned.
fn planned<'p>(case: &Case<'p>, concerns: fn(&FindingKind) -> bool) -> Found<'p> {
    let sound = case.journey.map(|j| {
        !(j.findings.iter()).any(|f| f.severity() == Severity::Error && concerns(&f.kind))
    });
    found(Value::Truth(sound), case.protocol.circulation.at)
}

/// Findings about dates, as against findings about the way.
fn is_of_dates(kind: &FindingKind) -> bool {
    matches!(
        kind,
        FindingKind::AtTwoPlaces { .. }
            | FindingKind::BeyondLimit { .. }
            | FindingKind::PilotInterval { .. }
            | FindingKind::FixedImpossible { .. }
            | FindingKind::LatestMissed { .. }
            | FindingKind::FixedOnClosedDay { .. }
            | FindingKind::WishesExclude { .. }
            | FindingKind::DoubleBooked { .. }
            | FindingKind::Cycle { .. }
    )
}

fn transit_takes_time<'p>(case: &Case<'p>) -> Found<'p> {
    let at = case.protocol.circulation.at;
    let Some(journey) = case.journey else {
        return found(Value::Truth(None), at);
    };
    let Some(timetable) = &journey.timetable else {
        return found(Value::Truth(None), at);
    };
    let instant = (timetable.legs.iter())
        .find(|leg| leg.kind == LegKind::Transport && leg.dispatch >= leg.arrival)
        .map(|leg| {
            let witness = Text::new(
                format!("{} 发出，当日到达", leg.dispatch),
                format!("dispatched and received on {}", leg.dispatch),
            );
            (at, witness)
        });
    unless(instant, at)
}

fn coverage_factors<'p>(case: &Case<'p>) -> Found<'p> {
    let says = |reported: &[String], item: &str| reported.iter().any(|r| r == item);
    let bare = (case.protocol.measurands.iter())
        .find(|m| says(&m.reported, "U") && !says(&m.reported, "k"))
        .map(|m| {
            let witness = Text::new(
                format!("`{}` 上报 U 而不上报 k", m.id),
                format!("`{}` is reported with U and without k", m.id),
            );
            (m.at, witness)
        });
    unless(bare, case.protocol.span)
}

fn legal_units<'p>(case: &Case<'p>) -> Found<'p> {
    let legal = &case.protocol.regime.legal_units;
    let foreign = (case.protocol.measurands.iter()).find_map(|m| {
        let term = (m.unit.terms().iter()).find(|t| !legal.contains(&t.atom.name))?;
        let witness = Text::new(
            format!("`{}` 的单位 {} 不是法定计量单位", m.id, term.atom.symbol),
            format!(
                "the unit {} of `{}` is no legal unit",
                term.atom.symbol, m.id
            ),
        );
        Some((m.at, witness))
    });
    unless(foreign, case.protocol.span)
}

/// A citation of a document that is not in force on the day the circulation starts.
fn citations_in_force<'p>(case: &Case<'p>) -> Found<'p> {
    let protocol = case.protocol;
    let start = protocol.circulation.start;
    let outdated = protocol.record.citations.iter().find_map(|citation| {
        let cited = [&citation.value.zh, &citation.value.en];
        let regulation = (protocol.record.regulations.iter())
            .find(|r| cited.iter().any(|c| r.is_cited_by(c)) && !r.holds_on(start))?;
        Some((citation.span, out_of_force(regulation, start)))
    });
    unless(outdated, protocol.span)
}

fn out_of_force(regulation: &super::policy::Regulation, start: Date) -> Text {
    let title = &regulation.title;
    match &regulation.repealed {
        Some((until, successor)) if start >= *until => {
            let (zh, en) = match successor {
                Some(next) => (
                    format!("，已由{}代替", next.zh),
                    format!(" and replaced by {}", next.en),
                ),
                None => (String::new(), String::new()),
            };
            Text::new(
                format!("{}自 {until} 起废止{zh}", title.zh),
                format!("{} was repealed on {until}{en}", title.en),
            )
        }
        _ => Text::new(
            format!(
                "{}自 {} 起施行，晚于启动日期 {start}",
                title.zh, regulation.in_force
            ),
            format!(
                "{} is in force only from {}, after the start on {start}",
                title.en, regulation.in_force
            ),
        ),
    }
}

/// A citation of a series of documents without the year of its edition.
fn citations_dated<'p>(case: &Case<'p>) -> Found<'p> {
    let protocol = case.protocol;
    let undated = protocol.record.citations.iter().find_map(|citation| {
        let text = plain(&citation.value.zh);
        let series = &protocol.regime.dated_series;
        series.iter().find(|s| lacks_year(&text, &plain(s)))?;
        let witness = Text::new(
            format!("`{}` 没有年号", citation.value.zh),
            format!("`{}` has no year", citation.value.en),
        );
        Some((citation.span, witness))
    });
    unless(undated, protocol.span)
}

/// Whether a document of the series is cited without its year: `JJG99` where `JJG99-2022` is wanted.
fn lacks_year(citation: &str, series: &str) -> bool {
    citation.match_indices(series).any(|(position, _)| {
        let behind = citation.get(position + series.len()..).unwrap_or_default();
        let number = behind.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
        let cites = number.len() < behind.len();
        let year = (number.strip_prefix('-').unwrap_or_default().chars())
            .take_while(char::is_ascii_digit)
            .count();
        cites && year != 4
    })
}

fn number_regular<'p>(case: &Case<'p>) -> Found<'p> {
    let protocol = case.protocol;
    let number = protocol.record.number.as_ref();
    let pattern = protocol.regime.number_pattern.as_deref();
    let at = number.map_or(protocol.span, |n| n.span);
    let holds = match (number, pattern) {
        (Some(number), Some(pattern)) => follows(&number.value, pattern),
        (Some(_), None) => true,
        (None, _) => false,
    };
    Found {
        witness: pattern
            .filter(|_| !holds)
            .map(|p| Text::new(format!("格式为 {p}"), format!("the form is {p}"))),
        ..truth(holds, at)
    }
}

/// Whether a number has the form of a pattern: `#` a digit, `[AB]` one of the letters.
fn follows(number: &str, pattern: &str) -> bool {
    let mut wanted = pattern.chars();
    let mut written = number.chars();
    while let Some(sign) = wanted.next() {
        let Some(character) = written.next() else {
            return false;
        };
        let fits = match sign {
            '#' => character.is_ascii_digit(),
            '[' => {
                let among: Vec<char> = wanted.by_ref().take_while(|c| *c != ']').collect();
                among.contains(&character)
            }
            other => other == character,
        };
        if !fits {
            return false;
        }
    }
    written.next().is_none()
}

/// Whether the reference value is formed from the participants' results.
fn consensus<'p>(case: &Case<'p>) -> Found<'p> {
    let reference = &case.protocol.evaluation.reference;
    let given = ["pilot-value", "certified-value", "external-value"];
    let method = reference.method.path.rsplit('.').next().unwrap_or_default();
    truth(!given.contains(&method), reference.at)
}

fn outliers_state<'p>(case: &Case<'p>, stated: bool) -> Found<'p> {
    truth(stated, outliers_at(case.protocol))
}

fn scores<'p>(case: &Case<'p>, fits: fn(&super::Score) -> bool) -> Found<'p> {
    let evaluation = &case.protocol.evaluation;
    let misfit = evaluation
        .scores
        .iter()
        .find(|s| s.name == "En" && !fits(s));
    truth(misfit.is_none(), misfit.map_or(evaluation.at, |s| s.at))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_project_number_follows_its_pattern_sign_by_sign() {
        let pattern = "####-[AB]-##";
        assert!(follows("2022-A-17", pattern));
        assert!(follows("2026-B-03", pattern));
        for wrong in [
            "2022-C-17",
            "22-A-17",
            "2022-A-1",
            "2022-A-171",
            "2022A17",
            "",
        ] {
            assert!(!follows(wrong, pattern), "{wrong}");
        }
    }

    #[test]
    fn a_citation_of_a_series_lacks_its_year_unless_four_digits_follow() {
        let lacks = |text: &str| lacks_year(&plain(text), "JJG");
        assert!(lacks("JJG 99"));
        assert!(lacks("按 JJG 99 和 JJG 130-2011"));
        assert!(lacks("JJG 99-22"));
        assert!(!lacks("JJG 99-2022"));
        assert!(!lacks("JJF 1117.1"));
        assert!(!lacks("各 JJG 规程"));
        assert!(!lacks_year(
            &plain("JJF 1117.1—2012《化学量测量比对》"),
            "JJF"
        ));
    }

    #[test]
    fn every_fact_has_its_own_name_and_both_descriptions() {
        let mut names: Vec<&str> = FACTS.iter().map(|f| f.name).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), FACTS.len());
        assert!(FACTS.iter().all(|f| !f.zh.is_empty() && !f.en.is_empty()));
    }
}
