//! Conditions in the words and signs of a document, with a legend of the quantities in them.

use std::collections::BTreeSet;

use minijinja::{Value, context};

use super::words::{Markup, Words, escape, safe};
use crate::condition::{Domain, Function, Operator, Quantifier, Term};
use crate::plan::{Rule, Rules};
use crate::text::Lang;

impl Words<'_> {
    /// A condition as a document writes it.
    pub fn rule(self, term: &Term) -> Markup {
        self.write(term, 0)
    }

    fn write(self, term: &Term, outer: u8) -> Markup {
        match term {
            Term::Number(_, written) => escape(&written.replace('-', "−")),
            Term::Variable(name) => self.symbol(name),
            Term::Absolute(inner) => format!("\\|{}\\|", self.write(inner, 0)),
            Term::Negative(inner) => format!("−{}", self.write(inner, 9)),
            Term::Not(inner) => format!("{}（{}）", self.pick("非", "not "), self.write(inner, 0))
                .replace('（', self.pick("（", "("))
                .replace('）', self.pick("）", ")")),
            Term::Binary(operator, left, right) => self.binary(*operator, left, right, outer),
            Term::Call(function, arguments) => self.call(*function, arguments),
            Term::Quantified(quantifier, domain, verdict) => {
                self.quantified(*quantifier, *domain, &self.verdict(verdict))
            }
            // Facts of a protocol stand in policies, whose conditions are shown as written.
            Term::Holds(_) | Term::Has(_) | Term::Is(..) | Term::Lasts(..) => {
                escape(&term.to_string())
            }
        }
    }

    fn binary(self, operator: Operator, left: &Term, right: &Term, outer: u8) -> Markup {
        let own = operator.precedence();
        let left = self.write(left, own);
        if operator == Operator::Power {
            return format!("{left}<sup>{}</sup>", self.write(right, own));
        }
        // Subtraction and division do not commute: what stands behind them in their own rank needs its brackets.
        let right = self.write(right, own + 1);
        let sign = match operator {
            Operator::Or => self.pick("，或 ", " or "),
            Operator::And => self.pick("，且 ", " and "),
            Operator::Less => " \\< ",
            Operator::AtMost => " ≤ ",
            Operator::Greater => " \\> ",
            Operator::AtLeast => " ≥ ",
            Operator::Equal => " = ",
            Operator::NotEqual => " ≠ ",
            Operator::Plus => " + ",
            Operator::Minus => " − ",
            Operator::Times => " × ",
            Operator::Over | Operator::Power => "/",
        };
        let whole = format!("{left}{sign}{right}");
        if own < outer {
            format!("({whole})")
        } else {
            whole
        }
    }

    fn call(self, function: Function, arguments: &[Term]) -> Markup {
        let inside: Vec<Markup> = arguments.iter().map(|a| self.write(a, 0)).collect();
        match function {
            Function::SquareRoot => match arguments {
                [Term::Number(..) | Term::Variable(_)] => format!("√{}", inside.concat()),
                _ => format!("√({})", inside.join(", ")),
            },
            Function::Min | Function::Max => format!("{}({})", function.name(), inside.join(", ")),
        }
    }

    fn quantified(self, quantifier: Quantifier, domain: Domain, verdict: &str) -> Markup {
        let verdict = escape(verdict);
        let what = match domain {
            Domain::Points => self.pick("测量点", "points"),
            Domain::Artefacts => self.pick("传递标准", "transfer standards"),
        };
        match (self.lang, quantifier) {
            (Lang::Zh, Quantifier::All) => format!("全部{what}均为“{verdict}”"),
            (Lang::En, Quantifier::All) => format!("all {what} are “{verdict}”"),
            (Lang::Zh, Quantifier::Any) => format!("至少一个{what}为“{verdict}”"),
            (Lang::En, Quantifier::Any) => format!("at least one of the {what} is “{verdict}”"),
            (Lang::Zh, Quantifier::Count) => format!("“{verdict}”的{what}个数"),
            (Lang::En, Quantifier::Count) => format!("the number of {what} that are “{verdict}”"),
            (Lang::Zh, Quantifier::Share) => format!("“{verdict}”的{what}所占比例"),
            (Lang::En, Quantifier::Share) => format!("the share of {what} that are “{verdict}”"),
        }
    }

    /// The symbol of a quantity that conditions speak of.
    pub fn symbol(self, name: &str) -> Markup {
        let symbol = match name {
            "En" => "*E*<sub>n</sub>",
            "z" => "*z*",
            "z-prime" => "*z*′",
            "zeta" => "*ζ*",
            "p_joint" => "*p*<sub>joint</sub>",
            "D" => "*D*",
            "U_D" => "*U*(*D*)",
            "U" => "*U*",
            "u" => "*u*",
            "t" => "*t*",
            "U_ref" => "*U*<sub>ref</sub>",
            "u_ref" => "*u*<sub>ref</sub>",
            "U_rep" => "*U*<sub>rep</sub>",
            "u_rep" => "*u*<sub>rep</sub>",
            "drift" => "*δ*",
            "u_drift" => "*u*(*δ*)",
            "change" => "*Δ*",
            "s_bb" => "*s*<sub>bb</sub>",
            "u_bb" => "*u*<sub>bb</sub>",
            "s_r" => "*s*<sub>r</sub>",
            "mean" => "*x̄*",
            "sigma" => "*σ*<sub>pt</sub>",
            "F" => "*F*",
            "F_critical" => "*F*<sub>crit</sub>",
            other => return escape(other),
        };
        symbol.to_owned()
    }

    /// Verdicts with their conditions, as a table of a template takes them.
    pub fn verdict_rules(self, rules: &[Rule]) -> Value {
        rules.iter().map(|rule| self.verdict_rule(rule)).collect()
    }

    fn verdict_rule(self, rule: &Rule) -> Value {
        let exception = rule.exception.as_ref().map(|exception| {
            let label = escape(exception.label.get(self.lang));
            let basis = (exception.basis.as_ref()).map(|b| escape(b.get(self.lang)));
            let begin = self.pick("例外：", "exception: ");
            let end = self.pick("；依据：", "; basis: ");
            let basis = basis.map_or_else(String::new, |basis| format!("{end}{basis}"));
            safe(format!("{begin}{label}{basis}"))
        });
        let condition = rule.when.as_ref().map_or_else(
            || self.pick("其余情形", "in all other cases").to_owned(),
            |term| self.rule(term),
        );
        context! { exception, verdict => self.verdict(&rule.verdict), when => safe(condition) }
    }

    /// What the symbols in the conditions of `rules` mean, each once.
    pub fn rules_legend(self, rules: &Rules) -> Value {
        let mut legend: Vec<Markup> = Vec::new();
        for line in rules.conditions().flat_map(|term| self.legend(term)) {
            if !legend.contains(&line) {
                legend.push(line);
            }
        }
        legend.into_iter().map(safe).collect()
    }

    /// What the symbols in a condition mean, in the order of their names; those of the scores are explained where the scores are.
    pub fn legend(self, term: &Term) -> Vec<Markup> {
        let mut names = BTreeSet::new();
        term.variables(&mut names);
        let explained = |name: &String| {
            let (zh, en) = match name.as_str() {
                "D" => (
                    "测得值与参考值之差",
                    "difference of the measured value from the reference value",
                ),
                "U_D" => (
                    "该差值的扩展不确定度",
                    "expanded uncertainty of that difference",
                ),
                "U" => (
                    "参比实验室的扩展不确定度",
                    "expanded uncertainty of the participant",
                ),
                "u" => (
                    "参比实验室的标准不确定度",
                    "standard uncertainty of the participant",
                ),
                "t" => ("检验统计量", "test statistic"),
                "U_ref" => (
                    "参考值的扩展不确定度",
                    "expanded uncertainty of the reference value",
                ),
                "u_ref" => (
                    "参考值的标准不确定度",
                    "standard uncertainty of the reference value",
                ),
                "U_rep" => (
                    "主导实验室测量重复性引入的扩展不确定度",
                    "expanded uncertainty from the repeatability of the pilot's measurement",
                ),
                "u_rep" => (
                    "主导实验室测量重复性引入的标准不确定度",
                    "standard uncertainty from the repeatability of the pilot's measurement",
                ),
                "drift" => (
                    "传递期间传递标准的漂移量",
                    "drift of the transfer standard over the circulation",
                ),
                "u_drift" => ("漂移量的标准不确定度", "standard uncertainty of the drift"),
                "change" => (
                    "运输前后测得值之差",
                    "change between the measurements before and after",
                ),
                "s_bb" => ("单元间标准偏差", "standard deviation between units"),
                "u_bb" => (
                    "不均匀性引入的标准不确定度",
                    "standard uncertainty from inhomogeneity",
                ),
                "s_r" => (
                    "均匀性试验的重复性标准偏差",
                    "standard deviation of repeatability of the homogeneity test",
                ),
                "mean" => ("总平均值", "general average"),
                "sigma" => (
                    "能力评定标准差",
                    "standard deviation for proficiency assessment",
                ),
                "F" => ("方差分析的统计量", "statistic of the analysis of variance"),
                "F_critical" => ("其临界值", "its critical value"),
                _ => return None,
            };
            Some(format!(
                "{}{}{}",
                self.symbol(name),
                self.pick("——", " is the "),
                self.pick(zh, en)
            ))
        };
        names.iter().filter_map(explained).collect()
    }
}

#[cfg(test)]
mod tests {
    #![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic)]
    use super::*;
    use crate::plan::Wording;

    const ZH: Words = Words {
        lang: Lang::Zh,
        wording: &Wording::PLAIN,
    };
    const EN: Words = Words {
        lang: Lang::En,
        wording: &Wording::PLAIN,
    };

    fn number(value: f64) -> Box<Term> {
        Box::new(Term::Number(value, value.to_string()))
    }

    fn variable(name: &str) -> Box<Term> {
        Box::new(Term::Variable(name.to_owned()))
    }

    #[test]
    fn a_limit_is_written_with_the_signs_of_the_trade() {
        let term = Term::Binary(
            Operator::AtMost,
            Box::new(Term::Absolute(variable("En"))),
            number(1.0),
        );
        assert_eq!(ZH.rule(&term), "\\|*E*<sub>n</sub>\\| ≤ 1");
    }

    #[test]
    fn what_is_subtracted_keeps_its_brackets() {
        let inner = Term::Binary(Operator::Minus, number(2.0), number(3.0));
        let term = Term::Binary(Operator::Minus, number(1.0), Box::new(inner));
        assert_eq!(ZH.rule(&term), "1 − (2 − 3)");
        let inner = Term::Binary(Operator::Minus, number(1.0), number(2.0));
        let term = Term::Binary(Operator::Minus, Box::new(inner), number(3.0));
        assert_eq!(ZH.rule(&term), "1 − 2 − 3");
    }

    #[test]
    fn a_quantifier_is_a_sentence_in_both_languages() {
        let term = Term::Quantified(Quantifier::All, Domain::Points, "satisfactory".to_owned());
        assert_eq!(ZH.rule(&term), "全部测量点均为“满意”");
        assert_eq!(EN.rule(&term), "all points are “satisfactory”");
    }

    #[test]
    fn the_legend_explains_each_quantity_once() {
        let term = Term::Binary(Operator::AtMost, variable("drift"), variable("U_ref"));
        let legend = ZH.legend(&term);
        assert_eq!(legend.len(), 2);
        assert!(legend.concat().contains("参考值的扩展不确定度"));
    }
}
