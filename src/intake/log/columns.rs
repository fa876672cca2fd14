//! The columns of a log.

use crate::intake::ledger::Columns;

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

pub(super) const COLUMNS: Columns<LogColumn> = Columns {
    all: &ALL,
    needed: &[LogColumn::Artefact, LogColumn::Laboratory],
};

/// Every column in the order of the file: Chinese, English.
const ALL: [(LogColumn, &str, &str); 13] = [
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
