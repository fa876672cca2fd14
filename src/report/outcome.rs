//! The evaluation report: a table for the terminal.

use std::collections::BTreeSet;

use unicode_width::UnicodeWidthStr;

use crate::run::Outcome;
use crate::run::outcome::PointOutcome;
use crate::text::Lang;
use crate::values::rounding::{Presentation, round_result};

/// The verdict table for a terminal.
pub fn table(outcome: &Outcome, lang: Lang) -> String {
    let mut out = format!("{} {} {}\n", outcome.title.get(lang), outcome.protocol, outcome.version);
    for point in &outcome.points {
        out.push('\n');
        out.push_str(&point_table(point, lang));
    }
    if outcome.points.len() > 1 {
        out.push('\n');
        out.push_str(&laboratory_table(outcome, lang));
    }
    out
}

fn point_table(point: &PointOutcome, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let unit = &point.unit;
    let mut out = String::new();
    let nominal = point.nominal.as_ref().map(|n| format!(" ({n})")).unwrap_or_default();
    out.push_str(&format!("{} {}{nominal}\n", point.title.get(lang), point.point));
    if let Some(r) = &point.reference {
        let word = if zh { "参考值" } else { "reference value" };
        let method = r.method.rsplit('.').next().unwrap_or(&r.method);
        out.push_str(&format!("{word} {} {unit}  [{method}]\n", rounded(r.value, r.u)));
    }
    // The pilot has no scores where it gives the reference value itself, so one laboratory does not speak for all.
    let scores: BTreeSet<&String> = point.results.iter().flat_map(|r| r.scores.keys()).collect();
    let mut rows = vec![header(unit, &scores, zh)];
    for result in &point.results {
        let mut row = vec![result.laboratory.clone(), rounded(result.value + result.correction, result.u)];
        match &result.equivalence {
            Some(e) => row.extend([number(e.d, e.expanded), number(e.expanded, e.expanded)]),
            None => row.extend(["".to_owned(), "".to_owned()]),
        }
        for score in &scores {
            row.push(result.scores.get(*score).map_or(String::new(), |s| format!("{:.2}", s.value)));
        }
        row.push(if result.in_reference { "●".to_owned() } else { "○".to_owned() });
        row.push(result.verdict.as_deref().map_or(String::new(), |v| crate::words::verdict(v, lang)));
        rows.push(row);
    }
    out.push_str(&aligned(&rows));
    out
}

fn header(unit: &str, scores: &BTreeSet<&String>, zh: bool) -> Vec<String> {
    let mut row = vec![
        if zh { "实验室" } else { "laboratory" }.to_owned(),
        format!("x ± u / {unit}"),
        format!("D / {unit}"),
        format!("U(D) / {unit}"),
    ];
    row.extend(scores.iter().map(|s| (*s).clone()));
    row.push(if zh { "参与" } else { "in ref" }.to_owned());
    row.push(if zh { "结论" } else { "verdict" }.to_owned());
    row
}

fn laboratory_table(outcome: &Outcome, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let mut rows = vec![vec![if zh { "实验室" } else { "laboratory" }.to_owned(), if zh { "总结论" } else { "verdict" }.to_owned()]];
    for laboratory in &outcome.laboratories {
        let verdict = laboratory.verdict.as_deref().map_or("—".to_owned(), |v| crate::words::verdict(v, lang));
        rows.push(vec![laboratory.laboratory.clone(), verdict]);
    }
    aligned(&rows)
}

/// `value ± u`, rounded to the uncertainty's two digits.
pub fn rounded(value: f64, u: f64) -> String {
    match round_result(value, u, Presentation::default()) {
        Ok(rounded) => rounded.plus_minus(None),
        Err(_) => format!("{value}"),
    }
}

/// A number to the last place of the rounded uncertainty `u`.
pub fn number(value: f64, u: f64) -> String {
    match round_result(value, u, Presentation::default()) {
        Ok(rounded) => rounded.value.plain(None),
        Err(_) => format!("{value}"),
    }
}

/// Columns padded to equal width; the first is flush left, the others flush right except the last.
fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let widths: Vec<usize> = (0..columns).map(|c| rows.iter().filter_map(|r| r.get(c)).map(|s| s.width()).max().unwrap_or(0)).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[c].saturating_sub(cell.width()));
            let left = c == 0 || c + 1 == columns;
            line.push_str(&if left { format!("{cell}{pad}  ") } else { format!("{pad}{cell}  ") });
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
