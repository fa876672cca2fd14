//! Examples that are a whole file, or sections standing in for those of the same name in a small sound protocol.

use bidui::compile::{Compiled, compile};
use bidui::diagnostic::Diagnostic;
use bidui::examples::run;
use bidui::format::{Options, format};
use bidui::text::Lang;

const BASE: &str = include_str!("../data/base.bidui");

/// Compiles an example and says how many lines of the file compiled stand before it.
///
/// A text with a line that begins with `protocol` or `规程` is a whole file; any other is put into the base protocol, whose sections of the
/// same keyword it replaces. Behind a first line `// 中文` the base protocol has Chinese keywords; a line `// instead of: NAME` leaves out
/// one more section.
pub fn example(text: &str) -> (Compiled, u32) {
    let whole = text
        .lines()
        .any(|l| l.starts_with("protocol") || l.starts_with("规程"));
    if whole {
        return (compile("example.bidui", text), 0);
    }
    let keywords = text.starts_with("// 中文").then_some(Lang::Zh);
    let base = format(BASE, Options { keywords }).text;
    let mut replaced: Vec<&str> = text
        .lines()
        .filter(|l| l.starts_with(char::is_alphabetic))
        .filter_map(|l| l.split(|c: char| !(c.is_alphanumeric() || c == '-')).next())
        .collect();
    replaced.extend(
        text.lines()
            .filter_map(|l| l.strip_prefix("// instead of: ")),
    );
    let mut kept = String::new();
    let mut keep = true;
    for line in base.lines().filter(|l| *l != "}") {
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
    // Tests stand behind the protocol.
    let tests = text
        .lines()
        .position(|l| l.starts_with("test ") || l.starts_with("用例 "));
    let (inside, behind): (Vec<&str>, Vec<&str>) = {
        let lines: Vec<&str> = text.lines().collect();
        let (inside, behind) = lines.split_at(tests.unwrap_or(lines.len()));
        (inside.to_vec(), behind.to_vec())
    };
    // The brace shares a line, so that the lines of the example keep their numbers.
    let source = format!("{kept}{}}} {}\n", lined(&inside), behind.join("\n"));
    (compile("example.bidui", &source), lines_before)
}

fn lined(lines: &[&str]) -> String {
    lines.iter().map(|line| format!("{line}\n")).collect()
}

/// All that is found in an example: what the compiler says and, when nothing stands in the way, what its tests give.
#[allow(dead_code)] // Every test file has its own copy of this module, and not every one runs examples.
pub fn findings(compiled: &Compiled) -> Vec<Diagnostic> {
    let mut found = compiled.diagnostics.clone();
    for example in &compiled.examples {
        if let Some(plan) = compiled.plan_of(example.protocol) {
            found.extend(run(example, &plan, &compiled.sources).failures);
        }
    }
    found
}
