//! The language, statement by statement.

use std::collections::BTreeSet;

use super::{code, table};
use crate::schema::table::{self as words, BlockRule, Statement, Term, Times};
use crate::schema::{Element, Slot, describe, written_usage};
use crate::text::Lang;

/// The reference manual of the language in Markdown.
pub fn language(lang: Lang) -> String {
    let mut out = introduction(lang);
    for block in blocks() {
        out.push_str(&section(&block, lang));
    }
    out.push_str(&kinds(lang));
    out.push_str(&choices(lang));
    out.push_str(&vocabulary(lang));
    out
}

fn introduction(lang: Lang) -> String {
    let text = lang.pick("# 比对语言参考手册\n\n\
         本手册由语言表生成（`bidui doc --language --lang zh`），与程序一致。每个关键词有英文和中文两种写法，含义相同；一个文件宜只用一种。\n\n\
         `‹…›` 表示须填写的内容，`[ … ]` 表示可以省略的内容，`{ … }` 表示其后有语句块，`A|B` 表示任选其一。语句到行末或 `;` 为止；\
         `//` 之后为注释，`///` 为写入文件的说明。\n\n",
        "# Reference manual of the comparison language\n\n\
         This manual is generated from the table of the language (`bidui doc --language --lang en`) and agrees with the program. Every \
         keyword has an English and a Chinese spelling of the same meaning; a file should keep to one of them.\n\n\
         `‹…›` is to be filled in, `[ … ]` may be left out, `{ … }` is a block of statements, `A|B` is one or the other. A statement ends \
         with its line or with `;`. `//` begins a comment, `///` one that reaches the documents.\n\n",
    );
    text.to_owned()
}

/// Every block, in the order in which the table first opens it; the top level comes first.
fn blocks() -> Vec<String> {
    let mut found = vec!["file".to_owned()];
    let mut next = 0;
    let mut seen: BTreeSet<String> = found.iter().cloned().collect();
    while let Some(block) = found.get(next).cloned() {
        next += 1;
        for statement in words::table().within(&block) {
            if let Some(inner) = opened(statement)
                && seen.insert(inner.to_owned())
            {
                found.push(inner.to_owned());
            }
        }
    }
    found
}

fn opened(statement: &Statement) -> Option<&str> {
    match &statement.block {
        BlockRule::Optional(block) | BlockRule::Required(block) => Some(block),
        BlockRule::None | BlockRule::OfSection(_) => None,
    }
}

fn keyword(term: &Term, lang: Lang) -> &str {
    lang.pick(&term.zh, &term.en)
}

/// Where a block stands: the statements that open it.
fn section(block: &str, lang: Lang) -> String {
    let title = if block == "file" {
        lang.pick("文件最外层", "Top level of a file").to_owned()
    } else {
        let owners: BTreeSet<String> = words::table()
            .statements
            .iter()
            .filter(|s| opened(s) == Some(block))
            .map(|s| owner(s, lang))
            .collect();
        let owners: Vec<String> = owners.into_iter().collect();
        match lang {
            Lang::Zh => format!("{} 块", owners.join("、")),
            Lang::En => format!("Block of {}", owners.join(", ")),
        }
    };
    let mut out = format!("## {title}\n\n");
    for statement in words::table().within(block) {
        out.push_str(&described(statement, lang));
    }
    out
}

fn owner(statement: &Statement, lang: Lang) -> String {
    if statement.headless {
        format!("‹{}›", named_first(statement, lang))
    } else {
        code(keyword(&statement.word, lang))
    }
}

/// What the first argument of a statement without keyword is called.
fn named_first(statement: &Statement, lang: Lang) -> String {
    let name = statement.word.en.as_str();
    let zh = match name {
        "laboratory" => "实验室",
        "condition" => "测量条件",
        "verdict" => "结论",
        "publication" => "公布内容",
        other => other,
    };
    lang.pick(zh, name).to_owned()
}

fn described(statement: &Statement, lang: Lang) -> String {
    let heading = if statement.headless {
        format!("‹{}›", named_first(statement, lang))
    } else {
        let other = match lang {
            Lang::Zh => &statement.word.en,
            Lang::En => &statement.word.zh,
        };
        format!("{} / {other}", keyword(&statement.word, lang))
    };
    let mut out = format!("### {heading}\n\n{}\n\n", statement.doc.get(lang));
    out.push_str(&format!(
        "```bidui\n{}\n```\n\n",
        written_usage(statement, lang)
    ));
    let arguments: Vec<Vec<String>> = statement
        .usage
        .iter()
        .flat_map(|element| rows(element, lang))
        .collect();
    if !arguments.is_empty() {
        let head = lang.pick("写法,英文,内容,须写", "phrase,in Chinese,content,required");
        let head: Vec<&str> = head.split(',').collect();
        out.push_str(&table(&head, &arguments));
        out.push('\n');
    }
    out.push_str(&format!("{}\n\n", standing(statement, lang)));
    out
}

/// One row for each argument, or for a phrase without arguments.
fn rows(element: &Element, lang: Lang) -> Vec<Vec<String>> {
    let yes = |required: bool| {
        let word = match required {
            true => lang.pick("是", "yes"),
            false => lang.pick("否", "no"),
        };
        word.to_owned()
    };
    match element {
        Element::Slot(slot) => vec![vec![
            String::new(),
            String::new(),
            content(slot, lang),
            yes(!slot.optional),
        ]],
        Element::Phrase {
            word,
            slots,
            required,
        } => {
            let other = match lang {
                Lang::Zh => &word.en,
                Lang::En => &word.zh,
            };
            let head = vec![code(keyword(word, lang)), code(other)];
            if slots.is_empty() {
                return vec![[head, vec![String::new(), yes(*required)]].concat()];
            }
            slots
                .iter()
                .map(|slot| {
                    let needed = yes(*required && !slot.optional);
                    [head.clone(), vec![content(slot, lang), needed]].concat()
                })
                .collect()
        }
    }
}

fn content(slot: &Slot, lang: Lang) -> String {
    let text = match slot.kind.strip_prefix("choice.") {
        Some(choice) => {
            let terms = words::table().choice(choice);
            let list: Vec<String> = terms.iter().map(|t| code(keyword(t, lang))).collect();
            list.join(lang.pick("、", ", "))
        }
        None => describe(&slot.kind).get(lang).to_owned(),
    };
    match (slot.list, lang) {
        (true, Lang::Zh) => format!("{text}；可写多个，用逗号隔开"),
        (true, Lang::En) => format!("{text}; several separated by commas"),
        (false, _) => text,
    }
}

/// How often a statement stands and whether it has a block.
fn standing(statement: &Statement, lang: Lang) -> String {
    let times = match statement.times {
        Times::Once => lang.pick("恰好一次", "exactly once"),
        Times::AtMostOnce => lang.pick("至多一次", "at most once"),
        Times::AtLeastOnce => lang.pick("至少一次", "at least once"),
        Times::Any => lang.pick("次数不限", "any number of times"),
    };
    let block = match &statement.block {
        BlockRule::None => None,
        BlockRule::Optional(_) => Some(lang.pick("可带块", "may have a block")),
        BlockRule::Required(_) => Some(lang.pick("须带块", "has a block")),
        BlockRule::OfSection(_) => {
            Some(lang.pick("须带所指部分的块", "has the block of the section it names"))
        }
    };
    let parts: Vec<&str> = [Some(times), block].into_iter().flatten().collect();
    match lang {
        Lang::Zh => format!("{}。", parts.join("；")),
        Lang::En => {
            let text = parts.join("; ");
            let mut letters = text.chars();
            let first: String = letters
                .next()
                .into_iter()
                .flat_map(char::to_uppercase)
                .collect();
            format!("{first}{}.", letters.as_str())
        }
    }
}

/// The kinds of arguments with what they look like.
fn kinds(lang: Lang) -> String {
    let samples = [
        ("name", "p1kg, 上海院"),
        ("path", "std.reference.weighted-mean"),
        ("section", "std.acceptance.en"),
        ("text", "\"…\", zh \"…\" en \"…\", \"\"\"…\"\"\""),
        ("count", "3, 1_000_000"),
        ("number", "0.95, 5e-6"),
        ("quantity", "0.012 mg, 10 kPa"),
        (
            "value",
            "1 kg, 20 °C ± 1 °C, 30 % .. 60 %, 0.012 mg (k = 2)",
        ),
        ("duration", "10 d, 6 wk, 12 mo, 20 wd"),
        ("date", "2026-09-01"),
        ("version", "1.0.0"),
        ("flag", "yes, no / 是, 否"),
        ("unit", "mg, kg/m³, µmol/mol"),
        ("condition", "|En| <= 1 and U <= 0.5 mg"),
        ("method", "std.outlier.grubbs alpha 0.05 one-sided"),
        ("route", "NIM -> SIMT -> NIM"),
        ("bound", "0.53 mg at p1kg, 0.27 mg at p500g"),
    ];
    let rows: Vec<Vec<String>> = samples
        .iter()
        .map(|(kind, sample)| vec![describe(kind).get(lang).to_owned(), code(sample)])
        .collect();
    let title = lang.pick("内容的种类", "Kinds of content");
    let head = [lang.pick("种类", "kind"), lang.pick("例", "examples")];
    format!("## {title}\n\n{}\n", table(&head, &rows))
}

fn spelled_table(rows: impl Iterator<Item = (String, String)>) -> String {
    let rows: Vec<Vec<String>> = rows.map(|(en, zh)| vec![code(&en), code(&zh)]).collect();
    table(&["English", "中文"], &rows)
}

fn choices(lang: Lang) -> String {
    let title = lang.pick("可选的词", "Words to choose from");
    let mut out = format!("## {title}\n\n");
    for (name, terms) in &words::table().choices {
        let rows = terms.iter().map(|t| (t.en.clone(), t.zh.clone()));
        out.push_str(&format!("### {name}\n\n{}\n", spelled_table(rows)));
    }
    out
}

/// A word in English and in Chinese.
type Spelled = (&'static str, &'static str);

fn vocabulary(lang: Lang) -> String {
    let sets: [(&str, &str, &[Spelled]); 6] = [
        ("结论与事件", "Verdicts and events", &words::VERDICTS),
        ("方法的参数", "Parameters of methods", &words::PARAMETERS),
        ("方法的选项", "Options of methods", &words::SIDES),
        (
            "条件中的词",
            "Words of conditions",
            &words::EXPRESSION_WORDS,
        ),
        ("文本的语言", "Languages of texts", &words::LANGUAGES),
        ("是与否", "Yes and no", &words::FLAGS),
    ];
    let title = lang.pick("词汇", "Vocabulary");
    let mut out = format!("## {title}\n\n");
    for (zh, en, terms) in sets {
        let rows = terms
            .iter()
            .map(|(en, zh)| ((*en).to_owned(), (*zh).to_owned()));
        out.push_str(&format!(
            "### {}\n\n{}\n",
            lang.pick(zh, en),
            spelled_table(rows)
        ));
    }
    // The last table ends the file with one line end.
    out.truncate(out.trim_end().len());
    out.push('\n');
    out
}
