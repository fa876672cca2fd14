//! The Monte Carlo check of a protocol: the same on any number of threads, and without influence on what is decided.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/outcome.rs"]
mod outcome;

use std::path::{Path, PathBuf};

use outcome::{carried_out, csv};

/// Carries the protocol out, its text as changed, and gives the folder of the outcome.
fn run(name: &str, threads: &str, change: impl Fn(&str) -> String) -> PathBuf {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols/cn-dc-voltage-1v");
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("monte-carlo")
        .join(name);
    std::fs::create_dir_all(&folder).unwrap();
    let protocol = folder.join("protocol.bidui");
    let text = std::fs::read_to_string(root.join("protocol.bidui")).unwrap();
    std::fs::write(&protocol, change(&text)).unwrap();
    carried_out(&folder, &root.join("results"), threads)
}

#[test]
fn threads_do_not_change_a_byte_of_the_outcome() {
    let of = |threads| {
        let output = run(&format!("threads-{threads}"), threads, str::to_owned);
        std::fs::read(output.join("outcome.json")).unwrap()
    };
    assert!(of("1") == of("3"));
}

#[test]
fn nothing_but_the_check_itself_depends_on_the_check() {
    let with = csv(&run("with", "2", str::to_owned));
    let without = csv(&run("without", "2", |text| {
        text.lines()
            .filter(|line| !line.contains("monte-carlo"))
            .map(|l| format!("{l}\n"))
            .collect()
    }));
    assert!(with.contains("monte-carlo.low") && !without.contains("monte-carlo"));
    let rest: Vec<&str> = with
        .lines()
        .filter(|line| !line.contains("monte-carlo"))
        .collect();
    assert_eq!(rest, without.lines().collect::<Vec<_>>());
}

#[test]
fn the_report_names_draws_seed_and_agreement() {
    let output = run("report", "2", str::to_owned);
    let report = std::fs::read_to_string(output.join("report.zh.md")).unwrap();
    assert!(report.contains("抽样 200000 次，种子 20260901"), "{report}");
    assert!(
        report.contains("| *y* |") && report.contains("| 相符 |"),
        "{report}"
    );
}
