//! Whether every screening test finds what it looks at.

use super::evaluation::short;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::scores::SigmaOrigin;
use crate::model::{Method, Protocol, Way};
use crate::text::Text;

/// Methods that screen submitted results.
const SCREENS: [&str; 6] = [
    "below-cmc",
    "circulation-order-effects",
    "dispersion-ratio",
    "identical-results",
    "integrity-screen",
    "too-close",
];
/// Fewest laboratories of which an order or a scatter can be seen.
const LEAST: usize = 4;

/// Whether a screening test compares with the uncertainties that laboratories state.
pub(super) fn needs_uncertainties(method: &Method) -> bool {
    !matches!(
        short(&method.path),
        "identical-results" | "dispersion-ratio"
    )
}

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let Some(integrity) = &protocol.integrity else {
        return;
    };
    for flag in &integrity.flags {
        diagnostics.extend(fault(protocol, flag));
    }
}

fn fault(protocol: &Protocol, flag: &Method) -> Option<Diagnostic> {
    let path = &flag.path;
    let name = short(path);
    let n = protocol.participants.len();
    let refused = |code: Code, zh: &str, en: &str, help_zh: &str, help_en: &str| {
        let message = Text::new(format!("`{path}`：{zh}"), format!("`{path}`: {en}"));
        Diagnostic::new(code, flag.at, message).with_help(Text::new(help_zh, help_en))
    };
    if !SCREENS.contains(&name) {
        let list: Vec<String> = SCREENS
            .iter()
            .map(|s| format!("`std.integrity.{s}`"))
            .collect();
        return Some(refused(
            Code::MethodOutOfPlace,
            "不能用于筛查上报的结果：所需数据不在结果表中",
            "does not screen what laboratories report: the form does not have the data it needs",
            &format!("可用的方法：{}", list.join("、")),
            &format!("the methods for it are {}", list.join(", ")),
        ));
    }
    let few = matches!(name, "circulation-order-effects" | "dispersion-ratio")
        && protocol.participants_whole
        && n < LEAST;
    if few {
        let finding = refused(
            Code::TooFewResults,
            &format!("至少需要 {LEAST} 个参比实验室，这里有 {n} 个"),
            &format!("needs {LEAST} participants, and there are {n}"),
            "删除该筛查",
            "remove the screen",
        );
        let listed = Text::new("参比实验室列在这里", "the participants are listed here");
        return Some(finding.with_label(protocol.participants_at, listed));
    }
    match name {
        "below-cmc" => no_capability(protocol, &refused),
        "circulation-order-effects" => {
            let mut ways = protocol.circulation.patterns.iter();
            let parallel = ways.find(|way| way.kind == Way::Parallel)?;
            let finding = refused(
                Code::MethodOutOfPlace,
                "平行分发的样品没有先后次序",
                "samples sent in parallel have no order",
                "删除该筛查",
                "remove the screen",
            );
            Some(finding.with_label(parallel.at, Text::new("平行分发", "sent in parallel")))
        }
        "dispersion-ratio" => no_model(protocol, &refused),
        _ => None,
    }
}

type Refusal<'r> = dyn Fn(Code, &str, &str, &str, &str) -> Diagnostic + 'r;

fn no_capability(protocol: &Protocol, refused: &Refusal) -> Option<Diagnostic> {
    let integrity = protocol.integrity.as_ref()?;
    integrity.capabilities.is_empty().then(|| {
        refused(
            Code::CapabilityUnknown,
            "没有写明任何实验室的校准测量能力，筛查将无从进行",
            "the calibration and measurement capability of no laboratory is declared, so that nothing will be screened",
            "在 `诚信` 中写 `校准测量能力 SIMT U 0.05 mg`",
            "write `cmc SIMT U 0.05 mg` in `integrity`",
        )
    })
}

fn no_model(protocol: &Protocol, refused: &Refusal) -> Option<Diagnostic> {
    let mut origins = protocol.evaluation.sigma_pt.iter().flat_map(|s| &s.origins);
    let of_results = |origin: &SigmaOrigin| match origin {
        SigmaOrigin::Method(method) => short(&method.path) != "sigma-horwitz",
        _ => false,
    };
    let model = origins.any(|origin| !of_results(&origin.value));
    (!model).then(|| {
        refused(
            Code::MethodOutOfPlace,
            "要与不取自结果的能力评定标准差比较，而方案没有规定",
            "compares with a standard deviation for proficiency assessment that does not come from the results, and there is none",
            "写 `能力评定标准差 …`，或删除该筛查",
            "write `sigma-pt …`, or remove the screen",
        )
    })
}
