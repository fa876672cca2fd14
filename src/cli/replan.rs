//! `bidui plan FILE --replan LOG.csv --monitoring FOLDER`: the log read, the journey planned anew, readings held against limits, findings told.

use std::path::{Path, PathBuf};

use super::{Status, files, terminal};
use crate::compile::{Anew, Compiled};
use crate::diagnostic::{Code, Diagnostic};
use crate::intake;
use crate::plan;
use crate::run::{monitoring, results};
use crate::source::Sources;
use crate::text::{Lang, Text};

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

/// Reads what the loggers recorded and notes in the plan made anew what was beyond the limits; whether nothing was wrong with it.
pub(super) fn monitored(
    paths: &[PathBuf],
    plan: &mut plan::Plan,
    issued: &plan::Plan,
    lang: Lang,
) -> Result<bool, Status> {
    if paths.is_empty() {
        return Ok(true);
    }
    if issued.limits_on_the_way().is_empty() {
        terminal::fail(
            Code::DataMonitored,
            Text::new(
                "方案没有规定运输监测的限值",
                "the protocol has no limits for what is recorded on the way",
            ),
            Text::new(
                "在 `运输特性` 中写 `监测 冲击 20 g, 温度 5 °C .. 35 °C`",
                "write `monitor shock 20 g, temperature 5 °C .. 35 °C` in `transport`",
            ),
            lang,
        );
        return Err(Status::Findings);
    }
    let mut files: Vec<PathBuf> = Vec::new();
    for path in paths {
        match path.is_dir() {
            true => files.extend(files::list(path, lang).ok_or(Status::Failed)?),
            false => files.push(path.clone()),
        }
    }
    let mut findings: Vec<Diagnostic> = Vec::new();
    let mut extracts = Vec::new();
    for file in files {
        let bytes = files::read_bytes(&file, lang).ok_or(Status::Failed)?;
        let name = file.file_name().map(|it| it.to_string_lossy().into_owned());
        let (extract, found) = intake::read_extract(&bytes, &name.unwrap_or_default(), issued);
        findings.extend(found.iter().map(results::diagnostic));
        extracts.extend(extract);
    }
    let (excesses, found) = monitoring::excesses(plan, issued, &extracts);
    findings.extend(found);
    terminal::report(&findings, &Sources::default(), lang);
    plan.note_excesses(excesses);
    Ok(!findings.iter().any(Diagnostic::is_error))
}
