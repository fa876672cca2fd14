//! Whatever is sent in, the readers answer.

use proptest::prelude::*;

use bidui::intake::dcc::{Points, read_submission};
use bidui::intake::*;

use crate::samples::*;

fn everything(bytes: &[u8]) {
    let mapping = result(
        "m",
        by_ref_type("basic_measurementError"),
        Points::From(by_ref_type("basic_calibrationValue")),
    );
    for reading in [
        read(bytes, "f", &mapping, true),
        read_csv(bytes, "f"),
        read_xlsx(bytes, "f"),
        read_submission(bytes, "f", &mapping),
    ] {
        assert!(reading.findings.len() <= FINDINGS_KEPT * 2 + 2);
        assert!(reading.submission.is_some() || !reading.findings.is_empty());
    }
}

#[test]
fn no_truncation_of_a_sample_does_harm() {
    let mut samples = vec![
        sample("good_zh.csv"),
        sample("bad.csv"),
        sample("masses.xml"),
        rezip(&filled()),
    ];
    if let Some(folder) = outside() {
        samples.extend(
            OUTSIDE
                .iter()
                .map(|(name, ..)| std::fs::read(folder.join(name)).unwrap()),
        );
    }
    for sample in samples {
        let step = (sample.len() / 40).max(1);
        for length in (0..sample.len()).step_by(step) {
            everything(&sample[..length]);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn random_bytes_do_no_harm(bytes in proptest::collection::vec(any::<u8>(), 0..400)) {
        everything(&bytes);
    }

    #[test]
    fn random_text_does_no_harm(text in "[a-z#,;\"\\n<>/=:被测量 0-9.]{0,400}") {
        everything(text.as_bytes());
    }

    #[test]
    fn a_sample_with_one_byte_changed_does_no_harm(which in 0..4_usize, share in 0.0..1.0_f64, byte in any::<u8>()) {
        let mut sample = match which {
            0 => sample("good_zh.csv"),
            1 => sample("bad.csv"),
            2 => sample("masses.xml"),
            _ => rezip(&filled()),
        };
        let position = ((sample.len() - 1) as f64 * share) as usize;
        sample[position] = byte;
        everything(&sample);
    }
}
