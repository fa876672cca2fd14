//! `bidui show FILE`

use std::path::PathBuf;

use clap::Args;

use super::{Status, project, terminal};
use crate::check::ladder;
use crate::compile::Compiled;
use crate::model::Protocol;
use crate::model::policy::Ground;
use crate::model::rules::Consequence;
use crate::project::Reuse;
use crate::schema::table;
use crate::source::Span;
use crate::text::Lang;

#[derive(Args)]
pub(super) struct Show {
    /// The protocol 方案
    file: PathBuf,
}

impl Show {
    pub fn run(self, asked: Option<Lang>) -> Status {
        let Some((compiled, _)) = project::compiled(&self.file, terminal::language(asked)) else {
            return Status::Failed;
        };
        let lang = asked
            .or_else(terminal::locale)
            .unwrap_or(compiled.language());
        if compiled.protocols.is_empty() {
            terminal::report(&compiled.diagnostics, &compiled.sources, lang);
            return Status::Findings;
        }
        for checked in &compiled.protocols {
            terminal::print(&listing(&compiled, &checked.protocol, lang));
        }
        Status::Fine
    }
}

/// Every default with its value, its origin and what it rests on, then the consequences that the policy orders, and what follows from each
/// verdict and event step by step.
fn listing(compiled: &Compiled, protocol: &Protocol, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let regime = &protocol.regime;
    let mut text = format!("{} {}\n", protocol.path.value, protocol.version.value);
    if regime.defaults.is_empty() {
        text.push_str(if zh {
            "没有采用默认值\n"
        } else {
            "no defaults are in use\n"
        });
    }
    for default in &regime.defaults {
        let origin = match &default.policy {
            Some(policy) => format!("{policy}  {}", place(compiled, default.at)),
            None => (if zh { "语言" } else { "language" }).to_owned(),
        };
        text.push_str(&format!("  {} = {}\n", default.path, default.value));
        text.push_str(&format!(
            "      {origin}\n      {}\n",
            ground(&default.ground, lang)
        ));
    }
    for reuse in (compiled.reused.get(&protocol.path.value))
        .into_iter()
        .flatten()
    {
        text.push_str(&taken_over(compiled, reuse, lang));
    }
    for consequence in from_policy(protocol) {
        let events: Vec<&str> = consequence.on.iter().map(|(e, _)| e.as_str()).collect();
        let keyword = if zh { "对于" } else { "on" };
        text.push_str(&format!("  {keyword} {} {{ … }}\n", events.join(", ")));
        text.push_str(&format!("      {}\n", place(compiled, consequence.at)));
        for basis in consequence.measures.iter().filter_map(|m| m.basis.as_ref()) {
            text.push_str(&format!("      {}\n", basis.get(lang)));
        }
    }
    let consequences = ladder::in_effect(protocol);
    if !consequences.is_empty() {
        text.push_str(if zh {
            "处理流程\n"
        } else {
            "what follows\n"
        });
        let words = protocol.verdict_words();
        text.push_str(&ladder::outline::outline(&consequences, &words, lang));
    }
    text
}

/// A section taken over from a definition, and every statement that was put into the place of another or added.
fn taken_over(compiled: &Compiled, reuse: &Reuse, lang: Lang) -> String {
    let zh = lang == Lang::Zh;
    let mut text = format!(
        "  {} {}\n      {}\n",
        reuse.section.get(lang),
        reuse.name,
        place(compiled, reuse.defined)
    );
    for change in &reuse.changes {
        let what = first_line(compiled.sources.text(change.at));
        let origin = match (change.instead_of.map(|span| place(compiled, span)), zh) {
            (Some(old), true) => format!("代替 {old}"),
            (Some(old), false) => format!("instead of {old}"),
            (None, true) => "补充".to_owned(),
            (None, false) => "added".to_owned(),
        };
        let at = place(compiled, change.at);
        text.push_str(&format!("      {at}  {what}  ({origin})\n"));
    }
    text
}

fn first_line(text: &str) -> &str {
    text.lines().next().unwrap_or_default()
}

/// The policy's consequences of events that the protocol itself does not answer.
fn from_policy(protocol: &Protocol) -> impl Iterator<Item = &Consequence> {
    let answered = |event: &str| {
        (protocol.sanctions.iter()).any(|c| c.on.iter().any(|(known, _)| known == event))
    };
    (protocol.policy_sanctions.iter())
        .filter(move |c| c.on.iter().any(|(event, _)| !answered(event)))
}

fn ground(ground: &Ground, lang: Lang) -> String {
    let certainty = &ground.certainty;
    let term = (table::table().choice("certainty").iter()).find(|t| t.en == *certainty);
    let basis = ground.basis.get(lang);
    match (lang, term) {
        (Lang::Zh, Some(term)) => format!("{basis}（{}）", term.zh),
        _ => format!("{basis} ({certainty})"),
    }
}

/// `std/cn/national-2023.bidui:12`
fn place(compiled: &Compiled, span: Span) -> String {
    match compiled.sources.get(span.file) {
        Some(file) => format!("{}:{}", file.name, file.line_column(span.start).line),
        None => String::new(),
    }
}
