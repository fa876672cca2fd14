//! Examples that are a whole file, or sections standing in for those of the same name in a small sound protocol.

use bidui::compile::{Compiled, compile};

const BASE: &str = include_str!("../data/base.bidui");

/// Compiles an example and says how many lines of the file compiled stand before it.
///
/// A text with a line that begins with `protocol` or `规程` is a whole file; any other is put into the base protocol, whose sections of the
/// same keyword it replaces.
pub fn example(text: &str) -> (Compiled, u32) {
    let whole = text
        .lines()
        .any(|l| l.starts_with("protocol") || l.starts_with("规程"));
    if whole {
        return (compile("example.bidui", text), 0);
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
    (compile("example.bidui", &source), lines_before)
}
