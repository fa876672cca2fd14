//! The columns of a table of results or of a budget, and their names in Chinese and English.

use crate::text::Text;

/// A column of a submitted table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Column {
    /// Identifier of a row of a form.
    Id,
    Laboratory,
    Measurand,
    Point,
    /// Which single measurement of a test before dispatch a row holds.
    Item,
    Nominal,
    Resolution,
    Value,
    Unit,
    Expanded,
    Factor,
    Standard,
    Dof,
    Date,
    Remark,
    Component,
    Evaluation,
    Distribution,
    Sensitivity,
    /// The second point of a pair, and the correlation coefficient of the results at both.
    OtherPoint,
    Correlation,
    /// A single reading, from 1.
    Repeat(u32),
}

/// Identifier, name in both languages and further spellings (folded as by [`fold`]) of every column but the readings.
const NAMES: &[(Column, &str, &str, &str, &[&str])] = &[
    (Column::Id, "id", "编号", "id", &["rowid"]),
    (
        Column::Laboratory,
        "lab",
        "实验室",
        "lab",
        &[
            "laboratory",
            "实验室名称",
            "实验室代码",
            "实验室编号",
            "参比实验室",
        ],
    ),
    (
        Column::Measurand,
        "measurand",
        "被测量",
        "measurand",
        &["quantity", "参量", "量", "项目", "参数"],
    ),
    (
        Column::Point,
        "point",
        "测量点",
        "point",
        &["measurementpoint", "测点", "校准点", "比对点"],
    ),
    (
        Column::Item,
        "item",
        "试验项目",
        "item",
        &["testitem", "试验序号"],
    ),
    (
        Column::Nominal,
        "nominal",
        "标称值",
        "nominal",
        &["nominalvalue"],
    ),
    (
        Column::Resolution,
        "resolution",
        "分辨力",
        "resolution",
        &["分辨率", "最小分度"],
    ),
    (
        Column::Value,
        "value",
        "测得值",
        "value",
        &[
            "result",
            "measuredvalue",
            "测量结果",
            "测得量值",
            "测量值",
            "结果",
        ],
    ),
    (
        Column::Unit,
        "unit",
        "单位",
        "unit",
        &["units", "计量单位", "测量单位"],
    ),
    (
        Column::Expanded,
        "U",
        "扩展不确定度",
        "U",
        &[
            "expandeduncertainty",
            "扩展不确定度U",
            "uncertaintyU",
            "expandeduncertaintyU",
        ],
    ),
    (
        Column::Factor,
        "k",
        "包含因子",
        "k",
        &["coveragefactor", "包含因子k", "coveragefactork", "覆盖因子"],
    ),
    (
        Column::Standard,
        "u",
        "标准不确定度",
        "u",
        &[
            "standarduncertainty",
            "标准不确定度u",
            "standarduncertaintyu",
            "合成标准不确定度",
            "合成标准不确定度uc",
            "uc",
        ],
    ),
    (
        Column::Dof,
        "dof",
        "自由度",
        "dof",
        &[
            "degreesoffreedom",
            "有效自由度",
            "自由度ν",
            "effectivedegreesoffreedom",
            "df",
        ],
    ),
    (
        Column::Date,
        "date",
        "测量日期",
        "date",
        &["日期", "measurementdate", "dateofmeasurement"],
    ),
    (
        Column::Remark,
        "remark",
        "备注",
        "remark",
        &["remarks", "note", "notes", "comment", "comments", "说明"],
    ),
    (
        Column::Component,
        "component",
        "不确定度分量",
        "component",
        &[
            "分量",
            "来源",
            "不确定度来源",
            "source",
            "sourceofuncertainty",
        ],
    ),
    (
        Column::Evaluation,
        "type",
        "评定类别",
        "type",
        &["类别", "评定方法", "typeofevaluation"],
    ),
    (
        Column::Distribution,
        "distribution",
        "分布",
        "distribution",
        &["概率分布", "probabilitydistribution"],
    ),
    (
        Column::Sensitivity,
        "sensitivity",
        "灵敏系数",
        "sensitivity",
        &["灵敏度系数", "sensitivitycoefficient"],
    ),
    (
        Column::OtherPoint,
        "otherpoint",
        "另一测量点",
        "other point",
        &["secondpoint", "第二测量点"],
    ),
    (
        Column::Correlation,
        "r",
        "相关系数",
        "r",
        &["correlation", "correlationcoefficient", "相关系数r"],
    ),
];

/// Beginnings of the heading of a single reading; a number from 1 follows.
const READINGS: &[&str] = &["x", "repeat", "reading", "重复", "读数", "第"];

impl Column {
    /// The identifier that stands in hidden cells and in English headings.
    pub(super) fn id(self) -> String {
        match self {
            Column::Repeat(n) => format!("x{n}"),
            other => NAMES
                .iter()
                .find(|(c, ..)| *c == other)
                .map(|(_, id, ..)| (*id).to_string())
                .unwrap_or_default(),
        }
    }

    /// The heading in both languages.
    pub(super) fn heading(self) -> Text {
        match self {
            Column::Repeat(n) => Text::new(format!("读数{n}"), format!("x{n}")),
            other => NAMES
                .iter()
                .find(|(c, ..)| *c == other)
                .map(|(_, _, zh, en, _)| Text::new(*zh, *en))
                .unwrap_or_default(),
        }
    }

    /// The column that a heading names: its identifier, its name in Chinese or English, a usual variant of these, or two of them that agree
    /// (`测得值 / value`).
    pub(super) fn named(heading: &str) -> Option<Column> {
        match heading.split_once(['/', '／']) {
            Some((one, other)) => Column::known(one).filter(|it| Column::known(other) == Some(*it)),
            None => Column::known(heading),
        }
    }

    fn known(heading: &str) -> Option<Column> {
        let folded = fold(heading);
        // U and u differ by case alone, so that the identifiers are compared before case is dropped.
        if let Some(column) = find(&folded) {
            return Some(column);
        }
        let lower = folded.to_lowercase();
        find(&lower)
            .filter(|c| {
                !matches!(c, Column::Expanded | Column::Standard) || lower.chars().count() > 1
            })
            .or_else(|| reading(&lower))
    }

    /// The known heading most like `heading`, when one is near enough to be meant.
    pub(super) fn nearest(heading: &str) -> Option<Column> {
        let folded = fold(heading).to_lowercase();
        let spellings = NAMES.iter().flat_map(|(c, id, zh, en, more)| {
            [*id, *zh, *en]
                .into_iter()
                .chain(more.iter().copied())
                .map(move |s| (*c, s))
        });
        let scored = spellings.map(|(column, spelling)| {
            (
                strsim::normalized_damerau_levenshtein(&folded, &spelling.to_lowercase()),
                column,
            )
        });
        scored
            .filter(|(score, _)| *score >= 0.6)
            .max_by(|a, b| a.0.total_cmp(&b.0))
            .map(|(_, column)| column)
    }
}

fn find(folded: &str) -> Option<Column> {
    NAMES
        .iter()
        .find(|(_, id, zh, en, more)| {
            folded == *id || folded == *zh || folded == *en || more.contains(&folded)
        })
        .map(|(column, ..)| *column)
}

fn reading(lower: &str) -> Option<Column> {
    let rest = READINGS
        .iter()
        .find_map(|start| lower.strip_prefix(start))?;
    let number: u32 = rest.strip_suffix('次').unwrap_or(rest).parse().ok()?;
    (1..=100)
        .contains(&number)
        .then_some(Column::Repeat(number))
}

/// `heading` without spaces, underscores, brackets and dots; full-width letters become plain ones.
pub(super) fn fold(heading: &str) -> String {
    let plain = heading.chars().map(|c| match c {
        '\u{FF01}'..='\u{FF5E}' => u32::from(c)
            .checked_sub(0xFEE0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        _ => c,
    });
    plain
        .filter(|c| {
            !(c.is_whitespace()
                || matches!(
                    c,
                    '_' | '-' | '(' | ')' | '[' | ']' | '.' | '*' | '\u{FEFF}'
                ))
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_heading_names_its_own_column() {
        for (column, id, zh, en, more) in NAMES {
            for heading in [id, zh, en].into_iter().chain(more.iter()) {
                assert_eq!(Column::named(heading), Some(*column), "{heading}");
            }
        }
        assert_eq!(
            Column::named(&Column::Repeat(3).heading().zh),
            Some(Column::Repeat(3))
        );
    }

    #[test]
    fn expanded_and_standard_uncertainty_differ_by_case() {
        assert_eq!(Column::named("U"), Some(Column::Expanded));
        assert_eq!(Column::named("u"), Some(Column::Standard));
        assert_eq!(Column::named("扩展不确定度（U）"), Some(Column::Expanded));
        assert_eq!(
            Column::named("Expanded uncertainty"),
            Some(Column::Expanded)
        );
        assert_eq!(Column::named("K"), Some(Column::Factor));
    }

    #[test]
    fn a_heading_in_two_languages_names_one_column() {
        assert_eq!(Column::named("扩展不确定度 / U"), Some(Column::Expanded));
        assert_eq!(Column::named("标准不确定度／u"), Some(Column::Standard));
        assert_eq!(Column::named("读数2 / x2"), Some(Column::Repeat(2)));
        assert_eq!(Column::named("测得值 / U"), None);
    }

    #[test]
    fn a_misspelt_heading_leads_to_the_one_meant() {
        assert_eq!(Column::named("vlaue"), None);
        assert_eq!(Column::nearest("vlaue"), Some(Column::Value));
        assert_eq!(Column::nearest("扩展不确定"), Some(Column::Expanded));
        assert_eq!(Column::nearest("zzzz"), None);
    }
}
