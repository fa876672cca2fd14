//! The key comparison that a protocol is linked to, with the figures it published.

use super::{Resolver, nouns};
use crate::diagnostic::{Code, Diagnostic};
use crate::evaluate::linking::link::LinkWeights;
use crate::evaluate::linking::published::{Common, LinkingResult};
use crate::model::Measurand;
use crate::model::link::{KeyReference, Link, Place, Published};
use crate::schema::Entry;
use crate::source::Span;
use crate::text::Text;
use crate::values::unit::Unit;

impl Resolver<'_> {
    pub(super) fn link(
        &mut self,
        entry: &Entry,
        measurands: &[Measurand],
        labs: &[&str],
    ) -> Option<Link> {
        let weights = match entry.child("weights").and_then(|e| e.name("weights"))? {
            "equal" => LinkWeights::Equal,
            "transfer" => LinkWeights::Transfer,
            _ => LinkWeights::MinimumVariance,
        };
        let lines: Vec<&Entry> = entry.children("laboratory").collect();
        let published: Vec<Published> = (lines.iter())
            .filter_map(|e| self.published(e, measurands, labs))
            .collect();
        let references: Vec<KeyReference> = entry
            .children("kcrv")
            .filter_map(|e| self.key_reference(e, measurands))
            .collect();
        Some(Link {
            comparison: entry.name("comparison")?.to_owned(),
            title: entry.text("title").cloned(),
            source: entry.text("source").cloned(),
            weights,
            whole: entry.is_whole()
                && published.len() == lines.len()
                && references.len() == entry.children("kcrv").count(),
            published,
            references,
            at: entry.head,
        })
    }

    fn published(
        &mut self,
        entry: &Entry,
        measurands: &[Measurand],
        labs: &[&str],
    ) -> Option<Published> {
        let laboratory = Self::spanned(entry, "laboratory")?;
        let known = self.require(&nouns::laboratory(), &laboratory, labs);
        let (place, unit) = self.place(entry, measurands)?;
        let d = self.in_unit(&entry.amount("D")?.clone(), &unit);
        let u = self.published_uncertainty(entry, &unit);
        let common = self.common(entry, &unit);
        let weight = match entry.amount("weight").cloned() {
            Some(written) => Some(self.weight(&written)?),
            None => None,
        };
        let result = LinkingResult {
            laboratory: laboratory.value,
            d: d?,
            u: u?,
            common: common?,
            weight,
        };
        known.then_some(Published {
            place,
            result,
            at: entry.span,
        })
    }

    fn key_reference(&mut self, entry: &Entry, measurands: &[Measurand]) -> Option<KeyReference> {
        let (place, unit) = self.place(entry, measurands)?;
        Some(KeyReference {
            place,
            u: self.published_uncertainty(entry, &unit)?,
            at: entry.span,
        })
    }

    /// The point that a line is about: the one named, or the only one there is.
    fn place(&mut self, entry: &Entry, measurands: &[Measurand]) -> Option<(Place, Unit)> {
        let (measurand, point) = match Self::spanned(entry, "point") {
            Some(name) => self.point_named(&name, measurands)?,
            None => {
                let mut all = measurands
                    .iter()
                    .flat_map(|m| m.points.iter().map(move |p| (m, p)));
                match (all.next(), all.next()) {
                    (Some(only), None) => only,
                    (None, _) => return None,
                    _ => {
                        self.missing(
                            entry.span,
                            Text::new("没有写明测量点", "it is not said at which point"),
                            Text::new(
                                "在实验室之后写测量点的名称",
                                "write the name of the point behind the laboratory",
                            ),
                        );
                        return None;
                    }
                }
            }
        };
        let place = Place {
            measurand: measurand.id.clone(),
            point: point.id.clone(),
        };
        Some((place, measurand.unit.clone()))
    }

    /// A standard uncertainty, stated as it is or expanded.
    fn published_uncertainty(&mut self, entry: &Entry, unit: &Unit) -> Option<f64> {
        let (written, k) = match (entry.amount("u"), entry.amount("U"), entry.amount("k")) {
            (Some(u), None, None) => (u.clone(), 1.0),
            (None, Some(expanded), None) => (expanded.clone(), 2.0),
            (None, Some(expanded), Some(k)) => {
                let (expanded, k) = (expanded.clone(), k.clone());
                (expanded, self.above_zero(&k, "k")?)
            }
            (u, expanded, _) => {
                let (zh, en) = match (u, expanded) {
                    (Some(_), Some(_)) => ("同时写了 u 和 U", "both u and U are given"),
                    (Some(_), None) => (
                        "标准不确定度 u 没有包含因子",
                        "a standard uncertainty u has no coverage factor",
                    ),
                    _ => ("没有写不确定度", "no uncertainty is given"),
                };
                self.missing(
                    entry.span,
                    Text::new(zh, en),
                    Text::new(
                        "写 `u 4 µg`、`U 8 µg`（k = 2）或 `U 8 µg k 2.1`",
                        "write `u 4 µg`, `U 8 µg` (k = 2) or `U 8 µg k 2.1`",
                    ),
                );
                return None;
            }
        };
        let size = self.in_unit(&written, unit)?;
        if size > 0.0 {
            return Some(size / k);
        }
        self.out_of_range(
            written.span,
            Text::new("不确定度应大于 0", "an uncertainty is greater than zero"),
            Text::new("核对公布的数值", "check the published figure"),
        );
        None
    }

    fn common(&mut self, entry: &Entry, unit: &Unit) -> Option<Common> {
        match (entry.amount("common"), entry.amount("r")) {
            (None, None) => Some(Common::Nothing),
            (Some(part), None) => {
                let part = part.clone();
                let size = self.in_unit(&part, unit)?;
                if size >= 0.0 {
                    return Some(Common::Uncertainty(size));
                }
                self.out_of_range(
                    part.span,
                    Text::new("公共分量不能为负", "a common part is not negative"),
                    Text::new("核对公布的数值", "check the published figure"),
                );
                None
            }
            (None, Some(r)) => {
                let r = r.clone();
                let number = self.number(&r)?;
                if (0.0..1.0).contains(&number) {
                    return Some(Common::Correlation(number));
                }
                self.out_of_range(
                    r.span,
                    Text::new(
                        "同一实验室两次结果的相关系数来自公共分量，应不小于 0 且小于 1",
                        "the correlation of a laboratory's two results comes from what they share: at least 0 and less than 1",
                    ),
                    Text::new("核对相关系数", "check the coefficient"),
                );
                None
            }
            (Some(_), Some(r)) => {
                self.report(
                    Diagnostic::new(
                        Code::UnexpectedArgument,
                        r.span,
                        Text::new(
                            "`公共分量` 与 `r` 说的是同一件事，只能写一个",
                            "`common` and `r` say the same thing; only one of them may stand",
                        ),
                    )
                    .with_help(Text::new("删去其中一个", "remove one of them")),
                );
                None
            }
        }
    }

    fn weight(&mut self, written: &crate::schema::Amount) -> Option<f64> {
        let weight = self.number(written)?;
        if (0.0..1.0).contains(&weight) && weight != 0.5 {
            return Some(weight);
        }
        self.out_of_range(
            written.span,
            Text::new(
                "关键比对参考值中的权应不小于 0 且小于 1；权为 1/2 时由公布的等效度得不出该实验室的不确定度",
                "a weight in the key comparison reference value is at least 0 and less than 1; at 1/2 the published degree of equivalence does not give the laboratory's uncertainty",
            ),
            Text::new(
                "核对权；未参与参考值的写 `权重 0`",
                "check the weight; write `weight 0` for a laboratory outside the reference value",
            ),
        );
        None
    }

    fn above_zero(&mut self, written: &crate::schema::Amount, name: &str) -> Option<f64> {
        let number = self.number(written)?;
        if number > 0.0 {
            return Some(number);
        }
        self.out_of_range(
            written.span,
            Text::new(
                format!("`{name}` 应大于 0"),
                format!("`{name}` is greater than zero"),
            ),
            Text::new("通常写 `k 2`", "`k 2` is usual"),
        );
        None
    }

    fn missing(&mut self, at: Span, message: Text, help: Text) {
        self.report(Diagnostic::new(Code::MissingArgument, at, message).with_help(help));
    }

    fn out_of_range(&mut self, at: Span, message: Text, help: Text) {
        self.report(Diagnostic::new(Code::ValueOutOfRange, at, message).with_help(help));
    }
}
