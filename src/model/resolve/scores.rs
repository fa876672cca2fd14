//! Scores, the standard deviation they divide by, and what becomes of z when the assigned value is too uncertain.

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::scores::{AssignedUncertainty, SigmaOrigin, SigmaPt};
use crate::model::{Measurand, Quantity, Score};
use crate::schema::{Entry, Value};
use crate::source::{Span, Spanned};
use crate::text::Text;

impl Resolver<'_> {
    pub(super) fn score(&mut self, entry: &Entry) -> Option<Score> {
        let k = match entry.amount("k").cloned() {
            Some(k) => self.number(&k)?,
            None => 2.0,
        };
        if k.is_nan() || k <= 0.0 {
            self.report(
                Diagnostic::new(
                    Code::ValueOutOfRange,
                    Self::at(entry, "k"),
                    Text::new("包含因子应大于 0", "a coverage factor is greater than zero"),
                )
                .with_help(Text::new("通常写 `k 2`", "`k 2` is usual")),
            );
            return None;
        }
        Some(Score {
            name: entry.name("score")?.to_owned(),
            k,
            k_stated: entry.one("k").is_some(),
            denominator: entry.name("form").unwrap_or("with-covariance").to_owned(),
            denominator_stated: entry.name("form").is_some(),
            at: entry.span,
        })
    }

    pub(super) fn sigma_pt(&mut self, entry: &Entry, measurands: &[Measurand]) -> SigmaPt {
        let before = self.diagnostics.len();
        let points = Self::spanned_list(entry, "points")
            .iter()
            .filter_map(|name| {
                let (measurand, point) = self.point_named(name, measurands)?;
                Some((measurand.id.clone(), point.id.clone()))
            })
            .collect();
        let origins = self.sigma_origins(entry);
        let floor = self.positive_quantity(entry, "floor");
        let ceiling = self.positive_quantity(entry, "ceiling");
        SigmaPt {
            origins,
            points,
            floor,
            ceiling,
            basis: entry.text("basis").cloned(),
            whole: self.diagnostics.len() == before && entry.is_whole(),
            at: entry.span,
        }
    }

    fn sigma_origins(&mut self, entry: &Entry) -> Vec<Spanned<SigmaOrigin>> {
        let mut origins = Vec::new();
        let at = |slot: &str| Self::at(entry, slot);
        if let Some(value) = self.positive_quantity(entry, "value") {
            origins.push(Spanned::new(SigmaOrigin::Stated(value), at("value")));
        }
        if let Some(amount) = entry.amount("fraction").cloned()
            && let Some(fraction) = self.number(&amount)
        {
            if 0.0 < fraction && fraction < 1.0 {
                let origin = SigmaOrigin::Fraction(fraction);
                origins.push(Spanned::new(origin, at("fraction")));
            } else {
                self.report(
                    Diagnostic::new(
                        Code::ValueOutOfRange,
                        at("fraction"),
                        Text::new(
                            format!("占指定值的比例应在 0 与 1 之间，这里是 {fraction}"),
                            format!("the fraction of the assigned value lies between 0 and 1, but is {fraction} here"),
                        ),
                    )
                    .with_help(Text::new("15 % 写作 `0.15`", "15 % is written `0.15`")),
                );
            }
        }
        if let Some(limit) = self.positive_quantity(entry, "limit") {
            origins.push(Spanned::new(SigmaOrigin::Limit(limit), at("limit")));
        }
        let reproducibility = self.positive_quantity(entry, "reproducibility");
        let repeatability = self.positive_quantity(entry, "repeatability");
        let (first, second) = ("reproducibility", "repeatability");
        for (given, missing) in [(first, second), (second, first)] {
            if entry.one(given).is_some() && entry.one(missing).is_none() {
                self.half_an_experiment(at(given));
            }
        }
        if let (Some(reproducibility), Some(repeatability)) = (reproducibility, repeatability) {
            let origin = SigmaOrigin::Precision {
                reproducibility,
                repeatability,
                replicates: entry.count("replicates").unwrap_or(1),
            };
            origins.push(Spanned::new(origin, at("reproducibility")));
        }
        if let Some(Value::Method(call)) = entry.one("method").map(|a| &a.value) {
            let call = call.clone();
            if let Some(method) = self.method(&call) {
                origins.push(Spanned::new(SigmaOrigin::Method(method), at("method")));
            }
        }
        origins
    }

    fn half_an_experiment(&mut self, at: Span) {
        self.report(
            Diagnostic::new(
                Code::MissingArgument,
                at,
                Text::new(
                    "精密度试验应同时给出再现性标准差和重复性标准差",
                    "a precision experiment gives the reproducibility and the repeatability standard deviation",
                ),
            )
            .with_help(Text::new(
                "写 `再现性 … 重复性 … 重复次数 …`",
                "write `reproducibility … repeatability … replicates …`",
            )),
        );
    }

    /// A standard deviation or limit, which is greater than zero.
    fn positive_quantity(&mut self, entry: &Entry, slot: &str) -> Option<Quantity> {
        let quantity = self.quantity(&entry.amount(slot)?.clone(), None)?;
        if quantity.value.value() > 0.0 {
            return Some(quantity);
        }
        self.report(
            Diagnostic::new(
                Code::ValueOutOfRange,
                quantity.span,
                Text::new(
                    format!("标准差与限值应大于 0，这里是 `{}`", quantity.value),
                    format!(
                        "a standard deviation or a limit is greater than zero, but is `{}` here",
                        quantity.value
                    ),
                ),
            )
            .with_help(Text::new("核对数值和单位", "check the number and its unit")),
        );
        None
    }

    pub(super) fn assigned_uncertainty(&mut self, entry: &Entry) -> Option<AssignedUncertainty> {
        let factor = self.number(&entry.amount("factor")?.clone())?;
        if !(0.0 < factor && factor <= 1.0) {
            self.report(
                Diagnostic::new(
                    Code::ValueOutOfRange,
                    Self::at(entry, "factor"),
                    Text::new(
                        format!("σ_pt 的倍数应大于 0 且不大于 1，这里是 {factor}"),
                        format!("the fraction of σ_pt is greater than 0 and at most 1, but is {factor} here"),
                    ),
                )
                .with_help(Text::new("通常写 `小于 0.3`", "`below 0.3` is usual")),
            );
            return None;
        }
        Some(AssignedUncertainty {
            factor,
            otherwise: entry.name("how")?.to_owned(),
            at: entry.span,
        })
    }
}
