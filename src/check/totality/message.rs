//! What the proof found, as people read it.

use super::counts::{self, Way};
use super::points::{self, Witness};
use crate::check::ladder::words::verdict;
use crate::condition::Domain;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::VerdictRule;
use crate::source::Span;
use crate::text::Text;

/// What a finding about rules for points says; `at` is the head of the block.
pub(super) fn of_points(rules: &[VerdictRule], at: Span, finding: &points::Finding) -> Diagnostic {
    match finding {
        points::Finding::Gap(witness) => gap(rules, at, &values(witness), extent(witness)),
        points::Finding::Overlap(several, witness) => {
            let together: Vec<&VerdictRule> =
                several.iter().filter_map(|it| rules.get(*it)).collect();
            overlap(&together, at, &values(witness), extent(witness))
        }
        points::Finding::Never(rule) => never(rules, *rule, at),
        points::Finding::Unproven(pair, parts) => {
            let pair = pair.and_then(|(a, b)| Some((rules.get(a)?, rules.get(b)?)));
            unproven(pair, at).with_reason(too_difficult(parts))
        }
    }
}

/// What a finding about rules for laboratories says.
pub(super) fn of_laboratories(
    rules: &[VerdictRule],
    at: Span,
    finding: &counts::Finding,
) -> Diagnostic {
    match finding {
        counts::Finding::Gap(way) if way.len() > 1 => unproven(None, at).with_reason(apart(way)),
        counts::Finding::Gap(way) => gap(rules, at, &fallen(way), None),
        counts::Finding::Overlap(a, b, way) => match (rules.get(*a), rules.get(*b)) {
            (Some(a), Some(b)) if way.len() > 1 => {
                unproven(Some((a, b)), at).with_reason(apart(way))
            }
            (Some(a), Some(b)) => overlap(&[a, b], at, &fallen(way), None),
            _ => unproven(None, at),
        },
        counts::Finding::Never(rule) => never(rules, *rule, at),
        counts::Finding::Unproven => unproven(None, at).with_reason(too_many_ways()),
    }
}

/// Adds the place of a rule.
fn with_place(diagnostic: Diagnostic, rule: &VerdictRule) -> Diagnostic {
    let name = verdict(&rule.verdict);
    diagnostic.with_label(
        rule.at,
        Text::new(
            format!("`{}` 在此", name.zh),
            format!("`{}` stands here", name.en),
        ),
    )
}

fn gap(rules: &[VerdictRule], at: Span, witness: &Text, extent: Option<Text>) -> Diagnostic {
    let mut diagnostic = Diagnostic::new(
        Code::VerdictGap,
        at,
        Text::new(
            format!("{}时得不出任何结论", witness.zh),
            format!("{} meets no verdict", witness.en),
        ),
    )
    .with_help(Text::new(
        "放宽某个结论的条件，或让一个结论取 `其余`",
        "widen the condition of a verdict, or let one verdict take `otherwise`",
    ));
    if let Some(extent) = extent {
        diagnostic = diagnostic.with_reason(Text::new(
            format!("没有规则涵盖 {}", extent.zh),
            format!("no rule covers {}", extent.en),
        ));
    }
    rules.iter().fold(diagnostic, with_place)
}

fn overlap(rules: &[&VerdictRule], at: Span, witness: &Text, extent: Option<Text>) -> Diagnostic {
    let names: Vec<Text> = rules.iter().map(|rule| verdict(&rule.verdict)).collect();
    let quoted = |pick: fn(&Text) -> &String| -> Vec<String> {
        names
            .iter()
            .map(|name| format!("`{}`", pick(name)))
            .collect()
    };
    let en = match quoted(|t| &t.en).as_slice() {
        [first, second] => format!("both {first} and {second}"),
        [first @ .., last] => format!("{} and {last}", first.join(", ")),
        [] => String::new(),
    };
    let place = rules.last().map_or(at, |rule| rule.at);
    let mut diagnostic = Diagnostic::new(
        Code::VerdictsOverlap,
        place,
        Text::new(
            format!("{}时同时满足 {}", witness.zh, quoted(|t| &t.zh).join("、")),
            format!("{} meets {en}", witness.en),
        ),
    )
    .with_help(Text::new(
        "修改条件，使每种情形只满足一个结论",
        "change the conditions so that every outcome meets one verdict only",
    ));
    if let Some(extent) = extent {
        diagnostic = diagnostic.with_reason(Text::new(
            format!("重叠范围：{}", extent.zh),
            format!("they overlap for {}", extent.en),
        ));
    }
    let earlier = rules.split_last().map_or(&[][..], |(_, earlier)| earlier);
    earlier
        .iter()
        .fold(diagnostic, |it, rule| with_place(it, rule))
}

fn never(rules: &[VerdictRule], rule: usize, at: Span) -> Diagnostic {
    let Some(rule) = rules.get(rule) else {
        return unproven(None, at);
    };
    let name = verdict(&rule.verdict);
    let (message, help) = if rule.when.is_some() {
        (
            Text::new(
                format!("`{}` 的条件永远不成立", name.zh),
                format!("the condition for `{}` can never be met", name.en),
            ),
            Text::new(
                "核对数值和比较方向，或删去这条规则",
                "check the numbers and the direction of the comparisons, or remove the rule",
            ),
        )
    } else {
        (
            Text::new(
                format!("其他结论已涵盖所有情形，轮不到 `{}`", name.zh),
                format!("the other verdicts leave nothing for `{}`", name.en),
            ),
            Text::new(
                "删去这条规则，或收窄其他条件",
                "remove the rule, or narrow the other conditions",
            ),
        )
    };
    Diagnostic::new(Code::VerdictNeverGiven, rule.at, message).with_help(help)
}

fn unproven(pair: Option<(&VerdictRule, &VerdictRule)>, at: Span) -> Diagnostic {
    let (place, message) = match pair {
        None => (
            at,
            Text::new(
                "无法证明各结论涵盖所有情形",
                "it cannot be proven that the verdicts cover every outcome",
            ),
        ),
        Some((first, second)) => {
            let (a, b) = (verdict(&first.verdict), verdict(&second.verdict));
            (
                second.at,
                Text::new(
                    format!("无法证明 `{}` 与 `{}` 互不重叠", a.zh, b.zh),
                    format!(
                        "it cannot be proven that `{}` and `{}` exclude each other",
                        a.en, b.en
                    ),
                ),
            )
        }
    };
    let diagnostic = Diagnostic::new(Code::VerdictsUnproven, place, message).with_help(Text::new(
        "用线性比较写条件，或让一个结论取 `其余`",
        "write the conditions as linear comparisons, or let one verdict take `otherwise`",
    ));
    match pair {
        Some((first, _)) => with_place(diagnostic, first),
        None => diagnostic,
    }
}

pub(super) fn too_many_ways() -> Text {
    Text::new(
        "比较中把多个个数合在一起，组合过多，无法逐一检查",
        "comparisons put several numbers together, and there are too many combinations to go through",
    )
}

pub(super) fn too_difficult(parts: &[String]) -> Text {
    if parts.is_empty() {
        return Text::new("条件的情形过多", "the conditions fall into too many cases");
    }
    let parts: Vec<String> = parts.iter().map(|part| format!("`{part}`")).collect();
    Text::new(
        format!("{} 不是线性式", parts.join("、")),
        format!("not linear: {}", parts.join(", ")),
    )
}

/// Verdicts of artefacts come from those of points, which the proof does not follow.
pub(super) fn apart(way: &Way) -> Text {
    let way = fallen(way);
    Text::new(
        format!(
            "证明时把测量点与传递标准的结论视为互不相关；存疑的情形：{}",
            way.zh
        ),
        format!(
            "the proof takes the verdicts of points and of artefacts as independent; in doubt: {}",
            way.en
        ),
    )
}

pub(super) fn values(witness: &Witness) -> Text {
    if witness.values.is_empty() {
        Text::new("任何结果", "every outcome")
    } else {
        Text::new(
            format!("{} ", witness.values.join("、")),
            witness.values.join(", "),
        )
    }
}

pub(super) fn extent(witness: &Witness) -> Option<Text> {
    witness.extent.clone().map(Text::same)
}

/// `2 of 5 points questionable, the others satisfactory`.
pub(super) fn fallen(way: &Way) -> Text {
    let mut parts = (Vec::new(), Vec::new());
    for (domain, number, verdicts) in way {
        let (zh, en) = match (domain, number) {
            (Domain::Points, 1) => ("测量点", "point"),
            (Domain::Points, _) => ("测量点", "points"),
            (Domain::Artefacts, 1) => ("传递标准", "artefact"),
            (Domain::Artefacts, _) => ("传递标准", "artefacts"),
        };
        let mut verdicts = verdicts.clone();
        verdicts.sort_by_key(|(_, count)| *count);
        if let [(only, _)] = verdicts.as_slice() {
            let name = verdict(only);
            let all = if *number == 1 { "the only" } else { "all" };
            parts.0.push(format!("{number} 个{zh}均为 `{}` ", name.zh));
            parts.1.push(format!("{all} {en} `{}`", name.en));
            continue;
        }
        for (position, (one, count)) in verdicts.iter().enumerate() {
            let name = verdict(one);
            if position == 0 {
                parts
                    .0
                    .push(format!("{number} 个{zh}中 {count} 个为 `{}`", name.zh));
                parts
                    .1
                    .push(format!("{count} of {number} {en} `{}`", name.en));
            } else if position + 1 < verdicts.len() {
                parts.0.push(format!("{count} 个为 `{}`", name.zh));
                parts.1.push(format!("{count} `{}`", name.en));
            } else {
                parts.0.push(format!("其余为 `{}` ", name.zh));
                parts.1.push(format!("the others `{}`", name.en));
            }
        }
    }
    if way.is_empty() {
        return Text::new("任何结果", "every outcome");
    }
    Text::new(parts.0.join("、"), parts.1.join(", "))
}
