//! What a test assumes, held to the same demands as a submitted result.

use super::Given;
use super::resolve::Reading;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Measurand, Resolver};
use crate::schema::{Entry, Value};
use crate::source::Span;
use crate::text::Text;

/// A value with its uncertainty in the measurand's unit.
struct Stated {
    value: f64,
    u: f64,
    k: f64,
}

impl Given {
    pub(super) fn at(&self) -> Span {
        match self {
            Given::Absent { at, .. } | Given::Result { at, .. } | Given::Reference { at, .. } => {
                *at
            }
        }
    }

    /// Whether both say something about the same thing, so that one of them cannot stand. The pilot alone measures a point on several days.
    fn contradicts(&self, other: &Given, pilot: &str) -> bool {
        match (self, other) {
            (Given::Reference { point: a, .. }, Given::Reference { point: b, .. }) => a == b,
            (
                Given::Result {
                    laboratory: a,
                    point: p,
                    date: d,
                    ..
                },
                Given::Result {
                    laboratory: b,
                    point: q,
                    date: e,
                    ..
                },
            ) => a == b && p == q && (a != pilot || d == e),
            (
                Given::Absent { laboratory: a, .. },
                Given::Result { laboratory: b, .. } | Given::Absent { laboratory: b, .. },
            )
            | (Given::Result { laboratory: a, .. }, Given::Absent { laboratory: b, .. }) => a == b,
            _ => false,
        }
    }
}

impl Reading<'_> {
    /// The assumptions of one statement, one for each point it is about.
    pub(super) fn given(&mut self, entry: &Entry) -> Vec<Given> {
        let Some(subject) = Resolver::spanned(entry, "subject") else {
            return Vec::new();
        };
        let reference = subject.value == "reference";
        let laboratory = if reference {
            None
        } else {
            match self.laboratory(&subject) {
                Some(id) => Some(id),
                None => return Vec::new(),
            }
        };
        if entry.has("absent") {
            return self.absent(entry, laboratory).into_iter().collect();
        }
        let mut found = Vec::new();
        for (measurand, point) in self.points(entry) {
            let Some(stated) = self.stated(entry, measurand) else {
                // The other points would only give the same finding once more.
                return Vec::new();
            };
            let Some(laboratory) = laboratory.clone() else {
                found.push(Given::Reference {
                    point,
                    value: stated.value,
                    u: stated.u,
                    at: entry.span,
                });
                continue;
            };
            let dof = match entry.one("dof") {
                Some(_) => match self.positive(entry, "dof") {
                    Some(dof) => dof,
                    None => return Vec::new(),
                },
                None => f64::INFINITY,
            };
            let date = match entry.one("date").map(|a| &a.value) {
                Some(Value::Date(date)) => Some(*date),
                _ => None,
            };
            found.push(Given::Result {
                laboratory,
                point,
                value: stated.value,
                u: stated.u,
                k: stated.k,
                dof,
                date,
                at: entry.span,
            });
        }
        found
    }

    fn absent(&mut self, entry: &Entry, laboratory: Option<String>) -> Option<Given> {
        let Some(laboratory) = laboratory else {
            self.report(
                Code::TestIncomplete,
                entry.span,
                Text::new(
                    "参考值不会缺席",
                    "the reference value cannot be absent; a laboratory can",
                ),
                Text::new(
                    "写 `给定 实验室 缺席`，或给出参考值",
                    "write `given LABORATORY absent`, or give the reference value",
                ),
            );
            return None;
        };
        if let Some(result) = ["point", "value", "U", "u", "k", "dof", "date"]
            .iter()
            .find_map(|slot| entry.one(slot))
        {
            self.report(
                Code::GivenTwice,
                result.span,
                Text::new(
                    format!("`{laboratory}` 缺席，就没有结果"),
                    format!("`{laboratory}` is absent and so has no result"),
                ),
                Text::new("删去结果或 `缺席`", "remove the result, or `absent`"),
            );
            return None;
        }
        Some(Given::Absent {
            laboratory,
            at: entry.span,
        })
    }

    /// Value and standard uncertainty in the measurand's unit.
    fn stated(&mut self, entry: &Entry, measurand: &Measurand) -> Option<Stated> {
        let Some(amount) = entry.amount("value").cloned() else {
            self.report(
                Code::TestIncomplete,
                entry.span.after(),
                Text::new("没有给出量值", "no value is given"),
                Text::new(
                    "写成 `给定 SIMT p1kg 0.140 mg U 0.060 mg`；未提交结果的实验室写 `缺席`",
                    "write `given SIMT p1kg 0.140 mg U 0.060 mg`, or `absent` for a laboratory without result",
                ),
            );
            return None;
        };
        let unit = &measurand.unit;
        let quantity = self.resolver.quantity(&amount, Some(&unit.dimension()))?;
        let value = match quantity.value.convert_to(unit) {
            Ok(converted) => converted.value(),
            Err(error) => {
                self.resolver.report(Diagnostic::new(
                    Code::UnitMismatch,
                    amount.span,
                    error.message(),
                ));
                return None;
            }
        };
        let (slot, expanded) = match (entry.amount("U"), entry.amount("u")) {
            (Some(_), None) => ("U", true),
            (None, Some(_)) => ("u", false),
            (both, _) => {
                let (zh, en) = if both.is_some() {
                    ("同时给出了 U 和 u", "both U and u are given")
                } else {
                    ("没有给出不确定度", "no uncertainty is given")
                };
                self.report(
                    Code::TestIncomplete,
                    entry.span,
                    Text::new(zh, en),
                    Text::new(
                        "写 `U 0.060 mg`（k = 2）、`U 0.060 mg k 2.1` 或 `u 0.030 mg`",
                        "write `U 0.060 mg` (k = 2), `U 0.060 mg k 2.1` or `u 0.030 mg`",
                    ),
                );
                return None;
            }
        };
        let written = entry.amount(slot)?.clone();
        let size = self.resolver.in_unit(&written, unit)?;
        if !self.is_positive(size, written.span, slot) {
            return None;
        }
        let k = match (expanded, entry.one("k")) {
            (true, Some(_)) => self.positive(entry, "k")?,
            (true, None) => 2.0,
            (false, None) => 1.0,
            (false, Some(k)) => {
                let at = k.span;
                self.report(
                    Code::UnexpectedArgument,
                    at,
                    Text::new(
                        "标准不确定度 u 没有包含因子",
                        "a standard uncertainty u has no coverage factor",
                    ),
                    Text::new(
                        "改写为 `U … k …`，或删去 k",
                        "write `U … k …` instead, or remove the k",
                    ),
                );
                return None;
            }
        };
        Some(Stated {
            value,
            u: size / k,
            k,
        })
    }

    /// Adds an assumption unless it contradicts an earlier one.
    pub(super) fn add(&mut self, given: Given, found: &mut Vec<Given>) {
        let pilot = self.protocol.pilot.id.as_str();
        match found.iter().find(|other| given.contradicts(other, pilot)) {
            Some(other) => self.resolver.report(
                Diagnostic::new(
                    Code::GivenTwice,
                    given.at(),
                    Text::new("与前面给定的内容重复或矛盾", "this contradicts or repeats what is given above"),
                )
                .with_label(other.at(), Text::new("前面给定的内容", "given here already"))
                .with_help(Text::new(
                    "每个实验室每个测量点只给一个结果；主导实验室可以按日期给多个",
                    "give one result for each laboratory and point; the pilot may have several on different dates",
                )),
            ),
            None => found.push(given),
        }
    }
}
