//! The blocks of a document as Typst source. Every text of an author comes in as a string, so that none of its signs can act.

use std::fmt::Write;

use super::super::blocks::{self, Align, Block, Inline, Table, plain};
use super::super::columns::widths;
use super::super::file_of;

/// Most rows of a table that is not divided between pages.
const SHORT: usize = 10;

/// The body of a document; pictures are read from `pictures/NAME`, and one that is not among `pictures` is named by its caption alone.
pub fn body(found: &[Block], has_picture: &dyn Fn(&str) -> bool) -> String {
    let mut writer = Writer {
        out: String::new(),
        has_picture,
    };
    writer.blocks(found);
    writer.out
}

/// A text as a string of Typst.
pub fn string(text: &str) -> String {
    let mut out = String::with_capacity(text.len() + 2);
    out.push('"');
    for sign in text.chars() {
        match sign {
            '"' => out.push_str("\\\""),
            '\\' => out.push_str("\\\\"),
            '\n' => out.push_str("\\n"),
            _ if sign.is_control() => out.push(' '),
            _ => out.push(sign),
        }
    }
    out.push('"');
    out
}

struct Writer<'a> {
    out: String,
    has_picture: &'a dyn Fn(&str) -> bool,
}

impl Writer<'_> {
    fn add(&mut self, text: std::fmt::Arguments<'_>) {
        // Writing into a string cannot fail.
        let _ = self.out.write_fmt(text);
    }

    fn blocks(&mut self, found: &[Block]) {
        for (index, block) in found.iter().enumerate() {
            self.block(block, matches!(found.get(index + 1), Some(Block::Table(_))));
        }
    }

    fn block(&mut self, block: &Block, before_table: bool) {
        match block {
            Block::Heading(level, text) => {
                self.add(format_args!("#heading(level: {level})[{}]\n\n", line(text)));
            }
            // What introduces a table stays with it.
            Block::Paragraph(text) if before_table => {
                self.add(format_args!("#block(sticky: true)[{}]\n\n", line(text)));
            }
            Block::Paragraph(text) => self.add(format_args!("{}\n\n", line(text))),
            Block::List(first, items) => self.list(*first, items),
            Block::Table(table) => self.table(table),
            Block::Quote(inside) => {
                self.out.push_str("#quote(block: true)[");
                self.blocks(inside);
                self.out.push_str("]\n\n");
            }
            Block::Verbatim(text) => self.add(format_args!("#lines({})\n\n", string(text))),
            Block::Picture(name, caption) => {
                let file = file_of(name);
                let caption = string(caption);
                if (self.has_picture)(file) {
                    let path = string(&format!("pictures/{file}"));
                    self.add(format_args!("#picture({path}, {caption})\n\n"));
                } else {
                    self.add(format_args!("#align(center, emph({caption}))\n\n"));
                }
            }
            Block::Rule => self.out.push_str("#line(length: 100%, stroke: 0.5pt)\n\n"),
            Block::PageBreak => self.out.push_str("#pagebreak(weak: true)\n\n"),
        }
    }

    fn list(&mut self, first: Option<u64>, items: &[Vec<Block>]) {
        match first {
            Some(first) => self.add(format_args!("#enum(start: {first}, ")),
            None if blocks::is_checklist(items) => self.out.push_str("#ticks("),
            None => self.out.push_str("#list("),
        }
        for item in items {
            self.out.push('[');
            match item.as_slice() {
                [Block::Paragraph(text)] => self.out.push_str(&line(text)),
                inside => self.blocks(inside),
            }
            self.out.push_str("], ");
        }
        self.out.push_str(")\n\n");
    }

    fn table(&mut self, table: &Table) {
        let headed = table.head.iter().any(|cell| !cell.is_empty());
        let columns: String = widths(table).iter().map(|w| format!("{w}fr, ")).collect();
        let align = |align: &Align| match align {
            Align::Left => "left, ",
            Align::Centre => "center, ",
            Align::Right => "right, ",
        };
        let alignment: String = table.align.iter().map(align).collect();
        let whole = table.rows.len() <= SHORT;
        self.add(format_args!(
            "#grid-of(headed: {headed}, whole: {whole}, columns: ({columns}), alignment: ({alignment}), "
        ));
        let head = headed.then_some(&table.head);
        for row in head.into_iter().chain(&table.rows) {
            self.out.push('(');
            for cell in row {
                self.add(format_args!("[{}], ", line(cell)));
            }
            self.out.push_str("), ");
        }
        self.out.push_str(")\n\n");
    }
}

/// A line as Typst markup that is made of calls alone.
fn line(text: &[Inline]) -> String {
    text.iter()
        .map(|piece| match piece {
            Inline::Text(text) => format!("#{}", string(text)),
            Inline::Strong(inner) => format!("#strong[{}]", line(inner)),
            Inline::Emphasis(inner) => format!("#emph[{}]", line(inner)),
            Inline::Sub(inner) => format!("#sub(typographic: false)[{}]", line(inner)),
            Inline::Sup(inner) => format!("#super(typographic: false)[{}]", line(inner)),
            Inline::Code(text) => code(text),
            Inline::Link(target, inner) if target.starts_with("https://") => {
                format!("#link({})[{}]", string(target), line(inner))
            }
            Inline::Link(_, inner) => line(inner),
            Inline::Break => "#linebreak()".to_owned(),
        })
        .collect()
}

/// Code, which may be divided anywhere when it is long, as digests are.
fn code(text: &str) -> String {
    let signs: Vec<char> = text.chars().collect();
    let pieces: Vec<String> = signs
        .chunks(8)
        .map(|piece| format!("#raw({})", string(&piece.iter().collect::<String>())))
        .collect();
    pieces.join("#sym.zws")
}

/// Every sign that a document shows, for finding out whether the fonts have it.
pub fn signs(found: &[Block]) -> String {
    let mut out = String::new();
    gather(found, &mut out);
    out
}

fn gather(found: &[Block], out: &mut String) {
    for block in found {
        match block {
            Block::Heading(_, text) | Block::Paragraph(text) => out.push_str(&plain(text)),
            Block::List(_, items) => items.iter().for_each(|item| gather(item, out)),
            Block::Quote(inside) => gather(inside, out),
            Block::Verbatim(text) => out.push_str(text),
            Block::Picture(_, caption) => out.push_str(caption),
            Block::Table(table) => {
                let rows = std::iter::once(&table.head).chain(&table.rows);
                rows.flatten().for_each(|cell| out.push_str(&plain(cell)));
            }
            Block::Rule | Block::PageBreak => {}
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    #[test]
    fn no_sign_of_an_author_acts_in_the_source() {
        let found = blocks::blocks("a\\#panic() \"b\" \\\\ [c] $x$\n");
        assert_eq!(
            body(&found, &|_| false),
            "#\"a#panic() \\\"b\\\" \\\\ [c] $x$\"\n\n"
        );
    }

    #[test]
    fn a_table_without_headings_has_none_and_columns_have_widths() {
        let text = body(&blocks::blocks("| | |\n|---|--:|\n| a | b |\n"), &|_| false);
        assert!(
            text.starts_with("#grid-of(headed: false, whole: true"),
            "{text}"
        );
        assert!(text.contains("alignment: (left, right, )"));
    }

    #[test]
    fn a_picture_that_is_not_there_is_named() {
        let found = blocks::blocks("![时间表](../a.svg)\n");
        assert!(body(&found, &|name| name == "a.svg").contains("#picture(\"pictures/a.svg\""));
        assert!(body(&found, &|_| false).contains("emph(\"时间表\")"));
    }
}
