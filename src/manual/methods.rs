//! The methods of the library.

use std::collections::BTreeMap;

use super::{code, table};
use crate::chart::methods::Chart;
use crate::evaluate::method::Field;
use crate::evaluate::table::{from_toml, to_people};
use crate::library::{self, Declared};
use crate::project;
use crate::schema::table::SIDES;
use crate::schema::{Amount, Entry, Value};
use crate::text::Lang;

/// Most rows and columns of a matrix that a page shows.
const LARGEST: usize = 6;

/// The methods of the standard library in Markdown, by the section of the library in which they stand.
pub fn methods(lang: Lang) -> String {
    let introduction = lang.pick("# 数据处理方法\n\n\
         本手册由标准库生成（`bidui doc --methods --lang zh`）。方案按名称引用方法；`bidui compute 方法 数据表` 可直接计算。\n\n",
        "# Methods of evaluation\n\n\
         This manual is generated from the standard library (`bidui doc --methods --lang en`). A protocol refers to a method by its name; \
         `bidui compute METHOD TABLE` carries one out on a table of data.\n\n",
    );
    let mut sections: BTreeMap<&str, Vec<(&str, &Entry)>> = BTreeMap::new();
    for (path, entry) in project::standard().items("method") {
        let section = path.rsplit_once('.').map_or(path, |(section, _)| section);
        sections.entry(section).or_default().push((path, entry));
    }
    let mut out = introduction.to_owned();
    for (section, methods) in sections {
        out.push_str(&format!("## {section}\n\n"));
        for (path, entry) in methods {
            out.push_str(&described(path, entry, lang));
            let declared = library::find(path);
            if let Some(chart) = declared.as_ref().and_then(Chart::of) {
                out.push_str(&pictured(chart, path, lang));
            }
            let computed = declared.and_then(|declared| example(&declared, lang));
            out.push_str(&computed.unwrap_or_else(|| only_in_protocols(lang)));
        }
    }
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}

fn described(path: &str, entry: &Entry, lang: Lang) -> String {
    let title = texts(entry, "title", lang).join(" ");
    let mut out = format!("### {title}\n\n`{path}`\n\n");
    for formula in texts(entry, "formula", lang) {
        out.push_str(&format!("```text\n{formula}\n```\n\n"));
    }
    for (word, zh, en) in [
        ("applies", "适用", "Applies to"),
        ("limits", "局限", "Limits"),
        ("source", "出处", "Source"),
    ] {
        for text in texts(entry, word, lang) {
            let mark = lang.pick("：", ": ");
            out.push_str(&format!("{}{mark}{text}\n\n", lang.pick(zh, en)));
        }
    }
    for declared in entry.children("deviation") {
        let form = declared.name("form").unwrap_or_default();
        let form = crate::words::choice("deviation", form, lang);
        let flag = declared.name("flag").map(|flag| {
            let known = SIDES.iter().find(|(en, _)| *en == flag);
            known.map_or(flag, |(en, zh)| lang.pick(*zh, *en))
        });
        out.push_str(&match (lang, flag) {
            (Lang::Zh, None) => format!("方案中的 *u*(*D*)：`{form}`。\n\n"),
            (Lang::Zh, Some(flag)) => format!("方案中写 `{flag}` 时的 *u*(*D*)：`{form}`。\n\n"),
            (Lang::En, None) => format!("*u*(*D*) in protocols: `{form}`.\n\n"),
            (Lang::En, Some(flag)) => format!("*u*(*D*) in protocols with `{flag}`: `{form}`.\n\n"),
        });
    }
    for advice in entry.children("recommended") {
        let count = advice.count("count").unwrap_or_default();
        let purpose =
            crate::words::choice("robust-use", advice.name("use").unwrap_or_default(), lang);
        let basis = advice.text("basis").map_or("", |basis| basis.get(lang));
        out.push_str(&match lang {
            Lang::Zh => format!("用于{purpose}时宜有约 {count} 个参加者（{basis}）。\n\n"),
            Lang::En => {
                format!("About {count} participants are advised for {purpose} ({basis}).\n\n")
            }
        });
    }
    for (word, head) in [
        (
            "column",
            lang.pick("数据列,必需,说明", "column,required,meaning"),
        ),
        (
            "parameter",
            lang.pick("参数,缺省值,说明", "parameter,default,meaning"),
        ),
        ("gives", lang.pick("给出的量,说明", "gives,meaning")),
    ] {
        let rows: Vec<Vec<String>> = entry.children(word).map(|child| row(child, lang)).collect();
        if !rows.is_empty() {
            let head: Vec<&str> = head.split(',').collect();
            out.push_str(&table(&head, &rows));
            out.push('\n');
        }
    }
    out
}

/// The example of a method in Markdown: the data, and what the program computes from them. None where the data cannot be computed,
/// which a test rules out for the standard library.
pub fn example(declared: &Declared, lang: Lang) -> Option<String> {
    let example = declared.example()?;
    let data = from_toml(example.table).ok()?;
    let mut quantities = (declared.method.compute)(&data).ok()?;
    // Covariances and differences of many pairs would fill the page.
    let fits =
        |rows: &[Vec<f64>]| rows.len() <= LARGEST && rows.iter().all(|row| row.len() <= LARGEST);
    quantities.entries.retain(|(_, field)| match field {
        Field::Matrix(rows) => fits(rows),
        _ => true,
    });
    let id = declared.method.id;
    let title = example.title.get(lang);
    let source = match (&example.source, lang) {
        (Some(source), Lang::Zh) => format!("（{source}）"),
        (Some(source), Lang::En) => format!(" ({source})"),
        (None, Lang::Zh) => "（示意数据）".to_owned(),
        (None, Lang::En) => " (made-up data)".to_owned(),
    };
    let word = lang.pick("算例：", "Example: ");
    Some(format!(
        "{word}{title}{source}\n\n```toml\n{}\n```\n\n`bidui compute {id} --example`\n\n```text\n{}\n```\n\n",
        example.table.trim_end(),
        to_people(&quantities).trim_matches('\n'),
    ))
}

/// The chart of a method, and how it is drawn.
fn pictured(chart: Chart, path: &str, lang: Lang) -> String {
    let id = path.rsplit('.').next().unwrap_or(path);
    let title = chart.title();
    let command = format!(
        "`bidui compute {id} {} --picture FILE.svg`",
        lang.pick("数据表", "TABLE")
    );
    match lang {
        Lang::Zh => format!("图：{}，{command}\n\n", title.get(lang)),
        Lang::En => format!("Picture: {}, {command}\n\n", title.get(lang)),
    }
}

fn only_in_protocols(lang: Lang) -> String {
    lang.pick(
        "只在实施方案的执行中使用，不能由 `bidui compute` 单独计算。\n\n",
        "Is carried out within a protocol only, not by `bidui compute`.\n\n",
    )
    .to_owned()
}

fn texts(entry: &Entry, word: &str, lang: Lang) -> Vec<String> {
    entry
        .children(word)
        .filter_map(|child| child.text("text"))
        .map(|text| text.get(lang).to_owned())
        .collect()
}

fn row(child: &Entry, lang: Lang) -> Vec<String> {
    let mut cells = vec![code(child.name("name").unwrap_or_default())];
    match child.word() {
        "column" => {
            let required = child.name("need") == Some("required");
            let word = if required {
                lang.pick("是", "yes")
            } else {
                lang.pick("否", "no")
            };
            cells.push(word.to_owned());
        }
        "parameter" => cells.push(
            child
                .one("default")
                .map_or(String::new(), |a| value(&a.value, lang)),
        ),
        _ => {}
    }
    cells.push(
        child
            .text("text")
            .map_or(String::new(), |t| t.get(lang).to_owned()),
    );
    cells
}

fn value(value: &Value, lang: Lang) -> String {
    let amount = |a: &Amount| match &a.unit {
        Some(unit) => format!("{} {unit}", a.number),
        None => a.number.clone(),
    };
    match value {
        Value::Amount(a) => amount(a),
        Value::Range(a, b) => format!("{} .. {}", amount(a), amount(b)),
        Value::Tolerance(a, b) => format!("{} ± {}", amount(a), amount(b)),
        Value::Name(name) | Value::Choice(name) => name.clone(),
        Value::Text(text) => text.get(lang).to_owned(),
        _ => String::new(),
    }
}
