//! The rules of the policies: each is broken by one protocol and kept by its neighbour, both made from one base text by small edits.

#![allow(
    clippy::string_slice,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic
)]

use bidui::compile::{Compiled, compile};
use bidui::diagnostic::{Code, Diagnostic, Severity};

const BASE: &str = include_str!("policy/base.bidui");
const EXAMPLE: &str = include_str!("data/language-example.bidui");

/// A replacement in the base text; what is replaced must stand there exactly once.
type Edit = (&'static str, &'static str);

fn edited(edits: &[Edit]) -> String {
    edits.iter().fold(BASE.to_owned(), |text, (old, new)| {
        replaced(&text, old, new)
    })
}

fn replaced(text: &str, old: &str, new: &str) -> String {
    assert_eq!(text.matches(old).count(), 1, "`{old}`");
    text.replace(old, new)
}

/// The findings of policies in a text.
fn policy_findings(compiled: &Compiled) -> Vec<&Diagnostic> {
    compiled
        .diagnostics
        .iter()
        .filter(|d| {
            matches!(
                d.code,
                Code::PolicyBroken | Code::PolicyAdvice | Code::MeasureNotAllowed
            )
        })
        .collect()
}

fn names(rule: &str, finding: &Diagnostic) -> bool {
    finding.message.en.starts_with(&format!("{rule}: "))
}

/// All messages, to be shown when an assertion fails.
fn messages(compiled: &Compiled) -> String {
    let lines = compiled
        .diagnostics
        .iter()
        .map(|d| format!("{:?} {} {}\n", d.severity, d.code.id(), d.message.en));
    lines.collect()
}

/// The texts that an edit leaves must be readable: what breaks is the policy and nothing of the form.
fn well_formed(compiled: &Compiled) {
    for finding in &compiled.diagnostics {
        let form = ["E01", "E02", "E03", "E04"];
        let id = finding.code.id();
        assert!(
            !form.iter().any(|f| id.starts_with(f)),
            "{}",
            messages(compiled)
        );
    }
}

fn breaks(rule: &str, severity: Severity, edits: &[Edit]) {
    let compiled = compile("broken.bidui", &edited(edits));
    well_formed(&compiled);
    let hits: Vec<_> = policy_findings(&compiled)
        .into_iter()
        .filter(|d| names(rule, d))
        .collect();
    assert_eq!(hits.len(), 1, "{rule} {edits:?}\n{}", messages(&compiled));
    let finding = hits[0];
    assert_eq!(finding.severity, severity, "{rule} {edits:?}");
    assert!(finding.message.zh.starts_with(&format!("{rule}：")));
    assert!(finding.span().is_some(), "{rule} has a place");
    assert!(finding.help.is_some(), "{rule} says how to mend it");
    assert!(
        finding
            .basis
            .iter()
            .all(|b| !b.zh.is_empty() && b.en.contains("std."))
    );
    assert_eq!(finding.basis.len(), 1, "{rule} cites its basis");
}

fn keeps(rule: &str, edits: &[Edit]) {
    let compiled = compile("kept.bidui", &edited(edits));
    well_formed(&compiled);
    let hits = policy_findings(&compiled)
        .into_iter()
        .filter(|d| names(rule, d))
        .count();
    assert_eq!(hits, 0, "{rule} {edits:?}\n{}", messages(&compiled));
}

fn error(rule: &str, broken: &[Edit], kept: &[Edit]) {
    breaks(rule, Severity::Error, broken);
    keeps(rule, kept);
}

fn warning(rule: &str, broken: &[Edit], kept: &[Edit]) {
    breaks(rule, Severity::Warning, broken);
    keeps(rule, kept);
}

const TRACE: &str = "    traceable  to national-primary-standard \"国家公斤原器\" certificate \"NIM-2026-M-0117\"\n";
const CLASS_B: Edit = ("class      A\n", "class      B\n");
const FORM: &str = "report  { results within 20 wd of departure   corrections until draft   draft comment 20 wd   late \"记为迟报，不参与参考值\" }";
const SNIM: &str = "    SNIM zh \"陕西省计量科学研究院\"\n";
const NAMES: &str = "SIMT, GDIM, HNIM, SNIM on";

/// Participants L1 to Ln instead of the four of the base text.
fn with_participants(extra: usize) -> String {
    let mut lines = SNIM.to_owned();
    for i in 1..=extra {
        lines.push_str(&format!("    L{i} zh \"实验室{i}\"\n"));
    }
    replaced(&edited(&[CLASS_B]), SNIM, &lines)
}

#[test]
fn the_base_protocol_keeps_every_rule() {
    let compiled = compile("base.bidui", BASE);
    assert!(
        policy_findings(&compiled).is_empty(),
        "{}",
        messages(&compiled)
    );
    assert!(compiled.is_sound(), "{}", messages(&compiled));
}

#[test]
fn the_example_of_the_language_page_has_warnings_of_its_policy_and_no_errors() {
    let compiled = compile("example.bidui", EXAMPLE);
    assert!(compiled.is_sound(), "{}", messages(&compiled));
    let mut rules: Vec<&str> = policy_findings(&compiled)
        .iter()
        .filter_map(|d| d.message.en.split(':').next())
        .collect();
    rules.sort_unstable();
    assert_eq!(
        rules,
        ["R02", "R02", "R03", "R08", "R09", "R10", "R13", "R15"]
    );
}

#[test]
fn r01_the_transfer_standard_must_be_traceable_and_a_foreign_route_justified() {
    let bare = "    traceable  to recognised-cmc \"BIPM\"\n";
    let justified =
        "    traceable  to recognised-cmc \"BIPM\" because \"国内尚无该量的计量基准\"\n";
    error("R01", &[(TRACE, "")], &[]);
    error("R01", &[(TRACE, bare)], &[(TRACE, justified)]);
}

#[test]
fn r02_stability_and_transport_are_tested_before_dispatch() {
    error(
        "R02",
        &[("    before      10 measurements over 60 d\n", "")],
        &[],
    );
    error(
        "R02",
        &[(
            "    test        before-after  limit |change| <= sqrt(2) * U_rep\n",
            "",
        )],
        &[],
    );
}

#[test]
fn r02_the_tests_are_completed_before_the_start() {
    let done = "    done        2026-08-12\n";
    warning("R02", &[(done, "")], &[]);
    warning(
        "R02",
        &[(done, "    done 2026-09-01\n")],
        &[(done, "    done 2026-08-31\n")],
    );
}

#[test]
fn r03_a_national_project_number_has_the_usual_form() {
    warning(
        "R03",
        &[("2026-A-03", "2026-C-03")],
        &[("2026-A-03", "2026-B-03")],
    );
    warning("R03", &[("  number     2026-A-03\n", "")], &[]);
}

#[test]
fn r04_a_national_comparison_takes_eighteen_months_at_most() {
    // From 2026-09-01, 18 months end with 2028-02-29: the reserve is what fills the time to that very day, and one day more.
    let limit = "    limit       12 mo\n";
    let planned = compile("base.bidui", BASE);
    let finish = planned.protocols[0]
        .journey
        .timetable
        .as_ref()
        .unwrap()
        .finish;
    let last = jiff::civil::date(2028, 2, 29);
    let spare = finish.until(last).unwrap().get_days();
    let with = |days: i32| replaced(BASE, limit, &format!("    reserve {days} d\n"));
    let rule = |text: &str| {
        let compiled = compile("reserve.bidui", text);
        let timetable = compiled.protocols[0].journey.timetable.as_ref().unwrap();
        let broken = policy_findings(&compiled).iter().any(|d| names("R04", d));
        (timetable.finish, broken)
    };
    assert_eq!(rule(&with(spare)), (last, false));
    assert_eq!(rule(&with(spare + 1)), (last.tomorrow().unwrap(), true));
}

#[test]
fn r05_class_b_has_ten_participants_at_least() {
    for (extra, broken) in [(5, true), (6, false)] {
        let compiled = compile("class-b.bidui", &with_participants(extra));
        let found = policy_findings(&compiled).iter().any(|d| names("R05", d));
        assert_eq!(
            found,
            broken,
            "{} participants\n{}",
            4 + extra,
            messages(&compiled)
        );
    }
}

#[test]
fn r06_the_same_item_is_not_compared_again_within_five_years() {
    let pilot = "  pilot      NIM\n";
    let since = |date| format!("{pilot}  previous {date}\n");
    for (date, broken) in [("2021-09-02", true), ("2021-09-01", false)] {
        let compiled = compile("previous.bidui", &replaced(BASE, pilot, &since(date)));
        let found = policy_findings(&compiled).iter().any(|d| names("R06", d));
        assert_eq!(found, broken, "{date}\n{}", messages(&compiled));
    }
}

#[test]
fn r07_class_a_is_mandatory_and_free_and_exemptions_have_consent() {
    let class = "  class      A\n";
    error(
        "R07",
        &[(class, "  class A\n  participation voluntary\n")],
        &[(class, "  class A\n  participation mandatory\n")],
    );
    error(
        "R07",
        &[(class, "  class A\n  fee participants\n")],
        &[(class, "  class A\n  fee free\n")],
    );
    error(
        "R07",
        &[(class, "  class A\n  exempt \"某院\" because \"装置搬迁\"\n")],
        &[(
            class,
            "  class A\n  exempt \"某院\" because \"装置搬迁\" consent \"市监计量函〔2026〕1号\"\n",
        )],
    );
}

#[test]
fn r08_the_sections_that_the_notice_names_stand() {
    warning(
        "R08",
        &[("  safety     \"砝码组总质量不足 2 kg，无特别危险。\"\n", "")],
        &[],
    );
    let integrity = "  integrity {";
    let begin = BASE.find(integrity).unwrap();
    let end = begin + BASE[begin..].find("\n  }\n").unwrap() + 5;
    let compiled = compile("integrity.bidui", &BASE.replace(&BASE[begin..end], ""));
    let found = policy_findings(&compiled);
    let hit = found.iter().find(|d| names("R08", d)).unwrap();
    assert_eq!(hit.severity, Severity::Error);
    let begin = BASE.find("  sanctions {").unwrap();
    let end = begin + BASE[begin..].find("\n  }\n").unwrap() + 5;
    let without = BASE.replace(&BASE[begin..end], "");
    let broken = compile("sanctions.bidui", &without);
    assert!(
        policy_findings(&broken).iter().any(|d| names("R08", d)),
        "{}",
        messages(&broken)
    );
    let kept = replaced(
        &without,
        "  safety ",
        "  use-of-results \"作为复查考核的参考\"\n  safety ",
    );
    let kept = compile("use.bidui", &kept);
    assert!(
        !policy_findings(&kept).iter().any(|d| names("R08", d)),
        "{}",
        messages(&kept)
    );
}

#[test]
fn r09_every_participant_agreed_before_the_start() {
    warning("R09", &[(NAMES, "SIMT, GDIM, HNIM on")], &[]);
    warning(
        "R09",
        &[("on 2026-07-20", "on 2026-09-01")],
        &[("on 2026-07-20", "on 2026-08-31")],
    );
}

#[test]
fn r10_experts_reviewed_the_protocol_before_the_start() {
    warning("R10", &[("  experts    \"张工\", \"李工\"\n", "")], &[]);
    warning(
        "R10",
        &[("review     2026-06-10", "review     2026-09-01")],
        &[("review     2026-06-10", "review     2026-08-31")],
    );
}

#[test]
fn r11_the_route_begins_and_ends_with_the_pilot() {
    let petal = "petal       W1 by 2 { stay 10 d   transit 4 d }";
    let open = "route W1: NIM -> SIMT -> GDIM -> HNIM -> SNIM { stay 10 d; transit 4 d }";
    let closed = "route W1: NIM -> SIMT -> GDIM -> HNIM -> SNIM -> NIM { stay 10 d; transit 4 d }";
    warning("R11", &[(petal, open)], &[(petal, closed)]);
}

#[test]
fn r12_the_timetable_can_be_kept_and_transports_take_time() {
    let limit = "    limit       12 mo\n";
    error("R12", &[(limit, "    limit 10 d\n")], &[]);
    warning(
        "R12",
        &[("transit 4 d", "transit 0 d")],
        &[("transit 4 d", "transit 1 d")],
    );
}

#[test]
fn r13_the_denominator_of_en_is_stated_and_takes_the_covariance() {
    warning("R13", &[(" denominator with-covariance", "")], &[]);
    warning(
        "R13",
        &[("denominator with-covariance", "denominator independent")],
        &[],
    );
}

#[test]
fn r14_expanded_uncertainties_come_with_their_coverage_factor() {
    let reported = "report  value, U, k, dof,";
    error(
        "R14",
        &[(reported, "report  value, U, dof,")],
        &[(reported, "report  value, u, dof,")],
    );
}

#[test]
fn r15_a_mean_needs_a_word_on_correlation() {
    let stated = "    correlation uncorrelated\n";
    warning(
        "R15",
        &[(stated, "")],
        &[(stated, "    covariance SIMT GDIM r 0.3\n")],
    );
}

#[test]
fn r16_the_outlier_test_states_its_level_and_its_side() {
    let test = "std.outlier.grubbs alpha 0.05 one-sided";
    error(
        "R16",
        &[(test, "std.outlier.grubbs one-sided")],
        &[(test, "std.outlier.grubbs alpha 0.01 two-sided")],
    );
    error("R16", &[(test, "std.outlier.grubbs alpha 0.05")], &[]);
}

#[test]
fn r18_corrections_late_results_delay_and_damage_are_provided_for() {
    error("R18", &[("late \"记为迟报，不参与参考值\"", "")], &[]);
    error("R18", &[("   delay over 5 d notify pilot", "")], &[]);
    error(
        "R18",
        &[(
            "damage \"停止测量并立即通知主导实验室\"",
            "loss \"停止比对\"",
        )],
        &[],
    );
}

#[test]
fn r18_corrections_until_the_draft_are_the_policy_default() {
    keeps("R18", &[("corrections until draft", "")]);
}

#[test]
fn r21_there_is_a_risk_analysis_with_controls() {
    let risk = "  risk \"砝码表面污染\" likelihood 2 severity 4 control \"每次返回主导实验室复测并目检\"\n";
    error("R21", &[(risk, "")], &[]);
    error(
        "R21",
        &[("control \"每次返回主导实验室复测并目检\"", "control \"\"")],
        &[],
    );
}

#[test]
fn r22_results_are_in_legal_units() {
    let unit = "    unit    mg\n";
    error(
        "R22",
        &[(unit, "    unit    oz\n")],
        &[(unit, "    unit    µg\n")],
    );
}

#[test]
fn r23_regulations_cited_are_in_force_at_the_start() {
    error("R23", &[("市场监管总局令第69号", "质检总局令第107号")], &[]);
    // Before 2023-06-01 it was the other way round.
    let start = ("start       2026-09-01", "start       2023-05-31");
    breaks("R23", Severity::Error, &[start]);
    keeps(
        "R23",
        &[start, ("市场监管总局令第69号", "质检总局令第107号")],
    );
    keeps(
        "R23",
        &[("start       2026-09-01", "start       2023-06-01")],
    );
}

#[test]
fn r23_technical_specifications_are_cited_with_their_year() {
    warning("R23", &[("JJF 1001-2011", "JJF 1001")], &[]);
    warning("R23", &[("JJG 99-2022", "JJG 99")], &[]);
}

#[test]
fn r24_a_measure_against_collusion_is_named() {
    let sealed = "    sealed      until all submitted         // nobody reads a result before the last one is in; the pilot's own goes first\n";
    let flag = "    flag        std.integrity.identical-results, std.integrity.too-close p 0.001, std.integrity.below-cmc\n";
    let blind = ("    blind      yes\n", "    blind      no\n");
    error(
        "R24",
        &[(sealed, ""), (flag, ""), blind],
        &[(sealed, ""), blind],
    );
}

#[test]
fn r25_the_period_for_results_is_the_authors_and_the_others_have_defaults() {
    warning(
        "R25",
        &[("results within 20 wd of departure", "")],
        &[("draft comment 20 wd", "")],
    );
}

#[test]
fn a_default_is_filled_in_only_where_the_protocol_is_silent() {
    let compiled = compile("base.bidui", BASE);
    let protocol = &compiled.protocols[0].protocol;
    let filled: Vec<(&str, &str)> = (protocol.regime.defaults.iter())
        .map(|d| (d.path.as_str(), d.value.as_str()))
        .collect();
    assert_eq!(
        filled,
        [
            ("level", "national"),
            ("participation", "mandatory"),
            ("fee", "free"),
            ("report.draft", "60 wd"),
            ("report.final", "120 wd of end"),
            ("vocabulary", "administrative"),
        ]
    );
    let places = protocol
        .regime
        .defaults
        .iter()
        .map(|d| compiled.sources.get(d.at.file).unwrap().name.as_str());
    assert!(places.into_iter().all(|name| name.starts_with("std/cn/")));
    let silent = replaced(
        BASE,
        FORM,
        "report { results within 5 wd of departure; late \"不收\" }",
    );
    let compiled = compile("silent.bidui", &silent);
    let filled: Vec<&str> = (compiled.protocols[0].protocol.regime.defaults.iter())
        .map(|d| d.path.as_str())
        .collect();
    assert!(
        filled.contains(&"report.comment") && filled.contains(&"report.corrections"),
        "{filled:?}"
    );
    assert!(!filled.contains(&"report.results"));
}

#[test]
fn the_coverage_factor_of_a_score_comes_from_the_policy_when_it_is_not_written() {
    let compiled = compile(
        "k.bidui",
        &edited(&[("En k 2 denominator", "En denominator")]),
    );
    let defaults = &compiled.protocols[0].protocol.regime.defaults;
    let k = defaults
        .iter()
        .find(|d| d.path == "evaluation.score.k")
        .unwrap();
    assert_eq!(k.policy.as_deref(), Some("std.cn.government"));
    assert_eq!(k.value, "2");
}

#[test]
fn a_suspension_does_not_stand_in_a_voluntary_comparison() {
    let voluntary = edited(&[
        (
            "use std.cn.national-2023 as cn",
            "use std.cn.voluntary as cn",
        ),
        CLASS_B,
    ]);
    let compiled = compile("voluntary.bidui", &voluntary);
    let refused: Vec<_> = policy_findings(&compiled)
        .into_iter()
        .filter(|d| d.message.en.contains("participation is mandatory"))
        .collect();
    // To rectify, to suspend and to record.
    assert_eq!(refused.len(), 3, "{}", messages(&compiled));
    assert!(refused.iter().all(|d| d.severity == Severity::Error));
    let mandatory = replaced(&voluntary, "class      B\n", "participation mandatory\n");
    let compiled = compile("mandatory.bidui", &mandatory);
    assert!(
        !messages(&compiled).contains("participation is mandatory"),
        "{}",
        messages(&compiled)
    );
}

#[test]
fn the_three_vocabularies_are_kept_apart() {
    let compiled = compile("base.bidui", BASE);
    let words = &compiled.protocols[0].protocol.regime.vocabularies;
    let said = |kind: &str| words[kind]["unsatisfactory"].zh.clone();
    assert_eq!(said("proficiency"), "不满意");
    assert_eq!(said("administrative"), "不符合规定要求");
    assert!(said("technical").contains("合理的预期"));
}

#[test]
fn every_policy_of_the_library_can_be_followed() {
    let known: Vec<&str> = (bidui::project::standard().items("policy"))
        .map(|(path, _)| path)
        .collect();
    assert_eq!(
        known,
        [
            "std.cipm.key-comparison",
            "std.cn.consequences",
            "std.cn.government",
            "std.cn.local",
            "std.cn.national-2023",
            "std.cn.voluntary",
            "std.iso.iso17043",
        ]
    );
    for (policy, _) in bidui::project::standard().items("policy") {
        let text = replaced(BASE, "policy     cn ", &format!("policy     {policy} "));
        let compiled = compile("any.bidui", &text);
        let strange: Vec<_> = (compiled.diagnostics.iter())
            .filter(|d| d.span().is_some_and(|s| s.file != compiled.file))
            .collect();
        assert!(strange.is_empty(), "{policy}: {strange:?}");
        assert!(
            !compiled.protocols.is_empty(),
            "{policy}\n{}",
            messages(&compiled)
        );
        // What others extend need not answer events itself.
        let regime = &compiled.protocols[0].protocol.regime;
        let bare = policy == "std.cn.consequences";
        assert_eq!(regime.requirements.is_empty(), bare, "{policy}");
    }
}
