//! Text split into lines and cells.

use crate::intake::finding::{Findings, Place, codes, shown};
use crate::intake::{MOST_COLUMNS, MOST_ROWS, table};
use crate::text::Text;

/// One line of cells with the number of the line it starts on.
#[derive(Debug)]
pub(in crate::intake) struct Line {
    pub(in crate::intake) row: u32,
    pub(in crate::intake) cells: Vec<String>,
    /// Whether the first cell was quoted: a quoted `#` line is one that a spreadsheet program has written.
    pub(in crate::intake) quoted: bool,
}

/// A file split into lines of cells.
#[derive(Debug)]
pub(in crate::intake) struct Sheet {
    pub(in crate::intake) lines: Vec<Line>,
    /// Whether the last line ends with a line break.
    pub(in crate::intake) ended: bool,
    /// The character between cells.
    pub(in crate::intake) separator: char,
}

impl Sheet {
    pub(in crate::intake) fn split(text: &str, name: &str, findings: &mut Findings) -> Sheet {
        let separator = separator(text);
        let mut lines = Vec::new();
        let mut splitter = Splitter {
            rest: text,
            row: 1,
            separator,
        };
        while !splitter.rest.is_empty() {
            let place = Place::file(name).at(splitter.row, 0);
            if lines.len() >= MOST_ROWS + 1_000 {
                table::too_many_rows(&place, findings);
                break;
            }
            let line = splitter.line(&place, findings);
            if line.cells.len() > MOST_COLUMNS {
                too_many_columns(&place, line.cells.len(), findings);
            }
            lines.push(Line {
                cells: line.cells.into_iter().take(MOST_COLUMNS).collect(),
                ..line
            });
        }
        Sheet {
            lines,
            ended: text.ends_with(['\n', '\r']),
            separator,
        }
    }
}

fn too_many_columns(place: &Place, columns: usize, findings: &mut Findings) {
    findings.error(
        codes::TOO_MANY_ROWS,
        place,
        Text::new(
            format!("该行有 {columns} 列，上限是 {MOST_COLUMNS} 列"),
            format!("the row has {columns} columns; the limit is {MOST_COLUMNS}"),
        ),
        Text::new(
            "请检查分隔符和引号",
            "check the separators and quotation marks",
        ),
    );
}

/// The character that separates the cells of the heading: the most frequent of `,`, `;` and tab outside quotation marks.
fn separator(text: &str) -> char {
    let heading = text
        .lines()
        .find(|line| !line.trim().is_empty() && !line.trim_start_matches('"').starts_with('#'))
        .unwrap_or("");
    let mut quoted = false;
    let mut counts = [(',', 0_usize), (';', 0), ('\t', 0)];
    for c in heading.chars() {
        quoted ^= c == '"';
        for (separator, count) in &mut counts {
            *count += usize::from(!quoted && c == *separator);
        }
    }
    let mut best = (',', 0);
    for (separator, count) in counts {
        if count > best.1 {
            best = (separator, count);
        }
    }
    best.0
}

/// Splits text into lines and cells.
struct Splitter<'a> {
    rest: &'a str,
    row: u32,
    separator: char,
}

impl<'a> Splitter<'a> {
    /// Takes the next line of cells.
    fn line(&mut self, place: &Place, findings: &mut Findings) -> Line {
        let row = self.row;
        let quoted = self.rest.starts_with('"');
        let mut cells = Vec::new();
        loop {
            let place = Place {
                column: table::ordinal(cells.len()),
                ..place.at(self.row, 0)
            };
            cells.push(self.cell(&place, findings));
            match self.rest.chars().next() {
                Some(c) if c == self.separator => {
                    self.rest = self.rest.strip_prefix(c).unwrap_or("")
                }
                _ => break,
            }
        }
        self.line_break();
        Line { row, cells, quoted }
    }

    fn line_break(&mut self) {
        for end in ["\r\n", "\n", "\r"] {
            if let Some(rest) = self.rest.strip_prefix(end) {
                self.rest = rest;
                self.row += 1;
                return;
            }
        }
    }

    /// Takes one cell; leaves the separator or line break behind it.
    fn cell(&mut self, place: &Place, findings: &mut Findings) -> String {
        let Some(body) = self.rest.strip_prefix('"') else {
            return self.unquoted().to_string();
        };
        let Some((content, rest)) = quoted(body) else {
            findings.error(
                codes::CUT_OFF,
                place,
                Text::new("这里的引号直到文件末尾都没有闭合", "the quotation mark here is not closed up to the end of the file"),
                Text::new("若文件不完整，请重新导出；否则请补上或删去这个引号", "export the file again if it is cut off; else close or remove this quotation mark"),
            );
            // Going on after this line shows the findings of the lines below as well.
            self.rest = body;
            return self.unquoted().to_string();
        };
        self.row = self
            .row
            .saturating_add(u32::try_from(content.matches('\n').count()).unwrap_or(u32::MAX));
        self.rest = rest;
        let behind = self.unquoted();
        if !behind.trim().is_empty() {
            findings.error(
                codes::QUOTING,
                place,
                Text::new(
                    format!("闭合引号后面还有“{}”", shown(behind)),
                    format!("`{}` follows the closing quotation mark", shown(behind)),
                ),
                Text::new(
                    "单元格内的引号请写成两个引号 \"\"",
                    "write a quotation mark inside a cell twice: \"\"",
                ),
            );
        }
        format!("{content}{behind}")
    }

    /// Takes everything up to the next separator or line break.
    fn unquoted(&mut self) -> &'a str {
        let end = self
            .rest
            .find([self.separator, '\n', '\r'])
            .unwrap_or(self.rest.len());
        let (cell, rest) = self.rest.split_at(end);
        self.rest = rest;
        cell
    }
}

/// The content up to the closing quotation mark, and what follows the mark; `None` if there is no closing mark.
fn quoted(body: &str) -> Option<(String, &str)> {
    let mut content = String::new();
    let mut rest = body;
    loop {
        let (part, behind) = rest.split_once('"')?;
        content.push_str(part);
        match behind.strip_prefix('"') {
            Some(behind) => {
                content.push('"');
                rest = behind;
            }
            None => return Some((content, behind)),
        }
    }
}
