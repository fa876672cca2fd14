//! Modules of a catalogue: where they are found, what is said of circles and strays, and that a changed module does not pass unseen.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use bidui::compile::{Compiled, compile_in};
use bidui::diagnostic::render;
use bidui::project::{Host, Lock, Setting};
use bidui::text::{Lang, Text};

const BASE: &str = include_str!("data/base.bidui");
const MANIFEST: &str =
    "[catalogue]\nname = \"mass\"\nversion = \"1.0.0\"\nmodules = [\"modules\"]\n";
const RULES: &str = "edition 2026
use acme.limits as limits
define acceptance acme.rules.usual from limits.strict {
  each laboratory { satisfactory when all points satisfactory; unsatisfactory otherwise }
}
policy acme.rules.regime { extends std.cn.consequences }
";
const LIMITS: &str = "edition 2026
define acceptance acme.limits.strict {
  each point { satisfactory when |En| <= 0.8; unsatisfactory otherwise }
}
";

/// A catalogue in memory.
#[derive(Clone)]
struct Files(BTreeMap<String, String>);

impl Host for Files {
    fn read(&self, path: &str) -> Result<Option<String>, Text> {
        Ok(self.0.get(path).cloned())
    }
    fn cite(&self, path: &str) -> String {
        format!("catalogue/{path}")
    }
}

impl Files {
    fn usual() -> Files {
        Files::of(&[
            ("bidui.toml", MANIFEST),
            ("modules/acme/rules.bidui", RULES),
            ("modules/acme/limits.bidui", LIMITS),
        ])
    }

    fn of(files: &[(&str, &str)]) -> Files {
        let owned = files
            .iter()
            .map(|(n, t)| ((*n).to_owned(), (*t).to_owned()));
        Files(owned.collect())
    }

    fn with(&self, name: &str, text: &str) -> Files {
        let mut files = self.clone();
        files.0.insert(name.to_owned(), text.to_owned());
        files
    }

    fn compile(&self, text: &str) -> Compiled {
        let setting = Setting {
            host: self,
            own: "protocols/p.bidui",
        };
        compile_in("catalogue/protocols/p.bidui", text, Some(setting))
    }

    fn locked(&self) -> Files {
        let compiled = self.compile(&protocol());
        let lock = Lock::of(compiled.modules.into_iter().map(|used| used.module));
        self.with("bidui.lock", &lock.text())
    }
}

/// The base protocol under the rules and the regime of the catalogue.
fn protocol() -> String {
    let (before, _) = BASE.split_once("  acceptance {").unwrap();
    let before = before
        .replace("use std.cn.consequences as cn", "use acme.rules as house")
        .replace("policy cn", "policy house.regime");
    format!("{before}  acceptance house.usual\n}}\n")
}

fn said(compiled: &Compiled) -> String {
    render::short(&compiled.diagnostics, &compiled.sources, Lang::En)
}

#[test]
fn policies_and_definitions_come_from_modules_of_the_catalogue_and_those_from_others() {
    let compiled = Files::usual().compile(&protocol());
    assert_eq!(said(&compiled), "");
    let plan = compiled.plan().unwrap();
    assert_eq!(
        plan.content.protocol.policy.clone().unwrap().path,
        "acme.rules.regime"
    );
    let clause = &plan.clauses["rule.point.satisfactory"];
    assert_eq!(clause.file, "catalogue/modules/acme/limits.bidui");
    assert!(clause.text.contains("0.8"));
    let files: Vec<&str> = (compiled.modules.iter())
        .map(|used| used.module.file.as_str())
        .collect();
    assert_eq!(
        files,
        [
            "modules/acme/limits.bidui",
            "modules/acme/rules.bidui",
            "std/cn/consequences.bidui"
        ]
    );
}

#[test]
fn a_module_that_is_nowhere_is_said_to_be_looked_for_in_the_catalogue() {
    let text = protocol().replace("acme.rules as", "akme.rulez as");
    let compiled = Files::usual().compile(&text);
    let found = said(&compiled);
    assert_eq!(found.lines().count(), 1, "{found}");
    assert!(found.contains("E0403"), "{found}");
    let help = compiled.diagnostics[0].help.clone().unwrap();
    assert!(help.get(Lang::En).contains("bidui.toml"), "{help:?}");
}

#[test]
fn modules_that_bring_one_another_in_are_shown_as_a_path_with_every_hop() {
    let back = format!("{LIMITS}use acme.rules as rules\n");
    let compiled = Files::usual()
        .with("modules/acme/limits.bidui", &back)
        .compile(&protocol());
    let found: Vec<_> = (compiled.diagnostics.iter())
        .filter(|d| d.code.id() == "E0409")
        .collect();
    assert_eq!(found.len(), 1, "{}", said(&compiled));
    assert!(
        (found[0].message.get(Lang::En)).ends_with("acme.rules → acme.limits → acme.rules"),
        "{:?}",
        found[0].message
    );
    let hops: Vec<&str> = found[0]
        .labels
        .iter()
        .map(|l| l.text.get(Lang::En))
        .collect();
    assert_eq!(
        hops,
        [
            "`acme.limits` brings in `acme.rules`",
            "`acme.rules` brings in `acme.limits`"
        ]
    );
    assert_eq!(compiled.diagnostics.len(), 1, "{}", said(&compiled));
}

#[test]
fn what_a_module_names_begins_with_its_own_path() {
    let stray = RULES.replace("acme.rules.regime", "house.regime");
    let compiled = Files::usual()
        .with("modules/acme/rules.bidui", &stray)
        .compile(&protocol());
    let found = (compiled.diagnostics.iter())
        .find(|d| d.code.id() == "E0411")
        .expect("a stray");
    assert_eq!(compiled.sources.text(found.span().unwrap()), "house.regime");
    assert_eq!(found.fixes[0].replacement, "acme.rules.regime");
}

#[test]
fn a_module_checked_by_itself_is_told_of_its_strays_as_well() {
    let stray = RULES.replace("acme.rules.regime", "house.regime");
    let files = Files::usual();
    let setting = Setting {
        host: &files,
        own: "modules/acme/rules.bidui",
    };
    let compiled = compile_in("rules.bidui", &stray, Some(setting));
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|d| d.code.id()).collect();
    assert_eq!(codes, ["E0411"]);
}

#[test]
fn one_module_in_two_folders_is_refused() {
    let manifest = MANIFEST.replace("[\"modules\"]", "[\"modules\", \"./more/\"]");
    let compiled = Files::usual()
        .with("bidui.toml", &manifest)
        .with("more/acme/rules.bidui", RULES)
        .compile(&protocol());
    let found = said(&compiled);
    assert!(
        found.contains("E0402") && found.contains("`more/acme/rules.bidui`"),
        "{found}"
    );
}

#[test]
fn a_locked_module_may_change_its_looks_and_not_its_meaning() {
    let locked = Files::usual().locked();
    assert_eq!(said(&locked.compile(&protocol())), "");
    let laid_out = "// the strict limit
语言版本 2026

定义 结果评定 acme.limits.strict {
  逐个 测量点 {
    满意 当 |En| ≤ 0.8
    不满意 其余
  }
}
";
    let relaid = locked.with("modules/acme/limits.bidui", laid_out);
    assert_eq!(said(&relaid.compile(&protocol())), "");

    let relaxed = LIMITS.replace("0.8", "1.8");
    let changed = locked.with("modules/acme/limits.bidui", &relaxed);
    let compiled = changed.compile(&protocol());
    let found = &compiled.diagnostics[0];
    assert_eq!((found.code.id(), compiled.diagnostics.len()), ("E0412", 1));
    let reason = found.reasons[0].get(Lang::En);
    assert_eq!(reason.matches("sha256:").count(), 2, "{reason}");
    assert!(
        found
            .help
            .clone()
            .unwrap()
            .get(Lang::En)
            .contains("bidui lock")
    );
    assert!(compiled.plan().is_none());
    assert_eq!(said(&changed.locked().compile(&protocol())), "");
}

#[test]
fn a_module_that_the_lock_does_not_know_is_a_warning() {
    let locked = Files::usual().with("bidui.lock", "format_version = 1\n");
    let compiled = locked.compile(&protocol());
    let codes: Vec<&str> = compiled.diagnostics.iter().map(|d| d.code.id()).collect();
    assert_eq!(codes, ["W0413"; 3]);
    assert!(compiled.is_sound());
}

#[test]
fn a_catalogue_or_lock_that_cannot_be_read_is_reported_at_its_place() {
    for (file, text, at) in [
        (
            "bidui.toml",
            "[catalogue]\nname = \"x\"\nmodule = []\n",
            "module",
        ),
        (
            "bidui.toml",
            "[catalogue]\nname = \"x\"\nmodules = [\"/srv/modules\"]\n",
            "/srv/modules",
        ),
        ("bidui.lock", "format_version = 9\n", ""),
        ("bidui.lock", "format_version = oops\n", "oops"),
    ] {
        let compiled = Files::usual().with(file, text).compile(BASE);
        let found = (compiled.diagnostics.iter())
            .find(|d| d.code.id() == "S0006")
            .unwrap_or_else(|| panic!("{text}: {}", said(&compiled)));
        let span = found.span().unwrap();
        assert_eq!(compiled.sources.text(span), at);
        assert!(
            compiled
                .sources
                .get(span.file)
                .unwrap()
                .name
                .ends_with(file)
        );
        assert!(compiled.plan().is_none());
    }
}
