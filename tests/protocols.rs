//! The protocols of the folder `protocols`: each passes the check, its results give the outcome recorded beside it, and where figures were
//! printed or worked out by others, they come out again.
//!
//! `protocols/NAME/expected/outcome.csv` is what `bidui run` writes; `published.toml` and `independent.toml` hold a `source` and one
//! `[[figure]]` a number: `point`, `quantity` and (for what belongs to a laboratory) `lab` as in the outcome, `printed`, its `unit` where it
//! has one, `half_unit` of the last digit, and `k` where the printed number is that multiple of the quantity.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use bidui::compile::compile;
use bidui::values::unit::parse_unit;

struct Carried {
    name: String,
    folder: PathBuf,
    outcome: String,
}

fn folders() -> Vec<PathBuf> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols");
    let mut folders: Vec<PathBuf> = std::fs::read_dir(root)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .filter(|path| path.is_dir())
        .collect();
    folders.sort();
    assert!(!folders.is_empty());
    folders
}

/// Every protocol, carried out once by the program itself.
fn carried() -> &'static [Carried] {
    static CARRIED: OnceLock<Vec<Carried>> = OnceLock::new();
    CARRIED.get_or_init(|| folders().into_iter().map(carry_out).collect())
}

fn carry_out(folder: PathBuf) -> Carried {
    let name = folder.file_name().unwrap().to_string_lossy().into_owned();
    let outcome = run(
        &name,
        &folder.join("protocol.bidui"),
        &folder.join("results"),
    );
    Carried {
        name,
        folder,
        outcome,
    }
}

/// The table of results that the program writes.
fn run(name: &str, protocol: &Path, results: &Path) -> String {
    let (succeeded, findings, outcome) = try_run(name, protocol, results);
    assert!(succeeded, "{name}: {findings}");
    outcome
}

/// Whether the program ended without findings, what it found, and the table of results.
fn try_run(name: &str, protocol: &Path, results: &Path) -> (bool, String, String) {
    let output = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("protocols")
        .join(name);
    let mut command = Command::new(env!("CARGO_BIN_EXE_bidui"));
    command.args(["--lang", "en", "run"]).arg(protocol);
    command.arg("--results").arg(results).arg("-o").arg(&output);
    if let Some(tested) = tested(name, protocol) {
        command.arg("--pretests").arg(tested);
    }
    let run = command.output().unwrap();
    let findings = String::from_utf8_lossy(&run.stderr).into_owned();
    let outcome = std::fs::read_to_string(output.join("outcome.csv"));
    (run.status.success(), findings, outcome.unwrap_or_default())
}

/// The outcome of the tests before dispatch, for a protocol that comes with their measurements.
fn tested(name: &str, protocol: &Path) -> Option<PathBuf> {
    let measurements = protocol.with_file_name("pretests");
    if !measurements.exists() {
        return None;
    }
    let output = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("protocols-tested")
        .join(name);
    let run = Command::new(env!("CARGO_BIN_EXE_bidui"))
        .args(["--lang", "en", "run", "--stage", "pretest"])
        .arg(protocol)
        .arg("--results")
        .arg(&measurements)
        .arg("-o")
        .arg(&output)
        .output()
        .unwrap();
    let findings = String::from_utf8_lossy(&run.stderr);
    assert!(run.status.success(), "{name}: {findings}");
    Some(output.join("pretest.json"))
}

#[test]
fn every_protocol_passes_the_check() {
    for folder in folders() {
        let file = folder.join("protocol.bidui");
        let compiled = compile(
            &file.to_string_lossy(),
            &std::fs::read_to_string(&file).unwrap(),
        );
        let wrong: Vec<&str> = compiled
            .diagnostics
            .iter()
            .map(|d| d.message.en.as_str())
            .collect();
        assert!(
            compiled.is_sound() && wrong.is_empty(),
            "{}: {wrong:?}",
            file.display()
        );
    }
}

#[test]
fn a_device_on_site_is_visited_in_the_order_of_the_list_between_two_measurements_of_the_pilot() {
    let file =
        Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols/cn-natural-gas-flow/protocol.bidui");
    let plan = compile("natural-gas", &std::fs::read_to_string(file).unwrap())
        .plan()
        .unwrap();
    let mut visits = plan.content.circulation.visits.clone();
    visits.sort_by_key(|visit| visit.from);
    let order: Vec<&str> = visits
        .iter()
        .map(|visit| visit.laboratory.as_str())
        .collect();
    assert_eq!(
        order,
        [
            "NATGAS",
            "成都分站",
            "武汉分站",
            "南京分站",
            "广州分站",
            "乌鲁木齐分站",
            "NATGAS"
        ]
    );
    assert!(
        visits
            .windows(2)
            .all(|pair| (pair[1].from - pair[0].to).get_days() >= 2),
        "the changeover is two days"
    );
}

/// Two thermometers reach a laboratory at different times. Without a date of its own a result is corrected for the drift at the planned visit
/// of the thermometer it belongs to, which is when the date reported here lies.
#[test]
fn a_result_without_a_date_counts_for_the_planned_visit_of_its_own_transfer_standard() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols/cn-sprt-fixed-points");
    let undated = Path::new(env!("CARGO_TARGET_TMPDIR")).join("undated");
    std::fs::create_dir_all(&undated).unwrap();
    for entry in std::fs::read_dir(folder.join("results")).unwrap() {
        let path = entry.unwrap().path();
        let mut text = std::fs::read_to_string(&path).unwrap();
        if path.ends_with("CENTRAL.csv") {
            let cut: Vec<&str> = text
                .lines()
                .map(|line| line.rsplit_once(',').map_or(line, |(kept, _)| kept))
                .collect();
            text = cut.join("\n") + "\n";
        }
        std::fs::write(undated.join(path.file_name().unwrap()), text).unwrap();
    }
    let outcome = run("undated-outcome", &folder.join("protocol.bidui"), &undated);
    let recorded = std::fs::read_to_string(folder.join("expected/outcome.csv")).unwrap();
    for point in ["argon", "gallium", "tin", "zinc"] {
        assert_eq!(
            found(&outcome, "CENTRAL", point, "correction"),
            found(&recorded, "CENTRAL", point, "correction")
        );
    }
}

/// The weight drifts by 0.75 of the uncertainty of its drift, here more than the criterion allows. Where the protocol orders a halt instead of a correction, nothing may be made of the results.
#[test]
fn a_point_that_the_protocol_halts_has_no_reference_value_and_no_verdict() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("protocols/rmo-mass-linked");
    let text = std::fs::read_to_string(folder.join("protocol.bidui")).unwrap();
    let stricter = text
        .replace("2 * u_drift", "0.5 * u_drift")
        .replace("correct linear", "halt");
    let halting = Path::new(env!("CARGO_TARGET_TMPDIR")).join("halting.bidui");
    std::fs::write(&halting, stricter).unwrap();
    let (succeeded, findings, outcome) = try_run("halted", &halting, &folder.join("results"));
    assert!(
        !succeeded && findings.contains("orders a halt"),
        "{findings}"
    );
    let quantities: Vec<&str> = outcome
        .lines()
        .filter_map(|line| line.split(',').nth(3))
        .collect();
    assert!(quantities.contains(&"drift.slope"));
    for made in ["reference.value", "doe.D", "En", "verdict"] {
        assert!(!quantities.contains(&made), "{made} in {outcome}");
    }
}

#[test]
fn every_outcome_is_the_recorded_one_to_the_byte() {
    for carried in carried() {
        let recorded = std::fs::read_to_string(carried.folder.join("expected/outcome.csv"))
            .unwrap_or_else(|error| panic!("{}: expected/outcome.csv: {error}", carried.name));
        let different = recorded
            .lines()
            .zip(carried.outcome.lines())
            .find(|(before, now)| before != now);
        assert!(
            recorded == carried.outcome,
            "{}: {different:?}",
            carried.name
        );
    }
}

#[test]
fn figures_of_others_come_out_again() {
    let mut compared = 0;
    for carried in carried() {
        for file in ["published.toml", "independent.toml"] {
            let path = carried.folder.join("expected").join(file);
            if let Ok(text) = std::fs::read_to_string(&path) {
                compared += figures(&text, carried)
                    .unwrap_or_else(|why| panic!("{}: {why}", path.display()));
            }
        }
    }
    assert!(compared > 150, "only {compared} figures were compared");
}

/// Compares every figure of a file and gives their number.
fn figures(text: &str, carried: &Carried) -> Result<usize, String> {
    let table: toml::Table = text.parse().map_err(|error| format!("{error}"))?;
    table
        .get("source")
        .and_then(toml::Value::as_str)
        .ok_or("no source")?;
    let list = table
        .get("figure")
        .and_then(toml::Value::as_array)
        .ok_or("no figure")?;
    for figure in list {
        let word = |key: &str| figure.get(key).and_then(toml::Value::as_str).unwrap_or("");
        let number = |key: &str| {
            figure
                .get(key)
                .and_then(|v| v.as_float().or_else(|| v.as_integer().map(|i| i as f64)))
        };
        let (value, unit) = found(
            &carried.outcome,
            word("lab"),
            word("point"),
            word("quantity"),
        )?;
        let factor = match word("unit") {
            "" => 1.0,
            wanted => {
                let wanted = parse_unit(wanted, None).map_err(|error| error.message().en)?;
                let own = parse_unit(&unit, None).map_err(|error| error.message().en)?;
                own.factor_to(&wanted)
                    .map_err(|error| error.message().en)?
                    .to_f64()
            }
        };
        let computed = value * factor * number("k").unwrap_or(1.0);
        let printed = number("printed").ok_or("a figure without `printed`")?;
        let half = number("half_unit").ok_or("a figure without `half_unit`")?;
        if (computed - printed).abs() > half * (1.0 + 1e-9) {
            return Err(format!(
                "{} {} of {}: {computed}, printed {printed}",
                word("lab"),
                word("quantity"),
                word("point")
            ));
        }
    }
    Ok(list.len())
}

/// The value and unit of a row of an outcome.
fn found(outcome: &str, lab: &str, point: &str, quantity: &str) -> Result<(f64, String), String> {
    let row = outcome
        .lines()
        .map(|line| line.split(',').collect::<Vec<_>>())
        .find(|cells| cells.get(1..4) == Some(&[lab, point, quantity][..]))
        .ok_or_else(|| format!("no {quantity} of {lab} at {point}"))?;
    Ok((
        row[4]
            .parse()
            .map_err(|_| format!("{} is no number", row[4]))?,
        row[5].to_owned(),
    ))
}
