//! Digital calibration certificates and bare D-SI: no input may crash the readers or leave them without an answer.
#![no_main]

use bidui::intake::dcc::{DccMapping, DccResult, Points, Select, read_dsi, read_submission};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let select = |word: &str| Select {
        ref_type: Some(word.to_string()),
        ..Select::default()
    };
    let mapping = DccMapping {
        laboratory: None,
        results: vec![DccResult {
            measurand: "m".to_string(),
            select: select("basic_measurementError"),
            points: Points::From(select("basic_calibrationValue")),
            unit: None,
        }],
    };
    let reading = read_submission(data, "f.xml", &mapping);
    assert!(reading.submission.is_some() || !reading.findings.is_empty());
    let _values = read_dsi(data, "f.xml");
});
