//! Sections defined once and taken over: what a protocol gets, what it may change, and what is said when it does not fit.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use bidui::compile::{Compiled, compile};
use bidui::diagnostic::render;
use bidui::text::Lang;

const BASE: &str = include_str!("data/base.bidui");
const ACCEPTANCE: &str = "  acceptance {
    each point { satisfactory when |En| <= 1; unsatisfactory otherwise }
    each laboratory { satisfactory when all points satisfactory; unsatisfactory otherwise }
  }
";

/// The base protocol with another acceptance, and definitions before it.
fn with(definitions: &str, acceptance: &str) -> Compiled {
    assert!(BASE.contains(ACCEPTANCE));
    let text = BASE
        .replace(ACCEPTANCE, &format!("  {acceptance}\n"))
        .replace("\nprotocol", &format!("\n{definitions}\nprotocol"));
    compile("p.bidui", &text)
}

fn said(compiled: &Compiled) -> String {
    let errors: Vec<_> = (compiled.diagnostics.iter())
        .filter(|d| d.is_error())
        .cloned()
        .collect();
    render::short(&errors, &compiled.sources, Lang::En)
}

fn digest(compiled: &Compiled) -> String {
    assert_eq!(said(compiled), "");
    compiled.plan().unwrap().digest
}

/// The texts under the places of the changes: `each point …` and what it replaces.
fn changes(compiled: &Compiled) -> Vec<(String, Option<String>)> {
    let text = |span| compiled.sources.text(span).to_owned();
    (compiled.reused.values().flatten())
        .flat_map(|r| &r.changes)
        .map(|c| (text(c.at), c.instead_of.map(text)))
        .collect()
}

#[test]
fn a_protocol_that_takes_a_definition_over_has_the_plan_of_one_that_writes_it_out() {
    let written = digest(&compile("p.bidui", BASE));
    assert_eq!(digest(&with("", "acceptance std.acceptance.en")), written);
    let own = "define acceptance mine {
  each point { satisfactory when |En| <= 1; unsatisfactory otherwise }
  each laboratory { satisfactory when all points satisfactory; unsatisfactory otherwise }
}";
    assert_eq!(digest(&with(own, "acceptance mine")), written);
    let renamed = with("use std.acceptance as rules", "acceptance rules.en");
    assert_eq!(digest(&renamed), written);
}

#[test]
fn both_keyword_languages_take_definitions_over_alike() {
    let chinese = "定义 结果评定 mine 取自 std.acceptance.en {
  逐个 测量点 { 满意 当 |En| <= 0.8 }
}";
    let english = "define acceptance mine from std.acceptance.en {
  each point { satisfactory when |En| <= 0.8 }
}";
    assert_eq!(
        digest(&with(chinese, "acceptance mine")),
        digest(&with(english, "acceptance mine"))
    );
}

#[test]
fn what_a_protocol_changes_in_a_definition_is_kept_with_both_places() {
    let compiled = with(
        "",
        "acceptance std.acceptance.en { each point { satisfactory when |En| <= 0.8 } }",
    );
    let written = compile("p.bidui", &BASE.replace("|En| <= 1", "|En| <= 0.8"));
    assert_eq!(digest(&compiled), digest(&written));
    assert_eq!(
        changes(&compiled),
        [(
            "satisfactory when |En| <= 0.8".to_owned(),
            Some("satisfactory when |En| <= 1".to_owned())
        )]
    );
}

#[test]
fn a_statement_that_the_definition_lacks_is_added() {
    let compiled = with(
        "",
        "acceptance std.acceptance.en {
    each point { satisfactory when |En| <= 1 and U <= 2 mg; questionable when |En| <= 1 and U > 2 mg }
  }
  sanctions { on questionable { nothing } }",
    );
    assert_eq!(said(&compiled), "");
    let added: Vec<bool> = (changes(&compiled).iter()).map(|c| c.1.is_none()).collect();
    assert_eq!(added, [false, true]);
}

#[test]
fn a_list_of_verdicts_loses_only_the_ones_that_are_answered_anew() {
    let definition = "define sanctions ladder {
  on unsatisfactory, absent { refer organizer }
}";
    let compiled = with(
        definition,
        "acceptance std.acceptance.en\n  sanctions ladder { on absent { notify organizer within 5 wd } }",
    );
    let plan = compiled.plan().unwrap();
    let measure = |event: &str| {
        serde_json::to_value(&plan.content.consequences[event]).unwrap()[0]["measure"].clone()
    };
    assert_eq!(measure("unsatisfactory"), "refer");
    assert_eq!(measure("absent"), "notify");
    assert!(!plan.content.consequences["unsatisfactory"][0].from_policy);
}

#[test]
fn another_way_of_travelling_takes_the_place_of_the_definitions() {
    let definition = "define circulation usual {
  ring { stay 10 d; transit 4 d }
  limit 12 mo
}";
    let text = BASE
        .replace("\nprotocol", &format!("\n{definition}\nprotocol"))
        .replace("  circulation {", "  circulation usual {");
    let compiled = compile("p.bidui", &text);
    let found = said(&compiled);
    let plan = compiled.plan().expect(&found);
    assert_eq!(plan.content.circulation.patterns["W1"], "petal by 1");
    assert!(plan.content.circulation.limit.is_some());
}

#[test]
fn a_measurand_takes_unit_conditions_and_report_form_from_a_definition() {
    let definition = "define measurand weights {
  unit mg
  conditions { temperature 20 °C ± 1 °C; humidity 30 % .. 60 % }
  report value, U, k
}";
    let old =
        "  measurand dm : mass {\n    unit mg\n    point p1 = 1 kg\n    report value, U, k\n  }";
    assert!(BASE.contains(old));
    let new = "  measurand dm : mass from weights {\n    point p1 = 1 kg\n    conditions { humidity 40 % .. 50 % }\n  }";
    let text = BASE
        .replace("\nprotocol", &format!("\n{definition}\nprotocol"))
        .replace(old, new);
    let compiled = compile("p.bidui", &text);
    let found = said(&compiled);
    let plan = compiled.plan().expect(&found);
    let dm = &plan.content.measurands[0];
    assert_eq!(dm.unit, "mg");
    assert_eq!(dm.conditions.len(), 2);
    let humidity = serde_json::to_string(&dm.conditions["humidity"]).unwrap();
    assert!(
        humidity.contains("40") && !humidity.contains("30"),
        "{humidity}"
    );
}

#[test]
fn a_policy_of_the_same_file_holds_and_may_take_its_sanctions_from_a_definition() {
    let definitions = "define sanctions ladder {
  on unsatisfactory, absent { refer organizer }
}
policy own.regime {
  extends cn
  sanctions ladder
}";
    let text = BASE
        .replace("\nprotocol", &format!("\n{definitions}\nprotocol"))
        .replace("  policy cn\n", "  policy own.regime\n");
    let compiled = compile("p.bidui", &text);
    let found = said(&compiled);
    let plan = compiled.plan().expect(&found);
    assert_eq!(plan.content.protocol.policy.unwrap().path, "own.regime");
    let measures = &plan.content.consequences["unsatisfactory"];
    assert_eq!(measures.len(), 1);
    assert!(measures[0].from_policy);
    assert!(plan.content.consequences.contains_key("collusion"));
}

#[test]
fn what_a_completed_section_still_lacks_is_reported_where_it_is_taken_over() {
    let definition = "define acceptance half {
  each point { satisfactory when |En| <= 1; unsatisfactory otherwise }
}
define evaluation bare { score En k 2 }";
    let text = BASE
        .replace("\nprotocol", &format!("\n{definition}\nprotocol"))
        .replace("    reference std.reference.weighted-mean\n", "")
        .replace("  evaluation {", "  evaluation bare {");
    let compiled = compile("p.bidui", &text);
    assert!(
        said(&compiled).contains("there is no `reference` in `evaluation`"),
        "{}",
        said(&compiled)
    );
    let halved = said(&with(definition, "acceptance half"));
    assert!(
        halved.contains("E0701") && halved.contains("each laboratory"),
        "{halved}"
    );
}

#[test]
fn a_definition_that_is_not_there_is_the_only_finding() {
    let compiled = with("", "acceptance std.acceptance.em");
    let text = said(&compiled);
    assert_eq!(text.lines().count(), 1, "{text}");
    assert!(
        text.contains("there is no definition of `acceptance` called `std.acceptance.em`"),
        "{text}"
    );
    let help = compiled.diagnostics[0].help.clone().unwrap();
    assert_eq!(help.get(Lang::En), "did you mean `std.acceptance.en`?");
}

#[test]
fn definitions_taken_from_one_another_are_shown_as_a_path() {
    let compiled = with(
        "define acceptance a from b { }\ndefine acceptance b from c { }\ndefine acceptance c from a { }",
        "acceptance a",
    );
    let found = &compiled.diagnostics[0];
    assert_eq!(found.code.id(), "E0409");
    assert!(
        found.message.get(Lang::En).ends_with("a → b → c → a"),
        "{:?}",
        found.message
    );
    let places: Vec<&str> = (found.labels.iter())
        .map(|l| compiled.sources.text(l.span))
        .collect();
    assert_eq!(places, ["a", "b", "c"]);
}
