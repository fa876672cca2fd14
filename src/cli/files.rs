//! Reading and writing files: nothing is read half, nothing is left half written.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use super::terminal;
use crate::diagnostic::Code;
use crate::text::{Lang, Text};

/// The text of a file; reports why it cannot be had.
pub(super) fn read_text(path: &Path, lang: Lang) -> Option<String> {
    let bytes = read_bytes(path, lang)?;
    match String::from_utf8(bytes) {
        Ok(text) => Some(text),
        Err(error) => {
            let at = error.utf8_error().valid_up_to();
            terminal::fail(
                Code::CannotRead,
                Text::new(
                    format!(
                        "`{}` 不是 UTF-8 编码（第 {} 字节），可能是 GBK",
                        path.display(),
                        at + 1
                    ),
                    format!(
                        "`{}` is not UTF-8 (byte {}); it may be GBK",
                        path.display(),
                        at + 1
                    ),
                ),
                Text::new("用编辑器另存为 UTF-8", "save it as UTF-8 in your editor"),
                lang,
            );
            None
        }
    }
}

/// The bytes of a file; reports why they cannot be had.
pub(super) fn read_bytes(path: &Path, lang: Lang) -> Option<Vec<u8>> {
    match fs::read(path) {
        Ok(bytes) => Some(bytes),
        Err(error) => {
            terminal::fail(
                Code::CannotRead,
                Text::new(
                    format!("无法读取 `{}`：{error}", path.display()),
                    format!("cannot read `{}`: {error}", path.display()),
                ),
                Text::new("核对路径和权限", "check the path and its permissions"),
                lang,
            );
            None
        }
    }
}

/// The files directly in a folder, by name; hidden ones left out.
pub(super) fn list(folder: &Path, lang: Lang) -> Option<Vec<PathBuf>> {
    entries(folder, lang, Path::is_file)
}

/// The folders directly in a folder, by name; hidden ones left out.
pub(super) fn folders(folder: &Path, lang: Lang) -> Option<Vec<PathBuf>> {
    entries(folder, lang, |path| path.is_dir() && !path.is_symlink())
}

fn entries(folder: &Path, lang: Lang, wanted: impl Fn(&Path) -> bool) -> Option<Vec<PathBuf>> {
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(error) => {
            terminal::fail(
                Code::CannotRead,
                Text::new(
                    format!("无法读取文件夹 `{}`：{error}", folder.display()),
                    format!("cannot read the folder `{}`: {error}", folder.display()),
                ),
                Text::new("核对路径和权限", "check the path and its permissions"),
                lang,
            );
            return None;
        }
    };
    let mut files: Vec<PathBuf> = entries
        .filter_map(|entry| entry.ok().map(|e| e.path()))
        .filter(|path| {
            wanted(path)
                && path
                    .file_name()
                    .is_some_and(|n| !n.to_string_lossy().starts_with('.'))
        })
        .collect();
    files.sort();
    Some(files)
}

/// Writes all files below `folder`: first everything under temporary names, then each is renamed to its own, so that a broken disk
/// leaves no half-written file. Reports and gives false when something could not be written.
pub(super) fn write_all(folder: &Path, files: &BTreeMap<String, Vec<u8>>, lang: Lang) -> bool {
    let mut written: Vec<(PathBuf, PathBuf)> = Vec::new();
    for (name, bytes) in files {
        let target = folder.join(name);
        let temporary = temporary_name(&target);
        let done = target
            .parent()
            .map_or(Ok(()), fs::create_dir_all)
            .and_then(|()| fs::write(&temporary, bytes));
        if let Err(error) = done {
            cannot_write(&target, &error, lang);
            let _ = fs::remove_file(&temporary);
            for (temporary, _) in &written {
                let _ = fs::remove_file(temporary);
            }
            return false;
        }
        written.push((temporary, target));
    }
    for (temporary, target) in &written {
        if let Err(error) = fs::rename(temporary, target) {
            cannot_write(target, &error, lang);
            return false;
        }
    }
    true
}

fn temporary_name(target: &Path) -> PathBuf {
    let name = target
        .file_name()
        .map(|n| n.to_string_lossy().into_owned())
        .unwrap_or_default();
    target.with_file_name(format!(".{name}.{}.part", std::process::id()))
}

fn cannot_write(path: &Path, error: &std::io::Error, lang: Lang) {
    terminal::fail(
        Code::CannotWrite,
        Text::new(
            format!("无法写入 `{}`：{error}", path.display()),
            format!("cannot write `{}`: {error}", path.display()),
        ),
        Text::new(
            "核对文件夹、权限和剩余空间",
            "check the folder, its permissions and the space left",
        ),
        lang,
    );
}
