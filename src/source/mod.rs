//! Source files, places in them, and lines.
//!
//! A [`Span`] is a file and two byte offsets; everything the compiler says about a source goes through it. Lines and columns are
//! computed on demand: bytes for the parser, characters for people, UTF-16 units for editors.

use std::sync::Arc;

/// A file known to a [`Sources`].
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct FileId(pub u32);

/// A stretch of a source file: byte offsets, `end` exclusive.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
pub struct Span {
    pub file: FileId,
    pub start: u32,
    pub end: u32,
}

impl Span {
    /// The smallest span that covers both (they must be of one file).
    pub fn to(self, other: Span) -> Span {
        Span {
            file: self.file,
            start: self.start.min(other.start),
            end: self.end.max(other.end),
        }
    }

    /// The empty span at this one's end, where something is missing.
    pub fn after(self) -> Span {
        Span {
            file: self.file,
            start: self.end,
            end: self.end,
        }
    }
}

/// A value and where it was written.
#[derive(Debug, Clone, PartialEq)]
pub struct Spanned<T> {
    pub value: T,
    pub span: Span,
}

impl<T> Spanned<T> {
    pub fn new(value: T, span: Span) -> Spanned<T> {
        Spanned { value, span }
    }
}

/// A place as people read it; both count from one, `column` in characters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct LineColumn {
    pub line: u32,
    pub column: u32,
}

/// One source text and the offsets at which its lines begin.
#[derive(Debug, Clone)]
pub struct SourceFile {
    /// The name under which messages cite it: a path relative to where the user stands, or `std/…` for the library.
    pub name: String,
    pub text: Arc<str>,
    line_starts: Vec<u32>,
}

impl SourceFile {
    pub fn new(name: impl Into<String>, text: impl Into<Arc<str>>) -> SourceFile {
        let text = text.into();
        let mut line_starts = vec![0];
        line_starts.extend(
            text.bytes()
                .enumerate()
                .filter(|(_, b)| *b == b'\n')
                .map(|(i, _)| i as u32 + 1),
        );
        SourceFile {
            name: name.into(),
            text,
            line_starts,
        }
    }

    /// The text between two byte offsets; empty when they do not fall on character boundaries.
    pub fn slice(&self, start: u32, end: u32) -> &str {
        self.text
            .get(start as usize..end as usize)
            .unwrap_or_default()
    }

    /// Index (from zero) of the line that holds `offset`.
    pub fn line_index(&self, offset: u32) -> usize {
        self.line_starts
            .partition_point(|start| *start <= offset)
            .saturating_sub(1)
    }

    /// Line and column, counted from one in characters.
    pub fn line_column(&self, offset: u32) -> LineColumn {
        let line = self.line_index(offset);
        let start = self.line_starts.get(line).copied().unwrap_or(0);
        LineColumn {
            line: line as u32 + 1,
            column: self.slice(start, offset).chars().count() as u32 + 1,
        }
    }

    /// Column counted from zero in UTF-16 units, as editors and SARIF want it.
    pub fn utf16_column(&self, offset: u32) -> u32 {
        let start = self
            .line_starts
            .get(self.line_index(offset))
            .copied()
            .unwrap_or(0);
        self.slice(start, offset).encode_utf16().count() as u32
    }

    /// The text of a line (index from zero) without its line end.
    pub fn line(&self, index: usize) -> &str {
        let range = self.line_range(index).unwrap_or_default();
        (self.text.get(range).unwrap_or_default()).trim_end_matches(['\n', '\r'])
    }

    /// The bytes of a line (index from zero), its line end included; none behind the last line.
    pub fn line_range(&self, index: usize) -> Option<std::ops::Range<usize>> {
        let start = *self.line_starts.get(index)? as usize;
        let end = self.line_starts.get(index + 1).map(|end| *end as usize);
        Some(start..end.unwrap_or(self.text.len()))
    }
}

/// All files of one run, by [`FileId`].
#[derive(Debug, Clone, Default)]
pub struct Sources {
    files: Vec<SourceFile>,
}

impl Sources {
    pub fn add(&mut self, file: SourceFile) -> FileId {
        self.files.push(file);
        FileId(self.files.len() as u32 - 1)
    }

    pub fn get(&self, id: FileId) -> Option<&SourceFile> {
        self.files.get(id.0 as usize)
    }

    /// The file called `name`, if it was added.
    pub fn find(&self, name: &str) -> Option<FileId> {
        self.files
            .iter()
            .position(|f| f.name == name)
            .map(|i| FileId(i as u32))
    }

    pub fn files(&self) -> impl Iterator<Item = (FileId, &SourceFile)> {
        self.files
            .iter()
            .enumerate()
            .map(|(i, f)| (FileId(i as u32), f))
    }

    /// The text under a span.
    pub fn text(&self, span: Span) -> &str {
        self.get(span.file)
            .map_or("", |f| f.slice(span.start, span.end))
    }
}
