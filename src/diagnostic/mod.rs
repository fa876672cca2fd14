//! What the program has to say about a source or about data: one shape for every finding.
//!
//! A [`Diagnostic`] names a code of the [register](code), what was found, where, why it matters and how to mend it, in both
//! languages. Producing one is plain data; drawing it for a terminal, an editor or a service is [`render`]'s work alone.

pub mod code;
pub mod fix;
mod record;
pub mod render;

use serde::{Deserialize, Serialize};

use crate::source::Span;
use crate::text::{Lang, Text};

pub use code::Code;
pub use record::Record;

/// How grave a finding is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Severity {
    /// The input cannot be used as it stands.
    Error,
    /// Usable, but probably not what was meant.
    Warning,
    /// Worth knowing.
    Note,
}

impl Severity {
    /// The word for it that stands before a message.
    pub fn word(self, lang: Lang) -> &'static str {
        match (self, lang) {
            (Severity::Error, Lang::Zh) => "错误",
            (Severity::Warning, Lang::Zh) => "警告",
            (Severity::Note, Lang::Zh) => "提示",
            (Severity::Error, Lang::En) => "error",
            (Severity::Warning, Lang::En) => "warning",
            (Severity::Note, Lang::En) => "note",
        }
    }
}

/// A place in a data file (result form, log): rows and columns count from one, zero means "the whole file" or "the whole row".
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord, Default, Serialize, Deserialize)]
pub struct DataPlace {
    pub file: String,
    pub sheet: Option<String>,
    pub row: u32,
    pub column: u32,
    /// Heading of the column.
    pub column_name: String,
}

/// A marked stretch of source with what it has to do with the finding; the first label of a diagnostic is its place.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Label {
    pub span: Span,
    pub text: Text,
}

/// Whether a fix may be applied without asking.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Applicability {
    /// Keeps the meaning.
    Safe,
    /// Probably what was meant, but changes the meaning.
    Unsafe,
}

/// A replacement in the source that mends the finding.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fix {
    pub title: Text,
    pub span: Span,
    pub replacement: String,
    pub applicability: Applicability,
}

/// One finding.
#[derive(Debug, Clone, PartialEq)]
pub struct Diagnostic {
    pub code: Code,
    pub severity: Severity,
    /// What was found; lower case, no full stop, the user's words in backticks.
    pub message: Text,
    pub labels: Vec<Label>,
    pub place: Option<DataPlace>,
    /// Why it matters, one entry a reason.
    pub reasons: Vec<Text>,
    /// What to do.
    pub help: Option<Text>,
    pub fixes: Vec<Fix>,
    /// Article, clause or paper the finding rests on.
    pub basis: Vec<Text>,
}

impl Diagnostic {
    /// A finding at a place of the source, with the severity the register gives to its code.
    pub fn new(code: Code, span: Span, message: Text) -> Diagnostic {
        Diagnostic {
            code,
            severity: code.severity(),
            message,
            labels: vec![Label {
                span,
                text: Text::default(),
            }],
            place: None,
            reasons: Vec::new(),
            help: None,
            fixes: Vec::new(),
            basis: Vec::new(),
        }
    }

    /// A finding about a data file.
    pub fn in_data(code: Code, place: DataPlace, message: Text) -> Diagnostic {
        Diagnostic {
            labels: Vec::new(),
            place: Some(place),
            ..Diagnostic::new(code, Span::default(), message)
        }
    }

    /// A finding without a place (a file that cannot be read, say).
    pub fn general(code: Code, message: Text) -> Diagnostic {
        Diagnostic {
            labels: Vec::new(),
            ..Diagnostic::new(code, Span::default(), message)
        }
    }

    /// Says what the primary place is.
    pub fn labelled(mut self, text: Text) -> Diagnostic {
        if let Some(label) = self.labels.first_mut() {
            label.text = text;
        }
        self
    }

    /// Adds a second place that has to do with the finding.
    pub fn with_label(mut self, span: Span, text: Text) -> Diagnostic {
        self.labels.push(Label { span, text });
        self
    }

    pub fn with_reason(mut self, text: Text) -> Diagnostic {
        self.reasons.push(text);
        self
    }

    pub fn with_help(mut self, text: Text) -> Diagnostic {
        self.help = Some(text);
        self
    }

    pub fn with_basis(mut self, text: Text) -> Diagnostic {
        self.basis.push(text);
        self
    }

    pub fn with_fix(
        mut self,
        title: Text,
        span: Span,
        replacement: impl Into<String>,
        applicability: Applicability,
    ) -> Diagnostic {
        self.fixes.push(Fix {
            title,
            span,
            replacement: replacement.into(),
            applicability,
        });
        self
    }

    /// Asks whether `meant` was meant at `span`, and offers to write it there.
    pub fn suggesting(self, span: Span, meant: &str) -> Diagnostic {
        self.with_help(Text::new(
            format!("是否应为 `{meant}`？"),
            format!("did you mean `{meant}`?"),
        ))
        .with_fix(
            Text::same(format!("`{meant}`")),
            span,
            meant,
            Applicability::Unsafe,
        )
    }

    /// The primary place in the source, if it has one.
    pub fn span(&self) -> Option<Span> {
        self.labels.first().map(|label| label.span)
    }

    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// Sorts findings by place and drops exact repetitions, so that their order does not depend on the order of the checks.
pub fn sort(diagnostics: &mut Vec<Diagnostic>) {
    diagnostics.sort_by(|a, b| {
        let key = |d: &Diagnostic| (d.span(), d.place.clone(), d.severity, d.code);
        key(a).cmp(&key(b)).then_with(|| a.message.cmp(&b.message))
    });
    diagnostics.dedup();
}
