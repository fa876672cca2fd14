//! Scores with their formulas, and the standard deviation for proficiency assessment, in words.

use minijinja::Value;

use super::View;
use crate::evaluate::equivalence::Dependence;
use crate::plan::scores::{SigmaOrigin, SigmaPt};
use crate::plan::{Step, Task};
use crate::report::words::{Markup, escape, safe};
use crate::text::Lang;

impl View<'_> {
    /// Each score with the form of its denominator, once.
    pub(super) fn scores(&self) -> Value {
        let mut known: Vec<Markup> = Vec::new();
        for step in &self.plan.content.steps {
            let Task::Score {
                score,
                k,
                denominator,
            } = &step.task
            else {
                continue;
            };
            let text = self.score(score, *k, denominator);
            if !known.contains(&text) {
                known.push(text);
            }
        }
        for text in self.sigma_pt().into_iter().chain(self.criterion()) {
            known.push(text);
        }
        known.into_iter().map(safe).collect()
    }

    /// σ_pt with its origin, and the points that share it.
    fn sigma_pt(&self) -> Vec<Markup> {
        let mut found: Vec<(Markup, Vec<String>)> = Vec::new();
        for step in &self.plan.content.steps {
            let Task::SigmaPt(sigma) = &step.task else {
                continue;
            };
            let measurand = step.measurand.as_deref();
            let unit = measurand
                .and_then(|id| self.plan.measurand(id))
                .map_or("", |m| &m.unit);
            let text = self.sigma(sigma, unit);
            let point = step.point.clone().unwrap_or_default();
            match found.iter_mut().find(|(known, _)| *known == text) {
                Some((_, points)) => points.push(point),
                None => found.push((text, vec![point])),
            }
        }
        let several = found.len() > 1;
        let told = found.into_iter().map(|(text, points)| {
            let at = match (several, self.words.lang) {
                (false, _) => String::new(),
                (true, Lang::Zh) => format!("（{}）", self.words.list(&points)),
                (true, Lang::En) => format!(" ({})", self.words.list(&points)),
            };
            self.words.pick(
                &format!("能力评定标准差 *σ*<sub>pt</sub>{at}：{text}。"),
                &format!("Standard deviation for proficiency assessment *σ*<sub>pt</sub>{at}: {text}."),
            ).to_owned()
        });
        told.collect()
    }

    fn sigma(&self, sigma: &SigmaPt, unit: &str) -> Markup {
        let lang = self.words.lang;
        let value = match sigma.origin {
            SigmaOrigin::Stated { value } => format!(
                "{}{}",
                self.words.amount(value, unit),
                self.words.pick("，", ", ")
            ),
            _ => String::new(),
        };
        let mut text = format!(
            "{value}{}",
            escape(&crate::words::sigma_origin(&sigma.origin, unit, lang))
        );
        for (bound, zh, en) in [
            (sigma.floor, "不小于", "not less than"),
            (sigma.ceiling, "不大于", "not more than"),
        ] {
            if let Some(bound) = bound {
                let bound = self.words.amount(bound, unit);
                text.push_str(
                    self.words
                        .pick(&format!("，{zh} {bound}"), &format!(", {en} {bound}")),
                );
            }
        }
        if let Some(basis) = &sigma.basis {
            let basis = escape(basis.get(lang));
            text.push_str(
                self.words
                    .pick(&format!("（依据：{basis}）"), &format!(" (basis: {basis})")),
            );
        }
        text
    }

    /// When the uncertainty of the assigned value is negligible, and what is done when it is not.
    fn criterion(&self) -> Option<Markup> {
        let criterion = self
            .plan
            .content
            .steps
            .iter()
            .find_map(|step| match &step.task {
                Task::AssignedUncertainty(criterion) => Some(criterion),
                _ => None,
            })?;
        let factor = crate::report::words::number(criterion.factor);
        let (zh, en) = match criterion.otherwise.as_str() {
            "z-prime" => ("以 *z*′ 代替 *z*", "*z*′ takes the place of *z*"),
            "halt" => ("不再评定该测量点", "the point is not judged"),
            _ => ("在报告中注明", "the report says so"),
        };
        Some(self.words.pick(
            &format!("*u*<sub>ref</sub> 小于 {factor} *σ*<sub>pt</sub> 时，指定值的不确定度可忽略；否则{zh}。"),
            &format!("The uncertainty of the assigned value is negligible while *u*<sub>ref</sub> is below {factor} *σ*<sub>pt</sub>; otherwise {en}."),
        ).to_owned())
    }

    /// Whether the reference value is formed of the results, so that they are correlated with it.
    fn is_of_results(&self) -> bool {
        let of_reference = |step: &Step| match &step.task {
            Task::Reference { method, .. } => method.dependence,
            _ => None,
        };
        let dependence = self.plan.content.steps.iter().find_map(of_reference);
        dependence.is_some_and(|d| d != Dependence::Outside)
    }

    /// A score with its formula and what stands in it.
    fn score(&self, score: &str, k: f64, denominator: &str) -> Markup {
        let symbol = self.words.symbol(score);
        let k = crate::report::words::number(k);
        let (zh, en) = match (score, denominator) {
            ("En", "independent") => (
                format!(
                    "归一化偏差：{symbol} = (*x* − *x*<sub>ref</sub>)/√(*U*<sup>2</sup> + *U*<sub>ref</sub><sup>2</sup>)，包含因子 *k* = {k}，分母不计参比实验室与参考值之间的协方差。"
                ),
                format!(
                    "Normalised deviation: {symbol} = (*x* − *x*<sub>ref</sub>)/√(*U*<sup>2</sup> + *U*<sub>ref</sub><sup>2</sup>) with the coverage factor *k* = {k}; the denominator takes no account of the covariance between result and reference value."
                ),
            ),
            ("En", "as-reported") => (
                format!(
                    "归一化偏差：{symbol} = (*x* − *x*<sub>ref</sub>)/√(*U*<sup>2</sup> + *U*<sub>ref</sub><sup>2</sup>)，*U* 为参比实验室申报的扩展不确定度，*U*<sub>ref</sub> = {k} *u*<sub>ref</sub>。"
                ),
                format!(
                    "Normalised deviation: {symbol} = (*x* − *x*<sub>ref</sub>)/√(*U*<sup>2</sup> + *U*<sub>ref</sub><sup>2</sup>) with the expanded uncertainty *U* as the participant states it and *U*<sub>ref</sub> = {k} *u*<sub>ref</sub>."
                ),
            ),
            ("En", "difference") => (
                format!(
                    "归一化偏差：{symbol} = (*x* − *x*<sub>ref</sub>)/√(*U*<sup>2</sup> − *U*<sub>ref</sub><sup>2</sup>)，包含因子 *k* = {k}；各参比实验室均参与加权平均值，与参考值相关。"
                ),
                format!(
                    "Normalised deviation: {symbol} = (*x* − *x*<sub>ref</sub>)/√(*U*<sup>2</sup> − *U*<sub>ref</sub><sup>2</sup>) with the coverage factor *k* = {k}; every participant is part of the weighted mean and correlated with it."
                ),
            ),
            ("En", "propagated") => (
                format!(
                    "归一化偏差：{symbol} = (*x* − *x*<sub>ref</sub>)/*U*(*x* − *x*<sub>ref</sub>)，包含因子 *k* = {k}。*U*(*x* − *x*<sub>ref</sub>) 由各实验室申报的不确定度按其在参考值中的权传播得到，与参考值自身不确定度的来源无关。"
                ),
                format!(
                    "Normalised deviation: {symbol} = (*x* − *x*<sub>ref</sub>)/*U*(*x* − *x*<sub>ref</sub>) with the coverage factor *k* = {k}. *U*(*x* − *x*<sub>ref</sub>) comes from the uncertainties that the laboratories state through their weights in the reference value, wherever the uncertainty of the reference value itself comes from."
                ),
            ),
            ("En", _) => (
                format!(
                    "归一化偏差：{symbol} = (*x* − *x*<sub>ref</sub>)/*U*(*x* − *x*<sub>ref</sub>)，包含因子 *k* = {k}。分母计入参比实验室与参考值之间的协方差：未参与参考值计算的，*U*<sup>2</sup>(*x* − *x*<sub>ref</sub>) = *U*<sup>2</sup> + *U*<sub>ref</sub><sup>2</sup>；参与加权平均值计算的，*U*<sup>2</sup>(*x* − *x*<sub>ref</sub>) = *U*<sup>2</sup> − *U*<sub>ref</sub><sup>2</sup>。"
                ),
                format!(
                    "Normalised deviation: {symbol} = (*x* − *x*<sub>ref</sub>)/*U*(*x* − *x*<sub>ref</sub>) with the coverage factor *k* = {k}. The denominator takes account of the covariance between result and reference value: *U*<sup>2</sup>(*x* − *x*<sub>ref</sub>) = *U*<sup>2</sup> + *U*<sub>ref</sub><sup>2</sup> for a laboratory that has no part in the reference value, and *U*<sup>2</sup> − *U*<sub>ref</sub><sup>2</sup> for one that has a part in a weighted mean."
                ),
            ),
            ("zeta", "with-covariance" | "difference" | "propagated") if self.is_of_results() => (
                format!(
                    "ζ 比分数：{symbol} = (*x* − *x*<sub>ref</sub>)/*u*(*x* − *x*<sub>ref</sub>)，分母计入参比实验室与参考值之间的协方差。"
                ),
                format!(
                    "Zeta score: {symbol} = (*x* − *x*<sub>ref</sub>)/*u*(*x* − *x*<sub>ref</sub>); the denominator takes account of the covariance between result and reference value."
                ),
            ),
            ("zeta", _) => (
                format!(
                    "ζ 比分数：{symbol} = (*x* − *x*<sub>ref</sub>)/√(*u*<sup>2</sup> + *u*<sub>ref</sub><sup>2</sup>)。"
                ),
                format!(
                    "Zeta score: {symbol} = (*x* − *x*<sub>ref</sub>)/√(*u*<sup>2</sup> + *u*<sub>ref</sub><sup>2</sup>)."
                ),
            ),
            ("z", _) => (
                format!(
                    "*z* 比分数：{symbol} = (*x* − *x*<sub>ref</sub>)/*σ*<sub>pt</sub>，能力评定标准差 *σ*<sub>pt</sub>。"
                ),
                format!(
                    "z score: {symbol} = (*x* − *x*<sub>ref</sub>)/*σ*<sub>pt</sub> with the standard deviation for proficiency assessment *σ*<sub>pt</sub>."
                ),
            ),
            ("z-prime", _) => (
                format!(
                    "*z*′ 比分数：{symbol} = (*x* − *x*<sub>ref</sub>)/√(*σ*<sub>pt</sub><sup>2</sup> + *u*<sub>ref</sub><sup>2</sup>)，能力评定标准差 *σ*<sub>pt</sub>。"
                ),
                format!(
                    "z′ score: {symbol} = (*x* − *x*<sub>ref</sub>)/√(*σ*<sub>pt</sub><sup>2</sup> + *u*<sub>ref</sub><sup>2</sup>) with the standard deviation for proficiency assessment *σ*<sub>pt</sub>."
                ),
            ),
            (other, _) => (escape(other), escape(other)),
        };
        self.words.pick(&zh, &en).to_owned()
    }
}
