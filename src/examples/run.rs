//! Carries an example out: through the plan of its protocol and the runner that real results go through.

use std::collections::BTreeMap;

use super::{Example, Expectation, Expected, Given, Number};
use crate::diagnostic::{Code, DataPlace, Diagnostic};
use crate::evaluate::equivalence::Dependence;
use crate::plan::{Certified, Order, Plan, Task, Wording};
use crate::run::execute;
use crate::run::outcome::{LaboratoryOutcome, LaboratoryResult, Outcome};
use crate::run::results::{Result as Submitted, Results};
use crate::source::Sources;
use crate::text::{Lang, Text};
use crate::values::rounding::shortest;
use crate::words;

/// The library's method that takes a value as it is given.
const GIVEN_REFERENCE: &str = "std.reference.certified-value";

/// What became of an example.
#[derive(Debug, Clone)]
pub struct Report {
    /// One finding for each expectation that was not met and each step that could not be carried out; empty when the example passes.
    pub failures: Vec<Diagnostic>,
    pub outcome: Outcome,
}

impl Report {
    pub fn passed(&self) -> bool {
        self.failures.is_empty()
    }
}

/// Carries out an example with the plan of its protocol.
pub fn run(example: &Example, plan: &Plan, sources: &Sources) -> Report {
    let plan = with_references(plan, example);
    let outcome = execute(&plan, &results(example, sources), None, None);
    let mut failures = not_carried_out(example, &outcome);
    // What comes out of steps that failed is not what the author expects either; that needs no second word.
    if failures.is_empty() {
        failures.extend(
            (example.expected.iter()).filter_map(|expectation| unmet(expectation, &outcome)),
        );
    }
    Report { failures, outcome }
}

/// The plan with the reference values that the example gives. Such a value takes the place of everything that leads to it: the outlier
/// test, the treatment of drift and the link at its point as well, for which an example need not invent the pilot's series.
fn with_references(plan: &Plan, example: &Example) -> Plan {
    let references: BTreeMap<&str, Certified> = example
        .given
        .iter()
        .filter_map(|given| match given {
            Given::Reference {
                point, value, u, ..
            } => Some((
                point.as_str(),
                Certified {
                    value: *value,
                    u: *u,
                },
            )),
            _ => None,
        })
        .collect();
    let mut plan = plan.clone();
    let given = |point: &Option<String>| {
        point
            .as_deref()
            .and_then(|point| references.get(point))
            .cloned()
    };
    // Verdicts depend neither on the check, whose million draws take their time, nor on single readings.
    (plan.content.steps)
        .retain(|step| !matches!(step.task, Task::MonteCarlo { .. } | Task::Precision { .. }));
    plan.content.steps.retain(|step| {
        let replaced = matches!(
            step.task,
            Task::Drift { .. } | Task::Outliers { .. } | Task::Link(_)
        );
        !(replaced && given(&step.point).is_some())
    });
    for step in &mut plan.content.steps {
        let Some(reference) = given(&step.point) else {
            continue;
        };
        if let Task::Reference {
            method,
            consistency,
            otherwise,
            certified,
            include,
            correlations,
            ..
        } = &mut step.task
        {
            GIVEN_REFERENCE.clone_into(&mut method.path);
            method.parameters.clear();
            method.flags.clear();
            method.dependence = Some(Dependence::Outside);
            (*consistency, *otherwise) = (None, None);
            *certified = Some(reference);
            include.clear();
            correlations.clear();
        }
    }
    plan
}

/// The results of the example in the shape of submitted ones.
fn results(example: &Example, sources: &Sources) -> Results {
    let mut results = Results::default();
    for given in &example.given {
        match given {
            Given::Absent { laboratory, .. } => results.absent.push(laboratory.clone()),
            Given::Reference { .. } => {}
            Given::Result {
                laboratory,
                point,
                value,
                u,
                k,
                dof,
                date,
                at,
            } => {
                let file = sources.get(at.file);
                let place = DataPlace {
                    file: file.map(|f| f.name.clone()).unwrap_or_default(),
                    row: file.map_or(0, |f| f.line_column(at.start).line),
                    ..DataPlace::default()
                };
                let at_point = results.by_point.entry(point.clone()).or_default();
                at_point
                    .entry(laboratory.clone())
                    .or_default()
                    .push(Submitted {
                        value: *value,
                        u: *u,
                        k: *k,
                        dof: *dof,
                        last_digit: None,
                        readings: Vec::new(),
                        date: *date,
                        place,
                    });
            }
        }
    }
    for list in results.by_point.values_mut().flat_map(|p| p.values_mut()) {
        list.sort_by_key(|result| result.date);
    }
    results
}

/// Steps that failed at a point for which the example gives results.
fn not_carried_out(example: &Example, outcome: &Outcome) -> Vec<Diagnostic> {
    let concerned = outcome.points.iter().filter(|p| !p.results.is_empty());
    concerned
        .flat_map(|p| &p.failures)
        .map(|failure| {
            let (step, reason) = (&failure.step, &failure.reason);
            Diagnostic::new(
                Code::TestNotCarriedOut,
                example.at,
                Text::new(
                    format!("步骤 `{step}` 未能执行：{}", reason.zh),
                    format!("step `{step}` could not be carried out: {}", reason.en),
                ),
            )
            .with_help(Text::new(
                "补上所缺的 `给定`，或用 `给定 参考值 …` 直接给出参考值",
                "add what is missing with `given`, or give the reference value itself with `given reference …`",
            ))
        })
        .collect()
}

/// The finding for an expectation that is not met.
fn unmet(expectation: &Expectation, outcome: &Outcome) -> Option<Diagnostic> {
    match &expectation.what {
        Expected::Verdict {
            laboratory,
            verdict,
        } => {
            let found = of_laboratory(outcome, laboratory)?;
            let reasons = found.points.iter().map(|(point, verdict)| {
                let told = verdict_text(Some(verdict));
                Text::new(
                    format!("`{point}`：{}", told.zh),
                    format!("`{point}`: {}", told.en),
                )
            });
            (found.verdict.as_ref() != Some(verdict)).then(|| {
                let difference = mismatch(
                    expectation,
                    Text::new(
                        format!("`{laboratory}` 的结论"),
                        format!("the verdict on `{laboratory}`"),
                    ),
                    verdict_text(Some(verdict)),
                    verdict_text(found.verdict.as_ref()),
                );
                reasons.fold(difference, Diagnostic::with_reason)
            })
        }
        Expected::PointVerdict {
            laboratory,
            point,
            verdict,
        } => {
            let result = at_point(outcome, laboratory, point);
            let found = result.and_then(|r| r.verdict.as_ref());
            let scores = result.into_iter().flat_map(|r| &r.scores);
            (found != Some(verdict)).then(|| {
                let difference = mismatch(
                    expectation,
                    Text::new(
                        format!("`{laboratory}` 在 `{point}` 的结论"),
                        format!("the verdict on `{laboratory}` at `{point}`"),
                    ),
                    verdict_text(Some(verdict)),
                    verdict_text(found),
                );
                scores.fold(difference, |difference, (name, score)| {
                    difference
                        .with_reason(Text::same(format!("{name} = {}", shortest(score.value))))
                })
            })
        }
        Expected::Measures {
            laboratory,
            measures,
        } => {
            let found = of_laboratory(outcome, laboratory)?;
            let followed: Vec<&'static str> = found
                .consequences
                .iter()
                .map(|c| order_name(&c.measure.order))
                .collect();
            let met = |name: &String| {
                followed.contains(&name.as_str()) || (name == "nothing" && followed.is_empty())
            };
            (!measures.iter().all(met)).then(|| {
                mismatch(
                    expectation,
                    Text::new(
                        format!("对 `{laboratory}` 的处理"),
                        format!("what follows for `{laboratory}`"),
                    ),
                    measures_text(measures.iter().map(String::as_str)),
                    measures_text(followed.into_iter()),
                )
                .with_reason(verdict_text(found.verdict.as_ref()))
            })
        }
        Expected::Number(number) => number_unmet(expectation, number, outcome),
    }
}

fn number_unmet(
    expectation: &Expectation,
    number: &Number,
    outcome: &Outcome,
) -> Option<Diagnostic> {
    let at = outcome.points.iter().find(|p| p.point == number.point)?;
    let result = number
        .laboratory
        .as_deref()
        .and_then(|id| at.results.iter().find(|r| r.laboratory == id));
    let equivalence = result.and_then(LaboratoryResult::judged);
    let (found, unit) = match number.quantity.as_str() {
        "reference" => (at.reference.as_ref().map(|r| r.value), at.unit.as_str()),
        "D" => (equivalence.map(|e| e.d), at.unit.as_str()),
        "U" => (equivalence.map(|e| e.expanded), at.unit.as_str()),
        score => (result.and_then(|r| r.score(score)).map(|s| s.value), ""),
    };
    // Decimal numbers such as 0.1 are not exact in binary: a difference of exactly the tolerance counts as met.
    let slack = 4.0 * f64::EPSILON * number.value.abs().max(number.tolerance);
    if found.is_some_and(|found| (found - number.value).abs() <= number.tolerance + slack) {
        return None;
    }
    let (point, quantity) = (&number.point, &number.quantity);
    let subject = match &number.laboratory {
        Some(laboratory) => Text::new(
            format!("`{laboratory}` 在 `{point}` 的 {quantity}"),
            format!("{quantity} of `{laboratory}` at `{point}`"),
        ),
        None => Text::new(
            format!("`{point}` 的参考值"),
            format!("the reference value at `{point}`"),
        ),
    };
    let with_unit = |text: String| {
        if unit.is_empty() {
            text
        } else {
            format!("{text} {unit}")
        }
    };
    let expected = format!(
        "{} ± {}",
        with_unit(shortest(number.value)),
        with_unit(shortest(number.tolerance))
    );
    let found = match found {
        Some(found) => Text::same(with_unit(shortest(found))),
        None => Text::new("未得出", "not determined"),
    };
    Some(mismatch(expectation, subject, Text::same(expected), found))
}

fn mismatch(expectation: &Expectation, subject: Text, expected: Text, found: Text) -> Diagnostic {
    Diagnostic::new(
        Code::ExpectationNotMet,
        expectation.at,
        Text::new(
            format!("{}应为 {}，实得 {}", subject.zh, expected.zh, found.zh),
            format!(
                "{}: expected {}, found {}",
                subject.en, expected.en, found.en
            ),
        ),
    )
    .labelled(Text::new(
        format!("实得 {}", found.zh),
        format!("found {}", found.en),
    ))
    .with_help(Text::new(
        "核对用例的数据，或方案的评定规则",
        "look at the data of the test, or at the rules of the protocol",
    ))
}

fn of_laboratory<'o>(outcome: &'o Outcome, id: &str) -> Option<&'o LaboratoryOutcome> {
    outcome.laboratories.iter().find(|l| l.laboratory == id)
}

fn at_point<'o>(
    outcome: &'o Outcome,
    laboratory: &str,
    point: &str,
) -> Option<&'o LaboratoryResult> {
    let at = outcome.points.iter().find(|p| p.point == point)?;
    at.results.iter().find(|r| r.laboratory == laboratory)
}

fn verdict_text(verdict: Option<&String>) -> Text {
    match verdict {
        Some(name) => Text::new(
            format!("`{}`", words::verdict(name, Lang::Zh, &Wording::PLAIN)),
            format!("`{}`", words::verdict(name, Lang::En, &Wording::PLAIN)),
        ),
        None => Text::new("未评定", "no verdict"),
    }
}

fn measures_text<'m>(names: impl Iterator<Item = &'m str>) -> Text {
    let terms = crate::schema::table::table().choice("measure");
    let names: Vec<&str> = names.collect();
    if names.is_empty() {
        return Text::new("不作处理", "nothing");
    }
    let zh = |name: &str| {
        let term = terms.iter().find(|t| t.en == name);
        format!("`{}`", term.map_or(name, |t| t.zh.as_str()))
    };
    Text::new(
        names.iter().map(|n| zh(n)).collect::<Vec<_>>().join("、"),
        names
            .iter()
            .map(|n| format!("`{n}`"))
            .collect::<Vec<_>>()
            .join(", "),
    )
}

/// The keyword of a measure in a plan.
fn order_name(order: &Order) -> &'static str {
    match order {
        Order::Rectify { .. } => "rectify",
        Order::Suspend { .. } => "suspend",
        Order::Retest { .. } => "retest",
        Order::Refer { .. } => "refer",
        Order::Lift { .. } => "lift",
        Order::Void { .. } => "void",
        Order::Record { .. } => "record",
        Order::Notify { .. } => "notify",
        Order::Nothing => "nothing",
    }
}
