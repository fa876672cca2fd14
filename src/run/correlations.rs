//! Correlation coefficients that laboratories report between their results at two points.

use std::collections::BTreeMap;

use nalgebra::{DMatrix, SymmetricEigen};

use super::results::{Collector, place};
use crate::diagnostic::{Code, DataPlace, Diagnostic, Severity};
use crate::intake::{Cell, CorrelationLine, Submission, number};
use crate::plan::Measurand;
use crate::text::Text;

/// The smallest eigenvalue of a correlation matrix that rounding of its coefficients does not excuse.
const LEAST: f64 = -1e-9;

/// Two points, in the order of their names, and the coefficient.
type Pairs<'s> = BTreeMap<(String, String), (f64, &'s Cell)>;

impl Collector<'_> {
    /// Takes the coefficients of a laboratory whose results are in.
    pub(super) fn correlations(&mut self, laboratory: &str, submission: &Submission) {
        let plan = self.plan;
        for measurand in &plan.content.measurands {
            let pairs = self.pairs(measurand, submission);
            if !measurand.asks_correlation() {
                if let Some((_, cell)) = pairs.values().next() {
                    self.report(not_asked(cell, measurand));
                }
                continue;
            }
            let points: Vec<String> = (measurand.points.iter().map(|p| p.id.clone()))
                .filter(|p| self.has_result(p, laboratory))
                .collect();
            if self.whole(laboratory, submission, &points, &pairs) {
                self.fits(laboratory, submission, &points, &pairs);
            }
            let own = self.results.correlations.entry(laboratory.to_owned());
            let taken = pairs.into_iter().map(|((a, b), (r, _))| (a, b, r));
            own.or_default().extend(taken);
        }
        self.unknown_points(submission);
    }

    fn has_result(&self, point: &str, laboratory: &str) -> bool {
        let at = self.results.by_point.get(point);
        at.is_some_and(|labs| labs.contains_key(laboratory))
    }

    /// The coefficients between points of a measurand; two that contradict one another are told.
    fn pairs<'s>(&mut self, measurand: &Measurand, submission: &'s Submission) -> Pairs<'s> {
        let mut pairs = Pairs::new();
        for line in &submission.correlations {
            let Some((a, b)) = both(measurand, line) else {
                continue;
            };
            let Some(r) = number(&line.r)
                .ok()
                .and_then(|text| text.parse::<f64>().ok())
            else {
                continue;
            };
            let earlier = pairs
                .get(&(a.clone(), b.clone()))
                .map(|(r, _): &(f64, &Cell)| *r);
            let contradicts = match earlier {
                Some(earlier) => earlier != r,
                None => a == b && r != 1.0,
            };
            if contradicts {
                self.report(contradictory(line, earlier));
            }
            if a != b && earlier.is_none() {
                pairs.insert((a, b), (r, &line.r));
            }
        }
        pairs
    }

    /// Whether every two points with results have their coefficient.
    fn whole(
        &mut self,
        laboratory: &str,
        submission: &Submission,
        points: &[String],
        pairs: &Pairs<'_>,
    ) -> bool {
        let mut missing = Vec::new();
        for (i, first) in points.iter().enumerate() {
            for second in points.iter().skip(i + 1) {
                if !pairs.contains_key(&ordered(first, second)) {
                    missing.push(format!("{first} - {second}"));
                }
            }
        }
        if missing.is_empty() {
            return true;
        }
        let (count, list) = (missing.len(), shown(&missing));
        let finding = of_file(
            submission,
            Text::new(
                format!("实验室 `{laboratory}` 缺少 {count} 对测量点的相关系数：{list}"),
                format!(
                    "laboratory `{laboratory}` gives no correlation coefficient for {count} pairs of points: {list}"
                ),
            ),
        );
        self.report(finding.with_help(Text::new(
            "在结果表的相关系数表中逐对填写；互不相关时填 0",
            "fill in the table of correlations of the form, 0 where the results are uncorrelated",
        )));
        false
    }

    /// Tells of coefficients that no results can have.
    fn fits(
        &mut self,
        laboratory: &str,
        submission: &Submission,
        points: &[String],
        pairs: &Pairs<'_>,
    ) {
        let n = points.len();
        let matrix = DMatrix::from_fn(n, n, |i, j| match i == j {
            true => 1.0,
            false => pairs
                .get(&ordered(&points[i], &points[j]))
                .map_or(0.0, |(r, _)| *r),
        });
        let eigen = SymmetricEigen::new(matrix);
        let smallest =
            (0..n).min_by(|a, b| eigen.eigenvalues[*a].total_cmp(&eigen.eigenvalues[*b]));
        let Some(k) = smallest.filter(|k| eigen.eigenvalues[*k] < LEAST) else {
            return;
        };
        // The points that make up the combination whose variance would be negative.
        let direction = eigen.eigenvectors.column(k);
        let largest = direction.amax();
        let named: Vec<String> = (0..n)
            .filter(|i| direction[*i].abs() > 0.1 * largest)
            .map(|i| points[i].clone())
            .collect();
        let list = shown(&named);
        let finding = of_file(
            submission,
            Text::new(
                format!(
                    "实验室 `{laboratory}` 的相关系数不能同时成立：测量点 {list} 的相关矩阵不是半正定的"
                ),
                format!(
                    "the correlation coefficients of laboratory `{laboratory}` cannot hold together: their matrix is not positive semi-definite at the points {list}"
                ),
            ),
        );
        self.report(finding.with_help(Text::new(
            "请核对这些测量点的相关系数；系数经修约时多给几位",
            "check the coefficients of these points; give more digits where they were rounded",
        )));
    }

    /// Lines whose points no measurand has.
    fn unknown_points(&mut self, submission: &Submission) {
        let plan = self.plan;
        for line in &submission.correlations {
            let measurands = &plan.content.measurands;
            if measurands.iter().any(|m| both(m, line).is_some()) {
                continue;
            }
            let (a, b) = (&line.point.text, &line.other.text);
            self.report(
                Diagnostic::in_data(
                    Code::PointUnknown,
                    place(&line.point.place),
                    Text::new(
                        format!("`{a}` 和 `{b}` 不是同一被测量的两个测量点"),
                        format!("`{a}` and `{b}` are no two points of one measurand"),
                    ),
                )
                .with_help(Text::new(
                    "照结果表填写测量点",
                    "write the points as the form has them",
                )),
            );
        }
    }
}

/// The two points of a line, in the order of their names, where the measurand has both.
fn both(measurand: &Measurand, line: &CorrelationLine) -> Option<(String, String)> {
    let named = line
        .measurand
        .as_ref()
        .is_none_or(|m| m.text == measurand.id);
    let point = |cell: &Cell| {
        let qualified = format!("{}.{}", measurand.id, cell.text);
        let mut points = measurand.points.iter().map(|p| p.id.clone());
        points.find(|id| *id == cell.text || *id == qualified)
    };
    let (a, b) = (point(&line.point)?, point(&line.other)?);
    named.then(|| ordered(&a, &b))
}

fn ordered(a: &str, b: &str) -> (String, String) {
    match a <= b {
        true => (a.to_owned(), b.to_owned()),
        false => (b.to_owned(), a.to_owned()),
    }
}

/// The first few of a list.
fn shown(items: &[String]) -> String {
    let few: Vec<&str> = items.iter().take(6).map(String::as_str).collect();
    let more = if items.len() > few.len() { " …" } else { "" };
    format!("{}{more}", few.join(", "))
}

fn of_file(submission: &Submission, message: Text) -> Diagnostic {
    let file = DataPlace {
        file: submission.file.clone(),
        ..DataPlace::default()
    };
    Diagnostic::in_data(Code::DataCorrelation, file, message)
}

fn contradictory(line: &CorrelationLine, earlier: Option<f64>) -> Diagnostic {
    let (a, b, r) = (&line.point.text, &line.other.text, &line.r.text);
    let message = match earlier {
        Some(earlier) => Text::new(
            format!("`{a}` 与 `{b}` 的相关系数写为 {r}，前面写为 {earlier}"),
            format!(
                "the correlation coefficient of `{a}` and `{b}` is {r} here and {earlier} before"
            ),
        ),
        None => Text::new(
            format!("`{a}` 与自身的相关系数总是 1，这里写为 {r}"),
            format!("the correlation coefficient of `{a}` with itself is always 1, but {r} here"),
        ),
    };
    Diagnostic::in_data(Code::DataCorrelation, place(&line.r.place), message)
        .with_help(Text::new("只保留一处", "keep one of them"))
}

fn not_asked(cell: &Cell, measurand: &Measurand) -> Diagnostic {
    let id = &measurand.id;
    let mut finding = Diagnostic::in_data(
        Code::DataCorrelation,
        place(&cell.place),
        Text::new(
            format!("方案没有要求上报被测量 `{id}` 的相关系数，未采用"),
            format!("correlations of measurand `{id}` are not asked for and not used"),
        ),
    )
    .with_help(Text::new("删去这些行", "remove these rows"));
    finding.severity = Severity::Warning;
    finding
}
