//! The Monte Carlo check in the report.

use minijinja::{Value, context};

use super::words::{Words, escape, safe};
use crate::evaluate::sampling::propagation::Agreement;
use crate::run::outcome::{MonteCarlo, Propagated};
use crate::text::Lang;
use crate::values::rounding::digits;
use crate::words::agreement;

/// What the template shows of a check.
pub(super) fn data(check: &MonteCarlo, words: Words<'_>) -> Value {
    let reference = check.reference.iter().map(|r| ("*y*".to_owned(), r));
    let laboratories = (check.laboratories.iter())
        .map(|(laboratory, found)| (format!("*D*({})", escape(laboratory)), found));
    let rows: Vec<Value> = reference
        .chain(laboratories)
        .map(|(quantity, found)| {
            context! {
                quantity => safe(quantity),
                k => digits(found.k, 3),
                low => end(found.low, found),
                high => end(found.high, found),
                d_low => digits(found.d_low, 2),
                d_high => digits(found.d_high, 2),
                tolerance => digits(found.tolerance, 1),
                standard_error => digits(found.standard_error, 1),
                agreement => agreement(found.agreement, words.lang),
            }
        })
        .collect();
    let notes: Vec<String> = (check.notes.iter())
        .map(|n| n.get(words.lang).to_owned())
        .collect();
    context! { draws => check.draws, seed => check.seed, notes, rows }
}

/// An end of the drawn interval to the digit of the tolerance.
fn end(value: f64, found: &Propagated) -> String {
    let place = found.tolerance.log10().ceil();
    if !place.is_finite() {
        return format!("{value}");
    }
    let unit = 10f64.powf(place);
    let rounded = (value / unit).round() * unit;
    let decimals = (-place).max(0.0) as usize;
    format!("{rounded:.decimals$}").replace('-', "−")
}

/// One line for a terminal.
pub(super) fn line(check: &MonteCarlo, words: Words<'_>) -> String {
    let all: Vec<(&str, &Propagated)> = (check.reference.iter().map(|r| ("y", r)))
        .chain(check.laboratories.iter().map(|(l, r)| (l.as_str(), r)))
        .collect();
    let name = words.pick("蒙特卡洛核验", "Monte Carlo check");
    let said = if all.is_empty() {
        let notes: Vec<&str> = check.notes.iter().map(|n| n.get(words.lang)).collect();
        notes.join(words.pick("；", "; "))
    } else {
        let apart: Vec<String> = (all.iter())
            .filter(|(_, found)| found.agreement != Agreement::Agrees)
            .map(|(quantity, found)| {
                let agreement = agreement(found.agreement, words.lang);
                match words.lang {
                    Lang::Zh => format!("{quantity}：{agreement}"),
                    Lang::En => format!("{quantity}: {agreement}"),
                }
            })
            .collect();
        if apart.is_empty() {
            let agree = words.pick("全部相符", "all agree");
            format!("{agree} ({})", all.len())
        } else {
            apart.join(words.pick("；", "; "))
        }
    };
    format!("{name} [{}]{}{said}\n", check.draws, words.pick("：", ": "))
}
