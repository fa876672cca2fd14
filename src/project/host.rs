//! What the project needs of the outside: the files of a catalogue, read by whoever may touch files.

use crate::text::Text;

/// The files below a catalogue's folder. Paths are relative to it, with `/` between their parts.
pub trait Host {
    /// The text of a file; none when there is no such file.
    ///
    /// # Errors
    /// A file that is there and cannot be read, with the reason.
    fn read(&self, path: &str) -> Result<Option<String>, Text>;

    /// The name by which messages cite the file.
    fn cite(&self, path: &str) -> String;
}

/// Where the file stands that is compiled.
#[derive(Clone, Copy)]
pub struct Setting<'h> {
    pub host: &'h dyn Host,
    /// The path of the file itself, relative to the catalogue's folder.
    pub own: &'h str,
}
