//! What the journey writes for people: transports in every paper that needs them, calendars, the map, orders.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

mod common;

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

use bidui::intake;
use bidui::report::{self, Document, Drawings, Templates};
use bidui::text::Lang;
use icalendar::{Calendar, Component};

fn papers(text: &str, lang: Lang) -> BTreeMap<String, Document> {
    let (compiled, _) = common::example(text);
    let plan = compiled.plan().unwrap();
    let templates = Templates::load(None).unwrap();
    let none = Drawings::default();
    let mut made = report::documents(&plan, lang, &templates, &none).unwrap();
    made.extend(report::dispatch_documents(&plan, None, lang, &templates, &none).unwrap());
    made
}

const ABROAD: &str = "
measurand dm : mass {
  unit mg
  point p1 = 1 kg
  repeat 6
  report value, U, k
}
artefact W1 {
  measures dm
  traceable to national-primary-standard
  worth     zh \"人民币 12 万元\" en \"CNY 120 000\"
  insurance zh \"由主导实验室投保\" en \"insured by the pilot\"
}
circulation {
  start 2026-09-01
  star { stay 10 d; transit 4 d }
  carrier zh \"航空货运\" en \"air freight\" to GDIM
  customs GDIM 5 d carnet zh \"ATA 单证册 42\" en \"ATA carnet 42\"
  reserve 1 d each-leg
}";

#[test]
fn the_protocol_for_review_tells_how_often_to_measure_and_who_insures() {
    let zh = papers(ABROAD, Lang::Zh);
    let review = &zh["protocol.zh"].markdown;
    assert!(review.contains("测量次数：每次到访，每个测量点重复测量 6 次。"));
    assert!(review.contains("运输保险——W1：由主导实验室投保"));
    // The appended sections of the library say nothing of either.
    let open = papers("participants { SIMT; GDIM }", Lang::Zh);
    let review = &open["protocol.zh"].markdown;
    assert!(review.contains("测量次数：本方案未作规定。"));
    assert!(review.contains("运输保险——W1：本方案未作规定。"));
}

#[test]
fn what_an_author_ends_with_a_full_stop_gets_no_second_one() {
    let text = "report { results within 20 d of departure; draft comment 10 d; late zh \"不参与参考值。\" en \"No part.\" }";
    for (lang, stops) in [(Lang::Zh, "。。"), (Lang::En, "..")] {
        for (path, document) in papers(text, lang) {
            let lines = document.markdown.lines();
            let doubled: Vec<&str> = lines.filter(|it| it.contains(stops)).collect();
            assert!(doubled.is_empty(), "{path}: {doubled:?}");
        }
    }
}

#[test]
fn a_laboratory_is_asked_for_no_uncertainty_where_the_protocol_wants_none() {
    let text = "
measurand dm : mass { unit mg; point p1 = 1 kg; repeat 3; report value, repeats }
evaluation { reference std.reference.median; correlation uncorrelated; sigma-pt 0.1 mg; score z }
acceptance {
  each point { satisfactory when |z| <= 2; unsatisfactory otherwise }
  each laboratory { satisfactory when all points satisfactory; unsatisfactory otherwise }
}";
    let plan = common::example(text).0.plan().unwrap();
    let form = report::forms(&plan, "SIMT").unwrap();
    assert!(!form.asks.expanded && !form.asks.standard);
    assert_eq!(form.asks.repeats, 3);
    let csv = intake::write_csv_form(&form);
    assert!(
        csv.contains("读数3 / x3") && !csv.contains("扩展不确定度"),
        "{csv}"
    );
    // Filled in and sent back it is read without complaint, as separated text and as a workbook.
    let workbook = intake::write_form(&form).unwrap();
    for bytes in [
        csv.replace(",mg,,,,,,", ",mg,0.1,,0.1,0.1,0.1,")
            .into_bytes(),
        workbook,
    ] {
        let reading = intake::read(&bytes, "SIMT", &Default::default(), false);
        let complaints: Vec<&str> = (reading.findings.iter().map(|it| it.code))
            .filter(|it| *it != "D0020")
            .collect();
        assert!(complaints.is_empty(), "{complaints:?}");
        assert_eq!(reading.submission.unwrap().rows.len(), 1);
    }
    let said = &papers(text, Lang::Zh)["instructions/SIMT.zh"].markdown;
    assert!(said.contains("不要求上报测量不确定度") && !said.contains("不确定度预算"));
}

#[test]
fn instructions_say_how_the_standard_comes_and_goes_and_how_often_to_measure() {
    let en = papers(ABROAD, Lang::En);
    let of = |name: &str| en[name].markdown.replace('\u{a0}', " ");
    let abroad = of("instructions/GDIM.en");
    for said in [
        "Measure each point 6 times.",
        "CNY 120 000",
        "insured by the pilot",
        "customs 5 days",
        "reserve 1 day",
        "carrier: air freight",
        "customs papers: ATA carnet 42",
    ] {
        assert!(abroad.contains(said), "{said}: {abroad}");
    }
    let home = of("instructions/SIMT.en");
    assert!(
        !home.contains("ATA") && !home.contains("air freight"),
        "{home}"
    );
    let zh = papers(ABROAD, Lang::Zh);
    let abroad = &zh["instructions/GDIM.zh"].markdown;
    for said in [
        "重复测量 6 次",
        "人民币 12 万元",
        "随行海关单证：ATA 单证册 42",
        "承运：航空货运",
    ] {
        assert!(abroad.contains(said), "{said}: {abroad}");
    }
}

#[test]
fn hand_over_records_and_check_list_name_carrier_papers_and_time() {
    let zh = papers(ABROAD, Lang::Zh);
    let record = &zh["handover/GDIM.zh"].markdown;
    for said in [
        "| 承运方 | 航空货运 |",
        "| 海关单证 | ATA 单证册 42 |",
        "| 价值 | 人民币 12 万元 |",
        "通关 5 天",
    ] {
        assert!(record.contains(said), "{said}: {record}");
    }
    assert!(!zh["handover/SIMT.zh"].markdown.contains("海关"));
    let list = &zh["pilot/checklist.zh"].markdown;
    let rows = list.lines().filter(|it| it.contains("ATA 单证册 42"));
    assert_eq!(rows.count(), 1, "{list}");
}

#[test]
fn the_pilot_has_a_hand_over_record_for_every_recipient_of_samples() {
    let text = "circulation {\n  start 2026-09-01\n  parallel { stay 10 d; transit 4 d }\n}";
    let en = papers(text, Lang::En);
    let record = &en["pilot/handover.en"].markdown;
    for laboratory in ["SIMT", "GDIM"] {
        let rows = record
            .lines()
            .filter(|it| it.starts_with("| Sent to |") && it.contains(laboratory));
        assert_eq!(rows.count(), 1, "{record}");
    }
    let labels = &en["pilot/labels.en"].markdown;
    assert!(
        labels.contains("SIMT") && labels.contains("GDIM"),
        "{labels}"
    );
    assert!(!en["handover/SIMT.en"].markdown.contains("GDIM"));
}

fn folder(name: &str) -> PathBuf {
    let folder = Path::new(env!("CARGO_TARGET_TMPDIR"))
        .join("journey-papers")
        .join(name);
    let _ = fs::remove_dir_all(&folder);
    fs::create_dir_all(&folder).unwrap();
    folder
}

fn bidui(arguments: &[&str]) -> Output {
    Command::new(env!("CARGO_BIN_EXE_bidui"))
        .current_dir(env!("CARGO_MANIFEST_DIR"))
        .args(["--lang", "zh"])
        .args(arguments)
        .output()
        .unwrap()
}

fn calendar(path: &Path) -> BTreeMap<String, icalendar::Event> {
    let text = fs::read_to_string(path).unwrap();
    let read: Calendar = text.parse().unwrap();
    (read.events())
        .map(|it| (it.get_uid().unwrap().to_owned(), it.clone()))
        .collect()
}

#[test]
fn every_laboratory_has_a_calendar_that_one_of_a_plan_made_anew_replaces() {
    let out = folder("calendars");
    let at = |name: &str| out.join(name).to_string_lossy().into_owned();
    let protocol = "tests/documents/masses.bidui";
    assert!(bidui(&["plan", protocol, "-o", &at("1")]).status.success());
    let log = "# as_of: 2026-10-09\nartefact,laboratory,visit,arrived,departed,lost\nW1,SIMT,1,2026-09-18,2026-09-30,\nW1,GDIM,1,,,2026-10-09\n";
    fs::write(out.join("log.csv"), log).unwrap();
    let anew = bidui(&["plan", protocol, "--replan", &at("log.csv"), "-o", &at("2")]);
    assert!(anew.status.success());
    let first = calendar(&out.join("1/calendar/SIMT.zh.ics"));
    let second = calendar(&out.join("2/calendar/SIMT.zh.ics"));
    assert_eq!(
        first.keys().collect::<Vec<_>>(),
        second.keys().collect::<Vec<_>>()
    );
    let (old, new) = (
        first.values().next().unwrap(),
        second.values().next().unwrap(),
    );
    let values = |it: &icalendar::Event, name: &str| it.property_value(name).unwrap().to_owned();
    assert_eq!(values(old, "DTSTART"), "20260915");
    assert_eq!(values(new, "DTSTART"), "20260918");
    assert_eq!(
        (values(old, "SEQUENCE"), values(new, "SEQUENCE")),
        ("0".into(), "1".into())
    );
    assert_eq!(values(old, "DTSTAMP"), "20260901T000000Z");
    assert_eq!(values(new, "DTSTAMP"), "20261009T000000Z");
    // What does not take place is called off, in the laboratory's calendar and in the pilot's.
    let gone = calendar(&out.join("2/calendar/HNIM.en.ics"));
    let gone = gone.values().next().unwrap();
    assert_eq!(values(gone, "STATUS"), "CANCELLED");
    assert_eq!(calendar(&out.join("1/pilot/calendar.zh.ics")).len(), 7);
    let pilot = calendar(&out.join("2/pilot/calendar.zh.ics"));
    let called_off = pilot
        .values()
        .filter(|it| it.property_value("STATUS").is_some());
    assert_eq!((pilot.len(), called_off.count()), (7, 5));
    let mut summaries = pilot.values().map(|it| it.get_summary().unwrap());
    assert!(summaries.any(|it| it.ends_with("@ SIMT")));
}

#[test]
fn calendars_are_the_same_bytes_each_time() {
    let out = folder("same");
    let at = |name: &str| out.join(name).to_string_lossy().into_owned();
    for name in ["1", "2"] {
        assert!(
            bidui(&["plan", "tests/documents/masses.bidui", "-o", &at(name)])
                .status
                .success()
        );
    }
    let read = |name: &str| fs::read(out.join(name).join("pilot/calendar.en.ics")).unwrap();
    assert_eq!(read("1"), read("2"));
}

const PLACES: &str = r#"edition 2026
use std.cn.consequences as cn
protocol example.mass 1.0.0 {
  title zh "砝码比对" en "comparison of weights"
  policy cn
  organizer SAMR
  pilot NIM { position north 40.0° east 116.4° }
  participants {
    SIMT "Shanghai" { position north 31.19° east 121.43° }
    BIM zh "北京市计量检测科学研究院" { position north 39.98° east 116.43° }
    GDIM "Guangdong" { position north 23.15° east 113.35° }
  }
  measurand dm : mass { unit mg; point p1 = 1 kg; report value, U, k }
  artefact W1 { measures dm; traceable to national-primary-standard }
  circulation {
    start 2026-09-01
    ring { stay 10 d; transit 4 d }
    order optimise total-transit
  }
  evaluation { reference std.reference.weighted-mean; correlation uncorrelated; score En k 2 }
  acceptance {
    each point { satisfactory when |En| <= 1; unsatisfactory otherwise }
    each laboratory { satisfactory when all points satisfactory; unsatisfactory otherwise }
  }
}
"#;

#[test]
fn positions_make_a_map_with_numbered_legs_and_their_days_and_without_them_there_is_none() {
    let out = folder("map");
    let file = out.join("a.bidui");
    fs::write(&file, PLACES).unwrap();
    let plan = |name: &str| {
        let target = out.join(name);
        let run = bidui(&[
            "plan",
            &file.to_string_lossy(),
            "-o",
            &target.to_string_lossy(),
        ]);
        assert!(
            run.status.success(),
            "{}",
            String::from_utf8_lossy(&run.stderr)
        );
        (target, String::from_utf8(run.stdout).unwrap())
    };
    let (target, said) = plan("with");
    let svg = fs::read_to_string(target.join("map.zh.svg")).unwrap();
    let document = roxmltree::Document::parse(&svg).unwrap();
    let texts: Vec<&str> = (document.descendants())
        .filter(|it| it.has_tag_name("text"))
        .filter_map(|it| it.text())
        .collect();
    for number in ["1", "2", "3", "4"] {
        // Once on the leg and once in the list.
        assert_eq!(
            texts.iter().filter(|it| **it == number).count(),
            2,
            "{number}"
        );
    }
    assert!(
        texts
            .iter()
            .any(|it| it.contains("2026-09-11 → 2026-09-15")),
        "{texts:?}"
    );
    assert!(
        svg.contains("已画开"),
        "the laboratories of one city are drawn apart, and that is said"
    );
    let list = fs::read_to_string(target.join("pilot/checklist.zh.md")).unwrap();
    assert!(list.contains("map.zh.svg"));
    let instructions = fs::read_to_string(target.join("instructions/SIMT.zh.md")).unwrap();
    assert!(!instructions.contains("map."));
    // The order found, the figure before and after, and how it was found: terminal, check-list, plan.
    for text in [&said, &list] {
        assert!(
            text.contains("次序经优化") && text.contains("精确最优解"),
            "{text}"
        );
    }
    let archived = fs::read_to_string(target.join("plan.json")).unwrap();
    let archived: serde_json::Value = serde_json::from_str(&archived).unwrap();
    let order = &archived["content"]["circulation"]["orders"]["W1"];
    let (before, after) = (
        order["before"].as_f64().unwrap(),
        order["value"].as_f64().unwrap(),
    );
    assert!(before > after && after > 3000.0, "{before} {after}");

    let bare: String = PLACES
        .lines()
        .filter(|line| !line.contains("order optimise"))
        .map(|line| format!("{}\n", line.split(" { position").next().unwrap()))
        .collect();
    fs::write(&file, bare).unwrap();
    let (target, said) = plan("without");
    assert!(!target.join("map.zh.svg").exists());
    assert!(!said.contains("次序"));
    let list = fs::read_to_string(target.join("pilot/checklist.zh.md")).unwrap();
    assert!(!list.contains("map.") && !list.contains("次序经优化"));
}
