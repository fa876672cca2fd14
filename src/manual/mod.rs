//! The reference manual, written from the table of the language and the library, so that it says what the program does.
//!
//! [`language`] describes the statements block by block, the closed sets of words and the shared vocabulary; [`methods`] the methods of
//! the library. Both are Markdown and deterministic: the same program writes the same bytes.

mod language;
mod methods;

pub use language::language;
pub use methods::{example, methods};

/// A table of Markdown; a bar in a cell is escaped, for it would end the cell.
fn table(head: &[&str], rows: &[Vec<String>]) -> String {
    let line = |cells: &[String]| format!("| {} |\n", cells.join(" | "));
    let head: Vec<String> = head.iter().map(|h| (*h).to_owned()).collect();
    let rule: Vec<String> = head.iter().map(|_| "---".to_owned()).collect();
    let mut out = line(&head) + &line(&rule);
    for row in rows {
        let cells: Vec<String> = row.iter().map(|cell| cell.replace('|', "\\|")).collect();
        out.push_str(&line(&cells));
    }
    out
}

fn code(text: &str) -> String {
    format!("`{text}`")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bar_in_a_cell_does_not_end_the_cell() {
        let made = table(&["a", "b"], &[vec!["|En|".to_owned(), "x".to_owned()]]);
        assert_eq!(made, "| a | b |\n| --- | --- |\n| \\|En\\| | x |\n");
    }
}
