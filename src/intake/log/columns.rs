//! The columns of a log.

use crate::intake::columns::fold;
use crate::text::Text;

/// A column of a log.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum LogColumn {
    Artefact,
    Laboratory,
    Name,
    Ordinal,
    PlannedArrival,
    PlannedDeparture,
    Arrived,
    Departed,
    ExpectedArrival,
    ExpectedDeparture,
    Damaged,
    Lost,
    Remark,
}

/// Every column in the order of the file: Chinese, English.
pub(super) const COLUMNS: [(LogColumn, &str, &str); 13] = [
    (LogColumn::Artefact, "传递标准", "artefact"),
    (LogColumn::Laboratory, "实验室", "laboratory"),
    (LogColumn::Name, "名称", "name"),
    (LogColumn::Ordinal, "到访次序", "visit"),
    (LogColumn::PlannedArrival, "计划到达", "planned_arrival"),
    (LogColumn::PlannedDeparture, "计划发出", "planned_departure"),
    (LogColumn::Arrived, "实际到达", "arrived"),
    (LogColumn::Departed, "实际发出", "departed"),
    (LogColumn::ExpectedArrival, "预计到达", "expected_arrival"),
    (
        LogColumn::ExpectedDeparture,
        "预计发出",
        "expected_departure",
    ),
    (LogColumn::Damaged, "损坏日期", "damaged"),
    (LogColumn::Lost, "丢失日期", "lost"),
    (LogColumn::Remark, "备注", "remark"),
];

/// The columns in which the pilot writes dates.
pub(super) const DATES: [LogColumn; 6] = [
    LogColumn::Arrived,
    LogColumn::Departed,
    LogColumn::ExpectedArrival,
    LogColumn::ExpectedDeparture,
    LogColumn::Damaged,
    LogColumn::Lost,
];

impl LogColumn {
    /// The heading in both languages.
    pub(super) fn heading(self) -> Text {
        let known = COLUMNS.iter().find(|(column, ..)| *column == self);
        known.map_or(Text::default(), |(_, zh, en)| Text::new(*zh, *en))
    }

    /// The column that a heading names, whatever its case, blanks and underscores.
    pub(super) fn named(heading: &str) -> Option<LogColumn> {
        let wanted = fold(heading).to_lowercase();
        let named = COLUMNS
            .iter()
            .find(|(_, zh, en)| *zh == wanted || fold(en) == wanted);
        named.map(|(column, ..)| *column)
    }

    /// The column whose heading is most like one that nobody knows.
    pub(super) fn nearest(heading: &str) -> Option<LogColumn> {
        let wanted = fold(heading).to_lowercase();
        let likeness = |known: &str| strsim::normalized_damerau_levenshtein(&wanted, &fold(known));
        (COLUMNS.iter())
            .map(|(column, zh, en)| (likeness(zh).max(likeness(en)), *column))
            .filter(|(score, _)| *score >= 0.6)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, column)| column)
    }
}
