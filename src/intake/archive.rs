//! The parts of a workbook file, unpacked within limits that are checked before and while unpacking.

use std::collections::BTreeMap;
use std::io::{Cursor, Read};

use zip::ZipArchive;

use super::finding::{Findings, Place, codes, shown};
use crate::text::Text;

/// Most parts accepted in one archive.
const MOST_PARTS: usize = 200;
/// Most bytes accepted in all parts together when unpacked (50 MiB).
const MOST_BYTES: u64 = 50 * 1024 * 1024;
/// Largest ratio of unpacked to packed size accepted for a part.
const LARGEST_RATIO: u64 = 200;
/// Parts up to this size may have any ratio: a short text of blanks packs well.
const SMALL_PART: u64 = 64 * 1024;
/// First bytes of a compound file: an old workbook, or an encrypted one.
pub(super) const COMPOUND_FILE: [u8; 4] = [0xD0, 0xCF, 0x11, 0xE0];

/// Parts whose presence makes a workbook more than data; compared without case.
const ACTIVE: &[&str] = &[
    "vbaproject",
    "externallinks/",
    "embeddings/",
    "activex/",
    "macrosheets/",
    "dialogsheets/",
    "ctrlprops/",
    "connections.xml",
    "querytables/",
    "customui/",
    "attachedtoolbars",
];

/// The XML parts of an archive by name.
pub(super) type Parts = BTreeMap<String, String>;

/// Unpacks the XML parts of a workbook; tells why not if the archive is beyond the limits, not an archive, or carries active content.
pub(super) fn unpack(bytes: &[u8], place: &Place, findings: &mut Findings) -> Option<Parts> {
    if bytes.starts_with(&COMPOUND_FILE) {
        refuse(
            place,
            findings,
            "文件是旧式 .xls 工作簿，或设了打开密码",
            "the file is an old .xls workbook, or is protected by a password for opening",
        );
        return None;
    }
    let mut archive = match ZipArchive::new(Cursor::new(bytes)) {
        Ok(archive) => archive,
        Err(error) => {
            refuse(
                place,
                findings,
                &format!("文件不是完整的 XLSX 工作簿（{error}）"),
                &format!("the file is not a whole XLSX workbook ({error})"),
            );
            return None;
        }
    };
    check_directory(&mut archive, place, findings)?;
    check_content(&archive, place, findings)?;
    let mut parts = Parts::new();
    for index in 0..archive.len() {
        let (name, text) = part(&mut archive, index, place, findings)?;
        if let Some(text) = text {
            parts.insert(name, text);
        }
    }
    Some(parts)
}

fn refuse(place: &Place, findings: &mut Findings, zh: &str, en: &str) {
    findings.error(
        codes::NOT_WORKBOOK,
        place,
        Text::new(zh, en),
        Text::new(
            "请另存为不加密的 .xlsx 工作簿，完整上传",
            "save as an .xlsx workbook without password and send the whole file",
        ),
    );
}

fn limit(place: &Place, findings: &mut Findings, zh: String, en: String) {
    findings.error(
        codes::ARCHIVE_LIMIT,
        place,
        Text::new(
            format!("{zh}，不予解压"),
            format!("{en}; it is not unpacked"),
        ),
        Text::new(
            "请从发出的结果表重新填写，勿加入图片、附件或其他工作表",
            "fill in the form as issued, without pictures, attachments or further sheets",
        ),
    );
}

/// Checks the directory of the archive, before anything is unpacked.
fn check_directory(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    place: &Place,
    findings: &mut Findings,
) -> Option<()> {
    let count = archive.len();
    if count > MOST_PARTS {
        limit(
            place,
            findings,
            format!("压缩包有 {count} 个部件，上限 {MOST_PARTS}"),
            format!("the archive has {count} parts, the limit is {MOST_PARTS}"),
        );
        return None;
    }
    if archive.has_duplicate_names() || archive.has_overlapping_files().unwrap_or(true) {
        limit(
            place,
            findings,
            "压缩包的部件重名或重叠".to_string(),
            "parts of the archive share a name or overlap".to_string(),
        );
        return None;
    }
    let mut total = 0_u64;
    for index in 0..count {
        let (packed, unpacked) = match archive.by_index_raw(index) {
            Ok(part) => (part.compressed_size(), part.size()),
            Err(error) => {
                refuse(
                    place,
                    findings,
                    &format!("压缩包已损坏（{error}）"),
                    &format!("the archive is damaged ({error})"),
                );
                return None;
            }
        };
        total = total.saturating_add(unpacked);
        let mib = MOST_BYTES / (1024 * 1024);
        if total > MOST_BYTES {
            limit(
                place,
                findings,
                format!("解压后超过 {mib} MiB"),
                format!("unpacked it is larger than {mib} MiB"),
            );
            return None;
        }
        if unpacked > SMALL_PART && unpacked / packed.max(1) > LARGEST_RATIO {
            limit(
                place,
                findings,
                format!("压缩比超过 {LARGEST_RATIO}"),
                format!("it is packed by more than a factor of {LARGEST_RATIO}"),
            );
            return None;
        }
    }
    Some(())
}

/// Refuses macros, links to other files and embedded objects.
fn check_content(
    archive: &ZipArchive<Cursor<&[u8]>>,
    place: &Place,
    findings: &mut Findings,
) -> Option<()> {
    for name in archive.file_names_raw() {
        let name = String::from_utf8_lossy(name).to_lowercase();
        if ACTIVE.iter().any(|active| name.contains(active)) {
            active(place, &name, findings);
            return None;
        }
    }
    Some(())
}

/// Tells of active content, of which `what` is the sign.
pub(super) fn active(place: &Place, what: &str, findings: &mut Findings) {
    findings.error(
        codes::ACTIVE_CONTENT,
        place,
        Text::new(
            format!("工作簿含有宏、外部链接或嵌入对象（{}）", shown(what)),
            format!(
                "the workbook holds macros, links to other files or embedded objects ({})",
                shown(what)
            ),
        ),
        Text::new(
            "请另存为不含宏的 .xlsx，断开外部链接（粘贴为数值）后重新提交",
            "save as .xlsx without macros and break the links (paste as values), then submit again",
        ),
    );
}

/// One part with its text, if it is XML. Reading stops at the size that the directory promised, since a directory can lie.
fn part(
    archive: &mut ZipArchive<Cursor<&[u8]>>,
    index: usize,
    place: &Place,
    findings: &mut Findings,
) -> Option<(String, Option<String>)> {
    let damaged = |error: &dyn std::fmt::Display, findings: &mut Findings| {
        refuse(
            place,
            findings,
            &format!("压缩包已损坏（{error}）"),
            &format!("the archive is damaged ({error})"),
        );
    };
    let mut file = match archive.by_index(index) {
        Ok(file) => file,
        Err(error) => {
            damaged(&error, findings);
            return None;
        }
    };
    let name = String::from_utf8_lossy(file.name_raw()).into_owned();
    let lower = name.to_lowercase();
    if !(lower.ends_with(".xml") || lower.ends_with(".rels")) {
        return Some((name, None));
    }
    let promised = file.size();
    let mut content = Vec::new();
    if let Err(error) = file
        .by_ref()
        .take(promised.saturating_add(1))
        .read_to_end(&mut content)
    {
        damaged(&error, findings);
        return None;
    }
    if u64::try_from(content.len()).unwrap_or(u64::MAX) != promised {
        limit(
            place,
            findings,
            "部件的实际大小与目录不符".to_string(),
            "a part is not as large as the directory says".to_string(),
        );
        return None;
    }
    let mend = Text::new(
        "请用 Excel、WPS 或 LibreOffice 重新另存为 .xlsx",
        "save as .xlsx again with Excel, WPS or LibreOffice",
    );
    let text = super::encoding::utf8(&content, place, mend, findings)?.to_string();
    Some((name, Some(text)))
}
