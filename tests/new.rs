//! Samples from which a protocol is begun.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::Path;
use std::process::{Command, Output};

use bidui::compile::compile;
use bidui::examples::run;
use bidui::project::standard_file;
use bidui::text::Lang;

const SAMPLES: [&str; 4] = ["ring", "star", "petal", "parallel"];

fn sample(name: &str, lang: &str) -> bidui::compile::Compiled {
    let path = format!("samples/{name}.{lang}.bidui");
    compile(&path, standard_file(&path).unwrap())
}

#[test]
fn every_sample_is_without_findings_and_its_tests_pass() {
    for name in SAMPLES {
        for lang in ["zh", "en"] {
            let compiled = sample(name, lang);
            let found: Vec<&str> = compiled
                .diagnostics
                .iter()
                .map(|d| d.message.get(Lang::En))
                .collect();
            assert!(found.is_empty(), "{name}.{lang}: {found:?}");
            assert!(!compiled.examples.is_empty(), "{name}.{lang}");
            let plan = compiled.plan().unwrap();
            for example in &compiled.examples {
                let report = run(example, &plan, &compiled.sources);
                let failures: Vec<&str> = report
                    .failures
                    .iter()
                    .map(|d| d.message.get(Lang::En))
                    .collect();
                assert!(failures.is_empty(), "{name}.{lang}: {failures:?}");
            }
        }
    }
}

#[test]
fn a_sample_is_written_in_the_keywords_of_its_language() {
    for name in SAMPLES {
        assert_eq!(sample(name, "zh").language(), Lang::Zh, "{name}");
        assert_eq!(sample(name, "en").language(), Lang::En, "{name}");
    }
}

#[test]
fn the_two_languages_of_a_sample_order_the_same_evaluation() {
    for name in SAMPLES {
        let (zh, en) = (
            sample(name, "zh").plan().unwrap(),
            sample(name, "en").plan().unwrap(),
        );
        assert_eq!(zh.content.steps, en.content.steps, "{name}");
        assert_eq!(zh.content.rules, en.content.rules, "{name}");
        assert_eq!(zh.content.circulation, en.content.circulation, "{name}");
    }
}

fn new(folder: &Path) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args(["--lang", "en", "new", "--sample", "star"])
        .arg(folder)
        .output()
        .unwrap()
}

#[test]
fn a_new_folder_gets_the_sample_and_an_occupied_one_is_left_alone() {
    let folder = std::env::temp_dir().join(format!("bidui-new-{}", std::process::id()));
    let made = new(&folder);
    assert_eq!(made.status.code(), Some(0));
    let protocol = folder.join("protocol.bidui");
    assert_eq!(
        std::fs::read_to_string(&protocol).unwrap(),
        standard_file("samples/star.en.bidui").unwrap()
    );
    assert!(folder.join("results/README.md").is_file());
    std::fs::write(&protocol, "// mine").unwrap();
    let again = new(&folder);
    assert_eq!(again.status.code(), Some(2));
    assert_eq!(std::fs::read_to_string(&protocol).unwrap(), "// mine");
    std::fs::remove_dir_all(&folder).unwrap();
}
