//! What the head of a file tells, in every format alike: version of the form, plan, laboratory.

use super::Cell;
use super::columns::Column;
use super::finding::{Findings, Place, codes, shown};
use super::form::FORM_VERSION;
use super::table::Record;
use crate::text::Text;

/// Checks the version of the form and, for a form, its last line.
pub(super) fn check_form(
    version: Option<&Cell>,
    end_seen: bool,
    whole: &Place,
    findings: &mut Findings,
) {
    let Some(version) = version else { return };
    if version.text != FORM_VERSION {
        wrong_form_version(version, findings);
    }
    if !end_seen {
        findings.error(
            codes::CUT_OFF,
            whole,
            Text::new(
                "结果表的末行“# end”不见了，文件可能不完整",
                "the last line of the form, `# end`, is missing: the file may be cut off",
            ),
            Text::new(
                "请重新导出并完整上传；若误删，请补上这一行",
                "send the whole file again; put the line back if it was deleted",
            ),
        );
    }
}

/// The finding for a form of a version this reader does not know.
pub(super) fn wrong_form_version(version: &Cell, findings: &mut Findings) {
    findings.error(
        codes::FORM_VERSION,
        &version.place,
        Text::new(
            format!(
                "表格版本为“{}”，可读的版本是 {FORM_VERSION}",
                shown(&version.text)
            ),
            format!(
                "the form has version `{}`; version {FORM_VERSION} can be read",
                shown(&version.text)
            ),
        ),
        Text::new(
            "请使用本次比对发出的结果表",
            "use the form issued for this comparison",
        ),
    );
}

/// The digest of the plan as stated, with a finding when it is not one.
pub(super) fn plan_digest(cell: Option<Cell>, findings: &mut Findings) -> Option<String> {
    let cell = cell.filter(|cell| !cell.is_empty())?;
    let digest = cell
        .text
        .strip_prefix("sha256:")
        .filter(|hex| hex.len() == 64 && hex.bytes().all(|b| b.is_ascii_hexdigit()));
    if digest.is_none() {
        findings.error(
            codes::PLAN_DIGEST,
            &cell.place,
            Text::new(
                format!("计划摘要“{}”不完整", shown(&cell.text)),
                format!("the plan digest `{}` is not whole", shown(&cell.text)),
            ),
            Text::new(
                "应为 sha256: 加 64 位十六进制数，请从发出的结果表中原样复制",
                "it is `sha256:` and 64 hexadecimal digits; copy it from the form as issued",
            ),
        );
    }
    Some(cell.text)
}

/// The laboratory of the file, from its header and from the column of laboratories, which must all agree.
pub(super) fn laboratory(
    header: Option<Cell>,
    results: &[(u32, Record)],
    whole: &Place,
    findings: &mut Findings,
) -> String {
    let mut stated = header.filter(|cell| !cell.is_empty());
    for cell in results
        .iter()
        .filter_map(|(_, record)| record.get(&Column::Laboratory))
        .filter(|cell| !cell.is_empty())
    {
        match &stated {
            Some(first) if first.text != cell.text => findings.error(
                codes::LABORATORY,
                &cell.place,
                Text::new(
                    format!(
                        "该行的实验室是“{}”，前面是“{}”",
                        shown(&cell.text),
                        shown(&first.text)
                    ),
                    format!(
                        "the laboratory of this row is `{}`, the one before is `{}`",
                        shown(&cell.text),
                        shown(&first.text)
                    ),
                ),
                Text::new(
                    "一个文件只提交一个实验室的结果",
                    "one file holds the results of one laboratory",
                ),
            ),
            Some(_) => {}
            None => stated = Some(cell.clone()),
        }
    }
    if stated.is_none() {
        findings.warning(
            codes::LABORATORY,
            whole,
            Text::new(
                "文件没有写明实验室",
                "the file does not tell the laboratory",
            ),
            Text::new(
                "请加一行 # 实验室: 代码，或加“实验室”列",
                "add a line `# laboratory: CODE`, or a column `lab`",
            ),
        );
    }
    stated.map(|cell| cell.text).unwrap_or_default()
}
