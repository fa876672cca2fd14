//! What earlier runs found, by the digest of what they read.
//!
//! An entry is one file, `ab/cdef….json` below the folder of the cache: the digest of the rest on the first line, then the findings as
//! JSON and the digests of the modules that were looked for, there or not. Its name is the digest of the program, of the text checked and
//! of the place of the file in its catalogue. So an entry is never wrong, only missing: one that cannot be read, whose digest is not that
//! of its content, or whose modules have changed, counts as missing and is written anew. The folder may be removed at any time.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::LazyLock;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::files;
use super::project::Recorder;
use crate::diagnostic::Record;
use crate::project::{self, Host, Setting};
use crate::text::Lang;

/// What a check of one text found.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub(super) struct Findings {
    /// The language in which the file is written.
    pub language: Lang,
    pub sound: bool,
    pub records: Vec<Record>,
    /// The files of the catalogue that were looked for, each with the digest of its text when it was there.
    pub reads: BTreeMap<String, Option<String>>,
}

impl Findings {
    /// Whether the same files of the catalogue would be read today.
    pub fn still_hold(&self, recorder: Option<&Recorder<'_>>) -> bool {
        let Some(recorder) = recorder else {
            return self.reads.is_empty();
        };
        self.reads.iter().all(|(path, digest)| {
            let text = recorder.read(path);
            text.is_ok_and(|text| text.as_deref().map(digest_of) == *digest)
        })
    }
}

/// A folder with what earlier runs found.
pub(super) struct Cache {
    folder: PathBuf,
}

impl Cache {
    /// The cache in `folder`, or in the user's own folder for such files; none when the system names none.
    pub fn open(folder: Option<&Path>) -> Option<Cache> {
        let folder = match folder {
            Some(folder) => folder.to_owned(),
            None => dirs::cache_dir()?.join("bidui").join("check"),
        };
        Some(Cache { folder })
    }

    /// What was found in a text of that key.
    pub fn find(&self, key: &str) -> Option<Findings> {
        let entry = std::fs::read_to_string(self.place(key)?).ok()?;
        let (digest, content) = entry.split_once('\n')?;
        (digest == digest_of(content))
            .then(|| serde_json::from_str(content).ok())
            .flatten()
    }

    /// Keeps what was found. A cache that cannot be written is one that is not used: the findings are there all the same.
    pub fn keep(&self, key: &str, findings: &Findings) {
        let (Some(place), Ok(content)) = (self.place(key), serde_json::to_string(findings)) else {
            return;
        };
        let entry = format!("{}\n{content}", digest_of(&content));
        let _ = files::replace(&place, entry.as_bytes());
    }

    fn place(&self, key: &str) -> Option<PathBuf> {
        let (head, rest) = key.split_at_checked(2)?;
        Some(self.folder.join(head).join(format!("{rest}.json")))
    }
}

/// The key of a text: another program, another library, another text or another place has another one.
pub(super) fn key(text: &str, setting: Option<Setting<'_>>) -> String {
    let mut digest = Sha256::new();
    digest.update(*PROGRAM);
    if let Some(setting) = setting {
        // Messages cite modules by the way to them from where the user stands.
        for part in [setting.own, &setting.host.cite("")] {
            digest.update((part.len() as u64).to_be_bytes());
            digest.update(part);
        }
    }
    digest.update(text);
    hex(&digest.finalize())
}

/// The digest of a text.
pub(super) fn digest_of(text: &str) -> String {
    hex(&Sha256::digest(text))
}

/// The digest of what decides which findings a text has: the version, the library, and the very program, which a developer changes without
/// changing either.
static PROGRAM: LazyLock<[u8; 32]> = LazyLock::new(|| {
    let mut digest = Sha256::new();
    digest.update(env!("CARGO_PKG_VERSION"));
    for (name, text) in project::standard_files() {
        digest.update(name);
        digest.update((text.len() as u64).to_be_bytes());
        digest.update(text);
    }
    let built = std::env::current_exe().and_then(std::fs::metadata);
    if let Ok(program) = built {
        digest.update(program.len().to_be_bytes());
        let age =
            (program.modified().ok()).and_then(|at| at.duration_since(std::time::UNIX_EPOCH).ok());
        digest.update(age.unwrap_or_default().as_nanos().to_be_bytes());
    }
    digest.finalize().into()
});

fn hex(bytes: &[u8]) -> String {
    bytes.iter().map(|byte| format!("{byte:02x}")).collect()
}
