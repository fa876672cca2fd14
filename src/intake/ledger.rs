//! Tables that are no result forms (the log of a journey, the readings of a logger): each has columns of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::columns::fold;
use super::csv::split::{Line, Sheet};
use super::encoding::decode;
use super::finding::{Finding, Findings, Place, codes, file_name, shown, visible};
use super::form::header_field;
use super::{Cell, Severity, table};
use crate::text::{Lang, Text};

/// The columns of a kind of table in the order of the file, with their headings in Chinese and English.
pub(super) struct Columns<C: 'static> {
    pub all: &'static [(C, &'static str, &'static str)],
    /// Those without which no row can be understood.
    pub needed: &'static [C],
}

/// The heading of a table: which column stands where.
struct Heading<C> {
    columns: Vec<Option<C>>,
    names: Vec<Arc<str>>,
    whole: bool,
}

impl<C: Copy + Ord> Columns<C> {
    /// The headings in one language.
    pub fn titles(&self, lang: Lang) -> Vec<&'static str> {
        (self.all.iter())
            .map(|(_, zh, en)| lang.pick(*zh, *en))
            .collect()
    }

    /// The headings in both languages.
    pub fn bilingual(&self) -> Vec<String> {
        (self.all.iter())
            .map(|(_, zh, en)| format!("{zh} / {en}"))
            .collect()
    }

    /// Reads the heading of a table; columns that are not known, stand twice or are missing are findings.
    fn read(&self, line: &Line, whole: &Place, findings: &mut Findings) -> Heading<C> {
        let place = whole.at(line.row, 0);
        let mut columns: Vec<Option<C>> = Vec::new();
        for (position, text) in line.cells.iter().enumerate() {
            let here = Place {
                column: table::ordinal(position),
                column_name: Arc::from(visible(text)),
                ..place.clone()
            };
            let column = self.named(text);
            let known = column.filter(|it| !columns.contains(&Some(*it)));
            match (column, known) {
                (None, _) if text.trim().is_empty() => {}
                (None, _) => {
                    let like = self.nearest(text).map(|it| self.heading(it));
                    table::unknown_heading(text, like, &here, findings);
                }
                (Some(_), None) => table::heading_twice(text, &here, findings),
                _ => {}
            }
            columns.push(known);
        }
        let missing = |it: &&C| !columns.contains(&Some(**it));
        let missing: Vec<&C> = self.needed.iter().filter(missing).collect();
        for column in &missing {
            table::missing_column(&[self.heading(**column)], &place, findings);
        }
        Heading {
            whole: missing.is_empty(),
            columns,
            names: line.cells.iter().map(|it| Arc::from(visible(it))).collect(),
        }
    }

    fn heading(&self, column: C) -> Text {
        let known = self.all.iter().find(|(it, ..)| *it == column);
        known.map_or(Text::default(), |(_, zh, en)| Text::new(*zh, *en))
    }

    /// The column that a heading names, whatever its case, blanks and underscores; in one language, or in both (`时间 / time`).
    fn named(&self, heading: &str) -> Option<C> {
        match heading.split_once('/') {
            Some((one, other)) => self.known(one).filter(|it| self.known(other) == Some(*it)),
            None => self.known(heading),
        }
    }

    fn known(&self, heading: &str) -> Option<C> {
        let wanted = fold(heading).to_lowercase();
        let named = (self.all.iter()).find(|(_, zh, en)| *zh == wanted || fold(en) == wanted);
        named.map(|(column, ..)| *column)
    }

    /// The column whose heading is most like one that nobody knows.
    fn nearest(&self, heading: &str) -> Option<C> {
        let wanted = fold(heading).to_lowercase();
        let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&wanted, &fold(known));
        (self.all.iter())
            .map(|(column, zh, en)| (likeness(zh).max(likeness(en)), *column))
            .filter(|(score, _)| *score >= 0.6)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, column)| column)
    }
}

impl<C: Copy + Ord> Heading<C> {
    /// The cells of a row by their columns; none where a column is missing without which no row can be understood.
    fn cells(
        &self,
        line: &Line,
        whole: &Place,
        findings: &mut Findings,
    ) -> Option<BTreeMap<C, Cell>> {
        let mut cells = BTreeMap::new();
        for (position, text) in line.cells.iter().enumerate() {
            let place = Place {
                column_name: self.names.get(position).cloned().unwrap_or(Arc::from("")),
                ..whole.at(line.row, table::ordinal(position))
            };
            match self.columns.get(position) {
                Some(Some(column)) => {
                    cells.insert(*column, table::clean(text, place, findings));
                }
                Some(None) => {}
                None if text.trim().is_empty() => {}
                None => findings.error(
                    codes::ROW_LENGTH,
                    &place,
                    Text::new(
                        format!("“{}”不在任何一列之下", shown(text)),
                        format!("`{}` stands below no heading", shown(text)),
                    ),
                    Text::new(
                        "含逗号的文字请加双引号",
                        "put text with commas into quotation marks",
                    ),
                ),
            }
        }
        self.whole.then_some(cells)
    }
}

/// A kind of such tables, taken in row by row.
pub(super) trait Ledger: Sized {
    type Column: Copy + Ord + 'static;
    /// What is read of the whole.
    type Read;

    const COLUMNS: Columns<Self::Column>;

    /// Tells that there is no heading, and where an empty table comes from.
    fn without_heading() -> (Text, Text);

    /// A line `# key: value`.
    fn field(&mut self, key: &str, cell: Cell, findings: &mut Findings);

    /// A row in which every column stands that is needed.
    fn row(&mut self, row: u32, cells: BTreeMap<Self::Column, Cell>, findings: &mut Findings);

    /// Behind the last line of a table with a heading.
    fn finish(self, findings: &mut Findings) -> Option<Self::Read>;
}

/// Reads a table, `begin` with its place; none when an error was found, and every finding at once.
///
/// UTF-8, headings in Chinese or English, `,`, `;` or tab between cells.
pub(super) fn read<L: Ledger>(
    bytes: &[u8],
    file: &str,
    begin: impl FnOnce(Place) -> L,
) -> (Option<L::Read>, Vec<Finding>) {
    let name = file_name(file);
    let mut findings = Findings::new(&name);
    let read = decode(bytes, &name, &mut findings).and_then(|text| {
        let sheet = Sheet::split(text, &name, &mut findings);
        let whole = Place::file(&name);
        lines(&sheet, begin(whole.clone()), &whole, &mut findings)
    });
    let findings = findings.finish();
    let sound = findings.iter().all(|it| it.severity < Severity::Error);
    (read.filter(|_| sound), findings)
}

fn lines<L: Ledger>(
    sheet: &Sheet,
    mut ledger: L,
    whole: &Place,
    findings: &mut Findings,
) -> Option<L::Read> {
    let mut heading: Option<Heading<L::Column>> = None;
    for line in &sheet.lines {
        if line.cells.iter().all(|cell| cell.trim().is_empty()) {
            continue;
        }
        let first = line.cells.first().map_or("", |cell| cell.trim());
        match (first.strip_prefix('#'), &heading) {
            (Some(text), _) => {
                if let Some((key, cell)) = field(text, &whole.at(line.row, 1), findings) {
                    ledger.field(&key, cell, findings);
                }
            }
            (None, None) => heading = Some(L::COLUMNS.read(line, whole, findings)),
            (None, Some(heading)) => {
                if let Some(cells) = heading.cells(line, whole, findings) {
                    ledger.row(line.row, cells, findings);
                }
            }
        }
    }
    if heading.is_none() {
        let (message, help) = L::without_heading();
        findings.error(codes::EMPTY_FILE, whole, message, help);
        return None;
    }
    ledger.finish(findings)
}

/// What stands behind `#`: a key with its value; anything else is a remark.
fn field(text: &str, place: &Place, findings: &mut Findings) -> Option<(String, Cell)> {
    let (key, value) = text.split_once([':', '：'])?;
    let key = header_field(key.trim())?;
    let place = Place {
        column_name: Arc::from(key.as_str()),
        ..place.clone()
    };
    let cell = table::clean(value, place, findings);
    Some((key, cell))
}

/// Tells when a table was made for another plan than the one with this digest.
pub(super) fn check_plan(stated: &Cell, digest: &str, findings: &mut Findings) {
    if stated.text == digest {
        return;
    }
    findings.warning(
        codes::PLAN_DIGEST,
        &stated.place,
        Text::new(
            "这份记录是按另一版方案生成的，其中的计划日期可能与现行方案不同",
            "this record was made for another version of the plan; the dates planned there may differ",
        ),
        Text::new(
            "请核对各站；需要时用 `bidui plan` 重新生成空白记录",
            "check the stops; `bidui plan` writes an empty record of the plan in force",
        ),
    );
}
