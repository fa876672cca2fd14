//! The encoding of a text from outside.

use super::finding::{Findings, Place, codes};
use super::{Finding, LARGEST_FILE, table};
use crate::text::Text;

/// The text of `bytes` without byte order mark, or findings that say why there is none.
pub(super) fn decode<'a>(bytes: &'a [u8], name: &str, findings: &mut Findings) -> Option<&'a str> {
    let place = Place::file(name);
    if bytes.len() > LARGEST_FILE {
        findings.push(too_large(&place, bytes.len()));
        return None;
    }
    let mend = Text::new(
        "Excel：另存为，类型选“CSV UTF-8（逗号分隔）”；WPS：另存为 CSV 后用记事本打开，另存为时编码选 UTF-8",
        "in Excel save as `CSV UTF-8 (Comma delimited)`; in WPS save as CSV, open it in a text editor and save it with encoding UTF-8",
    );
    let text = utf8(bytes, &place, mend, findings)?;
    if text.trim().is_empty() {
        findings.error(
            codes::EMPTY_FILE,
            &place,
            Text::new("文件中没有内容", "the file has no content"),
            Text::new("请检查是否选错文件", "check that this is the right file"),
        );
        return None;
    }
    Some(text)
}

/// The finding for a file beyond the size limit.
pub(super) fn too_large(place: &Place, length: usize) -> Finding {
    let mib = LARGEST_FILE / (1024 * 1024);
    Finding::error(
        codes::TOO_LARGE,
        place,
        Text::new(
            format!("文件有 {length} 字节，上限是 {mib} MiB"),
            format!("the file has {length} bytes; the limit is {mib} MiB"),
        ),
        Text::new(
            "请只提交结果本身，原始记录另行提交",
            "submit the results alone and raw records apart",
        ),
    )
}

/// `bytes` as text without byte order mark; tells the encoding it seems to be in otherwise.
pub(super) fn utf8<'a>(
    bytes: &'a [u8],
    place: &Place,
    mend: Text,
    findings: &mut Findings,
) -> Option<&'a str> {
    let body = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let zeros = body.iter().filter(|b| **b == 0).count();
    let utf16 =
        body.starts_with(b"\xFF\xFE") || body.starts_with(b"\xFE\xFF") || zeros * 4 > body.len();
    let fault = match std::str::from_utf8(body) {
        Ok(text) if !utf16 => return Some(text),
        Ok(_) => 0,
        Err(error) => error.valid_up_to(),
    };
    let line = body.iter().take(fault).filter(|b| **b == b'\n').count();
    let (zh, en) = if utf16 {
        (
            "文件像是 UTF-16 编码".to_string(),
            "the file seems to be in UTF-16".to_string(),
        )
    } else if gb18030(body) {
        (
            "文件像是 GBK（GB 18030）编码".to_string(),
            "the file seems to be in GBK (GB 18030)".to_string(),
        )
    } else {
        (
            format!("第 {} 字节处不是 UTF-8 编码", fault + 1),
            format!("byte {} is not UTF-8", fault + 1),
        )
    };
    findings.error(
        codes::ENCODING,
        &place.at(table::ordinal(line), 0),
        Text::new(
            format!("{zh}，需要 UTF-8"),
            format!("{en}; UTF-8 is needed"),
        ),
        mend,
    );
    None
}

/// Whether every byte beyond ASCII belongs to a two- or four-byte character of GB 18030.
fn gb18030(bytes: &[u8]) -> bool {
    let mut rest = bytes;
    loop {
        rest = match rest {
            [] => return true,
            [0..=0x7F, tail @ ..] => tail,
            [
                0x81..=0xFE,
                0x30..=0x39,
                0x81..=0xFE,
                0x30..=0x39,
                tail @ ..,
            ] => tail,
            [0x81..=0xFE, 0x40..=0x7E | 0x80..=0xFE, tail @ ..] => tail,
            _ => return false,
        };
    }
}
