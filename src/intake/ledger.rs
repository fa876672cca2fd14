//! Tables that are no result forms (the log of a journey, the readings of a logger): each has columns of its own.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::columns::fold;
use super::csv::split::Line;
use super::finding::{Findings, Place, codes, shown, visible};
use super::form::header_field;
use super::{Cell, table};
use crate::text::{Lang, Text};

/// The columns of a kind of table in the order of the file, with their headings in Chinese and English.
pub(super) struct Columns<C: 'static> {
    pub all: &'static [(C, &'static str, &'static str)],
    /// Those without which no row can be understood.
    pub needed: &'static [C],
}

/// The heading of a table: which column stands where.
pub(super) struct Heading<C> {
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
    pub fn read(&self, line: &Line, whole: &Place, findings: &mut Findings) -> Heading<C> {
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
    pub fn cells(
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

/// What a line of such a table is.
pub(super) enum Part {
    /// An empty line, or a remark behind `#`.
    Nothing,
    /// `# key: value`
    Field(String, Cell),
    /// The heading, or a row below it.
    Row,
}

/// Tells apart what a line can be.
pub(super) fn part(line: &Line, whole: &Place, findings: &mut Findings) -> Part {
    if line.cells.iter().all(|cell| cell.trim().is_empty()) {
        return Part::Nothing;
    }
    let first = line.cells.first().map_or("", |cell| cell.trim());
    let Some(field) = first.strip_prefix('#') else {
        return Part::Row;
    };
    let named = field.split_once([':', '：']);
    let Some((key, value)) = named.and_then(|it| Some((header_field(it.0.trim())?, it.1))) else {
        return Part::Nothing;
    };
    let place = Place {
        column_name: Arc::from(key.as_str()),
        ..whole.at(line.row, 1)
    };
    let cell = table::clean(value, place, findings);
    Part::Field(key, cell)
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
