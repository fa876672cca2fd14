//! Findings in a form that outlasts the run that made them: every place by the name of its file, so that they can be read back where the
//! same texts stand under other numbers.

use serde::{Deserialize, Serialize};

use super::{Applicability, Code, DataPlace, Diagnostic, Fix, Label, Severity};
use crate::source::{FileId, Sources, Span};
use crate::text::Text;

/// One finding.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Record {
    code: String,
    severity: Gravity,
    message: Text,
    labels: Vec<(Place, Text)>,
    data: Option<DataPlace>,
    reasons: Vec<Text>,
    help: Option<Text>,
    fixes: Vec<Edit>,
    basis: Vec<Text>,
}

/// A stretch of a file; no name stands for the file that was checked.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Place {
    file: Option<String>,
    start: u32,
    end: u32,
}

#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
struct Edit {
    title: Text,
    at: Place,
    replacement: String,
    safe: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
enum Gravity {
    Error,
    Warning,
    Note,
}

impl Record {
    /// What is kept of a finding about the file `own` and others of `sources`.
    pub fn of(finding: &Diagnostic, own: FileId, sources: &Sources) -> Record {
        let place = |span: Span| Place {
            file: (sources.get(span.file))
                .filter(|_| span.file != own)
                .map(|file| file.name.clone()),
            start: span.start,
            end: span.end,
        };
        let labels = finding.labels.iter();
        let fixes = finding.fixes.iter();
        Record {
            code: finding.code.id().to_owned(),
            severity: match finding.severity {
                Severity::Error => Gravity::Error,
                Severity::Warning => Gravity::Warning,
                Severity::Note => Gravity::Note,
            },
            message: finding.message.clone(),
            labels: labels
                .map(|label| (place(label.span), label.text.clone()))
                .collect(),
            data: finding.place.clone(),
            reasons: finding.reasons.clone(),
            help: finding.help.clone(),
            fixes: fixes
                .map(|fix| Edit {
                    title: fix.title.clone(),
                    at: place(fix.span),
                    replacement: fix.replacement.clone(),
                    safe: fix.applicability == Applicability::Safe,
                })
                .collect(),
            basis: finding.basis.clone(),
        }
    }

    /// Whether the finding points into a file of that name.
    pub fn cites(&self, name: &str) -> bool {
        let labels = self.labels.iter().map(|(place, _)| place);
        let mut places = labels.chain(self.fixes.iter().map(|fix| &fix.at));
        places.any(|place| place.file.as_deref() == Some(name))
    }

    /// The finding again, with `own` for the file that was checked and `find` for the others; none for a code that is not known.
    pub fn finding(self, own: FileId, find: &mut dyn FnMut(&str) -> FileId) -> Option<Diagnostic> {
        let mut span = |place: Place| Span {
            file: place.file.map_or(own, |name| find(&name)),
            start: place.start,
            end: place.end,
        };
        let mut labels = Vec::with_capacity(self.labels.len());
        for (place, text) in self.labels {
            let span = span(place);
            labels.push(Label { span, text });
        }
        let mut fixes = Vec::with_capacity(self.fixes.len());
        for edit in self.fixes {
            fixes.push(Fix {
                span: span(edit.at),
                title: edit.title,
                replacement: edit.replacement,
                applicability: if edit.safe {
                    Applicability::Safe
                } else {
                    Applicability::Unsafe
                },
            });
        }
        Some(Diagnostic {
            code: Code::of(&self.code)?,
            severity: match self.severity {
                Gravity::Error => Severity::Error,
                Gravity::Warning => Severity::Warning,
                Gravity::Note => Severity::Note,
            },
            message: self.message,
            labels,
            place: self.data,
            reasons: self.reasons,
            help: self.help,
            fixes,
            basis: self.basis,
        })
    }
}
