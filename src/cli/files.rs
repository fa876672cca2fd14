//! Reading and writing files: nothing is read half, nothing is left half written.

use std::collections::BTreeMap;
use std::fs;
use std::io::Read;
use std::path::{Path, PathBuf};

use super::terminal;
use crate::diagnostic::{Code, Diagnostic};
use crate::source::Sources;
use crate::text::{Lang, Text};

/// The text of a file; reports why it cannot be had.
pub(super) fn read_text(path: &Path, lang: Lang) -> Option<String> {
    told(text_of(path), lang)
}

/// The bytes of a file; reports why they cannot be had.
pub(super) fn read_bytes(path: &Path, lang: Lang) -> Option<Vec<u8>> {
    told(bytes_of(path), lang)
}

/// What was found; reports why it was not.
pub(super) fn told<T>(found: Result<T, Box<Diagnostic>>, lang: Lang) -> Option<T> {
    found
        .map_err(|finding| terminal::report(&[*finding], &Sources::default(), lang))
        .ok()
}

/// The text of a file, or why it cannot be had.
pub(super) fn text_of(path: &Path) -> Result<String, Box<Diagnostic>> {
    decoded(&path.display().to_string(), bytes_of(path)?)
}

/// The text on standard input, or why it cannot be had.
pub(super) fn standard_input() -> Result<String, Box<Diagnostic>> {
    let mut bytes = Vec::new();
    match std::io::stdin().lock().read_to_end(&mut bytes) {
        Ok(_) => decoded("-", bytes),
        Err(error) => Err(cannot_read(
            Text::new(
                format!("无法读取标准输入：{error}"),
                format!("cannot read standard input: {error}"),
            ),
            Text::new("输入应为 UTF-8 文本", "the input must be UTF-8 text"),
        )),
    }
}

fn decoded(name: &str, bytes: Vec<u8>) -> Result<String, Box<Diagnostic>> {
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        cannot_read(
            Text::new(
                format!("`{name}` 不是 UTF-8 编码（第 {} 字节），可能是 GBK", at + 1),
                format!("`{name}` is not UTF-8 (byte {}); it may be GBK", at + 1),
            ),
            Text::new("用编辑器另存为 UTF-8", "save it as UTF-8 in your editor"),
        )
    })
}

fn bytes_of(path: &Path) -> Result<Vec<u8>, Box<Diagnostic>> {
    fs::read(path).map_err(|error| {
        cannot_read(
            Text::new(
                format!("无法读取 `{}`：{error}", path.display()),
                format!("cannot read `{}`: {error}", path.display()),
            ),
            Text::new("核对路径和权限", "check the path and its permissions"),
        )
    })
}

fn cannot_read(message: Text, help: Text) -> Box<Diagnostic> {
    Box::new(Diagnostic::general(Code::CannotRead, message).with_help(help))
}

/// As [`protocols`], but a folder without any is an error: nothing would be checked.
pub(super) fn some_protocols(folder: &Path) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    let found = protocols(folder)?;
    if found.is_empty() {
        return Err(cannot_read(
            Text::new(
                format!("`{}` 中没有 `.bidui` 文件", folder.display()),
                format!("there is no `.bidui` file in `{}`", folder.display()),
            ),
            Text::new("核对路径", "check the path"),
        ));
    }
    Ok(found)
}

/// The Bidui files below a folder, by path; hidden files and folders left out, links not followed.
///
/// # Errors
/// A folder that cannot be read.
pub(super) fn protocols(folder: &Path) -> Result<Vec<PathBuf>, Box<Diagnostic>> {
    let hidden = |name: &std::ffi::OsStr| name.to_string_lossy().starts_with('.');
    let walk = walkdir::WalkDir::new(folder)
        .sort_by_file_name()
        .into_iter()
        .filter_entry(|entry| entry.depth() == 0 || !hidden(entry.file_name()));
    let mut found = Vec::new();
    for entry in walk {
        let entry = entry.map_err(|error| {
            cannot_read(
                Text::new(
                    format!("无法读取文件夹 `{}`：{error}", folder.display()),
                    format!("cannot read the folder `{}`: {error}", folder.display()),
                ),
                Text::new("核对路径和权限", "check the path and its permissions"),
            )
        })?;
        let is_protocol = entry.path().extension().is_some_and(|e| e == "bidui");
        if is_protocol && entry.file_type().is_file() {
            found.push(entry.into_path());
        }
    }
    Ok(found)
}

/// The files directly in a folder, by name; hidden ones left out.
pub(super) fn list(folder: &Path, lang: Lang) -> Option<Vec<PathBuf>> {
    entries(folder, lang, Path::is_file)
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

/// Writes all files, and then tells what they are about and where they are.
pub(super) fn deliver(
    folder: &Path,
    files: &BTreeMap<String, Vec<u8>>,
    summary: &str,
    lang: Lang,
) -> bool {
    if !write_all(folder, files, lang) {
        return false;
    }
    terminal::print(summary);
    let (count, place) = (files.len(), folder.display());
    terminal::print(&lang.pick(
        format!("{count} 个文件已写入 {place}\n"),
        format!("{count} files written to {place}\n"),
    ));
    true
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

/// Writes one file; reports and gives false when it cannot be written.
pub(super) fn write(target: &Path, bytes: &[u8], lang: Lang) -> bool {
    let written = replace(target, bytes);
    if let Err(error) = &written {
        cannot_write(target, error, lang);
    }
    written.is_ok()
}

/// Puts a file in place of another at once: who reads it sees the old bytes or the new ones.
///
/// # Errors
/// What the system says when it cannot be written.
pub(super) fn replace(target: &Path, bytes: &[u8]) -> std::io::Result<()> {
    let temporary = temporary_name(target);
    target.parent().map_or(Ok(()), fs::create_dir_all)?;
    fs::write(&temporary, bytes)
        .and_then(|()| fs::rename(&temporary, target))
        .inspect_err(|_| {
            let _ = fs::remove_file(&temporary);
        })
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
