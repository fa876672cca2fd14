//! What the loggers recorded on the way: forms for it, readings held against the limits, what is told of broken records.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use bidui::compile::compile;
use bidui::diagnostic::{Diagnostic, Severity};
use bidui::intake;
use bidui::plan::{Excess, Plan};
use bidui::report::{self, Drawings, Templates};
use bidui::run::{monitoring, results};
use bidui::text::Lang;

const PROTOCOL: &str = include_str!("documents/masses.bidui");
const HEAD: &str = "artefact,laboratory,visit,arrived,departed\n";

/// Its limits for what is recorded on the way.
const LIMITS: &str = "monitor     shock 10 g, temperature 5 °C .. 35 °C";

/// The protocol with other limits.
fn protocol() -> String {
    assert!(PROTOCOL.contains(LIMITS));
    let limits = "monitor shock 20 g, temperature 5 °C .. 35 °C, humidity 80 %";
    PROTOCOL.replacen(LIMITS, limits, 1)
}

/// The plan issued, and the one made anew: W1 left the pilot on the 11th of September and reached SIMT on the 15th.
fn plans(text: &str) -> (Plan, Plan) {
    let compiled = compile("masses.bidui", text);
    let issued = compiled.plan().unwrap();
    let log = format!("{HEAD}W1,NIM,1,,2026-09-11\nW1,SIMT,1,2026-09-15,\n");
    let (read, findings) = intake::read_log(log.as_bytes(), "log.csv", &issued);
    assert_eq!(findings, Vec::new());
    let anew = compiled.replanned(&issued, &read.unwrap()).unwrap();
    (issued, anew.plan.unwrap())
}

/// What follows from an extract of the first transport with these rows.
fn judged(rows: &str) -> (Vec<Excess>, Vec<Diagnostic>) {
    let (issued, plan) = plans(&protocol());
    let text = format!(
        "# artefact: W1\n# from: NIM\n# to: SIMT\n# visit: 1\ntime,quantity,reading,unit,remark\n{rows}"
    );
    let (extract, findings) = intake::read_extract(text.as_bytes(), "W1.csv", &issued);
    let mut told: Vec<Diagnostic> = findings.iter().map(results::diagnostic).collect();
    let extracts: Vec<_> = extract.into_iter().collect();
    let (excesses, found) = monitoring::excesses(&plan, &issued, &extracts);
    told.extend(found);
    (excesses, told)
}

fn codes(found: &[Diagnostic]) -> Vec<&str> {
    found.iter().map(|it| it.code.id()).collect()
}

/// Readings of temperature and humidity within the limits over the whole transport.
const QUIET: &str = "2026-09-11 08:00,temperature,21,°C,\n2026-09-15 10:00,temperature,22,°C,\n2026-09-11 08:00,humidity,50,%,\n2026-09-15 10:00,湿度,79.9,%RH,\n";

#[test]
fn readings_within_the_limits_give_no_finding() {
    let (excesses, told) = judged(&format!("{QUIET}2026/9/12 9:05,冲击,-19.9,g,\n"));
    assert_eq!((excesses, codes(&told)), (Vec::new(), Vec::new()));
}

#[test]
fn an_excess_is_told_with_transport_limit_times_and_the_reading_farthest_beyond() {
    let rows = "2026-09-12 08:00,temperature,34,°C,\n2026-09-12 10:30,temperature,309.15,K,\n2026-09-12 09:00,temperature,38.5,°C,\n2026-09-12 11:00,temperature,35,°C,\n";
    let (excesses, told) = judged(&format!("{QUIET}{rows}"));
    assert_eq!(codes(&told), ["D0113"]);
    let [excess] = excesses.as_slice() else {
        panic!("{excesses:?}")
    };
    assert_eq!(excess.from.as_ref().unwrap().laboratory, "NIM");
    assert_eq!((excess.readings, excess.extreme.value), (2, 38.5));
    let said = monitoring::sentence(excess);
    for part in [
        "SIMT",
        "38.5 °C",
        "5 °C .. 35 °C",
        "2026-09-12 09:00",
        "at least 1 h 30 min",
    ] {
        assert!(said.en.contains(part), "{}", said.en);
    }
    assert!(said.zh.contains("由 NIM 运往 SIMT 途中") && said.zh.contains("历时至少 1 h 30 min"));
    // The protocol orders nothing, and that is said.
    assert!(
        told[0]
            .help
            .iter()
            .any(|it| it.en.contains("the pilot looks"))
    );
}

#[test]
fn a_shock_counts_whatever_its_direction_and_readings_at_a_laboratory_are_its_own() {
    let rows = "2026-09-12 09:00,shock,-25,g,\n2026-09-16 09:00,shock,300,m/s²,\n2026-09-10 09:00,shock,21,g,\n";
    let (excesses, _) = judged(&format!("{QUIET}{rows}"));
    let places: Vec<(bool, &str)> = (excesses.iter())
        .map(|it| (it.from.is_some(), it.stop.laboratory.as_str()))
        .collect();
    assert_eq!(places, [(false, "NIM"), (true, "SIMT"), (false, "SIMT")]);
    assert!((excesses[2].extreme.value - 300.0 / 9.80665).abs() < 1e-12);
}

#[test]
fn the_order_of_the_rows_does_not_matter() {
    let rows = "2026-09-12 08:00,temperature,40,°C,\n2026-09-13 08:00,temperature,20,°C,\n2026-09-14 08:00,temperature,41,°C,\n";
    let forwards = judged(&format!("{QUIET}{rows}")).0;
    let mut lines: Vec<&str> = rows.lines().chain(QUIET.lines()).collect();
    lines.reverse();
    let backwards = judged(&lines.join("\n")).0;
    assert_eq!(forwards.len(), 2);
    assert_eq!(forwards, backwards);
}

#[test]
fn what_is_missing_from_the_record_is_told() {
    let (_, told) =
        judged("2026-09-12 08:00,temperature,21,°C,\n2026-09-15 10:00,temperature,22,°C,\n");
    // Temperature begins a day late, humidity is not there at all; shocks need not have happened.
    assert_eq!(codes(&told), ["D0114", "D0114"]);
    let (issued, plan) = plans(&protocol());
    let (_, told) = monitoring::excesses(&plan, &issued, &[]);
    assert_eq!(codes(&told), ["D0114"]);
    assert!(told[0].message.zh.contains("由 NIM 运至 SIMT"));
}

#[test]
fn broken_records_are_refused_with_place_and_reason() {
    let (_, told) = judged(
        "12.9.2026,temperature,21,°C,\n2026-09-12 08:00,temprature,21,°C,\n2026-09-12 08:00,temperature,\"21,5\",°C,\n2026-09-12T08:00:00Z,temperature,21,°C,\n",
    );
    let errors: Vec<(&str, u32)> = (told.iter())
        .filter(|it| it.is_error())
        .map(|it| (it.code.id(), it.place.as_ref().unwrap().row))
        .collect();
    assert_eq!(
        errors,
        [("D0032", 6), ("D0047", 7), ("D0021", 8), ("D0032", 9)]
    );
    // A unit that does not fit is told once, however many rows have it.
    let (_, told) = judged(&format!(
        "{QUIET}2026-09-12 08:00,shock,2,°C,\n2026-09-12 09:00,shock,2,°C,\n"
    ));
    assert_eq!(codes(&told), ["D0106"]);
    let (_, told) = judged(&format!(
        "{QUIET}2027-01-01 08:00,shock,2,g,\n2027-01-02 08:00,shock,2,g,\n"
    ));
    assert_eq!(codes(&told), ["D0115"]);
    // What is recorded without a limit is not judged, and that is no error.
    let (_, told) = judged(&format!("{QUIET}2026-09-12 08:00,pressure,101,kPa,\n"));
    assert_eq!(
        (codes(&told), told[0].severity),
        (vec!["D0047"], Severity::Note)
    );
}

#[test]
fn an_extract_of_no_transport_of_the_route_is_refused() {
    let (issued, plan) = plans(&protocol());
    let text = "# artefact: W1\n# from: NIM\n# to: LNIM\ntime,quantity,reading,unit\n";
    let (extract, findings) = intake::read_extract(text.as_bytes(), "x.csv", &issued);
    assert!(extract.is_none());
    assert_eq!(findings[0].code, "D0044");
    let gbk = b"\xca\xb1\xbc\xe4,\xb6\xc1\xca\xfd\n";
    let (_, findings) = intake::read_extract(gbk, "x.csv", &issued);
    assert_eq!(findings[0].code, "D0002");
    let text = "# artefact: W1\n# from: NIM\n# to: SIMT\ntime,quantity,reading,unit\n";
    let twice: Vec<_> = ["a.csv", "b.csv"]
        .iter()
        .filter_map(|name| intake::read_extract(text.as_bytes(), name, &issued).0)
        .collect();
    let (_, told) = monitoring::excesses(&plan, &issued, &twice);
    assert!(codes(&told).contains(&"D0045"));
}

#[test]
fn the_plan_comes_with_a_form_for_each_transport_that_is_read_back() {
    let (issued, _) = plans(&protocol());
    let forms = intake::monitoring_forms(&issued);
    assert_eq!(forms.len(), issued.content.circulation.legs.len());
    assert!(forms.keys().next().unwrap().starts_with("W1.01.NIM-SIMT"));
    for (name, form) in &forms {
        assert!(form.contains("时间 / time") && form.contains("shock <= 20 gₙ"));
        let (extract, findings) = intake::read_extract(form.as_bytes(), name, &issued);
        assert_eq!(findings, Vec::new());
        assert!(extract.unwrap().readings.is_empty());
    }
    let without = PROTOCOL.replace(LIMITS, "");
    let plan = compile("masses.bidui", &without).plan().unwrap();
    assert!(intake::monitoring_forms(&plan).is_empty());
}

#[test]
fn the_record_of_changes_tells_of_an_excess_and_of_what_the_protocol_orders() {
    let text = protocol().replacen(
        "contingency {",
        "contingency {\n    excess zh \"退回主导实验室复测。\" en \"Return it to the pilot.\"\n",
        1,
    );
    let (_, mut plan) = plans(&text);
    let before = plan.digest.clone();
    let (excesses, _) = judged(&format!("{QUIET}2026-09-12 08:00,shock,33,g,\n"));
    plan.note_excesses(excesses);
    assert_ne!(plan.digest, before);
    let templates = Templates::load(None).unwrap();
    let made = report::documents(&plan, Lang::Zh, &templates, &Drawings::default()).unwrap();
    let changes = &made["pilot/changes.zh"].markdown;
    for said in [
        "三、运输监测超限",
        "冲击达 33 gₙ",
        "退回主导实验室复测",
        "四、通知",
    ] {
        assert!(changes.contains(said), "{said}: {changes}");
    }
    assert!(
        made["protocol.zh"]
            .markdown
            .contains("运输监测超限：退回主导实验室复测。")
    );
}

#[test]
fn the_command_reads_a_folder_of_forms() {
    let folder = PathBuf::from(env!("CARGO_TARGET_TMPDIR")).join("monitoring");
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    let file = folder.join("masses.bidui");
    fs::write(&file, protocol()).unwrap();
    let bidui = |arguments: &[&str]| {
        Command::new(env!("CARGO_BIN_EXE_bidui"))
            .current_dir(&folder)
            .args(arguments)
            .output()
            .unwrap()
    };
    bidui(&["plan", "masses.bidui", "-o", "out", "--lang", "en"]);
    let form = folder.join("out/monitoring/W1.01.NIM-SIMT.csv");
    let filled = fs::read_to_string(&form).unwrap() + "2026-09-12 08:00,shock,33,g,\n";
    fs::write(&form, filled).unwrap();
    fs::write(
        folder.join("log.csv"),
        format!("{HEAD}W1,NIM,1,,2026-09-11\nW1,SIMT,1,2026-09-15,\n"),
    )
    .unwrap();
    let done = bidui(&[
        "plan",
        "masses.bidui",
        "--replan",
        "log.csv",
        "--monitoring",
        "out/monitoring",
        "-o",
        "anew",
        "--lang",
        "en",
    ]);
    let said = String::from_utf8_lossy(&done.stderr);
    assert!(said.contains("D0113") && said.contains("33"), "{said}");
    assert!(
        fs::read_to_string(folder.join("anew/plan.json"))
            .unwrap()
            .contains("\"excesses\"")
    );
    let alone = bidui(&[
        "plan",
        "masses.bidui",
        "--monitoring",
        "out/monitoring",
        "-o",
        "anew",
    ]);
    assert_eq!(alone.status.code(), Some(2));
}
