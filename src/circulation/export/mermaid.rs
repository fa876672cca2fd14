//! The circulation as Mermaid diagrams, which many web pages and editors draw.

use std::fmt::Write;

use super::super::clock;
use super::super::graph::LegKind;
use super::super::journey::Journey;
use super::super::plan::Plan;
use super::label::{artefact_name, by_specimen, specimen_key, specimen_name, visit_name};
use crate::text::Lang;

/// The graph of visits as a Mermaid flowchart.
pub fn mermaid_graph(journey: &Journey, plan: &Plan, lang: Lang) -> String {
    let mut out = String::from("flowchart LR\n");
    // Writing into a string cannot fail.
    let _ = write_graph(&mut out, journey, plan, lang);
    out
}

fn write_graph(out: &mut String, journey: &Journey, plan: &Plan, lang: Lang) -> std::fmt::Result {
    for visits in by_specimen(&plan.circulation) {
        let Some(first) = visits.first().map(|it| plan.circulation.visit(*it)) else {
            continue;
        };
        let title = specimen_name(journey, first);
        writeln!(
            out,
            "  subgraph {}[\"{}\"]",
            specimen_key(first),
            entities(&title)
        )?;
        for id in visits {
            let visit = plan.circulation.visit(id);
            let mut label = entities(&visit_name(journey, visit, lang));
            if let Some(entry) = plan.timetable.as_ref().and_then(|it| it.entry(id)) {
                write!(label, "<br/>{} – {}", entry.start, entry.end)?;
            }
            writeln!(out, "    v{}[\"{label}\"]", id.0)?;
        }
        writeln!(out, "  end")?;
    }
    for (from, to, leg) in plan.circulation.legs() {
        let arrow = match leg.kind {
            LegKind::Transport => "-->",
            LegKind::Changeover | LegKind::Precedence(_) => "-.->",
        };
        writeln!(out, "  v{} {arrow} v{}", from.0, to.0)?;
    }
    Ok(())
}

/// The timetable as a Mermaid Gantt chart; the critical path is marked. Empty sections if there are no dates.
pub fn mermaid_gantt(journey: &Journey, plan: &Plan, lang: Lang) -> String {
    let mut out = String::from("gantt\n  dateFormat YYYY-MM-DD\n  axisFormat %Y-%m-%d\n");
    // Writing into a string cannot fail.
    let _ = write_gantt(&mut out, journey, plan, lang);
    out
}

fn write_gantt(out: &mut String, journey: &Journey, plan: &Plan, lang: Lang) -> std::fmt::Result {
    let Some(timetable) = &plan.timetable else {
        return Ok(());
    };
    for visits in by_specimen(&plan.circulation) {
        let Some(first) = visits.first().map(|it| plan.circulation.visit(*it)) else {
            continue;
        };
        let artefact = artefact_name(&journey.artefacts[first.artefact], lang);
        let name = specimen_name(journey, first);
        let title = if artefact == name {
            name
        } else {
            format!("{name} {artefact}")
        };
        writeln!(out, "  section {}", plain(&title))?;
        for id in visits {
            let Some(entry) = timetable.entry(id) else {
                continue;
            };
            let name = plain(&visit_name(journey, plan.circulation.visit(id), lang));
            let critical = if timetable.critical_path.contains(&id) {
                "crit, "
            } else {
                ""
            };
            let days = clock::days(entry.start, entry.end) + 1;
            writeln!(
                out,
                "  {name} :{critical}v{}, {}, {days}d",
                id.0, entry.start
            )?;
        }
    }
    Ok(())
}

/// Mermaid reads `#name;` and `#code;` as entities; everything that could end a label is written so.
fn entities(text: &str) -> String {
    let mut out = String::new();
    for sign in text.chars() {
        match sign {
            '"' | '#' | ';' | '<' | '>' | '&' | '`' => {
                let _ = write!(out, "#{};", u32::from(sign));
            }
            '\n' | '\r' => out.push(' '),
            _ => out.push(sign),
        }
    }
    out
}

/// Task names of a Gantt chart know no entities: what has a meaning there becomes its full-width twin.
fn plain(text: &str) -> String {
    (text.chars())
        .map(|sign| match sign {
            ':' => '：',
            ';' => '；',
            '#' => '＃',
            ',' => '，',
            '\n' | '\r' => ' ',
            _ => sign,
        })
        .collect()
}
