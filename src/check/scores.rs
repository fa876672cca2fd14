//! Whether every score can be formed, and can say what it is judged for.

use crate::condition::Term;
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::outlier::largest_standardised_deviation;
use crate::evaluate::proficiency;
use crate::evaluate::reference::named;
use crate::model::scores::{SigmaOrigin, SigmaPt};
use crate::model::{Measurand, Protocol, Quantity, Score};
use crate::project;
use crate::source::Span;
use crate::text::Text;

use super::evaluation::{contributors, is_consensus, short};
use super::integrity;

pub(super) fn check(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    ordered_once(protocol, diagnostics);
    sigma_for_every_point(protocol, diagnostics);
    for sigma in &protocol.evaluation.sigma_pt {
        one_origin(sigma, diagnostics);
        fits_the_measurands(protocol, sigma, diagnostics);
    }
    something_to_divide(protocol, diagnostics);
    uncertainties_reported(protocol, diagnostics);
    limit_within_reach(protocol, diagnostics);
    enough_for_the_method(protocol, diagnostics);
    uncertain_assigned_value(protocol, diagnostics);
}

/// Scores that divide by σ_pt.
fn by_sigma(protocol: &Protocol) -> impl Iterator<Item = &Score> {
    let scores = protocol.evaluation.scores.iter();
    scores.filter(|s| matches!(s.name.as_str(), "z" | "z-prime"))
}

fn score<'p>(protocol: &'p Protocol, name: &str) -> Option<&'p Score> {
    protocol.evaluation.scores.iter().find(|s| s.name == name)
}

fn ordered_once(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let scores = &protocol.evaluation.scores;
    for (index, score) in scores.iter().enumerate() {
        let first = scores.iter().take(index).find(|s| s.name == score.name);
        let Some(first) = first else { continue };
        diagnostics.push(
            Diagnostic::new(
                Code::DuplicateName,
                score.at,
                Text::new(
                    format!("评分 `{}` 写了两次", score.name),
                    format!("the score `{}` is ordered twice", score.name),
                ),
            )
            .with_label(
                first.at,
                Text::new("第一次写在这里", "it is ordered here already"),
            )
            .with_help(Text::new(
                "只留一行；判定用的是其中一个，读者无从得知是哪一个",
                "keep one line; verdicts use one of them, and nobody can tell which",
            )),
        );
    }
}

fn sigma_for_every_point(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let sigmas = &protocol.evaluation.sigma_pt;
    if sigmas.iter().any(|s| !s.whole) {
        return;
    }
    let Some(score) = by_sigma(protocol).next() else {
        return;
    };
    for measurand in &protocol.measurands {
        for point in &measurand.points {
            let mut holding = sigmas
                .iter()
                .filter(|s| s.holds_at(&measurand.id, &point.id));
            let (first, second) = (holding.next(), holding.next());
            if first.is_none() {
                diagnostics.push(no_sigma(
                    score,
                    point.at,
                    &point.id,
                    &measurand.unit.to_string(),
                ));
            }
            if let (Some(first), Some(second)) = (first, second) {
                diagnostics.push(
                    Diagnostic::new(
                        Code::ScoringUnclear,
                        second.at,
                        Text::new(
                            format!("测量点 `{}` 有两个能力评定标准差", point.id),
                            format!(
                                "point `{}` has two standard deviations for proficiency assessment",
                                point.id
                            ),
                        ),
                    )
                    .with_label(first.at, Text::new("第一个", "the first one"))
                    .with_help(Text::new(
                        "用 `于` 写明各自用于哪些测量点，或只留一个",
                        "say with `at` for which points each is, or keep one",
                    )),
                );
            }
        }
    }
}

fn no_sigma(score: &Score, at: Span, point: &str, unit: &str) -> Diagnostic {
    let name = &score.name;
    Diagnostic::new(
        Code::SigmaMissing,
        score.at,
        Text::new(
            format!("`{name}` 要除以能力评定标准差，而测量点 `{point}` 没有规定"),
            format!("`{name}` divides by the standard deviation for proficiency assessment, and there is none for point `{point}`"),
        ),
    )
    .with_label(at, Text::new("这个测量点", "this point"))
    .with_help(Text::new(
        format!("写 `能力评定标准差 0.1 {unit}`、`能力评定标准差 占指定值 0.15` 或 `能力评定标准差 按 std.proficiency.algorithm-a`"),
        format!("write `sigma-pt 0.1 {unit}`, `sigma-pt fraction 0.15` or `sigma-pt by std.proficiency.algorithm-a`"),
    ))
}

fn one_origin(sigma: &SigmaPt, diagnostics: &mut Vec<Diagnostic>) {
    if !sigma.whole {
        return;
    }
    match sigma.origins.as_slice() {
        [_] => {}
        [] => diagnostics.push(
            Diagnostic::new(
                Code::ScoringUnclear,
                sigma.at,
                Text::new(
                    "没有写明能力评定标准差的来源",
                    "it is not said where the standard deviation for proficiency assessment comes from",
                ),
            )
            .with_help(Text::new(
                "写出量值，或 `占指定值 …`、`允许偏差 …`、`再现性 … 重复性 …`、`按 …` 之一",
                "write its value, or one of `fraction …`, `limit …`, `reproducibility … repeatability …`, `by …`",
            )),
        ),
        [first, second, ..] => diagnostics.push(
            Diagnostic::new(
                Code::ScoringUnclear,
                second.span,
                Text::new(
                    "能力评定标准差有不止一个来源",
                    "the standard deviation for proficiency assessment has more than one origin",
                ),
            )
            .with_label(first.span, Text::new("第一个来源", "the first origin"))
            .with_help(Text::new("只留一个", "keep one")),
        ),
    }
    let bounds = sigma.floor.as_ref().zip(sigma.ceiling.as_ref());
    let reversed = bounds.filter(|(floor, ceiling)| si(floor) > si(ceiling));
    if let Some((floor, ceiling)) = reversed {
        diagnostics.push(
            Diagnostic::new(
                Code::ValueOutOfRange,
                floor.span,
                Text::new("下限大于上限", "the floor lies above the ceiling"),
            )
            .with_label(ceiling.span, Text::new("上限", "the ceiling"))
            .with_help(Text::new("对调或更正", "exchange or correct them")),
        );
    }
    for origin in &sigma.origins {
        check_origin(origin.span, &origin.value, diagnostics);
    }
}

/// A quantity in coherent SI units.
fn si(quantity: &Quantity) -> f64 {
    quantity.value.unit().factor().apply(quantity.value.value())
}

fn check_origin(at: Span, origin: &SigmaOrigin, diagnostics: &mut Vec<Diagnostic>) {
    match origin {
        SigmaOrigin::Precision {
            reproducibility,
            repeatability,
            ..
        } if si(repeatability) > si(reproducibility) => diagnostics.push(
            Diagnostic::new(
                Code::ValueOutOfRange,
                repeatability.span,
                Text::new(
                    "重复性标准差大于再现性标准差",
                    "the repeatability standard deviation is larger than the reproducibility standard deviation",
                ),
            )
            .with_label(reproducibility.span, Text::new("再现性标准差", "the reproducibility standard deviation"))
            .with_help(Text::new("再现性包含重复性，核对两者", "reproducibility includes repeatability; check the two")),
        ),
        SigmaOrigin::Method(method) if !deviation_methods().any(|name| name == short(&method.path)) => {
            let list: Vec<String> = deviation_methods().map(|name| format!("`std.proficiency.{name}`")).collect();
            let path = &method.path;
            diagnostics.push(
                Diagnostic::new(
                    Code::MethodOutOfPlace,
                    at,
                    Text::new(
                        format!("方法 `{path}` 不给出能力评定标准差"),
                        format!("method `{path}` gives no standard deviation for proficiency assessment"),
                    ),
                )
                .with_help(Text::new(
                    format!("可用的方法：{}", list.join("、")),
                    format!("the methods for it are {}", list.join(", ")),
                )),
            );
        }
        _ => {}
    }
}

/// Methods that give σ_pt: Horwitz' model, and those that take it from the results.
fn deviation_methods() -> impl Iterator<Item = &'static str> {
    std::iter::once("sigma-horwitz").chain(proficiency::NAMES)
}

/// Quantities are of the kind of the results, and Horwitz' model is one of mass fractions.
fn fits_the_measurands(protocol: &Protocol, sigma: &SigmaPt, diagnostics: &mut Vec<Diagnostic>) {
    let held = |m: &&Measurand| m.points.iter().any(|p| sigma.holds_at(&m.id, &p.id));
    for measurand in protocol.measurands.iter().filter(held) {
        let unit = &measurand.unit;
        for quantity in quantities(sigma) {
            if quantity
                .value
                .unit()
                .dimension()
                .same_kind(&unit.dimension())
            {
                continue;
            }
            let (written, id) = (&quantity.value, &measurand.id);
            diagnostics.push(
                Diagnostic::new(
                    Code::UnitMismatch,
                    quantity.span,
                    Text::new(
                        format!("`{written}` 与被测量 `{id}` 的单位 `{unit}` 不是同种量"),
                        format!("`{written}` and the unit `{unit}` of measurand `{id}` are of different kinds"),
                    ),
                )
                .with_label(measurand.at, Text::new("这个被测量", "this measurand"))
                .with_help(Text::new(
                    format!("用 `{unit}` 表示"),
                    format!("state it in `{unit}`"),
                )),
            );
        }
        let model = sigma.origins.iter().find(
            |o| matches!(&o.value, SigmaOrigin::Method(m) if short(&m.path) == "sigma-horwitz"),
        );
        if let Some(origin) = model.filter(|_| measurand.quantity != "mass-fraction") {
            let id = &measurand.id;
            diagnostics.push(
                Diagnostic::new(
                    Code::UnitMismatch,
                    origin.span,
                    Text::new(
                        format!("Horwitz 模型只适用于质量分数，被测量 `{id}` 不是"),
                        format!("Horwitz' model is one of mass fractions, and measurand `{id}` is none"),
                    ),
                )
                .with_label(measurand.at, Text::new("这个被测量", "this measurand"))
                .with_help(Text::new(
                    "改用其他来源；若确为质量分数，写 `: mass-fraction`",
                    "take another origin; where it is a mass fraction, declare it as `: mass-fraction`",
                )),
            );
        }
    }
}

fn quantities(sigma: &SigmaPt) -> Vec<&Quantity> {
    let mut all: Vec<&Quantity> = sigma.floor.iter().chain(&sigma.ceiling).collect();
    for origin in &sigma.origins {
        match &origin.value {
            SigmaOrigin::Stated(q) | SigmaOrigin::Limit(q) => all.push(q),
            SigmaOrigin::Precision {
                reproducibility,
                repeatability,
                ..
            } => all.extend([reproducibility, repeatability]),
            SigmaOrigin::Fraction(_) | SigmaOrigin::Method(_) => {}
        }
    }
    all
}

/// What is ordered for z is of use to a score.
fn something_to_divide(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    let idle = |at: Span, zh: &str, en: &str| {
        Diagnostic::new(Code::ScoringUnclear, at, Text::new(zh, en)).with_help(Text::new(
            "写 `评分 z`，或删除这一行",
            "write `score z`, or remove this line",
        ))
    };
    if by_sigma(protocol).next().is_none() {
        if let Some(sigma) = evaluation.sigma_pt.first() {
            diagnostics.push(idle(
                sigma.at,
                "规定了能力评定标准差，但没有评分用到它",
                "a standard deviation for proficiency assessment is ordered, but no score divides by it",
            ));
        }
        if let Some(criterion) = &evaluation.assigned_uncertainty {
            diagnostics.push(idle(
                criterion.at,
                "规定了指定值不确定度的判据，但没有与之比较的 σ_pt",
                "there is a criterion on the uncertainty of the assigned value, but no σ_pt to compare it with",
            ));
        }
        return;
    }
    let takes_over =
        (evaluation.assigned_uncertainty.as_ref()).filter(|c| c.otherwise == "z-prime");
    let Some(criterion) = takes_over else { return };
    match (score(protocol, "z"), score(protocol, "z-prime")) {
        (None, _) => diagnostics.push(idle(
            criterion.at,
            "`z-prime` 将代替 `z`，但没有规定 `z`",
            "`z-prime` would take the place of `z`, which is not ordered",
        )),
        (Some(_), Some(own)) => diagnostics.push(
            Diagnostic::new(
                Code::ScoringUnclear,
                criterion.at,
                Text::new(
                    "`z-prime` 已单独规定，又要代替 `z`",
                    "`z-prime` is ordered by itself, and is to take the place of `z` as well",
                ),
            )
            .with_label(own.at, Text::new("单独规定在这里", "it is ordered here"))
            .with_help(Text::new(
                "写 `否则 注明`，或删除 `评分 z-prime`",
                "write `otherwise state`, or remove `score z-prime`",
            )),
        ),
        _ => {}
    }
}

/// ζ, E_n and weights need uncertainties, which laboratories give only where they are asked for.
fn uncertainties_reported(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let asked = |m: &Measurand| {
        m.reported.is_empty() || m.reported.iter().any(|r| matches!(r.as_str(), "U" | "u"))
    };
    let Some(measurand) = protocol.measurands.iter().find(|m| !asked(m)) else {
        return;
    };
    let mut needed = |at: Span, what: Text| {
        let id = &measurand.id;
        diagnostics.push(
            Diagnostic::new(
                Code::UncertaintyNotReported,
                at,
                Text::new(
                    format!("{}需要各实验室的不确定度，而被测量 `{id}` 不要求上报", what.zh),
                    format!("{} needs the laboratories' uncertainties, which are not reported for measurand `{id}`", what.en),
                ),
            )
            .with_label(measurand.at, Text::new("这个被测量", "this measurand"))
            .with_help(Text::new(
                format!("在 `{id}` 的 `上报` 中写 `扩展不确定度, 包含因子`"),
                format!("write `U, k` in `report` of `{id}`"),
            )),
        );
    };
    let evaluation = &protocol.evaluation;
    for score in evaluation
        .scores
        .iter()
        .filter(|s| matches!(s.name.as_str(), "En" | "zeta"))
    {
        needed(score.at, Text::same(format!("`{}`", score.name)));
    }
    let reference = &evaluation.reference;
    for method in std::iter::once(&reference.method).chain(&reference.otherwise) {
        let name = short(&method.path);
        let weighs = named::is_of_results(name) && named::needs_uncertainties(name, &method.flags);
        if weighs || name == "pilot-value" {
            needed(method.at, Text::same(format!("`{}`", method.path)));
        }
    }
    if let Some(test) = &reference.consistency {
        needed(test.at, Text::same(format!("`{}`", test.path)));
    }
    let flags = protocol.integrity.iter().flat_map(|i| &i.flags);
    for flag in flags.filter(|flag| integrity::needs_uncertainties(flag)) {
        needed(flag.at, Text::same(format!("`{}`", flag.path)));
    }
    let stability = protocol.stability.as_ref();
    let treated = evaluation
        .drift
        .as_ref()
        .or(stability.and_then(|s| s.otherwise.as_ref()));
    if let Some(action) = treated {
        needed(action.at, Text::new("漂移的处理", "the treatment of drift"));
    }
    let bilateral = evaluation
        .equivalence
        .iter()
        .find(|(kind, _)| kind != "unilateral");
    if let Some((_, at)) = bilateral {
        needed(*at, Text::new("等效度", "a degree of equivalence"));
    }
}

/// With mean and standard deviation of the very results that are scored, |z| cannot exceed (n − 1)/√n, and a limit beyond it fails nobody.
fn limit_within_reach(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    let reference = &evaluation.reference;
    let classical = |path: &str| matches!(short(path), "arithmetic-mean" | "mean-and-deviation");
    let everybody = evaluation.outliers.is_none()
        && reference.only.is_none()
        && reference.without.is_empty()
        && protocol.participants_whole
        && protocol.measurands.iter().all(|m| m.largest.is_empty());
    let of_results = evaluation.sigma_pt.iter().find(|sigma| {
        let origin = |o: &SigmaOrigin| matches!(o, SigmaOrigin::Method(m) if short(&m.path) == "mean-and-deviation");
        sigma.floor.is_none() && sigma.origins.iter().any(|o| origin(&o.value))
    });
    let (Some(sigma), true) = (of_results, classical(&reference.method.path) && everybody) else {
        return;
    };
    let n = contributors(protocol);
    if n < 2 {
        return;
    }
    let ceiling = largest_standardised_deviation(n);
    for rule in &protocol.acceptance.point {
        let Some(when) = &rule.when else { continue };
        let out_of_reach = least_z(&when.term).filter(|limit| *limit > ceiling);
        let Some(limit) = out_of_reach else { continue };
        diagnostics.push(
            Diagnostic::new(
                Code::LimitOutOfReach,
                when.at,
                Text::new(
                    format!("{n} 个结果的 |z| 不超过 {ceiling:.2}，达不到 {limit}：`{}` 永远不会给出", rule.verdict),
                    format!("|z| of {n} results does not exceed {ceiling:.2} and never reaches {limit}: `{}` is never given", rule.verdict),
                ),
            )
            .with_label(sigma.at, Text::new("标准差取自这些结果", "the standard deviation is that of these results"))
            .with_label(reference.at, Text::new("平均值也取自这些结果", "and so is the mean"))
            .with_reason(Text::new(
                "离群的结果同时抬高标准差，因此 |z| ≤ (n − 1)/√n",
                "a result that lies apart raises the standard deviation with it, so that |z| ≤ (n − 1)/√n",
            ))
            .with_help(Text::new(
                "改用稳健方法（如 `std.proficiency.algorithm-a`），或规定 σ_pt",
                "use a robust method such as `std.proficiency.algorithm-a`, or lay σ_pt down",
            )),
        );
    }
}

/// The |z| that a condition demands at least; none when it demands none.
fn least_z(term: &Term) -> Option<f64> {
    use crate::condition::Operator::{And, AtLeast, AtMost, Greater, Less, Or};
    let is_z = |t: &Term| match t {
        Term::Absolute(inner) => matches!(&**inner, Term::Variable(name) if name == "z"),
        Term::Variable(name) => name == "z",
        _ => false,
    };
    match term {
        Term::Binary(And, a, b) => match (least_z(a), least_z(b)) {
            (Some(a), Some(b)) => Some(a.max(b)),
            (one, other) => one.or(other),
        },
        Term::Binary(Or, a, b) => Some(least_z(a)?.min(least_z(b)?)),
        Term::Binary(AtLeast | Greater, left, right) if is_z(left) => match &**right {
            Term::Number(limit, _) => Some(*limit),
            _ => None,
        },
        Term::Binary(AtMost | Less, left, right) if is_z(right) => match &**left {
            Term::Number(limit, _) => Some(*limit),
            _ => None,
        },
        _ => None,
    }
}

/// The library says how many participants a robust method should have, for an assigned value and for σ_pt.
fn enough_for_the_method(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    if !protocol.participants_whole {
        return;
    }
    let n = contributors(protocol);
    let reference = &protocol.evaluation.reference;
    let assigned = std::iter::once(&reference.method).chain(&reference.otherwise);
    let of_sigma = protocol.evaluation.sigma_pt.iter().flat_map(|s| &s.origins);
    let deviations = of_sigma.filter_map(|origin| match &origin.value {
        SigmaOrigin::Method(method) => Some(method),
        _ => None,
    });
    let uses = (assigned.map(|m| (m, "assigned-value"))).chain(deviations.map(|m| (m, "sigma-pt")));
    for (method, purpose) in uses {
        let Some(entry) = project::standard().item("method", &method.path) else {
            continue;
        };
        let advice = (entry.children("recommended")).find(|e| e.name("use") == Some(purpose));
        let Some(advice) = advice else { continue };
        let Some(least) = advice.count("count").filter(|least| (n as u64) < *least) else {
            continue;
        };
        let basis = advice.text("basis").cloned().unwrap_or_default();
        let what = match purpose {
            "sigma-pt" => Text::new(
                "能力评定标准差",
                "a standard deviation for proficiency assessment",
            ),
            _ => Text::new("指定值", "an assigned value"),
        };
        let path = &method.path;
        diagnostics.push(
            Diagnostic::new(
                Code::FewForTheMethod,
                method.at,
                Text::new(
                    format!("由 `{path}` 得出{}宜有约 {least} 个参加者，这里只有 {n} 个", what.zh),
                    format!("`{path}` should have about {least} participants for {}, and has {n} here", what.en),
                ),
            )
            .with_label(protocol.participants_at, Text::new("参比实验室列在这里", "the participants are listed here"))
            .with_reason(basis)
            .with_help(Text::new(
                "规定指定值与 σ_pt，或改用适于少数参加者的 `std.proficiency.few-participants` 并计入 u(x_pt)",
                "lay the assigned value and σ_pt down, or take `std.proficiency.few-participants` and let u(x_pt) count",
            )),
        );
    }
}

/// z′ is z where the assigned value is stated without an uncertainty.
fn uncertain_assigned_value(protocol: &Protocol, diagnostics: &mut Vec<Diagnostic>) {
    let evaluation = &protocol.evaluation;
    let own = score(protocol, "z-prime").map(|s| s.at);
    let criterion = evaluation.assigned_uncertainty.as_ref();
    let instead = criterion.filter(|c| c.otherwise == "z-prime").map(|c| c.at);
    let Some(at) = own.or(instead).filter(|_| !is_consensus(protocol)) else {
        return;
    };
    let certain = evaluation.reference.certified.iter().find(|c| c.u == 0.0);
    if let Some(certified) = certain {
        diagnostics.push(
            Diagnostic::new(
                Code::AssignedValueCertain,
                at,
                Text::new(
                    "z′ 要计入指定值的不确定度，而指定值的不确定度为零",
                    "z′ takes in the uncertainty of the assigned value, which is stated as zero",
                ),
            )
            .with_label(certified.at, Text::new("指定值", "the assigned value"))
            .with_help(Text::new(
                "写出指定值的 U，或改用 `z`",
                "state U of the assigned value, or use `z`",
            )),
        );
    }
}
