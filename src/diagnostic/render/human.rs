//! Findings drawn for people, with the source line and carets. The drawing is codespan-reporting's; nothing else knows it.

use codespan_reporting::diagnostic as codespan;
use codespan_reporting::files::{self, Files};
use codespan_reporting::term;

use crate::diagnostic::{Diagnostic, Fix, Severity};
use crate::source::{FileId, SourceFile, Sources};
use crate::text::{Lang, Text};

/// The findings drawn without colour.
pub fn human(diagnostics: &[Diagnostic], sources: &Sources, lang: Lang) -> String {
    let files = Drawn(sources);
    let config = term::Config::default();
    let mut out = String::new();
    for diagnostic in diagnostics {
        match term::emit_into_string(&config, &files, &drawn(diagnostic, lang)) {
            Ok(text) => out.push_str(&headed(&text, diagnostic.severity, lang)),
            Err(_) => out.push_str(&super::short(
                std::slice::from_ref(diagnostic),
                sources,
                lang,
            )),
        }
        if !out.ends_with("\n\n") {
            out.push('\n');
        }
    }
    out
}

/// The findings drawn with the colours of a terminal (ANSI sequences).
pub fn human_coloured(diagnostics: &[Diagnostic], sources: &Sources, lang: Lang) -> String {
    let files = Drawn(sources);
    let config = term::Config::default();
    let mut out = String::new();
    for diagnostic in diagnostics {
        let mut buffer = term::termcolor::Buffer::ansi();
        // Writing into memory fails only for a span outside its file, and then the plain form says as much.
        if term::emit_to_write_style(&mut buffer, &config, &files, &drawn(diagnostic, lang))
            .is_err()
        {
            return human(diagnostics, sources, lang);
        }
        let text = String::from_utf8_lossy(buffer.as_slice());
        out.push_str(&headed(&text, diagnostic.severity, lang));
    }
    out
}

/// The drawing with its first word, which says how grave the finding is, in the language of the rest.
fn headed(drawing: &str, severity: Severity, lang: Lang) -> String {
    let (own, wanted) = (severity.word(Lang::En), severity.word(lang));
    drawing.replacen(&format!("{own}["), &format!("{wanted}["), 1)
}

/// The sources as the drawing wants them; nothing is copied, since a catalogue has thousands of files.
struct Drawn<'a>(&'a Sources);

impl Drawn<'_> {
    fn file(&self, id: usize) -> Result<&SourceFile, files::Error> {
        let id = u32::try_from(id).map_err(|_| files::Error::FileMissing)?;
        self.0.get(FileId(id)).ok_or(files::Error::FileMissing)
    }
}

impl<'a> Files<'a> for Drawn<'a> {
    type FileId = usize;
    type Name = &'a str;
    type Source = &'a str;

    fn name(&'a self, id: usize) -> Result<&'a str, files::Error> {
        Ok(&self.file(id)?.name)
    }

    fn source(&'a self, id: usize) -> Result<&'a str, files::Error> {
        Ok(&self.file(id)?.text)
    }

    fn line_index(&'a self, id: usize, byte: usize) -> Result<usize, files::Error> {
        Ok(self.file(id)?.line_index(byte as u32))
    }

    fn line_range(
        &'a self,
        id: usize,
        line: usize,
    ) -> Result<std::ops::Range<usize>, files::Error> {
        let file = self.file(id)?;
        file.line_range(line).ok_or(files::Error::LineTooLarge {
            given: line,
            max: file.line_index(file.text.len() as u32),
        })
    }
}

fn drawn(diagnostic: &Diagnostic, lang: Lang) -> codespan::Diagnostic<usize> {
    let index = |file: FileId| file.0 as usize;
    let labels = diagnostic
        .labels
        .iter()
        .enumerate()
        .map(|(i, label)| {
            let style = if i == 0 {
                codespan::LabelStyle::Primary
            } else {
                codespan::LabelStyle::Secondary
            };
            codespan::Label::new(
                style,
                index(label.span.file),
                label.span.start as usize..label.span.end as usize,
            )
            .with_message(label.text.get(lang))
        })
        .collect();
    let severity = match diagnostic.severity {
        Severity::Error => codespan::Severity::Error,
        Severity::Warning => codespan::Severity::Warning,
        Severity::Note => codespan::Severity::Note,
    };
    let word = |zh: &str, en: &str| {
        if lang == Lang::Zh {
            zh.to_owned()
        } else {
            en.to_owned()
        }
    };
    let line = |head: String, text: &Text| format!("{head}{}", text.get(lang));
    let mut notes = Vec::new();
    if let Some(place) = &diagnostic.place {
        notes.push(match (lang, place.row) {
            (_, 0) => word("文件：", "file: ") + &place.file,
            (Lang::Zh, row) => format!(
                "位置：{} 第{row}行 第{}列 {}",
                place.file, place.column, place.column_name
            ),
            (Lang::En, row) => format!(
                "place: {}, row {row}, column {} {}",
                place.file, place.column, place.column_name
            ),
        });
    }
    notes.extend(
        diagnostic
            .reasons
            .iter()
            .map(|reason| line(word("原因：", "why: "), reason)),
    );
    notes.extend(
        diagnostic
            .help
            .iter()
            .map(|help| line(word("处理：", "help: "), help)),
    );
    // A replacement that the help names already is for programs.
    let said = |fix: &&Fix| {
        let help = diagnostic.help.as_ref();
        help.is_some_and(|help| help.get(lang).contains(fix.title.get(lang)))
    };
    let fixes = diagnostic.fixes.iter().filter(|fix| !said(fix));
    notes.extend(fixes.map(|fix| line(word("可改为：", "fix: "), &fix.title)));
    notes.extend(
        diagnostic
            .basis
            .iter()
            .map(|basis| line(word("依据：", "basis: "), basis)),
    );
    codespan::Diagnostic::new(severity)
        .with_code(format!(
            "{} {}",
            diagnostic.code.id(),
            diagnostic.code.slug()
        ))
        .with_message(diagnostic.message.get(lang))
        .with_labels(labels)
        .with_notes(notes)
}
