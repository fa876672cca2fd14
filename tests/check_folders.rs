//! A folder of protocols checked at once: the same findings on any number of threads, with a cache and without, in every format.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

#[path = "common/catalogue.rs"]
mod made;

use std::collections::BTreeSet;
use std::path::{Path, PathBuf};
use std::process::{Command, Output, Stdio};

const FORMATS: [&str; 6] = ["human", "short", "json", "sarif", "github", "junit"];

/// A folder of its own below the build folder, empty.
fn folder(name: &str) -> PathBuf {
    let path = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("check-folders")
        .join(name);
    let _ = std::fs::remove_dir_all(&path);
    std::fs::create_dir_all(&path).unwrap();
    path
}

fn written(name: &str, count: u64) -> PathBuf {
    let path = folder(name);
    for number in 0..count {
        let below = path.join(format!("{:02}", number % 7));
        std::fs::create_dir_all(&below).unwrap();
        std::fs::write(
            below.join(format!("p{number:03}.bidui")),
            made::protocol(number),
        )
        .unwrap();
    }
    path
}

fn check(folder: &Path, threads: &str, arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bidui"))
        .current_dir(folder)
        .env("RAYON_NUM_THREADS", threads)
        .args(["--lang", "zh", "check", "."])
        .args(arguments)
        .output()
        .unwrap()
}

fn same(a: &Output, b: &Output, what: &str) {
    assert_eq!(a.status.code(), b.status.code(), "{what}");
    assert!(a.stdout == b.stdout, "{what}: the output differs");
    assert!(a.stderr == b.stderr, "{what}: the messages differ");
}

/// Every entry of a cache.
fn entries(cache: &Path) -> Vec<PathBuf> {
    let below = |path: &Path| -> Vec<PathBuf> {
        let found = std::fs::read_dir(path).into_iter().flatten();
        found.map(|entry| entry.unwrap().path()).collect()
    };
    let mut all: Vec<PathBuf> = below(cache).iter().flat_map(|sub| below(sub)).collect();
    all.sort();
    all
}

#[test]
fn the_protocols_made_for_measuring_differ_and_most_of_them_are_sound() {
    let texts: BTreeSet<String> = (0..200).map(made::protocol).collect();
    assert_eq!(texts.len(), 200);
    let compiled = texts
        .iter()
        .map(|text| bidui::compile::compile("made.bidui", text));
    let errors: Vec<bool> = compiled.map(|compiled| !compiled.is_sound()).collect();
    let broken = errors.iter().filter(|broken| **broken).count();
    assert!((5..60).contains(&broken), "{broken} of 200 have errors");
}

#[test]
fn threads_and_cache_change_no_byte_of_any_format() {
    let folder = written("same", 40);
    let cache = folder.join(".cache");
    let cache = cache.to_str().unwrap();
    let plain = check(&folder, "1", &["--no-cache", "--format", "json"]);
    assert_eq!(plain.status.code(), Some(1));
    for format in FORMATS {
        let cold = check(&folder, "1", &["--no-cache", "--format", format]);
        for threads in ["1", "2", "5"] {
            let cached = check(&folder, threads, &["--cache", cache, "--format", format]);
            same(&cold, &cached, &format!("{format} on {threads} threads"));
        }
    }
    assert_eq!(entries(Path::new(cache)).len(), 40);
}

#[test]
fn a_changed_file_is_checked_anew_and_the_others_are_not() {
    let folder = written("changed", 6);
    let cache = folder.join(".cache");
    let arguments = ["--cache", cache.to_str().unwrap(), "--format", "json"];
    check(&folder, "2", &arguments);
    let before = entries(&cache);
    let file = folder.join("03").join("p003.bidui");
    std::fs::write(&file, made::protocol(7)).unwrap();
    let after = check(&folder, "2", &arguments);
    same(
        &check(&folder, "2", &["--no-cache", "--format", "json"]),
        &after,
        "one file changed",
    );
    let fresh: Vec<PathBuf> = entries(&cache)
        .into_iter()
        .filter(|e| !before.contains(e))
        .collect();
    assert_eq!(fresh.len(), 1);
}

#[test]
fn a_changed_module_makes_the_findings_of_its_users_new() {
    let folder = folder("modules");
    let cache = folder.join(".cache");
    let kept = ["--cache", cache.to_str().unwrap(), "--format", "json"];
    let put = |name: &str, text: &str| {
        let path = folder.join(name);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        std::fs::write(path, text).unwrap();
    };
    let protocol = include_str!("data/base.bidui")
        .replace("use std.cn.consequences as cn", "use acme.regime as cn");
    put(
        "bidui.toml",
        "[catalogue]\nname = \"mass\"\nmodules = [\"modules\"]\n",
    );
    put("protocols/p.bidui", &protocol);
    // The module is missing, there, broken, and there again: every time the cache says what a fresh check says.
    let regime = "edition 2026\npolicy acme.regime { extends std.cn.consequences }\n";
    let broken = regime.replace("extends", "extents");
    let states = [None, Some(regime), Some(broken.as_str()), Some(regime)];
    let mut seen = BTreeSet::new();
    for text in states {
        if let Some(text) = text {
            put("modules/acme/regime.bidui", text);
        }
        let fresh = check(&folder, "1", &["--no-cache", "--format", "json"]);
        for _ in 0..2 {
            same(&fresh, &check(&folder, "1", &kept), "a module changed");
        }
        seen.insert(fresh.stdout);
    }
    assert_eq!(seen.len(), 3, "the module makes no difference");
}

#[test]
fn damaged_entries_are_passed_over_and_written_anew() {
    let folder = written("damaged", 5);
    let cache = folder.join(".cache");
    let arguments = ["--cache", cache.to_str().unwrap(), "--format", "short"];
    let sound = check(&folder, "2", &arguments);
    let all = entries(&cache);
    let whole: Vec<Vec<u8>> = all
        .iter()
        .map(|path| std::fs::read(path).unwrap())
        .collect();
    // Cut off, emptied, not UTF-8, one letter changed, a folder in its place.
    std::fs::write(&all[0], &whole[0][..whole[0].len() / 2]).unwrap();
    std::fs::write(&all[1], b"").unwrap();
    std::fs::write(&all[2], b"\xff\xfe\x00").unwrap();
    let mut changed = whole[3].clone();
    let last = changed.len() - 2;
    changed[last] ^= 1;
    std::fs::write(&all[3], &changed).unwrap();
    std::fs::remove_file(&all[4]).unwrap();
    std::fs::create_dir(&all[4]).unwrap();
    same(&sound, &check(&folder, "2", &arguments), "a damaged cache");
    for (path, bytes) in all.iter().zip(&whole).take(4) {
        assert!(std::fs::read(path).unwrap() == *bytes, "not written anew");
    }
}

#[test]
fn a_cache_that_cannot_be_written_is_no_obstacle() {
    let folder = written("unwritable", 3);
    let blocked = folder.join("blocked");
    std::fs::write(&blocked, "a file where the folder should be").unwrap();
    let cached = check(
        &folder,
        "2",
        &["--cache", blocked.to_str().unwrap(), "--format", "json"],
    );
    same(
        &check(&folder, "2", &["--no-cache", "--format", "json"]),
        &cached,
        "no cache",
    );
}

#[test]
fn a_folder_without_protocols_and_a_file_that_is_none_could_not_be_checked() {
    let folder = folder("empty");
    let output = check(&folder, "1", &["--no-cache"]);
    assert_eq!(output.status.code(), Some(2));
    let said = String::from_utf8(output.stderr).unwrap();
    assert!(said.contains("没有 `.bidui` 文件"), "{said}");
}

#[test]
fn standard_input_is_checked_under_the_name_given_to_it() {
    let mut child = Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args([
            "--lang",
            "zh",
            "check",
            "-",
            "--no-cache",
            "--stdin-name",
            "方案.bidui",
            "--format",
            "short",
        ])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let text = made::protocol(7);
    std::io::Write::write_all(&mut child.stdin.take().unwrap(), text.as_bytes()).unwrap();
    let output = child.wait_with_output().unwrap();
    let said = String::from_utf8(output.stdout).unwrap();
    assert!(
        said.contains("方案.bidui:") && said.contains("E0301"),
        "{said}"
    );
    assert_eq!(output.status.code(), Some(1));
}
