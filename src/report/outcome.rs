//! The report of the evaluation, from the outcome alone: the verdict table for a terminal, and the document with tables and graphs.

use std::collections::{BTreeMap, BTreeSet};

use minijinja::{Value, context};
use unicode_width::UnicodeWidthStr;

use super::charts::{Charts, charts};
use super::templates::{TemplateError, Templates};
use super::view::link::weights;
use super::words::{Words, escape, safe};
use super::{Document, blocks, monte_carlo};
use crate::run::Outcome;
use crate::run::outcome::{
    AppliedException, Contribution, JointTest, LaboratoryOutcome, LaboratoryResult, Link,
    PointOutcome, PrecisionOutcome, Tested, Vector,
};
use crate::text::Lang;
use crate::values::rounding::{digits, pair, shortest};
use crate::values::unit::per;
use crate::words::{hundredths, method_title, score, symbol};

/// The charts of the report, by file name: degrees of equivalence, scores, Youden plots.
pub fn pictures(outcome: &Outcome, lang: Lang) -> BTreeMap<String, String> {
    let open = outcome.for_publication();
    let drawn = charts(&open, lang);
    drawn.into_iter().flat_map(Charts::into_pictures).collect()
}

/// The limits of the rules, by score.
type Limits = BTreeMap<String, Vec<f64>>;

fn of<'l>(limits: &'l Limits, score: &str) -> &'l [f64] {
    limits.get(score).map_or(&[], Vec::as_slice)
}

fn words(outcome: &Outcome, lang: Lang) -> Words<'_> {
    Words {
        lang,
        wording: &outcome.wording,
    }
}

/// The report, as it may be published: laboratories stand under their codes where the protocol orders codes, and what screening finds is left out.
///
/// # Errors
/// A template that refers to what the outcome does not have.
pub fn report(
    outcome: &Outcome,
    lang: Lang,
    templates: &Templates,
) -> Result<Document, TemplateError> {
    let withholds = outcome.withholds();
    let outcome = &outcome.for_publication();
    let words = words(outcome, lang);
    let verdict =
        |name: &Option<String>| name.as_deref().map_or("—".to_owned(), |v| words.verdict(v));
    let numerals = ["二", "三", "四", "五", "六", "七", "八", "九", "十"];
    let number = |index: usize| match lang {
        Lang::Zh => numerals
            .get(index)
            .map_or_else(|| (index + 2).to_string(), |n| (*n).to_owned()),
        Lang::En => (index + 2).to_string(),
    };
    let points: Vec<Value> = (outcome.points.iter().zip(charts(outcome, lang)))
        .enumerate()
        .map(|(i, (p, drawn))| point_data(p, &drawn, (words, &outcome.limits), number(i)))
        .collect();
    let at = |laboratory: &LaboratoryOutcome, point: &PointOutcome| {
        let found = laboratory.points.iter().find(|(id, _)| *id == point.point);
        found.map_or("—".to_owned(), |(_, v)| words.verdict(v))
    };
    let laboratories: Vec<Value> = outcome
        .laboratories
        .iter()
        .map(|l| {
            let at_points: Vec<String> = outcome.points.iter().map(|p| at(l, p)).collect();
            context! { id => &l.laboratory, name => l.title.get(lang), verdict => verdict_with_exception(&l.verdict, &l.exception, words), points => at_points }
        })
        .collect();
    let followed: Vec<Value> = outcome
        .laboratories
        .iter()
        .filter(|l| !l.consequences.is_empty())
        .map(|l| {
            let measures: Vec<Value> = l
                .consequences
                .iter()
                .map(|c| {
                    let basis = c.measure.basis.as_ref().map(|b| b.get(lang).to_owned());
                    context! { what => crate::words::order(&c.measure.order, lang, words.wording, None), due => c.due.map(|d| d.to_string()), basis }
                })
                .collect();
            context! { id => &l.laboratory, verdict => verdict(&l.verdict), measures }
        })
        .collect();
    let data = context! {
        title => outcome.title.get(lang),
        protocol => &outcome.protocol,
        version => &outcome.version,
        digest => &outcome.plan,
        reported => outcome.reported.to_string(),
        last => number(outcome.points.len()),
        coded => outcome.coded,
        point_rules => words.verdict_rules(&outcome.rules.point),
        laboratory_rules => words.verdict_rules(&outcome.rules.laboratory),
        rules_legend => words.rules_legend(&outcome.rules),
        points, laboratories, followed,
        vectors => outcome.vectors.iter().map(|v| of_vector(outcome, v, lang)).collect::<Vec<_>>(),
    };
    let markdown = templates.render("evaluation.md", lang, data)?;
    Ok(Document {
        title: blocks::title(&markdown),
        lang,
        markdown,
        open: !withholds,
    })
}

/// Reference values of several points that were determined together, with the tests of the laboratories.
fn of_vector(outcome: &Outcome, vector: &Vector, lang: Lang) -> Value {
    let chi = |test: &JointTest| {
        context! { observed => digits(test.observed, 4), dof => shortest(test.dof), p => digits(test.p_right, 2) }
    };
    let laboratories: Vec<Value> = (vector.laboratories.iter())
        .map(|l| context! { id => &l.laboratory, chi => chi(&l.chi_squared) })
        .collect();
    let point = outcome
        .points
        .iter()
        .find(|p| p.measurand == vector.measurand);
    context! {
        title => point.map_or(vector.measurand.as_str(), |p| p.title.get(lang)),
        chi => chi(&vector.chi_squared),
        laboratories,
    }
}

/// The form in which u(D) was ordered, where a score divides by it.
fn form_of_deviation(point: &PointOutcome) -> Option<&str> {
    let scores = point.results.iter().flat_map(|r| &r.scores);
    let mut divided = scores.filter(|(name, _)| matches!(name.as_str(), "En" | "zeta"));
    divided.next().map(|(_, score)| score.denominator.as_str())
}

fn point_data(
    point: &PointOutcome,
    drawn: &Charts,
    (words, limits): (Words<'_>, &Limits),
    number: String,
) -> Value {
    let unit = &point.unit;
    let names = score_names(point);
    let results: Vec<Value> = point
        .results
        .iter()
        .map(|r| result_data(r, &names, words, limits))
        .collect();
    let reference = point.reference.as_ref().map(|r| {
        let consistency = r.consistency.as_ref().map(|c| {
            context! { observed => digits(c.observed, 4), dof => shortest(c.dof), p => digits(c.p_right, 2), consistent => c.consistent }
        });
        let (value, u) = pair(r.value, r.u);
        context! {
            value => format!("{value} {unit}"),
            u => format!("{u} {unit}"),
            method => method_title(&r.method, words.lang),
            from_scatter => r.from_scatter,
            form => form_of_deviation(point),
            took_over => r.took_over,
            contributions => r.contributions.iter().map(|part| contribution(part, unit, words)).collect::<Vec<_>>(),
            ties => r.ties,
            consistency,
        }
    });
    let drift = point.drift.as_ref().map(|d| {
        let treatment = match d.treatment.as_str() {
            "corrected" => words.pick("已按线性漂移修正", "the results are corrected for a linear drift"),
            "added" => words.pick("已计入不确定度", "the change is added to the uncertainty"),
            _ => words.pick("满足判据，不作处理", "the criterion is met and nothing is done"),
        };
        context! { change => format!("{} {unit}", digits(d.change, 2)), measurements => d.measurements, treatment }
    });
    let sigma = point.sigma_pt.as_ref().map(|s| {
        let (lang, criterion) = (words.lang, s.criterion.as_ref());
        context! {
            value => format!("{} {unit}", digits(s.value, 3)),
            origin => crate::words::sigma_origin(&s.origin, unit, lang),
            basis => s.basis.as_ref().map(|basis| basis.get(lang)),
            ratio => criterion.map(|c| digits(c.ratio, 2)),
            sign => criterion.map(|c| if c.negligible { "<" } else { "≥" }),
            factor => criterion.map(|c| shortest(c.factor)),
            told => criterion.map(|c| crate::words::criterion(c.negligible, &c.otherwise, lang)),
        }
    });
    let link = point.link.as_ref().map(|link| link_data(link, unit, words));
    let monte_carlo = (point.monte_carlo.as_ref()).map(|check| monte_carlo::data(check, words));
    let left_out: Vec<Value> = point
        .results
        .iter()
        .filter_map(|r| Some(context! { laboratory => &r.laboratory, reason => r.left_out.as_ref()?.get(words.lang) }))
        .collect();
    let failures: Vec<Value> = point
        .failures
        .iter()
        .map(|f| context! { step => &f.step, reason => f.reason.get(words.lang) })
        .collect();
    context! {
        id => &point.point,
        number,
        title => if point.title.is_empty() { point.point.clone() } else { format!("{} {}", point.title.get(words.lang), point.point) },
        nominal => &point.nominal,
        per => per(unit),
        reference, sigma, link, monte_carlo, drift, results, left_out, failures,
        coverage => point.results.iter().find_map(LaboratoryResult::judged).map(|e| shortest(e.k)),
        corrected => point.results.iter().any(|r| r.correction != 0.0),
        others => point.results.iter().any(|r| r.leave_one_out.is_some()),
        scores => names.iter().map(|name| context! { symbol => safe(words.symbol(name)) }).collect::<Vec<_>>(),
        picture => drawn.equivalence.as_ref().map(|(name, _)| name),
        chart => drawn.scores.as_ref().map(|(name, _)| name),
        precision => point.precision.as_ref().map(|found| precision(found, unit, words)),
        mandel => drawn.mandel.as_ref().map(|(name, _)| name),
        youden => drawn.youden.as_ref().map(|(name, _)| name),
        stated => point.results.iter().any(|r| r.u.is_some()),
    }
}

/// Repeatability and reproducibility with their cells.
fn precision(found: &PrecisionOutcome, unit: &str, words: Words<'_>) -> Value {
    let with_unit = |value: f64| format!("{} {unit}", digits(value, 3));
    let or_dash = |value: Option<f64>| {
        value.map_or("—".to_owned(), |v| {
            crate::values::rounding::decimals(v, 2)
        })
    };
    let cells: Vec<Value> = (found.laboratories.iter())
        .map(|cell| {
            let (mean, s) = cell.s.filter(|s| *s > 0.0).map_or_else(
                || (digits(cell.mean, 6), cell.s.map_or("—".to_owned(), |_| "0".to_owned())),
                |s| pair(cell.mean, s),
            );
            context! { laboratory => &cell.laboratory, n => cell.n, mean, s, h => or_dash(cell.h), k => or_dash(cell.k) }
        })
        .collect();
    let test = |name: &str, tested: &Option<Tested>| {
        tested.map(|t| {
            let shown = |value: f64| digits(value, 3);
            let told = match t.critical {
                [_, one] if t.statistic > one => words.pick("离群（1 %）", "outlying at 1 %"),
                [five, _] if t.statistic > five => words.pick("歧离（5 %）", "straggling at 5 %"),
                _ => words.pick("未检出", "nothing found"),
            };
            context! { name, statistic => shown(t.statistic), five => shown(t.critical[0]), one => shown(t.critical[1]), told }
        })
    };
    let tests: Vec<Value> = [
        test(
            words.pick("科克伦检验（最大方差）", "Cochran, largest variance"),
            &found.cochran,
        ),
        test(
            words.pick("格拉布斯检验（最大平均值）", "Grubbs, largest mean"),
            &found.grubbs_high,
        ),
        test(
            words.pick("格拉布斯检验（最小平均值）", "Grubbs, smallest mean"),
            &found.grubbs_low,
        ),
    ]
    .into_iter()
    .flatten()
    .collect();
    context! {
        s_r => with_unit(found.s_r),
        s_between => with_unit(found.s_between),
        s_reproducibility => with_unit(found.s_reproducibility),
        r => with_unit(found.repeatability_limit),
        reproducibility => with_unit(found.reproducibility_limit),
        without => found.without.join(words.pick("、", ", ")),
        cells, tests,
    }
}

/// The link to a key comparison.
fn link_data(link: &Link, unit: &str, words: Words<'_>) -> Value {
    let (value, u) = pair(link.value, link.u);
    let laboratories: Vec<Value> = (link.laboratories.iter())
        .map(|l| {
            let (d, u) = pair(l.published.d, l.published.u);
            context! { name => &l.published.laboratory, d, u, share => digits(l.share, 3) }
        })
        .collect();
    let consistency = link.consistency.as_ref().map(|c| {
        context! { observed => digits(c.observed, 4), dof => shortest(c.dof), p => digits(c.p_right, 2) }
    });
    let source = link
        .key
        .source
        .as_ref()
        .map(|source| escape(source.get(words.lang)));
    context! {
        comparison => escape(&link.key.comparison),
        value => format!("{value} {unit}"),
        u => format!("{u} {unit}"),
        weights => weights(&link.key.weights, words),
        absent => link.absent.join(", "),
        source, laboratories, consistency,
    }
}

fn contribution(part: &Contribution, unit: &str, words: Words<'_>) -> Value {
    let (item, origin) = (
        crate::schema::table::table().title("contribution", &part.item),
        part.origin.title(),
    );
    context! {
        item => item.get(words.lang),
        u => format!("{} {unit}", digits(part.u, 2)),
        origin => origin.get(words.lang),
        in_reference => part.in_reference,
    }
}

/// The pilot has no scores where it gives the reference value itself, so one laboratory does not speak for all.
fn score_names(point: &PointOutcome) -> Vec<String> {
    let names: BTreeSet<&String> = point.results.iter().flat_map(|r| r.scores.keys()).collect();
    names.into_iter().cloned().collect()
}

fn result_data(
    result: &LaboratoryResult,
    names: &[String],
    words: Words<'_>,
    limits: &Limits,
) -> Value {
    let (value, u) = stated(result.value, result.u);
    let (d, expanded) = deviation(result, "—");
    let written = |name: &String| {
        result
            .scores
            .get(name)
            .map_or("—".to_owned(), |s| score(name, s.value, of(limits, name)))
    };
    let scores: Vec<String> = names.iter().map(written).collect();
    let others = result.leave_one_out.as_ref().map(|e| {
        let (d, expanded) = pair(e.d, e.expanded);
        context! { d, expanded, ratio => hundredths(e.d / e.expanded, &[1.0]) }
    });
    context! {
        others,
        laboratory => &result.laboratory,
        value, u, d, expanded, scores,
        k => shortest(result.k),
        correction => stated(result.correction, result.u).0,
        stated => result.u.is_some(),
        weight => if result.in_reference && result.weight != 0.0 { digits(result.weight, 3) } else if result.in_reference { "●".to_owned() } else { "—".to_owned() },
        verdict => verdict_with_exception(&result.verdict, &result.exception, words),
    }
}

/// D with U(D), or alone where no uncertainty goes with it.
fn deviation(result: &LaboratoryResult, nothing: &str) -> (String, String) {
    match (result.judged(), result.deviation) {
        (Some(e), _) => pair(e.d, e.expanded),
        (None, Some(d)) => (digits(d, 3), nothing.to_owned()),
        (None, None) => (nothing.to_owned(), nothing.to_owned()),
    }
}

/// A value to the digits of its uncertainty, or as it was submitted where it has none.
fn stated(value: f64, u: Option<f64>) -> (String, String) {
    match u {
        Some(u) => pair(value, u),
        None => (shortest(value).replace('-', "−"), "—".to_owned()),
    }
}

/// The verdict, with the exception that gave it.
fn verdict_with_exception(
    verdict: &Option<String>,
    exception: &Option<AppliedException>,
    words: Words,
) -> String {
    let Some(verdict) = verdict else {
        return "—".to_owned();
    };
    let verdict = words.verdict(verdict);
    match exception {
        None => verdict,
        Some(exception) => {
            let label = escape(exception.label.get(words.lang));
            match words.lang {
                Lang::Zh => format!("{verdict}（例外：{label}）"),
                Lang::En => format!("{verdict} (exception: {label})"),
            }
        }
    }
}

// ---------------------------------------------------------------- terminal

/// The verdict table for a terminal.
pub fn table(outcome: &Outcome, lang: Lang) -> String {
    let mut out = format!(
        "{}  {} {}\n",
        outcome.title.get(lang),
        outcome.protocol,
        outcome.version
    );
    for point in &outcome.points {
        out.push('\n');
        out.push_str(&point_table(point, words(outcome, lang), &outcome.limits));
    }
    if outcome.points.len() > 1 {
        out.push('\n');
        out.push_str(&laboratory_table(outcome, lang));
    }
    out
}

fn point_table(point: &PointOutcome, words: Words<'_>, limits: &Limits) -> String {
    let lang = words.lang;
    let unit = &point.unit;
    let nominal = point
        .nominal
        .as_ref()
        .map(|n| format!(" ({n})"))
        .unwrap_or_default();
    let mut out = format!("{} {}{nominal}\n", point.title.get(lang), point.point);
    if let Some(r) = &point.reference {
        let method = method_title(&r.method, lang);
        let (value, u) = pair(r.value, r.u);
        out.push_str(&format!(
            "{} {value} {unit}, u = {u} {unit}  [{method}]\n",
            words.pick("参考值", "reference value")
        ));
    }
    if let Some(s) = &point.sigma_pt {
        let origin = crate::words::sigma_origin(&s.origin, unit, lang);
        let told = s.criterion.as_ref().map_or(String::new(), |c| {
            let sign = if c.negligible { "<" } else { "≥" };
            let (ratio, factor) = (digits(c.ratio, 2), shortest(c.factor));
            let told = crate::words::criterion(c.negligible, &c.otherwise, lang);
            format!("; u(y)/σ_pt = {ratio} {sign} {factor}: {told}")
        });
        out.push_str(&format!(
            "σ_pt {} {unit}  [{origin}]{told}\n",
            digits(s.value, 3)
        ));
    }
    if let Some(found) = &point.precision {
        let shown = |value: f64| digits(value, 3);
        out.push_str(&format!(
            "{}s_r = {} {unit}, s_R = {} {unit}\n",
            words.pick("精密度：", "precision: "),
            shown(found.s_r),
            shown(found.s_reproducibility),
        ));
    }
    if let Some(link) = &point.link {
        let (value, u) = pair(link.value, link.u);
        out.push_str(&format!(
            "{} {}{}R = {value} {unit}, u = {u} {unit}\n",
            words.pick("连接至", "linked to"),
            link.key.comparison,
            words.pick("：", ": "),
        ));
    }
    if let Some(check) = &point.monte_carlo {
        out.push_str(&monte_carlo::line(check, words));
    }
    let scores = score_names(point);
    let mut rows = vec![header(unit, &scores, words)];
    for result in &point.results {
        let (value, u) = stated(result.value + result.correction, result.u);
        let (d, expanded) = deviation(result, "");
        let mut row = vec![result.laboratory.clone(), value, u, d, expanded];
        for name in &scores {
            let found = result.scores.get(name);
            row.push(found.map_or(String::new(), |s| score(name, s.value, of(limits, name))));
        }
        row.push(if result.in_reference { "●" } else { "○" }.to_owned());
        row.push(
            result
                .verdict
                .as_deref()
                .map_or(String::new(), |v| words.verdict(v)),
        );
        rows.push(row);
    }
    out.push_str(&aligned(&rows));
    out
}

fn header(unit: &str, scores: &[String], words: Words<'_>) -> Vec<String> {
    let mut row = vec![words.pick("实验室", "laboratory").to_owned()];
    row.extend(["x", "u", "D", "U(D)"].map(|symbol| format!("{symbol}{}", per(unit))));
    row.extend(scores.iter().map(|name| symbol(name).to_owned()));
    row.push(words.pick("参与", "in y").to_owned());
    row.push(words.pick("结论", "verdict").to_owned());
    row
}

fn laboratory_table(outcome: &Outcome, lang: Lang) -> String {
    let words = words(outcome, lang);
    let mut rows = vec![vec![
        words.pick("实验室", "laboratory").to_owned(),
        words.pick("总结论", "verdict").to_owned(),
    ]];
    for laboratory in &outcome.laboratories {
        let verdict = laboratory
            .verdict
            .as_deref()
            .map_or("—".to_owned(), |v| words.verdict(v));
        rows.push(vec![laboratory.laboratory.clone(), verdict]);
    }
    aligned(&rows)
}

/// Columns padded to equal width in terminal cells; numbers flush right, names flush left.
pub(super) fn aligned(rows: &[Vec<String>]) -> String {
    let columns = rows.iter().map(Vec::len).max().unwrap_or(0);
    let width = |c: usize| {
        rows.iter()
            .filter_map(|r| r.get(c))
            .map(|s| s.width())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<usize> = (0..columns).map(width).collect();
    let mut out = String::new();
    for row in rows {
        let mut line = String::new();
        for (c, cell) in row.iter().enumerate() {
            let pad = " ".repeat(widths[c].saturating_sub(cell.width()));
            let left = c == 0 || c + 1 == columns;
            line.push_str(&if left {
                format!("{cell}{pad}  ")
            } else {
                format!("{pad}{cell}  ")
            });
        }
        out.push_str(line.trim_end());
        out.push('\n');
    }
    out
}
