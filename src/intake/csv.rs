//! Reader of separated text.
//!
//! Own splitting, since a general reader accepts silently what must be told here: a quotation mark that is never closed, text behind a
//! closing mark, the place of every cell.

pub(super) mod split;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::split::{Line, Sheet};
use super::encoding::decode;
use super::finding::{Findings, Place, codes, file_name, shown};
use super::form::header_field;
use super::header::{check_form, laboratory, plan_digest};
use super::table::{self, Heading, Record};
use super::{Cell, Kind, MOST_ROWS, Reading, Signature, Submission};
use crate::text::Text;

/// Reads a submission from separated text.
///
/// UTF-8 with or without a byte order mark; `,`, `;` or tab between cells; cells may be quoted (RFC 4180). Lines that start with `#`
/// carry header fields (`# laboratory: NIM`), anything else behind `#` is a remark. The first other line is the heading, in Chinese or
/// English; `# table: budget` starts the table of the uncertainty budget with a heading of its own. A file of a form ends with `# end`.
pub fn read_csv(bytes: &[u8], file: &str) -> Reading {
    read(bytes, file, true)
}

/// As [`read_csv`]; results may be without uncertainties where `uncertainties` is false.
pub(super) fn read(bytes: &[u8], file: &str, uncertainties: bool) -> Reading {
    let name = file_name(file);
    let mut findings = Findings::new(&name);
    findings.uncertainties = uncertainties;
    let submission = decode(bytes, &name, &mut findings).map(|text| {
        assembled(
            Sheet::split(text, &name, &mut findings),
            &name,
            &mut findings,
        )
    });
    Reading {
        submission,
        findings: findings.finish(),
    }
}

fn assembled(sheet: Sheet, name: &str, findings: &mut Findings) -> Submission {
    let mut reader = Reader {
        name,
        ended: sheet.ended,
        separator: sheet.separator,
        ..Reader::default()
    };
    let last = sheet.lines.len().saturating_sub(1);
    for (index, line) in sheet.lines.into_iter().enumerate() {
        reader.line(line, index == last, findings);
    }
    reader.finish(findings)
}

/// Which table the lines belong to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
enum Part {
    #[default]
    Results,
    Budget,
    Correlations,
}

/// Puts lines together to a submission.
#[derive(Default)]
struct Reader<'a> {
    name: &'a str,
    ended: bool,
    separator: char,
    part: Part,
    end_seen: bool,
    headings: [Option<Heading>; 3],
    records: [Vec<(u32, Record)>; 3],
    fields: BTreeMap<String, Cell>,
}

impl Reader<'_> {
    fn line(&mut self, line: Line, last: bool, findings: &mut Findings) {
        if line.cells.iter().all(|cell| cell.trim().is_empty()) {
            return;
        }
        if line
            .cells
            .first()
            .is_some_and(|cell| cell.trim_start().starts_with('#'))
        {
            self.field(&line, findings);
        } else if self.heading().is_none() {
            let place = Place::file(self.name).at(line.row, 0);
            let heading = Heading::read(&line.cells, &place, findings);
            match self.part {
                Part::Results => table::check_result_columns(&heading, findings),
                Part::Budget => table::check_budget_columns(&heading, findings),
                Part::Correlations => table::check_correlation_columns(&heading, findings),
            }
            self.headings[self.part as usize] = Some(heading);
        } else {
            self.record(&line, last, findings);
        }
    }

    fn heading(&self) -> Option<&Heading> {
        self.headings[self.part as usize].as_ref()
    }

    fn record(&mut self, line: &Line, last: bool, findings: &mut Findings) {
        let Some(heading) = self.heading() else {
            return;
        };
        let wanted = heading.names.len();
        let found = line.cells.len();
        let place = heading.place.at(line.row, 0);
        let record = heading.record(line.row, &line.cells, findings);
        let superfluous = line
            .cells
            .iter()
            .skip(wanted)
            .any(|cell| !cell.trim().is_empty());
        if found < wanted && last && !self.ended {
            self.cut_off(&place, findings);
        } else if found < wanted || superfluous {
            let comma = self.separator == ',' && superfluous;
            findings.error(
                codes::ROW_LENGTH,
                &place,
                Text::new(format!("该行有 {found} 个单元格，表头有 {wanted} 列"), format!("the row has {found} cells, the heading {wanted}")),
                if comma {
                    Text::new("小数点请用 .；含逗号的文字请加双引号", "write the decimal sign as a point, and put text with commas into quotation marks")
                } else {
                    Text::new("请补齐该行；没有内容的单元格也要保留分隔符", "complete the row; an empty cell needs its separator too")
                },
            );
        }
        let records = &mut self.records[self.part as usize];
        // One row beyond the limit is kept, so that the finding is made once.
        if records.len() == MOST_ROWS {
            table::too_many_rows(&place, findings);
        }
        if records.len() <= MOST_ROWS {
            records.push((line.row, record));
        }
    }

    fn cut_off(&self, place: &Place, findings: &mut Findings) {
        findings.error(
            codes::CUT_OFF,
            place,
            Text::new(
                "文件在这一行中间中断",
                "the file breaks off in the middle of this row",
            ),
            Text::new(
                "请重新导出并完整上传文件",
                "export the file again and send the whole of it",
            ),
        );
    }

    /// A line that starts with `#`: `key: value`, or a remark.
    fn field(&mut self, line: &Line, findings: &mut Findings) {
        let place = Place::file(self.name).at(line.row, 1);
        // A spreadsheet program pads the line with empty cells; one that the writer typed may hold separators of its own.
        let text = if line.quoted {
            line.cells.first().cloned().unwrap_or_default()
        } else {
            line.cells.join(&self.separator.to_string())
        };
        let text = text
            .trim()
            .trim_end_matches(self.separator)
            .trim_start_matches('#')
            .trim();
        if text == "end" {
            self.end_seen = true;
            return;
        }
        let Some((key, value)) = text.split_once([':', '：']) else {
            return;
        };
        let (key, value) = (key.trim(), value.trim());
        if key == "table" || key == "表" {
            self.part = match value {
                "budget" | "不确定度预算" | "预算" => Part::Budget,
                "correlations" | "相关系数" => Part::Correlations,
                _ => Part::Results,
            };
            return;
        }
        let Some(key) = header_field(key) else { return };
        let cell = table::clean(
            value,
            Place {
                column_name: Arc::from(key.as_str()),
                ..place
            },
            findings,
        );
        if let Some(earlier) = self.fields.get(&key) {
            if earlier.text != cell.text {
                let row = earlier.place.row;
                findings.error(
                    codes::HEADER_FIELD,
                    &cell.place,
                    Text::new(
                        format!("“{}”与第 {row} 行不一致", shown(&key)),
                        format!("`{}` differs from row {row}", shown(&key)),
                    ),
                    Text::new("请只保留一处", "keep one of them"),
                );
            }
        } else {
            self.fields.insert(key, cell);
        }
    }

    fn finish(mut self, findings: &mut Findings) -> Submission {
        let whole = Place::file(self.name);
        if self.headings[0].is_none() {
            findings.error(
                codes::EMPTY_FILE,
                &whole,
                Text::new(
                    "没有找到结果表的表头",
                    "there is no heading of a table of results",
                ),
                Text::new(
                    "第一行应为列名，例如 被测量,测量点,测得值,单位,扩展不确定度,包含因子",
                    "the first row must be the heading, for example measurand,point,value,unit,U,k",
                ),
            );
        }
        let version = self.fields.remove("form");
        check_form(version.as_ref(), self.end_seen, &whole, findings);
        let [results, budget, correlations] = self.records;
        let [heading, ..] = self.headings;
        let laboratory = laboratory(self.fields.remove("laboratory"), &results, &whole, findings);
        let plan = self.fields.remove("plan");
        if heading.is_some() && results.is_empty() {
            findings.error(
                codes::EMPTY_FILE,
                &whole,
                Text::new("结果表中没有结果", "the table of results has no row"),
                Text::new(
                    "请填写结果后再提交",
                    "fill in the results before submitting",
                ),
            );
        }
        Submission {
            laboratory,
            plan_digest: plan_digest(plan, findings),
            file: self.name.to_string(),
            rows: heading
                .map(|heading| table::results(&heading, results, findings))
                .unwrap_or_default(),
            fields: self.fields,
            budget: table::budget(budget.into_iter().map(|(_, record)| record), findings),
            correlations: table::correlations(
                correlations.into_iter().map(|(_, record)| record),
                findings,
            ),
            signature: Signature::Absent,
            kind: Kind::Csv,
        }
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::intake::{LARGEST_FILE, MOST_COLUMNS};

    const GOOD: &str = "# laboratory: NIM\n被测量,测量点,测得值,单位,扩展不确定度,包含因子,备注\nm,100 g,0.012,mg,0.010,2,\"阴天, 22 °C\"\n";

    fn codes_of(text: &str) -> Vec<&'static str> {
        read_csv(text.as_bytes(), "a.csv")
            .findings
            .iter()
            .map(|f| f.code)
            .collect()
    }

    #[test]
    fn separators_are_told_from_the_heading() {
        for separator in [",", ";", "\t"] {
            let text = GOOD.replace("阴天, 22", "阴天 22").replace(',', separator);
            let reading = read_csv(text.as_bytes(), "a.csv");
            assert_eq!(reading.findings, Vec::new());
            assert_eq!(reading.submission.unwrap().rows[0].value.text, "0.012");
        }
    }

    #[test]
    fn a_cell_knows_its_place_behind_a_cell_of_several_lines() {
        let text = "# lab: A\nmeasurand,point,value,unit,U,k,remark\nm,1,2,mg,1,2,\"a\nb\"\nm,2,x,mg,1,2,\n";
        let reading = read_csv(text.as_bytes(), "dir/a.csv");
        let finding = reading.findings.first().unwrap();
        assert_eq!(
            (
                finding.code,
                finding.place.row,
                finding.place.column,
                &*finding.place.column_name
            ),
            ("D0023", 5, 3, "value")
        );
        assert_eq!(&*finding.place.file, "a.csv");
    }

    #[test]
    fn an_unclosed_quotation_mark_does_not_hide_the_rows_below() {
        let text = "# lab: A\nmeasurand,point,value,unit,U,k,remark\nm,1,2,mg,1,2,\"a\nm,2,1.5,mg,-1,2,b\n";
        assert_eq!(codes_of(text), ["D0005", "D0025"]);
    }

    #[test]
    fn gbk_and_utf16_are_refused_by_name() {
        let gbk = b"\xB1\xBB\xB2\xE2\xC1\xBF,\xB2\xE2\xC1\xBF\xB5\xE3\n";
        let reading = read_csv(gbk, "a.csv");
        assert!(reading.submission.is_none());
        assert!(reading.findings[0].message.en.contains("GBK"));
        let utf16: Vec<u8> = "point,value"
            .encode_utf16()
            .flat_map(u16::to_le_bytes)
            .collect();
        assert!(
            read_csv(&utf16, "a.csv").findings[0]
                .message
                .en
                .contains("UTF-16")
        );
        assert!(
            read_csv(b"a,b\nc,\xFF\n", "a.csv").findings[0]
                .message
                .en
                .starts_with("byte 7")
        );
    }

    #[test]
    fn a_form_without_its_last_line_is_cut_off() {
        let form = GOOD.replace("# laboratory", "# form: 1\n# laboratory");
        assert_eq!(codes_of(&form), ["D0005"]);
        assert_eq!(codes_of(&format!("{form}# end,,,,\n")), Vec::<&str>::new());
    }

    #[test]
    fn the_limits_are_enforced() {
        assert_eq!(
            read_csv(&vec![b'a'; LARGEST_FILE + 1], "a.csv").findings[0].code,
            "D0001"
        );
        assert!(codes_of(&"a,".repeat(MOST_COLUMNS + 5)).contains(&"D0004"));
        let rows = "m,1,1,mg,1,2\n".repeat(MOST_ROWS + 1);
        assert!(codes_of(&format!("measurand,point,value,unit,U,k\n{rows}")).contains(&"D0000"));
        assert!(codes_of(&"\n".repeat(MOST_ROWS + 2_000)).contains(&"D0003"));
    }

    #[test]
    fn two_laboratories_in_one_file_are_refused() {
        let text = "lab,measurand,point,value,unit,U,k\nA,m,1,1,mg,1,2\nB,m,2,1,mg,1,2\n";
        assert_eq!(codes_of(text), ["D0040"]);
    }
}
