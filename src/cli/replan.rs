//! `bidui plan FILE --replan LOG.csv`: the log read, the journey planned anew, findings told.

use std::path::Path;

use super::{Status, files, terminal};
use crate::compile::{Anew, Compiled};
use crate::diagnostic::Diagnostic;
use crate::intake;
use crate::plan;
use crate::run::results;
use crate::source::Sources;
use crate::text::Lang;

/// The journey planned anew from a log; why there is none has been reported.
pub(super) fn anew(
    log: &Path,
    compiled: &Compiled,
    issued: &plan::Plan,
    lang: Lang,
) -> Result<Anew, Status> {
    let bytes = files::read_bytes(log, lang).ok_or(Status::Failed)?;
    let name = log.file_name().map(|it| it.to_string_lossy().into_owned());
    let (read, findings) = intake::read_log(&bytes, &name.unwrap_or_default(), issued);
    let findings: Vec<Diagnostic> = findings.iter().map(results::diagnostic).collect();
    terminal::report(&findings, &Sources::default(), lang);
    let anew = read
        .and_then(|read| compiled.replanned(issued, &read))
        .ok_or(Status::Findings)?;
    terminal::report(&anew.diagnostics, &compiled.sources, lang);
    Ok(anew)
}
