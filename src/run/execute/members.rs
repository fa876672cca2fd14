//! Who takes part in the reference value: the protocol's choice and the test for outliers.

use super::{PointRun, last};
use crate::evaluate::method::Inapplicable;
use crate::evaluate::outlier::named;
use crate::plan::{Members, Method};
use crate::text::Text;

impl PointRun {
    /// Excludes a laboratory from the reference value; it is judged all the same.
    fn exclude(&mut self, row: usize, reason: Text) {
        self.labs.in_reference[row] = false;
        self.outcome.results[row].left_out.get_or_insert(reason);
    }

    pub(super) fn leave_out(&mut self, members: &Members) {
        for row in 0..self.labs.len() {
            let id = self.labs.lab[row].clone();
            if let Some(reason) = members.without.get(&id) {
                self.exclude(row, reason.clone());
            }
            if !members.only.is_empty() && !members.only.contains(&id) {
                let reason = members.only_because.clone().unwrap_or_else(|| {
                    Text::new(
                        "方案指定了参与参考值的实验室",
                        "the protocol names the laboratories that form the reference value",
                    )
                });
                self.exclude(row, reason);
            }
            let expanded = 2.0 * self.labs.u[row];
            if let Some(largest) = members
                .largest_expanded
                .filter(|largest| expanded > *largest)
            {
                let unit = &self.outcome.unit;
                let reason = Text::new(
                    format!(
                        "扩展不确定度 {expanded} {unit}（k = 2）大于方案允许的 {largest} {unit}"
                    ),
                    format!(
                        "its expanded uncertainty of {expanded} {unit} (k = 2) exceeds the {largest} {unit} that the protocol allows"
                    ),
                );
                self.exclude(row, reason);
            }
        }
    }

    pub(super) fn outliers(&mut self, method: &Method) -> Result<(), Inapplicable> {
        let name = last(&method.path);
        let found = named::find(name, &method.parameters, &method.flags, &self.labs)
            .unwrap_or_else(|| {
                Err(Inapplicable::new(
                    "no-outlier-test",
                    format!("方法 `{}` 不是离群值检验", method.path),
                    format!("method `{}` is no test for outliers", method.path),
                ))
            })?;
        for outlying in found {
            self.exclude(outlying.row, outlying.reason);
        }
        Ok(())
    }
}
