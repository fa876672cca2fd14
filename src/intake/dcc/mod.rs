//! Digital calibration certificates: PTB's DCC 3.1 to 3.3 with D-SI 2.1 and 2.2, in PTB's or NIM's namespace of the D-SI.
//!
//! Read without schema validation: what is needed is looked for by name, what is missing is told, and what is not needed is left
//! alone. Signatures are seen, never verified. Units stay the text they are (`\milli\gram`).

mod document;
mod mapping;
mod quantity;
mod value;

pub use document::{DccDocument, Identification, Names, Quantity, Section, read_dcc, read_dsi};
pub use mapping::{DccMapping, DccResult, Points, Select};
pub use value::{Number, SiData, SiUncertainty, SiValue};

use super::{Finding, Reading};

/// Namespace of the certificate.
pub(super) const DCC_NAMESPACE: &str = "https://ptb.de/dcc";
/// Namespaces of the D-SI: PTB's, and the variant of the National Institute of Metrology, China.
pub(super) const SI_NAMESPACES: [&str; 2] = ["https://ptb.de/si", "https://www.nim.ac.cn/si"];
/// Namespace of XML signatures.
pub(super) const SIGNATURE_NAMESPACE: &str = "http://www.w3.org/2000/09/xmldsig#";

/// Reads a certificate and takes the results out of it that `mapping` declares.
pub fn read_submission(bytes: &[u8], file: &str, mapping: &DccMapping) -> Reading {
    let (document, mut findings) = read_dcc(bytes, file);
    let submission = document.map(|document| {
        let (submission, more) = document.submission(mapping);
        findings.extend(more);
        submission
    });
    Reading {
        submission,
        findings: gravest(findings),
    }
}

/// One finding for each place and kind, the gravest.
fn gravest(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by(|a, b| (&a.place, a.code, b.severity).cmp(&(&b.place, b.code, a.severity)));
    findings.dedup_by(|later, first| later.place == first.place && later.code == first.code);
    findings
}
