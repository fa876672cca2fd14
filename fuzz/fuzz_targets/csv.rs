//! Separated text: no input may crash the reader or leave it without an answer.
#![no_main]

use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let reading = bidui::intake::read_csv(data, "f.csv");
    assert!(reading.submission.is_some() || !reading.findings.is_empty());
});
