//! The chain from a laboratory's verdict back to its result, each link with the line of the protocol that demanded it.
//!
//! What was computed is rounded for people; what was submitted stands as submitted. The outcome has every digit.

use std::fmt::Write;

use super::outcome::{
    AppliedException, Equivalence, LaboratoryResult, Link, MonteCarlo, Outcome, PointOutcome,
    SigmaPt, Sign, Vector,
};
use crate::plan::{Clause, Order};
use crate::text::Lang;
use crate::values::rounding::{digits, pair, shortest, telling};
use crate::words::{method_title, symbol};

/// Explains the verdict on a laboratory; none when the outcome does not know it.
pub fn why(outcome: &Outcome, laboratory: &str, lang: Lang) -> Option<String> {
    let found = outcome
        .laboratories
        .iter()
        .find(|l| l.laboratory == laboratory)?;
    let mut teller = Teller {
        outcome,
        lang,
        out: String::new(),
    };
    let verdict = found.verdict.as_deref().map_or_else(
        || teller.word("未评定", "not judged").to_owned(),
        |v| crate::words::verdict(v, lang, &outcome.wording),
    );
    let heading = format!("{}（{}）：{verdict}", laboratory, found.title.get(lang));
    teller.line(
        0,
        &if lang == Lang::Zh {
            heading
        } else {
            format!("{} ({}): {verdict}", laboratory, found.title.get(lang))
        },
        found.verdict_clause.as_deref(),
    );
    teller.exception(1, found.exception.as_ref());
    for consequence in &found.consequences {
        let due = consequence
            .due
            .map(|d| {
                if lang == Lang::Zh {
                    format!("，截至 {d}")
                } else {
                    format!(", by {d}")
                }
            })
            .unwrap_or_default();
        let text = format!(
            "{}{due}",
            crate::words::order(&consequence.measure.order, lang, &outcome.wording, None)
        );
        teller.line(1, &text, Some(&consequence.measure.clause));
        if let Order::Retest { outcomes, .. } = &consequence.measure.order {
            for (verdict, step) in outcomes {
                let text = format!(
                    "{} → {}",
                    crate::words::verdict(verdict, lang, &outcome.wording),
                    crate::words::order(&step.order, lang, &outcome.wording, None)
                );
                teller.line(2, &text, Some(&step.clause));
            }
        }
    }
    for point in &outcome.points {
        match point.results.iter().find(|r| r.laboratory == laboratory) {
            Some(result) => teller.point(point, result),
            None => {
                let text = teller.word("没有可用的结果", "no usable result").to_owned();
                teller.line(1, &format!("{}: {text}", point.point), None);
            }
        }
    }
    teller.screens(laboratory);
    Some(teller.out)
}

struct Teller<'a> {
    outcome: &'a Outcome,
    lang: Lang,
    out: String,
}

impl Teller<'_> {
    fn word<'w>(&self, zh: &'w str, en: &'w str) -> &'w str {
        self.lang.pick(zh, en)
    }

    fn line(&mut self, depth: usize, text: &str, clause: Option<&str>) {
        let _ = writeln!(self.out, "{}{text}", "  ".repeat(depth));
        let found: Option<&Clause> = clause.and_then(|key| self.outcome.clauses.get(key));
        if let Some(clause) = found {
            let _ = writeln!(
                self.out,
                "{}  ↳ {}:{}: {}",
                "  ".repeat(depth),
                clause.file,
                clause.line,
                clause.text
            );
        }
    }

    /// The exception that gave the verdict above, and the general rule it took the place of.
    fn exception(&mut self, depth: usize, exception: Option<&AppliedException>) {
        let Some(exception) = exception else { return };
        let label = exception.label.get(self.lang);
        let basis = (exception.basis.as_ref()).map(|basis| basis.get(self.lang));
        let named = match (self.lang, basis) {
            (Lang::Zh, Some(basis)) => format!("按例外“{label}”（依据：{basis}）"),
            (Lang::Zh, None) => format!("按例外“{label}”"),
            (Lang::En, Some(basis)) => format!("by the exception “{label}” (basis: {basis})"),
            (Lang::En, None) => format!("by the exception “{label}”"),
        };
        self.line(depth, &named, None);
        if let Some(verdict) = &exception.instead_of {
            let general = self.word("一般规则的结论", "the general rule gives");
            let text = format!(
                "{general} {}",
                crate::words::verdict(verdict, self.lang, &self.outcome.wording)
            );
            self.line(depth, &text, exception.general_clause.as_deref());
        }
    }

    /// What the Monte Carlo check says of a laboratory's D; no verdict depends on it.
    fn monte_carlo(&mut self, check: &MonteCarlo, laboratory: &str, unit: &str) {
        let name = self.word("蒙特卡洛核验", "Monte Carlo check").to_owned();
        let Some(found) = check.laboratories.get(laboratory) else {
            let lang = self.lang;
            let notes: Vec<&str> = check.notes.iter().map(|n| n.get(lang)).collect();
            let text = format!("{name}: {}", notes.join("; "));
            self.line(2, &text, Some(&check.clause));
            return;
        };
        let agreement = crate::words::agreement(found.agreement, self.lang);
        let half = digits(0.5 * (found.high - found.low), 3);
        let (d_low, d_high) = (digits(found.d_low, 2), digits(found.d_high, 2));
        let tolerance = digits(found.tolerance, 1);
        let text = match self.lang {
            Lang::Zh => format!(
                "{name}：抽样 {} 次，D 的区间半宽 {half} {unit}，两端之差 {d_low}、{d_high} {unit}，容差 {tolerance} {unit}：{agreement}",
                check.draws
            ),
            Lang::En => format!(
                "{name}: {} draws, half-width of D {half} {unit}, ends differ by {d_low} and {d_high} {unit}, tolerance {tolerance} {unit}: {agreement}",
                check.draws
            ),
        };
        self.line(2, &text, Some(&check.clause));
    }

    fn deviation(&mut self, e: &Equivalence, unit: &str) {
        let (d, expanded) = pair(e.d, e.expanded);
        let text = format!(
            "D = {d} {unit}, u(D) = {} {unit}, U(D) = {expanded} {unit} (k = {})",
            digits(e.u, 2),
            e.k
        );
        self.line(2, &text, Some(&e.clause));
    }

    /// The link down to the figures that the key comparison published.
    fn link(&mut self, link: &Link, laboratory: &str, unit: &str) {
        let source = link.key.source.as_ref().map_or(String::new(), |source| {
            let source = source.get(self.lang);
            match self.lang {
                Lang::Zh => format!("（{source}）"),
                Lang::En => format!(" ({source})"),
            }
        });
        let (value, u) = pair(link.value, link.u);
        let text = match self.lang {
            Lang::Zh => format!(
                "连接至 {}{source}：R = {value} {unit}，u = {u} {unit}，{}",
                link.key.comparison, link.key.method
            ),
            Lang::En => format!(
                "linked to {}{source}: R = {value} {unit}, u = {u} {unit}, {}",
                link.key.comparison, link.key.method
            ),
        };
        self.line(2, &text, None);
        for linking in &link.laboratories {
            let published = &linking.published;
            let (d, u) = (shortest(published.d), digits(published.u, 2));
            let own = if published.laboratory == laboratory {
                self.word(
                    "，公布的等效度不因连接而改变",
                    "; the link does not change it",
                )
            } else {
                ""
            };
            let (id, share) = (&published.laboratory, digits(linking.share, 3));
            let text = match self.lang {
                Lang::Zh => format!(
                    "{id} 公布的 D = {d} {unit}，u(D) = {u} {unit}，在 R 中的权 {share}{own}"
                ),
                Lang::En => format!(
                    "{id} published D = {d} {unit}, u(D) = {u} {unit}, weight in R {share}{own}"
                ),
            };
            self.line(3, &text, Some(&linking.clause));
        }
        if let Some(c) = &link.consistency {
            let agree = self.word("各连接实验室之间", "between the linking laboratories");
            let text = format!(
                "{agree} χ² = {}, ν = {}, p = {}",
                digits(c.observed, 4),
                c.dof,
                digits(c.p_right, 2)
            );
            self.line(3, &text, None);
        }
        if !link.absent.is_empty() {
            let absent = self.word(
                "没有结果的连接实验室：",
                "linking laboratories without a result: ",
            );
            let text = format!("{absent}{}", link.absent.join(", "));
            self.line(3, &text, None);
        }
    }

    fn point(&mut self, point: &PointOutcome, result: &LaboratoryResult) {
        let unit = &point.unit;
        let (outcome, lang) = (self.outcome, self.lang);
        let verdict = result.verdict.as_deref().map_or_else(
            || self.word("未评定", "not judged").to_owned(),
            |v| crate::words::verdict(v, lang, &outcome.wording),
        );
        self.line(
            1,
            &format!("{}: {verdict}", point.point),
            result.verdict_clause.as_deref(),
        );
        self.exception(2, result.exception.as_ref());
        for (name, score) in &result.scores {
            let form = self.denominator(&score.denominator);
            let limits = outcome.limits.get(name).map_or(&[][..], Vec::as_slice);
            let shown = telling(score.value, limits, |more| digits(score.value, 4 + more));
            let instead = match (&score.instead_of, lang) {
                (Some(ordered), Lang::Zh) => format!("，代替 {}", symbol(ordered)),
                (Some(ordered), Lang::En) => format!(", in the place of {}", symbol(ordered)),
                (None, _) => String::new(),
            };
            self.line(
                2,
                &format!("{} = {shown}{form}{instead}", symbol(name)),
                Some(&score.clause),
            );
        }
        if let Some(sigma) = &point.sigma_pt {
            self.sigma_pt(sigma, unit);
        }
        if let (Some(e), Some(link)) = (&result.linked, &point.link) {
            self.deviation(e, unit);
            self.link(link, &result.laboratory, unit);
        }
        if let Some(e) = &result.equivalence {
            if result.linked.is_some() {
                let own = self.word(
                    "对本比对自身参考值（不用于评定）：",
                    "from the reference value of this comparison, which is not judged:",
                );
                let own = own.to_owned();
                self.line(2, &own, None);
            }
            self.deviation(e, unit);
        }
        if let Some(d) = result.deviation {
            let clause = point.reference.as_ref().map(|r| r.clause.as_str());
            self.line(2, &format!("D = {} {unit}", digits(d, 3)), clause);
        }
        if let Some(e) = &result.leave_one_out {
            let (d, expanded) = pair(e.d, e.expanded);
            let against = self.word(
                "与其余实验室的参考值相比",
                "against the reference value of the others",
            );
            let text = format!(
                "{against} D* = {d} {unit}, U(D*) = {expanded} {unit}, D*/U(D*) = {}",
                digits(e.d / e.expanded, 3)
            );
            self.line(2, &text, Some(&e.clause));
        }
        if let Some(check) = &point.monte_carlo {
            self.monte_carlo(check, &result.laboratory, unit);
        }
        if let Some(r) = &point.reference {
            let taken = if r.took_over {
                self.word(
                    "（因结果不一致改用）",
                    " (took over because the results are inconsistent)",
                )
            } else {
                ""
            };
            let label = self.word("参考值", "reference value");
            let (value, u) = pair(r.value, r.u);
            let text = format!(
                "{label} = {value} {unit}, u = {u} {unit}, {}{taken}",
                method_title(&r.method, lang)
            );
            self.line(2, &text, Some(&r.clause));
            let of_point = |v: &&Vector| v.step == r.step;
            let vector = self.outcome.vectors.iter().find(of_point);
            if let Some(of_all) = vector.and_then(|v| v.differences(&result.laboratory)) {
                let test = of_all.chi_squared;
                let all = self.word(
                    "与其他测量点一并确定；全部差值一并检验",
                    "determined together with the other points; its differences as a whole",
                );
                let (observed, p) = (digits(test.observed, 4), digits(test.p_right, 2));
                let text = format!("{all} χ² = {observed}, ν = {}, p = {p}", test.dof);
                self.line(3, &text, None);
            }
            if let Some(c) = &r.consistency {
                let text = format!(
                    "χ² = {}, ν = {}, p = {} ({} {})",
                    digits(c.observed, 4),
                    c.dof,
                    digits(c.p_right, 2),
                    self.word("显著性水平", "significance"),
                    c.significance
                );
                self.line(3, &text, None);
            }
            for part in &r.contributions {
                let (item, origin) = (
                    crate::schema::table::table().title("contribution", &part.item),
                    part.origin.title(),
                );
                let text = format!(
                    "{} ({}): u = {} {unit}, {}",
                    self.word("传递标准的不确定度", "uncertainty of the transfer standard"),
                    item.get(lang),
                    digits(part.u, 2),
                    origin.get(lang)
                );
                self.line(3, &text, Some(&part.clause));
            }
            let share = match (&result.left_out, result.in_reference) {
                (Some(reason), false) => format!(
                    "{}: {}",
                    self.word("不参与参考值", "no part in the reference value"),
                    reason.get(lang)
                ),
                (_, true) if result.weight != 0.0 => format!(
                    "{} {}",
                    self.word("参与参考值，权重", "part of the reference value, weight"),
                    digits(result.weight, 3)
                ),
                (_, true) => self
                    .word("参与参考值", "part of the reference value")
                    .to_owned(),
                (None, false) => self
                    .word("不参与参考值", "no part in the reference value")
                    .to_owned(),
            };
            self.line(3, &share, None);
        }
        if let Some(d) = &point.drift {
            let treatment = match d.treatment.as_str() {
                "corrected" => self.word("已修正", "corrected"),
                "added" => self.word("计入不确定度", "added to the uncertainty"),
                _ => self.word("满足判据，不作处理", "within the criterion, nothing done"),
            };
            let text = format!(
                "{} {} {unit}, {treatment}",
                self.word("传递标准的变化", "change of the transfer standard"),
                digits(d.change, 2)
            );
            self.line(2, &text, Some(&d.clause));
            if result.correction != 0.0 {
                self.line(
                    3,
                    &format!(
                        "{} {} {unit}",
                        self.word("对结果的修正", "correction of the result"),
                        result.u.map_or(shortest(result.correction), |u| pair(
                            result.correction,
                            u
                        )
                        .0)
                    ),
                    None,
                );
            }
        }
        let label = self.word("提交的结果", "submitted result");
        let stated = result.u.map_or(String::new(), |u| {
            format!(", u = {} {unit} (k = {})", shortest(u), result.k)
        });
        let value = shortest(result.value);
        let text = format!("{label} {value} {unit}{stated} ← {}", result.from);
        let clause = format!("point.{}", point.point);
        self.line(2, &text, Some(&clause));
    }

    /// What the screening tests flag of a laboratory.
    fn screens(&mut self, laboratory: &str) {
        let (outcome, lang) = (self.outcome, self.lang);
        for screen in &outcome.screens {
            let of =
                |sign: &&Sign| sign.flagged && sign.laboratories.iter().any(|l| l == laboratory);
            for sign in screen.signs.iter().filter(of) {
                let others: Vec<&str> = (sign.laboratories.iter().map(String::as_str))
                    .filter(|l| *l != laboratory)
                    .collect();
                let with = match (others.is_empty(), lang) {
                    (true, _) => String::new(),
                    (false, Lang::Zh) => format!("（与 {}）", others.join("、")),
                    (false, Lang::En) => format!(" (with {})", others.join(", ")),
                };
                let label = self.word("供研判，不是结论：", "for people to look at, no verdict: ");
                let name = crate::words::statistic(&sign.statistic, lang);
                let value = digits(sign.value, 3);
                let p = sign
                    .corrected
                    .map_or(String::new(), |p| format!(", p = {}", digits(p, 2)));
                let text = format!("{label}{name}{with} = {value}{p}");
                self.line(1, &text, Some(&screen.clause));
            }
        }
    }

    /// σ_pt with its origin, and how the uncertainty of the assigned value compares with it.
    fn sigma_pt(&mut self, sigma: &SigmaPt, unit: &str) {
        let lang = self.lang;
        let origin = crate::words::sigma_origin(&sigma.origin, unit, lang);
        let bounded = sigma.unbounded.map_or(String::new(), |found| {
            let bounded = self.word("，取限值，原为", ", kept within its bounds, from");
            format!("{bounded} {} {unit}", digits(found, 3))
        });
        let value = digits(sigma.value, 3);
        let text = match lang {
            Lang::Zh => format!("σ_pt = {value} {unit}（{origin}{bounded}）"),
            Lang::En => format!("σ_pt = {value} {unit} ({origin}{bounded})"),
        };
        self.line(3, &text, Some(&sigma.clause));
        let Some(criterion) = &sigma.criterion else {
            return;
        };
        let (ratio, factor) = (digits(criterion.ratio, 2), shortest(criterion.factor));
        let sign = if criterion.negligible { "<" } else { "≥" };
        let colon = self.word("：", ": ");
        let told = crate::words::criterion(criterion.negligible, &criterion.otherwise, lang);
        let text = format!("u(x_pt)/σ_pt = {ratio} {sign} {factor}{colon}{told}");
        self.line(3, &text, Some(&criterion.clause));
    }

    fn denominator(&self, form: &str) -> &'static str {
        match (form, self.lang) {
            ("joint", Lang::Zh) => "（各点共同评定的概率）",
            ("joint", Lang::En) => " (probability over all points together)",
            ("sigma-pt", Lang::Zh) => "（分母为 σ_pt）",
            ("sigma-pt", Lang::En) => " (denominator σ_pt)",
            ("sigma-pt-and-u-ref", Lang::Zh) => "（分母计 σ_pt 与 u(x_pt)）",
            ("sigma-pt-and-u-ref", Lang::En) => " (denominator of σ_pt and u(x_pt))",
            ("as-reported", Lang::Zh) => "（分母取申报的扩展不确定度）",
            ("as-reported", Lang::En) => " (denominator of the uncertainties as reported)",
            ("independent", Lang::Zh) => "（独立形式的分母）",
            ("independent", Lang::En) => " (independent denominator)",
            (_, Lang::Zh) => "（分母计协方差）",
            (_, Lang::En) => " (denominator with covariance)",
        }
    }
}
