//! Statements as the manual and the messages write them.

use super::table::{BlockRule, Statement, Term, table};
use super::usage::{Element, Slot};
use crate::text::{Lang, Text};

/// What a kind of argument is called in a message.
pub fn describe(kind: &str) -> Text {
    let text = |zh: &str, en: &str| Text::new(zh, en);
    match kind {
        "name" => text("名称", "a name"),
        "path" => text("带点的名称", "a dotted name"),
        "section" => text("已定义部分的名称", "the name of a definition"),
        "given" => text("实验室或 `参考值`", "a laboratory or `reference`"),
        "verdict" => text("结论", "a verdict"),
        "text" => text("引号内的文本", "a text in quotation marks"),
        "count" => text("个数", "a whole number"),
        "number" => text("数", "a number"),
        "quantity" => text("带单位的量值", "a quantity with its unit"),
        "value" => text("数值", "a value"),
        "duration" => text("时间", "a duration"),
        "date" => text("日期", "a date"),
        "version" => text("版本号", "a version"),
        "flag" => text("`是` 或 `否`", "`yes` or `no`"),
        "unit" => text("单位", "a unit"),
        "kind" => text("量的种类", "a kind of quantity"),
        "condition" => text("条件", "a condition"),
        "method" => text("方法", "a method"),
        "route" => text("路线", "a route"),
        "labelled" => text("监测的量及其限值", "what is monitored, with its limit"),
        "bound" => text("带单位的限值", "a limit with its unit"),
        "step" => text("处理措施", "a consequence"),
        _ => text("规定的词", "one of the words for it"),
    }
}

/// A phrase as the manual writes it.
pub(super) fn pattern(word: &Term, slots: &[Slot], lang: Lang) -> String {
    let mut out = word.get(lang).to_owned();
    for slot in slots {
        out.push(' ');
        out.push_str(&slot_pattern(slot, lang));
    }
    out
}

fn slot_pattern(slot: &Slot, lang: Lang) -> String {
    if let Some(choice) = slot.kind.strip_prefix("choice.") {
        let words: Vec<&str> = table().choice(choice).iter().map(|t| t.get(lang)).collect();
        return words.join("|");
    }
    format!(
        "‹{}›",
        describe(&slot.kind).get(lang).trim_start_matches("a ")
    )
}

/// The whole statement as the manual writes it.
pub fn usage(statement: &Statement, lang: Lang) -> String {
    let mut parts = Vec::new();
    if !statement.headless {
        parts.push(statement.word.get(lang).to_owned());
    }
    for element in &statement.usage {
        match element {
            Element::Slot(slot) if slot.optional => {
                parts.push(format!("[{}]", slot_pattern(slot, lang)))
            }
            Element::Slot(slot) => parts.push(slot_pattern(slot, lang)),
            Element::Phrase {
                word,
                slots,
                required: true,
            } => parts.push(pattern(word, slots, lang)),
            Element::Phrase {
                word,
                slots,
                required: false,
            } => parts.push(format!("[{}]", pattern(word, slots, lang))),
        }
    }
    if statement.block != BlockRule::None {
        parts.push("{ … }".to_owned());
    }
    parts.join(" ")
}
