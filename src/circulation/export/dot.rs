//! The circulation graph in the DOT language of Graphviz.

use std::fmt::Write;

use super::super::graph::LegKind;
use super::super::journey::Journey;
use super::super::plan::Plan;
use super::label::{artefact_name, by_specimen, specimen_key, specimen_name, visit_name};
use crate::text::Lang;

/// The graph of visits in DOT, one cluster for each specimen.
pub fn dot(journey: &Journey, plan: &Plan, lang: Lang) -> String {
    let mut out =
        String::from("digraph circulation {\n  rankdir=LR;\n  node [shape=box, style=rounded];\n");
    // Writing into a string cannot fail.
    let _ = write_graph(&mut out, journey, plan, lang);
    out.push_str("}\n");
    out
}

fn write_graph(out: &mut String, journey: &Journey, plan: &Plan, lang: Lang) -> std::fmt::Result {
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
        writeln!(out, "  subgraph cluster_{} {{", specimen_key(first))?;
        writeln!(out, "    label={};", quoted(&title))?;
        for id in visits {
            let visit = plan.circulation.visit(id);
            let mut label = visit_name(journey, visit, lang);
            if let Some(entry) = plan.timetable.as_ref().and_then(|it| it.entry(id)) {
                write!(label, "\n{} – {}", entry.start, entry.end)?;
            }
            let style = if visit.measures {
                ""
            } else {
                ", style=\"rounded,dashed\""
            };
            writeln!(out, "    v{} [label={}{style}];", id.0, quoted(&label))?;
        }
        writeln!(out, "  }}")?;
    }
    for (from, to, leg) in plan.circulation.legs() {
        let style = match leg.kind {
            LegKind::Transport => "",
            LegKind::Changeover => " [style=dashed]",
            LegKind::Precedence(_) => " [style=dotted, constraint=false]",
        };
        writeln!(out, "  v{} -> v{}{style};", from.0, to.0)?;
    }
    Ok(())
}

fn quoted(text: &str) -> String {
    let text = text
        .replace('\\', "\\\\")
        .replace('"', "\\\"")
        .replace('\n', "\\n");
    format!("\"{text}\"")
}
