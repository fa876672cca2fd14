//! The form of the tests before dispatch: a line for each single measurement that the protocol asks the pilot for.

use std::collections::BTreeSet;

use super::forms::{nominal, unit};
use crate::intake::{Asks, FormField, FormRow, FormSpec};
use crate::plan::{Plan, Pretest, PretestKind};
use crate::text::{Lang, Text};

/// Lines offered before and after a trial transport; one of each is needed.
const TRANSPORT_LINES: u64 = 3;

/// The form that the pilot fills in; none when nothing is to be tested, or all of it is on record.
pub fn pretest_form(plan: &Plan) -> Option<FormSpec> {
    let pilot = plan.pilot()?;
    let tests = crate::run::pretests::outstanding(plan);
    let rows: Vec<FormRow> = tests.iter().flat_map(|test| rows(plan, test)).collect();
    if rows.is_empty() {
        return None;
    }
    Some(FormSpec {
        plan_digest: plan.issued_digest().to_owned(),
        title: plan.content.protocol.title.clone(),
        laboratory: pilot.id.clone(),
        laboratory_name: pilot.title.clone(),
        instructions: instructions(plan),
        fields: vec![
            field("conditions", "环境条件", "environmental conditions"),
            field("operator", "测量人员", "measured by"),
            field("signer", "批准人", "signed by"),
        ],
        rows,
        asks: Asks {
            expanded: tests.iter().any(|test| wants_u_ref(test)),
            standard: false,
            dof: false,
            date: true,
            repeats: 0,
        },
        components: Vec::new(),
        pairs: Vec::new(),
        languages: vec![Lang::Zh, Lang::En],
    })
}

fn field(key: &str, zh: &str, en: &str) -> FormField {
    FormField {
        key: key.to_owned(),
        label: Text::new(zh, en),
    }
}

/// Whether the criterion speaks of the reference value's uncertainty and the protocol does not say what to expect.
fn wants_u_ref(test: &Pretest) -> bool {
    let mut names = BTreeSet::new();
    if let Some(limit) = &test.limit {
        limit.variables(&mut names);
    }
    test.expected.is_none() && (names.contains("U_ref") || names.contains("u_ref"))
}

fn rows(plan: &Plan, test: &Pretest) -> Vec<FormRow> {
    let Some(measurand) = plan.measurand(&test.measurand) else {
        return Vec::new();
    };
    let point = measurand.points.iter().find(|p| p.id == test.point);
    let title = test.kind.title();
    let row = |item: String| FormRow {
        measurand: test.measurand.clone(),
        point: test.point.clone(),
        item: format!("{} {} {} {item}", title.zh, title.en, test.place()),
        nominal: point.map(nominal).unwrap_or_default(),
        unit: unit(measurand),
        resolution: String::new(),
    };
    match test.kind {
        PretestKind::Repeatability => Vec::new(),
        PretestKind::Stability { measurements, .. } => {
            (1..=measurements).map(|n| row(n.to_string())).collect()
        }
        PretestKind::Transport => ["运输前 before", "运输后 after"]
            .into_iter()
            .flat_map(|when| (1..=TRANSPORT_LINES).map(move |n| format!("{when} {n}")))
            .map(row)
            .collect(),
        PretestKind::Homogeneity { units, replicates } => (1..=units)
            .flat_map(|n| (1..=replicates).map(move |r| format!("{n}.{r}")))
            .map(row)
            .collect(),
    }
}

fn instructions(plan: &Plan) -> Vec<Text> {
    let start = plan.content.circulation.start;
    let mut lines = vec![
        Text::new(
            "每行一次单独测量；测量日期必填；没有做的行留空",
            "every line is one single measurement; the date is needed; leave a line empty that was not measured",
        ),
        Text::new(
            format!("全部试验须在启动日期 {start} 之前完成"),
            format!("all tests are completed before the start on {start}"),
        ),
    ];
    let stability = plan
        .content
        .stability
        .as_ref()
        .and_then(|s| s.before.as_ref());
    if let Some((count, over)) = stability {
        lines.push(Text::new(
            format!("稳定性 历时 {over} 以上测量 {count} 次"),
            format!("stability {count} measurements over {over} at least"),
        ));
    }
    let tests = &plan.content.pretests;
    if tests.iter().any(|t| t.kind == PretestKind::Transport) {
        lines.push(Text::new(
            "运输特性 试运输前后各至少测量一次",
            "transport at least one measurement before and one after the trial transport",
        ));
    }
    let drawn = tests
        .iter()
        .any(|t| matches!(t.kind, PretestKind::Homogeneity { .. }));
    if drawn {
        lines.push(Text::new(
            "均匀性 7.2 指第 7 个单元的第 2 次重复；各单元随机排序测量",
            "homogeneity 7.2 is the second replicate on unit 7; measure the units in random order",
        ));
    }
    if tests.iter().any(wants_u_ref) {
        lines.push(Text::new(
            "判据用到 U_ref，方案未写预期值；请在每个测量点至少一行填写主导实验室的 U 和 k",
            "a criterion speaks of U_ref and the protocol does not say what to expect; give the pilot's U and k in one line at least of each point",
        ));
    }
    lines
}
