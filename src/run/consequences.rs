//! What follows from the verdicts, with the days by which it must be done.

use jiff::civil::Date;

use super::outcome::{Consequence, LaboratoryOutcome};
use crate::plan::{Measure, Order, Plan, Role};
use crate::values::calendar::{Calendar, read};

/// Gives every laboratory the measures that its verdict brings. Periods run from `reported`, the day of the report.
pub(super) fn derive(plan: &Plan, laboratories: &mut [LaboratoryOutcome], reported: Date) {
    let calendar = calendar(plan);
    for laboratory in laboratories {
        // The pilot organises the comparison: what its own result means is for the organiser to say.
        if plan
            .laboratory(&laboratory.laboratory)
            .is_some_and(|l| l.role == Role::Pilot)
        {
            continue;
        }
        let measures = laboratory
            .verdict
            .as_ref()
            .and_then(|verdict| plan.content.consequences.get(verdict));
        laboratory.consequences = measures
            .into_iter()
            .flatten()
            .map(|measure| Consequence {
                due: due(measure, reported, &calendar),
                measure: measure.clone(),
            })
            .collect();
    }
}

/// The day on which the report is planned: behind the last result due, the draft, its comments and the final report.
pub(super) fn planned_report(plan: &Plan) -> Date {
    let content = &plan.content;
    let due = content
        .circulation
        .visits
        .iter()
        .filter_map(|v| v.results_due)
        .max();
    let reporting = &content.reporting;
    let calendar = calendar(plan);
    [
        reporting.draft,
        reporting.comment,
        reporting.last.as_ref().map(|last| last.within),
    ]
    .into_iter()
    .flatten()
    .fold(due.unwrap_or(content.circulation.finish), |day, period| {
        period
            .end_from(day, &calendar)
            .map_or(day, |answer| answer.value)
    })
}

fn due(measure: &Measure, reported: Date, calendar: &Calendar) -> Option<Date> {
    let period = match &measure.order {
        Order::Rectify { within, .. } | Order::Retest { within, .. } => Some(within),
        Order::Notify { within, .. } => within.as_ref(),
        _ => None,
    }?;
    period
        .end_from(reported, calendar)
        .ok()
        .map(|answer| answer.value)
}

fn calendar(plan: &Plan) -> Calendar {
    plan.content
        .circulation
        .calendars
        .iter()
        .filter_map(|name| read::standard(name).ok().flatten())
        .reduce(|all, next| all.merge(&next).unwrap_or(all))
        .unwrap_or_else(Calendar::weekends_only)
}
