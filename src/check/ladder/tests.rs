#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]

use super::machine::{Ladder, StateKind};
use super::words::Words;
use super::{in_effect, outline, picture};
use crate::check::fixture;
use crate::compile::{Compiled, compile};
use crate::text::{Lang, Text};

const RULES: &str = "satisfactory when all points satisfactory; unsatisfactory otherwise";

/// What the compiler says of a protocol with these rules for laboratories and these sanctions.
fn compiled(laboratory: &str, sanctions: &str) -> Compiled {
    let point = "satisfactory when |En| <= 1; unsatisfactory otherwise";
    let compiled = compile("t.bidui", &fixture::protocol(point, laboratory, sanctions));
    assert!(!compiled.protocols.is_empty(), "{:?}", compiled.diagnostics);
    compiled
}

/// What is found about consequences, in English.
fn found(laboratory: &str, sanctions: &str) -> Vec<String> {
    let about = ["E0704", "W0705", "E0706", "E0709", "E0710", "W0210"];
    (compiled(laboratory, sanctions).diagnostics.iter())
        .filter(|d| about.contains(&d.code.id()))
        .map(|d| format!("{} {}", d.code.id(), d.message.get(Lang::En)))
        .collect()
}

const LADDER: &str = "on unsatisfactory {
    rectify within 90 d
    suspend dissemination of object until retest satisfactory
    retest within 180 d { satisfactory -> lift suspension
      unsatisfactory -> refer organizer } }";

#[test]
fn a_ladder_that_ends_well_or_with_the_organizer_is_complete() {
    assert_eq!(found(RULES, LADDER), [""; 0]);
    assert_eq!(found(RULES, "on late { record late }"), [""; 0]);
}

#[test]
fn what_is_wrong_with_a_ladder_is_named() {
    for (change, message) in [
        (
            ("unsatisfactory -> refer organizer", ""),
            "E0704 nothing follows when the retest gives `unsatisfactory`",
        ),
        (
            ("satisfactory -> lift suspension", "satisfactory -> nothing"),
            "E0706 the suspension can never be lifted",
        ),
        (
            (
                "unsatisfactory -> refer organizer",
                "unsatisfactory -> record warning",
            ),
            "E0710 after `unsatisfactory` in the retest the suspension stays and nobody decides what is to be done",
        ),
        (
            (
                "unsatisfactory -> refer organizer",
                "unsatisfactory -> refer organizer; questionable -> notify pilot",
            ),
            "W0705 a retest cannot give `questionable`: no rule gives a laboratory that verdict",
        ),
        (
            (
                "unsatisfactory -> refer organizer",
                "unsatisfactory -> refer organizer; satisfactory -> nothing",
            ),
            "E0709 the outcome `satisfactory` of the retest is answered twice",
        ),
        (
            (
                "suspend dissemination of object until retest satisfactory",
                "",
            ),
            "W0210 a suspension is lifted here, but none was ordered",
        ),
        (
            ("until retest satisfactory", "until retest conforming"),
            "E0706 the suspension lasts until a retest is `conforming`, a verdict that no rule gives; it can never be lifted",
        ),
        (
            (
                "on unsatisfactory {",
                "on unsatisfactory { notify pilot }\n on unsatisfactory, late {",
            ),
            "E0709 `unsatisfactory` is answered twice",
        ),
    ] {
        let sanctions = LADDER.replacen(change.0, change.1, 1);
        // `unsatisfactory -> …` holds `satisfactory -> …`, so the first line is changed only where it is meant.
        assert_ne!(sanctions, LADDER);
        let messages = found(RULES, &sanctions);
        assert!(
            messages.iter().any(|m| m == message),
            "{message}: {messages:?}"
        );
    }
}

#[test]
fn a_retest_that_goes_well_lifts_the_suspension_under_every_name() {
    let rules = "satisfactory when all points satisfactory; acceptable when count points satisfactory = 0; unsatisfactory otherwise";
    let sanctions = LADDER.replace(
        "unsatisfactory -> refer organizer",
        "acceptable -> nothing; unsatisfactory -> refer organizer",
    );
    assert_eq!(
        found(rules, &sanctions),
        ["E0706 the suspension stays although the retest is `acceptable`"]
    );
}

#[test]
fn a_policy_whose_ladder_does_not_fit_the_verdicts_is_reported_at_the_rule() {
    let rules = "acceptable when all points satisfactory; unacceptable otherwise";
    let messages = found(rules, "on late { record late }");
    assert_eq!(messages.len(), 2, "{messages:?}");
    assert!(messages.iter().any(|m| m.starts_with("E0706")));
    assert!(messages.iter().any(|m| m.starts_with("E0704")));
    let own = LADDER
        .replace("unsatisfactory", "unacceptable")
        .replace("satisfactory", "acceptable");
    assert_eq!(found(rules, &own), [""; 0]);
}

#[test]
fn every_state_has_one_way_in_and_every_way_ends() {
    let compiled = compiled(RULES, LADDER);
    for consequence in in_effect(&compiled.protocols[0].protocol) {
        let ladder = Ladder::of(&consequence, &Words::new());
        for (index, state) in ladder.states.iter().enumerate() {
            let ways_in = ladder.moves.iter().filter(|it| it.to == index).count();
            assert_eq!(ways_in, usize::from(index > 0));
            let ways_out = ladder.next(index).count();
            assert_eq!(ways_out == 0, state.kind == StateKind::End);
            assert!(ladder.next(index).all(|it| it.to > index));
        }
    }
}

#[test]
fn the_outline_indents_what_follows_from_a_retest() {
    let compiled = compiled(RULES, LADDER);
    let consequences = in_effect(&compiled.protocols[0].protocol);
    let words = Words::from([("satisfactory".to_owned(), Text::same("合格"))]);
    let text = outline::outline(&consequences, &words, Lang::Zh);
    let retest = text.find("\n    → 补测").unwrap();
    let lifted = text.find("\n      → 合格：解除").unwrap();
    assert!(retest < lifted, "{text}");
}

#[test]
fn both_pictures_tell_the_ladder_in_the_language_asked_for() {
    let compiled = compiled(RULES, LADDER);
    let consequences = in_effect(&compiled.protocols[0].protocol);
    for (lang, words, unwanted) in [
        (
            Lang::Zh,
            ["不满意", "暂停量值传递", "直至补测满意", "移送组织者"],
            "不可接受",
        ),
        (
            Lang::En,
            [
                "unsatisfactory",
                "suspend dissemination",
                "until the retest is satisfactory",
                "refer to organizer",
            ],
            "unacceptable",
        ),
    ] {
        let svg = picture::svg(&consequences, &Words::new(), lang);
        let mermaid = picture::mermaid(&consequences, &Words::new(), lang);
        for word in words {
            assert!(svg.contains(word) && mermaid.contains(word), "{word}");
        }
        assert!(roxmltree::Document::parse(&svg).is_ok());
        assert!(mermaid.starts_with("stateDiagram-v2\n"));
        // The policy answers what the protocol leaves, and nothing that cannot happen.
        assert!(!svg.contains(unwanted) && !mermaid.contains(unwanted));
    }
}
