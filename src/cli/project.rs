//! The catalogue in which a file stands: `bidui.toml` in its folder or in one above.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::files;
use crate::compile::{Compiled, compile_in};
use crate::project::{Host, MANIFEST, Setting};
use crate::text::{Lang, Text};

/// Reads a file and compiles it in its catalogue; reports a file that cannot be read.
pub(super) fn compiled(path: &Path, lang: Lang) -> Option<(Compiled, String)> {
    let text = files::read_text(path, lang)?;
    let around = Folder::around(path);
    let setting = around
        .as_ref()
        .map(|(folder, own)| Setting { host: folder, own });
    Some((compile_in(&path.to_string_lossy(), &text, setting), text))
}

/// A host that notes what was read through it, so that it can be told later whether the same would be read again.
pub(super) struct Recorder<'h> {
    host: &'h dyn Host,
    reads: RefCell<BTreeMap<String, Result<Option<String>, Text>>>,
}

impl<'h> Recorder<'h> {
    pub fn new(host: &'h dyn Host) -> Recorder<'h> {
        Recorder {
            host,
            reads: RefCell::default(),
        }
    }

    /// The texts of the files that are there, by the names under which messages cite them.
    pub fn texts(&self) -> BTreeMap<String, String> {
        let reads = self.reads.borrow();
        let there = reads
            .iter()
            .filter_map(|(path, read)| Some((path, read.as_ref().ok()?.as_ref()?)));
        there
            .map(|(path, text)| (self.host.cite(path), text.clone()))
            .collect()
    }

    /// What was read, each file with what `digest` makes of its text; none when a file that is there could not be read.
    pub fn reads(
        &self,
        digest: impl Fn(&str) -> String,
    ) -> Option<BTreeMap<String, Option<String>>> {
        let reads = self.reads.borrow();
        let each = reads.iter().map(|(path, read)| {
            let text = read.as_ref().ok()?;
            Some((path.clone(), text.as_deref().map(&digest)))
        });
        each.collect()
    }
}

impl Host for Recorder<'_> {
    fn read(&self, path: &str) -> Result<Option<String>, Text> {
        if let Some(read) = self.reads.borrow().get(path) {
            return read.clone();
        }
        let read = self.host.read(path);
        self.reads
            .borrow_mut()
            .insert(path.to_owned(), read.clone());
        read
    }

    fn cite(&self, path: &str) -> String {
        self.host.cite(path)
    }
}

/// The folder of a catalogue, as it is reached from where the user stands.
pub(super) struct Folder {
    pub path: PathBuf,
}

impl Folder {
    /// The nearest folder around a file that has a `bidui.toml`, and the path of the file below it.
    pub fn around(file: &Path) -> Option<(Folder, String)> {
        let whole = fs::canonicalize(file).ok()?;
        let folder = Folder::of(whole.parent()?)?;
        let own = whole.strip_prefix(&folder.path).ok()?;
        let parts: Vec<String> = (own.components())
            .map(|part| part.as_os_str().to_string_lossy().into_owned())
            .collect();
        Some((folder.near(), parts.join("/")))
    }

    /// The nearest of a folder and those above it that has a `bidui.toml`; `start` without symbolic links.
    pub fn of(start: &Path) -> Option<Folder> {
        let path = start.ancestors().find(|f| f.join(MANIFEST).is_file())?;
        Some(Folder {
            path: path.to_owned(),
        })
    }

    /// The same folder by a path relative to where the user stands, when it lies there: messages carry no path of the machine.
    pub fn near(self) -> Folder {
        let here = std::env::current_dir().and_then(fs::canonicalize);
        let Ok(here) = here else { return self };
        if let Ok(below) = self.path.strip_prefix(&here) {
            return Folder {
                path: below.to_owned(),
            };
        }
        // A catalogue around the place where the user stands is so many folders up.
        match here.strip_prefix(&self.path) {
            Ok(deeper) => Folder {
                path: deeper.components().map(|_| "..").collect(),
            },
            Err(_) => self,
        }
    }
}

impl Host for Folder {
    fn read(&self, path: &str) -> Result<Option<String>, Text> {
        match fs::read_to_string(self.path.join(path)) {
            Ok(text) => Ok(Some(text)),
            Err(error)
                if [ErrorKind::NotFound, ErrorKind::NotADirectory].contains(&error.kind()) =>
            {
                Ok(None)
            }
            Err(error) => {
                let file = self.cite(path);
                Err(Text::new(
                    format!("无法读取 `{file}`：{error}"),
                    format!("cannot read `{file}`: {error}"),
                ))
            }
        }
    }

    fn cite(&self, path: &str) -> String {
        self.path.join(path).to_string_lossy().into_owned()
    }
}
