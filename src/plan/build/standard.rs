//! How the transfer standard is proven fit to travel.

use std::collections::BTreeMap;

use super::super::{Homogeneity, Stability, Transport};
use super::{Builder, action, method, range, sorted_measurands};
use crate::model::{Bounds, bound_at};

impl Builder<'_> {
    /// Values stated for points, each in its measurand's unit.
    fn by_point(&self, bounds: &Bounds) -> BTreeMap<String, f64> {
        let mut values = BTreeMap::new();
        for measurand in sorted_measurands(self.protocol) {
            for point in &measurand.points {
                if let Some(value) = bound_at(bounds, &point.id, &measurand.unit) {
                    values.insert(point.id.clone(), value);
                }
            }
        }
        values
    }

    pub(super) fn stability(&mut self) -> Option<Stability> {
        let s = self.protocol.stability.as_ref()?;
        self.clause("stability", s.at);
        Some(Stability {
            before: s
                .before
                .as_ref()
                .map(|(count, span)| (*count, span.duration)),
            during: s.during,
            test: s.test.as_ref().map(method),
            limit: s.limit.as_ref().map(|c| c.term.clone()),
            otherwise: s.otherwise.as_ref().map(action),
            repeatability: self.by_point(&s.repeatability),
            u: self.by_point(&s.u),
        })
    }

    pub(super) fn transport(&mut self) -> Option<Transport> {
        let t = self.protocol.transport.as_ref()?;
        self.clause("transport", t.at);
        Some(Transport {
            test: t.test.as_ref().map(method),
            limit: t.limit.as_ref().map(|c| c.term.clone()),
            otherwise: t.otherwise.as_ref().map(action),
            monitored: t
                .monitored
                .iter()
                .map(|(name, value)| (name.clone(), range(value)))
                .collect(),
            carrier: t.carrier.clone(),
            u: self.by_point(&t.u),
        })
    }

    pub(super) fn homogeneity(&mut self) -> Option<Homogeneity> {
        let h = self.protocol.homogeneity.as_ref()?;
        self.clause("homogeneity", h.at);
        Some(Homogeneity {
            units: h.units,
            test: h.test.as_ref().map(method),
            limit: h.limit.as_ref().map(|c| c.term.clone()),
            otherwise: h.otherwise.as_ref().map(action),
            u: self.by_point(&h.u),
        })
    }
}
