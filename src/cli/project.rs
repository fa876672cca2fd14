//! The catalogue in which a file stands: `bidui.toml` in its folder or in one above.

use std::fs;
use std::io::ErrorKind;
use std::path::{Path, PathBuf};

use super::files;
use crate::compile::{Compiled, compile, compile_in};
use crate::project::{Host, MANIFEST, Setting};
use crate::text::{Lang, Text};

/// Reads a file and compiles it in its catalogue; reports a file that cannot be read.
pub(super) fn compiled(path: &Path, lang: Lang) -> Option<(Compiled, String)> {
    let text = files::read_text(path, lang)?;
    let name = path.to_string_lossy();
    let compiled = match Folder::around(path) {
        None => compile(&name, &text),
        Some((folder, own)) => compile_in(
            &name,
            &text,
            Some(Setting {
                host: &folder,
                own: &own,
            }),
        ),
    };
    Some((compiled, text))
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
