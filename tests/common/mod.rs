//! Examples that are a whole file, or sections standing in for those of the same name in a small sound protocol.

use bidui::compile::{Compiled, compile};
use bidui::diagnostic::{Diagnostic, Severity};

const BASE: &str = include_str!("../data/base.bidui");

/// An example compiled, and the number of lines that stand before it in the file compiled.
pub struct Example {
    pub compiled: Compiled,
    pub lines_before: u32,
}

/// Compiles an example. A text with a line that begins with `protocol` or `规程` is a whole file; any other is put into the base protocol,
/// whose sections of the same keyword it replaces.
pub fn example(text: &str) -> Example {
    let whole = text
        .lines()
        .any(|l| l.starts_with("protocol") || l.starts_with("规程"));
    if whole {
        return Example {
            compiled: compile("example.bidui", text),
            lines_before: 0,
        };
    }
    let replaced: Vec<&str> = text
        .lines()
        .filter(|l| l.starts_with(char::is_alphabetic))
        .filter_map(|l| l.split(|c: char| !(c.is_alphanumeric() || c == '-')).next())
        .collect();
    let mut kept = String::new();
    let mut keep = true;
    for line in BASE.lines().filter(|l| *l != "}") {
        if let Some(section) = line
            .strip_prefix("  ")
            .filter(|l| l.starts_with(char::is_alphabetic))
        {
            keep = !replaced.contains(&section.split(' ').next().unwrap_or_default());
        }
        if keep {
            kept.push_str(line);
            kept.push('\n');
        }
    }
    let lines_before = kept.lines().count() as u32;
    let source = format!("{kept}{text}\n}}\n");
    Example {
        compiled: compile("example.bidui", &source),
        lines_before,
    }
}

impl Example {
    /// Line (counted within the example) and code of every finding, in order.
    pub fn found(&self) -> Vec<(u32, &'static str)> {
        let mut found: Vec<(u32, &'static str)> = self
            .compiled
            .diagnostics
            .iter()
            .map(|d| (self.line(d), d.code.id()))
            .collect();
        found.sort_unstable();
        found
    }

    /// The line of a finding within the example; zero for a finding in the protocol around it.
    pub fn line(&self, diagnostic: &Diagnostic) -> u32 {
        let place = diagnostic.span().and_then(|span| {
            let file = self.compiled.sources.get(span.file)?;
            Some(file.line_column(span.start).line)
        });
        place.unwrap_or(0).saturating_sub(self.lines_before)
    }

    pub fn errors(&self) -> Vec<&Diagnostic> {
        let errors = self.compiled.diagnostics.iter();
        errors.filter(|d| d.severity == Severity::Error).collect()
    }
}
