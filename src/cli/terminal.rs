//! What goes to the terminal, and in which language.

use std::io::{IsTerminal, Write};

use crate::diagnostic::{Code, Diagnostic, render};
use crate::source::Sources;
use crate::text::{Lang, Text};

/// The language of the locale (LC_ALL, LC_MESSAGES, LANG in this order); none when it names neither language.
pub(super) fn locale() -> Option<Lang> {
    let name = ["LC_ALL", "LC_MESSAGES", "LANG"]
        .iter()
        .filter_map(|key| std::env::var(key).ok())
        .find(|value| !value.is_empty())?;
    match name.to_ascii_lowercase().get(..2)? {
        "zh" => Some(Lang::Zh),
        "en" => Some(Lang::En),
        _ => None,
    }
}

/// The language asked for, else the locale's, else English.
pub(super) fn language(asked: Option<Lang>) -> Lang {
    asked.or_else(locale).unwrap_or(Lang::En)
}

/// Writes data to standard output; a closed pipe ends the output quietly.
pub(super) fn print(text: &str) {
    let mut out = std::io::stdout().lock();
    let _ = out.write_all(text.as_bytes()).and_then(|()| out.flush());
}

/// Writes to standard error.
pub(super) fn say(text: &str) {
    let mut err = std::io::stderr().lock();
    let _ = err.write_all(text.as_bytes()).and_then(|()| err.flush());
}

/// Draws findings on standard error, in colour on a terminal that wants it.
pub(super) fn report(diagnostics: &[Diagnostic], sources: &Sources, lang: Lang) {
    let coloured = std::io::stderr().is_terminal() && std::env::var_os("NO_COLOR").is_none();
    say(&if coloured {
        render::human_coloured(diagnostics, sources, lang)
    } else {
        render::human(diagnostics, sources, lang)
    });
}

/// Reports one finding that has no source.
pub(super) fn fail(code: Code, message: Text, help: Text, lang: Lang) {
    report(
        &[Diagnostic::general(code, message).with_help(help)],
        &Sources::default(),
        lang,
    );
}
