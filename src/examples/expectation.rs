//! What a test expects, checked against what its protocol can give.

use std::collections::BTreeSet;

use super::resolve::Reading;
use super::{Expectation, Expected, Number};
use crate::diagnostic::Code;
use crate::model::rules::Consequence;
use crate::model::{Measurand, Resolver, VerdictRule};
use crate::schema::{Amount, Entry};
use crate::source::Span;
use crate::text::{Lang, Text, listed};
use crate::values::unit::Unit;

const SCORES: [&str; 4] = ["En", "z", "zeta", "z-prime"];

impl<'a> Reading<'a> {
    /// The expectations of one statement.
    pub(super) fn expected(&mut self, entry: &Entry) -> Vec<Expectation> {
        let Some(subject) = Resolver::spanned(entry, "subject") else {
            return Vec::new();
        };
        let laboratory = if subject.value == "reference" {
            None
        } else {
            match self.laboratory(&subject) {
                Some(id) => Some(id),
                None => return Vec::new(),
            }
        };
        let found = self.number_slots(entry).len()
            + usize::from(entry.has("verdict"))
            + usize::from(entry.has("consequence"));
        if found == 0 {
            self.report(
                Code::TestIncomplete,
                entry.span,
                Text::new("没有写明应得什么", "it is not said what is expected"),
                Text::new(
                    "写 `结论 满意`、`En 0.32 ± 0.01`、`D 0.02 mg ± 0.001 mg` 或 `处理 暂停`",
                    "write `verdict satisfactory`, `En 0.32 ± 0.01`, `D 0.02 mg ± 0.001 mg` or `consequence suspend`",
                ),
            );
        }
        let mut expected = Vec::new();
        let numbers = self.numbers(entry, laboratory.as_deref());
        expected.extend(numbers.into_iter().map(Expected::Number));
        expected.extend(self.verdict(entry, laboratory.as_deref()));
        expected.extend(self.measures(entry, laboratory.as_deref()));
        let at = entry.span;
        expected
            .into_iter()
            .map(|what| Expectation { what, at })
            .collect()
    }

    /// The arguments that state a number.
    fn number_slots(&self, entry: &Entry) -> Vec<&'static str> {
        ["value", "D", "U"]
            .into_iter()
            .chain(SCORES)
            .filter(|slot| entry.one(slot).is_some())
            .collect()
    }

    /// Reports a verdict or a consequence of the reference value, which has neither.
    fn of_laboratory(&mut self, laboratory: Option<&str>, at: Span) -> Option<String> {
        if laboratory.is_none() {
            self.report(
                Code::ExpectationImpossible,
                at,
                Text::new(
                    "结论、评分和处理都是对实验室的，参考值没有",
                    "verdicts, scores and consequences concern laboratories, not the reference value",
                ),
                Text::new("写明实验室", "name a laboratory"),
            );
        }
        laboratory.map(str::to_owned)
    }

    /// The numbers of one statement; a tolerance is behind a single one, so that it is clear to which it belongs.
    fn numbers(&mut self, entry: &Entry, laboratory: Option<&str>) -> Vec<Number> {
        let slots = self.number_slots(entry);
        if let Some(tolerance) = entry.one("tolerance").filter(|_| slots.len() != 1) {
            let at = tolerance.span;
            self.report(
                Code::TestIncomplete,
                at,
                Text::new(
                    "不清楚允差属于哪个数值",
                    "it is not clear to which number the tolerance belongs",
                ),
                Text::new(
                    "带允差的数值另写一条 `应得`",
                    "give a number with a tolerance an `expect` of its own",
                ),
            );
            return Vec::new();
        }
        slots
            .into_iter()
            .filter_map(|slot| self.number(entry, slot, laboratory))
            .collect()
    }

    fn number(&mut self, entry: &Entry, slot: &str, laboratory: Option<&str>) -> Option<Number> {
        let argument = entry.amount(slot)?.clone();
        match (slot, laboratory) {
            ("value", None) => {}
            ("value", Some(_)) => {
                self.report(
                    Code::TestIncomplete,
                    argument.span,
                    Text::new(
                        "没有写明这是哪个量",
                        "it is not said which quantity this is",
                    ),
                    Text::new(
                        "在数值前写 `En`、`D` 或 `U`",
                        "write `En`, `D` or `U` in front of the number",
                    ),
                );
                return None;
            }
            _ => {
                self.of_laboratory(laboratory, argument.span)?;
            }
        }
        let (measurand, point) = self.one_point(entry)?;
        let is_score = SCORES.contains(&slot);
        if is_score && !self.is_computed(slot, argument.span) {
            return None;
        }
        let unit = if is_score {
            Unit::one()
        } else {
            measurand.unit.clone()
        };
        let value = self.value_of(&argument, &unit, slot == "value")?;
        let tolerance = match entry.amount("tolerance").cloned() {
            Some(amount) => {
                let tolerance = self.resolver.in_unit(&amount, &unit)?;
                self.is_positive(tolerance, amount.span, "±")
                    .then_some(tolerance)?
            }
            None => self.last_digit(&argument, &unit)? / 2.0,
        };
        let quantity = if slot == "value" { "reference" } else { slot };
        Some(Number {
            laboratory: laboratory.map(str::to_owned),
            point,
            quantity: quantity.to_owned(),
            value,
            tolerance,
        })
    }

    /// A value (on a scale whose zero may differ) or a difference, in `unit`.
    fn value_of(&mut self, amount: &Amount, unit: &Unit, on_scale: bool) -> Option<f64> {
        if !on_scale {
            return self.resolver.in_unit(amount, unit);
        }
        let quantity = self.resolver.quantity(amount, Some(&unit.dimension()))?;
        quantity.value.convert_to(unit).ok().map(|q| q.value())
    }

    /// What one unit of the last digit written is worth.
    fn last_digit(&mut self, amount: &Amount, unit: &Unit) -> Option<f64> {
        let written = self.resolver.quantity(amount, Some(&unit.dimension()))?;
        let exponent = written.value.decimal()?.exponent();
        let digit = Amount {
            number: format!("1e{exponent}"),
            ..amount.clone()
        };
        self.resolver.in_unit(&digit, unit)
    }

    /// The point a number is about; a protocol with a single point need not name it.
    fn one_point(&mut self, entry: &Entry) -> Option<(&'a Measurand, String)> {
        let mut points = self.points(entry);
        if points.len() > 1 {
            self.report(
                Code::TestIncomplete,
                entry.span,
                Text::new("没有写明测量点", "it is not said at which point"),
                Text::new(
                    "在实验室之后写测量点",
                    "write the point behind the laboratory",
                ),
            );
            return None;
        }
        points.pop()
    }

    fn is_computed(&mut self, score: &str, at: Span) -> bool {
        let known: Vec<String> = self
            .protocol
            .evaluation
            .scores
            .iter()
            .map(|s| s.name.clone())
            .collect();
        let found = known.iter().any(|name| name == score);
        if !found {
            self.report(
                Code::ExpectationImpossible,
                at,
                Text::new(
                    format!("方案不计算 `{score}`"),
                    format!("the protocol does not compute `{score}`"),
                ),
                Text::new(
                    format!(
                        "方案计算的评分有：{}；要评定它，在 `数据处理` 中写 `评分 {score}`",
                        listed(&known, Lang::Zh)
                    ),
                    format!(
                        "it computes {}; write `score {score}` in `evaluation` to add it",
                        listed(&known, Lang::En)
                    ),
                ),
            );
        }
        found
    }

    fn verdict(&mut self, entry: &Entry, laboratory: Option<&str>) -> Option<Expected> {
        let verdict = Resolver::spanned(entry, "verdict")?;
        let laboratory = self.of_laboratory(laboratory, verdict.span)?;
        let acceptance = &self.protocol.acceptance;
        let named = |rules: &[VerdictRule]| -> Vec<String> {
            let verdicts: BTreeSet<&String> = rules.iter().map(|r| &r.verdict).collect();
            verdicts.into_iter().cloned().collect()
        };
        let at_point = entry.one("point").is_some();
        let known = if at_point {
            named(&acceptance.point)
        } else {
            let mut known = named(&acceptance.laboratory);
            known.push("absent".to_owned());
            known
        };
        if !known.contains(&verdict.value) {
            let name = &verdict.value;
            self.report(
                Code::ExpectationImpossible,
                verdict.span,
                Text::new(
                    format!("没有规则会得出结论 `{name}`"),
                    format!("no rule gives the verdict `{name}`"),
                ),
                Text::new(
                    format!("`结果评定` 中的结论有：{}", listed(&known, Lang::Zh)),
                    format!("`acceptance` gives {}", listed(&known, Lang::En)),
                ),
            );
            return None;
        }
        if !at_point {
            return Some(Expected::Verdict {
                laboratory,
                verdict: verdict.value,
            });
        }
        let (_, point) = self.one_point(entry)?;
        Some(Expected::PointVerdict {
            laboratory,
            point,
            verdict: verdict.value,
        })
    }

    fn measures(&mut self, entry: &Entry, laboratory: Option<&str>) -> Option<Expected> {
        let named = Resolver::spanned_list(entry, "measures");
        let at = named.first()?.span;
        let laboratory = self.of_laboratory(laboratory, at)?;
        let protocol = self.protocol;
        let ordered: BTreeSet<String> = protocol
            .sanctions
            .iter()
            .chain(&protocol.policy_sanctions)
            .flat_map(|c: &Consequence| c.measures.iter().map(|m| m.kind.keyword().to_owned()))
            .chain(["nothing".to_owned()])
            .collect();
        if let Some(wrong) = named.iter().find(|m| !ordered.contains(&m.value)) {
            let name = &wrong.value;
            let known: Vec<String> = ordered.into_iter().collect();
            self.report(
                Code::ExpectationImpossible,
                wrong.span,
                Text::new(
                    format!("方案和制度的处理措施中没有 `{name}`"),
                    format!("neither protocol nor policy orders `{name}`"),
                ),
                Text::new(
                    format!("处理措施中有：{}", listed(&known, Lang::Zh)),
                    format!("the sanctions order {}", listed(&known, Lang::En)),
                ),
            );
            return None;
        }
        Some(Expected::Measures {
            laboratory,
            measures: named.into_iter().map(|m| m.value).collect(),
        })
    }
}
