//! Who takes part in the reference value: the protocol's choice and the test for outliers.

use super::PointRun;
use crate::evaluate::method::Inapplicable;
use crate::evaluate::outlier::{Sides, grubbs};
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
                        "规程指定了参与参考值的实验室",
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
                        "扩展不确定度 {expanded} {unit}（k = 2）大于规程允许的 {largest} {unit}"
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
        let rows: Vec<usize> = (0..self.labs.len())
            .filter(|row| self.labs.in_reference[*row])
            .collect();
        let values: Vec<f64> = rows.iter().map(|row| self.labs.value[*row]).collect();
        let alpha = method.parameters.get("alpha").copied().unwrap_or(0.05);
        let sides = if method.flags.iter().any(|f| f == "two-sided") {
            Sides::Two
        } else {
            Sides::One
        };
        for step in grubbs(&values, alpha, sides)?
            .into_iter()
            .filter(|step| step.removed)
        {
            let reason = Text::new(
                format!(
                    "格拉布斯准则判为离群值：G = {:.4} > {:.4}（n = {}）",
                    step.statistic, step.critical, step.n
                ),
                format!(
                    "Grubbs' test finds it an outlier: G = {:.4} > {:.4} (n = {})",
                    step.statistic, step.critical, step.n
                ),
            );
            self.exclude(rows[step.index], reason);
        }
        Ok(())
    }
}
