//! How it is proven that the units sent out are alike.

use minijinja::Value;

use super::{View, object, optional};
use crate::report::words::safe;

impl View<'_> {
    pub(super) fn homogeneity(&self) -> Value {
        let Some(homogeneity) = &self.plan.content.homogeneity else {
            return Value::from(());
        };
        let words = self.words;
        let limit = homogeneity.limit.as_ref();
        let units = homogeneity.units.map(|(count, replicates)| {
            object([
                ("count", Value::from(count)),
                ("replicates", Value::from(replicates)),
            ])
        });
        object([
            ("units", optional(units)),
            (
                "test",
                optional(homogeneity.test.as_ref().map(|m| self.method(m))),
            ),
            ("limit", optional(limit.map(|l| safe(words.rule(l))))),
            ("legend", self.legend(limit)),
            (
                "otherwise",
                optional(homogeneity.otherwise.as_ref().map(|a| self.action(a))),
            ),
        ])
    }
}
