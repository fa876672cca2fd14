//! The program run on a protocol in a folder of its own, as a user would.

use std::path::{Path, PathBuf};
use std::process::Command;

/// Carries `protocol.bidui` of `folder` out on the forms of `results`; gives the folder of the outcome.
pub fn carried_out(folder: &Path, results: &Path, threads: &str) -> PathBuf {
    let run = Command::new(env!("CARGO_BIN_EXE_bidui"))
        .env("RAYON_NUM_THREADS", threads)
        .args(["--lang", "en", "run", "protocol.bidui", "-o", "out"])
        .arg("--results")
        .arg(results)
        .current_dir(folder)
        .output()
        .unwrap();
    assert!(
        run.status.success(),
        "{}",
        String::from_utf8_lossy(&run.stderr)
    );
    folder.join("out")
}

/// Every number of an outcome, a row for each.
pub fn csv(output: &Path) -> String {
    std::fs::read_to_string(output.join("outcome.csv")).unwrap()
}
