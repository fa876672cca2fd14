//! The Markdown of documents as blocks: the one layout from which HTML and Word files are made.
//!
//! Beyond CommonMark with tables: `<sub>`, `<sup>` and `<br>` act, `<!-- page -->` on a line of its own begins a page. All other HTML is
//! shown as the text it is.

use pulldown_cmark::{Alignment, Event, HeadingLevel, Options, Parser, Tag, TagEnd};

/// A block of a document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Block {
    /// Level from one, text.
    Heading(u8, Vec<Inline>),
    Paragraph(Vec<Inline>),
    /// Number of the first item if numbered, items.
    List(Option<u64>, Vec<Vec<Block>>),
    Table(Table),
    Quote(Vec<Block>),
    /// Text with its line breaks kept.
    Verbatim(String),
    /// File name and caption.
    Picture(String, String),
    Rule,
    PageBreak,
}

/// A table; every row has as many cells as the head.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Table {
    pub align: Vec<Align>,
    pub head: Vec<Vec<Inline>>,
    pub rows: Vec<Vec<Vec<Inline>>>,
}

/// How the cells of a column stand.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Align {
    Left,
    Centre,
    Right,
}

/// A piece of a line.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Inline {
    Text(String),
    Strong(Vec<Inline>),
    Emphasis(Vec<Inline>),
    Sub(Vec<Inline>),
    Sup(Vec<Inline>),
    Code(String),
    Link(String, Vec<Inline>),
    Break,
}

/// The blocks of a Markdown text.
pub fn blocks(markdown: &str) -> Vec<Block> {
    let mut reader = Reader {
        events: Parser::new_ext(markdown, Options::ENABLE_TABLES).peekable(),
    };
    let mut found = Vec::new();
    while let Some(event) = reader.events.next() {
        reader.block(event, &mut found);
    }
    found
}

/// The text of the first heading.
pub fn title(markdown: &str) -> String {
    let heading = blocks(markdown).into_iter().find_map(|block| match block {
        Block::Heading(_, text) => Some(plain(&text)),
        _ => None,
    });
    heading.unwrap_or_default()
}

/// Whether a list is one of boxes to tick, which need no other mark.
pub fn is_checklist(items: &[Vec<Block>]) -> bool {
    items.iter().all(|item| match item.first() {
        Some(Block::Paragraph(text)) => plain(text).starts_with('□'),
        _ => false,
    })
}

/// The letters of a text without its marks.
pub fn plain(text: &[Inline]) -> String {
    text.iter()
        .map(|piece| match piece {
            Inline::Text(text) | Inline::Code(text) => text.clone(),
            Inline::Break => " ".to_owned(),
            Inline::Strong(inner)
            | Inline::Emphasis(inner)
            | Inline::Sub(inner)
            | Inline::Sup(inner)
            | Inline::Link(_, inner) => plain(inner),
        })
        .collect()
}

struct Reader<'a> {
    events: std::iter::Peekable<Parser<'a>>,
}

impl<'a> Reader<'a> {
    /// Adds the block that `event` begins.
    fn block(&mut self, event: Event<'a>, found: &mut Vec<Block>) {
        match event {
            Event::Start(Tag::Heading { level, .. }) => {
                let text = self.inlines();
                found.push(Block::Heading(number(level), text));
            }
            Event::Start(Tag::Paragraph) => found.extend(self.paragraph()),
            Event::Start(Tag::List(first)) => {
                let items = self.items();
                found.push(Block::List(first, items));
            }
            Event::Start(Tag::BlockQuote(_)) => {
                let inside = self.until_end();
                found.push(Block::Quote(inside));
            }
            Event::Start(Tag::CodeBlock(_)) => {
                let text = self.verbatim();
                found.push(Block::Verbatim(text));
            }
            Event::Start(Tag::Table(align)) => {
                let table = self.table(&align);
                found.push(Block::Table(table));
            }
            Event::Rule => found.push(Block::Rule),
            Event::Html(text) => match text.trim() {
                "<!-- page -->" => found.push(Block::PageBreak),
                "" => {}
                other => found.push(Block::Paragraph(vec![Inline::Text(other.to_owned())])),
            },
            // The beginnings and ends of raw HTML carry nothing themselves.
            Event::End(_) => {}
            Event::Start(_) if !is_inline(&event) => {}
            // An item of a tight list has its text without a paragraph around it.
            other => {
                let mut line = Vec::new();
                self.inline(other, &mut line);
                while self.events.peek().is_some_and(is_inline) {
                    if let Some(event) = self.events.next() {
                        self.inline(event, &mut line);
                    }
                }
                found.push(Block::Paragraph(nest(line)));
            }
        }
    }

    /// Blocks up to the end of the one that was begun.
    fn until_end(&mut self) -> Vec<Block> {
        let mut found = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(TagEnd::Item | TagEnd::BlockQuote(_)) => break,
                event => self.block(event, &mut found),
            }
        }
        found
    }

    fn items(&mut self) -> Vec<Vec<Block>> {
        let mut items = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::Item) => items.push(self.until_end()),
                Event::End(TagEnd::List(_)) => break,
                _ => {}
            }
        }
        items
    }

    fn verbatim(&mut self) -> String {
        let mut text = String::new();
        for event in self.events.by_ref() {
            match event {
                Event::Text(part) => text.push_str(&part),
                Event::End(TagEnd::CodeBlock) => break,
                _ => {}
            }
        }
        text
    }

    fn table(&mut self, align: &[Alignment]) -> Table {
        let mut table = Table {
            align: align
                .iter()
                .map(|a| match a {
                    Alignment::Right => Align::Right,
                    Alignment::Center => Align::Centre,
                    Alignment::Left | Alignment::None => Align::Left,
                })
                .collect(),
            ..Table::default()
        };
        let mut row = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::Start(Tag::TableCell) => row.push(self.inlines()),
                Event::End(TagEnd::TableHead) => table.head = std::mem::take(&mut row),
                Event::End(TagEnd::TableRow) => table.rows.push(std::mem::take(&mut row)),
                Event::End(TagEnd::Table) => break,
                _ => {}
            }
        }
        table
    }

    /// A paragraph; one that holds a picture alone is the picture.
    fn paragraph(&mut self) -> Vec<Block> {
        let mut pictures = Vec::new();
        let mut line = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(TagEnd::Paragraph) => break,
                Event::Start(Tag::Image { dest_url, .. }) => {
                    let caption = plain(&self.inlines());
                    pictures.push(Block::Picture(dest_url.into_string(), caption));
                }
                event => self.inline(event, &mut line),
            }
        }
        let text = nest(line);
        let mut found = Vec::new();
        if !plain(&text).trim().is_empty() || pictures.is_empty() {
            found.push(Block::Paragraph(text));
        }
        found.extend(pictures);
        found
    }

    /// The text up to the end of what was begun.
    fn inlines(&mut self) -> Vec<Inline> {
        let mut line = Vec::new();
        while let Some(event) = self.events.next() {
            match event {
                Event::End(_) => break,
                event => self.inline(event, &mut line),
            }
        }
        nest(line)
    }

    fn inline(&mut self, event: Event<'a>, line: &mut Vec<Piece>) {
        let piece = match event {
            Event::Text(text) => Inline::Text(text.into_string()),
            Event::Code(text) => Inline::Code(text.into_string()),
            Event::SoftBreak => Inline::Text("\n".to_owned()),
            Event::HardBreak => Inline::Break,
            Event::Start(Tag::Strong) => Inline::Strong(self.inlines()),
            Event::Start(Tag::Emphasis) => Inline::Emphasis(self.inlines()),
            Event::Start(Tag::Link { dest_url, .. }) => {
                Inline::Link(dest_url.into_string(), self.inlines())
            }
            Event::Start(_) => {
                for piece in self.inlines() {
                    line.push(Piece::Inline(piece));
                }
                return;
            }
            Event::InlineHtml(tag) | Event::Html(tag) => match tag.as_ref() {
                "<br>" | "<br/>" => Inline::Break,
                "<sub>" => return line.push(Piece::Open(false)),
                "<sup>" => return line.push(Piece::Open(true)),
                "</sub>" => return line.push(Piece::Close(false)),
                "</sup>" => return line.push(Piece::Close(true)),
                other => Inline::Text(other.to_owned()),
            },
            _ => return,
        };
        line.push(Piece::Inline(piece));
    }
}

/// A piece of a line whose subscripts and superscripts are not yet gathered; `true` is a superscript.
enum Piece {
    Inline(Inline),
    Open(bool),
    Close(bool),
}

/// Gathers what stands between the marks of a subscript or superscript; a mark without its partner is dropped.
fn nest(line: Vec<Piece>) -> Vec<Inline> {
    let mut open: Vec<(bool, Vec<Inline>)> = Vec::new();
    let mut done: Vec<Inline> = Vec::new();
    for piece in line {
        match piece {
            Piece::Inline(inline) => push(open.last_mut().map_or(&mut done, |(_, t)| t), inline),
            Piece::Open(up) => open.push((up, Vec::new())),
            Piece::Close(up) => {
                if let Some((begun, inner)) = open.pop_if(|(begun, _)| *begun == up) {
                    let whole = if begun {
                        Inline::Sup(inner)
                    } else {
                        Inline::Sub(inner)
                    };
                    open.last_mut().map_or(&mut done, |(_, t)| t).push(whole);
                }
            }
        }
    }
    for (_, inner) in open {
        done.extend(inner);
    }
    done
}

/// Adds a piece; text that follows text becomes one with it. A line break of the source is a blank, but none between Chinese characters.
fn push(line: &mut Vec<Inline>, piece: Inline) {
    let Inline::Text(more) = &piece else {
        return line.push(piece);
    };
    match line.last_mut() {
        Some(Inline::Text(text)) if more == "\n" => {
            if text.chars().next_back().is_some_and(|c| c.is_ascii()) {
                text.push(' ');
            }
        }
        Some(Inline::Text(text)) => text.push_str(more),
        _ if more == "\n" => line.push(Inline::Text(" ".to_owned())),
        _ => line.push(piece),
    }
}

fn is_inline(event: &Event<'_>) -> bool {
    matches!(
        event,
        Event::Text(_)
            | Event::Code(_)
            | Event::SoftBreak
            | Event::HardBreak
            | Event::InlineHtml(_)
            | Event::Start(Tag::Strong | Tag::Emphasis | Tag::Link { .. })
    )
}

fn number(level: HeadingLevel) -> u8 {
    match level {
        HeadingLevel::H1 => 1,
        HeadingLevel::H2 => 2,
        HeadingLevel::H3 => 3,
        HeadingLevel::H4 => 4,
        HeadingLevel::H5 => 5,
        HeadingLevel::H6 => 6,
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn text(text: &str) -> Inline {
        Inline::Text(text.to_owned())
    }

    #[test]
    fn a_subscript_is_gathered() {
        assert_eq!(
            blocks("|*E*<sub>n</sub>| ≤ 1"),
            [Block::Paragraph(vec![
                text("|"),
                Inline::Emphasis(vec![text("E")]),
                Inline::Sub(vec![text("n")]),
                text("| ≤ 1"),
            ])]
        );
    }

    #[test]
    fn html_of_an_author_is_text() {
        let found = blocks("a <script>x</script>\n\n<iframe src=1>\n");
        let all: String = found
            .iter()
            .map(|b| match b {
                Block::Paragraph(line) => plain(line),
                other => panic!("{other:?}"),
            })
            .collect();
        assert_eq!(all, "a <script>x</script><iframe src=1>");
    }

    #[test]
    fn a_table_keeps_its_rows_and_a_bar_in_a_cell() {
        let found = blocks("| a | b |\n|---|--:|\n| 1 | \\|x\\| |\n");
        let Block::Table(table) = &found[0] else {
            panic!("{found:?}")
        };
        assert_eq!(table.align, [Align::Left, Align::Right]);
        assert_eq!(table.rows, [vec![vec![text("1")], vec![text("|x|")]]]);
    }

    #[test]
    fn items_of_lists_nest() {
        let found = blocks("1. a\n   - b\n   - *c* d\n2. e\n\n<!-- page -->\n");
        assert_eq!(
            found,
            [
                Block::List(
                    Some(1),
                    vec![
                        vec![
                            Block::Paragraph(vec![text("a")]),
                            Block::List(
                                None,
                                vec![
                                    vec![Block::Paragraph(vec![text("b")])],
                                    vec![Block::Paragraph(vec![
                                        Inline::Emphasis(vec![text("c")]),
                                        text(" d")
                                    ])],
                                ]
                            )
                        ],
                        vec![Block::Paragraph(vec![text("e")])],
                    ]
                ),
                Block::PageBreak
            ]
        );
    }

    #[test]
    fn a_line_break_between_chinese_characters_is_no_blank() {
        assert_eq!(
            blocks("甲\n乙 a\nb"),
            [Block::Paragraph(vec![text("甲乙 a b")])]
        );
    }
}
