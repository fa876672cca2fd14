//! Documents as Word files: headings, lists and tables as the word processor knows them, so that they can be edited further.
//!
//! Word shows no SVG of this kind, so pictures come in as PNG; without the feature `pdf`, which can make them, the file of each is named.

use std::io::Cursor;

use docx_rs::{
    AbstractNumbering, AlignmentType, BreakType, Docx, Footer, IndentLevel, Level, LevelJc,
    LevelText, LineSpacing, NumPages, NumberFormat, Numbering, NumberingId, PageMargin, PageNum,
    Paragraph, Pic, Run, RunFonts, Shading, SpecialIndentType, Start, Style, StyleType, Table,
    TableCell, TableCellMargins, TableLayoutType, TableRow, VertAlignType, WidthType,
};

use super::blocks::{self, Align, Block, Inline};
use super::columns::{TEXT_WIDTH, widths};
use super::{Document, Raster, Rasters, file_of};
use crate::text::{Lang, Text};

/// Why no Word file could be written: what the writer of the archive said.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DocxError(String);

impl DocxError {
    /// The message for a person.
    pub fn message(&self) -> Text {
        Text::new(
            format!("无法写成 Word 文件：{}", self.0),
            format!("no Word file could be written: {}", self.0),
        )
    }
}

/// Width and height of A4, in twentieths of a point.
const A4: (u32, u32) = (11906, 16838);
/// Units of Word's drawings in a pixel, of which an inch has 96.
const EMU_PER_PIXEL: f64 = 9525.0;
/// Width of the text on the page and the most height for a picture, in pixels.
const WIDEST: f64 = 642.0;
const HIGHEST: f64 = 820.0;
/// Abstract numbering of lists that are not numbered; every numbered list gets one of its own behind it.
const BULLETS: usize = 2;
/// What a list is indented by for each of its levels.
const STEP: i32 = 420;

/// A Word file; the same document gives the same bytes.
///
/// # Errors
/// When the archive cannot be written.
pub fn docx(document: &Document, rasters: &Rasters) -> Result<Vec<u8>, DocxError> {
    let fonts = Fonts::of(document.lang);
    let mut writer = Writer {
        file: file(&fonts),
        fonts,
        lists: BULLETS,
        start_page: false,
        rasters,
    };
    for block in blocks::blocks(&document.markdown) {
        writer.block(&block, 0);
    }
    let mut bytes = Cursor::new(Vec::new());
    writer
        .file
        .build()
        .pack(&mut bytes)
        .map_err(|error| DocxError(error.to_string()))?;
    Ok(bytes.into_inner())
}

struct Fonts {
    text: RunFonts,
    heading: RunFonts,
}

impl Fonts {
    fn of(lang: Lang) -> Fonts {
        let fonts = |latin: &str, chinese: &str| {
            let fonts = RunFonts::new()
                .ascii(latin)
                .hi_ansi(latin)
                .east_asia(chinese);
            // Quotation marks and dashes belong to both scripts; the hint says in which font they stand.
            match lang {
                Lang::Zh => fonts.hint("eastAsia"),
                Lang::En => fonts,
            }
        };
        Fonts {
            text: fonts("Times New Roman", "SimSun"),
            heading: fonts("Arial", "SimHei"),
        }
    }
}

/// An empty file with page, styles and page numbers.
fn file(fonts: &Fonts) -> Docx {
    let heading = |level: usize, size: usize| {
        Style::new(format!("Heading{level}"), StyleType::Paragraph)
            .name(format!("heading {level}"))
            .fonts(fonts.heading.clone())
            .size(size)
            .bold()
            .line_spacing(LineSpacing::new().before(280 / level as u32).after(100))
            .outline_lvl(level - 1)
    };
    let grey = |run: Run| run.size(18).fonts(fonts.text.clone());
    let numbers = Paragraph::new()
        .align(AlignmentType::Center)
        .add_page_num(PageNum::new())
        .add_run(grey(Run::new().add_text(" / ")))
        .add_num_pages(NumPages::new());
    Docx::new()
        .page_size(A4.0, A4.1)
        .page_margin(
            PageMargin::new()
                .top(1247)
                .bottom(1134)
                .left(1134)
                .right(1134),
        )
        .default_fonts(fonts.text.clone())
        .default_size(21)
        .add_style(heading(1, 36).align(AlignmentType::Center))
        .add_style(heading(2, 26))
        .add_style(heading(3, 22))
        .footer(Footer::new().add_paragraph(numbers))
        .add_abstract_numbering(levels(BULLETS, "bullet", 0))
        .add_numbering(Numbering::new(BULLETS, BULLETS))
}

/// The levels of a kind of list.
fn levels(id: usize, format: &str, first: u64) -> AbstractNumbering {
    (0..4).fold(AbstractNumbering::new(id), |numbering, level| {
        let text = match format {
            "bullet" => "•".to_owned(),
            _ => format!("%{}.", level + 1),
        };
        let left = STEP * (level as i32 + 1);
        numbering.add_level(
            Level::new(
                level,
                Start::new(usize::try_from(first).unwrap_or(1)),
                NumberFormat::new(format),
                LevelText::new(text),
                LevelJc::new("left"),
            )
            .indent(
                Some(left),
                Some(SpecialIndentType::Hanging(STEP)),
                None,
                None,
            ),
        )
    })
}

/// How a run looks.
#[derive(Clone, Copy, Default)]
struct Look {
    strong: bool,
    emphasis: bool,
    /// Smaller than the text, for tables.
    small: bool,
    shift: Option<VertAlignType>,
}

struct Writer<'a> {
    file: Docx,
    fonts: Fonts,
    /// Numbering given last.
    lists: usize,
    /// Whether the next paragraph begins a page.
    start_page: bool,
    rasters: &'a Rasters,
}

impl Writer<'_> {
    fn add(&mut self, paragraph: Paragraph) {
        let paragraph = paragraph.page_break_before(std::mem::take(&mut self.start_page));
        self.file = std::mem::take(&mut self.file).add_paragraph(paragraph);
    }

    fn block(&mut self, block: &Block, depth: usize) {
        let spaced = || Paragraph::new().line_spacing(LineSpacing::new().after(80));
        match block {
            Block::Heading(level, text) => {
                let style = format!("Heading{}", (*level).clamp(1, 3));
                let paragraph = Paragraph::new().style(&style).keep_next(true);
                let fonts = self.fonts.heading.clone();
                let paragraph = runs(paragraph, text, Look::default(), &fonts);
                self.add(paragraph);
            }
            Block::Paragraph(text) => {
                let paragraph = runs(spaced(), text, Look::default(), &self.fonts.text);
                self.add(paragraph);
            }
            Block::List(first, items) => self.list(*first, items, depth),
            Block::Table(table) => self.table(table),
            Block::Quote(inside) => {
                for block in inside {
                    self.block(block, depth);
                }
            }
            Block::Verbatim(text) => {
                for line in text.lines() {
                    let line = [Inline::Code(line.to_owned())];
                    let paragraph =
                        runs(Paragraph::new(), &line, Look::default(), &self.fonts.text);
                    self.add(paragraph);
                }
            }
            Block::Picture(name, caption) => {
                let file = file_of(name);
                let centred = || spaced().align(AlignmentType::Center);
                let mut caption = caption.clone();
                match self.rasters.get(file) {
                    Some(picture) => {
                        let run = Run::new().add_image(image(picture));
                        self.add(centred().keep_next(true).add_run(run));
                    }
                    None => caption.push_str(&format!(" ({file})")),
                }
                let look = Look {
                    emphasis: true,
                    ..Look::default()
                };
                let paragraph = runs(centred(), &[Inline::Text(caption)], look, &self.fonts.text);
                self.add(paragraph);
            }
            Block::Rule => self.add(spaced()),
            Block::PageBreak => self.start_page = true,
        }
    }

    fn list(&mut self, first: Option<u64>, items: &[Vec<Block>], depth: usize) {
        let id = match first {
            None => BULLETS,
            Some(first) => {
                self.lists += 1;
                self.file = std::mem::take(&mut self.file)
                    .add_abstract_numbering(levels(self.lists, "decimal", first))
                    .add_numbering(Numbering::new(self.lists, self.lists));
                self.lists
            }
        };
        let boxes = blocks::is_checklist(items);
        for item in items {
            for (position, block) in item.iter().enumerate() {
                match block {
                    Block::Paragraph(text) => {
                        let paragraph = Paragraph::new();
                        let paragraph = if position == 0 && boxes {
                            paragraph.indent(
                                Some(STEP),
                                Some(SpecialIndentType::Hanging(STEP / 2)),
                                None,
                                None,
                            )
                        } else if position == 0 {
                            paragraph.numbering(NumberingId::new(id), IndentLevel::new(depth))
                        } else {
                            paragraph.indent(Some(STEP * (depth as i32 + 1)), None, None, None)
                        };
                        let paragraph = runs(paragraph, text, Look::default(), &self.fonts.text);
                        self.add(paragraph);
                    }
                    other => self.block(other, depth + 1),
                }
            }
        }
    }

    fn table(&mut self, table: &blocks::Table) {
        // A page cannot begin with a table by itself, so an empty line begins it.
        if self.start_page {
            self.add(Paragraph::new());
        }
        let widths = widths(table);
        let mut rows = Vec::new();
        if table.head.iter().any(|cell| !cell.is_empty()) {
            rows.push(self.row(&table.head, &table.align, &widths, true));
        }
        for row in &table.rows {
            rows.push(self.row(row, &table.align, &widths, false));
        }
        let made = Table::new(rows)
            .set_grid(widths)
            .layout(TableLayoutType::Fixed)
            .width(TEXT_WIDTH, WidthType::Dxa)
            .margins(TableCellMargins::new().margin(40, 90, 40, 90));
        self.file = std::mem::take(&mut self.file).add_table(made);
        self.add(Paragraph::new().line_spacing(LineSpacing::new().after(60)));
    }

    fn row(&self, row: &[Vec<Inline>], align: &[Align], widths: &[usize], head: bool) -> TableRow {
        let cells = row.iter().zip(align).zip(widths);
        let cells = cells.map(|((text, align), width)| {
            let paragraph = Paragraph::new().align(match align {
                Align::Left => AlignmentType::Left,
                Align::Centre => AlignmentType::Center,
                Align::Right => AlignmentType::Right,
            });
            let look = Look {
                strong: head,
                small: true,
                ..Look::default()
            };
            let cell = TableCell::new()
                .width(*width, WidthType::Dxa)
                .add_paragraph(runs(paragraph, text, look, &self.fonts.text));
            if head {
                cell.shading(Shading::new().fill("F0F0F0"))
            } else {
                cell
            }
        });
        TableRow::new(cells.collect()).cant_split()
    }
}

/// A picture at its own size, or smaller where the page is too narrow or too low for it.
fn image(raster: &Raster) -> Pic {
    let share = (WIDEST / raster.width)
        .min(HIGHEST / raster.height)
        .min(1.0);
    let emu = |pixels: f64| (pixels * share * EMU_PER_PIXEL) as u32;
    let dots = |pixels: f64| pixels.ceil() as u32;
    Pic::new_with_dimensions(raster.png.clone(), dots(raster.width), dots(raster.height))
        .size(emu(raster.width), emu(raster.height))
}

/// A paragraph with the text added.
fn runs(mut paragraph: Paragraph, text: &[Inline], look: Look, fonts: &RunFonts) -> Paragraph {
    for piece in text {
        paragraph = match piece {
            Inline::Text(text) => paragraph.add_run(run(text, look, fonts)),
            Inline::Code(text) => {
                let mono = fonts.clone().ascii("Consolas").hi_ansi("Consolas");
                let look = Look {
                    small: true,
                    ..look
                };
                paragraph.add_run(run(text, look, &mono))
            }
            Inline::Break => paragraph.add_run(Run::new().add_break(BreakType::TextWrapping)),
            Inline::Strong(inner) => {
                let look = Look {
                    strong: true,
                    ..look
                };
                runs(paragraph, inner, look, fonts)
            }
            Inline::Emphasis(inner) => {
                let look = Look {
                    emphasis: true,
                    ..look
                };
                runs(paragraph, inner, look, fonts)
            }
            Inline::Sub(inner) => {
                let look = Look {
                    shift: Some(VertAlignType::SubScript),
                    ..look
                };
                runs(paragraph, inner, look, fonts)
            }
            Inline::Sup(inner) => {
                let look = Look {
                    shift: Some(VertAlignType::SuperScript),
                    ..look
                };
                runs(paragraph, inner, look, fonts)
            }
            Inline::Link(_, inner) => runs(paragraph, inner, look, fonts),
        };
    }
    paragraph
}

fn run(text: &str, look: Look, fonts: &RunFonts) -> Run {
    let mut run = Run::new().add_text(text).fonts(fonts.clone());
    if look.strong {
        run = run.bold();
    }
    if look.emphasis {
        run = run.italic();
    }
    if look.small {
        run = run.size(19);
    }
    if let Some(shift) = look.shift {
        run.run_property = run.run_property.vert_align(shift);
    }
    run
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use std::io::Read;

    fn body(markdown: &str) -> String {
        let document = Document {
            title: String::new(),
            lang: Lang::Zh,
            markdown: markdown.to_owned(),
            open: true,
        };
        let bytes = docx(&document, &Rasters::new()).unwrap();
        assert_eq!(bytes, docx(&document, &Rasters::new()).unwrap());
        let mut archive = zip::ZipArchive::new(Cursor::new(bytes)).unwrap();
        let mut text = String::new();
        archive
            .by_name("word/document.xml")
            .unwrap()
            .read_to_string(&mut text)
            .unwrap();
        text
    }

    #[test]
    fn headings_are_headings_and_chinese_has_its_font() {
        let body = body("# 比对实施方案\n\n甲\n");
        assert!(body.contains("w:val=\"Heading1\""));
        assert!(body.contains("w:eastAsia=\"SimSun\""));
        assert!(body.contains("w:w=\"11906\" w:h=\"16838\""));
    }

    #[test]
    fn every_numbered_list_counts_anew() {
        let body = body("1. a\n\nx\n\n1. b\n");
        assert!(body.contains("<w:numId w:val=\"3\"") && body.contains("<w:numId w:val=\"4\""));
    }

    #[test]
    fn a_subscript_is_lowered() {
        assert!(body("*E*<sub>n</sub>").contains("<w:vertAlign w:val=\"subscript\""));
    }
}
