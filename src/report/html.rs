//! Documents as HTML pages that print on A4.

use super::blocks::{Align, Block, Inline, Table, blocks, is_checklist, plain};
use super::columns::is_short;
use super::{Document, Pictures, file_of};
use crate::picture::svg::on_paper;
use crate::text::Lang;

/// A whole page: style sheet and pictures inside, nothing loaded from elsewhere. A picture that is not given is named by its caption alone.
pub fn html(document: &Document, pictures: &Pictures) -> String {
    let lang = match document.lang {
        Lang::Zh => "zh-CN",
        Lang::En => "en",
    };
    let mut page = Page {
        out: String::new(),
        pictures,
    };
    page.out.push_str("<!DOCTYPE html>\n");
    page.tag(&format!("html lang=\"{lang}\""));
    page.out
        .push_str("<head>\n<meta charset=\"utf-8\">\n<meta name=\"viewport\" content=\"width=device-width\">\n<title>");
    page.text(&document.title);
    page.out.push_str("</title>\n<style>\n");
    page.out.push_str(STYLE);
    page.out.push_str("</style>\n</head>\n<body>\n");
    page.blocks(&blocks(&document.markdown));
    page.out.push_str("</body>\n</html>\n");
    page.out
}

/// Most rows of a table that is not divided between pages.
const SHORT: usize = 6;

/// Most columns of a table whose short texts are kept on one line.
const NARROW: usize = 8;

const STYLE: &str = include_str!("style.css");

struct Page<'a> {
    out: String,
    pictures: &'a Pictures,
}

impl Page<'_> {
    fn blocks(&mut self, blocks: &[Block]) {
        for block in blocks {
            self.block(block);
        }
    }

    fn block(&mut self, block: &Block) {
        match block {
            Block::Heading(level, text) => self.line(&format!("h{level}"), text),
            Block::Paragraph(text) => self.line("p", text),
            Block::List(first, items) => {
                let (tag, open) = match first {
                    Some(1) => ("ol", "ol".to_owned()),
                    Some(n) => ("ol", format!("ol start=\"{n}\"")),
                    None if is_checklist(items) => ("ul", "ul class=\"checks\"".to_owned()),
                    None => ("ul", "ul".to_owned()),
                };
                self.tag(&open);
                for item in items {
                    self.out.push_str("<li>");
                    match item.as_slice() {
                        [Block::Paragraph(text)] => self.inlines(text),
                        inside => self.blocks(inside),
                    }
                    self.out.push_str("</li>\n");
                }
                self.tag(&format!("/{tag}"));
            }
            Block::Table(table) => self.table(table),
            Block::Quote(inside) => {
                self.tag("blockquote");
                self.blocks(inside);
                self.tag("/blockquote");
            }
            Block::Verbatim(text) => {
                self.out.push_str("<pre>");
                self.text(text);
                self.out.push_str("</pre>\n");
            }
            Block::Picture(name, caption) => {
                self.tag("figure");
                if let Some(svg) = self.pictures.get(file_of(name)) {
                    // A declaration of XML has no place inside a page, and the page is white for every reader.
                    let svg = on_paper(svg);
                    let begin = svg.find("<svg").and_then(|at| svg.get(at..));
                    self.out.push_str(begin.unwrap_or_default());
                }
                self.out.push_str("<figcaption>");
                self.text(caption);
                self.out.push_str("</figcaption>\n");
                self.tag("/figure");
            }
            Block::Rule => self.tag("hr"),
            Block::PageBreak => self.tag("div class=\"page\"></div"),
        }
    }

    fn table(&mut self, table: &Table) {
        let headed = table.head.iter().any(|cell| !cell.is_empty());
        // A short table stays on one page; one of two columns without headings is a list of particulars.
        let short = if table.rows.len() <= SHORT {
            "short"
        } else {
            ""
        };
        let pairs = if !headed && table.align.len() == 2 {
            " pairs"
        } else {
            ""
        };
        self.tag(&format!(
            "table class=\"{}\"",
            format!("{short}{pairs}").trim()
        ));
        if table.head.iter().any(|cell| !cell.is_empty()) {
            self.tag("thead");
            self.row("th", &table.head, &table.align);
            self.tag("/thead");
        }
        self.tag("tbody");
        for row in &table.rows {
            self.row("td", row, &table.align);
        }
        self.tag("/tbody");
        self.tag("/table");
    }

    fn row(&mut self, cell: &str, row: &[Vec<Inline>], align: &[Align]) {
        self.out.push_str("<tr>");
        for (text, align) in row.iter().zip(align) {
            self.out.push('<');
            self.out.push_str(cell);
            let whole = row.len() <= NARROW && is_short(&plain(text));
            self.out.push_str(match (align, whole) {
                (Align::Left, false) => ">",
                (Align::Left, true) => " class=\"whole\">",
                (Align::Centre, false) => " class=\"centre\">",
                (Align::Centre, true) => " class=\"centre whole\">",
                (Align::Right, false) => " class=\"right\">",
                (Align::Right, true) => " class=\"right whole\">",
            });
            self.inlines(text);
            self.out.push_str(&format!("</{cell}>"));
        }
        self.out.push_str("</tr>\n");
    }

    fn line(&mut self, tag: &str, text: &[Inline]) {
        self.out.push_str(&format!("<{tag}>"));
        self.inlines(text);
        self.out.push_str(&format!("</{tag}>\n"));
    }

    fn inlines(&mut self, line: &[Inline]) {
        for piece in line {
            match piece {
                Inline::Text(text) => self.dated(text),
                Inline::Strong(inner) => self.within("strong", inner),
                Inline::Emphasis(inner) => self.within("em", inner),
                Inline::Sub(inner) => self.within("sub", inner),
                Inline::Sup(inner) => self.within("sup", inner),
                Inline::Code(text) => self.within("code", &[Inline::Text(text.clone())]),
                Inline::Break => self.out.push_str("<br>"),
                Inline::Link(target, inner) if harmless(target) => {
                    self.out.push_str("<a href=\"");
                    self.text(target);
                    self.out.push_str("\">");
                    self.inlines(inner);
                    self.out.push_str("</a>");
                }
                Inline::Link(_, inner) => self.inlines(inner),
            }
        }
    }

    fn within(&mut self, tag: &str, inner: &[Inline]) {
        self.out.push_str(&format!("<{tag}>"));
        self.inlines(inner);
        self.out.push_str(&format!("</{tag}>"));
    }

    fn tag(&mut self, tag: &str) {
        self.out.push_str(&format!("<{tag}>\n"));
    }

    /// Text in which a date is never divided between lines.
    fn dated(&mut self, text: &str) {
        let mut rest = text;
        while let Some((before, date, behind)) = next_date(rest) {
            self.text(before);
            self.out.push_str("<span class=\"date\">");
            self.text(date);
            self.out.push_str("</span>");
            rest = behind;
        }
        self.text(rest);
    }

    fn text(&mut self, text: &str) {
        for c in text.chars() {
            match c {
                '&' => self.out.push_str("&amp;"),
                '<' => self.out.push_str("&lt;"),
                '>' => self.out.push_str("&gt;"),
                '"' => self.out.push_str("&quot;"),
                c => self.out.push(c),
            }
        }
    }
}

/// The text before the first date such as `2026-09-01`, the date, and the text behind it.
fn next_date(text: &str) -> Option<(&str, &str, &str)> {
    let form = b"0000-00-00";
    let is_date = |bytes: &[u8]| {
        bytes.iter().zip(form).all(|(byte, wanted)| match wanted {
            b'0' => byte.is_ascii_digit(),
            wanted => byte == wanted,
        })
    };
    let at = text.as_bytes().windows(form.len()).position(is_date)?;
    let (before, rest) = text.split_at_checked(at)?;
    let (date, behind) = rest.split_at_checked(form.len())?;
    Some((before, date, behind))
}

/// Links that run nothing.
fn harmless(target: &str) -> bool {
    let lower = target.trim().to_ascii_lowercase();
    ["https://", "http://", "mailto:", "#"]
        .iter()
        .any(|start| lower.starts_with(start))
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;

    fn page(markdown: &str) -> String {
        let document = Document {
            title: "<t>".to_owned(),
            lang: Lang::Zh,
            markdown: markdown.to_owned(),
            open: true,
        };
        html(
            &document,
            &Pictures::from([("a.svg".to_owned(), "<?xml?>\n<svg>1</svg>".to_owned())]),
        )
    }

    #[test]
    fn text_is_escaped_and_the_page_has_no_script() {
        let page = page("# a < b\n\n<script>alert(1)</script>\n\n[x](javascript:alert(1))\n");
        assert!(page.contains("<h1>a &lt; b</h1>"));
        assert!(page.contains("<title>&lt;t&gt;</title>"));
        assert!(!page.contains("<script") && !page.contains("javascript:"));
    }

    #[test]
    fn a_picture_stands_inside_the_page() {
        let page = page("![时间表](../a.svg)\n\n![b](other.svg)\n");
        assert!(page.contains("<svg>1</svg><figcaption>时间表</figcaption>"));
        assert!(!page.contains("<?xml") && page.contains("<figcaption>b</figcaption>"));
    }

    #[test]
    fn a_date_stays_on_its_line() {
        let page = page("甲 2026-09-01 至 2026-09-10。\n");
        assert!(page.contains("甲 <span class=\"date\">2026-09-01</span> 至"));
        assert_eq!(page.matches("class=\"date\"").count(), 2);
    }

    #[test]
    fn a_table_without_headings_has_no_head() {
        let page = page("| | |\n|---|--:|\n| a | b |\n");
        assert!(!page.contains("<thead>"));
        assert!(
            page.contains("<tr><td class=\"whole\">a</td><td class=\"right whole\">b</td></tr>")
        );
    }
}
