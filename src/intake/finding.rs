//! Findings: what is wrong with a submitted file, where it stands and how to mend it.

use std::sync::Arc;

use crate::text::Text;

/// Where something stands in a submitted file.
///
/// `row` and `column` count from 1. Column 0 means the whole row, row 0 the whole file. In a table the column is the column of the
/// table and `column_name` its heading as written; in an XML file row and column are line and character and `column_name` is the path
/// of the element.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Place {
    /// Name of the file, without its folder.
    pub file: Arc<str>,
    /// Name of the sheet, in a workbook.
    pub sheet: Option<Arc<str>>,
    /// Row or line, from 1.
    pub row: u32,
    /// Column or character, from 1.
    pub column: u32,
    /// Heading of the column, or path of the element.
    pub column_name: Arc<str>,
}

impl Place {
    /// The file as a whole.
    pub fn file(name: &str) -> Place {
        Place {
            file: Arc::from(name),
            sheet: None,
            row: 0,
            column: 0,
            column_name: Arc::from(""),
        }
    }

    /// The same file and sheet, another row and column, without a heading.
    pub fn at(&self, row: u32, column: u32) -> Place {
        Place {
            file: self.file.clone(),
            sheet: self.sheet.clone(),
            row,
            column,
            column_name: Arc::from(""),
        }
    }
}

/// One cell of a submitted file: its text as written and its place.
///
/// Control characters have been replaced by U+FFFD, so that the text can be shown on a terminal.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Cell {
    /// The text, trimmed.
    pub text: String,
    /// Where it stands.
    pub place: Place,
}

impl Cell {
    /// Whether nothing was written.
    pub fn is_empty(&self) -> bool {
        self.text.is_empty()
    }
}

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The file can be used; the reader should know this.
    Note,
    /// The file can be used; somebody should look at this.
    Warning,
    /// The submission cannot be accepted as it is.
    Error,
}

/// One thing found in a submitted file.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Finding {
    /// Code of the kind of finding, from [`codes::ALL`].
    pub code: &'static str,
    /// How grave it is.
    pub severity: Severity,
    /// Where it is.
    pub place: Place,
    /// What was found and what is needed.
    pub message: Text,
    /// What to do about it.
    pub mend: Text,
}

impl Finding {
    /// An error of the kind `code` at `place`.
    pub fn error(code: codes::Code, place: &Place, message: Text, mend: Text) -> Finding {
        Finding {
            code: code.id,
            severity: Severity::Error,
            place: place.clone(),
            message,
            mend,
        }
    }

    /// The same finding with another severity.
    #[must_use]
    pub fn as_severity(self, severity: Severity) -> Finding {
        Finding { severity, ..self }
    }
}

/// Findings kept at most for one file; what is beyond is counted and told in a last finding, so that a hostile file cannot fill the
/// memory with complaints about itself.
pub const FINDINGS_KEPT: usize = 2_000;

/// Collects findings while a file is read.
#[derive(Debug)]
pub(super) struct Findings {
    file: Place,
    list: Vec<Finding>,
    beyond: usize,
    /// Whether a result without an uncertainty is incomplete.
    pub(super) uncertainties: bool,
}

impl Findings {
    pub(super) fn new(file: &str) -> Findings {
        Findings {
            file: Place::file(file),
            list: Vec::new(),
            beyond: 0,
            uncertainties: true,
        }
    }

    pub(super) fn push(&mut self, finding: Finding) {
        if self.list.len() < FINDINGS_KEPT {
            self.list.push(finding)
        } else {
            self.beyond += 1
        }
    }

    pub(super) fn error(&mut self, code: codes::Code, place: &Place, message: Text, mend: Text) {
        self.push(Finding::error(code, place, message, mend));
    }

    pub(super) fn warning(&mut self, code: codes::Code, place: &Place, message: Text, mend: Text) {
        self.push(Finding::error(code, place, message, mend).as_severity(Severity::Warning));
    }

    pub(super) fn note(&mut self, code: codes::Code, place: &Place, message: Text, mend: Text) {
        self.push(Finding::error(code, place, message, mend).as_severity(Severity::Note));
    }

    /// Keeps the error of `result` and gives its value.
    pub(super) fn keep<T>(&mut self, result: Result<T, Box<Finding>>) -> Option<T> {
        match result {
            Ok(value) => Some(value),
            Err(finding) => {
                self.push(*finding);
                None
            }
        }
    }

    /// All findings by place, with the number of those that were not kept.
    pub(super) fn finish(mut self) -> Vec<Finding> {
        self.list
            .sort_by(|a, b| a.place.cmp(&b.place).then_with(|| a.code.cmp(b.code)));
        if self.beyond > 0 {
            let n = self.beyond;
            let more = Finding::error(
                codes::MORE_FINDINGS,
                &self.file,
                Text::new(
                    format!("另有 {n} 处问题未列出"),
                    format!("{n} more findings are not listed"),
                ),
                Text::new(
                    "请先改正已列出的问题，再重新检查",
                    "mend those listed, then check again",
                ),
            );
            self.list.push(more);
        }
        self.list
    }
}

/// `text` for quoting in a message: at most 40 characters, control characters replaced.
pub(super) fn shown(text: &str) -> String {
    let mut short: String = text
        .chars()
        .take(40)
        .map(|c| if hidden(c) { '\u{FFFD}' } else { c })
        .collect();
    if text.chars().nth(40).is_some() {
        short.push('…');
    }
    short
}

/// `text` cut to `most` characters, with a finding if something was cut: a long text that many values share would fill the memory.
pub(super) fn cut(text: String, most: usize, place: &Place, findings: &mut Findings) -> String {
    if text.chars().nth(most).is_none() {
        return text;
    }
    findings.error(
        codes::LONG_TEXT,
        place,
        Text::new(
            format!("内容超过 {most} 个字符，其余没有读取"),
            format!("the text is longer than {most} characters; the rest is not read"),
        ),
        Text::new(
            "请缩短，长的说明另附文件",
            "shorten it and put long explanations into a file of their own",
        ),
    );
    text.chars().take(most).collect()
}

/// Whether `c` cannot be seen, or changes how the text around it is shown.
pub(super) fn hidden(c: char) -> bool {
    c.is_control()
        || matches!(c, '\u{200B}'..='\u{200F}' | '\u{202A}'..='\u{202E}' | '\u{2060}'..='\u{2069}' | '\u{FEFF}')
}

/// `text` with every control character replaced by U+FFFD, trimmed.
pub(super) fn visible(text: &str) -> String {
    text.trim()
        .chars()
        .map(|c| if hidden(c) { '\u{FFFD}' } else { c })
        .collect()
}

/// The last part of a path as a person may have given it, on any system.
pub(super) fn file_name(given: &str) -> String {
    visible(given.rsplit(['/', '\\']).next().unwrap_or(given))
}

/// The kinds of findings, each with a title in both languages.
pub mod codes {
    /// A kind of finding.
    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub struct Code {
        /// `D` and four digits; never used again for another kind.
        pub id: &'static str,
        /// Title in Chinese.
        pub zh: &'static str,
        /// Title in English.
        pub en: &'static str,
    }

    macro_rules! codes {
        ($($name:ident = $id:literal $zh:literal $en:literal;)*) => {
            $(#[doc = $en] pub const $name: Code = Code { id: $id, zh: $zh, en: $en };)*
            /// Every kind of finding.
            pub const ALL: &[Code] = &[$($name),*];
        };
    }

    codes! {
        MORE_FINDINGS = "D0000" "还有更多问题" "more findings than listed";
        TOO_LARGE = "D0001" "文件过大" "file too large";
        ENCODING = "D0002" "文件编码不是 UTF-8" "file is not UTF-8";
        EMPTY_FILE = "D0003" "文件没有内容" "file has no content";
        TOO_MANY_ROWS = "D0004" "行数或列数过多" "too many rows or columns";
        CUT_OFF = "D0005" "文件不完整" "file is cut off";
        MISSING_COLUMN = "D0006" "缺少列" "column missing";
        UNKNOWN_COLUMN = "D0007" "列名不认识" "column not known";
        DUPLICATE_COLUMN = "D0008" "列名重复" "column given twice";
        ROW_LENGTH = "D0009" "单元格数目与表头不符" "row and heading differ in length";
        CONTROL_CHARACTER = "D0010" "含有控制字符" "control character";
        QUOTING = "D0011" "引号用法有误" "quotation marks out of place";
        LONG_TEXT = "D0012" "内容过长" "text too long";
        EMPTY_CELL = "D0020" "必填单元格为空" "required cell is empty";
        DECIMAL_COMMA = "D0021" "小数点写成了逗号" "decimal comma";
        FULL_WIDTH = "D0022" "数字中有全角字符" "full-width characters in a number";
        TEXT_IN_NUMBER = "D0023" "不是数" "not a number";
        NOT_FINITE = "D0024" "不是有限数" "not a finite number";
        NOT_POSITIVE = "D0025" "应为正数" "must be positive";
        GROUPED_DIGITS = "D0026" "数字中有分节符" "digits are grouped";
        POWER_OF_TEN = "D0027" "10 的幂写法无法识别" "power of ten written out";
        EXTRA_TEXT = "D0028" "数后面还有别的内容" "number followed by something else";
        NO_UNCERTAINTY = "D0029" "没有不确定度" "no uncertainty";
        NO_COVERAGE_FACTOR = "D0030" "有 U 而没有 k" "U without k";
        INCONSISTENT_UNCERTAINTY = "D0031" "U、k、u 互相矛盾" "U, k and u disagree";
        DATE = "D0032" "日期写法无法识别" "date not understood";
        DUPLICATE_ROW = "D0033" "同一测量点出现两次" "point given twice";
        PROBABILITY = "D0034" "包含概率应在 0 与 1 之间" "coverage probability outside 0 to 1";
        CORRELATION = "D0035" "相关系数缺少、越界或互相矛盾" "correlation coefficients missing, out of range or contradictory";
        LABORATORY = "D0040" "实验室缺失或不一致" "laboratory missing or contradictory";
        PLAN_DIGEST = "D0041" "计划摘要缺失或不符" "plan digest missing or different";
        FORM_VERSION = "D0042" "表格版本不支持" "form version not supported";
        HEADER_FIELD = "D0043" "表头信息前后不一致" "header field contradictory";
        VISIT_UNKNOWN = "D0044" "路线中没有这一站" "no such stop of the route";
        VISIT_TWICE = "D0045" "同一站写了两行" "stop given twice";
        LOG_CONTRADICTION = "D0046" "传递记录前后矛盾" "the log contradicts itself";
        MONITORED = "D0047" "监测量没有限值" "quantity without a limit";
        NOT_WORKBOOK = "D0050" "不是 XLSX 工作簿" "not an XLSX workbook";
        ARCHIVE_LIMIT = "D0051" "压缩包超出限制" "archive beyond the limits";
        ACTIVE_CONTENT = "D0052" "含有宏、外部链接或嵌入对象" "macros, external links or embedded objects";
        NOT_OUR_FORM = "D0053" "不是本项目发出的结果表" "not a result form of this comparison";
        FORMULA = "D0054" "输入单元格中是公式" "formula in an input cell";
        ERROR_VALUE = "D0055" "单元格是错误值" "cell holds an error value";
        LOCKED_CELL = "D0056" "预填内容被改动" "pre-filled content was changed";
        BUDGET = "D0057" "不确定度分量未填" "budget component not filled in";
        XML_SYNTAX = "D0070" "XML 格式不正确" "XML is not well-formed";
        XML_LIMIT = "D0071" "XML 超出限制" "XML beyond the limits";
        NOT_DCC = "D0072" "不是数字校准证书" "not a digital calibration certificate";
        DCC_VERSION = "D0073" "数字校准证书版本不支持" "DCC version not supported";
        MISSING_ELEMENT = "D0074" "缺少元素" "element missing";
        LIST_LENGTH = "D0075" "列表长度不一致" "lists differ in length";
        SIGNATURE = "D0076" "签名未验证" "signature not verified";
        NOT_READ = "D0077" "内容未读取" "content not read";
        NOTHING_MAPPED = "D0078" "对应关系没有找到数据" "mapping finds nothing";
        AMBIGUOUS_MAPPING = "D0079" "对应关系找到多处数据" "mapping finds more than one quantity";
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_is_used_for_one_kind_only() {
        let mut ids: Vec<&str> = codes::ALL.iter().map(|c| c.id).collect();
        ids.sort_unstable();
        ids.dedup();
        assert_eq!(ids.len(), codes::ALL.len());
    }

    #[test]
    fn the_folder_of_a_file_is_never_shown() {
        assert_eq!(file_name("C:\\Users\\wang\\结果.csv"), "结果.csv");
        assert_eq!(file_name("../../etc/passwd"), "passwd");
        assert_eq!(file_name("a\u{1b}[31m.csv"), "a\u{FFFD}[31m.csv");
    }

    #[test]
    fn findings_beyond_the_limit_are_counted_not_kept() {
        let mut findings = Findings::new("f");
        for row in 0..FINDINGS_KEPT + 7 {
            let place = Place::file("f").at(u32::try_from(row).unwrap_or(0), 1);
            findings.error(codes::DATE, &place, Text::same("x"), Text::same("y"));
        }
        let list = findings.finish();
        assert_eq!(list.len(), FINDINGS_KEPT + 1);
        assert!(
            list.last()
                .is_some_and(|f| f.message.en.starts_with("7 more"))
        );
    }
}
