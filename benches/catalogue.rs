//! How fast a catalogue is checked: folders of 100, 1 000 and 10 000 protocols, on one thread and two, without a cache and with a full one.
//! `BIDUI_CATALOGUE=100,1000` chooses other sizes.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "../tests/common/catalogue.rs"]
mod made;

use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Instant;

/// The folder with its size in bytes.
fn written(count: u64) -> (PathBuf, u64) {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR")).join(format!("made-{count}"));
    let _ = std::fs::remove_dir_all(&folder);
    let mut bytes = 0;
    for number in 0..count {
        let below = folder.join(format!("{:02}", number % 100));
        std::fs::create_dir_all(&below).unwrap();
        let text = made::protocol(number);
        bytes += text.len() as u64;
        std::fs::write(below.join(format!("p{number:05}.bidui")), text).unwrap();
    }
    (folder, bytes)
}

/// Seconds of the best of three runs.
fn seconds(folder: &Path, threads: &str, arguments: &[&str]) -> f64 {
    let run = || {
        let begin = Instant::now();
        let status = Command::new(env!("CARGO_BIN_EXE_bidui"))
            .env("RAYON_NUM_THREADS", threads)
            .args(["--lang", "en", "check", "--format", "short"])
            .args(arguments)
            .arg(folder)
            .stdout(Stdio::null())
            .status()
            .unwrap();
        assert!(status.code().is_some_and(|code| code < 2));
        begin.elapsed().as_secs_f64()
    };
    (0..3).map(|_| run()).fold(f64::INFINITY, f64::min)
}

fn main() {
    let sizes = std::env::var("BIDUI_CATALOGUE").unwrap_or_else(|_| "100,1000,10000".to_owned());
    let sizes: Vec<u64> = sizes.split(',').map(|size| size.parse().unwrap()).collect();
    println!(
        "{:>6} {:>8} {:>8} {:>9} {:>9} {:>9}",
        "files", "kB", "threads", "cache", "seconds", "MB/s"
    );
    // Logarithms of bytes and seconds of the runs without a cache, for the exponent of growth.
    let mut growth: Vec<(f64, f64)> = Vec::new();
    for count in sizes {
        let (folder, bytes) = written(count);
        let cache = folder.join(".cache");
        let kept = ["--cache", cache.to_str().unwrap()];
        for threads in ["1", "2"] {
            let cold = seconds(&folder, threads, &["--no-cache"]);
            seconds(&folder, threads, &kept);
            let cached = seconds(&folder, threads, &kept);
            for (name, time) in [("none", cold), ("full", cached)] {
                let rate = bytes as f64 / 1e6 / time;
                println!(
                    "{count:>6} {:>8} {threads:>8} {name:>9} {time:>9.3} {rate:>9.2}",
                    bytes / 1000
                );
            }
            if threads == "1" {
                growth.push(((bytes as f64).ln(), cold.ln()));
            }
        }
        std::fs::remove_dir_all(&folder).unwrap();
    }
    // Between the two largest sizes, where starting the program no longer counts.
    if let [.., before, last] = growth.as_slice() {
        let exponent = (last.1 - before.1) / (last.0 - before.0);
        println!("growth exponent {exponent:.2}");
    }
}
