//! Measures against collusion and false data.

use super::{Resolver, nouns};
use crate::diagnostic::{Code, Diagnostic};
use crate::model::{Capability, Integrity, Measurand};
use crate::schema::{Entry, MethodCall, Value};
use crate::source::Spanned;
use crate::text::Text;

impl Resolver<'_> {
    pub(super) fn integrity(
        &mut self,
        entry: &Entry,
        measurands: &[Measurand],
        laboratories: &[&str],
    ) -> Integrity {
        let calls: Vec<MethodCall> = entry
            .children("flag")
            .flat_map(|e| e.all("methods").cloned().collect::<Vec<_>>())
            .filter_map(|a| match a.value {
                Value::Method(call) => Some(call),
                _ => None,
            })
            .collect();
        let mut capabilities = Vec::new();
        for child in entry.children("cmc") {
            self.capabilities(child, measurands, laboratories, &mut capabilities);
        }
        Integrity {
            sealed: entry.child("sealed").is_some(),
            flags: calls.iter().filter_map(|c| self.method(c)).collect(),
            capabilities,
            at: entry.head,
        }
    }

    fn capabilities(
        &mut self,
        entry: &Entry,
        measurands: &[Measurand],
        laboratories: &[&str],
        found: &mut Vec<Capability>,
    ) {
        let Some(laboratory) = Self::spanned(entry, "laboratory") else {
            return;
        };
        if !self.require(&nouns::laboratory(), &laboratory, laboratories) {
            return;
        }
        let bounds: Vec<Value> = entry.all("bounds").map(|a| a.value.clone()).collect();
        for bound in bounds {
            let Value::Bound(amount, at) = bound else {
                continue;
            };
            let Some(expanded) = self.quantity(&amount, None) else {
                continue;
            };
            let dimension = expanded.value.unit().dimension();
            let fits = |m: &Measurand| m.unit.dimension().same_kind(&dimension);
            if !measurands.iter().any(fits) {
                self.report(
                    Diagnostic::new(
                        Code::UnitMismatch,
                        expanded.span,
                        Text::new(
                            format!("没有被测量与 `{}` 同种", expanded.value),
                            format!("no measurand is of the kind of `{}`", expanded.value),
                        ),
                    )
                    .with_help(Text::new(
                        "用被测量的单位表示",
                        "state it in the unit of the measurand",
                    )),
                );
                continue;
            }
            let points = at
                .into_iter()
                .filter_map(|(name, span)| {
                    let (measurand, point) =
                        self.point_named(&Spanned::new(name, span), measurands)?;
                    Some((measurand.id.clone(), point.id.clone()))
                })
                .collect();
            found.push(Capability {
                laboratory: laboratory.clone(),
                expanded,
                points,
            });
        }
    }
}
