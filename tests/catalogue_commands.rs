//! A catalogue on disk, by the commands that people and services use on it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

/// A copy of the sample catalogue that is gone when the test ends.
struct Catalogue(PathBuf);

impl Catalogue {
    fn new(name: &str) -> Catalogue {
        let folder = std::env::temp_dir().join(format!("bidui-{name}-{}", std::process::id()));
        let sample = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/data/catalogue");
        copy(&sample, &folder);
        Catalogue(folder)
    }

    /// Exit status and everything said, standing in the folder of the protocols.
    fn bidui(&self, arguments: &[&str]) -> (i32, String) {
        let output = Command::new(env!("CARGO_BIN_EXE_bidui"))
            .args(arguments)
            .args(["--lang", "en"])
            .current_dir(self.0.join("protocols"))
            .output()
            .unwrap();
        let said = [output.stdout, output.stderr].concat();
        let said = String::from_utf8(said).unwrap();
        (output.status.code().unwrap(), said)
    }

    fn edit(&self, file: &str, from: &str, to: &str) {
        let path = self.0.join(file);
        let text = fs::read_to_string(&path).unwrap();
        assert!(text.contains(from), "{from}");
        fs::write(path, text.replace(from, to)).unwrap();
    }
}

impl Drop for Catalogue {
    fn drop(&mut self) {
        let _ = fs::remove_dir_all(&self.0);
    }
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn a_protocol_finds_the_catalogue_above_it_and_passes_its_tests() {
    let catalogue = Catalogue::new("finds");
    let (status, said) = catalogue.bidui(&["check", "--no-cache", "weights.bidui"]);
    assert_eq!(status, 0, "{said}");
    let (status, said) = catalogue.bidui(&["test", "--coverage", "weights.bidui"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("exceptions 1/1"), "{said}");
    let (_, shown) = catalogue.bidui(&["show", "weights.bidui"]);
    let rules = "../modules/acme/rules.bidui:4";
    assert!(
        shown.contains("acme.rules.usual") && shown.contains(rules),
        "{shown}"
    );
    let replaced = "satisfactory when |En| <= 0.9  (instead of std/sections/acceptance.bidui:5)";
    assert!(shown.contains(replaced), "{shown}");
}

#[test]
fn the_protocol_for_review_lists_what_is_taken_over_and_what_is_changed() {
    let catalogue = Catalogue::new("review");
    let (status, said) = catalogue.bidui(&["plan", "weights.bidui", "-o", "out"]);
    assert_eq!(status, 0, "{said}");
    let document = fs::read_to_string(catalogue.0.join("protocols/out/protocol.en.md")).unwrap();
    let (_, appendix) = document
        .split_once("Appendix: sections taken over")
        .unwrap();
    let line = |part: &str| {
        let found = appendix.lines().find(|l| l.contains(part));
        found.unwrap_or_else(|| panic!("{part}: {appendix}"))
    };
    assert!(line("acme.rules.usual").contains("acme/rules.bidui:4"));
    let changed = line("0.9");
    assert!(
        changed.contains("weights.bidui:31") && changed.contains("acceptance.bidui:5"),
        "{changed}"
    );
    assert!(
        document.contains("(exception: large uncertainty; basis: QM-17)"),
        "{document}"
    );
}

#[test]
fn a_module_that_changes_behind_the_lock_stops_check_and_plan_until_it_is_locked_anew() {
    let catalogue = Catalogue::new("lock");
    let (status, said) = catalogue.bidui(&["lock"]);
    assert_eq!(status, 0, "{said}");
    assert!(said.contains("modules locked: 3"), "{said}");
    let check = ["check", "--no-cache", "weights.bidui"];
    assert_eq!(catalogue.bidui(&check).0, 0);

    catalogue.edit("modules/acme/rules.bidui", "U > 5 mg", "U > 50 mg");
    for verb in [&check[..], &["plan", "weights.bidui", "-o", "out"]] {
        let (status, said) = catalogue.bidui(verb);
        assert_eq!(status, 1, "{said}");
        assert!(said.contains("E0412"), "{said}");
    }
    let (status, said) = catalogue.bidui(&["lock"]);
    assert_eq!(status, 0, "{said}");
    let updated = "updated modules/acme/rules.bidui: sha256:";
    assert!(said.contains(updated), "{said}");
    assert_eq!(catalogue.bidui(&check).0, 0);
}

#[test]
fn a_change_in_a_module_needs_its_step_in_the_version_of_the_protocol() {
    let catalogue = Catalogue::new("step");
    let (status, said) = catalogue.bidui(&["plan", "weights.bidui", "-o", "approved"]);
    assert_eq!(status, 0, "{said}");
    let old = "approved/plan.json";
    assert_eq!(catalogue.bidui(&["diff", old, "weights.bidui"]).0, 0);

    catalogue.edit(
        "modules/acme/rules.bidui",
        "refer organizer",
        "notify organizer",
    );
    let (status, said) = catalogue.bidui(&["diff", old, "weights.bidui"]);
    assert_eq!(status, 1, "{said}");
    assert!(
        said.contains("consequences") && said.contains("at least 2.0.0"),
        "{said}"
    );
    let check = ["check", "weights.bidui", "--against", old];
    let (status, said) = catalogue.bidui(&check);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("E0414"), "{said}");
    catalogue.edit("protocols/weights.bidui", "weights 1.0.0", "weights 2.0.0");
    assert_eq!(catalogue.bidui(&check).0, 0);
}

#[test]
fn two_folders_are_compared_protocol_by_protocol() {
    let (old, new) = (Catalogue::new("old"), Catalogue::new("new"));
    let second = fs::read_to_string(new.0.join("protocols/weights.bidui")).unwrap();
    let second = second.replace("example.weights 1.0.0", "example.heavy 1.0.0");
    fs::write(new.0.join("protocols/heavy.bidui"), second).unwrap();
    new.edit("protocols/weights.bidui", "stay 10 d", "stay 12 d");
    let (before, after) = (old.0.to_string_lossy(), new.0.to_string_lossy());
    let (status, said) = new.bidui(&["diff", &before, &after]);
    assert_eq!(status, 1, "{said}");
    assert!(said.contains("example.heavy 1.0.0  new"), "{said}");
    assert!(said.contains("at least 1.1.0"), "{said}");
    let (_, json) = new.bidui(&["diff", &before, &after, "--format", "json"]);
    let list: serde_json::Value = serde_json::from_str(&json).unwrap();
    assert_eq!(list[0]["needed"], "minor");
    assert_eq!(list[0]["fits"], false);
    let (status, said) = new.bidui(&["check", ".", "--against", &before]);
    assert_eq!(status, 1, "{said}");
    assert_eq!(said.matches("E0414").count(), 1, "{said}");
}
