//! The documents of a whole protocol: what they say, what they must not say, and that they can be made again byte for byte.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use std::collections::BTreeMap;

use bidui::compile::compile;
use bidui::diagnostic::render;
use bidui::intake;
use bidui::plan::{self, Plan};
use bidui::report::{self, Document, Drawings, Pictures, Rasters, Templates};
use bidui::text::Lang;

const PROTOCOL: &str = include_str!("documents/masses.bidui");

fn plan_of(text: &str) -> Plan {
    let compiled = compile("masses.bidui", text);
    let found = render::short(&compiled.diagnostics, &compiled.sources, Lang::En);
    compiled.plan().expect(&found)
}

fn made(text: &str, lang: Lang) -> BTreeMap<String, Document> {
    all(&plan_of(text), lang, &Drawings::default())
}

/// What is written for the preparation and what goes out with the transfer standard.
fn all(plan: &Plan, lang: Lang, drawings: &Drawings) -> BTreeMap<String, Document> {
    let templates = Templates::load(None).unwrap();
    let mut made = report::documents(plan, lang, &templates, drawings).unwrap();
    made.extend(report::dispatch_documents(plan, None, lang, &templates, drawings).unwrap());
    made
}

/// The same protocol with its participants known by code.
fn coded() -> String {
    PROTOCOL
        .replace("participants named", "participants coded")
        .replace(
            "GDIM zh \"广东省计量科学研究院\"",
            "GDIM zh \"广东省计量科学研究院\" code L07",
        )
}

#[test]
fn every_laboratory_and_the_pilot_have_their_papers() {
    let zh = made(PROTOCOL, Lang::Zh);
    let paths: Vec<&str> = zh.keys().map(String::as_str).collect();
    assert_eq!(
        paths,
        [
            "handover/GDIM.zh",
            "handover/HNIM.zh",
            "handover/SIMT.zh",
            "handover/SNIM.zh",
            "instructions/GDIM.zh",
            "instructions/HNIM.zh",
            "instructions/SIMT.zh",
            "instructions/SNIM.zh",
            "pilot/checklist.zh",
            "pilot/handover.zh",
            "pilot/labels.zh",
            "pilot/monitoring.zh",
            "pilot/risks.zh",
            "protocol.zh",
        ]
    );
    assert_eq!(zh["instructions/SIMT.zh"].title, "参比实验室作业指导书");
}

#[test]
fn instructions_state_dates_points_conditions_and_rules() {
    let plan = plan_of(PROTOCOL);
    let visit = plan
        .content
        .circulation
        .visits
        .iter()
        .find(|v| v.laboratory == "GDIM")
        .unwrap();
    let zh = &made(PROTOCOL, Lang::Zh)["instructions/GDIM.zh"].markdown;
    for date in [
        visit.arrival,
        visit.from,
        visit.to,
        visit.departure,
        visit.results_due.unwrap(),
    ] {
        assert!(zh.contains(&date.to_string()), "{date}");
    }
    for said in [
        "| p500g | 500\u{a0}g | mg | 0.27\u{a0}mg |",
        "| 温度 | (20 ± 1)\u{a0}°C |",
        "JJG 99-2022",
        "佩戴手套，不得清洗。",
        "加权平均值",
        "| 满意 | \\|*E*<sub>n</sub>\\| ≤ 1 |",
        "全部测量点均为“满意”",
        "限期整改：90 天内查明原因并改正，提交整改报告",
        "停止测量并立即通知主导实验室",
        "自传递标准发出之日起 20 个工作日内",
    ] {
        assert!(zh.contains(said), "{said}");
    }
    let en = &made(PROTOCOL, Lang::En)["instructions/GDIM.en"].markdown;
    assert!(en.contains("all points are “satisfactory”"));
    assert!(en.contains("20 working days from the dispatch of the transfer standard"));
}

#[test]
fn instructions_tell_nothing_of_the_certificates_of_others() {
    for lang in [Lang::Zh, Lang::En] {
        for (path, document) in made(PROTOCOL, lang) {
            let may = path.contains("SIMT") || path.starts_with("protocol");
            let shown = document.markdown.contains("沪证字第001号");
            assert!(may || !shown, "{path}");
            // The value of the blind sample can be read in its certificate.
            let certificate = document.markdown.contains("NIM-2026-M-0117");
            assert_eq!(certificate, path.starts_with("protocol"), "{path}");
        }
    }
}

#[test]
fn participants_known_by_code_do_not_learn_one_anothers_names() {
    let text = coded();
    let names = [
        ("SIMT", "上海市"),
        ("GDIM", "广东省"),
        ("HNIM", "河南省"),
        ("SNIM", "陕西省"),
    ];
    for (path, document) in made(&text, Lang::Zh) {
        let own = names.iter().find(|(id, _)| path.contains(id));
        let Some((own, _)) = own else { continue };
        for (id, name) in names.iter().filter(|(id, _)| id != own) {
            assert!(!document.markdown.contains(name), "{path}: {name}");
            assert!(!document.markdown.contains(id), "{path}: {id}");
        }
    }
    assert!(
        made(&text, Lang::Zh)["instructions/SIMT.zh"]
            .markdown
            .contains("参比实验室 L07")
    );
}

#[test]
fn the_protocol_has_its_thirty_items_in_order() {
    for (lang, absent) in [
        (Lang::Zh, "本方案未作规定"),
        (Lang::En, "The protocol does not say"),
    ] {
        let all = made(PROTOCOL, lang);
        let (_, protocol) = all
            .iter()
            .find(|(path, _)| path.starts_with("protocol"))
            .unwrap();
        let numbers: Vec<u32> = protocol
            .markdown
            .lines()
            .filter_map(|line| line.strip_prefix("## "))
            .filter_map(|line| line.split(['　', ' ']).next()?.parse().ok())
            .collect();
        assert_eq!(numbers, (1..=30).collect::<Vec<u32>>());
        let safety = protocol
            .markdown
            .split("\n## ")
            .find(|s| s.starts_with("13"))
            .unwrap();
        assert!(safety.contains(absent));
    }
}

/// The plan with everything left out that a protocol may leave out.
fn bare() -> Plan {
    let mut plan = plan_of(PROTOCOL);
    plan.summary = String::new();
    let content = &mut plan.content;
    content.stability = None;
    content.transport = None;
    content.publication = None;
    content.integrity = None;
    content.contingency = None;
    content.risks.clear();
    content.consequences.clear();
    content.reporting = plan::Reporting::default();
    let head = &mut content.protocol;
    (head.policy, head.object, head.class, head.organizer) = (None, None, None, None);
    head.fields.clear();
    for measurand in &mut content.measurands {
        measurand.conditions.clear();
        measurand.procedure.clear();
        measurand.reported.clear();
        measurand.resolution = None;
        for point in &mut measurand.points {
            (point.nominal, point.largest_expanded) = (None, None);
        }
    }
    for artefact in &mut content.artefacts {
        (artefact.traceability, artefact.handling) = (None, None);
    }
    for visit in &mut content.circulation.visits {
        visit.results_due = None;
    }
    content.circulation.calendars.clear();
    content.circulation.limit = None;
    plan
}

#[test]
fn a_protocol_that_leaves_everything_open_has_documents_that_say_so() {
    for (lang, open) in [
        (Lang::Zh, "本方案未作规定"),
        (Lang::En, "The protocol does not say"),
    ] {
        let all = all(&bare(), lang, &Drawings::default());
        assert_eq!(all.len(), 14);
        for (path, document) in &all {
            if path.starts_with("protocol") || path.starts_with("instructions") {
                assert!(document.markdown.matches(open).count() >= 5, "{path}");
            }
        }
    }
    let form = report::forms(&bare(), "SIMT").unwrap();
    assert!(form.asks.expanded);
}

#[test]
fn a_reference_value_from_a_certificate_stays_with_the_pilot() {
    let mut plan = plan_of(PROTOCOL);
    for step in &mut plan.content.steps {
        if let plan::Task::Reference { certified, .. } = &mut step.task {
            *certified = Some(plan::Certified {
                value: 0.12345,
                u: 0.00678,
            });
        }
    }
    let all = all(&plan, Lang::Zh, &Drawings::default());
    for (path, document) in all {
        let shown = document.markdown.contains("0.12345") || document.markdown.contains("0.00678");
        assert_eq!(shown, path.starts_with("protocol"), "{path}");
    }
}

#[test]
fn risks_stand_in_the_order_of_their_weight() {
    let text = PROTOCOL.replace(
        "  risk \"砝码表面污染\"",
        "  risk \"丢失\" likelihood 1 severity 5 control \"专人携带\"\n  risk \"延误\" likelihood 4 severity 4 control \"预留时间\"\n  risk \"砝码表面污染\"",
    );
    let register = &made(&text, Lang::Zh)["pilot/risks.zh"].markdown;
    let at = |word: &str| register.find(word).unwrap();
    assert!(at("延误") < at("砝码表面污染") && at("砝码表面污染") < at("丢失"));
}

#[test]
fn the_same_plan_gives_the_same_bytes() {
    let (first, second) = (made(PROTOCOL, Lang::Zh), made(PROTOCOL, Lang::Zh));
    assert_eq!(first, second);
    let document = &first["protocol.zh"];
    let pictures = Pictures::new();
    assert_eq!(
        report::html(document, &pictures),
        report::html(document, &pictures)
    );
    assert_eq!(
        report::docx(document, &Rasters::new()).unwrap(),
        report::docx(document, &Rasters::new()).unwrap()
    );
}

#[test]
fn an_author_may_replace_a_template() {
    let own = BTreeMap::from([(
        "risks.md".to_owned(),
        "# {{ title }}\n{{ risks|length }}\n".to_owned(),
    )]);
    let templates = Templates::load(Some(&own)).unwrap();
    let all = report::documents(
        &plan_of(PROTOCOL),
        Lang::En,
        &templates,
        &Drawings::default(),
    )
    .unwrap();
    assert_eq!(
        all["pilot/risks.en"].markdown,
        "# National comparison of class E2 weights\n1\n"
    );
}

#[test]
fn no_template_leaves_an_unfinished_table_or_an_empty_item() {
    for lang in [Lang::Zh, Lang::En] {
        for (path, document) in made(PROTOCOL, lang) {
            for line in document.markdown.lines() {
                assert!(
                    !line.starts_with("|") || line.ends_with("|"),
                    "{path}: {line}"
                );
                assert!(!matches!(line.trim(), "-" | "1."), "{path}: {line}");
                assert!(
                    !line.contains("{{") && !line.contains("none"),
                    "{path}: {line}"
                );
            }
        }
    }
}

#[test]
fn a_participants_form_asks_for_each_point_once_and_the_pilots_for_each_visit() {
    let plan = plan_of(PROTOCOL);
    let form = report::forms(&plan, "SIMT").unwrap();
    let points: Vec<&str> = form.rows.iter().map(|r| r.point.as_str()).collect();
    assert_eq!(points, ["p500g", "p1kg"]);
    assert_eq!(form.rows[0].nominal, "500 g");
    assert!(form.asks.expanded && form.asks.dof && form.asks.date);
    let pilot = report::forms(&plan, "NIM").unwrap();
    assert_eq!(pilot.rows.len(), 6);
    let named: std::collections::BTreeSet<&str> =
        pilot.rows.iter().map(|r| r.nominal.as_str()).collect();
    assert_eq!(named.len(), 6);
    assert!(report::forms(&plan, "NOBODY").is_none());
}

#[test]
fn the_pilots_form_filled_in_is_read_back_without_complaint() {
    let plan = plan_of(PROTOCOL);
    let form = report::forms(&plan, "NIM").unwrap();
    let csv = intake::write_csv_form(&form);
    let mut visit = 0;
    let filled: Vec<String> = csv
        .lines()
        .map(|line| {
            if !line.starts_with("dm,p") {
                return line.to_owned();
            }
            visit += 1;
            let given: Vec<&str> = line.split(',').take(5).collect();
            format!(
                "{},0.12,0.04,2,50,2026-09-{:02},",
                given.join(","),
                1 + visit
            )
        })
        .collect();
    assert_eq!(visit, 6);
    let reading = intake::read_csv(filled.join("\r\n").as_bytes(), "NIM.csv");
    let errors: Vec<_> = reading
        .findings
        .iter()
        .filter(|f| f.severity >= intake::Severity::Error)
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    assert_eq!(reading.submission.unwrap().rows.len(), 6);
    assert!(intake::write_form(&form).is_ok());
}

/// The protocol under the national policy, with what participants ask for most.
fn national() -> String {
    PROTOCOL
        .replace("policy     cn ", "policy     std.cn.national-2023 ")
        .replace(
            "  pilot      NIM\n",
            "  pilot      NIM zh \"中国计量院\" contact \"张三 010-1234\" address \"北三环东路18号\"\n  number 2026-A-17\n  safety zh \"防止跌落。\" en \"Mind your feet.\"\n",
        )
}

#[test]
fn instructions_name_whom_to_call_where_to_send_and_how_to_work_safely() {
    for (lang, safety) in [(Lang::Zh, "防止跌落。"), (Lang::En, "Mind your feet.")] {
        let all = made(&national(), lang);
        let (_, own) = all
            .iter()
            .find(|(path, _)| path.starts_with("instructions/SIMT"))
            .unwrap();
        for said in [
            "张三 010-1234",
            "北三环东路18号",
            "2026-A-17",
            "SIMT.xlsx",
            safety,
        ] {
            assert!(own.markdown.contains(said), "{said}");
        }
        let (_, protocol) = all
            .iter()
            .find(|(path, _)| path.starts_with("protocol"))
            .unwrap();
        assert!(protocol.markdown.contains(safety));
    }
}

#[test]
fn verdicts_are_called_as_the_policy_orders_unless_the_protocol_orders_otherwise() {
    let zh = made(&national(), Lang::Zh);
    let administrative = &zh["instructions/SIMT.zh"].markdown;
    assert!(administrative.contains("| 符合规定要求 | \\|*E*<sub>n</sub>\\| ≤ 1 |"));
    assert!(administrative.contains("直至补测结论为“符合规定要求”"));
    assert!(!administrative.contains("满意"));
    let own = national().replace("  number 2026", "  vocabulary technical\n  number 2026");
    let technical = made(&own, Lang::En);
    let technical = &technical["instructions/SIMT.en"].markdown;
    assert!(technical.contains("within reasonable expectation, acceptable"));
}

#[test]
fn what_the_policy_fills_in_is_marked_in_the_plan_and_in_the_protocol() {
    let plan = plan_of(&national());
    let level = plan
        .content
        .defaults
        .iter()
        .find(|d| d.path == "level")
        .unwrap();
    assert_eq!(level.policy.as_deref(), Some("std.cn.national-2023"));
    assert!(!level.basis.zh.is_empty());
    // The period for comments stands in the protocol itself.
    let stated = plan
        .content
        .defaults
        .iter()
        .any(|d| d.path == "report.comment");
    assert!(!stated);
    let zh = &made(&national(), Lang::Zh)["protocol.zh"].markdown;
    assert!(zh.contains("- 级别：国家（制度默认）"));
    assert!(zh.contains("- 费用：免费（制度默认）"));
    assert!(zh.contains("| 级别 | 国家 | std.cn.national-2023 |"));
}

#[test]
fn pictures_stand_in_the_documents_of_those_who_may_see_them() {
    let drawings = Drawings {
        circulation: Pictures::from([("circulation.zh.svg".to_owned(), "<svg/>".to_owned())]),
        consequences: Pictures::from([("consequences.zh.svg".to_owned(), "<svg/>".to_owned())]),
        ..Drawings::default()
    };
    let made = all(&plan_of(PROTOCOL), Lang::Zh, &drawings);
    let shows = |path: &str, said: &str| made[path].markdown.contains(said);
    assert!(shows("protocol.zh", "](circulation.zh.svg)"));
    assert!(shows("protocol.zh", "](consequences.zh.svg)"));
    assert!(shows("instructions/SIMT.zh", "](../circulation.zh.svg)"));
    assert!(made["protocol.zh"].open && !made["instructions/SIMT.zh"].open);
    // Where laboratories are known by code, the picture would name them.
    let coded = all(&plan_of(&coded()), Lang::Zh, &drawings);
    assert!(!coded["instructions/SIMT.zh"].markdown.contains(".svg"));
}
