//! Points or components that are judged together.

use super::Resolver;
use crate::diagnostic::{Code, Diagnostic};
use crate::model::Measurand;
use crate::model::joint::{Joint, Procedure};
use crate::model::link::Place;
use crate::schema::{Amount, Entry};
use crate::source::Span;
use crate::text::Text;

impl Resolver<'_> {
    pub(super) fn joint(&mut self, entry: &Entry, measurands: &[Measurand]) -> Option<Joint> {
        let procedure = match entry.name("procedure")? {
            "bonferroni" => Procedure::Bonferroni,
            "sidak" => Procedure::Sidak,
            "holm" => Procedure::Holm,
            _ => Procedure::ChiSquared,
        };
        let level = entry.amount("level").cloned()?;
        let (low, high) = (0.0, 1.0);
        let level = self.strictly_between(&level, low, high, "水平", "the level")?;
        let lines: Vec<&Entry> = entry.children("correlation").collect();
        let correlations: Vec<(Place, Place, f64, Span)> = (lines.iter())
            .filter_map(|e| self.point_correlation(e, measurands))
            .collect();
        Some(Joint {
            procedure,
            level,
            whole: entry.is_whole() && correlations.len() == lines.len(),
            correlations,
            at: entry.head,
        })
    }

    pub(super) fn point_correlation(
        &mut self,
        entry: &Entry,
        measurands: &[Measurand],
    ) -> Option<(Place, Place, f64, Span)> {
        let mut place = |slot: &str| {
            let name = Self::spanned(entry, slot)?;
            let (measurand, point) = self.point_named(&name, measurands)?;
            Some(Place {
                measurand: measurand.id.clone(),
                point: point.id.clone(),
            })
        };
        let (first, second) = (place("first"), place("second"));
        let r = entry.amount("r").cloned()?;
        let r = self.strictly_between(&r, -1.0, 1.0, "相关系数", "a correlation coefficient")?;
        Some((first?, second?, r, entry.span))
    }

    fn strictly_between(
        &mut self,
        written: &Amount,
        low: f64,
        high: f64,
        zh: &str,
        en: &str,
    ) -> Option<f64> {
        let number = self.number(written)?;
        if low < number && number < high {
            return Some(number);
        }
        self.report(
            Diagnostic::new(
                Code::ValueOutOfRange,
                written.span,
                Text::new(
                    format!("{zh}应在 {low} 与 {high} 之间，这里是 {number}"),
                    format!("{en} lies between {low} and {high}, but is {number} here"),
                ),
            )
            .with_help(Text::new("核对这个数", "check the number")),
        );
        None
    }
}
