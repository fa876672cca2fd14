//! The cells of the sheets of a workbook (ECMA-376 SpreadsheetML).

use std::collections::BTreeMap;
use std::sync::Arc;

use roxmltree::Node;

use crate::intake::archive::{Parts, active};
use crate::intake::finding::{Findings, Place, codes, cut, visible};
use crate::intake::{Cell, MOST_COLUMNS, MOST_ROWS, xml};
use crate::text::Text;

/// Rows beyond this are not part of a form.
const LAST_ROW: u32 = MOST_ROWS as u32 + 10;
/// Longest text of a cell, in characters.
const LONGEST_TEXT: usize = 4_000;
/// Most bytes of text in one sheet: many cells may share one long text.
const MOST_TEXT: usize = 16 * 1024 * 1024;

/// What one cell holds.
#[derive(Debug, Clone, Default)]
pub(super) struct Content {
    /// The value as text; empty if there is none.
    pub(super) text: String,
    /// The value, if the cell is numeric.
    pub(super) number: Option<f64>,
    /// The formula, if there is one.
    pub(super) formula: Option<String>,
    /// Whether the value is an error such as `#DIV/0!`.
    pub(super) error: bool,
}

/// One sheet.
#[derive(Debug)]
pub(super) struct Sheet {
    pub(super) file: Arc<str>,
    pub(super) name: Arc<str>,
    /// Whether day numbers count from 1904.
    pub(super) epoch_1904: bool,
    cells: BTreeMap<(u32, u32), Content>,
}

impl Sheet {
    /// What stands at row and column, both from 0.
    pub(super) fn content(&self, at: (u32, u32)) -> Option<&Content> {
        self.cells.get(&at)
    }

    /// The text at row and column, both from 0.
    pub(super) fn text(&self, row: u32, column: u32) -> &str {
        self.cells
            .get(&(row, column))
            .map_or("", |content| content.text.as_str())
    }

    /// The cell at row and column, both from 0.
    pub(super) fn cell(&self, row: u32, column: u32) -> Cell {
        let place = Place {
            sheet: Some(self.name.clone()),
            ..Place::file(&self.file)
        }
        .at(row.saturating_add(1), column.saturating_add(1));
        Cell {
            text: visible(self.text(row, column)),
            place,
        }
    }

    /// Every cell with its row and column, both from 0.
    pub(super) fn all(&self) -> impl Iterator<Item = ((u32, u32), &Content)> {
        self.cells.iter().map(|(at, content)| (*at, content))
    }

    /// The rows that hold something, from 0.
    pub(super) fn rows(&self) -> impl Iterator<Item = u32> {
        let mut rows: Vec<u32> = self.cells.keys().map(|(row, _)| *row).collect();
        rows.dedup();
        rows.into_iter()
    }

    /// The columns of a row that hold something, from 0.
    pub(super) fn columns(&self, row: u32) -> impl Iterator<Item = u32> {
        self.cells
            .range((row, 0)..=(row, u32::MAX))
            .map(|((_, column), _)| *column)
    }

    /// Where a text stands first.
    pub(super) fn find(&self, text: &str) -> Option<(u32, u32)> {
        self.cells
            .iter()
            .find(|(_, content)| content.text == text)
            .map(|(at, _)| *at)
    }
}

/// The sheets of a workbook in their order.
pub(super) fn sheets(parts: &Parts, whole: &Place, findings: &mut Findings) -> Option<Vec<Sheet>> {
    let kinds = parts.get("[Content_Types].xml").map_or("", String::as_str);
    if kinds.to_lowercase().contains("macroenabled") {
        active(whole, "macroEnabled", findings);
        return None;
    }
    let Some(book) = parts.get("xl/workbook.xml") else {
        not_a_workbook(whole, findings);
        return None;
    };
    let targets = targets(parts, whole, findings)?;
    let strings = shared_strings(parts, whole, findings)?;
    let document = xml::parse(book, whole, findings)?;
    let root = document.root_element();
    let epoch = xml::child(root, "workbookPr").and_then(|node| node.attribute("date1904"));
    let mut sheets = Vec::new();
    // Each part is read once, however many sheets claim it.
    let mut unread: BTreeMap<&str, &str> = parts
        .iter()
        .map(|(path, text)| (path.as_str(), text.as_str()))
        .collect();
    for node in xml::child(root, "sheets")
        .into_iter()
        .flat_map(|list| list.children())
        .filter(|node| node.tag_name().name() == "sheet")
    {
        let relation = node
            .attributes()
            .find(|a| a.name() == "id" && a.namespace().is_some())
            .map_or("", |a| a.value());
        let Some(content) = targets
            .get(relation)
            .and_then(|path| unread.remove(path.as_str()))
        else {
            continue;
        };
        let name: Arc<str> = Arc::from(visible(node.attribute("name").unwrap_or("")));
        let place = Place {
            sheet: Some(name.clone()),
            ..whole.clone()
        };
        let cells = cells(content, &strings, &place, findings)?;
        sheets.push(Sheet {
            file: whole.file.clone(),
            name,
            epoch_1904: matches!(epoch, Some("1" | "true")),
            cells,
        });
    }
    Some(sheets)
}

fn not_a_workbook(whole: &Place, findings: &mut Findings) {
    findings.error(
        codes::NOT_WORKBOOK,
        whole,
        Text::new(
            "压缩包中没有工作簿（xl/workbook.xml）",
            "the archive holds no workbook (xl/workbook.xml)",
        ),
        Text::new(
            "请提交 .xlsx 工作簿本身，不要再压缩",
            "send the .xlsx workbook itself, not packed again",
        ),
    );
}

/// The parts that the workbook refers to, by relation.
fn targets(
    parts: &Parts,
    whole: &Place,
    findings: &mut Findings,
) -> Option<BTreeMap<String, String>> {
    let Some(text) = parts.get("xl/_rels/workbook.xml.rels") else {
        not_a_workbook(whole, findings);
        return None;
    };
    let document = xml::parse(text, whole, findings)?;
    let mut targets = BTreeMap::new();
    for node in document.root_element().children().filter(Node::is_element) {
        if node.attribute("TargetMode") == Some("External") {
            active(whole, node.attribute("Target").unwrap_or(""), findings);
            return None;
        }
        let target = node.attribute("Target").unwrap_or("");
        let path = target
            .strip_prefix('/')
            .map_or_else(|| format!("xl/{target}"), str::to_string);
        targets.insert(node.attribute("Id").unwrap_or("").to_string(), path);
    }
    Some(targets)
}

fn shared_strings(parts: &Parts, whole: &Place, findings: &mut Findings) -> Option<Vec<String>> {
    let Some(text) = parts.get("xl/sharedStrings.xml") else {
        return Some(Vec::new());
    };
    let document = xml::parse(text, whole, findings)?;
    Some(
        document
            .root_element()
            .children()
            .filter(|node| node.tag_name().name() == "si")
            .map(|item| cut(rich_text(item), LONGEST_TEXT, whole, findings))
            .collect(),
    )
}

/// The text of a string item: its runs one after the other, without the phonetic guides.
fn rich_text(item: Node<'_, '_>) -> String {
    let mut text = String::new();
    for node in item.children() {
        match node.tag_name().name() {
            "t" => text.push_str(node.text().unwrap_or("")),
            "r" => text.push_str(xml::child(node, "t").and_then(|t| t.text()).unwrap_or("")),
            _ => {}
        }
    }
    text
}

fn cells(
    part: &str,
    strings: &[String],
    place: &Place,
    findings: &mut Findings,
) -> Option<BTreeMap<(u32, u32), Content>> {
    let document = xml::parse(part, place, findings)?;
    let mut cells = BTreeMap::new();
    let mut beyond = false;
    let mut next_row = 0_u32;
    let mut text = 0_usize;
    for row in xml::child(document.root_element(), "sheetData")
        .into_iter()
        .flat_map(|data| data.children())
        .filter(|node| node.tag_name().name() == "row")
    {
        let number = row
            .attribute("r")
            .and_then(|r| r.parse::<u32>().ok())
            .and_then(|r| r.checked_sub(1))
            .unwrap_or(next_row);
        next_row = number.saturating_add(1);
        let mut next_column = 0_u32;
        for node in row.children().filter(|node| node.tag_name().name() == "c") {
            let column = node
                .attribute("r")
                .and_then(column_of)
                .unwrap_or(next_column);
            next_column = column.saturating_add(1);
            let mut content = content(node, strings);
            content.text = cut(content.text, LONGEST_TEXT, place, findings);
            if content.text.is_empty() && content.formula.is_none() {
                continue;
            }
            text += content.text.len();
            if number > LAST_ROW || column as usize >= MOST_COLUMNS || text > MOST_TEXT {
                beyond = true;
            } else {
                cells.insert((number, column), content);
            }
        }
    }
    if beyond {
        findings.error(
            codes::TOO_MANY_ROWS,
            place,
            Text::new(
                format!("工作表在第 {LAST_ROW} 行或第 {MOST_COLUMNS} 列以外还有内容，或文字过多，没有读取"),
                format!("the sheet has content beyond row {LAST_ROW} or column {MOST_COLUMNS}, or too much text, which is not read"),
            ),
            Text::new("请删去表格以外的内容", "take out what is outside the form"),
        );
    }
    Some(cells)
}

/// The column of a reference such as `AB12`, from 0.
fn column_of(reference: &str) -> Option<u32> {
    let mut column = 0_u32;
    for byte in reference.bytes().take_while(u8::is_ascii_alphabetic) {
        column = column
            .checked_mul(26)?
            .checked_add(u32::from(byte.to_ascii_uppercase() - b'A') + 1)?;
    }
    column.checked_sub(1)
}

fn content(node: Node<'_, '_>, strings: &[String]) -> Content {
    let value = xml::child(node, "v")
        .and_then(|v| v.text())
        .unwrap_or("")
        .trim();
    let formula = xml::child(node, "f").map(|f| f.text().unwrap_or("").to_string());
    let kind = node.attribute("t").unwrap_or("n");
    let number = value.parse::<f64>().ok().filter(|_| kind == "n");
    let text = match kind {
        "s" => value
            .parse::<usize>()
            .ok()
            .and_then(|index| strings.get(index))
            .cloned()
            .unwrap_or_default(),
        "inlineStr" => xml::child(node, "is").map(rich_text).unwrap_or_default(),
        "n" => number.map_or_else(|| value.to_string(), decimal),
        "d" => value.split('T').next().unwrap_or(value).to_string(),
        _ => value.to_string(),
    };
    Content {
        text,
        number,
        formula,
        error: kind == "e",
    }
}

/// The shortest decimal text of a stored number: workbooks hold 1.1 as 1.1000000000000001.
fn decimal(value: f64) -> String {
    let magnitude = value.abs();
    if value != 0.0 && !(1e-6..1e15).contains(&magnitude) {
        format!("{value:e}")
    } else {
        format!("{value}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn references_give_columns_and_never_overflow() {
        assert_eq!(column_of("A1"), Some(0));
        assert_eq!(column_of("xfd9"), Some(16_383));
        assert_eq!(column_of("ZZZZZZZZZZ1"), None);
        assert_eq!(column_of("12"), None);
    }

    #[test]
    fn stored_numbers_are_given_as_they_were_typed() {
        for (stored, typed) in [
            ("1.1000000000000001", "1.1"),
            ("1.0000000000000001E-5", "0.00001"),
            ("6.6260701500000002E-34", "6.62607015e-34"),
            ("100", "100"),
        ] {
            assert_eq!(
                stored.parse::<f64>().map(decimal).unwrap_or_default(),
                typed
            );
        }
    }
}
