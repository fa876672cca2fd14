//! The tests before dispatch on paper: the pilot's report with its figures, and the summary that goes to the participants without them.

use minijinja::{Value, context};

use super::templates::{TemplateError, Templates};
use super::words::{Words, safe};
use super::{Document, blocks};
use crate::plan::{Plan, PretestKind, Wording};
use crate::run::pretests::{Criterion, Figure, Pretests, Standing, Tested};
use crate::text::{Lang, Text};
use crate::values::rounding::{digits, shortest};

/// Significant digits of a figure.
const DIGITS: u32 = 4;

/// The report of the tests, for the pilot and the experts.
///
/// # Errors
/// A template that refers to what the outcome does not have.
pub fn report(
    outcome: &Pretests,
    lang: Lang,
    templates: &Templates,
) -> Result<Document, TemplateError> {
    let words = words(lang);
    let tests: Vec<Value> = outcome
        .tests
        .iter()
        .map(|t| data(outcome, t, words))
        .collect();
    let data = context! {
        title => outcome.title.get(lang),
        protocol => &outcome.protocol,
        version => &outcome.version,
        digest => &outcome.plan,
        released => outcome.releases(),
        tests,
    };
    let markdown = templates.render("pretest.md", lang, data)?;
    Ok(Document {
        title: blocks::title(&markdown),
        lang,
        markdown,
        open: true,
    })
}

/// The tests as lines for a terminal.
pub fn table(outcome: &Pretests, lang: Lang) -> String {
    let mut out = String::new();
    for test in &outcome.tests {
        out.push_str(&format!("{}  {}", test.standing.title().get(lang), test.id));
        if let Some(note) = note(test, lang) {
            out.push_str(&format!("  {note}"));
        }
        for figure in test.figures.iter().filter(|f| shown(test, f)) {
            out.push_str(&format!("  {} = {}", figure.name, amount(figure)));
        }
        out.push('\n');
    }
    out
}

/// What the participants are told: which tests were made, and that they were passed; no figure of a blind sample.
pub(super) fn summary(plan: &Plan, tested: Option<&Pretests>, lang: Lang) -> Value {
    let mut lines: Vec<String> = Vec::new();
    for test in &plan.content.pretests {
        if test.kind == PretestKind::Repeatability {
            continue;
        }
        let found = tested.and_then(|t| t.tests.iter().find(|t| t.id == test.id));
        let state = match (found.map(|t| &t.standing), &test.recorded) {
            (Some(Standing::Recorded { on, record }), _) => on_record(&on.to_string(), record),
            (Some(standing), _) => standing.title(),
            (None, Some(recorded)) => on_record(&recorded.on.to_string(), &recorded.record),
            (None, None) => continue,
        };
        let kind = test.kind.title();
        let line = match lang {
            Lang::Zh => format!("{}（{}）：{}", kind.zh, test.place(), state.zh),
            Lang::En => format!("{} ({}): {}", kind.en, test.place(), state.en),
        };
        if !lines.contains(&line) {
            lines.push(line);
        }
    }
    Value::from(lines)
}

fn on_record(on: &str, record: &Text) -> Text {
    Text::new(
        format!("{on} 完成，见{}", record.get(Lang::Zh)),
        format!("completed on {on}, see {}", record.get(Lang::En)),
    )
}

fn words(lang: Lang) -> Words<'static> {
    const PLAIN: &Wording = &Wording::PLAIN;
    Words {
        lang,
        wording: PLAIN,
    }
}

fn data(outcome: &Pretests, test: &Tested, words: Words<'_>) -> Value {
    let lang = words.lang;
    let figures: Vec<Value> = (test.figures.iter())
        .map(|f| {
            let meaning = meaning(&f.name);
            context! { name => &f.name, value => amount(f), meaning => meaning.get(lang) }
        })
        .collect();
    let clause = outcome.clauses.get(&test.clause);
    let kind = kind_title(&test.kind);
    context! {
        id => &test.id,
        kind => kind.get(lang),
        artefact => &test.artefact,
        point => &test.point,
        measurements => test.measurements,
        first => test.first.map(|d| d.to_string()),
        last => test.last.map(|d| d.to_string()),
        method => test.method.as_ref().map(|m| words.method_title(m)),
        criterion => criterion(test, words),
        figures,
        u => test.u.map(|u| format!("{} {}", digits(u, DIGITS), test.unit)),
        standing => test.standing.title().get(lang).to_owned(),
        note => note(test, lang),
        clause => clause.map(|c| format!("{}:{}", c.file, c.line)),
    }
}

fn kind_title(kind: &str) -> Text {
    match kind {
        "repeatability" => Text::new("重复性", "Repeatability"),
        "stability" => Text::new("稳定性", "Stability"),
        "transport" => Text::new("运输特性", "Transport"),
        _ => Text::new("均匀性", "Homogeneity"),
    }
}

/// What is told beside the standing.
fn note(test: &Tested, lang: Lang) -> Option<String> {
    if let Standing::Recorded { on, record } = &test.standing {
        return Some(on_record(&on.to_string(), record).get(lang).to_owned());
    }
    test.reason
        .as_ref()
        .map(|reason| reason.get(lang).to_owned())
}

fn criterion(test: &Tested, words: Words<'_>) -> Value {
    match &test.criterion {
        Criterion::Protocol { limit } => safe(words.rule(limit)),
        Criterion::Method { significance } => {
            let sign = match test.kind.as_str() {
                "repeatability" => "*ν* *s*<sub>r</sub>²/*σ*² ≤ *χ*²<sub>crit</sub>",
                "stability" => "\\|*t*\\| ≤ *t*<sub>crit</sub>",
                _ => "*F* ≤ *F*<sub>crit</sub>",
            };
            let level = shortest(*significance);
            safe(match words.lang {
                Lang::Zh => format!("{sign}（显著性水平 {level}）"),
                Lang::En => format!("{sign} (level {level})"),
            })
        }
        Criterion::Complete => Value::from(words.pick(
            "方案未写判据；完成规定的测量即可",
            "the protocol states none; the measurements ordered are all it asks for",
        )),
    }
}

/// Whether a figure belongs on the one line of a terminal.
fn shown(test: &Tested, figure: &Figure) -> bool {
    let names: &[&str] = match test.kind.as_str() {
        "repeatability" => &["s_r", "stated", "chi2", "chi2_critical"],
        "stability" => &["drift", "u_drift", "t", "t_critical", "u_ref", "sigma"],
        "transport" => &["change", "u_rep", "u_ref"],
        _ => &["s_bb", "u_bb", "F", "F_critical", "sigma"],
    };
    names.contains(&figure.name.as_str())
}

fn amount(figure: &Figure) -> String {
    let is_count = figure.value.fract() == 0.0;
    match figure.unit.as_str() {
        "" | "1" if is_count => shortest(figure.value),
        "" | "1" => digits(figure.value, DIGITS),
        unit => format!("{} {unit}", digits(figure.value, DIGITS)),
    }
}

/// What a figure is.
fn meaning(name: &str) -> Text {
    let (zh, en) = match name {
        "slope" => ("斜率", "slope"),
        "s_slope" => ("斜率的标准误", "standard error of the slope"),
        "t" => ("斜率与其标准误之比", "slope over its standard error"),
        "t_critical" => ("t 的临界值", "critical t"),
        "days" => ("传递天数", "days of the circulation"),
        "drift" => (
            "传递期间的预期漂移",
            "drift to be expected over the circulation",
        ),
        "u_drift" => ("其标准不确定度", "its standard uncertainty"),
        "change" => (
            "变化量（末次与首次之差，或运输后与运输前之差）",
            "change (last minus first, or after minus before)",
        ),
        "s_r" => (
            "重复性标准偏差（实测）",
            "standard deviation of repeatability, observed",
        ),
        "stated" => (
            "重复性标准偏差（方案）",
            "standard deviation of repeatability, stated",
        ),
        "u_rep" => (
            "重复性标准偏差（所用）",
            "standard deviation of repeatability, used",
        ),
        "dof" => ("自由度", "degrees of freedom"),
        "chi2" => ("统计量 ν s²/σ²", "statistic ν s²/σ²"),
        "chi2_critical" => ("其临界值", "its critical value"),
        "before" => ("运输前平均值", "mean before the transport"),
        "after" => ("运输后平均值", "mean after the transport"),
        "mean" => ("总平均值", "general average"),
        "s_bb" => ("单元间标准偏差", "standard deviation between units"),
        "u_bb" => (
            "不均匀性标准不确定度",
            "standard uncertainty from inhomogeneity",
        ),
        "F" => ("统计量 F", "statistic F"),
        "F_critical" => ("F 的临界值", "critical F"),
        "sigma" => (
            "能力评定标准差",
            "standard deviation for proficiency assessment",
        ),
        _ => (
            "参考值标准不确定度（预期）",
            "standard uncertainty of the reference value, expected",
        ),
    };
    Text::new(zh, en)
}
