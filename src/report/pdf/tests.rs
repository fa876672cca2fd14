#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::io::Read;

use jiff::civil::date;

use super::*;

fn document(lang: Lang, markdown: &str, open: bool) -> Document {
    Document {
        title: "T".to_owned(),
        lang,
        markdown: markdown.to_owned(),
        open,
    }
}

fn made(document: &Document, pictures: &Pictures, fonts: &Fonts) -> Result<Vec<u8>, PdfError> {
    let data = [Data {
        name: "plan.json",
        description: "the plan",
        json: b"{\"digest\":\"sha256:0\"}",
    }];
    let origin = Origin {
        day: date(2026, 3, 2),
        data: &data,
    };
    write(document, pictures, &origin, fonts)
}

/// Everything in a PDF, its packed parts unpacked.
fn opened(pdf: &[u8]) -> String {
    let mut out = String::from_utf8_lossy(pdf).into_owned();
    let mark = b"stream\n";
    for start in (0..pdf.len()).filter(|i| pdf[*i..].starts_with(mark)) {
        let mut part = Vec::new();
        let packed = &pdf[start + mark.len()..];
        let _ = flate2::read::ZlibDecoder::new(packed).read_to_end(&mut part);
        out.push_str(&String::from_utf8_lossy(&part));
    }
    out
}

#[test]
fn a_document_for_open_readers_is_an_archive_file_with_its_plan() {
    let document = document(Lang::En, "# T\n\n| a | b |\n|---|--:|\n| 1 | −2 |\n", true);
    let fonts = Fonts::embedded();
    let pdf = made(&document, &Pictures::new(), &fonts).unwrap();
    assert_eq!(pdf, made(&document, &Pictures::new(), &fonts).unwrap());
    let text = opened(&pdf);
    for said in [
        "<pdfaid:part>3</pdfaid:part>",
        "<pdfaid:conformance>U</pdfaid:conformance>",
        "/AFRelationship",
        "plan.json",
        "sha256:0",
    ] {
        assert!(text.contains(said), "{said}");
    }
}

#[test]
fn a_participants_document_does_not_carry_the_plan() {
    let document = document(Lang::En, "# T\n", false);
    let pdf = made(&document, &Pictures::new(), &Fonts::embedded()).unwrap();
    let text = opened(&pdf);
    assert!(!text.contains("plan.json") && !text.contains("sha256:0"));
}

#[test]
fn without_a_chinese_font_chinese_is_refused_and_the_package_named() {
    let document = document(Lang::Zh, "# 比对实施方案\n", true);
    let error = made(&document, &Pictures::new(), &Fonts::embedded()).unwrap_err();
    assert_eq!(error, PdfError::NoFont(NoFont::Chinese));
    assert!(error.help().en.contains("fonts-noto-cjk"));
}

#[test]
fn a_sign_without_a_font_is_named_even_when_it_stands_in_a_picture() {
    let fonts = Fonts::embedded();
    let plain = document(Lang::En, "# \u{13000}\n", true);
    let error = made(&plain, &Pictures::new(), &fonts).unwrap_err();
    assert!(error.message().en.contains("U+13000"), "{error:?}");
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"9\" height=\"9\"><text x=\"1\">\u{13001}</text></svg>";
    let pictures = Pictures::from([("a.svg".to_owned(), svg.to_owned())]);
    let error = made(
        &document(Lang::En, "![a](a.svg)\n", true),
        &pictures,
        &fonts,
    )
    .unwrap_err();
    assert!(error.message().en.contains("U+13001"), "{error:?}");
}

#[test]
fn every_kind_of_block_can_be_set() {
    let markdown = "# H1\n\n## H2\n\n### H3\n\ntext *a*<sub>n</sub> **b** `c0123456789abcdef` 10<sup>−6</sup><br>d [e](https://example.org)\n\n\
        1. one\n   - two\n\n- □ tick\n\n> quote\n\n```\nlines\n```\n\n---\n\n<!-- page -->\n\n| | |\n|---|:-:|\n| a | b |\n\n![p](../a.svg)\n\n![q](b.svg)\n";
    let svg = "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"900\" height=\"9\"><rect width=\"9\" height=\"9\"/></svg>";
    let pictures = Pictures::from([("a.svg".to_owned(), svg.to_owned())]);
    let pdf = made(
        &document(Lang::En, markdown, true),
        &pictures,
        &Fonts::embedded(),
    )
    .unwrap();
    assert!(opened(&pdf).contains("/Page"));
}
