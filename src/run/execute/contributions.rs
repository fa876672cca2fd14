//! What the transfer standard adds to the uncertainties at a point: by instability, by transport, between units.
//!
//! A number comes from the protocol, else from the tests before dispatch, else from the pilot's returns. What is ordered and has no number is
//! refused: it would count as zero. The parts are independent and enter every deviation once, and the reference value where the protocol
//! includes them (ISO 13528:2022, 7.3.2: u² = u²(char) + u²(hom) + u²(trans) + u²(stab)).

use super::super::outcome::{Contribution, Origin};
use super::super::pretests::{Pretests, Standing};
use super::PointRun;
use crate::evaluate::method::Inapplicable;
use crate::plan::Plan;
use crate::text::Text;

/// The parts there are, as `include` names them and tests before dispatch do.
const PARTS: [&str; 3] = ["stability", "transport", "homogeneity"];

impl PointRun {
    /// Finds the number of each part.
    ///
    /// # Errors
    /// A part that the protocol includes and of which no number is known.
    pub(super) fn contribute(
        &mut self,
        plan: &Plan,
        tested: Option<&Pretests>,
        include: &[String],
    ) -> Result<(), Inapplicable> {
        let mut parts = Vec::new();
        for item in PARTS {
            let ordered = include.iter().any(|name| name == item);
            match self.part(plan, tested, item, ordered) {
                Some((u, origin)) => parts.push(Contribution {
                    item: item.to_owned(),
                    u,
                    origin,
                    in_reference: ordered,
                    clause: item.to_owned(),
                }),
                None if ordered => return Err(without_number(item)),
                None => {}
            }
        }
        self.u_standard = parts.iter().fold(0.0, |u: f64, part| u.hypot(part.u));
        self.contributions = parts;
        Ok(())
    }

    /// The standard uncertainty that enters the reference value.
    pub(super) fn u_in_reference(&self) -> f64 {
        let parts = self.contributions.iter().filter(|part| part.in_reference);
        parts.fold(0.0, |u: f64, part| u.hypot(part.u))
    }

    /// A part with its number; a part that is not ordered counts only where the protocol adds it because a criterion does not hold.
    fn part(
        &self,
        plan: &Plan,
        tested: Option<&Pretests>,
        item: &str,
        ordered: bool,
    ) -> Option<(f64, Origin)> {
        let observed = match item {
            "stability" => self.observed(),
            _ => None,
        };
        let declared = declared(plan, item, &self.outcome.point);
        if let Some(u) = declared.filter(|_| ordered) {
            // What the pilot saw on the way may be more than was foreseen.
            return match observed {
                Some((seen, Origin::PilotReturns)) if seen > u => {
                    Some((seen, Origin::PilotReturns))
                }
                _ => Some((u, Origin::Protocol)),
            };
        }
        if observed.is_some() {
            return observed.filter(|(u, _)| ordered || *u > 0.0);
        }
        let found = tested.and_then(|tested| of_tests(tested, item, &self.outcome.point, ordered));
        if found.is_some() {
            return found;
        }
        // Measurements after the return show drift and transport together; what they show is counted under stability.
        let seen = item == "transport" && ordered && self.outcome.drift.is_some();
        seen.then_some((0.0, Origin::WithStability))
    }

    /// What the pilot's measurements during the circulation show.
    fn observed(&self) -> Option<(f64, Origin)> {
        let drift = self.outcome.drift.as_ref()?;
        Some(match drift.treatment.as_str() {
            "corrected" => (0.0, Origin::Corrected),
            "added" => (drift.u, Origin::PilotReturns),
            _ => (0.0, Origin::WithinCriterion),
        })
    }
}

/// The number that the protocol states.
fn declared(plan: &Plan, item: &str, point: &str) -> Option<f64> {
    let content = &plan.content;
    let stated = match item {
        "stability" => content.stability.as_ref().map(|s| &s.u),
        "transport" => content.transport.as_ref().map(|t| &t.u),
        _ => content.homogeneity.as_ref().map(|h| &h.u),
    };
    stated?.get(point).copied()
}

/// The largest that the tests before dispatch gave; of several specimens any may be the one that came. A test whose criterion does not hold
/// and after which the protocol adds to the uncertainty counts without `include` too.
fn of_tests(tested: &Pretests, item: &str, point: &str, ordered: bool) -> Option<(f64, Origin)> {
    let counts = |standing: &Standing| match standing {
        Standing::Passed => ordered,
        Standing::Treated { by } => ordered || by.action == "add-uncertainty",
        _ => false,
    };
    let found = tested.at(item, point).filter(|t| counts(&t.standing));
    let largest = found
        .filter_map(|test| Some((test.u?, &test.id)))
        .max_by(|(a, _), (b, _)| a.total_cmp(b));
    let (u, test) = largest?;
    let test = test.clone();
    Some((u, Origin::Pretest { test }))
}

fn without_number(item: &str) -> Inapplicable {
    let kind = crate::schema::table::table().title("contribution", item);
    Inapplicable::new(
        "no-contribution",
        format!(
            "方案要求计入{0}，但没有数值；用 `--pretests pretest.json` 给出发出前试验的结果，或在 `{0}` 中写 `标准不确定度 …`",
            kind.zh
        ),
        format!(
            "the protocol includes {item}, but there is no number for it; give the outcome of the tests before dispatch with `--pretests pretest.json`, or write `u …` in `{item}`"
        ),
    )
}

impl Origin {
    /// Where a number comes from, for people.
    pub fn title(&self) -> Text {
        match self {
            Origin::Protocol => Text::new("方案给定", "stated by the protocol"),
            Origin::Pretest { test } => Text::new(
                format!("发出前试验 {test}"),
                format!("test before dispatch {test}"),
            ),
            Origin::PilotReturns => Text::new(
                "主导实验室历次测量的变化范围",
                "range of the pilot's measurements",
            ),
            Origin::WithinCriterion => Text::new(
                "主导实验室历次测量满足判据，不另计",
                "the pilot's measurements meet the criterion; nothing is added",
            ),
            Origin::Corrected => Text::new(
                "漂移已修正，修正的不确定度已计入各结果",
                "the drift is corrected; the uncertainty of the correction is with each result",
            ),
            Origin::WithStability => Text::new(
                "返回后的测量同时反映漂移和运输影响，已在稳定性中计入",
                "measurements after the return show drift and transport together; counted under stability",
            ),
        }
    }
}
