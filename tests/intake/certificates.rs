//! Digital calibration certificates, ours and from outside.

use bidui::intake::dcc::{DccMapping, Points, Select, read_dcc, read_dsi, read_submission};
use bidui::intake::*;

use crate::samples::*;

#[test]
fn a_certificate_gives_the_results_that_the_mapping_declares() {
    let mapping = result(
        "m",
        by_ref_type("basic_measurementError"),
        Points::From(by_ref_type("basic_calibrationValue")),
    );
    let reading = read_submission(&sample("masses.xml"), "masses.xml", &mapping);
    assert_eq!(codes_of(&reading), ["D0076"]);
    let submission = reading.submission.unwrap();
    assert_eq!(
        (
            submission.laboratory.as_str(),
            submission.plan_digest.as_deref(),
            submission.signature
        ),
        ("NIM", Some(DIGEST), Signature::PresentNotVerified)
    );
    let rows: Vec<[&str; 5]> = submission
        .rows
        .iter()
        .map(|r| {
            [
                &r.point.text,
                &r.value.text,
                &r.unit.text,
                &r.uncertainty.expanded.as_ref().unwrap().text,
                &r.uncertainty.factor.as_ref().unwrap().text,
            ]
            .map(|t| t.as_str())
        })
        .collect();
    let unit = "\\milli\\gram";
    assert_eq!(
        rows,
        [
            ["100", "0.012", unit, "0.010", "2"],
            ["200", "-0.031", unit, "0.015", "2"]
        ]
    );
    assert_eq!(submission.fields["date"].text, "2026-11-20");
    assert_eq!(
        submission.fields["basic_temperature"].text,
        "293.25 \\kelvin"
    );
    assert_eq!(submission.fields["signer"].text, "王计量");
}

#[test]
fn a_mapping_that_does_not_fit_is_told() {
    let code = |mapping: &DccMapping| {
        errors_of(&read_submission(&sample("masses.xml"), "m.xml", mapping).findings)
    };
    let error = || by_ref_type("basic_measurementError");
    assert_eq!(
        code(&result(
            "m",
            by_ref_type("basic_nothing"),
            Points::Named(vec![])
        )),
        ["D0078"]
    );
    assert_eq!(
        code(&result("m", Select::default(), Points::Named(vec![]))),
        ["D0079"]
    );
    assert_eq!(
        code(&result("m", error(), Points::Named(vec!["100 g".into()]))),
        ["D0075"]
    );
    assert_eq!(code(&DccMapping::default()), ["D0078"]);
    let mut unit = result(
        "m",
        error(),
        Points::Named(vec!["100 g".into(), "200 g".into()]),
    );
    unit.results[0].unit = Some("\\kilogram".into());
    assert_eq!(code(&unit), ["D0078"]);
    unit.results[0].unit = Some("\\micro\\gram".into());
    let reading = read_submission(&sample("masses.xml"), "m.xml", &unit);
    assert_eq!(reading.submission.unwrap().rows[1].value.text, "-31");
}

#[test]
fn a_mapped_value_that_is_not_a_number_is_an_error_and_elsewhere_a_warning() {
    let text = String::from_utf8(sample("masses.xml"))
        .unwrap()
        .replace("0.012 -0.031", "NaN -0.031");
    let mapping = result(
        "m",
        by_ref_type("basic_measurementError"),
        Points::Named(vec!["100 g".into(), "200 g".into()]),
    );
    assert_eq!(
        errors_of(&read_submission(text.as_bytes(), "m.xml", &mapping).findings),
        ["D0024"]
    );
    assert!(errors_of(&read_dcc(text.as_bytes(), "m.xml").1).is_empty());
}

#[test]
fn both_namespaces_and_both_generations_of_the_d_si_are_read() {
    let text = String::from_utf8(sample("masses.xml")).unwrap();
    let nim = text.replace("https://ptb.de/si", "https://www.nim.ac.cn/si");
    assert_eq!(
        read_dcc(nim.as_bytes(), "m.xml")
            .0
            .unwrap()
            .quantities
            .len(),
        read_dcc(text.as_bytes(), "m.xml")
            .0
            .unwrap()
            .quantities
            .len()
    );
    let uncertainties = [
        "<si:expandedUnc><si:uncertainty>0.2</si:uncertainty><si:coverageFactor>2</si:coverageFactor></si:expandedUnc>",
        "<si:measurementUncertaintyUnivariate><si:expandedMU><si:valueExpandedMU>0.2</si:valueExpandedMU><si:coverageFactor>2</si:coverageFactor></si:expandedMU></si:measurementUncertaintyUnivariate>",
        "<si:measurementUncertaintyUnivaraite><si:standardMU><si:valueStandardMU>0.1</si:valueStandardMU></si:standardMU></si:measurementUncertaintyUnivaraite>",
        "<si:coverageInterval><si:standardUnc>0.1</si:standardUnc><si:intervalMin>0.8</si:intervalMin><si:intervalMax>1.3</si:intervalMax></si:coverageInterval>",
    ];
    for uncertainty in uncertainties {
        let xml = format!(
            "<si:real xmlns:si=\"https://ptb.de/si\"><si:value>1</si:value><si:unit>\\metre</si:unit>{uncertainty}</si:real>"
        );
        let (data, findings) = read_dsi(xml.as_bytes(), "a.xml");
        assert_eq!(findings, Vec::new());
        assert!(data[0].values[0].uncertainty.is_some(), "{uncertainty}");
    }
}

#[test]
fn versions_outside_3_1_to_3_3_are_told() {
    let text = String::from_utf8(sample("masses.xml")).unwrap();
    for (version, readable, code) in [
        ("2.4.0", false, "D0073"),
        ("3.0.0", false, "D0073"),
        ("x", false, "D0073"),
        ("3.4.0-rc.2", true, "D0073"),
    ] {
        let (document, findings) = read_dcc(
            text.replace(
                "schemaVersion=\"3.3.0\"",
                &format!("schemaVersion=\"{version}\""),
            )
            .as_bytes(),
            "m.xml",
        );
        assert_eq!(document.is_some(), readable, "{version}");
        assert!(findings.iter().any(|f| f.code == code), "{version}");
    }
    assert_eq!(errors_of(&read_dcc(b"<html/>", "m.xml").1), ["D0072"]);
}

#[test]
fn every_outside_sample_is_read_or_refused_with_its_reason() {
    let Some(folder) = outside() else { return };
    for (name, quantities, values, codes) in OUTSIDE {
        let bytes = std::fs::read(folder.join(name)).unwrap();
        let (elements, mut findings) = read_dsi(&bytes, name);
        assert_eq!(
            (
                elements.len(),
                elements.iter().map(|d| d.all().len()).sum::<usize>()
            ),
            (*quantities, *values),
            "{name}"
        );
        if name.starts_with("dcc") {
            let (document, dcc_findings) = read_dcc(&bytes, name);
            assert_eq!(
                document.map_or(0, |d| d.quantities.len()),
                *quantities,
                "{name}"
            );
            findings = dcc_findings;
        } else {
            assert_eq!(errors_of(&read_dcc(&bytes, name).1), ["D0072"], "{name}");
        }
        let graver: Vec<&str> = findings
            .iter()
            .filter(|f| f.severity > Severity::Note)
            .map(|f| f.code)
            .collect();
        assert_eq!(&graver, codes, "{name}");
    }
}

#[test]
fn a_good_practice_certificate_gives_its_errors_of_indication() {
    let Some(folder) = outside() else { return };
    let bytes = std::fs::read(folder.join("dcc-lgpl-dcclib/valid.xml")).unwrap();
    let mapping = result(
        "t",
        by_ref_type("basic_measurementError"),
        Points::From(by_ref_type("basic_calibrationValue")),
    );
    let reading = read_submission(&bytes, "valid.xml", &mapping);
    assert_eq!(reading.findings, Vec::new());
    let rows = reading.submission.unwrap().rows;
    let triples: Vec<[&str; 3]> = rows
        .iter()
        .map(|r| {
            [
                r.point.text.as_str(),
                r.value.text.as_str(),
                r.uncertainty.expanded.as_ref().unwrap().text.as_str(),
            ]
        })
        .collect();
    assert_eq!(
        triples,
        [
            ["306", "0.072", "0.061"],
            ["373", "0.089", "0.061"],
            ["448", "0.107", "0.061"],
            ["523", "-0.009", "0.061"],
            ["593", "-0.084", "0.061"]
        ]
    );
}
