//! Words that explanations, reports and documents share: verdicts and measures.

use crate::evaluate::sampling::propagation::Agreement;
use crate::plan::scores::SigmaOrigin;
use crate::plan::{Order, Period, Wording};
use crate::project;
use crate::schema::table;
use crate::text::Lang;
use crate::values::rounding::{decimals, digits, shortest, telling};

/// A verdict or event in the wording that the protocol orders, otherwise in the words of the language; names of the author's own stay as
/// they are.
pub fn verdict(name: &str, lang: Lang, wording: &Wording) -> String {
    if let Some(text) = wording.verdicts.get(name) {
        return text.get(lang).to_owned();
    }
    match table::spelled(&table::VERDICTS, name) {
        Some((_, zh)) if lang == Lang::Zh => zh.to_owned(),
        _ => name.replace('-', " "),
    }
}

/// A word of a closed set of the language (`organizer`, `dissemination`) in the words of `lang`.
pub fn choice(set: &str, name: &str, lang: Lang) -> String {
    table::table().title(set, name).get(lang).to_owned()
}

/// The title of a method of the library by its full name, or that name when the library does not know it.
pub fn method_title(path: &str, lang: Lang) -> String {
    let entry = project::standard().item("method", path);
    let title = entry.and_then(|e| e.child("title")?.text("text"));
    title.map_or_else(|| path.to_owned(), |t| t.get(lang).to_owned())
}

/// The symbol of a score in plain text.
pub fn symbol(score: &str) -> &str {
    match score {
        "En" => "E_n",
        "z-prime" => "z′",
        "zeta" => "ζ",
        other => other,
    }
}

/// A score for people, two decimals, and a joint probability to two digits; more of them where they are needed to show on which side of
/// the limits in the rules it lies.
pub fn score(name: &str, value: f64, limits: &[f64]) -> String {
    if name == "p_joint" {
        return telling(value, limits, |more| digits(value, 2 + more));
    }
    hundredths(value, limits)
}

/// A ratio for people, with as many decimals from the second as show on which side of the limits it lies.
pub fn hundredths(value: f64, limits: &[f64]) -> String {
    telling(value, limits, |more| decimals(value, 2 + more as usize))
}

fn period(period: &Period, lang: Lang) -> String {
    period.title().get(lang).to_owned()
}

/// Where a standard deviation for proficiency assessment comes from; numbers are in `unit`.
pub fn sigma_origin(origin: &SigmaOrigin, unit: &str, lang: Lang) -> String {
    match (origin, lang) {
        (SigmaOrigin::Stated { .. }, Lang::Zh) => "规定值".to_owned(),
        (SigmaOrigin::Stated { .. }, Lang::En) => "laid down".to_owned(),
        (SigmaOrigin::Fraction { fraction }, Lang::Zh) => {
            format!("指定值的 {} 倍", shortest(*fraction))
        }
        (SigmaOrigin::Fraction { fraction }, Lang::En) => {
            format!("{} times the assigned value", shortest(*fraction))
        }
        (SigmaOrigin::Limit { limit }, Lang::Zh) => {
            format!("最大允许偏差 {} {unit} 的三分之一", shortest(*limit))
        }
        (SigmaOrigin::Limit { limit }, Lang::En) => {
            format!(
                "a third of the largest permissible deviation {} {unit}",
                shortest(*limit)
            )
        }
        (
            SigmaOrigin::Precision {
                reproducibility,
                repeatability,
                replicates,
            },
            lang,
        ) => {
            let (big, small) = (shortest(*reproducibility), shortest(*repeatability));
            match lang {
                Lang::Zh => format!(
                    "精密度试验：再现性标准差 {big} {unit}，重复性标准差 {small} {unit}，每个结果为 {replicates} 次的平均"
                ),
                Lang::En => format!(
                    "precision experiment: reproducibility standard deviation {big} {unit}, repeatability standard deviation {small} {unit}, {replicates} replicates in a result"
                ),
            }
        }
        (SigmaOrigin::Model { method, .. }, Lang::Zh) => {
            format!("{}，按指定值计算", method_title(&method.path, lang))
        }
        (SigmaOrigin::Model { method, .. }, Lang::En) => {
            format!("{} at the assigned value", method_title(&method.path, lang))
        }
        (SigmaOrigin::Results { method }, Lang::Zh) => {
            format!("参加者结果的标准偏差，{}", method_title(&method.path, lang))
        }
        (SigmaOrigin::Results { method }, Lang::En) => {
            format!(
                "standard deviation of the participants' results, {}",
                method_title(&method.path, lang)
            )
        }
    }
}

/// What a screening test looks at.
pub fn statistic(name: &str, lang: Lang) -> &str {
    match (name, lang) {
        ("pair-distance", Lang::Zh) => "两实验室结果之间的距离 Σ(Δ/u)²",
        ("pair-distance", Lang::En) => "distance of the two results, Σ(Δ/u)²",
        ("own-distance", Lang::Zh) => "与参考值的距离 Σ(D/u)²",
        ("own-distance", Lang::En) => "distance from the reference value, Σ(D/u)²",
        ("equal-values", Lang::Zh) => "数值相同的测量点个数",
        ("equal-values", Lang::En) => "points with equal numbers",
        ("last-digits", Lang::Zh) => "末位数字的 χ²",
        ("last-digits", Lang::En) => "χ² of the last digits",
        ("order-slope", Lang::Zh) => "偏差大小随测量次序的斜率",
        ("order-slope", Lang::En) => "slope of the size of deviations along the circulation",
        ("neighbours", Lang::Zh) => "相邻实验室偏差的乘积",
        ("neighbours", Lang::En) => "products of neighbouring deviations",
        ("laboratory-before", Lang::Zh) => "与前一实验室过分一致的概率",
        ("laboratory-before", Lang::En) => "agreement with the laboratory before",
        ("U/CMC", Lang::Zh) => "上报的 U 与 CMC 之比",
        ("U/CMC", Lang::En) => "reported U over the CMC",
        ("H", Lang::Zh) => "离散度比 H",
        ("H", Lang::En) => "dispersion ratio H",
        (other, _) => other,
    }
}

/// How strongly a probability speaks against independent honest results.
pub fn evidence(level: &str, lang: Lang) -> &str {
    match (level, lang) {
        ("none", Lang::Zh) => "无",
        ("weak", Lang::Zh) => "弱",
        ("moderate", Lang::Zh) => "中等",
        ("strong", Lang::Zh) => "强",
        (other, _) => other,
    }
}

/// What follows from the uncertainty of the assigned value beside σ_pt.
pub fn criterion(negligible: bool, otherwise: &str, lang: Lang) -> &'static str {
    match (negligible, otherwise, lang) {
        (true, _, Lang::Zh) => "指定值的不确定度可忽略",
        (true, _, Lang::En) => "the uncertainty of the assigned value is negligible",
        (false, "z-prime", Lang::Zh) => "指定值的不确定度不可忽略，以 z′ 代替 z",
        (false, "z-prime", Lang::En) => {
            "the uncertainty of the assigned value is not negligible, and z′ takes the place of z"
        }
        (false, "halt", Lang::Zh) => "指定值的不确定度不可忽略，该测量点不予评定",
        (false, "halt", Lang::En) => {
            "the uncertainty of the assigned value is not negligible, and the point is not judged"
        }
        (false, _, Lang::Zh) => "指定值的不确定度不可忽略",
        (false, _, Lang::En) => "the uncertainty of the assigned value is not negligible",
    }
}

/// A measure as a sentence; `object` is what a suspension concerns.
pub fn order(order: &Order, lang: Lang, wording: &Wording, object: Option<&str>) -> String {
    let zh = lang == Lang::Zh;
    let pick = |zh_text: &'static str, en_text: &'static str| if zh { zh_text } else { en_text };
    match order {
        Order::Rectify { within, evidence } => {
            let within = period(within, lang);
            let evidence = evidence
                .as_ref()
                .filter(|e| !e.is_empty())
                .map(|e| e.get(lang));
            match (zh, evidence) {
                (true, Some(e)) => format!("限期整改：{within}内查明原因并改正，提交{e}"),
                (true, None) => format!("限期整改：{within}内查明原因并改正"),
                (false, Some(e)) => {
                    format!("find and remove the cause within {within}; evidence: {e}")
                }
                (false, None) => format!("find and remove the cause within {within}"),
            }
        }
        Order::Suspend { what, until } => {
            let what = suspended(what, lang, object);
            match (zh, until.as_ref().map(|u| verdict(u, lang, wording))) {
                (true, Some(state)) => format!("暂停{what}，直至补测结论为“{state}”"),
                (true, None) => format!("暂停{what}"),
                (false, Some(state)) => {
                    format!("{what} is suspended until the retest is “{state}”")
                }
                (false, None) => format!("{what} is suspended"),
            }
        }
        Order::Retest { within, outcomes } => {
            let within = period(within, lang);
            let outcomes: Vec<String> = outcomes
                .iter()
                .map(|(verdict, step)| {
                    let verdict = self::verdict(verdict, lang, wording);
                    let step = self::order(&step.order, lang, wording, object);
                    if zh {
                        format!("结论为“{verdict}”的，{step}")
                    } else {
                        format!("if “{verdict}”, {step}")
                    }
                })
                .collect();
            let after = outcomes.join(pick("；", "; "));
            match (zh, after.is_empty()) {
                (true, true) => format!("{within}内补测"),
                (true, false) => format!("{within}内补测，{after}"),
                (false, true) => format!("supplementary test within {within}"),
                (false, false) => format!("supplementary test within {within}: {after}"),
            }
        }
        Order::Refer { to } => {
            let to = choice("authority", to, lang);
            if zh {
                format!("移送{to}处理")
            } else {
                format!("the matter is referred to the {to}")
            }
        }
        Order::Lift { what } => {
            let obligation = what == "obligation";
            match (zh, obligation) {
                (true, true) => "整改完成".to_owned(),
                (true, false) => "解除暂停".to_owned(),
                (false, true) => "the rectification is closed".to_owned(),
                (false, false) => "the suspension is lifted".to_owned(),
            }
        }
        Order::Void { what } => {
            let what = choice("voided", what, lang);
            if zh {
                format!("{what}作废")
            } else {
                format!("the {what} is void")
            }
        }
        Order::Record { what } => {
            let what = choice("recorded", what, lang);
            if zh {
                format!("记录：{what}")
            } else {
                format!("entered into the record: {what}")
            }
        }
        Order::Notify { whom, within } => {
            let whom = choice("authority", whom, lang);
            match (zh, within.as_ref().map(|p| period(p, lang))) {
                (true, Some(p)) => format!("{p}内通知{whom}"),
                (true, None) => format!("通知{whom}"),
                (false, Some(p)) => format!("the {whom} is informed within {p}"),
                (false, None) => format!("the {whom} is informed"),
            }
        }
        Order::Nothing => pick("不作处理", "nothing follows").to_owned(),
    }
}

/// What a suspension concerns: the dissemination of values names its object.
fn suspended(what: &str, lang: Lang, object: Option<&str>) -> String {
    match (lang, what, object) {
        (Lang::Zh, "dissemination", Some(object)) => format!("“{object}”的量值传递"),
        (Lang::En, "dissemination", Some(object)) => {
            format!("the dissemination of values by “{object}”")
        }
        (Lang::En, "dissemination", None) => "the dissemination of values".to_owned(),
        (Lang::En, other, _) => format!("the {}", choice("suspended", other, lang)),
        (Lang::Zh, other, _) => choice("suspended", other, lang),
    }
}

/// Whether the evaluation agrees with its Monte Carlo check.
pub fn agreement(agreement: Agreement, lang: Lang) -> &'static str {
    match (agreement, lang) {
        (Agreement::Agrees, Lang::Zh) => "相符",
        (Agreement::Agrees, Lang::En) => "agrees",
        (Agreement::Differs, Lang::Zh) => "不符",
        (Agreement::Differs, Lang::En) => "differs",
        (Agreement::TooFewDraws, Lang::Zh) => "抽样次数不足，无法判断",
        (Agreement::TooFewDraws, Lang::En) => "too few draws to tell",
    }
}
